//! Sources, owners and budgets for tests.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, Weak};

use bolt_base::Bytes;
use bolt_hardware::Unavailable;
use bolt_memory::{
    Budget, Component, Cost, Job, Kind, Policy, Pressure, Reclaim, Registration, Reservation,
    Thresholds,
};

/// A source that says what it was told to say; below zero it says nothing.
#[derive(Clone, Default)]
pub(crate) struct FakePressure(Arc<AtomicU64>);

impl FakePressure {
    pub(crate) fn set(&self, ratio: f64) {
        self.0.store(ratio.to_bits(), SeqCst);
    }
}

impl Pressure for FakePressure {
    fn name(&self) -> &str {
        "fake"
    }

    fn ratio(&self) -> Result<f64, Unavailable> {
        match f64::from_bits(self.0.load(SeqCst)) {
            ratio if ratio >= 0.0 => Ok(ratio),
            _ => Err(Unavailable::new("nobody says")),
        }
    }
}

/// Returns a budget with the default shares and a source that says what it is told.
pub(crate) fn budget(limit: u64) -> (Budget, FakePressure) {
    let pressure = FakePressure::default();
    let policy = Policy::new(Bytes(limit));
    (Budget::new(policy, vec![Box::new(pressure.clone())]).unwrap(), pressure)
}

/// Returns a budget of 1,000 that becomes critical only when it is full; then one byte comes back.
pub(crate) fn calm_budget() -> Budget {
    let thresholds = Thresholds { warning: 1.0 - 1e-9, critical: 1.0, hysteresis: 0.0 };
    Budget::new(Policy { thresholds, ..Policy::new(Bytes(1_000)) }, Vec::new()).unwrap()
}

/// An owner that holds reservations and gives back what it is asked for.
pub(crate) struct Owner {
    job: Job,
    held: Mutex<Vec<Reservation>>,
    /// What it was asked for, in order.
    pub(crate) asked: Mutex<Vec<u64>>,
    registration: Mutex<Option<Registration>>,
}

impl Owner {
    pub(crate) fn new(budget: &Budget, component: Component, cost: Cost, name: &str) -> Arc<Self> {
        let owner = Arc::new(Self {
            job: budget.job(component, name, None),
            held: Mutex::default(),
            asked: Mutex::default(),
            registration: Mutex::default(),
        });
        let registration = budget.on_reclaim(component, cost, &owner);
        *owner.registration.lock().unwrap() = Some(registration);
        owner
    }

    /// Holds more, as far as it gets it.
    pub(crate) fn try_hold(&self, bytes: u64) -> bool {
        let reservation = self.job.reserve(Kind::Spillable, Bytes(bytes));
        let got = reservation.is_ok();
        self.held.lock().unwrap().extend(reservation.ok());
        got
    }

    pub(crate) fn held(&self) -> u64 {
        self.held.lock().unwrap().iter().map(|reservation| reservation.bytes().0).sum()
    }
}

impl Reclaim for Owner {
    fn reclaim(&self, bytes: Bytes) -> Bytes {
        self.asked.lock().unwrap().push(bytes.0);
        let mut held = self.held.lock().unwrap();
        let mut rest = bytes.0;
        while rest > 0 {
            let Some(last) = held.last_mut() else { break };
            let part = rest.min(last.bytes().0);
            last.shrink(Bytes(part));
            if last.bytes().0 == 0 {
                held.pop();
            }
            rest -= part;
        }
        Bytes(bytes.0 - rest)
    }
}

/// An owner that could give memory back, and never does.
pub(crate) struct Stubborn;

impl Reclaim for Stubborn {
    fn reclaim(&self, _: Bytes) -> Bytes {
        Bytes(0)
    }
}

/// Lets a component be lent memory that nobody gives back.
pub(crate) fn lend_to(budget: &Budget, component: Component) -> (Arc<Stubborn>, Registration) {
    let owner = Arc::new(Stubborn);
    let registration = budget.on_reclaim(component, Cost::Spill, &owner);
    (owner, registration)
}

/// Returns whether an owner is still alive, for tests of leaks.
pub(crate) fn is_alive<T>(owner: &Weak<T>) -> bool {
    owner.upgrade().is_some()
}
