//! The ledger and single claims for a reader at a terminal.

use crate::ledger::{Record, Source, Status};
use std::fmt::Write;

/// Columns of a terminal that nobody has resized.
const WIDTH: usize = 100;

/// The table by source, what was found wrong, and a summary line.
pub fn ledger_text(records: &[Record]) -> String {
    let mut out = String::new();
    let id_width = records.iter().map(|r| r.id.len()).max().unwrap_or(0);
    for source in Source::ALL {
        let rows: Vec<&Record> = records.iter().filter(|r| r.source == source).collect();
        if rows.is_empty() {
            continue;
        }
        let _ = writeln!(out, "{source}: {}", source.title());
        let _ = writeln!(
            out,
            "  {:id_width$}  {:12}  {:11}  {:>8}  statement",
            "claim", "as printed", "evidence", "controls"
        );
        for r in rows {
            let evidence = r.strongest().map_or("-".to_owned(), |k| k.to_string());
            let controls = if r.controls.is_empty() {
                "-".to_owned()
            } else {
                format!("{}/{}", r.controls_rejected(), r.controls.len())
            };
            let _ = writeln!(
                out,
                "  {:id_width$}  {:12}  {evidence:11}  {controls:>8}  {}",
                r.id, r.printed_status, r.title
            );
            if !r.is_as_expected() {
                let expected = r
                    .expected_status
                    .map_or("no expectation is committed", Status::word);
                let _ = writeln!(out, "  {:id_width$}  ^ not as expected: {expected}", "");
            }
            if let Some(why) = remark(r) {
                out.push_str(&wrap(&why, id_width + 4));
            }
        }
        out.push('\n');
    }
    out.push_str(&summary(records));
    out.push_str(&not_run(records));
    out
}

/// The tests on samples that were left to a full run; empty if there are none.
pub fn not_run(records: &[Record]) -> String {
    let left: Vec<&str> = records
        .iter()
        .flat_map(|r| r.not_run.iter().copied())
        .collect();
    if left.is_empty() {
        return String::new();
    }
    let tests = if left.len() == 1 { "test" } else { "tests" };
    format!(
        "Not run: {} {tests} on samples, which verify --full adds ({}).\n",
        left.len(),
        left.join(", ")
    )
}

/// The sentence that a reader needs beside the status.
fn remark(r: &Record) -> Option<String> {
    match r.printed_status {
        Status::Fails => r.what_was_wrong.map(str::to_owned),
        Status::Conditional => r.condition.map(|c| format!("if {c}")),
        Status::Inconclusive => r.reason.clone(),
        Status::Holds | Status::Definition => None,
    }
}

/// Breaks a text into indented lines at spaces.
fn wrap(text: &str, indent: usize) -> String {
    let mut out = String::new();
    let mut column = usize::MAX;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column.saturating_add(1 + length) > WIDTH.max(indent + 30) {
            if column != usize::MAX {
                out.push('\n');
            }
            let _ = write!(out, "{:indent$}{word}", "");
            column = indent + length;
        } else {
            let _ = write!(out, " {word}");
            column += 1 + length;
        }
    }
    out.push('\n');
    out
}

/// How many claims came out how, and whether that is what was expected.
pub fn summary(records: &[Record]) -> String {
    let count = |s: Status| records.iter().filter(|r| r.printed_status == s).count();
    let controls: usize = records.iter().map(|r| r.controls.len()).sum();
    let rejected: usize = records.iter().map(Record::controls_rejected).sum();
    let surprises: Vec<&str> = records
        .iter()
        .filter(|r| !r.is_as_expected())
        .map(|r| r.id)
        .collect();
    let mut out = format!(
        "{} claims: {} hold as printed, {} hold under a condition that the text leaves out, {} fail, \
         {} are definitions, {} are inconclusive.\n\
         {rejected} of {controls} negative controls were rejected.\n",
        records.len(),
        count(Status::Holds),
        count(Status::Conditional),
        count(Status::Fails),
        count(Status::Definition),
        count(Status::Inconclusive),
    );
    if surprises.is_empty() {
        out.push_str("Every claim came out as the ledger expects.\n");
    } else {
        let _ = writeln!(out, "Not as the ledger expects: {}", surprises.join(", "));
    }
    out
}

fn section(out: &mut String, heading: &str, text: &str) {
    let _ = writeln!(out, "{heading}");
    for line in text.lines() {
        // Formulas keep their lines; prose is broken at the margin.
        if line.chars().count() + 4 <= WIDTH {
            let _ = writeln!(out, "    {line}");
        } else {
            out.push_str(&wrap(line, 4));
        }
    }
    out.push('\n');
}

fn list(items: impl IntoIterator<Item = String>) -> String {
    items.into_iter().collect::<Vec<_>>().join("\n")
}

/// Everything that is known of one claim.
pub fn explain(r: &Record) -> String {
    let mut out = String::new();
    let place = r
        .equation
        .map_or("in the text".to_owned(), |n| format!("equation ({n})"));
    let _ = writeln!(
        out,
        "{}\n{}, {place}: {}\n",
        r.id,
        r.source.title(),
        r.title
    );
    section(&mut out, "As printed", r.printed);
    let status = match (r.printed_status, remark(r)) {
        (status, Some(why)) => format!("{status}: {why}"),
        (status, None) => status.to_string(),
    };
    section(&mut out, "Decision", &status);
    if let Some(right) = r.correction {
        section(&mut out, "Right form", right);
    }
    if let Some(c) = &r.counterexample {
        section(
            &mut out,
            "Smallest counterexample found",
            &format!(
                "{}\nas printed: {}\ntrue value: {}",
                c.instance, c.printed_value, c.true_value
            ),
        );
    }
    if !r.conventions.is_empty() {
        section(
            &mut out,
            "Conventions",
            &list(r.conventions.iter().map(|s| (*s).to_owned())),
        );
    }
    if !r.assumptions.is_empty() {
        section(
            &mut out,
            "Assumptions",
            &list(r.assumptions.iter().map(|s| (*s).to_owned())),
        );
    }
    if !r.evidence.is_empty() {
        let lines = r
            .evidence
            .iter()
            .map(|e| format!("{}: {}: {}", e.kind, e.scope, e.detail));
        section(&mut out, "Evidence", &list(lines));
    }
    if !r.controls.is_empty() {
        let lines = r.controls.iter().map(|c| {
            format!(
                "{} {}",
                if c.rejected { "rejected" } else { "SURVIVED" },
                c.name
            )
        });
        section(&mut out, "Negative controls", &list(lines));
    }
    if !r.not_run.is_empty() {
        section(
            &mut out,
            "Not run (verify --full does)",
            &list(r.not_run.iter().map(|&name| name.to_owned())),
        );
    }
    section(&mut out, "Reproduce", &r.reproduce);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_keeps_every_word_and_the_margin() {
        let text = "word ".repeat(60);
        let wrapped = wrap(&text, 8);
        assert_eq!(wrapped.split_whitespace().count(), 60);
        assert!(
            wrapped
                .lines()
                .all(|l| l.starts_with("        word") && l.len() <= WIDTH)
        );
    }
}
