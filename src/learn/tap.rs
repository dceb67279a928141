//! The expansion of the free energy in the weights at fixed means, to second and third order
//! (Thouless, Anderson and Palmer; Plefka), as a stand-in for `ln Z` and its gradient.
//!
//! With the means `m_i`, `m_a` of the units and the second and third cumulants κ₂, κ₃ of independent units
//! with these means,
//!
//! ```text
//! ln Z ≈ Σ S(m) + Σ_i c_i m_i + Σ_a b_a m_a + Σ_ia (W_ia m_i m_a + W_ia²/2 κ₂(m_i) κ₂(m_a) + W_ia³/6 κ₃(m_i) κ₃(m_a))
//! ```
//! stationary in the means. Other terms of third order need a triangle, which the graph of a restricted
//! machine has not.
//!
//! # References
//! M. Gabrié, E. W. Tramel and F. Krzakala, "Training restricted Boltzmann machines via the
//! Thouless-Anderson-Palmer free energy", NIPS 2015 (0/1 units); T. Plefka, J. Phys. A 15 (1982) 1971.

use super::BinaryData;
use super::contrastive::fill_rows;
use super::phase::{add_pairs, add_real_phase};
use crate::model::{Layer, Rbm, RbmError, RbmWeights, Units};
use crate::numeric::matrix_product::{Matrix, product};
use crate::sample::logistic::means_in_place;

/// How far the expansion goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TapOrder {
    /// Naive mean field.
    First,
    /// With the reaction term of Onsager.
    Second,
    /// With the cubic term.
    Third,
}

/// Cumulants κ₂, κ₃ of a unit with mean m, and their derivatives by m.
fn cumulants(units: Units, m: f64) -> [f64; 4] {
    match units {
        Units::PlusMinus => {
            let k2 = 1.0 - m * m;
            [k2, -2.0 * m * k2, -2.0 * m, 6.0 * m * m - 2.0]
        }
        Units::ZeroOne => {
            let k2 = m - m * m;
            [k2, k2 * (1.0 - 2.0 * m), 1.0 - 2.0 * m, 1.0 - 6.0 * k2]
        }
    }
}

/// The entropy of a unit with mean m.
fn entropy(units: Units, m: f64) -> f64 {
    let p = match units {
        Units::PlusMinus => f64::midpoint(1.0, m),
        Units::ZeroOne => m,
    };
    let part = |p: f64| if p > 0.0 { -p * libm::log(p) } else { 0.0 };
    part(p) + part(1.0 - p)
}

/// A stationary point of the expansion.
#[derive(Clone, Debug, PartialEq)]
pub struct TapSolution {
    /// The approximate `ln Z`; no bound on either side.
    pub log_z: f64,
    /// Means of the visible units.
    pub visible: Vec<f64>,
    /// Means of the hidden units.
    pub hidden: Vec<f64>,
    /// The largest change of a mean in the last iteration: small where the iteration has converged.
    pub residual: f64,
    /// Iterations made.
    pub iterations: usize,
}

