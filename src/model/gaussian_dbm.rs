//! The deep Boltzmann machine with ±1 visible units and two Gaussian hidden layers, and its JSON file.

use super::json::{self, JsonError};
use crate::symbolic::Matrix;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Most units that a layer may have; caps allocations before they happen.
const MAX_UNITS: usize = 1 << 16;
/// Largest machine file that is read, in bytes.
const MAX_FILE_BYTES: usize = 1 << 28;
const FORMAT: &str = "blockspin-gaussian-dbm";

/// A chain of three layers: visible x ∈ {±1}ⁿ, middle y ∈ ℝᵐ, deep z ∈ ℝᵖ.
///
/// ```text
/// H(x,y,z) = −a·x + ½(yᵀy + zᵀz) − xᵀA y − yᵀB z,   p(x,y,z) = e^{−βH} / Z
/// ```
/// A is n×m and B is m×p. The parameters may be numbers or indeterminates; nothing here asks whether
/// Z is finite, that is, whether `1 − BBᵀ` is positive definite.
///
/// # References
/// "Deep learning and the renormalization group" (blog, 2019), equations 1 and 2.
#[derive(Clone, Debug, PartialEq)]
pub struct GaussianDbm<T = f64> {
    beta: T,
    fields: Vec<T>,
    a: Matrix<T>,
    b: Matrix<T>,
}

/// Why parameters are not a machine. Fields are named as in the file.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum GaussianDbmError {
    /// A layer without units.
    #[error("{field} leaves the {layer} layer empty; every layer needs a unit")]
    EmptyLayer {
        /// The field that sets the size.
        field: &'static str,
        /// The layer.
        layer: &'static str,
    },
    /// A layer beyond the format's limit.
    #[error("{field} has {units} units, more than the limit of {limit}")]
    TooManyUnits {
        /// The field that sets the size.
        field: &'static str,
        /// What was asked for.
        units: usize,
        /// What is allowed.
        limit: usize,
    },
    /// A matrix with the wrong number of rows.
    #[error("{field} has {found} rows, but {because} asks for {expected}")]
    Rows {
        /// The matrix.
        field: &'static str,
        /// Rows it should have.
        expected: usize,
        /// Rows it has.
        found: usize,
        /// What fixes the number.
        because: &'static str,
    },
    /// A row of another length than the first one.
    #[error("{field}[{row}] has {found} entries, but {field}[0] has {expected}")]
    Ragged {
        /// The matrix.
        field: &'static str,
        /// The row.
        row: usize,
        /// Length of the first row.
        expected: usize,
        /// Length of this row.
        found: usize,
    },
    /// A parameter is NaN or infinite.
    #[error("{place} is {value}, not a finite number")]
    NotFinite {
        /// The field with its indices.
        place: String,
        /// The value.
        value: f64,
    },
    /// The inverse temperature is zero or negative.
    #[error("beta is {value}, but it must be above zero")]
    BetaNotPositive {
        /// The value.
        value: f64,
    },
}

/// Why a text is not a machine file.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum GaussianDbmFileError {
    /// Not JSON, or JSON of another shape; carries line and column.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The wrong `format` key.
    #[error("\"format\" is {found:?}, expected {FORMAT:?}")]
    Format {
        /// What stood there.
        found: String,
    },
    /// A version that this program does not know.
    #[error("\"version\" is {found}, this program reads version 1")]
    Version {
        /// What stood there.
        found: u64,
    },
    /// Too long to be read.
    #[error("the file has {bytes} bytes, more than the limit of {MAX_FILE_BYTES}")]
    TooLong {
        /// Length of the text.
        bytes: usize,
    },
    /// The parameters do not make a machine.
    #[error(transparent)]
    Machine(#[from] GaussianDbmError),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MachineFile {
    format: String,
    version: u64,
    beta: f64,
    a: Vec<f64>,
    #[serde(rename = "A")]
    weights_a: Vec<Vec<f64>>,
    #[serde(rename = "B")]
    weights_b: Vec<Vec<f64>>,
}

fn layer(field: &'static str, layer: &'static str, units: usize) -> Result<(), GaussianDbmError> {
    if units == 0 {
        return Err(GaussianDbmError::EmptyLayer { field, layer });
    }
    if units > MAX_UNITS {
        return Err(GaussianDbmError::TooManyUnits {
            field,
            units,
            limit: MAX_UNITS,
        });
    }
    Ok(())
}

