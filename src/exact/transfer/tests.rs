//! The transfer matrix against sums over all states, and against the other engines.

use super::super::reference::{Reference, holds};
use super::super::{Elimination, Limits, Want, enumerate};
use super::*;
use crate::model::{Lattice, SpinHamiltonian, Term};
use crate::numeric::Enclosure;
use crate::random::{Seed, Stream};

/// All kinds of boundary and both orientations.
const LATTICES: [&str; 12] = [
    "open:2x3",
    "open:3x3",
    "cylinder:3x3",
    "torus:3x3",
    "torus:2x4",
    "torus:2x2",
    "ring:7",
    "chain:6",
    "cylinder:4x2",
    "torus:3x4",
    "torus:4x3",
    "cylinder:2x5",
];

/// Random bonds and fields; `kind` 0 homogeneous, 1 homogeneous with a field, 2 random bonds,
/// 3 random bonds and fields, 4 bonds ±K.
fn model(lattice: Lattice, kind: usize, strength: f64, stream: &mut Stream) -> SpinHamiltonian {
    let common = strength * stream.normal();
    let mut bond = || match kind {
        0 | 1 => common,
        4 => strength * (stream.index(2) as f64 * 2.0 - 1.0),
        _ => strength * stream.normal(),
    };
    let mut terms: Vec<Term> = lattice
        .bonds()
        .into_iter()
        .map(|(i, j)| Term {
            sites: vec![i, j],
            coupling: bond(),
        })
        .collect();
    let field = strength * stream.normal();
    if kind == 1 || kind == 3 {
        terms.extend((0..lattice.sites()).map(|i| Term {
            sites: vec![i],
            coupling: if kind == 1 {
                field
            } else {
                strength * stream.normal()
            },
        }));
    }
    terms.push(Term {
        sites: vec![],
        coupling: 0.3,
    });
    SpinHamiltonian::new(lattice.sites(), terms).unwrap()
}

/// Weak bonds, but for a row or a column of bonds of strength k of which one is negative, and random fields: where the
/// line is closed, its states have weights just above and below the least that a double holds, and they are all
/// that there is.
fn frustrated_line(lattice: Lattice, is_row: bool, k: f64, stream: &mut Stream) -> SpinHamiltonian {
    let columns = lattice.columns();
    let line = |i: usize| if is_row { i / columns } else { i % columns };
    let mut negative = true;
    let bonds = lattice.bonds().into_iter().map(|(i, j)| {
        let strong = line(i) == 1 && line(j) == 1;
        let coupling = if strong {
            let sign = if std::mem::take(&mut negative) {
                -1.0
            } else {
                1.0
            };
            sign * k
        } else {
            0.1
        };
        let sites = vec![i, j];
        Term { sites, coupling }
    });
    let mut terms: Vec<Term> = bonds.collect();
    terms.extend((0..lattice.sites()).map(|i| Term {
        sites: vec![i],
        coupling: 2.0 * stream.normal(),
    }));
    SpinHamiltonian::new(lattice.sites(), terms).unwrap()
}

fn all_models(mut f: impl FnMut(&str, &SpinHamiltonian, &Strip)) {
    let mut stream = Seed(5).stream("strips", 0);
    for text in LATTICES {
        let lattice: Lattice = text.parse().unwrap();
        for kind in 0..5 {
            for strength in [0.4, 6.0, 1000.0] {
                let model = model(lattice, kind, strength, &mut stream);
                let strip = Strip::of_spins(&model, lattice).unwrap();
                f(&format!("{text} kind {kind} {strength}"), &model, &strip);
            }
        }
        for is_row in [true, false] {
            // Frustration costs e^{−2k}; entries below 2⁻⁹⁶⁰ are flushed.
            for k in [330.5, 331.5, 332.5] {
                let model = frustrated_line(lattice, is_row, k, &mut stream);
                let strip = Strip::of_spins(&model, lattice).unwrap();
                f(&format!("{text} line {is_row} {k}"), &model, &strip);
            }
        }
    }
}

