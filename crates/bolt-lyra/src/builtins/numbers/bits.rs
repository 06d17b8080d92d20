//! Binary digits of integers, in two's complement.

use dashu_base::{BitTest, Signed};
use dashu_int::IBig;

use super::super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Call, Value};

const LISTABLE: Attributes = Attributes::LISTABLE;
const COMBINING: Attributes =
    LISTABLE.and(Attributes::FLAT).and(Attributes::ONE_IDENTITY).and(Attributes::ORDERLESS);

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "BitAnd",
        COMBINING,
        |s, c| combined(s, c, IBig::NEG_ONE, |a, b| a & b),
        "BitAnd[a, b, ...] has the binary digits that all have.",
        &[
            ("BitAnd[12, 10]", "8"),
            ("BitAnd[-1, {5, 6}]", "{5, 6}"),
            ("BitAnd[6, x, 3]", "BitAnd[2, x]"),
        ],
    ),
    builtin(
        "BitOr",
        COMBINING,
        |s, c| combined(s, c, IBig::ZERO, |a, b| a | b),
        "BitOr[a, b, ...] has the binary digits that at least one of them has.",
        &[("BitOr[12, 10]", "14"), ("BitOr[]", "0")],
    ),
    builtin(
        "BitXor",
        COMBINING,
        |s, c| combined(s, c, IBig::ZERO, |a, b| a ^ b),
        "BitXor[a, b, ...] has the binary digits that an odd number of them have.",
        &[("BitXor[12, 10]", "6"), ("BitXor[5, 5]", "0")],
    ),
    builtin(
        "BitNot",
        LISTABLE,
        |_, c| {
            Ok(match c.args() {
                [n] => number::integer(n).map_or(Step::Same, |n| Step::Done(Value::from(!n))),
                _ => Step::Same,
            })
        },
        "BitNot[n] has the binary digits that n has not: it is -1 - n.",
        &[("BitNot[5]", "-6"), ("BitNot[-1]", "0")],
    ),
    builtin(
        "BitShiftLeft",
        LISTABLE,
        |s, c| Ok(shifted(s, c, 1)),
        "BitShiftLeft[n, k] moves the binary digits of n by k places to the left, by 1 if k is not \
         given; a negative k moves them to the right.",
        &[("BitShiftLeft[3, 2]", "12"), ("BitShiftLeft[1]", "2"), ("BitShiftLeft[-5, -1]", "-3")],
    ),
    builtin(
        "BitShiftRight",
        LISTABLE,
        |s, c| Ok(shifted(s, c, -1)),
        "BitShiftRight[n, k] moves the binary digits of n by k places to the right, by 1 if k is \
         not given; those that leave are lost.",
        &[("BitShiftRight[13, 2]", "3"), ("BitShiftRight[4]", "2")],
    ),
    builtin(
        "BitLength",
        LISTABLE,
        |_, c| {
            let [n] = c.args() else { return Ok(Step::Same) };
            Ok(number::integer(n).map_or(Step::Same, |n| {
                let size = if n.is_negative() { !n } else { n };
                Step::Done(Value::Integer(number::bit_length(&size) as i64))
            }))
        },
        "BitLength[n] is the number of binary digits of n; of a negative one, those of BitNot[n].",
        &[("BitLength[8]", "4"), ("BitLength[{0, -8}]", "{0, 3}")],
    ),
    builtin(
        "BitGet",
        LISTABLE,
        |_, c| {
            Ok(match c.args() {
                [n, Value::Integer(k @ 0..)] => number::integer(n).map_or(Step::Same, |n| {
                    Step::Done(Value::Integer(i64::from(n.bit(*k as usize))))
                }),
                _ => Step::Same,
            })
        },
        "BitGet[n, k] is the binary digit of n that stands for 2^k.",
        &[("BitGet[5, {0, 1, 2}]", "{1, 0, 1}"), ("BitGet[-1, 100]", "1")],
    ),
    builtin(
        "BitSet",
        LISTABLE,
        |_, c| Ok(with_bit(c, true)),
        "BitSet[n, k] is n with the binary digit that stands for 2^k set to 1.",
        &[("BitSet[8, 0]", "9"), ("BitSet[9, 0]", "9")],
    ),
    builtin(
        "BitClear",
        LISTABLE,
        |_, c| Ok(with_bit(c, false)),
        "BitClear[n, k] is n with the binary digit that stands for 2^k set to 0.",
        &[("BitClear[9, 0]", "8"), ("BitClear[8, 0]", "8")],
    ),
];

/// Combines the integers among the arguments; other arguments stay.
fn combined(
    session: &mut Session,
    call: &Call,
    of_none: IBig,
    with: fn(IBig, IBig) -> IBig,
) -> Evaluated<Step> {
    let (mut total, mut rest, mut count) = (of_none, Args::new(), 0);
    for arg in call.args() {
        match number::integer(arg) {
            Some(integer) => {
                total = with(total, integer);
                count += 1;
            }
            None if arg.is_number() => {
                session.message(crate::symbol::sym::General, "int", std::slice::from_ref(arg));
                return Ok(Step::Same);
            }
            None => rest.push(arg.clone()),
        }
    }
    if rest.is_empty() {
        return Ok(Step::Done(Value::from(total)));
    }
    if count < 2 {
        return Ok(Step::Same);
    }
    rest.insert(0, Value::from(total));
    Ok(Step::Again(Value::call(call.head().clone(), rest)))
}

/// Integers are not moved to more digits than this.
const MOST: i64 = 1 << 30;

fn shifted(session: &mut Session, call: &Call, sign: i64) -> Step {
    let (n, places) = match call.args() {
        [n] => (n, 1),
        [n, Value::Integer(places)] => (n, *places),
        _ => return Step::Same,
    };
    let Some(n) = number::integer(n) else { return Step::Same };
    let left = places.saturating_mul(sign);
    if n != IBig::ZERO && left > MOST {
        session.message(crate::symbol::sym::General, "ovfl", &[]);
        return Step::Same;
    }
    Step::Done(Value::from(match left {
        0.. => n << usize::try_from(left.min(MOST)).unwrap_or(0),
        _ => n >> usize::try_from(left.unsigned_abs()).unwrap_or(usize::MAX).min(MOST as usize * 8),
    }))
}

fn with_bit(call: &Call, is_set: bool) -> Step {
    let [n, Value::Integer(k @ 0..=MOST)] = call.args() else { return Step::Same };
    let Some(n) = number::integer(n) else { return Step::Same };
    let bit = IBig::ONE << *k as usize;
    Step::Done(Value::from(if is_set { n | bit } else { n & !bit }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_are_divisions_rounded_down() {
        let mut session = Session::new();
        for n in -40..40i64 {
            for places in 0..7 {
                let args = [Value::Integer(n), Value::Integer(places)];
                let call = Call::new(crate::symbol::sym::List, args);
                let right = shifted(&mut session, &call, -1);
                let expected = n.div_euclid(1 << places);
                assert!(matches!(right, Step::Done(Value::Integer(x)) if x == expected));
            }
        }
    }
}
