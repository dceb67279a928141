//! The counter-based generator ARS: rounds of AES on a counter, with sums of a Weyl sequence as keys.
//!
//! ```text
//! k_0 = key,  k_r = k_{r−1} + w   (two sums modulo 2⁶⁴),   w = (⌊2⁶⁴(√5−1)/2⌋, ⌊2⁶⁴(√3−1)⌋)
//! x = counter ⊕ k_0;   x = round(x, k_r), r = 1 … R−1;   output = last_round(x, k_R)
//! ```
//! With five rounds the authors report that it passes `BigCrush`. What this implementation went through, as the
//! words of a set of replicas in the order of their counters (`examples/cipher_bytes.rs`, default seed unless said):
//!
//! - dieharder 3.31.1, every test of `dieharder -a -g 200`: those up to `rgb_lagged_sum` 31 in one run on 200 GB under
//!   another key, the rest (`rgb_lagged_sum` 31 and 32, `rgb_kstest_test`, `dab_*`) one by one under the keys of
//!   index 1 to 9. No test failed; three of 115 p-values were called weak (`sts_serial` 1: 0.997, `rgb_lagged_sum` 27:
//!   0.999984 and 30: 0.9963). Under the key of index 30 these gave 0.52, 0.033 and 0.43. All 30 p-values of
//!   `sts_serial` were taken again under the keys of index 30 to 37: 6 of 240 were weak (size 8: 0.0044; 3: 0.99998
//!   and 15: 0.998; 9: 0.997 and 16: 0.003; 15: 0.997), where the 14 for size 3 under the other seven keys lie
//!   between 0.01 and 0.96. dieharder's own `AES_OFB` (`-g 205`, seeds 1 to 6) had 6 weak of 180 in this test.
//! - `TestU01` 1.2.3, `SmallCrush`, 0.9 GB each: counting regions up and counting sweeps up, bits in order and reversed
//!   (index 100): all tests passed, four times.
//!   `Crush`, 33.8e9 words of 32 bits or 135 GB, counting regions up (index 101): all 144 statistics passed.
//!
//! # References
//! J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel random numbers: as easy as 1, 2,
//! 3", SC 2011 (ARS; five rounds pass `BigCrush` there); FIPS 197 (the rounds).

/// Rounds of the generator in production: the smallest number that passes `BigCrush`.
pub const ROUNDS: usize = 5;

/// Product in the field of 256 elements with the polynomial x⁸ + x⁴ + x³ + x + 1.
const fn field_product(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    while b != 0 {
        if b & 1 == 1 {
            product ^= a;
        }
        a = a << 1 ^ if a & 0x80 != 0 { 0x1b } else { 0 };
        b >>= 1;
    }
    product
}

/// The substitution of AES: the inverse in the field, then an affine map.
pub(super) const SUBSTITUTION: [u8; 256] = {
    let mut table = [0; 256];
    let mut x = 0;
    while x < 256 {
        // The inverse is the power 254 = 2 + 4 + … + 128 (and zero stays zero).
        let mut power = x as u8;
        let mut inverse = 1;
        let mut k = 0;
        while k < 7 {
            power = field_product(power, power);
            inverse = field_product(inverse, power);
            k += 1;
        }
        table[x] = inverse
            ^ inverse.rotate_left(1)
            ^ inverse.rotate_left(2)
            ^ inverse.rotate_left(3)
            ^ inverse.rotate_left(4)
            ^ 0x63;
        x += 1;
    }
    table
};

/// What a byte in row `r` adds to its column: substitution and mixing in one look-up.
static MIXED: [[u32; 256]; 4] = {
    let mut tables = [[0; 256]; 4];
    let mut x = 0;
    while x < 256 {
        let s = SUBSTITUTION[x];
        let column = u32::from_le_bytes([field_product(s, 2), s, s, field_product(s, 3)]);
        let mut row = 0;
        while row < 4 {
            tables[row][x] = column.rotate_left(8 * row as u32);
            row += 1;
        }
        x += 1;
    }
    tables
};

