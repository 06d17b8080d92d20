//! What memory costs: reservations, and our allocator beside the same mimalloc without counting.
//!
//! Blocks are taken and given back through functions that are not inlined, as the compiler calls
//! the allocator of a program. A time is that of a thousand blocks, taken and given back. Of a block
//! its first byte is written, so that page faults are few and what is left is the allocators' work;
//! what mimalloc gives back to the operating system meanwhile falls on one side or another by
//! chance. So the allocators take turns in changing order, and a ratio is the median of the ratios
//! within a turn.

use std::alloc::{GlobalAlloc, Layout};
use std::hint::black_box;

use anyhow::Result;
use bolt_base::{Bytes, Rng};
use bolt_memory::{Budget, Component, CountingAllocator, Kind, Policy};
use mimalloc::MiMalloc;

use crate::bench::{Bench, median};
use crate::clock::process_seconds;
use crate::report::{Outcome, PeerValue, Row};

/// Counting may cost 5 %.
const LEAST_RATIO: f64 = 0.95;

/// How often the allocators take turns for each repeat that was asked for: what else goes on in
/// the machine should meet all of them.
const TURNS: usize = 10;

/// Sizes of blocks, and how many live at a time.
struct Load {
    name: &'static str,
    /// As powers of two; sizes between are as likely by their logarithm as by their value.
    bits: (u32, u32),
    live: usize,
    count: usize,
    threads: usize,
}

const LOADS: [Load; 5] = [
    Load { name: "16-512 B", bits: (4, 9), live: 1 << 10, count: 200_000, threads: 1 },
    Load { name: "16-512 B, 2 threads", bits: (4, 9), live: 1 << 10, count: 200_000, threads: 2 },
    Load { name: "1 KiB-64 KiB", bits: (10, 16), live: 64, count: 20_000, threads: 1 },
    Load { name: "64 KiB-1 MiB", bits: (16, 20), live: 64, count: 20_000, threads: 1 },
    Load { name: "1 KiB-1 MiB", bits: (10, 20), live: 64, count: 20_000, threads: 1 },
];

/// mimalloc as C programs call it. The crate calls its interface for any alignment, which checks
/// more.
struct Direct;

#[expect(unsafe_code, reason = "an allocator is implemented")]
// SAFETY: blocks of these tests are aligned to 8, as all of mimalloc's are.
unsafe impl GlobalAlloc for Direct {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: it takes any size.
        unsafe { libmimalloc_sys::mi_malloc(layout.size()).cast() }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, _: Layout) {
        // SAFETY: the caller's promise.
        unsafe { libmimalloc_sys::mi_free(pointer.cast()) }
    }
}

pub(crate) fn run(bench: &mut Bench) -> Result<()> {
    reservations(bench)?;
    for load in &LOADS {
        let name = format!("churn of {}", load.name);
        if bench.wants(&name) {
            let turns = turns(load, bench.repeats())?;
            let ours = median(&turns.iter().map(|turn| turn[0]).collect::<Vec<_>>());
            for (side, case, peer) in
                [(1, name.clone(), "mimalloc"), (2, format!("{name}, C"), "mi_malloc")]
            {
                let value = median(&turns.iter().map(|turn| turn[side]).collect::<Vec<_>>());
                let ratio = median(&turns.iter().map(|t| t[side] / t[0]).collect::<Vec<_>>());
                let reached = ratio >= LEAST_RATIO;
                let outcome = Outcome::Ratio { ratio, least: LEAST_RATIO, reached };
                let peers = vec![PeerValue { name: peer.into(), value, scale: 1.0 }];
                bench.add(Row { case, ours, peers, outcome });
            }
        }
    }
    Ok(())
}

