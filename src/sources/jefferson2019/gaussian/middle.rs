//! Equations 1 to 8: the machine, and its deep layer integrated.

use super::setting::{
    Form, Forms, Hamiltonian, Indeterminates, R, RATIONAL_SCOPE, SYMBOLIC_SCOPE, Setting, apply,
    bilinear, decide, determinant, dot, energy, everywhere, nearly_one, numeric, one_minus, power,
    q, quadrature, rational, split, symbolic, tau, z_traced,
};
use crate::exact::gaussian_dbm::{
    QuadraticHamiltonian, SplitWeight, induced_middle_coupling, middle_constant, middle_hamiltonian,
};
use crate::ledger::{Case, Claim, Comparison, Docket, EvidenceKind, Form as Asked, Source};
use crate::model::GaussianDbm;
use crate::numeric::Enclosure;
use crate::symbolic::Matrix;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

const BASE: Claim = Claim {
    source: Source::Jefferson2019,
    assumptions: &["β > 0"],
    ..Claim::BLANK
};

pub(super) const CLAIMS: &[Claim] = &[
    Claim {
        id: "jefferson2019-eq01",
        equation: Some("1"),
        title: "energy of the Gaussian DBM",
        printed: "H(x,y,z) = −Σ_i a_i x_i + ½Σ_j y_j² + ½Σ_k z_k² − Σ_ij A_ij x_i y_j − Σ_jk B_jk y_j z_k",
        assumptions: &["A is n×m and B is m×p"],
        definition: true,
        decide: energy_in_two_notations,
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq01-vector",
        title: "the energy in vector notation",
        printed: "Σ-form of (1) = −a·x + ½(yᵀy + zᵀz) − xᵀA y − yᵀB z",
        assumptions: &["A is n×m and B is m×p"],
        decide: energy_in_two_notations,
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq02",
        equation: Some("2"),
        title: "joint distribution and its partition function",
        printed: "p(x,y,z) = Z⁻¹ e^{−βH(x,y,z)}, Z[β] = Σ_x ∫dᵐy dᵖz e^{−βH(x,y,z)}",
        conventions: &[
            "read as: Z is finite, so that p is a distribution; as definitions of p and Z there is nothing to decide",
        ],
        assumptions: &["β > 0"],
        condition: Some("1 − BBᵀ is positive definite: every singular value of B is below 1"),
        decide: partition_function_exists,
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq03",
        equation: Some("3"),
        title: "joint distribution of x and y",
        printed: "p(x,y) = Z⁻¹ e^{−β(−a·x + ½yᵀy − xᵀAy)} ∫dᵖz e^{−β zᵀz + β yᵀBz}",
        conventions: &["Z is that of (2); the values compared are −(1/β) ln(Z p)"],
        corrected: Some("p(x,y) = Z⁻¹ e^{−β(−a·x + ½yᵀy − xᵀAy)} ∫dᵖz e^{−(β/2) zᵀz + β yᵀBz}"),
        wrong: Some(
            "missing factor ½: the exponent of z has βzᵀz where the energy (1) gives (β/2)zᵀz",
        ),
        decide: |d| {
            decide(
                d,
                &Forms {
                    printed: |s| vec![z_integrated(s, &q(2, 1), &s.machine)],
                    corrected: Some(|s| vec![z_integrated(s, &q(1, 1), &s.machine)]),
                    mutants: &[
                        ("½zᵀz → ¼zᵀz", |s| {
                            vec![z_integrated(s, &q(1, 2), &s.machine)]
                        }),
                        ("β → β(1 + 10⁻⁹)", |s| {
                            vec![z_integrated(s, &q(1, 1), &s.warmer())]
                        }),
                        ("A → A/2", |s| {
                            vec![z_integrated(s, &q(1, 1), &s.half_a())]
                        }),
                        ("B → −2B", |s| {
                            let b = s.machine.b().scale(&q(-2, 1));
                            vec![z_integrated(s, &q(1, 1), &s.with_b(b))]
                        }),
                    ],
                    ..OF_X_AND_Y
                },
            );
        },
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq04",
        equation: Some("4"),
        title: "definition of H(x,y)",
        printed: "p(x,y) = Z⁻¹ e^{−βH(x,y)}",
        conventions: &["defines H(x,y), given p(x,y) and the Z of (2)"],
        definition: true,
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq05",
        equation: Some("5"),
        title: "H(x,y) as an integral over z",
        printed: "H(x,y) = −(1/β) ln∫dᵖz e^{−βH(x,y,z)} = −a·x + ½yᵀy − xᵀAy − (1/β) ln∫dᵖz e^{−β zᵀz + β yᵀBz}",
        corrected: Some(
            "H(x,y) = −(1/β) ln∫dᵖz e^{−βH(x,y,z)} = −a·x + ½yᵀy − xᵀAy − (1/β) ln∫dᵖz e^{−(β/2) zᵀz + β yᵀBz}",
        ),
        wrong: Some(
            "missing factor ½: the second integral has βzᵀz in the exponent where the first one has (β/2)zᵀz, so the two members differ",
        ),
        decide: |d| {
            decide(
                d,
                &Forms {
                    truth: |s| vec![z_traced(s), z_traced(s)],
                    quadrature: |s| {
                        let h = quadrature(&s.joint(), &s.xy());
                        vec![h, h]
                    },
                    printed: |s| vec![first_member(s), second_member(s, &q(2, 1))],
                    corrected: Some(|s| vec![first_member(s), second_member(s, &q(1, 1))]),
                    mutants: &[
                        ("½zᵀz → ¼zᵀz", |s| {
                            vec![first_member(s), second_member(s, &q(1, 2))]
                        }),
                        ("xᵀAy dropped", |s| {
                            let mut value = second_member(s, &q(1, 1));
                            value.energy = value.energy + s.xay();
                            vec![first_member(s), value]
                        }),
                        ("sign of a", |s| {
                            let mut value = second_member(s, &q(1, 1));
                            value.energy = value.energy + s.ax() * q(2, 1);
                            vec![first_member(s), value]
                        }),
                    ],
                    ..OF_X_AND_Y
                },
            );
        },
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq06",
        equation: Some("6"),
        title: "multidimensional Gaussian integral",
        printed: "∫dᵖz exp(−½ zᵀMz + Jᵀz) = √((2π)ᵖ/|M|) exp(½ JᵀM⁻¹J)",
        assumptions: &["M and J real"],
        condition: Some(
            "M is symmetric and positive definite (only its symmetric part enters the integral, which diverges unless that part is positive definite)",
        ),
        decide: gaussian_integral,
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq06-m-and-j",
        title: "M and J for the deep layer",
        printed: "in the present case M = β1 and J = βBᵀy",
        conventions: &[
            "the present case is the integral over z of e^{−βH} with the energy (1); the exponent as (5) prints it would need M = 2β1",
        ],
        decide: deep_m_and_j,
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq07",
        equation: Some("7"),
        title: "H(x,y) after integrating z",
        printed: "H(x,y) = −a·x + ½yᵀy − xᵀAy − (1/β) ln √((2π)ᵖ/β) exp((β/2) yᵀBBᵀy) = f(β) − a·x + ½yᵀ(1 − B′)y − xᵀAy",
        conventions: &[
            "the logarithm is read as that of the whole product √… exp(…); the parentheses that say so are missing",
            "f and B′ in the second line are taken as what the first line needs; (8) is decided apart",
        ],
        corrected: Some(
            "H(x,y) = −a·x + ½yᵀy − xᵀAy − (1/β) ln[√((2π)ᵖ/βᵖ) exp((β/2) yᵀBBᵀy)] = f(β) − a·x + ½yᵀ(1 − B′)y − xᵀAy",
        ),
        wrong: Some(
            "determinant: |M| = |β1| is βᵖ, printed as β; the two agree only for p = 1 or β = 1",
        ),
        decide: |d| {
            decide(
                d,
                &Forms {
                    printed: |s| vec![deep_energy(s, tau_over_beta(s, s.p(), 1))],
                    corrected: Some(|s| vec![middle_hamiltonian(&s.machine, &tau()).at(&s.xy())]),
                    mutants: MIDDLE_MUTANTS,
                    ..OF_X_AND_Y
                },
            );
        },
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq08",
        equation: Some("8"),
        title: "f(β) and B′",
        printed: "f(β) ≡ (1/2β) ln(β/(2π)ᵖ) and B′_ij ≡ Σ_μ B_iμ B_μj",
        conventions: &[
            "decided as what (7) needs: H(x,y) = f − a·x + ½yᵀ(1 − B′)y − xᵀAy",
            "compared where the printed indices exist, m = p; for m ≠ p they run out of B",
        ],
        corrected: Some("f(β) = (1/2β) ln(βᵖ/(2π)ᵖ) and B′_ij = Σ_μ B_iμ B_jμ, that is B′ = BBᵀ"),
        wrong: Some(
            "power and index: f has β where |β1| = βᵖ is needed, and B′ has B_μj where B_jμ is needed (B² instead of BBᵀ, undefined unless m = p)",
        ),
        decide: |d| {
            decide(
                d,
                &Forms {
                    defined: |s| s.m() == s.p(),
                    printed: |s| {
                        vec![with_induced(
                            s,
                            tau_over_beta(s, s.p(), 1),
                            &printed_b_prime(s),
                        )]
                    },
                    corrected: Some(|s| {
                        let f = middle_constant(&s.machine, &tau());
                        vec![with_induced(s, f, &induced_middle_coupling(&s.machine))]
                    }),
                    mutants: MIDDLE_MUTANTS,
                    ..OF_X_AND_Y
                },
            );
        },
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq08-f",
        title: "the constant f(β)",
        printed: "f(β) ≡ (1/2β) ln(β/(2π)ᵖ)",
        conventions: &["decided as what (7) needs: f = H(x,y) at x = 0, y = 0"],
        corrected: Some("f(β) = (1/2β) ln(βᵖ/(2π)ᵖ) = (p/2β) ln(β/2π)"),
        wrong: Some("power of β: the determinant of the p×p matrix β1 is βᵖ, not β"),
        decide: |d| {
            decide(
                d,
                &Forms {
                    truth: |s| vec![z_traced(&at_zero(s))],
                    quadrature: |s| vec![quadrature(&s.joint(), &at_zero(s).xy())],
                    printed: |s| vec![split(tau_over_beta(s, s.p(), 1), R::zero())],
                    corrected: Some(|s| {
                        vec![split(middle_constant(&s.machine, &tau()), R::zero())]
                    }),
                    mutants: &[
                        ("sign of f", |s| {
                            vec![split(
                                R::one() / middle_constant(&s.machine, &tau()),
                                R::zero(),
                            )]
                        }),
                        ("p → p − 1", |s| {
                            vec![split(tau_over_beta(s, s.p() - 1, s.p() - 1), R::zero())]
                        }),
                        ("2π → π", |s| {
                            vec![split(
                                middle_constant(&s.machine, &(tau() * q(1, 2))),
                                R::zero(),
                            )]
                        }),
                        ("β → β(1 + 10⁻⁹)", |s| {
                            vec![split(middle_constant(&s.warmer(), &tau()), R::zero())]
                        }),
                    ],
                    ..OF_X_AND_Y
                },
            );
        },
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq08-b-prime",
        title: "the induced coupling B′",
        printed: "B′_ij ≡ Σ_{μ=1}^p B_iμ B_μj",
        conventions: &[
            "decided as what (7) needs: ½yᵀ(1 − B′)y is the quadratic part of H(x,y)",
            "compared where the printed indices exist, m = p; for m ≠ p they run out of B",
        ],
        corrected: Some("B′_ij = Σ_{μ=1}^p B_iμ B_jμ, that is B′ = BBᵀ"),
        wrong: Some(
            "transposed index: B_μj must be B_jμ; as printed B′ = B², which differs from BBᵀ unless B is symmetric and does not exist unless m = p",
        ),
        decide: |d| {
            decide(
                d,
                &Forms {
                    defined: |s| s.m() == s.p(),
                    printed: |s| {
                        let f = middle_constant(&s.machine, &tau());
                        vec![with_induced(s, f, &printed_b_prime(s))]
                    },
                    corrected: Some(|s| {
                        let f = middle_constant(&s.machine, &tau());
                        vec![with_induced(s, f, &induced_middle_coupling(&s.machine))]
                    }),
                    mutants: MIDDLE_MUTANTS,
                    ..OF_X_AND_Y
                },
            );
        },
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq08-proportional",
        title: "size of the renormalisation of the y-couplings",
        printed: "the interactions between the intermediate degrees of freedom {y} have been renormalized by an amount proportional to the coupling with the UV variables {z}",
        conventions: &["\"proportional\" is read as linear: B → sB multiplies the amount by s"],
        corrected: Some(
            "the amount is B′ = BBᵀ, quadratic in the coupling: B → sB multiplies it by s²",
        ),
        wrong: Some("power: the induced coupling BBᵀ is proportional to the square of B, not to B"),
        decide: amount_of_renormalisation,
        ..BASE
    },
];

