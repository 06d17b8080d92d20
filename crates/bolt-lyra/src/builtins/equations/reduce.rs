//! `Reduce`: statements about one real unknown as unions of points and ranges; equations over the
//! complex numbers with the cases that coefficients make.
//!
//! Over the reals the line is cut at every point where one of the compared expressions may change
//! its sign: at roots, and where a denominator vanishes or a root or logarithm begins. Between two
//! cuts a statement holds everywhere or nowhere, so that one point tells.

use triomphe::Arc;

use super::command::{Question, cases_of, question};
use super::forms::{self, any_part, contains, is_infinite, leaf_count, minus, substituted};
use super::polynomial::{Polynomial, fraction};
use super::univariate::{Outcome, Solver};
use crate::builtins::simplify::facts::{Domain, Facts, all_of, domain, is_relation};
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value};

/// A point or a range of the real line; an end that is not there is infinitely far.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) low: Option<Value>,
    pub(super) low_included: bool,
    pub(super) high: Option<Value>,
    pub(super) high_included: bool,
}

impl Piece {
    pub(super) fn everything() -> Self {
        Self { low: None, low_included: false, high: None, high_included: false }
    }

    pub(super) fn point(at: Value) -> Self {
        Self { low: Some(at.clone()), low_included: true, high: Some(at), high_included: true }
    }

    /// Returns the ends that are there; of a point, one.
    pub(super) fn ends(&self) -> Vec<Value> {
        let mut all: Vec<Value> = self.low.iter().chain(&self.high).cloned().collect();
        all.dedup();
        all
    }

    fn is_point(&self) -> bool {
        self.low.is_some() && self.low == self.high
    }

    /// Returns whether a number lies in it.
    pub(super) fn contains(&self, session: &mut Session, at: &Value) -> Evaluated<bool> {
        let Some(own) = session.machine_value(at)? else { return Ok(false) };
        if let Some(low) = &self.low
            && let Some(bound) = session.machine_value(low)?
            && !(own > bound || (self.low_included && (own == bound || at == low)))
        {
            return Ok(false);
        }
        if let Some(high) = &self.high
            && let Some(bound) = session.machine_value(high)?
            && !(own < bound || (self.high_included && (own == bound || at == high)))
        {
            return Ok(false);
        }
        Ok(true)
    }

    /// Writes it as a statement about the unknown.
    fn written(&self, x: &Value) -> Value {
        let relation = |included: bool| if included { sym::LessEqual } else { sym::Less };
        match (&self.low, &self.high) {
            (None, None) => Value::TRUE,
            _ if self.is_point() => {
                Value::call(sym::Equal, [x.clone(), self.low.clone().unwrap_or(Value::NULL)])
            }
            (Some(low), None) => {
                let head = if self.low_included { sym::GreaterEqual } else { sym::Greater };
                Value::call(head, [x.clone(), low.clone()])
            }
            (None, Some(high)) => {
                Value::call(relation(self.high_included), [x.clone(), high.clone()])
            }
            (Some(low), Some(high)) if self.low_included == self.high_included => {
                let parts = [low.clone(), x.clone(), high.clone()];
                Value::call(relation(self.low_included), parts.as_slice())
            }
            (Some(low), Some(high)) => {
                let parts = [
                    low.clone(),
                    Value::Symbol(relation(self.low_included)),
                    x.clone(),
                    Value::Symbol(relation(self.high_included)),
                    high.clone(),
                ];
                Value::call(sym::Inequality, parts.as_slice())
            }
        }
    }
}

/// `Reduce[statements, unknowns, domain]`
pub(super) fn reduce(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some(question) = question(session, call, "Reduce")? else { return Ok(Step::Same) };
    let statement = match call.args()[0].as_list() {
        Some(list) => all_of(Args::from(list)),
        None => call.args()[0].clone(),
    };
    let statement = session.evaluate(&statement)?;
    if statement.as_bool().is_some() {
        return Ok(Step::Done(statement));
    }
    let result = reduced(session, &statement, &question)?;
    if result.is_none() {
        let name = session.system_symbol("Reduce");
        session.message(name, "nsmet", &[Value::Symbol(name)]);
    }
    Ok(result.map_or(Step::Same, Step::Done))
}

