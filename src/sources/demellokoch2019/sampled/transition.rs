//! The critical temperature (31) and the dimension of the spin (32) on tori of up to 128×128 sites.

use super::{ExactDraws, Source, Update};
use crate::estimate::{BinomialTest, Design};
use crate::exact::{Limits, Strip};
use crate::ledger::{Depth, Form, SampledTest, Trial, TrialError};
use crate::model::Lattice;
use crate::sample::{Kernel, SpinState, SquareIsing, SquareSwendsenWang, WindingRank};
use rayon::prelude::*;

pub(in super::super) const CRITICAL_TEMPERATURE: &[SampledTest] = &[SampledTest {
    name: "windings-at-tc",
    form: Form::Printed,
    shares: 50,
    depth: Depth::Full,
    run: |t| {
        windings(
            t,
            &[
                Size::new(16, 10_000, 0.02),
                Size::new(32, 3000, 0.02),
                Size::new(64, 400, 0.025),
                Size::new(128, 100, 0.03),
            ],
        )
    },
}];

pub(in super::super) const SPIN_DIMENSION: &[SampledTest] = &[SampledTest {
    name: "magnetisation-squared-at-tc",
    form: Form::Conditional,
    shares: 50,
    depth: Depth::Full,
    run: |t| dimension(t, &[16, 32, 64, 128]),
}];

/// `ln(1 + √2)/2`, where T is (31).
fn critical_coupling() -> f64 {
    0.5 * libm::log1p(2.0_f64.sqrt())
}

/// A torus, the number of draws, and the effect in β that they were found to show (before these draws).
#[derive(Clone, Copy)]
struct Size {
    side: usize,
    draws: u64,
    effect: f64,
}

impl Size {
    fn new(side: usize, draws: u64, effect: f64) -> Self {
        Self {
            side,
            draws,
            effect,
        }
    }

    /// Draws with no winding or two: two in three, of which half of all draws are counted on.
    fn counted(self) -> u64 {
        self.draws / 2
    }

    fn plan(self, design: &Design) -> Result<BinomialTest, TrialError> {
        BinomialTest::plan(self.counted(), design.alpha(), design.power(), 2.0 / 3.0)
            .map_err(TrialError::refused("the binomial test"))
    }

    /// How many draws wind in two directions, and how many in two or none.
    fn count(
        self,
        trial: &Trial,
        purpose: &str,
        lattice: Lattice,
        coupling: f64,
    ) -> Result<(u64, u64), TrialError> {
        let purpose = format!("{purpose}/{}", self.side);
        let start = (Source::Past, self.draws);
        let exact = ExactDraws::new(trial, &purpose, lattice, coupling, start)?;
        let states = exact.after(Update::SwendsenWang(3), coupling, SpinState::clone)?;
        let rank = WindingRank::new(lattice, coupling).map_err(TrialError::refused("windings"))?;
        let bonds = format!("{purpose}/bonds");
        let ranks: Vec<usize> = states
            .par_iter()
            .enumerate()
            .map_init(
                || rank.clone(),
                |rank, (i, state)| rank.draw(state, &mut trial.stream(&bonds, i as u64)),
            )
            .collect();
        let of = |r: usize| ranks.iter().filter(|&&found| found == r).count() as u64;
        Ok((of(2), of(2) + of(0)))
    }
}

/// P-value of "two windings are twice as likely as none", given that there is not one.
fn judge(two: u64, both: u64) -> Result<f64, TrialError> {
    BinomialTest::p_value_between(both, two, 2.0 / 3.0, 2.0 / 3.0)
        .map_err(TrialError::refused("the binomial test"))
}

