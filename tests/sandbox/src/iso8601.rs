//! Parses the times of filters.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// Parses a time as Python's `iso8601` does, which makes most parts optional.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let mut rest = text;
    let year = take_number(&mut rest, 4, 4)?;
    let (mut month, mut day) = (1, 1);
    let mut time = [0, 0, 0];
    let (mut nanos, mut offset) = (0, 0);
    if !rest.is_empty() {
        let dashed = take_char(&mut rest, &['-']).is_some();
        month = take_number(&mut rest, if dashed { 1 } else { 2 }, 2)?;
        // Six digits are not a valid year and month.
        if rest.is_empty() && !dashed {
            return None;
        }
        if !rest.is_empty() {
            let dashed = take_char(&mut rest, &['-']).is_some();
            day = take_number(&mut rest, if dashed { 1 } else { 2 }, 2)?;
        }
    }
    if take_char(&mut rest, &[' ', 'T']).is_some() {
        time[0] = take_number(&mut rest, 2, 2)?;
        for (n, min) in [(1, 2), (2, 1)] {
            let mut after = rest;
            take_char(&mut after, &[':']);
            if let Some(found) = take_number(&mut after, min, 2) {
                (time[n], rest) = (found, after);
            }
        }
        if take_char(&mut rest, &['.', ',']).is_some() {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let fraction = format!("{:0<9.9}", &rest[..digits]);
            nanos = fraction.parse().ok().filter(|_| digits > 0)?;
            rest = &rest[digits..];
        }
        match take_char(&mut rest, &['Z', '+', '-']) {
            None | Some('Z') => {}
            Some(sign) => {
                let hours = take_number(&mut rest, 2, 2)?;
                take_char(&mut rest, &[':']);
                let minutes = take_number(&mut rest, 2, 2).unwrap_or(0);
                offset = (hours * 3600 + minutes * 60) * if sign == '-' { -1 } else { 1 };
                if hours > 23 || minutes > 59 {
                    return None;
                }
            }
        }
    }
    if !rest.is_empty() {
        return None;
    }
    let small = |it: i32| i8::try_from(it).ok();
    let at = DateTime::new(
        i16::try_from(year).ok()?,
        small(month)?,
        small(day)?,
        small(time[0])?,
        small(time[1])?,
        small(time[2])?,
        nanos,
    );
    Offset::from_seconds(offset)
        .ok()?
        .to_timestamp(at.ok()?)
        .ok()
}

fn take_char(rest: &mut &str, chars: &[char]) -> Option<char> {
    let found = rest.chars().next().filter(|c| chars.contains(c))?;
    *rest = &rest[found.len_utf8()..];
    Some(found)
}

fn take_number(rest: &mut &str, min: usize, max: usize) -> Option<i32> {
    let digits = rest
        .bytes()
        .take(max)
        .take_while(u8::is_ascii_digit)
        .count();
    let number = rest[..digits].parse().ok().filter(|_| digits >= min)?;
    *rest = &rest[digits..];
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_parsed_as_in_python() {
        for (text, expected) in [
            ("2020", "2020-01-01T00:00:00Z"),
            ("2020-01", "2020-01-01T00:00:00Z"),
            ("2020-1-2", "2020-01-02T00:00:00Z"),
            ("20200102T030405Z", "2020-01-02T03:04:05Z"),
            ("2020-01-01T03", "2020-01-01T03:00:00Z"),
            ("2020-01-01 00:00:00,5", "2020-01-01T00:00:00.5Z"),
            ("2020-01-01T00:00:00.123456Z", "2020-01-01T00:00:00.123456Z"),
            ("2020-01-01T00:00:00-0200", "2020-01-01T02:00:00Z"),
            ("2020-01-01T00:00:00+02:00", "2019-12-31T22:00:00Z"),
        ] {
            assert_eq!(parse(text), Some(expected.parse().unwrap()), "{text}");
        }
        for text in [
            "",
            "yesterday",
            "202001",
            "2020-13-01",
            "2020-02-30",
            "2020-01-01Z",
            "2020-01-01t00:00:00z",
            "2020-01-01T24:00:00Z",
            "2020-01-01T00:00:00 02:00",
            "2020-01-01T00:00:00+25:00",
            " 2020",
            "gte:2020-01-01",
            "2020-01-01T00:00:00.Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
