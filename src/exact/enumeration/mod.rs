//! Summing all states of a spin Hamiltonian in blocks.
//!
//! The first n spins are *inner*. A table holds `W(s) = e^{𝒦_in(s)}` of their 2ⁿ states, from the terms
//! among them. For each setting σ of the *outer* spins the rest of 𝒦 is a constant and a field on each
//! inner spin, so the block's weight is summed out one inner spin at a time:
//!
//! ```text
//! V_n = W,   V_k(s) = V_{k+1}(s, better) + e^{−2|f_k|} V_{k+1}(s, worse),   weight = e^{E(σ) + Σ|f_k|} V_0
//! ```
//! which is one product and one sum a state. σ runs through a Gray code; E and the f are integers
//! (`fixed_energy`), so that nothing drifts and every exponent is known before a double is made:
//! the largest entry of W and the larger of two factors are 1. Where V₀ comes out below 2⁻²⁰⁰, so that
//! underflow could be felt, and for models with terms of two or more inner spins *and* outer ones, the
//! block is summed state by state from integer energies instead.
//!
//! The derivatives of the weight by the entries of W and by the fields follow from one reverse sweep.
//! The outer code is cut into a fixed number of walks, reduced in order: the same bytes for any number
//! of threads.

mod kernel;
mod split;
mod tally;

use super::fixed_energy::{PowerTable, Scale, ScaledSum, U, power_of_two};
use super::{ExactError, ExactResult, Limits, Method, PairTable, Plan, Quantity, Want};
use crate::model::SpinHamiltonian;
use crate::numeric::Enclosure;
use kernel::{Spin, contract, contract_keeping, sweep_back, walsh_hadamard};
use rayon::prelude::*;
use split::{Split, Walk};
use tally::{Group, Totals};

/// Most spins whose states have an index.
const MOST_SPINS: usize = 60;
/// Most inner spins: table and levels together stay in a first-level cache of 32 KiB.
const MOST_INNER: usize = 11;
/// Most inner spins if blocks are summed state by state.
const MOST_INNER_MIXED: usize = 9;
/// Middle spins: blocks of a group.
const MIDDLE: usize = 6;
/// Most bits of the walk's number.
const WALK_BITS: usize = 8;
/// Factors and entries below `2^{−FLUSH}` are not followed.
const FLUSH: i32 = 300;
/// A block whose weight is below `2^{−SAFE}` of its bound is summed state by state.
const SAFE: i32 = 200;
/// Blocks and states are left out below `2^{−N − NEGLIGIBLE}` of a known weight.
const NEGLIGIBLE: i128 = 80;

/// Bytes of code and stack that a first computation touches.
const FIRST_BYTES: f64 = 1.1e6;
/// Nanoseconds a state on one core of a 2.5 GHz server, measured by `benches/enumeration.rs`.
const NS_LOG_Z: f64 = 0.26;
/// The same with means and pairs.
const NS_MOMENTS: f64 = 1.0;
/// Nanoseconds a state where blocks are summed state by state.
const NS_MIXED: f64 = 25.0;

