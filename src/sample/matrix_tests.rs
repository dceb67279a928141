//! Every kernel as a matrix: extracted on all its branches and compared with weights summed here.

use super::*;
use crate::model::{Lattice, Rbm, Units};
use crate::random::Chooser;
use crate::sample::compiled::tests::random_model;
use std::sync::Arc;

/// Largest `‖πP − π‖₁` of a right kernel.
const DEFECT: f64 = 1e-12;

pub(super) fn lattice(text: &str) -> Lattice {
    text.parse().unwrap()
}

pub(super) fn compiled(text: &str, coupling: f64, field: f64) -> Arc<CompiledHamiltonian> {
    Arc::new(CompiledHamiltonian::new(&lattice(text).ising(coupling, field).unwrap()).unwrap())
}

/// The Boltzmann distribution, from the terms as the model file has them.
pub(super) fn boltzmann(model: &crate::model::SpinHamiltonian) -> Vec<f64> {
    let n = model.spins();
    let mut pi: Vec<f64> = (0..1_usize << n)
        .map(|bits| {
            let energy: f64 = model
                .terms()
                .iter()
                .map(|t| {
                    let down = t.sites.iter().filter(|&&i| bits >> i & 1 == 0).count();
                    if down % 2 == 0 {
                        t.coupling
                    } else {
                        -t.coupling
                    }
                })
                .sum();
            energy.exp()
        })
        .collect();
    let z: f64 = pi.iter().sum();
    for p in &mut pi {
        *p /= z;
    }
    pi
}

/// The matrix of one call of a function on the state.
pub(super) fn step_matrix(
    sites: usize,
    mut step: impl FnMut(&mut SpinState, &mut crate::random::EnumeratingChooser),
) -> TransitionMatrix {
    TransitionMatrix::extract(1 << sites, |from, chooser| {
        let mut state = SpinState::from_bits(sites, from as u64);
        step(&mut state, chooser);
        state.bits() as usize
    })
}

pub(super) fn sweep_matrix(sites: usize, kernel: &mut impl Kernel<SpinState>) -> TransitionMatrix {
    step_matrix(sites, |state, chooser| kernel.sweep(state, chooser))
}

/// The matrix of a sweep as the product of its updates.
pub(super) fn updates_matrix<R: SiteRule>(kernel: &SingleSite<R>) -> TransitionMatrix {
    let n = kernel.rule().sites();
    if kernel.order() == SiteOrder::Random {
        let one = step_matrix(n, |state, chooser| {
            let site = chooser.index(n);
            kernel.update(state, site, chooser);
        });
        return TransitionMatrix::product((0..n).map(|_| one.clone())).unwrap();
    }
    TransitionMatrix::product(kernel.visits().iter().map(|&site| {
        step_matrix(n, |state, chooser| {
            kernel.update(state, site as usize, chooser);
        })
    }))
    .unwrap()
}

/// Stationarity, and whether the kernel says the truth about reaching every state.
fn check(matrix: &TransitionMatrix, pi: &[f64], said: &Irreducibility, label: &str) {
    assert!(matrix.normalisation_defect() < 1e-13, "{label}");
    let defect = matrix.stationarity_defect(pi);
    assert!(defect < DEFECT, "{label}: {defect:e}");
    match said {
        // Where all states weigh the same every flip is certain, and its parity may be periodic.
        Irreducibility::Irreducible if pi.iter().all(|&p| p <= pi[0]) => {
            assert!(matrix.is_irreducible(), "{label}");
        }
        Irreducibility::Positive | Irreducibility::Irreducible => {
            assert_eq!(matrix.period(), Some(1), "{label}");
        }
        Irreducibility::Reducible(reason) => {
            assert!(!matrix.is_irreducible(), "{label}: {reason}");
        }
        Irreducibility::Unknown => {}
    }
    if *said == Irreducibility::Positive && matrix.states() <= 64 {
        assert!(matrix.dense().iter().flatten().all(|&p| p > 0.0), "{label}");
    }
}

fn check_single_site<R: SiteRule + Clone>(
    kernel: Result<SingleSite<R>, KernelError>,
    bipartite: bool,
    pi: &[f64],
    label: &str,
) {
    let kernel = match kernel {
        Ok(kernel) => kernel,
        Err(KernelError::NotBipartite { .. }) => {
            assert!(!bipartite, "{label} has a checkerboard");
            return;
        }
        Err(error) => panic!("{label}: {error}"),
    };
    let label = format!("{} on {label}", kernel.name());
    check(
        &updates_matrix(&kernel),
        pi,
        &kernel.irreducibility(),
        &label,
    );
}

