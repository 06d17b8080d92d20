//! Trees as they are typed: `a + b*c`, `x_Integer`, `f[#]&`, `<|"a" -> 1|>`.
//!
//! What a tree is decides what is written, never what it would evaluate to: `Times[-2, b]` is
//! `-2*b` even in a sum, because `a - 2*b` reads as `Plus[a, Times[-1, Times[2, b]]]`. A call that
//! has no operator form, such as `Plus[x]` or `Divide[a, b]`, is written as a call.

use super::push_symbol;
use crate::expr::{Expr, ExprKind};
use crate::operators::{
    ATOM, CALL, Form, GET, MESSAGE, MINUS, OPERATORS, OPTIONAL, Operator, Operators, PATTERN, PLUS,
    POWER, PUT, QUOTIENT, SET, SPAN,
};
use crate::string_literal::push_literal;

/// Writes an expression with operators and as few parentheses as it needs, on one line;
/// [`parse`](crate::parse) reads it back as the same tree.
///
/// What is broken ([`ExprKind::Error`]) is written as `$Failed` with its parts.
pub fn to_input_form(expr: &Expr) -> String {
    written(expr, "*")
}

/// Writes an expression as it is shown: as [`to_input_form`] does, with a space between factors.
pub fn to_output_form(expr: &Expr) -> String {
    written(expr, " ")
}

fn written(expr: &Expr, times: &'static str) -> String {
    let mut printer = Printer { text: String::new(), operators: &OPERATORS, times };
    printer.write(expr, 0);
    printer.text
}

struct Printer {
    text: String,
    operators: &'static Operators,
    /// What stands between factors.
    times: &'static str,
}

impl Printer {
    /// Writes `expr` as an operand that must bind at least as tightly as `min`.
    fn write(&mut self, expr: &Expr, min: u16) {
        match &expr.kind {
            ExprKind::Symbol(name) => {
                self.separate(name);
                push_symbol(&mut self.text, name);
            }
            ExprKind::Integer(number) | ExprKind::Real(number) | ExprKind::Rational(number) => {
                let precedence = if number.starts_with('-') { MINUS } else { ATOM };
                self.grouped(precedence, min, |printer| printer.push(number));
            }
            ExprKind::String(contents) => push_literal(&mut self.text, contents),
            ExprKind::Boxes(boxes) => self.push(boxes),
            ExprKind::Call { head, args } => self.write_call(head, args, min),
            ExprKind::Error(parts) => {
                self.push("$Failed");
                self.sequence("[", parts, "]");
            }
        }
    }

    fn write_call(&mut self, head: &Expr, args: &[Expr], min: u16) {
        let written = match head.as_symbol() {
            Some(name) => {
                self.write_pattern(name, args, min)
                    || self.write_arithmetic(name, args, min)
                    || self.write_special(name, args, min)
                    || self.write_operator(name, args, min)
            }
            None => self.write_derivative(head, args, min) || self.write_typed(head, args, min),
        };
        if !written {
            self.bracketed(head, "[", args, "]", min);
        }
    }

    /// Writes `head[args]` with any brackets.
    fn bracketed(&mut self, head: &Expr, open: &str, args: &[Expr], close: &str, min: u16) {
        self.grouped(CALL, min, |printer| {
            printer.write(head, CALL);
            printer.sequence(open, args, close);
        });
    }

    /// Writes blanks, named patterns, defaults and slots. Returns whether it is one.
    fn write_pattern(&mut self, head: &str, args: &[Expr], min: u16) -> bool {
        match (head, args) {
            ("Blank" | "BlankSequence" | "BlankNullSequence", _) => self.write_blank(head, args),
            ("Pattern", [name, pattern]) => self.write_named(name, pattern, min),
            ("Optional", [pattern]) => self.write_optional(pattern),
            ("Optional", [pattern, default]) if is_pattern(pattern) => {
                self.grouped(OPTIONAL, min, |printer| {
                    printer.write(pattern, OPTIONAL);
                    printer.push(":");
                    printer.write(default, PATTERN + 1);
                });
                true
            }
            ("Slot", [slot]) => self.write_slot("#", slot),
            ("SlotSequence", [slot]) => self.write_slot("##", slot),
            _ => false,
        }
    }