/// Equations for H(x,y): z is integrated.
const OF_X_AND_Y: Forms<'static> = Forms {
    truth: |s| vec![z_traced(s)],
    quadrature: |s| vec![quadrature(&s.joint(), &s.xy())],
    integrated: Setting::p,
    printed: |_| Vec::new(),
    corrected: None,
    mutants: &[],
    defined: everywhere,
};

/// Wrong variants of H(x,y).
pub(super) const MIDDLE_MUTANTS: &[(&str, Form)] = &[
    ("sign of B′", |s| {
        let f = middle_constant(&s.machine, &tau());
        let b = induced_middle_coupling(&s.machine).scale(&R::integer(-1));
        vec![with_induced(s, f, &b)]
    }),
    ("B′ → 2B′", |s| {
        let f = middle_constant(&s.machine, &tau());
        let b = induced_middle_coupling(&s.machine).scale(&R::integer(2));
        vec![with_induced(s, f, &b)]
    }),
    ("p → p + 1 in f", |s| {
        let b = induced_middle_coupling(&s.machine);
        vec![with_induced(s, tau_over_beta(s, s.p() + 1, s.p() + 1), &b)]
    }),
    ("xᵀAy dropped", |s| {
        let mut value = middle_hamiltonian(&s.machine, &tau()).at(&s.xy());
        value.energy = value.energy + s.xay();
        vec![value]
    }),
    ("β → β(1 + 10⁻⁹)", |s| {
        vec![middle_hamiltonian(&s.warmer(), &tau()).at(&s.xy())]
    }),
];

