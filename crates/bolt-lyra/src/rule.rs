//! Rules: patterns with what replaces what they match.

use std::sync::RwLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use hashbrown::HashTable;
use triomphe::Arc;

use crate::builtins::options;
use crate::pattern::{Binding, Compiled, Index, Matcher, Shape, Simple, Subject, is_more_specific};
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value, grown, hash_of_parts};

/// An expression with places for what names are bound to.
#[derive(Debug, Clone)]
pub(crate) enum Template {
    /// An expression without any of the names.
    Constant(Value),
    /// What a name is bound to.
    Slot(usize),
    /// A call with names in it.
    Call(Arc<(Template, Vec<Template>)>),
}

impl Template {
    /// Makes a template of an expression; the names are the slots. Variables that the expression
    /// binds itself are renamed where a name is replaced in their scope.
    pub(crate) fn new(session: &mut Session, value: &Value, names: &[Value]) -> Self {
        if names.is_empty() {
            return Self::Constant(value.clone());
        }
        let renamed = crate::scoping::rename_where_mixed(session, value, names);
        Self::of_names(&renamed, names)
    }

    /// Makes a template of an expression; the names are the slots.
    pub(crate) fn of_names(value: &Value, names: &[Value]) -> Self {
        match value {
            Value::Symbol(_) | Value::Temporary(_) | Value::String(_) => {
                match names.iter().position(|name| name == value) {
                    Some(slot) => Self::Slot(slot),
                    None => Self::Constant(value.clone()),
                }
            }
            Value::Call(call) => grown(call.depth(), || {
                let head = Self::of_names(call.head(), names);
                let args: Vec<Self> =
                    call.args().iter().map(|arg| Self::of_names(arg, names)).collect();
                let is_constant = |template: &Self| matches!(template, Self::Constant(_));
                match is_constant(&head) && args.iter().all(is_constant) {
                    true => Self::Constant(value.clone()),
                    false => Self::Call(Arc::new((head, args))),
                }
            }),
            Value::Association(entries) => {
                let call = Value::from(crate::association::as_call(entries));
                match Self::of_names(&call, names) {
                    Self::Constant(_) => Self::Constant(value.clone()),
                    template => template,
                }
            }
            _ => Self::Constant(value.clone()),
        }
    }

    /// Returns the expression with what the names are bound to.
    pub(crate) fn fill(&self, slots: &[Option<Binding>]) -> Value {
        match self {
            Self::Constant(value) => value.clone(),
            Self::Slot(slot) => match &slots[*slot] {
                Some(binding) => binding.value(),
                None => Value::call(sym::Sequence, Args::new()),
            },
            Self::Call(call) => {
                let mut args = Args::with_capacity(call.1.len());
                for arg in &call.1 {
                    arg.push_to(&mut args, slots);
                }
                Value::call(call.0.fill(slots), args)
            }
        }
    }

    /// Returns the expression with `#1`, `#2` and so on for what the names are bound to.
    pub(crate) fn skeleton(&self) -> Value {
        match self {
            Self::Constant(value) => value.clone(),
            Self::Slot(slot) => {
                Value::call(sym::Slot, [Value::Integer(*slot as i64 + 1)].as_slice())
            }
            Self::Call(call) => {
                let args: Args = call.1.iter().map(Self::skeleton).collect();
                Value::call(call.0.skeleton(), args)
            }
        }
    }

    /// Adds what it stands for to arguments: of a sequence, all its elements.
    fn push_to(&self, args: &mut Args, slots: &[Option<Binding>]) {
        match self {
            Self::Slot(slot) => {
                if let Some(binding) = &slots[*slot] {
                    args.extend(binding.values().iter().cloned());
                }
            }
            _ => args.push(self.fill(slots)),
        }
    }

    /// Returns whether they are the same, whatever the names are called.
    pub(crate) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Constant(a), Self::Constant(b)) => a == b,
            (Self::Slot(a), Self::Slot(b)) => a == b,
            (Self::Call(a), Self::Call(b)) => {
                a.0.same(&b.0)
                    && a.1.len() == b.1.len()
                    && a.1.iter().zip(&b.1).all(|(a, b)| a.same(b))
            }
            _ => false,
        }
    }
}