    fn write_blank(&mut self, head: &str, args: &[Expr]) -> bool {
        let blank = match head {
            "Blank" => "_",
            "BlankSequence" => "__",
            _ => "___",
        };
        match args {
            [] => self.push(blank),
            [of] => {
                let Some(name) = of.as_symbol() else { return false };
                self.push(blank);
                push_symbol(&mut self.text, name);
            }
            _ => return false,
        }
        true
    }

    fn write_named(&mut self, name: &Expr, pattern: &Expr, min: u16) -> bool {
        if name.as_symbol().is_none() {
            return false;
        }
        if is_blank(pattern) {
            self.write(name, ATOM);
            self.write(pattern, ATOM);
            return true;
        }
        self.grouped(PATTERN, min, |printer| {
            printer.write(name, ATOM);
            printer.push(":");
            printer.write(pattern, PATTERN + 1);
        });
        true
    }

    /// Writes `_.` and `x_.`.
    fn write_optional(&mut self, pattern: &Expr) -> bool {
        let blank = |expr: &Expr| matches!(expr.as_call(), Some(("Blank", [])));
        let named = match pattern.as_call() {
            Some(("Pattern", [name, of])) => name.as_symbol().is_some() && blank(of),
            _ => blank(pattern),
        };
        if named {
            self.write(pattern, ATOM);
            self.text.push('.');
        }
        named
    }

    fn write_slot(&mut self, sign: &str, slot: &Expr) -> bool {
        let number = integer(slot);
        let named = sign == "#" && matches!(slot.kind, ExprKind::String(_));
        if !named && !number.is_some_and(is_digits) {
            return false;
        }
        self.push(sign);
        match number {
            Some("1") => {}
            Some(number) => self.text.push_str(number),
            None => self.write_name(slot),
        }
        true
    }

    /// Writes sums, products, quotients and powers. Returns whether it is one.
    fn write_arithmetic(&mut self, head: &str, args: &[Expr], min: u16) -> bool {
        match (head, args) {
            ("Plus", [first, rest @ ..]) if !rest.is_empty() => self.write_sum(first, rest, min),
            ("Times", [dividend, factor]) if reciprocal(factor).is_some() => {
                self.grouped(QUOTIENT, min, |printer| {
                    printer.write(dividend, QUOTIENT);
                    printer.push("/");
                    printer.write(reciprocal(factor).unwrap_or(factor), QUOTIENT + 1);
                });
            }
            ("Times", [_, negated]) if is_negation(args) => {
                self.grouped(MINUS, min, |printer| {
                    printer.push("-");
                    printer.write(negated, MINUS + 1);
                });
            }
            ("Power", [base, exponent]) => self.write_power(base, exponent, min),
            _ => return false,
        }
        true
    }

    fn write_sum(&mut self, first: &Expr, rest: &[Expr], min: u16) {
        self.grouped(PLUS, min, |printer| {
            printer.write(first, PLUS + 1);
            for term in rest {
                if let Some(positive) = term.as_number().and_then(|text| text.strip_prefix('-')) {
                    printer.push(" - ");
                    printer.push(positive);
                } else if let Some(("Times", args)) = term.as_call()
                    && is_negation(args)
                {
                    printer.push(" - ");
                    printer.write(&args[1], PLUS + 1);
                } else {
                    printer.push(" + ");
                    printer.write(term, PLUS + 1);
                }
            }
        });
    }

    /// Writes `a^b`. A negative exponent needs no parentheses where nothing that binds tighter
    /// than a minus can follow.
    fn write_power(&mut self, base: &Expr, exponent: &Expr, min: u16) {
        self.grouped(POWER, min, |printer| {
            let follows_loosely = min <= MINUS || min > POWER;
            printer.write(base, POWER + 1);
            printer.push("^");
            let bare = follows_loosely && is_negative(exponent);
            printer.write(exponent, if bare { MINUS } else { POWER });
        });
    }

