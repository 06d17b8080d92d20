//! A concurrent cache that learns what to keep.
//!
//! [`Cache`] maps keys to values in shards behind locks. The weights of what it holds never add up
//! to more than its capacity. Which entries stay is decided by what the cache has seen of its
//! requests (`ranking.rs`): it needs not be told whether popularity is stable, shifts, or goes
//! round. A look-up finds the entry and writes three numbers into it; everything else happens when
//! a new key wants room.
//!
//! [`MultiLevel`] puts levels below it that keep bytes ([`Store`]): compressed in memory, on disk, in
//! another process. [`Caches`] are those of a process by name, whose levels in memory take it from a
//! [`Budget`](bolt_memory::Budget) as they fill and give it back when others need it.
//!
//! Nothing here starts threads. What a value weighs and how it is written as bytes is told by whoever
//! makes the cache, and time comes from a [`Clock`](bolt_base::Clock).
//!
//! A [`Store`] keeps bytes where they cost less than in memory as they are. [`Persistent`] keeps
//! them in files, where they outlive the process (`persistent.rs`); [`Redis`] keeps them in a server
//! that others can share (`redis.rs`).
//!
//! Start reading at `cache.rs`, then `shard.rs`: what happens at each request. `ages.rs` says what
//! is known of a key, `ghosts.rs` remembers it of keys that are not kept, `compute.rs` has one
//! computation serve all who ask. For levels, start at the head of `levels.rs`; `namespaces.rs` has
//! caches by name, `levels/room.rs` their memory.

mod ages;
mod cache;
mod codec;
mod compressed;
mod compute;
mod ghosts;
mod key;
mod levels;
mod lock;
mod lz4;
mod namespaces;
mod persistent;
mod ranking;
mod redis;
mod shard;
mod stats;
mod store;

pub use cache::{Cache, CacheOptions};
pub use codec::{Codec, Plain};
pub use compressed::{Compressed, CompressedOptions};
pub use compute::ComputeError;
pub use key::Key;
pub use levels::{
    Answer, Degraded, LevelErrors, LevelStats, Levels, LevelsError, LevelsStats, Lookup,
    MemoryOptions, MultiLevel, Origin, ResizeError, Warmed,
};
pub use namespaces::{Caches, CachesError, Namespace, NamespaceStats};
pub use persistent::{CLOCK_SLACK, Persistent, PersistentOptions, WallClock, system_wall_clock};
pub use redis::{Redis, RedisLogin, RedisOptions};
pub use stats::{CacheStats, Evictions};
pub use store::{Store, StoreError, StoreStats};
