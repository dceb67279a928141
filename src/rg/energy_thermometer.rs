//! The temperature of an ensemble from its mean energy, by the exact energy of the torus inverted.

use crate::exact::KaufmanError;
use crate::exact::kaufman;
use crate::numeric::Enclosure;

/// Largest coupling that is tried: from K = 10 on the energy is that of the ground state to rounding.
const STRONGEST: f64 = 64.0;
/// Smallest coupling that is tried; weaker ones count as zero.
const WEAKEST: f64 = 1e-100;

/// The temperature at which the Ising torus (J = k = 1, no field) has a given mean energy.
///
/// ```text
/// E(T) = −⟨Σ_⟨ij⟩ s_i s_j⟩ rises from −(number of bonds) at T = 0 to 0 at T = ∞
/// ```
/// It is the temperature of *this* model with nearest neighbours: an ensemble of another model, such as block
/// spins, has a temperature in this sense if its energy is in the range, which does not make it a thermal
/// ensemble.
#[derive(Clone, Debug, PartialEq)]
pub struct EnergyThermometer {
    rows: usize,
    columns: usize,
    ground: f64,
}

/// The temperatures that an energy allows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EnergyTemperature {
    /// All temperatures that the energy allows lie in `[lo, hi]`; `lo` is 0 if the ground state is allowed and
    /// `hi` is ∞ if zero energy is.
    Between {
        /// Lower end.
        lo: f64,
        /// Upper end.
        hi: f64,
    },
    /// The energy is below that of the ground state: of no model of ±1 spins.
    BelowGround,
    /// The energy is above that at infinite temperature: neighbours are more often unlike than like.
    AboveInfinite,
}

impl EnergyThermometer {
    /// The thermometer of a `rows × columns` torus.
    ///
    /// # Errors
    /// [`KaufmanError`] for sides that [`kaufman`] does not take.
    pub fn new(rows: usize, columns: usize) -> Result<Self, KaufmanError> {
        kaufman(rows, columns, 1.0, 1.0)?;
        let bonds = |side: usize| if side == 1 { 0.0 } else { 1.0 };
        let ground = -((rows * columns) as f64) * (bonds(rows) + bonds(columns));
        Ok(Self {
            rows,
            columns,
            ground,
        })
    }

    /// E at T = 0.
    pub fn ground_energy(&self) -> f64 {
        self.ground
    }

    /// E at a coupling `K = 1/T > 0`.
    fn energy_at(&self, coupling: f64) -> Enclosure {
        let range = Enclosure::new(self.ground, 0.0);
        kaufman(self.rows, self.columns, coupling, coupling).map_or(range, |torus| {
            let energy = torus.mean_energy / Enclosure::exact(coupling);
            energy.intersection(range).unwrap_or(energy)
        })
    }

    /// E at a temperature; 0 and ∞ are allowed.
    ///
    /// # Panics
    /// If the temperature is negative or not a number.
    pub fn energy(&self, temperature: f64) -> Enclosure {
        assert!(temperature >= 0.0, "temperature {temperature}");
        if temperature.is_infinite() {
            return Enclosure::exact(0.0);
        }
        let coupling = temperature.recip();
        if coupling > STRONGEST {
            // Between the ground state and the energy at a higher temperature.
            return Enclosure::new(self.ground, self.energy_at(STRONGEST).hi());
        }
        // The reciprocal is rounded; its neighbours enclose the true one, and E falls with K.
        let (below, above) = (coupling.next_down(), coupling.next_up());
        Enclosure::new(self.energy_at(above).lo(), self.energy_at(below).hi())
    }

    /// Two neighbouring couplings (to the resolution of a double) with `beyond` false at the first, which may
    /// be zero without a test, and true at the second; `None` if it is false at the largest.
    fn bracket(&self, beyond: impl Fn(Enclosure) -> bool) -> Option<(f64, f64)> {
        let (mut no, mut yes) = (0.0, STRONGEST);
        if !beyond(self.energy_at(yes)) {
            return None;
        }
        loop {
            let middle = 0.5 * (no + yes);
            if middle <= no || middle >= yes || middle < WEAKEST {
                return Some((no, yes));
            }
            if beyond(self.energy_at(middle)) {
                yes = middle;
            } else {
                no = middle;
            }
        }
    }

    /// The temperatures whose mean energy lies in an enclosure.
    ///
    /// # Accuracy
    /// Every temperature with such an energy is in the answer: the ends are temperatures whose energy is proved
    /// to be outside. For a narrow enclosure the answer is wider than needed by about `1e-14 N/(dE/dT)`. Test
    /// `intervals_contain_the_temperature_and_little_else`.
    /// # Complexity
    /// About 120 evaluations of [`kaufman`].
    pub fn temperature(&self, energy: Enclosure) -> EnergyTemperature {
        if energy.hi() < self.ground {
            return EnergyTemperature::BelowGround;
        }
        if energy.lo() > 0.0 {
            return EnergyTemperature::AboveInfinite;
        }
        // From this coupling on the energy is surely below the enclosure.
        let lo = if energy.lo() <= self.ground {
            0.0
        } else {
            self.bracket(|e| e.hi() < energy.lo())
                .map_or(0.0, |(_, k)| k.recip().next_down())
        };
        // Below this coupling the energy is surely above it.
        let hi = if energy.hi() >= 0.0 {
            f64::INFINITY
        } else {
            match self.bracket(|e| e.lo() <= energy.hi()) {
                // Even the largest coupling has a higher energy.
                None => STRONGEST.recip(),
                Some((k, _)) if k > 0.0 => k.recip().next_up(),
                Some(_) => f64::INFINITY,
            }
        };
        EnergyTemperature::Between { lo, hi }
    }

