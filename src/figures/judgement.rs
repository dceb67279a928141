//! From outcomes to verdicts: the rules are here, not in the sentences.

use crate::ledger::{Control, Verdict};

/// The verdict of what was found for each choice that the text leaves open: `true` or `Some(true)` where it is
/// as printed, `None` where the choice could not tell.
///
/// ```text
/// all as printed → reproduced      none → not reproduced      otherwise, or no choice at all → not decidable
/// ```
pub(super) fn verdict_over(outcomes: impl IntoIterator<Item = impl Into<Option<bool>>>) -> Verdict {
    let (mut yes, mut no, mut unknown) = (false, false, false);
    for outcome in outcomes {
        match outcome.into() {
            Some(true) => yes = true,
            Some(false) => no = true,
            None => unknown = true,
        }
    }
    match (yes, no, unknown) {
        (true, false, false) => Verdict::Reproduced,
        (false, true, false) => Verdict::NotReproduced,
        _ => Verdict::NotDecidable,
    }
}

/// A control that the decision must not accept; it is rejected if `accepted` is false.
pub(super) fn mutant(name: impl Into<String>, accepted: bool) -> Control {
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

/// A control against vacuity, which the decision must accept; it counts as rejected, that is passed, if `accepted`
/// is true.
pub(super) fn not_vacuous(what: &str, accepted: bool) -> Control {
    Control {
        name: format!("not vacuous: {what}"),
        rejected: accepted,
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
        assert_eq!(verdict_over([] as [bool; 0]), Verdict::NotDecidable);
    }

    #[test]
    fn a_choice_that_cannot_tell_leaves_it_open() {
        assert_eq!(verdict_over([Some(true); 2]), Verdict::Reproduced);
        assert_eq!(verdict_over([Some(false); 2]), Verdict::NotReproduced);
        for open in [
            &[Some(true), Some(false)][..],
            &[Some(true), None],
            &[Some(false), None],
            &[None],
        ] {
            assert_eq!(verdict_over(open.iter().copied()), Verdict::NotDecidable);
        }
    }

    #[test]
    fn controls_pass_if_mutants_are_refused_and_the_true_case_is_accepted() {
        let told = [
            mutant("m", false),
            mutant("m", true),
            not_vacuous("v", true),
            not_vacuous("v", false),
        ];
        assert_eq!(told.clone().map(|c| c.rejected), [true, false, true, false]);
        assert_eq!(
            told.map(|c| c.name),
            ["m", "m", "not vacuous: v", "not vacuous: v"]
        );
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
