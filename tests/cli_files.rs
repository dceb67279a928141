//! The program on files of other programs: answers against sums over all states, exit codes, conversions.

mod program;

use blockspin::model::files::{NpyValues, read_npy};
use program::{Folder, good, refused, run};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// The Markov network of the UAI 2014 model format page.
const UAI: &str = "MARKOV\n3\n2 2 3\n3\n1 0\n2 0 1\n2 1 2\n\n2\n 0.436 0.564\n\n4\n 0.128 0.872\n 0.920 0.080\n\n6\n \
    0.210 0.333 0.457\n 0.811 0.000 0.189\n";
/// Its evidence: Y in its first, Z in its second state.
const EVIDENCE: &str = "2 1 0 2 1";
/// The binary quadratic model of dimod's documentation of its coordinate format.
const COO: &str = "# vartype=BINARY\n0 0 -1\n0 1 1\n1 2 -4.5\n";

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&good(&[arguments, &["--format", "json"]].concat())).unwrap()
}

/// The midpoint of bounds, which must be narrow.
fn value(bounds: &Value) -> f64 {
    let (lo, hi) = (
        bounds["lo"].as_f64().unwrap(),
        bounds["hi"].as_f64().unwrap(),
    );
    assert!(lo <= hi && hi - lo < 1e-12, "{bounds}");
    0.5 * (lo + hi)
}

/// Sums of a few doubles, and bounds narrower than 1e-12 around them.
fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 2e-12
}

/// p(x, y, z) of the example, not normalised, by the tables of the page.
fn weight(x: usize, y: usize, z: usize) -> f64 {
    [0.436, 0.564][x]
        * [[0.128, 0.872], [0.920, 0.080]][x][y]
        * [[0.210, 0.333, 0.457], [0.811, 0.000, 0.189]][y][z]
}

/// Sum of the example's weights where the state passes.
fn sum(passes: impl Fn([usize; 3]) -> bool) -> f64 {
    let mut sum = 0.0;
    for index in 0..12 {
        let state = [index % 2, index / 2 % 2, index / 4];
        if passes(state) {
            sum += weight(state[0], state[1], state[2]);
        }
    }
    sum
}

#[test]
fn the_uai_example_has_its_partition_function_and_marginals() {
    let folder = Folder::new();
    let model = folder.file("example.uai", UAI);
    let answer = json(&["exact", &model, "--edges"]);
    let z = sum(|_| true);
    assert!(near(value(&answer["log_z"]), z.ln()));
    for (v, cardinality) in [2, 2, 3].into_iter().enumerate() {
        for s in 0..cardinality {
            let p = value(&answer["marginal"][v][s]);
            assert!(near(p, sum(|state| state[v] == s) / z), "{v} {s}");
        }
    }
    // Pairs that share a table: (0,1) and (1,2).
    let pairs = answer["pair"].as_array().unwrap();
    assert_eq!(pairs.len(), 2);
    for (pair, (i, j)) in pairs.iter().zip([(0, 1), (1, 2)]) {
        assert_eq!(
            (pair["i"].as_u64(), pair["j"].as_u64()),
            (Some(i as u64), Some(j as u64))
        );
        let states = [2, 2, 3][j];
        for k in 0..2 * states {
            let want = sum(|state| state[i] == k / states && state[j] == k % states) / z;
            assert!(near(value(&pair["joint"][k]), want));
        }
    }
}

#[test]
fn result_files_follow_the_evidence_in_both_dialects() {
    let folder = Folder::new();
    let model = folder.file("example.uai", UAI);
    for text in [EVIDENCE, "1\n2 1 0 2 1\n"] {
        let evidence = folder.file("example.evid", text);
        let pr = good(&[
            "exact",
            &model,
            "--evidence",
            &evidence,
            "--format",
            "uai-pr",
        ]);
        let weight = sum(|state| state[1] == 0 && state[2] == 1);
        let found: f64 = pr.strip_prefix("PR\n").unwrap().trim().parse().unwrap();
        assert!(near(found, weight.log10()), "{pr}");
        let mar = good(&[
            "exact",
            &model,
            "--evidence",
            &evidence,
            "--format",
            "uai-mar",
        ]);
        let words: Vec<f64> = mar
            .strip_prefix("MAR\n")
            .unwrap()
            .split_whitespace()
            .map(|w| w.parse().unwrap())
            .collect();
        let up = sum(|state| state == [1, 0, 1]) / weight;
        let want = [3.0, 2.0, 1.0 - up, up, 2.0, 1.0, 0.0, 3.0, 0.0, 1.0, 0.0];
        assert_eq!(words.len(), want.len());
        assert!(words.iter().zip(want).all(|(a, b)| near(*a, b)), "{mar}");
    }
    // Y in its second state leaves no weight for Z in its second.
    let impossible = folder.file("impossible.evid", "2 1 1 2 1");
    let pr = good(&[
        "exact",
        &model,
        "--evidence",
        &impossible,
        "--format",
        "uai-pr",
    ]);
    assert_eq!(pr, "PR\n-inf\n");
    let text = good(&["exact", &model, "--evidence", &impossible]);
    assert!(text.contains("Z = 0"), "{text}");
    let (code, _, err) = run(&[
        "exact",
        &model,
        "--evidence",
        &impossible,
        "--format",
        "uai-mar",
    ]);
    assert_eq!(code, 2, "{err}");
}

