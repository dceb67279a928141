//! Equations (10) and (11): one layer given the other, and the sampling that is built on them.

use super::machines::{
    Bounded, System, bounded_case, bounded_cases, rational_cases, signs, symbolic_cases,
};
use crate::estimate::BinomialTest;
use crate::exact::JointTable;
use crate::ledger::{Case, Claim, Comparison, Docket, EvidenceKind, Form, Source, Value};
use crate::model::{Layer, Rbm, RbmFactors};
use crate::numeric::Enclosure;
use crate::random::{Chooser, enumerate_choices};
use crate::sample::{gibbs_sweep, sample_h_from_v, sample_layer, sample_v_from_h};
use crate::symbolic::Field;
use num_traits::Zero;

const UNITS: &str = "v_i, h_a ∈ {−1, +1}, as below (1)";
const ORDER: &str =
    "values are listed unit by unit for the other layer all −1, then for its next state";
const NO_READING: &str = "tanh x = (1 + tanh x)/2 has no finite solution, so no choice of parameters makes the printed form true; for units 0 and 1 the probability would be 1/(1 + e^{−x}), which is no hyperbolic tangent either";

pub(super) const EQ10: Claim = Claim {
    id: "demellokoch2019-eq10",
    source: Source::DeMelloKoch2019,
    equation: Some("10"),
    title: "hidden unit given the visible vector",
    printed: "p(h_a|v) = tanh(Σ_i W_ia v_i + b_a⁽ʰ⁾), the probability of setting h_a to 1",
    conventions: &[UNITS, NO_READING, ORDER],
    corrected: Some("p(h_a = 1|v) = (1 + tanh(Σ_i W_ia v_i + b_a⁽ʰ⁾))/2"),
    wrong: Some(
        "The hyperbolic tangent is the conditional mean ⟨h_a⟩ of a ±1 unit and no probability: it can be negative, and the two values get tanh x and tanh(−x), which add up to 0 instead of 1.",
    ),
    decide: |docket| conditional(docket, Layer::Hidden),
    ..Claim::BLANK
};

pub(super) const EQ11: Claim = Claim {
    id: "demellokoch2019-eq11",
    source: Source::DeMelloKoch2019,
    equation: Some("11"),
    title: "visible unit given the hidden vector",
    printed: "p(v_i|h) = tanh(Σ_a W_ia h_a + b_i⁽ᵛ⁾), the probability of setting v_i to 1",
    conventions: &[UNITS, NO_READING, ORDER],
    corrected: Some("p(v_i = 1|h) = (1 + tanh(Σ_a W_ia h_a + b_i⁽ᵛ⁾))/2"),
    wrong: Some(
        "The hyperbolic tangent is the conditional mean ⟨v_i⟩ of a ±1 unit and no probability: it can be negative, and the two values get tanh x and tanh(−x), which add up to 0 instead of 1.",
    ),
    decide: |docket| conditional(docket, Layer::Visible),
    ..Claim::BLANK
};

pub(super) const TEXT_SAMPLING: Claim = Claim {
    id: "demellokoch2019-text-sampling",
    source: Source::DeMelloKoch2019,
    equation: None,
    title: "sampling with the probabilities (10), (11)",
    printed: "Given a set of visible vectors, the hidden vectors are sampled by setting each h_a to 1 with probability (10); likewise v_i with (11).",
    conventions: &[
        UNITS,
        "read as block Gibbs sampling of (2): a sweep h ~ p(h|v), v ~ p(v|h) has to leave p(v) as it is",
        "a negative printed probability is taken as zero",
    ],
    corrected: Some(
        "Set h_a to 1 with probability (1 + tanh(Σ_i W_ia v_i + b_a⁽ʰ⁾))/2 and to −1 otherwise; likewise v_i.",
    ),
    wrong: Some(
        "The printed probabilities are conditional means; a chain that uses them does not sample the machine: p(v) is not its stationary distribution.",
    ),
    decide: sampling,
    ..Claim::BLANK
};