    /// The temperatures of a mean energy with its standard error: those allowed by `mean ± sigmas · std_err`.
    ///
    /// # Panics
    /// If a number is not finite or `sigmas · std_err` is negative.
    pub fn temperature_of_mean(&self, mean: f64, std_err: f64, sigmas: f64) -> EnergyTemperature {
        let radius = sigmas * std_err;
        assert!(
            mean.is_finite() && (0.0..f64::INFINITY).contains(&radius),
            "an energy {mean} ± {radius}"
        );
        self.temperature(Enclosure::around(mean, radius))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Lattice;
    use crate::sample::SquareIsing;

    #[test]
    fn energies_are_those_of_all_states() {
        let lattice = Lattice::torus(3, 4);
        let model = SquareIsing::new(lattice, 1.0, 0.0).unwrap();
        let thermometer = EnergyThermometer::new(3, 4).unwrap();
        assert_eq!(
            thermometer.ground_energy() as i64,
            -(lattice.bonds().len() as i64)
        );
        for t in [0.3, 1.0, 2.269, 7.0, 1e3] {
            let (mut z, mut sum) = (0.0, 0.0);
            for state in 0..1 << 12 {
                let s: Vec<i8> = (0..12).map(|i| 2 * (state >> i & 1) as i8 - 1).collect();
                let bonds = model.bond_sum(&s) as f64;
                let weight = ((bonds - 24.0) / t).exp();
                z += weight;
                sum -= weight * bonds;
            }
            let e = thermometer.energy(t);
            // 2¹² terms of magnitude up to 24, added with a relative error of 2¹² u at most.
            let slack = 24.0 * 4096.0 * f64::EPSILON;
            assert!(Enclosure::around(sum / z, slack).overlaps(e), "{t} {e:?}");
            assert!(e.width() < 1e-12);
        }
    }

    #[test]
    fn intervals_contain_the_temperature_and_little_else() {
        for side in [4, 10, 64] {
            let thermometer = EnergyThermometer::new(side, side).unwrap();
            for t in [0.8, 2.0, 2.269, 2.7, 11.0, 1e4] {
                let e = thermometer.energy(t);
                let EnergyTemperature::Between { lo, hi } = thermometer.temperature(e) else {
                    panic!("{t} is a temperature");
                };
                assert!(lo <= t && t <= hi, "{lo} {t} {hi}");
                // The slope by a difference, and an energy known to 1e-14 a site.
                let above = thermometer.energy(t * 1.001).lo();
                let slope = (above - e.hi()) / (t * 0.001);
                let width = (2.0 * e.width() + 2e-14 * (side * side) as f64) / slope;
                assert!(hi - lo < 4.0 * width + 4.0 * f64::EPSILON * t, "{side} {t}");
                // A temperature one per cent off is excluded.
                let off = thermometer.energy(t * 1.01);
                let EnergyTemperature::Between { lo, .. } = thermometer.temperature(off) else {
                    panic!("{t} is a temperature");
                };
                assert!(lo > t);
            }
        }
    }

    #[test]
    fn energies_outside_the_range_say_so() {
        let thermometer = EnergyThermometer::new(4, 4).unwrap();
        let of = |lo, hi| thermometer.temperature(Enclosure::new(lo, hi));
        assert_eq!(of(-40.0, -33.0), EnergyTemperature::BelowGround);
        assert_eq!(of(0.5, 3.0), EnergyTemperature::AboveInfinite);
        let all = EnergyTemperature::Between {
            lo: 0.0,
            hi: f64::INFINITY,
        };
        assert_eq!(of(-32.0, 0.0), all);
        assert_eq!(of(-100.0, 100.0), all);
        let EnergyTemperature::Between { lo, hi } = thermometer.temperature_of_mean(-1.0, 0.6, 2.0)
        else {
            panic!("zero is within two errors");
        };
        // High temperatures: E ≈ −32/T, so −2.2 is reached near T = 15.
        assert!(lo > 10.0 && lo < 20.0 && hi.is_infinite());
        let EnergyTemperature::Between { lo, hi } =
            thermometer.temperature_of_mean(-31.9, 0.1, 2.0)
        else {
            panic!("the ground state is within two errors");
        };
        assert!(lo.abs() <= 0.0 && hi > 0.5 && hi < 3.0, "{lo} {hi}");
        assert!(thermometer.energy(0.0).contains(-32.0));
        assert!(thermometer.energy(f64::INFINITY).contains(0.0));
    }
}
