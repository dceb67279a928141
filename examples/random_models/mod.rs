//! Random models that the measuring examples share.

use blockspin::model::{Lattice, SpinHamiltonian, Term};
use blockspin::random::Seed;

/// Gaussian bonds and fields on a lattice.
pub(crate) fn with_fields(lattice: Lattice) -> SpinHamiltonian {
    let mut stream = Seed(3).stream("random models", 0);
    let mut terms = Vec::new();
    for (i, j) in lattice.bonds() {
        terms.push(Term {
            sites: vec![i, j],
            coupling: 0.5 * stream.normal(),
        });
    }
    for i in 0..lattice.sites() {
        terms.push(Term {
            sites: vec![i],
            coupling: 0.3 * stream.normal(),
        });
    }
    SpinHamiltonian::new(lattice.sites(), terms).unwrap_or_else(|e| panic!("{e}"))
}

/// Gaussian bonds between all spins, and fields.
pub(crate) fn dense(n: usize) -> SpinHamiltonian {
    let mut stream = Seed(5).stream("random models", 0);
    let mut terms = Vec::new();
    for i in 0..n {
        for j in 0..=i {
            terms.push(Term {
                sites: if i == j { vec![i] } else { vec![j, i] },
                coupling: 0.1 * stream.normal(),
            });
        }
    }
    SpinHamiltonian::new(n, terms).unwrap_or_else(|e| panic!("{e}"))
}
