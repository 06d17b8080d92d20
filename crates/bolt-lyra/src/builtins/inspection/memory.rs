//! How much memory is in use, and limits of it.
//!
//! What is in use is what the program that runs the session counts, see `Host::memory_meter`. It is
//! looked at each millisecond.

use std::sync::Arc as Shared;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use triomphe::Arc;

use crate::builtins::forms::count;
use crate::builtins::time::{Deadline, ended};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Call, Value};

/// How often memory is looked at.
const PERIOD: Duration = Duration::from_millis(1);

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "MemoryInUse",
        Attributes::NONE,
        |s, c| {
            s.hidden_dependence = true;
            Ok(match (c.args(), s.memory_in_use()) {
                ([], Some(bytes)) => Step::Done(count(bytes)),
                _ => Step::Same,
            })
        },
        "MemoryInUse[] is how many bytes of memory are in use.",
        &[("MemoryInUse[] > 10^6", "True"), ("IntegerQ[MemoryInUse[]]", "True")],
    ),
    builtin(
        "MaxMemoryUsed",
        Attributes::HOLD_ALL,
        most,
        "MaxMemoryUsed[e] is how many bytes more than before were in use at most while e was evaluated. MaxMemoryUsed[] is how many were in use at most when that was asked since the session began.",
        &[
            ("MaxMemoryUsed[Range[10^6]; Pause[0.01]] >= 0", "True"),
            ("MaxMemoryUsed[] >= MemoryInUse[] - 10^8", "True"),
        ],
    ),
    builtin(
        "MemoryConstrained",
        Attributes::HOLD_ALL,
        constrained,
        "MemoryConstrained[e, b] evaluates e; if that takes more than b bytes of memory, it stops and gives $Aborted. MemoryConstrained[e, b, otherwise] evaluates otherwise then.",
        &[
            ("MemoryConstrained[1 + 1, 10^9]", "2"),
            ("MemoryConstrained[l = {}; While[True, l = {l, Range[10^4]}], 5*10^7, much]", "much"),
        ],
    ),
    builtin(
        "ByteCount",
        Attributes::NONE,
        |s, c| {
            Ok(match c.args() {
                [of] => Step::Done(count(bytes_of(of))),
                args => {
                    s.wrong_count_of("ByteCount", args.len(), 1, 1);
                    Step::Same
                }
            })
        },
        "ByteCount[e] is how many bytes e takes; parts that are shared count each time.",
        &[("ByteCount[1]", "16"), ("ByteCount[Range[1000]] > 8000", "True")],
    ),
];

impl Session {
    /// Returns how many bytes of memory are in use, if anybody knows.
    fn memory_in_use(&mut self) -> Option<u64> {
        let used = (self.host.memory_meter())()?;
        self.memory_most = self.memory_most.max(used);
        Some(used)
    }
}

/// Calls something each millisecond with what is in use, in a thread of its own, while something is
/// evaluated; `None` if that cannot be done.
fn watched(
    session: &mut Session,
    of: &Value,
    mut look: impl FnMut(u64) + Send + 'static,
) -> Option<Evaluated> {
    let meter = session.host.memory_meter();
    meter()?;
    let (finished, end) = channel::<()>();
    let watch = move || {
        while end.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
            look(meter().unwrap_or(0));
        }
        look(meter().unwrap_or(0));
    };
    let watch = std::thread::Builder::new().name("memory".into()).spawn(watch).ok()?;
    let result = session.evaluate(of);
    drop(finished);
    // The thread has no way to panic.
    let _ = watch.join();
    Some(result)
}

fn most(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    session.hidden_dependence = true;
    let Some(before) = session.memory_in_use() else { return Ok(Step::Same) };
    let of = match call.args() {
        [] => return Ok(Step::Done(count(session.memory_most))),
        [of] => of,
        _ => return Ok(Step::Same),
    };
    let most = Shared::new(AtomicU64::new(before));
    let seen = most.clone();
    let look = move |used| {
        seen.fetch_max(used, Ordering::Relaxed);
    };
    let Some(result) = watched(session, of, look) else { return Ok(Step::Same) };
    result?;
    let most = most.load(Ordering::Relaxed);
    session.memory_most = session.memory_most.max(most);
    Ok(Step::Done(count(most.saturating_sub(before))))
}

