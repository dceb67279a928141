//! Between couplings, tables and machines.
//!
//! A table of positive weights over binary variables is a sum of couplings: the Walsh transform of its logarithms.
//! State 1 of a variable is spin up.

use super::rbm::Units;
use super::{Factor, FactorGraph, FactorGraphError, ModelError, Rbm, SpinHamiltonian, Term};
use thiserror::Error;

/// Most spins of a term, and most variables of a table, that are turned into one another.
const MAX_ORDER: usize = 20;
/// Most table entries or terms that a conversion makes.
const MAX_SIZE: usize = 1 << 26;
/// A factor's logarithms stay below this, so that its entries are doubles of full precision.
const LARGEST_LOG: f64 = 700.0;
/// Most factors that share a strong coupling.
const MAX_PIECES: f64 = 1024.0;

/// Why a model has no image in another form.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ConversionError {
    /// The target has pairs at most.
    #[error("term {term} has {sites} spins, the format holds at most two")]
    Order {
        /// Position in the list of terms.
        term: usize,
        /// How many spins it has.
        sites: usize,
    },
    /// The target has no place for a constant.
    #[error("the reduced Hamiltonian has the constant {value}, for which the format has no place")]
    Constant {
        /// The constant.
        value: f64,
    },
    /// A number of the image is beyond the range of a double.
    #[error("a number comes out as {value}")]
    NotFinite {
        /// What it comes out as.
        value: f64,
    },
    /// A coupling whose weights no reasonable number of tables can hold.
    #[error("term {term} has the coupling {coupling}, too strong for tables of weights")]
    TooStrong {
        /// Position in the list of terms.
        term: usize,
        /// Its coupling.
        coupling: f64,
    },
    /// A term or table over too many variables, or too many of them together.
    #[error(
        "{what} {index} would bring the image to {size} entries, more than the limit of {limit}"
    )]
    TooLarge {
        /// "term" or "factor".
        what: &'static str,
        /// Its position.
        index: usize,
        /// Entries reached with it, as far as they can be counted.
        size: usize,
        /// What is allowed.
        limit: usize,
    },
    /// Spins have two states.
    #[error("variable {variable} has {states} states, a spin has two")]
    NotBinary {
        /// The variable.
        variable: usize,
        /// Its states.
        states: usize,
    },
    /// The logarithm of zero is no coupling.
    #[error("entry {entry} of factor {factor} is zero: no finite couplings give it")]
    Zero {
        /// Position in the list of factors.
        factor: usize,
        /// Position in the table.
        entry: usize,
    },
    /// Which spins are hidden is not in a Hamiltonian.
    #[error("the model does not say which of its variables are hidden units")]
    NoLayers,
    /// The image is no Hamiltonian.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The image is no factor graph.
    #[error(transparent)]
    Graph(#[from] FactorGraphError),
}

/// Adds to a size that has a limit.
fn grow(
    size: &mut usize,
    order: usize,
    what: &'static str,
    index: usize,
) -> Result<(), ConversionError> {
    let limit = MAX_SIZE;
    let more = if order <= MAX_ORDER {
        1 << order
    } else {
        usize::MAX
    };
    *size = size.saturating_add(more);
    if *size > limit {
        let size = *size;
        return Err(ConversionError::TooLarge {
            what,
            index,
            size,
            limit,
        });
    }
    Ok(())
}

/// The tables `e^{K ∏ s}` of all terms, one for each, a strong one as several tables that share it; a term without
/// spins is a table of arity 0.
///
/// # Errors
/// [`ConversionError::TooLarge`], [`ConversionError::TooStrong`] from |K| = 7e5 on.
/// # Accuracy
/// Each entry is within one unit in the last place: test `tables_and_couplings_are_inverse`.
pub fn factors_of_spins(model: &SpinHamiltonian) -> Result<FactorGraph, ConversionError> {
    let mut factors = Vec::with_capacity(model.terms().len());
    let mut size = 0;
    for (index, term) in model.terms().iter().enumerate() {
        let coupling = term.coupling;
        // A power of two divides without rounding.
        let pieces = (coupling.abs() / LARGEST_LOG)
            .ceil()
            .max(1.0)
            .log2()
            .ceil()
            .exp2();
        if pieces > MAX_PIECES {
            return Err(ConversionError::TooStrong {
                term: index,
                coupling,
            });
        }
        let weight = [libm::exp(coupling / pieces), libm::exp(-coupling / pieces)];
        if coupling != 0.0 && weight.iter().all(|&w| w.to_bits() == 1.0_f64.to_bits()) {
            // Too weak for a table to show.
            continue;
        }
        for _ in 0..pieces as usize {
            grow(&mut size, term.sites.len(), "term", index)?;
            let down = |state: usize| term.sites.len() - state.count_ones() as usize;
            factors.push(Factor {
                scope: term.sites.clone(),
                values: (0..1_usize << term.sites.len())
                    .map(|state| weight[down(state) % 2])
                    .collect(),
            });
        }
    }
    Ok(FactorGraph::new(vec![2; model.spins()], factors)?)
}

