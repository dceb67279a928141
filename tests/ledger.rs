//! The ledger as a whole: complete, well-formed, as expected, and the same on every run.

use blockspin::estimate::{FAMILY_ALPHA, FamilyPlan};
use blockspin::ledger::{
    Claim, Depth, EvidenceKind, FAMILY_SHARES, Record, Source, Status, decide_all,
};
use blockspin::random::Seed;
use blockspin::report::summary;
use blockspin::sources::{all_claims, expectations};
use std::collections::BTreeSet;
use std::sync::OnceLock;

fn records() -> &'static [Record] {
    static RECORDS: OnceLock<Vec<Record>> = OnceLock::new();
    RECORDS.get_or_init(|| decide_all(&all_claims(), Seed::default(), expectations(), |_| {}))
}

fn equations(source: Source) -> BTreeSet<usize> {
    all_claims()
        .iter()
        .filter(|c| c.source == source)
        .filter_map(|c| c.equation.map(|n| n.parse().unwrap()))
        .collect()
}

#[test]
fn every_numbered_equation_has_its_claim() {
    assert!(equations(Source::Jefferson2019).into_iter().eq(1..=34));
    assert!(equations(Source::DeMelloKoch2019).into_iter().eq(1..=62));
    for claim in all_claims() {
        if let Some(n) = claim.equation {
            let n: usize = n.parse().unwrap();
            assert_eq!(claim.id, format!("{}-eq{n:02}", claim.source.key()));
        }
    }
}

#[test]
fn ids_are_unique_kebab_case_and_begin_with_their_source() {
    let mut seen = BTreeSet::new();
    for claim in all_claims() {
        let Claim {
            id,
            source,
            title,
            printed,
            ..
        } = claim;
        assert!(seen.insert(id), "{id} stands twice");
        assert!(id.starts_with(&format!("{}-", source.key())), "{id}");
        assert!(
            id.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
            "{id}"
        );
        assert!(
            !title.is_empty() && !printed.is_empty(),
            "{id} says nothing"
        );
        assert!(
            title.chars().count() <= 72,
            "{id}: the title is too long for a table"
        );
    }
}

#[test]
fn expectations_name_every_claim_and_no_other() {
    let claims: BTreeSet<&str> = all_claims().iter().map(|c| c.id).collect();
    let expected: BTreeSet<&str> = expectations().ids().collect();
    assert_eq!(claims, expected);
}

#[test]
fn every_claim_comes_out_as_expected() {
    for record in records() {
        assert!(
            record.is_as_expected(),
            "{}: {} ({:?}), expected {:?}",
            record.id,
            record.printed_status,
            record.reason,
            record.expected_status
        );
    }
}

/// Statements that contradict each other: no computation says which of them is to be kept.
const CONTRADICTIONS: [&str; 1] = ["demellokoch2019-text-fig7a-input"];

#[test]
fn records_carry_what_their_status_demands() {
    for r in records() {
        match r.printed_status {
            Status::Fails => {
                assert!(r.counterexample.is_some(), "{} has no counterexample", r.id);
                if CONTRADICTIONS.contains(&r.id) {
                    assert!(r.correction.is_none(), "{} has a correction", r.id);
                    continue;
                }
                assert!(r.correction.is_some(), "{} has no correction", r.id);
                let sentence = r.what_was_wrong.unwrap_or_default();
                assert!(sentence.len() > 10, "{} does not say what was wrong", r.id);
                assert!(
                    r.evidence
                        .iter()
                        .any(|e| e.scope.starts_with("corrected form")),
                    "{}: nothing shows that the correction holds",
                    r.id
                );
            }
            Status::Conditional => assert!(r.condition.is_some(), "{} has no condition", r.id),
            Status::Inconclusive => assert!(r.reason.is_some(), "{} gives no reason", r.id),
            Status::Holds | Status::Definition => {}
        }
        if !matches!(r.printed_status, Status::Definition | Status::Inconclusive) {
            assert!(
                r.controls.len() >= 4,
                "{}: three mutants and one against vacuity",
                r.id
            );
            assert!(!r.evidence.is_empty(), "{} has no evidence", r.id);
        }
    }
}

#[test]
fn records_do_not_depend_on_the_number_of_threads() {
    let serial = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    let again =
        serial.install(|| decide_all(&all_claims(), Seed::default(), expectations(), |_| {}));
    assert_eq!(again, records());
}

#[test]
fn all_tests_on_samples_share_one_size() {
    let claims = all_claims();
    let tests = || claims.iter().flat_map(|c| c.sampled);
    let mut plan = FamilyPlan::new();
    for test in tests() {
        // Names are unique, shares positive.
        plan.register(test.name, f64::from(test.shares)).unwrap();
    }
    let shares: u32 = tests().map(|t| t.shares).sum();
    assert!(
        shares <= FAMILY_SHARES,
        "{shares} shares of {FAMILY_SHARES}"
    );
    // What each test takes is at most its part of the family's size.
    let family = plan.fix(FAMILY_ALPHA).unwrap();
    for test in tests() {
        assert!(test.alpha() <= family.alpha(test.name).unwrap() * (1.0 + 1e-12));
    }
}

#[test]
fn a_quick_run_names_the_tests_that_it_leaves_out() {
    let claims = all_claims();
    for (claim, record) in claims.iter().zip(records()) {
        let left: Vec<&str> = claim
            .sampled
            .iter()
            .filter(|t| t.depth == Depth::Full)
            .map(|t| t.name)
            .collect();
        assert_eq!(record.not_run, left, "{}", claim.id);
        let run = claim.sampled.len() - left.len();
        let with_plan = record.evidence.iter().filter_map(|e| e.test.as_ref());
        let mut counted = 0;
        for test in with_plan {
            assert!(test.draws > 0 && !test.effect.is_empty() && test.power > 0.999);
            assert!(test.p_value > test.alpha, "{}: {test:?}", claim.id);
            counted += 1;
        }
        assert_eq!(counted, run, "{}", claim.id);
    }
}

#[test]
fn the_readme_quotes_this_run() {
    let readme = include_str!("../README.md");
    for line in summary(records()).lines() {
        assert!(readme.contains(line), "{line:?} is not in the README");
    }
    let proved = records()
        .iter()
        .filter(|r| r.evidence.iter().any(|e| e.kind == EvidenceKind::Proof))
        .count();
    let words = format!("behind {proved} of the claims");
    assert!(readme.contains(&words), "{words:?} is not in the README");
}
