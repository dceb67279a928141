//! The small machines and tables on which claims about Boltzmann machines are decided: without any
//! symmetry, with biases, of unequal layers.

use crate::exact::JointTable;
use crate::ledger::{Case, Value};
use crate::model::RbmFactors;
use crate::numeric::Enclosure;
use crate::rg::variational::{self, TransferOperator};
use crate::symbolic::{Field, RationalFunction};
use num_rational::BigRational;
use num_traits::One;

/// A field whose equality is decided and shown.
pub(super) trait Exact: Field + Value + PartialEq + 'static {}
impl<T: Field + Value + PartialEq + 'static> Exact for T {}

pub(super) type Machine<T> = RbmFactors<T>;

/// Sizes (visible, hidden) of the example machines.
const SHAPES: [(usize, usize); 4] = [(1, 1), (2, 1), (1, 2), (2, 3)];

pub(super) const RATIONAL: &str =
    "machines of 1×1, 2×1, 1×2 and 2×3 units with biases, rational exponentials";
pub(super) const SYMBOLIC: &str =
    "machines of 1×1, 2×1 and 1×2 units, exponentials of all weights and biases as indeterminates";

/// n/d.
pub(super) fn q(n: i64, d: i64) -> BigRational {
    BigRational::new(n.into(), d.into())
}

/// The k-th exponential e^K of a list without coincidences; K has alternating sign.
pub(super) fn exponential(k: usize) -> BigRational {
    const PRIMES: [i64; 14] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43];
    let small = PRIMES[k % 13];
    let large = PRIMES[k % 13 + 1] + (k / 13) as i64;
    if k.is_multiple_of(2) {
        q(large, small)
    } else {
        q(small, large)
    }
}

/// A machine whose k-th parameter, weights first, has the exponential `parameter(k)`.
pub(super) fn machine<T: Exact>(
    (n, m): (usize, usize),
    parameter: impl Fn(usize) -> T,
) -> Machine<T> {
    let range = |first: usize, count: usize| (first..first + count).map(&parameter).collect();
    RbmFactors::new(range(0, n * m), range(n * m, n), range(n * m + n, m))
        .expect("an example machine is well formed")
}

/// What the claims ask of a machine as a whole; example machines are small.
pub(super) trait Tabulate<T> {
    /// All configurations with their weights.
    fn table(&self) -> JointTable<T>;
    /// p(h|v) as an operator.
    fn hidden_given_visible(&self) -> TransferOperator<T>;
}

impl<T: Exact> Tabulate<T> for Machine<T> {
    fn table(&self) -> JointTable<T> {
        JointTable::enumerate(self).expect("an example machine is small")
    }

    fn hidden_given_visible(&self) -> TransferOperator<T> {
        variational::hidden_given_visible(self).expect("an example machine is small")
    }
}

fn label(shape: (usize, usize), what: &str) -> String {
    format!("{} visible × {} hidden, {what}", shape.0, shape.1)
}

/// Machines with rational exponentials.
pub(super) fn rational_machines() -> Vec<Case<Machine<BigRational>>> {
    let of_shape = |shape: (usize, usize)| {
        let size = shape.0 + shape.1;
        let name = if shape == (1, 1) {
            "e^W = 3/2, e^c = 3/5, e^b = 7/5"
        } else {
            "rational e^W, e^c, e^b"
        };
        Case::new(size, label(shape, name), machine(shape, exponential))
    };
    SHAPES.into_iter().map(of_shape).collect()
}

/// Machines with indeterminates.
pub(super) fn symbolic_machines() -> Vec<Case<Machine<RationalFunction>>> {
    let of_shape = |shape: (usize, usize)| {
        let name = "e^W, e^c, e^b indeterminate";
        Case::new(
            shape.0 + shape.1,
            label(shape, name),
            machine(shape, RationalFunction::var),
        )
    };
    SHAPES.into_iter().take(3).map(of_shape).collect()
}