const ORDERS: [SiteOrder; 3] = [
    SiteOrder::Random,
    SiteOrder::Sequential,
    SiteOrder::Checkerboard,
];

fn check_all_single_site(text: &str, coupling: f64, field: f64) {
    let bipartite = ![
        "ring:3",
        "ring:5",
        "cylinder:2x3",
        "torus:2x3",
        "torus:3x3",
        "torus:3x4",
        "torus:4x3",
    ]
    .contains(&text);
    let pi = boltzmann(&lattice(text).ising(coupling, field).unwrap());
    let label = format!("{text}, K = {coupling}, h = {field}");
    let model = compiled(text, coupling, field);
    let square = SquareIsing::new(lattice(text), coupling, field).unwrap();
    for order in ORDERS {
        check_single_site(
            Metropolis::new(model.clone(), order),
            bipartite,
            &pi,
            &label,
        );
        check_single_site(HeatBath::new(model.clone(), order), bipartite, &pi, &label);
        check_single_site(SquareMetropolis::new(square, order), bipartite, &pi, &label);
        check_single_site(SquareHeatBath::new(square, order), bipartite, &pi, &label);
    }
}

#[test]
fn single_site_kernels_on_lattices() {
    for text in [
        "chain:1",
        "chain:2",
        "chain:4",
        "ring:2",
        "ring:3",
        "ring:4",
        "ring:5",
        "ring:8",
        "open:2x2",
        "open:2x3",
        "cylinder:2x3",
        "cylinder:3x2",
        "torus:2x2",
        "torus:2x3",
        "torus:2x4",
    ] {
        for (coupling, field) in [
            (0.3, 0.0),
            (0.44, 0.3),
            (-0.4, 0.0),
            (0.5, -1.0),
            (0.0, 0.0),
        ] {
            check_all_single_site(text, coupling, field);
        }
    }
}

#[test]
fn single_site_kernels_on_larger_lattices() {
    check_all_single_site("torus:3x3", 0.440_686_793_509_771_5, 0.0);
    check_all_single_site("open:3x3", 0.3, 0.2);
    check_all_single_site("torus:3x4", 0.4, 0.0);
    check_all_single_site("torus:4x3", 0.4, -0.3);
    check_all_single_site("ring:12", 0.6, 0.0);
}

#[test]
fn single_site_kernels_with_many_body_terms() {
    for index in 0..6 {
        let random = random_model(5, 4, index);
        let pi = boltzmann(&random);
        let model = Arc::new(CompiledHamiltonian::new(&random).unwrap());
        for order in [SiteOrder::Random, SiteOrder::Sequential] {
            check_single_site(
                Metropolis::new(model.clone(), order),
                true,
                &pi,
                "many-body terms",
            );
            check_single_site(
                HeatBath::new(model.clone(), order),
                true,
                &pi,
                "many-body terms",
            );
        }
        assert!(matches!(
            Metropolis::new(model.clone(), SiteOrder::Checkerboard),
            Err(KernelError::NotPairwise { .. })
        ));
        assert!(matches!(
            Wolff::new(model.clone()),
            Err(KernelError::NotPairwise { .. })
        ));
        assert!(matches!(
            SwendsenWang::new(model),
            Err(KernelError::NotPairwise { .. })
        ));
    }
}

#[test]
fn a_sweep_is_the_product_of_its_updates() {
    let close = |a: &TransitionMatrix, b: &TransitionMatrix, label: &str| {
        for (x, y) in a.dense().iter().flatten().zip(b.dense().iter().flatten()) {
            assert!((x - y).abs() < 1e-14, "{label}: {x} {y}");
        }
    };
    for (text, field) in [("ring:4", 0.2), ("torus:2x2", 0.0), ("open:2x2", -0.3)] {
        let model = compiled(text, 0.35, field);
        let square = SquareIsing::new(lattice(text), 0.35, field).unwrap();
        for order in ORDERS {
            let mut kernel = Metropolis::new(model.clone(), order).unwrap();
            close(
                &updates_matrix(&kernel),
                &sweep_matrix(4, &mut kernel),
                kernel.name(),
            );
            let mut kernel = HeatBath::new(model.clone(), order).unwrap();
            close(
                &updates_matrix(&kernel),
                &sweep_matrix(4, &mut kernel),
                kernel.name(),
            );
            let mut kernel = SquareMetropolis::new(square, order).unwrap();
            close(
                &updates_matrix(&kernel),
                &sweep_matrix(4, &mut kernel),
                kernel.name(),
            );
            let mut kernel = SquareHeatBath::new(square, order).unwrap();
            close(
                &updates_matrix(&kernel),
                &sweep_matrix(4, &mut kernel),
                kernel.name(),
            );
        }
    }
}

