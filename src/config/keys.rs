//! [`Keys`]: the keys of a cloud, with what stands in their braces.

use super::env::Environment;
use super::names::is_secret;
use super::node::{Map, Node, Value};
use super::settings::Settings;
use crate::error::Result;

/// How long a text may become when its braces are filled in. A value can be as
/// long as the file, and stand in braces a hundred thousand times.
const FILLED: usize = 2 * 1024 * 1024;

/// The merged keys of a cloud on their way to become [`Settings`].
pub(super) struct Keys<'a> {
    /// Those beside `auth`.
    pub(super) outer: Map,
    pub(super) environment: &'a Environment,
    pub(super) settings: Settings,
}

impl Keys<'_> {
    /// Keeps a key beside `auth`, with the names in its braces filled in.
    pub(super) fn plain(&mut self, key: &str) -> Result<()> {
        let Some(node) = self.outer.get(key) else {
            return Ok(());
        };
        let text = self.filled(key, node)?;
        let source = node.source.clone();
        self.settings.set_text(key, text, source);
        Ok(())
    }

    /// A domain that is named once is the user's and the project's, when there
    /// is a project; else it is what the token is for.
    pub(super) fn spread_domain(&mut self) {
        if !self.settings.has("project_id") && !self.settings.has("project_name") {
            return;
        }
        for end in ["id", "name"] {
            let Some((setting, source)) = self.settings.take(&format!("domain_{end}")) else {
                continue;
            };
            for who in ["user", "project"] {
                let key = format!("{who}_domain_{end}");
                if !self.settings.has(&key) {
                    self.settings.set(&key, setting.clone(), source.clone());
                }
            }
        }
    }

    /// The text with every `{key}` replaced by the value of that key. `{{` is a
    /// brace.
    pub(super) fn filled(&self, key: &str, node: &Node) -> Result<String> {
        let refused = |why: String| node.source.refused(why);
        let mut rest = node.as_text(key)?;
        let mut out = String::with_capacity(rest.len());
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            if let Some(after) = from.strip_prefix("{{").or(from.strip_prefix("}}")) {
                out.push_str(&from[..1]);
                rest = after;
                continue;
            }
            let name = from.strip_prefix('{').and_then(|from| from.split_once('}'));
            let (name, after) = name.ok_or_else(|| {
                refused(format!(
                    "a brace in `{key}` has no other; write it twice to mean a brace"
                ))
            })?;
            out.push_str(self.in_brace(name).map_err(|why| {
                refused(format!(
                    "`{key}` has {{{name}}} in it, and {why}, or write {{{{{name}}}}} to mean the \
                     braces"
                ))
            })?);
            if out.len() > FILLED {
                let why = format!("`{key}` is longer than any is, with its braces filled in");
                return Err(refused(why));
            }
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    /// The text of a key beside `auth`, or why there is none.
    fn in_brace(&self, name: &str) -> Result<&str, &'static str> {
        match self.outer.get(name).map(|node| &node.value) {
            _ if is_secret(name) => Err("a secret is never filled in; take it out"),
            Some(Value::Text(text)) => Ok(text),
            _ => Err("the cloud has no text under that key; set it"),
        }
    }
}
