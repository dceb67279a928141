//! Equations (12) to (14) and (34): mean-field reconstructions and the flow of the weights.

use super::machines::{
    Bounded, System, bounded_cases, bounded_cases_with_data, fraction, rational_cases, signs,
    spins, symbolic_cases,
};
use crate::learn::{
    Reconstruction, hidden_means, mean_field_flow, reconstruct, visible_after_one_step,
};
use crate::ledger::{Case, Claim, Docket, Source, Value};
use crate::model::RbmParameters;
use crate::numeric::Enclosure;
use crate::symbolic::{Field, Laurent, Matrix, Ring};
use num_rational::BigRational;
use num_traits::{One, Zero};

const UNITS: &str =
    "v_i, h_a ∈ {−1, +1} in the data; the superscript A of the sample is understood";

pub(super) const EQ12: Claim = Claim {
    id: "demellokoch2019-eq12",
    source: Source::DeMelloKoch2019,
    equation: Some("12"),
    title: "hidden vector of a sample",
    printed: "ĥ_a⁽ᴬ⁾ = tanh(Σ_i W_ia v̂_i⁽ᴬ⁾ + b_a⁽ʰ⁾)",
    conventions: &[
        UNITS,
        "ĥ read as the mean of the hidden vector given v̂, which the averages (15), (19) need; as a vector drawn given v̂ it would have components ±1, which the hyperbolic tangent never is",
    ],
    decide: hidden_of_data,
    ..Claim::BLANK
};

pub(super) const EQ13: Claim = Claim {
    id: "demellokoch2019-eq13",
    source: Source::DeMelloKoch2019,
    equation: Some("13"),
    title: "reconstructed visible vector",
    printed: "ṽ_i = tanh(Σ_a W_ia ĥ_a + b_i⁽ᵛ⁾) = tanh(Σ_a W_ia tanh(Σ_k W_ka v̂_k + b_a⁽ʰ⁾) + b_i⁽ᵛ⁾)",
    conventions: &[
        UNITS,
        "the first line defines ṽ, with ĥ from (12); what is decided is that both lines are one number, for any non-linearity in place of tanh as well",
        "ṽ is a mean-field value, not the mean of the vectors that (10), (11) generate: see demellokoch2019-text-reconstructions",
    ],
    decide: visible,
    ..Claim::BLANK
};

pub(super) const EQ14: Claim = Claim {
    id: "demellokoch2019-eq14",
    source: Source::DeMelloKoch2019,
    equation: Some("14"),
    title: "hidden vector of the reconstruction",
    printed: "h̃_a = tanh(Σ_i W_ia ṽ_i + b_a⁽ʰ⁾) = tanh(Σ_i W_ia tanh(Σ_k W_ik ĥ_k + b_i⁽ᵛ⁾) + b_a⁽ʰ⁾) = tanh(Σ_i W_ia tanh(Σ_k W_ik tanh(Σ_m W_mk v̂_m + b_k⁽ʰ⁾) + b_i⁽ᵛ⁾) + b_a⁽ʰ⁾)",
    conventions: &[
        UNITS,
        "the first line defines h̃, with ṽ from (13) and ĥ from (12); what is decided is that all three lines are one number, for any non-linearity in place of tanh as well",
        "k is a hidden index here and a visible one in (13), which its place in W shows",
    ],
    decide: hidden,
    ..Claim::BLANK
};

pub(super) const TEXT_RECONSTRUCTIONS: Claim = Claim {
    id: "demellokoch2019-text-reconstructions",
    source: Source::DeMelloKoch2019,
    equation: None,
    title: "what (10), (11) generate, against (13)",
    printed: "The equations (11) and (10) determine the sets of visible and hidden vectors. The equations for ĥ, ṽ and h̃ are thus (12), (13), (14).",
    conventions: &[
        UNITS,
        "(10), (11) in their right form, as the conditional distributions of (2); ṽ as the mean over the visible vectors that are drawn given hidden vectors drawn given v̂",
        "decided on (13); (12) holds in this sense",
    ],
    corrected: Some("⟨ṽ_i⟩ = Σ_h p(h|v̂) tanh(Σ_a W_ia h_a + b_i⁽ᵛ⁾)"),
    wrong: Some(
        "(13) puts the mean of h into the hyperbolic tangent instead of taking the mean of the hyperbolic tangent over h; the two differ because it is not linear.",
    ),
    decide: generated,
    ..Claim::BLANK
};