fn has_order(statement: &Value) -> bool {
    any_part(statement, &|part| {
        [sym::Less, sym::LessEqual, sym::Greater, sym::GreaterEqual, sym::Inequality]
            .iter()
            .any(|&head| part.args_of(head).is_some())
    })
}

fn reduced(
    session: &mut Session,
    statement: &Value,
    question: &Question,
) -> Evaluated<Option<Value>> {
    if question.domain <= Domain::Integers {
        return over_integers(session, statement, question);
    }
    if let [x] = &question.unknowns[..]
        && (question.domain == Domain::Reals || has_order(statement))
        && let Some(pieces) = real_set(session, statement, x)?
    {
        return Ok(Some(union(session, &pieces, x)?));
    }
    if has_order(statement) {
        return Ok(None);
    }
    let mut cases = Args::new();
    for case in &question.cases {
        let Some(written) = equations(session, case, question)? else { return Ok(None) };
        if !written.is(sym::False) {
            cases.push(written);
        }
    }
    let any = Value::call(sym::Or, cases);
    session.evaluate(&any).map(Some)
}

/// Writes pieces as a disjunction of statements.
fn union(session: &mut Session, pieces: &[Piece], x: &Value) -> Evaluated {
    let parts: Args = pieces.iter().map(|piece| piece.written(x)).collect();
    match parts.len() {
        0 => Ok(Value::FALSE),
        1 => Ok(parts.into_iter().next().unwrap_or(Value::FALSE)),
        _ => session.evaluate(&Value::call(sym::Or, parts)),
    }
}

/// Returns the set of real numbers for which a statement about one unknown holds, in order;
/// `None` if that is not found.
pub(super) fn real_set(
    session: &mut Session,
    statement: &Value,
    x: &Value,
) -> Evaluated<Option<Vec<Piece>>> {
    let others = forms::unknowns(session, statement);
    if others.iter().any(|other| other != x && domain(session, other).is_none()) {
        return Ok(None);
    }
    let mut sources = Vec::new();
    if !compared(session, statement, x, &mut sources)? {
        return Ok(None);
    }
    let mut cuts: Vec<(f64, Value)> = Vec::new();
    for source in sources {
        let mut solver = Solver::new(true);
        let found = match solver.solve(session, &source, x)? {
            Outcome::Everything => continue,
            Outcome::Unknown => return Ok(None),
            Outcome::Branches(found) => found,
        };
        for branch in found {
            if !branch.parameters.is_empty() || !branch.conditions.is_empty() {
                return Ok(None);
            }
            let Some((re, im)) = session.complex_value(&branch.value)? else { return Ok(None) };
            if im.abs() > 1e-9 * (1.0 + re.abs()) {
                continue;
            }
            let is_known = |(known, value): &(f64, Value)| {
                *value == branch.value || (known - re).abs() <= 1e-12 * re.abs().max(1e-12)
            };
            match cuts.iter_mut().find(|cut| is_known(cut)) {
                Some(known) if leaf_count(&branch.value) < leaf_count(&known.1) => {
                    *known = (re, branch.value);
                }
                Some(_) => {}
                None => cuts.push((re, branch.value)),
            }
        }
    }
    cuts.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    assembled(session, statement, x, &cuts).map(Some)
}

