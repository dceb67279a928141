//! Sections I and II.C: the Ising model, its critical temperature and the order of its transition.

use crate::exact::duality::{
    bracket_root, dual_low_temperature_sum, high_temperature_sum, torus_stationarity,
};
use crate::exact::low_temperature::aligned_box_series;
use crate::exact::open_rectangle::pair_sums;
use crate::exact::square_ising::{
    critical_temperature, magnetisation_to_the_eighth, spontaneous_magnetisation,
};
use crate::ledger::{Case, Claim, Docket, EvidenceKind, Form, Source};
use crate::model::Lattice;
use crate::numeric::Enclosure;
use crate::symbolic::{Laurent, PowerSeries, RationalFunction};
use num_rational::BigRational;
use num_traits::{One, Zero};

const BLANK: Claim = Claim {
    source: Source::DeMelloKoch2019,
    ..Claim::BLANK
};

pub(super) const CLAIMS: &[Claim] = &[
    Claim {
        id: "demellokoch2019-text-first-order",
        title: "order of the transition, in the introduction",
        printed: "The theory exhibits a first order phase transition terminating at a critical point",
        conventions: &[
            "first order: the magnetisation of the infinite lattice jumps on the path taken",
        ],
        condition: Some(
            "the path crosses zero field below T_c, where m jumps by 2m(T) and the jump ends at T_c; at \
             zero field, to which section II.C restricts the model, the transition in T has no jump",
        ),
        decide: decide_first_order,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-eq27",
        equation: Some("27"),
        title: "energy of the Ising model",
        printed: "H = −Σ_⟨ij⟩ J_ij σ_i σ_j − μ Σ_j h_j σ_j",
        conventions: &["each adjacent pair counted once"],
        definition: true,
        decide: decide_eq27,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-eq28",
        equation: Some("28"),
        title: "Boltzmann distribution",
        printed: "P_β(σ) = e^{−βH(σ)} / Z_β, β ≥ 0",
        assumptions: &["β finite: at T = 0 the distribution is the limit β → ∞"],
        definition: true,
        sampled: super::sampled::PROBABILITY,
        decide: |d| decide_boltzmann(d, Boltzmann::Probability),
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-eq29",
        equation: Some("29"),
        title: "partition function",
        printed: "Z_β = Σ_{σ} e^{−βH(σ)}",
        definition: true,
        sampled: super::sampled::PARTITION,
        decide: |d| decide_boltzmann(d, Boltzmann::Partition),
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-eq30",
        equation: Some("30"),
        title: "averages of observables",
        printed: "⟨f⟩_β = Σ_σ f(σ) P_β(σ)",
        definition: true,
        sampled: super::sampled::AVERAGES,
        decide: |d| decide_boltzmann(d, Boltzmann::Average),
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-eq31",
        equation: Some("31"),
        title: "critical temperature",
        printed: "T_c = 2J / (k ln(1 + √2))",
        conventions: &["natural logarithm", "k the Boltzmann constant"],
        assumptions: &[
            "square lattice, zero field, one strength J > 0 on all bonds (\"where J is the interaction strength\")",
            "the transition of the infinite lattice is at the fixed point of the duality and at the zero of \
             Yang's magnetisation; both are computed",
        ],
        sampled: super::sampled::CRITICAL_TEMPERATURE,
        decide: decide_eq31,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-eq31-value",
        title: "value of the critical temperature",
        printed: "T_c = 2.269",
        conventions: &["J = k = 1, rounded to three decimals"],
        decide: decide_value,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-eq31-second-order",
        title: "second order transition between an ordered and a disordered phase",
        printed: "At T_c the Ising model undergoes a second order phase transition; below it spins align \
                  producing a macroscopic magnetization, above it the magnetization averages to zero",
        conventions: &[
            "second order: m vanishes at T_c without a jump",
            "m the limit of the magnetisation in a large box with aligned surroundings",
        ],
        decide: decide_second_order,
        ..BLANK
    },
];

