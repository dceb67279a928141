//! Loops compiled for the vector units of the machine they run on.

#![expect(
    clippy::inline_always,
    reason = "what a vectorised kernel calls must be inlined into it"
)]

use faer::traits::pulp::{Arch, Simd, WithSimd};

/// A loop to be compiled once for every set of vector instructions.
///
/// `run` and what it calls must be `#[inline(always)]`; what is not inlined is compiled without them.
pub trait Kernel {
    /// What it returns.
    type Output;
    /// The loop.
    fn run(self) -> Self::Output;
}

struct Inlined<K>(K);

impl<K: Kernel> WithSimd for Inlined<K> {
    type Output = K::Output;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> K::Output {
        self.0.run()
    }
}

/// Runs a kernel with the widest vectors that this machine has. Every operation rounds as it would
/// without, so the result is the same.
#[inline]
pub fn vectorised<K: Kernel>(kernel: K) -> K::Output {
    Arch::new().dispatch(Inlined(kernel))
}
