//! (28) to (30) on tori of 10×10 to 64×64 sites, against the exact `ln Z`.

use super::{ExactDraws, Source, Update, mean};
use crate::estimate::{CumulantTest, Design, discrete_distance, dkw_p_value, hoeffding_p_value};
use crate::exact::{Limits, Strip, kaufman};
use crate::ledger::{Depth, Form, SampledTest, Trial, TrialError};
use crate::model::Lattice;
use crate::sample::{SpinState, SquareIsing};

pub(in super::super) const PROBABILITY: &[SampledTest] = &[SampledTest {
    name: "magnetisation-10x10",
    form: Form::Printed,
    shares: 50,
    depth: Depth::Full,
    run: distribution,
}];

pub(in super::super) const PARTITION: &[SampledTest] = &[SampledTest {
    name: "ratio-of-partition-functions-10x10",
    form: Form::Printed,
    shares: 50,
    depth: Depth::Full,
    run: ratio,
}];

pub(in super::super) const AVERAGES: &[SampledTest] = &[
    SampledTest {
        name: "energy-10x10-quick",
        form: Form::Printed,
        shares: 50,
        depth: Depth::Quick,
        run: |t| energies(t, 10, &[2.0, 2.6], 500),
    },
    SampledTest {
        name: "energy-10x10",
        form: Form::Printed,
        shares: 50,
        depth: Depth::Full,
        run: |t| energies(t, 10, &[1.6, 2.0, CRITICAL, 2.6, 3.2], 10_000),
    },
    SampledTest {
        name: "energy-32x32",
        form: Form::Printed,
        shares: 50,
        depth: Depth::Full,
        run: |t| energies(t, 32, &[1.6, 2.1, CRITICAL, 2.5, 3.2], 1000),
    },
    SampledTest {
        name: "energy-64x64",
        form: Form::Printed,
        shares: 50,
        depth: Depth::Full,
        run: |t| energies(t, 64, &[1.6, 2.1, CRITICAL, 2.5, 3.2], 250),
    },
];

/// `2/ln(1 + √2)`, J = k = 1.
const CRITICAL: f64 = 2.269_185_314_213_022;

/// Updates after which a chain on these tori has the kernel's own distribution, for the controls: more
/// than ten autocorrelation times of the slowest case, 64×64 at `T_c`.
const LONG: Update = Update::SwendsenWang(100);

/// The sum of `s s'` over all bonds of a torus: its cumulants come from `ln Z` at other temperatures.
fn bond_sum(side: usize, coupling: f64) -> Result<CumulantTest<impl Fn(f64) -> f64>, TrialError> {
    let log_z = move |k: f64| kaufman(side, side, k, k).map(|t| t.log_z);
    let here = log_z(coupling).map_err(TrialError::refused("Kaufman's formula"))?;
    // An upper bound, and no number where there is none.
    let cumulant = move |t: f64| log_z(coupling + t).map_or(f64::NAN, |z| (z - here).hi());
    Ok(CumulantTest::new(cumulant, 0.2 * coupling)?)
}

/// The effect of a plan in β, upward and downward.
fn detectable(
    test: &CumulantTest<impl Fn(f64) -> f64>,
    design: &Design,
    draws: u64,
    coupling: f64,
) -> Result<(f64, f64), TrialError> {
    match test.detectable_tilt(design, draws) {
        (Some(up), Some(down)) => Ok((up / coupling, down / coupling)),
        _ => Err(TrialError::NoPower {
            what: format!("the energy at K = {coupling}"),
        }),
    }
}

