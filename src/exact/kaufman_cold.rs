//! The heat capacity of a cold homogeneous torus, in balls of as many bits as it needs.
//!
//! Below `T_c` everything in Kaufman's products starts with terms of the order of `x = e^{−2K}`, and all of them cancel
//! from the second derivative, which starts with `e^{−4K₁−4K₂}`, one reversed spin. So the same formulas
//! are taken in fixed point with
//!
//! ```text
//! p = 4 (K₁ + K₂)/ln 2 + 2 log₂ N + 180 bits, at most 1500
//! ```
//! and a radius beside every number, in units of `2^{−p}`. The numbers are of order one, apart from the derivatives,
//! which have a factor `2K` each. Where p is cut off, the result is less than the smallest double, and the
//! enclosure says so.

use crate::numeric::Enclosure;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// Most bits.
const MOST_BITS: f64 = 1500.0;
/// Bits that a radius may use up: it stays below `2^100` units.
const GUARD: f64 = 180.0;

/// A number within a radius, in units of `2^{−bits}`.
#[derive(Clone, Debug)]
struct Ball {
    mid: BigInt,
    /// An upper bound, rounded up in every step by a factor `1 + 2⁻⁴⁰`.
    radius: f64,
}

/// A bound on the rounding of a radius.
fn up(radius: f64) -> f64 {
    radius * (1.0 + 2.0_f64.powi(-40)) + 2.0
}

/// Arithmetic with so many bits after the point.
#[derive(Clone, Copy, Debug)]
struct Fixed {
    bits: u64,
}

impl Fixed {
    fn of(self, x: f64) -> Ball {
        let exact = BigRational::from_float(x).unwrap_or_else(BigRational::zero);
        Ball {
            mid: (exact.numer() << self.bits) / exact.denom(),
            radius: 1.0,
        }
    }

    /// Bounds of `|mid|` as a number.
    fn size(self, a: &Ball) -> (f64, f64) {
        let top = (a.mid.abs() >> (self.bits - 60))
            .to_f64()
            .unwrap_or(f64::MAX);
        let unit = 2.0_f64.powi(-60);
        let slack = 1.0 + 2.0_f64.powi(-40);
        (top / slack * unit, (top + 1.0) * slack * unit)
    }

    fn plus(a: &Ball, b: &Ball) -> Ball {
        Ball {
            mid: &a.mid + &b.mid,
            radius: up(a.radius + b.radius),
        }
    }

    fn minus(a: &Ball, b: &Ball) -> Ball {
        Ball {
            mid: &a.mid - &b.mid,
            radius: up(a.radius + b.radius),
        }
    }

    fn times(self, a: &Ball, b: &Ball) -> Ball {
        // The product of the radii is seldom more than a unit; below the smallest double it certainly is not.
        let both = libm::ldexp(a.radius * b.radius, -(self.bits as i32));
        let spread = self.size(a).1 * b.radius + self.size(b).1 * a.radius + both;
        Ball {
            mid: (&a.mid * &b.mid) >> self.bits,
            radius: up(spread),
        }
    }

    /// Any number.
    fn unknown() -> Ball {
        Ball {
            mid: BigInt::zero(),
            radius: f64::INFINITY,
        }
    }

    /// `a/b`; any number unless b is positive and 2³⁰ times its radius.
    fn over(self, a: &Ball, b: &Ball) -> Ball {
        let away = libm::ldexp(b.radius, 30 - self.bits as i32);
        if !b.mid.is_positive() || self.size(b).0 <= 0.0 || away.is_nan() || away > self.size(b).0 {
            return Self::unknown();
        }
        let mid = (&a.mid << self.bits) / &b.mid;
        let quotient = Ball { mid, radius: 0.0 };
        let least = self.size(b).0 * (1.0 - 2.0_f64.powi(-30));
        let radius = up((a.radius + self.size(&quotient).1 * b.radius) / least);
        Ball { radius, ..quotient }
    }

