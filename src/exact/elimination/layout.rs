//! What is kept of the way up while the tables come down again.
//!
//! The places of an order are cut into segments. On the first way up only those messages are kept that are
//! used in a later segment than their own; on the way down a segment is gone up once more, with all of its
//! messages. A segment may itself be cut in this way, which repeats the way up once more. Memory that has
//! been used before is far cheaper than fresh pages, so that this costs less time than to keep everything.

use super::order::Order;

/// Bytes above which messages are made a third time rather than kept.
const ROOM: f64 = 3.5 * 1024.0 * 1024.0 * 1024.0;
/// Most times that the way up is repeated without need.
const MOST_REPEATS: usize = 3;
/// Most times that it is repeated to stay below a limit on memory.
pub(super) const LAST_REPEATS: usize = 8;
/// Below this many entries in all everything is kept.
const FEW: f64 = 65_536.0;

/// The sizes of the messages of an order, and where each one is used.
#[derive(Clone, Debug)]
pub(super) struct Sizes {
    /// Entries of the message of each place.
    size: Vec<f64>,
    /// The place that uses it; the number of places if it is a number.
    used: Vec<usize>,
}

/// How often the way up is repeated, and for how much memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Layout {
    /// Times that a message is made again, at most.
    pub(super) repeats: usize,
    /// Entries of messages that are held at once.
    pub(super) room: f64,
    /// Entries of all tables that are held at once.
    pub(super) peak: f64,
}

impl Sizes {
    pub(super) fn new(order: &Order, cards: &[usize]) -> Self {
        let n = order.sequence.len();
        let mut position = vec![0; cards.len()];
        for (p, &v) in order.sequence.iter().enumerate() {
            position[v] = p;
        }
        let size = order
            .neighbours
            .iter()
            .map(|s| s.iter().map(|&v| cards[v] as f64).product())
            .collect();
        let used = order
            .neighbours
            .iter()
            .map(|s| s.iter().map(|&v| position[v]).min().unwrap_or(n))
            .collect();
        Self { size, used }
    }

    /// Most entries at once on the way up, if nothing is kept.
    pub(super) fn upward(&self) -> f64 {
        let n = self.size.len();
        let mut freed = vec![0.0; n + 1];
        let (mut live, mut most) = (0.0, 0.0_f64);
        for p in 0..n {
            live += self.size[p];
            most = most.max(live);
            freed[self.used[p]] += self.size[p];
            live -= freed[p];
        }
        most
    }

    /// Most entries of derivatives at once on the way down, with the one that is being made and its memory.
    fn downward(&self) -> f64 {
        let n = self.size.len();
        let mut children = vec![0.0; n + 1];
        for p in 0..n {
            children[self.used[p]] += self.size[p];
        }
        let (mut live, mut most) = (children[n], children[n]);
        for p in (0..n).rev() {
            live += children[p];
            most = most.max(live);
            live -= self.size[p];
        }
        most
    }

    /// Where a segment from `from` ends if it may hold `room` entries and be cut `level` times over.
    pub(super) fn end(&self, from: usize, level: usize, room: f64) -> usize {
        let n = self.size.len();
        let mut at = from;
        let mut rest = room;
        if level == 0 {
            while at < n && (self.size[at] <= rest || at == from) {
                rest -= self.size[at];
                at += 1;
            }
            return at;
        }
        while at < n {
            let end = self.end(at, level - 1, rest);
            if end >= n {
                return n;
            }
            let kept = self.kept(at, end);
            // What follows must hold at least one table.
            if kept + self.size[end] > rest {
                return if at == from { end } else { at };
            }
            rest -= kept;
            at = end;
        }
        at
    }

    /// Entries of the messages made from `from` to `end` that are used later.
    pub(super) fn kept(&self, from: usize, end: usize) -> f64 {
        (from..end)
            .filter(|&p| self.used[p] >= end && self.used[p] < self.size.len())
            .map(|p| self.size[p])
            .sum()
    }

