//! Entries of records: parameters, numbers, controls and panels in one line each.

use super::experiment::{FigureError, Parameter, Run, Scale};
use super::picture::{Axis, Chart, Panel, PixelMap, Series, Style};
use crate::ledger::{Control, Number, Verdict};
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

/// A number by itself.
pub(super) fn plain(name: impl Into<String>, value: f64) -> Number {
    Number {
        name: name.into(),
        value: rounded(value),
        std_err: None,
        bounds: None,
        printed: None,
    }
}

/// The mean of independent values with its standard error.
pub(super) fn estimate(name: impl Into<String>, values: &[f64]) -> Number {
    let (mean, err) = mean_and_error(values);
    Number {
        std_err: Some(rounded(err)),
        ..plain(name, mean)
    }
}

/// The same number beside the printed one.
pub(super) fn beside(number: Number, printed: f64) -> Number {
    Number {
        printed: Some(printed),
        ..number
    }
}

/// A control and whether the decision rejected it.
pub(super) fn control(name: impl Into<String>, rejected: bool) -> Control {
    Control {
        name: name.into(),
        rejected,
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

/// Reproduced if every choice says yes, not reproduced if every choice says no; otherwise, or if one of them
/// could not tell, not decidable.
pub(super) fn verdict_of(choices: impl IntoIterator<Item = Option<bool>>) -> Verdict {
    let all: Vec<Option<bool>> = choices.into_iter().collect();
    if !all.is_empty() && all.iter().all(|&x| x == Some(true)) {
        Verdict::Reproduced
    } else if !all.is_empty() && all.iter().all(|&x| x == Some(false)) {
        Verdict::NotReproduced
    } else {
        Verdict::NotDecidable
    }
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
    fn verdicts_need_all_choices() {
        let of = |x: &[Option<bool>]| verdict_of(x.iter().copied());
        assert_eq!(of(&[Some(true); 2]), Verdict::Reproduced);
        assert_eq!(of(&[Some(false)]), Verdict::NotReproduced);
        for open in [
            &[Some(true), Some(false)][..],
            &[Some(true), None],
            &[None],
            &[],
        ] {
            assert_eq!(of(open), Verdict::NotDecidable);
        }
    }

    #[test]
    fn errors_are_those_of_a_mean() {
        // Deviations ±1, ±1: variance 4/3, error √(1/3).
        let (mean, err) = mean_and_error(&[1.0, 3.0, 1.0, 3.0]);
        assert!((mean - 2.0).abs() < 1e-15);
        assert!((err - (1.0_f64 / 3.0).sqrt()).abs() < 1e-15);
        assert!((rounded(0.123_456_789) - 0.123_457).abs() < 1e-12);
    }
}
