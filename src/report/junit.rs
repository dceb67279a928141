//! The ledger as `JUnit` XML, for continuous integration servers.

use super::escape::escape;
use crate::ledger::{Record, Source, Status};
use std::fmt::Write;

/// One test suite a source, one test case a claim.
///
/// A claim that did not come out as expected is a failure; one that is inconclusive as expected is
/// skipped, with the reason; everything else passes.
pub fn ledger_junit(records: &[Record]) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"blockspin\">\n",
    );
    for source in Source::ALL {
        let suite: Vec<&Record> = records.iter().filter(|r| r.source == source).collect();
        if suite.is_empty() {
            continue;
        }
        let failures = suite.iter().filter(|r| !r.is_as_expected()).count();
        let skipped = suite.iter().filter(|r| is_skipped(r)).count();
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{source}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\">",
            suite.len()
        );
        for record in suite {
            let _ = write!(
                xml,
                "    <testcase classname=\"{source}\" name=\"{}\"",
                escape(record.id)
            );
            let reason = record.reason.as_deref().unwrap_or("");
            if !record.is_as_expected() {
                let expected = record
                    .expected_status
                    .map_or("no expectation", Status::word);
                let message = format!("{}, expected {expected}; {reason}", record.printed_status);
                let _ = writeln!(
                    xml,
                    "><failure message=\"{}\"/></testcase>",
                    escape(&message)
                );
            } else if is_skipped(record) {
                let _ = writeln!(xml, "><skipped message=\"{}\"/></testcase>", escape(reason));
            } else {
                xml.push_str("/>\n");
            }
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn is_skipped(record: &Record) -> bool {
    record.is_as_expected() && record.printed_status == Status::Inconclusive
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Claim, Expectations, decide_all};
    use crate::random::Seed;

    #[test]
    fn unexpected_outcomes_are_failures_and_text_is_escaped() {
        let claim = Claim {
            id: "jefferson2019-x",
            decide: |d| d.cannot_decide("a < b & \"c\"\u{1}"),
            ..Claim::BLANK
        };
        let expected = Expectations::parse("jefferson2019-x inconclusive").unwrap();
        let known = ledger_junit(&decide_all(&[claim], Seed(1), &expected, |_| {}));
        assert!(
            known.contains("<skipped message=\"a &lt; b &amp; &quot;c&quot;\"/>"),
            "{known}"
        );
        let unknown = ledger_junit(&decide_all(
            &[claim],
            Seed(1),
            &Expectations::default(),
            |_| {},
        ));
        assert!(unknown.contains("failures=\"1\""), "{unknown}");
    }
}
