#![allow(clippy::print_stdout, reason = "it shows what came out")]
//! Tasks of several urgencies on agents that help each other out.
//!
//! ```text
//! cargo run --release -p bolt-exec --example agents
//! ```
//!
//! All background tasks are meant for one agent; the others take some of them, which the line of
//! statistics shows as stolen, as it shows tasks that were started in batches.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bolt_base::SystemClock;
use bolt_exec::{Context, Executor, ExecutorOptions, Handle, Priority, Request, Threads};

fn main() -> Result<(), Box<dyn Error>> {
    let threads = Threads::new(16);
    let clock = Arc::new(SystemClock::default());
    let executor = Executor::start(ExecutorOptions::default(), &threads, clock)?;

    // Twenty sums in the background, all for the agent 0, until one is asked to stop.
    let sum = executor.kind("sum", Some(Duration::from_secs(5)));
    let background = Request { agent: Some(0), ..Request::new(Priority::Low) };
    let sums = (0..20_u64).map(|first| {
        let work = move |context: &Context| {
            let numbers = (first..).take(1 << 21).take_while(|_| !context.is_cancelled());
            numbers.map(|number| number.wrapping_mul(number)).fold(0, u64::wrapping_add)
        };
        executor.submit(sum, background, work)
    });
    let sums = sums.collect::<Result<Vec<_>, _>>()?;

    // Somebody waits for this one: it overtakes all of them.
    let question = executor.kind("question", None);
    let answer = executor.submit(question, Request::new(Priority::Critical), |_| 6 * 7)?;
    println!("the answer is {}, while sums wait", answer.wait()?);

    // Requests that cost less together than one by one.
    let square = executor.batch_kind("square", None, |_: &Context, numbers: Vec<u64>| {
        numbers.into_iter().map(|number| number * number).collect()
    });
    let high = Request::new(Priority::High);
    let squares = (1..=8).map(|number| executor.gather(&square, high, number));
    let squares = squares.collect::<Result<Vec<_>, _>>()?;
    let squares = squares.into_iter().map(Handle::wait).collect::<Result<Vec<_>, _>>()?;
    println!("squares: {squares:?}");

    for handle in sums {
        handle.wait()?;
    }
    let done = executor.statistics();
    println!(
        "{} tasks completed by {} agents: {} stolen, {} gathered in {} batches",
        done.completed, done.agents.present, done.stolen, done.batched, done.batches
    );
    executor.close(Duration::from_secs(1));
    Ok(())
}
