//! The file formats that models come in, one file each.
//!
//! | format | holds | read and written by |
//! |---|---|---|
//! | JSON | a spin Hamiltonian | [`SpinHamiltonian::from_json`](crate::model::SpinHamiltonian::from_json) |
//! | UAI | tables over variables of any cardinality | [`read_uai`], [`write_uai`] |
//! | `.fg` of libDAI | the same | [`read_fg`], [`write_fg`] |
//! | COO of dimod | energies of pairs, ±1 or 0/1 | [`read_coo`], [`write_coo`] |
//! | safetensors, `.npz` | a Boltzmann machine | [`read_rbm_safetensors`], [`read_rbm_npz`] and their writers |
//!
//! [`read_model`] and [`write_model`] choose among them. Beside these stand evidence ([`read_evidence`]), results
//! ([`write_uai_pr`], [`write_uai_mar`]) and arrays of samples ([`read_npy`], [`write_npy`]).
//!
//! Files come from strangers. Every count is checked against a limit and against the length of the file before
//! memory of its size is taken, and every refusal is a [`FileError`]: the place and the reason.

mod any_model;
mod coo;
mod evidence;
mod fault;
mod fg;
mod inflate;
mod npy;
mod rbm_arrays;
mod replace;
mod safetensors;
mod tokens;
mod uai;
mod uai_result;
mod zip;

pub use any_model::{AnyModel, FileFormat, Unstated, read_model, without_mark, write_model};
pub use coo::{read_coo, write_coo};
pub use evidence::read_evidence;
pub use fault::{Fault, FileError, Place};
pub use fg::{Labelled, read_fg, write_fg};
pub use npy::{Npy, NpyValues, npy_header, read_npy, write_npy};
pub use rbm_arrays::{
    read_rbm_npz, read_rbm_safetensors, write_rbm_npz, write_rbm_safetensors,
    write_weights_safetensors,
};
pub use replace::{replace_file, sync_folder, with_suffix, write_synced};
pub use tokens::shortest;
pub use uai::{UaiModel, UaiNetwork, read_uai, write_uai};
pub use uai_result::{write_uai_mar, write_uai_pr};

/// What a deflate stream holds, for tests of those that write one.
#[cfg(test)]
pub(crate) fn inflated(bytes: &[u8], limit: usize) -> Option<Vec<u8>> {
    inflate::inflate(bytes, limit).ok()
}
