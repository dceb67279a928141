//! One sampler for a given number of sweeps, for comparisons with other programs.

use crate::clock::time;
use crate::rates::{critical, stream, torus, warm};
use blockspin::random::{LANES, Path, Seed};
use blockspin::sample::bit_parallel::{FlipTable, Replicas, TiledLattice};
use blockspin::sample::{
    Kernel, SiteOrder, SpinState, SquareMetropolis, SquareSwendsenWang, SquareWolff,
};

/// Updated spins, seconds of processor time, energy of the last state per spin.
pub(crate) type Done = (f64, f64, f64);

fn chain(mut kernel: impl Kernel<SpinState>, side: usize, sweeps: u64) -> Done {
    let mut stream = stream(0);
    let mut state = warm(side, &mut stream);
    let ((), taken) = time(|| {
        for _ in 0..sweeps {
            kernel.sweep(&mut state, &mut stream);
        }
    });
    let sites = (side * side) as f64;
    let energy = -torus(side).bond_sum(state.spins()) as f64 / sites;
    (sites * sweeps as f64, taken.processor, energy)
}

fn wolff(side: usize, sweeps: u64) -> Done {
    let mut stream = stream(0);
    let mut state = warm(side, &mut stream);
    let mut kernel = SquareWolff::new(torus(side)).expect("ferromagnet");
    let (updated, taken) = time(|| {
        let mut updated = 0;
        while updated < sweeps as usize * side * side {
            kernel.sweep(&mut state, &mut stream);
            updated += kernel.cluster_size();
        }
        updated
    });
    let energy = -torus(side).bond_sum(state.spins()) as f64 / (side * side) as f64;
    (updated as f64, taken.processor, energy)
}

/// Does the work; `None` for a name that is not one of `replicas`, `tiles`, `metropolis`, `wolff`, `swendsen-wang`.
pub(crate) fn run(name: &str, side: usize, sweeps: u64, path: Path) -> Option<Done> {
    let rule = FlipTable::metropolis(critical(), 0.0).expect("finite");
    let sites = (side * side) as f64;
    Some(match name {
        "replicas" => {
            let mut set = Replicas::new((side, side), &rule, Seed::default(), 0)
                .expect("even sides")
                .with_path(path);
            let ((), taken) = time(|| set.sweep(sweeps));
            let bonds = set.counts().opposing_bonds;
            let opposing: f64 = bonds.iter().map(|&b| f64::from(b)).sum();
            let energy = 2.0 * opposing / (LANES as f64 * sites) - 2.0;
            (
                LANES as f64 * sites * sweeps as f64,
                taken.processor,
                energy,
            )
        }
        "tiles" => {
            let mut lattice = TiledLattice::new((side, side), &rule, Seed::default(), 0)
                .expect("sides that tiles divide")
                .with_path(path);
            let ((), taken) = time(|| lattice.sweep(sweeps));
            let energy = 2.0 * lattice.opposing_bonds() as f64 / sites - 2.0;
            (sites * sweeps as f64, taken.processor, energy)
        }
        "metropolis" => {
            let kernel = SquareMetropolis::new(torus(side), SiteOrder::Checkerboard);
            chain(kernel.expect("even sides"), side, sweeps)
        }
        "wolff" => wolff(side, sweeps),
        "swendsen-wang" => chain(SquareSwendsenWang::new(torus(side)), side, sweeps),
        _ => return None,
    })
}
