//! Converts [`Settings`] to [`Options`].

#[cfg(test)]
mod tests;

use std::fs::File;
use std::io;
use std::time::Duration;

use super::resolve::implied_microversion;
use super::value::join;
use super::{Config, Settings};
use crate::credentials::{ApplicationCredential, Domain, Project, Scope, User, UserRef, secret};
use crate::error::{Error, Result};
use crate::options::Options;
use crate::service_options::{Interface, ServiceOptions};

impl Options {
    /// Returns the options of the cloud that the environment selects, by the
    /// rules of [`config`](crate::config). Reads files and variables. Sends
    /// nothing.
    ///
    /// # Errors
    ///
    /// - [`NotConfigured`](crate::ErrorKind::NotConfigured) if no cloud is configured. The message lists
    ///   the locations that were searched.
    /// - [`InvalidInput`](crate::ErrorKind::InvalidInput) if the cloud does not exist, if a file or a setting
    ///   is invalid, or if a setting is missing.
    pub fn from_env() -> Result<Self> {
        Config::from_env().resolve()?.options()
    }

    /// Returns the options of the cloud with this name in `clouds.yaml`, by the
    /// rules of [`config`](crate::config). Reads files and variables. Sends
    /// nothing.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), as [`from_env`](Self::from_env). If the cloud does not
    /// exist, the message lists those that do.
    pub fn from_cloud(name: impl Into<String>) -> Result<Self> {
        Config::from_cloud(name).resolve()?.options()
    }
}

impl Settings {
    /// Returns the options for [`OpenStack::new`]. Sends nothing.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) if a setting that the `auth_type` requires is missing, if
    /// there is more than one scope, or if `cacert`, `cert` or `key` is a file that
    /// cannot be read. The message names the key or the variable.
    ///
    /// [`OpenStack::new`]: crate::OpenStack::new
    pub fn options(&self) -> Result<Options> {
        let mut options = self.auth_options()?;
        options.compute = self.service_options("compute");
        options.image = self.service_options("image");
        options.service.region = self.value("region_name").map(str::to_owned);
        options.service.interface = self.value("interface").and_then(Interface::parse);
        options.http.insecure = self.value("verify") == Some("false");
        if let Some(file) = self.readable("cacert")? {
            options = options.cacert(file);
        }
        if let Some(file) = self.readable("cert")? {
            options = options.client_certificate(file, self.readable("key")?.unwrap_or(file));
        }
        if let Some(seconds) = self.value("api_timeout").and_then(|text| text.parse().ok()) {
            // As in the Python library requests, it limits the connection and each read.
            let timeout = Duration::try_from_secs_f64(seconds).ok();
            options = options.connect_timeout(timeout).read_timeout(timeout);
        }
        Ok(options)
    }

    /// The options that are set for one service only.
    fn service_options(&self, service: &str) -> ServiceOptions {
        let value = |key: &str| self.value(&format!("{service}_{key}")).map(str::to_owned);
        let version = value("api_version");
        let implied = version.as_deref().and_then(implied_microversion);
        let is_without_catalog = matches!(self.auth_type(), "none" | "admin_token");
        let endpoint = self.value("endpoint").filter(|_| is_without_catalog);
        ServiceOptions {
            endpoint: value("endpoint_override").or(endpoint.map(str::to_owned)),
            region: value("region_name"),
            interface: value("interface").as_deref().and_then(Interface::parse),
            name: value("service_name"),
            microversion: value("default_microversion").or(implied.map(str::to_owned)),
        }
    }

    /// The path of a file that can be read.
    fn readable(&self, key: &str) -> Result<Option<&str>> {
        let Some((path, source)) = self.values.get(key) else {
            return Ok(None);
        };
        let error = match File::open(path).and_then(|file| file.metadata()) {
            Ok(metadata) if metadata.is_dir() => io::ErrorKind::IsADirectory.into(),
            Ok(_) => return Ok(Some(path)),
            Err(error) => error,
        };
        let path = std::path::absolute(path).unwrap_or_else(|_| path.into());
        let path = path.display();
        Err(source.error(format!("cannot read `{key}` {path}: {error}")))
    }

    fn auth_type(&self) -> &str {
        self.value("auth_type").unwrap_or_default()
    }

