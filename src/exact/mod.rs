//! Exact engines: partition functions and averages with rigorous bounds.

mod joint_table;
mod rbm;

pub use joint_table::JointTable;
pub use rbm::{RbmExact, RbmSumError, sum_smaller_layer, sum_smaller_layer_of};
