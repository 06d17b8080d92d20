//! The machine against a matcher that lists all ways to match, and against what a pattern costs.

use proptest::prelude::*;

use super::{Overlaps, Patterns, Reading};
use crate::session::Session;
use crate::value::Value;

/// A pattern of the tests.
#[derive(Debug, Clone)]
enum Shape {
    Text(String),
    Any,
    AnySequence(usize),
    ExceptA,
    Sequence(Vec<Shape>),
    Either(Vec<Shape>),
    Repeat(Box<Shape>, usize, Option<usize>),
    Named(char, Box<Shape>),
    Shortest(Box<Shape>),
    Digits,
    End,
}

impl Shape {
    fn source(&self) -> String {
        let all = |parts: &[Self], between: &str| {
            parts
                .iter()
                .map(|part| format!("({})", part.source()))
                .collect::<Vec<_>>()
                .join(between)
        };
        match self {
            Self::Text(text) => format!("{text:?}"),
            Self::Any => "_".into(),
            Self::AnySequence(0) => "___".into(),
            Self::AnySequence(_) => "__".into(),
            Self::ExceptA => "Except[\"a\"]".into(),
            Self::Sequence(parts) => all(parts, " ~~ "),
            Self::Either(parts) => all(parts, " | "),
            Self::Repeat(of, 0, None) => format!("RepeatedNull[{}]", of.source()),
            Self::Repeat(of, _, None) => format!("Repeated[{}]", of.source()),
            Self::Repeat(of, least, Some(most)) => {
                format!("Repeated[{}, {{{least}, {most}}}]", of.source())
            }
            Self::Named(name, of) => format!("{name} : ({})", of.source()),
            Self::Shortest(of) => format!("Shortest[{}]", of.source()),
            Self::Digits => "RegularExpression[\"1*\"]".into(),
            Self::End => "EndOfString".into(),
        }
    }

    /// Lists where a match from a place may end, the preferred first, with what names are bound
    /// to. A part that is repeated without bound takes something each time but the first times
    /// that it has to be there.
    fn ways(&self, text: &[char], at: usize, bound: Bound, lazy: bool) -> Vec<(usize, Bound)> {
        match self {
            Self::Text(own) => {
                let own: Vec<char> = own.chars().collect();
                let fits = text[at..].starts_with(&own);
                if fits { vec![(at + own.len(), bound)] } else { vec![] }
            }
            Self::Any if at < text.len() => vec![(at + 1, bound)],
            Self::ExceptA if at < text.len() && text[at] != 'a' => vec![(at + 1, bound)],
            Self::Any | Self::ExceptA => vec![],
            Self::AnySequence(least) => {
                Self::Repeat(Box::new(Self::Any), *least, None).ways(text, at, bound, lazy)
            }
            Self::Digits => {
                let one = Box::new(Self::Text("1".into()));
                Self::Repeat(one, 0, None).ways(text, at, bound, lazy)
            }
            Self::End => {
                if at == text.len() {
                    vec![(at, bound)]
                } else {
                    vec![]
                }
            }
            Self::Sequence(parts) => {
                let mut ways = vec![(at, bound)];
                for part in parts {
                    ways = ways
                        .into_iter()
                        .flat_map(|(at, bound)| part.ways(text, at, bound, lazy))
                        .collect();
                }
                ways
            }
            Self::Either(parts) => {
                parts.iter().flat_map(|part| part.ways(text, at, bound.clone(), lazy)).collect()
            }
            Self::Repeat(of, least, most) => repeated(of, (*least, *most), text, (at, bound), lazy),
            Self::Named(name, of) => {
                let index = usize::from(*name == 'y');
                if let Some(known) = &bound[index] {
                    let fits = text[at..].starts_with(known);
                    return if fits { vec![(at + known.len(), bound)] } else { vec![] };
                }
                let bind = |(end, mut bound): (usize, Bound)| {
                    bound[index] = Some(text[at..end].to_vec());
                    (end, bound)
                };
                of.ways(text, at, bound, lazy).into_iter().map(bind).collect()
            }
            Self::Shortest(of) => of.ways(text, at, bound, true),
        }
    }
}

/// What the names `x` and `y` are bound to.
type Bound = [Option<Vec<char>>; 2];

fn repeated(
    of: &Shape,
    (least, most): (usize, Option<usize>),
    text: &[char],
    (at, bound): (usize, Bound),
    lazy: bool,
) -> Vec<(usize, Bound)> {
    if least > 0 {
        let rest = (least - 1, most.map(|most| most - 1));
        return of
            .ways(text, at, bound, lazy)
            .into_iter()
            .flat_map(|way| repeated(of, rest, text, way, lazy))
            .collect();
    }
    let stop = (at, bound.clone());
    if most == Some(0) {
        return vec![stop];
    }
    let more = of
        .ways(text, at, bound, lazy)
        .into_iter()
        .filter(|(end, _)| most.is_some() || *end > at)
        .flat_map(|way| repeated(of, (0, most.map(|most| most - 1)), text, way, lazy));
    match lazy {
        true => std::iter::once(stop).chain(more).collect(),
        false => more.collect::<Vec<_>>().into_iter().chain([stop]).collect(),
    }
}

