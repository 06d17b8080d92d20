//! Cases and what they come to.

/// A case of a file.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) area: String,
    pub(crate) input: String,
    pub(crate) expected: String,
    /// How it is judged: `value`, `text`, `integral` or `parse`.
    pub(crate) kind: String,
    /// What is evaluated first.
    pub(crate) context: Vec<String>,
}

/// What a case came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passes,
    /// With what was found instead.
    Fails(String),
    /// It is about something that is not tested here.
    NotJudged,
}

/// Reads the cases of a file.
pub(crate) fn read(path: &str) -> Result<Vec<Case>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let case = |(index, line): (usize, &str)| {
        let record: serde_json::Value =
            serde_json::from_str(line).map_err(|error| format!("{path}:{}: {error}", index + 1))?;
        let text = |key: &str| record[key].as_str().unwrap_or("").to_owned();
        let lines = record["context"].as_array().into_iter().flatten();
        let context = lines.filter_map(|line| line.as_str().map(str::to_owned)).collect();
        let (input, expected) = (text("input"), text("expected"));
        Ok(Case { area: text("area"), input, expected, kind: text("kind"), context })
    };
    text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(case).collect()
}
