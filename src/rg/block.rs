//! Block-spin transformations of small systems: the renormalized weights exactly, over any field.
//!
//! ```text
//! e^{𝒦′(χ′)} = Σ_χ p(χ′|χ) e^{𝒦(χ)},   p(χ′|χ) = ∏_j p(V_j|H_j),   𝒦 = 𝒦₀ + 𝒦₁,   𝒦₀ = Σ_j 𝒦_b(H_j)
//! ```
//! 𝒦₀ collects the terms inside blocks and 𝒦₁ those between them; p₀ = e^{𝒦₀}/Z₀ is the distribution of
//! independent blocks, and `p(V_j)`, `p(H_j|V_j)` are taken in it.

use crate::symbolic::Field;
use std::collections::BTreeMap;
use thiserror::Error;

/// Most spins, since all states are summed.
const MAX_SPINS: usize = 20;

/// A term `K ∏ s_i` of a reduced Hamiltonian, by its weight.
#[derive(Clone, Debug, PartialEq)]
pub struct Interaction<T> {
    /// Sites whose spins are multiplied.
    pub sites: Vec<usize>,
    /// `e^K`.
    pub weight: T,
}

/// What the majority rule does when a block is evenly split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// Both signs with probability one half.
    Fair,
    /// Always up; breaks the symmetry between up and down.
    Up,
    /// The sign of the block's first spin.
    First,
}

/// How a block's spins H decide its coarse spin V.
#[derive(Clone, Debug, PartialEq)]
pub enum BlockRule<T> {
    /// Decimation: V is the block's spin at this position.
    Keep(usize),
    /// V is the sign of the block's magnetization.
    Majority(Tie),
    /// `p(V|H) ∝ w^{V Σ H}` with this `w = e^κ`; the majority rule is κ → ∞.
    Soft(T),
}

impl<T: Field> BlockRule<T> {
    /// The probability of an up coarse spin; bit k of `spins` is set where the block's spin k is up.
    ///
    /// # Panics
    /// If [`BlockRule::Keep`] names a position that the block does not have.
    pub fn probability_up(&self, size: usize, spins: u32) -> T {
        let magnetization = 2 * i64::from(spins.count_ones()) - size as i64;
        let certain = |up: bool| if up { T::one() } else { T::zero() };
        match self {
            Self::Keep(position) => {
                assert!(*position < size, "the block has no spin {position}");
                certain(spins >> position & 1 == 1)
            }
            Self::Majority(_) if magnetization != 0 => certain(magnetization > 0),
            Self::Majority(Tie::Fair) => T::one() / (T::one() + T::one()),
            Self::Majority(Tie::Up) => T::one(),
            Self::Majority(Tie::First) => certain(spins & 1 == 1),
            Self::Soft(weight) => {
                let up = integer_power(weight, magnetization);
                up.clone() / (up + integer_power(weight, -magnetization))
            }
        }
    }
}

fn integer_power<T: Field>(base: &T, exponent: i64) -> T {
    let base = if exponent < 0 {
        T::one() / base.clone()
    } else {
        base.clone()
    };
    (0..exponent.unsigned_abs()).fold(T::one(), |p, _| p * base.clone())
}

/// Why blocks, terms and a rule do not make a transformation.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum BlockError {
    /// More spins than can be summed.
    #[error("{spins} spins are more than the {MAX_SPINS} whose states are summed")]
    TooManySpins {
        /// How many there are.
        spins: usize,
    },
    /// The blocks are no partition of the sites.
    #[error("site {site} lies in {blocks} blocks instead of one")]
    NotAPartition {
        /// The site.
        site: usize,
        /// In how many blocks it lies.
        blocks: usize,
    },
    /// A block without a site.
    #[error("block {block} is empty")]
    EmptyBlock {
        /// Which.
        block: usize,
    },
    /// A site that does not exist.
    #[error("{what} names site {site}, but there are {spins} spins")]
    SiteOutOfRange {
        /// `"a term"`, `"a block"` or `"the rule"`.
        what: &'static str,
        /// The site.
        site: usize,
        /// How many spins there are.
        spins: usize,
    },
    /// Levels are only defined if all terms between blocks have the same coupling.
    #[error("the terms between blocks have different couplings")]
    UnequalInterBlockCouplings,
}

