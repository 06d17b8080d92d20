//! Messages: what the language tells beside its results, such as `Power::infy`.

use crate::session::{Note, Session};
use crate::symbol::{Symbol, sym};
use crate::value::Value;

/// Texts of messages that any symbol may have: `` `1` `` stands for the first part.
const GENERAL: &[(&str, &str)] = &[
    ("argx", "`1` called with `2` arguments; 1 argument is expected."),
    ("argr", "`1` called with 1 argument; `2` arguments are expected."),
    ("argrx", "`1` called with `2` arguments; `3` arguments are expected."),
    ("argt", "`1` called with `2` arguments; `3` or `4` arguments are expected."),
    ("argb", "`1` called with `2` arguments; between `3` and `4` arguments are expected."),
    ("argm", "`1` called with `2` arguments; 1 or more arguments are expected."),
    ("wrsym", "Symbol `1` is Protected."),
    ("write", "Tag `1` in `2` is Protected."),
    ("tdlen", "Objects of unequal length in `1` cannot be combined."),
    ("infy", "Infinite expression `1` encountered."),
    ("poly", "`1` is not a polynomial."),
    ("modp", "Value of option Modulus -> `1` should be a prime number or zero."),
    ("indet", "Indeterminate expression `1` encountered."),
    ("iterb", "Iterator `1` does not have appropriate bounds."),
    ("itform", "Argument `1` at position `2` does not have the correct form for an iterator."),
    ("compat", "`1` and `2` are incompatible units."),
    ("unkunit", "Unable to interpret unit specification `1`."),
    ("partw", "Part `1` of `2` does not exist."),
    ("partd", "Part specification `1` is longer than depth of object."),
    ("pkspec1", "The expression `1` cannot be used as a part specification."),
    ("nofirst", "`1` has zero length and no first element."),
    ("nolast", "`1` has zero length and no last element."),
    ("norest", "Cannot take Rest of expression `1` with length zero."),
    ("nomost", "Cannot take Most of expression `1` with length zero."),
    ("take", "Cannot take positions `1` through `2` in `3`."),
    ("drop", "Cannot drop positions `1` through `2` in `3`."),
    ("normal", "Nonatomic expression expected at position `1` in `2`."),
    ("list", "List expected at position `1` in `2`."),
    ("string", "String expected at position `1` in `2`."),
    ("int", "Integer expected at position `1` in `2`."),
    ("intnn", "Non-negative integer expected at position `1` in `2`."),
    ("intp", "Positive integer expected at position `1` in `2`."),
    ("sym", "Argument `1` at position `2` is expected to be a symbol."),
    ("nonopt", "Options expected (instead of `1`) beyond position `2` in `3`."),
    ("ssym", "`1` is not a symbol or a string."),
    ("setting", "`1` is not a value that `2` can have."),
    ("noeff", "The option `1` is not built and has no effect."),
    ("optx", "Unknown option `1` in `2`."),
    ("reps", "`1` is neither a list of replacement rules nor a valid dispatch table."),
    ("rvalue", "`1` is not a variable with a value, so its value cannot be changed."),
    ("setraw", "Cannot assign to raw object `1`."),
    ("noval", "Symbol `1` in part assignment does not have an immediate value."),
    ("slotn", "Slot number `1` in `2` cannot be filled from the arguments given."),
    ("fpct", "Too many parameters in `2` to be filled from `1` arguments."),
    ("reclim2", "Recursion depth of `1` exceeded during evaluation."),
    ("itlim", "Iteration limit of `1` exceeded."),
    ("nocatch", "Uncaught `1` returned to top level."),
    (
        "lvset",
        "Local variable specification `1` contains `2`, which is an assignment to `3`; only assignments to symbols are allowed.",
    ),
    (
        "lvsym",
        "Local variable specification `1` contains `2`, which is not a symbol or an assignment to a symbol.",
    ),
    ("locked", "Symbol `1` is locked."),
    ("ovfl", "Overflow occurred in computation."),
    ("level", "Level specification `1` is not of the form n, {n}, or {m, n}."),
    ("nomem", "The result is too large to be represented."),
    (
        "intern",
        "An error of the program itself ended the evaluation: `1`. Please report it with what was evaluated.",
    ),
    ("ivar", "`1` is not a valid variable."),
    ("setval", "`1` cannot be the value of the setting `2`."),
    ("cfsa", "Argument `1` at position `2` should be a `3`."),
    ("cfta", "Argument `1` at position `2` should be a rank `3` tensor of `4`."),
    (
        "cfn",
        "Numerical error encountered at instruction `1`; proceeding with uncompiled evaluation.",
    ),
    ("cfct", "Number of arguments `1` does not match the length `2` of the argument template."),
    ("cset", "Variable `1` of type `2` encountered in assignment of type `3`."),
    ("cpar", "Parameter `1` should be a symbol, or a symbol with a type and a rank."),
    ("nogen", "A library could not be generated from the compiled function."),
    ("nofun", "`1` is neither a symbol that has rules nor a function."),
    ("divz", "The argument `1` should be nonzero."),
    ("dotsh", "Tensors `1` and `2` have incompatible shapes."),
    (
        "shdw",
        "Symbol `1` appears in multiple contexts `2`; definitions in context `3` may shadow or be shadowed by other definitions.",
    ),
    ("sing", "Matrix `1` is singular."),
    ("luc", "The inverse of the badly conditioned matrix `1` may have large errors."),
    ("matsq", "Argument `1` at position `2` is not a square matrix with at least one element."),
    ("posdef", "The matrix `1` is not positive definite."),
    ("nosol", "The equations have no solution."),
    ("lslc", "The right side has not as many elements as the matrix has rows."),
    ("lpsnf", "No point satisfies the conditions."),
    ("lpsub", "The program has no least value."),
    ("nmtx", "The lists of `1` are not of the same length."),
    ("dims", "The dimensions of the array cannot be told from `1`."),
    ("pos", "Position `1` is outside of the array."),
    ("market", "`1`"),
    ("setting", "`1` is no setting of `2`."),
    ("near", "`1` is no setting of `2`; did you mean `3`?"),
    ("value", "`1` is no value of `2`, which must be `3`."),
    ("symbols", "There are `1` symbols, more than the `2` that there are to be."),
    ("graph", "`1` is no flame graph of ProfileCPU."),
    ("slower", "The benchmark `1` takes `2` times as long as its baseline."),
    ("unit", "`1` cannot be converted to `2`."),
    ("method", "`1` is no method of a parallel function."),
    ("full", "As many evaluations wait as may: `1`."),
    ("nopar1", "`1` cannot be evaluated by several workers; one does it."),
    ("parallel", "One worker evaluates everything: `1`."),
    (
        "inturn",
        "The evaluation changes or needs `1`, which only one worker can; it was done in order by one.",
    ),
    ("notfound", "Symbol `1` not found."),
    ("invrl", "The argument `1` is not a valid association or list of rules."),
    ("invak", "The argument `1` is not a valid association."),
    ("arg", "Argument `1` cannot be interpreted as a date or time."),
    ("noopen", "Cannot open `1`."),
    ("nffil", "File `1` not found."),
    ("fdnfnd", "Directory or file `1` not found."),
    ("filex", "`1` exists already."),
    ("nodir", "Directory `1` not found."),
    ("cdir", "Cannot set the current directory to `1`."),
    ("fmterr", "The data cannot be read or written in the format `1`."),
    ("openx", "`1` is not open."),
    ("readn", "What is read is no real number."),
    ("readt", "What is read is no expression."),
    ("readf", "`1` is not a type of what can be read."),
    ("stmrng", "Cannot set the current point of `2` to position `1`."),
    ("cxt", "`1` is not a valid context."),
    ("noctx", "No previous context defined."),
    ("nocont", "Context `1` was not created when Needs was evaluated."),
    ("hashmtd", "`1` is not a method that hashes can be computed by."),
    ("lend", "`1` is no list of bytes and no string in base 64."),
    ("strse", "String or list of strings expected at position `1` in `2`."),
    ("srep", "`1` is not a valid string replacement rule."),
    ("invld", "Element `1` is not a valid string or pattern element in `2`."),
    ("ins", "Cannot insert at position `1` in `2`."),
    ("idim", "`1` and `2` must have the same length."),
    ("notunicode", "A character code in `1` is not that of a character."),
    ("nsmet", "This system cannot be solved with the methods available to `1`."),
    (
        "ifun",
        "Inverse functions are being used by `1`, so some solutions may not be found; use Reduce for complete solution information.",
    ),
    ("naqs", "`1` is not a quantified system of equations and inequalities."),
    ("svars", "Equations may not give solutions for all \"solve\" variables."),
    ("jsing", "A singular derivative was met, and no further step is possible."),
    ("lstol", "No step makes the function smaller, although it is not near 0."),
    ("cvmit", "The search has not converged within `1` steps."),
    ("nlnum", "The function value of `1` is not a number at the point of the search."),
    ("nrnum", "The function value is not a real number at the start of the search."),
    (
        "dmval",
        "Input value `1` lies outside the range of data in the interpolating function. Extrapolation will be used.",
    ),
    ("inhr", "Requested order is too high; order has been reduced to `1`."),
    ("indim", "The points of `1` do not fill a grid, or their values are no numbers."),
    ("ndig", "The number of digits to return cannot be determined."),
    ("ibase", "Base `1` is not an integer greater than 1."),
    ("intpp", "Positive integer argument expected in `1`."),
    ("smplen", "There are fewer than `1` elements to choose from."),
    ("timc", "Number of seconds expected at position 2 in `1`."),
    ("memc", "Number of bytes expected at position 2 in `1`."),
    ("nometer", "Nothing here tells how much memory is in use."),
    ("asrtf", "Assertion `1` failed."),
    ("asrtfl", "Assertion `1` at line or tag `2` failed."),
    ("rmnsm", "There are no symbols that match `1`."),
    ("rmptc", "Symbol `1` is Protected and cannot be removed."),
    ("ncvb", "The integral of `1` did not converge to the precision that is asked for."),
    ("inumr", "The integrand `1` has no numerical value at places between the bounds."),
    ("idiv", "The integral of `1` from `2` to `3` does not converge."),
    ("bvfail", "No values at the first place were found for which all conditions hold."),
    ("ndnum", "A derivative is not a number at `1` == `2`."),
    (
        "ndsz",
        "At `1` == `2` the steps have become so small that there is a singularity or a stiff system.",
    ),
    ("mxst", "The limit of `1` steps was reached at `2` == `3`."),
    ("pllim", "Range specification `1` is not of the form {x, xmin, xmax}."),
    ("plln", "Limiting value `1` in `2` is not a machine-sized real number."),
    ("plld", "Endpoints for `1` in `2` must have distinct machine-precision numerical values."),
    ("ppts", "Value of option PlotPoints -> `1` is not an integer >= 2."),
    (
        "invmaxrec",
        "MaxRecursion must be a non-negative integer; the recursion value is limited to `2`. Using MaxRecursion -> `2`.",
    ),
    ("lpn", "`1` is not a list of numbers or pairs of numbers."),
    ("ldata", "`1` is not a valid dataset or list of datasets."),
    ("arrayerr", "`1` must be a valid array."),
    ("mat", "Argument `1` is not a matrix."),
    ("hbins", "The bin specification `1` is not valid."),
    ("gtype", "`1` is not a type of graphics."),
    ("gcomb", "Could not combine the graphics objects in `1`."),
    ("timeout", "The time limit of `1` seconds was exceeded."),
];

