//! The parameters in the query of a request, some of which can be repeated.

use crate::text::strip;

/// Removes a parameter and returns its value. If it is repeated, only the first.
pub(super) fn take(parameters: &mut Vec<(String, String)>, name: &str) -> Option<String> {
    let position = parameters.iter().position(|(it, _)| it == name)?;
    Some(parameters.remove(position).1)
}

pub(super) fn take_all(parameters: &mut Vec<(String, String)>, name: &str) -> Vec<String> {
    let next = || take(parameters, name).map(|it| strip(&it).to_owned());
    std::iter::from_fn(next).collect()
}

pub(super) fn last<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = parameters.iter().rev().find(|(it, _)| it == name);
    found.map(|(_, value)| value.as_str())
}

/// Each parameter once, at its first position and with its last value.
pub(super) fn unique(parameters: &[(String, String)]) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for (name, value) in parameters {
        match found.iter_mut().find(|(it, _)| it == name) {
            Some(pair) => pair.1.clone_from(value),
            None => found.push((name.clone(), value.clone())),
        }
    }
    found
}
