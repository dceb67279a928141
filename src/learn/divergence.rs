//! The Kullback–Leibler divergence of a model from data, within bounds and exactly.

use crate::exact::{RbmSumError, sum_smaller_layer_of};
use crate::model::RbmParameters;
use crate::numeric::Enclosure;
use crate::symbolic::Field;
use num_traits::Zero;

/// `D(q‖p) = Σ_x q(x) ln(q(x)/p(x))` over all states `x`, in nats.
///
/// States with `q(x) = 0` contribute nothing. If `p(x) = 0 < q(x)` the divergence is infinite and the
/// result is unbounded.
///
/// # Panics
/// If the lists have different lengths.
pub fn kl_divergence(q: &[Enclosure], p: &[Enclosure]) -> Enclosure {
    assert_eq!(q.len(), p.len(), "distributions over different sets");
    q.iter()
        .zip(p)
        .filter(|(q, _)| !q.is_zero())
        .map(|(&q, &p)| q * (q / p).ln())
        .sum()
}

/// `e^{n D(q‖p)}` for the data distribution `q(x) = counts[x]/n`, exactly, in any field.
///
/// ```text
/// e^{n D(q‖p)} = ∏_x (q(x)/p(x))^{counts[x]}
/// ```
/// A logarithm is no rational number, but this power is, so equality of divergences is decidable.
/// `None` if there are no samples.
///
/// # Panics
/// If the lists have different lengths, or `p` is zero where a sample was seen.
pub fn exp_of_total_divergence<T: Field>(counts: &[u32], p: &[T]) -> Option<T> {
    assert_eq!(counts.len(), p.len(), "distributions over different sets");
    let integer = |n: u32| (0..n).fold(T::zero(), |sum, _| sum + T::one());
    let n: u32 = counts.iter().sum();
    if n == 0 {
        return None;
    }
    let mut product = T::one();
    for (&count, p) in counts.iter().zip(p) {
        let ratio = integer(count) / integer(n) / p.clone();
        for _ in 0..count {
            product = product * ratio.clone();
        }
    }
    Some(product)
}

/// The divergence of a machine's visible marginal from data, with ±1 units.
///
/// ```text
/// D(q‖p) = Σ_v q(v) (ln q(v) − 𝒦(v)) + ln Z,    𝒦(v) = Σ_i c_i v_i + Σ_a ln 2 cosh(Σ_i W_ia v_i + b_a)
/// ```
/// # Errors
/// [`RbmSumError::TooLarge`] if the smaller layer has more than `max_units`.
/// # Panics
/// If `q` is not a list over all visible states.
pub fn divergence_of_machine(
    machine: &RbmParameters<Enclosure>,
    q: &[Enclosure],
    max_units: usize,
) -> Result<Enclosure, RbmSumError> {
    let n = machine.visible();
    assert!(
        n < usize::BITS as usize && q.len() == 1 << n,
        "one probability for each visible state"
    );
    let mut sum = sum_smaller_layer_of(machine, max_units)?.log_z - *machine.constant();
    for (v, &q) in q.iter().enumerate().filter(|(_, q)| !q.is_zero()) {
        let signed = |x: Enclosure, i: usize| if v >> i & 1 == 1 { x } else { -x };
        let mut exponent = Enclosure::zero();
        for i in 0..n {
            exponent = exponent + signed(machine.visible_bias()[i], i);
        }
        for a in 0..machine.hidden() {
            let mut field = machine.hidden_bias()[a];
            for i in 0..n {
                field = field + signed(*machine.weight(i, a), i);
            }
            let size = field.abs();
            let tail = (size * Enclosure::exact(-2.0)).exp().ln_1p();
            exponent = exponent + size + tail;
        }
        sum = sum + q * (q.ln() - exponent);
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rbm;
    use num_rational::BigRational;

    #[test]
    fn zero_only_for_equal_distributions_and_exact_power_agrees() {
        let e = |x: f64| Enclosure::exact(x);
        let p = [e(0.5), e(0.25), e(0.25)];
        assert!(kl_divergence(&p, &p).contains(0.0));
        assert!(kl_divergence(&[e(0.25), e(0.25), e(0.5)], &p).is_positive());
        let exact: Vec<BigRational> = [2, 1, 1]
            .iter()
            .map(|&k: &i64| BigRational::new(k.into(), 4.into()))
            .collect();
        // counts (1, 0, 3): D = ¼ ln ½ + ¾ ln 3, e^{4D} = 27/2.
        let power = exp_of_total_divergence(&[1, 0, 3], &exact).unwrap();
        assert_eq!(power, BigRational::new(27.into(), 2.into()));
        let d = kl_divergence(&[e(0.25), e(0.0), e(0.75)], &p);
        assert!((d * e(4.0)).exp().overlaps(e(13.5)));
        assert_eq!(exp_of_total_divergence(&[0, 0, 0], &exact), None);
    }

    #[test]
    fn divergence_of_a_free_machine_is_entropy_lost() {
        let m = Rbm::new(vec![0.0; 2], vec![0.0; 2], vec![0.7]).unwrap();
        let q: Vec<_> = [0.5, 0.0, 0.0, 0.5].map(Enclosure::exact).to_vec();
        let d = divergence_of_machine(&m.enclosures(), &q, 8).unwrap();
        assert!(d.overlaps(Enclosure::exact(2.0).ln()) && d.width() < 1e-13);
    }
}