    /// Writes lists, parts and other forms with a shape of their own. Returns whether it is one.
    fn write_special(&mut self, head: &str, args: &[Expr], min: u16) -> bool {
        match (head, args) {
            ("List", _) => self.sequence("{", args, "}"),
            ("Association", _) => self.sequence("<|", args, "|>"),
            ("Part", [of, indices @ ..]) => self.bracketed(of, "[[", indices, "]]", min),
            ("Inequality", _) => return self.write_inequality(args, min),
            ("Span", [_, _] | [_, _, _]) => {
                self.grouped(SPAN, min, |printer| printer.join(args, " ;; ", SPAN + 1));
            }
            ("TagSet", [tagged @ .., value]) if tagged.len() == 2 => {
                self.write_tagged(tagged, " = ", Some(value), min);
            }
            ("TagSetDelayed", [tagged @ .., value]) if tagged.len() == 2 => {
                self.write_tagged(tagged, " := ", Some(value), min);
            }
            ("TagUnset", [_, _]) => self.write_tagged(args, " =.", None, min),
            ("Out", [] | [_]) => return self.write_out(args),
            ("MessageName", [of, names @ ..]) if !names.is_empty() => {
                return self.write_message_name(of, names, min);
            }
            ("Get", [file]) => return self.write_file("<<", None, file, min),
            ("Put", [value, file]) => return self.write_file(" >> ", Some(value), file, min),
            ("PutAppend", [value, file]) => {
                return self.write_file(" >>> ", Some(value), file, min);
            }
            _ => return false,
        }
        true
    }

    /// Writes `t /: a = b`, given `t` and `a` together.
    fn write_tagged(&mut self, tagged: &[Expr], sign: &str, value: Option<&Expr>, min: u16) {
        self.grouped(SET, min, |printer| {
            printer.join(tagged, " /: ", SET + 1);
            printer.push(sign);
            if let Some(value) = value {
                printer.write(value, SET);
            }
        });
    }

    fn write_inequality(&mut self, args: &[Expr], min: u16) -> bool {
        let mut signs = Vec::new();
        for operator in args.iter().skip(1).step_by(2) {
            let operator = operator.as_symbol().and_then(|head| self.operators.printed(head));
            match operator {
                Some(operator) if operator.form == Form::Comparison => signs.push(operator),
                _ => return false,
            }
        }
        let differ = signs.iter().any(|sign| sign.head != signs[0].head);
        if args.len() != 2 * signs.len() + 1 || !differ {
            return false;
        }
        let precedence = signs[0].precedence;
        self.grouped(precedence, min, |printer| {
            for (i, operand) in args.iter().step_by(2).enumerate() {
                if i > 0 {
                    printer.push(&format!(" {} ", signs[i - 1].spelling));
                }
                printer.write(operand, precedence + 1);
            }
        });
        true
    }

    /// Writes `%`, `%%` and `%5`.
    fn write_out(&mut self, args: &[Expr]) -> bool {
        match args.first().map(integer) {
            None => self.push("%"),
            Some(Some("-2")) => self.push("%%"),
            Some(Some("-3")) => self.push("%%%"),
            Some(Some(number)) if is_digits(number) => {
                self.push("%");
                self.text.push_str(number);
            }
            _ => return false,
        }
        true
    }

    fn write_message_name(&mut self, of: &Expr, names: &[Expr], min: u16) -> bool {
        if !names.iter().all(|name| matches!(name.kind, ExprKind::String(_))) {
            return false;
        }
        self.grouped(MESSAGE, min, |printer| {
            printer.write(of, MESSAGE + 1);
            for name in names {
                printer.push("::");
                printer.write_name(name);
            }
        });
        true
    }

