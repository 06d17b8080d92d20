//! `Compile`: functions of numbers and arrays as code with typed registers.
//!
//! A `CompiledFunction` is `CompiledFunction[{types}, Function[...], options]`. Its code is made when
//! it is first called or looked at, and kept by the session. It computes with machine numbers; where
//! a result is none (an integer that is too large, a division by 0, a part that does not exist), the
//! call is evaluated as that of the function with the same arguments, with a message.
//!
//! `code` says what instructions there are, `lower` makes them, `machine` runs them, `show` shows
//! them.

mod code;
mod lower;
mod machine;
mod show;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use code::{Dense, Program, Scalar, Type};
use machine::{Fault, Machined};

use crate::array::Elements;
use crate::complex64::Complex64;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

/// What is known of compiled functions: their programs, or why they have none.
#[derive(Debug, Default)]
pub(crate) struct Compiled(HashMap<Value, Known>);

#[derive(Debug, Clone)]
struct Known {
    program: Result<Arc<Program>, lower::Refusal>,
    /// The epoch of what built-in functions do.
    epoch: u32,
}

/// So many programs are kept.
const MOST_PROGRAMS: usize = 1_024;

/// Returns what messages call a type: of a number, or of the elements of an array.
fn name_of(of: Type) -> &'static str {
    match (of.scalar, of.rank) {
        (Scalar::Boolean, _) => "True or False",
        (Scalar::Integer, 0) => "machine-size integer",
        (Scalar::Real, 0) => "machine-size real number",
        (Scalar::Complex, 0) => "machine-size complex number",
        (Scalar::Integer, _) => "machine-size integers",
        (Scalar::Real, _) => "machine-size real numbers",
        (Scalar::Complex, _) => "machine-size complex numbers",
    }
}

/// Reads `_Real`, `_Integer`, `_Complex` or `True | False`, with a rank.
fn read_type(pattern: &Value, rank: u8) -> Option<Type> {
    let scalar = match pattern.exactly(sym::Blank) {
        Some([Value::Symbol(sym::Integer)]) => Scalar::Integer,
        Some([Value::Symbol(sym::Real)]) => Scalar::Real,
        Some([Value::Symbol(sym::Complex)]) => Scalar::Complex,
        _ => match pattern.exactly(sym::Alternatives) {
            Some([a, b]) if a.as_bool().is_some() && b.as_bool().is_some() => Scalar::Boolean,
            _ => return None,
        },
    };
    let is_array = matches!(scalar, Scalar::Integer | Scalar::Real);
    (rank == 0 || (rank <= 2 && is_array)).then_some(Type { scalar, rank })
}

/// Reads a parameter of `Compile`: a name, `{name, pattern}` or `{name, pattern, rank}`; returns
/// the name and the type as an expression.
pub(crate) fn read_parameter(value: &Value) -> Option<(Value, Value)> {
    let real = || Value::call(sym::Blank, [Value::Symbol(sym::Real)].as_slice());
    let (name, of) = match value.as_list() {
        None => (value, real()),
        Some([name]) => (name, real()),
        Some([name, pattern]) => {
            read_type(pattern, 0)?;
            (name, pattern.clone())
        }
        Some([name, pattern, rank]) => {
            let places = u8::try_from(rank.as_usize()?).ok()?;
            read_type(pattern, places)?;
            let of = match places {
                0 => pattern.clone(),
                _ => Value::list([pattern.clone(), rank.clone()]),
            };
            (name, of)
        }
        Some(_) => return None,
    };
    name.as_symbol()?;
    Some((name.clone(), of))
}

/// Returns the types of a compiled function and the function.
fn parts(call: &Call) -> Option<(Vec<Type>, &Value)> {
    let [types, function, ..] = call.args() else { return None };
    let read = |of: &Value| match of.as_list() {
        Some([pattern, rank]) => read_type(pattern, u8::try_from(rank.as_usize()?).ok()?),
        _ => read_type(of, 0),
    };
    let types: Option<Vec<Type>> = types.as_list()?.iter().map(read).collect();
    Some((types?, function))
}

