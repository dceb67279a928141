//! Boltzmann machines as named arrays, in safetensors or `.npz` files.
//!
//! | array | shape | names |
//! |---|---|---|
//! | `W` | visible × hidden, or hidden × visible | `weights`, `weight`, `W` |
//! | `W` | hidden × visible | `components_` |
//! | `c` | visible | `visible_bias`, `v_bias`, `vbias`, `intercept_visible_`; zero if absent |
//! | `b` | hidden | `hidden_bias`, `h_bias`, `hbias`, `intercept_hidden_`; zero if absent |
//! | values of the units | 2 | `visible_units`, `hidden_units`: −1 and 1, or 0 and 1 |
//!
//! The names that end in `_` are those of scikit-learn's `BernoulliRBM`, whose units are 0 and 1; its arrays
//! `h_samples_` and `n_features_in_` are no part of the machine and passed over. Other weights are hidden × visible if
//! both biases are there and fit that way only, as programs with `torch` often have it; otherwise they are visible ×
//! hidden, unless [`Unstated::weights_by_hidden`] is set: a square matrix tells nothing by its shape. Biases may have a dimension of length 1 more.
//!
//! Single letters for the biases are not read, since programs use the same letters for either layer. Any other
//! array is refused, so that no layer is left out unseen. The machine is that of [`Rbm`], with
//! `𝒦 = c·v + v·W·h + b·h`.

use super::any_model::Unstated;
use super::fault::{Fault, FileError, Place, quoted};
use super::npy::{Npy, NpyValues, read_npy, write_npy};
use super::safetensors::{Width, read_safetensors, write_safetensors};
use super::zip::{read_zip, write_zip};
use crate::model::{Layer, Rbm, RbmError, RbmWeights, Units};

const WEIGHTS: &[&str] = &["weights", "weight", "W", COMPONENTS];
/// Weights by hidden units, with units 0 and 1.
const COMPONENTS: &str = "components_";
const VISIBLE: &[&str] = &["visible_bias", "v_bias", "vbias", "intercept_visible_"];
const HIDDEN: &[&str] = &["hidden_bias", "h_bias", "hbias", "intercept_hidden_"];
const VISIBLE_UNITS: &[&str] = &["visible_units"];
const HIDDEN_UNITS: &[&str] = &["hidden_units"];
/// Arrays beside [`COMPONENTS`] that are no part of the machine.
const PASSED_OVER: &[&str] = &["h_samples_", "n_features_in_"];
const KNOWN: &str = "weights (weight, W, components_), visible_bias (v_bias, vbias, intercept_visible_), hidden_bias \
    (h_bias, hbias, intercept_hidden_), visible_units, hidden_units";

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

/// The array without its dimensions of length 1, if one other is left.
fn flat(mut array: NamedArray) -> Result<NamedArray, FileError> {
    if array.shape.len() == 2 && array.shape.contains(&1) {
        array.shape = vec![array.values.len()];
    }
    array.has_dimensions(1)?;
    Ok(array)
}

fn bias(array: Option<NamedArray>, units: usize) -> Result<Vec<f64>, FileError> {
    let Some(array) = array else {
        return Ok(vec![0.0; units]);
    };
    if array.values.len() != units {
        return Err(array.fault(Fault::Mismatch {
            what: "length, by the shape of the weights",
            found: array.values.len(),
            expected: units,
        }));
    }
    Ok(array.values)
}

/// The matrix with rows and columns exchanged.
fn transposed(mut array: NamedArray) -> NamedArray {
    let (rows, columns) = (array.shape[0], array.shape[1]);
    let values = (0..columns)
        .flat_map(|c| (0..rows).map(move |r| (r, c)))
        .map(|(r, c)| array.values[r * columns + c])
        .collect();
    array.values = values;
    array.shape = vec![columns, rows];
    array
}

