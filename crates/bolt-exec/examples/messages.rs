#![allow(clippy::print_stdout, reason = "it shows what came out")]
//! Messages of several senders, sent on in batches over connections that are kept open.
//!
//! ```text
//! cargo run --release -p bolt-exec --example messages
//! ```
//!
//! The server is a listener of this process on the loopback, which counts lines.

use std::error::Error;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use bolt_base::SystemClock;
use bolt_exec::{Connect, ConnectionOptions, ConnectionPool, MessageBatcher, MessageOptions};

/// Lines that are to arrive, in all.
const MESSAGES: usize = 1_000;
const SENDERS: usize = 4;

/// Connections to the server.
struct Loopback(SocketAddr);

impl Connect for Loopback {
    type Connection = TcpStream;
    type Error = io::Error;

    fn connect(&self) -> io::Result<TcpStream> {
        TcpStream::connect(self.0)
    }

    fn is_valid(&self, connection: &mut TcpStream) -> bool {
        connection.peer_addr().is_ok()
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let server = thread::spawn(move || lines(&listener));

    let clock = Arc::new(SystemClock::default());
    let options = ConnectionOptions { min: 1, max: 2, ..ConnectionOptions::default() };
    let connections = ConnectionPool::new(Loopback(address), options, clock.clone())?;
    let batcher = MessageBatcher::new(MessageOptions::default(), clock);
    thread::scope(|scope| -> Result<(), Box<dyn Error>> {
        let senders = (0..SENDERS).map(|sender| {
            let batcher = batcher.clone();
            scope.spawn(move || {
                (0..MESSAGES / SENDERS).try_for_each(|number| {
                    let message = format!("{number} of sender {sender}\n");
                    batcher.send_within(message, Duration::from_secs(5))
                })
            })
        });
        let senders: Vec<_> = senders.collect();
        // The loop that sends is its user's, and so are its errors.
        let mut sent = 0;
        while sent < MESSAGES {
            let Some(batch) = batcher.next_batch() else { break };
            connections.borrow()?.write_all(batch.concat().as_bytes())?;
            sent += batch.len();
        }
        for sender in senders {
            sender.join().map_err(|_| "a sender panicked")??;
        }
        Ok(())
    })?;
    connections.close();
    let arrived = server.join().map_err(|_| "the server panicked")??;

    let (sent, kept) = (batcher.statistics(), connections.statistics());
    let batches = sent.full_batches + sent.due_batches;
    println!("{arrived} of {} messages arrived, in {batches} batches", sent.accepted);
    println!("{} loans of {} connections", kept.lent, kept.opened);
    Ok(())
}

/// Counts the lines of the first connection until it is closed.
fn lines(listener: &TcpListener) -> io::Result<usize> {
    let (stream, _) = listener.accept()?;
    BufReader::new(stream).lines().try_fold(0, |count, line| line.map(|_| count + 1))
}
