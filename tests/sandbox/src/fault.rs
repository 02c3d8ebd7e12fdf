//! [`Fault`]: what goes wrong on purpose, and for which requests.

use std::time::Duration;

use crate::http::{Request, Response};

/// Something that goes wrong on purpose, given to [`Sandbox::fail`].
///
/// It holds for every request from then on, unless [`on`](Self::on),
/// [`times`](Self::times), [`after`](Self::after) or [`every`](Self::every)
/// say otherwise. The request is not carried out, unless
/// [`carried_out`](Self::carried_out) says so.
///
/// ```
/// use opencloud_sandbox::{Fault, Sandbox};
///
/// let sandbox = Sandbox::start();
/// sandbox.fail(Fault::status(503).header("Retry-After", "1").on("GET", "/images").times(2));
/// sandbox.fail(Fault::close().on("DELETE", "/images/").times(1).carried_out());
/// ```
///
/// Of several faults that hold for a request, the one given first goes wrong;
/// [`delay`](Self::delay) and [`revoke_tokens`](Self::revoke_tokens) leave the
/// request to the next.
///
/// [`Sandbox::fail`]: crate::Sandbox::fail
#[derive(Clone, Debug)]
#[must_use]
pub struct Fault {
    method: Option<String>,
    part: String,
    /// How many of the requests that match are let through first.
    skip: usize,
    every: usize,
    left: Option<usize>,
    seen: usize,
    carried_out: bool,
    action: Action,
}

/// What goes wrong.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Respond(Response),
    Delay(Duration),
    RevokeTokens,
    /// Only that many bytes of the body.
    Cut(usize),
    /// A length that is wrong by that much.
    WrongLength(i64),
    /// Pieces of that many bytes, each after a pause.
    Drip(usize, Duration),
    Raw(Vec<u8>),
    Close,
    Reset,
}

impl Fault {
    fn new(action: Action) -> Self {
        Self {
            method: None,
            part: String::new(),
            skip: 0,
            every: 1,
            left: None,
            seen: 0,
            carried_out: false,
            action,
        }
    }

    /// Answer that status, with an empty body unless [`body`](Self::body) is
    /// given.
    pub fn status(status: u16) -> Self {
        Self::new(Action::Respond(Response::new(status).length()))
    }

    /// A header of the answer of [`status`](Self::status). Several of one name
    /// are sent as they are.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Action::Respond(response) = self.action {
            self.action = Action::Respond(response.header(name, value));
        }
        self
    }

    /// The body of the answer of [`status`](Self::status).
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        if let Action::Respond(response) = self.action {
            self.action = Action::Respond(response.body(body));
        }
        self
    }

    /// Exactly these bytes, whatever they are, and then the end of the
    /// connection: a recorded answer, or something that is no HTTP at all.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(Action::Raw(bytes.into()))
    }

    /// Wait before the request is carried out and answered.
    pub fn delay(time: Duration) -> Self {
        Self::new(Action::Delay(time))
    }

    /// Send the head and only that many bytes of the body of the right answer,
    /// then close the connection. The request is carried out.
    pub fn cut(bytes: usize) -> Self {
        Self::new(Action::Cut(bytes)).carried_out()
    }

    /// Announce a `Content-Length` that is wrong by that much: more than there
    /// is, or less. The request is carried out.
    pub fn wrong_length(by: i64) -> Self {
        Self::new(Action::WrongLength(by)).carried_out()
    }

    /// Send the body of the right answer in pieces of that many bytes, with
    /// that pause before each. The request is carried out.
    pub fn drip(bytes: usize, pause: Duration) -> Self {
        Self::new(Action::Drip(bytes.max(1), pause)).carried_out()
    }

    /// Close the connection without an answer.
    pub fn close() -> Self {
        Self::new(Action::Close)
    }

    /// Reset the connection without an answer.
    pub fn reset() -> Self {
        Self::new(Action::Reset)
    }

    /// Revoke every token, then go on with the request, which is 401 if it
    /// needs one.
    pub fn revoke_tokens() -> Self {
        Self::new(Action::RevokeTokens)
    }

    /// Only for requests of that method whose path and query contain that
    /// text. An empty method is any.
    pub fn on(mut self, method: &str, part: &str) -> Self {
        self.method = (!method.is_empty()).then(|| method.to_owned());
        part.clone_into(&mut self.part);
        self
    }

    /// Only that many times.
    pub fn times(mut self, times: usize) -> Self {
        self.left = Some(times);
        self
    }

    /// Let that many matching requests through first.
    pub fn after(mut self, requests: usize) -> Self {
        self.skip = requests;
        self
    }

    /// Only for every nth matching request: for 3, the third, the sixth …
    pub fn every(mut self, nth: usize) -> Self {
        self.every = nth.max(1);
        self
    }

    /// Carry the request out before it goes wrong: what a client cannot tell
    /// from a request that never arrived.
    pub fn carried_out(mut self) -> Self {
        self.carried_out = true;
        self
    }

    /// Whether it goes wrong for this request; counts it if it matches.
    fn strikes(&mut self, request: &Request) -> bool {
        let method = self
            .method
            .as_ref()
            .is_none_or(|method| *method == request.method);
        if !method || !request.target.contains(&self.part) || self.left == Some(0) {
            return false;
        }
        self.seen += 1;
        let strikes = self.seen > self.skip && (self.seen - self.skip) % self.every == 0;
        if strikes {
            self.left = self.left.map(|left| left - 1);
        }
        strikes
    }
}

