//! Sampled evidence on the expectation values (51), (52) and (54) to (56): the chains that train a machine, against exact
//! averages.
//!
//! The kernel is the one of the trainer, block Gibbs in batches and single precision. The data phase draws hidden
//! units given data; the model phase of contrastive divergence is a chain from the data, that of persistent
//! contrastive divergence a chain in equilibrium, here from exact draws.

use super::machines::Average;
use crate::estimate::{BinomialTest, Design};
use crate::exact::{Limits, draw, rbm_sum};
use crate::ledger::{Depth, Form, SampledTest, Trial, TrialError};
use crate::model::{Layer, Rbm, RbmWeights, spins_of_rbm};
use crate::sample::{BatchMemory, lanes_of_batch};

const VISIBLE: usize = 8;
const HIDDEN: usize = 6;
/// Configurations of the data set, each as often as the others.
const SAMPLES: usize = 5;

const fn test(
    name: &'static str,
    form: Form,
    depth: Depth,
    run: fn(&mut Trial) -> Result<(), TrialError>,
) -> SampledTest {
    SampledTest {
        name,
        form,
        shares: 20,
        depth,
        run,
    }
}

pub(super) const EQ51: &[SampledTest] = &[test("pairs-of-data", Form::Printed, Depth::Full, |t| {
    data(t, Average::Pair)
})];
pub(super) const EQ52: &[SampledTest] = &[test(
    "pairs-of-persistent-chains",
    Form::Corrected,
    Depth::Full,
    |t| model(t, Average::Pair, 20_000),
)];
pub(super) const EQ54: &[SampledTest] = &[test(
    "visible-units-of-persistent-chains",
    Form::Corrected,
    Depth::Full,
    |t| model(t, Average::Visible, 20_000),
)];
pub(super) const EQ55: &[SampledTest] = &[test(
    "hidden-units-of-data",
    Form::Printed,
    Depth::Full,
    |t| data(t, Average::Hidden),
)];
pub(super) const EQ56: &[SampledTest] = &[test(
    "hidden-units-of-persistent-chains",
    Form::Corrected,
    Depth::Quick,
    |t| model(t, Average::Hidden, 3000),
)];

impl Average {
    fn count(self) -> usize {
        match self {
            Self::Pair => VISIBLE * HIDDEN,
            Self::Visible => VISIBLE,
            Self::Hidden => HIDDEN,
        }
    }

    fn name(self, k: usize) -> String {
        match self {
            Self::Pair => format!("⟨v_{} h_{}⟩", k / HIDDEN + 1, k % HIDDEN + 1),
            Self::Visible => format!("⟨v_{}⟩", k + 1),
            Self::Hidden => format!("⟨h_{}⟩", k + 1),
        }
    }

    /// In how many draws each product, or unit, is +1.
    fn ups(self, v: &[u8], h: &[u8]) -> Vec<u64> {
        let mut ups = vec![0; self.count()];
        for (v, h) in v.chunks_exact(VISIBLE).zip(h.chunks_exact(HIDDEN)) {
            for (k, up) in ups.iter_mut().enumerate() {
                *up += u64::from(match self {
                    Self::Pair => v[k / HIDDEN] == h[k % HIDDEN],
                    Self::Visible => v[k] == 1,
                    Self::Hidden => h[k] == 1,
                });
            }
        }
        ups
    }
}

/// Parameters, with weights and hidden biases multiplied.
fn machine(weights: f64, hidden_bias: f64) -> Result<RbmWeights, TrialError> {
    // Sines of integers: no symmetry, no unit without a bias.
    let list = |n: usize, scale: f64, offset: f64| -> Vec<f64> {
        (0..n)
            .map(|k| scale * libm::sin(offset + 1.7 * k as f64 + 0.3 * (k * k) as f64))
            .collect()
    };
    let rbm = Rbm::new(
        list(VISIBLE * HIDDEN, 0.5 * weights, 0.4),
        list(VISIBLE, 0.4, 1.1),
        list(HIDDEN, 0.5 * hidden_bias, 2.3),
    )
    .map_err(TrialError::refused("the machine"))?;
    RbmWeights::from_rbm(&rbm).map_err(TrialError::refused("the machine"))
}

fn doubles(machine: &RbmWeights) -> Result<Rbm, TrialError> {
    machine.to_rbm().map_err(TrialError::refused("the machine"))
}

