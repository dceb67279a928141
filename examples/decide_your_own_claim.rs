//! A claim of your own: the printed form, an independent route, mutants.
//!
//! ```sh
//! cargo run --release --example decide_your_own_claim
//! ```

use blockspin::ledger::{Case, Claim, Docket, decide};
use blockspin::random::Seed;
use blockspin::report::explain;
use blockspin::symbolic::Laurent;

/// Z of an open chain of n spins in t = e^K, by summing all states.
fn by_enumeration(n: u32) -> Laurent {
    Laurent::from_terms((0..1_u32 << n).map(|s| {
        let unequal = (0..n - 1)
            .filter(|i| (s >> i ^ s >> (i + 1)) & 1 == 1)
            .count() as i32;
        let exponent = n as i32 - 1 - 2 * unequal;
        (
            vec![(0, exponent)],
            num_rational::BigRational::from_integer(1.into()),
        )
    }))
}

/// `2 (t + 1/t)^power`.
fn closed_form(power: u32) -> Laurent {
    let bond = Laurent::var(0)
        + Laurent::var(0)
            .pow(-1)
            .unwrap_or_else(|| Laurent::integer(1));
    let mut z = Laurent::integer(2);
    for _ in 0..power {
        z = z * &bond;
    }
    z
}

fn main() {
    let claim = Claim {
        id: "jefferson2019-not-in-the-document",
        title: "partition function of an open chain",
        printed: "Z = 2 (2 cosh K)^N",
        corrected: Some("Z = 2 (2 cosh K)^{N−1}"),
        wrong: Some("the power: N spins have N − 1 bonds"),
        decide: |docket: &mut Docket| {
            let chains: Vec<Case<u32>> = (2..6)
                .map(|n| Case::new(n as usize, format!("N = {n}"), n))
                .collect();
            docket
                .on("open chains, t = e^K", &chains, |&n| by_enumeration(n))
                .printed(|&n| closed_form(n))
                .corrected(|&n| closed_form(n - 1))
                .mutant("J → 2J", |&n| closed_form(2 * (n - 1)))
                .mutant("N − 2", |&n| closed_form(n - 2))
                .mutant("one state less", |&n| {
                    closed_form(n - 1) - Laurent::integer(1)
                })
                .finish();
        },
        ..Claim::BLANK
    };
    print!("{}", explain(&decide(&claim, Seed::default())));
}
