//! Every pair of engines that apply to the same model, over thousands of random models: their enclosures overlap,
//! and are narrow enough that a disagreement would be seen.

use blockspin::exact::{
    DensityOfStates, Elimination, ExactResult, Limits, Method, Want, pairs_in_terms, rbm_sum,
    solve_by, solve_edges,
};
use blockspin::model::{
    Boundary, Lattice, Rbm, SpinHamiltonian, Term, Units, factors_of_spins, spins_of_rbm,
};
use blockspin::numeric::Enclosure;
use blockspin::random::{Seed, Stream};
use std::collections::BTreeMap;

const ENGINES: [Method; 5] = [
    Method::Enumeration,
    Method::Elimination,
    Method::TransferMatrix,
    Method::Kaufman,
    Method::Planar,
];

/// Relative change of one coupling that two engines together must see.
const CHANGE: f64 = 1e-6;
/// Widest enclosure that counts as an answer, a thousandth of that change; of ln Z relative to the sum of all
/// couplings' magnitudes and ln 2^N.
const WIDEST: f64 = 1e-3 * CHANGE;
/// Of so many models one is changed.
const CHANGED: u64 = 4;

/// A strength between feeble and frozen.
fn strength(stream: &mut Stream) -> f64 {
    [0.01, 0.3, 1.0, 4.0, 20.0][stream.index(5)]
}

fn term(sites: Vec<usize>, coupling: f64) -> Term {
    Term { sites, coupling }
}

/// All pairs and fields.
fn dense(stream: &mut Stream) -> SpinHamiltonian {
    let n = 1 + stream.index(9);
    let scale = strength(stream);
    let mut terms = Vec::new();
    for i in 0..n {
        for j in 0..i {
            terms.push(term(vec![i, j], scale * stream.normal()));
        }
        terms.push(term(vec![i], scale * stream.normal()));
    }
    SpinHamiltonian::new(n, terms).unwrap()
}

/// Products of up to five spins, some of them twice, and a constant.
fn many_body(stream: &mut Stream) -> SpinHamiltonian {
    let n = 5 + stream.index(5);
    let scale = strength(stream);
    let mut terms = vec![term(Vec::new(), stream.normal())];
    for _ in 0..stream.index(2 * n) {
        let mut sites: Vec<usize> = (0..n).collect();
        let size = 1 + stream.index(5);
        for k in 0..size {
            let other = k + stream.index(n - k);
            sites.swap(k, other);
        }
        sites.truncate(size);
        terms.push(term(sites.clone(), scale * stream.normal()));
        if stream.index(4) == 0 {
            terms.push(term(sites, scale * stream.normal()));
        }
    }
    SpinHamiltonian::new(n, terms).unwrap()
}

fn rectangle(stream: &mut Stream) -> Lattice {
    let boundary = |stream: &mut Stream| [Boundary::Open, Boundary::Periodic][stream.index(2)];
    let rows = 1 + stream.index(4);
    let columns = 1 + stream.index(12 / rows);
    let vertical = boundary(stream);
    Lattice::new(rows, columns, vertical, boundary(stream))
}

/// A rectangle of any boundary, the same bonds everywhere.
fn homogeneous(stream: &mut Stream) -> SpinHamiltonian {
    let (k, h) = (
        strength(stream) * stream.normal(),
        strength(stream) * stream.normal(),
    );
    let h = if stream.index(2) == 0 { 0.0 } else { h };
    rectangle(stream).ising(k, h).unwrap()
}

/// A torus that Kaufman's products take.
fn torus(stream: &mut Stream) -> SpinHamiltonian {
    let lattice = Lattice::torus(3 + stream.index(2), 3 + stream.index(2));
    lattice
        .ising(strength(stream) * stream.normal(), 0.0)
        .unwrap()
}

/// A rectangle of any boundary with random bonds, and fields or none.
fn inhomogeneous(stream: &mut Stream) -> SpinHamiltonian {
    let lattice = rectangle(stream);
    let scale = strength(stream);
    let mut terms: Vec<Term> = Vec::new();
    for (i, j) in lattice.bonds() {
        terms.push(term(vec![i, j], scale * stream.normal()));
    }
    if stream.index(2) == 0 {
        for i in 0..lattice.sites() {
            terms.push(term(vec![i], scale * stream.normal()));
        }
    }
    SpinHamiltonian::new(lattice.sites(), terms).unwrap()
}

/// Part of a grid with one diagonal in each square, its sites in random order: planar, in pieces and with bridges.
fn planar(stream: &mut Stream) -> SpinHamiltonian {
    let (rows, columns) = (1 + stream.index(4), 1 + stream.index(3));
    let n = rows * columns;
    let mut name: Vec<usize> = (0..n).collect();
    for k in 0..n {
        let other = k + stream.index(n - k);
        name.swap(k, other);
    }
    let scale = strength(stream);
    let kept = 1 + stream.index(4);
    let mut terms = Vec::new();
    for r in 0..rows {
        for c in 0..columns {
            let here = r * columns + c;
            let mut bond = |to: usize, stream: &mut Stream| {
                if stream.index(4) < kept {
                    let sign = [-1.0, 1.0][stream.index(2)];
                    let size = [1.0, stream.normal()][stream.index(2)];
                    terms.push(term(vec![name[here], name[to]], scale * sign * size));
                }
            };
            if c + 1 < columns {
                bond(here + 1, stream);
            }
            if r + 1 < rows {
                bond(here + columns, stream);
            }
            if r + 1 < rows && c + 1 < columns {
                bond(here + columns + 1, stream);
            }
        }
    }
    SpinHamiltonian::new(n, terms).unwrap()
}

