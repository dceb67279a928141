//! Planar Ising models with any couplings and no field: `ln Z`, correlators and exact samples, also when cold.
//!
//! # The method
//! The graph is built vertex by vertex in an order that keeps what is left in one face. All that is kept of
//! the part that is built is Z and the correlators of the spins on that face ([`boundary`]): a bond costs
//! one update of that matrix, so an L × L lattice costs `L⁴/2` updates and memory for `L²/2` numbers. Unlike
//! the determinants of Kac and Ward or of Kasteleyn nothing is ever large: all numbers are correlators.
//!
//! # Why the enclosure is true
//! Rounding adds to the matrix C after a step some small matrix δ. In the algebra where the generating
//! function of all boundary correlators is a Gaussian, that is a factor `exp(½ η δ η)`, so the computed Z
//! is *exactly* the sum of the model with all these factors inserted:
//!
//! ```text
//! Z̃/Z = √det(1 + 𝔾 δ),     |ln Z̃ − ln Z| ≤ −½ ln(1 − γ S),   S = Σ |δ|,  γ ≥ max |𝔾|
//! ```
//! since `|tr (𝔾δ)^m| ≤ (γ S)^m`. An element of 𝔾 is a mean, over the *true* model, of two operators that
//! each flip the spins on one side of a place of the boundary (and multiply by spins): it is a mean of up to
//! four ratios `± Z^F⟨…⟩^F/Z`, where F reverses the sign of all bonds on a path across bonds from one face to
//! another. All weights are positive, and reversing a bond changes a weight by at most `e^{2|K|}`, so
//!
//! ```text
//! γ = exp(2 max_{f,g} d(f, g)),   d = least Σ|K| of the bonds crossed on the way from face f to face g
//! ```
//! with both ends on faces that the front runs through. The flips end in one face that the front never
//! leaves, which is why a sweep starts and ends on the same face. So the number of bits that a
//! model needs is known from shortest paths beforehand, it grows in proportion to |K| and to the number of
//! bonds on the way to the outside, and the arithmetic is chosen accordingly, up to 8192 bits; colder models
//! are refused. The couplings enter through tanh K, off by two units, which is a change of K.
//!
//! # References
//! C. K. Thomas and A. A. Middleton, Phys. Rev. E 80 (2009) 046708, on the precision that cold glasses need.

/// Calls a function of the number of words.
macro_rules! with_words {
    ($words:expr, $f:ident ( $($arg:expr),* )) => {
        match $words {
            2 => $f::<2>($($arg),*),
            3 => $f::<3>($($arg),*),
            4 => $f::<4>($($arg),*),
            5 => $f::<5>($($arg),*),
            6 => $f::<6>($($arg),*),
            7 => $f::<7>($($arg),*),
            8 => $f::<8>($($arg),*),
            10 => $f::<10>($($arg),*),
            12 => $f::<12>($($arg),*),
            14 => $f::<14>($($arg),*),
            16 => $f::<16>($($arg),*),
            24 => $f::<24>($($arg),*),
            32 => $f::<32>($($arg),*),
            48 => $f::<48>($($arg),*),
            64 => $f::<64>($($arg),*),
            96 => $f::<96>($($arg),*),
            _ => $f::<128>($($arg),*),
        }
    };
}

mod bonds;
mod boundary;
mod cost;
mod embedding;
mod fixed;
mod pairs;
mod planarity;
mod sampling;
mod signed_sum;
mod slit;
mod sweep;
mod torus;

use super::Method;
use super::plan::{ExactError, Limits, Plan};
use crate::model::SpinHamiltonian;
use crate::numeric::{CompensatedSum, DoubleDouble, Enclosure};
use boundary::{Boundary, Couplings, PrecisionLost, Weight};
use embedding::Embedding;
use fixed::fraction_bits;
use planarity::{apart, blocks, embed, kuratowski};
use std::collections::BTreeMap;
use sweep::Program;
use thiserror::Error;

pub use torus::{plan_planar_torus, planar_torus};

