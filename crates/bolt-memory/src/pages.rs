//! Pages of memory over five tiers: a device's memory, the machine's, and folders on an NVMe drive, a
//! solid-state drive and a hard disk.
//!
//! [`PageStore`] keeps pages by number. Start at its `read` and `write` in `store.rs`, and at
//! `state.rs`, which knows where every page is. What it is not: a cache, since it forgets nothing;
//! a database, since pages are flushed all together or not at all.
//!
//! # Rules
//! 1. A page that is written is in the highest tier. Above its threshold a tier gives its coldest
//!    pages to the next one that is configured, as one block of that tier ([`EvictionThresholds`]).
//!    Cold is what was used seldom and long ago (LRFU, `heat.rs`).
//! 2. A page that is read goes up to the highest tier of memory that has room or a colder page. Its
//!    copy on disk stays, so that it costs nothing to leave memory again. Pages that are read ahead
//!    go to the machine's memory.
//! 3. A page that does not fit the next tier stays where it is. An error says so once its own tier is
//!    full.
//! 4. What was flushed is there after a crash, as it was or newer. A block that is damaged loses its
//!    pages, and says which; it never becomes other pages (`disk/record.rs`, `disk/scan.rs`).
//! 5. Memory of pages is a spillable reservation of the budget, which may have it back; that of the
//!    index a fixed one; that of buffers is held by a [`BufferPool`](crate::BufferPool).
//!
//! Readers of disks do not hold the lock while they read and unpack. Whoever writes does while a
//! block is moved. Nothing here has threads: what is read ahead is read with the page that is
//! missing, or by whoever runs a [`ReadAhead`].

mod compression;
mod device;
mod disk;
mod error;
mod heat;
mod io;
mod options;
mod pattern;
mod report;
mod state;
mod store;
mod tier;

#[cfg(all(test, not(miri)))]
mod tests;

pub use compression::Compression;
pub use device::{Device, HostStandIn};
pub use error::{PageError, PageStoreOptionsError};
pub use io::{IoOptions, IoReport};
pub use options::{GpuTierOptions, PageStoreOptions, PrefetchOptions};
pub use pattern::{AccessPattern, PatternDetector};
pub use report::{
    Latency, Medium, MigrationReport, PageStoreReport, PrefetchReport, RecoveryReport, TierReport,
    TierState,
};
pub use store::{Page, PageStore, PageStream, ReadAhead};
pub use tier::{DiskTierOptions, EvictionThresholds, Tier};
