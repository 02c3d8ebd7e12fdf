//! Results on stdout, as JSON for programs or tables for people, and failures
//! on stderr.

use std::array;
use std::fmt::Display;
use std::io::{self, StdoutLock, Write};

use opencloud::compute::v2::{Image, Metadata};
use opencloud::config::{Settings, Source};
use serde::Serialize;

use crate::printable::printable;

/// A longer cell pushes the rest of its row aside.
const WIDEST: usize = 60;

/// Writes results as they come, so that a long list can be read while it grows.
pub(crate) struct Output {
    out: StdoutLock<'static>,
    json: bool,
    has_head: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self {
            out: io::stdout().lock(),
            json,
            has_head: false,
        }
    }

    /// One image of a list.
    pub(crate) fn row(&mut self, image: &Image, is_detailed: bool) -> io::Result<()> {
        if self.json {
            return self.line(image);
        }
        let name = printable(image.name.as_deref().unwrap_or("-"));
        if !is_detailed {
            self.head(&format!("{:36}  NAME", "ID"))?;
            return writeln!(self.out, "{:36}  {name}", printable(&image.id));
        }
        self.head(&format!(
            "{:36}  {:8}  {:>12}  {:>8}  {:>8}  {:20}  NAME",
            "ID", "STATUS", "SIZE", "MIN_DISK", "MIN_RAM", "UPDATED"
        ))?;
        writeln!(
            self.out,
            "{:36}  {:8}  {:>12}  {:>8}  {:>8}  {:20}  {name}",
            printable(&image.id),
            shown(image.status.as_ref()),
            shown(image.size),
            shown(image.min_disk),
            shown(image.min_ram),
            shown(image.updated),
        )
    }

    /// Every field that the server told of one image.
    pub(crate) fn image(&mut self, image: &Image) -> io::Result<()> {
        if self.json {
            return self.line(image);
        }
        let fields = [
            ("id", Some(image.id.clone())),
            ("name", image.name.clone()),
            ("status", text(image.status.as_ref())),
            ("progress", text(image.progress)),
            ("size", text(image.size)),
            ("min_disk", text(image.min_disk)),
            ("min_ram", text(image.min_ram)),
            ("created", text(image.created)),
            ("updated", text(image.updated)),
            (
                "server",
                image.server.as_ref().map(|server| server.id.clone()),
            ),
            ("disk_config", text(image.disk_config.as_ref())),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                writeln!(self.out, "{name:12}  {}", printable(&value))?;
            }
        }
        for (key, value) in &image.metadata {
            writeln!(
                self.out,
                "{:12}  {} = {}",
                "metadata",
                printable(key),
                printable(value)
            )?;
        }
        for link in &image.links {
            writeln!(
                self.out,
                "{:12}  {} {}",
                "link",
                printable(&link.rel),
                printable(&link.href)
            )?;
        }
        Ok(())
    }

    /// The metadata of one image.
    pub(crate) fn metadata(&mut self, metadata: &Metadata) -> io::Result<()> {
        if self.json {
            return self.line(metadata);
        }
        let rows = metadata
            .iter()
            .map(|row| <[&str; 2]>::from(row).map(printable));
        self.table(["KEY", "VALUE"], &rows.collect::<Vec<_>>())
    }

    /// One metadata value, which may be JSON already.
    pub(crate) fn value(&mut self, text: &str, is_json: bool) -> io::Result<()> {
        match (self.json, is_json) {
            (false, _) => writeln!(self.out, "{}", printable(text)),
            (true, false) => self.line(text),
            (true, true) => writeln!(self.out, "{text}"),
        }
    }

    /// The settings, and where each came from.
    pub(crate) fn settings(&mut self, settings: &Settings) -> io::Result<()> {
        if self.json {
            return self.line(settings);
        }
        let row = |key| {
            let source = match settings.source(key) {
                Some(Source::Program) => "--os-cloud".to_owned(),
                source => shown(source),
            };
            [printable(key), shown(settings.get(key)), source]
        };
        let rows: Vec<_> = settings.keys().map(row).collect();
        self.table(["KEY", "VALUE", "SOURCE"], &rows)
    }

    /// One line of JSON.
    fn line(&mut self, value: &(impl Serialize + ?Sized)) -> io::Result<()> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        self.out.write_all(&line)
    }

    /// A table that is known as a whole, so that its columns are as wide as
    /// they must be.
    fn table<const N: usize>(&mut self, head: [&str; N], rows: &[[String; N]]) -> io::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let head = head.map(str::to_owned);
        let widths: [usize; N] = array::from_fn(|column| {
            let cells = rows
                .iter()
                .chain([&head])
                .map(|row| row[column].chars().count());
            cells.max().unwrap_or(0).min(WIDEST)
        });
        for row in [&head].into_iter().chain(rows) {
            for (cell, width) in row[..N - 1].iter().zip(widths) {
                write!(self.out, "{cell:width$}  ")?;
            }
            writeln!(self.out, "{}", row[N - 1])?;
        }
        Ok(())
    }

    /// The names of the columns, before the first row.
    fn head(&mut self, line: &str) -> io::Result<()> {
        if !self.has_head {
            self.has_head = true;
            writeln!(self.out, "{line}")?;
        }
        Ok(())
    }
}

fn text(value: Option<impl Display>) -> Option<String> {
    value.map(|value| value.to_string())
}

fn shown(value: Option<impl Display>) -> String {
    value.map_or("-".to_owned(), |value| printable(&value.to_string()))
}

/// One line on stderr for that failure, with its causes.
pub(crate) fn report(error: &anyhow::Error) {
    let line = printable(&format!("{error:#}"));
    // Where it cannot be written, the exit code still tells.
    let _ = writeln!(io::stderr(), "images: {line}");
}
