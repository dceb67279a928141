//! Correlators of any two spins against the other engines.

use super::super::reference::{Reference, holds};
use super::super::{Strip, Want, eliminate, enumerate};
use super::tests::{couplings, model, random_planar};
use super::*;
use crate::model::Lattice;
use crate::random::Seed;

/// All pairs of n sites.
fn all_pairs(n: usize) -> Vec<(usize, usize)> {
    (0..n)
        .flat_map(|i| (i + 1..n).map(move |j| (i, j)))
        .collect()
}

#[test]
fn pair_correlators_agree_with_enumeration() {
    // Random triangulations with edges left out, most of them of several blocks, and rectangles.
    let mut stream = Seed(21).stream("planar pairs", 0);
    let (mut checked, mut negative) = (0, 0);
    for round in 0..2400 {
        let n = 3 + stream.index(6);
        let (edges, shape) = if round % 4 == 0 {
            let (rows, columns) = [(2, 2), (2, 3), (3, 3), (2, 4), (4, 2), (1, 5)][round / 4 % 6];
            (Lattice::open(rows, columns).bonds(), Some((rows, columns)))
        } else {
            let leave_out = stream.index(n);
            (random_planar(n, leave_out, &mut stream), None)
        };
        let n = shape.map_or(n, |(rows, columns)| rows * columns);
        let k = [0.3, 1.0, 2.5, 8.0][round / 2 % 4];
        let values = couplings(round % 3 % 2, edges.len(), k, &mut stream);
        let spins = model(n, &edges, &values);
        let planar = match shape {
            Some((rows, columns)) => Planar::open_rectangle(rows, columns, &values).unwrap(),
            None => Planar::of_spins(&spins).unwrap(),
        };
        let pairs = all_pairs(n);
        let found = planar.pair_correlators(&pairs, &Limits::NONE).unwrap();
        let exact = enumerate(&spins, Want::ALL, &Limits::NONE).unwrap();
        let table = exact.pair.unwrap();
        for (&(a, b), value) in pairs.iter().zip(found) {
            let what = format!("{round} {edges:?} {values:?} ({a}, {b}) {value:?}");
            assert!(
                value.overlaps(table.get(a, b)),
                "{what} {:?}",
                table.get(a, b)
            );
            // 3.4e-16 for a block, 5.6e-16 (five roundings) for the tanh of a bond on no cycle, 2.3e-16 for
            // each product of two links. Of n ≤ 8 spins with 2n − 5 bonds or more, five at least are in one
            // block, so there are three further links at most; a row of five spins has four. 3.0e-15 in all.
            assert!(value.width() < 4e-15, "{what}");
            checked += 1;
            negative += usize::from(value.hi() < -1e-3);
        }
    }
    assert!(
        checked > 30_000 && negative > checked / 5,
        "{checked} {negative}"
    );
}

#[test]
fn pair_correlators_contain_the_reference() {
    let mut stream = Seed(22).stream("planar pairs", 1);
    for round in 0..60 {
        let n = 9;
        let (rows, columns) = (3, 3);
        let k = [0.01, 0.6, 3.0, 8.0, 40.0][round % 5];
        let (edges, planar, values) = if round % 2 == 0 {
            let edges = Lattice::open(rows, columns).bonds();
            let values = couplings(round % 4, edges.len(), k, &mut stream);
            let planar = Planar::open_rectangle(rows, columns, &values).unwrap();
            (edges, planar, values)
        } else {
            let edges = random_planar(n, round % 7, &mut stream);
            let values = couplings(round % 4, edges.len(), k, &mut stream);
            let planar = Planar::of_spins(&model(n, &edges, &values)).unwrap();
            (edges, planar, values)
        };
        let reference = Reference::new(&model(n, &edges, &values));
        let pairs = all_pairs(n);
        let found = planar.pair_correlators(&pairs, &Limits::NONE).unwrap();
        for (&(a, b), value) in pairs.iter().zip(found) {
            let exact = reference.pair(a, b);
            assert!(holds(value, &exact), "{round} ({a}, {b}) {value:?}");
        }
    }
}

#[test]
fn pair_correlators_agree_with_elimination_and_strips() {
    let mut stream = Seed(23).stream("planar pairs", 2);
    for (round, (rows, columns, k)) in [(7, 6, 0.4), (6, 8, 1.0), (5, 9, 8.0), (9, 4, 3.0)]
        .into_iter()
        .enumerate()
    {
        let n = rows * columns;
        let edges = Lattice::open(rows, columns).bonds();
        let values = couplings(round % 2, edges.len(), k, &mut stream);
        let spins = model(n, &edges, &values);
        let planar = Planar::open_rectangle(rows, columns, &values).unwrap();
        let pairs: Vec<(usize, usize)> = (0..40)
            .map(|_| (stream.index(n), stream.index(n)))
            .filter(|(a, b)| a != b)
            .collect();
        let found = planar.pair_correlators(&pairs, &Limits::NONE).unwrap();
        let table = eliminate(&spins, Want::ALL, &Limits::NONE)
            .unwrap()
            .pair
            .unwrap();
        let strip = Strip::recognise(&spins).unwrap();
        let by_rows = strip.solve(Want::ALL, &Limits::NONE).unwrap().pair.unwrap();
        for (&(a, b), value) in pairs.iter().zip(found) {
            let what = format!("{rows}x{columns} {k} ({a}, {b}) {value:?}");
            assert!(value.overlaps(table.get(a, b)), "{what}");
            assert!(value.overlaps(by_rows.get(a, b)), "{what}");
            assert!(value.width() < 4e-15, "{what}");
        }
    }
}

#[test]
fn a_site_with_itself_other_parts_and_missing_sites() {
    let edges = [(0, 1), (1, 2), (2, 0), (2, 3), (4, 5)];
    let values = [0.3, -0.4, 0.5, 0.6, 0.7];
    let planar = Planar::of_spins(&model(6, &edges, &values)).unwrap();
    let found = planar
        .pair_correlators(&[(3, 3), (0, 4), (4, 5)], &Limits::NONE)
        .unwrap();
    assert_eq!(found[0], Enclosure::exact(1.0));
    assert_eq!(found[1], Enclosure::exact(0.0));
    assert!(found[2].contains(0.7_f64.tanh()));
    assert_eq!(
        planar.pair_correlators(&[(0, 6)], &Limits::NONE),
        Err(PlanarError::NoSuchSite { site: 6, sites: 6 })
    );
    let tight = Limits {
        max_seconds: 1e-9,
        ..Limits::NONE
    };
    assert!(matches!(
        planar.pair_correlators(&[(0, 3)], &tight),
        Err(PlanarError::Exact(ExactError::TooLarge { .. }))
    ));
}
