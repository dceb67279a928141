//! Nanoseconds a state of blocked enumeration: a dense pair Hamiltonian with fields, N = 28.
//!
//! The throughput line counts states: `Gelem/s` per thread pool, so 1 ns a state and core on two cores
//! is 2 Gelem/s.

use blockspin::exact::{Limits, Want, enumerate};
use blockspin::model::{SpinHamiltonian, Term};
use blockspin::random::Seed;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

fn dense(spins: usize, size: f64) -> SpinHamiltonian {
    let mut stream = Seed(1).stream("bench", spins as u64);
    let mut terms = Vec::new();
    for i in 0..spins {
        for j in i..spins {
            let sites = if i == j { vec![i] } else { vec![i, j] };
            let coupling = size * stream.normal();
            terms.push(Term { sites, coupling });
        }
    }
    SpinHamiltonian::new(spins, terms).expect("the model is valid")
}

fn enumeration(c: &mut Criterion) {
    let mut group = c.benchmark_group("enumeration");
    group.sample_size(10);
    let limits = Limits::NONE;
    let threads = rayon::current_num_threads();
    for (spins, size) in [(20, 0.1), (28, 0.1), (28, 100.0)] {
        let model = dense(spins, size);
        group.throughput(Throughput::Elements(1 << spins));
        for (name, want) in [("log_z", Want::LOG_Z), ("moments", Want::ALL)] {
            group.bench_function(format!("{name}/{spins}/{size}/{threads}threads"), |b| {
                b.iter(|| enumerate(black_box(&model), want, &limits));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, enumeration);
criterion_main!(benches);
