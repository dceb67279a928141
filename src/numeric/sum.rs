//! Sums of many doubles with a running bound on what was lost.

use super::Enclosure;
use super::double_double::two_sum;

/// A double-double accumulator that also bounds its own rounding error.
///
/// Each `add` loses at most `2u²` of the running magnitude (the low words are added in double), so
/// the bound grows like `n·2⁻¹⁰⁵ Σ|x|`: for 2³⁰ terms of one sign the relative error stays below 2⁻⁷⁵.
#[derive(Clone, Copy, Debug, Default)]
pub struct CompensatedSum {
    hi: f64,
    lo: f64,
    magnitude: f64,
    terms: u64,
}

impl CompensatedSum {
    /// An empty sum.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a term, taken as exact.
    #[inline]
    pub fn add(&mut self, x: f64) {
        let (s, e) = two_sum(self.hi, x);
        self.hi = s;
        self.lo += e;
        self.magnitude += x.abs();
        self.terms += 1;
    }

    /// Adds another sum.
    #[inline]
    pub fn merge(&mut self, other: &Self) {
        let (s, e) = two_sum(self.hi, other.hi);
        self.hi = s;
        self.lo += e + other.lo;
        self.magnitude += other.magnitude;
        self.terms += other.terms + 1;
    }

    /// The sum rounded to a double.
    #[inline]
    pub fn value(&self) -> f64 {
        self.hi + self.lo
    }

    /// Σ|x|, rounded, over all terms.
    #[inline]
    pub fn magnitude(&self) -> f64 {
        self.magnitude
    }

    /// The exact sum of the added doubles.
    ///
    /// # Accuracy
    /// `lo` collects at most one rounding of size `u·|lo| ≤ n u² Σ|x|` per term, which makes `n² u² Σ|x|`;
    /// the bound used is twice that plus the final rounding. Test `sum_bound_contains_exact_sum`.
    pub fn enclosure(&self) -> Enclosure {
        let n = self.terms as f64;
        let u = 0.5 * f64::EPSILON;
        let radius = 2.0 * n * n * u * u * self.magnitude;
        Enclosure::exact(self.hi) + Enclosure::around(self.lo, radius)
    }
}

/// `ln Σ e^{x_i}` of enclosed terms, without over- or underflow; `None` if there are none.
///
/// # Accuracy
/// The result contains the true value for every choice of the terms within their enclosures; its
/// width is that of the widest term plus a few units in the last place.
pub fn log_sum_exp(terms: &[Enclosure]) -> Option<Enclosure> {
    let top = terms
        .iter()
        .map(|t| t.mid())
        .fold(f64::NEG_INFINITY, f64::max);
    if terms.is_empty() {
        return None;
    }
    let shift = Enclosure::exact(top);
    let sum: Enclosure = terms.iter().map(|&t| (t - shift).exp()).sum();
    Some(sum.ln() + shift)
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_rational::BigRational;
    use num_traits::Zero;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sum_bound_contains_exact_sum(terms in prop::collection::vec(-1e10..1e10_f64, 0..200)) {
            let mut s = CompensatedSum::new();
            let mut exact = BigRational::zero();
            for &t in &terms {
                s.add(t);
                exact += BigRational::from_float(t).unwrap();
            }
            prop_assert!(s.enclosure().contains_rational(&exact));
            prop_assert!(s.enclosure().width() <= 4.0 * f64::EPSILON * s.value().abs() + 1e-18);
        }
    }

    #[test]
    fn log_sum_exp_of_equal_terms_is_shifted_log_count() {
        let terms = [Enclosure::exact(1000.0); 8];
        let got = log_sum_exp(&terms).unwrap();
        let want = Enclosure::exact(1000.0) + Enclosure::exact(8.0).ln();
        assert!(got.overlaps(want) && got.width() < 1e-12);
        assert!(log_sum_exp(&[]).is_none());
    }
}
