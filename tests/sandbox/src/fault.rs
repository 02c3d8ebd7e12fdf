//! [`Fault`]: an injected failure, and the requests that it applies to.

use std::time::Duration;

use crate::http::{Request, Response};

/// An injected failure, for [`Sandbox::fail`].
///
/// It applies to every later request, unless [`on`](Self::on),
/// [`times`](Self::times), [`after`](Self::after) or [`every`](Self::every)
/// restrict it. The request is not carried out, unless
/// [`carried_out`](Self::carried_out) is set. The body of an upload is read only
/// if the upload is carried out.
///
/// ```
/// use opencloud_sandbox::{Fault, Sandbox};
///
/// let sandbox = Sandbox::start();
/// sandbox.fail(Fault::status(503).header("Retry-After", "1").on("GET", "/images").times(2));
/// sandbox.fail(Fault::close().on("DELETE", "/images/").times(1).carried_out());
/// ```
///
/// If several faults apply to a request, the first one is used.
/// [`delay`](Self::delay) and [`revoke_tokens`](Self::revoke_tokens) can be
/// combined with one other fault.
///
/// [`Sandbox::fail`]: crate::Sandbox::fail
#[derive(Clone, Debug)]
#[must_use]
pub struct Fault {
    method: Option<String>,
    /// A part of the path and query.
    target: String,
    /// How many matching requests are skipped first.
    skip: usize,
    every: usize,
    /// How many times it still applies; `None` for no limit.
    remaining: Option<usize>,
    /// How many requests matched so far.
    matched: usize,
    carried_out: bool,
    action: Action,
}

/// The kinds of failure.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Respond(Response),
    Delay(Duration),
    RevokeTokens,
    /// Send only this many bytes of the body.
    Cut(usize),
    /// Add this to the `Content-Length`.
    WrongLength(i64),
    /// Send this many bytes of the body, and then nothing.
    Stall(usize),
    /// Send nothing.
    Silent,
    /// Remove the `Content-Length`.
    NoLength,
    /// Change the byte at this position of the body.
    Change(usize),
    /// Read only this many bytes of the body of an upload.
    CutUpload(u64),
    /// Send the body in pieces of this size, each after a pause.
    Drip(usize, Duration),
    Raw(Vec<u8>),
    Close,
    Reset,
}

impl Fault {
    fn new(action: Action) -> Self {
        Self {
            method: None,
            target: String::new(),
            skip: 0,
            every: 1,
            remaining: None,
            matched: 0,
            carried_out: false,
            action,
        }
    }

    /// Respond with a status. The body is empty unless [`body`](Self::body) is
    /// set.
    pub fn status(status: u16) -> Self {
        Self::new(Action::Respond(Response::new(status).length()))
    }

