//! Appendix B.A, equations 57 to 62: variational renormalization; and what section IV says of the
//! spins that it makes.

use crate::exact::JointTable;
use crate::exact::walsh;
use crate::ledger::{Case, Claim, Docket, EvidenceKind, Form, Source};
use crate::numeric::Enclosure;
use crate::rg::variational::{TransferOperator, free_energy, free_energy_difference};
use crate::sources::example_machines::{
    ANY_STEPS, EXACT_STEPS, Exact, Machine, SYMBOLIC_STEPS, Step, Tabulate, any_steps, exact_steps,
    exponential, ln, q, rational_machines, reciprocals, symbolic_steps, total,
};
use num_rational::BigRational;
use num_traits::{One, Zero};

const SOURCE: Source = Source::DeMelloKoch2019;

pub(super) const CLAIMS: &[Claim] = &[
    Claim {
        id: "demellokoch2019-eq57",
        source: SOURCE,
        equation: Some("57"),
        title: "partition function of the visible spins",
        printed: "Z = Σ_{v_i} e^{−H({v_i})}",
        conventions: &["the inverse temperature is part of H"],
        assumptions: &["N spins v_i = ±1"],
        definition: true,
        decide: eq57,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-eq58",
        source: SOURCE,
        equation: Some("58"),
        title: "arbitrary function of the spins as couplings",
        printed: "H({v_i}) can be an arbitrarily complicated function: H = −Σ_i K_i v_i − Σ_{i,j} K_ij v_i v_j − Σ_{i,j,k} K_ijk v_i v_j v_k + …",
        conventions: &[
            "decided: is every function on {±1}^N of this form, with terms up to N spins?",
            "first reading: sums over distinct sites, each set once; second reading: sums over all index tuples, repeated indices included",
            "in the second reading the couplings are not unique: each pair is counted twice, each triple six times",
        ],
        condition: Some(
            "the sums run over all index tuples, so that K_ii v_i² is a constant, or Σ_v H(v) = 0; with each set of distinct sites once, the constant term is missing",
        ),
        decide: eq58,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-eq59",
        source: SOURCE,
        equation: Some("59"),
        title: "couplings of the coarse grained Hamiltonian",
        printed: "H({h_a}) = −Σ_a K′_a h_a − Σ_{a,b} K′_ab h_a h_b − Σ_{a,b,c} K′_abc h_a h_b h_c + …",
        conventions: &[
            "decided: is H_RG(h) of (60) of this form?",
            "readings as for (58); weights are compared as e^{−2^M H} for M hidden spins, which is rational",
        ],
        condition: Some(
            "the sums run over all index tuples, so that K′_aa h_a² is a constant, or Σ_h H_RG(h) = 0; with each set of distinct sites once, the constant that keeps the partition function is missing",
        ),
        decide: eq59,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-eq60",
        source: SOURCE,
        equation: Some("60"),
        title: "Hamiltonian after a step",
        printed: "e^{−H_RG({h_a})} = Σ_{v_i} e^{T_λ({v_i, h_a}) − H({v_i})}",
        definition: true,
        decide: eq60,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-eq61",
        source: SOURCE,
        equation: Some("61"),
        title: "the quantity that the parameters minimise",
        printed: "log(Σ_{v_i} e^{−H({v_i})}) − log(Σ_{h_a} e^{i H_RG({h_a})})",
        conventions: &[
            "decided: is it the difference of the free energies before and after the step, which is zero for an exact step as the text says?",
            "the logarithm of the complex sum is compared by its real part",
        ],
        corrected: Some("log(Σ_{v_i} e^{−H({v_i})}) − log(Σ_{h_a} e^{−H_RG({h_a})})"),
        wrong: Some(
            "the second exponent has i in place of the minus sign: e^{iH} is a phase, not a Boltzmann weight, and the printed quantity is not zero for exact steps",
        ),
        decide: eq61,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-eq61-minimum",
        source: SOURCE,
        title: "zero as the minimum of (61)",
        printed: "The minimum possible value for this quantity is zero.",
        conventions: &[
            "the quantity is (61) with e^{−H_RG}, the free energy difference F_h − F_v",
            "decided on its sign: is log Σ_v e^{−H} − log Σ_h e^{−H_RG} ≥ 0 for every T?",
        ],
        corrected: Some(
            "log Σ_v e^{−H} − log Σ_h e^{−H_RG} = −log ⟨Σ_h e^T⟩, the average over e^{−H}/Z: it is ≥ 0 exactly where ⟨Σ_h e^T⟩ ≤ 1, and T → T + c lowers it by c, so it has no minimum; its magnitude has the minimum zero",
        ),
        wrong: Some(
            "the quantity has no lower bound: it is negative wherever ⟨Σ_h e^T⟩ exceeds one, and a constant added to T lowers it without limit",
        ),
        decide: eq61_minimum,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-eq62",
        source: SOURCE,
        equation: Some("62"),
        title: "exact steps make (61) zero",
        printed: "when Σ_{h_a} e^{T_λ({v_i, h_a})} = 1, (61) … [has the] value of 0 and the RG transformation is called exact",
        conventions: &[
            "(61) with e^{−H_RG}; the value 0 is decided here, whether it is a minimum in demellokoch2019-eq61-minimum",
            "the converse is not claimed and is false: (61) is zero whenever the average of Σ_h e^T over e^{−H}/Z is one",
        ],
        assumptions: &["the sum is one for every configuration of the visible spins"],
        decide: eq62,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-text-not-exact",
        source: SOURCE,
        title: "variational RG is not exact",
        printed: "Variational RG provides a mapping which is not exact but can be implemented numerically.",
        conventions: &["exact: Σ_h e^T = 1 for every v, as the text defines it below (62)"],
        condition: Some(
            "T is not normalised over the hidden spins; every T_λ(v,h) = X_λ(v,h) − ln Σ_h e^{X_λ(v,h)} is exact, and so is the T of an RBM with its own marginal Hamiltonian, for all parameters: (61) is then zero throughout and prefers none",
        ),
        decide: text_not_exact,
        ..Claim::BLANK
    },
    Claim {
        id: "demellokoch2019-text-linear-combination",
        source: SOURCE,
        title: "hidden spin as a linear combination of visible spins",
        printed: "the hidden spin is a linear combination of nearby visible spins",
        conventions: &[
            "the hidden spin: the average of a block, as the sentence before says, or that average normalised to ±1 with a tie giving ±1 with equal chances, as figure 5d has it",
            "compared by its conditional mean given the block, with the only linear combination that could do: the linear part of that mean",
        ],
        condition: Some(
            "the average is not normalised to ±1; normalised it is h = ½(v₁+v₂+v₃) − ½ v₁v₂v₃ for a block of three, and ⟨h|v⟩ = ⅜ Σ_i v_i − ⅛ Σ_{i<j<k} v_i v_j v_k for a block of four",
        ),
        decide: text_linear_combination,
        ..Claim::BLANK
    },
];

