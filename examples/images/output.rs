//! Results on stdout, as tables or as JSON, and errors on stderr.

use std::array;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, Write};

use opencloud::compute::v2::Metadata;
use opencloud::config::{Settings, Source};
use serde::Serialize;

use crate::common::{self, Stdout};
use crate::service::Image;

/// The maximum width of a column. A longer cell is printed whole and moves the
/// rest of its row.
const MAX_WIDTH: usize = 60;

/// The JSON of the settings.
#[derive(Serialize)]
struct Config<'a> {
    #[serde(flatten)]
    settings: &'a Settings,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    unknown_keys: BTreeMap<&'a str, String>,
}

/// Writes each result at once, so that the start of a long list is visible early.
pub(crate) struct Output {
    out: Stdout,
    json: bool,
    has_header: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self {
            out: common::stdout(),
            json,
            has_header: false,
        }
    }

    /// Writes one image of a list.
    pub(crate) fn row(&mut self, image: &impl Image, detailed: bool) -> io::Result<()> {
        if self.json {
            return self.line(image);
        }
        let fields = image.fields();
        let cell = |name| {
            let field = fields.iter().find(|(known, _)| *known == name);
            cell(field.map(|(_, value)| value))
        };
        if !detailed {
            self.header(&format!("{:36}  NAME", "ID"))?;
            return writeln!(self.out, "{:36}  {}", cell("id"), cell("name"));
        }
        self.header(&format!(
            "{:36}  {:11}  {:>12}  {:>8}  {:>8}  {:20}  NAME",
            "ID", "STATUS", "SIZE", "MIN_DISK", "MIN_RAM", "UPDATED"
        ))?;
        writeln!(
            self.out,
            "{:36}  {:11}  {:>12}  {:>8}  {:>8}  {:20}  {}",
            cell("id"),
            cell("status"),
            cell("size"),
            cell("min_disk"),
            cell("min_ram"),
            cell("updated"),
            cell("name"),
        )
    }

    /// Writes every field of one image that the server sent.
    pub(crate) fn image(&mut self, image: &impl Image) -> io::Result<()> {
        if self.json {
            return self.line(image);
        }
        let fields = image.fields();
        let width = fields.iter().map(|(name, _)| name.len()).max();
        let width = width.unwrap_or_default().max(12);
        for (name, value) in fields {
            writeln!(self.out, "{name:width$}  {}", escape(&value))?;
        }
        Ok(())
    }

    /// Writes the metadata of one image.
    pub(crate) fn metadata(&mut self, metadata: &Metadata) -> io::Result<()> {
        if self.json {
            return self.line(metadata);
        }
        let rows = metadata
            .iter()
            .map(|row| <[&str; 2]>::from(row).map(escape));
        self.table(["KEY", "VALUE"], &rows.collect::<Vec<_>>())
    }

    /// Writes one metadata value: a string, or JSON text.
    pub(crate) fn value(&mut self, text: &str, is_json: bool) -> io::Result<()> {
        match (self.json, is_json) {
            (false, _) => writeln!(self.out, "{}", escape(text)),
            (true, false) => self.line(text),
            (true, true) => writeln!(self.out, "{}", escape_json(text)),
        }
    }

    /// Writes the settings and their sources, then the unknown keys.
    pub(crate) fn settings(&mut self, settings: &Settings) -> io::Result<()> {
        let unknown_keys: BTreeMap<_, _> = settings
            .unknown_keys()
            .map(|(key, source)| (key, source.to_string()))
            .collect();
        if self.json {
            return self.line(&Config {
                settings,
                unknown_keys,
            });
        }
        let row = |key| {
            let source = match settings.source(key) {
                Some(Source::Caller) => "--os-cloud".to_owned(),
                source => cell(source),
            };
            [escape(key), cell(settings.get(key)), source]
        };
        let rows: Vec<_> = settings.keys().map(row).collect();
        self.table(["KEY", "VALUE", "SOURCE"], &rows)?;
        if unknown_keys.is_empty() {
            return Ok(());
        }
        let rows = unknown_keys
            .iter()
            .map(|(key, source)| [key, source.as_str()].map(escape));
        writeln!(self.out)?;
        self.table(["UNKNOWN KEY", "SOURCE"], &rows.collect::<Vec<_>>())
    }

    /// Writes that nothing is configured: an empty object, or no table.
    pub(crate) fn no_settings(&mut self) -> io::Result<()> {
        if self.json {
            writeln!(self.out, "{{}}")?;
        }
        Ok(())
    }

    /// Writes one line of JSON.
    fn line(&mut self, value: &(impl Serialize + ?Sized)) -> io::Result<()> {
        writeln!(self.out, "{}", escape_json(&serde_json::to_string(value)?))
    }

    /// Writes a table whose columns are as wide as their cells.
    fn table<const N: usize>(&mut self, header: [&str; N], rows: &[[String; N]]) -> io::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let header = header.map(str::to_owned);
        let widths: [usize; N] = array::from_fn(|column| {
            let cells = rows
                .iter()
                .chain([&header])
                .map(|row| row[column].chars().count());
            cells.max().unwrap_or(0).min(MAX_WIDTH)
        });
        for row in [&header].into_iter().chain(rows) {
            for (cell, width) in row[..N - 1].iter().zip(widths) {
                write!(self.out, "{cell:width$}  ")?;
            }
            writeln!(self.out, "{}", row[N - 1])?;
        }
        Ok(())
    }

    /// Writes the header of a list before its first row.
    fn header(&mut self, line: &str) -> io::Result<()> {
        if !self.has_header {
            self.has_header = true;
            writeln!(self.out, "{line}")?;
        }
        Ok(())
    }
}

fn cell(value: Option<impl Display>) -> String {
    value.map_or("-".to_owned(), |value| escape(&value.to_string()))
}

/// Writes an error and its causes to stderr, on one line.
pub(crate) fn report(error: &anyhow::Error) {
    common::log(format_args!("images: {}", escape(&format!("{error:#}"))));
}

/// Escapes control characters and marks that change the direction of text, which
/// a terminal would interpret.
pub(crate) fn escape(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        c if is_control(c) => c.escape_default().to_string(),
        c => c.to_string(),
    });
    escaped.collect()
}

/// Escapes the same characters in JSON text, where only strings contain them.
fn escape_json(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        c if is_control(c) => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    });
    escaped.collect()
}

fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
