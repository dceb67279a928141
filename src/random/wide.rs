//! Words of 512 bits on the vector units of the processor; the one file of the crate with `unsafe`.
//!
//! A kernel is written once, as safe code that is generic over [`Word`]; [`run`] compiles it for
//! each [`Path`] and enters the one that is asked for. Every operation is defined bit by bit, so
//! that all paths give the same bytes: test `operations_agree_on_every_path`.
//!
//! Soundness: the word types of the AVX paths are private to this file, and only [`run`] names
//! them, after it has asked the processor for every instruction set that they use. Loads and stores
//! go through references to [`Lanes`], which has the size and alignment of a word.
#![expect(
    unsafe_code,
    reason = "processor intrinsics behind detection; audited in this file alone"
)]
#![expect(
    clippy::inline_always,
    reason = "an operation must be compiled inside the function that enables its instructions"
)]

use super::ars::RoundKeys;
use super::portable::Portable;
use super::sliced::Unit;

/// Bits of a word.
pub const LANES: usize = 512;

/// The bits of a word in memory: lane `l` is bit `l % 64` of element `l / 64`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C, align(64))]
pub struct Lanes(pub [u64; 8]);

impl Lanes {
    /// One bit.
    #[inline]
    pub fn get(&self, lane: usize) -> bool {
        self.0[lane / 64] >> (lane % 64) & 1 == 1
    }

    /// Sets one bit.
    #[inline]
    pub fn set(&mut self, lane: usize, value: bool) {
        let bit = 1 << (lane % 64);
        if value {
            self.0[lane / 64] |= bit;
        } else {
            self.0[lane / 64] &= !bit;
        }
    }
}

/// A set of instructions for [`Word`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Path {
    /// Plain code for any processor, the cipher as a circuit of bits.
    Portable,
    /// AVX2 with AES-NI.
    Avx2,
    /// AVX-512 (F) with VAES.
    Avx512,
}

impl Path {
    /// All paths, slowest first.
    pub const ALL: [Self; 3] = [Self::Portable, Self::Avx2, Self::Avx512];

    /// Whether this processor has the instructions.
    pub fn is_available(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("aes"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("vaes"),
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }

    /// The fastest path of this processor.
    pub fn best() -> Self {
        let mut all = Self::ALL.into_iter().rev();
        all.find(|path| path.is_available())
            .unwrap_or(Self::Portable)
    }
}

/// 512 bits in registers.
///
/// Implementations exist for the paths of this file only. Methods are compiled to instructions of
/// the path when everything between them and [`run`] is `#[inline(always)]`.
pub trait Word: Copy {
    /// The cipher with its keys.
    type Cipher;
    /// The counter of the cipher, set to one region of 256 blocks.
    type Region: Copy;

    /// Reads a word.
    fn load(from: &Lanes) -> Self;
    /// Writes a word.
    fn store(self, to: &mut Lanes);
    /// The same 64 bits eight times.
    fn splat(bits: u64) -> Self;
    /// Bitwise exclusive or.
    fn xor(self, other: Self) -> Self;
    /// Bitwise and.
    fn and(self, other: Self) -> Self;
    /// Bitwise or.
    fn or(self, other: Self) -> Self;
    /// Bitwise `self & !other`.
    fn and_not(self, other: Self) -> Self;
    /// Whether no bit is set.
    fn is_zero(self) -> bool;
    /// Bits of lane `l` become those of lane `l + 64 by` (modulo 512), for `by < 8`.
    fn rotate(self, by: usize) -> Self;
    /// All 64 bits of an element set where the element is below `bound`, all clear elsewhere.
    fn elements_below(self, bound: u64) -> Self;
    /// The cipher, for a consumer that draws units of one kind.
    fn cipher(keys: &RoundKeys, unit: Unit) -> Self::Cipher;
    /// The counters `region · 256 + 0..256` (low half), `high` (high half), and those of the next region.
    ///
    /// Two sequences of regions may be asked for in turn. `left` units of the sequence will be asked for one
    /// after the other from this one on. A path may make [`AHEAD`](super::AHEAD) of them at once, counted from
    /// the first that was not ready; a region may be drawn from until its sequence leaves that batch.
    fn regions(
        cipher: &mut Self::Cipher,
        sequence: usize,
        region: u64,
        high: u64,
        left: usize,
    ) -> [Self::Region; 2];
    /// Blocks `4 index .. 4 index + 4` of the region, for `index < 64`.
    fn draw(cipher: &Self::Cipher, region: &Self::Region, index: usize) -> Self;

