//! A value as it is kept: a block of LZ4, or itself.

use crate::lz4;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A value as it is kept.
#[derive(Debug)]
pub(crate) struct Block {
    /// If there are as many as in the value, they are the value.
    bytes: Box<[u8]>,
    raw_len: usize,
    /// The lengths of all blocks of a level.
    total: Arc<AtomicU64>,
}

impl Block {
    /// Returns the block of a value, and adds its length to a total until it is dropped.
    pub(crate) fn pack(value: &[u8], total: &Arc<AtomicU64>) -> Self {
        let bytes = lz4::compressed(value, |block| block.unwrap_or(value).into());
        Self::new(bytes, value.len(), total)
    }

    pub(crate) fn new(bytes: Box<[u8]>, raw_len: usize, total: &Arc<AtomicU64>) -> Self {
        total.fetch_add(raw_len as u64, Relaxed);
        Self { bytes, raw_len, total: Arc::clone(total) }
    }

    /// Returns the value; `None` if these are not the bytes of one.
    pub(crate) fn unpack(&self) -> Option<Vec<u8>> {
        if self.bytes.len() == self.raw_len {
            return Some(self.bytes.to_vec());
        }
        lz4::decompressed(&self.bytes, self.raw_len)
    }

    /// Returns the bytes as they are kept.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        self.total.fetch_sub(self.raw_len as u64, Relaxed);
    }
}
