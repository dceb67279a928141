//! Two-point functions of configurations on a square lattice, and the dimension that a fit makes of them.

use super::torus_conformal::torus_spin_factor;
use crate::numeric::Enclosure;

/// Longer than all distances.
pub(super) const EVERYTHING: f64 = 100.0;
/// Blocks of configurations for the jackknife.
const BLOCKS: usize = 20;

/// Displacements that the symmetries of the square map on each other: `0 ≤ dy ≤ dx`, with their number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Displacement {
    /// The longer component.
    pub dx: usize,
    /// The shorter component.
    pub dy: usize,
    /// How many displacements it stands for.
    pub count: usize,
}

impl Displacement {
    /// Its length.
    pub(super) fn length(self) -> f64 {
        f64::hypot(self.dx as f64, self.dy as f64)
    }
}

/// The displacements of a lattice of this side, zero left out: up to half the side if it is periodic.
pub(super) fn displacements(side: usize, periodic: bool) -> Vec<Displacement> {
    let most = if periodic { side / 2 } else { side - 1 };
    let images = |d: usize| {
        if d == 0 || (periodic && 2 * d == side) {
            1
        } else {
            2
        }
    };
    let mut list = Vec::new();
    for dx in 1..=most {
        for dy in 0..=dx {
            let turned = if dx == dy { 1 } else { 2 };
            let count = images(dx) * images(dy) * turned;
            list.push(Displacement { dx, dy, count });
        }
    }
    list
}

/// What is subtracted before two places are multiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Centre {
    /// The mean of all configurations.
    Ensemble,
    /// The mean of each configuration.
    Configuration,
}

/// Sums over some configurations.
#[derive(Clone, Debug, Default)]
struct Block {
    weight: f64,
    /// Σ of the average product for each displacement.
    products: Vec<f64>,
    /// Σ of the configuration's mean, and of its square.
    mean: f64,
    mean_square: f64,
}

/// Two-point function of a field over configurations, in blocks.
#[derive(Clone, Debug)]
pub(super) struct TwoPoint {
    blocks: Vec<Block>,
}

impl TwoPoint {
    /// From fields, `side²` values each, one configuration after another.
    pub(super) fn of_fields(side: usize, periodic: bool, fields: &[f32]) -> Self {
        let classes = displacements(side, periodic);
        let sites = side * side;
        let count = fields.len() / sites;
        let mut blocks = vec![
            Block {
                products: vec![0.0; classes.len()],
                ..Block::default()
            };
            BLOCKS.min(count)
        ];
        let n_blocks = blocks.len();
        for (i, field) in fields.chunks_exact(sites).enumerate() {
            let block = &mut blocks[i * n_blocks / count];
            block.weight += 1.0;
            let mean = field.iter().map(|&x| f64::from(x)).sum::<f64>() / sites as f64;
            block.mean += mean;
            block.mean_square += mean * mean;
            for (sum, class) in block.products.iter_mut().zip(&classes) {
                *sum += average_product(side, periodic, field, *class);
            }
        }
        Self { blocks }
    }

    /// The means over all blocks but one (or over all).
    fn without(&self, left_out: Option<usize>, centre: Centre) -> Vec<f64> {
        let mut total = Block {
            products: vec![0.0; self.blocks.first().map_or(0, |b| b.products.len())],
            ..Block::default()
        };
        for (k, block) in self.blocks.iter().enumerate() {
            if Some(k) == left_out {
                continue;
            }
            total.weight += block.weight;
            total.mean += block.mean;
            total.mean_square += block.mean_square;
            for (sum, x) in total.products.iter_mut().zip(&block.products) {
                *sum += x;
            }
        }
        let mean = total.mean / total.weight;
        let subtract = match centre {
            Centre::Ensemble => mean * mean,
            Centre::Configuration => total.mean_square / total.weight,
        };
        let products = total.products.iter();
        products.map(|x| x / total.weight - subtract).collect()
    }