fn eq57(docket: &mut Docket) {
    // The free energy of the definition, by an independent route for an arbitrary H: couplings first.
    docket
        .on(
            format!("summed from the couplings of H, {ANY_STEPS}"),
            &any_steps(),
            |s| {
                let k = walsh::log_couplings(&s.microscopic).expect("2^N weights");
                let values = walsh::values(&k).expect("2^N couplings");
                -values
                    .iter()
                    .fold(Enclosure::zero(), |z, x| z + x.exp())
                    .ln()
            },
        )
        .printed(|s| free_energy(&s.microscopic))
        .mutant("e^{+H}", |s| free_energy(&reciprocals(&s.microscopic)))
        .finish();
}

/// How the sums of (58) are read.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reading {
    /// Distinct sites, each set once.
    DistinctSites,
    /// All index tuples.
    AllTuples,
}

/// A function on {±1}^N and a reading of the expansion.
type Expanded = (Vec<BigRational>, Reading);

fn sites(values: &[BigRational]) -> usize {
    values.len().trailing_zeros() as usize
}

/// All tuples of 1 to n indices.
fn tuples(n: usize) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = vec![];
    let mut last: Vec<Vec<usize>> = vec![vec![]];
    for _ in 0..n {
        last = last
            .iter()
            .flat_map(|t| (0..n).map(move |i| [t.clone(), vec![i]].concat()))
            .collect();
        all.extend(last.iter().cloned());
    }
    all
}

