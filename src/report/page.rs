//! The experiments as one page: what was set, what came out beside what is printed, and the pictures.

use super::drawing::picture_svg;
use super::escape::escape;
use crate::figures::{FigureRecord, Scale};
use crate::ledger::{Finding, Number, Verdict};
use std::fmt::Write;

const STYLE: &str = "body{font-family:sans-serif;max-width:64em;margin:2em auto;padding:0 1em;color:#222;line-height:1.4}\
table{border-collapse:collapse;margin:.6em 0}th,td{border:1px solid #ccc;padding:.25em .6em;text-align:left;vertical-align:top}\
th{background:#f2f2f2}td.n{text-align:right;font-variant-numeric:tabular-nums}\
.reproduced{color:#00664b}.not-reproduced{color:#a84300}.not-decidable{color:#555}.survived{color:#a84300;font-weight:bold}\
svg{max-width:100%;height:auto}blockquote{margin:.4em 1.5em;color:#444}";

fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reproduced => "reproduced",
        Verdict::NotReproduced => "not-reproduced",
        Verdict::NotDecidable => "not-decidable",
    }
}

/// Letters, digits and hyphens of a name, for places inside the page.
fn anchor(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect()
}

/// A page of its own (HTML), readable without a network: summary, then each experiment with parameters, findings,
/// controls and pictures.
pub fn figures_page(records: &[FigureRecord]) -> String {
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>The published experiments, re-run</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>The published experiments, re-run</h1>\n"
    );
    summary(&mut out, records);
    for record in records {
        experiment(&mut out, record);
    }
    out.push_str("</body>\n</html>\n");
    out
}

fn summary(out: &mut String, records: &[FigureRecord]) {
    let count = |v: Verdict| {
        let findings = records.iter().flat_map(|r| &r.findings);
        findings.filter(|f| f.verdict == v).count()
    };
    let _ = writeln!(
        out,
        "<p>{} statements: {} reproduced, {} not reproduced, {} not decidable from the text.</p>",
        records.iter().map(|r| r.findings.len()).sum::<usize>(),
        count(Verdict::Reproduced),
        count(Verdict::NotReproduced),
        count(Verdict::NotDecidable),
    );
    out.push_str(
        "<table>\n<tr><th>experiment</th><th>claim</th><th>result</th><th>controls rejected</th><th>why</th></tr>\n",
    );
    for record in records {
        for finding in &record.findings {
            let rejected = finding.controls.iter().filter(|c| c.rejected).count();
            let _ = writeln!(
                out,
                "<tr><td><a href=\"#{}\">{}</a></td><td>{}</td><td class=\"{}\">{}</td><td class=\"n\">{rejected} of {}</td><td>{}</td></tr>",
                anchor(&record.experiment),
                escape(&record.experiment),
                escape(&finding.claim),
                class(finding.verdict),
                finding.verdict.words(),
                finding.controls.len(),
                escape(&finding.because),
            );
        }
        if record.findings.is_empty() {
            let _ = writeln!(
                out,
                "<tr><td><a href=\"#{}\">{}</a></td><td colspan=\"4\">no finding</td></tr>",
                anchor(&record.experiment),
                escape(&record.experiment)
            );
        }
    }
    out.push_str("</table>\n");
}

fn experiment(out: &mut String, record: &FigureRecord) {
    let scale = match record.scale {
        Scale::Quick => "quick: less training, fewer samples",
        Scale::Paper => "published sizes",
    };
    let _ = writeln!(
        out,
        "<h2 id=\"{}\">{}: {}</h2>\n<p>Scale: {scale}. Seed: {}.</p>",
        anchor(&record.experiment),
        escape(&record.experiment),
        escape(&record.title),
        record.seed,
    );
    if !record.parameters.is_empty() {
        out.push_str("<h3>Parameters</h3>\n<table>\n<tr><th>name</th><th>value</th><th>from</th><th>tried besides</th></tr>\n");
        for p in &record.parameters {
            let from = if p.published {
                "the text"
            } else {
                "chosen here"
            };
            let _ = writeln!(
                out,
                "<tr><td>{}</td><td>{}</td><td>{from}</td><td>{}</td></tr>",
                escape(&p.name),
                escape(&p.value),
                escape(&p.swept.join(", ")),
            );
        }
        out.push_str("</table>\n");
    }
    for finding in &record.findings {
        write_finding(out, finding);
    }
    for picture in &record.pictures {
        let _ = writeln!(out, "<figure>\n{}</figure>", picture_svg(picture));
    }
}

