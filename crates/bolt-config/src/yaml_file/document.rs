//! A YAML document as nodes with places.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};

use super::{Place, scalar};
use crate::value::Raw;

/// The nodes of a document up to the first thing that is not YAML.
///
/// An alias is a reference to its node: nothing is copied, however often it is repeated.
#[derive(Default)]
pub(super) struct Document {
    nodes: Vec<(Content, Place)>,
    /// The node of the whole document.
    pub(super) root: Option<usize>,
    /// Where, what, and what to try.
    pub(super) problems: Vec<(Place, String, Option<&'static str>)>,
}

pub(super) enum Content {
    Scalar {
        raw: Raw,
        /// As it is written, quotes included.
        shown: String,
    },
    /// Keys that differ, with their nodes.
    Mapping(Vec<(Key, usize)>),
    Sequence,
    /// The node that it stands for.
    Alias(usize),
}

#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) text: String,
    pub(super) place: Place,
}

/// A collection that has not ended.
struct Open {
    node: usize,
    /// Lines of the keys so far; `None` in a sequence.
    keys: Option<BTreeMap<String, usize>>,
    /// What the next node of a mapping is.
    next: Next,
}

enum Next {
    Key,
    Value(Key),
    /// The value of a key that was refused.
    Nothing,
}

impl Document {
    /// Reads a text. It must be one document.
    pub(super) fn parse(text: &str) -> Self {
        Builder::default().read(text)
    }

    /// Returns a node and its place.
    pub(super) fn node(&self, node: usize) -> (&Content, Place) {
        let (content, place) = &self.nodes[node];
        (content, *place)
    }

    /// Returns the node that a node stands for: itself, unless it is an alias.
    pub(super) fn target(&self, node: usize) -> usize {
        // An anchor is at a node that is no alias.
        if let Content::Alias(target) = self.nodes[node].0 { target } else { node }
    }

    /// Returns what a node stands for, and its own place.
    pub(super) fn resolve(&self, node: usize) -> (&Content, Place) {
        (&self.nodes[self.target(node)].0, self.nodes[node].1)
    }
}

#[derive(Default)]
struct Builder {
    document: Document,
    open: Vec<Open>,
    /// Nodes of anchors.
    anchors: BTreeMap<usize, usize>,
}

/// Nothing after this can be read.
struct Stop;

impl Builder {
    fn read(mut self, text: &str) -> Document {
        let mut parser = Parser::new_from_str(text);
        while let Some(event) = parser.next_event() {
            match event {
                Ok((event, span)) => {
                    if self.take(event, place(span)).is_err() {
                        break;
                    }
                }
                Err(error) => {
                    let at = (error.marker().line().max(1), error.marker().col() + 1);
                    self.problem(at, format!("this is not YAML: {}", error.info()), None);
                    self.forget_line(at.0);
                    break;
                }
            }
        }
        self.document
    }

    fn problem(&mut self, at: Place, message: String, hint: Option<&'static str>) {
        self.document.problems.push((at, message, hint));
    }

    /// Of a line that is not YAML there is no value.
    fn forget_line(&mut self, line: usize) {
        for (content, _) in &mut self.document.nodes {
            if let Content::Mapping(pairs) = content {
                pairs.retain(|(key, _)| key.place.0 != line);
            }
        }
    }