    fn sqrt(self, a: &Ball) -> Ball {
        if a.mid.is_negative() {
            return Self::unknown();
        }
        let root = Ball {
            mid: (&a.mid << self.bits).sqrt(),
            radius: 0.0,
        };
        // |√(a ± r) − √a| ≤ r/√a.
        let radius = up(a.radius / self.size(&root).0);
        Ball { radius, ..root }
    }

    fn integer(self, n: i64) -> Ball {
        Ball {
            mid: BigInt::from(n) << self.bits,
            radius: 0.0,
        }
    }

    /// `2 artanh z` for `|z| ≤ ½`.
    fn twice_artanh(self, z: &Ball) -> Ball {
        let square = self.times(z, z);
        let (mut power, mut sum) = (z.clone(), z.clone());
        let mut k = 3_i64;
        // The terms left out are below the last power, at most its radius and a unit.
        while power.mid.abs() > BigInt::one() {
            power = self.times(&power, &square);
            let term = Ball {
                mid: &power.mid / k,
                radius: power.radius + 1.0,
            };
            sum = Self::plus(&sum, &term);
            k += 2;
        }
        sum.radius = up(sum.radius + power.radius + 2.0);
        Self::plus(&sum, &sum)
    }

    /// `ln(1 + a)` for `−½ ≤ a ≤ 1`.
    fn ln_1p(self, a: &Ball) -> Ball {
        self.twice_artanh(&self.over(a, &Self::plus(&self.integer(2), a)))
    }

    /// `ln a`; any number unless a is positive.
    fn ln(self, a: &Ball) -> Ball {
        if !a.mid.is_positive() {
            return Self::unknown();
        }
        // a = 2^shift m with m between a half and one.
        let shift = a.mid.bits() as i64 - self.bits as i64;
        if (0..=1).contains(&shift) {
            return self.ln_1p(&Self::minus(a, &self.integer(1)));
        }
        let mid = if shift < 0 {
            &a.mid << shift.unsigned_abs()
        } else {
            &a.mid >> shift
        };
        let m = Ball {
            mid,
            radius: up(libm::ldexp(a.radius, -shift as i32)),
        };
        let two = self.ln_1p(&self.integer(1));
        let whole = self.times(&self.integer(shift), &two);
        Self::plus(&whole, &self.ln_1p(&Self::minus(&m, &self.integer(1))))
    }

    /// `e^a` for `a ≤ 8`.
    fn exp(self, a: &Ball) -> Ball {
        let size = self.size(a).1;
        if a.mid.is_negative() && size > self.bits as f64 {
            // Below 2^{−bits}.
            return Ball {
                mid: BigInt::zero(),
                radius: 2.0,
            };
        }
        let halvings = (size.log2() + 8.0).max(0.0).ceil() as u32;
        let small = Ball {
            mid: &a.mid >> halvings,
            radius: up(a.radius * 2.0_f64.powi(-(halvings as i32))),
        };
        let mut sum = self.integer(1);
        let mut term = sum.clone();
        let mut k = 1_i64;
        // The argument is below 2⁻⁷: what is left out is below the last term.
        loop {
            let next = self.times(&term, &small);
            term = Ball {
                mid: &next.mid / k,
                radius: next.radius / k as f64 + 1.0,
            };
            sum = Self::plus(&sum, &term);
            if term.mid.abs() <= BigInt::one() {
                break;
            }
            k += 1;
        }
        sum.radius = up(sum.radius + term.radius + 1.0);
        for _ in 0..halvings {
            sum = self.times(&sum, &sum);
        }
        sum
    }

    /// `arctan(1/n)`, right to as many units as it has terms.
    fn arctan(self, n: i64) -> Ball {
        let mut power = (BigInt::one() << self.bits) / n;
        let (mut sum, mut k, mut terms) = (BigInt::zero(), 1_i64, 0.0);
        while !power.is_zero() {
            let term = &power / k;
            sum += if k % 4 == 1 { term } else { -term };
            power /= n * n;
            k += 2;
            terms += 3.0;
        }
        Ball {
            mid: sum,
            radius: terms + 2.0,
        }
    }

