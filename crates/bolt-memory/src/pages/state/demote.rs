//! Moving pages to disk, and from disk to disk.

use bolt_base::Bytes;

use super::super::disk::{Kind, Listed, PAGES_MAX};
use super::super::error::{Doing, PageError};
use super::super::heat::Heat;
use super::super::io::Read;
use super::super::tier::Tier;
use super::{Kept, Place, State};

/// Of so many blocks' pages, the coldest, those that are dirty are looked for to fill a block.
const BLOCKS_LOOKED_AT: usize = 4;

impl State {
    /// Moves the coldest pages of memory to the first disk: as many as are above the threshold, at
    /// most a block of dirty ones. Those with a copy on disk just leave. If there are dirty ones,
    /// the block is filled up with the coldest other dirty ones.
    pub(super) fn demote_to_disk(&mut self) -> Result<(), PageError> {
        let Some(disk) = self.disks.first() else {
            let [used, capacity] =
                [self.cpu.used(), self.cpu.most].map(|pages| Bytes((pages * self.page) as u64));
            return Err(PageError::Full { tier: Tier::Cpu, used, capacity });
        };
        let block_pages = disk.options.block.0 as usize / self.page;
        let excess = self.cpu.used().saturating_sub(self.cpu.limit).max(1);
        let (mut clean, mut dirty) = (Vec::new(), Vec::new());
        for (_, id) in self.cpu.order.iter().take((BLOCKS_LOOKED_AT * block_pages).max(excess)) {
            let is_enough = clean.len() + dirty.len() >= excess;
            if dirty.len() == block_pages || (is_enough && dirty.is_empty()) {
                break;
            }
            if self.entries[id].is_dirty {
                dirty.push(*id);
            } else if !is_enough {
                clean.push(*id);
            }
        }
        if !dirty.is_empty() {
            self.write_down(dirty.clone())?;
        }
        for id in clean.into_iter().chain(dirty) {
            self.leave_memory(id);
        }
        Ok(())
    }

    /// Writes pages that are in memory to the first disk as one block, in the order of their
    /// numbers.
    pub(super) fn write_down(&mut self, mut ids: Vec<u64>) -> Result<(), PageError> {
        let started = self.clock.now();
        ids.sort_unstable();
        self.make_room(0, ids.len())?;
        let mut staging = self.staging.take().expect("there is a disk");
        let mut pages: Vec<Listed> = Vec::with_capacity(ids.len());
        let mut end = 0;
        let mut copied = Ok(());
        for id in ids {
            match self.copy_out(id, &mut staging.raw[end..end + self.page]) {
                Ok(length) => {
                    pages.push((id, length as u32));
                    end += length;
                }
                Err(error) => copied = Err(error),
            }
        }
        let from = self.entries.get(&pages.first().map_or(0, |(id, _)| *id));
        let from = match from.map(|entry| &entry.place) {
            Some(Place::Gpu { .. }) => Tier::Gpu,
            _ => Tier::Cpu,
        };
        let raw = &staging.raw[..end];
        let written = copied.and_then(|()| self.write_block(0, pages, raw, &mut staging.write));
        self.staging = Some(staging);
        let pages = written?;
        self.note_migration(from, self.disks[0].tier, pages, end, Some(started));
        Ok(())
    }

    /// Writes one page to the first disk without taking it into memory.
    pub(super) fn write_through(&mut self, id: u64, bytes: &[u8]) -> Result<(), PageError> {
        self.make_room(0, 1)?;
        let mut staging = self.staging.take().expect("there is a disk");
        let pages = vec![(id, bytes.len() as u32)];
        let written = self.write_block(0, pages, bytes, &mut staging.write);
        self.staging = Some(staging);
        written.map(|_| ())
    }

    /// Writes a block to a disk, whose pages are then kept there and nowhere else.
    fn write_block(
        &mut self,
        disk: usize,
        pages: Vec<Listed>,
        raw: &[u8],
        out: &mut super::SectorBuffer,
    ) -> Result<usize, PageError> {
        let sequence = self.next_sequence();
        let (segment, record) = self.disks[disk].write_block(sequence, pages, raw, out)?;
        let heats = record.pages.iter().map(|(id, _)| self.entries[id].heat);
        let heat = heats.max().unwrap_or(Heat::COLDEST);
        self.disks[disk].admit(segment, &record, record.pages.len(), heat);
        for (id, _) in &record.pages {
            let entry = self.entries.get_mut(id).expect("a page that is known");
            entry.is_dirty = false;
            let old = std::mem::replace(&mut entry.kept, Kept::In { disk, block: sequence });
            if let Kept::In { disk, block } = old {
                self.forget(disk, block);
            }
        }
        Ok(record.pages.len())
    }

