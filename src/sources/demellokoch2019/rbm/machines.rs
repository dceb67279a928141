//! The machines and data sets on which the claims are decided.

use crate::exact::JointTable;
use crate::ledger::Case;
use crate::model::{Rbm, RbmFactors, RbmParameters};
use crate::numeric::Enclosure;
use crate::symbolic::{Field, RationalFunction};
use num_rational::BigRational;
use num_traits::{One, Zero};

/// A machine with all its configurations listed, and a data set.
pub(super) struct System<T> {
    /// The machine by its factors.
    pub(super) machine: RbmFactors<T>,
    /// All its configurations.
    pub(super) table: JointTable<T>,
    /// Visible configurations, one for each sample.
    pub(super) samples: Vec<usize>,
}

impl<T: Field> System<T> {
    pub(super) fn new(machine: RbmFactors<T>) -> Self {
        let table = JointTable::enumerate(&machine).expect("the machines here are small");
        let samples = samples(machine.visible());
        Self {
            machine,
            table,
            samples,
        }
    }

    /// How often each visible configuration is in the data.
    pub(super) fn counts(&self) -> Vec<u32> {
        let mut counts = vec![0; 1 << self.machine.visible()];
        for &v in &self.samples {
            counts[v] += 1;
        }
        counts
    }

    /// The distribution of the data.
    pub(super) fn q(&self) -> Vec<T> {
        let n = integer::<T>(self.samples.len());
        self.counts()
            .into_iter()
            .map(|k| integer::<T>(k as usize) / n.clone())
            .collect()
    }

    /// The same data with a machine made of this one.
    pub(super) fn with(&self, change: impl Fn(usize, &T) -> T) -> Self {
        Self::new(self.machine.map(change))
    }

    /// `J → 2J`: all parameters doubled, so all factors squared.
    pub(super) fn doubled(&self) -> Self {
        self.with(|_, x| x.clone() * x.clone())
    }

    /// The machine with the sign of its energy changed.
    pub(super) fn sign_flipped(&self) -> Self {
        self.with(|_, x| T::one() / x.clone())
    }

    /// The machine without biases.
    pub(super) fn without_biases(&self) -> Self {
        let weights = self.machine.weights().len();
        self.with(|k, x| if k < weights { x.clone() } else { T::one() })
    }

    /// The machine without weights.
    pub(super) fn without_weights(&self) -> Self {
        let weights = self.machine.weights().len();
        self.with(|k, x| if k < weights { T::one() } else { x.clone() })
    }
}

/// The image of an integer.
pub(super) fn integer<T: Field>(n: usize) -> T {
    (0..n).fold(T::zero(), |sum, _| sum + T::one())
}

/// `x` times the spin at bit `k`.
pub(super) fn times_spin<T: Field>(x: T, word: usize, k: usize) -> T {
    if word >> k & 1 == 1 { x } else { -x }
}

/// The spins of a configuration.
pub(super) fn spins<T: Field>(word: usize, n: usize) -> Vec<T> {
    (0..n).map(|k| times_spin(T::one(), word, k)).collect()
}

/// A data set of `n` visible units: some states repeat, some are missing, none is preferred by symmetry.
fn samples(n: usize) -> Vec<usize> {
    match n {
        1 => vec![1, 1, 0],
        2 => vec![3, 1, 3, 0, 3],
        _ => vec![7, 6, 1, 7, 4, 0],
    }
}

/// Sizes of the machines: square and not, one unit and more.
const SIZES: [(usize, usize); 6] = [(1, 1), (2, 1), (1, 2), (2, 2), (3, 2), (2, 3)];

/// The `k`-th factor: small fractions without a pattern that a formula could share.
pub(super) fn fraction(k: usize) -> BigRational {
    const FRACTIONS: [(i64, i64); 11] = [
        (3, 2),
        (5, 4),
        (2, 3),
        (7, 5),
        (4, 3),
        (5, 7),
        (6, 5),
        (3, 4),
        (8, 5),
        (4, 5),
        (5, 3),
    ];
    let (n, d) = FRACTIONS[k % FRACTIONS.len()];
    BigRational::new(n.into(), d.into())
}

