//! Lending by a fake clock, from a server that is a set of numbers.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

use super::*;
use bolt_base::{ManualClock, Rng};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

const SECOND: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
struct Server {
    connected: u32,
    open: BTreeSet<u32>,
    broken: BTreeSet<u32>,
    refuses: bool,
    asked: u32,
}

type World = Arc<Mutex<Server>>;

#[derive(Debug)]
struct Connection {
    number: u32,
    world: World,
}

impl Drop for Connection {
    fn drop(&mut self) {
        assert!(self.world.lock().unwrap().open.remove(&self.number), "closed twice");
    }
}

struct Connector(World);

impl Connect for Connector {
    type Connection = Connection;
    type Error = std::io::Error;

    fn connect(&self) -> Result<Connection, std::io::Error> {
        let mut server = self.0.lock().unwrap();
        if server.refuses {
            return Err(std::io::Error::other("refused"));
        }
        server.connected += 1;
        let number = server.connected;
        server.open.insert(number);
        Ok(Connection { number, world: Arc::clone(&self.0) })
    }

    fn is_valid(&self, connection: &mut Connection) -> bool {
        let mut server = self.0.lock().unwrap();
        server.asked += 1;
        !server.broken.contains(&connection.number)
    }
}

struct Rig {
    pool: ConnectionPool<Connector>,
    clock: Arc<ManualClock>,
    world: World,
}

fn rig(change: impl FnOnce(&mut ConnectionOptions)) -> Rig {
    let mut options = ConnectionOptions { min: 0, max: 3, ..ConnectionOptions::default() };
    change(&mut options);
    let (clock, world) = (Arc::new(ManualClock::default()), World::default());
    let pool = ConnectionPool::new(Connector(Arc::clone(&world)), options, clock.clone());
    Rig { pool: pool.unwrap(), clock, world }
}

impl Rig {
    fn open(&self) -> Vec<u32> {
        let open: Vec<u32> = self.world.lock().unwrap().open.iter().copied().collect();
        assert_eq!(self.pool.statistics().open, open.len());
        open
    }

    fn borrow_all(&self, count: usize) -> Vec<Lease<Connector>> {
        (0..count).map(|_| self.pool.borrow().unwrap()).collect()
    }

    /// Lets another thread borrow, and returns when it waits.
    fn waiting(&self) -> std::thread::JoinHandle<Result<u32, String>> {
        let (pool, before) = (self.pool.clone(), self.pool.statistics().waiting);
        let thread = std::thread::spawn(move || {
            let lease = pool.borrow().map_err(|error| error.to_string())?;
            Ok(lease.number)
        });
        while self.pool.statistics().waiting == before || self.clock.alarms().is_empty() {
            std::thread::yield_now();
        }
        thread
    }
}

#[test]
fn the_defaults_are_the_guide_s() {
    let ConnectionOptions { min, max, wait, idle, lifetime, validation_interval } =
        ConnectionOptions::default();
    assert_eq!((min, max), (10, 100));
    assert_eq!((wait, idle, lifetime), (5 * SECOND, 60 * SECOND, 300 * SECOND));
    assert_eq!(validation_interval, Duration::ZERO);
}

#[test]
fn what_was_used_last_is_lent_first() {
    let rig = rig(|_| {});
    let mut leases = rig.borrow_all(3);
    assert_eq!(leases.iter().map(|lease| lease.number).collect::<Vec<_>>(), [1, 2, 3]);
    leases.swap(1, 2);
    leases.truncate(1);
    assert_eq!(rig.pool.borrow().unwrap().number, 2);
    assert_eq!(rig.open(), [1, 2, 3]);
    let counts = rig.pool.statistics();
    assert_eq!((counts.opened, counts.lent, counts.idle, counts.waited), (3, 4, 2, 0));
}

#[test]
fn when_all_are_lent_a_borrower_waits_and_is_told_in_vain() {
    let rig = rig(|_| {});
    let _leases = rig.borrow_all(3);
    let waiting = rig.waiting();
    rig.clock.advance(5 * SECOND);
    assert_eq!(
        waiting.join().unwrap().unwrap_err(),
        "all 3 connections are lent, and none came back within 5s; 0 others wait"
    );
    let counts = rig.pool.statistics();
    assert_eq!((counts.exhausted, counts.waited, counts.waiting), (1, 1, 0));
}