    /// Writes a string without quotes if it can do without.
    fn write_name(&mut self, name: &Expr) {
        match &name.kind {
            ExprKind::String(name) if is_plain_name(name) => self.text.push_str(name),
            _ => self.write(name, ATOM),
        }
    }

    fn write_file(&mut self, sign: &str, value: Option<&Expr>, file: &Expr, min: u16) -> bool {
        if !matches!(file.kind, ExprKind::String(_)) {
            return false;
        }
        let precedence = if value.is_some() { PUT } else { GET };
        self.grouped(precedence, min, |printer| {
            if let Some(value) = value {
                printer.write(value, precedence);
            }
            printer.push(sign);
            printer.write(file, ATOM);
        });
        true
    }

    /// Writes a call that the operator table describes. Returns whether it does.
    fn write_operator(&mut self, head: &str, args: &[Expr], min: u16) -> bool {
        let Some(operator) = self.operators.printed(head) else { return false };
        let precedence = operator.precedence;
        match (operator.form, args) {
            (Form::Prefix, [operand]) => self.grouped(precedence, min, |printer| {
                printer.push(operator.spelling);
                printer.write(operand, precedence);
            }),
            (Form::Postfix, [operand]) => self.grouped(precedence, min, |printer| {
                printer.write(operand, precedence + 1);
                printer.push_postfix(operator);
            }),
            (Form::Left, [left, right]) => {
                self.binary(operator, left, right, [precedence, precedence + 1], min);
            }
            (Form::Right | Form::Set, [left, right]) => {
                self.binary(operator, left, right, [precedence + 1, precedence], min);
            }
            (Form::Single, [left, right]) => {
                let left_min = if is_call_form(left) { CALL } else { precedence + 1 };
                self.binary(operator, left, right, [left_min, precedence + 1], min);
            }
            (Form::Flat | Form::Comparison, [_, _, ..]) => {
                self.grouped(precedence, min, |printer| {
                    let infix = infix(operator, printer.times);
                    printer.join(args, &infix, precedence + 1);
                });
            }
            (Form::Semicolon, [statements @ .., last]) if !statements.is_empty() => {
                self.grouped(precedence, min, |printer| {
                    printer.join(statements, "; ", precedence + 1);
                    printer.push(";");
                    if last.as_symbol() != Some("Null") {
                        printer.push(" ");
                        printer.write(last, precedence + 1);
                    }
                });
            }
            _ => return false,
        }
        true
    }

    fn binary(&mut self, operator: &Operator, left: &Expr, right: &Expr, mins: [u16; 2], min: u16) {
        self.grouped(operator.precedence, min, |printer| {
            printer.write(left, mins[0]);
            printer.push(&infix(operator, printer.times));
            printer.write(right, mins[1]);
        });
    }

    /// Writes `f'` for a call of `Derivative[1]`. Returns whether it is one.
    fn write_derivative(&mut self, head: &Expr, args: &[Expr], min: u16) -> bool {
        let (Some(order), [function]) = (derivative_order(head), args) else { return false };
        let is_derivative = match &function.kind {
            ExprKind::Call { head, .. } => derivative_order(head).is_some(),
            _ => false,
        };
        self.grouped(CALL, min, |printer| {
            printer.write(function, if is_derivative { ATOM } else { CALL });
            printer.text.push_str(&"'".repeat(order));
        });
        true
    }

    /// Writes `f::[x]` for a call of `TypeSpecifier[f]`. Returns whether it is one.
    fn write_typed(&mut self, head: &Expr, args: &[Expr], min: u16) -> bool {
        let Some(("TypeSpecifier", [of])) = head.as_call() else { return false };
        self.bracketed(of, "::[", args, "]", min);
        true
    }

    fn sequence(&mut self, open: &str, items: &[Expr], close: &str) {
        self.push(open);
        self.join(items, ", ", 0);
        self.text.push_str(close);
    }

