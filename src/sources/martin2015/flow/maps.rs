//! Flow maps: repeated application, the linear example, and the spectral expansion near a fixed point.

use crate::ledger::{Case, Claim, Comparison, Docket, EvidenceKind, Form, Source, Value};
use crate::numeric::Enclosure;
use crate::rg::{ReducedBond, decimate_reduced};
use crate::symbolic::{Field, Matrix};
use num_rational::BigRational;
use num_traits::{One, Zero};

pub(super) const FLOW_MAP: Claim = Claim {
    id: "martin2015-flow-map",
    source: Source::Martin2015,
    title: "flow map",
    printed: "f(X) → X",
    conventions: &["what f is wanted to do, and its name"],
    definition: true,
    ..Claim::BLANK
};

pub(super) const FIXED_POINT: Claim = Claim {
    id: "martin2015-fixed-point",
    source: Source::Martin2015,
    title: "repeated application converges to a fixed point",
    printed: "lim_n fⁿ(fⁿ⁻¹(⋯(f¹(f⁰(X))))) → f_∞(X)",
    conventions: &[
        "the superscript numbers the maps and is no power; one closing parenthesis is missing in print",
        "f_∞(X) is a fixed point: f(f_∞(X)) = f_∞(X)",
    ],
    assumptions: &["the document hopes for convergence and gives no condition"],
    condition: Some(
        "all maps are one and the same, and it is a contraction (such as decimation of the Ising chain in e^{4K}, which contracts by 1/4 towards K = 0)",
    ),
    decide: fixed_point,
    ..Claim::BLANK
};

pub(super) const LINEAR_FLOW_MAP: Claim = Claim {
    id: "martin2015-linear-flow-map",
    source: Source::Martin2015,
    title: "linear flow map of archetypes",
    printed: "X → CX, f(X) ~ CX, C non-negative, of low rank |C| ≪ |X|",
    conventions: &[
        "rows of X are instances; |C| is the number of archetypes, the rank of C, and |X| the number of instances",
        "f(X) → X is reached when CX = X",
    ],
    assumptions: &[
        "a few instances are archetypes that define the convex hull of the data, as the document says",
    ],
    decide: linear_flow_map,
    ..Claim::BLANK
};

pub(super) const SPECTRAL_EXPANSION: Claim = Claim {
    id: "martin2015-spectral-expansion",
    source: Source::Martin2015,
    title: "spectral expansion of the linear operator",
    printed: "L(X) = Σ_i λ_i v̂_i ~ λ₀ v̂₀ + λ₁ v̂₁ + ⋯",
    conventions: &["λ_i, v̂_i are eigenvalues and orthonormal eigenvectors of a symmetric L"],
    corrected: Some("L(X) = Σ_i λ_i v̂_i (v̂_iᵀ X), that is L = Σ_i λ_i v̂_i v̂_iᵀ"),
    wrong: Some(
        "missing term: the projection v̂_iᵀX of the data on each eigenvector is left out, so that the printed sum is a vector that does not depend on X",
    ),
    decide: spectral_expansion,
    ..Claim::BLANK
};

fn q(n: i64, d: i64) -> BigRational {
    BigRational::new(n.into(), d.into())
}

/// A map of the plane, or of the line with a second coordinate that stays zero.
#[derive(Clone, Copy, Debug)]
enum Map {
    /// `e^{4K}` under decimation without a field.
    Decimation,
    /// `x → (M x)/d + b/d` in integers.
    Affine([[i64; 2]; 2], i64, [i64; 2]),
    /// Two maps in turn: `x → x/2` and `x → x/2 + 1`.
    Alternating,
}

impl Map {
    fn apply<T: Field>(self, n: usize, x: &[T], number: &impl Fn(i64, i64) -> T) -> Vec<T> {
        match self {
            Self::Decimation => {
                let bond = ReducedBond {
                    k4: x[0].clone(),
                    h2: T::one(),
                };
                vec![decimate_reduced(&bond).0.k4, T::zero()]
            }
            Self::Affine(m, d, b) => (0..2)
                .map(|i| {
                    number(m[i][0], d) * x[0].clone()
                        + number(m[i][1], d) * x[1].clone()
                        + number(b[i], d)
                })
                .collect(),
            Self::Alternating => vec![
                number(1, 2) * x[0].clone() + number((n % 2) as i64, 1),
                T::zero(),
            ],
        }
    }

