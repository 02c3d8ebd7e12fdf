//! The floor: the minimal blocking program for these jobs with ureq and `serde_json`.
//! It has one agent, one reused body buffer, and `from_slice` into plain owned
//! structs; no error type, no retries, no parsed times, no URL type.
//!
//! All figures are relative to it, so a change here changes all of them. Nova and
//! Glance have a program each: in one program the compiler inlines fewer functions.

pub mod glance;

use std::collections::BTreeMap;
use std::io::Read;

use serde::Deserialize;

#[derive(Deserialize)]
#[allow(dead_code, reason = "the fields are decoded, not read")]
struct Link {
    href: String,
    rel: String,
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "the fields are decoded, not read")]
struct Image {
    id: String,
    name: String,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
    #[serde(default)]
    min_disk: u32,
    #[serde(default)]
    min_ram: u32,
    #[serde(default)]
    status: String,
    #[serde(default)]
    progress: u8,
    #[serde(default)]
    created: String,
    #[serde(default)]
    updated: String,
    links: Vec<Link>,
}

#[derive(Deserialize)]
struct Page {
    images: Vec<Image>,
    #[serde(default)]
    images_links: Vec<Link>,
}

#[derive(Deserialize)]
struct Root {
    token: Token,
}

#[derive(Deserialize)]
struct Token {
    catalog: Vec<Service>,
}

#[derive(Deserialize)]
struct Service {
    #[serde(rename = "type")]
    kind: String,
    endpoints: Vec<Endpoint>,
}

#[derive(Deserialize)]
struct Endpoint {
    interface: String,
    url: String,
}

/// The Identity service and the credentials.
pub struct Credentials {
    pub auth_url: String,
    pub user_id: String,
    pub password: String,
    pub project_id: String,
}

impl Credentials {
    /// Reads `OS_AUTH_URL`, `OS_USER_ID`, `OS_PASSWORD` and `OS_PROJECT_ID`.
    pub fn from_env() -> Self {
        let var = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} unset"));
        Self {
            auth_url: var("OS_AUTH_URL"),
            user_id: var("OS_USER_ID"),
            password: var("OS_PASSWORD"),
            project_id: var("OS_PROJECT_ID"),
        }
    }
}

/// Authenticates. Returns the token and the endpoint of a service. The buffer is for
/// bodies.
fn authenticate(
    agent: &ureq::Agent,
    credentials: &Credentials,
    kind: &str,
    buf: &mut Vec<u8>,
) -> (String, String) {
    let body = serde_json::json!({"auth": {
        "identity": {"methods": ["password"], "password": {"user": {"id": credentials.user_id, "password": credentials.password}}},
        "scope": {"project": {"id": credentials.project_id}}}});
    let mut r = agent
        .post(format!("{}/auth/tokens", credentials.auth_url))
        .header("Content-Type", "application/json")
        .send(body.to_string())
        .expect("auth");
    let token = r.headers()["x-subject-token"].to_str().unwrap().to_string();
    r.body_mut()
        .as_reader()
        .read_to_end(buf)
        .expect("auth body");
    let root: Root = serde_json::from_slice(buf).expect("token");
    let service = root
        .token
        .catalog
        .into_iter()
        .find(|s| s.kind == kind)
        .unwrap();
    let endpoint = service
        .endpoints
        .into_iter()
        .find(|e| e.interface == "public")
        .unwrap()
        .url;
    (token, endpoint)
}

/// Reads the body of `GET url` into the buffer.
fn get(agent: &ureq::Agent, url: &str, token: &str, buf: &mut Vec<u8>) {
    buf.clear();
    let mut r = agent
        .get(url)
        .header("X-Auth-Token", token)
        .call()
        .expect("page");
    r.body_mut().as_reader().read_to_end(buf).expect("body");
}

/// Authenticates and runs a job, `detail` or `first10`. Returns the number of images,
/// and the length of their names and metadata keys.
pub fn run(credentials: &Credentials, job: &str) -> (usize, usize) {
    let agent = ureq::Agent::new_with_defaults();
    let mut buf = Vec::with_capacity(64 * 1024);
    let (token, compute) = authenticate(&agent, credentials, "compute", &mut buf);
    let mut next = Some(match job {
        "detail" => format!("{compute}/images/detail?limit=1000"),
        "first10" => format!("{compute}/images?limit=10"),
        j => panic!("unknown job {j}"),
    });
    let (mut n, mut sum) = (0usize, 0usize);
    while let Some(url) = next.take() {
        get(&agent, &url, &token, &mut buf);
        let p: Page = serde_json::from_slice(&buf).expect("json");
        for i in &p.images {
            n += 1;
            sum += i.name.len() + i.metadata.keys().map(String::len).sum::<usize>();
        }
        if job != "first10" {
            next = p
                .images_links
                .into_iter()
                .find(|l| l.rel == "next")
                .map(|l| l.href);
        }
    }
    (n, sum)
}
