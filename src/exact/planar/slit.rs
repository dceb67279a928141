//! A planar graph cut open along a path, so that all spins of the path lie on one face.
//!
//! ```text
//!            p₁' ── p₂' ── …                      left copies, with the path's bonds
//!   p₀  <                     >  p_m
//!            p₁'' ┄ p₂'' ┄ …                      right copies, joined by bonds with K = 0
//! ```
//! The bonds without coupling keep the right side in one piece. A vertex inside the cut, with an edge to every
//! spin around it, makes them wait until all else is built; it is never built itself.
//!
//! # The sensitivity of the cut graph
//! Rounding inserts factors `exp(½ η δ η)` (the parent's text), while the graph grows and while copies are made
//! one. What is read in the end is Z and C of a graph G that is still cut between two spins of the path
//! and closed elsewhere. Expanding all factors, a term of order m is at most
//!
//! ```text
//! (S/2)^m/m! · max |⟨η η … η η⟩|,   2m operators in m pairs, S = Σ|δ|
//! ```
//! A pair flips the spins of the front between two of its places, when it is inserted. In the sum over all
//! of G that reverses the signs of what joins these spins to the rest that is yet to come: of all that a curve
//! crosses from the face at the one place to the face at the other. G is drawn in the plane, so any other curve
//! between the two faces differs from this one by closed curves, each with a set of spins inside; to flip these
//! spins in the sum moves the reversal to the other curve, with no more than a sign for the spins that
//! stand in the mean. A curve across bonds alone never touches a place where copies have been made one. All weights are
//! positive and a bond that is reversed changes a weight by at most `e^{2|K|}`; the curves of m pairs
//! together cost at most the sum of their costs. So the mean is at most `γ^m`, `γ = exp(2 max d(f, g))` over the
//! faces of G, and with `y = e^{γS/2} − 1`
//!
//! ```text
//! |Z̃/Z − 1| ≤ y,   |C̃ Z̃/Z − C| ≤ y,   |C̃ − C| ≤ 2y/(1 − y) < 4γS/3  for γS ≤ 1/4
//! ```
//! ([`super::signed_sum::correlators`] takes four times the bound).
//!
//! No distance in G is longer than in the graph that was not cut: a face to the right of the path lies, across
//! a bond without coupling, at no cost beside the cut or beside the face of two bonds that is left of it where
//! copies are one; from there to the left of the path a bond with the old coupling is crossed. Hence every old
//! curve goes through at its old cost, and every new face is at no cost from an old one. So the largest
//! distance of the graph as it was bounds γ at all times. The graph cut all along is bounded as well, by itself;
//! the larger of the two is used, each by [`Embedding::diameter_bound`]. Test
//! `a_cut_makes_no_face_further`.

use super::Block;
use super::boundary::Step;
use super::embedding::Embedding;
use super::sweep;

/// Starts that a sweep is tried from.
const TRIES: usize = 4;

/// The graph cut open, ready to be built up to the cut.
#[derive(Clone, Debug)]
pub(super) struct Slit {
    pub(super) block: Block,
    /// The places of the path's spins, left copies, the ends among them.
    pub(super) left: Vec<usize>,
    /// The places of the right copies of all but the ends.
    pub(super) right: Vec<usize>,
}