fn list<T: std::fmt::Display>(values: &[T]) -> String {
    let text: Vec<String> = values.iter().map(ToString::to_string).collect();
    match text.as_slice() {
        [one] => one.clone(),
        _ => format!("({})", text.join(", ")),
    }
}

/// `+−+` and so on, unit 0 first.
pub(super) fn signs(word: usize, n: usize) -> String {
    (0..n)
        .map(|k| if word >> k & 1 == 1 { '+' } else { '−' })
        .collect()
}

fn data_text(samples: &[usize], n: usize) -> String {
    let all: Vec<String> = samples.iter().map(|&v| signs(v, n)).collect();
    format!("; samples {}", all.join(", "))
}

fn rational_machine(n: usize, m: usize) -> RbmFactors<BigRational> {
    let take = |from: usize, k: usize| (from..from + k).map(fraction).collect();
    RbmFactors::new(take(0, n * m), take(n * m, n), take(n * m + n, m))
        .expect("the lengths are those of the layers")
}

/// Machines with rational factors.
pub(super) fn rational_cases() -> Vec<Case<System<BigRational>>> {
    SIZES.map(|(n, m)| rational_case(n, m)).into()
}

/// The machine with rational factors of one size.
pub(super) fn rational_case(n: usize, m: usize) -> Case<System<BigRational>> {
    let machine = rational_machine(n, m);
    let label = format!(
        "N_v = {n}, N_h = {m}, e^W = {}, e^b⁽ᵛ⁾ = {}, e^b⁽ʰ⁾ = {}",
        list(machine.weights()),
        list(machine.visible_bias()),
        list(machine.hidden_bias()),
    );
    Case::new(n + m, label, System::new(machine))
}

/// Machines with rational factors, named together with their data.
pub(super) fn rational_cases_with_data() -> Vec<Case<System<BigRational>>> {
    with_data(rational_cases())
}

/// Names the data in the labels.
pub(super) fn with_data<T: Field>(mut cases: Vec<Case<System<T>>>) -> Vec<Case<System<T>>> {
    for case in &mut cases {
        let system = &case.instance;
        let text = data_text(&system.samples, system.machine.visible());
        case.label.push_str(&text);
    }
    cases
}

/// Machines whose factors are all indeterminates.
pub(super) fn symbolic_cases(sizes: &[(usize, usize)]) -> Vec<Case<System<RationalFunction>>> {
    sizes
        .iter()
        .map(|&(n, m)| {
            let machine = RbmFactors::symbolic(n, m).expect("there are units");
            let label = format!("N_v = {n}, N_h = {m}, every e^W, e^b⁽ᵛ⁾, e^b⁽ʰ⁾ an indeterminate");
            Case::new(n + m, label, System::new(machine))
        })
        .collect()
}

/// A machine given by doubles, within bounds.
pub(super) struct Bounded {
    /// The machine.
    pub(super) rbm: Rbm,
    /// Its parameters.
    pub(super) parameters: RbmParameters<Enclosure>,
    /// Its factors, configurations and data.
    pub(super) system: System<Enclosure>,
}

impl Bounded {
    pub(super) fn new(rbm: Rbm) -> Self {
        let parameters = rbm.enclosures();
        let system = System::new(RbmFactors::of_parameters(&parameters));
        Self {
            rbm,
            parameters,
            system,
        }
    }

    /// The samples with their weights.
    pub(super) fn weighted_samples(&self) -> Vec<(Enclosure, Vec<Enclosure>)> {
        let n = self.rbm.visible();
        let weight = Enclosure::one() / integer(self.system.samples.len());
        self.system
            .samples
            .iter()
            .map(|&v| (weight, spins(v, n)))
            .collect()
    }

