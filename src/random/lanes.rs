//! Many generators side by side, for loops that the compiler turns into vector code.

#![expect(
    clippy::inline_always,
    reason = "what a vectorised kernel calls must be inlined into it"
)]

use super::Stream;

/// Generators that run in step.
const LANES: usize = 16;

/// Sixteen generators xoshiro256++ whose words are dealt out in turn.
///
/// Their states are drawn from a [`Stream`]; two of them overlap within 2⁶⁴ draws with probability below
/// 2⁻¹²⁰. Word 32 k + 2 l (+ 1) of the output is the lower (upper) half of draw k of lane l. Value stability:
/// test `lanes_are_sixteen_generators_side_by_side`.
#[derive(Clone, Debug)]
pub struct StreamLanes {
    state: [[u64; LANES]; 4],
}

impl StreamLanes {
    /// Draws the states.
    pub fn new(stream: &mut Stream) -> Self {
        let mut state = [[0; LANES]; 4];
        for word in &mut state {
            for lane in word {
                *lane = stream.key_word();
            }
        }
        Self { state }
    }

    /// The next words, in blocks of 32; what is left of the last block is dropped.
    #[inline(always)]
    pub fn fill(&mut self, words: &mut [u32]) {
        let [mut a, mut b, mut c, mut d] = self.state;
        for block in words.chunks_mut(2 * LANES) {
            let mut draw = [0_u64; LANES];
            for l in 0..LANES {
                draw[l] = a[l].wrapping_add(d[l]).rotate_left(23).wrapping_add(a[l]);
                let t = b[l] << 17;
                c[l] ^= a[l];
                d[l] ^= b[l];
                b[l] ^= c[l];
                a[l] ^= d[l];
                c[l] ^= t;
                d[l] = d[l].rotate_left(45);
            }
            let mut halves = [0_u32; 2 * LANES];
            for l in 0..LANES {
                halves[2 * l] = draw[l] as u32;
                halves[2 * l + 1] = (draw[l] >> 32) as u32;
            }
            let length = block.len();
            block.copy_from_slice(&halves[..length]);
        }
        self.state = [a, b, c, d];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;
    use rand::{Rng, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    #[test]
    fn lanes_are_sixteen_generators_side_by_side() {
        let mut lanes = StreamLanes::new(&mut Seed(5).stream("lanes", 2));
        let state = lanes.state;
        let mut generators: Vec<_> = (0..LANES)
            .map(|l| {
                let bytes: Vec<u8> = state.iter().flat_map(|w| w[l].to_le_bytes()).collect();
                Xoshiro256PlusPlus::from_seed(bytes.try_into().unwrap())
            })
            .collect();
        let mut words = vec![0_u32; 3 * 2 * LANES + 5];
        lanes.fill(&mut words);
        for block in words.chunks(2 * LANES) {
            for pair in 0..LANES {
                let draw = generators[pair].next_u64();
                for (half, value) in [draw as u32, (draw >> 32) as u32].iter().enumerate() {
                    if let Some(word) = block.get(2 * pair + half) {
                        assert_eq!(word, value);
                    }
                }
            }
        }
        let again: Vec<u64> = {
            let mut other = StreamLanes::new(&mut Seed(5).stream("lanes", 3));
            let mut words = [0_u32; 2];
            other.fill(&mut words);
            words.iter().map(|&w| u64::from(w)).collect()
        };
        assert_ne!(again[0], u64::from(words[0]));
    }
}
