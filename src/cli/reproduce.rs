//! `blockspin reproduce`: the published experiments, re-run and judged.
//!
//! Finished stages stand in `DIR/stages`, so that the same command goes on where an earlier one was stopped.

use super::exit::{Exit, Failure};
use super::output::{print, write_bytes};
use super::stages::StageFiles;
use crate::figures::{Experiment, FigureRecord, Run, Scale, expected_verdict, experiments};
use crate::random::{DEFAULT_SEED, Seed};
use crate::report::{figures_page, picture_png, picture_svg};
use clap::ValueEnum;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Which experiments (default: all)
    #[arg(value_name = "FIG")]
    figures: Vec<String>,
    /// How much work
    #[arg(long, value_enum, default_value = "quick")]
    scale: ScaleName,
    /// The folder of records, pictures and finished stages
    #[arg(long, value_name = "DIR", default_value = "figures")]
    out: PathBuf,
    /// Seed of everything random
    #[arg(long, default_value_t = DEFAULT_SEED)]
    seed: u64,
}

/// How much work, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ScaleName {
    /// Everything at reduced training: minutes
    Quick,
    /// The published sizes
    Paper,
}

impl ScaleName {
    fn resolved(self) -> Scale {
        match self {
            Self::Quick => Scale::Quick,
            Self::Paper => Scale::Paper,
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let chosen = select(&arguments.figures, experiments())?;
    let scale = arguments.scale.resolved();
    let out = &arguments.out;
    let stages = StageFiles::in_folder(&out.join("stages"))
        .map_err(|e| Failure::io(format!("{}: cannot be made: {e}", out.display())))?;
    announce(&chosen, scale, out);
    let mut text = String::new();
    let mut records = Vec::new();
    for experiment in &chosen {
        let start = Instant::now();
        let record = {
            let name = experiment.name;
            let progress = move |what: &str| {
                eprintln!("{name} {:6.0} s  {what}", start.elapsed().as_secs_f64());
            };
            let run = Run {
                scale,
                seed: Seed(arguments.seed),
                stages: &stages,
                progress: &progress,
            };
            (experiment.run)(&run).map_err(|e| anyhow::anyhow!("{name}: {e}"))?
        };
        eprintln!(
            "{} done in {:.0} s",
            experiment.name,
            start.elapsed().as_secs_f64()
        );
        save(out, &record)?;
        describe(&mut text, &record);
        records.push(record);
    }
    write_bytes(&out.join("index.html"), page(out, &records).as_bytes())?;
    print(&text)?;
    let unexpected: Vec<&str> = records.iter().flat_map(unexpected).collect();
    if unexpected.is_empty() {
        return Ok(Exit::Success);
    }
    eprintln!("not the verdict on record: {}", unexpected.join(", "));
    Ok(Exit::Unexpected)
}

fn select(names: &[String], all: Vec<Experiment>) -> anyhow::Result<Vec<Experiment>> {
    if let Some(unknown) = names.iter().find(|n| all.iter().all(|e| e.name != **n)) {
        let known: Vec<&str> = all.iter().map(|e| e.name).collect();
        return Err(Failure::bad_input(format!(
            "no experiment {unknown:?}; there are {}",
            known.join(", ")
        )));
    }
    let wanted = |e: &Experiment| names.is_empty() || names.iter().any(|n| n == e.name);
    Ok(all.into_iter().filter(wanted).collect())
}

/// Says the cost before anything starts.
fn announce(chosen: &[Experiment], scale: Scale, out: &Path) {
    for experiment in chosen {
        eprintln!(
            "{}: {}, about {} on one core",
            experiment.name,
            experiment.title,
            duration((experiment.seconds)(scale))
        );
    }
    eprintln!(
        "{} in all; finished stages are kept in {}",
        duration(chosen.iter().map(|e| (e.seconds)(scale)).sum()),
        out.join("stages").display()
    );
}

fn duration(seconds: f64) -> String {
    if seconds < 120.0 {
        format!("{seconds:.0} s")
    } else if seconds < 7200.0 {
        format!("{:.0} min", seconds / 60.0)
    } else {
        format!("{:.1} h", seconds / 3600.0)
    }
}

fn save(out: &Path, record: &FigureRecord) -> anyhow::Result<()> {
    for picture in &record.pictures {
        let file = |ending: &str| out.join(format!("{}.{ending}", picture.name));
        write_bytes(&file("svg"), picture_svg(picture).as_bytes())?;
        write_bytes(&file("png"), &picture_png(picture))?;
    }
    let json = serde_json::to_string_pretty(record)? + "\n";
    write_bytes(
        &out.join(format!("{}.json", record.experiment)),
        json.as_bytes(),
    )
}

/// The page of all records in the folder: those of this run, and what earlier ones left of the others.
fn page(out: &Path, records: &[FigureRecord]) -> String {
    let earlier = |name: &str| -> Option<FigureRecord> {
        let text = std::fs::read_to_string(out.join(format!("{name}.json"))).ok()?;
        serde_json::from_str(&text).ok()
    };
    let all: Vec<FigureRecord> = experiments()
        .iter()
        .filter_map(|e| {
            let now = records.iter().find(|r| r.experiment == e.name);
            now.cloned().or_else(|| earlier(e.name))
        })
        .collect();
    figures_page(&all)
}

fn describe(text: &mut String, record: &FigureRecord) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{}: {}", record.experiment, record.title);
    for finding in &record.findings {
        let survived = finding.controls.iter().filter(|c| !c.rejected).count();
        let _ = writeln!(
            text,
            "  {}: {} ({} of {} controls rejected)\n    {}",
            finding.claim,
            finding.verdict.words(),
            finding.controls.len() - survived,
            finding.controls.len(),
            finding.because
        );
    }
}

/// Claims whose verdict is not the one on record for this scale.
fn unexpected(record: &FigureRecord) -> impl Iterator<Item = &str> {
    let differs =
        |f: &&crate::ledger::Finding| expected_verdict(record.scale, &f.claim) != Some(f.verdict);
    record
        .findings
        .iter()
        .filter(differs)
        .map(|f| f.claim.as_str())
}
