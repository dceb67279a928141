//! Equations 9 to 13: the Gaussian prior of the deep layer and its cumulants.

use super::middle::tau_over_beta;
use super::setting::{
    Forms, Hamiltonian, Indeterminates, R, RATIONAL_SCOPE, SYMBOLIC_SCOPE, Setting, bilinear,
    decide, dot, enclose, energy, everywhere, nearly_one, numeric, power, q, quadrature, rational,
    split, symbolic, tau, z_traced,
};
use crate::exact::gaussian_dbm::{
    SplitWeight, gaussian_cumulants, gaussian_moments, induced_middle_coupling, middle_constant,
    middle_hamiltonian, prior_cumulant_function, prior_weight,
};
use crate::ledger::{Case, Claim, Docket, EvidenceKind, Source};
use crate::numeric::Enclosure;
use crate::symbolic::{Matrix, moments_to_cumulants};
use num_traits::One;

const BASE: Claim = Claim {
    source: Source::Jefferson2019,
    assumptions: &["β > 0"],
    ..Claim::BLANK
};

const F_IS_RIGHT: &str = "f is taken as the constant that makes H(x,y) right, e^{−βf} = ∫dᵖz e^{−½β zᵀz}; (8) is decided apart";

pub(super) const CLAIMS: &[Claim] = &[
    Claim {
        id: "jefferson2019-eq09",
        equation: Some("9"),
        title: "prior of the deep layer",
        printed: "q(z) = √(β/(2π)ᵖ) exp(−½β zᵀz)",
        conventions: &["a distribution is normalised: ∫dᵖz q(z) = 1"],
        corrected: Some("q(z) = √(βᵖ/(2π)ᵖ) exp(−½β zᵀz)"),
        wrong: Some(
            "normalisation: the factor must be (β/2π)^{p/2}; as printed ∫q = β^{(1−p)/2}, which is one only for p = 1 or β = 1",
        ),
        decide: prior_is_normalised,
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq10",
        equation: Some("10"),
        title: "cumulant generating function of the prior",
        printed: "K_z(t) = ln⟨e^{t·z}⟩ = ln √(β/(2π)ᵖ) ∫dᵖz exp(−½β zᵀz + t·z) = (1/2β) t tᵀ",
        conventions: &["t is a row vector, t tᵀ = t·t; K_z(t) is that of the normalised prior"],
        corrected: Some(
            "K_z(t) = ln⟨e^{t·z}⟩ = ln √(βᵖ/(2π)ᵖ) ∫dᵖz exp(−½β zᵀz + t·z) = (1/2β) t tᵀ",
        ),
        wrong: Some(
            "normalisation: with the printed factor the integral gives (1/2β)ttᵀ + ½(1 − p) ln β, so the middle member differs from the other two unless p = 1 or β = 1",
        ),
        decide: cumulant_function_members,
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq10-value",
        title: "value of the cumulant generating function",
        printed: "ln⟨e^{t·z}⟩ = (1/2β) t tᵀ",
        conventions: &["for the normalised Gaussian prior of variance 1/β"],
        decide: cumulant_function_value,
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq11",
        equation: Some("11"),
        title: "cumulant generating function at the source of z",
        printed: "K_z(βyᵀB) = (β/2) yᵀBBᵀy",
        conventions: &["K_z is ln⟨e^{t·z}⟩ under the normalised prior"],
        decide: cumulant_function_at_source,
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq12",
        equation: Some("12"),
        title: "H(x,y) by the cumulant generating function",
        printed: "H(x,y) = f(β) − a·x + ½yᵀy − (1/β) K_z(βyᵀB)",
        conventions: &[F_IS_RIGHT],
        corrected: Some("H(x,y) = f(β) − a·x + ½yᵀy − xᵀAy − (1/β) K_z(βyᵀB)"),
        wrong: Some("missing term: −xᵀAy, the coupling of x and y, is left out"),
        decide: |d| {
            decide(
                d,
                &Forms {
                    truth: |s| vec![z_traced(s)],
                    quadrature: |s| vec![quadrature(&s.joint(), &s.xy())],
                    integrated: Setting::p,
                    printed: |s| vec![by_cumulants(s, &R::zero(), &q(-1, 1))],
                    corrected: Some(|s| vec![by_cumulants(s, &R::one(), &q(-1, 1))]),
                    mutants: &[
                        ("sign of K", |s| vec![by_cumulants(s, &R::one(), &R::one())]),
                        ("K without 1/β", |s| {
                            vec![by_cumulants(s, &R::one(), &(-s.beta()))]
                        }),
                        ("+xᵀAy", |s| vec![by_cumulants(s, &q(-1, 1), &q(-1, 1))]),
                        ("K → (1 + 10⁻⁹)K", |s| {
                            vec![by_cumulants(s, &R::one(), &(-nearly_one()))]
                        }),
                    ],
                    defined: everywhere,
                },
            );
        },
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq13",
        equation: Some("13"),
        title: "H(x,y) by the cumulant expansion",
        printed: "H(x,y) = f(β) − a·x + ½yᵀy − (1/β)(κ₁t + (κ₂/2)t² + …) = f(β) − a·x + ½yᵀy − κ₁yᵀB − (κ₂/2)β yᵀBBᵀy − …",
        conventions: &[
            "t = βyᵀB; κ₁t stands for κ₁Σ_k t_k and t² for t·t: the units of z are independent and alike under the prior",
            "checked for a prior with any mean κ₁ and variance κ₂ and no higher cumulant, so that the dots are zero",
            F_IS_RIGHT,
        ],
        corrected: Some(
            "H(x,y) = f(β) − a·x + ½yᵀy − xᵀAy − (1/β)(κ₁t + (κ₂/2)t² + …) = f(β) − a·x + ½yᵀy − xᵀAy − κ₁yᵀB − (κ₂/2)β yᵀBBᵀy − …",
        ),
        wrong: Some(
            "missing term: −xᵀAy, the coupling of x and y, is left out of both lines; signs and powers of β in the expansion are right",
        ),
        decide: expansion,
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq13-cumulants",
        title: "cumulants of the Gaussian prior",
        printed: "for the Gaussian prior (9) all cumulants except for κ₂ = 1/β vanish",
        conventions: &["cumulants κ_n, n ≥ 1, of one unit under the normalised prior"],
        decide: cumulants_of_the_prior,
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq13-reduces-to-eq07",
        title: "the cumulant expansion of the Gaussian prior",
        printed: "with κ₂ = 1/β and all other cumulants zero, (13) reduces to (7)",
        conventions: &[
            "the term −xᵀAy, which (7) has and (13) has lost, is put back; that loss is decided under eq13",
            "(7) is taken in its second line, with the f and B′ that belong there",
        ],
        decide: |d| {
            decide(
                d,
                &Forms {
                    truth: |s| vec![middle_hamiltonian(&s.machine, &tau()).at(&s.xy())],
                    quadrature: |s| vec![quadrature(&s.joint(), &s.xy())],
                    integrated: Setting::p,
                    printed: |s| vec![gaussian_expansion(s, 1, &R::one())],
                    corrected: None,
                    mutants: &[
                        ("−xᵀAy left out, as (13) is printed", |s| {
                            let mut value = gaussian_expansion(s, 1, &R::one());
                            value.energy = value.energy + s.xay();
                            vec![value]
                        }),
                        ("κ₂ = β", |s| {
                            vec![gaussian_expansion(s, 1, &power(s.beta(), 2))]
                        }),
                        ("κ₂ without ½", |s| {
                            vec![gaussian_expansion(s, 1, &q(2, 1))]
                        }),
                        ("power of β", |s| vec![gaussian_expansion(s, 2, &R::one())]),
                    ],
                    defined: everywhere,
                },
            );
        },
        ..BASE
    },
];

