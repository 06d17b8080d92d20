//! `bolt diagnostics thermal`: heat and power, once or again and again.

use std::io::Write;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use bolt_base::UnixNanos;
use bolt_exec::CancelToken;
use bolt_hardware::{Energy, Hardware, Reading, Thermal, Throttling, Unavailable};
use clap::Args;
use serde_json::{Value, json};

use super::hardware::{copy_of, json as view, text, warn};
use super::page::{Page, shown};
use crate::context::{Context, cancelled_by_signals};
use crate::output::{Table, number};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bolt diagnostics thermal
  bolt diagnostics thermal --continuous --interval 5
  bolt diagnostics thermal --continuous --json >> heat.jsonl")]
pub(crate) struct ThermalArguments {
    /// Go on until Ctrl-C, a line a reading
    #[arg(long)]
    continuous: bool,
    /// Time between readings, at least 0.1
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0, value_parser = interval, requires = "continuous")]
    interval: f64,
    /// Read a machine from a copy of its files: a folder with `proc` and `sys`
    #[arg(long, value_name = "FOLDER")]
    root: Option<PathBuf>,
}

/// The time between two readings of the counters of energy, whose difference is the power.
const POWER: Duration = Duration::from_millis(100);

/// How long Ctrl-C waits at most.
const LOOK: Duration = Duration::from_millis(50);

fn interval(text: &str) -> Result<f64, String> {
    let seconds = crate::arguments::number(text)?;
    match (POWER.as_secs_f64()..=86_400.0).contains(&seconds) {
        true => Ok(seconds),
        false => Err("the time between readings is from 0.1 to 86400 seconds".to_owned()),
    }
}

/// One reading.
struct Sample {
    time: UnixNanos,
    thermal: Thermal,
    /// Slowing down since the reading before.
    since: Option<Throttling>,
    power: Reading<Vec<Power>>,
}

/// What a part of the machine takes.
struct Power {
    name: String,
    zone: String,
    watts: Reading<f64>,
}

pub(super) fn run(arguments: &ThermalArguments, mut context: Context) -> Result<()> {
    let copy = copy_of(arguments.root.as_deref())?;
    let hardware = copy.as_ref().unwrap_or_else(|| Hardware::get());
    if !arguments.continuous {
        let sample = Sample::take(hardware, None);
        match context.json {
            true => context.write_json(&sample.view())?,
            false => sample.show(&mut context)?,
        }
        warn(&sample.thermal, &context);
        return Ok(());
    }
    let every = Duration::from_secs_f64(arguments.interval);
    let cancel = cancelled_by_signals();
    let (mut earlier, mut was_hot) = (None, false);
    while !cancel.is_cancelled() {
        let began = Instant::now();
        let sample = Sample::take(hardware, earlier.as_ref());
        match context.json {
            true => context.write_json(&sample.view())?,
            false => {
                writeln!(context.out, "{}", sample.line())?;
                context.out.flush()?;
            }
        }
        let is_hot = !sample.thermal.alerts(Thermal::ALERT_CELSIUS).is_empty();
        if is_hot && !was_hot {
            warn(&sample.thermal, &context);
        }
        was_hot = is_hot;
        earlier = sample.thermal.throttling.ok();
        wait(every.saturating_sub(began.elapsed()), &cancel);
    }
    Ok(())
}

/// Waits, or until the token is cancelled.
fn wait(time: Duration, cancel: &CancelToken) {
    let began = Instant::now();
    while !cancel.is_cancelled() {
        let left = time.saturating_sub(began.elapsed());
        if left.is_zero() {
            return;
        }
        thread::sleep(left.min(LOOK));
    }
}

impl Sample {
    fn take(hardware: &Hardware, earlier: Option<&Throttling>) -> Self {
        let power = power(hardware);
        let thermal = hardware.thermal();
        let since = thermal.throttling.as_ref().ok().zip(earlier);
        let since = since.map(|(now, earlier)| now.since(earlier));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let time = UnixNanos(i64::try_from(now.as_nanos()).unwrap_or(i64::MAX));
        Self { time, thermal, since, power }
    }

    fn view(&self) -> Value {
        let Self { time, thermal, since, power } = self;
        let mut view = view::thermal(thermal);
        view["schema"] = json!("bolt.diagnostics.thermal/1");
        view["time"] = json!(time.to_string());
        view["slowed_down_since"] = json!(since.map(|since| {
            json!({"core_events": since.core_events, "package_events": since.package_events})
        }));
        let part = |part: &Power| {
            let watts = view::reading(&part.watts, |watts| json!(watts));
            json!({"name": part.name, "zone": part.zone, "watts": watts})
        };
        view["power"] = view::reading(power, |parts| parts.iter().map(part).collect());
        view
    }

    fn show(&self, context: &mut Context) -> Result<()> {
        let Self { time: _, thermal, since: _, power } = self;
        let page = &mut Page { out: &mut context.out, style: context.style };
        let hottest = thermal.hottest();
        let hottest = hottest.map(|(sensor, celsius)| format!("{celsius:.1} °C ({})", sensor.name));
        page.facts(
            "Heat",
            [
                ("hottest", shown(&hottest)),
                ("slowed down", text::slowed_down(&thermal.throttling)),
                ("power", shown(&power.as_ref().map(|parts| told(parts)).map_err(Clone::clone))),
            ],
        )?;
        text::sensors(thermal, page)?;
        if let Ok(parts) = power {
            let mut table = Table::new(["  part", "counter", ">power"]);
            for Power { name, zone, watts } in parts {
                let watts = watts.clone().map(in_watts);
                table.push([format!("  {name}"), zone.clone(), shown(&watts)]);
            }
            page.table("Power", &table)?;
        }
        Ok(context.out.flush()?)
    }

    /// Returns a line of time, temperature, slowing down and power.
    fn line(&self) -> String {
        let Self { time, thermal, since, power } = self;
        let hottest = thermal.hottest();
        let hottest = hottest.map(|(sensor, celsius)| format!("{celsius:.1} °C {}", sensor.name));
        let slowed = match (since, &thermal.throttling) {
            (Some(since), _) => {
                let times = since.core_events + since.package_events;
                format!("slowed down {times} times")
            }
            (None, Ok(_)) => "slowed down -".to_owned(),
            (None, Err(why)) => format!("slowing down {why}"),
        };
        let power = match power {
            Ok(parts) => told(parts),
            Err(why) => format!("power {why}"),
        };
        let hottest = hottest.unwrap_or_else(|why| format!("heat {why}"));
        format!("{time}  {hottest}  {slowed}  {power}")
    }
}

fn in_watts(watts: f64) -> String {
    format!("{} W", number(watts))
}

fn told(parts: &[Power]) -> String {
    let part = |part: &Power| match &part.watts {
        Ok(watts) => format!("{} {}", part.name, in_watts(*watts)),
        Err(why) => format!("{} {why}", part.name),
    };
    parts.iter().map(part).collect::<Vec<_>>().join(", ")
}

/// Reads the counters of energy twice, [`POWER`] apart. Where there are none, it takes no time.
fn power(hardware: &Hardware) -> Reading<Vec<Power>> {
    let (before, began) = (hardware.energy()?, Instant::now());
    thread::sleep(POWER);
    let after = hardware.energy()?;
    let elapsed = began.elapsed();
    let part = |now: Energy| {
        let then = before.iter().find(|then| then.zone == now.zone);
        let watts = match then {
            Some(then) => now.watts_since(then, elapsed),
            None => Err(Unavailable::new("the counter is new")),
        };
        Power { name: now.name, zone: now.zone, watts }
    };
    Ok(after.into_iter().map(part).collect())
}