#[test]
fn the_dimod_example_has_the_weights_of_its_energies() {
    let folder = Folder::new();
    let model = folder.file("example.coo", COO);
    let energy = |x: usize| {
        let x = [0, 1, 2].map(|i| (x >> i & 1) as f64);
        -x[0] + x[0] * x[1] - 4.5 * x[1] * x[2]
    };
    for beta in [1.0, 0.7, -0.3] {
        let weight = |x: usize| f64::exp(-beta * energy(x));
        let z: f64 = (0..8).map(weight).sum();
        let beta = beta.to_string();
        for extra in [
            &[][..],
            &["--method", "enumeration"],
            &["--method", "elimination"],
        ] {
            let answer = json(&[&["exact", &model, "--beta", &beta, "--edges"], extra].concat());
            assert!(near(value(&answer["log_z"]), z.ln()));
            let spin = |x: usize, i: usize| if x >> i & 1 == 1 { 1.0 } else { -1.0 };
            for i in 0..3 {
                let want: f64 = (0..8).map(|x| weight(x) * spin(x, i)).sum::<f64>() / z;
                assert!(near(value(&answer["mean"][i]), want), "{i}");
            }
            let edges = answer["edge"].as_array().unwrap();
            assert_eq!(edges.len(), 2);
            for (edge, (i, j)) in edges.iter().zip([(0, 1), (1, 2)]) {
                let want: f64 = (0..8)
                    .map(|x| weight(x) * spin(x, i) * spin(x, j))
                    .sum::<f64>()
                    / z;
                assert!(
                    near(edge[2].as_f64().unwrap(), want) && near(edge[3].as_f64().unwrap(), want)
                );
            }
        }
    }
    // Spins with evidence: x1 = 1 leaves four states.
    let evidence = folder.file("e.evid", "1 1 1");
    let answer = json(&[
        "exact",
        &model,
        "--evidence",
        &evidence,
        "--pairs",
        "--marginals",
    ]);
    let weight = |x: usize| f64::exp(-energy(x));
    let states: Vec<usize> = (0..8).filter(|x| x >> 1 & 1 == 1).collect();
    let z: f64 = states.iter().map(|&x| weight(x)).sum();
    assert!(near(value(&answer["log_z"]), z.ln()));
    assert!(near(value(&answer["mean"][1]), 1.0));
    let mean: f64 = states
        .iter()
        .map(|&x| weight(x) * if x & 1 == 1 { 1.0 } else { -1.0 })
        .sum::<f64>()
        / z;
    assert!(
        near(value(&answer["mean"][0]), mean) && near(answer["pair"][0][2].as_f64().unwrap(), mean)
    );
}

