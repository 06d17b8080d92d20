//! Lists made longer, turned and cut into pieces.

use triomphe::Arc;

use super::super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "PadLeft",
        Attributes::NONE,
        |s, c| pad(s, c, true),
        "PadLeft[list, n] puts zeros before a list to make it n long, or takes its last n; \
         PadLeft[list, n, x] puts x, or the elements of a list x in turn; a fourth argument is a \
         margin behind; {m, n} pads at several levels; PadLeft[list] makes an array full.",
        &[("PadLeft[{1, 2}, 4]", "{0, 0, 1, 2}"), ("PadLeft[{1, 2, 3}, 2]", "{2, 3}")],
    ),
    builtin(
        "PadRight",
        Attributes::NONE,
        |s, c| pad(s, c, false),
        "PadRight[list, n] puts zeros behind a list to make it n long, or takes its first n; \
         PadRight[list, n, x] puts x, or the elements of a list x in turn; a fourth argument is a \
         margin before; {m, n} pads at several levels; PadRight[list] makes an array full.",
        &[("PadRight[{1, 2}, 4, x]", "{1, 2, x, x}"), ("PadRight[{{1}, {}}]", "{{1}, {0}}")],
    ),
    builtin(
        "RotateLeft",
        Attributes::NONE,
        |_, c| Ok(rotate(c, 1)),
        "RotateLeft[list, n] moves the first n elements behind the others; RotateLeft[list, {m, n}] \
         does so at several levels.",
        &[("RotateLeft[{a, b, c}]", "{b, c, a}"), ("RotateLeft[{a, b, c}, -1]", "{c, a, b}")],
    ),
    builtin(
        "RotateRight",
        Attributes::NONE,
        |_, c| Ok(rotate(c, -1)),
        "RotateRight[list, n] moves the last n elements before the others; \
         RotateRight[list, {m, n}] does so at several levels.",
        &[("RotateRight[{a, b, c}]", "{c, a, b}"), ("RotateRight[{a, b, c}, 2]", "{b, c, a}")],
    ),
    builtin(
        "Partition",
        Attributes::NONE,
        |s, c| Ok(partition(s, c)),
        "Partition[list, n] cuts the list into lists of n; Partition[list, n, d] begins one every d \
         elements; Partition[list, n, d, {i, j}] has the first element at place i of the first \
         piece and the last at place j of the last one or after it, going round the list; a fifth \
         argument is put in place of that, {} for nothing; Partition[list, UpTo[n]] has what is \
         left in a shorter piece; {m, n} cuts a matrix into blocks.",
        &[
            ("Partition[{a, b, c, d}, 2]", "{{a, b}, {c, d}}"),
            ("Partition[{a, b, c}, 2, 1]", "{{a, b}, {b, c}}"),
            ("Partition[{a, b, c}, 2, 2, 1, x]", "{{a, b}, {c, x}}"),
        ],
    ),
];

/// Sizes beyond this are not made.
const MAX_LENGTH: i64 = 1 << 26;

/// What lists are padded with and where they stand.
struct Padding<'a> {
    with: &'a Value,
    at_left: bool,
}

fn integers(spec: &Value) -> Option<Vec<i64>> {
    match spec.as_list() {
        Some(all) => all.iter().map(Value::as_i64).collect(),
        None => spec.as_i64().map(|one| vec![one]),
    }
}

/// The sizes of the smallest full array around nested lists.
fn full_sizes(of: &Value) -> Vec<i64> {
    let mut sizes = Vec::new();
    let mut level: Vec<&Value> = vec![of];
    loop {
        let lists: Vec<&[Value]> = level.iter().filter_map(|one| one.as_list()).collect();
        if lists.is_empty() || lists.len() < level.len() {
            return sizes;
        }
        sizes.push(lists.iter().map(|list| list.len()).max().unwrap_or(0) as i64);
        level = lists.iter().flat_map(|list| list.iter()).collect();
    }
}

