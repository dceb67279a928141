//! Predicted against measured: time and memory of the exact engines on a list of models.
//!
//! ```text
//! cargo run --release --example plan_accuracy
//! ```
//! Each model runs in a process of its own on one thread. Seconds are those of the processor, so that a busy
//! machine does not count; bytes are the growth of the resident set at its peak. Both are read from `/proc`,
//! so that this needs Linux. `--model NAME` runs one model and prints its line.

use blockspin::exact::{
    Limits, Method, Plan, Want, pairs_in_terms, plan_by, plan_edges, plan_rbm, rbm_sum, solve_by,
    solve_edges,
};
use blockspin::model::{Lattice, Rbm, SpinHamiltonian, Term};
use blockspin::random::Seed;
use random_models::{dense, with_fields};
use std::process::{Command, ExitCode};

mod random_models;

/// What is asked of a model.
#[derive(Clone, Copy)]
enum Task {
    Solve(Method, Want),
    /// All means and the correlators of all terms' pairs.
    Edges,
    /// The smaller layer of a Boltzmann machine with so many units, and averages if asked for.
    Layer(usize, bool),
}

/// Name, model and task.
type Case = (&'static str, fn() -> SpinHamiltonian, Task);

fn open_with_fields(rows: usize, columns: usize) -> SpinHamiltonian {
    with_fields(Lattice::open(rows, columns))
}

fn glass(lattice: Lattice) -> SpinHamiltonian {
    let mut stream = Seed(4).stream("plan accuracy", 0);
    let bond = |(i, j)| Term {
        sites: vec![i, j],
        coupling: stream.normal(),
    };
    let terms = lattice.bonds().into_iter().map(bond).collect();
    SpinHamiltonian::new(lattice.sites(), terms).unwrap_or_else(|e| panic!("{e}"))
}

fn ising(lattice: Lattice, k: f64, h: f64) -> SpinHamiltonian {
    lattice.ising(k, h).unwrap_or_else(|e| panic!("{e}"))
}

fn machine(units: usize) -> Rbm {
    let mut stream = Seed(6).stream("plan accuracy", 0);
    let n = 2 * units;
    let w = (0..n * units).map(|_| 0.1 * stream.normal()).collect();
    Rbm::new(w, vec![0.1; n], vec![-0.1; units]).unwrap_or_else(|e| panic!("{e}"))
}

const CASES: &[Case] = &[
    (
        "enumeration-24-log-z",
        || dense(24),
        Task::Solve(Method::Enumeration, Want::LOG_Z),
    ),
    (
        "enumeration-27-log-z",
        || dense(27),
        Task::Solve(Method::Enumeration, Want::LOG_Z),
    ),
    (
        "enumeration-30-log-z",
        || dense(30),
        Task::Solve(Method::Enumeration, Want::LOG_Z),
    ),
    (
        "enumeration-23-all",
        || dense(23),
        Task::Solve(Method::Enumeration, Want::ALL),
    ),
    (
        "enumeration-26-all",
        || dense(26),
        Task::Solve(Method::Enumeration, Want::ALL),
    ),
    (
        "enumeration-29-all",
        || dense(29),
        Task::Solve(Method::Enumeration, Want::ALL),
    ),
    (
        "elimination-open-16-log-z",
        || open_with_fields(16, 16),
        Task::Solve(Method::Elimination, Want::LOG_Z),
    ),
    (
        "elimination-open-20-log-z",
        || open_with_fields(20, 20),
        Task::Solve(Method::Elimination, Want::LOG_Z),
    ),
    (
        "elimination-open-23-log-z",
        || open_with_fields(23, 23),
        Task::Solve(Method::Elimination, Want::LOG_Z),
    ),
    (
        "elimination-torus-10-log-z",
        || with_fields(Lattice::torus(10, 10)),
        Task::Solve(Method::Elimination, Want::LOG_Z),
    ),
    (
        "elimination-open-16-edges",
        || open_with_fields(16, 16),
        Task::Edges,
    ),
    (
        "elimination-open-20-edges",
        || open_with_fields(20, 20),
        Task::Edges,
    ),
    (
        "elimination-torus-10-edges",
        || with_fields(Lattice::torus(10, 10)),
        Task::Edges,
    ),
    (
        "elimination-open-12-pairs",
        || open_with_fields(12, 12),
        Task::Solve(Method::Elimination, Want::ALL),
    ),
    (
        "transfer-open-16-log-z",
        || open_with_fields(16, 16),
        Task::Solve(Method::TransferMatrix, Want::LOG_Z),
    ),
    (
        "transfer-open-20-log-z",
        || open_with_fields(20, 20),
        Task::Solve(Method::TransferMatrix, Want::LOG_Z),
    ),
    (
        "transfer-open-14-means",
        || open_with_fields(14, 40),
        Task::Solve(Method::TransferMatrix, Want::MEANS),
    ),
    (
        "transfer-torus-9-log-z",
        || with_fields(Lattice::torus(9, 9)),
        Task::Solve(Method::TransferMatrix, Want::LOG_Z),
    ),
    (
        "transfer-torus-10-means",
        || with_fields(Lattice::torus(10, 10)),
        Task::Solve(Method::TransferMatrix, Want::MEANS),
    ),
    (
        "transfer-torus-9x40-means",
        || with_fields(Lattice::torus(40, 9)),
        Task::Solve(Method::TransferMatrix, Want::MEANS),
    ),
    (
        "transfer-torus-12-means",
        || with_fields(Lattice::torus(12, 12)),
        Task::Solve(Method::TransferMatrix, Want::MEANS),
    ),
    (
        "transfer-open-17-means",
        || open_with_fields(17, 17),
        Task::Solve(Method::TransferMatrix, Want::MEANS),
    ),
    (
        "transfer-torus-11-log-z",
        || with_fields(Lattice::torus(11, 11)),
        Task::Solve(Method::TransferMatrix, Want::LOG_Z),
    ),
    (
        "kaufman-256",
        || ising(Lattice::torus(256, 256), 0.44, 0.0),
        Task::Solve(Method::Kaufman, Want::LOG_Z),
    ),
    (
        "kaufman-512",
        || ising(Lattice::torus(512, 512), 0.44, 0.0),
        Task::Solve(Method::Kaufman, Want::LOG_Z),
    ),
    (
        "kaufman-1024",
        || ising(Lattice::torus(1024, 1024), 0.3, 0.0),
        Task::Solve(Method::Kaufman, Want::LOG_Z),
    ),
    (
        "planar-32",
        || glass(Lattice::open(32, 32)),
        Task::Solve(Method::Planar, Want::LOG_Z),
    ),
    (
        "planar-64",
        || glass(Lattice::open(64, 64)),
        Task::Solve(Method::Planar, Want::LOG_Z),
    ),
    (
        "planar-96",
        || glass(Lattice::open(96, 96)),
        Task::Solve(Method::Planar, Want::LOG_Z),
    ),
    (
        "planar-128",
        || glass(Lattice::open(128, 128)),
        Task::Solve(Method::Planar, Want::LOG_Z),
    ),
    (
        "planar-torus-16",
        || glass(Lattice::torus(16, 16)),
        Task::Solve(Method::Planar, Want::LOG_Z),
    ),
    (
        "planar-torus-32",
        || glass(Lattice::torus(32, 32)),
        Task::Solve(Method::Planar, Want::LOG_Z),
    ),
    ("layer-sum-18-log-z", || dense(1), Task::Layer(18, false)),
    ("layer-sum-21-log-z", || dense(1), Task::Layer(21, false)),
    ("layer-sum-23-log-z", || dense(1), Task::Layer(23, false)),
    ("layer-sum-16-averages", || dense(1), Task::Layer(16, true)),
    ("layer-sum-19-averages", || dense(1), Task::Layer(19, true)),
    ("layer-sum-21-averages", || dense(1), Task::Layer(21, true)),
];

/// Seconds of the processor that this process has used, to a hundredth.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<f64> = after_name
        .split_whitespace()
        .map(|f| f.parse().unwrap_or(0.0))
        .collect();
    // User and system time, fields 14 and 15 of the line.
    let ticks: f64 = fields.iter().skip(11).take(2).sum();
    ticks / 100.0
}