pub(super) const EQ34: Claim = Claim {
    id: "demellokoch2019-eq34",
    source: Source::DeMelloKoch2019,
    equation: Some("34"),
    title: "the RBM flow iterates (13)",
    printed: "ṽ_1 = tanh(W·[tanh(v̂·W + b⁽ʰ⁾)]ᵀ + b⁽ᵛ⁾), ṽ_2 = tanh(W·[tanh(ṽ_1·W + b⁽ʰ⁾)]ᵀ + b⁽ᵛ⁾), …, ṽ_n = tanh(W·[tanh(ṽ_{n−1}·W + b⁽ʰ⁾)]ᵀ + b⁽ᵛ⁾)",
    conventions: &[
        UNITS,
        "W is N_v × N_h, tanh acts on each component, b⁽ʰ⁾ is a row and b⁽ᵛ⁾ a column",
        "each ṽ_k comes out as a column and is used as a row; its transpose is understood: see demellokoch2019-eq34-shapes",
    ],
    decide: flow,
    ..Claim::BLANK
};

pub(super) const EQ34_SHAPES: Claim = Claim {
    id: "demellokoch2019-eq34-shapes",
    source: Source::DeMelloKoch2019,
    equation: None,
    title: "shapes of the matrices in the flow",
    printed: "the product ṽ_1·W in the second line of (34), ṽ_1 being the left-hand side of its first line",
    conventions: &[
        "strictly as matrices, since the transpose in the same line is written out; W is N_v × N_h",
        "the value is the shape of the product, 0 × 0 where there is none; b⁽ʰ⁾, which is added to it, is 1 × N_h",
    ],
    corrected: Some("ṽ_1ᵀ·W, and likewise in the lines below"),
    wrong: Some(
        "A transpose is missing: the first line makes ṽ_1 a column of N_v numbers, which cannot stand before the N_v × N_h matrix W unless N_v = 1.",
    ),
    decide: shapes,
    ..Claim::BLANK
};

pub(super) const TEXT_FLOW_LENGTH: Claim = Claim {
    id: "demellokoch2019-text-flow-length",
    source: Source::DeMelloKoch2019,
    equation: None,
    title: "the flow keeps the number of spins",
    printed: "The length of the vector ṽ_k is a constant of the flow.",
    conventions: &["the length is the number of components; it is N_v, that of the data"],
    decide: flow_length,
    ..Claim::BLANK
};

/// A machine over a ring, with a visible vector.
struct Wired<T> {
    machine: RbmParameters<T>,
    v: Vec<T>,
}

/// `x/(1 + x²)`: odd like the hyperbolic tangent, and rational.
fn rational_nonlinearity(x: BigRational) -> BigRational {
    let below = BigRational::one() + &x * &x;
    x / below
}

fn tanh(x: Enclosure) -> Enclosure {
    x.tanh()
}

/// Rational parameters, not factors, with rational data; sizes square and not.
fn wired_rational() -> Vec<Case<Wired<BigRational>>> {
    [(1, 1), (2, 1), (1, 2), (2, 3), (3, 2), (3, 3)]
        .into_iter()
        .map(|(n, m)| {
            let sign = |k: usize| {
                if k % 3 == 1 {
                    -fraction(k)
                } else {
                    fraction(k)
                }
            };
            let take = |from: usize, k: usize| (from..from + k).map(sign).collect::<Vec<_>>();
            let machine = RbmParameters::new(take(0, n * m), take(n * m, n), take(n * m + n, m))
                .expect("the lengths are those of the layers");
            let v = spins(0b101, n);
            let label = format!("N_v = {n}, N_h = {m}, rational W, b, f(x) = x/(1 + x²)");
            Case::new(n + m, label, Wired { machine, v })
        })
        .collect()
}