/// `−Σ K_i v_i − Σ K_ij v_i v_j − …` by summing tuple after tuple, with `coupling` of each tuple.
fn nested_sums(n: usize, coupling: impl Fn(&[usize]) -> BigRational) -> Vec<BigRational> {
    let terms: Vec<(Vec<usize>, BigRational)> = tuples(n)
        .into_iter()
        .map(|t| {
            let k = coupling(&t);
            (t, k)
        })
        .filter(|(_, k)| !k.is_zero())
        .collect();
    (0..1_usize << n)
        .map(|v| {
            let spin = |&i: &usize| if v >> i & 1 == 1 { 1 } else { -1 };
            terms.iter().fold(q(0, 1), |h, (t, k)| {
                h - k * q(t.iter().map(spin).product(), 1)
            })
        })
        .collect()
}

/// The coupling of a tuple so that the nested sums give the function, as far as they can.
fn coupling_of_tuple(
    couplings: &[BigRational],
    reading: Reading,
    tuple: &[usize],
    halved: bool,
) -> BigRational {
    let set = tuple.iter().fold(0_usize, |set, i| set | 1 << i);
    let distinct = set.count_ones() as usize == tuple.len();
    match reading {
        Reading::DistinctSites if distinct && tuple.is_sorted() => -&couplings[set],
        Reading::AllTuples if distinct => {
            let orders: i64 = (1..=tuple.len() as i64).product();
            let share = if halved { q(1, orders) } else { q(1, 1) };
            -&couplings[set] * share
        }
        // The constant has a place after all: v_1 v_1 = 1.
        Reading::AllTuples if tuple == [0, 0] || (tuple == [0] && couplings.len() == 1) => {
            -&couplings[0]
        }
        _ => q(0, 1),
    }
}

fn expand((values, reading): &Expanded) -> Vec<BigRational> {
    let k = walsh::couplings(values).expect("2^N values");
    nested_sums(sites(values), |t| coupling_of_tuple(&k, *reading, t, true))
}

fn eq58(docket: &mut Docket) {
    let mut cases = Vec::new();
    for n in 1..4_usize {
        let values: Vec<BigRational> = (0..1 << n).map(|v: usize| exponential(3 * v)).collect();
        let mean = total(&values) / q(1 << n, 1);
        let centred: Vec<BigRational> = values.iter().map(|x| x - &mean).collect();
        for (what, values) in [("arbitrary", values), ("of zero mean", centred)] {
            for reading in [Reading::DistinctSites, Reading::AllTuples] {
                let sums = match reading {
                    Reading::DistinctSites => "each set of distinct sites once",
                    Reading::AllTuples => "all index tuples",
                };
                // With one spin there is a pair (1,1) only if the sum goes on to pairs.
                if n == 1 && reading == Reading::AllTuples {
                    continue;
                }
                let spins = if n == 1 { "spin" } else { "spins" };
                let label = format!("{n} {spins}, H {what}, {sums}");
                cases.push(Case::new(n, label, (values.clone(), reading)));
            }
        }
    }
    docket
        .on(
            "functions of 1 to 3 spins with rational values",
            &cases,
            |(values, _)| values.clone(),
        )
        .printed_if(
            |(values, reading)| *reading == Reading::AllTuples || total(values).is_zero(),
            expand,
        )
        .mutant("no terms beyond pairs", |(values, reading)| {
            let k = walsh::couplings(values).expect("2^N values");
            nested_sums(sites(values), |t| {
                if t.len() > 2 || values.len() < 8 {
                    q(0, 1)
                } else {
                    coupling_of_tuple(&k, *reading, t, true)
                }
            })
        })
        .mutant(
            "K_ij of the set used for both orders",
            |(values, reading)| {
                let k = walsh::couplings(values).expect("2^N values");
                nested_sums(sites(values), |t| coupling_of_tuple(&k, *reading, t, false))
            },
        )
        .mutant("plus signs", |i| expand(i).iter().map(|x| -x).collect())
        .finish();
}

/// A step and the reading of the expansion of its `H_RG`.
type Coarse = (Step<BigRational>, Reading);

