//! Which pages leave, against a model that sums up all accesses of all pages every time.

use bolt_base::{Bytes, Rng};

use super::super::{DiskTierOptions, GpuTierOptions, PageStoreOptions, Tier};
use super::support::{PAGE, budget, bytes_of, disk, five, memory, open, state};
use crate::{Budget, Component, Kind, PageStore, Policy, Thresholds};

const HALF_LIFE: f64 = 50.0;

/// Device memory of 8 pages that gives away above 6, memory of 16 that does above 14.
#[derive(Default)]
struct Model {
    now: u64,
    /// Accesses by page.
    accesses: Vec<Vec<u64>>,
    tiers: Vec<Option<Tier>>,
}

impl Model {
    fn worth(&self, id: u64) -> f64 {
        let ages = self.accesses[id as usize].iter().map(|time| self.now - time);
        ages.map(|age| (-(age as f64) / HALF_LIFE).exp2()).sum()
    }

    fn of(&self, tier: Tier) -> Vec<u64> {
        let is_there = |id: &u64| self.tiers[*id as usize] == Some(tier);
        let mut pages: Vec<u64> = (0..self.tiers.len() as u64).filter(is_there).collect();
        pages.sort_by(|a, b| self.worth(*a).total_cmp(&self.worth(*b)));
        pages
    }

    fn touch(&mut self, id: u64) {
        self.now += 1;
        self.accesses[id as usize].push(self.now);
    }

    fn write(&mut self, id: u64) {
        if !matches!(self.tiers[id as usize], Some(Tier::Gpu | Tier::Cpu)) {
            self.tiers[id as usize] = Some(Tier::Gpu);
        }
        self.touch(id);
        self.relieve();
    }

    fn read(&mut self, id: u64) {
        let Some(tier) = self.tiers[id as usize] else { return };
        self.touch(id);
        let takes = |tier, limit| {
            let pages = self.of(tier);
            pages.len() < limit || self.worth(pages[0]) < self.worth(id)
        };
        if tier != Tier::Gpu && takes(Tier::Gpu, 6) {
            self.tiers[id as usize] = Some(Tier::Gpu);
        } else if tier == Tier::Nvme && takes(Tier::Cpu, 14) {
            self.tiers[id as usize] = Some(Tier::Cpu);
        }
        self.relieve();
    }

    /// Blocks have one page, so that pages leave one by one.
    fn relieve(&mut self) {
        for (tier, limit, below) in [(Tier::Gpu, 6, Tier::Cpu), (Tier::Cpu, 14, Tier::Nvme)] {
            while self.of(tier).len() > limit {
                let coldest = self.of(tier)[0];
                self.tiers[coldest as usize] = Some(below);
            }
        }
    }
}

#[test]
fn the_coldest_pages_leave_and_hotter_ones_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let options = PageStoreOptions {
        gpu: Some(GpuTierOptions { capacity: Bytes(8 * PAGE), device: None }),
        nvme: Some(disk(folder.path(), "nvme", 1, 200)),
        ..memory()
    };
    let store = open(&options);
    let mut model = Model { accesses: vec![Vec::new(); 60], tiers: vec![None; 60], now: 0 };
    let mut rng = Rng::new(4);
    for step in 0..1_500 {
        let id = rng.below(60) * rng.below(60) / 59;
        if rng.below(3) == 0 {
            store.write(id, &bytes_of(id, step)).unwrap();
            model.write(id);
        } else {
            store.read(id).unwrap();
            model.read(id);
        }
        let tiers: Vec<Option<Tier>> = (0..60).map(|id| store.tier_of(id)).collect();
        assert_eq!(tiers, model.tiers, "step {step}");
    }
    assert!(Tier::ALL[..3].iter().all(|tier| !model.of(*tier).is_empty()));
}

#[test]
fn a_tier_passes_its_threshold_by_no_page_and_gives_whole_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&five(folder.path()));
    let used = |tier| state(&store.report(), tier);
    for id in 0..20 {
        store.write(id, &bytes_of(id, 0)).unwrap();
        assert!(used(Tier::Gpu).pages <= 6 && used(Tier::Cpu).pages <= 14);
        assert_eq!(used(Tier::Nvme).pages, 0);
    }
    store.write(20, b"one too many").unwrap();
    // Four pages make a block of the first folder.
    assert_eq!([Tier::Gpu, Tier::Cpu, Tier::Nvme].map(|tier| used(tier).pages), [6, 11, 4]);
    assert!((0..4).all(|id| store.tier_of(id) == Some(Tier::Nvme)), "the first are the coldest");
    for id in 21..400 {
        store.write(id, &bytes_of(id, 0)).unwrap();
        for (tier, threshold) in [(Tier::Nvme, 0.95), (Tier::Ssd, 0.98)] {
            let state = used(tier);
            assert!(state.used.0 as f64 <= threshold * state.capacity.0 as f64, "{tier:?}");
        }
    }
    let report = store.report();
    for migration in &report.migrations {
        let per_move = match migration.to {
            Tier::Gpu | Tier::Cpu => 1,
            Tier::Nvme => 4,
            Tier::Ssd => 8,
            Tier::Hdd => 16,
        };
        assert_eq!(migration.pages, per_move * migration.moves, "{migration:?}");
    }
    assert_eq!(report.migrations.len(), 4);
    assert_eq!(report.failures, 0);
}