    /// The averages of the products, nothing subtracted.
    #[cfg(test)]
    pub(super) fn raw(&self) -> Vec<f64> {
        let weight: f64 = self.blocks.iter().map(|b| b.weight).sum();
        let classes = self.blocks.first().map_or(0, |b| b.products.len());
        (0..classes)
            .map(|k| self.blocks.iter().map(|b| b.products[k]).sum::<f64>() / weight)
            .collect()
    }

    /// The correlation for each displacement of [`displacements`].
    pub(super) fn values(&self, centre: Centre) -> Vec<f64> {
        self.without(None, centre)
    }

    /// A quantity made of the correlations and its standard error by the jackknife over blocks; the error
    /// is NaN if the quantity does not exist with some block left out.
    pub(super) fn derived(
        &self,
        centre: Centre,
        f: impl Fn(&[f64]) -> Option<f64>,
    ) -> Option<(f64, f64)> {
        let value = f(&self.values(centre))?;
        let n = self.blocks.len() as f64;
        let sum: f64 = (0..self.blocks.len())
            .map(|k| {
                f(&self.without(Some(k), centre)).map_or(f64::NAN, |x| (x - value) * (x - value))
            })
            .sum();
        Some((value, ((n - 1.0) / n * sum).sqrt()))
    }
}

/// The product of two places at a displacement, averaged over all pairs of one configuration.
fn average_product(side: usize, periodic: bool, field: &[f32], d: Displacement) -> f64 {
    let mut shifts = vec![(d.dx, d.dy, false), (d.dx, d.dy, true)];
    if d.dx != d.dy {
        shifts.push((d.dy, d.dx, false));
        shifts.push((d.dy, d.dx, true));
    }
    let (mut sum, mut pairs) = (0.0_f64, 0_usize);
    for (dr, dc, back) in shifts {
        for r in 0..side {
            if !periodic && r + dr >= side {
                break;
            }
            let here = &field[r * side..][..side];
            let there = &field[(r + dr) % side * side..][..side];
            // Columns c and c + dc, or c + dc and c for the mirror image.
            let mut row = 0.0_f32;
            let whole = side - dc;
            for c in 0..whole {
                row += if back {
                    here[c + dc] * there[c]
                } else {
                    here[c] * there[c + dc]
                };
            }
            pairs += whole;
            if periodic {
                for c in whole..side {
                    row += if back {
                        here[c + dc - side] * there[c]
                    } else {
                        here[c] * there[c + dc - side]
                    };
                }
                pairs += dc;
            }
            sum += f64::from(row);
        }
    }
    sum / pairs as f64
}

/// The field ε of equation (35) before its mean is subtracted: each spin times the sum of its neighbours,
/// of which there are fewer at an open edge.
pub(super) fn energy_fields(side: usize, periodic: bool, spins: &[f32]) -> Vec<f32> {
    let mut fields = Vec::with_capacity(spins.len());
    for s in spins.chunks_exact(side * side) {
        let at = |r: usize, c: usize| {
            let inside = periodic || (r > 0 && r <= side && c > 0 && c <= side);
            if inside {
                s[(r + side - 1) % side * side + (c + side - 1) % side]
            } else {
                0.0
            }
        };
        // Rows and columns are counted from 1 here.
        for r in 1..=side {
            for c in 1..=side {
                let near = at(r, c + 1) + at(r, c - 1) + at(r + 1, c) + at(r - 1, c);
                fields.push(at(r, c) * near);
            }
        }
    }
    fields
}

/// How a power law is fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// A straight line through the logarithms.
    LogLog,
    /// Least squares of the correlation itself.
    LeastSquares,
}

/// A way to read a dimension off a correlation; none of it is stated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Protocol {
    /// Displacements along the axes only.
    pub axes: bool,
    /// Shortest distance.
    pub from: f64,
    /// Longest distance.
    pub to: f64,
    /// The fit.
    pub method: Method,
    /// Whether the correlation is first divided by what the periodic lattice makes of the power law.
    pub torus: bool,
}

impl Protocol {
    /// Along the axes from 1 to half the lattice through the logarithms.
    pub(super) const PLAIN: Self = Self {
        axes: true,
        from: 1.0,
        to: 5.0,
        method: Method::LogLog,
        torus: false,
    };

