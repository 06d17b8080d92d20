//! Matching by enumeration: every way to share arguments out among patterns is tried.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Term {
    Integer(i64),
    Symbol(&'static str),
    Call(&'static str, Vec<Self>),
}

/// A pattern.
#[derive(Debug, Clone)]
pub(crate) enum Pattern {
    Exact(Term),
    /// `_`, `_h`
    Blank(Option<&'static str>),
    /// `__` and `___`, by how many they take at least.
    Several(usize),
    Named(&'static str, Box<Self>),
    Either(Vec<Self>),
    /// `p..` and `p...`, by how many they take at least.
    Repeated(Box<Self>, usize),
    /// `x_:d`
    Optional(&'static str, Term),
    Except(Term),
    Test(Box<Self>, &'static str),
    Call(&'static str, Vec<Self>),
}

/// What names are bound to: sequences.
pub(crate) type Bindings = BTreeMap<&'static str, Vec<Term>>;

/// A head whose arguments have no order.
pub(crate) const ORDERLESS: &str = "g";
/// A head that is flat, and one that is flat without an order.
pub(crate) const FLAT: &str = "k";
pub(crate) const FLAT_ORDERLESS: &str = "h";

impl Term {
    fn head(&self) -> &'static str {
        match self {
            Self::Integer(_) => "Integer",
            Self::Symbol(_) => "Symbol",
            Self::Call(head, _) => head,
        }
    }
}

/// Returns all ways in which an expression matches a pattern.
pub(crate) fn matches(pattern: &Pattern, term: &Term) -> BTreeSet<Bindings> {
    takes(pattern, std::slice::from_ref(term), None, &Bindings::new()).into_iter().collect()
}

/// Returns the bindings with which a pattern matches a sequence, those so far included. Several
/// arguments of a flat head are one call of it for a pattern of one expression.
fn takes(
    pattern: &Pattern,
    terms: &[Term],
    flat: Option<&'static str>,
    bound: &Bindings,
) -> Vec<Bindings> {
    let once = |fits: bool| if fits { vec![bound.clone()] } else { Vec::new() };
    let whole = match (terms, flat) {
        ([one], _) => Some(one.clone()),
        ([_, _, ..], Some(head)) => Some(Term::Call(head, terms.to_vec())),
        _ => None,
    };
    match pattern {
        Pattern::Several(least) => once(terms.len() >= *least),
        Pattern::Named(name, of) => {
            let is_single = matches!(**of, Pattern::Blank(_) | Pattern::Except(_));
            let value = match (&whole, is_single) {
                (Some(whole), true) => vec![whole.clone()],
                _ => terms.to_vec(),
            };
            let with_name = |mut bound: Bindings| match bound.get(name) {
                Some(known) => (*known == value).then_some(bound),
                None => {
                    bound.insert(name, value.clone());
                    Some(bound)
                }
            };
            takes(of, terms, flat, bound).into_iter().filter_map(with_name).collect()
        }
        Pattern::Either(all) => all.iter().flat_map(|one| takes(one, terms, flat, bound)).collect(),
        Pattern::Repeated(of, least) => match terms.split_first() {
            None => once(*least == 0),
            Some((first, rest)) => {
                let after = takes(of, std::slice::from_ref(first), None, bound);
                let rest = |bound: Bindings| match rest.is_empty() {
                    true => vec![bound],
                    false => takes(&Pattern::Repeated(of.clone(), 0), rest, None, &bound),
                };
                after.into_iter().flat_map(rest).collect()
            }
        },
        Pattern::Optional(name, default) => {
            let value = if terms.is_empty() { std::slice::from_ref(default) } else { terms };
            match value {
                [_] => {
                    let named = Pattern::Named(name, Box::new(Pattern::Blank(None)));
                    takes(&named, value, None, bound)
                }
                _ => Vec::new(),
            }
        }
        Pattern::Test(of, test) => {
            let passes = |term: &Term| match (term, *test) {
                (Term::Integer(integer), "EvenQ") => integer % 2 == 0,
                (Term::Integer(_), _) => true,
                _ => false,
            };
            match terms.iter().all(passes) {
                true => takes(of, terms, flat, bound),
                false => Vec::new(),
            }
        }
        _ => match whole {
            Some(whole) => one(pattern, &whole, bound),
            None => Vec::new(),
        },
    }
}

fn one(pattern: &Pattern, term: &Term, bound: &Bindings) -> Vec<Bindings> {
    let fits = match (pattern, term) {
        (Pattern::Exact(exact), _) => exact == term,
        (Pattern::Blank(head), _) => head.is_none_or(|head| term.head() == head),
        (Pattern::Except(not), _) => not != term,
        (Pattern::Call(head, patterns), Term::Call(own, args)) if head == own => {
            let flat = [FLAT, FLAT_ORDERLESS].into_iter().find(|flat| flat == head);
            let has_order = ![ORDERLESS, FLAT_ORDERLESS].contains(head);
            return shared_out(patterns, args, has_order, flat, bound);
        }
        _ => false,
    };
    if fits { vec![bound.clone()] } else { Vec::new() }
}

/// Returns the bindings with which patterns take all arguments.
fn shared_out(
    patterns: &[Pattern],
    args: &[Term],
    has_order: bool,
    flat: Option<&'static str>,
    bound: &Bindings,
) -> Vec<Bindings> {
    let Some((first, rest)) = patterns.split_first() else {
        return if args.is_empty() { vec![bound.clone()] } else { Vec::new() };
    };
    let mut found = Vec::new();
    for choice in 0..1u32 << args.len() {
        let is_start = (choice + 1).is_power_of_two();
        if has_order && !is_start {
            continue;
        }
        let is_mine = |place: usize| choice >> place & 1 == 1;
        let part = |mine: bool| -> Vec<Term> {
            let places = (0..args.len()).filter(|&place| is_mine(place) == mine);
            places.map(|place| args[place].clone()).collect()
        };
        let others = part(false);
        for bound in takes(first, &part(true), flat, bound) {
            found.extend(shared_out(rest, &others, has_order, flat, &bound));
        }
    }
    found
}

fn separated<T: fmt::Display>(f: &mut fmt::Formatter<'_>, all: &[T], by: &str) -> fmt::Result {
    for (place, one) in all.iter().enumerate() {
        write!(f, "{}{one}", if place == 0 { "" } else { by })?;
    }
    Ok(())
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(integer) => write!(f, "{integer}"),
            Self::Symbol(name) => write!(f, "{name}"),
            Self::Call(head, args) => {
                write!(f, "{head}[")?;
                separated(f, args, ", ")?;
                write!(f, "]")
            }
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(term) => write!(f, "{term}"),
            Self::Blank(head) => write!(f, "_{}", head.unwrap_or_default()),
            Self::Several(least) => write!(f, "{}", if *least == 0 { "___" } else { "__" }),
            Self::Named(name, of) => write!(f, "{name}:({of})"),
            Self::Either(all) => {
                write!(f, "(")?;
                separated(f, all, " | ")?;
                write!(f, ")")
            }
            Self::Repeated(of, least) => {
                write!(f, "({of}){}", if *least == 0 { "..." } else { ".." })
            }
            Self::Optional(name, default) => write!(f, "{name}_:{default}"),
            Self::Except(term) => write!(f, "Except[{term}]"),
            Self::Test(of, test) => write!(f, "({of})?{test}"),
            Self::Call(head, args) => {
                write!(f, "{head}[")?;
                separated(f, args, ", ")?;
                write!(f, "]")
            }
        }
    }
}
