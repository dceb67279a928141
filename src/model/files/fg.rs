//! The `.fg` format of libDAI.
//!
//! ```text
//! 1                number of factors; then for each factor
//!
//! 3                its variables
//! 4 8 7            their labels
//! 3 2 2            their numbers of states
//! 2                number of entries that follow, all others being zero
//! 0 0.1            place in the table and value,
//! 11 2.6           the FIRST variable of the factor running fastest
//! ```
//! Lines that begin with `#` are comments. Labels need not be 0, 1, 2…; variables are numbered here in the order
//! of their labels.
//!
//! # References
//! libDAI documentation, "libDAI file formats", factor graph (.fg) file format. The block printed there as an
//! example announces 11 entries and lists 12, one of them at place 12 of a table with places 0 to 11; without
//! that line it is the factor that the page describes.

use super::fault::{Fault, FileError};
use super::tokens::{Tokens, shortest};
use crate::model::factor_graph::{MAX_ENTRIES, MAX_VARIABLES};
use crate::model::{Factor, FactorGraph};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Table entries that a file may have without listing them: zeros cost no bytes in the file.
const MAX_UNLISTED: usize = 1 << 24;

/// A model whose file gives its variables names.
#[derive(Clone, Debug, PartialEq)]
pub struct Labelled<M> {
    /// The model; its variables are numbered from 0.
    pub model: M,
    /// The name of each variable in the file, ascending; empty where the format has no names, and they are 0, 1, 2…
    pub labels: Vec<usize>,
}

/// Reads a factor graph.
///
/// # Errors
/// [`FileError`] with line and token. Tables may hold at most 2²⁴ entries more than the file has bytes.
pub fn read_fg(text: &str) -> Result<Labelled<FactorGraph>, FileError> {
    let mut tokens = Tokens::new(text, |line| line.starts_with('#'));
    let count = tokens.count_within("factors", MAX_ENTRIES)?;
    let mut room = MAX_UNLISTED.saturating_add(text.len()).min(MAX_ENTRIES);
    let mut states = BTreeMap::new();
    let mut factors = Vec::with_capacity(count.min(tokens.bytes_left()));
    for _ in 0..count {
        factors.push(block(&mut tokens, &mut states, &mut room)?);
    }
    tokens.end()?;
    let (labels, cardinality): (Vec<usize>, Vec<usize>) = states.into_iter().unzip();
    for factor in &mut factors {
        for v in &mut factor.scope {
            // Every label of a scope was entered when it was read.
            *v = labels.binary_search(v).unwrap_or_default();
        }
    }
    let model = FactorGraph::new(cardinality, factors).map_err(|e| Fault::Graph(e).of_file())?;
    Ok(Labelled { model, labels })
}

/// One factor, its scope still in labels.
fn block(
    tokens: &mut Tokens,
    states: &mut BTreeMap<usize, usize>,
    room: &mut usize,
) -> Result<Factor, FileError> {
    let arity = tokens.count_within("variables of a factor", MAX_VARIABLES)?;
    let mut scope: Vec<usize> = Vec::with_capacity(arity.min(tokens.bytes_left()));
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..arity {
        let index = tokens.count_within("label", usize::MAX - 1)?;
        if !seen.insert(index) {
            let what = "variable";
            return Err(Fault::Repeated { what, index }.at(tokens.place()));
        }
        scope.push(index);
    }
    let mut size = Some(1_usize);
    for &label in &scope {
        let found = tokens.count_within("states of a variable", MAX_ENTRIES)?;
        let expected = *states.entry(label).or_insert(found.max(1));
        if found != expected {
            return Err(Fault::Mismatch {
                what: "number of states of a variable",
                found,
                expected,
            }
            .at(tokens.place()));
        }
        size = size.and_then(|n| n.checked_mul(found));
    }
    let Some(size) = size.filter(|n| n <= room) else {
        return Err(Fault::TooMany {
            what: "entries of the tables",
            value: size.unwrap_or(usize::MAX),
            limit: *room,
        }
        .at(tokens.place()));
    };
    *room -= size;
    let listed = tokens.count("the number of entries that are not zero")?;
    if listed > size {
        return Err(Fault::Mismatch {
            what: "number of entries, at most",
            found: listed,
            expected: size,
        }
        .at(tokens.place()));
    }
    let mut values = vec![0.0; size];
    let mut filled = vec![false; size];
    for _ in 0..listed {
        let what = "table entry";
        let index = tokens.count("the place of a table entry")?;
        if index >= size {
            return Err(Fault::NoSuch { what, index }.at(tokens.place()));
        }
        if std::mem::replace(&mut filled[index], true) {
            return Err(Fault::Repeated { what, index }.at(tokens.place()));
        }
        values[index] = tokens.weight("the value of a table entry")?;
    }
    // First variable fastest is last variable fastest of the scope read backwards.
    scope.reverse();
    Ok(Factor { scope, values })
}

