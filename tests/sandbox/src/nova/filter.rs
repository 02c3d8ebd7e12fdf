//! Which images a list holds: Nova's filters, as Glance understands them.

use jiff::Timestamp;

use crate::image::Image;
use crate::text::html_escape;

use super::iso;
use super::query::Query;
use super::refusal::Fault;

type Test = Box<dyn Fn(&Image) -> bool>;

/// What a list's parameters ask of an image.
pub(super) struct Filter {
    tests: Vec<Test>,
    visibility: Option<String>,
}

/// What Glance refuses with, as Nova hands it on.
pub(super) fn glance_refuses(code: u16, message: &str) -> Fault {
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
            tests: Vec::new(),
            visibility: None,
        };
        for (name, value) in filters {
            found.add(&name, value)?;
        }
        Ok(found)
    }

    pub(super) fn holds(&self, image: &Image) -> bool {
        self.tests.iter().all(|test| test(image))
    }

    /// Only images of that visibility, and those of any owner.
    pub(super) fn visibility(&self) -> Option<&str> {
        self.visibility.as_deref()
    }

    fn test(&mut self, test: impl Fn(&Image) -> bool + 'static) {
        self.tests.push(Box::new(test));
    }

    fn add(&mut self, name: &str, value: String) -> Result<(), Fault> {
        match name {
            "visibility" => {
                if !["", "community", "public", "private", "shared", "all"]
                    .contains(&value.as_str())
                {
                    return Err(glance_refuses(
                        400,
                        &format!("Invalid visibility value: {value}"),
                    ));
                }
                self.visibility = Some(value);
            }
            "id" => self.words(&value, |image| Some(&image.id))?,
            "name" => self.words(&value, |image| image.name.as_deref())?,
            "status" => self.words(&value, |image| Some(&image.status))?,
            "disk_format" => self.words(&value, |image| image.disk_format.as_deref())?,
            "container_format" => self.words(&value, |image| image.container_format.as_deref())?,
            "created_at" => self.moment(name, &value, |image| image.created)?,
            "updated_at" => self.moment(name, &value, |image| image.updated)?,
            "min_disk" | "min_ram" | "size" | "virtual_size" => {
                let (column, value) = (column(name), sqlite_number(&value));
                self.test(move |image| column(image).is_some_and(|it| Some(it) == value));
            }
            "checksum" => self.test(|_| false),
            // Glance sets or reads these itself.
            "deleted" | "limit" | "marker" | "member_status" | "sort_key" | "sort_dir" => {}
            _ if name.ends_with("_min") || name.ends_with("_max") => self.range(name, &value)?,
            name => {
                let name = name.to_owned();
                self.test(move |image| image.property(&name).flatten() == Some(&value));
            }
        }
        Ok(())
    }

    /// `a`, `eq:a` or `in:a,b`.
    fn words(
        &mut self,
        value: &str,
        column: impl Fn(&Image) -> Option<&str> + 'static,
    ) -> Result<(), Fault> {
        let (operator, text) = operator(value);
        let words = match operator {
            "eq" => vec![text.to_owned()],
            "in" => split_quoted(text)?,
            other => {
                return Err(glance_refuses(
                    400,
                    &format!("Unable to filter by unknown operator '{other}'."),
                ));
            }
        };
        self.test(move |image| column(image).is_some_and(|it| words.iter().any(|word| word == it)));
        Ok(())
    }

    fn moment(
        &mut self,
        name: &str,
        value: &str,
        column: impl Fn(&Image) -> Timestamp + 'static,
    ) -> Result<(), Fault> {
        let (operator, text) = operator(value);
        let Some(limit) = iso::parse(text) else {
            let rule = "query filter format. Use ISO 8601 DateTime notation.";
            return Err(glance_refuses(400, &format!("Bad \"{name}\" {rule}")));
        };
        let compare: fn(Timestamp, Timestamp) -> bool = match operator {
            "gt" => |a, b| a > b,
            "gte" => |a, b| a >= b,
            "lt" => |a, b| a < b,
            "lte" => |a, b| a <= b,
            "neq" => |a, b| a != b,
            "eq" => |a, b| a == b,
            _ => {
                return Err(glance_refuses(
                    400,
                    "Unable to filter on a unknown operator.",
                ));
            }
        };
        self.test(move |image| compare(column(image), limit));
        Ok(())
    }

    fn range(&mut self, name: &str, value: &str) -> Result<(), Fault> {
        let (name, least) = (&name[..name.len() - 4], name.ends_with("_min"));
        let Ok(limit) = value.trim().parse::<i64>() else {
            return Err(glance_refuses(
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
        self.test(move |image| {
            column(image).is_some_and(|it| if least { it >= limit } else { it <= limit })
        });
        Ok(())
    }
}

/// A parameter of Nova as a filter of Glance. The name after `property-` loses
/// whatever it begins with of these very characters.
fn translate(name: &str, value: &str) -> Option<(String, String)> {
    let instance = || {
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
        "server" | "property-instance_uuid" => ("instance_uuid".to_owned(), instance()),
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

/// A column of numbers.
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

/// A text as a number, where the database takes it for one.
fn sqlite_number(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = text
        .bytes()
        .all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    if plain { text.parse().ok() } else { None }
}

/// Splits `operator:value`; a time is a value, though it has colons.
fn operator(expression: &str) -> (&str, &str) {
    match expression.split_once(':') {
        Some(pair) if iso::parse(expression).is_none() => pair,
        _ => ("eq", expression),
    }
}

/// The values of `in:`, which may stand in quotes.
fn split_quoted(text: &str) -> Result<Vec<String>, Fault> {
    let refuse = |what: &str| {
        Err(glance_refuses(
            400,
            &format!("Invalid filter value {text}. {what}"),
        ))
    };
    let bytes = text.as_bytes();
    let (mut inside, mut word, mut words) = (false, Vec::new(), Vec::new());
    let mut n = 0;
    while n < bytes.len() {
        match bytes[n] {
            b'"' if !inside && n > 0 && bytes[n - 1] != b',' => {
                return refuse("There is no comma before opening quotation mark.");
            }
            b'"' if inside && n + 1 < bytes.len() && bytes[n + 1] != b',' => {
                return refuse("There is no comma after closing quotation mark.");
            }
            b'"' => inside = !inside,
            b'\\' if inside && n + 1 < bytes.len() => {
                word.extend(&bytes[n..n + 2]);
                n += 1;
            }
            b',' if !inside => words.push(std::mem::take(&mut word)),
            other => word.push(other),
        }
        n += 1;
    }
    if inside {
        return refuse("The quote is not closed.");
    }
    if !word.is_empty() {
        words.push(word);
    }
    Ok(words
        .into_iter()
        .map(|it| String::from_utf8_lossy(&it).into_owned())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_loses_the_characters_of_the_word_property() {
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
    fn a_list_of_words_may_be_quoted() {
        let words = |it: &str| split_quoted(it).map_err(|it| it.message);
        assert_eq!(words("a,b c,").unwrap(), ["a", "b c"]);
        assert_eq!(words(r#""a,b",c"#).unwrap(), ["a,b", "c"]);
        assert_eq!(
            words("\"a\"x").unwrap_err(),
            "HTTP 400 Bad Request: Invalid filter value &quot;a&quot;x. There is no comma after closing \
             quotation mark."
        );
        assert_eq!(
            words("\"a").unwrap_err(),
            "HTTP 400 Bad Request: Invalid filter value &quot;a. The quote is not closed."
        );
    }

    #[test]
    fn numbers_are_compared_as_the_database_does() {
        for text in ["10", "010", "10.0", " 10", "+10", "1e1"] {
            assert_eq!(sqlite_number(text), Some(10.0), "{text}");
        }
        for text in ["", "abc", "1_0", "64abc", "inf", "nan"] {
            assert_eq!(sqlite_number(text), None, "{text}");
        }
    }
}
