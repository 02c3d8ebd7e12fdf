//! `bench-list JOB`: what the floor does, done with the crate; `keep`, which
//! never lets an image go, so that they are counted at the end; and `size`, which
//! prints what an `Image` takes without what it points to. Reads `OS_AUTH_URL`,
//! `OS_USER_ID`, `OS_PASSWORD` and `OS_PROJECT_ID`.

use anyhow::{Context, Result};
use bench_list::{keep, run, sign_in, weight};

fn main() -> Result<()> {
    let var = |name: &str| std::env::var(name).with_context(|| format!("{name} is not set"));
    let job = std::env::args().nth(1).context("which job?")?;
    if job == "size" {
        println!("{}", size_of::<opencloud::compute::v2::Image>());
        return Ok(());
    }
    let compute = sign_in(
        &var("OS_AUTH_URL")?,
        &var("OS_USER_ID")?,
        &var("OS_PASSWORD")?,
        &var("OS_PROJECT_ID")?,
    )?;
    let (count, sum) = if job == "keep" {
        let images = keep(&compute)?.into_boxed_slice();
        let found = (images.len(), images.iter().map(weight).sum());
        std::mem::forget(images);
        found
    } else {
        run(&compute, &job)?
    };
    println!("count={count} sum={sum}");
    Ok(())
}
