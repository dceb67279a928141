//! The logistic function and random units in single precision, as loops that become vector code.
//!
//! Only additions, multiplications, divisions and moves of bits are used, each rounded as IEEE 754 says,
//! so that the results are the same on every machine.

#![expect(
    clippy::inline_always,
    reason = "what a vectorised kernel calls must be inlined into it"
)]

use crate::model::UnitRule;
use crate::numeric::{Kernel, vectorised};
use crate::random::StreamLanes;

/// Beyond it `1 + e^x` is 1 or `e^x` in single precision, and `e^{±x}` is still a normal number.
const LARGEST: f32 = 87.0;

/// `e^x` for |x| ≤ 87.
///
/// # Accuracy
/// Relative error below 3e-7, 1.7e-7 by the series and the rest by rounding: test `exponential_and_logistic_keep_their_errors`.
#[inline(always)]
#[expect(
    clippy::excessive_precision,
    reason = "coefficients are written as derived"
)]
fn exp(x: f32) -> f32 {
    // Adding 1.5 · 2²³ leaves the nearest integer in the low bits.
    const ROUND: f32 = 12_582_912.0;
    // ln 2 in two parts; the first has 9 bits, so its product with an integer below 2⁹ is exact.
    const LN_2_HIGH: f32 = 0.693_359_375;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (x - k * LN_2_HIGH) - k * LN_2_LOW;
    // Taylor to the sixth order: with |r| ≤ ln 2/2 the rest is below r⁷/7! · 1.1 = 1.3e-7 e^r at most.
    let p = 1.0 / 720.0;
    let p = p * r + 1.0 / 120.0;
    let p = p * r + 1.0 / 24.0;
    let p = p * r + 1.0 / 6.0;
    let p = p * r + 0.5;
    let p = p * r + 1.0;
    let p = p * r + 1.0;
    let power = (shifted
        .to_bits()
        .wrapping_sub(ROUND.to_bits())
        .wrapping_add(127))
        << 23;
    p * f32::from_bits(power)
}

/// `1/(1 + e^{−x})`.
#[inline(always)]
fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x.clamp(-LARGEST, LARGEST)))
}

/// The means `low + (high − low)/(1 + e^{−gap·f})` of units with the given fields, in place.
///
/// # Accuracy
/// Error at most `4e-7 (high − low)`: test `exponential_and_logistic_keep_their_errors`. A field that is not
/// a number gives a mean that is none.
pub fn means_in_place(rule: UnitRule, fields: &mut [f32]) {
    vectorised(Means { rule, fields });
}

struct Means<'a> {
    rule: UnitRule,
    fields: &'a mut [f32],
}

impl Kernel for Means<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let scale = self.rule.high - self.rule.low;
        for x in self.fields {
            *x = self.rule.low + scale * logistic(self.rule.gap * *x);
        }
    }
}

/// Draws units with the given fields: `up[k]` becomes 1 with probability `1/(1 + e^{−gap·f})`, else 0.
/// With `keep_means` the fields become the means.
///
/// # Accuracy
/// A unit is up if `u < p` with `u` uniform on the 2²³ odd multiples of 2⁻²⁴, so its probability is off
/// by at most 2⁻²⁴ and the error of `p`, 5e-7 together; a p below 2⁻²⁴ is never drawn.
/// Test `units_are_drawn_at_the_odd_multiples`.
///
/// # Panics
/// If the lengths differ.
pub fn draw_units(
    rule: UnitRule,
    fields: &mut [f32],
    keep_means: bool,
    lanes: &mut StreamLanes,
    up: &mut [u8],
) {
    assert_eq!(fields.len(), up.len(), "one field for each unit");
    if keep_means {
        vectorised(Draw::<true> {
            rule,
            fields,
            lanes,
            up,
        });
    } else {
        vectorised(Draw::<false> {
            rule,
            fields,
            lanes,
            up,
        });
    }
}

/// Units drawn between two calls of the generator.
const BLOCK: usize = 256;

struct Draw<'a, const MEANS: bool> {
    rule: UnitRule,
    fields: &'a mut [f32],
    lanes: &'a mut StreamLanes,
    up: &'a mut [u8],
}

