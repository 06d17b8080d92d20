//! Machine code for a body: one pass over its items, a loop around it.
//!
//! Registers: `rdi` pointers of the body's columns, `rsi` constants, `rdx` end or rows left, `rcx`
//! bytes from row to row, `r8` the byte of the first lane, `r9` the byte of the vector at hand,
//! `r10` the byte of its truth values or, over rows, of the row's value of a series, `rax` and `r11` for a moment.

use super::encode::{self, Destination, Source, Width, three, three_and, two, two_and};
use super::ir::{Arithmetic, Body, Item, Op, Place, Pointer, Predicate, Type, Value};
use super::registers::{File, Uses};
use iced_x86::{Code, Instruction, MemoryOperand, Register};

/// A constant vector.
#[repr(align(64))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lanes([u8; 64]);

impl Lanes {
    fn splat(bits: u64, element: Type) -> Self {
        let bytes = bits.to_le_bytes();
        Self(std::array::from_fn(|index| bytes[index % element.bytes()]))
    }

    /// A bit for each lane of a 256-bit vector, from `1 << first` on.
    fn bits(element: Type, first: usize) -> Self {
        Self(std::array::from_fn(|index| {
            let lane = index % 32 / element.bytes();
            if index % element.bytes() == 0 {
                1u8.checked_shl((first + lane) as u32).unwrap_or(0)
            } else {
                0
            }
        }))
    }
}

/// What the code's loop runs over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loop {
    /// Vectors one after the other.
    Vectors,
    /// Rows.
    Rows,
}

/// Where a state is between rows.
#[derive(Debug, Clone, Copy)]
enum StateHome {
    Register(usize),
    Stack(i32),
}

/// The pieces that are put together to a function.
pub(super) struct Emitter<'b> {
    body: &'b Body,
    width: Width,
    number_type: Type,
    pub(super) code: Vec<Instruction>,
    pub(super) constants: Vec<Lanes>,
    /// Bytes of the stack in use.
    pub(super) frame: i32,
    /// Registers that hold pointers, by pointer.
    pub(super) pinned: Vec<Option<Register>>,
    states: Vec<StateHome>,
    uses: Uses,
    vectors: File,
    masks: File,
    registers: Vec<Option<usize>>,
    homes: Vec<Option<i32>>,
    position: usize,
}

/// Registers left for what is computed when states take all they can get.
const WORKING_REGISTERS: [usize; 3] = [9, 9, 14];
const HOME_BYTES: i32 = 64;

impl<'b> Emitter<'b> {
    pub(super) fn new(body: &'b Body, width: Width, number_type: Type) -> Self {
        Self {
            body,
            width,
            number_type,
            code: Vec::new(),
            constants: Vec::new(),
            frame: 0,
            pinned: vec![None; body.pointers.len()],
            states: Vec::new(),
            uses: Uses::new(body),
            vectors: File::new(0, width.registers()),
            masks: File::new(1, 8),
            registers: vec![None; body.len()],
            homes: vec![None; body.len()],
            position: 0,
        }
    }

    /// Finds a place for the states of so many vectors; returns those in registers first.
    fn place_states(&mut self, count: usize) {
        let most = self.width.registers() - WORKING_REGISTERS[self.width as usize];
        self.states = (0..count)
            .map(|index| match index < most {
                true => StateHome::Register(index),
                false => StateHome::Stack(self.new_home()),
            })
            .collect();
        self.vectors = File::new(count.min(most), self.width.registers());
    }

    fn new_home(&mut self) -> i32 {
        self.frame += HOME_BYTES;
        self.frame - HOME_BYTES
    }

    /// Emits the body.
    pub(super) fn emit(&mut self) {
        self.place_states(self.body.state_count());
        let body = self.body;
        for (position, &item) in body.items.iter().enumerate() {
            self.position = position;
            self.item(item);
            self.vectors.unlock_all();
            self.masks.unlock_all();
        }
    }

    fn item(&mut self, item: Item) {
        match item {
            Item::Define(value) => self.define(value),
            Item::Store(value, place) => {
                let element = self.body.value_type(value);
                let from = self.need(value);
                let to = self.address(place, element);
                let code = encode::store_code(self.width, element);
                self.code.push(encode::store(code, to, self.width.register(from)));
                self.retire(value);
            }
            Item::StoreMask(value, place) => self.store_mask(value, place),
            Item::Next(state, value) => {
                let home = self.states[state];
                match home {
                    StateHome::Register(to) => {
                        let from = self.source(value);
                        let code = encode::whole_load(self.width);
                        self.code.push(two(code, self.width.register(to), from));
                    }
                    StateHome::Stack(offset) => {
                        let from = self.width.register(self.need(value));
                        let code = encode::whole_store(self.width);
                        self.code.push(encode::store(code, stack(offset), from));
                    }
                }
                self.retire(value);
            }
        }
    }