/// Iterates the equations of the means in double precision from given means of the visible units, at most
/// `iterations` times, until no mean moves by more than `1e-13`; each iteration goes half of the way.
///
/// # Accuracy
/// For weights times λ → 0 the error falls as λ³ in second and as λ⁴ in third order: test
/// `errors_fall_with_the_order`. For strong weights there may be many solutions or none; look at the residual.
///
/// # Panics
/// If `start` has not one mean for each visible unit.
pub fn tap_log_z(machine: &Rbm, order: TapOrder, start: &[f64], iterations: usize) -> TapSolution {
    let (n, m) = (machine.visible(), machine.hidden());
    assert_eq!(start.len(), n, "one mean for each visible unit");
    let (vu, hu) = (machine.visible_units(), machine.hidden_units());
    let mut visible = start.to_vec();
    let zero_field = |units: Units| match units {
        Units::PlusMinus => 0.0,
        Units::ZeroOne => 0.5,
    };
    let mut hidden = vec![zero_field(hu); m];
    let (mut residual, mut made) = (f64::INFINITY, 0);
    while made < iterations && residual > 1e-13 {
        residual = 0.0;
        for layer in [Layer::Hidden, Layer::Visible] {
            let (units, bias) = match layer {
                Layer::Hidden => (hu, machine.hidden_bias()),
                Layer::Visible => (vu, machine.visible_bias()),
            };
            for k in 0..bias.len() {
                let (given, given_units, mean) = match layer {
                    Layer::Hidden => (&visible, vu, hidden[k]),
                    Layer::Visible => (&hidden, hu, visible[k]),
                };
                let [_, _, k2_slope, k3_slope] = cumulants(units, mean);
                let mut field = bias[k];
                for (j, &x) in given.iter().enumerate() {
                    let w = match layer {
                        Layer::Hidden => machine.weight(j, k),
                        Layer::Visible => machine.weight(k, j),
                    };
                    let [k2, k3, ..] = cumulants(given_units, x);
                    field += w * x;
                    if order != TapOrder::First {
                        field += w * w / 2.0 * k2 * k2_slope;
                    }
                    if order == TapOrder::Third {
                        field += w * w * w / 6.0 * k3 * k3_slope;
                    }
                }
                let p = units.probability_up(field);
                let goal = match units {
                    Units::PlusMinus => 2.0 * p - 1.0,
                    Units::ZeroOne => p,
                };
                residual = residual.max((goal - mean).abs());
                let mean = f64::midpoint(goal, mean);
                match layer {
                    Layer::Hidden => hidden[k] = mean,
                    Layer::Visible => visible[k] = mean,
                }
            }
        }
        made += 1;
    }
    let log_z = tap_value(machine, order, &visible, &hidden);
    TapSolution {
        log_z,
        visible,
        hidden,
        residual,
        iterations: made,
    }
}

/// The solution with the largest `ln Z` among those reached from the mean of a data set and from its first
/// samples, as far as they have converged to `1e-6`; if none has, the one that is nearest to it.
///
/// Each is a stationary point of the expansion, and the largest value is the best guess that the expansion has; no
/// bound on either side, even so.
///
/// # Errors
/// [`RbmError`] for a parameter that is no finite number.
///
/// # Panics
/// If the data do not fit the machine.
pub fn tap_log_z_from_data(
    machine: &RbmWeights,
    order: TapOrder,
    data: &BinaryData,
    samples: usize,
    iterations: usize,
) -> Result<TapSolution, RbmError> {
    // Off the ends, where the entropy has no slope, and off the centre, where machines without biases have a saddle.
    const INSIDE: f64 = 0.9;
    let wide = machine.to_rbm()?;
    let (low, high) = wide.visible_units().values();
    let mean = |p: f64| {
        let p = 0.5 + INSIDE * (p - 0.5);
        f64::from(low) + f64::from(high - low) * p
    };
    let means: Vec<f64> = data.fraction_up().into_iter().map(mean).collect();
    let rows = data.up().chunks_exact(data.units()).take(samples);
    let mut best = tap_log_z(&wide, order, &means, iterations);
    let converged = |s: &TapSolution| s.residual < 1e-6;
    for row in rows {
        let start: Vec<f64> = row.iter().map(|&up| mean(f64::from(up))).collect();
        let next = tap_log_z(&wide, order, &start, iterations);
        let better = match (converged(&next), converged(&best)) {
            (true, true) => next.log_z > best.log_z,
            (false, false) => next.residual < best.residual,
            (next, _) => next,
        };
        if better {
            best = next;
        }
    }
    Ok(best)
}

