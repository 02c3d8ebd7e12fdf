//! [`Slot`]: a field that takes a value of an answer, where it can hold it.

use std::fmt;

use jiff::Timestamp;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::kept::Kept;

/// A field that takes a value of an answer, where it can hold it. What it takes
/// but cannot hold whole, it does not say that it holds.
pub(super) trait Slot {
    /// The same as a field for a text or a number, where it is one.
    fn scalar(&mut self) -> Option<&mut dyn Scalar> {
        None
    }

    /// Takes a list, and gives back what it does not hold.
    fn list<'de, A: SeqAccess<'de>>(&mut self, list: A) -> Result<Option<Kept>, A::Error> {
        Kept::list(list).map(Some)
    }

    /// Takes an object, and gives back what it does not hold.
    fn object<'de, A: MapAccess<'de>>(&mut self, map: A) -> Result<Option<Kept>, A::Error> {
        Kept::object(map).map(Some)
    }
}

/// A field that takes a text or a number. All of them are read by the same
/// code, which is not made anew for each.
pub(super) trait Scalar {
    /// Takes a text, and says whether it holds it.
    fn text(&mut self, _text: &str) -> bool {
        false
    }

    /// Takes a number, and says whether it holds it.
    fn number(&mut self, _number: u64) -> bool {
        false
    }
}

impl Slot for &mut dyn Scalar {
    fn scalar(&mut self) -> Option<&mut dyn Scalar> {
        Some(*self)
    }
}

/// Reads any value into a scalar, and gives back what it does not hold.
pub(super) struct FillOne<'a>(pub(super) &'a mut dyn Scalar);

impl<'de> DeserializeSeed<'de> for FillOne<'_> {
    type Value = Option<Kept>;

    fn deserialize<D: Deserializer<'de>>(
        mut self,
        deserializer: D,
    ) -> Result<Self::Value, D::Error> {
        Fill(&mut self.0).deserialize(deserializer)
    }
}

/// Reads any value into a slot, and gives back what it does not hold.
pub(super) struct Fill<'a, S>(pub(super) &'a mut S);

impl<'de, S: Slot> DeserializeSeed<'de> for Fill<'_, S> {
    type Value = Option<Kept>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: Slot> Visitor<'de> for Fill<'_, S> {
    type Value = Option<Kept>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        let holds = self.0.scalar().is_some_and(|slot| slot.text(text));
        Ok((!holds).then(|| Kept::of(text)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        let holds = self.0.scalar().is_some_and(|slot| slot.number(number));
        Ok((!holds).then(|| Kept::of(number)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(Kept::of(number)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Some(Kept::of(number)))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Self::Value, E> {
        Ok(Some(Kept::of(truth)))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Some(Kept::of(())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        self.0.list(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        self.0.object(map)
    }
}

impl Scalar for String {
    fn text(&mut self, text: &str) -> bool {
        text.clone_into(self);
        true
    }
}

impl Scalar for Option<String> {
    fn text(&mut self, text: &str) -> bool {
        *self = Some(text.to_owned());
        true
    }
}

impl Scalar for Option<u64> {
    fn number(&mut self, number: u64) -> bool {
        *self = Some(number);
        true
    }
}

/// Nova writes `2026-11-23T12:00:00Z`; another form is read if it can be, and
/// kept as it came.
impl Scalar for Option<Timestamp> {
    fn text(&mut self, text: &str) -> bool {
        *self = text.parse().ok();
        self.is_some() && is_usual(text)
    }
}

/// Whether that is how a time is written back, to the letter.
fn is_usual(text: &str) -> bool {
    let form = "0000-00-00T00:00:00Z";
    let fits = |(it, form): (u8, u8)| {
        if form == b'0' {
            it.is_ascii_digit()
        } else {
            it == form
        }
    };
    // A leap second is none any more once it is read.
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits) && !text.ends_with("60Z")
}
