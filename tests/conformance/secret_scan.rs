//! The sweep: no case prints a secret, nor five characters of one.
//!
//! A logger compares every line that this crate logs, at any level, with every
//! password and secret of the cloud and every token of Keystone. The
//! [`relay`](crate::relay) in front of Keystone registers each token before the
//! crate receives it. The values that a case receives are printed in every form and
//! scanned, too. The case that prints a secret fails.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Mutex, Once, PoisonError, RwLock};
use std::thread;

use log::{LevelFilter, Log, Metadata, Record};
use opencloud::Error;

/// How much of a secret is too much.
const PART: usize = 5;

/// A password that is no one's: a wrong one is as secret as a right one.
pub(crate) const WRONG: &str = "hT6wB3yLq8Nd5vGz";

/// What stands in logs for other reasons, and in the passwords of the real
/// services too.
const WORDS: &str = "demo-reader demo-app other admin password application credential secret";

/// The secrets in play.
#[derive(Default)]
struct Secrets {
    /// Whose secret each part is of.
    parts: HashMap<[u8; PART], &'static str>,
    /// A bit for each sum of a part, because nearly all of what is logged is in
    /// none: there is a lot of it.
    sums: Vec<bool>,
}

impl Secrets {
    fn add(&mut self, part: [u8; PART], name: &'static str) {
        self.sums.resize(SUMS, false);
        self.sums[part.into_iter().fold(0, sum)] = true;
        self.parts.insert(part, name);
    }

    fn find_in(&self, text: &str) -> Option<&'static str> {
        if self.sums.is_empty() {
            return None;
        }
        let bytes = text.as_bytes();
        let mut at = 0;
        let mut before = 0;
        while at < bytes.len() {
            before = sum(before, bytes[at]);
            at += 1;
            if self.sums[before] && at >= PART {
                if let Some(name) = self.parts.get(&bytes[at - PART..at]) {
                    return Some(name);
                }
            }
        }
        None
    }
}

/// How many sums there are: four bits for each byte of a part.
const SUMS: usize = 1 << (4 * PART);

/// The sum of the last bytes, and one more: of a byte before them nothing is left.
fn sum(before: usize, byte: u8) -> usize {
    (before << 4 ^ usize::from(byte)) % SUMS
}

static SECRETS: RwLock<Option<Secrets>> = RwLock::new(None);

/// What a thread that is no case's own has printed.
static ELSEWHERE: Mutex<Option<String>> = Mutex::new(None);

thread_local! {
    /// Whether the suite's own requests are sent, which hide nothing.
    static IS_ASIDE: Cell<bool> = const { Cell::new(false) };
    /// How many lines of this crate were scanned.
    static LINES: Cell<u32> = const { Cell::new(0) };
}

/// From now on everything that is logged is swept.
pub(crate) fn start() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Sweeper).expect("the only logger");
        log::set_max_level(LevelFilter::Trace);
    });
    // Where nobody waits for a thread, nobody hears of it.
    let found = ELSEWHERE
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    assert_eq!(found, None, "not in this case, but beside one before it");
}

/// Does work of the suite's own, whose log lines are nobody's fault.
pub(crate) fn aside<T>(work: impl FnOnce() -> T) -> T {
    IS_ASIDE.set(true);
    let outcome = work();
    IS_ASIDE.set(false);
    outcome
}

/// A secret that somebody chose: each part of it counts that is no ordinary word.
pub(crate) fn watch(secret: &str, name: &'static str) {
    watch_parts(secret, name, |part| !contains(WORDS.as_bytes(), part));
}

/// A secret that came by chance. Of the parts that it has by the thousand, some
/// are ids, numbers and words: only those count that have small and capital
/// letters and digits, as about half of them do.
pub(crate) fn watch_token(token: &str) {
    watch_parts(token, "a token", |part| {
        let has = |kind: fn(&u8) -> bool| part.iter().any(kind);
        has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit)
    });
}

fn watch_parts(secret: &str, name: &'static str, counts: impl Fn(&[u8]) -> bool) {
    let windows = secret.as_bytes().windows(PART).filter(|part| counts(part));
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

/// Whose secret is in the text, and the text without the words that have it.
fn leak(text: &str) -> Option<(&'static str, String)> {
    let secrets = SECRETS.read().unwrap_or_else(PoisonError::into_inner);
    let secrets = secrets.as_ref()?;
    let name = secrets.find_in(text)?;
    let is_edge = |it: char| !(it.is_ascii_alphanumeric() || it == '_' || it == '-');
    let words = text.split_inclusive(is_edge);
    let shown = words
        .map(|word| {
            if secrets.find_in(word).is_some() {
                "*** "
            } else {
                word
            }
        })
        .collect();
    Some((name, shown))
}

/// Fails the case if a secret is in the text.
#[track_caller]
pub(crate) fn text(text: &str, what: &str) {
    if let Some((name, shown)) = leak(text) {
        panic!("{name}, or a part of it, is in {what}: {shown}");
    }
}

/// A value, as it is printed.
#[track_caller]
pub(crate) fn value(value: &impl Debug) {
    text(&format!("{value:?}"), "what {:?} prints");
    text(&format!("{value:#?}"), "what {:#?} prints");
}

/// An error and its causes, in each way to print them.
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

struct Sweeper;

impl Log for Sweeper {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("opencloud")
    }

    fn log(&self, record: &Record<'_>) {
        if IS_ASIDE.get() || !self.enabled(record.metadata()) {
            return;
        }
        LINES.set(LINES.get() + 1);
        let target = record.target();
        let Some((name, shown)) = leak(&record.args().to_string()) else {
            return;
        };
        let level = record.level();
        let found = format!("{name}, or a part of it, is logged by {target} at {level}: {shown}");
        // The case's own thread has its name, or is the only one.
        if thread::current()
            .name()
            .is_none_or(|thread| thread.starts_with("opencloud"))
        {
            *ELSEWHERE.lock().unwrap_or_else(PoisonError::into_inner) = Some(found.clone());
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
    fn each_part_of_a_secret_is_found_and_none_is_shown() {
        start();
        let secret = "sY4kPz7Qm2Vx";
        watch(secret, "mine");
        for at in 0..=secret.len() - PART {
            let text = format!("ab \"{}\" cd", &secret[at..at + PART]);
            assert_eq!(
                leak(&text),
                Some(("mine", "ab \"***  cd".to_owned())),
                "{text}"
            );
        }
        assert_eq!(leak(&format!("ab {} cd", &secret[..PART - 1])), None);
    }

    #[test]
    fn each_part_of_a_token_is_told_from_what_else_is_logged() {
        let token = cloud().new_token("demo");
        let parts: Vec<_> = token.as_bytes().windows(PART).collect();
        let found = |part: &&&[u8]| leak(&String::from_utf8_lossy(part)).is_some();
        let count = parts.iter().filter(found).count();
        assert!(count * 4 > parts.len(), "{count} of {}", parts.len());
        assert_eq!(leak(&token), Some(("a token", "*** ".to_owned())));
    }

    #[test]
    fn the_passwords_can_be_told_from_words() {
        for secret in cloud().secrets() {
            let is_word = |part: &[u8]| contains(WORDS.as_bytes(), part);
            let words = secret
                .as_bytes()
                .windows(PART)
                .filter(|part| is_word(part))
                .count();
            match cloud().kind() {
                Kind::Sandbox(_) => assert_eq!(words, 0, "of the words in a password"),
                Kind::Real(_) => assert_ne!(leak(&secret), None),
            }
        }
        assert_ne!(leak(WRONG), None);
    }
}