/// Tests a point of every open range and every cut, and joins what holds.
fn assembled(
    session: &mut Session,
    statement: &Value,
    x: &Value,
    cuts: &[(f64, Value)],
) -> Evaluated<Vec<Piece>> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut open: Option<Piece> = None;
    for place in 0..=cuts.len() {
        let low = place.checked_sub(1).map(|before| cuts[before].0);
        let high = cuts.get(place).map(|cut| cut.0);
        let inside = holds_at(session, statement, x, &between(low, high))?;
        match (inside, &mut open) {
            (true, None) => {
                let low = place.checked_sub(1).map(|before| cuts[before].1.clone());
                open = Some(Piece { low, low_included: false, high: None, high_included: false });
            }
            (false, Some(piece)) => {
                // The range ended at the cut before, which it includes if it is still open here.
                piece.high = place.checked_sub(1).map(|before| cuts[before].1.clone());
                piece.high_included = true;
                if piece.low == piece.high {
                    piece.low_included = true;
                }
                pieces.extend(open.take());
            }
            _ => {}
        }
        let Some((_, cut)) = cuts.get(place) else { break };
        let at_cut = holds_at(session, statement, x, cut)?;
        match (at_cut, &mut open) {
            (true, None) => {
                let low = Some(cut.clone());
                open = Some(Piece { low, low_included: true, high: None, high_included: false });
            }
            (false, Some(piece)) => {
                piece.high = Some(cut.clone());
                piece.high_included = false;
                pieces.extend(open.take());
            }
            _ => {}
        }
    }
    pieces.extend(open);
    Ok(pieces)
}

/// A fraction between two numbers, with a small denominator if there is room.
fn between(low: Option<f64>, high: Option<f64>) -> Value {
    let exact = |x: f64| super::exact(x).unwrap_or(Value::Integer(0));
    match (low, high) {
        (None, None) => Value::Integer(0),
        (Some(low), None) => {
            exact(low.floor() + 1.0 + if low.floor() + 1.0 <= low { 1.0 } else { 0.0 })
        }
        (None, Some(high)) => exact(high.ceil() - 1.0),
        (Some(low), Some(high)) => {
            let middle = f64::midpoint(low, high);
            let mut scale = 1.0;
            for _ in 0..40 {
                let rounded = (middle * scale).round() / scale;
                if rounded > low && rounded < high {
                    return exact(rounded);
                }
                scale *= 2.0;
            }
            exact(middle)
        }
    }
}

/// Returns whether a statement holds at a number. Sides are evaluated apart, since what is infinite
/// or not real there is not to be compared.
fn holds_at(session: &mut Session, statement: &Value, x: &Value, at: &Value) -> Evaluated<bool> {
    session.quiet += 1;
    let result = truth(session, &substituted(statement, x, at));
    session.quiet -= 1;
    result
}

