//! The planar engine against the other engines and against exact values.

use super::super::rational::rational_partition;
use super::super::reference::Reference;
use super::super::{Want, eliminate};
use super::*;
use crate::model::{Lattice, Term};
use crate::random::{Chooser, Seed, Stream};
use num_rational::BigRational;

pub(super) fn model(n: usize, bonds: &[(usize, usize)], couplings: &[f64]) -> SpinHamiltonian {
    let terms = bonds
        .iter()
        .zip(couplings)
        .map(|(&(a, b), &coupling)| Term {
            sites: vec![a, b],
            coupling,
        })
        .collect();
    SpinHamiltonian::new(n, terms).unwrap()
}

/// Couplings of strength k: signs, normal numbers, or with zeros among them.
pub(super) fn couplings(kind: usize, n: usize, k: f64, stream: &mut Stream) -> Vec<f64> {
    (0..n)
        .map(|_| {
            let sign = if stream.index(2) == 0 { k } else { -k };
            match kind {
                0 => sign,
                1 => k * stream.normal(),
                2 => k,
                _ if stream.index(3) == 0 => 0.0,
                _ => sign,
            }
        })
        .collect()
}

/// A planar graph: triangles, at random, in a random triangle each, then some edges left out.
pub(super) fn random_planar(
    n: usize,
    leave_out: usize,
    stream: &mut Stream,
) -> Vec<(usize, usize)> {
    let mut faces = vec![[0, 1, 2], [0, 2, 1]];
    let mut edges = vec![(0, 1), (1, 2), (0, 2)];
    for v in 3..n {
        let [a, b, c] = faces.swap_remove(stream.index(faces.len()));
        faces.extend([[a, b, v], [b, c, v], [c, a, v]]);
        edges.extend([(a, v), (b, v), (c, v)]);
    }
    for _ in 0..leave_out.min(edges.len()) {
        edges.swap_remove(stream.index(edges.len()));
    }
    let mut name: Vec<usize> = (0..n).collect();
    stream.shuffle(&mut name);
    edges.into_iter().map(|(a, b)| (name[a], name[b])).collect()
}

#[test]
fn enclosures_contain_the_reference() {
    let mut stream = Seed(11).stream("planar", 0);
    for (rows, columns) in [(1, 1), (1, 2), (2, 2), (3, 3), (2, 4), (5, 2)] {
        for kind in 0..4 {
            for k in [0.01, 0.7, 2.0, 9.0, 60.0] {
                let lattice = Lattice::open(rows, columns);
                let bonds = lattice.bonds();
                let values = couplings(kind, bonds.len(), k, &mut stream);
                let planar = Planar::open_rectangle(rows, columns, &values).unwrap();
                let log_z = planar.log_z(&Limits::NONE).unwrap();
                let model = model(rows * columns, &bonds, &values);
                let what = format!("{rows}x{columns} {kind} {k} {log_z:?}");
                assert!(Reference::new(&model).log_z_lies_in(log_z), "{what}");
                let size: f64 = values.iter().map(|k| 1.0 + k.abs()).sum();
                assert!(log_z.width() <= 1e-15 * (1.0 + size), "{what}");
            }
        }
    }
}

#[test]
fn random_planar_graphs_agree_with_elimination() {
    let mut stream = Seed(12).stream("planar", 1);
    for round in 0..120 {
        let n = 3 + stream.index(14);
        let leave_out = stream.index(2 * n);
        let edges = random_planar(n, leave_out, &mut stream);
        let k = [0.2, 1.0, 4.0][round % 3];
        let values = couplings(round % 2, edges.len(), k, &mut stream);
        let model = model(n, &edges, &values);
        let log_z = Planar::of_spins(&model)
            .unwrap()
            .log_z(&Limits::NONE)
            .unwrap();
        let sum = eliminate(&model, Want::LOG_Z, &Limits::NONE).unwrap().log_z;
        assert!(
            log_z.overlaps(sum),
            "{round} {n} {edges:?}: {log_z:?} {sum:?}"
        );
        assert!(log_z.width() < 1e-12, "{round} {log_z:?}");
    }
}

