//! Small systems cut into blocks, and the push-forward of their weights.

use crate::ledger::Case;
use crate::model::Lattice;
use crate::numeric::Enclosure;
use crate::rg::{BlockRule, BlockTransformation, Interaction, Tie};
use crate::symbolic::{Field, RationalFunction};
use num_rational::BigRational;

/// A Hamiltonian, its blocks and the rule, as plain data.
#[derive(Clone, Debug)]
pub(super) struct System<T> {
    pub(super) spins: usize,
    pub(super) blocks: Vec<Vec<usize>>,
    pub(super) terms: Vec<Interaction<T>>,
    pub(super) rule: BlockRule<T>,
}

pub(super) fn q(n: i64, d: i64) -> BigRational {
    BigRational::new(n.into(), d.into())
}

/// The spins of a state, one number ±1 each.
fn spins_of(state: u32, n: usize) -> Vec<i32> {
    (0..n)
        .map(|i| if state >> i & 1 == 1 { 1 } else { -1 })
        .collect()
}

impl<T: Field> System<T> {
    /// The production transformation of this system.
    pub(super) fn transformation(&self) -> BlockTransformation<T> {
        BlockTransformation::new(
            self.spins,
            self.blocks.clone(),
            &self.terms,
            self.rule.clone(),
        )
        .expect("the systems listed here are well formed")
    }

    pub(super) fn coarse_states(&self) -> std::ops::Range<u32> {
        0..1 << self.blocks.len()
    }

    /// Whether all sites of a term lie in one block.
    pub(super) fn is_intra(&self, term: &Interaction<T>) -> bool {
        self.blocks
            .iter()
            .any(|b| term.sites.iter().all(|s| b.contains(s)))
    }

    /// The same system with only the terms that `keep`.
    pub(super) fn only(&self, keep: impl Fn(&Self, &Interaction<T>) -> bool) -> Self {
        let mut other = self.clone();
        other.terms.retain(|term| keep(self, term));
        other
    }

    /// The same system with the weights of some terms squared, which doubles their couplings.
    pub(super) fn doubled(&self, which: impl Fn(&Self, &Interaction<T>) -> bool) -> Self {
        let mut other = self.clone();
        for term in &mut other.terms {
            if which(self, term) {
                term.weight = term.weight.clone() * term.weight.clone();
            }
        }
        other
    }

    /// The same system with another rule.
    pub(super) fn with_rule(&self, rule: BlockRule<T>) -> Self {
        Self {
            rule,
            ..self.clone()
        }
    }

    /// `e^𝒦` of a state, multiplied out from the terms.
    pub(super) fn plain_weight(&self, state: u32) -> T {
        let spins = spins_of(state, self.spins);
        self.terms.iter().fold(T::one(), |w, term| {
            let sign: i32 = term.sites.iter().map(|&s| spins[s]).product();
            if sign > 0 {
                w * term.weight.clone()
            } else {
                w / term.weight.clone()
            }
        })
    }

    /// `Σ e^𝒦` over all states.
    pub(super) fn plain_partition(&self) -> T {
        (0..1 << self.spins).fold(T::zero(), |z, state| z + self.plain_weight(state))
    }

    /// The probability that a block with these spins gets an up spin, from the rule's definition.
    pub(super) fn plain_up(&self, spins: &[i32]) -> T {
        let certain = |up: bool| if up { T::one() } else { T::zero() };
        let sum: i32 = spins.iter().sum();
        match (&self.rule, sum.signum()) {
            (BlockRule::Keep(position), _) => certain(spins[*position] > 0),
            (BlockRule::Majority(_), sign @ (1 | -1)) => certain(sign > 0),
            (BlockRule::Majority(Tie::Up), _) => T::one(),
            (BlockRule::Majority(Tie::First), _) => certain(spins[0] > 0),
            (BlockRule::Majority(Tie::Fair), _) => T::one() / (T::one() + T::one()),
            (BlockRule::Soft(w), _) => {
                // 1/(1 + w^{−2Σ})
                let mut odds = T::one();
                for _ in 0..sum.abs() {
                    odds = odds * w.clone() * w.clone();
                }
                let odds = if sum > 0 { T::one() / odds } else { odds };
                T::one() / (T::one() + odds)
            }
        }
    }

    /// The weights of all coarse states: each fine state's weight is handed on block by block.
    pub(super) fn push_forward(&self) -> Vec<T> {
        let mut coarse = vec![T::zero(); 1 << self.blocks.len()];
        for state in 0..1 << self.spins {
            let spins = spins_of(state, self.spins);
            let mut shares = vec![(0_usize, self.plain_weight(state))];
            for (j, block) in self.blocks.iter().enumerate() {
                let local: Vec<i32> = block.iter().map(|&s| spins[s]).collect();
                let up = self.plain_up(&local);
                shares = shares
                    .into_iter()
                    .flat_map(|(target, w)| {
                        let upper = w.clone() * up.clone();
                        [(target | 1 << j, upper.clone()), (target, w - upper)]
                    })
                    .filter(|(_, w)| !w.is_zero())
                    .collect();
            }
            for (target, w) in shares {
                coarse[target] = coarse[target].clone() + w;
            }
        }
        coarse
    }
}

/// What the systems are built from: the weights of a bond inside a block and of one between blocks, of
/// the field, and of the soft rule.
#[derive(Clone, Debug)]
pub(super) struct Weights<T> {
    pub(super) intra: T,
    pub(super) inter: T,
    pub(super) field: T,
    pub(super) soft: T,
}

