//! High-precision references for the tests of this folder, in fixed point of 320 bits.

use crate::model::SpinHamiltonian;
use crate::numeric::Enclosure;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, ToPrimitive, Zero};

const BITS: u32 = 320;

/// A number in units of 2⁻³²⁰.
fn fixed(q: &BigRational) -> BigInt {
    (q.numer() << BITS) / q.denom()
}

fn ln_2() -> BigInt {
    // Σ 1/(k 2^k).
    let one = BigInt::one() << BITS;
    (1..=BITS).fold(BigInt::zero(), |sum, k| sum + (&one >> k) / BigInt::from(k))
}

/// `e^q` in units of 2⁻³²⁰, right to about 2⁻³⁰⁰ of itself and to one unit.
pub(super) fn exp(q: &BigRational) -> BigInt {
    let k = (q.to_f64().unwrap() / std::f64::consts::LN_2).round() as i64;
    let r = fixed(q) - ln_2() * BigInt::from(k);
    let mut term = BigInt::one() << BITS;
    let mut sum = term.clone();
    for n in 1..70_i64 {
        term = ((term * &r) >> BITS) / BigInt::from(n);
        sum += &term;
    }
    if k >= 0 { sum << k } else { sum >> -k }
}

pub(super) fn rational(x: f64) -> BigRational {
    BigRational::from_float(x).unwrap()
}

/// `e^{𝒦}` sums of a small model, relative to its largest weight.
pub(super) struct Reference {
    /// The largest 𝒦.
    pub(super) top: BigRational,
    /// `Z e^{−top}` in units of 2⁻³²⁰.
    pub(super) z: BigInt,
    /// `Σ s_i e^{𝒦 − top}`.
    mean: Vec<BigInt>,
    /// `Σ s_i s_j e^{𝒦 − top}`.
    pair: Vec<Vec<BigInt>>,
}

impl Reference {
    /// The sums over all states, the energy of each an exact rational.
    pub(super) fn new(model: &SpinHamiltonian) -> Self {
        let n = model.spins();
        let couplings: Vec<_> = model.terms().iter().map(|t| rational(t.coupling)).collect();
        let energies: Vec<BigRational> = (0..1_usize << n)
            .map(|state| {
                let mut energy = BigRational::zero();
                for (term, coupling) in model.terms().iter().zip(&couplings) {
                    if term.sites.iter().filter(|&&i| state >> i & 1 == 0).count() % 2 == 0 {
                        energy += coupling;
                    } else {
                        energy -= coupling;
                    }
                }
                energy
            })
            .collect();
        let top = energies.iter().max().unwrap().clone();
        let mut sums = Self {
            top: top.clone(),
            z: BigInt::zero(),
            mean: vec![BigInt::zero(); n],
            pair: vec![vec![BigInt::zero(); n]; n],
        };
        for (state, energy) in energies.iter().enumerate() {
            let up = |i: usize| state >> i & 1 == 1;
            let weight = exp(&(energy - &top));
            sums.z += &weight;
            for i in 0..n {
                if up(i) {
                    sums.mean[i] += &weight;
                } else {
                    sums.mean[i] -= &weight;
                }
                for j in 0..n {
                    if up(i) == up(j) {
                        sums.pair[i][j] += &weight;
                    } else {
                        sums.pair[i][j] -= &weight;
                    }
                }
            }
        }
        sums
    }

    /// Whether `ln Z` lies in the enclosure, decided through exponentials.
    pub(super) fn log_z_lies_in(&self, log: Enclosure) -> bool {
        exp(&(rational(log.lo()) - &self.top)) <= self.z
            && self.z <= exp(&(rational(log.hi()) - &self.top))
    }

    pub(super) fn mean(&self, i: usize) -> BigRational {
        BigRational::new(self.mean[i].clone(), self.z.clone())
    }

    pub(super) fn pair(&self, i: usize, j: usize) -> BigRational {
        BigRational::new(self.pair[i][j].clone(), self.z.clone())
    }
}

/// Whether the enclosure reaches within 2⁻²⁹⁰ of the reference value.
pub(super) fn holds(value: Enclosure, exact: &BigRational) -> bool {
    let slack = BigRational::new(BigInt::one(), BigInt::one() << 290_u32);
    rational(value.lo()) <= exact + &slack && exact - &slack <= rational(value.hi())
}
