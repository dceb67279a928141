//! A test of the mean of independent draws whose cumulant generating function is known.

use super::design::{Design, TestError, within};

/// Steps of a search by golden sections or by halves; each keeps 0.62 or 0.5 of the interval.
const STEPS: usize = 40;

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

    /// `sup_t (t x − Λ(t) + Λ(origin)) − origin·x`, the rate of the law tilted by `origin`, over t from it
    /// upward or downward.
    fn rate(&self, x: f64, origin: f64, upward: bool) -> f64 {
        // Λ(0) is zero, whatever an upper bound of Λ says there.
        let base = if origin.abs() > 0.0 {
            (self.cumulant)(origin)
        } else {
            0.0
        };
        let gain = |t: f64| (t - origin) * x - (self.cumulant)(t) + base;
        let end = if upward { self.reach } else { -self.reach };
        let share = 0.5 * (5.0_f64.sqrt() - 1.0);
        let (mut a, mut b) = (origin, end);
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

    /// Two-sided p-value of the mean of `draws` independent draws.
    ///
    /// # Errors
    /// [`TestError::TooFew`] without draws, [`TestError::OutOfBounds`] if the mean is not finite.
    pub fn p_value(&self, draws: u64, mean: f64) -> Result<f64, TestError> {
        if draws == 0 {
            return Err(TestError::TooFew { got: 0, needed: 1 });
        }
        within(&[mean], f64::MIN, f64::MAX)?;
        let rate = self.rate(mean, 0.0, true).max(self.rate(mean, 0.0, false));
        Ok((2.0 * (-(draws as f64) * rate).exp()).min(1.0))
    }

    /// Slope of Λ between two points, a mean of the law tilted by something between them.
    fn slope(&self, from: f64, to: f64) -> f64 {
        ((self.cumulant)(to) - (self.cumulant)(from)) / (to - from)
    }

    /// The smallest tilts, upward and downward, that are found among `draws` with at least the planned
    /// power; `None` where the reach is too short for one.
    pub fn detectable_tilt(&self, design: &Design, draws: u64) -> (Option<f64>, Option<f64>) {
        let toward = |upward: bool| {
            let sign = if upward { 1.0 } else { -1.0 };
            let n = draws as f64;
            // The mean from which on the test rejects.
            let near = self.slope(-1e-3 * self.reach, 1e-3 * self.reach);
            let end = sign * self.reach;
            let far = self.slope(end, end * (1.0 - 1e-3));
            let needed = design.size_exponent() / n;
            if self.rate(far, 0.0, upward) < needed {
                return None;
            }
            let (mut inside, mut critical) = (near, far);
            for _ in 0..STEPS {
                let middle = 0.5 * (inside + critical);
                if self.rate(middle, 0.0, upward) < needed {
                    inside = middle;
                } else {
                    critical = middle;
                }
            }
            // The tilted law falls short of it with probability at most e^{−n rate}.
            let found = |tilt: f64| {
                let beyond = self.slope(tilt, tilt * (1.0 - 1e-6)) * sign > critical * sign;
                beyond && n * self.rate(critical, tilt, !upward) >= design.miss_exponent()
            };
            if !found(end) {
                return None;
            }
            let (mut missed, mut seen) = (0.0, end);
            for _ in 0..STEPS {
                let middle = 0.5 * (missed + seen);
                if found(middle) {
                    seen = middle;
                } else {
                    missed = middle;
                }
            }
            Some(seen)
        };
        (toward(true), toward(false))
    }
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