fn eq59(docket: &mut Docket) {
    let mut cases: Vec<Case<Coarse>> = exact_steps()
        .into_iter()
        .flat_map(|c| {
            [
                ("each set of distinct sites once", Reading::DistinctSites),
                ("all index tuples", Reading::AllTuples),
            ]
            .map(|(what, reading)| {
                Case::new(
                    c.size,
                    format!("{}, {what}", c.label),
                    (c.instance.clone(), reading),
                )
            })
        })
        .collect();
    let centred = Step {
        operator: TransferOperator::new(
            JointTable::from_fn(1, 1, |_, h| if h == 1 { q(2, 1) } else { q(1, 2) })
                .expect("a small table"),
        ),
        microscopic: vec![q(1, 3), q(2, 3)],
    };
    cases.push(Case::new(
        2,
        "1 visible × 1 hidden, H_RG of zero mean, each set of distinct sites once",
        (centred, Reading::DistinctSites),
    ));
    let weights = |s: &Step<BigRational>| s.operator.coarse_weights(&s.microscopic);
    let product = |s: &Step<BigRational>, keep: &dyn Fn(usize) -> bool| -> Vec<BigRational> {
        let w = weights(s);
        (0..w.len())
            .map(|h| {
                (0..w.len())
                    .filter(|set| keep(*set))
                    .fold(q(1, 1), |x, set| {
                        let k = walsh::exp_coupling(&w, set).expect("2^M weights");
                        if walsh::is_negative_character(set, h) {
                            x / k
                        } else {
                            x * k
                        }
                    })
            })
            .collect()
    };
    let is_centred = |s: &Step<BigRational>| weights(s).iter().product::<BigRational>().is_one();
    docket
        .on(
            "H_RG of exact steps to 1 to 3 hidden spins, rational weights",
            &cases,
            |(s, _)| {
                let w = weights(s);
                let power = w.len() as i32;
                w.iter().map(|x| x.pow(power)).collect::<Vec<_>>()
            },
        )
        .printed_if(
            |(s, reading)| *reading == Reading::AllTuples || is_centred(s),
            |(s, reading)| product(s, &|set| set != 0 || *reading == Reading::AllTuples),
        )
        .mutant("no terms beyond single spins", |(s, _)| {
            product(s, &|set| set.count_ones() < 2)
        })
        .mutant("no term of all spins", |(s, _)| {
            product(s, &|set| set + 1 != 1 << s.operator.table().hidden())
        })
        .mutant("plus signs", |(s, _)| reciprocals(&product(s, &|_| true)))
        .finish();
}

fn eq60(docket: &mut Docket) {
    docket
        .on(
            "with T of (43) it is the hidden Hamiltonian of the machine",
            &rational_machines(),
            Machine::hidden_weights,
        )
        .printed(|m| {
            let h = m.visible_weights();
            TransferOperator::of_machine(&m.table(), &h).coarse_weights(&h)
        })
        .mutant("e^{−T−H}", |m| {
            let h = m.visible_weights();
            TransferOperator::of_machine(&m.reversed().table(), &reciprocals(&h)).coarse_weights(&h)
        })
        .finish();
}

/// All the steps, exact and not.
fn all_steps() -> Vec<Case<Step<BigRational>>> {
    let mark = |cases: Vec<Case<Step<BigRational>>>, what: &str| -> Vec<Case<Step<BigRational>>> {
        cases
            .into_iter()
            .map(|c| Case::new(c.size, format!("{}, {what}", c.label), c.instance))
            .collect()
    };
    [
        mark(exact_steps(), "Σ_h e^T = 1"),
        mark(any_steps(), "Σ_h e^T ≠ 1"),
    ]
    .concat()
}

fn eq61(docket: &mut Docket) {
    let printed = |s: &Step<BigRational>| {
        // |Σ_h e^{iH_RG}|² from sines and cosines of H_RG = −ln of its weight.
        let (mut re, mut im) = (Enclosure::zero(), Enclosure::zero());
        for w in s.operator.coarse_weights(&s.microscopic) {
            let (sin, cos) = (-ln(&w)).sin_cos();
            re = re + cos;
            im = im + sin;
        }
        let modulus = (re.square() + im.square()).ln() * Enclosure::exact(0.5);
        -free_energy(&s.microscopic) - modulus
    };
    docket
        .on(format!("exact steps and {ANY_STEPS}"), &all_steps(), |s| {
            Enclosure::zero() - ln(&s.operator.mean_row_sum(&s.microscopic))
        })
        .printed(printed)
        .corrected(|s| free_energy_difference(&s.operator, &s.microscopic))
        .mutant("e^{+H_RG}", |s| {
            let w = s.operator.coarse_weights(&s.microscopic);
            free_energy(&reciprocals(&w)) - free_energy(&s.microscopic)
        })
        .mutant("the terms exchanged", |s| {
            -free_energy_difference(&s.operator, &s.microscopic)
        })
        .mutant("e^{−2H_RG}", |s| {
            let w = s.operator.coarse_weights(&s.microscopic);
            let squared: Vec<BigRational> = w.iter().map(|x| x * x).collect();
            free_energy(&squared) - free_energy(&s.microscopic)
        })
        .mutant("e^{T} without H", |s| {
            free_energy(&s.operator.table().sum_over_visible()) - free_energy(&s.microscopic)
        })
        .finish();
}

