//! From "Let's consider a traditional Neural Network" to the effective Hamiltonians of an RBM.

use crate::exact::JointTable;
use crate::exact::walsh;
use crate::ledger::{Case, Claim, Docket, Source};
use crate::numeric::Enclosure;
use crate::rg::variational::{TransferOperator, free_energy, free_energy_difference, moved_bonds};
use crate::sources::example_machines::{
    ANY_STEPS, EXACT_STEPS, Exact, Machine, RATIONAL, SYMBOLIC, SYMBOLIC_STEPS, Step, Tabulate,
    any_steps, exact_steps, exponential, ln, ones, q, rational_machines, reciprocals, shares,
    symbolic_machines, symbolic_steps, total,
};
use num_rational::BigRational;
use num_traits::{One, Zero};

const SOURCE: Source = Source::Martin2015;

pub(super) const CLAIMS: &[Claim] = &[
    Claim {
        id: "martin2015-hopfield-hamiltonian",
        source: SOURCE,
        title: "Hamiltonian of the Hopfield memory",
        printed: "H^HAM = −Σ_i B_i v_i − Σ_i J_{i,j} v_i v_j",
        conventions: &[
            "read literally: the second sum runs over i, for each value of the free index j in turn; J_ii = 0, J symmetric",
            "H is a single number for each configuration, the energy with every pair once",
        ],
        corrected: Some("H^HAM = −Σ_i B_i v_i − Σ_{i<j} J_{i,j} v_i v_j"),
        wrong: Some(
            "the sum over j is missing: as printed only the pairs with one fixed site are summed, which is all of them for two spins only",
        ),
        decide: hopfield_hamiltonian,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-general-hamiltonian",
        source: SOURCE,
        title: "general Hamiltonian with many-body interactions",
        printed: "H(v) = −Σ_i K_i v_i − Σ_i K_{i,j} v_i v_j − Σ_{i,j,k} K_{i,j,k} v_i v_j v_k − ⋯",
        conventions: &[
            "decided: is every function on {±1}^N of this form, with terms up to N spins?",
            "the pair sum runs over i with j fixed, as printed, i = j included, whose term is a constant; the higher sums take each set of distinct sites once",
        ],
        corrected: Some(
            "H(v) = −K₀ − Σ_i K_i v_i − Σ_{i<j} K_{i,j} v_i v_j − Σ_{i<j<k} K_{i,j,k} v_i v_j v_k − ⋯",
        ),
        wrong: Some(
            "the pair sum runs over i only, so that of three spins the pair without the fixed site is missing",
        ),
        decide: general_hamiltonian,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-partition-function",
        source: SOURCE,
        title: "partition function",
        printed: "𝒵 = Σ_v e^{−H(v)}",
        definition: true,
        decide: partition_function,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-free-energy",
        source: SOURCE,
        title: "free energy",
        printed: "F^v = −ln 𝒵 = −ln Σ_v e^{−H(v)}; in a comment: \"the free energy is defined in the blog as the negative log of the partition function\"",
        conventions: &[
            "in units of the temperature, which is part of H: F = −k_B T ln 𝒵 otherwise",
        ],
        definition: true,
        decide: free_energy_definition,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-rbm-energy",
        source: SOURCE,
        title: "energy of the RBM",
        printed: "E(v,h) = vᵗb + vᵗWh + cᵗh",
        conventions: &[
            "with the weight e^{−E} positive weights disfavour equal spins; the Hopfield Hamiltonian of the same page has the opposite signs",
        ],
        definition: true,
        decide: rbm_energy,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-joint-probability",
        source: SOURCE,
        title: "joint probability of an RBM",
        printed: "P(v,h) = e^{−E(v,h)} / 𝒵",
        conventions: &["𝒵 = Σ_{v,h} e^{−E(v,h)}"],
        decide: joint_probability,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-rg-operator",
        source: SOURCE,
        title: "effective Hamiltonian as an operator",
        printed: "H(v) → H̃(h),   H̃(h) = ℝ[H(v)]",
        conventions: &["for a given V; on weights e^{−H} the operator is linear, which is checked"],
        definition: true,
        decide: rg_operator,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-effective-hamiltonian-form",
        source: SOURCE,
        title: "general form of the effective Hamiltonian",
        printed: "H̃(h) = −Σ_i K̃_i h_i − Σ_i K̃_{i,j} h_i h_j − Σ_{i,j,k} K̃_{i,j,k} h_i h_j h_k ⋯",
        conventions: &[
            "decided: has e^{−H̃(h)} = Σ_v e^{−V(v,h) − H(v)} this form, for V with Σ_h e^{−V} = 1?",
            "weights are compared as e^{−2^M H̃} for M hidden spins, which is rational; j is the first site, with itself it makes a constant",
        ],
        corrected: Some(
            "H̃(h) = −K̃₀ − Σ_i K̃_i h_i − Σ_{i<j} K̃_{i,j} h_i h_j − Σ_{i<j<k} K̃_{i,j,k} h_i h_j h_k − ⋯",
        ),
        wrong: Some(
            "the pair sum runs over i only, so that of three spins the pair without the fixed site is missing",
        ),
        decide: effective_hamiltonian_form,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-layer-free-energies",
        source: SOURCE,
        title: "free energies of the two layers",
        printed: "F^h ∼ F^v where F^h = −ln Σ_v e^{H(h)},   F^v = −ln Σ_v e^{−H̃(h)}",
        conventions: &[
            "read literally, at the first configuration of the hidden spins, which both displays leave free; H(h) read as H̃(h)",
        ],
        corrected: Some("F^h = −ln Σ_h e^{−H̃(h)},   F^v = −ln Σ_v e^{−H(v)}"),
        wrong: Some(
            "both sums run over v although the summands depend on h; the first has the wrong sign and lacks the tilde, the second has the Hamiltonian of the other layer",
        ),
        decide: layer_free_energies,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-hidden-free-energy",
        source: SOURCE,
        title: "free energy of the hidden layer",
        printed: "F^h = −ln Σ_v e^{H(h)}",
        conventions: &["saved as far as possible: summed over h, H(h) read as H̃(h)"],
        assumptions: &["Σ_h e^{−V(v,h)} = 1, so that F^h = F^v"],
        corrected: Some("F^h = −ln Σ_h e^{−H̃(h)}"),
        wrong: Some("the exponent has the wrong sign, besides the sum over the wrong layer"),
        decide: hidden_free_energy,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-visible-free-energy",
        source: SOURCE,
        title: "free energy of the visible layer",
        printed: "F^v = −ln Σ_v e^{−H̃(h)}",
        conventions: &[
            "read literally, at the first configuration of the hidden spins, which the display leaves free; summed over h instead it would be F^h",
        ],
        corrected: Some("F^v = −ln Σ_v e^{−H(v)}"),
        wrong: Some("the sum over v contains the Hamiltonian of the hidden spins in place of H(v)"),
        decide: visible_free_energy,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-joint-hamiltonian",
        source: SOURCE,
        title: "joint Hamiltonian",
        printed: "H(v,h) = H(v) + V(v,h)",
        conventions: &["defines V"],
        definition: true,
        decide: joint_hamiltonian,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-correlation-unit-sum",
        source: SOURCE,
        title: "requirement on the correlation V",
        printed: "The Correlation V(v,h) is defined so that the partition function is not changed: Σ_h e^{−V(v,h)} = 1",
        conventions: &[
            "for every v; sufficient for an unchanged 𝒵, and necessary if it is to hold for every H(v)",
        ],
        definition: true,
        decide: correlation_unit_sum,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-partition-function-unchanged",
        source: SOURCE,
        title: "the partition function is not changed",
        printed: "𝒵 = Σ_v e^{−H(v)} = Σ_v Σ_h e^{−V(v,h)} e^{−H(v)}",
        assumptions: &["Σ_h e^{−V(v,h)} = 1 for every v"],
        decide: partition_function_unchanged,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-transfer-operator",
        source: SOURCE,
        title: "correlation and transfer operator",
        printed: "Sometimes the Correlation V is called a Transfer Operator T, where V(v,h) = −T(v,h)",
        conventions: &["consistent with Σ_h e^T = 1 and T = −E + H, which is checked"],
        definition: true,
        decide: transfer_operator,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-effective-hamiltonian",
        source: SOURCE,
        title: "renormalized effective Hamiltonian",
        printed: "H̃(h) = ln Σ_v e^{−V(v,h)} e^{−H(v)}",
        conventions: &[
            "compared by its weight e^{−H̃(h)}, as 𝒵 = Σ_h e^{−H̃(h)} on the next line uses it",
        ],
        corrected: Some("H̃(h) = −ln Σ_v e^{−V(v,h)} e^{−H(v)}"),
        wrong: Some("the minus sign before the logarithm is missing"),
        decide: effective_hamiltonian,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-effective-partition-function",
        source: SOURCE,
        title: "partition function of the effective Hamiltonian",
        printed: "𝒵 = Σ_h e^{−H̃(h)}",
        conventions: &[
            "on its own terms: H̃(h) = −ln Σ_v e^{−V − H}, with the minus sign that the definition lacks",
        ],
        assumptions: &["Σ_h e^{−V(v,h)} = 1 for every v"],
        decide: effective_partition_function,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-free-energy-preserved",
        source: SOURCE,
        title: "the exact RGE preserves the free energy",
        printed: "ΔF̃ = F̃^h − F^v = 0",
        conventions: &["F̃^h = −ln Σ_h e^{−H̃(h)}; no change of scale is needed"],
        assumptions: &["Σ_h e^{−V(v,h)} = 1 for every v"],
        decide: free_energy_preserved,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-minimize-free-energy-difference",
        source: SOURCE,
        title: "minimising the free energy difference",
        printed: "We generally can not solve the exact RGE–but we can try to minimize this Free Energy difference.",
        conventions: &[
            "decided: is ΔF̃ = F̃^h − F^v ≥ 0, so that its minimum is the exact RGE, for every V?",
        ],
        condition: Some(
            "Σ_h e^{−V(v,h)} ≤ 1 for every v, or the magnitude is minimised; otherwise ΔF̃ = −ln ⟨Σ_h e^{−V}⟩ has no lower bound, since V → V − c lowers it by c",
        ),
        decide: minimize_difference,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-kadanoff-lower-bound",
        source: SOURCE,
        title: "Kadanoff's lower bound",
        printed: "we can accurately approximate the Exact Renormalization Group Equation by finding a lower bound using this formalism",
        conventions: &[
            "a tractable V + Δ in place of V; the bound is F[V + Δ] ≤ F[V], below the free energy and above ln 𝒵",
            "how accurate it is depends on the model and is not decided",
        ],
        condition: Some(
            "what is added has no positive average, ⟨Δ⟩ ≤ 0 over e^{−H−V}/𝒵; Kadanoff takes ⟨Δ⟩ = 0 by moving bonds between equivalent places",
        ),
        decide: kadanoff_lower_bound,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-joint-hamiltonian-sign",
        source: SOURCE,
        title: "RBM energy from the visible Hamiltonian and V",
        printed: "E^RBM(v,h) = H^RBM(v) − V(v,h)",
        conventions: &[
            "H^RBM(v) = −ln Σ_h e^{−E} and Σ_h e^{−V} = 1, as on the same page; with V read as the transfer operator T = −V the line is right",
        ],
        corrected: Some("E^RBM(v,h) = H^RBM(v) + V(v,h)"),
        wrong: Some(
            "the sign of V is wrong: it contradicts H(v,h) = H(v) + V(v,h) and gives Σ_h e^{+V} = 1",
        ),
        decide: joint_hamiltonian_sign,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-hidden-hamiltonian-identification",
        source: SOURCE,
        title: "hidden Hamiltonian of an RBM as the effective one",
        printed: "H^RBM(h) = Ĥ(h)",
        conventions: &["Ĥ is H̃ = −ln Σ_v e^{−V − H}, with E = H^RBM(v) + V(v,h)"],
        decide: hidden_identification,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-visible-marginal",
        source: SOURCE,
        title: "marginal probability of the visible units",
        printed: "P(v) = Σ_h P(v,h) = e^{−H^RBM(v)} / 𝒵 = (1/𝒵) Σ_h e^{−E(v,h)}",
        decide: visible_marginal,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-rbm-visible-hamiltonian",
        source: SOURCE,
        title: "visible Hamiltonian of an RBM",
        printed: "H^RBM(v) = −ln Σ_h e^{−E(v,h)}",
        conventions: &[
            "compared by e^{−H}, with the product over hidden units of 2 cosh of their fields",
        ],
        decide: rbm_visible_hamiltonian,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-hidden-marginal",
        source: SOURCE,
        title: "marginal probability of the hidden units",
        printed: "P(h) = Σ_v P(v,h) = e^{−H^RBM(h)} / 𝒵 = Σ_v e^{−E(v,h)} / 𝒵",
        decide: hidden_marginal,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-rbm-hidden-hamiltonian",
        source: SOURCE,
        title: "hidden Hamiltonian of an RBM",
        printed: "H^RBM(h) = −ln Σ_v e^{−E(v,h)}",
        conventions: &[
            "compared by e^{−H}, with the product over visible units of 2 cosh of their fields",
        ],
        decide: rbm_hidden_hamiltonian,
        ..Claim::BLANK
    },
];

