//! Functions of logic: normal forms, satisfiability, truth tables.

use triomphe::Arc;

use super::forms::of;
use super::formula::{Cube, Formula, MOST_ATOMS, is_tautology, minimized};
use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Implies",
        Attributes::NONE,
        |_, c| Ok(implies(c)),
        "Implies[a, b] is !a || b.",
        &[("Implies[True, b]", "b"), ("Implies[False, b]", "True")],
    ),
    builtin(
        "Equivalent",
        Attributes::ORDERLESS,
        |_, c| Ok(equivalent(c)),
        "Equivalent[a, b, ...] is True if all arguments are True or all are False.",
        &[("Equivalent[True, a]", "a"), ("Equivalent[a, a]", "True")],
    ),
    builtin(
        "Nand",
        Attributes::HOLD_ALL,
        |_, c| Ok(negated(c, sym::And)),
        "Nand[a, b, ...] is !(a && b && ...).",
        &[("Nand[True, True]", "False"), ("Nand[False, a]", "True")],
    ),
    builtin(
        "Nor",
        Attributes::HOLD_ALL,
        |_, c| Ok(negated(c, sym::Or)),
        "Nor[a, b, ...] is !(a || b || ...).",
        &[("Nor[False, False]", "True"), ("Nor[True, a]", "False")],
    ),
    builtin(
        "Xnor",
        Attributes::FLAT.and(Attributes::ONE_IDENTITY).and(Attributes::ORDERLESS),
        |_, c| Ok(negated(c, sym::Xor)),
        "Xnor[a, b, ...] is !Xor[a, b, ...].",
        &[("Xnor[True, True]", "True"), ("Xnor[True, False]", "False")],
    ),
    builtin(
        "LogicalExpand",
        Attributes::NONE,
        logical_expand,
        "LogicalExpand[e] is e as a disjunction of conjunctions.",
        &[
            ("LogicalExpand[a && (b || c)]", "a && b || a && c"),
            ("LogicalExpand[!(a || b)]", "!a && !b"),
        ],
    ),
    builtin(
        "BooleanConvert",
        Attributes::NONE,
        convert,
        "BooleanConvert[e, form] is e in a form: \"DNF\", \"CNF\", \"ANF\", \"NAND\", \"NOR\", \
         \"AND\", \"OR\".",
        &[
            ("BooleanConvert[Xor[a, b]]", "a && !b || !a && b"),
            ("BooleanConvert[a && b || c, \"CNF\"]", "(a || c) && (b || c)"),
        ],
    ),
    builtin(
        "BooleanMinimize",
        Attributes::NONE,
        minimize,
        "BooleanMinimize[e] is a short disjunction of conjunctions that is equivalent to e; \
         BooleanMinimize[e, \"CNF\"] a short conjunction of disjunctions.",
        &[
            ("BooleanMinimize[a && b || !a && b]", "b"),
            ("BooleanMinimize[(a || b) && (a || c), \"CNF\"]", "(a || b) && (a || c)"),
        ],
    ),
    builtin(
        "BooleanVariables",
        Attributes::NONE,
        |s, c| Ok(variables(s, c)),
        "BooleanVariables[e] is the list of what e is made of by And, Or, Not and the like.",
        &[("BooleanVariables[b && (a || !b)]", "{a, b}"), ("BooleanVariables[True]", "{}")],
    ),
    builtin(
        "BooleanTable",
        Attributes::NONE,
        table,
        "BooleanTable[e, {a, b, ...}] is the list of the values of e for all values of a, b, ..., \
         True first.",
        &[
            ("BooleanTable[a && b, {a, b}]", "{True, False, False, False}"),
            ("BooleanTable[Xor[a, b]]", "{False, True, True, False}"),
        ],
    ),
    builtin(
        "SatisfiableQ",
        Attributes::NONE,
        |s, c| question(s, c, "SatisfiableQ", |f| f.disjunctive().map(|cubes| !cubes.is_empty())),
        "SatisfiableQ[e] is True if e is True for some values of what it is made of.",
        &[("SatisfiableQ[a && !b]", "True"), ("SatisfiableQ[a && !a]", "False")],
    ),
    builtin(
        "TautologyQ",
        Attributes::NONE,
        |s, c| question(s, c, "TautologyQ", |f| f.negated_disjunctive().map(|c| c.is_empty())),
        "TautologyQ[e] is True if e is True for all values of what it is made of.",
        &[("TautologyQ[a || !a]", "True"), ("TautologyQ[a || b]", "False")],
    ),
    builtin(
        "SatisfiabilityInstances",
        Attributes::NONE,
        instances,
        "SatisfiabilityInstances[e, {a, ...}, n] is a list of at most n lists of values of a, ... \
         for which e is True.",
        &[
            ("SatisfiabilityInstances[a && !b, {a, b}]", "{{True, False}}"),
            ("SatisfiabilityInstances[a && !a, {a}]", "{}"),
        ],
    ),
    builtin(
        "SatisfiabilityCount",
        Attributes::NONE,
        count,
        "SatisfiabilityCount[e, {a, ...}] is for how many values of a, ... e is True.",
        &[("SatisfiabilityCount[a || b]", "3"), ("SatisfiabilityCount[a, {a, b}]", "2")],
    ),
];