    fn join(&mut self, items: &[Expr], separator: &str, min: u16) {
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.push(separator);
            }
            self.write(item, min);
        }
    }

    /// Lets `write` write something of this precedence, in parentheses if `min` asks for more.
    fn grouped(&mut self, precedence: u16, min: u16, write: impl FnOnce(&mut Self)) {
        if precedence >= min {
            return write(self);
        }
        self.push("(");
        write(self);
        self.push(")");
    }

    /// Writes a postfix operator; points are kept away from what would take them.
    fn push_postfix(&mut self, operator: &Operator) {
        let clear =
            self.text.ends_with([']', '}', ')']) || self.text.ends_with(char::is_alphabetic);
        if operator.spelling == "=." || (operator.spelling.starts_with('.') && !clear) {
            self.text.push(' ');
        }
        self.push(operator.spelling);
    }

    fn push(&mut self, text: &str) {
        self.separate(text);
        self.text.push_str(text);
    }

    /// Writes a space if the last operator and the start of `next` would be read as one.
    fn separate(&mut self, next: &str) {
        let Some(first) = next.chars().next().filter(char::is_ascii_punctuation) else { return };
        let bytes = self.text.as_bytes();
        let run = bytes.iter().rev().take(3).take_while(|b| b.is_ascii_punctuation()).count();
        let joins =
            |length: usize| self.operators.would_join(&self.text[bytes.len() - length..], first);
        if (1..=run).any(joins) {
            self.text.push(' ');
        }
    }
}

/// An infix operator with the spaces it is written with.
fn infix(operator: &Operator, times: &str) -> String {
    match operator.spelling {
        "*" => times.to_owned(),
        tight @ ("?" | "::") => tight.to_owned(),
        spelling => format!(" {spelling} "),
    }
}

/// Returns whether the arguments of a product are those of a prefix minus. The negative of a
/// number is none: `-3` is a number.
fn is_negation(args: &[Expr]) -> bool {
    matches!(args, [factor, operand] if integer(factor) == Some("-1") && operand.as_number().is_none())
}

/// Returns `y` of `Power[y, -1]`.
fn reciprocal(expr: &Expr) -> Option<&Expr> {
    match expr.as_call() {
        Some(("Power", [of, exponent])) if integer(exponent) == Some("-1") => Some(of),
        _ => None,
    }
}

/// Returns whether the expression is written with a minus before it.
fn is_negative(expr: &Expr) -> bool {
    match expr.as_call() {
        Some(("Times", args)) => is_negation(args) && reciprocal(&args[1]).is_none(),
        _ => expr.as_number().is_some_and(|text| text.starts_with('-')),
    }
}

/// Returns whether the expression is written as a blank, with a head that can be written.
fn is_blank(expr: &Expr) -> bool {
    match expr.as_call() {
        Some(("Blank" | "BlankSequence" | "BlankNullSequence", [])) => true,
        Some(("Blank" | "BlankSequence" | "BlankNullSequence", [of])) => of.as_symbol().is_some(),
        _ => false,
    }
}

/// Returns whether `:` after the expression sets a default.
fn is_pattern(expr: &Expr) -> bool {
    match expr.as_call() {
        Some(("Pattern", [name, _])) => name.as_symbol().is_some(),
        _ => is_blank(expr),
    }
}

/// Returns whether the expression is written as a call in brackets.
fn is_call_form(expr: &Expr) -> bool {
    let name = match &expr.kind {
        ExprKind::Call { head, .. } => head.as_symbol(),
        _ => return false,
    };
    name.is_none_or(|name| name == "Part" || OPERATORS.printed(name).is_none())
}

/// Returns the number of primes of `Derivative[n]`, if it is few.
fn derivative_order(head: &Expr) -> Option<usize> {
    let Some(("Derivative", [order])) = head.as_call() else { return None };
    match integer(order)? {
        "1" => Some(1),
        "2" => Some(2),
        "3" => Some(3),
        _ => None,
    }
}

/// Returns an integer's text.
fn integer(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Integer(text) => Some(text),
        _ => None,
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether a slot's or a message's name can be written without quotes.
fn is_plain_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'$';
    name.bytes().all(plain) && name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}
