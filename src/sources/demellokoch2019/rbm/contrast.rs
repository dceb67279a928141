//! Equations (15) to (20): the averages of contrastive divergence, and whether they are a gradient.

use super::machines::{
    Average, Bounded, System, bounded_cases_with_data, integer, rational_cases_with_data, spins,
    symbolic_cases, with_data,
};
use crate::exact::sum_smaller_layer_of;
use crate::learn::{
    Contrast, RbmAverages, averages_over, divergence_gradient, expected_contrast,
    mean_field_contrast, reconstruct, visible_after_one_step,
};
use crate::ledger::{Case, Claim, Comparison, Docket, EvidenceKind, Form, Source, Value};
use crate::model::{RbmFactors, RbmParameters};
use crate::numeric::{Dual, Enclosure};
use crate::symbolic::{Field, RationalFunction};
use num_rational::BigRational;
use num_traits::{One, Zero};

const DATA: &[&str] = &[
    "v_i, h_a ∈ {−1, +1}; ĥ from (12), the mean of the hidden vector given v̂",
    "the left side is the average that the gradient needs: visible vectors as in the data, hidden ones given them by (2)",
];

const MODEL: &[&str] = &[
    "v_i, h_a ∈ {−1, +1}; ṽ and h̃ from (13), (14)",
    "read as the equality that is printed; the text calls it an approximation, and how far it is off is in the evidence",
    "exact for W = 0; (18) and (20) also, both sides being zero, without biases and for data that are symmetric under a flip of all spins",
];

pub(super) const EQ15: Claim = Claim {
    id: "demellokoch2019-eq15",
    source: Source::DeMelloKoch2019,
    equation: Some("15"),
    title: "⟨v h⟩ of the data, estimated",
    printed: "⟨v_i h_a⟩_data = (1/N_s) Σ_A v̂_i⁽ᴬ⁾ ĥ_a⁽ᴬ⁾",
    conventions: DATA,
    decide: |docket| data_half(docket, Average::Pair),
    ..Claim::BLANK
};

pub(super) const EQ16: Claim = Claim {
    id: "demellokoch2019-eq16",
    source: Source::DeMelloKoch2019,
    equation: Some("16"),
    title: "⟨v h⟩ of the model, estimated",
    printed: "⟨v_i h_a⟩_model = (1/N_s) Σ_A ṽ_i⁽ᴬ⁾ h̃_a⁽ᴬ⁾",
    conventions: MODEL,
    corrected: Some("⟨v_i h_a⟩_model = Σ_{v} p(v) v_i tanh(Σ_j W_ja v_j + b_a⁽ʰ⁾)"),
    wrong: Some(
        "The right side is no average over the machine: it stays one deterministic step away from the data, and the product of the means ṽ_i h̃_a drops the correlation of v_i and h_a.",
    ),
    decide: |docket| model_half(docket, Average::Pair),
    ..Claim::BLANK
};

pub(super) const EQ17: Claim = Claim {
    id: "demellokoch2019-eq17",
    source: Source::DeMelloKoch2019,
    equation: Some("17"),
    title: "⟨v⟩ of the data, estimated",
    printed: "⟨v_i⟩_data = (1/N_s) Σ_A v̂_i⁽ᴬ⁾",
    conventions: DATA,
    decide: |docket| data_half(docket, Average::Visible),
    ..Claim::BLANK
};

pub(super) const EQ18: Claim = Claim {
    id: "demellokoch2019-eq18",
    source: Source::DeMelloKoch2019,
    equation: Some("18"),
    title: "⟨v⟩ of the model, estimated",
    printed: "⟨v_i⟩_model = (1/N_s) Σ_A ṽ_i⁽ᴬ⁾",
    conventions: MODEL,
    corrected: Some("⟨v_i⟩_model = Σ_{v} p(v) v_i"),
    wrong: Some(
        "The right side is no average over the machine: it is the mean-field reconstruction of the data, one deterministic step away from them.",
    ),
    decide: |docket| model_half(docket, Average::Visible),
    ..Claim::BLANK
};

pub(super) const EQ19: Claim = Claim {
    id: "demellokoch2019-eq19",
    source: Source::DeMelloKoch2019,
    equation: Some("19"),
    title: "⟨h⟩ of the data, estimated",
    printed: "⟨h_a⟩_data = (1/N_s) Σ_A ĥ_a⁽ᴬ⁾",
    conventions: DATA,
    decide: |docket| data_half(docket, Average::Hidden),
    ..Claim::BLANK
};