/// Numbers of words that the arithmetic is made for.
const WORDS: [usize; 17] = [2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 24, 32, 48, 64, 96, 128];
/// Bits after the point that are asked for in a number of order one.
const WANTED_BITS: f64 = 56.0;
/// Bytes of code and stack that a first computation touches.
const FIRST_BYTES: f64 = 1.3e6;
/// Memory that is held, relative to the largest block's matrix and steps.
const HELD: f64 = 2.6;
/// Nanoseconds a product of two words takes in the inner loop.
const NS_WORD: f64 = 0.8;
/// Largest magnitude of a coupling.
const STRONGEST: f64 = 1e6;
/// Sites of the largest rectangle: the steps over 1000 × 1000 took 17 s and 0.9 GB to list.
pub(super) const MOST_SITES: usize = 1 << 20;
/// Largest number of edges in which an obstruction is looked for.
const OBSTRUCTION_EDGES: usize = 4000;

/// Why there is no answer.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum PlanarError {
    /// A term that is not a bond.
    #[error("term {term} has {sites} sites; the planar engine takes pairs without fields")]
    NotABond {
        /// Position in the list of terms.
        term: usize,
        /// Its number of sites.
        sites: usize,
    },
    /// The graph cannot be drawn without crossings.
    #[error("the graph is not planar: {}", obstruction_text(.obstruction.as_ref()))]
    NotPlanar {
        /// The bonds of a subdivision of K₅ or K₃,₃ in it, unless the graph is too large to look.
        obstruction: Option<Vec<(usize, usize)>>,
    },
    /// Lists of neighbours that are not an embedding in the plane.
    #[error("the orders around the sites are not those of a connected graph drawn in the plane")]
    NotAnEmbedding,
    /// Two bonds between the same sites, or a bond from a site to itself, in an embedding.
    #[error("bond {bond} of the embedding joins sites that are not two, or already joined")]
    NotSimple {
        /// Position in the list of bonds.
        bond: usize,
    },
    /// The number of couplings is not that of the bonds.
    #[error("{couplings} couplings for {bonds} bonds")]
    Couplings {
        /// How many there are.
        couplings: usize,
        /// How many are needed.
        bonds: usize,
    },
    /// A rectangle so large that its steps alone would fill the memory.
    #[error("{rows} x {columns} sites are more than the {MOST_SITES} that are taken")]
    TooManySites {
        /// Number of rows.
        rows: usize,
        /// Number of columns.
        columns: usize,
    },
    /// A coupling is NaN, infinite or beyond 1e6.
    #[error("coupling {index} is {value}; magnitudes up to {STRONGEST:e} are taken")]
    Coupling {
        /// Position.
        index: usize,
        /// The coupling.
        value: f64,
    },
    /// More precision is needed than there is.
    #[error("so cold a model needs numbers of {bits:.0} bits, more than the {most} there are")]
    TooCold {
        /// Bits needed.
        bits: f64,
        /// Bits there are.
        most: usize,
    },
    /// The numbers left their bounds, which the precision should have excluded.
    #[error("precision was lost")]
    PrecisionLost,
    /// A site that does not exist.
    #[error("site {site} was asked for, but there are only {sites}")]
    NoSuchSite {
        /// The site.
        site: usize,
        /// How many there are.
        sites: usize,
    },
    /// Over the limits.
    #[error(transparent)]
    Exact(#[from] ExactError),
}

fn obstruction_text(obstruction: Option<&Vec<(usize, usize)>>) -> String {
    let Some(bonds) = obstruction else {
        return "a part fits into no face of the rest".to_owned();
    };
    let mut degree = BTreeMap::<usize, usize>::new();
    for &(a, b) in bonds {
        *degree.entry(a).or_default() += 1;
        *degree.entry(b).or_default() += 1;
    }
    let corners: Vec<usize> = degree.iter().filter(|d| *d.1 > 2).map(|d| *d.0).collect();
    let name = if corners.len() == 5 { "K5" } else { "K3,3" };
    format!("it contains a subdivision of {name} with the corners {corners:?}")
}

impl From<PrecisionLost> for PlanarError {
    fn from(_: PrecisionLost) -> Self {
        Self::PrecisionLost
    }
}

/// A part of the graph that no single site disconnects (or a whole lattice), ready to be built.
#[derive(Clone, Debug)]
struct Block {
    /// The sites of the model by the vertices of the block.
    sites: Vec<usize>,
    couplings: Vec<f64>,
    program: Program,
    /// log₂ γ.
    sensitivity: f64,
}

impl Block {
    fn new(graph: &Embedding, sites: Vec<usize>, couplings: Vec<f64>, program: Program) -> Self {
        let cost: Vec<f64> = couplings.iter().map(|k| k.abs()).collect();
        let sensitivity = 2.0 * graph.diameter_bound(&cost) * std::f64::consts::LOG2_E + 1e-6;
        Self {
            sites,
            couplings,
            program,
            sensitivity,
        }
    }

