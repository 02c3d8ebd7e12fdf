//! [`Random`]: what the cases of a property are made of, and how they are run.
//!
//! The seeds are the same numbers in every run, and small cases come first. A
//! failure names its seed: `OPENCLOUD_TEST_SEED=N` runs that case alone, and
//! `OPENCLOUD_TEST_CASES=N` runs so many.

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

use serde_json::{Map, Value};

/// Numbers from a seed: `SplitMix64`.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Less than that many.
    pub(crate) fn below(&mut self, many: usize) -> usize {
        usize::try_from(self.number() % many.max(1) as u64).expect("a small number")
    }

    /// Once in so many times.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// Text of pieces that mean something to somebody on the way, and of any others.
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
                    u32::try_from(self.below(0x3000)).expect("few"),
                )),
            }
        }
        text
    }

    /// Any JSON, so many levels deep.
    pub(crate) fn json(&mut self, depth: usize) -> Value {
        match self.below(if depth == 0 { 7 } else { 9 }) {
            0 => Value::Null,
            1 => self.once_in(2).into(),
            2 => self.number().into(),
            3 => i64::from_ne_bytes(self.number().to_ne_bytes()).into(),
            // Any float; those that are no number become null.
            4 => f64::from_bits(self.number()).into(),
            5 => (f64::from(u32::try_from(self.below(2000)).expect("few")) / 10.0).into(),
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

/// Runs the property for many seeds, on a few threads, and says which one failed.
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
                    let size = usize::try_from(seed.min(40)).expect("few");
                    let case = AssertUnwindSafe(|| property(&mut Random(seed), size));
                    if let Err(panic) = catch_unwind(case) {
                        eprintln!("the seed is {seed}");
                        resume_unwind(panic);
                    }
                }
            });
        }
    });
}
