//! Runs compiled parts of a plan on the machine's buffers.
#![expect(unsafe_code, reason = "hands pointers to buffers to machine code")]

use super::{Buffer, Direct, Geometry, MARGIN, Machine, Scalar, Span};
use crate::jit::{Compiled, Pointer, Stage};
use crate::plan::{Plan, View};

impl<E: Scalar> Machine<E> {
    /// Runs all steps over the first rows of the current block.
    pub(crate) fn run_compiled(
        &mut self,
        plan: &Plan,
        compiled: &Compiled,
        rows: usize,
        direct: &mut Direct<'_, E>,
    ) {
        let span = Span { first: 0, rows };
        let stride = self.geometry.stride;
        for stage in compiled.stages() {
            match stage {
                Stage::Step(position) => self.run_step(&plan.steps[*position], span, direct),
                Stage::Map(map) => {
                    let length = self.padded(span);
                    let pointers = self.pointers(map.places(), length, direct);
                    // SAFETY: the level was checked when it was made; `pointers` checked that each
                    // buffer holds `length` numbers, and the rows before them. Blocks are padded to
                    // whole vectors of every width.
                    unsafe { map.run(&pointers, length * size_of::<E>()) };
                }
                Stage::Scan(scan) => {
                    let mut pointers = self.pointers(scan.places(), rows * stride, direct);
                    let states = self.states[..scan.states()].iter_mut();
                    pointers.extend(states.map(|state| {
                        assert_eq!(state.len(), stride, "a state has a value for each lane");
                        state.as_mut_ptr().cast::<u8>()
                    }));
                    // SAFETY: as above, for all rows; states were checked just now.
                    unsafe { scan.run(&pointers, rows, stride) };
                }
            }
        }
    }

    /// Returns where each place is for the current block.
    ///
    /// # Panics
    /// If a buffer or column does not reach so far back, or is shorter than `length` numbers.
    fn pointers(
        &mut self,
        places: impl Iterator<Item = (Pointer, usize)>,
        length: usize,
        direct: &mut Direct<'_, E>,
    ) -> Vec<*mut u8> {
        let geometry = self.geometry;
        places
            .map(|(place, back)| match place {
                Pointer::Series(slot) => {
                    let rows = direct.series(slot).expect("a series is read where it is");
                    assert!(length <= rows.len() * geometry.stride);
                    rows.as_ptr().cast_mut().cast()
                }
                Pointer::Number(view) => {
                    if let Some(results) = direct.place(view.slot, length) {
                        assert_eq!(view.delay + back, 0, "results are not read again");
                        return results.as_mut_ptr().cast();
                    }
                    if let Some((column, _, first)) = direct.column(view.slot) {
                        assert!(view.delay + back <= first && first + length <= column.len());
                        // Inputs are only read.
                        let start = column.as_ptr().wrapping_add(first - view.delay);
                        return start.cast_mut().cast();
                    }
                    pointer(&mut self.numbers[view.slot], view, back, length, &geometry)
                }
                Pointer::High(view) => {
                    pointer(&mut self.wide_high[view.slot], view, back, length, &geometry)
                }
                Pointer::Low(view) => {
                    pointer(&mut self.wide_low[view.slot], view, back, length, &geometry)
                }
                Pointer::Fixed(slot) => {
                    let buffer = &mut self.numbers[slot];
                    assert!(buffer.start + geometry.stride <= buffer.values.len());
                    buffer.values[buffer.start..].as_mut_ptr().cast()
                }
                Pointer::Yes(slot) => plane(&mut self.truths[slot].yes, length),
                Pointer::No(slot) => plane(&mut self.truths[slot].no, length),
            })
            .collect()
    }
}

fn pointer<T: Copy>(
    buffer: &mut Buffer<T>,
    view: View,
    back: usize,
    length: usize,
    geometry: &Geometry,
) -> *mut u8 {
    // Whole vectors are loaded, of which rows before the history are not used.
    let reach = buffer.history * geometry.stride + MARGIN;
    let behind = view.delay * geometry.stride;
    assert!(behind + back < reach, "a buffer reaches as far back as it is read");
    let start = buffer.base(geometry) - behind;
    assert!(start + length <= buffer.values.len(), "a block ends within its buffer");
    // Not of the slice from `start` on: rows before it are read, too.
    buffer.values.as_mut_ptr().wrapping_add(start).cast()
}

fn plane(plane: &mut [u8], length: usize) -> *mut u8 {
    assert!(length / 8 <= plane.len(), "a block ends within its plane");
    plane.as_mut_ptr()
}
