//! Section IV, equations 37 to 44: the operator T and the claimed identity of the two Hamiltonians.

use crate::exact::JointTable;
use crate::ledger::{Case, Claim, Docket, Form, Source};
use crate::rg::factorized::freedom_beyond_marginals;
use crate::rg::variational::TransferOperator;
use crate::sources::example_machines::{
    EXACT_STEPS, Exact, Machine, RATIONAL, SYMBOLIC, SYMBOLIC_STEPS, Step, Tabulate, exact_steps,
    exponential, microscopic, ones, q, rational_machines, reciprocals, shares, symbolic_machines,
    symbolic_steps,
};
use crate::symbolic::{Matrix, RationalFunction};
use num_rational::BigRational;
use num_traits::{One, Zero};

const SOURCE: Source = Source::DeMelloKoch2019;

pub(super) const CLAIMS: &[Claim] = &[
    Claim {
        id: "demellokoch2019-eq37",
        source: SOURCE,
        equation: Some("37"),
        title: "energy function of the RBM",
        printed: "E({v_i, h_a}) = b_a h_a + v_i W_ia h_a + c_i v_i",
        conventions: &[
            "repeated indices are summed",
            "compared with the energy (1) of the same document, E = −Σ b_a h_a − Σ v_i W_ia h_a − Σ b_i v_i",
        ],
        assumptions: &["v_i, h_a = ±1"],
        condition: Some(
            "W_ia, b_a and c_i are minus the weights and biases of (1); with those of (1) themselves the energy has the opposite sign",
        ),
        decide: eq37,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-eq38",
        source: SOURCE,
        equation: Some("38"),
        title: "joint distribution of the RBM",
        printed: "p_λ({v_i, h_a}) = e^{−E({v_i, h_a})} / 𝒵",
        conventions: &["E is that of (37); 𝒵 = Σ_{v,h} e^{−E}, as in (3)"],
        assumptions: &["v_i, h_a = ±1"],
        decide: eq38,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-eq39",
        source: SOURCE,
        equation: Some("39"),
        title: "marginal distributions",
        printed: "p_λ({h_a}) = Σ_{v} p_λ({v_i, h_a}) = Tr_v p_λ,   p_λ({v_i}) = Σ_{h} p_λ({v_i, h_a}) = Tr_h p_λ",
        conventions: &["Tr over spins is the sum over their configurations"],
        definition: true,
        decide: eq39,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-eq40",
        source: SOURCE,
        equation: Some("40"),
        title: "coarse grained Hamiltonian from the operator T",
        printed: "e^{H_λ^RG({h_a})} / 𝒵 = Tr_v e^{T({v_i, h_a}) − H({v_i})} / 𝒵",
        conventions: &[
            "H^RG is the energy of the hidden spins, as the text says and as (60) and the last line of (44) have it: its weight is e^{−H^RG}",
            "read as a definition of some H^RG the line is consistent, but what it defines is minus the Hamiltonian",
        ],
        corrected: Some("e^{−H_λ^RG({h_a})} / 𝒵 = Tr_v e^{T({v_i, h_a}) − H({v_i})} / 𝒵"),
        wrong: Some(
            "the exponent on the left has the wrong sign: a Boltzmann weight is e^{−H}, and (60) defines the same H^RG with the minus sign",
        ),
        decide: eq40,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-eq41",
        source: SOURCE,
        equation: Some("41"),
        title: "requirement on the operator T",
        printed: "Tr_h e^{T({v_i, h_a})} = 1",
        conventions: &["for every configuration of the visible spins"],
        definition: true,
        decide: eq41,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-eq42",
        source: SOURCE,
        equation: Some("42"),
        title: "what the requirement implies",
        printed: "Tr_h e^{T({v_i, h_a}) − H({v_i})} = e^{−H({v_i})}",
        assumptions: &["(41): Tr_h e^T = 1 for every v"],
        decide: eq42,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-eq43",
        source: SOURCE,
        equation: Some("43"),
        title: "the operator T of an RBM",
        printed: "(40) and (42) exactly match (39) as long as we identify T({v_i, h_a}) = −E({v_i, h_a}) + H({v_i})",
        conventions: &[
            "matching means: T meets the requirement (41), and e^{−H(v)}/𝒵 is the marginal p_λ(v) of (39)",
        ],
        assumptions: &["H({v_i}) is the microscopic Hamiltonian of the visible spins"],
        condition: Some(
            "H(v) = −ln Σ_h e^{−E(v,h)}, the machine's own marginal Hamiltonian with its additive constant; for any other H(v) the requirement (41) is violated",
        ),
        decide: eq43,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-eq44",
        source: SOURCE,
        equation: Some("44"),
        title: "RG and RBM Hamiltonians of the hidden spins",
        printed: "e^{H_λ^RG({h_a})} / 𝒵 = Tr_v e^{T − H} / 𝒵 = Tr_v e^{−E} / 𝒵 = e^{−H_λ^RBM({h_a})} / 𝒵",
        conventions: &[
            "H^RG as in (60), H^RBM(h) = −ln Σ_v e^{−E}; T from (43) with any H(v), for the identity does not need (41)",
        ],
        corrected: Some(
            "e^{−H_λ^RG({h_a})} / 𝒵 = Tr_v e^{T − H} / 𝒵 = Tr_v e^{−E} / 𝒵 = e^{−H_λ^RBM({h_a})} / 𝒵",
        ),
        wrong: Some(
            "the two ends have opposite signs in the exponent, so that the chain says H^RG = −H^RBM where the central claim is H^RG = H^RBM",
        ),
        decide: eq44,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-text-iff-unique",
        source: SOURCE,
        title: "equivalence if and only if (39) determines the joint distribution",
        printed: "The above argument proves an equivalence between deep learning and RG if and only if the equations (39) provide a unique characterization of the joint probability function.",
        conventions: &[
            "equivalence: every exact RG step whose marginals are those of the machine has the machine's joint distribution",
            "decided for every number of visible and of hidden spins from 0 to 2; (39) is unique only where a layer is empty, so that the equivalence is never proved",
        ],
        decide: text_iff_unique,
        ..Claim::BLANK
    },
];

