//! Rounds of AES as a circuit: one bit of 128 blocks in a word of 128, one gate an operation on words.
#![expect(
    clippy::inline_always,
    reason = "a step of the circuit must be compiled into the loop over all blocks, its bits in registers"
)]

/// A word of 128 bits.
pub(super) trait Slice: Copy {
    /// From a number.
    fn new(bits: u128) -> Self;
    /// The two halves, low one first.
    fn halves(self) -> [u64; 2];
    /// Bitwise exclusive or.
    fn xor(self, other: Self) -> Self;
    /// Bitwise and.
    fn and(self, other: Self) -> Self;
    /// Bitwise or.
    fn or(self, other: Self) -> Self;
    /// Bitwise `self & !other`.
    fn and_not(self, other: Self) -> Self;
    /// Both halves shifted to the right.
    fn right<const BY: i32>(self) -> Self;
    /// Both halves shifted to the left.
    fn left<const BY: i32>(self) -> Self;
    /// The bytes of the low halves (the high halves) of two words in turn.
    fn in_turn(self, other: Self) -> [Self; 2];
}

/// Two halves, on any processor; where the architecture has registers that serve better, the tests use it alone.
#[cfg(any(test, not(target_arch = "x86_64")))]
#[derive(Clone, Copy, Debug)]
pub(super) struct Halves([u64; 2]);

#[cfg(any(test, not(target_arch = "x86_64")))]
impl Slice for Halves {
    #[inline(always)]
    fn new(bits: u128) -> Self {
        Self([bits as u64, (bits >> 64) as u64])
    }
    #[inline(always)]
    fn halves(self) -> [u64; 2] {
        self.0
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self([self.0[0] ^ other.0[0], self.0[1] ^ other.0[1]])
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self([self.0[0] & other.0[0], self.0[1] & other.0[1]])
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self([self.0[0] | other.0[0], self.0[1] | other.0[1]])
    }
    #[inline(always)]
    fn and_not(self, other: Self) -> Self {
        Self([self.0[0] & !other.0[0], self.0[1] & !other.0[1]])
    }
    #[inline(always)]
    fn right<const BY: i32>(self) -> Self {
        Self(self.0.map(|half| half >> BY))
    }
    #[inline(always)]
    fn left<const BY: i32>(self) -> Self {
        Self(self.0.map(|half| half << BY))
    }
    #[inline(always)]
    fn in_turn(self, other: Self) -> [Self; 2] {
        [0, 1].map(|half| {
            let (a, b) = (self.0[half].to_le_bytes(), other.0[half].to_le_bytes());
            Self([0, 4].map(|from| {
                u64::from_le_bytes(std::array::from_fn(|k| {
                    if k % 2 == 0 {
                        a[from + k / 2]
                    } else {
                        b[from + k / 2]
                    }
                }))
            }))
        })
    }
}

/// One bit of 128 blocks in each element; bit `b` of byte `k` is element `8 k + b`.
pub(super) type Planes<S> = [S; 128];

