//! Flip probabilities of a single-site rule on the square lattice, and their binary digits.

use super::BitParallelError;

/// Probability to flip a spin, given its direction and how many of its four neighbours oppose it.
///
/// For the reduced Hamiltonian 𝒦 = K Σ s s' + H Σ s, flipping `s` against `a` opposing neighbours
/// changes it by
/// ```text
/// Δ𝒦 = −2 (K (4 − 2a) + s H)
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct FlipTable([[f64; 5]; 2]);

impl FlipTable {
    fn new(
        coupling: f64,
        field: f64,
        accept: impl Fn(f64) -> f64,
    ) -> Result<Self, BitParallelError> {
        if !(coupling.is_finite() && field.is_finite()) {
            return Err(BitParallelError::NotFinite { coupling, field });
        }
        let row = |spin: f64| {
            [0.0, 1.0, 2.0, 3.0, 4.0]
                .map(|a: f64| accept(-2.0 * (coupling * (4.0 - 2.0 * a) + spin * field)))
        };
        Ok(Self([row(-1.0), row(1.0)]))
    }

    /// The rule of Metropolis: min(1, e^{Δ𝒦}).
    ///
    /// # Errors
    /// [`BitParallelError::NotFinite`].
    pub fn metropolis(coupling: f64, field: f64) -> Result<Self, BitParallelError> {
        Self::new(coupling, field, |change| change.min(0.0).exp())
    }

    /// The heat bath: 1/(1 + e^{−Δ𝒦}).
    ///
    /// # Errors
    /// [`BitParallelError::NotFinite`].
    pub fn heat_bath(coupling: f64, field: f64) -> Result<Self, BitParallelError> {
        Self::new(coupling, field, |change| 1.0 / (1.0 + (-change).exp()))
    }

    /// Whether sweeps in fixed order are reducible on every even torus because spins between two
    /// equal and two opposite neighbours flip with certainty.
    ///
    /// Columns of alternating sign are such a state everywhere. When all spins of one colour have
    /// flipped, those of the other still have two opposing neighbours each, so they flip too: two
    /// states that only lead to each other. Metropolis in zero field does it, its other rules and
    /// the heat bath do not; see [`CheckerboardSpins::sweep`](super::CheckerboardSpins::sweep).
    pub fn flips_balanced_spins_always(&self) -> bool {
        self.0.iter().all(|row| row[2] >= 1.0)
    }

    /// Probability to flip a spin that points up (or down) against `opposing` neighbours.
    ///
    /// # Panics
    /// If there are more than four.
    #[inline]
    pub fn probability(&self, up: bool, opposing: usize) -> f64 {
        self.0[usize::from(up)][opposing]
    }
}

/// When a uniform binary fraction of a fixed number of digits says yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Never,
    Always,
    /// If the fraction, as an integer, is below this one.
    Below(u128),
}

impl Verdict {
    /// The verdict with the nearest probability that the digits can express.
    pub(super) fn new(probability: f64, digits: u32) -> Self {
        debug_assert!(digits < 100);
        let scaled = (probability * 2_f64.powi(digits as i32)).round();
        match scaled as u128 {
            0 => Self::Never,
            bound if bound >= 1 << digits => Self::Always,
            bound => Self::Below(bound),
        }
    }

    pub(super) fn says_yes(self, fraction: u128) -> bool {
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::Below(bound) => fraction < bound,
        }
    }
}

/// Digits of the longest comparison; see [`super::digits`].
pub(super) const FIRST_DIGITS: usize = 64;

/// One comparison of a rule: the classes of sites that share a flip probability.
#[derive(Clone, Copy, Debug)]
pub(super) struct Threshold {
    /// The classes.
    pub(super) classes: Classes,
    /// The first digits, most significant first: all bits set or none.
    pub(super) digits: [u64; FIRST_DIGITS],
    /// What is left after the leading digits, for those who share it.
    pub(super) remainder: u64,
}

/// Two directions of the spin times five numbers of opposing neighbours: class `5 up + opposing`.
pub(super) const CLASSES: usize = 10;

/// A set of classes, as a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Classes {
    list: [u8; CLASSES],
    len: usize,
}

impl Classes {
    fn push(&mut self, class: usize) {
        self.list[self.len] = class as u8;
        self.len += 1;
    }