/// The graph cut along a path of darts, with the vertex in the cut as its last one.
fn cut(graph: &Embedding, path: &[usize]) -> Option<Embedding> {
    let (n, m) = (graph.around.len(), path.len());
    let along: Vec<usize> = path
        .iter()
        .map(|&d| graph.tail(d))
        .chain(path.last().map(|&d| graph.head(d)))
        .collect();
    // The right copy of the k-th spin, which an end has not.
    let copy = |k: usize| {
        if k == 0 || k == m {
            along[k]
        } else {
            n + k - 1
        }
    };
    let inside = n + m - 1;
    let mut edges = graph.edges.clone();
    let mut around = graph.around.clone();
    around.resize(inside + 1, Vec::new());
    // Bonds on the right side, from the k-th to the next.
    let right_bonds = edges.len();
    if m > 1 {
        edges.extend((0..m).map(|k| (copy(k), copy(k + 1))));
    }
    // Around the cut, from the far end back on the left and forth on the right.
    let rim: Vec<usize> = (0..=m)
        .rev()
        .map(|k| along[k])
        .chain((1..m).map(copy))
        .collect();
    let spokes = edges.len();
    edges.extend(rim.iter().map(|&v| (inside, v)));
    around[inside] = (0..rim.len()).map(|k| 2 * (spokes + k)).collect();
    let spoke_left = |k: usize| 2 * (spokes + m - k) + 1;
    let spoke_right = |k: usize| 2 * (spokes + m + k) + 1;
    for k in 0..=m {
        let v = along[k];
        let darts = &graph.around[v];
        let from = |d: usize| -> Option<Vec<usize>> {
            let start = darts.iter().position(|&x| x == d)?;
            Some(
                (0..darts.len())
                    .map(|j| darts[(start + j) % darts.len()])
                    .collect(),
            )
        };
        around[v] = if k == 0 {
            let mut list = from(path[0])?;
            list.insert(0, spoke_left(0));
            if m > 1 {
                list.insert(0, 2 * right_bonds);
            }
            list
        } else if k == m {
            let mut list = from(path[m - 1] ^ 1)?;
            list.insert(1, spoke_left(m));
            if m > 1 {
                list.insert(2, 2 * (right_bonds + m - 1) + 1);
            }
            list
        } else {
            let list = from(path[k])?;
            let back = list.iter().position(|&d| d == path[k - 1] ^ 1)?;
            let (left, right) = list.split_at(back + 1);
            let new = copy(k);
            let mut other = vec![2 * (right_bonds + k - 1) + 1];
            for &d in right {
                let end = &mut edges[d / 2];
                *(if d % 2 == 0 { &mut end.0 } else { &mut end.1 }) = new;
                other.push(d);
            }
            other.extend([2 * (right_bonds + k), spoke_right(k)]);
            around[new] = other;
            let mut left = left.to_vec();
            left.push(spoke_left(k));
            left
        };
    }
    Embedding::new(edges, around)
}

