//! The remark after equation 23 that tracing out layers is decimation of the 1d Ising model.

use super::systems::q;
use crate::exact::TransferMatrix;
use crate::ledger::{Case, Claim, Docket, Source, Value};
use crate::symbolic::{Field, RationalFunction};

pub(super) const EVEN_SPINS: Claim = Claim {
    id: "jefferson2019-text-even-spins",
    source: Source::Jefferson2019,
    title: "tracing out layers and decimating the 1d Ising model",
    printed: "tracing out y and then x maps to a sequential marginalization over even spins in the 1d Ising model",
    conventions: &[
        "a ring of Ising spins named x, y, z, with the bonds of (1): x–y and y–z only, so that every second spin is a y",
        "each marginalization over even spins sums out every second spin that is left and leaves an Ising ring with tanh K′ = tanh² K",
        "the document itself traces out z and then y, in (3) and (14), and keeps x",
    ],
    condition: Some(
        "x and z alternate between the y (x y z y x y z y …), and it is z that is kept; in the order of (3) and (14), z and then y, the first step is not over the even spins on any such ring",
    ),
    decide: even_spins,
    ..Claim::BLANK
};

/// A ring of named spins.
struct Ring {
    names: &'static str,
    alternates: bool,
}

/// Sums out the spins of these names one name after another; the weights of what is left after each
/// name, all in one list. Bit i of a state belongs to the i-th spin that is left.
fn traced<T: Field>(ring: &Ring, t: &T, order: &[char]) -> Vec<T> {
    let mut names: Vec<char> = ring.names.chars().collect();
    let n = names.len();
    let t_inverse = T::one() / t.clone();
    let mut weights: Vec<T> = (0..1_usize << n)
        .map(|state| {
            (0..n).fold(T::one(), |w, i| {
                let like = (state >> i & 1) == (state >> ((i + 1) % n) & 1);
                w * if like { t.clone() } else { t_inverse.clone() }
            })
        })
        .collect();
    let mut all = Vec::new();
    for name in order {
        while let Some(i) = names.iter().position(|c| c == name) {
            names.remove(i);
            // The spin at bit i goes; the bits above it move down by one.
            weights = (0..weights.len() / 2)
                .map(|state| {
                    let low = state & ((1 << i) - 1);
                    let up = (state >> i) << (i + 1) | low;
                    weights[up].clone() + weights[up | 1 << i].clone()
                })
                .collect();
        }
        all.extend(weights.iter().cloned());
    }
    all
}

/// The weights of the survivors of one decimation, then of the next, by squaring the transfer matrix.
fn decimated<T: Field>(ring: &Ring, t: &T, lengths: &[u32]) -> Vec<T> {
    let matrix = TransferMatrix::ising(t, &T::one());
    let mut all = Vec::new();
    for &length in lengths {
        let bond = matrix.pow(length);
        let n = ring.names.len() / length as usize;
        for state in 0..1_usize << n {
            all.push((0..n).fold(T::one(), |w, i| {
                let next = (i + 1) % n;
                w * match (state >> i & 1, state >> next & 1) {
                    (1, 1) => bond.plus.clone(),
                    (0, 0) => bond.minus.clone(),
                    _ => bond.mixed.clone(),
                }
            }));
        }
    }
    all
}

fn even_spins(docket: &mut Docket) {
    fn on<T: Field + Value>(docket: &mut Docket, scope: &str, t: &T, spins: usize) {
        let cases: Vec<Case<Ring>> = [
            ("xyzy", true),
            ("xyzyxyzy", true),
            ("xyxyzyzy", false),
            ("xyxyzyxyzyzy", false),
        ]
        .into_iter()
        .filter(|(names, _)| names.len() <= spins)
        .map(|(names, alternates)| {
            let label = format!("ring {names}, weights after each step, e^K = {}", t.show());
            Case::new(names.len(), label, Ring { names, alternates })
        })
        .collect();
        docket
            .on(scope, &cases, |r| decimated(r, t, &[2, 4]))
            .printed_if(|r| r.alternates, |r| traced(r, t, &['y', 'x']))
            .mutant("z and then y, the order of (3) and (14)", |r| {
                traced(r, t, &['z', 'y'])
            })
            .mutant("x and then y", |r| traced(r, t, &['x', 'y']))
            .mutant("y alone", |r| traced(r, t, &['y']))
            .mutant("K → 2K", |r| {
                traced(r, &(t.clone() * t.clone()), &['y', 'x'])
            })
            .finish();
    }
    on(docket, "rings of 4 to 12 spins, e^K = 3/2", &q(3, 2), 12);
    on(
        docket,
        "rings of 4 and 8 spins, e^K as an indeterminate",
        &RationalFunction::var(0),
        8,
    );
}
