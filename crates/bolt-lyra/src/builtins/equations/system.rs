//! Systems of equations: linear ones by elimination, polynomial ones by Gröbner bases and
//! substitution.

use super::forms::{self, contains, leaf_count, substituted};
use super::polynomial::{Polynomial, difference, factor_list, fraction};
use super::univariate::{Branch, Outcome, Solver};
use crate::builtins::simplify::search::is_possibly_zero;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

/// Values of unknowns, with conditions.
#[derive(Debug, Clone, Default)]
pub(super) struct Solution {
    pub(super) values: Vec<(Value, Value)>,
    pub(super) conditions: Vec<Value>,
    pub(super) parameters: Vec<Value>,
}

impl Solution {
    /// Adds the value of an unknown, which goes into the values that are known already.
    fn with(&self, session: &mut Session, x: &Value, branch: &Branch) -> Evaluated<Self> {
        let mut values = Vec::with_capacity(self.values.len() + 1);
        for (known, value) in &self.values {
            let new = session.evaluate(&substituted(value, x, &branch.value))?;
            values.push((known.clone(), new));
        }
        values.push((x.clone(), branch.value.clone()));
        let mut conditions = self.conditions.clone();
        conditions.extend(branch.conditions.iter().cloned());
        let mut parameters = self.parameters.clone();
        parameters.extend(branch.parameters.iter().cloned());
        Ok(Self { values, conditions, parameters })
    }
}

/// More solutions than this are not looked for.
const MOST: usize = 2_000;

/// Solves `e == 0` for all of these; `None` if that fails.
pub(super) fn solve(
    solver: &mut Solver,
    session: &mut Session,
    equations: &[Value],
    unknowns: &[Value],
) -> Evaluated<Option<Vec<Solution>>> {
    let mut search = SystemSearch { solver, may_use_basis: true };
    search.solve(session, equations.to_vec(), unknowns.to_vec(), Solution::default(), 0)
}

struct SystemSearch<'a> {
    solver: &'a mut Solver,
    may_use_basis: bool,
}

/// What is left of equations after those that say nothing are dropped.
enum Left {
    Impossible,
    Equations(Vec<Value>),
}

