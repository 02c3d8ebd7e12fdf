//! Identity v3: the sign-in request, the token it gives, the catalogue in it.

mod token;

pub use token::Token;
