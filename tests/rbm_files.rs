//! Machines that other programs wrote, read with the meaning that they have there.
//!
//! `tests/data/rbm_sklearn.npz.hex`: a `BernoulliRBM(n_components=3)` of scikit-learn 1.9.1, fitted to 5 units, its
//! `components_`, `intercept_hidden_`, `intercept_visible_` and `h_samples_` by `numpy.savez` of `NumPy` 2.4.6.
//! `tests/data/rbm_torch.npz.hex`: float32 `W` (3 hidden × 5 visible), `v_bias`, `h_bias` as a state dict has them, by
//! `numpy.savez_compressed`. The free energies are those programs' own: `_free_energy` of the first, `NumPy`'s
//! `-(v @ c + log(2 cosh(W @ v + b)).sum())` and `-(v @ c + log1p(exp(W @ v + b)).sum())` for the second.

use blockspin::learn::free_energies;
use blockspin::model::files::{Unstated, read_rbm_npz};
use blockspin::model::{RbmWeights, Units};

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn close(machine: &RbmWeights, up: &[u8], expected: &[f64]) {
    let found = free_energies(machine, up);
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        // 23 parameters below 4, each rounded to single precision once.
        let bound = 23.0 * 4.0 * 2.0_f64.powi(-24);
        assert!((found - expected).abs() < bound, "{found} {expected}");
    }
}

#[test]
fn scikit_learn_machines_have_their_free_energies() {
    let file = bytes(include_str!("data/rbm_sklearn.npz.hex"));
    // What is unstated is 0/1 there, whatever the default.
    let rbm = read_rbm_npz(&file, Unstated::default()).unwrap();
    assert_eq!((rbm.visible(), rbm.hidden()), (5, 3));
    assert_eq!(
        (rbm.visible_units(), rbm.hidden_units()),
        (Units::ZeroOne, Units::ZeroOne)
    );
    let machine = RbmWeights::from_rbm(&rbm).unwrap();
    let up = [[0; 5], [1, 0, 1, 0, 1], [1; 5]].concat();
    close(
        &machine,
        &up,
        &[-1.802_445_71, -0.973_699_02, -0.027_532_62],
    );
}

#[test]
fn weights_by_hidden_units_are_told_by_their_shape() {
    let file = bytes(include_str!("data/rbm_torch.npz.hex"));
    for (units, up, expected) in [
        (Units::PlusMinus, [1, 0, 1, 1, 0], -9.771_438_025_680_148),
        (Units::ZeroOne, [1, 0, 1, 1, 0], -1.196_190_502_947_106_7),
    ] {
        let unstated = Unstated {
            units,
            ..Unstated::default()
        };
        let rbm = read_rbm_npz(&file, unstated).unwrap();
        assert_eq!((rbm.visible(), rbm.hidden()), (5, 3));
        close(&RbmWeights::from_rbm(&rbm).unwrap(), &up, &[expected]);
    }
}
