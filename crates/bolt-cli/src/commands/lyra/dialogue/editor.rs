//! The line editor: prompt, colours, completion, history, and lines that go on.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::PoisonError;

use anyhow::{Context as _, Result};
use bolt_lyra_syntax::{Class, classes};
use nu_ansi_term::{Color, Style as Paint};
use reedline::{
    Completer, CompletionResult, DefaultHinter, EditCommand, Emacs, FileBackedHistory, Highlighter,
    IdeMenu, KeyCode, KeyModifiers, MenuBuilder, PromptEditMode, PromptHistorySearch, Reedline,
    ReedlineEvent, ReedlineMenu, Span, StyledText, Suggestion, ValidationResult, Validator,
    default_emacs_keybindings,
};

use super::Shared;
use crate::output::Style;

/// Lines that are remembered.
const HISTORY_LINES: usize = 10_000;
/// Completions that are offered at once.
const COMPLETIONS_MAX: usize = 200;
const MENU: &str = "completions";

/// A name that is completed.
#[derive(Debug, Clone)]
pub(super) struct Name {
    pub(super) text: String,
    /// What it does, in a line.
    pub(super) usage: String,
}

/// The names that are completed, in order.
pub(super) type Names = Shared<Vec<Name>>;

/// Returns an editor whose lines are kept in a file, if there is one.
pub(super) fn editor(history: Option<PathBuf>, names: &Names, style: Style) -> Result<Reedline> {
    let menu = IdeMenu::default().with_name(MENU).with_max_completion_height(10);
    let mut keys = default_emacs_keybindings();
    let complete = vec![ReedlineEvent::Menu(MENU.to_owned()), ReedlineEvent::MenuNext];
    keys.add_binding(KeyModifiers::NONE, KeyCode::Tab, ReedlineEvent::UntilFound(complete));
    let new_line = ReedlineEvent::Edit(vec![EditCommand::InsertNewline]);
    keys.add_binding(KeyModifiers::ALT, KeyCode::Enter, new_line);
    let history = match history {
        Some(path) => {
            FileBackedHistory::with_file(HISTORY_LINES, path.clone()).with_context(|| {
                format!("cannot keep the lines in `{}`, which `lyra.history` names", path.display())
            })?
        }
        None => FileBackedHistory::new(HISTORY_LINES).context("cannot keep lines")?,
    };
    let hint = Paint::new().fg(Color::DarkGray);
    Ok(Reedline::create()
        .with_history(Box::new(history))
        .with_validator(Box::new(WholeLines))
        .with_highlighter(Box::new(Colors))
        .with_completer(Box::new(SymbolCompleter { names: names.clone() }))
        .with_menu(ReedlineMenu::EngineCompleter(Box::new(menu)))
        .with_partial_completions(true)
        .with_quick_completions(true)
        .with_hinter(Box::new(DefaultHinter::default().with_style(hint)))
        .with_ansi_colors(style.is_colored())
        .with_edit_mode(Box::new(Emacs::new(keys))))
}

/// What stands before a line.
pub(super) struct Prompt(pub(super) String);

impl reedline::Prompt for Prompt {
    fn render_prompt_left(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }

    fn render_prompt_right(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    fn render_prompt_indicator(&self, _: PromptEditMode) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    fn render_prompt_multiline_indicator(&self) -> Cow<'_, str> {
        Cow::Owned(" ".repeat(self.0.chars().count()))
    }

    fn render_prompt_history_search_indicator(&self, search: PromptHistorySearch) -> Cow<'_, str> {
        Cow::Owned(format!("search `{}`: ", search.term))
    }

    fn get_prompt_color(&self) -> Color {
        Color::Blue
    }
}

/// A line goes on while the parser says that more could make it whole, and ends at an empty line.
struct WholeLines;

impl Validator for WholeLines {
    fn validate(&self, line: &str) -> ValidationResult {
        let gives_up = line.ends_with("\n\n");
        match !gives_up && bolt_lyra_syntax::parse(line).is_incomplete() {
            true => ValidationResult::Incomplete,
            false => ValidationResult::Complete,
        }
    }
}

