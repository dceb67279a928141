//! Words of 512 bits for any processor, the cipher as a circuit of bits.
#![expect(
    clippy::inline_always,
    reason = "an operation must be compiled inside the kernel that uses it"
)]

use super::ars::{ROUNDS, RoundKeys, ars};
use super::circuit::Slice;
use super::sliced::{Sliced, Unit};
use super::wide::{Best, Lanes, Word};

/// 512 bits as four words of 128.
#[derive(Clone, Copy)]
pub(super) struct Portable([Best; 4]);

impl Portable {
    #[inline(always)]
    fn elements(self) -> [u64; 8] {
        let [a, b, c, d] = self.0.map(Slice::halves);
        [a[0], a[1], b[0], b[1], c[0], c[1], d[0], d[1]]
    }
    #[inline(always)]
    fn of(elements: [u64; 8]) -> Self {
        Self([0, 1, 2, 3].map(|k| {
            Best::new(u128::from(elements[2 * k + 1]) << 64 | u128::from(elements[2 * k]))
        }))
    }
    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(Best, Best) -> Best) -> Self {
        let ([a, b, c, d], [e, g, h, i]) = (self.0, other.0);
        Self([f(a, e), f(b, g), f(c, h), f(d, i)])
    }
}

/// Where the words of a region lie ready, and where they are counted.
#[derive(Clone, Copy)]
pub(super) struct Place {
    sequence: usize,
    /// The first word of the region, and how many of it are ready.
    at: usize,
    ready: usize,
    region: u64,
    high: u64,
}

impl Word for Portable {
    type Cipher = Sliced<Best>;
    type Region = Place;

    #[inline(always)]
    fn load(from: &Lanes) -> Self {
        Self::of(from.0)
    }
    #[inline(always)]
    fn store(self, to: &mut Lanes) {
        to.0 = self.elements();
    }
    #[inline(always)]
    fn splat(bits: u64) -> Self {
        Self::of([bits; 8])
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        self.zip(other, Slice::xor)
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self.zip(other, Slice::and)
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        self.zip(other, Slice::or)
    }
    #[inline(always)]
    fn and_not(self, other: Self) -> Self {
        self.zip(other, Slice::and_not)
    }
    #[inline(always)]
    fn is_zero(self) -> bool {
        self.elements().iter().fold(0, |all, w| all | w) == 0
    }
    #[inline(always)]
    fn rotate(self, by: usize) -> Self {
        let elements = self.elements();
        Self::of(std::array::from_fn(|k| elements[(k + by) % 8]))
    }
    #[inline(always)]
    fn elements_below(self, bound: u64) -> Self {
        Self::of(
            self.elements()
                .map(|w| if w < bound { u64::MAX } else { 0 }),
        )
    }
    #[inline(always)]
    fn cipher(keys: &RoundKeys, unit: Unit) -> Sliced<Best> {
        Sliced::new(keys, unit)
    }
    #[inline(always)]
    fn regions(
        cipher: &mut Sliced<Best>,
        sequence: usize,
        region: u64,
        high: u64,
        left: usize,
    ) -> [Place; 2] {
        let at = cipher.place(sequence, region, high, left);
        [0, 1].map(|next| Place {
            sequence,
            at: at + 64 * next,
            ready: cipher.words().saturating_sub(64 * next).min(64),
            region: region + next as u64,
            high,
        })
    }
    #[inline(always)]
    fn draw(cipher: &Sliced<Best>, place: &Place, index: usize) -> Self {
        if index < place.ready {
            Self::load(cipher.word(place.sequence, place.at + index))
        } else {
            draw_alone(cipher.keys(), place, index)
        }
    }
}

/// A word that nobody foresaw.
#[cold]
#[inline(never)]
fn draw_alone(keys: &RoundKeys, place: &Place, index: usize) -> Portable {
    let first = u128::from(place.high) << 64 | u128::from(place.region << 8) | (4 * index) as u128;
    Portable([0, 1, 2, 3].map(|block| Best::new(ars(first | block, keys.0[0], ROUNDS))))
}
