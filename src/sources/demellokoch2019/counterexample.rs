//! Equations 45 to 50: a distribution with the right marginals and no correlations.

use crate::exact::JointTable;
use crate::ledger::{Case, Claim, Docket, EvidenceKind, Form, Source};
use crate::numeric::Enclosure;
use crate::rg::factorized::{
    Marginals, entropy, is_product, is_uncoupled, kl_divergence, mutual_information,
};
use crate::rg::variational::TransferOperator;
use crate::sources::example_machines::{
    ANY_STEPS, Exact, Machine, RATIONAL, SYMBOLIC, SYMBOLIC_STEPS, Step, Tabulate, any_steps,
    exact_steps, exponential, ln, microscopic, q, rational_machines, shares, symbolic_machines,
    symbolic_steps, total,
};
use num_rational::BigRational;
use num_traits::Zero;

const SOURCE: Source = Source::DeMelloKoch2019;

pub(super) const CLAIMS: &[Claim] = &[
    Claim {
        id: "demellokoch2019-eq45",
        source: SOURCE,
        equation: Some("45"),
        title: "densities of the factorized example",
        printed: "ρ({v_i}) = Tr_h(e^{T − H}) / 𝒵,   ρ̃({h_a}) = Tr_v(e^{T − H}) / 𝒵",
        conventions: &["𝒵 is that of (46)"],
        definition: true,
        decide: eq45,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-eq45-normalised",
        source: SOURCE,
        title: "both densities are normalised",
        printed: "We clearly have Tr_v(ρ({v_i})) = 1 = Tr_h(ρ̃({h_a}))",
        conventions: &["for any T and H: neither (41) nor (43) is used"],
        decide: eq45_normalised,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-eq46",
        source: SOURCE,
        equation: Some("46"),
        title: "normalisation of the factorized example",
        printed: "𝒵 = Σ_{v_i, h_a} e^{T({v_i, h_a}) − H({v_i})}",
        conventions: &[
            "with T of (43) this is the 𝒵 of (38), which is checked; under (41) it is Σ_v e^{−H(v)} as well",
        ],
        definition: true,
        decide: eq46,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-eq47",
        source: SOURCE,
        equation: Some("47"),
        title: "the factorized example has the marginals of (39)",
        printed: "A_λ({v_i, h_a}) = ρ̃({h_a}) ρ({v_i}) obeys (39)",
        conventions: &["p_λ(v) and p_λ(h) in (39) are the marginals of e^{T−H}/𝒵"],
        decide: eq47,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-eq48",
        source: SOURCE,
        equation: Some("48"),
        title: "two-point functions of the factorized example",
        printed: "⟨v_j h_b⟩ = Tr_{v,h}(v_j h_b A_λ) = Tr_v(ρ v_j) Tr_h(ρ̃ h_b) = ⟨v_j⟩⟨h_b⟩",
        decide: eq48,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-eq48-all-functions",
        source: SOURCE,
        title: "no correlations of any order between the layers",
        printed: "in A_λ({v_i, h_a}) there are no correlations between the hidden and visible spins",
        conventions: &[
            "⟨f(v) g(h)⟩ = ⟨f⟩⟨g⟩ for all f and g: decided on all products of visible spins and all products of hidden spins, which span the functions",
            "correlations among visible spins, and among hidden spins, remain",
        ],
        decide: eq48_all_functions,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-eq49",
        source: SOURCE,
        equation: Some("49"),
        title: "the RG quantity",
        printed: "𝒵^{−1} e^{T({v_i, h_a}) − H({v_i})}",
        definition: true,
        decide: eq49,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-eq49-reject",
        source: SOURCE,
        title: "no correlations, so A is no model of the RG quantity",
        printed: "⟨v_j h_b⟩ = ⟨v_j⟩⟨h_b⟩ so that we would reject it as a possible model of the RG quantity 𝒵^{−1} e^{T − H}",
        conventions: &["A ≠ e^{T−H}/𝒵, and some two-point function ⟨v_j h_b⟩ tells the two apart"],
        assumptions: &["(41): Tr_h e^T = 1"],
        condition: Some(
            "T couples the layers, and not only through products of spins that two-point functions are blind to: where h is drawn without regard to v, A is the RG quantity itself, and where h follows the product v_1 v_2 of symmetric spins, A is another distribution with the same two-point functions",
        ),
        decide: eq49_reject,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-eq50",
        source: SOURCE,
        equation: Some("50"),
        title: "the RBM quantity",
        printed: "𝒵^{−1} e^{−E({v_i, h_a})}",
        definition: true,
        decide: eq50,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-eq50-reject",
        source: SOURCE,
        title: "no correlations, so A is no model of the RBM",
        printed: "⟨v_j h_b⟩ = ⟨v_j⟩⟨h_b⟩ so that we would reject it as a possible model of the RBM quantity 𝒵^{−1} e^{−E}",
        conventions: &[
            "some two-point function ⟨v_j h_b⟩ of the RBM differs from that of A",
            "for an RBM two-point functions suffice: D_KL(p‖A) + D_KL(A‖p) = Σ_ia W_ia (⟨v_i h_a⟩ − ⟨v_i⟩⟨h_a⟩)",
        ],
        condition: Some("some weight W_ia is not zero; with W = 0 the RBM is A itself"),
        decide: eq50_reject,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-text-nothing-like",
        source: SOURCE,
        title: "how far the factorized example is from the machine",
        printed: "it is easy to construct functions p_λ({v_i, h_a}) that obey (39), but are nothing like either the RBM or RG functions",
        conventions: &[
            "the distance is D_KL(p‖A) in nats; it equals the mutual information I(v;h) of the layers, is zero only if p is a product, and is at most the smaller layer's number of spins times ln 2",
        ],
        condition: Some(
            "the layers depend on each other; the distance is I(v;h), which is zero for W = 0 and small for small weights",
        ),
        decide: text_nothing_like,
        ..Claim::BLANK
    },
];

