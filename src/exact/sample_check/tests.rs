//! Size of the whole check, planted faults at planned numbers of rows, and the truth of what is called detectable.

use super::*;
use crate::estimate::clopper_pearson;
use crate::exact::{Limits, draw};
use crate::model::{Disorder, Lattice, LatticeModel, SpinHamiltonian, Term};
use crate::random::{Seed, Stream};

fn stream(index: u64) -> Stream {
    Seed(11).stream("sample check", index)
}

fn rows_of(model: &SpinHamiltonian, n: usize, index: u64) -> Vec<i8> {
    draw(model, n, &mut stream(index), &Limits::default()).unwrap()
}

fn check_with(model: &SpinHamiltonian, rows: Vec<i8>, settings: &SampleSettings) -> SampleReport {
    let samples = Samples::new(1, rows.len() / model.spins(), model.spins(), rows).unwrap();
    check_samples(model, &samples, settings, &Limits::default()).unwrap()
}

fn check(model: &SpinHamiltonian, rows: Vec<i8>) -> SampleReport {
    check_with(model, rows, &SampleSettings::default())
}

fn rejected(report: &SampleReport, kind: Kind) -> bool {
    report
        .kinds
        .iter()
        .any(|k| k.kind == kind && k.p_value <= k.alpha)
}

/// A 4×4 torus in a small field.
fn torus(coupling: f64) -> SpinHamiltonian {
    Lattice::torus(4, 4).ising(coupling, 0.05).unwrap()
}

/// Bonds of either sign, no two states of equal energy but by chance.
fn glass(lattice: Lattice) -> SpinHamiltonian {
    LatticeModel {
        lattice,
        coupling: 0.6,
        field: 0.2,
        disorder: Disorder::Gaussian,
        seed: Seed(3),
    }
    .hamiltonian()
    .unwrap()
}

#[test]
fn samples_of_the_model_pass_as_often_as_promised() {
    let trials = 200;
    let alpha = 0.05;
    let settings = SampleSettings {
        alpha,
        correlated: Correlated::Reject,
        ..SampleSettings::default()
    };
    let three = Term {
        sites: vec![0, 2, 3],
        coupling: 0.4,
    };
    let many_body = SpinHamiltonian::new(5, vec![three]).unwrap();
    for (k, model) in [
        glass(Lattice::open(2, 3)),
        Lattice::open(2, 3).ising(0.5, 0.0).unwrap(),
        many_body,
    ]
    .iter()
    .enumerate()
    {
        let wrong = (0..trials)
            .filter(|t| {
                let rows = rows_of(model, 400, 1000 * k as u64 + t);
                check_with(model, rows, &settings).verdict == Verdict::Rejected
            })
            .count();
        // A check of size α has its Clopper–Pearson interval begin above α once in a million suites.
        let (low, _) = clopper_pearson(wrong as u64, trials, 2e-6 / 3.0).unwrap();
        assert!(low <= alpha, "{wrong} of {trials}");
        // Exact runs tests and binomials leave something of α: a check that never rejects tests nothing.
        assert!(wrong > 0 || k > 0);
    }
}

#[test]
fn the_temperature_is_seen_beyond_the_effect_that_is_reported() {
    let (model, n) = (torus(0.3), 20_000);
    let fair = check(&model, rows_of(&model, n, 0));
    assert_eq!(fair.verdict, Verdict::Consistent, "{fair:?}");
    assert!(fair.all_pairs && fair.thinning.is_none() && fair.p_value > 1e-6);
    let (down, up) = (fair.beta.0.unwrap(), fair.beta.1.unwrap());
    assert!(
        down > 0.0 && down < 0.1 && up > 0.0 && up < 0.1,
        "{down} {up}"
    );
    for epsilon in [-down, up] {
        let terms = model.terms().iter().map(|t| Term {
            sites: t.sites.clone(),
            coupling: t.coupling * (1.0 + epsilon),
        });
        let other = SpinHamiltonian::new(16, terms.collect()).unwrap();
        let report = check(&model, rows_of(&other, n, 1));
        assert!(rejected(&report, Kind::Energy), "{report:?}");
        assert_eq!(report.verdict, Verdict::Rejected);
    }
}

