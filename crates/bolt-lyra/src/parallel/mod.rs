//! Loops whose items are evaluated by several workers at once.
//!
//! Workers are copies of the session (`fork`), each on a thread of the [`Runtime`], which share the
//! items by stealing (`ranges`). Values go to them and back as copies (`copy`). What they print and
//! tell is told in the order of the items, and of several items that end the evaluation the first
//! counts, so that the results, the output and the end are those of one worker. Each item has random
//! numbers of its own, whoever evaluates it.

mod copy;
mod fork;
mod ranges;

use std::sync::Arc as Shared;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bolt_base::Rng;

use crate::builtins::iteration::{Values, nth, with_variable};
use crate::compile::Callable;
use crate::host::Host;
use crate::runtime::{Crew, CrewRequest, Placement, Runtime};
use crate::session::{Evaluated, Note, Session, Stop};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Value};
use copy::Copier;
use fork::Departure;
pub(crate) use fork::Worker;
use ranges::Ranges;
pub(crate) use ranges::{Backoff, Sharing, Tally};

/// Who works on the parallel loops of a session, and what came of the last ones.
#[derive(Default)]
pub(crate) struct Workers {
    pub(crate) runtime: Option<Shared<dyn Runtime>>,
    /// How many there are to be; `None` for one for each processor.
    wanted: Option<usize>,
    placement: Option<Placement>,
    pub(crate) sharing: Sharing,
    /// Their threads, once they were needed.
    crew: Option<Shared<dyn Crew>>,
    /// Pools that a program has started; the first is number 1.
    pub(crate) pools: Vec<ThreadPool>,
    /// What the workers of the last loop did.
    pub(crate) last: Option<Report>,
    /// What those of all loops did.
    pub(crate) all: Report,
    /// Loops that one worker had to evaluate after all.
    pub(crate) in_turn: u64,
    /// What was submitted to be evaluated; the first is number 1.
    pub(crate) submitted: Vec<Submission>,
}

/// An evaluation that waits to be asked for, or has been.
#[derive(Debug, Clone)]
pub(crate) struct Submission {
    pub(crate) expression: Value,
    pub(crate) pool: Option<usize>,
    pub(crate) result: Option<Value>,
}

/// Threads with settings of their own.
#[derive(Clone)]
pub(crate) struct ThreadPool {
    crew: Shared<dyn Crew>,
    pub(crate) sharing: Sharing,
    /// The most evaluations that may wait for it.
    pub(crate) waiting_max: usize,
}

/// What workers did.
#[derive(Debug, Clone, Default)]
pub(crate) struct Report {
    pub(crate) loops: u64,
    pub(crate) tallies: Vec<Tally>,
    /// How long it took.
    pub(crate) elapsed: Duration,
}

impl Report {
    /// Returns the sum over the workers.
    pub(crate) fn sum(&self) -> Tally {
        self.tallies.iter().fold(Tally::default(), |a, b| Tally {
            items: a.items + b.items,
            chunks: a.chunks + b.chunks,
            steals: a.steals + b.steals,
            misses: a.misses + b.misses,
            conflicts: a.conflicts + b.conflicts,
            busy: a.busy + b.busy,
        })
    }

    /// Returns which part of the time the workers evaluated items; `None` before any has.
    pub(crate) fn utilization(&self) -> Option<f64> {
        let whole = self.elapsed.as_secs_f64() * self.tallies.len() as f64;
        (whole > 0.0).then(|| (self.sum().busy.as_secs_f64() / whole).min(1.0))
    }

    /// Returns which part of the workers that were asked for items had some; `None` if none was.
    pub(crate) fn steal_efficiency(&self) -> Option<f64> {
        let Tally { steals, misses, .. } = self.sum();
        (steals + misses > 0).then(|| steals as f64 / (steals + misses) as f64)
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.loops += other.loops;
        self.elapsed += other.elapsed;
        self.tallies.resize(self.tallies.len().max(other.tallies.len()), Tally::default());
        for (own, new) in self.tallies.iter_mut().zip(&other.tallies) {
            let both = Self { tallies: vec![*own, *new], ..Self::default() };
            *own = both.sum();
        }
    }
}

