//! Do the error bars mean what they say? Intervals of estimates against exact values, over random models.
//!
//! Models (lattices with open and closed sides, random graphs, ferromagnets, three-spin terms), couplings,
//! fields, kernels, lengths, numbers of chains and observables are drawn at random; the estimate is the
//! one that `blockspin sample` prints. Prints how often the intervals cover the exact value, by
//! convergence flag, and ends with code 1 unless the 99 % intervals of the converged ones cover
//! between 98.5 and 99.5 %.
//!
//! `cargo run --release --example coverage [comparisons] [longest chain] [picture.svg]`

mod random_run;

use blockspin::estimate::{Convergence, clopper_pearson};
use blockspin::figures::{Axis, Band, Chart, Mark, Panel, Picture, Series, Style};
use blockspin::random::Seed;
use blockspin::report::picture_svg;
use random_run::{Comparison, Observable, comparison};
use rayon::prelude::*;
use std::process::ExitCode;

/// Coverage that the intervals promise.
const LEVEL: f64 = 0.99;

fn share(of: &[&Comparison], level: f64) -> String {
    let hits = of.iter().filter(|c| c.covers(level)).count() as u64;
    match clopper_pearson(hits, of.len() as u64, 0.05) {
        Ok((low, high)) => format!(
            "{:7.3} %  [{:.2}, {:.2}]",
            100.0 * hits as f64 / of.len() as f64,
            100.0 * low,
            100.0 * high
        ),
        Err(_) => "-".to_owned(),
    }
}

fn row(name: &str, of: &[&Comparison]) {
    println!("{name:34} {:6}  {}", of.len(), share(of, LEVEL));
}

/// Coverage in per cent with its 95 % interval.
fn point(x: f64, of: &[&Comparison], level: f64, shift: f64) -> Option<([f64; 2], [f64; 2])> {
    let hits = of.iter().filter(|c| c.covers(level)).count() as u64;
    let (low, high) = clopper_pearson(hits, of.len() as u64, 0.05).ok()?;
    let value = |p: f64| 100.0 * (p - shift);
    let share = hits as f64 / of.len() as f64;
    Some(([x, value(share)], [value(low), value(high)]))
}

fn series(label: &str, found: Vec<([f64; 2], [f64; 2])>) -> Series {
    let (points, bars) = found.into_iter().unzip();
    Series {
        label: label.to_owned(),
        points,
        style: Style::LinePoints,
        band: Some(Band::Bars(bars)),
    }
}

fn axis(label: &str, logarithmic: bool, range: Option<[f64; 2]>) -> Axis {
    Axis {
        label: label.to_owned(),
        logarithmic,
        range,
    }
}