/// `(2π)^a / β^b`.
pub(super) fn tau_over_beta(s: &Setting, a: usize, b: usize) -> R {
    power(&tau(), a) / power(s.beta(), b)
}

/// The same machine at x = 0, y = 0.
fn at_zero(s: &Setting) -> Setting {
    Setting {
        x: vec![R::zero(); s.n()],
        y: vec![R::zero(); s.m()],
        ..s.clone()
    }
}

/// `∫ dz e^{−βH}` at once, with `½ coefficient zᵀz` in the energy.
fn z_integrated(s: &Setting, coefficient: &R, machine: &GaussianDbm<R>) -> SplitWeight<R> {
    let first = s.n() + s.m();
    let joint = QuadraticHamiltonian::joint(machine);
    let quadratic = Matrix::from_fn(joint.n_variables(), joint.n_variables(), |i, j| {
        if i == j && i >= first {
            coefficient.clone()
        } else {
            joint.quadratic()[(i, j)].clone()
        }
    });
    Hamiltonian::new(machine.beta().clone(), joint.linear().to_vec(), &quadratic)
        .integrate_block(first, &tau())
        .expect("the coefficient of z is not zero")
        .at(&s.xy())
}

/// `−(1/β) ln ∫ e^{−βH(x,y,z)} dz`.
fn first_member(s: &Setting) -> SplitWeight<R> {
    s.joint()
        .integrate_block(s.n() + s.m(), &tau())
        .expect("the coefficient of z is one")
        .at(&s.xy())
}

