//! The errors of the Image service.

use crate::http::{Request, Response};
use crate::webob::detailed_error_page;

/// The explanation of a 401.
pub(super) const UNAUTHORIZED: &str = "This server could not verify that you are authorized to access the document \
                            you requested. Either you supplied the wrong credentials (e.g., bad password), \
                            or your browser does not understand how to supply the credentials required.";

/// The status and explanation of an error.
pub(crate) type GlanceError = (u16, String);

/// An error with a detail and headers.
#[derive(Debug, PartialEq)]
pub(super) struct ApiError {
    pub(super) status: u16,
    explanation: String,
    detail: String,
    header: Option<(&'static str, &'static str)>,
}

impl From<GlanceError> for ApiError {
    fn from((status, explanation): GlanceError) -> Self {
        Self {
            status,
            explanation,
            detail: String::new(),
            header: None,
        }
    }
}

impl ApiError {
    pub(super) fn new(status: u16, explanation: impl Into<String>) -> Self {
        (status, explanation.into()).into()
    }

    /// The connection is closed without a response.
    pub(super) fn no_response() -> Self {
        Self::new(0, "")
    }

    /// A 403, 409 or 416 whose explanation is the default of `WebOb`.
    pub(super) fn detailed(status: u16, detail: impl Into<String>) -> Self {
        let explanation = match status {
            403 => "Access was denied to this resource.",
            416 => "The Range requested is not available.",
            _ => "There was a conflict when trying to complete your request.",
        };
        Self {
            detail: detail.into(),
            ..Self::new(status, explanation)
        }
    }

    /// A path that does not exist.
    pub(super) fn not_found() -> Self {
        Self::new(404, "The resource could not be found.")
    }

    /// A method that the path does not have.
    pub(super) fn method_not_allowed(method: &str, allowed: &'static str) -> Self {
        Self {
            header: Some(("Allow", allowed)),
            ..Self::new(
                405,
                format!("The method {method} is not allowed for this resource."),
            )
        }
    }

    /// An upload whose media type or format is wrong.
    pub(super) fn wrong_data(request: &Request, detail: impl Into<String>) -> Self {
        // Without this header, Glance does not fill in the template.
        let kind = request.header_list("Content-Type");
        let kind = kind.unwrap_or_else(|| "${CONTENT_TYPE}".to_owned());
        let text = format!("The request media type {kind} is not supported by this server.");
        Self {
            detail: detail.into(),
            ..Self::new(415, text)
        }
    }

    /// A media type that PATCH does not support.
    pub(super) fn media_type(kind: &str) -> Self {
        let types = "application/openstack-images-v2.0-json-patch, application/openstack-images-v2.1-json-patch";
        Self {
            detail: format!("Image PATCH expects Content-Type one of: {types}"),
            header: Some(("Accept-Patch", types)),
            ..Self::new(
                415,
                format!("The request media type {kind} is not supported by this server."),
            )
        }
    }

    /// A Python exception that Glance does not handle.
    pub(super) fn unexpected() -> Self {
        unexpected().into()
    }

    pub(super) fn page(&self, request: &Request) -> Response {
        let mut page = detailed_error_page(request, self.status, &self.explanation, &self.detail);
        if let Some((name, value)) = self.header {
            let last = page.headers.len();
            let position = if request.method == "HEAD" { last } else { 0 };
            page.headers
                .insert(position, (name.to_owned(), value.to_owned()));
        }
        page
    }
}

/// A Python exception that Glance does not handle.
pub(super) fn unexpected() -> GlanceError {
    let text = "The server has either erred or is incapable of performing the requested operation.";
    (500, text.to_owned())
}

pub(super) fn forbidden(action: &str) -> GlanceError {
    (
        403,
        format!("You are not authorized to complete {action} action."),
    )
}
