//! Equations (7) to (9): the gradient of the divergence.

use super::machines::{
    Bounded, System, bounded_cases_with_data, rational_cases_with_data, symbolic_cases, with_data,
};
use crate::exact::JointTable;
use crate::learn::{
    RbmAverages, averages_over, central_difference, divergence_gradient, divergence_of_machine,
    model_averages,
};
use crate::ledger::{Case, Claim, Docket, EvidenceKind, Form, Source, Value};
use crate::model::RbmFactors;
use crate::numeric::{Dual, Enclosure};
use crate::symbolic::{Field, RationalFunction};
use num_rational::BigRational;
use num_traits::Zero;

const CONVENTIONS: &[&str] = &[
    "v_i, h_a ∈ {−1, +1}; energy (1), distribution (2); derivatives at fixed data distribution q",
    "with the energy (37), which has the opposite sign of (1), the printed sign would be right; the appendix says that the averages are derived using (2), and (2) stands on (1)",
    "zero on both sides where the machine already has the averages of the data",
];

const WRONG: &str = "The sign is wrong: with the energy (1) the divergence falls along ⟨·⟩_data − ⟨·⟩_model, so that this is minus its derivative.";

pub(super) const EQ07: Claim = Claim {
    id: "demellokoch2019-eq07",
    source: Source::DeMelloKoch2019,
    equation: Some("7"),
    title: "gradient by a weight",
    printed: "∂D_KL(q‖p)/∂W_ia = ⟨v_i h_a⟩_data − ⟨v_i h_a⟩_model",
    conventions: CONVENTIONS,
    corrected: Some("∂D_KL(q‖p)/∂W_ia = ⟨v_i h_a⟩_model − ⟨v_i h_a⟩_data"),
    wrong: Some(WRONG),
    decide: |docket| decide(docket, Block::Weights),
    ..Claim::BLANK
};

pub(super) const EQ08: Claim = Claim {
    id: "demellokoch2019-eq08",
    source: Source::DeMelloKoch2019,
    equation: Some("8"),
    title: "gradient by a visible bias",
    printed: "∂D_KL(q‖p)/∂b_i⁽ᵛ⁾ = ⟨v_i⟩_data − ⟨v_i⟩_model",
    conventions: CONVENTIONS,
    corrected: Some("∂D_KL(q‖p)/∂b_i⁽ᵛ⁾ = ⟨v_i⟩_model − ⟨v_i⟩_data"),
    wrong: Some(WRONG),
    decide: |docket| decide(docket, Block::VisibleBias),
    ..Claim::BLANK
};

pub(super) const EQ09: Claim = Claim {
    id: "demellokoch2019-eq09",
    source: Source::DeMelloKoch2019,
    equation: Some("9"),
    title: "gradient by a hidden bias",
    printed: "∂D_KL(q‖p)/∂b_a⁽ʰ⁾ = ⟨h_a⟩_data − ⟨h_a⟩_model",
    conventions: CONVENTIONS,
    corrected: Some("∂D_KL(q‖p)/∂b_a⁽ʰ⁾ = ⟨h_a⟩_model − ⟨h_a⟩_data"),
    wrong: Some(WRONG),
    decide: |docket| decide(docket, Block::HiddenBias),
    ..Claim::BLANK
};

/// The parameters that an equation is about.
#[derive(Clone, Copy)]
enum Block {
    Weights,
    VisibleBias,
    HiddenBias,
}

impl Block {
    /// Positions of the parameters in the flattened list.
    fn positions(self, visible: usize, hidden: usize) -> std::ops::Range<usize> {
        let weights = visible * hidden;
        match self {
            Self::Weights => 0..weights,
            Self::VisibleBias => weights..weights + visible,
            Self::HiddenBias => weights + visible..weights + visible + hidden,
        }
    }

    fn of<T: Field>(self, averages: &RbmAverages<T>) -> Vec<T> {
        match self {
            Self::Weights => averages.pair.clone(),
            Self::VisibleBias => averages.visible.clone(),
            Self::HiddenBias => averages.hidden.clone(),
        }
    }
}

/// `∂D/∂θ` from `p(v)` and `∂p(v)/∂θ`: the entropy of the data does not move.
fn derivative<T: Field>(q: &[T], p: &[T], slope: &[T]) -> T {
    let terms = q.iter().zip(p).zip(slope);
    terms.fold(T::zero(), |sum, ((q, p), s)| {
        sum - q.clone() * s.clone() / p.clone()
    })
}

/// The derivative as a rational function: since `∂/∂θ = x ∂/∂x` for the factor `x = e^θ`.
fn symbolic_truth(s: &System<RationalFunction>, block: Block) -> Vec<RationalFunction> {
    let (q, p) = (s.q(), s.table.marginal_of_v());
    block
        .positions(s.machine.visible(), s.machine.hidden())
        .map(|k| {
            let slope: Vec<_> = p
                .iter()
                .map(|p| p.derivative(k) * RationalFunction::var(k))
                .collect();
            derivative(&q, &p, &slope)
        })
        .collect()
}

/// The machine with a derivative by parameter `k` carried along; `d e^θ = e^θ dθ`.
fn moved(machine: &RbmFactors<BigRational>, k: usize) -> RbmFactors<Dual<BigRational>> {
    machine.map(|j, x| Dual {
        value: x.clone(),
        slope: if j == k {
            x.clone()
        } else {
            BigRational::zero()
        },
    })
}

