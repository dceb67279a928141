//! `blockspin sample --kernel …`: every kernel runs, goes on after a kill with the same bytes, and samples its model;
//! kernels that do not run say why.

mod killed;
mod program;

use blockspin::model::files::{Npy, NpyValues, read_npy, write_rbm_npz};
use blockspin::model::{Rbm, Units};
use blockspin::random::{Seed, Stream};
use blockspin::sample::Subject;
use killed::{kill_somewhere, kills, outcome};
use program::{Folder, command, good, refused, run};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// A model on the command line, the kernels that run on it, and sweeps of a run that takes some tenths of a second.
struct Case {
    model: Vec<String>,
    units: usize,
    kernels: &'static [&'static str],
    sweeps: u64,
}

fn cases(folder: &Folder) -> Vec<Case> {
    let words = |text: &str| text.split(' ').map(str::to_owned).collect();
    let rbm = Rbm::new(
        vec![0.5, -0.25, 0.75, 1.0, 0.125, -0.5],
        vec![0.25, -0.5, 0.1],
        vec![-0.75, 0.375],
    )
    .unwrap()
    .with_units(Units::ZeroOne, Units::ZeroOne);
    let machine = folder.file("machine.npz", write_rbm_npz(&rbm));
    vec![
        Case {
            model: words("--lattice torus:4x6 --coupling 0.3"),
            units: 24,
            kernels: &[
                "square-heat-bath-checkerboard",
                "square-wolff",
                "square-swendsen-wang",
                "bit-parallel-metropolis",
                "bit-parallel-heat-bath",
                "parallel-tempering",
                "coupling-from-the-past",
                "exact",
            ],
            sweeps: 20_000,
        },
        Case {
            model: words("--lattice torus:4x4 --coupling 0.3 --field 0.1"),
            units: 16,
            kernels: &["square-metropolis-checkerboard"],
            sweeps: 20_000,
        },
        Case {
            model: words("--lattice torus:64x32 --coupling 0.2"),
            units: 2048,
            kernels: &["tiled-metropolis", "tiled-heat-bath"],
            sweeps: 2000,
        },
        Case {
            model: vec![machine],
            units: 5,
            kernels: &["rbm-block-gibbs"],
            sweeps: 20_000,
        },
    ]
}

#[test]
fn help_and_refusal_name_every_kernel() {
    let help = good(&["sample", "--help"]);
    let (code, _, err) = run(&[
        "sample",
        "--lattice",
        "ring:4",
        "--coupling",
        "1",
        "--kernel",
        "identity",
        "--sweeps",
        "9",
        "--out",
        "x",
    ]);
    assert_eq!(code, 2);
    for name in Subject::names().chain(["exact"]) {
        assert!(help.contains(name), "help does not name {name}");
        assert!(err.contains(name), "the refusal does not name {name}");
    }
}

/// Kills a run with so many threads near one of its first checkpoints; says whether it was still running.
fn killed(arguments: &[&str], checkpoint: &Path, threads: &str, stream: &mut Stream) -> bool {
    let child = command(arguments)
        .env("RAYON_NUM_THREADS", threads)
        .spawn()
        .unwrap();
    kill_somewhere(child, &[checkpoint.to_owned()], (4, 2000), stream)
}

