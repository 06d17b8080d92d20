//! Budgets, options and stores for tests.

use std::path::Path;

use bolt_base::{Bytes, Rng};

use super::super::{
    Compression, DiskTierOptions, GpuTierOptions, IoOptions, PageStore, PageStoreOptions,
    PageStoreReport, Tier, TierState,
};
use crate::{Budget, Component, Policy};

pub(super) const PAGE: u64 = 64;

pub(super) fn budget(limit: u64) -> Budget {
    Budget::new(Policy::new(Bytes(limit)), Vec::new()).unwrap()
}

pub(super) fn open(options: &PageStoreOptions) -> PageStore {
    PageStore::open(options, &budget(1 << 30), Component::Market).unwrap()
}

/// Returns a store's options: 16 pages of memory, no folders, and files through the page cache, so
/// that tests do not wait for drives.
pub(super) fn memory() -> PageStoreOptions {
    PageStoreOptions {
        page: Bytes(PAGE),
        half_life_accesses: Some(50),
        io: IoOptions { direct: false, ..IoOptions::default() },
        buffers: Bytes(16 << 20),
        ..PageStoreOptions::new(Bytes(16 * PAGE))
    }
}

/// Returns a tier of blocks of so many pages, which hold so many blocks that cannot be packed.
pub(super) fn disk(folder: &Path, name: &str, pages: u64, blocks: u64) -> DiskTierOptions {
    let block = Bytes(pages * PAGE);
    DiskTierOptions {
        folder: folder.join(name),
        capacity: Bytes(blocks * block_bytes(pages)),
        block,
        compression: Compression::Lz4,
        segment: Bytes(64 << 10),
    }
}

/// Returns what a block of so many pages takes at most: a header of 72 B and 12 B a page, and a
/// sector for the commit.
pub(super) fn block_bytes(pages: u64) -> u64 {
    (72 + pages * (12 + PAGE)).div_ceil(4096) * 4096 + 4096
}

/// Returns options with all five tiers.
pub(super) fn five(folder: &Path) -> PageStoreOptions {
    let gpu = GpuTierOptions { capacity: Bytes(8 * PAGE), device: None };
    PageStoreOptions {
        gpu: Some(gpu),
        nvme: Some(disk(folder, "nvme", 4, 6)),
        ssd: Some(disk(folder, "ssd", 8, 6)),
        hdd: Some(disk(folder, "hdd", 16, 1_000)),
        ..memory()
    }
}

/// Returns bytes of a page that are no other's, half of them easy to pack.
pub(super) fn bytes_of(id: u64, version: u64) -> Vec<u8> {
    let mut rng = Rng::new(id << 32 | version);
    let length = rng.below(PAGE + 1) as usize;
    (0..length).map(|i| if i % 2 == 0 { rng.next_u64() as u8 } else { id as u8 }).collect()
}

pub(super) fn state(report: &PageStoreReport, tier: Tier) -> TierState {
    report.tiers.iter().find(|report| report.tier == tier).unwrap().state.clone().unwrap()
}

/// Copies what a crash would leave: the files as they are now.
pub(super) fn copy_folders(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folders(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
