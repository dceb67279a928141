//! Reference values with rigorous bounds, for the tests of your own code.
//!
//! ```sh
//! cargo run --release --example reference_value
//! ```

use blockspin::exact::{Limits, Want, enumerate};
use blockspin::model::Lattice;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let model = Lattice::torus(4, 4).ising(0.44, 0.05)?;
    let exact = enumerate(&model, Want::ALL, &Limits::default())?;
    println!("ln Z of the 4x4 torus at K = 0.44, h = 0.05 lies in");
    println!("  [{:.17}, {:.17}]", exact.log_z.lo(), exact.log_z.hi());

    // A value from elsewhere is right or wrong; there is no tolerance to choose.
    let from_elsewhere = 16.0 * 0.44;
    println!(
        "your {from_elsewhere} is {}",
        if exact.log_z.contains(from_elsewhere) {
            "inside"
        } else {
            "outside"
        }
    );
    if let Some(pairs) = exact.pair {
        println!("nearest neighbours: <s0 s1> = {}", pairs.get(0, 1));
    }
    Ok(())
}
