//! [`Kept`]: a value of an answer as it came; and [`Rest`], more of them.

use std::borrow::Cow;

use serde::de::{MapAccess, SeqAccess};
use serde_json::de::StrRead;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::name::Name;

/// The name of the one field by which `serde_json` hands over a number, where
/// another crate of the program has turned its `arbitrary_precision` on.
const NUMBER: &str = "$serde_json::private::Number";

/// A value as it came, as JSON text: what is nested in it can fail no page.
/// Numbers are given back as `serde_json` reads them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kept(Box<str>);

impl Kept {
    /// The list that is being read.
    pub(super) fn list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut text = String::from("[");
        while let Some(value) = list.next_element::<&RawValue>()? {
            if text.len() > 1 {
                text.push(',');
            }
            text.push_str(value.get());
        }
        text.push(']');
        Ok(Self(text.into()))
    }

    /// The object that is being read.
    pub(super) fn object<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut fields = Rest::default();
        while let Some(Name(name)) = map.next_key()? {
            if name == NUMBER {
                return map.next_value::<String>().map(|number| Self(number.into()));
            }
            fields.keep(name, Self::from(map.next_value::<&RawValue>()?));
        }
        Ok(fields.as_object())
    }

    /// A list of these values.
    pub(super) fn of_all(values: &[Self]) -> Self {
        let values: Vec<_> = values.iter().map(|value| &*value.0).collect();
        Self(format!("[{}]", values.join(",")).into())
    }

    /// A value of ours.
    pub(super) fn of(value: impl Into<Value>) -> Self {
        Self(value.into().to_string().into())
    }

    /// What reads it again.
    pub(super) fn reader(&self) -> serde_json::Deserializer<StrRead<'_>> {
        serde_json::Deserializer::from_str(&self.0)
    }

    /// The text without spaces, and with the fields of each object in order;
    /// as it came where no [`Value`] holds it.
    pub(super) fn in_order(&self) -> Cow<'_, str> {
        match serde_json::from_str::<Value>(&self.0) {
            Ok(value) => value.to_string().into(),
            Err(_) => self.0.as_ref().into(),
        }
    }
}

impl From<&RawValue> for Kept {
    fn from(value: &RawValue) -> Self {
        Self(value.get().into())
    }
}

/// The fields of an object that nothing else holds: each as a string of JSON text,
/// because the map of `serde_json` is there already. They are ordered by name, but
/// where another crate of the program has that map keep the order.
#[derive(Clone, Debug, Default)]
pub(super) struct Rest(Map<String, Value>);

impl Rest {
    pub(super) fn keep(&mut self, name: impl Into<String>, value: Kept) {
        self.0.insert(name.into(), Value::String(value.0.into()));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(super) fn forget(&mut self, name: &str) {
        self.0.remove(name);
    }

    pub(super) fn get(&self, name: &str) -> Option<Kept> {
        self.0
            .get(name)
            .and_then(Value::as_str)
            .map(|text| Kept(text.into()))
    }

    /// The names, and the JSON texts.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default()))
    }

    /// An object of these fields.
    pub(super) fn as_object(&self) -> Kept {
        let field = |(name, value): (&str, &str)| format!("{}:{value}", Kept::of(name).0);
        let fields: Vec<_> = self.iter().map(field).collect();
        Kept(format!("{{{}}}", fields.join(",")).into())
    }
}

/// The value of a JSON text. What no [`Value`] holds stays text: half a pair of
/// surrogates, a number past all bounds, and what is nested deeper than anything
/// that `serde_json` reads.
pub(super) fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_value_holds_is_given_as_text() {
        let deep = "[".repeat(200) + &"]".repeat(200);
        for text in [&deep, r#"["\ud800"]"#, "[1e999]"] {
            assert_eq!(json(text), Value::from(text));
        }
        assert_eq!(json("[1,null]"), serde_json::json!([1, null]));
    }
}
