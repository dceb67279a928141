//! From outcomes to verdicts: the rules are here, not in the sentences.

use crate::ledger::{Control, Number, Verdict};
use crate::numeric::Enclosure;

/// The verdict of outcomes over everything that the text leaves open.
///
/// ```text
/// all as printed → reproduced      none → not reproduced      some, or no outcome at all → not decidable
/// ```
pub(super) fn verdict_over(outcomes: impl IntoIterator<Item = bool>) -> Verdict {
    let (mut yes, mut no) = (false, false);
    for outcome in outcomes {
        yes |= outcome;
        no |= !outcome;
    }
    match (yes, no) {
        (true, false) => Verdict::Reproduced,
        (false, true) => Verdict::NotReproduced,
        _ => Verdict::NotDecidable,
    }
}

/// A control that must come out false.
pub(super) fn control(name: impl Into<String>, accepted: bool) -> Control {
    Control {
        name: name.into(),
        rejected: !accepted,
    }
}

/// Whether a mutant is accepted by one of the choices; without any choice nothing was tried, and that counts
/// as accepted.
pub(super) fn accepted_by_any<T>(choices: &[T], accepts: impl FnMut(&T) -> bool) -> bool {
    choices.is_empty() || choices.iter().any(accepts)
}

/// A control against vacuity: something that must come out true.
pub(super) fn not_vacuous(what: &str, accepted: bool) -> Control {
    Control {
        name: format!("not vacuous: {what}"),
        rejected: accepted,
    }
}

/// A number without an error.
pub(super) fn plain(name: impl Into<String>, value: f64) -> Number {
    Number {
        name: name.into(),
        value,
        std_err: None,
        bounds: None,
        printed: None,
    }
}

/// An estimate; an error that does not exist is left out.
pub(super) fn estimate(name: impl Into<String>, (value, std_err): (f64, f64)) -> Number {
    Number {
        std_err: std_err.is_finite().then_some(std_err),
        ..plain(name, value)
    }
}

/// An enclosure.
pub(super) fn enclosed(name: impl Into<String>, bounds: Enclosure) -> Number {
    Number {
        bounds: Some([bounds.lo(), bounds.hi()]),
        ..plain(name, bounds.mid())
    }
}

/// Where the broken line through the points first rises through `level`.
pub(super) fn crossing(points: &[(f64, f64)], level: f64) -> Option<f64> {
    points.windows(2).find_map(|w| {
        let ((x0, y0), (x1, y1)) = (w[0], w[1]);
        (y0 < level && y1 >= level).then(|| x0 + (x1 - x0) * (level - y0) / (y1 - y0))
    })
}

/// Where the broken line through the points passes `level`, upwards or downwards.
pub(super) fn all_crossings(points: &[(f64, f64)], level: f64) -> Vec<f64> {
    let passing = points.windows(2).filter_map(|w| {
        let ((x0, y0), (x1, y1)) = (w[0], w[1]);
        ((y0 < level) != (y1 < level)).then(|| x0 + (x1 - x0) * (level - y0) / (y1 - y0))
    });
    passing.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_make_the_verdict() {
        assert_eq!(verdict_over([true, true]), Verdict::Reproduced);
        assert_eq!(verdict_over([false]), Verdict::NotReproduced);
        assert_eq!(verdict_over([true, false]), Verdict::NotDecidable);
        assert_eq!(verdict_over([]), Verdict::NotDecidable);
    }

    #[test]
    fn no_choice_is_a_surviving_control() {
        assert!(accepted_by_any(&[] as &[u8], |_| false));
        assert!(accepted_by_any(&[1, 2], |&x| x == 2));
        assert!(!accepted_by_any(&[1, 2], |&x| x == 3));
    }

    #[test]
    fn a_crossing_is_on_the_line() {
        let points = [(0.0, 3.0), (1.0, 0.0), (2.0, 2.0), (3.0, 4.0)];
        assert_eq!(crossing(&points, 1.0), Some(1.5));
        assert_eq!(crossing(&points, 5.0), None);
        assert_eq!(all_crossings(&points, 1.5), [0.5, 1.75]);
        assert!(all_crossings(&points, 5.0).is_empty());
    }
}