fn machine(stream: &mut Stream) -> Rbm {
    let (visible, hidden) = (1 + stream.index(6), 1 + stream.index(5));
    let scale = strength(stream);
    let mut numbers = |n: usize| -> Vec<f64> { (0..n).map(|_| scale * stream.normal()).collect() };
    let (w, v, h) = (numbers(visible * hidden), numbers(visible), numbers(hidden));
    let units = |stream: &mut Stream| [Units::PlusMinus, Units::ZeroOne][stream.index(2)];
    let visible_units = units(stream);
    Rbm::new(w, v, h)
        .unwrap()
        .with_units(visible_units, units(stream))
}

fn magnitude(model: &SpinHamiltonian) -> f64 {
    let couplings = model.terms().iter().map(|t| t.coupling.abs());
    couplings.sum::<f64>() + (model.spins() as f64 + 1.0) * 2_f64.ln()
}

/// All that engines give, as one list: ln Z by its magnitude, means, pairs.
fn listed(result: &ExactResult, size: f64) -> Vec<Enclosure> {
    let mut all = vec![result.log_z / Enclosure::exact(size)];
    all.extend(result.mean.iter().flatten());
    all.extend(result.pair.iter().flat_map(|t| t.iter().map(|p| p.2)));
    all
}

/// The answers of all engines that take the model, some without pairs.
fn answers(model: &SpinHamiltonian) -> Vec<ExactResult> {
    let limits = Limits::default();
    ENGINES
        .into_iter()
        .filter_map(|method| {
            [Want::ALL, Want::MEANS]
                .into_iter()
                .find_map(|want| solve_by(model, want, method, &limits).ok())
        })
        .collect()
}

/// One coupling changed a little.
fn changed(model: &SpinHamiltonian, stream: &mut Stream) -> Option<SpinHamiltonian> {
    let mut terms = model.terms().to_vec();
    let at = stream.index(terms.len().max(1));
    terms.get_mut(at)?.coupling *= 1.0 + CHANGE;
    SpinHamiltonian::new(model.spins(), terms).ok()
}

#[derive(Default)]
struct Tally {
    models: usize,
    pairs: BTreeMap<(String, String), usize>,
    widest: BTreeMap<String, f64>,
    changes: usize,
    seen: usize,
}

impl Tally {
    fn compare(&mut self, model: &SpinHamiltonian) {
        self.models += 1;
        let size = magnitude(model);
        let found = answers(model);
        assert!(found.len() >= 2, "two engines take any model: {model:?}");
        for (k, a) in found.iter().enumerate() {
            let all = listed(a, size);
            let widest = all.iter().map(|x| x.width()).fold(0.0, f64::max);
            assert!(
                widest < WIDEST,
                "{}: width {widest:e} of {model:?}",
                a.method
            );
            let most = self.widest.entry(a.method.to_string()).or_default();
            *most = most.max(widest);
            for b in &found[k + 1..] {
                // Where one of them has no pairs, the others' are not compared.
                for (i, (x, y)) in all.iter().zip(listed(b, size)).enumerate() {
                    let names = (a.method, b.method);
                    assert!(x.overlaps(y), "{names:?} differ in {i}: {x} {y}, {model:?}");
                }
                let names = (a.method.to_string(), b.method.to_string());
                *self.pairs.entry(names).or_default() += 1;
            }
        }
        // Edges by whatever engine the cost picks.
        let edges = pairs_in_terms(model);
        let first = &found[0];
        if let Some(table) = &first.pair {
            let solved = solve_edges(model, &edges, &Limits::default()).unwrap();
            for (i, j, value) in solved.edge {
                assert!(value.width() < WIDEST && value.overlaps(table.get(i, j)));
            }
        }
    }

    /// The negative control: engines that are given different models differ.
    fn change(&mut self, model: &SpinHamiltonian, stream: &mut Stream) {
        let Some(other) = changed(model, stream) else {
            return;
        };
        let size = magnitude(model);
        let limits = Limits::default();
        let first = solve_by(model, Want::ALL, Method::Enumeration, &limits).unwrap();
        let other = solve_by(&other, Want::ALL, Method::Elimination, &limits).unwrap();
        let mut both = listed(&first, size).into_iter().zip(listed(&other, size));
        self.changes += 1;
        self.seen += usize::from(both.any(|(x, y)| !x.overlaps(y)));
    }
}

