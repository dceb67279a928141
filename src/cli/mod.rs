//! The command line: what the user typed, what it resolves to, exit codes.

mod annealing;
mod answer;
mod check_samples;
mod compare;
mod convert;
mod evaluate;
mod exact;
mod exact_engine;
mod exit;
mod explain;
mod interrupt;
mod limits;
mod models;
mod observables;
mod output;
mod plan;
mod question;
mod reproduce;
mod sample;
mod samples;
mod source;
mod stages;
mod train;
mod units;
mod verify;

use clap::{Parser, Subcommand};
pub use exit::Exit;

/// Decides theoretical claims about Boltzmann distributions, Boltzmann machines and the
/// renormalization group.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Decide the claims of the source documents
    Verify(verify::Arguments),
    /// Show one claim with its evidence, counterexample and controls
    Explain(explain::Arguments),
    /// Partition function, means and correlators of a spin model, with rigorous bounds
    Exact(exact::Arguments),
    /// Which engines apply to a model, and what each will cost
    Plan(plan::Arguments),
    /// Whether samples that some program wrote come from a model
    CheckSamples(check_samples::Arguments),
    /// Samples of a spin model into an .npy file, by Markov chains or independent draws; the same command continues a run that was killed
    Sample(sample::Arguments),
    /// Re-run the published experiments and judge them
    Reproduce(reproduce::Arguments),
    /// Every sampler that runs on a model against the exact answer: right or wrong, and what a digit costs
    Compare(compare::Arguments),
    /// Train a restricted Boltzmann machine or a stack of them; the same command continues a run that was killed
    Train(train::Arguments),
    /// The partition function and the likelihood of a trained machine by every way there is, side by side
    Evaluate(evaluate::Arguments),
    /// Write a model in another format
    Convert(convert::Arguments),
    /// Decimate a 1d Ising chain and follow the flow of its couplings
    Decimate(models::ChainArguments),
    /// Marginalise the hidden layers of a Gaussian deep Boltzmann machine
    GaussianDbm(models::GaussianDbmArguments),
}

/// Runs the program on the process's arguments.
pub fn run() -> Exit {
    // Usage errors are printed by clap, which exits with 2, and with 0 for help and version.
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        Command::Verify(a) => verify::run(&a),
        Command::Explain(a) => explain::run(&a),
        Command::Exact(a) => exact::run(&a),
        Command::Plan(a) => plan::run(&a),
        Command::CheckSamples(a) => check_samples::run(&a),
        Command::Sample(a) => sample::run(&a),
        Command::Reproduce(a) => reproduce::run(&a),
        Command::Compare(a) => compare::run(&a),
        Command::Train(a) => train::run(&a),
        Command::Evaluate(a) => evaluate::run(&a),
        Command::Convert(a) => convert::run(&a),
        Command::Decimate(a) => models::run_chain(&a),
        Command::GaussianDbm(a) => models::run_gaussian_dbm(&a),
    };
    match outcome {
        Ok(exit) => exit,
        Err(error) => exit::report(&error),
    }
}
