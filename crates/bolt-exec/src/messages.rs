//! Messages that are sent several at a time.
//!
//! Senders hand messages in one by one; whoever sends them on takes them in batches. A batch is
//! complete when it has so many messages or its first has waited so long, and at once when the
//! batcher is closed. The batcher starts no thread and sends nothing itself: the loop around
//! [`MessageBatcher::next_batch`] does, on a thread of its choice.

use crate::monitor::Monitor;
use bolt_base::Clock;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// How messages are gathered. The defaults are those of the tuning guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageOptions {
    /// The most messages of a batch, at least 1.
    pub batch_max: usize,
    /// How long the first message of a batch waits for others at most.
    pub delay: Duration,
    /// The most messages that may wait; senders beyond them wait or are refused.
    pub waiting_max: usize,
}

impl Default for MessageOptions {
    fn default() -> Self {
        Self { batch_max: 100, delay: Duration::from_millis(10), waiting_max: 1_000 }
    }
}

/// Gathers messages into batches, in the order in which they were handed in. Clones share it.
#[derive(Debug)]
pub struct MessageBatcher<T> {
    shared: Arc<Shared<T>>,
}

#[derive(Debug)]
struct Shared<T> {
    options: MessageOptions,
    queue: Arc<Monitor<Queue<T>>>,
    clock: Arc<dyn Clock>,
}

#[derive(Debug)]
struct Queue<T> {
    /// Messages and when they were handed in.
    messages: VecDeque<(Duration, T)>,
    is_closed: bool,
    counts: MessageStatistics,
}

/// Why a message was not accepted. It is given back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError<T> {
    /// As many messages wait as may.
    #[error("{waiting_max} messages wait to be sent, which is the limit")]
    Full {
        /// The message.
        message: T,
        /// The limit.
        waiting_max: usize,
    },
    /// The batcher was closed.
    #[error("messages are accepted no longer")]
    Closed {
        /// The message.
        message: T,
    },
}

/// Counts since the start, and what waits now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MessageStatistics {
    /// Messages accepted.
    pub accepted: u64,
    /// Messages refused.
    pub refused: u64,
    /// Messages taken in batches.
    pub taken: u64,
    /// Batches taken because they had as many messages as they may.
    pub full_batches: u64,
    /// Batches taken because their first message had waited long enough.
    pub due_batches: u64,
    /// Batches taken because the batcher was closed.
    pub last_batches: u64,
    /// Messages that wait now.
    pub waiting: usize,
}

/// What there is to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Batch,
    /// A batch at this time, if nothing happens before.
    At(Duration),
    Nothing,
}

impl<T> Queue<T> {
    fn next(&self, options: &MessageOptions, now: Duration) -> Next {
        let Some((first, _)) = self.messages.front() else { return Next::Nothing };
        let due = first.saturating_add(options.delay);
        if self.is_closed || self.messages.len() >= options.batch_max.max(1) || now >= due {
            Next::Batch
        } else {
            Next::At(due)
        }
    }

    fn take(&mut self, options: &MessageOptions) -> Vec<T> {
        let batch_max = options.batch_max.max(1);
        let count = self.messages.len().min(batch_max);
        let counts = &mut self.counts;
        let batches = match (count == batch_max, self.is_closed) {
            (true, _) => &mut counts.full_batches,
            (false, true) => &mut counts.last_batches,
            (false, false) => &mut counts.due_batches,
        };
        *batches += 1;
        counts.taken += count as u64;
        self.messages.drain(..count).map(|(_, message)| message).collect()
    }
}

