//! Equations 30 to 32: Bayes in a block, and the renormalized weight as an average over the blocks.

use super::systems::{
    RATIONAL, REAL, SYMBOLIC, SYMBOLIC_TWO, System, rational_systems, real_systems,
    symbolic_systems,
};
use crate::ledger::{Case, Claim, Docket, Source, Value};
use crate::numeric::Enclosure;
use crate::rg::{BlockRule, BlockTransformation};
use crate::symbolic::Field;
use num_rational::BigRational;

const MEANING: &str = "p(V_j), p(H_j|V_j) belong to the block distribution p_j = e^{𝒦_b}/Z_b of (30); p(χ′) = ∏_j p(V_j) and p(χ|χ′) = ∏_j p(H_j|V_j) are those of independent blocks, not the p(χ′) of (25)";

pub(super) const EQ30: Claim = Claim {
    id: "jefferson2019-eq30",
    source: Source::Jefferson2019,
    equation: Some("30"),
    title: "Bayes' theorem in one block",
    printed: "p(V_j|H_j) e^{𝒦_b(H_j)}/Z_b = p(V_j|H_j) p(H_j) = p(H_j|V_j) p(V_j)",
    conventions: &[
        "p(H_j) is the block distribution p_j = e^{𝒦_b(H_j)}/Z_b, not the marginal of (24) on the block",
    ],
    decide: eq30,
    ..Claim::BLANK
};

pub(super) const PRODUCT: Claim = Claim {
    id: "jefferson2019-eq31-product",
    source: Source::Jefferson2019,
    title: "the coarse distribution as a product of one-spin distributions",
    printed: "p(χ′) = ∏_j p(V_j) (again by translation invariance)",
    conventions: &["p(χ′) is the distribution of (25), p(V_j) the one of (30)"],
    corrected: Some(
        "p(χ′) = (Z₀/Z) ∏_j p(V_j) ⟨e^{𝒦₁}⟩_{χ′}; the product alone is Σ_χ p(χ′|χ) p₀(χ), the marginal of p₀",
    ),
    wrong: Some(
        "wrong distribution: the product is the coarse marginal of the independent blocks p₀ and not that of p, which has the missing factor (Z₀/Z)⟨e^{𝒦₁}⟩; translation invariance makes no spins independent",
    ),
    decide: product,
    ..Claim::BLANK
};

pub(super) const EQ31: Claim = Claim {
    id: "jefferson2019-eq31",
    source: Source::Jefferson2019,
    equation: Some("31"),
    title: "renormalized weight as an average over independent blocks",
    printed: "e^{𝒦′(χ′)} = Z₀ p(χ′) Σ_χ p(χ|χ′) e^{𝒦₁(χ)} = Z₀ p(χ′) ⟨e^{𝒦₁(χ)}⟩",
    conventions: &[MEANING],
    assumptions: &["the product form (27)"],
    decide: eq31,
    ..Claim::BLANK
};

pub(super) const EQ32: Claim = Claim {
    id: "jefferson2019-eq32",
    source: Source::Jefferson2019,
    equation: Some("32"),
    title: "renormalized Hamiltonian as three logarithms",
    printed: "𝒦′(χ′) = ln Z₀ + ln p(χ′) + ln⟨e^{𝒦₁(χ)}⟩",
    conventions: &[MEANING, "natural logarithm"],
    assumptions: &["the product form (27)", "p(χ′) > 0"],
    decide: eq32,
    ..Claim::BLANK
};

/// Something for every block, local configuration and sign of the coarse spin.
fn over_blocks<T: Field>(
    system: &System<T>,
    f: impl Fn(&BlockTransformation<T>, usize, u32, bool) -> T,
) -> Vec<T> {
    let t = system.transformation();
    let mut values = Vec::new();
    for (j, block) in system.blocks.iter().enumerate() {
        for local in 0..1 << block.len() {
            for up in [true, false] {
                values.push(f(&t, j, local, up));
            }
        }
    }
    values
}

/// The joint distribution of a block's spins and its coarse spin, from a sum over the block alone;
/// `weight` is that of a configuration of the block.
fn joint<T: Field>(system: &System<T>, weight: impl Fn(usize, &[i32]) -> T) -> Vec<T> {
    let mut values = Vec::new();
    for (j, block) in system.blocks.iter().enumerate() {
        let configurations: Vec<Vec<i32>> = (0..1 << block.len())
            .map(|c: u32| {
                (0..block.len())
                    .map(|k| if c >> k & 1 == 1 { 1 } else { -1 })
                    .collect()
            })
            .collect();
        let weights: Vec<T> = configurations.iter().map(|c| weight(j, c)).collect();
        let z = weights.iter().cloned().fold(T::zero(), |a, b| a + b);
        for (c, w) in configurations.iter().zip(weights) {
            let up = system.plain_up(c);
            for p in [up.clone(), T::one() - up] {
                values.push(p * w.clone() / z.clone());
            }
        }
    }
    values
}

