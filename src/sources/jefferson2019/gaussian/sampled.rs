//! Sampled evidence on the correlators (23): Gibbs chains on a machine of 20 + 50 + 50 units.

use crate::estimate::{BinomialTest, CumulantTest, Design};
use crate::exact::{ExactResult, Limits, Want, draw, enumerate};
use crate::ledger::{Depth, Form, SampledTest, Trial, TrialError};
use crate::model::{GaussianDbm, SpinHamiltonian, Term};
use crate::random::{Seed, Stream};
use crate::sample::{CompiledHamiltonian, GaussianDbmGibbs, GaussianDbmState, GibbsScheme, Kernel};
use rayon::prelude::*;
use std::sync::Arc;

pub(super) const CORRELATORS: &[SampledTest] = &[SampledTest {
    name: "gaussian-dbm-20-50-50",
    form: Form::Printed,
    shares: 100,
    depth: Depth::Full,
    run: correlators,
}];

const VISIBLE: usize = 20;
const LAYER: usize = 50;
/// Independent chains for each of the two schemes.
const CHAINS: u64 = 20_000;
/// Sweeps of each.
const SWEEPS: usize = 10;
/// Sweeps of a control, which has to leave the exact draw behind.
const LONG: usize = 20;

/// What is changed in a control.
#[derive(Clone, Copy)]
struct Change {
    beta: f64,
    fields: f64,
    a: f64,
    b: f64,
}

const NONE: Change = Change {
    beta: 1.0,
    fields: 1.0,
    a: 1.0,
    b: 1.0,
};

/// Parameters of the machine: drawn once, the same for all seeds.
fn machine(change: Change) -> Result<GaussianDbm, TrialError> {
    let mut stream = Seed(23).stream("jefferson2019-eq23/machine", 0);
    let list = |n: usize, scale: f64, stream: &mut Stream| -> Vec<f64> {
        (0..n).map(|_| scale * stream.normal()).collect()
    };
    let fields = list(VISIBLE, 0.2 * change.fields, &mut stream);
    // ‖B‖ near 0.07·2√50 ≈ 0.6, so that 1 − BBᵀ is positive definite in the controls too.
    let a: Vec<Vec<f64>> = (0..VISIBLE)
        .map(|_| list(LAYER, 0.13 * change.a, &mut stream))
        .collect();
    let b: Vec<Vec<f64>> = (0..LAYER)
        .map(|_| list(LAYER, 0.045 * change.b, &mut stream))
        .collect();
    GaussianDbm::from_rows(change.beta, fields, &a, &b).map_err(TrialError::refused("the machine"))
}

/// p(x), the hidden layers integrated out: fields βa and couplings `β (A M⁻¹ Aᵀ)_ij`, `M = 1 − BBᵀ`.
fn visible_model(machine: &GaussianDbm) -> Result<SpinHamiltonian, TrialError> {
    let (n, m) = (machine.n_visible(), machine.n_middle());
    let b = machine.b();
    let mut rows: Vec<Vec<f64>> = (0..m)
        .map(|i| {
            let dot =
                |j: usize| -> f64 { (0..machine.n_deep()).map(|k| b[(i, k)] * b[(j, k)]).sum() };
            let left = (0..m).map(|j| f64::from(u8::from(i == j)) - dot(j));
            let right = (0..n).map(|k| machine.a()[(k, i)]);
            left.chain(right).collect()
        })
        .collect();
    // Elimination without pivots, since M is positive definite.
    for col in 0..m {
        let pivot = rows[col].clone();
        for (i, row) in rows.iter_mut().enumerate() {
            if i != col {
                let factor = row[col] / pivot[col];
                for (x, y) in row.iter_mut().zip(&pivot).skip(col) {
                    *x -= factor * y;
                }
            }
        }
    }
    // The product of A with the solution of M X = Aᵀ.
    let coupling = |i: usize, j: usize| -> f64 {
        (0..m)
            .map(|k| machine.a()[(i, k)] * rows[k][m + j] / rows[k][k])
            .sum()
    };
    let beta = *machine.beta();
    let mut terms = Vec::new();
    for i in 0..n {
        terms.push(Term {
            sites: vec![i],
            coupling: beta * machine.fields()[i],
        });
        for j in i + 1..n {
            terms.push(Term {
                sites: vec![i, j],
                coupling: beta * coupling(i, j),
            });
        }
    }
    SpinHamiltonian::new(n, terms).map_err(TrialError::refused("p(x)"))
}

