//! The program as a user meets it: output, exit codes, refusals.

mod program;

use program::{Folder, good, refused, run};
use serde_json::Value;
use std::fs;

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&good(arguments)).unwrap()
}

fn model(spins: usize, terms: &str) -> String {
    format!(r#"{{"format":"blockspin-model","version":1,"spins":{spins},"terms":{terms}}}"#)
}

#[test]
fn two_spins_have_the_partition_function_of_the_textbook() {
    let folder = Folder::new();
    let path = folder.file("m.json", model(2, r#"[{"sites":[0,1],"coupling":0.3}]"#));
    let answer = json(&["exact", &path, "--marginals", "--pairs", "--format", "json"]);
    let bounds = |v: &Value| (v["lo"].as_f64().unwrap(), v["hi"].as_f64().unwrap());
    // Z = 2 e^K + 2 e^{−K} = 4 cosh K, ⟨s₀ s₁⟩ = tanh K.
    let (lo, hi) = bounds(&answer["log_z"]);
    let exact = (4.0 * 0.3_f64.cosh()).ln();
    assert!(
        lo <= exact + 1e-15 && exact - 1e-15 <= hi && hi - lo < 1e-13,
        "[{lo}, {hi}]"
    );
    let pair = &answer["pair"][0];
    assert_eq!((pair[0].as_u64(), pair[1].as_u64()), (Some(0), Some(1)));
    let (lo, hi) = (pair[2].as_f64().unwrap(), pair[3].as_f64().unwrap());
    assert!(lo <= 0.3_f64.tanh() + 1e-15 && 0.3_f64.tanh() - 1e-15 <= hi && hi - lo < 1e-13);
    let (lo, hi) = bounds(&answer["mean"][0]);
    assert!(lo <= 0.0 && 0.0 <= hi && hi - lo < 1e-13);
    assert_eq!(answer["method"], "enumeration");
}

#[test]
fn bad_models_are_refused_with_file_place_and_reason() {
    let folder = Folder::new();
    let cases = [
        ("{", "line 1"),
        (&model(2, r#"[{"sites":[0,5],"coupling":1}]"#), "site 5"),
        (&model(2, r#"[{"sites":[0,0],"coupling":1}]"#), "twice"),
        (&model(2, r#"[{"sites":[0],"coupling":1e999}]"#), "line 1"),
        (&model(2, r#"[{"sites":[0],"coupling":NaN}]"#), "line 1"),
        (
            &model(2, r#"[{"sites":[0],"coupling":1,"beta":2}]"#),
            "beta",
        ),
        (&model(2, r#"[{"sites":[-1],"coupling":1}]"#), "line 1"),
        (&model(0, "[]"), "at least one spin"),
        (&model(1 << 40, "[]"), "limit"),
        (
            &model(2, "[]").replace("\"version\":1", "\"version\":2"),
            "version",
        ),
        (
            &model(2, "[]").replace("blockspin-model", "other"),
            "format",
        ),
    ];
    for (i, (text, reason)) in cases.iter().enumerate() {
        let path = folder.file(&format!("bad{i}.json"), text);
        let (code, out, err) = run(&["exact", &path]);
        assert_eq!(code, 2, "{text}: {err}");
        assert!(out.is_empty(), "{text}: data on stdout");
        assert!(
            err.contains(&format!("bad{i}.json")) && err.contains(reason),
            "{text}: {err}"
        );
    }
}

#[test]
fn a_missing_file_is_no_usage_error() {
    refused(&["exact", "no-such-file.json"], 5, "no-such-file.json");
}

#[test]
fn a_large_dense_model_is_refused_with_its_cost() {
    let folder = Folder::new();
    let n = 80;
    let terms: Vec<String> = (0..n)
        .flat_map(|i| (0..i).map(move |j| format!(r#"{{"sites":[{j},{i}],"coupling":0.01}}"#)))
        .collect();
    let path = folder.file("big.json", model(n, &format!("[{}]", terms.join(","))));
    let (code, out, err) = run(&["exact", &path]);
    assert_eq!(code, 4, "{err}");
    assert!(out.is_empty());
    for part in ["states", "years", "largest size"] {
        assert!(err.contains(part), "{part:?} is not in {err:?}");
    }
    // Within the engine's reach but over a limit, the refusal names the flag that lifts it.
    let small = folder.file("small.json", model(2, "[]"));
    refused(&["exact", &small, "--max-bytes", "10"], 4, "--max-bytes");
}

#[test]
fn unknown_names_are_answered_with_the_nearest() {
    for (arguments, nearest) in [
        (&["explain", "jefferson2019-eq1"][..], "jefferson2019-eq01"),
        (
            &["verify", "--claim", "jeferson2019-eq17"][..],
            "jefferson2019-eq17",
        ),
    ] {
        refused(arguments, 2, &format!("did you mean {nearest}?"));
    }
    refused(
        &["verify", "--source", "jefferson"],
        2,
        "did you mean jefferson2019?",
    );
}

#[test]
fn verify_speaks_three_formats() {
    let claim = [
        "verify",
        "--claim",
        "jefferson2019-eq17",
        "--claim",
        "demellokoch2019-eq61",
    ];
    let ledger = json(&[&claim[..], &["--format", "json"]].concat());
    assert_eq!(ledger["claims"].as_array().unwrap().len(), 2);
    let first = &ledger["claims"][0];
    for key in [
        "id",
        "source",
        "equation",
        "printed_status",
        "correction",
        "condition",
        "evidence",
        "controls",
        "counterexample",
        "reproduce",
    ] {
        assert!(first.get(key).is_some(), "{key} is missing");
    }
    assert_eq!(first["id"], "jefferson2019-eq17");
    assert_eq!(first["printed_status"], "fails");
    let text = good(&claim);
    assert!(text.contains("2 claims") && text.contains("as the ledger expects"));
    let xml = good(&[&claim[..], &["--format", "junit"]].concat());
    assert!(xml.contains(r#"tests="1" failures="0""#), "{xml}");
}

#[test]
fn the_reproduce_command_reproduces() {
    let ledger = json(&[
        "verify",
        "--claim",
        "jefferson2019-eq08",
        "--seed",
        "5",
        "--format",
        "json",
    ]);
    let command = ledger["claims"][0]["reproduce"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut words = command.split(' ');
    assert_eq!(words.next(), Some("blockspin"));
    let arguments: Vec<&str> = words.chain(["--format", "json"]).collect();
    assert_eq!(json(&arguments), ledger);
}

#[test]
fn out_writes_the_same_as_stdout_and_reports_a_folder_that_is_not_there() {
    let folder = Folder::new();
    let path = folder.text("ledger.json");
    let arguments = [
        "verify",
        "--claim",
        "jefferson2019-eq11",
        "--format",
        "json",
    ];
    let (_, out, _) = run(&arguments);
    let (code, nothing, _) = run(&[&arguments[..], &["--out", &path]].concat());
    assert_eq!((code, nothing.as_str()), (0, ""));
    assert_eq!(fs::read_to_string(&path).unwrap(), out);
    assert_eq!(
        fs::read_dir(folder.path("")).unwrap().count(),
        1,
        "a temporary file was left"
    );
    let (code, _, err) = run(&[&arguments[..], &["--out", "no/such/folder/x"]].concat());
    assert_eq!(code, 5, "{err}");
}

#[test]
fn explain_tells_the_story_of_a_claim() {
    let text = good(&["explain", "jefferson2019-eq17"]);
    for part in [
        "As printed",
        "Right form",
        "counterexample",
        "Evidence",
        "Negative controls",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
}
