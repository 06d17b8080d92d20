//! What is read from streams: bytes, characters, words, numbers, lines, records, expressions.

use triomphe::Arc;

use super::{csv, is_named, streams, text_of};
use crate::builtins::options::Options;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Read",
        Attributes::NONE,
        read,
        "Read[stream, type] reads one thing: Byte, Character, Expression, Hold[Expression], Number, \
         Real, Record, String (a line) or Word; a list of types reads several. EndOfFile is what is \
         read at the end.",
        &[
            ("s = StringToStream[\"12 ab\"]; {Read[s, Number], Read[s, Word]}", "{12, \"ab\"}"),
            ("Read[StringToStream[\"\"], Word]", "EndOfFile"),
        ],
    ),
    builtin(
        "ReadList",
        Attributes::NONE,
        read_list,
        "ReadList[stream, type] is the list of all that is read; ReadList[stream, type, n] of the \
         first n; WordSeparators and RecordSeparators are options.",
        &[
            ("ReadList[StringToStream[\"1 2\\n3\"], Number]", "{1, 2, 3}"),
            ("ReadList[StringToStream[\"a b\"], Word]", "{\"a\", \"b\"}"),
        ],
    ),
    builtin(
        "ReadLine",
        Attributes::NONE,
        |s, c| read_as(s, c, "String"),
        "ReadLine[stream] reads a line.",
        &[
            ("ReadLine[StringToStream[\"a b\\nc\"]]", "\"a b\""),
            ("ReadLine[StringToStream[\"\"]]", "EndOfFile"),
        ],
    ),
    builtin(
        "ReadString",
        Attributes::NONE,
        |s, c| read_as(s, c, "All"),
        "ReadString[stream] reads the rest of a stream or a file as a string.",
        &[
            ("ReadString[StringToStream[\"a\\nb\"]]", "\"a\\nb\""),
            ("Export[\"a.txt\", \"xyz\"]; ReadString[\"a.txt\"]", "\"xyz\""),
        ],
    ),
    builtin(
        "Skip",
        Attributes::NONE,
        skip,
        "Skip[stream, type] reads something and forgets it; Skip[stream, type, n] n times.",
        &[
            ("s = StringToStream[\"a b c\"]; Skip[s, Word]; Read[s, Word]", "\"b\""),
            ("Skip[StringToStream[\"\"], Word]", "EndOfFile"),
        ],
    ),
    builtin(
        "Find",
        Attributes::NONE,
        |s, c| find(s, c, false),
        "Find[stream, \"text\"] reads up to the next line that has the text, or one of a list.",
        &[
            ("Find[StringToStream[\"a\\nbc\\nd\"], \"c\"]", "\"bc\""),
            ("Find[StringToStream[\"a\"], \"x\"]", "EndOfFile"),
        ],
    ),
    builtin(
        "FindList",
        Attributes::NONE,
        |s, c| find(s, c, true),
        "FindList[stream, \"text\"] is the list of the lines that have the text; FindList[stream, \
         \"text\", n] of the first n.",
        &[
            ("FindList[StringToStream[\"ab\\nc\\nad\"], \"a\"]", "{\"ab\", \"ad\"}"),
            ("FindList[StringToStream[\"ab\\nc\\nad\"], \"a\", 1]", "{\"ab\"}"),
        ],
    ),
    builtin(
        "StreamPosition",
        Attributes::NONE,
        |s, c| {
            Ok(match c.args() {
                [stream] => match streams::place_of(s, stream) {
                    Some(place) => Step::Done(Value::Integer(streams::at(s, place).at as i64)),
                    None => Step::Same,
                },
                _ => Step::Same,
            })
        },
        "StreamPosition[stream] is how many bytes have been read.",
        &[
            ("s = StringToStream[\"ab cd\"]; Read[s, Word]; StreamPosition[s]", "2"),
            ("StreamPosition[StringToStream[\"a\"]]", "0"),
        ],
    ),
    builtin(
        "SetStreamPosition",
        Attributes::NONE,
        |s, c| Ok(set_position(s, c)),
        "SetStreamPosition[stream, n] goes on reading after n bytes; Infinity is the end.",
        &[
            ("s = StringToStream[\"ab cd\"]; SetStreamPosition[s, 3]; Read[s, Word]", "\"cd\""),
            ("SetStreamPosition[StringToStream[\"abc\"], Infinity]", "3"),
        ],
    ),
    builtin(
        "BinaryRead",
        Attributes::NONE,
        |s, c| binary_read(s, c, false),
        "BinaryRead[stream] reads a byte; BinaryRead[stream, type] a \"Byte\", \"Character8\", \
         \"Integer8\", \"Integer16\", \"Integer32\", \"Integer64\", an unsigned one, \"Real32\" or \
         \"Real64\"; a list of types reads several.",
        &[
            ("BinaryRead[StringToStream[\"ab\"]]", "97"),
            ("BinaryRead[StringToStream[\"ab\"], {\"Character8\", \"Byte\"}]", "{\"a\", 98}"),
        ],
    ),
    builtin(
        "BinaryReadList",
        Attributes::NONE,
        |s, c| binary_read(s, c, true),
        "BinaryReadList[stream, type] is the list of all that is read as a type.",
        &[
            ("BinaryReadList[StringToStream[\"abc\"]]", "{97, 98, 99}"),
            ("BinaryReadList[StringToStream[\"abc\"], \"Character8\", 2]", "{\"a\", \"b\"}"),
        ],
    ),
];

