//! Every way gives the same bytes.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a panic fails the test, and what is not tested is told"
)]

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use bolt_base::{Bytes, Rng};
use proptest::prelude::*;

use super::choice::open;
use super::{Io, IoOptions, Read, SECTOR, SectorBuffer, choose};
use crate::buffers::{BufferPool, BufferPoolOptions};
use crate::{Budget, Component, Policy};

fn pool() -> BufferPool {
    let budget = Budget::new(Policy::new(Bytes(1 << 30)), Vec::new()).unwrap();
    let options = BufferPoolOptions {
        cap: Bytes(16 << 20),
        largest: Bytes(4 << 20),
        ..BufferPoolOptions::default()
    };
    BufferPool::new(&budget, Component::Market, "test", options).unwrap()
}

/// Returns all ways that this machine has, with their names.
fn ways(folder: &Path, pool: &BufferPool) -> Vec<(String, bool, Arc<dyn Io>)> {
    let options = |ring, direct| IoOptions { ring, direct, ..IoOptions::default() };
    let mut ways: Vec<(String, bool, Arc<dyn Io>)> = Vec::new();
    for (ring, direct) in [(false, false), (false, true), (true, false), (true, true)] {
        let (io, report) = choose(options(ring, direct), folder, pool);
        if report.ring_depth.is_some() == ring && report.direct == direct {
            ways.push((report.to_string(), direct, io));
        } else {
            eprintln!("NOT TESTED here: {report}");
        }
    }
    ways
}

fn random_sectors(pool: &BufferPool, rng: &mut Rng, count: usize) -> SectorBuffer {
    let mut buffer = SectorBuffer::lease(pool, count * SECTOR).unwrap();
    buffer.chunks_exact_mut(8).for_each(|bytes| {
        bytes.copy_from_slice(&rng.next_u64().to_ne_bytes());
    });
    buffer
}

fn read_one(io: &dyn Io, file: &File, offset: u64, bytes: &mut [u8]) -> std::io::Result<()> {
    let mut reads = [Read::new(file, offset, bytes)];
    io.read(&mut reads);
    let [read] = reads;
    read.result
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn every_way_reads_and_writes_the_same_bytes(
        seed in any::<u64>(),
        writes in prop::collection::vec((0..200usize, 1..60usize), 1..12),
        reads in prop::collection::vec((0..200usize, 1..80usize), 1..80),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let pool = pool();
        let all = 260 * SECTOR;
        let mut contents = Vec::new();
        for (index, (name, direct, io)) in ways(folder.path(), &pool).iter().enumerate() {
            let path = folder.path().join(index.to_string());
            let file = open(&path, *direct, true).unwrap();
            let mut model = vec![0; all];
            file.set_len(all as u64).unwrap();
            let mut rng = Rng::new(seed);
            for (at, count) in &writes {
                let bytes = random_sectors(&pool, &mut rng, *count);
                io.write(&file, (at * SECTOR) as u64, &bytes).unwrap();
                model[at * SECTOR..][..bytes.len()].copy_from_slice(&bytes);
            }
            io.sync(&file).unwrap();
            let mut places: Vec<SectorBuffer> = reads.iter()
                .map(|(_, count)| SectorBuffer::lease(&pool, count * SECTOR).unwrap()).collect();
            let mut batch: Vec<Read<'_>> = places.iter_mut().zip(&reads)
                .map(|(place, (at, _))| {
                    let at = (*at).min(all / SECTOR - place.len() / SECTOR);
                    Read::new(&file, (at * SECTOR) as u64, place)
                })
                .collect();
            io.read(&mut batch);
            for read in &batch {
                prop_assert!(read.result.is_ok(), "{name}: {:?}", read.result);
                prop_assert!(*read.bytes == model[read.offset as usize..][..read.bytes.len()], "{name}");
            }
            contents.push(std::fs::read(&path).unwrap());
        }
        prop_assert!(contents.len() >= 2);
        prop_assert!(contents.windows(2).all(|pair| pair[0] == pair[1]));
    }
}

#[test]
fn what_is_not_there_is_an_error_of_that_part_alone() {
    let folder = tempfile::tempdir().unwrap();
    let pool = pool();
    for (index, (name, direct, io)) in ways(folder.path(), &pool).iter().enumerate() {
        let file = open(&folder.path().join(index.to_string()), *direct, true).unwrap();
        let written = random_sectors(&pool, &mut Rng::new(1), 3);
        io.write(&file, 0, &written).unwrap();
        let mut places = [2, 2, 1].map(|count| SectorBuffer::lease(&pool, count * SECTOR).unwrap());
        let mut batch: Vec<Read<'_>> = places
            .iter_mut()
            .zip([0, 2, 2])
            .map(|(place, at)| Read::new(&file, (at * SECTOR) as u64, place))
            .collect();
        io.read(&mut batch);
        let went: Vec<bool> = batch.iter().map(|read| read.result.is_ok()).collect();
        assert_eq!(went, [true, false, true], "{name}");
        let mut place = SectorBuffer::lease(&pool, SECTOR).unwrap();
        read_one(&**io, &file, SECTOR as u64, &mut place).unwrap();
        assert!(*place == written[SECTOR..2 * SECTOR], "{name}");
    }
}

#[test]
fn a_full_disk_is_an_error_of_every_way() {
    if !Path::new("/dev/full").exists() {
        eprintln!("NOT TESTED here: there is no /dev/full");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let pool = pool();
    let full = File::options().write(true).open("/dev/full").unwrap();
    for (name, _, io) in ways(folder.path(), &pool) {
        let bytes = random_sectors(&pool, &mut Rng::new(1), 40);
        let error = io.write(&full, 0, &bytes).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::StorageFull, "{name}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_ring_that_is_refused_is_replaced_and_the_reason_told() {
    let folder = tempfile::tempdir().unwrap();
    let options = IoOptions { queue_depth: 1 << 20, ..IoOptions::default() };
    let (io, report) = choose(options, folder.path(), &pool());
    assert_eq!(report.ring_depth, None);
    assert!(report.reasons[0].starts_with("io_uring was refused: "), "{report}");
    let file = open(&folder.path().join("file"), false, true).unwrap();
    io.write(&file, 0, b"a").unwrap();
    assert_eq!(std::fs::read(folder.path().join("file")).unwrap(), b"a");
}

#[test]
fn memory_is_aligned() {
    let pool = pool();
    let buffers: Vec<SectorBuffer> = [1, 4096, 4097, 70_000]
        .into_iter()
        .map(|bytes| SectorBuffer::lease(&pool, bytes).unwrap())
        .collect();
    for (buffer, sectors) in buffers.iter().zip([1, 1, 2, 18]) {
        assert_eq!((buffer.as_ptr() as usize % SECTOR, buffer.len()), (0, sectors * SECTOR));
    }
}
