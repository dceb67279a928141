//! Equations 14 to 18: the middle layer integrated as well.

use super::middle::tau_over_beta;
use super::setting::{
    Form, Forms, Hamiltonian, R, RATIONAL_SCOPE, SYMBOLIC_SCOPE, Setting, apply, bilinear, decide,
    determinant, dot, everywhere, one_minus, power, q, quadrature, rational, split, symbolic, tau,
    yz_traced,
};
use crate::exact::gaussian_dbm::{
    SplitWeight, induced_middle_coupling, induced_visible_coupling, middle_constant,
    middle_hamiltonian, visible_constant, visible_hamiltonian,
};
use crate::ledger::{Claim, Docket, EvidenceKind, Source};
use crate::model::GaussianDbm;
use crate::symbolic::Matrix;

const BASE: Claim = Claim {
    source: Source::Jefferson2019,
    assumptions: &[
        "β > 0",
        "p is a distribution: Z of (2) is finite, which needs 1 − BBᵀ positive definite (eq02)",
    ],
    ..Claim::BLANK
};

const RIGHT_F_AND_B: &str = "f and B′ are those that make (7) right, f = (p/2β) ln(β/2π) and B′ = BBᵀ; (8) is decided apart";
const RIGHT_G: &str =
    "g is taken as the constant that makes H(x) right; (18) and (22) are decided apart";
const VALUES: &str = "Z is that of (2); the values compared are −(1/β) ln(Z p)";
const A_PRIME: &str = "A′ = A(1 − B′)⁻¹Aᵀ, as (15) uses it";

