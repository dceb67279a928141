//! The exponents of the square Ising model by the Monte Carlo renormalization group.
//!
//! For every level of blocking, and for one operator, two, and so on, prints `y_T` and `y_h` from the
//! linearised transformation of the couplings, with one standard error each by the jackknife over
//! independent bins. The exact values are 1 and 1.875; how far the numbers are from them beyond their errors
//! is what few operators and few levels cost.
//!
//! `cargo run --release --example monte_carlo_rg [side] [bins] [measurements of a bin] [K]`

use blockspin::random::Seed;
use blockspin::rg::kadanoff::PlaquetteSymmetry;
use blockspin::rg::kadanoff::optimal_kadanoff_fixed_point;
use blockspin::rg::monte_carlo_rg::{MonteCarloRg, Parity};
use std::error::Error;
use std::str::FromStr;

/// The argument at a place, or what is taken without one.
fn argument<T: FromStr>(place: usize, otherwise: T) -> Result<T, T::Err> {
    std::env::args()
        .nth(place)
        .map_or(Ok(otherwise), |text| text.parse())
}

fn main() -> Result<(), Box<dyn Error>> {
    let critical = 0.5 * 2_f64.sqrt().ln_1p();
    let mut setting = MonteCarloRg::new(argument(1, 64)?, argument(4, critical)?);
    setting.bins = argument(2, setting.bins)?;
    setting.measurements = argument(3, setting.measurements)?;
    let result = setting.run(Seed::default())?;
    println!("parity  from   to  operators  exponent  error");
    for (parity, name) in [(Parity::Even, "y_T"), (Parity::Odd, "y_h")] {
        for level in 0..setting.levels {
            let coarse = result.coarse_side(level);
            let fine = coarse * setting.scale;
            for (k, y) in result.exponents(level, parity)?.iter().enumerate() {
                let (operators, value, err) = (k + 1, y.value, y.std_err);
                println!("{name:6} {fine:5} {coarse:4} {operators:10} {value:9.5} {err:.5}");
            }
        }
    }
    for symmetry in [PlaquetteSymmetry::Square, PlaquetteSymmetry::Permutations] {
        let fixed = optimal_kadanoff_fixed_point(symmetry)?;
        eprintln!(
            "beside them, Kadanoff's variational transformation ({symmetry:?}, p = {:.5}): y_T = {:.5}, y_h = {:.5}",
            fixed.p,
            fixed.thermal_exponent(),
            fixed.magnetic_exponent()
        );
    }
    Ok(())
}
