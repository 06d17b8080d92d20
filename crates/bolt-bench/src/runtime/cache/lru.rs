//! The policy that everybody knows, as a yardstick: the least recently used entry goes.

use std::collections::HashMap;

/// Keys by when they were last asked for: a doubly linked list in a vector.
#[derive(Debug)]
pub(crate) struct Lru {
    capacity: usize,
    places: HashMap<u64, usize>,
    /// The first is the ring's end: after it comes the most recent, before it the least recent.
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    key: u64,
    before: usize,
    after: usize,
}

impl Lru {
    pub(crate) fn new(capacity: usize) -> Self {
        let end = Node { key: 0, before: 0, after: 0 };
        Self { capacity, places: HashMap::new(), nodes: vec![end] }
    }

    pub(crate) fn get(&mut self, key: u64) -> bool {
        let Some(&place) = self.places.get(&key) else { return false };
        self.unlink(place);
        self.link_first(place);
        true
    }

    /// Adds a key that is not there.
    pub(crate) fn insert(&mut self, key: u64) {
        let place = if self.places.len() == self.capacity {
            let last = self.nodes[0].before;
            self.unlink(last);
            self.places.remove(&self.nodes[last].key);
            last
        } else {
            self.nodes.push(self.nodes[0]);
            self.nodes.len() - 1
        };
        self.nodes[place].key = key;
        self.places.insert(key, place);
        self.link_first(place);
    }

    fn unlink(&mut self, place: usize) {
        let Node { before, after, .. } = self.nodes[place];
        self.nodes[before].after = after;
        self.nodes[after].before = before;
    }

    fn link_first(&mut self, place: usize) {
        let first = self.nodes[0].after;
        self.nodes[place].before = 0;
        self.nodes[place].after = first;
        self.nodes[first].before = place;
        self.nodes[0].after = place;
    }
}

#[cfg(test)]
mod tests {
    use super::Lru;
    use bolt_base::Rng;

    #[test]
    fn the_least_recently_used_key_goes() {
        let mut rng = Rng::new(2);
        for capacity in [1, 2, 5] {
            let mut lru = Lru::new(capacity);
            let mut recent: Vec<u64> = Vec::new();
            for _ in 0..1_000 {
                let key = rng.below(8);
                let place = recent.iter().position(|&other| other == key);
                assert_eq!(lru.get(key), place.is_some());
                match place {
                    Some(place) => drop(recent.remove(place)),
                    None => lru.insert(key),
                }
                recent.push(key);
                if recent.len() > capacity {
                    recent.remove(0);
                }
            }
        }
    }
}
