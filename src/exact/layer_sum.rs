//! Restricted Boltzmann machines: the smaller layer summed state by state, the larger one in closed form.
//!
//! A 0/1 unit is `(1 + s)/2`, so every machine is one of ±1 spins with other biases and a constant.
//! With s the smaller layer and `f_j(s) = b_j + Σ_i s_i W_ij` the field on unit j of the larger one,
//!
//! ```text
//! Z = Σ_s e^{Σ a_i s_i} ∏_j (e^{f_j} + e^{−f_j}),   P(h_j = 1 | s) = 1/(1 + e^{−2 f_j})
//! ```
//! The first few spins of s run through a block. In it `e^{2 f_j} = e^{2 F_j} q_j(s)`, where `F_j` is the
//! largest `f_j` of the block and the tables `q_j ≤ 1` are made once, so that a state costs two products
//! and a sum a unit. Fields are integers, as in enumeration; a block whose products come out too small
//! to be sure of is done again from the fields of each state.

use super::fixed_energy::{PowerTable, Scale, ScaledSum, U, power_of_two, scale_by};
use super::{ExactError, Limits, Method, Plan, Quantity};
use crate::model::{Rbm, Units};
use crate::numeric::{DoubleDouble, Enclosure};
use rayon::prelude::*;

/// Most units of the layer that is summed.
const MOST_UNITS: usize = 32;
/// Units of it that run within a block.
const BLOCK: usize = 8;
/// Bits of the number of a walk.
const WALK_BITS: usize = 7;
/// Units after which a block's products, each factor at most 2, are brought back to 1. Larger layers
/// than two of these are summed from the fields.
const CHUNK: usize = 256;
/// Entries below `2^{−FLUSH}` are not followed. What is lost is below 2⁻⁶³⁰ after one chunk of factors and
/// 2⁻²⁷⁴ after the second, against sums above `2^{−SAFE}`.
const FLUSH: i32 = 900;
/// A block whose products come out below `2^{−SAFE}` is done again from the fields.
const SAFE: i32 = 100;
/// Exponents above the unit of the sums that are let through.
const HEADROOM: i128 = 300;
/// Nanoseconds a state and unit of the larger layer.
const NS: f64 = 0.3;
/// The same with averages.
const NS_AVERAGES: f64 = 2.5;
/// The same where blocks are summed from the fields.
const NS_FIELDS: f64 = 50.0;
/// Bytes of code and stack that a first computation touches.
const FIRST_BYTES: f64 = 9e5;

/// Exact averages of a machine.
#[derive(Clone, Debug, PartialEq)]
pub struct RbmAverages {
    /// `⟨v_i⟩`.
    pub visible: Vec<Enclosure>,
    /// `⟨h_j⟩`.
    pub hidden: Vec<Enclosure>,
    /// `⟨v_i h_j⟩`, row-major as the weights: minus the model's part of the gradient of the loss.
    pub product: Vec<Enclosure>,
}

/// What [`rbm_sum`] returns.
#[derive(Clone, Debug, PartialEq)]
pub struct RbmResult {
    /// `ln Z`.
    pub log_z: Enclosure,
    /// The averages, if asked for.
    pub averages: Option<RbmAverages>,
    /// The engine.
    pub method: Method,
}

/// The cost of [`rbm_sum`].
pub fn plan_rbm(machine: &Rbm, averages: bool) -> Plan {
    cost(machine.visible(), machine.hidden(), averages)
}

fn cost(visible: usize, hidden: usize, averages: bool) -> Plan {
    let (small, large) = (visible.min(hidden), visible.max(hidden));
    let states = 2.0_f64.powi(small.min(5000) as i32);
    let threads = rayon::current_num_threads() as f64;
    let ns = match (large > 2 * CHUNK, averages) {
        (true, _) => NS_FIELDS,
        (false, true) => NS_AVERAGES,
        (false, false) => NS,
    };
    let tables = large as f64 * f64::from(1 << BLOCK) * 24.0;
    let scratch = large as f64 * (f64::from(1 << BLOCK) * 8.0 + 64.0);
    let each = if averages {
        (small + 1) * (large + 1)
    } else {
        1
    };
    let sums = FIRST_BYTES + 16.0 * each as f64 * f64::from(1 << WALK_BITS);
    Plan {
        method: Method::LayerSum,
        states,
        bytes: tables + threads * scratch + sums,
        seconds: 5e-5 + states * (5.0 + large as f64 * ns) * 1e-9 / threads,
    }
}

