//! Why a page cannot be kept, or had back.

use std::io;
use std::path::{Path, PathBuf};

use bolt_base::Bytes;

use super::tier::Tier;
use crate::buffers::LeaseError;
use crate::refused::Refused;

/// Why a page cannot be kept, or had back.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// More bytes than a page has.
    #[error("{length} bytes are written to page {id}, and a page has {page}")]
    TooLong {
        /// The page.
        id: u64,
        /// How many bytes.
        length: usize,
        /// What a page may have.
        page: usize,
    },
    /// The page was written, and what the drive kept of it is damaged. It stays lost until it is
    /// written again or removed.
    #[error("page {0} is lost: its block was damaged on disk")]
    Lost(u64),
    /// There is no room in a tier, and none below it.
    #[error("the {} tier is full: {used} of {capacity} are in use and no tier below takes pages", tier.name())]
    Full {
        /// The tier.
        tier: Tier,
        /// What is in use.
        used: Bytes,
        /// What may be.
        capacity: Bytes,
    },
    /// The budget has no room.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// There is no buffer to read or write with.
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// The operating system failed.
    #[error("{doing} `{}`: {source}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// The device failed.
    #[error("the device `{device}`: {source}")]
    Device {
        /// Its description.
        device: String,
        /// What it said.
        source: io::Error,
    },
    /// No tier outlives the process.
    #[error("nothing can be kept: no folder is configured")]
    NoFolder,
    /// The options make no sense.
    #[error(transparent)]
    Options(#[from] PageStoreOptionsError),
    /// Another store has the folder open.
    #[error("`{}` is in use by another store", .0.display())]
    InUse(PathBuf),
    /// A folder is of another store, or a folder of this one is missing.
    #[error("`{}` belongs to a store {found}; it was opened {asked}", path.display())]
    OtherStore {
        /// The folder.
        path: PathBuf,
        /// What the folder says.
        found: String,
        /// What the options say.
        asked: String,
    },
}

/// Why options are refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PageStoreOptionsError {
    /// A page would be empty or too large for its block's header.
    #[error("pages of {0}; they may have from 64 B to 1 MiB")]
    Page(Bytes),
    /// A tier could hold no page.
    #[error("the {} tier has {capacity}, which is less than {least}", tier.name())]
    Capacity {
        /// The tier.
        tier: Tier,
        /// What it has.
        capacity: Bytes,
        /// What it must have.
        least: Bytes,
    },
    /// A block is not a whole number of pages, of too many, or smaller than those above.
    #[error(
        "blocks of {block} in the {} tier; they must be at least {least}, in pages of {page} of \
         which there may be {most}",
        tier.name()
    )]
    Block {
        /// The tier.
        tier: Tier,
        /// What a block would have.
        block: Bytes,
        /// What a page has.
        page: Bytes,
        /// What the blocks of the tier above have.
        least: Bytes,
        /// How many pages a block may have.
        most: usize,
    },
    /// A segment does not hold a block.
    #[error("segments of {segment} in the {} tier hold no block; they must have {least} or more", tier.name())]
    Segment {
        /// The tier.
        tier: Tier,
        /// What it has.
        segment: Bytes,
        /// What it must have.
        least: Bytes,
    },
    /// A threshold is no part of a whole.
    #[error("the threshold of the {} tier is {threshold}; it must be above 0 and at most 1", tier.name())]
    Threshold {
        /// The tier.
        tier: Tier,
        /// What it is.
        threshold: f64,
    },
    /// A level that zstd does not have.
    #[error("zstd has levels from 1 to 22, not {0}")]
    Level(i32),
    /// The confidence asked for is no part of a whole.
    #[error("the prefetcher's confidence is {0}; it must be above 0.5 and at most 1")]
    Confidence(f64),
    /// Nothing could be read.
    #[error("the queue depth is 0")]
    QueueDepth,
    /// The buffers would not hold what one read or one migration takes.
    #[error("buffers of {buffers}; blocks of these tiers take at least {least}")]
    Buffers {
        /// What they may take.
        buffers: Bytes,
        /// What they must.
        least: Bytes,
    },
}

/// Adds what was being done to an error of the operating system.
pub(super) trait Doing<T> {
    fn doing(self, doing: &'static str, path: &Path) -> Result<T, PageError>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, doing: &'static str, path: &Path) -> Result<T, PageError> {
        self.map_err(|source| PageError::Io { doing, path: path.to_owned(), source })
    }
}
