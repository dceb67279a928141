//! A generator that is known to be bad must be seen, and the shipped one must not, by the same test.

use blockspin::estimate::BinomialTest;
use blockspin::exact::kaufman;
use blockspin::model::Lattice;
use blockspin::random::{Chooser, R250, Seed, Stream};
use blockspin::sample::{
    CompiledHamiltonian, CouplingFromThePast, ExactSampler, Kernel, SquareIsing, SquareWolff,
};
use rayon::prelude::*;

const SIDE: usize = 16;
const CHAINS: u64 = 96;
/// Clusters that a chain of the bad generator flips; the shipped one gets ten times as many.
const CLUSTERS: usize = 5000;

/// Size of each of the tests, and their power at the effect that they were planned for.
const ALPHA: f64 = 1e-6;
const POWER: f64 = 0.999;

/// How far the median of an average over a chain may be from its mean, in probability. The averages run over
/// thousands of autocorrelation times, so they are nearly normal: their skewness is below 0.2 and moves
/// the probability of lying below the mean by 0.2/(6 √(2π)) = 0.014 at most to leading order.
const SKEW: f64 = 0.05;

fn critical_coupling() -> f64 {
    0.5 * 2.0_f64.sqrt().ln_1p()
}

/// In how many chains the average of E and of (E − ⟨E⟩)² is below its exact value.
fn below<C: Chooser>(clusters: usize, generator: impl Fn(&mut Stream) -> C + Sync) -> [u64; 2] {
    let torus = Lattice::torus(SIDE, SIDE);
    let k = critical_coupling();
    let exact = kaufman(SIDE, SIDE, k, k).unwrap();
    // In units of J: the energy is minus the sum over bonds.
    let energy = exact.mean_energy.mid() / k;
    let variance = exact.heat_capacity.mid() / (k * k);
    let model = SquareIsing::new(torus, k, 0.0).unwrap();
    let compiled = CompiledHamiltonian::new(&torus.ising(k, 0.0).unwrap()).unwrap();
    let past = CouplingFromThePast::new(&compiled).unwrap();
    let found: Vec<[bool; 2]> = (0..CHAINS)
        .into_par_iter()
        .map(|chain| {
            let mut stream = Seed::default().stream("generator", chain);
            let mut state = past.clone().draw(&mut stream).unwrap();
            let mut chooser = generator(&mut stream);
            let mut wolff = SquareWolff::new(model).unwrap();
            let (mut first, mut second) = (0.0, 0.0);
            for _ in 0..clusters {
                wolff.sweep(&mut state, &mut chooser);
                let distance = -(model.bond_sum(state.spins()) as f64) - energy;
                first += distance;
                second += distance * distance - variance;
            }
            [first < 0.0, second < 0.0]
        })
        .collect();
    [0, 1].map(|which| found.iter().filter(|f| f[which]).count() as u64)
}

fn plan() -> BinomialTest {
    BinomialTest::plan_between(CHAINS, ALPHA / 2.0, POWER, 0.5 - SKEW, 0.5 + SKEW).unwrap()
}

#[test]
fn r250_is_rejected_by_the_specific_heat() {
    let test = plan();
    // What the test can see was fixed before: nineteen chains of twenty on one side of the exact value.
    let (up, down) = test.detectable_effect();
    assert!(0.5 + SKEW + up.unwrap() < 0.95 && 0.5 - SKEW - down.unwrap() > 0.05);
    let [energy, heat] = below(CLUSTERS, R250::new);
    assert!(
        test.rejects(heat).unwrap(),
        "R250 was not seen: {heat} of {CHAINS} specific heats below the exact one, {energy} energies"
    );
}

#[test]
fn the_shipped_generator_passes_at_ten_times_the_length() {
    let test = plan();
    let [energy, heat] = below(10 * CLUSTERS, |stream| stream.clone());
    for (name, count) in [("energy", energy), ("specific heat", heat)] {
        assert!(
            !test.rejects(count).unwrap(),
            "{name}: {count} of {CHAINS} below the exact value"
        );
    }
}