/// Coverage by effective sample size, and at other levels.
fn picture(all: &[Comparison]) -> Picture {
    let n_eff = |c: &Comparison| c.estimate.as_ref().map_or(0.0, |e| e.n_eff);
    let flags = [
        ("converged", Convergence::Converged),
        ("doubtful", Convergence::Doubtful),
        ("not converged", Convergence::NotConverged),
    ];
    let by_size = |flag: Convergence| -> Vec<_> {
        (3..32)
            .filter_map(|k| {
                // Two bins an octave, those with enough in them.
                let low = 2.0_f64.powf(0.5 * f64::from(k) + 2.0);
                let inside = |c: &&Comparison| {
                    c.flag() == Some(flag) && (low..low * 2.0_f64.sqrt()).contains(&n_eff(c))
                };
                let of: Vec<_> = all.iter().filter(inside).collect();
                (of.len() >= 200).then(|| point(low * 2.0_f64.powf(0.25), &of, LEVEL, 0.0))?
            })
            .collect()
    };
    let by_level = |flag: Convergence| -> Vec<_> {
        let of: Vec<_> = all.iter().filter(|c| c.flag() == Some(flag)).collect();
        [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99]
            .iter()
            .filter_map(|&level| point(100.0 * level, &of, level, level))
            .collect()
    };
    let converged = all
        .iter()
        .filter(|c| c.flag() == Some(Convergence::Converged))
        .count();
    Picture {
        name: "coverage".to_owned(),
        title: format!(
            "Intervals of estimates against exact values: {} random models, {converged} of them converged",
            all.len()
        ),
        columns: 2,
        panels: vec![
            Panel::Chart(Chart {
                title: "99 % intervals by effective sample size".to_owned(),
                x: axis("effective sample size", true, None),
                y: axis("intervals that cover, %", false, Some([90.0, 100.0])),
                series: flags.map(|(name, flag)| series(name, by_size(flag))).into(),
                marks: vec![
                    Mark::Horizontal(98.5, "98.5".to_owned()),
                    Mark::Horizontal(99.5, "99.5".to_owned()),
                ],
            }),
            Panel::Chart(Chart {
                title: "Other levels".to_owned(),
                x: axis("level, %", false, Some([0.0, 100.0])),
                y: axis("coverage minus level, points", false, Some([-6.0, 6.0])),
                series: flags
                    .map(|(name, flag)| series(name, by_level(flag)))
                    .into(),
                marks: vec![Mark::Horizontal(0.0, String::new())],
            }),
        ],
    }
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: f64| {
        arguments
            .next()
            .map_or(default, |a| a.parse().expect("a number"))
    };
    let (wanted, longest) = (number(10_000.0) as usize, number(2_000.0));
    let picture_file = arguments.next();
    let all: Vec<Comparison> = (0..wanted)
        .into_par_iter()
        .map(|i| comparison(Seed::default(), i as u64, longest))
        .collect();
    let select = |keep: &dyn Fn(&Comparison) -> bool| -> Vec<&Comparison> {
        all.iter().filter(|c| keep(c)).collect()
    };
    println!("coverage of 99 % intervals, with a 95 % interval for it");
    row("all with an estimate", &select(&|c| c.flag().is_some()));
    let flags = [
        ("converged", Some(Convergence::Converged)),
        ("doubtful", Some(Convergence::Doubtful)),
        ("not converged", Some(Convergence::NotConverged)),
        ("constant series, no estimate", None),
    ];
    for (name, flag) in flags {
        row(name, &select(&|c| c.flag() == flag));
    }
    let good = |c: &Comparison| c.flag() == Some(Convergence::Converged);
    let good_ones = select(&good);
    println!("\nconverged, other levels");
    for level in [0.5, 0.68, 0.9, 0.95, 0.999] {
        println!(
            "{:34} {:6}  {}",
            format!("{} %", 100.0 * level),
            good_ones.len(),
            share(&good_ones, level)
        );
    }
    println!("\nconverged, by");
    for observable in Observable::ALL {
        let of = select(&|c| good(c) && c.observable == observable);
        row(observable.name(), &of);
    }
    let names = |f: fn(&Comparison) -> &'static str| {
        let mut names: Vec<_> = all.iter().map(f).collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    for kernel in names(|c| c.kernel) {
        row(kernel, &select(&|c| good(c) && c.kernel == kernel));
    }
    for model in names(|c| c.model) {
        row(model, &select(&|c| good(c) && c.model == model));
    }
    for chains in [1, 2, 4, 8] {
        let of = select(&|c| good(c) && c.chains == chains);
        row(&format!("{chains} chains"), &of);
    }
    for (low, high) in [(0.0, 0.6), (0.6, 2.0), (2.0, 5.0), (5.0, 1e9)] {
        let of = select(&|c| {
            good(c)
                && c.estimate
                    .as_ref()
                    .is_some_and(|e| e.tau >= low && e.tau < high)
        });
        row(&format!("τ from {low} to {high}"), &of);
    }
    for (low, high) in [(0.0, 1000.0), (1000.0, 3000.0), (3000.0, 1e9)] {
        let of = select(&|c| {
            good(c)
                && c.estimate
                    .as_ref()
                    .is_some_and(|e| e.n_eff >= low && e.n_eff < high)
        });
        row(&format!("n_eff from {low} to {high}"), &of);
    }
    if let Some(file) = picture_file
        && let Err(error) = std::fs::write(&file, picture_svg(&picture(&all)))
    {
        eprintln!("{file}: {error}");
        return ExitCode::from(5);
    }
    let hits = good_ones.iter().filter(|c| c.covers(LEVEL)).count();
    let coverage = hits as f64 / good_ones.len() as f64;
    if (0.985..=0.995).contains(&coverage) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