    /// The least room in which so many repeats are enough.
    fn least_room(&self, repeats: usize) -> f64 {
        let total: f64 = self.size.iter().sum();
        if repeats == 0 {
            return total;
        }
        let n = self.size.len();
        // A segment of one place always fits; room that does not hold it is none.
        let largest = self.size.iter().copied().fold(0.0, f64::max);
        let enough = |room: f64| room >= largest && self.end(0, repeats, room) >= n;
        let (mut low, mut high) = (0.0, total);
        while high - low > 0.02 * high + 1.0 {
            let middle = 0.5 * (low + high);
            if enough(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        high
    }

    /// The least memory for so many repeats.
    pub(super) fn repeating(&self, repeats: usize) -> Layout {
        let room = self.least_room(repeats);
        let largest = self.size.iter().copied().fold(0.0, f64::max);
        Layout {
            repeats,
            room,
            peak: room + self.downward() + largest,
        }
    }

    /// How to come down: one repeat, or more where that would need much memory.
    pub(super) fn layout(&self) -> Layout {
        let total: f64 = self.size.iter().sum();
        if total <= FEW {
            return self.repeating(0);
        }
        let mut found = self.repeating(1);
        while 8.0 * found.peak > ROOM && found.repeats < MOST_REPEATS {
            let next = self.repeating(found.repeats + 1);
            if next.peak >= found.peak {
                break;
            }
            found = next;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::elimination::Elimination;
    use crate::model::Lattice;

    #[test]
    fn marginals_do_not_depend_on_what_is_kept() {
        let lattice = Lattice::open(6, 9);
        let mut model = Elimination::of_spins(&lattice.ising(0.4, 0.1).unwrap()).unwrap();
        let sizes = Sizes::new(&model.order, &model.cards);
        let bonds = lattice.bonds();
        let limits = crate::exact::Limits::NONE;
        let mut rooms = Vec::new();
        let mut first = None;
        for repeats in 0..=MOST_REPEATS {
            model.layout = sizes.repeating(repeats);
            rooms.push(model.layout.room);
            let joint = model.joint_of_pairs(&bonds, &limits).unwrap();
            let found = (joint.log_z, joint.singles, joint.pairs);
            assert!(found == *first.get_or_insert_with(|| found.clone()));
        }
        // Each repeat needs less; the first saves most.
        assert!(rooms[1] < 0.5 * rooms[0], "{rooms:?}");
        assert!(rooms[2] < rooms[1], "{rooms:?}");
    }

    #[test]
    fn less_memory_is_paid_with_time_and_not_with_a_refusal() {
        let lattice = Lattice::open(9, 12);
        let model = Elimination::of_spins(&lattice.ising(0.4, 0.1).unwrap()).unwrap();
        let mut model = model;
        let sizes = Sizes::new(&model.order, &model.cards);
        model.layout = sizes.repeating(1);
        let plan = model.plan(true);
        let none = crate::exact::Limits::NONE;
        let want = model.singles(&none).unwrap();
        // With all messages kept a limit just above what one repeat needs calls for that repeat.
        model.layout = sizes.repeating(0);
        assert!(model.plan(true).bytes > 1.05 * plan.bytes);
        let tight = crate::exact::Limits {
            max_bytes: 1.01 * plan.bytes,
            ..none
        };
        let other = model.fitting(&tight).unwrap();
        assert_eq!(other.layout.repeats, 1);
        assert!(other.fitting(&tight).is_none());
        assert!(other.plan(true).seconds > model.plan(true).seconds);
        assert!(model.singles(&tight).unwrap() == want);
        let bonds = lattice.bonds();
        let roomy = crate::exact::Limits {
            max_bytes: 1.01 * model.plan_pairs(&bonds).bytes,
            ..none
        };
        assert!(model.joint_of_pairs(&bonds, &roomy).is_ok());
        // What no repeat can do is refused.
        let nothing = crate::exact::Limits {
            max_bytes: 0.5 * model.plan(false).bytes,
            ..none
        };
        assert!(model.fitting(&nothing).is_none() && model.singles(&nothing).is_err());
    }

    #[test]
    fn room_is_what_a_segment_holds() {
        let lattice = Lattice::open(8, 30);
        let model = Elimination::of_spins(&lattice.ising(0.4, 0.1).unwrap()).unwrap();
        let sizes = Sizes::new(&model.order, &model.cards);
        let room = sizes.least_room(1);
        let (mut at, mut rest) = (0, room);
        let n = sizes.size.len();
        while at < n {
            let end = sizes.end(at, 0, rest);
            let held: f64 = sizes.size[at..end].iter().sum();
            assert!(held <= rest && end > at);
            rest -= sizes.kept(at, end);
            at = end;
        }
        // A little less is not enough.
        assert!(sizes.end(0, 1, 0.9 * room) < n);
    }
}
