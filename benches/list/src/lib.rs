//! The jobs of the floor with the crate.

use anyhow::{Context, Result, bail};
use opencloud::compute::v2::{Compute, Image, ListImages};
use opencloud::{OpenStack, Options, Project, Scope, User};

/// The cloud with these credentials. Sends nothing.
pub fn cloud(auth_url: &str, user_id: &str, password: &str, project_id: &str) -> Result<OpenStack> {
    let options = Options::new(auth_url)
        .user(User::by_id(user_id, password))
        .scope(Scope::Project(Project::by_id(project_id)));
    Ok(OpenStack::new(options)?)
}

/// The cloud of `OS_AUTH_URL`, `OS_USER_ID`, `OS_PASSWORD` and `OS_PROJECT_ID`, by
/// `Options::new`.
pub fn cloud_from_variables() -> Result<OpenStack> {
    let var = |name: &str| std::env::var(name).with_context(|| format!("{name} is not set"));
    cloud(
        &var("OS_AUTH_URL")?,
        &var("OS_USER_ID")?,
        &var("OS_PASSWORD")?,
        &var("OS_PROJECT_ID")?,
    )
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
