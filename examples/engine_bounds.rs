//! How far each exact engine runs from what bounds it, on one thread.
//!
//! ```text
//! cargo run --release --example engine_bounds
//! ```
//! First what this machine can do, by loops that do nothing else: fused multiply-adds in registers; one of
//! them an entry on tables in each level of memory, which is the inner loop of every engine that sums; the first
//! touch of a page; products of words with a carry. Then nanoseconds an elementary step of each engine, as
//! its plan counts steps, beside the time of the cheapest loop that does the same arithmetic on a table
//! of the same size. Processor time, read from `/proc`, so that this needs Linux.
#![expect(
    clippy::inline_always,
    reason = "what is not inlined into a vectorised kernel is compiled without the wide instructions"
)]

use blockspin::exact::{Limits, Plan};
use blockspin::exact::{Method, Want, plan_by, plan_rbm, rbm_sum, solve_by};
use blockspin::model::{Lattice, Rbm, SpinHamiltonian, Term};
use blockspin::numeric::{Kernel, vectorised};
use blockspin::random::Seed;
use random_models::{dense, with_fields};
use std::hint::black_box;
use std::process::ExitCode;

mod random_models;

/// Processor seconds that this process has taken.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: f64 = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|f| f.parse::<f64>().ok())
        .sum();
    ticks / 100.0
}

/// Nanoseconds for each of `steps` steps of the work, repeated until the clock's hundredths are small; the shortest
/// of three measurements.
fn nanoseconds(steps: f64, mut work: impl FnMut()) -> f64 {
    // How often, is found out first: to ask for the time takes longer than some of the work.
    let mut runs = 1;
    while seconds(runs, &mut work) < 0.2 {
        runs *= 2;
    }
    (0..3)
        .map(|_| seconds(runs, &mut work) / f64::from(runs) / steps * 1e9)
        .fold(f64::INFINITY, f64::min)
}

fn seconds(runs: u32, work: &mut impl FnMut()) -> f64 {
    let start = processor_seconds();
    for _ in 0..runs {
        work();
    }
    processor_seconds() - start
}

/// Fused multiply-adds on sixteen rows of eight numbers, which stay in registers.
struct InRegisters(usize);

impl Kernel for InRegisters {
    type Output = f64;
    #[inline(always)]
    fn run(self) -> f64 {
        let mut rows = [[1.0_f64; 8]; 16];
        let (a, b) = (black_box([0.999_999_9; 8]), black_box([1e-7; 8]));
        for _ in 0..self.0 {
            for row in &mut rows {
                for k in 0..8 {
                    row[k] = row[k].mul_add(a[k], b[k]);
                }
            }
        }
        rows.iter().flatten().sum()
    }
}

/// Sums the upper half of a table into the lower one with a factor: one multiply-add for each two entries.
struct Halve<'a>(&'a mut [f64], f64);

impl Kernel for Halve<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let (low, high) = self.0.split_at_mut(self.0.len() / 2);
        for (x, &y) in low.iter_mut().zip(&*high) {
            *x = y.mul_add(self.1, *x);
        }
    }
}

/// Nanoseconds a multiply-add on a table of so many numbers.
fn on_table(entries: usize) -> f64 {
    let mut table = vec![1.0; entries];
    nanoseconds(entries as f64 / 2.0, || {
        vectorised(Halve(&mut table, black_box(1e-9)));
        black_box(&table);
    })
}

/// Nanoseconds a number of fresh memory, written once and given back.
fn fresh_memory() -> f64 {
    let numbers = 1 << 25;
    nanoseconds(numbers as f64, || {
        let mut table = Vec::with_capacity(numbers);
        table.resize(numbers, black_box(1.0_f64));
        black_box(&table);
    })
}

/// Nanoseconds a product of two words added to a sum of two, four sums at a time.
fn word_product() -> f64 {
    let words: Vec<u64> = (1..=64)
        .map(|k| black_box(k) * 0x9e37_79b9_7f4a_7c15)
        .collect();
    nanoseconds(64.0 * 64.0, || {
        let mut sums = [0_u128; 4];
        for &a in &words {
            for b in words.chunks_exact(4) {
                for k in 0..4 {
                    sums[k] = sums[k].wrapping_add(u128::from(a) * u128::from(b[k]));
                }
            }
        }
        black_box(sums);
    })
}

fn glass(side: usize) -> SpinHamiltonian {
    let mut stream = Seed(4).stream("engine bounds", 0);
    let lattice = Lattice::open(side, side);
    let bond = |(i, j)| Term {
        sites: vec![i, j],
        coupling: if stream.uniform() < 0.5 { 1.0 } else { -1.0 },
    };
    let terms = lattice.bonds().into_iter().map(bond).collect();
    SpinHamiltonian::new(lattice.sites(), terms).unwrap_or_else(|e| panic!("{e}"))
}

