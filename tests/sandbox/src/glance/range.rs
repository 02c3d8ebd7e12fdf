//! The headers `Range` and `Content-Range` of a download, as Glance reads them.

use std::ops::Range;

use crate::http::Request;

use super::errors::ApiError;

/// The requested range of the data. `None` for all data.
pub(super) fn requested_range(
    request: &Request,
    size: u64,
) -> Result<Option<Range<u64>>, ApiError> {
    let start_error = |name: &str| {
        let last = i128::from(size) - 1;
        let text = format!(
            "Invalid start position in {name} header. Start position MUST be in the inclusive range [0, {last}]."
        );
        ApiError::detailed(416, text)
    };
    if let Some(value) = request.header_list("Range") {
        if value.contains(',') {
            let text = "Requests with multiple ranges are not supported in Glance. You may make \
                        multiple single-range requests instead.";
            return Err(ApiError::new(400, text));
        }
        let (start, end) =
            parse_range(&value).ok_or_else(|| ApiError::detailed(416, "Invalid Range header."))?;
        let start = match start {
            Some(start) if start >= size => return Err(start_error("Range")),
            Some(start) => start,
            None => match end {
                None => return Err(ApiError::no_response()),
                Some(0) if size == 0 => return Err(start_error("Range")),
                // Glance parses `-0` as the start 0.
                Some(0) => return Ok(Some(0..size)),
                Some(length) => return Ok(Some(size.saturating_sub(length)..size)),
            },
        };
        let end = end.map_or(size, |last| last.saturating_add(1).min(size));
        return Ok(Some(start..end));
    }
    // Glance also accepts the response header.
    let Some(value) = request.header_list("Content-Range") else {
        return Ok(None);
    };
    let invalid = || ApiError::detailed(416, "Invalid Content-Range header.");
    let (range, any_size) = parse_content_range(&value).ok_or_else(invalid)?;
    if any_size && range.end > size {
        let text = format!(
            "Invalid stop position in Content-Range header. The stop position MUST be in the \
             inclusive range [0, {}].",
            i128::from(size) - 1
        );
        return Err(ApiError::detailed(416, text));
    }
    if range.start >= size {
        return Err(start_error("Content-Range"));
    }
    Ok(Some(range))
}

/// Parses `bytes=START-LAST`. Without a start, the other number is a length.
fn parse_range(value: &str) -> Option<(Option<u64>, Option<u64>)> {
    let (unit, rest) = value.split_once('=')?;
    if !unit.trim_end().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (start, rest) = number(rest.trim_start_matches(' '));
    let rest = rest.trim_start_matches(' ').strip_prefix('-')?;
    let (last, _) = number(rest.trim_start_matches(' '));
    let backwards = start.zip(last).is_some_and(|(start, last)| last < start);
    (!backwards).then_some((start, last))
}

/// Parses `bytes START-LAST/SIZE`. Returns also whether the size is `*`.
fn parse_content_range(value: &str) -> Option<(Range<u64>, bool)> {
    let (start, rest) = number(value.strip_prefix("bytes ")?);
    let (last, rest) = number(rest.strip_prefix('-')?);
    let rest = rest.strip_prefix('/')?;
    let (size, _) = number(rest);
    let (start, end) = (start?, last?.saturating_add(1));
    let valid = start < end && size.map_or(rest.starts_with('*'), |size| end <= size);
    valid.then_some((start..end, size.is_none()))
}

/// The number at the start of a text, and the rest.
fn number(text: &str) -> (Option<u64>, &str) {
    let end = text.find(|it: char| !it.is_ascii_digit());
    let (digits, rest) = text.split_at(end.unwrap_or(text.len()));
    let value = (!digits.is_empty()).then(|| digits.parse().unwrap_or(u64::MAX));
    (value, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(name: &str, value: &str, size: u64) -> Result<Option<Range<u64>>, ApiError> {
        let headers = vec![(name.to_owned(), value.to_owned())];
        let request = Request {
            headers,
            ..Request::default()
        };
        requested_range(&request, size)
    }

    #[test]
    fn a_range_has_a_start_or_a_length_before_the_end() {
        for (value, expected) in [
            ("bytes=0-4", 0..5),
            ("bytes=5-", 5..20),
            ("bytes=5-100", 5..20),
            ("bytes=-5", 15..20),
            ("bytes=-100", 0..20),
            ("bytes=-0", 0..20),
            ("BYTES = 1 - 2x", 1..3),
        ] {
            assert_eq!(range("Range", value, 20), Ok(Some(expected)), "{value}");
        }
        assert_eq!(range("Content-Range", "bytes 0-4/20", 20), Ok(Some(0..5)));
        assert_eq!(range("Content-Range", "bytes 0-4/*", 20), Ok(Some(0..5)));
        assert_eq!(range("Accept", "*/*", 20), Ok(None));
    }

    #[test]
    fn an_invalid_range_is_an_error() {
        let status = |name: &str, value: &str| range(name, value, 20).unwrap_err().status;
        for value in [
            "",
            "x",
            "bytes=x",
            "items=0-4",
            "bytes=4-1",
            "bytes 0-4",
            "bytes=20-",
        ] {
            assert_eq!(status("Range", value), 416, "{value}");
        }
        assert_eq!(status("Range", "bytes=0-1,3-4"), 400);
        assert_eq!(range("Range", "bytes=-", 20), Err(ApiError::no_response()));
        for value in [
            "x",
            "bytes 4-1/20",
            "bytes 0-4/4",
            "bytes 0-20/*",
            "bytes 20-21/30",
        ] {
            assert_eq!(status("Content-Range", value), 416, "{value}");
        }
        let text = "Invalid start position in Range header. Start position MUST be in the \
                    inclusive range [0, -1].";
        assert_eq!(
            range("Range", "bytes=0-", 0),
            Err(ApiError::detailed(416, text))
        );
    }
}
