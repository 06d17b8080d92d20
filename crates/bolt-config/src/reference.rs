//! The table as text for people.

use std::fmt::Write as _;

use crate::knobs::KNOBS;
use crate::profiles::{PROFILES, Profile};
use crate::value::Raw;

/// Returns the reference of every setting as Markdown.
pub fn reference() -> String {
    let mut page = String::from(INTRODUCTION);
    let mut section = "";
    for knob in KNOBS {
        if knob.parts().0 != section {
            section = knob.parts().0;
            let _ = write!(page, "\n## {section}\n");
        }
        let _ = write!(
            page,
            "\n### `{}`\n\n{}\n\n- Value: {}\n- Default: `{}`\n- Environment: `{}`\n- Read by: {}\n",
            knob.name,
            knob.doc(),
            knob.kind,
            knob.default,
            knob.variable(),
            knob.reader,
        );
        let aliases: Vec<String> = knob.aliases().map(|alias| format!("`{alias}`")).collect();
        if !aliases.is_empty() {
            let _ = writeln!(page, "- In files of guides: {}", aliases.join(", "));
        }
    }
    page.push_str(&profiles());
    page
}

fn profiles() -> String {
    let mut text = String::from("\n## Profiles\n");
    for Profile { name, doc, values } in PROFILES {
        let _ = write!(text, "\n### `{name}`\n\n{doc}\n\n");
        for (knob, value) in *values {
            let row = KNOBS.iter().find(|row| row.name == *knob);
            let value = row.and_then(|row| row.kind.read(&Raw::Untyped((*value).into())));
            let value = value.expect("a profile sets knobs to values of their kinds");
            let _ = writeln!(text, "- `{knob} = {value}`");
        }
    }
    text
}

const INTRODUCTION: &str = "\
# Configuration

<!-- Generated from the knob table of bolt-config; edit that. -->

A setting is taken from the first of these that has it:

1. the command line;
2. the environment: `BOLT_EXEC_THREADS` for `exec.threads`; an empty variable counts as not set;
3. the project: `bolt.toml`, `bolt.yaml` or `bolt.yml` in the working directory or the nearest folder
   above that has one of them, or the file that `--config` names;
4. the user: `bolt/config.toml`, `.yaml` or `.yml` in `$XDG_CONFIG_HOME`, else in `~/.config`;
5. the profile that `profile` or `--profile` names, if one is named;
6. its default.

`bolt config show --origin` tells where each value came from, `bolt config check FILE` what is
wrong with a file, and `bolt config schema` gives a JSON Schema for editors. An unknown name is an
error, and so are two settings files in one folder. `~/` in a path is the home directory; a relative
path in a file counts from that file's folder.

The same setting in TOML and in YAML 1.2:

```toml
[exec]
threads = 4
```

```yaml
exec:
  threads: 4
```

In YAML `exec.threads: 4` is short for that. Anchors and aliases are read; keys that stand twice, merge
keys (`<<`), tags of applications and a second document are errors.

Files of performance guides, such as `bolt_production.yaml` or `lyra_performance.toml`, are read as they
are: `bolt --config bolt_production.yaml ...`. A name in them sets one of the settings below or has no
effect here, and `bolt config check FILE` lists both, with the reasons.
";

/// Returns every setting with its default and its doc, for a terminal.
pub fn help() -> String {
    let mut text = String::new();
    for knob in KNOBS {
        let doc = wrap(&format!("{} Must be {}.", knob.doc(), knob.kind));
        let _ = write!(text, "{} [default: {}]\n{doc}", knob.name, knob.default);
    }
    text
}

/// Breaks a paragraph into indented lines of at most 80 characters.
fn wrap(paragraph: &str) -> String {
    const INDENT: &str = "    ";
    const WIDTH_MAX: usize = 80;
    let mut lines = String::new();
    let mut line = String::new();
    for word in paragraph.split_whitespace() {
        let width = INDENT.len() + line.chars().count() + 1 + word.chars().count();
        if !line.is_empty() && width > WIDTH_MAX {
            let _ = writeln!(lines, "{INDENT}{line}");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let _ = writeln!(lines, "{INDENT}{line}");
    lines
}
