//! The comments: definitions proposed, and what is said of effective Hamiltonians.

use crate::exact::JointTable;
use crate::exact::gaussian_hidden::HopfieldCouplings;
use crate::exact::walsh;
use crate::ledger::{Case, Claim, Docket, Source};
use crate::numeric::Enclosure;
use crate::rg::factorized::Marginals;
use crate::rg::variational::{TransferOperator, free_energy};
use crate::sources::example_machines::{
    EXACT_STEPS, Exact, Machine, RATIONAL, Step, Tabulate, exact_steps, exponential, free_tables,
    machine, ones, q, rational_machines, reciprocals, symbolic_machines, total,
};
use crate::symbolic::{Matrix, PowerSeries, RationalFunction};
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

const SOURCE: Source = Source::Martin2015;

pub(super) const CLAIMS: &[Claim] = &[
    Claim {
        id: "martin2015-comment-plus-sign",
        source: SOURCE,
        title: "proposed definition with a plus sign",
        printed: "H̃(h) = log Σ_v e^{−V(v,h) − H(v)}. This way we exactly get e^{H̃(h)} = Σ_v e^{−V(v,h) − H(v)}, and we can plug this directly into the partition function",
        conventions: &["the partition function is 𝒵 = Σ_h e^{−H̃(h)}, as the page has it"],
        assumptions: &["Σ_h e^{−V(v,h)} = 1 for every v"],
        corrected: Some(
            "H̃(h) = −log Σ_v e^{−V(v,h) − H(v)}, so that e^{−H̃(h)} = Σ_v e^{−V(v,h) − H(v)}",
        ),
        wrong: Some(
            "the sign: e^{+H̃} is the sum, but the partition function contains e^{−H̃}, which is its reciprocal",
        ),
        decide: plus_sign,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-comment-logarithm",
        source: SOURCE,
        title: "the effective Hamiltonian needs a logarithm",
        printed: "in order for the partition function to be unchanged, shouldn't the definition of H̃(h) involve a logarithm?",
        conventions: &[
            "against H̃ = Σ_v e^{−V − H} of an earlier version; the sign of the logarithm is decided in martin2015-comment-plus-sign",
        ],
        assumptions: &["Σ_h e^{−V(v,h)} = 1 for every v"],
        decide: logarithm,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-comment-form-not-used",
        source: SOURCE,
        title: "the form of the network is not used",
        printed: "The form of the network — eq 10 — is not used in this derivation.",
        conventions: &[
            "H̃ = H^RBM(h), Σ_h e^{−V} = 1 and the unchanged 𝒵 are decided for energies E(v,h) of no particular form",
        ],
        decide: form_not_used,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-comment-visible-visible",
        source: SOURCE,
        title: "visible-visible interactions through the hidden layer",
        printed: "To see this, one would need to construct an effective Hamiltonian for the visible nodes that includes the hidden interactions as renormalized visible-visible interactions.",
        conventions: &[
            "decided by e^{4K_12} for two visible units: K_12 = ¼ Σ_a ln [cosh(b+W_1+W_2) cosh(b−W_1−W_2) / (cosh(b+W_1−W_2) cosh(b−W_1+W_2))]_a",
        ],
        decide: visible_visible,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-comment-hopfield-like",
        source: SOURCE,
        title: "a single layer RBM is like a Hopfield net",
        printed: "Indeed, it is understood that a single layer RBM is like a Hopfield net",
        conventions: &[
            "decided: has the effective Hamiltonian of the visible units fields and pair couplings only?",
        ],
        condition: Some(
            "the hidden units are Gaussian, which gives J = W Wᵀ; with ±1 hidden units ln cosh adds couplings of three and more spins, unless there are at most two visible units, or three and no hidden biases",
        ),
        decide: hopfield_like,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-comment-many-body",
        source: SOURCE,
        title: "many-body couplings at zero temperature",
        printed: "The zero-T limit would look like an Ising model with complex, non-uniform, many-body (3,4-body) interactions",
        conventions: &[
            "E(v) = min_h E(v,h) = −Σ c_i v_i − Σ_a |b_a + Σ_i W_ia v_i|, four visible units; three-body couplings need a hidden bias",
        ],
        decide: many_body,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-comment-zero-temperature",
        source: SOURCE,
        title: "Hopfield memory as a Boltzmann net at zero temperature",
        printed: "One can think of the Hopfield Net / HAM as the zero-T limit of the Boltzman Net.",
        conventions: &[
            "decided on the update of one unit in all states: v_i = +1 where its field is ≥ 0, against the limit of its probability",
        ],
        condition: Some(
            "no unit has a field of exactly zero; there the Boltzmann net tosses a fair coin at every temperature",
        ),
        decide: zero_temperature,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-comment-free-energy-conserved",
        source: SOURCE,
        title: "free energies of the layers throughout training",
        printed: "one expects the Free Energy of each layer to be related to the other layers via a scale transformation, and that this should hold throughout the optimization procedure",
        conventions: &[
            "F of the layer's own marginal Hamiltonian; the relation is equality, for all parameters, and so it distinguishes no parameters from others",
        ],
        decide: free_energy_conserved,
        ..Claim::BLANK
    },
];