/// What separates what is read.
struct Separators {
    words: Vec<String>,
    records: Vec<String>,
    keeps_empty: bool,
}

impl Separators {
    fn new(session: &Session, options: Options<'_>) -> Self {
        let given = |name: &str| {
            let value = options.get(session, name)?;
            let all = value.as_list().unwrap_or(std::slice::from_ref(value));
            all.iter().map(|one| one.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
        };
        let of = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
        Self {
            words: given("WordSeparators").unwrap_or_else(|| of(&[" ", "\t"])),
            records: given("RecordSeparators").unwrap_or_else(|| of(&["\r\n", "\n", "\r"])),
            keeps_empty: options.is_set(session, "NullRecords"),
        }
    }
}

/// What is still to be read of a stream, as text.
struct Rest<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Rest<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Reads up to one of several texts or the end; the text itself is taken, too, if `takes`.
    fn up_to(&mut self, ends: &[String], takes: bool) -> &'t str {
        let rest = self.rest();
        let found = ends
            .iter()
            .filter(|end| !end.is_empty())
            .filter_map(|end| Some((rest.find(end.as_str())?, end.len())))
            .min_by_key(|(place, length)| (*place, std::cmp::Reverse(*length)));
        let (length, end) = found.unwrap_or((rest.len(), 0));
        self.at += length + if takes { end } else { 0 };
        &rest[..length]
    }

    fn skip(&mut self, what: &[String]) {
        while let Some(one) =
            what.iter().find(|one| !one.is_empty() && self.rest().starts_with(one.as_str()))
        {
            self.at += one.len();
        }
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn character(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn word(&mut self, separators: &Separators) -> Option<&'t str> {
        let all: Vec<String> =
            separators.words.iter().chain(&separators.records).cloned().collect();
        self.skip(&all);
        (!self.rest().is_empty()).then(|| self.up_to(&all, false))
    }

    fn line(&mut self, separators: &Separators) -> Option<&'t str> {
        (!self.rest().is_empty()).then(|| self.up_to(&separators.records, true))
    }

    fn record(&mut self, separators: &Separators) -> Option<&'t str> {
        if !separators.keeps_empty {
            self.skip(&separators.records);
        }
        self.line(separators)
    }

    /// Reads a number; the inner `None` is for what is none.
    fn number(&mut self) -> Option<Option<Value>> {
        let rest = self.rest().trim_start_matches([' ', '\t', '\n', '\r', ',']);
        self.at = self.text.len() - rest.len();
        if rest.is_empty() {
            return None;
        }
        let is_part =
            |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E' | '*' | '^');
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let mut text = &rest[..length];
        loop {
            if let Some(value) = csv::number_of(&text.replace("*^", "e")) {
                self.at += text.len();
                return Some(Some(value));
            }
            match text.char_indices().next_back() {
                Some((place, _)) => text = &text[..place],
                None => return Some(None),
            }
        }
    }
}

