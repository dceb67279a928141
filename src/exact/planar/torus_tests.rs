//! Cold tori, where the four sums cancel by more than a double can hold.

use super::super::{Strip, Want, eliminate};
use super::tests::{couplings, model};
use super::*;
use crate::exact::Quantity;
use crate::model::Lattice;
use crate::random::Seed;

#[test]
fn cold_frustrated_tori_agree_with_elimination() {
    let mut stream = Seed(31).stream("cold tori", 0);
    for (rows, columns) in [(4, 4), (6, 6), (5, 7), (8, 4)] {
        for (kind, k) in [(0, 20.0), (0, 60.0), (1, 20.0), (1, 60.0), (3, 60.0)] {
            let bonds = Lattice::torus(rows, columns).bonds();
            let values = couplings(kind, bonds.len(), k, &mut stream);
            let log_z = planar_torus(rows, columns, &values, &Limits::NONE).unwrap();
            let spins = model(rows * columns, &bonds, &values);
            let sum = eliminate(&spins, Want::LOG_Z, &Limits::NONE).unwrap().log_z;
            let what = format!("{rows}x{columns} {kind} {k}: {log_z:?} {sum:?}");
            assert!(log_z.overlaps(sum), "{what}");
            assert!(log_z.width() < 1e-15 * (1.0 + log_z.magnitude()), "{what}");
            let strip = Strip::recognise(&spins).unwrap();
            let by_rows = strip.solve(Want::LOG_Z, &Limits::NONE).unwrap().log_z;
            assert!(log_z.overlaps(by_rows), "{what} {by_rows:?}");
        }
    }
}

#[test]
fn tori_of_odd_sides_lose_what_all_bonds_around_cost() {
    // In an antiferromagnet every row and every column of an odd torus has at least one violated bond. Where
    // the bonds around are all violated, Z/Z̄ is e^{−2K} for each of them, times a number of states.
    let k = -60.0;
    let bonds = Lattice::torus(5, 5).bonds();
    let values = vec![k; bonds.len()];
    let log_z = planar_torus(5, 5, &values, &Limits::NONE).unwrap();
    let spins = model(25, &bonds, &values);
    let sum = eliminate(&spins, Want::LOG_Z, &Limits::NONE).unwrap().log_z;
    assert!(log_z.overlaps(sum), "{log_z:?} {sum:?}");
    // All but ten of fifty bonds are satisfied: 30 · 60 and the logarithm of the number of ground states.
    assert!(log_z.mid() > 1800.0 && log_z.mid() < 1800.0 + 25.0 * 0.7);
}

/// A ferromagnet with one bond turned inside and all bonds around turned: all of these are violated, where half
/// is taken at first.
fn turned_around(side: usize, k: f64) -> Vec<f64> {
    let along = side * side;
    (0..2 * along)
        .map(|e| {
            let around = if e < along {
                e % side + 1 == side
            } else {
                (e - along) / side + 1 == side
            };
            if around || e == side { -k } else { k }
        })
        .collect()
}

#[test]
fn a_second_try_knows_how_many_bits_are_enough() {
    let (side, k) = (6, 68.0);
    let values = turned_around(side, k);
    let log_z = planar_torus(side, side, &values, &Limits::NONE).unwrap();
    let bonds = Lattice::torus(side, side).bonds();
    let spins = model(side * side, &bonds, &values);
    let sum = eliminate(&spins, Want::LOG_Z, &Limits::NONE).unwrap().log_z;
    assert!(log_z.overlaps(sum), "{log_z:?} {sum:?}");
    // Time enough for the first try, not for both: refused by the time of both.
    let plan = plan_planar_torus(side, side, &values).unwrap();
    let tight = Limits {
        max_seconds: plan.seconds * 1.01,
        ..Limits::NONE
    };
    match planar_torus(side, side, &values, &tight) {
        Err(PlanarError::Exact(ExactError::TooLarge {
            plan: both,
            exceeded: Quantity::Seconds,
            ..
        })) => assert!(both.seconds > 2.0 * plan.seconds && both.seconds < 6.0 * plan.seconds),
        other => panic!("{other:?}"),
    }
    // Colder than all words: by the bits that it needs, not by a loss of precision.
    let cold = planar_torus(side, side, &turned_around(side, 400.0), &Limits::NONE);
    assert!(matches!(cold, Err(PlanarError::TooCold { .. })), "{cold:?}");
}
