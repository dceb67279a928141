//! What annealed importance sampling is predicted to cost, before it is begun.

use crate::exact::Limits;

/// Seconds for a connection and chain in one direction of a sweep: a guess on the low side, so that nothing
/// is refused that would fit.
const SECONDS: f64 = 1e-10;

/// The size of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Annealing {
    pub(super) visible: usize,
    pub(super) hidden: usize,
    pub(super) chains: usize,
    pub(super) temperatures: usize,
}

impl Annealing {
    /// Bytes: states, fields and thresholds of all chains.
    pub(super) fn bytes(&self) -> f64 {
        self.chains as f64 * (16.0 * (self.visible as f64 + self.hidden as f64) + 64.0)
    }

    /// Seconds: two products with the weights a step and chain.
    pub(super) fn seconds(&self) -> f64 {
        let sweeps = self.chains as f64 * self.temperatures as f64;
        let connections = self.visible as f64 * self.hidden as f64;
        2.0 * SECONDS * sweeps * connections / rayon::current_num_threads() as f64
    }

    /// Refuses what is over the limits.
    ///
    /// # Errors
    /// With the prediction.
    pub(super) fn check(&self, limits: &Limits) -> Result<(), String> {
        let (bytes, seconds) = (self.bytes(), self.seconds());
        if bytes <= limits.max_bytes.min(1e18) && seconds <= limits.max_seconds {
            return Ok(());
        }
        Err(format!(
            "{} chains of {} steps take about {bytes:.1e} bytes and {seconds:.1e} s, the limits are {:.1e} and {:.1e}",
            self.chains, self.temperatures, limits.max_bytes, limits.max_seconds
        ))
    }
}