impl Workers {
    pub(crate) fn of_host(host: &dyn Host) -> Self {
        Self { runtime: host.runtime(), ..Self::default() }
    }

    /// Returns how many workers there are; 0 if the session works alone.
    pub(crate) fn count(&self) -> usize {
        match &self.runtime {
            Some(runtime) => self.wanted.unwrap_or_else(|| runtime.processors()),
            None => 0,
        }
    }

    /// Returns how many processors the process may use, as far as that is known.
    pub(crate) fn processors(&self) -> usize {
        self.runtime.as_ref().map_or(1, |runtime| runtime.processors())
    }

    /// Sets how many there are to be; the threads are started when they are needed.
    pub(crate) fn set_count(&mut self, count: Option<usize>) {
        self.wanted = count;
        self.crew = None;
    }

    /// Returns where the threads run, if a program has chosen.
    pub(crate) fn placement(&self) -> Option<Placement> {
        self.placement
    }

    /// Places the threads, which are started to see whether that can be done.
    pub(crate) fn place(&mut self, placement: Option<Placement>) -> Result<(), String> {
        let before = std::mem::replace(&mut self.placement, placement);
        self.crew = None;
        self.crew().map(drop).inspect_err(|_| self.placement = before)
    }

    fn crew(&mut self) -> Result<Shared<dyn Crew>, String> {
        if let Some(crew) = &self.crew {
            return Ok(crew.clone());
        }
        let crew = self.start(self.wanted)?;
        self.crew = Some(crew.clone());
        Ok(crew)
    }

    fn start(&self, threads: Option<usize>) -> Result<Shared<dyn Crew>, String> {
        let runtime = self.runtime.as_ref().ok_or(ALONE)?;
        let request = CrewRequest { threads, placement: self.placement };
        runtime.crew(&request).map(Shared::from)
    }

    /// Starts threads of their own for a pool; returns its number and how many they are.
    pub(crate) fn add_pool(
        &mut self,
        threads: usize,
        sharing: Sharing,
        waiting_max: usize,
    ) -> Result<(usize, usize), String> {
        let crew = self.start(Some(threads))?;
        let threads = crew.threads();
        self.pools.push(ThreadPool { crew, sharing, waiting_max });
        Ok((self.pools.len(), threads))
    }
}

/// Why nothing of the machine is known.
pub(crate) const ALONE: &str = "the session has no machine beside it";

/// By whom a loop is evaluated, and how its items are shared.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct How {
    /// A pool by its number; `None` for the workers of the session.
    pub(crate) pool: Option<usize>,
    pub(crate) sharing: Option<Sharing>,
}

/// What the items of a loop are.
pub(crate) enum Job {
    /// A function of each.
    Map(Value, Vec<Value>),
    /// An expression with each value of a variable.
    Table { body: Value, variable: Option<Symbol>, values: Values, continues: bool },
    /// Expressions.
    Each(Vec<Value>),
}

impl Job {
    fn len(&self) -> usize {
        match self {
            Self::Map(_, items) | Self::Each(items) => items.len(),
            Self::Table { values: Values::Elements(list), .. } => list.len(),
            Self::Table { values: Values::Steps { count, .. }, .. } => {
                usize::try_from(*count).unwrap_or(usize::MAX)
            }
        }
    }

    fn variable(&self) -> Option<Symbol> {
        match self {
            Self::Table { variable, .. } => *variable,
            Self::Map(..) | Self::Each(_) => None,
        }
    }

