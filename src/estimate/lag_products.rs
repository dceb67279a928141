//! Sums of products at a distance, `Σ_r Σ_i x_i x_{i+t}`: directly for short lags, by FFT beyond.

/// Lags that are summed directly; a window that closes later is worth a Fourier transform.
const DIRECT_LAGS: usize = 64;

/// The sums of lagged products of several series, computed as far as they are asked for.
pub(super) struct LagProducts<'a> {
    series: &'a [Vec<f64>],
    sums: Vec<f64>,
    complete: bool,
}

impl<'a> LagProducts<'a> {
    pub(super) fn new(series: &'a [Vec<f64>]) -> Self {
        let longest = series.iter().map(Vec::len).max().unwrap_or(0);
        Self {
            series,
            sums: direct(series, DIRECT_LAGS.min(longest)),
            complete: longest <= DIRECT_LAGS,
        }
    }

    /// `Σ_r Σ_i x_i x_{i+t}`; zero beyond the longest series.
    pub(super) fn get(&mut self, lag: usize) -> f64 {
        if lag >= self.sums.len() && !self.complete {
            self.sums = by_transform(self.series);
            self.complete = true;
        }
        self.sums.get(lag).copied().unwrap_or(0.0)
    }
}

/// Lags `0..n_lags` in O(n · `n_lags`).
fn direct(series: &[Vec<f64>], n_lags: usize) -> Vec<f64> {
    (0..n_lags)
        .map(|lag| {
            series
                .iter()
                .filter(|x| x.len() > lag)
                .map(|x| dot(&x[lag..], &x[..x.len() - lag]))
                .sum()
        })
        .collect()
}

/// Σ `a_i` `b_i` in eight interleaved partial sums, which the processor adds side by side.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut partial = [0.0; 8];
    let (a8, b8) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f64 = a8
        .remainder()
        .iter()
        .zip(b8.remainder())
        .map(|(x, y)| x * y)
        .sum();
    for (x, y) in a8.zip(b8) {
        for k in 0..8 {
            partial[k] += x[k] * y[k];
        }
    }
    partial.iter().sum::<f64>() + rest
}

/// All lags in O(n log n).
///
/// Two series make one complex series `z = a + i b`, since the real part of `Σ z_{i+t} z̄_i` is the
/// sum of both autocorrelations.
///
/// # Accuracy
/// Error below `8 u log₂(2n)` times the sum at lag 0: test `transform_agrees_with_the_definition`.
fn by_transform(series: &[Vec<f64>]) -> Vec<f64> {
    let longest = series.iter().map(Vec::len).max().unwrap_or(0);
    // Padding to twice the length keeps the cyclic products of the transform from wrapping around.
    let size = (2 * longest).next_power_of_two();
    let fft = Fft::new(size);
    let mut spectrum = vec![0.0; size];
    let (mut re, mut im) = (vec![0.0; size], vec![0.0; size]);
    for pair in series.chunks(2) {
        re.fill(0.0);
        im.fill(0.0);
        re[..pair[0].len()].copy_from_slice(&pair[0]);
        if let Some(second) = pair.get(1) {
            im[..second.len()].copy_from_slice(second);
        }
        fft.forward(&mut re, &mut im);
        for ((s, r), i) in spectrum.iter_mut().zip(&re).zip(&im) {
            *s += r * r + i * i;
        }
    }
    im.fill(0.0);
    fft.backward(&mut spectrum, &mut im);
    spectrum.truncate(longest);
    for s in &mut spectrum {
        *s /= size as f64;
    }
    spectrum
}

/// Radix-2 transforms of one size: forward leaves bit-reversed order, backward expects it, so that
/// neither reorders. Both recurse on halves, which keeps the inner levels in cache.
struct Fft {
    /// `e^{−2πik/m}` for `k < m/2`, one table per level `m = size, size/2, …, 2`.
    twiddles: Vec<(Vec<f64>, Vec<f64>)>,
}