#[test]
fn who_asked_first_is_served_first() {
    let rig = rig(|options| options.max = 1);
    let lease = rig.pool.borrow().unwrap();
    let first = rig.waiting();
    let second = rig.waiting();
    rig.clock.advance(SECOND);
    drop(lease);
    assert_eq!((first.join().unwrap(), second.join().unwrap()), (Ok(1), Ok(1)));
    assert_eq!(rig.pool.statistics().waited, 2);
}

#[test]
fn a_turn_waits_for_those_before_it() {
    let options = ConnectionOptions { max: 1, ..ConnectionOptions::default() };
    let mut shelf: Shelf<u32> = Shelf::new(&options);
    let (first, second) = (shelf.queue(), shelf.queue());
    assert!(shelf.take(second).is_none());
    assert!(matches!(shelf.take(first), Some(None)));
    shelf.leave_queue(first);
    assert!(shelf.take(second).is_none(), "there is no place");
    shelf.leave();
    assert!(matches!(shelf.take(second), Some(None)));
}

#[test]
fn a_place_that_becomes_free_is_used_by_who_waits() {
    let rig = rig(|options| options.max = 1);
    let lease = rig.pool.borrow().unwrap();
    let waiting = rig.waiting();
    lease.discard();
    assert_eq!(waiting.join().unwrap(), Ok(2));
    assert_eq!(rig.pool.statistics().closed_broken, 1);
}

#[test]
fn what_is_not_used_is_closed_down_to_the_fewest() {
    let rig = rig(|options| (options.min, options.max) = (2, 5));
    assert_eq!(rig.open(), [1, 2]);
    drop(rig.borrow_all(4));
    assert_eq!(rig.pool.maintain().unwrap(), Some(60 * SECOND));
    rig.clock.advance(59 * SECOND);
    rig.pool.maintain().unwrap();
    assert_eq!(rig.open().len(), 4);
    rig.clock.advance(SECOND);
    assert_eq!(rig.pool.maintain().unwrap(), Some(300 * SECOND), "those left are old then");
    assert_eq!(rig.open().len(), 2);
    assert_eq!(rig.pool.statistics().closed_idle, 2);
    rig.clock.advance(240 * SECOND);
    rig.pool.maintain().unwrap();
    assert_eq!(rig.open(), [5, 6], "the fewest are there again");
    assert_eq!(rig.pool.statistics().closed_old, 2);
}

#[test]
fn what_is_old_or_was_not_used_for_long_is_not_lent() {
    let rig = rig(|options| options.idle = 3_600 * SECOND);
    let lease = rig.pool.borrow().unwrap();
    rig.clock.advance(300 * SECOND);
    drop(lease);
    assert_eq!((rig.open(), rig.pool.statistics().closed_old), (vec![], 1));
    drop(rig.pool.borrow().unwrap());
    rig.clock.advance(300 * SECOND);
    assert_eq!(rig.pool.borrow().unwrap().number, 3);
    assert_eq!((rig.open(), rig.pool.statistics().closed_old), (vec![3], 2));
}

#[test]
fn what_is_no_longer_valid_is_replaced() {
    let rig = rig(|_| {});
    drop(rig.pool.borrow().unwrap());
    assert_eq!(rig.world.lock().unwrap().asked, 0, "a new one is not asked");
    rig.world.lock().unwrap().broken.insert(1);
    assert_eq!(rig.pool.borrow().unwrap().number, 2);
    assert_eq!((rig.open(), rig.pool.statistics().closed_broken), (vec![2], 1));
}

#[test]
fn what_was_asked_lately_is_not_asked_again() {
    let rig = rig(|options| options.validation_interval = 10 * SECOND);
    let asked = || rig.world.lock().unwrap().asked;
    drop(rig.pool.borrow().unwrap());
    for (by, expected) in [(9, 0), (1, 1), (5, 1), (5, 2)] {
        rig.clock.advance(by * SECOND);
        drop(rig.pool.borrow().unwrap());
        assert_eq!(asked(), expected);
    }
}

#[test]
fn a_borrower_that_panics_leaves_nothing_behind() {
    let rig = rig(|options| options.max = 1);
    let panics = || {
        let _lease = rig.pool.borrow().unwrap();
        panic!("half an answer was read");
    };
    catch_unwind(AssertUnwindSafe(panics)).unwrap_err();
    assert_eq!((rig.open(), rig.pool.statistics().closed_broken), (vec![], 1));
    assert_eq!(rig.pool.borrow().unwrap().number, 2);
}