fn rows(
    field: &'static str,
    expected: usize,
    found: usize,
    because: &'static str,
) -> Result<(), GaussianDbmError> {
    if expected == found {
        return Ok(());
    }
    Err(GaussianDbmError::Rows {
        field,
        expected,
        found,
        because,
    })
}

impl<T> GaussianDbm<T> {
    /// The machine with these parameters: β, the fields a (n), the weights A (n×m) and B (m×p).
    ///
    /// # Errors
    /// [`GaussianDbmError`] if a layer is empty or the shapes do not fit. That numbers are finite and
    /// β > 0 is checked by [`GaussianDbm::from_rows`] only, since indeterminates have no sign.
    pub fn new(
        beta: T,
        fields: Vec<T>,
        a: Matrix<T>,
        b: Matrix<T>,
    ) -> Result<Self, GaussianDbmError> {
        layer("a", "visible", fields.len())?;
        rows("A", fields.len(), a.rows(), "a")?;
        layer("A", "middle", a.cols())?;
        rows("B", a.cols(), b.rows(), "the width of A")?;
        layer("B", "deep", b.cols())?;
        Ok(Self { beta, fields, a, b })
    }

    /// Inverse temperature β.
    pub fn beta(&self) -> &T {
        &self.beta
    }

    /// The fields a on the visible units.
    pub fn fields(&self) -> &[T] {
        &self.fields
    }

    /// The weights A between visible (rows) and middle units (columns).
    pub fn a(&self) -> &Matrix<T> {
        &self.a
    }

    /// The weights B between middle (rows) and deep units (columns).
    pub fn b(&self) -> &Matrix<T> {
        &self.b
    }

    /// Number of visible units n.
    pub fn n_visible(&self) -> usize {
        self.fields.len()
    }

    /// Number of middle units m.
    pub fn n_middle(&self) -> usize {
        self.a.cols()
    }

    /// Number of deep units p.
    pub fn n_deep(&self) -> usize {
        self.b.cols()
    }

    /// The machine with every parameter mapped.
    pub fn map<U>(&self, mut f: impl FnMut(&T) -> U) -> GaussianDbm<U> {
        GaussianDbm {
            beta: f(&self.beta),
            fields: self.fields.iter().map(&mut f).collect(),
            a: Matrix::from_fn(self.a.rows(), self.a.cols(), |i, j| f(&self.a[(i, j)])),
            b: Matrix::from_fn(self.b.rows(), self.b.cols(), |i, j| f(&self.b[(i, j)])),
        }
    }
}