/// `−a·x + ½yᵀy − xᵀAy − (1/β) ln ∫dz e^{−½c βzᵀz + βyᵀBz}`, the integral taken with y fixed.
fn second_member(s: &Setting, c: &R) -> SplitWeight<R> {
    let p = s.p();
    let quadratic = Matrix::identity(p).scale(c);
    Hamiltonian::new(s.beta().clone(), s.yb(), &quadratic)
        .raised(s.xy_energy())
        .integrate_block(0, &tau())
        .expect("the coefficient of z is not zero")
        .at(&[])
}

/// The first line of (7) with the given square of the determinant's factor.
fn deep_energy(s: &Setting, weight: R) -> SplitWeight<R> {
    let yb = s.yb();
    split(weight, s.xy_energy() - dot(&yb, &yb) * q(1, 2))
}

/// `f − a·x + ½yᵀ(1 − B′)y − xᵀAy`.
fn with_induced(s: &Setting, f: R, b_prime: &Matrix<R>) -> SplitWeight<R> {
    let stiff = bilinear(&s.y, &one_minus(b_prime), &s.y) * q(1, 2);
    split(f, stiff - s.ax() - s.xay())
}

/// `Σ_μ B_iμ B_μj`, for square B.
fn printed_b_prime(s: &Setting) -> Matrix<R> {
    let b = s.machine.b();
    b.mul(b).expect("m = p")
}

