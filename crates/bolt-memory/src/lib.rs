//! Who may use how much memory, and who uses it.
//!
//! # Budgets
//! A [`Budget`] has a limit. Each [`Component`] has a share of it, each [`Job`] of a component may
//! have a limit of its own, and a [`Reservation`] is what a job may use. The rule:
//!
//! 1. Nothing passes the limit.
//! 2. What a component holds for good ([`Kind::Fixed`]) stays within its share.
//! 3. What it can give back ([`Kind::Spillable`]) may be more than its share: what nobody uses is
//!    lent, to components with a registered owner that can give it back ([`Budget::on_reclaim`]).
//! 4. An ask within a share comes before all loans: nothing is lent while it waits, and owners that
//!    hold more than their component's share give back, the cheapest ([`Cost`]) first, until the
//!    ask fits. For a loan, only caches that are over their share shrink.
//!
//! So a share cannot be taken: whatever is beyond all shares can be had back. An ask is refused
//! only after the owners were asked, with an error that names who holds what ([`Refused`]).
//!
//! What engines take while they work follows what they have: they reserve before they allocate and
//! give back when they have freed, from the job in scope ([`Working`]).
//!
//! # Levels
//! At a [`Level::Warning`] caches shrink, at [`Level::Critical`] owners spill and nothing more is
//! lent, before any ask fails. The level follows what is held and what [`Pressure`] sources say;
//! the shares follow the sources alone ([`AdaptiveShares`]), since lowering shares because they
//! are used would be a spiral. Nothing here has threads: [`Budget::poll`] is called by a sampler.
//!
//! # What is really used
//! Reservations are promises. [`CountingAllocator`] counts what is allocated while a component is
//! in scope ([`Component::enter`]), and [`usage`] tells; a [`Report`] shows both.
//!
//! # Memory that is used again
//! A [`BufferPool`] lends aligned buffers and keeps them for the next; an [`Arena`] frees its values
//! together. Both reserve what they hold.
//!
//! Growing and shrinking a reservation are a few atomic operations; start at [`Budget`] and, for
//! the counters, `ledger.rs`.

mod allocator;
mod arena;
mod budget;
mod buffers;
mod component;
mod ledger;
mod level;
mod pages;
mod pressure;
mod reclaim;
mod refused;
mod report;
mod reservation;
mod shares;
mod working;

#[cfg(test)]
mod interleavings;

pub use allocator::{
    CountingAllocator, ExactAllocator, Scope, Usage, allocations_of_this_thread, usage,
};
pub use arena::{Arena, ArenaError};
pub use budget::{Budget, Policy, PolicyError, Registration};
pub use buffers::{
    ALIGNMENT, BufferPool, BufferPoolOptions, BufferPoolOptionsError, BufferPoolReport, Lease,
    LeaseError, Plain,
};
pub use component::Component;
pub use level::{Level, Thresholds};
pub use pages::{
    AccessPattern, Compression, Device, DiskTierOptions, EvictionThresholds, GpuTierOptions,
    HostStandIn, IoOptions, IoReport, Latency, Medium, MigrationReport, Page, PageError, PageStore,
    PageStoreOptions, PageStoreOptionsError, PageStoreReport, PageStream, PatternDetector,
    PrefetchOptions, PrefetchReport, ReadAhead, RecoveryReport, Tier, TierReport, TierState,
};
pub use pressure::{ControlGroup, MachineMemory, Pressure, Reading, ResidentMemory, Stalls};
pub use reclaim::{Cost, Reclaim};
pub use refused::{Bound, Holder, NoLoan, Refused};
pub use report::{ComponentReport, Events, Report};
pub use reservation::{Job, Kind, Reservation};
pub use shares::{AdaptiveShares, Shares, SharesError};
pub use working::{JobScope, Working};

/// What the ledger counts with; the model checker has its own.
mod sync {
    pub(crate) use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
}
