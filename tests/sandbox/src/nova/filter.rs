//! [`Filter`]: Nova's filters for a list, as Glance applies them.

use jiff::Timestamp;

use crate::image::Image;
use crate::text::html_escape;

use super::fault::Fault;
use super::iso8601;
use super::query::Query;

type Predicate = Box<dyn Fn(&Image) -> bool>;

/// The conditions for the images of a list.
pub(super) struct Filter {
    predicates: Vec<Predicate>,
    visibility: Option<String>,
}

/// An error of Glance as Nova returns it.
pub(super) fn glance_fault(code: u16, message: &str) -> Fault {
    let (title, text) = (
        crate::http::reason(code),
        html_escape(message).replace('\n', ": "),
    );
    Fault::new(code, format!("HTTP {code} {title}: {text}"))
}

impl Filter {
    pub(super) fn new(query: &Query) -> Result<Self, Fault> {
        let mut filters: Vec<(String, String)> = Vec::new();
        for (name, value) in query.filters() {
            if let Some((name, value)) = translate(name, value) {
                match filters.iter_mut().find(|(other, _)| *other == name) {
                    Some(pair) => pair.1 = value,
                    None => filters.push((name, value)),
                }
            }
        }
        let mut found = Self {
            predicates: Vec::new(),
            visibility: None,
        };
        for (name, value) in filters {
            found.add(&name, value)?;
        }
        Ok(found)
    }

    pub(super) fn matches(&self, image: &Image) -> bool {
        self.predicates.iter().all(|matches| matches(image))
    }

    /// The visibility to filter by. The list then has images of any owner.
    pub(super) fn visibility(&self) -> Option<&str> {
        self.visibility.as_deref()
    }

    fn require(&mut self, predicate: impl Fn(&Image) -> bool + 'static) {
        self.predicates.push(Box::new(predicate));
    }

    fn add(&mut self, name: &str, value: String) -> Result<(), Fault> {
        match name {
            "visibility" => {
                if !["", "community", "public", "private", "shared", "all"]
                    .contains(&value.as_str())
                {
                    return Err(glance_fault(
                        400,
                        &format!("Invalid visibility value: {value}"),
                    ));
                }
                self.visibility = Some(value);
            }
            "id" => self.text(&value, |image| Some(&image.id))?,
            "name" => self.text(&value, |image| image.name.as_deref())?,
            "status" => self.text(&value, |image| Some(&image.status))?,
            "disk_format" => self.text(&value, |image| image.disk_format.as_deref())?,
            "container_format" => self.text(&value, |image| image.container_format.as_deref())?,
            "created_at" => self.time(name, &value, |image| image.created)?,
            "updated_at" => self.time(name, &value, |image| image.updated)?,
            "min_disk" | "min_ram" | "size" | "virtual_size" => {
                let (column, value) = (column(name), sqlite_number(&value));
                self.require(move |image| column(image).is_some_and(|it| Some(it) == value));
            }
            "checksum" => self.require(|_| false),
            // Glance sets these itself, or they are not filters.
            "deleted" | "limit" | "marker" | "member_status" | "sort_key" | "sort_dir" => {}
            _ if name.ends_with("_min") || name.ends_with("_max") => self.range(name, &value)?,
            name => {
                let name = name.to_owned();
                self.require(move |image| image.property(&name).flatten() == Some(&value));
            }
        }
        Ok(())
    }

