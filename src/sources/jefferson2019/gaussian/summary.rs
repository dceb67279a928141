//! Equations 19 to 22: the visible Hamiltonian by cumulants, and the document's summary.

use super::middle::{MIDDLE_MUTANTS, tau_over_beta};
use super::prior::Prior;
use super::setting::{
    Form, Forms, Hamiltonian, Indeterminates, R, RATIONAL_SCOPE, SYMBOLIC_SCOPE, Setting, apply,
    bilinear, decide, dot, enclose, energy, nearly_one, numeric, one_minus, q, quadrature,
    rational, split, stepwise_visible, symbolic, tau, yz_traced, z_traced,
};
use super::visible::{OF_X, printed_g, visible, without_x};
use crate::exact::gaussian_dbm::{
    SplitWeight, induced_middle_coupling, induced_visible_coupling, middle_constant,
    middle_hamiltonian, prior_cumulant_function, visible_constant, visible_hamiltonian,
};
use crate::ledger::{Case, Claim, Docket, EvidenceKind, Source};
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

const RIGHT_CONSTANTS: &str =
    "f and g are the constants that make (7) and (17) right; (8), (18) and (22) are decided apart";

pub(super) const CLAIMS: &[Claim] = &[
    Claim {
        id: "jefferson2019-eq19",
        equation: Some("19"),
        title: "cumulant generating function of both hidden layers",
        printed: "with t = βxᵀA(1 − B′)^{−1/2}: K_z(t) = (β/2) xᵀA(1 − B′)⁻¹Aᵀx",
        conventions: &[
            "B′ = BBᵀ; K_z(t) = ln⟨e^{t·w}⟩ under the normalised Gaussian prior",
            "the prior is taken over as many units as t has components, m; that the text takes m + p is decided under eq19-components",
        ],
        decide: cumulant_function_of_hidden_layers,
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq19-components",
        title: "components of t",
        printed: "the prior has the form (9) with z → w ∈ {y,z} and p → m + p; K_z is of the form (10) with t = βxᵀA(1 − B′)^{−1/2}",
        conventions: &[
            "t·w needs one component of t for each unit of w; compared are their number and ln⟨e^{t·w}⟩",
        ],
        corrected: Some(
            "t = (βxᵀA(1 − B′)^{−1/2}, 0) with p zeros for m + p units, or p → m instead of p → m + p",
        ),
        wrong: Some(
            "wrong set of units: t has m components, one for each middle unit, but the prior over w = (y, z) has m + p units",
        ),
        decide: components_of_t,
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq19-transpose",
        title: "symmetry of B′ and of the inverse",
        printed: "since B′ᵀ = B′, the inverse matrix (1 − B′)⁻¹ is also invariant under the transpose",
        conventions: &[
            "B′ = BBᵀ, as (7) and (21) have it; with the indices of (8) as printed, B′ = B² is not symmetric",
        ],
        decide: inverse_is_symmetric,
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq20",
        equation: Some("20"),
        title: "H(x) by the cumulant generating function",
        printed: "H(x) = g(β) − a·x + (1/β) K_z(t)",
        conventions: &["K_z(t) is (19)", RIGHT_CONSTANTS],
        corrected: Some("H(x) = g(β) − a·x − (1/β) K_z(t)"),
        wrong: Some("sign: −(1/β) ln⟨…⟩ enters the Hamiltonian, as in (12)"),
        decide: |d| {
            decide(
                d,
                &Forms {
                    printed: |s| vec![visible_by_cumulants(s, &R::one())],
                    corrected: Some(|s| vec![visible_by_cumulants(s, &q(-1, 1))]),
                    mutants: &[
                        ("K without 1/β", |s| {
                            vec![visible_by_cumulants(s, &(-s.beta()))]
                        }),
                        ("K dropped", |s| vec![visible_by_cumulants(s, &R::zero())]),
                        ("½K", |s| vec![visible_by_cumulants(s, &q(-1, 2))]),
                        ("K → (1 + 10⁻⁹)K", |s| {
                            vec![visible_by_cumulants(s, &(-nearly_one()))]
                        }),
                    ],
                    ..OF_X
                },
            );
        },
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq20-recovers-eq17",
        title: "the second cumulant of (20) gives (17)",
        printed: "only the second cumulant survives in the expansion, and we indeed recover (17)",
        conventions: &[
            "whether (20) with (19) is (17), both as printed; the sign of the induced coupling, wrong in both, is decided under eq17 and eq20",
            RIGHT_CONSTANTS,
        ],
        decide: |d| {
            let parts = |v: SplitWeight<R>| vec![v.weight_squared, v.energy];
            for (scope, kind, cases) in [
                (SYMBOLIC_SCOPE, EvidenceKind::Symbolic, symbolic()),
                (RATIONAL_SCOPE, EvidenceKind::Rational, rational(d)),
            ] {
                d.on(scope, &cases, |s| parts(visible(s, &q(1, 2))))
                    .kind(kind)
                    .printed(|s| parts(visible_by_cumulants(s, &R::one())))
                    .mutant("sign of (20) put right only", |s| {
                        parts(visible_by_cumulants(s, &q(-1, 1)))
                    })
                    .mutant("κ₂t² without ½", |s| {
                        parts(visible_by_cumulants(s, &q(2, 1)))
                    })
                    .mutant("power of β", |s| parts(visible_by_cumulants(s, s.beta())))
                    .finish();
            }
        },
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq21",
        equation: Some("21"),
        title: "summary of the flow",
        printed: "H(x,y,z) = −a·x + ½(yᵀy + zᵀz) − xᵀAy − yᵀBz; H(x,y) = f − a·x + ½yᵀ(1 − BBᵀ)y − xᵀAy; H(x) = g − a·x + ½xᵀA(1 − BBᵀ)⁻¹Aᵀx; each p = Z⁻¹e^{−βH}",
        conventions: &[
            "the components are the three Hamiltonians in this order",
            RIGHT_CONSTANTS,
        ],
        corrected: Some("H(x) = g − a·x − ½xᵀA(1 − BBᵀ)⁻¹Aᵀx; the other lines as printed"),
        wrong: Some("sign of the induced coupling in the last line: H(x) has −½xᵀA(1 − BBᵀ)⁻¹Aᵀx"),
        decide: |d| {
            decide(
                d,
                &Forms {
                    truth: |s| vec![s.joint().at(&s.xyz()), z_traced(s), yz_traced(s)],
                    quadrature: |s| {
                        vec![
                            energy(s.beta(), &s.joint().at(&s.xyz())),
                            quadrature(&s.joint(), &s.xy()),
                            quadrature(&s.joint(), &s.x),
                        ]
                    },
                    printed: |s| summary_lines(s, &visible(s, &q(1, 2))),
                    corrected: Some(|s| {
                        let h = visible_hamiltonian(&s.machine, &tau()).expect("generic B");
                        summary_lines(s, &h.at(&s.x))
                    }),
                    mutants: &[
                        ("H(x) with (1 − BᵀB)⁻¹ where B is square", |s| {
                            let b = s.machine.b();
                            let machine = if s.m() == s.p() {
                                s.with_b(b.transpose())
                            } else {
                                s.machine.clone()
                            };
                            let h = visible_hamiltonian(&machine, &tau()).expect("generic B");
                            summary_lines(s, &h.at(&s.x))
                        }),
                        ("induced coupling dropped", |s| {
                            summary_lines(s, &visible(s, &R::zero()))
                        }),
                        ("xᵀA′x without ½", |s| {
                            summary_lines(s, &visible(s, &q(-1, 1)))
                        }),
                        ("β → β(1 + 10⁻⁹) in g", |s| {
                            let mut h = visible(s, &q(-1, 2));
                            h.weight_squared =
                                visible_constant(&s.warmer(), &tau()).expect("generic B");
                            summary_lines(s, &h)
                        }),
                    ],
                    ..OF_X
                },
            );
        },
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq21-middle",
        title: "H(x,y) in the summary",
        printed: "H(x,y) = f(β) − a·x + ½yᵀ(1 − BBᵀ)y − xᵀAy",
        conventions: &[RIGHT_CONSTANTS],
        decide: |d| {
            decide(
                d,
                &Forms {
                    truth: |s| vec![z_traced(s)],
                    quadrature: |s| vec![quadrature(&s.joint(), &s.xy())],
                    integrated: Setting::p,
                    printed: |s| vec![middle_hamiltonian(&s.machine, &tau()).at(&s.xy())],
                    corrected: None,
                    mutants: MIDDLE_MUTANTS,
                    ..OF_X
                },
            );
        },
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq22",
        equation: Some("22"),
        title: "f(β) and g(β) in the summary",
        printed: "f(β) = (1/2β) ln(β/(2π)ᵖ), g(β) = −(1/2β) ln(β²(1 − |BBᵀ|)/(2π)^{p+m})",
        conventions: &[
            "decided as what (21) needs: f = H(x,y) and g = H(x) at the origin; component 0 is f, component 1 is g",
        ],
        corrected: Some(
            "f(β) = (1/2β) ln(βᵖ/(2π)ᵖ), g(β) = +(1/2β) ln(β^{p+m}|1 − BBᵀ|/(2π)^{p+m})",
        ),
        wrong: Some(
            "sign, determinant and powers: g carries a minus that (18) does not have, |1 − BBᵀ| is printed as 1 − |BBᵀ|, and βᵖ and β^{p+m} as β and β²",
        ),
        decide: |d| {
            decide(
                d,
                &Forms {
                    truth: origin_constants,
                    quadrature: |s| {
                        let origin = vec![R::zero(); s.n() + s.m()];
                        vec![
                            quadrature(&s.joint(), &origin),
                            quadrature(&s.joint(), &without_x(s).x),
                        ]
                    },
                    printed: |s| both(tau_over_beta(s, s.p(), 1), R::one() / printed_g(s)),
                    corrected: Some(right_constants),
                    mutants: CONSTANT_MUTANTS,
                    ..OF_X
                },
            );
        },
        ..BASE
    },
    Claim {
        id: "jefferson2019-eq22-g-sign",
        title: "g(β) in the summary and where it is defined",
        printed: "g(β) of (18) is −(1/2β) ln(β²(1 − |BBᵀ|)/(2π)^{p+m})",
        conventions: &[
            "(22) against (18), both as printed: whether the summary repeats the definition",
        ],
        corrected: Some("g(β) of (18) is +(1/2β) ln(β²(1 − |BBᵀ|)/(2π)^{p+m})"),
        wrong: Some("overall sign: (22) gives minus the g that (18) defines"),
        decide: |d| {
            let constant = |w: R| split(w, R::zero());
            d.on("numeric machines", &numeric(3, |s| s.m() + s.p()), |s| {
                energy(s.beta(), &constant(printed_g(s)))
            })
            .printed(|s| energy(s.beta(), &constant(R::one() / printed_g(s))))
            .corrected(|s| energy(s.beta(), &constant(printed_g(s))))
            .finish();
            d.on(SYMBOLIC_SCOPE, &symbolic(), |s| {
                // The first member of (18), with f as (8) prints it.
                let f = tau_over_beta(s, s.p(), 1);
                let b = induced_middle_coupling(&s.machine);
                let det = super::setting::determinant(&b);
                f * tau_over_beta(s, s.m(), 1) / (R::one() - det)
            })
            .printed(|s| R::one() / printed_g(s))
            .corrected(printed_g)
            .mutant("β² → β", |s| printed_g(s) * s.beta())
            .mutant("|1 − BBᵀ|", |s| {
                let b = induced_middle_coupling(&s.machine);
                printed_g(s) * (R::one() - super::setting::determinant(&b))
                    / super::setting::determinant(&one_minus(&b))
            })
            .mutant("(2π)^{p+m} → (2π)ᵖ", |s| {
                printed_g(s) / super::setting::power(&tau(), s.m())
            })
            .finish();
        },
        ..BASE
    },
    Claim {
        id: "jefferson2019-text-1d-decimation",
        title: "the machine as decimation on a 1d lattice",
        printed: "Gaussian units aside, the above is essentially nothing more than real-space decimation RG on a 1d lattice",
        conventions: &[
            "read as: the layers are the sites x – y – z of an open chain; decimating the even site y leaves a chain x – z whose only coupling between sites is xᵀ(AB)z, and the rest of the flow then gives the H(x) of the layer-by-layer one",
            "\"essentially\" and the change from Gaussian units to spins are not decided",
            RIGHT_CONSTANTS,
        ],
        decide: |d| {
            decide(
                d,
                &Forms {
                    truth: |s| vec![layer_by_layer(s)],
                    printed: |s| vec![decimated(s, &R::one(), &R::one(), &R::one())],
                    corrected: None,
                    mutants: &[
                        ("no coupling between x and z", |s| {
                            vec![decimated(s, &R::zero(), &R::one(), &R::one())]
                        }),
                        ("2AB", |s| {
                            vec![decimated(s, &q(2, 1), &R::one(), &R::one())]
                        }),
                        ("no induced coupling within z", |s| {
                            vec![decimated(s, &R::one(), &R::zero(), &R::one())]
                        }),
                        ("no induced coupling within x", |s| {
                            vec![decimated(s, &R::one(), &R::one(), &R::zero())]
                        }),
                    ],
                    ..OF_X
                },
            );
        },
        ..BASE
    },
];

