//! From a formula's syntax tree to nodes of a graph.
//!
//! Names are looked up in this order: `With` bindings, parameters, columns, constants of the
//! language, operators of the catalog. Every mistake becomes a [`FormulaError`] that says where it
//! is and what is known instead; nothing here panics on a formula.

use crate::graph::{Binary, Bits, Compare, Graph, NodeId, Shape, Unary, ValueType};
use crate::operator::{
    ACROSS_ASSETS, Argument, ArgumentKind, Arguments, Catalog, Operator, ROWS_MAX,
};
use crate::parse::parse_formula;
use bolt_lyra_syntax::{Expr, ExprKind, Span};
use std::fmt;

/// What is wrong with a formula, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormulaError {
    /// The part of the formula that is wrong.
    pub span: Span,
    /// What was found.
    pub message: String,
    /// What to try.
    pub hint: Option<String>,
}

impl fmt::Display for FormulaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for FormulaError {}

/// What the names of a formula may stand for.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// The operators.
    pub catalog: &'a Catalog,
    /// The data's columns.
    pub columns: &'a [(&'a str, Shape)],
    /// Numbers with a name, such as those that a sweep varies.
    pub parameters: &'a [(&'a str, f64)],
    /// A column that is not zero where an asset takes part in operations across assets; `None` if
    /// all do.
    pub universe: Option<&'a str>,
}

/// Parses a formula and adds it to a graph; returns the node of its values.
///
/// # Errors
/// Everything that is wrong with the formula, at least one entry.
pub fn formula(
    graph: &mut Graph,
    source: &str,
    scope: &Scope<'_>,
) -> Result<NodeId, Vec<FormulaError>> {
    let tree = parse_formula(source)?;
    lower(graph, &tree, scope).map_err(|error| vec![error])
}

/// Adds a formula's tree to a graph; returns the node of its values.
///
/// # Errors
/// The first thing that is wrong with the formula.
pub fn lower(graph: &mut Graph, tree: &Expr, scope: &Scope<'_>) -> Result<NodeId, FormulaError> {
    let mut lowering = Lowering { graph, scope, bindings: Vec::new(), slots: Vec::new() };
    lowering.node(tree)
}

/// What a part of a formula means.
#[derive(Debug, Clone)]
enum Value {
    Node(NodeId),
    /// The results of an operator that has several.
    Results(&'static Operator, Vec<NodeId>),
}

struct Lowering<'g, 's> {
    graph: &'g mut Graph,
    scope: &'s Scope<'s>,
    /// `With` bindings, innermost last.
    bindings: Vec<(String, Value)>,
    /// The values of `#1`, `#2`, ... inside the function of `TsFold`.
    slots: Vec<NodeId>,
}

type Lowered<T> = Result<T, FormulaError>;

fn error<T>(span: Span, message: impl Into<String>) -> Lowered<T> {
    Err(FormulaError { span, message: message.into(), hint: None })
}

fn error_with_hint<T>(
    span: Span,
    message: impl Into<String>,
    hint: impl Into<String>,
) -> Lowered<T> {
    Err(FormulaError { span, message: message.into(), hint: Some(hint.into()) })
}

/// How a fold is written.
const FOLD: &str = "TsFold[0.9 #1 + 0.1 #2 &, 0, close]";

/// Refuses a form of the language that has another number of arguments than `wanted`.
fn wrong_count<T>(tree: &Expr, name: &str, wanted: usize, args: &[Expr], form: &str) -> Lowered<T> {
    let message = format!("`{name}` takes {wanted} arguments, not {}", args.len());
    error_with_hint(tree.span, message, format!("write `{form}`"))
}

fn type_name(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::Bool => "true or false",
        ValueType::Number | ValueType::Wide => "a number",
    }
}

impl Lowering<'_, '_> {
    fn node(&mut self, tree: &Expr) -> Lowered<NodeId> {
        match self.value(tree)? {
            Value::Node(node) => Ok(node),
            Value::Results(operator, _) => error_with_hint(
                tree.span,
                format!("`{}` has {} results", operator.name, operator.results.len()),
                format!("choose one: `{tree}[\"{}\"]`", operator.results.join("\"]`, `...[\"")),
            ),
        }
    }

    fn value(&mut self, tree: &Expr) -> Lowered<Value> {
        match &tree.kind {
            ExprKind::Symbol(name) => self.symbol(name, tree.span),
            ExprKind::Integer(text) | ExprKind::Real(text) | ExprKind::Rational(text) => {
                let value = number(text, tree.span)?;
                Ok(Value::Node(self.graph.constant(value)))
            }
            ExprKind::Call { head, args } => self.call(tree, head, args),
            ExprKind::String(_) => error(tree.span, "a text has no place in a formula"),
            ExprKind::Boxes(_) => {
                error(tree.span, "two-dimensional input has no place in a formula")
            }
            ExprKind::Error(_) => error(tree.span, "this is not an expression"),
        }
    }

