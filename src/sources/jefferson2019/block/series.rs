//! Equations 33 and 34: the cumulant series, where it converges, and its powers of −β.

use super::systems::{System, Weights, chain, ising, q, rational_systems, ring, squares};
use crate::ledger::{Case, Claim, Comparison, Docket, EvidenceKind, Form, Source, Value};
use crate::model::Lattice;
use crate::numeric::Enclosure;
use crate::rg::{BlockRule, CumulantSeries, LevelDistribution, SeriesAtOne, Tie};
use crate::symbolic::PowerSeries;
use num_rational::BigRational;
use num_traits::{One, Zero};

const INSIDE: &str = "⟨e^{tX}⟩ has no zero t with |t| ≤ 1 in the complex plane: then ln⟨e^{tX}⟩, on the branch that is 0 at t = 0, is analytic up to t = 1 and its series converges there; with a zero inside the unit circle the terms grow without bound";

pub(super) const EQ33: Claim = Claim {
    id: "jefferson2019-eq33",
    source: Source::Jefferson2019,
    equation: Some("33"),
    title: "cumulant series at t = 1",
    printed: "K_X(1) = ln⟨e^X⟩ = Σ_{n≥1} κ_n/n!",
    conventions: &[
        "κ_n = K_X^{(n)}(0), K_X(t) = ln⟨e^{tX}⟩, natural logarithm",
        "X = 𝒦₁ under p(χ|χ′), for every χ′ of each system",
    ],
    assumptions: &["X is bounded, so that all cumulants exist"],
    condition: Some(INSIDE),
    decide: eq33,
    ..Claim::BLANK
};

pub(super) const FACTOR: Claim = Claim {
    id: "jefferson2019-eq34-moments",
    source: Source::Jefferson2019,
    title: "moments and cumulants of 𝒦₁ against those of the energy",
    printed: "the n-th moment/cumulant picks up a factor of (−β)^n relative to the usual energetic moments",
    conventions: &["𝒦₁ = −βE₁"],
    decide: factor,
    ..Claim::BLANK
};

pub(super) const EQ34: Claim = Claim {
    id: "jefferson2019-eq34",
    source: Source::Jefferson2019,
    equation: Some("34"),
    title: "renormalized Hamiltonian as a cumulant series",
    printed: "𝒦′(χ′) = ln Z₀ + ln p(χ′) + Σ_{n≥1} (−β)^n/n! κ_n,  κ_n = K_{E₁}^{(n)}(0)",
    conventions: &[
        "κ_n are cumulants of E₁ under p(χ|χ′) = ∏_j p(H_j|V_j), not of 𝒦₁, whose own need no factor (−β)^n",
        "p(χ′) = ∏_j p(V_j), as in (31)",
    ],
    assumptions: &["the product form (27)", "𝒦₁ = −βE₁"],
    condition: Some(
        "⟨e^{tE₁}⟩ has no zero with |t| ≤ β for the χ′ in question, so that the series converges, as in (33)",
    ),
    decide: eq34,
    ..Claim::BLANK
};

/// Most terms of a series that are added.
const LIMIT: usize = 121;

/// A system with rational weights inside its blocks, and the coupling between them.
struct Coupled {
    system: System<BigRational>,
    coupling: Enclosure,
}

impl Coupled {
    /// The distribution of `k = Σ ∏ s` over the terms of 𝒦₁ given χ′.
    fn levels(&self, coarse: u32) -> LevelDistribution {
        let levels = self.system.transformation().inter_levels(coarse);
        LevelDistribution::new(levels.expect("one coupling between blocks"))
            .expect("every coarse state has weight here")
    }

    fn series(&self, coarse: u32) -> CumulantSeries {
        CumulantSeries::new(self.levels(coarse), self.coupling)
            .expect("the zeros of these small systems are well separated")
    }
}