fn q(n: i64, d: i64) -> BigRational {
    BigRational::new(n.into(), d.into())
}

/// `1 − 6u + u²`, zero at `u = 3 − 2√2 = e^{−4/T_c}`.
fn critical_factor() -> Laurent {
    let u = Laurent::var(0);
    Laurent::one() - Laurent::integer(6) * &u + &u * &u
}

/// A path in the plane of temperature and field.
#[derive(Clone, Copy)]
enum Path {
    /// Across zero field at this temperature, in hundredths (J = k = 1).
    Field(i64),
    /// Across `T_c` at zero field.
    Temperature,
}

fn decide_first_order(d: &mut Docket) {
    let cases = [
        Case::new(
            1,
            "the temperature crosses T_c at zero field",
            Path::Temperature,
        ),
        Case::new(2, "the field crosses zero at T = 1", Path::Field(100)),
        Case::new(2, "the field crosses zero at T = 2", Path::Field(200)),
        Case::new(2, "the field crosses zero at T = 2.26", Path::Field(226)),
    ];
    let jump_at = |hundredths: i64| {
        let m = spontaneous_magnetisation(Enclosure::from_rational(&q(hundredths, 100)));
        m + m
    };
    // At zero field m⁸ is a rational function of u below T_c and zero above, so the jump at T_c is zero
    // exactly if the numerator has the factor that vanishes there.
    let continuous = magnetisation_to_the_eighth(RationalFunction::var(0))
        .numerator()
        .divide_exactly(&critical_factor())
        .is_some();
    let jumps = |path: &Path| match path {
        Path::Field(t) => jump_at(*t).is_positive(),
        Path::Temperature => !continuous,
    };
    d.on("infinite square lattice: whether m jumps", &cases, jumps)
        .kind(EvidenceKind::Enclosure)
        .printed_if(|p| matches!(p, Path::Field(_)), |_| true)
        .mutant("no transition in the field either", |_| false)
        .mutant("a jump at T_c only", |p| matches!(p, Path::Temperature))
        .mutant(
            "the jump vanishes at the temperature of mean-field theory in one dimension, T = 2",
            |p| match p {
                Path::Field(t) => *t < 200,
                Path::Temperature => false,
            },
        )
        .finish();
    // "terminating at a critical point": the jump 2m(T) ends where m⁸ is zero, and not before.
    let ends = [Case::new(1, "u an indeterminate", ())];
    let u = RationalFunction::var(0);
    let end = |factor: Laurent| {
        let one = RationalFunction::one();
        let gap = (&one - &u).pow(4).expect("a power");
        RationalFunction::from_laurent(factor) * (&one + &u) * (&one + &u) / gap
    };
    d.on(
        "(jump/2)⁸ in u = e^{−4/T}: its only zero in 0 < u < 1 is 3 − 2√2",
        &ends,
        |()| magnetisation_to_the_eighth(u.clone()),
    )
    .printed_if(|()| true, |()| end(critical_factor()))
    .mutant("end at u = 2 − √3", |()| {
        end(critical_factor() + Laurent::integer(2) * Laurent::var(0))
    })
    .finish();
}