/// All parameters and the data indeterminate, with `f(x) = x²`.
fn wired_symbolic() -> Vec<Case<Wired<Laurent>>> {
    [(1, 1), (2, 1), (1, 2), (2, 2), (2, 3)]
        .into_iter()
        .map(|(n, m)| {
            let vars =
                |from: usize, k: usize| (from..from + k).map(Laurent::var).collect::<Vec<_>>();
            let machine = RbmParameters::new(vars(0, n * m), vars(n * m, n), vars(n * m + n, m))
                .expect("the lengths are those of the layers");
            let v = vars(n * m + n + m, n);
            let label = format!("N_v = {n}, N_h = {m}, every W, b, v̂ an indeterminate, f(x) = x²");
            Case::new(n + m, label, Wired { machine, v })
        })
        .collect()
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature of a non-linearity"
)]
fn square(x: Laurent) -> Laurent {
    &x * &x
}

fn wired_bounded() -> Vec<Case<Wired<Enclosure>>> {
    bounded_cases()
        .into_iter()
        .map(|case| {
            let machine = case.instance.parameters;
            let v = spins(0b101, machine.visible());
            let label = format!("{}, v̂ = {}", case.label, signs(0b101, machine.visible()));
            Case::new(case.size, label, Wired { machine, v })
        })
        .collect()
}

/// Weights and biases as the formulas index them; the mutants index them otherwise.
struct Indexed<'a, T> {
    w: Box<dyn Fn(usize, usize) -> T + 'a>,
    c: Box<dyn Fn(usize) -> T + 'a>,
    b: Box<dyn Fn(usize) -> T + 'a>,
}

fn as_printed<T: Ring>(m: &RbmParameters<T>) -> Indexed<'_, T> {
    Indexed {
        w: Box::new(|i, a| m.weight(i, a).clone()),
        c: Box::new(|i| m.visible_bias()[i].clone()),
        b: Box::new(|a| m.hidden_bias()[a].clone()),
    }
}

/// The stored weights read by columns: the transposed index.
fn transposed<T: Ring>(m: &RbmParameters<T>) -> Indexed<'_, T> {
    Indexed {
        w: Box::new(|i, a| m.weights()[a * m.visible() + i].clone()),
        ..as_printed(m)
    }
}

/// The biases of the two layers exchanged (cyclically, where their numbers differ).
fn biases_exchanged<T: Ring>(m: &RbmParameters<T>) -> Indexed<'_, T> {
    Indexed {
        c: Box::new(|i| m.hidden_bias()[i % m.hidden()].clone()),
        b: Box::new(|a| m.visible_bias()[a % m.visible()].clone()),
        ..as_printed(m)
    }
}

fn sum<T: Ring>(n: usize, f: impl Fn(usize) -> T) -> T {
    (0..n).fold(T::zero(), |sum, k| sum + f(k))
}

/// Line 2 of (13), written out.
fn visible_nested<T: Ring>(s: &Wired<T>, p: &Indexed<T>, f: &impl Fn(T) -> T) -> Vec<T> {
    let (n, m) = (s.machine.visible(), s.machine.hidden());
    let line = |i: usize| {
        let outer = sum(m, |a| {
            let inner = sum(n, |k| (p.w)(k, a) * s.v[k].clone());
            (p.w)(i, a) * f(inner + (p.b)(a))
        });
        f(outer + (p.c)(i))
    };
    (0..n).map(line).collect()
}

/// Line 1 of (13) with `ĥ` of (12).
fn visible_from_hidden<T: Ring>(s: &Wired<T>, p: &Indexed<T>, f: &impl Fn(T) -> T) -> Vec<T> {
    let (n, m) = (s.machine.visible(), s.machine.hidden());
    let h: Vec<T> = (0..m)
        .map(|a| f(sum(n, |i| (p.w)(i, a) * s.v[i].clone()) + (p.b)(a)))
        .collect();
    (0..n)
        .map(|i| f(sum(m, |a| (p.w)(i, a) * h[a].clone()) + (p.c)(i)))
        .collect()
}

