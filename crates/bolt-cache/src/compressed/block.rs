//! A value as it is kept: a block of LZ4, or itself.

use lz4_flex::block::{
    CompressTable, compress, compress_into_with_table, decompress_into, get_maximum_output_size,
};
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Shorter values are not worth the time.
const COMPRESSED_LEAST: usize = 64;
/// A compressed value must save a sixteenth; otherwise it is read faster as it is.
const SAVED_SHARE: usize = 16;
/// A byte of LZ4 stands for 255 bytes at most: a block that says it has more is not one.
const RATIO_MOST: usize = 255;
/// For shorter values, a thread keeps the tables that compressing takes.
const SHORT: usize = u16::MAX as usize;

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
        Self::new(compressed(value).unwrap_or_else(|| value.into()), value.len(), total)
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
        if self.raw_len / RATIO_MOST > self.bytes.len() {
            return None;
        }
        let mut value = vec![0; self.raw_len];
        let length = decompress_into(&self.bytes, &mut value).ok()?;
        (length == self.raw_len).then_some(value)
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

/// Returns a value's block of LZ4, if that is enough shorter.
fn compressed(value: &[u8]) -> Option<Box<[u8]>> {
    if value.len() < COMPRESSED_LEAST {
        return None;
    }
    let most = value.len() - value.len() / SAVED_SHARE;
    let kept = |block: &[u8]| (block.len() <= most).then(|| block.into());
    if value.len() >= SHORT {
        return kept(&compress(value));
    }
    thread_local! {
        static TABLE: RefCell<(CompressTable, Vec<u8>)> = RefCell::default();
    }
    TABLE.with_borrow_mut(|(table, output)| {
        output.resize(output.len().max(get_maximum_output_size(value.len())), 0);
        let length = compress_into_with_table(value, output, table).ok()?;
        kept(&output[..length])
    })
}
