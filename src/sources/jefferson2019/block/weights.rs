//! Equations 24 to 26 and 28: the distribution, its marginal, and the renormalized weights.

use super::systems::{
    RATIONAL, SYMBOLIC, SYMBOLIC_TWO, System, rational_systems, symbolic_systems,
};
use crate::ledger::{Case, Claim, Docket, Source, Value};
use crate::rg::BlockRule;
use crate::symbolic::Field;

pub(super) const EQ24: Claim = Claim {
    id: "jefferson2019-eq24",
    source: Source::Jefferson2019,
    equation: Some("24"),
    title: "Boltzmann distribution of the fine spins",
    printed: "p(χ) = e^{𝒦(χ)}/Z",
    conventions: &["𝒦 ≡ −βH is the reduced Hamiltonian", "spins ±1"],
    definition: true,
    ..Claim::BLANK
};

pub(super) const EQ25: Claim = Claim {
    id: "jefferson2019-eq25",
    source: Source::Jefferson2019,
    equation: Some("25"),
    title: "distribution of the coarse spins as a marginal",
    printed: "p(χ′) = Σ_χ p(χ, χ′) = Σ_χ p(χ′|χ) p(χ)",
    conventions: &["Σ_χ = ∏_i Σ_{χ_i} is one sum over all m fine spins"],
    assumptions: &["Σ_{χ′} p(χ′|χ) = 1 for every χ"],
    decide: eq25,
    ..Claim::BLANK
};

pub(super) const EQ26: Claim = Claim {
    id: "jefferson2019-eq26",
    source: Source::Jefferson2019,
    equation: Some("26"),
    title: "renormalized Hamiltonian",
    printed: "e^{𝒦′(χ′)} = Σ_χ p(χ′|χ) e^{𝒦(χ)}",
    conventions: &[
        "p(χ′) = e^{𝒦′(χ′)}/Z with the same Z as (24): the constant of 𝒦′ is fixed by that, as (4) and (16) fix theirs",
        "with a Z′ of its own, 𝒦′ is fixed only up to the constant ln(Z′/Z)",
    ],
    assumptions: &["Σ_{χ′} p(χ′|χ) = 1 for every χ"],
    decide: eq26,
    ..Claim::BLANK
};

pub(super) const EQ28: Claim = Claim {
    id: "jefferson2019-eq28",
    source: Source::Jefferson2019,
    equation: Some("28"),
    title: "renormalized Hamiltonian, block by block",
    printed: "e^{𝒦′(χ′)} = Σ_χ e^{𝒦₁(χ)} ∏_j p(V_j|H_j) e^{𝒦_b(H_j)}",
    conventions: &[
        "𝒦₁ has every term that touches more than one block",
        "also found true where blocks differ in size or Hamiltonian, 𝒦_b then depending on j",
    ],
    assumptions: &["the product form (27)"],
    decide: eq28,
    ..Claim::BLANK
};

fn marginal_of<T: Field>(system: &System<T>) -> Vec<T> {
    let weights = system.push_forward();
    let z = weights.iter().cloned().fold(T::zero(), |a, b| a + b);
    weights.into_iter().map(|w| w / z.clone()).collect()
}

fn eq25(docket: &mut Docket) {
    fn on<T: Field + Value>(docket: &mut Docket, scope: &str, cases: &[Case<System<T>>]) {
        docket
            .on(scope, cases, marginal_of)
            .printed(|s| s.transformation().marginal())
            .mutant("p(χ) without 1/Z", |s| {
                let t = s.transformation();
                s.coarse_states()
                    .map(|c| t.renormalized_weight(c))
                    .collect()
            })
            .mutant("another rule: the last spin of each block is kept", |s| {
                let last = s.blocks.iter().map(Vec::len).min().unwrap_or(1) - 1;
                s.with_rule(BlockRule::Keep(last))
                    .transformation()
                    .marginal()
            })
            .mutant("J → 2J between blocks", |s| {
                s.doubled(|s, t| !s.is_intra(t)).transformation().marginal()
            })
            .mutant("fine states equally probable", |s| {
                s.only(|_, _| false).transformation().marginal()
            })
            .finish();
    }
    on(docket, RATIONAL, &rational_systems());
    on(docket, SYMBOLIC_TWO, &symbolic_systems()[..2]);
}

fn eq26(docket: &mut Docket) {
    fn on<T: Field + Value>(docket: &mut Docket, scope: &str, cases: &[Case<System<T>>]) {
        // p(χ′) Z, from the joint distribution and a partition function of the fine spins.
        let truth = |s: &System<T>| -> Vec<T> {
            let z = s.plain_partition();
            marginal_of(s).into_iter().map(|p| p * z.clone()).collect()
        };
        let form = |s: &System<T>| -> Vec<T> {
            let t = s.transformation();
            s.coarse_states()
                .map(|c| t.renormalized_weight(c))
                .collect()
        };
        docket
            .on(scope, cases, truth)
            .printed(form)
            .mutant("β → −β", |s| {
                let mut s = s.clone();
                for term in &mut s.terms {
                    term.weight = T::one() / term.weight.clone();
                }
                form(&s)
            })
            .mutant("𝒦′ normalized to a partition function of 1", marginal_of)
            .mutant("all fine states counted, whatever χ′", |s| {
                vec![s.plain_partition(); 1 << s.blocks.len()]
            })
            .mutant("terms between blocks dropped", |s| {
                form(&s.only(System::is_intra))
            })
            .finish();
    }
    on(docket, RATIONAL, &rational_systems());
    on(docket, SYMBOLIC, &symbolic_systems());
    docket
        .on(
            "Σ_{χ′} e^{𝒦′} = Z on seven systems of 4 to 8 spins",
            &rational_systems(),
            System::plain_partition,
        )
        .printed(|s| {
            let t = s.transformation();
            s.coarse_states().map(|c| t.renormalized_weight(c)).sum()
        })
        .finish();
}

fn eq28(docket: &mut Docket) {
    fn on<T: Field + Value>(docket: &mut Docket, scope: &str, cases: &[Case<System<T>>]) {
        let form = |s: &System<T>| -> Vec<T> {
            let t = s.transformation();
            s.coarse_states()
                .map(|c| t.renormalized_weight_by_blocks(c))
                .collect()
        };
        docket
            .on(scope, cases, System::push_forward)
            .printed(form)
            .mutant("e^{𝒦₁} left out", |s| form(&s.only(System::is_intra)))
            .mutant("𝒦_b doubled", |s| form(&s.doubled(System::is_intra)))
            .mutant("𝒦₁ also contains the terms inside blocks", |s| {
                let mut twice = s.clone();
                let again: Vec<_> = s.terms.iter().filter(|t| s.is_intra(t)).cloned().collect();
                twice.terms.extend(again);
                form(&twice)
            })
            .mutant("p(−V_1|H_1) for the first block", |s| {
                let mut values = form(s);
                for pair in values.chunks_mut(2) {
                    pair.swap(0, 1);
                }
                values
            })
            .finish();
    }
    on(docket, RATIONAL, &rational_systems());
    on(docket, SYMBOLIC, &symbolic_systems());
}
