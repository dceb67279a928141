//! Exact values of the finite periodic lattice beside which the experiments stand.

use super::correlations::displacements;
use super::experiment::FigureError;
use crate::exact::{Limits, Strip};
use crate::model::Lattice;
use crate::numeric::Enclosure;

/// How much one bond is strengthened to read its correlations off; any number far from 0 would do.
const TILT: f64 = 0.5;

fn refused(what: &str, cause: &dyn std::fmt::Display) -> FigureError {
    FigureError::Refused {
        what: what.to_owned(),
        cause: cause.to_string(),
    }
}

/// `⟨|m|⟩` of the periodic square lattice.
///
/// # Errors
/// [`FigureError::Refused`] above side 14 or so, where the transfer matrix refuses.
pub(super) fn absolute_magnetisation(
    side: usize,
    temperature: f64,
) -> Result<Enclosure, FigureError> {
    let what = "exact magnetisation";
    let lattice = Lattice::torus(side, side);
    let strip =
        Strip::homogeneous(lattice, 1.0 / temperature, 0.0).map_err(|e| refused(what, &e))?;
    let found = strip
        .magnetization(&Limits::default())
        .map_err(|e| refused(what, &e))?;
    Ok(found.absolute)
}

/// `⟨s s′⟩` for each of [`displacements`] of the periodic lattice.
///
/// # Errors
/// [`FigureError::Refused`] as [`absolute_magnetisation`].
pub(super) fn spin_correlations(
    side: usize,
    temperature: f64,
) -> Result<Vec<Enclosure>, FigureError> {
    let what = "exact correlations";
    let lattice = Lattice::torus(side, side);
    let strip =
        Strip::homogeneous(lattice, 1.0 / temperature, 0.0).map_err(|e| refused(what, &e))?;
    let found = strip
        .correlators(0, &Limits::default())
        .map_err(|e| refused(what, &e))?;
    Ok(displacements(side, true)
        .iter()
        .map(|d| found.spins[d.dy * side + d.dx])
        .collect())
}