fn pad(session: &mut Session, call: &mut Arc<Call>, at_left: bool) -> Evaluated<Step> {
    let zero = Value::Integer(0);
    let (of, sizes, with, margins) = match call.args() {
        [of] => (of, Some(full_sizes(of)), &zero, Some(vec![0])),
        [of, size] => (of, sizes_of(of, size), &zero, Some(vec![0])),
        [of, size, with] => (of, sizes_of(of, size), with, Some(vec![0])),
        [of, size, with, margin] => (of, sizes_of(of, size), with, integers(margin)),
        _ => return Ok(Step::Same),
    };
    let (Some(sizes), Some(mut margins)) = (sizes, margins) else { return Ok(Step::Same) };
    let total = sizes.iter().try_fold(1i64, |total, size| total.checked_mul(size.abs().max(1)));
    if of.is_atom() || total.is_none_or(|total| total > MAX_LENGTH) {
        if of.is_atom() {
            let name = if at_left { "PadLeft" } else { "PadRight" };
            session.message_of(name, "normal", &[zero, Value::Call(call.clone())]);
        }
        return Ok(Step::Same);
    }
    let last = margins.last().copied().unwrap_or(0);
    margins.resize(sizes.len().max(1), last);
    let padded = padded(Some(of), &of.head(), &sizes, &margins, &Padding { with, at_left });
    Ok(padded.map_or(Step::Same, Step::Again))
}

fn sizes_of(of: &Value, spec: &Value) -> Option<Vec<i64>> {
    match spec {
        Value::Symbol(sym::Automatic) => Some(full_sizes(of)),
        _ => integers(spec),
    }
}

/// Lays a list over a background that repeats what it is padded with, in step with the first
/// element of the list, or with its last for `PadLeft`.
fn padded(
    of: Option<&Value>,
    head: &Value,
    sizes: &[i64],
    margins: &[i64],
    padding: &Padding<'_>,
) -> Option<Value> {
    let ([size, sizes @ ..], [margin, margins @ ..]) = (sizes, margins) else {
        return Some(of.unwrap_or(padding.with).clone());
    };
    let (head, elements) = match of {
        Some(of) => (of.head(), of.as_call()?.args()),
        None => (head.clone(), &[][..]),
    };
    let at_left = padding.at_left != (*size < 0);
    let (length, own) = (size.abs(), elements.len() as i64);
    let start = if at_left { length - margin - own } else { *margin };
    let anchor = if padding.at_left { start + own } else { start };
    let element = |place: i64| {
        let background = match padding.with.as_list() {
            Some([]) | None => padding.with,
            Some(all) => &all[(place - anchor).rem_euclid(all.len() as i64) as usize],
        };
        let inside = usize::try_from(place - start).ok().and_then(|at| elements.get(at));
        match (inside, padding.with.as_list()) {
            (_, Some([])) => inside.cloned(),
            (Some(own), _) if sizes.is_empty() => Some(own.clone()),
            _ => {
                let padding = Padding { with: background, at_left: padding.at_left };
                padded(inside, &Value::Symbol(sym::List), sizes, margins, &padding)
            }
        }
    };
    let all: Option<Args> = (0..length).map(element).collect();
    Some(Value::call(head, all?))
}

fn rotate(call: &Call, sign: i64) -> Step {
    let (of, spec) = match call.args() {
        [of] => (of, Some(vec![1])),
        [of, spec] => (of, integers(spec)),
        _ => return Step::Same,
    };
    let Some(by) = spec.filter(|_| !of.is_atom()) else { return Step::Same };
    fn rotated(of: &Value, by: &[i64], sign: i64) -> Value {
        let ([by, rest @ ..], Value::Call(call)) = (by, of) else { return of.clone() };
        let count = call.args().len();
        let shift = match count {
            0 => 0,
            _ => (i128::from(*by) * i128::from(sign)).rem_euclid(count as i128) as usize,
        };
        let mut args: Args = call.args().iter().map(|arg| rotated(arg, rest, sign)).collect();
        args.rotate_left(shift);
        Value::call(call.head().clone(), args)
    }
    Step::Again(rotated(of, &by, sign))
}

/// How a list is cut into pieces.
struct Cut<'a> {
    size: i64,
    offset: i64,
    /// The place of the first element in the first piece, and the least place of the last one in
    /// the last piece.
    align: (i64, i64),
    /// What stands where the list does not; `None` for the list itself again.
    fill: Option<&'a Value>,
}

