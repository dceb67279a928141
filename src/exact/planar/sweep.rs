//! The order in which a planar graph is built, and the steps that build it.
//!
//! A sweep takes vertex after vertex so that the ones taken are connected and so are the ones left. Then all
//! that is left lies in one face of what is built, the edges of a new vertex to old ones are consecutive
//! around it, and the old vertices that still wait for edges lie around that face.

use super::boundary::Step;
use super::embedding::Embedding;

/// The steps that build a graph, and how much they cost.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) steps: Vec<Step>,
    /// The vertex that each step brings or drops.
    pub(super) vertex: Vec<usize>,
    /// The vertex that gives up its place.
    pub(super) replaced: Vec<usize>,
    /// Places that are needed.
    pub(super) places: usize,
    /// `Σ w²/2` over the joins: entries that are updated.
    pub(super) entries: f64,
}

/// A corner of the face that the graph grows into: a vertex, and the dart along the face that leaves it.
#[derive(Clone, Copy, Debug)]
struct Corner {
    vertex: usize,
    leaving: Option<usize>,
}

struct Builder<'a> {
    graph: &'a Embedding,
    taken: Vec<bool>,
    /// Edges to vertices not yet taken.
    open: Vec<usize>,
    /// The corners around the face, once around.
    walk: Vec<Corner>,
    place: Vec<usize>,
    free: Vec<usize>,
    /// The vertices with places, as the steps so far have them around the face.
    current: Vec<usize>,
    program: Program,
}

/// The same cyclic order.
fn same_cycle(a: &[usize], b: &[usize]) -> bool {
    let Some(shift) = a.first().and_then(|x| b.iter().position(|y| y == x)) else {
        return a.is_empty() && b.is_empty();
    };
    a.len() == b.len() && (0..a.len()).all(|k| a[k] == b[(k + shift) % b.len()])
}

impl Builder<'_> {
    fn push(&mut self, step: Step, vertex: usize) {
        self.program.steps.push(step);
        self.program.vertex.push(vertex);
        self.program.replaced.push(usize::MAX);
    }

    fn new_place(&mut self) -> usize {
        self.free.pop().unwrap_or_else(|| {
            self.program.places += 1;
            self.program.places - 1
        })
    }

    fn set_order(&mut self, order: Vec<usize>) {
        if !same_cycle(&order, &self.current) {
            let places = order.iter().map(|&v| self.place[v]).collect();
            self.push(Step::Order(places), usize::MAX);
        }
        self.current = order;
    }

    fn drop_vertex(&mut self, v: usize) {
        self.push(Step::Drop { at: self.place[v] }, v);
        self.free.push(self.place[v]);
        self.current.retain(|&x| x != v);
    }

    /// The vertices of these corners that wait for edges, each where it comes first.
    fn waiting(&self, corners: &[Corner], without: &[usize], seen: &mut [bool]) -> Vec<usize> {
        let mut list = Vec::new();
        for corner in corners {
            let v = corner.vertex;
            if self.open[v] > 0 && !seen[v] && !without.contains(&v) {
                seen[v] = true;
                list.push(v);
            }
        }
        for &v in &list {
            seen[v] = false;
        }
        list
    }

    fn take_first(&mut self, v: usize) {
        let at = self.new_place();
        self.place[v] = at;
        self.push(Step::Start { at }, v);
        self.current = vec![v];
        self.walk = vec![Corner {
            vertex: v,
            leaving: None,
        }];
    }

    /// The corner that dart d, of an old vertex to a new one, lies in.
    fn corner_of(&self, d: usize) -> Option<usize> {
        let mut next = self.graph.after(d);
        while next != d && !self.taken[self.graph.head(next)] {
            next = self.graph.after(next);
        }
        let leaving = (next != d).then_some(next);
        self.walk.iter().position(|c| c.leaving == leaving)
    }

    /// Brings the new vertex and its bonds to the old ones, `hosts` by `to_old`; the others wait in the order
    /// of the corners of `rest`.
    fn join_all(
        &mut self,
        v: usize,
        to_old: &[usize],
        hosts: &[usize],
        waiting: &[usize],
        rest: &[Corner],
        seen: &mut [bool],
    ) -> Option<()> {
        let count = hosts.len();
        // The new vertex takes the place of a neighbour that is done with, if there is one.
        for &h in hosts {
            self.open[h] -= 1;
        }
        self.open[v] = self.graph.around[v].len() - count;
        self.taken[v] = true;
        let replaced = hosts.iter().position(|&h| self.open[h] == 0);
        let middle = replaced.unwrap_or(0);
        let edge = |k: usize| to_old[k] / 2;
        let mut front = hosts.to_vec();
        if replaced.is_some() {
            let host = self.place[hosts[middle]];
            self.place[v] = host;
            self.push(
                Step::Replace {
                    host,
                    edge: edge(middle),
                },
                v,
            );
            if let Some(old) = self.program.replaced.last_mut() {
                *old = hosts[middle];
            }
            front[middle] = v;
        } else {
            let at = self.new_place();
            self.place[v] = at;
            let host = self.place[hosts[0]];
            self.push(
                Step::Attach {
                    at,
                    host,
                    edge: edge(0),
                },
                v,
            );
            front.insert(1, v);
        }
        self.current = front.iter().chain(waiting).copied().collect();
        let mut inner = hosts.to_vec();
        for k in (middle + 1..count).chain((0..middle).rev()) {
            let h = hosts[k];
            let w = self.current.len() as f64;
            self.program.entries += 0.5 * w * w;
            let (a, b) = (self.place[v], self.place[h]);
            self.push(
                Step::Join {
                    a,
                    b,
                    edge: edge(k),
                },
                v,
            );
            if self.open[h] == 0 {
                self.drop_vertex(h);
                front.retain(|&x| x != h);
            } else if k > 0 && k + 1 < count {
                // Shut in here, it waits at another corner.
                front.retain(|&x| x != h);
                inner.retain(|&x| x != h);
                let moved = self.waiting(rest, &inner, seen);
                if !moved.contains(&h) {
                    return None;
                }
                let order = front.iter().chain(&moved).copied().collect();
                self.set_order(order);
            }
        }
        Some(())
    }

    /// Takes the next vertex; `None` if that is not a sweep.
    fn take(&mut self, v: usize, seen: &mut [bool]) -> Option<()> {
        let darts = &self.graph.around[v];
        let old = |k: usize| self.taken[self.graph.head(darts[k % darts.len()])];
        let count = (0..darts.len()).filter(|&k| old(k)).count();
        let start = (0..darts.len())
            .find(|&k| old(k) && !old(k + darts.len() - 1))
            .unwrap_or(0);
        if count == 0 || !(start..start + count).all(old) {
            return None;
        }
        // Around the face the neighbours come in the opposite order.
        let to_old: Vec<usize> = (start..start + count)
            .rev()
            .map(|k| darts[k % darts.len()])
            .collect();
        let hosts: Vec<usize> = to_old.iter().map(|&d| self.graph.head(d)).collect();
        let first = self.corner_of(to_old[0] ^ 1)?;
        self.walk.rotate_left(first);
        let corners: Vec<usize> = to_old
            .iter()
            .map(|&d| self.corner_of(d ^ 1))
            .collect::<Option<_>>()?;
        if corners[0] != 0 || corners.windows(2).any(|c| c[0] >= c[1]) {
            return None;
        }
        let last = corners[count - 1];
        let last_corner = self.walk[last];
        let rest = self.walk.split_off(last + 1);
        let waiting = self.waiting(&rest, &hosts, seen);
        let order = hosts.iter().chain(&waiting).copied().collect();
        self.set_order(order);
        self.join_all(v, &to_old, &hosts, &waiting, &rest, seen)?;
        if self.open[v] == 0 {
            self.drop_vertex(v);
        }
        let mut walk = vec![
            Corner {
                vertex: hosts[0],
                leaving: Some(to_old[0] ^ 1),
            },
            Corner {
                vertex: v,
                leaving: Some(to_old[count - 1]),
            },
        ];
        if last_corner.leaving.is_some() {
            walk.push(last_corner);
        }
        walk.extend(rest);
        self.walk = walk;
        Some(())
    }
}

