//! The reference of the language as pages of Markdown, from what the functions say of themselves.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::builtins::BuiltIn;
use crate::session::Session;

/// A page of the reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The name of its file.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// Returns a page for each area and an index, `README.md`.
pub fn reference() -> Vec<Page> {
    let mut areas: BTreeMap<&str, Vec<BuiltIn>> = BTreeMap::new();
    for built_in in Session::built_in() {
        areas.entry(built_in.area).or_default().push(built_in);
    }
    let count: usize = areas.values().map(Vec::len).sum();
    let mut index = format!(
        "# Lyra: reference\n\n{count} names by area. `bolt lyra -e 'Information[Name]'` says the same of \
         one of them.\nThese pages are written by `cargo xtask reference`; the examples are tests.\n"
    );
    let mut pages = Vec::new();
    for (area, mut names) in areas {
        names.sort_unstable_by_key(|built_in| built_in.name);
        let title = title(area);
        let list: Vec<String> = names
            .iter()
            .map(|built_in| format!("[{0}]({area}.md#{1})", built_in.name, anchor(built_in.name)))
            .collect();
        let _ = write!(index, "\n## [{title}]({area}.md)\n{}\n", list.join(", "));
        let mut text = format!("# {title}\n");
        names.iter().for_each(|built_in| entry(&mut text, built_in));
        pages.push(Page { file: format!("{area}.md"), text });
    }
    pages.push(Page { file: "README.md".to_owned(), text: index });
    pages
}

/// Writes an area with a capital letter.
fn title(area: &str) -> String {
    let (first, rest) = area.split_at(1);
    format!("{}{}", first.to_uppercase(), rest.replace('_', " "))
}

/// Returns the place of a heading within its page, as Markdown is rendered.
fn anchor(name: &str) -> String {
    name.to_lowercase().replace('$', "")
}

fn entry(text: &mut String, built_in: &BuiltIn) {
    let _ = write!(text, "\n## {}\n{}\n", built_in.name, escaped(built_in.usage));
    if built_in.examples.is_empty() {
        return;
    }
    text.push_str("```wl\n");
    for (number, (input, output)) in built_in.examples.iter().enumerate() {
        let number = number + 1;
        let _ = writeln!(text, "In[{number}]:= {input}\nOut[{number}]= {output}");
    }
    text.push_str("```\n");
}

/// Keeps signs of the language from being read as those of Markdown.
fn escaped(usage: &str) -> String {
    let mut out = String::with_capacity(usage.len());
    for character in usage.chars() {
        if matches!(character, '*' | '_' | '<' | '>' | '|' | '[' | ']' | '`' | '#' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_on_the_page_of_its_area() {
        let pages = reference();
        let page =
            |file: &str| &pages.iter().find(|page| page.file == file).expect("it is there").text;
        assert!(page("strings.md").contains("\n## StringJoin\n"));
        assert!(page("words.md").contains("\n## Pi\n"));
        assert!(page("README.md").contains("[StringJoin](strings.md#stringjoin)"));
        for built_in in Session::built_in() {
            assert!(
                page(&format!("{}.md", built_in.area)).contains(&format!("## {}\n", built_in.name))
            );
        }
        let areas: Vec<&str> = pages.iter().map(|page| page.file.as_str()).collect();
        assert!(areas.iter().all(|area| !area.contains('/')), "{areas:?}");
    }
}