/// Exact thermodynamics of a spin Hamiltonian by summing all 2^N states in blocks of a Gray code.
///
/// ```text
/// Z = Σ_s exp(𝒦(s)),   ⟨s_i⟩ = ∂ ln Z / ∂h_i
/// ```
/// Returns `log_z` and, if asked, `mean` (length N) and `pair` (N×N), each an [`Enclosure`].
///
/// # Errors
/// [`ExactError::TooLarge`] above the limit, with the plan, before any work;
/// [`ExactError::TooStrong`] naming the term if couplings add up to more than 1e30.
///
/// # Accuracy
/// `log_z`: width ≤ 4 u (|ln Z| + N ln 2 + 10), u = 2⁻⁵³, since n inner spins cost a relative error of at
/// most `(3.1 n + 3.3) u` and n is chosen for it: test `enclosure_contains_rational_value`.
/// Means and pairs: width ≤ 530 u; an entry of the table, a factor a spin on the way down and on the way
/// back, a scalar product and a group's sum are each bounded where they stand.
///
/// # Complexity
/// `O(2^N)` products and sums, `O(2^11)` memory a thread. Models that couple two or more of the first
/// nine spins to others in one term take about 80 times longer.
///
/// ```
/// use blockspin::exact::{Limits, Want, enumerate};
/// use blockspin::model::Lattice;
/// let ring = "ring:4".parse::<Lattice>().unwrap().ising(0.5, 0.0).unwrap();
/// let result = enumerate(&ring, Want::ALL, &Limits::default()).unwrap();
/// // Z = (2 cosh K)⁴ + (2 sinh K)⁴
/// let z = (2.0 * 0.5_f64.cosh()).powi(4) + (2.0 * 0.5_f64.sinh()).powi(4);
/// assert!((result.log_z.mid() - z.ln()).abs() < 1e-14);
/// assert!(result.mean.unwrap()[0].contains(0.0));
/// ```
pub fn enumerate(
    model: &SpinHamiltonian,
    want: Want,
    limits: &Limits,
) -> Result<ExactResult, ExactError> {
    let plan = plan_enumeration(model, want);
    if let Some(exceeded) = refusal(model, &plan, limits) {
        return Err(ExactError::TooLarge {
            plan,
            exceeded,
            largest: largest_that_fits(model, want, limits),
            size_unit: "spins",
        });
    }
    let scale = Scale::for_model(model)?;
    let spins = model.spins();
    let engine = Engine::new(model, scale, want.anything());
    let totals = engine.run();
    let energy_error = scale.energy_error(model.terms().len());
    let relative = engine.weight_error();
    let log_z = ScaledSum {
        value: totals.z,
        exponent: totals.reference,
    }
    .ln(relative, energy_error);
    let radius = (engine.moment_error() + relative + 2.0 * energy_error) * (1.0 + 1e-6);
    let ratio = |moment: crate::numeric::DoubleDouble| {
        let value = (moment / totals.z).to_f64();
        Enclosure::new(
            Enclosure::around(value, radius).lo().clamp(-1.0, 1.0),
            Enclosure::around(value, radius).hi().clamp(-1.0, 1.0),
        )
    };
    let mean = want
        .means
        .then(|| totals.mean.iter().map(|&m| ratio(m)).collect());
    let pair = want.pairs.then(|| {
        let mut moments = totals.pair.iter();
        PairTable::of_spins(spins, |_, _| {
            moments.next().map_or(Enclosure::UNBOUNDED, |&m| ratio(m))
        })
    });
    Ok(ExactResult {
        log_z,
        mean,
        pair,
        method: Method::Enumeration,
    })
}

/// What [`enumerate`] will cost.
pub fn plan_enumeration(model: &SpinHamiltonian, want: Want) -> Plan {
    cost(model.spins(), has_mixed_terms(model), want)
}

fn cost(spins: usize, mixed: bool, want: Want) -> Plan {
    let states = 2.0_f64.powi(spins.min(5000) as i32);
    let inner = inner_spins(spins, mixed);
    let ns = match (mixed, want.anything()) {
        (true, _) => NS_MIXED,
        (false, true) => NS_MOMENTS,
        (false, false) => NS_LOG_Z,
    };
    let threads = rayon::current_num_threads() as f64;
    let per_thread = 8.0 * 8.0 * f64::from(1 << inner) + 64.0 * f64::from(1 << MIDDLE) * 16.0;
    let totals = if want.anything() {
        16.0 * (spins * spins / 2 + spins + 1) as f64
    } else {
        16.0
    };
    let walk_bits = spins.saturating_sub(inner + MIDDLE).min(WALK_BITS);
    Plan {
        method: Method::Enumeration,
        states,
        bytes: FIRST_BYTES + threads * per_thread + f64::from(1 << walk_bits) * totals,
        seconds: 5e-5 + states * ns * 1e-9 / threads,
    }
}

