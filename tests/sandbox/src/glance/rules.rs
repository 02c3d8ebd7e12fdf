//! The rules for the fields of an image, when it is created or changed.

use crate::json::{Json, has_surrogate};

use super::errors::{ApiError, GlanceError, unexpected};

/// The largest number of properties, tags and members of an image.
pub(super) const QUOTA: usize = 128;

/// Whether only Glance sets properties with this name.
pub(super) fn is_reserved(name: &str) -> bool {
    ["location", "deleted", "deleted_at"].contains(&name) || name.starts_with("os_glance")
}

/// Checks the number of properties, tags or members.
pub(super) fn check_quota(kind: &str, count: usize) -> Result<(), GlanceError> {
    if count <= QUOTA {
        return Ok(());
    }
    let text = "The limit has been exceeded on the number of allowed image";
    Err((
        413,
        format!("{text} {kind}. Attempted: {count}, Maximum: {QUOTA}"),
    ))
}

/// `min_disk` or `min_ram`, which cannot be negative.
pub(super) fn size(name: &str, value: &Json) -> Result<i128, ApiError> {
    let number = match value {
        Json::Int(digits) => crate::text::integer(digits).unwrap_or_default(),
        #[allow(clippy::cast_possible_truncation, reason = "saturates as needed")]
        Json::Float(number) => *number as i128,
        _ => 0,
    };
    if number < 0 {
        let value = value.repr();
        let text =
            format!("Invalid value '{value}' for parameter '{name}': Cannot be a negative value");
        return Err(ApiError::new(400, text));
    }
    Ok(number)
}

/// `min_disk` or `min_ram`, which the database stores in 32 bits.
pub(super) fn check_size(name: &str, value: i128) -> Result<u64, ApiError> {
    match u64::try_from(value) {
        Ok(value) if value < 1 << 31 => Ok(value),
        _ => {
            let text = format!("'{name}' value out of range, must not exceed 2147483647.");
            Err(ApiError::new(400, text))
        }
    }
}

/// A name or the value of a property.
pub(super) fn check_text(key: &str, value: &str) -> Result<(), GlanceError> {
    if has_four_bytes(value) {
        let text = format!("{} can't contain 4 byte unicode characters.", title(key));
        return Err((400, text));
    }
    if has_surrogate(value) {
        return Err(unexpected());
    }
    Ok(())
}

pub(super) fn check_property(key: &str, value: &str) -> Result<(), GlanceError> {
    if has_four_bytes(key) {
        let text = "Property names can't contain 4 byte unicode.";
        return Err((400, text.to_owned()));
    }
    if has_surrogate(key) {
        return Err(unexpected());
    }
    check_text(key, value)
}

/// Checks the tags, and removes duplicates.
pub(super) fn check_tags(tags: &[String]) -> Result<Vec<String>, GlanceError> {
    let mut once: Vec<String> = Vec::new();
    for tag in tags {
        if has_four_bytes(tag) {
            let text = "Param values can't contain 4 byte unicode.";
            return Err((400, text.to_owned()));
        }
        if has_surrogate(tag) {
            return Err(unexpected());
        }
        if !once.contains(tag) {
            once.push(tag.clone());
        }
    }
    Ok(once)
}

fn has_four_bytes(text: &str) -> bool {
    text.chars().any(|c| c > '\u{ffff}') && !has_surrogate(text)
}

/// `str.title` of Python.
fn title(text: &str) -> String {
    let mut out = String::new();
    let mut in_word = false;
    for c in text.chars() {
        if in_word {
            out.extend(c.to_lowercase());
        } else {
            out.extend(c.to_uppercase());
        }
        in_word = c.is_alphabetic();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_title_have_a_capital_letter() {
        assert_eq!(title("os_DISTRO x1y"), "Os_Distro X1Y");
    }
}
