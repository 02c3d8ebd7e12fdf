//! [`Call`]: an authenticated request and its responses.

use crate::cloud::Caller;
use crate::http::{Request, Response};
use crate::json::quote;
use crate::text;

use super::fault::Fault;
use super::microversion::{self, MAXIMUM};
use super::query::Query;

/// An authenticated request.
pub(super) struct Call<'a> {
    request: &'a Request,
    pub(super) caller: Caller,
    /// The URL of the API that the client used.
    pub(super) application: String,
    /// Whether the request is for `/v2`, which has no microversions.
    pub(super) legacy: bool,
    /// The two numbers of the microversion, unless the header is invalid.
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

    /// Parses the microversion. The response has its headers if the version is
    /// out of range, but not if it is invalid.
    pub(super) fn set_version(&mut self, request: &Request) -> Result<(), Fault> {
        let requested = if self.legacy {
            None
        } else {
            microversion::requested(request)
        };
        let requested = requested.unwrap_or_else(|| "2.1".to_owned());
        let requested = if requested == "latest" {
            MAXIMUM.to_owned()
        } else {
            requested
        };
        let (major, minor) = microversion::parts(&requested).ok_or_else(|| {
            let rule = "is of invalid format. Must be of format MajorNum.MinorNum.";
            Fault::new(400, format!("API Version String {requested} {rule}"))
        })?;
        let supported = major == "2"
            && minor
                .parse()
                .is_ok_and(|minor: u64| (1..=104).contains(&minor));
        self.version = Some((major, minor));
        if supported {
            return Ok(());
        }
        let range = format!("Minimum is 2.1 and maximum is {MAXIMUM}.");
        Err(Fault::new(
            406,
            format!("Version {requested} is not supported by the API. {range}"),
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

    /// The id of the project if it occurs anywhere in the path or in a parameter
    /// that Nova supports. Nova then adds it to the links.
    pub(super) fn project_in_url(&self, query: Option<&Query>) -> Option<&str> {
        let project = self.caller.project.as_deref()?;
        let found = self.request.path().contains(project);
        (found || query.is_some_and(|it| it.contains(project))).then_some(project)
    }

    /// Fails if the catalog of the token is empty, because Nova looks up Glance in it.
    pub(super) fn check_catalog(&self) -> Result<(), Fault> {
        if !self.caller.unscoped {
            return Ok(());
        }
        Err(Fault::unexpected(
            "keystoneauth1.exceptions.catalog.EmptyCatalog",
        ))
    }

    pub(super) fn response(&self, body: Option<String>) -> Response {
        let status = if body.is_some() { 200 } else { 204 };
        let response = Response::new(status)
            .length()
            .header("Content-Type", "application/json");
        self.with_version(response).body(body.unwrap_or_default())
    }

    pub(super) fn fault_response(&self, fault: &Fault) -> Response {
        let kind = match fault.code {
            400 => "badRequest",
            403 => "forbidden",
            404 => "itemNotFound",
            415 => "badMediaType",
            _ => "computeFault",
        };
        let (code, message) = (fault.code, quote(&fault.message));
        self.with_version(Response::new(code))
            .header("Content-Type", "application/json; charset=UTF-8")
            .length()
            .body(format!(
                "{{\"{kind}\": {{\"code\": {code}, \"message\": {message}}}}}"
            ))
    }

    fn with_version(&self, response: Response) -> Response {
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

/// Adds the request ids, which are the last headers of the response.
pub(super) fn with_request_ids(response: Response) -> Response {
    let id = format!("req-{}", text::uuid());
    response
        .header("x-openstack-request-id", id.as_str())
        .header("x-compute-request-id", id)
}