/// `½zᵀz`-prior of p units at inverse temperature β, with the source t: `E = ½zᵀz − (t/β)·z`.
pub(super) struct Prior {
    pub(super) beta: R,
    pub(super) t: Vec<R>,
}

impl Prior {
    fn p(&self) -> usize {
        self.t.len()
    }
    fn hamiltonian(&self, with_source: bool) -> Hamiltonian {
        let source = |t: &R| {
            if with_source {
                t / &self.beta
            } else {
                R::zero()
            }
        };
        let linear = self.t.iter().map(source).collect();
        Hamiltonian::new(self.beta.clone(), linear, &Matrix::identity(self.p()))
    }
    fn stepwise(&self, with_source: bool) -> SplitWeight<R> {
        let order: Vec<usize> = (0..self.p()).collect();
        self.hamiltonian(with_source)
            .integrate_in_order(&order, &tau())
            .expect("the coefficients of z are one")
            .at(&[])
    }
    /// `ln ∫ e^{−½βz² + t·z}` by quadrature.
    fn ln_integral(&self, with_source: bool) -> Enclosure {
        -(quadrature(&self.hamiltonian(with_source), &[]) * enclose(&self.beta))
    }
    /// `ln⟨e^{t·z}⟩` from the two integrals: its W and its value.
    pub(super) fn truth(&self) -> Vec<R> {
        let (above, below) = (self.stepwise(true), self.stepwise(false));
        vec![
            above.weight_squared / below.weight_squared,
            -((above.energy - below.energy) * &self.beta),
        ]
    }
    pub(super) fn truth_numeric(&self) -> Enclosure {
        self.ln_integral(true) - self.ln_integral(false)
    }
    /// `ln(√factor ∫ …)` by quadrature.
    fn weighted_numeric(&self, factor: &R) -> Enclosure {
        enclose(factor).ln() * Enclosure::exact(0.5) + self.ln_integral(true)
    }
    fn printed_factor(&self) -> R {
        &self.beta / power(&tau(), self.p())
    }
}

