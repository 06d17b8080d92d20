//! Quantities: numbers with units.

mod arithmetic;
mod measure;
#[cfg(test)]
mod tests;
mod units;

use triomphe::Arc;

use self::measure::Measure;
use super::forms::{plus, times, to_the};
use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) use arithmetic::combined;

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Quantity",
        Attributes::HOLD_REST.and(Attributes::N_HOLD_REST),
        quantity,
        "Quantity[m, unit] is m times a unit, which is a name such as \"Meters\", \"Kilometers\" or \
         \"km\", a product of powers of such, or a text such as \"Kilometers/Hours\"; Quantity[unit] \
         is one of it. Sums, products, powers and comparisons convert units that measure the same.",
        &[
            (
                "Quantity[6, \"Meters\"] + Quantity[3, \"Centimeters\"]",
                "Quantity[603, \"Centimeters\"]",
            ),
            (
                "Quantity[10, \"Meters\"]/Quantity[2, \"Seconds\"]",
                "Quantity[5, \"Meters\"/\"Seconds\"]",
            ),
            ("Quantity[1, \"Hours\"] > Quantity[59, \"Minutes\"]", "True"),
        ],
    ),
    builtin(
        "UnitConvert",
        Attributes::NONE,
        convert,
        "UnitConvert[q, unit] is the quantity q in another unit, exactly; UnitConvert[q] in base \
         units of the International System.",
        &[
            (
                "UnitConvert[Quantity[1, \"Miles\"], \"Kilometers\"]",
                "Quantity[25146/15625, \"Kilometers\"]",
            ),
            (
                "UnitConvert[Quantity[25, \"DegreesCelsius\"], \"Kelvins\"]",
                "Quantity[5963/20, \"Kelvins\"]",
            ),
        ],
    ),
    builtin(
        "QuantityMagnitude",
        Attributes::NONE,
        magnitude,
        "QuantityMagnitude[q] is the number of a quantity; QuantityMagnitude[q, unit] that in \
         another unit.",
        &[
            ("QuantityMagnitude[Quantity[10, \"Meters\"]]", "10"),
            ("QuantityMagnitude[Quantity[2, \"Hours\"], \"Minutes\"]", "120"),
        ],
    ),
    builtin(
        "QuantityUnit",
        Attributes::NONE,
        |s, c| Ok(mapped(s, c, &|_, quantity| quantity.measure.value())),
        "QuantityUnit[q] is the unit of a quantity.",
        &[
            ("QuantityUnit[Quantity[10, \"km\"]]", "\"Kilometers\""),
            ("QuantityUnit[Quantity[1, \"Meters/Seconds\"]]", "\"Meters\"/\"Seconds\""),
        ],
    ),
    builtin(
        "QuantityQ",
        Attributes::NONE,
        |_, c| {
            Ok(match c.args() {
                [value] => Step::Done(Value::boolean(Quantity::read(value).is_some())),
                _ => Step::Same,
            })
        },
        "QuantityQ[e] is True if e is a quantity with a unit that is known.",
        &[("QuantityQ[Quantity[3, \"Meters\"]]", "True"), ("QuantityQ[3]", "False")],
    ),
    builtin(
        "KnownUnitQ",
        Attributes::NONE,
        |_, c| {
            Ok(match c.args() {
                [value] => Step::Done(Value::boolean(Measure::read(value).is_some())),
                _ => Step::Same,
            })
        },
        "KnownUnitQ[unit] is True if unit is one that Quantity knows.",
        &[("KnownUnitQ[\"Meters\"/\"Seconds\"]", "True"), ("KnownUnitQ[\"Meterz\"]", "False")],
    ),
    builtin(
        "CompatibleUnitQ",
        Attributes::NONE,
        |_, c| Ok(compatible(c)),
        "CompatibleUnitQ[a, b, ...] is True if the units or quantities a, b, ... measure the same.",
        &[
            ("CompatibleUnitQ[\"Meters\", \"Feet\"]", "True"),
            ("CompatibleUnitQ[Quantity[1, \"Meters\"], \"Seconds\"]", "False"),
        ],
    ),
    builtin(
        "UnitDimensions",
        Attributes::NONE,
        |_, c| {
            let of = |value: &Value| Some(Step::Done(measure_of(value)?.dimensions()));
            Ok(match c.args() {
                [value] => of(value).unwrap_or(Step::Same),
                _ => Step::Same,
            })
        },
        "UnitDimensions[unit] is the list of what a unit measures, with exponents.",
        &[
            ("UnitDimensions[\"Meters\"/\"Seconds\"]", "{{\"LengthUnit\", 1}, {\"TimeUnit\", -1}}"),
            ("UnitDimensions[\"Hertz\"]", "{{\"TimeUnit\", -1}}"),
        ],
    ),
    builtin(
        "UnitSimplify",
        Attributes::NONE,
        simplify,
        "UnitSimplify[q] is the quantity q in one unit of the International System where there is \
         one for it.",
        &[
            ("UnitSimplify[Quantity[3, \"Newtons\"*\"Meters\"]]", "Quantity[3, \"Joules\"]"),
            (
                "UnitSimplify[Quantity[2, \"Kilometers\"/\"Seconds\"^2]]",
                "Quantity[2, \"Kilometers\"/\"Seconds\"^2]",
            ),
        ],
    ),
    builtin(
        "CommonUnits",
        Attributes::NONE,
        common,
        "CommonUnits[{a, b, ...}] is the list of quantities in the unit of the first that measures \
         the same.",
        &[
            (
                "CommonUnits[{Quantity[1, \"Meters\"], Quantity[50, \"Centimeters\"]}]",
                "{Quantity[1, \"Meters\"], Quantity[1/2, \"Meters\"]}",
            ),
            ("CommonUnits[{Quantity[1, \"Meters\"], 2}]", "{Quantity[1, \"Meters\"], 2}"),
        ],
    ),
];