#[test]
fn planted_faults_are_rejected() {
    let (model, n) = (torus(0.3), 20_000);
    let side = 4;
    let fair = rows_of(&model, n, 2);
    // One wrap bond dropped, from the last to the first site of row 2: that pair's correlator tells.
    let terms = model.terms().iter().filter(|t| t.sites != [11, 8]);
    let cut = SpinHamiltonian::new(16, terms.cloned().collect()).unwrap();
    assert_eq!(cut.terms().len() + 1, model.terms().len());
    let report = check(&model, rows_of(&cut, n, 3));
    let pairs = report.kinds.iter().find(|k| k.kind == Kind::Pairs).unwrap();
    assert_eq!(pairs.rejected[0].of, "spins 8 and 11");
    // A frozen spin.
    let mut frozen = fair.clone();
    frozen.chunks_exact_mut(16).for_each(|row| row[5] = 1);
    let report = check(&model, frozen);
    let spins = report.kinds.iter().find(|k| k.kind == Kind::Spins).unwrap();
    assert_eq!(spins.rejected[0].of, "spin 5");
    // The field's sign.
    let flipped = fair.iter().map(|s| -s).collect();
    assert!(rejected(&check(&model, flipped), Kind::Magnetization));
    // Columns in another order: a neighbour is no neighbour any more.
    let mut order: Vec<usize> = (0..16).collect();
    order.swap(0, 6);
    let permuted = fair
        .chunks_exact(16)
        .flat_map(|row| order.iter().map(|&i| row[i]));
    assert!(rejected(&check(&model, permuted.collect()), Kind::Pairs));
    // All spins heat-bathed at once, a well-known mistake, from exact rows and apart: one step is enough.
    let mut s = stream(4);
    let mut synchronous = Vec::with_capacity(fair.len());
    for row in fair.chunks_exact(16) {
        for i in 0..16 {
            let (r, c) = (i / side, i % side);
            let at = |r: usize, c: usize| f64::from(row[r % side * side + c % side]);
            let local = 0.3 * (at(r + 1, c) + at(r + 3, c) + at(r, c + 1) + at(r, c + 3)) + 0.05;
            let up = 1.0 / (1.0 + (-2.0 * local).exp());
            synchronous.push(if s.uniform() < up { 1 } else { -1 });
        }
    }
    let report = check(&model, synchronous);
    assert_eq!(report.verdict, Verdict::Rejected);
    assert!(rejected(&report, Kind::Energy), "{report:?}");
}

#[test]
fn each_state_of_a_small_model_counts() {
    // Parity of three spins tilted: no single spin and no pair knows.
    let term = |coupling| Term {
        sites: vec![0, 1, 2],
        coupling,
    };
    let model = SpinHamiltonian::new(3, vec![]).unwrap();
    let other = SpinHamiltonian::new(3, vec![term(0.2)]).unwrap();
    let report = check(&model, rows_of(&other, 10_000, 5));
    assert!(rejected(&report, Kind::States), "{report:?}");
    assert!(!rejected(&report, Kind::Spins) && !rejected(&report, Kind::Pairs));
}

#[test]
fn repeated_rows_are_thinned_refused_or_rejected() {
    let model = torus(0.3);
    let twice: Vec<i8> = rows_of(&model, 10_000, 6)
        .chunks_exact(16)
        .flat_map(|row| row.iter().chain(row).copied())
        .collect();
    let with = |correlated| {
        let settings = SampleSettings {
            correlated,
            ..SampleSettings::default()
        };
        check_with(&model, twice.clone(), &settings)
    };
    let thinned = with(Correlated::Thin);
    // ρ = ½ at lag 1 and nothing beyond: τ = 1.
    let thinning = thinned.thinning.unwrap();
    assert!((thinning.time.unwrap() - 1.0).abs() < 0.1);
    let every = thinning.every.unwrap();
    assert!((10..15).contains(&every), "{every}");
    assert_eq!(thinned.tested, 20_000 / every);
    assert_eq!(thinned.verdict, Verdict::Consistent);
    assert_eq!(with(Correlated::Refuse).verdict, Verdict::Correlated);
    assert_eq!(with(Correlated::Reject).verdict, Verdict::Rejected);
}

