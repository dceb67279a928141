//! Equation 27: when the coarse-graining is a product over blocks.

use super::systems::{System, q, rational_systems};
use crate::ledger::{Case, Claim, Docket, Form, Source};
use num_rational::BigRational;
use num_traits::{One, Zero};

pub(super) const EQ27: Claim = Claim {
    id: "jefferson2019-eq27",
    source: Source::Jefferson2019,
    equation: Some("27"),
    title: "product form of the coarse-graining, from translation invariance",
    printed: "translation invariance implies p(χ′|χ) = ∏_j p(V_j|H_j) and 𝒦₀(χ) = Σ_j 𝒦_b(H_j)",
    conventions: &[
        "p(V_j|H_j) is the conditional probability that follows from p(χ′|χ) and p(χ)",
        "invariance under translations by whole blocks, fine and coarse spins together",
    ],
    assumptions: &["p(χ′|χ) and 𝒦 are invariant under translations"],
    condition: Some(
        "each V_j is drawn from its own block H_j alone and independently of the other blocks (a property of the rule, which translation invariance neither gives nor is needed for)",
    ),
    decide: eq27,
    ..Claim::BLANK
};

/// The coarse state that a fine state is sent to.
type CoarseMap = dyn Fn(&System<BigRational>, u32) -> u32;

/// A coarse-graining as a table, for any dependence of the coarse spins on the fine ones.
struct Kernel {
    system: System<BigRational>,
    /// `p(χ′|χ)` at `table[χ][χ′]`.
    table: Vec<Vec<BigRational>>,
    /// Whether it was built block by block.
    by_blocks: bool,
}

impl Kernel {
    /// The production kernel of a system's own rule.
    fn of_rule(system: System<BigRational>) -> Self {
        let t = system.transformation();
        let table = (0..1 << system.spins)
            .map(|state| system.coarse_states().map(|c| t.kernel(c, state)).collect())
            .collect();
        Self {
            system,
            table,
            by_blocks: true,
        }
    }

    /// A mixture of deterministic maps, one drawn for all blocks together.
    fn of_common_draw(system: System<BigRational>, maps: &[&CoarseMap]) -> Self {
        let share = q(1, maps.len() as i64);
        let table = (0..1 << system.spins)
            .map(|state| {
                let mut row = vec![BigRational::zero(); 1 << system.blocks.len()];
                for map in maps {
                    row[map(&system, state) as usize] += &share;
                }
                row
            })
            .collect();
        Self {
            system,
            table,
            by_blocks: false,
        }
    }

    fn local(&self, block: usize, state: u32) -> Vec<u32> {
        self.system.blocks[block]
            .iter()
            .map(|&s| state >> s & 1)
            .collect()
    }

    /// `∏_j p(V_j|H_j)`, with each factor from the joint distribution of all spins; the factor of
    /// block j is that of block `which(j)`.
    fn product(&self, factors: usize, which: impl Fn(usize) -> usize) -> Vec<BigRational> {
        let n = self.system.blocks.len();
        let states = 0..1_u32 << self.system.spins;
        let p: Vec<BigRational> = states
            .clone()
            .map(|s| self.system.plain_weight(s))
            .collect();
        // p(V_j = up | H_j) for the local configuration of block j in each state.
        let up: Vec<Vec<BigRational>> = (0..n)
            .map(|j| {
                let local: Vec<Vec<u32>> = states.clone().map(|s| self.local(j, s)).collect();
                let conditional = |wanted: &Vec<u32>| {
                    let (mut both, mut all) = (BigRational::zero(), BigRational::zero());
                    for (s, row) in self.table.iter().enumerate() {
                        if local[s] == *wanted {
                            all += &p[s];
                            let up = row.iter().enumerate().filter(|(c, _)| c >> j & 1 == 1);
                            both += &p[s] * up.map(|(_, w)| w).sum::<BigRational>();
                        }
                    }
                    both / all
                };
                let mut known: Vec<(Vec<u32>, BigRational)> = Vec::new();
                local
                    .iter()
                    .map(|l| {
                        if let Some((_, value)) = known.iter().find(|(k, _)| k == l) {
                            return value.clone();
                        }
                        let value = conditional(l);
                        known.push((l.clone(), value.clone()));
                        value
                    })
                    .collect()
            })
            .collect();
        let mut values = Vec::new();
        for state in 0..p.len() {
            for coarse in self.system.coarse_states() {
                values.push((0..factors.min(n)).fold(BigRational::one(), |w, j| {
                    let up = &up[which(j)][state];
                    w * if coarse >> j & 1 == 1 {
                        up.clone()
                    } else {
                        BigRational::one() - up
                    }
                }));
            }
        }
        values
    }

