//! The free energy under a change of scale, and the renormalization-group equation.

use crate::exact::{
    ChainEnds, TransferMatrix, chain_by_enumeration, chain_log_z_per_spin, ring_log_z,
};
use crate::ledger::{Case, Claim, Docket, Source, Value};
use crate::numeric::Enclosure;
use crate::rg::{ReducedBond, decimate_bond, decimate_chain, decimate_reduced};
use crate::symbolic::{Field, Matrix, RationalFunction};
use num_rational::BigRational;

pub(super) const COARSE_GRAINING: Claim = Claim {
    id: "martin2015-coarse-graining",
    source: Source::Martin2015,
    title: "map to a coarser scale",
    printed: "x → φ_λ(x)",
    conventions: &["x: couplings; φ_λ: their values after λ degrees of freedom became one"],
    definition: true,
    ..Claim::BLANK
};

pub(super) const SIZE_EXTENSIVE: Claim = Claim {
    id: "martin2015-free-energy-size-extensive",
    source: Source::Martin2015,
    title: "the free energy is size-extensive",
    printed: "the Free Energy is Size-Extensive near a Critical Point",
    conventions: &[
        "−ln Z_N/N has a limit as N grows, at a rate that does not depend on how near K is to the critical point K = ∞, h = 0 of the Ising ring",
        "−ln Z_N = −N ln λ₊ − ln(1 + (λ₋/λ₊)^N), and the last term lies between −ln 2 and 0 for K ≥ 0: it is not zero",
    ],
    decide: size_extensive,
    ..Claim::BLANK
};

pub(super) const SCALE_INVARIANT: Claim = Claim {
    id: "martin2015-free-energy-scale-invariant",
    source: Source::Martin2015,
    title: "the free energy is scale invariant near a critical point",
    printed: "N F(x) = (N/λ) F(φ_λ(x)) near a Critical Point",
    conventions: &[
        "the size-extensive free energy N F of N spins is the same at both scales",
        "Ising chain without a field near its critical point K = ∞, x = e^{−2K} small, φ₂(x) = 2x/(1 + x²)",
        "F = −ln Z per spin up to the ground-state energy: −F = K + ln(1 + x)",
    ],
    condition: Some(
        "F is the singular part of the free energy, the part odd in x, artanh x; the regular rest is what g(x) of the renormalization-group equation accounts for",
    ),
    decide: scale_invariant,
    ..Claim::BLANK
};

pub(super) const RGE: Claim = Claim {
    id: "martin2015-rge",
    source: Source::Martin2015,
    title: "renormalization-group equation of the free energy",
    printed: "F(x) = g(x) + (1/λ) F(φ_λ(x))",
    conventions: &[
        "F = ln Z per degree of freedom (its negative obeys the same equation with −g)",
        "λ is the factor by which the number of degrees of freedom falls, b^d for the length factor b in d dimensions; g is the logarithm of what the summed-out spins contribute, per original degree of freedom",
        "degrees of freedom are spins on a ring and bonds on the diamond lattice",
    ],
    assumptions: &["φ_λ is exact: the renormalized Hamiltonian has the form of the original"],
    decide: rge,
    ..Claim::BLANK
};

pub(super) const RECURSION: Claim = Claim {
    id: "martin2015-rg-recursion",
    source: Source::Martin2015,
    title: "the equation applied again and again",
    printed: "applying the same map repeatedly gives a recursion: F(x) = Σ_{k<n} λ^{−k} g(φ^k(x)) + λ^{−n} F(φ^n(x))",
    conventions: &["infinite Ising chain, λ = 2; the last term is bounded without an eigenvalue"],
    decide: recursion,
    ..Claim::BLANK
};

fn q(n: i64, d: i64) -> BigRational {
    BigRational::new(n.into(), d.into())
}

fn number(x: f64) -> Enclosure {
    Enclosure::exact(x)
}

/// A chain's coupling and field.
type Point = (f64, f64);

fn points() -> Vec<Case<Point>> {
    [
        (0.5, 0.0),
        (1.25, 0.0),
        (0.3, 0.7),
        (-0.8, 0.4),
        (2.5, -0.2),
    ]
    .into_iter()
    .zip(1..)
    .map(|((k, h), size)| Case::new(size, format!("K = {k}, h = {h}"), (k, h)))
    .collect()
}

