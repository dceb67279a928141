//! What a strip is asked for: each with its predicted cost, refused if over the limits.

use super::super::{ExactError, ExactResult, Limits, Method, PairTable, Plan, Want};
use super::magnetization::{self, Magnetization};
use super::moments::{self, Moments};
use super::samples::{self, StripSamples};
use super::strip::Strip;
use super::thermodynamics::{self, Thermodynamics};
use super::trace;
use crate::numeric::Enclosure;
use crate::random::Stream;

/// Widest row whose first rows are counted rather than estimated for a plan.
const COUNTED: usize = 14;
/// Nanoseconds on one core of a 2.5 GHz server for a number of a row's vector carried through a bond.
const NS_CARRY: f64 = 0.2;
/// The same with two derivatives, several first rows together or one.
const NS_DERIVATIVES: [f64; 2] = [1.45, 2.45];
/// A coefficient of a polynomial, by where the vectors fit: second-level cache, third, memory.
const NS_COEFFICIENT: [f64; 3] = [0.24, 0.4, 1.1];
/// The same with kept steps, from both ends, and the transforms of each row.
const NS_BOTH_WAYS: [f64; 2] = [5.0, 7.5];
/// The same for the correlators of one source on an open strip.
const NS_SIGNED: f64 = 2.1;
/// Keeping the steps of a pass for samples, by where they fit.
const NS_KEEP: [f64; 3] = [0.6, 2.5, 3.0];
/// Nanoseconds for one spin of one sample, by where the entries fit that it looks up.
const NS_SPIN: [f64; 3] = [5.5, 18.0, 100.0];
/// Nanoseconds for a row of the strip whatever its width.
const NS_ROW: f64 = 1500.0;
/// Nanoseconds for a byte of memory that has not been used before.
const NS_FRESH: f64 = 0.5;
/// Bytes of code and stack that a first computation touches.
const FIRST_BYTES: f64 = 1.4e6;

/// States of a row that stay in a second-level cache.
const CACHED: f64 = 65_536.0;
/// How much longer a state takes beyond it.
const FAR: f64 = 1.6;

/// A piece of work on a strip, for its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StripTask {
    /// [`Strip::log_z`].
    LogZ,
    /// [`Strip::thermodynamics`].
    Thermodynamics,
    /// [`Strip::magnetization`].
    Magnetization,
    /// [`Strip::marginals`].
    Marginals,
    /// [`Strip::correlators`].
    Correlators,
    /// [`Strip::samples`], so many.
    Samples(usize),
}

/// Means of all spins and of all bonds.
#[derive(Clone, Debug, PartialEq)]
pub struct StripMarginals {
    /// `ln Z`.
    pub log_z: Enclosure,
    /// `⟨s⟩`, in the order of the model's sites.
    pub means: Vec<Enclosure>,
    /// Site, other site, `⟨s s′⟩` of every bond.
    pub bonds: Vec<(usize, usize, Enclosure)>,
}

/// A bond and its correlator with another one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BondCorrelator {
    /// The sites of the bond.
    pub bond: (usize, usize),
    /// `⟨ε ε₀⟩` with `ε = s s′` of this bond and ε₀ that of the source.
    pub value: Enclosure,
}

/// Correlators with one spin and one bond.
#[derive(Clone, Debug, PartialEq)]
pub struct StripCorrelators {
    /// The spin.
    pub source: usize,
    /// `⟨s_source s_i⟩` for all sites i of the model.
    pub spins: Vec<Enclosure>,
    /// The bond across from the source, if there is one.
    pub source_bond: Option<(usize, usize)>,
    /// Its correlators with all bonds across.
    pub bonds: Vec<BondCorrelator>,
}

impl Strip {
    /// What a piece of work will cost on the threads at hand.
    pub fn plan(&self, task: StripTask) -> Plan {
        // A common field is taken out before the magnetisation is counted.
        let bare;
        let strip = if task == StripTask::Magnetization {
            bare = self.without_common_field().0;
            &bare
        } else {
            self
        };
        let starts = if strip.closed && strip.width <= COUNTED {
            strip.symmetry.starts(strip.width).len() as f64
        } else {
            strip.start_estimate()
        };
        self.cost(task, starts)
    }