/// A machine with an exact inverse square root of `1 − BBᵀ`.
struct Rooted {
    machine: GaussianDbm<R>,
    root: Matrix<R>,
    x: Vec<R>,
}

impl Rooted {
    /// `B = O diag(2s/(1 + s²))` and `(1 − BBᵀ)^{−1/2} = O diag((1 + s²)/(1 − s²)) Oᵀ`, with the
    /// rotation O of half-angle tangent u in two dimensions.
    fn new(beta: R, fields: Vec<R>, a: Matrix<R>, s: &[R], u: &R, x: Vec<R>) -> Self {
        let m = s.len();
        let one = R::one();
        let (c, w) = (&one - u * u, u * q(2, 1));
        let norm = &one + u * u;
        let rotation = Matrix::from_fn(m, m, |i, j| match (m, i, j) {
            (1, _, _) => one.clone(),
            (_, 0, 1) => -(&w / &norm),
            (_, 1, 0) => &w / &norm,
            _ => &c / &norm,
        });
        let diagonal = |f: &dyn Fn(&R) -> R| {
            Matrix::from_fn(m, m, |i, j| if i == j { f(&s[i]) } else { R::zero() })
        };
        let b = rotation.mul(&diagonal(&|s| s * q(2, 1) / (&one + s * s)));
        let root = rotation
            .mul(&diagonal(&|s| (&one + s * s) / (&one - s * s)))
            .and_then(|r| r.mul(&rotation.transpose()));
        Self {
            machine: GaussianDbm::new(beta, fields, a, b.expect("square"))
                .expect("no layer is empty"),
            root: root.expect("square"),
            x,
        }
    }
    /// `t = βxᵀA(1 − B′)^{−1/2}`, with `zeros` zeros after it.
    fn t(&self, zeros: usize) -> Vec<R> {
        let source = apply(&self.machine.a().transpose(), &self.x);
        let mut t: Vec<R> = apply(&self.root.transpose(), &source)
            .iter()
            .map(|v| v * self.machine.beta())
            .collect();
        t.resize(t.len() + zeros, R::zero());
        t
    }
    fn prior(&self) -> Prior {
        Prior {
            beta: self.machine.beta().clone(),
            t: self.t(0),
        }
    }
    /// `(β/2) xᵀA(1 − B′)⁻¹Aᵀx`.
    fn right_side(&self) -> R {
        let a_prime = induced_visible_coupling(&self.machine).expect("generic B");
        bilinear(&self.x, &a_prime, &self.x) * self.machine.beta() * q(1, 2)
    }
    /// Entries of `((1 − B′)^{−1/2})² (1 − BBᵀ)`, the identity if t is what the text says.
    fn root_check(&self) -> Vec<R> {
        let stiff = one_minus(&induced_middle_coupling(&self.machine));
        let square = self.root.mul(&self.root).and_then(|r| r.mul(&stiff));
        square.expect("square").entries().to_vec()
    }
}