fn small_priors() -> Vec<Case<Prior>> {
    let prior = |beta: (i64, i64), t: &[(i64, i64)]| {
        let t: Vec<R> = t.iter().map(|&(n, d)| q(n, d)).collect();
        let shown: Vec<String> = t.iter().map(ToString::to_string).collect();
        let beta = q(beta.0, beta.1);
        let label = format!("p = {}, β = {beta}, t = ({})", t.len(), shown.join(", "));
        Case::new(t.len(), label, Prior { beta, t })
    };
    vec![
        prior((1, 1), &[(1, 1)]),
        prior((3, 2), &[(-1, 2)]),
        prior((2, 1), &[(1, 1), (1, 2)]),
        prior((1, 2), &[(1, 3), (0, 1)]),
        prior((2, 1), &[(1, 1), (-1, 1), (1, 2)]),
    ]
}

fn general_priors() -> Vec<Case<Prior>> {
    (1..=3)
        .map(|p| {
            let mut new = Indeterminates::new();
            let (beta, t) = (new.next(), new.vector(p));
            Case::new(
                100 + p,
                format!("p = {p}, indeterminate"),
                Prior { beta, t },
            )
        })
        .collect()
}

const PRIOR_SCOPE: &str = "p ≤ 3, β and t as indeterminates";
const QUADRATURE_SCOPE: &str = "trapezoidal rule with error bound, p ≤ 3";

fn prior_is_normalised(docket: &mut Docket) {
    let small = small_priors();
    let integral = |p: &Prior, factor: &R| {
        (enclose(factor).ln() * Enclosure::exact(0.5) + p.ln_integral(false)).exp()
    };
    docket
        .on(QUADRATURE_SCOPE, &small, |_| Enclosure::one())
        .printed(|p| integral(p, &p.printed_factor()))
        .corrected(|p| integral(p, &prior_weight(&p.beta, p.p(), &tau())))
        .finish_constant();
    // The square of the factor that normalises.
    docket
        .on(PRIOR_SCOPE, &general_priors(), |p| {
            R::one() / p.stepwise(false).weight_squared
        })
        .printed(Prior::printed_factor)
        .corrected(|p| prior_weight(&p.beta, p.p(), &tau()))
        .mutant("(2π/β)^{p/2}", |p| {
            R::one() / prior_weight(&p.beta, p.p(), &tau())
        })
        .mutant("2π → π", |p| {
            prior_weight(&p.beta, p.p(), &(tau() * q(1, 2)))
        })
        .mutant("p → p + 1", |p| prior_weight(&p.beta, p.p() + 1, &tau()))
        .mutant("β → β(1 + 10⁻⁹)", |p| {
            prior_weight(&(&p.beta * nearly_one()), p.p(), &tau())
        })
        .finish();
}

