//! The jobs of the floor, done with the crate.

use anyhow::{Result, bail};
use opencloud::compute::v2::{Compute, Image, ListImages};
use opencloud::{OpenStack, Options, Project, Scope, User};

/// Signs in: one request.
pub fn sign_in(auth_url: &str, user_id: &str, password: &str, project_id: &str) -> Result<Compute> {
    let options = Options::new(auth_url)
        .user(User::by_id(user_id, password))
        .scope(Scope::Project(Project::by_id(project_id)));
    Ok(OpenStack::new(options)?.compute_v2()?)
}

/// Does the job, `detail` or `first10`: how many images came, and how many
/// bytes their names and metadata keys have.
pub fn run(compute: &Compute, job: &str) -> Result<(usize, usize)> {
    let list = match job {
        "detail" => ListImages::detailed().page_size(1000),
        "first10" => ListImages::new().limit(10),
        other => bail!("unknown job {other}"),
    };
    let (mut count, mut sum) = (0, 0);
    for image in compute.list_images(list) {
        count += 1;
        sum += weight(&image?);
    }
    Ok((count, sum))
}

/// Every image in detail.
pub fn keep(compute: &Compute) -> Result<Vec<Image>> {
    Ok(compute
        .list_images(ListImages::detailed().page_size(1000))
        .collect::<Result<_, _>>()?)
}

/// How many bytes the name and the metadata keys of an image have.
pub fn weight(image: &Image) -> usize {
    image.name.as_deref().map_or(0, str::len) + image.metadata.keys().map(str::len).sum::<usize>()
}
