//! [`Token`]: what a sign-in gave, to use, to keep and to give back.

/// A token.
#[derive(Clone, Debug)]
pub struct Token {}