/// Name, how a model is drawn, and how many are.
type Family = (&'static str, fn(&mut Stream) -> SpinHamiltonian, u64);

#[test]
fn every_pair_of_engines_agrees_on_thousands_of_models() {
    let families: [Family; 6] = [
        ("dense", dense, 600),
        ("many-body", many_body, 600),
        ("homogeneous", homogeneous, 800),
        ("torus", torus, 300),
        ("inhomogeneous", inhomogeneous, 800),
        ("planar", planar, 800),
    ];
    let mut tally = Tally::default();
    for (name, family, models) in families {
        for index in 0..models {
            let mut stream = Seed(1).stream(name, index);
            let model = family(&mut stream);
            tally.compare(&model);
            if index % CHANGED == 0 {
                tally.change(&model, &mut stream);
            }
        }
    }
    println!("{} models, {:#?}", tally.models, tally.pairs);
    println!(
        "widest {:#?}; {} of {} changes seen",
        tally.widest, tally.seen, tally.changes
    );
    // Every two of the five engines meet, but for nothing.
    assert_eq!(tally.pairs.len(), ENGINES.len() * (ENGINES.len() - 1) / 2);
    assert!(
        tally.pairs.values().all(|&times| times > 50),
        "{:?}",
        tally.pairs
    );
    // A frozen bond moves ln Z by its change alone, a feeble one hardly: most changes are seen, and those of a
    // bond on which nothing depends are not.
    assert!(
        tally.seen * 10 > tally.changes * 9,
        "{} of {}",
        tally.seen,
        tally.changes
    );
}

#[test]
fn machines_by_their_smaller_layer_are_the_spins_they_are() {
    for index in 0..1000 {
        let mut stream = Seed(2).stream("machine", index);
        let machine = machine(&mut stream);
        let spins = spins_of_rbm(&machine).unwrap();
        let size = magnitude(&spins);
        let sum = rbm_sum(&machine, true, &Limits::default()).unwrap();
        let averages = sum.averages.unwrap();
        let mean_of = |units: Units, s: Enclosure| match units {
            Units::PlusMinus => s,
            Units::ZeroOne => (s + Enclosure::exact(1.0)) / Enclosure::exact(2.0),
        };
        for method in [Method::Enumeration, Method::Elimination] {
            let other = solve_by(&spins, Want::ALL, method, &Limits::default()).unwrap();
            assert!(
                other.log_z.overlaps(sum.log_z),
                "{index} {} {}",
                other.log_z,
                sum.log_z
            );
            assert!(sum.log_z.width() < WIDEST * size);
            let (visible, mean) = (machine.visible(), other.mean.unwrap());
            for (i, (mean, value)) in mean
                .into_iter()
                .zip(averages.visible.iter().chain(&averages.hidden))
                .enumerate()
            {
                let units = if i < visible {
                    machine.visible_units()
                } else {
                    machine.hidden_units()
                };
                assert!(mean_of(units, mean).overlaps(*value), "{index} {i}");
                assert!(value.width() < WIDEST, "{index} {i} {value}");
            }
        }
    }
}

#[test]
fn factor_graphs_and_counted_states_agree_with_the_spins() {
    for index in 0..500 {
        let mut stream = Seed(3).stream("graph", index);
        let model = many_body(&mut stream);
        let size = magnitude(&model);
        // Factors hold the exponentials of the couplings, each rounded once.
        let graph = factors_of_spins(&model).unwrap();
        let by_factors = Elimination::of_graph(&graph)
            .log_z(&Limits::default())
            .unwrap()
            .unwrap();
        let exact = solve_by(&model, Want::LOG_Z, Method::Enumeration, &Limits::default())
            .unwrap()
            .log_z;
        let rounding = model.terms().len() as f64 * 2_f64.powi(-52);
        let slack = Enclosure::around(0.0, rounding);
        assert!(
            (by_factors + slack).overlaps(exact),
            "{index}: {by_factors} {exact}"
        );
        assert!(by_factors.width() < WIDEST * size);
    }
    for (rows, columns) in [(2, 2), (2, 3), (3, 3), (3, 4), (4, 4)] {
        let lattice = Lattice::torus(rows, columns);
        let counted = DensityOfStates::of(lattice).unwrap();
        for index in 0..40 {
            let mut stream = Seed(4).stream("counted", index);
            let (k, h) = (stream.normal(), 0.5 * stream.normal());
            let h = if index % 2 == 0 { 0.0 } else { h };
            let decimals = counted.certified(k, h).unwrap().decimals(20);
            let log_z: f64 = decimals[0].parse().unwrap();
            let log_z = Enclosure::around(log_z, 2_f64.powi(-52) * log_z.abs());
            let model = lattice.ising(k, h).unwrap();
            let mut engines = 0;
            for method in ENGINES {
                if let Ok(result) = solve_by(&model, Want::LOG_Z, method, &Limits::default()) {
                    assert!(result.log_z.overlaps(log_z), "{method} {lattice:?} {k} {h}");
                    engines += 1;
                }
            }
            assert!(engines >= 3, "{engines}");
        }
    }
}