    /// Returns what is the same for each item, as a session evaluates it.
    fn ready(&self, session: &mut Session, copier: &mut dyn FnMut(&Value) -> Value) -> Ready {
        match self {
            Self::Map(function, _) => {
                let function = copier(function);
                Ready::Map(Callable::new(session, &function))
            }
            Self::Table { body, .. } => Ready::Table(copier(body)),
            Self::Each(_) => Ready::Each,
        }
    }

    /// Evaluates an item.
    fn item(
        &self,
        ready: &Ready,
        place: usize,
        session: &mut Session,
        copier: &mut dyn FnMut(&Value) -> Value,
    ) -> Evaluated {
        session.check_interrupt()?;
        match (self, ready) {
            (Self::Map(_, items), Ready::Map(function)) => {
                let item = copier(&items[place]);
                function.call(session, [item].as_slice())
            }
            (Self::Table { variable, values, continues, .. }, Ready::Table(body)) => {
                let value = match values {
                    Values::Elements(list) => list.get(place).map(|value| copier(&value)),
                    Values::Steps { first, step, .. } => {
                        let (first, step) = (copier(first), copier(step));
                        Some(nth(session, &first, &step, place as u64)?)
                    }
                };
                if let Some(symbol) = variable {
                    session.change(*symbol).own = value;
                }
                match session.evaluate(body) {
                    Err(stop) if *continues && matches!(*stop, Stop::Continue) => Ok(Value::NULL),
                    done => done,
                }
            }
            (Self::Each(items), _) => {
                let item = copier(&items[place]);
                session.evaluate(&item)
            }
            _ => Ok(Value::NULL),
        }
    }
}

/// What is the same for each item of a job.
enum Ready {
    Map(Callable),
    Table(Value),
    Each,
}

/// What came of an item.
struct Outcome {
    place: usize,
    result: Evaluated,
    notes: Vec<Note>,
    message_names: Vec<String>,
    /// Whether symbols occur in it that the session does not know.
    is_foreign: bool,
    has_drawn: bool,
}

/// A worker with what it has done.
struct Member {
    session: Session,
    copier: Copier,
    outcomes: Vec<Outcome>,
    tally: Tally,
}

/// A loop on which workers are.
struct Run<'a> {
    job: &'a Job,
    ranges: Ranges,
    departure: Shared<Departure>,
    /// The first item that has ended the evaluation.
    first_stop: AtomicUsize,
    is_aborted: AtomicBool,
    random: crate::random::Generator,
}

impl Session {
    /// Evaluates all items of a loop, by the workers of a pool, or of the session.
    ///
    /// # Errors
    /// What ends the evaluation of the first item that does not return a value.
    pub(crate) fn evaluate_items(&mut self, name: &str, job: &Job, how: How) -> Evaluated<Args> {
        self.hidden_dependence = true;
        let is_alone = self.worker.is_some() || self.workers.runtime.is_none();
        // What was opened or is being reaped outside is out of reach of workers.
        let is_bound = !self.streams.is_unused() || !self.harvests.is_empty();
        let pool =
            how.pool.and_then(|number| self.workers.pools.get(number.checked_sub(1)?).cloned());
        let workers = match &pool {
            Some(pool) => pool.crew.threads(),
            None => self.workers.count(),
        };
        let workers = workers.min(job.len());
        if is_alone || is_bound || workers < 2 || job.len() > Ranges::MOST {
            return self.in_turn(job);
        }
        let crew = match &pool {
            Some(pool) => Ok(pool.crew.clone()),
            None => self.workers.crew(),
        };
        let own = pool.as_ref().map_or(self.workers.sharing, |pool| pool.sharing);
        let sharing = how.sharing.unwrap_or(own);
        let done = crew.and_then(|crew| self.at_once(job, &*crew, workers, sharing));
        match done {
            Ok(members) => self.collected(name, job, members),
            Err(why) => {
                self.message_of(name, "parallel", &[Value::string(why)]);
                self.in_turn(job)
            }
        }
    }