impl Fft {
    fn new(size: usize) -> Self {
        let mut twiddles = Vec::new();
        let half = size / 2;
        if half > 0 {
            let step = -core::f64::consts::PI / half as f64;
            let top: (Vec<f64>, Vec<f64>) = (0..half)
                .map(|k| {
                    let (s, c) = (step * k as f64).sin_cos();
                    (c, s)
                })
                .unzip();
            twiddles.push(top);
        }
        while let Some((re, im)) = twiddles.last()
            && re.len() > 1
        {
            let next = (
                re.iter().step_by(2).copied().collect(),
                im.iter().step_by(2).copied().collect(),
            );
            twiddles.push(next);
        }
        Self { twiddles }
    }

    fn forward(&self, re: &mut [f64], im: &mut [f64]) {
        forward(&self.twiddles, re, im);
    }

    fn backward(&self, re: &mut [f64], im: &mut [f64]) {
        backward(&self.twiddles, re, im);
    }
}

type Twiddles = [(Vec<f64>, Vec<f64>)];

fn forward(levels: &Twiddles, re: &mut [f64], im: &mut [f64]) {
    let Some(((wr, wi), deeper)) = levels.split_first() else {
        return;
    };
    let half = wr.len();
    let (ar, br) = re.split_at_mut(half);
    let (ai, bi) = im.split_at_mut(half);
    let (br_, bi_) = (&mut br[..half], &mut bi[..half]);
    let wi = &wi[..half];
    for k in 0..half {
        let (dr, di) = (ar[k] - br_[k], ai[k] - bi_[k]);
        ar[k] += br_[k];
        ai[k] += bi_[k];
        br_[k] = dr * wr[k] - di * wi[k];
        bi_[k] = dr * wi[k] + di * wr[k];
    }
    forward(deeper, ar, ai);
    forward(deeper, br, bi);
}

fn backward(levels: &Twiddles, re: &mut [f64], im: &mut [f64]) {
    let Some(((wr, wi), deeper)) = levels.split_first() else {
        return;
    };
    let half = wr.len();
    let (ar, br) = re.split_at_mut(half);
    let (ai, bi) = im.split_at_mut(half);
    backward(deeper, ar, ai);
    backward(deeper, br, bi);
    let (br, bi) = (&mut br[..half], &mut bi[..half]);
    let wi = &wi[..half];
    for k in 0..half {
        // Conjugate twiddle: the inverse transform but for the factor 1/size.
        let tr = br[k] * wr[k] + bi[k] * wi[k];
        let ti = bi[k] * wr[k] - br[k] * wi[k];
        (br[k], bi[k]) = (ar[k] - tr, ai[k] - ti);
        ar[k] += tr;
        ai[k] += ti;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;

    #[test]
    fn transform_agrees_with_the_definition() {
        let mut s = Seed(3).stream("lag products", 0);
        for lengths in [
            vec![1],
            vec![2],
            vec![100],
            vec![513, 40],
            vec![300, 300, 299],
        ] {
            let series: Vec<Vec<f64>> = lengths
                .iter()
                .map(|&n| (0..n).map(|_| s.normal()).collect())
                .collect();
            let longest = *lengths.iter().max().unwrap();
            let definition: Vec<f64> = (0..longest)
                .map(|t| {
                    series
                        .iter()
                        .map(|x| {
                            (0..x.len().saturating_sub(t))
                                .map(|i| x[i] * x[i + t])
                                .sum::<f64>()
                        })
                        .sum()
                })
                .collect();
            let bound = 8.0 * 0.5 * f64::EPSILON * (2.0 * longest as f64).log2() * definition[0];
            let transformed = by_transform(&series);
            let mut lazy = LagProducts::new(&series);
            assert_eq!(transformed.len(), longest);
            for (t, &want) in definition.iter().enumerate() {
                assert!(
                    (transformed[t] - want).abs() <= bound,
                    "{lengths:?} lag {t}"
                );
                assert!((lazy.get(t) - want).abs() <= bound, "{lengths:?} lag {t}");
            }
            assert!(lazy.get(longest + 3).abs() <= bound);
        }
    }
}
