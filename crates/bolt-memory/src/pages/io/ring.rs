//! Many transfers at once, through io_uring.
//!
//! The one file of the page store with unsafe code. What has to hold: the kernel writes to memory
//! that a transfer names until it reports the transfer as done. So a batch borrows its memory for
//! as long as [`Ring::run`] runs, and `run` neither returns nor unwinds while a transfer is under
//! way. If the kernel no longer says how transfers stand, nothing safe is left to do, and the
//! process is aborted.

use std::fs::File;
use std::io;
use std::marker::PhantomData;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::{Mutex, PoisonError};

use io_uring::{IoUring, cqueue, opcode, squeue, types};

use super::{Io, Read};

/// Larger parts are cut, so that a single one makes use of the queue.
const PART_BYTES: usize = 128 << 10;

/// Transfers under way at a time are at most as many as the ring has entries.
pub(super) struct Ring {
    ring: Mutex<IoUring>,
    depth: usize,
}

impl std::fmt::Debug for Ring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ring").field("depth", &self.depth).finish_non_exhaustive()
    }
}

/// A part of a read or write, at most [`PART_BYTES`] long, and the memory that it borrows.
struct Transfer<'a> {
    file: RawFd,
    offset: u64,
    pointer: *mut u8,
    length: usize,
    done: usize,
    /// Which read it belongs to.
    owner: usize,
    is_write: bool,
    memory: PhantomData<&'a mut [u8]>,
}

impl Transfer<'_> {
    fn entry(&self, index: usize) -> squeue::Entry {
        let file = types::Fd(self.file);
        let length = (self.length - self.done) as u32;
        let offset = self.offset + self.done as u64;
        // In bounds, as no more is done than there is.
        let pointer = self.pointer.wrapping_add(self.done);
        let entry = if self.is_write {
            opcode::Write::new(file, pointer, length).offset(offset).build()
        } else {
            opcode::Read::new(file, pointer, length).offset(offset).build()
        };
        entry.user_data(index as u64)
    }

    /// Takes in how it went; returns whether there is more to do.
    fn settle(&mut self, code: i32) -> io::Result<bool> {
        let Ok(bytes) = usize::try_from(code) else {
            let error = io::Error::from_raw_os_error(code.wrapping_neg());
            let again =
                matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock);
            return if again { Ok(true) } else { Err(error) };
        };
        if bytes == 0 {
            return Err(if self.is_write {
                io::ErrorKind::WriteZero.into()
            } else {
                io::ErrorKind::UnexpectedEof.into()
            });
        }
        self.done += bytes;
        Ok(self.done < self.length)
    }
}

impl Ring {
    /// Asks the kernel for a ring.
    ///
    /// # Errors
    /// If it refuses.
    pub(super) fn new(depth: u32) -> io::Result<Self> {
        let ring = IoUring::new(depth)?;
        let mut probe = io_uring::Probe::new();
        ring.submitter().register_probe(&mut probe)?;
        if !probe.is_supported(opcode::Read::CODE) || !probe.is_supported(opcode::Write::CODE) {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "the kernel's ring is too old"));
        }
        Ok(Self { ring: Mutex::new(ring), depth: depth as usize })
    }

    /// Does all transfers and returns how those went that failed.
    fn run(&self, transfers: &mut [Transfer<'_>]) -> Vec<(usize, io::Error)> {
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let mut waiting: Vec<usize> = (0..transfers.len()).rev().collect();
        let (mut failed, mut done) = (Vec::with_capacity(transfers.len()), Vec::new());
        done.reserve(self.depth);
        let mut under_way = 0;
        while under_way > 0 || !waiting.is_empty() {
            while under_way < self.depth
                && let Some(index) = waiting.pop()
            {
                let entry = transfers[index].entry(index);
                #[expect(unsafe_code, reason = "the kernel is given memory")]
                // SAFETY: the file and the memory are borrowed by the transfer, which outlives this
                // call, and it is left only when nothing is under way.
                let pushed = unsafe { ring.submission().push(&entry) };
                if pushed.is_err() {
                    abort("has no room for what it has entries for");
                }
                under_way += 1;
            }
            wait(&ring);
            done.extend(
                ring.completion()
                    .map(|entry: cqueue::Entry| (entry.user_data() as usize, entry.result())),
            );
            under_way -= done.len();
            for (index, code) in done.drain(..) {
                match transfers[index].settle(code) {
                    Ok(true) => waiting.push(index),
                    Ok(false) => {}
                    Err(error) => failed.push((transfers[index].owner, error)),
                }
            }
        }
        failed
    }
}

/// Hands over what is new and waits until something is done.
fn wait(ring: &IoUring) {
    match ring.submit_and_wait(1) {
        Ok(_) => {}
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::Interrupted
                    | io::ErrorKind::WouldBlock
                    | io::ErrorKind::ResourceBusy
            ) => {}
        Err(_) => abort("does not say how transfers stand"),
    }
}

#[expect(clippy::print_stderr, reason = "the last words of the process")]
fn abort(what: &str) -> ! {
    eprintln!("io_uring {what}, and may still write to memory; the process ends");
    std::process::abort()
}

/// Cuts a part into transfers.
fn cut<'a>(
    (file, owner, is_write): (&File, usize, bool),
    offset: u64,
    pointer: *mut u8,
    length: usize,
) -> impl Iterator<Item = Transfer<'a>> {
    let file = file.as_raw_fd();
    (0..length).step_by(PART_BYTES).map(move |start| Transfer {
        file,
        offset: offset + start as u64,
        pointer: pointer.wrapping_add(start),
        length: PART_BYTES.min(length - start),
        done: 0,
        owner,
        is_write,
        memory: PhantomData,
    })
}

impl Io for Ring {
    fn read(&self, reads: &mut [Read<'_>]) {
        let mut transfers = Vec::new();
        for (owner, read) in reads.iter_mut().enumerate() {
            let (pointer, length) = (read.bytes.as_mut_ptr(), read.bytes.len());
            transfers.extend(cut((read.file, owner, false), read.offset, pointer, length));
        }
        for (owner, error) in self.run(&mut transfers) {
            reads[owner].result = Err(error);
        }
    }

    fn write(&self, file: &File, offset: u64, bytes: &[u8]) -> io::Result<()> {
        // The kernel only reads from it.
        let pointer = bytes.as_ptr().cast_mut();
        let mut transfers: Vec<_> = cut((file, 0, true), offset, pointer, bytes.len()).collect();
        self.run(&mut transfers).pop().map_or(Ok(()), |(_, error)| Err(error))
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }
}
