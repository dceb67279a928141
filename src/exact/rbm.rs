//! Partition function and averages of a machine by summing its smaller layer.

use crate::model::{Rbm, RbmParameters, Units};
use crate::numeric::Enclosure;
use num_traits::{One, Zero};
use rayon::prelude::*;
use thiserror::Error;

/// States that one task sums, so that the order of additions does not depend on the threads.
const BLOCK: usize = 1 << 10;

/// Why a machine is not summed.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum RbmSumError {
    /// More units than are summed.
    #[error("refused: {units} units have {states:.3e} states; the limit is {limit} units")]
    TooLarge {
        /// Units that would be summed.
        units: usize,
        /// What is allowed.
        limit: usize,
        /// How many states that is.
        states: f64,
    },
}

/// The exact averages of a machine, over the values that its own units take.
#[derive(Clone, Debug, PartialEq)]
pub struct RbmExact {
    /// `ln Z`, natural logarithm.
    pub log_z: Enclosure,
    /// `⟨v_i⟩`.
    pub mean_visible: Vec<Enclosure>,
    /// `⟨h_a⟩`.
    pub mean_hidden: Vec<Enclosure>,
    /// `⟨v_i h_a⟩` by rows, visible × hidden.
    pub pair: Vec<Enclosure>,
}

/// `ln Z` and averages of a machine; sums the states of the smaller layer, the other by factors.
///
/// ```text
/// Z = Σ_v e^{Σ_i c_i v_i} ∏_a 2 cosh(Σ_i W_ia v_i + b_a),    ⟨v_i h_a⟩ = Σ_v p(v) v_i tanh(Σ_j W_ja v_j + b_a)
/// ```
/// # Errors
/// [`RbmSumError::TooLarge`] if the smaller layer has more than `max_units`.
/// # Accuracy
/// Test `bounds_contain_the_rational_value_and_are_narrow`.
/// # Complexity
/// `O(2^n · N_v · N_h)` with `n` the size of the smaller layer; `O(N_v · N_h)` memory for each task.
pub fn sum_smaller_layer(rbm: &Rbm, max_units: usize) -> Result<RbmExact, RbmSumError> {
    sum_smaller_layer_of(&rbm.enclosures(), max_units)
}

/// [`sum_smaller_layer`] for a machine whose parameters are themselves known within bounds.
///
/// # Errors
/// As there.
pub fn sum_smaller_layer_of(
    parameters: &RbmParameters<Enclosure>,
    max_units: usize,
) -> Result<RbmExact, RbmSumError> {
    let (visible_units, hidden_units) = (parameters.visible_units(), parameters.hidden_units());
    let spins = parameters.in_units(Units::PlusMinus, Units::PlusMinus);
    let exchange = spins.hidden() < spins.visible();
    let summed = if exchange {
        spins.transposed()
    } else {
        spins.clone()
    };
    let units = summed.visible();
    // A word also has to hold the states.
    let limit = max_units.min(usize::BITS as usize - 2);
    if units > limit {
        return Err(RbmSumError::TooLarge {
            units,
            limit,
            states: 2.0_f64.powf(units as f64),
        });
    }
    let sums = sum_states(&summed);
    let mean = |x: &Enclosure| spin_average(*x / sums.z);
    let log_z = sums.z.ln() + Enclosure::exact(sums.shift) + *spins.constant();
    let (first, second): (Vec<_>, Vec<_>) = (
        sums.summed.iter().map(mean).collect(),
        sums.factored.iter().map(mean).collect(),
    );
    let pair_of: Vec<_> = sums.pair.iter().map(mean).collect();
    let (visible, hidden) = (spins.visible(), spins.hidden());
    let (s_v, s_h) = if exchange {
        (second, first)
    } else {
        (first, second)
    };
    let mut pair = Vec::with_capacity(visible * hidden);
    for i in 0..visible {
        for a in 0..hidden {
            let s = if exchange {
                pair_of[a * visible + i]
            } else {
                pair_of[i * hidden + a]
            };
            pair.push(pair_in_units(
                s,
                s_v[i],
                s_h[a],
                visible_units,
                hidden_units,
            ));
        }
    }
    Ok(RbmExact {
        log_z,
        mean_visible: s_v.iter().map(|&s| in_units(s, visible_units)).collect(),
        mean_hidden: s_h.iter().map(|&s| in_units(s, hidden_units)).collect(),
        pair,
    })
}

/// An average of a spin lies in [−1, 1] whatever the roundings say.
fn spin_average(x: Enclosure) -> Enclosure {
    x.intersection(Enclosure::new(-1.0, 1.0)).unwrap_or(x)
}

