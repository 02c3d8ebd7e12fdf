//! Checks that nothing prints a secret, or five characters of one.
//!
//! A logger searches every line that this crate logs, at any level, for the
//! passwords and secrets of the cloud and for the tokens of Keystone: the
//! [`relay`](crate::relay) in front of Keystone registers each token before the
//! crate receives it. The values that a case receives are printed and searched, too.
//! The case that prints a secret fails.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Mutex, Once, PoisonError, RwLock};
use std::thread;

use log::{LevelFilter, Log, Metadata, Record};
use opencloud::Error;

/// The length of a part of a secret that must not be printed.
const PART: usize = 5;

/// A wrong password, which must not be printed either.
pub(crate) const WRONG: &str = "hT6wB3yLq8Nd5vGz";

/// Words in logs that are also in the passwords of the real services.
const WORDS: &str = "demo-reader demo-app other admin password application credential secret";

/// The secrets to search for.
#[derive(Default)]
struct Secrets {
    /// The name of the secret that contains each part.
    parts: HashMap<[u8; PART], &'static str>,
    /// Whether a part has this hash: a fast filter, because there are many log lines.
    hashes: Vec<bool>,
}

impl Secrets {
    fn add(&mut self, part: [u8; PART], name: &'static str) {
        self.hashes.resize(HASHES, false);
        self.hashes[part.into_iter().fold(0, hash)] = true;
        self.parts.insert(part, name);
    }

    fn find_in(&self, text: &str) -> Option<&'static str> {
        if self.hashes.is_empty() {
            return None;
        }
        let bytes = text.as_bytes();
        let mut at = 0;
        let mut before = 0;
        while at < bytes.len() {
            before = hash(before, bytes[at]);
            at += 1;
            if self.hashes[before] && at >= PART {
                if let Some(name) = self.parts.get(&bytes[at - PART..at]) {
                    return Some(name);
                }
            }
        }
        None
    }
}

/// The number of hashes: four bits for each byte of a part.
const HASHES: usize = 1 << (4 * PART);

/// Adds a byte to the rolling hash of the last `PART` bytes.
fn hash(before: usize, byte: u8) -> usize {
    (before << 4 ^ usize::from(byte)) % HASHES
}

static SECRETS: RwLock<Option<Secrets>> = RwLock::new(None);

/// A secret that a thread without a case logged.
static IN_OTHER_THREAD: Mutex<Option<String>> = Mutex::new(None);

thread_local! {
    /// Whether log lines are not searched, because the suite itself sends a request.
    static IS_PAUSED: Cell<bool> = const { Cell::new(false) };
    /// How many lines of this crate were scanned.
    static LINES: Cell<u32> = const { Cell::new(0) };
}

/// Starts to search log lines.
pub(crate) fn start() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Scanner).expect("the only logger");
        log::set_max_level(LevelFilter::Trace);
    });
    // A panic in such a thread fails no case by itself.
    let found = IN_OTHER_THREAD
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    assert_eq!(found, None, "found in a thread of an earlier case");
}

/// Runs work of the suite itself without searching its log lines.
pub(crate) fn without_scan<T>(work: impl FnOnce() -> T) -> T {
    IS_PAUSED.set(true);
    let outcome = work();
    IS_PAUSED.set(false);
    outcome
}

/// Adds a chosen secret: every part that is not part of a word in [`WORDS`].
pub(crate) fn watch(secret: &str, name: &'static str) {
    watch_parts(secret, name, |part| !contains(WORDS.as_bytes(), part));
}

/// Adds a random secret: the parts with a lower-case letter, an upper-case letter
/// and a digit, which are about half. Others may equal ids, numbers or words.
pub(crate) fn watch_token(token: &str) {
    watch_parts(token, "a token", |part| {
        let has = |kind: fn(&u8) -> bool| part.iter().any(kind);
        has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit)
    });
}

fn watch_parts(secret: &str, name: &'static str, is_secret: impl Fn(&[u8]) -> bool) {
    let windows = secret
        .as_bytes()
        .windows(PART)
        .filter(|part| is_secret(part));
    let parts = windows.filter_map(|part| part.try_into().ok());
    with_secrets(|secrets| parts.for_each(|part| secrets.add(part, name)));
}

