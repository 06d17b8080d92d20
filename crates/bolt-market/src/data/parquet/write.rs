//! Bars, panels and trades to Parquet.

use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use ::parquet::basic::{
    Compression, Encoding, LogicalType, Repetition, TimeUnit, Type as Physical,
};
use ::parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use ::parquet::schema::types::{ColumnPath, PrimitiveTypeBuilder, Type};

use super::{ROW_GROUP, SYMBOL_KEY, ZONE_KEY};
use crate::data::error::DataError;
use crate::data::files::replace;
use crate::data::load::Dataset;
use crate::data::table::Table;

/// Writes data into a Parquet file, replacing it whole.
///
/// # Errors
/// If the file cannot be written, or a panel has a universe, which has no place in such a file.
pub fn write(path: impl AsRef<Path>, data: &Dataset) -> Result<(), DataError> {
    let table = Table::of(data)?;
    let symbol = match data {
        Dataset::Bars(bars) => &*bars.symbol,
        Dataset::Trades(trades) => &*trades.symbol,
        Dataset::Panel(_) => "",
    };
    replace(path.as_ref(), |writer| write_table(&table, symbol, writer).map_err(io::Error::other))
}

fn write_table(
    table: &Table<'_>,
    symbol: &str,
    writer: impl Write + Send,
) -> Result<(), ParquetError> {
    let needs_nanos = table.times.iter().any(|at| at.0 % 1000 != 0);
    let (unit, divisor) = if needs_nanos { (TimeUnit::NANOS, 1) } else { (TimeUnit::MICROS, 1000) };
    let schema = schema(table, LogicalType::timestamp(!table.is_naive(), unit))?;
    let properties = Arc::new(properties(table, symbol));
    let mut writer = SerializedFileWriter::new(writer, schema, properties)?;
    for start in (0..table.times.len()).step_by(ROW_GROUP) {
        let rows = start..table.times.len().min(start + ROW_GROUP);
        let mut group = writer.next_row_group()?;
        let mut column = 0;
        while let Some(mut writer) = group.next_column()? {
            write_column(table, column, rows.clone(), divisor, &mut writer)?;
            writer.close()?;
            column += 1;
        }
        group.close()?;
    }
    writer.close().map(drop)
}

fn schema(table: &Table<'_>, time: LogicalType) -> Result<Arc<Type>, ParquetError> {
    let mut fields = vec![Arc::new(required("ts", Physical::INT64, Some(time)).build()?)];
    if table.symbols.is_some() {
        let text = required("symbol", Physical::BYTE_ARRAY, Some(LogicalType::String));
        fields.push(Arc::new(text.build()?));
    }
    for (name, values) in &table.columns {
        let repetition =
            if has_missing(values) { Repetition::OPTIONAL } else { Repetition::REQUIRED };
        let number = required(name, Physical::DOUBLE, None).with_repetition(repetition);
        fields.push(Arc::new(number.build()?));
    }
    Ok(Arc::new(Type::group_type_builder("schema").with_fields(fields).build()?))
}

/// Writes the rows of one column: the times, the symbols if there are any, then the values.
fn write_column(
    table: &Table<'_>,
    column: usize,
    rows: Range<usize>,
    time_divisor: i64,
    writer: &mut SerializedColumnWriter<'_>,
) -> Result<(), ParquetError> {
    if column == 0 {
        let times: Vec<i64> = table.times[rows].iter().map(|at| at.0 / time_divisor).collect();
        return writer.typed::<Int64Type>().write_batch(&times, None, None).map(drop);
    }
    if let (1, Some((names, numbers))) = (column, &table.symbols) {
        let names: Vec<ByteArray> = names.iter().map(|name| name.as_str().into()).collect();
        let symbols: Vec<ByteArray> =
            numbers[rows].iter().map(|&number| names[number as usize].clone()).collect();
        return writer.typed::<ByteArrayType>().write_batch(&symbols, None, None).map(drop);
    }
    let (_, all) = &table.columns[column - 1 - usize::from(table.symbols.is_some())];
    let values = &all[rows];
    let writer = writer.typed::<DoubleType>();
    if !has_missing(all) {
        return writer.write_batch(values, None, None).map(drop);
    }
    let present: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    let levels: Vec<i16> = values.iter().map(|value| i16::from(!value.is_nan())).collect();
    writer.write_batch(&present, Some(&levels), None).map(drop)
}

fn required(
    name: &str,
    physical: Physical,
    logical: Option<LogicalType>,
) -> PrimitiveTypeBuilder<'_> {
    Type::primitive_type_builder(name, physical)
        .with_repetition(Repetition::REQUIRED)
        .with_logical_type(logical)
}

fn has_missing(values: &[f64]) -> bool {
    values.iter().any(|value| value.is_nan())
}

fn properties(table: &Table<'_>, symbol: &str) -> WriterProperties {
    let time = ColumnPath::from("ts");
    let pair = |key: &str, value: &str| KeyValue::new(key.to_owned(), value.to_owned());
    let mut pairs = vec![pair(ZONE_KEY, table.basis.zone.name())];
    if !symbol.is_empty() {
        pairs.push(pair(SYMBOL_KEY, symbol));
    }
    WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_dictionary_enabled(true)
        .set_column_dictionary_enabled(time.clone(), false)
        .set_column_encoding(time, Encoding::DELTA_BINARY_PACKED)
        .set_key_value_metadata(Some(pairs))
        .build()
}
