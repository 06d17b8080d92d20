//! The machine as the runtime of a Lyra session: its processors, threads and sensors.

use std::fs;
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bolt_base::{Clock, SystemClock};
use bolt_config::Config;
use bolt_exec::{ChunkOptions, Chunks, Limits, Pool, PoolOptions, Threads};
use bolt_hardware::{Hardware, MemoryPolicy, Numa, Plan, PlanSettings, SimdLevel};
use bolt_lyra::{Crew, CrewRequest, Gauge, MemoryBinding, NodeGauge, Placement as Placed, Runtime};

use crate::machine;

/// How often the thread that waits for workers looks whether they are to stop.
const WATCH: Duration = Duration::from_millis(2);

/// What a Lyra session may know and use of the machine, within the settings. The machine is read
/// when something is first asked of it.
#[derive(Debug)]
pub struct LyraRuntime {
    config: Config,
    machine: OnceLock<Result<Machine, String>>,
    /// The vector instructions of kernels, as a program has chosen; none before one does.
    vectors: Arc<Mutex<Option<SimdLevel>>>,
}

#[derive(Debug)]
struct Machine {
    hardware: Arc<Hardware>,
    limits: Limits,
    plan: Plan,
}

impl LyraRuntime {
    /// Makes the runtime of a session that follows these settings.
    pub fn new(config: &Config) -> Self {
        Self { config: config.clone(), machine: OnceLock::new(), vectors: Arc::default() }
    }

    /// Returns what programs choose the vector instructions of kernels by.
    pub(crate) fn vectors(&self) -> Arc<Mutex<Option<SimdLevel>>> {
        self.vectors.clone()
    }

    fn machine(&self) -> Result<&Machine, String> {
        let read = || {
            let hardware = Arc::new(Hardware::get().clone());
            let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
            let limits = machine::limits(&self.config, &hardware, &clock);
            let limits = limits.map_err(|error| error.to_string())?;
            let plan = machine::plan(&self.config, &hardware).map_err(|error| error.to_string())?;
            Ok(Machine { hardware, limits, plan })
        };
        self.machine.get_or_init(read).as_ref().map_err(Clone::clone)
    }

    fn numa(&self) -> Result<Numa, String> {
        Numa::of(&self.machine()?.hardware.topology).map_err(|unavailable| unavailable.to_string())
    }

    /// Plans the threads of a crew.
    fn pool_options(&self, request: &CrewRequest) -> Result<PoolOptions, String> {
        let Machine { hardware, plan, .. } = self.machine()?;
        let Some(Placed { spread, pinned, siblings }) = request.placement else {
            return Ok(PoolOptions::new("lyra", request.threads.unwrap_or(self.processors())));
        };
        let placement = match spread {
            true => bolt_hardware::Placement::Spread,
            false => bolt_hardware::Placement::Compact,
        };
        let compute = Some(plan.compute.clone());
        let settings = PlanSettings { siblings, placement, compute, ..PlanSettings::default() };
        let chosen = hardware.plan(&settings).map_err(|error| error.to_string())?;
        // Processors that are asked for are taken with their siblings, which are left out here.
        let is_first_of_core = |cpu: usize| {
            let mut cores = hardware.topology.cores.iter();
            let core = cores.find(|core| core.cpus.contains(cpu));
            core.is_none_or(|core| {
                core.cpus.iter().find(|&other| plan.compute.contains(other)) == Some(cpu)
            })
        };
        let order: Vec<usize> =
            chosen.pinning.into_iter().filter(|&cpu| siblings || is_first_of_core(cpu)).collect();
        let threads = request.threads.unwrap_or_else(|| order.len().min(self.processors()));
        let mut options = PoolOptions::new("lyra", threads);
        let used = &order[..order.len().min(threads)];
        options.processors = match pinned {
            true => used.iter().map(|&cpu| vec![cpu]).collect(),
            false => vec![used.to_vec()],
        };
        Ok(options)
    }
}

impl Runtime for LyraRuntime {
    fn processors(&self) -> usize {
        let threads = usize::try_from(self.config.exec_threads()).ok().filter(|&count| count > 0);
        threads.unwrap_or_else(bolt_hardware::available_cores)
    }

    fn crew(&self, request: &CrewRequest) -> Result<Box<dyn Crew>, String> {
        let options = self.pool_options(request)?;
        let limits = &self.machine()?.limits;
        let pool = Pool::start(&options, &limits.threads).map_err(|error| error.to_string())?;
        if !options.processors.is_empty()
            && let Some(why) = not_bound(&limits.threads)
        {
            return Err(why);
        }
        let pool = match self.config.limits_cpu_percent() < 100.0 {
            true => pool.governed_by(limits.cpu.clone()),
            false => pool,
        };
        Ok(Box::new(LyraCrew { pool }))
    }

