//! Random decisions as a trait, so that a sampler can be enumerated instead of run.

use super::Threshold;
use super::words::{self, RandomWords};

/// Where the random decisions of a kernel come from.
///
/// In production any [`RandomWords`], such as a [`Stream`](super::Stream); in tests an
/// [`EnumeratingChooser`], which walks every branch of the same code and so yields the exact
/// transition probabilities.
pub trait Chooser {
    /// True with probability `p` (values outside `[0, 1]` count as the nearer end), which a generator
    /// of words rounds up to a multiple of 2⁻⁵³.
    fn bernoulli(&mut self, p: f64) -> bool;

    /// Uniform in `0..n`.
    fn index(&mut self, n: usize) -> usize;

    /// True with the probability of the threshold.
    fn accept(&mut self, threshold: Threshold) -> bool {
        self.bernoulli(threshold.probability())
    }

    /// A word whose bits in `mask` are set, each with the probability of the threshold and
    /// independent of the others; the bits outside `mask` are zero.
    fn accept_mask(&mut self, threshold: Threshold, mask: u64) -> u64 {
        let (mut left, mut accepted) = (mask, 0);
        while left != 0 {
            let bit = left & left.wrapping_neg();
            left ^= bit;
            if self.accept(threshold) {
                accepted |= bit;
            }
        }
        accepted
    }

    /// As [`Chooser::accept_mask`] for at most the four lowest bits.
    fn accept_nibble(&mut self, threshold: Threshold, mask: u32) -> u32 {
        self.accept_mask(threshold, u64::from(mask & 0xf)) as u32
    }

    /// A standard normal variate.
    fn normal(&mut self) -> f64;

    /// Puts the items in an order of which each is equally likely; from the last place down, each takes an item of
    /// those not behind it.
    fn shuffle<T>(&mut self, items: &mut [T])
    where
        Self: Sized,
    {
        for k in (1..items.len()).rev() {
            items.swap(k, self.index(k + 1));
        }
    }
}

impl<W: RandomWords> Chooser for W {
    #[inline]
    fn bernoulli(&mut self, p: f64) -> bool {
        words::uniform(self.next_word()) < p
    }
    #[inline]
    fn index(&mut self, n: usize) -> usize {
        words::index(self, n)
    }
    #[inline]
    fn accept(&mut self, threshold: Threshold) -> bool {
        threshold.accepts(self.next_word())
    }
    #[inline]
    fn accept_mask(&mut self, threshold: Threshold, mask: u64) -> u64 {
        threshold.accept_mask(mask, || self.next_word())
    }
    #[inline]
    fn accept_nibble(&mut self, threshold: Threshold, mask: u32) -> u32 {
        threshold.accept_nibble(mask, || self.next_word())
    }
    fn normal(&mut self) -> f64 {
        words::normal(|| words::uniform(self.next_word()))
    }
}

/// Replays a prefix of decisions, then takes the first branch and records what else there is.
///
/// A normal variate becomes a decision among the nodes of the trapezoidal rule with step ¼ on
/// `[−9, 9]`, weighted by the density. For an integrand that is analytic in a strip of half-width d
/// the error is about `exp(−2πd/h + d²/2)`, so below 1e-13 from d = 1.4 on; the dropped tails weigh 2e-19.
#[derive(Clone, Debug, Default)]
pub struct EnumeratingChooser {
    path: Vec<(usize, usize)>,
    position: usize,
    probability: f64,
}

/// Nodes of the rule for a normal variate on each side of zero, and how many make a unit.
const NORMAL_NODES: usize = 36;
const NORMAL_NODES_PER_UNIT: f64 = 4.0;

impl EnumeratingChooser {
    fn decide(&mut self, branches: usize) -> usize {
        if self.position == self.path.len() {
            self.path.push((0, branches));
        }
        let (taken, _) = self.path[self.position];
        self.position += 1;
        taken
    }

    /// Starts the path anew.
    fn rewind(&mut self) {
        self.position = 0;
        self.probability = 1.0;
    }

    /// Moves to the next path, as an odometer does; false after the last one.
    fn advance(&mut self) -> bool {
        while let Some((taken, branches)) = self.path.pop() {
            if taken + 1 < branches {
                self.path.push((taken + 1, branches));
                return true;
            }
        }
        false
    }
}