/// Reads one thing of a type; `None` at the end.
fn one(
    session: &mut Session,
    rest: &mut Rest<'_>,
    kind: &Value,
    separators: &Separators,
) -> Evaluated<Option<Value>> {
    let string = |text: &str| Value::string(text);
    if let Some(call) = kind.as_call() {
        if let [Value::Symbol(_)] = call.args()
            && is_named(session, &call.args()[0], "Expression")
        {
            let held = expression(session, rest);
            return Ok(held.map(|value| Value::call(call.head().clone(), [value].as_slice())));
        }
        return several(session, rest, call.args(), separators);
    }
    let Some(kind) = kind.as_symbol() else { return Ok(None) };
    let name = session.names.full(kind).name.clone();
    Ok(match &*name {
        "Byte" => {
            // The text stands for bytes where it is no UTF-8.
            let byte = rest.text.as_bytes().get(rest.at).copied();
            rest.character();
            byte.map(|byte| Value::Integer(i64::from(byte)))
        }
        "Character" => rest.character().map(|c| string(&c.to_string())),
        "String" => rest.line(separators).map(string),
        "Record" => rest.record(separators).map(string),
        "Word" => rest.word(separators).map(string),
        "Number" | "Real" => match rest.number() {
            None => None,
            Some(Some(Value::Integer(n))) if &*name == "Real" => Some(Value::Real(n as f64)),
            Some(Some(value)) => Some(value),
            Some(None) => {
                session.message_of("Read", "readn", &[]);
                rest.at = rest.text.len();
                Some(Value::Symbol(sym::Failed))
            }
        },
        "Expression" => match expression(session, rest) {
            Some(value) => Some(session.evaluate(&value)?),
            None => None,
        },
        _ => {
            session.message_of("Read", "readf", &[Value::Symbol(kind)]);
            None
        }
    })
}

fn several(
    session: &mut Session,
    rest: &mut Rest<'_>,
    kinds: &[Value],
    separators: &Separators,
) -> Evaluated<Option<Value>> {
    let end = session.named_symbol("EndOfFile");
    let mut all = Args::new();
    for kind in kinds {
        let value = one(session, rest, kind, separators)?;
        if value.is_none() && all.iter().all(|read| *read == end) {
            return Ok(None);
        }
        all.push(value.unwrap_or_else(|| end.clone()));
    }
    Ok(Some(Value::list(all)))
}

/// Reads as many lines as an expression takes; `None` at the end.
fn expression(session: &mut Session, rest: &mut Rest<'_>) -> Option<Value> {
    rest.skip_space();
    if rest.rest().is_empty() {
        return None;
    }
    let text = rest.rest();
    let ends = text.match_indices('\n').map(|(place, _)| place).chain([text.len()]);
    for end in ends {
        let parsed = bolt_lyra_syntax::parse(&text[..end]);
        if !parsed.has_errors() {
            rest.at += end;
            return Some(match &parsed.exprs[..] {
                [] => Value::NULL,
                exprs => {
                    let all: Args = exprs.iter().map(|expr| session.read(expr)).collect();
                    match &all[..] {
                        [one] => one.clone(),
                        _ => Value::call(sym::CompoundExpression, all),
                    }
                }
            });
        }
    }
    rest.at = rest.text.len();
    session.message_of("Read", "readt", &[]);
    Some(Value::Symbol(sym::Failed))
}

/// Reads from a stream by its place with a function that takes the rest of it.
fn with_rest<T>(
    session: &mut Session,
    place: usize,
    read: impl FnOnce(&mut Session, &mut Rest<'_>) -> Evaluated<T>,
) -> Evaluated<T> {
    let stream = streams::at(session, place);
    let start = stream.at.min(stream.bytes.len());
    let bytes = std::mem::take(&mut stream.bytes);
    let whole = match std::str::from_utf8(&bytes) {
        Ok(_) => String::from_utf8(bytes.clone()).unwrap_or_default(),
        Err(_) => text_of(bytes.clone()),
    };
    let is_same = whole.len() == bytes.len();
    // In a text made byte by byte places are counted in characters.
    let from = match is_same {
        true => (start..=whole.len()).find(|at| whole.is_char_boundary(*at)).unwrap_or(whole.len()),
        false => whole.char_indices().nth(start).map_or(whole.len(), |(at, _)| at),
    };
    let mut rest = Rest { text: &whole, at: from };
    let result = read(session, &mut rest);
    let at = if is_same { rest.at } else { whole[..rest.at].chars().count() };
    let stream = streams::at(session, place);
    (stream.bytes, stream.at) = (bytes, at);
    result
}

fn end_of_file(session: &mut Session) -> Value {
    session.named_symbol("EndOfFile")
}

fn read(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 1);
    let (stream, kind) = match args {
        [stream] => (stream, session.named_symbol("Expression")),
        [stream, kind] => (stream, kind.clone()),
        _ => return Ok(Step::Same),
    };
    let place = match streams::input(session, stream, "Read") {
        Ok(place) => place,
        Err(failed) => return Ok(failed.map_or(Step::Same, Step::Done)),
    };
    let separators = Separators::new(session, options);
    let value = with_rest(session, place, |session, rest| one(session, rest, &kind, &separators))?;
    Ok(Step::Done(match value {
        Some(value) => value,
        None => end_of_file(session),
    }))
}