fn expected(shape: &Shape, text: &[char]) -> Vec<(usize, usize)> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at <= text.len() {
        match shape.ways(text, at, [None, None], false).first() {
            Some((end, _)) => {
                found.push((at, *end));
                at = if *end > at { *end } else { at + 1 };
            }
            None => at += 1,
        }
    }
    found
}

fn found(source: &str, text: &str, remembers_after: usize) -> Vec<(usize, usize)> {
    let mut session = Session::new();
    let parsed = bolt_lyra_syntax::parse(source);
    assert!(!parsed.has_errors(), "{source}");
    let value = session.read(&parsed.exprs[0]);
    let value = session.evaluate(&value).unwrap_or(Value::NULL);
    let patterns = Patterns::read(&mut session, &value, Reading::default()).expect("a pattern");
    let mut search = patterns.search(text);
    for machine in &mut search.machines {
        machine.remembers_after = remembers_after;
    }
    let all = patterns.all_of(&mut session, search, Overlaps::None, usize::MAX);
    all.expect("nothing aborts").iter().map(|found| (found.start, found.end)).collect()
}

fn shapes() -> impl Strategy<Value = Shape> {
    let leaf = prop_oneof![
        4 => prop::sample::select(vec!["a", "b", "ab", "1", ""]).prop_map(|t| Shape::Text(t.into())),
        2 => Just(Shape::Any),
        1 => (0_usize..2).prop_map(Shape::AnySequence),
        1 => Just(Shape::ExceptA),
        1 => Just(Shape::Digits),
        1 => Just(Shape::End),
    ];
    leaf.prop_recursive(3, 10, 3, |inner| {
        let parts = || prop::collection::vec(inner.clone(), 1..4);
        let one = || inner.clone().prop_map(Box::new);
        prop_oneof![
            3 => parts().prop_map(Shape::Sequence),
            2 => parts().prop_map(Shape::Either),
            1 => (one(), 0_usize..2).prop_map(|(of, least)| Shape::Repeat(of, least, None)),
            1 => (one(), 0_usize..2, 0_usize..2)
                .prop_map(|(of, least, more)| Shape::Repeat(of, least, Some(least + more))),
            2 => (prop::sample::select(vec!['x', 'y']), one())
                .prop_map(|(name, of)| Shape::Named(name, of)),
            1 => one().prop_map(Shape::Shortest),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn finds_what_a_list_of_all_ways_begins_with(
        shape in shapes(),
        text in "[ab1]{0,6}",
        remembers_after in prop::sample::select(vec![0, usize::MAX]),
    ) {
        let characters: Vec<char> = text.chars().collect();
        let source = shape.source();
        prop_assert_eq!(
            found(&source, &text, remembers_after),
            expected(&shape, &characters),
            "{} in {:?}", source, text
        );
    }
}

#[test]
fn a_search_without_names_takes_time_in_proportion_to_the_text() {
    // By trying all ways, this would take longer than anyone waits.
    let text = "a".repeat(20_000);
    assert_eq!(found("(\"a\" | \"aa\") .. ~~ \"b\"", &text, 2_000), Vec::new());
    assert_eq!(found("RegularExpression[\"(a*)*c\"]", &text, 2_000), Vec::new());
}

#[test]
fn regular_expressions_mean_what_they_mean_in_perl() {
    /// A regular expression, a text and the places of its matches.
    type Case = (&'static str, &'static str, &'static [(usize, usize)]);
    let cases: &[Case] = &[
        ("a|ab", "ab", &[(0, 1)]),
        ("(?i)aB", "Ab", &[(0, 2)]),
        ("a(?=b)", "abac", &[(0, 1)]),
        ("a(?!b)", "abac", &[(2, 3)]),
        ("(?<=b)a", "aba", &[(2, 3)]),
        ("(?<!b)a", "aba", &[(0, 1)]),
        ("(a)(b)?\\1", "aaba", &[(0, 2)]),
        ("(?>a*)a", "aaa", &[]),
        ("a++a", "aaa", &[]),
        ("a{2}", "aaaaa", &[(0, 2), (2, 4)]),
        ("a{2,}?", "aaaaa", &[(0, 2), (2, 4)]),
        ("a{,2}", "a{,2}", &[(0, 5)]),
        ("[^]a]", "]ab", &[(2, 3)]),
        ("[a\\]-]+", "-a]b", &[(0, 3)]),
        ("[[:upper:]\\d]+", "aB1", &[(1, 3)]),
        ("\\bab\\b", "ab abc", &[(0, 2)]),
        ("^b", "a\nb", &[]),
        ("(?m)^b$", "a\nb\n", &[(2, 3)]),
        (".", "a\n", &[(0, 1)]),
        ("(?s).", "a\n", &[(0, 1), (1, 2)]),
        ("(?x) a b # two", "ab", &[(0, 2)]),
        ("\\x41\\x{e4}", "Aä", &[(0, 3)]),
        ("(?P<c>.)\\k<c>", "abba", &[(1, 3)]),
        ("\\Qa.b\\E", "axba.b", &[(3, 6)]),
    ];
    for (regex, text, expected) in cases {
        let source = format!("RegularExpression[{regex:?}]").replace("\\u{e4}", "ä");
        assert_eq!(found(&source, text, 2_000), *expected, "{regex} in {text:?}");
    }
}
