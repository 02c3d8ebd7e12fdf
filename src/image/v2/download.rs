//! Stub.
use super::upload::Transfer;
use crate::error::Result;
/// Stub.
pub struct Download<'a>(std::marker::PhantomData<&'a ()>);
impl<'a, W: std::io::Write> From<&'a mut W> for Download<'a> {
    fn from(_: &'a mut W) -> Self {
        todo!()
    }
}
pub(super) fn download(_: &mut super::Image, _: Download<'_>) -> Result<Transfer> {
    todo!()
}
pub(super) fn resume<F>(_: &mut super::Image, _: &mut F) -> Result<Transfer> {
    todo!()
}