/// Visible configurations of the data; each unit is up in some and down in others.
const DATA: [[u8; VISIBLE]; SAMPLES] = [
    [1, 0, 1, 1, 0, 0, 1, 0],
    [0, 1, 0, 1, 1, 1, 0, 0],
    [1, 1, 1, 0, 0, 1, 0, 1],
    [0, 0, 1, 0, 1, 0, 1, 1],
    [1, 0, 0, 1, 0, 1, 1, 0],
];

/// The data, repeated to this number of chains.
fn data_set(chains: usize) -> Vec<u8> {
    DATA.iter()
        .flatten()
        .copied()
        .cycle()
        .take(chains * VISIBLE)
        .collect()
}

/// Steps of block Gibbs sampling of all chains: hidden units given visible ones, and back, and at last hidden
/// ones again.
fn gibbs(trial: &Trial, purpose: &str, machine: &RbmWeights, v: &mut [u8], steps: u64) -> Vec<u8> {
    let chains = v.len() / VISIBLE;
    let mut h = vec![0; chains * HIDDEN];
    let mut memory = BatchMemory::default();
    let seed = trial.seed(purpose, 0);
    for step in 0..steps {
        let mut lanes = lanes_of_batch(seed, "sampled evidence", step, 0, chains);
        memory.sample(machine, Layer::Hidden, v, &mut lanes, &mut h);
        memory.sample(machine, Layer::Visible, &h, &mut lanes, v);
    }
    let mut lanes = lanes_of_batch(seed, "sampled evidence", steps, 0, chains);
    memory.sample(machine, Layer::Hidden, v, &mut lanes, &mut h);
    h
}

/// Exact draws of the visible layer.
fn exact_draws(trial: &Trial, machine: &RbmWeights, chains: usize) -> Result<Vec<u8>, TrialError> {
    let spins = spins_of_rbm(&doubles(machine)?).map_err(TrialError::refused("the machine"))?;
    let mut stream = trial.stream("exact draws", 0);
    let rows = draw(&spins, chains, &mut stream, &Limits::default())
        .map_err(TrialError::refused("exact draws"))?;
    Ok(rows
        .chunks_exact(VISIBLE + HIDDEN)
        .flat_map(|row| row[..VISIBLE].iter().map(|&s| u8::from(s > 0)))
        .collect())
}

/// The exact averages of the model.
fn of_model(machine: &RbmWeights, which: Average) -> Result<Vec<f64>, TrialError> {
    let found = rbm_sum(&doubles(machine)?, true, &Limits::default())
        .map_err(TrialError::refused("the sum over the smaller layer"))?;
    let averages = found.averages.ok_or(TrialError::Refused {
        what: "the sum over the smaller layer",
        cause: "no averages".to_owned(),
    })?;
    let list = match which {
        Average::Pair => averages.product,
        Average::Visible => averages.visible,
        Average::Hidden => averages.hidden,
    };
    Ok(list.iter().map(|x| x.mid()).collect())
}

/// A test for each of the averages, by the probability that the product is +1.
struct Tests(Vec<BinomialTest>);

impl Tests {
    fn plan(
        trial: &mut Trial,
        design: &Design,
        draws: u64,
        exact: &[f64],
    ) -> Result<Self, TrialError> {
        let mut largest = 0.0_f64;
        let tests: Vec<BinomialTest> = exact
            .iter()
            .map(|mean| {
                BinomialTest::plan(draws, design.alpha(), design.power(), 0.5 * (1.0 + mean))
            })
            .collect::<Result<_, _>>()
            .map_err(TrialError::refused("the binomial test"))?;
        for test in &tests {
            let (up, down) = test.detectable_effect();
            let (Some(up), Some(down)) = (up, down) else {
                return Err(TrialError::NoPower {
                    what: "an average of the machine".to_owned(),
                });
            };
            largest = largest.max(2.0 * up).max(2.0 * down);
        }
        trial.expect(draws, format!("any average off by {largest:.3}"));
        Ok(Self(tests))
    }

    fn p_values(&self, ups: &[u64]) -> Result<Vec<f64>, TrialError> {
        self.0
            .iter()
            .zip(ups)
            .map(|(test, &k)| test.p_value(k))
            .collect::<Result<_, _>>()
            .map_err(TrialError::refused("the binomial test"))
    }
}

fn judge(
    trial: &mut Trial,
    tests: &Tests,
    which: Average,
    ups: &[u64],
    draws: u64,
    exact: &[f64],
) -> Result<(), TrialError> {
    for (k, p) in tests.p_values(ups)?.into_iter().enumerate() {
        let found = 2.0 * ups[k] as f64 / draws as f64 - 1.0;
        trial.hypothesis(&which.name(k), p, found, exact[k])?;
    }
    Ok(())
}