/// The model with all couplings multiplied.
fn scaled(model: &SpinHamiltonian, factor: f64) -> Result<SpinHamiltonian, TrialError> {
    let terms = model.terms().iter().map(|t| Term {
        sites: t.sites.clone(),
        coupling: factor * t.coupling,
    });
    SpinHamiltonian::new(model.spins(), terms.collect()).map_err(TrialError::refused("p(x)"))
}

/// Visible units of all chains after some sweeps from exact draws.
fn chains(
    trial: &Trial,
    purpose: &str,
    starts: &[i8],
    machine: &Arc<GaussianDbm>,
    (scheme, sweeps): (GibbsScheme, usize),
) -> Result<Vec<Vec<i8>>, TrialError> {
    let kernel = GaussianDbmGibbs::new(machine.clone(), scheme)
        .map_err(TrialError::refused("the Gibbs kernel"))?;
    Ok(starts
        .par_chunks_exact(VISIBLE)
        .enumerate()
        .map_init(
            || kernel.clone(),
            |kernel, (i, x)| {
                let mut stream = trial.stream(purpose, i as u64);
                let mut state = GaussianDbmState {
                    x: x.to_vec(),
                    y: vec![0.0; LAYER],
                    z: vec![0.0; LAYER],
                };
                // Completes the exact draw of x to one of all layers.
                kernel.sample_y_from_x(&mut state, &mut stream);
                kernel.sample_z_from_y(&mut state, &mut stream);
                for _ in 0..sweeps {
                    kernel.sweep(&mut state, &mut stream);
                }
                state.x
            },
        )
        .collect())
}

/// In how many chains each unit, and then each product of two, is +1.
fn ups(rows: &[Vec<i8>]) -> Vec<u64> {
    let mut ups = vec![0; VISIBLE + VISIBLE * (VISIBLE - 1) / 2];
    for x in rows {
        let (singles, pairs) = ups.split_at_mut(VISIBLE);
        for (up, &s) in singles.iter_mut().zip(x) {
            *up += u64::from(s > 0);
        }
        let mut k = 0;
        for i in 0..VISIBLE {
            for j in i + 1..VISIBLE {
                pairs[k] += u64::from(x[i] == x[j]);
                k += 1;
            }
        }
    }
    ups
}

fn sum(model: &SpinHamiltonian, want: Want) -> Result<ExactResult, TrialError> {
    enumerate(model, want, &Limits::default())
        .map_err(TrialError::refused("the sum over the visible units"))
}

/// `⟨x_i⟩`, then `⟨x_i x_j⟩` for i < j, of p(x).
fn exact_averages(visible: &SpinHamiltonian) -> Result<Vec<f64>, TrialError> {
    let exact = sum(visible, Want::ALL)?;
    let (Some(mean), Some(pair)) = (&exact.mean, &exact.pair) else {
        return Err(TrialError::Refused {
            what: "the sum over the visible units",
            cause: "no averages".to_owned(),
        });
    };
    let pairs = pair.iter().map(|(_, _, x)| x.mid());
    Ok(mean.iter().map(|x| x.mid()).chain(pairs).collect())
}

/// A test of 𝒦(x): its cumulants are those of ln Z when all couplings are multiplied.
fn total_test(visible: &SpinHamiltonian) -> Result<CumulantTest<impl Fn(f64) -> f64>, TrialError> {
    let here = sum(visible, Want::LOG_Z)?.log_z;
    let mut table = Vec::new();
    for k in -GRID..=GRID {
        let t = REACH * f64::from(k) / f64::from(GRID);
        table.push((sum(&scaled(visible, 1.0 + t)?, Want::LOG_Z)?.log_z - here).hi());
    }
    Ok(CumulantTest::new(move |t| on_grid(&table, t), REACH)?)
}

/// A test of each average, by the probability that the product is +1; and the largest of the effects that they find.
fn average_tests(
    design: &Design,
    averages: &[f64],
) -> Result<(Vec<BinomialTest>, f64), TrialError> {
    let mut tests = Vec::new();
    let mut largest = 0.0_f64;
    for average in averages {
        let p = 0.5 * (1.0 + average);
        let test = BinomialTest::plan(CHAINS, design.alpha(), design.power(), p)
            .map_err(TrialError::refused("the binomial test"))?;
        let (up, down) = test.detectable_effect();
        largest = largest
            .max(2.0 * up.unwrap_or(1.0))
            .max(2.0 * down.unwrap_or(1.0));
        tests.push(test);
    }
    Ok((tests, largest))
}

