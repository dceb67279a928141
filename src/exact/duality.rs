//! Kramers–Wannier duality on finite square lattices, and what it says of the critical point.

use crate::model::Lattice;
use crate::symbolic::{Field, Laurent};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Signed;

/// `2^{−V} Σ_s ∏_e (1 + x_e s s′)` on a lattice, one weight `x_e = tanh K_e` for each bond.
///
/// # Panics
/// Unless there is one weight for each bond.
pub fn high_temperature_sum<C: Field>(lattice: Lattice, weights: &[C]) -> C {
    let bonds = lattice.bonds();
    assert_eq!(bonds.len(), weights.len(), "one weight for each bond");
    let two = C::one() + C::one();
    let mut sum = C::zero();
    for state in 0..1_u64 << lattice.sites() {
        let mut product = C::one();
        for (&(i, j), x) in bonds.iter().zip(weights) {
            let factor = if (state >> i ^ state >> j) & 1 == 0 {
                C::one() + x.clone()
            } else {
                C::one() - x.clone()
            };
            product = product * factor;
        }
        sum = sum + product;
    }
    (0..lattice.sites()).fold(sum, |s, _| s / two.clone())
}

/// `½ Σ_τ ∏_e (1 or x_e)` over spins on the faces of the open `rows × columns` lattice, the outside
/// being one of the faces: the factor of a bond is `x_e = e^{−2K*_e}` where the faces on its two sides
/// differ.
///
/// Bonds come in the order of [`Lattice::bonds`].
///
/// # Panics
/// Unless there is one weight for each bond.
pub fn dual_low_temperature_sum<C: Field>(rows: usize, columns: usize, weights: &[C]) -> C {
    let face = |r: isize, c: isize| {
        let inside = r >= 0 && c >= 0 && r + 1 < rows as isize && c + 1 < columns as isize;
        if inside {
            1 + r as usize * (columns - 1) + c as usize
        } else {
            0
        }
    };
    let mut sides = Vec::new();
    for r in 0..rows as isize {
        for c in 0..columns as isize - 1 {
            sides.push((face(r - 1, c), face(r, c)));
        }
    }
    for r in 0..rows as isize - 1 {
        for c in 0..columns as isize {
            sides.push((face(r, c - 1), face(r, c)));
        }
    }
    assert_eq!(sides.len(), weights.len(), "one weight for each bond");
    let faces = 1 + (rows - 1) * (columns - 1);
    let mut sum = C::zero();
    for state in 0..1_u64 << faces {
        let differing = sides
            .iter()
            .zip(weights)
            .filter(|((f, g), _)| (state >> f ^ state >> g) & 1 == 1);
        sum = sum + differing.fold(C::one(), |p, (_, x)| p * x.clone());
    }
    sum / (C::one() + C::one())
}

/// The polynomial in `w = e^{2K}` that is zero where a self-dual combination of the partition functions
/// of a torus is stationary in K.
///
/// Duality maps the four partition functions `Z^{ab}` of the R × C torus (periodic or antiperiodic in
/// each direction) among themselves,
/// ```text
/// y^{pp}(K) = ½ Σ_ab y^{ab}(K*),   Σ_ab y^{ab}(K) = 2 y^{pp}(K*),   y = Z / (sinh 2K)^{RC/2}
/// ```
/// so `F = 2 y^{pp} + Σ_ab y^{ab}` takes one value at K and K*, and its slope vanishes at `K = K*`.
/// Here the slope comes from counting states alone; nothing of the duality is put in.
///
/// # Panics
/// If a side is one, or the torus has more than 16 sites.
/// # Complexity
/// O(4 · 2^{RC} RC).
pub fn torus_stationarity(rows: usize, columns: usize) -> Laurent {
    let sites = rows * columns;
    assert!(rows > 1 && columns > 1 && sites <= 16, "a small torus");
    let bonds = Lattice::torus(rows, columns).bonds();
    let n_bonds = bonds.len();
    // Number of states by unsatisfied bonds, with the weights of the combination.
    let mut counts = vec![0_i64; n_bonds + 1];
    for sector in 0..4_u64 {
        let weight = if sector == 0 { 3 } else { 1 };
        let flipped: Vec<u64> = bonds
            .iter()
            .enumerate()
            .map(|(index, &(i, j))| {
                // The bonds that close a row or a column point backwards.
                let closes = j < i;
                let along_row = index < sites;
                u64::from(closes && (sector >> u64::from(along_row)) & 1 == 1)
            })
            .collect();
        for state in 0..1_u64 << sites {
            let unsatisfied: u64 = bonds
                .iter()
                .zip(&flipped)
                .map(|(&(i, j), f)| (state >> i ^ state >> j ^ f) & 1)
                .sum();
            counts[unsatisfied as usize] += weight;
        }
    }
    // d ln F / d ln w = 0:  2 (w² − 1) Σ c_m (E/2 − m) w^{E−m} = V (w² + 1) Σ c_m w^{E−m}.
    let terms = counts.iter().enumerate().flat_map(|(m, &c)| {
        let power = (n_bonds - m) as i32;
        let slope = c * (n_bonds as i64 - 2 * m as i64);
        let v = sites as i64 * c;
        [(power + 2, slope - v), (power, -slope - v)]
    });
    Laurent::from_terms(
        terms.map(|(power, c)| (vec![(0, power)], BigRational::from_integer(BigInt::from(c)))),
    )
}

/// A bracket of width `2^{−bits}` around a sign change of a polynomial in one indeterminate, by exact
/// bisection from integers `low < high`; `None` if the signs there do not differ.
pub fn bracket_root(
    polynomial: &Laurent,
    low: i64,
    high: i64,
    bits: u32,
) -> Option<(BigRational, BigRational)> {
    let integer = |n: i64| BigRational::from_integer(n.into());
    let sign = |x: &BigRational| Some(polynomial.eval(std::slice::from_ref(x))?.signum());
    let (mut low, mut high) = (integer(low), integer(high));
    let (at_low, at_high) = (sign(&low)?, sign(&high)?);
    if at_low == at_high {
        return None;
    }
    let width = BigRational::new(1.into(), BigInt::from(1) << bits);
    while &high - &low > width {
        let middle = (&low + &high) / integer(2);
        if sign(&middle)? == at_low {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planar_duality_with_a_weight_for_each_bond() {
        for (rows, columns) in [(2, 2), (2, 3)] {
            let lattice = Lattice::open(rows, columns);
            let x: Vec<_> = (0..lattice.bonds().len())
                .map(crate::symbolic::RationalFunction::var)
                .collect();
            assert_eq!(
                high_temperature_sum(lattice, &x),
                dual_low_temperature_sum(rows, columns, &x)
            );
        }
    }

    #[test]
    fn the_silver_ratio_is_stationary() {
        let w = Laurent::var(0);
        let silver = &w * &w - Laurent::integer(2) * &w - Laurent::one();
        for (rows, columns) in [(2, 2), (2, 3), (3, 3)] {
            let p = torus_stationarity(rows, columns);
            assert!(p.divide_exactly(&silver).is_some(), "{rows}x{columns}");
            let (low, high) = bracket_root(&p, 2, 5, 20).unwrap();
            let root = 1.0 + 2f64.sqrt();
            let value = |q: &BigRational| crate::numeric::Enclosure::from_rational(q).mid();
            assert!(value(&low) < root && root < value(&high));
        }
    }
}
