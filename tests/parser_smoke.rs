//! Parsers meet damaged files: an answer or an error, no panic, no memory beyond a cap.
//!
//! The targets in `fuzz/` look further with the same properties; this looks at the same mutants every time.

#[path = "../fuzz/properties.rs"]
#[expect(unreachable_pub, reason = "the fuzzers include it as a crate")]
mod properties;

use blockspin::model::files::{
    FileFormat, Npy, NpyValues, Unstated, read_model, write_npy, write_rbm_npz,
    write_rbm_safetensors,
};
use blockspin::model::{Rbm, Units};
use blockspin::random::{Seed, Stream};
use std::panic::catch_unwind;

/// Mutants of each seed file.
const MUTANTS: u64 = 2500;
/// Most memory by which the process may grow, in KiB. The largest legal request is that of a `.fg` file for tables
/// of 2²⁴ unlisted zeros, 9 bytes each.
const CAP_KIB: u64 = 320 * 1024;

const UAI: &str = "MARKOV\n3\n2 2 3\n4\n1 0\n2 0 1\n2 1 2\n0\n\n2\n 0.436 0.564\n\n4\n 0.128 0.872\n 0.920 0.080\n\n6\n \
    0.210 0.333 0.457\n 0.811 0.000 0.189\n\n1\n2.5e-3\n";
const FG: &str = "# comment\n2\n\n3\n4 8 7\n3 2 2\n4\n0 0.1\n1 3.5\n10 1.6\n11 2.6\n\n1\n8\n2\n2\n0 0.5\n1 1e-3\n";
const COO: &str = "# vartype=BINARY\n0 0 -1\n0 1 1\n1 2 -4.5\n7 7 0\n2 7 1.25e-2\n";
const JSON: &str = r#"{"format":"blockspin-model","version":1,"spins":3,"terms":[{"sites":[0,2],"coupling":0.5},{"sites":[],"coupling":-2e-1}]}"#;
const EVIDENCE: &str = "1\n2 1 0 5 1\n";

/// Numbers that ask for too much, and words that are none.
const MONSTERS: &[&str] = &[
    "0",
    "1",
    "-1",
    "4294967295",
    "4294967296",
    "1152921504606846976",
    "18446744073709551615",
    "18446744073709551616",
    "1e999",
    "-1e-999",
    "nan",
    "inf",
    "16777217",
    "33",
    "67108864",
    "",
    "\u{e9}",
    "{",
    "[[[[[[[[[[",
    "99999999999999999999999999999999999999",
];

fn text_mutant(text: &str, stream: &mut Stream) -> Vec<u8> {
    let pieces: Vec<&str> = text
        .split_inclusive(|c: char| !(c.is_alphanumeric() || c == '.'))
        .collect();
    let mut pieces: Vec<String> = pieces.into_iter().map(str::to_owned).collect();
    for _ in 0..=stream.index(3) {
        let (a, b) = (stream.index(pieces.len()), stream.index(pieces.len()));
        match stream.index(4) {
            0 => pieces.swap(a, b),
            1 => {
                let end = pieces[a].chars().last().filter(|c| !c.is_alphanumeric());
                let monster = MONSTERS[stream.index(MONSTERS.len())];
                pieces[a] = format!("{monster}{}", end.map_or(String::new(), String::from));
            }
            2 => pieces.insert(a, pieces[b].clone()),
            _ => {
                pieces.remove(a);
                if pieces.is_empty() {
                    pieces.push(String::new());
                }
            }
        }
    }
    pieces.concat().into_bytes()
}

