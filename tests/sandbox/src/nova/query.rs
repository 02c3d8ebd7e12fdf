//! [`Query`]: the parameters of a list, and the link to the next page.

use crate::json::repr;
use crate::text::{parameters, quote_plus};

use super::fault::Fault;

/// The parameters in Nova's schema. Nova ignores all others.
const SUPPORTED: [&str; 11] = [
    "name",
    "status",
    "changes-since",
    "server",
    "type",
    "minRam",
    "minDisk",
    "limit",
    "page_size",
    "marker",
    "offset",
];

/// The supported parameters of a list.
pub(super) struct Query {
    /// In the order received.
    pairs: Vec<(String, String)>,
}

impl Query {
    pub(super) fn parse(query: &str) -> Result<Self, Fault> {
        let all = parameters(query)
            .ok_or_else(|| Fault::new(400, "Query string is not UTF-8 encoded"))?;
        let supported = |key: &str| SUPPORTED.contains(&key) || key.starts_with("property-");
        let pairs: Vec<_> = all.into_iter().filter(|(key, _)| supported(key)).collect();
        for name in ["limit", "page_size", "offset"] {
            for (_, value) in pairs.iter().filter(|(key, _)| key == name) {
                check_number(name, value)?;
            }
        }
        Ok(Self { pairs })
    }

    /// The last value of a parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Each parameter once, at its first position and with its last value.
    pub(super) fn filters(&self) -> Vec<(&str, &str)> {
        let mut found: Vec<(&str, &str)> = Vec::new();
        for (key, _) in &self.pairs {
            if !found.iter().any(|(name, _)| name == key) {
                found.push((key, self.get(key).unwrap_or_default()));
            }
        }
        found
    }

    pub(super) fn limit(&self) -> Option<usize> {
        self.get("limit")
            .map(|it| it.trim().parse().unwrap_or(usize::MAX))
    }

    pub(super) fn marker(&self) -> Option<&str> {
        self.get("marker").filter(|it| !it.is_empty())
    }

    /// Whether any parameter contains a text.
    pub(super) fn contains(&self, text: &str) -> bool {
        self.pairs
            .iter()
            .any(|(key, value)| key.contains(text) || value.contains(text))
    }

    /// The link to the page after `last`: all parameters in alphabetical order,
    /// a repeated one with its greatest value, and the marker at the end unless
    /// the request has one.
    pub(super) fn next(&self, url: &str, last: &str) -> String {
        let mut sorted = self.pairs.clone();
        sorted.sort();
        let mut once: Vec<(String, String)> = Vec::new();
        for (key, value) in sorted
            .into_iter()
            .chain([("marker".to_owned(), last.to_owned())])
        {
            match once.iter_mut().find(|(name, _)| *name == key) {
                Some(pair) => pair.1 = value,
                None => once.push((key, value)),
            }
        }
        let pairs: Vec<String> = once
            .iter()
            .map(|(key, value)| format!("{}={}", quote_plus(key), quote_plus(value)))
            .collect();
        format!("{url}?{}", pairs.join("&"))
    }
}

/// Fails unless the value is an integer greater than 0.
fn check_number(name: &str, value: &str) -> Result<(), Fault> {
    let invalid = |message: String| {
        let field = "Invalid input for query parameters";
        Err(Fault::new(
            400,
            format!("{field} {name}. Value: {value}. {message}"),
        ))
    };
    let digits = value.strip_suffix('\n').unwrap_or(value);
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return invalid(format!("{} does not match '^[0-9]*$'", repr(value)));
    }
    if value.is_empty() {
        return invalid("'' should be non-empty".to_owned());
    }
    if digits.bytes().all(|b| b == b'0') {
        return invalid("0 is less than the minimum of 1".to_owned());
    }
    Ok(())
}
