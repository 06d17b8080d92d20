//! The settings of memory, named after them, on machines that are made for the tests.

use bolt_base::ManualClock;
use bolt_config::{Flag, Sources};
use bolt_hardware::Root;
use bolt_memory::{Component, Level, Reservation};
use bolt_testkit::Machine;

use super::*;
use crate::tests::{bars, config, signal};
use crate::{BacktestRequest, MarketEvents, Session, SessionError, Trading};

const MIB: u64 = 1 << 20;

/// A machine of 8 GiB, with 6 to be had, in a container of 600 MiB that uses some of them.
fn container(used_mib: u64) -> Machine {
    Machine::new()
        .affinity("0")
        .memory(8, 6)
        .cgroup2("/sys/fs/cgroup", "/")
        .file("/sys/fs/cgroup/memory.max", &(600 * MIB).to_string())
        .file("/sys/fs/cgroup/memory.current", &(used_mib * MIB).to_string())
}

fn hardware(machine: &Machine) -> Arc<Hardware> {
    Arc::new(Hardware::read(&Root::at(machine.path())))
}

/// Memory of a session with one thread.
fn on(machine: &Machine, settings: &[(&str, &str)]) -> Result<Memory, MemoryError> {
    Memory::new(&config(settings), &hardware(machine), 1)
}

fn memory(settings: &[(&str, &str)]) -> Result<Memory, MemoryError> {
    on(&container(0), settings)
}

/// Returns how much a component can reserve for good.
fn room(memory: &Memory, component: Component) -> u64 {
    let job = memory.budget.job(component, "test", None);
    room_up_to(&job, Bytes(1 << 40), Bytes(1)).map_or(0, |first| {
        // Halving finds the order of magnitude; what is left is found bit by bit.
        let mut held = job.reserve(Kind::Fixed, first).unwrap();
        for step in (0..40).rev() {
            let _ = held.try_grow(Bytes(1 << step));
        }
        held.bytes().0
    })
}

fn backtest(settings: &[(&str, &str)]) -> Result<f64, SessionError> {
    let session = Session::new(config(settings))?;
    let request = BacktestRequest {
        plan: signal("SMA[close, 3] > SMA[close, 15]"),
        parameters: Vec::new(),
        trading: Trading::of_config(&session.config),
        benchmark: None,
        events: MarketEvents::default(),
    };
    Ok(session.backtest(&bars(), &request)?.summary.equity_final)
}

#[test]
fn memory_limit() {
    // Half of it is the market's.
    let market =
        |limit: &str| room(&memory(&[("memory.limit", limit)]).unwrap(), Component::Market);
    assert_eq!((market("100 MiB"), market("200 MiB")), (50 * MIB, 100 * MIB));
    assert_eq!(market("auto"), 250 * MIB, "600 MiB without a sixth");
    // What is not there is not promised, and that is said.
    let reduced = memory(&[("memory.limit", "18 GiB")]).unwrap();
    assert_eq!(room(&reduced, Component::Market), 250 * MIB);
    let note = "`memory.limit` asks for 18 GiB, and the control group has 600 MiB, of which 100 MiB \
                are left to others: the limit is 500 MiB";
    assert_eq!(reduced.limit.note().as_deref(), Some(note));
    assert_eq!(memory(&[("memory.limit", "500 MiB")]).unwrap().limit.note(), None);
    // A backtest over 400 bars fits a megabyte, but not a thousandth of it.
    let small = [("memory.limit", "1 MiB"), ("memory.share_market", "0.001")];
    let refused = backtest(&small).unwrap_err().to_string();
    let expected = "`market/backtest` asks for 3.5 KiB more: `market` holds 0 B that cannot be had \
                    back, of its share of 1.0 KiB\nhint: raise `memory.share_market` or `memory.limit`; \
                    `bolt diagnostics memory` shows what bounds the limit";
    assert_eq!(refused, expected);
    assert_eq!(backtest(&small[..1]).unwrap(), backtest(&[]).unwrap());
}

#[test]
fn without_a_control_group_the_machine_is_the_limit() {
    let machine = Machine::new().affinity("0").memory(12, 6);
    let limit = on(&machine, &[]).unwrap().limit;
    assert_eq!((limit.bytes, limit.reserve), (Bytes(10 << 30), Bytes(2 << 30)));
    assert_eq!(limit.usable, Ok((Bytes(12 << 30), UsableFrom::Machine)));
    let unknown = Machine::new();
    let error = on(&unknown, &[]).unwrap_err().to_string();
    let expected = "nothing says how much memory there is: unavailable (there is no \
                    `/proc/meminfo`)\nhint: set `memory.limit`";
    assert_eq!(error, expected);
    let told = on(&unknown, &[("memory.limit", "1 GiB")]).unwrap();
    assert_eq!(room(&told, Component::Market), 512 * MIB);
}

