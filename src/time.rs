//! Times: what the clock says, and what a server wrote.
//!
//! jiff holds them, reckons with them and writes them. It could read them, too,
//! but its reader takes every form of ISO 8601 and brings 250 KiB of words for
//! what can be wrong with one, into each program; here nobody sees such words.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// The beginning of the year 0, in seconds since 1970.
const YEAR_0: i64 = -62_167_219_200;

/// The time by this machine's clock.
pub(crate) fn now() -> Timestamp {
    of(SystemTime::now()).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// `None` for a time before 1970, or after the year 9999.
pub(crate) fn of(time: SystemTime) -> Option<Timestamp> {
    let since = time.duration_since(UNIX_EPOCH).ok()?;
    let nanoseconds = i32::try_from(since.subsec_nanos()).ok()?;
    Timestamp::new(i64::try_from(since.as_secs()).ok()?, nanoseconds).ok()
}

/// A time as RFC 3339 has it, such as `2026-11-23T12:00:00Z`: with or without a
/// fraction, after a `T` or a space, and in UTC where no zone is said.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    let (point, zone) = text.split_at_checked(19)?;
    let is_separator = |(at, byte)| match at {
        4 | 7 => byte == b'-',
        10 => matches!(byte, b'T' | b't' | b' '),
        13 | 16 => byte == b':',
        _ => true,
    };
    if !point.bytes().enumerate().all(is_separator) {
        return None;
    }
    let (nanosecond, zone) = fraction(zone)?;
    let part = |range| number(point.get(range)?)?.try_into().ok();
    // As jiff has it, a leap second is the one before it.
    let second: i8 = part(17..19)?;
    let second = if second == 60 { 59 } else { second };
    let (year, month, day) = (
        number(point.get(..4)?)?.try_into().ok()?,
        part(5..7)?,
        part(8..10)?,
    );
    let (hour, minute) = (part(11..13)?, part(14..16)?);
    let time = DateTime::new(year, month, day, hour, minute, second, nanosecond).ok()?;
    // Before the year 0 it would be written in a form that is not read here.
    offset(zone)?
        .to_timestamp(time)
        .ok()
        .filter(|time| time.as_second() >= YEAR_0)
}

/// A number of seconds, as people and services write it: `30`, `2.5`, `.5`, `030`.
/// The reader of numbers that is there already is that of JSON, and strict.
pub(crate) fn seconds(text: &str) -> Option<f64> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let (sign, number) = text
        .strip_prefix('-')
        .map_or(("", text), |number| ("-", number));
    let number = number.strip_suffix('.').unwrap_or(number);
    if !number
        .trim_start_matches('.')
        .starts_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    let number = number.trim_start_matches('0');
    let zero = if number.starts_with(|c: char| c.is_ascii_digit()) {
        ""
    } else {
        "0"
    };
    serde_json::from_str(&format!("{sign}{zero}{number}")).ok()
}

/// The nanoseconds of a fraction, if there is one, and what comes after it.
fn fraction(text: &str) -> Option<(i32, &str)> {
    let Some(digits) = text.strip_prefix(['.', ',']) else {
        return Some((0, text));
    };
    let end = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    let (digits, rest) = digits.split_at(end);
    let missing = 9usize.checked_sub(digits.len())?;
    let number = number(digits)?.checked_mul(10i32.pow(u32::try_from(missing).ok()?))?;
    Some((number, rest))
}

/// What is to be taken off to get UTC.
fn offset(zone: &str) -> Option<Offset> {
    if matches!(zone, "" | "Z" | "z") {
        return Some(Offset::UTC);
    }
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':').or_else(|| rest.split_at_checked(2))?;
    let minutes = if rest.len() == 2 { "00" } else { minutes };
    if (hours.len(), minutes.len()) != (2, 2) {
        return None;
    }
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let minutes = Some(hours * 60 + minutes).filter(|_| hours < 24 && minutes < 60)?;
    Offset::from_seconds(sign * minutes * 60).ok()
}

/// A number of digits alone.
fn number(text: &str) -> Option<i32> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How jiff reads it, where a text without a zone is in UTC.
    fn as_jiff_reads(text: &str) -> Option<Timestamp> {
        let without_zone = || {
            Offset::UTC
                .to_timestamp(text.parse::<DateTime>().ok()?)
                .ok()
        };
        text.parse().ok().or_else(without_zone)
    }

    #[test]
    fn every_form_is_read_as_jiff_reads_it() {
        let points = [
            "2026-11-23T12:00:00",
            "1969-12-31 23:59:59",
            "2024-02-29t00:00:60",
            "0000-01-01T00:00:00",
        ];
        let fractions = ["", ".5", ",5", ".000001", ".123456789", ".0"];
        let zones = [
            "Z", "z", "+01:00", "-0930", "+00:00", "+00", "-07", "-23:59", "",
        ];
        for point in points {
            for fraction in fractions {
                for zone in zones {
                    let text = format!("{point}{fraction}{zone}");
                    if point.starts_with("0000") && zone == "+01:00" {
                        assert_eq!(read(&text), None, "{text}");
                        continue;
                    }
                    assert!(read(&text).is_some(), "{text}");
                    assert_eq!(read(&text), as_jiff_reads(&text), "{text}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_time_is_none_for_jiff_either() {
        for text in [
            "",
            "soon",
            "2026-11-23T12:00:00é",
            "2026-11-23T12:00:0é",
            "2026-13-23T12:00:00Z",
            "2026-02-29T12:00:00Z",
            "2026-11-23T24:00:00Z",
            "2026-11-23T12:00:61Z",
            "2026-11-23T12:-1:00Z",
            "2026-11-23T12:+1:00Z",
            "2026/11/23T12:00:00Z",
            "2026-11-23x12:00:00Z",
            "2026-11-23T12:00:00.Z",
            "2026-11-23T12:00:00.1234567890Z",
            "2026-11-23T12:00:00ZZ",
            "2026-11-23T12:00:00+1:00",
            "2026-11-23T12:00:00+01:60",
            "2026-11-23T12:00:00+26:00",
            "2026-11-23T12:00:00*01:00",
            "9999-12-31T23:59:59-23:59",
        ] {
            assert_eq!((read(text), as_jiff_reads(text)), (None, None), "{text}");
        }
        // What else jiff takes, no OpenStack service writes.
        for text in ["2026-11-23", "2026-11-23T12:00Z", "20261123T120000Z"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_number_of_seconds_is_read_as_it_is_written() {
        for (text, number) in [
            ("0", 0.0),
            ("00", 0.0),
            ("30", 30.0),
            ("030", 30.0),
            ("+30", 30.0),
            ("-3", -3.0),
            ("2.5", 2.5),
            (".5", 0.5),
            ("-.5", -0.5),
            ("0.5", 0.5),
            ("5.", 5.0),
            ("1e3", 1000.0),
            ("1e300", 1e300),
        ] {
            assert_eq!(seconds(text), Some(number), "{text}");
        }
        let none = [
            "", "+", "-", ".", "-.", "..5", "5..", "0x1", "1 s", "1.5.2", "nan", "inf", "1e999",
        ];
        for text in none {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn the_clock_is_read_as_jiff_reads_it() {
        let moment = UNIX_EPOCH + std::time::Duration::new(1_795_435_200, 999_999_999);
        let expected = "2026-11-23T12:00:00.999999999Z".parse().ok();
        assert_eq!(of(moment), expected);
        assert_eq!(of(UNIX_EPOCH - std::time::Duration::from_nanos(1)), None);
        assert!(now() > Timestamp::UNIX_EPOCH);
    }
}
