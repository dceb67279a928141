//! A multilayer perceptron with a softmax at its end, in single precision.

use crate::numeric::matrix_product::{Matrix, product};
use crate::random::Stream;

/// Largest number of units of one layer of a network that is read from bytes.
const MOST_UNITS: usize = 1 << 16;
/// Largest number of layers of such a network.
const MOST_LAYERS: usize = 16;
/// Largest number of parameters of such a network.
const MOST_PARAMETERS: usize = 1 << 28;

/// Layers of rectified units between an input and the logits of a softmax.
///
/// ```text
/// a₀ = x,   a_l = max(0, a_{l−1} W_l + b_l) for l < L,   z = a_{L−1} W_L + b_L,   p_k = e^{z_k}/Σ_j e^{z_j}
/// ```
/// The parameters stand in one list, layer by layer: `W_l` (inputs × outputs, by rows), then `b_l`.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    sizes: Vec<usize>,
    parameters: Vec<f32>,
}

/// The activations of a minibatch, kept from one to the next for their memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Activations {
    /// One matrix (samples × units) for every layer after the input; the last holds probabilities.
    layers: Vec<Vec<f32>>,
    slope: [Vec<f32>; 2],
}

fn parameters_of(sizes: &[usize]) -> usize {
    sizes.windows(2).map(|w| (w[0] + 1) * w[1]).sum()
}

impl Network {
    /// A network with these numbers of units, from the input to the softmax. Weights are normal with
    /// variance 2/(inputs of the layer), biases zero.
    ///
    /// # Panics
    /// With fewer than two layers or an empty one.
    ///
    /// # References
    /// K. He, X. Zhang, S. Ren and J. Sun, "Delving deep into rectifiers", ICCV 2015 (the variance).
    pub fn random(sizes: &[usize], stream: &mut Stream) -> Self {
        assert!(
            sizes.len() >= 2 && sizes.iter().all(|&n| n > 0),
            "layers of a network: {sizes:?}"
        );
        let mut parameters = Vec::with_capacity(parameters_of(sizes));
        for pair in sizes.windows(2) {
            let scale = (2.0 / pair[0] as f64).sqrt();
            parameters.extend((0..pair[0] * pair[1]).map(|_| (scale * stream.normal()) as f32));
            parameters.resize(parameters.len() + pair[1], 0.0);
        }
        Self {
            sizes: sizes.to_vec(),
            parameters,
        }
    }

    /// A network with given parameters; `None` if their number or a size does not fit, or one is not finite.
    pub fn from_parameters(sizes: Vec<usize>, parameters: Vec<f32>) -> Option<Self> {
        let fits = (2..=MOST_LAYERS).contains(&sizes.len())
            && sizes.iter().all(|n| (1..=MOST_UNITS).contains(n))
            && parameters_of(&sizes) <= MOST_PARAMETERS
            && parameters.len() == parameters_of(&sizes)
            && parameters.iter().all(|x| x.is_finite());
        fits.then_some(Self { sizes, parameters })
    }

    /// Units of every layer, from the input to the softmax.
    pub fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// Units of the input.
    pub fn inputs(&self) -> usize {
        self.sizes[0]
    }

    /// Units of the softmax.
    pub fn outputs(&self) -> usize {
        self.sizes[self.sizes.len() - 1]
    }

    /// All weights and biases.
    pub fn parameters(&self) -> &[f32] {
        &self.parameters
    }

    pub(super) fn parameters_mut(&mut self) -> &mut [f32] {
        &mut self.parameters
    }

    /// Where the parameters of layer l begin, its inputs and its outputs.
    fn layer(&self, l: usize) -> (usize, usize, usize) {
        (
            parameters_of(&self.sizes[..=l]),
            self.sizes[l],
            self.sizes[l + 1],
        )
    }

    fn layers(&self) -> usize {
        self.sizes.len() - 1
    }

    /// The probabilities of all outputs for inputs in rows.
    ///
    /// # Panics
    /// If the numbers do not divide into inputs.
    pub fn probabilities(&self, inputs: &[f32]) -> Vec<f32> {
        let mut activations = Activations::default();
        self.forward(inputs, &mut activations).to_vec()
    }