fn byte_mutant(bytes: &[u8], stream: &mut Stream) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=stream.index(3) {
        if bytes.is_empty() {
            break;
        }
        let at = stream.index(bytes.len());
        match stream.index(5) {
            0 => bytes[at] ^= 1 << stream.index(8),
            1 => bytes.truncate(at),
            2 => bytes.insert(at, stream.next_u64() as u8),
            3 => {
                // A count blown up.
                let end = (at + [1, 2, 4, 8][stream.index(4)]).min(bytes.len());
                bytes[at..end].fill([0xff, 0x7f, 0x00, 0x80][stream.index(4)]);
            }
            _ => {
                let end = (at + stream.index(16)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}

/// The largest size that the process has had, in KiB, where the system tells.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmPeak:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Feeds mutants to a parser, which says whether it took them; returns how many it refused.
fn attack(
    name: &str,
    seed: &[u8],
    is_text: bool,
    parse: &(dyn Fn(&[u8]) -> bool + std::panic::RefUnwindSafe),
) -> u64 {
    assert!(parse(seed), "{name}: the seed itself is refused");
    let mut refused = 0;
    for index in 0..MUTANTS {
        let mut stream = Seed(1).stream(name, index);
        let mutant = match std::str::from_utf8(seed) {
            Ok(text) if is_text && index % 4 != 0 => text_mutant(text, &mut stream),
            _ => byte_mutant(seed, &mut stream),
        };
        let before = peak_kib();
        let outcome = catch_unwind(|| parse(&mutant));
        let Ok(taken) = outcome else {
            panic!(
                "{name}: mutant {index} panics: {:?}",
                String::from_utf8_lossy(&mutant)
            );
        };
        if let (Some(before), Some(after)) = (before, peak_kib()) {
            let grown = after - before;
            assert!(
                grown <= CAP_KIB,
                "{name}: mutant {index} takes {grown} KiB: {mutant:?}"
            );
        }
        refused += u64::from(!taken);
    }
    refused
}

fn machine() -> Rbm {
    Rbm::new(
        vec![0.1, -0.2, 0.3, 0.4, 0.5, -6.0],
        vec![0.5, -1.0, 0.0],
        vec![2.0, 1.0],
    )
    .unwrap()
    .with_units(Units::ZeroOne, Units::PlusMinus)
}

/// The same as [`write_rbm_npz`], its first member deflated (`tests/data/rbm_deflated.npz.hex`, by Python's zipfile).
fn deflated() -> Vec<u8> {
    let hex: Vec<u8> = include_str!("data/rbm_deflated.npz.hex")
        .bytes()
        .filter(u8::is_ascii_hexdigit)
        .collect();
    hex.chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

#[test]
fn damaged_files_are_answered_or_refused() {
    let model = |format: FileFormat| move |bytes: &[u8]| properties::model(bytes, format);
    let array = write_npy(&Npy {
        shape: vec![2, 3],
        values: NpyValues::F32(vec![0.5; 6]),
    });
    // What is refused least often: a number changed for another one is a file still.
    let cases = [
        attack("uai", UAI.as_bytes(), true, &model(FileFormat::Uai)),
        attack("fg", FG.as_bytes(), true, &model(FileFormat::Fg)),
        attack("coo", COO.as_bytes(), true, &model(FileFormat::Coo)),
        attack("json", JSON.as_bytes(), true, &model(FileFormat::Json)),
        attack("evidence", EVIDENCE.as_bytes(), true, &properties::evidence),
        attack("npy", &array, false, &properties::array),
        attack(
            "npz",
            &write_rbm_npz(&machine()),
            false,
            &model(FileFormat::Npz),
        ),
        attack("deflated npz", &deflated(), false, &model(FileFormat::Npz)),
        attack(
            "safetensors",
            &write_rbm_safetensors(&machine()),
            false,
            &model(FileFormat::Safetensors),
        ),
    ];
    // Mutants that all pass, or none, would mean that nothing was attacked.
    for refused in cases {
        assert!(refused > MUTANTS / 4 && refused < MUTANTS, "{cases:?}");
    }
}

#[test]
fn a_deflated_machine_is_the_one_that_was_packed() {
    let read = |bytes: &[u8]| read_model(bytes, FileFormat::Npz, Unstated::default()).unwrap();
    assert_eq!(read(&deflated()), read(&write_rbm_npz(&machine())));
}