    fn read(&self, gauge: Gauge) -> Result<f64, String> {
        match gauge {
            Gauge::Resident => status("VmRSS:").map(|kilobytes| kilobytes * 1024.0),
            Gauge::Allocated => bolt_memory::usage()
                .map(|usage| usage.total() as f64)
                .ok_or_else(|| "the program does not count what it allocates".to_owned()),
            Gauge::MemoryLimit => {
                let limit = crate::MemoryLimit::new(&self.config, &self.machine()?.hardware, 1);
                limit.map(|limit| limit.bytes.0 as f64).map_err(|error| error.to_string())
            }
            Gauge::ProcessorTime => {
                let (ticks, _) = process_times()?;
                Ok(ticks)
            }
            Gauge::ContextSwitches => {
                Ok(status("voluntary_ctxt_switches:")? + status("nonvoluntary_ctxt_switches:")?)
            }
            Gauge::PageFaults => Ok(process_times()?.1),
            Gauge::Threads => status("Threads:"),
            Gauge::CacheMisses => {
                Err("the counters of the processor are not read by this program".to_owned())
            }
            Gauge::NodeTraffic => {
                let numa = self.numa()?;
                numa.nodes().iter().map(|node| self.read_node(node, NodeGauge::Traffic)).sum()
            }
            Gauge::Cache(level) => {
                let is_data = |cache: &&bolt_hardware::Cache| {
                    cache.level == level && cache.kind != bolt_hardware::CacheKind::Instruction
                };
                let mut caches = self.machine()?.hardware.topology.caches.iter().filter(is_data);
                let cache = caches.next().ok_or_else(|| format!("no cache of level {level}"))?;
                let size = cache.size.as_ref().map_err(ToString::to_string)?;
                Ok(size.0 as f64)
            }
            Gauge::CacheLine => {
                let cache =
                    self.machine()?.hardware.topology.caches.first().ok_or("no cache is told")?;
                let line = cache.line_bytes.as_ref().map_err(ToString::to_string)?;
                Ok(*line as f64)
            }
        }
    }

    fn nodes(&self) -> usize {
        self.machine().map_or(1, |machine| machine.hardware.topology.nodes.len().max(1))
    }

    fn read_node(&self, node: usize, gauge: NodeGauge) -> Result<f64, String> {
        let hardware = &self.machine()?.hardware;
        let nodes = &hardware.topology.nodes;
        let own = nodes.get(node).ok_or_else(|| format!("there is no node {node}"))?;
        match gauge {
            NodeGauge::Memory => {
                let memory = own.memory.as_ref().map_err(ToString::to_string)?;
                Ok(memory.0 as f64)
            }
            NodeGauge::Processors => Ok(own.cpus.len() as f64),
            NodeGauge::Traffic => {
                self.numa()?;
                let statistics = hardware.node_statistics(own.id);
                statistics.map(|read| read.other as f64).map_err(|error| error.to_string())
            }
        }
    }

    fn bind_memory(&self, binding: MemoryBinding) -> Result<(), String> {
        let numa = self.numa()?;
        let policy = match binding {
            MemoryBinding::Local => MemoryPolicy::Local,
            MemoryBinding::Interleave => MemoryPolicy::Interleave(numa.nodes().clone()),
        };
        numa.set_thread_policy(&policy).map_err(|error| error.to_string())
    }

    fn set_vectors(&self, name: &str) -> Result<String, String> {
        let level = match name {
            "auto" => SimdLevel::detect(),
            name => name.parse()?,
        };
        *self.vectors.lock().unwrap_or_else(PoisonError::into_inner) = Some(level);
        Ok(level.name().to_owned())
    }

    fn every(
        &self,
        interval: Duration,
        mut tick: Box<dyn FnMut() -> bool + Send>,
    ) -> Result<(), String> {
        let body = move || {
            while tick() {
                std::thread::sleep(interval);
            }
        };
        let threads = &self.machine()?.limits.threads;
        let started = threads.spawn_background("bolt-lyra-monitor".to_owned(), body);
        started.map(drop).map_err(|error| error.to_string())
    }
}