/// A thousand times, a reservation grows and shrinks again: what budgets cost whoever uses them.
fn reservations(bench: &mut Bench) -> Result<()> {
    const PAIRS: u32 = 100_000;
    // Of a thousand. Two threads that do nothing else contend for the same counters.
    for (name, threads, most) in [("1 thread", 1, 100e-6), ("2 threads", 2, 500e-6)] {
        let case = format!("grow and shrink, {name}");
        if !bench.wants(&case) {
            continue;
        }
        let budget = Budget::new(Policy::new(Bytes(1 << 30)), Vec::new())?;
        let mut times = Vec::new();
        for _ in 0..bench.repeats() * TURNS {
            let start = process_seconds()?;
            std::thread::scope(|scope| {
                for _ in 0..threads {
                    let job = budget.job(Component::Market, "bench", None);
                    scope.spawn(move || {
                        let mut held = job.reservation(Kind::Fixed);
                        for bytes in 0..u64::from(PAIRS) {
                            held.try_grow(Bytes(bytes)).expect("the budget is larger");
                            held.shrink(Bytes(bytes));
                        }
                    });
                }
            });
            times.push((process_seconds()? - start) * 1_000.0 / f64::from(PAIRS * threads));
        }
        let ours = median(&times);
        let outcome = Outcome::Seconds { most, reached: ours <= most };
        bench.add(Row { case, ours, peers: Vec::new(), outcome });
    }
    Ok(())
}

/// Returns the seconds that a thousand blocks take of each allocator, turn by turn.
fn turns(load: &Load, repeats: usize) -> Result<Vec<[f64; 3]>> {
    let works: [fn(&Load, u64); 3] = [
        |l, s| churn(&CountingAllocator, l, s),
        |l, s| churn(&MiMalloc, l, s),
        |l, s| churn(&Direct, l, s),
    ];
    let mut turns = Vec::new();
    for turn in 0..=repeats * TURNS {
        let mut seconds = [0.0; 3];
        for place in 0..works.len() {
            let side = (turn + place) % works.len();
            let start = process_seconds()?;
            std::thread::scope(|scope| {
                for thread in 0..load.threads {
                    let work = works[side];
                    scope.spawn(move || work(load, (turn << 8 | thread) as u64));
                }
            });
            let blocks = (load.count * load.threads) as f64;
            seconds[side] = (process_seconds()? - start) * 1_000.0 / blocks;
        }
        turns.push(seconds);
    }
    // The first turn had to get its memory from the operating system.
    turns.remove(0);
    Ok(turns)
}

#[inline(never)]
fn take<A: GlobalAlloc>(allocator: &A, layout: Layout) -> *mut u8 {
    #[expect(unsafe_code, reason = "the allocator is called as the compiler calls it")]
    // SAFETY: no layout is empty.
    unsafe {
        allocator.alloc(layout)
    }
}

#[inline(never)]
fn give<A: GlobalAlloc>(allocator: &A, pointer: *mut u8, layout: Layout) {
    #[expect(unsafe_code, reason = "the allocator is called as the compiler calls it")]
    // SAFETY: the block is of this allocator and layout.
    unsafe {
        allocator.dealloc(pointer, layout);
    }
}

/// Gives back a random block and takes another, again and again.
fn churn<A: GlobalAlloc>(allocator: &A, load: &Load, seed: u64) {
    let align = black_box(8);
    let (least, most) = load.bits;
    let mut rng = Rng::new(seed);
    let mut layout = || {
        let random = rng.next_u64();
        let bits = least + (random >> 32) as u32 % (most - least);
        let size = (1 << bits) + (random as usize & ((1 << bits) - 1));
        let layout = Layout::from_size_align(size, align).expect("a small power of two");
        ((random >> 40) as usize % load.live, layout)
    };
    let block = |layout: Layout| {
        let pointer = take(allocator, layout);
        assert!(!pointer.is_null(), "no memory");
        #[expect(unsafe_code, reason = "a block is used")]
        // SAFETY: the block has a first byte.
        unsafe {
            pointer.write(1);
        }
        (pointer, layout)
    };
    let mut live: Vec<(*mut u8, Layout)> = (0..load.live).map(|_| block(layout().1)).collect();
    for _ in 0..load.count {
        let (index, layout) = layout();
        let (pointer, old) = live[index];
        give(allocator, pointer, old);
        live[index] = block(layout);
    }
    for (pointer, layout) in live {
        give(allocator, pointer, layout);
    }
}
