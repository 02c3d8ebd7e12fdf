//! `bench-list JOB`: runs a job of the floor with the crate. More jobs:
//! `first10-from-env`, which connects by `OpenStack::from_env`; `keep`, which keeps
//! all images in memory until the program ends; and `size`, which prints the size of
//! an `Image` on the stack. Reads the variables of `cloud_from_variables`.

use anyhow::{Context, Result};
use bench_list::{cloud_from_variables, keep, length, run};
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
            let images = keep(&cloud_from_variables()?.compute_v2()?)?.into_boxed_slice();
            let result = (images.len(), images.iter().map(length).sum());
            std::mem::forget(images);
            result
        }
        job => run(&cloud_from_variables()?.compute_v2()?, job)?,
    };
    println!("count={count} sum={sum}");
    Ok(())
}