/// Runs a generic comparison over symbolic and rational steps.
macro_rules! on_steps {
    ($docket:expr, $function:ident) => {
        $function($docket, SYMBOLIC_STEPS, &symbolic_steps(false));
        $function($docket, ANY_STEPS, &any_steps());
    };
}

fn joint<T: Exact>(s: &Step<T>) -> JointTable<T> {
    s.operator.joint(&s.microscopic)
}

fn marginals<T: Exact>(s: &Step<T>) -> Marginals<T> {
    Marginals::of(&joint(s))
}

fn eq45(docket: &mut Docket) {
    docket
        .on(
            format!("with T of (43) they are the marginals of the machine, {RATIONAL}"),
            &rational_machines(),
            |m| {
                [m.visible_weights(), m.hidden_weights()]
                    .map(|w| shares(&w))
                    .concat()
            },
        )
        .printed(|m| {
            let h = microscopic(m.visible());
            let step = TransferOperator::of_machine(&m.table(), &h);
            let rho = Marginals::of(&step.joint(&h));
            [rho.visible, rho.hidden].concat()
        })
        .mutant("traces exchanged", |m| {
            let rho = Marginals::of(&m.table());
            [rho.hidden, rho.visible].concat()
        })
        .finish();
}

fn eq45_normalised(docket: &mut Docket) {
    on_steps!(docket, eq45_normalised_on);
}

fn eq45_normalised_on<T: Exact>(docket: &mut Docket, scope: &str, cases: &[Case<Step<T>>]) {
    let sums = |v: &[T], h: &[T]| vec![total(v), total(h)];
    docket
        .on(scope, cases, |_| vec![T::one(), T::one()])
        .printed(|s| {
            let rho = marginals(s);
            sums(&rho.visible, &rho.hidden)
        })
        .mutant("𝒵 = Σ_v e^{−H}", |s| {
            let z = total(&s.microscopic);
            let over = |w: Vec<T>| total(&w) / z.clone();
            let j = joint(s);
            vec![over(j.sum_over_hidden()), over(j.sum_over_visible())]
        })
        .mutant("H dropped in ρ, not in 𝒵", |s| {
            let z = joint(s).total();
            let t = s.operator.table().total() / z;
            vec![t.clone(), t]
        })
        .mutant("no division by 𝒵", |s| {
            let j = joint(s);
            sums(&j.sum_over_hidden(), &j.sum_over_visible())
        })
        .finish_constant();
    docket.not_vacuous(
        "ρ and ρ̃ themselves vary",
        cases.iter().all(|c| {
            let rho = marginals(&c.instance);
            rho.visible[0] != rho.visible[1] && rho.hidden[0] != rho.hidden[1]
        }),
    );
}