impl Slit {
    /// Cuts a block with this drawing along a path of darts.
    ///
    /// The sensitivity is that of the block as it is, which no stage of closing the cut exceeds.
    pub(super) fn new(graph: &Embedding, couplings: &[f64], path: &[usize]) -> Option<Self> {
        let (n, m) = (graph.around.len(), path.len());
        let opened = cut(graph, path)?;
        let inside = n + m - 1;
        let mut weights = couplings.to_vec();
        weights.resize(opened.edges.len(), 0.0);
        let rim: Vec<usize> = opened.around[inside]
            .iter()
            .map(|&d| opened.head(d))
            .collect();
        let mut best: Option<sweep::Program> = None;
        for k in 0..TRIES.min(rim.len()) {
            let order = sweep::order(&opened, rim[k * rim.len() / TRIES.min(rim.len())], inside);
            if order.len() != inside + 1 {
                continue;
            }
            if let Some(program) = sweep::program(&opened, &order)
                && best.as_ref().is_none_or(|b| program.entries < b.entries)
            {
                best = Some(program);
            }
        }
        let mut program = best?;
        let end = program.vertex.iter().position(|&v| v == inside)?;
        program.steps.truncate(end);
        program.vertex.truncate(end);
        program.replaced.truncate(end);
        let mut place = vec![usize::MAX; inside];
        let mut width = 0.0;
        program.entries = 0.0;
        for (step, &v) in program.steps.iter().zip(&program.vertex) {
            match *step {
                Step::Start { at } | Step::Attach { at, .. } => {
                    place[v] = at;
                    width += 1.0;
                }
                Step::Replace { host, .. } => place[v] = host,
                Step::Join { .. } => program.entries += 0.5 * width * width,
                Step::Drop { .. } => width -= 1.0,
                Step::Order(_) => {}
            }
        }
        let left = (0..=m).map(|k| place[rim[m - k]]).collect();
        let right = (1..m).map(|k| place[rim[m + k]]).collect();
        let whole = Block::new(graph, (0..n).collect(), couplings.to_vec(), program.clone());
        let mut block = Block::new(&opened, (0..inside).collect(), weights, program);
        block.sensitivity = block.sensitivity.max(whole.sensitivity);
        Some(Self { block, left, right })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;

    #[test]
    fn a_cut_graph_is_still_planar_and_has_the_path_around_one_face() {
        let graph = Embedding::rectangle(4, 5).unwrap();
        // From site 6 to the right, 7, 8, and down to 13.
        let dart = |a: usize, b: usize| {
            (0..2 * graph.edges.len())
                .find(|&d| graph.tail(d) == a && graph.head(d) == b)
                .unwrap()
        };
        let path = [dart(6, 7), dart(7, 8), dart(8, 13)];
        let opened = cut(&graph, &path).unwrap();
        // Two copies and the vertex inside; three bonds without coupling and six spokes.
        assert_eq!(opened.around.len(), 23);
        assert_eq!(opened.edges.len(), 31 + 3 + 6);
        let couplings = vec![0.5; 31];
        let slit = Slit::new(&graph, &couplings, &path).unwrap();
        let mut places: Vec<usize> = slit.left.iter().chain(&slit.right).copied().collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), 6);
        // The bonds of the path stay on the left: site 7 keeps what lies above, or below, it.
        assert_eq!(opened.around[7].len() + opened.around[20].len(), 4 + 4);
    }

    /// The largest distance of two faces, by following all paths.
    fn diameter(graph: &Embedding, cost: &[f64]) -> f64 {
        let n = graph.faces;
        let mut d = vec![vec![f64::INFINITY; n]; n];
        for f in 0..n {
            d[f][f] = 0.0;
        }
        for e in 0..graph.edges.len() {
            let (f, g) = (graph.face[2 * e], graph.face[2 * e + 1]);
            d[f][g] = d[f][g].min(cost[e]);
            d[g][f] = d[f][g];
        }
        for k in 0..n {
            for i in 0..n {
                for j in 0..n {
                    d[i][j] = d[i][j].min(d[i][k] + d[k][j]);
                }
            }
        }
        d.into_iter().flatten().fold(0.0, f64::max)
    }

    #[test]
    fn a_cut_makes_no_face_further() {
        let mut stream = Seed(19).stream("slit", 0);
        let (mut shorter, mut further) = (0, 0);
        for round in 0..60 {
            let (rows, columns) = (3 + round % 3, 4);
            let graph = Embedding::rectangle(rows, columns).unwrap();
            // A path that goes right or down from a corner, not to the end of it.
            let (mut at, mut path) = (0, Vec::new());
            while path.len() < 2 + round % 3 {
                let down =
                    at % columns + 1 == columns || at / columns + 1 < rows && stream.index(2) == 0;
                let next = if down { at + columns } else { at + 1 };
                let dart = (0..2 * graph.edges.len())
                    .find(|&d| graph.tail(d) == at && graph.head(d) == next);
                path.push(dart.unwrap());
                at = next;
            }
            let mut cost: Vec<f64> = (0..graph.edges.len()).map(|_| stream.uniform()).collect();
            let whole = diameter(&graph, &cost);
            let opened = cut(&graph, &path).unwrap();
            cost.resize(opened.edges.len(), 0.0);
            let open = diameter(&opened, &cost);
            assert!(open <= whole * (1.0 + 1e-12), "{open} {whole}");
            shorter += usize::from(open < 0.99 * whole);
            assert!(whole <= graph.diameter_bound(&cost) && open <= opened.diameter_bound(&cost));
            for bond in graph.edges.len()..graph.edges.len() + path.len() {
                cost[bond] = 10.0;
            }
            let walled = diameter(&opened, &cost);
            // With a coupling on the right side of the cut it would not hold.
            further += usize::from(walled > 1.01 * whole);
        }
        assert!(shorter > 0 && further > 0, "{shorter} {further}");
    }
}
