//! Block Gibbs sampling of many chains at once, in single precision.
//!
//! A batch of a layer is a list of bytes, 0 or 1: the units of the first chain, then those of the second,
//! and so on (units first, batch last).

use super::binary_product::{BinaryCodes, Factor, Start, binary_product};
use super::logistic::{draw_units, means_in_place};
use crate::model::{Layer, RbmWeights, UnitRule};
use crate::random::{Seed, StreamLanes};

/// The opposite layer.
fn other(layer: Layer) -> Layer {
    match layer {
        Layer::Visible => Layer::Hidden,
        Layer::Hidden => Layer::Visible,
    }
}

/// The weights as the matrix that takes the other layer's units to the fields on `layer`.
fn factor(machine: &RbmWeights, layer: Layer) -> Factor<'_> {
    let (data, stride) = (machine.weights(), machine.hidden());
    match layer {
        Layer::Hidden => Factor::Rows { data, stride },
        Layer::Visible => Factor::Columns { data, stride },
    }
}

/// The fields on a layer given batches of the other one: `Σ_i W_ia v_i + b_a`, or `Σ_a W_ia h_a + c_i`.
///
/// # Accuracy
/// As [`binary_product`] says.
///
/// # Panics
/// If the sizes do not fit.
pub fn fields_on(machine: &RbmWeights, layer: Layer, given: &BinaryCodes, fields: &mut [f32]) {
    let given_layer = other(layer);
    assert_eq!(given.columns(), machine.size(given_layer), "given units");
    let values = machine.units(given_layer).values();
    let start = Start::Row(machine.bias(layer));
    let columns = machine.size(layer);
    binary_product(
        given,
        values,
        factor(machine, layer),
        start,
        columns,
        fields,
    );
}

/// Chains that share a stream of random words.
pub const CHAINS_PER_STREAM: usize = 64;

/// One [`StreamLanes`] for every [`CHAINS_PER_STREAM`] chains, keyed by what they are for, the step and the
/// position in the batch; so the draws do not depend on how a batch is cut between threads, as long as the
/// cuts are at multiples of [`CHAINS_PER_STREAM`].
pub fn lanes_of_batch(
    seed: Seed,
    purpose: &str,
    step: u64,
    first: usize,
    chains: usize,
) -> Vec<StreamLanes> {
    (0..chains.div_ceil(CHAINS_PER_STREAM))
        .map(|k| {
            let block = (first / CHAINS_PER_STREAM + k) as u64;
            StreamLanes::new(&mut seed.stream(purpose, step << 20 | block))
        })
        .collect()
}

/// Memory of a batch that is sampled.
#[derive(Clone, Debug, Default)]
pub struct BatchMemory {
    codes: BinaryCodes,
    fields: Vec<f32>,
}

impl BatchMemory {
    /// Draws a layer given the other one.
    ///
    /// # Accuracy
    /// As [`draw_units`] says.
    ///
    /// # Panics
    /// If the sizes do not fit.
    pub fn sample(
        &mut self,
        machine: &RbmWeights,
        layer: Layer,
        given: &[u8],
        lanes: &mut [StreamLanes],
        up: &mut [u8],
    ) {
        self.sample_at(machine, layer, 1.0, given, lanes, up);
    }

    /// Draws a layer given the other one from the machine with its reduced Hamiltonian times `beta`.
    ///
    /// # Panics
    /// If the sizes do not fit.
    pub fn sample_at(
        &mut self,
        machine: &RbmWeights,
        layer: Layer,
        beta: f32,
        given: &[u8],
        lanes: &mut [StreamLanes],
        up: &mut [u8],
    ) {
        let mut fields = std::mem::take(&mut self.fields);
        fields.resize(up.len(), 0.0);
        self.codes.set_rows(given, machine.size(other(layer)));
        fields_on(machine, layer, &self.codes, &mut fields);
        let mut rule = machine.units(layer).rule();
        rule.gap *= beta;
        draw_batch::<false>(rule, machine.size(layer), lanes, &mut fields, up);
        self.fields = fields;
    }

    /// Draws the visible layer given the hidden one with the weights times `beta` and other biases.
    ///
    /// # Panics
    /// If the sizes do not fit.
    pub fn sample_visible_with(
        &mut self,
        machine: &RbmWeights,
        (beta, bias): (f32, &[f32]),
        given: &[u8],
        lanes: &mut [StreamLanes],
        up: &mut [u8],
    ) {
        let (n, m) = (machine.visible(), machine.hidden());
        let mut fields = std::mem::take(&mut self.fields);
        fields.resize(up.len(), 0.0);
        self.codes.set_rows(given, m);
        let (low, high) = machine.units(Layer::Hidden).values();
        let weights = factor(machine, Layer::Visible);
        let values = (beta * low, beta * high);
        binary_product(
            &self.codes,
            values,
            weights,
            Start::Row(bias),
            n,
            &mut fields,
        );
        draw_batch::<false>(
            machine.units(Layer::Visible).rule(),
            n,
            lanes,
            &mut fields,
            up,
        );
        self.fields = fields;
    }