fn rooted(label: &str, size: usize, value: Rooted) -> Case<Rooted> {
    Case::new(size, label, value)
}

fn numeric_roots() -> Vec<Case<Rooted>> {
    let vector = |list: &[i64]| list.iter().map(|&v| q(v, 2)).collect::<Vec<R>>();
    let signs = |list: &[i64]| list.iter().map(|&v| R::integer(v)).collect::<Vec<R>>();
    let matrix = |rows: usize, list: &[i64]| {
        Matrix::new(rows, list.len() / rows, vector(list)).expect("whole rows")
    };
    vec![
        rooted(
            "n = 1, m = 1, p = 1: β = 1, A = 1, B = 3/5, x = 1",
            3,
            Rooted::new(
                q(1, 1),
                vector(&[0]),
                matrix(1, &[2]),
                &[q(1, 3)],
                &R::zero(),
                signs(&[1]),
            ),
        ),
        rooted(
            "n = 2, m = 1, p = 1: β = 3/2, A = (1, −1/2), B = 4/5, x = (1, −1)",
            4,
            Rooted::new(
                q(3, 2),
                vector(&[1, 0]),
                matrix(2, &[2, -1]),
                &[q(1, 2)],
                &R::zero(),
                signs(&[1, -1]),
            ),
        ),
        rooted(
            "n = 2, m = 2, p = 2: β = 2, A = ((1, 1/2), (−1/2, 3/2)), B a rotation times diag(3/5, 5/13), x = (1, −1)",
            6,
            Rooted::new(
                q(2, 1),
                vector(&[1, -1]),
                matrix(2, &[2, 1, -1, 3]),
                &[q(1, 3), q(1, 5)],
                &q(1, 2),
                signs(&[1, -1]),
            ),
        ),
    ]
}