/// Resident bytes: now and at the peak.
fn resident(name: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find(|l| l.starts_with(name))
        .unwrap_or_default();
    let kib: f64 = line
        .split_whitespace()
        .nth(1)
        .and_then(|x| x.parse().ok())
        .unwrap_or(0.0);
    1024.0 * kib
}

fn plan_of(model: &SpinHamiltonian, task: Task) -> Option<Plan> {
    match task {
        Task::Solve(method, want) => plan_by(model, want, method).ok(),
        Task::Edges => plan_edges(model, &pairs_in_terms(model))
            .into_iter()
            .min_by(|a, b| a.seconds.total_cmp(&b.seconds)),
        Task::Layer(units, averages) => Some(plan_rbm(&machine(units), averages)),
    }
}

/// Runs once; the work's own errors are printed instead of a line of numbers.
fn work(model: &SpinHamiltonian, task: Task) -> Result<(), String> {
    let limits = Limits::NONE;
    match task {
        Task::Solve(method, want) => solve_by(model, want, method, &limits)
            .map(|_| ())
            .map_err(|e| e.to_string()),
        Task::Edges => solve_edges(model, &pairs_in_terms(model), &limits)
            .map(|_| ())
            .map_err(|e| e.to_string()),
        Task::Layer(units, averages) => rbm_sum(&machine(units), averages, &limits)
            .map(|_| ())
            .map_err(|e| e.to_string()),
    }
}

