//! Section II.B: quantum fields, their modes, and the Callan–Symanzik equation (21 to 26).

use crate::exact::diagonal_correlator::{critical_exponent, critical_pair_exponent};
use crate::exact::free_field::{FreeField, integral_by_whitening, pairings};
use crate::ledger::{Case, Claim, Docket, Source};
use crate::numeric::Enclosure;
use crate::rg::callan_symanzik::{Chain, ScaledChain};
use crate::rg::mode_elimination::{SlowModes, four_spins, momenta, ring_weight, shells};
use crate::rg::star_elimination::generated_terms;
use crate::symbolic::{Matrix, RationalFunction};
use num_complex::Complex;
use num_rational::BigRational;
use num_traits::Zero;

const BLANK: Claim = Claim {
    source: Source::DeMelloKoch2019,
    ..Claim::BLANK
};

pub(super) const CLAIMS: &[Claim] = &[
    Claim {
        id: "demellokoch2019-eq21",
        equation: Some("21"),
        title: "expected value as a field integral",
        printed: "⟨O⟩ = ∫[dφ] e^{−S} O",
        conventions: &[
            "[dφ] = ∏ dφ_k/√(2π), so that partition functions of rational Gaussian fields are rational",
            "e^{−S} \"defines a probability measure\", as the sentence below says: ln Z is part of S or of [dφ]",
        ],
        assumptions: &["finitely many modes, a Gaussian action"],
        decide: decide_eq21,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-eq22",
        equation: Some("22"),
        title: "momentum components",
        printed: "φ(x) = ∫dk e^{ik·x} φ(k)",
        conventions: &[
            "all factors of 2π stand in the inverse, φ(k) = (2π)^{−d} ∫dx e^{−ik·x} φ(x)",
            "on a ring of N sites: φ(x) = Σ_k e^{ikx} φ(k), φ(k) = N⁻¹ Σ_x e^{−ikx} φ(x)",
        ],
        definition: true,
        decide: decide_eq22,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-eq22-wavelength",
        title: "wavelength of a mode",
        printed: "e^{ik·x} oscillates in position space with wavelength 2π/k",
        conventions: &["k the magnitude of the momentum, k > 0"],
        decide: decide_wavelength,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-eq23",
        equation: Some("23"),
        title: "measure with a cutoff",
        printed: "[dφ] = ∏_{k<Λ} dφ(k)",
        conventions: &[
            "k stands for the magnitude |k|: with signed components every negative momentum would \
             pass k < Λ, and no smallest structure would be declared",
        ],
        definition: true,
        decide: decide_eq23,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-eq24",
        equation: Some("24"),
        title: "measure split into shells",
        printed: "[dφ] = [dφ_<][dφ_>], [dφ_<] = ∏_{k<(1−ε)Λ} dφ(k), [dφ_>] = ∏_{(1−ε)Λ<k<Λ} dφ(k)",
        conventions: &[
            "k stands for the magnitude |k|",
            "no mode lies on k = (1−ε)Λ exactly: such a mode would be in neither factor, but there are \
             finitely many such ε in a finite volume and a set of measure zero in an infinite one",
        ],
        definition: true,
        decide: decide_eq24,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-eq25",
        equation: Some("25"),
        title: "effective action of the slow modes",
        printed: "⟨O(φ_<)⟩ = ∫[dφ_<] ∫[dφ_>] e^{−S} O(φ_<) = ∫[dφ_<] e^{−S_eff} O(φ_<)",
        conventions: &[
            "e^{−S_eff} = ∫[dφ_>] e^{−S}, its constant factor included",
            "the left side normalised as in (21)",
        ],
        assumptions: &["O depends on the slow modes only"],
        decide: decide_eq25,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-text-terms-generated",
        title: "terms of the effective action",
        printed: "In general, many possible terms are generated and appear in S_eff",
        conventions: &[
            "an Ising spin with z neighbours summed over; \"many\": all products of an even number of neighbours, \
             which is every term that the symmetry of the spins allows",
        ],
        assumptions: &["zero field; z = 2 is the chain, whose action closes on one term"],
        decide: decide_terms,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-eq26",
        equation: Some("26"),
        title: "Callan–Symanzik equation",
        printed: "(μ ∂/∂μ + Σ_i β_i ∂/∂g_i + nγ) ⟨O⟩ = 0 for all observables built using n fields",
        conventions: &[
            "β_i = μ dg_i/dμ and γ = −μ d ln φ/dμ along the flow; the text fixes them up to a factor",
            "positions are held fixed in physical units while μ changes",
        ],
        assumptions: &["all couplings that the flow generates are among the g_i"],
        condition: Some(
            "the n fields stand at separate points that stay fixed as μ changes: products of fields \
             within one lattice spacing are renormalised by themselves (σ² = 1 needs γ = 0, and ε of \
             (35), built using two spins, has dimension 1 instead of 2/8)",
        ),
        decide: decide_eq26,
        ..BLANK
    },
];