    /// Takes in that a block's page is kept elsewhere or not at all.
    pub(super) fn forget(&mut self, disk: usize, block: u64) {
        self.disks[disk].release(block);
        let Some(known) = self.disks[disk].blocks.get(&block) else { return };
        // What is left may be colder.
        let here = Kept::In { disk, block };
        let heats = known.pages.iter().filter_map(|(id, _)| self.entries.get(id));
        let heats = heats.filter(|entry| entry.kept == here).map(|entry| entry.heat);
        let heat = heats.max().unwrap_or(Heat::COLDEST);
        self.disks[disk].heat(block, heat);
    }

    /// Sees that a disk has room for a block of so many pages, below its threshold if that is
    /// possible.
    pub(super) fn make_room(&mut self, disk: usize, pages: usize) -> Result<(), PageError> {
        self.compact_if_due(disk);
        let is_last = disk + 1 == self.disks.len();
        let (tier, capacity) = (self.disks[disk].tier, self.disks[disk].capacity());
        let threshold = if is_last { 1.0 } else { self.thresholds.of(tier) };
        let limit = (capacity.0 as f64 * threshold) as u64;
        let bytes = self.disks[disk].block_bytes_max(pages);
        while self.disks[disk].live + bytes > limit {
            let moved = if self.merge_blocks(disk)? {
                Ok(())
            } else if is_last {
                let used = Bytes(self.disks[disk].live);
                Err(PageError::Full { tier, used, capacity })
            } else {
                self.demote_blocks(disk)
            };
            if let Err(error) = moved {
                if self.disks[disk].live + bytes > capacity.0 {
                    return Err(error);
                }
                self.note_failure(&error);
                break;
            }
        }
        Ok(())
    }

    /// Writes the blocks with the fewest wanted pages as one, if at least two fit; returns whether
    /// they did.
    fn merge_blocks(&mut self, disk: usize) -> Result<bool, PageError> {
        let most = self.disks[disk].options.block.0 as usize / self.page;
        let mut count = 0;
        let fits = |(wanted, _): &&(usize, u64)| {
            count += wanted;
            count <= most
        };
        let blocks = self.disks[disk].sparse.iter().take_while(fits);
        let blocks: Vec<u64> = blocks.map(|(_, sequence)| *sequence).collect();
        if blocks.len() < 2 {
            return Ok(false);
        }
        self.move_blocks(disk, &blocks, disk)?;
        Ok(true)
    }

    /// Moves the coldest blocks of a disk to the next one, as one block there.
    fn demote_blocks(&mut self, disk: usize) -> Result<(), PageError> {
        let started = self.clock.now();
        let most = self.disks[disk + 1].options.block.0 as usize / self.page;
        let (mut blocks, mut count) = (Vec::new(), 0);
        for (_, sequence) in &self.disks[disk].order {
            let wanted = self.disks[disk].blocks[sequence].wanted;
            if count + wanted > most {
                break;
            }
            count += wanted;
            blocks.push(*sequence);
        }
        if blocks.is_empty() {
            let (tier, capacity) = (self.disks[disk].tier, self.disks[disk].capacity());
            return Err(PageError::Full { tier, used: Bytes(self.disks[disk].live), capacity });
        }
        self.make_room(disk + 1, count)?;
        let (pages, bytes) = self.move_blocks(disk, &blocks, disk + 1)?;
        let tiers = [disk, disk + 1].map(|disk| self.disks[disk].tier);
        self.note_migration(tiers[0], tiers[1], pages, bytes, Some(started));
        Ok(())
    }

    /// Writes the wanted pages of some blocks of a disk as one block of another or the same one.
    pub(super) fn move_blocks(
        &mut self,
        from: usize,
        blocks: &[u64],
        to: usize,
    ) -> Result<(usize, usize), PageError> {
        let mut staging = self.staging.take().expect("there is a disk");
        let gathered = self.gather(from, blocks, &mut staging);
        let moved = gathered.and_then(|(pages, end)| {
            if pages.is_empty() {
                return Ok((0, 0));
            }
            let moved =
                self.write_block_clean(to, pages, &staging.raw[..end], &mut staging.write)?;
            Ok((moved, end))
        });
        self.staging = Some(staging);
        moved
    }

