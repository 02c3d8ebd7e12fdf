//! The floor and the crate side by side, over the same server.
//!
//! The times say how the two compare on this machine now; no test looks at
//! them. What is compared with kept figures is `instructions`.

use std::sync::LazyLock;

use bench_floor::Login;
use bench_list::sign_in;
use bench_server::{PROJECT_ID, USER_ID};

static CLOUD: LazyLock<Login> = LazyLock::new(|| Login {
    auth_url: bench_server::start(10_000).expect("a server") + "/v3",
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
    let Login {
        auth_url,
        user_id,
        password,
        project_id,
    } = &*CLOUD;
    bench_list::run(&sign_in(auth_url, user_id, password, project_id)?, job)
}