/// A factor `w^{∏ s}` of a weight.
#[derive(Clone, Debug)]
struct Factor<T> {
    mask: u32,
    weight: T,
    inverse: T,
}

impl<T: Field> Factor<T> {
    fn is_even(&self, state: u32) -> bool {
        (self.mask & !state).count_ones().is_multiple_of(2)
    }

    fn at(&self, state: u32) -> &T {
        if self.is_even(state) {
            &self.weight
        } else {
            &self.inverse
        }
    }
}

fn product<T: Field>(factors: &[Factor<T>], state: u32) -> T {
    factors
        .iter()
        .fold(T::one(), |w, f| w * f.at(state).clone())
}

/// A Hamiltonian cut into blocks, and the rule that gives each block its coarse spin.
///
/// States are words: bit i of a fine state is set where `s_i = +1`, bit j of a coarse one where
/// `V_j = +1`.
#[derive(Clone, Debug)]
pub struct BlockTransformation<T> {
    spins: usize,
    blocks: Vec<Vec<usize>>,
    rule: BlockRule<T>,
    /// The terms inside each block.
    intra: Vec<Vec<Factor<T>>>,
    /// The terms of 𝒦₁.
    inter: Vec<Factor<T>>,
}

impl<T: Field> BlockTransformation<T> {
    /// Sorts the terms into those inside a block and those between blocks. A site that a term names
    /// twice drops out of it, since s² = 1; a constant term goes to the first block.
    ///
    /// # Errors
    /// [`BlockError`] naming the site or block.
    pub fn new(
        spins: usize,
        blocks: Vec<Vec<usize>>,
        terms: &[Interaction<T>],
        rule: BlockRule<T>,
    ) -> Result<Self, BlockError> {
        if spins > MAX_SPINS {
            return Err(BlockError::TooManySpins { spins });
        }
        let check = |what, sites: &[usize]| match sites.iter().find(|&&s| s >= spins) {
            Some(&site) => Err(BlockError::SiteOutOfRange { what, site, spins }),
            None => Ok(()),
        };
        for (block, sites) in blocks.iter().enumerate() {
            check("a block", sites)?;
            if sites.is_empty() {
                return Err(BlockError::EmptyBlock { block });
            }
            if let BlockRule::Keep(site) = rule
                && site >= sites.len()
            {
                return Err(BlockError::SiteOutOfRange {
                    what: "the rule",
                    site,
                    spins: sites.len(),
                });
            }
        }
        for site in 0..spins {
            let times = blocks.iter().flatten().filter(|&&s| s == site).count();
            if times != 1 {
                return Err(BlockError::NotAPartition {
                    site,
                    blocks: times,
                });
            }
        }
        let masks: Vec<u32> = blocks.iter().map(|b| mask_of(b)).collect();
        let mut intra = vec![Vec::new(); blocks.len()];
        let mut inter = Vec::new();
        for term in terms {
            check("a term", &term.sites)?;
            let factor = Factor {
                mask: mask_of(&term.sites),
                weight: term.weight.clone(),
                inverse: T::one() / term.weight.clone(),
            };
            match masks.iter().position(|&b| factor.mask & !b == 0) {
                Some(block) => intra[block].push(factor),
                None => inter.push(factor),
            }
        }
        Ok(Self {
            spins,
            blocks,
            rule,
            intra,
            inter,
        })
    }

    /// Number of fine spins m.
    pub fn spins(&self) -> usize {
        self.spins
    }

    /// Number of coarse spins n.
    pub fn coarse_spins(&self) -> usize {
        self.blocks.len()
    }

    /// Number of terms of 𝒦₁.
    pub fn inter_block_terms(&self) -> usize {
        self.inter.len()
    }

    /// The local configuration of block j in a fine state.
    fn local(&self, block: usize, state: u32) -> u32 {
        self.blocks[block]
            .iter()
            .enumerate()
            .fold(0, |local, (k, &site)| local | (state >> site & 1) << k)
    }