fn q(n: i64, d: i64) -> BigRational {
    BigRational::new(n.into(), d.into())
}

/// A Gaussian field by the triangular factor of its action, with modes to integrate out and the fields
/// of an observable.
struct Gaussian {
    lower: Matrix<BigRational>,
    high: Vec<usize>,
    fields: Vec<usize>,
}

impl Gaussian {
    fn new(size: usize, lower: &[(i64, i64)], high: &[usize], fields: &[usize]) -> Self {
        let mut entries = lower.iter().map(|&(n, d)| q(n, d));
        let lower = Matrix::from_fn(size, size, |i, j| {
            if j <= i {
                entries.next().unwrap_or_else(BigRational::zero)
            } else {
                BigRational::zero()
            }
        });
        Self {
            lower,
            high: high.to_vec(),
            fields: fields.to_vec(),
        }
    }

    fn action_of(lower: &Matrix<BigRational>) -> FreeField<BigRational> {
        let matrix = lower.mul(&lower.transpose()).expect("square");
        FreeField::new(matrix).expect("symmetric")
    }

    fn field(&self) -> FreeField<BigRational> {
        Self::action_of(&self.lower)
    }

    fn integral(lower: &Matrix<BigRational>, fields: &[usize]) -> BigRational {
        integral_by_whitening(lower, fields).expect("no zero on the diagonal")
    }
}

fn decide_eq21(d: &mut Docket) {
    let cases = [
        Case::new(
            1,
            "one mode, S = ½ φ²",
            Gaussian::new(1, &[(1, 1)], &[], &[0, 0]),
        ),
        Case::new(
            1,
            "one mode, S = 2 φ²",
            Gaussian::new(1, &[(2, 1)], &[], &[0, 0]),
        ),
        Case::new(
            2,
            "two modes, det M = 1",
            Gaussian::new(2, &[(2, 1), (3, 1), (1, 2)], &[], &[0, 1]),
        ),
        Case::new(
            2,
            "two modes, det M = 9",
            Gaussian::new(2, &[(1, 1), (-1, 2), (3, 1)], &[], &[0, 0, 1, 1]),
        ),
        Case::new(
            3,
            "three modes, det M = 1",
            Gaussian::new(
                3,
                &[(2, 1), (1, 1), (1, 1), (-1, 3), (2, 1), (1, 2)],
                &[],
                &[0, 1, 2, 2],
            ),
        ),
    ];
    d.on("Gaussian fields of 1 to 3 modes", &cases, |g| {
        g.field().wick(&g.fields).expect("not singular")
    })
    .printed(|g| Gaussian::integral(&g.lower, &g.fields) / Gaussian::integral(&g.lower, &[]))
    .mutant("S without the constant that normalises it", |g| {
        Gaussian::integral(&g.lower, &g.fields)
    })
    .mutant("the action doubled and normalised", |g| {
        let doubled = g.lower.scale(&q(2, 1));
        Gaussian::integral(&doubled, &g.fields) / Gaussian::integral(&doubled, &[])
    })
    .mutant("divided by Z twice", |g| {
        let z = Gaussian::integral(&g.lower, &[]);
        Gaussian::integral(&g.lower, &g.fields) / (&z * &z)
    })
    .mutant("transposed factor of the action", |g| {
        let upper = g.lower.transpose();
        Gaussian::integral(&upper, &g.fields) / Gaussian::integral(&upper, &[])
    })
    .mutant("M in place of its inverse", |g| {
        let field = g.field();
        pairings(&g.fields, &|a, b| field.matrix()[(a, b)].clone())
    })
    .finish();
}