/// Line 2 of (14), with `ĥ` of (12).
fn hidden_line_2<T: Ring>(s: &Wired<T>, p: &Indexed<T>, f: &impl Fn(T) -> T) -> Vec<T> {
    let (n, m) = (s.machine.visible(), s.machine.hidden());
    let h: Vec<T> = (0..m)
        .map(|a| f(sum(n, |i| (p.w)(i, a) * s.v[i].clone()) + (p.b)(a)))
        .collect();
    let line = |a: usize| {
        let outer = sum(n, |i| {
            let inner = sum(m, |k| (p.w)(i, k) * h[k].clone());
            (p.w)(i, a) * f(inner + (p.c)(i))
        });
        f(outer + (p.b)(a))
    };
    (0..m).map(line).collect()
}

/// Line 3 of (14), written out.
fn hidden_line_3<T: Ring>(s: &Wired<T>, p: &Indexed<T>, f: &impl Fn(T) -> T) -> Vec<T> {
    let (n, m) = (s.machine.visible(), s.machine.hidden());
    let line = |a: usize| {
        let outer = sum(n, |i| {
            let middle = sum(m, |k| {
                let inner = sum(n, |x| (p.w)(x, k) * s.v[x].clone());
                (p.w)(i, k) * f(inner + (p.b)(k))
            });
            (p.w)(i, a) * f(middle + (p.c)(i))
        });
        f(outer + (p.b)(a))
    };
    (0..m).map(line).collect()
}

fn production<T: Ring>(s: &Wired<T>, f: &impl Fn(T) -> T) -> Reconstruction<T> {
    reconstruct(&s.machine, &s.v, f)
}

fn enter_visible<T: Ring + Value>(
    docket: &mut Docket,
    scope: &str,
    cases: &[Case<Wired<T>>],
    f: &impl Fn(T) -> T,
) {
    docket
        .on(scope, cases, |s| production(s, f).visible)
        .printed(|s| visible_from_hidden(s, &as_printed(&s.machine), f))
        .printed(|s| visible_nested(s, &as_printed(&s.machine), f))
        .mutant("transposed index", |s| {
            visible_nested(s, &transposed(&s.machine), f)
        })
        .mutant("biases exchanged", |s| {
            visible_nested(s, &biases_exchanged(&s.machine), f)
        })
        .mutant("inner non-linearity dropped", |s| {
            let inner = hidden_means(&s.machine, &s.v, &|x| x);
            crate::learn::visible_means(&s.machine, &inner, f)
        })
        .mutant("J → 2J", |s| {
            let doubled = s.machine.map(|_, x| x.clone() + x.clone());
            reconstruct(&doubled, &s.v, f).visible
        })
        .finish();
}

fn visible(docket: &mut Docket) {
    enter_visible(docket, "polynomials", &wired_symbolic(), &square);
    enter_visible(
        docket,
        "N_v, N_h ≤ 3 in ℚ",
        &wired_rational(),
        &rational_nonlinearity,
    );
    enter_visible(docket, "N_v, N_h ≤ 3, f = tanh", &wired_bounded(), &tanh);
}

fn enter_hidden<T: Ring + Value>(
    docket: &mut Docket,
    scope: &str,
    cases: &[Case<Wired<T>>],
    f: &impl Fn(T) -> T,
) {
    docket
        .on(scope, cases, |s| production(s, f).hidden)
        .printed(|s| {
            hidden_means(
                &s.machine,
                &visible_from_hidden(s, &as_printed(&s.machine), f),
                f,
            )
        })
        .printed(|s| hidden_line_2(s, &as_printed(&s.machine), f))
        .printed(|s| hidden_line_3(s, &as_printed(&s.machine), f))
        .mutant("transposed index", |s| {
            hidden_line_3(s, &transposed(&s.machine), f)
        })
        .mutant("biases exchanged", |s| {
            hidden_line_3(s, &biases_exchanged(&s.machine), f)
        })
        .mutant("ĥ of the data in place of h̃", |s| {
            production(s, f).hidden_of_data
        })
        .mutant("J → 2J", |s| {
            let doubled = s.machine.map(|_, x| x.clone() + x.clone());
            reconstruct(&doubled, &s.v, f).hidden
        })
        .finish();
}

