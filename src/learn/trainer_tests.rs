use super::*;
use crate::estimate::BinomialTest;
use crate::learn::likelihood::probabilities;
use crate::learn::{Penalties, Schedule, TapOrder, exact_log_likelihood};
use crate::model::{Layer, Rbm, Units};
use crate::random::Seed;

/// The six bars and stripes of 2 × 2 cells, each `copies` times.
fn bars_and_stripes(copies: usize) -> BinaryData {
    let patterns = [
        [0, 0, 0, 0],
        [1, 1, 1, 1],
        [1, 1, 0, 0],
        [0, 0, 1, 1],
        [1, 0, 1, 0],
        [0, 1, 0, 1],
    ];
    let all = (0..copies).flat_map(|_| patterns.concat()).collect();
    BinaryData::from_bits(all, 4).unwrap()
}

fn divergence(machine: &RbmWeights, data: &BinaryData, entropy: f64) -> f64 {
    -entropy - exact_log_likelihood(machine, data, &Limits::default()).unwrap()
}

fn estimators() -> Vec<(&'static str, Estimator)> {
    let betas = vec![1.0, 0.75, 0.5, 0.25];
    let tap = |order| Estimator::Tap {
        order,
        iterations: 10,
        copies: 64,
    };
    vec![
        ("exact", Estimator::Exact),
        ("cd", Estimator::ContrastiveDivergence { steps: 10 }),
        (
            "pcd",
            Estimator::Persistent {
                steps: 20,
                chains: 512,
            },
        ),
        (
            "tempered",
            Estimator::Tempered {
                steps: 2,
                chains: 512,
                betas,
            },
        ),
        ("mean field", Estimator::MeanField { steps: 1 }),
        ("tap 2", tap(TapOrder::Second)),
        ("tap 3", tap(TapOrder::Third)),
    ]
}

#[test]
fn bars_and_stripes_are_learnt_as_well_as_an_estimator_can() {
    // What is minimised is D + λ/2 Σ W², whose optimum is at finite weights; λ = 0.03.
    let data = bars_and_stripes(16);
    let penalties = Penalties { l1: 0.0, l2: 0.03 };
    let mut optimum = f64::NAN;
    for (name, estimator) in estimators() {
        let config = TrainingConfig {
            batch: data.len(),
            estimator: estimator.clone(),
            optimiser: Optimiser::ADAM,
            learning_rate: 0.01,
            initial_weights: 0.3,
            penalties,
            schedule: Schedule::Linear { steps: 2000 },
            seed: Seed(5),
            ..TrainingConfig::new(8)
        };
        let mut trainer = Trainer::new(&data, config).unwrap();
        trainer.run(1999).unwrap();
        let d = divergence(trainer.machine(), &data, 6.0_f64.ln());
        let weights = trainer.machine().weights();
        let squares: f64 = weights.iter().map(|&w| f64::from(w) * f64::from(w)).sum();
        let reached = d + f64::from(penalties.l2) / 2.0 * squares;
        // Independent fair units, where every machine begins, are 4 ln 2 − ln 6 = 0.98 away.
        assert!(d < 0.6, "{name}: {d}");
        let slope = trainer.gradient().weights().iter().zip(weights);
        let slope = slope.fold(0.0_f32, |a, (g, w)| a.max((g + penalties.l2 * w).abs()));
        // What a machine with p parameters fitted to B draws loses on average is p/(2B) (Wilks); B = 512
        // chains, p = 44.
        let margin = 44.0 / (2.0 * 512.0);
        match estimator {
            Estimator::Exact => {
                optimum = reached;
                assert!(slope < 0.02, "{slope}");
            }
            Estimator::MeanField { .. } | Estimator::Tap { .. } => {
                // They stop where their own estimate of the gradient vanishes, which is elsewhere: with means
                // in place of samples, or without the terms of fourth order, four-body structure is seen
                // dimly or not at all.
                assert!(slope < 0.02, "{name}: {slope}");
                assert!(
                    reached - optimum > margin,
                    "{name}: {reached} against {optimum}"
                );
            }
            _ => assert!(
                (reached - optimum).abs() < margin,
                "{name}: {reached} against {optimum}"
            ),
        }
    }
}