    fn cost(&self, task: StripTask, starts: f64) -> Plan {
        let row = 2.0_f64.powi(self.width as i32);
        let (rows, w) = (self.rows as f64, self.width as f64);
        let n = rows * w;
        let threads = rayon::current_num_threads() as f64;
        // First rows carried together, and how many such groups are in memory at a time.
        let lanes = if self.closed {
            starts.min((32768.0 / row).clamp(1.0, 32.0))
        } else {
            1.0
        };
        let groups = (starts / lanes).ceil();
        // Groups are shared out; the one vector of an open strip is cut if it is long.
        let shared = if self.closed {
            threads.min(groups)
        } else if row > 16384.0 {
            threads
        } else {
            1.0
        };
        let at_a_time = if self.closed { shared } else { 1.0 };
        let kept = if self.rows_alike() {
            1.0
        } else if rows * row <= f64::from(1 << 23) {
            rows
        } else {
            1.0
        };
        let carried = starts * row * rows * (w + 1.0);
        let vector = lanes * row * at_a_time;
        let rows_kept = if rows * lanes * row <= f64::from(1 << 26) {
            rows
        } else {
            2.0 * rows.sqrt()
        };
        let level = |numbers: f64, ns: [f64; 3]| {
            if numbers <= 3e5 {
                ns[0]
            } else if numbers <= 2e6 {
                ns[1]
            } else {
                ns[2]
            }
        };
        let one = usize::from(!self.closed);
        let wide_open = usize::from(!self.closed && self.width > 12);
        let (states, ns, numbers, threads) = match task {
            StripTask::LogZ => (carried, NS_CARRY, vector, shared),
            StripTask::Thermodynamics => (
                carried,
                NS_DERIVATIVES[one],
                3.0 * vector + kept * row,
                shared,
            ),
            StripTask::Magnetization => {
                let together = if self.closed {
                    threads.min(starts)
                } else {
                    1.0
                };
                let vector = row * (n + 1.0);
                (
                    0.5 * n * carried,
                    level(vector, NS_COEFFICIENT),
                    together * vector,
                    if self.closed { together } else { threads },
                )
            }
            StripTask::Marginals => (
                carried,
                NS_BOTH_WAYS[wide_open],
                // The products of each first row are held until all are weighed.
                (rows_kept + w + 4.0) * vector + if self.closed { 8.0 * n * starts } else { 0.0 },
                if self.closed { shared } else { 1.0 },
            ),
            StripTask::Correlators if self.closed => (
                carried,
                NS_BOTH_WAYS[0],
                (rows_kept + w + 4.0) * vector,
                shared,
            ),
            StripTask::Correlators => (carried, NS_SIGNED, (2.0 * rows + 4.0) * row, 1.0),
            StripTask::Samples(count) => {
                let seen = starts.min(count as f64);
                let keeping = seen * row * rows * (w + 1.0) * level(4.0 * row, NS_KEEP);
                let drawing = count as f64 * n * level(8.0 * row, NS_SPIN);
                let work = if self.closed { carried * NS_CARRY } else { 0.0 };
                let words = 0.5 * count as f64 * (rows + 4.0);
                let ns = work / shared + keeping + drawing;
                // The vectors are gone when the words become a byte for each spin.
                let written = n * count as f64 / 8.0;
                let numbers = ((rows_kept + w + 2.0) * row).max(written) + words;
                (ns, 1.0, numbers, 1.0)
            }
        };
        // A row of states that is larger than the second-level cache comes from further away.
        let far = if row > CACHED { FAR } else { 1.0 };
        let bytes = FIRST_BYTES + 8.0 * (numbers + kept * row) + 100.0 * n;
        Plan {
            method: Method::TransferMatrix,
            states,
            bytes,
            seconds: (states * ns * far / threads + rows * NS_ROW + bytes * NS_FRESH) * 1e-9,
        }
    }

    fn admit(&self, task: StripTask, limits: &Limits) -> Result<(), ExactError> {
        let rough = self.cost(task, self.start_estimate());
        // Counting first rows is itself work; what is far over needs no exact count.
        let plan = if limits.exceeded_by(&rough).is_some() {
            rough
        } else {
            self.plan(task)
        };
        limits.admit(plan)
    }

    /// `ln Z`.
    ///
    /// # Errors
    /// [`ExactError::TooLarge`] by the predicted cost.
    /// # Accuracy
    /// Relative error of Z at most 5.1 u for each spin and 4 u for each row, u = 2⁻⁵³: tests
    /// `log_z_contains_the_reference` and `torus_table_lies_in_every_engine`.
    /// # Complexity
    /// `O(2^w)` for each spin; times about `2^w/|symmetries|` if the strip is closed along.
    ///
    /// ```
    /// use blockspin::exact::{Limits, Strip};
    /// use blockspin::model::Lattice;
    /// let torus = Strip::homogeneous(Lattice::torus(8, 100), 0.44, 0.0).unwrap();
    /// let log_z = torus.log_z(&Limits::default()).unwrap();
    /// assert!(log_z.width() < 1e-11 * log_z.mid());
    /// ```
    pub fn log_z(&self, limits: &Limits) -> Result<Enclosure, ExactError> {
        self.admit(StripTask::LogZ, limits)?;
        Ok(trace::log_z(self))
    }

    /// `ln Z`, mean and variance of the reduced energy.
    ///
    /// # Errors
    /// [`ExactError::TooLarge`] by the predicted cost.
    /// # Accuracy
    /// Relative error of the distance of the energy from its largest conceivable value and of its square
    /// as for [`Self::log_z`] with two more roundings a spin; the variance is their difference. Test
    /// `energies_contain_the_reference`.
    pub fn thermodynamics(&self, limits: &Limits) -> Result<Thermodynamics, ExactError> {
        self.admit(StripTask::Thermodynamics, limits)?;
        Ok(thermodynamics::thermodynamics(self))
    }

