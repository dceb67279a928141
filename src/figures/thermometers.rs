//! Thermometers of square lattices of one size, and what they say of an ensemble.

use super::block_levels::Level;
use super::entries::{by_scale, refused};
use super::experiment::{FigureError, Run};
use super::ising_data::{GroundStates, bond_sum, configurations, temperatures};
use crate::learn::BinaryData;
use crate::learn::thermometer::{
    IdealThermometer, TemperaturePosterior, TemperatureReading, ThermometerNetwork,
    ThermometerTraining, read_temperature,
};
use crate::rg::EnergyThermometer;

/// How a temperature is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// The exact energy of the torus, inverted.
    Energy,
    /// The mean of the network's average distribution over T = 0, 0.1, …, 5.9.
    Network,
    /// Where that distribution is largest.
    NetworkPeak,
    /// As [`Method::Network`], with the exact posterior distribution in place of the network's.
    Ideal,
    /// The same over T = 0, 0.1, …, 20.
    Wide,
}

impl Method {
    /// All of them.
    pub(super) const ALL: [Self; 5] = [
        Self::Energy,
        Self::Network,
        Self::NetworkPeak,
        Self::Ideal,
        Self::Wide,
    ];

    /// For a reader.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Energy => "energy matched",
            Self::Network => "network, mean",
            Self::NetworkPeak => "network, peak",
            Self::Ideal => "exact posterior to 5.9",
            Self::Wide => "exact posterior to 20",
        }
    }

    /// Names of all but the first.
    pub(super) fn others() -> Vec<&'static str> {
        Self::ALL[1..].iter().map(|m| m.name()).collect()
    }
}

/// The temperatures of [`Method::Wide`].
fn wide() -> Vec<f64> {
    (0..=200).map(|tenths| f64::from(tenths) / 10.0).collect()
}

/// Points of the table of energies, and its largest coupling, beyond which a lattice counts as at T = 0.
const POINTS: usize = 2000;
const STRONGEST: f64 = 2.5;

/// All thermometers of a torus of one side.
pub(super) struct Thermometers {
    /// Energies of a bond at couplings 0, h, 2h, …, `STRONGEST`; they fall.
    energies: Vec<f64>,
    network: ThermometerNetwork,
    ideal: IdealThermometer,
    wide: IdealThermometer,
}

/// Training configurations of a network at each temperature.
fn per_temperature(run: &Run, side: usize) -> usize {
    let quick = match side {
        0..=8 => 200,
        9..=10 => 300,
        11..=16 => 100,
        _ => 40,
    };
    by_scale(run, quick, 8 * quick)
}

impl Thermometers {
    /// The thermometers of a size; the network is trained on exact configurations and kept as a finished stage.
    pub(super) fn new(run: &Run, side: usize) -> Result<Self, FigureError> {
        let what = "thermometers";
        let list = temperatures();
        let ideal =
            |list: &[f64]| IdealThermometer::new((side, side), list).map_err(|e| refused(what, e));
        let energy = EnergyThermometer::new(side, side).map_err(|e| refused(what, e))?;
        let energies = (0..=POINTS)
            .map(|k| {
                let coupling = STRONGEST * k as f64 / POINTS as f64;
                let bonds = (2 * side * side) as f64;
                if k == 0 {
                    0.0
                } else {
                    energy.energy(coupling.recip()).mid() / bonds
                }
            })
            .collect();
        Ok(Self {
            energies,
            network: network(run, side, &list)?,
            ideal: ideal(&list)?,
            wide: ideal(&wide())?,
        })
    }

    /// The temperature at which the torus has this mean energy per bond (with its sign: −1 in the ground
    /// state); infinite from zero on.
    ///
    /// From a table of exact energies with straight lines between them, since ensembles are read by the
    /// thousand: test `the_table_is_as_good_as_the_exact_thermometer`.
    fn of_energy(&self, per_bond: f64) -> f64 {
        if per_bond >= 0.0 {
            return f64::INFINITY;
        }
        let above = self.energies.partition_point(|&e| e > per_bond);
        if above > POINTS {
            return 0.0;
        }
        let (e0, e1) = (self.energies[above - 1], self.energies[above]);
        let place = (above - 1) as f64 + (e0 - per_bond) / (e0 - e1);
        POINTS as f64 / (STRONGEST * place)
    }

    /// What a method says of an ensemble.
    pub(super) fn read(&self, level: &Level, method: Method) -> f64 {
        match (method, self.distribution(level, method)) {
            (Method::NetworkPeak, Some(reading)) => reading.most_probable,
            (_, Some(reading)) => reading.expected,
            (_, None) => self.of_energy(energy_per_bond(level)),
        }
    }