/// Returns the program of a compiled function, or why it has none.
fn program(
    session: &mut Session,
    compiled: &Value,
) -> Option<Result<Arc<Program>, lower::Refusal>> {
    let epoch = session.builtin_epoch;
    if let Some(known) = session.compiled.0.get(compiled)
        && known.epoch == epoch
    {
        return Some(known.program.clone());
    }
    let (types, function) = parts(compiled.as_call()?)?;
    let [parameters, body] = function.exactly(sym::Function)?;
    let names = parameters.as_list()?;
    if names.len() != types.len() {
        return None;
    }
    let named: Vec<(Value, Type)> = names.iter().cloned().zip(types).collect();
    let program = lower::lower(session, &named, body).map(Arc::new);
    if session.compiled.0.len() >= MOST_PROGRAMS {
        session.compiled.0.clear();
    }
    session.compiled.0.insert(compiled.clone(), Known { program: program.clone(), epoch });
    Some(program)
}

/// Tells why a new compiled function has no typed code, if its user can change that.
pub(crate) fn check(session: &mut Session, compiled: &Value) {
    if let Some(Err(lower::Refusal::Assignment { variable, own, given })) =
        program(session, compiled)
    {
        let parts = [variable, Value::string(name_of(own)), Value::string(name_of(given))];
        session.message(sym::Compile, "cset", &parts);
    }
}

/// Calls a compiled function.
pub(crate) fn apply(session: &mut Session, compiled: &Call, call: &Call) -> Evaluated<Step> {
    let Some((types, function)) = parts(compiled) else { return Ok(Step::Same) };
    if types.len() != call.args().len() {
        let counts = [call.args().len(), types.len()].map(|count| Value::Integer(count as i64));
        session.message(sym::CompiledFunction, "cfct", &counts);
        return Ok(Step::Same);
    }
    if let Some(threaded) = thread(session, compiled, &types, call) {
        return Ok(Step::Again(threaded));
    }
    let evaluated = || Step::Again(Value::call(function.clone(), Args::from(call.args())));
    let Some(Ok(program)) = program(session, call.head()) else { return Ok(evaluated()) };
    let mut args = Vec::with_capacity(types.len());
    for (place, (of, arg)) in types.iter().zip(call.args()).enumerate() {
        match machined(session, *of, arg)? {
            Some(value) => args.push(value),
            None => {
                let place = Value::Integer(place as i64 + 1);
                let name = Value::string(name_of(*of));
                match of.rank {
                    0 => tell(session, compiled, "cfsa", &[arg.clone(), place, name]),
                    rank => {
                        let rank = Value::Integer(rank.into());
                        tell(session, compiled, "cfta", &[arg.clone(), place, rank, name]);
                    }
                }
                return Ok(evaluated());
            }
        }
    }
    match machine::run(session, &program, args) {
        Ok(value) => Ok(Step::Done(value)),
        Err(Fault::Stop(stop)) => Err(stop),
        Err(Fault::Numerical(place)) => {
            tell(session, compiled, "cfn", &[Value::Integer(place as i64)]);
            Ok(evaluated())
        }
    }
}

/// Tells a message, unless the function was made with `"WarningMessages" -> False`.
fn tell(session: &mut Session, compiled: &Call, tag: &str, parts: &[Value]) {
    let is_quiet = |option: &Value| option.as_str() == Some("Quiet");
    if !compiled.args().iter().skip(2).any(is_quiet) {
        session.message(sym::CompiledFunction, tag, parts);
    }
}

/// Threads a listable compiled function over lists where it takes numbers.
fn thread(session: &Session, compiled: &Call, types: &[Type], call: &Call) -> Option<Value> {
    let is_listable = compiled.args().iter().skip(2).any(|option| option.is(sym::Listable));
    let is_threaded = |(of, arg): (&Type, &Value)| of.rank == 0 && arg.args_of(sym::List).is_some();
    let pairs = || types.iter().zip(call.args());
    if !is_listable || !pairs().any(is_threaded) {
        return None;
    }
    let list = |arg: &Value| arg.as_list().map(Args::from);
    let length = pairs().filter(|pair| is_threaded(*pair)).find_map(|(_, arg)| list(arg))?.len();
    let mut results = Args::with_capacity(length);
    for place in 0..length {
        let mut args = Args::with_capacity(types.len());
        for pair in pairs() {
            args.push(match is_threaded(pair) {
                true => pair.1.as_list()?.get(place)?.clone(),
                false => pair.1.clone(),
            });
        }
        results.push(Value::call(call.head().clone(), args));
    }
    session.check_interrupt().ok()?;
    Some(Value::list(results))
}

