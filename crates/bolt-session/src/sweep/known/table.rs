//! Rows as bytes: records in the order of their parameters' hashes, which are looked up as they
//! are, without being decoded.

use super::FIGURES;

/// A row's parameters, hashed.
pub(super) type Parameters = [u8; 16];
/// Its figures, little-endian.
pub(super) type Figures = [[u8; 8]; FIGURES.len()];
/// Parameters, then figures.
type Record = [u8; ROW_BYTES];

pub(super) const ROW_BYTES: usize = size_of::<Parameters>() + size_of::<Figures>();

/// Returns the number of rows.
pub(super) fn len(table: &[u8]) -> usize {
    records(table).len()
}

/// Returns the figures for some parameters, if they are there.
pub(super) fn find(table: &[u8], parameters: &Parameters) -> Option<[f64; FIGURES.len()]> {
    let records = records(table);
    let place = records.binary_search_by(|record| record[..16].cmp(parameters)).ok()?;
    let (figures, _) = records[place][16..].as_chunks::<8>();
    let figures: &Figures = figures.try_into().ok()?;
    Some(figures.map(f64::from_le_bytes))
}

/// Returns a table with rows added that it does not have.
pub(super) fn with(table: &[u8], mut new: Vec<(Parameters, Figures)>) -> Vec<u8> {
    new.sort_unstable_by_key(|(parameters, _)| *parameters);
    let old = records(table);
    let mut all = Vec::with_capacity((old.len() + new.len()) * ROW_BYTES);
    let mut old = old.iter().peekable();
    for (parameters, figures) in new {
        while let Some(record) = old.next_if(|record| record[..16] < parameters[..]) {
            all.extend_from_slice(record);
        }
        all.extend_from_slice(&parameters);
        all.extend_from_slice(figures.as_flattened());
    }
    old.for_each(|record| all.extend_from_slice(record));
    all
}

/// A value of another form has no rows.
fn records(table: &[u8]) -> &[Record] {
    let (records, rest) = table.as_chunks();
    if rest.is_empty() { records } else { &[] }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use bolt_base::Rng;
    use std::collections::BTreeMap;

    #[test]
    fn a_table_is_a_map() {
        let (mut rng, mut map, mut table) = (Rng::new(1), BTreeMap::new(), Vec::new());
        for round in 0..30 {
            let mut new = Vec::new();
            for _ in 0..rng.below(40) {
                let number = rng.next_u64();
                let parameters =
                    (u128::from(number) << 64 | u128::from(rng.next_u64())).to_le_bytes();
                let figures = [rng.normal(); FIGURES.len()];
                assert!(map.insert(parameters, figures).is_none());
                new.push((parameters, figures.map(f64::to_le_bytes)));
            }
            table = with(&table, new);
            assert_eq!((len(&table), table.len()), (map.len(), map.len() * ROW_BYTES), "{round}");
            map.iter().for_each(|(key, figures)| assert_eq!(find(&table, key), Some(*figures)));
            assert_eq!(find(&table, &[0; 16]), None);
            assert_eq!(find(&table, &[255; 16]), None);
        }
        table.push(0);
        assert_eq!((len(&table), find(&table, map.keys().next().unwrap())), (0, None));
    }
}
