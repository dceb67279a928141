//! Writes the certified reference values of small lattices: `tests/reference/torus.tsv`, byte for byte.
//!
//! ```sh
//! cargo run --release --example reference_table > tests/reference/torus.tsv
//! ```
//! Every value follows from exact integers (how many states have so many broken bonds and up spins) in
//! fixed point of 2048 bits, and is rounded once, to the 30 digits printed. K and h are exactly the
//! doubles that their shortest decimal forms name.

use blockspin::exact::{CertifiedValues, DensityOfStates};
use blockspin::model::Lattice;
use std::io::Write;

/// The double nearest to the critical coupling ln(1 + √2)/2.
const CRITICAL: f64 = 0.440_686_793_509_771_5;

/// Couplings and fields from hot to cold, at the critical point, with and against a field, and of the
/// other sign.
const POINTS: [(f64, f64); 12] = [
    (0.001, 0.0),
    (0.25, 0.0),
    (CRITICAL, 0.0),
    (1.0, 0.0),
    (20.0, 0.0),
    (0.3, 0.05),
    (CRITICAL, 0.001),
    (0.5, -0.7),
    (-0.6, 0.0),
    (-0.45, 1.1),
    (0.0, 0.4),
    (6.0, 0.0625),
];

/// Lattices and which of the points, by index.
const SYSTEMS: [(&str, &[usize]); 17] = [
    ("torus:2x2", &[0, 1, 2, 3, 4, 5, 8]),
    ("torus:3x3", &[1, 2, 4, 7, 8, 9]),
    ("torus:4x4", &[1, 2, 3, 6, 10]),
    ("torus:3x5", &[2, 8, 11]),
    ("torus:4x6", &[0, 2, 5, 9]),
    ("torus:5x5", &[2, 8, 9]),
    ("torus:6x6", &[1, 2, 3, 7]),
    ("torus:7x7", &[2, 8]),
    ("torus:8x8", &[0, 1, 2, 3, 4, 5, 6]),
    ("torus:9x9", &[2, 8]),
    ("torus:10x10", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11]),
    ("open:4x4", &[2, 9]),
    ("open:10x10", &[1, 2, 6, 8]),
    ("cylinder:5x8", &[2, 7]),
    ("cylinder:8x5", &[2, 9]),
    ("ring:16", &[1, 3]),
    ("chain:20", &[3, 5]),
];

/// Writes the table's lines for the lattices of at most so many sites.
pub(crate) fn write_table(
    out: &mut impl Write,
    most_sites: usize,
) -> Result<(), Box<dyn std::error::Error>> {
    writeln!(
        out,
        "# Homogeneous Ising lattices, K·Σ s s' + h·Σ s: ln Z, mean and variance of this sum, moments of m = M/N."
    )?;
    writeln!(
        out,
        "# From exact counts of states; 30 significant digits, rounded to the nearest. Made by examples/reference_table.rs."
    )?;
    writeln!(out, "lattice\tK\th\t{}", CertifiedValues::NAMES.join("\t"))?;
    for (text, points) in SYSTEMS {
        let lattice = text.parse::<Lattice>()?;
        if lattice.sites() > most_sites {
            continue;
        }
        let counts = DensityOfStates::of(lattice)?;
        for &point in points {
            let (coupling, field) = POINTS[point];
            let values = counts.certified(coupling, field)?.decimals(30);
            writeln!(out, "{text}\t{coupling}\t{field}\t{}", values.join("\t"))?;
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    write_table(&mut std::io::stdout().lock(), usize::MAX)
}