/// The expansion at given means.
fn tap_value(machine: &Rbm, order: TapOrder, visible: &[f64], hidden: &[f64]) -> f64 {
    let (vu, hu) = (machine.visible_units(), machine.hidden_units());
    let mut sum = 0.0;
    for (&m, c) in visible.iter().zip(machine.visible_bias()) {
        sum += entropy(vu, m) + c * m;
    }
    for (&m, b) in hidden.iter().zip(machine.hidden_bias()) {
        sum += entropy(hu, m) + b * m;
    }
    for (i, &x) in visible.iter().enumerate() {
        for (a, &y) in hidden.iter().enumerate() {
            let w = machine.weight(i, a);
            let ([x2, x3, ..], [y2, y3, ..]) = (cumulants(vu, x), cumulants(hu, y));
            sum += w * x * y;
            if order != TapOrder::First {
                sum += w * w / 2.0 * x2 * y2;
            }
            if order == TapOrder::Third {
                sum += w * w * w / 6.0 * x3 * y3;
            }
        }
    }
    sum
}

/// Means of one layer of a batch, with what the expansion needs of them.
#[derive(Clone, Debug, Default)]
struct LayerMeans {
    mean: Vec<f32>,
    k2: Vec<f32>,
    k3: Vec<f32>,
    field: Vec<f32>,
    reaction: Vec<f32>,
}

impl LayerMeans {
    fn set_cumulants(&mut self, units: Units, order: TapOrder) {
        if order == TapOrder::First {
            return;
        }
        self.k2.clear();
        self.k3.clear();
        match units {
            Units::PlusMinus => {
                self.k2.extend(self.mean.iter().map(|m| 1.0 - m * m));
                self.k3
                    .extend(self.mean.iter().zip(&self.k2).map(|(m, k2)| -2.0 * m * k2));
            }
            Units::ZeroOne => {
                self.k2.extend(self.mean.iter().map(|m| m - m * m));
                self.k3.extend(
                    self.mean
                        .iter()
                        .zip(&self.k2)
                        .map(|(m, k2)| k2 * (1.0 - 2.0 * m)),
                );
            }
        }
    }

    /// Replaces the means by those that follow from the other layer, half of the way.
    fn follow(
        &mut self,
        (units, bias): (Units, &[f32]),
        given: &Self,
        order: TapOrder,
        powers: [Matrix<'_>; 3],
        batch: usize,
    ) {
        let size = bias.len();
        let other = given.mean.len() / batch;
        let Self {
            mean,
            field,
            reaction,
            ..
        } = self;
        field.resize(batch * size, 0.0);
        reaction.resize(batch * size, 0.0);
        fill_rows(field, bias);
        product(
            field,
            true,
            1.0,
            Matrix::by_rows(&given.mean, batch, other),
            powers[0],
        );
        if order != TapOrder::First {
            product(
                reaction,
                false,
                0.5,
                Matrix::by_rows(&given.k2, batch, other),
                powers[1],
            );
            for ((field, r), &m) in field.iter_mut().zip(&*reaction).zip(&*mean) {
                *field += r * match units {
                    Units::PlusMinus => -2.0 * m,
                    Units::ZeroOne => 1.0 - 2.0 * m,
                };
            }
        }
        if order == TapOrder::Third {
            let sixth = 1.0 / 6.0;
            product(
                reaction,
                false,
                sixth,
                Matrix::by_rows(&given.k3, batch, other),
                powers[2],
            );
            for ((field, r), &m) in field.iter_mut().zip(&*reaction).zip(&*mean) {
                *field += r * match units {
                    Units::PlusMinus => 6.0 * m * m - 2.0,
                    Units::ZeroOne => 1.0 - 6.0 * (m - m * m),
                };
            }
        }
        means_in_place(units.rule(), field);
        for (mean, goal) in mean.iter_mut().zip(&*field) {
            *mean = 0.5 * (*mean + goal);
        }
        self.set_cumulants(units, order);
    }
}

/// A batch of solutions in single precision, for gradients.
#[derive(Clone, Debug, Default)]
pub(super) struct TapBatch {
    v: LayerMeans,
    h: LayerMeans,
    powers: [Vec<f32>; 2],
    pair: Vec<f32>,
}

impl TapBatch {
    /// Iterates from the means that are in `means` (visible units of each copy, then hidden units of each
    /// copy) and leaves there where it came.
    fn iterate(
        &mut self,
        machine: &RbmWeights,
        order: TapOrder,
        iterations: usize,
        means: &mut [f32],
    ) {
        let (n, m) = (machine.visible(), machine.hidden());
        let batch = means.len() / (n + m);
        let (v, h) = means.split_at_mut(batch * n);
        let w = machine.weights();
        let [squares, cubes] = &mut self.powers;
        squares.clear();
        cubes.clear();
        squares.extend(w.iter().map(|w| w * w));
        cubes.extend(w.iter().map(|w| w * w * w));
        let powers = [w, squares, cubes].map(|p| Matrix::by_rows(p, n, m));
        let (vu, hu) = (machine.units(Layer::Visible), machine.units(Layer::Hidden));
        self.v.mean.clear();
        self.v.mean.extend_from_slice(v);
        self.h.mean.clear();
        self.h.mean.extend_from_slice(h);
        self.v.set_cumulants(vu, order);
        self.h.set_cumulants(hu, order);
        for _ in 0..iterations {
            self.h
                .follow((hu, machine.hidden_bias()), &self.v, order, powers, batch);
            let back = powers.map(Matrix::transposed);
            self.v
                .follow((vu, machine.visible_bias()), &self.h, order, back, batch);
        }
        v.copy_from_slice(&self.v.mean);
        h.copy_from_slice(&self.h.mean);
    }

