//! Equation 23 and what the text says of correlators and partition functions.

use super::setting::{
    Hamiltonian, R, SYMBOLIC_SCOPE, Setting, enclose, one_minus, q, quadrature, stepwise_visible,
    symbolic, tau,
};
use crate::exact::gaussian_dbm::{
    decimate_gaussian_dbm, induced_middle_coupling, middle_hamiltonian, visible_hamiltonian,
};
use crate::ledger::{Case, Claim, Docket, EvidenceKind, Source};
use crate::model::GaussianDbm;
use crate::numeric::Enclosure;
use crate::symbolic::{Laurent, Matrix};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, ToPrimitive, Zero};

const BASE: Claim = Claim {
    source: Source::Jefferson2019,
    assumptions: &[
        "β > 0",
        "p is a distribution: Z of (2) is finite, which needs 1 − BBᵀ positive definite (eq02)",
    ],
    ..Claim::BLANK
};

pub(super) const CLAIMS: &[Claim] = &[
    Claim {
        id: "jefferson2019-eq22-partition-function",
        title: "the form (4), (16) and the partition function",
        printed: "at each level, fixing the form (4), (16) is equivalent to imposing that the partition function remain unchanged",
        conventions: &[
            "the form (16) holds if p(x) = Z⁻¹e^{−βH(x)} for every x with the Z of (2); the partition function is unchanged if Σ_x e^{−βH(x)} = Z",
            "an unchanged Z follows from the form; the converse is what needs the condition",
        ],
        condition: Some(
            "the marginal distribution itself is kept, p(x) ∝ e^{−βH(x)}, so that only the additive constant of H is free",
        ),
        decide: form_and_partition_function,
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq22-required",
        title: "what correlation functions require",
        printed: "this is required in order to preserve low-energy correlation functions",
        conventions: &[
            "read as: correlation functions of x are preserved only if the form (16), with the Z of (2), holds",
        ],
        condition: Some(
            "correlation functions are sums against Z⁻¹e^{−βH} with the Z of (2); divided by the sum of their own weights they do not depend on a constant in H, which changes the partition function and breaks the form",
        ),
        decide: form_and_correlators,
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq23",
        equation: Some("23"),
        title: "correlators by the three distributions",
        printed: "⟨x_i x_j⟩_{p(x,y,z)} = ⟨x_i x_j⟩_{p(x,y)} = ⟨x_i x_j⟩_{p(x)}",
        conventions: &[
            "p(x,y) and p(x) are the marginals; with H(x) as (17) prints it the last equality fails, which is a control here",
        ],
        sampled: super::sampled::CORRELATORS,
        decide: correlators_agree,
        ..BASE
    },
    Claim {
        id: "jefferson2019-text-tracing-order",
        title: "which layers are traced out",
        printed: "in this analogy, tracing out {y} and then {x} maps to a sequential marginalization over even spins",
        conventions: &[
            "spins in place of the units, \"Gaussian units aside\": weight e^{K₁xy + K₂yz + ax}, one unit a layer; what the text calls \"the above\" leaves Z p(x)",
        ],
        corrected: Some("tracing out {z} and then {y}"),
        wrong: Some(
            "wrong set of variables: (3) to (15) trace out z and then y; tracing out y and then x would leave a function of z and no visible unit",
        ),
        decide: tracing_order,
        ..BASE
    },
];

/// All x ∈ {±1}ⁿ.
fn configurations(n: usize) -> Vec<Vec<R>> {
    (0..1_usize << n)
        .map(|state| {
            (0..n)
                .map(|i| R::integer(if state >> i & 1 == 0 { 1 } else { -1 }))
                .collect()
        })
        .collect()
}