impl SystemSearch<'_> {
    fn solve(
        &mut self,
        session: &mut Session,
        equations: Vec<Value>,
        unknowns: Vec<Value>,
        so_far: Solution,
        depth: usize,
    ) -> Evaluated<Option<Vec<Solution>>> {
        session.check_interrupt()?;
        if depth > 40 {
            return Ok(None);
        }
        let equations = match cleaned(session, equations, &unknowns)? {
            Left::Impossible => return Ok(Some(Vec::new())),
            Left::Equations(left) => left,
        };
        if equations.is_empty() {
            return Ok(Some(vec![so_far]));
        }
        if let Some(done) = self.linear(session, &equations, &unknowns, &so_far)? {
            return Ok(Some(done));
        }
        if let Some(done) = self.products(session, &equations, &unknowns, &so_far, depth)? {
            return Ok(Some(done));
        }
        if let Some((place, x)) = with_one_unknown(&equations, &unknowns)
            && let Some(done) =
                self.branch(session, &equations, &unknowns, place, &x, &so_far, depth)?
        {
            return Ok(Some(done));
        }
        if let Some((place, x)) = linear_in_one(session, &equations, &unknowns)?
            && let Some(done) =
                self.branch(session, &equations, &unknowns, place, &x, &so_far, depth)?
        {
            return Ok(Some(done));
        }
        if self.may_use_basis
            && let Some(basis) = basis(session, &equations, &unknowns)?
        {
            self.may_use_basis = false;
            let result = self.solve(session, basis, unknowns, so_far, depth + 1);
            self.may_use_basis = true;
            return result;
        }
        self.any_unknown(session, &equations, &unknowns, &so_far, depth)
    }

    /// Solves one equation for one unknown and goes on with each of its values.
    #[expect(clippy::too_many_arguments, reason = "the state of a search")]
    fn branch(
        &mut self,
        session: &mut Session,
        equations: &[Value],
        unknowns: &[Value],
        place: usize,
        x: &Value,
        so_far: &Solution,
        depth: usize,
    ) -> Evaluated<Option<Vec<Solution>>> {
        let outcome = self.solver.solve(session, &equations[place], x)?;
        let Outcome::Branches(found) = outcome else { return Ok(None) };
        let left: Vec<Value> = unknowns.iter().filter(|own| *own != x).cloned().collect();
        let mut all: Vec<Solution> = Vec::new();
        for branch in found {
            let mut rest = Vec::new();
            for (own, equation) in equations.iter().enumerate() {
                if own != place {
                    rest.push(session.evaluate(&substituted(equation, x, &branch.value))?);
                }
            }
            let next = so_far.with(session, x, &branch)?;
            match self.solve(session, rest, left.clone(), next, depth + 1)? {
                Some(more) => all.extend(more),
                None => return Ok(None),
            }
            if all.len() > MOST {
                return Ok(None);
            }
        }
        Ok(Some(all))
    }

    /// An equation that is a product: each factor in turn.
    fn products(
        &mut self,
        session: &mut Session,
        equations: &[Value],
        unknowns: &[Value],
        so_far: &Solution,
        depth: usize,
    ) -> Evaluated<Option<Vec<Solution>>> {
        if equations.len() == 1
            && unknowns.iter().filter(|x| contains(&equations[0], x)).count() <= 1
        {
            return Ok(None);
        }
        for (place, equation) in equations.iter().enumerate() {
            if leaf_count(equation) > 300 {
                continue;
            }
            let factors = factor_list(session, equation)?;
            let factors: Vec<Value> = factors
                .into_iter()
                .map(|(factor, _)| factor)
                .filter(|factor| unknowns.iter().any(|x| contains(factor, x)))
                .collect();
            if factors.len() < 2 {
                continue;
            }
            let mut all: Vec<Solution> = Vec::new();
            for factor in factors {
                let mut own = equations.to_vec();
                own[place] = factor;
                match self.solve(session, own, unknowns.to_vec(), so_far.clone(), depth + 1)? {
                    Some(more) => all
                        .extend(more.into_iter().filter(|s| !all_has(&all, s)).collect::<Vec<_>>()),
                    None => return Ok(None),
                }
            }
            return Ok(Some(all));
        }
        Ok(None)
    }

    /// Tries to solve any equation for any unknown.
    fn any_unknown(
        &mut self,
        session: &mut Session,
        equations: &[Value],
        unknowns: &[Value],
        so_far: &Solution,
        depth: usize,
    ) -> Evaluated<Option<Vec<Solution>>> {
        let mut pairs: Vec<(usize, usize, &Value)> = Vec::new();
        for (place, equation) in equations.iter().enumerate() {
            for x in unknowns.iter().rev().filter(|x| contains(equation, x)) {
                let cost = match Polynomial::read(session, equation, x)? {
                    Some(p) => p.degree(),
                    None => 100,
                };
                pairs.push((cost, place, x));
            }
        }
        pairs.sort_by_key(|(cost, place, _)| (*cost, *place));
        for (_, place, x) in pairs.into_iter().take(6) {
            if let Some(done) =
                self.branch(session, equations, unknowns, place, x, so_far, depth)?
            {
                return Ok(Some(done));
            }
        }
        Ok(None)
    }

    /// Elimination, where all equations are linear in the unknowns.
    fn linear(
        &mut self,
        session: &mut Session,
        equations: &[Value],
        unknowns: &[Value],
        so_far: &Solution,
    ) -> Evaluated<Option<Vec<Solution>>> {
        let Some(mut rows) = matrix(session, equations, unknowns)? else { return Ok(None) };
        let Some(pivots) = eliminated(session, &mut rows, unknowns.len())? else {
            return Ok(Some(Vec::new()));
        };
        let mut solution = so_far.clone();
        let mut branches = Vec::new();
        for (row, column) in pivots {
            let mut sum = Args::new();
            for (other, x) in unknowns.iter().enumerate() {
                if other != column && !number::is_zero(&rows[row][other]) {
                    sum.push(forms::negative(forms::times([rows[row][other].clone(), x.clone()])));
                }
            }
            sum.push(forms::negative(rows[row][unknowns.len()].clone()));
            let value = session.evaluate(&forms::plus(sum))?;
            let value = simple(session, &value)?;
            branches.push((column, value));
        }
        branches.sort_by_key(|(column, _)| *column);
        for (column, value) in branches {
            let branch = Branch { value, conditions: Vec::new(), parameters: Vec::new() };
            solution = solution.with(session, &unknowns[column], &branch)?;
        }
        Ok(Some(vec![solution]))
    }
}

