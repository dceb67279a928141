//! A planar graph cut open along a path, so that all spins of the path lie on one face.
//!
//! ```text
//!            p₁' ── p₂' ── …                      left copies, with the path's bonds
//!   p₀  <                     >  p_m
//!            p₁'' ┄ p₂'' ┄ …                      right copies, joined by bonds with K = 0
//! ```
//! The bonds without coupling keep the right side in one piece. A vertex inside the cut, with an edge to every
//! spin around it, makes them wait until all else is built; it is never built itself.

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
    /// The sensitivity is that of the block as it is, since the cut is closed again.
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
}