macro_rules! on_machines {
    ($docket:expr, $function:ident) => {
        // Rational first: of counterexamples of one size the first is kept, and numbers read best.
        $function($docket, RATIONAL, &rational_machines());
        $function($docket, SYMBOLIC, &symbolic_machines());
    };
}

macro_rules! on_exact_steps {
    ($docket:expr, $function:ident) => {
        $function($docket, EXACT_STEPS, &exact_steps());
        $function($docket, SYMBOLIC_STEPS, &symbolic_steps(true));
    };
}

/// `−(K₀ + Σ K_S Π v)` from the couplings of sets, set by set.
fn from_sets(n: usize, coupling: impl Fn(usize) -> BigRational) -> Vec<BigRational> {
    let spin = |v: usize, i: usize| if v >> i & 1 == 1 { 1 } else { -1 };
    (0..1_usize << n)
        .map(|v| {
            (0..1_usize << n).fold(q(0, 1), |h, set| {
                let product = (0..n)
                    .filter(|i| set >> i & 1 == 1)
                    .map(|i| spin(v, i))
                    .product();
                h - coupling(set) * q(product, 1)
            })
        })
        .collect()
}

fn hopfield_hamiltonian(docket: &mut Docket) {
    // Couplings of singles and pairs; the free index of the printed form.
    let coupling = |set: usize| match set.count_ones() {
        1 | 2 => exponential(set) - q(1, 1),
        _ => q(0, 1),
    };
    let cases: Vec<Case<(usize, usize)>> = [(2, 0), (2, 1), (3, 0), (3, 1), (3, 2), (4, 2)]
        .into_iter()
        .map(|(n, j)| Case::new(n, format!("{n} spins, j = {}", j + 1), (n, j)))
        .collect();
    docket
        .on("2 to 4 spins, rational B and J", &cases, |&(n, _)| {
            let minus: Vec<BigRational> = (0..1 << n).map(|set| -coupling(set)).collect();
            walsh::values(&minus).expect("2^n couplings")
        })
        .printed(|&(n, j)| {
            from_sets(n, |set| {
                if set.count_ones() == 2 && set >> j & 1 == 0 {
                    q(0, 1)
                } else {
                    coupling(set)
                }
            })
        })
        .corrected(|&(n, _)| from_sets(n, coupling))
        .mutant("all ordered pairs", |&(n, _)| {
            from_sets(n, |set| coupling(set) * q(i64::from(set.count_ones()), 1))
        })
        .mutant("plus signs", |&(n, _)| from_sets(n, |set| -coupling(set)))
        .mutant("no fields", |&(n, _)| {
            from_sets(n, |set| {
                if set.count_ones() == 2 {
                    coupling(set)
                } else {
                    q(0, 1)
                }
            })
        })
        .finish();
}