/// Tables of Boltzmann weights that belong to no restricted Boltzmann machine: all entries free.
pub(super) fn free_tables() -> Vec<Case<JointTable<BigRational>>> {
    let of_shape = |shape: (usize, usize)| {
        let table =
            JointTable::from_fn(shape.0, shape.1, |v, h| exponential(3 * v + 7 * h + v * h))
                .expect("an example table is small");
        Case::new(shape.0 + shape.1, label(shape, "arbitrary energies"), table)
    };
    SHAPES.into_iter().map(of_shape).collect()
}

/// One step of variational renormalization on an arbitrary Hamiltonian.
#[derive(Clone, Debug)]
pub(super) struct Step<T> {
    /// e^{T(v,h)}.
    pub(super) operator: TransferOperator<T>,
    /// e^{−H(v)}.
    pub(super) microscopic: Vec<T>,
}

pub(super) const EXACT_STEPS: &str =
    "exact steps on arbitrary Hamiltonians, 1×1, 2×1, 1×2 and 2×3 spins, rational weights";
pub(super) const ANY_STEPS: &str =
    "arbitrary operators on arbitrary Hamiltonians, 1×1, 2×1, 1×2 and 2×3 spins, rational weights";

/// An arbitrary e^{−H(v)} for n visible spins.
pub(super) fn microscopic(n: usize) -> Vec<BigRational> {
    (0..1 << n).map(|v: usize| exponential(5 * v + 2)).collect()
}

/// Arbitrary operators with arbitrary Hamiltonians.
pub(super) fn any_steps() -> Vec<Case<Step<BigRational>>> {
    free_tables()
        .into_iter()
        .map(|case| {
            let microscopic = microscopic(case.instance.visible());
            let operator = TransferOperator::new(case.instance);
            let step = Step {
                operator,
                microscopic,
            };
            Case::new(case.size, case.label, step)
        })
        .collect()
}

/// The same with `Σ_h e^{T(v,h)} = 1`.
pub(super) fn exact_steps() -> Vec<Case<Step<BigRational>>> {
    any_steps()
        .into_iter()
        .map(|case| {
            let step = Step {
                operator: case.instance.operator.made_exact(),
                ..case.instance
            };
            Case::new(case.size, case.label, step)
        })
        .collect()
}

/// Steps whose e^{−H(v)} and e^{T(v,h)} are indeterminates; `exact` as in [`exact_steps`].
pub(super) fn symbolic_steps(exact: bool) -> Vec<Case<Step<RationalFunction>>> {
    let of_shape = |(n, m): (usize, usize)| {
        let states = 1 << n;
        let table = JointTable::from_fn(n, m, |v, h| RationalFunction::var(states + (v << m | h)))
            .expect("an example table is small");
        let operator = TransferOperator::new(table);
        let step = Step {
            operator: if exact {
                operator.made_exact()
            } else {
                operator
            },
            microscopic: (0..states).map(RationalFunction::var).collect(),
        };
        Case::new(n + m, label((n, m), "e^T and e^{−H} indeterminate"), step)
    };
    SHAPES.into_iter().take(3).map(of_shape).collect()
}

pub(super) const SYMBOLIC_STEPS: &str =
    "1×1, 2×1 and 1×2 spins, all values of e^T and e^{−H} as indeterminates";

/// One over each.
pub(super) fn reciprocals<T: Exact>(values: &[T]) -> Vec<T> {
    values.iter().map(|x| T::one() / x.clone()).collect()
}

/// All added up.
pub(super) fn total<T: Exact>(values: &[T]) -> T {
    values.iter().fold(T::zero(), |s, x| s + x.clone())
}

/// Each divided by the sum of all.
pub(super) fn shares<T: Exact>(values: &[T]) -> Vec<T> {
    let z = total(values);
    values.iter().map(|x| x.clone() / z.clone()).collect()
}

/// As many ones.
pub(super) fn ones<T: Exact>(count: usize) -> Vec<T> {
    vec![T::one(); count]
}

/// ln of a rational.
pub(super) fn ln(x: &BigRational) -> Enclosure {
    if x.is_one() {
        Enclosure::exact(0.0)
    } else {
        Enclosure::from_rational(x).ln()
    }
}