fn machine(units: usize) -> Rbm {
    let mut stream = Seed(6).stream("engine bounds", 0);
    let w = (0..2 * units * units)
        .map(|_| 0.1 * stream.normal())
        .collect();
    Rbm::new(w, vec![0.1; 2 * units], vec![-0.1; units]).unwrap_or_else(|e| panic!("{e}"))
}

/// Prints a row of the second table.
fn row(name: &str, steps: f64, measured: f64, floor: f64, bound: &str) {
    println!(
        "| {name} | {steps:.2e} | {measured:.3} | {floor:.3} | {bound} | {:.1} |",
        measured / floor
    );
}

fn engine(model: &SpinHamiltonian, want: Want, method: Method) -> (f64, f64) {
    let plan: Plan = plan_by(model, want, method).unwrap_or_else(|e| panic!("{e}"));
    let measured = nanoseconds(plan.states, || {
        black_box(solve_by(model, want, method, &Limits::NONE).unwrap_or_else(|e| panic!("{e}")));
    });
    (plan.states, measured)
}

fn report() {
    let register = nanoseconds(128e4, || {
        black_box(vectorised(InRegisters(10_000)));
    });
    // Tables of 16 KiB, 512 KiB, 8 MiB and 256 MiB.
    let [first, second, third, memory] = [11, 16, 20, 25].map(|bits| on_table(1 << bits));
    let (fresh, word) = (fresh_memory(), word_product());
    println!("| what the machine does | ns |\n|---|---|");
    for (what, ns) in [
        ("multiply-add in registers", register),
        ("multiply-add for two numbers in 16 KiB", first),
        ("multiply-add for two numbers in 512 KiB", second),
        ("multiply-add for two numbers in 8 MiB", third),
        ("multiply-add for two numbers in 256 MiB", memory),
        ("first touch of 8 bytes of fresh memory", fresh),
        ("product of two words, added to a sum of two", word),
    ] {
        println!("| {what} | {ns:.3} |");
    }
    println!(
        "\n| engine | steps | ns/step | floor | bound | times the floor |\n|---|---|---|---|---|---|"
    );
    let (steps, ns) = engine(&dense(27), Want::LOG_Z, Method::Enumeration);
    row(
        "enumeration, ln Z, dense 27",
        steps,
        ns,
        first,
        "multiply-add in 16 KiB",
    );
    let (steps, ns) = engine(&dense(25), Want::ALL, Method::Enumeration);
    row(
        "enumeration, all pairs, dense 25",
        steps,
        ns,
        3.0 * first,
        "three of them, there and back",
    );
    for (side, floor, level) in [
        (16, second, "512 KiB"),
        (20, third, "8 MiB"),
        (22, memory, "256 MiB"),
    ] {
        let model = with_fields(Lattice::open(side, side));
        let (steps, ns) = engine(&model, Want::LOG_Z, Method::Elimination);
        row(
            &format!("elimination, ln Z, open {side}×{side}"),
            steps,
            ns,
            0.5 * floor,
            &format!("multiply-add for two steps in {level}"),
        );
    }
    for (rows, columns, floor, level) in [
        (64, 11, first, "16 KiB"),
        (64, 16, second, "512 KiB"),
        (20, 20, third, "8 MiB"),
    ] {
        let model = with_fields(Lattice::open(rows, columns));
        let (steps, ns) = engine(&model, Want::LOG_Z, Method::TransferMatrix);
        row(
            &format!("transfer matrix, ln Z, open {rows}×{columns}"),
            steps,
            ns,
            floor,
            &format!("multiply-add in {level}"),
        );
    }
    let machine = machine(20);
    let plan = plan_rbm(&machine, false);
    let ns = nanoseconds(plan.states, || {
        black_box(rbm_sum(&machine, false, &Limits::NONE).unwrap_or_else(|e| panic!("{e}")));
    });
    row(
        "layer sum, ln Z, 40 × 20",
        plan.states,
        ns,
        40.0 * 1.5 * first,
        "1.5 multiply-adds for each of 40 units",
    );
    for side in [32, 64] {
        let (steps, ns) = engine(&glass(side), Want::LOG_Z, Method::Planar);
        row(
            &format!("planar, ln Z, ±J open {side}×{side}"),
            steps,
            ns,
            word,
            "products of words",
        );
    }
}

fn main() -> ExitCode {
    match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
        Ok(one) => {
            one.install(report);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("no thread: {error}");
            ExitCode::from(5)
        }
    }
}
