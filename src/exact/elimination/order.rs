//! Orders of elimination: which variable goes next, and what the tables will cost.

use crate::random::{Seed, Stream};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Most sum of squared degrees for which min-fill, which is cubic in the degree, is tried.
const MIN_FILL_WORK: usize = 4_000_000;
/// Steps of elimination that take as long as one search does for each variable.
const SEARCH_STEPS: f64 = 150_000.0;
/// Entries of a table that stays in a second-level cache.
const CACHED: f64 = 65_536.0;
/// How much longer a step takes beyond it.
const FAR: f64 = 2.0;
/// Random restarts of min-degree and min-fill on small graphs.
const RESTARTS: u64 = 8;

/// An order and the size of its tables, in entries.
#[derive(Clone, Debug)]
pub(super) struct Order {
    /// Variables, first eliminated first.
    pub(super) sequence: Vec<usize>,
    /// For each variable of the sequence its neighbours when it goes.
    pub(super) neighbours: Vec<Vec<usize>>,
    /// Entries of the largest table that is made.
    pub(super) largest: f64,
    /// Steps: entries of each message, times the states of the variable that is summed out.
    pub(super) steps: f64,
    /// Steps weighted by where their tables fit: what orders are compared by.
    pub(super) cost: f64,
    /// Entries of all messages.
    pub(super) entries: f64,
}

/// The neighbours of each variable, in order.
type Graph = Vec<Vec<usize>>;

/// Variables that meet in a factor are neighbours.
fn graph(variables: usize, scopes: &[&[usize]]) -> Graph {
    let mut graph = vec![Vec::new(); variables];
    for scope in scopes {
        for &a in *scope {
            graph[a].extend(scope.iter().copied().filter(|&b| b != a));
        }
    }
    for neighbours in &mut graph {
        neighbours.sort_unstable();
        neighbours.dedup();
    }
    graph
}

/// Removes a variable and joins its neighbours; returns them.
fn eliminate(graph: &mut Graph, x: usize) -> Vec<usize> {
    let neighbours = std::mem::take(&mut graph[x]);
    for &a in &neighbours {
        let old = std::mem::take(&mut graph[a]);
        let mut joined = Vec::with_capacity(old.len() + neighbours.len());
        let mut others = neighbours.iter().copied().filter(|&b| b != a).peekable();
        for b in old.into_iter().filter(|&b| b != x) {
            while let Some(c) = others.next_if(|&c| c < b) {
                joined.push(c);
            }
            others.next_if_eq(&b);
            joined.push(b);
        }
        joined.extend(others);
        graph[a] = joined;
    }
    neighbours
}

/// Follows a sequence and adds up its cost; gives up beyond the cost `worst`.
fn follow(mut graph: Graph, sequence: Vec<usize>, cards: &[usize], worst: f64) -> Option<Order> {
    let mut order = Order {
        neighbours: Vec::with_capacity(sequence.len()),
        sequence,
        largest: 1.0,
        steps: 0.0,
        cost: 0.0,
        entries: 0.0,
    };
    for &x in &order.sequence {
        let neighbours = eliminate(&mut graph, x);
        let size: f64 = neighbours.iter().map(|&v| cards[v] as f64).product();
        order.largest = order.largest.max(size);
        order.entries += size;
        order.steps += size * cards[x] as f64;
        // Tables beyond the caches cost their way to memory and back.
        let far = if size > CACHED { FAR } else { 1.0 };
        order.cost += size * cards[x] as f64 * far;
        if order.cost > worst {
            return None;
        }
        order.neighbours.push(neighbours);
    }
    Some(order)
}

/// The order behind some further variables, which are the last ones of `cards`.
pub(super) fn preceded(order: &Order, cards: &[usize], scopes: &[&[usize]]) -> Order {
    let sequence = (order.sequence.len()..cards.len())
        .chain(order.sequence.iter().copied())
        .collect();
    let followed = follow(graph(cards.len(), scopes), sequence, cards, f64::INFINITY);
    followed.unwrap_or_else(|| best_order(cards, scopes))
}

/// Pairs of neighbours that are not joined yet.
fn fill(graph: &Graph, x: usize) -> usize {
    let n = &graph[x];
    n.iter()
        .enumerate()
        .map(|(k, &a)| {
            let joined = |b: &&usize| graph[a].binary_search(b).is_err();
            n[k + 1..].iter().filter(joined).count()
        })
        .sum()
}

/// Picks the best variable again and again; ties by chance, or the first one without a stream.
fn greedy(
    mut graph: Graph,
    mut chance: Option<Stream>,
    score: impl Fn(&Graph, usize) -> usize,
) -> Vec<usize> {
    let mut scores: Vec<usize> = (0..graph.len()).map(|x| score(&graph, x)).collect();
    let mut queue: BTreeSet<(usize, u64, usize)> = BTreeSet::new();
    let mut ticket = |x: usize| chance.as_mut().map_or(x as u64, Stream::next_u64);
    let mut tickets: Vec<u64> = (0..graph.len()).map(&mut ticket).collect();
    for x in 0..graph.len() {
        queue.insert((scores[x], tickets[x], x));
    }
    let mut sequence = Vec::with_capacity(graph.len());
    while let Some((_, _, x)) = queue.pop_first() {
        sequence.push(x);
        let neighbours = eliminate(&mut graph, x);
        // Scores change within two steps of what was joined.
        let mut touched: BTreeSet<usize> = neighbours.iter().copied().collect();
        if neighbours.len() < 12 {
            for &a in &neighbours {
                touched.extend(graph[a].iter().copied());
            }
        }
        for y in touched {
            let new = score(&graph, y);
            if new != scores[y] {
                queue.remove(&(scores[y], tickets[y], y));
                scores[y] = new;
                tickets[y] = ticket(y);
                queue.insert((new, tickets[y], y));
            }
        }
    }
    sequence
}