fn general_hamiltonian(docket: &mut Docket) {
    let mut cases = Vec::new();
    for n in 1..4_usize {
        let values: Vec<BigRational> = (0..1 << n).map(|v: usize| exponential(3 * v)).collect();
        let mean = total(&values) / q(1 << n, 1);
        let centred: Vec<BigRational> = values.iter().map(|x| x - &mean).collect();
        let spins = if n == 1 { "spin" } else { "spins" };
        cases.push(Case::new(n, format!("{n} {spins}, arbitrary H"), values));
        cases.push(Case::new(
            n,
            format!("{n} {spins}, H of zero mean"),
            centred,
        ));
    }
    let expand = |values: &Vec<BigRational>, keep: &dyn Fn(usize) -> i64| {
        let n = values.len().trailing_zeros() as usize;
        let k = walsh::couplings(values).expect("2^n values");
        from_sets(n, |set| -&k[set] * q(keep(set), 1))
    };
    // Of the pairs, those with the first site; with itself it makes the constant.
    let as_printed = |set: usize| i64::from(set.count_ones() != 2 || set & 1 == 1);
    docket
        .on(
            "functions of 1 to 3 spins with rational values",
            &cases,
            Vec::clone,
        )
        .printed(|values| expand(values, &as_printed))
        .corrected(|values| expand(values, &|_| 1))
        .mutant("no terms beyond pairs", |values| {
            expand(values, &|set| i64::from(set.count_ones() < 3))
        })
        .mutant("each pair twice", |values| {
            expand(values, &|set| if set.count_ones() == 2 { 2 } else { 1 })
        })
        .mutant("plus signs", |values| expand(values, &|_| -1))
        .finish();
}