    /// A text filter: `a`, `eq:a` or `in:a,b`.
    fn text(
        &mut self,
        value: &str,
        column: impl Fn(&Image) -> Option<&str> + 'static,
    ) -> Result<(), Fault> {
        let (operator, text) = operator(value);
        let values = match operator {
            "eq" => vec![text.to_owned()],
            "in" => split_quoted(text)?,
            other => {
                return Err(glance_fault(
                    400,
                    &format!("Unable to filter by unknown operator '{other}'."),
                ));
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
    ) -> Result<(), Fault> {
        let (operator, text) = operator(value);
        let Some(limit) = iso8601::parse(text) else {
            let rule = "query filter format. Use ISO 8601 DateTime notation.";
            return Err(glance_fault(400, &format!("Bad \"{name}\" {rule}")));
        };
        let compare: fn(Timestamp, Timestamp) -> bool = match operator {
            "gt" => |a, b| a > b,
            "gte" => |a, b| a >= b,
            "lt" => |a, b| a < b,
            "lte" => |a, b| a <= b,
            "neq" => |a, b| a != b,
            "eq" => |a, b| a == b,
            _ => {
                return Err(glance_fault(400, "Unable to filter on a unknown operator."));
            }
        };
        self.require(move |image| compare(column(image), limit));
        Ok(())
    }

    fn range(&mut self, name: &str, value: &str) -> Result<(), Fault> {
        let (name, is_minimum) = (&name[..name.len() - 4], name.ends_with("_min"));
        let Ok(limit) = value.trim().parse::<i64>() else {
            return Err(glance_fault(
                400,
                "Unable to filter on a range with a non-numeric value.",
            ));
        };
        if !["min_disk", "min_ram", "size", "virtual_size"].contains(&name) {
            return Err(Fault::unexpected(
                "glanceclient.exc.HTTPInternalServerError",
            ));
        }
        #[allow(clippy::cast_precision_loss, reason = "sizes of disks, and so small")]
        let (column, limit) = (column(name), limit as f64);
        self.require(move |image| {
            column(image).is_some_and(|it| if is_minimum { it >= limit } else { it <= limit })
        });
        Ok(())
    }
}

/// Translates a parameter of Nova to a filter of Glance. Nova strips the
/// characters of `property-` from the start of the name, not the prefix.
fn translate(name: &str, value: &str) -> Option<(String, String)> {
    let server_id = || {
        value
            .rsplit_once('/')
            .map_or(value, |(_, id)| id)
            .to_owned()
    };
    let value = value.to_owned();
    Some(match name {
        "name" => ("name".to_owned(), value),
        "status" => ("status".to_owned(), value.to_lowercase()),
        "minRam" => ("min_ram".to_owned(), value),
        "minDisk" => ("min_disk".to_owned(), value),
        "changes-since" => ("updated_at".to_owned(), format!("gte:{value}")),
        "server" | "property-instance_uuid" => ("instance_uuid".to_owned(), server_id()),
        "type" => ("image_type".to_owned(), value),
        name => {
            let rest = name.strip_prefix("property-")?;
            (
                rest.trim_start_matches(['p', 'r', 'o', 'e', 't', 'y', '-'])
                    .to_owned(),
                value,
            )
        }
    })
}

/// A numeric column.
fn column(name: &str) -> fn(&Image) -> Option<f64> {
    #[allow(clippy::cast_precision_loss, reason = "sizes of disks, and so small")]
    fn float(number: u64) -> f64 {
        number as f64
    }
    match name {
        "min_disk" => |image| Some(float(image.min_disk)),
        "min_ram" => |image| Some(float(image.min_ram)),
        _ => |image| image.size.map(float),
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
fn split_quoted(text: &str) -> Result<Vec<String>, Fault> {
    let invalid = |reason: &str| {
        Err(glance_fault(
            400,
            &format!("Invalid filter value {text}. {reason}"),
        ))
    };
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
    fn a_property_loses_the_characters_of_the_prefix() {
        let name = |it: &str| translate(it, "x").map(|(name, _)| name);
        assert_eq!(name("property-os_distro").as_deref(), Some("s_distro"));
        assert_eq!(
            name("property-architecture").as_deref(),
            Some("architecture")
        );
        assert_eq!(name("property-type").as_deref(), Some(""));
        assert_eq!(name("bogus"), None);
    }

    #[test]
    fn values_can_be_quoted() {
        let values = |it: &str| split_quoted(it).map_err(|it| it.message);
        assert_eq!(values("a,b c,").unwrap(), ["a", "b c"]);
        assert_eq!(values(r#""a,b",c"#).unwrap(), ["a,b", "c"]);
        assert_eq!(
            values("\"a\"x").unwrap_err(),
            "HTTP 400 Bad Request: Invalid filter value &quot;a&quot;x. There is no comma after closing \
             quotation mark."
        );
        assert_eq!(
            values("\"a").unwrap_err(),
            "HTTP 400 Bad Request: Invalid filter value &quot;a. The quote is not closed."
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
