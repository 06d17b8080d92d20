//! Blocks taken from the allocator as the compiler would. Every test has components of its own.

#![expect(unsafe_code, reason = "allocators are called as the compiler calls them")]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::RefCell;
use std::sync::{Mutex, mpsc};

use bolt_base::Rng;

use super::{CountingAllocator, ExactAllocator, usage};
use crate::component::Component;

fn used(component: Component) -> i64 {
    usage().map_or(0, |usage| usage.of(component))
}

/// A block with a pattern in it.
struct Block {
    pointer: *mut u8,
    layout: Layout,
    pattern: u8,
}

#[expect(unsafe_code, reason = "blocks are owned")]
// SAFETY: a block is owned by whoever has it.
unsafe impl Send for Block {}

impl Block {
    fn new(allocator: &dyn GlobalAlloc, layout: Layout, pattern: u8, zeroed: bool) -> Self {
        // SAFETY: layouts of these tests are not empty.
        let pointer = unsafe {
            if zeroed { allocator.alloc_zeroed(layout) } else { allocator.alloc(layout) }
        };
        assert!(pointer.addr().is_multiple_of(layout.align()) && !pointer.is_null());
        let mut block = Self { pointer, layout, pattern: 0 };
        if zeroed {
            block.check();
        }
        block.fill(pattern);
        block
    }

    fn bytes(size: usize) -> Self {
        let layout = Layout::from_size_align(size, 8).unwrap();
        Self::new(&CountingAllocator, layout, 1, false)
    }

    fn slice(&mut self) -> &mut [u8] {
        // SAFETY: the block is that long, and its bytes are written or zero.
        unsafe { std::slice::from_raw_parts_mut(self.pointer, self.layout.size()) }
    }

    fn fill(&mut self, pattern: u8) {
        self.pattern = pattern;
        // SAFETY: the block is that long.
        unsafe { self.pointer.write_bytes(pattern, self.layout.size()) };
    }

    fn check(&mut self) {
        let pattern = self.pattern;
        assert!(self.slice().iter().all(|byte| *byte == pattern));
    }

    fn resize(&mut self, allocator: &dyn GlobalAlloc, size: usize) {
        let kept = size.min(self.layout.size());
        // SAFETY: the block is of this allocator, and the size is not zero.
        self.pointer = unsafe { allocator.realloc(self.pointer, self.layout, size) };
        assert!(self.pointer.addr().is_multiple_of(self.layout.align()));
        self.layout = Layout::from_size_align(kept, self.layout.align()).unwrap();
        self.check();
        self.layout = Layout::from_size_align(size, self.layout.align()).unwrap();
        self.fill(self.pattern);
    }

    fn free(mut self, allocator: &dyn GlobalAlloc) {
        self.check();
        // SAFETY: the block is of this allocator.
        unsafe { allocator.dealloc(self.pointer, self.layout) };
    }
}

/// Whose turn it is with blocks of [`Component::Code`] and [`Component::Search`].
static CODE: Mutex<()> = Mutex::new(());

#[test]
fn a_change_of_scope_changes_no_count() {
    use Component::{Code, Search};
    let _turn = CODE.lock().unwrap();
    let (ready, is_ready) = mpsc::channel();
    let (go_on, wait) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let _scope = Code.enter();
            let block = Block::bytes(5_000);
            ready.send(()).unwrap();
            while wait.try_recv() == Err(mpsc::TryRecvError::Empty) {
                drop(Search.enter());
            }
            block.free(&CountingAllocator);
        });
        is_ready.recv().unwrap();
        let looks = if cfg!(miri) { 50 } else { 50_000 };
        let all: Vec<_> = (0..looks).map(|_| (used(Code), used(Search))).collect();
        drop(go_on);
        assert!(all.iter().all(|counts| *counts == (5_000, 0)));
    });
    assert_eq!((used(Code), used(Search)), (0, 0));
}

#[test]
fn scopes_nest() {
    use Component::{Code, Search};
    let _turn = CODE.lock().unwrap();
    let outer = Code.enter();
    let first = Block::bytes(1_000);
    let inner = Search.enter();
    let second = Block::bytes(300);
    assert_eq!((used(Code), used(Search)), (1_000, 300));
    drop(inner);
    let third = Block::bytes(50);
    assert_eq!((used(Code), used(Search)), (1_050, 300));
    first.free(&CountingAllocator);
    third.free(&CountingAllocator);
    drop(outer);
    let _again = Search.enter();
    second.free(&CountingAllocator);
    assert_eq!((used(Code), used(Search)), (0, 0));
}

