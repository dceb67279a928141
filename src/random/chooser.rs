//! Random decisions as a trait, so that a sampler can be enumerated instead of run.

use super::Stream;

/// Where the random decisions of a kernel come from.
///
/// In production a [`Stream`]; in tests an [`EnumeratingChooser`], which walks every branch of the
/// same code and so yields the exact transition probabilities.
pub trait Chooser {
    /// True with probability `p` (values outside `[0, 1]` count as the nearer end).
    fn bernoulli(&mut self, p: f64) -> bool;
    /// Uniform in `0..n`.
    fn index(&mut self, n: usize) -> usize;
}

impl Chooser for Stream {
    #[inline]
    fn bernoulli(&mut self, p: f64) -> bool {
        self.uniform() < p
    }
    #[inline]
    fn index(&mut self, n: usize) -> usize {
        Stream::index(self, n)
    }
}

/// Replays a prefix of decisions, then takes the first branch and records what else there is.
#[derive(Clone, Debug, Default)]
pub struct EnumeratingChooser {
    path: Vec<(usize, usize)>,
    position: usize,
    probability: f64,
}

impl EnumeratingChooser {
    fn decide(&mut self, branches: usize) -> usize {
        if self.position == self.path.len() {
            self.path.push((0, branches));
        }
        let (taken, _) = self.path[self.position];
        self.position += 1;
        taken
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
        let taken = self.decide(n);
        self.probability /= n as f64;
        taken
    }
}

/// Runs `body` once for every sequence of decisions that it can meet, with the probability of each.
///
/// `body` must be a function of its decisions alone. Returns the (outcome, probability) pairs in
/// depth-first order; the probabilities add up to one within rounding.
pub fn enumerate_choices<T>(mut body: impl FnMut(&mut EnumeratingChooser) -> T) -> Vec<(T, f64)> {
    let mut chooser = EnumeratingChooser::default();
    let mut outcomes = Vec::new();
    loop {
        chooser.position = 0;
        chooser.probability = 1.0;
        let outcome = body(&mut chooser);
        outcomes.push((outcome, chooser.probability));
        // Advance the last decision that has a branch left, as an odometer does.
        while let Some((taken, branches)) = chooser.path.pop() {
            if taken + 1 < branches {
                chooser.path.push((taken + 1, branches));
                break;
            }
        }
        if chooser.path.is_empty() {
            return outcomes;
        }
    }
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
    }
}
