//! `bench-floor-glance`: the floor for lists of Glance as a program. Reads the
//! variables of `Login::from_env`.

use bench_floor::{Login, glance};

fn main() {
    let (count, sum) = glance::run(&Login::from_env());
    println!("count={count} sum={sum}");
}