/// Numeric machines whose parameters are doubles.
fn machines() -> Vec<Case<GaussianDbm<R>>> {
    let halves = |list: &[i64], d: i64| list.iter().map(|&v| q(v, d)).collect::<Vec<R>>();
    let machine = |beta: R, fields: &[i64], a: &[i64], b: &[i64], (m, p): (usize, usize)| {
        let n = fields.len();
        let value = GaussianDbm::new(
            beta,
            halves(fields, 8),
            Matrix::new(n, m, halves(a, 4)).expect("n m entries"),
            Matrix::new(m, p, halves(b, 8)).expect("m p entries"),
        )
        .expect("no layer is empty");
        let label = format!(
            "n = {n}, m = {m}, p = {p}: a = {fields:?}/8, A = {a:?}/4, B = {b:?}/8 row by row"
        );
        Case::new(n + m + p, label, value)
    };
    vec![
        machine(q(1, 1), &[1, -2], &[4, 2], &[4], (1, 1)),
        machine(q(3, 2), &[0, 3], &[2, -4], &[4, 2], (1, 2)),
        machine(q(1, 2), &[1, -1, 2], &[4, 2, -2, 3, 4, 4], &[4, 3], (2, 1)),
    ]
}

/// The weights `e^{−β(H(x) − H(x₀))}` at `β = k ln 2`, rational where kΔH is an integer; `None` elsewhere.
fn weights(energies: &[BigRational], k: &BigRational) -> Option<Vec<BigRational>> {
    energies
        .iter()
        .map(|e| {
            let exponent = (&energies[0] - e) * k;
            let exponent = exponent
                .is_integer()
                .then(|| exponent.to_integer())?
                .to_i32()?;
            Some(BigRational::from_integer(2.into()).pow(exponent))
        })
        .collect()
}

/// Every `⟨x_i⟩` and `⟨x_i x_j⟩`, i < j, under weights in the order of [`configurations`].
fn averages<T>(n: usize, weights: &[T]) -> Vec<T>
where
    T: Clone + Zero + std::ops::Sub<Output = T> + std::ops::Div<Output = T>,
{
    let sets = (0..n).flat_map(|i| (i..n).map(move |j| (i, j)));
    let total = weights.iter().cloned().fold(T::zero(), |sum, w| sum + w);
    sets.map(|(i, j)| {
        let signed = weights.iter().enumerate().fold(T::zero(), |sum, (x, w)| {
            // The diagonal of the list of pairs holds the single units.
            let down = if i == j {
                x >> i & 1
            } else {
                (x >> i & 1) ^ (x >> j & 1)
            };
            if down == 0 {
                sum + w.clone()
            } else {
                sum - w.clone()
            }
        });
        signed / total.clone()
    })
    .collect()
}

/// The same values several times over, for members that all have one truth.
fn repeated<T: Clone>(values: &[T], times: usize) -> Vec<T> {
    vec![values; times].concat()
}

fn constant(value: &R) -> BigRational {
    value.eval(&[]).expect("a number")
}

/// The rational energies of a Hamiltonian of x at all configurations.
fn energies(h: &Hamiltonian) -> Vec<BigRational> {
    configurations(h.n_variables())
        .iter()
        .map(|x| constant(&h.at(x).energy))
        .collect()
}

/// The least k for which every term of kH is an integer.
fn inverse_temperature(h: &Hamiltonian) -> BigRational {
    let terms = h.linear().iter().chain(h.quadratic().entries());
    let k = terms.fold(num_bigint::BigInt::one(), |k, term| {
        k.lcm(constant(term).denom())
    });
    BigRational::from_integer(k)
}

/// H(x) by way of H(x,y): the closed form, then y one variable after the other.
fn by_way_of_y(machine: &GaussianDbm<R>) -> Hamiltonian {
    let n = machine.n_visible();
    let order: Vec<usize> = (n..n + machine.n_middle()).collect();
    middle_hamiltonian(machine, &tau())
        .integrate_in_order(&order, &tau())
        .expect("generic B")
}

fn closed(machine: &GaussianDbm<R>) -> Hamiltonian {
    visible_hamiltonian(machine, &tau()).expect("generic B")
}

/// H(x) with the induced coupling multiplied by `factor`; −1 is (17) as printed.
fn with_coupling(machine: &GaussianDbm<R>, factor: &R) -> Hamiltonian {
    let right = closed(machine);
    Hamiltonian::new(
        right.beta().clone(),
        right.linear().to_vec(),
        &right.quadratic().scale(factor),
    )
    .weighted(right.weight_squared().clone())
}