fn hidden(docket: &mut Docket) {
    enter_hidden(docket, "polynomials", &wired_symbolic(), &square);
    enter_hidden(
        docket,
        "N_v, N_h ≤ 3 in ℚ",
        &wired_rational(),
        &rational_nonlinearity,
    );
    enter_hidden(docket, "N_v, N_h ≤ 3, f = tanh", &wired_bounded(), &tanh);
}

/// A number for each hidden unit and each visible configuration.
fn for_hidden<T: Field>(s: &System<T>, f: impl Fn(usize, usize) -> T) -> Vec<T> {
    let units = 0..s.machine.hidden();
    s.table
        .visible_states()
        .flat_map(|v| units.clone().map(move |a| (a, v)))
        .map(|(a, v)| f(a, v))
        .collect()
}

fn enter_mean<T: Field + Value>(docket: &mut Docket, scope: &str, cases: &[Case<System<T>>]) {
    docket
        .on(scope, cases, |s| {
            for_hidden(s, |a, v| s.table.mean_h_from_v(a, v))
        })
        .printed(|s| for_hidden(s, |a, v| s.machine.mean_h_from_v(a, v)))
        .mutant("the probability (1 + tanh)/2", |s| {
            for_hidden(s, |a, v| s.machine.probability_h_up(a, v))
        })
        .mutant("biases dropped", |s| {
            let free = s.without_biases();
            for_hidden(s, |a, v| free.machine.mean_h_from_v(a, v))
        })
        .mutant("J → 2J", |s| {
            let doubled = s.doubled();
            for_hidden(s, |a, v| doubled.machine.mean_h_from_v(a, v))
        })
        .mutant("sign of the field", |s| {
            for_hidden(s, |a, v| -s.machine.mean_h_from_v(a, v))
        })
        .finish();
}

fn hidden_of_data(docket: &mut Docket) {
    enter_mean(
        docket,
        "conditional mean, N_v, N_h ≤ 2, all factors indeterminate",
        &symbolic_cases(&[(1, 1), (2, 1), (1, 2), (2, 2)]),
    );
    enter_mean(
        docket,
        "conditional mean, N_v, N_h ≤ 3, rational factors",
        &rational_cases(),
    );
    let of_all = |s: &Bounded, f: &dyn Fn(&[Enclosure]) -> Vec<Enclosure>| {
        let states = s.system.table.visible_states();
        states
            .flat_map(|v| f(&spins(v, s.rbm.visible())))
            .collect::<Vec<_>>()
    };
    docket
        .on(
            "conditional mean, N_v, N_h ≤ 3, within bounds",
            &bounded_cases(),
            |s| for_hidden(&s.system, |a, v| s.system.table.mean_h_from_v(a, v)),
        )
        .printed(|s| of_all(s, &|v| hidden_means(&s.parameters, v, &tanh)))
        .mutant("tanh of half the field", |s| {
            let half = |x: Enclosure| (x * Enclosure::exact(0.5)).tanh();
            of_all(s, &|v| hidden_means(&s.parameters, v, &half))
        })
        .finish();
}

/// A number for each visible unit and each sample.
fn for_samples(s: &Bounded, f: impl Fn(usize) -> Vec<Enclosure>) -> Vec<Enclosure> {
    s.system.samples.iter().flat_map(|&v| f(v)).collect()
}

/// `⟨ṽ_i⟩` given `v̂` from the table: hidden vectors drawn given `v̂`, then visible ones.
fn mean_after_step(s: &Bounded, v: usize) -> Vec<Enclosure> {
    let table = &s.system.table;
    (0..s.rbm.visible())
        .map(|i| {
            let two = Enclosure::exact(2.0);
            let terms = table.hidden_states().map(|h| {
                let weight = *table.at(v, h) / table.weight_of_v(v);
                weight * (two * table.probability_v_up(i, h) - Enclosure::one())
            });
            terms.sum()
        })
        .collect()
}