pub(super) const CLAIMS: &[Claim] = &[
    Claim {
        id: "jefferson2019-eq14",
        equation: Some("14"),
        title: "p(x) as an integral over y",
        printed: "p(x) = ∫dy p(x,y) = Z⁻¹ e^{−β(f − a·x)} ∫dy exp(−½β yᵀ(1 − B′)y + β xᵀAy)",
        conventions: &[RIGHT_F_AND_B, VALUES],
        decide: |d| {
            decide(
                d,
                &Forms {
                    printed: |s| {
                        vec![y_integrated(
                            s,
                            &middle_constant(&s.machine, &tau()),
                            &R::one(),
                            &R::one(),
                        )]
                    },
                    mutants: &[
                        (
                            "f with β instead of βᵖ, as (8) prints it, for β → 2β",
                            |s| {
                                let f = middle_constant(&s.machine, &tau()) / q(2, 1);
                                vec![y_integrated(s, &f, &R::one(), &R::one())]
                            },
                        ),
                        ("sign of B′", |s| {
                            let f = middle_constant(&s.machine, &tau());
                            vec![y_integrated(s, &f, &q(-1, 1), &R::one())]
                        }),
                        ("A → A/2", |s| {
                            let f = middle_constant(&s.machine, &tau());
                            vec![y_integrated(s, &f, &R::one(), &q(1, 2))]
                        }),
                        ("sign of a", |s| {
                            let f = middle_constant(&s.machine, &tau());
                            let mut value = y_integrated(s, &f, &R::one(), &R::one());
                            value.energy = value.energy + s.ax() * q(2, 1);
                            vec![value]
                        }),
                    ],
                    ..OF_X
                },
            );
        },
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq14-m-and-j",
        title: "M and J for the middle layer",
        printed: "another edition of (6), now with M = β(1 − B′) and J = βAᵀx",
        conventions: &[RIGHT_F_AND_B],
        decide: middle_m_and_j,
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq15",
        equation: Some("15"),
        title: "p(x) after integrating y",
        printed: "p(x) = Z⁻¹ √((2π)ᵐ/(β(1 − |B′|))) exp[−β(f(β) − a·x + ½xᵀA(1 − B′)⁻¹Aᵀx)] = Z⁻¹ √((2π)ᵐ/(β(1 − |B′|))) exp[−β(f(β) − a·x + ½xᵀA′x)]",
        conventions: &[RIGHT_F_AND_B, A_PRIME, VALUES],
        corrected: Some(
            "p(x) = Z⁻¹ √((2π)ᵐ/(βᵐ|1 − B′|)) exp[−β(f(β) − a·x − ½xᵀA(1 − B′)⁻¹Aᵀx)] = Z⁻¹ √((2π)ᵐ/(βᵐ|1 − B′|)) exp[−β(f(β) − a·x − ½xᵀA′x)]",
        ),
        wrong: Some(
            "sign, determinant and power: completing the square gives −½xᵀA′x, printed +½; and |β(1 − B′)| is βᵐ|1 − B′|, printed β(1 − |B′|)",
        ),
        decide: |d| {
            decide(
                d,
                &Forms {
                    truth: |s| vec![yz_traced(s), yz_traced(s)],
                    quadrature: |s| {
                        let h = quadrature(&s.joint(), &s.x);
                        vec![h, h]
                    },
                    printed: |s| lines_15(s, &printed_y_factor(s), &q(1, 2)),
                    corrected: Some(|s| lines_15(s, &right_y_factor(s), &q(-1, 2))),
                    mutants: &[
                        ("sign put right only", |s| {
                            lines_15(s, &printed_y_factor(s), &q(-1, 2))
                        }),
                        ("factor put right only", |s| {
                            lines_15(s, &right_y_factor(s), &q(1, 2))
                        }),
                        ("β^m(1 − |B′|)", |s| {
                            let factor = tau_over_beta(s, s.m(), s.m()) / one_minus_det(s);
                            lines_15(s, &factor, &q(-1, 2))
                        }),
                        ("β|1 − B′|", |s| {
                            let factor = right_y_factor(s) * power(s.beta(), s.m() - 1);
                            lines_15(s, &factor, &q(-1, 2))
                        }),
                    ],
                    ..OF_X
                },
            );
        },
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq15-factor",
        title: "factor of the integral over y",
        printed: "∫dy exp(−½β yᵀ(1 − B′)y) = √((2π)ᵐ/(β(1 − |B′|)))",
        conventions: &[
            "the factor in front of (15), that is x = 0 and f taken off; the values compared are −(1/β) ln of both sides",
            "B′ = BBᵀ",
        ],
        corrected: Some("∫dy exp(−½β yᵀ(1 − B′)y) = √((2π)ᵐ/(βᵐ|1 − B′|))"),
        wrong: Some(
            "determinant and power: |β(1 − B′)| = βᵐ|1 − B′|; 1 − |B′| is the determinant of 1 − B′ only for m = 1, and β stands for βᵐ",
        ),
        decide: |d| {
            decide(
                d,
                &Forms {
                    truth: |s| {
                        let mut value = yz_traced(&without_x(s));
                        value.weight_squared = value.weight_squared / deep_factor(s);
                        vec![value]
                    },
                    quadrature: |s| {
                        vec![quadrature(
                            &s.joint().weighted(R::one() / deep_factor(s)),
                            &without_x(s).x,
                        )]
                    },
                    printed: |s| vec![split(printed_y_factor(s), R::zero())],
                    corrected: Some(|s| {
                        let g = visible_constant(&s.machine, &tau()).expect("generic B");
                        vec![split(g / middle_constant(&s.machine, &tau()), R::zero())]
                    }),
                    mutants: &[
                        ("βᵐ(1 − |B′|)", |s| {
                            vec![split(
                                tau_over_beta(s, s.m(), s.m()) / one_minus_det(s),
                                R::zero(),
                            )]
                        }),
                        ("β|1 − B′|", |s| {
                            vec![split(
                                right_y_factor(s) * power(s.beta(), s.m() - 1),
                                R::zero(),
                            )]
                        }),
                        ("|1 − B′| upside down", |s| {
                            let ratio = tau_over_beta(s, s.m(), s.m());
                            vec![split(&ratio * &ratio / right_y_factor(s), R::zero())]
                        }),
                        ("|1 + B′|", |s| {
                            let plus =
                                one_minus(&induced_middle_coupling(&s.machine).scale(&q(-1, 1)));
                            vec![split(
                                tau_over_beta(s, s.m(), s.m()) / determinant(&plus),
                                R::zero(),
                            )]
                        }),
                    ],
                    ..OF_X
                },
            );
        },
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq15-sign",
        title: "sign of the induced coupling in p(x)",
        printed: "p(x) ∝ exp[−β(−a·x + ½xᵀA(1 − B′)⁻¹Aᵀx)]",
        conventions: &[
            "the factor in front is taken as right; it is decided under eq15-factor",
            "B′ = BBᵀ",
            VALUES,
        ],
        corrected: Some("p(x) ∝ exp[−β(−a·x − ½xᵀA(1 − B′)⁻¹Aᵀx)]"),
        wrong: Some(
            "sign: completing the square raises the weight, exp(+½JᵀM⁻¹J), so the induced energy is −½xᵀA′x",
        ),
        decide: |d| {
            decide(
                d,
                &Forms {
                    printed: |s| vec![visible(s, &q(1, 2))],
                    corrected: Some(|s| {
                        vec![
                            visible_hamiltonian(&s.machine, &tau())
                                .expect("generic B")
                                .at(&s.x),
                        ]
                    }),
                    mutants: VISIBLE_MUTANTS,
                    ..OF_X
                },
            );
        },
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq15-a-prime",
        title: "definition of A′",
        printed: "where we have defined A ≡ A(1 − B′)⁻¹Aᵀ",
        conventions: &[
            "read as it stands: the coefficient of ½xᵀ…x in the first line of (15) is A; an n×n matrix, so compared for m = n",
            "B′ = BBᵀ",
        ],
        corrected: Some("A′ ≡ A(1 − B′)⁻¹Aᵀ"),
        wrong: Some(
            "missing prime: the symbol defined is A′, which the second line of (15) uses; A itself is the n×m weight matrix and not equal to A(1 − B′)⁻¹Aᵀ",
        ),
        decide: definition_of_a_prime,
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq16",
        equation: Some("16"),
        title: "definition of H(x)",
        printed: "p(x) = Z⁻¹ e^{−βH(x)}",
        conventions: &["defines H(x), given p(x) and the Z of (2)"],
        definition: true,
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq17",
        equation: Some("17"),
        title: "H(x) after integrating both hidden layers",
        printed: "H(x) = g(β) − a·x + ½xᵀA′x",
        conventions: &[RIGHT_G, A_PRIME],
        corrected: Some("H(x) = g(β) − a·x − ½xᵀA′x"),
        wrong: Some("sign of the induced coupling: H(x) has −½xᵀA′x"),
        decide: |d| {
            decide(
                d,
                &Forms {
                    printed: |s| vec![visible(s, &q(1, 2))],
                    corrected: Some(|s| {
                        vec![
                            visible_hamiltonian(&s.machine, &tau())
                                .expect("generic B")
                                .at(&s.x),
                        ]
                    }),
                    mutants: VISIBLE_MUTANTS,
                    ..OF_X
                },
            );
        },
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq18",
        equation: Some("18"),
        title: "the constant g(β)",
        printed: "g(β) ≡ f(β) + (1/2β) ln(β(1 − |B′|)/(2π)ᵐ) = (1/2β) ln(β²(1 − |B′|)/(2π)^{p+m})",
        conventions: &[
            "decided as what (17) needs: g = H(x) at x = 0",
            RIGHT_F_AND_B,
        ],
        corrected: Some(
            "g(β) = f(β) + (1/2β) ln(βᵐ|1 − B′|/(2π)ᵐ) = (1/2β) ln(β^{p+m}|1 − B′|/(2π)^{p+m})",
        ),
        wrong: Some(
            "determinant and power: |1 − B′| is printed as 1 − |B′|, and βᵐ and β^{p+m} as β and β²",
        ),
        decide: |d| {
            decide(
                d,
                &Forms {
                    truth: |s| vec![yz_traced(&without_x(s)), yz_traced(&without_x(s))],
                    quadrature: |s| {
                        let g = quadrature(&s.joint(), &without_x(s).x);
                        vec![g, g]
                    },
                    printed: |s| {
                        let f = middle_constant(&s.machine, &tau());
                        constants(f * printed_y_factor(s), printed_g(s))
                    },
                    corrected: Some(|s| {
                        let f = middle_constant(&s.machine, &tau());
                        let g = visible_constant(&s.machine, &tau()).expect("generic B");
                        constants(f * right_y_factor(s), g)
                    }),
                    mutants: &[
                        ("sign of g", |s| {
                            let g = visible_constant(&s.machine, &tau()).expect("generic B");
                            constants(R::one() / &g, R::one() / g)
                        }),
                        ("powers put right, 1 − |B′| kept", |s| {
                            let k = s.p() + s.m();
                            let g = tau_over_beta(s, k, k) / one_minus_det(s);
                            constants(g.clone(), g)
                        }),
                        ("|1 − B′| put right, β² kept", |s| {
                            let g = printed_g(s) * one_minus_det(s) / stiffness_det(s);
                            constants(g.clone(), g)
                        }),
                        ("p + m → p + m − 1", |s| {
                            let k = s.p() + s.m() - 1;
                            let g = tau_over_beta(s, k, k) / stiffness_det(s);
                            constants(g.clone(), g)
                        }),
                    ],
                    ..OF_X
                },
            );
        },
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq18-second-member",
        title: "the two members of g(β) agree",
        printed: "f(β) + (1/2β) ln(β(1 − |B′|)/(2π)ᵐ) = (1/2β) ln(β²(1 − |B′|)/(2π)^{p+m})",
        conventions: &[
            "f as (8) prints it, (1/2β) ln(β/(2π)ᵖ): whether the misprints of (8) and (18) fit together",
        ],
        decide: |d| {
            let sum = |s: &Setting, f: R| vec![f * printed_y_factor(s)];
            let printed_f = |s: &Setting| tau_over_beta(s, s.p(), 1);
            for (scope, kind, cases) in [
                (SYMBOLIC_SCOPE, EvidenceKind::Symbolic, symbolic()),
                (RATIONAL_SCOPE, EvidenceKind::Rational, rational(d)),
            ] {
                d.on(scope, &cases, |s| sum(s, printed_f(s)))
                    .kind(kind)
                    .printed(|s| vec![printed_g(s)])
                    .mutant("f put right", |s| {
                        vec![printed_g(s) * tau_over_beta(s, s.p(), s.p()) / printed_f(s)]
                    })
                    .mutant("β² → β", |s| vec![printed_g(s) * s.beta()])
                    .mutant("(2π)^{p+m} → (2π)ᵖ", |s| {
                        vec![printed_g(s) / power(&tau(), s.m())]
                    })
                    .finish();
            }
        },
        ..BASE
    },
];

