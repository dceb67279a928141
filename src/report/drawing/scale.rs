//! Axes: which values are shown, where they lie, and which ones are named.

use crate::figures::Axis;

/// Values beyond this are drawn as little as infinite ones: their differences may overflow.
const LARGEST: f64 = 1e300;
/// The axis is this part longer than the data at each end.
const MARGIN: f64 = 0.04;

/// A named value of an axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) label: String,
}

/// An axis with its ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    logarithmic: bool,
    /// Ends; logarithms of the ends on a logarithmic axis.
    from: f64,
    to: f64,
}

impl Scale {
    /// The stated range, or that of those values which can be drawn.
    pub(super) fn new(axis: &Axis, values: impl Iterator<Item = f64>) -> Self {
        let logarithmic = axis.logarithmic;
        let place = |v: f64| if logarithmic { v.log10() } else { v };
        let shown = |v: &f64| v.abs() <= LARGEST && (!logarithmic || *v > 0.0);
        if let Some([from, to]) = axis.range
            && shown(&from)
            && shown(&to)
        {
            let [from, to] = [place(from), place(to)];
            if to - from > 1e-12 * from.abs().max(to.abs()) {
                return Self {
                    logarithmic,
                    from,
                    to,
                };
            }
        }
        let [from, to] = values
            .filter(shown)
            .map(place)
            .fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], v| {
                [a.min(v), b.max(v)]
            });
        let [from, to] = if from > to {
            [0.0, 1.0]
        } else if to - from <= 1e-12 * from.abs().max(to.abs()) {
            // One value only: in the middle.
            let half = if logarithmic || from.abs() < 1e-300 {
                0.5
            } else {
                0.1 * from.abs()
            };
            [from - half, to + half]
        } else {
            let margin = MARGIN * (to - from);
            [from - margin, to + margin]
        };
        Self {
            logarithmic,
            from,
            to,
        }
    }

    /// Where a value lies: 0 at the lower end of the axis, 1 at the upper one; `None` if it cannot be drawn.
    pub(super) fn place(self, value: f64) -> Option<f64> {
        if value.is_nan() || value.abs() > LARGEST || (self.logarithmic && value <= 0.0) {
            return None;
        }
        let v = if self.logarithmic {
            value.log10()
        } else {
            value
        };
        Some((v - self.from) / (self.to - self.from))
    }

    /// About this many named values inside the range.
    pub(super) fn ticks(self, wanted: usize) -> Vec<Tick> {
        if !self.logarithmic {
            return linear(self.from, self.to, wanted);
        }
        let decades = self.to - self.from;
        if decades < 0.7 {
            // Equal steps of the value itself, on an axis of its logarithm.
            return linear(10f64.powf(self.from), 10f64.powf(self.to), wanted);
        }
        let within = |v: &Tick| {
            let place = v.value.log10();
            place >= self.from - 1e-9 && place <= self.to + 1e-9
        };
        let step = (decades / wanted as f64).ceil().max(1.0) as i32;
        let factors: &[f64] = match decades {
            d if d < 1.5 => &[1.0, 2.0, 5.0],
            d if d < 2.5 => &[1.0, 3.0],
            _ => &[1.0],
        };
        let mut ticks = Vec::new();
        let mut exponent = (self.from.floor() as i32).div_euclid(step) * step;
        while f64::from(exponent) <= self.to {
            for &factor in factors {
                ticks.push(Tick {
                    value: factor * 10f64.powi(exponent),
                    label: power_label(factor, exponent),
                });
            }
            exponent += step;
        }
        ticks.retain(within);
        ticks
    }
}

/// Steps of 1, 2 or 5 times a power of ten.
fn linear(from: f64, to: f64, wanted: usize) -> Vec<Tick> {
    let rough = (to - from) / wanted.max(1) as f64;
    let exponent = rough.log10().floor();
    let power = 10f64.powf(exponent);
    let step = [1.0, 2.0, 5.0, 10.0]
        .map(|m| m * power)
        .into_iter()
        .find(|s| *s >= 0.7 * rough)
        .unwrap_or(10.0 * power);
    let first = (from / step - 1e-9).ceil();
    let count = ((to / step + 1e-9).floor() - first).clamp(0.0, 100.0) as usize;
    let largest = from.abs().max(to.abs());
    let power_of_step = step.log10().floor() as i32;
    (0..=count)
        .map(|i| {
            // The decimal nearest to the multiple of the step, so that it prints in few digits.
            let multiple = first + i as f64;
            let value = if multiple.abs() < 0.5 {
                0.0
            } else {
                multiple * step
            };
            Tick {
                value,
                label: number_label(value, largest, power_of_step),
            }
        })
        .collect()
}

