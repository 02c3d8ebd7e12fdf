//! What a value has to be: a way to sign in, a certificate, a number of seconds.

use std::path::PathBuf;

use super::keys::{Keys, is_empty};
use super::node::{Node, Source, Value};
use super::settings::Setting;
use crate::error::{Error, Result};

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
        let outer = &self.outer;
        let node = ["auth_type", "auth_plugin"]
            .into_iter()
            .find_map(|key| outer.said(key).filter(|node| !is_empty(node)));
        let Some(node) = node else {
            let has = |key| self.settings.source(key).is_some();
            let inferred = if has("password") {
                "password"
            } else if has("application_credential_secret") {
                "v3applicationcredential"
            } else if has("token") {
                "token"
            } else {
                "password"
            };
            let setting = Setting::Text(inferred.to_owned());
            self.settings.set("auth_type", setting, Source::Default);
            return Ok(());
        };
        let text = match node.as_text("auth_type")? {
            "None" => "none",
            "token_endpoint" => "admin_token",
            text => text,
        };
        if !AUTH_TYPES.contains(&text) {
            let (place, known) = (node.source.place(), AUTH_TYPES.join(", "));
            return Err(Error::invalid(format!(
                "{place}: auth_type {text:?} is not one that can be used here: choose one of \
                 {known}"
            )));
        }
        let (text, source) = (text.to_owned(), node.source.clone());
        self.settings.set("auth_type", Setting::Text(text), source);
        Ok(())
    }

    /// The last word on certificates: `insecure` stands before `verify`, and
    /// `verify` before `cacert`.
    pub(super) fn tls(&mut self) -> Result<()> {
        let insecure = self.flag("insecure")?;
        let mut verify = (true, Source::Default);
        if let Some((true, source)) = insecure {
            verify = (false, source);
        } else if let Some(node) = self.outer.said("verify").filter(|node| is_path(node)) {
            // To requests, which openstacksdk is built on, text here is a file.
            let node = node.clone();
            verify.1 = node.source.clone();
            if self.outer.said("cacert").is_none_or(is_empty) {
                self.outer.insert("cacert", node);
            }
        } else if let Some(found) = self.flag("verify")? {
            verify = found;
        }
        if verify.0 {
            self.path("cacert")?;
        } else if let Some(node) = self.outer.said("cacert").filter(|node| !is_empty(node)) {
            log::warn!("{}: `cacert` is not used, {} turns the check off", node.source, verify.1);
        }
        self.settings.set("verify", Setting::Flag(verify.0), verify.1);
        self.path("cert")?;
        if self.settings.source("cert").is_some() {
            self.path("key")?;
        }
        Ok(())
    }

    fn flag(&self, key: &str) -> Result<Option<(bool, Source)>> {
        let Some(node) = self.outer.said(key).filter(|node| !is_empty(node)) else {
            return Ok(None);
        };
        let flag = match node.as_text(key)?.to_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => true,
            "false" | "no" | "off" | "0" => false,
            _ => {
                let place = node.source.place();
                return Err(Error::invalid(format!("{place}: `{key}` has to be true or false")));
            }
        };
        Ok(Some((flag, node.source.clone())))
    }

    /// A file; `~` at its beginning is the home.
    fn path(&mut self, key: &str) -> Result<()> {
        self.plain(key, None)?;
        let Some((Setting::Text(text), source)) = self.settings.take(key) else { return Ok(()) };
        let below_home =
            text.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let text = match (below_home, self.environment.path("HOME")) {
            (Some(rest), Some(home)) => {
                let path: PathBuf = home.join(rest.trim_start_matches('/'));
                path.to_string_lossy().into_owned()
            }
            _ => text,
        };
        self.settings.set(key, Setting::Text(text), source);
        Ok(())
    }

    pub(super) fn timeout(&mut self) -> Result<()> {
        let Some(node) = self.outer.said("api_timeout").filter(|node| !is_empty(node)) else {
            return Ok(());
        };
        let seconds = node.as_text("api_timeout")?.parse::<f64>().ok();
        let Some(seconds) = seconds.filter(|seconds| *seconds > 0.0 && *seconds <= 1e9) else {
            let place = node.source.place();
            return Err(Error::invalid(format!(
                "{place}: `api_timeout` has to be a number of seconds, more than 0"
            )));
        };
        let source = node.source.clone();
        self.settings.set("api_timeout", Setting::Seconds(seconds), source);
        Ok(())
    }

    /// An interface, under the word of today. Of a list the first is taken.
    pub(super) fn interface(&mut self, key: &str) -> Result<()> {
        let Some(node) = self.outer.said(key) else { return Ok(()) };
        let node = match &node.value {
            Value::List(list) => list.first().unwrap_or(node),
            _ => node,
        };
        let text = node.as_text(key)?;
        let node = Node::text(text.strip_suffix("URL").unwrap_or(text), node.source.clone());
        self.set(key, Some(node))
    }
}

/// Whether a text can only be a file's name.
fn is_path(node: &Node) -> bool {
    matches!(&node.value, Value::Text(text) if text.contains(['/', '\\', '.']))
}
