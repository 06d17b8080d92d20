//! One call of the operating system after the other: pread and pwrite.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use super::{Io, Read};

#[derive(Debug)]
pub(super) struct Positioned;

impl Io for Positioned {
    fn read(&self, reads: &mut [Read<'_>]) {
        for read in reads {
            read.result = read.file.read_exact_at(read.bytes, read.offset);
        }
    }

    fn write(&self, file: &File, offset: u64, bytes: &[u8]) -> io::Result<()> {
        file.write_all_at(bytes, offset)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }
}