/// Breadth first from a variable that is far from another one, low degrees first: rows of a band.
fn band(graph: &Graph) -> Vec<usize> {
    let mut seen = vec![false; graph.len()];
    let mut sequence = Vec::with_capacity(graph.len());
    let walk = |start: usize, seen: &mut Vec<bool>| {
        let mut list = vec![start];
        seen[start] = true;
        let mut next = 0;
        while next < list.len() {
            let mut new: Vec<usize> = graph[list[next]]
                .iter()
                .copied()
                .filter(|&y| !seen[y])
                .collect();
            new.sort_by_key(|&y| (graph[y].len(), y));
            for y in new {
                seen[y] = true;
                list.push(y);
            }
            next += 1;
        }
        list
    };
    for x in 0..graph.len() {
        if !seen[x] {
            let reach = walk(x, &mut seen);
            for &y in &reach {
                seen[y] = false;
            }
            let far = reach.last().copied().unwrap_or(x);
            sequence.extend(walk(far, &mut seen));
        }
    }
    sequence
}

/// The cheapest of several orders: the variables' own and its reverse, breadth first, min-degree and
/// min-fill with random restarts. Deterministic.
pub(super) fn best_order(cards: &[usize], scopes: &[&[usize]]) -> Order {
    let graph = graph(cards.len(), scopes);
    let n = cards.len();
    let best: RefCell<Option<Order>> = RefCell::new(None);
    let consider = |sequence: Vec<usize>| {
        let worst = best.borrow().as_ref().map_or(f64::INFINITY, |b| b.cost);
        if let Some(order) = follow(graph.clone(), sequence, cards, worst)
            && order.cost < worst
        {
            best.replace(Some(order));
        }
    };
    consider(band(&graph));
    consider(greedy(graph.clone(), None, |g, x| g[x].len()));
    // Following a bad order on a large graph fills it quadratically; it is given up where it is worse.
    consider((0..n).collect());
    consider((0..n).rev().collect());
    let work: usize = graph.iter().map(|s| s.len() * s.len()).sum();
    let mut idle = 0;
    for index in 0..RESTARTS {
        // A search costs about as much as this many steps; it must be able to pay.
        if best
            .borrow()
            .as_ref()
            .is_none_or(|b| b.cost < SEARCH_STEPS * n as f64)
        {
            break;
        }
        // Luck that has not come twice is not waited for.
        let before = best.borrow().as_ref().map_or(f64::INFINITY, |b| b.cost);
        if idle == 2 {
            break;
        }
        let stream = Seed::default().stream("elimination order", index);
        if work < MIN_FILL_WORK {
            consider(greedy(graph.clone(), Some(stream.clone()), fill));
        }
        consider(greedy(graph.clone(), Some(stream), |g, x| g[x].len()));
        let after = best.borrow().as_ref().map_or(f64::INFINITY, |b| b.cost);
        idle = if after < before { 0 } else { idle + 1 };
    }
    best.into_inner().unwrap_or(Order {
        sequence: Vec::new(),
        neighbours: Vec::new(),
        largest: 1.0,
        steps: 0.0,
        cost: 0.0,
        entries: 0.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Lattice;

    fn order(lattice: Lattice) -> Order {
        let bonds: Vec<[usize; 2]> = lattice.bonds().iter().map(|&(a, b)| [a, b]).collect();
        let scopes: Vec<&[usize]> = bonds.iter().map(<[usize; 2]>::as_slice).collect();
        best_order(&vec![2; lattice.sites()], &scopes)
    }

    #[test]
    fn orders_are_as_good_as_those_known() {
        // Treewidth: path 1, cycle 2.
        assert!((order(Lattice::open(1, 50)).largest - 2.0).abs() < 1e-12);
        assert!((order("ring:50".parse().unwrap()).largest - 4.0).abs() < 1e-12);
        // Row by row an R×C grid takes R·C steps of 2^{C+1}; both ways round.
        for (rows, columns) in [(12_u8, 12_u8), (30, 9), (9, 30)] {
            let sites = f64::from(rows) * f64::from(columns);
            let steps = sites * 2.0_f64.powi(i32::from(rows.min(columns)) + 1);
            let lattice = Lattice::open(rows.into(), columns.into());
            assert!(order(lattice).steps <= steps);
        }
        assert!(order(Lattice::torus(6, 6)).largest <= 4096.0);
    }

    #[test]
    fn every_variable_goes_once_with_its_neighbours_still_there() {
        let order = order(Lattice::torus(5, 7));
        let mut position = vec![usize::MAX; 35];
        for (p, &v) in order.sequence.iter().enumerate() {
            assert_eq!(position[v], usize::MAX);
            position[v] = p;
        }
        for (p, neighbours) in order.neighbours.iter().enumerate() {
            assert!(neighbours.iter().all(|&v| position[v] > p));
        }
    }
}