/// The derivative in ℚ by exact forward differentiation of the table of all configurations.
fn rational_truth(s: &System<BigRational>, block: Block) -> Vec<BigRational> {
    block
        .positions(s.machine.visible(), s.machine.hidden())
        .map(|k| {
            let table =
                JointTable::enumerate(&moved(&s.machine, k)).expect("the machines here are small");
            let (p, slope): (Vec<_>, Vec<_>) = table
                .marginal_of_v()
                .into_iter()
                .map(|p| (p.value, p.slope))
                .unzip();
            derivative(&s.q(), &p, &slope)
        })
        .collect()
}

/// The derivative between rigorous bounds from two values of the divergence.
///
/// The third derivative of `D` is the difference of two third cumulants of variables in [−1, 1], of
/// `v_i h_a` over `p` and of its conditional means over `q`; each is at most
/// `E|X − EX|³ ≤ 2 Var X ≤ 2`.
fn difference_quotient(s: &Bounded, block: Block) -> Vec<Enclosure> {
    const DELTA: f64 = 1.0 / 65536.0;
    let q = s.system.q();
    block
        .positions(s.rbm.visible(), s.rbm.hidden())
        .map(|k| {
            let at = |step: Enclosure| {
                let there = s
                    .parameters
                    .map(|j, x| if j == Some(k) { *x + step } else { *x });
                divergence_of_machine(&there, &q, 8).unwrap_or(Enclosure::UNBOUNDED)
            };
            central_difference(at, DELTA, 4.0)
        })
        .collect()
}

fn corrected<T: Field>(s: &System<T>, block: Block) -> Vec<T> {
    let gradient = divergence_gradient(&s.machine, &s.q()).expect("the machines here are small");
    block.of(&gradient)
}

fn data<T: Field>(s: &System<T>) -> RbmAverages<T> {
    averages_over(&s.machine, &s.q())
}

fn model<T: Field>(s: &System<T>) -> RbmAverages<T> {
    model_averages(&s.machine).expect("the machines here are small")
}

fn enter<T: Field + Value>(
    docket: &mut Docket,
    scope: &str,
    cases: &[Case<System<T>>],
    block: Block,
    truth: impl Fn(&System<T>) -> Vec<T>,
) {
    docket
        .on(scope, cases, truth)
        .printed(|s| block.of(&data(s).minus(&model(s))))
        .corrected(|s| corrected(s, block))
        .mutant("the model half alone", |s| block.of(&model(s)))
        .mutant("the data half alone", |s| {
            block.of(&data(s)).into_iter().map(|x| -x).collect()
        })
        .mutant("J → 2J in the model half", |s| {
            block.of(&model(&s.doubled()).minus(&data(s)))
        })
        .mutant("every visible state once instead of the samples", |s| {
            let states = 1 << s.machine.visible();
            let uniform = vec![T::one() / super::machines::integer(states); states];
            block.of(&model(s).minus(&averages_over(&s.machine, &uniform)))
        })
        .mutant("swapped layers", |s| {
            let other = System::new(s.machine.transposed());
            block.of(&model(&other).minus(&data(&other)))
        })
        .finish();
}

fn decide(docket: &mut Docket, block: Block) {
    let rational = rational_cases_with_data();
    enter(
        docket,
        "N_v, N_h ≤ 3, rational factors, exact forward differentiation",
        &rational,
        block,
        |s| rational_truth(s, block),
    );
    enter(
        docket,
        "N_v + N_h ≤ 3, all factors indeterminate",
        &with_data(symbolic_cases(&[(1, 1), (2, 1), (1, 2)])),
        block,
        |s| symbolic_truth(s, block),
    );
    docket
        .on(
            "N_v, N_h ≤ 3, difference quotients with a bounded remainder",
            &bounded_cases_with_data(),
            |s| difference_quotient(s, block),
        )
        .printed(|s| block.of(&data(&s.system).minus(&model(&s.system))))
        .corrected(|s| corrected(&s.system, block))
        .mutant("gradient times 1 + 1e-6", |s| {
            corrected(&s.system, block)
                .into_iter()
                .map(|x| x * Enclosure::exact(1.0 + 1e-6))
                .collect()
        })
        .finish();
    // The same printed difference with the energy of section IV, E = +b h + v W h + c v: its factors
    // are the inverse ones, and a derivative by its parameters is minus one by theirs.
    let scope = "with the energy (37) in place of (1)";
    for case in &rational {
        let other = case.instance.sign_flipped();
        let truth: Vec<BigRational> = rational_truth(&other, block)
            .into_iter()
            .map(|x| -x)
            .collect();
        let printed = block.of(&data(&other).minus(&model(&other)));
        let comparison = printed.compare(&truth);
        docket.check(
            Form::Conditional,
            EvidenceKind::Rational,
            scope,
            case.size,
            &case.label,
            &comparison,
        );
    }
    docket.note(
        Form::Conditional,
        EvidenceKind::Rational,
        scope,
        "says where the printed sign comes from; the document uses (1) here",
    );
    // At the optimum both signs are the same zero, so the cases above must not sit there.
    let moves = rational.iter().all(|case| {
        let gradient = corrected(&case.instance, block);
        !super::machines::all_zero(&gradient)
    });
    docket.not_vacuous("the gradient is not zero on the rational cases", moves);
}