    /// Adds a header to the response of [`status`](Self::status). A name can be
    /// added more than once.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Action::Respond(response) = self.action {
            self.action = Action::Respond(response.header(name, value));
        }
        self
    }

    /// Sets the body of the response of [`status`](Self::status).
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        if let Action::Respond(response) = self.action {
            self.action = Action::Respond(response.body(body));
        }
        self
    }

    /// Send exactly these bytes, which need not be HTTP, and close the
    /// connection.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(Action::Raw(bytes.into()))
    }

    /// Wait before the request is carried out.
    pub fn delay(time: Duration) -> Self {
        Self::new(Action::Delay(time))
    }

    /// Send the head and only this many bytes of the body of the correct
    /// response, then close the connection. The request is carried out.
    pub fn cut(bytes: usize) -> Self {
        Self::new(Action::Cut(bytes)).carried_out()
    }

    /// Add this number to the `Content-Length` of the correct response. The
    /// request is carried out.
    pub fn wrong_length(by: i64) -> Self {
        Self::new(Action::WrongLength(by)).carried_out()
    }

    /// Send the correct response without `Content-Length`. The request is carried
    /// out.
    pub fn no_length() -> Self {
        Self::new(Action::NoLength).carried_out()
    }

    /// Change the byte at this position of the body of the correct response. The
    /// request is carried out.
    pub fn change(position: usize) -> Self {
        Self::new(Action::Change(position)).carried_out()
    }

    /// Send the head and only this many bytes of the body of the correct
    /// response, and then nothing until the client closes the connection. The
    /// request is carried out.
    pub fn stall(bytes: usize) -> Self {
        Self::new(Action::Stall(bytes)).carried_out()
    }

    /// Send nothing, and keep the connection open until the client closes it. The
    /// rest of the request is read.
    pub fn silent() -> Self {
        Self::new(Action::Silent)
    }

    /// Read only this many bytes of the body of an upload, then close the
    /// connection without a response. The upload fails, so the image is `queued`
    /// again.
    pub fn cut_upload(bytes: u64) -> Self {
        Self::new(Action::CutUpload(bytes)).carried_out()
    }

    /// Send the body of the correct response in pieces of this many bytes, with
    /// a pause before each. The request is carried out.
    pub fn drip(bytes: usize, pause: Duration) -> Self {
        Self::new(Action::Drip(bytes.max(1), pause)).carried_out()
    }

    /// Close the connection without a response.
    pub fn close() -> Self {
        Self::new(Action::Close)
    }

    /// Reset the connection without a response.
    pub fn reset() -> Self {
        Self::new(Action::Reset)
    }

    /// Revoke every token before the request is carried out. It then fails with
    /// 401 if it needs a token.
    pub fn revoke_tokens() -> Self {
        Self::new(Action::RevokeTokens)
    }

    /// Apply only to requests with this method whose path and query contain
    /// `target`. An empty method matches every method.
    pub fn on(mut self, method: &str, target: &str) -> Self {
        self.method = (!method.is_empty()).then(|| method.to_owned());
        target.clone_into(&mut self.target);
        self
    }

    /// Apply only this many times.
    pub fn times(mut self, times: usize) -> Self {
        self.remaining = Some(times);
        self
    }

    /// Skip this many matching requests first.
    pub fn after(mut self, requests: usize) -> Self {
        self.skip = requests;
        self
    }

    /// Apply only to every nth matching request: for 3, the third, the sixth …
    pub fn every(mut self, nth: usize) -> Self {
        self.every = nth.max(1);
        self
    }

    /// Carry the request out before the failure. The client cannot distinguish
    /// this from a request that never arrived.
    pub fn carried_out(mut self) -> Self {
        self.carried_out = true;
        self
    }

    /// Whether the fault applies to this request. Counts matching requests.
    fn applies(&mut self, request: &Request) -> bool {
        let method = self
            .method
            .as_ref()
            .is_none_or(|method| *method == request.method);
        if !method || !request.target.contains(&self.target) || self.remaining == Some(0) {
            return false;
        }
        self.matched += 1;
        let applies = self.matched > self.skip && (self.matched - self.skip) % self.every == 0;
        if applies {
            self.remaining = self.remaining.map(|remaining| remaining - 1);
        }
        applies
    }
}

/// How the faults change the handling of one request.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) delay: Duration,
    pub(crate) revoke_tokens: bool,
    /// The failure, and whether the request is carried out first.
    pub(crate) action: Option<(Action, bool)>,
}

/// Combines the faults that apply to a request.
pub(crate) fn plan(faults: &mut [Fault], request: &Request) -> Plan {
    let mut plan = Plan::default();
    for fault in faults {
        if plan.action.is_some() || !fault.applies(request) {
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

    fn applied(fault: Fault, count: usize) -> Vec<bool> {
        let mut faults = [fault];
        let get = request("GET", "/compute/v2.1/images");
        (0..count)
            .map(|_| plan(&mut faults, &get).action.is_some())
            .collect()
    }

    #[test]
    fn a_fault_applies_to_a_method_and_a_part_of_the_target() {
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
    fn a_fault_counts_matching_requests() {
        assert_eq!(applied(Fault::close(), 3), [true, true, true]);
        assert_eq!(applied(Fault::close().times(2), 3), [true, true, false]);
        assert_eq!(
            applied(Fault::close().after(2), 4),
            [false, false, true, true]
        );
        assert_eq!(
            applied(Fault::close().every(2), 5),
            [false, true, false, true, false]
        );
        assert_eq!(
            applied(Fault::close().after(1).every(2).times(1), 5),
            [false, false, true, false, false]
        );
    }

    #[test]
    fn a_delay_is_combined_with_the_next_fault() {
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
        assert_eq!(faults[3].matched, 0);
    }
}