fn symbolic_roots() -> Vec<Case<Rooted>> {
    [(1, 1), (2, 1), (1, 2), (2, 2)]
        .iter()
        .map(|&(n, m)| {
            let mut new = Indeterminates::new();
            let value = Rooted::new(
                new.next(),
                new.vector(n),
                new.matrix(n, m),
                &new.vector(m),
                &new.next(),
                new.vector(n),
            );
            rooted(
                &format!("n = {n}, m = p = {m}, indeterminate"),
                100 + n + m,
                value,
            )
        })
        .collect()
}

const ROOT_SCOPE: &str = "n ≤ 2, m = p ≤ 2, B = O·diag(2s/(1+s²)) so that (1 − BBᵀ)^{1/2} is rational; β, A, O, s, x as indeterminates";

fn cumulant_function_of_hidden_layers(docket: &mut Docket) {
    docket
        .on(
            "trapezoidal rule with error bound, m ≤ 2",
            &numeric_roots(),
            |r| r.prior().truth_numeric(),
        )
        .printed(|r| enclose(&r.right_side()))
        .finish();
    let form = |r: &Rooted, k: R| {
        let mut values = vec![R::one(), k];
        values.extend(r.root_check());
        values
    };
    docket
        .on(ROOT_SCOPE, &symbolic_roots(), |r| {
            let mut values = r.prior().truth();
            values.extend(
                Matrix::<R>::identity(r.machine.n_middle())
                    .entries()
                    .iter()
                    .cloned(),
            );
            values
        })
        .printed(|r| form(r, r.right_side()))
        .mutant("sign", |r| form(r, -r.right_side()))
        .mutant("½ instead of β/2", |r| {
            form(r, r.right_side() / r.machine.beta())
        })
        .mutant("(1 − B′) instead of its inverse", |r| {
            let source = apply(&r.machine.a().transpose(), &r.x);
            let stiff = one_minus(&induced_middle_coupling(&r.machine));
            form(
                r,
                bilinear(&source, &stiff, &source) * r.machine.beta() * q(1, 2),
            )
        })
        .mutant("β → β(1 + 10⁻⁹)", |r| {
            form(r, r.right_side() * nearly_one())
        })
        .finish();
}

