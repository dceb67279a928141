//! `compare` as a user meets it: exit codes, messages, what the JSON holds, and the picture.

mod program;

use blockspin::model::files::write_rbm_npz;
use blockspin::model::{Rbm, Units};
use program::{Folder, good, refused, run};
use serde_json::Value;
use std::fs;

/// Exit code, standard output and standard error.
fn compare(arguments: &[&str]) -> (i32, String, String) {
    run(&[&["compare"], arguments].concat())
}

fn json(arguments: &[&str]) -> (i32, Value) {
    let (code, out, err) = compare(&[arguments, &["--format", "json"]].concat());
    let value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out} {err}"));
    (code, value)
}

const SMALL: [&str; 4] = ["--lattice", "open:3x3", "--coupling", "0.3"];
/// Enough for 5000 chains of six sweeps beside the long ones.
const SWEEPS: [&str; 2] = ["--sweeps", "40000"];

fn names(list: &Value, key: &str) -> Vec<String> {
    let list = list[key].as_array().unwrap().iter();
    list.map(|e| e["name"].as_str().unwrap().to_owned())
        .collect()
}

/// Everything but what the clock says.
fn without_rates(mut value: Value) -> Value {
    fn clean(value: &mut Value) {
        match value {
            Value::Object(map) => {
                map.retain(|key, _| !key.contains("second"));
                map.values_mut().for_each(clean);
            }
            Value::Array(list) => list.iter_mut().for_each(clean),
            _ => {}
        }
    }
    clean(&mut value);
    // The order is that of the rates.
    if let Some(list) = value["samplers"].as_array_mut() {
        list.sort_by_key(|e| e["name"].as_str().unwrap().to_owned());
    }
    value.as_object_mut().unwrap().remove("repeat");
    value
}

#[test]
fn every_sampler_of_a_small_model_agrees_with_the_exact_answer() {
    let (code, found) = json(&[&SMALL[..], &SWEEPS].concat());
    assert_eq!(code, 0, "{found:#}");
    assert_eq!(found["verdict"], "consistent");
    assert_eq!(found["reference"], "exact");
    let samplers = names(&found, "samplers");
    for name in [
        "metropolis-random",
        "heat-bath-sequential",
        "heat-bath-checkerboard",
        "wolff",
        "swendsen-wang",
        "square-heat-bath-checkerboard",
        "square-wolff",
        "square-swendsen-wang",
        "parallel-tempering",
        "coupling-from-the-past",
        "exact",
    ] {
        assert!(samplers.iter().any(|s| s == name), "{name}: {samplers:?}");
    }
    for sampler in found["samplers"].as_array().unwrap() {
        assert!(sampler["seconds_per_sweep"].as_f64().unwrap() > 0.0);
        assert!(sampler["seconds_per_independent_sample"].as_f64().unwrap() > 0.0);
        assert!(sampler["detectable"].as_f64().unwrap() < 0.1);
        for o in sampler["observables"].as_array().unwrap() {
            assert!(o["p_value"].as_f64().unwrap() > found["alpha_per_test"].as_f64().unwrap());
            assert!(o["tau"].as_f64().unwrap() > 0.2, "{o:#}");
            assert!(o["ess_per_second"].as_f64().unwrap() > 0.0);
            // A diagnostic, but none of sixty is that far off.
            assert!(o["z_diagnostic"].as_f64().unwrap().abs() < 7.0, "{o:#}");
        }
    }
    for o in found["observables"].as_array().unwrap() {
        let exact = o["exact"].as_array().unwrap();
        assert!(exact[1].as_f64().unwrap() - exact[0].as_f64().unwrap() < 1e-9);
    }
    let estimators = found["log_z_estimators"].as_array().unwrap();
    assert_eq!(estimators[0]["bias"], "below");
    assert_eq!(estimators[1]["bias"], "above");
    let exact = found["log_z"][0].as_f64().unwrap();
    for e in estimators {
        assert!((e["log_z"].as_f64().unwrap() - exact).abs() < 0.1, "{e:#}");
        assert_eq!(e["rejected"], false);
    }
}

#[test]
fn the_same_sweeps_give_the_same_numbers() {
    let arguments = [
        &SMALL[..],
        &[
            "--kernels",
            "wolff,exact,ais-forward",
            "--sweeps",
            "20000,5000,20000",
        ],
    ]
    .concat();
    let [a, b] = [0, 1].map(|_| without_rates(json(&arguments).1));
    assert_eq!(a, b);
    assert_eq!(a["samplers"][1]["sweeps"], 20_000);
    let other = without_rates(json(&[&arguments[..], &["--seed", "8"]].concat()).1);
    assert_ne!(a, other);
}