fn random_machine(n: usize, m: usize, scale: f64, units: Units) -> RbmWeights {
    let mut s = Seed(9).stream("random machine", (n * 100 + m) as u64);
    let mut list = |k: usize| (0..k).map(|_| scale * s.normal()).collect::<Vec<_>>();
    let rbm = Rbm::new(list(n * m), list(n), list(m)).unwrap();
    RbmWeights::from_rbm(&rbm.with_units(units, units)).unwrap()
}

/// A trainer that does not move, at a given machine.
fn at<'a>(
    machine: &RbmWeights,
    data: &'a BinaryData,
    estimator: Estimator,
    seed: u64,
) -> Trainer<'a> {
    let config = TrainingConfig {
        visible_units: machine.units(Layer::Visible),
        hidden_units: machine.units(Layer::Hidden),
        batch: data.len(),
        estimator,
        learning_rate: 0.0,
        seed: Seed(seed),
        ..TrainingConfig::new(machine.hidden())
    };
    let mut trainer = Trainer::new(data, config).unwrap();
    trainer.state.machine = machine.clone();
    trainer
}

fn state_of(v: &[u8]) -> usize {
    v.iter()
        .enumerate()
        .map(|(i, &up)| usize::from(up) << i)
        .sum()
}

/// Tests that independent draws come from `p`: an exact binomial test for every state, all together of
/// size 1e-6.
fn draws_come_from(p: &[f64], draws: &[u8], units: usize) -> Result<(), String> {
    let count = draws.len() / units;
    let mut counts = vec![0_u64; p.len()];
    for v in draws.chunks(units) {
        counts[state_of(v)] += 1;
    }
    for (state, (&p, &seen)) in p.iter().zip(&counts).enumerate() {
        let test = BinomialTest::plan(count as u64, 1e-6 / 16.0, 0.9, p).unwrap();
        if test.rejects(seen).unwrap() {
            return Err(format!(
                "state {state}: {seen} of {count}, expected {}",
                p * count as f64
            ));
        }
    }
    Ok(())
}

#[test]
fn gradient_is_the_slope_of_the_exact_divergence() {
    for units in [Units::PlusMinus, Units::ZeroOne] {
        let machine = random_machine(4, 3, 0.7, units);
        let data = bars_and_stripes(2);
        let mut trainer = at(&machine, &data, Estimator::Exact, 1);
        trainer.step().unwrap();
        let delta = 1e-4;
        for k in 0..machine.numbers().len() {
            let moved = |by: f32| {
                let mut m = machine.clone();
                m.numbers_mut()[k] += by;
                (f64::from(m.numbers()[k]), divergence(&m, &data, 0.0))
            };
            let ((x, up), (y, down)) = (moved(delta), moved(-delta));
            let slope = (up - down) / (x - y);
            // δ²/6 times a third cumulant below 8, the rounding of a divergence near 10 over 2δ, and the
            // rounding of sums of 12 samples in single precision.
            let bound = 1e-8 * 8.0 / 6.0 + 1e-14 / 1e-4 + 16.0 * 2.0_f64.powi(-23);
            let g = f64::from(trainer.gradient().numbers()[k]);
            assert!(
                (g - slope).abs() < bound,
                "{units:?} {k}: {g} against {slope}"
            );
        }
    }
}

