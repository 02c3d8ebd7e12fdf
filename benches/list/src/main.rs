//! `bench-list JOB`: runs a job of the floor with the crate. More jobs:
//! `first10-from-env`, which connects by `OpenStack::from_env`; `keep`, which keeps
//! all images in memory until the program ends; and `size`, which prints the size of
//! an `Image` on the stack. Reads `OS_AUTH_URL`, `OS_USER_ID`, `OS_PASSWORD` and
//! `OS_PROJECT_ID`.

use anyhow::{Context, Result};
use bench_list::{connect, keep, length, run};
use opencloud::OpenStack;

fn main() -> Result<()> {
    let job = std::env::args().nth(1).context("usage: bench-list JOB")?;
    let (count, sum) = match job.as_str() {
        "size" => {
            println!("{}", size_of::<opencloud::compute::v2::Image>());
            return Ok(());
        }
        "first10-from-env" => run(&OpenStack::from_env()?.compute_v2()?, "first10")?,
        "keep" => {
            let images = keep(&from_variables()?)?.into_boxed_slice();
            let result = (images.len(), images.iter().map(length).sum());
            std::mem::forget(images);
            result
        }
        job => run(&from_variables()?, job)?,
    };
    println!("count={count} sum={sum}");
    Ok(())
}

/// Connects by `Options::new`.
fn from_variables() -> Result<opencloud::compute::v2::Compute> {
    let var = |name: &str| std::env::var(name).with_context(|| format!("{name} is not set"));
    connect(
        &var("OS_AUTH_URL")?,
        &var("OS_USER_ID")?,
        &var("OS_PASSWORD")?,
        &var("OS_PROJECT_ID")?,
    )
}