pub(super) const EQ20: Claim = Claim {
    id: "demellokoch2019-eq20",
    source: Source::DeMelloKoch2019,
    equation: Some("20"),
    title: "⟨h⟩ of the model, estimated",
    printed: "⟨h_a⟩_model = (1/N_s) Σ_A h̃_a⁽ᴬ⁾",
    conventions: MODEL,
    corrected: Some("⟨h_a⟩_model = Σ_{v} p(v) tanh(Σ_i W_ia v_i + b_a⁽ʰ⁾)"),
    wrong: Some(
        "The right side is no average over the machine: h̃ is made from the mean-field reconstruction of the data instead of visible vectors of the machine.",
    ),
    decide: |docket| model_half(docket, Average::Hidden),
    ..Claim::BLANK
};

pub(super) const TEXT_NOT_A_GRADIENT: Claim = Claim {
    id: "demellokoch2019-text-not-a-gradient",
    source: Source::DeMelloKoch2019,
    equation: None,
    title: "contrastive divergence follows no gradient",
    printed: "This approximation does not follow the gradient of any function.",
    conventions: &[
        "a smooth field G(θ) on the space of all parameters is a gradient if and only if ∂G_j/∂θ_k = ∂G_k/∂θ_j everywhere; one point where this fails decides",
        "the field of (15) to (20), and the expectation of the sampled update with one Gibbs step",
        "with a single free parameter every field is a gradient",
    ],
    decide: not_a_gradient,
    ..Claim::BLANK
};

impl Average {
    fn of<T: Clone>(self, averages: &RbmAverages<T>) -> Vec<T> {
        match self {
            Self::Pair => averages.pair.clone(),
            Self::Visible => averages.visible.clone(),
            Self::Hidden => averages.hidden.clone(),
        }
    }
}

fn tanh(x: Enclosure) -> Enclosure {
    x.tanh()
}

fn contrast(s: &Bounded) -> Contrast<Enclosure> {
    mean_field_contrast(&s.parameters, &s.weighted_samples(), &tanh)
}

/// `(1/N_s) Σ_A …` in exact numbers.
fn sample_average<T: Field>(s: &System<T>, which: Average, samples: &[usize]) -> Vec<T> {
    which.over(&s.machine, samples, |a, v| s.machine.mean_h_from_v(a, v))
}

/// Every configuration that occurs, once.
fn distinct(samples: &[usize]) -> Vec<usize> {
    let mut list = samples.to_vec();
    list.sort_unstable();
    list.dedup();
    list
}

/// Enters the mutants that all data averages share.
fn enter_data<T: Field + Value>(
    docket: &mut Docket,
    scope: &str,
    cases: &[Case<System<T>>],
    which: Average,
) {
    docket
        .on(scope, cases, |s| which.of_table(&s.table.with_data(&s.q())))
        .printed(|s| sample_average(s, which, &s.samples))
        .mutant("N_s − 1 in the denominator", |s| {
            let n = s.samples.len();
            let factor = integer::<T>(n) / integer::<T>(n - 1);
            sample_average(s, which, &s.samples)
                .into_iter()
                .map(|x| x * factor.clone())
                .collect()
        })
        .mutant("every configuration that occurs once", |s| {
            sample_average(s, which, &distinct(&s.samples))
        })
        .mutant("the last sample dropped", |s| {
            sample_average(s, which, &s.samples[..s.samples.len() - 1])
        })
        .mutant("sign flip", |s| {
            sample_average(s, which, &s.samples)
                .into_iter()
                .map(|x| -x)
                .collect()
        })
        .mutant("average of the model", |s| which.of_table(&s.table))
        .finish();
}

/// Data averages with two kinds of exact numbers; shared with the appendix.
fn data_half(docket: &mut Docket, which: Average) {
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
    docket
        .on(
            "N_v, N_h ≤ 3, the production estimator",
            &bounded_cases_with_data(),
            |s| which.of_table(&s.system.table.with_data(&s.system.q())),
        )
        .printed(|s| which.of(&contrast(s).data))
        .mutant("average of the reconstructions", |s| {
            which.of(&contrast(s).model)
        })
        .finish();
}

