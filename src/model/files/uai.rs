//! The UAI format of Markov and Bayesian networks.
//!
//! ```text
//! MARKOV                      or BAYES
//! 3                           variables
//! 2 2 3                       their cardinalities
//! 2                           functions
//! 2 0 1                       for each its arity and its variables
//! 2 1 2
//! 4   0.1 0.9 0.4 0.6         for each the number of entries and the entries,
//! 6   1 2 3 4 5 6             the last variable of the scope running fastest
//! ```
//! All that separates is white space of any kind. A function of arity 0 is a constant, with one entry. Lines
//! that begin with the word `c` are comments (UAI 2016). A Bayesian network is read as the product of its
//! tables; that they are normalised is not asked, since files are rounded.
//!
//! # References
//! UAI 2014 inference competition, model format; UAI 2016 evaluation, UAI model format.

use super::fault::{Fault, FileError, quoted};
use super::tokens::{Tokens, shortest};
use crate::model::factor_graph::{MAX_ENTRIES, MAX_VARIABLES};
use crate::model::{Factor, FactorGraph};
use std::fmt::Write;

/// The first word of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UaiNetwork {
    /// Any tables.
    Markov,
    /// Tables of conditional probabilities, the child last in its scope.
    Bayes,
}

/// What a UAI file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct UaiModel {
    /// The first word.
    pub network: UaiNetwork,
    /// The tables.
    pub graph: FactorGraph,
}

fn is_comment(line: &str) -> bool {
    line.strip_prefix('c')
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_whitespace()))
}

/// Reads a model.
///
/// # Errors
/// [`FileError`] with line and token. Counts are checked before anything of their size is allocated: what
/// is held never exceeds a multiple of the length of the text.
pub fn read_uai(text: &str) -> Result<UaiModel, FileError> {
    let mut tokens = Tokens::new(text, is_comment);
    let network = match tokens.word("MARKOV or BAYES")? {
        "MARKOV" => UaiNetwork::Markov,
        "BAYES" => UaiNetwork::Bayes,
        other => {
            return Err(Fault::Unexpected {
                expected: "MARKOV or BAYES",
                found: quoted(other),
            }
            .at(tokens.place()));
        }
    };
    let variables = tokens.count_within("variables", MAX_VARIABLES)?;
    let mut cardinality = Vec::with_capacity(variables.min(tokens.bytes_left()));
    for variable in 0..variables {
        let states = tokens.count_within("states of a variable", MAX_ENTRIES)?;
        if states == 0 {
            return Err(
                Fault::Graph(crate::model::FactorGraphError::NoStates { variable })
                    .at(tokens.place()),
            );
        }
        cardinality.push(states);
    }
    let functions = tokens.count_within("functions", MAX_ENTRIES)?;
    let mut scopes = Vec::with_capacity(functions.min(tokens.bytes_left()));
    for _ in 0..functions {
        scopes.push(scope(&mut tokens, variables)?);
    }
    let mut factors = Vec::with_capacity(scopes.len());
    for scope in scopes {
        let size = scope
            .iter()
            .try_fold(1_usize, |size, &v: &usize| size.checked_mul(cardinality[v]));
        let found = tokens.count("the number of entries")?;
        let Some(expected) = size.filter(|&n| n <= MAX_ENTRIES) else {
            return Err(Fault::TooMany {
                what: "entries of a table",
                value: size.unwrap_or(usize::MAX),
                limit: MAX_ENTRIES,
            }
            .at(tokens.place()));
        };
        if found != expected {
            return Err(Fault::Mismatch {
                what: "number of entries of a table",
                found,
                expected,
            }
            .at(tokens.place()));
        }
        let mut values = Vec::with_capacity(expected.min(tokens.bytes_left()));
        for _ in 0..expected {
            values.push(tokens.weight("a table entry")?);
        }
        factors.push(Factor { scope, values });
    }
    tokens.end()?;
    let graph = FactorGraph::new(cardinality, factors).map_err(|e| Fault::Graph(e).of_file())?;
    Ok(UaiModel { network, graph })
}

/// The variables of one function.
fn scope(tokens: &mut Tokens, variables: usize) -> Result<Vec<usize>, FileError> {
    let arity = tokens.count_within("variables of a function", variables)?;
    let mut scope = Vec::with_capacity(arity.min(tokens.bytes_left()));
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..arity {
        let index = tokens.count("a variable of a function")?;
        let what = "variable";
        if index >= variables {
            return Err(Fault::NoSuch { what, index }.at(tokens.place()));
        }
        if !seen.insert(index) {
            return Err(Fault::Repeated { what, index }.at(tokens.place()));
        }
        scope.push(index);
    }
    Ok(scope)
}