fn with_secrets(work: impl FnOnce(&mut Secrets)) {
    let mut secrets = SECRETS.write().unwrap_or_else(PoisonError::into_inner);
    work(secrets.get_or_insert_default());
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// The name of the secret in the text, and the text without the words that contain it.
fn leak(text: &str) -> Option<(&'static str, String)> {
    let secrets = SECRETS.read().unwrap_or_else(PoisonError::into_inner);
    let secrets = secrets.as_ref()?;
    let name = secrets.find_in(text)?;
    let is_separator = |c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let words = text.split_inclusive(is_separator);
    let masked = words
        .map(|word| {
            if secrets.find_in(word).is_some() {
                "*** "
            } else {
                word
            }
        })
        .collect();
    Some((name, masked))
}

/// Fails the case if a secret is in the text.
#[track_caller]
pub(crate) fn text(text: &str, place: &str) {
    if let Some((name, masked)) = leak(text) {
        panic!("{name}, or a part of it, is in {place}: {masked}");
    }
}

/// Fails the case if `Debug` of the value prints a secret.
#[track_caller]
pub(crate) fn value(value: &impl Debug) {
    text(&format!("{value:?}"), "the output of {:?}");
    text(&format!("{value:#?}"), "the output of {:#?}");
}

/// Fails the case if the error or one of its causes prints a secret.
#[track_caller]
pub(crate) fn error(error: &Error) {
    value(error);

    text(&error.to_string(), "the message");
    let error = anyhow::Error::new(error.clone());
    value(&error);
    for cause in error.chain() {
        value(&cause);
        text(&cause.to_string(), "the message of a cause");
    }
}

struct Scanner;

impl Log for Scanner {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("opencloud")
    }

    fn log(&self, record: &Record<'_>) {
        if IS_PAUSED.get() || !self.enabled(record.metadata()) {
            return;
        }
        LINES.set(LINES.get() + 1);
        let target = record.target();
        let Some((name, masked)) = leak(&record.args().to_string()) else {
            return;
        };
        let level = record.level();
        let found = format!("{name}, or a part of it, is logged by {target} at {level}: {masked}");
        // The thread of a case has the name of the case, or is the only thread.
        if thread::current()
            .name()
            .is_none_or(|thread| thread.starts_with("opencloud"))
        {
            *IN_OTHER_THREAD
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Some(found.clone());
        }
        assert!(thread::panicking(), "{found}");
    }

    fn flush(&self) {}
}

mod tests {
    use opencloud::OpenStack;

    use super::{PART, WORDS, WRONG, contains, leak, start, watch};
    use crate::cloud::{Kind, cloud};

    #[test]
    fn the_lines_that_the_crate_logs_are_scanned() {
        start();
        super::LINES.set(0);
        OpenStack::new(cloud().options("demo"))
            .expect("valid options")
            .compute_v2()
            .expect("a service");
        assert_ne!(super::LINES.get(), 0);
    }

    #[test]
    fn each_part_of_a_secret_is_found_and_masked() {
        start();
        let secret = "sY4kPz7Qm2Vx";
        watch(secret, "a secret");
        for at in 0..=secret.len() - PART {
            let text = format!("ab \"{}\" cd", &secret[at..at + PART]);
            assert_eq!(
                leak(&text),
                Some(("a secret", "ab \"***  cd".to_owned())),
                "{text}"
            );
        }
        assert_eq!(leak(&format!("ab {} cd", &secret[..PART - 1])), None);
    }

    #[test]
    fn more_than_a_quarter_of_the_parts_of_a_token_is_found() {
        let token = cloud().new_token("demo");
        let parts: Vec<_> = token.as_bytes().windows(PART).collect();
        let found = |part: &&&[u8]| leak(&String::from_utf8_lossy(part)).is_some();
        let count = parts.iter().filter(found).count();
        assert!(count * 4 > parts.len(), "{count} of {}", parts.len());
        assert_eq!(leak(&token), Some(("a token", "*** ".to_owned())));
    }

    #[test]
    fn the_passwords_contain_no_ordinary_words() {
        for secret in cloud().secrets() {
            let is_word = |part: &[u8]| contains(WORDS.as_bytes(), part);
            let words = secret
                .as_bytes()
                .windows(PART)
                .filter(|part| is_word(part))
                .count();
            match cloud().kind() {
                Kind::Sandbox(_) => assert_eq!(words, 0, "words in a password"),
                Kind::Real(_) => assert_ne!(leak(&secret), None),
            }
        }
        assert_ne!(leak(WRONG), None);
    }
}
