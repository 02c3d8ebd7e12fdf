//! The porting page beside the examples: its code is theirs. That it compiles
//! and does what it says is seen when its own examples are run.

use std::path::Path;
use std::{fs, iter};

/// A file of this package.
#[track_caller]
fn text(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a file")
}

/// The lines that a reader sees of each piece of Rust, with the example that is
/// named after it.
fn pieces(page: &str) -> Vec<(Option<String>, Vec<String>)> {
    let mut pieces = Vec::new();
    let mut lines = page
        .lines()
        .map(|line| line.trim_start_matches("//!").trim());
    while let Some(line) = lines.next() {
        if line == "```php" {
            lines.by_ref().find(|line| *line == "```").expect("an end");
        } else if line == "```" {
            let code = iter::from_fn(|| lines.next().filter(|line| *line != "```"));
            let seen = code.filter(|line| !line.is_empty() && !line.starts_with('#'));
            pieces.push((None, seen.map(str::to_owned).collect()));
        } else if let Some((_, rest)) = line.split_once("`examples/") {
            let (name, _) = rest.split_once(".rs`").expect("a name");
            pieces.last_mut().expect("a piece before it").0 = Some(name.to_owned());
        }
    }
    pieces
}

#[test]
fn every_piece_of_the_page_is_in_the_example_that_it_names() {
    let pieces = pieces(&text("src/porting.rs"));
    let mut named = 0;
    for (name, seen) in &pieces {
        assert!(!seen.is_empty());
        let Some(name) = name else { continue };
        named += 1;
        let example = text(&format!("examples/{name}.rs"));
        let mut lines = example.lines().map(str::trim);
        for line in seen {
            assert!(
                lines.any(|known| known == line),
                "{name} has no {line:?}, or not there"
            );
        }
    }
    assert!(
        named < pieces.len(),
        "the sign-in, the failure and the wait have no example"
    );
}

#[test]
fn every_sample_has_its_place_on_the_page_in_the_order_of_phps() {
    let pieces = pieces(&text("src/porting.rs"));
    let named: Vec<_> = pieces.into_iter().filter_map(|(name, _)| name).collect();
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
        // PHP's SDK has none.
        "set_image_metadata_item",
    ];
    assert_eq!(named, samples);

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files = fs::read_dir(folder)
        .expect("the examples")
        .map(|entry| entry.expect("an entry"));
    let stems = files.filter_map(|file| Some(file.path().file_stem()?.to_str()?.to_owned()));
    let programs = ["common", "images", "newest_image", "prune_images"];
    let mut known: Vec<_> = stems
        .filter(|stem| !programs.contains(&stem.as_str()))
        .collect();
    known.sort();
    let mut samples = samples.map(str::to_owned);
    samples.sort();
    assert_eq!(known, samples);
}
