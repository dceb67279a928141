//! Disjoint sets whose representative is their smallest element.

/// Parents never exceed their children, so one pass in ascending order resolves all sets.
#[derive(Clone, Debug, Default)]
pub(crate) struct UnionFind {
    parent: Vec<u32>,
}

impl UnionFind {
    /// Every element alone.
    pub(crate) fn reset(&mut self, n: usize) {
        self.parent.clear();
        self.parent.extend(0..n as u32);
    }

    /// Parents, to be filled by a caller that keeps the order.
    pub(crate) fn parents_mut(&mut self) -> &mut Vec<u32> {
        &mut self.parent
    }

    pub(crate) fn parents(&self) -> &[u32] {
        &self.parent
    }

    /// The smallest element of the set, halving the path to it.
    #[inline]
    pub(crate) fn find(&mut self, mut i: u32) -> u32 {
        loop {
            let above = self.parent[i as usize];
            if above == i {
                return i;
            }
            let next = self.parent[above as usize];
            self.parent[i as usize] = next;
            i = next;
        }
    }

    /// Joins two sets.
    #[inline]
    pub(crate) fn union(&mut self, i: u32, j: u32) {
        let (i, j) = (self.find(i), self.find(j));
        // For equal roots this writes what is there already.
        self.parent[i.max(j) as usize] = i.min(j);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_the_connected_components() {
        // Multiples of the golden ratio, of which the fractional parts are spread evenly.
        let mut turn = 0.0_f64;
        for n in 1..40 {
            let mut place = || {
                turn = (turn + 0.618_033_988_749_895).fract();
                (turn * n as f64) as u32
            };
            let edges: Vec<(u32, u32)> = (0..n).map(|_| (place(), place())).collect();
            let mut sets = UnionFind::default();
            sets.reset(n);
            for &(i, j) in &edges {
                sets.union(i, j);
            }
            // Labels spread along the edges until nothing changes.
            let mut label: Vec<u32> = (0..n as u32).collect();
            for _ in 0..n {
                for &(i, j) in &edges {
                    let low = label[i as usize].min(label[j as usize]);
                    label[i as usize] = low;
                    label[j as usize] = low;
                }
            }
            for i in 0..n {
                assert!(sets.parents()[i] <= i as u32);
                assert_eq!(sets.find(i as u32), label[i]);
            }
        }
    }
}
