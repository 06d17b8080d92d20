//! What series, processes and models answer when they are applied: `series["Values"]`,
//! `process[t]`, `model[k]`; and functions of series, which work on their values.

use triomphe::Arc;

use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value};

/// Applied objects, as rules on the call.
const APPLIED: &str = "{
    HypothesisTestData[m_Association][w_String] :> If[KeyExistsQ[m, w], m[w], HypothesisTestData[\"Answer\", m[\"Test\"], {m[\"TestStatistic\"], m[\"PValue\"]}, w, SignificanceLevel -> m[\"SignificanceLevel\"]]],
    TimeSeriesModel[m_Association][\"Properties\"] :> Append[Keys[m], \"Properties\"],
    TimeSeriesModel[m_Association][w_String] /; KeyExistsQ[m, w] :> m[w],
    TimeSeriesModel[m_Association][k_Integer?Positive] :> TimeSeriesForecast[m[\"BestFit\"], m[\"Data\"], k],
    (TimeSeries | EventSeries)[v_, {t_}][w_String] :> With[{r = Switch[w,
        \"Values\", v, \"ValueList\", {v}, \"Times\", t, \"TimeList\", {t}, \"Path\", Transpose[{t, v}], \"Paths\", {Transpose[{t, v}]},
        \"Dates\", DateObject[DateList[#]] & /@ t, \"DatePath\", Transpose[{DateObject[DateList[#]] & /@ t, v}],
        \"FirstTime\", First[t], \"LastTime\", Last[t], \"FirstValue\", First[v], \"LastValue\", Last[v],
        \"FirstDate\", DateObject[DateList[First[t]]], \"LastDate\", DateObject[DateList[Last[t]]],
        \"PathLength\", Length[v], \"PathCount\", 1, \"MinimumTimeIncrement\", Min[Differences[t]],
        \"RegularlySampledQ\", With[{d = Differences[N[t]]}, d === {} || Max[d] - Min[d] <= 10^-9 Max[d]],
        \"Properties\", {\"DatePath\", \"Dates\", \"FirstDate\", \"FirstTime\", \"FirstValue\", \"LastDate\", \"LastTime\", \"LastValue\", \"MinimumTimeIncrement\", \"Path\", \"PathCount\", \"PathLength\", \"Paths\", \"Properties\", \"RegularlySampledQ\", \"TimeList\", \"Times\", \"ValueList\", \"Values\"},
        _, $Failed]}, r /; r =!= $Failed],
    TimeSeries[v_, {t_}][x_] :> With[{y = TimeSeries[\"Time\", x]}, TimeSeries[\"At\", v, t, y] /; NumericQ[y] && First[t] <= y <= Last[t]],
    EventSeries[v_, {t_}][x_] :> With[{y = TimeSeries[\"Time\", x]}, With[{p = FirstPosition[t, $t_ /; $t == y, None, {1}]}, If[p === None, Missing[], v[[First[p]]]]] /; NumericQ[y]],
    TemporalData[v_, {t_}][w_String] :> With[{r = Switch[w, \"ValueList\", v, \"Values\", Join @@ v, \"Times\", t, \"TimeList\", ConstantArray[t, Length[v]], \"Paths\", Transpose[{t, #}] & /@ v, \"Path\", Transpose[{t, First[v]}], \"PathCount\", Length[v], \"PathLength\", Length[t], \"FirstTime\", First[t], \"LastTime\", Last[t], \"FirstValues\", First /@ v, \"LastValues\", Last /@ v, \"Components\", TimeSeries[#, {t}] & /@ v,
        \"Properties\", {\"Components\", \"FirstTime\", \"FirstValues\", \"LastTime\", \"LastValues\", \"Path\", \"PathCount\", \"PathLength\", \"Paths\", \"Properties\", \"SliceData\", \"TimeList\", \"Times\", \"ValueList\", \"Values\"}, _, $Failed]}, r /; r =!= $Failed],
    TemporalData[v_, {t_}][\"Path\", k_Integer] /; 0 < k <= Length[v] :> Transpose[{t, v[[k]]}],
    TemporalData[v_, {t_}][\"SliceData\", x_] /; First[t] <= x <= Last[t] :> (TimeSeries[\"At\", #, t, x] & /@ v),
    TemporalData[v_, {t_}][x_] /; NumericQ[x] && First[t] <= x <= Last[t] :> With[{s = TimeSeries[\"At\", #, t, x] & /@ v}, If[Length[s] == 1, First[s], s]],
    WienerProcess[m_, s_][t_] :> NormalDistribution[m t, s Sqrt[t]],
    GeometricBrownianMotionProcess[m_, s_, x_][t_] :> LogNormalDistribution[(m - s^2/2) t + Log[x], s Sqrt[t]],
    OrnsteinUhlenbeckProcess[m_, s_, k_][_] :> NormalDistribution[m, s/Sqrt[2 k]],
    OrnsteinUhlenbeckProcess[m_, s_, k_, x_][t_] :> NormalDistribution[m + (x - m) E^(-k t), s Sqrt[(1 - E^(-2 k t))/(2 k)]],
    PoissonProcess[m_][t_] :> PoissonDistribution[m t],
    BrownianBridgeProcess[s_, {u_, a_}, {v_, b_}][t_] :> NormalDistribution[a + (b - a) (t - u)/(v - u), s Sqrt[(t - u) (v - t)/(v - u)]],
    p_[_] /; MatchQ[p, (ARProcess | MAProcess | ARMAProcess)[__]] :> With[{q = ARMAProcess[\"Parts\", p]}, NormalDistribution[q[[1]]/(1 - Total[q[[2]]]), Sqrt[CovarianceFunction[p, 0]]] /; ListQ[q]]
}";

/// Applies an object to arguments.
pub(in crate::builtins) fn apply(
    session: &mut Session,
    head: &Call,
    call: &Call,
) -> Evaluated<Step> {
    let object = Value::from(head.clone());
    let call = Arc::new(Call::new(object, Args::from(call.args())));
    session.by_rules(&call, APPLIED)
}

/// Functions whose value for a series is that for the list of its values.
const REDUCED: &[&str] = &[
    "AndersonDarlingTest",
    "CentralMoment",
    "Correlation",
    "Covariance",
    "DistributionFitTest",
    "EmpiricalDistribution",
    "EstimatedDistribution",
    "FindDistributionParameters",
    "GeometricMean",
    "HarmonicMean",
    "HistogramDistribution",
    "InterquartileRange",
    "JarqueBeraALMTest",
    "Kurtosis",
    "Max",
    "Mean",
    "MeanDeviation",
    "Median",
    "MedianDeviation",
    "Min",
    "MinMax",
    "Moment",
    "Quantile",
    "Quartiles",
    "RootMeanSquare",
    "ShapiroWilkTest",
    "Skewness",
    "SmoothKernelDistribution",
    "StandardDeviation",
    "Total",
    "TTest",
    "UnitRootTest",
    "Variance",
];

/// Functions that give a list for the last times of a series.
const WINDOWED: &[&str] = &[
    "Accumulate",
    "Differences",
    "ExponentialMovingAverage",
    "MovingAverage",
    "MovingMedian",
    "Ratios",
    "Rescale",
    "Standardize",
];

/// The values and the times of a series in its full form, and its head.
struct Series<'a> {
    head: Symbol,
    values: &'a Value,
    times: &'a Value,
}

impl<'a> Series<'a> {
    fn read(value: &'a Value) -> Option<Self> {
        let call = value.as_call()?;
        let head = call.head().as_symbol()?;
        if head != sym::TimeSeries && head != sym::EventSeries {
            return None;
        }
        let [values, times] = call.args() else { return None };
        let [times] = times.as_list()? else { return None };
        let is_whole = values.as_list().is_some() && times.as_list().is_some();
        is_whole.then_some(Self { head, values, times })
    }

    /// Returns a series of other values, at the last of its times.
    fn with(&self, values: Value) -> Option<Value> {
        let count = values.as_call().filter(|own| own.is(sym::List))?.len();
        let times = self.times.as_list()?;
        let first = times.len().checked_sub(count)?;
        let times = match first {
            0 => self.times.clone(),
            _ => Value::list(Args::from(&times[first..])),
        };
        let times = Value::list([times].as_slice());
        (count > 0).then(|| Value::call(self.head, [values, times]))
    }
}

/// Returns what a function of series comes to, `None` if it does not know them.
pub(in crate::builtins) fn combined(
    session: &mut Session,
    head: Symbol,
    args: &[Value],
) -> Evaluated<Option<Value>> {
    let Some(first) = args.iter().find_map(Series::read) else { return Ok(None) };
    let name = session.names.full(head).clone();
    let values = || -> Args {
        let of =
            |arg: &Value| Series::read(arg).map_or_else(|| arg.clone(), |own| own.values.clone());
        args.iter().map(of).collect()
    };
    if &*name.context == "System`" {
        if REDUCED.contains(&&*name.name) {
            return Ok(Some(Value::call(head, values())));
        }
        if WINDOWED.contains(&&*name.name) {
            let values = session.evaluate(&Value::call(head, values()))?;
            return Ok(first.with(values));
        }
        if head == sym::Normal && args.len() == 1 {
            let columns = Value::list([first.times.clone(), first.values.clone()]);
            return session.system("Transpose", [columns].as_slice()).map(Some);
        }
    }
    if !session.attributes(head).has(Attributes::LISTABLE) {
        return Ok(None);
    }
    let are_together = args.iter().filter_map(Series::read).all(|own| own.times == first.times);
    let has_lists = args.iter().any(|arg| arg.as_list().is_some());
    if are_together && !has_lists {
        let values = session.evaluate(&Value::call(head, values()))?;
        return Ok(first.with(values));
    }
    // At other times, series are joined by lines.
    if args.iter().all(|arg| Series::read(arg).is_some_and(|own| own.head == sym::TimeSeries)) {
        let apply = Value::call(sym::Apply, [Value::Symbol(head)].as_slice());
        let thread = session.system_symbol("TimeSeriesThread");
        return Ok(Some(Value::call(thread, [apply, Value::list(Args::from(args))])));
    }
    Ok(None)
}

/// Returns what a series is shown as: its first and last time, and how many values it has.
pub(in crate::builtins) fn words(session: &Session, call: &Call) -> Option<String> {
    let value = Value::from(call.clone());
    let series = Series::read(&value)?;
    let times = series.times.as_call()?;
    let ends = [times.get(0)?, times.get(times.len() - 1)?];
    let name = session.names.full(series.head).name.clone();
    let [from, to] = ends.map(|end| session.output_form(&end));
    Some(format!("{name}[<{}>, {{{from}, {to}}}]", times.len()))
}