/// The same with the couplings of `1 + BBᵀ`.
fn stiffer(machine: &GaussianDbm<R>) -> Hamiltonian {
    let plus = one_minus(&induced_middle_coupling(machine).scale(&q(-1, 1)));
    let inverse = plus.inverse().expect("generic B");
    let a = machine.a();
    let coupling = a.mul(&inverse).and_then(|m| m.mul(&a.transpose()));
    let right = closed(machine);
    Hamiltonian::new(
        right.beta().clone(),
        right.linear().to_vec(),
        &coupling.expect("shapes fit").scale(&q(-1, 1)),
    )
    .weighted(right.weight_squared().clone())
}

fn correlators_agree(docket: &mut Docket) {
    correlators_within_bounds(docket);
    correlators_at_powers_of_two(docket);
    weights_as_functions(docket);
}

/// p(x,y,z) by quadrature over the hidden units, p(x,y) by quadrature over y, p(x) and the certified
/// report by sums over x.
fn correlators_within_bounds(docket: &mut Docket) {
    let cases = machines();
    let by_quadrature = |h: &Hamiltonian, n: usize| -> Vec<Enclosure> {
        let beta = enclose(h.beta());
        let weights: Vec<Enclosure> = configurations(n)
            .iter()
            .map(|x| (-(beta * quadrature(h, x))).exp())
            .collect();
        averages(n, &weights)
    };
    let by_sum = |h: &Hamiltonian| -> Vec<Enclosure> {
        let beta = enclose(h.beta());
        let weights: Vec<Enclosure> = energies(h)
            .iter()
            .map(|e| (-(beta * Enclosure::from_rational(e))).exp())
            .collect();
        averages(h.n_variables(), &weights)
    };
    let reported = |machine: &GaussianDbm<R>| -> Vec<Enclosure> {
        let doubles = machine.map(|x| {
            constant(x)
                .to_f64()
                .expect("the parameters are short dyadic fractions")
        });
        let report = decimate_gaussian_dbm(&doubles).expect("a machine with a partition function");
        let n = report.n_visible;
        report
            .distributions
            .iter()
            .flat_map(|d| {
                let pair = |i: usize, j: usize| {
                    let found = d.pair.iter().find(|p| (p.0, p.1) == (i, j));
                    found.map_or(d.mean[i], |p| Enclosure::new(p.2, p.3))
                };
                (0..n)
                    .flat_map(|i| (i..n).map(move |j| (i, j)))
                    .map(|(i, j)| pair(i, j))
                    .collect::<Vec<_>>()
            })
            .collect()
    };
    let five_times = |v: Vec<Enclosure>| repeated(&v, 5);
    docket
        .on(
            "all ⟨x_i⟩ and ⟨x_i x_j⟩: p(x,y,z) by the trapezoidal rule with error bound",
            &cases,
            |m| five_times(by_quadrature(&Hamiltonian::joint(m), m.n_visible())),
        )
        .printed(|m| {
            [
                by_quadrature(&middle_hamiltonian(m, &tau()), m.n_visible()),
                by_sum(&closed(m)),
                reported(m),
            ]
            .concat()
        })
        .mutant("p(x) with H(x) as (17) is printed", |m| {
            five_times(by_sum(&with_coupling(m, &q(-1, 1))))
        })
        .finish();
}

/// At β = k ln 2 every weight is a power of two.
fn correlators_at_powers_of_two(docket: &mut Docket) {
    let cases = machines();
    let exact = |h: &Hamiltonian, m: &GaussianDbm<R>| -> Vec<BigRational> {
        let k = inverse_temperature(&stepwise_visible(m));
        weights(&energies(h), &k).map_or_else(Vec::new, |w| averages(m.n_visible(), &w))
    };
    docket
        .on(
            "all ⟨x_i⟩ and ⟨x_i x_j⟩ at β = k ln 2, where every weight is a power of two",
            &cases,
            |m| repeated(&exact(&stepwise_visible(m), m), 2),
        )
        .printed(|m| [exact(&by_way_of_y(m), m), exact(&closed(m), m)].concat())
        .mutant("H(x) as (17) is printed", |m| {
            repeated(&exact(&with_coupling(m, &q(-1, 1)), m), 2)
        })
        .mutant("induced coupling dropped", |m| {
            repeated(&exact(&with_coupling(m, &R::zero()), m), 2)
        })
        .mutant("twice the induced coupling", |m| {
            repeated(&exact(&with_coupling(m, &q(2, 1)), m), 2)
        })
        .finish();
}