fn size_extensive(docket: &mut Docket) {
    const SPINS: u64 = 1 << 40;
    // K up to 12: a correlation length of 10¹⁰ lattice constants.
    let cases: Vec<Case<Point>> = [(0.5, 0.0), (3.0, 0.0), (8.0, 0.0), (12.0, 0.0), (1.0, 0.3)]
        .into_iter()
        .zip(1..)
        .map(|((k, h), size)| Case::new(size, format!("K = {k}, h = {h}, N = 2^40"), (k, h)))
        .collect();
    let count = number(SPINS as f64);
    let bulk = |spins: Enclosure, k: f64, h: f64| {
        let rest = Enclosure::new(0.0, number(2.0).ln().hi()) / spins;
        -(chain_log_z_per_spin(number(k), number(h)) + rest)
    };
    docket
        .on(
            "rings of 2^40 spins, correlation lengths up to 10¹⁰",
            &cases,
            |&(k, h)| -(ring_log_z(SPINS, number(k), number(h)) / count),
        )
        .printed(|&(k, h)| bulk(count, k, h))
        .mutant("ln Z growing like N²", |&(k, h)| bulk(count, k, h) * count)
        .mutant("K → K(1 + 1e-6)", |&(k, h)| {
            bulk(count, k * (1.0 + 1e-6), h)
        })
        .mutant("h → h + 0.01", |&(k, h)| bulk(count, k, h + 0.01))
        .finish();
    // Small rings, by enumeration: the same bound on the rest.
    let small: Vec<Case<Point>> = points();
    let by_states = |n: u32, &(k, h): &Point| {
        chain_by_enumeration(n, ChainEnds::Closed, &number(k).exp(), &number(h).exp()).ln()
    };
    docket
        .on(
            "ln Z_N − N ln λ₊ = ln(1 + (λ₋/λ₊)^N), rings of 12 spins by enumeration",
            &small,
            |p| by_states(12, p),
        )
        .printed(|&(k, h)| ring_log_z(12, number(k), number(h)))
        .mutant("N → N − 1", |&(k, h)| {
            ring_log_z(11, number(k), number(h))
        })
        .finish();
}

fn scale_invariant(docket: &mut Docket) {
    struct Near<T> {
        x: T,
        singular: bool,
    }
    /// e^{2 × (−F)}, of the singular part `(1+x)/(1−x)` or of the whole without K.
    fn doubled<T: Field>(x: &T, singular: bool) -> T {
        let up = T::one() + x.clone();
        if singular {
            up / (T::one() - x.clone())
        } else {
            up.clone() * up
        }
    }
    fn next<T: Field>(x: &T) -> T {
        // e^{−2K′} = 1/cosh 2K
        let two = T::one() + T::one();
        two * x.clone() / (T::one() + x.clone() * x.clone())
    }
    fn on<T: Field + Value>(docket: &mut Docket, scope: &str, list: Vec<(usize, T)>) {
        let cases: Vec<Case<Near<T>>> = list
            .into_iter()
            .flat_map(|(size, x)| {
                [true, false].map(|singular| {
                    let part = if singular { "singular part" } else { "whole" };
                    Case::new(
                        size,
                        format!("x = {}, {part} of the free energy, as e^(−4F)", x.show()),
                        Near {
                            x: x.clone(),
                            singular,
                        },
                    )
                })
            })
            .collect();
        docket
            .on(scope, &cases, |n| {
                let e = doubled(&n.x, n.singular);
                e.clone() * e
            })
            .printed_if(|n| n.singular, |n| doubled(&next(&n.x), n.singular))
            .mutant("φ(x) = x", |n| doubled(&n.x, n.singular))
            .mutant("1/λ² for 1/λ", |n| {
                let e = doubled(&next(&n.x), n.singular);
                T::one() / (e.clone() * e)
            })
            .mutant("the even part", |n| {
                T::one() / (T::one() - next(&n.x) * next(&n.x))
            })
            .finish();
    }
    on(
        docket,
        "x = 1/10, 1/3, 3/4",
        vec![(1, q(1, 10)), (2, q(1, 3)), (3, q(3, 4))],
    );
    on(
        docket,
        "x as an indeterminate",
        vec![(4, RationalFunction::var(0))],
    );
    // φ is decimation: e^{−4K′} from the production map.
    let bonds = [q(16, 1), q(7, 2), q(81, 16)].map(|k4| Case::new(5, format!("e^(4K) = {k4}"), k4));
    docket
        .on("φ₂ is decimation without a field", &bonds, |k4| {
            let bond = ReducedBond {
                k4: k4.clone(),
                h2: q(1, 1),
            };
            decimate_reduced(&bond).0.k4.recip()
        })
        .printed(|k4| {
            let square = k4.recip();
            q(4, 1) * &square / (q(1, 1) + &square).pow(2)
        })
        .finish();
}

