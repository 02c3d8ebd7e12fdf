//! `bench-floor JOB`: the floor as a program. Reads the variables of
//! `Credentials::from_env`.

use bench_floor::{Credentials, run};

fn main() {
    let job = std::env::args().nth(1).expect("job");
    let (count, sum) = run(&Credentials::from_env(), &job);
    println!("count={count} sum={sum}");
}