    fn define(&mut self, value: Value) {
        let element = self.body.value_type(value);
        match self.body.op(value) {
            // In memory until they are needed.
            Op::Constant(_) | Op::Load(_) => {}
            Op::LoadMask(place) => self.load_mask(value, place),
            Op::State(state) => match self.states[state] {
                StateHome::Register(index) => self.registers[value.0 as usize] = Some(index),
                StateHome::Stack(offset) => self.homes[value.0 as usize] = Some(offset),
            },
            Op::Arithmetic(operation, a, b) => {
                let code = encode::arithmetic(self.width, element, operation);
                let commutes = !matches!(
                    operation,
                    Arithmetic::Sub | Arithmetic::Div | Arithmetic::Min | Arithmetic::Max
                );
                let (a, b) = if commutes { self.register_first(a, b) } else { (a, b) };
                self.of_two(value, code, a, b);
            }
            Op::MultiplyAdd(a, b, c) => self.multiply_add(value, a, b, c),
            Op::Single(operation, a) => {
                let (code, constant) = encode::single(self.width, element, operation);
                let from = match constant {
                    // Shifts take no memory operand on all levels.
                    Some(52) => Source::Register(self.vector(a)),
                    _ => self.source(a),
                };
                self.retire(a);
                let to = self.result(value);
                self.code.push(match constant {
                    Some(constant) => two_and(code, to, from, constant),
                    None => two(code, to, from),
                });
            }
            Op::Compare(predicate, a, b) => self.compare(value, predicate, a, b),
            Op::Both(a, b) => self.of_masks(value, Arithmetic::And, Code::VEX_Kandw_kr_kr_kr, a, b),
            Op::Either(a, b) => self.of_masks(value, Arithmetic::Or, Code::VEX_Korw_kr_kr_kr, a, b),
            Op::Blend(mask, yes, no) => self.blend(value, mask, yes, no),
            Op::Widen(a, half) => self.widen(value, a, half),
            Op::Narrow(low, high) => self.narrow(value, low, high),
            Op::Shift(newer, older, lanes) => self.shift(value, newer, older, lanes),
            Op::Copy(a) => {
                let from = self.source(a);
                self.retire(a);
                let to = self.result(value);
                self.code.push(two(encode::whole_load(self.width), to, from));
            }
        }
    }

    /// Puts an operand that is in a register first.
    fn register_first(&self, a: Value, b: Value) -> (Value, Value) {
        let held = |value: Value| self.registers[value.0 as usize].is_some();
        if !held(a) && held(b) { (b, a) } else { (a, b) }
    }

    fn of_two(&mut self, value: Value, code: Code, a: Value, b: Value) {
        let first = self.vector(a);
        let second = self.source(b);
        self.retire(a);
        self.retire(b);
        let to = self.result(value);
        self.code.push(three(code, to, first, second));
    }

    fn of_masks(&mut self, value: Value, operation: Arithmetic, code: Code, a: Value, b: Value) {
        if !self.width.has_mask_registers() {
            return self.of_two(value, encode::arithmetic(self.width, Type::F64, operation), a, b);
        }
        let (first, second) = (self.mask(a), self.mask(b));
        self.retire(a);
        self.retire(b);
        let to = mask_register(self.new_mask(value));
        self.code.push(three(code, to, first, Source::Register(second)));
    }

    fn compare(&mut self, value: Value, predicate: Predicate, a: Value, b: Value) {
        let element = self.body.value_type(a);
        let (code, mut constant) = encode::compare(self.width, element, predicate);
        let (first, second) = self.register_first(a, b);
        if first != a {
            constant = encode::swapped(predicate);
        }
        let (x, y) = (self.vector(first), self.source(second));
        self.retire(a);
        self.retire(b);
        let to = match self.width.has_mask_registers() {
            true => mask_register(self.new_mask(value)),
            false => self.result(value),
        };
        self.code.push(three_and(code, to, x, y, constant));
    }

