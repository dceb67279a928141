//! The exact transition matrix of a kernel, extracted from the code that runs.

use crate::numeric::CompensatedSum;
use crate::random::{EnumeratingChooser, for_each_choice};

/// The largest number of states of which a matrix is made.
const MAX_STATES: usize = 1 << 16;

/// A transition matrix as a product of sparse factors, applied to rows from the left: `P = F_1 F_2 ⋯ F_k`.
///
/// A single step is one factor. A sweep in fixed order is the product of its updates, so that it can
/// be examined on systems where its own branches are too many to walk.
#[derive(Clone, Debug)]
pub struct TransitionMatrix {
    states: usize,
    factors: Vec<SparseRows>,
}

/// For each row the columns that are not zero, ascending.
#[derive(Clone, Debug)]
struct SparseRows(Vec<Vec<(u32, f64)>>);

impl TransitionMatrix {
    /// Runs `step` from every state through every branch of its decisions.
    ///
    /// `step` gets the number of a state and returns the number of the next one.
    ///
    /// # Panics
    /// With no state, more than 2¹⁶ of them, or a step that leaves them.
    pub fn extract(
        states: usize,
        mut step: impl FnMut(usize, &mut EnumeratingChooser) -> usize,
    ) -> Self {
        assert!(
            (1..=MAX_STATES).contains(&states),
            "cannot tabulate {states} states"
        );
        // Compensated, since one entry may be the sum of a million branches.
        let mut dense = vec![CompensatedSum::new(); states];
        let rows = (0..states)
            .map(|from| {
                let mut reached: Vec<u32> = Vec::new();
                for_each_choice(
                    |chooser| step(from, chooser),
                    |to, p| {
                        assert!(to < states, "state {from} goes to state {to} of {states}");
                        if dense[to].value() <= 0.0 {
                            reached.push(to as u32);
                        }
                        dense[to].add(p);
                    },
                );
                reached.sort_unstable();
                reached.dedup();
                reached
                    .into_iter()
                    .map(|to| (to, std::mem::take(&mut dense[to as usize]).value()))
                    .filter(|e| e.1 > 0.0)
                    .collect()
            })
            .collect();
        Self {
            states,
            factors: vec![SparseRows(rows)],
        }
    }

    /// First this, then the other.
    ///
    /// # Panics
    /// If the numbers of states differ.
    pub fn then(mut self, other: Self) -> Self {
        assert_eq!(self.states, other.states, "matrices of different sizes");
        self.factors.extend(other.factors);
        self
    }

    /// The product of matrices, the first acting first; `None` of none.
    ///
    /// # Panics
    /// If the numbers of states differ.
    pub fn product(matrices: impl IntoIterator<Item = Self>) -> Option<Self> {
        matrices.into_iter().reduce(Self::then)
    }

    /// Number of states.
    pub fn states(&self) -> usize {
        self.states
    }

    /// All entries, row by row.
    ///
    /// # Complexity
    /// O(states · entries); for small matrices.
    pub fn dense(&self) -> Vec<Vec<f64>> {
        (0..self.states)
            .map(|from| {
                let mut row = vec![0.0; self.states];
                row[from] = 1.0;
                self.apply(&row)
            })
            .collect()
    }

    /// The distribution one step later.
    ///
    /// # Panics
    /// If the length is not the number of states.
    pub fn apply(&self, distribution: &[f64]) -> Vec<f64> {
        assert_eq!(
            distribution.len(),
            self.states,
            "one probability for each state"
        );
        self.factors
            .iter()
            .fold(distribution.to_vec(), |now, factor| {
                let mut next = vec![0.0; self.states];
                for (row, &mass) in factor.0.iter().zip(&now) {
                    for &(to, p) in row {
                        next[to as usize] += mass * p;
                    }
                }
                next
            })
    }

    /// The largest distance of a row's sum from one.
    pub fn normalisation_defect(&self) -> f64 {
        self.factors
            .iter()
            .flat_map(|f| &f.0)
            .map(|row| (row.iter().map(|e| e.1).sum::<f64>() - 1.0).abs())
            .fold(0.0, f64::max)
    }

    /// `‖πP − π‖₁`.
    ///
    /// # Accuracy
    /// For a kernel that leaves π unchanged the rounding of doubles leaves less than 1e-12 up to 2¹² states:
    /// each entry of π is moved by a few units in the last place in each factor. Test module `matrix_tests`.
    ///
    /// # Panics
    /// If the length is not the number of states.
    pub fn stationarity_defect(&self, distribution: &[f64]) -> f64 {
        self.apply(distribution)
            .iter()
            .zip(distribution)
            .map(|(a, b)| (a - b).abs())
            .sum()
    }

    /// `Σ_ij |π_i P_ij − π_j P_ji|`, zero if the chain is reversible.
    ///
    /// # Complexity
    /// That of [`TransitionMatrix::dense`].
    ///
    /// # Panics
    /// If the length is not the number of states.
    pub fn detailed_balance_defect(&self, distribution: &[f64]) -> f64 {
        assert_eq!(
            distribution.len(),
            self.states,
            "one probability for each state"
        );
        let p = self.dense();
        let mut defect = 0.0;
        for i in 0..self.states {
            for j in 0..self.states {
                defect += (distribution[i] * p[i][j] - distribution[j] * p[j][i]).abs();
            }
        }
        defect
    }

