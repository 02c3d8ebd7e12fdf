//! [`Filter`]: the filters of a list.

use std::cmp::Ordering;

use jiff::Timestamp;

use crate::image::Image;
use crate::iso8601;
use crate::text;

use super::errors::{GlanceError, unexpected};

type Predicate = Box<dyn Fn(&Image) -> bool>;

/// The conditions for the images of a list.
#[derive(Default)]
pub(crate) struct Filter {
    predicates: Vec<Predicate>,
}

impl Filter {
    /// Parses filters with different names. Any other name is a property.
    pub(crate) fn new(filters: &[(String, String)]) -> Result<Self, GlanceError> {
        let mut found = Self::default();
        for (name, value) in filters {
            match name.as_str() {
                "id" | "name" | "status" | "disk_format" | "container_format" => {
                    found.text(value, text_column(name))?;
                }
                "created_at" => found.time(name, value, |image| image.created)?,
                "updated_at" => found.time(name, value, |image| image.updated)?,
                name if is_range(name) => found.range(name, value)?,
                _ => {}
            }
        }
        // Glance compares all other filters after it has parsed these.
        for (name, value) in filters {
            found.equal(name, value.clone())?;
        }
        Ok(found)
    }

    pub(crate) fn matches(&self, image: &Image) -> bool {
        self.predicates.iter().all(|matches| matches(image))
    }

    pub(super) fn require(&mut self, predicate: impl Fn(&Image) -> bool + 'static) {
        self.predicates.push(Box::new(predicate));
    }

    fn equal(&mut self, name: &str, value: String) -> Result<(), GlanceError> {
        match name {
            "id" | "name" | "status" | "disk_format" | "container_format" | "created_at"
            | "updated_at" => {}
            name if is_range(name) => {}
            "min_disk" | "min_ram" | "size" | "virtual_size" => {
                let (column, value) = (number_column(name), sqlite_number(&value));
                self.require(move |image| column(image).is_some_and(|it| Some(it) == value));
            }
            "owner" | "visibility" | "checksum" | "os_hash_algo" | "os_hash_value" => {
                let column = text_column(name);
                self.require(move |image| column(image) == Some(&value));
            }
            "deleted_at" => self.require(|_| false),
            "properties" | "locations" | "members" => return Err(unexpected()),
            name => {
                let name = name.to_owned();
                self.require(move |image| image.property(&name).flatten() == Some(&value));
            }
        }
        Ok(())
    }

    /// A text filter: `a`, `eq:a` or `in:a,b`.
    fn text(&mut self, value: &str, column: fn(&Image) -> Option<&str>) -> Result<(), GlanceError> {
        let (operator, text) = operator(value);
        let values = match operator {
            "eq" => vec![text.to_owned()],
            "in" => split_quoted(text)?,
            other => {
                let text = format!("Unable to filter by unknown operator '{other}'.");
                return Err((400, text));
            }
        };
        self.require(move |image| {
            column(image).is_some_and(|it| values.iter().any(|value| value == it))
        });
        Ok(())
    }

    fn time(
        &mut self,
        name: &str,
        value: &str,
        column: impl Fn(&Image) -> Timestamp + 'static,
    ) -> Result<(), GlanceError> {
        let (operator, text) = operator(value);
        let Some(limit) = iso8601::parse(text) else {
            let rule = "query filter format. Use ISO 8601 DateTime notation.";
            return Err((400, format!("Bad \"{name}\" {rule}")));
        };
        let matches: fn(Ordering) -> bool = match operator {
            "gt" => Ordering::is_gt,
            "gte" => Ordering::is_ge,
            "lt" => Ordering::is_lt,
            "lte" => Ordering::is_le,
            "neq" => Ordering::is_ne,
            "eq" => Ordering::is_eq,
            _ => return Err((400, "Unable to filter on a unknown operator.".to_owned())),
        };
        self.require(move |image| matches(column(image).cmp(&limit)));
        Ok(())
    }

    /// A filter whose name ends in `_min` or `_max`.
    fn range(&mut self, name: &str, value: &str) -> Result<(), GlanceError> {
        let (column, is_minimum) = (&name[..name.len() - 4], name.ends_with("_min"));
        let Some(limit) = text::integer(value) else {
            let text = "Unable to filter on a range with a non-numeric value.";
            return Err((400, text.to_owned()));
        };
        // The database has 64-bit integers.
        let Ok(limit) = i64::try_from(limit) else {
            return Err(unexpected());
        };
        let matches: fn(Ordering) -> bool = if is_minimum {
            Ordering::is_ge
        } else {
            Ordering::is_le
        };
        match column {
            "min_disk" | "min_ram" | "size" | "virtual_size" => {
                #[allow(clippy::cast_precision_loss, reason = "sizes of disks, and so small")]
                let (column, limit) = (number_column(column), limit as f64);
                self.require(move |image| {
                    column(image).is_some_and(|it| matches(it.total_cmp(&limit)))
                });
            }
            // In SQLite, every time is greater than every number.
            "created_at" | "updated_at" => self.require(move |_| is_minimum),
            "id" | "name" | "status" | "visibility" | "owner" | "disk_format"
            | "container_format" | "checksum" | "os_hash_algo" | "os_hash_value" => {
                let (column, limit) = (text_column(column), limit.to_string());
                self.require(move |image| {
                    column(image).is_some_and(|it| matches(it.cmp(limit.as_str())))
                });
            }
            _ => return Err(unexpected()),
        }
        Ok(())
    }
}

