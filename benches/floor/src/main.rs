//! `bench-floor JOB`: the floor as a program. Reads the variables of
//! `Login::from_env`.

use bench_floor::{Login, run};

fn main() {
    let job = std::env::args().nth(1).expect("job");
    let (count, sum) = run(&Login::from_env(), &job);
    println!("count={count} sum={sum}");
}