fn engine(s: &Bounded, which: Average) -> Vec<Enclosure> {
    match sum_smaller_layer_of(&s.parameters, 8) {
        Ok(r) => match which {
            Average::Pair => r.pair,
            Average::Visible => r.mean_visible,
            Average::Hidden => r.mean_hidden,
        },
        Err(_) => Vec::new(),
    }
}

/// The largest distance of the printed estimate from the truth, in words.
fn bias(s: &Bounded, which: Average, printed: &[Enclosure]) -> f64 {
    let truth = which.of_table(&s.system.table);
    printed
        .iter()
        .zip(truth)
        .map(|(p, t)| (*p - t).abs().mid())
        .fold(0.0, f64::max)
}

fn model_half(docket: &mut Docket, which: Average) {
    let cases = bounded_cases_with_data();
    let scope = "N_v, N_h ≤ 3, the production estimator";
    docket
        .on(scope, &cases, |s| which.of_table(&s.system.table))
        .printed(|s| which.of(&contrast(s).model))
        .corrected(|s| engine(s, which))
        .mutant("J → 2J", |s| engine(&s.with(|_, x| 2.0 * x), which))
        .mutant("biases dropped", |s| {
            let weights = s.n_weights();
            engine(&s.with(|k, x| if k < weights { x } else { 0.0 }), which)
        })
        .mutant("data average in its place", |s| {
            which.of(&averages_over(&s.system.machine, &s.system.q()))
        })
        .mutant(
            "expectation after one sampled Gibbs step from the data",
            |s| {
                let after = visible_after_one_step(&s.system.machine, &s.system.q());
                which.of(&averages_over(&s.system.machine, &after))
            },
        )
        .mutant("swapped layers, transposed weights", |s| {
            let other = s.system.machine.transposed();
            let table = System::new(other).table;
            which.of_table(&table)
        })
        .finish();
    let worst = cases
        .iter()
        .map(|c| bias(&c.instance, which, &which.of(&contrast(&c.instance).model)))
        .fold(0.0, f64::max);
    docket.note(
        Form::Printed,
        EvidenceKind::Enclosure,
        scope,
        format!("off by up to {worst:.3} on these machines"),
    );
    own_data(docket, which);
    special_cases(docket, which);
}

/// Even with the machine's own distribution as data, which the sampled update would keep.
fn own_data(docket: &mut Docket, which: Average) {
    let scope = "data distributed as the machine itself";
    let cases = bounded_cases_with_data();
    let mut worst = 0.0_f64;
    for case in &cases {
        let s = &case.instance;
        let p = s.system.table.marginal_of_v();
        let samples: Vec<_> = p
            .iter()
            .enumerate()
            .map(|(v, &p)| (p, spins(v, s.rbm.visible())))
            .collect();
        let printed = which.of(&mean_field_contrast(&s.parameters, &samples, &tanh).model);
        worst = worst.max(bias(s, which, &printed));
        docket.check(
            Form::Printed,
            EvidenceKind::Enclosure,
            scope,
            case.size,
            &case.label,
            &printed.compare(&which.of_table(&s.system.table)),
        );
    }
    docket.note(
        Form::Printed,
        EvidenceKind::Enclosure,
        scope,
        format!(
            "off by up to {worst:.3}: the error is in the mean field, not only in the short chain"
        ),
    );
}

/// Where the printed form happens to be right.
fn special_cases(docket: &mut Docket, which: Average) {
    let cases = bounded_cases_with_data();
    for case in &cases {
        let s = &case.instance;
        let weights = s.n_weights();
        let free = s.with(|k, x| if k < weights { 0.0 } else { x });
        docket.check(
            Form::Conditional,
            EvidenceKind::Enclosure,
            "W = 0, a machine that has learned nothing",
            case.size,
            &case.label,
            &which
                .of(&contrast(&free).model)
                .compare(&which.of_table(&free.system.table)),
        );
        if which == Average::Pair {
            continue;
        }
        let mut even = s.with(|k, x| if k < weights { x } else { 0.0 });
        let all = (1 << s.rbm.visible()) - 1;
        let flipped: Vec<usize> = even.system.samples.iter().map(|v| v ^ all).collect();
        even.system.samples.extend(flipped);
        docket.check(
            Form::Conditional,
            EvidenceKind::Enclosure,
            "no biases and data symmetric under a flip of all spins; zero on both sides",
            case.size,
            &case.label,
            &which
                .of(&contrast(&even).model)
                .compare(&which.of_table(&even.system.table)),
        );
    }
}