fn components_of_t(docket: &mut Docket) {
    // The number of hidden units in the joint Hamiltonian, and what they add to −βH(x).
    let truth = |r: &Rooted| {
        let machine = &r.machine;
        let h = stepwise_visible(machine).at(&r.x);
        let units = Hamiltonian::joint(machine).n_variables() - machine.n_visible();
        vec![
            R::integer(units as i64),
            -(h.energy + dot(machine.fields(), &r.x)) * machine.beta(),
        ]
    };
    let form = |r: &Rooted, zeros: usize, scale: R| {
        let t: Vec<R> = r.t(zeros).iter().map(|v| v * &scale).collect();
        vec![
            R::integer(t.len() as i64),
            prior_cumulant_function(r.machine.beta(), &t),
        ]
    };
    for (scope, kind, cases) in [
        ("numeric machines", EvidenceKind::Rational, numeric_roots()),
        (ROOT_SCOPE, EvidenceKind::Symbolic, symbolic_roots()),
    ] {
        docket
            .on(scope, &cases, truth)
            .kind(kind)
            .printed(|r| form(r, 0, R::one()))
            .corrected(|r| form(r, r.machine.n_deep(), R::one()))
            .mutant("one zero too many", |r| {
                form(r, r.machine.n_deep() + 1, R::one())
            })
            .mutant("2t", |r| form(r, r.machine.n_deep(), q(2, 1)))
            .mutant("t/β", |r| {
                form(r, r.machine.n_deep(), q(2, 3) / r.machine.beta())
            })
            .finish();
    }
}

