//! Values as blocks of LZ4, where that makes them enough shorter.

use lz4_flex::block::{
    CompressTable, compress, compress_into_with_table, decompress_into, get_maximum_output_size,
};
use std::cell::RefCell;

/// Shorter values are not worth the time.
const COMPRESSED_LEAST: usize = 64;
/// A block must save a sixteenth; otherwise the value is read faster as it is.
const SAVED_SHARE: usize = 16;
/// A byte of LZ4 stands for 255 bytes at most.
const RATIO_MOST: u64 = 255;
/// For shorter values, a thread keeps the tables that compressing takes.
const SHORT: usize = u16::MAX as usize;

/// Calls `f` with a value's block, or with `None` if that is not enough shorter.
pub(crate) fn compressed<R>(value: &[u8], f: impl FnOnce(Option<&[u8]>) -> R) -> R {
    if value.len() < COMPRESSED_LEAST {
        return f(None);
    }
    let most = value.len() - value.len() / SAVED_SHARE;
    if value.len() >= SHORT {
        let block = compress(value);
        return f((block.len() <= most).then_some(&block));
    }
    thread_local! {
        static TABLE: RefCell<(CompressTable, Vec<u8>)> = RefCell::default();
    }
    TABLE.with_borrow_mut(|(table, output)| {
        output.resize(output.len().max(get_maximum_output_size(value.len())), 0);
        let length = compress_into_with_table(value, output, table).ok();
        f(length.filter(|length| *length <= most).map(|length| &output[..length]))
    })
}

/// Returns whether a block of a length can stand for so many bytes: one that says it does, and
/// cannot, is not worth the memory.
pub(crate) fn is_possible(block_length: u64, length: u64) -> bool {
    length / RATIO_MOST <= block_length
}

/// Returns the value of a block; `None` if it is not the block of so many bytes.
pub(crate) fn decompressed(block: &[u8], length: usize) -> Option<Vec<u8>> {
    if !is_possible(block.len() as u64, length as u64) {
        return None;
    }
    let mut value = vec![0; length];
    let written = decompress_into(block, &mut value).ok()?;
    (written == length).then_some(value)
}