    fn blend(&mut self, value: Value, mask: Value, yes: Value, no: Value) {
        let code = encode::blend(self.width, self.body.value_type(value));
        let otherwise = self.vector(no);
        let by = match self.width.has_mask_registers() {
            true => self.mask(mask),
            false => self.vector(mask),
        };
        let chosen = self.source(yes);
        for operand in [mask, yes, no] {
            self.retire(operand);
        }
        let to = self.result(value);
        let instruction = if self.width.has_mask_registers() {
            let mut instruction = three(code, to, otherwise, chosen);
            instruction.set_op_mask(by);
            instruction
        } else {
            encode::expect(match chosen {
                Source::Register(chosen) => Instruction::with4(code, to, otherwise, chosen, by),
                Source::Memory(chosen) => Instruction::with4(code, to, otherwise, chosen, by),
            })
        };
        self.code.push(instruction);
    }

    fn multiply_add(&mut self, value: Value, a: Value, b: Value, c: Value) {
        let element = self.body.value_type(value);
        let (factor, addend) = (
            encode::multiply_add(self.width, element, Destination::Factor),
            encode::multiply_add(self.width, element, Destination::Addend),
        );
        if self.can_overwrite(c) && c != a && c != b {
            let to = self.need(c);
            let (a, b) = self.register_first(a, b);
            let (first, second) = (self.vector(a), self.source(b));
            self.code.push(three(addend, self.width.register(to), first, second));
            self.take_over(value, c, to);
            return [a, b].into_iter().for_each(|operand| self.retire(operand));
        }
        let (a, b) = if self.can_overwrite(b) && !self.can_overwrite(a) { (b, a) } else { (a, b) };
        if self.can_overwrite(a) {
            let to = self.need(a);
            let (first, second) = (self.vector(b), self.source(c));
            self.code.push(three(factor, self.width.register(to), first, second));
            self.take_over(value, a, to);
            return [b, c].into_iter().for_each(|operand| self.retire(operand));
        }
        let first = self.vector(b);
        let to = self.result(value);
        let from = self.source(a);
        self.code.push(two(encode::whole_load(self.width), to, from));
        let second = self.source(c);
        self.code.push(three(factor, to, first, second));
        [a, b, c].into_iter().for_each(|operand| self.retire(operand));
    }

    /// Returns whether a value is in a register and read here for the last time.
    fn can_overwrite(&self, value: Value) -> bool {
        let held = self.registers[value.0 as usize];
        held.is_some_and(|index| !self.vectors.is_pinned(index))
            && self.uses.next(value, self.position).is_none()
    }

    fn take_over(&mut self, value: Value, from: Value, index: usize) {
        self.registers[from.0 as usize] = None;
        self.registers[value.0 as usize] = Some(index);
        self.vectors.own(index, value);
    }

    fn widen(&mut self, value: Value, a: Value, half: usize) {
        let from = self.need(a);
        self.retire(a);
        let to = self.new_vector(value);
        let (wide_to, lower_to) = (self.width.register(to), self.width.lower(to));
        let mut lower_from = self.width.lower(from);
        if half == 1 {
            let upper = match self.width {
                Width::Full => Code::EVEX_Vextractf64x4_ymmm256_k1z_zmm_imm8,
                _ => Code::VEX_Vextractf128_xmmm128_ymm_imm8,
            };
            let from = Source::Register(self.width.register(from));
            self.code.push(two_and(upper, lower_to, from, 1));
            lower_from = lower_to;
        }
        let code = encode::widen(self.width);
        self.code.push(two(code, wide_to, Source::Register(lower_from)));
    }

    fn shift(&mut self, value: Value, newer: Value, older: Value, lanes: usize) {
        let element = self.body.value_type(value);
        let bytes = lanes * element.bytes();
        let first = self.vector(newer);
        if self.width == Width::Full {
            let second = self.source(older);
            self.retire(newer);
            self.retire(older);
            let to = self.result(value);
            let count = ((64 - bytes) / element.bytes()) as u32;
            let code = encode::shift_whole(element);
            return self.code.push(three_and(code, to, first, second, count));
        }
        // 256-bit registers shift within their halves: put the middle of the two together first.
        let second = self.vector(older);
        let to = self.result(value);
        let newer_source = Source::Register(first);
        let middle = Code::VEX_Vperm2f128_ymm_ymm_ymmm256_imm8;
        self.code.push(three_and(middle, to, second, newer_source, 0x21));
        let code = Code::VEX_Vpalignr_ymm_ymm_ymmm256_imm8;
        if bytes < 16 {
            let count = 16 - bytes as u32;
            self.code.push(three_and(code, to, first, Source::Register(to), count));
        } else if bytes > 16 {
            let count = 32 - bytes as u32;
            self.code.push(three_and(code, to, to, Source::Register(second), count));
        }
        self.retire(newer);
        self.retire(older);
    }