/// All weights as functions of the parameters.
fn weights_as_functions(docket: &mut Docket) {
    let values = |s: &Setting, h: &Hamiltonian| -> Vec<R> {
        configurations(s.n())
            .iter()
            .flat_map(|x| {
                let v = h.at(x);
                [v.weight_squared, v.energy]
            })
            .collect()
    };
    docket
        .on(
            format!("Z p(x) at every x ∈ {{±1}}ⁿ; {SYMBOLIC_SCOPE}"),
            &symbolic(),
            |s| repeated(&values(s, &stepwise_visible(&s.machine)), 2),
        )
        .printed(|s| {
            [
                values(s, &by_way_of_y(&s.machine)),
                values(s, &closed(&s.machine)),
            ]
            .concat()
        })
        .mutant("H(x) as (17) is printed", |s| {
            repeated(&values(s, &with_coupling(&s.machine, &q(-1, 1))), 2)
        })
        .mutant("(1 + BBᵀ)⁻¹", |s| {
            repeated(&values(s, &stiffer(&s.machine)), 2)
        })
        .mutant("β → β(1 + 10⁻⁹)", |s| {
            repeated(&values(s, &closed(&s.warmer())), 2)
        })
        .finish();
}

/// A candidate for H(x) beside the true weights, at β = k ln 2.
struct Candidate {
    n: usize,
    truth: Vec<BigRational>,
    weights: Vec<BigRational>,
}

impl Candidate {
    fn sum(weights: &[BigRational]) -> BigRational {
        weights.iter().fold(BigRational::zero(), |sum, w| sum + w)
    }
    /// p(x) = Z⁻¹e^{−βH(x)} with the true Z, for every x.
    fn has_form(&self) -> bool {
        self.truth == self.weights
    }
    fn keeps_z(&self) -> bool {
        Self::sum(&self.truth) == Self::sum(&self.weights)
    }
    /// p(x) ∝ e^{−βH(x)}.
    fn keeps_distribution(&self) -> bool {
        let (own, z) = (Self::sum(&self.weights), Self::sum(&self.truth));
        self.truth
            .iter()
            .zip(&self.weights)
            .all(|(t, w)| t / &z == w / &own)
    }
    /// All `⟨∏ x_i⟩` over pairs and single units, divided by the weights' own sum.
    fn keeps_correlators(&self) -> bool {
        averages(self.n, &self.truth) == averages(self.n, &self.weights)
    }
    /// The same sums divided by the true Z, the sum of the probabilities included.
    fn keeps_sums(&self) -> bool {
        self.keeps_correlators() && self.keeps_z()
    }
}

fn candidates() -> Vec<Case<Candidate>> {
    let mut all = Vec::new();
    for case in machines() {
        let machine = &case.instance;
        let right = closed(machine);
        let k = inverse_temperature(&right);
        let n = machine.n_visible();
        let truth = weights(&energies(&right), &k).expect("kH is an integer");
        let mut add = |what: &str, weights: Vec<BigRational>| {
            all.push(Case::new(
                case.size,
                format!("H(x) {what}; {}", case.label),
                Candidate {
                    n,
                    truth: truth.clone(),
                    weights,
                },
            ));
        };
        let times = |factor: BigRational| truth.iter().map(|w| w * &factor).collect::<Vec<_>>();
        add(
            "with the fields reversed",
            truth.iter().rev().cloned().collect(),
        );
        add("as derived", truth.clone());
        add(
            "plus a constant",
            times(BigRational::new(1.into(), 2.into())),
        );
        add(
            "minus a constant",
            times(BigRational::from_integer(3.into())),
        );
        let printed = weights(&energies(&with_coupling(machine, &q(-1, 1))), &k);
        add("with the sign of (17)", printed.expect("kH is an integer"));
    }
    all
}

