//! What a value has to be: a way to sign in, a certificate, a number of seconds.

use super::keys::Keys;
use super::node::{Map, Node, Source, Value};
use super::settings::Setting;
use crate::error::Result;

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

impl Keys<'_> {
    /// What is said, or what follows from the secrets that are there.
    pub(super) fn auth_type(&mut self) -> Result<()> {
        let Some(node) = self.outer.get("auth_type") else {
            let inferred = if self.settings.has("password") {
                "password"
            } else if self.settings.has("application_credential_secret") {
                "v3applicationcredential"
            } else if self.settings.has("token") {
                "token"
            } else {
                "password"
            };
            self.settings.set_text("auth_type", inferred.to_owned(), Source::Default);
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
        self.settings.set_text("auth_type", text.to_owned(), node.source.clone());
        Ok(())
    }

    /// The last word on certificates: `verify` stands before `cacert`.
    pub(super) fn tls(&mut self) -> Result<()> {
        let Some(node) = self.outer.get("verify") else { return Ok(()) };
        let verify = flag("verify", node)?;
        let source = node.source.clone();
        if verify {
            self.path("cacert")?;
        } else if let Some(node) = self.outer.get("cacert") {
            log::warn!("{}: `cacert` is not used, {source} turns the check off", node.source);
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
        let Some((Setting::Text(text), source)) = self.settings.take(key) else { return Ok(()) };
        let below_home =
            text.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let text = match (below_home, self.environment.path("HOME")) {
            (Some(rest), Some(home)) => {
                home.join(rest.trim_start_matches('/')).to_string_lossy().into_owned()
            }
            _ => text,
        };
        self.settings.set_text(key, text, source);
        Ok(())
    }

    pub(super) fn timeout(&mut self) -> Result<()> {
        let Some(node) = self.outer.get("api_timeout") else { return Ok(()) };
        let seconds = node.as_text("api_timeout")?.parse::<f64>().ok();
        let Some(seconds) = seconds.filter(|seconds| *seconds > 0.0 && *seconds <= 1e9) else {
            let why = "`api_timeout` has to be a number of seconds, more than 0";
            return Err(node.source.refused(why));
        };
        self.settings.set("api_timeout", Setting::Seconds(seconds), node.source.clone());
        Ok(())
    }

    /// An interface, under the word of today. Of a list the first is taken.
    pub(super) fn interface(&mut self, key: &str) -> Result<()> {
        let Some(node) = self.outer.get(key) else { return Ok(()) };
        let node = match &node.value {
            Value::List(list) => list.first().unwrap_or(node),
            _ => node,
        };
        let text = node.as_text(key)?;
        let text = text.strip_suffix("URL").unwrap_or(text).to_owned();
        self.settings.set_text(key, text, node.source.clone());
        Ok(())
    }
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
        _ => Err(node.source.refused(format!("`{key}` has to be true or false"))),
    }
}

/// Whether a text can only be a file's name.
fn is_path(node: &Node) -> bool {
    matches!(&node.value, Value::Text(text) if text.contains(['/', '\\', '.']))
}