    /// The largest `|K|`.
    fn strongest(&self) -> f64 {
        self.couplings.iter().fold(0.0, |m, k| k.abs().max(m))
    }

    /// Bits of `ln Z` after the point that are asked for: what a double of the size of `Σ|K|` can show.
    fn wanted(&self) -> f64 {
        let size: f64 = self.couplings.iter().map(|k| k.abs()).sum();
        WANTED_BITS - (1.0 + size).log2().min(30.0)
    }

    /// Bits after the point that numbers need so that `wanted` bits of the result are right.
    fn bits(&self, wanted: f64) -> f64 {
        let program = &self.program;
        let rounded = program.entries * 2.0 + self.sites.len() as f64 * 2.0 * program.places as f64;
        self.bits_if_rounded(rounded, wanted)
    }

    /// The same for so many ordered pairs that are rounded.
    fn bits_if_rounded(&self, rounded: f64, wanted: f64) -> f64 {
        // Units of a rounding: 4 N + 16, N from the bits of γ.
        let units = self.sensitivity / 16.0 + 40.0;
        let shifted = 2.0 * self.strongest() * std::f64::consts::LOG2_E
            + (self.couplings.len() as f64 + 1.0).log2()
            + 4.0;
        (self.sensitivity + (rounded + 1.0).log2() + units.log2()).max(shifted) + wanted
    }

    fn words(&self) -> Option<usize> {
        Self::words_of(self.bits(self.wanted())).ok()
    }

    /// The least number of words with so many bits after the point.
    fn words_of(bits: f64) -> Result<usize, PlanarError> {
        WORDS
            .into_iter()
            .find(|&w| fraction_bits(w) as f64 >= bits)
            .ok_or(PlanarError::TooCold {
                bits,
                most: 64 * WORDS[WORDS.len() - 1],
            })
    }

    /// log₂ of the error bound of `ln Z̃`, from the perturbations that were made; a double holds it where the
    /// bound itself is too small for one.
    fn radius_log2(&self, words: usize, rounded: f64, units: f64) -> f64 {
        let bits = fraction_bits(words) as f64;
        let size = self.sensitivity + (rounded * units + 1e-300).log2() - bits;
        let strength = 2.0 * self.strongest() * std::f64::consts::LOG2_E - bits;
        let shift = strength + (8.0 * self.couplings.len() as f64 + 1.0).log2();
        if size <= -2.0 && strength <= -4.0 {
            let top = size.max(shift).max(-bits);
            let sum: f64 = [size, shift, -bits].iter().map(|x| (x - top).exp2()).sum();
            top + sum.log2() + 1e-6
        } else {
            f64::INFINITY
        }
    }

    /// Error bound of `ln Z̃`.
    fn radius(&self, words: usize, rounded: f64, units: f64) -> f64 {
        // Never below what a double holds.
        self.radius_log2(words, rounded, units).max(-1000.0).exp2()
    }
}

/// A planar model made ready.
#[derive(Clone, Debug)]
pub struct Planar {
    sites: usize,
    /// All couplings, those of bonds on no cycle among them.
    couplings: Vec<f64>,
    /// Constants of 𝒦.
    constants: Vec<f64>,
    blocks: Vec<Block>,
    /// The bonds of each block, by its vertices.
    block_edges: Vec<Vec<(usize, usize)>>,
    /// Bonds on no cycle.
    bridges: Vec<(usize, usize, f64)>,
    /// What repeated bonds lost when their couplings were added: bound of the error of `ln Z` and of any
    /// correlator.
    lost: f64,
    /// Rows and columns, of a rectangle.
    shape: Option<(usize, usize)>,
}

/// `∏ D` of a block and the error bound of its logarithm.
fn build<const N: usize>(block: &Block) -> Result<(Weight, f64), PrecisionLost> {
    let couplings = Couplings::<N>::new(&block.couplings);
    let mut boundary = Boundary::<N>::new(block.program.places);
    for step in &block.program.steps {
        boundary.step(step, &couplings)?;
    }
    let radius = block.radius(N, boundary.rounded, Boundary::<N>::units());
    Ok((boundary.weight, radius))
}

fn check_couplings(couplings: &[f64]) -> Result<(), PlanarError> {
    match couplings
        .iter()
        .position(|k| k.is_nan() || k.abs() > STRONGEST)
    {
        None => Ok(()),
        Some(index) => Err(PlanarError::Coupling {
            index,
            value: couplings[index],
        }),
    }
}