/// `ln Z` of a restricted Boltzmann machine, and its averages, by summing the smaller layer.
///
/// # Errors
/// [`ExactError::TooLarge`] above the limits or if both layers have more than 32 units;
/// [`ExactError::TooStrong`] if the parameters add up to more than 1e30.
///
/// # Accuracy
/// With L units in the larger layer the relative error of Z is at most `(5.2 L + 20) u`, and averages are off
/// by at most `(33 L + 900) u`: test `enclosures_contain_the_sum_over_joint_states`.
///
/// # Complexity
/// `O(2^S L)` for layers of S ≤ L units.
pub fn rbm_sum(machine: &Rbm, averages: bool, limits: &Limits) -> Result<RbmResult, ExactError> {
    let plan = plan_rbm(machine, averages);
    let small = machine.visible().min(machine.hidden());
    let large = machine.visible().max(machine.hidden());
    let exceeded = if small > MOST_UNITS {
        Some(Quantity::Engine)
    } else {
        limits.exceeded_by(&plan)
    };
    if let Some(exceeded) = exceeded {
        return Err(ExactError::TooLarge {
            plan,
            exceeded,
            largest: (1..=MOST_UNITS)
                .rev()
                .find(|&n| limits.exceeded_by(&cost(n, large, averages)).is_none()),
            size_unit: "units in the smaller layer",
        });
    }
    let spins = Spins::new(machine)?;
    let sums = spins.run(averages);
    let count = machine.weights().len() + machine.visible() + machine.hidden();
    // A weight is in the exponent up to four times on its way to spins; its units add up exactly.
    let energy_error = spins.scale.energy_error(4 * count);
    let relative = (5.2 * spins.large() as f64 + 20.0) * U;
    let log_z = ScaledSum {
        value: sums.z,
        exponent: sums.reference,
    }
    .ln(relative, energy_error);
    Ok(RbmResult {
        log_z,
        averages: averages.then(|| spins.averages(machine, &sums, relative, energy_error)),
        method: Method::LayerSum,
    })
}

/// A machine of ±1 spins with fixed-point parameters; the smaller layer first.
struct Spins {
    scale: Scale,
    powers: &'static PowerTable,
    /// Whether the smaller layer is the hidden one.
    transposed: bool,
    constant: i128,
    /// Biases of the smaller and of the larger layer.
    a: Vec<i128>,
    b: Vec<i128>,
    /// `w[i][j]`, smaller layer first.
    w: Vec<Vec<i128>>,
    /// Spins of the smaller layer inside a block.
    inner: usize,
    /// `g_j(s)`: the block's part of the field on unit j, less its maximum; unit by unit.
    field_table: Vec<i128>,
    /// `q_j(s) = e^{2 g_j(s)}`.
    q: Vec<f64>,
    /// `Σ_i |W_ij|` over the block's spins: the maximum that was taken out.
    reach: Vec<i128>,
    /// `Σ a_i s_i − Σ_j g_j(s)` of the block's states, and its exponential relative to the top.
    linear: Vec<i128>,
    linear_top: i128,
    linear_weight: Vec<f64>,
}

/// Sums in units of `2^reference`: weights, and weights times `s_i`, times `P_j`, times both.
struct Sums {
    reference: i128,
    z: DoubleDouble,
    s: Vec<DoubleDouble>,
    p: Vec<DoubleDouble>,
    sp: Vec<DoubleDouble>,
}

impl Sums {
    fn new(reference: i128, small: usize, large: usize, averages: bool) -> Self {
        let list = |n: usize| vec![DoubleDouble::ZERO; if averages { n } else { 0 }];
        Self {
            reference,
            z: DoubleDouble::ZERO,
            s: list(small),
            p: list(large),
            sp: list(small * large),
        }
    }