fn form_and_partition_function(docket: &mut Docket) {
    let cases = candidates();
    docket
        .on(
            "candidates for H(x) at β = k ln 2: does the form (16) hold",
            &cases,
            Candidate::has_form,
        )
        .printed_if(Candidate::keeps_distribution, Candidate::keeps_z)
        .mutant("Z not smaller", |c| {
            Candidate::sum(&c.weights) >= Candidate::sum(&c.truth)
        })
        .mutant(
            "equivalent to unchanged correlators",
            Candidate::keeps_correlators,
        )
        .mutant(
            "equivalent to p(x) ∝ e^{−βH(x)}",
            Candidate::keeps_distribution,
        )
        .finish();
}

fn form_and_correlators(docket: &mut Docket) {
    // Each candidate twice: averages by its own sum of weights, and by the Z of (2).
    let cases: Vec<Case<(Candidate, bool)>> = candidates()
        .into_iter()
        .map(|c| (c, true))
        .chain(candidates().into_iter().map(|c| (c, false)))
        .map(|(case, fixed)| {
            let by = if fixed {
                "divided by the Z of (2)"
            } else {
                "divided by the sum of the weights"
            };
            Case::new(
                case.size,
                format!("averages {by}, {}", case.label),
                (case.instance, fixed),
            )
        })
        .collect();
    docket
        .on(
            "candidates for H(x) at β = k ln 2: does the form (16) hold",
            &cases,
            |(c, _)| c.has_form(),
        )
        .printed_if(
            |(_, fixed)| *fixed,
            |(c, fixed)| {
                if *fixed {
                    c.keeps_sums()
                } else {
                    c.keeps_correlators()
                }
            },
        )
        .mutant("an unchanged Z suffices", |(c, _)| c.keeps_z())
        .mutant("p(x) ∝ e^{−βH(x)} suffices", |(c, _)| {
            c.keeps_distribution()
        })
        .mutant("nothing is required", |_| true)
        .finish();
}

fn tracing_order(docket: &mut Docket) {
    let spins = [1_i32, -1];
    let weight = |x: i32, y: i32, z: i32| {
        Laurent::monomial(BigRational::one(), &[(0, x * y), (1, y * z), (2, x)])
    };
    let total = |terms: Vec<Laurent>| terms.into_iter().fold(Laurent::zero(), |sum, t| sum + t);
    let cases: Vec<Case<(i32, i32)>> = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
        .into_iter()
        .map(|(x, z)| {
            Case::new(
                3,
                format!("x – y – z, one unit a layer, at x = {x}, z = {z}"),
                (x, z),
            )
        })
        .collect();
    // z is traced first, then y.
    let z_then_y = |x: i32| {
        let after_z = |y: i32| total(spins.iter().map(|&z| weight(x, y, z)).collect());
        total(spins.iter().map(|&y| after_z(y)).collect())
    };
    let y_then_x = |z: i32| {
        let after_y = |x: i32| total(spins.iter().map(|&y| weight(x, y, z)).collect());
        total(spins.iter().map(|&x| after_y(x)).collect())
    };
    docket
        .on(
            "spins, e^{K₁}, e^{K₂} and e^{a} as indeterminates: Z p(x) by enumeration",
            &cases,
            |&(x, _)| {
                let states = (0..4).map(|s| weight(x, spins[s & 1], spins[s >> 1]));
                total(states.collect())
            },
        )
        .printed(|&(_, z)| y_then_x(z))
        .corrected(|&(x, _)| z_then_y(x))
        .mutant("only y", |&(x, z)| {
            total(spins.iter().map(|&y| weight(x, y, z)).collect())
        })
        .mutant("only z", |&(x, _)| {
            total(spins.iter().map(|&z| weight(x, 1, z)).collect())
        })
        .mutant("x at the opposite sign", |&(x, _)| z_then_y(-x))
        .finish();
    docket.note(
        crate::ledger::Form::Printed,
        EvidenceKind::Symbolic,
        "spins, e^{K₁}, e^{K₂} and e^{a} as indeterminates: Z p(x) by enumeration",
        "t0 = e^{K₁}, t1 = e^{K₂}, t2 = e^{a}",
    );
}