    fn pi(self) -> Ball {
        let (five, other) = (self.arctan(5), self.arctan(239));
        Ball {
            mid: five.mid * 16 - other.mid * 4,
            radius: up(16.0 * five.radius + 4.0 * other.radius),
        }
    }

    /// `1 − cos(π l/n)`, `0 ≤ l ≤ n`.
    fn versine(self, pi: &Ball, l: usize, n: usize) -> Ball {
        const HALVINGS: u32 = 6;
        let far = 2 * l > n;
        let part = if far { n - l } else { l };
        let angle = Ball {
            mid: (&pi.mid * part / n) >> HALVINGS,
            radius: up(pi.radius),
        };
        let square = self.times(&angle, &angle);
        let mut term = self.integer(1);
        let mut cosine = term.clone();
        let mut k = 1_i64;
        while term.mid.abs() > BigInt::one() {
            let next = self.times(&term, &square);
            let divisor = k * (k + 1);
            term = Ball {
                mid: -next.mid / divisor,
                radius: next.radius / divisor as f64 + 1.0,
            };
            cosine = Self::plus(&cosine, &term);
            k += 2;
        }
        cosine.radius = up(cosine.radius + term.radius + 1.0);
        for _ in 0..HALVINGS {
            let double = self.times(&cosine, &cosine);
            cosine = Self::minus(&Self::plus(&double, &double), &self.integer(1));
        }
        let one = self.integer(1);
        if far {
            Self::plus(&one, &cosine)
        } else {
            Self::minus(&one, &cosine)
        }
    }
}

/// A function of λ at one with its first two derivatives.
#[derive(Clone, Debug)]
struct Jet([Ball; 3]);

impl Fixed {
    fn constant(self, value: Ball) -> Jet {
        Jet([value, self.integer(0), self.integer(0)])
    }

    fn add(a: &Jet, b: &Jet) -> Jet {
        Jet(std::array::from_fn(|i| Self::plus(&a.0[i], &b.0[i])))
    }

    fn subtract(a: &Jet, b: &Jet) -> Jet {
        Jet(std::array::from_fn(|i| Self::minus(&a.0[i], &b.0[i])))
    }

    fn scale(self, a: &Jet, by: &Ball) -> Jet {
        Jet(std::array::from_fn(|i| self.times(&a.0[i], by)))
    }

    fn multiply(self, f: &Jet, g: &Jet) -> Jet {
        let ([a, b, c], [p, q, r]) = (&f.0, &g.0);
        let cross = self.times(b, q);
        let ends = Self::plus(&self.times(a, r), &self.times(c, p));
        Jet([
            self.times(a, p),
            Self::plus(&self.times(a, q), &self.times(b, p)),
            Self::plus(&ends, &Self::plus(&cross, &cross)),
        ])
    }

    /// `f(a)` from f and its derivatives at the value of a.
    fn compose(self, a: &Jet, f: [Ball; 3]) -> Jet {
        let [value, first, second] = f;
        let [_, d, dd] = &a.0;
        let bent = self.times(&second, &self.times(d, d));
        Jet([
            value,
            self.times(&first, d),
            Self::plus(&self.times(&first, dd), &bent),
        ])
    }

    /// `1/a` and its first two derivatives by a.
    fn inverses(self, a: &Ball) -> [Ball; 3] {
        let inverse = self.over(&self.integer(1), a);
        let square = self.times(&inverse, &inverse);
        let cube = self.times(&square, &inverse);
        [
            inverse,
            Self::minus(&self.integer(0), &square),
            Self::plus(&cube, &cube),
        ]
    }

    fn divide(self, a: &Jet, b: &Jet) -> Jet {
        self.multiply(a, &self.compose(b, self.inverses(&b.0[0])))
    }

    fn root(self, a: &Jet) -> Jet {
        let root = self.sqrt(&a.0[0]);
        let half = self.over(&self.of(0.5), &root);
        let double = Self::plus(&a.0[0], &a.0[0]);
        let bend = self.over(&half, &double);
        self.compose(a, [root, half, Self::minus(&self.integer(0), &bend)])
    }

