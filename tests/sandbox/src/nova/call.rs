//! [`Call`]: one authenticated request, and how it is answered.

use crate::cloud::Caller;
use crate::http::{Request, Response};
use crate::json::quote;
use crate::text;

use super::microversion::{self, MAXIMUM};
use super::query::Query;
use super::refusal::Fault;

/// One authenticated request.
pub(super) struct Call<'a> {
    request: &'a Request,
    pub(super) caller: Caller,
    /// Scheme, host and path of the API, as the client knows them.
    pub(super) application: String,
    /// The request came to `/v2`, which knows no microversions.
    pub(super) legacy: bool,
    /// Two numbers, unless the header could not be read.
    version: Option<(String, String)>,
}

impl<'a> Call<'a> {
    pub(super) fn new(request: &'a Request, base: &str, legacy: bool) -> Self {
        let caller = Caller {
            project: None,
            admin: false,
            member: false,
            unscoped: true,
        };
        let application = format!("{}/compute{base}", request.origin());
        Self {
            request,
            caller,
            application,
            legacy,
            version: None,
        }
    }

    pub(super) fn set_caller(&mut self, caller: Caller) {
        self.caller = caller;
    }

    /// Reads the microversion. One that is out of range stays in the headers of
    /// the answer; one that cannot be read does not.
    pub(super) fn set_version(&mut self, request: &Request) -> Result<(), Fault> {
        let asked = if self.legacy {
            None
        } else {
            microversion::asked(request)
        };
        let asked = asked.unwrap_or_else(|| "2.1".to_owned());
        let asked = if asked == "latest" {
            MAXIMUM.to_owned()
        } else {
            asked
        };
        let (major, minor) = microversion::parts(&asked).ok_or_else(|| {
            let rule = "is of invalid format. Must be of format MajorNum.MinorNum.";
            Fault::new(400, format!("API Version String {asked} {rule}"))
        })?;
        let known = major == "2"
            && minor
                .parse()
                .is_ok_and(|minor: u64| (1..=104).contains(&minor));
        self.version = Some((major, minor));
        if known {
            return Ok(());
        }
        let range = format!("Minimum is 2.1 and maximum is {MAXIMUM}.");
        Err(Fault::new(
            406,
            format!("Version {asked} is not supported by the API. {range}"),
        ))
    }

    pub(super) fn minor(&self) -> u64 {
        self.version
            .as_ref()
            .and_then(|(_, minor)| minor.parse().ok())
            .unwrap_or(1)
    }

    pub(super) fn query(&self) -> &str {
        self.request.query()
    }

    /// The project's id if it is anywhere in the URL, without the parameters
    /// that Nova does not know: then it is in the links.
    pub(super) fn project_in_url(&self, query: Option<&Query>) -> Option<&str> {
        let project = self.caller.project.as_deref()?;
        let found = self.request.path().contains(project);
        (found || query.is_some_and(|it| it.contains(project))).then_some(project)
    }

    /// Asks whether Nova finds Glance in the token's catalogue.
    pub(super) fn glance(&self) -> Result<(), Fault> {
        if !self.caller.unscoped {
            return Ok(());
        }
        Err(Fault::unexpected(
            "keystoneauth1.exceptions.catalog.EmptyCatalog",
        ))
    }

    pub(super) fn succeed(&self, body: Option<String>) -> Response {
        let status = if body.is_some() { 200 } else { 204 };
        let response = Response::new(status)
            .length()
            .header("Content-Type", "application/json");
        self.versioned(response).body(body.unwrap_or_default())
    }

    pub(super) fn refuse(&self, fault: &Fault) -> Response {
        let kind = match fault.code {
            400 => "badRequest",
            403 => "forbidden",
            404 => "itemNotFound",
            415 => "badMediaType",
            _ => "computeFault",
        };
        let (code, message) = (fault.code, quote(&fault.message));
        self.versioned(Response::new(code))
            .header("Content-Type", "application/json; charset=UTF-8")
            .length()
            .body(format!(
                "{{\"{kind}\": {{\"code\": {code}, \"message\": {message}}}}}"
            ))
    }

    fn versioned(&self, response: Response) -> Response {
        match &self.version {
            Some((major, minor)) if !self.legacy => response
                .header("OpenStack-API-Version", format!("compute {major}.{minor}"))
                .header("X-OpenStack-Nova-API-Version", format!("{major}.{minor}"))
                .header("Vary", "OpenStack-API-Version")
                .header("Vary", "X-OpenStack-Nova-API-Version"),
            _ => response,
        }
    }
}

/// The request's ids come last of all.
pub(super) fn identified(response: Response) -> Response {
    let id = format!("req-{}", text::uuid());
    response
        .header("x-openstack-request-id", id.as_str())
        .header("x-compute-request-id", id)
}