fn implies(call: &Call) -> Step {
    let [a, b] = call.args() else { return Step::Same };
    match (a.as_bool(), b.as_bool()) {
        (Some(false), _) | (_, Some(true)) => Step::Done(Value::TRUE),
        (Some(true), _) => Step::Done(b.clone()),
        (_, Some(false)) => Step::Again(of(sym::Not, a.clone())),
        _ if a == b => Step::Done(Value::TRUE),
        _ => Step::Same,
    }
}

fn equivalent(call: &Call) -> Step {
    let args = call.args();
    let known: Vec<bool> = args.iter().filter_map(Value::as_bool).collect();
    if known.contains(&true) && known.contains(&false) {
        return Step::Done(Value::FALSE);
    }
    let mut open: Args = args.iter().filter(|arg| arg.as_bool().is_none()).cloned().collect();
    open.dedup();
    match (known.first(), open.len()) {
        (None, 0 | 1) | (Some(_), 0) => Step::Done(Value::TRUE),
        (Some(true), 1) => Step::Done(open.remove(0)),
        (Some(true), _) => Step::Again(Value::call(sym::And, open)),
        (Some(false), _) => {
            let none = open.into_iter().map(|arg| of(sym::Not, arg));
            Step::Again(Value::call(sym::And, none.collect::<Args>()))
        }
        (None, count) if count < args.len() => Step::Again(Value::call(call.head().clone(), open)),
        _ => Step::Same,
    }
}

/// `Nand`, `Nor` and `Xnor` are the negation of another connective where that is known.
fn negated(call: &Call, head: Symbol) -> Step {
    match call.args() {
        [one] => Step::Again(of(sym::Not, one.clone())),
        args => {
            let decided = args.iter().any(|arg| match head {
                sym::And => arg.is(sym::False),
                sym::Or => arg.is(sym::True),
                _ => false,
            });
            let known = decided || args.iter().any(|arg| arg.as_bool().is_some());
            match known || args.is_empty() {
                true => Step::Again(of(sym::Not, Value::call(head, Args::from(args)))),
                false => Step::Same,
            }
        }
    }
}

/// A formula with what its atoms stand for.
pub(super) struct Reading {
    pub(super) formula: Formula,
    pub(super) atoms: Vec<Value>,
}

/// Reads a formula; the atoms are in canonical order. `None` if there are too many of them.
pub(super) fn read(session: &mut Session, value: &Value) -> Option<Reading> {
    let mut atoms = Vec::new();
    collect(session, value, &mut atoms);
    crate::order::sort(&session.names, &mut atoms);
    atoms.dedup();
    if atoms.len() > MOST_ATOMS {
        return None;
    }
    let formula = formula(session, value, &atoms);
    Some(Reading { formula, atoms })
}

/// The connectives by name, since some have no symbol of their own.
fn connective(session: &Session, value: &Value) -> Option<&'static str> {
    const NAMES: &[&str] =
        &["And", "Or", "Not", "Xor", "Implies", "Equivalent", "Nand", "Nor", "Xnor"];
    let symbol = value.as_call()?.head().as_symbol()?;
    let name = session.names.full(symbol);
    (&*name.context == "System`")
        .then(|| NAMES.iter().find(|known| **known == &*name.name))?
        .copied()
}