fn energies(
    trial: &mut Trial,
    side: usize,
    temperatures: &[f64],
    draws: u64,
) -> Result<(), TrialError> {
    let (source, updates) = if side <= 10 {
        let each = [
            Update::SwendsenWang(5),
            Update::Wolff(5),
            Update::HeatBath(5),
            Update::Metropolis(5),
        ];
        (Source::Transfer, each.to_vec())
    } else {
        (
            Source::Past,
            vec![Update::SwendsenWang(10), Update::Wolff(10)],
        )
    };
    let design = trial.plan(temperatures.len() * updates.len())?;
    let mut plans = Vec::new();
    for &temperature in temperatures {
        let coupling = 1.0 / temperature;
        let test = bond_sum(side, coupling)?;
        let effect = detectable(&test, &design, draws, coupling)?;
        trial.expect(
            draws,
            format!(
                "T = {temperature:.3}: β off by {:+.2} % or {:+.2} %",
                100.0 * effect.0,
                100.0 * effect.1
            ),
        );
        plans.push((temperature, coupling, test, effect));
    }
    let torus = Lattice::torus(side, side);
    for (temperature, coupling, test, effect) in &plans {
        let purpose = format!("{side}/{temperature:.3}");
        let sums = |lattice: Lattice| {
            let model = SquareIsing::new(lattice, *coupling, 0.0);
            model
                .map(|m| move |s: &SpinState| m.bond_sum(s.spins()) as f64)
                .map_err(TrialError::refused("the Ising model"))
        };
        let (mut found, mut wrong) = (Vec::new(), Vec::new());
        {
            let exact = ExactDraws::new(trial, &purpose, torus, *coupling, (source, draws))?;
            for &update in &updates {
                let values = exact.after(update, *coupling, sums(torus)?)?;
                found.push((update.name(), mean(&values)));
            }
            for (epsilon, direction) in [(effect.0, "raised"), (effect.1, "lowered")] {
                let values = exact.after(LONG, coupling * (1.0 + epsilon), sums(torus)?)?;
                let name = format!("T = {temperature:.3}, β {direction} by the planned effect");
                wrong.push((name, test.p_value(draws, mean(&values))?));
            }
        }
        // The lattices that the formula is not about need few draws.
        let few = draws.min(250);
        for (name, lattice) in [
            ("open sides", Lattice::open(side, side)),
            ("half the rows", Lattice::torus(side / 2, side)),
        ] {
            let purpose = format!("{purpose}/{name}");
            let exact = ExactDraws::new(trial, &purpose, lattice, *coupling, (source, few))?;
            let values = exact.after(Update::SwendsenWang(1), *coupling, sums(lattice)?)?;
            let name = format!("T = {temperature:.3}, {name}");
            wrong.push((name, test.p_value(few, mean(&values))?));
        }
        let exact = kaufman(side, side, *coupling, *coupling)
            .map_err(TrialError::refused("Kaufman's formula"))?;
        let bonds_energy = -exact.mean_energy.mid() / coupling;
        for (kernel, sum) in found {
            let what = format!("{side}×{side}, T = {temperature:.3}, {kernel}: Σ s s'");
            let p = test.p_value(draws, sum)?;
            trial.hypothesis(&what, p, sum, bonds_energy)?;
        }
        for (name, p) in wrong {
            trial.control(name, [p])?;
        }
    }
    Ok(())
}

/// Temperatures of the tests of single distributions.
const THREE: [f64; 3] = [2.0, CRITICAL, 2.7];

/// The whole distribution of the magnetisation.
fn distribution(trial: &mut Trial) -> Result<(), TrialError> {
    let (side, draws) = (10, 10_000);
    let torus = Lattice::torus(side, side);
    let updates = [
        Update::SwendsenWang(5),
        Update::Wolff(5),
        Update::HeatBath(5),
        Update::Metropolis(5),
    ];
    let design = trial.plan(THREE.len() * updates.len())?;
    let distance = design.detectable_deviation(draws as f64);
    let law = |coupling: f64| -> Result<Vec<f64>, TrialError> {
        let strip = Strip::homogeneous(torus, coupling, 0.0)
            .map_err(TrialError::refused("the transfer matrix"))?;
        let found = strip
            .magnetization(&Limits::default())
            .map_err(TrialError::refused("the transfer matrix"))?;
        Ok(found.probability.iter().map(|p| p.mid()).collect())
    };
    let apart = |a: &[f64], b: &[f64]| {
        let (mut sum, mut largest) = (0.0, 0.0_f64);
        for (x, y) in a.iter().zip(b) {
            sum += x - y;
            largest = largest.max(f64::abs(sum));
        }
        largest
    };
    let mut plans = Vec::new();
    for temperature in THREE {
        let coupling = 1.0 / temperature;
        let exact = law(coupling)?;
        // The first whole per cent of β whose law is far enough.
        let mut epsilon = 0.0;
        loop {
            epsilon += 0.02;
            if apart(&exact, &law(coupling * (1.0 - epsilon))?) >= distance {
                break;
            }
            if epsilon > 0.5 {
                return Err(TrialError::NoPower {
                    what: format!("the magnetisation at T = {temperature:.3}"),
                });
            }
        }
        trial.expect(
            draws,
            format!(
                "T = {temperature:.3}: P(M ≤ x) off by {distance:.3} at some x, as with β lowered by {:.0} %",
                100.0 * epsilon
            ),
        );
        plans.push((temperature, coupling, exact, epsilon));
    }
    for (temperature, coupling, exact, epsilon) in plans {
        let judge = |ups: &[usize]| -> Result<f64, TrialError> {
            let mut counts = vec![0; exact.len()];
            for &up in ups {
                counts[up] += 1;
            }
            Ok(dkw_p_value(discrete_distance(&counts, &exact)?, draws))
        };
        let up = |s: &SpinState| s.spins().iter().filter(|&&s| s > 0).count();
        let purpose = format!("{temperature:.3}");
        let (mut found, mut wrong) = (Vec::new(), Vec::new());
        {
            let start = (Source::Transfer, draws);
            let states = ExactDraws::new(trial, &purpose, torus, coupling, start)?;
            for update in updates {
                found.push((update.name(), judge(&states.after(update, coupling, up)?)?));
            }
            let lowered = states.after(LONG, coupling * (1.0 - epsilon), up)?;
            wrong.push(("β lowered by the planned effect", judge(&lowered)?));
            // One spin in ten points up whatever its neighbours say.
            let biased = |s: &SpinState| (up(s) + side).min(side * side);
            wrong.push((
                "ten spins turned up",
                judge(&states.after(Update::SwendsenWang(1), coupling, biased)?)?,
            ));
            let one_sided = |s: &SpinState| up(s).max(side * side - up(s));
            wrong.push((
                "half of the states",
                judge(&states.after(Update::SwendsenWang(1), coupling, one_sided)?)?,
            ));
        }
        for (kernel, p) in found {
            let what = format!("T = {temperature:.3}, {kernel}: distribution of M");
            trial.hypothesis(&what, p, "the draws", "the exact probabilities")?;
        }
        for (name, p) in wrong {
            trial.control(format!("T = {temperature:.3}, {name}"), [p])?;
        }
    }
    Ok(())
}

