//! Correlators of any two spins.
//!
//! The graph is built cut open along a path from one spin to the other ([`super::slit`]), which leaves the
//! correlators of both copies of every spin of the path. Copies are made one again by factors
//! `1 + s' s''`. From the ends of the path inward these are bonds between neighbours of the face. Between the two spins
//! that are asked for, each such bond separates these two, so its sign is turned in the numerator:
//!
//! ```text
//! ⟨s_a s_b⟩ = Σ_W ⟨s_a s_b ∏_{k ∈ W} s_k' s_k''⟩ / Σ_W ⟨∏_{k ∈ W} s_k' s_k''⟩
//!           = [P(+, −) − P(−, −)] / 2 P(0, +)
//! ```
//! with P the signed sum over the chord from a to b and those between the copies. One path serves all pairs on it. The numerator may cancel, so it carries a radius, and is done again in more words
//! until the radius is small.
//!
//! Spins of different blocks are joined through the sites where blocks meet: given such a site the two sides
//! are independent, and the correlator is a product.

use super::boundary::{Boundary, Couplings, PrecisionLost};
use super::embedding::Embedding;
use super::fixed::fraction_bits;
use super::signed_sum::{Around, Ball, GUARD, correlators, pfaffian};
use super::slit::Slit;
use super::{Planar, PlanarError, WANTED_BITS, WORDS, embed};
use crate::exact::{Limits, Plan};
use crate::numeric::Enclosure;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Work for one path beside that for `ln Z`.
const PATH_TIMES: f64 = 2.8;
/// Seconds for each vertex of a graph that is cut and given an order.
const SECONDS_ORDER: f64 = 2e-6;
/// Seconds for one of the m³ steps of a pair's sums, m the side of the lattice.
const SECONDS_SUM: f64 = 3.5e-7;

/// A link of the chain of blocks between two spins.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Link {
    /// Two vertices of a block, in the block's numbers, the smaller first.
    Block(usize, usize, usize),
    /// A bond on no cycle.
    Bridge(f64),
}

/// `numerator / denominator` with both radii, if the denominator is positive and the radii small.
fn quotient(numerator: &Ball, denominator: &Ball) -> Option<Enclosure> {
    let slack = &numerator.radius + &denominator.radius;
    if !denominator.mid.is_positive() || (slack << 54) > denominator.mid {
        return None;
    }
    let (low, high) = (
        &denominator.mid - &denominator.radius,
        &denominator.mid + &denominator.radius,
    );
    let part = |n: BigInt, below: bool| {
        let d = if n.is_negative() == below {
            &low
        } else {
            &high
        };
        Enclosure::from_rational(&BigRational::new(n, d.clone()))
    };
    let value = part(&numerator.mid - &numerator.radius, true)
        .hull(part(&numerator.mid + &numerator.radius, false));
    Some(
        value
            .intersection(Enclosure::new(-1.0, 1.0))
            .unwrap_or(value),
    )
}

/// The correlator of the spins at the ends of what is left of the path.
fn between<const N: usize>(
    state: &Boundary<N>,
    left: &[usize],
    right: &[usize],
    error: f64,
) -> Result<Option<Enclosure>, PrecisionLost> {
    let bits = fraction_bits(N) + GUARD;
    let one = Ball {
        mid: BigInt::one() << bits,
        radius: BigInt::zero(),
    };
    let index = |place: usize| state.order.iter().position(|&x| x == place);
    let bond = |x: usize, y: usize, along: bool| -> Result<Around, PrecisionLost> {
        let (x, y) = (
            index(x).ok_or(PrecisionLost)?,
            index(y).ok_or(PrecisionLost)?,
        );
        Ok(Around {
            a: x.min(y),
            b: x.max(y),
            t: one.clone(),
            along,
        })
    };
    let matrix = correlators(state, error);
    let last = left.len() - 1;
    let mut bonds = Vec::with_capacity(last);
    for k in 1..last {
        bonds.push(bond(left[k], right[k - 1], false)?);
    }
    let denominator = pfaffian(&matrix, &bonds, (false, false), bits)?;
    bonds.push(bond(left[0], left[last], true)?);
    let plus = pfaffian(&matrix, &bonds, (false, true), bits)?;
    let minus = pfaffian(&matrix, &bonds, (true, true), bits)?;
    let double = denominator.plus(&denominator);
    Ok(quotient(&plus.plus(&minus.negative()), &double))
}

