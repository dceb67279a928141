//! Correlations, dimensions and exponents at the critical point (32, 33, 35, 36).

use crate::exact::conformal::{
    Moebius, Point, covariant_ratio, minimal_model_dimensions, power_law_ratio,
};
use crate::exact::critical_row::{bond_exponent, correlator as row_correlator};
use crate::exact::diagonal_correlator::{
    correlator, critical_correlator, critical_correlator_product, critical_exponent,
    critical_pair_exponent, low_temperature_entry,
};
use crate::exact::duality::{bracket_root, torus_stationarity};
use crate::exact::low_temperature::aligned_box_series;
use crate::exact::square_ising::{
    critical_temperature, magnetisation_exponent, spontaneous_magnetisation,
};
use crate::ledger::{Case, Claim, Docket, EvidenceKind, Source};
use crate::model::Lattice;
use crate::numeric::Enclosure;
use num_complex::Complex;
use num_rational::BigRational;
use num_traits::{One, Zero};

const BLANK: Claim = Claim {
    source: Source::DeMelloKoch2019,
    ..Claim::BLANK
};

pub(super) const CLAIMS: &[Claim] = &[
    Claim {
        id: "demellokoch2019-eq32",
        equation: Some("32"),
        title: "two-point function at the critical point",
        printed: "⟨φ(x₁) φ(x₂)⟩ = B₁ / |x₁ − x₂|^{2Δ}, Δ = 1/8 for the spin",
        conventions: &[
            "lattice spacing 1; the exponent between distances r and 2r is ln(G(r)/G(2r))/ln 2",
        ],
        assumptions: &["infinite square lattice at T_c, spins on a diagonal or in a row"],
        condition: Some(
            "the distance is large against the lattice spacing (and small against the lattice): the power \
             law is the leading term, with corrections of relative order 1/r²",
        ),
        sampled: super::sampled::SPIN_DIMENSION,
        decide: decide_eq32,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-eq33",
        equation: Some("33"),
        title: "three-point function at the critical point",
        printed: "⟨φ(x₁) φ(x₂) φ(x₃)⟩ = B₂ / (|x₁ − x₂|^Δ |x₁ − x₃|^Δ |x₂ − x₃|^Δ)",
        conventions: &[
            "three times the same scalar primary field; for different fields the exponent of |x_ij| is \
             Δ_i + Δ_j − Δ_k",
            "for the spin B₂ = 0 by its symmetry",
        ],
        assumptions: &["correlations are covariant under Möbius maps of the plane"],
        decide: decide_eq33,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-text-smallest-dimension",
        title: "smallest scaling dimension",
        printed: "The spin variable has the smallest possible scaling dimension",
        conventions: &[
            "among the primary fields of the critical Ising model other than the identity",
        ],
        decide: decide_smallest,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-eq35",
        equation: Some("35"),
        title: "energy operator on the lattice",
        printed: "ε_ij = s_ij (s_{i+1,j} + s_{i−1,j} + s_{i,j+1} + s_{i,j−1}) − ε̄_ij",
        conventions: &["s_ij = σ_ij − σ̄; ε̄ the average of the first term"],
        definition: true,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-eq35-dimension",
        title: "dimension of the energy operator",
        printed: "ε has Δ_ε = 1, and its correlation falls off much faster than that of s with Δ_s = 1/8",
        conventions: &["2Δ is the exponent of the two-point function at large distance"],
        assumptions: &[
            "for ε: bonds of one row (a part of (35)), and pairs of diagonal neighbours, along their line; by \
             duality the vertical bonds of a row are correlated as horizontal ones are",
        ],
        decide: decide_dimensions,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-text-below-tc-slower",
        title: "fall-off of the correlation below T_c",
        printed: "Below the critical temperature spins are more likely to align and so the correlator should \
                  fall off more slowly than at the critical temperature",
        conventions: &["fall-off: the exponent between distances N and 2N along a diagonal"],
        assumptions: &["infinite square lattice"],
        condition: Some(
            "the correlator is that of σ itself: for s = σ − σ̄, which section III-A defines and fits, it \
             falls off exponentially below T_c, faster than at T_c",
        ),
        decide: decide_below,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-text-above-tc-faster",
        title: "fall-off of the correlation above T_c",
        printed: "for flows slightly above the critical temperature the scaling dimension is over estimated, as expected",
        conventions: &[
            "the exponent between distances N and 2N along a diagonal, against that at T_c",
        ],
        assumptions: &["infinite square lattice; a statement on the Ising model, not on the flows"],
        decide: decide_above,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-eq36",
        equation: Some("36"),
        title: "magnetisation near T_c",
        printed: "m ≈ A |T − T_c|^{Δ_m} / T_c with Δ_m = 0.125, fitted at T = 2.1, 2.2 and 2.3",
        conventions: &["A is free, so that dividing by T_c instead of by T_c^{Δ_m} changes A only"],
        assumptions: &["infinite square lattice, J = k = 1"],
        condition: Some(
            "T approaches T_c from below: above T_c (T = 2.3 is) the magnetisation is zero and not a power of \
             |T − T_c|, and between 2.1 and 2.2 the exponent of the exact magnetisation is not yet 1/8",
        ),
        decide: decide_eq36,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-eq36-exponent-is-dimension",
        title: "exponent of the magnetisation and scaling dimension",
        printed: "the exponent Δ_m of the magnetisation estimates the scaling dimension Δ: both are 0.125",
        conventions: &["β = ν Δ, and ν = 1 in two dimensions; elsewhere the two differ"],
        decide: decide_exponent_is_dimension,
        ..BLANK
    },
];