/// `⟨ε ε′⟩ − ⟨ε⟩²` of equation (35), with `s = σ` because `⟨σ⟩ = 0`, for each of [`displacements`].
///
/// ```text
/// ⟨e₀ e_b⟩ = (⟨e_b⟩_δ (cosh δ + sinh δ ⟨e₀⟩) − cosh δ ⟨e_b⟩) / sinh δ
/// ```
/// where `e` is the product of the two spins of a bond and `⟨·⟩_δ` the mean with the coupling of bond 0
/// larger by δ: all correlations of one bond from two runs over the means of all bonds.
///
/// # Errors
/// [`FigureError::Refused`] above side 12 or so.
/// # Accuracy
/// Rigorous; test `bonds_are_correlated_as_all_states_say`.
pub(super) fn energy_correlations(
    side: usize,
    temperature: f64,
) -> Result<Vec<Enclosure>, FigureError> {
    let what = "exact correlations of the energy";
    let sites = side * side;
    let k = 1.0 / temperature;
    let bonds = |tilt: f64| -> Result<[Vec<Enclosure>; 2], FigureError> {
        let lattice = Lattice::torus(side, side);
        let mut right = vec![k; sites];
        right[0] += tilt;
        let strip = Strip::new(lattice, &right, &vec![k; sites], &vec![0.0; sites])
            .map_err(|e| refused(what, &e))?;
        let found = strip
            .marginals(&Limits::default())
            .map_err(|e| refused(what, &e))?;
        // Right and down bonds of each site.
        let mut means = [0, 1].map(|_| vec![Enclosure::UNBOUNDED; sites]);
        for (i, j, mean) in found.bonds {
            let (i, j) = (i.min(j), i.max(j));
            let across = j == i + 1 || (i % side == 0 && j == i + side - 1);
            let next = if across { j == i + 1 } else { j == i + side };
            let from = if next { i } else { j };
            means[usize::from(!across)][from] = mean;
        }
        Ok(means)
    };
    // The tilted coupling as it was rounded.
    let delta = Enclosure::exact(k + TILT) - Enclosure::exact(k);
    let (plain, tilted) = (bonds(0.0)?, bonds(TILT)?);
    let mean = plain[0][0];
    let norm = delta.cosh() + delta.sinh() * mean;
    // Connected correlation of the bond to the right of site 0 with bond `b` of that orientation.
    let connected = |orientation: usize, r: usize, c: usize| {
        let b = r % side * side + c % side;
        let (direction, other) = (tilted[orientation][b], plain[orientation][b]);
        (direction * norm - delta.cosh() * other) / delta.sinh() - mean * other
    };
    let across = |r: usize, c: usize| connected(0, r, c);
    let down = |r: usize, c: usize| connected(1, r, c);
    // The four bonds at a site: (down?, row, column) of the site that they start from.
    let last = side - 1;
    let at = |r: usize, c: usize| {
        [
            (false, r, c),
            (false, r, c + last),
            (true, r, c),
            (true, r + last, c),
        ]
    };
    Ok(displacements(side, true)
        .iter()
        .map(|d| {
            let mut sum = Enclosure::exact(0.0);
            for (down0, r0, c0) in at(0, 0) {
                for (down1, r1, c1) in at(d.dy, d.dx) {
                    let (r, c) = (r1 + side - r0 % side, c1 + side - c0 % side);
                    // A source that goes down is one that goes across with rows and columns exchanged.
                    sum = sum
                        + match (down0, down1) {
                            (false, false) => across(r, c),
                            (false, true) => down(r, c),
                            (true, true) => across(c, r),
                            (true, false) => down(c, r),
                        };
                }
            }
            sum
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::{Want, enumerate};
    use crate::figures::correlations::{TwoPoint, energy_fields};

    #[test]
    fn bonds_are_correlated_as_all_states_say() {
        let (side, temperature) = (4, 2.3);
        let model = Lattice::torus(side, side)
            .ising(1.0 / temperature, 0.0)
            .unwrap();
        let log_z = enumerate(&model, Want::default(), &Limits::default())
            .unwrap()
            .log_z
            .mid();
        let list = displacements(side, true);
        let (mut product, mut spins, mut mean) =
            (vec![0.0; list.len()], vec![0.0; list.len()], 0.0);
        let mut absolute = 0.0;
        for state in 0..1_u32 << 16 {
            let s: Vec<f32> = (0..16)
                .map(|i| if state >> i & 1 == 1 { 1.0 } else { -1.0 })
                .collect();
            let e = energy_fields(side, true, &s);
            let energy: f64 = e.iter().map(|&x| f64::from(x)).sum::<f64>() / 2.0;
            let weight = (energy / temperature - log_z).exp();
            mean += weight * energy / 8.0;
            absolute += weight * f64::from(s.iter().sum::<f32>().abs()) / 16.0;
            for (sum, fields) in [(&mut product, &e), (&mut spins, &s)] {
                let g = TwoPoint::of_fields(side, true, fields).raw();
                for (sum, x) in sum.iter_mut().zip(g) {
                    *sum += weight * x;
                }
            }
        }
        let energies = energy_correlations(side, temperature).unwrap();
        for (found, want) in energies.iter().zip(&product) {
            // Sums of 2^16 terms in doubles, single-precision products of small integers are exact.
            assert!(
                (found.mid() - (want - mean * mean)).abs() < 1e-9,
                "{found:?} {want}"
            );
            assert!(found.width() < 1e-9);
        }
        for (found, want) in spin_correlations(side, temperature)
            .unwrap()
            .iter()
            .zip(&spins)
        {
            assert!((found.mid() - want).abs() < 1e-10);
        }
        let found = absolute_magnetisation(side, temperature).unwrap();
        assert!((found.mid() - absolute).abs() < 1e-10);
    }
}