/// One thread's life among others that pass blocks on; returns what it was left with.
fn live(seed: u64, passed: &Mutex<Vec<Block>>, component: Component) -> Vec<Block> {
    let _scope = component.enter();
    let allocator: &dyn GlobalAlloc = &CountingAllocator;
    let mut rng = Rng::new(seed);
    let mut own: Vec<Block> = Vec::new();
    for _ in 0..if cfg!(miri) { 100 } else { 3_000 } {
        let pick = rng.next_u64();
        // Mostly small, sometimes larger than what a thread keeps to itself.
        let size = 1 + (rng.next_u64() >> (64 - [4, 7, 11, 19][(pick % 4) as usize])) as usize;
        let layout = Layout::from_size_align(size, 1 << (pick >> 8 & 7)).unwrap();
        let index = (pick >> 16) as usize % own.len().max(1);
        match (pick >> 4) % 8 {
            0..=2 => own.push(Block::new(allocator, layout, pick as u8, pick & (1 << 40) == 0)),
            3 | 4 if !own.is_empty() => own.swap_remove(index).free(allocator),
            5 if !own.is_empty() => own[index].resize(allocator, size),
            6 if !own.is_empty() => passed.lock().unwrap().push(own.swap_remove(index)),
            7 => own.extend(passed.lock().unwrap().pop()),
            _ => {}
        }
    }
    own
}

#[test]
fn what_threads_count_is_what_lives() {
    let component = Component::Lyra;
    let sum = |blocks: &[Block]| blocks.iter().map(|b| b.layout.size() as i64).sum::<i64>();
    let passed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        let (lives, all_lives) = mpsc::channel();
        let hold = |seed| {
            let (passed, lives) = (&passed, lives.clone());
            let (go_on, wait) = mpsc::channel::<()>();
            scope.spawn(move || {
                let own = live(seed, passed, component);
                lives.send(sum(&own)).unwrap();
                // Until the other end is dropped, or unwound.
                wait.recv().unwrap_err();
                let _scope = component.enter();
                own.into_iter().for_each(|block| block.free(&CountingAllocator));
            });
            go_on
        };
        let _go_on = [0, 1, 2, 3].map(hold);
        drop(lives);
        let own: i64 = all_lives.iter().take(4).sum();
        let expected = own + sum(&passed.lock().unwrap());
        assert!(expected > 1_000_000 || cfg!(miri), "{expected}");
        assert_eq!(used(component), expected, "while the threads hold counts of their own");
    });
    assert_eq!(used(component), sum(&passed.lock().unwrap()), "after they ended");
    let _scope = component.enter();
    passed.into_inner().unwrap().into_iter().for_each(|block| block.free(&CountingAllocator));
    assert_eq!(used(component), 0);
}

#[test]
fn small_blocks_count_where_they_are_freed_and_large_ones_where_they_came_from() {
    use Component::{Cache, Swarm};
    const LARGE: usize = 1 << 16;
    let counts = || (used(Swarm), used(Cache));
    let [small, mut large, mut grows] = {
        let _scope = Swarm.enter();
        [10_000, LARGE, LARGE - 1].map(Block::bytes)
    };
    let before = counts().0;
    assert_eq!(before, (10_000 + 2 * LARGE - 1) as i64);
    let scope = Cache.enter();
    small.free(&CountingAllocator);
    assert_eq!(counts(), (before, -10_000));
    let allocator: &dyn GlobalAlloc = &CountingAllocator;
    large.resize(allocator, 3 * LARGE);
    assert_eq!(counts(), (before + 2 * LARGE as i64, -10_000));
    // What becomes small is moved, to whoever has it now.
    large.resize(allocator, 100);
    assert_eq!(counts(), (10_000 + LARGE as i64 - 1, -9_900));
    // And so is what becomes large; as it was small, it was let go of here.
    grows.resize(allocator, LARGE);
    assert_eq!(counts(), (10_000 + LARGE as i64 - 1, -9_899));
    drop(scope);
    let _scope = Component::Search.enter();
    grows.free(allocator);
    assert_eq!(counts().1, -9_899 - LARGE as i64);
    let _scope = Cache.enter();
    large.free(allocator);
    let zeroed = Layout::from_size_align(LARGE, 4096).unwrap();
    let zeroed = Block::new(allocator, zeroed, 3, true);
    assert_eq!(counts().1, -9_999);
    zeroed.free(allocator);
    assert_eq!(counts(), (10_000 + LARGE as i64 - 1, -9_999 - LARGE as i64));
}

