//! A compiled body: the function around its loop, and how it is called.
#![expect(unsafe_code, reason = "calls into generated machine code")]

use super::emit::{Emitter, Lanes, Loop, emit_loop, state_count};
use super::encode::{self, Source, Width, two};
use super::ir::{Body, Item, Op, Pointer, Type};
use super::memory::Executable;
use iced_x86::{Code as Opcode, Encoder, Instruction, MemoryOperand, Register};
use std::io;

/// Pointers, constants, bytes to go or rows to go, bytes from row to row, byte of the first lane.
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
    width: Width,
    number_type: Type,
}

impl Code {
    pub(super) fn new(
        body: &Body,
        width: Width,
        number_type: Type,
        shape: Loop,
    ) -> io::Result<Self> {
        let mut emitter = Emitter::new(body, width, number_type);
        let pins = pin_pointers(body, shape, &mut emitter.pinned);
        let around = emit_loop(&mut emitter, shape);
        let mut assembler = Assembler { encoder: Encoder::new(64), next: 0 };
        assembler.enter(emitter.frame);
        for (register, pointer) in pins {
            let from = MemoryOperand::with_base_displ(Register::RDI, 8 * pointer as i64);
            assembler.push(&two(Opcode::Mov_r64_rm64, register, Source::Memory(from)));
        }
        let is_rows = matches!(shape, Loop::Rows { .. });
        let (r8, r9) = (Source::Register(Register::R8), Source::Register(Register::R9D));
        assembler.push(&match is_rows {
            true => two(Opcode::Mov_r64_rm64, Register::R9, r8),
            false => two(Opcode::Xor_r32_rm32, Register::R9D, r9),
        });
        let r10 = Source::Register(Register::R10D);
        assembler.push(&two(Opcode::Xor_r32_rm32, Register::R10D, r10));
        around.before.iter().for_each(|instruction| assembler.push(instruction));
        let top = assembler.align();
        emitter.code.iter().for_each(|instruction| assembler.push(instruction));
        assembler.repeat(top, shape, number_type);
        around.after.iter().for_each(|instruction| assembler.push(instruction));
        assembler.leave();
        Ok(Self {
            memory: Executable::new(&assembler.encoder.take_buffer())?,
            constants: emitter.constants,
            places: places(body),
            states: state_count(body),
            shape,
            width,
            number_type,
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

    /// Returns how many lanes a call works on.
    pub(super) fn lanes(&self) -> usize {
        match (self.shape, self.width) {
            (_, Width::One) => 1,
            (Loop::Rows { vectors }, width) => {
                vectors * width.bytes(self.number_type) / self.number_type.bytes()
            }
            (Loop::Vectors, _) => 64 / self.number_type.bytes(),
        }
    }

    /// Runs over whole vectors.
    ///
    /// # Safety
    /// The processor has the instructions of the code's width. Each pointer is valid for what it
    /// stands for: columns and planes for the whole length given, which is a multiple of 64 bytes,
    /// and as many rows back as the body looks; nothing else writes there meanwhile.
    pub(super) unsafe fn run_vectors(&self, pointers: &[*mut u8], bytes: usize) {
        debug_assert!(self.shape == Loop::Vectors && bytes.is_multiple_of(64));
        if bytes > 0 {
            // SAFETY: the caller's, as above; there is something to go.
            unsafe { self.call(pointers, bytes, 0, 0) }
        }
    }

    /// Runs over rows `row_bytes` apart, from a lane on that is at `first_byte` of a row.
    ///
    /// # Safety
    /// As [`Self::run_vectors`], for all rows, from that lane on as many as [`Self::lanes`]; the
    /// pointers of the states come last and are valid for those lanes.
    pub(super) unsafe fn run_rows(
        &self,
        pointers: &[*mut u8],
        rows: usize,
        row_bytes: usize,
        first_byte: usize,
    ) {
        debug_assert!(matches!(self.shape, Loop::Rows { .. }));
        if rows > 0 {
            // SAFETY: the caller's, as above; there is something to go.
            unsafe { self.call(pointers, rows, row_bytes, first_byte) }
        }
    }

    unsafe fn call(&self, pointers: &[*mut u8], end: usize, row_bytes: usize, first_byte: usize) {
        assert_eq!(pointers.len(), self.places.len() + self.states, "a pointer for each place");
        // SAFETY: the memory holds a whole function of this type, made by `new`.
        let entry: Entry = unsafe { std::mem::transmute(self.memory.entry()) };
        // SAFETY: the caller vouches for the pointers; the function keeps to its calling
        // convention and reads no constant that it did not put in the list.
        unsafe { entry(pointers.as_ptr(), self.constants.as_ptr(), end, row_bytes, first_byte) }
    }
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
    fn repeat(&mut self, top: u64, shape: Loop, number_type: Type) {
        let add = |register, constant: i32| {
            encode::expect(Instruction::with2(Opcode::Add_rm64_imm8, register, constant))
        };
        let back = match shape {
            Loop::Vectors => {
                self.push(&add(Register::R9, 64));
                self.push(&add(Register::R10, if number_type == Type::F32 { 2 } else { 1 }));
                let end = Source::Register(Register::RDX);
                self.push(&two(Opcode::Cmp_r64_rm64, Register::R9, end));
                Opcode::Jb_rel32_64
            }
            Loop::Rows { .. } => {
                let row = Source::Register(Register::RCX);
                self.push(&two(Opcode::Add_r64_rm64, Register::R9, row));
                self.push(&add(Register::RDX, -1));
                Opcode::Jne_rel32_64
            }
        };
        self.push(&encode::expect(Instruction::with_branch(back, top)));
    }
}
