//! The couplings and constants that marginalisation leaves, in closed form.

use super::QuadraticHamiltonian;
use super::quadratic::power;
use crate::model::GaussianDbm;
use crate::symbolic::{Field, Matrix};

/// The coupling that the deep layer induces in the middle one: `B′ = BBᵀ`, `B′_ij = Σ_μ B_iμ B_jμ`.
pub fn induced_middle_coupling<T: Field>(machine: &GaussianDbm<T>) -> Matrix<T> {
    let b = machine.b();
    Matrix::from_fn(b.rows(), b.rows(), |i, j| {
        (0..b.cols()).fold(T::zero(), |sum, mu| {
            sum + b[(i, mu)].clone() * b[(j, mu)].clone()
        })
    })
}

/// `1 − B′`, which must be positive definite for the machine to have a partition function.
fn middle_stiffness<T: Field>(machine: &GaussianDbm<T>) -> Matrix<T> {
    let induced = induced_middle_coupling(machine);
    Matrix::from_fn(induced.rows(), induced.cols(), |i, j| {
        let identity = if i == j { T::one() } else { T::zero() };
        identity - induced[(i, j)].clone()
    })
}

/// The coupling that both hidden layers induce in the visible one: `A′ = A (1 − B′)⁻¹ Aᵀ`.
/// `None` if 1 − B′ is singular.
pub fn induced_visible_coupling<T: Field>(machine: &GaussianDbm<T>) -> Option<Matrix<T>> {
    let inverse = middle_stiffness(machine).inverse()?;
    let a = machine.a();
    a.mul(&inverse).ok()?.mul(&a.transpose()).ok()
}

/// `e^{−2βf} = (2π/β)^p`, that is `f(β) = (p/2β) ln(β/2π)`.
pub fn middle_constant<T: Field>(machine: &GaussianDbm<T>, two_pi: &T) -> T {
    power(&(two_pi.clone() / machine.beta().clone()), machine.n_deep())
}

/// `e^{−2βg} = (2π/β)^{m+p} / |1 − B′|`, that is `g(β) = (1/2β) ln((β/2π)^{m+p} |1 − B′|)`.
/// `None` if 1 − B′ is singular.
pub fn visible_constant<T: Field>(machine: &GaussianDbm<T>, two_pi: &T) -> Option<T> {
    let determinant = middle_stiffness(machine).determinant().ok()?;
    let ratio = two_pi.clone() / machine.beta().clone();
    let units = machine.n_middle() + machine.n_deep();
    (!determinant.is_zero()).then(|| power(&ratio, units) / determinant)
}

/// The Hamiltonian of x and y after the deep layer is integrated.
///
/// ```text
/// H(x,y) = f(β) − a·x + ½ yᵀ(1 − B′)y − xᵀA y
/// ```
/// The variables are x, then y.
pub fn middle_hamiltonian<T: Field>(
    machine: &GaussianDbm<T>,
    two_pi: &T,
) -> QuadraticHamiltonian<T> {
    let (n, m) = (machine.n_visible(), machine.n_middle());
    let stiffness = middle_stiffness(machine);
    let mut linear = machine.fields().to_vec();
    linear.resize(n + m, T::zero());
    let quadratic = Matrix::from_fn(n + m, n + m, |i, j| match (i < n, j < n) {
        (true, true) => T::zero(),
        (true, false) => -machine.a()[(i, j - n)].clone(),
        (false, true) => -machine.a()[(j, i - n)].clone(),
        (false, false) => stiffness[(i - n, j - n)].clone(),
    });
    QuadraticHamiltonian::new(machine.beta().clone(), linear, &quadratic)
        .weighted(middle_constant(machine, two_pi))
}

/// The Hamiltonian of x after both hidden layers are integrated.
///
/// ```text
/// H(x) = g(β) − a·x − ½ xᵀA′x
/// ```
/// The diagonal of A′ is kept although `x_i² = 1` makes it a constant. `None` if 1 − B′ is singular.
pub fn visible_hamiltonian<T: Field>(
    machine: &GaussianDbm<T>,
    two_pi: &T,
) -> Option<QuadraticHamiltonian<T>> {
    let coupling = induced_visible_coupling(machine)?;
    let quadratic = coupling.scale(&-T::one());
    Some(
        QuadraticHamiltonian::new(
            machine.beta().clone(),
            machine.fields().to_vec(),
            &quadratic,
        )
        .weighted(visible_constant(machine, two_pi)?),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbolic::RationalFunction as R;
    use num_rational::BigRational;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn closed_forms_are_the_integrals(
            (n, m, p) in (1_usize..4, 1_usize..4, 1_usize..4),
            numbers in prop::collection::vec((-9_i64..10, 11_i64..30), 22),
        ) {
            let mut numbers = numbers.into_iter().cycle();
            let mut next = || {
                let (a, b) = numbers.next().unwrap();
                R::constant(BigRational::new(a.into(), b.into()))
            };
            let fields = (0..n).map(|_| next()).collect();
            let a = Matrix::from_fn(n, m, |_, _| next());
            let b = Matrix::from_fn(m, p, |_, _| next());
            let machine = GaussianDbm::new(R::integer(3) / R::integer(2), fields, a, b).unwrap();
            let tau = R::var(0);
            let joint = QuadraticHamiltonian::joint(&machine);
            prop_assert_eq!(
                joint.integrate_block(n + m, &tau).unwrap(),
                middle_hamiltonian(&machine, &tau)
            );
            let order: Vec<usize> = (n..n + m + p).collect();
            // A pivot or the determinant may vanish; then both routes must say so.
            if let Some(visible) = visible_hamiltonian(&machine, &tau)
                && let Some(stepwise) = joint.integrate_in_order(&order, &tau)
            {
                prop_assert_eq!(&stepwise, &visible);
                prop_assert_eq!(joint.integrate_block(n, &tau).unwrap(), visible);
            }
        }
    }
}
