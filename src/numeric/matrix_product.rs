//! Products of real matrices in single precision; the one place that instantiates them.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

/// A matrix in a slice, read by rows or as its transpose.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    data: &'a [f32],
    rows: usize,
    columns: usize,
    transposed: bool,
}

impl<'a> Matrix<'a> {
    /// The matrix whose rows stand one after the other.
    ///
    /// # Panics
    /// If there are not `rows × columns` numbers.
    pub fn by_rows(data: &'a [f32], rows: usize, columns: usize) -> Self {
        assert_eq!(data.len(), rows * columns, "numbers of a matrix");
        Self {
            data,
            rows,
            columns,
            transposed: false,
        }
    }

    /// The transpose.
    pub fn transposed(self) -> Self {
        Self {
            transposed: !self.transposed,
            ..self
        }
    }

    fn view(&self) -> MatRef<'a, f32> {
        let view = MatRef::from_row_major_slice(self.data, self.rows, self.columns);
        if self.transposed {
            view.transpose()
        } else {
            view
        }
    }
}

/// Multiplications from which on a product is shared between threads: below, waking them costs more than they save
/// (512 × 100 × 81, a quarter of this, took 1.6 times as long on two threads as on one).
const SHARED: usize = 1 << 24;

/// `out = factor · A B`, or `out += factor · A B` with `add`; `out` by rows. Its bits are the same for
/// any number of threads.
///
/// # Panics
/// If the sizes do not fit.
pub fn product(out: &mut [f32], add: bool, factor: f32, a: Matrix<'_>, b: Matrix<'_>) {
    let (a, b) = (a.view(), b.view());
    let out = MatMut::from_row_major_slice_mut(out, a.nrows(), b.ncols());
    let mode = if add { Accum::Add } else { Accum::Replace };
    let threads = rayon::current_num_threads();
    let work = a.nrows() * a.ncols() * b.ncols();
    let par = if threads > 1 && work >= SHARED {
        Par::rayon(threads)
    } else {
        Par::Seq
    };
    matmul(out, mode, a, b, factor, par);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_products_by_hand() {
        let (a, b) = (
            [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            [1.0, 0.0, -1.0, 2.0, 1.0, 1.0],
        );
        let mut out = [1.0; 4];
        product(
            &mut out,
            true,
            2.0,
            Matrix::by_rows(&a, 2, 3),
            Matrix::by_rows(&b, 3, 2),
        );
        assert_eq!(out.map(|x| x as i32), [5, 15, 11, 33]);
        let (at, bt) = (
            Matrix::by_rows(&a, 3, 2).transposed(),
            Matrix::by_rows(&b, 2, 3).transposed(),
        );
        product(&mut out, false, 1.0, at, bt);
        assert_eq!(out.map(|x| x as i32), [-4, 10, -4, 14]);
    }

    #[test]
    fn threads_change_no_bit() {
        // Just above the size from which a product is shared.
        let (rows, inner, columns) = (257, 256, 256);
        let list = |n: u32| -> Vec<f32> {
            (0..n)
                .map(|k| (k.wrapping_mul(2_654_435_761) >> 8) as f32 * 2.0_f32.powi(-24) - 0.5)
                .collect()
        };
        let (a, b) = (list(257 * 256), list(256 * 256));
        let of = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| {
                let mut out = vec![0.0; rows * columns];
                let a = Matrix::by_rows(&a, rows, inner);
                product(&mut out, false, 1.0, a, Matrix::by_rows(&b, inner, columns));
                out.iter().map(|x| x.to_bits()).collect::<Vec<_>>()
            })
        };
        let one = of(1);
        for threads in [2, 3] {
            assert_eq!(of(threads), one, "{threads}");
        }
    }
}
