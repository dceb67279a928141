//! How fast the samplers are, and how far from what the machine allows.
//!
//! Prints, as Markdown: peaks of the machine (random words, logic, memory); for each sampler its rate on one thread, the
//! share of the peak that bounds it, and what a second thread gains; and independent samples of |m| at the critical
//! point per second of processor time. On an idle machine it takes two minutes.
//!
//! `cargo run --release --example sampler_rates [peaks|rates|samples] [portable|avx2|avx512] [seconds for each entry]`
//!
//! `sampler_rates work SAMPLER SIDE SWEEPS` runs one sampler and prints updated spins, seconds of processor time and
//! the energy of the last state per spin; `benches/peers/run samplers` calls it.

mod clock;
mod peaks;
mod rates;
mod samples;
mod work;

use blockspin::random::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, name, side, sweeps] = arguments.as_slice()
        && word == "work"
    {
        let numbers = side.parse().ok().zip(sweeps.parse().ok());
        let done = numbers.and_then(|(side, sweeps)| work::run(name, side, sweeps, Path::best()));
        let Some((updates, seconds, energy)) = done else {
            eprintln!("work SAMPLER SIDE SWEEPS");
            return ExitCode::from(2);
        };
        println!("{updates} {seconds} {energy}");
        return ExitCode::SUCCESS;
    }
    let (mut part, mut path, mut seconds) = (None, Path::best(), 0.3);
    for argument in arguments {
        match argument.as_str() {
            "peaks" | "rates" | "samples" => part = Some(argument),
            "portable" => path = Path::Portable,
            "avx2" => path = Path::Avx2,
            "avx512" => path = Path::Avx512,
            other => {
                let Ok(number) = other.parse() else {
                    eprintln!("what is `{other}`?");
                    return ExitCode::from(2);
                };
                seconds = number;
            }
        }
    }
    if !path.is_available() {
        eprintln!("this processor has not the instructions of {path:?}");
        return ExitCode::from(2);
    }
    let part = part.as_deref();
    if part != Some("samples") {
        let peaks = peaks::measure(path, seconds);
        peaks.print(path);
        if part != Some("peaks") {
            rates::print(path, &peaks, seconds);
        }
    }
    if part.is_none() || part == Some("samples") {
        samples::print(path);
    }
    ExitCode::SUCCESS
}