#[test]
fn conversions_keep_the_partition_function() {
    let folder = Folder::new();
    let coo = folder.file("example.coo", COO);
    let start = value(&json(&["exact", &coo])["log_z"]);
    let steps = ["m.json", "m.uai", "m.fg", "n.json"];
    let mut from = coo.clone();
    for name in steps {
        let to = folder.text(name);
        good(&["convert", &from, &to]);
        assert!(
            near(value(&json(&["exact", &to])["log_z"]), start),
            "{name}"
        );
        from = to;
    }
    // Back in 0/1 variables: bit for bit from the couplings of the JSON file.
    let back = good(&["convert", &folder.text("m.json"), "-", "--to", "coo-binary"]);
    assert_eq!(
        back,
        "# vartype=BINARY\n0 0 -1\n0 1 1\n1 1 0\n1 2 -4.5\n2 2 0\n"
    );
    // In ±1 variables there is a constant, for which the format has no place.
    let to = folder.text("spin.coo");
    let (code, _, err) = run(&["convert", &coo, &to]);
    assert!(
        code == 2 && err.contains("--drop-constant") && !Path::new(&to).exists(),
        "{err}"
    );
    let (code, _, err) = run(&["convert", &coo, &to, "--drop-constant"]);
    assert!(code == 0 && err.contains("1.375"), "{err}");
    let without = value(&json(&["exact", &to])["log_z"]);
    assert!(near(without + 1.375, start));
    // An option may stand anywhere; a file and a lattice are two models.
    let (start_file, copy) = (folder.text("m.json"), folder.text("copy.uai"));
    for (source, more) in [
        (&start_file, ["--to", "uai"]),
        (&start_file, ["--seed", "3"]),
    ] {
        good(&["convert", source, more[0], more[1], &copy]);
    }
    refused(&["convert", &start_file], 2, "OUT");
    let both = [
        "exact",
        &start_file,
        "--lattice",
        "ring:5",
        "--coupling",
        "1",
    ];
    refused(&both, 2, "either a file or a lattice");
    refused(&["exact", &start_file, "--coupling", "1"], 2, "--lattice");
    // A lattice, without a file to read.
    let ring = folder.text("ring.uai");
    good(&["convert", "--lattice", "ring:5", "--coupling", "0.5", &ring]);
    let exact = (2.0 * 0.5_f64.cosh()).powi(5) + (2.0 * 0.5_f64.sinh()).powi(5);
    assert!(near(value(&json(&["exact", &ring])["log_z"]), exact.ln()));
}

#[test]
fn machines_are_read_from_both_formats() {
    let folder = Folder::new();
    let header = r#"{"W":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"v_bias":{"dtype":"F64","shape":[2],"data_offsets":[8,24]}}"#;
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.extend([0.5_f32, -1.5].iter().flat_map(|x| x.to_le_bytes()));
    file.extend([0.25_f64, 1.0].iter().flat_map(|x| x.to_le_bytes()));
    let safetensors = folder.file("m.safetensors", &file);
    let npz = folder.text("m.npz");
    good(&["convert", &safetensors, &npz, "--units", "binary"]);
    for (arguments, low) in [
        (&["exact", &safetensors, "--edges"][..], -1.0),
        (
            &["exact", &safetensors, "--edges", "--units", "binary"],
            0.0,
        ),
        (&["exact", &npz, "--edges"], 0.0),
    ] {
        let answer = json(arguments);
        let value_of = |state: usize, unit: usize| if state >> unit & 1 == 1 { 1.0 } else { low };
        let weight = |s: usize| {
            let (v0, v1, h) = (value_of(s, 0), value_of(s, 1), value_of(s, 2));
            f64::exp(0.25 * v0 + v1 + 0.5 * v0 * h - 1.5 * v1 * h)
        };
        let z: f64 = (0..8).map(weight).sum();
        assert!(near(value(&answer["log_z"]), z.ln()), "{arguments:?}");
        assert_eq!(answer["method"], "layer-sum");
        for unit in 0..3 {
            let want: f64 = (0..8).map(|s| weight(s) * value_of(s, unit)).sum::<f64>() / z;
            assert!(near(value(&answer["mean"][unit]), want));
        }
        let product: f64 = (0..8)
            .map(|s| weight(s) * value_of(s, 1) * value_of(s, 2))
            .sum::<f64>()
            / z;
        assert!(near(value(&answer["product"][1]), product));
        let spins = json(&[arguments, &["--method", "elimination"]].concat());
        assert!(near(value(&spins["log_z"]), z.ln()));
        // Solved as spins the units keep their own values.
        for unit in 0..3 {
            let (found, layer) = (&spins["mean"][unit], &answer["mean"][unit]);
            assert!(near(value(found), value(layer)), "{arguments:?}");
        }
        let edge = spins["edge"].as_array().unwrap();
        let edge = edge.iter().find(|e| e[0] == 1 && e[1] == 2).unwrap();
        assert!(near(edge[2].as_f64().unwrap(), product));
        let pairs: Vec<&str> = arguments
            .iter()
            .map(|&a| if a == "--edges" { "--pairs" } else { a })
            .collect();
        let pair = json(&pairs)["pair"].clone();
        let pair = pair
            .as_array()
            .unwrap()
            .iter()
            .find(|e| e[0] == 1 && e[1] == 2)
            .cloned();
        assert!(near(pair.unwrap()[3].as_f64().unwrap(), product));
    }
}

