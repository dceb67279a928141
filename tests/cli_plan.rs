//! `blockspin plan` says of every question what `blockspin exact` will do; refusals that only the work brings.

mod program;

use program::{Folder, command, good, refused, run};
use serde_json::Value;

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&good(arguments)).unwrap()
}

/// The engine that a plan chooses.
fn chosen(plans: &Value) -> String {
    let all = plans.as_array().unwrap();
    let plan = all.iter().find(|p| p["chosen"] == true).unwrap();
    plan["method"].as_str().unwrap().to_owned()
}

/// Random bonds in a field.
const fn frustrated(lattice: &str) -> [&str; 9] {
    [
        "--lattice",
        lattice,
        "--coupling",
        "0.5",
        "--disorder",
        "gaussian",
        "--field",
        "0.1",
        "--format",
    ]
}

const FRUSTRATED: [&str; 9] = frustrated("open:7x7");

fn with<'a>(command: &'a str, model: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    let mut all = vec![command];
    all.extend(model);
    all.push("json");
    all.extend(more);
    all
}

#[test]
fn what_a_plan_chooses_is_what_answers() {
    for (model, questions) in [
        (
            &FRUSTRATED[..],
            &[&[][..], &["--marginals"], &["--pairs"], &["--edges"]][..],
        ),
        (
            &["--lattice", "torus:4x5", "--coupling", "0.4", "--format"][..],
            &[&[][..], &["--pairs"], &["--edges"], &["--observables"]],
        ),
        (
            &["--lattice", "open:9x9", "--coupling", "0.7", "--format"][..],
            &[
                &["--edges"][..],
                &["--pairs", "--method", "planar"],
                &["--edges", "--method", "transfer-matrix"],
                &["--edges", "--method", "elimination"],
                &["--edges", "--method", "planar"],
            ],
        ),
    ] {
        for question in questions {
            let plan = json(&with("plan", model, question));
            let answer = json(&with("exact", model, question));
            assert_eq!(
                chosen(&plan["plans"]),
                answer["method"].as_str().unwrap(),
                "{model:?} {question:?}"
            );
        }
    }
}

#[test]
fn an_engine_that_is_named_is_taken_or_refused() {
    let folder = Folder::new();
    let out = folder.text("s.npy");
    let planar = ["--lattice", "open:4x5", "--coupling", "0.4", "--format"];
    for method in ["transfer-matrix", "elimination", "planar"] {
        let samples = ["--samples", "7", "--method", method];
        let plan = json(&with("plan", &planar, &samples));
        assert_eq!(chosen(&plan["sample_plans"]), method);
        let to_file = [&samples[..], &["--out", &out]].concat();
        json(&with("exact", &planar, &to_file));
        let file = std::fs::read(&out).unwrap();
        let spins = &file[file.len() - 7 * 20..];
        assert!(spins.iter().all(|&s| s as i8 == 1 || s as i8 == -1));
    }
    let enumerated = ["--samples", "7", "--method", "enumeration", "--out", &out];
    refused(&with("exact", &planar, &enumerated), 2, "draws no samples");
    let energy = ["--observables", "--method", "planar"];
    for command in ["exact", "plan"] {
        refused(&with(command, &planar, &energy), 2, "transfer-matrix alone");
    }
}

#[test]
fn more_work_is_predicted_to_take_longer() {
    let seconds = |question: &[&str]| -> f64 {
        let plan = json(&with("plan", &FRUSTRATED, question));
        let all = plan["plans"].as_array().unwrap().clone();
        let plan = all.into_iter().find(|p| p["chosen"] == true).unwrap();
        plan["seconds"].as_f64().unwrap()
    };
    for method in ["auto", "elimination", "transfer-matrix"] {
        let of = |question: &[&str]| seconds(&[&["--method", method], question].concat());
        let (z, edges, pairs) = (of(&[]), of(&["--edges"]), of(&["--pairs"]));
        assert!(z < edges && 5.0 * edges < pairs, "{z} {edges} {pairs}");
    }
}

#[test]
fn a_limit_that_a_plan_exceeds_is_one_that_refuses() {
    let folder = Folder::new();
    let out = folder.text("s.npy");
    let samples = ["--samples", "1000"];
    let plan = json(&with("plan", &FRUSTRATED, &samples));
    let plans = plan["sample_plans"].as_array().unwrap();
    assert_eq!(chosen(&plan["sample_plans"]), "transfer-matrix");
    let least = plans
        .iter()
        .map(|p| p["bytes"].as_f64().unwrap())
        .fold(f64::INFINITY, f64::min);
    for (factor, code) in [(0.9, 4), (1.1, 0)] {
        let bytes = format!("{}", factor * least);
        let limit = ["--max-bytes", bytes.as_str()];
        let (planned, ..) = run(&with("plan", &FRUSTRATED, &[&samples[..], &limit].concat()));
        let file = ["--out", &out];
        let exact = [&samples[..], &limit, &file].concat();
        let (done, _, err) = run(&with("exact", &FRUSTRATED, &exact));
        assert_eq!((planned, done), (code, code), "{factor} {err}");
    }
}

#[test]
fn many_samples_are_planned_as_what_is_held_of_them() {
    // Bytes for each spin of 100,000 samples more, when these need more than the engine.
    let more = |method: &str| {
        let of = |count: &str| {
            let lattice = frustrated("open:16x16");
            let plan = json(&with("plan", &lattice, &["--samples", count]));
            let plans = plan["sample_plans"].as_array().unwrap();
            let plan = plans.iter().find(|p| p["method"] == method).unwrap();
            plan["bytes"].as_f64().unwrap()
        };
        (of("200000") - of("100000")) / (100_000.0 * 256.0)
    };
    // Four bytes for a row of 16 spins, of which there are four more, and then a byte for each spin.
    let strip = more("transfer-matrix");
    assert!((strip - 1.0 - 80.0 / 256.0).abs() < 1e-6, "{strip}");
    // A word for each spin before it is a byte, and 40 bytes for a sample.
    let words = more("elimination");
    assert!((words - 9.0 - 40.0 / 256.0).abs() < 1e-6, "{words}");
}