    fn narrow(&mut self, value: Value, low: Value, high: Value) {
        let code = encode::narrow(self.width);
        let low_from = Source::Register(self.vector(low));
        if self.width == Width::One {
            self.retire(low);
            let to = self.result(value);
            return self.code.push(two(code, to, low_from));
        }
        let high_from = Source::Register(self.vector(high));
        let upper = self.take_vector();
        self.vectors.lock(upper);
        let to = self.new_vector(value);
        let (upper, lower_to) = (self.width.lower(upper), self.width.lower(to));
        self.code.push(two(code, upper, high_from));
        self.code.push(two(code, lower_to, low_from));
        let insert = match self.width {
            Width::Full => Code::EVEX_Vinsertf64x4_zmm_k1z_zmm_ymmm256_imm8,
            _ => Code::VEX_Vinsertf128_ymm_ymm_xmmm128_imm8,
        };
        let to = self.width.register(to);
        self.code.push(three_and(insert, to, to, Source::Register(upper), 1));
        self.retire(low);
        self.retire(high);
    }

    /// Returns where a vector is; the address of a pointer that is not in a register goes to `rax`.
    fn address(&mut self, place: Place, element: Type) -> MemoryOperand {
        let base = self.pointer(place.pointer);
        let bytes = self.width.bytes(element);
        // An accumulator's lanes are two vectors for each one of `f32`.
        let scale = element.bytes() / self.number_type.bytes();
        let back = place.back * element.bytes();
        let displacement = ((place.part * scale + place.half) * bytes) as i64 - back as i64;
        let index = match self.body.pointers[place.pointer] {
            Pointer::Fixed(_) => Register::R8,
            Pointer::Series(_) => Register::R10,
            _ => Register::R9,
        };
        MemoryOperand::with_base_index_scale_displ_size(base, index, scale as u32, displacement, 8)
    }

    fn pointer(&mut self, pointer: usize) -> Register {
        self.pinned[pointer].unwrap_or_else(|| {
            let from = MemoryOperand::with_base_displ(Register::RDI, 8 * pointer as i64);
            self.code.push(two(Code::Mov_r64_rm64, Register::RAX, Source::Memory(from)));
            Register::RAX
        })
    }

    /// Returns where the byte of a vector's truth values is.
    fn plane_address(&mut self, place: Place) -> MemoryOperand {
        let base = self.pointer(place.pointer);
        // Eight lanes a byte; two half vectors of `f64` share one.
        let byte = place.part * self.width.bytes(self.number_type) / self.number_type.bytes() / 8;
        MemoryOperand::with_base_index_scale_displ_size(base, Register::R10, 1, byte as i64, 8)
    }

    fn load_mask(&mut self, value: Value, place: Place) {
        let from = Source::Memory(self.plane_address(place));
        let is_wide = self.number_type == Type::F64;
        if self.width.has_mask_registers() {
            let code = if is_wide { Code::VEX_Kmovb_kr_km8 } else { Code::VEX_Kmovw_kr_km16 };
            let to = mask_register(self.new_mask(value));
            return self.code.push(two(code, to, from));
        }
        let first = if is_wide { place.part % 2 * 4 } else { 0 };
        let bits = self.constant(Lanes::bits(self.number_type, first));
        let to = self.new_vector(value);
        let (vector, lower) = (self.width.register(to), self.width.lower(to));
        self.code.push(two(Code::Movzx_r32_rm8, Register::R11D, from));
        let (move_code, broadcast, equal) = match is_wide {
            true => (
                two(Code::VEX_Vmovq_xmm_rm64, lower, Source::Register(Register::R11)),
                Code::VEX_Vpbroadcastq_ymm_xmmm64,
                Code::VEX_Vpcmpeqq_ymm_ymm_ymmm256,
            ),
            false => (
                two(Code::VEX_Vmovd_xmm_rm32, lower, Source::Register(Register::R11D)),
                Code::VEX_Vpbroadcastd_ymm_xmmm32,
                Code::VEX_Vpcmpeqd_ymm_ymm_ymmm256,
            ),
        };
        self.code.push(move_code);
        self.code.push(two(broadcast, vector, Source::Register(lower)));
        let and = encode::arithmetic(self.width, Type::F64, Arithmetic::And);
        self.code.push(three(and, vector, vector, Source::Memory(bits)));
        self.code.push(three(equal, vector, vector, Source::Memory(bits)));
    }

