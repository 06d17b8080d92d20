//! Mistakes in files are refused, with their line and what to try.

use super::parse;
use bolt_market::formulas::StrategyError;

use crate::SessionError;

#[track_caller]
fn check(text: &str, line: usize, parts: &[&str]) {
    let error = parse(text).expect_err("the file is wrong");
    let message = error.to_string();
    assert!(message.starts_with(&format!("test.toml:{line}: ")), "{message}");
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

#[test]
fn exits_that_no_trade_reaches() {
    let order =
        |side: &str, exit: &str| format!("[[orders]]\nwhen = 'True'\nside = '{side}'\n{exit} }}");
    let below = "must be above 0 and below 1";
    check(&order("buy", "stop_loss = { fraction = 1"), 4, &["stop_loss.fraction` is 1", below]);
    check(&order("buy", "trailing_stop = { fraction = 5"), 4, &["is 5", below]);
    check(&order("sell", "take_profit = { fraction = 1.5"), 4, &["is 1.5", below]);
    check(&order("sell", "stop_loss = { fraction = -0.1"), 4, &["is -0.1", "positive"]);
    assert!(parse(&order("sell", "stop_loss = { fraction = 1.5")).is_ok());
    assert!(parse(&order("buy", "take_profit = { fraction = 1.5")).is_ok());
}

const ORDER: &str = "[[orders]]\nwhen = 'True'\nside = 'buy'\n";

#[test]
fn keys_that_nothing_reads() {
    check("[formula]\nsignal = 'True'", 1, &["`formula`", "did you mean `formulas`?"]);
    check("[formulas]\nsignal = 'True'\n[strategy]\nnmae = 'x'", 4, &["`strategy` has no `nmae`"]);
    check("[formulas]\n\nsigal = 'True'", 3, &["`sigal`", "`signal`"]);
    check("[formulas]\nshort-entry = 'True'", 2, &["`short_entry`"]);
    check("[formulas]\nsignal = 'True'\n[trading]\nfee = 1", 4, &["`fee`", "`fees`"]);
    check(
        &format!("{ORDER}stoploss = 'low'"),
        4,
        &["`orders[0]` has no `stoploss`", "`stop_loss`"],
    );
    check(&format!("{ORDER}{ORDER}wen = 'True'"), 7, &["`orders[1]`", "`when`"]);
    check(&format!("{ORDER}[[exits]]\nbars = 3"), 5, &["`exits[0]` has no `bars`", "after_bars"]);
    check(&format!("{ORDER}[[stops]]\nwhen = 'True'"), 5, &["`stops[0]`", "ratchet"]);
    check(&format!("{ORDER}stop_loss = {{ fraction = 1, off = 'close' }}"), 4, &["`of`"]);
    check(&format!("{ORDER}trailing_stop = {{ fraction = 1, of = 'close' }}"), 4, &["`of`"]);
}

#[test]
fn files_that_are_no_strategy() {
    check("", 1, &["nothing to trade", "[[orders]]"]);
    check("[formulas]\nexit = 'True'", 1, &["nothing to trade"]);
    check("[formulas]\nsignal = 'True'\nentry = 'True'", 1, &["not both"]);
    check(&format!("[formulas]\nsignal = 'True'\n{ORDER}"), 3, &["not both"]);
    check("[formulas]\nsignal = 'True'\n[[stops]]\nstop_loss = 'low'", 3, &["not both"]);
    check("[formulas]\nsignal = ", 2, &["not TOML"]);
    check("formulas = 3", 1, &["`[formulas]`"]);
    check("[orders]\nwhen = 'True'", 1, &["`[[orders]]`"]);
    check("orders = [1]", 1, &["`[[orders]]`"]);
    check("[formulas]\nsignal = 'True'\n[parameters]\nfast_one = 3", 4, &["`fast_one`", "letters"]);
    check("[formulas]\nsignal = 'True'\n[parameters]\nfast = '3'", 4, &["a number"]);
}

#[test]
fn values_that_make_no_sense() {
    check("[[orders]]\nside = 'buy'", 1, &["lacks `when`", "\"True\""]);
    check("[[orders]]\nwhen = 'True'", 1, &["lacks `side`", "\"buy\""]);
    check("[[orders]]\nwhen = 'True'\nside = 'by'", 3, &["`by`", "`\"buy\"`"]);
    check(&format!("{ORDER}if = 'flatt'"), 4, &["`flatt`", "`\"flat\"`"]);
    check("[[orders]]\nwhen = true\nside = 'buy'", 2, &["a formula in quotes"]);
    check(&format!("{ORDER}size = 1\nunits = 2"), 5, &["`size` and `units`"]);
    check(&format!("{ORDER}limit = 95"), 4, &["a price", "`limit = \"95\"`"]);
    check(&format!("{ORDER}stop_loss = 0.05"), 4, &["`stop_loss = { fraction = 0.05 }`"]);
    check(&format!("{ORDER}take_profit = {{ of = 'close' }}"), 4, &["no distance"]);
    check(&format!("{ORDER}trailing_stop = 'low'"), 4, &["wants a distance", "ATR"]);
    check(&format!("{ORDER}lasts = 3"), 4, &["does not wait"]);
    check(&format!("{ORDER}limit = 'low'\nlasts = 1.5"), 5, &["a whole number"]);
    check(&format!("{ORDER}max_bars = 0"), 4, &["from 1 on"]);
    check(&format!("{ORDER}[[exits]]\nside = 'long'"), 4, &["closes nothing", "after_bars"]);
    check(&format!("{ORDER}[[exits]]\nafter_bars = 1\nportion = 2"), 6, &["up to 1"]);
    check(&format!("{ORDER}[[stops]]\nside = 'all'"), 4, &["lacks `stop_loss`"]);
}

#[test]
fn trading_that_makes_no_sense() {
    let check = |line: &str, parts: &[&str]| {
        check(&format!("[formulas]\nsignal = 'True'\n[trading]\n{line}"), 4, parts);
    };
    check("cash = -5", &["`trading.cash` is -5", "positive"]);
    check("cash = 'much'", &["a number"]);
    check("cash = inf", &["a number"]);
    check("fees = 2", &["from 0 to 0.5"]);
    check("fees = 'few'", &["a fraction", "\"5%\""]);
    check("size = 95", &["up to 1", "`units`"]);
    check("units = 0", &["positive"]);
    check("lot = 0", &["positive"]);
    check("stop_loss = 0", &["positive"]);
    check("convention = 'next-opn'", &["`\"next-open\"`"]);
    check("rebalance = 'often'", &["a fraction"]);
    check("rebalance = -1", &["`\"every\"`"]);
    check("leverage = 0.5", &["1 or more"]);
    check("volatility_window = 1", &["from 2 on"]);
    check("finalize = 'yes'", &["true or false"]);
    check("max_bars = -1", &["from 1 on"]);
}

#[test]
fn formulas_that_are_wrong_say_where_they_stand() {
    let error = parse("[[orders]]\nside = 'buy'\n\nwhen = 'close >'").unwrap_err();
    let SessionError::Strategy(StrategyError::Formula { place, text, .. }) = error else {
        panic!("{error}");
    };
    assert_eq!((place.as_str(), text.as_str()), ("test.toml:4: when", "close >"));
}
