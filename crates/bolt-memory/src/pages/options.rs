//! What a store is made of.

use std::sync::Arc;

use bolt_base::{Bytes, Clock, SystemClock};

use super::compression::Compression;
use super::device::Device;
use super::disk::{Disk, PAGES_MAX};
use super::error::PageStoreOptionsError;
use super::io::{IoOptions, SectorBuffer, sectors};
use super::tier::{DiskTierOptions, EvictionThresholds, Tier};

/// What a store is made of.
#[derive(Debug, Clone)]
pub struct PageStoreOptions {
    /// How many bytes a page of the memory tiers has; written pages may have fewer.
    pub page: Bytes,
    /// Device memory.
    pub gpu: Option<GpuTierOptions>,
    /// What pages may take of the machine's memory.
    pub cpu: Bytes,
    /// The folder of an NVMe drive.
    pub nvme: Option<DiskTierOptions>,
    /// The folder of a solid-state drive.
    pub ssd: Option<DiskTierOptions>,
    /// The folder of a hard disk.
    pub hdd: Option<DiskTierOptions>,
    /// When tiers give pages away.
    pub thresholds: EvictionThresholds,
    /// After how many accesses to the store an access counts half. Without a number, as many as
    /// the memory tiers have pages.
    pub half_life_accesses: Option<u64>,
    /// What is read ahead.
    pub prefetch: PrefetchOptions,
    /// How files are read and written.
    pub io: IoOptions,
    /// What buffers may take that pages are read and written through, or lent out with.
    pub buffers: Bytes,
    /// What latencies are measured with.
    pub clock: Arc<dyn Clock>,
}

/// Device memory as a tier.
#[derive(Debug, Clone)]
pub struct GpuTierOptions {
    /// What pages may take of it.
    pub capacity: Bytes,
    /// The device; without one, memory of the machine takes its place, and the report says so.
    pub device: Option<Arc<dyn Device>>,
}

/// What is read ahead for a stream of accesses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PrefetchOptions {
    /// Whether anything is.
    pub is_on: bool,
    /// How many pages ahead.
    pub distance: usize,
    /// How many pages ahead of one that is read from end to end.
    pub distance_sequential: usize,
    /// How sure the pattern must be.
    pub confidence: f64,
    /// What pages may take that were read ahead and not used yet.
    pub in_flight_max: Bytes,
}

impl Default for PrefetchOptions {
    fn default() -> Self {
        Self {
            is_on: true,
            distance: 16,
            distance_sequential: 32,
            confidence: 0.8,
            in_flight_max: Bytes(64 << 20),
        }
    }
}

impl PageStoreOptions {
    /// Returns the defaults, with so much memory and no other tier.
    pub fn new(cpu: Bytes) -> Self {
        Self {
            page: Bytes(4 << 10),
            gpu: None,
            cpu,
            nvme: None,
            ssd: None,
            hdd: None,
            thresholds: EvictionThresholds::default(),
            half_life_accesses: None,
            prefetch: PrefetchOptions::default(),
            io: IoOptions::default(),
            buffers: Bytes(128 << 20),
            clock: Arc::new(SystemClock::default()),
        }
    }

    /// Returns the folders that are configured, the fastest first.
    pub(super) fn folders(&self) -> Vec<(Tier, &DiskTierOptions)> {
        let tiers = [(Tier::Nvme, &self.nvme), (Tier::Ssd, &self.ssd), (Tier::Hdd, &self.hdd)];
        tiers.into_iter().filter_map(|(tier, options)| Some((tier, options.as_ref()?))).collect()
    }

    /// Returns how many pages fit so many bytes.
    pub(super) fn pages(&self, bytes: Bytes) -> usize {
        usize::try_from(bytes.0 / self.page.0).unwrap_or(usize::MAX)
    }

    /// Returns the most that making or reading a block of any tier takes.
    pub(super) fn staging_bytes(&self) -> usize {
        let of =
            |options: &DiskTierOptions| Disk::staging_bytes(options, self.pages(options.block));
        self.folders().iter().map(|(_, options)| of(options)).max().unwrap_or(0)
    }

    pub(super) fn check(&self) -> Result<(), PageStoreOptionsError> {
        use PageStoreOptionsError as Error;
        if !(64..=1 << 20).contains(&self.page.0) {
            return Err(Error::Page(self.page));
        }
        let gpu = self.gpu.as_ref().map(|gpu| (Tier::Gpu, gpu.capacity));
        for (tier, capacity) in gpu.into_iter().chain([(Tier::Cpu, self.cpu)]) {
            if capacity < self.page {
                return Err(Error::Capacity { tier, capacity, least: self.page });
            }
        }
        for tier in [Tier::Gpu, Tier::Cpu, Tier::Nvme, Tier::Ssd] {
            let threshold = self.thresholds.of(tier);
            if !(threshold > 0.0 && threshold <= 1.0) {
                return Err(Error::Threshold { tier, threshold });
            }
        }
        let mut least_block = self.page;
        for (tier, options) in self.folders() {
            self.check_folder(tier, options, least_block)?;
            least_block = options.block;
        }
        let confidence = self.prefetch.confidence;
        if !(confidence > 0.5 && confidence <= 1.0) {
            return Err(Error::Confidence(confidence));
        }
        if self.io.queue_depth == 0 {
            return Err(Error::QueueDepth);
        }
        // What migrations always hold, and a reader with a block and its pages.
        let large = SectorBuffer::leased(self.staging_bytes()) as u64;
        let least =
            Bytes(8 * large + 4 * SectorBuffer::leased(sectors(self.page.0 as usize)) as u64);
        if self.buffers < least {
            return Err(Error::Buffers { buffers: self.buffers, least });
        }
        Ok(())
    }

    fn check_folder(
        &self,
        tier: Tier,
        options: &DiskTierOptions,
        least_block: Bytes,
    ) -> Result<(), PageStoreOptionsError> {
        use PageStoreOptionsError as Error;
        let DiskTierOptions { folder: _, capacity, block, compression, segment } = options;
        let is_block = block.0.is_multiple_of(self.page.0)
            && *block >= least_block
            && self.pages(*block) <= PAGES_MAX;
        if !is_block {
            let (page, block) = (self.page, *block);
            return Err(Error::Block { tier, block, page, least: least_block, most: PAGES_MAX });
        }
        let least = Bytes(Disk::staging_bytes(options, self.pages(*block)) as u64);
        if *capacity < least {
            return Err(Error::Capacity { tier, capacity: *capacity, least });
        }
        if *segment < least {
            return Err(Error::Segment { tier, segment: *segment, least });
        }
        match compression {
            Compression::Zstd(level) if !(1..=22).contains(level) => Err(Error::Level(*level)),
            Compression::Zstd(_) | Compression::Lz4 | Compression::None => Ok(()),
        }
    }
}