    /// The machine with other numbers; position as in [`RbmParameters::flattened`].
    pub(super) fn with(&self, change: impl Fn(usize, f64) -> f64) -> Self {
        let (n, m) = (self.rbm.visible(), self.rbm.hidden());
        let of = |list: &[f64], first: usize| {
            list.iter()
                .enumerate()
                .map(|(k, &x)| change(first + k, x))
                .collect::<Vec<f64>>()
        };
        let rbm = Rbm::new(
            of(self.rbm.weights(), 0),
            of(self.rbm.visible_bias(), n * m),
            of(self.rbm.hidden_bias(), n * m + n),
        );
        Self::new(rbm.expect("finite numbers stay finite"))
    }

    /// The number of weights.
    pub(super) fn n_weights(&self) -> usize {
        self.rbm.weights().len()
    }
}

/// Numbers of the machines that are given by doubles.
const NUMBERS: [f64; 11] = [
    0.75, -0.5, 1.25, 0.375, -0.875, 0.625, 0.25, -1.125, 0.5, -0.25, 1.0,
];

/// The machine of doubles of one size.
pub(super) fn bounded_case(n: usize, m: usize) -> Case<Bounded> {
    let take = |from: usize, k: usize| -> Vec<f64> {
        (from..from + k)
            .map(|i| NUMBERS[i % NUMBERS.len()])
            .collect()
    };
    let (w, c, b) = (take(0, n * m), take(n * m, n), take(n * m + n, m));
    let label = format!(
        "N_v = {n}, N_h = {m}, W = {}, b⁽ᵛ⁾ = {}, b⁽ʰ⁾ = {}",
        list(&w),
        list(&c),
        list(&b)
    );
    let rbm = Rbm::new(w, c, b).expect("the lengths are those of the layers");
    Case::new(n + m, label, Bounded::new(rbm))
}

/// Machines given by doubles.
pub(super) fn bounded_cases() -> Vec<Case<Bounded>> {
    SIZES.map(|(n, m)| bounded_case(n, m)).into()
}

/// Machines given by doubles, named together with their data.
pub(super) fn bounded_cases_with_data() -> Vec<Case<Bounded>> {
    let mut cases = bounded_cases();
    for case in &mut cases {
        let text = data_text(&case.instance.system.samples, case.instance.rbm.visible());
        case.label.push_str(&text);
    }
    cases
}

/// The average of a list of numbers.
pub(super) fn average<T: Field>(values: impl ExactSizeIterator<Item = T>) -> T {
    let n = integer::<T>(values.len());
    values.fold(T::zero(), |sum, x| sum + x) / n
}

/// Which average an equation is about.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Average {
    Pair,
    Visible,
    Hidden,
}

impl Average {
    /// The average over the table of all configurations, with the data as its visible marginal or
    /// the machine's own.
    pub(super) fn of_table<T: Field>(self, table: &JointTable<T>) -> Vec<T> {
        let (n, m) = (table.visible(), table.hidden());
        match self {
            Self::Pair => (0..n * m).map(|k| table.mean_pair(k / m, k % m)).collect(),
            Self::Visible => (0..n).map(|i| table.mean_v(i)).collect(),
            Self::Hidden => (0..m).map(|a| table.mean_h(a)).collect(),
        }
    }

    /// The average of `f(v̂, i, a)` over a list of visible configurations.
    pub(super) fn over<T: Field>(
        self,
        machine: &RbmFactors<T>,
        samples: &[usize],
        mean_h: impl Fn(usize, usize) -> T,
    ) -> Vec<T> {
        let (n, m) = (machine.visible(), machine.hidden());
        let of = |f: &dyn Fn(usize) -> T| average(samples.iter().map(|&v| f(v)));
        match self {
            Self::Pair => (0..n * m)
                .map(|k| of(&|v| times_spin(mean_h(k % m, v), v, k / m)))
                .collect(),
            Self::Visible => (0..n)
                .map(|i| of(&|v| times_spin(T::one(), v, i)))
                .collect(),
            Self::Hidden => (0..m).map(|a| of(&|v| mean_h(a, v))).collect(),
        }
    }
}

/// Whether all rationals are zero.
pub(super) fn all_zero(values: &[BigRational]) -> bool {
    values.iter().all(Zero::is_zero)
}