/// The mean of a unit from the mean of its spin.
fn in_units(spin: Enclosure, units: Units) -> Enclosure {
    match units {
        Units::PlusMinus => spin,
        Units::ZeroOne => (Enclosure::one() + spin) * Enclosure::exact(0.5),
    }
}

/// `⟨v h⟩` from `⟨s t⟩`, `⟨s⟩`, `⟨t⟩` of the spins.
fn pair_in_units(
    pair: Enclosure,
    s: Enclosure,
    t: Enclosure,
    visible: Units,
    hidden: Units,
) -> Enclosure {
    let half = Enclosure::exact(0.5);
    match (visible, hidden) {
        (Units::PlusMinus, Units::PlusMinus) => pair,
        (Units::ZeroOne, Units::PlusMinus) => (t + pair) * half,
        (Units::PlusMinus, Units::ZeroOne) => (s + pair) * half,
        (Units::ZeroOne, Units::ZeroOne) => {
            (Enclosure::one() + s + t + pair) * Enclosure::exact(0.25)
        }
    }
}

/// Sums over the states of the summed layer, all times `e^{−shift}`.
struct Sums {
    shift: f64,
    z: Enclosure,
    summed: Vec<Enclosure>,
    factored: Vec<Enclosure>,
    pair: Vec<Enclosure>,
}

/// `ln 2 cosh x`.
fn ln_two_cosh(x: Enclosure) -> Enclosure {
    let a = x.abs();
    a + (a * Enclosure::exact(-2.0)).exp().ln_1p()
}

fn sum_states(p: &RbmParameters<Enclosure>) -> Sums {
    let (n, m) = (p.visible(), p.hidden());
    let states = 1_usize << n;
    let blocks = states.div_ceil(BLOCK);
    let in_block = |b: usize| b * BLOCK..states.min((b + 1) * BLOCK);
    // Any shift gives valid bounds; the largest exponent gives narrow ones. Maxima do not depend on
    // the order in which they are taken.
    let shift = (0..blocks)
        .into_par_iter()
        .map(|b| {
            in_block(b)
                .map(|v| rough_exponent(p, v))
                .fold(f64::NEG_INFINITY, f64::max)
        })
        .reduce(|| f64::NEG_INFINITY, f64::max);
    let shift = if shift.is_finite() { shift } else { 0.0 };
    let parts: Vec<Sums> = (0..blocks)
        .into_par_iter()
        .map(|b| {
            let mut sums = Sums::zero(shift, n, m);
            for v in in_block(b) {
                sums.add_state(p, v);
            }
            sums
        })
        .collect();
    let mut total = Sums::zero(shift, n, m);
    for part in &parts {
        total.add(part);
    }
    total
}

/// `ln Z p(v)` without bounds, for choosing a scale.
fn rough_exponent(p: &RbmParameters<Enclosure>, v: usize) -> f64 {
    let spin = |i: usize| if v >> i & 1 == 1 { 1.0 } else { -1.0 };
    let mut sum = 0.0;
    for (i, c) in p.visible_bias().iter().enumerate() {
        sum += spin(i) * c.mid();
    }
    for (a, b) in p.hidden_bias().iter().enumerate() {
        let field: f64 = (0..p.visible())
            .map(|i| spin(i) * p.weight(i, a).mid())
            .sum::<f64>()
            + b.mid();
        sum += field.abs() + libm::log1p(libm::exp(-2.0 * field.abs()));
    }
    sum
}

impl Sums {
    fn zero(shift: f64, n: usize, m: usize) -> Self {
        Self {
            shift,
            z: Enclosure::zero(),
            summed: vec![Enclosure::zero(); n],
            factored: vec![Enclosure::zero(); m],
            pair: vec![Enclosure::zero(); n * m],
        }
    }

    fn add_state(&mut self, p: &RbmParameters<Enclosure>, v: usize) {
        let (n, m) = (p.visible(), p.hidden());
        let signed = |x: Enclosure, i: usize| if v >> i & 1 == 1 { x } else { -x };
        let mut exponent = Enclosure::exact(-self.shift);
        for i in 0..n {
            exponent = exponent + signed(p.visible_bias()[i], i);
        }
        let mut tanh = Vec::with_capacity(m);
        for a in 0..m {
            let mut field = p.hidden_bias()[a];
            for i in 0..n {
                field = field + signed(*p.weight(i, a), i);
            }
            exponent = exponent + ln_two_cosh(field);
            tanh.push(field.tanh());
        }
        let weight = exponent.exp();
        self.z = self.z + weight;
        for i in 0..n {
            self.summed[i] = self.summed[i] + signed(weight, i);
        }
        for a in 0..m {
            let share = weight * tanh[a];
            self.factored[a] = self.factored[a] + share;
            for i in 0..n {
                let entry = &mut self.pair[i * m + a];
                *entry = *entry + signed(share, i);
            }
        }
    }