/// The truth of a statement about numbers; what is not real or has no value does not hold.
fn truth(session: &mut Session, statement: &Value) -> Evaluated<bool> {
    if let Some(is) = statement.as_bool() {
        return Ok(is);
    }
    let Some(call) = statement.as_call() else { return Ok(false) };
    match (call.head().as_symbol(), call.args()) {
        (Some(sym::And), all) => {
            for part in all {
                if !truth(session, part)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Some(sym::Or), all) => {
            for part in all {
                if truth(session, part)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        (Some(sym::Not), [inner]) => Ok(!truth(session, inner)?),
        (Some(sym::Inequality), all) => {
            for three in all.windows(3).step_by(2) {
                let pair = Value::call(three[1].clone(), [three[0].clone(), three[2].clone()]);
                if !truth(session, &pair)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Some(head), all) if is_relation(head) => {
            for pair in all.windows(2) {
                if !relation_holds(session, head, &pair[0], &pair[1])? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        _ => {
            let statement = session.evaluate(statement)?;
            Ok(Facts::default().decide(session, &statement)? == Some(true))
        }
    }
}

fn relation_holds(session: &mut Session, head: Symbol, a: &Value, b: &Value) -> Evaluated<bool> {
    if is_infinite(a) || is_infinite(b) {
        let statement = Value::call(head, [a.clone(), b.clone()]);
        return Ok(session.evaluate(&statement)?.is(sym::True));
    }
    let (Some((x, i)), Some((y, j))) = (session.complex_value(a)?, session.complex_value(b)?)
    else {
        return Ok(false);
    };
    let scale = 1e-11 * (x.abs() + y.abs() + i.abs() + j.abs()).max(1.0);
    let is_equal = (x - y).hypot(i - j) <= scale;
    let is_real = i.abs() <= scale && j.abs() <= scale;
    Ok(match head {
        sym::Equal => is_equal,
        sym::Unequal => !is_equal,
        _ if !is_real => false,
        sym::Less => x < y && !is_equal,
        sym::LessEqual => x < y || is_equal,
        sym::Greater => x > y && !is_equal,
        _ => x > y || is_equal,
    })
}

/// Collects expressions at whose roots a statement may change; `false` if it is no statement.
fn compared(
    session: &mut Session,
    statement: &Value,
    x: &Value,
    sources: &mut Vec<Value>,
) -> Evaluated<bool> {
    let Some(call) = statement.as_call() else { return Ok(statement.as_bool().is_some()) };
    let pairs: Vec<(Value, Value)> = match call.head().as_symbol() {
        Some(sym::And | sym::Or | sym::Not) => {
            for part in call.args() {
                if !compared(session, part, x, sources)? {
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        Some(sym::Element) => return Ok(true),
        Some(sym::Inequality) => call
            .args()
            .windows(3)
            .step_by(2)
            .map(|three| (three[0].clone(), three[2].clone()))
            .collect(),
        Some(head) if is_relation(head) => {
            call.args().windows(2).map(|two| (two[0].clone(), two[1].clone())).collect()
        }
        _ => return Ok(false),
    };
    for (a, b) in pairs {
        let is_infinite =
            |v: &Value| v.is(sym::Infinity) || v.args_of(sym::DirectedInfinity).is_some();
        if is_infinite(&a) || is_infinite(&b) {
            continue;
        }
        breaks(&a, x, sources);
        breaks(&b, x, sources);
        let difference = session.evaluate(&minus(a, b))?;
        if contains(&difference, x) {
            sources.push(difference);
        }
    }
    Ok(true)
}

/// Where a formula may jump, have a pole or stop being real.
fn breaks(value: &Value, x: &Value, sources: &mut Vec<Value>) {
    let Some(call) = value.as_call().filter(|_| contains(value, x)) else { return };
    match (call.head().as_symbol(), call.args()) {
        (Some(sym::Power), [base, exponent]) => {
            let is_plain = matches!(exponent, Value::Integer(0..));
            if !is_plain && contains(base, x) {
                sources.push(base.clone());
            }
        }
        (Some(sym::Log | sym::Abs | sym::Sign), [inner]) => sources.push(inner.clone()),
        (Some(sym::ArcSin | sym::ArcCos | sym::ArcTanh), [inner]) => {
            sources.push(minus(inner.clone(), Value::Integer(1)));
            sources.push(forms::plus([inner.clone(), Value::Integer(1)]));
        }
        (Some(sym::Max | sym::Min), [a, b]) => sources.push(minus(a.clone(), b.clone())),
        _ => {}
    }
    call.args().iter().for_each(|arg| breaks(arg, x, sources));
}

/// Equations over the complex numbers: of one unknown by the cases of its coefficients, else by
/// the solutions.
fn equations(
    session: &mut Session,
    case: &[Value],
    question: &Question,
) -> Evaluated<Option<Value>> {
    if let ([statement], [x]) = (case, &question.unknowns[..])
        && let Some([a, b]) = statement.exactly(sym::Equal)
    {
        let difference = session.evaluate(&minus(a.clone(), b.clone()))?;
        let (top, bottom) = fraction(session, &difference)?;
        if let Some(p) = Polynomial::read(session, &top, x)?
            && !contains(&bottom, x)
        {
            return by_degree(session, &p, x, Args::new());
        }
    }
    let own = Question {
        cases: vec![case.to_vec()],
        unknowns: question.unknowns.clone(),
        domain: question.domain,
        modulus: None,
    };
    let mut used_inverse = false;
    let Some(found) = super::command::solutions(session, &own, &mut used_inverse)? else {
        return Ok(None);
    };
    // What gives some values only is not all that there is to say.
    if used_inverse {
        return Ok(None);
    }
    let rules = super::command::written(session, &question.unknowns, found)?;
    let mut parts = Args::new();
    for row in rules.as_list().unwrap_or(&[]) {
        let mut all = Args::new();
        for rule in row.as_list().unwrap_or(&[]) {
            let Some([x, value]) = rule.exactly(sym::Rule) else { continue };
            match value.exactly(sym::ConditionalExpression) {
                Some([value, condition]) => {
                    if !all.contains(condition) {
                        all.insert(0, condition.clone());
                    }
                    all.push(Value::call(sym::Equal, [x.clone(), value.clone()]));
                }
                None => all.push(Value::call(sym::Equal, [x.clone(), value.clone()])),
            }
        }
        let own = all_of(all);
        if !parts.contains(&own) {
            parts.push(own);
        }
    }
    Ok(Some(match parts.len() {
        1 => parts.into_iter().next().unwrap_or(Value::FALSE),
        _ => session.evaluate(&Value::call(sym::Or, parts))?,
    }))
}

/// A polynomial equation with the cases that its leading coefficient is 0 or not.
fn by_degree(
    session: &mut Session,
    p: &Polynomial,
    x: &Value,
    conditions: Args,
) -> Evaluated<Option<Value>> {
    let zero = |c: &Value| Value::call(sym::Equal, [c.clone(), Value::Integer(0)]);
    let conjunction = |mut conditions: Args, last: Value| {
        conditions.push(last);
        all_of(conditions)
    };
    if p.degree() == 0 {
        let c = p.coefficient(0);
        let (sign, _) = forms::coefficient_and_rest(&c);
        let c = match number::is_negative(&sign) && c.args_of(sym::Plus).is_none() {
            true => session.evaluate(&forms::negative(c))?,
            false => c,
        };
        let holds = match c.is_number() {
            true => Value::boolean(number::is_zero(&c)),
            false => zero(&c),
        };
        return session.evaluate(&conjunction(conditions, holds)).map(Some);
    }
    let Some(all) = super::radicals::roots(session, p, x)? else { return Ok(None) };
    let mut all = all;
    crate::order::sort(&session.names, &mut all);
    let mut roots = Args::new();
    for root in all {
        let own = Value::call(sym::Equal, [x.clone(), root]);
        if !roots.contains(&own) {
            roots.push(own);
        }
    }
    let any = match roots.len() {
        1 => roots.remove(0),
        _ => Value::call(sym::Or, roots),
    };
    let lead = p.coefficient(p.degree());
    if session.is_numeric(&lead) {
        return session.evaluate(&conjunction(conditions, any)).map(Some);
    }
    let mut nonzero = conditions.clone();
    nonzero.push(Value::call(sym::Unequal, [lead.clone(), Value::Integer(0)]));
    let first = conjunction(nonzero, any);
    let mut rest = conditions;
    rest.push(zero(&lead));
    let mut lower = p.0.clone();
    lower.pop();
    // Where the leading coefficient vanishes, others that are equal to it do as well.
    for c in &mut lower {
        *c = session.expanded(&substituted(c, &lead, &Value::Integer(0)))?;
    }
    while lower.last().is_some_and(number::is_zero) {
        lower.pop();
    }
    let second = match lower.is_empty() {
        true => Some(session.evaluate(&all_of(rest))?),
        false => by_degree(session, &Polynomial(lower), x, rest)?,
    };
    let Some(second) = second else { return Ok(None) };
    session.evaluate(&Value::call(sym::Or, [first, second])).map(Some)
}

/// Statements about integers: bounded ones by trying, equations by their solutions.
fn over_integers(
    session: &mut Session,
    statement: &Value,
    question: &Question,
) -> Evaluated<Option<Value>> {
    if let [x] = &question.unknowns[..]
        && let Some(pieces) = real_set(session, statement, x)?
    {
        return integers_in(session, &pieces, x);
    }
    let Some(found) = super::integer::solve(session, question)? else { return Ok(None) };
    let rows = found.as_list().unwrap_or(&[]).iter().map(|row| {
        let rules = row.as_list().unwrap_or(&[]).iter();
        all_of(
            rules
                .filter_map(|rule| rule.exactly(sym::Rule))
                .map(|[x, v]| Value::call(sym::Equal, [x.clone(), v.clone()]))
                .collect(),
        )
    });
    let rows: Args = rows.collect();
    session.evaluate(&Value::call(sym::Or, rows)).map(Some)
}

/// How many integers are listed.
const MOST_LISTED: f64 = 10_000.0;

fn integers_in(session: &mut Session, pieces: &[Piece], x: &Value) -> Evaluated<Option<Value>> {
    let mut parts = Args::new();
    let in_integers = || crate::builtins::simplify::facts::element(x.clone(), sym::Integers);
    for piece in pieces {
        let bound = |session: &mut Session, end: &Option<Value>| match end {
            Some(end) => session.machine_value(end),
            None => Ok(None),
        };
        let (low, high) = (bound(session, &piece.low)?, bound(session, &piece.high)?);
        let whole = |end: &Option<Value>| end.as_ref().and_then(number::integer).is_some();
        let least = low.map(|low| match whole(&piece.low) && !piece.low_included {
            true => low + 1.0,
            false => low.ceil(),
        });
        let most = high.map(|high| match whole(&piece.high) && !piece.high_included {
            true => high - 1.0,
            false => high.floor(),
        });
        match (least, most) {
            (Some(least), Some(most)) => {
                if most - least > MOST_LISTED || least.abs() > 1e15 {
                    return Ok(None);
                }
                let mut value = least;
                while value <= most {
                    parts.push(Value::call(sym::Equal, [x.clone(), Value::Integer(value as i64)]));
                    value += 1.0;
                }
            }
            (least, most) => {
                let side = |head: Symbol, bound: f64| {
                    Value::call(head, [x.clone(), Value::Integer(bound as i64)])
                };
                let mut all = Args::from([in_integers()].as_slice());
                all.extend(least.map(|least| side(sym::GreaterEqual, least)));
                all.extend(most.map(|most| side(sym::LessEqual, most)));
                parts.push(all_of(all));
            }
        }
    }
    match parts.len() {
        1 => Ok(parts.into_iter().next()),
        _ => session.evaluate(&Value::call(sym::Or, parts)).map(Some),
    }
}

/// `FindInstance[statements, unknowns, domain, n]`
pub(super) fn find_instance(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let mut args: Vec<Value> = call.args().to_vec();
    let mut most = 1;
    if args.len() > 2
        && let Some(count) = args.last().and_then(Value::as_usize)
    {
        most = count;
        args.pop();
    }
    let inner = Call::new(call.head().clone(), Args::from(args.as_slice()));
    let Some(question) = question(session, &inner, "FindInstance")? else { return Ok(Step::Same) };
    let statement = match args[0].as_list() {
        Some(list) => all_of(Args::from(list)),
        None => args[0].clone(),
    };
    let statement = session.evaluate(&statement)?;
    if let [x] = &question.unknowns[..]
        && (has_order(&statement) || question.domain <= Domain::Reals)
        && let Some(pieces) = real_set(session, &statement, x)?
    {
        return instances(session, &pieces, x, question.domain, most);
    }
    let mut used_inverse = false;
    let found = match has_order(&statement) && cases_of(session, &statement)?.is_none() {
        true => None,
        false => super::command::solutions(session, &question, &mut used_inverse)?,
    };
    let rules = match found {
        Some(found) => super::command::written(session, &question.unknowns, found)?,
        None => match super::integer::solve(session, &question)? {
            Some(rules) => rules,
            None => return Ok(Step::Same),
        },
    };
    let mut kept = Args::new();
    for row in rules.as_list().unwrap_or(&[]) {
        let row = instance(session, &question.unknowns, row)?;
        if kept.len() < most && satisfies(session, &statement, &row, question.domain)? {
            kept.push(row);
        }
    }
    // What the solutions leave open is looked for among small integers.
    if kept.is_empty()
        && rules.as_list().is_some_and(|rules| !rules.is_empty())
        && question.domain <= Domain::Integers
    {
        return Ok(
            match super::integer::near_zero(session, &statement, &question.unknowns, most)? {
                Some(rows) => Step::Done(Value::list(rows)),
                None => Step::Same,
            },
        );
    }
    if kept.is_empty() && rules.as_list().is_some_and(|rules| !rules.is_empty()) {
        return Ok(Step::Same);
    }
    Ok(Step::Done(Value::list(kept)))
}

/// Returns a solution with 0 for arbitrary integers and for unknowns that it leaves free.
fn instance(session: &mut Session, unknowns: &[Value], row: &Value) -> Evaluated {
    let c = session.system_symbol("C");
    let row = session
        .rewrite_parts(row, &mut |_, part| Ok(part.args_of(c).map(|_| Value::Integer(0))))?;
    let mut rules: Args = row.as_list().unwrap_or(&[]).iter().cloned().collect();
    for x in unknowns {
        let is_own = |rule: &Value| matches!(rule.exactly(sym::Rule), Some([own, _]) if own == x);
        if !rules.iter().any(is_own) {
            rules = rules.iter().map(|rule| substituted_right(rule, x)).collect();
            rules.push(Value::rule(x.clone(), 0));
        }
    }
    session.evaluate(&Value::list(rules))
}

/// Returns whether a statement is not known to be false at a point, whose coordinates are values in
/// the domain.
fn satisfies(
    session: &mut Session,
    statement: &Value,
    row: &Value,
    domain: Domain,
) -> Evaluated<bool> {
    for rule in row.as_list().unwrap_or(&[]) {
        let Some([_, value]) = rule.exactly(sym::Rule) else { return Ok(false) };
        let is_whole = number::integer(value).is_some();
        if value.is(sym::Undefined)
            || (value.is_number() && domain <= Domain::Integers && !is_whole)
        {
            return Ok(false);
        }
    }
    let at = Value::call(sym::ReplaceAll, [statement.clone(), row.clone()]);
    Ok(!session.evaluate(&at)?.is(sym::False))
}

fn substituted_right(rule: &Value, x: &Value) -> Value {
    match rule.exactly(sym::Rule) {
        Some([own, value]) => Value::rule(own.clone(), substituted(value, x, &Value::Integer(0))),
        None => rule.clone(),
    }
}

/// Points of pieces: ends that belong to them, or points between.
fn instances(
    session: &mut Session,
    pieces: &[Piece],
    x: &Value,
    set: Domain,
    most: usize,
) -> Evaluated<Step> {
    let mut found = Args::new();
    for piece in pieces {
        if found.len() >= most {
            break;
        }
        let bound = |session: &mut Session, end: &Option<Value>| match end {
            Some(end) => session.machine_value(end),
            None => Ok(None),
        };
        let (low, high) = (bound(session, &piece.low)?, bound(session, &piece.high)?);
        let mut tried = piece.ends();
        tried.push(between(low, high));
        if set <= Domain::Integers {
            let from = low.map_or(high.map_or(0.0, |high| high.floor() - 1.0), f64::ceil);
            tried.extend((0..3).map(|k| Value::Integer(from as i64 + k)));
        }
        for at in tried {
            let is_member = Facts::default().is_in(session, &at, set)? == Some(true);
            if is_member && piece.contains(session, &at)? && found.len() < most {
                found.push(Value::list([Value::rule(x.clone(), at)].as_slice()));
                break;
            }
        }
    }
    Ok(Step::Done(Value::list(found)))
}
