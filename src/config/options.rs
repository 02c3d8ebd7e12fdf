//! [`Settings`] to [`Options`].

use std::time::Duration;

use secrecy::ExposeSecret;

use super::settings::Setting;
use super::values::implied_microversion;
use super::{Config, Settings};
use crate::credentials::{ApplicationCredential, Domain, Project, Scope, User, UserRef};
use crate::error::{Error, Result};
use crate::options::Options;
use crate::service_options::{Interface, ServiceOptions};

impl Options {
    /// The options of the cloud that the environment means, by the rules of
    /// [`config`](crate::config). Reads files and variables, sends nothing.
    ///
    /// # Errors
    ///
    /// [`Error::NotConfigured`] when nothing names a cloud, with where it was
    /// looked for; [`Error::Invalid`] when there is no such cloud, when a file or
    /// a setting is wrong, or when the settings are not enough to sign in.
    pub fn from_env() -> Result<Self> {
        Config::from_env().resolve()?.options()
    }

    /// The options of the cloud of that name in `clouds.yaml`, by the rules of
    /// [`config`](crate::config). Reads files and variables, sends nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`], as [`from_env`](Self::from_env); for a name that is in
    /// no file, with those that are.
    pub fn from_cloud(name: impl Into<String>) -> Result<Self> {
        Config::from_cloud(name).resolve()?.options()
    }
}

impl Settings {
    /// What [`OpenStack::new`] takes. Sends nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] when something is missing that the way to sign in
    /// needs, or when two scopes are asked for. The message names the key, or
    /// the variable, to set.
    ///
    /// [`OpenStack::new`]: crate::OpenStack::new
    pub fn options(&self) -> Result<Options> {
        let mut options = self.signed_in()?.compute(self.service("compute"));
        if let Some(region) = self.text("region_name") {
            options = options.region(region);
        }
        options.service.interface = self.text("interface").and_then(Interface::parse);
        if let Some(Setting::Flag(false)) = self.setting("verify") {
            options = options.insecure(true);
        }
        if let Some(file) = self.text("cacert") {
            options = options.cacert(file);
        }
        if let Some(file) = self.text("cert") {
            options = options.client_certificate(file, self.text("key").unwrap_or(file));
        }
        if let Some(Setting::Seconds(seconds, _)) = self.setting("api_timeout") {
            // As in requests: to connect, and between any two bytes.
            let limit = Duration::try_from_secs_f64(*seconds).ok();
            options = options.connect_timeout(limit).read_timeout(limit);
        }
        Ok(options)
    }

    /// What is set for that service alone: `compute`, `image` or `identity`.
    pub fn service(&self, service: &str) -> ServiceOptions {
        let own = |key: &str| self.text(&format!("{service}_{key}"));
        let endpoint = own("endpoint_override").or_else(|| {
            let without_catalogue = matches!(self.text("auth_type"), Some("none" | "admin_token"));
            self.text("endpoint").filter(|_| without_catalogue)
        });
        let microversion = own("default_microversion");
        let microversion =
            microversion.or_else(|| own("api_version").and_then(implied_microversion));
        ServiceOptions {
            endpoint: endpoint.map(|url| self.with_project(url)),
            region: own("region_name").map(str::to_owned),
            interface: own("interface").and_then(Interface::parse),
            name: own("service_name").map(str::to_owned),
            microversion: microversion.map(str::to_owned),
        }
    }

    /// An endpoint with the project's id where it asks for it. Where only the
    /// token knows the id, the question stays.
    fn with_project(&self, url: &str) -> String {
        match self.text("project_id") {
            Some(id) => url
                .replace("%(project_id)s", id)
                .replace("%(tenant_id)s", id),
            None => url.to_owned(),
        }
    }

    /// Options with an address, and what to sign in with.
    fn signed_in(&self) -> Result<Options> {
        let auth_type = self.text("auth_type").unwrap_or_default();
        // The others have a scope of their own, or need none.
        let scoped = ["password", "v3password", "token", "v3token"].contains(&auth_type);
        let scope = if scoped { self.scope()? } else { None };
        let has_endpoint = self.service("compute").endpoint.is_some();
        if matches!(auth_type, "none" | "admin_token") && !has_endpoint {
            return Err(self.missing(&["compute_endpoint_override"]));
        }
        let address = match self.text("auth_url") {
            Some(address) => address,
            // Nothing is asked of the Identity service.
            None if matches!(auth_type, "none" | "admin_token") => "",
            None if auth_type.ends_with("token") && has_endpoint && scope.is_none() => "",
            None => return Err(self.missing(&["auth_url"])),
        };
        let mut options = Options::new(address);
        if let Some(scope) = scope {
            options = options.scope(scope);
        }
        match auth_type {
            "none" => Ok(options.no_auth()),
            "token" | "v3token" | "admin_token" => Ok(options.token_id(self.need_secret("token")?)),
            "v3applicationcredential" => {
                Ok(options.application_credential(self.application_credential()?))
            }
            _ => {
                let password = self.need_secret("password")?;
                let user = match (self.text("user_id"), self.text("username")) {
                    (Some(id), _) => User::by_id(id, password),
                    (None, Some(name)) => User::by_name(name, password, self.domain_of("user")),
                    (None, None) => return Err(self.missing(&["username", "user_id"])),
                };
                Ok(options.user(user))
            }
        }
    }