type Mode = Complex<BigRational>;

/// i^power.
fn root_of_unity(power: i64) -> Mode {
    let (re, im) = [(1, 0), (0, 1), (-1, 0), (0, -1)][power.rem_euclid(4) as usize];
    Complex::new(q(re, 1), q(im, 1))
}

/// φ(x) of four sites from φ(k), k in units of π/2.
fn field_of(modes: &[Mode; 4], sign: i64) -> [Mode; 4] {
    [0, 1, 2, 3].map(|x| {
        modes
            .iter()
            .enumerate()
            .fold(Mode::zero(), |sum, (k, mode)| {
                sum + mode * root_of_unity(sign * k as i64 * x)
            })
    })
}

fn decide_eq22(d: &mut Docket) {
    let mode = |re: i64, im: i64| Complex::new(q(re, 3), q(im, 5));
    let cases = [
        Case::new(
            4,
            "first",
            [mode(1, 2), mode(-3, 1), mode(4, 4), mode(0, 7)],
        ),
        Case::new(
            4,
            "second",
            [mode(2, 0), mode(1, 1), mode(-5, 0), mode(1, -1)],
        ),
    ];
    let flat = |modes: &[Mode; 4]| -> Vec<BigRational> {
        modes
            .iter()
            .flat_map(|m| [m.re.clone(), m.im.clone()])
            .collect()
    };
    let back = |x: &[Mode; 4], sign: i64, factor: BigRational| {
        flat(&field_of(x, sign).map(|m| m * Complex::new(factor.clone(), q(0, 1))))
    };
    d.on(
        "ring of four sites, the inverse recovers φ(k)",
        &cases,
        flat,
    )
    .printed(|m| back(&field_of(m, 1), -1, q(1, 4)))
    .mutant("no sign change in the inverse", |m| {
        back(&field_of(m, 1), 1, q(1, 4))
    })
    .mutant("no factor in the inverse", |m| {
        back(&field_of(m, 1), -1, q(1, 1))
    })
    .mutant("half the factor", |m| back(&field_of(m, 1), -1, q(1, 8)))
    .finish();
}

fn decide_wavelength(d: &mut Docket) {
    let cases: Vec<_> = [(1, 8), (2, 8), (3, 8), (4, 8), (5, 12), (6, 7)]
        .map(|(n, size)| Case::new(size as usize, format!("k = 2π·{n}/{size}"), (n, size)))
        .to_vec();
    // The smallest positive x at which the phase kx/2π is a whole number, found on a fine grid.
    let period = |&(n, size): &(i64, i64)| {
        (1..=60 * size)
            .map(|j| q(j, 60))
            .find(|x| (x * q(n, size)).is_integer())
            .expect("the grid has a period")
    };
    d.on("six momenta", &cases, period)
        .printed(|&(n, size)| q(size, n))
        .mutant("π/k", |&(n, size)| q(size, 2 * n))
        .mutant("4π/k", |&(n, size)| q(2 * size, n))
        .mutant("growing with k", |&(n, size)| q(n, size))
        .finish();
}

fn as_rationals(modes: &[i64]) -> Vec<BigRational> {
    modes.iter().map(|&k| q(k, 1)).collect()
}