#[test]
fn a_connection_that_cannot_be_opened_leaves_its_place_free() {
    let rig = rig(|options| options.max = 1);
    rig.world.lock().unwrap().refuses = true;
    let error = rig.pool.borrow().unwrap_err().to_string();
    assert_eq!(error, "a connection could not be opened: refused");
    rig.world.lock().unwrap().refuses = false;
    assert_eq!(rig.pool.borrow().unwrap().number, 1);
    assert_eq!(rig.pool.statistics().failed, 1);
}

#[test]
fn a_closed_pool_lends_nothing_and_keeps_nothing() {
    let rig = rig(|options| options.max = 2);
    let leases = rig.borrow_all(2);
    let waiting = rig.waiting();
    rig.pool.close();
    assert_eq!(waiting.join().unwrap().unwrap_err(), "the pool of connections is closed");
    assert_eq!(rig.open().len(), 2);
    drop(leases);
    assert!(rig.open().is_empty());
    assert!(matches!(rig.pool.borrow(), Err(ConnectionError::Closed)));
}

/// Random steps of one thread; what the pool says is compared with what the server sees.
#[test]
fn counts_are_those_of_the_server_after_any_steps() {
    for seed in 0..100 {
        let mut rng = Rng::new(seed);
        let (min, max) = (rng.below(3) as usize, 1 + rng.below(5) as usize);
        let rig = rig(|options| {
            (options.min, options.max, options.wait) = (min, max, Duration::ZERO);
        });
        let mut leases: Vec<Lease<Connector>> = Vec::new();
        for step in 0..300 {
            match rng.below(8) {
                0..3 => match rig.pool.borrow() {
                    Ok(lease) => {
                        assert!(!rig.world.lock().unwrap().broken.contains(&lease.number));
                        assert!(leases.iter().all(|other| other.number != lease.number));
                        leases.push(lease);
                    }
                    Err(ConnectionError::Exhausted { .. }) => assert_eq!(leases.len(), max),
                    Err(error) => panic!("{error}"),
                },
                3..5 if !leases.is_empty() => {
                    drop(leases.swap_remove(rng.below(leases.len() as u64) as usize));
                }
                5 if !leases.is_empty() => leases.swap_remove(0).discard(),
                6 => {
                    let mut server = rig.world.lock().unwrap();
                    let broken = 1 + rng.below(u64::from(server.connected).max(1)) as u32;
                    if broken <= server.connected && leases.iter().all(|l| l.number != broken) {
                        server.broken.insert(broken);
                    }
                }
                _ => {
                    rig.clock.advance(Duration::from_secs(rng.below(100)));
                    rig.pool.maintain().unwrap();
                    assert!(rig.open().len() >= min.min(max), "seed {seed}, step {step}");
                }
            }
            let counts = rig.pool.statistics();
            let closed = counts.closed_idle + counts.closed_old + counts.closed_broken;
            assert_eq!(rig.open().len() as u64, counts.opened - closed, "seed {seed}, step {step}");
            assert_eq!(counts.open, counts.idle + leases.len(), "seed {seed}, step {step}");
            assert!(counts.open <= max);
        }
    }
}

#[test]
fn many_borrowers_share_few_connections() {
    let clock = Arc::new(bolt_base::SystemClock::default());
    let world = World::default();
    let options = ConnectionOptions { min: 1, max: 3, wait: 60 * SECOND, ..<_>::default() };
    let pool = ConnectionPool::new(Connector(Arc::clone(&world)), options, clock).unwrap();
    let used = Mutex::new(BTreeSet::new());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for round in 0..300 {
                    let lease = pool.borrow().unwrap();
                    assert!(used.lock().unwrap().insert(lease.number), "lent twice");
                    assert!(used.lock().unwrap().remove(&lease.number));
                    if round % 50 == 0 {
                        lease.discard();
                    }
                }
            });
        }
    });
    let counts = pool.statistics();
    assert_eq!((counts.lent, counts.closed_broken, counts.waiting), (2_400, 48, 0));
    assert!(world.lock().unwrap().open.len() <= 3);
}