    fn store_mask(&mut self, value: Value, place: Place) {
        let is_wide = self.number_type == Type::F64;
        if self.width.has_mask_registers() {
            let code = if is_wide { Code::VEX_Kmovb_m8_kr } else { Code::VEX_Kmovw_m16_kr };
            let from = self.mask(value);
            let to = self.plane_address(place);
            self.code.push(encode::store(code, to, from));
            return self.retire(value);
        }
        let from = Source::Register(self.vector(value));
        let to = self.plane_address(place);
        let bits = Register::R11D;
        if is_wide {
            self.code.push(two(Code::VEX_Vmovmskpd_r32_ymm, bits, from));
            // The other half of the byte belongs to the other half of the lanes.
            let is_upper = place.part % 2 == 1;
            let keep = if is_upper { 0x0F } else { 0xF0 };
            if is_upper {
                let shift = Instruction::with2(Code::Shl_rm32_imm8, bits, 4u32);
                self.code.push(encode::expect(shift));
            }
            let and = Instruction::with2(Code::And_rm8_imm8, to, keep as u32);
            self.code.push(encode::expect(and));
            self.code.push(encode::store(Code::Or_rm8_r8, to, Register::R11L));
        } else {
            self.code.push(two(Code::VEX_Vmovmskps_r32_ymm, bits, from));
            self.code.push(encode::store(Code::Mov_rm8_r8, to, Register::R11L));
        }
        self.retire(value);
    }

    fn constant(&mut self, lanes: Lanes) -> MemoryOperand {
        let index = self.constants.iter().position(|known| *known == lanes).unwrap_or_else(|| {
            self.constants.push(lanes);
            self.constants.len() - 1
        });
        MemoryOperand::with_base_displ(Register::RSI, 64 * index as i64)
    }

    fn vector(&mut self, value: Value) -> Register {
        let index = self.need(value);
        self.width.register(index)
    }

    fn mask(&mut self, value: Value) -> Register {
        let index = self.need(value);
        mask_register(index)
    }

    fn in_mask_register(&self, value: Value) -> bool {
        self.width.has_mask_registers() && self.body.value_type(value).is_mask()
    }

    /// Brings a value into a register that stays its own for the current instruction.
    fn need(&mut self, value: Value) -> usize {
        let is_mask = self.in_mask_register(value);
        if let Some(index) = self.registers[value.0 as usize] {
            let file = if is_mask { &mut self.masks } else { &mut self.vectors };
            file.lock(index);
            return index;
        }
        if is_mask {
            let home = self.homes[value.0 as usize].expect("a mask is in a register or at home");
            let index = self.new_mask(value);
            let (to, from) = (mask_register(index), Source::Memory(stack(home)));
            self.code.push(two(Code::VEX_Kmovw_kr_km16, to, from));
            return index;
        }
        let (code, from) = self.memory(value);
        let index = self.new_vector(value);
        self.code.push(two(code, self.width.register(index), Source::Memory(from)));
        index
    }

    /// Returns where in memory a value is that is not in a register, and the code to load it.
    fn memory(&mut self, value: Value) -> (Code, MemoryOperand) {
        let element = self.body.value_type(value);
        match (self.body.op(value), self.homes[value.0 as usize]) {
            (_, Some(home)) => (encode::whole_load(self.width), stack(home)),
            (Op::Constant(bits), _) => {
                let from = self.constant(Lanes::splat(bits, element));
                (encode::whole_load(self.width), from)
            }
            (Op::Load(place), _) => {
                let code = match self.body.is_series(place) {
                    true => encode::broadcast(self.width, element),
                    false => encode::load(self.width, element),
                };
                (code, self.address(place, element))
            }
            (op, None) => unreachable!("{op:?} is in a register or at home"),
        }
    }