#[test]
fn means_and_pairs_contain_the_reference() {
    all_models(|name, model, strip| {
        // The reference adds up every pair of every state in long integers.
        if model.spins() > 9 && !name.contains("line") || name.ends_with(" 6") {
            return;
        }
        let reference = Reference::new(model);
        let got = strip.solve(Want::ALL, &Limits::NONE).unwrap();
        assert!(reference.log_z_lies_in(got.log_z), "{name} {:?}", got.log_z);
        let (mean, pair) = (got.mean.unwrap(), got.pair.unwrap());
        for i in 0..model.spins() {
            let exact = reference.mean(i);
            assert!(
                holds(mean[i], &exact),
                "{name} mean {i} {:?} {exact}",
                mean[i]
            );
            assert!(mean[i].width() < 1e-11, "{name} {:?}", mean[i]);
            for j in 0..i {
                let exact = reference.pair(i, j);
                let got = pair.get(i, j);
                assert!(holds(got, &exact), "{name} pair {i} {j} {got:?} {exact}");
                assert!(got.width() < 1e-11, "{name} {got:?}");
            }
        }
        let bonds = strip.marginals(&Limits::NONE).unwrap().bonds;
        for (i, j, got) in bonds {
            let exact = reference.pair(i, j);
            assert!(holds(got, &exact), "{name} bond {i} {j} {got:?} {exact}");
        }
    });
}

/// Weights of all states by a plain loop, largest one 1.
fn weights(model: &SpinHamiltonian) -> Vec<f64> {
    let energies: Vec<f64> = (0..1_u64 << model.spins())
        .map(|s| model.energy_of_bits(s))
        .collect();
    let top = energies.iter().copied().fold(f64::MIN, f64::max);
    energies.iter().map(|e| (e - top).exp()).collect()
}

/// Whether an enclosure agrees with a double that is right to about twelve digits.
fn near(got: Enclosure, plain: f64, scale: f64) -> bool {
    let reach = 1e-11 * scale;
    got.lo() - reach <= plain && plain <= got.hi() + reach && got.width() < 1e-9 * scale
}

#[test]
fn energies_contain_the_reference() {
    all_models(|name, model, strip| {
        let w = weights(model);
        let z: f64 = w.iter().sum();
        let energy = |s: usize| model.energy_of_bits(s as u64);
        let mean: f64 = w
            .iter()
            .enumerate()
            .map(|(s, w)| w * energy(s))
            .sum::<f64>()
            / z;
        let variance: f64 = w
            .iter()
            .enumerate()
            .map(|(s, w)| w * (energy(s) - mean).powi(2))
            .sum::<f64>()
            / z;
        let got = strip.thermodynamics(&Limits::NONE).unwrap();
        let size: f64 = model.terms().iter().map(|t| t.coupling.abs()).sum();
        assert!(near(got.mean, mean, size), "{name} {got:?} {mean}");
        assert!(
            near(got.variance, variance, size * size),
            "{name} {got:?} {variance}"
        );
    });
}

#[test]
fn magnetisation_contains_the_reference() {
    all_models(|name, model, strip| {
        let w = weights(model);
        let z: f64 = w.iter().sum();
        let n = model.spins();
        let mut distribution = vec![0.0; n + 1];
        for (s, w) in w.iter().enumerate() {
            distribution[s.count_ones() as usize] += w / z;
        }
        let got = strip.magnetization(&Limits::NONE).unwrap();
        for (k, &p) in distribution.iter().enumerate() {
            assert!(
                near(got.probability[k], p, 1.0),
                "{name} {k} {:?} {p}",
                got.probability[k]
            );
        }
        let moment = |f: &dyn Fn(f64) -> f64| -> f64 {
            let m = |k: usize| (2.0 * k as f64 - n as f64) / n as f64;
            distribution
                .iter()
                .enumerate()
                .map(|(k, p)| p * f(m(k)))
                .sum()
        };
        assert!(near(got.mean, moment(&|m| m), 1.0), "{name} {:?}", got.mean);
        assert!(near(got.absolute, moment(&f64::abs), 1.0), "{name}");
        assert!(near(got.square, moment(&|m| m * m), 1.0), "{name}");
        assert!(near(got.fourth, moment(&|m| m.powi(4)), 1.0), "{name}");
        let log_z = strip.log_z(&Limits::NONE).unwrap();
        assert!(
            got.log_z.overlaps(log_z),
            "{name} {:?} {log_z:?}",
            got.log_z
        );
    });
}