    fn all(&mut self) -> impl Iterator<Item = &mut DoubleDouble> {
        std::iter::once(&mut self.z)
            .chain(&mut self.s)
            .chain(&mut self.p)
            .chain(&mut self.sp)
    }

    fn raise(&mut self, reference: i128) {
        let by = self.reference - reference;
        for x in self.all() {
            x.hi = scale_by(x.hi, by);
            x.lo = scale_by(x.lo, by);
        }
        self.reference = reference;
    }

    fn merge(&mut self, mut other: Self) {
        let reference = self.reference.max(other.reference);
        self.raise(reference);
        other.raise(reference);
        for (x, y) in self.all().zip(other.all()) {
            *x = *x + *y;
        }
    }
}

/// Memory of one walk.
struct Scratch {
    /// Weights of the block's states.
    weights: Vec<f64>,
    /// `P_j` times weight.
    part: Vec<f64>,
    /// For each unit the factors `(α, β)` of `α + β q`.
    factors: Vec<(f64, f64)>,
    /// Whether the parts must be made from the fields.
    exact: bool,
}

fn signed(bits: u64, i: usize, x: i128) -> i128 {
    if bits >> i & 1 == 1 { x } else { -x }
}

impl Spins {
    fn new(machine: &Rbm) -> Result<Self, ExactError> {
        let parameters = machine
            .weights()
            .iter()
            .chain(machine.visible_bias())
            .chain(machine.hidden_bias())
            .map(|x| 4.0 * x);
        let scale = Scale::for_couplings(parameters, "parameter")?;
        let half = |units| {
            if units == Units::ZeroOne { 0.5 } else { 1.0 }
        };
        let transposed = machine.hidden() < machine.visible();
        let (v, h) = (half(machine.visible_units()), half(machine.hidden_units()));
        let (small_half, large_half) = if transposed { (h, v) } else { (v, h) };
        let (small_bias, large_bias) = if transposed {
            (machine.hidden_bias(), machine.visible_bias())
        } else {
            (machine.visible_bias(), machine.hidden_bias())
        };
        let weight = |i: usize, j: usize| {
            if transposed {
                machine.weight(j, i)
            } else {
                machine.weight(i, j)
            }
        };
        // x = (1 + s)/2 has a constant part one half and a slope one half; a spin has 0 and 1.
        let fixed = |x: f64| scale.fixed(x);
        let (small_zero, large_zero) = (small_half < 1.0, large_half < 1.0);
        let mut a: Vec<i128> = small_bias.iter().map(|&x| fixed(small_half * x)).collect();
        let mut b: Vec<i128> = large_bias.iter().map(|&x| fixed(large_half * x)).collect();
        let mut constant = 0;
        if small_zero {
            constant += a.iter().sum::<i128>();
        }
        if large_zero {
            constant += b.iter().sum::<i128>();
        }
        let mut w = vec![vec![0; b.len()]; a.len()];
        for i in 0..a.len() {
            for j in 0..b.len() {
                let slope = fixed(small_half * large_half * weight(i, j));
                w[i][j] = slope;
                if large_zero {
                    a[i] += slope;
                }
                if small_zero {
                    b[j] += slope;
                }
                if small_zero && large_zero {
                    constant += slope;
                }
            }
        }
        let powers = PowerTable::get();
        let inner = a.len().min(BLOCK);
        let size = 1 << inner;
        let mut reach = vec![0; b.len()];
        let mut field_table = vec![0; b.len() * size];
        let mut linear = vec![0; size];
        for (s, linear) in linear.iter_mut().enumerate() {
            *linear = (0..inner).map(|i| signed(s as u64, i, a[i])).sum();
        }
        for j in 0..b.len() {
            reach[j] = (0..inner).map(|i| w[i][j].abs()).sum();
            for s in 0..size {
                let g = (0..inner)
                    .map(|i| signed(s as u64, i, w[i][j]))
                    .sum::<i128>()
                    - reach[j];
                field_table[j * size + s] = g;
                linear[s] -= g;
            }
        }
        let q = field_table
            .iter()
            .map(|&g| scale.power(powers, 2 * g, FLUSH))
            .collect();
        let linear_top = linear.iter().copied().max().unwrap_or(0);
        let linear_weight = linear
            .iter()
            .map(|&e| scale.power(powers, e - linear_top, FLUSH))
            .collect();
        Ok(Self {
            scale,
            powers,
            transposed,
            constant,
            a,
            b,
            w,
            inner,
            field_table,
            q,
            reach,
            linear,
            linear_top,
            linear_weight,
        })
    }