#[test]
fn any_large_layout_is_aligned() {
    let _turn = OTHER.lock().unwrap();
    for align in (0..17).map(|bits| 1 << bits) {
        let layout = Layout::from_size_align((1 << 16) + align, align).unwrap();
        let mut block = Block::new(&CountingAllocator, layout, 7, align % 3 == 1);
        block.resize(&CountingAllocator, 1 << 18);
        block.resize(&CountingAllocator, 77);
        block.free(&CountingAllocator);
    }
}

#[test]
fn any_layout_is_aligned() {
    let _turn = OTHER.lock().unwrap();
    for align in (0..17).map(|bits| 1 << bits) {
        for size in [1, 8, 9, 24, 1_016, 1_023, 1_024, 1_025, 5_000] {
            let layout = Layout::from_size_align(size, align).unwrap();
            let blocks = [0; 5].map(|_| Block::new(&CountingAllocator, layout, 7, false));
            blocks.into_iter().for_each(|block| block.free(&CountingAllocator));
        }
    }
}

// Miri fails at such layouts itself.
#[cfg(not(miri))]
#[test]
fn what_failed_is_not_counted() {
    let _scope = Component::Market.enter();
    let mut block = Block::bytes(100);
    let huge = Layout::from_size_align(isize::MAX as usize / 2, 64).unwrap();
    let far = Layout::from_size_align(8, 1 << 62).unwrap();
    // SAFETY: the layouts are not empty, and the block is of this allocator.
    unsafe {
        assert!(CountingAllocator.alloc(far).is_null());
        assert!(ExactAllocator.alloc(huge).is_null());
        assert!(CountingAllocator.alloc(huge).is_null());
        assert!(CountingAllocator.alloc_zeroed(huge).is_null());
        assert!(CountingAllocator.realloc(block.pointer, block.layout, huge.size()).is_null());
    }
    block.check();
    assert_eq!(used(Component::Market), 100);
    block.free(&CountingAllocator);
    assert_eq!(used(Component::Market), 0);
}

/// Whose turn it is with blocks outside all scopes.
static OTHER: Mutex<()> = Mutex::new(());

thread_local! {
    static LATE: RefCell<Late> = const { RefCell::new(Late(Vec::new())) };
}

/// Frees what it holds when the thread ends, after the thread's counters have ended.
struct Late(Vec<Block>);

impl Drop for Late {
    fn drop(&mut self) {
        let more = Block::bytes(33);
        for block in self.0.drain(..) {
            block.free(&CountingAllocator);
        }
        more.free(&CountingAllocator);
    }
}

#[test]
fn destructors_of_a_thread_are_counted_to_the_end() {
    let _turn = OTHER.lock().unwrap();
    let before = used(Component::Other);
    let left = std::thread::spawn(|| {
        // Destructors run in the reverse order of this first use.
        LATE.with_borrow_mut(|late| late.0.reserve(8));
        let blocks = (0..8).map(|_| Block::bytes(777));
        LATE.with_borrow_mut(|late| late.0.extend(blocks));
        Block::bytes(555)
    });
    let left = left.join().unwrap();
    assert_eq!(used(Component::Other), before + 555);
    left.free(&CountingAllocator);
    assert_eq!(used(Component::Other), before);
}

#[test]
fn the_exact_allocator_keeps_blocks_as_they_are() {
    let _turn = OTHER.lock().unwrap();
    let allocator: &dyn GlobalAlloc = &ExactAllocator;
    for align in (0..13).map(|bits| 1 << bits) {
        for size in [1, 7, 64, 1_000, if cfg!(miri) { 2_000 } else { 100_000 }] {
            let layout = Layout::from_size_align(size, align).unwrap();
            let mut block = Block::new(allocator, layout, 0xA5, size % 2 == 1);
            block.resize(allocator, size * 3);
            block.resize(allocator, size.div_ceil(2));
            block.free(allocator);
        }
    }
}