#[test]
fn bond_correlators_contain_the_reference() {
    all_models(|name, model, strip| {
        let w = weights(model);
        let z: f64 = w.iter().sum();
        for source in [0, model.spins() / 2, model.spins() - 1] {
            let got = strip.correlators(source, &Limits::NONE).unwrap();
            let Some((a, b)) = got.source_bond else {
                continue;
            };
            for found in got.bonds {
                let (i, j) = found.bond;
                let odd = |s: usize| ((s >> a ^ s >> b ^ s >> i ^ s >> j) & 1) == 1;
                let sum: f64 = w
                    .iter()
                    .enumerate()
                    .map(|(s, w)| if odd(s) { -w } else { *w })
                    .sum();
                assert!(
                    near(found.value, sum / z, 1.0),
                    "{name} {source} {found:?} {}",
                    sum / z
                );
            }
        }
    });
}

#[test]
fn engines_agree_on_random_models() {
    let mut stream = Seed(6).stream("engines", 0);
    for round in 0..150 {
        let rows = 1 + stream.index(4);
        let columns = 1 + stream.index(if rows < 4 { 5 } else { 4 });
        let boundary = |closed: bool| {
            if closed {
                crate::model::Boundary::Periodic
            } else {
                crate::model::Boundary::Open
            }
        };
        let lattice = Lattice::new(
            rows,
            columns,
            boundary(stream.index(2) == 1),
            boundary(stream.index(2) == 1),
        );
        let strength = 10.0_f64.powf(stream.uniform_in(-2.0, 3.0));
        let model = model(lattice, round % 5, strength, &mut stream);
        let strip = Strip::of_spins(&model, lattice).unwrap();
        let by_rows = strip.solve(Want::MEANS, &Limits::NONE).unwrap();
        let by_states = enumerate(&model, Want::MEANS, &Limits::NONE).unwrap();
        assert!(
            by_rows.log_z.overlaps(by_states.log_z),
            "{round} {lattice:?}"
        );
        let (a, b) = (by_rows.mean.unwrap(), by_states.mean.unwrap());
        assert!(
            a.iter().zip(&b).all(|(a, b)| a.overlaps(*b)),
            "{round} {lattice:?}"
        );
        let elimination = Elimination::of_spins(&model).unwrap();
        let (log_z, singles) = elimination.singles(&Limits::NONE).unwrap();
        assert!(by_rows.log_z.overlaps(log_z), "{round} {lattice:?}");
        for (mean, single) in a.iter().zip(&singles) {
            assert!(mean.overlaps(single[1] - single[0]), "{round} {lattice:?}");
        }
    }
}

#[test]
fn long_and_wide_strips_agree_with_elimination() {
    let mut stream = Seed(7).stream("long", 0);
    for (text, strength) in [
        ("open:6x40", 0.6),
        ("cylinder:30x6", 30.0),
        ("torus:5x9", 0.5),
    ] {
        let lattice: Lattice = text.parse().unwrap();
        let model = model(lattice, 3, strength, &mut stream);
        let strip = Strip::of_spins(&model, lattice).unwrap();
        let marginals = strip.marginals(&Limits::NONE).unwrap();
        let (log_z, singles) = Elimination::of_spins(&model)
            .unwrap()
            .singles(&Limits::NONE)
            .unwrap();
        assert!(marginals.log_z.overlaps(log_z), "{text}");
        assert!(log_z.overlaps(strip.thermodynamics(&Limits::NONE).unwrap().log_z));
        for (mean, single) in marginals.means.iter().zip(&singles) {
            assert!(mean.overlaps(single[1] - single[0]), "{text}");
        }
    }
}