fn q(n: i64, d: i64) -> BigRational {
    BigRational::new(n.into(), d.into())
}

fn exact(q: &BigRational) -> Enclosure {
    Enclosure::from_rational(q)
}

/// Distance beyond which the bounds on the limits are narrower than a comparison asks for.
const FAR: u64 = 20_000_000_000;

#[derive(Clone, Copy)]
enum Distance {
    /// Between N and 2N lattice steps along a diagonal.
    Diagonal(usize),
    /// Between N and 2N lattice steps in a row.
    Row(usize),
    /// The limit of large distance.
    Limit,
}

/// `⟨σ₀₀ σ_NN⟩` at the critical point.
fn along_critical_diagonal(n: usize) -> Enclosure {
    let two_over_pi = Enclosure::exact(2.0) / Enclosure::pi();
    exact(&critical_correlator(n)) * two_over_pi.powi(n as i32)
}

fn decide_eq32(d: &mut Docket) {
    let cases = [
        Case::new(1, "along a diagonal, N = 1 and 2", Distance::Diagonal(1)),
        Case::new(2, "along a diagonal, N = 2 and 4", Distance::Diagonal(2)),
        Case::new(4, "along a diagonal, N = 4 and 8", Distance::Diagonal(4)),
        Case::new(1, "in a row, N = 1 and 2", Distance::Row(1)),
        Case::new(4, "in a row, N = 4 and 8", Distance::Row(4)),
        Case::new(100, "N → ∞ along a diagonal", Distance::Limit),
    ];
    let octave = |g: &dyn Fn(usize) -> Enclosure, n: usize| {
        (g(n) / g(2 * n)).ln() / Enclosure::exact(2.0).ln()
    };
    let exponent = |x: &Distance| match *x {
        Distance::Diagonal(n) => octave(&along_critical_diagonal, n),
        Distance::Row(n) => octave(&row_correlator, n),
        Distance::Limit => critical_exponent(FAR),
    };
    let two_delta = |n: i64, m: i64| exact(&(q(2, 1) * q(n, m)));
    d.on(
        "exponent of the exact spin correlation of the infinite lattice at T_c",
        &cases,
        exponent,
    )
    .printed_if(|x| matches!(x, Distance::Limit), |_| two_delta(1, 8))
    .mutant("exponent Δ", |_| two_delta(1, 16))
    .mutant("exponent 4Δ", |_| two_delta(1, 4))
    .mutant("Δ = 1/2 (mean field, d = 3)", |_| two_delta(1, 2))
    .mutant("Δ = 1/8 + 1e−8", |_| {
        two_delta(1, 8) + Enclosure::exact(2e-8)
    })
    .finish();

    // What stands behind the exponent: the product form that the bound is derived from, and that the
    // determinant is the correlation of spins.
    let sizes: Vec<_> = (1..9)
        .map(|n| Case::new(n, format!("N = {n}"), n))
        .collect();
    d.on(
        "(π/2)^N ⟨σ₀₀ σ_NN⟩ at T_c: product form against the determinant",
        &sizes,
        |&n| critical_correlator(n),
    )
    .printed_if(|_| true, |&n| critical_correlator_product(n))
    .mutant("one spin further", |&n| critical_correlator_product(n + 1))
    .finish();
    let boxes = [Case::new(1, "N = 1", 1_i64), Case::new(2, "N = 2", 2)];
    let order = |n: i64| (4 - n + 2) as usize;
    let determinant = |n: i64, shift: i64| {
        let order = order(n);
        toeplitz_determinant_series(n as usize, order, shift)
    };
    d.on(
        "low-temperature series of ⟨σ₀₀ σ_NN⟩: the determinant against spins counted in boxes with aligned surroundings",
        &boxes,
        |&n| aligned_box_series(4, &[(0, 0), (n, n)]).coefficients().to_vec(),
    )
    .printed_if(|_| true, |&n| determinant(n, 0))
    .mutant("neighbouring entries of the matrix", |&n| determinant(n, 1))
    .finish();
}