/// Uniform systems with `e^K = weight`, and systems whose blocks are free inside.
fn coupled_systems(large: bool) -> Vec<Case<Coupled>> {
    let uniform = |weight: BigRational| Weights {
        intra: weight.clone(),
        inter: weight,
        field: q(6, 5),
        soft: q(2, 1),
    };
    let pairs = || vec![vec![0, 1], vec![2, 3]];
    let threes = || vec![vec![0, 1, 2], vec![3, 4, 5]];
    let majority = || BlockRule::Majority(Tie::Fair);
    let log = |weight: &BigRational| Enclosure::from_rational(weight).ln();
    let mut cases = Vec::new();
    for weight in [q(3, 2), q(2, 1)] {
        let coupling = log(&weight);
        let weights = uniform(weight.clone());
        let mut add = |label: &str, system: System<BigRational>| {
            cases.push(Case::new(
                system.spins,
                format!("{label}, K = ln {weight}"),
                Coupled { system, coupling },
            ));
        };
        add(
            "open chain of 4 spins, blocks of 2, decimation",
            ising(chain(4), pairs(), &weights, false, BlockRule::Keep(0)),
        );
        add(
            "ring of 6 spins in a field, blocks of 3, majority",
            ising(ring(6), threes(), &weights, true, majority()),
        );
        add(
            "open 2×4 patch, blocks of 2×2, majority",
            ising(Lattice::open(2, 4), squares(2), &weights, false, majority()),
        );
        if large {
            add(
                "4×4 torus, blocks of 2×2, majority",
                ising(
                    Lattice::torus(4, 4),
                    squares(4),
                    &weights,
                    false,
                    majority(),
                ),
            );
        }
    }
    // Blocks without bonds inside: X = ±K with equal probability, zeros at iπ(2j + 1)/(2K).
    for coupling in [0.75, 2.0] {
        let free = Weights {
            intra: q(1, 1),
            inter: q(2, 1),
            field: q(1, 1),
            soft: q(1, 1),
        };
        cases.push(Case::new(
            4,
            format!("open chain of 4 spins, no bonds in its blocks of 2, coupling {coupling} between them, decimation"),
            Coupled {
                system: ising(chain(4), pairs(), &free, false, BlockRule::Keep(0)),
                coupling: Enclosure::exact(coupling),
            },
        ));
    }
    cases
}

/// Coarse states to look at: all of a small system, and those of two and of no walls in a large one.
fn coarse_states(system: &System<BigRational>) -> Vec<u32> {
    if system.spins > 8 {
        vec![0b1111, 0b0110]
    } else {
        system.coarse_states().collect()
    }
}

/// Compares the sum of a series, if it has one, with the truth.
fn compared(outcome: &SeriesAtOne, truth: Enclosure, radius: &str) -> Comparison {
    match outcome {
        SeriesAtOne::Converges { sum, .. } => sum.compare(&truth),
        SeriesAtOne::Diverges { partial_sums } => {
            let last: Vec<String> = partial_sums
                .iter()
                .enumerate()
                .skip(partial_sums.len().saturating_sub(3))
                .map(|(n, s)| format!("{:.3e} ({} terms)", s.mid(), n + 1))
                .collect();
            Comparison::Differs {
                left: format!(
                    "no limit: radius {radius} < 1, partial sums {}",
                    last.join(", ")
                ),
                right: truth.show(),
            }
        }
        SeriesAtOne::Undecided => Comparison::Undecided {
            why: format!("the radius {radius} is too close to 1"),
        },
    }
}

fn shown(radius: Option<Enclosure>) -> String {
    radius.map_or_else(|| "∞".to_owned(), |r| format!("{:.6}", r.mid()))
}

/// Enters the series of one coarse state, under the condition if it converges.
fn enter(
    docket: &mut Docket,
    scope: &str,
    case: &Case<Coupled>,
    coarse: u32,
    series: &CumulantSeries,
    rest: Enclosure,
    truth: Enclosure,
) -> SeriesAtOne {
    let outcome = series.at_one(LIMIT);
    let radius = shown(series.radius());
    let shifted = match &outcome {
        SeriesAtOne::Converges { sum, order } => SeriesAtOne::Converges {
            sum: *sum + rest,
            order: *order,
        },
        other => other.clone(),
    };
    let comparison = compared(&shifted, truth, &radius);
    let form = if matches!(outcome, SeriesAtOne::Converges { .. }) {
        Form::Conditional
    } else {
        Form::Printed
    };
    let label = format!("{}, χ′ = {coarse:b}", case.label);
    docket.check(
        form,
        EvidenceKind::Enclosure,
        scope,
        case.size,
        &label,
        &comparison,
    );
    outcome
}