/// The same without the mixing, for the last round.
static PLACED: [[u32; 256]; 4] = {
    let mut tables = [[0; 256]; 4];
    let mut x = 0;
    while x < 256 {
        let mut row = 0;
        while row < 4 {
            tables[row][x] = (SUBSTITUTION[x] as u32) << (8 * row);
            row += 1;
        }
        x += 1;
    }
    tables
};

#[inline]
fn byte(column: u32, row: usize) -> usize {
    (column >> (8 * row) & 0xFF) as usize
}

/// The four columns of a block, first byte lowest.
type Columns = [u32; 4];

#[inline]
fn columns(block: u128) -> Columns {
    [0, 1, 2, 3].map(|c| (block >> (32 * c)) as u32)
}

#[inline]
fn join(x: Columns) -> u128 {
    x.iter().rev().fold(0, |all, &c| all << 32 | u128::from(c))
}

#[inline]
fn round(x: Columns, key: Columns) -> Columns {
    std::array::from_fn(|c| {
        (0..4).fold(key[c], |sum, row| {
            sum ^ MIXED[row][byte(x[(c + row) % 4], row)]
        })
    })
}

#[inline]
fn last_round(x: Columns, key: Columns) -> Columns {
    std::array::from_fn(|c| {
        (0..4).fold(key[c], |sum, row| {
            sum ^ PLACED[row][byte(x[(c + row) % 4], row)]
        })
    })
}

/// The keys of the rounds.
#[derive(Clone, Debug)]
pub struct RoundKeys(pub [u128; ROUNDS + 1]);

fn next_key(key: u128) -> u128 {
    let low = (key as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    let high = ((key >> 64) as u64).wrapping_add(0xbb67_ae85_84ca_a73b);
    u128::from(high) << 64 | u128::from(low)
}

impl RoundKeys {
    /// The keys that follow from the first.
    pub fn new(key: u128) -> Self {
        let mut keys = [key; ROUNDS + 1];
        for r in 1..keys.len() {
            keys[r] = next_key(keys[r - 1]);
        }
        Self(keys)
    }
}

/// ARS with any number of rounds (at least one), in plain code.
///
/// # Panics
/// If `rounds` is zero.
pub fn ars(counter: u128, key: u128, rounds: usize) -> u128 {
    assert!(rounds > 0, "rounds");
    let mut x = columns(counter ^ key);
    let mut key = key;
    for _ in 1..rounds {
        key = next_key(key);
        x = round(x, columns(key));
    }
    join(last_round(x, columns(next_key(key))))
}

/// What 256 counters that differ in their lowest byte only have in common after two rounds.
///
/// That byte touches one column in the first round and one byte of each column in the second: what the others
/// add is a constant of the region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RegionStart {
    /// The lowest byte of counter plus key, and the first column after the first round without what that byte
    /// adds. Regions share this until another byte of the first column's diagonal changes.
    pub(super) diagonal: Diagonal,
    /// The state after the second round, without what the first column adds.
    pub(super) second: u128,
}

/// All that the lowest byte meets in the first two rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Diagonal {
    start: u8,
    first: u32,
}

impl RegionStart {
    /// The region at a counter whose lowest byte is zero.
    pub(super) fn new(keys: &RoundKeys, low: u64, high: u64) -> Self {
        debug_assert_eq!(low & 0xFF, 0);
        let counter = u128::from(high) << 64 | u128::from(low);
        let start = columns(counter ^ keys.0[0]);
        let once = round(start, columns(keys.0[1]));
        let mut twice = round(once, columns(keys.0[2]));
        for row in 0..4 {
            twice[(4 - row) % 4] ^= MIXED[row][byte(once[0], row)];
        }
        Self {
            diagonal: Diagonal {
                start: start[0] as u8,
                first: once[0] ^ MIXED[0][byte(start[0], 0)],
            },
            second: join(twice),
        }
    }
}

