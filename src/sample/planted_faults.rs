//! Wrong kernels that the checks of `matrix_tests` must refuse: what they cannot see, they do not show.

use super::matrix_tests::{
    boltzmann, compiled, lattice, step_matrix, sweep_matrix, updates_matrix,
};
use super::*;
use crate::random::Chooser;

/// The bound that right kernels keep.
const DEFECT: f64 = 1e-12;

const LATTICES: [&str; 4] = ["ring:5", "open:2x3", "torus:2x2", "torus:2x3"];

fn pi(text: &str, coupling: f64) -> Vec<f64> {
    boltzmann(&lattice(text).ising(coupling, 0.0).unwrap())
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    /// Site 0 does not see its last neighbour, which sees site 0.
    OneEndOfABond,
    /// Acceptance exp(−βΔE/2).
    HalfTheEnergy,
    /// Acceptance rounded to a multiple of 1/256.
    CoarseTable,
}

/// Metropolis from lists of neighbours, with a fault.
#[derive(Clone, Debug)]
struct FaultyRule {
    model: std::sync::Arc<CompiledHamiltonian>,
    fault: Fault,
}

impl SiteRule for FaultyRule {
    fn name(&self, _: SiteOrder) -> &'static str {
        "faulty"
    }
    fn sites(&self) -> usize {
        self.model.spins()
    }
    fn update(&self, spins: &mut [i8], site: usize, chooser: &mut impl Chooser) -> f64 {
        let mut near: Vec<_> = self.model.neighbours(site).collect();
        if self.fault == Fault::OneEndOfABond && site == 0 {
            near.pop();
        }
        let field: f64 = near.iter().map(|&(j, k)| k * f64::from(spins[j])).sum();
        let change = -2.0 * f64::from(spins[site]) * field;
        let p = match self.fault {
            Fault::HalfTheEnergy => (0.5 * change).exp(),
            Fault::CoarseTable => (256.0 * change.exp().min(1.0)).round() / 256.0,
            _ => change.exp(),
        };
        if chooser.bernoulli(p) {
            spins[site] = -spins[site];
        }
        change
    }
    fn always_free(&self) -> bool {
        false
    }
    fn is_uniform(&self) -> bool {
        false
    }
    fn ground_state_of_ring(&self) -> Option<Vec<i8>> {
        None
    }
    fn reduced_hamiltonian(&self, spins: &[i8]) -> f64 {
        self.model.reduced_hamiltonian(spins)
    }
}

#[test]
fn faulty_acceptance_is_seen() {
    for text in LATTICES {
        let pi = pi(text, 0.37);
        for fault in [
            Fault::None,
            Fault::OneEndOfABond,
            Fault::HalfTheEnergy,
            Fault::CoarseTable,
        ] {
            let model = compiled(text, 0.37, 0.0);
            let visits = (0..model.spins() as u32).collect();
            let rule = FaultyRule { model, fault };
            let kernel = SingleSite::with_visits(rule, SiteOrder::Sequential, visits);
            let defect = updates_matrix(&kernel).stationarity_defect(&pi);
            assert_eq!(
                defect < DEFECT,
                fault == Fault::None,
                "{fault:?} on {text}: {defect:e}"
            );
        }
    }
}

#[test]
fn a_millionth_of_the_temperature_is_seen() {
    let right = 0.37;
    let wrong = right * (1.0 + 1e-6);
    for text in LATTICES {
        let pi = pi(text, right);
        let n = lattice(text).sites();
        let model = compiled(text, wrong, 0.0);
        let square = SquareIsing::new(lattice(text), wrong, 0.0).unwrap();
        for order in [SiteOrder::Random, SiteOrder::Sequential] {
            for matrix in [
                updates_matrix(&Metropolis::new(model.clone(), order).unwrap()),
                updates_matrix(&HeatBath::new(model.clone(), order).unwrap()),
                updates_matrix(&SquareMetropolis::new(square, order).unwrap()),
                updates_matrix(&SquareHeatBath::new(square, order).unwrap()),
            ] {
                let defect = matrix.stationarity_defect(&pi);
                assert!(defect > 1e3 * DEFECT, "{text} {order:?}: {defect:e}");
            }
        }
        for matrix in [
            sweep_matrix(n, &mut Wolff::new(model.clone()).unwrap()),
            sweep_matrix(n, &mut SwendsenWang::new(model.clone()).unwrap()),
            sweep_matrix(n, &mut SquareWolff::new(square).unwrap()),
            sweep_matrix(n, &mut SquareSwendsenWang::new(square)),
        ] {
            let defect = matrix.stationarity_defect(&pi);
            assert!(defect > 1e3 * DEFECT, "{text}: {defect:e}");
        }
    }
}

#[test]
fn bonds_at_half_the_coupling_are_seen() {
    // With K/2 in place of K a cluster kernel follows bonds with 1 − e^{−K} instead of 1 − e^{−2K}.
    for text in LATTICES {
        let pi = pi(text, 0.4);
        let n = lattice(text).sites();
        let square = SquareIsing::new(lattice(text), 0.2, 0.0).unwrap();
        for matrix in [
            sweep_matrix(n, &mut Wolff::new(compiled(text, 0.2, 0.0)).unwrap()),
            sweep_matrix(n, &mut SquareWolff::new(square).unwrap()),
            sweep_matrix(n, &mut SquareSwendsenWang::new(square)),
        ] {
            assert!(matrix.stationarity_defect(&pi) > 1e-3, "{text}");
        }
    }
}

#[test]
fn updating_all_spins_at_once_is_seen() {
    for text in LATTICES {
        let pi = pi(text, 0.3);
        let n = lattice(text).sites();
        let model = compiled(text, 0.3, 0.0);
        let bath = HeatBath::new(model, SiteOrder::Sequential).unwrap();
        let matrix = step_matrix(n, |state, chooser| {
            let old = state.clone();
            let mut new = Vec::new();
            for site in 0..n {
                let mut copy = old.clone();
                bath.update(&mut copy, site, chooser);
                new.push(copy.spins()[site]);
            }
            *state = SpinState::new(new).unwrap();
        });
        assert!(matrix.stationarity_defect(&pi) > 1e-3, "{text}");
        // It is not for want of movement.
        assert!(matrix.is_irreducible());
    }
}

#[test]
fn kernels_that_stay_behind_are_seen() {
    for text in LATTICES {
        let pi = pi(text, 0.3);
        let n = lattice(text).sites();
        let skipping = SingleSite::with_visits(
            HeatBath::new(compiled(text, 0.3, 0.0), SiteOrder::Sequential)
                .unwrap()
                .rule()
                .clone(),
            SiteOrder::Sequential,
            (1..n as u32).collect(),
        );
        let skipping = updates_matrix(&skipping);
        let identity = step_matrix(n, |_, _| {});
        for (matrix, reached) in [(skipping, 1 << (n - 1)), (identity, 1)] {
            // Stationarity alone does not see them.
            assert!(matrix.stationarity_defect(&pi) < DEFECT);
            assert!(!matrix.is_irreducible());
            assert_eq!((matrix.period(), matrix.reached_from(0)), (None, reached));
        }
    }
}