    fn large(&self) -> usize {
        self.b.len()
    }

    /// A lower bound of `log₂ Z`: the weight of one state s.
    fn guess(&self) -> i128 {
        let mut energy = self.constant;
        let state = self.a.iter().map(|&a| a >= 0).collect::<Vec<_>>();
        for (&a, &up) in self.a.iter().zip(&state) {
            energy += if up { a } else { -a };
        }
        for j in 0..self.b.len() {
            let mut f = self.b[j];
            for (row, &up) in self.w.iter().zip(&state) {
                f += if up { row[j] } else { -row[j] };
            }
            energy += f.abs();
        }
        self.scale.floor(energy)
    }

    fn run(&self, averages: bool) -> Sums {
        let outer = self.a.len() - self.inner;
        let bits = outer.min(WALK_BITS);
        let reference = self.guess();
        let walks: Vec<Sums> = (0..1_u64 << bits)
            .into_par_iter()
            .map(|number| self.walk(number << (outer - bits), outer - bits, reference, averages))
            .collect();
        let mut sums = Sums::new(reference, self.a.len(), self.b.len(), averages);
        for walk in walks {
            sums.merge(walk);
        }
        sums
    }

    /// All settings of the `free` lowest outer spins, from the given start.
    fn walk(&self, start: u64, free: usize, reference: i128, averages: bool) -> Sums {
        let (n, large) = (self.inner, self.large());
        let mut sums = Sums::new(reference, self.a.len(), large, averages);
        let mut outer = start;
        let mut own = self.constant;
        let mut fields: Vec<i128> = self.b.iter().zip(&self.reach).map(|(b, r)| b + r).collect();
        for i in n..self.a.len() {
            own += signed(outer, i - n, self.a[i]);
            for (f, &w) in fields.iter_mut().zip(&self.w[i]) {
                *f += signed(outer, i - n, w);
            }
        }
        let mut scratch = Scratch {
            weights: vec![0.0; 1 << n],
            part: vec![0.0; 1 << n],
            factors: vec![(0.0, 0.0); large],
            exact: false,
        };
        for k in 0..1_u64 << free {
            if k > 0 {
                let flip = k.trailing_zeros() as usize;
                outer ^= 1 << flip;
                own += 2 * signed(outer, flip, self.a[n + flip]);
                for (f, &w) in fields.iter_mut().zip(&self.w[n + flip]) {
                    *f += 2 * signed(outer, flip, w);
                }
            }
            self.block(own, &fields, &mut scratch, &mut sums);
            if averages {
                self.add_averages(outer, &fields, &mut scratch, &mut sums);
            }
        }
        sums
    }