/// A machine of 8 GiB, whose process has 300 MiB mapped, 100 of which are data.
fn limited(space_mib: u64) -> Machine {
    let space = (space_mib * MIB).to_string();
    Machine::new().memory(8, 6).process([&space, "unlimited"], [300, 100, 40])
}

#[test]
fn a_limit_of_the_process_is_the_limit_without_stacks() {
    let limit = |machine: &Machine, threads| {
        let memory = Memory::new(&config(&[]), &hardware(machine), threads);
        memory.map(|memory| memory.limit)
    };
    let from = UsableFrom::ProcessLimit(ProcessLimitKind::AddressSpace);
    let few = limit(&limited(806), 3).unwrap();
    assert_eq!(few.usable, Ok((Bytes(600 * MIB), from)), "606 MiB without 3 stacks of 2 MiB");
    assert_eq!((few.bytes, few.reserve), (Bytes(500 * MIB), Bytes(100 * MIB)));
    assert_eq!(limit(&limited(806), 153).unwrap().bytes, Bytes(250 * MIB));
    let error = limit(&limited(806), 400).unwrap_err().to_string();
    let expected = "0 B are to be left to others, and the process limit on address space leaves \
                    this process 0 B: nothing is left";
    assert_eq!(error, expected);
    // Stacks are no memory that a machine or a group would count in full.
    assert_eq!(limit(&container(0), 400).unwrap().bytes, Bytes(500 * MIB));
    let note = on(&limited(802), &[("memory.limit", "1 GiB")]).unwrap().limit.note();
    let expected = "`memory.limit` asks for 1 GiB, and the process limit on address space has \
                    600 MiB, of which 100 MiB are left to others: the limit is 500 MiB";
    assert_eq!(note.as_deref(), Some(expected));
}

#[test]
fn the_limit_follows_what_files_take_of_the_address_space() {
    let machine = limited(802);
    let memory = on(&machine, &[]).unwrap();
    let asked = on(&machine, &[("memory.limit", "450 MiB")]).unwrap();
    let limits = || {
        memory.follow_limit();
        asked.follow_limit();
        (memory.budget.limit().0 / MIB, asked.budget.limit().0 / MIB)
    };
    assert_eq!(limits(), (500, 450));
    let space = (802 * MIB).to_string();
    let mapped =
        |machine: Machine, all_mib| machine.process([&space, "unlimited"], [all_mib, 100, 40]);
    let machine = mapped(machine, 420);
    assert_eq!(limits(), (400, 400));
    let machine = mapped(machine, 900);
    assert_eq!(limits(), (0, 0));
    assert!(
        memory.budget.job(Component::Market, "test", None).reserve(Kind::Fixed, Bytes(2)).is_err()
    );
    // What a job polls, follows.
    let _machine = mapped(machine, 300);
    memory.poll(&ManualClock::default());
    assert_eq!(memory.budget.limit(), Bytes(500 * MIB));
}

#[test]
fn memory_reserve() {
    let market =
        |reserve| room(&memory(&[("memory.reserve", reserve)]).unwrap(), Component::Market);
    assert_eq!((market("0"), market("200 MiB")), (300 * MIB, 200 * MIB));
    let error = memory(&[("memory.reserve", "600 MiB")]).unwrap_err().to_string();
    let expected = "600 MiB are to be left to others, and the control group leaves this process \
                    600 MiB: nothing is left";
    assert_eq!(error, expected);
}

#[test]
fn memory_shares() {
    for component in Component::all() {
        let name = format!("memory.share_{}", component.name());
        let memory = memory(&[(&name, "0.03"), ("memory.limit", "100 MiB")]).unwrap();
        let expected = (0.03 * (100 * MIB) as f64) as u64;
        assert!(room(&memory, component).abs_diff(expected) <= 1, "{name}");
    }
    let error = memory(&[("memory.share_market", "0.6")]).unwrap_err().to_string();
    assert_eq!(error, "the shares come to 1.1; together they may be 1 at most");
    let of_session = backtest(&[("memory.share_market", "0.6")]).unwrap_err().to_string();
    assert_eq!(of_session, format!("the setting `memory.share_market` (--test): {error}"));
    let negative = [("memory.share_market", "-0.1")].map(|(name, value)| Flag {
        flag: "--test".to_owned(),
        name: name.to_owned(),
        value: value.to_owned(),
    });
    assert!(Config::resolve(&Sources { flags: negative.into(), ..Sources::default() }).is_err());
}