fn write_finding(out: &mut String, finding: &Finding) {
    let _ = writeln!(
        out,
        "<h3>{}: <span class=\"{}\">{}</span></h3>\n<blockquote>{}</blockquote>\n<p>{}</p>",
        escape(&finding.claim),
        class(finding.verdict),
        finding.verdict.words(),
        escape(&finding.printed),
        escape(&finding.because),
    );
    if !finding.test.is_empty() {
        let _ = writeln!(out, "<p>Test: {}</p>", escape(&finding.test));
    }
    if !finding.numbers.is_empty() {
        out.push_str("<table>\n<tr><th>number</th><th>here</th><th>printed</th></tr>\n");
        for number in &finding.numbers {
            let printed = number.printed.map_or(String::new(), |p| p.to_string());
            let _ = writeln!(
                out,
                "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{printed}</td></tr>",
                escape(&number.name),
                shown(number),
            );
        }
        out.push_str("</table>\n");
    }
    if !finding.controls.is_empty() {
        out.push_str("<p>Controls that must be rejected:</p>\n<ul>\n");
        for control in &finding.controls {
            let word = if control.rejected {
                "<span>rejected</span>"
            } else {
                "<span class=\"survived\">SURVIVED</span>"
            };
            let _ = writeln!(out, "<li>{}: {word}</li>", escape(&control.name));
        }
        out.push_str("</ul>\n");
    }
}

/// Bounds in full, an estimate with as many digits as its error supports.
fn shown(number: &Number) -> String {
    if let Some([low, high]) = number.bounds {
        return format!("[{low}, {high}]");
    }
    match number.std_err {
        Some(e) if e > 0.0 && e.is_finite() => {
            let decimals = usize::try_from(1 - e.log10().floor() as i32).unwrap_or(0);
            if decimals <= 12 {
                format!("{:.decimals$} ± {e:.decimals$}", number.value)
            } else {
                format!("{:e} ± {e:.1e}", number.value)
            }
        }
        _ => number.value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::{Parameter, Picture};
    use crate::ledger::{Basis, Control};

    fn record() -> FigureRecord {
        FigureRecord {
            experiment: "fig <9>".to_owned(),
            title: "A & B".to_owned(),
            scale: Scale::Quick,
            seed: 7,
            parameters: vec![Parameter {
                name: "rate".to_owned(),
                value: "0.1".to_owned(),
                published: false,
                swept: vec!["0.01".to_owned(), "1".to_owned()],
            }],
            findings: vec![Finding {
                claim: "demellokoch2019-fig9".to_owned(),
                basis: Basis::Test,
                printed: "x < y".to_owned(),
                verdict: Verdict::NotReproduced,
                because: "x is larger <script>".to_owned(),
                test: "α = 1e-6".to_owned(),
                numbers: vec![Number {
                    name: "slope".to_owned(),
                    value: 0.123_456,
                    std_err: Some(0.0123),
                    bounds: None,
                    printed: Some(0.25),
                }],
                controls: vec![
                    Control {
                        name: "sign".to_owned(),
                        rejected: true,
                    },
                    Control {
                        name: "scale".to_owned(),
                        rejected: false,
                    },
                ],
            }],
            pictures: vec![Picture {
                name: "p".to_owned(),
                title: "T".to_owned(),
                columns: 1,
                panels: Vec::new(),
            }],
        }
    }

    #[test]
    fn a_page_has_everything_and_escapes_it() {
        let page = figures_page(&[record()]);
        for part in [
            "1 statements: 0 reproduced, 1 not reproduced, 0 not decidable",
            "href=\"#fig--9-\"",
            "id=\"fig--9-\"",
            "fig &lt;9&gt;: A &amp; B",
            "<td>chosen here</td><td>0.01, 1</td>",
            "x is larger &lt;script&gt;",
            "0.123 ± 0.012",
            ">0.25<",
            "SURVIVED",
            "1 of 2",
            "<svg xmlns",
        ] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
        assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("<link"));
    }

    #[test]
    fn numbers_have_the_digits_that_their_kind_supports() {
        let number = |std_err, bounds| Number {
            name: String::new(),
            value: 1234.5678,
            std_err,
            bounds,
            printed: None,
        };
        assert_eq!(shown(&number(None, None)), "1234.5678");
        assert_eq!(shown(&number(Some(25.0), None)), "1235 ± 25");
        assert_eq!(shown(&number(None, Some([1.0, 1.5]))), "[1, 1.5]");
        assert_eq!(shown(&number(Some(f64::NAN), None)), "1234.5678");
    }
}