/// The atom that a value stands for, and whether it is negated: `a != b` is `!(a == b)`.
fn atom(value: &Value) -> (Value, bool) {
    match value.exactly(sym::Unequal) {
        Some([a, b]) => (Value::call(sym::Equal, [a.clone(), b.clone()]), true),
        None => (value.clone(), false),
    }
}

fn collect(session: &Session, value: &Value, atoms: &mut Vec<Value>) {
    match (connective(session, value), value) {
        (Some(_), Value::Call(call)) => {
            call.args().iter().for_each(|arg| collect(session, arg, atoms));
        }
        _ if value.as_bool().is_some() => {}
        _ => atoms.push(atom(value).0),
    }
}

fn formula(session: &Session, value: &Value, atoms: &[Value]) -> Formula {
    let not = |inner: Formula| Formula::Not(Box::new(inner));
    let (Some(name), Value::Call(call)) = (connective(session, value), value) else {
        if let Some(is) = value.as_bool() {
            return Formula::Constant(is);
        }
        let (atom, is_negated) = atom(value);
        let place = atoms.iter().position(|known| *known == atom).unwrap_or(0);
        let atom = Formula::Atom(place);
        return if is_negated { not(atom) } else { atom };
    };
    let mut inner: Vec<Formula> =
        call.args().iter().map(|arg| formula(session, arg, atoms)).collect();
    match name {
        "And" => Formula::And(inner),
        "Or" => Formula::Or(inner),
        "Xor" => Formula::Xor(inner),
        "Xnor" => not(Formula::Xor(inner)),
        "Nand" => not(Formula::And(inner)),
        "Nor" => not(Formula::Or(inner)),
        "Equivalent" => {
            let none = inner.iter().map(|f| not(f.clone())).collect();
            Formula::Or(vec![Formula::And(inner), Formula::And(none)])
        }
        "Implies" if inner.len() == 2 => {
            let first = inner.remove(0);
            inner.insert(0, not(first));
            Formula::Or(inner)
        }
        _ if inner.len() == 1 => not(inner.remove(0)),
        _ => Formula::And(inner),
    }
}

/// Writes one literal.
fn literal(atom: &Value, holds: bool) -> Value {
    if holds { atom.clone() } else { of(sym::Not, atom.clone()) }
}

fn joined(head: Symbol, mut parts: Args) -> Value {
    match parts.len() {
        0 => Value::boolean(head == sym::And),
        1 => parts.remove(0),
        _ => Value::call(head, parts),
    }
}

/// Writes cubes as a disjunction of conjunctions, or of a negation as a conjunction of
/// disjunctions; shorter ones first.
pub(super) fn written(
    session: &mut Session,
    cubes: &[Cube],
    atoms: &[Value],
    is_disjunctive: bool,
) -> Evaluated {
    let (outer, inner) = if is_disjunctive { (sym::Or, sym::And) } else { (sym::And, sym::Or) };
    let mut cubes = cubes.to_vec();
    // In the order of their atoms, an atom before its negation.
    cubes.sort_by_key(|cube| (cube.literals(), places(*cube)));
    let mut parts = Args::new();
    for cube in cubes {
        let literals = atoms.iter().enumerate().filter_map(|(place, atom)| {
            let bit = 1 << place;
            match (cube.holds & bit != 0, cube.fails & bit != 0) {
                (true, _) => Some(literal(atom, is_disjunctive)),
                (_, true) => Some(literal(atom, !is_disjunctive)),
                _ => None,
            }
        });
        parts.push(joined(inner, literals.collect()));
    }
    session.evaluate(&joined(outer, parts))
}

/// The literals by number: twice the atom, and 1 more for its negation.
fn places(cube: Cube) -> Vec<u32> {
    let bits =
        |mask: u64, add: u32| (0..64).filter(move |b| mask >> b & 1 == 1).map(move |b| 2 * b + add);
    let mut all: Vec<u32> = bits(cube.holds, 0).chain(bits(cube.fails, 1)).collect();
    all.sort_unstable();
    all
}

fn logical_expand(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [value] = call.args() else {
        session.wrong_count_of("LogicalExpand", call.args().len(), 1, 1);
        return Ok(Step::Same);
    };
    let value = split_chains(session, value)?;
    expanded(session, &value, true).map(|value| value.map_or(Step::Same, Step::Done))
}