fn energy_in_two_notations(docket: &mut Docket) {
    let by_index = |s: &Setting| -> Vec<R> {
        let m = &s.machine;
        let mut h = R::zero();
        for i in 0..s.n() {
            h = h - &m.fields()[i] * &s.x[i];
            for j in 0..s.m() {
                h = h - &m.a()[(i, j)] * &s.x[i] * &s.y[j];
            }
        }
        for j in 0..s.m() {
            h = h + q(1, 2) * &s.y[j] * &s.y[j];
            for k in 0..s.p() {
                h = h - &m.b()[(j, k)] * &s.y[j] * &s.z[k];
            }
        }
        for k in 0..s.p() {
            h = h + q(1, 2) * &s.z[k] * &s.z[k];
        }
        vec![h]
    };
    let energy = |s: &Setting| s.joint().at(&s.xyz()).energy;
    for (scope, kind, cases) in [
        (SYMBOLIC_SCOPE, EvidenceKind::Symbolic, symbolic()),
        (RATIONAL_SCOPE, EvidenceKind::Rational, rational(docket)),
    ] {
        docket
            .on(scope, &cases, by_index)
            .kind(kind)
            .printed(|s| vec![energy(s)])
            .printed(|s| {
                vec![
                    s.xy_energy() + dot(&s.z, &s.z) * q(1, 2) - bilinear(&s.y, s.machine.b(), &s.z),
                ]
            })
            .mutant("zᵀz without ½", |s| {
                vec![energy(s) + dot(&s.z, &s.z) * q(1, 2)]
            })
            .mutant("sign of B", |s| {
                vec![energy(s) + bilinear(&s.y, s.machine.b(), &s.z) * q(2, 1)]
            })
            .mutant("A → (1 + 10⁻⁹)A", |s| {
                vec![energy(s) - s.xay() * (nearly_one() - R::one())]
            })
            .finish();
    }
}

/// Pivots of the form, eliminated variable by variable; the Gaussian integral converges if and only
/// if all are positive.
fn converges(form: &Matrix<BigRational>) -> bool {
    let k = form.rows();
    let mut rest = form.clone();
    for step in 0..k {
        let pivot = rest[(step, step)].clone();
        if !pivot.is_positive() {
            return false;
        }
        rest = Matrix::from_fn(k, k, |i, j| {
            if i > step && j > step {
                &rest[(i, j)] - &rest[(i, step)] * &rest[(step, j)] / &pivot
            } else {
                rest[(i, j)].clone()
            }
        });
    }
    true
}

fn number(n: i64, d: i64) -> BigRational {
    BigRational::new(n.into(), d.into())
}

/// Leading principal minors of `1 − BBᵀ`.
fn minors(b: &Matrix<BigRational>) -> Vec<BigRational> {
    let machine = GaussianDbm::new(
        number(1, 1),
        vec![number(0, 1)],
        Matrix::from_fn(1, b.rows(), |_, _| number(0, 1)),
        b.clone(),
    )
    .expect("no layer is empty");
    let induced = induced_middle_coupling(&machine);
    (1..=b.rows())
        .map(|k| {
            Matrix::from_fn(k, k, |i, j| number(i64::from(i == j), 1) - &induced[(i, j)])
                .determinant()
                .expect("a square matrix")
        })
        .collect()
}

