//! `check-samples` as a user meets it: exit codes, messages, and what the JSON holds.

mod program;

use blockspin::model::files::{Npy, NpyValues, read_npy, write_npy, write_rbm_npz};
use blockspin::model::{Rbm, Units};
use program::{Folder, good, run};
use serde_json::Value;
use std::fs;

impl Folder {
    fn array(&self, name: &str, shape: &[usize], values: NpyValues) -> String {
        let shape = shape.to_vec();
        self.file(name, write_npy(&Npy { shape, values }))
    }

    /// Exact samples of a lattice, by the program itself.
    fn samples(&self, name: &str, rows: usize, model: &[&str]) -> String {
        let path = self.text(name);
        let count = rows.to_string();
        good(&[&["exact"], model, &["--samples", &count, "--out", &path]].concat());
        path
    }
}

const TORUS: [&str; 4] = ["--lattice", "torus:4x4", "--coupling", "0.3"];
const HOTTER: [&str; 4] = ["--lattice", "torus:4x4", "--coupling", "0.25"];

fn check(model: &[&str], samples: &str, more: &[&str]) -> (i32, String, String) {
    run(&[&["check-samples"], model, &[samples], more].concat())
}

/// A refusal with code 2, for the reason given.
fn refused(model: &[&str], samples: &str, more: &[&str], reasons: &[&str]) {
    let (code, out, err) = check(model, samples, more);
    assert_eq!(code, 2, "{err}{out}");
    assert!(out.is_empty());
    for reason in reasons {
        assert!(err.contains(reason), "{reason:?} is not in {err:?}");
    }
}

