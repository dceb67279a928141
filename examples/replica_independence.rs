//! Are 512 bit-parallel replicas as good as 512 independent ones?
//!
//! Prints the variance of the mean over replicas, times 512, over the variance of one replica, for
//! |m| and the energy (at `T_c` unless K is given), with one standard error: 1 for independent replicas, 512 for replicas
//! that share all random digits. Ends with code 1 if either is above 1.03, or if the error is too
//! large to tell 1.03 from 1 at three standard errors.
//!
//! `cargo run --release --example replica_independence [side] [measurements] [sweeps between them] [K]`

use blockspin::random::{LANES, Seed};
use blockspin::sample::bit_parallel::{FlipTable, Replicas};
use std::process::ExitCode;

/// Running sums for one observable.
#[derive(Default)]
struct Spread {
    times: f64,
    means: f64,
    squares: f64,
    within: f64,
    products: f64,
    /// The first mean, from which the others are measured: their differences are small.
    origin: Option<f64>,
    last: f64,
}

impl Spread {
    fn add(&mut self, x: impl Iterator<Item = f64> + Clone) {
        let n = LANES as f64;
        let mean = x.clone().sum::<f64>() / n;
        self.within += x.map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
        self.times += 1.0;
        let mean = mean - *self.origin.get_or_insert(mean);
        self.means += mean;
        self.squares += mean * mean;
        self.products += mean * self.last;
        self.last = mean;
    }

    /// The ratio, its standard error, and the correlation between successive measurements.
    fn inflation(&self) -> (f64, f64, f64) {
        let mean = self.means / self.times;
        let between = (self.squares - self.times * mean * mean) / (self.times - 1.0);
        let rho = (self.products / self.times - mean * mean) / between;
        let ratio = between * LANES as f64 / (self.within / self.times);
        // χ² with T − 1 degrees of freedom; correlated times count (1 − ρ²)/(1 + ρ²) for a variance.
        let effective = (self.times - 1.0) * (1.0 - rho * rho) / (1.0 + rho * rho);
        (ratio, (2.0 / effective).sqrt() * ratio, rho)
    }
}

fn main() -> ExitCode {
    let mut arguments = std::env::args()
        .skip(1)
        .map(|a| a.parse().expect("a number"));
    let side: usize = arguments.next().unwrap_or(8);
    let measurements: usize = arguments.next().unwrap_or(50_000);
    let between: usize = arguments.next().unwrap_or(side * side);
    let critical = 0.5 * 2_f64.sqrt().ln_1p();
    let coupling = std::env::args()
        .nth(4)
        .map_or(critical, |k| k.parse().expect("a number"));
    let rule = FlipTable::metropolis(coupling, 0.0).expect("finite");
    let mut replicas = Replicas::new((side, side), &rule, Seed::default(), 0).expect("even side");
    replicas.sweep(20 * between as u64);
    let (mut m, mut e) = (Spread::default(), Spread::default());
    let half = (side * side) as f64 / 2.0;
    for _ in 0..measurements {
        replicas.sweep(between as u64);
        let counts = replicas.counts();
        m.add(counts.up.iter().map(|&up| (f64::from(up) - half).abs()));
        e.add(counts.opposing_bonds.iter().map(|&b| f64::from(b)));
    }
    let mut passed = true;
    for (name, spread) in [("|m|", m), ("e", e)] {
        let (ratio, error, rho) = spread.inflation();
        println!("{name}: {ratio:.4} ± {error:.4} (correlation of measurements {rho:.3})");
        passed &= ratio <= 1.03 && 3.0 * error <= 0.03;
    }
    if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