fn machine(mut arrays: Vec<NamedArray>, unstated: Unstated) -> Result<Rbm, FileError> {
    let weights = take(&mut arrays, WEIGHTS)?
        .ok_or_else(|| Fault::Ends("an array \"weights\", \"W\" or \"components_\"").of_file())?;
    let components = weights.name == COMPONENTS;
    if components {
        arrays.retain(|a| !PASSED_OVER.contains(&a.name.as_str()));
    }
    let default = if components {
        Units::ZeroOne
    } else {
        unstated.units
    };
    let visible = take(&mut arrays, VISIBLE)?.map(flat).transpose()?;
    let hidden = take(&mut arrays, HIDDEN)?.map(flat).transpose()?;
    let own = [VISIBLE_UNITS[0], HIDDEN_UNITS[0]];
    let by_hidden = unstated.weights_by_hidden && !arrays.iter().any(|a| own.contains(&&*a.name));
    let visible_units = units(take(&mut arrays, VISIBLE_UNITS)?, default)?;
    let hidden_units = units(take(&mut arrays, HIDDEN_UNITS)?, default)?;
    if let Some(other) = arrays.first() {
        return Err(other.fault(Fault::UnknownArray { known: KNOWN }));
    }
    weights.has_dimensions(2)?;
    // A layer without units has no weights either, whatever the size of the other one.
    if weights.values.is_empty() {
        let layer = if weights.shape[0] == 0 {
            Layer::Visible
        } else {
            Layer::Hidden
        };
        return Err(weights.fault(RbmError::NoUnits { layer }.into()));
    }
    let by_hidden = match (&visible, &hidden) {
        _ if components => true,
        (Some(c), Some(b)) if c.values.len() != b.values.len() => {
            weights.shape == [b.values.len(), c.values.len()]
        }
        _ => by_hidden,
    };
    let weights = if by_hidden {
        transposed(weights)
    } else {
        weights
    };
    let visible = bias(visible, weights.shape[0])?;
    let hidden = bias(hidden, weights.shape[1])?;
    let rbm = Rbm::new(weights.values, visible, hidden).map_err(|e| Fault::Rbm(e).of_file())?;
    Ok(rbm.with_units(visible_units, hidden_units))
}

fn arrays(rbm: &Rbm) -> Vec<NamedArray> {
    named(
        [rbm.weights(), rbm.visible_bias(), rbm.hidden_bias()].map(<[f64]>::to_vec),
        (rbm.visible_units(), rbm.hidden_units()),
    )
}

/// The arrays of weights, visible and hidden biases, and of the units.
fn named(parameters: [Vec<f64>; 3], units: (Units, Units)) -> Vec<NamedArray> {
    let array = |name: &str, shape: Vec<usize>, values: Vec<f64>| NamedArray {
        name: name.to_owned(),
        shape,
        values,
    };
    let values = |units: Units| vec![f64::from(units.value(false)), f64::from(units.value(true))];
    let [weights, visible, hidden] = parameters;
    let (n, m) = (visible.len(), hidden.len());
    vec![
        array(WEIGHTS[0], vec![n, m], weights),
        array(VISIBLE[0], vec![n], visible),
        array(HIDDEN[0], vec![m], hidden),
        array(VISIBLE_UNITS[0], vec![2], values(units.0)),
        array(HIDDEN_UNITS[0], vec![2], values(units.1)),
    ]
}

/// Reads a machine from a safetensors file of F32 or F64 arrays; `unstated` says what the file leaves open.
///
/// # Errors
/// [`FileError`] with the byte or the array.
pub fn read_rbm_safetensors(file: &[u8], unstated: Unstated) -> Result<Rbm, FileError> {
    machine(read_safetensors(file)?, unstated)
}

/// Writes a machine as a safetensors file of F64 arrays.
pub fn write_rbm_safetensors(rbm: &Rbm) -> Vec<u8> {
    write_safetensors(&arrays(rbm), Width::Double, &[])
}