/// The determinant as a series in `u = e^{−4K}`; the power-series ring has no zero of unknown order, so
/// the determinants of one and two rows are written out.
fn toeplitz_determinant_series(n: usize, order: usize, shift: i64) -> Vec<BigRational> {
    let a = |m: i64| low_temperature_entry(m + shift, order);
    let series = match n {
        1 => a(0),
        _ => &a(0) * &a(0) - &a(1) * &a(-1),
    };
    series.coefficients().to_vec()
}

fn point(x: (i64, i64), y: (i64, i64)) -> Point {
    Complex::new(q(x.0, x.1), q(y.0, y.1))
}

/// Three points and Δ in eighths.
type Triple = ([Point; 3], u32);

fn decide_eq33(d: &mut Docket) {
    let reference = [
        point((0, 1), (0, 1)),
        point((1, 1), (0, 1)),
        point((-1, 2), (3, 1)),
    ];
    let triples = [
        [
            point((0, 1), (1, 1)),
            point((2, 1), (3, 1)),
            point((-1, 1), (4, 1)),
        ],
        [
            point((1, 2), (0, 1)),
            point((7, 3), (1, 5)),
            point((-2, 1), (-2, 1)),
        ],
        [
            point((10, 1), (1, 1)),
            point((-3, 4), (5, 2)),
            point((0, 1), (-1, 7)),
        ],
    ];
    let mut cases = Vec::new();
    for (index, triple) in triples.iter().enumerate() {
        for eighths in [1_u32, 8] {
            let label = format!("triple {}, Δ = {eighths}/8", index + 1);
            cases.push(Case::new(3, label, (triple.clone(), eighths)));
        }
    }
    let covariant = |(points, eighths): &Triple| {
        let map = Moebius::through(points, &reference).expect("distinct points");
        covariant_ratio(&map, points, &reference, *eighths).expect("finite images")
    };
    let power = |t: &Triple, a: [u32; 3]| power_law_ratio(&t.0, &reference, a.map(|a| a * t.1));
    d.on(
        "ratio of the function at two triples of points, sixteenth power, from the Möbius map between them",
        &cases,
        covariant,
    )
    .printed(|t| power(t, [1, 1, 1]))
    .mutant("exponents 2Δ", |t| power(t, [2, 2, 2]))
    .mutant("one factor left out", |t| power(t, [1, 1, 0]))
    .mutant("only neighbours", |t| power(t, [2, 0, 2]))
    .mutant("unequal exponents with the right sum", |t| power(t, [2, 1, 0]))
    .finish();

    // The spin on a finite lattice: B₂ = 0.
    let cases = [
        Case::new(4, "2×2 torus", (2, 2)),
        Case::new(9, "3×3 torus", (3, 3)),
    ];
    let three_point = |&(r, c): &(usize, usize), field: i64| {
        let bonds = Lattice::torus(r, c).bonds();
        let (mut sum, mut z) = (q(0, 1), q(0, 1));
        for state in 0..1_u64 << (r * c) {
            let unlike = bonds
                .iter()
                .filter(|(i, j)| (state >> i ^ state >> j) & 1 == 1)
                .count();
            let down = state.count_ones() as usize;
            let weight = (0..unlike).fold(q(1, 1), |w, _| w * q(2, 5));
            let weight = if field > 0 {
                (0..down).fold(weight, |w, _| w * q(1, 2))
            } else {
                weight
            };
            let odd = (state ^ state >> 1 ^ state >> (r * c - 1)) & 1 == 1;
            sum += if odd { -weight.clone() } else { weight.clone() };
            z += weight;
        }
        sum / z
    };
    d.on("spins on a torus at zero field: B₂ = 0", &cases, |t| {
        three_point(t, 0)
    })
    .printed(|_| q(0, 1))
    .mutant("with a field", |t| three_point(t, 1))
    .finish_constant();
}

