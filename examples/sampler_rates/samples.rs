//! Independent samples of |m| at the critical point per second of processor time, autocorrelation counted.

use crate::clock::time;
use crate::rates::{critical, stream, torus, warm};
use blockspin::estimate::{Chains, gamma_method};
use blockspin::random::{LANES, Path, Seed};
use blockspin::sample::bit_parallel::{FlipTable, Replicas};
use blockspin::sample::{Kernel, SpinState, SquareSwendsenWang, SquareWolff};

/// Measurements of |m| of several chains, and the seconds that they took.
struct Run {
    name: &'static str,
    side: usize,
    /// Sweeps, or clusters, between measurements.
    between: u64,
    chains: Vec<Vec<f64>>,
    seconds: f64,
    /// Variance of a mean over chains, relative to independent ones: at most.
    inflation: f64,
}

impl Run {
    fn print(&self) {
        let slices: Vec<&[f64]> = self.chains.iter().map(Vec::as_slice).collect();
        let chains = Chains::new(&slices).expect("long chains that move");
        let analysis = gamma_method(&chains);
        let time = analysis.time;
        let samples = chains.total() as f64 / (2.0 * time.tau) / self.inflation;
        println!(
            "| {} | {} | {:.5} ± {:.5} | {:.1} ± {:.1} | {} | {:.3e} | {}",
            self.name,
            self.side,
            analysis.mean,
            analysis.std_err,
            time.tau * self.between as f64,
            time.tau_err * self.between as f64,
            self.between,
            samples / self.seconds,
            if time.closed { "|" } else { "window open |" },
        );
    }
}

fn replicas(path: Path, side: usize, between: u64, measurements: usize) -> Run {
    let rule = FlipTable::metropolis(critical(), 0.0).expect("finite");
    let mut set = Replicas::new((side, side), &rule, Seed::default(), 0)
        .expect("even sides")
        .with_path(path);
    // From all up, some 20 relaxation times.
    set.sweep(10 * (side * side) as u64);
    let sites = (side * side) as f64;
    let mut chains = vec![Vec::new(); LANES];
    let ((), taken) = time(|| {
        for _ in 0..measurements {
            set.sweep(between);
            let counts = set.counts();
            for (chain, &up) in chains.iter_mut().zip(&counts.up) {
                chain.push((2.0 * f64::from(up) / sites - 1.0).abs());
            }
        }
    });
    Run {
        name: "512 replicas",
        side,
        between,
        chains,
        seconds: taken.processor,
        inflation: 1.01,
    }
}

fn clusters(
    name: &'static str,
    mut kernel: impl Kernel<SpinState>,
    side: usize,
    between: u64,
    measurements: usize,
) -> Run {
    let mut stream = stream(7);
    let mut state = warm(side, &mut stream);
    let mut chain = Vec::with_capacity(measurements);
    for _ in 0..500 {
        kernel.sweep(&mut state, &mut stream);
    }
    let ((), taken) = time(|| {
        for _ in 0..measurements {
            for _ in 0..between {
                kernel.sweep(&mut state, &mut stream);
            }
            let sum: i32 = state.spins().iter().map(|&s| i32::from(s)).sum();
            chain.push(f64::from(sum.abs()) / (side * side) as f64);
        }
    });
    Run {
        name,
        side,
        between,
        chains: vec![chain],
        seconds: taken.processor,
        inflation: 1.0,
    }
}

/// Prints the table.
pub(crate) fn print(path: Path) {
    println!("\n## Independent samples of |m| per second of processor time, one thread\n");
    println!("τ in sweeps (Wolff: in clusters), ½ for independent draws; n/(2τ) samples.\n");
    println!("| sampler | L | mean | τ | between | samples/s | |\n|---|---|---|---|---|---|---|");
    let sizes: &[_] = if path == Path::Portable {
        &[(32, 20, 400)]
    } else {
        &[(32, 20, 2000), (64, 80, 1000)]
    };
    for &(side, between, measurements) in sizes {
        replicas(path, side, between, measurements).print();
    }
    for (side, measurements) in [(32, 60_000), (64, 20_000)] {
        let kernel = SquareSwendsenWang::new(torus(side));
        clusters("Swendsen–Wang", kernel, side, 1, measurements).print();
        let kernel = SquareWolff::new(torus(side)).expect("ferromagnet");
        clusters("Wolff", kernel, side, 3, measurements).print();
    }
}