    fn flat(&self) -> Vec<BigRational> {
        self.table.concat()
    }

    /// Whether the table is unchanged when everything moves on by one block of a ring.
    fn is_translation_invariant(&self) -> bool {
        let (m, n) = (self.system.spins, self.system.blocks.len());
        let turned =
            |word: usize, by: usize, of: usize| (word << by | word >> (of - by)) & ((1 << of) - 1);
        (0..1 << m).all(|s| {
            let moved = &self.table[turned(s, m / n, m)];
            (0..1 << n).all(|c| self.table[s][c] == moved[turned(c, 1, n)])
        })
    }
}

/// Every block keeps its spin at this position.
fn keep(position: usize) -> impl Fn(&System<BigRational>, u32) -> u32 {
    move |system, state| {
        system
            .blocks
            .iter()
            .enumerate()
            .fold(0, |c, (j, b)| c | (state >> b[position] & 1) << j)
    }
}

/// Every block takes the sign of the first spin of the next block.
fn look_ahead(system: &System<BigRational>, state: u32) -> u32 {
    let n = system.blocks.len();
    (0..n).fold(0, |c, j| {
        c | (state >> system.blocks[(j + 1) % n][0] & 1) << j
    })
}

fn eq27(docket: &mut Docket) {
    let rings: Vec<Case<System<BigRational>>> = rational_systems()
        .into_iter()
        .filter(|c| c.label.starts_with("ring") && !c.label.contains("body"))
        .collect();
    let mut cases: Vec<Case<Kernel>> = Vec::new();
    for case in &rings {
        let size = case.size;
        let m = case.instance.spins;
        let system = || case.instance.clone();
        cases.push(Case::new(
            size,
            case.label.clone(),
            Kernel::of_rule(system()),
        ));
        let last = m / case.instance.blocks.len() - 1;
        cases.push(Case::new(
            size,
            format!(
                "ring of {m} spins; one coin decides for all blocks whether the first or the last spin is kept; (χ, χ′) listed in order"
            ),
            Kernel::of_common_draw(system(), &[&keep(0), &keep(last)]),
        ));
        cases.push(Case::new(
            size,
            format!("ring of {m} spins; each block takes the sign of the next block's first spin"),
            Kernel::of_common_draw(system(), &[&look_ahead]),
        ));
    }
    for case in &cases {
        if !case.instance.is_translation_invariant() {
            docket.cannot_decide(format!("{} is not translation invariant", case.label));
        }
    }
    let scope = "translation-invariant coarse-grainings of rings of 4 and 6 spins";
    docket
        .on(scope, &cases, Kernel::flat)
        .printed_if(|k| k.by_blocks, |k| k.product(usize::MAX, |j| j))
        .mutant("the factor of the next block", |k| {
            let n = k.system.blocks.len();
            k.product(usize::MAX, |j| (j + 1) % n)
        })
        .mutant("one block's factor left out", |k| {
            k.product(k.system.blocks.len() - 1, |j| j)
        })
        .mutant("every coarse spin a fair coin", |k| {
            vec![q(1, 1 << k.system.blocks.len()); k.flat().len()]
        })
        .finish();
    docket.note(
        Form::Conditional,
        crate::ledger::EvidenceKind::Rational,
        scope,
        "the counterexamples are invariant under translations and not products",
    );
    // The second half of (27): the same function 𝒦_b for every block.
    let weights = |s: &System<BigRational>| -> Vec<BigRational> {
        let own = s.only(System::is_intra);
        (0..1 << s.spins).map(|c| own.plain_weight(c)).collect()
    };
    let by_first_block = |s: &System<BigRational>, blocks: usize| -> Vec<BigRational> {
        let t = s.transformation();
        (0..1_u32 << s.spins)
            .map(|state| {
                s.blocks
                    .iter()
                    .take(blocks)
                    .map(|b| {
                        let local = b
                            .iter()
                            .enumerate()
                            .fold(0, |l, (k, &site)| l | (state >> site & 1) << k);
                        t.block_weight(0, local)
                    })
                    .product()
            })
            .collect()
    };
    docket
        .on(
            "𝒦₀ = Σ_j 𝒦_b(H_j) with one function 𝒦_b, uniform rings",
            &rings,
            weights,
        )
        .printed(|s| by_first_block(s, s.blocks.len()))
        .mutant("one block left out", |s| {
            by_first_block(s, s.blocks.len() - 1)
        })
        .mutant("terms between blocks counted too", |s| {
            (0..1 << s.spins).map(|c| s.plain_weight(c)).collect()
        })
        .finish();
}