    /// The options with the `auth_url`, the scope and the credentials.
    fn auth_options(&self) -> Result<Options> {
        let auth_type = self.auth_type();
        // The other types have their own scope, or require none.
        let scope = match auth_type {
            "password" | "v3password" | "token" | "v3token" => self.scope()?,
            _ => None,
        };
        let mut services = ["compute", "image"].iter();
        let has_endpoint = services.any(|name| self.service_options(name).endpoint.is_some());
        if matches!(auth_type, "none" | "admin_token") && !has_endpoint {
            return Err(self.missing(&["compute_endpoint_override", "image_endpoint_override"]));
        }
        // With an endpoint, a token is used unchanged; no request is sent to Identity.
        let is_token = auth_type.ends_with("token") && scope.is_none();
        let auth_url = match self.value("auth_url") {
            None if has_endpoint && (is_token || auth_type == "none") => "",
            _ => self.required(&["auth_url"])?,
        };
        let mut options = Options::new(auth_url);
        options.scope = scope;
        Ok(match auth_type {
            "none" => options.no_auth(),
            "token" | "v3token" | "admin_token" => options.token_id(self.required(&["token"])?),
            "v3applicationcredential" => options.application_credential(self.credential()?),
            _ => {
                let password = secret(self.required(&["password"])?);
                let UserRef(id) = self.user()?;
                options.user(User { id, password })
            }
        })
    }

    fn credential(&self) -> Result<ApplicationCredential> {
        let secret = self.required(&["application_credential_secret"])?;
        let (id, name) = ("application_credential_id", "application_credential_name");
        if let Some(id) = self.value(id) {
            return Ok(ApplicationCredential::by_id(id, secret));
        }
        let name = self.required(&[id, name])?;
        let user = self.user()?;
        Ok(ApplicationCredential::by_name(name, secret, user))
    }

    fn user(&self) -> Result<UserRef> {
        let name = self.required(&["username", "user_id"])?;
        Ok(match self.value("user_id") {
            Some(id) => UserRef::by_id(id),
            None => UserRef::by_name(name, self.domain_of("user")),
        })
    }

    /// The scope. Keystone accepts a single one.
    fn scope(&self) -> Result<Option<Scope>> {
        let project_by_name = |name| Project::by_name(name, self.domain_of("project"));
        let project = self.value("project_id").map(Project::by_id);
        let project = project.or_else(|| self.value("project_name").map(project_by_name));
        let trust = self.value("trust_id").map(str::to_owned);
        let mut scopes = vec![
            ("project", project.map(Scope::Project)),
            ("domain", self.domain("domain").map(Scope::Domain)),
            ("system", self.value("system_scope").map(|_| Scope::System)),
            ("trust", trust.map(Scope::Trust)),
        ];
        scopes.retain(|(_, scope)| scope.is_some());
        if scopes.len() > 1 {
            return Err(Error::invalid(format!(
                "{} has more than one scope ({}): a token is valid for one",
                self.description(),
                join(scopes.iter().map(|(name, _)| name)),
            )));
        }
        Ok(scopes.pop().and_then(|(_, scope)| scope))
    }

    /// The domain of the user or the project. As for the `openstack` command, the
    /// default has the id `default`.
    fn domain_of(&self, owner: &str) -> Domain {
        self.domain(&format!("{owner}_domain"))
            .or_else(|| self.domain("default_domain"))
            .unwrap_or_else(|| Domain::by_id("default"))
    }

    /// The domain of the keys with this prefix.
    fn domain(&self, prefix: &str) -> Option<Domain> {
        let by_name = || self.value(&format!("{prefix}_name")).map(Domain::by_name);
        let id = self.value(&format!("{prefix}_id"));
        id.map(Domain::by_id).or_else(by_name)
    }

    /// The value of the first key that is set. One of them is required.
    fn required(&self, keys: &[&str]) -> Result<&str> {
        let mut values = keys.iter().filter_map(|key| self.value(key));
        values.next().ok_or_else(|| self.missing(keys))
    }

    fn description(&self) -> String {
        let cloud = self.value("cloud").unwrap_or_default();
        match self.file() {
            Some(file) => format!("the cloud {cloud:?} of {}", file.display()),
            None => "the environment".to_owned(),
        }
    }

    fn missing(&self, keys: &[&str]) -> Error {
        let (auth_type, subject) = (self.auth_type(), self.description());
        let mut keys = keys.join(" or ");
        if self.file().is_none() {
            keys = format!("OS_{}", keys.to_uppercase().replace(" OR ", " or OS_"));
        }
        let message = format!("{subject} has no {keys}, which auth_type {auth_type} requires");
        Error::invalid([&[message], &self.hints[..]].concat().join("; "))
    }
}