    fn log(self, a: &Jet) -> Jet {
        let [first, second, _] = self.inverses(&a.0[0]);
        self.compose(a, [self.ln(&a.0[0]), first, second])
    }

    fn log_1p(self, a: &Jet) -> Jet {
        let one = self.integer(1);
        let [first, second, _] = self.inverses(&Self::plus(&one, &a.0[0]));
        self.compose(a, [self.ln_1p(&a.0[0]), first, second])
    }

    fn exponential(self, a: &Jet) -> Jet {
        let e = self.exp(&a.0[0]);
        self.compose(a, [e.clone(), e.clone(), e])
    }

    /// `a^n` for `0 ≤ a < 1`, `n ≥ 1`.
    fn power(self, a: &Jet, n: usize) -> Jet {
        let raise = |mut k: usize| {
            let (mut out, mut square) = (self.integer(1), a.0[0].clone());
            while k > 0 {
                if k % 2 == 1 {
                    out = self.times(&out, &square);
                }
                square = self.times(&square, &square);
                k /= 2;
            }
            out
        };
        let count = self.integer(n as i64);
        let second = if n > 1 {
            let factor = self.integer(n as i64 * (n as i64 - 1));
            self.times(&factor, &raise(n - 2))
        } else {
            self.integer(0)
        };
        self.compose(a, [raise(n), self.times(&count, &raise(n - 1)), second])
    }

    /// A number that is not negative.
    fn enclosure(self, a: &Ball) -> Enclosure {
        if !a.radius.is_finite() || a.radius > 2.0_f64.powi(100) {
            return Enclosure::new(0.0, f64::INFINITY);
        }
        let radius = BigInt::from(a.radius.ceil() as i128);
        // The leading 53 bits, rounded outward, also where doubles are denormal.
        let end = |n: BigInt, upward: bool| {
            let drop = n.bits().saturating_sub(53);
            let head = (&n >> drop).to_f64().unwrap_or(f64::INFINITY) + f64::from(u8::from(upward));
            let exponent = (drop as i64 - self.bits as i64).max(-3000);
            let x = libm::ldexp(head, exponent as i32);
            if upward { x.next_up() } else { x.next_down() }
        };
        let low = end(&a.mid - &radius, false).max(0.0);
        Enclosure::new(low, end(&a.mid + &radius, true).max(low))
    }

    /// `e^{−2λK}`.
    fn decay(self, coupling: f64) -> Jet {
        let rate = self.of(-2.0 * coupling);
        let x = self.exp(&rate);
        let first = self.times(&rate, &x);
        let second = self.times(&rate, &first);
        Jet([x, first, second])
    }
}

/// Sums over the modes of one parity.
struct Sector {
    log: Jet,
    tangent: Jet,
}