fn partition_function_exists(docket: &mut Docket) {
    let mut cases = Vec::new();
    let mut add = |rows: usize, cols: usize, entries: &[(i64, i64)]| {
        let b = Matrix::new(
            rows,
            cols,
            entries.iter().map(|&(n, d)| number(n, d)).collect(),
        )
        .expect("rows × columns entries");
        let shown: Vec<String> = b.entries().iter().map(ToString::to_string).collect();
        let label = format!(
            "n = 1, m = {rows}, p = {cols}, B = ({}): is Z finite?",
            shown.join(", ")
        );
        cases.push(Case::new(1 + rows + cols, label, b));
    };
    add(1, 1, &[(1, 2)]);
    add(1, 1, &[(1, 1)]);
    add(1, 1, &[(-3, 2)]);
    add(1, 1, &[(999_999_999, 1_000_000_000)]);
    add(1, 2, &[(3, 5), (3, 5)]);
    add(1, 2, &[(4, 5), (4, 5)]);
    add(2, 1, &[(4, 5), (-4, 5)]);
    add(2, 1, &[(1, 2), (1, 3)]);
    // Both eigenvalues of BBᵀ above one: the determinant of 1 − BBᵀ is positive again.
    add(2, 2, &[(2, 1), (0, 1), (0, 1), (2, 1)]);
    add(2, 2, &[(2, 3), (2, 3), (2, 3), (-1, 2)]);
    // Σ B² > 1, yet both singular values below one.
    add(2, 2, &[(9, 10), (0, 1), (0, 1), (9, 10)]);
    add(2, 2, &[(1, 3), (1, 4), (-1, 5), (1, 2)]);
    add(3, 2, &[(1, 2), (1, 2), (1, 2), (-1, 2), (1, 1), (1, 4)]);
    add(3, 2, &[(1, 2), (1, 3), (1, 4), (-1, 2), (1, 3), (1, 5)]);
    let one = || number(1, 1);
    docket
        .on(
            "rational B: does elimination of the joint form over (y, z) meet positive pivots only",
            &cases,
            |b| {
                let (m, p) = (b.rows(), b.cols());
                converges(&Matrix::from_fn(m + p, m + p, |i, j| {
                    match (i < m, j < m) {
                        (true, false) => -b[(i, j - m)].clone(),
                        (false, true) => -b[(j, i - m)].clone(),
                        _ => number(i64::from(i == j), 1),
                    }
                }))
            },
        )
        .printed_if(|b| minors(b).iter().all(Signed::is_positive), |_| true)
        .mutant("condition |1 − BBᵀ| > 0", |b| {
            minors(b).last().is_some_and(Signed::is_positive)
        })
        .mutant("condition |B_ij| < 1", |b| {
            b.entries().iter().all(|x| x.abs() < one())
        })
        .mutant("condition Σ B_ij² < 1", |b| {
            b.entries()
                .iter()
                .fold(BigRational::zero(), |sum, x| sum + x * x)
                < one()
        })
        .mutant("condition 1 − BBᵀ ≥ 0", |b| {
            minors(b).iter().all(|minor| !minor.is_negative())
        })
        .finish();
}

/// M and J of a Gaussian integral.
struct Exponent {
    m: Matrix<R>,
    j: Vec<R>,
}

impl Exponent {
    fn is_symmetric(&self) -> bool {
        self.m == self.m.transpose()
    }
    /// The integral variable by variable; only the coefficients of `z_i z_j` enter.
    fn stepwise(&self) -> Vec<R> {
        let order: Vec<usize> = (0..self.j.len()).collect();
        let value = self
            .energy()
            .integrate_in_order(&order, &tau())
            .expect("pivots are not zero")
            .at(&[]);
        vec![value.weight_squared, value.energy]
    }
    fn energy(&self) -> Hamiltonian {
        Hamiltonian::new(R::one(), self.j.clone(), &self.m)
    }
    /// The right side of (6), with W and E from its determinant and inverse.
    fn printed(&self) -> Vec<R> {
        let inverse = self.m.inverse().expect("M is not singular");
        vec![
            power(&tau(), self.j.len()) / determinant(&self.m),
            bilinear(&self.j, &inverse, &self.j) * q(-1, 2),
        ]
    }
    fn printed_value(&self) -> Enclosure {
        let parts = self.printed();
        (-energy(&R::one(), &split(parts[0].clone(), parts[1].clone()))).exp()
    }
}

