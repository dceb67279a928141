//! Training, against the thermometer that knows the Hamiltonian.

use super::*;
use crate::exact::Limits;
use crate::exact::Strip;
use crate::learn::BinaryData;
use crate::model::Lattice;
use crate::random::Seed;

/// Exact samples of a torus.
fn ensemble(lattice: Lattice, temperature: f64, samples: usize, index: u64) -> BinaryData {
    let mut stream = Seed(5).stream("thermometer samples", index);
    let coupling = if temperature > 0.0 {
        temperature.recip()
    } else {
        40.0
    };
    let strip = Strip::homogeneous(lattice, coupling, 0.0).unwrap();
    let drawn = strip
        .samples(samples, &mut stream, &Limits::default())
        .unwrap();
    let mut spins = vec![0_i8; lattice.sites()];
    let mut up = Vec::new();
    for k in 0..samples {
        drawn.write(k, &mut spins);
        up.extend(spins.iter().map(|&s| u8::from(s > 0)));
    }
    BinaryData::from_bits(up, lattice.sites()).unwrap()
}

const TEMPERATURES: [f64; 4] = [0.0, 1.5, 2.3, 4.0];

fn training() -> ThermometerTraining {
    ThermometerTraining {
        hidden: vec![48],
        passes: 12,
        ..ThermometerTraining::default()
    }
}

fn ensembles(lattice: Lattice, samples: usize, set: u64) -> Vec<BinaryData> {
    (0..4)
        .map(|k| ensemble(lattice, TEMPERATURES[k], samples, set * 4 + k as u64))
        .collect()
}

fn train(data: &[BinaryData], seed: u64) -> ThermometerNetwork {
    let data: Vec<&BinaryData> = data.iter().collect();
    ThermometerNetwork::train(&TEMPERATURES, &data, &training(), Seed(seed), |_| {}).unwrap()
}

/// `ln p − ln q` of the true label, sample by sample, at every temperature: mean and its standard error.
fn excess(
    p: &impl TemperaturePosterior,
    q: &impl TemperaturePosterior,
    data: &[BinaryData],
) -> (f64, f64) {
    let mut differences = Vec::new();
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for (k, data) in data.iter().enumerate() {
        p.posteriors(data.up(), &mut a);
        q.posteriors(data.up(), &mut b);
        let rows = a.chunks_exact(4).zip(b.chunks_exact(4));
        differences.extend(rows.map(|(a, b)| f64::from(a[k]).ln() - f64::from(b[k]).ln()));
    }
    let n = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / n;
    let square: f64 = differences.iter().map(|d| (d - mean).powi(2)).sum();
    (mean, (square / (n * (n - 1.0))).sqrt())
}

#[test]
fn training_comes_near_the_ideal_thermometer() {
    let lattice = Lattice::torus(3, 4);
    let (data, held_out) = (ensembles(lattice, 10_000, 0), ensembles(lattice, 10_000, 1));
    let network = train(&data, 1);
    let ideal = IdealThermometer::new((3, 4), &TEMPERATURES).unwrap();
    // The mean is a relative entropy: not negative, and of the order of parameters over samples.
    let (mean, err) = excess(&ideal, &network, &held_out);
    let room = network.network().parameters().len() as f64 / 40_000.0;
    assert!(mean > -5.0 * err, "{mean} ± {err}");
    assert!(mean < room + 5.0 * err, "{mean} ± {err}, {room}");
    // A network without training is far outside.
    let sizes = [12, 48, 4];
    let untrained = Network::random(&sizes, &mut Seed(1).stream("untrained", 0));
    let untrained = ThermometerNetwork::from_bytes(&{
        let mut bytes = network.to_bytes();
        let tail = bytes.len() - 4 * untrained.parameters().len();
        bytes.truncate(tail);
        bytes.extend(untrained.parameters().iter().flat_map(|x| x.to_le_bytes()));
        bytes
    })
    .unwrap();
    let (mean, err) = excess(&ideal, &untrained, &held_out);
    assert!(mean > room + 5.0 * err, "{mean} ± {err}");
}