/// Single-site heat bath with as many steps for a row as asked for.
fn chain(coupling: f64, rows: usize, steps: usize, random: &mut Stream) -> Vec<i8> {
    let (side, n) = (4, 16);
    let mut row = draw(&torus(coupling), 1, random, &Limits::default()).unwrap();
    let mut out = Vec::with_capacity(rows * n);
    for _ in 0..rows {
        for _ in 0..steps {
            let i = random.index(n);
            let (r, c) = (i / side, i % side);
            let at = |r: usize, c: usize| f64::from(row[r % side * side + c % side]);
            let neighbours = at(r + 1, c) + at(r + 3, c) + at(r, c + 1) + at(r, c + 3);
            let up = 1.0 / (1.0 + (-2.0 * (coupling * neighbours + 0.05)).exp());
            row[i] = if random.uniform() < up { 1 } else { -1 };
        }
        out.extend_from_slice(&row);
    }
    out
}

#[test]
fn a_right_chain_passes_thinned_and_a_wrong_one_does_not() {
    let model = torus(0.3);
    let right = check(&model, chain(0.3, 100_000, 16, &mut stream(7)));
    assert!(right.thinning.as_ref().is_some_and(|t| t.every.is_some()));
    assert_eq!(right.verdict, Verdict::Consistent, "{right:?}");
    assert!(
        right.tested > 1000 && right.tested < 10_000,
        "{}",
        right.tested
    );
    let wrong = check(&model, chain(0.15, 100_000, 16, &mut stream(8)));
    assert_eq!(wrong.verdict, Verdict::Rejected);
    // Chains written in turn: no correlation from a row to the next, but every 10th is the same chain.
    let chains: Vec<Vec<i8>> = (0..10)
        .map(|k| chain(0.3, 2000, 16, &mut stream(20 + k)))
        .collect();
    let turns: Vec<i8> = (0..2000)
        .flat_map(|t| chains.iter().flat_map(move |c| &c[16 * t..16 * (t + 1)]))
        .copied()
        .collect();
    let report = check(&model, turns);
    assert!(report.kinds[0].worst.of.ends_with("lag 10"), "{report:?}");
    // Said to be ten chains, they are correlated at lag 1.
    let samples = Samples::new(10, 2000, 16, chains.concat()).unwrap();
    let settings = SampleSettings::default();
    let report = check_samples(&model, &samples, &settings, &Limits::default()).unwrap();
    assert_eq!((report.chains, report.verdict), (10, Verdict::Consistent));
    assert!(report.kinds[0].worst.of.ends_with("lag 1") && report.thinning.is_some());
}

#[test]
fn a_chain_that_never_forgets_is_not_judged() {
    let mut rows = vec![1_i8; 16 * 500];
    rows[16 * 250..].fill(-1);
    let report = check(&torus(0.3), rows);
    assert_eq!(report.verdict, Verdict::Correlated);
    assert_eq!(report.tested, 0);
}

#[test]
fn too_few_rows_say_so() {
    let model = torus(0.3);
    let settings = |detect| SampleSettings {
        detect,
        ..SampleSettings::default()
    };
    let verdict = |n, detect| check_with(&model, rows_of(&model, n, 9), &settings(detect)).verdict;
    assert_eq!(verdict(5, None), Verdict::TooFew);
    assert_eq!(verdict(2000, None), Verdict::Consistent);
    assert_eq!(verdict(2000, Some(0.02)), Verdict::TooFew);
    let report = check(&model, rows_of(&model, 2000, 9));
    let needed = report
        .kinds
        .iter()
        .filter_map(|k| k.detectable)
        .fold(0.0, f64::max);
    assert_eq!(verdict(2000, Some(needed)), Verdict::Consistent);
    assert_eq!(verdict(2000, Some(needed * 0.999)), Verdict::TooFew);
    // Few rows are enough to reject what is impossible enough.
    let cold = Lattice::torus(4, 4).ising(3.0, 1.0).unwrap();
    let up = vec![-1; 16 * 5];
    assert_eq!(check(&cold, up).verdict, Verdict::Rejected);
}

