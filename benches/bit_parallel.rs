//! Spin flips per second of the bit-parallel kernels at the critical point, on one core.

use blockspin::random::{Path, Seed};
use blockspin::sample::bit_parallel::{FlipTable, Replicas, TiledLattice};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

fn paths() -> impl Iterator<Item = Path> {
    Path::ALL.into_iter().filter(|p| p.is_available())
}

fn rules() -> [(&'static str, FlipTable); 2] {
    let critical = 0.5 * 2_f64.sqrt().ln_1p();
    [
        ("metropolis", FlipTable::metropolis(critical, 0.0).unwrap()),
        ("heat bath", FlipTable::heat_bath(critical, 0.0).unwrap()),
    ]
}

fn replicas(c: &mut Criterion) {
    let mut group = c.benchmark_group("512 replicas");
    group.sample_size(10);
    for (name, rule) in rules() {
        for path in paths() {
            for side in [16, 64, 256, 1024] {
                if side > 64 && (path == Path::Portable || name != "metropolis") {
                    continue;
                }
                let mut replicas = Replicas::new((side, side), &rule, Seed(1), 0)
                    .unwrap()
                    .with_path(path);
                replicas.sweep(10);
                group.throughput(Throughput::Elements((512 * side * side) as u64));
                let id = BenchmarkId::new(format!("{name}, {path:?}"), side);
                group.bench_function(id, |b| b.iter(|| replicas.sweep(1)));
            }
        }
    }
    group.finish();
}

fn one_lattice(c: &mut Criterion) {
    let mut group = c.benchmark_group("one lattice");
    group.sample_size(10);
    for (name, rule) in rules() {
        for path in paths() {
            let side = 1024;
            let mut lattice = TiledLattice::new((side, side), &rule, Seed(1), 0)
                .unwrap()
                .with_path(path);
            lattice.sweep(10);
            group.throughput(Throughput::Elements((side * side) as u64));
            let id = BenchmarkId::new(format!("{name}, {path:?}"), side);
            group.bench_function(id, |b| b.iter(|| lattice.sweep(1)));
        }
    }
    group.finish();
}

fn measurement(c: &mut Criterion) {
    let mut group = c.benchmark_group("counts of 512 replicas");
    group.sample_size(10);
    for path in paths() {
        let side = 64;
        let (_, rule) = &rules()[0];
        let mut replicas = Replicas::new((side, side), rule, Seed(1), 0)
            .unwrap()
            .with_path(path);
        replicas.sweep(10);
        group.throughput(Throughput::Elements((512 * side * side) as u64));
        let id = BenchmarkId::new(format!("{path:?}"), side);
        group.bench_function(id, |b| b.iter(|| replicas.counts()));
    }
    group.finish();
}

criterion_group!(benches, replicas, one_lattice, measurement);
criterion_main!(benches);
