//! The code on the porting page equals that of the examples, apart from comments
//! and `println!`, which panics on a closed pipe. The tests of the examples run it.

use std::path::Path;
use std::{fs, iter};

/// The text of a file of this package.
#[track_caller]
fn text(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a file")
}

/// A line of an example, with `println!` in place of `writeln!`.
fn with_println(line: &str) -> String {
    let arguments = line.strip_prefix("writeln!(out, ");
    match arguments.and_then(|arguments| arguments.strip_suffix(")?;")) {
        Some(arguments) => format!("println!({arguments});"),
        None => line.to_owned(),
    }
}

/// The visible lines of each Rust block, with the name of the example that the
/// text below refers to.
fn blocks(page: &str) -> Vec<(Option<String>, Vec<String>)> {
    let mut blocks = Vec::new();
    let mut lines = page
        .lines()
        .map(|line| line.trim_start_matches("//!").trim());
    while let Some(line) = lines.next() {
        if line == "```php" {
            lines.by_ref().find(|line| *line == "```").expect("an end");
        } else if line == "```" {
            let code = iter::from_fn(|| lines.next().filter(|line| *line != "```"));
            let is_hidden = |line: &str| line.is_empty() || line.starts_with(['#', '/']);
            let visible = code.filter(|line| !is_hidden(line));
            blocks.push((None, visible.map(str::to_owned).collect()));
        } else if let Some((_, rest)) = line.split_once("`examples/") {
            let (name, _) = rest.split_once(".rs`").expect("a name");
            blocks.last_mut().expect("a block").0 = Some(name.to_owned());
        }
    }
    blocks
}

#[test]
fn every_block_of_the_page_is_part_of_its_example() {
    let blocks = blocks(&text("src/porting.rs"));
    let mut named = 0;
    for (name, visible) in &blocks {
        assert!(!visible.is_empty());
        let Some(name) = name else { continue };
        named += 1;
        let example = text(&format!("examples/{name}.rs"));
        let mut lines = example.lines().map(|line| with_println(line.trim()));
        for line in visible {
            assert!(
                lines.any(|known| known == *line),
                "{name} has no {line:?} at this place"
            );
        }
    }
    assert!(named < blocks.len(), "some blocks refer to no example");
}

#[test]
fn every_sample_is_on_the_page_in_the_order_of_the_php_samples() {
    let blocks = blocks(&text("src/porting.rs"));
    let named: Vec<_> = blocks.into_iter().filter_map(|(name, _)| name).collect();
    let samples = [
        "list_images",
        "list_images_detail",
        "get_image",
        "delete_image",
        "retrieve_image_metadata",
        "reset_image_metadata",
        "merge_image_metadata",
        "get_image_metadata_item",
        "delete_image_metadata_item",
        // The PHP SDK has no such sample.
        "set_image_metadata_item",
        // Those of the Image service.
        "create_image",
        "update_image",
        "list_images_sorted",
        "reactivate_image",
        "deactivate_image",
        "upload_image_data",
        "download_image_data",
    ];
    assert_eq!(named, samples);

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files = fs::read_dir(folder)
        .expect("the examples")
        .map(|entry| entry.expect("an entry"));
    let stems = files.filter_map(|file| Some(file.path().file_stem()?.to_str()?.to_owned()));
    let programs = [
        "common",
        "images",
        "newest_image",
        "prune_images",
        "publish_image",
    ];
    let mut known: Vec<_> = stems
        .filter(|stem| !programs.contains(&stem.as_str()))
        .collect();
    known.sort();
    let mut samples = samples.map(str::to_owned);
    samples.sort();
    assert_eq!(known, samples);
}

/// Nova makes a shared or community image private when its metadata is written.
#[test]
fn every_page_about_writing_metadata_warns_that_the_image_becomes_private() {
    for (path, writes) in [
        ("README.md", 1),
        ("src/lib.rs", 1),
        ("src/porting.rs", 1),
        ("src/compute/v2/image.rs", 5),
        ("examples/reset_image_metadata.rs", 1),
        ("examples/merge_image_metadata.rs", 1),
        ("examples/set_image_metadata_item.rs", 1),
        ("examples/delete_image_metadata_item.rs", 1),
    ] {
        let words: Vec<_> = text(path)
            .split_whitespace()
            .filter(|word| !word.starts_with("//"))
            .map(str::to_owned)
            .collect();
        let warnings = words.join(" ").matches("shared or community image").count();
        assert!(warnings >= writes, "{path}: {warnings}");
    }
}