impl Planar {
    /// The open lattice with one coupling for each bond, in the order of [`crate::model::Lattice::bonds`].
    ///
    /// # Errors
    /// [`PlanarError::Couplings`], [`PlanarError::Coupling`], [`PlanarError::TooManySites`] above 2²⁰ sites.
    /// # Panics
    /// If a side is zero.
    pub fn open_rectangle(
        rows: usize,
        columns: usize,
        couplings: &[f64],
    ) -> Result<Self, PlanarError> {
        if rows.checked_mul(columns).is_none_or(|n| n > MOST_SITES) {
            return Err(PlanarError::TooManySites { rows, columns });
        }
        check_couplings(couplings)?;
        let graph = Embedding::rectangle(rows, columns).ok_or(PlanarError::NotAnEmbedding)?;
        if graph.edges.len() != couplings.len() {
            return Err(PlanarError::Couplings {
                couplings: couplings.len(),
                bonds: graph.edges.len(),
            });
        }
        let n = rows * columns;
        // The front runs along the shorter side.
        let order: Vec<usize> = if columns <= rows {
            (0..n).collect()
        } else {
            (0..n).map(|k| k % rows * columns + k / rows).collect()
        };
        let program = sweep::program(&graph, &order).ok_or(PlanarError::NotAnEmbedding)?;
        let edges = graph.edges.clone();
        let block = Block::new(&graph, (0..n).collect(), couplings.to_vec(), program);
        Ok(Self {
            sites: n,
            couplings: couplings.to_vec(),
            constants: Vec::new(),
            blocks: vec![block],
            block_edges: vec![edges],
            bridges: Vec::new(),
            lost: 0.0,
            shape: Some((rows, columns)),
        })
    }

    /// A connected graph given with its drawing: for each site the bonds that end there, in the order around
    /// it (all clockwise or all counter-clockwise).
    ///
    /// # Errors
    /// [`PlanarError`] naming what is wrong with the bonds, the couplings or the drawing.
    pub fn with_embedding(
        bonds: &[(usize, usize, f64)],
        around: &[Vec<usize>],
    ) -> Result<Self, PlanarError> {
        let n = around.len();
        let edges: Vec<_> = bonds.iter().map(|b| (b.0, b.1)).collect();
        let darts = around
            .iter()
            .enumerate()
            .map(|(v, list)| {
                list.iter()
                    .map(|&e| edges.get(e).map(|&(a, _)| 2 * e + usize::from(a != v)))
                    .collect::<Option<Vec<_>>>()
            })
            .collect::<Option<Vec<_>>>()
            .ok_or(PlanarError::NotAnEmbedding)?;
        let couplings: Vec<f64> = bonds.iter().map(|b| b.2).collect();
        check_couplings(&couplings)?;
        let mut seen = std::collections::BTreeSet::new();
        for (bond, &(a, b)) in edges.iter().enumerate() {
            if a == b || a >= n || b >= n || !seen.insert((a.min(b), a.max(b))) {
                return Err(PlanarError::NotSimple { bond });
            }
        }
        let graph = Embedding::new(edges, darts).ok_or(PlanarError::NotAnEmbedding)?;
        Self::assemble(
            n,
            &graph.edges.clone(),
            &couplings,
            Vec::new(),
            Some(&graph),
        )
    }

    /// A model of pairs without fields; the graph is tested and drawn here.
    ///
    /// Bonds between the same sites add up. An open lattice, its sites row by row, is recognised.
    ///
    /// # Errors
    /// [`PlanarError::NotABond`] for fields and many-body terms, [`PlanarError::NotPlanar`] with an
    /// obstruction, [`PlanarError::Coupling`].
    pub fn of_spins(model: &SpinHamiltonian) -> Result<Self, PlanarError> {
        let mut merged = BTreeMap::<(usize, usize), f64>::new();
        let mut constants = Vec::new();
        let mut lost = 0.0;
        for (term, t) in model.terms().iter().enumerate() {
            match *t.sites.as_slice() {
                [] => constants.push(t.coupling),
                [a, b] => {
                    let k = merged.entry((a.min(b), a.max(b))).or_default();
                    lost += (Enclosure::exact(*k) + Enclosure::exact(t.coupling)).width();
                    *k += t.coupling;
                }
                _ if t.coupling == 0.0 => {}
                _ => {
                    return Err(PlanarError::NotABond {
                        term,
                        sites: t.sites.len(),
                    });
                }
            }
        }
        merged.retain(|_, k| *k != 0.0);
        let n = model.spins();
        if let Some(mut lattice) = Self::recognise(n, &merged)? {
            lattice.constants = constants;
            lattice.lost = lost * 1.000_001;
            return Ok(lattice);
        }
        let edges: Vec<_> = merged.keys().copied().collect();
        let couplings: Vec<f64> = merged.values().copied().collect();
        check_couplings(&couplings)?;
        let mut model = Self::assemble(n, &edges, &couplings, constants, None)?;
        model.lost = lost * 1.000_001;
        Ok(model)
    }

