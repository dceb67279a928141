//! The committed reference values are what the program that made them writes today.

#[expect(dead_code, reason = "the program's own entry is not called")]
#[path = "../examples/reference_table.rs"]
mod program;

use blockspin::model::Lattice;

const COMMITTED: &str = include_str!("reference/torus.tsv");
/// Lattices up to 40 sites are counted in seconds.
const MOST_SITES: usize = 40;

/// Whether a line of the table is kept: its comments and titles, and the lattices that are small enough.
fn is_small(line: &str) -> bool {
    let name = line.split('\t').next().unwrap_or_default();
    name.parse::<Lattice>()
        .map_or(true, |lattice| lattice.sites() <= MOST_SITES)
}

#[test]
fn the_smaller_systems_come_out_byte_for_byte() {
    let mut written = Vec::new();
    program::write_table(&mut written, MOST_SITES).unwrap();
    let written = String::from_utf8(written).unwrap();
    let committed: String = COMMITTED
        .split_inclusive('\n')
        .filter(|l| is_small(l))
        .collect();
    // Two comments, the titles and more than half of the 68 systems.
    assert!(committed.lines().count() > 3 + 34, "{committed}");
    assert_eq!(written, committed);
}
