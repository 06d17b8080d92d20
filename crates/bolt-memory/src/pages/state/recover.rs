//! Finding out what is on the disks.

use std::collections::HashMap;

use bolt_base::Bytes;

use super::super::disk::{Kind, Note, Record};
use super::super::error::PageError;
use super::super::heat::Heat;
use super::{Entry, INDEX_BYTES, Kept, State};

/// What is known of a page: the highest sequence, and what it says.
type Newest = HashMap<u64, (u64, What)>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    In(usize),
    Removed,
    Lost,
}

/// A record and where it is.
struct Block {
    disk: usize,
    segment: u64,
    record: Record,
}

impl State {
    /// Reads what is on the disks and makes the index. Of every page what was written last counts,
    /// whichever disk it is on. What was written long ago counts as cold.
    pub(in crate::pages) fn recover(&mut self) -> Result<(), PageError> {
        let Some(mut staging) = self.staging.take() else { return Ok(()) };
        let mut found = Vec::new();
        for (disk, known) in self.disks.iter_mut().enumerate() {
            let scanned = known.load(&mut staging.read);
            found.extend(scanned?.into_iter().map(|(segment, scanned)| (disk, segment, scanned)));
        }
        self.staging = Some(staging);
        let (mut newest, mut blocks) = (Newest::new(), Vec::new());
        for (disk, segment, scanned) in found {
            let recovery = &mut self.counts.recovery;
            recovery.unknown_sectors += scanned.unknown;
            recovery.cut = Bytes(recovery.cut.0 + scanned.cut);
            for record in scanned.lost {
                self.note(&mut newest, disk, segment, &record, Kind::Lost);
            }
            for record in scanned.records {
                let kind = record.kind;
                self.note(&mut newest, disk, segment, &record, kind);
                if kind == Kind::Block {
                    blocks.push(Block { disk, segment, record });
                }
            }
        }
        let pages = newest.values().filter(|(_, what)| *what != What::Removed).count();
        self.index.try_grow(Bytes(INDEX_BYTES.0 * pages as u64))?;
        blocks.sort_unstable_by_key(|block| block.record.sequence);
        blocks.iter().for_each(|block| self.admit(&newest, block));
        for (id, (_, what)) in newest {
            if what == What::Lost {
                self.entries.insert(id, Entry { kept: Kept::Lost, ..Entry::new() });
                self.counts.recovery.lost.push(id);
            }
        }
        self.counts.recovery.lost.sort_unstable();
        self.counts.recovery.pages = self.entries.len() - self.counts.recovery.lost.len();
        Ok(())
    }

    fn note(
        &mut self,
        newest: &mut Newest,
        disk: usize,
        segment: u64,
        record: &Record,
        kind: Kind,
    ) {
        let sequence = record.sequence;
        self.sequence = self.sequence.max(sequence + 1);
        let what = match kind {
            Kind::Block => What::In(disk),
            Kind::Removed => What::Removed,
            Kind::Lost => What::Lost,
            Kind::Nothing | Kind::Commit => return,
        };
        for (id, _) in &record.pages {
            let known = newest.entry(*id).or_insert((sequence, what));
            if known.0 < sequence {
                *known = (sequence, what);
            }
        }
        if kind != Kind::Block
            && let Some(segment) = self.disks[disk].segments.get_mut(&segment)
        {
            let notes = record.pages.iter().map(|(id, _)| Note { id: *id, sequence, kind });
            segment.notes.extend(notes);
        }
    }

    fn admit(&mut self, newest: &Newest, block: &Block) {
        let Block { disk, segment, record } = block;
        let newest_here = (record.sequence, What::In(*disk));
        let wanted = record.pages.iter().filter(|(id, _)| newest[id] == newest_here);
        let wanted: Vec<u64> = wanted.map(|(id, _)| *id).collect();
        if wanted.is_empty() {
            return;
        }
        let heat = self.heating.touch(Heat::COLDEST);
        self.disks[*disk].admit(*segment, record, wanted.len(), heat);
        let kept = Kept::In { disk: *disk, block: record.sequence };
        for id in wanted {
            self.entries.insert(id, Entry { heat, kept, ..Entry::new() });
        }
    }
}