fn inverse_is_symmetric(docket: &mut Docket) {
    // With A = 1 the quadratic part of H(x) is −(1 − BBᵀ)⁻¹.
    let with_unit_a = |s: &Setting| {
        let m = s.m();
        GaussianDbm::new(
            s.beta().clone(),
            vec![R::zero(); m],
            Matrix::identity(m),
            s.machine.b().clone(),
        )
        .expect("no layer is empty")
    };
    let entries = |b: &Matrix<R>, inverse: &Matrix<R>| [b.entries(), inverse.entries()].concat();
    let inverse_of = |b: &Matrix<R>| one_minus(b).inverse().expect("generic B");
    for (scope, kind, cases) in [
        (SYMBOLIC_SCOPE, EvidenceKind::Symbolic, symbolic()),
        (RATIONAL_SCOPE, EvidenceKind::Rational, rational(docket)),
    ] {
        docket
            .on(scope, &cases, |s| {
                let h = stepwise_visible(&with_unit_a(s));
                let b = s.machine.b();
                let product = b.mul(&b.transpose()).expect("shapes fit");
                entries(&product, &h.quadratic().scale(&q(-1, 1)))
            })
            .kind(kind)
            .printed(|s| {
                let b = induced_middle_coupling(&s.machine);
                entries(&b.transpose(), &inverse_of(&b).transpose())
            })
            .mutant("(1 + B′)⁻¹", |s| {
                let b = induced_middle_coupling(&s.machine);
                entries(&b, &inverse_of(&b.scale(&q(-1, 1))).transpose())
            })
            .mutant("B′ = B², where B is square", |s| {
                let b = s.machine.b();
                let b = b
                    .mul(b)
                    .unwrap_or_else(|_| induced_middle_coupling(&s.machine));
                entries(&b.transpose(), &inverse_of(&b).transpose())
            })
            .mutant("−(1 − B′)⁻¹", |s| {
                let b = induced_middle_coupling(&s.machine);
                entries(&b, &inverse_of(&b).scale(&q(-1, 1)))
            })
            .finish();
    }
}

