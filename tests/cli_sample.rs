//! `blockspin sample`: the same bytes for any number of threads and after being killed, refusals, and averages.

mod killed;
mod program;

use blockspin::estimate::empirical_bernstein_p_value;
use blockspin::model::files::{Npy, NpyValues, read_npy};
use blockspin::random::Seed;
use blockspin::sample::CheckpointFiles;
use killed::{kill_somewhere, kills, outcome};
use program::Folder;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

fn sample<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [&["sample"], arguments].concat()
}

fn command(arguments: &[&str]) -> Command {
    program::command(&sample(arguments))
}

fn run(arguments: &[&str]) -> (i32, String, String) {
    program::run(&sample(arguments))
}

fn good(arguments: &[&str]) -> String {
    program::good(&sample(arguments))
}

fn refused(arguments: &[&str], code: i32, reason: &str) {
    program::refused(&sample(arguments), code, reason);
}

impl Folder {
    /// Names of all files, sorted.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.path(""))
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

/// A run of three chains on a torus that takes about a second; checkpoints follow each other as fast as they can.
const LONG: &[&str] = &[
    "--lattice",
    "torus:16x16",
    "--coupling",
    "0.44",
    "--kernel",
    "heat-bath-checkerboard",
    "--sweeps",
    "30000",
    "--discard",
    "300",
    "--every",
    "50",
    "--chains",
    "3",
    "--checkpoint-seconds",
    "0.004",
    "--format",
    "json",
];

fn long(out: &str) -> Vec<&str> {
    [LONG, &["--out", out]].concat()
}

#[test]
fn threads_change_no_byte() {
    let folder = Folder::new();
    for kernel in ["wolff", "metropolis-random"] {
        let made: Vec<(Vec<u8>, String)> = ["1", "2", "7"]
            .iter()
            .map(|threads| {
                let out = folder.text("x.npy");
                let arguments = [
                    "--lattice",
                    "torus:12x12",
                    "--coupling",
                    "0.4",
                    "--kernel",
                    kernel,
                    "--sweeps",
                    "500",
                    "--chains",
                    "5",
                    "--format",
                    "json",
                    "--out",
                    &out,
                ];
                let output = command(&arguments)
                    .env("RAYON_NUM_THREADS", threads)
                    .output()
                    .unwrap();
                let (code, shown, err) = outcome(&output);
                assert_eq!(code, 0, "{err}");
                let bytes = fs::read(&out).unwrap();
                fs::remove_file(&out).unwrap();
                assert!(folder.names().is_empty(), "{:?}", folder.names());
                (bytes, shown)
            })
            .collect();
        assert_eq!(made[0], made[1]);
        assert_eq!(made[0], made[2]);
        let array = read_npy(&made[0].0).unwrap();
        assert_eq!(array.shape, [5, 500, 144]);
        let shown: Value = serde_json::from_str(&made[0].1).unwrap();
        let energy = &shown["observables"]["energy_per_spin"];
        for key in ["mean", "std_err", "tau", "n_eff", "bulk_ess", "r_hat"] {
            assert!(energy[key].is_f64(), "{key}: {energy}");
        }
        assert!(energy["convergence"].is_string());
        assert_eq!(shown["seed"], 20_190_612);
        assert_eq!(shown["version"], env!("CARGO_PKG_VERSION"));
    }
}

/// How many processes are killed; `BLOCKSPIN_KILLS=100 cargo test --test cli_sample a_killed` kills a hundred.
const KILLS: usize = 10;

#[test]
fn a_killed_run_ends_with_the_same_bytes() {
    let folder = Folder::new();
    let out = folder.text("x.npy");
    let shown = good(&long(&out));
    let expected = fs::read(&out).unwrap();
    fs::remove_file(&out).unwrap();
    let mut stream = Seed(1).stream("kill moments", 0);
    let kills = kills(KILLS);
    let checkpoint = [folder.path("x.npy.checkpoint")];
    let (mut killed, mut runs) = (0, 0);
    while killed < kills {
        // A run is killed four times, by another number of threads each time, and then left alone.
        for k in 0..4 {
            let child = command(&long(&out))
                .env("RAYON_NUM_THREADS", ["1", "2", "3"][k % 3])
                .spawn()
                .unwrap();
            killed += usize::from(kill_somewhere(child, &checkpoint, (5, 12_000), &mut stream));
        }
        let again = if folder.names() == ["x.npy"] {
            shown.clone()
        } else {
            good(&long(&out))
        };
        assert_eq!(again, shown);
        assert_eq!(fs::read(&out).unwrap(), expected, "run {runs}");
        assert_eq!(folder.names(), ["x.npy"]);
        fs::remove_file(&out).unwrap();
        runs += 1;
        assert!(runs < 10 + kills, "only {killed} kills in {runs} runs");
    }
}

/// Starts the long run and kills it when both of its checkpoints have samples of the first chain.
fn interrupted(out: &str) {
    let mut child = command(&long(out)).spawn().unwrap();
    let previous = format!("{out}.checkpoint.previous");
    let sampled =
        || CheckpointFiles::load(Path::new(&previous)).is_ok_and(|c| c.positions[0].sweeps >= 350);
    while !sampled() {
        assert!(child.try_wait().unwrap().is_none(), "it ended");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_checkpoint_of_another_run_is_refused_and_kept() {
    let folder = Folder::new();
    let out = folder.text("x.npy");
    interrupted(&out);
    let before: Vec<Vec<u8>> = folder
        .names()
        .iter()
        .map(|n| fs::read(folder.path(n)).unwrap())
        .collect();
    for (from, to, reason) in [
        ("0.44", "0.45", "model (hash): "),
        ("torus:16x16", "torus:8x32", "model (hash): "),
        ("30000", "30050", "samples of a chain: 600 there, 601"),
        ("50", "60", "sweeps from sample to sample: 50 there"),
        ("3", "4", "chains: 3 there, 4 asked for"),
        (
            "heat-bath-checkerboard",
            "wolff",
            "kernel: heat-bath-checkerboard there",
        ),
    ] {
        let other: Vec<&str> = long(&out)
            .iter()
            .map(|&a| if a == from { to } else { a })
            .collect();
        refused(&other, 2, reason);
    }
    refused(
        &[&long(&out)[..], &["--seed", "5"]].concat(),
        2,
        "seed: 20190612 there, 5 asked for",
    );
    let after: Vec<Vec<u8>> = folder
        .names()
        .iter()
        .map(|n| fs::read(folder.path(n)).unwrap())
        .collect();
    assert!(before == after, "a refusal changed a file");
    let shown = good(&[&long(&out)[..], &["--seed", "5", "--restart"]].concat());
    assert!(shown.contains("\"seed\": 5"));
    refused(&long(&out), 2, "--overwrite");
}

#[test]
fn broken_files_fall_back_or_are_refused() {
    let folder = Folder::new();
    let whole = folder.text("whole.npy");
    good(&long(&whole));
    let expected = fs::read(&whole).unwrap();
    let out = folder.text("x.npy");
    interrupted(&out);
    // A kill may have come between two renames; the newest is damaged wherever it is.
    let previous = fs::read(folder.path("x.npy.checkpoint.previous")).unwrap();
    let mut damaged = previous.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 4;
    folder.file("x.npy.checkpoint", &damaged);
    // A full disk at the first checkpoint: the good generation must survive that.
    let new = folder.path("x.npy.checkpoint.new");
    let _ = fs::remove_file(&new);
    #[cfg(target_os = "linux")]
    {
        std::os::unix::fs::symlink("/dev/full", &new).unwrap();
        refused(&long(&out), 5, "No space left");
        let kept = fs::read(folder.path("x.npy.checkpoint.previous")).unwrap();
        assert_eq!(kept, previous);
        // What was begun is cleared away.
        assert!(fs::symlink_metadata(&new).is_err());
        folder.file("x.npy.checkpoint", &damaged);
    }
    let (code, _, err) = run(&long(&out));
    assert_eq!(code, 0, "{err}");
    assert!(
        err.contains("continued from the checkpoint before"),
        "{err}"
    );
    assert_eq!(fs::read(&out).unwrap(), expected);
    // Samples that were changed are seen; so are both generations broken.
    fs::remove_file(&out).unwrap();
    interrupted(&out);
    let partial = folder.path("x.npy.partial");
    let mut samples = fs::read(&partial).unwrap();
    samples[128 + 5] ^= 0xfe;
    fs::write(&partial, &samples).unwrap();
    refused(&long(&out), 2, "are not those that were written");
    fs::remove_file(&partial).unwrap();
    refused(&long(&out), 2, "--restart starts anew");
    good(&[&long(&out)[..], &["--restart"]].concat());
    assert_eq!(fs::read(&out).unwrap(), expected);
}

#[test]
fn bad_requests_have_reasons() {
    let folder = Folder::new();
    let out = folder.text("x.npy");
    let ring = |more: &[&str], code, reason| {
        let base = ["--lattice", "ring:8", "--coupling", "0.5", "--out", &out];
        refused(&[&base, more].concat(), code, reason);
        assert!(folder.names().is_empty(), "{more:?}: {:?}", folder.names());
    };
    ring(&["--sweeps", "0"], 2, "no sample");
    ring(&["--sweeps", "10", "--chains", "0"], 2, "no chains");
    ring(&["--sweeps", "10", "--every", "0"], 2, "at least 1");
    ring(&["--sweeps", "10", "--every", "11"], 2, "no sample");
    ring(&["--sweeps", "18446744073709551615"], 2, "2⁶⁴");
    ring(&["--sweeps", "100000000000"], 4, "--max-bytes");
    ring(&["--sweeps", "10", "--kernel", "identity"], 2, "wolff");
    let sequential = ["--sweeps", "10", "--kernel", "metropolis-sequential"];
    ring(&sequential, 2, "heat-bath-sequential does");
    let bad = ["--sweeps", "10", "--checkpoint-seconds", "nan"];
    ring(&bad, 2, "between 0 and 3600");
    let independent = ["--sweeps", "10", "--kernel", "exact", "--start", "up"];
    ring(&independent, 2, "start from nothing");
    let odd = [
        "--lattice",
        "ring:7",
        "--coupling",
        "1",
        "--sweeps",
        "9",
        "--kernel",
        "heat-bath-checkerboard",
        "--out",
        &out,
    ];
    refused(&odd, 2, "heat-bath-sequential runs on every model");
    let on = |out: &str, coupling: &str, code, reason| {
        let coupling = ["--coupling", coupling, "--sweeps", "20", "--out", out];
        refused(
            &[&["--lattice", "ring:8"][..], &coupling].concat(),
            code,
            reason,
        );
    };
    on(&out, "nan", 2, "error");
    on(&out, "1e308", 2, "finite");
    on("-", "1", 2, "--out");
    on(&folder.text("missing/x.npy"), "1", 5, "cannot be written");
    fs::write(&out, "mine").unwrap();
    on(&out, "1", 2, "--overwrite");
    assert_eq!(fs::read(&out).unwrap(), b"mine");
}

#[test]
fn results_that_cannot_be_shown_are_shown_later() {
    let folder = Folder::new();
    let out = folder.text("x.npy");
    // β|J| = 1000 from all spins up: no spin ever flips, and no error can be estimated.
    let arguments = [
        "--lattice",
        "torus:4x4",
        "--coupling",
        "1000",
        "--kernel",
        "heat-bath",
        "--start",
        "up",
        "--sweeps",
        "50",
        "--out",
        &out,
    ];
    #[cfg(target_os = "linux")]
    {
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let output = command(&arguments).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(5));
        assert!(folder.path("x.npy").exists());
    }
    let shown = good(&arguments);
    assert!(shown.contains("every measurement is -2000"), "{shown}");
    assert_eq!(folder.names(), ["x.npy"]);
    let array = read_npy(&fs::read(&out).unwrap()).unwrap();
    assert_eq!(array.values, NpyValues::I8(vec![1; 4 * 50 * 16]));
}

/// Mean energy of a ring per site by the sum over all of its states.
fn ring_energy(n: usize, k: f64, h: f64) -> f64 {
    let (mut z, mut sum) = (0.0, 0.0);
    for bits in 0..1_u32 << n {
        let spin = |i: usize| if bits >> (i % n) & 1 == 1 { 1.0 } else { -1.0 };
        let reduced: f64 = (0..n)
            .map(|i| k * spin(i) * spin(i + 1) + h * spin(i))
            .sum();
        z += reduced.exp();
        sum -= reduced * reduced.exp();
    }
    sum / z / n as f64
}

#[test]
fn chain_means_agree_with_the_sum_over_states() {
    // 4096 independent chains, each of 64 states; an energy per site is within ±(K + h). Empirical Bernstein has its
    // size at any n. Of the start nothing is left after 300 sweeps: a sweep of the heat bath brings two chains closer by
    // 2·½(tanh(h) + tanh(2K − h)) = 0.73 at least (Dobrushin); the others decorrelate no slower on 8 spins.
    let (k, h) = (0.4, 0.2);
    let folder = Folder::new();
    let exact = ring_energy(8, k, h);
    for kernel in ["heat-bath", "metropolis", "swendsen-wang", "wolff"] {
        let out = folder.text(&format!("{kernel}.npy"));
        good(&[
            "--lattice",
            "ring:8",
            "--coupling",
            "0.4",
            "--field",
            "0.2",
            "--kernel",
            kernel,
            "--chains",
            "4096",
            "--discard",
            "300",
            "--sweeps",
            "256",
            "--every",
            "4",
            "--out",
            &out,
        ]);
        let Npy {
            shape,
            values: NpyValues::I8(values),
        } = read_npy(&fs::read(&out).unwrap()).unwrap()
        else {
            panic!("not int8");
        };
        assert_eq!(shape, [4096, 64, 8]);
        let means: Vec<f64> = values
            .chunks_exact(64 * 8)
            .map(|chain| {
                let energy = |s: &[i8]| -> f64 {
                    (0..8)
                        .map(|i| -k * f64::from(s[i] * s[(i + 1) % 8]) - h * f64::from(s[i]))
                        .sum()
                };
                chain.chunks_exact(8).map(energy).sum::<f64>() / (64.0 * 8.0)
            })
            .collect();
        let p = |mean: f64| empirical_bernstein_p_value(&means, -k - h, k + h, mean).unwrap();
        assert!(p(exact) > 1e-6, "{kernel}: {}", p(exact));
        // The test can fail: a coupling that is 5 % off is rejected.
        assert!(p(ring_energy(8, 1.05 * k, h)) < 1e-6, "{kernel}");
    }
}