    /// Weights of the block's states in units of the sums, added to Z.
    ///
    /// Each is a product of L factors `α + βq`: β (1.05u), q (1.05u), a product, a sum, and the
    /// product over units, in all 5.1u a unit.
    fn block(&self, own: i128, fields: &[i128], scratch: &mut Scratch, sums: &mut Sums) {
        let size = scratch.weights.len();
        scratch.exact = fields.len() > 2 * CHUNK;
        if scratch.exact {
            self.block_from_fields(own, fields, scratch, sums);
            return;
        }
        let mut bound = own + self.linear_top;
        scratch.weights.copy_from_slice(&self.linear_weight);
        let mut scaled = 0_i128;
        for (j, &f) in fields.iter().enumerate() {
            // e^f q^½ + e^{−f} q^{−½} = e^{−f} q^{−½} (1 + e^{2f} q); q^{−½} is in the linear part.
            let small = self.scale.power(self.powers, -2 * f.abs(), FLUSH);
            let (alpha, beta) = if f > 0 { (small, 1.0) } else { (1.0, small) };
            bound += f.abs();
            scratch.factors[j] = (alpha, beta);
            let q = &self.q[j * size..(j + 1) * size];
            for (w, q) in scratch.weights.iter_mut().zip(q) {
                *w *= alpha + beta * q;
            }
            if j == CHUNK - 1 && fields.len() > CHUNK {
                let top = scratch.weights.iter().copied().fold(0.0, f64::max);
                if top < power_of_two(-SAFE) {
                    scratch.exact = true;
                    break;
                }
                let (_, binary) = libm::frexp(top);
                let unit = power_of_two(-binary);
                scratch.weights.iter_mut().for_each(|w| *w *= unit);
                scaled += i128::from(binary);
            }
        }
        let sum: f64 = halves(&scratch.weights);
        let exponent = self.scale.floor(bound) + scaled;
        scratch.exact |= sum < power_of_two(-SAFE);
        if scratch.exact {
            self.block_from_fields(own, fields, scratch, sums);
            return;
        }
        let (_, binary) = libm::frexp(sum);
        let weight = exponent + i128::from(binary);
        if weight - sums.reference > HEADROOM {
            sums.raise(weight);
        }
        let unit = self.powers.exp2_fraction(self.scale.fraction(bound));
        let shift = (exponent - sums.reference).clamp(-1000, 1000) as i32;
        // Beyond ±1000 the weight itself, within 2⁻¹⁰⁰ of the bound, is zero beside the rest.
        let unit = if exponent - sums.reference < -1000 {
            0.0
        } else {
            unit * power_of_two(shift)
        };
        for w in &mut scratch.weights {
            *w *= unit;
        }
        sums.z = sums.z + (sum * unit).into();
    }

    /// The same from the fields of every state; for blocks whose range of weights is extreme.
    fn block_from_fields(
        &self,
        own: i128,
        fields: &[i128],
        scratch: &mut Scratch,
        sums: &mut Sums,
    ) {
        let size = scratch.weights.len();
        let mut energies = vec![0; size];
        for (s, energy) in energies.iter_mut().enumerate() {
            let mut mantissa = 1.0;
            *energy = own + self.linear[s];
            for (j, &f) in fields.iter().enumerate() {
                let g = self.field_table[j * size + s];
                *energy += (f + g).abs() + g;
                mantissa *= 1.0 + self.scale.power(self.powers, -2 * (f + g).abs(), FLUSH);
                if mantissa > power_of_two(500) {
                    mantissa *= power_of_two(-500);
                    *energy += self.scale.of_exponent(500);
                }
            }
            scratch.weights[s] = mantissa;
        }
        let top = energies.iter().copied().max().unwrap_or(i128::MIN);
        let exponent = self.scale.floor(top);
        // Weights are 1 to 2⁵⁰¹ times their powers: the unit is the power.
        if exponent - sums.reference > HEADROOM {
            sums.raise(exponent);
        }
        let zero = self.scale.of_exponent(sums.reference);
        for (w, &e) in scratch.weights.iter_mut().zip(&energies) {
            // Flushing at 2⁻¹⁰²⁰: the mantissa may make up for 2⁵⁰¹ of it.
            *w *= self.scale.power(self.powers, e - zero, 1020);
        }
        sums.z = sums.z + halves(&scratch.weights).into();
    }

