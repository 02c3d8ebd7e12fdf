//! [`Recorded`]: one request to a real Keystone or Nova, and its answer byte for byte.

use std::path::Path;
use std::{fs, str};

use serde_json::Value;

use crate::support::{Answer, Request};

/// How the answer travels: three settings of a cloud's HTTP server.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wire {
    /// With its length, and then the connection is closed: as recorded.
    Close,
    /// With its length, on a connection that stays.
    KeepAlive,
    /// Without its length: it ends where the connection does.
    NoLength,
}

/// A file of `tests/replay/recorded`: remarks, the request, and after the line
/// that begins with `# response` the answer. Only tokens were replaced, and
/// line ends are plain.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) name: String,
    pub(crate) request: Request,
    pub(crate) status: u16,
    /// The words after the status.
    pub(crate) reason: String,
    head: Vec<String>,
    pub(crate) body: Vec<u8>,
}

impl Recorded {
    /// Every case there is, by name.
    pub(crate) fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay/recorded");
        let entries = fs::read_dir(folder).expect("the folder of the recorded answers");
        let mut paths: Vec<_> = entries
            .map(|entry| entry.expect("an entry").path())
            .collect();
        paths.sort();
        paths.iter().map(|path| Self::read(path)).collect()
    }

    /// The case whose name begins so.
    #[track_caller]
    pub(crate) fn named(prefix: &str) -> Self {
        let mut all = Self::all()
            .into_iter()
            .filter(|case| case.name.starts_with(prefix));
        all.next().expect("a case of that name")
    }

    fn read(path: &Path) -> Self {
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let text = fs::read_to_string(path).expect("a recorded answer");
        let (asked, answer) = text.split_once("# response").expect("a response");
        let (_, answer) = answer.split_once('\n').expect("a response");

        let remarks = asked.lines().take_while(|line| line.starts_with('#'));
        let asked = &asked[remarks.map(|line| line.len() + 1).sum()..];
        let (head, body) = asked.split_once("\n\n").expect("a head");
        let mut request = Request::parse(head.replace('\n', "\r\n").as_bytes()).expect("a request");
        body.strip_suffix("\n\n")
            .unwrap_or(body)
            .clone_into(&mut request.body);

        let (head, body) = answer.split_once("\n\n").expect("a head");
        let mut head: Vec<_> = head.lines().map(str::to_owned).collect();
        let first = head.remove(0);
        let mut first = first.splitn(3, ' ').skip(1).map(str::to_owned);
        let status = first
            .next()
            .and_then(|word| word.parse().ok())
            .expect("a status");
        let reason = first.next().expect("a reason");
        let mut case = Self {
            name,
            request,
            status,
            reason,
            head,
            body: body.into(),
        };
        let length = case
            .header("content-length")
            .expect("a length")
            .parse()
            .expect("a number");
        // A file ends with a line end, whatever the body.
        assert!(
            [length, length + 1].contains(&case.body.len()),
            "{} is not whole",
            case.name
        );
        case.body.truncate(length);
        case
    }

    /// A header of the answer.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut pairs = self.head.iter().filter_map(|line| line.split_once(": "));
        pairs
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The answer as JSON, if it is.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The answer as it comes over that wire.
    pub(crate) fn answer(&self, wire: Wire) -> Answer {
        let left_out: &[&str] = match wire {
            Wire::Close => &[],
            Wire::KeepAlive => &["connection:"],
            Wire::NoLength => &["connection:", "content-length:"],
        };
        let is_kept = |line: &&String| {
            let line = line.to_ascii_lowercase();
            !left_out.iter().any(|name| line.starts_with(name))
        };
        let mut bytes = format!("HTTP/1.1 {} {}\r\n", self.status, self.reason).into_bytes();
        for line in self.head.iter().filter(is_kept) {
            bytes.extend(format!("{line}\r\n").bytes());
        }
        bytes.extend(b"\r\n");
        bytes.extend(&self.body);
        match wire {
            Wire::KeepAlive => Answer::raw_and_keep(bytes),
            Wire::Close | Wire::NoLength => Answer::raw(bytes),
        }
    }

    /// The query of the request, decoded.
    pub(crate) fn query(&self) -> Vec<(String, String)> {
        pairs(&self.request)
    }
}

/// The query of a request, decoded.
pub(crate) fn pairs(request: &Request) -> Vec<(String, String)> {
    let query = request
        .target
        .split_once('?')
        .map_or("", |(_, query)| query);
    url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}