#[test]
fn cold_strips_agree_with_elimination() {
    let mut stream = Seed(13).stream("planar", 2);
    for (rows, columns, kind, k) in [
        (30, 9, 0, 1.0),
        (9, 30, 1, 1.0),
        (24, 10, 0, 8.0),
        (10, 10, 1, 8.0),
        (40, 8, 0, 50.0),
        (20, 10, 3, 50.0),
        (20, 10, 2, 0.44),
    ] {
        let bonds = Lattice::open(rows, columns).bonds();
        let values = couplings(kind, bonds.len(), k, &mut stream);
        let planar = Planar::open_rectangle(rows, columns, &values).unwrap();
        let log_z = planar.log_z(&Limits::NONE).unwrap();
        let model = model(rows * columns, &bonds, &values);
        let sum = eliminate(&model, Want::LOG_Z, &Limits::NONE).unwrap().log_z;
        assert!(
            log_z.overlaps(sum),
            "{rows}x{columns} {k}: {log_z:?} {sum:?}"
        );
        let size: f64 = values.iter().map(|k| k.abs()).sum();
        assert!(log_z.width() < 1e-15 * (1.0 + size), "{log_z:?}");
    }
}

#[test]
fn a_rational_partition_function_lies_inside() {
    // e^K = 2 and 1/3 are no doubles, so the couplings are taken as their nearest ones: each bond is off
    // by at most half a unit in the last place of K, and ln Z by the sum of that.
    let bonds = Lattice::open(3, 3).bonds();
    let factor = |e: usize| if e.is_multiple_of(3) { (1, 3) } else { (2, 1) };
    let terms: Vec<_> = bonds
        .iter()
        .enumerate()
        .map(|(e, &(a, b))| {
            let (p, q) = factor(e);
            (vec![a, b], BigRational::new(p.into(), q.into()))
        })
        .collect();
    let values: Vec<f64> = (0..bonds.len())
        .map(|e| (f64::from(factor(e).0) / f64::from(factor(e).1)).ln())
        .collect();
    let z = rational_partition(9, &terms).unwrap().z;
    let log_z = Planar::open_rectangle(3, 3, &values)
        .unwrap()
        .log_z(&Limits::NONE)
        .unwrap();
    let slack = Enclosure::around(0.0, 12.0 * 1.2e-16);
    assert!((log_z + slack).overlaps(Enclosure::from_rational(&z).ln()));
}

#[test]
fn drawings_are_taken_as_given() {
    // A square with both diagonals drawn as the tetrahedron.
    let bonds = [
        (0, 1, 0.3),
        (1, 2, -0.4),
        (2, 0, 0.5),
        (0, 3, 0.6),
        (1, 3, 0.7),
        (2, 3, -0.8),
    ];
    let around = [vec![0, 3, 2], vec![1, 4, 0], vec![2, 5, 1], vec![3, 4, 5]];
    let planar = Planar::with_embedding(&bonds, &around).unwrap();
    let edges: Vec<_> = bonds.iter().map(|b| (b.0, b.1)).collect();
    let values: Vec<_> = bonds.iter().map(|b| b.2).collect();
    let log_z = planar.log_z(&Limits::NONE).unwrap();
    assert!(Reference::new(&model(4, &edges, &values)).log_z_lies_in(log_z));
    let mut wrong = around.clone();
    wrong[0].swap(0, 1);
    assert_eq!(
        Planar::with_embedding(&bonds, &wrong).unwrap_err(),
        PlanarError::NotAnEmbedding
    );
}

#[test]
fn what_is_not_planar_or_no_pair_is_refused_by_name() {
    let torus = Lattice::torus(4, 4).ising(0.3, 0.0).unwrap();
    let error = Planar::of_spins(&torus).unwrap_err();
    assert!(error.to_string().contains("K3,3") || error.to_string().contains("K5"));
    let field = Lattice::open(3, 3).ising(0.3, 0.1).unwrap();
    assert!(matches!(
        Planar::of_spins(&field),
        Err(PlanarError::NotABond { term: 12, sites: 1 })
    ));
    let cold = Planar::open_rectangle(40, 40, &vec![1e4; 2 * 40 * 39]).unwrap();
    assert!(matches!(
        cold.log_z(&Limits::NONE),
        Err(PlanarError::TooCold { .. })
    ));
    assert!(matches!(
        Planar::open_rectangle(2, 2, &[f64::NAN; 4]),
        Err(PlanarError::Coupling { index: 0, .. })
    ));
}