/// The correlators of pairs `(x, y)`, `x < y`, of positions on a path; `None` where the radius is too large.
fn on_path<const N: usize>(
    slit: &Slit,
    wanted: &[(usize, usize)],
) -> Result<Vec<Option<Enclosure>>, PrecisionLost> {
    let Slit { block, left, right } = slit;
    let couplings = Couplings::<N>::new(&block.couplings);
    let mut state = Boundary::<N>::new(block.program.places);
    for step in &block.program.steps {
        state.step(step, &couplings)?;
    }
    let last = left.len() - 1;
    let drop = |state: &mut Boundary<N>, at: usize| state.order.retain(|&x| x != at);
    // Moves an end of the path on to the next spin.
    let advance = |state: &mut Boundary<N>, from: usize, to: usize| -> Result<(), PrecisionLost> {
        drop(state, left[from]);
        state.equate(left[to], right[to - 1], true)?;
        drop(state, right[to - 1]);
        Ok(())
    };
    let mut out = vec![None; wanted.len()];
    let mut begin = (0, state);
    // By first position, and from the far end.
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by_key(|&k| (wanted[k].0, std::cmp::Reverse(wanted[k].1)));
    for group in order.chunk_by(|&a, &b| wanted[a].0 == wanted[b].0) {
        let x = wanted[group[0]].0;
        while begin.0 < x {
            advance(&mut begin.1, begin.0, begin.0 + 1)?;
            begin.0 += 1;
        }
        let mut end = (last, begin.1.clone());
        for &k in group {
            let y = wanted[k].1;
            while end.0 > y {
                advance(&mut end.1, end.0, end.0 - 1)?;
                end.0 -= 1;
            }
            let error = block.radius_log2(N, end.1.rounded, Boundary::<N>::units());
            if error.is_nan() || error > -2.0 {
                continue;
            }
            // A sum that cannot be found in this precision is left for the next.
            let inner = &right[x..y - 1];
            out[k] = between(&end.1, &left[x..=y], inner, error).unwrap_or(None);
        }
    }
    Ok(out)
}

/// Breadth-first: the dart towards each vertex, and the distances.
fn tree(graph: &Embedding, root: usize) -> (Vec<usize>, Vec<usize>) {
    let n = graph.around.len();
    let (mut towards, mut distance) = (vec![usize::MAX; n], vec![usize::MAX; n]);
    distance[root] = 0;
    let mut queue = VecDeque::from([root]);
    while let Some(v) = queue.pop_front() {
        for &d in &graph.around[v] {
            let u = graph.head(d);
            if distance[u] == usize::MAX {
                distance[u] = distance[v] + 1;
                towards[u] = d;
                queue.push_back(u);
            }
        }
    }
    (towards, distance)
}

/// A path, and the pairs of positions on it that it serves.
type Serving = (Vec<usize>, Vec<(usize, usize)>);

/// Paths that serve all pairs, each pair by one path.
fn cover(graph: &Embedding, pairs: &BTreeSet<(usize, usize)>) -> Vec<Serving> {
    let mut left = pairs.clone();
    let mut paths = Vec::new();
    while let Some(&(root, _)) = left.first() {
        let (towards, distance) = tree(graph, root);
        let mut targets: Vec<usize> = left
            .range((root, 0)..(root + 1, 0))
            .map(|&(_, b)| b)
            .collect();
        targets.sort_by_key(|&b| (std::cmp::Reverse(distance[b]), b));
        for target in targets {
            if !left.contains(&(root, target)) {
                continue;
            }
            let mut path = Vec::new();
            let mut v = target;
            while v != root {
                path.push(towards[v]);
                v = graph.tail(towards[v]);
            }
            path.reverse();
            let sites: Vec<usize> = std::iter::once(root)
                .chain(path.iter().map(|&d| graph.head(d)))
                .collect();
            let mut served = Vec::new();
            for x in 0..sites.len() {
                for y in x + 1..sites.len() {
                    let (a, b) = (sites[x].min(sites[y]), sites[x].max(sites[y]));
                    if left.remove(&(a, b)) {
                        served.push((x, y));
                    }
                }
            }
            paths.push((path, served));
        }
    }
    paths
}

