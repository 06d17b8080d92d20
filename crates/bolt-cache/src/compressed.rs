//! A level in memory whose values are blocks of LZ4.
//!
//! What stays is decided as in [`Cache`], by the bytes as they are kept. A value that hardly
//! shrinks is kept as it is, and read without being decompressed.

pub(crate) mod block;

use crate::cache::{Cache, CacheOptions, ENTRY_BYTES};
use crate::store::{Store, StoreError, StoreStats};
use block::Block;
use bolt_base::{Bytes, Clock};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Values are expected to take about as much: it decides on the number of shards.
const VALUE_BYTES: u64 = 2_048;

/// How large a compressed level is, and for whom.
#[derive(Debug, Clone)]
pub struct CompressedOptions {
    /// The level's name in statistics and messages.
    pub name: String,
    /// The most that keys and compressed values may take, with 256 bytes for each.
    pub capacity: Bytes,
    /// Threads that use it at once.
    pub threads: usize,
    /// How long a value is valid; for ever, if `None`.
    pub time_to_live: Option<Duration>,
}

/// A level in memory whose values are compressed.
#[derive(Debug)]
pub struct Compressed {
    name: String,
    cache: Cache<Box<[u8]>, Arc<Block>>,
    /// Bytes of the values that are kept, before compression.
    raw_bytes: Arc<AtomicU64>,
    corrupt: AtomicU64,
    too_large: AtomicU64,
}

impl Compressed {
    /// Returns an empty level.
    pub fn new(options: CompressedOptions, clock: Arc<dyn Clock>) -> Self {
        let CompressedOptions { name, capacity, threads, time_to_live } = options;
        let entries = usize::try_from(capacity.0 / VALUE_BYTES).unwrap_or(usize::MAX);
        let options = CacheOptions { capacity, entries, threads, time_to_live };
        Self {
            name,
            cache: Cache::<Box<[u8]>, Arc<Block>>::new(
                &options,
                |key, block| weight(key, block),
                clock,
            ),
            raw_bytes: Arc::default(),
            corrupt: AtomicU64::new(0),
            too_large: AtomicU64::new(0),
        }
    }

    pub(crate) fn cache(&self) -> &Cache<Box<[u8]>, Arc<Block>> {
        &self.cache
    }

    fn put_block(
        &self,
        key: &[u8],
        block: Block,
        time_to_live: Option<Duration>,
    ) -> Result<(), StoreError> {
        let entry = Bytes(weight(key, &block));
        let capacity = self.cache.heaviest();
        let is_kept = self.cache.insert_for(key.into(), Arc::new(block), time_to_live);
        if is_kept || entry <= capacity {
            return Ok(());
        }
        self.too_large.fetch_add(1, Relaxed);
        Err(StoreError::TooLarge { bytes: entry, most: capacity })
    }
}

impl Store for Compressed {
    fn name(&self) -> &str {
        &self.name
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(block) = self.cache.get(key) else { return Ok(None) };
        let value = block.unpack();
        if value.is_none() {
            self.corrupt.fetch_add(1, Relaxed);
            self.cache.remove(key);
        }
        Ok(value)
    }

    fn put(
        &self,
        key: &[u8],
        value: &[u8],
        time_to_live: Option<Duration>,
    ) -> Result<(), StoreError> {
        self.put_block(key, Block::pack(value, &self.raw_bytes), time_to_live)
    }

    fn remove(&self, key: &[u8]) -> Result<bool, StoreError> {
        Ok(self.cache.remove(key))
    }

    fn clear(&self) -> Result<(), StoreError> {
        self.cache.clear();
        Ok(())
    }

    fn resize(&self, capacity: Bytes) -> Result<(), StoreError> {
        self.cache.resize(capacity);
        Ok(())
    }

    fn stats(&self) -> StoreStats {
        let stats = self.cache.stats();
        let corrupt = self.corrupt.load(Relaxed);
        let evicted = stats.evicted;
        StoreStats {
            hits: stats.hits.saturating_sub(corrupt),
            misses: stats.misses + corrupt,
            writes: stats.inserts + stats.updates,
            removed: evicted.removed.saturating_sub(corrupt),
            evicted: evicted.for_room + evicted.resized,
            expired: evicted.expired,
            corrupt,
            errors: self.too_large.load(Relaxed),
            entries: stats.entries,
            bytes: stats.weight,
            raw_bytes: Bytes(self.raw_bytes.load(Relaxed)),
            capacity: stats.capacity,
        }
    }
}

fn weight(key: &[u8], block: &Block) -> u64 {
    key.len() as u64 + block.bytes().len() as u64 + ENTRY_BYTES
}

#[cfg(test)]
mod tests;