/// Ring size, twice the cutoff, and ε in eighths; momenta in units of 2π/size.
fn cutoffs() -> Vec<Case<(i64, BigRational, BigRational)>> {
    [(8, 5, 3), (8, 7, 2), (12, 9, 4), (15, 13, 1), (16, 11, 3)]
        .map(|(sites, twice, eighths)| {
            Case::new(
                sites as usize,
                format!("{sites} sites, Λ = {twice}/2, ε = {eighths}/8"),
                (sites, q(twice, 2), q(eighths, 8)),
            )
        })
        .to_vec()
}

fn decide_eq23(d: &mut Docket) {
    // Modes whose wavelength N/|k| is above the smallest one allowed, N/Λ.
    let long = |(sites, cutoff, _): &(i64, BigRational, BigRational)| {
        let shortest = q(*sites, 1) / cutoff;
        let modes = momenta(*sites);
        let kept = modes
            .into_iter()
            .filter(|&k| k == 0 || q(*sites, k.abs()) > shortest);
        as_rationals(&kept.collect::<Vec<_>>())
    };
    let modes = |sites: i64, cutoff: &BigRational| {
        as_rationals(&shells(&momenta(sites), cutoff, &q(0, 1)).0)
    };
    d.on(
        "modes of rings with wavelength above 2π/Λ",
        &cutoffs(),
        long,
    )
    .printed(|(sites, cutoff, _)| modes(*sites, cutoff))
    .mutant("signed k", |(sites, cutoff, _)| {
        let kept = momenta(*sites).into_iter().filter(|&k| q(k, 1) < *cutoff);
        as_rationals(&kept.collect::<Vec<_>>())
    })
    .mutant("cutoff halved", |(sites, cutoff, _)| {
        modes(*sites, &(cutoff / q(2, 1)))
    })
    .mutant("cutoff doubled", |(sites, cutoff, _)| {
        modes(*sites, &(cutoff * q(2, 1)))
    })
    .finish();
}

fn decide_eq24(d: &mut Docket) {
    let below = |(sites, cutoff, _): &(i64, BigRational, BigRational)| {
        let kept = momenta(*sites)
            .into_iter()
            .filter(|&k| q(k.abs(), 1) < *cutoff);
        as_rationals(&kept.collect::<Vec<_>>())
    };
    let joined = |low: &[i64], high: &[i64]| {
        let mut all = [low, high].concat();
        all.sort_unstable();
        as_rationals(&all)
    };
    d.on(
        "both factors together are all modes of rings",
        &cutoffs(),
        below,
    )
    .printed(|(sites, cutoff, epsilon)| {
        let (low, high) = shells(&momenta(*sites), cutoff, epsilon);
        joined(&low, &high)
    })
    .mutant("the shell dropped", |(sites, cutoff, epsilon)| {
        joined(&shells(&momenta(*sites), cutoff, epsilon).0, &[])
    })
    .mutant("the shell taken twice", |(sites, cutoff, epsilon)| {
        let (low, high) = shells(&momenta(*sites), cutoff, epsilon);
        joined(&low, &[high.clone(), high].concat())
    })
    .mutant("1+ε in place of 1−ε", |(sites, cutoff, epsilon)| {
        let (low, high) = shells(&momenta(*sites), cutoff, &-epsilon);
        joined(&low, &high)
    })
    .finish();
}

/// `[⟨O⟩, Z²]` from an effective field and the constant factor of its weight.
fn effective(
    low: &FreeField<BigRational>,
    determinant: &BigRational,
    fields: &[usize],
) -> Vec<BigRational> {
    vec![
        low.wick(fields).expect("not singular"),
        q(1, 1) / (determinant * low.determinant()),
    ]
}

fn decide_eq25(d: &mut Docket) {
    decide_eq25_gaussian(d);
    decide_eq25_symbolic(d);
    decide_eq25_spins(d);
}