fn decide_smallest(d: &mut Docket) {
    let smallest = |m: i64| {
        let dimensions = minimal_model_dimensions(m);
        dimensions
            .into_iter()
            .find(|x| !x.is_zero())
            .unwrap_or_else(BigRational::zero)
    };
    let cases = [Case::new(1, "minimal model with c = 1/2", 3_i64)];
    d.on(
        "primary fields of the critical Ising model: Δ = 0, 1/8, 1",
        &cases,
        |&m| smallest(m),
    )
    .printed(|_| q(1, 8))
    .mutant("chiral weight h", |_| q(1, 16))
    .mutant("the energy operator", |_| q(1, 1))
    .mutant("tricritical Ising model", |_| smallest(4))
    .finish_constant();
    let limit = [Case::new(1, "spins of the lattice at T_c", FAR)];
    d.on(
        "half the exponent of the spin correlation of the lattice",
        &limit,
        |&n| critical_exponent(n) * Enclosure::exact(0.5),
    )
    .printed(|_| Enclosure::exact(0.125))
    .mutant("the energy operator", |_| {
        bond_exponent(10_000_000_000) * Enclosure::exact(0.5)
    })
    .finish_constant();
    d.not_vacuous(
        "other minimal models have another smallest dimension",
        smallest(4) != smallest(3) && smallest(5) != smallest(4),
    );
}

#[derive(Clone, Copy, PartialEq)]
enum Operator {
    Spin,
    RowBond,
    DiagonalPair,
}