fn read_list(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 1);
    let (stream, kind, most) = match args {
        [stream] => (stream, session.named_symbol("Expression"), usize::MAX),
        [stream, kind] => (stream, kind.clone(), usize::MAX),
        [stream, kind, most] => match most.as_usize() {
            Some(most) => (stream, kind.clone(), most),
            None => return Ok(Step::Same),
        },
        _ => return Ok(Step::Same),
    };
    let was_open = streams::place_of(session, stream).is_some();
    let place = match streams::input(session, stream, "ReadList") {
        Ok(place) => place,
        Err(failed) => return Ok(failed.map_or(Step::Same, Step::Done)),
    };
    let separators = Separators::new(session, options);
    let all = with_rest(session, place, |session, rest| {
        let mut all = Args::new();
        while all.len() < most {
            session.check_interrupt()?;
            match one(session, rest, &kind, &separators)? {
                Some(value) => all.push(value),
                None => break,
            }
        }
        Ok(all)
    })?;
    if !was_open {
        streams::close_at(session, place);
    }
    Ok(Step::Again(Value::list(all)))
}

fn read_as(session: &mut Session, call: &mut Arc<Call>, kind: &str) -> Evaluated<Step> {
    let [stream] = call.args() else { return Ok(Step::Same) };
    let was_open = streams::place_of(session, stream).is_some();
    let place = match streams::input(session, stream, "Read") {
        Ok(place) => place,
        Err(failed) => return Ok(failed.map_or(Step::Same, Step::Done)),
    };
    let separators = Separators::new(session, Options::split(&[], 0).1);
    let text = with_rest(session, place, |_, rest| {
        Ok(match kind {
            "All" if rest.rest().is_empty() => None,
            "All" => {
                let text = rest.rest().to_owned();
                rest.at = rest.text.len();
                Some(text)
            }
            _ => rest.line(&separators).map(str::to_owned),
        })
    })?;
    if kind == "All" && !was_open {
        streams::close_at(session, place);
    }
    Ok(Step::Done(match text {
        Some(text) => Value::string(text),
        None => end_of_file(session),
    }))
}

fn skip(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 2);
    let (stream, kind, times) = match args {
        [stream, kind] => (stream, kind, 1),
        [stream, kind, times] => match times.as_usize() {
            Some(times) => (stream, kind, times),
            None => return Ok(Step::Same),
        },
        _ => return Ok(Step::Same),
    };
    let place = match streams::input(session, stream, "Skip") {
        Ok(place) => place,
        Err(failed) => return Ok(failed.map_or(Step::Same, Step::Done)),
    };
    let separators = Separators::new(session, options);
    let is_read = with_rest(session, place, |session, rest| {
        for _ in 0..times {
            session.check_interrupt()?;
            if one(session, rest, kind, &separators)?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    })?;
    Ok(Step::Done(if is_read { Value::NULL } else { end_of_file(session) }))
}

fn find(session: &mut Session, call: &mut Arc<Call>, all: bool) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 2);
    let (stream, wanted, most) = match args {
        [stream, wanted] => (stream, wanted, usize::MAX),
        [stream, wanted, most] if all => match most.as_usize() {
            Some(most) => (stream, wanted, most),
            None => return Ok(Step::Same),
        },
        _ => return Ok(Step::Same),
    };
    let wanted = wanted.as_list().unwrap_or(std::slice::from_ref(wanted));
    let Some(wanted) = wanted.iter().map(Value::as_str).collect::<Option<Vec<_>>>() else {
        return Ok(Step::Same);
    };
    let folds = options.is_set(session, "IgnoreCase");
    let place = match streams::input(session, stream, if all { "FindList" } else { "Find" }) {
        Ok(place) => place,
        Err(failed) => return Ok(failed.map_or(Step::Same, Step::Done)),
    };
    let separators = Separators::new(session, options);
    let lines = with_rest(session, place, |session, rest| {
        let mut lines = Args::new();
        while lines.len() < if all { most } else { 1 } {
            session.check_interrupt()?;
            let Some(line) = rest.line(&separators) else { break };
            let has = |text: &&str| match folds {
                true => line.to_lowercase().contains(&text.to_lowercase()),
                false => line.contains(*text),
            };
            if wanted.iter().any(has) {
                lines.push(Value::string(line));
            }
        }
        Ok(lines)
    })?;
    Ok(Step::Done(match (all, lines.first()) {
        (true, _) => Value::list(lines),
        (false, Some(line)) => line.clone(),
        (false, None) => end_of_file(session),
    }))
}

