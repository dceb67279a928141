//! Colours that readers with any kind of colour vision can tell apart.
//!
//! # References
//! Okabe and Ito, "Color Universal Design" (2008), for the series; the map of positive values is a
//! dark-to-light one whose lightness rises evenly, the map of values of both signs goes from blue over
//! white to orange-red.

use super::canvas::Colour;

pub(super) const INK: Colour = Colour([0x22, 0x22, 0x22]);
pub(super) const FAINT: Colour = Colour([0xdd, 0xdd, 0xdd]);
pub(super) const GREY: Colour = Colour([0x77, 0x77, 0x77]);
pub(super) const PAPER: Colour = Colour([0xff, 0xff, 0xff]);

const SERIES: [Colour; 7] = [
    Colour([0x00, 0x72, 0xb2]),
    Colour([0xd5, 0x5e, 0x00]),
    Colour([0x00, 0x9e, 0x73]),
    Colour([0xcc, 0x79, 0xa7]),
    Colour([0x00, 0x00, 0x00]),
    Colour([0x56, 0xb4, 0xe9]),
    Colour([0xe6, 0x9f, 0x00]),
];

/// The colour of the series of this index; shapes of points tell on where colours repeat.
pub(super) fn of_series(index: usize) -> Colour {
    SERIES[index % SERIES.len()]
}

const RISING: [[f64; 3]; 6] = [
    [68.0, 1.0, 84.0],
    [65.0, 68.0, 135.0],
    [42.0, 120.0, 142.0],
    [34.0, 168.0, 132.0],
    [122.0, 209.0, 81.0],
    [253.0, 231.0, 37.0],
];

const SIGNED: [[f64; 3]; 5] = [
    [5.0, 58.0, 107.0],
    [94.0, 160.0, 204.0],
    [247.0, 247.0, 247.0],
    [238.0, 142.0, 92.0],
    [127.0, 39.0, 4.0],
];

/// Ends of a colour scale.
#[derive(Clone, Copy, Debug)]
pub(super) struct ColourScale {
    pub(super) from: f64,
    pub(super) to: f64,
}

impl ColourScale {
    /// The stated ends, or those of the data; about zero where the data have both signs.
    pub(super) fn new(stated: Option<[f64; 2]>, values: &[f64]) -> Self {
        if let Some([from, to]) = stated
            && from < to
            && (to - from).is_finite()
        {
            return Self { from, to };
        }
        let finite = values.iter().filter(|v| v.abs() < 1e300);
        let [from, to] = finite.fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], &v| {
            [a.min(v), b.max(v)]
        });
        if from > to {
            return Self { from: 0.0, to: 1.0 };
        }
        if from < 0.0 && to > 0.0 {
            let end = to.max(-from);
            return Self {
                from: -end,
                to: end,
            };
        }
        if to - from <= 1e-12 * to.abs().max(from.abs()) {
            // One value only: the middle of the scale.
            let half = if from.abs() > 0.0 {
                0.5 * from.abs()
            } else {
                0.5
            };
            return Self {
                from: from - half,
                to: to + half,
            };
        }
        Self { from, to }
    }

    /// The colour of a value; values beyond the ends have the colour of the end, what is no number is grey.
    pub(super) fn colour(self, value: f64) -> Colour {
        if value.is_nan() {
            return Colour([0xbb, 0xbb, 0xbb]);
        }
        let place = ((value - self.from) / (self.to - self.from)).clamp(0.0, 1.0);
        if (self.from + self.to).abs() <= 1e-9 * (self.to - self.from) {
            blend(&SIGNED, place)
        } else {
            blend(&RISING, place)
        }
    }
}

fn blend(stops: &[[f64; 3]], place: f64) -> Colour {
    let at = place * (stops.len() - 1) as f64;
    let low = (at as usize).min(stops.len() - 2);
    let part = at - low as f64;
    Colour(
        [0, 1, 2].map(|c| (stops[low][c] * (1.0 - part) + stops[low + 1][c] * part).round() as u8),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lightness(c: Colour) -> f64 {
        let [r, g, b] = c.0.map(f64::from);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    #[test]
    fn larger_values_are_lighter_and_zero_is_the_lightest_of_both_signs() {
        let rising = ColourScale { from: 0.0, to: 3.0 };
        let signed = ColourScale::new(None, &[-2.0, 1.0, f64::NAN]);
        assert!((signed.from + 2.0).abs() < 1e-15 && (signed.to - 2.0).abs() < 1e-15);
        for i in 0..20 {
            let [a, b] = [i, i + 1].map(|k| f64::from(k) * 0.15);
            assert!(lightness(rising.colour(a)) < lightness(rising.colour(b)));
            let [a, b] = [a, b].map(|x| x * 2.0 / 3.0);
            assert!(lightness(signed.colour(a)) > lightness(signed.colour(b)));
            assert!(lightness(signed.colour(-a)) > lightness(signed.colour(-b)));
        }
        assert_eq!(rising.colour(-1.0), rising.colour(0.0));
        assert_eq!(rising.colour(f64::INFINITY), rising.colour(3.0));
    }

    #[test]
    fn a_scale_without_values_or_with_one_is_a_scale() {
        for values in [&[][..], &[f64::NAN], &[0.0], &[7.0, 7.0], &[-3.0]] {
            let scale = ColourScale::new(Some([1.0, 1.0]), values);
            assert!(scale.from < scale.to, "{values:?}");
        }
    }
}
