//! A test of the mean of independent draws whose cumulant generating function is known.

use super::design::{Design, TestError, within};

/// Steps of a search by golden sections or by halves; each keeps 0.62 or 0.5 of the interval.
const STEPS: usize = 32;

/// Is the mean of n independent draws of X that of its law, with the whole law's tails known?
///
/// ```text
/// Λ(t) = ln E e^{tX},   I(x) = sup_t (t x − Λ(t)),   P(x̄ beyond x on its side) ≤ e^{−n I(x)}
/// p = min(1, 2 e^{−n I(x̄)})
/// ```
/// The bound of Chernoff and Cramér: valid at every n, whatever the range of X, and in its exponent as
/// sharp as the normal approximation. For the energy of a model Λ is a difference of `ln Z` at two
/// temperatures, so every exact engine makes such a test. Any `t` that the search misses can only
/// enlarge p.
///
/// The effects that it is planned for are tilts: the law with weights multiplied by `e^{tX}`, which for
/// the energy is the same model at another temperature.
///
/// # Accuracy
/// Size and power against all outcomes of a coin: tests `size_is_valid_for_every_coin`,
/// `planned_power_is_reached`.
///
/// # References
/// H. Chernoff, Ann. Math. Statist. 23 (1952) 493.
#[derive(Clone, Debug)]
pub struct CumulantTest<F> {
    cumulant: F,
    /// Largest |t| at which Λ is known.
    reach: f64,
}

impl<F: Fn(f64) -> f64> CumulantTest<F> {
    /// A test with Λ, known and convex on `[−reach, reach]`; an upper bound of Λ does as well, and makes the
    /// p-value larger.
    ///
    /// # Errors
    /// [`TestError::OutOfBounds`] unless `reach` is positive and finite and Λ finite at both ends.
    pub fn new(cumulant: F, reach: f64) -> Result<Self, TestError> {
        within(&[reach], f64::MIN_POSITIVE, f64::MAX)?;
        within(&[cumulant(-reach), cumulant(reach)], f64::MIN, f64::MAX)?;
        Ok(Self { cumulant, reach })
    }

    /// `I(x) = sup_t (t x − Λ(t))` over t upward or downward from zero.
    fn rate(&self, x: f64, upward: bool) -> f64 {
        let gain = |t: f64| t * x - (self.cumulant)(t);
        let end = if upward { self.reach } else { -self.reach };
        let share = 0.5 * (5.0_f64.sqrt() - 1.0);
        let (mut a, mut b) = (0.0, end);
        let (mut c, mut d) = (b - share * (b - a), a + share * (b - a));
        let (mut gain_c, mut gain_d) = (gain(c), gain(d));
        for _ in 0..STEPS {
            if gain_c >= gain_d {
                (b, d, gain_d) = (d, c, gain_c);
                c = b - share * (b - a);
                gain_c = gain(c);
            } else {
                (a, c, gain_c) = (c, d, gain_d);
                d = a + share * (b - a);
                gain_d = gain(d);
            }
        }
        gain_c.max(gain_d).max(gain(end)).max(0.0)
    }

    /// `Λ'(t)`, the mean of the law tilted by t, by a difference.
    fn slope(&self, t: f64) -> f64 {
        let step = 1e-4 * self.reach;
        // Within the reach on both sides.
        let t = t.clamp(step - self.reach, self.reach - step);
        ((self.cumulant)(t + step) - (self.cumulant)(t - step)) / (2.0 * step)
    }

    /// Two-sided p-value of the mean of `draws` independent draws.
    ///
    /// # Errors
    /// [`TestError::TooFew`] without draws, [`TestError::OutOfBounds`] if the mean is not finite.
    pub fn p_value(&self, draws: u64, mean: f64) -> Result<f64, TestError> {
        if draws == 0 {
            return Err(TestError::TooFew { got: 0, needed: 1 });
        }
        within(&[mean], f64::MIN, f64::MAX)?;
        let rate = self.rate(mean, mean > self.slope(0.0));
        Ok((2.0 * (-(draws as f64) * rate).exp()).min(1.0))
    }

