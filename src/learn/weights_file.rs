//! Weights as a safetensors file: `weights` (visible × hidden, by rows), `visible_bias`, `hidden_bias`.

use crate::model::{Layer, RbmWeights, Units};
use serde_json::{Map, Value, json};

/// The name of a unit type in the metadata.
pub fn name_of_units(units: Units) -> &'static str {
    match units {
        Units::PlusMinus => "plus_minus",
        Units::ZeroOne => "zero_one",
    }
}

/// The bytes of a safetensors file with the machine and metadata: the units of both layers
/// (`visible_units`, `hidden_units`: `plus_minus` or `zero_one`), the sign of 𝒦, and what is given.
///
/// ```text
/// length of the header, 8 bytes | header, JSON, padded to 8 bytes | single-precision numbers, little-endian
/// ```
/// # References
/// The format's description at <https://github.com/huggingface/safetensors>.
pub fn write_safetensors(machine: &RbmWeights, metadata: &[(&str, &str)]) -> Vec<u8> {
    let mut notes = Map::new();
    let mut note = |key: &str, text: &str| notes.insert(key.to_owned(), Value::from(text));
    for (key, text) in metadata {
        note(key, text);
    }
    note("format", "blockspin restricted Boltzmann machine");
    note(
        "reduced_hamiltonian",
        "sum c v + sum v W h + sum b h; weight of a state = exp of it",
    );
    note(
        "visible_units",
        name_of_units(machine.units(Layer::Visible)),
    );
    note("hidden_units", name_of_units(machine.units(Layer::Hidden)));
    let mut header = Map::new();
    header.insert("__metadata__".to_owned(), Value::Object(notes));
    let (n, m) = (machine.visible(), machine.hidden());
    let mut at = 0;
    // The order of the numbers of the machine.
    for (name, shape) in [
        ("weights", vec![n, m]),
        ("visible_bias", vec![n]),
        ("hidden_bias", vec![m]),
    ] {
        let end = at + 4 * shape.iter().product::<usize>();
        let entry = json!({ "dtype": "F32", "shape": shape, "data_offsets": [at, end] });
        header.insert(name.to_owned(), entry);
        at = end;
    }
    let mut text = Value::Object(header).to_string().into_bytes();
    text.resize(text.len().next_multiple_of(8), b' ');
    let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
    bytes.extend(text);
    bytes.extend(machine.numbers().iter().flat_map(|x| x.to_le_bytes()));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_leads_to_the_numbers() {
        let mut machine = RbmWeights::zeros(3, 2, Units::PlusMinus, Units::ZeroOne).unwrap();
        for (k, x) in machine.numbers_mut().iter_mut().enumerate() {
            *x = k as f32 + 0.5;
        }
        let bytes = write_safetensors(&machine, &[("seed", "7")]);
        let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        assert_eq!(length % 8, 0);
        let header: Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
        assert_eq!(header["__metadata__"]["seed"], "7");
        assert_eq!(header["__metadata__"]["hidden_units"], "zero_one");
        for (name, shape, want) in [
            ("weights", json!([3, 2]), machine.weights()),
            ("visible_bias", json!([3]), machine.visible_bias()),
            ("hidden_bias", json!([2]), machine.hidden_bias()),
        ] {
            let entry = &header[name];
            assert_eq!((&entry["shape"], &entry["dtype"]), (&shape, &json!("F32")));
            let offset =
                |k: usize| 8 + length + entry["data_offsets"][k].as_u64().unwrap() as usize;
            let found: Vec<f32> = bytes[offset(0)..offset(1)]
                .as_chunks::<4>()
                .0
                .iter()
                .map(|w| f32::from_le_bytes(*w))
                .collect();
            assert_eq!(found, want);
        }
        assert_eq!(bytes.len(), 8 + length + 4 * 11);
    }
}
