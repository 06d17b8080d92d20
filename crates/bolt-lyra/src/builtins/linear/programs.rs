//! Linear programs, in exact arithmetic: the simplex method with the rule of Bland (1977), which
//! never cycles, and for whole numbers branches on what is not (Land and Doig 1960).

use dashu_ratio::RBig;
use triomphe::Arc;

use super::{matrix, vector};
use crate::builtins::forms::is_infinite;
use crate::builtins::options::Options;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
    "LinearProgramming",
    Attributes::NONE,
    linear_programming,
    "LinearProgramming[c, m, b] is the vector x with the least c . x of those with m . x >= b and \
     x >= 0. An element {b, s} of b has the row equal to b if s is 0, not above b if s is -1. A \
     fourth argument is a bound below for all elements, a list of such or of {least, greatest}; a \
     fifth is Integers for whole numbers, or a list of domains. The arithmetic is exact.",
    &[
        ("LinearProgramming[{1, 1}, {{1, 2}}, {3}]", "{0, 3/2}"),
        ("LinearProgramming[{-1, -1}, {{2, 1}}, {{7, -1}}, {{0, 2}, {0, 4}}, Integers]", "{1, 4}"),
    ],
),
    written!(
        "LinearOptimization",
        Attributes::NONE,
        "{LinearOptimization[\"Row\", (h : LessEqual | GreaterEqual | Equal | Less | Greater)[a_, b_], x_] :> With[{d = Expand[a - b]}, With[{k = Coefficient[d, #] & /@ x, z = d /. Thread[x -> 0]}, If[NumericQ[z] && VectorQ[k, NumericQ] && Expand[d - k . x - z] === 0, {k, {-z, Switch[h, LessEqual | Less, -1, Equal, 0, _, 1]}}, $Failed]]],
          LinearOptimization[\"Row\", _, _] :> $Failed,
          LinearOptimization[f_, c_, v_List] /; !(VectorQ[f, NumericQ] && f =!= {}) :> LinearOptimization[f, c, v, \"PrimalMinimizerRules\"],
          LinearOptimization[f_, c_, v_List, w_String] :> With[{x = If[MatchQ[#, _Element], #[[1]], #] & /@ v, n = MatchQ[#, Element[_, Integers]] & /@ v, s = Flatten[{c} /. And -> List] /. {(a_ <= b_ <= d_) :> Sequence[a <= b, b <= d], Inequality[a_, LessEqual, b_, LessEqual, d_] :> Sequence[a <= b, b <= d]}}, With[{r = LinearOptimization[\"Row\", #, x] & /@ s, g = CoefficientArrays[f, x]}, With[{y = If[FreeQ[r, $Failed], LinearProgramming[Coefficient[f, #] & /@ x, First /@ r, Last /@ r, {-Infinity, Infinity} & /@ x, If[#, Integers, Reals] & /@ n], $Failed]}, Switch[w, \"PrimalMinimizerRules\", Thread[x -> y], \"PrimalMinimizer\", y, \"PrimalMinimumValue\", f /. Thread[x -> y], _, $Failed] /; VectorQ[y, NumericQ]]]],
          LinearOptimization[c_List, {a_?MatrixQ, b_List}] /; VectorQ[c, NumericQ] :> LinearProgramming[c, a, -b, -Infinity],
          LinearOptimization[c_List, {a_?MatrixQ, b_List}, {e_?MatrixQ, g_List}] /; VectorQ[c, NumericQ] :> LinearProgramming[c, Join[a, e], Join[{-#, 1} & /@ b, {-#, 0} & /@ g], -Infinity]}",
        "LinearOptimization[f, constraints, {x, y, ...}] is a list of rules for the variables \
         with which a linear f is least under linear equations and inequalities; Element[x, \
         Integers] in place of a variable has it be whole. A fourth argument asks for \
         \"PrimalMinimizer\" or \"PrimalMinimumValue\". LinearOptimization[c, {a, b}] is the \
         vector x with the least c . x and a . x + b >= 0, LinearOptimization[c, {a, b}, {e, \
         g}] one with e . x + g == 0, too.",
        &[
            ("LinearOptimization[x + y, {x + 2 y >= 3, x >= 0, y >= 0}, {x, y}]", "{x -> 0, y -> 3/2}"),
            ("LinearOptimization[x + y, {x + 2 y >= 3, x >= 0, y >= 0}, {x, y}, \"PrimalMinimumValue\"]", "3/2"),
        ],
    ),
];

/// A program: the least `cost . x` where `rows . x` compares with `right` and x is bounded.
#[derive(Debug, Clone)]
struct Program {
    cost: Vec<RBig>,
    rows: Vec<Vec<RBig>>,
    /// What a row compares with, and how: 1 for not below, 0 for equal, -1 for not above.
    right: Vec<(RBig, i64)>,
    bounds: Vec<(Option<RBig>, Option<RBig>)>,
    are_whole: Vec<bool>,
}

/// What comes of a program.
#[derive(Debug, Clone, PartialEq)]
enum Outcome {
    Least(Vec<RBig>),
    Nothing,
    Unbounded,
}

/// A system of equations that is solved for some of its variables, which are not negative.
struct Tableau {
    /// The coefficients, and the right side at the end.
    rows: Vec<Vec<RBig>>,
    basis: Vec<usize>,
}

impl Tableau {
    fn pivot(&mut self, row: usize, column: usize) {
        let inverse = RBig::ONE / &self.rows[row][column];
        self.rows[row].iter_mut().for_each(|x| *x *= &inverse);
        let own = self.rows[row].clone();
        for (place, other) in self.rows.iter_mut().enumerate() {
            let factor = other[column].clone();
            if place != row && !factor.is_zero() {
                for (x, y) in other.iter_mut().zip(&own).filter(|(_, y)| !y.is_zero()) {
                    *x -= &factor * y;
                }
            }
        }
        self.basis[row] = column;
    }

    /// Makes a cost as small as it can be with the first columns; `false` if it has no least value.
    fn minimize(&mut self, session: &Session, cost: &[RBig], columns: usize) -> Evaluated<bool> {
        loop {
            session.check_interrupt()?;
            let reduced = |column: usize| {
                let known: RBig = self
                    .basis
                    .iter()
                    .zip(&self.rows)
                    .filter(|(own, row)| !cost[**own].is_zero() && !row[column].is_zero())
                    .map(|(own, row)| &cost[*own] * &row[column])
                    .fold(RBig::ZERO, |sum, x| sum + x);
                &cost[column] - known
            };
            let Some(entering) = (0..columns).find(|column| reduced(*column) < RBig::ZERO) else {
                return Ok(true);
            };
            let last = self.rows.first().map_or(0, |row| row.len() - 1);
            let mut leaving: Option<(RBig, usize)> = None;
            for (place, row) in self.rows.iter().enumerate() {
                if row[entering] <= RBig::ZERO {
                    continue;
                }
                let ratio = &row[last] / &row[entering];
                let is_less = leaving.as_ref().is_none_or(|(least, own)| {
                    ratio < *least || ratio == *least && self.basis[place] < self.basis[*own]
                });
                if is_less {
                    leaving = Some((ratio, place));
                }
            }
            match leaving {
                Some((_, row)) => self.pivot(row, entering),
                None => return Ok(false),
            }
        }
    }
}

impl Program {
    /// Solves it without regard to what is to be whole.
    fn relaxed(&self, session: &Session) -> Evaluated<Outcome> {
        // Each variable is a bound and one that is not negative, or the difference of two.
        let width = self.cost.len();
        let mut columns: Vec<(usize, i64)> = Vec::new();
        let mut offsets = vec![RBig::ZERO; width];
        for (place, (low, high)) in self.bounds.iter().enumerate() {
            match (low, high) {
                (Some(low), _) => {
                    offsets[place] = low.clone();
                    columns.push((place, 1));
                }
                (None, Some(high)) => {
                    offsets[place] = high.clone();
                    columns.push((place, -1));
                }
                (None, None) => columns.extend([(place, 1), (place, -1)]),
            }
        }
        let mut rows = self.rows.clone();
        let mut right = self.right.clone();
        for (place, bound) in self.bounds.iter().enumerate() {
            if let (Some(_), Some(high)) = bound {
                let unit = |k| if k == place { RBig::ONE } else { RBig::ZERO };
                rows.push((0..width).map(unit).collect());
                right.push((high.clone(), -1));
            }
        }
        let slacks = right.iter().filter(|(_, sense)| *sense != 0).count();
        let (first, count) = (columns.len(), columns.len() + slacks + rows.len());
        let mut tableau = Tableau { rows: Vec::new(), basis: Vec::new() };
        let mut slack = first;
        for (place, (row, (value, sense))) in rows.iter().zip(&right).enumerate() {
            let mut line = vec![RBig::ZERO; count + 1];
            for (column, (own, sign)) in columns.iter().enumerate() {
                line[column] = &row[*own] * RBig::from(*sign);
            }
            let known: RBig =
                row.iter().zip(&offsets).map(|(a, x)| a * x).fold(RBig::ZERO, |sum, x| sum + x);
            line[count] = value - known;
            if *sense != 0 {
                line[slack] = RBig::from(-sense);
                slack += 1;
            }
            if line[count] < RBig::ZERO {
                line.iter_mut().for_each(|x| *x = -&*x);
            }
            line[first + slacks + place] = RBig::ONE;
            tableau.basis.push(first + slacks + place);
            tableau.rows.push(line);
        }
        let Some(columns_found) = self.phases(session, &mut tableau, (&columns, slacks))? else {
            return Ok(Outcome::Nothing);
        };
        if !columns_found {
            return Ok(Outcome::Unbounded);
        }
        let mut x = offsets;
        for (row, own) in tableau.rows.iter().zip(&tableau.basis) {
            if let Some((place, sign)) = columns.get(*own) {
                x[*place] += &row[count] * RBig::from(*sign);
            }
        }
        Ok(Outcome::Least(x))
    }

    /// Finds a point at all, then the best; `None` if there is no point, `false` if no best one.
    fn phases(
        &self,
        session: &Session,
        tableau: &mut Tableau,
        (columns, slacks): (&[(usize, i64)], usize),
    ) -> Evaluated<Option<bool>> {
        let own = columns.len() + slacks;
        let count = own + tableau.rows.len();
        let mut cost = vec![RBig::ZERO; count];
        cost[own..].fill(RBig::ONE);
        tableau.minimize(session, &cost, count)?;
        let is_left = tableau
            .rows
            .iter()
            .zip(&tableau.basis)
            .any(|(row, basis)| *basis >= own && !row[count].is_zero());
        if is_left {
            return Ok(None);
        }
        // What was only there to begin with leaves the basis; rows that say nothing go.
        let mut row = 0;
        while row < tableau.rows.len() {
            if tableau.basis[row] < own {
                row += 1;
                continue;
            }
            match (0..own).find(|column| !tableau.rows[row][*column].is_zero()) {
                Some(column) => tableau.pivot(row, column),
                None => {
                    tableau.rows.remove(row);
                    tableau.basis.remove(row);
                }
            }
        }
        let mut cost = vec![RBig::ZERO; count];
        for (place, (variable, sign)) in columns.iter().enumerate() {
            cost[place] = &self.cost[*variable] * RBig::from(*sign);
        }
        tableau.minimize(session, &cost, own).map(Some)
    }

    fn value(&self, x: &[RBig]) -> RBig {
        self.cost.iter().zip(x).map(|(c, x)| c * x).fold(RBig::ZERO, |sum, own| sum + own)
    }

    /// Solves it, dividing where a variable that is to be whole is not.
    fn solve(&self, session: &Session) -> Evaluated<Outcome> {
        let mut open = vec![self.clone()];
        let mut best: Option<(RBig, Vec<RBig>)> = None;
        while let Some(program) = open.pop() {
            let x = match program.relaxed(session)? {
                Outcome::Least(x) => x,
                Outcome::Nothing => continue,
                Outcome::Unbounded => return Ok(Outcome::Unbounded),
            };
            let value = program.value(&x);
            if best.as_ref().is_some_and(|(least, _)| value >= *least) {
                continue;
            }
            let broken = (0..x.len()).find(|place| self.are_whole[*place] && !x[*place].is_int());
            let Some(place) = broken else {
                best = Some((value, x));
                continue;
            };
            let below = RBig::from(x[place].floor());
            let (mut low, mut high) = (program.clone(), program);
            low.bounds[place].1 = Some(below.clone());
            high.bounds[place].0 = Some(below + RBig::ONE);
            open.extend([high, low]);
        }
        Ok(best.map_or(Outcome::Nothing, |(_, x)| Outcome::Least(x)))
    }
}

fn exact(value: &Value) -> Option<RBig> {
    match value {
        Value::Real(real) => RBig::try_from(*real).ok(),
        _ => number::rational(value),
    }
}

/// Reads the bounds: one for all, one for each, or pairs.
fn bounds(of: Option<&Value>, width: usize) -> Option<Vec<(Option<RBig>, Option<RBig>)>> {
    let end = |value: &Value| match is_infinite(value) {
        true => Some(None),
        false => exact(value).map(Some),
    };
    let pair = |value: &Value| match value.as_list() {
        Some([low, high]) => Some((end(low)?, end(high)?)),
        Some(_) => None,
        None => Some((end(value)?, None)),
    };
    match of {
        None | Some(Value::Symbol(sym::Automatic)) => Some(vec![(Some(RBig::ZERO), None); width]),
        Some(of) => match of.as_list() {
            Some(all) if all.len() == width => all.iter().map(pair).collect(),
            Some(_) => None,
            None => Some(vec![pair(of)?; width]),
        },
    }
}

fn domains(of: Option<&Value>, width: usize) -> Option<Vec<bool>> {
    let is_whole = |value: &Value| match value {
        Value::Symbol(sym::Integers) => Some(true),
        Value::Symbol(sym::Reals | sym::Automatic) => Some(false),
        _ => None,
    };
    match of {
        None => Some(vec![false; width]),
        Some(of) => match of.as_list() {
            Some(all) if all.len() == width => all.iter().map(is_whole).collect(),
            Some(_) => None,
            None => Some(vec![is_whole(of)?; width]),
        },
    }
}

fn read(args: &[Value]) -> Option<Program> {
    let [cost, rows, right, rest @ ..] = args else { return None };
    if rest.len() > 2 {
        return None;
    }
    let cost: Vec<RBig> = vector(cost)?.iter().map(exact).collect::<Option<_>>()?;
    let rows: Vec<Vec<RBig>> =
        matrix(rows)?.iter().map(|row| row.iter().map(exact).collect()).collect::<Option<_>>()?;
    let compared = |value: &Value| match value.as_list() {
        Some([value, Value::Integer(sense)]) => Some((exact(value)?, sense.signum())),
        Some(_) => None,
        None => Some((exact(value)?, 1)),
    };
    let right: Vec<_> = right.as_list()?.iter().map(compared).collect::<Option<_>>()?;
    let width = cost.len();
    let fits = rows.len() == right.len() && rows.iter().all(|row| row.len() == width);
    let bounds = bounds(rest.first(), width)?;
    let are_whole = domains(rest.get(1), width)?;
    fits.then_some(Program { cost, rows, right, bounds, are_whole })
}

fn linear_programming(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, _) = Options::split(call.args(), 3);
    let Some(program) = read(args) else { return Ok(Step::Same) };
    let is_machine = crate::builtins::forms::any_part(&Value::Call(call.clone()), &|part| {
        matches!(part, Value::Real(_))
    });
    let x = match program.solve(session)? {
        Outcome::Least(x) => x,
        Outcome::Nothing => {
            session.message_of("LinearProgramming", "lpsnf", &[]);
            return Ok(Step::Same);
        }
        Outcome::Unbounded => {
            session.message_of("LinearProgramming", "lpsub", &[]);
            return Ok(Step::Done(Value::list(
                program.cost.iter().map(|_| Value::Symbol(sym::Indeterminate)).collect::<Args>(),
            )));
        }
    };
    let shown = |x: RBig| match is_machine {
        true => Value::Real(x.to_f64().value()),
        false => Value::from(x),
    };
    Ok(Step::Done(Value::list(x.into_iter().map(shown).collect::<Args>())))
}

#[cfg(test)]
mod tests {
    use dashu_int::IBig;

    use super::*;

    fn whole(value: i64) -> RBig {
        RBig::from(IBig::from(value))
    }

    /// The best of all whole points of a box, or none.
    fn oracle(program: &Program, size: i64) -> Option<RBig> {
        let width = program.cost.len() as u32;
        let side = size + 1;
        (0..side.pow(width))
            .filter_map(|code| {
                let x: Vec<RBig> = (0..width).map(|k| whole(code / side.pow(k) % side)).collect();
                let fits = program.rows.iter().zip(&program.right).all(|(row, (value, sense))| {
                    let sum = row.iter().zip(&x).map(|(a, x)| a * x).fold(RBig::ZERO, |s, y| s + y);
                    match sense {
                        1 => sum >= *value,
                        0 => sum == *value,
                        _ => sum <= *value,
                    }
                });
                fits.then(|| program.value(&x))
            })
            .min()
    }

    fn random(rng: &mut bolt_base::Rng, width: usize, size: i64) -> Program {
        let mut small = |n: u64| whole(rng.below(2 * n + 1) as i64 - n as i64);
        let cost: Vec<RBig> = (0..width).map(|_| small(5)).collect();
        let rows: Vec<Vec<RBig>> = (0..3).map(|_| (0..width).map(|_| small(4)).collect()).collect();
        let right = (0..3).map(|k| (small(9), [1, -1, 1][k])).collect();
        let bounds = vec![(Some(RBig::ZERO), Some(whole(size))); width];
        Program { cost, rows, right, bounds, are_whole: vec![true; width] }
    }

    #[test]
    fn whole_solutions_are_the_best_of_all_points() {
        let mut rng = bolt_base::Rng::new(12);
        let session = Session::new();
        for turn in 0..60 {
            let program = random(&mut rng, 2 + turn % 2, 6);
            let found = match program.solve(&session).unwrap() {
                Outcome::Least(x) => Some(program.value(&x)),
                _ => None,
            };
            assert_eq!(found, oracle(&program, 6), "{program:?}");
        }
    }

    /// The dual program has the same value (von Neumann 1947).
    #[test]
    fn programs_have_the_value_of_their_duals() {
        let mut rng = bolt_base::Rng::new(13);
        let session = Session::new();
        for _ in 0..60 {
            let mut program = random(&mut rng, 3, 6);
            program.right.iter_mut().for_each(|(_, sense)| *sense = 1);
            program.bounds = vec![(Some(RBig::ZERO), None); 3];
            program.are_whole = vec![false; 3];
            let column = |k: usize| program.rows.iter().map(|row| row[k].clone()).collect();
            let dual = Program {
                cost: program.right.iter().map(|(value, _)| -value.clone()).collect(),
                rows: (0..3).map(column).collect(),
                right: program.cost.iter().map(|c| (c.clone(), -1)).collect(),
                ..program.clone()
            };
            match (program.solve(&session).unwrap(), dual.solve(&session).unwrap()) {
                (Outcome::Least(x), Outcome::Least(y)) => {
                    assert_eq!(program.value(&x), -dual.value(&y));
                }
                (Outcome::Unbounded, other) | (other, Outcome::Unbounded) => {
                    assert_eq!(other, Outcome::Nothing);
                }
                (Outcome::Nothing, other) => assert_eq!(other, Outcome::Nothing),
                (Outcome::Least(_), Outcome::Nothing) => panic!("the dual has a value, too"),
            }
        }
    }
}
