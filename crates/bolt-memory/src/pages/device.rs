//! The seam for memory of devices.

use std::fmt::Debug;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Memory of a device, as slots of a page each.
pub trait Device: Send + Sync + Debug {
    /// Returns what it is, for reports.
    fn description(&self) -> String;

    /// Returns whether it is memory of the machine, which the budget then counts.
    fn is_host_memory(&self) -> bool;

    /// Makes room for so many pages of so many bytes.
    ///
    /// # Errors
    /// If there is not that much memory.
    fn prepare(&self, slots: usize, page_bytes: usize) -> io::Result<()>;

    /// Copies a page, or its beginning, to a slot.
    ///
    /// # Errors
    /// If that fails.
    fn upload(&self, slot: usize, bytes: &[u8]) -> io::Result<()>;

    /// Copies the beginning of a slot back.
    ///
    /// # Errors
    /// If that fails.
    fn download(&self, slot: usize, bytes: &mut [u8]) -> io::Result<()>;

    /// Takes in that a slot's page is no longer wanted.
    fn discard(&self, slot: usize);
}

/// What takes a device's place where there is none.
#[derive(Debug, Default)]
pub struct HostStandIn {
    slots: Mutex<Vec<Option<Box<[u8]>>>>,
}

impl HostStandIn {
    fn lock(&self) -> MutexGuard<'_, Vec<Option<Box<[u8]>>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Device for HostStandIn {
    fn description(&self) -> String {
        "stand-in: host memory (no device)".to_owned()
    }

    fn is_host_memory(&self) -> bool {
        true
    }

    fn prepare(&self, slots: usize, _: usize) -> io::Result<()> {
        self.lock().resize(slots, None);
        Ok(())
    }

    fn upload(&self, slot: usize, bytes: &[u8]) -> io::Result<()> {
        self.lock()[slot] = Some(bytes.into());
        Ok(())
    }

    fn download(&self, slot: usize, bytes: &mut [u8]) -> io::Result<()> {
        let slots = self.lock();
        let kept = slots[slot].as_deref().and_then(|kept| kept.get(..bytes.len()));
        bytes.copy_from_slice(kept.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn discard(&self, slot: usize) {
        self.lock()[slot] = None;
    }
}