fn eq46(docket: &mut Docket) {
    docket
        .on(
            format!("with T of (43) it is the partition function of the machine, {RATIONAL}"),
            &rational_machines(),
            |m| total(&m.hidden_weights()),
        )
        .printed(|m| {
            let h = microscopic(m.visible());
            TransferOperator::of_machine(&m.table(), &h)
                .joint(&h)
                .total()
        })
        .mutant(
            "Σ_v e^{−H} with an H that is not the machine's own",
            |m| total(&microscopic(m.visible())),
        )
        .finish();
}

fn eq47(docket: &mut Docket) {
    on_steps!(docket, eq47_on);
}

fn eq47_on<T: Exact>(docket: &mut Docket, scope: &str, cases: &[Case<Step<T>>]) {
    let both = |a: &JointTable<T>| [a.sum_over_hidden(), a.sum_over_visible()].concat();
    docket
        .on(scope, cases, |s| both(&joint(s).normalised()))
        .printed(|s| both(&marginals(s).product()))
        .mutant("marginals exchanged", |s| {
            let rho = marginals(s);
            let swapped = Marginals {
                visible: rho.hidden,
                hidden: rho.visible,
            };
            both(&swapped.product())
        })
        .mutant("not normalised", |s| {
            let j = joint(s);
            let rho = Marginals {
                visible: j.sum_over_hidden(),
                hidden: j.sum_over_visible(),
            };
            both(&rho.product())
        })
        .mutant("the marginals of e^T", |s| {
            both(&Marginals::of(s.operator.table()).product())
        })
        .finish();
}

/// One value for each pair of sites.
fn for_pairs<T>(n: usize, m: usize, f: impl Fn(usize, usize) -> T) -> Vec<T> {
    (0..n)
        .flat_map(|j| (0..m).map(move |b| (1 << j, 1 << b)))
        .map(|(j, b)| f(j, b))
        .collect()
}

fn pairs_of<T: Exact>(s: &Step<T>, f: impl Fn(usize, usize) -> T) -> Vec<T> {
    let t = s.operator.table();
    for_pairs(t.visible(), t.hidden(), f)
}

fn eq48(docket: &mut Docket) {
    on_steps!(docket, eq48_on);
}

fn eq48_on<T: Exact>(docket: &mut Docket, scope: &str, cases: &[Case<Step<T>>]) {
    docket
        .on(scope, cases, |s| {
            let a = marginals(s).product();
            pairs_of(s, |j, b| a.moment(j, b))
        })
        .printed(|s| {
            let p = joint(s).normalised();
            pairs_of(s, |j, b| p.moment(j, 0) * p.moment(0, b))
        })
        .mutant("averaged with e^{T−H}/𝒵 instead of A", |s| {
            let p = joint(s).normalised();
            pairs_of(s, |j, b| p.moment(j, b))
        })
        .mutant("⟨v_j⟩ alone", |s| {
            let p = joint(s).normalised();
            pairs_of(s, |j, _| p.moment(j, 0))
        })
        .mutant("sign flip", |s| {
            let p = joint(s).normalised();
            pairs_of(s, |j, b| -(p.moment(j, 0) * p.moment(0, b)))
        })
        .finish();
}

fn eq48_all_functions(docket: &mut Docket) {
    on_steps!(docket, eq48_all_functions_on);
}

fn eq48_all_functions_on<T: Exact>(docket: &mut Docket, scope: &str, cases: &[Case<Step<T>>]) {
    let all = |s: &Step<T>, f: &dyn Fn(usize, usize) -> T| -> Vec<T> {
        let t = s.operator.table();
        let (n, m) = (1_usize << t.visible(), 1_usize << t.hidden());
        (0..n)
            .flat_map(|x| (0..m).map(move |y| (x, y)))
            .map(|(x, y)| f(x, y))
            .collect()
    };
    docket
        .on(format!("all products of spins, {scope}"), cases, |s| {
            let a = marginals(s).product();
            all(s, &|x, y| a.moment(x, y))
        })
        .printed(|s| {
            let p = joint(s).normalised();
            all(s, &|x, y| p.moment(x, 0) * p.moment(0, y))
        })
        .mutant("averaged with e^{T−H}/𝒵 instead of A", |s| {
            let p = joint(s).normalised();
            all(s, &|x, y| p.moment(x, y))
        })
        .mutant("averages squared", |s| {
            let p = joint(s).normalised();
            all(s, &|x, y| {
                let mean = p.moment(x, 0) * p.moment(0, y);
                mean.clone() * mean
            })
        })
        .mutant("averages with e^T", |s| {
            let p = s.operator.table().normalised();
            all(s, &|x, y| p.moment(x, 0) * p.moment(0, y))
        })
        .finish();
}