#[test]
fn space_on_disk_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let options = PageStoreOptions { nvme: Some(disk(folder.path(), "nvme", 4, 100)), ..memory() };
    let store = open(&options);
    let mut rng = Rng::new(8);
    let mut most = 0;
    for step in 0..6_000 {
        let id = rng.below(300);
        store.write(id, &bytes_of(id, step)).unwrap();
        let super::super::Medium::Folder { files, .. } = state(&store.report(), Tier::Nvme).medium
        else {
            panic!("a folder")
        };
        most = most.max(files.0);
    }
    store.check_for_test();
    let capacity = options.nvme.as_ref().unwrap().capacity.0;
    let written: u64 = store.report().migrations.iter().map(|to_disk| to_disk.moves * 8192).sum();
    assert!(written > 5 * capacity, "{written}");
    // What is wanted, a quarter and two segments, and what is being written anew.
    assert!(most <= capacity + capacity / 4 + 4 * (64 << 10), "{most} of {capacity}");
}

/// A budget in which nothing is critical before it is full.
fn calm(limit: u64) -> Budget {
    let thresholds = Thresholds { warning: 1.0 - 1e-9, critical: 1.0, hysteresis: 0.0 };
    Budget::new(Policy { thresholds, ..Policy::new(Bytes(limit)) }, Vec::new()).unwrap()
}

#[test]
fn the_budget_has_memory_back_and_no_page_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let budget = calm(64 << 20);
    let options = PageStoreOptions {
        nvme: Some(DiskTierOptions::nvme(folder.path(), Bytes(256 << 20))),
        cpu: Bytes(48 << 20),
        page: Bytes(4096),
        ..memory()
    };
    // Other may hold 5 % of the limit for sure, and is lent more.
    let store = PageStore::open(&options, &budget, Component::Other).unwrap();
    let pages = (8 << 20) / 4096;
    for id in 0..pages {
        store.write(id, &id.to_le_bytes()).unwrap();
    }
    assert_eq!(state(&store.report(), Tier::Cpu).pages as u64, pages);
    // All that is not lent is taken by who has a share of it; then what is lent has to come back.
    let lent = budget.job(Component::Market, "ask", None).reserve(Kind::Fixed, Bytes(32 << 20));
    let (lent, mut held) = (lent.unwrap(), Vec::new());
    for (component, mebibytes) in
        [(Component::Code, 10), (Component::Search, 5), (Component::Cache, 6), (Component::Lyra, 3)]
    {
        let bytes = Bytes(mebibytes << 20);
        held.push(budget.job(component, "ask", None).reserve(Kind::Fixed, bytes).unwrap());
    }
    let left = state(&store.report(), Tier::Cpu).pages as u64;
    assert!(left < pages, "{left} of {pages} pages are still in memory");
    assert!(budget.held() <= Bytes(64 << 20));
    drop((lent, held));
    for id in (0..pages).step_by(7) {
        assert_eq!(store.read(id).unwrap().as_deref(), Some(&id.to_le_bytes()[..]));
    }
    assert_eq!(store.report().failures, 0);
}

#[test]
fn pages_go_to_disk_when_the_budget_gives_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let options = PageStoreOptions { nvme: Some(disk(folder.path(), "nvme", 4, 500)), ..memory() };
    let budget = budget(4 << 20);
    let store = PageStore::open(&options, &budget, Component::Market).unwrap();
    let mut rest = budget.job(Component::Market, "rest", None).reservation(Kind::Spillable);
    let mut step = 1 << 20;
    while step > 0 {
        while rest.try_grow(Bytes(step)).is_ok() {}
        step /= 2;
    }
    for id in 0..40 {
        store.write(id, &bytes_of(id, 0)).unwrap();
    }
    assert!((0..40).all(|id| store.tier_of(id) == Some(Tier::Nvme)));
    drop(rest);
    for id in 0..40 {
        assert_eq!(store.read(id).unwrap().as_deref(), Some(&bytes_of(id, 0)[..]));
    }
    store.check_for_test();
}
