//! Graphs drawn on the sphere: the edges around every vertex in order, and the faces that follow from it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A graph with the edges around each vertex in cyclic order.
///
/// A dart is an edge with a direction: `2e` runs from the first end of edge e to the second, `2e + 1` back.
#[derive(Clone, Debug)]
pub(super) struct Embedding {
    pub(super) edges: Vec<(usize, usize)>,
    /// The darts that leave each vertex, in order.
    pub(super) around: Vec<Vec<usize>>,
    /// Position of each dart in its list.
    place: Vec<usize>,
    /// The face to one side of each dart.
    pub(super) face: Vec<usize>,
    pub(super) faces: usize,
}

impl Embedding {
    /// The embedding with these lists, if they are one of a connected graph on the sphere.
    pub(super) fn new(edges: Vec<(usize, usize)>, around: Vec<Vec<usize>>) -> Option<Self> {
        let mut place = vec![usize::MAX; 2 * edges.len()];
        for (v, darts) in around.iter().enumerate() {
            for (k, &d) in darts.iter().enumerate() {
                let tail = edges.get(d / 2).map(|e| if d % 2 == 0 { e.0 } else { e.1 });
                if tail != Some(v) || place[d] != usize::MAX {
                    return None;
                }
                place[d] = k;
            }
        }
        if place.contains(&usize::MAX) {
            return None;
        }
        let mut embedding = Self {
            face: vec![usize::MAX; place.len()],
            edges,
            around,
            place,
            faces: 0,
        };
        for first in 0..embedding.face.len() {
            let mut d = first;
            while embedding.face[d] == usize::MAX {
                embedding.face[d] = embedding.faces;
                d = embedding.after(d ^ 1);
                if d == first {
                    embedding.faces += 1;
                }
            }
        }
        // Euler's formula tells the sphere from the other surfaces.
        let vertices = embedding.around.len();
        let sphere =
            embedding.edges.is_empty() || vertices + embedding.faces == embedding.edges.len() + 2;
        sphere.then_some(embedding)
    }

    pub(super) fn tail(&self, d: usize) -> usize {
        let e = self.edges[d / 2];
        if d.is_multiple_of(2) { e.0 } else { e.1 }
    }

    pub(super) fn head(&self, d: usize) -> usize {
        self.tail(d ^ 1)
    }

    /// The next dart around the same vertex.
    pub(super) fn after(&self, d: usize) -> usize {
        let darts = &self.around[self.tail(d)];
        darts[(self.place[d] + 1) % darts.len()]
    }

    /// The rectangle of [`crate::model::Lattice::open`], its bonds in that order.
    pub(super) fn rectangle(rows: usize, columns: usize) -> Option<Self> {
        let edges = crate::model::Lattice::open(rows, columns).bonds();
        let along = rows * (columns - 1);
        let around = (0..rows * columns)
            .map(|v| {
                let (r, c) = (v / columns, v % columns);
                let right = |c: usize| 2 * (r * (columns - 1) + c);
                let down = |r: usize| 2 * (along + r * columns + c);
                // Right, up, left, down.
                let mut darts = Vec::with_capacity(4);
                if c + 1 < columns {
                    darts.push(right(c));
                }
                if r > 0 {
                    darts.push(down(r - 1) + 1);
                }
                if c > 0 {
                    darts.push(right(c - 1) + 1);
                }
                if r + 1 < rows {
                    darts.push(down(r));
                }
                darts
            })
            .collect();
        Self::new(edges, around)
    }

    /// The largest distance from one face to any other, where crossing edge e costs `cost[e]`.
    pub(super) fn eccentricity(&self, from: usize, cost: &[f64]) -> (f64, usize) {
        let mut neighbours = vec![Vec::new(); self.faces];
        for e in 0..self.edges.len() {
            let (f, g) = (self.face[2 * e], self.face[2 * e + 1]);
            neighbours[f].push((g, cost[e]));
            neighbours[g].push((f, cost[e]));
        }
        let mut distance = vec![f64::INFINITY; self.faces];
        distance[from] = 0.0;
        // Distances are not negative, so that their bits are ordered as they are.
        let mut heap = BinaryHeap::from([(Reverse(0_u64), from)]);
        let mut last = (0.0, from);
        while let Some((Reverse(bits), f)) = heap.pop() {
            let d = f64::from_bits(bits);
            if d > distance[f] {
                continue;
            }
            last = (d, f);
            for &(g, step) in &neighbours[f] {
                if d + step < distance[g] {
                    distance[g] = d + step;
                    heap.push((Reverse((d + step).to_bits()), g));
                }
            }
        }
        last
    }

    /// A bound on the distance of any two faces: twice the smallest eccentricity found.
    pub(super) fn diameter_bound(&self, cost: &[f64]) -> f64 {
        if self.faces < 2 {
            return 0.0;
        }
        let mut sizes = vec![0_usize; self.faces];
        for &f in &self.face {
            sizes[f] += 1;
        }
        let widest = (0..self.faces).max_by_key(|&f| sizes[f]).unwrap_or(0);
        let (first, far) = self.eccentricity(widest, cost);
        let (second, other) = self.eccentricity(far, cost);
        let (third, _) = self.eccentricity(other, cost);
        2.0 * first.min(second).min(third) * (1.0 + 1e-9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rectangles_have_eulers_number_of_faces() {
        let e = Embedding::rectangle(4, 5).unwrap();
        assert_eq!(e.faces, 3 * 4 + 1);
        // From the outer face three crossings reach the middle of a 5 × 5 rectangle's 16 squares at most 2.
        let e = Embedding::rectangle(5, 5).unwrap();
        assert!((e.diameter_bound(&vec![1.0; 40]) - 4.0).abs() < 1e-6);
        assert!(Embedding::rectangle(1, 7).is_some());
        assert!(Embedding::rectangle(1, 1).is_some());
    }

    #[test]
    fn a_torus_is_no_sphere() {
        // Two vertices and four edges, in the order that a 1 × 2 torus has them.
        let edges = vec![(0, 1), (0, 1), (0, 1)];
        assert!(Embedding::new(edges.clone(), vec![vec![0, 2, 4], vec![1, 3, 5]]).is_none());
        assert!(Embedding::new(edges.clone(), vec![vec![0, 2, 4], vec![5, 3, 1]]).is_some());
        assert!(Embedding::new(edges, vec![vec![0, 2], vec![5, 3, 1]]).is_none());
    }
}
