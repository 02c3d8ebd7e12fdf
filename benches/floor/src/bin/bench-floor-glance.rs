//! `bench-floor-glance`: the floor for lists of Glance as a program. Reads the
//! variables of `Credentials::from_env`.

use bench_floor::{Credentials, glance};

fn main() {
    let (count, sum) = glance::run(&Credentials::from_env());
    println!("count={count} sum={sum}");
}