#[test]
fn a_sampler_of_another_distribution_is_rejected() {
    let arguments = [
        &SMALL[..],
        &SWEEPS,
        &["--kernels", "exact,heat-bath-sequential"],
    ]
    .concat();
    let (code, found) = json(&[&arguments[..], &["--planted", "1.3"]].concat());
    assert_eq!(code, 1, "{found:#}");
    for sampler in found["samplers"].as_array().unwrap() {
        let rejected = sampler["name"] == "planted";
        let expected = if rejected { "rejected" } else { "consistent" };
        assert_eq!(sampler["verdict"], expected, "{sampler:#}");
    }
    good(&[&["compare"], &arguments[..], &["--planted", "1.0"]].concat());
    // Too little for a test of valid size, but the long chains are visibly off: no pass.
    let (code, found) = json(
        &[
            &SMALL[..],
            &[
                "--sweeps",
                "200000",
                "--kernels",
                "exact",
                "--planted",
                "1.05",
            ],
        ]
        .concat(),
    );
    assert!(code == 1 || code == 3, "{found:#}");
}

#[test]
fn too_little_work_decides_nothing() {
    let (code, found) = json(&[&SMALL[..], &["--kernels", "wolff", "--sweeps", "300"]].concat());
    assert_eq!(code, 3);
    let doubts = found["samplers"][0]["doubts"].to_string();
    assert!(doubts.contains("of the range"), "{doubts}");
    // Cold single spins hardly move in a sweep: a chain that still looks like its start shows nothing.
    let cold = ["--lattice", "torus:6x6", "--coupling", "0.44"];
    let (code, found) = json(
        &[
            &cold[..],
            &["--kernels", "metropolis-random", "--sweeps", "20000"],
        ]
        .concat(),
    );
    assert_eq!(code, 3);
    let doubts = found["samplers"][0]["doubts"].to_string();
    assert!(doubts.contains("autocorrelation"), "{doubts}");
}

#[test]
fn a_budget_is_resolved_to_sweeps_that_are_shown() {
    let arguments = [
        &SMALL[..],
        &["--kernels", "heat-bath-sequential", "--budget", "300ms"],
    ]
    .concat();
    let (_, found) = json(&arguments);
    let sweeps = found["samplers"][0]["sweeps"].as_u64().unwrap();
    assert!(sweeps >= 512);
    assert!(
        found["repeat"]
            .as_str()
            .unwrap()
            .contains(&format!("--sweeps {sweeps}"))
    );
    assert_eq!(found["budget_seconds"], 0.3);
}

#[test]
fn without_an_exact_engine_samplers_are_compared_with_one_another() {
    let arguments = [
        "--lattice",
        "torus:5x5",
        "--coupling",
        "0.3",
        // A torus without a field has a closed form that takes no time.
        "--field",
        "0.05",
        "--max-seconds",
        "0",
        "--sweeps",
        "100000,8000,5000",
        "--kernels",
        "wolff,coupling-from-the-past,ais-forward",
    ];
    let (code, found) = json(&arguments);
    assert_eq!(code, 0, "{found:#}");
    assert_eq!(found["reference"], "each other");
    assert_eq!(found["starts"], "coupling from the past");
    assert!(found["notes"].to_string().contains("no exact"));
    assert!(found["samplers"][0]["observables"][0]["p_value"].is_number());
    assert!(found["log_z"].is_null());
    let out = good(&[&["compare"], &arguments[..]].concat());
    assert!(out.contains("compared with one another"), "{out}");
    // Without independent draws nothing is tested.
    let glass = [
        &arguments[..8],
        &[
            "--disorder",
            "pmj",
            "--kernels",
            "heat-bath-random",
            "--sweeps",
            "20000",
        ],
    ]
    .concat();
    let (code, found) = json(&glass);
    assert_eq!(code, 3, "{found:#}");
    assert_eq!(found["starts"], "none");
}

