//! What a store needs before it has a state: its buffers, and folders that are its own.

use bolt_base::Bytes;

use crate::budget::Budget;
use crate::buffers::{BufferPool, BufferPoolOptions};
use crate::component::Component;
use crate::pages::disk::{Identity, random};
use crate::pages::error::{PageError, PageStoreOptionsError};
use crate::pages::io::SectorBuffer;
use crate::pages::options::PageStoreOptions;

/// Makes the buffers that pages are read, written and lent out with.
pub(in crate::pages) fn pool(
    options: &PageStoreOptions,
    budget: &Budget,
    component: Component,
) -> Result<BufferPool, PageError> {
    let largest = SectorBuffer::leased(options.staging_bytes()).max(options.page.0 as usize);
    let of_pool = BufferPoolOptions {
        cap: options.buffers,
        // Sizes are rounded up by a fifth at most.
        largest: Bytes(largest as u64),
        leases_max: usize::MAX,
        ..BufferPoolOptions::default()
    };
    BufferPool::new(budget, component, "page buffers", of_pool).map_err(|_| {
        let (buffers, least) = (options.buffers, Bytes(8 * largest as u64));
        PageStoreOptionsError::Buffers { buffers, least }.into()
    })
}

/// Sees that all folders are of one store, and says so in them.
pub(super) fn identify(options: &PageStoreOptions) -> Result<(), PageError> {
    let folders = options.folders();
    let found = folders.iter().map(|(_, disk)| Identity::read(&disk.folder));
    let found = found.collect::<Result<Vec<Option<Identity>>, _>>()?;
    let own = Identity {
        store: found.iter().flatten().next().map_or_else(random, |first| first.store),
        tiers: folders.iter().map(|(tier, _)| *tier).collect(),
        page: options.page.0,
    };
    for ((_, disk), found) in folders.iter().zip(&found) {
        if let Some(found) = found {
            own.check(found, &disk.folder)?;
        }
    }
    for ((_, disk), found) in folders.iter().zip(&found) {
        if found.as_ref() != Some(&own) {
            own.write(&disk.folder)?;
        }
    }
    Ok(())
}
