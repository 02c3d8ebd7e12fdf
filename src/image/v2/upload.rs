//! Stub.
use crate::error::Result;
/// Stub.
pub struct Upload<'a>(std::marker::PhantomData<&'a ()>);
impl From<Vec<u8>> for Upload<'_> {
    fn from(_: Vec<u8>) -> Self {
        todo!()
    }
}
/// Stub.
pub struct Transfer {
    /// b
    pub bytes: u64,
    /// v
    pub verified: bool,
}
pub(super) fn upload(_: &mut super::Image, _: Upload<'_>) -> Result<Transfer> {
    todo!()
}
