//! The Swendsen–Wang algorithm on a rectangle, with bonds as bits.

use super::SquareIsing;
use crate::model::Boundary;
use crate::numeric::UnionFind;
use crate::random::{Chooser, Threshold};
use crate::sample::wolff::bond_threshold;
use crate::sample::{Irreducibility, Kernel, LogWeight, SpinState};

/// [`SwendsenWang`](crate::sample::SwendsenWang) on a rectangle, for any sign of K and h.
///
/// Spins of a row become bits, 64 bonds are drawn at once, sites of a horizontal run share a parent
/// from the start, and vertical bonds that close a plaquette are not looked at.
///
/// # References
/// Swendsen and Wang, Phys. Rev. Lett. 58 (1987) 86; Hoshen and Kopelman, Phys. Rev. B 14 (1976) 3438.
#[derive(Clone, Debug)]
pub struct SquareSwendsenWang {
    model: SquareIsing,
    bond: Threshold,
    ghost_bond: Threshold,
    clusters: UnionFind,
    /// One byte for each site: all bits but the lowest set where the spin is to be flipped.
    flips: Vec<i8>,
    /// Roots bound to the ghost, a bit for each site; rows start a new word.
    pinned: Vec<u64>,
    rows: [RowBits; 2],
    first: RowBits,
    ghost: Vec<u64>,
}

/// A row as bits, column `c` in bit `c mod 64` of word `c / 64`.
#[derive(Clone, Debug, Default)]
struct RowBits {
    /// Spins up.
    up: Vec<u64>,
    /// Bonds that are set between a column and the one before it.
    bound_to_left: Vec<u64>,
}

/// The bits that stand for columns in word `w`.
#[inline]
fn columns_in_word(columns: usize, w: usize) -> u64 {
    u64::MAX >> (64 - (columns - 64 * w).min(64))
}

/// Sign bits of up to 64 spins, set where up.
#[inline]
fn pack(spins: &[i8]) -> u64 {
    let mut word = 0;
    let (whole, rest) = spins.as_chunks::<8>();
    for (k, eight) in whole.iter().enumerate() {
        let bytes = u64::from_le_bytes(eight.map(|s| s as u8));
        // The highest bit of each byte is the sign; the product gathers the eight in the top byte.
        let signs = (bytes >> 7) & 0x0101_0101_0101_0101;
        word |= (signs.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * k);
    }
    for (k, &s) in rest.iter().enumerate() {
        word |= u64::from(s < 0) << (8 * whole.len() + k);
    }
    !word
}

impl RowBits {
    /// Packs a row and draws the bonds between its columns, except the one round the edge.
    fn draw(&mut self, spins: &[i8], unlike: u64, bond: Threshold, chooser: &mut impl Chooser) {
        let columns = spins.len();
        let mut before = 0;
        for (w, block) in spins.chunks(64).enumerate() {
            let up = pack(block);
            let left = up << 1 | before >> 63;
            let mut there = columns_in_word(columns, w);
            if w == 0 {
                there &= !1;
            }
            let satisfied = !(up ^ left ^ unlike) & there;
            self.up[w] = up;
            self.bound_to_left[w] = chooser.accept_mask(bond, satisfied);
            before = up;
        }
    }

    fn bit(&self, c: usize) -> bool {
        self.up[c / 64] >> (c % 64) & 1 == 1
    }
}

impl SquareSwendsenWang {
    /// The kernel.
    pub fn new(model: SquareIsing) -> Self {
        let words = model.lattice().columns().div_ceil(64);
        let row = RowBits {
            up: vec![0; words],
            bound_to_left: vec![0; words],
        };
        Self {
            model,
            bond: bond_threshold(model.coupling()),
            ghost_bond: bond_threshold(model.field()),
            clusters: UnionFind::default(),
            flips: vec![0; model.lattice().sites()],
            pinned: vec![0; words * model.lattice().rows()],
            rows: [row.clone(), row.clone()],
            first: row,
            ghost: vec![0; words * model.lattice().rows()],
        }
    }

    /// Draws the bonds between two rows and joins what they bind.
    fn join_rows(
        &mut self,
        above: &RowBits,
        below: &RowBits,
        starts: [usize; 2],
        unlike: u64,
        chooser: &mut impl Chooser,
    ) {
        let columns = self.model.lattice().columns();
        let mut before = 0;
        for w in 0..above.up.len() {
            let satisfied = !(above.up[w] ^ below.up[w] ^ unlike) & columns_in_word(columns, w);
            let bonds = chooser.accept_mask(self.bond, satisfied);
            // Where the column to the left is bound above, below and across, this bond joins nothing.
            let closes =
                (bonds << 1 | before >> 63) & above.bound_to_left[w] & below.bound_to_left[w];
            let mut left = bonds & !closes;
            before = bonds;
            while left != 0 {
                let c = 64 * w + left.trailing_zeros() as usize;
                left &= left - 1;
                self.clusters
                    .union((starts[0] + c) as u32, (starts[1] + c) as u32);
            }
        }
    }