    fn symbol(&mut self, name: &str, span: Span) -> Lowered<Value> {
        if let Some((_, value)) = self.bindings.iter().rev().find(|(bound, _)| bound == name) {
            return Ok(value.clone());
        }
        if let Some((_, value)) = self.scope.parameters.iter().find(|(known, _)| *known == name) {
            return Ok(Value::Node(self.graph.constant(*value)));
        }
        if let Some((_, shape)) = self.scope.columns.iter().find(|(known, _)| *known == name) {
            return Ok(Value::Node(self.graph.input(name, *shape)));
        }
        let constant = match name {
            "Pi" => std::f64::consts::PI,
            "E" => std::f64::consts::E,
            "Infinity" => f64::INFINITY,
            "Missing" => f64::NAN,
            "True" => return Ok(Value::Node(self.graph.truth(true))),
            "False" => return Ok(Value::Node(self.graph.truth(false))),
            _ => return self.unknown(name, span),
        };
        Ok(Value::Node(self.graph.constant(constant)))
    }

    fn unknown<T>(&self, name: &str, span: Span) -> Lowered<T> {
        if let Some(operator) = self.scope.catalog.get(name) {
            let message = format!("`{name}` needs its arguments");
            return error_with_hint(span, message, format!("write `{}`", operator.usage()));
        }
        let columns = self.scope.columns.iter().map(|(name, _)| *name);
        let parameters = self.scope.parameters.iter().map(|(name, _)| *name);
        let bindings = self.bindings.iter().map(|(name, _)| name.as_str());
        let known = columns.clone().chain(parameters).chain(bindings);
        let message = format!("there is no column or parameter `{name}`");
        let hint = match bolt_base::nearest(name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the columns are {}", listed(columns)),
        };
        error_with_hint(span, message, hint)
    }

    fn call(&mut self, tree: &Expr, head: &Expr, args: &[Expr]) -> Lowered<Value> {
        let Some(name) = head.as_symbol() else {
            return self.choose_result(tree, head, args);
        };
        match (name, args) {
            ("Part", [of, index]) => self.part(tree, of, index),
            ("With" | "Module" | "Block", _) => self.with(tree, name, args),
            ("TsFold", _) => self.fold(tree, args),
            ("Slot", [index]) => self.slot(tree, index),
            ("Inequality", _) => self.inequality(tree, args),
            ("If", [_, _, _]) => {
                let operator = self.operator("Where", head.span)?;
                self.apply(operator, tree, args)
            }
            ("If", _) => wrong_count(tree, name, 3, args, "If[condition, yes, no]"),
            ("Part", _) => wrong_count(tree, name, 2, args, "BBANDS[close, 20][[1]]"),
            ("Log", [base, x]) => {
                let (base, x) = (self.number_node(base)?, self.number_node(x)?);
                let (base, x) = (self.graph.unary(Unary::Ln, base), self.graph.unary(Unary::Ln, x));
                Ok(Value::Node(self.graph.binary(Binary::Div, x, base)))
            }
            ("Times", _) if args.len() >= 2 => self.product(args),
            ("Plus", _) if args.len() >= 2 => self.sum(args),
            _ => {
                let operator = self.operator(name, head.span)?;
                self.apply(operator, tree, args)
            }
        }
    }