#[test]
fn single_updates_are_reversible() {
    let pi = boltzmann(&lattice("torus:2x3").ising(0.4, 0.1).unwrap());
    let metropolis =
        Metropolis::new(compiled("torus:2x3", 0.4, 0.1), SiteOrder::Sequential).unwrap();
    let bath = HeatBath::new(compiled("torus:2x3", 0.4, 0.1), SiteOrder::Sequential).unwrap();
    for site in 0..6 {
        let update = step_matrix(6, |s, c| metropolis.update(s, site, c));
        assert!(update.detailed_balance_defect(&pi) < DEFECT);
        let update = step_matrix(6, |s, c| bath.update(s, site, c));
        assert!(update.detailed_balance_defect(&pi) < DEFECT);
    }
    // Their product in a fixed order is not.
    assert!(updates_matrix(&bath).detailed_balance_defect(&pi) > 1e-3);
}

/// A cluster kernel, which is reversible.
fn check_cluster<K: Kernel<SpinState>>(mut kernel: K, pi: &[f64], label: &str) {
    let label = format!("{} on {label}", kernel.name());
    let matrix = sweep_matrix(pi.len().trailing_zeros() as usize, &mut kernel);
    check(&matrix, pi, &kernel.irreducibility(), &label);
    assert!(matrix.detailed_balance_defect(pi) < DEFECT, "{label}");
}

#[test]
fn cluster_kernels_on_lattices() {
    for text in [
        "chain:2",
        "chain:4",
        "ring:2",
        "ring:3",
        "ring:5",
        "ring:6",
        "open:2x2",
        "open:2x3",
        "cylinder:2x3",
        "cylinder:3x2",
        "torus:2x2",
        "torus:2x3",
    ] {
        for (coupling, field) in [(0.3, 0.0), (0.44, 0.3), (-0.4, 0.0), (-0.3, -0.5)] {
            // Ghost bonds double the branches for each site.
            if field != 0.0 && text == "torus:2x3" && coupling > 0.0 {
                continue;
            }
            let pi = boltzmann(&lattice(text).ising(coupling, field).unwrap());
            let model = compiled(text, coupling, field);
            let square = SquareIsing::new(lattice(text), coupling, field).unwrap();
            let label = format!("{text}, K = {coupling}, h = {field}");
            check_cluster(Wolff::new(model.clone()).unwrap(), &pi, &label);
            check_cluster(SwendsenWang::new(model).unwrap(), &pi, &label);
            check_cluster(SquareSwendsenWang::new(square), &pi, &label);
            match SquareWolff::new(square) {
                Ok(kernel) => check_cluster(kernel, &pi, &label),
                Err(error) => assert!(coupling < 0.0, "{error}"),
            }
        }
    }
}

#[test]
fn wolff_on_a_torus_of_distinct_neighbours() {
    let pi = boltzmann(&lattice("torus:3x3").ising(0.35, 0.0).unwrap());
    let square = SquareIsing::new(lattice("torus:3x3"), 0.35, 0.0).unwrap();
    check_cluster(SquareWolff::new(square).unwrap(), &pi, "torus:3x3");
}

#[test]
fn cluster_kernels_on_frustrated_models_with_random_fields() {
    for index in 0..8 {
        let random = random_model(5, 2, 100 + index);
        let pi = boltzmann(&random);
        let model = Arc::new(CompiledHamiltonian::new(&random).unwrap());
        check_cluster(Wolff::new(model.clone()).unwrap(), &pi, "random pairs");
        check_cluster(SwendsenWang::new(model).unwrap(), &pi, "random pairs");
    }
}

#[test]
fn wolff_without_terms_keeps_a_parity() {
    let model = compiled("chain:3", 0.0, 0.0);
    assert_eq!(
        sweep_matrix(3, &mut Wolff::new(model).unwrap()).period(),
        Some(2)
    );
}

/// The matrix of a ladder of two replicas of three spins.
fn ladder_matrix<K: Kernel<SpinState> + LogWeight<SpinState>>(kernels: Vec<K>) -> TransitionMatrix {
    let mut ladder = ParallelTempering::new(kernels).unwrap();
    TransitionMatrix::extract(64, |from, chooser| {
        let mut states = vec![
            SpinState::from_bits(3, from as u64 & 7),
            SpinState::from_bits(3, from as u64 >> 3),
        ];
        ladder.sweep(&mut states, chooser);
        (states[0].bits() | states[1].bits() << 3) as usize
    })
}