/// `Z(K + t)/Z(K)` as the average of `e^{t Σ s s'}`.
fn ratio(trial: &mut Trial) -> Result<(), TrialError> {
    let (side, draws, tilt) = (10, 10_000, 0.02);
    let torus = Lattice::torus(side, side);
    let top = (2 * side * side) as f64;
    let design = trial.plan(THREE.len())?;
    let deviation = design.detectable_deviation(draws as f64);
    let scaled = |k: f64, tilt: f64| {
        let log_z = |k: f64| kaufman(side, side, k, k).map(|t| t.log_z);
        log_z(k + tilt)
            .and_then(|above| Ok((above - log_z(k)?).mid()))
            .map(|gain| (gain - tilt * top).exp())
            .map_err(TrialError::refused("Kaufman's formula"))
    };
    for temperature in THREE {
        let expected = scaled(1.0 / temperature, tilt)?;
        trial.expect(
            draws,
            format!(
                "T = {temperature:.3}: Z(K + {tilt})/Z(K) off by {:.0} %",
                100.0 * deviation / expected
            ),
        );
    }
    for temperature in THREE {
        let coupling = 1.0 / temperature;
        let exact = scaled(coupling, tilt)?;
        let model = SquareIsing::new(torus, coupling, 0.0)
            .map_err(TrialError::refused("the Ising model"))?;
        let values = {
            let start = (Source::Transfer, draws);
            let name = format!("{temperature:.3}");
            let states = ExactDraws::new(trial, &name, torus, coupling, start)?;
            let weight = |s: &SpinState| (tilt * (model.bond_sum(s.spins()) as f64 - top)).exp();
            states.after(Update::Wolff(5), coupling, weight)?
        };
        let judge = |expected: f64| hoeffding_p_value(&values, 0.0, 1.0, expected);
        let p = judge(exact)?;
        let what = format!("T = {temperature:.3}: Z(K + {tilt})/Z(K) e^(−{tilt}·200)");
        trial.hypothesis(&what, p, mean(&values), exact)?;
        // Other functions of the same draws' law in place of the ratio.
        let off = exact + deviation;
        for (name, other) in [
            (
                "off by the planned effect",
                if off < 1.0 { off } else { exact - deviation },
            ),
            ("half of the states in the numerator", 0.5 * exact),
            (
                "twice the difference of temperatures",
                scaled(coupling, 2.0 * tilt)?,
            ),
            (
                "the difference of temperatures with the other sign",
                (-2.0 * tilt * top).exp() / exact,
            ),
        ] {
            let p = judge(other.min(1.0))?;
            trial.control(format!("T = {temperature:.3}, {name}"), [p])?;
        }
    }
    Ok(())
}