fn cumulant_function_members(docket: &mut Docket) {
    // The middle and the last member against ln⟨e^{t·z}⟩, twice.
    let last = |p: &Prior| prior_cumulant_function(&p.beta, &p.t);
    let right_factor = |p: &Prior| prior_weight(&p.beta, p.p(), &tau());
    docket
        .on(QUADRATURE_SCOPE, &small_priors(), |p| {
            vec![p.truth_numeric(), p.truth_numeric()]
        })
        .printed(|p| vec![p.weighted_numeric(&p.printed_factor()), enclose(&last(p))])
        .corrected(|p| vec![p.weighted_numeric(&right_factor(p)), enclose(&last(p))])
        .finish();
    let members = |p: &Prior, factor: &R, last: R| {
        let integral = p.hamiltonian(true).integrate_block(0, &tau());
        let middle = integral.expect("the coefficients of z are one").at(&[]);
        vec![
            middle.weight_squared * factor,
            -(middle.energy * &p.beta),
            R::one(),
            last,
        ]
    };
    docket
        .on(PRIOR_SCOPE, &general_priors(), |p| {
            [p.truth(), p.truth()].concat()
        })
        .printed(|p| members(p, &p.printed_factor(), last(p)))
        .corrected(|p| members(p, &right_factor(p), last(p)))
        .mutant("(β/2) t tᵀ", |p| {
            let wrong = dot(&p.t, &p.t) * &p.beta * q(1, 2);
            members(p, &right_factor(p), wrong)
        })
        .mutant("(1/β) t tᵀ", |p| {
            members(p, &right_factor(p), last(p) * q(2, 1))
        })
        .mutant("no normalisation", |p| members(p, &R::one(), last(p)))
        .mutant("sign", |p| members(p, &right_factor(p), -last(p)))
        .finish();
}

fn cumulant_function_value(docket: &mut Docket) {
    let value = |p: &Prior| prior_cumulant_function(&p.beta, &p.t);
    docket
        .on(QUADRATURE_SCOPE, &small_priors(), Prior::truth_numeric)
        .printed(|p| enclose(&value(p)))
        .finish();
    docket
        .on(PRIOR_SCOPE, &general_priors(), Prior::truth)
        .printed(|p| vec![R::one(), value(p)])
        .mutant("sign", |p| vec![R::one(), -value(p)])
        .mutant("(1/β) t tᵀ", |p| vec![R::one(), value(p) * q(2, 1)])
        .mutant("(Σ t)²/(2β)", |p| {
            let sum = p.t.iter().fold(R::zero(), |sum, t| sum + t);
            vec![R::one(), &sum * &sum / (&p.beta * q(2, 1))]
        })
        .mutant("β → β(1 + 10⁻⁹)", |p| {
            vec![R::one(), value(p) / nearly_one()]
        })
        .finish();
}

/// The prior with the source `t = βyᵀB`.
fn sourced(s: &Setting) -> Prior {
    Prior {
        beta: s.beta().clone(),
        t: s.yb().iter().map(|x| x * s.beta()).collect(),
    }
}

fn cumulant_function_at_source(docket: &mut Docket) {
    let value = |s: &Setting| {
        bilinear(&s.y, &induced_middle_coupling(&s.machine), &s.y) * s.beta() * q(1, 2)
    };
    docket
        .on(QUADRATURE_SCOPE, &numeric(3, Setting::p), |s| {
            sourced(s).truth_numeric()
        })
        .printed(|s| enclose(&value(s)))
        .finish();
    for (scope, kind, cases) in [
        (SYMBOLIC_SCOPE, EvidenceKind::Symbolic, symbolic()),
        (RATIONAL_SCOPE, EvidenceKind::Rational, rational(docket)),
    ] {
        docket
            .on(scope, &cases, |s| sourced(s).truth())
            .kind(kind)
            .printed(|s| vec![R::one(), value(s)])
            .mutant("½ instead of β/2", |s| {
                vec![R::one(), value(s) / s.beta()]
            })
            .mutant("sign", |s| vec![R::one(), -value(s)])
            .mutant("B² instead of BBᵀ", |s| {
                let b = s.machine.b();
                let wrong = b.mul(b).map_or_else(
                    |_| value(s),
                    |square| bilinear(&s.y, &square, &s.y) * s.beta() * q(1, 2),
                );
                vec![R::one(), wrong]
            })
            .mutant("β → β(1 + 10⁻⁹)", |s| {
                vec![R::one(), value(s) * nearly_one()]
            })
            .finish();
    }
}