/// Writes a model as a Markov network; numbers read back as they are.
pub fn write_uai(graph: &FactorGraph) -> String {
    let words = |list: &[usize]| -> Vec<String> { list.iter().map(ToString::to_string).collect() };
    let mut out = format!(
        "MARKOV\n{}\n{}\n{}\n",
        graph.cardinality().len(),
        words(graph.cardinality()).join(" "),
        graph.factors().len()
    );
    for factor in graph.factors() {
        let _ = write!(out, "{}", factor.scope.len());
        for v in &factor.scope {
            let _ = write!(out, " {v}");
        }
        out.push('\n');
    }
    for factor in graph.factors() {
        let _ = write!(out, "\n{}\n", factor.values.len());
        let row = factor.scope.last().map_or(1, |&v| graph.cardinality()[v]);
        for line in factor.values.chunks(row) {
            let line: Vec<String> = line.iter().map(|&x| shortest(x)).collect();
            let _ = writeln!(out, " {}", line.join(" "));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::Place;
    use super::*;

    /// The Markov network of the UAI 2014 model format page: P(X), P(Y|X), P(Z|Y).
    const EXAMPLE: &str = "MARKOV\n3\n2 2 3\n3\n1 0\n2 0 1\n2 1 2\n\n2\n 0.436 0.564\n\n4\n 0.128 0.872\n \
        0.920 0.080\n\n6\n 0.210 0.333 0.457\n 0.811 0.000 0.189\n";

    #[test]
    fn the_example_of_the_format_page_is_read_in_any_layout() {
        let model = read_uai(EXAMPLE).unwrap();
        assert_eq!(model.graph.cardinality(), [2, 2, 3]);
        let scopes: Vec<&[usize]> = model.graph.factors().iter().map(|f| &f.scope[..]).collect();
        assert_eq!(scopes, [&[0][..], &[0, 1], &[1, 2]]);
        assert_eq!(
            model.graph.factors()[2].values,
            [0.21, 0.333, 0.457, 0.811, 0.0, 0.189]
        );
        let words: Vec<&str> = EXAMPLE.split_whitespace().collect();
        for separator in [" ", "\n", "\t", "\r\n", "\x0b", "\x0c", " \n\n\t"] {
            assert_eq!(
                read_uai(&words.join(separator)).unwrap(),
                model,
                "{separator:?}"
            );
        }
        let commented = format!("c\nc a comment 1 2 3\n{EXAMPLE}c end");
        assert_eq!(read_uai(&commented).unwrap(), model);
        assert_eq!(read_uai(&write_uai(&model.graph)).unwrap(), model);
        let bayes = EXAMPLE.replace("MARKOV", "BAYES");
        assert_eq!(read_uai(&bayes).unwrap().network, UaiNetwork::Bayes);
    }

    #[test]
    fn constants_and_no_variables_are_models() {
        let constant = read_uai("MARKOV 1 3 2 0 1 0 1 2.5 3 1 0 1e-3")
            .unwrap()
            .graph;
        assert!(constant.factors()[0].scope.is_empty());
        assert_eq!(read_uai(&write_uai(&constant)).unwrap().graph, constant);
        assert!(read_uai("MARKOV 0 1 0 1 7").is_ok());
        assert!(read_uai("MARKOV 0 0").is_ok());
    }

    #[test]
    fn lies_are_refused_with_place_and_reason() {
        let cases = [
            ("", 1, 1, "MARKOV or BAYES"),
            ("MARKOW 1 2 0", 1, 1, "MARKOW"),
            ("MARKOV\n-3", 2, 1, "-3"),
            ("MARKOV\n3\n2 2", 3, 2, "states of a variable"),
            ("MARKOV 2 2 0 0", 1, 4, "no states"),
            ("MARKOV 99999999999999999999 2", 1, 2, "limit"),
            ("MARKOV 1 2 99999999999 1 0", 1, 4, "limit"),
            ("MARKOV 1 2 1 2 0 0 4 1 1 1 1", 1, 5, "limit"),
            ("MARKOV 2 2 2 1 2 0 0 4 1 1 1 1", 1, 8, "before"),
            ("MARKOV 2 2 2 1 2 0 2 4 1 1 1 1", 1, 8, "does not exist"),
            ("MARKOV 1 2 1 1 0 3 1 1 1", 1, 7, "expected 2"),
            ("MARKOV 1 2 1 1 0 2 1", 1, 8, "ends"),
            ("MARKOV 1 2 1 1 0\n2 1 -0.5", 2, 3, "negative"),
            ("MARKOV 1 2 1 1 0\n2 1 nan", 2, 3, "finite"),
            ("MARKOV 1 2 1 1 0\n2 1 1 extra", 2, 4, "end of the file"),
            (
                "MARKOV 3 2000000 2000000 2000000 1 3 0 1 2 8 1",
                1,
                11,
                "limit",
            ),
            (
                "MARKOV 5 1000000000 1000000000 1000000000 1000000000 2 1 5 0 1 2 3 4 8 1",
                1,
                15,
                "limit",
            ),
        ];
        for (text, line, token, reason) in cases {
            let error = read_uai(text).unwrap_err();
            assert_eq!(error.place, Place::Token { line, token }, "{text}: {error}");
            assert!(error.to_string().contains(reason), "{text}: {error}");
        }
    }
}