    /// A factor below one by which the map shrinks distances in the largest coordinate, if it does.
    fn contraction(self) -> Option<BigRational> {
        match self {
            // dq′/dq = (1 − 1/q²)/4 for q ≥ 1
            Self::Decimation => Some(q(1, 4)),
            Self::Affine(m, d, _) => {
                let norm = m.iter().map(|r| r[0].abs() + r[1].abs()).max()?;
                (norm < d).then(|| q(norm, d))
            }
            Self::Alternating => None,
        }
    }
}

/// The limit of the iteration, if there is one.
enum Limit {
    /// Enclosed, with the contraction principle's bound of the distance.
    At(Vec<Enclosure>),
    /// The orbit returns to an earlier point without resting there, or its steps grow.
    Nowhere(String),
}

fn iterated(map: Map, start: &[BigRational]) -> Limit {
    if let Some(c) = map.contraction() {
        let number = |n, d| Enclosure::from_rational(&q(n, d));
        let mut x: Vec<Enclosure> = start.iter().map(Enclosure::from_rational).collect();
        for n in 0..120 {
            x = map.apply(n, &x, &number);
        }
        let next = map.apply(120, &x, &number);
        let step = x
            .iter()
            .zip(&next)
            .map(|(a, b)| (*a - *b).magnitude())
            .fold(0.0, f64::max);
        let distance = Enclosure::exact(step) / (number(1, 1) - Enclosure::from_rational(&c));
        let limit = x
            .into_iter()
            .map(|x| x + Enclosure::around(0.0, distance.hi()));
        return Limit::At(limit.collect());
    }
    let mut orbit = vec![start.to_vec()];
    for n in 0..12 {
        let next = map.apply(n, &orbit[n], &q);
        if next == orbit[n] {
            let point = next.iter().map(Enclosure::from_rational);
            return Limit::At(point.collect());
        }
        orbit.push(next);
    }
    let shown: Vec<String> = orbit.iter().take(5).map(Value::show).collect();
    Limit::Nowhere(format!("no limit: X, f(X), … = {}, …", shown.join(", ")))
}

fn fixed_point(docket: &mut Docket) {
    let scope = "maps of the line and the plane";
    let list = [
        (
            "decimation of the Ising chain from e^{4K} = 16",
            Map::Decimation,
            [q(16, 1), q(0, 1)],
        ),
        (
            "x → Mx/12 + b/12, M = (6 3; 0 4), b = (1, 2)",
            Map::Affine([[6, 3], [0, 4]], 12, [1, 2]),
            [q(5, 1), q(-7, 1)],
        ),
        (
            "projection on the first axis",
            Map::Affine([[1, 0], [0, 0]], 1, [0, 0]),
            [q(3, 1), q(2, 1)],
        ),
        (
            "x → −x",
            Map::Affine([[-1, 0], [0, 0]], 1, [0, 0]),
            [q(1, 1), q(0, 1)],
        ),
        (
            "rotation by a right angle",
            Map::Affine([[0, -1], [1, 0]], 1, [0, 0]),
            [q(1, 1), q(0, 1)],
        ),
        (
            "x → 2x",
            Map::Affine([[2, 0], [0, 0]], 1, [0, 0]),
            [q(1, 1), q(0, 1)],
        ),
        (
            "f⁰(x) = x/2 and f¹(x) = x/2 + 1 in turn, each a contraction",
            Map::Alternating,
            [q(4, 3), q(0, 1)],
        ),
    ];
    let number = |n, d| Enclosure::from_rational(&q(n, d));
    let mut limits = Vec::new();
    for (size, (label, map, start)) in (1..).zip(list) {
        let size = if label == "x → −x" { 0 } else { size };
        match iterated(map, &start) {
            Limit::At(point) => {
                let form = if map.contraction().is_some() {
                    Form::Conditional
                } else {
                    Form::Printed
                };
                let comparison = map.apply(0, &point, &number).compare(&point);
                docket.check(
                    form,
                    EvidenceKind::Enclosure,
                    scope,
                    size,
                    label,
                    &comparison,
                );
                if form == Form::Conditional {
                    limits.push((map, point));
                }
            }
            Limit::Nowhere(orbit) => {
                let comparison = Comparison::Differs {
                    left: orbit,
                    right: "a limit X with f(X) = X".to_owned(),
                };
                docket.check(
                    Form::Printed,
                    EvidenceKind::Rational,
                    scope,
                    size,
                    label,
                    &comparison,
                );
            }
        }
    }
    let moved = |by: &dyn Fn(Enclosure) -> Enclosure| -> Vec<Comparison> {
        limits
            .iter()
            .map(|(map, point)| {
                let other: Vec<Enclosure> = point.iter().map(|&x| by(x)).collect();
                map.apply(0, &other, &number).compare(&other)
            })
            .collect()
    };
    docket.mutant_anywhere("twice the limit", moved(&|x| x + x));
    docket.mutant_anywhere("the limit with the wrong sign", moved(&|x| -x));
    docket.mutant_anywhere(
        "the limit moved by 1e-6",
        moved(&|x| x + Enclosure::exact(1e-6)),
    );
    docket.not_vacuous(
        "the limits differ",
        limits.iter().any(|l| !l.1[0].overlaps(limits[0].1[0])),
    );
}

