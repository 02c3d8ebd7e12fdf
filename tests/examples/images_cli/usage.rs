//! Wrong usage: exit code 2, and nothing is sent.

use super::{WEB, images, two_images};
use crate::support::examples::Ran;

/// The arguments are refused in these words, and nothing is sent.
#[track_caller]
fn refused(arguments: &[&str], said: &str) {
    let sandbox = two_images();
    let stderr = format!("error: {said}\n\nFor more information, try '--help'.\n");
    let expected = Ran {
        code: Some(2),
        stdout: String::new(),
        stderr,
    };
    assert_eq!(images(&sandbox, arguments), expected);
    assert_eq!(sandbox.requests(), []);
}

#[test]
fn an_id_or_a_key_that_cannot_be_is_refused_before_the_first_request() {
    refused(
        &["delete", WEB, ""],
        "invalid value '' for '<ID>...': it cannot be an id",
    );
    refused(
        &["show", ".."],
        "invalid value '..' for '<ID>': it cannot be an id",
    );
    refused(
        &["get", WEB, "."],
        "invalid value '.' for '<KEY>': it cannot be a key",
    );
    refused(
        &["unset", WEB, "os", ".."],
        "invalid value '..' for '<KEY>...': it cannot be a key",
    );
}

#[test]
fn an_item_needs_a_key_and_an_equals_sign() {
    refused(
        &["set", WEB, "a=1", "b"],
        "invalid value 'b' for '<KEY=VALUE>...': it has no '='",
    );
    refused(
        &["reset", WEB, "=1"],
        "invalid value '=1' for '[KEY=VALUE]...': it has no key before the '='",
    );
}

#[test]
fn a_number_must_be_one_that_can_be() {
    refused(
        &["list", "--page-size", "0"],
        "invalid value '0' for '--page-size <N>': 0 is not in 1..=4294967295",
    );
    refused(
        &["list", "--limit", "0", "--page-size", "0"],
        "invalid value '0' for '--page-size <N>': 0 is not in 1..=4294967295",
    );
    refused(
        &["list", "--limit=-1"],
        "invalid value '-1' for '--limit <N>': invalid digit found in string",
    );
    refused(
        &["list", "--min-disk", "1.5"],
        "invalid value '1.5' for '--min-disk <N>': invalid digit found in string",
    );
}

#[test]
fn what_a_terminal_would_obey_is_escaped_here_too() {
    refused(
        &["set", WEB, "\u{1b}[31m"],
        "invalid value '\\u{1b}[31m' for '<KEY=VALUE>...': it has no '='",
    );
}

#[test]
fn a_command_and_what_it_needs_must_be_there() {
    for arguments in [
        &["nonsense"] as &[&str],
        &["show"],
        &["delete"],
        &["set", WEB],
        &["unset", WEB],
    ] {
        let sandbox = two_images();
        let ran = images(&sandbox, arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
        assert!(ran.stderr.starts_with("error: "), "{ran:?}");
        assert_eq!(sandbox.requests(), []);
    }
}

#[test]
fn without_a_command_the_help_is_on_stderr() {
    let sandbox = two_images();
    let ran = images(&sandbox, &[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    let help = images(&sandbox, &["-h"]);
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
    assert_eq!(ran.stderr, help.stdout);
    for command in [
        "list", "show", "delete", "metadata", "get", "set", "reset", "unset", "config",
    ] {
        let line = format!("\n  {command:8}  ");
        assert!(
            help.stdout.contains(&line),
            "{command} is not in {}",
            help.stdout
        );
    }
}
