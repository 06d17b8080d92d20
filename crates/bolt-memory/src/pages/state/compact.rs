//! Space on disk comes back.

use super::super::disk::{Kind, Note};
use super::super::error::PageError;
use super::{Kept, State};

/// How many segments are written anew before one block is written.
const SEGMENTS_MAX: usize = 4;

impl State {
    /// Removes segments of which nothing is wanted, and writes others anew while files take more
    /// than they may. What fails is tried again with the next block.
    pub(super) fn compact_if_due(&mut self, disk: usize) {
        for _ in 0..SEGMENTS_MAX {
            let Some(segment) = self.disks[disk].to_compact() else { return };
            if let Err(error) = self.compact(disk, segment) {
                self.note_failure(&error);
                return;
            }
        }
    }

    /// Writes what is wanted of a segment to the last one, and removes it.
    fn compact(&mut self, disk: usize, number: u64) -> Result<(), PageError> {
        let most = self.disks[disk].options.block.0 as usize / self.page;
        let mut blocks: Vec<u64> =
            self.disks[disk].segments[&number].blocks.iter().copied().collect();
        while !blocks.is_empty() {
            let mut count = 0;
            let fits = |block: &u64| {
                count += self.disks[disk].blocks[block].wanted;
                count <= most
            };
            let taken = blocks.iter().copied().take_while(fits).count();
            let some: Vec<u64> = blocks.drain(..taken).collect();
            self.move_blocks(disk, &some, disk)?;
        }
        self.keep_notes(disk, number)?;
        // What was written elsewhere must be there before this goes.
        self.sync()?;
        let tier = self.disks[disk].tier;
        self.counts.compactions[tier.index()] += 1;
        self.disks[disk].delete(number)
    }

    /// Writes anew what a segment says of pages that are not there, as far as another file may
    /// hold an older copy of them.
    fn keep_notes(&mut self, disk: usize, number: u64) -> Result<(), PageError> {
        let notes = self.disks[disk].segments[&number].notes.clone();
        let is_kept = |kind: Kind| {
            let ids = notes
                .iter()
                .filter(|note| note.kind == kind && self.is_needed(note, (disk, number)));
            ids.map(|note| note.id).collect::<std::collections::BTreeSet<u64>>()
        };
        for (kind, ids) in [Kind::Removed, Kind::Lost].map(|kind| (kind, is_kept(kind))) {
            let ids: Vec<u64> = ids.into_iter().collect();
            for ids in ids.chunks(super::PAGES_MAX) {
                self.write_notes(kind, ids)?;
            }
        }
        Ok(())
    }

    fn is_needed(&self, note: &Note, (own_disk, own_number): (usize, u64)) -> bool {
        let kept = self.entries.get(&note.id).map_or(Kept::Nowhere, |entry| entry.kept);
        match (note.kind, kept) {
            (_, Kept::In { .. }) => false,
            (Kind::Lost, kept) => kept == Kept::Lost,
            (_, Kept::Lost) => false,
            (_, Kept::Nowhere) => self.disks.iter().enumerate().any(|(disk, other)| {
                other.segments.iter().any(|(number, segment)| {
                    (disk, *number) != (own_disk, own_number)
                        && segment.first_sequence < note.sequence
                })
            }),
        }
    }
}
