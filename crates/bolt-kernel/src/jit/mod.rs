//! Machine code for the parts of a plan that are loops over vectors.
//!
//! Runs of element-wise steps become one loop that keeps what it computes in registers; a scan
//! becomes a loop over the rows with its states in registers, for several vectors of lanes at a
//! time. Everything else stays with the interpreter, whose results are the same to the last bit:
//! compiled operations are recorded from the interpreter's own definitions (`trace`).
//!
//! In reading order: `lower` makes a body (`ir`) of steps, `emit` turns it into instructions
//! (`encode`) with registers from `registers`, `code` puts a function around it.

mod code;
mod direct;
mod effects;
mod emit;
mod encode;
mod ir;
mod lower;
mod memory;
mod registers;
mod trace;

pub(crate) use ir::Pointer;

use crate::explain::{Run, StepReport};
use crate::plan::{Layout, Plan, Slot, Step};
use bolt_hardware::SimdLevel;
use code::Code;
use direct::Direct;
use emit::Loop;
use encode::Width;
use ir::Type;

/// A plan, compiled as far as that goes.
#[derive(Debug, Default)]
pub(crate) struct Compiled {
    stages: Vec<Stage>,
    reports: Vec<StepReport>,
    direct: Direct,
}

/// What to run next.
#[derive(Debug)]
pub(crate) enum Stage {
    /// A step that is interpreted.
    Step(usize),
    Map(Map),
    Scan(Scan),
}

/// Several steps as one loop over whole vectors: over as many at a time as the registers hold, and
/// over 64 bytes for what is left.
#[derive(Debug)]
pub(crate) struct Map(Vec<Code>);

/// A scan, compiled for one vector of lanes and for several side by side.
#[derive(Debug)]
pub(crate) struct Scan(Vec<Code>);

/// Vectors of 64 bytes that a map works on at a time: with more operations that do not depend on
/// each other close together, fewer wait in the processor's queues.
const MAP_UNROLL: [usize; 2] = [4, 2];

/// A map of fewer steps than this would gain nothing.
const MAP_STEPS_MIN: usize = 2;

/// As many vectors of lanes side by side hide the latency of a step behind those of others.
const SCAN_VECTORS_MAX: usize = 4;

/// A body of so many items or more keeps the processor busy by itself.
const SCAN_ITEMS_FOR_ONE: usize = 256;

impl Compiled {
    /// Compiles what can be compiled of a plan, for columns of numbers of so many bytes.
    ///
    /// # Errors
    /// Why nothing can be compiled.
    pub(crate) fn new(
        plan: &Plan,
        layout: Layout,
        level: SimdLevel,
        number_bytes: usize,
    ) -> Result<Self, String> {
        let width = match level {
            SimdLevel::Avx512 => Width::Full,
            SimdLevel::Avx2 => Width::Half,
            SimdLevel::Portable => return Err("the SIMD level is below avx2".to_owned()),
        };
        let number_type = if number_bytes == 4 { Type::F32 } else { Type::F64 };
        let mut compiler = Compiler {
            plan,
            layout,
            level,
            width,
            number_type,
            loops: 0,
            compiled: Self::default(),
        };
        compiler.compile().map_err(|error| format!("no memory can be made executable: {error}"))?;
        let mut compiled = compiler.compiled;
        compiled.direct = Direct::new(plan, layout, &compiled.stages);
        Ok(compiled)
    }

    pub(crate) fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// Returns the input that can be read in place of a slot's buffer.
    pub(crate) fn direct_input(&self, slot: Slot) -> Option<usize> {
        self.direct.place.input(slot)
    }

    /// Returns the root that can be written in place of a slot's buffer.
    pub(crate) fn direct_root(&self, slot: Slot) -> Option<usize> {
        self.direct.place.root(slot)
    }

    /// Returns the input with one value a row that is read in place of a slot's buffer.
    pub(crate) fn series(&self, slot: Slot) -> Option<usize> {
        self.direct.series[slot]
    }

    /// Returns whether no rows of a buffer are read or written, by steps or for inputs.
    pub(crate) fn is_free(&self) -> bool {
        self.direct.is_free
    }

    pub(crate) fn reports(&self) -> &[StepReport] {
        &self.reports
    }
}

struct Compiler<'p> {
    plan: &'p Plan,
    layout: Layout,
    level: SimdLevel,
    width: Width,
    number_type: Type,
    loops: usize,
    compiled: Compiled,
}