    /// The distribution of the magnetisation and its moments.
    ///
    /// # Errors
    /// [`ExactError::TooLarge`] by the predicted cost.
    /// # Accuracy
    /// Relative error of each probability as twice that of [`Self::log_z`], and an absolute one far below
    /// `1e-30` for what underflows. Test `magnetisation_contains_the_reference`.
    pub fn magnetization(&self, limits: &Limits) -> Result<Magnetization, ExactError> {
        self.admit(StripTask::Magnetization, limits)?;
        Ok(magnetization::magnetization(self))
    }

    /// Means of all spins and of all bonds.
    ///
    /// # Errors
    /// [`ExactError::TooLarge`] by the predicted cost.
    /// # Accuracy
    /// Absolute error at most four times the relative one of Z and a few hundred u. Test
    /// `means_and_pairs_contain_the_reference`.
    pub fn marginals(&self, limits: &Limits) -> Result<StripMarginals, ExactError> {
        self.admit(StripTask::Marginals, limits)?;
        let moments = Moments::of(self);
        Ok(StripMarginals {
            log_z: moments.log_z,
            means: moments.means(),
            bonds: moments.bonds(),
        })
    }

    /// Correlators of one spin with all others, and of the bond across from it with all bonds across.
    ///
    /// # Errors
    /// [`ExactError::NoSuchVariable`], [`ExactError::TooLarge`] by the predicted cost.
    /// # Accuracy
    /// As for [`Self::marginals`].
    pub fn correlators(
        &self,
        source: usize,
        limits: &Limits,
    ) -> Result<StripCorrelators, ExactError> {
        if source >= self.spins() {
            return Err(ExactError::NoSuchVariable {
                variable: source,
                variables: self.spins(),
            });
        }
        self.admit(StripTask::Correlators, limits)?;
        let w = self.width;
        let (r0, c0) = self.place(source);
        let found = moments::correlators(self, r0, c0);
        let mut spins = vec![Enclosure::exact(0.0); self.spins()];
        for (i, &x) in found.spins.iter().enumerate() {
            spins[self.site(i / w, i % w)] = x;
        }
        let bond_at = |r: usize, c: usize| {
            let real = c + 1 < w || self.across[r * w + c] != 0;
            real.then(|| (self.site(r, c), self.site(r, (c + 1) % w)))
        };
        let source_bond = bond_at(r0, c0);
        let bonds = found.bonds.iter().enumerate().filter_map(|(i, &value)| {
            let bond = bond_at(i / w, i % w)?;
            Some(BondCorrelator { bond, value })
        });
        Ok(StripCorrelators {
            source,
            spins,
            source_bond,
            bonds: if source_bond.is_some() {
                bonds.collect()
            } else {
                Vec::new()
            },
        })
    }

    /// Exact independent samples of whole configurations.
    ///
    /// # Errors
    /// [`ExactError::TooLarge`] by the predicted cost.
    /// # Accuracy
    /// Conditional probabilities carry the rounding of the vectors, a relative error below 1e-12, and the
    /// resolution 2⁻⁵³ of a uniform variate; independence is exact. Test
    /// `samples_have_the_distribution_of_the_model`.
    /// # Complexity
    /// A pass for `ln Z`, one for each first row drawn, and two look-ups a spin.
    pub fn samples(
        &self,
        count: usize,
        stream: &mut Stream,
        limits: &Limits,
    ) -> Result<StripSamples, ExactError> {
        self.admit(StripTask::Samples(count), limits)?;
        Ok(samples::samples(self, count, stream))
    }

    /// What [`Self::solve`] will cost.
    pub fn plan_solve(&self, want: Want) -> Plan {
        if want.pairs {
            let mut plan = self.plan(StripTask::Correlators);
            plan.states *= self.spins() as f64;
            plan.seconds *= self.spins() as f64;
            plan.bytes += 16.0 * (self.spins() * self.spins()) as f64;
            plan
        } else if want.means {
            self.plan(StripTask::Marginals)
        } else {
            self.plan(StripTask::LogZ)
        }
    }

    /// `ln Z`, means and all pairs as every engine gives them.
    ///
    /// # Errors
    /// [`ExactError::TooLarge`] by the predicted cost.
    pub fn solve(&self, want: Want, limits: &Limits) -> Result<ExactResult, ExactError> {
        let plan = self.plan_solve(want);
        limits.admit(plan)?;
        let mut log_z = None;
        let mut mean = None;
        if want.means {
            let found = Moments::of(self);
            log_z = Some(found.log_z);
            mean = Some(found.means());
        }
        let pair = if want.pairs {
            // Of each source's correlators those with the sites behind it.
            let rows = (0..self.spins())
                .map(|i| Ok(self.correlators(i, limits)?.spins.split_off(i + 1)))
                .collect::<Result<Vec<_>, ExactError>>()?;
            Some(PairTable::of_spins(self.spins(), |i, j| rows[i][j - i - 1]))
        } else {
            None
        };
        Ok(ExactResult {
            log_z: log_z.unwrap_or_else(|| trace::log_z(self)),
            mean,
            pair,
            method: Method::TransferMatrix,
        })
    }
}