/// Runs a generic comparison over symbolic and over rational machines.
macro_rules! on_machines {
    ($docket:expr, $function:ident) => {
        // Rational first: of counterexamples of one size the first is kept, and numbers read best.
        $function($docket, RATIONAL, &rational_machines());
        $function($docket, SYMBOLIC, &symbolic_machines());
    };
}

/// Parameters of (37) beside those of (1).
type Pair<T> = (Machine<T>, Machine<T>);

fn eq37(docket: &mut Docket) {
    on_machines!(docket, eq37_on);
}

fn eq37_on<T: Exact>(docket: &mut Docket, scope: &str, machines: &[Case<Machine<T>>]) {
    let cases: Vec<Case<Pair<T>>> = machines
        .iter()
        .flat_map(|c| {
            let m = &c.instance;
            let case = |what: &str, of_37: Machine<T>| {
                Case::new(c.size, format!("{}, {what}", c.label), (of_37, m.clone()))
            };
            [
                case("the parameters of (1) in (37)", m.clone()),
                case("minus the parameters of (1) in (37)", m.reversed()),
            ]
        })
        .collect();
    // The printed energy is minus that of the table, so its weight is the reciprocal.
    let weight_37 = |m: &Machine<T>| reciprocals(m.table().entries());
    docket
        .on(format!("e^{{−E}}, {scope}"), &cases, |(_, of_1)| {
            of_1.table().entries().to_vec()
        })
        .printed_if(|(a, b)| *a == b.reversed(), |(a, _)| weight_37(a))
        .mutant("e^{+E}", |(_, b)| weight_37(b))
        .mutant("no weights", |(_, b)| {
            b.uncoupled().table().entries().to_vec()
        })
        .mutant("visible and hidden spins exchanged", |(_, b)| {
            b.transposed().table().entries().to_vec()
        })
        .mutant("biases of the other sign than the weights", |(_, b)| {
            let flip = b.uncoupled().reversed().table();
            let keep = b.uncoupled().table();
            let ratio = flip.entries().iter().zip(keep.entries());
            let w = b.table();
            ratio
                .zip(w.entries())
                .map(|((f, k), w)| f.clone() / k.clone() * w.clone())
                .collect()
        })
        .finish();
}

