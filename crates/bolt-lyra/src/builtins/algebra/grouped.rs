//! Expressions by powers of variables: what `Collect`, `Coefficient` and their like look at.

use std::collections::HashSet;

use super::build::{Reader, Refusal, sum_of, with_number};
use super::kernels::{Basis, Form, Leaf};
use super::scalar::Numbers;
use crate::builtins::forms::contains_any;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value, grown};

/// A term: the exponents of the kernels and the number.
pub(crate) type Term = (Vec<i64>, Value);

/// Terms with the same exponents of some kernels.
pub(crate) type Group<'a> = (Vec<i64>, Vec<&'a Term>);

/// A sum by the powers of variables.
pub(crate) struct Grouped {
    pub(crate) basis: Basis,
    pub(crate) terms: Vec<Term>,
}

/// Finds the sums, and powers of sums, in which none of the variables occurs.
fn find_free(value: &Value, variables: &[Value], found: &mut HashSet<Value>) {
    let Value::Call(call) = value else { return };
    let is_arithmetic = [sym::Plus, sym::Times, sym::Power].iter().any(|head| call.is(*head));
    if !is_arithmetic {
        return;
    }
    let is_free = !contains_any(value, variables);
    let is_split = call.is(sym::Times) || !is_free;
    if is_split {
        grown(call.depth(), || {
            call.args().iter().for_each(|arg| find_free(arg, variables, found));
        });
    } else if !(call.is(sym::Power) && call.args()[0].args_of(sym::Plus).is_none()) {
        found.insert(value.clone());
    }
}

/// The symbols and other bases that variables are powers and products of.
fn bases(variables: &[Value]) -> Vec<Value> {
    let mut found = Vec::new();
    for variable in variables {
        for factor in super::ratio::factors_of(variable) {
            found.push(match factor.exactly(sym::Power) {
                Some([base, _]) => base.clone(),
                None => factor,
            });
        }
    }
    found
}

impl Session {
    /// Multiplies out what variables occur in; `None` if that cannot be done.
    pub(crate) fn grouped(
        &mut self,
        value: &Value,
        variables: &[Value],
    ) -> Evaluated<Option<Grouped>> {
        let mut opaque = HashSet::new();
        let is_sum = |value: &Value| value.args_of(sym::Plus).is_some();
        match value.args_of(sym::Plus) {
            Some(terms) => {
                terms.iter().for_each(|term| find_free(term, &bases(variables), &mut opaque));
            }
            None => find_free(value, &bases(variables), &mut opaque),
        }
        opaque.extend(variables.iter().filter(|variable| is_sum(variable)).cloned());
        let mut all: Vec<&Value> = vec![value];
        all.extend(variables);
        let basis = Basis::new(self, Form::Polynomial, &all, opaque);
        let reader = Reader::new(&basis, Numbers);
        match reader.read(value) {
            Ok(polynomial) => {
                let terms = reader.terms(&polynomial);
                Ok(Some(Grouped { basis, terms }))
            }
            Err(refusal) => {
                if refusal != Refusal::Unknown {
                    self.refused(refusal)?;
                }
                Ok(None)
            }
        }
    }
}

impl Grouped {
    /// Returns the kernels that are powers of a variable: those of its base, or itself.
    pub(crate) fn kernels_of(&self, variable: &Value) -> Vec<usize> {
        let of_base = |place: &usize| self.basis.kernels[*place].base == *variable;
        let all: Vec<usize> = (0..self.basis.len()).filter(of_base).collect();
        match all.is_empty() {
            true => match self.basis.leaf(variable) {
                Leaf::Powers(powers) => powers.into_iter().map(|(place, _)| place).collect(),
                _ => all,
            },
            false => all,
        }
    }

    /// Returns the exponents of a product of powers of kernels.
    pub(crate) fn exponents_of(&self, form: &Value) -> Option<Vec<(usize, i64)>> {
        let mut exponents: Vec<(usize, i64)> = Vec::new();
        for factor in super::ratio::factors_of(form) {
            let Leaf::Powers(powers) = self.basis.leaf(&factor) else { return None };
            for (place, exponent) in powers {
                match exponents.iter_mut().find(|(own, _)| *own == place) {
                    Some((_, sum)) => *sum += exponent,
                    None => exponents.push((place, exponent)),
                }
            }
        }
        Some(exponents)
    }

    /// Returns the sum of some terms, without the powers of some kernels, yet to be evaluated.
    pub(crate) fn sum<'a>(
        &self,
        terms: impl Iterator<Item = &'a Term>,
        without: &[usize],
    ) -> Value {
        let terms: Args = terms
            .map(|(exponents, number)| {
                let powers = exponents.iter().copied().enumerate();
                let powers =
                    self.basis.product(powers.filter(|(place, _)| !without.contains(place)));
                with_number(number.clone(), powers)
            })
            .collect();
        sum_of(terms)
    }

    /// Returns the terms by the exponents of some kernels, in the order in which they occur.
    pub(crate) fn by_exponents(&self, kernels: &[usize]) -> Vec<Group<'_>> {
        let mut groups: Vec<Group<'_>> = Vec::new();
        let mut places: std::collections::HashMap<Vec<i64>, usize> =
            std::collections::HashMap::new();
        for term in &self.terms {
            let key: Vec<i64> = kernels.iter().map(|place| term.0[*place]).collect();
            let place = *places.entry(key.clone()).or_insert_with(|| {
                groups.push((key, Vec::new()));
                groups.len() - 1
            });
            groups[place].1.push(term);
        }
        groups
    }
}