/// `tr V^n/(t x)^n` as a function of `q = e^{4K}`, `y = e^{2h}`, in which it is a polynomial in 1/q, 1/y.
fn reduced_partition<T: Field>(spins: u32, bond: &ReducedBond<T>) -> T {
    let y_inverse = T::one() / bond.h2.clone();
    let entries = vec![
        T::one(),
        y_inverse.clone() / bond.k4.clone(),
        T::one(),
        y_inverse,
    ];
    let matrix = Matrix::new(2, 2, entries).expect("four entries");
    matrix
        .pow(spins)
        .and_then(|m| m.trace())
        .expect("the matrix is square")
}

fn power<T: Field>(base: &T, exponent: u32) -> T {
    (0..exponent).fold(T::one(), |p, _| p * base.clone())
}

/// `Z⁴` of a ring of n surviving spins with their constants: `(e^{4g} q y²)^n P_n⁴`.
fn rebuilt<T: Field>(survivors: u32, next: &ReducedBond<T>, g4: &T) -> T {
    let one = g4.clone() * next.k4.clone() * next.h2.clone() * next.h2.clone();
    power(&one, survivors) * power(&reduced_partition(survivors, next), 4)
}

fn rge(docket: &mut Docket) {
    exact_rings(docket);
    real_rings(docket);
    other_factors(docket);
    diamond(docket);
}

/// The equation times 4·2N and exponentiated, `Z_{2N}⁴ = e^{4Ng′} Z_N(K′, h′)⁴`, on rings with a field.
fn exact_rings(docket: &mut Docket) {
    struct Ring<T> {
        survivors: u32,
        t: T,
        x: T,
    }
    fn on<T: Field + PartialEq + Value>(
        docket: &mut Docket,
        scope: &str,
        sizes: &[u32],
        t: &T,
        x: &T,
    ) {
        let cases: Vec<Case<Ring<T>>> = sizes
            .iter()
            .map(|&survivors| {
                let label = format!(
                    "ring of {} spins, e^K = {}, e^h = {}, as Z⁴",
                    2 * survivors,
                    t.show(),
                    x.show()
                );
                let ring = Ring {
                    survivors,
                    t: t.clone(),
                    x: x.clone(),
                };
                Case::new(2 * survivors as usize, label, ring)
            })
            .collect();
        let bond = |r: &Ring<T>| ReducedBond {
            k4: power(&r.t, 4),
            h2: power(&r.x, 2),
        };
        let decimated = |r: &Ring<T>| decimate_reduced(&bond(r));
        let compared = docket
            .on(scope, &cases, |r| {
                power(
                    &chain_by_enumeration(2 * r.survivors, ChainEnds::Closed, &r.t, &r.x),
                    4,
                )
            })
            .printed(|r| {
                let (next, g4) = decimated(r);
                rebuilt(r.survivors, &next, &g4)
            })
            .mutant("g left out", |r| {
                rebuilt(r.survivors, &decimated(r).0, &T::one())
            })
            .mutant("g twice", |r| {
                let (next, g4) = decimated(r);
                rebuilt(r.survivors, &next, &(g4.clone() * g4))
            })
            .mutant("φ the identity", |r| {
                rebuilt(r.survivors, &bond(r), &decimated(r).1)
            })
            .mutant("λ = 1: as many survivors as spins", |r| {
                let (next, g4) = decimated(r);
                rebuilt(2 * r.survivors, &next, &g4)
            });
        if x.is_one() {
            // Without a field there is none to be renormalized.
            return compared.finish();
        }
        compared
            .mutant("h′ = h", |r| {
                let (mut next, g4) = decimated(r);
                next.h2 = bond(r).h2;
                rebuilt(r.survivors, &next, &g4)
            })
            .finish();
    }
    on(
        docket,
        "rings of 2 to 12 spins, e^K = 3/2, e^h = 5/4",
        &[1, 2, 3, 4, 5, 6],
        &q(3, 2),
        &q(5, 4),
    );
    let (t, x) = (RationalFunction::var(0), RationalFunction::var(1));
    on(
        docket,
        "rings of 2 and 4 spins, e^K and e^h as indeterminates",
        &[1, 2],
        &t,
        &x,
    );
    on(
        docket,
        "rings of 2 to 12 spins without a field, e^K as an indeterminate",
        &[1, 2, 3, 4, 5, 6],
        &t,
        &RationalFunction::one(),
    );
}

