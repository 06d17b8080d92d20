//! Long computations of libraries, which look at no flag.

use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bolt_base::interrupt::{self, Broken};
use dashu_int::{IBig, UBig};

/// How often who waits looks whether it is to go on waiting.
const PERIOD: Duration = Duration::from_millis(10);

/// So many computations may go on that nobody waits for any more. One beyond them is done by who
/// asks for it, so that interrupting again and again does not fill the machine.
const LEFT_MAX: isize = 4;

static LEFT: AtomicIsize = AtomicIsize::new(0);

/// Operations on integers of fewer bits take no time to speak of, also many of them.
pub(crate) const SHORT_BITS: usize = 1 << 12;

/// Operations on integers of so many bits together take some hundredths of a second.
const LONG_BITS: usize = 1 << 21;

/// A computation that somebody waits for.
#[derive(Default)]
struct Waiting {
    /// Whether it is over, or nobody waits any more, whichever came first.
    is_settled: AtomicBool,
    /// What the computation looks at.
    is_left: Arc<AtomicBool>,
}

impl Waiting {
    fn settles(&self) -> bool {
        !self.is_settled.swap(true, Ordering::Relaxed)
    }
}

/// Leaves a computation that is not over, also when the stack is unwound.
struct Leave(Arc<Waiting>);

impl Drop for Leave {
    fn drop(&mut self) {
        if self.0.settles() {
            LEFT.fetch_add(1, Ordering::Relaxed);
            self.0.is_left.store(true, Ordering::Relaxed);
        }
    }
}

/// Computes something on a thread of its own while this one waits, so that it can be interrupted.
/// What was begun then ends where it polls, or goes on to its end; its result is dropped.
pub(crate) fn aside<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    if interrupt::flag().is_none() || LEFT.load(Ordering::Relaxed) >= LEFT_MAX {
        return run();
    }
    let job = Arc::new(Mutex::new(Some(run)));
    let waiting = Arc::new(Waiting::default());
    let (sender, receiver) = sync_channel(1);
    let work = {
        let (job, waiting) = (job.clone(), waiting.clone());
        move || {
            let run = job.lock().unwrap_or_else(PoisonError::into_inner).take();
            let flag = waiting.is_left.clone();
            let result = run.map(|run| interrupt::watched(&flag, || interrupt::caught(run)));
            if !waiting.settles() {
                LEFT.fetch_sub(1, Ordering::Relaxed);
            }
            // Nobody may be there to hear it.
            let _ = sender.send(result);
        }
    };
    let result = match std::thread::Builder::new().name("lyra-aside".to_owned()).spawn(work) {
        Ok(_) => waited(&receiver, waiting),
        Err(_) => None,
    };
    // Where no thread can be had, what is asked for is done here.
    let run = || job.lock().unwrap_or_else(PoisonError::into_inner).take().map(interrupt::caught);
    match result.or_else(run) {
        Some(Ok(value)) => value,
        Some(Err(why)) => interrupt::stop(why),
        None => interrupt::stop(Broken::Panicked("a thread ended early".to_owned())),
    }
}

fn waited<T>(receiver: &Receiver<Option<T>>, waiting: Arc<Waiting>) -> Option<T> {
    let _leave = Leave(waiting);
    loop {
        match receiver.recv_timeout(PERIOD) {
            Ok(result) => return result,
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) => interrupt::poll(),
        }
    }
}

/// Returns what an operation on integers of so many bits gives, aside if that takes long.
///
/// Stops with an overflow where the result would have more bits than integers may.
pub(crate) fn of_bits<T: Send + 'static>(
    bits: usize,
    run: impl FnOnce() -> T + Send + 'static,
) -> T {
    if bits < LONG_BITS {
        return run();
    }
    if bits as u64 > crate::number::MAX_BITS {
        interrupt::stop(Broken::Overflow);
    }
    aside(run)
}

/// Returns a product.
pub(crate) fn product(a: IBig, b: IBig) -> IBig {
    let bits = crate::number::bit_length(&a).saturating_add(crate::number::bit_length(&b));
    if bits > SHORT_BITS {
        interrupt::poll();
    }
    of_bits(bits, move || a * b)
}

/// Returns the digits of an integer in a base.
pub(crate) fn text(integer: &IBig, radix: u8) -> String {
    let written = move |integer: &IBig| match radix {
        10 => integer.to_string(),
        _ => integer.in_radix(radix).to_string(),
    };
    match crate::number::bit_length(integer) {
        bits @ LONG_BITS.. => {
            let own = integer.clone();
            of_bits(bits, move || written(&own))
        }
        _ => written(integer),
    }
}

/// Returns an integer that is written in a base, `None` if it is none.
pub(crate) fn read(text: &str, radix: u32) -> Option<UBig> {
    let of = move |text: &str| UBig::from_str_radix(text, radix).ok();
    // A digit has about so many bits at most.
    match text.len().saturating_mul(4) {
        bits @ LONG_BITS.. => {
            let own = text.to_owned();
            of_bits(bits, move || of(&own))
        }
        _ => of(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_computed_aside_is_the_same_and_can_be_left() {
        let flag = Arc::new(AtomicBool::new(false));
        let here = std::thread::current().id();
        let elsewhere = interrupt::watched(&flag, || aside(move || std::thread::current().id()));
        assert_ne!(elsewhere, here);
        let broken = interrupt::caught(|| {
            interrupt::watched(&flag, || aside(|| interrupt::stop(Broken::Overflow)))
        });
        assert_eq!(broken, Err(Broken::Overflow));

        let (release, held) = sync_channel::<()>(0);
        let setter = flag.clone();
        let left = interrupt::caught(|| {
            interrupt::watched(&flag, || {
                aside(move || {
                    setter.store(true, Ordering::Relaxed);
                    held.recv().is_ok()
                })
            })
        });
        assert_eq!(left, Err(Broken::Interrupted));
        assert_eq!(LEFT.load(Ordering::Relaxed), 1);
        release.send(()).unwrap();
    }

    #[test]
    fn long_numbers_are_written_and_read_as_short_ones_are() {
        let flag = Arc::new(AtomicBool::new(false));
        let number = IBig::from(7).pow(800_000);
        let (direct, radix) = (number.to_string(), number.in_radix(36).to_string());
        interrupt::watched(&flag, || {
            assert!(text(&number, 10) == direct && text(&number, 36) == radix);
            assert_eq!(read(&direct, 10).map(IBig::from), Some(number.clone()));
            assert_eq!(read("12x", 10), None);
            assert_eq!(product(number.clone(), number.clone()), number.sqr().into());
        });
        let large = || of_bits(crate::number::MAX_BITS as usize + 1, || 0);
        assert_eq!(interrupt::caught(large), Err(Broken::Overflow));
    }
}