/// The field as a function of all parameters, differentiated by each in turn: `jacobian[k][j]` is
/// `∂G_j/∂θ_k`.
fn jacobian_of_factors<T: Field>(
    machine: &RbmFactors<T>,
    field: impl Fn(&RbmFactors<Dual<T>>) -> RbmAverages<Dual<T>>,
) -> Vec<Vec<T>> {
    let n = machine.flattened().len();
    (0..n)
        .map(|k| {
            let moved = machine.map(|j, x| Dual {
                value: x.clone(),
                // d e^θ = e^θ dθ.
                slope: if j == k { x.clone() } else { T::zero() },
            });
            let field = field(&moved).flattened();
            field.into_iter().map(|x| x.slope).collect()
        })
        .collect()
}

fn constants<T: Field>(q: &[T]) -> Vec<Dual<T>> {
    q.iter().cloned().map(Dual::constant).collect()
}

/// `∂G_j/∂θ_k − ∂G_k/∂θ_j` for all `j < k`.
fn curl<T: Field>(jacobian: &[Vec<T>]) -> Vec<T> {
    let n = jacobian.len();
    (0..n)
        .flat_map(|k| (0..k).map(move |j| (j, k)))
        .map(|(j, k)| jacobian[k][j].clone() - jacobian[j][k].clone())
        .collect()
}

/// The curl of the mean-field update (15) to (20), as printed: data less model.
fn mean_field_curl(s: &Bounded) -> Vec<Enclosure> {
    let n = s.parameters.flattened().len();
    let samples: Vec<_> = s
        .weighted_samples()
        .into_iter()
        .map(|(w, v)| (Dual::constant(w), constants(&v)))
        .collect();
    let jacobian: Vec<Vec<Enclosure>> = (0..n)
        .map(|k| {
            let moved: RbmParameters<Dual<Enclosure>> = s.parameters.map(|j, x| Dual {
                value: *x,
                slope: if j == Some(k) {
                    Enclosure::one()
                } else {
                    Enclosure::zero()
                },
            });
            let c = mean_field_contrast(&moved, &samples, &Dual::<Enclosure>::tanh);
            let field = c.data.minus(&c.model).flattened();
            field.into_iter().map(|x| x.slope).collect()
        })
        .collect();
    curl(&jacobian)
}

/// A component of the curl found by hand, for one unit in each layer, with `c` the visible bias and
/// `b` the hidden one:
///
/// ```text
/// ∂G_b/∂c − ∂G_c/∂b = W (1 − ṽ²)(h̃² − ĥ²), averaged over the samples
/// ```
fn curl_by_hand(s: &Bounded) -> Enclosure {
    let w = s.parameters.weights()[0];
    s.weighted_samples()
        .into_iter()
        .map(|(weight, v)| {
            let r = reconstruct(&s.parameters, &v, &tanh);
            let s_v = Enclosure::one() - r.visible[0].square();
            weight * w * s_v * (r.hidden[0].square() - r.hidden_of_data[0].square())
        })
        .sum()
}

/// Whether a list of numbers is zero, as a comparison with "it is not": agrees if some number is
/// certainly not zero.
fn not_zero<T>(values: &[T], is_zero: impl Fn(&T) -> Option<bool>) -> Comparison {
    if values.iter().any(|x| is_zero(x) == Some(false)) {
        Comparison::Agrees
    } else if values.iter().all(|x| is_zero(x) == Some(true)) {
        Comparison::Differs {
            left: "a curl that is not zero".to_owned(),
            right: "zero".to_owned(),
        }
    } else {
        Comparison::Undecided {
            why: "the bounds of the curl contain zero".to_owned(),
        }
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the signature that numbers within bounds need"
)]
fn exactly_zero<T: Zero>(x: &T) -> Option<bool> {
    Some(x.is_zero())
}

fn bounded_zero(x: &Enclosure) -> Option<bool> {
    if !x.contains(0.0) {
        Some(false)
    } else if x.is_zero() {
        Some(true)
    } else {
        None
    }
}

