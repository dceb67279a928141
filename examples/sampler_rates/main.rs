//! How fast the samplers are, and how far from what the machine allows.
//!
//! Prints, as Markdown: peaks of the machine (random words, logic, memory); for each sampler its rate on one thread, the
//! share of the peak that bounds it, and what a second thread gains; and independent samples of |m| at the critical
//! point per second of processor time. On an idle machine it takes two minutes.
//!
//! `cargo run --release --example sampler_rates [peaks|rates|samples] [portable|avx2|avx512] [seconds for each entry]`

mod clock;
mod peaks;
mod rates;
mod samples;

use blockspin::random::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let (mut part, mut path, mut seconds) = (None, Path::best(), 0.3);
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "peaks" | "rates" | "samples" => part = Some(argument),
            "portable" => path = Path::Portable,
            "avx2" => path = Path::Avx2,
            "avx512" => path = Path::Avx512,
            other => match other.parse() {
                Ok(number) => seconds = number,
                Err(_) => {
                    eprintln!("what is `{other}`?");
                    return ExitCode::from(2);
                }
            },
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
