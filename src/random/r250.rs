//! A bad generator, kept to show that bad generators are noticed.

use super::words;
use super::{Chooser, Stream, Threshold};

/// The shift-register generator R250 (Kirkpatrick and Stoll 1981), *for controls only*.
///
/// ```text
/// x_n = x_{n−103} ⊕ x_{n−250},   32-bit words
/// ```
/// It drives every decision by one word, as the programs did in which it was found out: with Wolff's
/// algorithm the three-point correlations of the recurrence bias energy and specific heat of the
/// Ising model visibly at L = 16. A test of a sampler that does not reject this generator is too weak.
///
/// # References
/// Ferrenberg, Landau and Wong, Phys. Rev. Lett. 69 (1992) 3382.
#[derive(Clone, Debug)]
pub struct R250 {
    /// The last 250 words, the oldest at `position`.
    register: [u32; Self::LONG],
    position: usize,
}

impl R250 {
    const LONG: usize = 250;
    const SHORT: usize = 103;

    /// Fills the register from a good generator, as its authors ask.
    pub fn new(stream: &mut Stream) -> Self {
        let mut register = [0; Self::LONG];
        for word in &mut register {
            *word = (stream.next_u64() >> 32) as u32;
        }
        Self {
            register,
            position: 0,
        }
    }

    /// The next 32 bits.
    #[inline]
    pub fn next_u32(&mut self) -> u32 {
        // x_{n−250} stands at `position`, x_{n−103} lies 147 words further on.
        let near = self.position + Self::LONG - Self::SHORT;
        let near = if near >= Self::LONG {
            near - Self::LONG
        } else {
            near
        };
        let word = self.register[self.position] ^ self.register[near];
        self.register[self.position] = word;
        self.position = if self.position + 1 == Self::LONG {
            0
        } else {
            self.position + 1
        };
        word
    }

    fn uniform(&mut self) -> f64 {
        f64::from(self.next_u32()) / 4_294_967_296.0
    }
}

impl Chooser for R250 {
    fn bernoulli(&mut self, p: f64) -> bool {
        self.uniform() < p
    }
    fn index(&mut self, n: usize) -> usize {
        assert!(n > 0, "cannot choose from nothing");
        ((u64::from(self.next_u32()) * n as u64) >> 32) as usize
    }
    #[inline]
    fn accept(&mut self, threshold: Threshold) -> bool {
        threshold.accepts(u64::from(self.next_u32()) << 32)
    }
    fn normal(&mut self) -> f64 {
        words::normal(|| self.uniform())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;

    #[test]
    fn words_obey_the_recurrence() {
        let mut r = R250::new(&mut Seed(5).stream("r250", 0));
        let mut x: Vec<u32> = r.register.to_vec();
        for n in 250..2000 {
            x.push(r.next_u32());
            assert_eq!(x[n], x[n - 103] ^ x[n - 250]);
        }
        assert_eq!(x[1999], 3_323_366_545);
    }

    #[test]
    fn each_decision_takes_one_word() {
        let mut r = R250::new(&mut Seed(6).stream("r250", 0));
        let mut twin = r.clone();
        let half = r.accept_mask(Threshold::HALF, 0b111);
        for lane in 0..3 {
            assert_eq!(half >> lane & 1 == 1, twin.next_u32() < 1 << 31);
        }
        assert_eq!(r.next_u32(), twin.next_u32());
    }
}
