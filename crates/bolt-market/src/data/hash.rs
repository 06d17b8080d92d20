//! Hash of content: names and bits of columns, however they are stored.

use xxhash_rust::xxh3::Xxh3;

use super::column::{Column, Element};

/// Feeds columns into one XXH3 hash of 128 bits.
///
/// Each column adds the length of its name, its name, its number of values, and the values as
/// little-endian bytes.
pub(crate) struct ContentHasher(Box<Xxh3>);

impl ContentHasher {
    pub(crate) fn new() -> Self {
        Self(Box::new(Xxh3::new()))
    }

    pub(crate) fn add<T: Element>(&mut self, name: &str, column: &Column<T>) {
        self.0.update(&(name.len() as u64).to_le_bytes());
        self.0.update(name.as_bytes());
        self.0.update(&(column.len() as u64).to_le_bytes());
        self.0.update(column.as_bytes());
    }

    pub(crate) fn finish(&self) -> u128 {
        self.0.digest128()
    }
}
