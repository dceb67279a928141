//! Binary quadratic models in the coordinate (COO) text of dimod.
//!
//! ```text
//! # vartype=SPIN            or BINARY; +-1 or 0/1
//! 0 0 -1.0                  i i a: the linear bias a of variable i
//! 0 1 0.5                   i j b: the quadratic bias b of the pair
//!
//! E(x) = Σ_i a_i x_i + Σ_ij b_ij x_i x_j,     p(x) = exp(−β E(x)) / Z
//! ```
//! Biases of the same pair add up, whichever variable comes first. Only variables that have a line exist; `3 3 0`
//! makes one without a bias. The format has no place for the constant that dimod calls offset: dimod leaves it
//! out without a word, so a model with one is not written here.
//!
//! dimod's reader passes over every line that it does not understand, among them all numbers with exponents.
//! This one reads exponents and refuses what it does not understand. Numbers are written without exponents and
//! with as many digits, at most 17 significant ones, as it takes to read back the same double; dimod writes six
//! decimals.
//!
//! # References
//! dimod documentation, `dimod.serialization.coo`.

use super::Labelled;
use super::fault::{Fault, FileError, Place, quoted};
use super::tokens::{count, real};
use crate::model::spin_hamiltonian::MAX_SPINS;
use crate::model::{ConversionError, SpinHamiltonian, Term, Units};
use crate::numeric::two_sum;
use std::collections::BTreeMap;
use std::fmt::Write;

/// One line: the bias of a pair, or of a variable with itself, by labels.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bias {
    i: usize,
    j: usize,
    value: f64,
    line: usize,
}

/// The values named in a header comment, such as `# vartype=SPIN`.
fn header(comment: &str) -> Option<&str> {
    let at = comment.find("vartype")?;
    let rest = comment[at + "vartype".len()..].strip_prefix(['=', ':'])?;
    let rest = rest.trim_start_matches([' ', '\t']);
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
    Some(&rest[..end.unwrap_or(rest.len())])
}

/// Reads a binary quadratic model as the reduced Hamiltonian `−β E`.
///
/// `units` says what the variables are where the file has no header, and must agree with one that is there. With
/// 0/1 variables `x = (1 + s)/2`, and each bias becomes terms with a half or a quarter of it. That rounds nothing
/// that is above `2^{−1074}`, since terms on the same spins are left side by side; where β times a bias is no double, a
/// second term holds what the first lacks.
///
/// # Errors
/// [`FileError`] with line and token.
pub fn read_coo(
    text: &str,
    units: Option<Units>,
    beta: f64,
) -> Result<Labelled<SpinHamiltonian>, FileError> {
    let mut stated = units;
    let mut biases: Vec<Bias> = Vec::new();
    for (number, content) in text.lines().enumerate() {
        let line = number + 1;
        let at = |token: usize| Place::Token { line, token };
        let content = content.trim();
        if content.starts_with('#') {
            let Some(name) = header(content) else {
                continue;
            };
            let found = match name {
                "SPIN" => Units::PlusMinus,
                "BINARY" => Units::ZeroOne,
                _ => {
                    return Err(Fault::Unexpected {
                        expected: "vartype=SPIN or vartype=BINARY",
                        found: quoted(name),
                    }
                    .at(at(1)));
                }
            };
            if stated.is_some_and(|other| other != found) {
                return Err(Fault::Unexpected {
                    expected: "the vartype that was stated before",
                    found: quoted(name),
                }
                .at(at(1)));
            }
            stated = Some(found);
        } else if !content.is_empty() {
            biases.push(bias(content, line)?);
        }
    }
    let Some(units) = stated else {
        return Err(Fault::Ends("a line \"# vartype=SPIN\" or \"# vartype=BINARY\"").of_file());
    };
    hamiltonian(&biases, units, beta)
}

