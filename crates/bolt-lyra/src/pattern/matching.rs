//! Matching by backtracking: everything that chooses is told what has to succeed afterwards.

use triomphe::Arc;

use super::{CallPattern, Compiled, Pattern};
use crate::definition::Attributes;
use crate::evaluate::{STACK_ADDED, STACK_LEFT};
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

/// What a name is bound to.
#[derive(Debug, Clone)]
pub(crate) enum Binding {
    /// An expression.
    One(Value),
    /// Neighbouring arguments of a call.
    Run(Arc<Call>, usize, usize),
}

impl Binding {
    /// Returns what it is bound to, as a sequence.
    pub(crate) fn values(&self) -> &[Value] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Run(call, start, end) => &call.args()[*start..*end],
        }
    }

    /// Returns the expression that stands for it; of a sequence not of one, `Sequence[...]`.
    pub(crate) fn value(&self) -> Value {
        match self.values() {
            [one] => one.clone(),
            values => Value::call(sym::Sequence, Args::from(values)),
        }
    }
}

/// Neighbouring arguments of a call that are to be matched.
#[derive(Clone, Copy)]
struct Run<'v> {
    of: &'v Arc<Call>,
    start: usize,
    end: usize,
}

impl<'v> Run<'v> {
    fn values(self) -> &'v [Value] {
        &self.of.args()[self.start..self.end]
    }

    fn len(self) -> usize {
        self.end - self.start
    }

    fn split(self, at: usize) -> (Self, Self) {
        let middle = self.start + at;
        (Self { end: middle, ..self }, Self { start: middle, ..self })
    }

    fn binding(self) -> Binding {
        match self.values() {
            [one] => Binding::One(one.clone()),
            _ => Binding::Run(self.of.clone(), self.start, self.end),
        }
    }
}

/// So many arguments at once are many: the stack and whether to go on are looked at.
const LONG: usize = 12;

/// What has to succeed after a part has matched.
type Then<'t, 's> = &'t mut dyn FnMut(&mut Matcher<'s>) -> Evaluated<bool>;

/// A match in progress.
pub(crate) struct Matcher<'s> {
    pub(crate) session: &'s mut Session,
    pub(crate) slots: Vec<Option<Binding>>,
}

impl<'s> Matcher<'s> {
    /// Matches an expression; if it does, `then` sees the bindings, and may refuse them.
    pub(crate) fn run(
        session: &'s mut Session,
        pattern: &Compiled,
        value: &Value,
        then: Then<'_, 's>,
    ) -> Evaluated<bool> {
        let mut matcher = Self { session, slots: vec![None; pattern.names.len()] };
        matcher.one(&pattern.root, value, then)
    }

    /// Goes on with what may recurse once for each of many arguments, unless an abort was asked for.
    fn deeper(&mut self, run: impl FnOnce(&mut Self) -> Evaluated<bool>) -> Evaluated<bool> {
        self.session.check_interrupt()?;
        stacker::maybe_grow(STACK_LEFT, STACK_ADDED, || run(self))
    }