    /// Adds `s_i w`, `P_j w` and `s_i P_j w` of the block.
    fn add_averages(&self, outer: u64, fields: &[i128], scratch: &mut Scratch, sums: &mut Sums) {
        let (n, small, size) = (self.inner, self.a.len(), scratch.weights.len());
        let large = self.large();
        let sign = |i: usize| outer >> (i - n) & 1 == 1;
        let add = |to: &mut DoubleDouble, x: f64| *to = *to + x.into();
        scratch.part.copy_from_slice(&scratch.weights);
        let total = signed_sums(&mut scratch.part, |i, x| add(&mut sums.s[i], x));
        for i in n..small {
            add(&mut sums.s[i], if sign(i) { total } else { -total });
        }
        for j in 0..self.large() {
            let (alpha, beta) = scratch.factors[j];
            let q = &self.q[j * size..(j + 1) * size];
            if scratch.exact {
                for s in 0..size {
                    let f = fields[j] + self.field_table[j * size + s];
                    let e = self.scale.power(self.powers, -2 * f.abs(), FLUSH);
                    let up = if f > 0 { 1.0 } else { e };
                    scratch.part[s] = scratch.weights[s] * (up / (1.0 + e));
                }
            } else {
                for ((part, w), q) in scratch.part.iter_mut().zip(&scratch.weights).zip(q) {
                    let up = beta * q;
                    // Both flushed: the factor was zero and so is the weight.
                    *part = w * (up / (alpha + up).max(f64::MIN_POSITIVE));
                }
            }
            let total = signed_sums(&mut scratch.part, |i, x| {
                add(&mut sums.sp[i * large + j], x);
            });
            add(&mut sums.p[j], total);
            for i in n..small {
                add(
                    &mut sums.sp[i * large + j],
                    if sign(i) { total } else { -total },
                );
            }
        }
    }

    /// Averages of the machine's own units.
    ///
    /// Each of the four sums is within `(5.2L + 130) u` of its true value, relative to Z: a weight's own error,
    /// that of P (8u), and 64 additions in tree order or in line. An average is a combination of
    /// them with factors that add up to at most 5, and the quotient by Z adds Z's error.
    fn averages(
        &self,
        machine: &Rbm,
        sums: &Sums,
        relative: f64,
        energy_error: f64,
    ) -> RbmAverages {
        let each = (5.2 * self.large() as f64 + 130.0) * U;
        let radius = (5.0 * each + 2.0 * relative + 4.0 * energy_error) * (1.0 + 1e-6);
        let (small_units, large_units) = if self.transposed {
            (machine.hidden_units(), machine.visible_units())
        } else {
            (machine.visible_units(), machine.hidden_units())
        };
        let value = |x: DoubleDouble, lowest: f64| {
            let e = Enclosure::around((x / sums.z).to_f64(), radius);
            Enclosure::new(e.lo().clamp(lowest, 1.0), e.hi().clamp(lowest, 1.0))
        };
        let dd = DoubleDouble::from;
        let lowest = |units| -> f64 { if units == Units::ZeroOne { 0.0 } else { -1.0 } };
        let small: Vec<_> = sums
            .s
            .iter()
            .map(|&s| match small_units {
                Units::PlusMinus => value(s, -1.0),
                Units::ZeroOne => value((s + sums.z) * dd(0.5), 0.0),
            })
            .collect();
        let large: Vec<_> = sums
            .p
            .iter()
            .map(|&p| match large_units {
                Units::PlusMinus => value(p * dd(2.0) - sums.z, -1.0),
                Units::ZeroOne => value(p, 0.0),
            })
            .collect();
        let n_large = self.large();
        let mut product = vec![Enclosure::UNBOUNDED; self.a.len() * n_large];
        for i in 0..self.a.len() {
            for j in 0..n_large {
                let (sp, s, p) = (sums.sp[i * n_large + j], sums.s[i], sums.p[j]);
                // The larger layer's unit is 2P − 1 or P, the smaller one's s or (1 + s)/2.
                let (with_s, without) = match large_units {
                    Units::PlusMinus => (sp * dd(2.0) - s, p * dd(2.0) - sums.z),
                    Units::ZeroOne => (sp, p),
                };
                let x = match small_units {
                    Units::PlusMinus => with_s,
                    Units::ZeroOne => (with_s + without) * dd(0.5),
                };
                let lowest = lowest(small_units).min(lowest(large_units));
                let place = if self.transposed {
                    j * self.a.len() + i
                } else {
                    i * n_large + j
                };
                product[place] = value(x, lowest);
            }
        }
        let (visible, hidden) = if self.transposed {
            (large, small)
        } else {
            (small, large)
        };
        RbmAverages {
            visible,
            hidden,
            product,
        }
    }
}