/// Equations for H(x): y and z are integrated.
pub(super) const OF_X: Forms<'static> = Forms {
    truth: |s| vec![yz_traced(s)],
    quadrature: |s| vec![quadrature(&s.joint(), &s.x)],
    integrated: |s| s.m() + s.p(),
    printed: |_| Vec::new(),
    corrected: None,
    mutants: &[],
    defined: everywhere,
};

/// Wrong variants of H(x).
pub(super) const VISIBLE_MUTANTS: &[(&str, Form)] = &[
    ("xᵀA′x without ½", |s| vec![visible(s, &q(-1, 1))]),
    ("xᵀA′x dropped", |s| vec![visible(s, &R::zero())]),
    ("(1 + B′)⁻¹", |s| {
        let plus = one_minus(&induced_middle_coupling(&s.machine).scale(&q(-1, 1)));
        let inverse = plus.inverse().expect("generic B");
        let source = apply(&s.machine.a().transpose(), &s.x);
        let mut value = visible(s, &R::zero());
        value.energy = value.energy - bilinear(&source, &inverse, &source) * q(1, 2);
        vec![value]
    }),
    ("BᵀB instead of BBᵀ where B is square", |s| {
        if s.m() == s.p() {
            let swapped = s.with_b(s.machine.b().transpose());
            vec![hamiltonian_of(&swapped, s)]
        } else {
            vec![visible(s, &q(-1, 2))]
        }
    }),
    ("sign of a", |s| {
        let mut value = visible(s, &q(-1, 2));
        value.energy = value.energy + s.ax() * q(2, 1);
        vec![value]
    }),
    ("β → β(1 + 10⁻⁹)", |s| {
        vec![hamiltonian_of(&s.warmer(), s)]
    }),
];