fn is_range(name: &str) -> bool {
    name.ends_with("_min") || name.ends_with("_max")
}

/// A column with text.
fn text_column(name: &str) -> fn(&Image) -> Option<&str> {
    match name {
        "id" => |image| Some(&image.id),
        "name" => |image| image.name.as_deref(),
        "status" => |image| Some(&image.status),
        "visibility" => |image| Some(&image.visibility),
        "owner" => |image| Some(image.owner.as_str()).filter(|it| !it.is_empty()),
        "checksum" => |image| image.checksums.as_ref().map(|it| it.md5.as_str()),
        "os_hash_algo" => |image| image.checksums.as_ref().map(|_| "sha512"),
        "os_hash_value" => |image| image.checksums.as_ref().map(|it| it.sha512.as_str()),
        "disk_format" => |image| image.disk_format.as_deref(),
        _ => |image| image.container_format.as_deref(),
    }
}

/// A numeric column.
fn number_column(name: &str) -> fn(&Image) -> Option<f64> {
    #[allow(clippy::cast_precision_loss, reason = "sizes of disks, and so small")]
    fn float(number: u64) -> f64 {
        number as f64
    }
    match name {
        "min_disk" => |image| Some(float(image.min_disk)),
        "min_ram" => |image| Some(float(image.min_ram)),
        "size" => |image| image.size.map(float),
        _ => |image| image.virtual_size.map(float),
    }
}

/// Parses a text as the database converts it to a number.
fn sqlite_number(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = text
        .bytes()
        .all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    if plain { text.parse().ok() } else { None }
}

/// Splits `operator:value`. A time has colons, but no operator.
fn operator(expression: &str) -> (&str, &str) {
    match expression.split_once(':') {
        Some(pair) if iso8601::parse(expression).is_none() => pair,
        _ => ("eq", expression),
    }
}

/// Splits the values of `in:`, which can be quoted.
fn split_quoted(text: &str) -> Result<Vec<String>, GlanceError> {
    let invalid = |reason: &str| Err((400, format!("Invalid filter value {text}. {reason}")));
    let bytes = text.as_bytes();
    let (mut quoted, mut value, mut values) = (false, Vec::new(), Vec::new());
    let mut n = 0;
    while n < bytes.len() {
        match bytes[n] {
            b'"' if !quoted && n > 0 && bytes[n - 1] != b',' => {
                return invalid("There is no comma before opening quotation mark.");
            }
            b'"' if quoted && n + 1 < bytes.len() && bytes[n + 1] != b',' => {
                return invalid("There is no comma after closing quotation mark.");
            }
            b'"' => quoted = !quoted,
            b'\\' if quoted && n + 1 < bytes.len() => {
                value.extend(&bytes[n..n + 2]);
                n += 1;
            }
            b',' if !quoted => values.push(std::mem::take(&mut value)),
            other => value.push(other),
        }
        n += 1;
    }
    if quoted {
        return invalid("The quote is not closed.");
    }
    if !value.is_empty() {
        values.push(value);
    }
    Ok(values
        .into_iter()
        .map(|it| String::from_utf8_lossy(&it).into_owned())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_can_be_quoted() {
        let values = |it: &str| split_quoted(it).map_err(|(_, text)| text);
        assert_eq!(values("a,b c,").unwrap(), ["a", "b c"]);
        assert_eq!(values(r#""a,b",c"#).unwrap(), ["a,b", "c"]);
        assert_eq!(
            values("\"a\"x").unwrap_err(),
            "Invalid filter value \"a\"x. There is no comma after closing quotation mark."
        );
        assert_eq!(
            values("\"a").unwrap_err(),
            "Invalid filter value \"a. The quote is not closed."
        );
    }

    #[test]
    fn numbers_are_converted_as_in_the_database() {
        for text in ["10", "010", "10.0", " 10", "+10", "1e1"] {
            assert_eq!(sqlite_number(text), Some(10.0), "{text}");
        }
        for text in ["", "abc", "1_0", "64abc", "inf", "nan"] {
            assert_eq!(sqlite_number(text), None, "{text}");
        }
    }
}
