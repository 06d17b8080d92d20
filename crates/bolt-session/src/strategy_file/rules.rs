//! The sections `[[orders]]`, `[[exits]]` and `[[stops]]`.

use bolt_market::formulas::Formula;
use bolt_market::ledger::Side;
use bolt_market::order::OneCancelsOther;
use bolt_market::rules::{
    Condition, DistanceRule, ExitRule, LevelRule, OrderRule, SizeRule, StopRule,
};

use super::reader::{Item, Section};
use crate::SessionError;

type Read<T> = Result<T, SessionError>;

const ORDER_KEYS: &[&str] = &[
    "when",
    "if",
    "side",
    "size",
    "equity_size",
    "units",
    "value",
    "limit",
    "stop",
    "stop_loss",
    "take_profit",
    "trailing_stop",
    "max_bars",
    "lasts",
    "group",
];
const EXIT_KEYS: &[&str] = &["when", "after_bars", "side", "portion"];
const STOP_KEYS: &[&str] = &["side", "stop_loss", "ratchet"];
const LEVEL_KEYS: &[&str] = &["fraction", "distance", "of"];
const DISTANCE_KEYS: &[&str] = &["fraction", "distance"];

const CONDITIONS: [(&str, Condition); 5] = [
    ("any", Condition::Any),
    ("flat", Condition::Flat),
    ("long", Condition::Long),
    ("short", Condition::Short),
    ("in-position", Condition::InPosition),
];
const DIRECTIONS: [(&str, Side); 2] = [("buy", Side::Long), ("sell", Side::Short)];
const SIDES: [(&str, Option<Side>); 3] =
    [("long", Some(Side::Long)), ("short", Some(Side::Short)), ("all", None)];

/// Bars that a limit or stop order waits unless its rule says otherwise.
const LASTS_BARS: usize = 1;

