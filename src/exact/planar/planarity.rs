//! Whether a graph is planar: a drawing, or an obstruction.
//!
//! A cycle is drawn first; then, again and again, of the parts that are left one that fits into fewest
//! faces, and of it one path between two vertices that are drawn already. A part that fits into no face
//! proves that the graph is not planar, and if every part fits into two or more, any choice is right.
//!
//! # References
//! G. Demoucron, Y. Malgrange and R. Pertuiset, Revue française de recherche opérationnelle 8 (1964) 33.

use super::embedding::Embedding;
use std::collections::VecDeque;

/// The edges of each block: the largest parts that no single vertex disconnects. A bridge is a block of one
/// edge.
pub(super) fn blocks(n: usize, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut around = vec![Vec::new(); n];
    for (e, &(a, b)) in edges.iter().enumerate() {
        around[a].push((e, b));
        around[b].push((e, a));
    }
    let mut time = 0;
    let (mut found, mut low) = (vec![0_usize; n], vec![0_usize; n]);
    let mut used = vec![false; edges.len()];
    let mut pending = Vec::new();
    let mut result = Vec::new();
    for root in 0..n {
        if found[root] > 0 {
            continue;
        }
        time += 1;
        found[root] = time;
        low[root] = time;
        // Vertex, next neighbour to look at, and how many edges were pending before the one that led here.
        let mut stack = vec![(root, 0_usize, 0_usize)];
        while let Some(&mut (v, ref mut next, before)) = stack.last_mut() {
            if let Some(&(e, u)) = around[v].get(*next) {
                *next += 1;
                if used[e] {
                    continue;
                }
                used[e] = true;
                let count = pending.len();
                pending.push(e);
                if found[u] == 0 {
                    time += 1;
                    found[u] = time;
                    low[u] = time;
                    stack.push((u, 0, count));
                } else {
                    low[v] = low[v].min(found[u]);
                }
            } else {
                stack.pop();
                if let Some(&(parent, _, _)) = stack.last() {
                    low[parent] = low[parent].min(low[v]);
                    if low[v] >= found[parent] {
                        result.push(pending.split_off(before));
                    }
                }
            }
        }
    }
    result
}

/// A part of the graph that is not drawn yet.
struct Part {
    /// A vertex inside, or none if the part is one edge.
    inside: Option<usize>,
    /// Vertices in the drawing that it hangs on.
    contacts: Vec<usize>,
}

struct Drawing<'a> {
    edges: &'a [(usize, usize)],
    around: Vec<Vec<(usize, usize)>>,
    drawn_vertex: Vec<bool>,
    drawn_edge: Vec<bool>,
    /// Faces as cycles of vertices, all in the same sense.
    faces: Vec<Vec<usize>>,
}

impl Drawing<'_> {
    fn parts(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        for (&(a, b), &drawn) in self.edges.iter().zip(&self.drawn_edge) {
            if !drawn && self.drawn_vertex[a] && self.drawn_vertex[b] {
                parts.push(Part {
                    inside: None,
                    contacts: vec![a, b],
                });
            }
        }
        let mut seen = self.drawn_vertex.clone();
        for start in 0..seen.len() {
            if seen[start] {
                continue;
            }
            seen[start] = true;
            let mut contacts = Vec::new();
            let mut queue = vec![start];
            while let Some(v) = queue.pop() {
                for &(_, u) in &self.around[v] {
                    if self.drawn_vertex[u] {
                        contacts.push(u);
                    } else if !seen[u] {
                        seen[u] = true;
                        queue.push(u);
                    }
                }
            }
            contacts.sort_unstable();
            contacts.dedup();
            parts.push(Part {
                inside: Some(start),
                contacts,
            });
        }
        parts
    }

    /// A path through the part from its first contact to another one, with its ends.
    fn path(&self, part: &Part) -> Option<Vec<usize>> {
        let from = part.contacts[0];
        let Some(inside) = part.inside else {
            return Some(part.contacts.clone());
        };
        // The vertices of the part, then breadth first from the contact through them.
        let mut member = vec![false; self.around.len()];
        let mut queue = vec![inside];
        member[inside] = true;
        while let Some(v) = queue.pop() {
            for &(_, u) in &self.around[v] {
                if !self.drawn_vertex[u] && !member[u] {
                    member[u] = true;
                    queue.push(u);
                }
            }
        }
        let mut before = vec![usize::MAX; self.around.len()];
        let mut queue: VecDeque<usize> = VecDeque::new();
        for &(_, u) in &self.around[from] {
            if member[u] && before[u] == usize::MAX {
                before[u] = from;
                queue.push_back(u);
            }
        }
        while let Some(v) = queue.pop_front() {
            for &(_, u) in &self.around[v] {
                if self.drawn_vertex[u] && u != from {
                    let mut path = vec![u, v];
                    let mut at = v;
                    while before[at] != from {
                        at = before[at];
                        path.push(at);
                    }
                    path.push(from);
                    path.reverse();
                    return Some(path);
                }
                if member[u] && before[u] == usize::MAX {
                    before[u] = v;
                    queue.push_back(u);
                }
            }
        }
        None
    }

    fn draw(&mut self, path: &[usize], face: usize) -> Option<()> {
        let cycle = self.faces.swap_remove(face);
        let at = |v: usize| cycle.iter().position(|&x| x == v);
        let (start, end) = (at(path[0])?, at(path[path.len() - 1])?);
        let arc = |from: usize, to: usize| -> Vec<usize> {
            let length = (to + cycle.len() - from) % cycle.len();
            (0..=length)
                .map(|k| cycle[(from + k) % cycle.len()])
                .collect()
        };
        let inner = &path[1..path.len() - 1];
        let mut one = arc(start, end);
        one.extend(inner.iter().rev());
        let mut other = arc(end, start);
        other.extend(inner);
        self.faces.push(one);
        self.faces.push(other);
        self.mark(path);
        Some(())
    }

    fn mark(&mut self, path: &[usize]) {
        for &v in path {
            self.drawn_vertex[v] = true;
        }
        for pair in path.windows(2) {
            if let Some(&(e, _)) = self.around[pair[0]].iter().find(|x| x.1 == pair[1]) {
                self.drawn_edge[e] = true;
            }
        }
    }
}