/// The substitution of AES without its constant 0x63, lowest bit first.
///
/// The circuit of Boyar and Peralta: a linear map to 22 sums, the inverse by way of subfields, and a linear
/// map of 18 products.
#[inline(always)]
pub(super) fn substitute<S: Slice>(x: [S; 8]) -> [S; 8] {
    let [x7, x6, x5, x4, x3, x2, x1, x0] = x;
    // Sums of the input.
    let y14 = x3.xor(x5);
    let y13 = x0.xor(x6);
    let y9 = x0.xor(x3);
    let y8 = x0.xor(x5);
    let t0 = x1.xor(x2);
    let y1 = t0.xor(x7);
    let y4 = y1.xor(x3);
    let y12 = y13.xor(y14);
    let y2 = y1.xor(x0);
    let y5 = y1.xor(x6);
    let y3 = y5.xor(y8);
    let t1 = x4.xor(y12);
    let y15 = t1.xor(x5);
    let y20 = t1.xor(x1);
    let y6 = y15.xor(x7);
    let y10 = y15.xor(t0);
    let y11 = y20.xor(y9);
    let y7 = x7.xor(y11);
    let y17 = y10.xor(y11);
    let y19 = y10.xor(y8);
    let y16 = t0.xor(y11);
    let y21 = y13.xor(y16);
    let y18 = x0.xor(y16);
    // The norm in the field of 16 elements.
    let t2 = y12.and(y15);
    let t4 = y3.and(y6).xor(t2);
    let t6 = y4.and(x7).xor(t2);
    let t7 = y13.and(y16);
    let t9 = y5.and(y1).xor(t7);
    let t11 = y2.and(y7).xor(t7);
    let t12 = y9.and(y11);
    let t14 = y14.and(y17).xor(t12);
    let t16 = y8.and(y10).xor(t12);
    let t21 = t4.xor(t14).xor(y20);
    let t22 = t6.xor(t16).xor(y19);
    let t23 = t9.xor(t14).xor(y21);
    let t24 = t11.xor(t16).xor(y18);
    // Its inverse.
    let t25 = t21.xor(t22);
    let t26 = t21.and(t23);
    let t27 = t24.xor(t26);
    let t29 = t25.and(t27).xor(t22);
    let t30 = t23.xor(t24);
    let t33 = t22.xor(t26).and(t30).xor(t24);
    let t34 = t23.xor(t33);
    let t35 = t27.xor(t33);
    let t36 = t24.and(t35);
    let t37 = t36.xor(t34);
    let t38 = t27.xor(t36);
    let t40 = t25.xor(t29.and(t38));
    let t41 = t40.xor(t37);
    let t42 = t29.xor(t33);
    let t43 = t29.xor(t40);
    let t44 = t33.xor(t37);
    let t45 = t42.xor(t41);
    // Products of the inverse with the input.
    let z0 = t44.and(y15);
    let z1 = t37.and(y6);
    let z2 = t33.and(x7);
    let z3 = t43.and(y16);
    let z4 = t40.and(y1);
    let z5 = t29.and(y7);
    let z6 = t42.and(y11);
    let z7 = t45.and(y17);
    let z8 = t41.and(y10);
    let z9 = t44.and(y12);
    let z10 = t37.and(y3);
    let z11 = t33.and(y4);
    let z12 = t43.and(y13);
    let z13 = t40.and(y5);
    let z14 = t29.and(y2);
    let z15 = t42.and(y9);
    let z16 = t45.and(y14);
    let z17 = t41.and(y8);
    // Sums of the products.
    let u46 = z15.xor(z16);
    let u48 = z5.xor(z13);
    let u53 = z0.xor(z3);
    let u54 = z6.xor(z7);
    let u57 = z2.xor(z12).xor(u53);
    let u58 = z4.xor(u46);
    let u59 = z3.xor(u54);
    let u62 = z7.xor(z8).xor(u58);
    let u63 = z9.xor(z10).xor(u58);
    let u64 = z4.xor(u59);
    let u65 = z14.xor(u57).xor(u62);
    let u66 = z1.xor(u63);
    let s0 = u59.xor(u63);
    let s6 = z12.xor(u48).xor(u62);
    let s7 = u48.xor(u46.xor(u57));
    let s3 = u53.xor(u66);
    let s4 = z2.xor(z5).xor(u66);
    let s5 = z10.xor(z11).xor(u65);
    let s1 = u64.xor(s3);
    let s2 = z16.xor(z17).xor(u64.xor(u65));
    [s7, s6, s5, s4, s3, s2, s1, s0]
}

/// One byte of all blocks.
#[inline(always)]
pub(super) fn byte<S: Slice>(planes: &Planes<S>, at: usize) -> [S; 8] {
    std::array::from_fn(|k| planes[8 * at + k])
}

/// Where the byte of a row and column comes from: row `r` is turned by `r` columns.
const fn source(column: usize, row: usize) -> usize {
    4 * ((column + row) % 4) + row
}

/// Substitution of all bytes.
#[inline(always)]
pub(super) fn substitute_all<S: Slice>(state: &mut Planes<S>) {
    for at in 0..16 {
        let s = substitute(byte(state, at));
        state[8 * at..8 * at + 8].copy_from_slice(&s);
    }
}

/// Turns the rows, mixes the columns, adds a key.
#[inline(always)]
pub(super) fn mix<S: Slice>(state: &Planes<S>, key: &Planes<S>, mixed: &mut Planes<S>) {
    for column in 0..4 {
        let from = [0, 1, 2, 3].map(|row| 8 * source(column, row));
        // A row plus the next, bit by bit: doubled in the field, it is what the row needs besides the sum of the
        // three others.
        let top = pairs(state, from, 7);
        let mut below = top;
        for k in 0..8 {
            let pairs = pairs(state, from, k);
            let all = pairs[0].xor(pairs[2]);
            for row in 0..4 {
                let to = 8 * (4 * column + row) + k;
                let twice = if k == 1 || k == 3 || k == 4 {
                    below[row].xor(top[row])
                } else {
                    below[row]
                };
                let others = state[from[row] + k].xor(all);
                mixed[to] = others.xor(twice).xor(key[to]);
            }
            below = pairs;
        }
    }
}

