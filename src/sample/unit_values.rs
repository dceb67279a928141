//! What is written for the units of a model.

/// What is written for each unit: the value of a spin that is down, and of one that is up.
///
/// A unit that was observed has one value; spins are −1 and 1, units of a machine may be 0 and 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitValues {
    pairs: Vec<[i8; 2]>,
    /// The same as bytes: of down, and what differs in that of up; filled up to whole words.
    down: Vec<u8>,
    change: Vec<u8>,
}

/// Byte `k` is all ones where bit `k` of the index is set.
const MASKS: [[u8; 8]; 256] = {
    let mut masks = [[0; 8]; 256];
    let mut bits = 0;
    while bits < 256 {
        let mut k = 0;
        while k < 8 {
            masks[bits][k] = if bits >> k & 1 == 1 { 0xff } else { 0 };
            k += 1;
        }
        bits += 1;
    }
    masks
};

impl UnitValues {
    /// Spins ±1.
    pub fn spins(sites: usize) -> Self {
        Self::new(vec![[-1, 1]; sites])
    }

    /// These values, of down and of up; a value above zero is read as up.
    pub fn new(pairs: Vec<[i8; 2]>) -> Self {
        let filled = pairs.len().next_multiple_of(8);
        let mut down: Vec<u8> = pairs.iter().map(|v| v[0].cast_unsigned()).collect();
        let mut change: Vec<u8> = pairs
            .iter()
            .map(|v| (v[0] ^ v[1]).cast_unsigned())
            .collect();
        down.resize(filled, 0);
        change.resize(filled, 0);
        Self {
            pairs,
            down,
            change,
        }
    }

    /// Number of units.
    pub fn sites(&self) -> usize {
        self.pairs.len()
    }

    /// The values.
    pub fn as_slice(&self) -> &[[i8; 2]] {
        &self.pairs
    }

    /// Appends a state.
    pub fn write(&self, spins: &[i8], row: &mut Vec<u8>) {
        row.extend(
            spins
                .iter()
                .zip(&self.pairs)
                .map(|(&s, v)| v[usize::from(s > 0)].cast_unsigned()),
        );
    }

    /// Appends a state whose spin `i` is up where bit `i mod 64` of word `i / 64` is set.
    ///
    /// # Panics
    /// If there are fewer words than the units need.
    pub fn write_bits(&self, words: &[u64], row: &mut Vec<u8>) {
        let first = row.len();
        row.resize(first + self.down.len(), 0);
        let bytes = words.iter().flat_map(|w| w.to_le_bytes());
        let (out, down) = (row[first..].as_chunks_mut().0, self.down.as_chunks().0);
        assert!(8 * words.len() >= out.len(), "a bit for each unit");
        for (((out, down), change), bits) in out
            .iter_mut()
            .zip(down)
            .zip(self.change.as_chunks().0)
            .zip(bytes)
        {
            let mask = u64::from_le_bytes(MASKS[usize::from(bits)]);
            let (down, change) = (u64::from_le_bytes(*down), u64::from_le_bytes(*change));
            *out = (down ^ change & mask).to_le_bytes();
        }
        row.truncate(first + self.pairs.len());
    }

    /// Reads a state; `None` if a value is not one that is written.
    pub(super) fn read(&self, row: &[u8], spins: &mut [i8]) -> Option<()> {
        for ((&byte, values), spin) in row.iter().zip(&self.pairs).zip(spins) {
            let value = byte.cast_signed();
            if !values.contains(&value) {
                return None;
            }
            *spin = if value > 0 { 1 } else { -1 };
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;

    #[test]
    fn bits_and_spins_are_written_alike() {
        let mut stream = Seed(2).stream("unit values", 0);
        for sites in [1, 7, 8, 9, 64, 65, 200] {
            let values = UnitValues::new(
                (0..sites)
                    .map(|i| [[-1, 1], [0, 1], [1, 1], [-1, -1], [0, 0]][i % 5])
                    .collect(),
            );
            let words: Vec<u64> = (0..sites.div_ceil(64)).map(|_| stream.next_u64()).collect();
            let spins: Vec<i8> = (0..sites)
                .map(|i| {
                    if words[i / 64] >> (i % 64) & 1 == 1 {
                        1
                    } else {
                        -1
                    }
                })
                .collect();
            let (mut a, mut b) = (vec![9], vec![9]);
            values.write(&spins, &mut a);
            values.write_bits(&words, &mut b);
            assert_eq!(a, b, "{sites}");
            let mut read = vec![0; sites];
            values.read(&a[1..], &mut read).unwrap();
            for (i, (&s, &r)) in spins.iter().zip(&read).enumerate() {
                let [down, up] = values.as_slice()[i];
                assert!(down == up || s == r);
            }
        }
    }
}
