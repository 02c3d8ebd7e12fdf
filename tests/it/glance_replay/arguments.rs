//! Reads the arguments of a [`Call`] from a recorded request. Each function returns
//! whether the call sends exactly this request.

use opencloud::image::v2::{ImageUpdate, ListImages, NewImage};
use serde_json::{Map, Value};

use super::call::Call;
use crate::replay::recorded::Exchange;

/// The data of most recorded images.
pub(crate) const DATA: &str = "0123456789abcdefghij";

impl Call {
    pub(super) fn read_query(&mut self, exchange: &Exchange) -> bool {
        let mut is_exact = true;
        let mut is_limited = false;
        let mut list = ListImages::new();
        let query = exchange.query();
        for (at, (name, value)) in query.iter().enumerate() {
            let is_repeated = query[..at].iter().any(|(known, _)| known == name);
            let unchanged = list.clone();
            list = match (name.as_str(), value.parse::<u64>()) {
                ("tag", _) => {
                    self.tags.push(value.clone());
                    list.tag(value)
                }
                _ if is_repeated => list,
                ("limit", Ok(limit @ 1..=1000)) => list.limit(limit),
                ("limit", Ok(limit @ 1001..=10_000)) => {
                    list.page_size(u32::try_from(limit).expect("a small number"))
                }
                ("marker", _) => list.marker(value),
                ("name", _) if !value.contains(':') => list.name(value),
                ("name", _)
                    if value
                        .strip_prefix("eq:")
                        .is_some_and(|name| name.contains(':')) =>
                {
                    list.name(&value["eq:".len()..])
                }
                ("visibility", _) => list.visibility(value.as_str()),
                ("member_status", _) => list.member_status(value),
                ("owner", _) => list.owner(value),
                ("status", _) if is_status(value) => list.status(value.as_str()),
                ("size_min", Ok(bytes)) => list.size_min(bytes),
                ("size_max", Ok(bytes)) => list.size_max(bytes),
                ("os_hidden", _) if ["true", "false"].contains(&value.as_str()) => {
                    list.hidden(value == "true")
                }
                ("updated_at", _) if value.starts_with("gte:") => {
                    list.changes_since(&value["gte:".len()..])
                }
                ("instance_uuid", _) => list.server(value),
                ("image_type", _) => list.image_type(value),
                ("min_disk", Ok(gib)) => list.min_disk(gib),
                ("min_ram", Ok(mib)) => list.min_ram(mib),
                ("sort", _) if value.contains(':') => {
                    let keys = value.split(',').filter_map(|key| key.split_once(':'));
                    keys.fold(list, |list, (key, direction)| list.sort(key, direction))
                }
                (
                    "limit" | "name" | "status" | "size_min" | "size_max" | "os_hidden"
                    | "updated_at" | "min_disk" | "min_ram" | "sort",
                    _,
                ) => list,
                (key, _) => {
                    self.properties.push((key.to_owned(), None));
                    list.property(key, value)
                }
            };
            is_exact &= list != unchanged;
            is_limited |= name == "limit" && list != unchanged;
        }
        // A limit stops the crate after the recorded page.
        let body = exchange.response.json().unwrap_or_default();
        let count = body["images"].as_array().map_or(0, Vec::len) as u64;
        if count > 0 && (!is_limited || !is_exact) && body["next"].is_string() {
            list = list.limit(count);
            is_exact = false;
        }
        self.list = list;
        is_exact && exchange.request.body.is_empty()
    }

    pub(super) fn read_new_image(&mut self, exchange: &Exchange) -> bool {
        let body: Option<Map<String, Value>> = serde_json::from_str(&exchange.request.body).ok();
        let Some(body) = body else {
            return false;
        };
        let known_headers = ["host", "x-auth-token", "content-type", "accept"];
        let mut headers = exchange.request.headers.iter();
        let mut is_exact = headers.all(|(name, _)| known_headers.contains(&name.as_str()));
        let mut new = match body.get("name").and_then(Value::as_str) {
            Some(name) => NewImage::named(name),
            None => NewImage::new(),
        };
        for (key, value) in body {
            new = match (key.as_str(), value) {
                ("name", Value::String(_)) => new,
                ("id", Value::String(id)) => {
                    self.id.clone_from(&id);
                    new.id(id)
                }
                ("visibility", Value::String(visibility)) => new.visibility(visibility),
                ("disk_format", Value::String(format)) => new.disk_format(format),
                ("container_format", Value::String(format)) => new.container_format(format),
                ("protected", Value::Bool(protected)) => new.protected(protected),
                ("os_hidden", Value::Bool(hidden)) => new.hidden(hidden),
                ("min_disk", Value::Number(gib)) if gib.is_u64() => {
                    new.min_disk(gib.as_u64().expect("a u64"))
                }
                ("min_ram", Value::Number(mib)) if mib.is_u64() => {
                    new.min_ram(mib.as_u64().expect("a u64"))
                }
                ("tags", Value::Array(tags)) if tags.iter().all(Value::is_string) => {
                    let tags = tags.iter().filter_map(Value::as_str);
                    self.tags = tags.map(str::to_owned).collect();
                    new.tags(self.tags.clone())
                }
                (_, Value::String(value)) => {
                    self.properties.push((key.clone(), Some(value.clone())));
                    new.property(key, value)
                }
                _ => {
                    is_exact = false;
                    new
                }
            };
        }
        self.new = new;
        is_exact
    }

