//! Pools of threads with settings of their own.

use triomphe::Arc;

use super::groups::{as_f64, share};
use super::settings::{Kind, Setting, read, setting, unavailable};
use super::stats::count;
use crate::builtins::forms::record;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Call, Value};

pub(super) const TABLE: &[Builtin] = &[builtin(
    "ThreadPool",
    Attributes::NONE,
    pool,
    "ThreadPool[workerCount -> n, queueSize -> m, stealThreshold -> k, adaptiveChunking -> True] starts threads of their own for parallel functions with Method -> pool: n workers, rounded up, which share items as ConfigureWorkStealing says but for what is given here; at most m evaluations of ParallelSubmit may wait for them. pool[\"workerCount\"] and the like say what it has.",
    &[
        ("First[ThreadPool[workerCount -> 2][\"id\"]]", "\"Unavailable\""),
        ("Quiet[ThreadPool[workers -> 2]]", "$Failed"),
    ],
)];

macro_rules! own {
    ($name:literal, $kind:expr) => {
        setting($name, $kind, |_, _| Ok(Value::NULL))
    };
}

const SETTINGS: &[Setting] = &[
    own!("workerCount", Kind::Number(0.001, 4096.0)),
    own!("queueSize", Kind::Count(1, 1 << 20)),
    own!("stealThreshold", Kind::Count(1, 1 << 32)),
    own!("adaptiveChunking", Kind::Switch),
    own!("stealAttempts", Kind::Count(0, 1_000_000)),
    own!("randomization", Kind::Switch),
    own!("backoffStrategy", Kind::Word(&["none", "linear", "exponential"])),
    own!("minChunkSize", Kind::Count(1, 1 << 32)),
    own!("maxChunkSize", Kind::Count(1, 1 << 32)),
];

/// Evaluations that may wait where a program does not say.
const QUEUE_SIZE: usize = 1_000;

fn pool(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    const NAME: &str = "ThreadPool";
    if let [Value::Association(_)] = call.args() {
        return Ok(Step::Same);
    }
    session.leave("pools of the session");
    session.hidden_dependence = true;
    let Some(given) = read(session, NAME, SETTINGS, call.args()) else {
        return Ok(Step::Done(Value::Symbol(sym::Failed)));
    };
    let of = |name: &str| given.iter().find(|(own, _)| own.name == name).map(|(_, value)| *value);
    let mut sharing = session.workers.sharing;
    let shared: Vec<(&str, Value)> = SETTINGS[2..]
        .iter()
        .map(|setting| (setting.name, share(&mut sharing, setting.name, of(setting.name))))
        .collect();
    let waiting_max = of("queueSize").and_then(Value::as_usize).unwrap_or(QUEUE_SIZE);
    let default = session.workers.processors() as f64;
    let threads = as_f64(of("workerCount")).unwrap_or(default).ceil() as usize;
    let (number, workers) = match session.workers.add_pool(threads.max(1), sharing, waiting_max) {
        Ok((number, threads)) => (count(number as u64), count(threads as u64)),
        Err(why) => (unavailable(why.as_str()), unavailable(why)),
    };
    let own = [("id", number), ("workerCount", workers), ("queueSize", count(waiting_max as u64))];
    let settings = record(own.into_iter().chain(shared));
    Ok(Step::Done(Value::call(sym::ThreadPool, [settings].as_slice())))
}