/// A pattern with what replaces what it matches.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    /// The left side as it was given, without `HoldPattern`.
    pub(crate) lhs: Value,
    /// The right side as it was given.
    pub(crate) rhs: Value,
    /// Whether the right side was given unevaluated: by `:>` or `:=`.
    pub(crate) delayed: bool,
    pub(crate) pattern: Compiled,
    body: Template,
    /// The pattern, if it looks at each argument by itself.
    pub(crate) simple: Option<Simple>,
    /// Whether the body is a scope that ends in a condition, which may refuse the match.
    is_scoped_condition: bool,
}

impl Rule {
    /// Compiles a rule.
    pub(crate) fn new(session: &mut Session, lhs: &Value, rhs: &Value, delayed: bool) -> Self {
        let lhs = match lhs.exactly(sym::HoldPattern) {
            Some([inner]) => inner.clone(),
            None => lhs.clone(),
        };
        let mut pattern = Compiled::new(session, &lhs);
        let has_options = pattern.names.contains(&Value::string(options::GIVEN));
        let resolved = match options::owner(&lhs).filter(|_| has_options) {
            Some(owner) => options::resolve(rhs, &owner),
            None => rhs.clone(),
        };
        let mut body = &resolved;
        while delayed && let Some([inner, test]) = body.exactly(sym::Condition) {
            pattern = pattern.with_condition(test);
            body = inner;
        }
        let is_scoped_condition = delayed && crate::scoping::ends_in_condition(body);
        let body = Template::new(session, body, &pattern.names);
        let simple = Simple::new(&pattern).filter(|_| delayed && !is_scoped_condition);
        let rhs = rhs.clone();
        Self { lhs, rhs, delayed, pattern, body, simple, is_scoped_condition }
    }

    /// Returns the rule as attributes are now, which decide how calls are matched.
    pub(crate) fn current(
        rule: &std::sync::Arc<Self>,
        session: &mut Session,
    ) -> std::sync::Arc<Self> {
        match rule.pattern.attribute_epoch == session.attribute_epoch {
            true => rule.clone(),
            false => Self::new(session, &rule.lhs, &rule.rhs, rule.delayed).into(),
        }
    }

    /// Returns what replaces an expression, `None` if it does not match.
    pub(crate) fn apply(&self, session: &mut Session, value: &Value) -> Evaluated<Option<Value>> {
        if self.pattern.attribute_epoch != session.attribute_epoch {
            let current = Self::new(session, &self.lhs, &self.rhs, self.delayed);
            return current.apply_compiled(session, value);
        }
        self.apply_compiled(session, value)
    }

    fn apply_compiled(&self, session: &mut Session, value: &Value) -> Evaluated<Option<Value>> {
        let mut result = None;
        Matcher::run(session, &self.pattern, value, &mut |matcher| {
            let filled = self.body.fill(&matcher.slots);
            result = match self.is_scoped_condition {
                true => crate::scoping::evaluate_conditional(matcher.session, &filled)?,
                false => Some(filled),
            };
            Ok(result.is_some())
        })?;
        Ok(result)
    }

    /// Returns what replaces an expression for each way in which it matches, `most` of them at most.
    pub(crate) fn apply_in_all_ways(
        &self,
        session: &mut Session,
        value: &Value,
        most: usize,
    ) -> Evaluated<Vec<Value>> {
        let mut results = Vec::new();
        if most == 0 {
            return Ok(results);
        }
        Matcher::run(session, &self.pattern, value, &mut |matcher| {
            results.push(self.body.fill(&matcher.slots));
            Ok(results.len() >= most)
        })?;
        Ok(results)
    }