    /// Draws a layer as [`BatchMemory::sample`] does, and writes its means.
    ///
    /// # Panics
    /// If the sizes do not fit.
    pub fn sample_with_means(
        &mut self,
        machine: &RbmWeights,
        layer: Layer,
        given: &[u8],
        lanes: &mut [StreamLanes],
        (means, up): (&mut [f32], &mut [u8]),
    ) {
        self.codes.set_rows(given, machine.size(other(layer)));
        fields_on(machine, layer, &self.codes, means);
        let rule = machine.units(layer).rule();
        draw_batch::<true>(rule, machine.size(layer), lanes, means, up);
    }

    /// The means of a layer given the other one.
    ///
    /// # Panics
    /// If the sizes do not fit.
    pub fn means(&mut self, machine: &RbmWeights, layer: Layer, given: &[u8], means: &mut [f32]) {
        self.fields(machine, layer, given, means);
        means_in_place(machine.units(layer).rule(), means);
    }

    /// The fields on a layer given the other one.
    ///
    /// # Panics
    /// If the sizes do not fit.
    pub fn fields(&mut self, machine: &RbmWeights, layer: Layer, given: &[u8], fields: &mut [f32]) {
        self.codes.set_rows(given, machine.size(other(layer)));
        fields_on(machine, layer, &self.codes, fields);
    }
}

/// Draws the units of a batch, each stream its chains.
///
/// # Panics
/// If there are fewer streams than the chains need.
pub(crate) fn draw_batch<const MEANS: bool>(
    rule: UnitRule,
    units: usize,
    lanes: &mut [StreamLanes],
    fields: &mut [f32],
    up: &mut [u8],
) {
    let block = units * CHAINS_PER_STREAM;
    assert!(up.len() <= lanes.len() * block, "a stream for every chain");
    let parts = fields.chunks_mut(block).zip(up.chunks_mut(block));
    for (lanes, (fields, up)) in lanes.iter_mut().zip(parts) {
        draw_units(rule, fields, MEANS, lanes, up);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Rbm, Units};
    use crate::random::Chooser;
    use crate::sample::sample_layer;

    /// Answers with the decisions that random words make in the batched kernel.
    struct Words(std::vec::IntoIter<u32>);

    impl Chooser for Words {
        fn bernoulli(&mut self, p: f64) -> bool {
            let word = self.0.next().unwrap();
            let u = (f64::from(word >> 9) + 0.5) / 8_388_608.0;
            // A decision within the error of the fields and of the logistic function would be open.
            assert!(
                (u - p).abs() > 2e-6,
                "u = {u} is too close to {p}: take another seed"
            );
            u < p
        }
        fn index(&mut self, _: usize) -> usize {
            unreachable!("only units are drawn")
        }
        fn normal(&mut self) -> f64 {
            unreachable!("only units are drawn")
        }
    }

    #[test]
    fn batches_decide_as_the_scalar_kernel_does() {
        let mut s = Seed(11).stream("batch kernel", 0);
        let mut list = |n: usize| {
            (0..n)
                .map(|_| f64::from(s.normal() as f32))
                .collect::<Vec<_>>()
        };
        let (n, m, chains) = (9, 6, 70);
        let rbm = Rbm::new(list(n * m), list(n), list(m)).unwrap();
        for (vu, hu) in [
            (Units::PlusMinus, Units::ZeroOne),
            (Units::ZeroOne, Units::PlusMinus),
        ] {
            let rbm = rbm.clone().with_units(vu, hu);
            let machine = RbmWeights::from_rbm(&rbm).unwrap();
            let given: Vec<u8> = (0..chains * n).map(|k| (k * k / 3 % 2) as u8).collect();
            let mut lanes = lanes_of_batch(Seed(1), "test", 0, 0, chains);
            let words: Vec<u32> = lanes
                .iter()
                .zip([64 * m, 6 * m])
                .flat_map(|(lanes, count)| {
                    // The kernel takes words 256 at a time.
                    let (mut lanes, mut words) = (lanes.clone(), vec![0; count]);
                    words.chunks_mut(256).for_each(|w| lanes.fill(w));
                    words
                })
                .collect();
            let mut up = vec![0; chains * m];
            BatchMemory::default().sample(&machine, Layer::Hidden, &given, &mut lanes, &mut up);
            let mut chooser = Words(words.into_iter());
            for (v, up) in given.chunks(n).zip(up.chunks(m)) {
                let field = |a: usize| {
                    (0..n).fold(rbm.hidden_bias()[a], |sum, i| {
                        sum + rbm.weight(i, a) * f64::from(vu.value(v[i] == 1))
                    })
                };
                let mut h = vec![false; m];
                sample_layer(&mut chooser, |a| hu.probability_up(field(a)), &mut h);
                let batched: Vec<bool> = up.iter().map(|&x| x == 1).collect();
                assert_eq!(batched, h);
            }
        }
    }
}