/// P(X ≥ k) of a binomial variable is at most `e^{−n D(k/n ‖ p)}` (Chernoff): both tails below 1e-10.
fn plausible(hits: usize, n: usize, p: f64) -> bool {
    let q = hits as f64 / n as f64;
    let term = |a: f64, b: f64| if a == 0.0 { 0.0 } else { a * (a / b).ln() };
    let divergence = term(q, p) + term(1.0 - q, 1.0 - p);
    n as f64 * divergence < 24.0
}

#[test]
fn samples_have_the_distribution_of_the_model() {
    let count = 20_000;
    let mut stream = Seed(8).stream("samples", 0);
    for (text, kind, strength) in [
        ("torus:3x3", 0, 0.4),
        ("torus:3x3", 3, 0.7),
        ("torus:3x3", 4, 800.0),
        ("torus:3x4", 1, 0.3),
        ("open:3x3", 3, 0.8),
        ("cylinder:2x5", 2, 0.8),
    ] {
        let lattice: Lattice = text.parse().unwrap();
        let model = model(lattice, kind, strength, &mut stream);
        let strip = Strip::of_spins(&model, lattice).unwrap();
        let samples = strip.samples(count, &mut stream, &Limits::NONE).unwrap();
        assert_eq!(samples.len(), count);
        let n = model.spins();
        let mut counts = vec![0_usize; 1 << n];
        let mut spins = vec![0_i8; n];
        let mut pairs = 0;
        let mut last = 0;
        for i in 0..count {
            samples.write(i, &mut spins);
            let state = (0..n)
                .filter(|&i| spins[i] == 1)
                .fold(0_usize, |s, i| s | 1 << i);
            assert_eq!(
                samples.magnetization(i),
                spins.iter().map(|&s| i64::from(s)).sum::<i64>()
            );
            counts[state] += 1;
            // Neighbours in the output are equal as often as independent draws are.
            pairs += usize::from(i > 0 && state == last);
            last = state;
        }
        let w = weights(&model);
        let z: f64 = w.iter().sum();
        for (state, &hits) in counts.iter().enumerate() {
            let p = w[state] / z;
            assert!(
                plausible(hits, count, p),
                "{text} {kind}: {state} {hits} {p}"
            );
        }
        let same: f64 = w.iter().map(|w| (w / z).powi(2)).sum();
        assert!(
            plausible(pairs, count - 1, same) || same > 0.99,
            "{text} {kind} {pairs} {same}"
        );
    }
}

#[test]
fn too_much_is_refused_with_its_cost() {
    let strip = Strip::homogeneous(Lattice::torus(20, 20), 0.4, 0.0).unwrap();
    let error = strip.log_z(&Limits::default()).unwrap_err().to_string();
    assert!(
        error.contains("transfer-matrix") && error.contains("--max-seconds"),
        "{error}"
    );
    let open = Strip::homogeneous(Lattice::open(20, 1000), 0.4, 0.0).unwrap();
    let error = open
        .magnetization(&Limits::default())
        .unwrap_err()
        .to_string();
    assert!(error.contains("--max-bytes"), "{error}");
    assert!(open.plan(StripTask::LogZ).seconds < 60.0);
}