    /// Whether every state is reached from every other one.
    pub fn is_irreducible(&self) -> bool {
        let forward = self.levels(false);
        let backward = self.levels(true);
        forward[0].iter().chain(&backward[0]).all(Option::is_some)
    }

    /// Number of states that are reached from one state, itself included if it is.
    ///
    /// # Panics
    /// If there is no such state.
    pub fn reached_from(&self, state: usize) -> usize {
        let mut reached = vec![false; self.states];
        let mut fresh = vec![state];
        while !fresh.is_empty() {
            let mut now = vec![0.0; self.states];
            for &s in &fresh {
                now[s] = 1.0;
            }
            // Only the support counts; rounding up to one keeps it from underflowing.
            for factor in &self.factors {
                let mut next = vec![0.0; self.states];
                for (row, _) in factor.0.iter().zip(&now).filter(|(_, m)| **m > 0.0) {
                    for &(to, _) in row {
                        next[to as usize] = 1.0;
                    }
                }
                now = next;
            }
            fresh = (0..self.states)
                .filter(|&s| now[s] > 0.0 && !reached[s])
                .collect();
            for &s in &fresh {
                reached[s] = true;
            }
        }
        reached.iter().filter(|&&r| r).count()
    }

    /// The period of an irreducible chain, one if it is aperiodic; `None` if it is reducible.
    ///
    /// The greatest common divisor of `level(i) + 1 − level(j)` over all transitions `i → j`, with the
    /// levels of a breadth-first search through the factors as layers.
    pub fn period(&self) -> Option<usize> {
        if !self.is_irreducible() {
            return None;
        }
        let layers = self.factors.len();
        let level = self.levels(false);
        let mut divisor = 0_usize;
        for (layer, factor) in self.factors.iter().enumerate() {
            for (from, row) in factor.0.iter().enumerate() {
                let Some(here) = level[layer][from] else {
                    continue;
                };
                for &(to, _) in row {
                    let there = level[(layer + 1) % layers][to as usize]?;
                    divisor = gcd(divisor, (here + 1).abs_diff(there));
                }
            }
        }
        // Every walk that comes back takes whole sweeps.
        Some(divisor / layers)
    }

    /// Steps from state 0 of the first layer to each state of each layer, along or against the factors.
    fn levels(&self, against: bool) -> Vec<Vec<Option<usize>>> {
        let layers = self.factors.len();
        let mut edges: Vec<Vec<Vec<u32>>> = vec![vec![Vec::new(); self.states]; layers];
        for (layer, factor) in self.factors.iter().enumerate() {
            for (from, row) in factor.0.iter().enumerate() {
                for &(to, _) in row {
                    if against {
                        edges[(layer + 1) % layers][to as usize].push(from as u32);
                    } else {
                        edges[layer][from].push(to);
                    }
                }
            }
        }
        let mut level = vec![vec![None; self.states]; layers];
        level[0][0] = Some(0);
        let mut queue = std::collections::VecDeque::from([(0, 0, 0_usize)]);
        while let Some((layer, state, distance)) = queue.pop_front() {
            let next = (if against {
                layer + layers - 1
            } else {
                layer + 1
            }) % layers;
            for &to in &edges[layer][state] {
                let place = &mut level[next][to as usize];
                if place.is_none() {
                    *place = Some(distance + 1);
                    queue.push_back((next, to as usize, distance + 1));
                }
            }
        }
        level
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Chooser;

    /// Moves on a ring of states by the steps with the probability.
    fn walk(states: usize, up: f64) -> TransitionMatrix {
        TransitionMatrix::extract(states, |s, c| {
            if c.bernoulli(up) {
                (s + 1) % states
            } else {
                (s + states - 1) % states
            }
        })
    }

    #[test]
    fn properties_of_a_walk_on_a_ring() {
        let uniform = vec![0.2; 5];
        let walk5 = walk(5, 0.3);
        assert!(walk5.normalisation_defect() < 1e-15);
        assert!(walk5.stationarity_defect(&uniform) < 1e-15);
        // Each of the five bonds carries 0.2·|0.3 − 0.7| in both directions.
        assert!((walk5.detailed_balance_defect(&uniform) - 0.8).abs() < 1e-14);
        assert_eq!((walk5.is_irreducible(), walk5.period()), (true, Some(1)));
        assert_eq!(walk(6, 0.3).period(), Some(2));
        assert_eq!(walk(6, 1.0).period(), Some(6));
        let two_steps = walk(6, 0.3).then(walk(6, 0.3));
        assert!(!two_steps.is_irreducible());
        assert_eq!((two_steps.period(), two_steps.reached_from(1)), (None, 3));
        let two_steps = walk(5, 0.3).then(walk(5, 0.6));
        assert_eq!(two_steps.period(), Some(1));
        let dense = two_steps.dense();
        assert!((dense[0][2] - 0.18).abs() < 1e-15 && (dense[0][0] - 0.54).abs() < 1e-15);
    }

    #[test]
    fn transient_states_make_a_chain_reducible() {
        let sink = TransitionMatrix::extract(3, |s, c| if s == 0 { c.index(3) } else { 1 });
        assert!(!sink.is_irreducible());
        // Reaching state 0 is what fails here, and leaving it there.
        let source = TransitionMatrix::extract(3, |s, c| if s == 0 { 0 } else { c.index(3) });
        assert!(!source.is_irreducible());
        assert_eq!(source.reached_from(0), 1);
    }
}
