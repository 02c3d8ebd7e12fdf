//! The floor and the crate with the same server, in one process.
//!
//! No test checks these times; `instructions` checks counts.

use std::sync::LazyLock;

use bench_floor::Credentials;
use bench_list::cloud;
use bench_server::{Data, PROJECT_ID, USER_ID};

static CLOUD: LazyLock<Credentials> = LazyLock::new(|| Credentials {
    auth_url: bench_server::start(10_000, Data::default()).expect("a server") + "/v3",
    user_id: USER_ID.into(),
    password: "secret".into(),
    project_id: PROJECT_ID.into(),
});

fn main() {
    LazyLock::force(&CLOUD);
    divan::main();
}

#[divan::bench(args = ["detail", "first10"])]
fn floor(job: &str) -> (usize, usize) {
    bench_floor::run(&CLOUD, job)
}

#[divan::bench(args = ["detail", "first10"])]
fn list(job: &str) -> anyhow::Result<(usize, usize)> {
    let Credentials {
        auth_url,
        user_id,
        password,
        project_id,
    } = &*CLOUD;
    let cloud = cloud(auth_url, user_id, password, project_id)?;
    bench_list::run(&cloud.compute_v2()?, job)
}