impl<T> Clone for MessageBatcher<T> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<T: Send + 'static> MessageBatcher<T> {
    /// Gathers nothing yet.
    pub fn new(options: MessageOptions, clock: Arc<dyn Clock>) -> Self {
        let (messages, counts) = (VecDeque::new(), MessageStatistics::default());
        let queue = Arc::new(Monitor::new(Queue { messages, is_closed: false, counts }));
        Self { shared: Arc::new(Shared { options, queue, clock }) }
    }

    /// Hands a message in.
    ///
    /// # Errors
    /// If as many wait as may, or the batcher is closed.
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        self.send_within(message, Duration::ZERO)
    }

    /// Hands a message in, and waits so long for a place. Messages of one sender stay in order;
    /// which of several senders gets a place first is left open.
    ///
    /// # Errors
    /// If no place became free in that time, or the batcher is closed.
    pub fn send_within(&self, message: T, longest: Duration) -> Result<(), SendError<T>> {
        let Shared { options, queue: monitor, clock } = &*self.shared;
        let waiting_max = options.waiting_max.max(1);
        let deadline = clock.now().saturating_add(longest);
        let mut queue = monitor.lock();
        while !queue.is_closed && queue.messages.len() >= waiting_max {
            if clock.now() >= deadline {
                queue.counts.refused += 1;
                return Err(SendError::Full { message, waiting_max });
            }
            queue = monitor.wait_until(queue, &**clock, Some(deadline));
        }
        if queue.is_closed {
            queue.counts.refused += 1;
            return Err(SendError::Closed { message });
        }
        queue.messages.push_back((clock.now(), message));
        queue.counts.accepted += 1;
        // Whoever takes batches waits for a first message and for the last of a batch; in between
        // it sleeps.
        let wakes = queue.messages.len() == 1 || queue.messages.len() >= options.batch_max;
        drop(queue);
        if wakes {
            monitor.notify_all();
        }
        Ok(())
    }

    /// Waits for the next batch; there is none when the batcher is closed and empty.
    pub fn next_batch(&self) -> Option<Vec<T>> {
        let Shared { options, queue: monitor, clock } = &*self.shared;
        let mut queue = monitor.lock();
        loop {
            let deadline = match queue.next(options, clock.now()) {
                Next::Batch => {
                    let batch = queue.take(options);
                    drop(queue);
                    monitor.notify_all();
                    return Some(batch);
                }
                Next::Nothing if queue.is_closed => return None,
                Next::Nothing => None,
                Next::At(due) => Some(due),
            };
            queue = monitor.wait_until(queue, &**clock, deadline);
        }
    }

    /// Accepts no messages from now on. Those that wait are still to be taken, at once.
    pub fn close(&self) {
        self.shared.queue.lock().is_closed = true;
        self.shared.queue.notify_all();
    }

    /// Returns what was done so far, and what there is now.
    pub fn statistics(&self) -> MessageStatistics {
        let queue = self.shared.queue.lock();
        MessageStatistics { waiting: queue.messages.len(), ..queue.counts }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use bolt_base::{ManualClock, Rng};

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn batcher<T: Send + 'static>(
        change: impl FnOnce(&mut MessageOptions),
    ) -> (MessageBatcher<T>, Arc<ManualClock>) {
        let (mut options, clock) = (MessageOptions::default(), Arc::new(ManualClock::default()));
        change(&mut options);
        (MessageBatcher::new(options, clock.clone()), clock)
    }

    #[test]
    fn a_batch_is_complete_with_its_hundredth_message_or_after_ten_milliseconds() {
        let (batcher, clock) = batcher(|_| {});
        for i in 0..250 {
            batcher.send(i).unwrap();
        }
        assert_eq!(batcher.next_batch(), Some((0..100).collect()));
        assert_eq!(batcher.next_batch(), Some((100..200).collect()));
        let taking = {
            let batcher = batcher.clone();
            std::thread::spawn(move || batcher.next_batch())
        };
        while clock.alarms() != [ms(10)] {
            std::thread::yield_now();
        }
        clock.advance(ms(9));
        assert_eq!(batcher.statistics().waiting, 50);
        clock.advance(ms(1));
        assert_eq!(taking.join().unwrap(), Some((200..250).collect()));
        let counts = batcher.statistics();
        assert_eq!((counts.full_batches, counts.due_batches, counts.last_batches), (2, 1, 0));
    }

    #[test]
    fn the_delay_is_that_of_the_first_message_left() {
        let (batcher, clock) = batcher(|_| {});
        batcher.send('a').unwrap();
        clock.advance(ms(6));
        batcher.send('b').unwrap();
        clock.advance(ms(4));
        assert_eq!(batcher.next_batch(), Some(vec!['a', 'b']));
        batcher.send('c').unwrap();
        let queue = batcher.shared.queue.lock();
        assert_eq!(queue.next(&batcher.shared.options, clock.now()), Next::At(ms(20)));
    }

    #[test]
    fn closing_sends_what_waits_and_refuses_the_rest() {
        let (batcher, _) = batcher(|_| {});
        batcher.send(1).unwrap();
        batcher.close();
        let error = batcher.send(2).unwrap_err();
        assert_eq!(error.to_string(), "messages are accepted no longer");
        assert_eq!(error, SendError::Closed { message: 2 });
        assert_eq!((batcher.next_batch(), batcher.next_batch()), (Some(vec![1]), None));
        let counts = batcher.statistics();
        assert_eq!((counts.accepted, counts.refused, counts.last_batches), (1, 1, 1));
    }

    #[test]
    fn senders_beyond_the_limit_are_refused_or_wait() {
        let (batcher, clock) = batcher(|options| options.waiting_max = 2);
        batcher.send(1).unwrap();
        batcher.send(2).unwrap();
        let error = batcher.send(3).unwrap_err();
        assert_eq!(error.to_string(), "2 messages wait to be sent, which is the limit");
        let sending = |message| {
            let batcher = batcher.clone();
            std::thread::spawn(move || batcher.send_within(message, ms(50)))
        };
        let third = sending(3);
        while clock.alarms() != [ms(50)] {
            std::thread::yield_now();
        }
        clock.advance(ms(10));
        assert_eq!(batcher.next_batch(), Some(vec![1, 2]));
        assert_eq!(third.join().unwrap(), Ok(()));
        batcher.send(4).unwrap();
        let fifth = sending(5);
        while !clock.alarms().contains(&ms(60)) {
            std::thread::yield_now();
        }
        clock.advance(ms(50));
        assert_eq!(fifth.join().unwrap(), Err(SendError::Full { message: 5, waiting_max: 2 }));
    }

    #[test]
    fn each_message_of_many_senders_arrives_once_and_in_its_sender_s_order() {
        const EACH: u64 = 2_000;
        for seed in 0..5 {
            let mut rng = Rng::new(seed);
            let options = MessageOptions {
                batch_max: 1 + rng.below(20) as usize,
                delay: Duration::from_micros(rng.below(200)),
                waiting_max: 1 + rng.below(50) as usize,
            };
            let clock = Arc::new(bolt_base::SystemClock::default());
            let batcher = MessageBatcher::new(options, clock);
            let mut got = vec![Vec::new(); 3];
            std::thread::scope(|scope| {
                let sending: Vec<_> = (0..3)
                    .map(|sender| {
                        let batcher = &batcher;
                        let send = move |i| batcher.send_within((sender, i), Duration::MAX);
                        scope.spawn(move || (0..EACH).for_each(|i| send(i).unwrap()))
                    })
                    .collect();
                let closing = scope.spawn(|| {
                    sending.into_iter().for_each(|sender| sender.join().unwrap());
                    batcher.close();
                });
                while let Some(batch) = batcher.next_batch() {
                    assert!(!batch.is_empty() && batch.len() <= options.batch_max);
                    batch.into_iter().for_each(|(sender, i): (usize, u64)| got[sender].push(i));
                }
                closing.join().unwrap();
            });
            assert!(got.iter().all(|got| got.iter().copied().eq(0..EACH)), "seed {seed}");
            let counts = batcher.statistics();
            assert_eq!((counts.accepted, counts.taken), (3 * EACH, 3 * EACH));
        }
    }
}

/// Run with `RUSTFLAGS="--cfg loom" cargo test -p bolt-exec --lib schedules`.
#[cfg(all(test, loom))]
mod schedules {
    use super::*;
    use bolt_base::ManualClock;

    #[test]
    fn no_sender_and_no_taker_sleeps_for_ever() {
        loom::model(|| {
            let options = MessageOptions { batch_max: 2, delay: Duration::ZERO, waiting_max: 1 };
            let batcher = MessageBatcher::new(options, Arc::new(ManualClock::default()));
            let sender = {
                let batcher = batcher.clone();
                loom::thread::spawn(move || {
                    for i in 0..2 {
                        batcher.send_within(i, Duration::MAX).expect("a place becomes free");
                    }
                    batcher.close();
                })
            };
            let mut got = Vec::new();
            while let Some(batch) = batcher.next_batch() {
                got.extend(batch);
            }
            sender.join().expect("a thread that ends");
            assert_eq!(got, [0, 1]);
        });
    }
}
