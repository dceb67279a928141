//! Boltzmann machines as named arrays, in safetensors or `.npz` files.
//!
//! | array | shape | names |
//! |---|---|---|
//! | `W` | visible × hidden | `weights`, `W` |
//! | `c` | visible | `visible_bias`, `v_bias`, `vbias`; zero if absent |
//! | `b` | hidden | `hidden_bias`, `h_bias`, `hbias`; zero if absent |
//! | values of the units | 2 | `visible_units`, `hidden_units`: −1 and 1, or 0 and 1 |
//!
//! Single letters for the biases are not read, since programs use the same letters for either layer. Any other
//! array is refused, so that no layer is left out unseen. The machine is that of [`Rbm`], with
//! `𝒦 = c·v + v·W·h + b·h`.

use super::fault::{Fault, FileError, Place, quoted};
use super::npy::{Npy, NpyValues, read_npy, write_npy};
use super::safetensors::{read_safetensors, write_safetensors};
use super::zip::{read_zip, write_zip};
use crate::model::{Rbm, Units};

const WEIGHTS: &[&str] = &["weights", "W"];
const VISIBLE: &[&str] = &["visible_bias", "v_bias", "vbias"];
const HIDDEN: &[&str] = &["hidden_bias", "h_bias", "hbias"];
const VISIBLE_UNITS: &[&str] = &["visible_units"];
const HIDDEN_UNITS: &[&str] = &["hidden_units"];
const KNOWN: &str = "weights (W), visible_bias (v_bias, vbias), hidden_bias (h_bias, hbias), visible_units, \
    hidden_units";

/// An array of a file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NamedArray {
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
    /// In C order.
    pub(super) values: Vec<f64>,
}

impl NamedArray {
    fn fault(&self, fault: Fault) -> FileError {
        fault.at(Place::Array(quoted(&self.name)))
    }

    fn has_dimensions(&self, expected: usize) -> Result<(), FileError> {
        if self.shape.len() == expected {
            return Ok(());
        }
        Err(self.fault(Fault::Mismatch {
            what: "dimensions",
            found: self.shape.len(),
            expected,
        }))
    }
}

/// Takes the array that has one of the names.
fn take(arrays: &mut Vec<NamedArray>, names: &[&str]) -> Result<Option<NamedArray>, FileError> {
    let mut found = arrays.extract_if(.., |a| names.contains(&a.name.as_str()));
    let first = found.next();
    match found.next() {
        None => Ok(first),
        Some(second) => Err(second.fault(Fault::Repeated {
            what: "array under another name; that of number",
            index: 1,
        })),
    }
}

/// What the units are, by the array or, without one, by default.
fn units(array: Option<NamedArray>, default: Units) -> Result<Units, FileError> {
    let Some(array) = array else {
        return Ok(default);
    };
    let bits: Vec<u64> = array.values.iter().map(|x| (x + 0.0).to_bits()).collect();
    let is = |low: f64| bits == [(low + 0.0).to_bits(), 1.0_f64.to_bits()];
    if is(-1.0) {
        Ok(Units::PlusMinus)
    } else if is(0.0) {
        Ok(Units::ZeroOne)
    } else {
        Err(array.fault(Fault::Unexpected {
            expected: "the two values -1 and 1, or 0 and 1",
            found: quoted(&format!("{:?}", array.values)),
        }))
    }
}

fn bias(array: Option<NamedArray>, units: usize) -> Result<Vec<f64>, FileError> {
    let Some(array) = array else {
        return Ok(vec![0.0; units]);
    };
    array.has_dimensions(1)?;
    if array.values.len() != units {
        return Err(array.fault(Fault::Mismatch {
            what: "length, by the shape visible x hidden of the weights",
            found: array.values.len(),
            expected: units,
        }));
    }
    Ok(array.values)
}

fn machine(mut arrays: Vec<NamedArray>, default: Units) -> Result<Rbm, FileError> {
    let weights = take(&mut arrays, WEIGHTS)?
        .ok_or_else(|| Fault::Ends("an array \"weights\" or \"W\"").of_file())?;
    let visible = take(&mut arrays, VISIBLE)?;
    let hidden = take(&mut arrays, HIDDEN)?;
    let visible_units = units(take(&mut arrays, VISIBLE_UNITS)?, default)?;
    let hidden_units = units(take(&mut arrays, HIDDEN_UNITS)?, default)?;
    if let Some(other) = arrays.first() {
        return Err(other.fault(Fault::UnknownArray { known: KNOWN }));
    }
    weights.has_dimensions(2)?;
    // A layer without units has no weights either, whatever the size of the other one.
    if weights.values.is_empty() {
        let layer = if weights.shape[0] == 0 {
            crate::model::Layer::Visible
        } else {
            crate::model::Layer::Hidden
        };
        return Err(weights.fault(crate::model::RbmError::NoUnits { layer }.into()));
    }
    let visible = bias(visible, weights.shape[0])?;
    let hidden = bias(hidden, weights.shape[1])?;
    let rbm = Rbm::new(weights.values, visible, hidden).map_err(|e| Fault::Rbm(e).of_file())?;
    Ok(rbm.with_units(visible_units, hidden_units))
}