    fn add(&mut self, other: &Self) {
        self.z = self.z + other.z;
        for (mine, theirs) in [
            (&mut self.summed, &other.summed),
            (&mut self.factored, &other.factored),
            (&mut self.pair, &other.pair),
        ] {
            for (x, y) in mine.iter_mut().zip(theirs) {
                *x = *x + *y;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::JointTable;
    use crate::model::RbmFactors;
    use num_rational::BigRational;
    use proptest::prelude::*;

    fn logarithms(m: &RbmFactors<BigRational>) -> RbmParameters<Enclosure> {
        let ln = |list: &[BigRational]| {
            list.iter()
                .map(|x| Enclosure::from_rational(x).ln())
                .collect()
        };
        RbmParameters::new(ln(m.weights()), ln(m.visible_bias()), ln(m.hidden_bias())).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn bounds_contain_the_rational_value_and_are_narrow(
            n in 1_usize..4,
            m in 1_usize..4,
            numbers in proptest::collection::vec((1_i64..9, 1_i64..9), 15),
        ) {
            let mut next = numbers.iter().map(|&(a, b)| BigRational::new(a.into(), b.into()));
            let mut take = |k: usize| next.by_ref().take(k).collect::<Vec<_>>();
            let factors = RbmFactors::new(take(n * m), take(n), take(m)).unwrap();
            let table = JointTable::enumerate(&factors).unwrap();
            let sums = sum_smaller_layer_of(&logarithms(&factors), 8).unwrap();
            let check = |bound: Enclosure, value: &BigRational| {
                bound.contains_rational(value) && bound.width() < 1e-12
            };
            let log_z = Enclosure::from_rational(&table.total()).ln();
            prop_assert!(sums.log_z.overlaps(log_z) && sums.log_z.width() < 1e-12);
            for i in 0..n {
                prop_assert!(check(sums.mean_visible[i], &table.mean_v(i)));
                for a in 0..m {
                    prop_assert!(check(sums.pair[i * m + a], &table.mean_pair(i, a)));
                }
            }
            for a in 0..m {
                prop_assert!(check(sums.mean_hidden[a], &table.mean_h(a)));
            }
        }
    }

    #[test]
    fn units_and_layers_may_be_exchanged() {
        let rbm = Rbm::new(
            vec![0.5, -1.25, 0.75, 2.0, 0.125, -0.5],
            vec![0.25, -0.5, 1.0],
            vec![-0.75, 0.375],
        )
        .unwrap();
        for (v, h) in [
            (Units::ZeroOne, Units::ZeroOne),
            (Units::ZeroOne, Units::PlusMinus),
            (Units::PlusMinus, Units::ZeroOne),
        ] {
            let p = rbm.clone().with_units(v, h).enclosures();
            let sums = sum_smaller_layer_of(&p, 8).unwrap();
            // A plain sum over all states.
            let (mut z, mut pair, mut mean) =
                (Enclosure::zero(), Enclosure::zero(), Enclosure::zero());
            for state in 0..32_usize {
                let (sv, sh) = (state & 7, state >> 3);
                let w = p.reduced_hamiltonian(sv, sh).exp();
                let x = |u: Units, up| Enclosure::exact(f64::from(u.value(up)));
                z = z + w;
                pair = pair + w * x(v, sv >> 2 & 1 == 1) * x(h, sh & 1 == 1);
                mean = mean + w * x(v, sv & 1 == 1);
            }
            assert!(sums.log_z.overlaps(z.ln()));
            assert!(sums.pair[4].overlaps(pair / z) && sums.pair[4].width() < 1e-13);
            assert!(sums.mean_visible[0].overlaps(mean / z));
            let swapped = sum_smaller_layer_of(&p.transposed(), 8).unwrap();
            assert!(swapped.log_z.overlaps(sums.log_z));
            assert!(swapped.pair[2].overlaps(sums.pair[4]));
        }
    }

    #[test]
    fn strong_weights_do_not_overflow() {
        let rbm = Rbm::new(vec![900.0], vec![0.0], vec![1.0]).unwrap();
        let sums = sum_smaller_layer(&rbm, 4).unwrap();
        // Z = 2 cosh(901) + 2 cosh(899) up to 2e-782: ln Z = 900 + ln(2 cosh 1).
        let want = Enclosure::exact(900.0) + ln_two_cosh(Enclosure::one());
        assert!(sums.log_z.overlaps(want) && sums.log_z.width() < 1e-9);
        assert!(sum_smaller_layer(&rbm, 0).is_err());
    }
}