fn all_has(all: &[Solution], new: &Solution) -> bool {
    all.iter().any(|known| {
        known.values.len() == new.values.len()
            && known.values.iter().all(|pair| new.values.contains(pair))
    })
}

/// A fraction over one denominator, or the sum that it is if that is simpler.
fn simple(session: &mut Session, value: &Value) -> Evaluated {
    if value.is_number()
        || value.is_atom()
        || value.args_of(sym::Plus).is_none() && value.args_of(sym::Times).is_none()
    {
        return Ok(value.clone());
    }
    let has_quotient = forms::any_part(value, &|part| match part.exactly(sym::Power) {
        Some([base, exponent]) => number::is_negative(exponent) && !base.is_number(),
        None => false,
    });
    match has_quotient {
        true => session.system("Together", [value.clone()].as_slice()),
        false => session.expanded(value),
    }
}

/// Drops what holds anyway; finds out whether something cannot hold.
fn cleaned(session: &mut Session, equations: Vec<Value>, unknowns: &[Value]) -> Evaluated<Left> {
    let mut left: Vec<Value> = Vec::new();
    for equation in equations {
        let equation = match unknowns.iter().any(|x| contains(&equation, x)) {
            true => {
                let (top, _) = fraction(session, &equation)?;
                session.expanded(&top)?
            }
            false => equation,
        };
        if unknowns.iter().any(|x| contains(&equation, x)) {
            let is_known = left.contains(&equation);
            if !is_known {
                left.push(equation);
            }
            continue;
        }
        if !is_possibly_zero(session, &equation)? {
            return Ok(Left::Impossible);
        }
    }
    Ok(Left::Equations(left))
}

/// The equation with the fewest kinds of unknowns, if that is one.
fn with_one_unknown(equations: &[Value], unknowns: &[Value]) -> Option<(usize, Value)> {
    let mut best: Option<(usize, usize, Value)> = None;
    for (place, equation) in equations.iter().enumerate() {
        let own: Vec<&Value> = unknowns.iter().filter(|x| contains(equation, x)).collect();
        if let [x] = own[..] {
            let cost = leaf_count(equation);
            if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
                best = Some((cost, place, x.clone()));
            }
        }
    }
    best.map(|(_, place, x)| (place, x))
}

/// An equation that is linear in an unknown, whose coefficient is free of the unknowns.
fn linear_in_one(
    session: &mut Session,
    equations: &[Value],
    unknowns: &[Value],
) -> Evaluated<Option<(usize, Value)>> {
    let mut best: Option<(usize, usize, Value)> = None;
    for (place, equation) in equations.iter().enumerate() {
        for x in unknowns.iter().rev().filter(|x| contains(equation, x)) {
            let Some(p) = Polynomial::read(session, equation, x)? else { continue };
            let lead = p.coefficient(1);
            if p.degree() != 1 || unknowns.iter().any(|y| contains(&lead, y)) {
                continue;
            }
            let cost = leaf_count(equation) + if lead.is_number() { 0 } else { 1000 };
            if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
                best = Some((cost, place, x.clone()));
            }
        }
    }
    Ok(best.map(|(_, place, x)| (place, x)))
}

/// The coefficients of linear equations, the constant last; `None` if one is not linear.
fn matrix(
    session: &mut Session,
    equations: &[Value],
    unknowns: &[Value],
) -> Evaluated<Option<Vec<Vec<Value>>>> {
    let mut rows = Vec::with_capacity(equations.len());
    for equation in equations {
        let mut row = Vec::with_capacity(unknowns.len() + 1);
        let mut rest = equation.clone();
        for x in unknowns {
            let Some(p) = Polynomial::read(session, &rest, x)? else { return Ok(None) };
            let own = p.coefficient(1);
            if p.degree() > 1 || unknowns.iter().any(|y| contains(&own, y)) {
                return Ok(None);
            }
            row.push(own);
            rest = p.coefficient(0);
        }
        row.push(rest);
        rows.push(row);
    }
    Ok(Some(rows))
}

