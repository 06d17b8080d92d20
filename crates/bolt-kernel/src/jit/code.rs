//! A compiled body: the function around its loop, and how it is called.
#![expect(unsafe_code, reason = "calls into generated machine code")]

use super::emit::{Emitter, Lanes, Loop};
use super::encode::{self, Source, Width, two};
use super::ir::{Body, Item, Op, Pointer, Type};
use super::memory::Executable;
use iced_x86::{Code as Opcode, Encoder, Instruction, MemoryOperand, Register};
use std::io;

/// Pointers and constants; over vectors the byte to end at, and the bytes to begin at in planes of
/// truth values and in columns; over rows how many, the bytes from row to row, and the first lane's.
type Entry = unsafe extern "sysv64" fn(*const *mut u8, *const Lanes, usize, usize, usize);

/// Machine code for a body.
#[derive(Debug)]
pub(super) struct Code {
    memory: Executable,
    constants: Vec<Lanes>,
    /// What the first pointers of a call point to, and how many rows back that is read; the
    /// pointers of states follow.
    places: Vec<(Pointer, usize)>,
    pub(super) states: usize,
    shape: Loop,
    /// Bytes of a column of numbers that a pass of the loop works on.
    step: usize,
    number_type: Type,
    /// Whether values had to go to the stack.
    pub(super) spills: bool,
}

impl Code {
    /// Compiles a body that works on so many vectors at a time.
    ///
    /// # Errors
    /// If no memory can be made executable.
    pub(super) fn new(
        body: &Body,
        parts: usize,
        width: Width,
        number_type: Type,
        shape: Loop,
    ) -> io::Result<Self> {
        let step = parts * width.bytes(number_type);
        let mut emitter = Emitter::new(body, width, number_type);
        let pins = pin_pointers(body, shape, &mut emitter.pinned);
        emitter.emit();
        let mut assembler = Assembler { encoder: Encoder::new(64), next: 0 };
        assembler.enter(emitter.frame);
        let copy = |to, from| two(Opcode::Mov_r64_rm64, to, Source::Register(from));
        assembler.push(&copy(Register::R9, Register::R8));
        assembler.push(&match shape {
            Loop::Vectors => copy(Register::R10, Register::RCX),
            Loop::Rows => {
                two(Opcode::Xor_r32_rm32, Register::R10D, Source::Register(Register::R10D))
            }
        });
        for (register, pointer) in pins {
            let from = MemoryOperand::with_base_displ(Register::RDI, 8 * pointer as i64);
            assembler.push(&two(Opcode::Mov_r64_rm64, register, Source::Memory(from)));
        }
        assembler.push_all(emitter.move_states(parts, true));
        let top = assembler.align();
        emitter.code.iter().for_each(|instruction| assembler.push(instruction));
        let next = match shape {
            Loop::Vectors => plane_bytes(step, number_type),
            Loop::Rows => number_type.bytes(),
        };
        assembler.repeat(top, shape, step, next);
        assembler.push_all(emitter.move_states(parts, false));
        assembler.leave();
        Ok(Self {
            memory: Executable::new(&assembler.encoder.take_buffer())?,
            constants: emitter.constants,
            places: places(body),
            states: body.state_count() / parts,
            shape,
            step,
            number_type,
            spills: emitter.frame > 0,
        })
    }

    /// Returns the number of bytes of machine code.
    pub(super) fn len(&self) -> usize {
        self.memory.len()
    }

    pub(super) fn places(&self) -> impl Iterator<Item = (Pointer, usize)> {
        self.places.iter().copied()
    }

    pub(super) fn number_bytes(&self) -> usize {
        self.number_type.bytes()
    }

    /// Returns how many bytes of a column a pass works on; over rows, how many of each row.
    pub(super) fn step(&self) -> usize {
        self.step
    }

    /// Runs over whole vectors, from a byte of the columns to another.
    ///
    /// # Safety
    /// The processor has the instructions of the code's width. Each pointer is valid for what it
    /// stands for: columns and planes up to the end given, and as many rows back as the body looks;
    /// nothing else writes there meanwhile.
    ///
    /// # Panics
    /// If what lies between is no multiple of [`Self::step`].
    pub(super) unsafe fn run_vectors(&self, pointers: &[*mut u8], first: usize, end: usize) {
        assert!(self.shape == Loop::Vectors && (end - first).is_multiple_of(self.step));
        if first < end {
            // SAFETY: the caller's, as above; there is something to go.
            unsafe { self.call(pointers, end, plane_bytes(first, self.number_type), first) }
        }
    }

    /// Runs over rows `row_bytes` apart, from a lane on that is at `first_byte` of a row.
    ///
    /// # Safety
    /// As [`Self::run_vectors`], for all rows, [`Self::step`] bytes of each from that
    /// lane on; the
    /// pointers of the states come last and are valid for those lanes.
    pub(super) unsafe fn run_rows(
        &self,
        pointers: &[*mut u8],
        rows: usize,
        row_bytes: usize,
        first_byte: usize,
    ) {
        debug_assert_eq!(self.shape, Loop::Rows);
        if rows > 0 {
            // SAFETY: the caller's, as above; there is something to go.
            unsafe { self.call(pointers, rows, row_bytes, first_byte) }
        }
    }