    /// Adds the derivative of the approximate `ln Z` by the parameters, averaged over the copies in `means`,
    /// which are iterated first.
    pub(super) fn add_model_phase(
        &mut self,
        machine: &RbmWeights,
        order: TapOrder,
        iterations: usize,
        means: &mut [f32],
        gradient: &mut RbmWeights,
    ) {
        self.iterate(machine, order, iterations, means);
        let size = (machine.visible(), machine.hidden());
        let share = 1.0 / (self.v.mean.len() / size.0) as f32;
        add_real_phase(gradient, 1.0, &self.v.mean, &self.h.mean);
        if order == TapOrder::First {
            return;
        }
        self.pair.resize(size.0 * size.1, 0.0);
        self.pair.fill(0.0);
        add_pairs(&mut self.pair, share, &self.v.k2, &self.h.k2, size);
        let (gradient, ..) = gradient.parts_mut();
        for ((g, w), p) in gradient.iter_mut().zip(machine.weights()).zip(&self.pair) {
            *g += w * p;
        }
        if order == TapOrder::Third {
            self.pair.fill(0.0);
            add_pairs(&mut self.pair, share, &self.v.k3, &self.h.k3, size);
            for ((g, w), p) in gradient.iter_mut().zip(machine.weights()).zip(&self.pair) {
                *g += 0.5 * w * w * p;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::{Limits, rbm_sum};
    use crate::random::Seed;

    fn machine(lambda: f64, units: (Units, Units)) -> Rbm {
        let mut s = Seed(8).stream("tap", 0);
        let mut list =
            |n: usize, scale: f64| (0..n).map(|_| scale * s.normal()).collect::<Vec<_>>();
        let (w, c, b) = (list(12, lambda), list(4, 0.7), list(3, 0.7));
        Rbm::new(w, c, b).unwrap().with_units(units.0, units.1)
    }

    const UNITS: [(Units, Units); 3] = [
        (Units::PlusMinus, Units::PlusMinus),
        (Units::ZeroOne, Units::ZeroOne),
        (Units::PlusMinus, Units::ZeroOne),
    ];

    #[test]
    fn errors_fall_with_the_order() {
        for units in UNITS {
            for (order, power) in [
                (TapOrder::First, 2),
                (TapOrder::Second, 3),
                (TapOrder::Third, 4),
            ] {
                let error = |lambda: f64| {
                    let rbm = machine(lambda, units);
                    let exact = rbm_sum(&rbm, false, &Limits::default())
                        .unwrap()
                        .log_z
                        .mid();
                    let start = vec![0.3; 4];
                    let tap = tap_log_z(&rbm, order, &start, 2000);
                    assert!(tap.residual <= 1e-13);
                    tap.log_z - exact
                };
                // error = A λ^p (1 + O(λ)): halving λ divides it by 2^p up to the correction, so by less
                // than 2^(p + 1/2) and more than 2^(p − 1/2) where λ is small, which no other order does.
                let rate = (error(0.004) / error(0.002)).abs().log2();
                assert!(
                    (rate - f64::from(power)).abs() < 0.5,
                    "{units:?} {order:?}: {rate}"
                );
            }
        }
    }

    #[test]
    fn batch_gradient_is_the_derivative_of_the_expansion() {
        for units in UNITS {
            for order in [TapOrder::First, TapOrder::Second, TapOrder::Third] {
                let rbm = machine(0.4, units);
                let single = RbmWeights::from_rbm(&rbm).unwrap();
                let rbm = single.to_rbm().unwrap();
                let log_z = |m: &Rbm| tap_log_z(m, order, &[0.3; 4], 2000).log_z;
                let mut gradient = RbmWeights::zeros(4, 3, units.0, units.1).unwrap();
                let mut means = vec![0.3_f32; 2 * 7];
                TapBatch::default().add_model_phase(&single, order, 100, &mut means, &mut gradient);
                let delta = 1e-4;
                for k in 0..gradient.numbers().len() {
                    let moved = |by: f64| {
                        let mut all =
                            [rbm.weights(), rbm.visible_bias(), rbm.hidden_bias()].concat();
                        all[k] += by;
                        let b = all.split_off(16);
                        let c = all.split_off(12);
                        log_z(&Rbm::new(all, c, b).unwrap().with_units(units.0, units.1))
                    };
                    let slope = (moved(delta) - moved(-delta)) / (2.0 * delta);
                    // Single precision with sums of at most 16 terms below 2: 16 · 2 · 2⁻²⁴ per sum, through
                    // means whose slopes are below one; δ² times third derivatives below 10.
                    let bound = 32.0 * 2.0_f64.powi(-22) + 10.0 * delta * delta;
                    let g = f64::from(gradient.numbers()[k]);
                    assert!(
                        (g - slope).abs() < bound,
                        "{units:?} {order:?} {k}: {g} {slope}"
                    );
                }
            }
        }
    }

    #[test]
    fn of_several_solutions_the_largest_is_taken() {
        // A ferromagnet without biases has the solutions 0, +m and -m; 0 has the smallest value.
        let rbm = Rbm::new(vec![0.6; 16], vec![0.01; 4], vec![0.0; 4]).unwrap();
        let machine = RbmWeights::from_rbm(&rbm).unwrap();
        let data = BinaryData::from_bits([[0; 4], [1; 4]].concat(), 4).unwrap();
        let of = |samples| {
            tap_log_z_from_data(&machine, TapOrder::Second, &data, samples, 5000).unwrap()
        };
        let (down, both) = (of(1), of(2));
        assert!(down.residual < 1e-6 && both.residual < 1e-6);
        assert!(both.visible[0] > 0.0 && both.log_z >= down.log_z);
        let all = [vec![0.0; 4], vec![-0.9; 4], vec![0.9; 4]]
            .map(|start| tap_log_z(&machine.to_rbm().unwrap(), TapOrder::Second, &start, 5000));
        let largest = all.iter().map(|s| s.log_z).fold(f64::MIN, f64::max);
        assert!((both.log_z - largest).abs() < 1e-9, "{both:?}");
    }
}
