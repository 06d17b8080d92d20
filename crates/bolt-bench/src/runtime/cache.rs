//! Caches: what they keep, and what a request costs.

pub(crate) mod compressed;
pub(crate) mod hits;
pub(crate) mod levels;
mod lru;
mod optimum;
pub(crate) mod quality;
mod stores;
mod traces;
