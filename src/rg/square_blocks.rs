//! Two-by-two blocks of a square lattice, and averaging over them.

use num_rational::BigRational;

/// The sites of every 2 × 2 block of a `side × side` lattice, block by block, site `(r, c)` at index
/// `r·side + c`. Only whole blocks.
pub fn blocks(side: usize) -> Vec<[usize; 4]> {
    let half = side / 2;
    (0..half * half)
        .map(|b| {
            let corner = 2 * (b / half) * side + 2 * (b % half);
            [corner, corner + 1, corner + side, corner + side + 1]
        })
        .collect()
}

/// The average of four spins.
pub fn average(spins: [i64; 4]) -> BigRational {
    BigRational::new(spins.iter().sum::<i64>().into(), 4.into())
}

/// The average divided by its magnitude: ±1, or `None` for a tie, whose average is zero.
pub fn normalised_average(spins: [i64; 4]) -> Option<i64> {
    match spins.iter().sum::<i64>() {
        0 => None,
        sum => Some(sum.signum()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_site_is_in_one_block() {
        let mut sites: Vec<usize> = blocks(6).concat();
        sites.sort_unstable();
        assert_eq!(sites, (0..36).collect::<Vec<_>>());
    }

    #[test]
    fn six_of_sixteen_states_are_ties() {
        let ties = (0..16_i64)
            .map(|b| [0, 1, 2, 3].map(|i| 1 - 2 * (b >> i & 1)))
            .filter(|s| normalised_average(*s).is_none())
            .count();
        assert_eq!(ties, 6);
    }
}
