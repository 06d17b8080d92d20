#![allow(clippy::print_stdout, reason = "it shows what came out")]
//! One cache of three levels: values in memory, packed in memory, and in files.
//!
//! ```text
//! cargo run --release -p bolt-cache --example levels
//! ```
//!
//! Columns are computed once, whichever level keeps them later; a second process over the same
//! folder, here a second cache, finds them on disk.

use std::convert::Infallible;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bolt_base::{Bytes, SystemClock};
use bolt_cache::{
    Levels, MemoryOptions, MultiLevel, Origin, Persistent, PersistentOptions, Plain,
    system_wall_clock,
};

const MIB: u64 = 1 << 20;
const COLUMNS: u64 = 100;

type Columns = MultiLevel<u64, Vec<f64>>;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let first = open(folder.path())?;
    // Twice all of them, more than memory keeps as they are.
    for key in (0..COLUMNS).chain(0..COLUMNS) {
        first.get_or_compute(&key, || Ok::<_, Infallible>(column(key)))?;
    }
    report("first", &first);
    drop(first);

    let second = open(folder.path())?;
    let names: Vec<String> = second.names().map(str::to_owned).collect();
    let answer = second.get_or_compute(&7, || Ok::<_, Infallible>(column(7)))?;
    match answer.origin {
        Origin::Level(level) => println!("the second cache has column 7 from {}", names[level]),
        Origin::Computed | Origin::Joined => println!("the second cache computed column 7"),
    }
    report("second", &second);
    Ok(())
}

/// Opens the levels, from the fastest to the slowest.
fn open(folder: &Path) -> Result<Columns, Box<dyn Error>> {
    let hour = Some(Duration::from_secs(3_600));
    let memory = MemoryOptions {
        name: "memory".to_owned(),
        capacity: Bytes(2 * MIB),
        entries: 64,
        time_to_live: hour,
    };
    let options = PersistentOptions { capacity: Bytes(64 * MIB), ..PersistentOptions::new(folder) };
    let files = Arc::new(Persistent::open(&options, system_wall_clock())?);
    let levels = Levels::new(2, Arc::new(SystemClock::default()))
        .memory(memory)
        .compressed("packed", Bytes(MIB), hour)
        .store(files, None);
    Ok(levels.build(|_, column: &Vec<f64>| size_of_val(&column[..]) as u64, Plain)?)
}

/// A column that is easy to pack, of 64 KiB.
fn column(key: u64) -> Vec<f64> {
    (0..8_192).map(|row| ((key + row) % 16) as f64).collect()
}

fn report(which: &str, cache: &Columns) {
    let stats = cache.stats();
    println!("{which}: {} computed", stats.computed);
    for level in stats.levels {
        let (name, entries, hits) = (level.name, level.entries, level.hits);
        println!("  {name}: {entries} columns in {}, {hits} hits", level.bytes);
    }
}