fn hamiltonian_of(machine: &GaussianDbm<R>, s: &Setting) -> SplitWeight<R> {
    visible_hamiltonian(machine, &tau())
        .expect("generic B")
        .at(&s.x)
}

/// `g − a·x + k xᵀA′x`, with the right g.
pub(super) fn visible(s: &Setting, k: &R) -> SplitWeight<R> {
    let g = visible_constant(&s.machine, &tau()).expect("generic B");
    split(g, x_energy(s, k))
}

/// `−a·x + k xᵀA′x`.
fn x_energy(s: &Setting, k: &R) -> R {
    let a_prime = induced_visible_coupling(&s.machine).expect("generic B");
    bilinear(&s.x, &a_prime, &s.x) * k - s.ax()
}

/// The same machine at x = 0.
pub(super) fn without_x(s: &Setting) -> Setting {
    Setting {
        x: vec![R::zero(); s.n()],
        ..s.clone()
    }
}

/// `(∫ e^{−½βzᵀz} dz)²`, one unit after the other.
fn deep_factor(s: &Setting) -> R {
    let p = s.p();
    let order: Vec<usize> = (0..p).collect();
    Hamiltonian::new(s.beta().clone(), vec![R::zero(); p], &Matrix::identity(p))
        .integrate_in_order(&order, &tau())
        .expect("the coefficients of z are one")
        .weight_squared()
        .clone()
}

