//! Invalid arguments: exit code 2, and no request is sent.

use super::{WEB, images, two_images};
use crate::support::examples::{ProgramOutput, example};

const COMMANDS: [&str; 9] = [
    "list", "show", "delete", "metadata", "get", "set", "reset", "unset", "config",
];

const USAGE: &str = "\n\nUsage: images [OPTIONS] <COMMAND>";

/// Checks that the arguments are rejected with this message before a request.
#[track_caller]
fn check_rejected(arguments: &[&str], message: &str) {
    let sandbox = two_images();
    let stderr = format!("error: {message}\n\nFor more information, try '--help'.\n");
    let expected = ProgramOutput {
        code: Some(2),
        stdout: String::new(),
        stderr,
    };
    assert_eq!(images(&sandbox, arguments), expected);
    assert_eq!(sandbox.requests(), []);
}

#[test]
fn an_invalid_id_or_key_is_rejected() {
    check_rejected(
        &["delete", WEB, ""],
        "invalid value '' for '<ID>...': it cannot be an id",
    );
    check_rejected(
        &["delete", WEB, "web\n"],
        "invalid value 'web\n' for '<ID>...': an id must not contain white space",
    );
    check_rejected(
        &["show", "a/b"],
        "invalid value 'a/b' for '<ID>': an id must not contain \"/\" or control characters",
    );
    check_rejected(
        &["unset", WEB, "os", "a/b"],
        &format!("invalid key 'a/b': a key must not contain \"/\" or control characters{USAGE}"),
    );
    check_rejected(
        &["show", ".."],
        "invalid value '..' for '<ID>': it cannot be an id",
    );
    check_rejected(
        &["get", WEB, " "],
        &format!("invalid key ' ': it cannot be a key{USAGE}"),
    );
    check_rejected(
        &["get", WEB, "."],
        &format!("invalid key '.': it cannot be a key{USAGE}"),
    );
    check_rejected(
        &["unset", WEB, "os", ".."],
        &format!("invalid key '..': it cannot be a key{USAGE}"),
    );
}

#[test]
fn an_item_requires_a_key_and_an_equals_sign() {
    check_rejected(
        &["set", WEB, "a=1", "b"],
        "invalid value 'b' for '<KEY=VALUE>...': it has no '='",
    );
    check_rejected(
        &["reset", WEB, "=1"],
        "invalid value '=1' for '[KEY=VALUE]...': it has no key before the '='",
    );
}

#[test]
fn reset_requires_an_item_or_all() {
    check_rejected(
        &["reset", WEB],
        &format!("no KEY=VALUE; to delete all metadata, add --all{USAGE}"),
    );
    check_rejected(
        &["reset", WEB, "a=1", "--all"],
        "the argument '[KEY=VALUE]...' cannot be used with '--all'\n\n\
         Usage: images reset <ID> <KEY=VALUE>...",
    );
}

#[test]
fn an_invalid_number_is_rejected() {
    check_rejected(
        &["list", "--page-size", "0"],
        "invalid value '0' for '--page-size <N>': 0 is not in 1..=4294967295",
    );
    check_rejected(
        &["list", "--limit", "0", "--page-size", "0"],
        "invalid value '0' for '--page-size <N>': 0 is not in 1..=4294967295",
    );
    check_rejected(
        &["list", "--limit=-1"],
        "invalid value '-1' for '--limit <N>': invalid digit found in string",
    );
    check_rejected(
        &["list", "--min-disk", "1.5"],
        "invalid value '1.5' for '--min-disk <N>': invalid digit found in string",
    );
}

#[test]
fn control_characters_in_arguments_are_escaped() {
    check_rejected(
        &["set", WEB, "\u{1b}[31m"],
        "invalid value '\\u{1b}[31m' for '<KEY=VALUE>...': it has no '='",
    );
}

#[test]
fn an_unknown_command_or_a_missing_argument_is_rejected() {
    for arguments in [
        &["nonsense"] as &[&str],
        &["show"],
        &["delete"],
        &["set", WEB],
        &["unset", WEB],
    ] {
        let sandbox = two_images();
        let result = images(&sandbox, arguments);
        assert_eq!(
            (result.code, result.stdout.as_str()),
            (Some(2), ""),
            "{result:?}"
        );
        assert!(result.stderr.starts_with("error: "), "{result:?}");
        assert_eq!(sandbox.requests(), []);
    }
}

#[test]
fn without_a_command_the_help_is_printed_on_stderr() {
    let sandbox = two_images();
    let result = images(&sandbox, &[]);
    assert_eq!((result.code, result.stdout.as_str()), (Some(2), ""));
    let help = images(&sandbox, &["-h"]);
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
    assert_eq!(result.stderr, help.stdout);
    for command in COMMANDS {
        let line = format!("\n  {command:8}  ");
        assert!(
            help.stdout.contains(&line),
            "{command} is not in {}",
            help.stdout
        );
    }
}

#[test]
fn the_help_of_each_change_of_metadata_warns_about_the_visibility() {
    for command in ["set", "reset", "unset"] {
        let output = example("images").args([command, "-h"]).output();
        let help = ProgramOutput::from(output.expect("a process")).stdout;
        let warning = "\nWith --api compute, Nova makes a shared or community image private.\n";
        assert!(help.ends_with(warning), "{help}");
    }
}

#[test]
fn every_argument_has_a_help_text() {
    let commands = COMMANDS.map(|command| ("images", vec![command, "-h"]));
    let programs =
        ["images", "newest_image", "prune_images", "publish_image"].map(|name| (name, vec!["-h"]));
    for (name, arguments) in commands.into_iter().chain(programs) {
        let output = example(name).args(&arguments).output().expect("a process");
        let help = ProgramOutput::from(output).stdout;
        let indented: Vec<_> = help.lines().filter(|line| line.starts_with("  ")).collect();
        assert!(indented.len() > 1, "{help}");
        for line in indented {
            let text = line.trim().split_once("  ").map(|(_, text)| text.trim());
            assert!(
                text.is_some_and(|text| !text.is_empty()),
                "{line} in {help}"
            );
        }
    }
}