fn eq38(docket: &mut Docket) {
    on_machines!(docket, eq38_on);
}

fn eq38_on<T: Exact>(docket: &mut Docket, scope: &str, cases: &[Case<Machine<T>>]) {
    // The weight of (37) is that of the machine with all signs reversed.
    docket
        .on(scope, cases, |m| chain_rule(&m.reversed()))
        .printed(|m| m.reversed().table().normalised().entries().to_vec())
        .mutant("e^{+E}", |m| m.table().normalised().entries().to_vec())
        .mutant("𝒵 summed over the visible states only", |m| {
            let r = m.reversed();
            let z = r
                .table()
                .sum_over_visible()
                .first()
                .cloned()
                .unwrap_or_else(T::one);
            r.table()
                .entries()
                .iter()
                .map(|w| w.clone() / z.clone())
                .collect()
        })
        .mutant("no division by 𝒵", |m| {
            m.reversed().table().entries().to_vec()
        })
        .mutant("W = 0", |m| {
            m.reversed()
                .uncoupled()
                .table()
                .normalised()
                .entries()
                .to_vec()
        })
        .finish();
}

/// p(v) p(h|v), both from products over units.
fn chain_rule<T: Exact>(m: &Machine<T>) -> Vec<T> {
    let p_v = shares(&m.visible_weights());
    m.hidden_given_visible().joint(&p_v).entries().to_vec()
}

fn eq39(docket: &mut Docket) {
    on_machines!(docket, eq39_on);
}

fn eq39_on<T: Exact>(docket: &mut Docket, scope: &str, cases: &[Case<Machine<T>>]) {
    let both = |v: Vec<T>, h: Vec<T>| [v, h].concat();
    docket
        .on(
            format!("the sums are the normalised products over units, {scope}"),
            cases,
            |m| both(shares(&m.visible_weights()), shares(&m.hidden_weights())),
        )
        .printed(|m| {
            let p = m.table().normalised();
            both(p.sum_over_hidden(), p.sum_over_visible())
        })
        .mutant("traces exchanged", |m| {
            let p = m.table().normalised();
            both(p.sum_over_visible(), p.sum_over_hidden())
        })
        .finish();
}

/// A machine together with weights e^{−H(v)} that are not its own.
type Foreign<T> = (Machine<T>, Vec<T>);

fn foreign_rational() -> Vec<Case<Foreign<BigRational>>> {
    rational_machines()
        .into_iter()
        .map(|c| {
            let h = microscopic(c.instance.visible());
            Case::new(c.size, c.label, (c.instance, h))
        })
        .collect()
}

fn foreign_symbolic() -> Vec<Case<Foreign<RationalFunction>>> {
    symbolic_machines()
        .into_iter()
        .map(|c| {
            let states = 1 << c.instance.visible();
            let h = (0..states).map(|v| RationalFunction::var(8 + v)).collect();
            Case::new(c.size, c.label, (c.instance, h))
        })
        .collect()
}

macro_rules! on_foreign {
    ($docket:expr, $function:ident) => {
        $function($docket, RATIONAL, &foreign_rational());
        $function($docket, SYMBOLIC, &foreign_symbolic());
    };
}

/// `Tr_v e^{T−H}` with T from (43).
fn traced<T: Exact>((m, h): &Foreign<T>) -> Vec<T> {
    TransferOperator::of_machine(&m.table(), h).coarse_weights(h)
}

/// Each divided by the machine's partition function.
fn over_z<T: Exact>((m, _): &Foreign<T>, weights: &[T]) -> Vec<T> {
    let z = m.table().total();
    weights.iter().map(|w| w.clone() / z.clone()).collect()
}

fn eq40(docket: &mut Docket) {
    on_foreign!(docket, eq40_on);
}