fn refusal(model: &SpinHamiltonian, plan: &Plan, limits: &Limits) -> Option<Quantity> {
    if model.spins() > MOST_SPINS {
        Some(Quantity::Engine)
    } else {
        limits.exceeded_by(plan)
    }
}

fn largest_that_fits(model: &SpinHamiltonian, want: Want, limits: &Limits) -> Option<usize> {
    let mixed = has_mixed_terms(model);
    (1..=MOST_SPINS)
        .rev()
        .find(|&n| limits.exceeded_by(&cost(n, mixed, want)).is_none())
}

/// Whether a term has two or more inner spins and an outer one.
fn has_mixed_terms(model: &SpinHamiltonian) -> bool {
    let inner = inner_spins(model.spins(), false);
    model.terms().iter().any(|term| {
        let inside = term.sites.iter().filter(|&&i| i < inner).count();
        inside >= 2 && inside < term.sites.len()
    })
}

/// As many inner spins as the accuracy allows: the width of `ln Z` is `2 (3.1 n + 3.3) u` and rounding.
fn inner_spins(spins: usize, mixed: bool) -> usize {
    let room = 2.0 * (spins.min(100) as f64 * std::f64::consts::LN_2 + 10.0) - 4.0;
    let most = if mixed { MOST_INNER_MIXED } else { MOST_INNER };
    ((room / 3.1) as usize).min(most).min(spins)
}

/// Everything that the walks share.
struct Engine {
    split: Split,
    scale: Scale,
    powers: &'static PowerTable,
    /// `W(s)`, largest entry 1, none below `2^{−FLUSH}`; empty if blocks are summed state by state.
    weights: Vec<f64>,
    /// The largest energy inside.
    top_inside: i128,
    /// Integer part of the energy of a good state.
    guess: i128,
    middle: usize,
    walk_bits: usize,
    moments: bool,
}

/// Memory of one walk.
struct Scratch {
    spins: Vec<Spin>,
    levels: Vec<f64>,
    work: Vec<f64>,
    energies: Vec<i128>,
    group: Group,
}

impl Engine {
    fn new(model: &SpinHamiltonian, scale: Scale, moments: bool) -> Self {
        let mixed = has_mixed_terms(model);
        let inner = inner_spins(model.spins(), mixed);
        let split = Split::new(model, scale, inner);
        let powers = PowerTable::get();
        let top_inside = split.inside.iter().copied().max().unwrap_or(0);
        let weights = if split.mixed.is_empty() {
            let floor = power_of_two(-FLUSH);
            split
                .inside
                .iter()
                .map(|&e| scale.power(powers, e - top_inside, FLUSH).max(floor))
                .collect()
        } else {
            Vec::new()
        };
        let guess = scale.floor(split.good_energy());
        let middle = split.outer.min(MIDDLE);
        let walk_bits = (split.outer - middle).min(WALK_BITS);
        Self {
            split,
            scale,
            powers,
            weights,
            top_inside,
            guess,
            middle,
            walk_bits,
            moments,
        }
    }

    /// Relative error of a block's weight: entries of W (1.05u), a factor, a product and a sum for each
    /// inner spin (3.05u), the block's own power and its product (2.05u), and less than 0.01u for
    /// what is flushed, left out, or of second order.
    fn weight_error(&self) -> f64 {
        (3.1 * self.split.inner as f64 + 3.3) * U
    }

    /// Error of a moment, relative to Z. A block's `m = T − 2P` has the error of T, `(3.1n + 3.3) u`, and
    /// twice that of P: its table (`3.1n + 1.05`), factors on the way back (2.05 each, no more than the
    /// spins left out of the table's share), its unit (1.05), the scalar product (39), and x (2.05), all
    /// in u; then the group's transform and two last roundings. Inner pairs, with 64 sums and a
    /// transform over the table, stay below that.
    fn moment_error(&self) -> f64 {
        (9.3 * self.split.inner as f64 + 105.0) * U
    }