#[test]
fn states_that_only_later_rows_favour_are_not_lost() {
    for text in ["chain:5", "ring:5", "open:3x2", "cylinder:3x3", "torus:3x3"] {
        let lattice: Lattice = text.parse().unwrap();
        let n = lattice.sites();
        for (a, b) in lattice.bonds() {
            // Fields that are opposed across a bond stronger than they. One alignment has e⁻⁸ of the other's weight and
            // passes through a weight below 2⁻⁹⁶⁰, the least that is kept.
            for opposed in [[336.0, -332.0], [-332.0, 336.0]] {
                let bonds = lattice.bonds().into_iter().map(|bond| Term {
                    sites: vec![bond.0, bond.1],
                    coupling: if bond == (a, b) { 346.0 } else { 0.1 },
                });
                let fields = (0..n).map(|i| Term {
                    sites: vec![i],
                    coupling: match i {
                        i if i == a => opposed[0],
                        i if i == b => opposed[1],
                        _ => 0.3,
                    },
                });
                let model = SpinHamiltonian::new(n, bonds.chain(fields).collect()).unwrap();
                let strip = Strip::of_spins(&model, lattice).unwrap();
                let reference = Reference::new(&model);
                let got = strip.solve(Want::MEANS, &Limits::NONE).unwrap();
                let name = format!("{text} {a} {b} {opposed:?}");
                assert!(reference.log_z_lies_in(got.log_z), "{name} {got:?}");
                let log_z = strip.log_z(&Limits::NONE).unwrap();
                assert!(reference.log_z_lies_in(log_z), "{name} {log_z:?}");
                let means = got.mean.unwrap();
                assert!(means[a].magnitude() < 0.9999, "{name} {:?}", means[a]);
                for (i, &mean) in means.iter().enumerate() {
                    assert!(holds(mean, &reference.mean(i)), "{name} {i} {mean:?}");
                }
            }
        }
    }
}

/// A coupling or field of which 2|K| is so many bits.
fn bits(bits: f64) -> f64 {
    0.5 * bits * std::f64::consts::LN_2
}

#[test]
fn weak_penalties_of_many_rows_add_up_to_a_lost_state() {
    for text in ["chain:6", "ring:6", "open:4x2", "cylinder:3x3", "torus:3x3"] {
        let lattice: Lattice = text.parse().unwrap();
        let n = lattice.sites();
        let joined: Vec<(usize, usize)> = lattice.bonds();
        let is_bond = |pair| joined.contains(&pair);
        let mut seen = 0;
        for a in 0..n {
            for step in [1, lattice.columns()] {
                let path = [a, a + step, a + 2 * step];
                if path[2] >= n || !is_bond((a, path[1])) || !is_bond((path[1], path[2])) {
                    continue;
                }
                // The spins of a path are alike. Down pays 970 bits at one site, up 479 at each of the others; bonds that
                // are flushed, too, one or both.
                for (strong, order) in [(998.0, [0, 1, 2]), (998.0, [2, 1, 0]), (1030.0, [0, 1, 2])]
                {
                    let bonds = joined.iter().map(|&(i, j)| Term {
                        sites: vec![i, j],
                        coupling: if path.contains(&i) && path.contains(&j) {
                            bits(strong)
                        } else {
                            0.1
                        },
                    });
                    let fields = [970.0, -479.0, -480.0].into_iter().zip(order);
                    let fields = fields.map(|(h, k)| Term {
                        sites: vec![path[k]],
                        coupling: bits(h),
                    });
                    let model = SpinHamiltonian::new(n, bonds.chain(fields).collect()).unwrap();
                    let strip = Strip::of_spins(&model, lattice).unwrap();
                    let reference = Reference::new(&model);
                    let log_z = strip.log_z(&Limits::NONE).unwrap();
                    let name = format!("{text} {path:?} {strong} {order:?}");
                    assert!(reference.log_z_lies_in(log_z), "{name} {log_z:?}");
                    let got = strip.solve(Want::MEANS, &Limits::NONE).unwrap();
                    for (i, &mean) in got.mean.unwrap().iter().enumerate() {
                        assert!(holds(mean, &reference.mean(i)), "{name} {i} {mean:?}");
                    }
                    seen += 1;
                }
            }
        }
        assert!(seen >= 9, "{text}");
    }
}