    /// Returns what replaces some of the arguments of a flat call: `a + b -> c` makes `c + d` of
    /// `a + b + d`.
    pub(crate) fn apply_to_part_of_flat(
        &self,
        session: &mut Session,
        value: &Value,
    ) -> Evaluated<Option<Value>> {
        use crate::definition::Attributes;
        let Value::Call(call) = value else { return Ok(None) };
        let attributes = session.attributes_of(call.head());
        let own = self.lhs.as_call().filter(|own| own.head() == call.head());
        let Some(own) = own.filter(|_| attributes.has(Attributes::FLAT)) else { return Ok(None) };
        if own.args().len() >= call.args().len() {
            return Ok(None);
        }
        let rest = |name: &str| {
            let name = Value::string(name);
            let any = Value::call(sym::BlankNullSequence, Args::new());
            (name.clone(), Value::call(sym::Pattern, [name, any]))
        };
        let ((before, any_before), (after, any_after)) = (rest("before"), rest("after"));
        let is_orderless = attributes.has(Attributes::ORDERLESS);
        let mut lhs = Args::from(own.args());
        let mut rhs = Args::from([self.rhs.clone()].as_slice());
        lhs.push(any_after);
        rhs.push(after);
        if !is_orderless {
            lhs.insert(0, any_before);
            rhs.insert(0, before);
        }
        let head = call.head();
        let (rhs, condition) = match (&self.rhs, self.delayed) {
            (Value::Call(inner), true) if inner.is(sym::Condition) => {
                let [body, test] = inner.args() else { return Ok(None) };
                let place = usize::from(!is_orderless);
                rhs[place] = body.clone();
                (Value::call(head.clone(), rhs), Some(test.clone()))
            }
            _ => (Value::call(head.clone(), rhs), None),
        };
        let rhs = match condition {
            Some(test) => Value::call(sym::Condition, [rhs, test]),
            None => rhs,
        };
        let lhs = Value::call(head.clone(), lhs);
        Self::new(session, &lhs, &rhs, self.delayed).apply_compiled(session, value)
    }

    /// Returns whether the left side has no pattern in it.
    fn is_exact(&self) -> bool {
        matches!(self.pattern.root, crate::pattern::Pattern::Exact(_)) && !self.is_scoped_condition
    }
}

/// What the first rule is that applies to a call.
pub(crate) enum Found {
    /// One without patterns: this is its right side.
    Exact(Value),
    /// One with patterns that look at each argument by itself: the place among those with patterns.
    Pattern(usize),
    /// The call has to be made to be matched.
    Unknown,
}

/// Where the states of rules come from.
static VERSIONS: AtomicU64 = AtomicU64::new(1);

/// Rules in the order in which they are tried: those for one expression, found by its hash, then
/// the more special before the more general.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules(Option<Arc<RuleSet>>);

#[derive(Debug, Clone, Default)]
struct RuleSet {
    exact: HashTable<std::sync::Arc<Rule>>,
    patterns: Vec<std::sync::Arc<Rule>>,
    /// Another number for each state of the rules with patterns.
    version: u64,
    index: Cached,
}

/// The index of the patterns, which is made when it is first worth it.
#[derive(Debug, Default)]
struct Cached {
    index: RwLock<Option<std::sync::Arc<Index>>>,
    /// How often the patterns were tried since they changed.
    uses: AtomicU32,
}

impl Clone for Cached {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// So few rules are tried one by one.
const FEW_RULES: usize = 12;
/// So often rules are tried one by one after a change: making an index takes as long.
const USES_BEFORE_INDEX: u32 = 3;

impl RuleSet {
    fn patterns_change(&mut self) {
        self.version = VERSIONS.fetch_add(1, Ordering::Relaxed);
        self.index = Cached::default();
    }

    /// Returns the index of the patterns, if there are enough of them or attributes have changed.
    fn index(&self, session: &mut Session) -> Option<std::sync::Arc<Index>> {
        let epoch = session.attribute_epoch;
        let is_current = |rule: &std::sync::Arc<Rule>| rule.pattern.attribute_epoch == epoch;
        let are_few = self.patterns.len() <= FEW_RULES || !session.patterns.is_indexed;
        if are_few && self.patterns.iter().all(is_current) {
            return None;
        }
        if self.index.uses.fetch_add(1, Ordering::Relaxed) < USES_BEFORE_INDEX {
            return None;
        }
        let known = self.index.index.read().ok().and_then(|index| index.clone());
        if let Some(index) = known.filter(|index| index.attribute_epoch == epoch) {
            return Some(index);
        }
        let new = std::sync::Arc::new(Index::new(session, &self.patterns, Subject::Arguments));
        if let Ok(mut index) = self.index.index.write() {
            *index = Some(new.clone());
        }
        Some(new)
    }
}

impl Rules {
    /// Returns a number for the state of the rules with patterns; another state has another.
    pub(crate) fn version(&self) -> u64 {
        self.0.as_ref().map_or(0, |set| set.version)
    }