fn arrays(rbm: &Rbm) -> Vec<NamedArray> {
    let array = |name: &str, shape: &[usize], values: &[f64]| NamedArray {
        name: name.to_owned(),
        shape: shape.to_vec(),
        values: values.to_vec(),
    };
    let units = |name, units: Units| {
        let values = [false, true].map(|up| f64::from(units.value(up)));
        array(name, &[2], &values)
    };
    vec![
        array(WEIGHTS[0], &[rbm.visible(), rbm.hidden()], rbm.weights()),
        array(VISIBLE[0], &[rbm.visible()], rbm.visible_bias()),
        array(HIDDEN[0], &[rbm.hidden()], rbm.hidden_bias()),
        units(VISIBLE_UNITS[0], rbm.visible_units()),
        units(HIDDEN_UNITS[0], rbm.hidden_units()),
    ]
}

/// Reads a machine from a safetensors file of F32 or F64 arrays; `default` says what units are that the file says
/// nothing about.
///
/// # Errors
/// [`FileError`] with the byte or the array.
pub fn read_rbm_safetensors(file: &[u8], default: Units) -> Result<Rbm, FileError> {
    machine(read_safetensors(file)?, default)
}

/// Writes a machine as a safetensors file of F64 arrays.
pub fn write_rbm_safetensors(rbm: &Rbm) -> Vec<u8> {
    write_safetensors(&arrays(rbm))
}

/// Reads a machine from an `.npz` file, compressed or not; `default` says what units are that the file says
/// nothing about.
///
/// # Errors
/// [`FileError`] with the byte or the array.
pub fn read_rbm_npz(file: &[u8], default: Units) -> Result<Rbm, FileError> {
    let mut arrays = Vec::new();
    for (member, content) in read_zip(file)? {
        let name = member.strip_suffix(".npy").unwrap_or(&member).to_owned();
        let within = |fault: Fault| fault.at(Place::Array(quoted(&name)));
        let npy = read_npy(&content).map_err(|e| within(e.fault))?;
        let values = npy
            .values
            .to_f64()
            .ok_or_else(|| within(Fault::Unsupported("an integer beyond 2^53".to_owned())))?;
        arrays.push(NamedArray {
            name,
            shape: npy.shape,
            values,
        });
    }
    machine(arrays, default)
}

/// Writes a machine as an `.npz` file of float64 arrays, not compressed.
pub fn write_rbm_npz(rbm: &Rbm) -> Vec<u8> {
    let members: Vec<(String, Vec<u8>)> = arrays(rbm)
        .into_iter()
        .map(|array| {
            let content = write_npy(&Npy {
                shape: array.shape,
                values: NpyValues::F64(array.values),
            });
            (array.name + ".npy", content)
        })
        .collect();
    write_zip(&members)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Rbm {
        Rbm::new(
            vec![0.1, -0.2, 0.3, 0.4, 5e-324, -6.0],
            vec![0.5, -1.0, 0.0],
            vec![2.0, 1e300],
        )
        .unwrap()
        .with_units(Units::ZeroOne, Units::PlusMinus)
    }

    #[test]
    fn machines_round_trip_with_their_units() {
        let rbm = example();
        let units = Units::ZeroOne;
        assert_eq!(
            read_rbm_safetensors(&write_rbm_safetensors(&rbm), units).unwrap(),
            rbm
        );
        assert_eq!(read_rbm_npz(&write_rbm_npz(&rbm), units).unwrap(), rbm);
    }

    #[test]
    fn what_is_not_a_machine_is_refused_with_the_array() {
        let edit = |name: &str, change: &dyn Fn(&mut NamedArray)| {
            let mut list = arrays(&example());
            for array in list.iter_mut().filter(|a| a.name == name) {
                change(array);
            }
            machine(list, Units::PlusMinus)
        };
        let refused = |name: &str, reason: &str, change: &dyn Fn(&mut NamedArray)| {
            let error = edit(name, change).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        };
        refused("hidden_bias", "\"fc2\"", &|a| a.name = "fc2".to_owned());
        refused("weights", "\"weights\" or \"W\"", &|a| {
            a.name = "hbias2".to_owned();
        });
        refused("hidden_bias", "visible_bias", &|a| {
            a.name = "visible_bias".to_owned();
        });
        refused("weights", "dimensions", &|a| a.shape = vec![6]);
        refused("weights", "expected 2", &|a| a.shape = vec![2, 3]);
        refused("weights", "no units", &|a| {
            a.shape = vec![3, 0];
            a.values.clear();
        });
        refused("weights", "not a finite number", &|a| {
            a.values[2] = f64::NAN;
        });
        refused("hidden_units", "0 and 1", &|a| a.values = vec![1.0, 0.0]);
        let absent = edit("visible_bias", &|a| {
            a.name = "v_bias".to_owned();
            a.values = vec![0.0; 3];
        });
        let without: Vec<NamedArray> = arrays(&example())
            .into_iter()
            .filter(|a| a.name != "visible_bias")
            .collect();
        assert_eq!(machine(without, Units::PlusMinus), absent);
    }
}