/// The steps for one order of the vertices; `None` if it is not a sweep.
pub(super) fn program(graph: &Embedding, order: &[usize]) -> Option<Program> {
    let n = graph.around.len();
    let mut builder = Builder {
        graph,
        taken: vec![false; n],
        open: graph.around.iter().map(Vec::len).collect(),
        walk: Vec::new(),
        place: vec![0; n],
        free: Vec::new(),
        current: Vec::new(),
        program: Program {
            steps: Vec::new(),
            vertex: Vec::new(),
            replaced: Vec::new(),
            places: 0,
            entries: 0.0,
        },
    };
    let mut seen = vec![false; n];
    for (k, &v) in order.iter().enumerate() {
        if k == 0 {
            builder.taken[v] = true;
            builder.take_first(v);
            if builder.open[v] == 0 {
                builder.drop_vertex(v);
            }
        } else {
            builder.take(v, &mut seen)?;
        }
    }
    Some(builder.program)
}

/// A sweep of a biconnected graph from one vertex to another of the same face, greedy in the number of
/// vertices that wait.
///
/// A vertex may come next if what is left stays connected without it: just when the faces around it that
/// hold taken vertices are those beside its edges to taken ones, one more than these edges.
pub(super) fn order(graph: &Embedding, first: usize, last: usize) -> Vec<usize> {
    let n = graph.around.len();
    let mut taken = vec![false; n];
    let mut open: Vec<usize> = graph.around.iter().map(Vec::len).collect();
    let mut touched_faces = vec![0_usize; n];
    let mut touched = vec![false; graph.faces];
    let mut members = vec![Vec::new(); graph.faces];
    for (d, &f) in graph.face.iter().enumerate() {
        members[f].push(graph.tail(d));
    }
    let mut frontier: Vec<usize> = vec![first];
    let mut order = Vec::with_capacity(n);
    while order.len() < n {
        let mut best: Option<(isize, usize)> = None;
        for (index, &v) in frontier.iter().enumerate() {
            let degree = graph.around[v].len();
            let old = degree - open[v];
            let only = order.len() + 1 == n;
            let may = order.is_empty() || old == degree || touched_faces[v] == old + 1;
            if !may || (v == last && !only) {
                continue;
            }
            let done = graph.around[v]
                .iter()
                .filter(|&&d| taken[graph.head(d)] && open[graph.head(d)] == 1)
                .count();
            let growth = 1 - done as isize;
            // The oldest of the frontier among equals keeps the front straight.
            if best.is_none_or(|(g, _)| growth < g) {
                best = Some((growth, index));
            }
        }
        let Some((_, index)) = best else {
            return Vec::new();
        };
        let v = frontier.remove(index);
        taken[v] = true;
        order.push(v);
        for &d in &graph.around[v] {
            let u = graph.head(d);
            open[u] -= 1;
            if !taken[u] && !frontier.contains(&u) {
                frontier.push(u);
            }
            let f = graph.face[d];
            if !touched[f] {
                touched[f] = true;
                for &x in &members[f] {
                    touched_faces[x] += 1;
                }
            }
        }
    }
    order
}