#[test]
fn what_is_called_detectable_is_detected() {
    use crate::estimate::BinomialTest;
    // Coins: the power at the reported deviation, summed exactly by the binomial law, for every coin of a model
    // whose probabilities all differ.
    let (model, n) = (glass(Lattice::torus(3, 3)), 3000);
    let settings = SampleSettings::default();
    let report = check(&model, rows_of(&model, n, 10));
    let reference = super::reference::Reference::of(&model, &Limits::default()).unwrap();
    for (kind, probabilities) in [
        (Kind::Spins, reference.up.clone()),
        (Kind::Pairs, reference.equal.iter().map(|e| e.2).collect()),
    ] {
        let found = report.kinds.iter().find(|k| k.kind == kind).unwrap();
        let (d, each) = (found.detectable.unwrap(), found.alpha / found.tests as f64);
        let mut weakest = 1.0_f64;
        for p in probabilities {
            for q in [p.mid() - d, p.mid() + d] {
                if q > 0.0 && q < 1.0 {
                    let hits = |k: u64| {
                        BinomialTest::p_value_between(n as u64, k, p.lo(), p.hi()).unwrap() <= each
                    };
                    let power: f64 = (0..=n as u64)
                        .filter(|&k| hits(k))
                        .map(|k| point(n as u64, q, k))
                        .sum();
                    assert!(power >= settings.power - 1e-9, "{kind} {p} {q}: {power}");
                    weakest = weakest.min(power);
                }
            }
        }
        // Not an idle promise: the weakest coin has no more power than said.
        assert!(weakest < settings.power + 1e-6, "{kind}: {weakest}");
    }
}

/// `P(K = k)` by logarithms of plain products.
fn point(n: u64, p: f64, k: u64) -> f64 {
    use statrs::function::factorial::ln_binomial;
    (ln_binomial(n, k) + k as f64 * p.ln() + (n - k) as f64 * (1.0 - p).ln()).exp()
}

#[test]
fn larger_models_are_judged_by_the_engines_that_fit() {
    // 6×6: energies counted, by rows, all pairs.
    let square = Lattice::torus(6, 6).ising(0.42, 0.0).unwrap();
    let report = check(&square, rows_of(&square, 5000, 12));
    let kinds = |r: &SampleReport| -> Vec<Kind> { r.kinds.iter().map(|k| k.kind).collect() };
    assert_eq!(
        kinds(&report),
        [
            Kind::Independence,
            Kind::Energy,
            Kind::Magnetization,
            Kind::Spins,
            Kind::Pairs
        ]
    );
    assert_eq!(report.verdict, Verdict::Consistent, "{report:?}");
    assert_eq!(report.left_out.len(), 1);
    let warm = Lattice::torus(6, 6).ising(0.4, 0.0).unwrap();
    let report = check(&square, rows_of(&warm, 5000, 13));
    assert!(rejected(&report, Kind::Energy), "{report:?}");
    // Signs at random on 5×7: the mean energy.
    let signs = |k| {
        LatticeModel {
            lattice: Lattice::open(5, 7),
            coupling: k,
            field: 0.1,
            disorder: Disorder::PlusMinus,
            seed: Seed(8),
        }
        .hamiltonian()
        .unwrap()
    };
    let report = check(&signs(0.5), rows_of(&signs(0.5), 5000, 14));
    assert_eq!(report.verdict, Verdict::Consistent, "{report:?}");
    assert!(kinds(&report).contains(&Kind::MeanEnergy));
    let report = check(&signs(0.5), rows_of(&signs(0.45), 5000, 15));
    assert!(rejected(&report, Kind::MeanEnergy), "{report:?}");
}

#[test]
fn a_model_beyond_exact_solution_is_refused() {
    let n = 70;
    let terms = (0..n).flat_map(|i| {
        (0..i).map(move |j| Term {
            sites: vec![j, i],
            coupling: 0.1,
        })
    });
    let field = Term {
        sites: vec![0],
        coupling: 0.1,
    };
    let model = SpinHamiltonian::new(n, terms.chain([field]).collect()).unwrap();
    let samples = Samples::new(1, 2, n, vec![1; 2 * n]).unwrap();
    let settings = SampleSettings::default();
    let error = check_samples(&model, &samples, &settings, &Limits::default()).unwrap_err();
    assert!(matches!(
        error,
        SampleCheckError::Exact(crate::exact::ExactError::TooLarge { .. })
    ));
    let short = Samples::new(1, 2, 3, vec![1; 6]).unwrap();
    assert!(check_samples(&model, &short, &settings, &Limits::default()).is_err());
}