/// What is to go wrong for one request.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) delay: Duration,
    pub(crate) revoke_tokens: bool,
    /// What goes wrong, and whether the request is carried out before.
    pub(crate) action: Option<(Action, bool)>,
}

/// Asks each fault, in the order they were given.
pub(crate) fn plan(faults: &mut [Fault], request: &Request) -> Plan {
    let mut plan = Plan::default();
    for fault in faults {
        if plan.action.is_some() || !fault.strikes(request) {
            continue;
        }
        match &fault.action {
            Action::Delay(time) => plan.delay += *time,
            Action::RevokeTokens => plan.revoke_tokens = true,
            action => plan.action = Some((action.clone(), fault.carried_out)),
        }
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, target: &str) -> Request {
        Request {
            method: method.into(),
            target: target.into(),
            ..Request::default()
        }
    }

    fn struck(fault: Fault, count: usize) -> Vec<bool> {
        let mut faults = [fault];
        let get = request("GET", "/compute/v2.1/images");
        (0..count)
            .map(|_| plan(&mut faults, &get).action.is_some())
            .collect()
    }

    #[test]
    fn a_fault_holds_for_the_requests_that_it_names() {
        let mut faults = [Fault::close().on("GET", "/images?")];
        assert!(
            plan(&mut faults, &request("GET", "/v2.1/images?limit=1"))
                .action
                .is_some()
        );
        assert!(
            plan(&mut faults, &request("POST", "/v2.1/images?limit=1"))
                .action
                .is_none()
        );
        assert!(
            plan(&mut faults, &request("GET", "/v2.1/images"))
                .action
                .is_none()
        );
    }

    #[test]
    fn a_fault_counts_the_requests_that_match() {
        assert_eq!(struck(Fault::close(), 3), [true, true, true]);
        assert_eq!(struck(Fault::close().times(2), 3), [true, true, false]);
        assert_eq!(
            struck(Fault::close().after(2), 4),
            [false, false, true, true]
        );
        assert_eq!(
            struck(Fault::close().every(2), 5),
            [false, true, false, true, false]
        );
        assert_eq!(
            struck(Fault::close().after(1).every(2).times(1), 5),
            [false, false, true, false, false]
        );
    }

    #[test]
    fn a_delay_leaves_the_request_to_the_next_fault() {
        let second = Duration::from_secs(1);
        let mut faults = [
            Fault::delay(second),
            Fault::revoke_tokens(),
            Fault::reset(),
            Fault::close(),
        ];
        let plan = plan(&mut faults, &request("GET", "/"));
        assert_eq!(plan.delay, second);
        assert!(plan.revoke_tokens);
        assert!(matches!(plan.action, Some((Action::Reset, false))));
        assert_eq!(faults[3].seen, 0);
    }
}