/// `⟨x_i⟩` and `⟨x_i x_j⟩` of chains that sample p(x, y, z) and of chains that sample p(x, y), against p(x).
fn correlators(trial: &mut Trial) -> Result<(), TrialError> {
    let original = Arc::new(machine(NONE)?);
    let visible = visible_model(&original)?;
    let averages = exact_averages(&visible)?;
    let schemes = [
        ("p(x, y, z)", GibbsScheme::Layers),
        ("p(x, y)", GibbsScheme::Joint),
    ];
    let design = trial.plan(schemes.len() * (averages.len() + 1))?;
    let total = total_test(&visible)?;
    let (tests, largest) = average_tests(&design, &averages)?;
    let (Some(hot), Some(cold)) = total.detectable_tilt(&design, CHAINS) else {
        return Err(TrialError::NoPower {
            what: "the sum of all terms".to_owned(),
        });
    };
    trial.expect(
        2 * CHAINS,
        format!(
            "any ⟨x_i⟩ or ⟨x_i x_j⟩ off by {largest:.3}, all couplings off by {:+.1} % or {:+.1} %",
            100.0 * hot,
            100.0 * cold
        ),
    );

    let mut stream = trial.stream("exact draws", 0);
    let starts = draw(&visible, CHAINS as usize, &mut stream, &Limits::default())
        .map_err(TrialError::refused("exact draws"))?;
    let compiled = CompiledHamiltonian::new(&visible).map_err(TrialError::refused("p(x)"))?;
    let judge = |rows: &[Vec<i8>]| -> Result<(Vec<f64>, Vec<u64>, f64), TrialError> {
        let ups = ups(rows);
        let mut p: Vec<f64> = tests
            .iter()
            .zip(&ups)
            .map(|(test, &k)| test.p_value(k))
            .collect::<Result<_, _>>()
            .map_err(TrialError::refused("the binomial test"))?;
        let mean = rows
            .iter()
            .map(|x| compiled.reduced_hamiltonian(x))
            .sum::<f64>()
            / rows.len() as f64;
        p.push(total.p_value(rows.len() as u64, mean)?);
        Ok((p, ups, mean))
    };
    let log_z = |t: f64| scaled(&visible, 1.0 + t).and_then(|m| sum(&m, Want::LOG_Z));
    let exact_mean = (log_z(1e-4)?.log_z - log_z(-1e-4)?.log_z).mid() / 2e-4;
    for (name, scheme) in schemes {
        let rows = chains(trial, name, &starts, &original, (scheme, SWEEPS))?;
        let (p, ups, mean) = judge(&rows)?;
        for (k, &p_value) in p.iter().enumerate() {
            if k < averages.len() {
                let found = 2.0 * ups[k] as f64 / CHAINS as f64 - 1.0;
                let what = format!("{name}: average {k} of 20 means and 190 pairs");
                trial.hypothesis(&what, p_value, found, averages[k])?;
            } else {
                trial.hypothesis(&format!("{name}: ⟨𝒦(x)⟩"), p_value, mean, exact_mean)?;
            }
        }
    }
    // Controls: chains of another machine. A factor on all couplings of p(x) is one on β.
    for (name, change) in [
        (
            "β raised by the planned effect",
            Change {
                beta: 1.0 + hot,
                ..NONE
            },
        ),
        (
            "β lowered by the planned effect",
            Change {
                beta: 1.0 + cold,
                ..NONE
            },
        ),
        (
            "fields dropped",
            Change {
                fields: 0.0,
                ..NONE
            },
        ),
        (
            "z cut off: B = 0, so p(x) without M⁻¹",
            Change { b: 0.0, ..NONE },
        ),
        ("A → 2A", Change { a: 2.0, ..NONE }),
        ("B with a third more", Change { b: 1.33, ..NONE }),
    ] {
        let other = Arc::new(machine(change)?);
        let rows = chains(trial, name, &starts, &other, (GibbsScheme::Layers, LONG))?;
        trial.control(name, judge(&rows)?.0)?;
    }
    Ok(())
}

/// Largest relative change of the couplings at which `ln Z` is tabulated, and steps to it.
const REACH: f64 = 0.4;
const GRID: i32 = 160;

/// An upper bound of a convex function from a table over `[−REACH, REACH]`: chords lie above it.
fn on_grid(table: &[f64], t: f64) -> f64 {
    let place = (t / REACH + 1.0) * f64::from(GRID);
    let left = (place.floor().max(0.0) as usize).min(table.len() - 2);
    let share = place - left as f64;
    table[left] + share * (table[left + 1] - table[left])
}