/// F per spin of rings by enumeration, and of the infinite chain, with real couplings.
fn real_rings(docket: &mut Docket) {
    let per_spin = |n: u32, k: Enclosure, h: Enclosure| {
        chain_by_enumeration(n, ChainEnds::Closed, &k.exp(), &h.exp()).ln() / number(f64::from(n))
    };
    let half = number(0.5);
    let right = |p: &Point, g: f64, lambda: f64| {
        let next = decimate_bond(number(p.0), number(p.1));
        number(g) * half * next.g + per_spin(5, next.k, next.h) / number(lambda)
    };
    docket
        .on(
            "F of rings of 10 spins, real couplings",
            &points(),
            |&(k, h)| per_spin(10, number(k), number(h)),
        )
        .printed(|p| right(p, 1.0, 2.0))
        .mutant("−g", |p| right(p, -1.0, 2.0))
        .mutant("1/λ left out", |p| right(p, 1.0, 1.0))
        .mutant("λ F(φ) for F(φ)/λ", |p| right(p, 1.0, 0.5))
        .mutant("β → β(1 + 1e-6)", |p| {
            right(&(p.0 * (1.0 + 1e-6), p.1), 1.0, 2.0)
        })
        .finish();
    docket
        .on("F of the infinite chain", &points(), |&(k, h)| {
            chain_log_z_per_spin(number(k), number(h))
        })
        .printed(|&(k, h)| {
            let next = decimate_bond(number(k), number(h));
            half * next.g + half * chain_log_z_per_spin(next.k, next.h)
        })
        .finish();
}

/// λ = 2, 3, 4, 5 spins become one.
fn other_factors(docket: &mut Docket) {
    let cases: Vec<Case<(u32, Point)>> = points()
        .into_iter()
        .flat_map(|c| {
            [2_u32, 3, 4, 5].map(|b| {
                let label = format!("{}, every {b} spins become one", c.label);
                Case::new(c.size, label, (b, c.instance))
            })
        })
        .collect();
    let right = |b: u32, (k, h): Point, lambda: u32| {
        let bond = TransferMatrix::ising(&number(k).exp(), &number(h).exp());
        let (k4, h2, g4) = bond.pow(b).couplings();
        let quarter = number(0.25);
        let (k, h) = (quarter * k4.ln(), number(0.5) * h2.ln());
        (quarter * g4.ln() + chain_log_z_per_spin(k, h)) / number(f64::from(lambda))
    };
    docket
        .on(
            "F of the infinite chain, decimation by 2 to 5",
            &cases,
            |(_, (k, h))| chain_log_z_per_spin(number(*k), number(*h)),
        )
        .printed(|&(b, p)| right(b, p, b))
        .mutant("λ = 2 whatever the map", |&(b, p)| right(b, p, 2))
        .finish();
}

/// Bonds of the diamond lattice after `levels` steps from one bond, and how many spins it has.
fn diamond_bonds(levels: u32) -> (Vec<(usize, usize)>, usize) {
    let (mut bonds, mut spins) = (vec![(0, 1)], 2);
    for _ in 0..levels {
        let mut finer = Vec::new();
        for (i, j) in bonds {
            for middle in [spins, spins + 1] {
                finer.extend([(i, middle), (middle, j)]);
            }
            spins += 2;
        }
        bonds = finer;
    }
    (bonds, spins)
}