#[test]
fn parallel_tempering_keeps_the_product_of_the_distributions() {
    let couplings = [(0.2, 0.1), (0.6, 0.3)];
    let pis = couplings.map(|(k, h)| boltzmann(&lattice("ring:3").ising(k, h).unwrap()));
    let pi: Vec<f64> = (0..64).map(|s| pis[0][s & 7] * pis[1][s >> 3]).collect();
    let models = couplings.map(|(k, h)| compiled("ring:3", k, h)).to_vec();
    let bath = |m: &Arc<_>| HeatBath::new(Arc::clone(m), SiteOrder::Sequential).unwrap();
    let walk = |m: &Arc<_>| Metropolis::new(Arc::clone(m), SiteOrder::Sequential).unwrap();
    let wolff = |m: &Arc<_>| Wolff::new(Arc::clone(m)).unwrap();
    let sw = |m: &Arc<_>| SwendsenWang::new(Arc::clone(m)).unwrap();
    for matrix in [
        ladder_matrix(models.iter().map(bath).collect()),
        ladder_matrix(models.iter().map(walk).collect()),
        ladder_matrix(models.iter().map(wolff).collect()),
        ladder_matrix(models.iter().map(sw).collect()),
    ] {
        assert!(matrix.stationarity_defect(&pi) < DEFECT);
    }
    let kernels: Vec<_> = models.iter().map(bath).collect();
    let ladder = ParallelTempering::new(kernels.clone()).unwrap();
    check(
        &ladder_matrix(kernels),
        &pi,
        &Kernel::<Vec<SpinState>>::irreducibility(&ladder),
        "ladder",
    );
    assert_eq!(
        ParallelTempering::new(vec![bath(&models[0])]).unwrap_err(),
        TemperingError::TooFewReplicas { found: 1 }
    );
}

#[test]
fn exchanges_of_three_replicas_keep_the_product() {
    // The exchanges alone; the order of the two passes matters to the matrix, not to the distribution.
    let couplings = [0.1, 0.5, 0.9];
    let pis = couplings.map(|k| boltzmann(&lattice("chain:2").ising(k, 0.2 * k).unwrap()));
    let pi: Vec<f64> = (0..64)
        .map(|s| pis[0][s & 3] * pis[1][s >> 2 & 3] * pis[2][s >> 4])
        .collect();
    let kernels = couplings
        .map(|k| HeatBath::new(compiled("chain:2", k, 0.2 * k), SiteOrder::Sequential).unwrap())
        .to_vec();
    let mut ladder = ParallelTempering::new(kernels).unwrap();
    let matrix = TransitionMatrix::extract(64, |from, chooser| {
        let mut states: Vec<SpinState> = (0..3)
            .map(|k| SpinState::from_bits(2, from as u64 >> (2 * k) & 3))
            .collect();
        ladder.exchange(&mut states, chooser);
        (0..3).map(|k| (states[k].bits() as usize) << (2 * k)).sum()
    });
    assert!(matrix.stationarity_defect(&pi) < DEFECT);
    assert!(
        matrix
            .dense()
            .iter()
            .enumerate()
            .any(|(s, row)| row[s] < 0.9)
    );
    assert!(
        ladder
            .exchange_rates()
            .iter()
            .all(|r| r.is_some_and(|r| r > 0.0 && r < 1.0))
    );
}

#[test]
fn block_gibbs_keeps_the_joint_distribution_of_a_machine() {
    for units in [Units::PlusMinus, Units::ZeroOne] {
        let rbm = Rbm::new(
            vec![0.5, -1.25, 0.75, 0.3, -0.2, 0.9],
            vec![0.25, -0.5],
            vec![-0.75, 0.375, 0.1],
        )
        .unwrap()
        .with_units(units, units);
        let mut kernel = RbmGibbs::new(Arc::new(rbm));
        let state_of = |word: usize| RbmState {
            v: (0..2).map(|i| word >> i & 1 == 1).collect(),
            h: (2..5).map(|i| word >> i & 1 == 1).collect(),
        };
        let mut pi: Vec<f64> = (0..32)
            .map(|w| kernel.log_weight(&state_of(w)).exp())
            .collect();
        let z: f64 = pi.iter().sum();
        for p in &mut pi {
            *p /= z;
        }
        let matrix = TransitionMatrix::extract(32, |from, chooser| {
            let mut state = state_of(from);
            kernel.sweep(&mut state, chooser);
            let all = state.v.iter().chain(&state.h);
            all.enumerate().map(|(k, &up)| usize::from(up) << k).sum()
        });
        check(&matrix, &pi, &kernel.irreducibility(), "machine");
    }
}