    /// Returns a value as the last operand of an instruction.
    fn source(&mut self, value: Value) -> Source {
        let is_short = match self.body.op(value) {
            // One lane's memory is shorter than an operand.
            Op::Load(place) => self.width == Width::One || self.body.is_series(place),
            _ => false,
        };
        let is_load = matches!(self.body.op(value), Op::Load(_));
        let again = self.uses.next(value, self.position).is_some();
        let in_memory = self.registers[value.0 as usize].is_none();
        if in_memory && !is_short && !(is_load && again) {
            return Source::Memory(self.memory(value).1);
        }
        Source::Register(self.vector(value))
    }

    fn result(&mut self, value: Value) -> Register {
        let index = self.new_vector(value);
        self.width.register(index)
    }

    fn new_vector(&mut self, value: Value) -> usize {
        let index = self.take_vector();
        self.vectors.own(index, value);
        self.vectors.lock(index);
        self.registers[value.0 as usize] = Some(index);
        index
    }

    /// Returns a register that nothing is in.
    fn take_vector(&mut self) -> usize {
        if let Some(index) = self.vectors.free() {
            return index;
        }
        let (index, victim) = self.vectors.victim(&self.uses, self.position);
        let is_elsewhere = self.homes[victim.0 as usize].is_some()
            || matches!(self.body.op(victim), Op::Constant(_) | Op::Load(_));
        if !is_elsewhere {
            let home = self.new_home();
            let code = encode::whole_store(self.width);
            self.code.push(encode::store(code, stack(home), self.width.register(index)));
            self.homes[victim.0 as usize] = Some(home);
        }
        self.registers[victim.0 as usize] = None;
        self.vectors.release(index);
        index
    }

    fn new_mask(&mut self, value: Value) -> usize {
        let index = self.masks.free().unwrap_or_else(|| {
            let (index, victim) = self.masks.victim(&self.uses, self.position);
            if self.homes[victim.0 as usize].is_none() {
                let home = self.new_home();
                let from = mask_register(index);
                self.code.push(encode::store(Code::VEX_Kmovw_m16_kr, stack(home), from));
                self.homes[victim.0 as usize] = Some(home);
            }
            self.registers[victim.0 as usize] = None;
            index
        });
        self.masks.own(index, value);
        self.masks.lock(index);
        self.registers[value.0 as usize] = Some(index);
        index
    }

    /// Gives back the register of a value that is not read any more.
    fn retire(&mut self, value: Value) {
        if self.uses.next(value, self.position).is_some() {
            return;
        }
        if let Some(index) = self.registers[value.0 as usize].take() {
            let is_mask = self.in_mask_register(value);
            let file = if is_mask { &mut self.masks } else { &mut self.vectors };
            file.release(index);
        }
    }
}

impl Emitter<'_> {
    /// Returns the code that loads the states, or stores them: their pointers follow those of the
    /// body.
    pub(super) fn move_states(&self, parts: usize, is_load: bool) -> Vec<Instruction> {
        let mut code = Vec::new();
        let (width, element) = (self.width, self.number_type);
        let count = self.states.len() / parts;
        for (index, home) in self.states.iter().enumerate() {
            let (part, state) = (index / count, index % count);
            let pointer = 8 * (self.body.pointers.len() + state) as i64;
            let pointer = MemoryOperand::with_base_displ(Register::RDI, pointer);
            code.push(two(Code::Mov_r64_rm64, Register::RAX, Source::Memory(pointer)));
            let at = MemoryOperand::with_base_index_scale_displ_size(
                Register::RAX,
                Register::R8,
                1,
                (part * width.bytes(element)) as i64,
                8,
            );
            // The registers of the loop are free before and after it.
            let (register, offset) = match *home {
                StateHome::Register(index) => (width.register(index), None),
                StateHome::Stack(offset) => (width.register(width.registers() - 1), Some(offset)),
            };
            let (load, store) = (encode::load(width, element), encode::store_code(width, element));
            if is_load {
                code.push(two(load, register, Source::Memory(at)));
                let to_stack = offset.map(|offset| {
                    encode::store(encode::whole_store(width), stack(offset), register)
                });
                code.extend(to_stack);
            } else {
                let from_stack = offset.map(|offset| {
                    two(encode::whole_load(width), register, Source::Memory(stack(offset)))
                });
                code.extend(from_stack);
                code.push(encode::store(store, at, register));
            }
        }
        code
    }
}

fn mask_register(index: usize) -> Register {
    Register::K0 + index as u32
}

fn stack(offset: i32) -> MemoryOperand {
    MemoryOperand::with_base_displ(Register::RSP, i64::from(offset))
}
