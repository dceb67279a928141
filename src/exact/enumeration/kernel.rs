//! The inner loops: contracting a table of weights one spin at a time, and the way back.

/// How one inner spin enters a block: its better direction has factor 1, the other `x ≤ 1`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spin {
    /// `e^{−2|f|}` for the spin's field f in this block.
    pub(super) x: f64,
    /// Whether f ≥ 0, so that spin up is the better direction.
    pub(super) up: bool,
}

impl Spin {
    /// The better and the worse half of a table whose top bit is this spin.
    #[inline]
    fn halves(self, table: &[f64]) -> (&[f64], &[f64]) {
        let (down, up) = table.split_at(table.len() / 2);
        if self.up { (up, down) } else { (down, up) }
    }

    /// The factors of spin down and spin up.
    #[inline]
    fn factors(self) -> (f64, f64) {
        if self.up {
            (self.x, 1.0)
        } else {
            (1.0, self.x)
        }
    }
}

/// Doubles handled side by side; a multiple of every vector width.
const LANES: usize = 8;
/// Terms that one lane adds before the lanes are joined.
const RUN: usize = 32;

/// `out = better + x · worse`: sums out the top spin of `table`.
#[inline]
fn contract_one(spin: Spin, table: &[f64], out: &mut [f64]) {
    let (better, worse) = spin.halves(table);
    let n = out.len();
    let (better, worse) = (&better[..n], &worse[..n]);
    for j in 0..n {
        out[j] = better[j] + spin.x * worse[j];
    }
}

/// Sums out the two top spins of `table` at once; the same operations as one after the other.
#[inline]
fn contract_two(top: Spin, next: Spin, table: &[f64], out: &mut [f64]) {
    let (better, worse) = top.halves(table);
    let ((a, b), (c, d)) = (next.halves(better), next.halves(worse));
    let n = out.len();
    let (a, b, c, d) = (&a[..n], &b[..n], &c[..n], &d[..n]);
    for j in 0..n {
        out[j] = (a[j] + next.x * b[j]) + top.x * (c[j] + next.x * d[j]);
    }
}

/// Sums out the two top spins of a table in place.
#[inline]
fn contract_two_in_place(top: Spin, next: Spin, table: &mut [f64]) {
    let n = table.len() / 4;
    let (q0, rest) = table.split_at_mut(n);
    let (q1, rest) = rest.split_at_mut(n);
    let (q2, q3) = rest.split_at_mut(n);
    let q3 = &q3[..n];
    let (t0, t1) = top.factors();
    let (n0, n1) = next.factors();
    for j in 0..n {
        q0[j] = t0 * (n0 * q0[j] + n1 * q1[j]) + t1 * (n0 * q2[j] + n1 * q3[j]);
    }
}

/// `Σ_s W(s) ∏_i factor_i(s_i)`, every spin summed out in turn from the highest down.
///
/// All terms are positive, so the relative error grows by at most `3.1u` a spin: the factor x (1.05u),
/// one product and one sum. `scratch` holds a quarter of the table, and at least one number.
pub(super) fn contract(table: &[f64], spins: &[Spin], scratch: &mut [f64]) -> f64 {
    let mut k = spins.len();
    if k == 0 {
        return table[0];
    }
    if k == 1 {
        contract_one(spins[0], table, &mut scratch[..1]);
        return scratch[0];
    }
    contract_two(
        spins[k - 1],
        spins[k - 2],
        table,
        &mut scratch[..1 << (k - 2)],
    );
    k -= 2;
    while k >= 2 {
        contract_two_in_place(spins[k - 1], spins[k - 2], &mut scratch[..1 << k]);
        k -= 2;
    }
    if k == 1 {
        let (down, up) = spins[0].factors();
        scratch[0] = down * scratch[0] + up * scratch[1];
    }
    scratch[0]
}

/// As [`contract`], keeping every intermediate table: level k of `levels`, with `2^k` entries, stands
/// at offset `2^k` and has the spins from k upwards summed out.
pub(super) fn contract_keeping(table: &[f64], spins: &[Spin], levels: &mut [f64]) -> f64 {
    let n = spins.len();
    if n == 0 {
        levels[1] = table[0];
        return table[0];
    }
    contract_one(spins[n - 1], table, &mut levels[1 << (n - 1)..1 << n]);
    for k in (0..n - 1).rev() {
        let (lower, upper) = levels.split_at_mut(1 << (k + 1));
        contract_one(spins[k], &upper[..1 << (k + 1)], &mut lower[1 << k..]);
    }
    levels[1]
}

/// `Σ_j a_j b_j` in lanes; at most `RUN + 3 + len/256` roundings on any path.
#[inline]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut total = 0.0;
    for (a, b) in a.chunks(LANES * RUN).zip(b.chunks(LANES * RUN)) {
        let mut lanes = [0.0; LANES];
        let (a8, a_rest) = a.as_chunks::<LANES>();
        let (b8, b_rest) = b.as_chunks::<LANES>();
        for (x, y) in a8.iter().zip(b8) {
            for l in 0..LANES {
                lanes[l] += x[l] * y[l];
            }
        }
        let mut rest = 0.0;
        for (x, y) in a_rest.iter().zip(b_rest) {
            rest += x * y;
        }
        let s = ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6]))
            + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
        total += s + rest;
    }
    total
}