/// `d² ln Z/dλ²` of a torus with K₁ > 0 along a ring of `ring` sites and K₂ > 0 along the `rings` rings, below
/// `T_c` (`1 − x − w − x w` well above zero).
///
/// # Accuracy
/// A width of about 1e-16 of itself; below the smallest double its enclosure is `[0, 1e-323]`. Tests
/// `cold_heat_capacities_are_those_of_the_exact_counts`, `a_frozen_torus_has_a_heat_capacity_below_the_smallest_double`.
/// # Complexity
/// O(ring) modes of some hundred products of p bits.
pub(super) fn cold_heat_capacity(ring: usize, rings: usize, k1: f64, k2: f64) -> Enclosure {
    let sites = ring as f64 * rings as f64;
    let wanted = 4.0 * (k1 + k2) * std::f64::consts::LOG2_E + 2.0 * sites.log2() + GUARD;
    let f = Fixed {
        bits: wanted.min(MOST_BITS).ceil() as u64,
    };
    let one = f.constant(f.integer(1));
    let zero = f.constant(f.integer(0));
    let two = f.integer(2);
    let half = f.of(0.5);
    let (x, w) = (f.decay(k1), f.decay(k2));
    let (x_square, w_square) = (f.multiply(&x, &x), f.multiply(&w, &w));
    let product = f.multiply(&x, &w);
    let sum = Fixed::add(&Fixed::add(&x, &w), &product);
    let b = Fixed::subtract(&one, &sum);
    let b_square = f.multiply(&b, &b);
    let s = f.multiply(&f.scale(&x, &two), &Fixed::subtract(&one, &w_square));
    let s_twice = f.scale(&s, &two);
    let slope = f.multiply(&f.scale(&w, &two), &Fixed::subtract(&one, &x_square));
    let pi = f.pi();
    let mut sectors = [(); 2].map(|()| Sector {
        log: zero.clone(),
        tangent: zero.clone(),
    });
    let length = f.integer(rings as i64);
    for l in 0..=ring {
        let difference = Fixed::add(&b_square, &f.scale(&slope, &f.versine(&pi, l, ring)));
        let g = if l == 0 {
            f.multiply(&b, &f.root(&Fixed::add(&b_square, &s_twice)))
        } else {
            f.root(&f.multiply(&difference, &Fixed::add(&difference, &s_twice)))
        };
        let sum = Fixed::add(&Fixed::add(&difference, &s), &g);
        let e = f.power(&f.divide(&s, &sum), rings);
        let times = if l == 0 || l == ring { 1 } else { 2 };
        // M φ_l = M ln((F + G)/2)/2, then ln(1 + e^{−Mγ}).
        let phase = f.scale(&f.log(&f.scale(&sum, &half)), &f.times(&length, &half));
        let above = f.log_1p(&e);
        let below = f.log_1p(&Fixed::subtract(&zero, &e));
        let count = f.integer(times);
        let sector = &mut sectors[1 - l % 2];
        let log = f.scale(&Fixed::add(&phase, &above), &count);
        sector.log = Fixed::add(&sector.log, &log);
        let tangent = f.scale(&Fixed::subtract(&below, &above), &count);
        sector.tangent = Fixed::add(&sector.tangent, &tangent);
    }
    let [odd, even] = sectors;
    let ratio = f.exponential(&Fixed::subtract(&even.log, &odd.log));
    let first = Fixed::add(&one, &f.exponential(&odd.tangent));
    let second = Fixed::add(&one, &f.exponential(&even.tangent));
    let bracket = Fixed::add(&first, &f.multiply(&ratio, &second));
    // The bracket lies between one and four: a quarter of it is taken, in whose logarithm the constant drops out.
    let quarter = f.scale(&bracket, &f.of(0.25));
    let [value, first, second] = quarter.0;
    let inverse = f.over(&f.integer(1), &value);
    let slope = f.times(&first, &inverse);
    let bend = Fixed::minus(&f.times(&second, &inverse), &f.times(&slope, &slope));
    f.enclosure(&Fixed::plus(&odd.log.0[2], &bend))
}

#[cfg(test)]
mod tests {
    use super::super::kaufman::kaufman;
    use super::super::{CertifiedValues, DensityOfStates};
    use super::*;
    use crate::model::Lattice;

    /// A positive number from its decimal digits, within a unit of the last of 17.
    fn decimal(text: &str) -> Enclosure {
        let value: f64 = text.parse().unwrap();
        Enclosure::new(value.next_down(), value.next_up())
    }

    #[test]
    fn cold_heat_capacities_are_those_of_the_exact_counts() {
        let column = CertifiedValues::NAMES
            .iter()
            .position(|&name| name == "heat_capacity")
            .unwrap();
        let mut coldest = f64::INFINITY;
        for (rows, columns) in [(2, 2), (3, 3), (4, 4), (3, 6), (5, 6)] {
            let counts = DensityOfStates::of(Lattice::torus(rows, columns)).unwrap();
            for temperature in [0.02, 0.05, 0.1, 0.15, 0.3, 0.6, 1.2] {
                let k = 1.0 / temperature;
                let exact = &counts.certified(k, 0.0).unwrap().decimals(30)[column];
                let found = kaufman(rows, columns, k, k).unwrap().heat_capacity;
                let what = format!("{rows}x{columns} {temperature}: {found:?} {exact}");
                assert!(found.overlaps(decimal(exact)), "{what}");
                assert!(found.width() < 1e-9 * found.lo(), "{what}");
                coldest = coldest.min(found.hi());
            }
        }
        assert!(coldest < 1e-160, "{coldest:e}");
    }