fn decide_eq27(d: &mut Docket) {
    // Flipping one spin of the 2×2 torus changes H by 2σ(Σ J σ′ + μ h).
    let cases: Vec<_> = [(1, 0, 5), (2, 1, 6), (3, 2, 9)]
        .map(|(j, h, state)| {
            Case::new(
                4,
                format!("J = {j}, μh = {h}/2, state {state}"),
                (j, h, state),
            )
        })
        .to_vec();
    let energy = |j: i64, h: i64, state: u64| {
        let spin = |i: usize| 1 - 2 * (state >> i & 1) as i64;
        let lattice = Lattice::torus(2, 2);
        let pairs: i64 = lattice
            .bonds()
            .iter()
            .map(|&(a, b)| spin(a) * spin(b))
            .sum();
        let field: i64 = (0..4).map(spin).sum();
        -q(j * pairs, 1) - q(h * field, 2)
    };
    let step = |&(j, h, state): &(i64, i64, u64)| {
        let spin = |i: usize| 1 - 2 * (state >> i & 1) as i64;
        // Both neighbours of site 0 are met twice on this torus.
        q(4 * j * spin(0) * (spin(1) + spin(2)), 1) + q(h * spin(0), 1)
    };
    d.on("2×2 torus, the cost of flipping a spin", &cases, step)
        .printed(|&(j, h, s)| energy(j, h, s ^ 1) - energy(j, h, s))
        .mutant("sign of H", |&(j, h, s)| {
            energy(j, h, s) - energy(j, h, s ^ 1)
        })
        .mutant("field dropped", |&(j, _, s)| {
            energy(j, 0, s ^ 1) - energy(j, 0, s)
        })
        .mutant("pairs counted twice", |&(j, h, s)| {
            energy(2 * j, h, s ^ 1) - energy(2 * j, h, s)
        })
        .finish();
}

#[derive(Clone, Copy)]
enum Boltzmann {
    Probability,
    Partition,
    Average,
}

/// Rows, columns and the weight of a bond between unequal spins.
type System = (usize, usize, BigRational);

/// (28) to (30) by enumeration against the transfer matrix. Every bond weighs 1 or `x = e^{−2βJ}`.
fn decide_boltzmann(d: &mut Docket, what: Boltzmann) {
    let cases: Vec<_> = [
        (1, 3, 1, 2),
        (2, 2, 1, 3),
        (2, 3, 2, 5),
        (3, 3, 3, 4),
        (2, 2, 7, 3),
    ]
    .map(|(rows, columns, n, m)| {
        let label = format!("open {rows}×{columns}, e^{{−2βJ}} = {n}/{m}");
        Case::new(rows * columns, label, (rows, columns, q(n, m)))
    })
    .to_vec();
    let by_rows = |(rows, columns, x): &System| {
        pair_sums(*rows, *columns, x, (0, 0), (rows - 1, columns - 1))
    };
    let weight = |(rows, columns, x): &System, state: u64, power: usize| {
        let bonds = Lattice::open(*rows, *columns).bonds();
        let unlike = bonds
            .iter()
            .filter(|(i, j)| (state >> i ^ state >> j) & 1 == 1);
        (0..unlike.count() * power).fold(BigRational::one(), |w, _| w * x)
    };
    let sum = |s: &System, power: usize, f: &dyn Fn(u64) -> i64| {
        (0..1_u64 << (s.0 * s.1)).fold(BigRational::zero(), |sum, state| {
            sum + q(f(state), 1) * weight(s, state, power)
        })
    };
    let ends = |s: &System| {
        let last = s.0 * s.1 - 1;
        move |state: u64| 1 - 2 * ((state ^ state >> last) & 1) as i64
    };
    let scope = "open rectangles, sums over all states against the transfer matrix";
    match what {
        Boltzmann::Probability => {
            d.on(scope, &cases, |_| q(1, 1))
                .printed(|s| sum(s, 1, &|_| 1) / by_rows(s).0)
                .mutant("not divided by Z", |s| sum(s, 1, &|_| 1))
                .mutant("β doubled in the numerator", |s| {
                    sum(s, 2, &|_| 1) / by_rows(s).0
                })
                .mutant("half of the states", |s| {
                    sum(s, 1, &|state| i64::from(state & 1 == 0)) / by_rows(s).0
                })
                .finish_constant();
            let varies = by_rows(&cases[1].instance).0 != by_rows(&cases[4].instance).0;
            d.not_vacuous("Z differs between the systems", varies);
        }
        Boltzmann::Partition => d
            .on(scope, &cases, |s| by_rows(s).0)
            .printed(|s| sum(s, 1, &|_| 1))
            .mutant("half of the states", |s| {
                sum(s, 1, &|state| i64::from(state & 1 == 0))
            })
            .mutant("β doubled", |s| sum(s, 2, &|_| 1))
            .mutant("β = 0", |s| sum(s, 0, &|_| 1))
            .finish(),
        Boltzmann::Average => d
            .on(format!("{scope}: opposite corners"), &cases, |s| {
                let (z, pair) = by_rows(s);
                pair / z
            })
            .printed(|s| sum(s, 1, &ends(s)) / sum(s, 1, &|_| 1))
            .mutant("not normalised", |s| sum(s, 1, &ends(s)))
            .mutant("β doubled", |s| sum(s, 2, &ends(s)) / sum(s, 2, &|_| 1))
            .mutant("β = 0", |s| sum(s, 0, &ends(s)))
            .finish(),
    }
}

