//! Bars of several assets side by side.

use std::sync::Arc;

use bolt_base::{Bytes, UnixNanos};
use bolt_memory::Reservation;

use super::bars::Bars;
use super::column::Column;
use super::error::{DataError, UnknownColumn};
use super::frame::{Frame, TimeBasis};
use super::hash::ContentHasher;
use super::interval::Interval;
use super::report::RepairReport;

/// Several assets on the union of their timestamps.
///
/// A field (`close`, `volume`, …) is one matrix, time-major: the values of all assets at a time lie
/// side by side, so that a vector instruction works on several assets. A row takes
/// [`stride`](Panel::stride) values, the number of assets rounded up to a multiple of
/// [`Panel::LANES`], and starts on a 64-byte boundary. NaN stands where an asset has no bar and in
/// the lanes that no asset uses.
#[derive(Debug, Clone)]
pub struct Panel {
    /// What the timestamps mean.
    pub basis: TimeBasis,
    /// The usual time between rows, if there are two.
    pub interval: Option<Interval>,
    /// What was repaired and found missing, an entry an asset; of a file with a column an asset
    /// one entry for all.
    pub reports: Vec<Arc<RepairReport>>,
    /// Hash of the file the panel came from, 0 if from several or none.
    pub source_hash: u128,
    /// What is reserved for the fields, where a budget counts them. It is given back with the last
    /// clone.
    pub memory: Option<Arc<Reservation>>,
    assets: Vec<String>,
    stride: usize,
    timestamps: Column<UnixNanos>,
    fields: Vec<(String, Column)>,
    universe: Option<Column<u8>>,
}

impl Panel {
    /// The stride of a row is a multiple of this number of values.
    pub const LANES: usize = 16;

    /// The most values that a panel may have in all fields together: 16 GiB.
    pub const MAX_VALUES: usize = 1 << 31;

    /// Aligns the bars of several assets. A field is there if any asset has it.
    ///
    /// # Errors
    /// If there are no assets, or an asset has no symbol or that of another.
    pub fn align(bars: &[Bars]) -> Result<Self, DataError> {
        let assets: Vec<String> = bars.iter().map(|bars| bars.symbol.clone()).collect();
        check_assets(&assets)?;
        let mut times: Vec<UnixNanos> =
            bars.iter().flat_map(|bars| bars.timestamps().iter().copied()).collect();
        // A stable sort merges ascending runs.
        times.sort();
        times.dedup();
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in bars.iter().flat_map(Bars::columns) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let stride = stride_of(assets.len());
        check_size(times.len(), stride, names.len())?;
        let rows: Vec<Vec<usize>> =
            bars.iter().map(|bars| rows_in(&times, bars.timestamps())).collect();
        let field = |name: &&str| {
            let fill = |matrix: &mut [f64]| {
                matrix.fill(f64::NAN);
                for (asset, (bars, rows)) in bars.iter().zip(&rows).enumerate() {
                    let Some(column) = bars.get(name) else { continue };
                    rows.iter()
                        .zip(&**column)
                        .for_each(|(row, value)| matrix[row * stride + asset] = *value);
                }
            };
            ((*name).to_owned(), Column::aligned(times.len() * stride, fill))
        };
        Ok(Self {
            basis: bars[0].basis.clone(),
            interval: Interval::detect(&times),
            reports: bars.iter().map(|bars| Arc::clone(&bars.report)).collect(),
            source_hash: 0,
            memory: None,
            assets,
            stride,
            fields: names.iter().map(field).collect(),
            timestamps: times.into(),
            universe: None,
        })
    }

    /// Takes over a checked frame with a column an asset; its values are the field `close`.
    pub(crate) fn of_frame(frame: Frame) -> Result<Self, DataError> {
        let Frame { times, columns, basis, source_hash, report, .. } = frame;
        let assets: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
        check_assets(&assets)?;
        let stride = stride_of(assets.len());
        check_size(times.len(), stride, 1)?;
        let close = Column::aligned(times.len() * stride, |matrix| {
            matrix.fill(f64::NAN);
            for (asset, (_, values)) in columns.iter().enumerate() {
                let lane = matrix[asset..].iter_mut().step_by(stride);
                lane.zip(values).for_each(|(to, from)| *to = *from);
            }
        });
        let panel = Self {
            basis,
            interval: Interval::detect(&times),
            reports: vec![Arc::new(report)],
            source_hash,
            memory: None,
            assets,
            stride,
            timestamps: times.into(),
            fields: vec![("close".to_owned(), close)],
            universe: None,
        };
        Ok(panel)
    }