/// Reads the rules for orders; groups are numbered in the order in which they are first named.
pub(super) fn orders(sections: &[Section<'_>]) -> Read<Vec<OrderRule<Formula>>> {
    let mut groups: Vec<String> = Vec::new();
    sections.iter().map(|section| order(section, &mut groups)).collect()
}

fn order(section: &Section<'_>, groups: &mut Vec<String>) -> Read<OrderRule<Formula>> {
    section.knows(ORDER_KEYS)?;
    let when = "say on which bars, as `when = \"close > SMA[close, 20]\"`; \"True\" is all of them";
    let direction = "write `side = \"buy\"` or `side = \"sell\"`";
    let item = |key| section.get(key);
    let condition = item("if").map(|item| item.choice(&CONDITIONS)).transpose()?;
    let rule = OrderRule {
        when: section.need("when", when)?.formula()?,
        condition: condition.unwrap_or_default(),
        side: section.need("side", direction)?.choice(&DIRECTIONS)?,
        size: size(section)?,
        limit: item("limit").map(|item| price(&item)).transpose()?,
        stop: item("stop").map(|item| price(&item)).transpose()?,
        stop_loss: item("stop_loss").map(level).transpose()?,
        take_profit: item("take_profit").map(level).transpose()?,
        trailing_stop: item("trailing_stop").map(trailing_stop).transpose()?,
        max_bars: item("max_bars").map(|item| item.count(1)).transpose()?,
        lasts_bars: lasts(section)?,
        one_cancels_other: item("group").map(|item| group(&item, groups)).transpose()?,
    };
    check_reachable(section, rule.side)?;
    Ok(rule)
}

/// Refuses fractions of the price, known in advance, that put an exit at a price which the trade
/// cannot reach: zero or below, or the price itself.
fn check_reachable(section: &Section<'_>, opens: Side) -> Read<()> {
    let down: &[&str] = match opens {
        Side::Long => &["stop_loss", "trailing_stop"],
        Side::Short => &["take_profit"],
    };
    for key in ["stop_loss", "take_profit", "trailing_stop"] {
        let Some(item) = section.get(key).filter(Item::is_section) else { continue };
        let Some(item) = item.section()?.get("fraction") else { continue };
        let Ok(fraction) = item.number() else { continue };
        match down.contains(&key) {
            true => item.check(fraction, "above 0 and below 1", |x| x > 0.0 && x < 1.0)?,
            false => item.check(fraction, "positive", |x| x > 0.0)?,
        };
    }
    Ok(())
}

fn size(section: &Section<'_>) -> Read<Option<SizeRule<Formula>>> {
    let Some(item) = section.one_of(&["size", "equity_size", "units", "value"])? else {
        return Ok(None);
    };
    let formula = item.number_or_formula()?;
    Ok(Some(match item.key() {
        "size" => SizeRule::AvailableFraction(formula),
        "equity_size" => SizeRule::EquityFraction(formula),
        "units" => SizeRule::Units(formula),
        _ => SizeRule::Value(formula),
    }))
}

/// Reads a price. A bare number is refused: as often as not it is meant as a fraction.
fn price(item: &Item<'_>) -> Read<Formula> {
    if let Ok(number) = item.number() {
        let message = format!("`{}` is a price, and that is a formula in quotes", item.key());
        return Err(item.wrong(message, Some(format!("write `{} = \"{number}\"`", item.key()))));
    }
    item.formula()
}

fn level(item: Item<'_>) -> Read<LevelRule<Formula>> {
    if let Ok(number) = item.number() {
        let message = format!("`{}` is neither a formula in quotes nor a distance", item.key());
        let hint = format!(
            "write `{} = {{ fraction = {number} }}` for a distance from the entry",
            item.key()
        );
        return Err(item.wrong(message, Some(hint)));
    }
    if !item.is_section() {
        return Ok(LevelRule::Price(item.formula()?));
    }
    let section = item.section()?;
    section.knows(LEVEL_KEYS)?;
    let distance = distance(&section)?;
    let of = [("entry", false), ("close", true)];
    let of_close = section.get("of").map(|item| item.choice(&of)).transpose()?;
    Ok(match of_close {
        Some(true) => LevelRule::FromClose(distance),
        Some(false) | None => LevelRule::FromEntry(distance),
    })
}

fn trailing_stop(item: Item<'_>) -> Read<DistanceRule<Formula>> {
    if !item.is_section() {
        let message = "`trailing_stop` wants a distance".to_owned();
        let hint = "write `{ fraction = 0.05 }`, or `{ distance = \"2 * ATR[14]\" }` in units of \
                    price";
        return Err(item.wrong(message, Some(hint.to_owned())));
    }
    let section = item.section()?;
    section.knows(DISTANCE_KEYS)?;
    distance(&section)
}

fn distance(section: &Section<'_>) -> Read<DistanceRule<Formula>> {
    match section.one_of(&["fraction", "distance"])? {
        Some(item) if item.key() == "fraction" => {
            Ok(DistanceRule::Fraction(item.number_or_formula()?))
        }
        Some(item) => Ok(DistanceRule::Absolute(item.number_or_formula()?)),
        None => {
            let hint = "give a `fraction` of the price, or a `distance` in units of price";
            Err(section.wrong("there is no distance".to_owned(), Some(hint.to_owned())))
        }
    }
}

fn lasts(section: &Section<'_>) -> Read<Option<usize>> {
    let Some(item) = section.get("lasts") else { return Ok(Some(LASTS_BARS)) };
    if section.get("limit").is_none() && section.get("stop").is_none() {
        let message = "a market order does not wait, so that `lasts` has no effect".to_owned();
        return Err(item.wrong(message, Some("give a `limit` or a `stop`".to_owned())));
    }
    let bars = item.count(0)?;
    Ok((bars > 0).then_some(bars))
}

fn group(item: &Item<'_>, groups: &mut Vec<String>) -> Read<OneCancelsOther> {
    let name = item.text()?;
    let known = groups.iter().position(|group| group == name);
    let index = known.unwrap_or_else(|| {
        groups.push(name.to_owned());
        groups.len() - 1
    });
    Ok(OneCancelsOther(index as u32))
}

/// Reads the rules that close trades.
pub(super) fn exits(sections: &[Section<'_>]) -> Read<Vec<ExitRule<Formula>>> {
    sections.iter().map(exit).collect()
}

fn exit(section: &Section<'_>) -> Read<ExitRule<Formula>> {
    section.knows(EXIT_KEYS)?;
    let when = section.get("when").map(|item| item.formula()).transpose()?;
    let after_bars = section.get("after_bars").map(|item| item.count(1)).transpose()?;
    if when.is_none() && after_bars.is_none() {
        let hint = "give `when`, a formula, or `after_bars`, or both";
        let message = "an exit without a condition closes nothing".to_owned();
        return Err(section.wrong(message, Some(hint.to_owned())));
    }
    let portion = |item: Item<'_>| {
        item.check(item.fraction()?, "a fraction above 0 and up to 1", |x| x > 0.0 && x <= 1.0)
    };
    let portion = section.get("portion").map(portion).transpose()?;
    Ok(ExitRule { when, after_bars, side: side(section)?, portion: portion.unwrap_or(1.0) })
}

/// Reads the rules that move stops.
pub(super) fn stops(sections: &[Section<'_>]) -> Read<Vec<StopRule<Formula>>> {
    sections.iter().map(stop).collect()
}

fn stop(section: &Section<'_>) -> Read<StopRule<Formula>> {
    section.knows(STOP_KEYS)?;
    let hint = "write its price at each bar, as `stop_loss = \"TsMin[low, 10]\"`";
    let stop_loss = price(&section.need("stop_loss", hint)?)?;
    let ratchet = section.get("ratchet").map(|item| item.flag()).transpose()?;
    Ok(StopRule { side: side(section)?, stop_loss, ratchet: ratchet.unwrap_or(false) })
}

fn side(section: &Section<'_>) -> Read<Option<Side>> {
    let side = section.get("side").map(|item| item.choice(&SIDES)).transpose()?;
    Ok(side.flatten())
}