    /// The average distribution of a method over its temperatures; `None` for the energy.
    pub(super) fn distribution(&self, level: &Level, method: Method) -> Option<TemperatureReading> {
        let data = BinaryData::from_bits(level.bits.clone(), level.sites()).ok()?;
        match method {
            Method::Energy => None,
            Method::Network | Method::NetworkPeak => Some(read_temperature(&self.network, &data)),
            Method::Ideal => Some(read_temperature(&self.ideal, &data)),
            Method::Wide => Some(read_temperature(&self.wide, &data)),
        }
    }

    /// The temperatures of the network.
    pub(super) fn network_temperatures(&self) -> &[f64] {
        self.network.temperatures()
    }
}

fn network(run: &Run, side: usize, list: &[f64]) -> Result<ThermometerNetwork, FigureError> {
    let count = per_temperature(run, side);
    let key = format!("thermometer/side={side}/count={count}/seed={}", run.seed.0);
    if let Some(bytes) = run.stages.get(&key)? {
        return ThermometerNetwork::from_bytes(&bytes).map_err(|e| FigureError::Stage {
            key,
            cause: e.to_string(),
        });
    }
    (run.progress)(&format!(
        "thermometer of side {side}: {count} configurations at each of {} temperatures",
        list.len()
    ));
    let ensembles: Vec<BinaryData> = list
        .iter()
        .map(|&t| {
            let bits = configurations(side, t, count, GroundStates::Both, run.seed, "thermometer")?;
            BinaryData::from_bits(bits, side * side).map_err(|e| refused("thermometer data", e))
        })
        .collect::<Result<_, _>>()?;
    let training = ThermometerTraining {
        passes: by_scale(run, 10, 6),
        ..ThermometerTraining::default()
    };
    let references: Vec<&BinaryData> = ensembles.iter().collect();
    let network = ThermometerNetwork::train(list, &references, &training, run.seed, |_| {})
        .map_err(|e| refused("training of a thermometer", e))?;
    run.stages.put(&key, &network.to_bytes())?;
    Ok(network)
}

/// −Σ s s′ over all bonds of all configurations, for each bond.
pub(super) fn energy_per_bond(level: &Level) -> f64 {
    let sum: i64 = level
        .bits
        .chunks_exact(level.sites())
        .map(|bits| bond_sum(level.side, bits))
        .sum();
    -(sum as f64) / (2 * level.bits.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::experiment::{Scale, Stages};
    use crate::random::Seed;

    struct Nothing;

    impl Stages for Nothing {
        fn get(&self, _: &str) -> Result<Option<Vec<u8>>, FigureError> {
            Ok(None)
        }
        fn put(&self, _: &str, _: &[u8]) -> Result<(), FigureError> {
            Ok(())
        }
    }

    fn of_side_4() -> Thermometers {
        let run = Run {
            scale: Scale::Quick,
            seed: Seed(5),
            stages: &Nothing,
            progress: &|_| {},
        };
        Thermometers::new(&run, 4).unwrap()
    }

    #[test]
    fn the_table_is_as_good_as_the_exact_thermometer() {
        let thermometers = of_side_4();
        let exact = EnergyThermometer::new(4, 4).unwrap();
        for t in [0.5, 1.0, 2.269, 3.3, 11.0, 300.0] {
            let read = thermometers.of_energy(exact.energy(t).mid() / 32.0);
            // The second derivative of the energy per bond by K is below 4; lines with steps of 1/800 are off
            // by at most 1e-6, divided by dE/dK; at T = 0.5 that slope is 0.02.
            assert!((read / t - 1.0).abs() < 3e-4, "{t}: {read}");
        }
        assert!(thermometers.of_energy(-1.0).abs() < 1e-15);
    }

    #[test]
    fn thermometers_read_what_was_drawn() {
        let thermometers = of_side_4();
        // Side 4: single configurations say little, so only energies are sharp. 4000 draws: the error of the
        // energy per bond is below 0.6/√4000 = 0.01, a temperature below 0.1; five of them.
        let draw = |t: f64| {
            let bits = configurations(4, t, 4000, GroundStates::Both, Seed(9), "test").unwrap();
            Level::new(4, bits)
        };
        for t in [1.8, 2.6] {
            let read = thermometers.read(&draw(t), Method::Energy);
            assert!((read - t).abs() < 0.5, "{t}: {read}");
        }
        for method in Method::ALL {
            assert!(
                thermometers.read(&draw(1.2), method) < thermometers.read(&draw(4.0), method),
                "{}",
                method.name()
            );
        }
        // Like neighbours in no place: energy +1 for each bond.
        let bits = (0..16).map(|k| ((k / 4 + k) % 2) as u8).collect();
        let board = Level::new(4, bits);
        assert!((energy_per_bond(&board) - 1.0).abs() < 1e-15);
        assert!(thermometers.read(&board, Method::Energy).is_infinite());
    }
}
