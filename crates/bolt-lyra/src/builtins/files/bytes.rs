//! Bytes, and texts that stand for them.

use triomphe::Arc;

use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "ByteArray",
        Attributes::NONE,
        byte_array,
        "ByteArray[{b1, b2}] is an array of bytes, which is held as a string in base 64; \
         ByteArray[\"...\"] is that of such a string.",
        &[
            ("Normal[ByteArray[{1, 2, 255}]]", "{1, 2, 255}"),
            ("ByteArray[{1, 25, 3}]", "ByteArray[\"ARkD\"]"),
        ],
    ),
    builtin(
        "ByteArrayQ",
        Attributes::NONE,
        |s, c| {
            Ok(match c.args() {
                [value] => Step::Done(Value::boolean(bytes_of(s, value).is_some())),
                _ => Step::Same,
            })
        },
        "ByteArrayQ[e] is True if e is an array of bytes.",
        &[("ByteArrayQ[ByteArray[{1}]]", "True"), ("ByteArrayQ[{1}]", "False")],
    ),
    builtin(
        "ByteArrayToString",
        Attributes::NONE,
        |s, c| {
            let bytes = c.args().first().and_then(|value| bytes_of(s, value));
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            Ok(text.map_or(Step::Same, |text| Step::Done(Value::string(text))))
        },
        "ByteArrayToString[b] is the string whose bytes in UTF-8 are those of an array.",
        &[
            ("ByteArrayToString[ByteArray[{104, 105}]]", "\"hi\""),
            ("ByteArrayToString[StringToByteArray[\"ä\"]]", "\"ä\""),
        ],
    ),
    builtin(
        "StringToByteArray",
        Attributes::NONE,
        |s, c| {
            Ok(match c.args() {
                [Value::String(text), ..] => Step::Done(array(s, text.as_bytes())),
                _ => Step::Same,
            })
        },
        "StringToByteArray[\"s\"] is the array of the bytes of a string in UTF-8.",
        &[
            ("Normal[StringToByteArray[\"hi\"]]", "{104, 105}"),
            ("Normal[StringToByteArray[\"ä\"]]", "{195, 164}"),
        ],
    ),
    builtin(
        "BaseEncode",
        Attributes::NONE,
        |s, c| {
            let bytes = c.args().first().and_then(|value| bytes_of(s, value));
            let base = c.args().get(1).map_or(Some("Base64"), Value::as_str);
            Ok(match (bytes, base) {
                (Some(bytes), Some("Base64")) => Step::Done(Value::string(encode(&bytes))),
                (Some(bytes), Some("Base16")) => {
                    let text: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
                    Step::Done(Value::string(text))
                }
                _ => Step::Same,
            })
        },
        "BaseEncode[b] is an array of bytes as a string in base 64; BaseEncode[b, \"Base16\"] in \
         base 16.",
        &[
            ("BaseEncode[StringToByteArray[\"Hello\"]]", "\"SGVsbG8=\""),
            ("BaseEncode[ByteArray[{1, 255}], \"Base16\"]", "\"01FF\""),
        ],
    ),
    builtin(
        "BaseDecode",
        Attributes::NONE,
        |s, c| {
            let base = c.args().get(1).map_or(Some("Base64"), Value::as_str);
            let bytes = match (c.args().first(), base) {
                (Some(Value::String(text)), Some("Base64")) => decode(text),
                (Some(Value::String(text)), Some("Base16")) => decode_16(text),
                _ => None,
            };
            Ok(bytes.map_or(Step::Same, |bytes| Step::Done(array(s, &bytes))))
        },
        "BaseDecode[\"s\"] is the array of the bytes that a string in base 64 stands for.",
        &[
            ("ByteArrayToString[BaseDecode[\"SGVsbG8=\"]]", "\"Hello\""),
            ("Normal[BaseDecode[\"01FF\", \"Base16\"]]", "{1, 255}"),
        ],
    ),
];

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Writes bytes in base 64 (RFC 4648).
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let word = three.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        let word = word << (8 * (3 - three.len()));
        for place in 0..4 {
            match place <= three.len() {
                true => {
                    let digit = word >> (18 - 6 * place) & 63;
                    text.push(char::from(DIGITS[digit as usize]));
                }
                false => text.push('='),
            }
        }
    }
    text
}

/// Reads bytes in base 64, `None` if the text is none.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let text: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for (place, four) in text.chunks(4).enumerate() {
        let padding = four.iter().rev().take_while(|byte| **byte == b'=').count();
        if padding > 2 || (padding > 0 && 4 * (place + 1) != text.len()) {
            return None;
        }
        let mut word = 0_u32;
        for byte in &four[..4 - padding] {
            word = word << 6 | DIGITS.iter().position(|digit| digit == byte)? as u32;
        }
        word <<= 6 * padding;
        bytes.extend_from_slice(&word.to_be_bytes()[1..4 - padding]);
    }
    Some(bytes)
}

fn decode_16(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text.chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    let pair = |pair: &[u32]| match pair {
        [high, low] => u8::try_from(high * 16 + low).ok(),
        _ => None,
    };
    digits.chunks(2).map(pair).collect()
}

/// Returns an array of bytes.
pub(super) fn array(session: &mut Session, bytes: &[u8]) -> Value {
    let head = session.named_symbol("ByteArray");
    Value::call(head, [Value::string(encode(bytes))].as_slice())
}

/// Returns the bytes of an array.
pub(crate) fn bytes_of(session: &Session, value: &Value) -> Option<Vec<u8>> {
    let call = value.as_call()?;
    match call.args() {
        [Value::String(text)] if super::is_named(session, call.head(), "ByteArray") => decode(text),
        _ => None,
    }
}

fn byte_array(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [value] = call.args() else { return Ok(Step::Same) };
    if let Value::String(text) = value {
        if decode(text).is_none() {
            session.message_of("ByteArray", "lend", std::slice::from_ref(value));
        }
        return Ok(Step::Same);
    }
    let bytes: Option<Vec<u8>> = value
        .as_list()
        .and_then(|list| list.iter().map(|byte| u8::try_from(byte.as_i64()?).ok()).collect());
    Ok(match bytes {
        Some(bytes) => Step::Done(array(session, &bytes)),
        None => {
            session.message_of("ByteArray", "lend", std::slice::from_ref(value));
            Step::Same
        }
    })
}

/// Returns the bytes of an array as a list.
pub(crate) fn as_list(session: &Session, value: &Value) -> Option<Value> {
    let bytes = bytes_of(session, value)?;
    let of = |byte: &u8| Value::Integer(i64::from(*byte));
    Some(Value::list(bytes.iter().map(of).collect::<Args>()))
}