/// Writes a factor graph under the given labels, ascending; numbers read back as they are.
///
/// A variable that is in no factor gets a table of ones, since the format knows variables only from factors.
///
/// # Panics
/// If there are fewer labels than variables.
pub fn write_fg(graph: &FactorGraph, labels: &[usize]) -> String {
    let cardinality = graph.cardinality();
    assert_eq!(labels.len(), cardinality.len(), "a label for each variable");
    let mut alone = vec![true; cardinality.len()];
    for &v in graph.factors().iter().flat_map(|f| &f.scope) {
        alone[v] = false;
    }
    let ones = (0..cardinality.len())
        .filter(|&v| alone[v])
        .map(|v| Factor {
            scope: vec![v],
            values: vec![1.0; cardinality[v]],
        });
    let factors: Vec<Factor> = graph.factors().iter().cloned().chain(ones).collect();
    let mut out = format!("{}\n", factors.len());
    for factor in &factors {
        let row = |name: &dyn Fn(usize) -> usize| -> String {
            let words: Vec<String> = factor
                .scope
                .iter()
                .rev()
                .map(|&v| name(v).to_string())
                .collect();
            words.join(" ")
        };
        let listed = factor.values.iter().filter(|&&x| x > 0.0).count();
        let _ = write!(
            out,
            "\n{}\n{}\n{}\n{listed}\n",
            factor.scope.len(),
            row(&|v| labels[v]),
            row(&|v| cardinality[v])
        );
        for (index, &value) in factor.values.iter().enumerate().filter(|(_, x)| **x > 0.0) {
            let _ = writeln!(out, "{index} {}", shortest(value));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::Place;
    use super::*;

    /// The example of the libDAI documentation without its line `12 6.4`.
    const EXAMPLE: &str = "# one factor\n1\n\n3\n4 8 7\n3 2 2\n11\n0 0.1\n1 3.5\n2 2.8\n3 6.3\n4 8.4\n6 7.4\n7 2.4\n\
        8 8.9\n9 1.3\n# out of order\n10 1.6\n11 2.6\n";

    #[test]
    fn the_example_of_the_documentation_is_the_factor_that_it_describes() {
        let file = read_fg(EXAMPLE).unwrap();
        assert_eq!(file.labels, [4, 7, 8]);
        assert_eq!(file.model.cardinality(), [3, 2, 2]);
        let factor = &file.model.factors()[0];
        // The page's table of (x4, x8, x7), all twelve rows.
        let rows = [
            ((0, 0, 0), 0.1),
            ((1, 0, 0), 3.5),
            ((2, 0, 0), 2.8),
            ((0, 1, 0), 6.3),
            ((1, 1, 0), 8.4),
            ((2, 1, 0), 0.0),
            ((0, 0, 1), 7.4),
            ((1, 0, 1), 2.4),
            ((2, 0, 1), 8.9),
            ((0, 1, 1), 1.3),
            ((1, 1, 1), 1.6),
            ((2, 1, 1), 2.6),
        ];
        for ((x4, x8, x7), value) in rows {
            let state = |v: &usize| [x4, x7, x8][*v];
            let index = factor
                .scope
                .iter()
                .fold(0, |i, v| i * file.model.cardinality()[*v] + state(v));
            assert_eq!(
                factor.values[index].to_bits(),
                f64::to_bits(value),
                "{x4} {x8} {x7}"
            );
        }
        assert_eq!(read_fg(&write_fg(&file.model, &file.labels)).unwrap(), file);
        // As printed, the example lists an entry beyond the table.
        let printed = EXAMPLE.replace("\n11 2.6", "\n12 6.4\n11 2.6");
        let error = read_fg(&printed).unwrap_err().to_string();
        assert!(error.contains("line 19") && error.contains("12"), "{error}");
    }

    #[test]
    fn constants_and_lonely_variables_survive() {
        let graph = FactorGraph::new(
            vec![2, 3],
            vec![Factor {
                scope: vec![],
                values: vec![2.5],
            }],
        )
        .unwrap();
        let back = read_fg(&write_fg(&graph, &[0, 1])).unwrap().model;
        assert_eq!(back.cardinality(), graph.cardinality());
        assert_eq!(back.factors()[0], graph.factors()[0]);
        assert_eq!(back.factors()[2].values, [1.0; 3]);
    }

    #[test]
    fn lies_are_refused_with_place_and_reason() {
        for (text, line, token, reason) in [
            ("", 1, 1, "ends"),
            ("1\n2\n0 0\n2 2\n0", 3, 2, "before"),
            ("2\n1\n0\n2\n1\n0 1\n1\n0\n3\n1\n0 1", 9, 1, "expected 2"),
            ("1\n1\n0\n2\n3\n0 1\n1 1\n2 1", 5, 1, "at most"),
            ("1\n1\n0\n2\n2\n0 1\n0 1", 7, 1, "before"),
            ("1\n1\n0\n2\n1\n0 -1", 6, 2, "negative"),
            ("1\n2\n0 1\n1000000 1000000\n0", 4, 2, "limit"),
            ("1\n1\n0\n0\n0", 4, 1, "expected 1"),
            ("1\n1\n0\n2\n1\n0 1\n7", 7, 1, "end of the file"),
        ] {
            let error = read_fg(text).unwrap_err();
            assert_eq!(
                error.place,
                Place::Token { line, token },
                "{text:?}: {error}"
            );
            assert!(error.to_string().contains(reason), "{text:?}: {error}");
        }
    }
}