/// Returns why a thread is not bound to the processors that it should run on, if one is not.
fn not_bound(threads: &Threads) -> Option<String> {
    // A thread is bound when it begins, which is soon.
    for _ in 0..500 {
        let list = threads.list();
        let own: Vec<_> =
            list.iter().filter(|thread| thread.name.starts_with("bolt-lyra-")).collect();
        if let Some(why) = own.iter().find_map(|thread| thread.bound.clone()?.err()) {
            return Some(why);
        }
        if own.iter().all(|thread| thread.bound.is_some()) {
            return None;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Some("threads do not begin".to_owned())
}

/// Reads a number of `/proc/self/status`.
fn status(name: &str) -> Result<f64, String> {
    const PATH: &str = "/proc/self/status";
    let text =
        fs::read_to_string(PATH).map_err(|error| format!("cannot read `{PATH}`: {error}"))?;
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    number.ok_or_else(|| format!("`{PATH}` has no `{name}`"))
}

/// Reads the processor time of the process in seconds, and how many page faults it had.
fn process_times() -> Result<(f64, f64), String> {
    const PATH: &str = "/proc/self/stat";
    /// Ticks of a second in what the kernel tells programs, on every architecture (proc(5)).
    const TICKS: f64 = 100.0;
    let text =
        fs::read_to_string(PATH).map_err(|error| format!("cannot read `{PATH}`: {error}"))?;
    // The name of the program, in parentheses, may hold anything.
    let fields: Vec<f64> = text
        .rsplit_once(')')
        .map_or("", |(_, rest)| rest)
        .split_whitespace()
        .map(|field| field.parse().unwrap_or(0.0))
        .collect();
    let field = |number: usize| {
        // The first field after the name is the third.
        fields.get(number - 3).copied().ok_or_else(|| format!("`{PATH}` has no field {number}"))
    };
    Ok(((field(14)? + field(15)?) / TICKS, field(10)? + field(12)?))
}

/// Threads of a pool for the parallel loops of a session.
struct LyraCrew {
    pool: Pool,
}

impl Crew for LyraCrew {
    fn threads(&self) -> usize {
        self.pool.threads()
    }

    fn run(
        &self,
        workers: usize,
        work: &(dyn Fn(usize) + Sync),
        watch: &mut dyn FnMut(),
    ) -> Result<(), String> {
        let (left, ended) = (Mutex::new(workers), Condvar::new());
        let count = || left.lock().unwrap_or_else(PoisonError::into_inner);
        // One worker is a piece of its own.
        let options = ChunkOptions { items_min: 1, items_max: 1, ..ChunkOptions::default() };
        let chunks = Chunks::new(options, Arc::new(SystemClock::default()));
        self.pool.batched(&chunks, |batch| {
            for worker in 0..workers {
                let (count, ended) = (&count, &ended);
                batch.push(move || {
                    let _end = OnEnd(|| {
                        *count() -= 1;
                        ended.notify_all();
                    });
                    work(worker);
                });
            }
            batch.flush();
            let mut left = count();
            while *left > 0 {
                left = ended.wait_timeout(left, WATCH).unwrap_or_else(PoisonError::into_inner).0;
                watch();
            }
        });
        Ok(())
    }
}

/// Does something at the end, also of a panic.
struct OnEnd<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnEnd<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn runtime() -> LyraRuntime {
        LyraRuntime::new(&crate::tests::config(&[]))
    }

    #[test]
    fn each_worker_runs_once_while_the_caller_watches() {
        let crew = runtime().crew(&CrewRequest { threads: Some(3), placement: None }).unwrap();
        assert_eq!(crew.threads(), 3);
        let runs: Vec<AtomicU32> = (0..5).map(|_| AtomicU32::new(0)).collect();
        let mut watched = 0;
        let work = |worker: usize| {
            std::thread::sleep(Duration::from_millis(10));
            runs[worker].fetch_add(1, Ordering::Relaxed);
        };
        crew.run(5, &work, &mut || watched += 1).unwrap();
        assert!(runs.iter().all(|runs| runs.load(Ordering::Relaxed) == 1));
        assert!(watched > 0);
    }

    #[test]
    fn what_is_read_of_the_process_is_plausible() {
        let runtime = runtime();
        let read = |gauge| runtime.read(gauge).unwrap();
        assert!((1e6..1e12).contains(&read(Gauge::Resident)));
        assert!(read(Gauge::Threads) >= 1.0);
        assert!(read(Gauge::PageFaults) > 0.0);
        let before = read(Gauge::ProcessorTime);
        let start = std::time::Instant::now();
        let mut sum = 0_u64;
        while start.elapsed() < Duration::from_millis(100) {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(read(Gauge::ProcessorTime) > before);
        assert!(runtime.read(Gauge::CacheMisses).is_err());
    }

    #[test]
    fn pinned_threads_run_where_they_were_placed() {
        let runtime = runtime();
        let placement = Some(Placed { spread: true, pinned: true, siblings: true });
        let crew = runtime.crew(&CrewRequest { threads: Some(1), placement }).unwrap();
        let seen = Mutex::new(0);
        let work = |_: usize| {
            let own = bolt_hardware::thread_affinity().map_or(0, |cpus| cpus.len());
            *seen.lock().unwrap() = own;
        };
        crew.run(1, &work, &mut || ()).unwrap();
        assert_eq!(*seen.lock().unwrap(), 1);
    }

    #[test]
    fn vectors_that_the_processor_lacks_are_refused() {
        let runtime = runtime();
        assert_eq!(runtime.set_vectors("auto").unwrap(), SimdLevel::detect().name());
        assert_eq!(runtime.set_vectors("none").unwrap_or_default(), SimdLevel::Portable.name());
        assert!(runtime.set_vectors("sse9").is_err());
    }
}