pub(super) const TEXT_OUTPUTS: Claim = Claim {
    id: "demellokoch2019-text-output-values",
    source: Source::DeMelloKoch2019,
    equation: None,
    title: "output nodes of ±1 from a non-linear function",
    printed: "The trained network generates a pattern by setting the output nodes to ±1. The values of the output neurons are obtained by evaluating a non-linear function on a linear combination of the input neurons.",
    conventions: &[
        UNITS,
        "the non-linear function is the one that the document then uses, the hyperbolic tangent of (12); a value of ±1 has the square 1",
        ORDER,
    ],
    corrected: Some(
        "The non-linear function gives the means ⟨h_a⟩ of the output neurons, ⟨h_a⟩² = 1 − 4p(1−p) < 1; a pattern of ±1 is drawn with the probabilities p = (1 + ⟨h_a⟩)/2.",
    ),
    wrong: Some(
        "The values of the function are means strictly between −1 and +1 and never ±1: the output of the machine (2) is random given its input.",
    ),
    decide: outputs,
    ..Claim::BLANK
};

/// The layer that is drawn, from the other one.
fn drawn_units(layer: Layer, visible: usize, hidden: usize) -> (usize, usize) {
    match layer {
        Layer::Visible => (visible, hidden),
        Layer::Hidden => (hidden, visible),
    }
}

/// A number for every unit of the layer and every state of the other one.
fn every<T>(layer: Layer, visible: usize, hidden: usize, f: impl Fn(usize, usize) -> T) -> Vec<T> {
    let (units, given) = drawn_units(layer, visible, hidden);
    (0..1_usize << given)
        .flat_map(|state| (0..units).map(move |k| (k, state)))
        .map(|(k, state)| f(k, state))
        .collect()
}

fn from_table<T: Field>(table: &JointTable<T>, layer: Layer) -> Vec<T> {
    every(
        layer,
        table.visible(),
        table.hidden(),
        |k, state| match layer {
            Layer::Visible => table.probability_v_up(k, state),
            Layer::Hidden => table.probability_h_up(k, state),
        },
    )
}

fn probability<T: Field>(m: &RbmFactors<T>, layer: Layer) -> Vec<T> {
    every(layer, m.visible(), m.hidden(), |k, state| match layer {
        Layer::Visible => m.probability_v_up(k, state),
        Layer::Hidden => m.probability_h_up(k, state),
    })
}

fn mean<T: Field>(m: &RbmFactors<T>, layer: Layer) -> Vec<T> {
    every(layer, m.visible(), m.hidden(), |k, state| match layer {
        Layer::Visible => m.mean_v_from_h(k, state),
        Layer::Hidden => m.mean_h_from_v(k, state),
    })
}

/// `e^f` of the field on every unit.
fn exp_field<T: Field>(m: &RbmFactors<T>, layer: Layer) -> Vec<T> {
    every(layer, m.visible(), m.hidden(), |k, state| match layer {
        Layer::Visible => m.exp_field_on_visible(k, state),
        Layer::Hidden => m.exp_field_on_hidden(k, state),
    })
}

fn enter<T: Field + Value>(
    docket: &mut Docket,
    scope: &str,
    cases: &[Case<System<T>>],
    layer: Layer,
) {
    docket
        .on(scope, cases, |s| from_table(&s.table, layer))
        .printed(|s| mean(&s.machine, layer))
        .corrected(|s| probability(&s.machine, layer))
        .mutant("sign of the field", |s| {
            probability(&s.sign_flipped().machine, layer)
        })
        .mutant("J → 2J", |s| probability(&s.doubled().machine, layer))
        .mutant("biases dropped", |s| {
            probability(&s.without_biases().machine, layer)
        })
        .mutant("weights dropped", |s| {
            probability(&s.without_weights().machine, layer)
        })
        .mutant("the formula of 0/1 units", |s| {
            exp_field(&s.machine, layer)
                .into_iter()
                .map(|x| x.clone() / (x + T::one()))
                .collect()
        })
        .finish();
}

fn conditional(docket: &mut Docket, layer: Layer) {
    enter(
        docket,
        "N_v, N_h ≤ 3, rational factors",
        &rational_cases(),
        layer,
    );
    enter(
        docket,
        "N_v, N_h ≤ 2, all factors indeterminate",
        &symbolic_cases(&[(1, 1), (2, 1), (1, 2), (2, 2)]),
        layer,
    );
    kernel_of_layer(docket, layer);
    draws(docket, layer);
}

