//! Identity v3: the sign-in request, the token it gives, the catalogue in it.

mod api;
mod catalogue;
mod token;

pub(crate) use api::{can_sign_in, post_tokens};
pub(crate) use catalogue::Wanted;
pub use token::Token;
