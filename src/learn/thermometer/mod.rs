//! The temperature of configurations, read by a supervised network.
//!
//! A network is shown configurations labelled by the temperature at which they were drawn, and learns a
//! distribution over temperatures for each: [`ThermometerNetwork`], as `demellokoch2019` measures the
//! configurations of a flow (section III-A). [`IdealThermometer`] is the same distribution computed from
//! the Hamiltonian; no training can do better, so the difference of their [`cross_entropy`] is what the
//! network has left to learn. [`read_temperature`] reads an ensemble with either, and [`readings_of_known`]
//! says how far the readings of known ensembles are from the truth.
//!
//! Any thermometer answers with one of its own temperatures: an ensemble of another kind gets a reading too.

mod ideal;
mod network;
mod reading;
mod supervised;
#[cfg(test)]
mod training_tests;

pub use ideal::{IdealThermometer, IdealThermometerError};
pub use network::Network;
pub use reading::{
    KnownReading, TemperaturePosterior, TemperatureReading, cross_entropy, read_temperature,
    readings_of_known,
};
pub use supervised::{
    ThermometerError, ThermometerNetwork, ThermometerProgress, ThermometerTraining,
};