/// Returns the text of a message that any symbol may have.
pub(crate) fn general(tag: &str) -> Option<&'static str> {
    GENERAL.iter().find(|(known, _)| *known == tag).map(|(_, text)| *text)
}

impl Session {
    /// Tells a message of a symbol, unless it is switched off.
    pub(crate) fn message(&mut self, symbol: Symbol, tag: &str, parts: &[Value]) {
        let name = format!("{}::{tag}", self.names.shown(symbol));
        if self.switched_off.contains(&name) {
            return;
        }
        self.message_names.push(name.clone());
        if self.quiet > 0 {
            return;
        }
        self.keep_message(symbol, tag);
        let text = self.message_text(symbol, tag);
        let text = self.fill_message(&text, parts);
        self.tell(Note::Message { name, text });
    }

    fn message_text(&self, symbol: Symbol, tag: &str) -> String {
        let own = |symbol: Symbol| {
            let text = self.definition(symbol)?.rare.as_ref()?.messages.get(tag)?;
            text.as_str().map(str::to_owned)
        };
        own(symbol)
            .or_else(|| own(sym::General))
            .or_else(|| general(tag).map(str::to_owned))
            .unwrap_or_else(|| "-- Message text not found --".to_owned())
    }

    /// Fills the parts into a text: `` `1` `` is the first of them.
    pub(crate) fn fill_message(&self, text: &str, parts: &[Value]) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        let mut next = 0;
        while let Some(start) = rest.find('`') {
            filled.push_str(&rest[..start]);
            let Some(length) = rest[start + 1..].find('`') else { break };
            let number = &rest[start + 1..start + 1 + length];
            let place = match number.parse::<usize>() {
                Ok(place) => place.wrapping_sub(1),
                Err(_) => next,
            };
            next = place.wrapping_add(1);
            match parts.get(place) {
                Some(part) => filled.push_str(&shortened(self.output_form(part))),
                None => filled.push_str(&format!("`{number}`")),
            }
            rest = &rest[start + length + 2..];
        }
        filled.push_str(rest);
        filled
    }
}

/// Characters of a part of a message that are shown; of a longer one, the beginning and the end.
const PART_MAX: usize = 2_000;

fn shortened(text: String) -> String {
    if text.len() <= PART_MAX {
        return text;
    }
    let left_out = text.len() - PART_MAX;
    let start = text.floor_char_boundary(PART_MAX / 2);
    let end = text.ceil_char_boundary(text.len() - PART_MAX / 2);
    format!("{}<<{left_out}>>{}", &text[..start], &text[end..])
}