/// At the self-dual point the random clusters of a torus of any size wind in two directions exactly twice as
/// often as in none, and at no other temperature ([`WindingRank`]).
fn windings(trial: &mut Trial, sizes: &[Size]) -> Result<(), TrialError> {
    let kc = critical_coupling();
    let design = trial.plan(sizes.len())?;
    for size in sizes {
        let (up, down) = size.plan(&design)?.detectable_effect();
        let (Some(up), Some(down)) = (up, down) else {
            return Err(TrialError::NoPower {
                what: format!("windings, {0}×{0}", size.side),
            });
        };
        trial.expect(
            size.draws,
            format!(
                "{0}×{0}: P(two windings | not one) off by +{up:.3} or −{down:.3}, as with T off by {1} %",
                size.side,
                100.0 * size.effect
            ),
        );
    }
    let mut bounds = (0.0_f64, f64::INFINITY);
    for size in sizes {
        let torus = Lattice::torus(size.side, size.side);
        let (two, both) = size.count(trial, "(31)", torus, kc)?;
        if both < size.counted() {
            return Err(TrialError::NoPower {
                what: format!("{both} windings, {0}×{0}", size.side),
            });
        }
        let p = judge(two, both)?;
        let what = format!("{0}×{0}: two windings among two or none", size.side);
        let share = format!("{two} of {both}");
        trial.hypothesis(&what, p, share, format!("{:.1}", 2.0 / 3.0 * both as f64))?;
        for (sign, word) in [(1.0, "raised"), (-1.0, "lowered")] {
            // On the largest lattice too few draws can be paid for.
            if size.side > 64 {
                continue;
            }
            let temperature = (1.0 + sign * size.effect) / kc;
            let purpose = format!("T {word}");
            let (two, both) = size.count(trial, &purpose, torus, 1.0 / temperature)?;
            let p = judge(two, both)?;
            let name = format!("{0}×{0}, T {word} by {1} %", size.side, 100.0 * size.effect);
            trial.control(name, [p])?;
            if p <= design.alpha() && sign > 0.0 {
                bounds.1 = bounds.1.min(temperature);
            } else if p <= design.alpha() {
                bounds.0 = bounds.0.max(temperature);
            }
        }
        if size.side > 32 {
            continue;
        }
        for (name, expected) in [("as likely as none", 0.5), ("four times as likely", 0.8)] {
            let p = BinomialTest::p_value_between(both, two, expected, expected)
                .map_err(TrialError::refused("the binomial test"))?;
            trial.control(format!("{0}×{0}, {name}", size.side), [p])?;
        }
    }
    trial.note(format!(
        "the share of two windings rises with β and is 2/3 at the self-dual point alone, so these draws put it between \
         T = {:.3} and {:.3} at confidence 1 − {:.0e} whatever (31) says",
        bounds.0,
        bounds.1,
        2.0 * design.alpha()
    ));
    Ok(())
}

/// Chains of a size, sweeps that each averages over.
const CHAINS: u64 = 100;
const SWEEPS: usize = 1000;

/// How far the median of an average over a chain may lie from `A L^{−1/4}`, relatively: beyond the
/// correction of relative order `L^{−2}`, which the exact values bound, the mean and the median of a
/// nearly symmetric law that is 2 to 3 % wide.
const SLACK: f64 = 0.005;

/// Averages of m² over independent chains that start in exact draws.
fn averages(
    trial: &Trial,
    purpose: &str,
    lattice: Lattice,
    coupling: f64,
) -> Result<Vec<f64>, TrialError> {
    let purpose = format!("{purpose}/{}", lattice.rows());
    let exact = ExactDraws::new(trial, &purpose, lattice, coupling, (Source::Past, CHAINS))?;
    let model =
        SquareIsing::new(lattice, coupling, 0.0).map_err(TrialError::refused("the Ising model"))?;
    let kernel = SquareSwendsenWang::new(model);
    let chains = format!("{purpose}/chains");
    let sites = lattice.sites() as f64;
    Ok(exact
        .states
        .par_iter()
        .enumerate()
        .map_init(
            || kernel.clone(),
            |kernel, (i, start)| {
                let mut stream = trial.stream(&chains, i as u64);
                let mut state = start.clone();
                let mut sum = 0.0;
                for _ in 0..SWEEPS {
                    kernel.sweep(&mut state, &mut stream);
                    let m: i64 = state.spins().iter().map(|&s| i64::from(s)).sum();
                    sum += (m as f64 / sites).powi(2);
                }
                sum / SWEEPS as f64
            },
        )
        .collect())
}

/// P-value of "the median lies between these": the sign test at the end that makes it largest.
fn median_between(values: &[f64], low: f64, high: f64) -> Result<f64, TrialError> {
    let n = values.len() as u64;
    let above = values.iter().filter(|&&x| x > high).count() as u64;
    let below = values.iter().filter(|&&x| x < low).count() as u64;
    BinomialTest::p_value_between(n, above.max(below), 0.0, 0.5)
        .map_err(TrialError::refused("the sign test"))
}

