//! [`RecentIds`]: the last ids of a list.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

/// The number of ids that are kept. A list cannot go back further.
const CAPACITY: usize = 2048;

/// The last ids that were returned, to detect repeated ones and to find another
/// marker when an image was deleted.
#[derive(Default)]
pub(super) struct RecentIds {
    order: VecDeque<Arc<str>>,
    ids: HashSet<Arc<str>>,
    /// The number of ids that were ever inserted.
    total: usize,
}

impl RecentIds {
    /// Inserts an id, and returns whether it was new.
    pub(super) fn insert(&mut self, id: &str) -> bool {
        let id: Arc<str> = id.into();
        if !self.ids.insert(Arc::clone(&id)) {
            return false;
        }
        if self.order.len() == CAPACITY {
            if let Some(oldest) = self.order.pop_front() {
                self.ids.remove(&oldest);
            }
        }
        self.order.push_back(id);
        self.total += 1;
        true
    }

    pub(super) fn total(&self) -> usize {
        self.total
    }

    /// Whether all inserted ids are still stored.
    pub(super) fn is_complete(&self) -> bool {
        self.order.len() == self.total
    }

    /// The ids 1, 2, 4, … before the last one, and the oldest.
    pub(super) fn step_back_candidates(&self) -> Vec<String> {
        let last = self.order.len().saturating_sub(1);
        let distances = std::iter::successors(Some(1), |distance| Some(distance * 2))
            .take_while(|distance| *distance < last)
            .chain((last > 0).then_some(last));
        distances
            .map(|distance| self.order[last - distance].to_string())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_ids_are_kept() {
        let mut recent = RecentIds::default();
        for number in 0..CAPACITY + 2 {
            assert!(recent.insert(&number.to_string()), "{number}");
            assert!(!recent.insert(&number.to_string()), "{number}");
        }
        let contains = |number: usize| recent.ids.contains(&*number.to_string());
        assert_eq!(
            [0, 1, 2, CAPACITY + 1].map(contains),
            [false, false, true, true]
        );
        assert_eq!(
            (recent.total(), recent.is_complete()),
            (CAPACITY + 2, false)
        );
    }

    #[test]
    fn the_distance_of_the_candidates_doubles() {
        let mut recent = RecentIds::default();
        assert_eq!(recent.step_back_candidates(), [""; 0]);
        for number in 0..10 {
            recent.insert(&number.to_string());
        }
        assert_eq!(recent.step_back_candidates(), ["8", "7", "5", "1", "0"]);
    }
}
