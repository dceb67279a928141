//! What this machine can do at most, measured by loops of one kind of work each.
#![expect(
    clippy::inline_always,
    reason = "generic code must be compiled inside the function that enables the instructions"
)]

use crate::clock::repeat;
use blockspin::random::{
    Chooser, LANES, Lanes, Path, Program, RoundKeys, Seed, Stream, Threshold, Unit, Word, run,
};
use std::hint::black_box;

/// Rates in units per nanosecond of processor time.
pub(crate) struct Peaks {
    /// Random words of 512 bits from the cipher.
    pub(crate) words: f64,
    /// Logical operations on words of 512 bits.
    pub(crate) logic: f64,
    /// Bytes read plus bytes written, in copies that leave every cache.
    pub(crate) copy: f64,
    /// Calls that decide on four bonds, on 64 bonds, and on one site.
    pub(crate) nibbles: f64,
    pub(crate) masks: f64,
    pub(crate) accepts: f64,
    /// Additions of doubles to sums that stay in registers.
    pub(crate) additions: f64,
    /// Nanoseconds of a branch that is taken or not at random, half of which are mispredicted.
    pub(crate) random_branch: f64,
    /// Nanoseconds of a dependent load, for a table of so many bytes.
    pub(crate) loads: Vec<(usize, f64)>,
}

/// Units of random words as [`blockspin::sample::bit_parallel::Replicas`] draws them, added up.
struct Draws(RoundKeys, u64);

/// Words for eight sites of 512 replicas.
pub(crate) const UNIT_WORDS: usize = 52;

impl Program for Draws {
    type Output = Lanes;
    #[inline(always)]
    fn run<W: Word>(self) -> Lanes {
        let unit = Unit {
            words: UNIT_WORDS,
            step: 2,
        };
        let mut cipher = W::cipher(&self.0, unit);
        let mut sums = [W::splat(0); 4];
        for k in 0..self.1 {
            let [region, _] = W::regions(&mut cipher, 0, 2 * k, 0, (self.1 - k) as usize);
            for word in 0..UNIT_WORDS / 4 {
                for (s, sum) in sums.iter_mut().enumerate() {
                    *sum = sum.xor(W::draw(&cipher, &region, 4 * word + s));
                }
            }
        }
        let mut all = Lanes::default();
        sums[0]
            .xor(sums[1])
            .xor(sums[2].xor(sums[3]))
            .store(&mut all);
        all
    }
}

/// Operations on words that stay in registers.
struct Logic([Lanes; 8], u64);

impl Program for Logic {
    type Output = Lanes;
    #[inline(always)]
    fn run<W: Word>(self) -> Lanes {
        let mut x = [W::splat(0); 8];
        for k in 0..8 {
            x[k] = W::load(&self.0[k]);
        }
        for _ in 0..self.1 {
            // Every result is used twice, so that no two operations become one instruction.
            for k in 0..8 {
                x[k] = x[k].and_not(x[(k + 1) % 8]);
            }
            for k in 0..8 {
                x[k] = x[k].xor(x[(k + 3) % 8]);
            }
        }
        let mut sum = x[0];
        for word in &x[1..] {
            sum = sum.xor(*word);
        }
        let mut all = Lanes::default();
        sum.store(&mut all);
        all
    }
}

/// Nanoseconds of a load whose address is the result of the load before, in a random cycle of so many bytes.
fn dependent_load(bytes: usize, seconds: f64, stream: &mut Stream) -> f64 {
    // One entry a line of the cache, so that every step is another line.
    const STRIDE: usize = 16;
    let lines = bytes / 64;
    let mut order: Vec<u32> = (0..lines as u32).collect();
    for k in (1..lines).rev() {
        order.swap(k, stream.index(k + 1));
    }
    let mut next = vec![0_u32; STRIDE * lines];
    for k in 0..lines {
        next[STRIDE * order[k] as usize] = STRIDE as u32 * order[(k + 1) % lines];
    }
    let mut at = 0_u32;
    let (steps, taken) = repeat(seconds, || {
        for _ in 0..1 << 16 {
            at = next[at as usize];
        }
        black_box(at);
        65_536.0
    });
    taken.processor * 1e9 / steps
}

