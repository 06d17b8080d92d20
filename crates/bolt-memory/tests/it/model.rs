//! Random sequences against a model that keeps a list of reservations and sums it up anew for
//! every question.

use bolt_base::Bytes;
use bolt_memory::{Bound, Budget, Component, Job, Kind, Level, NoLoan, Registration, Reservation};
use proptest::prelude::*;
use std::sync::Arc;

use crate::support::{FakePressure, Stubborn, budget, lend_to};

const LIMITS: [u64; 3] = [500, 1_000, 2_000];

/// Thousandths of the limit, by level of the pressure from outside.
const SHARES: [[u64; Component::COUNT]; 3] = [
    [500, 170, 80, 50, 50, 100, 50],
    [450, 150, 80, 50, 50, 100, 50],
    [300, 100, 50, 50, 50, 100, 50],
];

#[derive(Debug, Clone, Copy)]
enum Step {
    Begin { component: usize, limit: Option<u64> },
    Reserve { job: usize, kind: Kind },
    Grow { reservation: usize, bytes: u64 },
    Shrink { reservation: usize, part: f64 },
    Resize { reservation: usize, bytes: u64 },
    Split { reservation: usize, part: f64 },
    Take { reservation: usize },
    Fix { reservation: usize },
    Unfix { reservation: usize },
    Drop { reservation: usize },
    Lend { component: usize },
    StopLending { component: usize },
    Outside { percent: u64 },
    Limit { index: usize },
}

fn bytes() -> impl Strategy<Value = u64> {
    prop_oneof![12 => 0..400u64, 1 => Just(0u64), 1 => Just(u64::MAX), 1 => 400..3_000u64]
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(Kind::Fixed), Just(Kind::Spillable)]
}

fn step() -> impl Strategy<Value = Step> {
    let limit = prop::option::of(0..600u64);
    let component = || 0..Component::COUNT;
    let reservation = || 0..usize::MAX;
    prop_oneof![
        2 => (component(), limit).prop_map(|(component, limit)| Step::Begin { component, limit }),
        4 => (0..usize::MAX, kind()).prop_map(|(job, kind)| Step::Reserve { job, kind }),
        12 => (reservation(), bytes()).prop_map(|(reservation, bytes)| Step::Grow { reservation, bytes }),
        4 => (reservation(), 0.0..=1.0).prop_map(|(reservation, part)| Step::Shrink { reservation, part }),
        4 => (reservation(), bytes()).prop_map(|(reservation, bytes)| Step::Resize { reservation, bytes }),
        3 => (reservation(), 0.0..=1.0).prop_map(|(reservation, part)| Step::Split { reservation, part }),
        1 => reservation().prop_map(|reservation| Step::Take { reservation }),
        3 => reservation().prop_map(|reservation| Step::Fix { reservation }),
        3 => reservation().prop_map(|reservation| Step::Unfix { reservation }),
        2 => reservation().prop_map(|reservation| Step::Drop { reservation }),
        2 => component().prop_map(|component| Step::Lend { component }),
        1 => component().prop_map(|component| Step::StopLending { component }),
        2 => (0..130u64).prop_map(|percent| Step::Outside { percent }),
        1 => (0..LIMITS.len()).prop_map(|index| Step::Limit { index }),
    ]
}

/// What is held: a job by its number, a kind, bytes.
type Held = (usize, Kind, u64);

#[derive(Debug)]
struct Model {
    limit: u64,
    /// Component and limit.
    jobs: Vec<(usize, u64)>,
    held: Vec<Held>,
    lends: [bool; Component::COUNT],
    outside_percent: u64,
    outside_level: usize,
    level: usize,
    warnings: u64,
    criticals: u64,
}

impl Model {
    fn sum(&self, keep: impl Fn(&Held) -> bool) -> u64 {
        self.held.iter().filter(|held| keep(held)).map(|held| held.2).sum()
    }

    fn component(&self, held: &Held) -> usize {
        self.jobs[held.0].0
    }

    fn share(&self, component: usize) -> u64 {
        SHARES[self.outside_level][component] * self.limit / 1_000
    }

    /// Returns the limit that an ask would pass.
    fn bound(&self, job: usize, kind: Kind, bytes: u64) -> Option<Bound> {
        let (component, job_limit) = self.jobs[job];
        let passes =
            |held: u64, limit: u64| u128::from(held) + u128::from(bytes) > u128::from(limit);
        let of_component = self.sum(|held| self.component(held) == component);
        // Fixed memory within the share comes before what its own component was lent.
        let is_lent = self.lends[component] && (self.level < 2 || kind == Kind::Fixed);
        if passes(self.sum(|held| held.0 == job), job_limit) {
            Some(Bound::Job)
        } else if kind == Kind::Fixed && passes(self.fixed(component), self.share(component)) {
            Some(Bound::Share)
        } else if !is_lent && passes(of_component, self.share(component)) {
            Some(Bound::Loan)
        } else {
            passes(self.sum(|_| true), self.limit).then_some(Bound::Limit)
        }
    }

