//! `WhenEvent`: places where an expression in a solution goes through 0, and what changes there.

use super::super::numeric::Tape;
use super::super::numeric::complex::{C, c};
use super::{End, Limits, Node, Slope, follow};
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::Value;

/// What happens where an expression goes through 0.
#[derive(Debug)]
pub(super) struct Event {
    /// The expression, then the new values.
    tape: Tape,
    /// Which values are changed.
    changed: Vec<usize>,
    /// 1 for upwards only, -1 for downwards only, 0 for both.
    direction: i8,
    stops: bool,
}

/// Events that are followed at most.
const MOST: usize = 2000;
/// Steps of the search for a place.
const SEARCH: usize = 60;

/// Takes `WhenEvent[event, action]` apart.
pub(super) fn read(session: &Session, value: &Value) -> Option<[Value; 2]> {
    let call = value.as_call()?;
    let name = &session.names.full(call.head().as_symbol()?).name;
    let [event, action] = call.args() else { return None };
    (&**name == "WhenEvent").then(|| [event.clone(), action.clone()])
}

impl Event {
    /// Reads an event and its action, in which symbols stand for the values.
    pub(super) fn new(
        session: &mut Session,
        event: &Value,
        action: &Value,
        x: &Value,
        state: &[Value],
    ) -> Evaluated<Option<Self>> {
        let Some(call) = event.as_call() else { return Ok(None) };
        let direction = match call.head().as_symbol() {
            Some(sym::Equal) => 0,
            Some(sym::Less | sym::LessEqual) => -1,
            Some(sym::Greater | sym::GreaterEqual) => 1,
            _ => return Ok(None),
        };
        let [left, right] = call.args() else { return Ok(None) };
        let mut outputs = vec![session.difference_of(left, right)?];
        let (mut changed, mut stops) = (Vec::new(), false);
        let compound = action.args_of(sym::CompoundExpression);
        for one in compound.or_else(|| action.as_list()).unwrap_or(std::slice::from_ref(action)) {
            if one.as_str() == Some("StopIntegration") {
                stops = true;
                continue;
            }
            let Some((name, value, _)) = crate::rule::sides(one) else { return Ok(None) };
            let Some(place) = state.iter().position(|symbol| symbol == name) else {
                return Ok(None);
            };
            changed.push(place);
            outputs.push(session.evaluate(value)?);
        }
        let variables: Vec<Value> = std::iter::once(x).chain(state).cloned().collect();
        let tape = Tape::new(session, &variables, &outputs.iter().collect::<Vec<_>>());
        let is_known = !tape.is_opaque && tape.variables.len() == variables.len();
        Ok(is_known.then_some(Self { tape, changed, direction, stops }))
    }

    fn run(&self, node: &Node) -> Vec<C> {
        let values: Vec<C> =
            std::iter::once(c(node.x, 0.0)).chain(node.y.iter().copied()).collect();
        self.tape.run(&values, &mut Vec::new())
    }

    fn value(&self, node: &Node) -> f64 {
        self.run(node)[0].re
    }

    /// Whether it happens between two nodes.
    fn is_between(&self, before: f64, after: f64) -> bool {
        match self.direction {
            1 => before < 0.0 && after >= 0.0,
            -1 => before > 0.0 && after <= 0.0,
            _ => before * after < 0.0 || (after == 0.0 && before != 0.0),
        }
    }
}

/// Follows a solution from its last node to an end, with what happens at events.
pub(super) fn follow_with_events(
    session: &mut Session,
    slope: Slope<'_>,
    nodes: &mut Vec<Node>,
    events: &[Event],
    limits: &Limits,
) -> Evaluated<End> {
    for _ in 0..MOST {
        let Some(start) = nodes.last().cloned() else { return Ok(End::Reached) };
        let mut piece = vec![start];
        let end = follow(session, slope, &mut piece, limits)?;
        let Some((place, event)) = first_event(&piece, events) else {
            nodes.extend(piece.into_iter().skip(1));
            return Ok(end);
        };
        let after = piece[place].x;
        piece.truncate(place);
        let at = located(session, slope, &piece[place - 1], after, event, limits)?;
        nodes.extend(piece.into_iter().skip(1));
        nodes.push(at.clone());
        if event.stops {
            return Ok(End::Reached);
        }
        let values = event.run(&at);
        let mut y = at.y.clone();
        for (place, value) in event.changed.iter().zip(&values[1..]) {
            y[*place] = *value;
        }
        if (limits.to - at.x).abs() <= 1e-12 * (1.0 + limits.to.abs()) {
            return Ok(End::Reached);
        }
        let first = slope(session, at.x, &y)?;
        nodes.push(Node { x: at.x, y, slope: first });
    }
    Ok(End::TooManySteps)
}

/// The first node after an event, and the event.
fn first_event<'e>(piece: &[Node], events: &'e [Event]) -> Option<(usize, &'e Event)> {
    for place in 1..piece.len() {
        for event in events {
            let (mut before, after) = (event.value(&piece[place - 1]), event.value(&piece[place]));
            if place == 1 && before.abs() <= 1e-8 * (1.0 + after.abs()) {
                // What has just happened there is not to happen again.
                before = 0.0;
            }
            if event.is_between(before, after) {
                return Some((place, event));
            }
        }
    }
    None
}

/// The node at which an event happens, between one and the place of the next, by bisection.
fn located(
    session: &mut Session,
    slope: Slope<'_>,
    before: &Node,
    after: f64,
    event: &Event,
    limits: &Limits,
) -> Evaluated<Node> {
    let low_value = event.value(before);
    let reach = |session: &mut Session, slope: Slope<'_>, to: f64| -> Evaluated<Node> {
        let mut nodes = vec![before.clone()];
        if to > before.x {
            follow(session, slope, &mut nodes, &Limits { to, ..*limits })?;
        }
        Ok(nodes.pop().unwrap_or_else(|| before.clone()))
    };
    let (mut low, mut high) = (before.x, after);
    let mut at = reach(session, slope, high)?;
    let has_passed = |value: f64| value * low_value <= 0.0;
    for _ in 0..SEARCH {
        let width = high - low;
        if width <= 4.0 * f64::EPSILON * (1.0 + high.abs()) {
            break;
        }
        let middle = low + 0.5 * width;
        at = reach(session, slope, middle)?;
        match has_passed(event.value(&at)) {
            true => high = middle,
            false => low = middle,
        }
    }
    reach(session, slope, high).map(|node| if node.x > before.x { node } else { at })
}