#[test]
fn samples_are_int8_rows_with_the_right_frequencies() {
    let folder = Folder::new();
    let out = folder.text("s.npy");
    let count = 20_000;
    let samples = |arguments: &[&str]| {
        let n = count.to_string();
        good(&[arguments, &["--samples", &n, "--out", &out]].concat());
        let array = read_npy(&fs::read(&out).unwrap()).unwrap();
        let NpyValues::I8(values) = array.values else {
            panic!("not int8");
        };
        (array.shape, values)
    };
    let chain = [
        "exact",
        "--lattice",
        "chain:3",
        "--coupling",
        "0.4",
        "--field",
        "0.3",
    ];
    let (shape, values) = samples(&chain);
    assert_eq!(shape, [count, 3]);
    assert!(values.iter().all(|x| x.abs() == 1));
    let mean = value(&json(&[&chain[..], &["--marginals"]].concat())["mean"][1]);
    let found = values
        .iter()
        .skip(1)
        .step_by(3)
        .map(|&x| f64::from(x))
        .sum::<f64>()
        / count as f64;
    // Six standard errors of a mean of ±1 spins.
    assert!(
        (found - mean).abs() < 6.0 / (count as f64).sqrt(),
        "{found} {mean}"
    );
    // The same seed, the same bytes; another seed, others.
    assert_eq!(samples(&chain).1, values);
    assert_ne!(samples(&[&chain[..], &["--seed", "1"]].concat()).1, values);
    // States of other variables by number; evidence holds; what has no weight never comes.
    let model = folder.file("example.uai", UAI);
    let (shape, values) = samples(&["exact", &model]);
    assert_eq!(shape, [count, 3]);
    let rows: Vec<&[i8]> = values.chunks(3).collect();
    assert!(rows.iter().all(|r| !(r[1] == 1 && r[2] == 1)));
    let two = rows.iter().filter(|r| r[2] == 2).count() as f64 / count as f64;
    let want = sum(|state| state[2] == 2) / sum(|_| true);
    assert!((two - want).abs() < 6.0 * 0.5 / (count as f64).sqrt());
    let evidence = folder.file("e.evid", EVIDENCE);
    let (_, values) = samples(&["exact", &model, "--evidence", &evidence]);
    assert!(values.chunks(3).all(|r| r[1] == 0 && r[2] == 1));
    let (code, _, err) =
        run(&[&chain[..], &["--samples", "1000000000000", "--out", &out]].concat());
    assert!(code == 4 && err.contains("--max-bytes"), "{err}");
    assert_eq!(
        run(&[&chain[..], &["--samples", "5"]].concat()).0,
        2,
        "no --out"
    );
}

#[test]
fn lattices_need_no_file() {
    let answer = json(&[
        "exact",
        "--lattice",
        "torus:2x3",
        "--coupling",
        "0.3",
        "--boundary",
        "open",
    ]);
    let mut z = 0.0;
    for s in 0..64_usize {
        let spin = |r: usize, c: usize| if s >> (3 * r + c) & 1 == 1 { 1.0 } else { -1.0 };
        let rows: f64 = (0..2)
            .flat_map(|r| (0..2).map(move |c| spin(r, c) * spin(r, c + 1)))
            .sum();
        let columns: f64 = (0..3).map(|c| spin(0, c) * spin(1, c)).sum();
        z += f64::exp(0.3 * (rows + columns));
    }
    assert!(near(value(&answer["log_z"]), z.ln()));
    // Disorder follows the seed, and not the command.
    let glass = |seed: &str, disorder: &str| {
        let arguments = [
            "--lattice",
            "ring:7",
            "--coupling",
            "0.9",
            "--disorder",
            disorder,
            "--seed",
            seed,
        ];
        value(&json(&[&["exact"], &arguments[..]].concat())["log_z"])
    };
    assert!(!near(glass("1", "gaussian"), glass("2", "gaussian")));
    // A ring of ±K has one of two partition functions, by the sign of the product of its bonds.
    let (c, s) = (
        (2.0 * 0.9_f64.cosh()).powi(7),
        (2.0 * 0.9_f64.sinh()).powi(7),
    );
    let found: Vec<f64> = ["1", "2", "3", "4", "5", "6"]
        .iter()
        .map(|seed| glass(seed, "pmj"))
        .collect();
    assert!(
        found
            .iter()
            .all(|&z| near(z, (c + s).ln()) || near(z, (c - s).ln())),
        "{found:?}"
    );
}

