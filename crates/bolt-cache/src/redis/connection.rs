//! A connection to a server, every use of which ends in time.

use super::resp::{self, Reply};
use bolt_base::Clock;
use std::io::{self, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug)]
pub(super) struct Connection {
    reader: BufReader<Timed>,
}

/// A stream that gives up when a call has taken its time.
#[derive(Debug)]
struct Timed {
    stream: TcpStream,
    clock: Arc<dyn Clock>,
    deadline: Duration,
}

impl Connection {
    /// Connects to the first address of a host that answers.
    pub(super) fn open(
        address: &str,
        timeout: Duration,
        clock: &Arc<dyn Clock>,
    ) -> io::Result<Self> {
        let deadline = clock.now() + timeout;
        let mut error = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
        for address in address.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, left(clock.as_ref(), deadline)?) {
                Ok(stream) => {
                    // An answer is waited for before more is sent.
                    stream.set_nodelay(true)?;
                    let timed = Timed { stream, clock: Arc::clone(clock), deadline };
                    return Ok(Self { reader: BufReader::new(timed) });
                }
                Err(e) => error = e,
            }
        }
        Err(error)
    }

    /// Returns whether the server has not closed it, nor said what it was not asked for.
    pub(super) fn is_usable(&self) -> bool {
        let stream = &self.reader.get_ref().stream;
        let is_silent = || {
            stream.set_nonblocking(true)?;
            let peeked = stream.peek(&mut [0]);
            stream.set_nonblocking(false)?;
            io::Result::Ok(peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock))
        };
        self.reader.buffer().is_empty() && is_silent().unwrap_or(false)
    }

    /// Says something and waits for the answer.
    pub(super) fn call(&mut self, parts: &[&[u8]], timeout: Duration) -> io::Result<Reply> {
        let timed = self.reader.get_mut();
        timed.deadline = timed.clock.now() + timeout;
        timed.write_all(&resp::command(parts))?;
        resp::reply(&mut self.reader)
    }
}

/// Returns the time until a deadline.
fn left(clock: &dyn Clock, deadline: Duration) -> io::Result<Duration> {
    let left = deadline.saturating_sub(clock.now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

impl Timed {
    fn left(&self) -> io::Result<Option<Duration>> {
        left(self.clock.as_ref(), self.deadline).map(Some)
    }
}

/// The operating system tells the end of a socket's time as if it were not to wait at all.
fn timed<T>(result: io::Result<T>) -> io::Result<T> {
    result.map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock => io::ErrorKind::TimedOut.into(),
        _ => error,
    })
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.left()?)?;
        timed(self.stream.read(buffer))
    }
}

impl Write for Timed {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        timed(self.stream.write(buffer))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