    fn operator(&self, name: &str, span: Span) -> Lowered<&'static Operator> {
        if let Some(operator) = self.scope.catalog.get(name) {
            return Ok(operator);
        }
        let known = self.scope.catalog.iter().map(|operator| operator.name);
        let special = ["With", "TsFold", "If"];
        let hint = match bolt_base::nearest(name, known.chain(special)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`bolt indicators` lists all functions".to_owned(),
        };
        error_with_hint(span, format!("there is no function `{name}`"), hint)
    }

    /// Applies an operator to arguments of the kinds it wants.
    fn apply(&mut self, operator: &'static Operator, tree: &Expr, args: &[Expr]) -> Lowered<Value> {
        let needed =
            operator.arguments.iter().filter(|argument| argument.default.is_none()).count();
        let most = if operator.variadic { usize::MAX } else { operator.arguments.len() };
        if args.len() < needed || args.len() > most {
            let wanted = match (needed, most) {
                (needed, most) if needed == most => format!("{needed}"),
                (needed, usize::MAX) => format!("at least {needed}"),
                (needed, most) => format!("{needed} to {most}"),
            };
            let plural = if wanted == "1" || wanted == "at least 1" { "" } else { "s" };
            let message =
                format!("`{}` takes {wanted} argument{plural}, not {}", operator.name, args.len());
            return error_with_hint(tree.span, message, format!("write `{}`", operator.usage()));
        }
        let mut arguments = Arguments::default();
        for column in operator.columns {
            let Value::Node(node) = self.symbol(column, tree.span).map_err(|e| FormulaError {
                message: format!("`{}` reads the column `{column}`: {}", operator.name, e.message),
                ..e
            })?
            else {
                unreachable!("a column is one node")
            };
            arguments.columns.push(node);
        }
        for index in 0..operator.arguments.len().max(args.len()) {
            let argument = operator.arguments[index.min(operator.arguments.len() - 1)];
            match args.get(index) {
                Some(arg) => self.argument(operator, argument, arg, &mut arguments)?,
                None => arguments.constants.extend(argument.default.map(Bits::from)),
            }
        }
        let mut results = self.graph.apply(operator, arguments);
        if operator.results.is_empty() {
            return Ok(Value::Node(results.remove(0)));
        }
        Ok(Value::Results(operator, results))
    }

    fn argument(
        &mut self,
        operator: &Operator,
        argument: Argument,
        arg: &Expr,
        arguments: &mut Arguments,
    ) -> Lowered<()> {
        match argument.kind {
            ArgumentKind::Number => {
                let node = self.number_node(arg)?;
                let across = operator.group == ACROSS_ASSETS;
                arguments.nodes.push(if across { self.in_universe(node) } else { node });
            }
            ArgumentKind::Truth => arguments.nodes.push(self.truth_node(operator.name, arg)?),
            ArgumentKind::Rows(least) => {
                let value = self.constant(operator, argument, arg)?;
                if value < 0.0 && least == 0 {
                    return error_with_hint(
                        arg.span,
                        format!("`{}` by {value} rows would look into the future", operator.name),
                        "a backtest may only use what was known: take a number of rows from 0 on",
                    );
                }
                if value.fract() != 0.0
                    || !(f64::from(least)..=f64::from(ROWS_MAX)).contains(&value)
                {
                    return error(
                        arg.span,
                        format!(
                            "`{}` of `{}` is a whole number of rows from {least} to {ROWS_MAX}, not {value}",
                            argument.name, operator.name
                        ),
                    );
                }
                arguments.constants.push(value.into());
            }
            ArgumentKind::Constant(least, most) => {
                let value = self.constant(operator, argument, arg)?;
                if !(least..=most).contains(&value) {
                    return error(
                        arg.span,
                        format!(
                            "`{}` of `{}` is a number from {least} to {most}, not {value}",
                            argument.name, operator.name
                        ),
                    );
                }
                arguments.constants.push(value.into());
            }
        }
        Ok(())
    }

    /// Takes the assets outside the universe out.
    fn in_universe(&mut self, node: NodeId) -> NodeId {
        let Some(universe) = self.scope.universe else { return node };
        let member = self.graph.input(universe, Shape::Panel);
        let member = self.graph.to_bool(member);
        let missing = self.graph.constant(f64::NAN);
        self.graph.select(member, node, missing)
    }

    fn constant(&mut self, operator: &Operator, argument: Argument, arg: &Expr) -> Lowered<f64> {
        let node = self.number_node(arg)?;
        match self.graph.as_constant(node) {
            Some(value) => Ok(value),
            None => error_with_hint(
                arg.span,
                format!("`{}` of `{}` must be the same on every row", argument.name, operator.name),
                format!("write `{}` with a number or a parameter", operator.usage()),
            ),
        }
    }

    /// Lowers to a number; a truth value counts as 1 or 0.
    fn number_node(&mut self, tree: &Expr) -> Lowered<NodeId> {
        let node = self.node(tree)?;
        Ok(match self.graph.value_type(node) {
            ValueType::Bool => self.graph.to_number(node),
            _ => node,
        })
    }

    fn truth_node(&mut self, of: &str, tree: &Expr) -> Lowered<NodeId> {
        let node = self.node(tree)?;
        match self.graph.value_type(node) {
            ValueType::Bool => Ok(node),
            found => error_with_hint(
                tree.span,
                format!("`{of}` wants true or false here, not {}", type_name(found)),
                format!("compare it with something: `{tree} > 0`"),
            ),
        }
    }

    /// A product whose factors `1/y` are divisions, as they were written.
    fn product(&mut self, args: &[Expr]) -> Lowered<Value> {
        let mut product: Option<NodeId> = None;
        for arg in factors(args) {
            let divisor = match arg.as_call() {
                Some(("Power", [base, exponent])) if is_minus_one(exponent) => Some(base),
                _ => None,
            };
            product = Some(match (product, divisor) {
                (Some(product), Some(divisor)) => {
                    let divisor = self.number_node(divisor)?;
                    self.graph.binary(Binary::Div, product, divisor)
                }
                (Some(product), None) => {
                    let factor = self.number_node(arg)?;
                    self.graph.binary(Binary::Mul, product, factor)
                }
                (None, _) => self.number_node(arg)?,
            });
        }
        Ok(Value::Node(product.expect("a product has factors")))
    }

    /// A sum whose terms `-1 y` are differences, as they were written.
    fn sum(&mut self, args: &[Expr]) -> Lowered<Value> {
        let mut sum: Option<NodeId> = None;
        for arg in args {
            let subtracted = match arg.as_call() {
                Some(("Times", [minus, x])) if is_minus_one(minus) => Some(x),
                _ => None,
            };
            sum = Some(match (sum, subtracted) {
                (Some(sum), Some(x)) => {
                    let x = self.number_node(x)?;
                    self.graph.binary(Binary::Sub, sum, x)
                }
                (Some(sum), None) => {
                    let x = self.number_node(arg)?;
                    self.graph.binary(Binary::Add, sum, x)
                }
                (None, _) => self.number_node(arg)?,
            });
        }
        Ok(Value::Node(sum.expect("a sum has terms")))
    }

    /// `Inequality[a, Less, b, LessEqual, c]`, which `a < b <= c` is.
    fn inequality(&mut self, tree: &Expr, args: &[Expr]) -> Lowered<Value> {
        let mut all: Option<NodeId> = None;
        for link in args.windows(3).step_by(2) {
            let (a, b) = (self.number_node(&link[0])?, self.number_node(&link[2])?);
            let compared = match link[1].as_symbol() {
                Some("Less") => self.graph.compare(Compare::Less, a, b),
                Some("LessEqual") => self.graph.compare(Compare::LessEqual, a, b),
                Some("Greater") => self.graph.compare(Compare::Less, b, a),
                Some("GreaterEqual") => self.graph.compare(Compare::LessEqual, b, a),
                Some("Equal") => self.graph.compare(Compare::Equal, a, b),
                Some("Unequal") => self.graph.compare(Compare::Unequal, a, b),
                _ => return error(link[1].span, "this is not a comparison"),
            };
            all = Some(match all {
                Some(all) => self.graph.and(all, compared),
                None => compared,
            });
        }
        match all {
            Some(all) => Ok(Value::Node(all)),
            None => error(tree.span, "a chain of comparisons has at least two sides"),
        }
    }

    /// `MACD[close, 12, 26, 9]["signal"]`.
    fn choose_result(&mut self, tree: &Expr, head: &Expr, args: &[Expr]) -> Lowered<Value> {
        let [Expr { kind: ExprKind::String(name), span }] = args else {
            return error(tree.span, "only a function that has a name can be applied");
        };
        let Value::Results(operator, nodes) = self.value(head)? else {
            return error(*span, format!("`{head}` has one result; it has no name"));
        };
        match operator.results.iter().position(|result| **result == **name) {
            Some(index) => Ok(Value::Node(nodes[index])),
            None => error_with_hint(
                *span,
                format!("`{}` has no result `{name}`", operator.name),
                format!("its results are {}", listed(operator.results.iter().copied())),
            ),
        }
    }

    /// `MACD[close, 12, 26, 9][[2]]`.
    fn part(&mut self, tree: &Expr, of: &Expr, index: &Expr) -> Lowered<Value> {
        let Value::Results(operator, nodes) = self.value(of)? else {
            return error(tree.span, format!("`{of}` has one result; it has no parts"));
        };
        let index_node = self.number_node(index)?;
        let index_value = self.graph.as_constant(index_node).unwrap_or(f64::NAN);
        let position = (1..=nodes.len()).find(|position| *position as f64 == index_value);
        match position {
            Some(position) => Ok(Value::Node(nodes[position - 1])),
            None => error(
                index.span,
                format!("`{}` has parts 1 to {}, not {index}", operator.name, nodes.len()),
            ),
        }
    }

    /// `With[{a = ..., b = ...}, body]`; later values may use earlier names.
    fn with(&mut self, tree: &Expr, name: &str, args: &[Expr]) -> Lowered<Value> {
        let usage = format!("write `{name}[{{a = SMA[close, 10]}}, close > a]`");
        let [list, body] = args else {
            return error_with_hint(
                tree.span,
                format!("`{name}` takes bindings and a body"),
                usage,
            );
        };
        let Some(("List", bindings)) = list.as_call() else {
            return error_with_hint(list.span, format!("`{name}` wants a list of bindings"), usage);
        };
        let before = self.bindings.len();
        for binding in bindings {
            let Some(("Set", [variable, value])) = binding.as_call() else {
                return error_with_hint(binding.span, "this is not a binding", usage);
            };
            let Some(variable) = variable.as_symbol() else {
                return error_with_hint(variable.span, "a binding has a name", usage);
            };
            let value = self.value(value)?;
            self.bindings.push((variable.to_owned(), value));
        }
        let result = self.value(body);
        self.bindings.truncate(before);
        result
    }

    /// `TsFold[f, initial, x]`: the state `s` becomes `f[s, x]` on each row; where that is missing
    /// it stays as it was.
    fn fold(&mut self, tree: &Expr, args: &[Expr]) -> Lowered<Value> {
        let [function, initial, x] = args else {
            return wrong_count(tree, "TsFold", 3, args, FOLD);
        };
        let Some(("Function", [body])) = function.as_call() else {
            let message = "`TsFold` wants a function of `#1`, the state, and `#2`, the row's value";
            return error_with_hint(function.span, message, format!("write `{FOLD}`"));
        };
        let initial_node = self.number_node(initial)?;
        let Some(initial) = self.graph.as_constant(initial_node) else {
            return error(initial.span, "the initial value of `TsFold` must be a constant");
        };
        let x = self.number_node(x)?;
        let (state, before) = self.graph.state(initial);
        let outer = std::mem::replace(&mut self.slots, vec![before, x]);
        let body = self.number_node(body);
        self.slots = outer;
        let body = body?;
        let missing = self.graph.is_missing(body);
        let next = self.graph.select(missing, before, body);
        self.graph.set_state(state, next);
        Ok(Value::Node(body))
    }

    fn slot(&mut self, tree: &Expr, index: &Expr) -> Lowered<Value> {
        let index = index.as_number().and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
        match self.slots.get(index.wrapping_sub(1)) {
            Some(&node) => Ok(Value::Node(node)),
            None if self.slots.is_empty() => error(
                tree.span,
                format!("`{tree}` has no meaning outside the function of `TsFold`"),
            ),
            None => error(
                tree.span,
                format!("the function of `TsFold` has `#1` and `#2`, not `{tree}`"),
            ),
        }
    }
}