/// Largest distance in 1-norm between distributions that the production sampler may show.
const KERNEL_BOUND: f64 = 1e-12;

/// What a distance in 1-norm says.
fn kernel_comparison(distance: Enclosure) -> Comparison {
    if distance.hi() <= KERNEL_BOUND {
        Comparison::Agrees
    } else if distance.lo() > KERNEL_BOUND {
        Comparison::Differs {
            left: format!("a distance of {distance} in 1-norm"),
            right: format!("at most {KERNEL_BOUND:e}"),
        }
    } else {
        Comparison::Undecided {
            why: format!("the distance {distance:?} is not on one side of {KERNEL_BOUND:e}"),
        }
    }
}

fn bits(word: usize, n: usize) -> Vec<bool> {
    (0..n).map(|k| word >> k & 1 == 1).collect()
}

fn word(bits: &[bool]) -> usize {
    bits.iter()
        .enumerate()
        .map(|(k, &up)| usize::from(up) << k)
        .sum()
}

fn field(rbm: &Rbm, layer: Layer, k: usize, given: &[bool]) -> f64 {
    let spin = |j: usize| if given[j] { 1.0 } else { -1.0 };
    match layer {
        Layer::Hidden => (0..given.len()).fold(rbm.hidden_bias()[k], |sum, i| {
            sum + rbm.weight(i, k) * spin(i)
        }),
        Layer::Visible => (0..given.len()).fold(rbm.visible_bias()[k], |sum, a| {
            sum + rbm.weight(k, a) * spin(a)
        }),
    }
}

/// The production sampler, or the same with the printed probability.
fn draw(
    rbm: &Rbm,
    layer: Layer,
    printed: bool,
    given: &[bool],
    up: &mut [bool],
    chooser: &mut impl Chooser,
) {
    match (layer, printed) {
        (_, true) => sample_layer(chooser, |k| libm::tanh(field(rbm, layer, k, given)), up),
        (Layer::Hidden, false) => sample_h_from_v(rbm, given, up, chooser),
        (Layer::Visible, false) => sample_v_from_h(rbm, given, up, chooser),
    }
}

/// The largest distance over all given states between the extracted and the exact distribution.
fn layer_distance(
    sampled: &Rbm,
    truth: &System<Enclosure>,
    layer: Layer,
    printed: bool,
) -> Enclosure {
    let (units, given) = drawn_units(layer, sampled.visible(), sampled.hidden());
    let mut largest = Enclosure::zero();
    for state in 0..1_usize << given {
        let from = bits(state, given);
        let mut exact: Vec<Enclosure> = (0..1_usize << units)
            .map(|drawn| match layer {
                Layer::Hidden => *truth.table.at(state, drawn) / truth.table.weight_of_v(state),
                Layer::Visible => *truth.table.at(drawn, state) / truth.table.weight_of_h(state),
            })
            .collect();
        let outcomes = enumerate_choices(|chooser| {
            let mut up = vec![false; units];
            draw(sampled, layer, printed, &from, &mut up, chooser);
            word(&up)
        });
        for (drawn, p) in outcomes {
            exact[drawn] = exact[drawn] - Enclosure::exact(p);
        }
        let distance: Enclosure = exact.into_iter().map(Enclosure::abs).sum();
        largest = Enclosure::new(
            largest.lo().max(distance.lo()),
            largest.hi().max(distance.hi()),
        );
    }
    largest
}