/// Measures one case and prints its line.
fn measure((name, model, task): &Case) -> Result<(), String> {
    let model = model();
    let before = resident("VmRSS");
    let plan = plan_of(&model, *task).ok_or("no plan")?;
    let start = processor_seconds();
    let mut runs = 0;
    // Short work is repeated until the clock's hundredths are small beside it.
    while runs == 0 || processor_seconds() - start < 0.3 {
        work(&model, *task)?;
        runs += 1;
    }
    let seconds = (processor_seconds() - start) / f64::from(runs);
    let bytes = resident("VmHWM") - before;
    println!(
        "{name:28} {:9.3} {seconds:9.3} {:6.2}   {:9.2} {:9.2} {:6.2}",
        plan.seconds,
        plan.seconds / seconds,
        plan.bytes / 1e6,
        bytes / 1e6,
        plan.bytes / bytes
    );
    Ok(())
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, name] = args.as_slice()
        && flag == "--model"
    {
        return match CASES.iter().find(|c| c.0 == name).map(measure) {
            Some(Ok(())) => ExitCode::SUCCESS,
            Some(Err(error)) => {
                println!("{name:28} {error}");
                ExitCode::SUCCESS
            }
            None => {
                eprintln!("no model {name}");
                ExitCode::from(2)
            }
        };
    }
    let only = args.first().map_or("", String::as_str);
    let Ok(this) = std::env::current_exe() else {
        eprintln!("this program does not find itself");
        return ExitCode::from(5);
    };
    println!(
        "model                        seconds:             ratio   megabytes:           ratio"
    );
    println!("                             predicted  measured           predicted  measured");
    for (name, _, _) in CASES.iter().filter(|c| c.0.starts_with(only)) {
        let done = Command::new(&this)
            .args(["--model", name])
            .env("RAYON_NUM_THREADS", "1")
            .status();
        if !done.is_ok_and(|status| status.success()) {
            eprintln!("{name} did not end well");
            return ExitCode::from(5);
        }
    }
    ExitCode::SUCCESS
}