    /// Returns the rules with patterns in the order in which they are tried.
    pub(crate) fn patterns(&self) -> &[std::sync::Arc<Rule>] {
        self.0.as_ref().map_or(&[], |set| &set.patterns)
    }

    /// Returns whether there is a rule without patterns.
    pub(crate) fn has_exact(&self) -> bool {
        self.0.as_ref().is_some_and(|set| !set.exact.is_empty())
    }

    /// Returns whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|set| set.exact.is_empty() && set.patterns.is_empty())
    }

    /// Adds a rule; it replaces one with the same left side.
    pub(crate) fn add(&mut self, rule: Rule) {
        let set = Arc::make_mut(self.0.get_or_insert_with(Arc::default));
        let rule = std::sync::Arc::new(rule);
        if rule.is_exact() {
            let hash = hash(&rule.lhs);
            match set.exact.find_mut(hash, |known| known.lhs == rule.lhs) {
                Some(known) => *known = rule,
                None => {
                    set.exact.insert_unique(hash, rule, |rule| self::hash(&rule.lhs));
                }
            }
            return;
        }
        set.patterns_change();
        let same = |known: &std::sync::Arc<Rule>| same_but_names(known, &rule);
        if let Some(place) = set.patterns.iter().position(same) {
            set.patterns[place] = rule;
            return;
        }
        let more_general =
            |known: &std::sync::Arc<Rule>| is_more_specific(&rule.pattern, &known.pattern);
        let place = set.patterns.iter().position(more_general).unwrap_or(set.patterns.len());
        set.patterns.insert(place, rule);
    }

    /// Removes the rule with this left side; returns whether there was one.
    pub(crate) fn remove(&mut self, session_rule: &Rule) -> bool {
        let Some(set) = &mut self.0 else { return false };
        let set = Arc::make_mut(set);
        if let Ok(entry) =
            set.exact.find_entry(hash(&session_rule.lhs), |known| known.lhs == session_rule.lhs)
        {
            entry.remove();
            return true;
        }
        let before = set.patterns.len();
        set.patterns.retain(|known| !same_but_names(known, session_rule));
        set.patterns_change();
        set.patterns.len() < before
    }

    /// Returns what replaces an expression by the first rule that matches.
    pub(crate) fn apply(&self, session: &mut Session, value: &Value) -> Evaluated<Option<Value>> {
        let Some(set) = self.0.clone() else { return Ok(None) };
        if !set.exact.is_empty()
            && let Some(rule) = set.exact.find(hash(value), |rule| rule.lhs == *value)
        {
            return Ok(Some(rule.rhs.clone()));
        }
        match (set.index(session), value) {
            (Some(index), Value::Call(call)) => {
                for place in index.candidates(call.args()) {
                    index.count_tried(1);
                    if let Some(result) = index.rules[place as usize].apply(session, value)? {
                        return Ok(Some(result));
                    }
                }
            }
            _ => {
                for rule in &set.patterns {
                    if let Some(result) = rule.apply(session, value)? {
                        return Ok(Some(result));
                    }
                }
            }
        }
        Ok(None)
    }