/// The Hamiltonian whose weights are the tables' product.
///
/// A coupling is left out where it cannot be told from zero: where rounding each table entry in its last place, as
/// a decimal file does, and the transform could have made all of it.
/// # Errors
/// [`ConversionError::NotBinary`], [`ConversionError::Zero`], [`ConversionError::TooLarge`].
/// # Accuracy
/// With `l` the largest `|ln ψ|` of a table over k variables, the logarithm of each of its weights is off by at
/// most `2^k (1 + (k + 2) l)` u, u = 2⁻⁵³: test `tables_and_couplings_are_inverse`.
pub fn spins_of_factors(graph: &FactorGraph) -> Result<SpinHamiltonian, ConversionError> {
    let wide = graph.cardinality().iter().position(|&states| states != 2);
    if let Some(variable) = wide {
        let states = graph.cardinality()[variable];
        return Err(ConversionError::NotBinary { variable, states });
    }
    let mut terms = Vec::new();
    let mut size = 0;
    for (index, factor) in graph.factors().iter().enumerate() {
        if let Some(entry) = factor.values.iter().position(|&x| x <= 0.0) {
            return Err(ConversionError::Zero {
                factor: index,
                entry,
            });
        }
        grow(&mut size, factor.scope.len(), "factor", index)?;
        let mut table: Vec<f64> = factor.values.iter().map(|&x| libm::log(x)).collect();
        let largest = table.iter().fold(0.0, |m: f64, l| m.max(l.abs()));
        let order = factor.scope.len();
        let unknown = 0.5 * f64::EPSILON * (1.0 + (order as f64 + 2.0) * largest);
        // K_S = mean over states of ln ψ · ∏_{i∈S} s_i, one variable at a time.
        let mut stride = 1;
        while stride < table.len() {
            for low in (0..table.len()).filter(|k| k & stride == 0) {
                let (down, up) = (table[low], table[low | stride]);
                table[low] = 0.5 * (up + down);
                table[low | stride] = 0.5 * (up - down);
            }
            stride *= 2;
        }
        for (set, &coupling) in table.iter().enumerate().filter(|(_, k)| k.abs() > unknown) {
            // The last variable of the scope is the lowest bit.
            let member = |place: &usize| set >> (order - 1 - place) & 1 == 1;
            terms.push(Term {
                sites: (0..order)
                    .filter(member)
                    .map(|place| factor.scope[place])
                    .collect(),
                coupling,
            });
        }
    }
    Ok(SpinHamiltonian::new(graph.cardinality().len(), terms)?)
}

