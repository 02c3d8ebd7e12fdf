//! [`Microversion`]: a version of a service's API, such as 2.35.

/// A microversion, compared by its numbers. `latest` is above every other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Microversion(pub(crate) u32, pub(crate) u32);

impl Microversion {
    /// `None` if the text is neither `latest` nor two numbers with a dot.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text == "latest" {
            return Some(Self(u32::MAX, u32::MAX));
        }
        let (major, minor) = text.split_once('.')?;
        let number = |part: &str| {
            let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse().ok().filter(|_| is_number)
        };
        Some(Self(number(major)?, number(minor)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn microversions_are_compared_as_numbers() {
        assert!(Microversion::parse("2.9") < Microversion::parse("2.35"));
        assert!(Microversion::parse("latest") > Microversion::parse("2.104"));
        for text in ["2", "2.", "2.x", "+2.1", "2.1.1", "two"] {
            assert_eq!(Microversion::parse(text), None, "{text}");
        }
    }
}
