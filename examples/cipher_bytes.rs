//! Writes the words of the bit-parallel kernels' generator to standard output, for batteries of tests.
//!
//! The words come in the order of their counters. `regions` counts the low half up, region after region, as
//! one sweep of a lattice does; `sweeps` stays at one region and counts the high half up, as the sweeps of a
//! small lattice do. The keys are those of a set of replicas with this seed and index.
//!
//! `cargo run --release --example cipher_bytes [regions|sweeps] [seed] [index] | dieharder -a -g 200`

use blockspin::random::{Lanes, Path, Program, RoundKeys, Seed, Unit, Word, run};
use std::io::Write;
use std::process::ExitCode;

/// Words of one region.
const WORDS: usize = 64;

/// The words of one region, lowest counter first.
struct Region<'a>(&'a RoundKeys, u64, u64, &'a mut [Lanes; WORDS]);

impl Program for Region<'_> {
    type Output = ();
    #[expect(
        clippy::inline_always,
        reason = "compiled for the instructions of the path"
    )]
    #[inline(always)]
    fn run<W: Word>(self) {
        let unit = Unit {
            words: WORDS,
            step: 1,
        };
        let mut cipher = W::cipher(self.0, unit);
        let [region, _] = W::regions(&mut cipher, 0, self.1, self.2, 1);
        for (index, word) in self.3.iter_mut().enumerate() {
            W::draw(&cipher, &region, index).store(word);
        }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, otherwise: u64| {
        arguments
            .get(at)
            .map_or(otherwise, |a| a.parse().expect("a number"))
    };
    let by_sweeps = match arguments.first().map(String::as_str) {
        None | Some("regions") => false,
        Some("sweeps") => true,
        Some(other) => {
            eprintln!("`regions` or `sweeps`, not `{other}`");
            return ExitCode::from(2);
        }
    };
    let mut stream =
        Seed(number(1, Seed::default().0)).stream("bit-parallel replicas", number(2, 0));
    let low = u128::from(stream.next_u64());
    let keys = RoundKeys::new(u128::from(stream.next_u64()) << 64 | low);
    let mut words = [Lanes::default(); WORDS];
    let mut bytes = Vec::with_capacity(64 * WORDS);
    let mut out = std::io::stdout().lock();
    for count in 0.. {
        let (region, sweep) = if by_sweeps { (0, count) } else { (count, 0) };
        run(Path::best(), Region(&keys, region, sweep, &mut words));
        bytes.clear();
        for word in &words {
            bytes.extend(word.0.iter().flat_map(|element| element.to_le_bytes()));
        }
        // The reader ends the stream.
        if out.write_all(&bytes).is_err() {
            break;
        }
    }
    ExitCode::SUCCESS
}