    fn take(&mut self, event: Event<'_>, at: Place) -> Result<(), Stop> {
        match event {
            Event::DocumentStart(_) if self.document.root.is_some() => {
                let hint = "keep one of the parts that `---` separates";
                self.problem(at, "a settings file is one YAML document".into(), Some(hint));
                Err(Stop)
            }
            Event::Scalar(text, style, anchor, tag) => {
                let tag = self.core_tag(tag.as_deref(), at);
                let content = scalar_of(&text, style, tag);
                if self.is_key() {
                    self.keep(content, at, anchor);
                    self.key(text.into_owned(), at);
                } else {
                    self.add(content, at, anchor);
                }
                Ok(())
            }
            Event::MappingStart(anchor, tag) => {
                self.core_tag(tag.as_deref(), at);
                self.start(Content::Mapping(Vec::new()), at, anchor, Some(BTreeMap::new()))
            }
            Event::SequenceStart(anchor, tag) => {
                self.core_tag(tag.as_deref(), at);
                self.start(Content::Sequence, at, anchor, None)
            }
            Event::MappingEnd | Event::SequenceEnd => {
                self.open.pop();
                Ok(())
            }
            Event::Alias(_) if self.is_key() => self.refuse_key(at),
            Event::Alias(anchor) => {
                self.add(Content::Alias(self.anchors[&anchor]), at, 0);
                Ok(())
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
        }
    }

    fn is_key(&self) -> bool {
        self.open.last().is_some_and(|open| open.keys.is_some() && matches!(open.next, Next::Key))
    }

    fn refuse_key(&mut self, at: Place) -> Result<(), Stop> {
        self.problem(at, "a key must be plain text".into(), None);
        Err(Stop)
    }

    fn key(&mut self, text: String, place: Place) {
        let Some(Open { keys: Some(keys), next, node: _ }) = self.open.last_mut() else { return };
        *next = Next::Nothing;
        if text == "<<" {
            let hint = "write the settings out, or use an alias as the value of a section";
            return self.problem(place, "merge keys are not part of YAML 1.2".into(), Some(hint));
        }
        match keys.entry(text.clone()) {
            Slot::Vacant(slot) => {
                slot.insert(place.0);
                *next = Next::Value(Key { text, place });
            }
            Slot::Occupied(first) => {
                let message = format!("`{}` is already in line {}", first.key(), first.get());
                self.problem(place, message, None);
            }
        }
    }

    /// Returns the suffix of a tag of the core schema. Tags of applications are refused.
    fn core_tag<'t>(&mut self, tag: Option<&'t Tag>, at: Place) -> Option<&'t str> {
        let tag = tag?;
        let is_unspecific = tag.handle.is_empty() && tag.suffix == "!";
        if !tag.is_yaml_core_schema() && !is_unspecific {
            self.problem(at, format!("settings have no tags such as `{tag}`"), None);
        }
        Some(&tag.suffix)
    }

    fn start(
        &mut self,
        content: Content,
        at: Place,
        anchor: usize,
        keys: Option<BTreeMap<String, usize>>,
    ) -> Result<(), Stop> {
        if self.is_key() {
            return self.refuse_key(at);
        }
        let node = self.add(content, at, anchor);
        self.open.push(Open { node, keys, next: Next::Key });
        Ok(())
    }

    /// Keeps a node with its anchor, if it has one.
    fn keep(&mut self, content: Content, at: Place, anchor: usize) -> usize {
        let node = self.document.nodes.len();
        self.document.nodes.push((content, at));
        if anchor != 0 {
            self.anchors.insert(anchor, node);
        }
        node
    }

    /// Adds a node as the value of the last key; elements of a sequence belong to no key.
    fn add(&mut self, content: Content, at: Place, anchor: usize) -> usize {
        let node = self.keep(content, at, anchor);
        let nodes = &mut self.document.nodes;
        match self.open.last_mut() {
            None => self.document.root = self.document.root.or(Some(node)),
            Some(open) => {
                let next = std::mem::replace(&mut open.next, Next::Key);
                if let (Next::Value(key), Content::Mapping(pairs)) = (next, &mut nodes[open.node].0)
                {
                    pairs.push((key, node));
                }
            }
        }
        node
    }
}

/// Quotes and the tags `!` and `!!str` make text of anything.
fn scalar_of(text: &str, style: ScalarStyle, tag: Option<&str>) -> Content {
    let raw = match (style, tag) {
        (ScalarStyle::Plain, None) => scalar::plain(text),
        (ScalarStyle::Plain, Some(tag)) if !matches!(tag, "str" | "!") => scalar::plain(text),
        _ => Raw::Text(text.to_owned()),
    };
    let shown = match style {
        ScalarStyle::Plain if text.is_empty() => "null".into(),
        ScalarStyle::SingleQuoted => format!("'{text}'"),
        ScalarStyle::DoubleQuoted => format!("\"{text}\""),
        ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => text.to_owned(),
    };
    Content::Scalar { raw, shown }
}

fn place(span: Span) -> Place {
    (span.start.line().max(1), span.start.col() + 1)
}