fn scaled(s: &Step<BigRational>, factor: &BigRational) -> Step<BigRational> {
    let t = s.operator.table();
    let table = JointTable::from_fn(t.visible(), t.hidden(), |v, h| t.at(v, h) * factor)
        .expect("as large as before");
    Step {
        operator: TransferOperator::new(table),
        microscopic: s.microscopic.clone(),
    }
}

fn eq61_minimum(docket: &mut Docket) {
    let mut cases = all_steps();
    for factor in [q(1, 100), q(1, 2), q(3, 2), q(100, 1)] {
        cases.extend(exact_steps().into_iter().map(|c| {
            Case::new(
                c.size,
                format!("{}, Σ_h e^T = {factor}", c.label),
                scaled(&c.instance, &factor),
            )
        }));
    }
    docket
        .on(
            "whether (61) is not negative; exact and arbitrary steps with T shifted by constants",
            &cases,
            |s| total(&s.operator.coarse_weights(&s.microscopic)) <= total(&s.microscopic),
        )
        .printed(|_| true)
        .corrected(|s| s.operator.mean_row_sum(&s.microscopic) <= q(1, 1))
        .mutant("≥ 0 where ⟨Σ_h e^T⟩ ≥ 1", |s| {
            s.operator.mean_row_sum(&s.microscopic) >= q(1, 1)
        })
        .mutant("never ≥ 0", |_| false)
        .mutant("≥ 0 only for exact steps", |s| {
            s.operator.row_sums().iter().all(One::is_one)
        })
        .finish();
    let c = q(1000, 1);
    docket
        .on("T + ln 1000 lowers it by ln 1000", &all_steps(), |s| {
            free_energy_difference(&scaled(s, &c).operator, &s.microscopic)
        })
        .corrected(|s| free_energy_difference(&s.operator, &s.microscopic) - ln(&c))
        .mutant("unchanged by a constant", |s| {
            free_energy_difference(&s.operator, &s.microscopic)
        })
        .finish();
}

fn eq62(docket: &mut Docket) {
    eq62_on(docket, EXACT_STEPS, &exact_steps());
    eq62_on(docket, SYMBOLIC_STEPS, &symbolic_steps(true));
    // A step that is not exact and makes (61) zero all the same.
    if let Some(case) = any_steps().first() {
        let mean = case
            .instance
            .operator
            .mean_row_sum(&case.instance.microscopic);
        let s = scaled(&case.instance, &(q(1, 1) / mean));
        let sums: Vec<String> = s
            .operator
            .row_sums()
            .iter()
            .map(ToString::to_string)
            .collect();
        let zero = total(&s.operator.coarse_weights(&s.microscopic)) == total(&s.microscopic);
        docket.note(
            Form::Printed,
            EvidenceKind::Rational,
            &format!("Σ_h e^{{−H_RG}} = Σ_v e^{{−H}}, {EXACT_STEPS}"),
            format!(
                "not conversely: with Σ_h e^T = ({}) on {} the two sums are {}",
                sums.join(", "),
                case.label,
                if zero { "equal too" } else { "different" }
            ),
        );
    }
}

fn eq62_on<T: Exact>(docket: &mut Docket, scope: &str, cases: &[Case<Step<T>>]) {
    docket
        .on(
            format!("Σ_h e^{{−H_RG}} = Σ_v e^{{−H}}, {scope}"),
            cases,
            |s| total(&s.microscopic),
        )
        .printed(|s| total(&s.operator.coarse_weights(&s.microscopic)))
        .mutant("Σ_v e^T = 1 instead", |s| {
            let t = s.operator.table();
            let sums = t.sum_over_visible();
            let table = JointTable::from_fn(t.visible(), t.hidden(), |v, h| {
                t.at(v, h).clone() / sums[h].clone()
            })
            .expect("as large as before");
            total(&TransferOperator::new(table).coarse_weights(&s.microscopic))
        })
        .mutant("Σ_h e^T = 2", |s| {
            let z = total(&s.operator.coarse_weights(&s.microscopic));
            z.clone() + z
        })
        .mutant("one hidden state left out", |s| {
            total(&s.operator.coarse_weights(&s.microscopic)[1..])
        })
        .mutant("e^{+H}", |s| {
            total(&s.operator.coarse_weights(&reciprocals(&s.microscopic)))
        })
        .finish();
}