#[test]
fn a_machine_is_sampled_by_its_blocks() {
    let folder = Folder::new();
    let weights = (0..20).map(|k| 0.3 * f64::from(k % 5) - 0.5).collect();
    let machine = Rbm::new(weights, vec![0.1; 5], vec![-0.2; 4])
        .unwrap()
        .with_units(Units::ZeroOne, Units::ZeroOne);
    let path = folder.file("machine.npz", write_rbm_npz(&machine));
    let kernels = "rbm-block-gibbs,heat-bath-sequential,ais-forward,ais-reverse";
    let (code, found) = json(&[
        &path,
        "--units",
        "binary",
        "--kernels",
        kernels,
        "--sweeps",
        "60000,60000,100000,100000",
    ]);
    assert_eq!(code, 0, "{found:#}");
    let exact = found["log_z"][0].as_f64().unwrap();
    for e in found["log_z_estimators"].as_array().unwrap() {
        assert!(
            (e["log_z"].as_f64().unwrap() - exact).abs() < 0.2,
            "{e:#} {exact}"
        );
    }
}

#[test]
fn kernels_that_do_not_reach_every_state_are_left_out_or_refused() {
    let ring = [
        "--lattice",
        "ring:6",
        "--coupling",
        "0.4",
        "--sweeps",
        "20000",
    ];
    let (_, found) = json(&ring);
    assert!(!names(&found, "samplers").contains(&"metropolis-sequential".to_owned()));
    let left = found["left_out"].as_array().unwrap();
    let entry = left
        .iter()
        .find(|e| e["name"] == "metropolis-sequential")
        .unwrap();
    assert!(entry["reason"].as_str().unwrap().contains("every state"));
    refused(
        &[
            &["compare"],
            &ring[..],
            &["--kernels", "metropolis-sequential"],
        ]
        .concat(),
        2,
        "every state",
    );
}

#[test]
fn the_picture_is_drawn() {
    let folder = Folder::new();
    let arguments = [
        &SMALL[..],
        &[
            "--kernels",
            "wolff,exact,ais-forward",
            "--sweeps",
            "5000,5000,10000",
        ],
    ]
    .concat();
    for (name, start) in [("a.svg", &b"<svg xmlns"[..]), ("a.png", b"\x89PNG")] {
        let path = folder.text(name);
        let (_, out, err) = compare(&[&arguments[..], &["--out", &path]].concat());
        assert!(out.contains("wolff"), "{err}");
        let bytes = fs::read(&path).unwrap();
        assert!(bytes.starts_with(start));
        if name == "a.svg" {
            let svg = String::from_utf8(bytes).unwrap();
            assert!(
                svg.contains("energy_per_spin")
                    && svg.contains(">exact<")
                    && svg.ends_with("</svg>\n")
            );
            assert!(!svg.contains("NaN"));
        }
    }
}

#[test]
fn bad_input_is_named() {
    for (arguments, words) in [
        (&["--budget", "0"][..], "--budget"),
        (&["--budget=-5s"], "--budget"),
        (&["--budget", "NaN"], "--budget"),
        (&["--budget", "soon"], "--budget"),
        (&["--kernels", "wulff"], "wulff is not one of"),
        (&["--kernels", "wolff,wolff"], "twice"),
        (&["--kernels", "rbm-block-gibbs"], "not one of"),
        (&["--sweeps", "3"], "--sweeps"),
        (
            &["--sweeps", "100,100,100", "--kernels", "wolff"],
            "3 numbers for 1",
        ),
        (&["--draws", "1"], "--draws"),
        (&["--detect", "2"], "--detect"),
        (&["--power", "NaN"], "--power"),
        (&["--out", "picture.gif"], ".svg or .png"),
    ] {
        let (code, out, err) = compare(&[&SMALL[..], arguments].concat());
        assert_eq!(code, 2, "{arguments:?} {err}");
        assert!(err.contains(words), "{arguments:?} {err}");
        assert!(out.is_empty());
    }
    let (code, _, err) = compare(&["--lattice", "open:3x3", "--coupling", "NaN"]);
    assert_eq!(code, 2, "{err}");
    let (code, _, _) = compare(&["no-such-file.json"]);
    assert_eq!(code, 5);
    let frustrated = ["--lattice", "ring:5", "--coupling", "-0.5"];
    refused(
        &[
            &["compare"],
            &frustrated[..],
            &["--kernels", "coupling-from-the-past"],
        ]
        .concat(),
        2,
        "frustration",
    );
    let nowhere = [
        "--sweeps",
        "1000",
        "--kernels",
        "exact",
        "--out",
        "/no/such/folder/a.svg",
    ];
    let (code, _, _) = compare(&[&SMALL[..], &nowhere].concat());
    assert_eq!(code, 5);
}