/// (52), (54), (56): persistent chains, 20 steps from an exact draw, and what is not their distribution.
fn model(trial: &mut Trial, which: Average, draws: usize) -> Result<(), TrialError> {
    let machine_ = machine(1.0, 1.0)?;
    let exact = of_model(&machine_, which)?;
    let design = trial.plan(exact.len())?;
    let tests = Tests::plan(trial, &design, draws as u64, &exact)?;
    let start = exact_draws(trial, &machine_, draws)?;
    let mut v = start.clone();
    let h = gibbs(trial, "persistent", &machine_, &mut v, 20);
    let ups = which.ups(&v, &h);
    judge(trial, &tests, which, &ups, draws as u64, &exact)?;
    for (name, weights, hidden_bias) in [
        ("β raised by half", 1.5, 1.5),
        ("weights doubled", 2.0, 1.0),
        ("hidden biases dropped", 1.0, 0.0),
        ("sign of the weights", -1.0, 1.0),
    ] {
        let mut v = start.clone();
        let h = gibbs(trial, name, &machine(weights, hidden_bias)?, &mut v, 50);
        trial.control(name, tests.p_values(&which.ups(&v, &h))?)?;
    }
    // One step from the data is not the model: what contrastive divergence leaves out.
    let mut v = data_set(draws);
    let h = gibbs(trial, "CD-1", &machine_, &mut v, 1);
    trial.control(
        "one step from the data (CD-1)",
        tests.p_values(&which.ups(&v, &h))?,
    )
}

/// (51), (53), (55): data with hidden units drawn given them, where contrastive divergence starts.
fn data(trial: &mut Trial, which: Average) -> Result<(), TrialError> {
    let draws: usize = 20_000;
    let machine_ = machine(1.0, 1.0)?;
    let rbm = doubles(&machine_)?;
    let rows = data_set(SAMPLES);
    let spin = |up: u8| if up == 1 { 1.0 } else { -1.0 };
    // The sums of the document, over the data set.
    let mut exact = vec![0.0; which.count()];
    for row in rows.chunks_exact(VISIBLE) {
        let mean_h = |a: usize| {
            let field = (0..VISIBLE).fold(rbm.hidden_bias()[a], |sum, i| {
                sum + rbm.weight(i, a) * spin(row[i])
            });
            libm::tanh(field)
        };
        for (k, sum) in exact.iter_mut().enumerate() {
            *sum += match which {
                Average::Pair => spin(row[k / HIDDEN]) * mean_h(k % HIDDEN),
                Average::Visible => spin(row[k]),
                Average::Hidden => mean_h(k),
            } / SAMPLES as f64;
        }
    }
    let design = trial.plan(exact.len())?;
    let tests = Tests::plan(trial, &design, draws as u64, &exact)?;
    // Each chain starts from a configuration of the data that is drawn at random.
    let mut stream = trial.stream("data", 0);
    let v: Vec<u8> = (0..draws)
        .flat_map(|_| {
            let k = stream.index(SAMPLES);
            rows[k * VISIBLE..(k + 1) * VISIBLE].to_vec()
        })
        .collect();
    let after = |name: &str, machine: &RbmWeights, steps: u64| {
        let mut v = v.clone();
        let h = gibbs(trial, name, machine, &mut v, steps);
        which.ups(&v, &h)
    };
    let ups = after("data phase", &machine_, 0);
    let mut wrong = vec![
        ("one step later (CD-1)", after("CD-1", &machine_, 1)),
        ("ten steps later (CD-10)", after("CD-10", &machine_, 10)),
    ];
    if which != Average::Visible {
        wrong.push(("weights doubled", after("doubled", &machine(2.0, 1.0)?, 0)));
        wrong.push((
            "hidden biases dropped",
            after("no biases", &machine(1.0, 0.0)?, 0),
        ));
    }
    let first_only: Vec<u8> = rows[..VISIBLE].repeat(draws);
    let mut v_first = first_only.clone();
    let h = gibbs(trial, "first sample", &machine_, &mut v_first, 0);
    wrong.push(("the first sample alone", which.ups(&first_only, &h)));
    judge(trial, &tests, which, &ups, draws as u64, &exact)?;
    for (name, ups) in wrong {
        trial.control(name, tests.p_values(&ups)?)?;
    }
    Ok(())
}
