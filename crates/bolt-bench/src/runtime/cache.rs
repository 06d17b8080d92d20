//! Caches: what they keep.

mod lru;
mod optimum;
pub(crate) mod quality;
mod stores;
mod traces;