impl Chooser for EnumeratingChooser {
    fn bernoulli(&mut self, p: f64) -> bool {
        // A certain outcome is no branch: paths of probability zero are not walked.
        if p >= 1.0 {
            return true;
        }
        if p <= 0.0 {
            return false;
        }
        let yes = self.decide(2) == 0;
        self.probability *= if yes { p } else { 1.0 - p };
        yes
    }
    fn index(&mut self, n: usize) -> usize {
        assert!(n > 0, "cannot choose from nothing");
        let taken = self.decide(n);
        self.probability /= n as f64;
        taken
    }
    fn normal(&mut self) -> f64 {
        let taken = self.decide(2 * NORMAL_NODES + 1);
        let x = (taken as f64 - NORMAL_NODES as f64) / NORMAL_NODES_PER_UNIT;
        let density = libm::exp(-0.5 * x * x) / (2.0 * std::f64::consts::PI).sqrt();
        self.probability *= density / NORMAL_NODES_PER_UNIT;
        x
    }
}

/// Runs `body` once for every sequence of decisions that it can meet, and gives each outcome with its
/// probability to `sink`.
///
/// `body` must be a function of its decisions alone. Outcomes come in depth-first order; their
/// probabilities add up to one within rounding.
pub fn for_each_choice<T>(
    mut body: impl FnMut(&mut EnumeratingChooser) -> T,
    mut sink: impl FnMut(T, f64),
) {
    let mut chooser = EnumeratingChooser::default();
    loop {
        chooser.rewind();
        let outcome = body(&mut chooser);
        sink(outcome, chooser.probability);
        if !chooser.advance() {
            return;
        }
    }
}

/// All (outcome, probability) pairs of [`for_each_choice`].
pub fn enumerate_choices<T>(body: impl FnMut(&mut EnumeratingChooser) -> T) -> Vec<(T, f64)> {
    let mut outcomes = Vec::new();
    for_each_choice(body, |outcome, p| outcomes.push((outcome, p)));
    outcomes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enumeration_walks_a_tree_of_unequal_depth() {
        let outcomes = enumerate_choices(|c| if c.bernoulli(0.25) { 10 } else { c.index(3) });
        let values: Vec<_> = outcomes.iter().map(|o| o.0).collect();
        assert_eq!(values, [10, 0, 1, 2]);
        let p: Vec<_> = outcomes.iter().map(|o| o.1).collect();
        assert!(
            p.iter()
                .zip([0.25, 0.25, 0.25, 0.25])
                .all(|(a, b)| (a - b).abs() < 1e-16)
        );
    }

    #[test]
    fn certain_outcomes_do_not_branch() {
        assert_eq!(
            enumerate_choices(|c| (c.bernoulli(1.0), c.bernoulli(0.0))).len(),
            1
        );
        assert_eq!(
            enumerate_choices(|c| (c.accept(Threshold::ALWAYS), c.accept(Threshold::NEVER))).len(),
            1
        );
    }

    #[test]
    fn a_mask_branches_for_its_bits_only() {
        let outcomes = enumerate_choices(|c| c.accept_mask(Threshold::new(0.25), 0b1010));
        let mut seen: Vec<_> = outcomes.clone();
        seen.sort_by_key(|o| o.0);
        let words: Vec<_> = seen.iter().map(|o| o.0).collect();
        assert_eq!(words, [0b0000, 0b0010, 0b1000, 0b1010]);
        let want = [0.5625, 0.1875, 0.1875, 0.0625];
        for ((_, p), want) in seen.iter().zip(want) {
            assert!((p - want).abs() < 1e-16);
        }
        assert_eq!(
            enumerate_choices(|c| c.accept_nibble(Threshold::HALF, 0b11)).len(),
            4
        );
    }

    #[test]
    fn each_order_is_equally_likely() {
        let mut orders = enumerate_choices(|c| {
            let mut items = [0, 1, 2, 3];
            c.shuffle(&mut items);
            items
        });
        assert!(orders.iter().all(|(_, p)| (p - 1.0 / 24.0).abs() < 1e-16));
        orders.sort_by_key(|o| o.0);
        orders.dedup_by_key(|o| o.0);
        assert_eq!(orders.len(), 24);
    }

    #[test]
    fn a_normal_variate_is_a_quadrature_rule() {
        // E cos(ωx) = e^{−ω²/2} and E x⁴ = 3.
        let (mut total, mut fourth, mut wave) = (0.0, 0.0, 0.0);
        for_each_choice(Chooser::normal, |x: f64, p| {
            total += p;
            fourth += p * x.powi(4);
            wave += p * (2.0 * x).cos();
        });
        assert!((total - 1.0).abs() < 1e-15);
        assert!((fourth - 3.0).abs() < 1e-14);
        assert!((wave - (-2.0_f64).exp()).abs() < 1e-15);
    }
}
