//! What the parts of a computation take: seconds of joins, and bytes of the states that are alive at once.

use super::boundary::PARALLEL;
use super::{Block, NS_WORD};

/// Nanoseconds for an entry beside its products.
const NS_ENTRY: f64 = 4.0;
/// Nanoseconds for eight bytes of a state that is copied.
const NS_COPY: f64 = 1.2;

/// Bytes of a state: the lower triangle, and for each place a row's header, its part of the heap, and the order.
pub(super) fn state_bytes(places: f64, words: usize) -> f64 {
    places * (places - 1.0) / 2.0 * 8.0 * words as f64 + 56.0 * places
}

/// Threads that update a state of so many places.
fn threads(places: f64, words: usize) -> f64 {
    if 0.5 * places * places * (words * words) as f64 > PARALLEL as f64 {
        rayon::current_num_threads() as f64
    } else {
        1.0
    }
}

/// Seconds to update so many entries, in joins of so many places.
pub(super) fn update_seconds(entries: f64, places: f64, words: usize) -> f64 {
    let products = (words * (words + 1)) as f64;
    entries * (products * NS_WORD + NS_ENTRY) * 1e-9 / threads(places, words)
}

/// Seconds for so many joins beside their entries: divisions of long numbers.
pub(super) fn join_seconds(joins: f64, words: usize) -> f64 {
    joins * (1.5e-6 + 2e-8 * (words * words) as f64)
}

/// Seconds to copy so many bytes.
pub(super) fn copy_seconds(bytes: f64) -> f64 {
    bytes / 8.0 * NS_COPY * 1e-9
}

/// Seconds to build a block once, the tangents included.
pub(super) fn build_seconds(block: &Block, words: usize) -> f64 {
    let edges = block.couplings.len() as f64;
    update_seconds(block.program.entries, block.program.places as f64, words)
        + edges * (7e-6 + 2e-8 * (words * words) as f64)
}

#[cfg(test)]
mod tests {
    use super::super::Planar;
    use super::super::boundary::Boundary;
    use super::super::tests::couplings;
    use super::*;
    use crate::model::Lattice;
    use crate::random::Seed;

    #[test]
    fn a_state_takes_the_bytes_of_its_numbers_and_headers() {
        for places in [2, 17, 64] {
            let state = Boundary::<5>::new(places);
            let found = state_bytes(places as f64, 5);
            // Headers are 24 bytes a row and 8 a place of the order; the heap takes 16 for each row beside.
            let exact = (state.bytes_of_rows() + 56 * places) as f64;
            assert!((found - exact).abs() < 0.5, "{found} {exact}");
        }
    }

    #[test]
    fn predicted_bytes_are_those_that_were_measured() {
        // MiB that the peak of a fresh process rose by (VmHWM, one thread), signs at random.
        for (rows, columns, k, samples, edges) in [
            (16, 16, 1.0, 1.49, 1.64),
            (64, 64, 1.0, 26.08, 14.63),
            (32, 32, 5.0, 7.60, 5.11),
            (24, 96, 5.0, f64::NAN, 6.54),
            (24, 48, 5.0, 4.66, f64::NAN),
        ] {
            let mut stream = Seed(7).stream("planar bytes", 0);
            let bonds = Lattice::open(rows, columns).bonds().len();
            let values = couplings(0, bonds, k, &mut stream);
            let planar = Planar::open_rectangle(rows, columns, &values).unwrap();
            let plans = [planar.plan_samples(1), planar.plan_bonds()];
            for (plan, measured) in plans.into_iter().zip([samples, edges]) {
                let ratio = plan.unwrap().bytes / (measured * 1_048_576.0);
                let within = measured.is_nan() || (1.0 / 1.2..=1.2).contains(&ratio);
                assert!(within, "{rows}x{columns} {measured}: {ratio}");
            }
        }
    }
}
