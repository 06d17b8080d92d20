//! Dates read from strings.

use super::names::{MONTHS, WEEKDAYS};
use crate::value::Value;

/// A part of a text: a run of digits, with a point for seconds, or of letters.
#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(String),
    Word(String),
    Sign(char),
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let mut run = String::from(c);
        if c.is_ascii_digit() {
            while let Some(next) = rest.next_if(char::is_ascii_digit) {
                run.push(next);
            }
            tokens.push(Token::Number(run));
        } else if c.is_alphabetic() {
            while let Some(next) = rest.next_if(|c| c.is_alphabetic()) {
                run.push(next);
            }
            tokens.push(Token::Word(run));
        } else if !c.is_whitespace() && c != ',' {
            tokens.push(Token::Sign(c));
        }
    }
    tokens
}

/// Returns the number of a month by its name or the first three letters of it.
fn month_of(word: &str) -> Option<i64> {
    let word = word.to_lowercase();
    let is = |month: &&str| {
        let month = month.to_lowercase();
        month == word || (word.len() >= 3 && month.starts_with(&word))
    };
    MONTHS.iter().position(is).map(|place| place as i64 + 1)
}

fn is_weekday(word: &str) -> bool {
    let word = word.to_lowercase();
    word.len() >= 3 && WEEKDAYS.iter().any(|day| day.to_lowercase().starts_with(&word))
}

/// Returns a year of two digits in the century around 2000.
fn whole_year(text: &str) -> Option<i64> {
    let year: i64 = text.parse().ok()?;
    Some(match text.len() {
        2 if year < 70 => 2000 + year,
        2 => 1900 + year,
        _ => year,
    })
}

/// Reads a date and a time in one of the usual forms: `2024-05-17`, `5/17/2024`, `17 May 2024`,
/// `May 17, 2024 2:30 PM`, `2024-05-17T14:30:00`. Returns the list of its parts.
pub(super) fn read(text: &str) -> Option<Vec<Value>> {
    let mut tokens = tokens(text);
    let time = take_time(&mut tokens)?;
    let mut month = None;
    let mut numbers = Vec::new();
    for token in &tokens {
        match token {
            Token::Number(number) => numbers.push(number.clone()),
            Token::Word(word) => match month_of(word) {
                Some(found) if month.is_none() => month = Some(found),
                _ if is_weekday(word) => {}
                _ if matches!(word.as_str(), "T" | "Z" | "of" | "th" | "st" | "nd" | "rd") => {}
                _ => return None,
            },
            Token::Sign('-' | '/' | '.') => {}
            Token::Sign(_) => return None,
        }
    }
    let number = |text: &String| text.parse::<i64>().ok();
    let date = match (month, &numbers[..]) {
        (Some(month), [year]) if year.len() == 4 => vec![number(year)?, month],
        (Some(month), [year, day]) if year.len() == 4 => vec![number(year)?, month, number(day)?],
        (Some(month), [day, year]) => vec![whole_year(year)?, month, number(day)?],
        (None, [all]) if all.len() == 8 => {
            vec![all[..4].parse().ok()?, all[4..6].parse().ok()?, all[6..].parse().ok()?]
        }
        (None, [year]) if year.len() == 4 => vec![number(year)?],
        (None, [year, month]) if year.len() == 4 => vec![number(year)?, number(month)?],
        (None, [year, month, day]) if year.len() == 4 => {
            vec![number(year)?, number(month)?, number(day)?]
        }
        // What could be either is a month, as in the United States.
        (None, [first, second, year]) => {
            let (first, second) = (number(first)?, number(second)?);
            let (month, day) = if first > 12 { (second, first) } else { (first, second) };
            vec![whole_year(year)?, month, day]
        }
        _ => return None,
    };
    let is_date = date.get(1).is_none_or(|month| (1..=12).contains(month))
        && date.get(2).is_none_or(|day| (1..=31).contains(day));
    if !is_date || (!time.is_empty() && date.len() < 3) {
        return None;
    }
    Some(date.into_iter().map(Value::Integer).chain(time).collect())
}