/// Returns the level when so much of 1,000 MiB is held.
fn level_at(settings: &[(&str, &str)], mib: u64) -> Level {
    let more = [("memory.limit", "1000 MiB"), ("memory.share_market", "0.5")];
    let shares = ["code", "search", "lyra", "swarm"].map(|name| format!("memory.share_{name}"));
    let zero = shares.iter().map(|name| (name.as_str(), "0"));
    let all: Vec<(&str, &str)> = more
        .into_iter()
        .chain(zero)
        .chain([("memory.share_cache", "0.25"), ("memory.share_other", "0.25")])
        .chain(settings.iter().copied())
        .collect();
    let machine = Machine::new().affinity("0").memory(8, 6);
    let memory = on(&machine, &all).unwrap();
    let mut rest = mib * MIB;
    let held: Vec<Reservation> = [Component::Market, Component::Cache, Component::Other]
        .map(|component| {
            let part = rest.min(room(&memory, component));
            rest -= part;
            memory.budget.job(component, "test", None).reserve(Kind::Fixed, Bytes(part)).unwrap()
        })
        .into();
    assert_eq!(rest, 0);
    let level = memory.budget.level();
    drop(held);
    level
}

#[test]
fn memory_warning() {
    assert_eq!(level_at(&[], 849), Level::Normal);
    assert_eq!(level_at(&[], 851), Level::Warning);
    assert_eq!(level_at(&[("memory.warning", "0.5")], 501), Level::Warning);
    assert_eq!(level_at(&[("memory.warning", "0.9")], 851), Level::Normal);
    let error = memory(&[("memory.warning", "0.96")]).unwrap_err().to_string();
    let expected = "thresholds must be 0 <= hysteresis < warning < critical <= 1; they are 0.05, \
                    0.96 and 0.95";
    assert_eq!(error, expected);
    let of_session = backtest(&[("memory.warning", "0.96")]).unwrap_err().to_string();
    let settings = "the settings `memory.warning` (--test), `memory.critical`: ";
    assert_eq!(of_session, format!("{settings}{expected}"));
}

#[test]
fn memory_critical() {
    assert_eq!(level_at(&[], 949), Level::Warning);
    assert_eq!(level_at(&[], 951), Level::Critical);
    assert_eq!(level_at(&[("memory.critical", "0.9")], 901), Level::Critical);
}

/// Returns the market's part of the limit when so much of the container's 600 MiB is used.
fn share_at(settings: &[(&str, &str)], used_mib: u64) -> f64 {
    let machine = container(used_mib);
    let memory = on(&machine, settings).unwrap();
    memory.poll(&ManualClock::default());
    room(&memory, Component::Market) as f64 / memory.limit.bytes.0 as f64
}

#[test]
fn memory_adaptive() {
    let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-6, "{found}");
    close(share_at(&[], 500), 0.5);
    close(share_at(&[], 520), 0.45);
    close(share_at(&[], 580), 0.3);
    for used in [500, 520, 580] {
        close(share_at(&[("memory.adaptive", "false")], used), 0.5);
    }
    close(share_at(&[("memory.medium_pressure", "0.5")], 330), 0.45);
    close(share_at(&[("memory.medium_pressure", "0.9")], 520), 0.5);
    close(share_at(&[("memory.high_pressure", "0.86")], 520), 0.3);
    let error = backtest(&[("memory.high_pressure", "0.8")]).unwrap_err().to_string();
    let settings = "the settings `memory.medium_pressure`, `memory.high_pressure` (--test): ";
    assert!(error.starts_with(settings), "{error}");
}

#[test]
fn the_pressure_is_read_again_after_a_second() {
    let machine = container(0);
    let memory = on(&machine, &[]).unwrap();
    let clock = ManualClock::default();
    let level = || {
        memory.poll(&clock);
        memory.budget.level()
    };
    assert_eq!(level(), Level::Normal);
    let _machine = machine.file("/sys/fs/cgroup/memory.current", &(590 * MIB).to_string());
    clock.advance(Duration::from_millis(999));
    assert_eq!(level(), Level::Normal);
    clock.advance(Duration::from_millis(1));
    assert_eq!(level(), Level::Critical);
}

#[test]
fn what_is_refused_is_asked_for_again_by_halves() {
    let memory = memory(&[("memory.limit", "100 MiB")]).unwrap();
    let job = memory.budget.job(Component::Market, "test", None);
    let room = |most, least| room_up_to(&job, Bytes(most * MIB), Bytes(least * MIB));
    assert_eq!(room(50, 1).unwrap(), Bytes(50 * MIB));
    assert_eq!(room(70, 1).unwrap(), Bytes(35 * MIB));
    assert_eq!(room(90, 50).unwrap(), Bytes(50 * MIB));
    assert_eq!(room(10, 20).unwrap(), Bytes(20 * MIB));
    let refused = room(90, 51).unwrap_err();
    assert_eq!((refused.asked, refused.limit), (Bytes(51 * MIB), Bytes(50 * MIB)));
}