fn eq40_on<T: Exact>(docket: &mut Docket, scope: &str, cases: &[Case<Foreign<T>>]) {
    // The right side is traced; H_RG on the left comes from the product over visible units.
    let weights = |i: &Foreign<T>| i.0.hidden_weights();
    docket
        .on(format!("T of {scope}, any H(v)"), cases, |i| {
            over_z(i, &traced(i))
        })
        .printed(|i| over_z(i, &reciprocals(&weights(i))))
        .corrected(|i| over_z(i, &weights(i)))
        .mutant("e^{−2H_RG}", |i| {
            let squared: Vec<T> = weights(i).iter().map(|w| w.clone() * w.clone()).collect();
            over_z(i, &squared)
        })
        .mutant("traced over the hidden spins", |i| {
            over_z(i, &i.0.visible_weights())
        })
        .mutant("e^{T+H}", |i| {
            let step = TransferOperator::of_machine(&i.0.table(), &i.1);
            over_z(i, &step.coarse_weights(&reciprocals(&i.1)))
        })
        .mutant("H dropped", |i| {
            let step = TransferOperator::of_machine(&i.0.table(), &i.1);
            over_z(i, &step.table().sum_over_visible())
        })
        .finish();
}

fn eq41(docket: &mut Docket) {
    on_machines!(docket, eq41_on);
}

fn eq41_on<T: Exact>(docket: &mut Docket, scope: &str, cases: &[Case<Machine<T>>]) {
    docket
        .on(
            format!("met by T = ln p(h|v), {scope}"),
            cases,
            |m: &Machine<T>| ones::<T>(1 << m.visible()),
        )
        .printed(|m| m.hidden_given_visible().row_sums())
        .mutant("T = −E", |m| m.table().sum_over_hidden())
        .finish_constant();
    docket.not_vacuous(
        "e^T itself varies",
        cases.iter().all(|c| {
            let t = c.instance.hidden_given_visible();
            t.table().at(0, 0) != t.table().at(0, 1)
        }),
    );
}

fn eq42(docket: &mut Docket) {
    eq42_on(docket, SYMBOLIC_STEPS, &symbolic_steps(true));
    eq42_on(docket, EXACT_STEPS, &exact_steps());
}

fn eq42_on<T: Exact>(docket: &mut Docket, scope: &str, cases: &[Case<Step<T>>]) {
    docket
        .on(scope, cases, |s| s.microscopic.clone())
        .printed(|s| s.operator.joint(&s.microscopic).sum_over_hidden())
        .mutant("traced over the visible spins", |s| {
            s.operator.joint(&s.microscopic).sum_over_visible()
        })
        .mutant("e^{T+H}", |s| {
            s.operator
                .joint(&reciprocals(&s.microscopic))
                .sum_over_hidden()
        })
        .mutant("Tr_h e^T = 2", |s| {
            let sums = s.operator.joint(&s.microscopic).sum_over_hidden();
            sums.iter().map(|x| x.clone() + x.clone()).collect()
        })
        .mutant("one hidden state left out", |s| {
            let joint = s.operator.joint(&s.microscopic);
            let all = joint.sum_over_hidden();
            all.iter()
                .enumerate()
                .map(|(v, x)| x.clone() - joint.at(v, 0).clone())
                .collect()
        })
        .finish();
}

/// A machine beside the microscopic weights e^{−H(v)} that it is set against.
fn identified<T: Exact>(
    machines: &[Case<Machine<T>>],
    foreign: impl Fn(usize) -> Vec<T>,
    factor: &T,
) -> Vec<Case<Foreign<T>>> {
    machines
        .iter()
        .flat_map(|c| {
            let own = c.instance.visible_weights();
            let shifted: Vec<T> = own.iter().map(|w| w.clone() * factor.clone()).collect();
            let other = foreign(c.instance.visible());
            [
                ("H(v) = −ln Σ_h e^{−E}", own),
                ("H(v) = −ln Σ_h e^{−E} + constant", shifted),
                ("another H(v)", other),
            ]
            .map(|(what, h)| {
                Case::new(
                    c.size,
                    format!("{}, {what}", c.label),
                    (c.instance.clone(), h),
                )
            })
        })
        .collect()
}