    /// Runs all walks and adds them up in order.
    fn run(&self) -> Totals {
        let walks: Vec<Totals> = (0..1_u64 << self.walk_bits)
            .into_par_iter()
            .map(|number| self.walk(number))
            .collect();
        let mut walks = walks.into_iter();
        let mut totals = walks
            .next()
            .unwrap_or_else(|| Totals::new(self.guess, self.spins(), self.moments));
        for walk in walks {
            totals.merge(walk);
        }
        totals
    }

    fn spins(&self) -> usize {
        self.split.inner + self.split.outer
    }

    /// All blocks whose highest outer spins spell `number`.
    fn walk(&self, number: u64) -> Totals {
        let (n, m) = (self.split.inner, self.middle);
        let high = self.split.outer - m - self.walk_bits;
        let mut walk = Walk::at(&self.split, number << (m + high));
        let mut totals = Totals::new(self.guess, self.spins(), self.moments);
        let mut scratch = Scratch {
            spins: vec![Spin::default(); n],
            levels: vec![0.0; 2 << n],
            work: vec![0.0; 1 << n],
            energies: vec![0; 1 << n],
            group: Group::new(n, m),
        };
        for h in 0..1_u64 << high {
            if h > 0 {
                walk.flip(m + h.trailing_zeros() as usize);
            }
            for k in 0..1_u64 << m {
                if k > 0 {
                    walk.flip(k.trailing_zeros() as usize);
                }
                self.block(&walk, &mut scratch, &mut totals);
            }
            if m > 0 {
                // The Gray code is a cycle: one more flip closes it.
                walk.flip(m - 1);
            }
            if self.moments {
                scratch.group.close(&self.weights, walk.state, &mut totals);
            }
        }
        totals
    }

    /// Below this exponent nothing matters: all states together stay under 2⁻⁸⁰ of Z.
    fn lowest(&self, totals: &Totals) -> i128 {
        self.guess.max(totals.reference) - self.spins() as i128 - NEGLIGIBLE
    }

    /// Adds the block at the walk's place.
    fn block(&self, walk: &Walk, scratch: &mut Scratch, totals: &mut Totals) {
        if self.weights.is_empty() {
            self.block_by_states(walk, scratch, totals);
            return;
        }
        let mut bound = walk.own() + self.top_inside;
        for (spin, &f) in scratch.spins.iter_mut().zip(walk.fields()) {
            let size = f.abs();
            bound += size;
            *spin = Spin {
                x: self.scale.power(self.powers, -2 * size, FLUSH),
                up: f >= 0,
            };
        }
        let exponent = self.scale.floor(bound);
        if exponent + 1 + (self.split.inner as i128) < self.lowest(totals) {
            return;
        }
        let spins = &scratch.spins;
        let sum = if self.moments {
            contract_keeping(&self.weights, spins, &mut scratch.levels)
        } else {
            contract(&self.weights, spins, &mut scratch.levels)
        };
        if sum < power_of_two(-SAFE) {
            self.block_by_states(walk, scratch, totals);
            return;
        }
        // The block's true weight, not its bound, may become the unit: `lowest` relies on it.
        let (_, binary) = libm::frexp(sum);
        let weight = exponent + i128::from(binary) - 1;
        raise_to(exponent, weight, totals, &mut scratch.group);
        let unit = self.powers.exp2_fraction(self.scale.fraction(bound))
            * power_of_two((exponent - totals.reference) as i32);
        let z = unit * sum;
        totals.z = totals.z + z.into();
        if self.moments {
            let place = (walk.state & ((1 << self.middle) - 1)) as usize;
            let group = &mut scratch.group;
            let mut adjoint = std::mem::take(&mut group.adjoint);
            group.set_z(place, z);
            sweep_back(
                &self.weights,
                spins,
                &scratch.levels,
                unit,
                &mut scratch.work,
                &mut adjoint,
                |i, moment| group.set_moment(place, i, moment),
            );
            group.adjoint = adjoint;
        }
    }