fn decide_dimensions(d: &mut Docket) {
    let cases = [
        Case::new(1, "spin, along a diagonal", Operator::Spin),
        Case::new(1, "horizontal bonds of a row", Operator::RowBond),
        Case::new(
            1,
            "pairs of diagonal neighbours, along the diagonal",
            Operator::DiagonalPair,
        ),
    ];
    let twice = |spin: f64, energy: f64| {
        move |o: &Operator| Enclosure::exact(2.0 * if *o == Operator::Spin { spin } else { energy })
    };
    d.on(
        "exponents of exact connected correlations of the infinite lattice at T_c",
        &cases,
        |o| match o {
            Operator::Spin => critical_exponent(FAR),
            Operator::RowBond => bond_exponent(40_000_000_000),
            Operator::DiagonalPair => critical_pair_exponent(1_000_000),
        },
    )
    .printed(twice(0.125, 1.0))
    .mutant("Δ_ε = 1/4, twice that of the spin", twice(0.125, 0.25))
    .mutant("Δ_ε = 2", twice(0.125, 2.0))
    .mutant("Δ_ε = 1/2 (free fermion)", twice(0.125, 0.5))
    .mutant("the two exchanged", twice(1.0, 0.125))
    .finish();
    // What the pair correlation rests on: four spins on a diagonal have the minor of the determinant.
    let boxes = [Case::new(4, "σ₀₀ σ₁₁ σ₂₂ σ₃₃", 2_i64)];
    let minor = |step: i64, order: usize| {
        let a = |m: i64| low_temperature_entry(m, order);
        let minor = &a(0) * &a(0) - &a(step) * &a(-step);
        minor.coefficients().to_vec()
    };
    d.on(
        "low-temperature series of two pairs: the minor of the determinant against spins counted in boxes",
        &boxes,
        |_| aligned_box_series(4, &[(-1, -1), (0, 0), (1, 1), (2, 2)]).coefficients().to_vec(),
    )
    .printed(|&step| minor(step, 4))
    .mutant("pairs uncorrelated", |_| {
        let a = low_temperature_entry(0, 4);
        (&a * &a).coefficients().to_vec()
    })
    .mutant("pairs one step closer", |&step| minor(step - 1, 4))
    .finish_constant();
    // And the rows: neighbours at the self-dual point. The slope of ln y(K) = ln y(K*) at K = K* gives
    // ⟨σσ′⟩ = ½ coth 2K_c per bond, with K_c from the states of a torus.
    let tori = [
        Case::new(9, "K_c from the 3×3 torus", (3, 3)),
        Case::new(6, "K_c from the 2×3 torus", (2, 3)),
    ];
    d.on(
        "neighbours in a row at T_c: b₀ against the energy at the self-dual point",
        &tori,
        |&(r, c)| {
            bracket_root(&torus_stationarity(r, c), 2, 5, 48).map_or(
                Enclosure::UNBOUNDED,
                |(low, high)| {
                    let w = exact(&low).hull(exact(&high)).square();
                    (w + Enclosure::one()) / (w - Enclosure::one()) * Enclosure::exact(0.5)
                },
            )
        },
    )
    .printed(|_| row_correlator(1))
    .mutant("diagonal neighbours", |_| along_critical_diagonal(1))
    .mutant("next neighbours", |_| row_correlator(2))
    .finish_constant();
}

/// The correlation along a diagonal at temperature T, in hundredths.
fn along_diagonal(n: usize, hundredths: i64, connected: bool) -> Enclosure {
    let t = exact(&q(hundredths, 100));
    let full = correlator(n, Enclosure::one() / t);
    if connected {
        full - spontaneous_magnetisation(t).square()
    } else {
        full
    }
}

/// Whether the correlation at this temperature falls more slowly between N and 2N than at `T_c`; `None`
/// if the bounds cannot tell.
fn slower_than_critical(n: usize, hundredths: i64, connected: bool) -> Option<bool> {
    let two_over_pi = Enclosure::exact(2.0) / Enclosure::pi();
    let critical =
        exact(&(critical_correlator(n) / critical_correlator(2 * n))) / two_over_pi.powi(n as i32);
    let here =
        along_diagonal(n, hundredths, connected) / along_diagonal(2 * n, hundredths, connected);
    if here.hi() < critical.lo() {
        Some(true)
    } else if here.lo() > critical.hi() {
        Some(false)
    } else {
        None
    }
}

/// Temperatures in hundredths, distances, and whether the mean is subtracted.
fn fall_off_cases(temperatures: &[i64], connected: &[bool]) -> Vec<Case<(usize, i64, bool)>> {
    let mut cases = Vec::new();
    for &t in temperatures {
        for n in [1, 2, 3] {
            for &connected in connected {
                let what = if connected { "s = σ − σ̄" } else { "σ" };
                let label = format!("T = {}, {what}, N = {n} and {}", t as f64 / 100.0, 2 * n);
                cases.push(Case::new(n, label, (n, t, connected)));
            }
        }
    }
    cases
}

fn decided(answer: Option<bool>) -> bool {
    answer.expect("bounds that can tell")
}

fn decide_below(d: &mut Docket) {
    let cases = fall_off_cases(&[200, 220], &[false, true]);
    d.on(
        "whether the exact correlation falls more slowly than at T_c",
        &cases,
        |&(n, t, c)| decided(slower_than_critical(n, t, c)),
    )
    .kind(EvidenceKind::Enclosure)
    .printed_if(|c| !c.2, |_| true)
    .mutant("faster", |_| false)
    .mutant("above T_c in place of below", |&(n, _, _)| {
        decided(slower_than_critical(n, 240, false))
    })
    .mutant("the connected correlation", |&(n, t, _)| {
        decided(slower_than_critical(n, t, true))
    })
    .finish();
}

