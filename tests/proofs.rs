//! What `proofs/` and the crate say of each other; needs no Coq.

use blockspin::exact::JointTable;
use blockspin::ledger::statements;
use blockspin::rg::factorized::Marginals;
use blockspin::sources::all_claims;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("proofs")
            .join(path),
    )
    .unwrap()
}

/// Theorem and claim ids of every row of the table in `proofs/README.md`.
fn table() -> BTreeMap<String, Vec<String>> {
    read("README.md")
        .lines()
        .filter(|line| line.starts_with("| "))
        .filter_map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let name = cells.get(2)?.strip_prefix('`')?.strip_suffix('`')?;
            let ids = cells[4]
                .split(", ")
                .filter(|id| *id != "-")
                .map(str::to_owned)
                .collect();
            Some((name.to_owned(), ids))
        })
        .collect()
}

#[test]
fn table_and_statements_name_the_same_theorems() {
    let named: BTreeSet<String> = table().into_keys().collect();
    let stated: BTreeSet<String> = statements().keys().map(|&n| n.to_owned()).collect();
    assert!(named.len() > 100, "the table was not read");
    assert_eq!(named, stated);
}

#[test]
fn the_table_names_claims_that_exist() {
    let claims: BTreeSet<&str> = all_claims().iter().map(|c| c.id).collect();
    for (theorem, ids) in table() {
        for id in ids {
            assert!(
                claims.contains(id.as_str()),
                "{theorem} is said to be about {id}"
            );
        }
    }
}

#[test]
fn every_theorem_of_a_claim_stands_in_the_table() {
    let table = table();
    let mut claims = 0;
    for claim in all_claims() {
        claims += usize::from(!claim.theorems.is_empty());
        for theorem in claim.theorems {
            assert!(
                table.contains_key(theorem.name),
                "{}: {}",
                claim.id,
                theorem.name
            );
        }
    }
    assert!(claims >= 25, "only {claims} claims have a theorem");
}

fn fraction(text: &str) -> BigRational {
    let (n, d) = text.split_once('/').unwrap();
    BigRational::new(n.parse::<BigInt>().unwrap(), d.parse::<BigInt>().unwrap())
}

/// Coq proves each line of the file about its definitions; here the crate computes the same.
#[test]
fn shared_vectors_are_what_the_crate_computes() {
    let text = read("vectors/two_layer.txt");
    let mut checked = 0;
    for case in text.split("\ncase ").skip(1) {
        let mut lines = case.lines();
        let sizes: Vec<usize> = lines
            .next()
            .unwrap()
            .split(' ')
            .skip(1)
            .map(|n| n.parse().unwrap())
            .collect();
        let entries: Vec<(&str, Vec<usize>, BigRational)> = lines
            .filter(|line| !line.is_empty())
            .map(|line| {
                let words: Vec<&str> = line.split(' ').collect();
                let last = words.len() - 1;
                let indices = words[1..last].iter().map(|i| i.parse().unwrap()).collect();
                (words[0], indices, fraction(words[last]))
            })
            .collect();
        // States beyond those of the case get weight zero, which changes no sum.
        let bits = |n: usize| n.next_power_of_two().trailing_zeros() as usize;
        let weights = JointTable::from_fn(bits(sizes[0]), bits(sizes[1]), |v, h| {
            entries
                .iter()
                .find(|(name, at, _)| *name == "w" && *at == [v, h])
                .map_or(BigRational::zero(), |(_, _, w)| w.clone())
        })
        .unwrap();
        let marginals = Marginals::of(&weights);
        let factorized = marginals.product();
        let joint = weights.normalised();
        let (rows, columns) = (weights.sum_over_hidden(), weights.sum_over_visible());
        for (name, at, value) in &entries {
            let got = match *name {
                "w" => continue,
                "Z" => weights.total(),
                "margV" => rows[at[0]].clone(),
                "margH" => columns[at[0]].clone(),
                "probV" => marginals.visible[at[0]].clone(),
                "probH" => marginals.hidden[at[0]].clone(),
                "probVH" => joint.at(at[0], at[1]).clone(),
                "factorized" => factorized.at(at[0], at[1]).clone(),
                "condH" => joint.at(at[1], at[0]) / &marginals.visible[at[1]],
                "condV" => joint.at(at[0], at[1]) / &marginals.hidden[at[1]],
                other => panic!("unknown quantity {other}"),
            };
            assert_eq!(&got, value, "{name} {at:?} of case {case:.20}");
            checked += 1;
        }
    }
    assert!(checked > 100, "{checked} values were read");
}