    fn application_credential(&self) -> Result<ApplicationCredential> {
        let secret = self.need_secret("application_credential_secret")?;
        if let Some(id) = self.text("application_credential_id") {
            return Ok(ApplicationCredential::by_id(id, secret));
        }
        let Some(name) = self.text("application_credential_name") else {
            return Err(self.missing(&["application_credential_id", "application_credential_name"]));
        };
        let user = match (self.text("user_id"), self.text("username")) {
            (Some(id), _) => UserRef::by_id(id),
            (None, Some(name)) => UserRef::by_name(name, self.domain_of("user")),
            (None, None) => return Err(self.missing(&["user_id", "username"])),
        };
        Ok(ApplicationCredential::by_name(name, secret, user))
    }

    /// The one scope. Keystone takes one only.
    fn scope(&self) -> Result<Option<Scope>> {
        let by_name = || {
            Some(Project::by_name(
                self.text("project_name")?,
                self.domain_of("project"),
            ))
        };
        let project = self.text("project_id").map(Project::by_id).or_else(by_name);
        let project = project.map(|project| ("project", Scope::Project(project)));
        let domain = self
            .domain("domain")
            .map(|domain| ("domain", Scope::Domain(domain)));
        let system = match self.text("system_scope") {
            Some("all") => Some(("system", Scope::System)),
            Some(other) => {
                let message = format!("system_scope {other:?} is none: it has to be \"all\"");
                return Err(self.refused("system_scope", &message));
            }
            None => None,
        };
        let trust = self
            .text("trust_id")
            .map(|id| ("trust", Scope::Trust(id.to_owned())));
        let mut asked: Vec<_> = [project, domain, system, trust]
            .into_iter()
            .flatten()
            .collect();
        if asked.len() > 1 {
            let names: Vec<_> = asked.iter().map(|(name, _)| *name).collect();
            let (cloud, names) = (self.named(), names.join(" and a "));
            return Err(Error::invalid(format!(
                "{cloud} asks for a {names}: a token is valid for one of them"
            )));
        }
        Ok(asked.pop().map(|(_, scope)| scope))
    }

    /// The domain of the user or of the project. One that is not said is that
    /// with the id `default`, as for the `openstack` command.
    fn domain_of(&self, who: &str) -> Domain {
        let said = self
            .domain(&format!("{who}_domain"))
            .or_else(|| self.domain("default_domain"));
        said.unwrap_or_else(|| Domain::by_id(self.text("default_domain").unwrap_or("default")))
    }

    /// The domain of these keys, without their `_id` and `_name`.
    fn domain(&self, key: &str) -> Option<Domain> {
        let by_name = || self.text(&format!("{key}_name")).map(Domain::by_name);
        self.text(&format!("{key}_id"))
            .map(Domain::by_id)
            .or_else(by_name)
    }

    fn need_secret(&self, key: &str) -> Result<&str> {
        self.secret(key)
            .map(ExposeSecret::expose_secret)
            .ok_or_else(|| self.missing(&[key]))
    }

    fn named(&self) -> String {
        match (self.file(), self.text("cloud")) {
            (Some(file), Some(cloud)) => format!("the cloud {cloud:?} of {}", file.display()),
            _ => "the environment".to_owned(),
        }
    }

    /// The error for keys of which one is needed.
    fn missing(&self, keys: &[&str]) -> Error {
        let auth_type = self.text("auth_type").unwrap_or_default();
        let message = match (self.file().is_some(), keys) {
            (true, [key]) => format!("{} has no {key}", self.named()),
            (true, _) => format!("{} has neither {}", self.named(), keys.join(" nor ")),
            (false, _) => {
                let names = keys.iter().map(|key| format!("OS_{}", key.to_uppercase()));
                match names.collect::<Vec<_>>().as_slice() {
                    [name] => format!("{name} is not set"),
                    names => format!("neither {} is set", names.join(" nor ")),
                }
            }
        };
        let message = format!("{message}, which auth_type {auth_type} needs");
        Error::invalid([&[message], self.hints()].concat().join("; "))
    }
}
