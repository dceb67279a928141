//! `blockspin evaluate`: every estimate of one machine beside the exact value, for machines of several programs.

mod program;

use blockspin::model::files::{Npy, NpyValues, write_npy, write_rbm_npz, write_rbm_safetensors};
use blockspin::model::{Rbm, Units};
use blockspin::random::Seed;
use program::{Folder, good};
use serde_json::Value;
use std::fs;
use std::path::Path;

fn evaluate<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [&["evaluate"], arguments].concat()
}

fn machine(units: Units) -> Rbm {
    let mut s = Seed(5).stream("evaluated machine", 0);
    let mut list = |n: usize| (0..n).map(|_| 0.4 * s.normal()).collect::<Vec<_>>();
    let rbm = Rbm::new(list(40), list(8), list(5)).unwrap();
    rbm.with_units(units, units)
}

fn samples(units: Units, path: &Path) {
    let mut s = Seed(6).stream("evaluated samples", 0);
    let values = (0..8 * 300)
        .map(|_| units.value(s.uniform() < 0.6))
        .collect();
    let array = Npy {
        shape: vec![300, 8],
        values: NpyValues::I8(values),
    };
    fs::write(path, write_npy(&array)).unwrap();
}

#[test]
fn estimates_stand_beside_the_exact_value() {
    let folder = Folder::new();
    for units in [Units::PlusMinus, Units::ZeroOne] {
        let rbm = machine(units);
        folder.file("w.npz", write_rbm_npz(&rbm));
        folder.file("w.safetensors", write_rbm_safetensors(&rbm));
        samples(units, &folder.path("data.npy"));
        let shown = ["w.npz", "w.safetensors"].map(|file| {
            let files = [file, "data.npy"].map(|name| folder.text(name));
            let shown = good(&evaluate(&[&files[0], &files[1], "--format", "json"]));
            let shown: Value = serde_json::from_str(&shown).unwrap();
            shown
        });
        assert_eq!(shown[0]["estimates"], shown[1]["estimates"]);
        let shown = &shown[0];
        let rows = shown["estimates"].as_array().unwrap();
        let names: Vec<&str> = rows.iter().map(|r| r["method"].as_str().unwrap()).collect();
        assert_eq!(
            names,
            [
                "exact",
                "ais forward",
                "ais backward",
                "tap 2",
                "tap 3",
                "sampled"
            ]
        );
        let number = |row: &Value, name: &str| row[name].as_f64().unwrap();
        let exact = number(&rows[0], "log_z");
        for row in rows {
            let sum = number(row, "log_z") + number(row, "log_likelihood");
            // Both are sums over the same free energies.
            let free = number(shown, "mean_free_energy");
            assert!((sum + free).abs() < 1e-12 * free.abs().max(1.0), "{row}");
            assert!(!row["bias"].as_str().unwrap().is_empty());
            if let Some(error) = row["log_z_std_err"].as_f64() {
                // The seeds are fixed; five sigma are far beyond what they show.
                let off = number(row, "log_z") - exact;
                assert!(error > 0.0 && off.abs() < 5.0 * error, "{row}");
            }
        }
        let bracket = &shown["log_z_bracket"];
        assert!(number(bracket, "low") < exact && exact < number(bracket, "high"));
        assert_eq!(bracket["draws"], "exact draws");
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let folder = Folder::new();
    let (weights, data) = (folder.text("w.npz"), folder.text("data.npy"));
    fs::write(&weights, write_rbm_npz(&machine(Units::ZeroOne))).unwrap();
    samples(Units::PlusMinus, &folder.path("data.npy"));
    let refused = |arguments: &[&str], code: i32, reason: &str| {
        program::refused(&evaluate(arguments), code, reason);
    };
    refused(&[&weights, &data], 2, "expected 0 or 1");
    samples(Units::ZeroOne, &folder.path("data.npy"));
    refused(&[&data, &data], 2, "neither safetensors nor .npz");
    refused(&[&weights, &data, "--chains", "1"], 2, "at least 2");
    for name in ["--chains", "--draws", "--temperatures"] {
        refused(&[&weights, &data, name, "18446744073709551615"], 4, name);
    }
    refused(&[&folder.text("absent.npz"), &data], 5, "absent.npz");
    let narrow = Npy {
        shape: vec![2, 3],
        values: NpyValues::I8(vec![0, 1, 0, 1, 1, 1]),
    };
    fs::write(&data, write_npy(&narrow)).unwrap();
    refused(&[&weights, &data], 2, "3 units, the machine has 8");
    // Weights that are no numbers.
    let rbm = machine(Units::ZeroOne);
    let mut bytes = write_rbm_safetensors(&rbm);
    let header = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    bytes[header..header + 8].copy_from_slice(&f64::NAN.to_le_bytes());
    fs::write(&weights, bytes).unwrap();
    refused(&[&weights, &data], 2, "not a finite number");
}
