//! Expressions as string patterns.

use triomphe::Arc;

use super::node::{Node, Place};
use super::set::{Class, Item, Set};
use crate::rule::Template;
use crate::session::Session;
use crate::symbol::{Symbol, sym};
use crate::value::{Call, Value, grown};

/// Reads one pattern: its names are the first slots, groups of regular expressions come after.
pub(super) struct Reader<'s> {
    pub(super) session: &'s mut Session,
    /// The symbols that are bound, by slot; what is no name has none.
    pub(super) names: Vec<Option<Value>>,
    pub(super) ignores_case: bool,
    /// Whether repetitions take as little as possible.
    pub(super) lazy: bool,
    /// The slot of the first group of a regular expression.
    pub(super) first_group: Option<usize>,
}

/// What is no string pattern.
pub(super) type Invalid = Value;

impl Reader<'_> {
    /// Reads a pattern.
    ///
    /// # Errors
    /// The part that no string can match.
    pub(super) fn read(&mut self, value: &Value) -> Result<Node, Invalid> {
        match value {
            Value::String(text) => Ok(self.text(text)),
            Value::Symbol(symbol) => self.named(*symbol).ok_or_else(|| value.clone()),
            Value::Call(call) => grown(call.depth(), || self.call(value, call)),
            _ => Err(value.clone()),
        }
    }

    fn text(&self, text: &str) -> Node {
        let mut parts: Vec<Node> = text.chars().map(|c| Node::Char(c, self.ignores_case)).collect();
        if parts.len() == 1 { parts.remove(0) } else { Node::Sequence(parts) }
    }

    fn named(&self, symbol: Symbol) -> Option<Node> {
        let class = match &*self.session.names.full(symbol).name {
            "LetterCharacter" => Class::Letter,
            "DigitCharacter" => Class::Digit,
            "WordCharacter" => Class::Word,
            "WhitespaceCharacter" => Class::Space,
            "PunctuationCharacter" => Class::Punctuation,
            "HexadecimalCharacter" => Class::Hexadecimal,
            "Whitespace" => return Some(self.repeated(set_node(Class::Space), 1, None)),
            "NumberString" => return Some(number_string()),
            "StartOfString" => return Some(Node::At(Place::Start)),
            "EndOfString" => return Some(Node::At(Place::End)),
            "StartOfLine" => return Some(Node::At(Place::LineStart)),
            "EndOfLine" => return Some(Node::At(Place::LineEnd)),
            "WordBoundary" => return Some(Node::At(Place::Boundary)),
            _ => return None,
        };
        Some(set_node(class))
    }

    fn repeated(&self, of: Node, least: usize, most: Option<usize>) -> Node {
        Node::Repeat { of: Box::new(of), least, most, greedy: !self.lazy }
    }

    fn all(&mut self, values: &[Value]) -> Result<Vec<Node>, Invalid> {
        values.iter().map(|value| self.read(value)).collect()
    }

    fn call(&mut self, value: &Value, call: &Call) -> Result<Node, Invalid> {
        let invalid = || value.clone();
        let Some(head) = call.head().as_symbol() else { return Err(invalid()) };
        Ok(match (head, call.args()) {
            (sym::StringExpression | sym::PatternSequence, parts) => {
                Node::Sequence(self.all(parts)?)
            }
            (sym::Alternatives | sym::List, parts) => self.either(parts)?,
            (sym::Blank, []) => set_node(Class::All),
            (sym::BlankSequence, []) => self.repeated(set_node(Class::All), 1, None),
            (sym::BlankNullSequence, []) => self.repeated(set_node(Class::All), 0, None),
            (sym::Pattern, [name, of]) if name.as_symbol().is_some() => self.bind(name, of)?,
            (sym::Repeated, [of]) => self.repeat(of, 1, None)?,
            (sym::RepeatedNull, [of]) => self.repeat(of, 0, None)?,
            (sym::Repeated | sym::RepeatedNull, [of, range]) => {
                let (least, most) = range_of(range, head).ok_or_else(invalid)?;
                self.repeat(of, least, most)?
            }
            (sym::Optional, [of]) => self.repeat(of, 0, Some(1))?,
            (sym::Except, [not]) => self.except(not, set_node(Class::All))?,
            (sym::Except, [not, of]) => {
                let of = self.read(of)?;
                self.except(not, of)?
            }
            (sym::Longest, [of]) => self.preferring(of, false)?,
            (sym::Shortest, [of]) => self.preferring(of, true)?,
            (sym::HoldPattern | sym::Verbatim, [of]) => self.read(of)?,
            (sym::Condition, [of, test]) => {
                let of = Box::new(self.read(of)?);
                Node::Where { of, test: self.template(test) }
            }
            (sym::PatternTest, [of, test]) => self.test(of, test)?,
            (sym::RegularExpression, [Value::String(text)]) => {
                let slots = self.names.len();
                let parsed = super::regex::parse(text, slots, self.ignores_case, self.lazy)
                    .ok_or_else(invalid)?;
                self.first_group.get_or_insert(slots);
                self.names.resize(parsed.slots, None);
                parsed.node
            }
            _ => return Err(invalid()),
        })
    }

    fn either(&mut self, parts: &[Value]) -> Result<Node, Invalid> {
        let nodes = self.all(parts)?;
        // Single characters are one set.
        let single = |node: &Node| match node {
            Node::Char(c, _) => Some(Item::Range(*c, *c)),
            Node::Set(set) => Some(Item::Set((**set).clone())),
            _ => None,
        };
        let items: Option<Vec<Item>> = nodes.iter().map(single).collect();
        Ok(match items {
            Some(items) => Node::Set(Arc::new(Set::new(items, false, self.ignores_case))),
            None => Node::Either(nodes),
        })
    }

    fn repeat(&mut self, of: &Value, least: usize, most: Option<usize>) -> Result<Node, Invalid> {
        let of = self.read(of)?;
        Ok(self.repeated(of, least, most))
    }

    fn preferring(&mut self, of: &Value, lazy: bool) -> Result<Node, Invalid> {
        let outside = std::mem::replace(&mut self.lazy, lazy);
        let node = self.read(of);
        self.lazy = outside;
        node
    }

    fn except(&mut self, not: &Value, of: Node) -> Result<Node, Invalid> {
        let not = self.read(not)?;
        let set = match (&not, &of) {
            (Node::Char(c, _), Node::Set(_)) => Some(Item::Range(*c, *c)),
            (Node::Set(set), Node::Set(_)) => Some(Item::Set((**set).clone())),
            _ => None,
        };
        if let (Some(item), Node::Set(all)) = (set, &of)
            && **all == Set::of(Class::All)
        {
            return Ok(Node::Set(Arc::new(Set::new(vec![item], true, self.ignores_case))));
        }
        let look = Node::Look { ahead: true, negated: true, of: Box::new(not) };
        Ok(Node::Sequence(vec![look, of]))
    }

    fn bind(&mut self, name: &Value, of: &Value) -> Result<Node, Invalid> {
        let known = self.names.iter().position(|own| own.as_ref() == Some(name));
        let slot = known.unwrap_or_else(|| {
            self.names.push(Some(name.clone()));
            self.names.len() - 1
        });
        let of = Box::new(self.read(of)?);
        Ok(Node::Named { slot, of, folds: self.ignores_case })
    }

    /// A test is of each character where a sequence of any is tested, else of what matches.
    fn test(&mut self, of: &Value, test: &Value) -> Result<Node, Invalid> {
        let any =
            |test: &Value| Node::Test { of: Box::new(set_node(Class::All)), test: test.clone() };
        if let Some([name, inner]) = of.exactly(sym::Pattern) {
            let tested = Value::call(sym::PatternTest, [inner.clone(), test.clone()]);
            return self.bind(name, &tested);
        }
        Ok(match (of.args_of(sym::BlankSequence), of.args_of(sym::BlankNullSequence)) {
            (Some([]), _) => self.repeated(any(test), 1, None),
            (_, Some([])) => self.repeated(any(test), 0, None),
            _ => Node::Test { of: Box::new(self.read(of)?), test: test.clone() },
        })
    }

    /// Returns an expression in which the names so far are what they are bound to.
    pub(super) fn template(&self, value: &Value) -> Template {
        // What is no name gets one that no program can refer to.
        let name = |(place, name): (usize, &Option<Value>)| {
            name.clone().unwrap_or_else(|| Value::Integer(place as i64))
        };
        let names: Vec<Value> = self.names.iter().enumerate().map(name).collect();
        Template::of_names(value, &names)
    }
}

