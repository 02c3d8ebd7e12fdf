//! [`Random`]: random input for property tests.
//!
//! Every run uses the same seeds, and small cases come first. A failure prints its
//! seed: `OPENCLOUD_TEST_SEED=N` runs this case alone, and `OPENCLOUD_TEST_CASES=N`
//! sets the number of cases.

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

use serde_json::{Map, Value};

/// A generator of random numbers: `SplitMix64`.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below this limit.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.number() % limit.max(1) as u64).expect("a small number")
    }

    /// True once in this number of calls, on average.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// Text with special characters of URLs, headers and JSON, and with any others.
    pub(crate) fn text(&mut self, size: usize) -> String {
        const PIECES: [&str; 30] = [
            "",
            ".",
            "..",
            "/",
            "\\",
            "%",
            "%2e",
            "%2F",
            "?",
            "#",
            "&",
            "=",
            "+",
            " ",
            "\r\n",
            "\0",
            "\t",
            "\"",
            "'",
            "{",
            "\u{1b}",
            "\u{7f}",
            "\u{a0}",
            "é",
            "ключ",
            "\u{feff}",
            "\u{1f4be}",
            "mappings",
            "size",
            "a",
        ];
        let mut text = String::new();
        for _ in 0..=self.below(size + 1) {
            match self.below(3) {
                0 => text += PIECES[self.below(PIECES.len())],
                1 => text.extend(char::from_u32(
                    u32::try_from(self.below(0x80)).expect("ASCII"),
                )),
                _ => text.extend(char::from_u32(
                    u32::try_from(self.below(0x3000)).expect("a small number"),
                )),
            }
        }
        text
    }

    /// Any JSON value, nested up to this depth.
    pub(crate) fn json(&mut self, depth: usize) -> Value {
        match self.below(if depth == 0 { 7 } else { 9 }) {
            0 => Value::Null,
            1 => self.once_in(2).into(),
            2 => self.number().into(),
            3 => i64::from_ne_bytes(self.number().to_ne_bytes()).into(),
            // Any float; NaN and infinities become null.
            4 => f64::from_bits(self.number()).into(),
            5 => {
                (f64::from(u32::try_from(self.below(2000)).expect("a small number")) / 10.0).into()
            }
            6 => self.text(6).into(),
            7 => (0..self.below(4)).map(|_| self.json(depth - 1)).collect(),
            _ => self.map(depth - 1).into(),
        }
    }

    pub(crate) fn map(&mut self, depth: usize) -> Map<String, Value> {
        (0..self.below(6))
            .map(|_| (self.text(4), self.json(depth)))
            .collect()
    }
}

/// Checks the property for many seeds, on several threads, and prints the failing one.
pub(crate) fn for_any(cases: u64, property: impl Fn(&mut Random, usize) + Sync) {
    const THREADS: usize = 16;
    let number = |name| {
        env::var(name)
            .ok()
            .map(|text| text.parse::<u64>().expect("a number"))
    };
    let (first, cases) = match number("OPENCLOUD_TEST_SEED") {
        Some(seed) => (seed, 1),
        None => (0, number("OPENCLOUD_TEST_CASES").unwrap_or(cases)),
    };
    let property = &property;
    thread::scope(|scope| {
        for number in 0..THREADS as u64 {
            scope.spawn(move || {
                for seed in (first + number..first + cases).step_by(THREADS) {
                    let size = usize::try_from(seed.min(40)).expect("a small number");
                    let case = AssertUnwindSafe(|| property(&mut Random(seed), size));
                    if let Err(panic) = catch_unwind(case) {
                        eprintln!("seed: {seed}");
                        resume_unwind(panic);
                    }
                }
            });
        }
    });
}