fn partition_function(docket: &mut Docket) {
    docket
        .on(
            format!("summed from the couplings of H, {ANY_STEPS}"),
            &any_steps(),
            |s| {
                let k = walsh::log_couplings(&s.microscopic).expect("2^N weights");
                let logs = walsh::values(&k).expect("2^N couplings");
                logs.iter().fold(Enclosure::zero(), |z, x| z + x.exp())
            },
        )
        .printed(|s| Enclosure::from_rational(&total(&s.microscopic)))
        .mutant("e^{+H}", |s| {
            Enclosure::from_rational(&total(&reciprocals(&s.microscopic)))
        })
        .finish();
}

fn free_energy_definition(docket: &mut Docket) {
    docket
        .on(format!("from 𝒵, {ANY_STEPS}"), &any_steps(), |s| {
            Enclosure::zero() - ln(&total(&s.microscopic))
        })
        .printed(|s| free_energy(&s.microscopic))
        .mutant("+ln 𝒵", |s| -free_energy(&s.microscopic))
        .finish();
}

fn rbm_energy(docket: &mut Docket) {
    // One spin of each kind: e^{−E} = e^{−vb − vWh − ch}.
    docket
        .on(
            "the ratio e^{−E(+,+)}/e^{−E(−,+)} is e^{−2(b+W)} for one unit each",
            &rational_machines()[..1],
            |m| {
                let w = m.reversed().table();
                w.at(1, 1) / w.at(0, 1)
            },
        )
        .printed(|m| {
            let bias = m.uncoupled().table();
            let b = bias.at(1, 1) / bias.at(0, 1);
            let w = &m.weights()[0];
            q(1, 1) / (b * w * w)
        })
        .finish_constant();
}

fn joint_probability(docket: &mut Docket) {
    on_machines!(docket, joint_probability_on);
}

fn joint_probability_on<T: Exact>(docket: &mut Docket, scope: &str, cases: &[Case<Machine<T>>]) {
    // E of this page has plus signs, so its weight is that of the reversed machine.
    docket
        .on(format!("{scope}; truth: P(v) P(h|v)"), cases, |m| {
            let r = m.reversed();
            let p_v = shares(&r.visible_weights());
            r.hidden_given_visible().joint(&p_v).entries().to_vec()
        })
        .printed(|m| m.reversed().table().normalised().entries().to_vec())
        .mutant("e^{+E}", |m| m.table().normalised().entries().to_vec())
        .mutant("no division by 𝒵", |m| {
            m.reversed().table().entries().to_vec()
        })
        .mutant("divided by Σ_h e^{−E(v,h)}", |m| {
            m.reversed()
                .hidden_given_visible()
                .table()
                .entries()
                .to_vec()
        })
        .mutant("visible and hidden units exchanged", |m| {
            let t = m.reversed().transposed();
            t.table().normalised().entries().to_vec()
        })
        .finish();
}

fn rg_operator(docket: &mut Docket) {
    let added = |a: &[BigRational], b: &[BigRational]| -> Vec<BigRational> {
        a.iter().zip(b).map(|(x, y)| x + y).collect()
    };
    docket
        .on(
            format!("linear in e^{{−H}}, {EXACT_STEPS}"),
            &exact_steps(),
            |s| {
                let other = reciprocals(&s.microscopic);
                s.operator.coarse_weights(&added(&s.microscopic, &other))
            },
        )
        .printed(|s| {
            let other = reciprocals(&s.microscopic);
            added(
                &s.operator.coarse_weights(&s.microscopic),
                &s.operator.coarse_weights(&other),
            )
        })
        .mutant("one of the two left out", |s| {
            s.operator.coarse_weights(&s.microscopic)
        })
        .finish();
}