struct Colors;

impl Highlighter for Colors {
    fn highlight(&self, line: &str, _: usize) -> StyledText {
        let mut styled = StyledText::new();
        let mut end = 0;
        for (span, class) in classes(line) {
            let (start, after) = (span.start as usize, span.end as usize);
            styled.push((Paint::new(), line[end..start].to_owned()));
            styled.push((paint(class), line[start..after].to_owned()));
            end = after;
        }
        styled.push((Paint::new(), line[end..].to_owned()));
        styled
    }
}

fn paint(class: Class) -> Paint {
    match class {
        Class::Number => Color::Cyan.normal(),
        Class::String => Color::Green.normal(),
        Class::Special => Color::Purple.normal(),
        Class::Operator => Color::Yellow.normal(),
        Class::Comment => Color::DarkGray.italic(),
        Class::Unknown => Color::Red.underline(),
        _ => Paint::new(),
    }
}

struct SymbolCompleter {
    names: Names,
}

impl Completer for SymbolCompleter {
    fn complete(&mut self, line: &str, pos: usize) -> CompletionResult {
        let begun = begun_name(&line[..pos]);
        if begun.is_empty() {
            return CompletionResult::fresh(Vec::new());
        }
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let matching = names.iter().filter(|name| name.text.starts_with(begun));
        let folded = begun.to_lowercase();
        // Names in other cases follow, since who types `plot` may mean `Plot`.
        let others = names.iter().filter(|name| {
            !name.text.starts_with(begun) && name.text.to_lowercase().starts_with(&folded)
        });
        let suggestion = |name: &Name| Suggestion {
            value: name.text.clone(),
            description: (!name.usage.is_empty()).then(|| name.usage.clone()),
            span: Span::new(pos - begun.len(), pos),
            ..Suggestion::default()
        };
        let found: Vec<Suggestion> =
            matching.chain(others).take(COMPLETIONS_MAX).map(suggestion).collect();
        CompletionResult::fresh(found)
    }
}

/// Returns the name that a text ends in.
fn begun_name(text: &str) -> &str {
    let is_part = |c: char| c.is_alphanumeric() || c == '$' || c == '`';
    let start = text.char_indices().rev().take_while(|(_, c)| is_part(*c)).last();
    let name = start.map_or("", |(start, _)| &text[start..]);
    // A number is no name.
    if name.starts_with(|c: char| c.is_numeric()) { "" } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_completed_in_any_case() {
        let name = |text: &str| Name { text: text.to_owned(), usage: format!("does {text}") };
        let names = Names::default();
        names.lock().unwrap().extend(["Plot", "Plus", "Power", "plan"].map(name));
        let mut completer = SymbolCompleter { names };
        let mut complete = |text: &str| -> Vec<String> {
            let found = completer.complete(text, text.len());
            found.suggestions().iter().map(|found| found.value.clone()).collect()
        };
        assert_eq!(complete("f[Pl"), ["Plot", "Plus", "plan"]);
        assert_eq!(complete("1 + pl"), ["plan", "Plot", "Plus"]);
        assert_eq!(complete("?Po"), ["Power"]);
        assert!(complete("f[").is_empty() && complete("2").is_empty());
    }

    #[test]
    fn lines_go_on_until_they_are_whole() {
        let goes_on =
            |line: &str| matches!(WholeLines.validate(line), ValidationResult::Incomplete);
        assert!(goes_on("f[x,") && goes_on("f[x_] :=") && goes_on("(* a"));
        assert!(!goes_on("f[x]") && !goes_on("f[x]]") && !goes_on("f[x,\n\n"));
    }

    #[test]
    fn colours_change_no_text() {
        for line in ["f[x_] := \"a\" (* b *) + 1.5", "α → %", "", "  "] {
            let styled = Colors.highlight(line, 0);
            let text: String = styled.buffer.iter().map(|(_, text)| text.as_str()).collect();
            assert_eq!(text, line);
        }
    }
}