    /// The plain fit, and it with one thing changed at a time.
    pub(super) const FEW: [Self; 4] = [
        Self::PLAIN,
        Self {
            to: 3.0,
            ..Self::PLAIN
        },
        Self {
            method: Method::LeastSquares,
            ..Self::PLAIN
        },
        Self {
            axes: false,
            to: EVERYTHING,
            ..Self::PLAIN
        },
    ];

    /// The plain fit with the torus divided out.
    pub(super) const ON_TORUS: Self = Self {
        torus: true,
        ..Self::PLAIN
    };

    /// A few fits of the spin correlation of a periodic lattice: [`Self::FEW`], and the plain one on the torus.
    pub(super) fn few_of_spins() -> Vec<Self> {
        [&Self::FEW[..], &[Self::ON_TORUS]].concat()
    }

    /// For a reader.
    pub(super) fn name(self) -> String {
        format!(
            "{}, r = {} to {}, {}{}",
            if self.axes { "axes" } else { "all vectors" },
            self.from,
            if self.to >= EVERYTHING {
                "all".to_owned()
            } else {
                self.to.to_string()
            },
            match self.method {
                Method::LogLog => "log-log",
                Method::LeastSquares => "least squares",
            },
            if self.torus {
                ", torus divided out"
            } else {
                ""
            }
        )
    }

    /// All fits of (32) itself that were tried: axes or all vectors, from 1 or 2, to 2, 3, 4, 5 or all, both methods.
    pub(super) fn all(periodic: bool) -> Vec<Self> {
        let mut list = Vec::new();
        for axes in [true, false] {
            for from in [1.0, 2.0] {
                for to in [2.0, 3.0, 4.0, 5.0, EVERYTHING] {
                    for method in [Method::LogLog, Method::LeastSquares] {
                        // Along the axes of a periodic lattice five steps are all.
                        let twice = axes && periodic && to > 5.0;
                        if to > from && !twice {
                            list.push(Self {
                                axes,
                                from,
                                to,
                                method,
                                torus: false,
                            });
                        }
                    }
                }
            }
        }
        list
    }

    /// The same for a periodic lattice with the power law replaced by what the continuum makes of it on a torus at
    /// Δ = 1/8: not a fit of (32), and it presupposes part of the answer.
    pub(super) fn all_on_torus() -> Vec<Self> {
        let with_torus = |p| Self { torus: true, ..p };
        Self::all(true).into_iter().map(with_torus).collect()
    }

    /// All fits of the whole spin correlation of a periodic lattice: (32) itself, and with the torus divided out.
    pub(super) fn all_of_spins() -> Vec<Self> {
        [Self::all(true), Self::all_on_torus()].concat()
    }

    /// The correlation for which this fit is exact: `r^{−2Δ}`, times what the torus makes of it if that is divided out.
    pub(super) fn law(self, side: usize, periodic: bool, dimension: f64) -> Vec<f64> {
        let l = side as f64;
        displacements(side, periodic)
            .into_iter()
            .map(|d| {
                let power = d.length().powf(-2.0 * dimension);
                if self.torus {
                    power * torus_spin_factor(d.dx as f64 / l, d.dy as f64 / l)
                } else {
                    power
                }
            })
            .collect()
    }

    /// Distance, position in the list of displacements, weight and correction of each point.
    fn points(self, side: usize, periodic: bool) -> Vec<(f64, usize, f64, f64)> {
        let mut points = Vec::new();
        for (k, d) in displacements(side, periodic).into_iter().enumerate() {
            let r = d.length();
            let wanted = (!self.axes || d.dy == 0) && r >= self.from - 1e-9 && r <= self.to + 1e-9;
            if wanted {
                let l = side as f64;
                let factor = if self.torus {
                    torus_spin_factor(d.dx as f64 / l, d.dy as f64 / l)
                } else {
                    1.0
                };
                let weight = if self.axes { 1.0 } else { d.count as f64 };
                points.push((r, k, weight, factor));
            }
        }
        points
    }