/// Sum in tree order: as many roundings as the length has bits.
fn halves(values: &[f64]) -> f64 {
    match values {
        [] => 0.0,
        // In lanes, then the lanes: no longer than a tree of twice the depth.
        _ if values.len() <= 64 => {
            let (chunks, rest) = values.as_chunks::<8>();
            let mut lanes = [0.0; 8];
            for chunk in chunks {
                for (lane, x) in lanes.iter_mut().zip(chunk) {
                    *lane += x;
                }
            }
            let ends = (lanes[0] + lanes[4]) + (lanes[2] + lanes[6]);
            let odds = (lanes[1] + lanes[5]) + (lanes[3] + lanes[7]);
            ends + odds + rest.iter().sum::<f64>()
        }
        _ => {
            let (a, b) = values.split_at(values.len() / 2);
            halves(a) + halves(b)
        }
    }
}

/// `Σ s_i x(s)` for every spin of the block, then `Σ x(s)`; folds the values in place.
fn signed_sums(values: &mut [f64], mut spin: impl FnMut(usize, f64)) -> f64 {
    let mut half = values.len() / 2;
    while half > 0 {
        let (down, up) = values.split_at_mut(half);
        let up = &up[..half];
        let difference = halves(up) - halves(down);
        spin(half.trailing_zeros() as usize, difference);
        for (d, u) in down.iter_mut().zip(up) {
            *d += u;
        }
        half /= 2;
    }
    values[0]
}

#[cfg(test)]
mod tests {
    use super::super::reference::{exp, holds, rational};
    use super::*;
    use crate::random::Seed;
    use num_bigint::BigInt;
    use num_rational::BigRational;
    use num_traits::Zero;
    use proptest::prelude::*;

    fn machine(visible: usize, hidden: usize, units: [Units; 2], size: f64, seed: u64) -> Rbm {
        let mut s = Seed(seed).stream("machine", 0);
        let mut draw = |n: usize| (0..n).map(|_| s.uniform_in(-size, size)).collect();
        let (w, a, b) = (draw(visible * hidden), draw(visible), draw(hidden));
        Rbm::new(w, a, b).unwrap().with_units(units[0], units[1])
    }

    /// All joint states in high precision.
    fn check(machine: &Rbm, shrink: f64) -> Result<(), String> {
        let got = rbm_sum(machine, true, &Limits::NONE).unwrap();
        let (nv, nh) = (machine.visible(), machine.hidden());
        let value = |units: Units, bits: usize, i: usize| {
            BigRational::from_integer(BigInt::from(units.value(bits >> i & 1 == 1)))
        };
        let mut energies = Vec::new();
        for v in 0..1 << nv {
            for h in 0..1 << nh {
                let mut e = BigRational::zero();
                for i in 0..nv {
                    let x = value(machine.visible_units(), v, i);
                    e += &x * rational(machine.visible_bias()[i]);
                    for j in 0..nh {
                        e += &x
                            * rational(machine.weight(i, j))
                            * value(machine.hidden_units(), h, j);
                    }
                }
                for j in 0..nh {
                    e += rational(machine.hidden_bias()[j]) * value(machine.hidden_units(), h, j);
                }
                energies.push((v, h, e));
            }
        }
        let top = energies.iter().map(|e| e.2.clone()).max().unwrap();
        let mut z = BigInt::zero();
        let mut visible = vec![BigInt::zero(); nv];
        let mut hidden = vec![BigInt::zero(); nh];
        let mut product = vec![BigInt::zero(); nv * nh];
        for (v, h, e) in &energies {
            let w = exp(&(e - &top));
            let x = |i: usize| BigInt::from(machine.visible_units().value(v >> i & 1 == 1));
            let y = |j: usize| BigInt::from(machine.hidden_units().value(h >> j & 1 == 1));
            for i in 0..nv {
                visible[i] += &w * x(i);
                for j in 0..nh {
                    product[i * nh + j] += &w * x(i) * y(j);
                }
            }
            for j in 0..nh {
                hidden[j] += &w * y(j);
            }
            z += w;
        }
        let narrow = |e: Enclosure| Enclosure::around(e.mid(), 0.5 * e.width() * shrink);
        let log = narrow(got.log_z);
        if exp(&(rational(log.lo()) - &top)) > z || exp(&(rational(log.hi()) - &top)) < z {
            return Err(format!("log_z {log:?}"));
        }
        let averages = got.averages.unwrap();
        for (name, got, want) in [
            ("visible", averages.visible, visible),
            ("hidden", averages.hidden, hidden),
            ("product", averages.product, product),
        ] {
            for (k, (e, sum)) in got.iter().zip(want).enumerate() {
                let exact = BigRational::new(sum, z.clone());
                if !holds(narrow(*e), &exact) || e.width() > 2.0 * 2000.0 * U {
                    return Err(format!("{name} {k}: {e:?}"));
                }
            }
        }
        Ok(())
    }