/// Writes `a < b < c` and `a == b == c` as a conjunction.
fn split_chains(session: &mut Session, value: &Value) -> Evaluated {
    const CHAINS: &[Symbol] =
        &[sym::Equal, sym::Less, sym::LessEqual, sym::Greater, sym::GreaterEqual];
    session.rewrite_parts(value, &mut |_, part| {
        let Some(call) = part.as_call() else { return Ok(None) };
        let pairs: Option<Args> = match call.head().as_symbol() {
            Some(head) if CHAINS.contains(&head) && call.args().len() > 2 => Some(
                call.args()
                    .windows(2)
                    .map(|pair| Value::call(head, [pair[0].clone(), pair[1].clone()]))
                    .collect(),
            ),
            Some(sym::Inequality) => Some(
                call.args()
                    .windows(3)
                    .step_by(2)
                    .map(|three| {
                        Value::call(three[1].clone(), [three[0].clone(), three[2].clone()])
                    })
                    .collect(),
            ),
            _ => None,
        };
        Ok(pairs.map(|pairs| Value::call(sym::And, pairs)))
    })
}

fn expanded(
    session: &mut Session,
    value: &Value,
    is_disjunctive: bool,
) -> Evaluated<Option<Value>> {
    let Some(reading) = read(session, value) else { return Ok(None) };
    let cubes = match is_disjunctive {
        true => reading.formula.disjunctive(),
        false => reading.formula.negated_disjunctive(),
    };
    let Some(cubes) = cubes else { return Ok(None) };
    let cubes = if is_tautology(&cubes) { minimized(&cubes).unwrap_or(cubes) } else { cubes };
    written(session, &cubes, &reading.atoms, is_disjunctive).map(Some)
}

fn convert(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (value, form) = match call.args() {
        [value] => (value, "DNF"),
        [value, Value::String(form)] => (value, form.as_str()),
        _ => return Ok(Step::Same),
    };
    let is_disjunctive = matches!(form, "DNF" | "SOP" | "NAND" | "OR");
    if form == "ANF" {
        return algebraic(session, value).map(|v| v.map_or(Step::Same, Step::Done));
    }
    if !matches!(form, "DNF" | "SOP" | "CNF" | "POS" | "NAND" | "NOR" | "AND" | "OR") {
        return Ok(Step::Same);
    }
    let Some(result) = expanded(session, value, is_disjunctive)? else { return Ok(Step::Same) };
    let result = match form {
        "NAND" => by_one(session, &result, "Nand"),
        "NOR" => by_one(session, &result, "Nor"),
        "AND" => without(&result, sym::Or),
        "OR" => without(&result, sym::And),
        _ => return Ok(Step::Done(result)),
    };
    // Evaluation would take negations apart again.
    Ok(Step::Done(result))
}

/// Writes a normal form with one connective only: `a && b || c` as
/// `Nand[Nand[a, b], Nand[c, c]]`, which is `Nand[Nand[a, b], !c]`.
fn by_one(session: &mut Session, value: &Value, name: &str) -> Value {
    let head = session.system_symbol(name);
    let (outer, inner) = if name == "Nand" { (sym::Or, sym::And) } else { (sym::And, sym::Or) };
    let not = |value: &Value| Value::call(head, [value.clone(), value.clone()]);
    let literal = |value: &Value| match value.exactly(sym::Not) {
        Some([atom]) => not(atom),
        None => value.clone(),
    };
    let part = |value: &Value| match value.args_of(inner) {
        Some(all) => Value::call(head, all.iter().map(literal).collect::<Args>()),
        None => match value.exactly(sym::Not) {
            Some([atom]) => atom.clone(),
            None => not(value),
        },
    };
    match value.args_of(outer) {
        Some(all) => Value::call(head, all.iter().map(part).collect::<Args>()),
        None => match value.args_of(inner) {
            Some(_) => not(&part(value)),
            None => literal(value),
        },
    }
}

/// Writes one of the connectives And and Or by the other and Not.
fn without(value: &Value, head: Symbol) -> Value {
    let other = if head == sym::Or { sym::And } else { sym::Or };
    let not = |value: Value| match value.exactly(sym::Not) {
        Some([inner]) => inner.clone(),
        None => of(sym::Not, value),
    };
    match value {
        Value::Call(call) if call.is(head) => {
            let inner = call.args().iter().map(|arg| not(without(arg, head)));
            of(sym::Not, Value::call(other, inner.collect::<Args>()))
        }
        Value::Call(call) if call.is(other) => {
            let inner = call.args().iter().map(|arg| without(arg, head));
            Value::call(other, inner.collect::<Args>())
        }
        _ => value.clone(),
    }
}