    /// Evaluates the items one after the other.
    fn in_turn(&mut self, job: &Job) -> Evaluated<Args> {
        let random = self.random.clone();
        let mut has_drawn = false;
        let own = &mut |value: &Value| value.clone();
        let ready = job.ready(self, own);
        let results = with_variable(self, job.variable(), |session| {
            let evaluate = |place| {
                session.random = random.of_item(place);
                let result = job.item(&ready, place, session, own);
                has_drawn |= session.random != random.of_item(place);
                result
            };
            (0..job.len()).map(evaluate).collect()
        });
        self.random = random;
        self.draw_if(has_drawn);
        results
    }

    /// Goes on with other random numbers after a loop that has drawn some.
    fn draw_if(&mut self, has_drawn: bool) {
        if has_drawn {
            self.random.bits(64);
        }
    }

    /// Has workers evaluate the items.
    fn at_once(
        &mut self,
        job: &Job,
        crew: &dyn Crew,
        workers: usize,
        sharing: Sharing,
    ) -> Result<(Vec<Member>, Shared<Departure>), String> {
        let start = self.clock.now();
        let departure = Shared::new(Departure::default());
        let mut interrupts = Vec::with_capacity(workers);
        let mut member = |number: usize| {
            let (mut session, copier) = self.fork(&departure);
            let number = Value::Integer(number as i64 + 1);
            session.definition_mut(sym::KernelID).own = Some(number);
            interrupts.push(session.interrupt.clone());
            Mutex::new(Some(Member {
                session,
                copier,
                outcomes: Vec::new(),
                tally: Tally::default(),
            }))
        };
        let members: Vec<Mutex<Option<Member>>> = (0..workers).map(&mut member).collect();
        let run = Run {
            job,
            ranges: Ranges::new(job.len(), workers, sharing),
            departure,
            first_stop: AtomicUsize::new(usize::MAX),
            is_aborted: AtomicBool::new(false),
            random: self.random.clone(),
        };
        let work = |worker: usize| {
            let mut slot = members[worker].lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(member) = &mut *slot {
                let flag = member.session.interrupt.clone();
                bolt_base::interrupt::watched(&flag, || run.work(worker, member));
            }
        };
        let interrupt = self.interrupt.clone();
        crew.run(workers, &work, &mut || {
            if interrupt.load(Ordering::Relaxed) {
                run.is_aborted.store(true, Ordering::Relaxed);
            }
            if run.is_aborted.load(Ordering::Relaxed) || run.departure.has_left() {
                interrupts.iter().for_each(|one| one.store(true, Ordering::Relaxed));
            }
        })?;
        let departure = run.departure.clone();
        let members: Vec<Member> = members
            .into_iter()
            .filter_map(|slot| slot.into_inner().unwrap_or_else(PoisonError::into_inner))
            .collect();
        let tallies = members.iter().map(|member| member.tally).collect();
        let elapsed = self.clock.now().saturating_sub(start);
        let report = Report { loops: 1, tallies, elapsed };
        self.workers.all.add(&report);
        self.has_objects |= members.iter().any(|member| member.session.has_objects);
        self.workers.last = Some(report);
        Ok((members, departure))
    }

    /// Takes over what workers have done, or does it itself if one of them has left.
    fn collected(
        &mut self,
        name: &str,
        job: &Job,
        (mut members, departure): (Vec<Member>, Shared<Departure>),
    ) -> Evaluated<Args> {
        self.check_interrupt()?;
        if let Some(why) = departure.why() {
            drop(members);
            self.workers.in_turn += 1;
            self.message_of(name, "inturn", &[Value::string(why)]);
            return self.in_turn(job);
        }
        let mut all: Vec<(usize, Outcome)> = Vec::with_capacity(job.len());
        for (number, member) in members.iter_mut().enumerate() {
            all.extend(std::mem::take(&mut member.outcomes).into_iter().map(|one| (number, one)));
        }
        all.sort_unstable_by_key(|(_, outcome)| outcome.place);
        let mut results = Args::with_capacity(job.len());
        let mut has_drawn = false;
        let mut end = Ok(());
        for (number, outcome) in all {
            has_drawn |= outcome.has_drawn;
            outcome.notes.into_iter().for_each(|note| self.tell_again(note));
            self.message_names.extend(outcome.message_names);
            let member = &members[number];
            let mut adopt = |value: Value| match outcome.is_foreign {
                true => self.adopt(&member.session, &member.copier, &value),
                false => value,
            };
            match outcome.result {
                Ok(value) => results.push(adopt(value)),
                Err(stop) => {
                    end = Err(Box::new(each_value(*stop, &mut adopt)));
                    break;
                }
            }
        }
        self.draw_if(has_drawn);
        end.map(|()| results)
    }
}