    /// The dimension Δ of `B r^{−2Δ}`; `None` if there are fewer than two distances, a logarithm is of a
    /// number that is not positive, or least squares have no minimum with −1 < Δ < 6.
    pub(super) fn dimension(self, side: usize, periodic: bool, g: &[f64]) -> Option<f64> {
        let points = self.points(side, periodic);
        if points.len() < 2 {
            return None;
        }
        match self.method {
            Method::LogLog => {
                let logs: Option<Vec<f64>> = points
                    .iter()
                    .map(|&(_, k, _, f)| (g[k] / f > 0.0).then(|| (g[k] / f).ln()))
                    .collect();
                let logs = logs?;
                let slope: f64 = slope_weights(&points)
                    .iter()
                    .zip(&logs)
                    .map(|(c, y)| c * y)
                    .sum();
                Some(-0.5 * slope)
            }
            Method::LeastSquares => least_squares(
                &points
                    .iter()
                    .map(|&(r, k, w, f)| (r, g[k] / f, w))
                    .collect::<Vec<_>>(),
            ),
        }
    }

    /// The same with rigorous bounds, of bounds on the correlation; only through logarithms.
    pub(super) fn dimension_bounds(self, side: usize, g: &[Enclosure]) -> Option<Enclosure> {
        let points = self.points(side, true);
        let positive = points.iter().all(|&(_, k, _, _)| g[k].lo() > 0.0);
        if self.method != Method::LogLog || points.len() < 2 || !positive {
            return None;
        }
        let weights = slope_weights(&points);
        let terms = points.iter().zip(&weights).map(|(&(_, k, _, f), &c)| {
            (g[k] / Enclosure::exact(f)).ln() * Enclosure::exact(-0.5 * c)
        });
        terms.reduce(|a, b| a + b)
    }
}

/// The power p of `B x^p` fitted to points (x, y, weight); as [`Protocol::dimension`].
pub(super) fn power_of(points: &[(f64, f64, f64)], method: Method) -> Option<f64> {
    match method {
        Method::LogLog => {
            let places: Vec<_> = points.iter().map(|&(x, _, w)| (x, 0, w, 1.0)).collect();
            let mut slope = 0.0;
            for (c, &(_, y, _)) in slope_weights(&places).iter().zip(points) {
                if y <= 0.0 {
                    return None;
                }
                slope += c * y.ln();
            }
            Some(slope)
        }
        Method::LeastSquares => least_squares(points).map(|delta| -2.0 * delta),
    }
}

/// The coefficients of the logarithms in the slope of the line.
fn slope_weights(points: &[(f64, usize, f64, f64)]) -> Vec<f64> {
    let total: f64 = points.iter().map(|p| p.2).sum();
    let mean = points.iter().map(|p| p.2 * p.0.ln()).sum::<f64>() / total;
    let spread: f64 = points.iter().map(|p| p.2 * (p.0.ln() - mean).powi(2)).sum();
    points
        .iter()
        .map(|p| p.2 * (p.0.ln() - mean) / spread)
        .collect()
}

