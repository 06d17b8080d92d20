//! Drives that are full, and devices that fail.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use bolt_base::{Bytes, Clock, ManualClock};

use super::super::disk::{Claim, Disk};
use super::super::io::{Io, IoReport, Read, choose};
use super::super::store::pool;
use super::super::{
    Device, GpuTierOptions, HostStandIn, PageError, PageStore, PageStoreOptions, Tier,
};
use super::support::{PAGE, budget, bytes_of, disk, five, memory, open, state};
use crate::Component;

/// A drive that takes so many bytes more, and a time for each transfer.
#[derive(Debug)]
struct Drive {
    io: Arc<dyn Io>,
    left: Arc<AtomicU64>,
    clock: Arc<ManualClock>,
    time: Duration,
}

impl Io for Drive {
    fn read(&self, reads: &mut [Read<'_>]) {
        self.clock.advance(self.time);
        self.io.read(reads);
    }

    fn write(&self, file: &File, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.clock.advance(self.time);
        let left = self.left.load(SeqCst);
        if bytes.len() as u64 <= left {
            self.left.fetch_sub(bytes.len() as u64, SeqCst);
            return self.io.write(file, offset, bytes);
        }
        // As much as there is room for, as drives do.
        self.left.store(0, SeqCst);
        self.io.write(file, offset, &bytes[..left as usize / 4096 * 4096])?;
        Err(io::ErrorKind::StorageFull.into())
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        self.io.sync(file)
    }
}

/// Opens a store whose drives take as long as they take, and the first of them so many bytes.
fn simulated(
    options: &mut PageStoreOptions,
    bytes: u64,
    times: &[Duration],
) -> (PageStore, Arc<AtomicU64>) {
    let clock = Arc::new(ManualClock::default());
    options.clock = Arc::clone(&clock) as Arc<dyn Clock>;
    let budget = budget(1 << 30);
    let pool = pool(options, &budget, Component::Market).unwrap();
    let left = Arc::new(AtomicU64::new(bytes));
    let (mut claims, mut disks) = (Vec::new(), Vec::new());
    for ((tier, disk), time) in options.folders().into_iter().zip(times) {
        claims.push(Claim::of(&disk.folder).unwrap());
        let (io, report): (_, IoReport) = choose(options.io, &disk.folder, &pool);
        let is_first = disks.is_empty();
        let left = if is_first { Arc::clone(&left) } else { Arc::new(u64::MAX.into()) };
        let drive = Drive { io, left, clock: Arc::clone(&clock), time: *time };
        disks.push(Disk::new(tier, disk.clone(), Arc::new(drive), report));
    }
    let store =
        PageStore::with_disks(options, &budget, Component::Market, pool, claims, disks).unwrap();
    (store, left)
}

#[test]
fn a_full_drive_is_an_error_and_pages_stay_where_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let mut options =
        PageStoreOptions { nvme: Some(disk(folder.path(), "nvme", 4, 500)), ..memory() };
    let (store, left) = simulated(&mut options, 40_000, &[Duration::ZERO]);
    let mut written = 0;
    let error = loop {
        match store.write(written, &bytes_of(written, 0)) {
            Ok(()) => written += 1,
            Err(error) => break error,
        }
        store.check_for_test();
    };
    let PageError::Io { source, doing: "writing", .. } = &error else { panic!("{error}") };
    assert_eq!(source.kind(), io::ErrorKind::StorageFull);
    // Memory was filled up before anybody was told, and nothing is gone.
    assert_eq!(state(&store.report(), Tier::Cpu).pages, 16);
    assert!(store.report().failures > 0);
    assert!(store.report().last_failure.unwrap().contains("writing"));
    assert!(store.flush().is_err());
    for id in 0..written {
        assert_eq!(store.peek_for_test(id), Some(bytes_of(id, 0)), "page {id}");
    }
    assert!(store.read(written).unwrap().is_none());
    store.check_for_test();
    // What was written of the block that did not fit is no block, also after a crash.
    left.store(u64::MAX, SeqCst);
    store.write(written, &bytes_of(written, 0)).unwrap();
    store.flush().unwrap();
    drop(store);
    let (store, _) = simulated(&mut options, u64::MAX, &[Duration::ZERO]);
    assert_eq!(store.report().recovery.pages as u64, written + 1);
    assert_eq!(store.report().recovery.unknown_sectors, 0);
    for id in 0..=written {
        assert_eq!(store.read(id).unwrap().as_deref(), Some(&bytes_of(id, 0)[..]));
    }
}

