//! What a walk over outer spins adds up: the weight, and the moments of all spins.

use super::kernel::walsh_hadamard;
use crate::exact::fixed_energy::scale_by;
use crate::numeric::DoubleDouble;

/// Sums in units of `2^reference`, in double-double, so that their length costs nothing.
#[derive(Clone, Debug)]
pub(super) struct Totals {
    pub(super) reference: i128,
    pub(super) z: DoubleDouble,
    /// `Σ s_i w`, empty if not wanted.
    pub(super) mean: Vec<DoubleDouble>,
    /// `Σ s_i s_j w` for i < j in lexicographic order, empty if not wanted.
    pub(super) pair: Vec<DoubleDouble>,
}

impl Totals {
    pub(super) fn new(reference: i128, spins: usize, moments: bool) -> Self {
        let (n, pairs) = if moments {
            (spins, spins * (spins - 1) / 2)
        } else {
            (0, 0)
        };
        Self {
            reference,
            z: DoubleDouble::ZERO,
            mean: vec![DoubleDouble::ZERO; n],
            pair: vec![DoubleDouble::ZERO; pairs],
        }
    }

    fn all(&mut self) -> impl Iterator<Item = &mut DoubleDouble> {
        std::iter::once(&mut self.z)
            .chain(&mut self.mean)
            .chain(&mut self.pair)
    }

    /// Changes the unit; exact, but for what falls 2¹⁰⁰⁰ below it.
    pub(super) fn raise(&mut self, reference: i128) {
        let by = self.reference - reference;
        for x in self.all() {
            x.hi = scale_by(x.hi, by);
            x.lo = scale_by(x.lo, by);
        }
        self.reference = reference;
    }

    /// Adds what another walk found.
    pub(super) fn merge(&mut self, mut other: Self) {
        let reference = self.reference.max(other.reference);
        self.raise(reference);
        other.raise(reference);
        for (x, y) in self.all().zip(other.all()) {
            *x = *x + *y;
        }
    }
}

/// The sums of one group: all blocks that differ in the middle spins only.
#[derive(Debug)]
pub(super) struct Group {
    inner: usize,
    middle: usize,
    /// Weight of every setting of the middle spins.
    z: Vec<f64>,
    /// `Σ s_i w` of inner spin i, for every setting of the middle spins.
    moments: Vec<f64>,
    /// Derivative of the weight by the entries of the inner table.
    pub(super) adjoint: Vec<f64>,
    /// Weight of every inner state, from blocks that were summed state by state.
    pub(super) joint: Vec<f64>,
}

impl Group {
    pub(super) fn new(inner: usize, middle: usize) -> Self {
        Self {
            inner,
            middle,
            z: vec![0.0; 1 << middle],
            moments: vec![0.0; inner << middle],
            adjoint: vec![0.0; 1 << inner],
            joint: vec![0.0; 1 << inner],
        }
    }

    /// Changes the unit by `2^by`.
    pub(super) fn scale(&mut self, by: i128) {
        for list in [
            &mut self.z,
            &mut self.moments,
            &mut self.adjoint,
            &mut self.joint,
        ] {
            for x in list {
                *x = scale_by(*x, by);
            }
        }
    }

    /// Files the weight of the block at the given middle spins.
    #[inline]
    pub(super) fn set_z(&mut self, place: usize, z: f64) {
        self.z[place] = z;
    }

    /// Files a moment of the block at the given middle spins.
    #[inline]
    pub(super) fn set_moment(&mut self, place: usize, spin: usize, moment: f64) {
        self.moments[(spin << self.middle) + place] = moment;
    }

    /// Adds the group to the totals and clears it; `outer` holds the spins above the inner ones.
    ///
    /// Spins are counted inner, middle, then the ones that are constant in the group.
    pub(super) fn close(&mut self, weights: &[f64], outer: u64, totals: &mut Totals) {
        let spins = totals.mean.len();
        let (n, m) = (self.inner, self.middle);
        let index = |i: usize, j: usize| i * (2 * spins - i - 1) / 2 + j - i - 1;
        let add = |to: &mut DoubleDouble, x: f64| *to = *to + DoubleDouble::from(x);
        let signed = |k: usize, x: f64| if outer >> (k - n) & 1 == 1 { x } else { -x };
        // A transform's entry at a mask is the sum with a minus for every masked spin that is up.
        walsh_hadamard(&mut self.z);
        let total = self.z[0];
        for j in 0..m {
            let mean = -self.z[1 << j];
            add(&mut totals.mean[n + j], mean);
            for k in j + 1..m {
                add(
                    &mut totals.pair[index(n + j, n + k)],
                    self.z[1 << j | 1 << k],
                );
            }
            for k in n + m..spins {
                add(&mut totals.pair[index(n + j, k)], signed(k, mean));
            }
        }
        for k in n + m..spins {
            add(&mut totals.mean[k], signed(k, total));
            for l in k + 1..spins {
                let product = signed(k, signed(l, total));
                add(&mut totals.pair[index(k, l)], product);
            }
        }
        for (i, moments) in self.moments.chunks_exact_mut(1 << m).enumerate() {
            walsh_hadamard(moments);
            add(&mut totals.mean[i], moments[0]);
            for j in 0..m {
                add(&mut totals.pair[index(i, n + j)], -moments[1 << j]);
            }
            for k in n + m..spins {
                add(&mut totals.pair[index(i, k)], signed(k, moments[0]));
            }
        }
        if !weights.is_empty() {
            for ((joint, adjoint), w) in self.joint.iter_mut().zip(&mut self.adjoint).zip(weights) {
                *joint += *adjoint * w;
                *adjoint = 0.0;
            }
        }
        walsh_hadamard(&mut self.joint);
        for i in 0..n {
            for j in i + 1..n {
                add(&mut totals.pair[index(i, j)], self.joint[1 << i | 1 << j]);
            }
        }
        self.z.fill(0.0);
        self.moments.fill(0.0);
        self.joint.fill(0.0);
    }
}