/// `⟨m²⟩ = A L^{−2Δ}` at `T_c`, with A from exact small tori.
fn dimension(trial: &mut Trial, sides: &[usize]) -> Result<(), TrialError> {
    let kc = critical_coupling();
    let design = trial.plan(sides.len())?;
    // Exactly: A(L) = ⟨m²⟩ L^{1/4} for small L, whose change bounds what is left of it.
    let amplitude = |side: usize| -> Result<f64, TrialError> {
        let square = Strip::homogeneous(Lattice::torus(side, side), kc, 0.0)
            .map_err(TrialError::refused("the transfer matrix"))?
            .magnetization(&Limits::default())
            .map_err(TrialError::refused("the transfer matrix"))?
            .square;
        Ok(square.mid() * (side as f64).powf(0.25))
    };
    let (small, large) = (amplitude(6)?, amplitude(10)?);
    let spread = (large - small).abs() / large + SLACK;
    let test = BinomialTest::plan_between(CHAINS, design.alpha(), design.power(), 0.0, 0.5)
        .map_err(TrialError::refused("the sign test"))?;
    let (Some(up), _) = test.detectable_effect() else {
        return Err(TrialError::NoPower {
            what: "the sign test".to_owned(),
        });
    };
    for side in sides {
        trial.expect(
            CHAINS,
            format!(
                "{side}×{side}: {:.1} % of the averages over {SWEEPS} sweeps on one side of A L^(−1/4) (1 ± {spread:.3})",
                100.0 * (0.5 + up)
            ),
        );
    }
    let predicted = |side: usize, delta: f64| {
        // A is measured at L = 10, where the exponent makes no difference.
        let ratio = (side as f64 / 10.0).powf(-2.0 * delta) * 10.0_f64.powf(-0.25);
        large * ratio
    };
    let mut interval = (f64::NEG_INFINITY, f64::INFINITY);
    for &side in sides {
        let torus = Lattice::torus(side, side);
        let mut values = averages(trial, "T_c", torus, kc)?;
        values.sort_by(f64::total_cmp);
        let judge = |values: &[f64], delta: f64| {
            let centre = predicted(side, delta);
            median_between(values, centre * (1.0 - spread), centre * (1.0 + spread))
        };
        let what = format!("{side}×{side}: median of the averages of m²");
        let median = 0.5 * (values[values.len() / 2 - 1] + values[values.len() / 2]);
        let p = judge(&values, 0.125)?;
        trial.hypothesis(&what, p, median, predicted(side, 0.125))?;
        if side < 64 {
            continue;
        }
        for (name, delta) in [
            ("Δ = 1/16", 1.0 / 16.0),
            ("Δ = 1/4", 0.25),
            ("Δ = 1/2 (mean field, d = 3)", 0.5),
            ("Δ = 0.10", 0.10),
            ("Δ = 0.15", 0.15),
        ] {
            trial.control(format!("{side}×{side}, {name}"), [judge(&values, delta)?])?;
        }
        // All Δ that the test does not reject.
        let edge = |direction: f64| -> Result<f64, TrialError> {
            let (mut inside, mut outside) = (0.125, 0.125 + direction * 0.1);
            for _ in 0..40 {
                let middle = 0.5 * (inside + outside);
                if judge(&values, middle)? > design.alpha() {
                    inside = middle;
                } else {
                    outside = middle;
                }
            }
            Ok(outside)
        };
        interval.0 = f64::max(interval.0, edge(-1.0)?);
        interval.1 = f64::min(interval.1, edge(1.0)?);
    }
    let side = 64;
    for (word, coupling, lattice) in [
        ("T raised by 1 %", kc / 1.01, Lattice::torus(side, side)),
        ("T lowered by 1 %", kc / 0.99, Lattice::torus(side, side)),
        ("open sides", kc, Lattice::open(side, side)),
    ] {
        let values = averages(trial, word, lattice, coupling)?;
        let centre = predicted(side, 0.125);
        let p = median_between(&values, centre * (1.0 - spread), centre * (1.0 + spread))?;
        trial.control(format!("{side}×{side}, {word}"), [p])?;
    }
    trial.note(format!(
        "Δ between {:.4} and {:.4} at confidence 1 − {:.0e} for the medians (rigorous); that they lie within {:.1} % of \
         A L^(−2Δ), A = {large:.4} the exact value at L = 10, rests on the exact change of A from L = 6 to 10 ({:.2} %) and \
         on nearly symmetric averages",
        interval.0,
        interval.1,
        2.0 * design.alpha(),
        100.0 * spread,
        100.0 * (large - small).abs() / large
    ));
    Ok(())
}