fn set_node(class: Class) -> Node {
    Node::Set(Arc::new(Set::of(class)))
}

/// A sign, digits with a point somewhere: what numbers are written with.
fn number_string() -> Node {
    let digits = |least| Node::Repeat {
        of: Box::new(set_node(Class::Digit)),
        least,
        most: None,
        greedy: true,
    };
    let optional =
        |of: Node| Node::Repeat { of: Box::new(of), least: 0, most: Some(1), greedy: true };
    let sign = optional(Node::Either(vec![Node::Char('+', false), Node::Char('-', false)]));
    let point = || Node::Char('.', false);
    let whole = Node::Sequence(vec![digits(1), optional(Node::Sequence(vec![point(), digits(0)]))]);
    let fraction = Node::Sequence(vec![point(), digits(1)]);
    Node::Sequence(vec![sign, Node::Either(vec![whole, fraction])])
}

/// Reads how often: `n` is up to n times, `{n}` exactly, `{a, b}` from a to b.
fn range_of(range: &Value, head: Symbol) -> Option<(usize, Option<usize>)> {
    const TIMES_MAX: usize = 100_000;
    let times = |value: &Value| value.as_usize().filter(|times| *times <= TIMES_MAX);
    let most = |value: &Value| match value {
        Value::Symbol(sym::Infinity) => Some(None),
        Value::Call(call) if call.is(sym::DirectedInfinity) => Some(None),
        _ => times(value).map(Some),
    };
    match range.as_list() {
        Some([exactly]) => Some((times(exactly)?, Some(times(exactly)?))),
        Some([least, last]) => Some((times(least)?, most(last)?)),
        Some(_) => None,
        None => Some((usize::from(head == sym::Repeated), most(range)?)),
    }
}