/// The sum modulo 2 of products of atoms, by the Möbius transform of the truth table.
fn algebraic(session: &mut Session, value: &Value) -> Evaluated<Option<Value>> {
    let Some(reading) = read(session, value) else { return Ok(None) };
    let count = reading.atoms.len();
    if count > MOST_TABLE {
        return Ok(None);
    }
    let mut values: Vec<bool> = (0..1u64 << count).map(|a| reading.formula.value(a)).collect();
    for atom in 0..count {
        for place in 0..values.len() {
            if place >> atom & 1 == 1 {
                values[place] ^= values[place ^ (1 << atom)];
            }
        }
    }
    let mut products: Vec<usize> = (0..values.len()).filter(|place| values[*place]).collect();
    let in_order = |mask: &usize| {
        let bits: Vec<usize> = (0..count).filter(|bit| mask >> bit & 1 == 1).collect();
        (bits.len(), bits)
    };
    products.sort_by_key(in_order);
    let product = |mask: &usize| {
        let atoms = (0..count).filter(|bit| mask >> bit & 1 == 1);
        joined(sym::And, atoms.map(|bit| reading.atoms[bit].clone()).collect())
    };
    let sum = Value::call(sym::Xor, products.iter().map(product).collect::<Args>());
    session.evaluate(&sum).map(Some)
}

fn minimize(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (value, is_disjunctive) = match call.args() {
        [value] => (value, true),
        [value, Value::String(form)] => match form.as_str() {
            "DNF" | "SOP" => (value, true),
            "CNF" | "POS" => (value, false),
            _ => return Ok(Step::Same),
        },
        _ => return Ok(Step::Same),
    };
    let result = minimal(session, value, is_disjunctive)?;
    Ok(result.map_or(Step::Same, Step::Done))
}

/// Returns a short normal form that is equivalent.
pub(super) fn minimal(
    session: &mut Session,
    value: &Value,
    is_disjunctive: bool,
) -> Evaluated<Option<Value>> {
    let Some(reading) = read(session, value) else { return Ok(None) };
    let cubes = match is_disjunctive {
        true => reading.formula.disjunctive(),
        false => reading.formula.negated_disjunctive(),
    };
    let Some(cubes) = cubes.and_then(|cubes| minimized(&cubes)) else { return Ok(None) };
    written(session, &cubes, &reading.atoms, is_disjunctive).map(Some)
}

/// Takes literals that all conjunctions of a disjunction share outside: `a && b || a && c` is
/// `a && (b || c)`; likewise pairs of them.
pub(super) fn factored(session: &mut Session, value: &Value) -> Evaluated {
    let Some(parts) = value.args_of(sym::Or) else { return Ok(value.clone()) };
    let literals =
        |part: &Value| part.args_of(sym::And).unwrap_or(std::slice::from_ref(part)).to_vec();
    let all: Vec<Vec<Value>> = parts.iter().map(literals).collect();
    let shared: Args =
        all[0].iter().filter(|l| all.iter().all(|part| part.contains(l))).cloned().collect();
    if shared.is_empty() || all.iter().any(|part| part.len() == shared.len()) {
        return Ok(value.clone());
    }
    let rest = all.iter().map(|part| {
        let own: Args = part.iter().filter(|l| !shared.contains(l)).cloned().collect();
        joined(sym::And, own)
    });
    let rest = Value::call(sym::Or, rest.collect::<Args>());
    let mut all = shared;
    all.push(rest);
    session.evaluate(&joined(sym::And, all))
}

fn variables(session: &mut Session, call: &Call) -> Step {
    let [value] = call.args() else { return Step::Same };
    let mut atoms = Vec::new();
    collect(session, value, &mut atoms);
    crate::order::sort(&session.names, &mut atoms);
    atoms.dedup();
    Step::Done(Value::list(Args::from(atoms)))
}

/// Truth tables of more atoms than this are not written.
const MOST_TABLE: usize = 16;

