//! What a value has to be: a way to sign in, a certificate, a version.

use super::keys::Keys;
use super::node::{Map, Node, Source, Value};
use super::settings::Setting;
use crate::error::Result;
use crate::microversion::Microversion;
use crate::service_options::Interface;

/// The ways to sign in.
const AUTH_TYPES: [&str; 7] = [
    "password",
    "v3password",
    "token",
    "v3token",
    "v3applicationcredential",
    "none",
    "admin_token",
];

/// The way that a secret is for; the first one that is there counts.
const INFERRED: [(&str, &str); 3] = [
    ("password", "password"),
    ("application_credential_secret", "v3applicationcredential"),
    ("token", "token"),
];

impl Keys<'_> {
    /// What is said, or what follows from the secrets that are there.
    pub(super) fn auth_type(&mut self) -> Result<()> {
        let Some(node) = self.outer.get("auth_type") else {
            let inferred = INFERRED
                .iter()
                .find(|(secret, _)| self.settings.has(secret));
            let inferred = inferred.map_or("password", |(_, way)| way);
            self.settings
                .set_text("auth_type", inferred.to_owned(), Source::Default);
            return Ok(());
        };
        let text = match node.as_text("auth_type")? {
            "None" => "none",
            "token_endpoint" => "admin_token",
            text => text,
        };
        if !AUTH_TYPES.contains(&text) {
            let known = AUTH_TYPES.join(", ");
            return Err(node.source.refused(format!(
                "auth_type {text:?} is not one that can be used here: choose one of {known}"
            )));
        }
        self.settings
            .set_text("auth_type", text.to_owned(), node.source.clone());
        Ok(())
    }

    /// The last word on certificates: `verify` stands before `cacert`.
    pub(super) fn tls(&mut self) -> Result<()> {
        let Some(node) = self.outer.get("verify") else {
            return Ok(());
        };
        let verify = flag("verify", node)?;
        let source = node.source.clone();
        if verify {
            self.path("cacert")?;
        } else if let Some(node) = self.outer.get("cacert") {
            log::warn!(
                "{}: `cacert` is not used, {source} turns the check off",
                node.source
            );
        }
        self.settings.set("verify", Setting::Flag(verify), source);
        self.path("cert")?;
        if self.settings.has("cert") {
            self.path("key")?;
        }
        Ok(())
    }

    /// A file; `~` at its beginning is the home.
    fn path(&mut self, key: &str) -> Result<()> {
        self.plain(key)?;
        let Some((Setting::Text(text), source)) = self.settings.take(key) else {
            return Ok(());
        };
        let below_home = text
            .strip_prefix('~')
            .filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let text = match (below_home, self.environment.path("HOME")) {
            (Some(rest), Some(home)) => home
                .join(rest.trim_start_matches('/'))
                .to_string_lossy()
                .into_owned(),
            _ => text,
        };
        self.settings.set_text(key, text, source);
        Ok(())
    }

    pub(super) fn timeout(&mut self) -> Result<()> {
        let Some(node) = self.outer.get("api_timeout") else {
            return Ok(());
        };
        let text = node.as_text("api_timeout")?.trim();
        let Some(seconds) = text
            .parse::<f64>()
            .ok()
            .filter(|seconds| *seconds > 0.0 && *seconds <= 1e9)
        else {
            let why = "`api_timeout` has to be a number of seconds, more than 0";
            return Err(node.source.refused(why));
        };
        let setting = Setting::Seconds(seconds, text.to_owned());
        self.settings
            .set("api_timeout", setting, node.source.clone());
        Ok(())
    }

    /// An interface, under the word of today. Of a list the first is taken.
    pub(super) fn interface(&mut self, key: &str) -> Result<()> {
        let Some(node) = self.outer.get(key) else {
            return Ok(());
        };
        let node = match &node.value {
            Value::List(list) => list.first().unwrap_or(node),
            _ => node,
        };
        let text = node.as_text(key)?;
        let Some(interface) = Interface::parse(text) else {
            return Err(node.source.refused(format!(
                "{key} {text:?} is none: choose public, internal or admin"
            )));
        };
        self.settings
            .set_text(key, interface.to_string(), node.source.clone());
        Ok(())
    }

    /// Checks the version of a service, which may be a microversion, and the
    /// microversion beside it.
    pub(super) fn versions(&self, prefix: &str) -> Result<()> {
        let [api, default] =
            ["api_version", "default_microversion"].map(|key| format!("{prefix}{key}"));
        let version = self.settings.text(&api);
        if let Some(text) = version.filter(|text| prefix == "compute_" && !is_compute(text)) {
            return Err(self.settings.refused(&api, &format!(
                "{api} {text:?} is none that can be used here: choose \"2\", or a microversion such as \"2.35\""
            )));
        }
        let Some(asked) = self.settings.text(&default) else {
            return Ok(());
        };
        if Microversion::parse(asked).is_none() {
            let why = format!("{default} {asked:?} is not a microversion, such as \"2.35\"");
            return Err(self.settings.refused(&default, &why));
        }
        match version.and_then(implied_microversion) {
            Some(implied) if implied != asked => Err(self.settings.refused(
                &default,
                &format!(
                    "{default} {asked:?} and {api} {implied:?} are not the same; leave one out"
                ),
            )),
            _ => Ok(()),
        }
    }
}

/// Whether that is the Compute API which this crate speaks, or a microversion of it.
fn is_compute(version: &str) -> bool {
    let version = plain(version);
    version == "2" || Microversion::parse(version).is_some_and(|version| version.0 == 2)
}

