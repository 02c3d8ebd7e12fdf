//! [`Seen`]: which ids of a list were given out.

use std::collections::hash_map::RandomState;
use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

/// How many of the ids that were given out are remembered, as numbers of 64
/// bits: half a MiB, to see one that comes again.
const REMEMBERED: usize = 16_384;

/// A set of [marks](Seen::mark).
pub(crate) type Marks = HashSet<u64, BuildHasherDefault<AsItIs>>;

/// The ids that were given out last, each as a [`mark`](Self::mark) of it.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Of this list alone: nobody can make two ids with the same mark.
    keys: RandomState,
    marks: Marks,
    order: VecDeque<u64>,
    count: usize,
}

impl Seen {
    /// A number that stands for that id.
    pub(crate) fn mark(&self, id: &str) -> u64 {
        self.keys.hash_one(id)
    }

    pub(crate) fn has(&self, mark: u64) -> bool {
        self.marks.contains(&mark)
    }

    /// Takes one up, and says whether it is new.
    pub(crate) fn add(&mut self, mark: u64) -> bool {
        if !self.marks.insert(mark) {
            return false;
        }
        if self.order.len() == REMEMBERED {
            self.order
                .pop_front()
                .map(|oldest| self.marks.remove(&oldest));
        }
        self.order.push_back(mark);
        self.count += 1;
        true
    }

    /// How many there were in all.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// How many of them are remembered.
    pub(crate) fn remembered(&self) -> usize {
        self.order.len()
    }
}

/// A mark is as random as can be: it is not hashed again.
#[derive(Default)]
pub(crate) struct AsItIs(u64);

impl Hasher for AsItIs {
    /// Nothing but marks is hashed.
    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, mark: u64) {
        self.0 = mark;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_out_last_is_remembered() {
        let mut seen = Seen::default();
        for number in 0..REMEMBERED + 2 {
            let mark = seen.mark(&number.to_string());
            assert!(seen.add(mark), "{number}");
            assert!(!seen.add(mark), "{number}");
        }
        assert_eq!(
            (seen.count(), seen.remembered()),
            (REMEMBERED + 2, REMEMBERED)
        );
        let has = |number: usize| seen.has(seen.mark(&number.to_string()));
        assert_eq!(
            [0, 1, 2, REMEMBERED + 1].map(has),
            [false, false, true, true]
        );
    }

    #[test]
    fn no_two_lists_mark_alike() {
        assert_ne!(Seen::default().mark("a"), Seen::default().mark("a"));
    }
}