fn constrained(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, bytes, otherwise) = match call.args() {
        [of, bytes] => (of, bytes, None),
        [of, bytes, otherwise] => (of, bytes, Some(otherwise)),
        _ => return Ok(Step::Same),
    };
    let bytes = session.evaluate(bytes)?;
    let is_infinite = bytes.is(sym::Infinity) || bytes.args_of(sym::DirectedInfinity).is_some();
    let Some(bytes) = number::to_f64(&bytes).filter(|bytes| *bytes >= 0.0) else {
        if is_infinite {
            return session.evaluate(of).map(Step::Done);
        }
        session.message_of("MemoryConstrained", "memc", &[Value::Call(call.clone())]);
        return Ok(Step::Same);
    };
    let Some(before) = session.memory_in_use() else {
        session.message_of("MemoryConstrained", "nometer", &[]);
        return Ok(Step::Same);
    };
    let limit = before.saturating_add(bytes as u64);
    let (depth, is_over) = (session.depth, Shared::new(AtomicBool::new(false)));
    let look = {
        let (is_over, interrupt) = (is_over.clone(), session.interrupt.clone());
        move |used| {
            if used > limit && !is_over.swap(true, Ordering::SeqCst) {
                interrupt.store(true, Ordering::SeqCst);
            }
        }
    };
    session.deadlines.push(Deadline::of_memory(is_over.clone()));
    let result = watched(session, of, look);
    session.deadlines.pop();
    let Some(result) = result else { return Ok(Step::Same) };
    ended(session, result, &is_over, depth, otherwise)
}

/// Returns how many bytes an expression takes.
fn bytes_of(value: &Value) -> u64 {
    let mut known = std::collections::HashMap::new();
    bytes_with(value, &mut known)
}

/// Does so with what is known of calls by where they are.
fn bytes_with(value: &Value, known: &mut std::collections::HashMap<*const Call, u64>) -> u64 {
    let own = size_of::<Value>() as u64;
    let bits = |bits: usize| (bits as u64).div_ceil(64) * 8 + 32;
    let inner = match value {
        Value::Integer(_) | Value::Real(_) | Value::Symbol(_) | Value::Temporary(_) => 0,
        Value::String(text) => text.len() as u64 + 32,
        Value::BigInteger(integer) => bits(number::bit_length(integer)),
        Value::Rational(rational) => {
            bits(number::bit_length(rational.numerator()))
                + bits(number::bit_length(rational.denominator().as_ibig()))
        }
        Value::BigReal(real) => bits(number::bits_of(real.precision)),
        Value::Complex(parts) => bytes_with(&parts.re, known) + bytes_with(&parts.im, known),
        Value::Association(entries) => entries.iter().fold(64u64, |sum, (key, entry)| {
            sum.saturating_add(bytes_with(key, known))
                .saturating_add(bytes_with(&entry.value, known))
                .saturating_add(32)
        }),
        Value::Call(call) => {
            let place = Arc::as_ptr(call);
            match known.get(&place) {
                Some(bytes) => *bytes,
                None => {
                    let bytes = crate::value::grown(call.depth(), || bytes_of_call(call, known));
                    known.insert(place, bytes);
                    bytes
                }
            }
        }
    };
    own.saturating_add(inner)
}

fn bytes_of_call(call: &Call, known: &mut std::collections::HashMap<*const Call, u64>) -> u64 {
    let own = size_of::<Call>() as u64;
    if let Some(array) = call.array() {
        return own + 64 + 8 * array.elements().len() as u64;
    }
    let parts = call.args().iter().chain([call.head()]);
    parts.fold(own, |sum, part| sum.saturating_add(bytes_with(part, known)))
}
