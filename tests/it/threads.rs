//! Threads that share one token: one authentication for all.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use opencloud::OpenStack;
use serde_json::json;

use crate::support::{COMPUTE, Response, Server, fault, image, images, token};
use crate::token::{cached, list, tokens};

#[test]
fn threads_with_an_expired_token_authenticate_once() {
    let server = Server::start();
    let new = server.token("new").after(Duration::from_millis(50));
    server.set_handler(move |request| match request.method.as_str() {
        "POST" => new.clone(),
        _ => Response::ok(&images(0..1)),
    });
    let options = server
        .options()
        .cached_token(cached(&server, "old", -7200, -3600));
    let openstack = OpenStack::new(options).expect("valid options");
    let barrier = Arc::new(Barrier::new(8));
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let (openstack, barrier) = (openstack.clone(), Arc::clone(&barrier));
            thread::spawn(move || {
                barrier.wait();
                list(&openstack.compute_v2().expect("a service")).expect("a list")
            })
        })
        .collect();
    let counts: Vec<_> = threads
        .into_iter()
        .map(|thread| thread.join().expect("a count"))
        .collect();
    assert_eq!(counts, [1; 8]);
    let mut tokens = tokens(&server);
    tokens.sort();
    assert_eq!(
        tokens,
        ["-", "new", "new", "new", "new", "new", "new", "new", "new"]
    );
}

#[test]
fn threads_share_a_failed_authentication() {
    let unauthorized = || fault(401, "error", "no").after(Duration::from_millis(200));
    let server = Server::with_handler(move |_| unauthorized());
    let openstack = OpenStack::new(server.options()).expect("valid options");
    let barrier = Arc::new(Barrier::new(6));
    let threads: Vec<_> = (0..6)
        .map(|_| {
            let (openstack, barrier) = (openstack.clone(), Arc::clone(&barrier));
            thread::spawn(move || {
                barrier.wait();
                openstack.token().expect_err("an error").status()
            })
        })
        .collect();
    for thread in threads {
        assert_eq!(thread.join().expect("a result"), Some(401));
    }
    assert_eq!(server.lines(), ["POST /v3/auth/tokens"]);
    openstack.token().expect_err("an error");
    assert_eq!(server.lines().len(), 2, "the next call authenticates again");
}

#[test]
fn all_threads_succeed_when_their_shared_token_is_revoked() {
    // Each token is accepted 40 times.
    let server = Server::start();
    let (mut issued, mut uses) = (0, 0);
    let url = server.url(COMPUTE);
    server.set_handler(move |request| {
        if request.method == "POST" {
            issued += 1;
            uses = 0;
            return token(
                &format!("t{issued}"),
                3600,
                &json!([{"type": "compute", "endpoints": [{"interface": "public", "url": url}]}]),
            );
        }
        let current = request.header("x-auth-token") == Some(format!("t{issued}").as_str());
        if !current || uses == 40 {
            return fault(401, "error", "no");
        }
        uses += 1;
        let id = request.segments()[2].clone();
        let mut image = image(0);
        image["id"] = json!(id);
        Response::ok(&json!({"image": image}))
    });
    let compute = OpenStack::new(server.options())
        .expect("valid options")
        .compute_v2()
        .expect("a service");
    let threads: Vec<_> = (0..8)
        .map(|thread| {
            let compute = compute.clone();
            thread::spawn(move || {
                (0..25)
                    .filter(|number| {
                        let mut image = compute.get_image(format!("{thread}-{number}"));
                        image.retrieve().is_ok()
                    })
                    .count()
            })
        })
        .collect();
    let successes: usize = threads
        .into_iter()
        .map(|thread| thread.join().expect("a count"))
        .sum();
    let authentications = server
        .requests()
        .iter()
        .filter(|request| request.method == "POST")
        .count();
    assert_eq!(successes, 200);
    assert_eq!(authentications, 5, "200 requests, 40 with each token");
}

#[test]
fn threads_authenticate_once_for_each_expired_token() {
    let server = Server::start();
    let began = Instant::now();
    let mut ends = Vec::new();
    let url = server.url(COMPUTE);
    server.set_handler(move |request| {
        if request.method == "POST" {
            ends.push(Instant::now() + Duration::from_secs(1));
            return token(
                &ends.len().to_string(),
                1,
                &json!([{"type": "compute", "endpoints": [{"interface": "public", "url": url}]}]),
            );
        }
        let number = request
            .header("x-auth-token")
            .and_then(|token| token.parse::<usize>().ok());
        match number.and_then(|number| ends.get(number - 1)) {
            Some(end) if Instant::now() < *end => Response::ok(&json!({"image": image(7)})),
            _ => fault(401, "error", "no"),
        }
    });
    let compute = OpenStack::new(server.options())
        .expect("valid options")
        .compute_v2()
        .expect("a service");
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let mut image = compute.get_image(crate::support::id(7));
            thread::spawn(move || {
                while began.elapsed() < Duration::from_millis(2100) {
                    image.retrieve().expect("an image");
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("only successes");
    }
    let longest = began.elapsed().as_secs_f64();
    let authentications = server
        .requests()
        .iter()
        .filter(|request| request.method == "POST")
        .count();
    assert!(authentications >= 3, "{authentications}");
    // A token is renewed a tenth of a second before it expires.
    assert!(
        f64::from(u32::try_from(authentications).expect("a small number")) <= 1.0 + longest / 0.9,
        "{authentications}"
    );
}

#[test]
fn eight_threads_open_at_most_one_connection_each() {
    let server = Server::with_handler(|_| {
        Response::ok(&json!({"image": image(7)})).after(Duration::from_millis(1))
    });
    let compute = server.compute();
    for _ in 0..3 {
        let barrier = Barrier::new(8);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    barrier.wait();
                    for _ in 0..20 {
                        let mut image = compute.get_image(crate::support::id(7));
                        image.retrieve().expect("an image");
                    }
                });
            }
        });
    }
    assert_eq!(server.requests().len(), 3 * 8 * 20);
    assert!(server.connections() <= 8 + 1, "{}", server.connections());
}