/// Nanoseconds of a branch on random bits, less those of a branch on constant ones.
fn random_branch(seconds: f64, stream: &mut Stream) -> f64 {
    let per_branch = |bits: Vec<u64>| {
        let (mut ones, mut zeros) = (0_u64, 0_u64);
        let (branches, taken) = repeat(seconds, || {
            for word in &bits {
                for bit in 0..64 {
                    // An opaque value on each side keeps the compiler from choosing without a branch.
                    if word >> bit & 1 == 1 {
                        ones = black_box(ones) + 1;
                    } else {
                        zeros = black_box(zeros) + 3;
                    }
                }
            }
            64.0 * bits.len() as f64
        });
        black_box((ones, zeros));
        taken.processor * 1e9 / branches
    };
    let constant = per_branch(vec![0; 1 << 12]);
    per_branch((0..1 << 12).map(|_| stream.next_u64()).collect()) - constant
}

/// Measures all of them, this many seconds each.
pub(crate) fn measure(path: Path, seconds: f64) -> Peaks {
    let per_ns = |batch: &mut dyn FnMut() -> f64| {
        let (done, taken) = repeat(seconds, batch);
        done / taken.processor * 1e-9
    };
    let mut stream = Seed::default().stream("sampler rates", 1);
    let random = std::array::from_fn(|_| Lanes(std::array::from_fn(|_| stream.next_u64())));
    let critical = 0.5 * 2_f64.sqrt().ln_1p();
    let bond = Threshold::new(-(-2.0 * critical).exp_m1());
    let rare = Threshold::new((-4.0 * critical).exp());
    let mut source = vec![1_u8; 64 << 20];
    let mut target = source.clone();
    let mut sums = [0.0_f64; 32];
    let steps: Vec<f64> = (0..32).map(f64::from).collect();
    Peaks {
        words: per_ns(&mut || {
            black_box(run(path, Draws(RoundKeys::new(7), 200)));
            (200 * UNIT_WORDS) as f64
        }),
        logic: per_ns(&mut || {
            black_box(run(path, Logic(black_box(random), 10_000)));
            160_000.0
        }),
        copy: per_ns(&mut || {
            target.copy_from_slice(black_box(&source));
            source[0] = black_box(&target)[1];
            (2 * target.len()) as f64
        }),
        nibbles: per_ns(&mut || {
            for mask in 0..1 << 14 {
                black_box(stream.accept_nibble(bond, mask % 16));
            }
            f64::from(1 << 14)
        }),
        masks: per_ns(&mut || {
            for _ in 0..1 << 10 {
                black_box(stream.accept_mask(bond, u64::MAX));
            }
            f64::from(1 << 10)
        }),
        accepts: per_ns(&mut || {
            let mut accepted = 0;
            for _ in 0..1 << 14 {
                accepted += u32::from(stream.accept(rare));
            }
            black_box(accepted);
            f64::from(1 << 14)
        }),
        additions: per_ns(&mut || {
            for _ in 0..1000 {
                for (sum, step) in sums.iter_mut().zip(&steps) {
                    *sum += step;
                }
            }
            black_box(&sums);
            32_000.0
        }),
        random_branch: random_branch(seconds, &mut stream),
        loads: [16 << 10, 512 << 10, 8 << 20, 256 << 20]
            .map(|bytes| (bytes, dependent_load(bytes, seconds, &mut stream)))
            .to_vec(),
    }
}

impl Peaks {
    /// Prints them.
    pub(crate) fn print(&self, path: Path) {
        println!("\n## Peaks of one core, {path:?}, per nanosecond of processor time\n");
        println!("| work | per ns |\n|---|---|");
        println!("| random words of 512 bits | {:.3} |", self.words);
        println!("| logical operations on 512 bits | {:.2} |", self.logic);
        println!(
            "| bytes copied from memory to memory, read and written | {:.1} |",
            self.copy
        );
        println!("| decisions on four bonds | {:.3} |", self.nibbles);
        println!("| decisions on 64 bonds | {:.4} |", self.masks);
        println!("| decisions on one spin | {:.3} |", self.accepts);
        println!("| additions of doubles | {:.2} |", self.additions);
        println!("\n| a load that waits for the last, from | ns |\n|---|---|");
        for (bytes, ns) in &self.loads {
            println!("| {} KiB | {ns:.1} |", bytes >> 10);
        }
        println!(
            "\nA mispredicted branch costs {:.1} ns.",
            2.0 * self.random_branch
        );
    }

    /// Flips per nanosecond if only the random words of a bit-parallel kernel counted.
    pub(crate) fn by_words(&self, words_per_site: f64) -> f64 {
        self.words * LANES as f64 / words_per_site
    }

    /// Flips per nanosecond if only its operations on words did.
    pub(crate) fn by_logic(&self, operations_per_site: f64) -> f64 {
        self.logic * LANES as f64 / operations_per_site
    }
}
