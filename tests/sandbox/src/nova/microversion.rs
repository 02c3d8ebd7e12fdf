//! Parses the microversion of a request.

use crate::http::Request;

/// The newest microversion.
pub(super) const MAXIMUM: &str = "2.104";

/// The microversion in the headers of a request, as sent.
pub(super) fn requested(request: &Request) -> Option<String> {
    let standard = request
        .header_list("OpenStack-API-Version")
        .unwrap_or_default();
    let found = standard.split(',').rev().find_map(|part| {
        let (service, version) = part.trim().split_once(char::is_whitespace)?;
        service
            .eq_ignore_ascii_case("compute")
            .then(|| version.trim().to_owned())
    });
    found.or_else(|| {
        let legacy = request.header_list("X-OpenStack-Nova-API-Version")?;
        Some(
            legacy
                .rsplit(',')
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned(),
        )
    })
}

/// Parses a version into its two numbers.
pub(super) fn parts(version: &str) -> Option<(String, String)> {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (major, minor) = version.split_once('.')?;
    let valid = number(major) && number(minor) && !major.starts_with('0');
    let valid = valid && (minor == "0" || !minor.starts_with('0'));
    valid.then(|| (major.to_owned(), minor.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn of(headers: &[(&str, &str)]) -> Option<String> {
        let headers = headers
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect();
        requested(&Request {
            headers,
            ..Request::default()
        })
    }

    #[test]
    fn the_last_version_of_compute_is_used() {
        let standard = "OpenStack-API-Version";
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[(standard, "COMPUTE  2.35 ")]).as_deref(), Some("2.35"));
        assert_eq!(
            of(&[(standard, "volume 3.50, compute 2.36, image 2")]).as_deref(),
            Some("2.36")
        );
        assert_eq!(of(&[(standard, "2.35")]), None);
        let both = [
            ("x-openstack-nova-api-version", "2.36"),
            (standard, "compute 2.35"),
        ];
        assert_eq!(of(&both).as_deref(), Some("2.35"));
        assert_eq!(
            of(&[("X-OpenStack-Nova-API-Version", "")]).as_deref(),
            Some("")
        );
    }

    #[test]
    fn a_version_has_two_numbers() {
        assert_eq!(parts("2.35"), Some(("2".to_owned(), "35".to_owned())));
        for bad in [
            "", "abc", "2", "2.", "2.01", "0.1", "2.1.1", "-2.1", "LATEST",
        ] {
            assert_eq!(parts(bad), None, "{bad}");
        }
    }
}