fn bias(content: &str, line: usize) -> Result<Bias, FileError> {
    let at = |token: usize| Place::Token { line, token };
    let mut words = content.split_whitespace();
    let mut label = |token: usize| {
        let word = words.next().unwrap_or_default();
        let label = count(word, "a variable").map_err(|fault| fault.at(at(token)))?;
        if label == usize::MAX {
            return Err(Fault::TooMany {
                what: "label",
                value: label,
                limit: usize::MAX - 1,
            }
            .at(at(token)));
        }
        Ok(label)
    };
    let (i, j) = (label(1)?, label(2)?);
    let word = words.next().unwrap_or_default();
    let value = real(word, "a bias").map_err(|fault| fault.at(at(3)))?;
    if let Some(word) = words.next() {
        return Err(Fault::Unexpected {
            expected: "the end of the line",
            found: quoted(word),
        }
        .at(at(4)));
    }
    Ok(Bias { i, j, value, line })
}

fn hamiltonian(
    biases: &[Bias],
    units: Units,
    beta: f64,
) -> Result<Labelled<SpinHamiltonian>, FileError> {
    let mut labels: Vec<usize> = biases.iter().flat_map(|b| [b.i, b.j]).collect();
    labels.sort_unstable();
    labels.dedup();
    if labels.len() > MAX_SPINS {
        return Err(Fault::TooMany {
            what: "variables",
            value: labels.len(),
            limit: MAX_SPINS,
        }
        .of_file());
    }
    let mut terms = Vec::with_capacity(biases.len());
    for b in biases {
        let coupling = -(beta * b.value);
        if !coupling.is_finite() {
            let (line, token) = (b.line, 3);
            return Err(
                Fault::NotFinite(format!("-beta E = {coupling}")).at(Place::Token { line, token })
            );
        }
        let site = |label: usize| labels.binary_search(&label).unwrap_or_default();
        let (i, j) = (site(b.i), site(b.j));
        // What the product was rounded by is a term of its own, so that engines with bounds bound the file's model.
        let rest = -beta.mul_add(b.value, coupling);
        let mut add = |sites: &[usize], factor: f64| {
            for part in [coupling, rest] {
                if part != 0.0 {
                    terms.push(Term {
                        sites: sites.to_vec(),
                        coupling: factor * part,
                    });
                }
            }
        };
        match (units, i == j) {
            // A bias of zero only makes its variable known.
            _ if b.value == 0.0 => {}
            (Units::PlusMinus, true) => add(&[i], 1.0),
            (Units::PlusMinus, false) => add(&[i.min(j), i.max(j)], 1.0),
            (Units::ZeroOne, true) => {
                add(&[i], 0.5);
                add(&[], 0.5);
            }
            (Units::ZeroOne, false) => {
                add(&[i.min(j), i.max(j)], 0.25);
                add(&[i], 0.25);
                add(&[j], 0.25);
                add(&[], 0.25);
            }
        }
    }
    let model = SpinHamiltonian::new(labels.len(), terms).map_err(|e| Fault::Model(e).of_file())?;
    Ok(Labelled { model, labels })
}

/// A sum of doubles without rounding: parts that do not overlap (Shewchuk 1997).
#[derive(Clone, Debug, Default)]
struct ExactSum(Vec<f64>);

impl ExactSum {
    fn add(&mut self, x: f64) {
        let mut carry = x;
        let mut parts = Vec::with_capacity(self.0.len() + 1);
        for &part in &self.0 {
            let (sum, error) = two_sum(carry, part);
            if error != 0.0 {
                parts.push(error);
            }
            carry = sum;
        }
        if carry != 0.0 {
            parts.push(carry);
        }
        self.0 = parts;
    }

    /// The sum, rounded; zero only if it is zero.
    fn value(&self) -> f64 {
        // From the smallest part up; the largest one dominates the rest.
        self.0.iter().sum()
    }
}