/// Blocks of consecutive sites.
fn consecutive(sizes: &[usize]) -> Vec<Vec<usize>> {
    let mut next = 0;
    sizes
        .iter()
        .map(|&size| {
            next += size;
            (next - size..next).collect()
        })
        .collect()
}

/// The Ising model of a lattice with those weights.
pub(super) fn ising<T: Field>(
    lattice: Lattice,
    blocks: Vec<Vec<usize>>,
    weights: &Weights<T>,
    with_field: bool,
    rule: BlockRule<T>,
) -> System<T> {
    let spins = lattice.sites();
    let block_of = |site: usize| blocks.iter().position(|b| b.contains(&site));
    let mut terms: Vec<Interaction<T>> = lattice
        .bonds()
        .into_iter()
        .map(|(i, j)| Interaction {
            sites: vec![i, j],
            weight: if block_of(i) == block_of(j) {
                weights.intra.clone()
            } else {
                weights.inter.clone()
            },
        })
        .collect();
    if with_field {
        terms.extend((0..spins).map(|i| Interaction {
            sites: vec![i],
            weight: weights.field.clone(),
        }));
    }
    System {
        spins,
        blocks,
        terms,
        rule,
    }
}

pub(super) fn chain(n: usize) -> Lattice {
    Lattice::open(1, n)
}

pub(super) fn ring(n: usize) -> Lattice {
    use crate::model::Boundary;
    Lattice::new(1, n, Boundary::Open, Boundary::Periodic)
}

/// The four squares of a 4×4 lattice, or the two of a 2×4 one.
pub(super) fn squares(rows: usize) -> Vec<Vec<usize>> {
    (0..rows / 2)
        .flat_map(|r| (0..2).map(move |c| (2 * r, 2 * c)))
        .map(|(r, c)| vec![4 * r + c, 4 * r + c + 1, 4 * r + c + 4, 4 * r + c + 5])
        .collect()
}

/// The systems on which equations are decided; the first three are small enough for indeterminates.
pub(super) fn systems<T: Field>(weights: &Weights<T>) -> Vec<Case<System<T>>> {
    let w = weights;
    let mut many_body = ising(
        ring(6),
        consecutive(&[2, 2, 2]),
        w,
        true,
        BlockRule::Soft(w.soft.clone()),
    );
    for sites in [vec![1, 2, 3, 4], vec![0, 3, 5]] {
        many_body.terms.push(Interaction {
            sites,
            weight: w.inter.clone(),
        });
    }
    let list = [
        (
            "open chain of 4 spins, blocks of 2, decimation",
            ising(chain(4), consecutive(&[2, 2]), w, false, BlockRule::Keep(0)),
        ),
        (
            "ring of 4 spins in a field, blocks of 2, majority with fair ties",
            ising(
                ring(4),
                consecutive(&[2, 2]),
                w,
                true,
                BlockRule::Majority(Tie::Fair),
            ),
        ),
        (
            "open chain of 4 spins in a field, blocks of 2, soft majority",
            ising(
                chain(4),
                consecutive(&[2, 2]),
                w,
                true,
                BlockRule::Soft(w.soft.clone()),
            ),
        ),
        (
            "ring of 6 spins in a field, blocks of 3, majority",
            ising(
                ring(6),
                consecutive(&[3, 3]),
                w,
                true,
                BlockRule::Majority(Tie::Fair),
            ),
        ),
        (
            "ring of 6 spins with three- and four-body terms, blocks of 2, soft majority",
            many_body,
        ),
        (
            "open chain of 5 spins in a field, blocks of 3 and 2, decimation to the second spin",
            ising(chain(5), consecutive(&[3, 2]), w, true, BlockRule::Keep(1)),
        ),
        (
            "open 2×4 patch in a field, blocks of 2×2, majority with fair ties",
            ising(
                Lattice::open(2, 4),
                squares(2),
                w,
                true,
                BlockRule::Majority(Tie::Fair),
            ),
        ),
    ];
    list.into_iter()
        .map(|(label, system)| Case::new(system.spins, label, system))
        .collect()
}

/// All systems with rational weights, different inside and between blocks.
pub(super) fn rational_systems() -> Vec<Case<System<BigRational>>> {
    systems(&Weights {
        intra: q(3, 2),
        inter: q(5, 3),
        field: q(6, 5),
        soft: q(2, 1),
    })
}

/// The three smallest systems with the four weights as indeterminates.
pub(super) fn symbolic_systems() -> Vec<Case<System<RationalFunction>>> {
    let mut all = systems(&Weights {
        intra: RationalFunction::var(0),
        inter: RationalFunction::var(1),
        field: RationalFunction::var(2),
        soft: RationalFunction::var(3),
    });
    all.truncate(3);
    all
}

/// All systems with real couplings.
pub(super) fn real_systems() -> Vec<Case<System<Enclosure>>> {
    let e = |k: f64| Enclosure::exact(k).exp();
    systems(&Weights {
        intra: e(0.4),
        inter: e(0.7),
        field: e(-0.15),
        soft: e(0.9),
    })
}

/// The scope of the symbolic evidence.
pub(super) const SYMBOLIC: &str = "three systems of 4 spins, weights of intra- and inter-block bonds, field and rule as indeterminates";
/// The scope of the symbolic evidence where the third system would take too long.
pub(super) const SYMBOLIC_TWO: &str =
    "two systems of 4 spins, weights of intra- and inter-block bonds and field as indeterminates";
/// The scope of the rational evidence.
pub(super) const RATIONAL: &str = "seven systems of 4 to 8 spins with rational weights";
/// The scope of the evidence by enclosures.
pub(super) const REAL: &str = "seven systems of 4 to 8 spins with real couplings";