fn coarse(s: &Step<BigRational>) -> Vec<BigRational> {
    s.operator.coarse_weights(&s.microscopic)
}

fn plus_sign(docket: &mut Docket) {
    docket
        .on(format!("𝒵, {EXACT_STEPS}"), &exact_steps(), |s| {
            total(&s.microscopic)
        })
        .printed(|s| total(&reciprocals(&coarse(s))))
        .corrected(|s| total(&coarse(s)))
        .mutant("2H̃", |s| {
            total(&coarse(s).iter().map(|w| w * w).collect::<Vec<_>>())
        })
        .mutant("e^{−V+H}", |s| {
            total(&s.operator.coarse_weights(&reciprocals(&s.microscopic)))
        })
        .mutant("H dropped", |s| s.operator.table().total())
        .finish();
}

fn logarithm(docket: &mut Docket) {
    let value = |x: &BigRational| Enclosure::from_rational(x);
    let z_of = |h: Vec<Enclosure>| h.iter().fold(Enclosure::zero(), |z, h| z + (-*h).exp());
    docket
        .on(format!("𝒵, {EXACT_STEPS}"), &exact_steps(), |s| {
            value(&total(&s.microscopic))
        })
        .printed(|s| z_of(coarse(s).iter().map(|w| -value(w).ln()).collect()))
        .mutant("H̃ = Σ_v e^{−V−H}", |s| {
            z_of(coarse(s).iter().map(value).collect())
        })
        .mutant("H̃ = −Σ_v e^{−V−H}", |s| {
            z_of(coarse(s).iter().map(|w| -value(w)).collect())
        })
        .mutant("H̃ = +log Σ_v e^{−V−H}", |s| {
            z_of(coarse(s).iter().map(|w| value(w).ln()).collect())
        })
        .mutant("H̃ = −log₂ Σ_v e^{−V−H}", |s| {
            let ln_2 = Enclosure::exact(2.0).ln();
            z_of(coarse(s).iter().map(|w| -(value(w).ln() / ln_2)).collect())
        })
        .finish();
}

fn form_not_used(docket: &mut Docket) {
    let parts = |t: &JointTable<BigRational>, own: &[BigRational]| {
        let v = TransferOperator::of_machine(t, own);
        let coarse = v.coarse_weights(own);
        let z = total(&coarse);
        [v.row_sums(), coarse, vec![z]].concat()
    };
    docket
        .on(
            "(Σ_h e^{−V}, e^{−H̃(h)}, 𝒵) for arbitrary energies, 1×1, 2×1, 1×2 and 2×3 spins",
            &free_tables(),
            |t| {
                let hidden = (0..1 << t.hidden())
                    .map(|h| (0..1 << t.visible()).map(|v| t.at(v, h).clone()).sum())
                    .collect();
                [
                    ones::<BigRational>(1 << t.visible()),
                    hidden,
                    vec![t.total()],
                ]
                .concat()
            },
        )
        .printed(|t| parts(t, &t.sum_over_hidden()))
        .mutant("an H(v) that is not the marginal one", |t| {
            parts(t, &reciprocals(&t.sum_over_hidden()))
        })
        .mutant("e^{+E}", |t| {
            let flipped = JointTable::from_fn(t.visible(), t.hidden(), |v, h| {
                BigRational::one() / t.at(v, h)
            })
            .expect("as large as before");
            parts(&flipped, &flipped.sum_over_hidden())
        })
        .mutant("the nearest product in place of E", |t| {
            let product = Marginals::of(t).product();
            parts(&product, &product.sum_over_hidden())
        })
        .finish();
}

