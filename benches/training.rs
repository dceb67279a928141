//! A step of training, and a chain-step of annealed importance sampling, on one thread and on two.

use blockspin::learn::{
    AisConfig, BinaryData, Estimator, TapOrder, Trainer, TrainingConfig, ais_forward,
};
use blockspin::model::{RbmWeights, Units};
use blockspin::random::Seed;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rayon::ThreadPool;

fn pool(threads: usize) -> ThreadPool {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap()
}

fn noise(units: usize) -> BinaryData {
    let mut stream = Seed(1).stream("training bench", 0);
    let bits = (0..4096 * units)
        .map(|_| (stream.next_u64() >> 63) as u8)
        .collect();
    BinaryData::from_bits(bits, units).unwrap()
}

fn steps(c: &mut Criterion) {
    let mut group = c.benchmark_group("training step, batch 512");
    group.sample_size(10);
    for (n, m) in [(100, 81), (256, 64), (1024, 256), (4096, 1024)] {
        let data = noise(n);
        for (name, estimator) in [
            ("cd-1", Estimator::ContrastiveDivergence { steps: 1 }),
            (
                "tap 2",
                Estimator::Tap {
                    order: TapOrder::Second,
                    iterations: 3,
                    copies: 512,
                },
            ),
        ] {
            if n > 1024 && name != "cd-1" {
                continue;
            }
            for threads in [1, 2] {
                let config = TrainingConfig {
                    estimator: estimator.clone(),
                    learning_rate: 1e-4,
                    ..TrainingConfig::new(m)
                };
                let mut trainer = Trainer::new(&data, config).unwrap();
                let pool = pool(threads);
                group.throughput(Throughput::Elements(512));
                let id = BenchmarkId::new(format!("{name}, {threads} threads"), format!("{n}x{m}"));
                group.bench_function(id, |b| b.iter(|| pool.install(|| trainer.step().unwrap())));
            }
        }
    }
    group.finish();
}

fn annealing(c: &mut Criterion) {
    let mut group = c.benchmark_group("annealing, 784x500, 200 chains, 20 temperatures");
    group.sample_size(10);
    let units = Units::PlusMinus;
    let mut machine = RbmWeights::zeros(784, 500, units, units).unwrap();
    let mut stream = Seed(1).stream("annealing bench", 0);
    for x in machine.numbers_mut() {
        *x = 0.02 * stream.normal() as f32;
    }
    let config = AisConfig {
        temperatures: 20,
        chains: 200,
        ..AisConfig::default()
    };
    for threads in [1, 2] {
        let pool = pool(threads);
        group.throughput(Throughput::Elements(200 * 20));
        group.bench_function(BenchmarkId::from_parameter(threads), |b| {
            b.iter(|| pool.install(|| ais_forward(&machine, &config).unwrap()));
        });
    }
    group.finish();
}

criterion_group!(benches, steps, annealing);
criterion_main!(benches);
