//! Models with some variables observed: the others given these.

use super::{Factor, FactorGraph, SpinHamiltonian, Term};
use std::borrow::Cow;

impl FactorGraph {
    /// The weights of the states in which each listed variable has its listed state, all others being zero: Z is
    /// the weight of the observation.
    ///
    /// An observed variable is in one factor only, which allows one state.
    ///
    /// # Panics
    /// If a variable or state does not exist.
    pub fn given(&self, observed: &[(usize, usize)]) -> Self {
        let cardinality = self.cardinality();
        let mut state: Vec<Option<usize>> = vec![None; cardinality.len()];
        for &(v, s) in observed {
            assert!(s < cardinality[v], "state {s} of variable {v}");
            state[v] = Some(s);
        }
        let mut factors: Vec<Factor> = self
            .factors()
            .iter()
            .map(|f| slice(f, cardinality, &state))
            .collect();
        for (v, s) in state
            .iter()
            .enumerate()
            .filter_map(|(v, s)| s.map(|s| (v, s)))
        {
            let mut values = vec![0.0; cardinality[v]];
            values[s] = 1.0;
            factors.push(Factor {
                scope: vec![v],
                values,
            });
        }
        Self::of_checked(cardinality.to_vec(), factors)
    }
}

/// The entries of a table at which the known variables have their states.
fn slice(factor: &Factor, cardinality: &[usize], state: &[Option<usize>]) -> Factor {
    let open: Vec<usize> = (0..factor.scope.len())
        .filter(|&place| state[factor.scope[place]].is_none())
        .collect();
    if open.len() == factor.scope.len() {
        return factor.clone();
    }
    // What a step of each variable is worth in the table.
    let mut strides = vec![1; factor.scope.len()];
    for place in (1..factor.scope.len()).rev() {
        strides[place - 1] = strides[place] * cardinality[factor.scope[place]];
    }
    let start: usize = factor
        .scope
        .iter()
        .zip(&strides)
        .map(|(&v, stride)| state[v].unwrap_or(0) * stride)
        .sum();
    let size: usize = open
        .iter()
        .map(|&place| cardinality[factor.scope[place]])
        .product();
    let values = (0..size)
        .map(|index| {
            let (mut rest, mut at) = (index, start);
            for &place in open.iter().rev() {
                let states = cardinality[factor.scope[place]];
                at += rest % states * strides[place];
                rest /= states;
            }
            factor.values[at]
        })
        .collect();
    Factor {
        scope: open.iter().map(|&place| factor.scope[place]).collect(),
        values,
    }
}

impl SpinHamiltonian {
    /// The Hamiltonian of the other spins where each listed spin is up (`true`) or down.
    ///
    /// An observed spin stays, in no term: it is free, and doubles Z, where the observation asks for one state.
    ///
    /// # Panics
    /// If a spin does not exist.
    pub fn given(&self, observed: &[(usize, bool)]) -> Cow<'_, Self> {
        if observed.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut known: Vec<Option<bool>> = vec![None; self.spins()];
        for &(i, up) in observed {
            known[i] = Some(up);
        }
        let terms = self
            .terms()
            .iter()
            .map(|term| {
                let down = term
                    .sites
                    .iter()
                    .filter(|&&i| known[i] == Some(false))
                    .count();
                let sites = term
                    .sites
                    .iter()
                    .copied()
                    .filter(|&i| known[i].is_none())
                    .collect();
                let sign = if down % 2 == 0 { 1.0 } else { -1.0 };
                Term {
                    sites,
                    coupling: sign * term.coupling,
                }
            })
            .collect();
        Cow::Owned(Self::of_checked(self.spins(), terms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;

    #[test]
    fn tables_keep_the_weights_of_the_observed_states() {
        let cards = vec![2, 3, 2, 4];
        let mut stream = Seed(4).stream("observation", 0);
        let factors = [&[0, 1][..], &[3, 1, 2], &[2], &[], &[1, 3]]
            .map(|scope: &[usize]| Factor {
                scope: scope.to_vec(),
                values: (0..scope.iter().map(|&v| cards[v]).product())
                    .map(|_| stream.uniform())
                    .collect(),
            })
            .to_vec();
        let graph = FactorGraph::new(cards.clone(), factors).unwrap();
        let weight = |g: &FactorGraph, state: &[usize]| -> f64 {
            g.factors()
                .iter()
                .map(|f| f.values[f.scope.iter().fold(0, |i, &v| i * cards[v] + state[v])])
                .product()
        };
        for observed in [
            &[(1, 2)][..],
            &[(3, 0), (0, 1)],
            &[(0, 0), (1, 1), (2, 1), (3, 3)],
        ] {
            let given = graph.given(observed);
            for index in 0..48 {
                let state = [index % 2, index / 2 % 3, index / 6 % 2, index / 12];
                let allowed = observed.iter().all(|&(v, s)| state[v] == s);
                let want = if allowed { weight(&graph, &state) } else { 0.0 };
                // The same factors in the same order, then ones: the same product.
                assert_eq!(weight(&given, &state).to_bits(), want.to_bits());
            }
            let alone = |v: usize| {
                given
                    .factors()
                    .iter()
                    .filter(|f| f.scope.contains(&v))
                    .count()
            };
            assert!(observed.iter().all(|&(v, _)| alone(v) == 1));
        }
    }

    #[test]
    fn spins_keep_the_energies_of_the_observed_states() {
        let term = |sites: &[usize], coupling| Term {
            sites: sites.to_vec(),
            coupling,
        };
        let model = SpinHamiltonian::new(
            4,
            vec![
                term(&[0, 1], 0.5),
                term(&[1, 2, 3], -0.25),
                term(&[3], 2.0),
                term(&[], 1.0),
            ],
        )
        .unwrap();
        let given = model.given(&[(1, false), (3, true)]);
        for state in 0..16_u64 {
            let forced = state & !0b0010 | 0b1000;
            let difference = given.energy_of_bits(state) - model.energy_of_bits(forced);
            assert!(difference.abs() < 1e-15);
        }
    }
}