    /// As [`Network::probabilities`], keeping what the backward pass needs.
    pub(super) fn forward<'a>(&self, inputs: &[f32], kept: &'a mut Activations) -> &'a [f32] {
        assert_eq!(inputs.len() % self.inputs(), 0, "inputs in rows");
        let samples = inputs.len() / self.inputs();
        kept.layers.resize(self.layers(), Vec::new());
        for l in 0..self.layers() {
            let (at, n, m) = self.layer(l);
            let (weights, bias) = self.parameters[at..at + (n + 1) * m].split_at(n * m);
            let (before, after) = kept.layers.split_at_mut(l);
            let before = before.last().map_or(inputs, Vec::as_slice);
            let out = &mut after[0];
            out.clear();
            for _ in 0..samples {
                out.extend_from_slice(bias);
            }
            let (a, w) = (
                Matrix::by_rows(before, samples, n),
                Matrix::by_rows(weights, n, m),
            );
            product(out, true, 1.0, a, w);
            if l + 1 < self.layers() {
                for x in out {
                    *x = x.max(0.0);
                }
            } else {
                for row in out.chunks_exact_mut(m) {
                    softmax(row);
                }
            }
        }
        kept.layers.last().map_or(&[], Vec::as_slice)
    }

    /// The mean cross-entropy `−ln p_label` over the samples, in nats; its gradient is written to `gradient`,
    /// in the order of the parameters.
    ///
    /// ```text
    /// δ_L = (p − 1_label)/B,   ∂W_l = a_{l−1}ᵀ δ_l,   ∂b_l = Σ_samples δ_l,   δ_{l−1} = δ_l W_lᵀ ∘ [a_{l−1} > 0]
    /// ```
    /// # Panics
    /// If sizes do not fit or a label names no output.
    pub(super) fn loss_and_gradient(
        &self,
        inputs: &[f32],
        labels: &[usize],
        kept: &mut Activations,
        gradient: &mut [f32],
    ) -> f64 {
        let samples = labels.len();
        assert_eq!(inputs.len(), samples * self.inputs(), "one label a sample");
        assert_eq!(gradient.len(), self.parameters.len(), "gradient");
        let k = self.outputs();
        let p = self.forward(inputs, kept);
        let loss = -labels
            .iter()
            .zip(p.chunks_exact(k))
            .map(|(&label, row)| libm::log(f64::from(row[label].max(f32::MIN_POSITIVE))))
            .sum::<f64>()
            / samples as f64;
        let Activations { layers, slope } = kept;
        let [delta, next] = slope;
        delta.clear();
        delta.extend_from_slice(layers.last().map_or(&[], Vec::as_slice));
        let share = (samples as f32).recip();
        for (&label, row) in labels.iter().zip(delta.chunks_exact_mut(k)) {
            row[label] -= 1.0;
            for x in row {
                *x *= share;
            }
        }
        for l in (0..self.layers()).rev() {
            let (at, n, m) = self.layer(l);
            let before = if l == 0 { inputs } else { &layers[l - 1] };
            let (dw, db) = gradient[at..at + (n + 1) * m].split_at_mut(n * m);
            let rows = Matrix::by_rows(delta, samples, m);
            let a = Matrix::by_rows(before, samples, n);
            product(dw, false, 1.0, a.transposed(), rows);
            db.fill(0.0);
            for row in delta.chunks_exact(m) {
                for (d, x) in db.iter_mut().zip(row) {
                    *d += x;
                }
            }
            if l > 0 {
                next.clear();
                next.resize(samples * n, 0.0);
                let w = Matrix::by_rows(&self.parameters[at..at + n * m], n, m);
                product(next, false, 1.0, rows, w.transposed());
                for (d, &a) in next.iter_mut().zip(before) {
                    if a <= 0.0 {
                        *d = 0.0;
                    }
                }
                std::mem::swap(delta, next);
            }
        }
        loss
    }
}