fn set_position(session: &mut Session, call: &Call) -> Step {
    let [stream, position] = call.args() else { return Step::Same };
    let Some(place) = streams::place_of(session, stream) else { return Step::Same };
    let stream = streams::at(session, place);
    let position = match position {
        Value::Symbol(sym::Infinity) => stream.bytes.len(),
        Value::Call(call) if call.is(sym::DirectedInfinity) => stream.bytes.len(),
        _ => match position.as_usize() {
            Some(position) if position <= stream.bytes.len() => position,
            _ => {
                let parts = [position.clone(), call.args()[0].clone()];
                session.message_of("SetStreamPosition", "stmrng", &parts);
                return Step::Same;
            }
        },
    };
    stream.at = position;
    Step::Done(Value::Integer(position as i64))
}

/// Reads a value of a type from bytes; the lowest byte comes first. Returns how many it takes.
fn binary(kind: &str, bytes: &[u8]) -> Option<(Value, usize)> {
    let size = match kind {
        "Byte" | "Character8" | "Integer8" | "UnsignedInteger8" => 1,
        "Integer16" | "UnsignedInteger16" => 2,
        "Integer32" | "UnsignedInteger32" | "Real32" => 4,
        "Integer64" | "UnsignedInteger64" | "Real64" => 8,
        _ => return None,
    };
    let own = bytes.get(..size)?;
    let mut wide = [0_u8; 8];
    wide[..size].copy_from_slice(own);
    let unsigned = u64::from_le_bytes(wide);
    let unused = 64 - 8 * size as u32;
    let value = match kind {
        "Character8" => Value::string(char::from(own[0]).to_string()),
        "Real32" => Value::Real(f64::from(f32::from_bits(unsigned as u32))),
        "Real64" => Value::Real(f64::from_bits(unsigned)),
        "Integer8" | "Integer16" | "Integer32" | "Integer64" => {
            Value::Integer(((unsigned << unused) as i64) >> unused)
        }
        _ => Value::from(dashu_int::IBig::from(unsigned)),
    };
    Some((value, size))
}

fn binary_read(session: &mut Session, call: &mut Arc<Call>, all: bool) -> Evaluated<Step> {
    let (args, _) = Options::split(call.args(), 1);
    let byte = Value::string("Byte");
    let (stream, kind, most) = match args {
        [stream] => (stream, &byte, usize::MAX),
        [stream, kind] => (stream, kind, usize::MAX),
        [stream, kind, most] if all => (stream, kind, most.as_usize().unwrap_or(usize::MAX)),
        _ => return Ok(Step::Same),
    };
    let kinds = kind.as_list().unwrap_or(std::slice::from_ref(kind));
    let Some(kinds) = kinds.iter().map(Value::as_str).collect::<Option<Vec<_>>>() else {
        return Ok(Step::Same);
    };
    if kinds.is_empty() || kinds.iter().any(|kind| binary(kind, &[0; 8]).is_none()) {
        return Ok(Step::Same);
    }
    let was_open = streams::place_of(session, stream).is_some();
    let place = match streams::input(session, stream, "BinaryRead") {
        Ok(place) => place,
        Err(failed) => return Ok(failed.map_or(Step::Same, Step::Done)),
    };
    let end = end_of_file(session);
    let is_list = kind.as_list().is_some();
    let mut rows = Args::new();
    while rows.len() < if all { most } else { 1 } {
        session.check_interrupt()?;
        let stream = streams::at(session, place);
        if all && stream.at >= stream.bytes.len() {
            break;
        }
        let mut row = Args::new();
        for kind in &kinds {
            match binary(kind, stream.bytes.get(stream.at..).unwrap_or(&[])) {
                Some((value, size)) => {
                    stream.at += size;
                    row.push(value);
                }
                None => {
                    stream.at = stream.bytes.len();
                    row.push(end.clone());
                }
            }
        }
        rows.push(if is_list { Value::list(row) } else { row.remove(0) });
    }
    if all && !was_open {
        streams::close_at(session, place);
    }
    Ok(Step::Done(if all { Value::list(rows) } else { rows.remove(0) }))
}
