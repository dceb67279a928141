//! The layers of the crate: a room uses rooms of lower layers only.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms from the bottom up; rooms of one layer do not use each other.
const LAYERS: [&[&str]; 7] = [
    &["numeric", "random", "symbolic"],
    &["estimate", "model"],
    &["exact", "sample"],
    &["rg", "learn", "ledger"],
    &["sources", "figures"],
    &["report"],
    &["cli"],
];

fn layer_of(room: &str) -> Option<usize> {
    LAYERS.iter().position(|rooms| rooms.contains(&room))
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The rooms named after `crate::` in code; a doc link is not an arrow.
fn rooms_used(text: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for line in text
        .lines()
        .map(str::trim_start)
        .filter(|l| !l.starts_with("//"))
    {
        for piece in line.split("crate::").skip(1) {
            let room: String = piece
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            assert!(
                !piece.starts_with('{'),
                "name one room a line instead of {line:?}"
            );
            rooms.push(room);
        }
    }
    rooms
}

/// Every arrow (file, from, to) that points up or sideways.
fn forbidden(arrows: &[(String, String, String)]) -> Vec<String> {
    arrows
        .iter()
        .filter(|(_, from, to)| from != to && layer_of(to) >= layer_of(from))
        .map(|(file, from, to)| format!("{file}: {from} uses {to}"))
        .collect()
}

#[test]
fn arrows_point_down() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    let mut arrows = Vec::new();
    let mut counts = BTreeMap::new();
    for file in files {
        let relative = file.strip_prefix(&src).unwrap();
        let room = relative
            .components()
            .next()
            .unwrap()
            .as_os_str()
            .to_str()
            .unwrap()
            .to_owned();
        if room == "lib.rs" || room == "main.rs" {
            continue;
        }
        assert!(
            layer_of(&room).is_some(),
            "{} is in no layer",
            relative.display()
        );
        for used in rooms_used(&fs::read_to_string(&file).unwrap()) {
            assert!(
                layer_of(&used).is_some(),
                "{}: {used} is no room",
                relative.display()
            );
            *counts.entry(room.clone()).or_insert(0) += 1;
            arrows.push((relative.display().to_string(), room.clone(), used));
        }
    }
    let wrong = forbidden(&arrows);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Finding no arrows would mean that the reading is broken, not that the crate is in order.
    for room in ["model", "exact", "ledger", "sources", "report", "cli"] {
        assert!(counts.contains_key(room), "no arrow leaves {room}");
    }
}

/// The one audited file that may contain `unsafe`; the lint level of the crate denies it elsewhere.
const UNSAFE_FILE: &str = "random/wide.rs";

/// Whether code (not comments) uses the keyword or lifts the lint.
fn mentions_unsafe(text: &str) -> bool {
    text.lines()
        .map(|l| l.split("//").next().unwrap())
        .any(|l| {
            l.split(|c: char| !(c.is_alphanumeric() || c == '_'))
                .any(|word| word == "unsafe" || word == "unsafe_code")
        })
}

#[test]
fn unsafe_code_stands_in_one_file() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    let with: Vec<_> = files
        .iter()
        .filter(|f| mentions_unsafe(&fs::read_to_string(f).unwrap()))
        .map(|f| f.strip_prefix(&src).unwrap())
        .collect();
    assert_eq!(with, [Path::new(UNSAFE_FILE)]);
    assert!(!mentions_unsafe("// unsafe\nlet unsafely = 1;"));
    assert!(mentions_unsafe("let x = unsafe { y() }; // why"));
    assert!(mentions_unsafe("#![allow(unsafe_code)]"));
}

#[test]
fn an_upward_or_sideways_arrow_is_seen() {
    let arrow = |from: &str, to: &str| [("f".to_owned(), from.to_owned(), to.to_owned())];
    assert_eq!(forbidden(&arrow("numeric", "ledger")).len(), 1);
    assert_eq!(forbidden(&arrow("ledger", "rg")).len(), 1);
    assert_eq!(forbidden(&arrow("ledger", "numeric")).len(), 0);
    assert_eq!(
        rooms_used("use crate::model::Lattice;\n/// [`crate::cli`]\n"),
        ["model"]
    );
}