    /// Adds the block from the energies of its states.
    fn block_by_states(&self, walk: &Walk, scratch: &mut Scratch, totals: &mut Totals) {
        let energies = &mut scratch.energies;
        walk.inner_energies(energies);
        let top = energies.iter().copied().max().unwrap_or(i128::MIN);
        let lowest = self.lowest(totals);
        if self.scale.floor(top) < lowest {
            return;
        }
        let exponent = self.scale.floor(top);
        raise_to(exponent, exponent, totals, &mut scratch.group);
        let zero = self.scale.of_exponent(totals.reference);
        let cut = self.scale.of_exponent(lowest);
        let weights = &mut scratch.work;
        for (w, &e) in weights.iter_mut().zip(energies.iter()) {
            *w = if e < cut {
                0.0
            } else {
                self.scale.power(self.powers, e - zero, FLUSH)
            };
        }
        if self.moments {
            let group = &mut scratch.group;
            for (joint, w) in group.joint.iter_mut().zip(weights.iter()) {
                *joint += w;
            }
            walsh_hadamard(weights);
            let place = (walk.state & ((1 << self.middle) - 1)) as usize;
            for i in 0..self.split.inner {
                group.set_moment(place, i, -weights[1 << i]);
            }
            group.set_z(place, weights[0]);
        } else {
            let mut half = weights.len() / 2;
            while half > 0 {
                let (low, high) = weights.split_at_mut(half);
                for (x, y) in low.iter_mut().zip(high) {
                    *x += *y;
                }
                half /= 2;
            }
        }
        totals.z = totals.z + weights[0].into();
    }
}

/// Makes `2^weight` the unit of the sums if a number of the given exponent could overflow in them.
fn raise_to(exponent: i128, weight: i128, totals: &mut Totals, group: &mut Group) {
    if exponent - totals.reference > i128::from(FLUSH) {
        group.scale(totals.reference - weight);
        totals.raise(weight);
    }
}

#[cfg(test)]
mod tests {
    use super::super::rational_partition;
    use super::super::reference::{Reference, holds};
    use super::*;
    use crate::model::{Lattice, Term};
    use crate::random::Seed;
    use num_bigint::BigInt;
    use num_rational::BigRational;
    use proptest::prelude::*;

    fn width_bound(spins: usize, log_z: f64) -> f64 {
        4.0 * U * (log_z.abs() + spins as f64 * std::f64::consts::LN_2 + 10.0)
    }

    /// Any model of 1 to `most` spins, with terms of order 0 to 4, some repeated, weak or strong.
    fn any_model(most: usize) -> impl Strategy<Value = SpinHamiltonian> {
        (1..=most, 0..4_usize).prop_flat_map(|(n, strength)| {
            let size = [0.1, 1.0, 30.0, 1000.0][strength];
            let term = (
                prop::collection::btree_set(0..n, 0..=4.min(n)),
                -1.0..1.0_f64,
            )
                .prop_map(move |(sites, c)| Term {
                    sites: sites.into_iter().collect(),
                    coupling: size * c,
                });
            (prop::collection::vec(term, 0..40), any::<bool>()).prop_map(
                move |(mut terms, twice)| {
                    if twice {
                        terms.extend(terms.clone());
                    }
                    SpinHamiltonian::new(n, terms).unwrap()
                },
            )
        })
    }

    /// Pairs and fields only: the contracting path.
    fn pair_model(n: usize, size: f64, seed: u64) -> SpinHamiltonian {
        let mut stream = Seed(seed).stream("pair model", n as u64);
        let mut terms = Vec::new();
        for i in 0..n {
            terms.push(Term {
                sites: vec![i],
                coupling: stream.uniform_in(-size, size),
            });
            for j in 0..i {
                terms.push(Term {
                    sites: vec![i, j],
                    coupling: stream.uniform_in(-size, size),
                });
            }
        }
        SpinHamiltonian::new(n, terms).unwrap()
    }