#[test]
fn trees_parts_and_repeated_bonds_work() {
    let edges = [
        (0, 1),
        (0, 1),
        (1, 2),
        (1, 3),
        (5, 6),
        (6, 7),
        (7, 5),
        (7, 8),
    ];
    let values = [0.3, 1e-15, -1.1, 0.7, 2.0, -0.4, 0.5, 0.6, -0.9];
    let model = model(10, &edges, &values);
    let log_z = Planar::of_spins(&model)
        .unwrap()
        .log_z(&Limits::NONE)
        .unwrap();
    assert!(Reference::new(&model).log_z_lies_in(log_z), "{log_z:?}");
    assert!(log_z.width() < 1e-14);
}

#[test]
fn bond_correlators_agree_with_other_engines() {
    let mut stream = Seed(14).stream("planar", 3);
    let check =
        |n: usize, edges: &[(usize, usize)], values: &[f64], planar: &Planar, what: &str| {
            let reference = Reference::new(&model(n, edges, values));
            let found = planar.bond_correlators(&Limits::NONE).unwrap();
            assert_eq!(found.len(), edges.len());
            for (a, b, value) in found {
                let exact = reference.pair(a, b);
                assert!(
                    super::super::reference::holds(value, &exact),
                    "{what} {a} {b} {value:?}"
                );
                assert!(value.width() < 4e-15, "{what} {a} {b} {value:?}");
            }
        };
    for (rows, columns) in [(2, 2), (3, 3), (2, 5), (4, 3), (1, 6)] {
        for (kind, k) in [(0, 0.5), (1, 1.0), (0, 6.0), (3, 2.0)] {
            let edges = Lattice::open(rows, columns).bonds();
            let values = couplings(kind, edges.len(), k, &mut stream);
            let planar = Planar::open_rectangle(rows, columns, &values).unwrap();
            check(
                rows * columns,
                &edges,
                &values,
                &planar,
                &format!("{rows}x{columns} {k}"),
            );
        }
    }
    for round in 0..20 {
        let edges = random_planar(9, round % 5, &mut stream);
        let values = couplings(1, edges.len(), 1.0, &mut stream);
        let planar = Planar::of_spins(&model(9, &edges, &values)).unwrap();
        check(9, &edges, &values, &planar, &format!("{edges:?}"));
    }
}

#[test]
fn samples_follow_the_exact_distribution() {
    // Counts of all states of a small graph. Each count is binomial; with 20000 draws and 2·64 + 2·256 states
    // a deviation of 6.5 standard errors (and 7 counts, for the rare ones) has probability below 1e-7.
    let mut stream = Seed(15).stream("planar", 4);
    let graphs = [
        (6, Lattice::open(2, 3).bonds(), true),
        (8, random_planar(8, 2, &mut stream), false),
        (6, vec![(0, 1), (1, 2), (2, 0), (2, 3), (4, 5)], false),
        (8, Lattice::open(2, 4).bonds(), true),
    ];
    for (n, edges, lattice) in graphs {
        let values = couplings(1, edges.len(), 0.8, &mut stream);
        let planar = if lattice {
            Planar::open_rectangle(2, n / 2, &values).unwrap()
        } else {
            Planar::of_spins(&model(n, &edges, &values)).unwrap()
        };
        let draws = 20_000;
        let samples = planar.samples(draws, &mut stream, &Limits::NONE).unwrap();
        let mut counts = vec![0_u32; 1 << n];
        for spins in samples {
            let state = spins
                .iter()
                .enumerate()
                .map(|(i, &s)| usize::from(s) << i)
                .sum::<usize>();
            counts[state] += 1;
        }
        let spin_model = model(n, &edges, &values);
        let weights: Vec<f64> = (0..1_u64 << n)
            .map(|s| spin_model.energy_of_bits(s).exp())
            .collect();
        let z: f64 = weights.iter().sum();
        for (state, &count) in counts.iter().enumerate() {
            let mean = draws as f64 * weights[state] / z;
            let deviation = (f64::from(count) - mean).abs();
            assert!(
                deviation < 6.5 * mean.sqrt() + 7.0,
                "{edges:?} {state}: {count} of {mean}"
            );
        }
    }
}