/// Δ of the least squares of `g − B r^{−2Δ}`, by a scan and golden sections.
fn least_squares(points: &[(f64, f64, f64)]) -> Option<f64> {
    const LOW: f64 = -1.0;
    const STEP: f64 = 0.05;
    const STEPS: usize = 140;
    // With B eliminated: Σ w g² − (Σ w g φ)²/Σ w φ².
    let rest = |delta: f64| {
        let (mut gp, mut pp, mut gg) = (0.0, 0.0, 0.0);
        for &(r, g, w) in points {
            let p = r.powf(-2.0 * delta);
            gp += w * g * p;
            pp += w * p * p;
            gg += w * g * g;
        }
        gg - gp * gp / pp
    };
    let at = |i: usize| LOW + STEP * i as f64;
    let best = (0..=STEPS).min_by(|&a, &b| rest(at(a)).total_cmp(&rest(at(b))))?;
    if best == 0 || best == STEPS {
        return None;
    }
    let (mut a, mut b) = (at(best - 1), at(best + 1));
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    for _ in 0..60 {
        let (x, y) = (b - golden * (b - a), a + golden * (b - a));
        if rest(x) < rest(y) {
            b = y;
        } else {
            a = x;
        }
    }
    Some(0.5 * (a + b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;

    #[test]
    fn displacements_are_all_there() {
        for (side, periodic) in [(10, true), (9, true), (6, false)] {
            let total: usize = displacements(side, periodic).iter().map(|d| d.count).sum();
            let all = if periodic {
                side * side
            } else {
                (2 * side - 1) * (2 * side - 1)
            };
            assert_eq!(total + 1, all);
        }
    }

    #[test]
    fn products_are_averages_over_all_pairs() {
        let side = 5;
        let mut stream = Seed(4).stream("test", 0);
        let field: Vec<f32> = (0..25).map(|_| stream.normal() as f32).collect();
        for periodic in [true, false] {
            for d in displacements(side, periodic) {
                let (mut sum, mut pairs) = (0.0, 0);
                for i in 0..25 {
                    for j in 0..25 {
                        let gap = |a: usize, b: usize| {
                            let plain = a.abs_diff(b);
                            if periodic {
                                plain.min(side - plain)
                            } else {
                                plain
                            }
                        };
                        let (x, y) = (gap(i / 5, j / 5), gap(i % 5, j % 5));
                        if (x.max(y), x.min(y)) == (d.dx, d.dy) {
                            sum += f64::from(field[i] * field[j]);
                            pairs += 1;
                        }
                    }
                }
                let found = average_product(side, periodic, &field, d);
                assert!((found - sum / f64::from(pairs)).abs() < 1e-5, "{d:?}");
            }
        }
    }

    #[test]
    fn an_open_edge_has_fewer_neighbours() {
        let up = vec![1.0_f32; 9];
        assert_eq!(energy_fields(3, true, &up), vec![4.0; 9]);
        let open = energy_fields(3, false, &up);
        assert_eq!(open, [2.0, 3.0, 2.0, 3.0, 4.0, 3.0, 2.0, 3.0, 2.0]);
        let mut one_down = up;
        one_down[4] = -1.0;
        assert_eq!(
            energy_fields(3, false, &one_down)[4].to_bits(),
            (-4.0_f32).to_bits()
        );
    }

    #[test]
    fn a_power_law_gives_its_dimension() {
        let g = |delta: f64| -> Vec<f64> {
            let all = displacements(10, true).into_iter();
            all.map(|d| 0.7 * d.length().powf(-2.0 * delta)).collect()
        };
        for protocol in Protocol::all(true) {
            for delta in [0.125, 1.0, -0.3] {
                let found = protocol.dimension(10, true, &g(delta)).unwrap();
                assert!((found - delta).abs() < 1e-6, "{}", protocol.name());
            }
            let bounds = g(1.0).into_iter().map(Enclosure::exact).collect::<Vec<_>>();
            if let Some(b) = protocol.dimension_bounds(10, &bounds) {
                assert!((b.mid() - 1.0).abs() < 1e-12 && b.width() < 1e-12);
            }
        }
        let negative = vec![-1.0; 20];
        assert_eq!(Protocol::PLAIN.dimension(10, true, &negative), None);
    }

    #[test]
    fn independent_fields_have_no_correlation_and_its_error_is_right() {
        let mut stream = Seed(4).stream("test", 1);
        let fields: Vec<f32> = (0..400 * 36).map(|_| stream.normal() as f32).collect();
        let two = TwoPoint::of_fields(6, true, &fields);
        let (value, error) = two.derived(Centre::Ensemble, |g| Some(g[0])).unwrap();
        // 400 configurations with 72 independent products each.
        let expected = 1.0 / (400.0_f64 * 72.0).sqrt();
        assert!(value.abs() < 6.0 * expected);
        assert!(error > expected / 2.0 && error < expected * 2.0);
        // The mean of each configuration, less 1/36 of the variance.
        let own = two.values(Centre::Configuration)[0];
        assert!((own + 1.0 / 36.0).abs() < 6.0 * expected + 0.01 / 36.0);
    }
}
