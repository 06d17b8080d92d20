//! What must hold between any two calls, found out the slow way.

use std::collections::BTreeSet;

use super::super::heat::Heat;
use super::super::tier::Tier;
use super::{INDEX_BYTES, Kept, Place, State};

impl State {
    /// Returns a page without moving it.
    pub(in crate::pages) fn peek(&self, id: u64) -> Option<Vec<u8>> {
        let entry = self.entries.get(&id).filter(|entry| !entry.is_removed)?;
        if !matches!(entry.place, Place::Nowhere) {
            let mut bytes = vec![0; self.page];
            let length = self.copy_out(id, &mut bytes).ok()?;
            bytes.truncate(length);
            return Some(bytes);
        }
        let Kept::In { disk, block } = entry.kept else { return None };
        let address = self.disks[disk].address(block)?;
        let file = std::fs::read(&address.path).ok()?;
        let mut raw = vec![0; address.raw];
        let block = &file[address.offset as usize..][..address.bytes];
        let mut start = 0;
        for (listed, length) in address.unpack(block, &mut raw)? {
            let bytes = &raw[start..start + length as usize];
            start += bytes.len();
            if listed == id {
                return Some(bytes.to_vec());
            }
        }
        None
    }

    pub(in crate::pages) fn check(&self) {
        let mut orders = [BTreeSet::new(), BTreeSet::new()];
        let mut waiting = 0;
        for (id, entry) in &self.entries {
            let tier = match &entry.place {
                Place::Nowhere => None,
                Place::Gpu { .. } => Some(Tier::Gpu),
                Place::Cpu(_) => Some(Tier::Cpu),
            };
            if let Some(tier) = tier {
                orders[tier.index()].insert((entry.heat, *id));
            }
            assert!(tier.is_some() || entry.kept != Kept::Nowhere, "page {id} is nowhere");
            assert!(tier.is_none() || entry.is_dirty || matches!(entry.kept, Kept::In { .. }));
            assert_eq!(entry.is_removed, self.removals.contains(id), "page {id}");
            assert!(!entry.is_removed || tier.is_none(), "page {id} is removed and in memory");
            waiting += u64::from(entry.is_ahead);
            if let Kept::In { disk, block } = entry.kept {
                let block = &self.disks[disk].blocks[&block];
                assert!(block.pages.iter().any(|(listed, _)| listed == id));
            }
        }
        assert_eq!(self.counts.prefetch.waiting, waiting);
        let [gpu, cpu] = orders;
        assert_eq!(cpu, self.cpu.order);
        let mut pages = cpu.len();
        if let Some(known) = &self.gpu {
            assert_eq!(gpu, known.room.order);
            assert_eq!(known.free.len() + gpu.len(), known.room.most);
            assert!(gpu.len() <= known.room.limit);
            pages += if known.device.is_host_memory() { gpu.len() } else { 0 };
        }
        assert_eq!(self.memory.bytes().0, (pages * self.page) as u64);
        assert_eq!(self.index.bytes().0, self.entries.len() as u64 * INDEX_BYTES.0);
        (0..self.disks.len()).for_each(|disk| self.check_disk(disk));
    }

    fn check_disk(&self, index: usize) {
        let disk = &self.disks[index];
        for (sequence, block) in &disk.blocks {
            let here = Kept::In { disk: index, block: *sequence };
            let wanted = block.pages.iter().filter_map(|(id, _)| self.entries.get(id));
            let heats: Vec<Heat> =
                wanted.filter(|entry| entry.kept == here).map(|entry| entry.heat).collect();
            assert_eq!(block.wanted, heats.len());
            assert_eq!(Some(block.heat), heats.into_iter().max());
            assert!(disk.order.contains(&(block.heat, *sequence)));
            assert!(disk.sparse.contains(&(block.wanted, *sequence)));
            assert!(disk.segments[&block.segment].blocks.contains(sequence));
        }
        let live = |number: u64| {
            let blocks = disk.blocks.values().filter(|block| block.segment == number);
            blocks.map(|block| block.bytes).sum::<u64>()
        };
        for (number, segment) in &disk.segments {
            assert_eq!(segment.live, live(*number));
            assert_eq!(segment.file.metadata().map(|data| data.len()).ok(), Some(segment.end));
        }
        assert_eq!(disk.live, disk.blocks.values().map(|block| block.bytes).sum::<u64>());
        assert_eq!([disk.order.len(), disk.sparse.len()], [disk.blocks.len(); 2]);
        assert!(disk.live <= disk.capacity().0);
    }
}