fn effective_hamiltonian_form(docket: &mut Docket) {
    let product = |s: &Step<BigRational>, power: &dyn Fn(usize) -> i32| -> Vec<BigRational> {
        let w = s.operator.coarse_weights(&s.microscopic);
        (0..w.len())
            .map(|h| {
                (0..w.len()).fold(q(1, 1), |x, set| {
                    let k = walsh::exp_coupling(&w, set).expect("2^M weights");
                    let sign = if walsh::is_negative_character(set, h) {
                        -1
                    } else {
                        1
                    };
                    x * k.pow(sign * power(set))
                })
            })
            .collect()
    };
    let as_printed = |set: usize| i32::from(set.count_ones() != 2 || set & 1 == 1);
    docket
        .on(EXACT_STEPS, &exact_steps(), |s| {
            let joint = s.operator.joint(&s.microscopic);
            let w = joint.sum_over_visible();
            w.iter().map(|x| x.pow(w.len() as i32)).collect::<Vec<_>>()
        })
        .printed(|s| product(s, &as_printed))
        .corrected(|s| product(s, &|_| 1))
        .mutant("fields only", |s| {
            product(s, &|set| i32::from(set.count_ones() < 2))
        })
        .mutant("plus signs", |s| product(s, &|_| -1))
        .mutant("each pair twice", |s| {
            product(s, &|set| if set.count_ones() == 2 { 2 } else { 1 })
        })
        .finish();
}

/// `−ln Σ_v` of something that does not depend on v.
fn summed_over_v(s: &Step<BigRational>, summand: &BigRational) -> Enclosure {
    let states = s.microscopic.len() as i64;
    Enclosure::zero() - ln(&(summand * q(states, 1)))
}

fn coarse(s: &Step<BigRational>) -> Vec<BigRational> {
    s.operator.coarse_weights(&s.microscopic)
}

fn layer_free_energies(docket: &mut Docket) {
    docket
        .on(format!("(F^h, F^v), {EXACT_STEPS}"), &exact_steps(), |s| {
            let joint = s.operator.joint(&s.microscopic).total();
            vec![Enclosure::zero() - ln(&joint); 2]
        })
        .printed(|s| {
            let w = &coarse(s)[0];
            vec![summed_over_v(s, &(q(1, 1) / w)), summed_over_v(s, w)]
        })
        .corrected(|s| vec![free_energy(&coarse(s)), free_energy(&s.microscopic)])
        .mutant("F^h with e^{+H̃}", |s| {
            vec![
                free_energy(&reciprocals(&coarse(s))),
                free_energy(&s.microscopic),
            ]
        })
        .mutant("F^v with e^{+H}", |s| {
            vec![
                free_energy(&coarse(s)),
                free_energy(&reciprocals(&s.microscopic)),
            ]
        })
        .mutant("without the logarithm's minus sign", |s| {
            vec![-free_energy(&coarse(s)), -free_energy(&s.microscopic)]
        })
        .finish();
}

fn hidden_free_energy(docket: &mut Docket) {
    docket
        .on(EXACT_STEPS, &exact_steps(), |s| free_energy(&s.microscopic))
        .printed(|s| free_energy(&reciprocals(&coarse(s))))
        .corrected(|s| free_energy(&coarse(s)))
        .mutant("+ln", |s| -free_energy(&coarse(s)))
        .mutant("summed over v", |s| summed_over_v(s, &coarse(s)[0]))
        .mutant("one hidden configuration left out", |s| {
            free_energy(&coarse(s)[1..])
        })
        .finish();
}

fn visible_free_energy(docket: &mut Docket) {
    docket
        .on(EXACT_STEPS, &exact_steps(), |s| {
            // By the couplings of H.
            let k = walsh::log_couplings(&s.microscopic).expect("2^N weights");
            let logs = walsh::values(&k).expect("2^N couplings");
            -logs.iter().fold(Enclosure::zero(), |z, x| z + x.exp()).ln()
        })
        .printed(|s| summed_over_v(s, &coarse(s)[0]))
        .corrected(|s| free_energy(&s.microscopic))
        .mutant("e^{+H(v)}", |s| free_energy(&reciprocals(&s.microscopic)))
        .mutant("+ln", |s| -free_energy(&s.microscopic))
        .mutant("one configuration left out", |s| {
            free_energy(&s.microscopic[1..])
        })
        .finish();
}

fn joint_hamiltonian(docket: &mut Docket) {
    docket
        .on(
            format!("Σ_h e^{{−H(v,h)}} = e^{{−H(v)}} for V with unit sum, {EXACT_STEPS}"),
            &exact_steps(),
            |s| s.microscopic.clone(),
        )
        .printed(|s| s.operator.joint(&s.microscopic).sum_over_hidden())
        .mutant("V − H", |s| {
            s.operator
                .joint(&reciprocals(&s.microscopic))
                .sum_over_hidden()
        })
        .finish();
}

fn correlation_unit_sum(docket: &mut Docket) {
    docket
        .on(
            format!("met by V = E − H^RBM(v), {RATIONAL}"),
            &rational_machines(),
            |m| ones::<BigRational>(1 << m.visible()),
        )
        .printed(|m| TransferOperator::of_machine(&m.table(), &m.visible_weights()).row_sums())
        .mutant("V = E", |m| m.table().sum_over_hidden())
        .finish_constant();
    // Necessary for every H: with H that singles out one v, 𝒵 is that v's sum.
    docket
        .on(
            format!("𝒵 of an H that allows a single v, {ANY_STEPS}"),
            &any_steps(),
            |s| s.operator.row_sums(),
        )
        .printed(|s| {
            (0..s.microscopic.len())
                .map(|v| {
                    let mut only = vec![BigRational::zero(); s.microscopic.len()];
                    only[v] = BigRational::one();
                    total(&s.operator.coarse_weights(&only))
                })
                .collect()
        })
        .mutant("always one", |s| ones(s.microscopic.len()))
        .finish();
}