impl GaussianDbm<f64> {
    /// The machine with these parameters, matrices row by row.
    ///
    /// # Errors
    /// [`GaussianDbmError`] naming the field.
    pub fn from_rows(
        beta: f64,
        fields: Vec<f64>,
        a: &[Vec<f64>],
        b: &[Vec<f64>],
    ) -> Result<Self, GaussianDbmError> {
        let finite = |place: String, value: f64| {
            if value.is_finite() {
                Ok(())
            } else {
                Err(GaussianDbmError::NotFinite { place, value })
            }
        };
        finite("beta".to_owned(), beta)?;
        if beta <= 0.0 {
            return Err(GaussianDbmError::BetaNotPositive { value: beta });
        }
        for (i, &value) in fields.iter().enumerate() {
            finite(format!("a[{i}]"), value)?;
        }
        layer("a", "visible", fields.len())?;
        rows("A", fields.len(), a.len(), "a")?;
        let matrix = |field: &'static str, rows: &[Vec<f64>]| {
            let width = rows.first().map_or(0, Vec::len);
            for (i, row) in rows.iter().enumerate() {
                if row.len() != width {
                    return Err(GaussianDbmError::Ragged {
                        field,
                        row: i,
                        expected: width,
                        found: row.len(),
                    });
                }
                for (j, &value) in row.iter().enumerate() {
                    finite(format!("{field}[{i}][{j}]"), value)?;
                }
            }
            Ok(Matrix::from_fn(rows.len(), width, |i, j| rows[i][j]))
        };
        Self::new(beta, fields, matrix("A", a)?, matrix("B", b)?)
    }

    /// Reads a machine file.
    ///
    /// ```text
    /// {"format": "blockspin-gaussian-dbm", "version": 1, "beta": 1.0,
    ///  "a": [0.1, 0.2], "A": [[0.5], [-0.3]], "B": [[0.4, 0.2]]}
    /// ```
    /// # Errors
    /// [`GaussianDbmFileError`]; JSON errors carry line and column.
    pub fn from_json(text: &str) -> Result<Self, GaussianDbmFileError> {
        if text.len() > MAX_FILE_BYTES {
            return Err(GaussianDbmFileError::TooLong { bytes: text.len() });
        }
        let file: MachineFile = json::read(text)?;
        if file.format != FORMAT {
            return Err(GaussianDbmFileError::Format { found: file.format });
        }
        if file.version != 1 {
            return Err(GaussianDbmFileError::Version {
                found: file.version,
            });
        }
        Ok(Self::from_rows(
            file.beta,
            file.a,
            &file.weights_a,
            &file.weights_b,
        )?)
    }

    /// Writes a machine file; parameters keep all their digits.
    pub fn to_json(&self) -> String {
        let rows = |m: &Matrix<f64>| {
            (0..m.rows())
                .map(|i| (0..m.cols()).map(|j| m[(i, j)]).collect())
                .collect()
        };
        let file = MachineFile {
            format: FORMAT.to_owned(),
            version: 1,
            beta: self.beta,
            a: self.fields.clone(),
            weights_a: rows(&self.a),
            weights_b: rows(&self.b),
        };
        serde_json::to_string(&file).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(body: &str) -> Result<GaussianDbm, GaussianDbmFileError> {
        GaussianDbm::from_json(&format!(
            r#"{{"format":"blockspin-gaussian-dbm","version":1,{body}}}"#
        ))
    }

    #[test]
    fn a_file_round_trips() {
        let m = file(r#""beta":0.7,"a":[0.1,-2],"A":[[0.5,1],[0,3]],"B":[[0.1],[0.2]]"#).unwrap();
        assert_eq!((m.n_visible(), m.n_middle(), m.n_deep()), (2, 2, 1));
        assert_eq!(GaussianDbm::from_json(&m.to_json()).unwrap(), m);
    }

    #[test]
    fn bad_files_are_refused_by_field() {
        for (body, part) in [
            (r#""beta":0,"a":[1],"A":[[1]],"B":[[1]]"#, "beta is 0"),
            (r#""beta":-1,"a":[1],"A":[[1]],"B":[[1]]"#, "beta is -1"),
            (r#""beta":1e999,"a":[1],"A":[[1]],"B":[[1]]"#, "line 1"),
            (r#""beta":1,"a":[],"A":[],"B":[[1]]"#, "visible layer empty"),
            (r#""beta":1,"a":[1],"A":[[]],"B":[]"#, "middle layer empty"),
            (r#""beta":1,"a":[1],"A":[[1]],"B":[[]]"#, "deep layer empty"),
            (
                r#""beta":1,"a":[1],"A":[[1],[2]],"B":[[1]]"#,
                "A has 2 rows",
            ),
            (r#""beta":1,"a":[1],"A":[[1,2]],"B":[[1]]"#, "B has 1 rows"),
            (
                r#""beta":1,"a":[1,2],"A":[[1,2],[3]],"B":[[1],[1]]"#,
                "A[1] has 1",
            ),
            (
                r#""beta":1,"a":[1],"A":[[1]],"B":[[1]],"b":1"#,
                "unknown field `b`",
            ),
            (r#""beta":1,"a":[1],"A":[[1]]"#, "missing field `B`"),
        ] {
            let message = file(body).unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        }
        assert_eq!(
            GaussianDbm::from_rows(1.0, vec![1.0], &[vec![f64::NAN]], &[vec![1.0]])
                .unwrap_err()
                .to_string(),
            "A[0][0] is NaN, not a finite number"
        );
        let other = r#"{"format":"x","version":1,"beta":1,"a":[1],"A":[[1]],"B":[[1]]}"#;
        assert!(matches!(
            GaussianDbm::from_json(other),
            Err(GaussianDbmFileError::Format { .. })
        ));
    }
}