    /// One step of a comparison of binary fractions, from the last digit to the first:
    /// `digit < threshold`, or equal and `self`.
    #[inline(always)]
    fn less_step(self, digit: Self, threshold: Self) -> Self {
        threshold
            .and_not(digit)
            .or(self.and_not(digit.and_not(threshold)))
    }
    /// Sum modulo two of three bits.
    #[inline(always)]
    fn parity(self, a: Self, b: Self) -> Self {
        self.xor(a).xor(b)
    }
    /// Carry of the sum of three bits.
    #[inline(always)]
    fn majority(self, a: Self, b: Self) -> Self {
        self.and(a).or(self.xor(a).and(b))
    }
}

/// Work that is generic over the word.
pub trait Program {
    /// What comes back.
    type Output;
    /// The work; mark it, and what it calls, `#[inline(always)]`.
    fn run<W: Word>(self) -> Self::Output;
}

/// Runs a program on the instructions of a path.
///
/// # Panics
/// If the processor has not the instructions of the path ([`Path::is_available`]).
pub fn run<P: Program>(path: Path, program: P) -> P::Output {
    assert!(path.is_available(), "{path:?} on this processor");
    match path {
        Path::Portable => program.run::<Portable>(),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the processor has AVX2 and AES-NI, as asserted above.
        Path::Avx2 => unsafe { x86::run_avx2(program) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the processor has AVX-512F and VAES, as asserted above.
        Path::Avx512 => unsafe { x86::run_avx512(program) },
        #[cfg(not(target_arch = "x86_64"))]
        _ => unreachable!("is_available is false here"),
    }
}

/// Words of 128 bits that every processor of the architecture has.
#[cfg(target_arch = "x86_64")]
pub(super) type Best = x86::Sse2;
/// Words of 128 bits.
#[cfg(not(target_arch = "x86_64"))]
pub(super) type Best = super::circuit::Halves;

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::super::ars::{ROUNDS, RoundKeys};
    use super::super::circuit::Slice;
    use super::{Lanes, Program, Unit, Word};
    use std::arch::x86_64::{
        __m128i, __m256i, __m512i, _mm_aesenc_si128, _mm_aesenclast_si128, _mm_and_si128,
        _mm_andnot_si128, _mm_cvtsi128_si64, _mm_loadu_si128, _mm_or_si128, _mm_set_epi64x,
        _mm_slli_epi64, _mm_srli_epi64, _mm_unpackhi_epi8, _mm_unpackhi_epi64, _mm_unpacklo_epi8,
        _mm_xor_si128, _mm256_and_si256, _mm256_andnot_si256, _mm256_cmpgt_epi64,
        _mm256_load_si256, _mm256_or_si256, _mm256_set_m128i, _mm256_set1_epi64x,
        _mm256_store_si256, _mm256_testz_si256, _mm256_xor_si256, _mm512_aesenc_epi128,
        _mm512_aesenclast_epi128, _mm512_and_si512, _mm512_andnot_si512, _mm512_broadcast_i32x4,
        _mm512_cmplt_epu64_mask, _mm512_load_si512, _mm512_maskz_set1_epi64, _mm512_or_si512,
        _mm512_permutexvar_epi64, _mm512_set1_epi64, _mm512_store_si512, _mm512_ternarylogic_epi64,
        _mm512_test_epi64_mask, _mm512_xor_si512,
    };

    #[target_feature(enable = "avx2,aes")]
    pub(super) fn run_avx2<P: Program>(program: P) -> P::Output {
        program.run::<Avx2>()
    }

    #[target_feature(enable = "avx512f,vaes")]
    pub(super) fn run_avx512<P: Program>(program: P) -> P::Output {
        program.run::<Avx512>()
    }

    /// Low counter bits of the four blocks of each word of a region.
    static OFFSETS: [Lanes; 64] = {
        let mut table = [Lanes([0; 8]); 64];
        let mut word = 0;
        while word < 64 {
            let mut block = 0;
            while block < 4 {
                table[word].0[2 * block] = (4 * word + block) as u64;
                block += 1;
            }
            word += 1;
        }
        table
    };

    /// Element numbers of a word turned by 0 to 7 elements.
    static TURNED: [Lanes; 8] = {
        let mut table = [Lanes([0; 8]); 8];
        let mut by = 0;
        while by < 8 {
            let mut k = 0;
            while k < 8 {
                table[by].0[k] = ((k + by) % 8) as u64;
                k += 1;
            }
            by += 1;
        }
        table
    };

    #[inline(always)]
    fn block(value: u128) -> __m128i {
        let bytes = value.to_le_bytes();
        // SAFETY: reads the 16 bytes of a local array; SSE2 belongs to x86_64.
        unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
    }

    /// The registers that belong to the architecture.
    #[derive(Clone, Copy, Debug)]
    pub(in crate::random) struct Sse2(__m128i);

    // SAFETY of every block in this implementation: SSE2 belongs to x86_64, and no pointer is used.
    impl Slice for Sse2 {
        #[inline(always)]
        fn new(bits: u128) -> Self {
            Self(unsafe { _mm_set_epi64x((bits >> 64) as i64, bits as i64) })
        }
        #[inline(always)]
        fn halves(self) -> [u64; 2] {
            unsafe {
                let high = _mm_unpackhi_epi64(self.0, self.0);
                [
                    _mm_cvtsi128_si64(self.0) as u64,
                    _mm_cvtsi128_si64(high) as u64,
                ]
            }
        }
        #[inline(always)]
        fn xor(self, other: Self) -> Self {
            Self(unsafe { _mm_xor_si128(self.0, other.0) })
        }
        #[inline(always)]
        fn and(self, other: Self) -> Self {
            Self(unsafe { _mm_and_si128(self.0, other.0) })
        }
        #[inline(always)]
        fn or(self, other: Self) -> Self {
            Self(unsafe { _mm_or_si128(self.0, other.0) })
        }
        #[inline(always)]
        fn and_not(self, other: Self) -> Self {
            Self(unsafe { _mm_andnot_si128(other.0, self.0) })
        }
        #[inline(always)]
        fn right<const BY: i32>(self) -> Self {
            Self(unsafe { _mm_srli_epi64::<BY>(self.0) })
        }
        #[inline(always)]
        fn left<const BY: i32>(self) -> Self {
            Self(unsafe { _mm_slli_epi64::<BY>(self.0) })
        }
        #[inline(always)]
        fn in_turn(self, other: Self) -> [Self; 2] {
            unsafe {
                [
                    Self(_mm_unpacklo_epi8(self.0, other.0)),
                    Self(_mm_unpackhi_epi8(self.0, other.0)),
                ]
            }
        }
    }

    /// First counter of a region plus the first key.
    #[inline(always)]
    fn counter(keys: &RoundKeys, region: u64, high: u64) -> u128 {
        (u128::from(high) << 64 | u128::from(region << 8)) ^ keys.0[0]
    }

    #[derive(Clone, Copy)]
    pub(super) struct Avx512(__m512i);

    /// Truth tables for `vpternlogq`, from those of its three inputs.
    const A: i32 = 0xF0;
    const B: i32 = 0xCC;
    const C: i32 = 0xAA;
    const LESS: i32 = ((!B & C) | (A & (!B | C))) & 0xFF;
    const PARITY: i32 = A ^ B ^ C;
    const MAJORITY: i32 = (A & B) | (A & C) | (B & C);

    // SAFETY of every block in this implementation: an `Avx512` is made and used only below
    // `run_avx512`, which `run` enters after it has found AVX-512F and VAES. The pointers are
    // references to `Lanes`: 64 bytes, aligned to 64, valid and (for stores) exclusive.
    impl Word for Avx512 {
        type Cipher = (RoundKeys, [__m512i; ROUNDS]);
        type Region = __m512i;

        #[inline(always)]
        fn load(from: &Lanes) -> Self {
            Self(unsafe { _mm512_load_si512(std::ptr::from_ref(from).cast()) })
        }
        #[inline(always)]
        fn store(self, to: &mut Lanes) {
            unsafe { _mm512_store_si512(std::ptr::from_mut(to).cast(), self.0) }
        }
        #[inline(always)]
        fn splat(bits: u64) -> Self {
            Self(unsafe { _mm512_set1_epi64(bits as i64) })
        }
        #[inline(always)]
        fn xor(self, other: Self) -> Self {
            Self(unsafe { _mm512_xor_si512(self.0, other.0) })
        }
        #[inline(always)]
        fn and(self, other: Self) -> Self {
            Self(unsafe { _mm512_and_si512(self.0, other.0) })
        }
        #[inline(always)]
        fn or(self, other: Self) -> Self {
            Self(unsafe { _mm512_or_si512(self.0, other.0) })
        }
        #[inline(always)]
        fn and_not(self, other: Self) -> Self {
            Self(unsafe { _mm512_andnot_si512(other.0, self.0) })
        }
        #[inline(always)]
        fn is_zero(self) -> bool {
            unsafe { _mm512_test_epi64_mask(self.0, self.0) == 0 }
        }
        #[inline(always)]
        fn rotate(self, by: usize) -> Self {
            Self(unsafe { _mm512_permutexvar_epi64(Self::load(&TURNED[by]).0, self.0) })
        }
        #[inline(always)]
        fn elements_below(self, bound: u64) -> Self {
            Self(unsafe {
                let below = _mm512_cmplt_epu64_mask(self.0, Self::splat(bound).0);
                _mm512_maskz_set1_epi64(below, -1)
            })
        }
        #[inline(always)]
        fn cipher(keys: &RoundKeys, _: Unit) -> Self::Cipher {
            let mut wide = [Self::splat(0).0; ROUNDS];
            for r in 0..ROUNDS {
                wide[r] = unsafe { _mm512_broadcast_i32x4(block(keys.0[r + 1])) };
            }
            (keys.clone(), wide)
        }
        #[inline(always)]
        fn regions(
            (keys, _): &mut Self::Cipher,
            _: usize,
            region: u64,
            high: u64,
            _: usize,
        ) -> [__m512i; 2] {
            let first = counter(keys, region, high);
            let second = counter(keys, region.wrapping_add(1), high);
            unsafe {
                [
                    _mm512_broadcast_i32x4(block(first)),
                    _mm512_broadcast_i32x4(block(second)),
                ]
            }
        }
        #[inline(always)]
        fn draw((_, keys): &Self::Cipher, region: &__m512i, index: usize) -> Self {
            unsafe {
                let mut state = _mm512_xor_si512(*region, Self::load(&OFFSETS[index]).0);
                for key in &keys[..ROUNDS - 1] {
                    state = _mm512_aesenc_epi128(state, *key);
                }
                Self(_mm512_aesenclast_epi128(state, keys[ROUNDS - 1]))
            }
        }
        #[inline(always)]
        fn less_step(self, digit: Self, threshold: Self) -> Self {
            Self(unsafe { _mm512_ternarylogic_epi64::<LESS>(self.0, digit.0, threshold.0) })
        }
        #[inline(always)]
        fn parity(self, a: Self, b: Self) -> Self {
            Self(unsafe { _mm512_ternarylogic_epi64::<PARITY>(self.0, a.0, b.0) })
        }
        #[inline(always)]
        fn majority(self, a: Self, b: Self) -> Self {
            Self(unsafe { _mm512_ternarylogic_epi64::<MAJORITY>(self.0, a.0, b.0) })
        }
    }

    #[derive(Clone, Copy)]
    pub(super) struct Avx2(__m256i, __m256i);

    /// One block of a region.
    #[inline(always)]
    fn cipher(keys: &[__m128i; ROUNDS], region: __m128i, number: usize) -> __m128i {
        // SAFETY: called by the methods of `Avx2` only, see there.
        unsafe {
            let mut state = _mm_xor_si128(region, _mm_set_epi64x(0, number as i64));
            for key in &keys[..ROUNDS - 1] {
                state = _mm_aesenc_si128(state, *key);
            }
            _mm_aesenclast_si128(state, keys[ROUNDS - 1])
        }
    }

    // SAFETY of every block in this implementation: an `Avx2` is made and used only below
    // `run_avx2`, which `run` enters after it has found AVX2 and AES-NI. The pointers are references
    // to `Lanes`, whose halves are 32 bytes aligned to 32, valid and (for stores) exclusive.
    impl Word for Avx2 {
        type Cipher = (RoundKeys, [__m128i; ROUNDS]);
        type Region = __m128i;

        #[inline(always)]
        fn load(from: &Lanes) -> Self {
            let halves: *const __m256i = std::ptr::from_ref(from).cast();
            unsafe { Self(_mm256_load_si256(halves), _mm256_load_si256(halves.add(1))) }
        }
        #[inline(always)]
        fn store(self, to: &mut Lanes) {
            let halves: *mut __m256i = std::ptr::from_mut(to).cast();
            unsafe {
                _mm256_store_si256(halves, self.0);
                _mm256_store_si256(halves.add(1), self.1);
            }
        }
        #[inline(always)]
        fn splat(bits: u64) -> Self {
            let half = unsafe { _mm256_set1_epi64x(bits as i64) };
            Self(half, half)
        }
        #[inline(always)]
        fn xor(self, other: Self) -> Self {
            unsafe {
                Self(
                    _mm256_xor_si256(self.0, other.0),
                    _mm256_xor_si256(self.1, other.1),
                )
            }
        }
        #[inline(always)]
        fn and(self, other: Self) -> Self {
            unsafe {
                Self(
                    _mm256_and_si256(self.0, other.0),
                    _mm256_and_si256(self.1, other.1),
                )
            }
        }
        #[inline(always)]
        fn or(self, other: Self) -> Self {
            unsafe {
                Self(
                    _mm256_or_si256(self.0, other.0),
                    _mm256_or_si256(self.1, other.1),
                )
            }
        }
        #[inline(always)]
        fn and_not(self, other: Self) -> Self {
            unsafe {
                Self(
                    _mm256_andnot_si256(other.0, self.0),
                    _mm256_andnot_si256(other.1, self.1),
                )
            }
        }
        #[inline(always)]
        fn is_zero(self) -> bool {
            unsafe {
                let both = _mm256_or_si256(self.0, self.1);
                _mm256_testz_si256(both, both) == 1
            }
        }
        #[inline(always)]
        fn rotate(self, by: usize) -> Self {
            let mut lanes = Lanes::default();
            self.store(&mut lanes);
            let mut turned = lanes;
            for k in 0..8 {
                turned.0[k] = lanes.0[(k + by) % 8];
            }
            Self::load(&turned)
        }
        #[inline(always)]
        fn elements_below(self, bound: u64) -> Self {
            // The instruction compares signed elements: move the sign.
            let sign = Self::splat(1 << 63);
            let (bound, x) = (Self::splat(bound).xor(sign), self.xor(sign));
            unsafe {
                Self(
                    _mm256_cmpgt_epi64(bound.0, x.0),
                    _mm256_cmpgt_epi64(bound.1, x.1),
                )
            }
        }
        #[inline(always)]
        fn cipher(keys: &RoundKeys, _: Unit) -> Self::Cipher {
            let mut wide = [block(0); ROUNDS];
            for r in 0..ROUNDS {
                wide[r] = block(keys.0[r + 1]);
            }
            (keys.clone(), wide)
        }
        #[inline(always)]
        fn regions(
            (keys, _): &mut Self::Cipher,
            _: usize,
            region: u64,
            high: u64,
            _: usize,
        ) -> [__m128i; 2] {
            [
                block(counter(keys, region, high)),
                block(counter(keys, region.wrapping_add(1), high)),
            ]
        }
        #[inline(always)]
        fn draw((_, keys): &Self::Cipher, region: &__m128i, index: usize) -> Self {
            unsafe {
                Self(
                    _mm256_set_m128i(
                        cipher(keys, *region, 4 * index + 1),
                        cipher(keys, *region, 4 * index),
                    ),
                    _mm256_set_m128i(
                        cipher(keys, *region, 4 * index + 3),
                        cipher(keys, *region, 4 * index + 2),
                    ),
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Seed, Stream};

    /// Every operation on three words, in order.
    struct EveryOperation<'a>(&'a [Lanes; 3], u64, &'a RoundKeys);

    impl Program for EveryOperation<'_> {
        type Output = Vec<Lanes>;
        #[inline(always)]
        fn run<W: Word>(self) -> Vec<Lanes> {
            let [a, b, c] = [0, 1, 2].map(|k| W::load(&self.0[k]));
            let zero = a.and_not(a).is_zero() && !W::splat(1 << 60).is_zero();
            let mut all = vec![
                W::splat(self.1),
                a.xor(b),
                a.and(b),
                a.or(b),
                a.and_not(b),
                W::splat(u64::from(zero)),
                a.elements_below(self.1),
                a.elements_below(self.0[0].0[3]),
                a.less_step(b, c),
                a.parity(b, c),
                a.majority(b, c),
            ];
            all.extend((0..8).map(|by| a.rotate(by)));
            // Units of part of a region, of one region and of parts of two; in a row, apart, and alone.
            for (words, step, left) in [(16, 1, 11), (52, 2, 9), (84, 2, 10), (128, 2, 1)] {
                let mut cipher = W::cipher(self.2, Unit { words, step });
                for turn in 0..12 {
                    for sequence in 0..2 {
                        let first = (self.1 >> 32) + 1000 * sequence as u64;
                        let number = first + step * (turn + turn / 10);
                        let high = self.1.rotate_left(9) + turn / 7;
                        let left = left.max(turn as usize + 1) - turn as usize;
                        let regions = W::regions(&mut cipher, sequence, number, high, left);
                        let draw = |k| W::draw(&cipher, &regions[k / 64], k % 64);
                        all.extend((0..words).map(draw));
                        all.push(W::draw(&cipher, &regions[0], 63));
                    }
                }
            }
            let store = |w: W| {
                let mut lanes = Lanes::default();
                w.store(&mut lanes);
                lanes
            };
            all.into_iter().map(store).collect()
        }
    }

    fn word(stream: &mut Stream) -> Lanes {
        Lanes(std::array::from_fn(|_| stream.next_u64()))
    }

    #[test]
    fn operations_agree_on_every_path() {
        let mut stream = Seed(11).stream("wide", 0);
        let mut compared = 0;
        for _ in 0..200 {
            let words = std::array::from_fn(|_| word(&mut stream));
            let bits = stream.next_u64();
            let keys = RoundKeys::new(u128::from(stream.next_u64()) << 64 | u128::from(bits));
            let expected = run(Path::Portable, EveryOperation(&words, bits, &keys));
            for path in [Path::Avx2, Path::Avx512] {
                if path.is_available() {
                    let got = run(path, EveryOperation(&words, bits, &keys));
                    for (k, (g, e)) in got.iter().zip(&expected).enumerate() {
                        assert_eq!(g, e, "{path:?}, operation {k}");
                    }
                    compared += got.len();
                }
            }
        }
        // On a processor without the instructions there is nothing to compare, and nothing runs.
        assert!(compared > 0 || Path::best() == Path::Portable);
    }

    #[test]
    fn portable_operations_are_what_their_names_say() {
        let mut stream = Seed(12).stream("wide", 1);
        let words: [Lanes; 3] = std::array::from_fn(|_| word(&mut stream));
        let bound = words[0].0[5];
        let keys = RoundKeys::new(1);
        let got = run(Path::Portable, EveryOperation(&words, bound, &keys));
        for lane in 0..LANES {
            let [a, b, c] = [0, 1, 2].map(|k| words[k].get(lane));
            let element = words[0].0[lane / 64];
            let expected = [
                bound >> (lane % 64) & 1 == 1,
                a != b,
                a && b,
                a || b,
                a && !b,
                lane % 64 == 0,
                element < bound,
                element < words[0].0[3],
                (!b && c) || (b == c && a),
                (u8::from(a) + u8::from(b) + u8::from(c)) % 2 == 1,
                u8::from(a) + u8::from(b) + u8::from(c) >= 2,
            ];
            for (k, e) in expected.into_iter().enumerate() {
                assert_eq!(got[k].get(lane), e, "operation {k} in lane {lane}");
            }
            for by in 0..8 {
                assert_eq!(
                    got[11 + by].get(lane),
                    words[0].get((lane + 64 * by) % LANES)
                );
            }
        }
    }

    #[test]
    fn lanes_are_read_as_written() {
        let mut lanes = Lanes::default();
        for lane in (0..LANES).step_by(7) {
            lanes.set(lane, true);
        }
        lanes.set(14, false);
        assert!((0..LANES).all(|l| lanes.get(l) == (l % 7 == 0 && l != 14)));
    }
}