    fn check(model: &SpinHamiltonian, shrink: f64) -> Result<(), String> {
        let exact = Reference::new(model);
        let got = enumerate(model, Want::ALL, &Limits::NONE).unwrap();
        let narrow = |e: Enclosure| Enclosure::around(e.mid(), 0.5 * e.width() * shrink);
        if !exact.log_z_lies_in(narrow(got.log_z)) {
            return Err(format!("log_z {:?}", got.log_z));
        }
        if got.log_z.width() > width_bound(model.spins(), got.log_z.mid()) {
            return Err(format!("width {:e} of {}", got.log_z.width(), got.log_z));
        }
        let (mean, pair) = (got.mean.unwrap(), got.pair.unwrap());
        for i in 0..model.spins() {
            if !holds(narrow(mean[i]), &exact.mean(i)) || mean[i].width() > 530.0 * U {
                return Err(format!("mean {i}: {:?}", mean[i]));
            }
            for j in 0..i {
                let p = pair.get(i, j);
                if !holds(narrow(p), &exact.pair(i, j)) || p.width() > 530.0 * U {
                    return Err(format!("pair {i} {j}: {p:?}"));
                }
            }
        }
        let alone = enumerate(model, Want::LOG_Z, &Limits::NONE).unwrap();
        if alone.log_z.overlaps(got.log_z) {
            Ok(())
        } else {
            Err(format!("{} alone, {} with moments", alone.log_z, got.log_z))
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]
        #[test]
        fn enclosure_contains_rational_value(model in any_model(9)) {
            prop_assert_eq!(check(&model, 1.0), Ok(()));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn enclosure_contains_rational_value_of_pair_models(
            n in 1..=12_usize, strength in 0..5_usize, seed in any::<u64>(),
        ) {
            let model = pair_model(n, [0.01, 0.3, 5.0, 200.0, 1000.0][strength], seed);
            prop_assert_eq!(check(&model, 1.0), Ok(()));
        }

        #[test]
        fn enumeration_agrees_with_rational_arithmetic(
            n in 1..=6_usize,
            terms in prop::collection::vec((prop::collection::btree_set(0..6_usize, 0..=3), 1..60_u32, 1..60_u32), 0..8),
        ) {
            // e^K = a/b: the float model is off by the rounding of ln(a/b), known to an ulp of each term.
            let mut factors = Vec::new();
            let mut floats = Vec::new();
            let mut slack = 0.0;
            for (sites, a, b) in terms {
                let sites: Vec<usize> = sites.into_iter().filter(|&i| i < n).collect();
                let coupling = (f64::from(a) / f64::from(b)).ln();
                slack += 4.0 * U * (1.0 + coupling.abs());
                factors.push((sites.clone(), BigRational::new(BigInt::from(a), BigInt::from(b))));
                floats.push(Term { sites, coupling });
            }
            let exact = rational_partition(n, &factors).unwrap();
            let got = enumerate(&SpinHamiltonian::new(n, floats).unwrap(), Want::ALL, &Limits::NONE).unwrap();
            let near = |e: Enclosure| e + Enclosure::around(0.0, 2.0 * slack);
            prop_assert!(near(got.log_z).overlaps(Enclosure::from_rational(&exact.z).ln()));
            let (mean, pair) = (got.mean.unwrap(), got.pair.unwrap());
            for i in 0..n {
                prop_assert!(near(mean[i]).contains_rational(&exact.mean[i]));
            }
            for (i, j, value) in &exact.pair {
                prop_assert!(near(pair.get(*i, *j)).contains_rational(value));
            }
        }
    }

    #[test]
    fn a_thousandth_of_the_bound_is_not_enough() {
        let failures = (0..10)
            .filter(|&seed| check(&pair_model(8, 1.0, seed), 1e-3).is_err())
            .count();
        assert!(failures >= 9, "{failures} of 10");
    }

    #[test]
    fn rings_agree_with_the_transfer_matrix() {
        // Z = (2 cosh K)^N + (2 sinh K)^N, in enclosures; sizes with many walks and groups.
        for n in [3_usize, 8, 13, 18, 20] {
            for k in [0.3, -0.7, 2.0] {
                let ring = Lattice::new(
                    1,
                    n,
                    crate::model::Boundary::Open,
                    crate::model::Boundary::Periodic,
                );
                let got =
                    enumerate(&ring.ising(k, 0.0).unwrap(), Want::ALL, &Limits::NONE).unwrap();
                let two = Enclosure::exact(2.0);
                let (c, s) = (
                    two * Enclosure::exact(k).cosh(),
                    two * Enclosure::exact(k).sinh(),
                );
                let want = (c.powi(n as i32) + s.powi(n as i32)).ln();
                assert!(got.log_z.overlaps(want), "{n} {k}: {} {want}", got.log_z);
                assert!(got.log_z.width() <= width_bound(n, want.mid()));
                let t = Enclosure::exact(k).tanh();
                let tn = t.powi(n as i32);
                let pair = got.pair.unwrap();
                let mean = got.mean.unwrap();
                for i in 0..n {
                    assert!(mean[i].contains(0.0));
                    for j in 0..i {
                        let r = (i - j) as i32;
                        let want =
                            (t.powi(r) + t.powi(n as i32 - r)) / (Enclosure::exact(1.0) + tn);
                        assert!(pair.get(i, j).overlaps(want), "{n} {k} {i} {j}");
                    }
                }
            }
        }
    }

    #[test]
    fn bytes_do_not_depend_on_the_number_of_threads() {
        let model = pair_model(19, 0.4, 1);
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| enumerate(&model, Want::ALL, &Limits::NONE).unwrap())
        };
        let one = run(1);
        for threads in [2, 7] {
            let other = run(threads);
            assert_eq!(one.log_z.lo().to_bits(), other.log_z.lo().to_bits());
            assert_eq!(one, other);
        }
    }

    #[test]
    fn strong_couplings_leave_the_ground_states() {
        // A ferromagnetic chain at K = 1000: Z = 2 e^{1000·19} (1 + tiny).
        let model = Lattice::open(1, 20).ising(1000.0, 0.0).unwrap();
        let got = enumerate(&model, Want::ALL, &Limits::NONE).unwrap();
        let want = Enclosure::exact(19_000.0) + Enclosure::exact(2.0).ln();
        assert!(got.log_z.overlaps(want), "{} {want}", got.log_z);
        assert!(got.log_z.width() <= width_bound(20, want.mid()));
        assert!(got.pair.unwrap().get(0, 19).contains(1.0));
        // A frustrated triangle of spins of both kinds, inner and outer, in a large model.
        let dense = pair_model(15, 1000.0, 4);
        let strong = enumerate(&dense, Want::ALL, &Limits::NONE).unwrap();
        let top = (0..1_u64 << 15)
            .map(|s| dense.energy_of_bits(s))
            .fold(f64::MIN, f64::max);
        assert!(
            (strong.log_z.mid() - top).abs() < 1e-8,
            "{} {top}",
            strong.log_z
        );
    }

    #[test]
    fn too_much_is_refused_at_once_with_its_cost() {
        let model = Lattice::torus(8, 8).ising(0.4, 0.0).unwrap();
        let error = enumerate(&model, Want::LOG_Z, &Limits::NONE).unwrap_err();
        assert!(matches!(
            error,
            ExactError::TooLarge {
                exceeded: Quantity::Engine,
                ..
            }
        ));
        let model = Lattice::torus(5, 10).ising(0.4, 0.0).unwrap();
        let limits = Limits {
            max_seconds: 1.0,
            ..Limits::default()
        };
        match enumerate(&model, Want::LOG_Z, &limits).unwrap_err() {
            ExactError::TooLarge {
                plan,
                exceeded,
                largest,
                ..
            } => {
                assert_eq!(exceeded, Quantity::Seconds);
                assert!(plan.seconds > 1e4);
                let n = largest.unwrap();
                assert!((28..40).contains(&n), "{n}");
            }
            other => panic!("{other}"),
        }
        let strong = SpinHamiltonian::new(
            1,
            vec![Term {
                sites: vec![0],
                coupling: 1e31,
            }],
        )
        .unwrap();
        let error = enumerate(&strong, Want::LOG_Z, &Limits::NONE).unwrap_err();
        assert!(matches!(error, ExactError::TooStrong { index: 0, .. }));
    }
}
