//! What the README and the guide show is what happens: each page is one session.

use std::path::Path;

use bolt_lyra::{Note, Session, Value, sym};

/// An input with what is shown for it: messages, what is printed, and the value.
struct Step {
    input: String,
    shown: String,
}

/// Returns the dialogues of the blocks ```` ```wl ````: what follows `In[n]:= ` up to an empty line
/// or the next input is what is shown.
fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut is_inside = false;
    let mut is_input = false;
    for line in page.lines() {
        if line.starts_with("```") {
            is_inside = line == "```wl";
            is_input = false;
            continue;
        }
        let typed = line.strip_prefix("In[").and_then(|rest| rest.split_once("]:= "));
        match (typed, steps.last_mut()) {
            _ if !is_inside => {}
            (Some((_, input)), _) => {
                is_input = true;
                steps.push(Step { input: input.to_owned(), shown: String::new() });
            }
            // Lines of an input that goes on are indented as deep as the prompt.
            (None, Some(step)) if is_input && line.starts_with("        ") => {
                step.input += "\n";
                step.input += line;
            }
            (None, Some(step)) if !line.is_empty() => {
                is_input = false;
                step.shown += line;
                step.shown += "\n";
            }
            _ => {}
        }
    }
    steps
}

#[track_caller]
fn check(page: &str, least: usize) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(page);
    let text = std::fs::read_to_string(&path).unwrap();
    let steps = steps(&text);
    assert!(steps.len() >= least, "{page} has {} inputs", steps.len());
    let mut session = Session::new();
    let mut wrong = Vec::new();
    for step in &steps {
        let shown = shown(&mut session, &step.input);
        if shown.trim_end() != step.shown.trim_end() {
            wrong.push(format!("In: {}\nis:\n{shown}not:\n{}", step.input, step.shown));
        }
    }
    assert!(wrong.is_empty(), "{page}\n{}", wrong.join("\n"));
}

/// Returns what the dialogue shows for an input.
fn shown(session: &mut Session, input: &str) -> String {
    let line = session.line();
    let parsed = bolt_lyra_syntax::parse(input);
    assert!(!parsed.has_errors() && parsed.exprs.len() == 1, "{input}: {:?}", parsed.diagnostics);
    let value = session.read(&parsed.exprs[0]);
    let value: Value = session.evaluate_input(&value).unwrap();
    let mut text = String::new();
    for note in session.take_notes() {
        text += &match note {
            Note::Printed(line) => format!("{line}\n"),
            Note::Message { name, text } => format!("{name}: {text}\n"),
        };
    }
    if !value.is(sym::Null) {
        text += &format!("Out[{line}]= {}\n", session.shown(&value));
    }
    text
}

#[test]
fn the_readme_shows_what_happens() {
    check("README.md", 8);
}

#[test]
fn the_guide_shows_what_happens() {
    check("docs/guide/lyra.md", 40);
}