/// The diamond lattice: a bond is replaced by two paths of two bonds, so lengths fall by 2 and the
/// number of bonds by 4. `K′ = ln cosh 2K` and `e^{g′} = 4 cosh 2K` for each bond of the coarser lattice.
fn diamond(docket: &mut Docket) {
    let log_z = |levels: u32, k: Enclosure| {
        let (bonds, spins) = diamond_bonds(levels);
        let mut counts = vec![0_u32; bonds.len() + 1];
        for state in 0..1_u32 << spins {
            let unlike = bonds
                .iter()
                .filter(|&&(i, j)| (state >> i ^ state >> j) & 1 == 1);
            counts[unlike.count()] += 1;
        }
        let sum: Enclosure = counts
            .iter()
            .enumerate()
            .map(|(unlike, &n)| {
                let energy = bonds.len() as f64 - 2.0 * unlike as f64;
                number(f64::from(n)) * (k * number(energy)).exp()
            })
            .sum();
        sum.ln()
    };
    let per_bond =
        |levels: u32, k: Enclosure| log_z(levels, k) / number(f64::from(4_u32.pow(levels)));
    let right = |levels: u32, k: f64, lambda: f64| {
        let k = number(k);
        // K′ of two paths is twice that of one, which decimation gives with its constant.
        let path = decimate_bond(k, number(0.0));
        let next = path.k + path.k;
        let g = path.g + path.g;
        (g + per_bond(levels - 1, next)) / number(lambda)
    };
    let cases: Vec<Case<(u32, f64)>> = [(1, 0.4), (1, 0.9), (2, 0.25), (2, 0.609)]
        .map(|(levels, k)| {
            let size = diamond_bonds(levels).1;
            Case::new(
                size,
                format!("diamond lattice of {size} spins, K = {k}"),
                (levels, k),
            )
        })
        .to_vec();
    docket
        .on(
            "diamond lattices of 4 and 12 spins: λ = 4 where the length factor is 2",
            &cases,
            |&(levels, k)| per_bond(levels, number(k)),
        )
        .printed(|&(levels, k)| right(levels, k, 4.0))
        .mutant("λ = 2, the length factor", |&(levels, k)| {
            right(levels, k, 2.0)
        })
        .mutant("K → 2K", |&(levels, k)| right(levels, 2.0 * k, 4.0))
        .finish();
}

fn recursion(docket: &mut Docket) {
    const STEPS: usize = 60;
    let flow = |&(k, h): &Point| decimate_chain(k, h, STEPS).expect("ordinary couplings");
    let constants = |p: &Point, weight: &dyn Fn(i32) -> f64| -> Enclosure {
        let flow = flow(p);
        let last = flow.steps[STEPS].free_energy_per_spin;
        // What is left beyond the constants is the same for all mutants.
        let (mut sum, mut right) = (number(0.0), number(0.0));
        for (stage, k) in flow.steps[1..].iter().zip(1..) {
            sum = sum + number(weight(k)) * stage.g;
            right = right + number(0.5).powi(k) * stage.g;
        }
        last + right - sum
    };
    docket
        .on(
            format!("{STEPS} steps from five points, beside the transfer matrix"),
            &points(),
            |&(k, h)| -chain_log_z_per_spin(number(k), number(h)),
        )
        .printed(|p| flow(p).steps[STEPS].free_energy_per_spin)
        .mutant("all constants with the same weight", |p| {
            constants(p, &|_| 0.5)
        })
        .mutant("λ^{−k+1}", |p| constants(p, &|k| 0.5_f64.powi(k - 1)))
        .mutant("the first constant alone", |p| {
            constants(p, &|k| if k == 1 { 0.5 } else { 0.0 })
        })
        .finish();
    docket
        .on(
            "ring of 2^40 spins for the infinite chain",
            &points(),
            |&(k, h)| -(ring_log_z(1 << 40, number(k), number(h)) / number((1_u64 << 40) as f64)),
        )
        .printed(|p| {
            let rest = Enclosure::new(0.0, 1e-11);
            flow(p).steps[STEPS].free_energy_per_spin - rest
        })
        .finish();
}