fn eq33(docket: &mut Docket) {
    let scope = "𝒦₁ of blocks on chains, a 2×4 patch and the 4×4 torus";
    let cases = coupled_systems(true);
    let mut radii = (f64::INFINITY, f64::INFINITY);
    let mut mutants: Vec<[Comparison; 3]> = Vec::new();
    let mut truths = Vec::new();
    for case in &cases {
        for coarse in coarse_states(&case.instance.system) {
            let series = case.instance.series(coarse);
            let truth = series.log_mean_exp();
            let zero = Enclosure::exact(0.0);
            let outcome = enter(docket, scope, case, coarse, &series, zero, truth);
            let radius = series.radius().map_or(f64::INFINITY, Enclosure::mid);
            match outcome {
                SeriesAtOne::Converges { sum, .. } => {
                    radii.1 = radii.1.min(radius);
                    let first = series.partial_sums(1)[0];
                    mutants.push([
                        (sum - first).compare(&truth),
                        first.compare(&truth),
                        doubled_variance(&series, sum).compare(&truth),
                    ]);
                    truths.push(truth);
                }
                _ => radii.0 = radii.0.min(radius),
            }
        }
    }
    docket.note(
        Form::Conditional,
        EvidenceKind::Enclosure,
        scope,
        format!(
            "smallest radius of convergence inside the condition {:.4}; the series that diverge go down to {:.4}",
            radii.1, radii.0
        ),
    );
    for (index, name) in ["κ₁ left out", "κ₁ alone", "κ₂ for κ₂/2!"]
        .into_iter()
        .enumerate()
    {
        docket.mutant_anywhere(name, mutants.iter().map(|m| m[index].clone()));
    }
    docket.not_vacuous(
        "the logarithms of the convergent series differ",
        truths.iter().any(|t| !t.overlaps(truths[0])),
    );
    formal_series(docket, &cases);
}

/// The sum with the second cumulant counted without its factor 1/2.
fn doubled_variance(series: &CumulantSeries, sum: Enclosure) -> Enclosure {
    let partial = series.partial_sums(2);
    sum + (partial[1] - partial[0])
}

/// (33) as an identity of power series in t, which needs no convergence: `ln Σ m_n tⁿ/n! = Σ κ_n tⁿ/n!`.
fn formal_series(docket: &mut Docket, cases: &[Case<Coupled>]) {
    const ORDER: usize = 10;
    let small: Vec<Case<LevelDistribution>> = cases
        .iter()
        .filter(|c| c.instance.system.spins <= 8)
        .map(|c| Case::new(c.size, c.label.clone(), c.instance.levels(1)))
        .collect();
    let over_factorials = |values: Vec<BigRational>| -> Vec<BigRational> {
        let mut factorial = BigRational::one();
        (1..)
            .zip(values)
            .map(|(n, v)| {
                factorial *= q(n, 1);
                v / &factorial
            })
            .collect()
    };
    docket
        .on(
            format!("coefficients of the series in t to order {ORDER}, in units of K"),
            &small,
            |d| {
                let mut coefficients = vec![BigRational::one()];
                coefficients.extend(over_factorials(d.moments(ORDER)));
                let log = PowerSeries::new(coefficients, ORDER).ln();
                log.map_or_else(|_| Vec::new(), |s| s.coefficients()[1..].to_vec())
            },
        )
        .printed(|d| over_factorials(d.cumulants(ORDER)))
        .mutant("κ_n without 1/n!", |d| d.cumulants(ORDER))
        .mutant("moments for cumulants", |d| {
            over_factorials(d.moments(ORDER))
        })
        .mutant("κ_{n+1} for κ_n", |d| {
            over_factorials(d.cumulants(ORDER + 1)[1..].to_vec())
        })
        .finish();
}

/// β of the claims, and the energy of a unit of k: `𝒦₁ = K k = −β E₁` with `E₁ = −(K/β) k`.
fn beta() -> BigRational {
    q(3, 2)
}

fn factor(docket: &mut Docket) {
    const ORDER: usize = 6;
    // E₁ in units in which 𝒦₁ = −βE₁ = k, so E₁ = −k/β.
    let cases: Vec<Case<(System<BigRational>, BigRational)>> = rational_systems()
        .into_iter()
        .filter(|c| !c.label.contains("body"))
        .flat_map(|c| {
            [beta(), q(2, 5)].map(|beta| {
                Case::new(
                    c.size,
                    format!("{}, β = {beta}", c.label),
                    (c.instance.clone(), beta),
                )
            })
        })
        .collect();
    // Moments of 𝒦₁ by a plain sum over states, with the terms between blocks counted by hand.
    let moments_of = |s: &System<BigRational>, unit: &BigRational| -> Vec<BigRational> {
        let inter = s.only(|s, t| !s.is_intra(t));
        let intra = s.only(System::is_intra);
        let t = s.transformation();
        let mut moments = vec![BigRational::zero(); ORDER];
        let mut total = BigRational::zero();
        for state in 0..1_u32 << s.spins {
            let p = t.kernel(1, state) * intra.plain_weight(state);
            total += &p;
            let k: i64 = inter
                .terms
                .iter()
                .map(|term| {
                    let down = term.sites.iter().filter(|&&i| state >> i & 1 == 0).count();
                    if down % 2 == 0 { 1 } else { -1 }
                })
                .sum();
            let mut power = p;
            for m in &mut moments {
                power *= q(k, 1) * unit;
                *m += &power;
            }
        }
        moments.into_iter().map(|m| m / &total).collect()
    };
    let both = |moments: Vec<BigRational>| -> Vec<BigRational> {
        let cumulants = crate::symbolic::moments_to_cumulants(&moments);
        [moments, cumulants].concat()
    };
    // The same for E₁ from the production levels, with the power of n in front.
    let energetic = |(s, beta): &(System<BigRational>, BigRational),
                     factor: &dyn Fn(&BigRational, i32) -> BigRational|
     -> Vec<BigRational> {
        let levels = s.transformation().inter_levels(1).unwrap_or_default();
        let Ok(d) = LevelDistribution::new(levels) else {
            return Vec::new();
        };
        let unit = -beta.recip();
        let scaled = |values: Vec<BigRational>| -> Vec<BigRational> {
            (1..)
                .zip(values)
                .map(|(n, v)| v * unit.pow(n) * factor(beta, n))
                .collect()
        };
        [scaled(d.moments(ORDER)), scaled(d.cumulants(ORDER))].concat()
    };
    docket
        .on(
            format!("moments and cumulants to order {ORDER} of six systems, χ′ = 1"),
            &cases,
            |(s, _)| both(moments_of(s, &q(1, 1))),
        )
        .printed(|i| energetic(i, &|beta, n| (-beta.clone()).pow(n)))
        .mutant("β^n", |i| energetic(i, &|beta, n| beta.pow(n)))
        .mutant("(−β)^{n−1}", |i| {
            energetic(i, &|beta, n| (-beta.clone()).pow(n - 1))
        })
        .mutant("−β for every n", |i| {
            energetic(i, &|beta, _| -beta.clone())
        })
        .finish();
}