/// Takes `h:m`, `h:m:s` and what follows it of the tokens; `None` if that is no time.
fn take_time(tokens: &mut Vec<Token>) -> Option<Vec<Value>> {
    let Some(colon) = tokens.iter().position(|token| *token == Token::Sign(':')) else {
        return Some(Vec::new());
    };
    let start = colon.checked_sub(1)?;
    let number = |place: usize| match tokens.get(place) {
        Some(Token::Number(text)) => text.parse::<i64>().ok(),
        _ => None,
    };
    let (mut hour, minute) = (number(start)?, number(start + 2)?);
    let mut end = start + 3;
    let mut parts = vec![Value::Integer(minute)];
    if tokens.get(end) == Some(&Token::Sign(':')) {
        let mut second = Value::Integer(number(end + 1)?);
        end += 2;
        if tokens.get(end) == Some(&Token::Sign('.'))
            && let Some(Token::Number(fraction)) = tokens.get(end + 1)
        {
            let whole = second.as_i64()?;
            second = Value::Real(format!("{whole}.{fraction}").parse().ok()?);
            end += 2;
        }
        parts.push(second);
    }
    if let Some(Token::Word(word)) = tokens.get(end) {
        match word.to_uppercase().as_str() {
            "AM" => hour %= 12,
            "PM" => hour = hour % 12 + 12,
            "Z" => {}
            _ => end -= 1,
        }
        end += 1;
    }
    tokens.drain(start..end.min(tokens.len()));
    let is_time = (0..=24).contains(&hour) && (0..60).contains(&minute);
    is_time.then(|| std::iter::once(Value::Integer(hour)).chain(parts).collect())
}

/// Reads a date by elements: `read_by("5/1/2024", ["Day", "Month", "Year"])`. Text between the
/// elements may be anything if the elements do not say what it is.
pub(super) fn read_by(text: &str, elements: &[&str]) -> Option<Vec<Value>> {
    let (mut year, mut month, mut day) = (None, 1, 1);
    let (mut hour, mut minute, mut second) = (0, 0, None);
    let mut afternoon = None;
    let mut rest = text;
    for element in elements {
        let start = |letters: bool| {
            let is = move |c: char| if letters { c.is_alphabetic() } else { c.is_ascii_digit() };
            rest.find(is)
        };
        let mut take = |letters: bool, most: usize| -> Option<&str> {
            let from = &rest[start(letters)?..];
            let is = |c: char| if letters { c.is_alphabetic() } else { c.is_ascii_digit() };
            let length = from.find(|c| !is(c)).unwrap_or(from.len()).min(most);
            rest = &from[length..];
            Some(&from[..length])
        };
        match *element {
            "Year" => year = Some(take(false, 4)?.parse::<i64>().ok()?),
            "YearShort" => year = Some(whole_year(take(false, 2)?)?),
            "Month" | "MonthShort" => month = take(false, 2)?.parse().ok()?,
            "MonthName" | "MonthNameShort" => month = month_of(take(true, usize::MAX)?)?,
            "Day" | "DayShort" => day = take(false, 2)?.parse().ok()?,
            "DayName" | "DayNameShort" => drop(take(true, usize::MAX)?),
            "Hour" | "Hour24" | "Hour12" | "HourShort" => hour = take(false, 2)?.parse().ok()?,
            "Minute" | "MinuteShort" => minute = take(false, 2)?.parse().ok()?,
            "Second" | "SecondShort" => {
                second = Some(Value::Integer(take(false, 2)?.parse().ok()?));
            }
            "AMPM" => afternoon = Some(take(true, 2)?.eq_ignore_ascii_case("PM")),
            literal => {
                let found = rest.find(literal)?;
                rest = &rest[found + literal.len()..];
            }
        }
    }
    if let Some(afternoon) = afternoon {
        hour = hour % 12 + if afternoon { 12 } else { 0 };
    }
    let mut parts: Vec<Value> = [year?, month, day].map(Value::Integer).to_vec();
    let has = |name: &str| elements.iter().any(|element| element.starts_with(name));
    if has("Hour") || has("Minute") || has("Second") {
        parts.extend([Value::Integer(hour), Value::Integer(minute)]);
        parts.extend(second);
    }
    Some(parts)
}