/// Bit `k` of each row plus the next.
#[inline(always)]
fn pairs<S: Slice>(state: &Planes<S>, from: [usize; 4], k: usize) -> [S; 4] {
    let [a, b, c, d] = from.map(|at| state[at + k]);
    [a.xor(b), b.xor(c), c.xor(d), d.xor(a)]
}

/// Exchanges bit `j` of word `k` with bit `k` of word `j`, in each byte.
#[inline(always)]
fn turn_bits<S: Slice>(mut x: [S; 8]) -> [S; 8] {
    macro_rules! stage {
        ($by:literal, $mask:literal) => {
            let mask = S::new($mask << 64 | $mask);
            for k in 0..8 {
                if k & $by == 0 {
                    let t = x[k].right::<$by>().xor(x[k + $by]).and(mask);
                    x[k + $by] = x[k + $by].xor(t);
                    x[k] = x[k].xor(t.left::<$by>());
                }
            }
        };
    }
    stage!(1, 0x5555_5555_5555_5555_u128);
    stage!(2, 0x3333_3333_3333_3333_u128);
    stage!(4, 0x0f0f_0f0f_0f0f_0f0f_u128);
    x
}

/// Exchanges byte `j` of word `k` with byte `k` of word `j`.
#[inline(always)]
fn turn_bytes<S: Slice>(x: [S; 16]) -> [S; 16] {
    interleave(interleave(interleave(interleave(x))))
}

/// The bytes of words `k` and `k + 8` in turn, as words `2 k` and `2 k + 1`.
#[inline(always)]
fn interleave<S: Slice>(from: [S; 16]) -> [S; 16] {
    let mut x = from;
    for k in 0..8 {
        [x[2 * k], x[2 * k + 1]] = from[k].in_turn(from[k + 8]);
    }
    x
}

/// The planes of 128 blocks.
pub(super) fn planes_of<S: Slice>(blocks: &[S; 128]) -> Planes<S> {
    let mut planes = *blocks;
    for bit in 0..8 {
        let bytes = turn_bytes(std::array::from_fn(|k| blocks[8 * k + bit]));
        for k in 0..16 {
            planes[8 * k + bit] = bytes[k];
        }
    }
    for k in 0..16 {
        let bits = turn_bits(byte(&planes, k));
        planes[8 * k..8 * k + 8].copy_from_slice(&bits);
    }
    planes
}

/// The last round: substitution, rows turned, a key; and back from planes to blocks.
#[inline(always)]
pub(super) fn last_round<S: Slice>(
    state: &Planes<S>,
    key: &Planes<S>,
    turned: &mut Planes<S>,
    mut write: impl FnMut(usize, S),
) {
    for column in 0..4 {
        for row in 0..4 {
            let mut x = substitute(byte(state, source(column, row)));
            let to = 8 * (4 * column + row);
            for k in 0..8 {
                x[k] = x[k].xor(key[to + k]);
            }
            turned[to..to + 8].copy_from_slice(&turn_bits(x));
        }
    }
    for bit in 0..8 {
        let bytes = turn_bytes(std::array::from_fn(|k| turned[8 * k + bit]));
        for k in 0..16 {
            write(8 * k + bit, bytes[k]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;
    use crate::random::ars::SUBSTITUTION;

    #[test]
    fn circuit_is_the_substitution_of_the_standard() {
        for half in 0..2_usize {
            let planes: [Halves; 8] = std::array::from_fn(|bit| {
                let ones = (0..128).filter(|x| (128 * half + x) >> bit & 1 == 1);
                Halves::new(ones.fold(0, |all, x| all | 1 << x))
            });
            let out = substitute(planes);
            for x in 0..128 {
                let byte = (0..8).fold(0, |byte, bit| {
                    byte | ((out[bit].halves()[x / 64] >> (x % 64) & 1) as u8) << bit
                });
                assert_eq!(byte ^ 0x63, SUBSTITUTION[128 * half + x], "{x}");
            }
        }
    }

    #[test]
    fn planes_are_the_bits_of_blocks() {
        let mut stream = Seed(6).stream("sliced", 0);
        let blocks: [Halves; 128] =
            std::array::from_fn(|_| Halves([stream.next_u64(), stream.next_u64()]));
        let planes = planes_of(&blocks);
        for (p, plane) in planes.iter().enumerate() {
            for (b, block) in blocks.iter().enumerate() {
                assert_eq!(
                    plane.halves()[b / 64] >> (b % 64) & 1,
                    block.halves()[p / 64] >> (p % 64) & 1
                );
            }
        }
    }
}