fn eq34(docket: &mut Docket) {
    let scope = "blocks on chains and a 2×4 patch, β = 3/2";
    let beta = Enclosure::from_rational(&beta());
    let mut mutants: Vec<[Comparison; 4]> = Vec::new();
    let mut truths = Vec::new();
    for case in &coupled_systems(false) {
        let Coupled { system, coupling } = &case.instance;
        let truths_here = real_weights(system, *coupling);
        let t = system.transformation();
        for coarse in coarse_states(system) {
            let truth = truths_here[coarse as usize].ln();
            // The series of E₁ at −β.
            let energy = CumulantSeries::new(case.instance.levels(coarse), -*coupling / beta)
                .expect("the zeros of these small systems are well separated");
            let constant = Enclosure::from_rational(&t.intra_partition()).ln();
            let prior = Enclosure::from_rational(&t.coarse_product(coarse)).ln();
            let series = energy.scaled(-beta);
            let outcome = enter(
                docket,
                scope,
                case,
                coarse,
                &series,
                constant + prior,
                truth,
            );
            if let SeriesAtOne::Converges { sum, .. } = outcome {
                let wrong = |other: &CumulantSeries| match other.at_one(LIMIT) {
                    SeriesAtOne::Converges { sum, .. } => (constant + prior + sum).compare(&truth),
                    _ => Comparison::Undecided {
                        why: "no sum".to_owned(),
                    },
                };
                mutants.push([
                    wrong(&energy.scaled(beta)),
                    wrong(&energy.scaled(beta.square() * Enclosure::exact(0.5))),
                    (constant + sum).compare(&truth),
                    (prior + sum).compare(&truth),
                ]);
                truths.push(truth);
            }
        }
    }
    let names = [
        "β^n for (−β)^n",
        "(β²/2)^n for (−β)^n",
        "ln p(χ′) left out",
        "ln Z₀ left out",
    ];
    for (index, name) in names.into_iter().enumerate() {
        docket.mutant_anywhere(name, mutants.iter().map(|m| m[index].clone()));
    }
    docket.not_vacuous(
        "the renormalized Hamiltonians differ",
        truths.iter().any(|t| !t.overlaps(truths[0])),
    );
}

/// `e^{𝒦′}` of all coarse states with this real coupling between blocks, by the push-forward.
fn real_weights(system: &System<BigRational>, coupling: Enclosure) -> Vec<Enclosure> {
    let real = |weight: &BigRational| Enclosure::from_rational(weight);
    let terms = system
        .terms
        .iter()
        .map(|term| crate::rg::Interaction {
            sites: term.sites.clone(),
            weight: if system.is_intra(term) {
                real(&term.weight)
            } else {
                coupling.exp()
            },
        })
        .collect();
    let rule = match &system.rule {
        BlockRule::Keep(position) => BlockRule::Keep(*position),
        BlockRule::Majority(tie) => BlockRule::Majority(*tie),
        BlockRule::Soft(w) => BlockRule::Soft(real(w)),
    };
    System {
        spins: system.spins,
        blocks: system.blocks.clone(),
        terms,
        rule,
    }
    .push_forward()
}