    unsafe fn call(&self, pointers: &[*mut u8], end: usize, fourth: usize, first_byte: usize) {
        assert_eq!(pointers.len(), self.places.len() + self.states, "a pointer for each place");
        // SAFETY: the memory holds a whole function of this type, made by `new`.
        let entry: Entry = unsafe { std::mem::transmute(self.memory.entry()) };
        // SAFETY: the caller vouches for the pointers; the function keeps to its calling
        // convention and reads no constant that it did not put in the list.
        unsafe { entry(pointers.as_ptr(), self.constants.as_ptr(), end, fourth, first_byte) }
    }
}

/// Returns how many bytes the truth values of so many bytes of numbers take.
fn plane_bytes(bytes: usize, number_type: Type) -> usize {
    bytes / number_type.bytes() / 8
}

fn places(body: &Body) -> Vec<(Pointer, usize)> {
    let mut places: Vec<_> = body.pointers.iter().map(|&pointer| (pointer, 0)).collect();
    for item in &body.items {
        if let Item::Define(value) = *item
            && let Op::Load(place) = body.op(value)
        {
            let (_, back) = &mut places[place.pointer];
            *back = place.back.max(*back);
        }
    }
    places
}

/// Gives the pointers used most a register of their own.
fn pin_pointers(
    body: &Body,
    shape: Loop,
    pinned: &mut [Option<Register>],
) -> Vec<(Register, usize)> {
    let mut counts = vec![0; body.pointers.len()];
    for item in &body.items {
        match *item {
            Item::Define(value) => match body.op(value) {
                Op::Load(place) | Op::LoadMask(place) => counts[place.pointer] += 1,
                _ => {}
            },
            Item::Store(_, place) | Item::StoreMask(_, place) => counts[place.pointer] += 1,
            Item::Next(..) => {}
        }
    }
    let mut order: Vec<usize> = (0..counts.len()).filter(|&index| counts[index] > 0).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(counts[index]));
    // Over vectors the registers of rows are not needed.
    let more: &[Register] =
        if shape == Loop::Vectors { &[Register::RCX, Register::R8] } else { &[] };
    let registers = SAVED.iter().chain(more).copied();
    let pins: Vec<(Register, usize)> = registers.zip(order).collect();
    for &(register, pointer) in &pins {
        pinned[pointer] = Some(register);
    }
    pins
}

/// Registers that belong to the caller, besides `rbp`.
const SAVED: [Register; 5] =
    [Register::RBX, Register::R12, Register::R13, Register::R14, Register::R15];

struct Assembler {
    encoder: Encoder,
    /// The address of the next instruction, counted from the first.
    next: u64,
}

impl Assembler {
    fn push(&mut self, instruction: &Instruction) {
        let length = self.encoder.encode(instruction, self.next);
        self.next += length.expect("operands are of the code's kinds") as u64;
    }

    fn push_all(&mut self, instructions: impl IntoIterator<Item = Instruction>) {
        instructions.into_iter().for_each(|instruction| self.push(&instruction));
    }

    /// Saves registers and makes room on the stack, aligned to a cache line.
    fn enter(&mut self, frame: i32) {
        let one = |code, register| encode::expect(Instruction::with1(code, register));
        self.push(&one(Opcode::Push_r64, Register::RBP));
        self.push(&two(Opcode::Mov_r64_rm64, Register::RBP, Source::Register(Register::RSP)));
        self.push_all(SAVED.map(|register| one(Opcode::Push_r64, register)));
        let with =
            |code, constant: i32| encode::expect(Instruction::with2(code, Register::RSP, constant));
        self.push(&with(Opcode::And_rm64_imm8, -64));
        self.push(&with(Opcode::Sub_rm64_imm32, frame));
    }

    fn leave(&mut self) {
        let one = |code, register| encode::expect(Instruction::with1(code, register));
        let saved = MemoryOperand::with_base_displ(Register::RBP, -8 * SAVED.len() as i64);
        self.push(&two(Opcode::Lea_r64_m, Register::RSP, Source::Memory(saved)));
        let mut restored = SAVED;
        restored.reverse();
        self.push_all(restored.map(|register| one(Opcode::Pop_r64, register)));
        self.push(&one(Opcode::Pop_r64, Register::RBP));
        self.push(&Instruction::with(Opcode::VEX_Vzeroupper));
        self.push(&Instruction::with(Opcode::Retnq));
    }

    /// Moves on to the next multiple of 32 bytes and returns it.
    fn align(&mut self) -> u64 {
        while !self.next.is_multiple_of(32) {
            self.push(&Instruction::with(Opcode::Nopd));
        }
        self.next
    }

    /// Goes back to the top of the loop unless it is done.
    /// `next` is the distance from a vector's truth values, or a row's value of a series, to the
    /// next.
    fn repeat(&mut self, top: u64, shape: Loop, step: usize, next: usize) {
        let add = |register, constant: i32| {
            encode::expect(Instruction::with2(Opcode::Add_rm64_imm32, register, constant))
        };
        self.push(&add(Register::R10, next as i32));
        let back = match shape {
            Loop::Vectors => {
                self.push(&add(Register::R9, step as i32));
                let end = Source::Register(Register::RDX);
                self.push(&two(Opcode::Cmp_r64_rm64, Register::R9, end));
                Opcode::Jb_rel32_64
            }
            Loop::Rows => {
                let row = Source::Register(Register::RCX);
                self.push(&two(Opcode::Add_r64_rm64, Register::R9, row));
                self.push(&add(Register::RDX, -1));
                Opcode::Jne_rel32_64
            }
        };
        self.push(&encode::expect(Instruction::with_branch(back, top)));
    }
}
