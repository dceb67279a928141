//! Spin updates per nanosecond of every sampler, on one thread and on two.

use crate::clock::{Taken, repeat};
use crate::peaks::Peaks;
use blockspin::model::{Lattice, Rbm};
use blockspin::random::{LANES, Path, Seed, Stream};
use blockspin::sample::bit_parallel::{FlipTable, Replicas, TiledLattice};
use blockspin::sample::{
    CompiledHamiltonian, CouplingFromThePast, ExactSampler, Kernel, RbmGibbs, SiteOrder, SpinState,
    SquareHeatBath, SquareIsing, SquareMetropolis, SquareSwendsenWang, SquareWolff,
};
use std::sync::{Arc, Mutex};

/// A batch of work; returns how much it was.
type Batch = Box<dyn FnMut() -> f64 + Send>;

/// One sampler on one lattice.
struct Case {
    name: String,
    /// What the rate counts.
    unit: &'static str,
    /// An independent chain or set, by its number.
    make: Box<dyn Fn(u64) -> Batch + Sync>,
    /// What bounds it, and the rate that this would allow.
    bound: (&'static str, f64),
}

/// `ln(1 + √2)/2`.
pub(crate) fn critical() -> f64 {
    0.5 * 2_f64.sqrt().ln_1p()
}

/// The model at the critical point.
pub(crate) fn torus(side: usize) -> SquareIsing {
    let lattice: Lattice = format!("torus:{side}x{side}").parse().expect("a lattice");
    SquareIsing::new(lattice, critical(), 0.0).expect("finite")
}

/// The stream of a case.
pub(crate) fn stream(index: u64) -> Stream {
    Seed::default().stream("sampler rates", 100 + index)
}

/// A state of the critical torus, from clusters.
pub(crate) fn warm(side: usize, stream: &mut Stream) -> SpinState {
    let mut state = SpinState::up(side * side);
    let mut kernel = SquareSwendsenWang::new(torus(side));
    for _ in 0..30 {
        kernel.sweep(&mut state, stream);
    }
    state
}

/// A kernel whose sweep updates every spin.
fn chain<K: Kernel<SpinState> + Send + 'static>(mut kernel: K, side: usize, index: u64) -> Batch {
    let mut stream = stream(index);
    let mut state = warm(side, &mut stream);
    Box::new(move || {
        kernel.sweep(&mut state, &mut stream);
        (side * side) as f64
    })
}

fn bit_parallel(path: Path, peaks: &Peaks, cases: &mut Vec<Case>) {
    let rule = FlipTable::metropolis(critical(), 0.0).expect("finite");
    for side in [32, 64, 256, 1024] {
        let rule = rule.clone();
        // 52 words for eight sites. Loads and stores apart, a site takes 4 operations to compare with its neighbours,
        // 9 to count them, 12 for the digits, 2 to turn the shared ones, and 4 to flip. Where the cipher is an
        // instruction for whole words, its six steps a word take their turns with the rest.
        let steps = if path == Path::Avx512 { 6.0 * 6.5 } else { 0.0 };
        let [words, logic] = [peaks.by_words(6.5), peaks.by_logic(31.0 + steps)];
        // A word is read and written once a sweep; its neighbours are in the cache.
        let memory = peaks.copy / 128.0 * LANES as f64;
        let bound = if side == 1024 && memory < words.min(logic) {
            ("memory", memory)
        } else if words < logic {
            ("random words", words)
        } else {
            ("vector operations", logic)
        };
        cases.push(Case {
            name: format!("512 replicas, L = {side}"),
            unit: "flips/ns",
            make: Box::new(move |index| {
                let mut set = Replicas::new((side, side), &rule, Seed::default(), index)
                    .expect("even sides")
                    .with_path(path);
                set.sweep(1);
                Box::new(move || {
                    set.sweep(2);
                    (2 * LANES * side * side) as f64
                })
            }),
            bound,
        });
    }
    let side = 1024;
    cases.push(Case {
        name: format!("one tiled lattice, L = {side}"),
        unit: "flips/ns",
        make: Box::new(move |index| {
            let mut lattice = TiledLattice::new((side, side), &rule, Seed::default(), index)
                .expect("sides that tiles divide")
                .with_path(path);
            lattice.sweep(10);
            Box::new(move || {
                lattice.sweep(4);
                (4 * side * side) as f64
            })
        }),
        bound: ("random words", peaks.by_words(12.0)),
    });
}

fn clusters(peaks: &Peaks, cases: &mut Vec<Case>) {
    for side in [32, 64, 256, 1024] {
        cases.push(Case {
            name: format!("Swendsen–Wang, L = {side}"),
            unit: "spins/ns",
            make: Box::new(move |index| chain(SquareSwendsenWang::new(torus(side)), side, index)),
            // Half of two bonds a site are open at this temperature, whose two ends are looked up, and one look-up gives the site
            // its spin: loads from the first-level cache at best, each of which waits for the last.
            bound: ("dependent loads", 1.0 / (3.0 * peaks.loads[0].1)),
        });
    }
    for side in [32, 64, 256, 1024] {
        cases.push(Case {
            name: format!("Wolff, L = {side}"),
            unit: "spins/ns",
            make: Box::new(move |index| {
                let mut stream = stream(index);
                let mut state = warm(side, &mut stream);
                let mut kernel = SquareWolff::new(torus(side)).expect("ferromagnet");
                Box::new(move || {
                    kernel.sweep(&mut state, &mut stream);
                    kernel.cluster_size() as f64
                })
            }),
            bound: ("random bonds", peaks.nibbles),
        });
    }
}