#[test]
fn right_samples_pass_and_wrong_ones_do_not() {
    let folder = Folder::new();
    let path = folder.samples("s.npy", 10_000, &TORUS);
    let (code, text, err) = check(&TORUS, &path, &[]);
    assert_eq!(code, 0, "{text}{err}");
    for part in [
        "consistent",
        "all rows tested",
        "detectable",
        "spins",
        "pairs",
        "magnetization",
        "beta",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
    let out = folder.text("report.json");
    let (code, nothing, err) = check(&HOTTER, &path, &["--format", "json", "--out", &out]);
    assert_eq!((code, nothing.as_str()), (1, ""), "{err}");
    let report: Value = serde_json::from_str(&fs::read_to_string(&out).unwrap()).unwrap();
    for key in [
        "version",
        "model",
        "seed",
        "verdict",
        "meaning",
        "p_value",
        "alpha",
        "power",
        "detect",
        "rows",
        "tested",
        "chains",
        "correlated",
        "thinning",
        "weights",
        "all_pairs",
        "kinds",
        "detectable_beta",
        "not_tested",
    ] {
        assert!(report.get(key).is_some(), "{key} is missing");
    }
    assert_eq!(report["verdict"], "rejected");
    assert_eq!(report["alpha"].as_f64(), Some(1e-6));
    assert!(report["p_value"].as_f64().unwrap() <= 1e-6);
    let kinds = report["kinds"].as_array().unwrap();
    let energy = kinds.iter().find(|k| k["kind"] == "energy").unwrap();
    assert_eq!(energy["rejected"], true);
    for key in [
        "description",
        "tests",
        "alpha",
        "p_value",
        "detectable",
        "worst",
        "findings",
    ] {
        assert!(energy.get(key).is_some(), "{key} is missing");
    }
    assert!(
        energy["worst"]["expected"]["lo"].as_f64().unwrap()
            <= energy["worst"]["expected"]["hi"].as_f64().unwrap()
    );
    assert_eq!(report["not_tested"][0]["kind"], "states");
    // A file holds the model as well.
    let model = folder.text("m.json");
    good(&[&["convert"], &TORUS[..], &["--to", "json", &model]].concat());
    assert_eq!(check(&[&model], &path, &[]).0, 0);
}

#[test]
fn too_few_and_correlated_samples_end_with_three() {
    let folder = Folder::new();
    let few = folder.samples("few.npy", 6, &TORUS);
    let (code, text, _) = check(&TORUS, &few, &[]);
    assert_eq!(code, 3);
    assert!(text.starts_with("too-few"), "{text}");
    let some = folder.samples("some.npy", 2000, &TORUS);
    assert_eq!(check(&TORUS, &some, &[]).0, 0);
    assert_eq!(check(&TORUS, &some, &["--detect", "0.01"]).0, 3);
    assert_eq!(check(&TORUS, &some, &["--detect", "0.5"]).0, 0);
    // Each row thrice.
    let Npy {
        values: NpyValues::I8(rows),
        ..
    } = read_npy(&fs::read(&some).unwrap()).unwrap()
    else {
        panic!("samples are int8");
    };
    let thrice: Vec<i8> = rows.chunks(16).flat_map(|r| [r, r, r].concat()).collect();
    let path = folder.array("thrice.npy", &[6000, 16], NpyValues::I8(thrice.clone()));
    let (code, text, _) = check(&TORUS, &path, &[]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("thinned to one row in"), "{text}");
    let (code, text, _) = check(&TORUS, &path, &["--correlated", "refuse"]);
    assert_eq!(code, 3);
    assert!(
        text.starts_with("correlated") && text.contains("refused"),
        "{text}"
    );
    assert_eq!(check(&TORUS, &path, &["--correlated", "reject"]).0, 1);
    // The same rows as three chains are each in random order.
    let chains = folder.array("chains.npy", &[3, 2000, 16], NpyValues::I8(thrice));
    let (code, text, _) = check(&TORUS, &chains, &["--correlated", "refuse"]);
    assert_eq!(code, 3, "{text}");
    let turned = [rows.clone(), rows.iter().rev().copied().collect(), rows].concat();
    let chains = folder.array("turned.npy", &[3, 2000, 16], NpyValues::I8(turned));
    let (_, text, _) = check(&TORUS, &chains, &["--format", "json"]);
    assert!(text.contains("\"chains\": 3"), "{text}");
}

#[test]
fn samples_that_are_none_are_refused_with_the_place() {
    let folder = Folder::new();
    let good = folder.samples("good.npy", 100, &TORUS);
    let bytes = fs::read(&good).unwrap();
    let Npy {
        values: NpyValues::I8(rows),
        ..
    } = read_npy(&bytes).unwrap()
    else {
        panic!("samples are int8");
    };
    let mut bad = rows.clone();
    bad[16 * 7 + 3] = 2;
    let path = folder.array("two.npy", &[100, 16], NpyValues::I8(bad.clone()));
    refused(&TORUS, &path, &[], &["two.npy", "[7, 3]", "is 2"]);
    let path = folder.array("two3.npy", &[4, 25, 16], NpyValues::I8(bad));
    refused(&TORUS, &path, &[], &["[0, 7, 3]"]);
    // 0 and 1, said and not said.
    let binary: Vec<u8> = rows.iter().map(|&s| u8::from(s > 0)).collect();
    let path = folder.array("binary.npy", &[100, 16], NpyValues::U8(binary.clone()));
    refused(&TORUS, &path, &[], &["is 0", "--values binary"]);
    assert_eq!(
        check(&TORUS, &path, &["--values", "binary", "--alpha", "0.01"]).0,
        0
    );
    refused(&TORUS, &good, &["--values", "binary"], &["is -1"]);
    // The same in every other type that is read.
    let doubles = rows.iter().map(|&s| f64::from(s)).collect();
    let path = folder.array("f8.npy", &[100, 16], NpyValues::F64(doubles));
    let json = |path: &str| check(&TORUS, path, &["--format", "json"]).1;
    assert_eq!(json(&path), json(&good));
    let mut doubles: Vec<f64> = rows.iter().map(|&s| f64::from(s)).collect();
    doubles[5] = f64::NAN;
    let path = folder.array("nan.npy", &[100, 16], NpyValues::F64(doubles));
    refused(&TORUS, &path, &[], &["[0, 5]", "NaN"]);
    // Shape, length, dtype, nothing at all.
    let path = folder.array("flat.npy", &[1600], NpyValues::I8(rows.clone()));
    refused(&TORUS, &path, &[], &["[1600]", "(rows, 16)"]);
    let path = folder.array("wide.npy", &[50, 32], NpyValues::I8(rows));
    refused(&TORUS, &path, &[], &["[50, 32]"]);
    let path = folder.array("empty.npy", &[0, 16], NpyValues::I8(vec![]));
    refused(&TORUS, &path, &[], &["no samples"]);
    let path = folder.file("short.npy", &bytes[..bytes.len() - 1]);
    refused(&TORUS, &path, &[], &["short.npy", "1599"]);
    let text = String::from_utf8_lossy(&bytes[..128]).into_owned();
    assert!(text.contains("|i1") && text.contains("(100, 16)"));
    let patched = |from: &[u8], to: &[u8]| {
        let at = bytes.windows(from.len()).position(|w| w == from).unwrap();
        let mut out = bytes.clone();
        out[at..at + from.len()].copy_from_slice(to);
        out
    };
    let path = folder.file("complex.npy", patched(b"|i1", b"<c8"));
    refused(&TORUS, &path, &[], &["dtype"]);
    let path = folder.file("huge.npy", patched(b"(100, 16), }   ", b"(1<<60, 16), } "));
    refused(&TORUS, &path, &[], &["huge.npy"]);
    let vast = patched(b"(100, 16), }             ", b"(1152921504606846976,16)}");
    let path = folder.file("vast.npy", vast);
    refused(&TORUS, &path, &[], &["vast.npy", "1600"]);
    // Options.
    refused(&TORUS, &good, &["--alpha", "0"], &["α"]);
    refused(&TORUS, &good, &["--power", "1.5"], &["power"]);
    refused(&TORUS, &good, &["--detect", "NaN"], &["--detect"]);
}

#[test]
fn weights_are_taken_with_a_bound_and_only_then() {
    let folder = Folder::new();
    // Fair coins, weighted to the model: e^𝒦 up to its maximum at all spins alike, 𝒦 = 32 K.
    let free = ["--lattice", "torus:4x4", "--coupling", "0"];
    let model = ["--lattice", "torus:4x4", "--coupling", "0.1"];
    let path = folder.samples("free.npy", 40_000, &free);
    let Npy {
        values: NpyValues::I8(rows),
        ..
    } = read_npy(&fs::read(&path).unwrap()).unwrap()
    else {
        panic!("samples are int8");
    };
    let energy = |row: &[i8]| -> f64 {
        let at = |r: usize, c: usize| i32::from(row[r % 4 * 4 + c % 4]);
        let sum: i32 = (0..16)
            .map(|i| at(i / 4, i % 4) * (at(i / 4 + 1, i % 4) + at(i / 4, i % 4 + 1)))
            .sum();
        0.1 * f64::from(sum)
    };
    let weights: Vec<f64> = rows.chunks(16).map(|r| energy(r).exp()).collect();
    let file = folder.array("w.npy", &[40_000], NpyValues::F64(weights.clone()));
    refused(
        &model,
        &path,
        &["--weights", &file],
        &["--weight-bound", "valid size"],
    );
    // Unweighted they are not the model's.
    assert_eq!(check(&model, &path, &[]).0, 1);
    let bound = 3.3_f64.exp().to_string();
    let with = ["--weights", &file, "--weight-bound", &bound];
    let (code, text, err) = check(&model, &path, &with);
    assert_eq!(code, 0, "{text}{err}");
    assert!(text.contains("of 40000 rows kept"), "{text}");
    refused(
        &model,
        &path,
        &["--weights", &file, "--weight-bound", "2"],
        &["weight ", "bound 2"],
    );
    let mut bad = weights.clone();
    bad[17] = -1.0;
    let file = folder.array("negative.npy", &[40_000], NpyValues::F64(bad));
    refused(
        &model,
        &path,
        &["--weights", &file, "--weight-bound", &bound],
        &["weight 17 is -1"],
    );
    let file = folder.array(
        "short.npy",
        &[39_999],
        NpyValues::F64(weights[1..].to_vec()),
    );
    refused(
        &model,
        &path,
        &["--weights", &file, "--weight-bound", &bound],
        &["39999 weights"],
    );
    let file = folder.array("single.npy", &[1], NpyValues::F32(vec![1.0]));
    refused(
        &model,
        &path,
        &["--weights", &file, "--weight-bound", &bound],
        &["float64"],
    );
}

#[test]
fn machines_are_checked_in_their_own_units() {
    let folder = Folder::new();
    // A table of two variables: samples of tables are 0 and 1.
    let uai = folder.file("m.uai", "MARKOV\n2\n2 2\n1\n2 0 1\n4\n 4 1 2 3\n");
    let path = folder.samples("t.npy", 5000, &[&uai]);
    let (code, text, err) = check(&[&uai], &path, &[]);
    assert_eq!(code, 0, "{text}{err}");
    let other = folder.file("n.uai", "MARKOV\n2\n2 2\n1\n2 0 1\n4\n 4 1 2 2\n");
    assert_eq!(check(&[&other], &path, &[]).0, 1);
    let zero = folder.file("z.uai", "MARKOV\n2\n2 2\n1\n2 0 1\n4\n 4 1 2 0\n");
    refused(&[&zero], &path, &[], &["z.uai"]);
    // A machine with 0/1 units before ±1 units.
    let machine = |w: f64| {
        let rbm = Rbm::new(vec![w, -0.5, 0.3, 1.0], vec![0.5, -1.0], vec![0.2, 0.7]).unwrap();
        write_rbm_npz(&rbm.with_units(Units::ZeroOne, Units::PlusMinus))
    };
    let right = folder.file("r.npz", machine(0.8));
    let wrong = folder.file("w.npz", machine(1.0));
    let path = folder.samples("units.npy", 20_000, &[&right]);
    let (code, text, err) = check(&[&right], &path, &[]);
    assert_eq!(code, 0, "{text}{err}");
    assert_eq!(check(&[&wrong], &path, &[]).0, 1);
    refused(&[&right], &path, &["--values", "binary"], &["is -1"]);
}

#[test]
fn what_is_too_large_or_cannot_be_read_has_its_own_code() {
    let folder = Folder::new();
    let n = 80;
    let terms: Vec<String> = (0..n)
        .flat_map(|i| (0..=i).map(move |j| (i, j)))
        .map(|(i, j)| {
            if i == j {
                format!(r#"{{"sites":[{i}],"coupling":0.1}}"#)
            } else {
                format!(r#"{{"sites":[{j},{i}],"coupling":0.01}}"#)
            }
        })
        .collect();
    let text = format!(
        r#"{{"format":"blockspin-model","version":1,"spins":{n},"terms":[{}]}}"#,
        terms.join(",")
    );
    let model = folder.file("big.json", text);
    let samples = folder.array("s.npy", &[10, n], NpyValues::I8(vec![1; 10 * n]));
    let (code, out, err) = check(&[&model], &samples, &[]);
    assert_eq!((code, out.as_str()), (4, ""), "{err}");
    let (code, _, err) = check(&TORUS, "no-such.npy", &[]);
    assert_eq!(code, 5);
    assert!(err.contains("no-such.npy"));
    let good = folder.samples("good.npy", 100, &TORUS);
    let (code, _, _) = check(&TORUS, &good, &["--out", "no/such/folder/x"]);
    assert_eq!(code, 5);
    // No samples named at all is a mistake in the command.
    program::refused(&[&["check-samples"], &TORUS[..]].concat(), 2, "SAMPLES");
}