#[test]
fn first_rows_in_groups_of_their_own_are_not_lost() {
    // A torus wide enough that first rows are carried in several groups. Those with the last column down die out in the
    // frustrated third row, and are the heavier ones all the same.
    let lattice = Lattice::torus(8, 6);
    let column = |i: usize| i % 6;
    let mut turned = false;
    let bonds = lattice.bonds().into_iter().map(|(i, j)| {
        let across = i / 6 == j / 6;
        let coupling = if across && i / 6 == 2 {
            let sign = if std::mem::replace(&mut turned, true) {
                1.0
            } else {
                -1.0
            };
            sign * bits(700.0)
        } else if !across && column(i) == 5 && i.min(j) / 6 == 0 && i.max(j) / 6 == 1 {
            bits(1000.0)
        } else if !across && column(i) == 5 && i.min(j) / 6 == 1 && i.max(j) / 6 == 2 {
            bits(268.0)
        } else {
            0.05
        };
        Term {
            sites: vec![i, j],
            coupling,
        }
    });
    let fields = [(11, -400.0), (17, 268.0), (25, 0.2), (26, -0.1)];
    let fields = fields.into_iter().map(|(i, h)| Term {
        sites: vec![i],
        coupling: bits(h),
    });
    let model = SpinHamiltonian::new(48, bonds.chain(fields).collect()).unwrap();
    let strip = Strip::of_spins(&model, lattice).unwrap();
    let log_z = strip.log_z(&Limits::NONE).unwrap();
    let elimination = Elimination::of_spins(&model).unwrap();
    let (expected, singles) = elimination.singles(&Limits::NONE).unwrap();
    assert!(log_z.overlaps(expected), "{log_z:?} {expected:?}");
    // That spin is down but for e⁻⁹⁰.
    assert!(singles[5][1].hi() < 1e-30);
    let mut stream = Seed(1).stream("groups", 0);
    let samples = strip.samples(20, &mut stream, &Limits::NONE).unwrap();
    let mut spins = vec![0_i8; 48];
    for i in 0..samples.len() {
        samples.write(i, &mut spins);
        assert_eq!(spins[5], -1);
    }
}

#[test]
fn random_strips_at_the_edge_of_doubles_agree_with_elimination() {
    let mut stream = Seed(9).stream("edge", 0);
    for round in 0..90 {
        let width = [1, 2, 3, 4, 6][stream.index(5)];
        let rows = width.max([2, 5, 7][stream.index(3)]);
        let boundary = |closed: usize| {
            [
                crate::model::Boundary::Open,
                crate::model::Boundary::Periodic,
            ][closed]
        };
        let lattice = Lattice::new(
            rows,
            width,
            boundary(stream.index(2)),
            boundary(stream.index(2)),
        );
        let mut strength = || {
            let size = match stream.index(10) {
                0..5 => stream.uniform(),
                5..7 => stream.uniform_in(100.0, 500.0),
                _ => stream.uniform_in(0.98, 1.0) * [700.0, 960.0, 970.0, 1100.0][stream.index(4)],
            };
            bits(if stream.index(2) == 0 { size } else { -size })
        };
        let mut terms: Vec<Term> = Vec::new();
        for (i, j) in lattice.bonds() {
            terms.push(Term {
                sites: vec![i, j],
                coupling: strength(),
            });
        }
        for i in 0..lattice.sites() {
            let coupling = strength();
            if round % 3 > 0 {
                let sites = vec![i];
                terms.push(Term { sites, coupling });
            }
        }
        let model = SpinHamiltonian::new(lattice.sites(), terms).unwrap();
        let strip = Strip::of_spins(&model, lattice).unwrap();
        let log_z = strip.log_z(&Limits::NONE).unwrap();
        let found = strip.marginals(&Limits::NONE).unwrap();
        let (expected, singles) = Elimination::of_spins(&model)
            .unwrap()
            .singles(&Limits::NONE)
            .unwrap();
        assert!(
            log_z.overlaps(expected),
            "{round} {lattice:?} {log_z:?} {expected:?}"
        );
        assert!(found.log_z.overlaps(expected), "{round} {lattice:?}");
        for (mean, p) in found.means.iter().zip(&singles) {
            assert!(
                mean.overlaps(p[1] - p[0]),
                "{round} {lattice:?} {mean:?} {p:?}"
            );
        }
    }
}