fn decide_eq25_gaussian(d: &mut Docket) {
    // The slow modes come first, so that their numbers are the same before and after.
    let cases = [
        Case::new(
            2,
            "two modes, one fast",
            Gaussian::new(2, &[(1, 1), (-1, 2), (3, 1)], &[1], &[0, 0]),
        ),
        Case::new(
            3,
            "three modes, one fast",
            Gaussian::new(
                3,
                &[(2, 1), (1, 1), (1, 3), (-1, 3), (2, 1), (5, 2)],
                &[2],
                &[0, 1],
            ),
        ),
        Case::new(
            4,
            "four modes, two fast",
            Gaussian::new(
                4,
                &[
                    (2, 1),
                    (1, 1),
                    (1, 3),
                    (-1, 3),
                    (2, 1),
                    (5, 2),
                    (1, 1),
                    (-1, 1),
                    (1, 7),
                    (3, 2),
                ],
                &[2, 3],
                &[0, 0, 1, 1],
            ),
        ),
    ];
    let eliminated = |g: &Gaussian| g.field().integrate_out(&g.high).expect("not singular");
    let slow_part = |g: &Gaussian| {
        let low: Vec<usize> = (0..g.lower.rows())
            .filter(|k| !g.high.contains(k))
            .collect();
        let m = g.field();
        let part = Matrix::from_fn(low.len(), low.len(), |i, j| {
            m.matrix()[(low[i], low[j])].clone()
        });
        FreeField::new(part).expect("symmetric")
    };
    d.on(
        "Gaussian fields of 2 to 4 coupled modes, ⟨O⟩ and Z²",
        &cases,
        |g| {
            let z = Gaussian::integral(&g.lower, &[]);
            vec![Gaussian::integral(&g.lower, &g.fields) / &z, &z * &z]
        },
    )
    .printed(|g| {
        let e = eliminated(g);
        effective(&e.low, &e.determinant, &g.fields)
    })
    .mutant("coupling of slow to fast modes dropped", |g| {
        effective(&slow_part(g), &eliminated(g).determinant, &g.fields)
    })
    .mutant("constant of S_eff dropped", |g| {
        effective(&eliminated(g).low, &q(1, 1), &g.fields)
    })
    .mutant("sign of the correction flipped", |g| {
        let e = eliminated(g);
        let slow = slow_part(g);
        let flipped = slow
            .matrix()
            .add(slow.matrix())
            .and_then(|m| m.sub(e.low.matrix()));
        let flipped = FreeField::new(flipped.expect("equal shapes")).expect("symmetric");
        effective(&flipped, &e.determinant, &g.fields)
    })
    .finish();
}

/// All entries of the action free, three modes.
fn decide_eq25_symbolic(d: &mut Docket) {
    let symbols = |i: usize, j: usize| {
        let (i, j) = (i.min(j), i.max(j));
        RationalFunction::var(3 * i + j)
    };
    let field = || FreeField::new(Matrix::from_fn(3, 3, symbols)).expect("symmetric");
    let pairs = [
        Case::new(3, "⟨φ₀φ₀⟩", [0, 0]),
        Case::new(3, "⟨φ₀φ₁⟩", [0, 1]),
    ];
    let scope = "three modes, the fast one integrated out, every entry of M an indeterminate";
    d.on(scope, &pairs, |pair| {
        field().wick(pair).expect("not singular")
    })
    .printed(|pair| {
        let low = field().integrate_out(&[2]).expect("not singular").low;
        low.wick(pair).expect("not singular")
    })
    .mutant("the wrong mode integrated out", |pair| {
        let low = field().integrate_out(&[0]).expect("not singular").low;
        low.wick(pair).expect("not singular")
    })
    .finish();
}

/// A function of the slow modes of four spins.
type Observable = fn([i64; 3]) -> i64;

