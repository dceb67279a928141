//! Decides theoretical claims about Boltzmann distributions, Boltzmann machines and the
//! renormalization group.

pub mod numeric;
pub mod symbolic;
