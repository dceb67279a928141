//! Entries of records: parameters, numbers and panels in one line each.

use super::experiment::{FigureError, Parameter, Run, Scale};
use super::picture::{Axis, Chart, Panel, PixelMap, Series, Style};
use crate::ledger::Number;
use crate::numeric::Enclosure;
use std::fmt::Display;

/// A parameter that the document states.
pub(super) fn published(name: &str, value: impl Display) -> Parameter {
    Parameter {
        name: name.to_owned(),
        value: value.to_string(),
        published: true,
        swept: Vec::new(),
    }
}

/// A parameter that the document leaves open, with the other values that were tried.
pub(super) fn chosen(name: &str, value: impl Display, swept: &[&str]) -> Parameter {
    Parameter {
        name: name.to_owned(),
        value: value.to_string(),
        published: false,
        swept: swept.iter().map(|&s| s.to_owned()).collect(),
    }
}

/// A number without an error, to the last bit.
pub(super) fn plain(name: impl Into<String>, value: f64) -> Number {
    Number {
        name: name.into(),
        value,
        std_err: None,
        bounds: None,
        printed: None,
    }
}

/// A number without an error, to six digits.
pub(super) fn brief(name: impl Into<String>, value: f64) -> Number {
    plain(name, rounded(value))
}

/// An estimate; an error that does not exist is left out.
pub(super) fn estimate(name: impl Into<String>, (value, std_err): (f64, f64)) -> Number {
    Number {
        std_err: std_err.is_finite().then_some(std_err),
        ..plain(name, value)
    }
}

/// The mean of independent values with its standard error, both to six digits.
pub(super) fn mean_of(name: impl Into<String>, values: &[f64]) -> Number {
    let (mean, err) = mean_and_error(values);
    Number {
        std_err: Some(rounded(err)),
        ..brief(name, mean)
    }
}

/// An enclosure.
pub(super) fn enclosed(name: impl Into<String>, bounds: Enclosure) -> Number {
    Number {
        bounds: Some([bounds.lo(), bounds.hi()]),
        ..plain(name, bounds.mid())
    }
}

/// The same number beside the printed one.
pub(super) fn beside(number: Number, printed: f64) -> Number {
    Number {
        printed: Some(printed),
        ..number
    }
}

/// A temperature beside the printed one; an infinite one by its inverse.
pub(super) fn temperature(what: &str, value: f64, printed: f64) -> Number {
    if value.is_finite() {
        beside(brief(format!("T {what}"), value), printed)
    } else {
        brief(format!("1/T {what}"), 0.0)
    }
}

/// Mean and standard error of independent values.
pub(super) fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let square: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    (mean, (square / (n * (n - 1.0).max(1.0))).sqrt())
}

/// Six significant digits, so that records stay small and do not change with the last bit.
pub(super) fn rounded(x: f64) -> f64 {
    format!("{x:.5e}").parse().unwrap_or(x)
}

/// A refusal of the library.
pub(super) fn refused(what: &str, cause: impl Display) -> FigureError {
    FigureError::Refused {
        what: what.to_owned(),
        cause: cause.to_string(),
    }
}

/// One of two numbers by the scale.
pub(super) fn by_scale<T>(run: &Run, quick: T, paper: T) -> T {
    match run.scale {
        Scale::Quick => quick,
        Scale::Paper => paper,
    }
}

/// A map as a panel.
pub(super) fn map_panel(title: impl Into<String>, columns: usize, values: &[f64]) -> Panel {
    Panel::Map(PixelMap {
        title: title.into(),
        columns,
        values: values.iter().map(|&x| rounded(x)).collect(),
        range: None,
    })
}

/// A linear axis.
pub(super) fn axis(label: &str) -> Axis {
    Axis {
        label: label.to_owned(),
        logarithmic: false,
        range: None,
    }
}

/// A joined series without a band.
pub(super) fn series(label: impl Into<String>, points: &[(f64, f64)]) -> Series {
    Series {
        label: label.into(),
        points: points
            .iter()
            .map(|&(x, y)| [rounded(x), rounded(y)])
            .collect(),
        style: Style::LinePoints,
        band: None,
    }
}

/// A chart as a panel.
pub(super) fn chart(title: impl Into<String>, x: &str, y: &str, series: Vec<Series>) -> Chart {
    Chart {
        title: title.into(),
        x: axis(x),
        y: axis(y),
        series,
        marks: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_those_of_a_mean() {
        // Deviations ±1, ±1: variance 4/3, error √(1/3).
        let (mean, err) = mean_and_error(&[1.0, 3.0, 1.0, 3.0]);
        assert!((mean - 2.0).abs() < 1e-15);
        assert!((err - (1.0_f64 / 3.0).sqrt()).abs() < 1e-15);
        assert!((rounded(0.123_456_789) - 0.123_457).abs() < 1e-12);
    }
}
