//! The result files of the UAI inference competitions.
//!
//! ```text
//! PR            log₁₀ of the partition function, or of the probability of the evidence
//! -0.2008
//!
//! MAR           the number of variables, then for each its cardinality and its probabilities
//! 3 2 0.1 0.9 2 0.3 0.7 3 0.2 0.2 0.6
//! ```
//! # References
//! UAI 2014 inference competition, result file format.

use super::tokens::shortest;
use crate::numeric::Enclosure;
use std::fmt::Write;

/// The file of task PR; no `ln Z` means that Z is zero.
///
/// The midpoint of `ln Z / ln 10`, whose distance from the true value is half its width.
pub fn write_uai_pr(log_z: Option<Enclosure>) -> String {
    let value = match log_z {
        Some(log_z) => shortest((log_z / Enclosure::exact(10.0).ln()).mid()),
        None => "-inf".to_owned(),
    };
    format!("PR\n{value}\n")
}

/// The file of task MAR, with the midpoints of the probabilities.
pub fn write_uai_mar(marginals: &[Vec<Enclosure>]) -> String {
    let mut out = format!("MAR\n{}", marginals.len());
    for states in marginals {
        let _ = write!(out, " {}", states.len());
        for p in states {
            let _ = write!(out, " {}", shortest(p.mid()));
        }
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_the_form_of_the_format_page() {
        let exact = |list: &[f64]| {
            list.iter()
                .map(|&x| Enclosure::exact(x))
                .collect::<Vec<_>>()
        };
        let marginals = [
            exact(&[0.1, 0.9]),
            exact(&[0.3, 0.7]),
            exact(&[0.2, 0.2, 0.6]),
        ];
        assert_eq!(
            write_uai_mar(&marginals),
            "MAR\n3 2 0.1 0.9 2 0.3 0.7 3 0.2 0.2 0.6\n"
        );
        let text = write_uai_pr(Some(Enclosure::exact(1000.0).ln()));
        let value: f64 = text.strip_prefix("PR\n").unwrap().trim().parse().unwrap();
        assert!((value - 3.0).abs() < 4.0 * f64::EPSILON, "{text}");
        assert_eq!(write_uai_pr(None), "PR\n-inf\n");
    }
}