/// A drawing of a simple graph that no single vertex disconnects; `None` if it is not planar.
///
/// # Complexity
/// O(edges²) and more in the worst case: some thousands of edges.
pub(super) fn embed(n: usize, edges: &[(usize, usize)]) -> Option<Embedding> {
    if n > 2 && edges.len() > 3 * n - 6 {
        return None;
    }
    let mut around = vec![Vec::new(); n];
    for (e, &(a, b)) in edges.iter().enumerate() {
        around[a].push((e, b));
        around[b].push((e, a));
    }
    let mut drawing = Drawing {
        edges,
        around,
        drawn_vertex: vec![false; n],
        drawn_edge: vec![false; edges.len()],
        faces: Vec::new(),
    };
    // The first cycle: an edge and the shortest way back without it.
    let (a, b) = *edges.first()?;
    let mut before = vec![usize::MAX; n];
    before[a] = a;
    let mut queue = VecDeque::from([a]);
    while let Some(v) = queue.pop_front() {
        for &(e, u) in &drawing.around[v] {
            if e != 0 && before[u] == usize::MAX {
                before[u] = v;
                queue.push_back(u);
            }
        }
    }
    if before[b] == usize::MAX {
        return None;
    }
    let mut cycle = vec![b];
    while cycle[cycle.len() - 1] != a {
        cycle.push(before[cycle[cycle.len() - 1]]);
    }
    let mut closed = cycle.clone();
    closed.push(b);
    drawing.mark(&closed);
    let backward = cycle.iter().rev().copied().collect();
    drawing.faces = vec![cycle, backward];
    while drawing.drawn_edge.iter().any(|d| !d) {
        let mut on_face = vec![Vec::new(); n];
        for (f, face) in drawing.faces.iter().enumerate() {
            for &v in face {
                on_face[v].push(f);
            }
        }
        let mut choice: Option<(usize, usize, Part)> = None;
        for part in drawing.parts() {
            let fits: Vec<usize> = on_face[part.contacts[0]]
                .iter()
                .copied()
                .filter(|f| part.contacts.iter().all(|&v| on_face[v].contains(f)))
                .collect();
            let &face = fits.first()?;
            if choice.as_ref().is_none_or(|c| fits.len() < c.0) {
                let forced = fits.len() == 1;
                choice = Some((fits.len(), face, part));
                if forced {
                    break;
                }
            }
        }
        let (_, face, part) = choice?;
        let path = drawing.path(&part)?;
        drawing.draw(&path, face)?;
    }
    // The dart that follows another one along a face is the next one around its tail.
    let mut next = vec![usize::MAX; 2 * edges.len()];
    let dart = |from: usize, to: usize| -> Option<usize> {
        let &(e, _) = drawing.around[from].iter().find(|x| x.1 == to)?;
        Some(2 * e + usize::from(edges[e].0 != from))
    };
    for face in &drawing.faces {
        for k in 0..face.len() {
            let (u, v) = (face[k], face[(k + 1) % face.len()]);
            let w = face[(k + 2) % face.len()];
            next[dart(u, v)? ^ 1] = dart(v, w)?;
        }
    }
    let lists = (0..n)
        .map(|v| {
            let first = drawing.around[v].first().and_then(|x| dart(v, x.1))?;
            let mut list = vec![first];
            let mut d = *next.get(first)?;
            while d != first && list.len() <= drawing.around[v].len() {
                list.push(d);
                d = *next.get(d)?;
            }
            Some(list)
        })
        .collect::<Option<Vec<_>>>()?;
    Embedding::new(edges.to_vec(), lists)
}