#[test]
fn chains_at_one_have_the_moments_of_the_machine() {
    let betas = vec![1.0, 0.6, 0.3];
    for units in [Units::PlusMinus, Units::ZeroOne] {
        let machine = random_machine(4, 3, 0.5, units);
        let p = probabilities(&machine);
        let data = bars_and_stripes(700);
        let n = 4096;
        let chains = [
            ("cd", Estimator::ContrastiveDivergence { steps: 200 }),
            (
                "pcd",
                Estimator::Persistent {
                    steps: 200,
                    chains: n,
                },
            ),
            (
                "tempered",
                Estimator::Tempered {
                    steps: 200,
                    chains: n,
                    betas: betas.clone(),
                },
            ),
        ];
        for (name, estimator) in chains {
            let mut trainer = at(&machine, &data, estimator, 3);
            trainer.step().unwrap();
            let draws = match name {
                "cd" => trainer.memory.v.clone(),
                _ => trainer.state.chains[..4 * n].to_vec(),
            };
            draws_come_from(&p, &draws, 4).unwrap_or_else(|e| panic!("{name}, {units:?}: {e}"));
            // The gradient is that of these draws, in doubles.
            let mut want = vec![0.0; machine.numbers().len()];
            let values = units.values();
            for (set, sign) in [(data.up(), -1.0), (draws.as_slice(), 1.0)] {
                let share = sign * 4.0 / set.len() as f64;
                for v in set.chunks(4) {
                    let v: Vec<f64> = v
                        .iter()
                        .map(|&x| f64::from(if x == 1 { values.1 } else { values.0 }))
                        .collect();
                    let h: Vec<f64> = (0..3)
                        .map(|a| {
                            let f = (0..4).fold(f64::from(machine.hidden_bias()[a]), |f, i| {
                                f + v[i] * f64::from(machine.weights()[3 * i + a])
                            });
                            let up = units.probability_up(f);
                            f64::from(values.0) + (f64::from(values.1) - f64::from(values.0)) * up
                        })
                        .collect();
                    for i in 0..4 {
                        for a in 0..3 {
                            want[3 * i + a] += share * v[i] * h[a];
                        }
                        want[12 + i] += share * v[i];
                    }
                    for a in 0..3 {
                        want[16 + a] += share * h[a];
                    }
                }
            }
            for (g, want) in trainer.gradient().numbers().iter().zip(&want) {
                // Sums of 4200 terms of at most 1/4096 with an error of 2⁻²⁴ each time, and the means' 8e-7.
                let bound = 2.0 * (4200.0 * 2.0_f64.powi(-24) + 8e-7);
                assert!(
                    (f64::from(*g) - want).abs() < bound,
                    "{name}: {g} against {want}"
                );
            }
        }
        // A machine that differs is told apart.
        let mut other = machine.clone();
        other.numbers_mut()[0] += 1.5;
        let mut trainer = at(
            &other,
            &data,
            Estimator::Persistent {
                steps: 200,
                chains: n,
            },
            3,
        );
        trainer.step().unwrap();
        assert!(draws_come_from(&p, &trainer.state.chains, 4).is_err());
    }
}

#[test]
fn one_step_of_contrastive_divergence_has_its_exact_distribution() {
    let machine = random_machine(4, 3, 0.8, Units::PlusMinus);
    let wide = machine.to_rbm().unwrap();
    let pattern = [1, 0, 0, 1];
    let data = BinaryData::from_bits(pattern.repeat(4096), 4).unwrap();
    let mut trainer = at(
        &machine,
        &data,
        Estimator::ContrastiveDivergence { steps: 1 },
        4,
    );
    trainer.step().unwrap();
    let up = |list: &[f64]| {
        list.iter()
            .map(|&f| Units::PlusMinus.probability_up(f))
            .collect::<Vec<_>>()
    };
    let given = |up: &[f64], state: usize| -> f64 {
        let factor = |(k, p): (usize, &f64)| if state >> k & 1 == 1 { *p } else { 1.0 - p };
        up.iter().enumerate().map(factor).product()
    };
    let spin = |state: usize, k: usize| if state >> k & 1 == 1 { 1.0 } else { -1.0 };
    let first = state_of(&pattern);
    let h_fields: Vec<f64> = (0..3)
        .map(|a| {
            wide.hidden_bias()[a]
                + (0..4)
                    .map(|i| spin(first, i) * wide.weight(i, a))
                    .sum::<f64>()
        })
        .collect();
    let h_up = up(&h_fields);
    let mut p = vec![0.0; 16];
    for h in 0..8 {
        let fields: Vec<f64> = (0..4)
            .map(|i| {
                wide.visible_bias()[i] + (0..3).map(|a| spin(h, a) * wide.weight(i, a)).sum::<f64>()
            })
            .collect();
        let v_up = up(&fields);
        for (v, p) in p.iter_mut().enumerate() {
            *p += given(&h_up, h) * given(&v_up, v);
        }
    }
    draws_come_from(&p, &trainer.memory.v, 4).unwrap();
    assert!(draws_come_from(&probabilities(&machine), &trainer.memory.v, 4).is_err());
}

#[test]
fn mean_field_step_is_that_of_the_equations() {
    let machine = random_machine(4, 3, 0.8, Units::PlusMinus);
    let data = bars_and_stripes(1);
    let mut trainer = at(&machine, &data, Estimator::MeanField { steps: 1 }, 4);
    trainer.step().unwrap();
    let samples: Vec<(f64, Vec<f64>)> = data
        .up()
        .chunks(4)
        .map(|v| {
            (
                1.0 / 6.0,
                v.iter().map(|&x| f64::from(2 * x) - 1.0).collect(),
            )
        })
        .collect();
    let wide = machine.to_rbm().unwrap().doubles();
    let contrast = crate::learn::mean_field_contrast(&wide, &samples, &f64::tanh);
    let want = contrast.model.minus(&contrast.data).flattened();
    for (g, want) in trainer.gradient().numbers().iter().zip(&want) {
        // Three layers of means, each off by 8e-7 and 2e-7 from fields with slopes below 4.
        assert!(
            (f64::from(*g) - want).abs() < 4.0 * 4.0 * 4.0 * 1e-6,
            "{g} against {want}"
        );
    }
}

