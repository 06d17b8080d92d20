//! A small checker of HTML: well nested, attributes quoted, identifiers unique, data that parses,
//! nothing loaded.

use std::collections::BTreeSet;

const VOID: [&str; 3] = ["meta", "br", "path"];

/// An element as it was opened.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    /// Text directly inside, not of children.
    pub(super) text: String,
}

impl Element {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn has_class(&self, class: &str) -> bool {
        self.get("class").is_some_and(|classes| classes.split(' ').any(|c| c == class))
    }
}

/// Returns all elements in the order in which they open.
///
/// # Panics
/// If the text is not what the module's documentation says.
pub(super) fn check(html: &str) -> Vec<Element> {
    let mut rest = html.strip_prefix("<!DOCTYPE html>").expect("the document has a type");
    let mut elements: Vec<Element> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    while let Some(at) = rest.find('<') {
        let text = &rest[..at];
        assert!(!text.contains('>'), "a stray `>` in `{text}`");
        check_references(text);
        if let Some(last) = open.last() {
            elements[*last].text += text;
        }
        rest = &rest[at + 1..];
        if let Some(closing) = rest.strip_prefix('/') {
            let end = closing.find('>').unwrap();
            let last = open.pop().expect("an element is open");
            assert_eq!(elements[last].name, &closing[..end], "the innermost element closes");
            rest = &closing[end + 1..];
            continue;
        }
        let (element, is_closed, after) = parse_tag(rest);
        rest = after;
        let is_raw = matches!(element.name.as_str(), "script" | "style");
        let is_void = is_closed || VOID.contains(&element.name.as_str());
        let name = element.name.clone();
        elements.push(element);
        if is_raw {
            let end = rest.find(&format!("</{name}>")).expect("raw text ends");
            elements.last_mut().unwrap().text = rest[..end].to_owned();
            rest = &rest[end + name.len() + 3..];
        } else if !is_void {
            open.push(elements.len() - 1);
        }
    }
    assert!(open.is_empty(), "{} elements stay open", open.len());
    check_elements(&elements);
    elements
}

/// Returns the element, whether it closed itself, and what follows.
fn parse_tag(text: &str) -> (Element, bool, &str) {
    let end = text.find([' ', '>', '/', '\n']).unwrap();
    let (name, mut rest) = text.split_at(end);
    assert!(name.bytes().all(|b| b.is_ascii_alphanumeric()), "`{name}` is no element");
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        for (closing, is_closed) in [("/>", true), (">", false)] {
            if let Some(after) = rest.strip_prefix(closing) {
                let element = Element { name: name.to_owned(), attributes, text: String::new() };
                return (element, is_closed, after);
            }
        }
        let (attribute, after) = rest.split_once("=\"").expect("an attribute is quoted");
        assert!(
            attribute.bytes().all(|b| b.is_ascii_lowercase()
                || b"-BARx".contains(&b)
                || b.is_ascii_alphabetic()),
            "`{attribute}` is no attribute"
        );
        let (value, after) = after.split_once('"').expect("a quote ends");
        check_references(value);
        attributes.push((attribute.to_owned(), value.to_owned()));
        rest = after;
    }
}

fn check_references(text: &str) {
    for (at, _) in text.match_indices('&') {
        let known = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"];
        assert!(known.iter().any(|r| text[at..].starts_with(r)), "a bare `&` in `{text}`");
    }
}

fn check_elements(elements: &[Element]) {
    let mut ids = BTreeSet::new();
    for element in elements {
        if let Some(id) = element.get("id") {
            assert!(ids.insert(id), "`{id}` names two elements");
        }
        for attribute in ["src", "srcset", "data", "action", "background"] {
            assert_eq!(element.get(attribute), None, "`{}` loads something", element.name);
        }
        if element.get("type") == Some("application/json") {
            let parsed = serde_json::from_str::<serde_json::Value>(&element.text);
            assert!(parsed.is_ok(), "{parsed:?}");
        }
        if element.name == "style" {
            assert!(!element.text.contains("url(") && !element.text.contains("@import"));
        }
        assert!(!matches!(element.name.as_str(), "link" | "img" | "iframe" | "base" | "use"));
        assert!(element.attributes.iter().all(|(name, _)| !name.starts_with("on")));
        if let Some(link) = element.get("href") {
            assert!(link.starts_with('#'), "`{link}` leads away");
        }
    }
    for element in elements {
        if let Some(target) = element.get("href") {
            assert!(ids.contains(&target[1..]), "`{target}` leads nowhere");
        }
    }
}