/// `g − a·x + k (1/β) K_z(t)` with K by the second cumulant of t·t = β² xᵀA(1 − B′)⁻¹Aᵀx.
fn visible_by_cumulants(s: &Setting, k: &R) -> SplitWeight<R> {
    let inverse = one_minus(&induced_middle_coupling(&s.machine))
        .inverse()
        .expect("generic B");
    let source = apply(&s.machine.a().transpose(), &s.x);
    let t_squared = bilinear(&source, &inverse, &source) * s.beta() * s.beta();
    // K is t·t/(2β): that of one unit, times t·t.
    let generated = prior_cumulant_function(s.beta(), &[R::one()]) * t_squared;
    let g = visible_constant(&s.machine, &tau()).expect("generic B");
    split(g, k * generated / s.beta() - s.ax())
}

fn summary_lines(s: &Setting, last: &SplitWeight<R>) -> Vec<SplitWeight<R>> {
    vec![
        s.joint().at(&s.xyz()),
        middle_hamiltonian(&s.machine, &tau()).at(&s.xy()),
        last.clone(),
    ]
}

fn both(f: R, g: R) -> Vec<SplitWeight<R>> {
    vec![split(f, R::zero()), split(g, R::zero())]
}

fn origin_constants(s: &Setting) -> Vec<SplitWeight<R>> {
    let origin = Setting {
        x: vec![R::zero(); s.n()],
        y: vec![R::zero(); s.m()],
        ..s.clone()
    };
    vec![z_traced(&origin), yz_traced(&origin)]
}

fn right_constants(s: &Setting) -> Vec<SplitWeight<R>> {
    both(
        middle_constant(&s.machine, &tau()),
        visible_constant(&s.machine, &tau()).expect("generic B"),
    )
}

const CONSTANT_MUTANTS: &[(&str, Form)] = &[
    ("sign of g", |s| {
        let g = visible_constant(&s.machine, &tau()).expect("generic B");
        both(middle_constant(&s.machine, &tau()), R::one() / g)
    }),
    ("f and g swapped", |s| {
        let g = visible_constant(&s.machine, &tau()).expect("generic B");
        both(g, middle_constant(&s.machine, &tau()))
    }),
    ("sign of (22) put right only", |s| {
        both(tau_over_beta(s, s.p(), 1), printed_g(s))
    }),
    ("β → β(1 + 10⁻⁹)", |s| {
        let g = visible_constant(&s.warmer(), &tau()).expect("generic B");
        both(middle_constant(&s.machine, &tau()), g)
    }),
];

/// H(x), z first and then y, one variable after the other.
fn layer_by_layer(s: &Setting) -> SplitWeight<R> {
    let order: Vec<usize> = (s.n()..s.n() + s.m() + s.p()).rev().collect();
    s.joint()
        .integrate_in_order(&order, &tau())
        .expect("generic B")
        .at(&s.x)
}

/// The chain x – z that is left when y is decimated, and then z integrated:
/// `H(x,z) = const − a·x − ½xᵀAAᵀx + ½zᵀ(1 − BᵀB)z − xᵀ(AB)z`, each induced term with a factor.
fn decimated(s: &Setting, between: &R, within_z: &R, within_x: &R) -> SplitWeight<R> {
    let (n, p) = (s.n(), s.p());
    let (a, b) = (s.machine.a(), s.machine.b());
    let ab = a.mul(b).expect("shapes fit").scale(between);
    let aa = a.mul(&a.transpose()).expect("shapes fit").scale(within_x);
    let bb = b.transpose().mul(b).expect("shapes fit").scale(within_z);
    let stiff = one_minus(&bb);
    let mut linear = s.machine.fields().to_vec();
    linear.resize(n + p, R::zero());
    let quadratic = Matrix::from_fn(n + p, n + p, |i, j| match (i < n, j < n) {
        (true, true) => -&aa[(i, j)],
        (true, false) => -&ab[(i, j - n)],
        (false, true) => -&ab[(j, i - n)],
        (false, false) => stiff[(i - n, j - n)].clone(),
    });
    Hamiltonian::new(s.beta().clone(), linear, &quadratic)
        .weighted(tau_over_beta(s, s.m(), s.m()))
        .integrate_block(n, &tau())
        .expect("generic B")
        .at(&s.x)
}