#[test]
fn wide_numbers_over_the_limit_are_refused_with_their_cost() {
    // A glass so strong that doubles do not hold its tables: the plan is for doubles.
    let model = [
        "--lattice",
        "open:12x12",
        "--coupling",
        "900",
        "--disorder",
        "gaussian",
        "--field",
        "1",
        "--format",
    ];
    let question = ["--method", "elimination"];
    let plan = json(&with("plan", &model, &question));
    let bytes = plan["plans"][0]["bytes"].as_f64().unwrap();
    let limit = |factor: f64| {
        let bytes = format!("{}", factor * bytes);
        run(&with(
            "exact",
            &model,
            &[&question[..], &["--max-bytes", &bytes]].concat(),
        ))
    };
    let (code, _, err) = limit(1.5);
    assert_eq!(code, 4, "{err}");
    assert!(err.contains("--max-bytes overrides"), "{err}");
    let (code, _, err) = limit(2.1);
    assert_eq!(code, 0, "{err}");
}

#[test]
fn observables_have_energy_correlators_of_both_orientations() {
    let model = ["--lattice", "torus:4x5", "--coupling", "0.4", "--format"];
    let answer = json(&with("exact", &model, &["--observables"]));
    let from = answer["energy_correlator"].as_array().unwrap();
    let sources: Vec<&Value> = from.iter().map(|f| &f["bond"]).collect();
    assert_eq!(
        sources,
        [&serde_json::json!([0, 1]), &serde_json::json!([0, 5])]
    );
    // Σ over bonds of ⟨ε₀; ε⟩ is the derivative of ⟨ε₀⟩ by K, and over both sources the heat capacity's share.
    let sum = |f: &Value| -> f64 {
        let with = f["with"].as_array().unwrap();
        assert_eq!(with.len(), 40);
        with.iter()
            .map(|w| {
                0.5 * (w["connected"][0].as_f64().unwrap() + w["connected"][1].as_f64().unwrap())
            })
            .sum()
    };
    let all = 20.0 * (sum(&from[0]) + sum(&from[1])) * 0.4 * 0.4;
    let heat = 0.5
        * (answer["heat_capacity"]["lo"].as_f64().unwrap()
            + answer["heat_capacity"]["hi"].as_f64().unwrap());
    assert!((all - heat).abs() < 1e-9 * heat, "{all} {heat}");
}

#[test]
fn planar_pairs_on_a_torus_are_refused_with_what_does_them() {
    let pairs = ["--lattice", "torus:6x6", "--coupling", "0.4", "--pairs"];
    for what in ["transfer matrix", "elimination"] {
        let arguments = [&["exact"], &pairs[..], &["--method", "planar"]].concat();
        refused(&arguments, 2, what);
    }
}

#[test]
fn a_plan_of_a_file_is_the_plan_of_standard_input() {
    let model = r#"{"format": "blockspin-model", "version": 1, "spins": 3,
        "terms": [{"sites": [0, 2], "coupling": 0.5}, {"sites": [1], "coupling": -0.2}]}"#;
    let folder = Folder::new();
    let file = folder.file("model.json", model);
    assert!(folder.path("model.json").exists());
    let plans = |path: &str| {
        let input = std::fs::File::open(&file).unwrap();
        let mut program = command(&["plan", path, "--format", "json"]);
        let output = program.stdin(input).output().unwrap();
        let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
        shown["plans"].clone()
    };
    assert!(plans(&file).as_array().is_some_and(|p| p.len() >= 2));
    assert_eq!(plans(&file), plans("-"));
}

#[test]
fn a_tight_limit_on_memory_costs_time() {
    let model = frustrated("open:18x18");
    let question = ["--marginals", "--method", "elimination"];
    let plan = |limit: &[&str]| json(&with("plan", &model, &[&question[..], limit].concat()));
    let number = |plan: &Value, key: &str| plan["plans"][0][key].as_f64().unwrap();
    let free = plan(&[]);
    let bytes = format!("{}", 0.9 * number(&free, "bytes"));
    let limit = ["--max-bytes", bytes.as_str()];
    let tight = plan(&limit);
    assert!(number(&tight, "bytes") <= 0.9 * number(&free, "bytes"));
    assert!(number(&tight, "seconds") > number(&free, "seconds"));
    let exact = |limit: &[&str]| json(&with("exact", &model, &[&question[..], limit].concat()));
    assert_eq!(exact(&limit), exact(&[]));
}

#[test]
fn lattices_beyond_every_engine_are_refused_before_they_are_listed() {
    let lattice = ["--lattice", "open:1100x1100", "--coupling"];
    let ask = |command: &str, more: &[&str]| run(&[&[command], &lattice[..], more].concat());
    let (code, out, err) = ask("exact", &["0.3"]);
    assert_eq!((code, out.as_str()), (4, ""), "{err}");
    assert!(err.contains("elimination: ") && err.contains("--max-bytes"));
    let (code, out, _) = ask("plan", &["0.3"]);
    // Row by row, and nothing else: the terms are not there for other engines to look at.
    assert_eq!(code, 4);
    assert_eq!(out.matches(" states, ").count(), 1, "{out}");
    // A torus without a field has Kaufman's products.
    let torus = ["exact", "--lattice", "torus:1100x1100", "--coupling", "0.3"];
    assert!(good(&torus).contains("by kaufman"));
}
