#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use bolt_base::ManualClock;
use bolt_exec::CancelToken;
use bolt_hardware::Root;
use bolt_market::sweep::{Grid, Parameter};
use bolt_testkit::Machine;

use super::*;
use crate::tests::{bars, config, session, signal};
use crate::{Done, MarketEvents, Session, SweepOutcome, SweepRequest, Trading};

const SENSOR: &str = "/sys/class/hwmon/hwmon0";

/// Two performance cores, two efficiency cores if there are to be any, and a sensor.
fn machine(has_slow: bool, celsius: u32) -> Machine {
    let machine = Machine::new().core(0, "0").core(0, "1").core(0, "2").core(0, "3");
    let machine = match has_slow {
        true => machine
            .file("/sys/devices/cpu_core/cpus", "0-1")
            .file("/sys/devices/cpu_atom/cpus", "2-3"),
        false => machine,
    };
    let machine = machine
        .file(&format!("{SENSOR}/name"), "coretemp")
        .file(&format!("{SENSOR}/temp1_label"), "Package id 0")
        .file(&format!("{SENSOR}/temp1_crit"), "95000");
    heated(machine, celsius)
}

fn heated(machine: Machine, celsius: u32) -> Machine {
    machine.file(&format!("{SENSOR}/temp1_input"), &(celsius * 1_000).to_string())
}

fn throttled(machine: Machine, events: u32) -> Machine {
    (0..4).fold(machine, |machine, cpu| {
        let folder = format!("/sys/devices/system/cpu/cpu{cpu}/thermal_throttle");
        machine
            .file(&format!("{folder}/core_throttle_count"), &events.to_string())
            .file(&format!("{folder}/package_throttle_count"), "0")
    })
}

fn cooling(machine: &Machine, settings: &[(&str, &str)], pool: &Pool) -> Cooling {
    let hardware = Arc::new(Hardware::read(&Root::at(machine.path())));
    Cooling::new(&config(settings), hardware, pool).unwrap()
}

struct Rig {
    cooling: Cooling,
    pool: Pool,
    threads: Threads,
    clock: ManualClock,
    slowed: Slowed,
}

impl Rig {
    fn new(machine: &Machine, usual: usize) -> Self {
        let pool = Pool::new(Some(usual)).unwrap();
        let cooling = cooling(machine, &[("exec.threads", &usual.to_string())], &pool);
        let (clock, slowed) = (ManualClock::default(), Slowed::default());
        Self { cooling, pool, threads: Threads::new(2), clock, slowed }
    }

    /// Returns the threads of the next batch, of 5 combinations, after a time.
    fn after(&mut self, seconds: u64) -> usize {
        self.clock.advance(Duration::from_secs(seconds));
        let Self { cooling, pool, threads, clock, slowed } = self;
        cooling.pool(pool, threads, clock, 5, slowed).threads()
    }
}

#[test]
fn threads_are_fewer_while_a_sensor_is_at_its_alert_and_half_a_minute_longer() {
    let machine = machine(false, 94);
    let mut rig = Rig::new(&machine, 4);
    assert_eq!((rig.after(0), rig.slowed.note()), (4, None));
    let machine = heated(machine, 95);
    assert_eq!(rig.after(0), 4, "it is too soon to look");
    assert_eq!(rig.after(1), 2);
    let _machine = heated(machine, 60);
    assert_eq!((rig.after(1), rig.after(28), rig.after(1)), (2, 2, 4));
    assert_eq!(
        rig.slowed.note().unwrap(),
        "15 combinations ran on 2 threads instead of 4, as the machine was too hot: `coretemp \
         Package id 0` is at 95.0 °C, and the alert at 95.0 °C"
    );
}

#[test]
fn threads_are_fewer_after_processors_have_slowed_down() {
    let machine = throttled(machine(true, 50), 7);
    let mut rig = Rig::new(&machine, 2);
    assert_eq!((rig.after(0), rig.after(5)), (2, 2), "what was before is nothing new");
    let _machine = throttled(machine, 8);
    rig.after(1);
    assert_eq!(
        rig.slowed.note().unwrap(),
        "5 combinations ran on 2 threads on the efficiency cores 2-3 instead of 2, as the machine \
         was too hot: processors have slowed down because of heat"
    );
}

#[test]
fn threads_that_are_refused_are_told() {
    let machine = machine(false, 101);
    let mut rig = Rig::new(&machine, 6);
    assert_eq!(rig.after(0), 6);
    let note = rig.slowed.note().unwrap();
    assert!(note.contains("ran on all threads all the same: cannot start the thread"), "{note}");
}

#[test]
fn one_thread_stays_one() {
    let machine = machine(false, 101);
    let mut rig = Rig::new(&machine, 1);
    assert_eq!((rig.after(0), rig.slowed.note()), (1, None));
    assert!(rig.cooling.reduced.is_empty());
}

#[test]
fn a_user_s_choice_of_processors_has_no_others() {
    let (machine, pool) = (machine(true, 101), Pool::new(Some(2)).unwrap());
    let reduced = |settings: &[(&str, &str)]| cooling(&machine, settings, &pool).reduced.remove(0);
    assert_eq!(reduced(&[]).processors, [[2, 3]]);
    let chosen = reduced(&[("exec.processors", "0-1")]);
    assert_eq!((chosen.threads, chosen.processors), (1, vec![vec![0, 1]]));
    let never = reduced(&[("exec.efficiency_cores", "never")]);
    assert_eq!((never.name.as_str(), never.threads), (FEW, 1));
}

fn swept(session: &Session) -> SweepOutcome {
    let request = SweepRequest {
        plan: signal("close > SMA[close, n]"),
        trading: Trading::of_config(&session.config),
        grid: Grid::new(vec![Parameter::parse("n=2..8").unwrap()]).unwrap(),
        condition: None,
        events: MarketEvents::default(),
        seed: 1,
    };
    let combinations = session.combinations(&request).unwrap();
    let cancel = CancelToken::default();
    let done = Done::default();
    session.sweep(&bars(), &request, &combinations, done, &cancel, &mut |_| Ok(())).unwrap()
}

#[test]
fn a_sweep_on_a_hot_machine_has_the_same_rows_and_says_so() {
    let settings = [("exec.threads", "2"), ("cache.size", "0")];
    let mut session = session(&settings).unwrap();
    let cool = swept(&session);
    let machine = machine(false, 101);
    session.cooling = cooling(&machine, &settings, &session.pool);
    let hot = swept(&session);
    assert_eq!((&hot.rows, cool.heat), (&cool.rows, None));
    let note = hot.heat.unwrap();
    assert!(note.starts_with("7 combinations ran on 1 thread instead of 2"), "{note}");
    let names = session.limits.threads.list().into_iter().map(|thread| thread.name);
    assert!(names.collect::<Vec<_>>().contains(&"bolt-few-0".to_owned()));
}