fn eq49(docket: &mut Docket) {
    docket
        .on(
            format!("normalised with the 𝒵 of (46), {ANY_STEPS}"),
            &any_steps(),
            |s| {
                let rho = marginals(s);
                vec![total(&rho.visible)]
            },
        )
        .printed(|s| vec![total(joint(s).normalised().entries())])
        .finish_constant();
}

fn eq50(docket: &mut Docket) {
    docket
        .on(
            format!("the RG quantity (49) with T of (43), {RATIONAL}"),
            &rational_machines(),
            |m| {
                let h = microscopic(m.visible());
                let step = TransferOperator::of_machine(&m.table(), &h);
                step.joint(&h).normalised().entries().to_vec()
            },
        )
        .printed(|m| m.table().normalised().entries().to_vec())
        .mutant("e^{+E}", |m| {
            m.reversed().table().normalised().entries().to_vec()
        })
        .finish();
}

/// How the hidden spins of a step depend on the visible ones.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Dependence {
    Generic,
    None,
    Parity,
}

/// Exact steps, with and without correlations that two-point functions see.
fn dependences() -> Vec<Case<(Step<BigRational>, Dependence)>> {
    let mut cases: Vec<_> = exact_steps()
        .into_iter()
        .map(|c| Case::new(c.size, c.label, (c.instance, Dependence::Generic)))
        .collect();
    let mut push = |n: usize,
                    m: usize,
                    what: &str,
                    dependence,
                    microscopic,
                    f: &dyn Fn(usize, usize) -> BigRational| {
        let table = JointTable::from_fn(n, m, f).expect("an example table is small");
        let operator = TransferOperator::new(table).made_exact();
        let step = Step {
            operator,
            microscopic,
        };
        cases.push(Case::new(
            n + m,
            format!("{n}×{m} spins, {what}"),
            (step, dependence),
        ));
    };
    for (n, m) in [(1, 1), (2, 3)] {
        push(
            n,
            m,
            "h drawn without regard to v",
            Dependence::None,
            microscopic(n),
            &|_, h| exponential(h),
        );
    }
    push(
        2,
        1,
        "H = −K v_1 v_2, h = v_1 v_2 with probability 3/4",
        Dependence::Parity,
        vec![q(3, 1), q(1, 3), q(1, 3), q(3, 1)],
        &|v, h| {
            let even = v == 0 || v == 3;
            q(if even == (h == 1) { 3 } else { 1 }, 4)
        },
    );
    cases
}

/// Whether some `⟨v_j h_b⟩` of p is not `⟨v_j⟩⟨h_b⟩`.
fn two_point_functions_differ<T: Exact>(p: &JointTable<T>) -> bool {
    for_pairs(p.visible(), p.hidden(), |j, b| p.covariance(j, b))
        .iter()
        .any(|c| !c.is_zero())
}

fn eq49_reject(docket: &mut Docket) {
    docket
        .on(
            "exact steps, 1×1, 2×1, 1×2 and 2×3 spins: (A is not p, two-point functions tell)",
            &dependences(),
            |(s, _)| {
                let p = joint(s).normalised();
                let a = marginals(s).product();
                vec![a.entries() != p.entries(), two_point_functions_differ(&p)]
            },
        )
        .printed_if(|(_, d)| *d == Dependence::Generic, |_| vec![true, true])
        .mutant("told apart by p(v) and p(h)", |(s, _)| {
            let p = joint(s).normalised();
            let again = marginals(&Step {
                operator: TransferOperator::of_machine(&marginals(s).product(), &s.microscopic),
                microscopic: s.microscopic.clone(),
            });
            let differ =
                again.visible != p.sum_over_hidden() || again.hidden != p.sum_over_visible();
            vec![differ, differ]
        })
        .mutant("A set against itself", |(s, _)| {
            let a = marginals(s).product();
            vec![!is_product(&a), two_point_functions_differ(&a)]
        })
        .mutant("two-point functions tell whenever A is not p", |(s, _)| {
            let differ = !is_product(&joint(s));
            vec![differ, differ]
        })
        .finish();
}

/// Machines beside the same machines with W = 0.
fn coupled_or_not<T: Exact>(machines: Vec<Case<Machine<T>>>) -> Vec<Case<Machine<T>>> {
    machines
        .into_iter()
        .flat_map(|c| {
            let zero = Case::new(
                c.size,
                format!("{}, but W = 0", c.label),
                c.instance.uncoupled(),
            );
            [c, zero]
        })
        .collect()
}