#[test]
fn every_kernel_goes_on_after_a_kill_and_samples_its_model() {
    let folder = Folder::new();
    let mut seen = Vec::new();
    let mut interrupted = 0;
    let mut stream = Seed(1).stream("kills of every kernel", 0);
    for case in cases(&folder) {
        for &kernel in case.kernels {
            seen.push(kernel);
            let out = folder.path("x.npy");
            let (out_text, sweeps) = (out.to_str().unwrap(), case.sweeps.to_string());
            let model: Vec<&str> = case.model.iter().map(String::as_str).collect();
            let arguments = [
                &["sample"][..],
                &model,
                &["--kernel", kernel, "--sweeps", &sweeps, "--every", "10"],
                &["--discard", "200", "--chains", "3", "--format", "json"],
                &["--checkpoint-seconds", "0.002", "--out", out_text],
            ]
            .concat();
            let shown = good(&arguments);
            let whole = fs::read(&out).unwrap();
            let Npy { shape, values } = read_npy(&whole).unwrap();
            assert_eq!(
                shape,
                [3, case.sweeps as usize / 10, case.units],
                "{kernel}"
            );
            assert!(matches!(values, NpyValues::I8(_)));
            // Killed twice with another number of threads, then left alone.
            fs::remove_file(&out).unwrap();
            let checkpoint = folder.path("x.npy.checkpoint");
            for k in 0..kills(2) {
                let threads = ["1", "3"][k % 2];
                interrupted += usize::from(killed(&arguments, &checkpoint, threads, &mut stream));
            }
            let (code, again, err) = run(&arguments);
            // It may have ended before it was killed.
            if !err.contains("--overwrite") {
                assert_eq!((code, &again), (0, &shown), "{kernel}: {err}");
            }
            assert!(fs::read(&out).unwrap() == whole, "{kernel}");
            let value: Value = serde_json::from_str(&shown).unwrap();
            assert_eq!(value["kernel"], kernel);
            let drawn = ["exact", "coupling-from-the-past"].contains(&kernel);
            assert_eq!(
                value["independent"],
                if drawn {
                    Value::Bool(true)
                } else {
                    Value::Null
                }
            );
            // Samples of the model, and not of a model with another coupling.
            let check = |model: &[&str]| {
                let arguments = [&["check-samples"], model, &[out_text]].concat();
                run(&[&arguments[..], &["--values", "spin"]].concat())
            };
            if case.model.len() > 1 && case.units < 100 {
                let (code, said, err) = check(&model);
                assert_eq!(code, 0, "{kernel}: {said}{err}");
                let mut other = model.clone();
                other[3] = "0.35";
                let (code, said, _) = check(&other);
                assert_eq!(code, 1, "{kernel} at another coupling: {said}");
            }
            fs::remove_file(&out).unwrap();
        }
    }
    assert_eq!(seen.len(), 12);
    assert!(interrupted >= 12, "only {interrupted} were killed");
}

#[test]
fn chains_of_a_set_do_not_depend_on_their_number_or_the_threads() {
    let folder = Folder::new();
    let rows = |kernel: &str, chains: &str, threads: &str| {
        let out = folder.path("x.npy");
        let output = command(&[
            "sample",
            "--lattice",
            "torus:4x6",
            "--coupling",
            "0.4",
            "--kernel",
            kernel,
            "--chains",
            chains,
            "--sweeps",
            "60",
            "--every",
            "7",
            "--overwrite",
            "--out",
            out.to_str().unwrap(),
        ])
        .env("RAYON_NUM_THREADS", threads)
        .output()
        .unwrap();
        let (code, _, err) = outcome(&output);
        assert_eq!(code, 0, "{err}");
        let Npy {
            shape,
            values: NpyValues::I8(values),
        } = read_npy(&fs::read(&out).unwrap()).unwrap()
        else {
            panic!("not int8");
        };
        assert_eq!(shape[1..], [8, 24]);
        values
    };
    for kernel in ["bit-parallel-metropolis", "bit-parallel-heat-bath"] {
        let many = rows(kernel, "1030", "1");
        assert!(many == rows(kernel, "1030", "3"), "{kernel}");
        for chains in [1, 512, 513] {
            let few = rows(kernel, &chains.to_string(), "2");
            assert!(few == many[..chains * 8 * 24], "{kernel}, {chains} chains");
        }
        let chains: std::collections::BTreeSet<&[i8]> = many.chunks(8 * 24).collect();
        assert_eq!(chains.len(), 1030, "{kernel}: chains that coincide");
    }
}