fn text_not_exact(docket: &mut Docket) {
    let own = rational_machines().into_iter().map(|c| {
        let microscopic = c.instance.visible_weights();
        let step = Step {
            operator: TransferOperator::of_machine(&c.instance.table(), &microscopic),
            microscopic,
        };
        Case::new(
            c.size,
            format!("{}, T of the machine with its own H(v)", c.label),
            (step, true),
        )
    });
    let cases: Vec<Case<(Step<BigRational>, bool)>> = own
        .chain(exact_steps().into_iter().map(|c| {
            Case::new(
                c.size,
                format!("{}, T normalised over h", c.label),
                (c.instance, true),
            )
        }))
        .chain(
            any_steps()
                .into_iter()
                .map(|c| Case::new(c.size, c.label, (c.instance, false))),
        )
        .collect();
    let keeps_z = |s: &Step<BigRational>| {
        total(&s.operator.coarse_weights(&s.microscopic)) == total(&s.microscopic)
    };
    docket
        .on(
            "whether the sums Σ_h e^T are not all one; T of machines, normalised T, arbitrary T",
            &cases,
            |(s, _)| !s.operator.row_sums().iter().all(One::is_one),
        )
        .printed_if(|(_, normalised)| !normalised, |_| true)
        .mutant("exact whatever T is", |_| false)
        .mutant("not exact only if 𝒵 stays", |(s, _)| keeps_z(s))
        .mutant("not exact only where T is normalised", |(_, normalised)| {
            *normalised
        })
        .finish();
}

fn text_linear_combination(docket: &mut Docket) {
    // Spins in the block, and whether the average is normalised.
    let blocks: Vec<Case<(usize, bool)>> =
        [(1, true), (3, true), (4, true), (3, false), (4, false)]
            .into_iter()
            .map(|(n, normalised)| {
                let rule = if normalised {
                    "average normalised to ±1"
                } else {
                    "average"
                };
                Case::new(
                    n,
                    format!("a block of {n} visible spins, {rule}"),
                    (n, normalised),
                )
            })
            .collect();
    let sum = |n: usize, v: usize| 2 * i64::from(v.count_ones()) - n as i64;
    let rule = |&(n, normalised): &(usize, bool)| -> Vec<BigRational> {
        (0..1 << n)
            .map(|v: usize| {
                if normalised {
                    q(sum(n, v).signum(), 1)
                } else {
                    q(sum(n, v), n as i64)
                }
            })
            .collect()
    };
    // The only linear combination that could do: the linear part.
    let linear = |block: &(usize, bool)| {
        let mut k = walsh::couplings(&rule(block)).expect("2^n values");
        for (set, coupling) in k.iter_mut().enumerate() {
            if set.count_ones() > 1 {
                *coupling = q(0, 1);
            }
        }
        walsh::values(&k).expect("2^n couplings")
    };
    let polynomial = |n: usize, one: BigRational, three: BigRational| {
        let k: Vec<BigRational> = (0..1_usize << n)
            .map(|set| match set.count_ones() {
                1 => one.clone(),
                3 => three.clone(),
                _ => q(0, 1),
            })
            .collect();
        walsh::values(&k).expect("2^n couplings")
    };
    let normalised = |&(n, _): &(usize, bool)| match n {
        1 => polynomial(n, q(1, 1), q(0, 1)),
        3 => polynomial(n, q(1, 2), q(-1, 2)),
        _ => polynomial(n, q(3, 8), q(-1, 8)),
    };
    docket
        .on("⟨h|v⟩ for blocks of 1, 3 and 4 spins", &blocks, rule)
        .printed_if(|&(n, normalised)| n == 1 || !normalised, linear)
        .mutant("the plain average of the block", |&(n, _)| {
            polynomial(n, q(1, n as i64), q(0, 1))
        })
        .mutant("the product of three spins with a plus sign", |&(n, _)| {
            polynomial(n, q(1, 2), q(1, 2))
        })
        .mutant("the four-spin coefficients for every block", |&(n, _)| {
            polynomial(n, q(3, 8), q(-1, 8))
        })
        .finish();
    docket
        .on(
            "the polynomial of the normalised average, blocks of 1, 3 and 4 spins",
            &blocks[..3],
            rule,
        )
        .printed_if(|_| true, normalised)
        .finish();
}
