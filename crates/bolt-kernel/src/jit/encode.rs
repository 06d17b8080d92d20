//! Vector operations as instructions of x86-64, in one table of codes.

use super::ir::{Arithmetic, Predicate, Single, Type};
use iced_x86::Code::{self, *};
use iced_x86::{Instruction, MemoryOperand, Register};

/// The vectors that code works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    /// One lane of 128-bit registers.
    One,
    /// 256-bit registers, AVX2.
    Half,
    /// 512-bit registers and mask registers, AVX-512.
    Full,
}

impl Width {
    /// Returns how many bytes of memory a vector is.
    pub(super) fn bytes(self, element: Type) -> usize {
        match self {
            Self::One => element.bytes(),
            Self::Half => 32,
            Self::Full => 64,
        }
    }

    pub(super) fn has_mask_registers(self) -> bool {
        self == Self::Full
    }

    pub(super) fn registers(self) -> usize {
        if self == Self::Full { 32 } else { 16 }
    }

    pub(super) fn register(self, index: usize) -> Register {
        let first = match self {
            Self::One => Register::XMM0,
            Self::Half => Register::YMM0,
            Self::Full => Register::ZMM0,
        };
        first + index as u32
    }

    /// Returns the register that holds the lower half of the lanes.
    pub(super) fn lower(self, index: usize) -> Register {
        let first = if self == Self::Full { Register::YMM0 } else { Register::XMM0 };
        first + index as u32
    }

    fn choose(self, codes: [Code; 3]) -> Code {
        codes[self as usize]
    }
}

/// The last source of an instruction.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source {
    Register(Register),
    Memory(MemoryOperand),
}

/// Returns an instruction of a destination and a source.
pub(super) fn two(code: Code, to: Register, from: Source) -> Instruction {
    expect(match from {
        Source::Register(from) => Instruction::with2(code, to, from),
        Source::Memory(from) => Instruction::with2(code, to, from),
    })
}

/// Returns an instruction of a destination and two sources.
pub(super) fn three(code: Code, to: Register, a: Register, b: Source) -> Instruction {
    expect(match b {
        Source::Register(b) => Instruction::with3(code, to, a, b),
        Source::Memory(b) => Instruction::with3(code, to, a, b),
    })
}

/// Returns an instruction of a destination, a source and a constant.
pub(super) fn two_and(code: Code, to: Register, from: Source, constant: u32) -> Instruction {
    expect(match from {
        Source::Register(from) => Instruction::with3(code, to, from, constant),
        Source::Memory(from) => Instruction::with3(code, to, from, constant),
    })
}

/// Returns an instruction of a destination, two sources and a constant.
pub(super) fn three_and(
    code: Code,
    to: Register,
    a: Register,
    b: Source,
    constant: u32,
) -> Instruction {
    expect(match b {
        Source::Register(b) => Instruction::with4(code, to, a, b, constant),
        Source::Memory(b) => Instruction::with4(code, to, a, b, constant),
    })
}

/// Returns an instruction that stores.
pub(super) fn store(code: Code, to: MemoryOperand, from: Register) -> Instruction {
    expect(Instruction::with2(code, to, from))
}

/// Unwraps an instruction whose operands fit its code by the table it comes from.
pub(super) fn expect(instruction: Result<Instruction, iced_x86::IcedError>) -> Instruction {
    instruction.expect("operands are of the code's kinds")
}

/// Codes for one lane, half and full vectors.
type Codes = [Code; 3];