fn partition_function_unchanged(docket: &mut Docket) {
    on_exact_steps!(docket, partition_function_unchanged_on);
}

fn partition_function_unchanged_on<T: Exact>(
    docket: &mut Docket,
    scope: &str,
    cases: &[Case<Step<T>>],
) {
    docket
        .on(scope, cases, |s| total(&s.microscopic))
        .printed(|s| s.operator.joint(&s.microscopic).total())
        .mutant("e^{+V}", |s| {
            let t = s.operator.table();
            let table = JointTable::from_fn(t.visible(), t.hidden(), |v, h| {
                T::one() / t.at(v, h).clone()
            })
            .expect("as large as before");
            TransferOperator::new(table).joint(&s.microscopic).total()
        })
        .mutant("e^{+H}", |s| {
            s.operator.joint(&reciprocals(&s.microscopic)).total()
        })
        .mutant("H dropped", |s| s.operator.table().total())
        .mutant("V with Σ_v e^{−V} = 1", |s| {
            let t = s.operator.table();
            let sums = t.sum_over_visible();
            let table = JointTable::from_fn(t.visible(), t.hidden(), |v, h| {
                t.at(v, h).clone() / sums[h].clone()
            })
            .expect("as large as before");
            TransferOperator::new(table).joint(&s.microscopic).total()
        })
        .finish();
}

fn transfer_operator(docket: &mut Docket) {
    docket
        .on(
            format!("e^{{T}} = e^{{−V}} is p(h|v) for a machine and its own H(v), {RATIONAL}"),
            &rational_machines(),
            |m| m.hidden_given_visible().table().entries().to_vec(),
        )
        .printed(|m| {
            TransferOperator::of_machine(&m.table(), &m.visible_weights())
                .table()
                .entries()
                .to_vec()
        })
        .mutant("V = T", |m| {
            let t = m.hidden_given_visible();
            reciprocals(t.table().entries())
        })
        .finish();
}

/// e^{−V} = e^{−E + H^RBM(v)} beside e^{−H^RBM(v)}.
fn own_step<T: Exact>(m: &Machine<T>) -> Step<T> {
    let microscopic = m.visible_weights();
    Step {
        operator: TransferOperator::of_machine(&m.table(), &microscopic),
        microscopic,
    }
}

fn effective_hamiltonian(docket: &mut Docket) {
    on_machines!(docket, effective_hamiltonian_on);
}

fn effective_hamiltonian_on<T: Exact>(
    docket: &mut Docket,
    scope: &str,
    cases: &[Case<Machine<T>>],
) {
    let traced = |m: &Machine<T>| {
        let s = own_step(m);
        s.operator.coarse_weights(&s.microscopic)
    };
    docket
        .on(
            format!("e^{{−H̃(h)}}, {scope}"),
            cases,
            Machine::hidden_weights,
        )
        .printed(|m| reciprocals(&traced(m)))
        .corrected(|m| traced(m))
        .mutant("e^{+V}", |m| {
            let s = own_step(&m.reversed());
            s.operator.coarse_weights(&s.microscopic)
        })
        .mutant("H dropped", |m| {
            own_step(m).operator.table().sum_over_visible()
        })
        .mutant("summed over h", |m| own_step(m).microscopic)
        .mutant("−2 ln", |m| {
            traced(m).iter().map(|w| w.clone() * w.clone()).collect()
        })
        .finish();
}

fn effective_partition_function(docket: &mut Docket) {
    on_exact_steps!(docket, effective_partition_function_on);
}

fn effective_partition_function_on<T: Exact>(
    docket: &mut Docket,
    scope: &str,
    cases: &[Case<Step<T>>],
) {
    let weights = |s: &Step<T>| s.operator.coarse_weights(&s.microscopic);
    docket
        .on(scope, cases, |s| total(&s.microscopic))
        .printed(|s| total(&weights(s)))
        .mutant("H̃ = +ln Σ_v e^{−V−H}", |s| {
            total(&reciprocals(&weights(s)))
        })
        .mutant("one hidden configuration left out", |s| {
            total(&weights(s)[1..])
        })
        .mutant("Σ_h e^{−V} = 2", |s| {
            let z = total(&weights(s));
            z.clone() + z
        })
        .mutant("e^{+H}", |s| {
            total(&s.operator.coarse_weights(&reciprocals(&s.microscopic)))
        })
        .finish();
}

fn free_energy_preserved(docket: &mut Docket) {
    docket
        .on(EXACT_STEPS, &exact_steps(), |s| free_energy(&s.microscopic))
        .printed(|s| free_energy(&coarse(s)))
        .mutant("F^h = −ln Σ_h e^{+H̃}", |s| {
            free_energy(&reciprocals(&coarse(s)))
        })
        .mutant("Σ_h e^{−V} = 1 + 10⁻⁶", |s| {
            let factor = q(1_000_001, 1_000_000);
            free_energy(&coarse(s).iter().map(|w| w * &factor).collect::<Vec<_>>())
        })
        .mutant("one hidden configuration left out", |s| {
            free_energy(&coarse(s)[1..])
        })
        .finish();
    // The same without logarithms, for all parameters.
    effective_partition_function_on(
        docket,
        &format!("e^{{−F}}, {SYMBOLIC_STEPS}"),
        &symbolic_steps(true),
    );
}