/// The same from the production step, started in `v̂`.
fn mean_of_distribution(s: &Bounded, v: usize, machine: &System<Enclosure>) -> Vec<Enclosure> {
    let n = s.rbm.visible();
    let mut start = vec![Enclosure::zero(); 1 << n];
    start[v] = Enclosure::one();
    let after = visible_after_one_step(&machine.machine, &start);
    (0..n)
        .map(|i| {
            let signed = after.iter().enumerate();
            signed
                .map(|(v, &p)| super::machines::times_spin(p, v, i))
                .sum()
        })
        .collect()
}

fn generated(docket: &mut Docket) {
    docket
        .on(
            "mean visible vector after one Gibbs step from each sample, N_v, N_h ≤ 3",
            &bounded_cases_with_data(),
            |s| for_samples(s, |v| mean_after_step(s, v)),
        )
        .printed(|s| {
            for_samples(s, |v| {
                reconstruct(&s.parameters, &spins(v, s.rbm.visible()), &tanh).visible
            })
        })
        .corrected(|s| for_samples(s, |v| mean_of_distribution(s, v, &s.system)))
        .mutant("J → 2J", |s| {
            let other = s.system.doubled();
            for_samples(s, |v| mean_of_distribution(s, v, &other))
        })
        .mutant("biases dropped", |s| {
            let other = s.system.without_biases();
            for_samples(s, |v| mean_of_distribution(s, v, &other))
        })
        .mutant("sign of E", |s| {
            let other = s.system.sign_flipped();
            for_samples(s, |v| mean_of_distribution(s, v, &other))
        })
        .mutant("the data itself", |s| {
            for_samples(s, |v| spins(v, s.rbm.visible()))
        })
        .finish();
}

/// Steps of the flows that are compared within bounds.
const STEPS: usize = 3;

/// Steps of the flows that are compared in ℚ, where numbers grow manifold with each.
const STEPS_IN_Q: usize = 2;

/// What is changed in a mutant of the flow.
#[derive(Clone, Copy)]
struct Flow {
    steps: usize,
    inner_bias: bool,
    outer_bias: bool,
    scale: usize,
}

const ONE_STEP: Flow = Flow {
    steps: 1,
    inner_bias: true,
    outer_bias: true,
    scale: 1,
};

fn matrices<T: Ring>(m: &RbmParameters<T>) -> (Matrix<T>, Matrix<T>, Matrix<T>) {
    let (n, k) = (m.visible(), m.hidden());
    (
        Matrix::from_fn(n, k, |i, a| m.weight(i, a).clone()),
        Matrix::from_fn(n, 1, |i, _| m.visible_bias()[i].clone()),
        Matrix::from_fn(1, k, |_, a| m.hidden_bias()[a].clone()),
    )
}

/// (34) by matrices: a row is made a column by each step and transposed before the next.
fn by_matrices<T: Ring>(s: &Wired<T>, flow: Flow, f: &impl Fn(T) -> T) -> Vec<T> {
    let (w, c, b) = matrices(&s.machine);
    let w = (1..flow.scale).fold(w.clone(), |sum, _| sum.add(&w).expect("one shape"));
    let each = |m: &Matrix<T>| Matrix::from_fn(m.rows(), m.cols(), |i, j| f(m[(i, j)].clone()));
    let mut row = Matrix::from_fn(1, s.v.len(), |_, i| s.v[i].clone());
    let mut all = Vec::new();
    for _ in 0..flow.steps {
        let mut inner = row.mul(&w).expect("1 × N_v by N_v × N_h");
        if flow.inner_bias {
            inner = inner.add(&b).expect("1 × N_h");
        }
        let mut outer = w
            .mul(&each(&inner).transpose())
            .expect("N_v × N_h by N_h × 1");
        if flow.outer_bias {
            outer = outer.add(&c).expect("N_v × 1");
        }
        row = each(&outer).transpose();
        all.extend_from_slice(row.entries());
    }
    all
}

