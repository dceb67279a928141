//! Decides theoretical claims about Boltzmann distributions, Boltzmann machines and the
//! renormalization group.

pub mod cli;
pub mod estimate;
pub mod exact;
pub mod figures;
pub mod learn;
pub mod ledger;
pub mod model;
pub mod numeric;
pub mod random;
pub mod report;
pub mod rg;
pub mod sample;
pub mod sources;
pub mod symbolic;