/// `f − a·x + ½yᵀy − c xᵀAy + k (1/β) K_z(βyᵀB)`.
fn by_cumulants(s: &Setting, c: &R, k: &R) -> SplitWeight<R> {
    let generated = prior_cumulant_function(s.beta(), &sourced(s).t) / s.beta();
    split(
        middle_constant(&s.machine, &tau()),
        s.half_yy() - s.ax() - c * s.xay() + k * generated,
    )
}

/// The second line of (13), −xᵀAy put back, with κ₁ = 0 and `κ₂ = c/β`, and β to the given power.
fn gaussian_expansion(s: &Setting, power_of_beta: usize, c: &R) -> SplitWeight<R> {
    let cumulants = gaussian_cumulants(s.beta(), 2);
    let (yb, sum) = (s.yb(), s.yb().iter().fold(R::zero(), |sum, x| sum + x));
    let second = &cumulants[1] * c * power(s.beta(), power_of_beta) * dot(&yb, &yb) * q(1, 2);
    split(
        middle_constant(&s.machine, &tau()),
        s.xy_energy() - &cumulants[0] * sum - second,
    )
}

/// A machine whose deep units have a prior of mean κ₁ and variance κ₂.
struct Shifted {
    setting: Setting,
    mean: R,
    variance: R,
}

impl Shifted {
    fn p(&self) -> usize {
        self.setting.p()
    }
    /// `e^{−βH} = e^{−β(f + E(x,y))} q(z) e^{βyᵀBz}` with the density of mean κ₁ and variance κ₂:
    /// its exponent is `−(z − κ₁)²/(2κ₂)`.
    fn hamiltonian(&self) -> Hamiltonian {
        let s = &self.setting;
        let first = s.n() + s.m();
        let joint = s.joint();
        let scaled = s.beta() * &self.variance;
        let quadratic = Matrix::from_fn(joint.n_variables(), joint.n_variables(), |i, j| {
            if i == j && i >= first {
                R::one() / &scaled
            } else {
                joint.quadratic()[(i, j)].clone()
            }
        });
        let mut linear = joint.linear().to_vec();
        for b in &mut linear[first..] {
            *b = &self.mean / &scaled;
        }
        let lift = R::integer(self.p() as i64) * &self.mean * &self.mean / (&scaled * q(2, 1));
        Hamiltonian::new(s.beta().clone(), linear, &quadratic)
            .raised(lift)
            .weighted(
                tau_over_beta(s, self.p(), self.p()) / power(&(tau() * &self.variance), self.p()),
            )
    }
    fn truth(&self) -> Vec<R> {
        let s = &self.setting;
        let first = s.n() + s.m();
        let order: Vec<usize> = (first..first + self.p()).collect();
        let value = self
            .hamiltonian()
            .integrate_in_order(&order, &tau())
            .expect("the variance is not zero")
            .at(&s.xy());
        vec![
            value.weight_squared.clone(),
            value.energy.clone(),
            value.weight_squared,
            value.energy,
        ]
    }
    /// The two lines; `coupling` is the coefficient of −xᵀAy, the others multiply the κ terms of the
    /// second line.
    fn lines(&self, coupling: &R, first: &R, second: &R) -> [SplitWeight<R>; 2] {
        let s = &self.setting;
        let (beta, yb, t) = (s.beta(), s.yb(), sourced(s).t);
        let sum = |v: &[R]| v.iter().fold(R::zero(), |sum, x| sum + x);
        let plain = s.half_yy() - s.ax() - coupling * s.xay();
        let f = middle_constant(&s.machine, &tau());
        let expansion = &self.mean * sum(&t) + &self.variance * q(1, 2) * dot(&t, &t);
        let square = bilinear(&s.y, &induced_middle_coupling(&s.machine), &s.y);
        let linear_term = &self.mean * sum(&yb) * first;
        let square_term = &self.variance * q(1, 2) * beta * square * second;
        [
            split(f.clone(), &plain - expansion / beta),
            split(f, plain - linear_term - square_term),
        ]
    }
    fn exact(&self, coupling: &R, first: &R, second: &R) -> Vec<R> {
        self.lines(coupling, first, second)
            .into_iter()
            .flat_map(|line| [line.weight_squared, line.energy])
            .collect()
    }
    fn numeric(&self, coupling: &R) -> Vec<Enclosure> {
        self.lines(coupling, &R::one(), &R::one())
            .iter()
            .map(|line| energy(self.setting.beta(), line))
            .collect()
    }
}