    fn fixed(&self, component: usize) -> u64 {
        self.sum(|held| self.component(held) == component && held.1 == Kind::Fixed)
    }

    /// Levels begin at 85 and 95 percent and end 5 below.
    fn next(level: usize, is_at: impl Fn(u64) -> bool) -> usize {
        let critical = is_at(if level == 2 { 90 } else { 95 });
        let warning = is_at(if level >= 1 { 80 } else { 85 });
        if critical { 2 } else { usize::from(warning) }
    }

    fn settle(&mut self) {
        let total = self.sum(|_| true);
        let before = self.level;
        self.level = Self::next(before, |percent| {
            total * 100 >= percent * self.limit || self.outside_percent >= percent
        });
        self.warnings += u64::from(before < 1 && self.level >= 1);
        self.criticals += u64::from(before < 2 && self.level == 2);
    }
}

/// The real thing beside its model.
struct Pair {
    budget: Budget,
    pressure: FakePressure,
    jobs: Vec<Job>,
    reservations: Vec<Reservation>,
    lenders: [Option<(Arc<Stubborn>, Registration)>; Component::COUNT],
    model: Model,
}

impl Pair {
    fn new() -> Self {
        let (budget, pressure) = budget(LIMITS[1]);
        let model = Model {
            limit: LIMITS[1],
            jobs: Vec::new(),
            held: Vec::new(),
            lends: [false; Component::COUNT],
            outside_percent: 0,
            outside_level: 0,
            level: 0,
            warnings: 0,
            criticals: 0,
        };
        let (jobs, reservations) = (Vec::new(), Vec::new());
        Self { budget, pressure, jobs, reservations, lenders: Default::default(), model }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Begin { component, limit } => {
                let name = self.jobs.len().to_string();
                let named = Component::all().nth(component).unwrap();
                self.jobs.push(self.budget.job(named, &name, limit.map(Bytes)));
                self.model.jobs.push((component, limit.unwrap_or(u64::MAX)));
            }
            Step::Reserve { job, kind } if !self.jobs.is_empty() => {
                let job = job % self.jobs.len();
                self.reservations.push(self.jobs[job].reservation(kind));
                self.model.held.push((job, kind, 0));
            }
            Step::Outside { percent } => {
                self.pressure.set(percent as f64 / 100.0);
                self.model.outside_percent = percent;
                let level = self.model.outside_level;
                self.model.outside_level = Model::next(level, |at| percent >= at);
                self.model.settle();
                self.budget.poll();
            }
            Step::Limit { index } => {
                self.budget.set_limit(Bytes(LIMITS[index])).unwrap();
                self.model.limit = LIMITS[index];
                self.model.settle();
            }
            Step::Lend { component } => {
                let named = Component::all().nth(component).unwrap();
                self.lenders[component] = Some(lend_to(&self.budget, named));
                self.model.lends[component] = true;
            }
            Step::StopLending { component } => {
                self.lenders[component] = None;
                self.model.lends[component] = false;
            }
            step if !self.reservations.is_empty() => self.change(step),
            _ => {}
        }
    }

    fn change(&mut self, step: Step) {
        let count = self.reservations.len();
        match step {
            Step::Grow { reservation, bytes } => self.grow(reservation % count, bytes),
            Step::Shrink { reservation, part } => {
                let (index, bytes) = self.part(reservation % count, part);
                self.reservations[index].shrink(Bytes(bytes));
                self.model.held[index].2 -= bytes;
                self.model.settle();
            }
            Step::Resize { reservation, bytes } => self.resize(reservation % count, bytes),
            Step::Split { reservation, part } => {
                let (index, bytes) = self.part(reservation % count, part);
                let split = self.reservations[index].split(Bytes(bytes));
                self.add(index, bytes, split);
            }
            Step::Take { reservation } => {
                let index = reservation % count;
                let taken = self.reservations[index].take();
                self.add(index, self.model.held[index].2, taken);
            }
            Step::Fix { reservation } => self.fix(reservation % count),
            Step::Unfix { reservation } => {
                self.reservations[reservation % count].make_spillable();
                self.model.held[reservation % count].1 = Kind::Spillable;
            }
            Step::Drop { reservation } => {
                drop(self.reservations.swap_remove(reservation % count));
                self.model.held.swap_remove(reservation % count);
                self.model.settle();
            }
            _ => {}
        }
    }

    fn part(&self, index: usize, part: f64) -> (usize, u64) {
        (index, (self.model.held[index].2 as f64 * part) as u64)
    }

    fn add(&mut self, of: usize, bytes: u64, reservation: Reservation) {
        let (job, kind, _) = self.model.held[of];
        self.model.held[of].2 -= bytes;
        self.model.held.push((job, kind, bytes));
        self.reservations.push(reservation);
    }

    fn grow(&mut self, index: usize, bytes: u64) {
        let (job, kind, _) = self.model.held[index];
        let expected = self.model.bound(job, kind, bytes);
        let result = self.reservations[index].try_grow(Bytes(bytes));
        self.compare(index, bytes, expected, &result);
    }

    fn resize(&mut self, index: usize, bytes: u64) {
        let (job, kind, held) = self.model.held[index];
        let result = self.reservations[index].try_resize(Bytes(bytes));
        match bytes.checked_sub(held) {
            None => {
                result.unwrap();
                self.model.held[index].2 = bytes;
                self.model.settle();
            }
            Some(more) => {
                let expected = self.model.bound(job, kind, more);
                self.compare(index, more, expected, &result);
            }
        }
    }

    fn compare(
        &mut self,
        index: usize,
        bytes: u64,
        expected: Option<Bound>,
        result: &Result<(), bolt_memory::Refused>,
    ) {
        let told = result.as_ref().err();
        assert_eq!(told.map(|refused| refused.bound), expected, "{told:?}");
        if let Some(refused) = told {
            let component = self.model.jobs[self.model.held[index].0].0;
            let why = match (refused.bound, self.model.lends[component]) {
                (Bound::Loan, true) => Some(NoLoan::Critical),
                (Bound::Loan, false) => Some(NoLoan::NotReclaimable),
                _ => None,
            };
            assert_eq!((refused.no_loan, refused.asked), (why, Bytes(bytes)));
        } else {
            self.model.held[index].2 += bytes;
            self.model.settle();
        }
    }

    fn fix(&mut self, index: usize) {
        let (job, kind, bytes) = self.model.held[index];
        let component = self.model.jobs[job].0;
        let fits = self.model.fixed(component) + bytes <= self.model.share(component);
        let fixed = self.reservations[index].try_make_fixed();
        assert_eq!(fixed.is_ok(), fits || kind == Kind::Fixed);
        if fixed.is_ok() {
            self.model.held[index].1 = Kind::Fixed;
        }
    }

    /// Compares all that can be seen.
    fn check(&self) {
        let Self { model, .. } = self;
        let report = self.budget.report();
        assert_eq!(report.held.0, model.sum(|_| true));
        assert_eq!(report.limit.0, model.limit);
        assert_eq!(report.level, [Level::Normal, Level::Warning, Level::Critical][model.level]);
        let events = report.events;
        assert_eq!((events.warnings, events.criticals), (model.warnings, model.criticals));
        for (index, component) in report.components.iter().enumerate() {
            let held = model.sum(|held| model.component(held) == index);
            assert_eq!((component.held.0, component.fixed.0), (held, model.fixed(index)));
            assert_eq!(component.share.0, model.share(index));
        }
        for (index, job) in self.jobs.iter().enumerate() {
            assert_eq!(job.held().0, model.sum(|held| held.0 == index));
        }
        for (reservation, held) in self.reservations.iter().zip(&model.held) {
            assert_eq!((reservation.kind(), reservation.bytes().0), (held.1, held.2));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn every_sequence_does_what_the_model_does(steps in prop::collection::vec(step(), 1..80)) {
        let mut pair = Pair::new();
        let (mut peak, mut limit) = (0, 0);
        let mut peaks = [0; Component::COUNT];
        for step in steps {
            pair.take(step);
            pair.check();
            limit = limit.max(pair.model.limit);
            peak = peak.max(pair.budget.held().0);
            for (index, peak) in peaks.iter_mut().enumerate() {
                *peak = pair.model.sum(|held| pair.model.component(held) == index).max(*peak);
            }
        }
        let report = pair.budget.report();
        prop_assert_eq!(report.peak.0, peak);
        prop_assert_eq!(report.components.iter().map(|c| c.peak.0).collect::<Vec<_>>(), peaks);
        prop_assert!(peak <= limit);
        pair.reservations.clear();
        pair.jobs.clear();
        let report = pair.budget.report();
        prop_assert_eq!((report.held, report.jobs), (Bytes(0), Vec::new()));
        for component in report.components {
            prop_assert_eq!((component.held, component.fixed), (Bytes(0), Bytes(0)));
        }
    }
}
