#![allow(clippy::print_stdout, reason = "it shows what came out")]
//! A column eight times as large as the memory it may have, in pages over memory and a folder.
//!
//! ```text
//! cargo run --release -p bolt-memory --example pages
//! ```
//!
//! Pages that memory has no room for go to the folder, packed; a stream that reads them in order
//! finds most of them read ahead. What was flushed is there when the store is opened again.

use std::error::Error;

use bolt_base::Bytes;
use bolt_memory::{Budget, Component, DiskTierOptions, PageStore, PageStoreOptions, Policy};

const PAGE: Bytes = Bytes(64 << 10);
const PAGES: u64 = 256;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let budget = Budget::new(Policy::new(Bytes(1 << 30)), Vec::new())?;
    let options = PageStoreOptions {
        page: PAGE,
        nvme: Some(DiskTierOptions::nvme(folder.path(), Bytes(64 << 20))),
        buffers: Bytes(16 << 20),
        ..PageStoreOptions::new(Bytes(PAGE.0 * PAGES / 8))
    };

    let store = PageStore::open(&options, &budget, Component::Market)?;
    for id in 0..PAGES {
        store.write(id, &page(id))?;
    }
    store.flush()?;
    drop(store);

    let store = PageStore::open(&options, &budget, Component::Market)?;
    let mut stream = store.stream();
    let mut sum = 0.0;
    for id in 0..PAGES {
        let page = stream.read(id)?.ok_or("a page that was flushed is there")?;
        sum += numbers(&page).sum::<f64>();
        // Here on this thread; a program would hand it to a pool.
        if let Some(ahead) = stream.read_ahead() {
            ahead.run()?;
        }
    }

    let report = store.report();
    println!("the sum of {} numbers is {sum}", PAGES * PAGE.0 / 8);
    for tier in report.tiers {
        if let Some(state) = tier.state {
            let (pages, used, most) = (state.pages, state.used, state.capacity);
            println!("{}: {pages} pages in {used} of {most}", tier.tier.name());
        }
    }
    let ahead = report.prefetch;
    println!(
        "{} pages read ahead, {} of them used; {} waits",
        ahead.issued, ahead.used, report.misses
    );
    Ok(())
}

/// Returns numbers that differ from page to page.
fn page(id: u64) -> Vec<u8> {
    (0..PAGE.0 / 8).flat_map(|index| ((id * 7 + index % 5) as f64).to_le_bytes()).collect()
}

fn numbers(page: &[u8]) -> impl Iterator<Item = f64> {
    page.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes))
}
