//! The jobs of the floor with the crate.

use anyhow::{Result, bail};
use opencloud::compute::v2::{Compute, Image, ListImages};
use opencloud::{OpenStack, Options, Project, Scope, User};

/// Authenticates, with one request.
pub fn connect(auth_url: &str, user_id: &str, password: &str, project_id: &str) -> Result<Compute> {
    let options = Options::new(auth_url)
        .user(User::by_id(user_id, password))
        .scope(Scope::Project(Project::by_id(project_id)));
    Ok(OpenStack::new(options)?.compute_v2()?)
}

/// Runs a job, `detail` or `first10`. Returns the number of images, and the length of
/// their names and metadata keys.
pub fn run(compute: &Compute, job: &str) -> Result<(usize, usize)> {
    let list = match job {
        "detail" => ListImages::detailed().page_size(1000),
        "first10" => ListImages::new().limit(10),
        other => bail!("unknown job {other}"),
    };
    let (mut count, mut sum) = (0, 0);
    for image in compute.list_images(list) {
        count += 1;
        sum += length(&image?);
    }
    Ok((count, sum))
}

/// All images with all fields.
pub fn keep(compute: &Compute) -> Result<Vec<Image>> {
    Ok(compute
        .list_images(ListImages::detailed().page_size(1000))
        .collect::<Result<_, _>>()?)
}

/// The length of the name and the metadata keys of an image.
pub fn length(image: &Image) -> usize {
    image.name.as_deref().map_or(0, str::len) + image.metadata.keys().map(str::len).sum::<usize>()
}