    /// The open lattice that has all these bonds, if there is one.
    fn recognise(
        n: usize,
        merged: &BTreeMap<(usize, usize), f64>,
    ) -> Result<Option<Self>, PlanarError> {
        let Some(columns) = merged.keys().map(|(a, b)| b - a).filter(|&d| d > 1).max() else {
            return Ok(None);
        };
        let fits = n.is_multiple_of(columns)
            && merged
                .keys()
                .all(|&(a, b)| b - a == columns || (b - a == 1 && b % columns != 0));
        // A sparse one is better taken apart.
        if !fits || merged.len() < n {
            return Ok(None);
        }
        let rows = n / columns;
        let couplings: Vec<f64> = crate::model::Lattice::open(rows, columns)
            .bonds()
            .iter()
            .map(|bond| merged.get(bond).copied().unwrap_or(0.0))
            .collect();
        Self::open_rectangle(rows, columns, &couplings).map(Some)
    }

    fn assemble(
        n: usize,
        edges: &[(usize, usize)],
        couplings: &[f64],
        constants: Vec<f64>,
        drawn: Option<&Embedding>,
    ) -> Result<Self, PlanarError> {
        let (mut ready, mut block_edges) = (Vec::new(), Vec::new());
        let mut bridges = Vec::new();
        for block in blocks(n, edges) {
            if let [e] = *block.as_slice() {
                bridges.push((edges[e].0, edges[e].1, couplings[e]));
                continue;
            }
            let (sites, own) = apart(&block, edges);
            let graph = match drawn {
                Some(graph) => restrict(graph, &block, &sites, &own),
                None => embed(sites.len(), &own),
            };
            let Some(graph) = graph else {
                return Err(not_planar(n, edges));
            };
            let weights = block.iter().map(|&e| couplings[e]).collect();
            let program = best_sweep(&graph).ok_or(PlanarError::NotAnEmbedding)?;
            ready.push(Block::new(&graph, sites, weights, program));
            block_edges.push(own);
        }
        Ok(Self {
            sites: n,
            couplings: couplings.to_vec(),
            constants,
            blocks: ready,
            block_edges,
            bridges,
            lost: 0.0,
            shape: None,
        })
    }

    /// Number of sites.
    pub fn sites(&self) -> usize {
        self.sites
    }

    /// What `ln Z` will cost, and in how many bits it is computed.
    ///
    /// # Errors
    /// [`PlanarError::TooCold`].
    pub fn plan(&self) -> Result<Plan, PlanarError> {
        let (mut states, mut bytes, mut seconds) = (0.0, 0.0_f64, 0.0);
        for block in &self.blocks {
            let words = block.words().ok_or(PlanarError::TooCold {
                bits: block.bits(block.wanted()),
                most: 64 * WORDS[WORDS.len() - 1],
            })?;
            let places = block.program.places as f64;
            let edges = block.couplings.len() as f64;
            states += block.program.entries * (words * (words + 1)) as f64;
            let steps = 56.0 * block.program.steps.len() as f64;
            bytes = bytes.max((4.0 * places * places + 8.0 * edges) * words as f64 + steps);
            seconds += cost::build_seconds(block, words);
        }
        Ok(Plan {
            method: Method::Planar,
            states,
            // Behind the first computation the model's own lists.
            bytes: FIRST_BYTES + HELD * bytes + 64.0 * (self.sites + self.couplings.len()) as f64,
            seconds,
        })
    }

    fn admit(plan: Plan, limits: &Limits) -> Result<(), PlanarError> {
        Ok(limits.admit(plan)?)
    }

