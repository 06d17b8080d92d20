//! What is known of the places at a position.

use super::code::{Kind, Open, Slot};

/// What is known at a position.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct State {
    /// By slot.
    kinds: Vec<Kind>,
    pub(super) iterations: Vec<Open>,
    /// The lists that are begun, with what their elements are.
    pub(super) lists: Vec<(u8, Option<Kind>)>,
}

impl State {
    pub(super) fn new(iterations: Vec<Open>, lists: Vec<(u8, Option<Kind>)>) -> Self {
        Self { kinds: Vec::new(), iterations, lists }
    }

    pub(super) fn kind(&self, slot: Slot) -> Kind {
        self.kinds.get(usize::from(slot)).copied().unwrap_or(Kind::Dead)
    }

    pub(super) fn set(&mut self, slot: Slot, kind: Kind) {
        let place = usize::from(slot);
        if self.kinds.len() <= place {
            self.kinds.resize(place + 1, Kind::Dead);
        }
        self.kinds[place] = kind;
    }

    /// Returns whether code for the other state is right in this one.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        let count = self.kinds.len().max(other.kinds.len());
        self.iterations == other.iterations
            && self.lists.len() == other.lists.len()
            && (0..count).all(|place| self.kind(place as Slot) == other.kind(place as Slot))
    }
}