    /// Puts a panel together from the parts of a store.
    ///
    /// # Errors
    /// If a field does not have `stride` values a row, or assets repeat.
    pub(crate) fn of_parts(
        assets: Vec<String>,
        stride: usize,
        timestamps: Column<UnixNanos>,
        fields: Vec<(String, Column)>,
        universe: Option<Column<u8>>,
    ) -> Result<Self, DataError> {
        check_assets(&assets)?;
        let values = timestamps.len().checked_mul(stride);
        let fits = |len: usize| Some(len) == values;
        let universe_fits = universe.as_ref().is_none_or(|mask| fits(mask.len()));
        if stride != stride_of(assets.len())
            || !universe_fits
            || fields.iter().any(|(_, f)| !fits(f.len()))
        {
            let reason = "its fields do not have a value for each row and lane".to_owned();
            return Err(DataError::Mismatch(reason));
        }
        Ok(Self {
            basis: TimeBasis::default(),
            interval: None,
            reports: Vec::new(),
            source_hash: 0,
            memory: None,
            assets,
            stride,
            timestamps,
            fields,
            universe,
        })
    }

    /// Returns the panel with a mask of the assets that count at each time.
    ///
    /// # Errors
    /// If `is_member` does not have a value for each row and asset, row by row.
    pub fn with_universe(self, is_member: &[bool]) -> Result<Self, DataError> {
        let (rows, assets) = (self.len(), self.assets.len());
        if is_member.len() != rows * assets {
            let found = is_member.len();
            let reason = format!(
                "a universe of {rows} rows and {assets} assets has {} values, not {found}",
                rows * assets
            );
            return Err(DataError::Mismatch(reason));
        }
        let mask = Column::aligned(rows * self.stride, |mask: &mut [u8]| {
            for (to, from) in mask.chunks_mut(self.stride).zip(is_member.chunks(assets)) {
                to.iter_mut().zip(from).for_each(|(to, from)| *to = u8::from(*from));
            }
        });
        Ok(Self { universe: Some(mask), ..self })
    }

    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.timestamps.len()
    }

    /// Returns whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.timestamps.is_empty()
    }

    /// Returns the assets in the order of the lanes.
    pub fn assets(&self) -> &[String] {
        &self.assets
    }

    /// Returns the number of values from one row of a field to the next.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// Returns the times of the rows.
    pub fn timestamps(&self) -> &Column<UnixNanos> {
        &self.timestamps
    }

    /// Returns the fields with their names: `len() * stride()` values each.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &Column)> + Clone {
        self.fields.iter().map(|(name, field)| (name.as_str(), field))
    }

    /// Returns a field.
    ///
    /// # Errors
    /// If there is none of that name; the error suggests the nearest.
    pub fn field(&self, name: &str) -> Result<&Column, UnknownColumn> {
        let found = self.fields().find(|(known, _)| *known == name).map(|(_, field)| field);
        found.ok_or_else(|| UnknownColumn::new(name, self.fields().map(|(name, _)| name)))
    }

    /// Returns which lanes count at each time, 1 or 0 in the layout of a field; `None` if all that
    /// have a value do.
    pub fn universe(&self) -> Option<&Column<u8>> {
        self.universe.as_ref()
    }

    /// Returns the bars of one asset: the rows at which it has a close.
    ///
    /// # Errors
    /// If the panel has no field `close`, or only some of `open`, `high` and `low`.
    ///
    /// # Panics
    /// If there is no asset of that number.
    pub fn asset(&self, asset: usize) -> Result<Bars, DataError> {
        let symbol = self.assets[asset].clone();
        let lane = |field: &Column| {
            field.iter().skip(asset).step_by(self.stride).copied().collect::<Vec<f64>>()
        };
        let close = lane(self.field("close")?);
        let rows: Vec<usize> = (0..self.len()).filter(|&row| !close[row].is_nan()).collect();
        let times: Column<UnixNanos> = rows.iter().map(|&row| self.timestamps[row]).collect();
        let interval = Interval::detect(&times);
        let column = |(name, field): (&str, &Column)| {
            let values = lane(field);
            (name.to_owned(), rows.iter().map(|&row| values[row]).collect::<Column>())
        };
        let columns =
            self.fields().map(column).filter(|(_, c)| c.iter().any(|value| !value.is_nan()));
        let mut bars = Bars::of_ordered(symbol, times, columns.collect())?;
        (bars.basis, bars.interval) = (self.basis.clone(), interval);
        bars.source_hash = self.source_hash;
        Ok(bars)
    }

    /// Returns the memory that the fields have allocated.
    pub fn allocated(&self) -> Bytes {
        let fields = self.fields.iter().map(|(_, field)| field.allocated_bytes());
        let universe = self.universe.as_ref().map_or(0, Column::allocated_bytes);
        Bytes((fields.sum::<usize>() + self.timestamps.allocated_bytes() + universe) as u64)
    }

    /// Returns a hash (XXH3, 128 bits) of assets, names, timestamps and the bits of all values.
    pub fn content_hash(&self) -> u128 {
        let mut hasher = ContentHasher::new();
        self.assets.iter().for_each(|asset| hasher.add(asset, &Column::<u8>::from(Vec::new())));
        hasher.add("", &self.timestamps);
        self.fields().for_each(|(name, field)| hasher.add(name, field));
        if let Some(universe) = &self.universe {
            hasher.add("universe", universe);
        }
        hasher.finish()
    }
}

fn stride_of(assets: usize) -> usize {
    assets.next_multiple_of(Panel::LANES)
}