    /// The fine state that has this configuration in block j and all other spins down.
    fn spread(&self, block: usize, local: u32) -> u32 {
        self.blocks[block]
            .iter()
            .enumerate()
            .fold(0, |state, (k, &site)| state | (local >> k & 1) << site)
    }

    fn local_states(&self, block: usize) -> u32 {
        1 << self.blocks[block].len()
    }

    /// `e^{𝒦₁(χ)}`.
    pub fn inter_weight(&self, state: u32) -> T {
        product(&self.inter, state)
    }

    /// `e^{𝒦₀(χ)}`.
    pub fn intra_weight(&self, state: u32) -> T {
        self.intra
            .iter()
            .fold(T::one(), |w, block| w * product(block, state))
    }

    /// `e^{𝒦(χ)}`.
    pub fn weight(&self, state: u32) -> T {
        self.intra_weight(state) * self.inter_weight(state)
    }

    /// `p(V_j|H_j)` for the block's local configuration.
    pub fn block_kernel(&self, block: usize, local: u32, up: bool) -> T {
        let p = self.rule.probability_up(self.blocks[block].len(), local);
        if up { p } else { T::one() - p }
    }

    /// `p(χ′|χ) = ∏_j p(V_j|H_j)`.
    pub fn kernel(&self, coarse: u32, state: u32) -> T {
        (0..self.blocks.len()).fold(T::one(), |p, j| {
            p * self.block_kernel(j, self.local(j, state), coarse >> j & 1 == 1)
        })
    }

    /// `Z = Σ_χ e^{𝒦(χ)}`.
    pub fn partition(&self) -> T {
        (0..1 << self.spins).fold(T::zero(), |z, state| z + self.weight(state))
    }

    /// `e^{𝒦′(χ′)} = Σ_χ p(χ′|χ) e^{𝒦(χ)}`, state by state.
    pub fn renormalized_weight(&self, coarse: u32) -> T {
        (0..1 << self.spins).fold(T::zero(), |sum, state| {
            sum + self.kernel(coarse, state) * self.weight(state)
        })
    }

    /// `p(χ′) = Σ_χ p(χ′|χ) p(χ)` for all coarse states, with `p = e^𝒦/Z`.
    pub fn marginal(&self) -> Vec<T> {
        let z = self.partition();
        let states = 0..1_u32 << self.spins;
        let p: Vec<T> = states.map(|s| self.weight(s) / z.clone()).collect();
        (0..1_u32 << self.blocks.len())
            .map(|coarse| {
                p.iter().zip(0_u32..).fold(T::zero(), |sum, (p, s)| {
                    sum + self.kernel(coarse, s) * p.clone()
                })
            })
            .collect()
    }

    /// `Σ_χ e^{𝒦₁(χ)} ∏_j p(V_j|H_j) e^{𝒦_b(H_j)}`: the sum over blocks, each with its own factor.
    pub fn renormalized_weight_by_blocks(&self, coarse: u32) -> T {
        let tables = self.tables(|j, local| {
            self.block_kernel(j, local, coarse >> j & 1 == 1) * self.block_weight(j, local)
        });
        self.sum_with_inter_weight(&tables)
    }

    /// `e^{𝒦_b(H_j)}` of a local configuration.
    pub fn block_weight(&self, block: usize, local: u32) -> T {
        product(&self.intra[block], self.spread(block, local))
    }

    /// `Z_b = Σ_{H_j} e^{𝒦_b(H_j)}` of one block.
    pub fn block_partition(&self, block: usize) -> T {
        (0..self.local_states(block))
            .fold(T::zero(), |z, local| z + self.block_weight(block, local))
    }

    /// `∏_{i} Σ_{χ_i} e^{𝒦_b(χ_i)}` of one block with the one-spin terms of its Hamiltonian alone.
    pub fn block_partition_of_single_spins(&self, block: usize) -> T {
        self.blocks[block].iter().fold(T::one(), |z, &site| {
            let own: Vec<Factor<T>> = self.intra[block]
                .iter()
                .filter(|f| f.mask == 1 << site)
                .cloned()
                .collect();
            z * (product(&own, 1 << site) + product(&own, 0))
        })
    }

    /// Whether no term couples two spins of the block.
    pub fn block_is_free(&self, block: usize) -> bool {
        self.intra[block].iter().all(|f| f.mask.is_power_of_two())
    }

