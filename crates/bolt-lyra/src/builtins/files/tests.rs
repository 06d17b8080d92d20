//! What is written is read back.

use proptest::prelude::*;
use triomphe::Arc;

use super::{bytes, csv, json};
use crate::association::Association;
use crate::session::Session;
use crate::value::{Args, Value};

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Value::Integer),
        prop::num::f64::NORMAL.prop_map(Value::Real),
        "\\PC{0,6}|[\\x00-\\x1f\"\\\\/é]{0,4}".prop_map(Value::string),
        any::<bool>().prop_map(Value::boolean),
        Just(Value::NULL),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|all| Value::list(Args::from(all))),
            prop::collection::vec(("[a-c]{0,2}", inner), 0..4).prop_map(|all| {
                let mut entries = Association::default();
                for (key, value) in all {
                    entries.insert(Value::string(key), value);
                }
                Value::Association(Arc::new(entries))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn json_is_read_back(value in values(), compact: bool) {
        let session = Session::new();
        let text = json::write(&session, &value, compact).expect("JSON can hold it");
        prop_assert_eq!(json::read(&text, false), Some(value), "{}", text);
    }

    #[test]
    fn fields_are_read_back(
        rows in prop::collection::vec(prop::collection::vec("[a,\"\n\r x]{0,5}", 2..4), 0..4),
    ) {
        let line = |row: &Vec<String>| {
            let fields: Vec<String> = row.iter().map(|field| csv::quoted(field, ',')).collect();
            fields.join(",") + "\n"
        };
        let text: String = rows.iter().map(line).collect();
        prop_assert_eq!(csv::fields(&text, ','), rows, "{}", text);
    }

    #[test]
    fn broken_json_is_refused_and_never_a_panic(text in "[\\[\\]{}\",:0-9a-z\\\\.eE+ -]{0,12}") {
        let session = Session::new();
        if let Some(value) = json::read(&text, false) {
            prop_assert!(json::write(&session, &value, true).is_some());
        }
    }

    #[test]
    fn base_64_is_read_back(all in prop::collection::vec(any::<u8>(), 0..20)) {
        prop_assert_eq!(bytes::decode(&bytes::encode(&all)), Some(all));
    }
}

#[test]
fn json_that_is_none_is_refused() {
    for text in
        ["", "[1,]", "{\"a\" 1}", "01", "1.", ".5", "\"\\x\"", "[1] 2", "nul", "\"\\ud800\""]
    {
        assert_eq!(json::read(text, false), None, "{text}");
    }
    assert_eq!(json::read("\"\\ud83d\\ude00\"", false), Some(Value::string("😀")));
}