fn gaussian_integral(docket: &mut Docket) {
    integral_of_numbers(docket);
    integral_as_function(docket);
}

fn integral_of_numbers(docket: &mut Docket) {
    let numeric = |p: usize, m: &[(i64, i64)], j: &[(i64, i64)]| {
        let number = |&(n, d): &(i64, i64)| q(n, d);
        let show = |list: &[(i64, i64)]| {
            let shown: Vec<String> = list.iter().map(|x| number(x).to_string()).collect();
            shown.join(", ")
        };
        let label = format!("p = {p}, M = ({}), J = ({})", show(m), show(j));
        let exponent = Exponent {
            m: Matrix::new(p, p, m.iter().map(number).collect()).expect("p² entries"),
            j: j.iter().map(number).collect(),
        };
        Case::new(p, label, exponent)
    };
    let small = [
        numeric(1, &[(2, 1)], &[(1, 2)]),
        numeric(2, &[(2, 1), (1, 2), (1, 2), (1, 1)], &[(1, 1), (-1, 2)]),
        numeric(2, &[(1, 1), (1, 1), (0, 1), (1, 1)], &[(0, 1), (1, 2)]),
        numeric(
            3,
            &[
                (2, 1),
                (1, 2),
                (0, 1),
                (1, 2),
                (1, 1),
                (-1, 4),
                (0, 1),
                (-1, 4),
                (3, 2),
            ],
            &[(1, 1), (0, 1), (1, 3)],
        ),
    ];
    docket
        .on("trapezoidal rule with error bound", &small, |e| {
            (-quadrature(&e.energy(), &[])).exp()
        })
        .printed_if(Exponent::is_symmetric, Exponent::printed_value)
        .finish();

    // A form that is not positive definite: the right side may be a number, the integral is not.
    let two_negative = numeric(2, &[(-1, 1), (0, 1), (0, 1), (-1, 1)], &[(0, 1), (0, 1)]);
    let as_number = two_negative
        .instance
        .m
        .entries()
        .iter()
        .map(|x| x.eval(&[]).expect("a constant"));
    let form = Matrix::new(2, 2, as_number.collect()).expect("4 entries");
    let comparison = if converges(&form) {
        Comparison::Undecided {
            why: "the form was meant to be negative".to_owned(),
        }
    } else {
        Comparison::Differs {
            left: two_negative.instance.printed_value().to_string(),
            right: "+∞: the coefficient of z₁² is not positive".to_owned(),
        }
    };
    docket.check(
        Asked::Printed,
        EvidenceKind::Rational,
        "convergence by elimination",
        two_negative.size,
        &two_negative.label,
        &comparison,
    );
}

fn integral_as_function(docket: &mut Docket) {
    let mut cases = Vec::new();
    for p in 1..=3 {
        let mut new = Indeterminates::new();
        let upper = new.matrix(p, p);
        let m = Matrix::from_fn(p, p, |i, j| upper[(i.min(j), i.max(j))].clone());
        let j = new.vector(p);
        let label = format!("p = {p}, M symmetric with indeterminate entries");
        cases.push(Case::new(100 + p, label, Exponent { m, j }));
    }
    let mut new = Indeterminates::new();
    let general = Exponent {
        m: new.matrix(2, 2),
        j: new.vector(2),
    };
    cases.push(Case::new(
        103,
        "p = 2, M not symmetric, indeterminate",
        general,
    ));
    docket
        .on(
            "p ≤ 3, entries of M and J as indeterminates",
            &cases,
            Exponent::stepwise,
        )
        .printed_if(Exponent::is_symmetric, Exponent::printed)
        .mutant("(2π)ᵖ → 2π", |e| {
            let parts = e.printed();
            vec![&parts[0] / power(&tau(), e.j.len() - 1), parts[1].clone()]
        })
        .mutant("|M| → 1/|M|", |e| {
            let (parts, det) = (e.printed(), determinant(&e.m));
            vec![&parts[0] * &det * &det, parts[1].clone()]
        })
        .mutant("½JᵀM⁻¹J → ½JᵀMJ", |e| {
            vec![
                e.printed()[0].clone(),
                bilinear(&e.j, &e.m, &e.j) * q(-1, 2),
            ]
        })
        .mutant("sign of the exponent", |e| {
            let parts = e.printed();
            vec![parts[0].clone(), -&parts[1]]
        })
        .finish();
}