/// A number with a unit.
#[derive(Debug, Clone)]
struct Quantity {
    magnitude: Value,
    measure: Measure,
}

impl Quantity {
    /// Reads `Quantity[m, unit]`.
    fn read(value: &Value) -> Option<Self> {
        let [magnitude, unit] = value.exactly(sym::Quantity)?;
        let is_plain = magnitude.as_list().is_none() && magnitude.as_str().is_none();
        let measure = Measure::read(unit).filter(|_| is_plain)?;
        Some(Self { magnitude: magnitude.clone(), measure })
    }

    /// Returns `Quantity[m, unit]`.
    fn value(self, session: &mut Session) -> Evaluated {
        let unit = session.evaluate(&self.measure.value())?;
        Ok(Value::call(sym::Quantity, [self.magnitude, unit]))
    }
}

/// Returns the units of a quantity or a unit.
fn measure_of(value: &Value) -> Option<Measure> {
    Quantity::read(value).map(|quantity| quantity.measure).or_else(|| Measure::read(value))
}

fn unknown_unit(session: &mut Session, unit: &Value) -> Step {
    session.message_of("Quantity", "unkunit", std::slice::from_ref(unit));
    Step::Same
}

fn quantity(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    session.has_objects = true;
    let (magnitude, unit) = match call.args() {
        [unit] => (Value::Integer(1), unit),
        [magnitude, unit] => (magnitude.clone(), unit),
        args => {
            let count = args.len();
            session.wrong_count(sym::Quantity, count, 1, 2);
            return Ok(Step::Same);
        }
    };
    let given = session.evaluate(unit)?;
    if given.is_number() {
        return Ok(Step::Again(times([magnitude, given])));
    }
    if let Some(list) = magnitude.as_list() {
        let one = |own: &Value| Value::call(sym::Quantity, [own.clone(), given.clone()]);
        return Ok(Step::Again(Value::list(list.iter().map(one).collect::<Args>())));
    }
    let Some(measure) = Measure::read(&given) else { return Ok(unknown_unit(session, &given)) };
    if let Some(inner) = Quantity::read(&magnitude) {
        let mut product = inner.measure;
        product.multiply(&measure, 12);
        let whole = Quantity { magnitude: inner.magnitude, measure: product };
        return whole.value(session).map(Step::Again);
    }
    let whole = Quantity { magnitude, measure }.value(session)?;
    Ok(if whole == Value::Call(call.clone()) { Step::Same } else { Step::Done(whole) })
}

/// Returns the magnitude in other units; `None` if they do not measure the same.
fn converted(session: &mut Session, from: &Quantity, to: &Measure) -> Evaluated<Option<Value>> {
    if from.measure == *to {
        return Ok(Some(from.magnitude.clone()));
    }
    if from.measure.dimension() != to.dimension() {
        return Ok(None);
    }
    let offset = |measure: &Measure| measure.single().and_then(|unit| unit.offset());
    let mut magnitude = from.magnitude.clone();
    if let Some(offset) = offset(&from.measure) {
        magnitude = plus([magnitude, Value::from(offset)]);
    }
    let (own, other) = (from.measure.size(session)?, to.size(session)?);
    let ratio = session.evaluate(&times([own, to_the(other, Value::Integer(-1))]))?;
    magnitude = times([magnitude, ratio]);
    if let Some(offset) = offset(to) {
        magnitude = plus([magnitude, Value::from(-offset)]);
    }
    session.evaluate(&magnitude).map(Some)
}

