//! Pages of memory over five tiers.
#![allow(dead_code, reason = "the store takes these parts up")]

mod compression;
mod heat;
mod io;
mod pattern;
mod tier;

pub use compression::Compression;
pub use io::{IoOptions, IoReport};
pub use pattern::{AccessPattern, PatternDetector};
pub use tier::{DiskTierOptions, EvictionThresholds, Tier};