/// `1 − |B′|`.
pub(super) fn one_minus_det(s: &Setting) -> R {
    R::one() - determinant(&induced_middle_coupling(&s.machine))
}

/// `|1 − B′|`.
fn stiffness_det(s: &Setting) -> R {
    determinant(&one_minus(&induced_middle_coupling(&s.machine)))
}

/// `(2π)ᵐ/(β(1 − |B′|))`.
fn printed_y_factor(s: &Setting) -> R {
    tau_over_beta(s, s.m(), 1) / one_minus_det(s)
}

/// `(2π)ᵐ/(βᵐ|1 − B′|)`.
fn right_y_factor(s: &Setting) -> R {
    tau_over_beta(s, s.m(), s.m()) / stiffness_det(s)
}

/// `e^{−2βg}` of the last member of (18): `(2π)^{p+m}/(β²(1 − |B′|))`.
pub(super) fn printed_g(s: &Setting) -> R {
    tau_over_beta(s, s.p() + s.m(), 2) / one_minus_det(s)
}

fn constants(first: R, second: R) -> Vec<SplitWeight<R>> {
    vec![split(first, R::zero()), split(second, R::zero())]
}

/// Both lines of (15), with the given square of the factor and coefficient of the induced coupling.
fn lines_15(s: &Setting, factor: &R, k: &R) -> Vec<SplitWeight<R>> {
    let weight = middle_constant(&s.machine, &tau()) * factor;
    let inverse = one_minus(&induced_middle_coupling(&s.machine))
        .inverse()
        .expect("generic B");
    let source = apply(&s.machine.a().transpose(), &s.x);
    let first = bilinear(&source, &inverse, &source) * k - s.ax();
    vec![split(weight.clone(), first), split(weight, x_energy(s, k))]
}

/// The integral over y of (14) at fixed x, with B′ and A multiplied by the given numbers.
fn y_integrated(s: &Setting, f: &R, b_factor: &R, a_factor: &R) -> SplitWeight<R> {
    let induced = induced_middle_coupling(&s.machine).scale(b_factor);
    let source = apply(&s.machine.a().scale(a_factor).transpose(), &s.x);
    Hamiltonian::new(s.beta().clone(), source, &one_minus(&induced))
        .raised(-s.ax())
        .weighted(f.clone())
        .integrate_block(0, &tau())
        .expect("generic B")
        .at(&[])
}