fn kernel_of_layer(docket: &mut Docket, layer: Layer) {
    let scope = "the production sampler of the layer, enumerated: distance of its distribution from the exact one, at most 1e-12";
    let cases = bounded_cases();
    let exponent = |change: fn(usize, f64) -> f64| {
        cases
            .iter()
            .map(move |c| {
                let other = c.instance.with(change);
                kernel_comparison(layer_distance(&other.rbm, &c.instance.system, layer, false))
            })
            .collect::<Vec<_>>()
    };
    for case in &cases {
        let s = &case.instance;
        for (form, printed) in [(Form::Printed, true), (Form::Corrected, false)] {
            let distance = layer_distance(&s.rbm, &s.system, layer, printed);
            docket.check(
                form,
                EvidenceKind::Kernel,
                scope,
                case.size,
                &case.label,
                &kernel_comparison(distance),
            );
        }
    }
    docket.mutant_anywhere("sampler with J → 2J", exponent(|_, x| 2.0 * x));
    docket.mutant_anywhere(
        "sampler with β → β(1 + 1e-6)",
        exponent(|_, x| x * (1.0 + 1e-6)),
    );
    docket.mutant_anywhere("sampler with the sign of E changed", exponent(|_, x| -x));
}

/// Draws of each statistical test.
const DRAWS: u64 = 10_000;
/// Size of each statistical test.
const ALPHA: f64 = 1e-9;
/// Power at the detectable effect.
const POWER: f64 = 0.999;

/// Tests draws of the production sampler against the exact and the printed probability.
fn draws(docket: &mut Docket, layer: Layer) {
    let case = bounded_case(2, 2);
    let s = &case.instance;
    let (units, given) = drawn_units(layer, 2, 2);
    // A state in which the printed probability of unit 0 is one at all, between 0 and 1.
    let positive = |state: &usize| {
        (0.05..0.95).contains(&libm::tanh(field(&s.rbm, layer, 0, &bits(*state, given))))
    };
    let Some(state) = (0..1_usize << given).find(positive) else {
        docket.cannot_decide("no state has a printed probability between 0 and 1");
        return;
    };
    let from = bits(state, given);
    let mut stream = docket.stream("draws", 0);
    let mut count = 0_u64;
    let mut up = vec![false; units];
    for _ in 0..DRAWS {
        draw(&s.rbm, layer, false, &from, &mut up, &mut stream);
        count += u64::from(up[0]);
    }
    let exact = from_table(&s.system.table, layer)[state * units].mid();
    let printed = mean(&s.system.machine, layer)[state * units].mid();
    let test = |p: f64| match BinomialTest::plan(DRAWS, ALPHA, POWER, p) {
        Ok(test) => binomial_comparison(&test, count, p),
        Err(error) => Comparison::Undecided {
            why: error.to_string(),
        },
    };
    let effect = BinomialTest::plan(DRAWS, ALPHA, POWER, exact)
        .ok()
        .and_then(|t| t.detectable_effect().0)
        .unwrap_or(1.0);
    let scope = "exact binomial test of unit 0 drawn by the production sampler";
    let label = format!(
        "{}; unit 0 of the {layer} layer, the other one being {}",
        case.label,
        signs(state, given)
    );
    for (form, p) in [(Form::Printed, printed), (Form::Corrected, exact)] {
        // After the exact comparisons, so that those give the counterexample.
        docket.check(
            form,
            EvidenceKind::Statistical,
            scope,
            case.size,
            &label,
            &test(p),
        );
        docket.note(
            form,
            EvidenceKind::Statistical,
            scope,
            format!(
                "n = {DRAWS} planned, two-sided α = {ALPHA:e}, power {POWER} at a deviation of {effect:.4}"
            ),
        );
    }
    docket.mutant(
        "draws against a probability off by the detectable effect",
        &test(exact + effect),
    );
    docket.mutant("draws against 1 − p", &test(1.0 - exact));
}

fn binomial_comparison(test: &BinomialTest, count: u64, p: f64) -> Comparison {
    match test.rejects(count) {
        Ok(false) => Comparison::Agrees,
        Ok(true) => Comparison::Differs {
            left: format!("probability {p:.6}"),
            right: format!("{count} of {} draws", test.draws()),
        },
        Err(error) => Comparison::Undecided {
            why: error.to_string(),
        },
    }
}