fn partition(session: &mut Session, call: &Call) -> Step {
    let [Value::Call(list), size, rest @ ..] = call.args() else { return Step::Same };
    if let (Some([up_to]), []) = (up_to(session, size), rest) {
        let Some(size @ 1..) = up_to.as_usize() else { return Step::Same };
        let piece = |piece: &[Value]| Value::call(list.head().clone(), Args::from(piece));
        let pieces = list.args().chunks(size).map(piece).collect::<Args>();
        return Step::Again(Value::call(list.head().clone(), pieces));
    }
    if size.as_list().is_some() {
        return blocks(&call.args()[0], size, rest.first().unwrap_or(size));
    }
    let (Some(size), Some(offset)) = (size.as_i64(), rest.first().unwrap_or(size).as_i64()) else {
        return Step::Same;
    };
    let align = match rest.get(1).map(|align| (align, align.as_list())) {
        None => Some((1, -1)),
        Some((_, Some([first, last]))) => first.as_i64().zip(last.as_i64()),
        Some((one, None)) => one.as_i64().map(|one| (one, one)),
        Some(_) => None,
    };
    let Some(align) = align.filter(|(first, last)| *first != 0 && *last != 0) else {
        return Step::Same;
    };
    if size < 1 || offset < 1 || rest.len() > 3 {
        return Step::Same;
    }
    Step::Again(pieces(list, &Cut { size, offset, align, fill: rest.get(2) }))
}

fn up_to<'v>(session: &mut Session, value: &'v Value) -> Option<&'v [Value; 1]> {
    let symbol = session.names.symbol("System`UpTo");
    value.exactly(symbol)
}

fn pieces(list: &Call, cut: &Cut<'_>) -> Value {
    let count = list.args().len() as i64;
    let at = |place: i64| if place < 0 { cut.size + place } else { place - 1 };
    let (first, last) = (-at(cut.align.0), count - 1 - at(cut.align.1));
    let mut all = Args::new();
    let mut start = first;
    while start <= last && count > 0 {
        bolt_base::interrupt::poll();
        let element = |place: i64| {
            if (0..count).contains(&place) {
                return Some(list.args()[place as usize].clone());
            }
            match (cut.fill, cut.fill.and_then(Value::as_list)) {
                (None, _) => Some(list.args()[place.rem_euclid(count) as usize].clone()),
                (_, Some([])) => None,
                (_, Some(fill)) => {
                    let step = if place < 0 { place } else { place - count };
                    Some(fill[step.rem_euclid(fill.len() as i64) as usize].clone())
                }
                (Some(fill), None) => Some(fill.clone()),
            }
        };
        let piece: Args = (start..start + cut.size).filter_map(element).collect();
        all.push(Value::call(list.head().clone(), piece));
        start += cut.offset;
    }
    Value::call(list.head().clone(), all)
}

/// Cuts an array into blocks.
fn blocks(of: &Value, sizes: &Value, offsets: &Value) -> Step {
    let (Some(sizes), Some(mut offsets)) = (integers(sizes), integers(offsets)) else {
        return Step::Same;
    };
    let known = super::arrays::sizes(of);
    let last = offsets.last().copied().unwrap_or(0);
    offsets.resize(sizes.len().max(1), last);
    if known.len() < sizes.len() || sizes.iter().chain(&offsets).any(|&size| size < 1) {
        return Step::Same;
    }
    fn block(of: &Value, starts: &[usize], sizes: &[i64]) -> Value {
        let ([start, starts @ ..], [size, sizes @ ..], Some(list)) = (starts, sizes, of.as_list())
        else {
            return of.clone();
        };
        let rows = &list[*start..start + *size as usize];
        Value::list(rows.iter().map(|row| block(row, starts, sizes)).collect::<Args>())
    }
    fn all(
        of: &Value,
        known: &[usize],
        sizes: &[i64],
        offsets: &[i64],
        starts: &mut Vec<usize>,
    ) -> Value {
        let level = starts.len();
        let Some(&size) = sizes.get(level) else { return block(of, starts, sizes) };
        let ends = (known[level] as i64 - size + 1).max(0) as usize;
        let mut elements = Args::new();
        for start in (0..ends).step_by(offsets[level] as usize) {
            starts.push(start);
            elements.push(all(of, known, sizes, offsets, starts));
            starts.pop();
        }
        Value::list(elements)
    }
    Step::Again(all(of, &known, &sizes, &offsets, &mut Vec::new()))
}