fn middle_m_and_j(docket: &mut Docket) {
    // −½yᵀMy + Jᵀy, to be compared with the part of −βH(x,y) that has y in it.
    let exponent = |s: &Setting, m: &Matrix<R>, j: &[R], scale: &R| {
        vec![(dot(j, &s.y) - bilinear(&s.y, m, &s.y) * q(1, 2)) * scale]
    };
    let stiff = |s: &Setting| one_minus(&induced_middle_coupling(&s.machine));
    let source = |s: &Setting| apply(&s.machine.a().transpose(), &s.x);
    for (scope, kind, cases) in [
        (SYMBOLIC_SCOPE, EvidenceKind::Symbolic, symbolic()),
        (RATIONAL_SCOPE, EvidenceKind::Rational, rational(docket)),
    ] {
        docket
            .on(scope, &cases, |s| {
                // H(x,y) by integrating z from (1), and its value at y = 0 taken off.
                let first = s.n() + s.m();
                let order: Vec<usize> = (first..first + s.p()).collect();
                let h = s
                    .joint()
                    .integrate_in_order(&order, &tau())
                    .expect("the coefficients of z are one");
                let without = [&s.x[..], &vec![R::zero(); s.m()]].concat();
                vec![(h.at(&without).energy - h.at(&s.xy()).energy) * s.beta()]
            })
            .kind(kind)
            .printed(|s| exponent(s, &stiff(s), &source(s), s.beta()))
            .printed(|s| {
                let h = middle_hamiltonian(&s.machine, &tau());
                let without = [&s.x[..], &vec![R::zero(); s.m()]].concat();
                vec![(h.at(&without).energy - h.at(&s.xy()).energy) * s.beta()]
            })
            .mutant("M = 1 − B′", |s| {
                exponent(
                    s,
                    &stiff(s).scale(&(R::one() / s.beta())),
                    &source(s),
                    s.beta(),
                )
            })
            .mutant("J = −βAᵀx", |s| {
                let j: Vec<R> = source(s).iter().map(|x| -x).collect();
                exponent(s, &stiff(s), &j, s.beta())
            })
            .mutant("M = β1", |s| {
                exponent(s, &Matrix::identity(s.m()), &source(s), s.beta())
            })
            .mutant("J = βAx where A is square", |s| {
                let j = if s.n() == s.m() {
                    apply(s.machine.a(), &s.x)
                } else {
                    source(s)
                };
                exponent(s, &stiff(s), &j, s.beta())
            })
            .finish();
    }
}

fn definition_of_a_prime(docket: &mut Docket) {
    // The coefficient of −½xᵀ…x in H(x), by integrating y and z from (1).
    let truth = |s: &Setting| -> Vec<R> {
        let h = super::setting::stepwise_visible(&s.machine);
        h.quadratic().scale(&q(-1, 1)).entries().to_vec()
    };
    let entries = |m: Matrix<R>| m.entries().to_vec();
    let a_prime = |s: &Setting| induced_visible_coupling(&s.machine).expect("generic B");
    let square = |mut cases: Vec<crate::ledger::Case<Setting>>| {
        cases.retain(|c| c.instance.n() == c.instance.m());
        cases
    };
    for (scope, kind, cases) in [
        (
            "numeric machines with n = m",
            EvidenceKind::Rational,
            square(super::setting::numeric(3, Setting::p)),
        ),
        (
            "n = m ≤ 2, p ≤ 2, with β, a, A and B as indeterminates",
            EvidenceKind::Symbolic,
            square(symbolic()),
        ),
    ] {
        docket
            .on(scope, &cases, truth)
            .kind(kind)
            .printed(|s| entries(s.machine.a().clone()))
            .corrected(|s| entries(a_prime(s)))
            .mutant("−A′", |s| entries(a_prime(s).scale(&q(-1, 1))))
            .mutant("A(1 − B′)Aᵀ", |s| {
                let a = s.machine.a();
                let stiff = one_minus(&induced_middle_coupling(&s.machine));
                let product = a.mul(&stiff).and_then(|m| m.mul(&a.transpose()));
                entries(product.expect("shapes fit"))
            })
            .mutant("AAᵀ", |s| {
                let a = s.machine.a();
                entries(a.mul(&a.transpose()).expect("shapes fit"))
            })
            .finish();
    }
}
