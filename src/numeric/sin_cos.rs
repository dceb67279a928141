//! Sine and cosine of an enclosure.

use super::Enclosure;
use num_traits::{One, Zero};

/// Largest argument that the series is used for; beyond it cancellation would eat the digits.
const LARGEST: f64 = 16.0;
/// Terms of the series; `16^80/80! < 3e-23`.
const TERMS: u32 = 80;

impl Enclosure {
    /// `(sin x, cos x)` by Taylor's series with its remainder; `[−1, 1]` where `|x| > 16`.
    ///
    /// # Accuracy
    /// The width is at most `2 (width of x) + 4e-15 e^{|x|}`: test `pythagoras_and_known_values`.
    pub fn sin_cos(self) -> (Self, Self) {
        let unit = Self::new(-1.0, 1.0);
        if self.magnitude() > LARGEST {
            return (unit, unit);
        }
        let middle = Self::exact(self.mid());
        let (mut sine, mut cosine) = (Self::zero(), Self::zero());
        let mut term = Self::one();
        for k in 0..TERMS {
            match k % 4 {
                0 => cosine = cosine + term,
                1 => sine = sine + term,
                2 => cosine = cosine - term,
                _ => sine = sine - term,
            }
            term = term * middle / Self::exact(f64::from(k + 1));
        }
        // Both derivatives are bounded by one, and so is the remainder by its first term.
        let slack = Self::exact(term.magnitude()) + Self::exact(self.width());
        let slack = Self::new(-slack.hi(), slack.hi());
        let clamp = |x: Self| (x + slack).intersection(unit).unwrap_or(unit);
        (clamp(sine), clamp(cosine))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pythagoras_and_known_values() {
        for i in -150..=150 {
            let x = Enclosure::exact(f64::from(i) * 0.1);
            let (s, c) = x.sin_cos();
            assert!((s.square() + c.square()).contains(1.0));
            assert!(s.overlaps(Enclosure::around(x.mid().sin(), 1e-15)));
            assert!(c.overlaps(Enclosure::around(x.mid().cos(), 1e-15)));
            assert!(s.width() <= 4e-15 * x.mid().abs().exp(), "{i}: {s:?}");
        }
        let (s, c) = Enclosure::pi().sin_cos();
        assert!(s.contains(0.0) && c.contains(-1.0));
        assert_eq!(
            Enclosure::exact(17.0).sin_cos().0,
            Enclosure::new(-1.0, 1.0)
        );
    }
}