    pub(super) fn read_update(&mut self, exchange: &Exchange) -> bool {
        // The crate checks that the response has every value of the update.
        let image = exchange.response.json().unwrap_or_default();
        let similar = ImageUpdate::new().protected(image["protected"] == true);
        self.update = similar;
        let media_type = exchange.request.header("content-type");
        let operations: Option<Vec<Map<String, Value>>> =
            serde_json::from_str(&exchange.request.body).ok();
        let Some(operations) = operations.filter(|operations| !operations.is_empty()) else {
            return false;
        };
        let mut update = ImageUpdate::new();
        let mut paths = Vec::new();
        for operation in operations {
            let Some(path) = operation.get("path").and_then(Value::as_str) else {
                return false;
            };
            let Some(key) = key_of(path).filter(|_| !paths.contains(&path.to_owned())) else {
                return false;
            };
            paths.push(path.to_owned());
            let value = operation.get("value").cloned();
            let is_known = operation.len() == 2 + usize::from(value.is_some());
            let op = operation.get("op").and_then(Value::as_str);
            update = match (op, key.as_str(), value) {
                _ if !is_known => return false,
                (Some("add"), _, Some(Value::String(value))) => {
                    self.properties.push((key.clone(), Some(value.clone())));
                    update.property(key, value)
                }
                (Some("remove"), _, None) => {
                    self.properties.push((key.clone(), None));
                    update.remove_property(key)
                }
                (Some("replace"), "name", Some(Value::String(name))) => update.name(name),
                (Some("replace"), "visibility", Some(Value::String(visibility))) => {
                    update.visibility(visibility)
                }
                (Some("replace"), "protected", Some(Value::Bool(protected))) => {
                    update.protected(protected)
                }
                (Some("replace"), "os_hidden", Some(Value::Bool(hidden))) => update.hidden(hidden),
                (Some("replace"), "min_disk", Some(Value::Number(gib))) if gib.is_u64() => {
                    update.min_disk(gib.as_u64().expect("a u64"))
                }
                (Some("replace"), "min_ram", Some(Value::Number(mib))) if mib.is_u64() => {
                    update.min_ram(mib.as_u64().expect("a u64"))
                }
                (Some("replace"), "tags", Some(Value::Array(tags)))
                    if tags.iter().all(Value::is_string) =>
                {
                    let tags = tags.iter().filter_map(Value::as_str);
                    self.tags = tags.map(str::to_owned).collect();
                    update.tags(self.tags.clone())
                }
                _ => return false,
            };
        }
        if media_type != Some("application/openstack-images-v2.1-json-patch") {
            return false;
        }
        self.update = update;
        true
    }

    pub(super) fn read_data(&mut self, exchange: &Exchange) -> bool {
        let request = &exchange.request;
        self.data.clone_from(&request.body);
        if let Some(length) = request.header("content-length") {
            self.data.truncate(length.parse().expect("a length"));
        }
        let known = [
            "host",
            "x-auth-token",
            "content-type",
            "accept",
            "content-length",
        ];
        request.body == self.data
            && request.header("content-type") == Some("application/octet-stream")
            && request
                .headers
                .iter()
                .all(|(name, _)| known.contains(&name.as_str()))
    }

    pub(super) fn read_range(&mut self, exchange: &Exchange) -> bool {
        let range = exchange.request.header("range");
        let offset = match exchange.response.header("content-range") {
            // A recorded range from byte 0 is not the range that the call requests.
            Some(range) => range
                .strip_prefix("bytes ")
                .and_then(|range| range.split_once('-'))
                .and_then(|(start, _)| start.parse().ok())
                .filter(|start| *start > 0)
                .unwrap_or(5),
            None if range.is_some() => 5,
            None => 0,
        };
        data_of(exchange)[..offset].clone_into(&mut self.data);
        let expected = (offset > 0).then(|| format!("bytes={offset}-"));
        let known = ["host", "x-auth-token", "range", "accept"];
        let request = &exchange.request;
        range == expected.as_deref()
            && request.body.is_empty()
            && request
                .headers
                .iter()
                .all(|(name, _)| known.contains(&name.as_str()))
    }
}

/// Whether this is a filter by known statuses.
fn is_status(filter: &str) -> bool {
    const KNOWN: [&str; 9] = [
        "active",
        "deactivated",
        "deleted",
        "importing",
        "killed",
        "pending_delete",
        "queued",
        "saving",
        "uploading",
    ];
    let statuses = filter.strip_prefix("in:").unwrap_or(filter);
    statuses.split(',').all(|status| KNOWN.contains(&status))
}

/// The data of the image of a recorded download.
pub(crate) fn data_of(exchange: &Exchange) -> String {
    let response = &exchange.response;
    let body = &response.body;
    let is_range = |range: &str| {
        response
            .header("content-range")
            .is_some_and(|it| it.ends_with(range))
    };
    if response.header("content-length") == Some("0") {
        String::new()
    } else if is_range("/5") {
        "rich\n".to_owned()
    } else if response.status != 200 || DATA.starts_with(body) || body.eq_ignore_ascii_case(DATA) {
        // The server sent a part of the data, or changed data.
        DATA.to_owned()
    } else {
        body.clone()
    }
}

/// The key in the path of an operation: one segment of a JSON pointer.
fn key_of(path: &str) -> Option<String> {
    let segment = path.strip_prefix('/')?;
    let key = segment.replace("~1", "/").replace("~0", "~");
    let again = key.replace('~', "~0").replace('/', "~1");
    (again == segment).then_some(key)
}