/// A block as a graph of its own: its vertices, sorted, and its edges between places in that list.
pub(super) fn apart(
    block: &[usize],
    edges: &[(usize, usize)],
) -> (Vec<usize>, Vec<(usize, usize)>) {
    let mut sites: Vec<usize> = block
        .iter()
        .flat_map(|&e| [edges[e].0, edges[e].1])
        .collect();
    sites.sort_unstable();
    sites.dedup();
    let local = |v: usize| sites.binary_search(&v).unwrap_or(0);
    let own = block
        .iter()
        .map(|&e| (local(edges[e].0), local(edges[e].1)))
        .collect();
    (sites, own)
}

fn is_planar(n: usize, edges: &[(usize, usize)]) -> bool {
    blocks(n, edges).into_iter().all(|block| {
        if block.len() < 9 {
            return true;
        }
        let (sites, own) = apart(&block, edges);
        embed(sites.len(), &own).is_some()
    })
}

/// A smallest subgraph that is not planar: a subdivision of `K₅` or `K₃,₃` (Kuratowski).
///
/// Edges are left out in chunks, then one by one, as long as what remains is not planar.
pub(super) fn kuratowski(n: usize, edges: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut kept = edges.to_vec();
    let mut chunk = kept.len().div_ceil(2);
    loop {
        let mut start = 0;
        while start < kept.len() {
            let end = (start + chunk).min(kept.len());
            let fewer: Vec<_> = kept[..start].iter().chain(&kept[end..]).copied().collect();
            if is_planar(n, &fewer) {
                start = end;
            } else {
                kept = fewer;
            }
        }
        if chunk == 1 {
            return kept;
        }
        chunk = chunk.div_ceil(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Chooser, Seed};

    fn complete(n: usize) -> Vec<(usize, usize)> {
        (0..n).flat_map(|b| (0..b).map(move |a| (a, b))).collect()
    }

    #[test]
    fn known_graphs() {
        assert!(embed(4, &complete(4)).is_some_and(|e| e.faces == 4));
        assert!(!is_planar(5, &complete(5)));
        let k33: Vec<_> = (0..3).flat_map(|a| (3..6).map(move |b| (a, b))).collect();
        assert!(!is_planar(6, &k33));
        for missing in 0..9 {
            let mut fewer = k33.clone();
            fewer.remove(missing);
            assert!(is_planar(6, &fewer));
        }
        let torus = crate::model::Lattice::torus(3, 3).bonds();
        assert!(!is_planar(9, &torus));
    }

    #[test]
    fn obstructions_are_subdivisions() {
        let torus = crate::model::Lattice::torus(4, 5).bonds();
        let kept = kuratowski(20, &torus);
        let mut degree = [0; 20];
        for &(a, b) in &kept {
            degree[a] += 1;
            degree[b] += 1;
        }
        let corners: Vec<_> = degree.iter().filter(|&&d| d > 2).collect();
        assert!(
            corners == [&3; 6] || corners == [&4; 5],
            "{degree:?} {kept:?}"
        );
    }

    #[test]
    fn shuffled_lattices_are_drawn_again() {
        let mut stream = Seed(5).stream("planarity", 0);
        for (rows, columns) in [(2, 2), (3, 5), (6, 6)] {
            let n = rows * columns;
            let mut name: Vec<usize> = (0..n).collect();
            stream.shuffle(&mut name);
            let edges: Vec<_> = crate::model::Lattice::open(rows, columns)
                .bonds()
                .into_iter()
                .map(|(a, b)| (name[a], name[b]))
                .collect();
            let drawn = embed(n, &edges).unwrap();
            assert_eq!(drawn.faces, (rows - 1) * (columns - 1) + 1);
        }
    }

    #[test]
    fn blocks_of_two_triangles_and_a_tail() {
        let edges = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 2), (4, 5)];
        let mut found = blocks(7, &edges);
        for block in &mut found {
            block.sort_unstable();
        }
        found.sort();
        assert_eq!(found, [vec![0, 1, 2], vec![3, 4, 5], vec![6]]);
    }
}
