//! What a thermometer says of an ensemble, and how far that is from the truth.

use crate::learn::BinaryData;

/// Samples that are looked at together.
const AT_ONCE: usize = 512;

/// Something that gives each configuration a distribution over a fixed list of temperatures.
pub trait TemperaturePosterior {
    /// The temperatures.
    fn temperatures(&self) -> &[f64];

    /// Number of spins of a configuration.
    fn spins(&self) -> usize;

    /// Writes the distributions for configurations given as bytes (1 where a spin is up), one row each, into
    /// `out`, one row of as many numbers as there are temperatures for each.
    ///
    /// # Panics
    /// If sizes do not fit.
    fn posteriors(&self, up: &[u8], out: &mut Vec<f32>);
}

/// The temperature of an ensemble.
#[derive(Clone, Debug, PartialEq)]
pub struct TemperatureReading {
    /// The mean over the ensemble of the distributions, one number for each temperature; it sums to one.
    pub distribution: Vec<f64>,
    /// Where that mean distribution is largest; the lowest such temperature.
    pub most_probable: f64,
    /// The mean temperature in that distribution.
    pub expected: f64,
    /// Standard error of `expected` if the configurations are independent; infinite for a single one.
    pub expected_err: f64,
    /// Standard deviation of the temperature in the mean distribution.
    pub spread: f64,
    /// Number of configurations.
    pub samples: usize,
}

/// Reads the temperature of an ensemble of configurations.
///
/// ```text
/// p̄_k = ⟨p(T_k|s)⟩,   expected = Σ_k p̄_k T_k,   spread² = Σ_k p̄_k (T_k − expected)²
/// ```
/// # Panics
/// If the configurations have another number of spins than the thermometer.
pub fn read_temperature(
    thermometer: &impl TemperaturePosterior,
    ensemble: &BinaryData,
) -> TemperatureReading {
    let temperatures = thermometer.temperatures();
    let mut total = vec![0.0; temperatures.len()];
    let (mut sum, mut squares) = (0.0, 0.0);
    let mut rows = Vec::new();
    // Deviations from here: the squares then lose nothing.
    let origin = temperatures.iter().sum::<f64>() / temperatures.len() as f64;
    for up in ensemble.up().chunks(AT_ONCE * thermometer.spins()) {
        thermometer.posteriors(up, &mut rows);
        for row in rows.chunks_exact(temperatures.len()) {
            let mut mean = 0.0;
            for ((total, &p), t) in total.iter_mut().zip(row).zip(temperatures) {
                *total += f64::from(p);
                mean += f64::from(p) * (t - origin);
            }
            sum += mean;
            squares += mean * mean;
        }
    }
    let n = ensemble.len() as f64;
    let weight: f64 = total.iter().sum();
    for p in &mut total {
        *p /= weight;
    }
    let expected: f64 = total.iter().zip(temperatures).map(|(p, t)| p * t).sum();
    let variance: f64 = total
        .iter()
        .zip(temperatures)
        .map(|(p, t)| p * (t - expected).powi(2))
        .sum();
    let mut top = 0;
    for k in 1..total.len() {
        if total[k] > total[top] {
            top = k;
        }
    }
    TemperatureReading {
        most_probable: temperatures[top],
        expected,
        expected_err: ((squares - sum * sum / n).max(0.0) / (n * (n - 1.0))).sqrt(),
        spread: variance.sqrt(),
        samples: ensemble.len(),
        distribution: total,
    }
}

/// The reading of an ensemble whose temperature is known.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownReading {
    /// The temperature at which the configurations were drawn.
    pub truth: f64,
    /// What was read.
    pub reading: TemperatureReading,
}

impl KnownReading {
    /// `expected − truth`; its standard error is the reading's.
    pub fn bias(&self) -> f64 {
        self.reading.expected - self.truth
    }

    /// `most_probable − truth`.
    pub fn bias_of_most_probable(&self) -> f64 {
        self.reading.most_probable - self.truth
    }
}

/// Reads ensembles whose temperatures are known: the bias of the thermometer as a function of temperature.
///
/// The mean distribution of an ensemble at temperature T is not a point even for a perfect thermometer, and
/// at the ends of the list its mean is drawn inwards: see [`super::IdealThermometer`].
///
/// # Panics
/// As [`read_temperature`].
pub fn readings_of_known<'a>(
    thermometer: &impl TemperaturePosterior,
    ensembles: impl IntoIterator<Item = (f64, &'a BinaryData)>,
) -> Vec<KnownReading> {
    ensembles
        .into_iter()
        .map(|(truth, data)| KnownReading {
            truth,
            reading: read_temperature(thermometer, data),
        })
        .collect()
}

/// The mean of `−ln p(T_k|s)` over configurations drawn at temperature number k, in nats.
///
/// For the true distribution this is the least that any thermometer reaches.
///
/// # Panics
/// If there is no such temperature or sizes do not fit.
pub fn cross_entropy(
    thermometer: &impl TemperaturePosterior,
    k: usize,
    ensemble: &BinaryData,
) -> f64 {
    let outputs = thermometer.temperatures().len();
    assert!(k < outputs, "temperature {k} of {outputs}");
    let mut rows = Vec::new();
    let mut sum = 0.0;
    for up in ensemble.up().chunks(AT_ONCE * thermometer.spins()) {
        thermometer.posteriors(up, &mut rows);
        for row in rows.chunks_exact(outputs) {
            sum -= libm::log(f64::from(row[k].max(f32::MIN_POSITIVE)));
        }
    }
    sum / ensemble.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two spins; the first says which of the distributions.
    struct Table([[f32; 3]; 2]);

    impl TemperaturePosterior for Table {
        fn temperatures(&self) -> &[f64] {
            &[0.0, 1.0, 4.0]
        }
        fn spins(&self) -> usize {
            2
        }
        fn posteriors(&self, up: &[u8], out: &mut Vec<f32>) {
            out.clear();
            for s in up.chunks_exact(2) {
                out.extend(self.0[usize::from(s[0])]);
            }
        }
    }

    #[test]
    fn readings_by_hand() {
        let table = Table([[0.5, 0.5, 0.0], [0.0, 0.25, 0.75]]);
        let data = BinaryData::from_bits(vec![0, 0, 1, 0, 1, 1, 1, 0], 2).unwrap();
        let r = read_temperature(&table, &data);
        assert_eq!(r.distribution, [0.125, 0.3125, 0.5625]);
        // Means 1/2 once and 13/4 three times: expected 41/16, variance of the mean (11/4)²·(3/16)/3.
        let close = |a: f64, b: f64| (a - b).abs() < 1e-14;
        assert!(close(r.expected, 41.0 / 16.0));
        assert!(close(r.expected_err, 11.0 / 16.0), "{}", r.expected_err);
        let variance = 0.3125 + 0.5625 * 16.0 - (41.0_f64 / 16.0).powi(2);
        assert!(close(r.spread, variance.sqrt()));
        assert!(close(r.most_probable, 4.0));
        assert_eq!(r.samples, 4);
        let known = readings_of_known(&table, [(2.0, &data)]);
        assert!(close(known[0].bias(), 9.0 / 16.0));
        assert!(close(known[0].bias_of_most_probable(), 2.0));
        let h = cross_entropy(&table, 1, &data);
        let want = -(0.5_f64.ln() + 3.0 * 0.25_f64.ln()) / 4.0;
        assert!(close(h, want));
    }
}