/// `T/J` from `e^{2K} ∈ [low, high]`.
fn temperature(bracket: &(BigRational, BigRational)) -> Enclosure {
    let w = Enclosure::from_rational(&bracket.0).hull(Enclosure::from_rational(&bracket.1));
    Enclosure::exact(2.0) / w.ln()
}

fn stationary_temperature(rows: usize, columns: usize) -> Enclosure {
    let slope = torus_stationarity(rows, columns);
    bracket_root(&slope, 2, 5, 48).map_or(Enclosure::UNBOUNDED, |b| temperature(&b))
}

fn decide_eq31(d: &mut Docket) {
    // 1. Kramers and Wannier: the relation between a planar lattice and its dual, bond by bond.
    let lattices: Vec<_> = [(2, 2), (2, 3), (3, 3)]
        .map(|(r, c)| Case::new(r * c, format!("open {r}×{c}"), (r, c)))
        .to_vec();
    let weights = |&(r, c): &(usize, usize)| -> Vec<RationalFunction> {
        let n = Lattice::open(r, c).bonds().len();
        // A weight for each bond on the small ones; the 3×3 lattice has one for each direction.
        (0..n)
            .map(|i| RationalFunction::var(if n <= 7 { i } else { i / (n / 2) }))
            .collect()
    };
    let dual = |l: &(usize, usize), f: &dyn Fn(RationalFunction) -> RationalFunction| {
        let x: Vec<_> = weights(l).into_iter().map(f).collect();
        dual_low_temperature_sum(l.0, l.1, &x)
    };
    d.on(
        "duality behind it: 2^{−V} Σ ∏(1 + s s′ tanh K) = ½ Σ_dual ∏ e^{−2K*} where spins differ, tanh K = e^{−2K*}",
        &lattices,
        |l| high_temperature_sum(Lattice::open(l.0, l.1), &weights(l)),
    )
    .printed(|l| dual(l, &|x| x))
    .mutant("e^{−K*}", |l| dual(l, &|x| &x * &x))
    .mutant("sign of K*", |l| dual(l, &|x| x.recip().expect("an indeterminate")))
    .mutant("tanh 2K", |l| {
        dual(l, &|x| RationalFunction::integer(2) * &x / (RationalFunction::one() + &x * &x))
    })
    .finish();

    // 2. The temperature at which self-dual sums of finite tori are stationary, from counting states.
    let tori: Vec<_> = [(2, 2, 1, 1), (2, 3, 1, 1), (3, 3, 5, 2), (3, 4, 1, 3)]
        .map(|(r, c, n, m)| {
            Case::new(
                r * c,
                format!("{r}×{c} torus, J = {n}/{m}"),
                (r, c, q(n, m)),
            )
        })
        .to_vec();
    let one = || Enclosure::exact(1.0);
    let scaled = |l: &(usize, usize, BigRational), t: Enclosure| Enclosure::from_rational(&l.2) * t;
    let two_over_ln = |x: f64| Enclosure::exact(2.0) / Enclosure::exact(x).ln();
    d.on(
        "temperature where the self-dual combination 2Z^{pp} + ΣZ^{ab} over (sinh 2K)^{V/2} is stationary",
        &tori,
        |l| scaled(l, stationary_temperature(l.0, l.1)),
    )
    .printed(|l| critical_temperature(Enclosure::from_rational(&l.2)))
    .mutant("J doubled", |l| scaled(l, critical_temperature(one()) * Enclosure::exact(2.0)))
    .mutant("ln 2 (Bethe lattice)", |l| scaled(l, two_over_ln(2.0)))
    .mutant("4J (mean field)", |l| scaled(l, Enclosure::exact(4.0)))
    .mutant("√3 for √2", |l| {
        scaled(l, Enclosure::exact(2.0) / (one() + Enclosure::exact(3.0).sqrt()).ln())
    })
    .mutant("one part in 10⁸", |l| scaled(l, critical_temperature(one()) * Enclosure::exact(1.0 + 1e-8)))
    .finish();
    let silver = |a: i64, b: i64| {
        let w = Laurent::var(0);
        &w * &w - Laurent::integer(a) * &w - Laurent::integer(b)
    };
    let stationary = |l: &(usize, usize, BigRational), factor: Laurent| {
        torus_stationarity(l.0, l.1)
            .divide_exactly(&factor)
            .is_some()
    };
    d.on(
        "e^{2J/kT_c} = 1 + √2 is an exact root: w² − 2w − 1 divides the slope",
        &tori,
        |_| true,
    )
    .kind(EvidenceKind::Symbolic)
    .printed(|l| stationary(l, silver(2, 1)))
    .mutant("1 + √3", |l| stationary(l, silver(2, 2)))
    .mutant("√2", |l| stationary(l, silver(0, 2)))
    .mutant("(1 + √5)/2", |l| stationary(l, silver(1, 1)))
    .finish_constant();

    // 3. Where the spontaneous magnetisation ends.
    let end = [Case::new(1, "J = 1", 1_i64), Case::new(1, "J = 3", 3)];
    d.on(
        "end of Yang's magnetisation, by exact bisection in u = e^{−4J/kT}",
        &end,
        |&j| {
            let m8 = magnetisation_to_the_eighth(RationalFunction::var(0));
            bracket_root(&reversed(m8.numerator()), 2, 12, 48).map_or(Enclosure::UNBOUNDED, |b| {
                let v = Enclosure::from_rational(&b.0).hull(Enclosure::from_rational(&b.1));
                Enclosure::exact(4.0 * j as f64) / v.ln()
            })
        },
    )
    .printed(|&j| critical_temperature(Enclosure::exact(j as f64)))
    .mutant("half", |&j| {
        critical_temperature(Enclosure::exact(j as f64)) * Enclosure::exact(0.5)
    })
    .finish();
}