/// Returns the code of an operation on `f64` or `f32` lanes.
pub(super) fn arithmetic(width: Width, element: Type, operation: Arithmetic) -> Code {
    let double: Codes = match operation {
        Arithmetic::Add => [
            VEX_Vaddpd_xmm_xmm_xmmm128,
            VEX_Vaddpd_ymm_ymm_ymmm256,
            EVEX_Vaddpd_zmm_k1z_zmm_zmmm512b64_er,
        ],
        Arithmetic::Sub => [
            VEX_Vsubpd_xmm_xmm_xmmm128,
            VEX_Vsubpd_ymm_ymm_ymmm256,
            EVEX_Vsubpd_zmm_k1z_zmm_zmmm512b64_er,
        ],
        Arithmetic::Mul => [
            VEX_Vmulpd_xmm_xmm_xmmm128,
            VEX_Vmulpd_ymm_ymm_ymmm256,
            EVEX_Vmulpd_zmm_k1z_zmm_zmmm512b64_er,
        ],
        Arithmetic::Div => [
            VEX_Vdivpd_xmm_xmm_xmmm128,
            VEX_Vdivpd_ymm_ymm_ymmm256,
            EVEX_Vdivpd_zmm_k1z_zmm_zmmm512b64_er,
        ],
        Arithmetic::Min => [
            VEX_Vminpd_xmm_xmm_xmmm128,
            VEX_Vminpd_ymm_ymm_ymmm256,
            EVEX_Vminpd_zmm_k1z_zmm_zmmm512b64_sae,
        ],
        Arithmetic::Max => [
            VEX_Vmaxpd_xmm_xmm_xmmm128,
            VEX_Vmaxpd_ymm_ymm_ymmm256,
            EVEX_Vmaxpd_zmm_k1z_zmm_zmmm512b64_sae,
        ],
        Arithmetic::And => [
            VEX_Vandpd_xmm_xmm_xmmm128,
            VEX_Vandpd_ymm_ymm_ymmm256,
            EVEX_Vandpd_zmm_k1z_zmm_zmmm512b64,
        ],
        Arithmetic::Or => [
            VEX_Vorpd_xmm_xmm_xmmm128,
            VEX_Vorpd_ymm_ymm_ymmm256,
            EVEX_Vorpd_zmm_k1z_zmm_zmmm512b64,
        ],
        Arithmetic::Xor => [
            VEX_Vxorpd_xmm_xmm_xmmm128,
            VEX_Vxorpd_ymm_ymm_ymmm256,
            EVEX_Vxorpd_zmm_k1z_zmm_zmmm512b64,
        ],
        Arithmetic::AddBits => [
            VEX_Vpaddq_xmm_xmm_xmmm128,
            VEX_Vpaddq_ymm_ymm_ymmm256,
            EVEX_Vpaddq_zmm_k1z_zmm_zmmm512b64,
        ],
    };
    let single = if element == Type::F32 { single_precision(operation) } else { None };
    width.choose(single.unwrap_or(double))
}

/// Returns the codes on `f32` lanes; `None` for bits, which are the same for all.
fn single_precision(operation: Arithmetic) -> Option<Codes> {
    Some(match operation {
        Arithmetic::Add => [
            VEX_Vaddps_xmm_xmm_xmmm128,
            VEX_Vaddps_ymm_ymm_ymmm256,
            EVEX_Vaddps_zmm_k1z_zmm_zmmm512b32_er,
        ],
        Arithmetic::Sub => [
            VEX_Vsubps_xmm_xmm_xmmm128,
            VEX_Vsubps_ymm_ymm_ymmm256,
            EVEX_Vsubps_zmm_k1z_zmm_zmmm512b32_er,
        ],
        Arithmetic::Mul => [
            VEX_Vmulps_xmm_xmm_xmmm128,
            VEX_Vmulps_ymm_ymm_ymmm256,
            EVEX_Vmulps_zmm_k1z_zmm_zmmm512b32_er,
        ],
        Arithmetic::Div => [
            VEX_Vdivps_xmm_xmm_xmmm128,
            VEX_Vdivps_ymm_ymm_ymmm256,
            EVEX_Vdivps_zmm_k1z_zmm_zmmm512b32_er,
        ],
        Arithmetic::Min => [
            VEX_Vminps_xmm_xmm_xmmm128,
            VEX_Vminps_ymm_ymm_ymmm256,
            EVEX_Vminps_zmm_k1z_zmm_zmmm512b32_sae,
        ],
        Arithmetic::Max => [
            VEX_Vmaxps_xmm_xmm_xmmm128,
            VEX_Vmaxps_ymm_ymm_ymmm256,
            EVEX_Vmaxps_zmm_k1z_zmm_zmmm512b32_sae,
        ],
        Arithmetic::And | Arithmetic::Or | Arithmetic::Xor | Arithmetic::AddBits => return None,
    })
}

