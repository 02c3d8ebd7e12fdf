//! Lists the images that are ready to use.
use opencloud::compute::v2::{ImageStatus, ListImages};
use opencloud::{Domain, OpenStack, Options, Project, Scope, User};

fn main() -> anyhow::Result<()> {
    let env = |n: &str| std::env::var(n).unwrap();
    let openstack = OpenStack::new(
        Options::new(env("OS_AUTH_URL"))
            .region(env("OS_REGION_NAME"))
            .user(User::by_name(env("OS_USERNAME"), env("OS_PASSWORD"), Domain::by_name("Default")))
            .scope(Scope::Project(Project::by_name(
                env("OS_PROJECT_NAME"),
                Domain::by_name("Default"),
            ))),
    )?;
    let compute = openstack.compute_v2()?;
    for image in compute.list_images(ListImages::detailed().status(ImageStatus::Active)) {
        println!("{}", serde_json::to_string(&image?)?);
    }
    let mut n = 0;
    for p in compute.list_images(ListImages::new().page_size(3)).pages() {
        let p = p?;
        n += p.images.len();
    }
    println!("{n}");
    Ok(())
}