    /// The smallest tilts, upward and downward, that are found among `draws` with at least the planned
    /// power; `None` where the reach is too short for one.
    ///
    /// The test rejects from the mean `x = Λ'(s)` on where `n I(x) = ln(2/α)`, and draws of the law tilted by
    /// τ fall short of it with probability at most `e^{−n D}`, `D = (s − τ) x − Λ(s) + Λ(τ)`.
    pub fn detectable_tilt(&self, design: &Design, draws: u64) -> (Option<f64>, Option<f64>) {
        let n = draws as f64;
        let size = (2.0 / design.alpha()).ln() / n;
        let miss = -(1.0 - design.power()).ln() / n;
        let toward = |end: f64| {
            let critical = first(0.0, end, |s| s * self.slope(s) - (self.cumulant)(s) >= size)?;
            let (x, at) = (self.slope(critical), (self.cumulant)(critical));
            first(critical, end, |tilt| {
                (critical - tilt) * x - at + (self.cumulant)(tilt) >= miss
            })
        };
        // The ends themselves are left to the differences.
        let end = 0.999 * self.reach;
        (toward(end), toward(-end))
    }
}

/// The first point from `start` to `end` with `good`, which stays true; `None` if there is none.
fn first(start: f64, end: f64, good: impl Fn(f64) -> bool) -> Option<f64> {
    if !good(end) {
        return None;
    }
    let (mut before, mut after) = (start, end);
    for _ in 0..STEPS {
        let middle = 0.5 * (before + after);
        if good(middle) {
            after = middle;
        } else {
            before = middle;
        }
    }
    Some(after)
}

#[cfg(test)]
mod tests {
    use super::super::synthetic::binomial_point;
    use super::*;

    /// A coin of 0 and 1.
    fn coin(p: f64) -> CumulantTest<impl Fn(f64) -> f64> {
        CumulantTest::new(move |t: f64| (1.0 - p + p * t.exp()).ln(), 12.0).unwrap()
    }

    #[test]
    fn size_is_valid_for_every_coin() {
        for n in [1, 7, 60] {
            for p in [0.02, 0.3, 0.5, 0.9] {
                let test = coin(p);
                let values: Vec<f64> = (0..=n)
                    .map(|k| test.p_value(n, k as f64 / n as f64).unwrap())
                    .collect();
                for &alpha in &values {
                    let size: f64 = (0..=n)
                        .filter(|&k| values[k as usize] <= alpha)
                        .map(|k| binomial_point(n, p, k))
                        .sum();
                    assert!(
                        size <= alpha * (1.0 + 1e-9),
                        "n {n}, p {p}: {size} > {alpha}"
                    );
                }
            }
        }
    }

    #[test]
    fn for_a_coin_it_is_hoeffdings_test() {
        for k in [0_u64, 3, 10, 19, 25] {
            let values: Vec<f64> = (0..25).map(|i| f64::from(u8::from(i < k))).collect();
            let known = super::super::hoeffding_p_value(&values, 0.0, 1.0, 0.4).unwrap();
            let found = coin(0.4).p_value(25, k as f64 / 25.0).unwrap();
            // The tilt of an outcome of probability zero is infinite; the reach is 12.
            let close = if k == 0 || k == 25 { 1e-4 } else { 1e-9 };
            assert!(found >= known * (1.0 - 1e-9), "{k}: {found} below {known}");
            assert!(
                found <= known * (1.0 + 25.0 * close),
                "{k}: {found} {known}"
            );
        }
    }

    #[test]
    fn planned_power_is_reached() {
        let design = Design::new(1e-3, 0.99).unwrap();
        let (n, p) = (400, 0.3);
        let test = coin(p);
        let (up, down) = test.detectable_tilt(&design, n);
        let power = |tilt: f64| -> f64 {
            let other = p * tilt.exp() / (1.0 - p + p * tilt.exp());
            (0..=n)
                .filter(|&k| test.p_value(n, k as f64 / n as f64).unwrap() <= 1e-3)
                .map(|k| binomial_point(n, other, k))
                .sum()
        };
        for tilt in [up.unwrap(), down.unwrap()] {
            assert!(power(tilt) >= 0.99, "{tilt}: {}", power(tilt));
            assert!(power(0.5 * tilt) < 0.8, "{tilt}: the plan is vacuous");
        }
        assert!(up.unwrap() > 0.0 && down.unwrap() < 0.0);
        assert_eq!(test.detectable_tilt(&design, 3), (None, None));
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(CumulantTest::new(|_| f64::NAN, 1.0).is_err());
        assert!(CumulantTest::new(|t: f64| t, -1.0).is_err());
        assert!(coin(0.5).p_value(0, 0.5).is_err());
        assert!(coin(0.5).p_value(3, f64::NAN).is_err());
    }
}
