//! Generates functions from the samples in the first part of the porting page, unchanged
//! and with the names of the Image service.

use std::path::Path;
use std::{env, fs, iter};

const PAGE: &str = "../../src/porting.rs";

/// Fields that an image of the Image service does not have.
const COMPUTE_FIELDS: [&str; 4] = [".links", ".progress", ".server", ".disk_config"];

fn main() {
    println!("cargo::rerun-if-changed={PAGE}");
    let page = fs::read_to_string(PAGE).expect("the porting page");
    let (first_part, _) = page
        .split_once("//! # From `compute::v2`")
        .expect("a second part");
    let mut functions = String::new();
    let mut table = Vec::new();
    for (name, code) in samples(first_part) {
        let ported = code
            .replace("compute_v2", "images_v2")
            .replace("compute::v2", "image::v2");
        functions += &function(&name, &code);
        functions += &function(&format!("{name}_ported"), &ported);
        table.push(format!("({name:?}, {name}, {name}_ported)"));
    }
    let samples = format!(
        "const SAMPLES: &[(&str, Sample, Sample)] = &[{}];\n{functions}",
        table.join(", ")
    );
    let folder = env::var_os("OUT_DIR").expect("OUT_DIR");
    fs::write(Path::new(&folder).join("samples.rs"), samples).expect("a file");
}

/// The code of each sample, and a name from the heading above it.
fn samples(page: &str) -> Vec<(String, String)> {
    let mut samples = Vec::new();
    let mut heading = "";
    let mut lines = page.lines().map(|line| {
        let line = line.trim_start_matches("//!");
        line.strip_prefix(' ').unwrap_or(line)
    });
    while let Some(line) = lines.next() {
        if let Some(text) = line.strip_prefix("# ") {
            heading = text;
        } else if line == "```php" {
            lines.by_ref().find(|line| *line == "```").expect("an end");
        } else if line == "```" {
            let code = iter::from_fn(|| lines.next().filter(|line| *line != "```"));
            let code: Vec<_> = code.filter(|line| !is_removed(line)).collect();
            let code = code.join("\n").replace("\n# ", "\n");
            let code = code.strip_prefix("# ").unwrap_or(&code).to_owned();
            if !COMPUTE_FIELDS.iter().any(|field| code.contains(field)) {
                samples.push((heading.to_lowercase().replace(' ', "_"), code));
            }
        }
    }
    samples
}

/// Whether a hidden line starts a sandbox, which both versions share here, or checks a
/// URL of Compute.
fn is_removed(line: &str) -> bool {
    let removed = [
        "let sandbox = ",
        "sandbox.requests()",
        "sandbox.compute_url()",
    ];
    line.starts_with('#') && removed.iter().any(|text| line.contains(text))
}

/// A function that prints to a string.
fn function(name: &str, code: &str) -> String {
    format!(
        "#[allow(unused, clippy::all, clippy::pedantic)]
        fn {name}(sandbox: &Sandbox, out: &mut String) -> opencloud::Result<()> {{
            use std::fmt::Write;
            macro_rules! println {{
                ($($arguments:tt)*) => {{ writeln!(out, $($arguments)*).unwrap() }};
            }}
            {code}
        }}
        "
    )
}
