//! Learning: gradients of restricted Boltzmann machines and the estimators that stand in for them.