    /// Gives the sites of each horizontal run their first site as parent.
    fn label_row(parents: &mut [u32], row: &RowBits, start: usize) {
        let mut run = start as u32;
        let mut site = run;
        for (block, &bound) in parents.chunks_mut(64).zip(&row.bound_to_left) {
            let mut bound = bound;
            for parent in block {
                run = if bound & 1 == 1 { run } else { site };
                bound >>= 1;
                *parent = run;
                site += 1;
            }
        }
    }

    /// Draws all bonds and finds the clusters.
    fn bind(&mut self, spins: &[i8], chooser: &mut impl Chooser) {
        let lattice = self.model.lattice();
        let (rows, columns) = (lattice.rows(), lattice.columns());
        let unlike = if self.model.coupling() < 0.0 {
            u64::MAX
        } else {
            0
        };
        let satisfied = |a: bool, b: bool| (a == b) != (unlike != 0);
        let [mut above, mut here] = std::mem::take(&mut self.rows);
        let mut first = std::mem::take(&mut self.first);
        self.clusters.parents_mut().resize(lattice.sites(), 0);
        for r in 0..rows {
            let start = r * columns;
            std::mem::swap(&mut above, &mut here);
            let row = &spins[start..start + columns];
            here.draw(row, unlike, self.bond, chooser);
            let parents = &mut self.clusters.parents_mut()[start..start + columns];
            Self::label_row(parents, &here, start);
            if lattice.horizontal() == Boundary::Periodic
                && columns > 1
                && satisfied(here.bit(0), here.bit(columns - 1))
                && chooser.accept(self.bond)
            {
                self.clusters
                    .union(start as u32, (start + columns - 1) as u32);
            }
            if self.model.field() != 0.0 {
                self.bind_to_ghost(r, &here, chooser);
            }
            if r > 0 {
                self.join_rows(&above, &here, [start - columns, start], unlike, chooser);
            } else {
                first.clone_from(&here);
            }
        }
        if lattice.vertical() == Boundary::Periodic && rows > 1 {
            self.join_rows(&here, &first, [(rows - 1) * columns, 0], unlike, chooser);
        }
        self.rows = [above, here];
        self.first = first;
    }

    fn bind_to_ghost(&mut self, r: usize, row: &RowBits, chooser: &mut impl Chooser) {
        let columns = self.model.lattice().columns();
        let down = if self.model.field() < 0.0 {
            u64::MAX
        } else {
            0
        };
        for (w, &up) in row.up.iter().enumerate() {
            let along = (up ^ down) & columns_in_word(columns, w);
            self.ghost[r * row.up.len() + w] = chooser.accept_mask(self.ghost_bond, along);
        }
    }

    /// Marks the roots of the sites that are bound to the ghost.
    fn pin(&mut self) {
        let columns = self.model.lattice().columns();
        let words = columns.div_ceil(64);
        self.pinned.fill(0);
        for index in 0..self.ghost.len() {
            let mut left = self.ghost[index];
            while left != 0 {
                let bit = left.trailing_zeros() as usize;
                left &= left - 1;
                let site = index / words * columns + index % words * 64 + bit;
                let root = self.clusters.find(site as u32) as usize;
                let (r, c) = (root / columns, root % columns);
                self.pinned[r * words + c / 64] |= 1 << (c % 64);
            }
        }
    }

    /// Draws a sign for each cluster and applies it.
    fn flip(&mut self, spins: &mut [i8], chooser: &mut impl Chooser) {
        let columns = self.model.lattice().columns();
        let words = columns.div_ceil(64);
        let parents = self.clusters.parents();
        for r in 0..self.model.lattice().rows() {
            for w in 0..words {
                let start = r * columns + 64 * w;
                let end = (start + 64).min((r + 1) * columns);
                let mut roots = 0;
                for (k, &parent) in parents[start..end].iter().enumerate() {
                    roots |= u64::from(parent == (start + k) as u32) << k;
                }
                let signs =
                    chooser.accept_mask(Threshold::HALF, roots & !self.pinned[r * words + w]);
                for (k, flip) in self.flips[start..end].iter_mut().enumerate() {
                    *flip = (signs >> k & 1) as i8 * -2;
                }
                // Parents come before their children, and a root is its own parent.
                for (site, &parent) in (start..end).zip(&parents[start..end]) {
                    self.flips[site] = self.flips[parent as usize];
                }
            }
        }
        for (spin, &flip) in spins.iter_mut().zip(&self.flips) {
            *spin ^= flip;
        }
    }
}

impl Kernel<SpinState> for SquareSwendsenWang {
    fn name(&self) -> &'static str {
        "square-swendsen-wang"
    }

    fn sweep(&mut self, state: &mut SpinState, chooser: &mut impl Chooser) {
        let spins = state.spins_mut();
        self.bind(spins, chooser);
        if self.model.field() != 0.0 {
            self.pin();
        }
        self.flip(spins, chooser);
    }

    fn irreducibility(&self) -> Irreducibility {
        Irreducibility::Positive
    }
}