/// The microversion that a version is. `2`, `2.0` and `2.1` are the API itself.
pub(super) fn implied_microversion(version: &str) -> Option<&str> {
    let version = plain(version);
    let is_api = version.ends_with(".0") || ["2.1", "latest"].contains(&version);
    Some(version).filter(|version| !is_api && Microversion::parse(version).is_some())
}

/// The version without its `v`.
fn plain(version: &str) -> &str {
    version.strip_prefix('v').unwrap_or(version)
}

/// What a layer says of certificates, as `verify` and `cacert` only.
pub(super) fn trust(layer: &mut Map) -> Result<()> {
    if let Some(node) = layer.remove("insecure") {
        let insecure = flag("insecure", &node)?;
        let verify = Node::text((!insecure).to_string(), node.source);
        if insecure {
            layer.insert("verify".to_owned(), verify);
        } else {
            layer.entry("verify".to_owned()).or_insert(verify);
        }
    }
    // To requests, which openstacksdk is built on, text here is a file.
    if let Some(node) = layer.get_mut("verify").filter(|node| is_path(node)) {
        let verify = Node::text("true", node.source.clone());
        let file = std::mem::replace(node, verify);
        layer.entry("cacert".to_owned()).or_insert(file);
    }
    Ok(())
}

fn flag(key: &str, node: &Node) -> Result<bool> {
    match node.as_text(key)?.to_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" => Ok(false),
        _ => Err(node
            .source
            .refused(format!("`{key}` has to be true or false"))),
    }
}

/// Whether a text can only be a file's name.
fn is_path(node: &Node) -> bool {
    matches!(&node.value, Value::Text(text) if text.contains(['/', '\\', '.']))
}

#[cfg(test)]
mod tests {
    use crate::config::tests::fixture::Root;
    use crate::config::tests::{BASE, options, refused};

    #[test]
    fn only_a_real_microversion_is_one() {
        let version = |version, default| {
            let set = [
                ("OS_COMPUTE_API_VERSION", version),
                ("OS_COMPUTE_DEFAULT_MICROVERSION", default),
            ];
            options(&set).compute.microversion
        };
        for plain in ["", "2", "2.0", "2.1", "v2", "v2.1"] {
            assert_eq!(version(plain, ""), None, "{plain}");
            assert_eq!(version(plain, "2.10").as_deref(), Some("2.10"), "{plain}");
        }
        assert_eq!(version("2.35", "").as_deref(), Some("2.35"));
        assert_eq!(version("v2.35", "").as_deref(), Some("2.35"));
        assert_eq!(version("2.10", "2.10").as_deref(), Some("2.10"));
        assert_eq!(version("", "latest").as_deref(), Some("latest"));
        let with = |version, default| {
            let set = [
                ("OS_COMPUTE_API_VERSION", version),
                ("OS_COMPUTE_DEFAULT_MICROVERSION", default),
            ];
            [&BASE[..], &set].concat()
        };
        refused(
            &with("2.35", "2.10"),
            "OS_COMPUTE_DEFAULT_MICROVERSION: compute_default_microversion \"2.10\" and \
             compute_api_version \"2.35\" are not the same; leave one out",
        );
        for none in [
            "latest",
            "2.latest",
            "2.x",
            "2.",
            "3",
            "3.1",
            "v",
            "2.99999999999",
        ] {
            refused(
                &with(none, ""),
                &format!(
                    "OS_COMPUTE_API_VERSION: compute_api_version {none:?} is none that can be used \
                     here: choose \"2\", or a microversion such as \"2.35\""
                ),
            );
        }
        refused(
            &with("2", "new"),
            "OS_COMPUTE_DEFAULT_MICROVERSION: compute_default_microversion \"new\" is not a \
             microversion, such as \"2.35\"",
        );
    }

    #[test]
    fn an_interface_and_a_version_are_judged_when_the_cloud_is_resolved() {
        let resolved = |variable| {
            let config = Root::new().config(&[&BASE[..], &[variable]].concat());
            config.resolve().unwrap_err().to_string()
        };
        for (variable, said) in [
            (("OS_INTERFACE", "magic"), "OS_INTERFACE: interface"),
            (("OS_ENDPOINT_TYPE", "magic"), "OS_ENDPOINT_TYPE: interface"),
            (
                ("OS_IMAGE_INTERFACE", "magic"),
                "OS_IMAGE_INTERFACE: image_interface",
            ),
        ] {
            let message = format!("{said} \"magic\" is none: choose public, internal or admin");
            assert_eq!(resolved(variable), message);
        }
        assert_eq!(
            resolved(("OS_IMAGE_DEFAULT_MICROVERSION", "2")),
            "OS_IMAGE_DEFAULT_MICROVERSION: image_default_microversion \"2\" is not a microversion, \
             such as \"2.35\""
        );
        assert_eq!(
            resolved(("OS_COMPUTE_API_VERSION", "3")),
            "OS_COMPUTE_API_VERSION: compute_api_version \"3\" is none that can be used here: choose \
             \"2\", or a microversion such as \"2.35\""
        );
    }

    #[test]
    fn a_time_out_that_is_none_is_refused() {
        for text in ["0", "-1", "nan", "inf", "1e99", "3 s"] {
            refused(
                &[&BASE[..], &[("OS_API_TIMEOUT", text)]].concat(),
                "OS_API_TIMEOUT: `api_timeout` has to be a number of seconds, more than 0",
            );
        }
    }
}