fn check_size(rows: usize, stride: usize, fields: usize) -> Result<(), DataError> {
    let values = rows.checked_mul(stride).and_then(|values| values.checked_mul(fields));
    if values.is_some_and(|values| values <= Panel::MAX_VALUES) {
        return Ok(());
    }
    Err(DataError::Mismatch(format!(
        "cannot make a panel of {rows} rows, {stride} lanes and {fields} fields: it would have more \
         than {} values; load fewer assets",
        Panel::MAX_VALUES
    )))
}

fn check_assets(assets: &[String]) -> Result<(), DataError> {
    let fail = |reason: String| Err(DataError::Mismatch(format!("cannot make a panel: {reason}")));
    if assets.is_empty() {
        return fail("there are no assets".to_owned());
    }
    if let Some(asset) = assets.iter().position(String::is_empty) {
        return fail(format!("asset {} has no symbol; name it", asset + 1));
    }
    let mut sorted: Vec<&String> = assets.iter().collect();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => fail(format!("two assets are called `{}`", pair[0])),
        None => Ok(()),
    }
}

/// Returns the row of each time; `times` ascend and are among `all`, which ascend too.
fn rows_in(all: &[UnixNanos], times: &[UnixNanos]) -> Vec<usize> {
    let mut row = 0;
    let find = |time: &UnixNanos| {
        row += all[row..].iter().take_while(|known| *known < time).count();
        row
    };
    times.iter().map(find).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::column::ALIGNMENT;
    use bolt_base::Rng;
    use std::collections::BTreeMap;

    fn bars(symbol: &str, rows: &[(i64, f64)], volume: bool) -> Bars {
        let times: Vec<UnixNanos> = rows.iter().map(|(at, _)| UnixNanos(*at)).collect();
        let close: Column = rows.iter().map(|(_, price)| *price).collect();
        let mut columns = vec![("close".to_owned(), close.clone())];
        if volume {
            columns.push(("volume".to_owned(), close));
        }
        Bars::new(symbol, times, columns).unwrap()
    }

    /// The obvious way: a map from time and asset to value.
    #[test]
    fn every_value_is_at_its_time_and_asset() {
        let mut rng = Rng::new(2);
        let random = |rng: &mut Rng, symbol: &str, volume| {
            let rows: Vec<(i64, f64)> =
                (0..200).filter(|_| rng.uniform() < 0.6).map(|at| (at, 0.0)).collect();
            let rows: Vec<_> = rows.into_iter().map(|(at, _)| (at, rng.uniform() + 1.0)).collect();
            bars(symbol, &rows, volume)
        };
        let all: Vec<Bars> =
            (0..19).map(|i| random(&mut rng, &format!("A{i}"), i % 2 == 0)).collect();
        let panel = Panel::align(&all).unwrap();
        assert_eq!((panel.stride(), panel.assets().len()), (32, 19));
        for (name, field) in panel.fields() {
            assert!((field.as_ptr() as usize).is_multiple_of(ALIGNMENT));
            let mut expected = BTreeMap::new();
            for (asset, bars) in all.iter().enumerate() {
                let Some(column) = bars.get(name) else { continue };
                expected.extend(
                    bars.timestamps().iter().zip(&**column).map(|(t, v)| ((*t, asset), *v)),
                );
            }
            for (row, values) in field.chunks(panel.stride()).enumerate() {
                for (asset, value) in values.iter().enumerate() {
                    let known = expected.remove(&(panel.timestamps()[row], asset));
                    assert_eq!(
                        known.unwrap_or(f64::NAN).to_bits(),
                        value.to_bits(),
                        "{name} {row} {asset}"
                    );
                }
            }
            assert!(expected.is_empty());
        }
        for (asset, bars) in all.iter().enumerate() {
            assert_eq!(panel.asset(asset).unwrap().content_hash(), bars.content_hash());
        }
    }

    #[test]
    fn a_universe_is_laid_out_as_the_fields_are() {
        let panel =
            Panel::align(&[bars("A", &[(1, 1.0), (2, 2.0)], false), bars("B", &[(2, 3.0)], false)])
                .unwrap();
        assert!(panel.clone().with_universe(&[true; 3]).is_err());
        let before = panel.content_hash();
        let panel = panel.with_universe(&[true, false, false, true]).unwrap();
        let mask = panel.universe().unwrap();
        assert_eq!((mask.len(), mask[0], mask[1], mask[16], mask[17]), (32, 1, 0, 0, 1));
        assert_eq!(mask.iter().map(|&m| u32::from(m)).sum::<u32>(), 2);
        assert_ne!(panel.content_hash(), before);
    }

    #[test]
    fn assets_need_names_of_their_own() {
        let check = |symbols: &[&str], expected: &str| {
            let all: Vec<Bars> = symbols.iter().map(|s| bars(s, &[(1, 1.0)], false)).collect();
            let error = Panel::align(&all).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        check(&[], "no assets");
        check(&["A", ""], "asset 2 has no symbol");
        check(&["A", "B", "A"], "two assets are called `A`");
    }
}