fn minimize_difference(docket: &mut Docket) {
    let mut cases: Vec<Case<Step<BigRational>>> = Vec::new();
    for (n, d) in [(1, 1), (1, 2), (3, 2), (50, 1)] {
        cases.extend(exact_steps().into_iter().map(|c| {
            let t = c.instance.operator.table();
            let table = JointTable::from_fn(t.visible(), t.hidden(), |v, h| t.at(v, h) * q(n, d))
                .expect("as large as before");
            let step = Step {
                operator: TransferOperator::new(table),
                microscopic: c.instance.microscopic.clone(),
            };
            Case::new(c.size, format!("{}, Σ_h e^{{−V}} = {n}/{d}", c.label), step)
        }));
    }
    cases.extend(any_steps());
    let at_most_one = |s: &Step<BigRational>| s.operator.row_sums().iter().all(|x| *x <= q(1, 1));
    docket
        .on(
            "whether ΔF̃ ≥ 0; V with Σ_h e^{−V} constant or arbitrary",
            &cases,
            |s| total(&coarse(s)) <= total(&s.microscopic),
        )
        .printed_if(at_most_one, |_| true)
        .mutant("never", |_| false)
        .mutant("only for the exact RGE", |s| {
            s.operator.row_sums().iter().all(One::is_one)
        })
        .mutant("where Σ_h e^{−V} ≥ 1", |s| {
            s.operator.row_sums().iter().all(|x| *x >= q(1, 1))
        })
        .finish();
    docket
        .on("ΔF̃ = −ln ⟨Σ_h e^{−V}⟩", &cases, |s| {
            free_energy_difference(&s.operator, &s.microscopic)
        })
        .printed_if(
            |_| true,
            |s| Enclosure::zero() - ln(&s.operator.mean_row_sum(&s.microscopic)),
        )
        .mutant("sign flip", |s| {
            ln(&s.operator.mean_row_sum(&s.microscopic))
        })
        .finish();
}

/// Integer weights e^{−H−V} and Δ = −k ln(3/2) with integer k.
type Moved = (JointTable<BigRational>, JointTable<BigRational>, Vec<i64>);

fn kadanoff_lower_bound(docket: &mut Docket) {
    let case = |n: usize, m: usize, what: &str, k: &dyn Fn(usize) -> i64| {
        let index = |v: usize, h: usize| v << m | h;
        let joint = JointTable::from_fn(n, m, |v, h| q(index(v, h) as i64 + 1, 1))
            .expect("an example table is small");
        let moved = JointTable::from_fn(n, m, |v, h| q(3, 2).pow(k(index(v, h)) as i32))
            .expect("an example table is small");
        let powers = (0..1 << (n + m)).map(k).collect();
        Case::new(
            n + m,
            format!("{n} visible × {m} hidden, {what}"),
            (joint, moved, powers),
        )
    };
    // Weights are 1, 2, 3, …: moving 2 from the first to −1 on the second keeps the average.
    let zero_mean = |s: usize| match s {
        0 => 2,
        1 => -1,
        _ => 0,
    };
    let cases: Vec<Case<Moved>> = vec![
        case(1, 1, "⟨Δ⟩ = 0", &zero_mean),
        case(2, 1, "⟨Δ⟩ = 0", &zero_mean),
        case(1, 2, "⟨Δ⟩ < 0", &|s| zero_mean(s) + i64::from(s == 3)),
        case(1, 1, "⟨Δ⟩ > 0, Δ constant", &|_| -1),
        case(2, 2, "⟨Δ⟩ > 0", &|s| -i64::from(s % 2 == 0)),
    ];
    // ⟨Δ⟩ = −ln(3/2) Σ p k, so its sign is that of −Σ (s+1) k(s).
    let not_positive = |k: &[i64]| k.iter().zip(1..).map(|(k, w)| k * w).sum::<i64>() >= 0;
    let totals = |joint: &JointTable<BigRational>, moved: &JointTable<BigRational>| {
        let after = joint.entries().iter().zip(moved.entries());
        (
            after.map(|(w, m)| w * m).sum::<BigRational>(),
            joint.total(),
        )
    };
    docket
        .on("whether F[V + Δ] ≤ F[V]", &cases, |(joint, moved, _)| {
            let (after, before) = totals(joint, moved);
            after >= before
        })
        .printed_if(|(_, _, k)| not_positive(k), |_| true)
        .mutant("an upper bound", |(joint, moved, _)| {
            let (after, before) = totals(joint, moved);
            after <= before
        })
        .mutant("a bound for ⟨Δ⟩ > 0 only", |(_, _, k)| {
            !not_positive(k)
        })
        .mutant("never", |_| false)
        .finish();
    docket
        .on(
            "F[V + Δ] lies below F[V] + ⟨Δ⟩ by at least nothing",
            &cases,
            |(joint, moved, _)| {
                let (after, before, mean) = moved_bonds(joint, moved);
                !(after - before - mean).is_positive()
            },
        )
        .printed_if(|_| true, |_| true)
        .finish_constant();
}

fn joint_hamiltonian_sign(docket: &mut Docket) {
    on_machines!(docket, joint_hamiltonian_sign_on);
}

