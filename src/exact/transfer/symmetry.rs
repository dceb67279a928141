//! Symmetries of a strip that keep every row in place, and the first rows that they leave to follow.
//!
//! On a closed strip the trace needs every state of the first row. States that a symmetry of the whole
//! model maps on each other have the same weight: a homogeneous torus of width w has 4w symmetries
//! (translations, reflection, reversal of all spins), so only about 2^w/4w first rows are followed.

/// A map of the states of a row: columns reflected, shifted, all spins reversed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) reflect: bool,
    pub(super) shift: usize,
    pub(super) flip: bool,
}

impl Element {
    /// The column that column c goes to.
    pub(super) fn column(self, c: usize, width: usize) -> usize {
        let c = if self.reflect { width - 1 - c } else { c };
        (c + self.shift) % width
    }

    /// The column whose bond to the next column the bond of c goes to.
    pub(super) fn bond(self, c: usize, width: usize) -> usize {
        if self.reflect {
            self.column((c + 1) % width, width)
        } else {
            self.column(c, width)
        }
    }

    /// The image of a row's state.
    #[inline]
    pub(super) fn apply(self, state: u32, width: usize) -> u32 {
        let mask = (1_u32 << width) - 1;
        let s = if self.reflect {
            state.reverse_bits() >> (32 - width)
        } else {
            state
        };
        let s = if self.shift == 0 {
            s
        } else {
            (s << self.shift | s >> (width - self.shift)) & mask
        };
        if self.flip { s ^ mask } else { s }
    }
}

/// A group of maps.
#[derive(Clone, Debug)]
pub(super) struct Symmetry {
    pub(super) elements: Vec<Element>,
}

/// A first row and how many others have its weight, itself included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) state: u32,
    pub(super) size: u32,
}

impl Symmetry {
    /// All maps that leave bonds and fields as they are; of an open strip, whose first rows are all followed
    /// at once, only the reversal is looked for.
    pub(super) fn of(
        width: usize,
        closed: bool,
        across: &[i128],
        along: &[i128],
        field: &[i128],
    ) -> Self {
        let mut elements = Vec::new();
        for flip in [false, true] {
            for reflect in [false, true] {
                if reflect && !closed {
                    continue;
                }
                for shift in 0..if closed { width } else { 1 } {
                    let g = Element {
                        reflect,
                        shift,
                        flip,
                    };
                    let sign = if flip { -1 } else { 1 };
                    let fits = (0..width).all(|c| {
                        let (to, bond) = (g.column(c, width), g.bond(c, width));
                        let each = |list: &[i128], place: usize, sign: i128| {
                            let mut rows = list.chunks_exact(width);
                            rows.all(|row| row[place] == sign * row[c])
                        };
                        each(field, to, sign) && each(along, to, 1) && each(across, bond, 1)
                    });
                    if fits {
                        elements.push(g);
                    }
                }
            }
        }
        Self { elements }
    }

    /// One state of each class, in increasing order.
    pub(super) fn starts(&self, width: usize) -> Vec<Start> {
        let mut images = Vec::with_capacity(self.elements.len());
        let mut starts = Vec::new();
        for state in 0..1_u32 << width {
            images.clear();
            images.extend(self.elements.iter().map(|g| g.apply(state, width)));
            if images.iter().all(|&image| image >= state) {
                images.sort_unstable();
                images.dedup();
                starts.push(Start {
                    state,
                    size: images.len() as u32,
                });
            }
        }
        starts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_homogeneous_ring_has_the_dihedral_group_and_reversal() {
        let same = [1_i128; 30];
        let group = Symmetry::of(10, true, &same, &same, &[0; 30]);
        assert_eq!(group.elements.len(), 40);
        let starts = group.starts(10);
        assert_eq!(starts.iter().map(|s| s.size).sum::<u32>(), 1024);
        // Burnside, counted independently: the mean number of fixed states.
        let fixed: usize = group
            .elements
            .iter()
            .map(|g| (0..1024).filter(|&s| g.apply(s, 10) == s).count())
            .sum();
        assert_eq!(starts.len(), fixed / 40);
        let field = Symmetry::of(10, true, &same, &same, &same);
        assert_eq!(field.elements.len(), 20);
    }

    #[test]
    fn elements_move_spins_as_they_move_columns() {
        let width = 7;
        for reflect in [false, true] {
            for shift in 0..width {
                let g = Element {
                    reflect,
                    shift,
                    flip: false,
                };
                for c in 0..width {
                    assert_eq!(g.apply(1 << c, width), 1 << g.column(c, width));
                    let pair = 1 << c | 1 << ((c + 1) % width);
                    let b = g.bond(c, width);
                    assert_eq!(g.apply(pair, width), 1 << b | 1 << ((b + 1) % width));
                }
            }
        }
    }

    #[test]
    fn one_odd_bond_leaves_the_reflection_through_it() {
        let mut across = [1_i128; 6];
        across[2] = 5;
        let group = Symmetry::of(6, true, &across, &[0; 6], &[0; 6]);
        assert_eq!(group.elements.len(), 4);
        let random = Symmetry::of(6, true, &[1, 2, 3, 4, 5, 6], &[0; 6], &[1, 2, 3, 4, 5, 6]);
        assert_eq!(random.elements.len(), 1);
    }
}
