//! The four ways to wait for an image.

use std::thread;
use std::time::{Duration, Instant};

use super::image::Image;
use super::status::ImageStatus;
use crate::error::{Error, ErrorKind, Result};

/// Between two looks: short at first, since much is done at once.
const SHORTEST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(2);

impl Image {
    /// Waits until the image has that status. Sends `GET /images/{id}` at
    /// once, and then every 0.1 to 2 seconds.
    ///
    /// # Errors
    ///
    /// [`Error::Timeout`] when it does not have it in time (a request that is on
    /// its way then is waited for, as [`Options`](crate::Options) say), and what
    /// [`retrieve`](Self::retrieve) reports.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "reads as the sample: wait_until(status, t)"
    )]
    pub fn wait_until(&mut self, status: ImageStatus, timeout: Duration) -> Result<()> {
        let wanted = format!("be {status}");
        self.wait(timeout, &wanted, |image| {
            image.status.as_ref() == Some(&status)
        })
    }

    /// Waits until the image is [`Active`](ImageStatus::Active). Sends what
    /// [`wait_until`](Self::wait_until) sends.
    ///
    /// # Errors
    ///
    /// As [`wait_until`](Self::wait_until).
    pub fn wait_until_active(&mut self, timeout: Duration) -> Result<()> {
        self.wait_until(ImageStatus::Active, timeout)
    }

    /// Waits until the image is gone, or shown as
    /// [`Deleted`](ImageStatus::Deleted). Sends what
    /// [`wait_until`](Self::wait_until) sends.
    ///
    /// # Errors
    ///
    /// As [`wait_until`](Self::wait_until), but that it is not found is what
    /// was waited for.
    pub fn wait_until_deleted(&mut self, timeout: Duration) -> Result<()> {
        let outcome = self.wait(timeout, "be deleted", |image| {
            image.status == Some(ImageStatus::Deleted)
        });
        match outcome {
            Err(error) if error.is_not_found() => Ok(()),
            outcome => outcome,
        }
    }

    /// Waits until `is_done` says so of the image as the server has it. Sends
    /// what [`wait_until`](Self::wait_until) sends.
    ///
    /// # Errors
    ///
    /// As [`wait_until`](Self::wait_until).
    pub fn wait_with(
        &mut self,
        timeout: Duration,
        is_done: impl FnMut(&Image) -> bool,
    ) -> Result<()> {
        self.wait(timeout, "be as wanted", is_done)
    }

    fn wait(
        &mut self,
        timeout: Duration,
        wanted: &str,
        mut is_done: impl FnMut(&Image) -> bool,
    ) -> Result<()> {
        let began = Instant::now();
        let mut pause = SHORTEST;
        loop {
            self.retrieve()?;
            if is_done(self) {
                return Ok(());
            }
            let left = timeout.saturating_sub(began.elapsed());
            if left.is_zero() {
                let status = self
                    .status
                    .as_ref()
                    .map_or("without a status", ImageStatus::as_str);
                return Err(Error::new(
                    ErrorKind::Timeout,
                    format!(
                        "waited {timeout:?} for the image {} to {wanted}; it is {status}",
                        self.id
                    ),
                ));
            }
            thread::sleep(pause.min(left));
            pause = (pause * 2).min(LONGEST);
        }
    }
}