fn single_site(peaks: &Peaks, cases: &mut Vec<Case>) {
    for side in [64, 1024] {
        for (order, name) in [
            (SiteOrder::Checkerboard, "checkerboard"),
            (SiteOrder::Random, "random sites"),
        ] {
            cases.push(Case {
                name: format!("square Metropolis, {name}, L = {side}"),
                unit: "flips/ns",
                make: Box::new(move |index| {
                    let kernel = SquareMetropolis::new(torus(side), order).expect("even sides");
                    chain(kernel, side, index)
                }),
                bound: ("decisions", peaks.accepts),
            });
        }
        cases.push(Case {
            name: format!("square heat bath, checkerboard, L = {side}"),
            unit: "flips/ns",
            make: Box::new(move |index| {
                let kernel = SquareHeatBath::new(torus(side), SiteOrder::Checkerboard);
                chain(kernel.expect("even sides"), side, index)
            }),
            bound: ("decisions", peaks.accepts),
        });
    }
}

fn others(peaks: &Peaks, cases: &mut Vec<Case>) {
    for side in [32, 64] {
        cases.push(Case {
            name: format!("coupling from the past, L = {side}"),
            unit: "samples/ms",
            make: Box::new(move |index| {
                let lattice = torus(side).lattice();
                let model = lattice.ising(critical(), 0.0).expect("finite");
                let model = CompiledHamiltonian::new(&model).expect("finite");
                let mut sampler = CouplingFromThePast::new(&model).expect("ferromagnet");
                let mut stream = stream(index);
                Box::new(move || {
                    sampler.draw(&mut stream).expect("no limit");
                    // Milliseconds instead of nanoseconds.
                    1e6
                })
            }),
            bound: ("none named", f64::NAN),
        });
    }
    for (visible, hidden) in [(100, 81), (784, 500)] {
        cases.push(Case {
            name: format!("RBM Gibbs, {visible} × {hidden}"),
            unit: "additions/ns",
            make: Box::new(move |index| {
                let mut stream = stream(index);
                let weights = (0..visible * hidden)
                    .map(|k| 0.1 * f64::from((k * 7919 % 201) as u32) / 100.0 - 0.1)
                    .collect();
                let rbm = Rbm::new(weights, vec![0.0; visible], vec![0.0; hidden]).expect("finite");
                let mut kernel = RbmGibbs::new(Arc::new(rbm));
                let mut state = kernel.random_state(&mut stream);
                Box::new(move || {
                    kernel.sweep(&mut state, &mut stream);
                    (2 * visible * hidden) as f64
                })
            }),
            bound: ("additions", peaks.additions),
        });
    }
}

/// Measurements of each number; odd, so that there is one in the middle.
const ROUNDS: usize = 5;

/// Two threads at once, each with a chain of its own: units of work of each, and what they took.
fn on_two_threads(case: &Case, pool: &rayon::ThreadPool, seconds: f64) -> Vec<(f64, Taken)> {
    let results = Mutex::new(Vec::new());
    pool.broadcast(|context| {
        let mut batch = (case.make)(1 + context.index() as u64);
        batch();
        let result = repeat(seconds, batch);
        results.lock().expect("no panic").push(result);
    });
    results.into_inner().expect("no panic")
}

/// The number in the middle.
fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// Prints the table, medians of rounds in which one thread and two take turns; at least this many seconds of processor time for each entry and thread.
pub(crate) fn print(path: Path, peaks: &Peaks, seconds: f64) {
    let mut cases = Vec::new();
    bit_parallel(path, peaks, &mut cases);
    clusters(peaks, &mut cases);
    single_site(peaks, &mut cases);
    others(peaks, &mut cases);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(2)
        .build()
        .expect("two threads");
    println!("\n## Rates at the critical point, {path:?}\n");
    println!(
        "Medians of five rounds. Gain of two threads: by the wall clock, and what processor time alone would allow. Busy: processor time over \
         wall-clock time of the two threads; below 0.98 other work took the cores and the first is too low.\n"
    );
    println!(
        "| sampler | unit | one thread | bound | share | two threads, wall | processor | busy |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for case in &cases {
        let mut batch = (case.make)(0);
        batch();
        let (mut rates, mut walls, mut processors, mut busies) = (vec![], vec![], vec![], vec![]);
        for _ in 0..ROUNDS {
            let (done, one) = repeat(seconds, &mut batch);
            let both = on_two_threads(case, &pool, seconds);
            let sum = |f: &dyn Fn(&(f64, Taken)) -> f64| both.iter().map(f).sum::<f64>();
            rates.push(done / one.processor * 1e-9);
            walls.push(sum(&|(done, t)| done / t.wall) / (done / one.wall));
            processors.push(sum(&|(done, t)| done / t.processor) / (done / one.processor));
            busies.push(sum(&|(_, t)| t.processor) / sum(&|(_, t)| t.wall));
        }
        let [rate, wall, processor, busy] = [rates, walls, processors, busies].map(median);
        let (bound, allowed) = case.bound;
        let share = if allowed.is_nan() {
            "–".to_owned()
        } else {
            format!("{:.0} %", 100.0 * rate / allowed)
        };
        println!(
            "| {} | {} | {rate:.3} | {bound} | {share} | {wall:.2} | {processor:.2} | {busy:.2} |",
            case.name, case.unit
        );
    }
}
