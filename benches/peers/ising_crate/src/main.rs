//! Runs the crate `ising` at the critical point: `ising-peer metropolis|wolff SIDE SWEEPS`.
//!
//! Prints updated spins, seconds of processor time, and the energy of the last state per spin.

use ising::algorithm::AlgorithmType;
use ising::lattice::{Lattice, Spin};
use ising::{CRITICAL_TEMPERATURE, Simulation};
use rand::{SeedableRng, rngs::SmallRng};

fn seconds() -> f64 {
    std::thread::sleep(std::time::Duration::from_micros(1));
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let first = text.split(' ').next().expect("a number");
    first.parse::<f64>().expect("a number") * 1e-9
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (side, sweeps): (usize, usize) =
        (arguments[1].parse().unwrap(), arguments[2].parse().unwrap());
    let mut rng = SmallRng::seed_from_u64(1);
    let lattice = Lattice::new(side, &mut rng);
    let wolff = arguments[0] == "wolff";
    let kind = if wolff {
        AlgorithmType::Wolff
    } else {
        AlgorithmType::Metropolis
    };
    let algorithm = kind.new_algorithm(&lattice, CRITICAL_TEMPERATURE);
    let mut simulation = Simulation::new(rng, lattice, CRITICAL_TEMPERATURE, algorithm);
    let sites = side * side;
    let mut updated = 0;
    let mut taken = 0.0;
    if wolff {
        // Clusters from the random start are small.
        for _ in 0..20 * side {
            simulation.step();
        }
        let before = seconds();
        let mut last = simulation.lattice().magnetization();
        while updated < sites * sweeps {
            simulation.step();
            let now = simulation.lattice().magnetization();
            updated += (now - last).unsigned_abs() as usize / 2;
            last = now;
        }
        taken += seconds() - before;
    } else {
        let before = seconds();
        for _ in 0..sites * sweeps {
            simulation.step();
        }
        updated = sites * sweeps;
        taken += seconds() - before;
    }
    let lattice = simulation.lattice();
    let up = |x: usize, y: usize| {
        lattice.value(&Spin {
            x: x % side,
            y: y % side,
        })
    };
    let mut energy = 0.0;
    for x in 0..side {
        for y in 0..side {
            for near in [up(x + 1, y), up(x, y + 1)] {
                energy -= if near == up(x, y) { 1.0 } else { -1.0 };
            }
        }
    }
    println!("{updated} {taken} {}", energy / sites as f64);
}