    /// As [`State::write_block`], of pages whose copy in memory may be newer.
    fn write_block_clean(
        &mut self,
        disk: usize,
        pages: Vec<Listed>,
        raw: &[u8],
        out: &mut super::SectorBuffer,
    ) -> Result<usize, PageError> {
        let is_dirty = |(id, _): &Listed| self.entries.get(id).is_some_and(|entry| entry.is_dirty);
        let dirty: Vec<u64> =
            pages.iter().filter(|page| is_dirty(page)).map(|page| page.0).collect();
        let moved = self.write_block(disk, pages, raw, out)?;
        for id in dirty {
            self.entries.get_mut(&id).expect("a page that is known").is_dirty = true;
        }
        Ok(moved)
    }

    /// Reads blocks and gathers their wanted pages. Damaged blocks are left out: their pages are
    /// lost.
    fn gather(
        &mut self,
        disk: usize,
        blocks: &[u64],
        staging: &mut super::Staging,
    ) -> Result<(Vec<Listed>, usize), PageError> {
        let (mut pages, mut end) = (Vec::new(), 0);
        for block in blocks {
            let Some(address) = self.disks[disk].address(*block) else { continue };
            let bytes = &mut staging.read[..address.bytes];
            let mut reads = [Read::new(&address.file, address.offset, bytes)];
            address.io.read(&mut reads);
            let [read] = reads;
            if let Err(error) = read.result
                && error.kind() != std::io::ErrorKind::UnexpectedEof
            {
                return Err(error).doing("reading", &address.path);
            }
            let Some(listed) = address.unpack(read.bytes, &mut staging.unpacked) else {
                self.lose(disk, *block);
                continue;
            };
            let mut start = 0;
            for (id, length) in listed {
                let bytes = &staging.unpacked[start..start + length as usize];
                start += bytes.len();
                let here = Kept::In { disk, block: *block };
                if self.entries.get(&id).is_some_and(|entry| entry.kept == here) {
                    staging.raw[end..end + bytes.len()].copy_from_slice(bytes);
                    end += bytes.len();
                    pages.push((id, length));
                }
            }
        }
        Ok((pages, end))
    }

    /// Tells the first disk which pages were removed.
    pub(super) fn write_removals(&mut self) -> Result<(), PageError> {
        while !self.removals.is_empty() {
            let ids: Vec<u64> = self.removals.iter().copied().take(PAGES_MAX).collect();
            self.write_notes(Kind::Removed, &ids)?;
            for id in ids {
                self.removals.remove(&id);
                let Some(entry) = self.take_out(id) else { continue };
                if let Kept::In { disk, block } = entry.kept {
                    self.forget(disk, block);
                }
            }
        }
        Ok(())
    }

    pub(super) fn write_notes(&mut self, kind: Kind, ids: &[u64]) -> Result<(), PageError> {
        let sequence = self.next_sequence();
        let mut staging = self.staging.take().expect("there is a disk");
        let written = self.disks[0].write_list(kind, sequence, ids, &mut staging.write);
        self.staging = Some(staging);
        written
    }

    /// Writes all that is only in memory, and has it kept by the drives.
    pub(in crate::pages) fn flush(&mut self) -> Result<(), PageError> {
        let Some(disk) = self.disks.first() else { return Err(PageError::NoFolder) };
        let block_pages = disk.options.block.0 as usize / self.page;
        let gpu = self.gpu.iter().flat_map(|gpu| &gpu.room.order);
        let ids = gpu.chain(&self.cpu.order).map(|(_, id)| *id);
        let mut dirty: Vec<u64> = ids.filter(|id| self.entries[id].is_dirty).collect();
        dirty.sort_unstable();
        for ids in dirty.chunks(block_pages) {
            self.write_down(ids.to_vec())?;
        }
        self.write_removals()?;
        self.sync()
    }

    pub(super) fn sync(&mut self) -> Result<(), PageError> {
        let mut staging = self.staging.take().expect("there is a disk");
        let synced = self.disks.iter_mut().try_for_each(|disk| disk.sync(&mut staging.write));
        self.staging = Some(staging);
        synced
    }
}
