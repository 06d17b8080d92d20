//! Reading pages: what is in memory under the lock, what is on disk without it.

use std::collections::BTreeSet;
use std::io::ErrorKind;

use super::{Page, Shared, lock};
use crate::pages::disk::Address;
use crate::pages::error::{Doing, PageError};
use crate::pages::io::{Read, SectorBuffer};
use crate::pages::state::{Found, State, Wanted};

impl Shared {
    pub(super) fn read(&self, id: u64, ahead: &[u64]) -> Result<Option<Page>, PageError> {
        // Before the lock: the budget may ask this store for memory.
        let mut lease = self.pool.lease::<u8>(self.page)?;
        let started = self.clock.now();
        let found = lock(&self.state).find(id, ahead, &mut lease)?;
        let length = match found {
            Found::Absent => return Ok(None),
            Found::Lost => return Err(PageError::Lost(id)),
            Found::Here(length) => length,
            Found::OnDisk(plan) => {
                let length = self.fetch(Some(id), &plan, &mut lease)?;
                let taken = self.clock.now().saturating_sub(started);
                lock(&self.state).counts.read_latency.note(taken);
                length
            }
        };
        Ok(Some(Page { lease, length }))
    }

    /// Reads blocks all at once and takes their pages in. The page `id`, which is one of the first
    /// block, is copied to `out`, and its length returned. What goes wrong with other blocks is
    /// counted, and found again by whoever wants them.
    pub(super) fn fetch(
        &self,
        id: Option<u64>,
        plan: &[Wanted],
        out: &mut [u8],
    ) -> Result<usize, PageError> {
        let mut buffers = self.buffers(plan)?;
        let plan = &plan[..buffers.len()];
        let results = read_all(plan, &mut buffers);
        let raw = plan.iter().map(|wanted| wanted.address.raw).max().unwrap_or(0);
        let mut raw = self.pool.lease::<u8>(raw)?;
        let mut length = Ok(0);
        for ((wanted, bytes), result) in plan.iter().zip(&buffers).zip(results) {
            let is_asked = |page: u64| id == Some(page);
            let unpacked = result.map(|()| wanted.address.unpack(bytes, &mut raw));
            let mut state = lock(&self.state);
            match unpacked {
                Ok(Some(pages)) => {
                    if let Some(copied) = take_in(&mut state, wanted, id, &pages, &raw, out) {
                        length = Ok(copied);
                    }
                }
                Ok(None) => {
                    state.lose(wanted.disk, wanted.address.sequence);
                    if let Some(id) = id.filter(|id| wanted.ids.contains(id)) {
                        length = Err(PageError::Lost(id));
                    }
                }
                Err(error) if wanted.ids.iter().any(|page| is_asked(*page)) => length = Err(error),
                Err(error) => state.note_failure(&error),
            }
        }
        length
    }

    /// Leases memory for blocks: at least for the first, for the others while there is some.
    fn buffers(&self, plan: &[Wanted]) -> Result<Vec<SectorBuffer>, PageError> {
        let mut buffers = Vec::with_capacity(plan.len());
        for wanted in plan {
            match SectorBuffer::lease(&self.pool, wanted.address.bytes) {
                Ok(buffer) => buffers.push(buffer),
                Err(error) if buffers.is_empty() => return Err(error.into()),
                Err(_) => break,
            }
        }
        Ok(buffers)
    }
}

/// Takes in those pages of a block that are wanted of it. Copies the one that is asked for to `out`
/// and returns its length, if it is among them.
fn take_in(
    state: &mut State,
    wanted: &Wanted,
    id: Option<u64>,
    pages: &[(u64, u32)],
    raw: &[u8],
    out: &mut [u8],
) -> Option<usize> {
    let (mut start, mut length) = (0, None);
    for &(page, page_length) in pages {
        let bytes = &raw[start..start + page_length as usize];
        start += bytes.len();
        // The block may hold an old copy of a page that is wanted of another.
        if !wanted.ids.contains(&page) {
            continue;
        }
        let is_asked = id == Some(page);
        if is_asked {
            out[..bytes.len()].copy_from_slice(bytes);
            length = Some(bytes.len());
        }
        state.arrive(page, wanted, bytes, !is_asked);
    }
    state.relieve();
    length
}

/// Reads blocks; those of a disk at once.
fn read_all(plan: &[Wanted], buffers: &mut [SectorBuffer]) -> Vec<Result<(), PageError>> {
    let mut results: Vec<Result<(), PageError>> = plan.iter().map(|_| Ok(())).collect();
    let disks: BTreeSet<usize> = plan.iter().map(|wanted| wanted.disk).collect();
    for disk in disks {
        let of_disk = plan.iter().zip(buffers.iter_mut()).zip(&mut results);
        let of_disk = of_disk.filter(|((wanted, _), _)| wanted.disk == disk);
        let (mut reads, mut places, mut io) = (Vec::new(), Vec::new(), None);
        for ((wanted, buffer), result) in of_disk {
            let Address { file, offset, bytes, .. } = &wanted.address;
            reads.push(Read::new(file, *offset, &mut buffer[..*bytes]));
            places.push((&wanted.address, result));
            io = Some(&wanted.address.io);
        }
        if let Some(io) = io {
            io.read(&mut reads);
        }
        for (read, (address, result)) in reads.into_iter().zip(places) {
            // A file that ends too soon is damaged, which the block's checksum shows.
            let is_short = |error: &std::io::Error| error.kind() == ErrorKind::UnexpectedEof;
            if read.result.as_ref().is_err_and(|error| !is_short(error)) {
                *result = read.result.doing("reading", &address.path);
            } else if read.result.is_err() {
                read.bytes.fill(0);
            }
        }
    }
    results
}