/// Returns an argument as a value of a type.
fn machined(session: &mut Session, of: Type, arg: &Value) -> Evaluated<Option<Machined>> {
    Ok(match (of.scalar, of.rank) {
        (Scalar::Boolean, _) => arg.as_bool().map(|is| Machined::Integer(i64::from(is))),
        (Scalar::Integer, 0) => match arg {
            Value::Integer(integer) => Some(Machined::Integer(*integer)),
            _ => None,
        },
        (Scalar::Real, 0) => real(session, arg)?.map(Machined::Real),
        (Scalar::Complex, _) => match arg.is_number() {
            true => Complex64::read(arg).map(Machined::Complex),
            false => real(session, arg)?.map(|x| Machined::Complex(Complex64::new(x, 0.0))),
        },
        (scalar, rank) => array(arg, scalar, rank),
    })
}

/// Returns a real number; symbols such as `Pi` are approximated.
fn real(session: &mut Session, arg: &Value) -> Evaluated<Option<f64>> {
    let approximate = match arg {
        Value::Real(real) => return Ok(Some(*real)),
        Value::Symbol(_) | Value::Call(_) if session.is_numeric(arg) => {
            session.evaluate(&Value::call(sym::N, [arg.clone()].as_slice()))?
        }
        _ => arg.clone(),
    };
    Ok(number::to_f64(&approximate).filter(|real| real.is_finite()))
}

fn array(arg: &Value, scalar: Scalar, rank: u8) -> Option<Machined> {
    if let Some(packed) =
        arg.as_array().filter(|packed| packed.dimensions().len() == usize::from(rank))
    {
        let sides = packed.dimensions();
        let dimensions = [sides[0], sides.get(1).copied().unwrap_or(1)];
        match (packed.elements(), scalar) {
            (Elements::Integers(all), Scalar::Integer) => {
                let elements = Arc::new(all.clone());
                return Some(Machined::Integers(Dense { elements, dimensions }));
            }
            (Elements::Reals(all), Scalar::Real) => {
                let elements = Arc::new(all.clone());
                return Some(Machined::Reals(Dense { elements, dimensions }));
            }
            _ => {}
        }
    }
    let height = arg.as_call().filter(|call| call.is(sym::List))?.len();
    let rows: Vec<Value> = match rank {
        1 => vec![arg.clone()],
        _ => arg.as_list()?.to_vec(),
    };
    let (mut integers, mut reals) = (Vec::new(), Vec::new());
    let mut width = None;
    for row in &rows {
        let elements = row.as_list()?;
        if *width.get_or_insert(elements.len()) != elements.len() {
            return None;
        }
        for element in elements {
            match (scalar, element) {
                (Scalar::Integer, Value::Integer(integer)) => integers.push(*integer),
                (Scalar::Real, element) => reals.push(number::to_f64(element)?),
                _ => return None,
            }
        }
    }
    let dimensions = match rank {
        1 => [height, 1],
        _ => [height, width.unwrap_or(0)],
    };
    Some(match scalar {
        Scalar::Integer => Machined::Integers(Dense { elements: Arc::new(integers), dimensions }),
        _ => Machined::Reals(Dense { elements: Arc::new(reals), dimensions }),
    })
}

/// The code of a compiled function as text with the number of its instructions, or why it has none
/// and the expression that is in the way.
pub(crate) type CompiledCode = Result<(String, usize), (String, Option<Value>)>;

/// Returns the code of a compiled function; `None` if a value is none.
pub(crate) fn inspect(session: &mut Session, compiled: &Value) -> Option<CompiledCode> {
    compiled.as_call().filter(|call| call.is(sym::CompiledFunction))?;
    Some(match program(session, compiled)? {
        Ok(program) => Ok((show::program(session, &program), program.insts.len())),
        Err(lower::Refusal::Form(value)) => {
            Err(("an expression has no typed instructions".to_owned(), Some(value)))
        }
        Err(lower::Refusal::Assignment { variable, .. }) => {
            Err(("a variable is set to values of several types".to_owned(), Some(variable)))
        }
        Err(lower::Refusal::Size) => Err(("it is too large".to_owned(), None)),
    })
}