fn visible_visible(docket: &mut Docket) {
    let rational: Vec<Case<Machine<BigRational>>> = [(2, 1), (2, 2), (2, 3)]
        .into_iter()
        .map(|shape| {
            let label = format!("2 visible × {} hidden, rational e^W, e^c, e^b", shape.1);
            Case::new(shape.0 + shape.1, label, machine(shape, exponential))
        })
        .collect();
    visible_visible_on(
        docket,
        "two visible and 1 to 3 hidden units, rational exponentials",
        &rational,
    );
    let symbolic: Vec<Case<Machine<RationalFunction>>> = symbolic_machines()
        .into_iter()
        .filter(|c| c.instance.visible() == 2)
        .collect();
    visible_visible_on(
        docket,
        "two visible and one hidden unit, all exponentials indeterminate",
        &symbolic,
    );
}

fn visible_visible_on<T: Exact>(docket: &mut Docket, scope: &str, cases: &[Case<Machine<T>>]) {
    // e^{4K} from the fields on the hidden units in the four visible states.
    let formula = |m: &Machine<T>, units: usize| {
        (0..units.min(m.hidden())).fold(T::one(), |k, a| {
            let cosh = |v: usize| {
                let x = m.exp_field_on_hidden(a, v);
                x.clone() + T::one() / x
            };
            k * cosh(0b11) * cosh(0b00) / (cosh(0b01) * cosh(0b10))
        })
    };
    let all = usize::MAX;
    docket
        .on(format!("e^{{4K_12}}, {scope}"), cases, |m| {
            walsh::exp_coupling(&m.table().sum_over_hidden(), 0b11).expect("2^n weights")
        })
        .printed(|m| formula(m, all))
        .mutant("no interaction", |_| T::one())
        .mutant("W = 0", |m| formula(&m.uncoupled(), all))
        .mutant("1/e^{4K}", |m| T::one() / formula(m, all))
        .mutant("the Gaussian e^{4 W_1·W_2} to first order", |m| {
            (0..m.hidden()).fold(T::one(), |k, a| {
                k * m.weights()[a].clone() * m.weights()[m.hidden() + a].clone()
            })
        })
        .finish();
}

/// A machine with hidden units of either kind.
#[derive(Clone, Debug)]
enum Units {
    Binary(Machine<BigRational>),
    /// Weights and hidden biases.
    Gaussian(Matrix<BigRational>, Vec<BigRational>),
}

impl Units {
    /// `½ Σ_a (b_a + Σ_i W_ia v_i)²` for Gaussian units, by squaring.
    fn half_square(w: &Matrix<BigRational>, b: &[BigRational], v: usize) -> BigRational {
        (0..w.cols())
            .map(|a| {
                let x = (0..w.rows()).fold(b[a].clone(), |x, i| {
                    if v >> i & 1 == 1 {
                        x + &w[(i, a)]
                    } else {
                        x - &w[(i, a)]
                    }
                });
                &x * &x / q(2, 1)
            })
            .sum()
    }

    /// Most spins in one term of the visible Hamiltonian.
    fn order(&self) -> u32 {
        match self {
            Self::Binary(m) => {
                walsh::interaction_order(&m.table().sum_over_hidden()).expect("2^n weights")
            }
            Self::Gaussian(w, b) => {
                let values: Vec<BigRational> = (0..1 << w.rows())
                    .map(|v| Self::half_square(w, b, v))
                    .collect();
                order_of(&values)
            }
        }
    }
}

/// Most spins in one term of a function.
fn order_of(values: &[BigRational]) -> u32 {
    let k = walsh::couplings(values).expect("2^n values");
    (0..k.len())
        .filter(|&set| !k[set].is_zero())
        .map(usize::count_ones)
        .max()
        .unwrap_or(0)
}

/// A machine without biases.
fn unbiased(n: usize, m: usize) -> Machine<BigRational> {
    machine((n, m), |k| if k < n * m { exponential(k) } else { q(1, 1) })
}

fn gaussian(n: usize, m: usize) -> Units {
    let w = Matrix::from_fn(n, m, |i, a| exponential(i * m + a) - q(1, 1));
    let b = (0..m).map(|a| exponential(5 + a) - q(1, 1)).collect();
    Units::Gaussian(w, b)
}