/// Writes the energy `E = −𝒦/β` of a Hamiltonian of fields and pairs, in ±1 or 0/1 variables with up at 1, under
/// the given labels.
///
/// Couplings on the same spins are added up without rounding, and each bias is rounded once. Beside the text stands
/// the constant of 𝒦 that the format cannot hold: what `ln Z` of the file lacks.
///
/// # Errors
/// [`ConversionError::Order`] for a term of more than two spins, [`ConversionError::NotFinite`] if a bias overflows.
///
/// # Panics
/// If there are fewer labels than spins.
pub fn write_coo(
    model: &SpinHamiltonian,
    labels: &[usize],
    units: Units,
    beta: f64,
) -> Result<(String, f64), ConversionError> {
    assert_eq!(labels.len(), model.spins(), "a label for each spin");
    let mut constant = ExactSum::default();
    let mut biases: BTreeMap<(usize, usize), ExactSum> = (0..model.spins())
        .map(|i| ((i, i), ExactSum::default()))
        .collect();
    for (index, term) in model.terms().iter().enumerate() {
        let mut add = |i: usize, j: usize, factor: f64| {
            biases
                .entry((i.min(j), i.max(j)))
                .or_default()
                .add(factor * term.coupling);
        };
        match (term.sites.as_slice(), units) {
            ([], _) => constant.add(term.coupling),
            (&[i], Units::PlusMinus) => add(i, i, 1.0),
            (&[i, j], Units::PlusMinus) => add(i, j, 1.0),
            // s = 2x − 1
            (&[i], Units::ZeroOne) => {
                add(i, i, 2.0);
                constant.add(-term.coupling);
            }
            (&[i, j], Units::ZeroOne) => {
                add(i, j, 4.0);
                add(i, i, -2.0);
                add(j, j, -2.0);
                constant.add(term.coupling);
            }
            (sites, _) => {
                return Err(ConversionError::Order {
                    term: index,
                    sites: sites.len(),
                });
            }
        }
    }
    let name = match units {
        Units::PlusMinus => "SPIN",
        Units::ZeroOne => "BINARY",
    };
    let mut out = format!("# vartype={name}\n");
    let mut joined = vec![false; model.spins()];
    for (&(i, j), sum) in &biases {
        if i != j {
            joined[i] = true;
            joined[j] = true;
        }
        let bias = -sum.value() / beta;
        if !bias.is_finite() {
            return Err(ConversionError::NotFinite { value: bias });
        }
        // A lone variable keeps its line, or it would be lost.
        if bias != 0.0 || i == j {
            // No negative zero.
            let _ = writeln!(out, "{} {} {}", labels[i], labels[j], bias + 0.0);
        }
    }
    Ok((out, constant.value() + 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the dimod documentation.
    const EXAMPLE: &str = "# vartype=BINARY\n0 0 -1\n0 1 1\n1 2 -4.5\n";

    /// E of the example by its definition, bit i of the state being `x_i`.
    fn energy(x: usize) -> f64 {
        let x = [0, 1, 2].map(|i| (x >> i & 1) as f64);
        -x[0] + x[0] * x[1] - 4.5 * x[1] * x[2]
    }

    #[test]
    fn the_example_of_the_documentation_has_its_energies() {
        for beta in [1.0, 0.5] {
            let file = read_coo(EXAMPLE, None, beta).unwrap();
            assert_eq!(file.labels, [0, 1, 2]);
            for x in 0..8 {
                // All numbers are multiples of 1/16: nothing rounds.
                let difference = file.model.energy_of_bits(x as u64) + beta * energy(x);
                assert_eq!(difference.abs().to_bits(), 0, "{x}");
            }
        }
        // What dimod prints for it, with six decimals, is the same model.
        let printed = "# vartype=BINARY\n0 0 -1.000000\n0 1 1.000000\n1 2 -4.500000";
        assert_eq!(read_coo(printed, None, 1.0), read_coo(EXAMPLE, None, 1.0));
        let unstated = EXAMPLE.split_once('\n').unwrap().1;
        assert_eq!(
            read_coo(unstated, Some(Units::ZeroOne), 1.0),
            read_coo(EXAMPLE, None, 1.0)
        );
        assert!(read_coo(unstated, None, 1.0).is_err());
        assert!(read_coo(EXAMPLE, Some(Units::PlusMinus), 1.0).is_err());
    }

    #[test]
    fn no_product_with_beta_is_rounded() {
        let exact = |x: f64| num_rational::BigRational::from_float(x).unwrap();
        for (units, beta) in [(Units::PlusMinus, 7.0), (Units::ZeroOne, 0.3)] {
            let text = "0 0 33.3\n0 1 -1.7\n1 1 0.25\n";
            let file = read_coo(text, Some(units), beta).unwrap();
            for state in 0..4_usize {
                let value = |i: usize| f64::from(units.value(state >> i & 1 == 1));
                let (a, b) = (value(0), value(1));
                let energy = exact(33.3 * a) - exact(1.7 * (a * b)) + exact(0.25 * b);
                let sum: num_rational::BigRational = file
                    .model
                    .terms()
                    .iter()
                    .map(|t| {
                        let down = t.sites.iter().filter(|&&i| state >> i & 1 == 0).count();
                        exact(if down % 2 == 0 {
                            t.coupling
                        } else {
                            -t.coupling
                        })
                    })
                    .sum();
                assert_eq!(sum, -(exact(beta) * energy), "{units:?} {state}");
            }
        }
    }

    #[test]
    fn binary_files_come_back_bit_for_bit() {
        let text = "# vartype=BINARY\n0 0 -1\n0 1 0.1\n1 1 0\n1 2 -0.0000000000000000123456789\n2 2 0\n\
            7 7 123456789012345680000\n";
        let file = read_coo(text, None, 1.0).unwrap();
        assert_eq!(file.labels, [0, 1, 2, 7]);
        let (back, constant) = write_coo(&file.model, &file.labels, Units::ZeroOne, 1.0).unwrap();
        assert_eq!(back, text);
        assert_eq!(constant.to_bits(), 0);
        // The same in ±1 variables has a constant, which the format cannot hold: -E of the mean state.
        let (_, constant) = write_coo(&file.model, &file.labels, Units::PlusMinus, 1.0).unwrap();
        let mean = -(-0.5 + 0.25 * 0.1 + 0.5 * 123_456_789_012_345_680_000.0);
        assert!(
            (constant - mean).abs() <= f64::EPSILON * mean.abs(),
            "{constant}"
        );
    }

    #[test]
    fn exponents_are_read_and_lines_that_dimod_drops_are_refused() {
        let file = read_coo("# vartype=SPIN\n0 1 1.5e-3\n1 0 2E0\n", None, 2.0).unwrap();
        let couplings: Vec<f64> = file.model.terms().iter().map(|t| t.coupling).collect();
        assert_eq!(couplings, [-0.003, -4.0]);
        for (line, token, reason) in [
            ("0 1", 3, "bias"),
            ("0", 2, "variable"),
            ("0 1 2 3", 4, "end of the line"),
            ("0 -1 2", 2, "-1"),
            ("0 1 nan", 3, "finite"),
            ("0 1 1e999", 3, "finite"),
            ("0 1 1e308", 3, "finite"),
            ("a b 1", 1, "variable"),
            ("# vartype=BINARY", 1, "BINARY"),
            ("# vartype = 3", 0, ""),
            ("99999999999999999999999 1 1", 1, "limit"),
        ] {
            let text = format!("# vartype=SPIN\n\n{line}\n0 0 1");
            let result = read_coo(&text, None, 10.0);
            if token == 0 {
                assert!(result.is_ok(), "{line}");
                continue;
            }
            let error = result.unwrap_err();
            assert_eq!(
                error.place,
                Place::Token { line: 3, token },
                "{line}: {error}"
            );
            assert!(error.to_string().contains(reason), "{line}: {error}");
        }
        assert!(
            read_coo("# vartype=SPIN\n", None, 1.0).is_err(),
            "no variables"
        );
    }

    #[test]
    fn sums_lose_nothing() {
        let mut sum = ExactSum::default();
        for x in [1e300, 1.0, 1e-300, -1e300, -1.0, 5e-324] {
            sum.add(x);
        }
        assert_eq!(sum.value().to_bits(), 1e-300_f64.to_bits());
        sum.add(-1e-300);
        assert_eq!(sum.value().to_bits(), 5e-324_f64.to_bits());
    }
}