    /// `∏_j Z_b`, the partition function `Z₀` of independent blocks.
    pub fn intra_partition(&self) -> T {
        (0..self.blocks.len()).fold(T::one(), |z, j| z * self.block_partition(j))
    }

    /// `p(V_j) = Σ_{H_j} p(V_j|H_j) e^{𝒦_b(H_j)}/Z_b`.
    pub fn coarse_probability(&self, block: usize, up: bool) -> T {
        let sum = (0..self.local_states(block)).fold(T::zero(), |sum, local| {
            sum + self.block_kernel(block, local, up) * self.block_weight(block, local)
        });
        sum / self.block_partition(block)
    }

    /// `p(H_j|V_j)` of all local configurations, by Bayes; `None` if the coarse spin never has that sign.
    pub fn block_posterior(&self, block: usize, up: bool) -> Option<Vec<T>> {
        let joint: Vec<T> = (0..self.local_states(block))
            .map(|l| self.block_kernel(block, l, up) * self.block_weight(block, l))
            .collect();
        let total = joint.iter().cloned().fold(T::zero(), |a, b| a + b);
        (!total.is_zero()).then(|| joint.into_iter().map(|w| w / total.clone()).collect())
    }

    /// `∏_j p(V_j)`, the distribution of the coarse spins of independent blocks.
    pub fn coarse_product(&self, coarse: u32) -> T {
        (0..self.blocks.len()).fold(T::one(), |p, j| {
            p * self.coarse_probability(j, coarse >> j & 1 == 1)
        })
    }

    /// `⟨e^{𝒦₁}⟩ = Σ_χ ∏_j p(H_j|V_j) e^{𝒦₁(χ)}`; `None` for a coarse state of probability zero.
    pub fn inter_average(&self, coarse: u32) -> Option<T> {
        let tables: Option<Vec<Vec<T>>> = (0..self.blocks.len())
            .map(|j| self.block_posterior(j, coarse >> j & 1 == 1))
            .collect();
        Some(self.sum_with_inter_weight(&tables?))
    }

    /// `Z₀ p(χ′) ⟨e^{𝒦₁}⟩` with the product `p(χ′) = ∏_j p(V_j)`; `None` for a coarse state of
    /// probability zero.
    pub fn renormalized_weight_by_average(&self, coarse: u32) -> Option<T> {
        let average = self.inter_average(coarse)?;
        Some(self.intra_partition() * self.coarse_product(coarse) * average)
    }

    /// How probable each value of `k(χ) = Σ ∏ s`, the sum over the terms of 𝒦₁ without their coupling,
    /// is given χ′ and independent blocks, up to a common factor: `𝒦₁ = K k(χ)`.
    ///
    /// # Errors
    /// [`BlockError::UnequalInterBlockCouplings`] if 𝒦₁ has more than one coupling.
    pub fn inter_levels(&self, coarse: u32) -> Result<BTreeMap<i64, T>, BlockError> {
        if self
            .inter
            .windows(2)
            .any(|pair| !(pair[0].weight.clone() - pair[1].weight.clone()).is_zero())
        {
            return Err(BlockError::UnequalInterBlockCouplings);
        }
        let tables = self.tables(|j, local| {
            self.block_kernel(j, local, coarse >> j & 1 == 1) * self.block_weight(j, local)
        });
        let mut levels = BTreeMap::new();
        self.over_blocks(&tables, 0, 0, &T::one(), &mut |state, weight| {
            let even = self.inter.iter().filter(|f| f.is_even(state)).count();
            let level = 2 * even as i64 - self.inter.len() as i64;
            let entry = levels.entry(level).or_insert_with(T::zero);
            *entry = entry.clone() + weight.clone();
        });
        Ok(levels)
    }

    /// A value for each local configuration of each block.
    fn tables(&self, f: impl Fn(usize, u32) -> T) -> Vec<Vec<T>> {
        (0..self.blocks.len())
            .map(|j| (0..self.local_states(j)).map(|local| f(j, local)).collect())
            .collect()
    }