impl Diagonal {
    /// What the first column adds to the state after the second round, at this lowest byte of the counter.
    pub(super) fn adds(self, lowest: u8) -> u128 {
        let column = self.first ^ MIXED[0][usize::from(self.start ^ lowest)];
        let mut x = [0; 4];
        for row in 0..4 {
            x[(4 - row) % 4] = MIXED[row][byte(column, row)];
        }
        join(x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;

    fn words(w: [u32; 4]) -> u128 {
        join(w)
    }

    #[test]
    fn substitution_is_the_one_of_the_standard() {
        // FIPS 197, section 5.1.1: the example {53} → {ed}, and the ends of the table.
        assert_eq!(SUBSTITUTION[0x53], 0xed);
        assert_eq!((SUBSTITUTION[0], SUBSTITUTION[255]), (0x63, 0x16));
        let mut seen = SUBSTITUTION;
        seen.sort_unstable();
        assert!(seen.iter().enumerate().all(|(k, &s)| usize::from(s) == k));
    }

    #[test]
    fn values_are_those_of_random123() {
        // Known answers of Random123 (examples/kat_vectors), ten rounds.
        let known = [
            (
                [1, 0, 0, 0],
                [0, 0, 0x0001_0000, 0],
                [0x6d37_9196, 0xf5a0_e8b6, 0x82ed_605a, 0x4261_efd5],
            ),
            (
                [0x886a_3f24, 0xd308_a385, 0x2e8a_1913, 0x4473_7003],
                [0, 0, 0, 0x8000_0000],
                [0xb80e_41ea, 0x4a1f_a670, 0x3486_59dd, 0xee80_1943],
            ),
        ];
        for (counter, key, out) in known {
            assert_eq!(ars(words(counter), words(key), 10), words(out), "{out:x?}");
        }
        // Seven rounds, from the same file.
        let (counter, key) = (known[1].0, [0xff00_0000, 0, 0, 0]);
        assert_eq!(
            ars(words(counter), words(key), 7),
            words([0x0ba5_8ff4, 0xf368_a86b, 0xfd22_6d2d, 0x3884_6c8f])
        );
        // Known answers of Random123.jl (test/x86/ars.jl) with other numbers of rounds; its
        // generator counts up before it draws.
        let counter = 0x9799_b5d5_4f7b_9227_b476_0719_0d0d_fefb + 1;
        let key = 0x07b8_e4b6_aa98_ec24_5a7d_a274_d3b8_146a;
        for (rounds, out) in [
            (1, 0x1a0b_14c7_07b6_4224_e548_ef12_3313_96ef),
            (2, 0x3ced_8e09_7069_0f71_8336_318b_a22e_8ae1),
            (3, 0xb662_1a8b_0063_19e8_67c8_4164_2c32_fc19),
            (10, 0xac35_df44_f996_ed82_4e28_7697_bad2_f9a2),
        ] {
            assert_eq!(ars(counter, key, rounds), out, "{rounds} rounds");
        }
    }

    #[test]
    fn two_rounds_are_a_constant_and_what_the_lowest_byte_adds() {
        let mut stream = Seed(5).stream("ars", 0);
        for _ in 0..20 {
            let [low, high, a, b] = [(); 4].map(|()| stream.next_u64());
            let keys = RoundKeys::new(u128::from(a) << 64 | u128::from(b));
            let low = low & !0xFF;
            let region = RegionStart::new(&keys, low, high);
            for lowest in 0..=255 {
                let counter = u128::from(high) << 64 | u128::from(low | u64::from(lowest));
                let once = round(columns(counter ^ keys.0[0]), columns(keys.0[1]));
                let twice = join(round(once, columns(keys.0[2])));
                assert_eq!(region.second ^ region.diagonal.adds(lowest), twice);
            }
        }
    }
}
