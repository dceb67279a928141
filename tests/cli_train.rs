//! `blockspin train`: the same bytes for any number of threads and after being killed or interrupted, and refusals.

mod killed;
mod program;

use blockspin::model::Units;
use blockspin::model::files::{Npy, NpyValues, Unstated, read_rbm_safetensors, write_npy};
use blockspin::random::Seed;
use killed::{kill_somewhere, kills, outcome};
use program::Folder;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

fn train<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [&["train"], arguments].concat()
}

fn command(arguments: &[&str]) -> Command {
    program::command(&train(arguments))
}

fn run(arguments: &[&str]) -> (i32, String, String) {
    program::run(&train(arguments))
}

fn good(arguments: &[&str]) -> String {
    program::good(&train(arguments))
}

fn refused(arguments: &[&str], code: i32, reason: &str) {
    program::refused(&train(arguments), code, reason);
}

impl Folder {
    /// Writes an array.
    fn npy(&self, name: &str, shape: &[usize], values: NpyValues) -> String {
        let array = Npy {
            shape: shape.to_vec(),
            values,
        };
        self.file(name, write_npy(&array))
    }

    /// ±1 samples of 16 units that follow a hidden one.
    fn data(&self, name: &str, seed: u64) -> String {
        let mut stream = Seed(seed).stream("training data", 0);
        let mut values = Vec::new();
        for _ in 0..900 {
            let common = stream.normal();
            values.extend((0..16).map(|_| {
                if common + stream.normal() > 0.0 {
                    1_i8
                } else {
                    -1
                }
            }));
        }
        self.npy(name, &[900, 16], NpyValues::I8(values))
    }

    /// All files below with their bytes, sorted by name.
    fn contents(&self, folder: &str) -> Vec<(String, Vec<u8>)> {
        let mut all: Vec<(String, Vec<u8>)> = fs::read_dir(self.path(folder))
            .unwrap()
            .map(|e| e.unwrap().path())
            .map(|p| {
                let name = p.file_name().unwrap().to_str().unwrap().to_owned();
                (name, fs::read(p).unwrap())
            })
            .collect();
        all.sort();
        all
    }
}

/// A stack of two machines that takes about a second; checkpoints follow each other as fast as they can.
fn long<'a>(data: &'a str, out: &'a str) -> Vec<&'a str> {
    let mut all = vec![data, "--out", out, "--stack", "9,5", "--batch", "100"];
    all.extend([
        "--epochs",
        "40",
        "--held-out",
        "0.1",
        "--estimator",
        "pcd-2",
    ]);
    all.extend(["--optimiser", "adam", "--centred", "--log-z", "ais"]);
    all.extend(["--ais-temperatures", "5", "--ais-chains", "10"]);
    all.extend(["--monitor-every", "25", "--checkpoint-seconds", "0.002"]);
    all.extend(["--format", "json"]);
    all
}

/// How many processes are killed; `BLOCKSPIN_KILLS=100 cargo test --test cli_train a_killed` kills a hundred.
const KILLS: usize = 20;

#[test]
fn a_killed_run_ends_with_the_same_bytes() {
    let folder = Folder::new();
    let data = folder.data("data.npy", 1);
    let out = folder.text("out");
    let arguments = long(&data, &out);
    let shown = good(&arguments);
    let expected = folder.contents("out");
    let names: Vec<&str> = expected.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "log.jsonl",
            "machine-0.safetensors",
            "machine-1.safetensors"
        ]
    );
    let mut stream = Seed(2).stream("kill moments", 0);
    let kills = kills(KILLS);
    let checkpoints =
        [0, 1].map(|k| folder.path(&format!("out/machine-{k}.safetensors.checkpoint")));
    let (mut killed, mut runs) = (0, 0);
    while killed < kills {
        fs::remove_dir_all(&out).unwrap();
        // A run is killed five times, by another number of threads each time, and then left alone.
        for k in 0..5 {
            let child = command(&arguments)
                .env("RAYON_NUM_THREADS", ["1", "2", "3"][k % 3])
                .spawn()
                .unwrap();
            killed += usize::from(kill_somewhere(
                child,
                &checkpoints,
                (8, 15_000),
                &mut stream,
            ));
            if folder.path("out/machine-1.safetensors").exists()
                && !folder.path("out/machine-1.safetensors.checkpoint").exists()
            {
                // Complete: a further run would ask before it replaces anything.
                break;
            }
        }
        let complete = folder.path("out/machine-1.safetensors").exists()
            && fs::read_dir(&out).unwrap().count() == 3;
        if !complete {
            assert_eq!(good(&arguments), shown);
        }
        assert_eq!(folder.contents("out"), expected);
        runs += 1;
        assert!(runs < 40 * kills, "the runs end before they are killed");
    }
}