fn hopfield_like(docket: &mut Docket) {
    let cases: Vec<Case<Units>> = vec![
        Case::new(
            4,
            "3 visible × 1 hidden ±1 units, no biases",
            Units::Binary(unbiased(3, 1)),
        ),
        Case::new(
            5,
            "3 visible × 2 hidden ±1 units, no biases",
            Units::Binary(unbiased(3, 2)),
        ),
        Case::new(
            4,
            "3 visible × 1 hidden ±1 units with biases",
            Units::Binary(machine((3, 1), exponential)),
        ),
        Case::new(
            5,
            "4 visible × 1 hidden ±1 units, no biases",
            Units::Binary(unbiased(4, 1)),
        ),
        Case::new(
            6,
            "4 visible × 2 hidden ±1 units with biases",
            Units::Binary(machine((4, 2), exponential)),
        ),
        Case::new(
            5,
            "4 visible × 1 hidden Gaussian units with biases",
            gaussian(4, 1),
        ),
        Case::new(
            7,
            "4 visible × 3 hidden Gaussian units with biases",
            gaussian(4, 3),
        ),
    ];
    let met = |u: &Units| match u {
        Units::Binary(m) => {
            m.visible() <= 3
                && (0..m.hidden()).all(|a| {
                    // No bias: the fields of opposite states are opposite.
                    (m.exp_field_on_hidden(a, 0) * m.exp_field_on_hidden(a, (1 << m.visible()) - 1))
                        .is_one()
                })
        }
        Units::Gaussian(..) => true,
    };
    docket
        .on(
            "whether there are no couplings beyond pairs; 3 and 4 visible units",
            &cases,
            |u| u.order() <= 2,
        )
        .printed_if(met, |_| true)
        .mutant("no pairs either", |u| u.order() <= 1)
        .mutant("only with Gaussian units", |u| {
            matches!(u, Units::Gaussian(..))
        })
        .mutant(
            "whenever there are at most three visible units",
            |u| match u {
                Units::Binary(m) => m.visible() <= 3,
                Units::Gaussian(..) => true,
            },
        )
        .finish();
    gaussian_units_give_pairs(docket, &cases);
    gaussian_integral(docket);
}

fn gaussian_units_give_pairs(docket: &mut Docket, cases: &[Case<Units>]) {
    let fields: Vec<Case<(Matrix<BigRational>, Vec<BigRational>)>> = cases
        .iter()
        .filter_map(|c| match &c.instance {
            Units::Gaussian(w, b) => {
                Some(Case::new(c.size, c.label.clone(), (w.clone(), b.clone())))
            }
            Units::Binary(_) => None,
        })
        .collect();
    let hopfield = |w: &Matrix<BigRational>, b: &[BigRational]| -> Vec<BigRational> {
        let k = HopfieldCouplings::of_gaussian_hidden(w, b).expect("shapes fit");
        (0..1 << w.rows()).map(|v| k.evaluate(v)).collect()
    };
    docket
        .on(
            "𝒦(v) with J = W Wᵀ, B = W b is half the square of the hidden fields",
            &fields,
            |(w, b)| {
                (0..1 << w.rows())
                    .map(|v| Units::half_square(w, b, v))
                    .collect::<Vec<_>>()
            },
        )
        .printed_if(|_| true, |(w, b)| hopfield(w, b))
        .mutant("no hidden biases", |(w, b)| {
            hopfield(w, &vec![q(0, 1); b.len()])
        })
        .finish();
}

fn gaussian_integral(docket: &mut Docket) {
    // ∫ e^{−h²/2 + hx} dh/√(2π) term by term: the moments of h are the double factorials.
    let order = 12;
    let moments = |double_factorial: &dyn Fn(usize) -> BigRational| -> Vec<BigRational> {
        let mut factorial = q(1, 1);
        (0..=order)
            .map(|k| {
                if k > 0 {
                    factorial = &factorial * q(k as i64, 1);
                }
                if k % 2 == 0 {
                    double_factorial(k) / &factorial
                } else {
                    q(0, 1)
                }
            })
            .collect()
    };
    let odd_product = |k: usize| (1..k as i64).step_by(2).fold(q(1, 1), |p, j| p * q(j, 1));
    let exponential_of = |half: BigRational| -> Vec<BigRational> {
        let x2 = PowerSeries::new(vec![q(0, 1), q(0, 1), half], order);
        x2.exp()
            .map(|s| s.coefficients().to_vec())
            .unwrap_or_default()
    };
    let once = [Case::new(
        1,
        "one Gaussian unit, powers of its field up to 12",
        (),
    )];
    docket
        .on("the Gaussian integral over h is e^{x²/2}", &once, |()| {
            moments(&odd_product)
        })
        .printed_if(|()| true, |()| exponential_of(q(1, 2)))
        .mutant("e^{x²}", |()| exponential_of(q(1, 1)))
        .finish_constant();
}