/// The product of the terms inside block j for these spins.
fn own_weight<T: Field>(system: &System<T>, j: usize, spins: &[i32]) -> T {
    let block = &system.blocks[j];
    system.terms.iter().fold(T::one(), |w, term| {
        let places: Option<Vec<usize>> = term
            .sites
            .iter()
            .map(|s| block.iter().position(|b| b == s))
            .collect();
        match places {
            None => w,
            Some(places) if places.iter().map(|&k| spins[k]).product::<i32>() > 0 => {
                w * term.weight.clone()
            }
            Some(_) => w / term.weight.clone(),
        }
    })
}

fn eq30(docket: &mut Docket) {
    fn on<T: Field + Value>(docket: &mut Docket, scope: &str, cases: &[Case<System<T>>]) {
        let middle = |t: &BlockTransformation<T>, j: usize, local: u32, up: bool| {
            t.block_kernel(j, local, up) * t.block_weight(j, local) / t.block_partition(j)
        };
        let posterior = |t: &BlockTransformation<T>, j: usize, local: u32, up: bool| {
            // A coarse spin that never has this sign has nothing to condition on.
            t.block_posterior(j, up)
                .map_or_else(T::zero, |p| p[local as usize].clone())
        };
        docket
            .on(scope, cases, |s| joint(s, |j, c| own_weight(s, j, c)))
            .printed(|s| over_blocks(s, middle))
            .printed(|s| {
                over_blocks(s, |t, j, local, up| {
                    posterior(t, j, local, up) * t.coarse_probability(j, up)
                })
            })
            .mutant("p(H_j|V_j) p(−V_j)", |s| {
                over_blocks(s, |t, j, local, up| {
                    posterior(t, j, local, up) * t.coarse_probability(j, !up)
                })
            })
            .mutant("p(V_j|H_j) p(V_j)", |s| {
                over_blocks(s, |t, j, local, up| {
                    t.block_kernel(j, local, up) * t.coarse_probability(j, up)
                })
            })
            .mutant("p(H_j|V_j) p(H_j)", |s| {
                over_blocks(s, |t, j, local, up| {
                    posterior(t, j, local, up) * t.block_weight(j, local) / t.block_partition(j)
                })
            })
            .mutant("p(H_j) as the marginal of the whole p(χ)", |s| {
                joint(s, |j, c| {
                    let fits = |state: &u32| {
                        s.blocks[j]
                            .iter()
                            .zip(c)
                            .all(|(site, &spin)| (state >> site & 1 == 1) == (spin > 0))
                    };
                    (0..1_u32 << s.spins)
                        .filter(fits)
                        .fold(T::zero(), |sum, state| sum + s.plain_weight(state))
                })
            })
            .finish();
    }
    on(docket, RATIONAL, &rational_systems());
    on(docket, SYMBOLIC, &symbolic_systems());
}

fn normalized<T: Field>(weights: Vec<T>) -> Vec<T> {
    let z = weights.iter().cloned().fold(T::zero(), |a, b| a + b);
    weights.into_iter().map(|w| w / z.clone()).collect()
}

/// A value of the transformation for every coarse state.
fn over_coarse<T: Field>(
    system: &System<T>,
    f: impl Fn(&BlockTransformation<T>, u32) -> T,
) -> Vec<T> {
    let t = system.transformation();
    system.coarse_states().map(|c| f(&t, c)).collect()
}

fn average<T: Field>(t: &BlockTransformation<T>, coarse: u32) -> T {
    t.inter_average(coarse).unwrap_or_else(T::zero)
}

fn product(docket: &mut Docket) {
    fn on<T: Field + Value>(docket: &mut Docket, scope: &str, cases: &[Case<System<T>>]) {
        let corrected = |s: &System<T>| {
            let z = s.transformation().partition();
            over_coarse(s, |t, c| {
                t.intra_partition() * t.coarse_product(c) * average(t, c) / z.clone()
            })
        };
        docket
            .on(scope, cases, |s| normalized(s.push_forward()))
            .printed(|s| over_coarse(s, BlockTransformation::coarse_product))
            .corrected(corrected)
            .mutant("Z₀/Z left out of the correction", |s| {
                over_coarse(s, |t, c| t.coarse_product(c) * average(t, c))
            })
            .mutant("⟨e^{𝒦₁}⟩ left out of the correction", |s| {
                let z = s.transformation().partition();
                over_coarse(s, |t, c| {
                    t.intra_partition() * t.coarse_product(c) / z.clone()
                })
            })
            .mutant("𝒦₁ doubled", |s| {
                corrected(&s.doubled(|s, t| !s.is_intra(t)))
            })
            .finish();
        docket
            .on(
                format!("the product is the marginal of p₀; {scope}"),
                cases,
                |s| normalized(s.only(System::is_intra).push_forward()),
            )
            .corrected(|s| over_coarse(s, BlockTransformation::coarse_product))
            .finish();
    }
    on(docket, RATIONAL, &rational_systems());
    on(docket, SYMBOLIC_TWO, &symbolic_systems()[..2]);
}

