//! What it costs to move pages between memory and a drive, and what reading ahead saves.
//!
//! The folder is beside the program, on whatever drive that is. Latencies are times of the clock,
//! not of the processor: waiting for the drive is what is measured. A regression of a migration
//! means that packing, summing or writing a block got slower; one of the rates that patterns are
//! found later or fewer pages read ahead.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use bolt_base::{Bytes, Rng};
use bolt_memory::{
    Budget, Component, DiskTierOptions, Medium, PageStore, PageStoreOptions, PageStoreReport,
    Policy, PrefetchOptions,
};

use crate::bench::{Bench, median};
use crate::report::{Outcome, PeerValue, Row};

const PAGE: usize = 4 << 10;
/// Pages on disk, and of memory.
const PAGES: u64 = 16 << 10;
const MEMORY: u64 = 2 << 10;
/// Reads of a measurement of random reads.
const READS: u64 = 4_000;
/// Reading ahead may cost random reads 5 %.
const LEAST_RATIO: f64 = 0.95;
/// Of reads from disk, so many are to find their page read ahead.
const LEAST_RATE: f64 = 0.9;

pub(crate) fn run(bench: &mut Bench) -> Result<()> {
    let names = ["pages: migration of 64 KiB, p50", "pages: migration of 64 KiB, p99"];
    let traces = ["pages: sequential ahead", "pages: strided ahead"];
    let random = "pages: random, ahead on";
    if !names.iter().chain(&traces).chain([&random]).any(|name| bench.wants(name)) {
        return Ok(());
    }
    let program = std::env::current_exe().context("finding the target folder")?;
    let target = program.parent().context("finding the target folder")?;
    let folder = tempfile::tempdir_in(target).context("making a folder for pages")?;
    migrations(bench, names, folder.path().join("migrations"))?;
    let options = options(folder.path().join("reads"), PrefetchOptions::default());
    fill(&open(&options)?)?;
    for (name, stride) in traces.into_iter().zip([1, 7]) {
        if bench.wants(name) {
            let store = open(&options)?;
            let mut stream = store.stream();
            for id in (0..PAGES).step_by(stride) {
                ensure!(stream.read(id)?.is_some_and(|page| page[..] == page_of(id)), "page {id}");
            }
            let rate = store.report().prefetch_hit_rate().context("nothing was read from disk")?;
            let of = "reads from disk".to_owned();
            let outcome = Outcome::Share { least: LEAST_RATE, reached: rate >= LEAST_RATE, of };
            bench.add(Row { case: name.into(), ours: rate, peers: Vec::new(), outcome });
        }
    }
    if bench.wants(random) {
        random_reads(bench, random, &options)?;
    }
    Ok(())
}

fn options(folder: PathBuf, prefetch: PrefetchOptions) -> PageStoreOptions {
    PageStoreOptions {
        nvme: Some(DiskTierOptions::nvme(folder, Bytes(512 << 20))),
        prefetch,
        ..PageStoreOptions::new(Bytes(MEMORY * PAGE as u64))
    }
}

fn open(options: &PageStoreOptions) -> Result<PageStore> {
    let budget = Budget::new(Policy::new(Bytes(4 << 30)), Vec::new())?;
    Ok(PageStore::open(options, &budget, Component::Market)?)
}

/// Returns a page of which half can be packed away.
fn page_of(id: u64) -> [u8; PAGE] {
    let mut rng = Rng::new(id);
    let mut page = [0; PAGE];
    page.chunks_exact_mut(16).for_each(|chunk| {
        chunk[..8].copy_from_slice(&rng.next_u64().to_le_bytes());
    });
    page
}

fn fill(store: &PageStore) -> Result<()> {
    for id in 0..PAGES {
        store.write(id, &page_of(id))?;
    }
    store.flush()?;
    Ok(())
}

/// Pages are written until most of them had to leave memory; each block's gathering, packing and
/// writing is one migration.
fn migrations(bench: &mut Bench, names: [&str; 2], folder: PathBuf) -> Result<()> {
    if !names.iter().any(|name| bench.wants(name)) {
        return Ok(());
    }
    let store = open(&options(folder, PrefetchOptions::default()))?;
    fill(&store)?;
    let report = store.report();
    eprintln!("pages, by the clock on the wall, are read and written by {}", way(&report)?);
    ensure!(report.failures == 0, "a migration failed: {:?}", report.last_failure);
    for (name, share, most) in [(names[0], 0.5, 1e-3), (names[1], 0.99, 5e-3)] {
        if bench.wants(name) {
            let latency = report.migration_latency.quantile(share).context("nothing moved")?;
            let ours = latency.as_secs_f64();
            let outcome = Outcome::Seconds { most, reached: ours <= most };
            bench.add(Row { case: name.into(), ours, peers: Vec::new(), outcome });
        }
    }
    Ok(())
}

/// Returns how files are read and written, as the store says.
fn way(report: &PageStoreReport) -> Result<String> {
    let media = report.tiers.iter().filter_map(|tier| tier.state.as_ref());
    let mut ways = media.filter_map(|state| match &state.medium {
        Medium::Folder { io, .. } => Some(io.to_string()),
        Medium::Device(_) | Medium::Memory => None,
    });
    ways.next().context("there is no folder")
}

/// Random reads with reading ahead on and off, in turns. The drive's own time varies more than what
/// is looked for, so it is the medians of many short turns.
fn random_reads(bench: &mut Bench, name: &str, options: &PageStoreOptions) -> Result<()> {
    let (mut on, mut off) = (Vec::new(), Vec::new());
    for turn in 0..(bench.repeats() * 3) as u64 {
        let sides = [(&mut on, true), (&mut off, false)];
        // Neither is always the first.
        let order: [usize; 2] = if turn % 2 == 0 { [0, 1] } else { [1, 0] };
        let mut times = [0.0; 2];
        for side in order {
            let prefetch = PrefetchOptions { is_on: sides[side].1, ..PrefetchOptions::default() };
            times[side] = seconds(&PageStoreOptions { prefetch, ..options.clone() }, turn)?;
        }
        for ((all, _), time) in sides.into_iter().zip(times) {
            all.push(time);
        }
    }
    let (ours, value) = (median(&on), median(&off));
    let ratio = value / ours;
    let outcome = Outcome::Ratio { ratio, least: LEAST_RATIO, reached: ratio >= LEAST_RATIO };
    let peers = vec![PeerValue { name: "off".into(), value, scale: 1.0 }];
    bench.add(Row { case: name.into(), ours, peers, outcome });
    Ok(())
}

/// Returns the seconds that random reads take.
fn seconds(options: &PageStoreOptions, seed: u64) -> Result<f64> {
    let store = open(options)?;
    let mut stream = store.stream();
    let mut rng = Rng::new(seed);
    let start = Instant::now();
    for _ in 0..READS {
        ensure!(stream.read(rng.below(PAGES))?.is_some(), "a page is gone");
    }
    let seconds = start.elapsed().as_secs_f64();
    ensure!(store.report().prefetch.issued == 0, "random pages were read ahead");
    Ok(seconds)
}