/// The Hamiltonian of a machine's units, the hidden ones behind the visible ones; a 0/1 unit `x = (1 + s)/2` is up
/// where it is 1.
///
/// Nothing is rounded, barring underflow: each parameter becomes terms with a half or a quarter of it, left side by
/// side.
/// # Errors
/// [`ConversionError::TooLarge`].
pub fn spins_of_rbm(rbm: &Rbm) -> Result<SpinHamiltonian, ConversionError> {
    let (visible, hidden) = (rbm.visible(), rbm.hidden());
    let size = 4 * rbm.weights().len();
    if size > MAX_SIZE {
        let (what, index, limit) = ("weight", MAX_SIZE / 4, MAX_SIZE);
        return Err(ConversionError::TooLarge {
            what,
            index,
            size,
            limit,
        });
    }
    let mut terms = Vec::new();
    // The unit as a sum of the constant and the spin, each with its factor.
    let parts = |units: Units, site: usize| match units {
        Units::PlusMinus => vec![(Some(site), 1.0)],
        Units::ZeroOne => vec![(Some(site), 0.5), (None, 0.5)],
    };
    let mut add = |sites: Vec<usize>, coupling: f64| {
        if coupling != 0.0 {
            terms.push(Term { sites, coupling });
        }
    };
    let v = |i: usize| -> Vec<(Option<usize>, f64)> { parts(rbm.visible_units(), i) };
    let h = |a: usize| -> Vec<(Option<usize>, f64)> { parts(rbm.hidden_units(), visible + a) };
    for i in 0..visible {
        for (site, factor) in v(i) {
            add(site.into_iter().collect(), factor * rbm.visible_bias()[i]);
        }
    }
    for a in 0..hidden {
        for (site, factor) in h(a) {
            add(site.into_iter().collect(), factor * rbm.hidden_bias()[a]);
        }
    }
    for i in 0..visible {
        for a in 0..hidden {
            for (left, f) in v(i) {
                for (right, g) in h(a) {
                    let sites = left.into_iter().chain(right).collect();
                    add(sites, f * g * rbm.weight(i, a));
                }
            }
        }
    }
    Ok(SpinHamiltonian::new(visible + hidden, terms)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;

    fn log_weight(graph: &FactorGraph, state: usize) -> f64 {
        graph
            .factors()
            .iter()
            .map(|f| {
                let at = f.scope.iter().fold(0, |i, &v| 2 * i + (state >> v & 1));
                f.values[at].ln()
            })
            .sum()
    }

    #[test]
    fn tables_and_couplings_are_inverse() {
        let mut stream = Seed(3).stream("conversion", 0);
        for _ in 0..200 {
            let mut factors = Vec::new();
            let mut bound = 0.0;
            for _ in 0..4 {
                let order = stream.index(4);
                let mut scope: Vec<usize> = (0..5).collect();
                for k in 0..order {
                    scope.swap(k, k + stream.index(5 - k));
                }
                scope.truncate(order);
                let values: Vec<f64> = (0..1 << order)
                    .map(|_| (20.0 * stream.normal()).exp())
                    .collect();
                let largest = values.iter().fold(0.0, |m: f64, x| m.max(x.ln().abs()));
                bound += f64::from(1 << order) * (1.0 + (order as f64 + 2.0) * largest);
                factors.push(Factor { scope, values });
            }
            let graph = FactorGraph::new(vec![2; 5], factors).unwrap();
            let spins = spins_of_factors(&graph).unwrap();
            let back = factors_of_spins(&spins).unwrap();
            for state in 0..32 {
                let want = log_weight(&graph, state);
                let sum = spins.energy_of_bits(state as u64);
                // The sum over terms here rounds as well, at most once for each of some 40 terms.
                let allowed = 0.5 * f64::EPSILON * (bound + 40.0 * bound);
                assert!((sum - want).abs() < allowed, "{sum} {want}");
                assert!((log_weight(&back, state) - want).abs() < 2.0 * allowed);
            }
        }
    }

    #[test]
    fn a_pair_stays_a_pair_and_strong_couplings_are_shared() {
        let term = |sites: &[usize], coupling| Term {
            sites: sites.to_vec(),
            coupling,
        };
        for k in [0.3, -1e-3, 5.0, 699.0, -3000.0] {
            let model = SpinHamiltonian::new(2, vec![term(&[1, 0], k)]).unwrap();
            let tables = factors_of_spins(&model).unwrap();
            let back = spins_of_factors(&tables).unwrap();
            assert!(
                back.terms().iter().all(|t| t.sites == [1, 0]),
                "{:?}",
                back.terms()
            );
            let sum: f64 = back.terms().iter().map(|t| t.coupling).sum();
            assert!(
                (sum - k).abs() <= 2.0 * f64::EPSILON * (1.0 + k.abs()),
                "{sum} {k}"
            );
        }
        let strong = SpinHamiltonian::new(2, vec![term(&[0], 1e6)]).unwrap();
        assert!(matches!(
            factors_of_spins(&strong),
            Err(ConversionError::TooStrong { .. })
        ));
        let many = SpinHamiltonian::new(30, vec![term(&(0..30).collect::<Vec<_>>(), 1.0)]).unwrap();
        assert!(matches!(
            factors_of_spins(&many),
            Err(ConversionError::TooLarge { .. })
        ));
    }

    #[test]
    fn tables_that_no_couplings_give_are_refused() {
        let graph = |cardinality: usize, values: &[f64]| {
            let factor = Factor {
                scope: vec![0],
                values: values.to_vec(),
            };
            spins_of_factors(&FactorGraph::new(vec![cardinality], vec![factor]).unwrap())
        };
        assert!(matches!(
            graph(2, &[1.0, 0.0]),
            Err(ConversionError::Zero {
                factor: 0,
                entry: 1
            })
        ));
        assert!(matches!(
            graph(3, &[1.0; 3]),
            Err(ConversionError::NotBinary {
                variable: 0,
                states: 3
            })
        ));
    }

    #[test]
    fn machines_have_the_weights_of_their_definition() {
        let rbm = Rbm::new(
            vec![0.5, -1.0, 2.0, 0.25, 4.0, 0.0],
            vec![1.0, -0.5],
            vec![0.5, 3.0, -2.0],
        )
        .unwrap();
        for (visible, hidden) in [
            (Units::PlusMinus, Units::PlusMinus),
            (Units::ZeroOne, Units::PlusMinus),
            (Units::PlusMinus, Units::ZeroOne),
            (Units::ZeroOne, Units::ZeroOne),
        ] {
            let rbm = rbm.clone().with_units(visible, hidden);
            let spins = spins_of_rbm(&rbm).unwrap();
            for state in 0..32_usize {
                let mut want = 0.0;
                for i in 0..2 {
                    let v = f64::from(visible.value(state >> i & 1 == 1));
                    want += v * rbm.visible_bias()[i];
                    for a in 0..3 {
                        let h = f64::from(hidden.value(state >> (2 + a) & 1 == 1));
                        want += v * h * rbm.weight(i, a);
                    }
                }
                for a in 0..3 {
                    want +=
                        f64::from(hidden.value(state >> (2 + a) & 1 == 1)) * rbm.hidden_bias()[a];
                }
                // All numbers are small multiples of 1/16.
                let found = spins.energy_of_bits(state as u64);
                assert_eq!((found + 0.0).to_bits(), (want + 0.0).to_bits());
            }
        }
    }
}