#[test]
fn readings_differ_from_ideal_ones_as_little_as_the_entropy_allows() {
    let lattice = Lattice::torus(3, 4);
    let network = train(&ensembles(lattice, 10_000, 0), 1);
    let held_out = ensembles(lattice, 10_000, 1);
    let ideal = IdealThermometer::new((3, 4), &TEMPERATURES).unwrap();
    let (entropy, err) = excess(&ideal, &network, &held_out);
    // By Pinsker's inequality and Jensen's, for each of the four temperatures.
    let bound = 4.0 * (4.0 * (entropy + 5.0 * err) / 2.0).sqrt();
    let known = |t: &dyn Fn(&BinaryData) -> TemperatureReading| -> Vec<TemperatureReading> {
        held_out.iter().map(t).collect()
    };
    let a = known(&|d| read_temperature(&network, d));
    let b = known(&|d| read_temperature(&ideal, d));
    for (a, b) in a.iter().zip(&b) {
        let difference = (a.expected - b.expected).abs();
        assert!(difference < bound, "{} {} {bound}", a.expected, b.expected);
    }
    // Even the ideal one is drawn inwards: at T = 0 no reading is below, so the mean is above.
    let labelled = TEMPERATURES.into_iter().zip(&held_out);
    let known = readings_of_known(&ideal, labelled);
    assert!(known[0].bias() > 10.0 * known[0].reading.expected_err);
    assert!(known[3].bias() < -10.0 * known[3].reading.expected_err);
    // Averaged over the list there is no bias: E[E[T|s]] = E[T].
    let sum: f64 = known.iter().map(KnownReading::bias).sum();
    let err = known
        .iter()
        .map(|k| k.reading.expected_err.powi(2))
        .sum::<f64>()
        .sqrt();
    assert!(sum.abs() < 5.0 * err, "{sum} ± {err}");
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_bytes_come_back() {
    let data = ensembles(Lattice::torus(2, 3), 300, 0);
    let bytes = train(&data, 7).to_bytes();
    let one = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    assert_eq!(bytes, one.install(|| train(&data, 7)).to_bytes());
    assert_ne!(bytes, train(&data, 8).to_bytes());
    let back = ThermometerNetwork::from_bytes(&bytes).unwrap();
    assert_eq!(back.to_bytes(), bytes);
    assert_eq!(
        read_temperature(&back, &data[1]),
        read_temperature(&train(&data, 7), &data[1])
    );
}

#[test]
fn bytes_that_are_no_thermometer_are_refused() {
    let data = ensembles(Lattice::torus(2, 3), 50, 0);
    let bytes = train(&data, 7).to_bytes();
    let what = |bytes: &[u8]| match ThermometerNetwork::from_bytes(bytes) {
        Err(ThermometerError::Format { what }) => what,
        other => panic!("{other:?}"),
    };
    for length in 0..bytes.len() {
        assert!(ThermometerNetwork::from_bytes(&bytes[..length]).is_err());
    }
    let changed = |at: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        bytes
    };
    assert_eq!(what(&changed(7, b'2')), "another name or version");
    assert_eq!(what(&changed(11, 1)), "too many layers or temperatures");
    assert_eq!(what(&changed(12, 3)), "not one output for each temperature");
    // Units of the hidden layer.
    assert_eq!(what(&changed(20, 5)), "sizes and parameters do not fit");
}

#[test]
fn lists_that_do_not_fit_are_refused() {
    let data = ensembles(Lattice::torus(2, 3), 10, 0);
    let other = ensembles(Lattice::torus(2, 4), 10, 0);
    let of = |temperatures: &[f64], data: &[&BinaryData], training: &ThermometerTraining| {
        ThermometerNetwork::train(temperatures, data, training, Seed(1), |_| {}).unwrap_err()
    };
    let fine = training();
    let two = [&data[0], &data[1]];
    assert!(matches!(
        of(&[1.0, 2.0, 3.0], &two, &fine),
        ThermometerError::Temperatures { ensembles: 2, .. }
    ));
    assert!(matches!(
        of(&[1.0, f64::INFINITY], &two, &fine),
        ThermometerError::Temperatures { .. }
    ));
    assert!(matches!(
        of(&[1.0, 2.0], &[&data[0], &other[1]], &fine),
        ThermometerError::Spins {
            ensemble: 1,
            found: 8,
            expected: 6
        }
    ));
    for bad in [
        ThermometerTraining {
            minibatch: 0,
            ..fine.clone()
        },
        ThermometerTraining {
            hidden: vec![0],
            ..fine.clone()
        },
        ThermometerTraining {
            rate: f32::NAN,
            ..fine.clone()
        },
    ] {
        assert_eq!(of(&[1.0, 2.0], &two, &bad), ThermometerError::Training);
    }
    let wild = ThermometerTraining {
        rate: f32::MAX,
        ..fine
    };
    assert!(matches!(
        of(&[1.0, 2.0], &two, &wild),
        ThermometerError::Diverged { .. }
    ));
}
