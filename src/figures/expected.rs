//! The verdicts on record: `verdicts.txt`, one line for each scale and claim.

use super::experiment::Scale;
use crate::ledger::Verdict;

const VERDICTS: &str = include_str!("verdicts.txt");

/// The verdict on record for a claim at a scale; `None` if there is none.
pub fn expected_verdict(scale: Scale, claim: &str) -> Option<Verdict> {
    listed(VERDICTS, scale, claim)
}

fn listed(text: &str, scale: Scale, claim: &str) -> Option<Verdict> {
    let scale = match scale {
        Scale::Quick => "quick",
        Scale::Paper => "paper",
    };
    text.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        let here = words.next() == Some(scale) && words.next() == Some(claim);
        here.then(|| words.next().and_then(verdict_of))?
    })
}

fn verdict_of(word: &str) -> Option<Verdict> {
    match word {
        "reproduced" => Some(Verdict::Reproduced),
        "not-reproduced" => Some(Verdict::NotReproduced),
        "not-decidable" => Some(Verdict::NotDecidable),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_line_is_understood_and_stands_once() {
        let mut seen = BTreeSet::new();
        for line in VERDICTS.lines().filter(|l| !l.starts_with('#')) {
            let words: Vec<&str> = line.split_whitespace().collect();
            assert_eq!(words.len(), 3, "{line:?}");
            assert!(["quick", "paper"].contains(&words[0]), "{line:?}");
            assert!(verdict_of(words[2]).is_some(), "{line:?}");
            assert!(seen.insert((words[0], words[1])), "{line:?} stands twice");
        }
    }

    #[test]
    fn a_line_is_found_by_scale_and_claim() {
        let text = "# a note\nquick a reproduced\npaper a not-reproduced\n";
        assert_eq!(listed(text, Scale::Quick, "a"), Some(Verdict::Reproduced));
        assert_eq!(
            listed(text, Scale::Paper, "a"),
            Some(Verdict::NotReproduced)
        );
        assert_eq!(listed(text, Scale::Paper, "b"), None);
    }
}