fn joint_hamiltonian_sign_on<T: Exact>(
    docket: &mut Docket,
    scope: &str,
    cases: &[Case<Machine<T>>],
) {
    let with = |m: &Machine<T>, factor: &dyn Fn(&T) -> T| -> Vec<T> {
        // e^{−V} is the conditional p(h|v): V is what is left of E and sums to one.
        let v = m.hidden_given_visible();
        let table = JointTable::from_fn(m.visible(), m.hidden(), |a, h| factor(v.table().at(a, h)))
            .expect("as large as the machine's table");
        let joint = TransferOperator::new(table).joint(&m.visible_weights());
        joint.entries().to_vec()
    };
    docket
        .on(format!("e^{{−E}}, {scope}"), cases, |m| {
            m.table().entries().to_vec()
        })
        .printed(|m| with(m, &|x| T::one() / x.clone()))
        .corrected(|m| with(m, &T::clone))
        .mutant("V dropped", |m| with(m, &|_| T::one()))
        .mutant("2V", |m| with(m, &|x| x.clone() * x.clone()))
        .mutant("−H^RBM(v) + V", |m| {
            let joint = m
                .hidden_given_visible()
                .joint(&reciprocals(&m.visible_weights()));
            joint.entries().to_vec()
        })
        .finish();
}

fn hidden_identification(docket: &mut Docket) {
    on_machines!(docket, hidden_identification_on);
}

fn hidden_identification_on<T: Exact>(
    docket: &mut Docket,
    scope: &str,
    cases: &[Case<Machine<T>>],
) {
    docket
        .on(
            format!("e^{{−H(h)}}, {scope}"),
            cases,
            Machine::hidden_weights,
        )
        .printed(|m| {
            m.hidden_given_visible()
                .coarse_weights(&m.visible_weights())
        })
        .mutant("H̃ = +ln", |m| {
            reciprocals(
                &m.hidden_given_visible()
                    .coarse_weights(&m.visible_weights()),
            )
        })
        .mutant("E = H − V", |m| {
            let v = m.hidden_given_visible();
            let flipped = JointTable::from_fn(m.visible(), m.hidden(), |a, h| {
                T::one() / v.table().at(a, h).clone()
            })
            .expect("as large as the machine's table");
            TransferOperator::new(flipped).coarse_weights(&m.visible_weights())
        })
        .mutant("H̃ of W = 0", |m| m.uncoupled().hidden_weights())
        .finish();
}

fn visible_marginal(docket: &mut Docket) {
    on_machines!(docket, visible_marginal_on);
}

fn visible_marginal_on<T: Exact>(docket: &mut Docket, scope: &str, cases: &[Case<Machine<T>>]) {
    let over_z = |m: &Machine<T>, w: Vec<T>| -> Vec<T> {
        let z = m.table().total();
        w.into_iter().map(|x| x / z.clone()).collect()
    };
    docket
        .on(scope, cases, |m| m.table().normalised().sum_over_hidden())
        .printed(|m| over_z(m, m.visible_weights()))
        .printed(|m| over_z(m, m.table().sum_over_hidden()))
        .mutant("e^{+H^RBM}", |m| {
            over_z(m, reciprocals(&m.visible_weights()))
        })
        .mutant("P(h)", |m| over_z(m, m.hidden_weights()))
        .mutant("no division by 𝒵", Machine::visible_weights)
        .mutant("W = 0", |m| shares(&m.uncoupled().visible_weights()))
        .finish();
}

fn hidden_marginal(docket: &mut Docket) {
    on_machines!(docket, hidden_marginal_on);
}

fn hidden_marginal_on<T: Exact>(docket: &mut Docket, scope: &str, cases: &[Case<Machine<T>>]) {
    let over_z = |m: &Machine<T>, w: Vec<T>| -> Vec<T> {
        let z = m.table().total();
        w.into_iter().map(|x| x / z.clone()).collect()
    };
    docket
        .on(scope, cases, |m| m.table().normalised().sum_over_visible())
        .printed(|m| over_z(m, m.hidden_weights()))
        .printed(|m| over_z(m, m.table().sum_over_visible()))
        .mutant("e^{+H^RBM}", |m| {
            over_z(m, reciprocals(&m.hidden_weights()))
        })
        .mutant("P(v)", |m| over_z(m, m.visible_weights()))
        .mutant("no division by 𝒵", Machine::hidden_weights)
        .mutant("W = 0", |m| shares(&m.uncoupled().hidden_weights()))
        .finish();
}

fn rbm_visible_hamiltonian(docket: &mut Docket) {
    on_machines!(docket, rbm_visible_hamiltonian_on);
}

fn rbm_visible_hamiltonian_on<T: Exact>(
    docket: &mut Docket,
    scope: &str,
    cases: &[Case<Machine<T>>],
) {
    docket
        .on(scope, cases, Machine::visible_weights)
        .printed(|m| m.table().sum_over_hidden())
        .mutant("+ln", |m| reciprocals(&m.table().sum_over_hidden()))
        .mutant("e^{+E}", |m| m.reversed().table().sum_over_hidden())
        .mutant("summed over v", |m| m.table().sum_over_visible())
        .mutant("W transposed", |m| m.transposed().table().sum_over_hidden())
        .finish();
}

fn rbm_hidden_hamiltonian(docket: &mut Docket) {
    on_machines!(docket, rbm_hidden_hamiltonian_on);
}

fn rbm_hidden_hamiltonian_on<T: Exact>(
    docket: &mut Docket,
    scope: &str,
    cases: &[Case<Machine<T>>],
) {
    docket
        .on(scope, cases, Machine::hidden_weights)
        .printed(|m| m.table().sum_over_visible())
        .mutant("+ln", |m| reciprocals(&m.table().sum_over_visible()))
        .mutant("e^{+E}", |m| m.reversed().table().sum_over_visible())
        .mutant("summed over h", |m| m.table().sum_over_hidden())
        .mutant("W transposed", |m| {
            m.transposed().table().sum_over_visible()
        })
        .finish();
}