/// Reads a formula over given atoms, or over its own.
fn with_atoms(session: &mut Session, value: &Value, given: Option<&Value>) -> Option<Reading> {
    let Some(given) = given else { return read(session, value) };
    let atoms = given.as_list().unwrap_or(std::slice::from_ref(given)).to_vec();
    let mut own = Vec::new();
    collect(session, value, &mut own);
    let is_known = own.iter().all(|atom| atoms.contains(atom)) && atoms.len() <= MOST_ATOMS;
    is_known.then(|| Reading { formula: formula(session, value, &atoms), atoms })
}

/// The assignments in the order of a table: all True first, the last atom changing fastest.
fn assignments(count: usize) -> impl Iterator<Item = u64> {
    (0..1u64 << count).map(move |row| {
        (0..count).filter(|place| row >> (count - 1 - place) & 1 == 0).map(|place| 1 << place).sum()
    })
}

fn table(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (value, given) = match call.args() {
        [value] => (value, None),
        [value, given] => (value, Some(given)),
        _ => return Ok(Step::Same),
    };
    let Some(reading) = with_atoms(session, value, given) else { return Ok(Step::Same) };
    if reading.atoms.len() > MOST_TABLE {
        return Ok(Step::Same);
    }
    let values = assignments(reading.atoms.len());
    let values = values.map(|atoms| Value::boolean(reading.formula.value(atoms)));
    Ok(Step::Done(Value::list(values.collect::<Args>())))
}

fn question(
    session: &mut Session,
    call: &Call,
    name: &str,
    answer: fn(&Formula) -> Option<bool>,
) -> Evaluated<Step> {
    let (value, given) = match call.args() {
        [value] => (value, None),
        [value, given] => (value, Some(given)),
        args => {
            session.wrong_count_of(name, args.len(), 1, 2);
            return Ok(Step::Same);
        }
    };
    let reading = with_atoms(session, value, given);
    let known = reading.and_then(|reading| answer(&reading.formula));
    Ok(known.map_or(Step::Same, |is| Step::Done(Value::boolean(is))))
}

fn instances(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (value, given, most) = match call.args() {
        [value] => (value, None, 1),
        [value, given] => (value, Some(given), 1),
        [value, given, Value::Symbol(sym::All)] => (value, Some(given), usize::MAX),
        [value, given, most] => match most.as_usize() {
            Some(most) => (value, Some(given), most),
            None => return Ok(Step::Same),
        },
        _ => return Ok(Step::Same),
    };
    let Some(reading) = with_atoms(session, value, given) else { return Ok(Step::Same) };
    let count = reading.atoms.len();
    if count > MOST_TABLE {
        return Ok(Step::Same);
    }
    let row = |atoms: u64| {
        let values = (0..count).map(|place| Value::boolean(atoms >> place & 1 == 1));
        Value::list(values.collect::<Args>())
    };
    let found = assignments(count).filter(|atoms| reading.formula.value(*atoms));
    Ok(Step::Done(Value::list(found.take(most).map(row).collect::<Args>())))
}

fn count(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (value, given) = match call.args() {
        [value] => (value, None),
        [value, given] => (value, Some(given)),
        _ => return Ok(Step::Same),
    };
    let Some(reading) = with_atoms(session, value, given) else { return Ok(Step::Same) };
    let Some(cubes) = reading.formula.disjunctive() else { return Ok(Step::Same) };
    Ok(Step::Done(models(&cubes, reading.atoms.len(), 0)))
}

/// Counts the assignments that satisfy cubes, by splitting on one atom after the other.
fn models(cubes: &[Cube], count: usize, atom: usize) -> Value {
    if cubes.is_empty() {
        return Value::Integer(0);
    }
    let free = i64::try_from(count - atom).unwrap_or(0);
    if cubes.iter().any(|cube| (cube.holds | cube.fails) >> atom == 0) {
        return number::power(&Value::Integer(2), free).unwrap_or(Value::Integer(0));
    }
    let bit = 1u64 << atom;
    let with = |holds: bool| {
        let fits = |cube: &&Cube| if holds { cube.fails & bit == 0 } else { cube.holds & bit == 0 };
        let rest = cubes.iter().filter(fits).copied().collect::<Vec<_>>();
        models(&rest, count, atom + 1)
    };
    number::add(&with(true), &with(false))
}