/// `Σ_χ p(χ|χ′) e^{𝒦₁}` with `p(χ|χ′)` from the whole distribution (24).
fn average_in_full_distribution<T: Field>(t: &BlockTransformation<T>, coarse: u32) -> T {
    let (mut sum, mut total) = (T::zero(), T::zero());
    for state in 0..1 << t.spins() {
        let p = t.kernel(coarse, state) * t.weight(state);
        sum = sum + p.clone() * t.inter_weight(state);
        total = total + p;
    }
    sum / total
}

fn eq31(docket: &mut Docket) {
    fn on<T: Field + Value>(docket: &mut Docket, scope: &str, cases: &[Case<System<T>>]) {
        docket
            .on(scope, cases, System::push_forward)
            .printed(|s| {
                over_coarse(s, |t, c| {
                    t.renormalized_weight_by_average(c).unwrap_or_else(T::zero)
                })
            })
            .mutant("the p(χ′) of (25) for ∏ p(V_j)", |s| {
                let p = s.transformation().marginal();
                over_coarse(s, |t, c| {
                    t.intra_partition() * p[c as usize].clone() * average(t, c)
                })
            })
            .mutant("average in the whole distribution (24)", |s| {
                over_coarse(s, |t, c| {
                    t.intra_partition() * t.coarse_product(c) * average_in_full_distribution(t, c)
                })
            })
            .mutant("Z for Z₀", |s| {
                let z = s.transformation().partition();
                over_coarse(s, |t, c| z.clone() * t.coarse_product(c) * average(t, c))
            })
            .mutant("p(V_j|H_j) of another rule in p(χ|χ′)", |s| {
                let other = s.with_rule(BlockRule::Keep(1)).transformation();
                over_coarse(s, |t, c| {
                    t.intra_partition() * t.coarse_product(c) * average(&other, c)
                })
            })
            .finish();
    }
    on(docket, RATIONAL, &rational_systems());
    on(docket, SYMBOLIC_TWO, &symbolic_systems()[..2]);
}

fn eq32(docket: &mut Docket) {
    let logs = |values: Vec<Enclosure>| -> Vec<Enclosure> {
        values.into_iter().map(Enclosure::ln).collect()
    };
    let terms = |t: &BlockTransformation<Enclosure>, c: u32| {
        [
            t.intra_partition().ln(),
            t.coarse_product(c).ln(),
            average(t, c).ln(),
        ]
    };
    docket
        .on(REAL, &real_systems(), |s| logs(s.push_forward()))
        .printed(|s| over_coarse(s, |t, c| terms(t, c).into_iter().sum()))
        .mutant("−ln Z₀", |s| {
            over_coarse(s, |t, c| {
                let [z, p, a] = terms(t, c);
                p + a - z
            })
        })
        .mutant("ln p(χ′) left out", |s| {
            over_coarse(s, |t, c| {
                let [z, _, a] = terms(t, c);
                z + a
            })
        })
        .mutant("⟨𝒦₁⟩ for ln⟨e^{𝒦₁}⟩", |s| {
            over_coarse(s, |t, c| {
                let [z, p, _] = terms(t, c);
                z + p + mean_inter_energy(t, c)
            })
        })
        .mutant("ln of the p(χ′) of (25)", |s| {
            let marginal = s.transformation().marginal();
            over_coarse(s, |t, c| {
                let [z, _, a] = terms(t, c);
                z + marginal[c as usize].ln() + a
            })
        })
        .finish();
    // The same without logarithms, exactly: e^{𝒦′}/(Z₀ p(χ′)) is the average.
    docket
        .on(RATIONAL, &rational_systems(), |s| {
            let weights = s.push_forward();
            let t = s.transformation();
            s.coarse_states()
                .zip(weights)
                .map(|(c, w)| w / (t.intra_partition() * t.coarse_product(c)))
                .collect::<Vec<BigRational>>()
        })
        .printed(|s| over_coarse(s, average))
        .finish();
}

/// `⟨𝒦₁⟩` of independent blocks given χ′.
fn mean_inter_energy(t: &BlockTransformation<Enclosure>, coarse: u32) -> Enclosure {
    let (mut sum, mut total) = (Enclosure::exact(0.0), Enclosure::exact(0.0));
    for state in 0..1 << t.spins() {
        let p = t.kernel(coarse, state) * t.intra_weight(state);
        sum = sum + p * t.inter_weight(state).ln();
        total = total + p;
    }
    sum / total
}