fn deep_m_and_j(docket: &mut Docket) {
    // −½zᵀMz + Jᵀz, to be compared with the part of −βH that has z in it.
    let exponent = |s: &Setting, m: &R, j: &[R]| vec![dot(j, &s.z) - m * dot(&s.z, &s.z) * q(1, 2)];
    let scaled = |s: &Setting, v: Vec<R>| -> Vec<R> { v.iter().map(|x| x * s.beta()).collect() };
    for (scope, kind, cases) in [
        (SYMBOLIC_SCOPE, EvidenceKind::Symbolic, symbolic()),
        (RATIONAL_SCOPE, EvidenceKind::Rational, rational(docket)),
    ] {
        docket
            .on(scope, &cases, |s| {
                let without = [s.xy(), vec![R::zero(); s.p()]].concat();
                let h = s.joint();
                vec![(h.at(&without).energy - h.at(&s.xyz()).energy) * s.beta()]
            })
            .kind(kind)
            .printed(|s| exponent(s, s.beta(), &scaled(s, s.yb())))
            .mutant("M = 2β1, as in (3) and (5)", |s| {
                exponent(s, &(s.beta() * q(2, 1)), &scaled(s, s.yb()))
            })
            .mutant("J = Bᵀy", |s| exponent(s, s.beta(), &s.yb()))
            .mutant("J = −βBᵀy", |s| {
                let j: Vec<R> = scaled(s, s.yb()).iter().map(|x| -x).collect();
                exponent(s, s.beta(), &j)
            })
            .mutant("J = βBy where B is square", |s| {
                let j = if s.m() == s.p() {
                    apply(s.machine.b(), &s.y)
                } else {
                    s.yb()
                };
                exponent(s, s.beta(), &scaled(s, j))
            })
            .finish();
    }
}

fn amount_of_renormalisation(docket: &mut Docket) {
    // 1 − Q_yy after z is integrated, for B scaled by s.
    let amount = |s: &Setting, scale: &R| -> Vec<R> {
        let machine = s.with_b(s.machine.b().scale(scale));
        let first = s.n() + s.m();
        let order: Vec<usize> = (first..first + s.p()).collect();
        let h = QuadraticHamiltonian::joint(&machine)
            .integrate_in_order(&order, &tau())
            .expect("the coefficients of z are one");
        let (n, m) = (s.n(), s.m());
        let quadratic = Matrix::from_fn(m, m, |i, j| h.quadratic()[(n + i, n + j)].clone());
        one_minus(&quadratic).entries().to_vec()
    };
    let induced = |s: &Setting, factor: R| -> Vec<R> {
        let b_prime = induced_middle_coupling(&s.machine);
        b_prime.scale(&factor).entries().to_vec()
    };
    let (double, scale) = (q(2, 1), R::var(90));
    for (scope, kind, cases, by) in [
        (
            "entries of 1 − Q_yy at numeric machines, s = 2",
            EvidenceKind::Rational,
            numeric(3, Setting::p),
            &double,
        ),
        (SYMBOLIC_SCOPE, EvidenceKind::Symbolic, symbolic(), &scale),
    ] {
        docket
            .on(scope, &cases, |s| amount(s, by))
            .kind(kind)
            .printed(|s| induced(s, by.clone()))
            .corrected(|s| induced(s, by * by))
            .mutant("s³", |s| induced(s, by * by * by))
            .mutant("−s²", |s| induced(s, -(by * by)))
            .mutant("independent of s", |s| induced(s, R::one()))
            .finish();
    }
}
