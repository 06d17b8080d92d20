//! What the state tells of itself.

use bolt_base::Bytes;

use super::super::disk::Disk;
use super::super::report::{Medium, MigrationReport, PageStoreReport, TierReport, TierState};
use super::super::tier::Tier;
use super::{Gpu, Kept, State};

impl State {
    /// Returns what stands for device memory.
    pub(in crate::pages) fn device(&self) -> Option<String> {
        self.gpu.as_ref().map(|Gpu { device, .. }| device.description())
    }

    pub(in crate::pages) fn report(
        &self,
        capacities: [Option<Bytes>; 2],
        device: Option<&str>,
    ) -> PageStoreReport {
        let in_memory = |capacity: Option<Bytes>, pages: usize, medium| {
            let used = Bytes((pages * self.page) as u64);
            capacity.map(|capacity| TierState { capacity, used, pages, medium })
        };
        let tier = |tier: Tier| {
            let state = match tier {
                Tier::Gpu => {
                    let pages = self.gpu.as_ref().map_or(0, |gpu| gpu.room.used());
                    in_memory(capacities[0], pages, Medium::Device(device.unwrap_or("").to_owned()))
                }
                Tier::Cpu => in_memory(capacities[1], self.cpu.used(), Medium::Memory),
                Tier::Nvme | Tier::Ssd | Tier::Hdd => {
                    let index = self.disks.iter().position(|disk| disk.tier == tier);
                    index.map(|index| self.folder(index, &self.disks[index]))
                }
            };
            TierReport { tier, state }
        };
        let counts = &self.counts;
        PageStoreReport {
            tiers: Tier::ALL.into_iter().map(tier).collect(),
            migrations: self.migrations(),
            prefetch: counts.prefetch,
            hits: counts.hits,
            misses: counts.misses,
            absent: counts.absent,
            read_latency: counts.read_latency.clone(),
            migration_latency: counts.migration_latency.clone(),
            recovery: counts.recovery.clone(),
            failures: counts.failures,
            last_failure: counts.last_failure.clone(),
        }
    }

    fn folder(&self, index: usize, disk: &Disk) -> TierState {
        let is_here = |kept: Kept| matches!(kept, Kept::In { disk, .. } if disk == index);
        let kept = self.entries.values().filter(|entry| is_here(entry.kept) && !entry.is_removed);
        TierState {
            capacity: disk.capacity(),
            used: Bytes(disk.live),
            pages: kept.count(),
            medium: Medium::Folder {
                io: disk.report.clone(),
                compression: disk.options.compression.name(),
                files: Bytes(disk.file_bytes()),
                compactions: self.counts.compactions[disk.tier.index()],
            },
        }
    }

    fn migrations(&self) -> Vec<MigrationReport> {
        let pairs = Tier::ALL.into_iter().flat_map(|from| Tier::ALL.map(|to| (from, to)));
        let migration = |(from, to): (Tier, Tier)| {
            let (pages, bytes, moves) = self.counts.migrations[from.index()][to.index()];
            MigrationReport { from, to, pages, bytes: Bytes(bytes), moves }
        };
        pairs.map(migration).filter(|migration| migration.moves > 0).collect()
    }
}