    /// Finds the first rule that applies to a call of a head, without the call being made.
    pub(crate) fn find(&self, session: &mut Session, head: &Value, args: &[Value]) -> Found {
        let Some(set) = &self.0 else { return Found::Unknown };
        if !set.exact.is_empty() {
            let is_call = |rule: &std::sync::Arc<Rule>| {
                rule.lhs.as_call().is_some_and(|call| call.head() == head && call.args() == args)
            };
            if let Some(rule) = set.exact.find(hash_of_parts(head, args), is_call) {
                return Found::Exact(rule.rhs.clone());
            }
        }
        let index = match session.patterns.has_fast_path {
            true => set.index(session),
            false => return Found::Unknown,
        };
        let places = index.as_ref().map(|index| index.candidates(args));
        let count = places.as_ref().map_or(set.patterns.len(), Vec::len);
        for place in 0..count {
            let place = places.as_ref().map_or(place, |places| places[place] as usize);
            let rule = &set.patterns[place];
            if let Some(index) = &index {
                index.count_tried(1);
            }
            if rule.pattern.attribute_epoch != session.attribute_epoch {
                return Found::Unknown;
            }
            match rule.simple.as_ref().and_then(|simple| simple.fits(session, args)) {
                Some(true) => return Found::Pattern(place),
                Some(false) => {}
                None => return Found::Unknown,
            }
        }
        Found::Unknown
    }

    /// Returns how many rules have no pattern and how many have one, and what their index is like.
    pub(crate) fn report(&self) -> (usize, usize, Option<Shape>) {
        let Some(set) = &self.0 else { return (0, 0, None) };
        let index = set.index.index.read().ok().and_then(|index| index.clone());
        (set.exact.len(), set.patterns.len(), index.map(|index| index.shape()))
    }

    /// Returns how many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |set| set.exact.len() + set.patterns.len())
    }

    /// Returns whether they are the same rules in memory.
    pub(crate) fn is(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (Some(_), None) => self.is_empty(),
            (None, _) => other.is_empty(),
        }
    }

    /// Returns them with each rule made anew.
    pub(crate) fn remade(&self, mut remake: impl FnMut(&Rule) -> Rule) -> Self {
        let Some(set) = &self.0 else { return Self::default() };
        let mut new = RuleSet::default();
        for rule in &set.exact {
            let rule = std::sync::Arc::new(remake(rule));
            new.exact.insert_unique(hash(&rule.lhs), rule, |rule| hash(&rule.lhs));
        }
        new.patterns = set.patterns.iter().map(|rule| std::sync::Arc::new(remake(rule))).collect();
        new.patterns_change();
        Self(Some(Arc::new(new)))
    }

    /// Returns the rules in the order in which they are tried; those without patterns in canonical
    /// order, since none comes before another.
    pub(crate) fn list(&self, session: &Session) -> Vec<std::sync::Arc<Rule>> {
        let Some(set) = &self.0 else { return Vec::new() };
        let mut rules: Vec<_> = set.exact.iter().cloned().collect();
        rules.sort_by(|a, b| crate::order::compare(&session.names, &a.lhs, &b.lhs));
        rules.extend(set.patterns.iter().cloned());
        rules
    }
}

fn hash(value: &Value) -> u64 {
    use std::hash::BuildHasher;
    match value {
        Value::Call(call) => call.cached_hash(),
        _ => foldhash::fast::FixedState::default().hash_one(value),
    }
}

/// Whether two rules match the same, whatever their names are called.
fn same_but_names(a: &Rule, b: &Rule) -> bool {
    if a.lhs == b.lhs {
        // The condition of the right side belongs to the pattern.
        return condition(a) == condition(b);
    }
    a.pattern.names.len() == b.pattern.names.len()
        && condition(a).is_none()
        && condition(b).is_none()
        && Template::of_names(&a.lhs, &a.pattern.names)
            .same(&Template::of_names(&b.lhs, &b.pattern.names))
}

fn condition(rule: &Rule) -> Option<&Value> {
    match rule.delayed {
        true => rule.rhs.exactly(sym::Condition).map(|[_, test]| test),
        false => None,
    }
}

/// Returns the two sides of `a -> b` or `a :> b`, and whether it is the latter.
pub(crate) fn sides(value: &Value) -> Option<(&Value, &Value, bool)> {
    let call: &Call = value.as_call()?;
    match call.args() {
        [lhs, rhs] if call.is(sym::Rule) => Some((lhs, rhs, false)),
        [lhs, rhs] if call.is(sym::RuleDelayed) => Some((lhs, rhs, true)),
        _ => None,
    }
}