    /// Matches an expression that is alone.
    fn one(&mut self, pattern: &Pattern, value: &Value, then: Then<'_, 's>) -> Evaluated<bool> {
        match pattern {
            Pattern::Exact(exact) => match exact == value {
                true => then(self),
                false => Ok(false),
            },
            Pattern::Any(None) => then(self),
            Pattern::Any(Some(head)) => match has_head(value, head) {
                true => then(self),
                false => Ok(false),
            },
            Pattern::AnySequence { head, .. } => {
                match head.as_ref().is_none_or(|h| has_head(value, h)) {
                    true => then(self),
                    false => Ok(false),
                }
            }
            Pattern::Bind(slot, of) => self.bind_one(*slot, of, value, then),
            Pattern::Either(all) => {
                for one in all {
                    if self.one(one, value, then)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Pattern::Where(of, test) => {
                self.one(of, value, &mut |m| Ok(test.holds(m.session, &m.slots)? && then(m)?))
            }
            Pattern::Test(of, test) => {
                self.one(of, value, &mut |m| Ok(m.passes(test, value)? && then(m)?))
            }
            Pattern::Except(not, of) => match self.alone(not, value)? {
                true => Ok(false),
                false => self.one(of, value, then),
            },
            Pattern::Repeat { of, least, most } => match *least <= 1 && *most >= 1 {
                true => self.one(of, value, then),
                false => Ok(false),
            },
            Pattern::Optional { of, .. } | Pattern::Prefer { of, .. } => self.one(of, value, then),
            Pattern::Sequence(all) | Pattern::Unordered(all) => {
                let alone = Arc::new(Call::new(sym::Sequence, [value.clone()].as_slice()));
                let run = Run { of: &alone, start: 0, end: 1 };
                match matches!(pattern, Pattern::Sequence(_)) {
                    true => self.sequence(all, run, None, then),
                    false => self.unordered(all, run.values(), &Shape::NONE, then),
                }
            }
            Pattern::Options => match is_option(value) {
                true => then(self),
                false => Ok(false),
            },
            Pattern::Keys(keys) => self.keys(keys, value, then),
            Pattern::Call(call) => self.call(call, value, then),
        }
    }

    fn bind_one(
        &mut self,
        slot: usize,
        of: &Pattern,
        value: &Value,
        then: Then<'_, 's>,
    ) -> Evaluated<bool> {
        if let Some(bound) = &self.slots[slot] {
            let same = matches!(bound.values(), [one] if one == value);
            return if same { self.one(of, value, then) } else { Ok(false) };
        }
        self.one(of, value, &mut |m| m.bound(slot, Binding::One(value.clone()), then))
    }

    /// Binds a name for what comes, and no longer if that fails.
    fn bound(&mut self, slot: usize, binding: Binding, then: Then<'_, 's>) -> Evaluated<bool> {
        if let Some(bound) = &self.slots[slot] {
            return if bound.values() == binding.values() { then(self) } else { Ok(false) };
        }
        self.slots[slot] = Some(binding);
        let matched = then(self);
        if !matches!(matched, Ok(true)) {
            self.slots[slot] = None;
        }
        matched
    }

    /// Returns whether an expression matches, leaving no bindings.
    fn alone(&mut self, pattern: &Pattern, value: &Value) -> Evaluated<bool> {
        let before = self.slots.clone();
        let matched = self.one(pattern, value, &mut |_| Ok(true));
        self.slots = before;
        matched
    }

    /// Returns whether a test of one expression is `True`.
    fn passes(&mut self, test: &Value, value: &Value) -> Evaluated<bool> {
        if let Some(known) = self.session.quick_test(test, value) {
            return Ok(known);
        }
        self.session.hidden_dependence = true;
        let test = Value::call(test.clone(), [value.clone()].as_slice());
        Ok(self.session.evaluate(&test)?.is(sym::True))
    }

    /// Matches patterns with neighbouring arguments, in order. `flat` is the call if its head is.
    fn sequence(
        &mut self,
        patterns: &[Pattern],
        run: Run<'_>,
        flat: Option<&CallPattern>,
        then: Then<'_, 's>,
    ) -> Evaluated<bool> {
        match run.len() > LONG {
            true => self.deeper(|m| m.shared_out(patterns, run, flat, then)),
            false => self.shared_out(patterns, run, flat, then),
        }
    }

    fn shared_out(
        &mut self,
        patterns: &[Pattern],
        run: Run<'_>,
        flat: Option<&CallPattern>,
        then: Then<'_, 's>,
    ) -> Evaluated<bool> {
        let Some((first, rest)) = patterns.split_first() else {
            return if run.len() == 0 { then(self) } else { Ok(false) };
        };
        let of_rest = super::sum_of_lengths(rest);
        let (mut least, mut most) = first.lengths();
        if flat.is_some() && takes_more_where_flat(first) {
            most = super::MANY;
        }
        let rest_most = if flat.is_some() { super::MANY } else { of_rest.1 };
        let Some(spare) = run.len().checked_sub(of_rest.0) else { return Ok(false) };
        least = least.max(run.len().saturating_sub(rest_most));
        most = most.min(spare);
        if least == 1 && most == 1 && first.is_single() {
            let (_, after) = run.split(1);
            let value = &run.values()[0];
            return self.one(first, value, &mut |m| m.sequence(rest, after, flat, then));
        }
        let longest_first = prefers_longest(first);
        let mut lengths = least..=most;
        while let Some(length) = if longest_first { lengths.next_back() } else { lengths.next() } {
            let (part, after) = run.split(length);
            let next: Then<'_, 's> = &mut |m| m.sequence(rest, after, flat, then);
            if self.several(first, part, flat, next)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Matches one pattern with so many neighbouring arguments.
    fn several(
        &mut self,
        pattern: &Pattern,
        run: Run<'_>,
        flat: Option<&CallPattern>,
        then: Then<'_, 's>,
    ) -> Evaluated<bool> {
        match pattern {
            Pattern::AnySequence { head, least } => {
                let fits = run.len() >= *least
                    && head
                        .as_ref()
                        .is_none_or(|head| run.values().iter().all(|v| has_head(v, head)));
                if fits { then(self) } else { Ok(false) }
            }
            Pattern::Bind(slot, of) => match (flat, takes_more_where_flat(of) && run.len() > 1) {
                (Some(call), true) => {
                    let whole = wrapped(call, run.values());
                    self.bind_one(*slot, of, &whole, then)
                }
                _ => self.several(of, run, flat, &mut |m| m.bound(*slot, run.binding(), then)),
            },
            Pattern::Either(all) => {
                for one in all {
                    if self.several(one, run, flat, then)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Pattern::Where(of, test) => self
                .several(of, run, flat, &mut |m| Ok(test.holds(m.session, &m.slots)? && then(m)?)),
            Pattern::Test(of, test) => self.several(of, run, flat, &mut |m| {
                for value in run.values() {
                    if !m.passes(test, value)? {
                        return Ok(false);
                    }
                }
                then(m)
            }),
            Pattern::Repeat { of, least, most } => self.repeat(of, *least, *most, run, then),
            Pattern::Optional { of, default } if run.len() == 0 => match default {
                Some(default) => self.one(of, default, then),
                None => Ok(false),
            },
            Pattern::Optional { of, .. } | Pattern::Prefer { of, .. } => {
                self.several(of, run, flat, then)
            }
            Pattern::Sequence(all) => self.sequence(all, run, None, then),
            Pattern::Unordered(all) => self.unordered(all, run.values(), &Shape::NONE, then),
            Pattern::Options => match run.values().iter().all(is_option) {
                true => then(self),
                false => Ok(false),
            },
            _ => match (run.values(), flat) {
                ([one], _) => self.one(pattern, one, then),
                (values, Some(call)) if !values.is_empty() => {
                    let whole = wrapped(call, values);
                    self.one(pattern, &whole, then)
                }
                _ => Ok(false),
            },
        }
    }

    /// Matches a pattern again and again until the arguments are used up.
    fn repeat(
        &mut self,
        of: &Pattern,
        least: usize,
        most: usize,
        run: Run<'_>,
        then: Then<'_, 's>,
    ) -> Evaluated<bool> {
        if run.len() == 0 {
            return if least == 0 { then(self) } else { Ok(false) };
        }
        if most == 0 {
            return Ok(false);
        }
        let (shortest, longest) = of.lengths();
        for length in shortest.max(1)..=longest.min(run.len()) {
            let (part, after) = run.split(length);
            let next: Then<'_, 's> =
                &mut |m| m.repeat(of, least.saturating_sub(1), most - 1, after, then);
            let matched = match run.len() > LONG {
                true => self.deeper(|m| m.several(of, part, None, next))?,
                false => self.several(of, part, None, next)?,
            };
            if matched {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn call(
        &mut self,
        pattern: &CallPattern,
        value: &Value,
        then: Then<'_, 's>,
    ) -> Evaluated<bool> {
        let association;
        let call = match value {
            Value::Call(call) => call,
            Value::Association(entries) => {
                association = Arc::new(crate::association::as_call(entries));
                &association
            }
            Value::Rational(_) | Value::Complex(_) => match crate::number::as_call(value) {
                Some(parts) => {
                    association = Arc::new(parts);
                    &association
                }
                None => return Ok(false),
            },
            _ => return self.identity(pattern, value, then),
        };
        if let Pattern::Exact(head) = &pattern.head {
            if head != call.head() {
                return self.identity(pattern, value, then);
            }
            if self.arguments(pattern, call, then)? {
                return Ok(true);
            }
            return match pattern.attributes.has(Attributes::ONE_IDENTITY) {
                true => self.identity(pattern, value, then),
                false => Ok(false),
            };
        }
        self.one(&pattern.head, call.head(), &mut |m| m.arguments(pattern, call, then))
    }

    fn arguments(
        &mut self,
        pattern: &CallPattern,
        call: &Arc<Call>,
        then: Then<'_, 's>,
    ) -> Evaluated<bool> {
        let count = call.args().len();
        let is_flat = pattern.attributes.has(Attributes::FLAT);
        if count < pattern.least || (count > pattern.most && !is_flat) {
            return Ok(false);
        }
        let defaults = self.with_defaults(pattern);
        let patterns = defaults.as_deref().unwrap_or(&pattern.args);
        if pattern.attributes.has(Attributes::ORDERLESS) {
            let shape = Shape { flat: is_flat.then_some(pattern) };
            return self.unordered(patterns, call.args(), &shape, then);
        }
        let run = Run { of: call, start: 0, end: count };
        self.sequence(patterns, run, is_flat.then_some(pattern), then)
    }

    /// Matches an expression that is no call of the head with a call in which all arguments but
    /// one are left to their defaults: `a_. x_` matches `x`.
    fn identity(
        &mut self,
        pattern: &CallPattern,
        value: &Value,
        then: Then<'_, 's>,
    ) -> Evaluated<bool> {
        if !pattern.attributes.has(Attributes::ONE_IDENTITY) || pattern.least > 1 {
            return Ok(false);
        }
        let Some(patterns) = self.with_defaults(pattern) else { return Ok(false) };
        let alone = Arc::new(Call::new(sym::Sequence, [value.clone()].as_slice()));
        let run = Run { of: &alone, start: 0, end: 1 };
        match pattern.attributes.has(Attributes::ORDERLESS) {
            true => self.unordered(&patterns, run.values(), &Shape::NONE, then),
            false => self.sequence(&patterns, run, None, then),
        }
    }

    /// Returns the patterns of the arguments with the defaults of the head filled in, `None` if no
    /// argument may be left out.
    fn with_defaults(&self, pattern: &CallPattern) -> Option<Vec<Pattern>> {
        let may_be_left_out = |arg: &Pattern| matches!(arg.bare(), Pattern::Optional { .. });
        if !pattern.args.iter().any(may_be_left_out) {
            return None;
        }
        let Pattern::Exact(head) = &pattern.head else { return Some(pattern.args.clone()) };
        let count = pattern.args.len();
        let filled = pattern.args.iter().enumerate().map(|(place, arg)| match arg {
            Pattern::Optional { of, default: None } => {
                let default = self.session.default_of(head, &[place + 1, count]);
                Pattern::Optional { of: of.clone(), default }
            }
            _ => arg.clone(),
        });
        Some(filled.collect())
    }

    fn keys(&mut self, keys: &[Pattern], value: &Value, then: Then<'_, 's>) -> Evaluated<bool> {
        let entries = match value {
            Value::Association(entries) => crate::association::as_call(entries),
            Value::Call(call) if call.is(sym::List) => (**call).clone(),
            _ => return Ok(false),
        };
        self.any_of(keys, entries.args(), then)
    }

    /// Matches each pattern with one of the values, whichever.
    fn any_of(
        &mut self,
        patterns: &[Pattern],
        values: &[Value],
        then: Then<'_, 's>,
    ) -> Evaluated<bool> {
        let Some((first, rest)) = patterns.split_first() else { return then(self) };
        for value in values {
            if self.one(first, value, &mut |m| m.any_of(rest, values, then))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Matches patterns with values in any order.
    fn unordered(
        &mut self,
        patterns: &[Pattern],
        values: &[Value],
        shape: &Shape<'_>,
        then: Then<'_, 's>,
    ) -> Evaluated<bool> {
        // What is most special chooses first, what takes any number of values last.
        let mut order: Vec<&Pattern> = patterns.iter().collect();
        order.sort_by_key(|pattern| choice_order(pattern, shape.flat));
        let mut left: Vec<&Pattern> = Vec::with_capacity(order.len());
        let mut used = vec![false; values.len()];
        for pattern in order {
            match pattern {
                Pattern::Exact(exact) => {
                    let free = |(place, value): (usize, &Value)| !used[place] && value == exact;
                    match values.iter().enumerate().position(free) {
                        Some(place) => used[place] = true,
                        None => return Ok(false),
                    }
                }
                _ => left.push(pattern),
            }
        }
        let rest: Vec<&Value> =
            values.iter().zip(&used).filter(|(_, used)| !**used).map(|(value, _)| value).collect();
        self.choose(&left, &rest, shape, then)
    }

    /// Gives values to patterns in turn, each any of those that are left.
    fn choose(
        &mut self,
        patterns: &[&Pattern],
        values: &[&Value],
        shape: &Shape<'_>,
        then: Then<'_, 's>,
    ) -> Evaluated<bool> {
        let Some((first, rest)) = patterns.split_first() else {
            return if values.is_empty() { then(self) } else { Ok(false) };
        };
        let needed: usize = rest.iter().map(|pattern| pattern.lengths().0).sum();
        let Some(spare) = values.len().checked_sub(needed) else { return Ok(false) };
        let (least, mut most) = first.lengths();
        if shape.flat.is_some() && takes_more_where_flat(first) {
            most = super::MANY;
        }
        let most = most.min(spare);
        if rest.is_empty() {
            return match (least..=most.max(least)).contains(&values.len()) && values.len() <= most {
                true => self.group(first, values, shape, then),
                false => Ok(false),
            };
        }
        let sizes: Vec<usize> = match first.bare() {
            // One value rather than several, several rather than the default.
            Pattern::Optional { .. } => (1..=most).chain((least == 0).then_some(0)).collect(),
            _ => (least..=most).collect(),
        };
        for size in sizes {
            let mut chosen = Vec::with_capacity(size);
            let matched =
                self.deeper(|m| m.subset(first, rest, values, size, 0, &mut chosen, shape, then))?;
            if matched {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Extends a choice of places to the wanted size in every way.
    #[expect(clippy::too_many_arguments, reason = "the state of one recursion")]
    fn subset(
        &mut self,
        first: &Pattern,
        rest: &[&Pattern],
        values: &[&Value],
        size: usize,
        from: usize,
        chosen: &mut Vec<usize>,
        shape: &Shape<'_>,
        then: Then<'_, 's>,
    ) -> Evaluated<bool> {
        if chosen.len() == size {
            let mine: Vec<&Value> = chosen.iter().map(|&place| values[place]).collect();
            let others: Vec<&Value> = values
                .iter()
                .enumerate()
                .filter(|(place, _)| !chosen.contains(place))
                .map(|(_, value)| *value)
                .collect();
            return self.group(first, &mine, shape, &mut |m| m.choose(rest, &others, shape, then));
        }
        let still = size - chosen.len();
        for place in from..(values.len() + 1).saturating_sub(still) {
            // The same value again would only repeat what has failed.
            if place > from && values[place] == values[place - 1] {
                continue;
            }
            chosen.push(place);
            if self.subset(first, rest, values, size, place + 1, chosen, shape, then)? {
                return Ok(true);
            }
            chosen.pop();
        }
        Ok(false)
    }

    /// Matches one pattern with values that were chosen for it.
    fn group(
        &mut self,
        pattern: &Pattern,
        values: &[&Value],
        shape: &Shape<'_>,
        then: Then<'_, 's>,
    ) -> Evaluated<bool> {
        if let [one] = values {
            return self.one(pattern, one, then);
        }
        let args: Args = values.iter().map(|value| (*value).clone()).collect();
        let call = Arc::new(Call::new(sym::Sequence, args));
        let run = Run { of: &call, start: 0, end: values.len() };
        self.several(pattern, run, shape.flat, then)
    }
}

/// How the head of unordered arguments treats several of them.
struct Shape<'p> {
    flat: Option<&'p CallPattern>,
}

impl Shape<'_> {
    const NONE: Self = Self { flat: None };
}

/// Returns whether a value has this head.
pub(super) fn has_head(value: &Value, head: &Value) -> bool {
    match (value, head) {
        (Value::Call(call), head) => call.head() == head,
        _ => value.head() == *head,
    }
}

fn is_option(value: &Value) -> bool {
    match value.as_list() {
        Some(all) => all.iter().all(is_option),
        None => {
            value.exactly::<2>(sym::Rule).is_some()
                || value.exactly::<2>(sym::RuleDelayed).is_some()
        }
    }
}

/// Returns whether it matches a call of a flat head that holds several arguments.
fn takes_more_where_flat(pattern: &Pattern) -> bool {
    match pattern.bare() {
        Pattern::Any(_) | Pattern::Except(..) => true,
        Pattern::Optional { of, .. } => takes_more_where_flat(of),
        _ => false,
    }
}

fn wrapped(call: &CallPattern, values: &[Value]) -> Value {
    match &call.head {
        Pattern::Exact(head) => Value::call(head.clone(), Args::from(values)),
        _ => Value::call(sym::Sequence, Args::from(values)),
    }
}

fn prefers_longest(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Prefer { longest, .. } => *longest,
        Pattern::Optional { .. } => true,
        Pattern::Bind(_, of) | Pattern::Where(of, _) | Pattern::Test(of, _) => prefers_longest(of),
        _ => false,
    }
}

fn choice_order(pattern: &Pattern, flat: Option<&CallPattern>) -> u8 {
    match pattern {
        Pattern::Exact(_) => 0,
        // In a flat call it stands for several values as well, so it waits for its turn.
        _ if flat.is_some() && matches!(pattern.bare(), Pattern::Any(None)) => 5,
        _ if !pattern.is_single() => match pattern.bare() {
            Pattern::Optional { .. } => 3,
            _ => 5,
        },
        _ => match pattern.bare() {
            Pattern::Exact(_) => 1,
            Pattern::Call(_) => 2,
            _ => 4,
        },
    }
}