#[test]
fn the_last_tier_says_when_it_is_full() {
    let folder = tempfile::tempdir().unwrap();
    let options = PageStoreOptions { nvme: Some(disk(folder.path(), "nvme", 4, 5)), ..memory() };
    let store = open(&options);
    let written = (0..).take_while(|id| store.write(*id, &bytes_of(*id, 0)).is_ok()).count();
    // Five blocks of four, and all sixteen pages of memory.
    assert_eq!(written, 36);
    let error = store.write(99, b"no").unwrap_err();
    assert!(matches!(error, PageError::Full { tier: Tier::Nvme, .. }), "{error}");
    assert_eq!(
        error.to_string(),
        "the nvme tier is full: 40 KiB of 40 KiB are in use and no tier below takes pages"
    );
    (0..36).for_each(|id| assert_eq!(store.peek_for_test(id), Some(bytes_of(id, 0))));
    (0..20).for_each(|id| assert!(store.remove(id).unwrap()));
    store.flush().unwrap_err();
    assert!(store.read(3).unwrap().is_none());
    store.check_for_test();
    let alone = open(&memory());
    (0..16).for_each(|id| alone.write(id, b"in memory").unwrap());
    let error = alone.write(16, b"no").unwrap_err();
    assert!(matches!(error, PageError::Full { tier: Tier::Cpu, .. }), "{error}");
}

#[test]
fn latencies_are_those_of_the_drives() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = five(folder.path());
    options.gpu = None;
    let times = [Duration::from_micros(80), Duration::from_micros(500), Duration::from_millis(8)];
    let (store, _) = simulated(&mut options, u64::MAX, &times);
    for id in 0..300 {
        store.write(id, &bytes_of(id, 0)).unwrap();
    }
    let report = store.report();
    // A block of memory is one write; of the drives, it is read before.
    let fastest = report.migration_latency.quantile(0.0).unwrap();
    assert!(fastest >= times[0] && fastest < times[0] * 9 / 8);
    assert!(report.migration_latency.quantile(1.0).unwrap() >= times[2]);
    let slow = (0..300).find(|id| store.tier_of(*id) == Some(Tier::Hdd)).unwrap();
    store.read(slow).unwrap();
    let read = store.report().read_latency.quantile(1.0).unwrap();
    assert!(read >= times[2] && read < times[2] * 9 / 8);
}

/// A device that can be told to fail.
#[derive(Debug, Default)]
struct Failing {
    memory: HostStandIn,
    fails: AtomicBool,
}

impl Failing {
    fn result(&self) -> io::Result<()> {
        if self.fails.load(SeqCst) { Err(io::Error::other("it fell off the bus")) } else { Ok(()) }
    }
}

impl Device for Failing {
    fn description(&self) -> String {
        "test device".to_owned()
    }
    fn is_host_memory(&self) -> bool {
        false
    }
    fn prepare(&self, slots: usize, page_bytes: usize) -> io::Result<()> {
        self.memory.prepare(slots, page_bytes)
    }
    fn upload(&self, slot: usize, bytes: &[u8]) -> io::Result<()> {
        self.result().and_then(|()| self.memory.upload(slot, bytes))
    }
    fn download(&self, slot: usize, bytes: &mut [u8]) -> io::Result<()> {
        self.result().and_then(|()| self.memory.download(slot, bytes))
    }
    fn discard(&self, slot: usize) {
        self.memory.discard(slot);
    }
}

#[test]
fn a_device_that_fails_is_an_error_and_its_pages_are_not_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let device = Arc::new(Failing::default());
    let gpu = GpuTierOptions {
        capacity: Bytes(8 * PAGE),
        device: Some(Arc::clone(&device) as Arc<dyn Device>),
    };
    let options = PageStoreOptions { gpu: Some(gpu), ..five(folder.path()) };
    let store = open(&options);
    for id in 0..30 {
        store.write(id, &bytes_of(id, 0)).unwrap();
    }
    // The budget does not count a device's memory.
    store.check_for_test();
    device.fails.store(true, SeqCst);
    let in_device = (0..30).find(|id| store.tier_of(*id) == Some(Tier::Gpu)).unwrap();
    let error = store.read(in_device).unwrap_err();
    assert_eq!(error.to_string(), "the device `test device`: it fell off the bus");
    assert!(store.write(in_device, b"new").is_err() && store.write(40, b"new").is_err());
    assert!(store.flush().is_err());
    let in_memory = (0..30).find(|id| store.tier_of(*id) == Some(Tier::Cpu)).unwrap();
    assert_eq!(store.read(in_memory).unwrap().as_deref(), Some(&bytes_of(in_memory, 0)[..]));
    assert!(store.report().failures > 0, "it could not go up");
    store.check_for_test();
    device.fails.store(false, SeqCst);
    assert!(store.read(40).unwrap().is_none());
    for id in 0..30 {
        assert_eq!(store.read(id).unwrap().as_deref(), Some(&bytes_of(id, 0)[..]));
    }
    store.check_for_test();
}
