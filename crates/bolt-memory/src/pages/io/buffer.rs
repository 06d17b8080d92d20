//! Memory that files can be read to without a copy in between.

use std::ops::{Deref, DerefMut};

use super::{SECTOR, sectors};
use crate::buffers::{BufferPool, Lease, LeaseError};

/// Whole sectors of a pool's memory, aligned to a sector.
#[derive(Debug)]
pub(in crate::pages) struct SectorBuffer {
    lease: Lease<u8>,
    start: usize,
    length: usize,
}

impl SectorBuffer {
    /// Leases at least so many bytes, whatever they are.
    pub(in crate::pages) fn lease(pool: &BufferPool, bytes: usize) -> Result<Self, LeaseError> {
        let length = sectors(bytes);
        let lease = pool.lease::<u8>(Self::leased(length))?;
        let start = lease.as_ptr().align_offset(SECTOR);
        // A sector more than asked for holds any way to align.
        assert!(start < SECTOR, "bytes can be aligned");
        Ok(Self { lease, start, length })
    }

    /// Returns what is leased for so many bytes.
    pub(in crate::pages) const fn leased(bytes: usize) -> usize {
        sectors(bytes) + SECTOR
    }
}

impl Deref for SectorBuffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.lease[self.start..self.start + self.length]
    }
}

impl DerefMut for SectorBuffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.lease[self.start..self.start + self.length]
    }
}