fn expansion(docket: &mut Docket) {
    let shift = |cases: Vec<Case<Setting>>, mean: &R, variance: &R| -> Vec<Case<Shifted>> {
        cases
            .into_iter()
            .map(|case| {
                let shifted = Shifted {
                    setting: case.instance,
                    mean: mean.clone(),
                    variance: variance.clone(),
                };
                let label = format!("{}, κ₁ = {mean}, κ₂ = {variance}", case.label);
                Case::new(case.size, label, shifted)
            })
            .collect()
    };
    let (one, zero) = (R::one(), R::zero());
    let mut small = shift(numeric(3, Setting::p), &zero, &one);
    small.truncate(1);
    small.extend(shift(numeric(3, Setting::p), &q(1, 2), &q(2, 3)));
    docket
        .on(QUADRATURE_SCOPE, &small, |s| {
            let h = quadrature(&s.hamiltonian(), &s.setting.xy());
            vec![h, h]
        })
        .printed(|s| s.numeric(&zero))
        .corrected(|s| s.numeric(&one))
        .finish();
    let general = shift(symbolic(), &R::var(90), &R::var(91));
    docket
        .on(
            format!("{SYMBOLIC_SCOPE}, κ₁ and κ₂ too"),
            &general,
            Shifted::truth,
        )
        .printed(|s| s.exact(&zero, &one, &one))
        .corrected(|s| s.exact(&one, &one, &one))
        .mutant("sign of κ₁", |s| s.exact(&one, &q(-1, 1), &one))
        .mutant("κ₁ with a factor β", |s| {
            s.exact(&one, s.setting.beta(), &one)
        })
        .mutant("κ₂ without ½", |s| s.exact(&one, &one, &q(2, 1)))
        .mutant("κ₂ without β", |s| {
            s.exact(&one, &one, &(R::one() / s.setting.beta()))
        })
        .mutant("sign of xᵀAy", |s| s.exact(&q(-1, 1), &one, &one))
        .finish();
}

/// Where a list of cumulants comes from, and how.
type CumulantRoute<'a> = (&'static str, &'a dyn Fn(&R) -> Vec<R>);

fn cumulants_of_the_prior(docket: &mut Docket) {
    const ORDER: usize = 8;
    let beta = R::var(1);
    // K(t) from the integral, and its derivatives at t = 0.
    let by_integral = |beta: &R| -> Vec<R> {
        let t = R::var(2);
        let prior = Prior {
            beta: beta.clone(),
            t: vec![t],
        };
        let mut k = prior.truth()[1].clone();
        (0..ORDER)
            .map(|_| {
                k = k.derivative(2);
                k.substitute(2, &R::zero()).expect("K is a polynomial in t")
            })
            .collect()
    };
    let cases = [
        Case::new(1, "β indeterminate", beta),
        Case::new(1, "β = 3/2", q(3, 2)),
    ];
    let truths: [CumulantRoute<'_>; 2] = [
        (
            "κ₁ to κ₈ as derivatives of the integrated generating function",
            &by_integral,
        ),
        (
            "κ₁ to κ₈ from the moments, counted as pairings",
            &|beta: &R| moments_to_cumulants(&gaussian_moments(beta, ORDER)),
        ),
    ];
    for (scope, truth) in truths {
        let changed = |beta: &R, n: usize, value: R| {
            let mut all = gaussian_cumulants(beta, ORDER);
            all[n - 1] = value;
            all
        };
        docket
            .on(scope, &cases, truth)
            .printed(|beta| gaussian_cumulants(beta, ORDER))
            .mutant("κ₂ = β", |beta| changed(beta, 2, beta.clone()))
            .mutant("κ₄ = ⟨z⁴⟩", |beta| {
                changed(beta, 4, q(3, 1) / (beta * beta))
            })
            .mutant("κ₁ = 1", |beta| changed(beta, 1, R::one()))
            .mutant("κ₂ = (1 + 10⁻⁹)/β", |beta| {
                changed(beta, 2, nearly_one() / beta)
            })
            .finish();
    }
}