/// Returns the factors of a product in the order in which they were written: `a b/c` is parsed as
/// `a (b/c)` and computed as `(a b)/c`.
fn factors(args: &[Expr]) -> Vec<&Expr> {
    let mut all = Vec::new();
    for arg in args {
        match arg.as_call() {
            Some(("Times", inner)) if inner.len() >= 2 && !is_minus_one(&inner[0]) => {
                all.extend(factors(inner));
            }
            _ => all.push(arg),
        }
    }
    all
}

fn is_minus_one(tree: &Expr) -> bool {
    matches!(&tree.kind, ExprKind::Integer(text) if &**text == "-1")
}

fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// Returns the value of a number as written: `12`, `1.5`, `1.5*^-3`, `16^^ff`; a stated precision
/// does not change it.
fn number(text: &str, span: Span) -> Lowered<f64> {
    let (mantissa, exponent) = text.split_once("*^").unwrap_or((text, "0"));
    let mantissa = mantissa.split('`').next().unwrap_or(mantissa);
    let (negative, digits) = match mantissa.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, mantissa),
    };
    let value = match digits.split_once("^^") {
        None => format!("{digits}e{exponent}").parse::<f64>().ok(),
        Some((base, digits)) => in_base(base, digits, exponent),
    };
    match value {
        Some(value) if value.is_finite() => Ok(if negative { -value } else { value }),
        Some(_) => error(span, format!("`{text}` is beyond the largest number, 1.8*^308")),
        None => error(span, format!("`{text}` is not a number")),
    }
}

fn in_base(base: &str, digits: &str, exponent: &str) -> Option<f64> {
    let (base, exponent) = (base.parse::<u32>().ok()?, exponent.parse::<i32>().ok()?);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut value = 0.0;
    for digit in whole.chars().chain(fraction.chars()) {
        value = value * f64::from(base) + f64::from(digit.to_digit(base)?);
    }
    Some(value * f64::from(base).powi(exponent - fraction.len() as i32))
}
