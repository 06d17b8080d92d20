//! Parquet files, through the column interface of the `parquet` crate, without Arrow.
//!
//! Read are flat columns: timestamps of any unit with or without a zone, dates, integers, floats,
//! decimals and booleans become times and `f64` (integers above 2^53 are
//! rounded); a null is NaN; a text column named after the asset splits the rows. Nested and other
//! text columns are left out and reported. Row groups, dictionaries and the codecs snappy, lz4
//! and zstd are read; gzip and brotli are refused by name.
//!
//! Written are a timestamp column `ts` (microseconds, or nanoseconds where they are needed; with
//! UTC as its zone unless the source had none), and doubles with snappy and dictionaries in row
//! groups of [`ROW_GROUP`] rows. NaN becomes null. A panel is written one row an asset and time,
//! with a column `symbol`. Symbol and zone are kept as metadata of the file.

mod read;
mod write;

pub(crate) use read::read;
pub use write::write;

/// How many rows a written row group has: few enough to be read in parallel, enough to compress.
pub const ROW_GROUP: usize = 1 << 18;

/// Keys of the metadata of a file.
const SYMBOL_KEY: &str = "bolt.symbol";
const ZONE_KEY: &str = "bolt.zone";

#[cfg(test)]
mod tests;
