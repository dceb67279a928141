//! Equations (51) to (56) of appendix A: the expectation values, written out.

use super::machines::{
    Average, System, rational_cases, rational_cases_with_data, symbolic_cases, with_data,
};
use crate::learn::model_averages;
use crate::ledger::{Case, Claim, Docket, Source, Value};
use crate::model::RbmFactors;
use crate::symbolic::Field;

const DATA: &[&str] = &[
    "v_i, h_a ∈ {−1, +1}; the left side is the average with visible vectors as in the data and hidden ones given them by (2)",
];

const MODEL: &[&str] = &[
    "v_i, h_a ∈ {−1, +1}; the left side is the average over p(v, h) of (2)",
    "the sum is taken as printed, over all states and without weights; with 1/2^N for each state it fails too, which is among the controls",
    "without biases (54) and (56) are zero on both sides",
];

pub(super) const EQ51: Claim = Claim {
    id: "demellokoch2019-eq51",
    source: Source::DeMelloKoch2019,
    equation: Some("51"),
    title: "⟨v h⟩ of the data",
    printed: "⟨v_i h_a⟩_data = (1/N_s) Σ_A v̂_i⁽ᴬ⁾ tanh(Σ_i W_ia v̂_i⁽ᴬ⁾ + b_a⁽ʰ⁾)",
    conventions: &[
        DATA[0],
        "i stands for two things: the i of Σ_i inside the tanh is bound by that sum, as in (10), and is not the i of v̂_i; another letter would be better",
    ],
    sampled: super::sampled::EQ51,
    decide: |docket| data(docket, Average::Pair),
    ..Claim::BLANK
};

pub(super) const EQ52: Claim = Claim {
    id: "demellokoch2019-eq52",
    source: Source::DeMelloKoch2019,
    equation: Some("52"),
    title: "⟨v h⟩ of the model",
    printed: "⟨v_i h_a⟩_model = Σ_{v,h} tanh(Σ_i W_ia v_i + b_a⁽ʰ⁾) · tanh(Σ_a W_ia h_a + b_i⁽ᵛ⁾)",
    conventions: MODEL,
    corrected: Some(
        "⟨v_i h_a⟩_model = Σ_{v} p(v) v_i tanh(Σ_j W_ja v_j + b_a⁽ʰ⁾) = Σ_{v,h} p(v, h) v_i h_a",
    ),
    wrong: Some(
        "The weight p(v, h) is missing; and with it the product of the two conditional means is still not the mean of the product v_i h_a.",
    ),
    sampled: super::sampled::EQ52,
    decide: pair_of_model,
    ..Claim::BLANK
};

pub(super) const EQ53: Claim = Claim {
    id: "demellokoch2019-eq53",
    source: Source::DeMelloKoch2019,
    equation: Some("53"),
    title: "⟨v⟩ of the data",
    printed: "⟨v_i⟩_data = (1/N_s) Σ_A v̂_i⁽ᴬ⁾",
    conventions: DATA,
    decide: |docket| data(docket, Average::Visible),
    ..Claim::BLANK
};

pub(super) const EQ54: Claim = Claim {
    id: "demellokoch2019-eq54",
    source: Source::DeMelloKoch2019,
    equation: Some("54"),
    title: "⟨v⟩ of the model",
    printed: "⟨v_i⟩_model = Σ_{h} tanh(Σ_a W_ia h_a + b_i⁽ᵛ⁾)",
    conventions: MODEL,
    corrected: Some("⟨v_i⟩_model = Σ_{h} p(h) tanh(Σ_a W_ia h_a + b_i⁽ᵛ⁾)"),
    wrong: Some(
        "The weight p(h) is missing: the sum counts every hidden vector once and exceeds 1 in magnitude as their number grows.",
    ),
    sampled: super::sampled::EQ54,
    decide: visible_of_model,
    ..Claim::BLANK
};

pub(super) const EQ55: Claim = Claim {
    id: "demellokoch2019-eq55",
    source: Source::DeMelloKoch2019,
    equation: Some("55"),
    title: "⟨h⟩ of the data",
    printed: "⟨h_a⟩_data = (1/N_s) Σ_A tanh(Σ_i W_ia v̂_i⁽ᴬ⁾ + b_a⁽ʰ⁾)",
    conventions: DATA,
    sampled: super::sampled::EQ55,
    decide: |docket| data(docket, Average::Hidden),
    ..Claim::BLANK
};