impl Planar {
    /// `⟨s_a s_b⟩` of any pairs of sites, in the order of the list.
    ///
    /// # Errors
    /// [`PlanarError::NoSuchSite`], [`PlanarError::TooCold`], [`PlanarError::Exact`] by the predicted cost.
    /// # Accuracy
    /// An absolute width below 1e-15 in one block: the radii of both sums are at most `2⁻⁵⁴` of the denominator,
    /// which is `2⁻⁵³` of width, and either bound is rounded outward by at most as much again, 3.4e-16 in all.
    /// A chain of blocks adds the widths of its links. Tests `pair_correlators_agree_with_enumeration`,
    /// `pair_correlators_agree_with_elimination_and_strips`.
    /// # Complexity
    /// A few times `ln Z` for each path, and O(m³) products for each pair, m its distance. A path serves all pairs on
    /// it: the 4950 pairs of a 10 × 10 lattice need 488 paths. Test `paths_serve_every_pair_once`.
    pub fn pair_correlators(
        &self,
        pairs: &[(usize, usize)],
        limits: &Limits,
    ) -> Result<Vec<Enclosure>, PlanarError> {
        for site in pairs.iter().flat_map(|p| [p.0, p.1]) {
            if site >= self.sites {
                return Err(PlanarError::NoSuchSite {
                    site,
                    sites: self.sites,
                });
            }
        }
        Self::admit(self.plan_pairs(pairs.len())?, limits)?;
        let chains = self.chains(pairs);
        let mut wanted: Vec<BTreeSet<(usize, usize)>> = vec![BTreeSet::new(); self.blocks.len()];
        for &link in chains.iter().flatten().flatten() {
            if let Link::Block(b, x, y) = link {
                wanted[b].insert((x, y));
            }
        }
        let mut found = Vec::with_capacity(self.blocks.len());
        for (b, wanted) in wanted.iter().enumerate() {
            found.push(self.in_block(b, wanted)?);
        }
        let slack = Enclosure::around(0.0, self.lost);
        Ok(chains
            .iter()
            .map(|chain| {
                let Some(chain) = chain else {
                    return Enclosure::zero();
                };
                let mut value = Enclosure::one();
                for link in chain {
                    value = value
                        * match *link {
                            Link::Bridge(k) => Enclosure::exact(k).tanh(),
                            Link::Block(b, x, y) => found[b]
                                .get(&(x, y))
                                .copied()
                                .unwrap_or(Enclosure::new(-1.0, 1.0)),
                        };
                }
                if self.lost > 0.0 && !chain.is_empty() {
                    value = value + slack;
                }
                value
                    .intersection(Enclosure::new(-1.0, 1.0))
                    .unwrap_or(value)
            })
            .collect())
    }

    /// What [`Planar::pair_correlators`] will cost for so many pairs, `ln Z` not counted.
    ///
    /// # Errors
    /// [`PlanarError::TooCold`].
    pub fn plan_pairs(&self, pairs: usize) -> Result<Plan, PlanarError> {
        let mut plan = self.plan()?;
        let pairs = pairs as f64;
        let largest = self.blocks.iter().map(|b| b.sites.len()).max().unwrap_or(1) as f64;
        // All pairs of an L × L lattice take about L³/2 paths.
        let all = 0.5 * largest * (largest - 1.0);
        let paths = if pairs < all { pairs } else { all };
        let paths = paths.min(0.5 * largest.powf(1.5) + 1.0);
        let width = largest.sqrt();
        let sums = pairs * (1.0 + width.powi(3)) * SECONDS_SUM;
        plan.states *= PATH_TIMES * paths;
        plan.seconds = plan.seconds * PATH_TIMES * paths
            + paths * largest * SECONDS_ORDER
            + sums
            + pairs * 1e-6;
        plan.bytes = plan.bytes * 8.0 + pairs * 200.0 + largest * 400.0;
        Ok(plan)
    }

    /// The drawing of a block.
    fn drawing(&self, block: usize) -> Result<Embedding, PlanarError> {
        let graph = match self.shape {
            Some((rows, columns)) => Embedding::rectangle(rows, columns),
            None => embed(self.blocks[block].sites.len(), &self.block_edges[block]),
        };
        graph.ok_or(PlanarError::NotAnEmbedding)
    }

    fn in_block(
        &self,
        number: usize,
        wanted: &BTreeSet<(usize, usize)>,
    ) -> Result<BTreeMap<(usize, usize), Enclosure>, PlanarError> {
        let mut found = BTreeMap::new();
        if wanted.is_empty() {
            return Ok(found);
        }
        let block = &self.blocks[number];
        if let Some((rows, columns)) = self.shape
            && rows.min(columns) == 1
        {
            // A row is a tree.
            for &(x, y) in wanted {
                let value = block.couplings[x..y]
                    .iter()
                    .fold(Enclosure::one(), |c, &k| c * Enclosure::exact(k).tanh());
                found.insert((x, y), value);
            }
            return Ok(found);
        }
        let graph = self.drawing(number)?;
        for (path, served) in cover(&graph, wanted) {
            let slit =
                Slit::new(&graph, &block.couplings, &path).ok_or(PlanarError::NotAnEmbedding)?;
            let values = settle(&slit, &served)?;
            let sites: Vec<usize> = std::iter::once(graph.tail(path[0]))
                .chain(path.iter().map(|&d| graph.head(d)))
                .collect();
            for (&(x, y), value) in served.iter().zip(values) {
                let key = (sites[x].min(sites[y]), sites[x].max(sites[y]));
                found.insert(key, value);
            }
        }
        Ok(found)
    }