impl Compiler<'_> {
    fn compile(&mut self) -> std::io::Result<()> {
        let steps = &self.plan.steps;
        let mut first = 0;
        while first < steps.len() {
            if let Some(reason) = lower::refusal(&steps[first]) {
                self.interpret(first, reason);
                first += 1;
                continue;
            }
            if matches!(steps[first], Step::Scan { .. }) {
                self.scan(first)?;
                first += 1;
                continue;
            }
            let fits =
                |step: &Step| lower::refusal(step).is_none() && !matches!(step, Step::Scan { .. });
            let count = steps[first..].iter().take_while(|step| fits(step)).count();
            if count < MAP_STEPS_MIN {
                self.interpret(first, "nothing to fuse it with");
            } else {
                self.map(first, first + count)?;
            }
            first += count;
        }
        Ok(())
    }

    fn interpret(&mut self, position: usize, reason: &'static str) {
        self.compiled.stages.push(Stage::Step(position));
        let run = Run::Interpreted { reason: reason.to_owned() };
        self.compiled.reports.push(StepReport::new(&self.plan.steps[position], run));
    }

    fn report(&mut self, first: usize, end: usize, code_bytes: usize) {
        let run = Run::Compiled { number: self.loops, level: self.level, code_bytes };
        self.loops += 1;
        let steps = &self.plan.steps[first..end];
        let reports = steps.iter().map(|step| StepReport::new(step, run.clone()));
        self.compiled.reports.extend(reports);
    }

    fn map(&mut self, first: usize, end: usize) -> std::io::Result<()> {
        let body = lower::map(self.plan, self.layout, self.number_type, self.width, (first, end));
        let parts = 64 / self.width.bytes(self.number_type);
        let compile = |vectors: usize| {
            let parts = vectors * parts;
            let body = body.unrolled(parts, vectors > 1);
            Code::new(&body, parts, self.width, self.number_type, Loop::Vectors)
        };
        let mut codes = Vec::new();
        for vectors in MAP_UNROLL {
            let code = compile(vectors)?;
            if !code.spills {
                codes.push(code);
                break;
            }
        }
        codes.push(compile(1)?);
        self.report(first, end, codes.iter().map(Code::len).sum());
        self.compiled.stages.push(Stage::Map(Map(codes)));
        Ok(())
    }

    fn scan(&mut self, position: usize) -> std::io::Result<()> {
        let body = lower::scan(self.plan, self.layout, self.number_type, position);
        let (width, most) = match self.layout {
            Layout::OneLane => (Width::One, 1),
            Layout::Lanes => {
                let most = SCAN_ITEMS_FOR_ONE / body.items.len().max(1);
                (self.width, most.clamp(1, SCAN_VECTORS_MAX))
            }
        };
        let codes = (1..=most)
            .map(|vectors| {
                let body = body.unrolled(vectors, false);
                Code::new(&body, vectors, width, self.number_type, Loop::Rows)
            })
            .collect::<std::io::Result<Vec<Code>>>()?;
        self.report(position, position + 1, codes.iter().map(Code::len).sum());
        self.compiled.stages.push(Stage::Scan(Scan(codes)));
        Ok(())
    }
}

#[expect(unsafe_code, reason = "hands pointers on to machine code")]
impl Map {
    /// Returns what the loop reads and writes, with how many rows back.
    pub(crate) fn places(&self) -> impl Iterator<Item = (Pointer, usize)> {
        self.0[0].places()
    }

    /// Runs over `bytes` bytes of each column of numbers, a multiple of 64.
    ///
    /// # Safety
    /// The processor has the instructions that the plan was compiled for. There is a pointer for
    /// each of [`Self::places`], valid for what it stands for: for the whole length, and as many
    /// rows back as is said there.
    pub(crate) unsafe fn run(&self, pointers: &[*mut u8], bytes: usize) {
        let mut first = 0;
        for code in &self.0 {
            let end = first + (bytes - first) / code.step() * code.step();
            // SAFETY: the caller's; the end is within the length.
            unsafe { code.run_vectors(pointers, first, end) };
            first = end;
        }
    }
}

#[expect(unsafe_code, reason = "hands pointers on to machine code")]
impl Scan {
    /// Returns what the loop reads and writes, with how many rows back.
    pub(crate) fn places(&self) -> impl Iterator<Item = (Pointer, usize)> {
        self.0[0].places()
    }

    /// Returns of how many of the first states a pointer is needed.
    pub(crate) fn states(&self) -> usize {
        self.0[0].states
    }

    /// Runs over rows of `stride` numbers.
    ///
    /// # Safety
    /// As [`Map::run`]; the pointers of the states follow those of the places and are valid for
    /// `stride` numbers each. `stride` is 1, or a multiple of a vector of 64 bytes.
    pub(crate) unsafe fn run(&self, pointers: &[*mut u8], rows: usize, stride: usize) {
        let row_bytes = stride * self.0[0].number_bytes();
        let mut first = 0;
        while first < row_bytes {
            let vectors = ((row_bytes - first) / self.0[0].step()).min(self.0.len());
            let code = &self.0[vectors - 1];
            // SAFETY: the caller's; the vectors end within the row.
            unsafe { code.run_rows(pointers, rows, row_bytes, first) };
            first += code.step();
        }
    }
}