pub(super) const EQ56: Claim = Claim {
    id: "demellokoch2019-eq56",
    source: Source::DeMelloKoch2019,
    equation: Some("56"),
    title: "⟨h⟩ of the model",
    printed: "⟨h_a⟩_model = Σ_{v} tanh(Σ_i W_ia v_i + b_a⁽ʰ⁾)",
    conventions: MODEL,
    corrected: Some("⟨h_a⟩_model = Σ_{v} p(v) tanh(Σ_i W_ia v_i + b_a⁽ʰ⁾)"),
    wrong: Some(
        "The weight p(v) is missing: the sum counts every visible vector once and exceeds 1 in magnitude as their number grows.",
    ),
    sampled: super::sampled::EQ56,
    decide: hidden_of_model,
    ..Claim::BLANK
};

impl Average {
    fn truth<T: Field>(self, s: &System<T>) -> Vec<T> {
        self.of_table(&s.table.with_data(&s.q()))
    }

    /// The printed sum over samples, with the conditional mean of the machine handed over.
    fn printed<T: Field>(self, machine: &RbmFactors<T>, samples: &[usize]) -> Vec<T> {
        self.over(machine, samples, |a, v| machine.mean_h_from_v(a, v))
    }
}

fn enter_data<T: Field + Value>(
    docket: &mut Docket,
    scope: &str,
    cases: &[Case<System<T>>],
    which: Average,
) {
    docket
        .on(scope, cases, |s| which.truth(s))
        .printed(|s| which.printed(&s.machine, &s.samples))
        .mutant("N_s dropped", |s| {
            let n = super::machines::integer::<T>(s.samples.len());
            which
                .printed(&s.machine, &s.samples)
                .into_iter()
                .map(|x| x * n.clone())
                .collect()
        })
        .mutant("the first sample dropped", |s| {
            which.printed(&s.machine, &s.samples[1..])
        })
        .mutant("all visible states instead of the samples", |s| {
            let all: Vec<usize> = s.table.visible_states().collect();
            which.printed(&s.machine, &all)
        })
        .mutant("spins of the samples flipped", |s| {
            let all = s.table.visible_states().end - 1;
            let flipped: Vec<usize> = s.samples.iter().map(|v| v ^ all).collect();
            which.printed(&s.machine, &flipped)
        })
        .finish();
    match which {
        Average::Visible => {}
        Average::Pair | Average::Hidden => {
            docket
                .on(scope, cases, |s| which.truth(s))
                .mutant("J → 2J", |s| {
                    which.printed(&s.doubled().machine, &s.samples)
                })
                .mutant("biases dropped", |s| {
                    which.printed(&s.without_biases().machine, &s.samples)
                })
                .finish();
        }
    }
}

fn data(docket: &mut Docket, which: Average) {
    enter_data(
        docket,
        "N_v, N_h ≤ 3, rational factors",
        &rational_cases_with_data(),
        which,
    );
    enter_data(
        docket,
        "N_v + N_h ≤ 3, all factors indeterminate",
        &with_data(symbolic_cases(&[(1, 1), (2, 1), (1, 2)])),
        which,
    );
    if let Average::Pair = which {
        // The other way to read the repeated index: no sum inside, the one unit i alone.
        docket
            .on(
                "N_v, N_h ≤ 3, rational factors",
                &rational_cases_with_data(),
                |s| which.truth(s),
            )
            .mutant("no sum inside the tanh, unit i alone", |s| {
                let (n, m) = (s.machine.visible(), s.machine.hidden());
                let of_one = |i: usize, a: usize| {
                    let weights = n * m;
                    let alone = s.with(|k, x| {
                        if k < weights && k / m != i {
                            super::machines::integer(1)
                        } else {
                            x.clone()
                        }
                    });
                    which.printed(&alone.machine, &s.samples)[i * m + a].clone()
                };
                (0..n * m).map(|k| of_one(k / m, k % m)).collect()
            })
            .finish();
    }
}

fn sum<T: Field>(states: std::ops::Range<usize>, f: impl Fn(usize) -> T) -> T {
    states.fold(T::zero(), |total, k| total + f(k))
}

/// `Σ_{v,h} weight(v, h) ⟨h_a⟩_v ⟨v_i⟩_h` for all pairs.
fn products<T: Field>(s: &System<T>, weight: impl Fn(usize, usize) -> T) -> Vec<T> {
    let (n, m) = (s.machine.visible(), s.machine.hidden());
    (0..n * m)
        .map(|k| {
            sum(s.table.visible_states(), |v| {
                sum(s.table.hidden_states(), |h| {
                    weight(v, h)
                        * s.machine.mean_h_from_v(k % m, v)
                        * s.machine.mean_v_from_h(k / m, h)
                })
            })
        })
        .collect()
}

fn of_model<T: Field>(machine: &RbmFactors<T>) -> crate::learn::RbmAverages<T> {
    model_averages(machine).expect("the machines here are small")
}

/// `1/2^N` for `states = 2^N`.
fn uniform<T: Field>(states: usize) -> T {
    T::one() / super::machines::integer(states)
}