/// Brings rows into reduced echelon form, the last unknowns first, so that the first stay free;
/// returns the row and the column of each pivot, `None` if there is a contradiction.
fn eliminated(
    session: &mut Session,
    rows: &mut [Vec<Value>],
    width: usize,
) -> Evaluated<Option<Vec<(usize, usize)>>> {
    let mut pivots: Vec<(usize, usize)> = Vec::new();
    let mut next = 0;
    // With as many equations as unknowns the order does not matter.
    let columns: Vec<usize> = (0..width).rev().collect();
    for column in columns {
        let Some(found) = best_pivot(session, rows, next, column)? else { continue };
        rows.swap(next, found);
        let pivot = rows[next][column].clone();
        for value in &mut rows[next] {
            *value = quotient(session, value, &pivot)?;
        }
        for other in 0..rows.len() {
            if other == next || number::is_zero(&rows[other][column]) {
                continue;
            }
            session.check_interrupt()?;
            let factor = rows[other][column].clone();
            let pivot_row = rows[next].clone();
            for (value, below) in rows[other].iter_mut().zip(&pivot_row) {
                let product = forms::times([factor.clone(), below.clone()]);
                let new = forms::minus(value.clone(), product);
                *value = match value.is_number() && below.is_number() && factor.is_number() {
                    true => session.evaluate(&new)?,
                    false => normal(session, &new)?,
                };
            }
        }
        pivots.push((next, column));
        next += 1;
        if next == rows.len() {
            break;
        }
    }
    for row in &rows[next..] {
        let constant = row[width].clone();
        if !is_possibly_zero(session, &constant)? {
            return Ok(None);
        }
    }
    Ok(Some(pivots))
}

/// The row with the simplest entry that is not 0.
fn best_pivot(
    session: &mut Session,
    rows: &mut [Vec<Value>],
    from: usize,
    column: usize,
) -> Evaluated<Option<usize>> {
    let mut best: Option<(usize, usize)> = None;
    for (place, row) in rows.iter_mut().enumerate().skip(from) {
        let entry = row[column].clone();
        if number::is_zero(&entry) {
            continue;
        }
        if !entry.is_number() && is_possibly_zero(session, &entry)? {
            row[column] = Value::Integer(0);
            continue;
        }
        let cost = leaf_count(&entry);
        if best.is_none_or(|(least, _)| cost < least) {
            best = Some((cost, place));
        }
    }
    Ok(best.map(|(_, place)| place))
}

fn quotient(session: &mut Session, value: &Value, by: &Value) -> Evaluated {
    if value.is_number() && by.is_number() {
        return Ok(number::divide(value, by).unwrap_or(Value::Integer(0)));
    }
    normal(session, &forms::over(value.clone(), by.clone()))
}

/// A rational function as a quotient without common factors.
fn normal(session: &mut Session, value: &Value) -> Evaluated {
    let value = session.evaluate(value)?;
    if value.is_number() || value.is_atom() {
        return Ok(value);
    }
    session.system("Together", [value].as_slice())
}

/// A Gröbner basis that eliminates the first unknowns first, if the equations are polynomials.
fn basis(
    session: &mut Session,
    equations: &[Value],
    unknowns: &[Value],
) -> Evaluated<Option<Vec<Value>>> {
    for equation in equations {
        for x in unknowns {
            if Polynomial::read(session, equation, x)?.is_none() {
                return Ok(None);
            }
        }
    }
    let used: Args =
        unknowns.iter().filter(|x| equations.iter().any(|e| contains(e, x))).cloned().collect();
    let args = [Value::list(Args::from(equations)), Value::list(used)];
    let basis = session.system("GroebnerBasis", args)?;
    Ok(basis.as_list().map(<[Value]>::to_vec))
}

/// Returns `a - b` of each equation in a conjunction; `None` if something is no equation.
pub(super) fn differences(
    session: &mut Session,
    statements: &[Value],
) -> Evaluated<Option<Vec<Value>>> {
    let mut all = Vec::new();
    for statement in statements {
        let Some(sides) = statement.args_of(sym::Equal) else { return Ok(None) };
        for pair in sides.windows(2) {
            match (pair[0].as_list(), pair[1].as_list()) {
                (Some(a), Some(b)) if a.len() == b.len() => {
                    for (a, b) in a.iter().zip(b) {
                        all.push(difference(session, a, b)?);
                    }
                }
                _ => all.push(difference(session, &pair[0], &pair[1])?),
            }
        }
    }
    Ok(Some(all))
}