    #[test]
    fn balls_hold_what_their_radii_allow() {
        // As many bits as for a torus of 3×3 at K = 0.5. Both ends of the factors are tried.
        let f = Fixed { bits: 192 };
        let wide = Ball {
            mid: BigInt::one() << 100,
            radius: 2.0_f64.powi(150),
        };
        let product = f.times(&wide, &wide);
        let end: BigInt = (BigInt::one() << 100) + (BigInt::one() << 150);
        let far: BigInt = ((&end * &end) >> 192_u32) - &product.mid;
        assert!(far.to_f64().unwrap() <= product.radius, "{product:?}");
        // A divisor that may be zero, or is.
        for mid in [0, 1, -1] {
            let divisor = Ball {
                mid: BigInt::from(mid) << 150,
                radius: 2.0_f64.powi(150),
            };
            assert!(!f.over(&f.integer(1), &divisor).radius.is_finite());
            assert!(!f.log(&f.constant(divisor)).0[1].radius.is_finite());
        }
        let quotient = f.enclosure(&f.over(&f.integer(1), &f.integer(3)));
        assert!(quotient.width() < 1e-15 && quotient.overlaps(decimal("0.33333333333333333")));
    }

    #[test]
    fn logarithms_of_small_and_large_numbers_hold() {
        let f = Fixed { bits: 192 };
        for x in [1e-30, 1e-6, 0.01, 0.3, 0.5, 0.75, 1.0, 1.9, 2.0, 3.7, 1e8] {
            let log = f.ln(&f.of(x));
            let (sign, log) = if x < 1.0 {
                (-1.0, Fixed::minus(&f.integer(0), &log))
            } else {
                (1.0, log)
            };
            let found = f.enclosure(&log);
            let want = Enclosure::exact(sign) * Enclosure::exact(x).ln();
            assert!(found.overlaps(want), "{x}: {found:?} {want:?}");
            assert!(
                found.width() <= 1e-15 * (1.0 + found.hi()),
                "{x}: {found:?}"
            );
        }
    }

    #[test]
    fn a_frozen_torus_has_a_heat_capacity_below_the_smallest_double() {
        // N (8K)² e^{−8K}: 1e-340 at T = 0.01.
        for k in [100.0, 1e3, 1e6] {
            let found = kaufman(64, 64, k, k).unwrap().heat_capacity;
            assert!(found.lo() <= 0.0 && found.hi() <= 1e-323, "{k} {found:?}");
        }
        // 5e-311 is a denormal double, with fewer digits.
        let found = kaufman(64, 64, 92.0, 92.0).unwrap().heat_capacity;
        assert!(
            found.lo() > 0.0 && found.hi() < 1.001 * found.lo(),
            "{found:?}"
        );
        // One reversed spin, to the next order e^{−4K}: N (8K)² e^{−8K}.
        let k = 20.0_f64;
        let found = kaufman(64, 32, k, k).unwrap().heat_capacity;
        let one = 2048.0 * (8.0 * k).powi(2) * (-8.0 * k).exp();
        assert!((found.mid() - one).abs() < 1e-12 * one, "{found:?} {one:e}");
        assert!(found.width() < 1e-14 * one);
    }

    #[test]
    fn couplings_that_differ_agree_with_doubles_where_those_have_digits() {
        for (ring, rings, k1, k2) in [(6, 9, 1.0, 0.7), (16, 5, 0.6, 0.9), (31, 64, 2.0, 0.5)] {
            let wide = cold_heat_capacity(ring, rings, k1, k2);
            let plain = kaufman(rings, ring, k1, k2).unwrap().heat_capacity;
            assert!(wide.overlaps(plain), "{wide:?} {plain:?}");
            assert!(wide.width() < 1e-13 * wide.hi(), "{wide:?}");
        }
    }
}