/// Writes a machine in single precision as a safetensors file of F32 arrays, with metadata: what is given, and the
/// sign of 𝒦.
pub fn write_weights_safetensors(machine: &RbmWeights, metadata: &[(&str, String)]) -> Vec<u8> {
    let wide = |list: &[f32]| list.iter().map(|&x| f64::from(x)).collect();
    let parameters = [
        wide(machine.weights()),
        wide(machine.visible_bias()),
        wide(machine.hidden_bias()),
    ];
    let units = (machine.units(Layer::Visible), machine.units(Layer::Hidden));
    let mut notes = vec![
        ("format", "restricted Boltzmann machine".to_owned()),
        (
            "reduced_hamiltonian",
            "visible_bias.v + v.weights.h + hidden_bias.h; a state's weight is its exponential"
                .to_owned(),
        ),
    ];
    notes.extend(metadata.iter().cloned());
    write_safetensors(&named(parameters, units), Width::Single, &notes)
}

/// Reads a machine from an `.npz` file, compressed or not; `unstated` says what the file leaves open.
///
/// # Errors
/// [`FileError`] with the byte or the array.
pub fn read_rbm_npz(file: &[u8], unstated: Unstated) -> Result<Rbm, FileError> {
    let mut arrays = Vec::new();
    for (member, content) in read_zip(file)? {
        let name = member.strip_suffix(".npy").unwrap_or(&member).to_owned();
        let within = |fault: Fault| fault.at(Place::Array(quoted(&name)));
        let npy = read_npy(&content).map_err(|e| within(e.fault))?;
        drop(content);
        let values = npy
            .values
            .into_f64()
            .ok_or_else(|| within(Fault::Unsupported("an integer beyond 2^53".to_owned())))?;
        arrays.push(NamedArray {
            name,
            shape: npy.shape,
            values,
        });
    }
    machine(arrays, unstated)
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
        let units = Unstated {
            units: Units::ZeroOne,
            ..Unstated::default()
        };
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
            machine(list, Unstated::default())
        };
        let refused = |name: &str, reason: &str, change: &dyn Fn(&mut NamedArray)| {
            let error = edit(name, change).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        };
        refused("hidden_bias", "\"fc2\"", &|a| a.name = "fc2".to_owned());
        refused("weights", "\"weights\", \"W\" or", &|a| {
            a.name = "hbias2".to_owned();
        });
        refused("hidden_bias", "visible_bias", &|a| {
            a.name = "visible_bias".to_owned();
        });
        refused("weights", "dimensions", &|a| a.shape = vec![6]);
        refused("weights", "expected 6", &|a| a.shape = vec![6, 1]);
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
        assert_eq!(machine(without, Unstated::default()), absent);
    }

    fn example_arrays(names: [&str; 3], weights: &[usize]) -> Vec<NamedArray> {
        let mut list = arrays(&example());
        list.truncate(3);
        for (array, name) in list.iter_mut().zip(names) {
            array.name = name.to_owned();
        }
        if weights == [2, 3] {
            list[0] = transposed(list[0].clone());
        }
        assert_eq!(list[0].shape, weights);
        list
    }

    #[test]
    fn square_weights_are_by_hidden_units_where_that_is_said() {
        let array = |name: &str, shape: &[usize], values: &[f64]| NamedArray {
            name: name.to_owned(),
            shape: shape.to_vec(),
            values: values.to_vec(),
        };
        for (name, turned) in [("W", true), ("weight", true), ("components_", false)] {
            let list = vec![
                array(name, &[2, 2], &[1.0, 2.0, 3.0, 4.0]),
                array("v_bias", &[2], &[5.0, 6.0]),
                array("h_bias", &[2], &[7.0, 8.0]),
            ];
            let weights = |weights_by_hidden| {
                let unstated = Unstated {
                    weights_by_hidden,
                    ..Unstated::default()
                };
                let rbm = machine(list.clone(), unstated).unwrap();
                assert_eq!((rbm.visible_bias()[0], rbm.hidden_bias()[0]), (5.0, 7.0));
                rbm.weights().to_vec()
            };
            assert_eq!(weights(true), [1.0, 3.0, 2.0, 4.0]);
            let by_default = if turned { [1.0, 2.0] } else { [1.0, 3.0] };
            assert_eq!(weights(false)[..2], by_default);
        }
        // Files written here say what their units are, and have visible rows.
        let mut own = arrays(&example());
        own[0] = array("weights", &[2, 2], &[1.0, 2.0, 3.0, 4.0]);
        own[1] = array("visible_bias", &[2], &[5.0, 6.0]);
        let stated = Unstated {
            weights_by_hidden: true,
            ..Unstated::default()
        };
        assert!((machine(own, stated).unwrap().weights()[1] - 2.0).abs() < 1e-9);
        // Without biases the shape says nothing either; with both it does.
        let unstated = Unstated {
            weights_by_hidden: true,
            ..Unstated::default()
        };
        let alone = vec![array("W", &[1, 3], &[1.0, 2.0, 3.0])];
        assert_eq!(machine(alone.clone(), unstated).unwrap().visible(), 3);
        assert_eq!(machine(alone, Unstated::default()).unwrap().visible(), 1);
        let shaped = vec![
            array("W", &[1, 3], &[1.0, 2.0, 3.0]),
            array("v_bias", &[1], &[5.0]),
            array("h_bias", &[3], &[7.0, 8.0, 9.0]),
        ];
        assert_eq!(machine(shaped, unstated).unwrap().visible(), 1);
    }

    #[test]
    fn weights_by_hidden_units_are_told_by_their_name_or_shape() {
        let want = |units| Ok(example().with_units(units, units));
        let sklearn = ["components_", "intercept_visible_", "intercept_hidden_"];
        let mut list = example_arrays(sklearn, &[2, 3]);
        assert_eq!(
            machine(list.clone(), Unstated::default()),
            want(Units::ZeroOne)
        );
        list.push(NamedArray {
            name: "h_samples_".to_owned(),
            shape: vec![1, 2],
            values: vec![0.0; 2],
        });
        assert_eq!(
            machine(list.clone(), Unstated::default()),
            want(Units::ZeroOne)
        );
        // Its components never stand by visible units, whatever fits.
        assert!(machine(example_arrays(sklearn, &[3, 2]), Unstated::default()).is_err());
        let torch = ["W", "v_bias", "h_bias"];
        for shape in [vec![3, 2], vec![2, 3]] {
            let mut list = example_arrays(torch, &shape);
            assert_eq!(
                machine(list.clone(), Unstated::default()),
                want(Units::PlusMinus)
            );
            list[1].shape = vec![1, 3];
            assert_eq!(
                machine(list.clone(), Unstated::default()),
                want(Units::PlusMinus)
            );
            // What only scikit-learn has is no part of another machine.
            list.push(NamedArray {
                name: "h_samples_".to_owned(),
                shape: vec![1, 2],
                values: vec![0.0; 2],
            });
            assert!(machine(list, Unstated::default()).is_err());
        }
        // Without a bias the shape is visible x hidden.
        let mut list = example_arrays(torch, &[2, 3]);
        list.truncate(1);
        assert_eq!(machine(list, Unstated::default()).unwrap().visible(), 2);
    }

    #[test]
    fn single_precision_is_written_with_its_notes() {
        let mut weights = RbmWeights::zeros(3, 2, Units::ZeroOne, Units::PlusMinus).unwrap();
        for (k, x) in weights.numbers_mut().iter_mut().enumerate() {
            *x = 0.1 * k as f32;
        }
        let bytes = write_weights_safetensors(&weights, &[("seed", "7".to_owned())]);
        let read = read_rbm_safetensors(&bytes, Unstated::default()).unwrap();
        assert_eq!(RbmWeights::from_rbm(&read).unwrap(), weights);
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains(r#""seed":"7""#) && text.contains(r#""dtype":"F32""#));
    }
}