fn eq43(docket: &mut Docket) {
    let symbolic = identified(
        &symbolic_machines(),
        |n| {
            (0..1 << n)
                .map(|v: usize| RationalFunction::var(8 + v))
                .collect()
        },
        &RationalFunction::integer(2),
    );
    let rational = identified(&rational_machines(), microscopic, &q(3, 2));
    eq43_on(docket, RATIONAL, &rational);
    eq43_on(docket, SYMBOLIC, &symbolic);
    if let Some(case) = rational.iter().find(|c| c.label.ends_with("another H(v)")) {
        let (m, h) = &case.instance;
        let step = TransferOperator::of_machine(&m.table(), h);
        let sums: Vec<String> = step.row_sums().iter().map(ToString::to_string).collect();
        docket.note(
            Form::Printed,
            crate::ledger::EvidenceKind::Rational,
            RATIONAL,
            format!(
                "for {} the sums Tr_h e^T are ({}), their average over e^{{−H}}/Z is {}",
                case.label,
                sums.join(", "),
                step.mean_row_sum(h)
            ),
        );
    }
}

fn eq43_on<T: Exact>(docket: &mut Docket, scope: &str, cases: &[Case<Foreign<T>>]) {
    let with = |i: &Foreign<T>, row_sums: Vec<T>| [row_sums, over_z(i, &i.1)].concat();
    docket
        .on(scope, cases, |(m, h)| {
            [ones::<T>(h.len()), shares(&m.visible_weights())].concat()
        })
        .printed_if(
            |(m, h)| *h == m.visible_weights(),
            |i| {
                with(
                    i,
                    TransferOperator::of_machine(&i.0.table(), &i.1).row_sums(),
                )
            },
        )
        .mutant("T = E + H", |i| {
            let t = TransferOperator::of_machine(&i.0.reversed().table(), &i.1);
            with(i, t.row_sums())
        })
        .mutant("T = −E − H", |i| {
            let t = TransferOperator::of_machine(&i.0.table(), &reciprocals(&i.1));
            with(i, t.row_sums())
        })
        .mutant("T = −E", |i| with(i, i.0.table().sum_over_hidden()))
        .mutant("T = −E + 2H", |i| {
            let square: Vec<T> = i.1.iter().map(|w| w.clone() * w.clone()).collect();
            let t = TransferOperator::of_machine(&i.0.table(), &square);
            with(i, t.row_sums())
        })
        .finish();
}

fn eq44(docket: &mut Docket) {
    on_foreign!(docket, eq44_on);
}

fn eq44_on<T: Exact>(docket: &mut Docket, scope: &str, cases: &[Case<Foreign<T>>]) {
    docket
        .on(format!("{scope}, any H(v)"), cases, |i| {
            over_z(i, &i.0.hidden_weights())
        })
        .printed(|i| over_z(i, &reciprocals(&traced(i))))
        .corrected(|i| over_z(i, &traced(i)))
        .corrected(|i| over_z(i, &i.0.table().sum_over_visible()))
        .mutant("H^RBM of the visible spins", |i| {
            over_z(i, &i.0.visible_weights())
        })
        .mutant("E reversed", |i| {
            over_z(i, &i.0.reversed().hidden_weights())
        })
        .mutant("W = 0", |i| over_z(i, &i.0.uncoupled().hidden_weights()))
        .mutant("T = −E − H", |i| {
            let t = TransferOperator::of_machine(&i.0.table(), &reciprocals(&i.1));
            over_z(i, &t.coarse_weights(&i.1))
        })
        .finish();
}