/// The reverse sweep of [`contract_keeping`]: the part of the block's weight in each spin's worse
/// direction, and the derivative of the weight by every entry of the table.
///
/// `unit` is the weight of one unit of the contraction. `adjoint[s] += unit · ∏_i factor_i(s_i)`, and
/// `moment[i] = Σ_s s_i · weight(s)`. `work` has the size of the table.
/// # Accuracy
/// A product of factors is rounded once a spin; the rest is [`dot`].
pub(super) fn sweep_back(
    table: &[f64],
    spins: &[Spin],
    levels: &[f64],
    unit: f64,
    work: &mut [f64],
    adjoint: &mut [f64],
    mut moment: impl FnMut(usize, f64),
) {
    let n = spins.len();
    let total = unit * levels[1];
    work[0] = unit;
    for (k, &spin) in spins.iter().enumerate() {
        let half = 1 << k;
        let above = if k + 1 == n {
            table
        } else {
            &levels[1 << (k + 1)..1 << (k + 2)]
        };
        let (_, worse) = spin.halves(above);
        let part = spin.x * dot(&work[..half], worse);
        let difference = total - 2.0 * part;
        moment(k, if spin.up { difference } else { -difference });
        let (down, up) = spin.factors();
        if k + 1 == n {
            let (low, high) = adjoint.split_at_mut(half);
            let (low, high, work) = (&mut low[..half], &mut high[..half], &work[..half]);
            for j in 0..half {
                low[j] += down * work[j];
                high[j] += up * work[j];
            }
        } else {
            let (low, high) = work.split_at_mut(half);
            let (low, high) = (&mut low[..half], &mut high[..half]);
            for j in 0..half {
                let a = low[j];
                low[j] = down * a;
                high[j] = up * a;
            }
        }
    }
    if n == 0 {
        adjoint[0] += unit;
    }
}

/// Walsh–Hadamard transform: `out[m] = Σ_s (−1)^{|m ∧ s|} in[s]`, in place.
///
/// Each output is a sum of depth log₂ of the length, with an error of at most `u · depth · Σ|in|`.
pub(super) fn walsh_hadamard(values: &mut [f64]) {
    let mut half = 1;
    while half < values.len() {
        for pair in values.chunks_exact_mut(2 * half) {
            let (a, b) = pair.split_at_mut(half);
            for (x, y) in a.iter_mut().zip(b) {
                (*x, *y) = (*x + *y, *x - *y);
            }
        }
        half *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;

    #[test]
    fn contraction_and_reverse_sweep_agree_with_the_plain_sum() {
        let mut stream = Seed(3).stream("kernel", 0);
        for n in 0..=10_usize {
            let table: Vec<f64> = (0..1 << n).map(|_| stream.uniform()).collect();
            let spins: Vec<Spin> = (0..n)
                .map(|_| Spin {
                    x: stream.uniform(),
                    up: stream.uniform() < 0.5,
                })
                .collect();
            let factor = |s: usize| -> f64 {
                spins
                    .iter()
                    .enumerate()
                    .map(|(i, p)| if (s >> i & 1 == 1) == p.up { 1.0 } else { p.x })
                    .product()
            };
            let want: f64 = (0..1 << n).map(|s| table[s] * factor(s)).sum();
            let mut scratch = vec![0.0; (table.len() / 4).max(1)];
            let mut levels = vec![0.0; table.len().max(2)];
            let got = contract(&table, &spins, &mut scratch);
            let kept = contract_keeping(&table, &spins, &mut levels);
            assert!((got / want - 1.0).abs() < 1e-14, "{n}");
            assert!((kept / want - 1.0).abs() < 1e-14, "{n}");
            let mut adjoint = vec![1.0; table.len()];
            let mut work = vec![0.0; table.len()];
            let mut moments = vec![0.0; n];
            sweep_back(
                &table,
                &spins,
                &levels,
                2.0,
                &mut work,
                &mut adjoint,
                |i, m| {
                    moments[i] = m;
                },
            );
            for s in 0..1 << n {
                assert!((adjoint[s] - 1.0 - 2.0 * factor(s)).abs() < 1e-14);
            }
            for (i, &got) in moments.iter().enumerate() {
                let want: f64 = (0..1 << n)
                    .map(|s| {
                        let sign = (s >> i & 1) as f64 * 2.0 - 1.0;
                        2.0 * sign * table[s] * factor(s)
                    })
                    .sum();
                assert!(
                    (got - want).abs() < 1e-12 * 2.0_f64.powi(n as i32),
                    "{n} {i}"
                );
            }
        }
    }
}
