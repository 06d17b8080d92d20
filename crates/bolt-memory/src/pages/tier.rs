//! The tiers, their order and what they are by default.

use std::path::PathBuf;

use bolt_base::Bytes;

use super::compression::Compression;

/// Where a page may be, the fastest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Tier {
    /// Memory of a device.
    Gpu,
    /// Memory of the machine.
    Cpu,
    /// A folder on an NVMe drive.
    Nvme,
    /// A folder on a solid-state drive.
    Ssd,
    /// A folder on a hard disk.
    Hdd,
}

impl Tier {
    /// The number of tiers.
    pub const COUNT: usize = 5;

    /// All tiers, the fastest first.
    pub const ALL: [Self; Self::COUNT] = [Self::Gpu, Self::Cpu, Self::Nvme, Self::Ssd, Self::Hdd];

    /// Returns the name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gpu => "gpu",
            Self::Cpu => "cpu",
            Self::Nvme => "nvme",
            Self::Ssd => "ssd",
            Self::Hdd => "hdd",
        }
    }

    /// Returns whether what is there survives the process.
    pub fn is_disk(self) -> bool {
        self >= Self::Nvme
    }

    pub(super) fn index(self) -> usize {
        self as usize
    }
}

/// From which part of its capacity on a tier gives pages to the next one that is configured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EvictionThresholds {
    /// From device memory to the machine's.
    pub gpu: f64,
    /// From memory to the first folder.
    pub cpu: f64,
    /// From the NVMe drive to the next folder.
    pub nvme: f64,
    /// From the solid-state drive to the hard disk.
    pub ssd: f64,
}

impl Default for EvictionThresholds {
    fn default() -> Self {
        Self { gpu: 0.85, cpu: 0.90, nvme: 0.95, ssd: 0.98 }
    }
}

impl EvictionThresholds {
    /// Returns the threshold of a tier; the last one gives nothing away.
    pub(super) fn of(&self, tier: Tier) -> f64 {
        let Self { gpu, cpu, nvme, ssd } = *self;
        match tier {
            Tier::Gpu => gpu,
            Tier::Cpu => cpu,
            Tier::Nvme => nvme,
            Tier::Ssd => ssd,
            Tier::Hdd => 1.0,
        }
    }
}

/// A tier that is a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskTierOptions {
    /// The folder, which belongs to the store alone. It is made if it is not there.
    pub folder: PathBuf,
    /// What the blocks in use may take. Files may take a quarter more and two segments, until
    /// they are compacted.
    pub capacity: Bytes,
    /// How many bytes of pages make a block, the unit that is written, moved and read.
    pub block: Bytes,
    /// How blocks are packed.
    pub compression: Compression,
    /// At which size a file is closed and the next begins. Space comes back by segments.
    pub segment: Bytes,
}

impl DiskTierOptions {
    /// Returns a folder with the defaults of an NVMe drive: blocks of 64 KiB, LZ4.
    pub fn nvme(folder: impl Into<PathBuf>, capacity: Bytes) -> Self {
        Self::new(folder.into(), capacity, 64 << 10, Compression::Lz4)
    }

    /// Returns a folder with the defaults of a solid-state drive: blocks of 256 KiB, zstd 3.
    pub fn ssd(folder: impl Into<PathBuf>, capacity: Bytes) -> Self {
        Self::new(folder.into(), capacity, 256 << 10, Compression::Zstd(3))
    }

    /// Returns a folder with the defaults of a hard disk: blocks of 1 MiB, zstd 9.
    pub fn hdd(folder: impl Into<PathBuf>, capacity: Bytes) -> Self {
        Self::new(folder.into(), capacity, 1 << 20, Compression::Zstd(9))
    }

    fn new(folder: PathBuf, capacity: Bytes, block: u64, compression: Compression) -> Self {
        let segment = Bytes(16 << 20);
        Self { folder, capacity, block: Bytes(block), compression, segment }
    }
}