fn enter_pair<T: Field + Value>(docket: &mut Docket, scope: &str, cases: &[Case<System<T>>]) {
    docket
        .on(scope, cases, |s| {
            let (n, m) = (s.machine.visible(), s.machine.hidden());
            (0..n * m)
                .map(|k| s.table.mean_pair(k / m, k % m))
                .collect::<Vec<_>>()
        })
        .printed(|s| products(s, |_, _| T::one()))
        .corrected(|s| of_model(&s.machine).pair)
        .mutant("p(v, h) put in, the product of the means kept", |s| {
            products(s, |v, h| s.table.joint(v, h))
        })
        .mutant("1/2^N put in", |s| {
            let states = s.table.visible_states().end * s.table.hidden_states().end;
            products(s, |_, _| uniform(states))
        })
        .mutant("J → 2J", |s| of_model(&s.doubled().machine).pair)
        .mutant("v_i dropped", |s| {
            let hidden = of_model(&s.machine).hidden;
            let (n, m) = (s.machine.visible(), s.machine.hidden());
            (0..n * m).map(|k| hidden[k % m].clone()).collect()
        })
        .finish();
}

fn pair_of_model(docket: &mut Docket) {
    enter_pair(docket, "N_v, N_h ≤ 3, rational factors", &rational_cases());
    enter_pair(
        docket,
        "N_v = N_h = 1, all factors indeterminate",
        &symbolic_cases(&[(1, 1)]),
    );
    docket
        .on(
            "N_v + N_h = 3, all factors indeterminate",
            &symbolic_cases(&[(2, 1), (1, 2)]),
            |s| [s.table.mean_pair(0, 0)].to_vec(),
        )
        .corrected(|s| of_model(&s.machine).pair[..1].to_vec())
        .mutant("sign of E", |s| {
            of_model(&s.sign_flipped().machine).pair[..1].to_vec()
        })
        .finish();
}

fn enter_visible<T: Field + Value>(docket: &mut Docket, scope: &str, cases: &[Case<System<T>>]) {
    let unweighted = |s: &System<T>, weight: T| -> Vec<T> {
        (0..s.machine.visible())
            .map(|i| {
                sum(s.table.hidden_states(), |h| {
                    weight.clone() * s.machine.mean_v_from_h(i, h)
                })
            })
            .collect()
    };
    // The machine with its layers exchanged, so that its hidden means are the visible ones here.
    let corrected = |s: &System<T>| of_model(&s.machine.transposed()).hidden;
    docket
        .on(scope, cases, |s| {
            (0..s.machine.visible())
                .map(|i| s.table.mean_v(i))
                .collect::<Vec<_>>()
        })
        .printed(|s| unweighted(s, T::one()))
        .corrected(corrected)
        .mutant("1/2^N_h put in", |s| {
            unweighted(s, uniform(s.table.hidden_states().end))
        })
        .mutant("J → 2J", |s| corrected(&s.doubled()))
        .mutant("sign of E", |s| corrected(&s.sign_flipped()))
        .mutant("swapped marginals", |s| of_model(&s.machine).hidden)
        .finish();
}

fn visible_of_model(docket: &mut Docket) {
    enter_visible(docket, "N_v, N_h ≤ 3, rational factors", &rational_cases());
    enter_visible(
        docket,
        "N_v + N_h ≤ 3, all factors indeterminate",
        &symbolic_cases(&[(1, 1), (2, 1), (1, 2)]),
    );
}

fn enter_hidden<T: Field + Value>(docket: &mut Docket, scope: &str, cases: &[Case<System<T>>]) {
    let unweighted = |s: &System<T>, weight: T| -> Vec<T> {
        (0..s.machine.hidden())
            .map(|a| {
                sum(s.table.visible_states(), |v| {
                    weight.clone() * s.machine.mean_h_from_v(a, v)
                })
            })
            .collect()
    };
    let corrected = |s: &System<T>| of_model(&s.machine).hidden;
    docket
        .on(scope, cases, |s| {
            (0..s.machine.hidden())
                .map(|a| s.table.mean_h(a))
                .collect::<Vec<_>>()
        })
        .printed(|s| unweighted(s, T::one()))
        .corrected(corrected)
        .mutant("1/2^N_v put in", |s| {
            unweighted(s, uniform(s.table.visible_states().end))
        })
        .mutant("J → 2J", |s| corrected(&s.doubled()))
        .mutant("sign of E", |s| corrected(&s.sign_flipped()))
        .mutant("swapped marginals", |s| of_model(&s.machine).visible)
        .finish();
}

fn hidden_of_model(docket: &mut Docket) {
    enter_hidden(docket, "N_v, N_h ≤ 3, rational factors", &rational_cases());
    enter_hidden(
        docket,
        "N_v + N_h ≤ 3, all factors indeterminate",
        &symbolic_cases(&[(1, 1), (2, 1), (1, 2)]),
    );
}