/// A polynomial of degree four in `1/u`, times u⁴: its roots are the inverses.
fn reversed(p: &Laurent) -> Laurent {
    Laurent::from_terms(p.terms().map(|(powers, c)| {
        let power: i32 = powers.iter().map(|p| p.1).sum();
        (vec![(0, 4 - power)], c)
    }))
}

fn decide_value(d: &mut Docket) {
    let rounded = |t: Enclosure| {
        let thousandths = |x: f64| q((x * 1000.0).round() as i64, 1000);
        let (low, high) = (thousandths(t.lo()), thousandths(t.hi()));
        // An enclosure that straddles a rounding boundary rounds to nothing.
        if low == high { low } else { q(-1, 1) }
    };
    let one = || Enclosure::exact(1.0);
    let cases = [
        Case::new(9, "3×3 torus", (3, 3)),
        Case::new(12, "3×4 torus", (3, 4)),
    ];
    d.on("self-dual temperature, rounded", &cases, |&(r, c)| {
        rounded(stationary_temperature(r, c))
    })
    .printed(|_| q(2269, 1000))
    .mutant("digits swapped", |_| q(2296, 1000))
    .mutant("last digit", |_| q(2268, 1000))
    .mutant("log₁₀", |_| {
        rounded(critical_temperature(one()) * Enclosure::exact(10.0).ln())
    })
    .mutant("mean field", |_| q(4, 1))
    .finish_constant();
    d.not_vacuous(
        "another J gives another value",
        rounded(critical_temperature(Enclosure::exact(2.0))) != q(2269, 1000),
    );
}