/// Beyond Gaussian: spins on a ring of four, the mode of momentum π summed over.
fn decide_eq25_spins(d: &mut Docket) {
    let observables: [(&str, Observable); 3] = [
        ("φ(0)²", |m| m[0] * m[0]),
        ("|φ(π/2)|²", |m| m[1] * m[1] + m[2] * m[2]),
        ("φ(0)² |φ(π/2)|²", |m| {
            m[0] * m[0] * (m[1] * m[1] + m[2] * m[2])
        }),
    ];
    let spins: Vec<_> = observables
        .iter()
        .map(|&(name, o)| Case::new(4, format!("ring of 4 spins, e^K = 3/2, O = {name}"), o))
        .collect();
    let like = q(3, 2);
    let direct = |o: &Observable, fast: i64| {
        let (mut sum, mut z) = (q(0, 1), q(0, 1));
        for s in four_spins() {
            let w = ring_weight(s, &like);
            let shift = fast * (s[0] - s[1] + s[2] - s[3]).pow(2);
            // The slow modes by the Fourier sum, not by the room's table.
            let modes = field_of(&s.map(|x| Complex::new(q(x, 1), q(0, 1))), -1);
            let part = |x: &BigRational| i64::try_from(x.to_integer()).unwrap_or(i64::MAX);
            let slow = [part(&modes[0].re), part(&modes[1].re), part(&modes[1].im)];
            sum += q(o(slow) + shift, 1) * &w;
            z += w;
        }
        sum / z
    };
    let by_effective = |weight: &dyn Fn([i64; 4]) -> BigRational, o: &Observable| {
        let slow = SlowModes::of_ring(weight);
        slow.integral(o) / slow.integral(|_| 1)
    };
    d.on("Ising ring of four spins", &spins, |o| direct(o, 0))
        .printed(|o| by_effective(&|s| ring_weight(s, &like), o))
        .mutant("O depends on the fast mode", |o| direct(o, 1))
        .mutant("coupling squared", |o| {
            by_effective(&|s| ring_weight(s, &(&like * &like)), o)
        })
        .mutant("coupling dropped", |o| by_effective(&|_| q(1, 1), o))
        .finish();
}

fn decide_terms(d: &mut Docket) {
    let cases: Vec<_> = [(2_usize, 3, 2), (3, 2, 1), (4, 3, 2), (4, 1, 3), (5, 7, 5)]
        .map(|(z, n, m)| Case::new(z, format!("z = {z}, e^K = {n}/{m}"), (z, q(n, m))))
        .to_vec();
    let count = |n: usize| q(n as i64, 1);
    d.on(
        "number of interactions among the neighbours, exactly",
        &cases,
        |(z, growth)| count(generated_terms(*z, growth).len()),
    )
    .printed(|(z, _)| count((1 << (z - 1)) - 1))
    .mutant("pairs only", |(z, _)| count(z * (z - 1) / 2))
    .mutant("one term", |_| count(1))
    .mutant("odd products too", |(z, _)| count((1 << z) - 1))
    .finish();
}

