//! What is made of random 64-bit words: uniform numbers, indices, normal variates.

/// A generator of uniform 64-bit words; every one is a [`Chooser`](super::Chooser).
pub trait RandomWords {
    /// 64 random bits.
    fn next_word(&mut self) -> u64;
}

/// A double in `[0, 1)`: a multiple of 2⁻⁵³, each equally likely.
#[inline]
pub(super) fn uniform(word: u64) -> f64 {
    (word >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// An index in `0..n`, exactly uniform (Lemire's multiplication with rejection).
#[inline]
pub(super) fn index<W: RandomWords + ?Sized>(words: &mut W, n: usize) -> usize {
    assert!(n > 0, "cannot choose from nothing");
    let n = n as u64;
    let mut product = u128::from(words.next_word()) * u128::from(n);
    // Only low parts below 2⁶⁴ mod n are rejected, and that remainder is below n: the division is
    // rarely needed.
    if (product as u64) < n {
        let rejected = n.wrapping_neg() % n;
        while (product as u64) < rejected {
            product = u128::from(words.next_word()) * u128::from(n);
        }
    }
    (product >> 64) as usize
}

/// A standard normal variate by the polar method of Marsaglia; the second one is dropped.
pub(super) fn normal(mut uniform: impl FnMut() -> f64) -> f64 {
    loop {
        let x = 2.0 * uniform() - 1.0;
        let y = 2.0 * uniform() - 1.0;
        let s = x * x + y * y;
        if s > 0.0 && s < 1.0 {
            return x * (-2.0 * s.ln() / s).sqrt();
        }
    }
}