/// Archetypes, and convex weights of the other instances.
struct Data {
    archetypes: Matrix<BigRational>,
    weights: Matrix<BigRational>,
}

impl Data {
    fn x(&self) -> Matrix<BigRational> {
        let others = self.weights.mul(&self.archetypes).expect("shapes fit");
        let r = self.archetypes.rows();
        Matrix::from_fn(r + others.rows(), others.cols(), |i, j| {
            if i < r {
                self.archetypes[(i, j)].clone()
            } else {
                others[(i - r, j)].clone()
            }
        })
    }

    /// C with the first r columns in use: archetypes stay, others are mixtures.
    fn c(&self) -> Matrix<BigRational> {
        let r = self.archetypes.rows();
        let n = r + self.weights.rows();
        Matrix::from_fn(n, n, |i, j| {
            if i < r {
                if i == j {
                    BigRational::one()
                } else {
                    BigRational::zero()
                }
            } else if j < r {
                self.weights[(i - r, j)].clone()
            } else {
                BigRational::zero()
            }
        })
    }
}

fn linear_flow_map(docket: &mut Docket) {
    let matrix = |rows: usize, cols: usize, entries: &[(i64, i64)]| {
        Matrix::from_fn(rows, cols, |i, j| {
            let (n, d) = entries[i * cols + j];
            q(n, d)
        })
    };
    let cases = [
        Case::new(
            4,
            "2 archetypes in the plane, 2 mixtures",
            Data {
                archetypes: matrix(2, 2, &[(1, 1), (0, 1), (1, 2), (3, 1)]),
                weights: matrix(2, 2, &[(1, 3), (2, 3), (1, 2), (1, 2)]),
            },
        ),
        Case::new(
            7,
            "3 archetypes in 3 dimensions, 4 mixtures",
            Data {
                archetypes: matrix(
                    3,
                    3,
                    &[
                        (1, 1),
                        (2, 1),
                        (0, 1),
                        (0, 1),
                        (1, 1),
                        (5, 1),
                        (3, 1),
                        (1, 1),
                        (1, 1),
                    ],
                ),
                weights: matrix(
                    4,
                    3,
                    &[
                        (1, 2),
                        (1, 4),
                        (1, 4),
                        (0, 1),
                        (1, 3),
                        (2, 3),
                        (1, 5),
                        (1, 5),
                        (3, 5),
                        (1, 6),
                        (5, 6),
                        (0, 1),
                    ],
                ),
            },
        ),
    ];
    let times = |c: &Matrix<BigRational>, x: &Matrix<BigRational>| -> Vec<BigRational> {
        c.mul(x).map(|p| p.entries().to_vec()).unwrap_or_default()
    };
    let changed = |c: Matrix<BigRational>, f: &dyn Fn(usize, usize, BigRational) -> BigRational| {
        Matrix::from_fn(c.rows(), c.cols(), |i, j| f(i, j, c[(i, j)].clone()))
    };
    docket
        .on(
            "separable data with rational entries, 4 and 7 instances",
            &cases,
            |d| d.x().entries().to_vec(),
        )
        .printed(|d| times(&d.c(), &d.x()))
        .printed(|d| times(&d.c(), &d.c().mul(&d.x()).expect("shapes fit")))
        .mutant("Cᵀ for C", |d| times(&d.c().transpose(), &d.x()))
        .mutant("2C for C", |d| {
            times(&changed(d.c(), &|_, _, v| v * q(2, 1)), &d.x())
        })
        .mutant("one archetype left out, rank C − 1", |d| {
            times(
                &changed(d.c(), &|_, j, v| if j == 0 { q(0, 1) } else { v }),
                &d.x(),
            )
        })
        .finish();
}