/// `min_h E(v,h)` of a machine with rational parameters, by enumeration if `direct` and unit by unit
/// otherwise.
fn ground_energies(n: usize, m: usize, biased: bool, direct: bool) -> Vec<BigRational> {
    let w = |i: usize, a: usize| exponential(i * m + a) - q(1, 1);
    let b = |a: usize| {
        if biased {
            exponential(n * m + a) - q(1, 2)
        } else {
            q(0, 1)
        }
    };
    let c = |i: usize| exponential(n * m + m + i) - q(1, 1);
    let spin = |s: usize, i: usize| q(if s >> i & 1 == 1 { 1 } else { -1 }, 1);
    let field = |v: usize, a: usize| (0..n).fold(b(a), |x, i| x + w(i, a) * spin(v, i));
    (0..1 << n)
        .map(|v| {
            let bias = (0..n).fold(q(0, 1), |e, i| e - c(i) * spin(v, i));
            if direct {
                let all = (0..1 << m)
                    .map(|h| (0..m).fold(bias.clone(), |e, a| e - field(v, a) * spin(h, a)));
                all.min().unwrap_or_else(BigRational::zero)
            } else {
                (0..m).fold(bias, |e, a| e - field(v, a).abs())
            }
        })
        .collect()
}

fn many_body(docket: &mut Docket) {
    let cases: Vec<Case<usize>> = [1, 2]
        .into_iter()
        .map(|m| {
            Case::new(
                4 + m,
                format!("4 visible × {m} hidden units with biases"),
                m,
            )
        })
        .collect();
    let couplings = |values: &[BigRational]| walsh::couplings(values).expect("2^n values");
    let has = |values: &[BigRational]| {
        let k = couplings(values);
        [3, 4]
            .map(|order| (0..k.len()).any(|set| set.count_ones() == order && !k[set].is_zero()))
            .to_vec()
    };
    docket
        .on(
            "(three-body, four-body) couplings of min_h E(v,h)",
            &cases,
            |m| has(&ground_energies(4, *m, true, true)),
        )
        .printed(|_| vec![true, true])
        .mutant("without hidden biases", |m| {
            has(&ground_energies(4, *m, false, true))
        })
        .mutant("Gaussian hidden units", |m| {
            let Units::Gaussian(w, b) = gaussian(4, *m) else {
                return vec![];
            };
            let values: Vec<BigRational> = (0..16).map(|v| Units::half_square(&w, &b, v)).collect();
            has(&values)
        })
        .mutant("pairs only", |_| vec![false, false])
        .finish_constant();
    docket
        .on(
            "couplings of −Σ c v − Σ_a |b_a + Σ_i W_ia v_i|",
            &cases,
            |m| couplings(&ground_energies(4, *m, true, true)),
        )
        .printed(|m| couplings(&ground_energies(4, *m, true, false)))
        .mutant("without hidden biases", |m| {
            couplings(&ground_energies(4, *m, false, false))
        })
        .finish();
}

/// A fully visible net with integer fields and couplings.
#[derive(Clone, Debug)]
struct Net {
    fields: Vec<i32>,
    pairs: Vec<Vec<i32>>,
}

impl Net {
    fn new(fields: &[i32], pair: impl Fn(usize, usize) -> i32) -> Self {
        let n = fields.len();
        let pairs = (0..n)
            .map(|i| {
                (0..n)
                    .map(|j| if i == j { 0 } else { pair(i.min(j), i.max(j)) })
                    .collect()
            })
            .collect();
        Self {
            fields: fields.to_vec(),
            pairs,
        }
    }

    /// `B_i + Σ_j J_ij v_j` for all sites in all states.
    fn all_fields(&self) -> Vec<i32> {
        let n = self.fields.len();
        (0..1_usize << n)
            .flat_map(|v| {
                (0..n).map(move |i| {
                    (0..n).fold(self.fields[i], |x, j| {
                        if v >> j & 1 == 1 {
                            x + self.pairs[i][j]
                        } else {
                            x - self.pairs[i][j]
                        }
                    })
                })
            })
            .collect()
    }
}