#[test]
fn kernels_that_do_not_run_say_why_and_what_does() {
    let folder = Folder::new();
    let out = folder.path("x.npy");
    let neither = |model: &str, more: &[&str], code: i32, reason: &str| {
        let model: Vec<&str> = model.split(' ').collect();
        let out = ["--sweeps", "9", "--out", out.to_str().unwrap()];
        let arguments = [&["sample"], &model[..], more, &out].concat();
        refused(&arguments, code, reason);
        refused(&arguments, code, "heat-bath-sequential");
        assert_eq!(fs::read_dir(folder.path("")).unwrap().count(), 0);
    };
    let torus = "--coupling 0.3 --lattice torus:4x6";
    for (model, kernel, reason) in [
        (
            "--coupling 0.3 --lattice torus:4x5",
            "bit-parallel-metropolis",
            "even sides",
        ),
        (
            "--coupling 0.3 --lattice cylinder:4x6",
            "bit-parallel-heat-bath",
            "open side",
        ),
        (
            torus,
            "tiled-metropolis",
            "rows in multiples of 64 and columns of 32",
        ),
        (
            "--coupling 0.3 --lattice torus:8x12",
            "square-metropolis-checkerboard",
            "does not reach every state",
        ),
        (torus, "rbm-block-gibbs", "Boltzmann machine"),
        (
            "--coupling -0.3 --lattice torus:4x6",
            "square-wolff",
            "zero or more",
        ),
        (
            "--coupling -0.3 --lattice torus:3x3",
            "coupling-from-the-past",
            "frustration",
        ),
        (
            "--coupling 1 --lattice torus:4x6 --disorder pmj",
            "bit-parallel-metropolis",
            "rectangle",
        ),
    ] {
        neither(model, &["--kernel", kernel], 2, reason);
    }
    let large = "--coupling 0.3 --field 0.1 --lattice torus:64x64";
    neither(large, &["--kernel", "exact"], 4, "refused");
}

#[test]
fn a_checkpoint_of_another_kernel_is_refused() {
    let folder = Folder::new();
    let out = folder.path("x.npy");
    let arguments = |kernel: &'static str| {
        let model = [
            "sample",
            "--lattice",
            "torus:8x8",
            "--coupling",
            "0.4",
            "--kernel",
            kernel,
        ];
        let run = [
            "--sweeps",
            "2000000",
            "--every",
            "1000",
            "--checkpoint-seconds",
            "0.01",
            "--out",
        ];
        [&model[..], &run, &[out.to_str().unwrap()]].concat()
    };
    let checkpoint = folder.path("x.npy.checkpoint");
    // A kill may have come before the first checkpoint, or between two renames.
    let names = ["x.npy.checkpoint", "x.npy.checkpoint.previous"];
    let paths = || names.iter().map(|name| folder.path(name));
    let mut stream = Seed(2).stream("kill of a set", 0);
    while !paths().any(|path| path.exists()) {
        assert!(killed(
            &arguments("bit-parallel-heat-bath"),
            &checkpoint,
            "1",
            &mut stream
        ));
    }
    let generations: Vec<_> = paths().filter(|path| path.exists()).collect();
    let content = || -> Vec<Vec<u8>> {
        let files = generations.iter();
        files.map(|path| fs::read(path).unwrap()).collect()
    };
    let before = content();
    for kernel in ["bit-parallel-metropolis", "square-wolff", "exact"] {
        let (code, _, err) = run(&arguments(kernel));
        assert_eq!(code, 2, "{kernel}: {err}");
        assert!(
            err.contains("kernel: bit-parallel-heat-bath there"),
            "{err}"
        );
    }
    let seed = [&arguments("bit-parallel-heat-bath")[..], &["--seed", "4"]].concat();
    let (code, _, err) = run(&seed);
    assert!(
        code == 2 && err.contains("seed: 20190612 there, 4"),
        "{code}: {err}"
    );
    assert!(content() == before, "a refusal changed a file");
    // The format before this one.
    for (path, mut old) in generations.iter().zip(before) {
        old[8] = 1;
        fs::write(path, &old).unwrap();
    }
    let (code, _, err) = run(&arguments("bit-parallel-heat-bath"));
    assert!(
        code == 2 && err.contains("its format has version 1"),
        "{code}: {err}"
    );
    assert!(err.contains("--restart starts anew"), "{err}");
}