    /// `ln Z`.
    ///
    /// # Errors
    /// [`PlanarError::TooCold`] if the model needs more than 8192 bits, [`ExactError::TooLarge`] by the plan.
    /// # Accuracy
    /// A few units in the last place of the larger of `ln Z` and `Σ|K|`. Tests
    /// `enclosures_contain_the_reference`, `cold_strips_agree_with_elimination`.
    /// # Complexity
    /// O(Σ w²) products of numbers of p bits over the joins, w the spins on the front; p as derived in
    /// the module's text.
    pub fn log_z(&self, limits: &Limits) -> Result<Enclosure, PlanarError> {
        Self::admit(self.plan()?, limits)?;
        let mut sum = CompensatedSum::new();
        for &k in &self.constants {
            sum.add(k);
        }
        let mut weight = Weight::ONE;
        let mut radius = self.lost;
        for block in &self.blocks {
            let words = block.words().unwrap_or(WORDS[WORDS.len() - 1]);
            let (part, error) = with_words!(words, build(block))?;
            weight.multiply(part.mantissa, part.exponent);
            weight.factors += part.factors;
            radius += error;
        }
        Ok(finish(sum, weight, self.sites, &self.couplings, radius))
    }
}

/// `ln` of `2^sites ∏ cosh K` times the weight, and the sum.
fn finish(
    mut sum: CompensatedSum,
    mut weight: Weight,
    sites: usize,
    couplings: &[f64],
    mut radius: f64,
) -> Enclosure {
    weight.exponent += sites as i64 - couplings.len() as i64;
    for &k in couplings {
        // cosh K = e^{|K|} (1 + e^{−2|K|})/2.
        sum.add(k.abs());
        if k.abs() < 350.0 {
            let (m, e) = DoubleDouble::exp_scaled(DoubleDouble::from(-2.0 * k.abs()));
            weight.multiply(DoubleDouble::ONE + m.scale_by_power_of_two(e), 0);
        }
    }
    let logarithm = DoubleDouble::ln(weight.mantissa)
        + DoubleDouble::LN_2 * DoubleDouble::from(weight.exponent as f64);
    sum.add(logarithm.hi);
    sum.add(logarithm.lo);
    // Every factor is right to 2⁻⁹³, the logarithm and the product with ln 2 to 2⁻⁹³ of themselves.
    let size = 1.0 + logarithm.hi.abs() + weight.exponent.abs() as f64;
    radius += (weight.factors + 4.0 * size) * 2.0_f64.powi(-92) + 1e-290;
    sum.enclosure() + Enclosure::around(0.0, radius)
}

/// The part of a drawing that belongs to a block.
fn restrict(
    graph: &Embedding,
    block: &[usize],
    sites: &[usize],
    own: &[(usize, usize)],
) -> Option<Embedding> {
    let number: BTreeMap<usize, usize> = block.iter().enumerate().map(|(k, &e)| (e, k)).collect();
    let around = sites
        .iter()
        .map(|&v| {
            graph.around[v]
                .iter()
                .filter_map(|d| number.get(&(d / 2)).map(|k| 2 * k + d % 2))
                .collect()
        })
        .collect();
    Embedding::new(own.to_vec(), around)
}

/// The cheapest of a few sweeps.
fn best_sweep(graph: &Embedding) -> Option<Program> {
    let n = graph.around.len();
    let tries = if n > 20_000 { 2 } else { 6 };
    let mut best: Option<Program> = None;
    for k in 0..tries {
        let first = k * n / tries;
        // The last vertex is on a face of the first one, half way around the largest.
        let face = graph.around[first]
            .iter()
            .map(|&d| graph.face[d])
            .max_by_key(|&f| graph.face.iter().filter(|&&g| g == f).count())?;
        let mut cycle = Vec::new();
        let start = graph.around[first]
            .iter()
            .copied()
            .find(|&d| graph.face[d] == face)?;
        let mut d = start;
        loop {
            cycle.push(graph.tail(d));
            d = graph.after(d ^ 1);
            if d == start {
                break;
            }
        }
        let last = cycle[cycle.len() / 2];
        let order = sweep::order(graph, first, last);
        if let Some(program) = sweep::program(graph, &order).filter(|_| order.len() == n)
            && best.as_ref().is_none_or(|b| program.entries < b.entries)
        {
            best = Some(program);
        }
    }
    best
}

fn not_planar(n: usize, edges: &[(usize, usize)]) -> PlanarError {
    PlanarError::NotPlanar {
        obstruction: (edges.len() <= OBSTRUCTION_EDGES).then(|| kuratowski(n, edges)),
    }
}

#[cfg(test)]
mod pair_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod torus_tests;
