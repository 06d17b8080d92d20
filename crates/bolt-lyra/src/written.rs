//! Built-in functions that are written in the language itself: a text of rules, which a session
//! reads when the function is called for the first time.

use triomphe::Arc;

use crate::evaluate::Step;
use crate::rule::{Rule, sides};
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Call, Value};

impl Session {
    /// Applies the first rule of a text `{lhs :> rhs, ...}` that matches a call.
    pub(crate) fn by_rules(&mut self, call: &Arc<Call>, text: &'static str) -> Evaluated<Step> {
        let rules = self.written_rules(text);
        let value = Value::Call(call.clone());
        for rule in rules.iter() {
            if let Some(result) = rule.apply(self, &value)? {
                return Ok(Step::Again(result));
            }
        }
        Ok(Step::Same)
    }

    /// Returns the rules of a text.
    fn written_rules(&mut self, text: &'static str) -> Arc<[Rule]> {
        if let Some(known) = self.written.get(text) {
            return known.clone();
        }
        // Left sides may mention functions whose rules in turn mention this one.
        self.written.insert(text, Arc::from(Vec::new()));
        // Programs see steps of their evaluations, not how rules are made ready.
        let inspection = self.inspection.take();
        let value = self.read_privately(text);
        let mut rules = Vec::new();
        for (lhs, rhs, delayed) in value.as_list().unwrap_or(&[]).iter().filter_map(sides) {
            let lhs = self.normal_pattern(lhs);
            rules.push(Rule::new(self, &lhs, rhs, delayed));
        }
        self.inspection = inspection;
        let rules: Arc<[Rule]> = Arc::from(rules);
        self.written.insert(text, rules.clone());
        rules
    }

    /// Evaluates the arguments of a left side, so that `1/2` in it is the number.
    fn normal_pattern(&mut self, lhs: &Value) -> Value {
        match lhs {
            Value::Call(call) if call.is(sym::Condition) => {
                let [inner, test] = call.args() else { return lhs.clone() };
                Value::call(sym::Condition, [self.normal_pattern(inner), test.clone()])
            }
            Value::Call(call) => {
                let normal = |arg: &Value| self.evaluate(arg).unwrap_or_else(|_| arg.clone());
                let args: crate::value::Args = call.args().iter().map(normal).collect();
                Value::call(call.head().clone(), args)
            }
            _ => lhs.clone(),
        }
    }

    /// Reads a text; its names that are not built in are in a context of their own, where no
    /// program finds them by accident.
    fn read_privately(&mut self, text: &str) -> Value {
        let parsed = bolt_lyra_syntax::parse(text);
        debug_assert!(!parsed.has_errors(), "{text}: {:?}", parsed.diagnostics);
        // What begins with a capital letter is a name of the language, built in or not.
        for name in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '$') {
            if name.starts_with(|c: char| c.is_ascii_uppercase()) {
                self.names.symbol(&format!("System`{name}"));
            }
        }
        let context = std::mem::replace(&mut self.names.context, Arc::from("System`Private`"));
        let path = std::mem::replace(&mut self.names.path, vec![Arc::from("System`")]);
        let value = parsed.exprs.first().map_or(Value::NULL, |expr| self.read(expr));
        self.names.context = context;
        self.names.path = path;
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_may_mention_each_other() {
        let mut session = Session::new();
        for source in ["Abs[x]", "Conjugate[x]", "Re[x]", "Im[Conjugate[x]]"] {
            let parsed = bolt_lyra_syntax::parse(source);
            let value = session.read(&parsed.exprs[0]);
            session.evaluate_line(&value).expect("no program quits");
            assert!(session.take_notes().is_empty(), "{source}");
        }
    }

    #[test]
    fn names_of_a_text_are_not_those_of_a_program() {
        let mut session = Session::new();
        let set = bolt_lyra_syntax::parse("x = 5");
        let set = session.read(&set.exprs[0]);
        session.evaluate_line(&set).expect("no program quits");
        let call = Arc::new(Call::new(session.names.symbol("f"), [Value::Integer(3)].as_slice()));
        let step = session.by_rules(&call, "{_[x_] :> x + 1}");
        assert!(matches!(step, Ok(Step::Again(value)) if value.args_of(sym::Plus).is_some()
            && value.as_call().is_some_and(|c| c.args().contains(&Value::Integer(3)))));
    }
}