impl LogWeight<SpinState> for SquareSwendsenWang {
    fn log_weight(&self, state: &SpinState) -> f64 {
        self.model.reduced_hamiltonian(state.spins())
    }
    fn adopt(&self, state: &mut SpinState) {
        state.forget();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Lattice;
    use crate::random::{Seed, Stream};

    /// Passes decisions on and keeps what was asked and answered.
    struct Recorder {
        stream: Stream,
        masks: Vec<(u64, u64)>,
    }

    impl Chooser for Recorder {
        fn bernoulli(&mut self, p: f64) -> bool {
            self.stream.bernoulli(p)
        }
        fn index(&mut self, n: usize) -> usize {
            Chooser::index(&mut self.stream, n)
        }
        fn accept(&mut self, threshold: Threshold) -> bool {
            self.accept_mask(threshold, 1) == 1
        }
        fn accept_mask(&mut self, threshold: Threshold, mask: u64) -> u64 {
            let answer = self.stream.accept_mask(threshold, mask);
            self.masks.push((mask, answer));
            answer
        }
        fn normal(&mut self) -> f64 {
            Chooser::normal(&mut self.stream)
        }
    }

    /// Bits of words, as columns.
    fn columns(masks: &[(u64, u64)], asked: bool) -> Vec<usize> {
        let mut set = Vec::new();
        for (w, &(mask, answer)) in masks.iter().enumerate() {
            let word = if asked { mask } else { answer };
            set.extend((0..64).filter(|k| word >> k & 1 == 1).map(|k| 64 * w + k));
        }
        set
    }

    #[test]
    fn rows_of_many_words_are_bound_as_their_bonds_say() {
        // Beyond what can be enumerated: the words of the decisions are read back bond by bond.
        for (rows, wide, coupling) in [(4, 130, 0.5), (3, 64, 0.4), (2, 65, -0.6), (5, 200, 0.9)] {
            let model = SquareIsing::new(Lattice::torus(rows, wide), coupling, 0.0).unwrap();
            let mut kernel = SquareSwendsenWang::new(model);
            let mut recorder = Recorder {
                stream: Seed(12).stream("wide rows", wide as u64),
                masks: Vec::new(),
            };
            let state = SpinState::random(rows * wide, &mut recorder.stream);
            let s = state.spins();
            recorder.masks.clear();
            kernel.bind(s, &mut recorder);
            let words = wide.div_ceil(64);
            let mut naive = UnionFind::default();
            naive.reset(rows * wide);
            let mut masks = recorder.masks.as_slice();
            let mut take = |n: usize| {
                let (now, later) = masks.split_at(n);
                masks = later;
                now
            };
            let satisfied = |i: usize, j: usize| coupling * f64::from(s[i] * s[j]) > 0.0;
            let below = |r: usize, drawn: &[(u64, u64)], naive: &mut UnionFind| {
                let pair = |c: usize| (r * wide + c, (r + 1) % rows * wide + c);
                let want: Vec<usize> = (0..wide)
                    .filter(|&c| satisfied(pair(c).0, pair(c).1))
                    .collect();
                assert_eq!(columns(drawn, true), want);
                for c in columns(drawn, false) {
                    naive.union(pair(c).0 as u32, pair(c).1 as u32);
                }
            };
            for r in 0..rows {
                let drawn = take(words);
                let start = r * wide;
                let want: Vec<usize> = (1..wide)
                    .filter(|c| satisfied(start + c - 1, start + c))
                    .collect();
                assert_eq!(columns(drawn, true), want);
                for c in columns(drawn, false) {
                    naive.union((start + c - 1) as u32, (start + c) as u32);
                }
                if satisfied(start, start + wide - 1) && take(1)[0].1 == 1 {
                    naive.union(start as u32, (start + wide - 1) as u32);
                }
                if r > 0 {
                    below(r - 1, take(words), &mut naive);
                }
            }
            below(rows - 1, take(words), &mut naive);
            assert!(take(0).is_empty());
            for i in 0..(rows * wide) as u32 {
                assert_eq!(
                    kernel.clusters.find(i),
                    naive.find(i),
                    "site {i} of {rows}×{wide}"
                );
            }
            // And the signs: one for each cluster.
            let mut flipped = s.to_vec();
            kernel.flip(&mut flipped, &mut recorder);
            for i in 0..rows * wide {
                let root = naive.find(i as u32) as usize;
                assert_eq!(flipped[i] != s[i], flipped[root] != s[root]);
            }
        }
    }

    #[test]
    fn packing_reads_the_signs() {
        let mut stream = Seed(8).stream("packing", 0);
        for n in 1..=64 {
            let state = SpinState::random(n, &mut stream);
            let there = u64::MAX >> (64 - n);
            assert_eq!(pack(state.spins()) & there, state.bits());
        }
    }
}