fn not_a_gradient(docket: &mut Docket) {
    let form = Form::Printed;
    let rational = rational_cases_with_data();
    let symbolic = with_data(symbolic_cases(&[(1, 1)]));
    for case in &symbolic {
        let s = &case.instance;
        let q = constants(&s.q());
        let c: Vec<RationalFunction> = curl(&jacobian_of_factors(&s.machine, |m| {
            expected_contrast(m, &q)
        }));
        let scope = "expectation of the update with one Gibbs step: its curl is not zero";
        docket.check(
            form,
            EvidenceKind::Symbolic,
            scope,
            case.size,
            &case.label,
            &not_zero(&c, exactly_zero),
        );
    }
    for case in rational.iter().filter(|c| c.size <= 4) {
        let s = &case.instance;
        let q = constants(&s.q());
        let c = curl(&jacobian_of_factors(&s.machine, |m| {
            expected_contrast(m, &q)
        }));
        let scope = "expectation of the update with one Gibbs step, in ℚ: its curl is not zero";
        docket.check(
            form,
            EvidenceKind::Rational,
            scope,
            case.size,
            &case.label,
            &not_zero(&c, exactly_zero),
        );
    }
    let bounded = bounded_cases_with_data();
    for case in &bounded {
        let c = mean_field_curl(&case.instance);
        let scope = "the update (15) to (20): its curl is not zero";
        docket.check(
            form,
            EvidenceKind::Enclosure,
            scope,
            case.size,
            &case.label,
            &not_zero(&c, bounded_zero),
        );
    }
    // The component of one unit in each layer by hand: parameters W, c, b, so the pair (c, b) comes last.
    let one = &bounded[0];
    let by_hand = curl_by_hand(&one.instance);
    let computed = mean_field_curl(&one.instance)[2];
    docket.check(
        form,
        EvidenceKind::Enclosure,
        "the curl of one unit in each layer is the one found by hand, W (1 − ṽ²)(h̃² − ĥ²)",
        one.size,
        &one.label,
        &(-computed).compare(&by_hand),
    );
    gradient_controls(docket, &rational);
}

/// Fields that are gradients; the same test must say so.
fn gradient_controls(docket: &mut Docket, rational: &[Case<System<BigRational>>]) {
    let on_all = |field: &dyn Fn(&System<BigRational>) -> Vec<BigRational>| {
        rational
            .iter()
            .filter(|c| c.size <= 4)
            .map(|c| not_zero(&field(&c.instance), exactly_zero))
            .collect::<Vec<_>>()
    };
    let exact = |s: &System<BigRational>| {
        let q = constants(&s.q());
        curl(&jacobian_of_factors(&s.machine, |m| {
            divergence_gradient(m, &q).expect("the machines here are small")
        }))
    };
    let data = |s: &System<BigRational>| {
        let q = constants(&s.q());
        curl(&jacobian_of_factors(&s.machine, |m| averages_over(m, &q)))
    };
    let frozen = |s: &System<BigRational>| {
        // The reconstruction kept as it is while the parameters move: data averages over other data.
        let q = constants(&visible_after_one_step(&s.machine, &s.q()));
        curl(&jacobian_of_factors(&s.machine, |m| averages_over(m, &q)))
    };
    let biases = |s: &System<BigRational>| {
        // Without weights to learn from, the step forgets the data.
        let q = constants(&s.q());
        let free = s.without_weights();
        let first = s.machine.weights().len();
        let jacobian = jacobian_of_factors(&free.machine, |m| expected_contrast(m, &q));
        let rows: Vec<Vec<BigRational>> = jacobian[first..]
            .iter()
            .map(|row| row[first..].to_vec())
            .collect();
        curl(&rows)
    };
    docket.mutant_anywhere("the exact gradient (7) to (9)", on_all(&exact));
    docket.mutant_anywhere("the data half alone", on_all(&data));
    docket.mutant_anywhere("the reconstruction held fixed", on_all(&frozen));
    docket.mutant_anywhere("only the biases learn, at W = 0", on_all(&biases));
    let exact_moves = rational.iter().all(|c| {
        let gradient = divergence_gradient(&c.instance.machine, &c.instance.q());
        gradient.is_ok_and(|g| g.flattened().iter().any(|x| !x.is_zero()))
    });
    docket.not_vacuous("the fields that are compared are not zero", exact_moves);
}
