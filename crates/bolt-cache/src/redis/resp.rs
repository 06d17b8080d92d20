//! What is said to a Redis server, and what it answers (RESP, version 2).

use std::io::{self, BufRead, Read};

/// The longest value that Redis keeps.
const BULK_MOST: i64 = 512 << 20;
/// Longer lines, of errors for example, are not ours to read.
const LINE_MOST: u64 = 64 << 10;
/// Items of an array: of `SCAN` come a few thousand.
const ITEMS_MOST: i64 = 1 << 20;
/// Arrays in arrays: of `SCAN` come two.
const DEPTH_MOST: u32 = 4;

/// What a server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    /// A word, `OK` for example.
    Simple(String),
    Error(String),
    Integer(i64),
    Bulk(Option<Vec<u8>>),
    Array(Vec<Reply>),
}

/// Returns a command as it is sent.
pub(super) fn command(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", parts.len()).into_bytes();
    for part in parts {
        bytes.extend(format!("${}\r\n", part.len()).into_bytes());
        bytes.extend_from_slice(part);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

/// Reads an answer.
///
/// # Errors
/// Of kind `InvalidData` if it is not one.
pub(super) fn reply(reader: &mut impl BufRead) -> io::Result<Reply> {
    nested(reader, DEPTH_MOST)
}

fn nested(reader: &mut impl BufRead, depth: u32) -> io::Result<Reply> {
    let line = line(reader)?;
    let (kind, rest) = line.split_at_checked(1).ok_or_else(|| invalid("an empty line"))?;
    match kind {
        "+" => Ok(Reply::Simple(rest.to_owned())),
        "-" => Ok(Reply::Error(rest.to_owned())),
        ":" => number(rest).map(Reply::Integer),
        "$" => match number(rest)? {
            -1 => Ok(Reply::Bulk(None)),
            length @ 0..=BULK_MOST => {
                bulk(reader, length as u64).map(|bulk| Reply::Bulk(Some(bulk)))
            }
            _ => Err(invalid(&line)),
        },
        "*" => match number(rest)? {
            -1 => Ok(Reply::Array(Vec::new())),
            count @ 0..=ITEMS_MOST if depth > 0 => (0..count)
                .map(|_| nested(reader, depth - 1))
                .collect::<io::Result<_>>()
                .map(Reply::Array),
            _ => Err(invalid(&line)),
        },
        _ => Err(invalid(&line)),
    }
}

fn line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = Vec::new();
    reader.take(LINE_MOST).read_until(b'\n', &mut line)?;
    match line.strip_suffix(b"\r\n") {
        Some(content) => Ok(String::from_utf8_lossy(content).into_owned()),
        None if (line.len() as u64) < LINE_MOST && line.last() != Some(&b'\n') => {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
        None => Err(invalid(&String::from_utf8_lossy(&line))),
    }
}

/// Reads a value. Memory is taken as it comes, not as it is announced.
fn bulk(reader: &mut impl BufRead, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(length + 2).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != length + 2 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    match bytes.split_off(length as usize).as_slice() {
        b"\r\n" => Ok(bytes),
        end => Err(invalid(&String::from_utf8_lossy(end))),
    }
}

fn number(text: &str) -> io::Result<i64> {
    text.parse().map_err(|_| invalid(text))
}

fn invalid(found: &str) -> io::Error {
    let found: String = found.chars().take(60).collect();
    let told = format!("this is not what a Redis server says: `{}`", found.escape_debug());
    io::Error::new(io::ErrorKind::InvalidData, told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::{BufReader, ErrorKind};

    fn read(bytes: &[u8]) -> io::Result<Reply> {
        // A few bytes at a time, as they can come from a network.
        reply(&mut BufReader::with_capacity(3, bytes))
    }

    #[test]
    fn commands_are_arrays_of_values() {
        assert_eq!(command(&[b"GET", b"a\r\n"]), b"*2\r\n$3\r\nGET\r\n$3\r\na\r\n\r\n");
        assert_eq!(command(&[b"SET", b""]), b"*2\r\n$3\r\nSET\r\n$0\r\n\r\n");
    }

    #[test]
    fn answers_are_read() {
        for (bytes, expected) in [
            (&b"+OK\r\n"[..], Reply::Simple("OK".into())),
            (b"-ERR no\r\n", Reply::Error("ERR no".into())),
            (b":-12\r\n", Reply::Integer(-12)),
            (b"$-1\r\n", Reply::Bulk(None)),
            (b"$0\r\n\r\n", Reply::Bulk(Some(vec![]))),
            (b"$4\r\na\r\nb\r\n", Reply::Bulk(Some(b"a\r\nb".to_vec()))),
            (b"*-1\r\n", Reply::Array(vec![])),
            (
                b"*2\r\n:1\r\n*1\r\n+x\r\n",
                Reply::Array(vec![
                    Reply::Integer(1),
                    Reply::Array(vec![Reply::Simple("x".into())]),
                ]),
            ),
        ] {
            assert_eq!(read(bytes).unwrap(), expected);
            for cut in 0..bytes.len() {
                assert_eq!(read(&bytes[..cut]).unwrap_err().kind(), ErrorKind::UnexpectedEof);
            }
        }
    }

    #[test]
    fn what_is_not_an_answer_is_refused() {
        let deep = b"*1\r\n".repeat(9);
        let long = [&b"+"[..], &vec![b'x'; 70_000], b"\r\n"].concat();
        let huge = format!("${}\r\n", BULK_MOST + 1);
        for bytes in [
            &b"HTTP/1.1 400 Bad Request\r\n"[..],
            b"\r\n",
            b"+OK\n",
            b"$-2\r\n",
            b"$x\r\n",
            b"$1\r\nabc",
            b"*-2\r\n",
            b":\r\n",
            &deep,
            &long,
            huge.as_bytes(),
        ] {
            let error = read(bytes).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidData, "{error}");
        }
        let told = read(b"HTTP/1.1 400\r\n").unwrap_err().to_string();
        assert_eq!(told, "this is not what a Redis server says: `HTTP/1.1 400`");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_bytes_are_an_answer_or_an_error(kind in "[-+:$*]?", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            _ = read(&[kind.as_bytes(), &bytes].concat());
        }
    }
}
