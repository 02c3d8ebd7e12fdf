//! [`Settings`] to [`Options`].

use std::time::Duration;

use secrecy::ExposeSecret;

use super::settings::Setting;
use super::{Config, Settings};
use crate::credentials::{ApplicationCredential, Domain, Project, Scope, User};
use crate::error::{Error, Result};
use crate::options::Options;
use crate::service_options::{Interface, ServiceOptions};

impl Options {
    /// The options of the cloud that the environment means, by the rules of
    /// [`config`](crate::config). Reads files and variables, sends nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] when there is no such cloud, when a file is broken, or
    /// when the settings are not enough to sign in.
    pub fn from_env() -> Result<Self> {
        Config::from_env().resolve()?.options()
    }

    /// The options of the cloud of that name in `clouds.yaml`, by the rules of
    /// [`config`](crate::config). Reads files and variables, sends nothing.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
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
        let mut options = self.signed_in()?.compute(self.service("compute")?);
        if let Some(region) = self.text("region_name") {
            options = options.region(region);
        }
        if let Some(interface) = self.interface("interface")? {
            options = options.interface(interface);
        }
        if let Some(Setting::Flag(false)) = self.setting("verify") {
            options = options.insecure(true);
        }
        if let Some(file) = self.text("cacert") {
            options = options.cacert(file);
        }
        if let Some(file) = self.text("cert") {
            options = options.client_certificate(file, self.text("key").unwrap_or(file));
        }
        if let Some(Setting::Seconds(seconds)) = self.setting("api_timeout") {
            // As in requests: to connect, and between any two bytes.
            let limit = Duration::try_from_secs_f64(*seconds).ok();
            options = options.connect_timeout(limit).read_timeout(limit);
        }
        Ok(options)
    }

    /// What is set for that service alone: `compute`, `image` or `identity`.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for an interface that there is not, and for two
    /// different microversions.
    pub fn service(&self, service: &str) -> Result<ServiceOptions> {
        let key = |name: &str| format!("{service}_{name}");
        let mut options = ServiceOptions::new();
        let endpoint = self.text(&key("endpoint_override")).or_else(|| {
            let without_catalogue = matches!(self.text("auth_type"), Some("none" | "admin_token"));
            self.text("endpoint").filter(|_| without_catalogue)
        });
        if let Some(url) = endpoint {
            options = options.endpoint(self.with_project(url));
        }
        if let Some(region) = self.text(&key("region_name")) {
            options = options.region(region);
        }
        if let Some(interface) = self.interface(&key("interface"))? {
            options = options.interface(interface);
        }
        if let Some(name) = self.text(&key("service_name")) {
            options = options.name(name);
        }
        if let Some(version) =
            self.microversion(&key("api_version"), &key("default_microversion"))?
        {
            options = options.microversion(version);
        }
        Ok(options)
    }

    /// An endpoint with the project's id where it asks for it. Where only the
    /// token knows the id, the question stays.
    fn with_project(&self, url: &str) -> String {
        match self.text("project_id") {
            Some(id) => url.replace("%(project_id)s", id).replace("%(tenant_id)s", id),
            None => url.to_owned(),
        }
    }

    fn interface(&self, key: &str) -> Result<Option<Interface>> {
        let Some(word) = self.text(key) else { return Ok(None) };
        Interface::named(word).map(Some).ok_or_else(|| {
            self.at(key, &format!("{key} {word:?} is none: choose public, internal or admin"))
        })
    }

    /// The microversion that the two keys ask for. An `api_version` of `2`,
    /// `2.0` or `2.1` is the API itself.
    fn microversion(&self, version: &str, default: &str) -> Result<Option<&str>> {
        let implied = self
            .text(version)
            .filter(|text| is_microversion(text) && !text.ends_with(".0") && *text != "2.1");
        let Some(asked) = self.text(default) else { return Ok(implied) };
        if !is_microversion(asked) && asked != "latest" {
            let message = format!("{default} {asked:?} is not a microversion, such as \"2.35\"");
            return Err(self.at(default, &message));
        }
        match implied {
            Some(implied) if implied != asked => Err(self.at(
                default,
                &format!(
                    "{default} {asked:?} and {version} {implied:?} are not the same; leave one out"
                ),
            )),
            _ => Ok(Some(asked)),
        }
    }

    /// Options with an address, and what to sign in with.
    fn signed_in(&self) -> Result<Options> {
        let auth_type = self.text("auth_type").unwrap_or_default();
        // The others have a scope of their own, or need none.
        let scoped = ["password", "v3password", "token", "v3token"].contains(&auth_type);
        let scope = if scoped { self.scope()? } else { None };
        let has_endpoint = self.service("compute")?.endpoint.is_some();
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
            (Some(id), _) => User::id_only(id),
            (None, Some(name)) => User::name_only(name, self.domain_of("user")),
            (None, None) => return Err(self.missing(&["user_id", "username"])),
        };
        Ok(ApplicationCredential::by_name(name, secret, user))
    }

    /// The one scope. Keystone takes one only.
    fn scope(&self) -> Result<Option<Scope>> {
        let project = match (self.text("project_id"), self.text("project_name")) {
            (Some(id), _) => Some(("project", Scope::Project(Project::by_id(id)))),
            (None, Some(name)) => {
                let project = Project::by_name(name, self.domain_of("project"));
                Some(("project", Scope::Project(project)))
            }
            (None, None) => None,
        };
        let domain = match (self.text("domain_id"), self.text("domain_name")) {
            (Some(id), _) => Some(("domain", Scope::Domain(Domain::by_id(id)))),
            (None, Some(name)) => Some(("domain", Scope::Domain(Domain::by_name(name)))),
            (None, None) => None,
        };
        let system = match self.text("system_scope") {
            Some("all") => Some(("system", Scope::System)),
            Some(other) => {
                let message = format!("system_scope {other:?} is none: it has to be \"all\"");
                return Err(self.at("system_scope", &message));
            }
            None => None,
        };
        let trust = self.text("trust_id").map(|id| ("trust", Scope::Trust(id.to_owned())));
        let mut asked: Vec<_> = [project, domain, system, trust].into_iter().flatten().collect();
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
        let id = self.text(&format!("{who}_domain_id"));
        let name = self.text(&format!("{who}_domain_name"));
        match (id, name, self.text("default_domain_id"), self.text("default_domain_name")) {
            (Some(id), ..) | (None, None, Some(id), _) => Domain::by_id(id),
            (None, Some(name), ..) | (None, None, None, Some(name)) => Domain::by_name(name),
            _ => Domain::by_id(self.text("default_domain").unwrap_or("default")),
        }
    }

    fn need_secret(&self, key: &str) -> Result<&str> {
        self.secret(key).map(ExposeSecret::expose_secret).ok_or_else(|| self.missing(&[key]))
    }

    /// The error for a key of which the value is wrong.
    fn at(&self, key: &str, message: &str) -> Error {
        match self.source(key) {
            Some(source) => Error::invalid(format!("{}: {message}", source.place())),
            None => Error::invalid(message),
        }
    }

    fn named(&self) -> String {
        match (self.file(), self.text("cloud")) {
            (Some(file), Some(cloud)) => format!("the cloud {cloud:?} of {}", file.display()),
            _ => "the environment".to_owned(),
        }
    }

    /// The error for keys of which one is needed.
    fn missing(&self, keys: &[&str]) -> Error {
        let why = match self.lost_profile() {
            Some(lost) => format!("; {lost}"),
            None => String::new(),
        };
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
        Error::invalid(format!("{message}, which auth_type {auth_type} needs{why}"))
    }
}

fn is_microversion(text: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.').is_some_and(|(major, minor)| number(major) && number(minor))
}
