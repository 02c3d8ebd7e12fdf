//! `bench-floor JOB`: the floor as a program. Reads `OS_AUTH_URL`,
//! `OS_USER_ID`, `OS_PASSWORD` and `OS_PROJECT_ID`.

use bench_floor::{Login, run};

fn main() {
    let var = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} unset"));
    let job = std::env::args().nth(1).expect("job");
    let login = Login {
        auth_url: var("OS_AUTH_URL"),
        user_id: var("OS_USER_ID"),
        password: var("OS_PASSWORD"),
        project_id: var("OS_PROJECT_ID"),
    };
    let (count, sum) = run(&login, &job);
    println!("count={count} sum={sum}");
}