/// Returns the code of an operation on one vector, and its constant operand if it has one.
pub(super) fn single(width: Width, element: Type, operation: Single) -> (Code, Option<u32>) {
    let wide = element != Type::F32;
    let sqrt = match wide {
        true => {
            [VEX_Vsqrtpd_xmm_xmmm128, VEX_Vsqrtpd_ymm_ymmm256, EVEX_Vsqrtpd_zmm_k1z_zmmm512b64_er]
        }
        false => {
            [VEX_Vsqrtps_xmm_xmmm128, VEX_Vsqrtps_ymm_ymmm256, EVEX_Vsqrtps_zmm_k1z_zmmm512b32_er]
        }
    };
    let round = match wide {
        true => [
            VEX_Vroundpd_xmm_xmmm128_imm8,
            VEX_Vroundpd_ymm_ymmm256_imm8,
            EVEX_Vrndscalepd_zmm_k1z_zmmm512b64_imm8_sae,
        ],
        false => [
            VEX_Vroundps_xmm_xmmm128_imm8,
            VEX_Vroundps_ymm_ymmm256_imm8,
            EVEX_Vrndscaleps_zmm_k1z_zmmm512b32_imm8_sae,
        ],
    };
    let left =
        [VEX_Vpsllq_xmm_xmm_imm8, VEX_Vpsllq_ymm_ymm_imm8, EVEX_Vpsllq_zmm_k1z_zmmm512b64_imm8];
    let right =
        [VEX_Vpsrlq_xmm_xmm_imm8, VEX_Vpsrlq_ymm_ymm_imm8, EVEX_Vpsrlq_zmm_k1z_zmmm512b64_imm8];
    // The direction of rounding, without the exception for inexact results.
    let (codes, constant) = match operation {
        Single::Sqrt => (sqrt, None),
        Single::Round => (round, Some(8)),
        Single::Floor => (round, Some(9)),
        Single::Ceil => (round, Some(10)),
        Single::ShiftLeft52 => (left, Some(52)),
        Single::ShiftRight52 => (right, Some(52)),
    };
    (width.choose(codes), constant)
}

/// Returns the code of a comparison and the constant that says which.
pub(super) fn compare(width: Width, element: Type, predicate: Predicate) -> (Code, u32) {
    let codes = match element {
        Type::F32 => [
            VEX_Vcmpps_xmm_xmm_xmmm128_imm8,
            VEX_Vcmpps_ymm_ymm_ymmm256_imm8,
            EVEX_Vcmpps_kr_k1_zmm_zmmm512b32_imm8_sae,
        ],
        _ => [
            VEX_Vcmppd_xmm_xmm_xmmm128_imm8,
            VEX_Vcmppd_ymm_ymm_ymmm256_imm8,
            EVEX_Vcmppd_kr_k1_zmm_zmmm512b64_imm8_sae,
        ],
    };
    let constant = match predicate {
        Predicate::Less => 0x11,
        Predicate::LessEqual => 0x12,
        Predicate::Equal => 0x00,
        Predicate::Unequal => 0x0C,
        Predicate::Unordered => 0x03,
    };
    (width.choose(codes), constant)
}

/// Returns the constant of a comparison whose operands have changed places.
pub(super) fn swapped(predicate: Predicate) -> u32 {
    match predicate {
        Predicate::Less => 0x1E,
        Predicate::LessEqual => 0x1D,
        Predicate::Equal => 0x00,
        Predicate::Unequal => 0x0C,
        Predicate::Unordered => 0x03,
    }
}

/// Which operand of a multiply-add its destination is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Destination {
    /// `to * a + b`.
    Factor,
    /// `a * b + to`.
    Addend,
}