/// As many digits as a step of this power of ten needs.
fn number_label(value: f64, largest: f64, power_of_step: i32) -> String {
    if value.abs() < 1e-300 {
        return "0".to_owned();
    }
    if (1e-3..1e5).contains(&largest) && power_of_step > -12 {
        let decimals = usize::try_from(-power_of_step).unwrap_or(0);
        return minus(&format!("{value:.decimals$}"));
    }
    let exponent = value.abs().log10().floor() as i32;
    let decimals = usize::try_from(exponent - power_of_step)
        .unwrap_or(0)
        .min(12);
    let text = format!("{value:.decimals$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    format!(
        "{}·10{}",
        minus(mantissa),
        raised(exponent.parse().unwrap_or(0))
    )
}

/// A value of few digits for a colour bar or a remark.
pub(super) fn short_label(value: f64) -> String {
    if value.abs() < 1e-300 {
        return "0".to_owned();
    }
    let exponent = value.abs().log10().floor() as i32;
    number_label(value, value.abs(), exponent - 2)
}

fn power_label(factor: f64, exponent: i32) -> String {
    match exponent {
        -2..=3 => {
            let decimals = usize::try_from(-exponent).unwrap_or(0);
            format!("{:.decimals$}", factor * 10f64.powi(exponent))
        }
        _ if factor > 1.0 => format!("{factor}·10{}", raised(exponent)),
        _ => format!("10{}", raised(exponent)),
    }
}

fn minus(text: &str) -> String {
    text.replace('-', "−")
}

fn raised(exponent: i32) -> String {
    exponent
        .to_string()
        .chars()
        .map(|c| match c {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            '0' => '⁰',
            '4' => '⁴',
            '5' => '⁵',
            '6' => '⁶',
            '7' => '⁷',
            '8' => '⁸',
            _ => '⁹',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(logarithmic: bool, range: Option<[f64; 2]>) -> Axis {
        Axis {
            label: String::new(),
            logarithmic,
            range,
        }
    }

    fn labels(logarithmic: bool, range: [f64; 2]) -> Vec<String> {
        let scale = Scale::new(&axis(logarithmic, Some(range)), std::iter::empty());
        scale.ticks(5).into_iter().map(|t| t.label).collect()
    }

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(
            labels(false, [0.0, 1.0]),
            ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"].map(|s| s.replace("0.0", "0"))
        );
        assert_eq!(labels(false, [-3.0, 7.0]), ["−2", "0", "2", "4", "6"]);
        assert_eq!(labels(false, [2.2, 2.35]), ["2.20", "2.25", "2.30", "2.35"]);
        assert_eq!(
            labels(false, [0.0, 4e6]),
            ["0", "1·10⁶", "2·10⁶", "3·10⁶", "4·10⁶"]
        );
        assert_eq!(labels(true, [1e-3, 1e3]), ["0.01", "1", "100"]);
        assert_eq!(labels(true, [1e-9, 1e-6]), ["10⁻⁹", "10⁻⁸", "10⁻⁷", "10⁻⁶"]);
        assert_eq!(labels(true, [1.0, 10.0]), ["1", "2", "5", "10"]);
        assert_eq!(
            labels(true, [2.0, 3.0]),
            ["2.0", "2.2", "2.4", "2.6", "2.8", "3.0"]
        );
    }

    #[test]
    fn ticks_lie_inside_and_are_few_for_any_range() {
        for logarithmic in [false, true] {
            for i in -290..290 {
                for width in [1e-10, 0.3, 1.0, 17.0, 1e7] {
                    let low = 10f64.powi(i);
                    let range = [low, low * (1.0 + width)];
                    let scale = Scale::new(&axis(logarithmic, Some(range)), std::iter::empty());
                    let ticks = scale.ticks(5);
                    assert!((1..=11).contains(&ticks.len()), "{range:?} {ticks:?}");
                    for tick in ticks {
                        let place = scale.place(tick.value).unwrap();
                        assert!((-1e-4..=1.0 + 1e-4).contains(&place), "{range:?} {tick:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_drawn_has_no_place_and_no_influence() {
        let data = [1.0, f64::NAN, 3.0, f64::INFINITY, f64::MIN, 2.0];
        let scale = Scale::new(&axis(false, None), data.into_iter());
        assert!((scale.place(2.0).unwrap() - 0.5).abs() < 1e-15);
        assert!(scale.place(f64::NAN).is_none() && scale.place(f64::INFINITY).is_none());
        let log = Scale::new(&axis(true, None), [1e-2, -5.0, 0.0, 1e2].into_iter());
        assert!((log.place(1.0).unwrap() - 0.5).abs() < 1e-15);
        assert!(log.place(0.0).is_none() && log.place(-1.0).is_none());
        for data in [&[][..], &[0.0], &[5.0, 5.0], &[-1e299, 1e299]] {
            for logarithmic in [false, true] {
                let scale = Scale::new(&axis(logarithmic, Some([3.0, 3.0])), data.iter().copied());
                assert!(
                    scale.from < scale.to && !scale.ticks(5).is_empty(),
                    "{data:?}"
                );
            }
        }
    }
}