impl<const MEANS: bool> Kernel for Draw<'_, MEANS> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self {
            rule,
            fields,
            lanes,
            up,
        } = self;
        let scale = rule.high - rule.low;
        let mut words = [0_u32; BLOCK];
        for (fields, up) in fields.chunks_mut(BLOCK).zip(up.chunks_mut(BLOCK)) {
            let words = &mut words[..fields.len()];
            lanes.fill(words);
            for ((x, up), &word) in fields.iter_mut().zip(up).zip(&*words) {
                let p = logistic(rule.gap * *x);
                *up = decide(p, word);
                if MEANS {
                    *x = rule.low + scale * p;
                }
            }
        }
    }
}

/// Whether `u < p`, with `u = (2 (word >> 9) + 1) 2⁻²⁴`; both sides times 2²³, which is exact.
#[inline(always)]
fn decide(p: f32, word: u32) -> u8 {
    const SCALE: f32 = 8_388_608.0;
    let u = (word >> 9) as i32 as f32 + 0.5;
    u8::from(u < p * SCALE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Units;
    use crate::random::Seed;

    #[test]
    fn exponential_and_logistic_keep_their_errors() {
        let (mut worst_exp, mut worst_mean) = (0.0_f64, 0.0_f64);
        for k in -870_000..=870_000 {
            let x = k as f32 * 1e-4;
            let want = f64::from(x).exp();
            worst_exp = worst_exp.max((f64::from(exp(x)) / want - 1.0).abs());
            let mut mean = [x];
            means_in_place(Units::PlusMinus.rule(), &mut mean);
            worst_mean = worst_mean.max((f64::from(mean[0]) - f64::from(x).tanh()).abs());
        }
        assert!(worst_exp < 3e-7, "{worst_exp:e}");
        assert!(worst_mean < 8e-7, "{worst_mean:e}");
        let mut ends = [-1e30, 1e30, f32::NEG_INFINITY, f32::INFINITY, f32::NAN];
        means_in_place(Units::ZeroOne.rule(), &mut ends);
        assert!(ends[0] >= 0.0 && ends[0] < 1e-30 && ends[2] < 1e-30);
        assert!((ends[1] - 1.0).abs() < 1e-7 && (ends[3] - 1.0).abs() < 1e-7);
        assert!(ends[4].is_nan());
    }

    #[test]
    fn units_are_drawn_at_the_odd_multiples() {
        // For each p the words that say "up" are those below a threshold; it is the number of odd
        // multiples of 2⁻²⁴ below p.
        for p in [0.0_f32, 1e-8, 6e-8, 0.25, 0.3, 0.5, 0.7, 0.999_999_9, 1.0] {
            let odd_below = (f64::from(p) * 2.0_f64.powi(23) + 0.5).floor();
            let threshold = if (f64::from(p) * 2.0_f64.powi(23) + 0.5).fract() == 0.0 {
                odd_below - 1.0
            } else {
                odd_below
            };
            let threshold = threshold.max(0.0) as u32;
            for k in threshold.saturating_sub(3)..(threshold + 3).min(1 << 23) {
                let up = decide(p, k << 9 | 0x15a);
                assert_eq!(up == 1, k < threshold, "p = {p}, word {k}");
            }
        }
    }

    #[test]
    fn drawing_uses_the_probability_of_each_unit() {
        // The same decisions as the scalar rule given the same words.
        let mut s = Seed(1).stream("logistic", 0);
        let fields: Vec<f32> = (0..1000).map(|_| (3.0 * s.normal()) as f32).collect();
        for rule in [Units::PlusMinus.rule(), Units::ZeroOne.rule()] {
            let mut lanes = StreamLanes::new(&mut s);
            let mut words = vec![0_u32; 1000];
            let mut copy = lanes.clone();
            for block in words.chunks_mut(BLOCK) {
                copy.fill(block);
            }
            let (mut drawn, mut up) = (fields.clone(), vec![2_u8; 1000]);
            draw_units(rule, &mut drawn, true, &mut lanes, &mut up);
            let mut means = fields.clone();
            means_in_place(rule, &mut means);
            assert_eq!(drawn, means);
            for k in 0..1000 {
                let p = logistic(rule.gap * fields[k]);
                assert_eq!(up[k], decide(p, words[k]));
            }
            let mut unchanged = fields.clone();
            draw_units(rule, &mut unchanged, false, &mut lanes, &mut up);
            assert_eq!(unchanged, fields);
        }
    }
}
