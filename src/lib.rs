//! Decides theoretical claims about Boltzmann distributions, Boltzmann machines and the
//! renormalization group.

pub mod exact;
pub mod model;
pub mod numeric;
pub mod random;