#[test]
fn bad_input_has_exit_code_and_place() {
    let folder = Folder::new();
    for (name, content, code, reason) in [
        (
            "a.uai",
            "MARKOV 2 2 2 1 2 0 1 4 1 1 1",
            2,
            "line 1, token 12",
        ),
        (
            "b.uai",
            "MARKOV\n1\n2\n1\n1 0\n2\n1 -1",
            2,
            "line 7, token 2",
        ),
        ("c.uai", "MARKOV 99999999999 2", 4, "limit"),
        (
            "d.uai",
            "BAYES 3 2000000 2000000 2000000 1 3 0 1 2 8 1",
            4,
            "limit",
        ),
        ("e.fg", "1\n2\n0 1\n100000 100000\n1\n0 1", 4, "limit"),
        ("f.coo", "# vartype=SPIN\n0 1 nan", 2, "line 2, token 3"),
        ("g.coo", "0 1 1", 2, "vartype"),
        ("h.safetensors", "\u{7}", 2, "byte 1"),
        ("i.npz", "PK\u{3}\u{4}", 2, "directory"),
        ("j.unknown", "hello", 2, "--from"),
        ("k.json", "{", 2, "line 1"),
    ] {
        let path = folder.file(name, content);
        let (found, out, err) = run(&["exact", &path]);
        assert_eq!(found, code, "{name}: {err}");
        assert!(
            out.is_empty() && err.contains(name) && err.contains(reason),
            "{name}: {err}"
        );
    }
    let model = folder.file("m.uai", UAI);
    let evidence = folder.file("bad.evid", "1 2 7");
    for (arguments, code, reason) in [
        (&["exact", "missing.uai"][..], 5, "missing.uai"),
        (
            &["exact", &model, "--evidence", "missing.evid"],
            5,
            "missing.evid",
        ),
        (&["exact", &model, "--evidence", &evidence], 2, "state 7"),
        (&["exact", &model, "--beta", "2"], 2, "--beta"),
        (&["exact", &model, "--units", "spin"], 2, "--units"),
        (
            &["exact", &model, "--method", "enumeration"],
            2,
            "elimination",
        ),
        (&["exact", &model, "--max-bytes", "10"], 4, "--max-bytes"),
        (
            &["exact", &model, "--lattice", "ring:3", "--coupling", "1"],
            2,
            "--lattice",
        ),
        (&["exact", "--lattice", "ring:3"], 2, "--coupling"),
        (
            &["exact", "--lattice", "blob:3", "--coupling", "1"],
            2,
            "blob",
        ),
        (&["exact"], 2, "<MODEL>"),
        (&["convert", &model, "out.json"], 2, "states"),
        (
            &["convert", &model, "no/such/folder/out.fg"],
            5,
            "no/such/folder",
        ),
        (&["convert", &model, "out.xyz"], 2, "--to"),
        (&["convert", &model, "out.npz"], 2, "hidden"),
    ] {
        refused(arguments, code, reason);
    }
}

#[test]
fn probabilities_of_many_states_are_listed_or_refused() {
    let folder = Folder::new();
    // A variable in no table: nothing to eliminate, but a probability for each state.
    let model = |states: &str| format!("MARKOV\n1\n{states}\n0\n");
    let huge = folder.file("huge.uai", model("1000000000"));
    let (code, out, err) = run(&["exact", &huge, "--marginals"]);
    assert_eq!(code, 4, "{err}");
    assert!(out.is_empty() && err.contains("--max-bytes"), "{err}");
    assert!(good(&["exact", &huge]).contains("20.723"), "ln of 10^9");
    let large = folder.file("large.uai", model("30000"));
    let text = good(&["exact", &large, "--marginals"]);
    assert_eq!(text.matches("P(x0=").count(), 30_000);
    let first = text.lines().find(|line| line.contains("P(x0=0)")).unwrap();
    assert!(first.contains("0.00003333333333"), "{first}");
}

#[test]
fn energies_times_beta_are_not_rounded() {
    let folder = Folder::new();
    let model = folder.file("v.coo", "# vartype=SPIN\n0 0 2\n1 1 3\n0 1 33.3\n");
    let text = good(&["exact", &model, "--beta", "7", "--format", "json"]);
    let value: Value = serde_json::from_str(&text).unwrap();
    let bound = |end: &str| value["log_z"][end].as_f64().unwrap();
    // 7 (33.3 + 3 − 2) + ln(1 + e^{−14 …}), with 33.3 as a double: 240.1000008315283534…
    let (lo, hi) = (240.100_000_831_528_32, 240.100_000_831_528_38);
    assert!(bound("lo") >= lo && bound("hi") <= hi, "{text}");
    // The double below the value is no upper bound.
    assert!(bound("hi") > 240.100_000_831_528_35, "{text}");
}