fn decide_eq26(d: &mut Docket) {
    let stretches = |x: &[(i64, i64)]| x.iter().map(|&(n, d)| q(n, d)).collect::<Vec<_>>();
    let cases = [
        Case::new(
            2,
            "Ising chain, n = 2",
            ScaledChain::new(Chain::Ising, stretches(&[(5, 1)])),
        ),
        Case::new(
            4,
            "Ising chain, n = 4",
            ScaledChain::new(Chain::Ising, stretches(&[(2, 1), (7, 3), (3, 1)])),
        ),
        Case::new(
            2,
            "Gaussian chain, n = 2",
            ScaledChain::new(Chain::Gaussian, stretches(&[(3, 2)])),
        ),
        Case::new(
            4,
            "Gaussian chain, n = 4",
            ScaledChain::new(Chain::Gaussian, stretches(&[(1, 1), (5, 2), (4, 1)])),
        ),
    ];
    let flow = |c: &ScaledChain, beta: i64, gamma: i64, n: usize| {
        let factor = RationalFunction::integer;
        let n_gamma = c.gamma() * factor(gamma * n as i64);
        -c.flow_slope(&(c.beta() * factor(beta)), &n_gamma)
    };
    d.on(
        "μ∂_μ⟨O⟩ of Ising and Gaussian chains, q, ln q, μ and all q^{xμ} indeterminates",
        &cases,
        |c| c.scale_slope(&c.correlation()),
    )
    .printed_if(|_| true, |c| flow(c, 1, 1, c.points()))
    .mutant("sign of γ", |c| flow(c, 1, -1, c.points()))
    .mutant("sign of β", |c| flow(c, -1, 1, c.points()))
    .mutant("n − 1 fields", |c| flow(c, 1, 1, c.points() - 1))
    .mutant("γ dropped", |c| flow(c, 1, 0, c.points()))
    .mutant("β doubled", |c| flow(c, 2, 1, c.points()))
    .finish();
    decide_decimation(d);

    // At the critical point of the square lattice β = 0 and ⟨O⟩ ∝ μ^{−nγ} with γ = 1/8.
    let eighth = |n: i64| Enclosure::exact(n as f64 / 8.0);
    let cases = [
        Case::new(
            2,
            "σ_x² = 1, two spins at one place",
            (2, Enclosure::exact(0.0)),
        ),
        Case::new(
            2,
            "σ₀₀ σ_NN along a diagonal, N → ∞, two spins at separate places",
            (2, critical_exponent(20_000_000_000)),
        ),
        Case::new(
            4,
            "connected ⟨ε₀ ε_N⟩ of ε_N = σ_NN σ_{N+1,N+1}, four spins at two places",
            (4, critical_pair_exponent(1_000_000)),
        ),
    ];
    d.on(
        "power of μ at the critical point of the square lattice",
        &cases,
        |c| c.1,
    )
    .printed_if(|c| c.0 == 2 && c.1.lo() > 0.0, |c| eighth(c.0))
    .mutant("γ = 1/4", |c| eighth(2 * c.0))
    .mutant("γ = 1/16", |c| eighth(c.0) * Enclosure::exact(0.5))
    .mutant("n + 1 fields", |c| eighth(c.0 + 1))
    .finish();
}

/// β and γ of the Gaussian chain against eliminating every second site of it.
///
/// The chain `(c, r)` has `2 + r/c = q + 1/q`. A site between two neighbours is one mode with
/// `M = 2c + r` coupled to each with −c; two of them take part in the new diagonal element.
fn decide_decimation(d: &mut Docket) {
    let cases = [Case::new(3, "q an indeterminate", RationalFunction::var(0))];
    let one = RationalFunction::one;
    let elimination = |q: &RationalFunction| {
        // Site in the middle of five, its neighbours at 1 and 3 eliminated; gradient factor c = 1.
        let diagonal = q + one() / q;
        let matrix = Matrix::from_fn(5, 5, |i, j| match i.abs_diff(j) {
            0 => diagonal.clone(),
            1 => -one(),
            _ => RationalFunction::zero(),
        });
        let field = FreeField::new(matrix).expect("symmetric");
        let low = field.integrate_out(&[1, 3]).expect("not singular").low;
        let (middle, side) = (low.matrix()[(1, 1)].clone(), -low.matrix()[(1, 0)].clone());
        // New q + 1/q, and the new factor of the gradient term, which is the square of the rescaling.
        vec![middle / &side, side]
    };
    // The flow by a factor b = 2 of length: q → q^b, φ² → φ² (1/q − q)/(1/q^b − q^b).
    let flowed = |q: &RationalFunction, b: i32| {
        let new = q.pow(b).expect("a power");
        let amplitude = |q: &RationalFunction| one() / q - q;
        vec![&new + one() / &new, amplitude(q) / amplitude(&new)]
    };
    d.on(
        "β and γ integrated over a factor 2 of scale, against elimination of sites",
        &cases,
        elimination,
    )
    .printed_if(|_| true, |q| flowed(q, 2))
    .mutant("q → q³", |q| flowed(q, 3))
    .mutant("q unchanged", |q| flowed(q, 1))
    .finish();
}