    /// For each pair the blocks between its sites; `None` for sites of different parts.
    fn chains(&self, pairs: &[(usize, usize)]) -> Vec<Option<Vec<Link>>> {
        // The graph of sites and blocks is a forest: from each site up to a block or a bond, from there to a site.
        let mut at: Vec<Vec<(usize, usize)>> = vec![Vec::new(); self.sites];
        for (b, block) in self.blocks.iter().enumerate() {
            for (local, &site) in block.sites.iter().enumerate() {
                at[site].push((b, local));
            }
        }
        for (e, &(a, b, _)) in self.bridges.iter().enumerate() {
            at[a].push((self.blocks.len() + e, 0));
            at[b].push((self.blocks.len() + e, 1));
        }
        let members = |group: usize| -> Vec<usize> {
            if let Some(block) = self.blocks.get(group) {
                return block.sites.clone();
            }
            let (a, b, _) = self.bridges[group - self.blocks.len()];
            vec![a, b]
        };
        // Of each site the group above it, and its and its parent's number there.
        let mut above: Vec<Option<(usize, usize, usize)>> = vec![None; self.sites];
        let mut parent = vec![usize::MAX; self.sites];
        let mut depth = vec![usize::MAX; self.sites];
        let mut root = vec![usize::MAX; self.sites];
        let mut done = vec![false; self.blocks.len() + self.bridges.len()];
        for first in 0..self.sites {
            if root[first] != usize::MAX {
                continue;
            }
            (root[first], depth[first]) = (first, 0);
            let mut stack = vec![first];
            while let Some(site) = stack.pop() {
                for &(group, own) in &at[site] {
                    if std::mem::replace(&mut done[group], true) {
                        continue;
                    }
                    for (local, other) in members(group).into_iter().enumerate() {
                        if other != site {
                            above[other] = Some((group, local, own));
                            (parent[other], root[other]) = (site, first);
                            depth[other] = depth[site] + 1;
                            stack.push(other);
                        }
                    }
                }
            }
        }
        let link = |group: usize, x: usize, y: usize| match self.blocks.get(group) {
            Some(_) => Link::Block(group, x.min(y), x.max(y)),
            None => Link::Bridge(self.bridges[group - self.blocks.len()].2),
        };
        pairs
            .iter()
            .map(|&(mut a, mut b)| {
                if root[a] != root[b] {
                    return None;
                }
                let mut chain = Vec::new();
                while a != b {
                    if depth[a] < depth[b] {
                        std::mem::swap(&mut a, &mut b);
                    }
                    let (group, own, up) = above[a]?;
                    // Two sites of one block below the same site meet within the block.
                    if let Some((other, x, _)) = above[b]
                        && other == group
                    {
                        chain.push(link(group, own, x));
                        break;
                    }
                    chain.push(link(group, own, up));
                    a = parent[a];
                }
                Some(chain)
            })
            .collect()
    }
}

/// The correlators on a path, in as many words as they need.
fn settle(slit: &Slit, served: &[(usize, usize)]) -> Result<Vec<Enclosure>, PlanarError> {
    let start = slit.block.bits(WANTED_BITS) + 8.0;
    let mut values: Vec<Option<Enclosure>> = vec![None; served.len()];
    let mut failure = PlanarError::TooCold {
        bits: start,
        most: 64 * WORDS[WORDS.len() - 1],
    };
    for words in WORDS {
        if (fraction_bits(words) as f64) < start {
            continue;
        }
        let open: Vec<usize> = (0..served.len()).filter(|&k| values[k].is_none()).collect();
        let left: Vec<(usize, usize)> = open.iter().map(|&k| served[k]).collect();
        let (slit, left) = (slit, left.as_slice());
        if let Ok(found) = with_words!(words, on_path(slit, left)) {
            for (&k, value) in open.iter().zip(found) {
                values[k] = value;
            }
        }
        if let Some(all) = values.iter().copied().collect() {
            return Ok(all);
        }
        failure = PlanarError::PrecisionLost;
    }
    Err(failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_serve_every_pair_once() {
        for side in [4, 6, 10] {
            let graph = Embedding::rectangle(side, side).unwrap();
            let n = side * side;
            let all: BTreeSet<(usize, usize)> = (0..n)
                .flat_map(|i| (i + 1..n).map(move |j| (i, j)))
                .collect();
            let paths = cover(&graph, &all);
            let mut served = BTreeSet::new();
            for (path, pairs) in &paths {
                let sites: Vec<usize> = std::iter::once(graph.tail(path[0]))
                    .chain(path.iter().map(|&d| graph.head(d)))
                    .collect();
                for &(x, y) in pairs {
                    assert!(x < y);
                    let pair = (sites[x].min(sites[y]), sites[x].max(sites[y]));
                    assert!(served.insert(pair), "{pair:?} twice");
                }
            }
            assert_eq!(served, all);
            assert!(paths.len() <= side.pow(3) / 2, "{side}: {}", paths.len());
        }
    }
}