fn enter_flow<T: Ring + Value>(
    docket: &mut Docket,
    scope: &str,
    cases: &[Case<Wired<T>>],
    steps: usize,
    f: &impl Fn(T) -> T,
) {
    let as_printed = Flow { steps, ..ONE_STEP };
    docket
        .on(scope, cases, |s| {
            mean_field_flow(&s.machine, &s.v, steps, f).concat()
        })
        .printed(|s| by_matrices(s, as_printed, f))
        .mutant("one step less, the first one twice", |s| {
            let less = by_matrices(
                s,
                Flow {
                    steps: steps - 1,
                    ..as_printed
                },
                f,
            );
            [&less[..s.v.len()], &less].concat()
        })
        .mutant("b⁽ʰ⁾ dropped", |s| {
            let change = Flow {
                inner_bias: false,
                ..as_printed
            };
            by_matrices(s, change, f)
        })
        .mutant("b⁽ᵛ⁾ dropped", |s| {
            let change = Flow {
                outer_bias: false,
                ..as_printed
            };
            by_matrices(s, change, f)
        })
        .mutant("J → 2J", |s| {
            let change = Flow {
                scale: 2,
                ..as_printed
            };
            by_matrices(s, change, f)
        })
        .finish();
}

fn flow(docket: &mut Docket) {
    enter_flow(
        docket,
        "two steps, N_v, N_h ≤ 3 in ℚ",
        &wired_rational(),
        STEPS_IN_Q,
        &rational_nonlinearity,
    );
    enter_flow(
        docket,
        "three steps, N_v, N_h ≤ 3, f = tanh",
        &wired_bounded(),
        STEPS,
        &tanh,
    );
}

/// The shape of a product as two numbers; zeros where the product does not exist.
fn shape<T: Ring>(product: Result<Matrix<T>, crate::symbolic::MatrixError>) -> Vec<BigRational> {
    let (rows, cols) = product.map_or((0, 0), |m| (m.rows(), m.cols()));
    [rows, cols]
        .map(|k| BigRational::from_integer(k.into()))
        .into()
}

/// `ṽ_1` as the first line of (34) makes it.
fn first_step(s: &Wired<BigRational>) -> Matrix<BigRational> {
    let (w, _, _) = matrices(&s.machine);
    let row = Matrix::from_fn(1, s.v.len(), |_, i| s.v[i].clone());
    let inner = row.mul(&w).expect("1 × N_v by N_v × N_h").transpose();
    w.mul(&inner).expect("N_v × N_h by N_h × 1")
}

fn shapes(docket: &mut Docket) {
    docket
        .on(
            "shape of the product, N_v, N_h ≤ 3",
            &wired_rational(),
            |s| {
                let (_, _, b) = matrices(&s.machine);
                shape(Ok(b))
            },
        )
        .printed(|s| shape(first_step(s).mul(&matrices(&s.machine).0)))
        .corrected(|s| shape(first_step(s).transpose().mul(&matrices(&s.machine).0)))
        .mutant("W·ṽ_1", |s| {
            shape(matrices(&s.machine).0.mul(&first_step(s)))
        })
        .mutant("Wᵀ·ṽ_1", |s| {
            shape(matrices(&s.machine).0.transpose().mul(&first_step(s)))
        })
        .mutant("ṽ_1·Wᵀ", |s| {
            shape(first_step(s).mul(&matrices(&s.machine).0.transpose()))
        })
        .finish();
}

fn flow_length(docket: &mut Docket) {
    let constant = |n: usize| vec![BigRational::from_integer(n.into()); STEPS];
    docket
        .on("three steps, N_v, N_h ≤ 3", &wired_rational(), |s| {
            mean_field_flow(&s.machine, &s.v, STEPS, &|x| x)
                .iter()
                .map(|v| BigRational::from_integer(v.len().into()))
                .collect::<Vec<_>>()
        })
        .printed(|s| constant(s.v.len()))
        .mutant("the number of hidden units", |s| {
            constant(s.machine.hidden())
        })
        .mutant("N_v − 1", |s| constant(s.v.len() - 1))
        .mutant("halved at every step", |s| {
            (1..=STEPS)
                .map(|k| BigRational::from_integer((s.v.len() >> k).into()))
                .collect()
        })
        .finish();
}
