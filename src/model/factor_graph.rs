//! Discrete variables of any cardinality and tables of non-negative weights.

use thiserror::Error;

/// Most variables.
pub(super) const MAX_VARIABLES: usize = 1 << 24;
/// Most entries of all tables together.
pub(super) const MAX_ENTRIES: usize = 1 << 30;

/// A table over some variables; the last variable of the scope runs fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// The variables, distinct; none for a constant.
    pub scope: Vec<usize>,
    /// One weight for each joint state, not negative.
    pub values: Vec<f64>,
}

/// A weight that is a product of tables.
///
/// ```text
/// p(x) = ∏_f ψ_f(x_f) / Z
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct FactorGraph {
    cardinality: Vec<usize>,
    factors: Vec<Factor>,
}

/// Why some tables are not a factor graph.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum FactorGraphError {
    /// More variables or entries than the limits allow.
    #[error("{variables} variables with {entries} table entries are more than the limits allow")]
    TooLarge {
        /// Variables.
        variables: usize,
        /// Entries counted before the limit was passed.
        entries: usize,
    },
    /// A variable without states.
    #[error("variable {variable} has no states")]
    NoStates {
        /// The variable.
        variable: usize,
    },
    /// A variable that does not exist.
    #[error("factor {factor} names variable {variable} of {variables}")]
    NoSuchVariable {
        /// Position in the list of factors.
        factor: usize,
        /// The variable.
        variable: usize,
        /// How many there are.
        variables: usize,
    },
    /// The same variable twice in one scope.
    #[error("factor {factor} names variable {variable} twice")]
    RepeatedVariable {
        /// Position in the list of factors.
        factor: usize,
        /// The variable.
        variable: usize,
    },
    /// A table of the wrong length.
    #[error("factor {factor} has {found} values, its scope has {expected} states")]
    Shape {
        /// Position in the list of factors.
        factor: usize,
        /// Length of the table.
        found: usize,
        /// Number of joint states.
        expected: usize,
    },
    /// A weight that is negative, NaN or infinite.
    #[error("value {index} of factor {factor} is {value}, not a finite weight of zero or more")]
    NotAWeight {
        /// Position in the list of factors.
        factor: usize,
        /// Position in the table.
        index: usize,
        /// The value.
        value: f64,
    },
}

impl FactorGraph {
    /// Checks the tables and builds the graph.
    ///
    /// # Errors
    /// [`FactorGraphError`] naming the factor and the entry.
    pub fn new(cardinality: Vec<usize>, factors: Vec<Factor>) -> Result<Self, FactorGraphError> {
        let variables = cardinality.len();
        let too_large = |entries| FactorGraphError::TooLarge { variables, entries };
        if variables > MAX_VARIABLES {
            return Err(too_large(0));
        }
        if let Some(variable) = cardinality.iter().position(|&q| q == 0) {
            return Err(FactorGraphError::NoStates { variable });
        }
        let mut entries = 0_usize;
        for (factor, f) in factors.iter().enumerate() {
            let mut seen = f.scope.clone();
            seen.sort_unstable();
            if let Some(&variable) = seen.last().filter(|&&v| v >= variables) {
                return Err(FactorGraphError::NoSuchVariable {
                    factor,
                    variable,
                    variables,
                });
            }
            if let Some(pair) = seen.windows(2).find(|pair| pair[0] == pair[1]) {
                return Err(FactorGraphError::RepeatedVariable {
                    factor,
                    variable: pair[0],
                });
            }
            let expected = f
                .scope
                .iter()
                .try_fold(1_usize, |size, &v| size.checked_mul(cardinality[v]))
                .ok_or(too_large(usize::MAX))?;
            if f.values.len() != expected {
                return Err(FactorGraphError::Shape {
                    factor,
                    found: f.values.len(),
                    expected,
                });
            }
            entries = entries.saturating_add(expected);
            if entries > MAX_ENTRIES {
                return Err(too_large(entries));
            }
            if let Some((index, &value)) = f
                .values
                .iter()
                .enumerate()
                .find(|(_, x)| !x.is_finite() || **x < 0.0)
            {
                return Err(FactorGraphError::NotAWeight {
                    factor,
                    index,
                    value,
                });
            }
        }
        Ok(Self {
            cardinality,
            factors,
        })
    }

    /// A graph from parts of another one, already checked.
    pub(super) fn of_checked(cardinality: Vec<usize>, factors: Vec<Factor>) -> Self {
        Self {
            cardinality,
            factors,
        }
    }

    /// Number of states of each variable.
    pub fn cardinality(&self) -> &[usize] {
        &self.cardinality
    }

    /// The tables.
    pub fn factors(&self) -> &[Factor] {
        &self.factors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_tables_are_refused_by_name() {
        let new = |scope: &[usize], values: &[f64]| {
            FactorGraph::new(
                vec![2, 3],
                vec![Factor {
                    scope: scope.to_vec(),
                    values: values.to_vec(),
                }],
            )
        };
        assert!(new(&[1, 0], &[0.0; 6]).is_ok());
        assert!(new(&[], &[2.0]).is_ok());
        assert!(matches!(
            new(&[0, 1], &[1.0; 5]),
            Err(FactorGraphError::Shape { expected: 6, .. })
        ));
        assert!(matches!(
            new(&[2], &[1.0; 2]),
            Err(FactorGraphError::NoSuchVariable { variable: 2, .. })
        ));
        assert!(matches!(
            new(&[0, 0], &[1.0; 4]),
            Err(FactorGraphError::RepeatedVariable { variable: 0, .. })
        ));
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(
                new(&[0], &[1.0, bad]),
                Err(FactorGraphError::NotAWeight { index: 1, .. })
            ));
        }
        assert!(matches!(
            FactorGraph::new(vec![2, 0], vec![]),
            Err(FactorGraphError::NoStates { variable: 1 })
        ));
        let huge = FactorGraph::new(
            vec![1 << 40, 1 << 40],
            vec![Factor {
                scope: vec![0, 1],
                values: vec![],
            }],
        );
        assert!(matches!(huge, Err(FactorGraphError::TooLarge { .. })));
    }
}