fn convert(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, to) = match call.args() {
        [of] => (of, None),
        [of, Value::String(to)] if matches!(to.as_str(), "SI" | "SIBase") => (of, None),
        [of, to] => (of, Some(to)),
        args => {
            let count = args.len();
            session.wrong_count_of("UnitConvert", count, 1, 2);
            return Ok(Step::Same);
        }
    };
    if let Some(list) = of.as_list() {
        let one = |own: &Value| {
            let args: Args = std::iter::once(own).chain(to).cloned().collect();
            Value::call(call.head().clone(), args)
        };
        return Ok(Step::Again(Value::list(list.iter().map(one).collect::<Args>())));
    }
    let Some(quantity) = Quantity::read(of) else { return Ok(Step::Same) };
    let target = match to {
        None => quantity.measure.base(),
        Some(to) => match measure_of(to) {
            Some(measure) => measure,
            None => return Ok(unknown_unit(session, to)),
        },
    };
    match converted(session, &quantity, &target)? {
        Some(magnitude) if target.is_nothing() => Ok(Step::Again(magnitude)),
        Some(magnitude) => Quantity { magnitude, measure: target }.value(session).map(Step::Again),
        None => {
            let parts = [quantity.measure.value(), target.value()];
            session.message_of("UnitConvert", "compat", &parts);
            Ok(Step::Done(Value::Symbol(sym::Failed)))
        }
    }
}

/// Applies a function to a quantity or to each of a list of them; a number has no unit.
fn mapped(
    session: &mut Session,
    call: &Call,
    with: &dyn Fn(&mut Session, Quantity) -> Value,
) -> Step {
    let [of] = call.args() else { return Step::Same };
    if let Some(list) = of.as_list() {
        let one = |own: &Value| Value::call(call.head().clone(), [own.clone()].as_slice());
        return Step::Again(Value::list(list.iter().map(one).collect::<Args>()));
    }
    if of.is_number() {
        let plain = Quantity { magnitude: of.clone(), measure: Measure::default() };
        return Step::Again(with(session, plain));
    }
    Quantity::read(of).map_or(Step::Same, |quantity| Step::Again(with(session, quantity)))
}

fn magnitude(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, unit] = call.args() else {
        return Ok(mapped(session, call, &|_, quantity| quantity.magnitude));
    };
    let convert = session.system_symbol("UnitConvert");
    let converted = session.evaluate(&Value::call(convert, [of.clone(), unit.clone()]))?;
    match &converted {
        Value::Symbol(sym::Failed) => Ok(Step::Done(converted)),
        _ if converted.is_number() => Ok(Step::Done(converted)),
        _ if Quantity::read(&converted).is_some() || converted.as_list().is_some() => {
            Ok(Step::Again(Value::call(call.head().clone(), [converted].as_slice())))
        }
        _ => Ok(Step::Same),
    }
}

fn compatible(call: &Call) -> Step {
    let all: Option<Vec<Measure>> = call.args().iter().map(measure_of).collect();
    let Some(all) = all else { return Step::Done(Value::FALSE) };
    let same = all.windows(2).all(|pair| pair[0].dimension() == pair[1].dimension());
    Step::Done(Value::boolean(same))
}

fn simplify(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of] = call.args() else { return Ok(Step::Same) };
    let Some(quantity) = Quantity::read(of) else { return Ok(Step::Same) };
    let simplest = quantity.measure.simplest().filter(|_| quantity.measure.single().is_none());
    let Some(measure) = simplest else { return Ok(Step::Done(of.clone())) };
    match converted(session, &quantity, &measure)? {
        Some(magnitude) => Quantity { magnitude, measure }.value(session).map(Step::Again),
        None => Ok(Step::Done(of.clone())),
    }
}

fn common(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of] = call.args() else { return Ok(Step::Same) };
    let Some(list) = of.as_list() else { return Ok(Step::Same) };
    let (mut units, mut all): (Vec<Measure>, Args) = (Vec::new(), Args::new());
    for one in list {
        let Some(quantity) = Quantity::read(one) else {
            all.push(one.clone());
            continue;
        };
        let dimension = quantity.measure.dimension();
        let known = units.iter().find(|unit| unit.dimension() == dimension).cloned();
        let measure = known.unwrap_or_else(|| {
            units.push(quantity.measure.clone());
            quantity.measure.clone()
        });
        let magnitude = converted(session, &quantity, &measure)?;
        let magnitude = magnitude.unwrap_or(quantity.magnitude);
        all.push(Quantity { magnitude, measure }.value(session)?);
    }
    Ok(Step::Done(Value::list(all)))
}

/// Returns a quantity in words, if it is one with a known unit: `10 meters per second`.
pub(super) fn words(session: &Session, call: &Call) -> Option<String> {
    let quantity = Quantity::read(&Value::from(call.clone()))?;
    let is_one = crate::number::is_one(&quantity.magnitude);
    Some(format!("{} {}", session.output_form(&quantity.magnitude), quantity.measure.words(is_one)))
}