#[test]
fn constant_and_saturated_units_give_no_nan() {
    let bits: Vec<u8> = (0..64)
        .flat_map(|k: u8| [1, 0, k & 1, k >> 1 & 1])
        .collect();
    let data = BinaryData::from_bits(bits, 4).unwrap();
    for (name, estimator) in estimators() {
        for centred in [false, true] {
            let config = TrainingConfig {
                batch: 16,
                estimator: estimator.clone(),
                initial_weights: 30.0,
                learning_rate: 0.1,
                centred,
                ..TrainingConfig::new(3)
            };
            let mut trainer = Trainer::new(&data, config).unwrap();
            trainer.run(100).unwrap_or_else(|e| panic!("{name}: {e}"));
            trainer.machine().check_finite().unwrap();
        }
    }
}

#[test]
fn divergence_names_the_step_and_keeps_good_parameters() {
    let data = bars_and_stripes(16);
    let config = TrainingConfig {
        batch: 32,
        learning_rate: 3.0,
        optimiser: Optimiser::Sgd { momentum: 0.999_9 },
        ..TrainingConfig::new(4)
    };
    let mut trainer = Trainer::new(&data, config).unwrap();
    let error = trainer.run(100_000).unwrap_err();
    let TrainError::Diverged {
        step,
        largest,
        good,
        ..
    } = error
    else {
        panic!("{error}")
    };
    assert!(step > good && good % KEEP_EVERY == 0 && largest > 1000.0);
    let kept = trainer
        .machine()
        .numbers()
        .iter()
        .fold(0.0_f32, |a, x| a.max(x.abs()));
    assert!(kept <= 1000.0);
}

#[test]
fn threads_and_interruptions_change_no_bit() {
    let bits: Vec<u8> = (0..300 * 37_u32)
        .map(|k| (k.wrapping_mul(2_654_435_761) >> 31) as u8)
        .collect();
    let data = BinaryData::from_bits(bits, 37).unwrap();
    for (name, estimator) in estimators() {
        let config = TrainingConfig {
            batch: 200,
            estimator,
            centred: true,
            optimiser: Optimiser::ADAM,
            learning_rate: 0.01,
            ..TrainingConfig::new(19)
        };
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| {
                let mut trainer = Trainer::new(&data, config.clone()).unwrap();
                trainer.run(7).unwrap();
                trainer.state
            })
        };
        let one = run(1);
        assert!(one.machine.check_finite().is_ok());
        for threads in [2, 3] {
            assert_eq!(run(threads), one, "{name}, {threads} threads");
        }
        let mut trainer = Trainer::new(&data, config.clone()).unwrap();
        trainer.run(4).unwrap();
        let mut trainer = Trainer::resume(&data, config.clone(), trainer.state).unwrap();
        trainer.run(3).unwrap();
        assert_eq!(trainer.state, one, "{name}");
    }
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let data = bars_and_stripes(1);
    let of = |change: &dyn Fn(&mut TrainingConfig)| {
        let mut config = TrainingConfig {
            batch: 6,
            ..TrainingConfig::new(2)
        };
        change(&mut config);
        Trainer::new(&data, config).unwrap_err().to_string()
    };
    assert_eq!(
        of(&|c| c.batch = 7),
        "a minibatch of 7 samples is larger than the data set of 6"
    );
    assert!(of(&|c| c.learning_rate = f64::NAN).starts_with("the learning rate is NaN"));
    assert!(of(&|c| c.hidden = 0).contains("hidden layer has no units"));
    assert!(
        of(&|c| c.estimator = Estimator::ContrastiveDivergence { steps: 0 }).contains("at least 1")
    );
    let betas = vec![0.5, 1.0];
    assert!(
        of(&|c| c.estimator = Estimator::Tempered {
            steps: 1,
            chains: 1,
            betas: betas.clone()
        })
        .contains("ladder")
    );
}