impl Session {
    /// Tells what a worker has told.
    fn tell_again(&mut self, note: Note) {
        if let Note::Message { name, .. } = &note
            && let Some((symbol, tag)) = name.split_once("::")
            && let Some(symbol) = self.names.find(symbol)
        {
            self.keep_message(symbol, tag);
        }
        self.tell(note);
    }
}

/// Returns a stop with its values changed.
fn each_value(stop: Stop, change: &mut dyn FnMut(Value) -> Value) -> Stop {
    match stop {
        Stop::Throw(value, tag) => Stop::Throw(change(value), tag.map(change)),
        Stop::Return(value) => Stop::Return(change(value)),
        Stop::Goto(label) => Stop::Goto(change(label)),
        Stop::Break | Stop::Continue | Stop::Abort | Stop::Quit(_) => stop,
    }
}

impl Run<'_> {
    /// Works on items until there is nothing left to do.
    fn work(&self, number: usize, member: &mut Member) {
        let Member { session, copier, outcomes, tally } = member;
        let ready = self.job.ready(session, &mut |value| copier.copy(value));
        let variable = self.job.variable();
        if let Some(worker) = &mut session.worker {
            worker.variable = variable;
        }
        let mut rng = Rng::new(number as u64);
        let mut item = None;
        let done: Evaluated<()> = with_variable(session, variable, |session| {
            while !self.is_over()
                && let Some(chunk) = self.ranges.next(number, item, &mut rng, tally)
            {
                let (start, count) = (session.clock.now(), chunk.len());
                for place in chunk {
                    if self.is_over() || place > self.first_stop.load(Ordering::Relaxed) {
                        break;
                    }
                    outcomes.push(self.item(place, &ready, session, copier));
                    tally.items += 1;
                }
                let took = session.clock.now().saturating_sub(start);
                tally.busy += took;
                item = Some(took / u32::try_from(count).unwrap_or(u32::MAX).max(1));
            }
            Ok(())
        });
        debug_assert!(done.is_ok(), "nothing above stops");
    }

    fn is_over(&self) -> bool {
        self.is_aborted.load(Ordering::Relaxed) || self.departure.has_left()
    }

    fn item(
        &self,
        place: usize,
        ready: &Ready,
        session: &mut Session,
        copier: &mut Copier,
    ) -> Outcome {
        session.random = self.random.of_item(place);
        session.message_names.clear();
        let result = self.job.item(ready, place, session, &mut |value| copier.copy(value));
        session.end_item();
        if result.is_err() {
            self.first_stop.fetch_min(place, Ordering::Relaxed);
        }
        let base = session.worker.as_ref().map_or(usize::MAX, |worker| worker.base);
        let mut out = Copier::out_of(session, base);
        let result = match result {
            Ok(value) => Ok(out.copy(&value)),
            Err(stop) => Err(Box::new(each_value(*stop, &mut |value| out.copy(&value)))),
        };
        Outcome {
            place,
            result,
            notes: session.take_notes(),
            message_names: std::mem::take(&mut session.message_names),
            is_foreign: out.is_foreign,
            has_drawn: session.random != self.random.of_item(place),
        }
    }
}

#[cfg(test)]
mod tests;