/// `e^{z_k}/Σ_j e^{z_j}` in place.
fn softmax(row: &mut [f32]) {
    let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for x in row.iter_mut() {
        *x = libm::expf(*x - top);
        sum += *x;
    }
    let scale = sum.recip();
    for x in row {
        *x *= scale;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;

    /// The loss in double precision by plain loops, and the smallest magnitude of a pre-activation.
    fn reference_loss(
        sizes: &[usize],
        parameters: &[f64],
        inputs: &[f32],
        labels: &[usize],
    ) -> (f64, f64) {
        let (mut loss, mut kink) = (0.0, f64::INFINITY);
        for (x, &label) in inputs.chunks_exact(sizes[0]).zip(labels) {
            let mut a: Vec<f64> = x.iter().map(|&x| f64::from(x)).collect();
            let mut at = 0;
            for (l, pair) in sizes.windows(2).enumerate() {
                let (n, m) = (pair[0], pair[1]);
                let mut z = parameters[at + n * m..at + n * m + m].to_vec();
                for i in 0..n {
                    for j in 0..m {
                        z[j] += a[i] * parameters[at + i * m + j];
                    }
                }
                at += (n + 1) * m;
                if l + 2 < sizes.len() {
                    for z in &mut z {
                        kink = kink.min(z.abs());
                        *z = z.max(0.0);
                    }
                }
                a = z;
            }
            let top = a.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = a.iter().map(|z| (z - top).exp()).sum();
            loss += top + sum.ln() - a[label];
        }
        (loss / labels.len() as f64, kink)
    }

    #[test]
    fn the_gradient_is_that_of_finite_differences() {
        let mut stream = Seed(11).stream("network test", 0);
        for sizes in [vec![5, 3], vec![6, 7, 4], vec![4, 6, 5, 3]] {
            let mut network = Network::random(&sizes, &mut stream);
            for x in network.parameters_mut() {
                *x += 0.1 * stream.normal() as f32;
            }
            let samples = 9;
            let inputs: Vec<f32> = (0..samples * sizes[0])
                .map(|_| if stream.uniform() < 0.5 { -1.0 } else { 1.0 })
                .collect();
            let labels: Vec<usize> = (0..samples)
                .map(|_| stream.index(sizes[sizes.len() - 1]))
                .collect();
            let mut gradient = vec![0.0; network.parameters().len()];
            let mut kept = Activations::default();
            let loss = network.loss_and_gradient(&inputs, &labels, &mut kept, &mut gradient);
            let mut at: Vec<f64> = network.parameters().iter().map(|&x| f64::from(x)).collect();
            let (want, kink) = reference_loss(&sizes, &at, &inputs, &labels);
            // Sums of at most 7 + 1 products of magnitude below 4, three layers deep, in single precision.
            let rounding = 3.0 * 8.0 * 4.0 * f64::from(f32::EPSILON);
            assert!((loss - want).abs() < rounding, "{loss} {want}");
            let step = 1e-4;
            // No step, through at most three layers of weights below 4, may cross a kink.
            assert!(kink > 16.0 * step, "a kink at {kink}");
            for k in 0..at.len() {
                let x = at[k];
                at[k] = x + step;
                let above = reference_loss(&sizes, &at, &inputs, &labels).0;
                at[k] = x - step;
                let below = reference_loss(&sizes, &at, &inputs, &labels).0;
                at[k] = x;
                let slope = (above - below) / (2.0 * step);
                // Third derivatives of order (activation)³ ≤ 10³ give 10³ step²/6 ≤ 2e-6.
                let bound = rounding + 2e-6;
                assert!((slope - f64::from(gradient[k])).abs() < bound, "{k}");
            }
        }
    }

    #[test]
    fn probabilities_by_hand() {
        // Logits (x, 0) for one input through a rectified unit: p = e^{max(0,x)}/(e^{max(0,x)} + 1).
        let network =
            Network::from_parameters(vec![1, 1, 2], vec![1.0, 0.0, 1.0, 0.0, 0.0, 0.0]).unwrap();
        let p = network.probabilities(&[1.0, -1.0]);
        let e = std::f32::consts::E;
        let want = [e / (e + 1.0), 1.0 / (e + 1.0), 0.5, 0.5];
        for (p, want) in p.iter().zip(want) {
            assert!((p - want).abs() < 4.0 * f32::EPSILON);
        }
    }

    #[test]
    fn parameters_that_do_not_fit_are_refused() {
        assert!(Network::from_parameters(vec![2, 3], vec![0.0; 9]).is_some());
        assert!(Network::from_parameters(vec![2, 3], vec![0.0; 8]).is_none());
        assert!(Network::from_parameters(vec![2], vec![]).is_none());
        assert!(Network::from_parameters(vec![2, 0], vec![]).is_none());
        let mut bad = vec![0.0; 9];
        bad[3] = f32::NAN;
        assert!(Network::from_parameters(vec![2, 3], bad).is_none());
    }
}