    fn sum_with_inter_weight(&self, tables: &[Vec<T>]) -> T {
        let mut sum = T::zero();
        self.over_blocks(tables, 0, 0, &T::one(), &mut |state, weight| {
            sum = sum.clone() + weight.clone() * self.inter_weight(state);
        });
        sum
    }

    /// Visits every fine state with the product of its blocks' table entries, leaving out zeros.
    fn over_blocks(
        &self,
        tables: &[Vec<T>],
        block: usize,
        state: u32,
        weight: &T,
        visit: &mut impl FnMut(u32, &T),
    ) {
        let Some(table) = tables.get(block) else {
            visit(state, weight);
            return;
        };
        for (local, factor) in (0_u32..).zip(table) {
            if !factor.is_zero() {
                let state = state | self.spread(block, local);
                let weight = weight.clone() * factor.clone();
                self.over_blocks(tables, block + 1, state, &weight, visit);
            }
        }
    }
}

/// The set of sites as bits; a site named twice drops out.
fn mask_of(sites: &[usize]) -> u32 {
    sites.iter().fold(0, |mask, &site| mask ^ 1 << site)
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_rational::BigRational;
    use num_traits::One;

    fn q(n: i64, d: i64) -> BigRational {
        BigRational::new(n.into(), d.into())
    }

    fn ring(
        n: usize,
        size: usize,
        rule: BlockRule<BigRational>,
    ) -> BlockTransformation<BigRational> {
        let terms: Vec<_> = (0..n)
            .map(|i| Interaction {
                sites: vec![i, (i + 1) % n],
                weight: q(3, 2),
            })
            .chain([Interaction {
                sites: vec![0],
                weight: q(5, 4),
            }])
            .collect();
        let blocks = (0..n / size)
            .map(|j| (j * size..(j + 1) * size).collect())
            .collect();
        BlockTransformation::new(n, blocks, &terms, rule).unwrap()
    }

    #[test]
    fn three_forms_of_the_renormalized_weight_agree() {
        for rule in [
            BlockRule::Keep(1),
            BlockRule::Majority(Tie::Fair),
            BlockRule::Majority(Tie::First),
            BlockRule::Soft(q(2, 1)),
        ] {
            for system in [ring(6, 2, rule.clone()), ring(6, 3, rule)] {
                for coarse in 0..1 << system.coarse_spins() {
                    let direct = system.renormalized_weight(coarse);
                    assert_eq!(direct, system.renormalized_weight_by_blocks(coarse));
                    assert_eq!(Some(direct), system.renormalized_weight_by_average(coarse));
                }
            }
        }
    }

    #[test]
    fn kernels_are_normalized() {
        let system = ring(6, 2, BlockRule::Soft(q(7, 3)));
        for state in 0..64 {
            let total: BigRational = (0..8).map(|c| system.kernel(c, state)).sum();
            assert!(total.is_one());
        }
    }

    #[test]
    fn levels_carry_the_average() {
        let system = ring(6, 3, BlockRule::Majority(Tie::Fair));
        let levels = system.inter_levels(1).unwrap();
        let total: BigRational = levels.values().sum();
        let average: BigRational = levels
            .iter()
            .map(|(&k, p)| q(3, 2).pow(k as i32) * p / &total)
            .sum();
        assert_eq!(Some(average), system.inter_average(1));
    }

    #[test]
    fn malformed_systems_are_refused() {
        let new = |blocks: Vec<Vec<usize>>, sites: Vec<usize>, rule| {
            let terms = [Interaction {
                sites,
                weight: q(2, 1),
            }];
            BlockTransformation::new(3, blocks, &terms, rule).unwrap_err()
        };
        let all = vec![vec![0, 1, 2]];
        assert!(matches!(
            new(vec![vec![0, 1]], vec![0], BlockRule::Keep(0)),
            BlockError::NotAPartition { site: 2, blocks: 0 }
        ));
        assert!(matches!(
            new(all.clone(), vec![3], BlockRule::Keep(0)),
            BlockError::SiteOutOfRange { what: "a term", .. }
        ));
        assert!(matches!(
            new(all, vec![0], BlockRule::Keep(3)),
            BlockError::SiteOutOfRange {
                what: "the rule",
                ..
            }
        ));
    }
}