fn decide_second_order(d: &mut Docket) {
    let cases: Vec<_> = [1, 2, 3]
        .map(|half| Case::new(half, format!("box of {0}×{0} spins", 2 * half + 1), half))
        .to_vec();
    let yang = |order: usize, power: BigRational, flip: i64| {
        let u = PowerSeries::variable(order).scale(&q(flip, 1));
        let one = PowerSeries::constant(BigRational::one(), order);
        let gap = &one - &u;
        let gap2 = &gap * &gap;
        let m8 = &one
            - &(&u * &u).scale(&q(16, 1)) * &(&gap2 * &gap2).recip().expect("constant term one");
        m8.ln()
            .and_then(|l| l.scale(&power).exp())
            .expect("constant terms fit")
            .coefficients()
            .to_vec()
    };
    let from_room = |order: usize, power: BigRational| {
        // The room's m⁸, expanded: numerator over denominator as series in u.
        let m8 = magnetisation_to_the_eighth(RationalFunction::var(0));
        let series = |p: &Laurent| {
            let mut c = vec![BigRational::zero(); order + 1];
            for (powers, value) in p.terms() {
                let k = powers.iter().map(|p| p.1 as usize).sum::<usize>();
                if k <= order {
                    c[k] = value;
                }
            }
            PowerSeries::new(c, order)
        };
        let m8 =
            &series(m8.numerator()) * &series(m8.denominator()).recip().expect("constant term");
        m8.ln()
            .and_then(|l| l.scale(&power).exp())
            .expect("constant terms fit")
            .coefficients()
            .to_vec()
    };
    let order = |half: &usize| half + 2;
    d.on(
        "below T_c: Yang's m as a series in u = e^{−4K} against spins counted in boxes with aligned surroundings",
        &cases,
        |&half| aligned_box_series(half, &[(0, 0)]).coefficients().to_vec(),
    )
    .printed(|half| from_room(order(half), q(1, 8)))
    .mutant("power 1/4", |half| from_room(order(half), q(1, 4)))
    .mutant("power 1/2 (mean field)", |half| from_room(order(half), q(1, 2)))
    .mutant("antiferromagnet", |half| yang(order(half), q(1, 8), -1))
    .finish();
    let cases = [Case::new(1, "u an indeterminate", RationalFunction::var(0))];
    let factored = |u: &RationalFunction, middle: i64| {
        let one = RationalFunction::one();
        let factor = &one - RationalFunction::integer(middle) * u + u * u;
        let gap = (&one - u).pow(4).expect("a power");
        factor * (&one + u) * (&one + u) / gap
    };
    d.on(
        "m⁸ = (1 − 6u + u²)(1 + u)²/(1 − u)⁴ goes to zero at e^{−4/T_c} = 3 − 2√2: no jump",
        &cases,
        |u| magnetisation_to_the_eighth(u.clone()),
    )
    .printed(|u| factored(u, 6))
    .mutant("zero at 2 − √3", |u| factored(u, 4))
    .mutant("zero at (7 − 3√5)/2", |u| factored(u, 7))
    .finish();
    d.note(
        Form::Printed,
        EvidenceKind::Symbolic,
        "m⁸ = (1 − 6u + u²)(1 + u)²/(1 − u)⁴ goes to zero at e^{−4/T_c} = 3 − 2√2: no jump",
        "that m is zero above T_c is taken from the literature",
    );
}