#[test]
fn threads_change_no_byte() {
    let folder = Folder::new();
    let data = folder.data("data.npy", 1);
    let out = folder.text("out");
    let arguments = long(&data, &out);
    let made: Vec<_> = ["1", "2", "7"]
        .iter()
        .map(|threads| {
            let shown = good(&[&arguments[..], &["--threads", threads]].concat());
            let bytes = folder.contents("out");
            fs::remove_dir_all(&out).unwrap();
            (bytes, shown)
        })
        .collect();
    assert_eq!(made[0], made[1]);
    assert_eq!(made[0], made[2]);
}

/// Runs until there is something to continue, and a while longer.
#[cfg(unix)]
fn interrupted(arguments: &[&str], checkpoint: &Path) {
    let mut child = command(arguments).spawn().unwrap();
    wait_for(&mut child, checkpoint);
    let id = child.id().to_string();
    let kill = Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(kill.success());
    let (code, shown, err) = outcome(&child.wait_with_output().unwrap());
    assert_eq!((code, shown.as_str()), (130, ""), "{err}");
    assert!(err.contains("interrupted after"), "{err}");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_goes_on() {
    let folder = Folder::new();
    let data = folder.data("data.npy", 1);
    let out = folder.text("out");
    let previous = folder.path("out/machine-0.safetensors.checkpoint.previous");
    // Far more epochs than can be run before the signal arrives.
    let mut endless = long(&data, &out);
    let epochs = endless.iter().position(|a| *a == "--epochs").unwrap() + 1;
    endless[epochs] = "100000000";
    interrupted(&endless, &previous);
    let log = fs::read(folder.path("out/log.jsonl")).unwrap();
    assert!(!log.is_empty());
    // Refused before anything is deleted.
    let before = folder.contents("out");
    for (more, reason) in [
        (["--learning-rate", "nan"], "learning rate"),
        (["--l1", "nan"], "l1"),
    ] {
        refused(&[&endless[..], &["--restart"], &more].concat(), 2, reason);
        assert_eq!(folder.contents("out"), before);
    }
    let batch = endless.iter().position(|a| *a == "--batch").unwrap() + 1;
    let mut larger = endless.clone();
    larger[batch] = "901";
    larger.push("--restart");
    refused(&larger, 2, "minibatch of 901");
    assert_eq!(folder.contents("out"), before);
    // A checkpoint that cannot be read is no damaged one.
    let newest = folder.path("out/machine-0.safetensors.checkpoint");
    let bytes = fs::read(&newest).unwrap();
    fs::remove_file(&newest).unwrap();
    fs::create_dir(&newest).unwrap();
    refused(&endless, 5, "machine-0.safetensors.checkpoint");
    fs::remove_dir(&newest).unwrap();
    fs::write(&newest, bytes).unwrap();
    // The run that was interrupted goes on; another is refused while it has the log.
    let mut child = command(&endless).spawn().unwrap();
    let mut stamp = fs::metadata(&newest).unwrap().modified().unwrap();
    for _ in 0..2 {
        let now = || fs::metadata(&newest).and_then(|m| m.modified());
        while now().is_err() || now().unwrap_or(stamp) == stamp {
            assert!(child.try_wait().unwrap().is_none(), "it ended early");
            std::thread::sleep(Duration::from_millis(1));
        }
        stamp = now().unwrap_or(stamp);
    }
    refused(
        &[&endless[..], &["--restart"]].concat(),
        2,
        "another process writes it",
    );
    assert!(folder.path("out/log.jsonl").exists());
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn finished_weights_and_other_held_out_data_are_safe() {
    let folder = Folder::new();
    let data = folder.data("data.npy", 1);
    let held = folder.data("held.npy", 2);
    let out = folder.text("w.safetensors");
    let all = [data.as_str(), "--out", &out, "--hidden", "4"];
    let with = |more: &[&'static str]| [&all[..], more].concat();
    let done = with(&["--epochs", "1"]);
    good(&done);
    let before = fs::read(&out).unwrap();
    refused(
        &[&done[..], &["--restart", "--seed", "3"]].concat(),
        2,
        "--overwrite replaces it",
    );
    assert_eq!(fs::read(&out).unwrap(), before);
    fs::remove_file(&out).unwrap();
    fs::remove_file(folder.path("w.safetensors.log.jsonl")).unwrap();
    let mut long = with(&["--epochs", "100000000", "--checkpoint-seconds", "0.002"]);
    long.extend(["--held-out-file", &held]);
    begun(&long, &folder.path("w.safetensors.checkpoint.previous"));
    folder.data("held.npy", 3);
    refused(&long, 2, "held_out: ");
}

#[test]
fn the_log_has_a_line_for_every_step_that_was_judged() {
    let folder = Folder::new();
    let data = folder.data("data.npy", 1);
    let out = folder.text("w.safetensors");
    let shown = good(&[
        &data,
        "--out",
        &out,
        "--hidden",
        "6",
        "--epochs",
        "60",
        "--batch",
        "90",
        "--monitor-every",
        "100",
        "--held-out",
        "0.1",
        "--learning-rate",
        "0.1",
        "--format",
        "json",
    ]);
    let log = fs::read_to_string(folder.path("w.safetensors.log.jsonl")).unwrap();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let steps: Vec<u64> = lines[1..]
        .iter()
        .map(|line| line["step"].as_u64().unwrap())
        .collect();
    // 810 samples in minibatches of 90: 9 steps an epoch.
    assert_eq!(steps, [0, 100, 200, 300, 400, 500, 540]);
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let (first, last) = (&lines[1], &lines[7]);
    assert_eq!(&shown["machines"][0]["last"], last);
    let number = |line: &Value, name: &str| line[name].as_f64().unwrap();
    for name in [
        "log_likelihood",
        "held_out_log_likelihood",
        "log_pseudo_likelihood",
    ] {
        // A machine with one common cause is far better than independent fair units.
        assert!(number(last, name) > number(first, name) + 1.0, "{name}");
    }
    assert!(number(last, "reconstruction_error") < number(first, "reconstruction_error"));
    assert_eq!(last["log_z_by"], "exact");
    let zero_one = Unstated {
        units: Units::ZeroOne,
        ..Unstated::default()
    };
    let machine = read_rbm_safetensors(&fs::read(&out).unwrap(), zero_one).unwrap();
    assert_eq!((machine.visible(), machine.hidden()), (16, 6));
    assert_eq!(machine.visible_units(), Units::PlusMinus);
}

/// Waits for a file of a run that is still going.
fn wait_for(child: &mut Child, file: &Path) {
    while !file.exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended early");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Starts the run and kills it as soon as there is something to continue.
fn begun(arguments: &[&str], checkpoint: &Path) {
    let mut child = command(arguments).spawn().unwrap();
    wait_for(&mut child, checkpoint);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn another_run_does_not_continue_this_one() {
    let folder = Folder::new();
    let data = folder.data("data.npy", 1);
    let other = folder.data("other.npy", 2);
    let out = folder.text("out");
    let arguments = long(&data, &out);
    begun(
        &arguments,
        &folder.path("out/machine-0.safetensors.checkpoint.previous"),
    );
    let with = |more: &[&'static str]| [&arguments[..], more].concat();
    refused(&with(&["--seed", "3"]), 2, "Seed(20190612)");
    refused(&with(&["--l2", "0.5"]), 2, "l2: 0.5");
    refused(
        &with(&["--learning-rate", "0.5"]),
        2,
        "another configuration",
    );
    refused(&long(&other, &out), 2, "another data set");
    refused(
        &with(&["--monitor-samples", "50"]),
        2,
        "the log of another run",
    );
    // A damaged checkpoint is passed over for the one before.
    let newest = folder.path("out/machine-0.safetensors.checkpoint");
    let previous = folder.path("out/machine-0.safetensors.checkpoint.previous");
    // A kill between two renamings leaves the one before alone.
    if !newest.exists() {
        fs::copy(&previous, &newest).unwrap();
    }
    let mut bytes = fs::read(&newest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&newest, bytes).unwrap();
    let (code, shown, err) = run(&arguments);
    assert!(
        code == 0 && err.contains("continued from the checkpoint before"),
        "{err}"
    );
    let expected = folder.contents("out");
    refused(&arguments, 2, "--overwrite replaces it");
    assert_eq!(good(&with(&["--overwrite"])), shown);
    assert_eq!(folder.contents("out"), expected);
}

#[cfg(unix)]
#[test]
fn a_full_disk_loses_nothing() {
    let folder = Folder::new();
    let data = folder.data("data.npy", 1);
    let out = folder.text("out");
    let arguments = long(&data, &out);
    let shown = good(&arguments);
    let expected = folder.contents("out");
    fs::remove_dir_all(&out).unwrap();
    begun(
        &arguments,
        &folder.path("out/machine-0.safetensors.checkpoint.previous"),
    );
    let new = folder.path("out/machine-0.safetensors.checkpoint.new");
    if new.exists() {
        fs::remove_file(&new).unwrap();
    }
    std::os::unix::fs::symlink("/dev/full", &new).unwrap();
    refused(&arguments, 5, "machine-0.safetensors.checkpoint");
    assert_eq!(good(&arguments), shown);
    assert_eq!(folder.contents("out"), expected);
}

#[test]
fn a_run_that_diverges_says_where_and_keeps_what_was_good() {
    let folder = Folder::new();
    let data = folder.data("data.npy", 1);
    let out = folder.text("w.safetensors");
    let rate = |rate: &'static str| {
        vec![
            data.as_str(),
            "--out",
            out.as_str(),
            "--hidden",
            "4",
            "--batch",
            "100",
            "--epochs",
            "500",
            "--momentum",
            "0.9999",
            "--monitor-every",
            "100000",
            "--learning-rate",
            rate,
        ]
    };
    let (code, _, err) = run(&rate("9"));
    assert_eq!(code, 2, "{err}");
    for part in [
        "training diverged in step",
        "learning rate 9",
        "the last checkpoint is",
    ] {
        assert!(err.contains(part), "{err}");
    }
    let good_file = folder.path("w.last-good.safetensors");
    let machine = read_rbm_safetensors(&fs::read(good_file).unwrap(), Unstated::default()).unwrap();
    assert!(machine.weights().iter().all(|w| w.abs() <= 1000.0));
    assert!(!folder.path("w.safetensors").exists());
    refused(&rate("0.001"), 2, "--restart");
    good(
        &[&rate("0.001")[..], &["--restart", "--epochs", "2"]].concat()[..]
            .iter()
            .enumerate()
            // The number of epochs is given once.
            .filter(|&(k, _)| !(7..9).contains(&k))
            .map(|(_, a)| *a)
            .collect::<Vec<_>>(),
    );
}

#[test]
fn settings_come_from_a_file_and_are_overridden() {
    let folder = Folder::new();
    let data = folder.data("data.npy", 1);
    let config = folder.text("c.toml");
    fs::write(
        &config,
        "stack = [5, 3]\nestimator = \"tap3\"\ncopies = 8\nepochs = 2\nunits = \"spin\"\nl1 = 0.001\n",
    )
    .unwrap();
    let of = |more: &[&str]| -> Value {
        let out = folder.text("out");
        let all = [
            &[
                data.as_str(),
                "--out",
                &out,
                "--format",
                "json",
                "--config",
                &config,
            ],
            more,
        ]
        .concat();
        let shown = good(&all);
        fs::remove_dir_all(&out).unwrap();
        serde_json::from_str(&shown).unwrap()
    };
    let by_file = of(&[]);
    assert_eq!(by_file["machines"].as_array().unwrap().len(), 2);
    assert!(by_file["machines"][1]["free_energy_change_from_below"].is_f64());
    let typed = of(&["--hidden", "7", "--epochs", "3"]);
    assert_eq!(typed["machines"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&typed["machines"][0]["hidden"], &typed["epochs"]),
        (&7.into(), &3.into())
    );
    fs::write(&config, "hidden = 5\nlearning_rate = 0.1\n").unwrap();
    let out = folder.text("out");
    refused(
        &[&data, "--out", &out, "--config", &config],
        2,
        "learning_rate",
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of bad inputs")]
fn bad_input_is_refused_with_its_reason() {
    let folder = Folder::new();
    let data = folder.data("data.npy", 1);
    let out = folder.text("w.safetensors");
    let refuse = |data: &str, more: &[&str], code, reason| {
        refused(
            &[&[data, "--out", &out, "--epochs", "1"], more].concat(),
            code,
            reason,
        );
        assert!(!folder.path("w.safetensors").exists());
    };
    let hidden = &["--hidden", "3"][..];
    let array = |shape: &[usize], values| folder.npy("bad.npy", shape, values);
    for (shape, values, reason) in [
        (
            &[2, 2][..],
            NpyValues::F32(vec![1.0, -1.0, 0.5, 1.0]),
            "sample 1, unit 0 is 0.5",
        ),
        (
            &[2, 2],
            NpyValues::F64(vec![1.0, -1.0, 1.0, f64::NAN]),
            "sample 1, unit 1 is NaN",
        ),
        (
            &[2, 2],
            NpyValues::I8(vec![1, -1, 0, 1]),
            "sample 1, unit 0 is 0",
        ),
        (&[2, 2], NpyValues::U8(vec![1; 4]), "--units"),
        (&[0, 4], NpyValues::I8(vec![]), "empty"),
        (
            &[4],
            NpyValues::I8(vec![1, -1, 1, 1]),
            "expected (samples, units)",
        ),
    ] {
        refuse(&array(shape, values), hidden, 2, reason);
    }
    refuse(&data, &["--hidden", "0"], 2, "no units");
    refuse(&data, &[], 2, "no hidden layer");
    refuse(&data, &["--stack", "4,2"], 2, "goes into a folder");
    refuse(&data, &["--hidden", "1000000000"], 4, "--max-bytes");
    refuse(
        &data,
        &[
            "--hidden",
            "40",
            "--estimator",
            "tempered",
            "--betas",
            "0.5,1",
        ],
        2,
        "ladder",
    );
    for (more, code, reason) in [
        (
            &["--batch", "901"][..],
            2,
            "minibatch of 901 samples is larger",
        ),
        (&["--units", "binary"], 2, "expected 0 or 1"),
        (&["--learning-rate", "nan"], 2, "learning rate"),
        (&["--held-out", "0.0001"], 2, "held-out"),
        (&["--chains", "5"], 2, "chains is set"),
        (&["--estimator", "cd-0"], 2, "at least 1"),
        (&["--max-bytes", "NaN"], 2, "--max-bytes"),
        (
            &["--log-z", "ais", "--ais-chains", "18446744073709551615"],
            4,
            "--ais-chains",
        ),
        (
            &[
                "--log-z",
                "ais",
                "--ais-temperatures",
                "18446744073709551615",
            ],
            4,
            "--ais-chains",
        ),
        (
            &["--estimator", "tempered", "--chains", "9223372036854775808"],
            4,
            "--max-bytes",
        ),
        (
            &["--estimator", "pcd", "--chains", "18446744073709551615"],
            4,
            "--max-bytes",
        ),
    ] {
        refuse(&data, &[hidden, more].concat(), code, reason);
    }
    refused(
        &[
            &data,
            "--out",
            &out,
            "--hidden",
            "3",
            "--epochs",
            "18446744073709551615",
        ],
        4,
        "epochs",
    );
    // 40 units in both layers; a stack of which only one is too large.
    let wide = folder.npy(
        "wide.npy",
        &[2, 40],
        NpyValues::I8([[1; 40], [-1; 40]].concat()),
    );
    refuse(
        &wide,
        &["--hidden", "40", "--log-z", "exact"],
        4,
        "--log-z exact",
    );
    let stack = folder.text("stack");
    refused(
        &[
            &wide,
            "--out",
            &stack,
            "--stack",
            "3,50,40",
            "--estimator",
            "exact",
        ],
        4,
        "machine 2, --estimator exact",
    );
    assert!(!Path::new(&stack).exists());
    let narrow = folder.npy(
        "narrow.npy",
        &[2, 3],
        NpyValues::I8(vec![1, -1, 1, 1, 1, -1]),
    );
    refuse(
        &data,
        &["--hidden", "3", "--held-out-file", &narrow],
        2,
        "3 units, the data have 16",
    );
    refuse(&folder.text("absent.npy"), hidden, 5, "absent.npy");
}