fn zero_temperature(docket: &mut Docket) {
    let cases = vec![
        Case::new(
            2,
            "2 units, J_12 = 1, no fields",
            Net::new(&[0, 0], |_, _| 1),
        ),
        Case::new(
            3,
            "3 units, J = 1, 2, −3, fields 1, 1, −2",
            Net::new(&[1, 1, -2], |i, j| [1, 2, -3][i + j - 1]),
        ),
        Case::new(
            3,
            "3 units, J_ij = 1, no fields",
            Net::new(&[0, 0, 0], |_, _| 1),
        ),
        Case::new(
            3,
            "3 units, J_12 = −J_13 = 2, J_23 = 1, fields 1, 0, 0",
            Net::new(&[1, 0, 0], |i, j| [2, -2, 1][i + j - 1]),
        ),
    ];
    // P(v_i = +1) = t^x/(t^x + t^{−x}) with t = e^β: the ratio of the leading terms for t → ∞.
    let limit = |x: i32| {
        let t = RationalFunction::var(0);
        let up = t.pow(x).expect("t is not zero");
        let down = t.pow(-x).expect("t is not zero");
        let p = up.clone() / (up + down);
        let lead = |f: &crate::symbolic::Laurent| {
            let top = f.degree_range(0).map_or(0, |(_, high)| high);
            let coefficient = f
                .terms()
                .filter(|(powers, _)| powers.iter().map(|p| p.1).sum::<i32>() == top)
                .map(|(_, c)| c)
                .sum::<BigRational>();
            (top, coefficient)
        };
        let ((n, a), (d, b)) = (lead(p.numerator()), lead(p.denominator()));
        match n.cmp(&d) {
            std::cmp::Ordering::Less => q(0, 1),
            _ => a / b,
        }
    };
    let rule = |net: &Net, up: &dyn Fn(i32) -> bool| -> Vec<BigRational> {
        net.all_fields()
            .iter()
            .map(|&x| q(i64::from(up(x)), 1))
            .collect()
    };
    docket
        .on(
            "limit of the update probabilities; nets of 2 and 3 units in all states",
            &cases,
            |net| {
                net.all_fields()
                    .iter()
                    .map(|&x| limit(x))
                    .collect::<Vec<_>>()
            },
        )
        .printed_if(
            |net| !net.all_fields().contains(&0),
            |net| rule(net, &|x| x >= 0),
        )
        .mutant("against the field", |net| rule(net, &|x| x <= 0))
        .mutant("infinite temperature", |net| {
            vec![q(1, 2); net.all_fields().len()]
        })
        .mutant("the field of the opposite couplings", |net| {
            let flipped = Net {
                fields: net.fields.clone(),
                pairs: net
                    .pairs
                    .iter()
                    .map(|r| r.iter().map(|x| -x).collect())
                    .collect(),
            };
            rule(&flipped, &|x| x >= 0)
        })
        .finish();
}

fn free_energy_conserved(docket: &mut Docket) {
    docket
        .on(
            "𝒵 of the layers, 1×1, 2×1 and 1×2 units with all parameters indeterminate",
            &symbolic_machines(),
            |m| total(&m.visible_weights()),
        )
        .printed(|m| total(&m.hidden_weights()))
        .mutant("e^{+H(h)}", |m| total(&reciprocals(&m.hidden_weights())))
        .mutant("W = 0 in the hidden layer", |m| {
            total(&m.uncoupled().hidden_weights())
        })
        .mutant("one hidden configuration left out", |m| {
            total(&m.hidden_weights()[1..])
        })
        .finish();
    docket
        .on(
            format!("F of the layers, {RATIONAL}"),
            &rational_machines(),
            |m| free_energy(&m.visible_weights()),
        )
        .printed(|m| free_energy(&m.hidden_weights()))
        .mutant("the biases of the hidden units dropped", |m| {
            // Summing only the factors of the visible units leaves the hidden biases out.
            let bias = m.uncoupled().table();
            let w: Vec<BigRational> = m
                .hidden_weights()
                .iter()
                .enumerate()
                .map(|(h, w)| w / bias.at(0, h))
                .collect();
            free_energy(&w)
        })
        .finish();
}