    /// The members.
    #[inline]
    pub(super) fn list(&self) -> &[u8] {
        &self.list[..self.len]
    }
}

/// A rule as comparisons.
#[derive(Clone, Debug)]
pub(super) struct Comparisons {
    /// Classes that flip always.
    pub(super) always: Classes,
    /// At most one for each class.
    pub(super) thresholds: Vec<Threshold>,
    /// Whether this is a rule in zero field that flips always against two or more opposing
    /// neighbours, with thresholds for one and for none, in this order, the second the smaller.
    pub(super) is_plain: bool,
}

impl Comparisons {
    /// `total` digits in all, of which the last 64 (or none) are the remainder.
    pub(super) fn new(table: &FlipTable, total: u32, leading: u32) -> Self {
        let mut always = Classes::default();
        let mut bounds: Vec<(u128, Classes)> = Vec::new();
        for class in 0..CLASSES {
            let p = table.probability(class / 5 == 1, class % 5);
            match Verdict::new(p, total) {
                Verdict::Never => {}
                Verdict::Always => always.push(class),
                Verdict::Below(bound) => {
                    let at = bounds.iter().position(|b| b.0 == bound);
                    let at = at.unwrap_or_else(|| {
                        bounds.push((bound, Classes::default()));
                        bounds.len() - 1
                    });
                    bounds[at].1.push(class);
                }
            }
        }
        bounds.sort_unstable_by_key(|b| std::cmp::Reverse(b.0));
        let thresholds: Vec<_> = bounds
            .into_iter()
            .map(|(bound, classes)| {
                let mut digits = [0; FIRST_DIGITS];
                for (k, digit) in digits.iter_mut().enumerate().take(leading as usize) {
                    if bound >> (total - 1 - k as u32) & 1 == 1 {
                        *digit = u64::MAX;
                    }
                }
                let remainder = if leading < total { bound as u64 } else { 0 };
                Threshold {
                    classes,
                    digits,
                    remainder,
                }
            })
            .collect();
        let is_plain = always.list() == [2, 3, 4, 7, 8, 9]
            && thresholds.len() == 2
            && thresholds[0].classes.list() == [1, 6]
            && thresholds[1].classes.list() == [0, 5];
        Self {
            always,
            thresholds,
            is_plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detailed_balance_holds_between_a_spin_and_its_reverse() {
        for (k, h) in [(0.44, 0.0), (0.3, 0.2), (-0.7, -0.4), (0.0, 0.0)] {
            for table in [FlipTable::metropolis(k, h), FlipTable::heat_bath(k, h)] {
                let table = table.unwrap();
                for a in 0..5 {
                    // Reversed, the spin has 4 − a opposing neighbours.
                    let ratio = table.probability(true, a) / table.probability(false, 4 - a);
                    let change = -2.0 * (k * (4.0 - 2.0 * a as f64) + h);
                    assert!((ratio / change.exp() - 1.0).abs() < 1e-14);
                }
            }
        }
        assert!(FlipTable::metropolis(f64::NAN, 0.0).is_err());
        assert!(FlipTable::heat_bath(1.0, f64::INFINITY).is_err());
    }

    #[test]
    fn digits_add_up_to_the_probability() {
        let table = FlipTable::metropolis(0.44, 0.1).unwrap();
        let rule = Comparisons::new(&table, 72, 8);
        assert!(!rule.is_plain);
        for t in &rule.thresholds {
            let class = usize::from(t.classes.list()[0]);
            let leading = (0..8).fold(0, |x, k| x << 1 | u128::from(t.digits[k] & 1));
            let bound = (leading << 64 | u128::from(t.remainder)) as f64;
            // 53 bits of a probability above 2⁻¹⁹ fit into 72 digits.
            let p = table.probability(class / 5 == 1, class % 5);
            assert!((bound / 2_f64.powi(72) - p).abs() <= f64::EPSILON * p);
        }
        let plain = FlipTable::metropolis(0.44, 0.0).unwrap();
        assert!(Comparisons::new(&plain, 72, 8).is_plain);
        assert!(!Comparisons::new(&FlipTable::heat_bath(0.44, 0.0).unwrap(), 72, 8).is_plain);
        assert_eq!(Verdict::new(1.0, 72), Verdict::Always);
        assert_eq!(Verdict::new(1e-30, 72), Verdict::Never);
    }
}