fn spectral_expansion(docket: &mut Docket) {
    // Orthonormal in ℚ: (a, b)/c with a² + b² = c².
    struct Operator {
        leg: (i64, i64, i64),
        eigenvalues: (BigRational, BigRational),
        x: [BigRational; 2],
    }
    impl Operator {
        fn vectors(&self) -> [[BigRational; 2]; 2] {
            let (a, b, c) = self.leg;
            [[q(a, c), q(b, c)], [q(-b, c), q(a, c)]]
        }
        /// L itself, entry by entry, from `L = R diag(λ) Rᵀ` multiplied out by hand.
        fn applied(&self) -> Vec<BigRational> {
            let (a, b, c) = self.leg;
            let (l, m) = (&self.eigenvalues.0, &self.eigenvalues.1);
            let square = q(c * c, 1);
            let diagonal = |u: i64, v: i64| (l * q(u * u, 1) + m * q(v * v, 1)) / &square;
            let off = (l - m) * q(a * b, 1) / &square;
            vec![
                diagonal(a, b) * &self.x[0] + &off * &self.x[1],
                off * &self.x[0] + diagonal(b, a) * &self.x[1],
            ]
        }
        fn sum(
            &self,
            coefficient: impl Fn(usize, &[BigRational; 2]) -> BigRational,
        ) -> Vec<BigRational> {
            let vectors = self.vectors();
            let lambda = [&self.eigenvalues.0, &self.eigenvalues.1];
            (0..2)
                .map(|k| {
                    (0..2)
                        .map(|i| lambda[i] * coefficient(i, &vectors[i]) * &vectors[i][k])
                        .sum()
                })
                .collect()
        }
        fn dot(&self, v: &[BigRational; 2]) -> BigRational {
            &self.x[0] * &v[0] + &self.x[1] * &v[1]
        }
    }
    let cases = [
        ((3, 4, 5), (q(3, 1), q(1, 1)), [q(1, 1), q(0, 1)]),
        ((3, 4, 5), (q(2, 1), q(-1, 2)), [q(1, 3), q(2, 1)]),
        ((5, 12, 13), (q(1, 1), q(4, 1)), [q(-2, 1), q(1, 5)]),
    ]
    .map(|(leg, eigenvalues, x)| {
        let label = format!(
            "2×2 operator, λ = {}, {}, v̂₀ = ({}, {})/{}, X = ({}, {})",
            eigenvalues.0, eigenvalues.1, leg.0, leg.1, leg.2, x[0], x[1]
        );
        Case::new(
            2,
            label,
            Operator {
                leg,
                eigenvalues,
                x,
            },
        )
    });
    docket
        .on(
            "2×2 symmetric operators with rational spectra",
            &cases,
            Operator::applied,
        )
        .printed(|o| o.sum(|_, _| q(1, 1)))
        .corrected(|o| o.sum(|_, v| o.dot(v)))
        .mutant("projection squared", |o| o.sum(|_, v| o.dot(v) * o.dot(v)))
        .mutant("projections on the other vector", |o| {
            let vectors = o.vectors();
            o.sum(|i, _| o.dot(&vectors[1 - i]))
        })
        .mutant("the lowest term alone", |o| {
            o.sum(|i, v| if i == 0 { o.dot(v) } else { q(0, 1) })
        })
        .finish();
}