    const UNITS: [Units; 2] = [Units::PlusMinus, Units::ZeroOne];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn enclosures_contain_the_sum_over_joint_states(
            nv in 1..=4_usize, nh in 1..=4_usize, uv in 0..2_usize, uh in 0..2_usize,
            strength in 0..4_usize, seed in any::<u64>(),
        ) {
            let size = [0.1, 2.0, 40.0, 1000.0][strength];
            let m = machine(nv, nh, [UNITS[uv], UNITS[uh]], size, seed);
            prop_assert_eq!(check(&m, 1.0), Ok(()));
        }
    }

    #[test]
    fn a_thousandth_of_the_bound_is_not_enough() {
        let failures = (0..8)
            .filter(|&seed| check(&machine(3, 4, UNITS, 1.0, seed), 1e-3).is_err())
            .count();
        assert!(failures >= 5, "{failures} of 8");
    }

    #[test]
    fn either_layer_and_every_block_size_agree_with_the_spin_hamiltonian() {
        use crate::exact::{Want, enumerate};
        use crate::model::{SpinHamiltonian, Term};
        for (nv, nh, size) in [(9, 9, 0.5), (3, 12, 2.0), (13, 5, 0.3), (8, 9, 300.0)] {
            let m = machine(nv, nh, [Units::PlusMinus; 2], size, 5);
            let mut terms = Vec::new();
            for i in 0..nv {
                terms.push(Term {
                    sites: vec![i],
                    coupling: m.visible_bias()[i],
                });
                for j in 0..nh {
                    terms.push(Term {
                        sites: vec![i, nv + j],
                        coupling: m.weight(i, j),
                    });
                }
            }
            for j in 0..nh {
                terms.push(Term {
                    sites: vec![nv + j],
                    coupling: m.hidden_bias()[j],
                });
            }
            let model = SpinHamiltonian::new(nv + nh, terms).unwrap();
            let want = enumerate(&model, Want::ALL, &Limits::NONE).unwrap();
            let got = rbm_sum(&m, true, &Limits::NONE).unwrap();
            assert!(
                got.log_z.overlaps(want.log_z),
                "{} {}",
                got.log_z,
                want.log_z
            );
            let (averages, mean, pair) = (
                got.averages.unwrap(),
                want.mean.unwrap(),
                want.pair.unwrap(),
            );
            for i in 0..nv {
                assert!(averages.visible[i].overlaps(mean[i]));
                for j in 0..nh {
                    assert!(averages.product[i * nh + j].overlaps(pair.get(i, nv + j)));
                }
            }
            for j in 0..nh {
                assert!(averages.hidden[j].overlaps(mean[nv + j]));
            }
        }
    }

    #[test]
    fn two_large_layers_are_refused() {
        let m = machine(40, 33, UNITS, 0.1, 1);
        let error = rbm_sum(&m, false, &Limits::NONE).unwrap_err();
        assert!(matches!(
            error,
            ExactError::TooLarge {
                largest: Some(32),
                ..
            }
        ));
    }
}