fn eq50_reject(docket: &mut Docket) {
    let machines = coupled_or_not(rational_machines());
    eq50_reject_on(docket, RATIONAL, &machines, EvidenceKind::Rational);
    let symbolic = coupled_or_not(symbolic_machines());
    eq50_reject_on(docket, SYMBOLIC, &symbolic, EvidenceKind::Symbolic);
    let weighted = |m: &Machine<BigRational>, sign: i64| {
        let p = m.table();
        let mut sum = Enclosure::zero();
        for i in 0..m.visible() {
            for a in 0..m.hidden() {
                let c = p.covariance(1 << i, 1 << a) * q(sign, 1);
                sum = sum + ln(&m.weights()[i * m.hidden() + a]) * Enclosure::from_rational(&c);
            }
        }
        sum
    };
    docket
        .on(
            "D_KL(p‖A) + D_KL(A‖p) = Σ W_ia (⟨v_i h_a⟩ − ⟨v_i⟩⟨h_a⟩), so that p ≠ A shows in a two-point function",
            &machines,
            |m| {
                let p = m.table().normalised();
                let a = Marginals::of(&p).product();
                kl_divergence(p.entries(), a.entries()) + kl_divergence(a.entries(), p.entries())
            },
        )
        .printed_if(|_| true, |m| weighted(m, 1))
        .mutant("sign flip", |m| weighted(m, -1))
        .mutant("twice", |m| weighted(m, 2))
        .finish();
}

fn eq50_reject_on<T: Exact>(
    docket: &mut Docket,
    scope: &str,
    cases: &[Case<Machine<T>>],
    kind: EvidenceKind,
) {
    docket
        .on(scope, cases, |m| two_point_functions_differ(&m.table()))
        .kind(kind)
        .printed_if(|m| !is_uncoupled(m), |_| true)
        .mutant("A set against itself", |m| {
            two_point_functions_differ(&Marginals::of(&m.table()).product())
        })
        .mutant("told apart by ⟨v_j⟩ and ⟨h_b⟩", |m| {
            let a = Marginals::of(&m.table()).product();
            let p = m.table();
            for_pairs(m.visible(), m.hidden(), |j, b| {
                p.mean(j, 0) != a.mean(j, 0) || p.mean(0, b) != a.mean(0, b)
            })
            .contains(&true)
        })
        .mutant("W = 0 is told apart too", |m| is_uncoupled(m))
        .finish();
}

fn text_nothing_like(docket: &mut Docket) {
    let machines = coupled_or_not(rational_machines());
    let distance = |m: &Machine<BigRational>| {
        let p = m.table().normalised();
        let a = Marginals::of(&p).product();
        kl_divergence(p.entries(), a.entries())
    };
    docket
        .on(format!("A ≠ p, {RATIONAL}"), &machines, |m| {
            let p = m.table().normalised();
            p != Marginals::of(&p).product()
        })
        .printed_if(|m| !is_product(&m.table()), |_| true)
        .mutant("A differs in its marginals", |m| {
            let p = m.table().normalised();
            Marginals::of(&p) != Marginals::of(&Marginals::of(&p).product())
        })
        .finish();
    docket
        .on(
            format!("D_KL(p‖A) = I(v;h), {RATIONAL}"),
            &machines,
            distance,
        )
        .printed_if(|_| true, |m| mutual_information(&m.table()))
        .mutant("D_KL(A‖p)", |m| {
            let p = m.table().normalised();
            let a = Marginals::of(&p).product();
            kl_divergence(a.entries(), p.entries())
        })
        .mutant("S(v) − S(v,h)", |m| {
            let p = m.table().normalised();
            entropy(&p.sum_over_hidden()) - entropy(p.entries())
        })
        .mutant("twice", |m| {
            mutual_information(&m.table()) * Enclosure::exact(2.0)
        })
        .finish();
    let distances: Vec<String> = machines
        .iter()
        .map(|c| format!("{} at {}", distance(&c.instance), c.label))
        .collect();
    docket.note(
        Form::Conditional,
        EvidenceKind::Enclosure,
        &format!("D_KL(p‖A) = I(v;h), {RATIONAL}"),
        format!("D_KL(p‖A) in nats: {}", distances.join("; ")),
    );
}
