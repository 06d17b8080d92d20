//! From syntax trees to expressions.

use dashu_int::IBig;
use dashu_ratio::RBig;
use triomphe::Arc;

use bolt_lyra_syntax::{Expr, ExprKind};

use crate::aside;
use crate::number;
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Args, BigReal, Binary, Value};

impl Session {
    /// Returns the expression that a syntax tree stands for; new symbols go to the context that is
    /// current.
    pub fn read(&mut self, expr: &Expr) -> Value {
        match &expr.kind {
            ExprKind::Symbol(name) => {
                let symbol = self.names.symbol(name);
                // From here on a program may ask what is being evaluated.
                if symbol == sym::Stack {
                    self.keep_stack();
                }
                Value::Symbol(symbol)
            }
            ExprKind::Integer(text) | ExprKind::Real(text) | ExprKind::Rational(text) => {
                read_number(text).unwrap_or_else(|| Value::string(&**text))
            }
            ExprKind::String(text) => Value::string(&**text),
            ExprKind::Boxes(text) => {
                Value::call(sym::Failure, [Value::string("Boxes"), Value::string(&**text)])
            }
            ExprKind::Error(parts) => {
                let parts: Args = parts.iter().map(|part| self.read(part)).collect();
                Value::call(sym::Failed, parts)
            }
            ExprKind::Call { head, args } => {
                let head = self.read(head);
                let args: Args = args.iter().map(|arg| self.read(arg)).collect();
                Value::call(head, args)
            }
        }
    }
}

/// Reads a number as it is written: `12`, `16^^ff`, `1.5`, ``1.5`20``, `2*^-3`.
pub(crate) fn read_number(text: &str) -> Option<Value> {
    let (text, negative) = match text.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let (text, exponent) = match text.split_once("*^") {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (digits, mark) = match text.split_once('`') {
        Some((digits, mark)) => (digits, Some(mark)),
        None => (text, None),
    };
    let (base, digits) = match digits.split_once("^^") {
        Some((base, digits)) => (base.parse::<u32>().ok()?, digits),
        None => (10, digits),
    };
    let value = match (digits.split_once('.'), mark) {
        (None, None) => {
            let integer = Value::from(IBig::from(aside::read(digits, base)?));
            number::multiply(&integer, &number::power(&Value::Integer(i64::from(base)), exponent)?)
        }
        _ => read_real(digits, base, exponent, mark)?,
    };
    Some(if negative { number::negate(&value) } else { value })
}

fn read_real(digits: &str, base: u32, exponent: i64, mark: Option<&str>) -> Option<Value> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let significant = format!("{whole}{fraction}");
    let significant = significant.trim_start_matches('0');
    let per_digit = f64::from(base).log10();
    let shown = significant.len() as f64 * per_digit;
    let precision = match mark {
        Some("") => None,
        Some(mark) => match mark.strip_prefix('`') {
            Some(accuracy) => {
                let size = (whole.trim_start_matches('0').len() as f64) * per_digit;
                Some(accuracy.parse::<f64>().ok()? + size + exponent as f64 * per_digit)
            }
            None => Some(mark.parse::<f64>().ok()?),
        },
        None => (shown > 17.0).then_some(shown),
    };
    if base == 10 && precision.is_none() {
        return format!("{whole}.{fraction}e{exponent}").parse().ok().map(Value::Real);
    }
    let exact = exact_real(whole, fraction, base, exponent)?;
    Some(match precision {
        None => Value::Real(number::to_f64(&exact)?),
        Some(precision) => {
            let value: Binary = number::to_binary(&exact, precision)?;
            Value::BigReal(Arc::new(BigReal::new(value, precision)))
        }
    })
}

fn exact_real(whole: &str, fraction: &str, base: u32, exponent: i64) -> Option<Value> {
    let all = format!("{whole}{fraction}");
    let all = if all.is_empty() { "0".to_owned() } else { all };
    let mantissa = RBig::from(IBig::from(aside::read(&all, base)?));
    let shift = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
    let scale = number::power(&Value::Integer(i64::from(base)), shift)?;
    Some(number::multiply(&Value::from(mantissa), &scale))
}