fn text_iff_unique(docket: &mut Docket) {
    let cases: Vec<Case<(usize, usize)>> = (0..3)
        .flat_map(|n| (0..3).map(move |m| (n, m)))
        .map(|(n, m)| Case::new(n + m, format!("{n} visible and {m} hidden spins"), (n, m)))
        .collect();
    let unknowns = |&(n, m): &(usize, usize)| 1_usize << (n + m);
    docket
        .on("0 to 2 visible and 0 to 2 hidden spins", &cases, |&size| {
            marginals_force_the_joint(size)
        })
        .printed(|size| rank_of_marginals(*size, true, true) == unknowns(size))
        .printed(|&(n, m)| freedom_beyond_marginals(n as u32, m as u32) == 0)
        .mutant("if p(h) alone is a unique characterization", |size| {
            rank_of_marginals(*size, false, true) == unknowns(size)
        })
        .mutant("if p(v) alone is a unique characterization", |size| {
            rank_of_marginals(*size, true, false) == unknowns(size)
        })
        .mutant(
            "if and only if the characterization is not unique",
            |size| rank_of_marginals(*size, true, true) != unknowns(size),
        )
        .mutant("in any case", |_| true)
        .finish();
}

/// Whether no exact step with a distribution's marginals has another joint distribution, by looking for
/// one: weight is moved around a 2×2 minor of the table.
fn marginals_force_the_joint((n, m): (usize, usize)) -> bool {
    let p = JointTable::from_fn(n, m, |v, h| exponential(3 * v + 7 * h + v * h))
        .expect("the table is small")
        .normalised();
    let own = p.sum_over_hidden();
    let smallest = p
        .entries()
        .iter()
        .min()
        .cloned()
        .unwrap_or_else(BigRational::zero);
    let moved = JointTable::from_fn(n, m, |v, h| match (v, h) {
        (0, 0) | (1, 1) if n > 0 && m > 0 => p.at(v, h) + &smallest / q(2, 1),
        (0, 1) | (1, 0) if n > 0 && m > 0 => p.at(v, h) - &smallest / q(2, 1),
        _ => p.at(v, h).clone(),
    })
    .expect("the table is small");
    let step = TransferOperator::of_machine(&moved, &own);
    let is_exact_step = step.row_sums().iter().all(One::is_one);
    let same_marginals = step.joint(&own).sum_over_hidden() == own
        && step.coarse_weights(&own) == p.sum_over_visible();
    let positive = moved.entries().iter().all(|x| *x > BigRational::zero());
    !(is_exact_step && same_marginals && positive && moved != p)
}

/// Rank of the linear map from joint tables to the chosen marginals, by elimination.
fn rank_of_marginals((n, m): (usize, usize), visible: bool, hidden: bool) -> usize {
    let unknowns = 1 << (n + m);
    let mut rows: Vec<Vec<BigRational>> = Vec::new();
    let indicator = |keep: &dyn Fn(usize) -> bool| {
        (0..unknowns)
            .map(|s| if keep(s) { q(1, 1) } else { q(0, 1) })
            .collect()
    };
    if visible {
        rows.extend((0..1 << n).map(|v| indicator(&|s| s >> m == v)));
    }
    if hidden {
        rows.extend((0..1 << m).map(|h| indicator(&|s| s & ((1 << m) - 1) == h)));
    }
    // The rank of M is that of M Mᵀ here (real entries); count pivots of the Gram matrix.
    let matrix = Matrix::new(rows.len(), unknowns, rows.concat()).expect("rows of equal length");
    let gram = matrix.mul(&matrix.transpose()).expect("shapes fit");
    pivots(&gram)
}

fn pivots(matrix: &Matrix<BigRational>) -> usize {
    let (rows, cols) = (matrix.rows(), matrix.cols());
    let mut a: Vec<Vec<BigRational>> = (0..rows)
        .map(|i| (0..cols).map(|j| matrix[(i, j)].clone()).collect())
        .collect();
    let mut rank = 0;
    for col in 0..cols {
        let Some(pivot) = (rank..rows).find(|&r| !a[r][col].is_zero()) else {
            continue;
        };
        a.swap(rank, pivot);
        let pivot_row = a[rank].clone();
        for row in &mut a[rank + 1..] {
            let factor = &row[col] / &pivot_row[col];
            for (x, p) in row.iter_mut().zip(&pivot_row) {
                *x -= &factor * p;
            }
        }
        rank += 1;
    }
    rank
}