pub(super) fn multiply_add(width: Width, element: Type, destination: Destination) -> Code {
    width.choose(match (destination, element) {
        (Destination::Factor, Type::F32) => [
            VEX_Vfmadd213ps_xmm_xmm_xmmm128,
            VEX_Vfmadd213ps_ymm_ymm_ymmm256,
            EVEX_Vfmadd213ps_zmm_k1z_zmm_zmmm512b32_er,
        ],
        (Destination::Factor, _) => [
            VEX_Vfmadd213pd_xmm_xmm_xmmm128,
            VEX_Vfmadd213pd_ymm_ymm_ymmm256,
            EVEX_Vfmadd213pd_zmm_k1z_zmm_zmmm512b64_er,
        ],
        (Destination::Addend, Type::F32) => [
            VEX_Vfmadd231ps_xmm_xmm_xmmm128,
            VEX_Vfmadd231ps_ymm_ymm_ymmm256,
            EVEX_Vfmadd231ps_zmm_k1z_zmm_zmmm512b32_er,
        ],
        (Destination::Addend, _) => [
            VEX_Vfmadd231pd_xmm_xmm_xmmm128,
            VEX_Vfmadd231pd_ymm_ymm_ymmm256,
            EVEX_Vfmadd231pd_zmm_k1z_zmm_zmmm512b64_er,
        ],
    })
}

/// Returns the code of a choice between two vectors by a mask.
pub(super) fn blend(width: Width, element: Type) -> Code {
    width.choose(match element {
        Type::F32 => [
            VEX_Vblendvps_xmm_xmm_xmmm128_xmm,
            VEX_Vblendvps_ymm_ymm_ymmm256_ymm,
            EVEX_Vblendmps_zmm_k1z_zmm_zmmm512b32,
        ],
        _ => [
            VEX_Vblendvpd_xmm_xmm_xmmm128_xmm,
            VEX_Vblendvpd_ymm_ymm_ymmm256_ymm,
            EVEX_Vblendmpd_zmm_k1z_zmm_zmmm512b64,
        ],
    })
}

/// Returns the code that loads a vector from memory, or copies a register.
pub(super) fn load(width: Width, element: Type) -> Code {
    match (width, element.bytes()) {
        (Width::One, 4) => VEX_Vmovss_xmm_m32,
        (Width::One, _) => VEX_Vmovsd_xmm_m64,
        (width, _) => whole_load(width),
    }
}

/// Returns the code that loads one number into all lanes.
pub(super) fn broadcast(width: Width, element: Type) -> Code {
    width.choose(match element.bytes() {
        4 => [VEX_Vmovss_xmm_m32, VEX_Vbroadcastss_ymm_m32, EVEX_Vbroadcastss_zmm_k1z_xmmm32],
        _ => [VEX_Vmovsd_xmm_m64, VEX_Vbroadcastsd_ymm_m64, EVEX_Vbroadcastsd_zmm_k1z_xmmm64],
    })
}

/// Returns the code that loads or copies a whole register.
pub(super) fn whole_load(width: Width) -> Code {
    width.choose([VEX_Vmovups_xmm_xmmm128, VEX_Vmovups_ymm_ymmm256, EVEX_Vmovups_zmm_k1z_zmmm512])
}

pub(super) fn store_code(width: Width, element: Type) -> Code {
    match (width, element.bytes()) {
        (Width::One, 4) => VEX_Vmovss_m32_xmm,
        (Width::One, _) => VEX_Vmovsd_m64_xmm,
        (width, _) => whole_store(width),
    }
}

pub(super) fn whole_store(width: Width) -> Code {
    width.choose([VEX_Vmovups_xmmm128_xmm, VEX_Vmovups_ymmm256_ymm, EVEX_Vmovups_zmmm512_k1z_zmm])
}

/// From the lower half of `f32` lanes to `f64` lanes.
pub(super) fn widen(width: Width) -> Code {
    width.choose([
        VEX_Vcvtps2pd_xmm_xmmm64,
        VEX_Vcvtps2pd_ymm_xmmm128,
        EVEX_Vcvtps2pd_zmm_k1z_ymmm256b32_sae,
    ])
}

/// From `f64` lanes to half as long `f32` lanes.
pub(super) fn narrow(width: Width) -> Code {
    width.choose([
        VEX_Vcvtpd2ps_xmm_xmmm128,
        VEX_Vcvtpd2ps_xmm_ymmm256,
        EVEX_Vcvtpd2ps_ymm_k1z_zmmm512b64_er,
    ])
}

/// Returns the code that takes a vector out of two that follow each other, by whole lanes.
pub(super) fn shift_whole(element: Type) -> Code {
    match element {
        Type::F32 => EVEX_Valignd_zmm_k1z_zmm_zmmm512b32_imm8,
        _ => EVEX_Valignq_zmm_k1z_zmm_zmmm512b64_imm8,
    }
}