fn decide_above(d: &mut Docket) {
    let cases = fall_off_cases(&[230, 250], &[false]);
    let octave = |&(n, t, _): &(usize, i64, bool)| {
        (along_diagonal(n, t, false) / along_diagonal(2 * n, t, false)).ln()
    };
    d.on(
        "whether the exact correlation falls faster than at T_c",
        &cases,
        |&(n, t, c)| !decided(slower_than_critical(n, t, c)),
    )
    .kind(EvidenceKind::Enclosure)
    .printed(|_| true)
    .mutant("slower", |_| false)
    .mutant("below T_c in place of above", |&(n, _, _)| {
        !decided(slower_than_critical(n, 220, false))
    })
    .mutant("distances exchanged", |&(n, t, c)| {
        decided(slower_than_critical(n, t, c))
    })
    .finish_constant();
    let varies = octave(&cases[0].instance).hi() < octave(&cases[3].instance).lo();
    d.not_vacuous("it falls faster at T = 2.5 than at T = 2.3", varies);
}

fn decide_eq36(d: &mut Docket) {
    let limit = [Case::new(3, "T → T_c from below", ())];
    d.on(
        "order of the zero of m⁸ at T_c, over eight",
        &limit,
        |()| magnetisation_exponent(),
    )
    .printed_if(|()| true, |()| q(1, 8))
    .mutant("1/4", |()| q(1, 4))
    .mutant("1/16", |()| q(1, 16))
    .mutant("1/2 (mean field)", |()| q(1, 2))
    .finish_constant();
    let tc = || critical_temperature(Enclosure::one());
    let pairs = [
        Case::new(1, "exponent between T = 2.1 and 2.2", (210, 220)),
        Case::new(2, "exponent between T = 1.5 and 1.6", (150, 160)),
    ];
    let at = |hundredths: i64| exact(&q(hundredths, 100));
    d.on(
        "exponent of the exact magnetisation at finite distance from T_c",
        &pairs,
        |&(a, b)| {
            let m = (spontaneous_magnetisation(at(a)) / spontaneous_magnetisation(at(b))).ln();
            m / ((tc() - at(a)) / (tc() - at(b))).ln()
        },
    )
    .printed(|_| Enclosure::exact(0.125))
    .mutant("1/4", |_| Enclosure::exact(0.25))
    .finish();
    // A from the limit below T_c: m⁸ ≈ (8√2/T_c²)(T_c − T).
    let above = [Case::new(
        1,
        "T = 2.3, A from the limit T → T_c from below",
        230_i64,
    )];
    d.on("magnetisation above T_c", &above, |&t| {
        spontaneous_magnetisation(at(t))
    })
    .printed(|&t| {
        let slope = Enclosure::exact(128.0).sqrt() / tc().square();
        (slope * (at(t) - tc()).abs()).sqrt().sqrt().sqrt()
    })
    .finish_constant();
}

fn decide_exponent_is_dimension(d: &mut Docket) {
    let cases = [Case::new(1, "square lattice", ())];
    let beta = || exact(&magnetisation_exponent());
    d.on(
        "β from the zero of m⁸, Δ from half the exponent of the spin correlation at T_c",
        &cases,
        |()| critical_exponent(FAR) * Enclosure::exact(0.5),
    )
    .printed(|()| beta())
    .mutant("β = 2Δ", |()| beta() * Enclosure::exact(0.5))
    .mutant("β = Δ/2", |()| beta() * Enclosure::exact(2.0))
    .mutant("mean-field β", |()| Enclosure::exact(0.5))
    .finish_constant();
    d.not_vacuous(
        "the energy operator has another dimension",
        !(bond_exponent(10_000_000_000) * Enclosure::exact(0.5)).overlaps(beta()),
    );
}