#[test]
fn cold_samples_are_ground_states() {
    // At |K| = 12 an excitation costs a factor e^{−48}: every sample has the energy of the best state.
    let mut stream = Seed(16).stream("planar", 5);
    let edges = Lattice::open(6, 6).bonds();
    let values = couplings(0, edges.len(), 12.0, &mut stream);
    let planar = Planar::open_rectangle(6, 6, &values).unwrap();
    let spin_model = model(36, &edges, &values);
    let samples = planar.samples(20, &mut stream, &Limits::NONE).unwrap();
    let energy = |spins: &[bool]| {
        let state = spins
            .iter()
            .enumerate()
            .map(|(i, &s)| u64::from(s) << i)
            .sum();
        spin_model.energy_of_bits(state)
    };
    let log_z = planar.log_z(&Limits::NONE).unwrap();
    for spins in &samples {
        // ln Z − 𝒦 is the logarithm of the number of ground states: one of an integer.
        let degeneracy = (log_z.mid() - energy(spins)).exp();
        assert!(
            (degeneracy - degeneracy.round()).abs() < 1e-6 * degeneracy,
            "{degeneracy}"
        );
        assert!((energy(spins) - energy(&samples[0])).abs() < 1e-9);
    }
}

#[test]
fn tori_agree_with_other_engines() {
    let mut stream = Seed(17).stream("planar", 6);
    for (rows, columns) in [(2, 2), (2, 3), (3, 3), (1, 5), (5, 1), (4, 2)] {
        for (kind, k) in [(0, 0.4), (1, 1.0), (2, 0.44), (0, 7.0), (3, 2.0)] {
            let bonds = Lattice::torus(rows, columns).bonds();
            let values = couplings(kind, bonds.len(), k, &mut stream);
            let log_z = planar_torus(rows, columns, &values, &Limits::NONE).unwrap();
            let what = format!("{rows}x{columns} {kind} {k} {log_z:?}");
            let reference = Reference::new(&model(rows * columns, &bonds, &values));
            assert!(reference.log_z_lies_in(log_z), "{what}");
            assert!(log_z.width() < 1e-14 * (1.0 + log_z.magnitude()), "{what}");
        }
    }
    // Homogeneous ones against the four products, hot, critical and cold, with negative couplings.
    for (rows, columns, k) in [
        (8, 8, 0.2),
        (9, 7, 0.440_686_793_5),
        (8, 6, -0.8),
        (7, 6, 1.5),
    ] {
        let values = vec![k; 2 * rows * columns];
        let Ok(products) = super::super::kaufman(rows, columns, k, k) else {
            panic!("{rows}x{columns} is not frustrated");
        };
        let log_z = planar_torus(rows, columns, &values, &Limits::NONE).unwrap();
        assert!(log_z.overlaps(products.log_z), "{log_z:?} {products:?}");
    }
}

/// The state of a block after some of its steps, and the error bound.
fn part_way<const N: usize>(block: &Block, steps: usize) -> (Boundary<N>, f64) {
    let couplings = Couplings::<N>::new(&block.couplings);
    let mut state = Boundary::<N>::new(block.program.places);
    for step in &block.program.steps[..steps] {
        state.step(step, &couplings).unwrap();
    }
    let radius = block.radius(N, state.rounded, Boundary::<N>::units());
    (state, radius)
}

#[test]
fn the_error_bound_holds_where_the_precision_is_too_small() {
    // Correlators in two words, where rounding shows, against eight words: off by at most 2γS.
    let mut stream = Seed(18).stream("planar", 7);
    let (mut most, mut steps) = (0.0_f64, 0.0_f64);
    for k in [0.5, 1.0, 2.0, 3.0, 4.0] {
        for kind in 0..2 {
            let values = couplings(kind, 60, k, &mut stream);
            let planar = Planar::open_rectangle(6, 6, &values).unwrap();
            let block = &planar.blocks[0];
            let (coarse, bound) = part_way::<2>(block, 40);
            let (fine, small) = part_way::<8>(block, 40);
            assert!(small < 1e-60 && bound < 0.25, "{k} {bound}");
            let value = |x: BigRational| -> f64 { Enclosure::from_rational(&x).mid() };
            for &i in &fine.order {
                for &j in &fine.order {
                    let two = BigRational::new(fixed::to_big(&coarse.get(i, j)), 1.into());
                    let eight = BigRational::new(fixed::to_big(&fine.get(i, j)), 1.into());
                    let unit = |words| {
                        BigRational::new(
                            1.into(),
                            num_bigint::BigInt::from(1) << fraction_bits(words),
                        )
                    };
                    let error = value(two * unit(2) - eight * unit(8)).abs();
                    assert!(error <= 2.0 * bound, "{k} {kind}: {error:e} {bound:e}");
                    most = most.max(error);
                    steps = steps.max(error / 2.0_f64.powi(-125));
                }
            }
        }
    }
    // Rounding was there to be bounded, and cold couplings had made it grow.
    assert!(most > 0.0 && steps > 1e3, "{most:e} {steps}");
}