/// `‖πP − π‖₁` of a sweep on the visible layer; `π = p(v)` of `truth`.
fn drift(sampled: &Rbm, truth: &System<Enclosure>, printed: bool) -> Enclosure {
    let (n, m) = (sampled.visible(), sampled.hidden());
    let pi = truth.table.marginal_of_v();
    let mut next: Vec<Enclosure> = pi.iter().map(|&p| -p).collect();
    for (state, &mass) in pi.iter().enumerate() {
        let outcomes = enumerate_choices(|chooser| {
            let (mut v, mut h) = (bits(state, n), vec![false; m]);
            if printed {
                let given = v.clone();
                draw(sampled, Layer::Hidden, true, &given, &mut h, chooser);
                draw(sampled, Layer::Visible, true, &h, &mut v, chooser);
            } else {
                gibbs_sweep(sampled, &mut v, &mut h, chooser);
            }
            word(&v)
        });
        for (to, p) in outcomes {
            next[to] = next[to] + mass * Enclosure::exact(p);
        }
    }
    next.into_iter().map(Enclosure::abs).sum()
}

fn sampling(docket: &mut Docket) {
    let scope = "transition matrix of the sweep, extracted from the production sampler: ‖πP − π‖₁ ≤ 1e-12 with π = p(v)";
    let cases = bounded_cases();
    for case in &cases {
        let s = &case.instance;
        for (form, printed) in [(Form::Printed, true), (Form::Corrected, false)] {
            docket.check(
                form,
                EvidenceKind::Kernel,
                scope,
                case.size,
                &case.label,
                &kernel_comparison(drift(&s.rbm, &s.system, printed)),
            );
        }
    }
    let against = |truth: &dyn Fn(&Bounded) -> System<Enclosure>| {
        cases
            .iter()
            .map(|c| kernel_comparison(drift(&c.instance.rbm, &truth(&c.instance), false)))
            .collect::<Vec<_>>()
    };
    docket.mutant_anywhere(
        "π of the machine with J → 2J",
        against(&|s| s.with(|_, x| 2.0 * x).system),
    );
    docket.mutant_anywhere(
        "π of the machine with β → β(1 + 1e-6)",
        against(&|s| s.with(|_, x| x * (1.0 + 1e-6)).system),
    );
    docket.mutant_anywhere(
        "π of the machine without biases",
        against(&|s| {
            let weights = s.n_weights();
            s.with(|k, x| if k < weights { x } else { 0.0 }).system
        }),
    );
    docket.mutant_anywhere(
        "π of the machine with the sign of E changed",
        against(&|s| s.with(|_, x| -x).system),
    );
    let varies = cases.iter().all(|c| {
        let p = c.instance.system.table.marginal_of_v();
        !p[0].overlaps(p[1])
    });
    docket.not_vacuous("p(v) is not uniform", varies);
}

fn outputs(docket: &mut Docket) {
    let squares = |m: &RbmFactors<num_rational::BigRational>| {
        mean(m, Layer::Hidden)
            .into_iter()
            .map(|x| &x * &x)
            .collect::<Vec<_>>()
    };
    docket
        .on(
            "squares of the values, N_v, N_h ≤ 3, rational factors",
            &rational_cases(),
            |s| {
                every(
                    Layer::Hidden,
                    s.machine.visible(),
                    s.machine.hidden(),
                    |a, v| {
                        let x = s.table.mean_h_from_v(a, v);
                        &x * &x
                    },
                )
            },
        )
        .printed(|s| {
            every(
                Layer::Hidden,
                s.machine.visible(),
                s.machine.hidden(),
                |_, _| super::machines::integer(1),
            )
        })
        .corrected(|s| {
            probability(&s.machine, Layer::Hidden)
                .into_iter()
                .map(|p| {
                    let one = super::machines::integer::<num_rational::BigRational>(1);
                    let four = super::machines::integer::<num_rational::BigRational>(4);
                    &one - four * &p * (&one - &p)
                })
                .collect()
        })
        .mutant("J → 2J", |s| squares(&s.doubled().machine))
        .mutant("biases dropped", |s| squares(&s.without_biases().machine))
        .mutant("weights dropped", |s| squares(&s.without_weights().machine))
        .mutant("square of the probability", |s| {
            probability(&s.machine, Layer::Hidden)
                .into_iter()
                .map(|p| &p * &p)
                .collect()
        })
        .finish();
}
