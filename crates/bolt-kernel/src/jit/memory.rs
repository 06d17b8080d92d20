//! Memory that holds machine code: written first, executable afterwards, never both.

use memmap2::{Mmap, MmapMut};
use std::io;

/// Machine code, unmapped when dropped.
#[derive(Debug)]
pub(super) struct Executable(Mmap);

impl Executable {
    /// Copies code to pages of its own.
    pub(super) fn new(code: &[u8]) -> io::Result<Self> {
        let mut pages = MmapMut::map_anon(code.len())?;
        pages[..code.len()].copy_from_slice(code);
        Ok(Self(pages.make_exec()?))
    }

    /// Returns the address of the first instruction.
    pub(super) fn entry(&self) -> *const u8 {
        self.0.as_ptr()
    }

    /// Returns the number of bytes of code.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
