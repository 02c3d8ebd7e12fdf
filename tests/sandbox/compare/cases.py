"""The cases: the requests that are sent to both clouds.

Placeholders in paths, headers and bodies: <LABEL> is the id of a seed image or
of an image created for the case, <project:NAME> the id of a project and
<token:NAME> a token.
"""

import hashlib
import json
import time
import urllib.parse

from cloud import UNKNOWN

GROUPS = {}


def group(name):
    def register(run):
        GROUPS[name] = run
        return run
    return register


def quote(text):
    return urllib.parse.quote(text, safe="")


DOMAIN = {"id": "default"}
PASSWORD = {"methods": ["password"],
            "password": {"user": {"name": "demo", "domain": DOMAIN, "password": "demo-password"}}}
PROJECT = {"project": {"name": "demo", "domain": DOMAIN}}
SECRET = "<secret>"


@group("identity")
def identity(send, both):
    def get(name, path, method="GET", user="demo", **more):
        send(name, method, path, service="keystone", user=user, **more)

    def authenticate(name, auth, query="", **more):
        body = auth if isinstance(auth, (str, bytes)) else {"auth": auth}
        send(name, "POST", f"/v3/auth/tokens{query}", service="keystone", user=None, body=body, **more)

    def password(**change):
        user = {**PASSWORD["password"]["user"], **change}
        user = {key: value for key, value in user.items() if value is not None}
        return {"methods": ["password"], "password": {"user": user}}

    def credential(**part):
        return {"methods": ["application_credential"], "application_credential": part}

    get("versions", "/", user=None)
    get("versions-no-slash", "", user=None)
    get("version", "/v3", user=None)
    get("version-slash", "/v3/", user=None)
    get("version-head", "/v3", "HEAD", user=None)
    get("unknown-version", "/v2.0", user=None)
    get("unknown-path", "/v3/nonsense", user=None)
    authenticate("password", {"identity": PASSWORD, "scope": PROJECT}, remember="password")
    authenticate("no-catalog", {"identity": PASSWORD, "scope": PROJECT}, "?nocatalog")
    authenticate("extra", {"identity": PASSWORD, "scope": PROJECT, "extra": 1})
    authenticate("no-content-type", {"identity": PASSWORD, "scope": PROJECT}, headers={"Content-Type": None})
    authenticate("no-accept", {"identity": PASSWORD, "scope": PROJECT}, headers={"Accept": None})
    authenticate("chunked", {"identity": PASSWORD, "scope": PROJECT}, headers={"Transfer-Encoding": "chunked"})
    for name, change in {
        "by-id": {"id": "<user:demo>", "name": None, "domain": None}, "domain-name": {"domain": {"name": "Default"}},
        "domain-name-lower": {"domain": {"name": "default"}}, "unknown-domain": {"domain": {"name": "Nowhere"}},
        "name-upper": {"name": "DEMO"}, "wrong-password": {"password": "wrong"}, "unknown-user": {"name": "nobody"},
        "unknown-id": {"id": "x", "name": None}, "no-domain": {"domain": None}, "no-password": {"password": None},
        "no-name": {"name": None},
    }.items():
        authenticate(f"user-{name}", {"identity": password(**change), "scope": PROJECT})
    for name, scope in {
        "id": {"project": {"id": "<project:demo>"}}, "unknown-id": {"project": {"id": "x"}},
        "domain-name": {"project": {"name": "demo", "domain": {"name": "Default"}}},
        "unknown-name": {"project": {"name": "nowhere", "domain": DOMAIN}},
        "no-role": {"project": {"name": "other", "domain": DOMAIN}},
        "no-domain": {"project": {"name": "demo"}}, "empty-project": {"project": {}}, "unscoped": "unscoped",
        "unscoped-object": {"unscoped": {}}, "text": "x", "empty": {}, "domain": {"domain": DOMAIN},
        "unknown-domain": {"domain": {"id": "x"}}, "system": {"system": {"all": True}},
        "trust": {"OS-TRUST:trust": {"id": "x"}}, "two": {"project": {"id": "x"}, "domain": DOMAIN},
    }.items():
        authenticate(f"scope-{name}", {"identity": PASSWORD, "scope": scope})
    authenticate("unscoped", {"identity": PASSWORD}, remember="unscoped")
    authenticate("system", {"identity": password(name="admin", password="admin-password"),
                       "scope": {"system": {"all": True}}}, remember="system")
    authenticate("token", {"identity": {"methods": ["token"], "token": {"id": "<token:demo>"}}})
    authenticate("token-scoped", {"identity": {"methods": ["token"], "token": {"id": "<token:unscoped>"}}, "scope": PROJECT})
    authenticate("token-unknown", {"identity": {"methods": ["token"], "token": {"id": "nonsense"}}})
    authenticate("token-and-password", {"identity": {**PASSWORD, "methods": ["token", "password"],
                                                "token": {"id": "<token:demo>"}}})
    user = {"name": "demo", "domain": DOMAIN}
    for name, part in {
        "id": {"id": "<credential>", "secret": SECRET}, "wrong-secret": {"id": "<credential>", "secret": "wrong"},
        "no-secret": {"id": "<credential>"}, "unknown": {"id": "x", "secret": SECRET},
        "name": {"name": "demo-app", "secret": SECRET, "user": user},
        "name-user-id": {"name": "demo-app", "secret": SECRET, "user": {"id": "<user:demo>"}},
        "name-no-user": {"name": "demo-app", "secret": SECRET},
        "unknown-name": {"name": "nothing", "secret": SECRET, "user": user},
        "name-unknown-user": {"name": "demo-app", "secret": SECRET, "user": {"name": "nobody", "domain": DOMAIN}},
        "name-unknown-user-id": {"name": "demo-app", "secret": SECRET, "user": {"id": "nobody"}},
        "name-of-another": {"name": "demo-app", "secret": SECRET, "user": {"name": "other", "domain": DOMAIN}},
    }.items():
        authenticate(f"credential-{name}", {"identity": credential(**part)}, remember=f"credential-{name}")
    for name, scope in {"project": PROJECT, "unscoped": "unscoped"}.items():
        authenticate(f"credential-scope-{name}", {"identity": credential(id="<credential>", secret=SECRET), "scope": scope})
    send("credential-images", "GET", "/v2.1/images?limit=1", token="credential-id")
    for name, body in {"empty": "", "not-json": "{", "no-auth": "{}", "bad-utf8": b"\xff"}.items():
        authenticate(f"body-{name}", body)
    # Keystone quotes its schema after the first line.
    for name, auth in {
        "null": None, "text": "x", "empty": {}, "no-methods": {"identity": {}},
        "methods-empty": {"identity": {"methods": []}}, "methods-text": {"identity": {"methods": "password"}},
        "unknown-method": {"identity": {"methods": ["magic"], "magic": {}}},
        "missing-part": {"identity": {"methods": ["password"]}},
        "no-user": {"identity": {"methods": ["password"], "password": {}}},
        "number": {"identity": {"methods": ["password"], "password": {"user": {"name": "demo", "password": 1}}}},
        "no-token-id": {"identity": {"methods": ["token"], "token": {}}},
        "scope-null": {"identity": PASSWORD, "scope": None},
    }.items():
        authenticate(f"auth-{name}", auth, loose=True)
    own = {"X-Subject-Token": "<token:demo>"}
    path = "/v3/auth/tokens"
    get("check", path, headers=own)
    get("check-no-catalog", path + "?nocatalog", headers=own)
    get("check-head", path, "HEAD", headers=own)
    get("check-unknown", path, headers={"X-Subject-Token": "nonsense"})
    get("check-head-unknown", path, "HEAD", headers={"X-Subject-Token": "nonsense"})
    get("check-nothing", path)
    get("check-without-token", path, user=None, headers=own)
    get("check-with-bad-token", path, user=None, headers={**own, "X-Auth-Token": "nonsense"})
    get("check-unscoped", path, headers={"X-Subject-Token": "<token:unscoped>"})
    get("check-of-another", path, user="other", headers=own)
    get("check-by-admin", path, user="admin", headers=own)
    get("put", path, "PUT")
    get("catalog", "/v3/auth/catalog")
    get("catalog-unscoped", "/v3/auth/catalog", token="unscoped")
    get("catalog-no-token", "/v3/auth/catalog", user=None)
    both.each("authenticate", "demo", "gone")
    gone = {"X-Subject-Token": "<token:gone>"}
    get("revoke-nothing", path, "DELETE")
    get("revoke-unknown", path, "DELETE", headers={"X-Subject-Token": "nonsense"})
    get("revoke", path, "DELETE", token="gone", headers=gone)
    get("revoked-check", path, headers=gone)
    send("revoked-at-nova", "GET", "/v2.1/images?limit=1", token="gone")
    send("system-images", "GET", "/v2.1/images?limit=1", token="system")
    for name, method, path, body in (
        ("list", "GET", "/images", None), ("detail", "GET", "/images/detail", None),
        ("image", "GET", "/images/<plain>", None), ("image-abc", "GET", "/images/abc", None),
        ("delete", "DELETE", "/images/abc", None), ("metadata", "GET", "/images/<plain>/metadata", None),
        ("bad-body", "POST", "/images/abc/metadata", {"a": 1}), ("bad-limit", "GET", "/images?limit=abc", None),
        ("post", "POST", "/images/abc/metadata", {"metadata": {}}), ("servers", "GET", "/servers", None),
        ("project", "GET", "/<project:demo>/images", None),
    ):
        send(f"unscoped-{name}", method, f"/v2.1{path}", token="unscoped", body=body)


@group("list")
def lists(send, both):
    def get(name, query, path="/images", **more):
        send(name, "GET", f"/v2.1{path}{query}", **more)

    for user in ("demo", "demo-reader", "other", "admin"):
        get(f"all-{user}", "", user=user)
        get(f"detail-{user}", "", "/images/detail", user=user)
    get("limit-2", "?limit=2", remember="two")
    get("detail-limit-2", "?limit=2&name=twin", "/images/detail")
    send("next", "GET", "<next:two>")
    get("marker-of-the-last", "?limit=3&marker=<public-small>")
    get("exactly-all", "?limit=23")
    get("more-than-all", "?limit=24")
    get("detail-exactly-all", "?limit=23", "/images/detail")
    for value in ("0", "-1", "abc", "1000000", "1001", "", "1.5", "%201", "99999999999999999999", "1%0A", "00",
                  "%D9%A1", "+1", "1_0", "1&limit=2", "2&limit=1", "abc&limit=-1", "1&limit=abc", "0&offset=x",
                  "abc&page_size=0", "3&page_size=2", "2&page_size=1000", "%31"):
        get(f"limit={value}", f"?limit={value}")
    for query in (
        f"marker={UNKNOWN}", "marker=abc", "marker=", "marker=<other-private>", "marker=<other-community>&limit=1",
        "marker=<hidden>&limit=1", "name=twin&marker=<plain>", "name=plain&marker=<twin-1>",
        "marker=<plain>&marker=<unicode>", "marker=%3Cb%3E", "marker=a%0Ab", "marker=a%27%22",
        "limit=1&marker=<twin-2>&name=in:twin,plain", "limit=1&marker=", "marker=<plain>%23x",
        "page_size=abc", "page_size=0", "page_size=5", "offset=-1", "offset=2&limit=1", "offset=0",
    ):
        get(query, f"?{query}")
    cafe = quote("образ データ café")
    odd = quote("a/b?c=d&e%20f #\"quoted\"\t'x' <y> \\z")
    for value in ("twin", "no-such", "", cafe, "TWIN", "in:twin,plain", "Ubuntu+24.04+LTS+(Noble+Numbat)",
                  "twin&name=plain", odd, "a:b", "gt:twin", "eq:twin", "neq:twin", ":", "in:", "in:twin,",
                  'in:"twin","plain"', 'in:"twin"x', 'in:"twin', 'in:x"twin"', "in:twin,%20plain", "%F0%9F%97%9D",
                  "2020-01-01T00:00:00Z", "a%00b", "%ff", "twin&", "twin;limit=1", "%20twin", "in:,twin",
                  "<project:demo>", "in:plain,<project:demo>&limit=1"):
        get(f"name={value}", f"?name={value}")
    get("name-bare", "?name")
    get("empty-parts", "?&&name=twin")
    get("no-name", "?=x&limit=1")
    get("limit-bare", "?limit")
    get("capitals", "?LIMIT=1&name=twin")
    get("odd-characters-in-the-link", f"?limit=1&name={cafe}")
    get("odd-name-in-the-link", f"?limit=1&name={odd}")
    get("filters-in-the-link", "?name=twin&limit=1&status=ACTIVE")
    get("all-filters-in-the-link", "?minRam=0&status=active&minDisk=0&limit=1&name=twin&offset=3&page_size=7&bogus=1")
    get("project-in-the-query", "?limit=1&project=<project:demo>")
    for value in ("ACTIVE&limit=1", "active&limit=1", "SAVING", "queued", "DELETED", "ERROR", "UNKNOWN", "deactivated",
                  "bogus", "killed", "", "in:active,queued&limit=1", "IN:QUEUED,deactivated", "a:b", "eq:queued",
                  "Queued", "active&status=queued"):
        get(f"status={value}", f"?status={value}")
    for query in (
        "type=snapshot", "type=base", "type=", "type=in:snapshot,x", f"server={UNKNOWN}", "server=abc", "server=",
        "server=/", "server=11111111-2222-3333-4444-555555555555", "server=a/11111111-2222-3333-4444-555555555555",
        "server=11111111-2222-3333-4444-555555555555/", "server=http://x/servers/11111111-2222-3333-4444-555555555555",
        "server=http%3A%2F%2Fx%2Fv2.1%2Fservers%2F11111111-2222-3333-4444-555555555555",
    ):
        get(query, f"?{query}")
    for value in ("10", "20", "0&limit=1", "abc", "-1", "gte:10", "", "10.0", "010", "%2010", "%2B10", "1e1", "1_0"):
        get(f"minDisk={value}", f"?minDisk={value}")
    for value in ("2048", "512", "64", "abc", "64abc"):
        get(f"minRam={value}", f"?minRam={value}")
    for value in ("2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z", "2020-01-01T00:00:00", "2020-01-01T00%3A00%3A00%2B02%3A00",
                  "2020-01-01T00:00:00+02:00", "2020-01-01T00:00:00.123456Z", "2020-01-01", "yesterday", "", "2100",
                  "2020-01", "202001", "20200101T000000Z", "2020-01-01T00", "2020-1-1", "2020-13-01",
                  "2020-01-01t00:00:00z", "2020-01-01T00:00:00-0200", "2020-01-01T24:00:00Z", "+2020-01-01",
                  "2020-01-01T00:00:00,5Z", "gte:2020-01-01", "2020-01-01Z", "2020-01-01T00:00:00%2B25:00",
                  "2020-02-30", "2020-01-01%2000:00:00"):
        get(f"changes-since={value}", f"?limit=1&changes-since={value}")
    for query in (
        "os_distro=ubuntu", "architecture=x86_64", "image_type=snapshot", "hw_disk_bus=scsi", "=x", "name=twin",
        "name=twin&name=plain", "name=a:b", "size=100&limit=2", "size=abc", "min_disk=10", "visibility=public",
        "visibility=private&limit=1", "visibility=community", "visibility=all&limit=3", "visibility=bogus",
        "visibility=", "status=QUEUED", "status=queued", "id=<plain>", "id=in:<plain>,<twin-1>", "os_hidden=true",
        "deleted=x&limit=1", "created_at=gte:2020-01-01&limit=1", "created_at=2020-01-01", "limit=1&limit=2",
        "checksum=x", "hw_disk_bus=scsi&property-architecture=x86_64", "hw_disk_bus=scsi&property-hw_disk_bus=virtio",
        "disk_format=raw&limit=1", "container_format=ami", "is_public=true", "base_image_ref=", "kernel_id=",
        "min_disk_min=5", "size_min=100&limit=1", "size_max=1", "size_min=x", "foo_min=5", "foo_max=x", "is_x",
        "tag=two%20words", "a:b=v", "auto_disk_config=True", "long=v", "with%20space=v", "image_type=", "protected=x",
        "instance_uuid=a/11111111-2222-3333-4444-555555555555",
    ):
        get(f"property-{query}", f"?property-{query}")
    get("name-then-property", "?name=plain&property-name=twin")
    for query in ("bogus=1", "bogus=%ff", "sort_key=name&sort_dir=asc", "visibility=public", "is_public=true"):
        get(query, f"?limit=1&{query}")
    get("trailing-slash", "/")
    get("dot-json", "", "/images.json")
    get("detail-slash", "", "/images/detail/")
    get("detail-newline", "", "/images/detail%0A?limit=1")
    get("newline", "", "/images%0A?limit=1")


@group("image")
def one(send, both):
    def get(name, path, method="GET", **more):
        send(name, method, f"/v2.1/images/{path}", **more)

    for label in ("public-small", "public-large", "plain", "unicode", "odd-name", "long-name", "nameless", "empty-name",
                  "queued", "no-bytes", "protected", "hidden", "deactivated", "snapshot", "disk-auto", "disk-manual",
                  "volume-snapshot", "null-properties", "many-properties", "long-property", "odd-properties",
                  "other-community", "other-shared", "other-private"):
        get(label, f"<{label}>")
        get(f"{label}-as-other", f"<{label}>", user="other")
    get("other-private-as-admin", "<other-private>", user="admin")
    for path in (UNKNOWN, "abc", "a%2Fb", "a/b", quote("образ"), "a%20b", "a%25b", "a%3Fb", "..", "%2e%2e", "%2e",
                 "<plain>.json", "<plain>/", "<plain>/.", "./<plain>", "<plain>?bogus=1", "<plain>?", "<plain>?a=%ff",
                 "a" * 300, "%ff%fe", "a%00b", "a%0Ab", "<plain>%0A", "<plain>%3Fx=1", "<plain>%23x", "%3Fx", "%23",
                 "<plain>%20", "%20<plain>", "<plain>%zz", "%", "<plain>%2", "<other-private>%3Fx", "detail/x"):
        get(f"path-{path[:30]}", path)
    for one in both.clouds:
        one.names["<PLAIN>"] = one.names["<plain>"].upper()
        one.names["<plainhex>"] = one.names["<plain>"].replace("-", "")
    get("upper-case-id", "<PLAIN>")
    get("id-without-dashes", "<plainhex>")
    get("accept-xml", "<plain>", headers={"Accept": "application/xml"})
    get("accept-nothing", "<plain>", headers={"Accept": None})
    get("not-found-accept-json", "abc", headers={"Accept": "application/json"})
    for method in ("HEAD", "PUT", "PATCH", "POST", "OPTIONS", "TRACE", "get"):
        send(f"method-{method}", method, "/v2.1/images/<plain>", body=None if method in ("HEAD", "get") else {})
        send(f"list-method-{method}", method, "/v2.1/images", body=None if method in ("HEAD", "get") else {})
    send("double-slash", "GET", "/v2.1//images///<plain>//metadata")
    send("encoded-word", "GET", "/v2.1/imag%65s/<plain>")


@group("delete")
def deleting(send, both):
    def delete(name, path, **more):
        send(name, "DELETE", f"/v2.1/images{path}", **more)

    both.each("create", "gone-1", name="to be deleted")
    delete("it", "/<gone-1>")
    delete("again", "/<gone-1>")
    send("get-deleted", "GET", "/v2.1/images/<gone-1>")
    send("marker-deleted", "GET", "/v2.1/images?marker=<gone-1>")
    delete("unknown", f"/{UNKNOWN}")
    delete("abc", "/abc")
    delete("detail", "/detail")
    for label in ("protected", "other-private", "other-shared", "other-community", "public-small"):
        delete(label, f"/<{label}>")
    both.each("create", "scratch", name="scratch")
    delete("as-reader", "/<scratch>", user="demo-reader")
    delete("as-other", "/<scratch>", user="other")
    delete("trailing-slash", "/<scratch>/")
    delete("collection", "")
    delete("with-bad-body", "/<scratch>", body=b"\xff")
    delete("with-xml", "/<scratch>", body=b"<a/>", headers={"Content-Type": "application/xml"})
    delete("with-body", "/<scratch>", body={"a": 1})
    both.each("create", "scratch", name="scratch")
    delete("with-query", "/<scratch>?a=1")
    both.each("create", "scratch", name="scratch")
    delete("with-question-mark", "/<scratch>%3Fx")
    send("deleted-with-question-mark", "GET", "/v2.1/images/<scratch>")
    both.each("create", "scratch", name="scratch")
    delete("as-admin", "/<scratch>", user="admin")
    both.each("create", "scratch", data=None, name="queued")
    delete("queued", "/<scratch>")


def changes(send, image="<scratch>"):
    """Functions that get and change the metadata of an image."""
    base = f"/v2.1/images/{image}/metadata"

    def get(name, path="", **more):
        send(name, "GET", base + path, **more)

    def post(name, items, **more):
        send(name, "POST", base, body={"metadata": items}, **more)
        get(f"{name}-then")

    def put(name, items, **more):
        send(name, "PUT", base, body={"metadata": items}, **more)
        get(f"{name}-then")

    def item(name, key, value, path=None, **more):
        send(name, "PUT", f"{base}/{path or quote(key)}", body={"meta": {key: value}}, **more)

    def delete(name, path, **more):
        send(name, "DELETE", f"{base}/{path}", **more)

    return get, post, put, item, delete


@group("metadata")
def metadata(send, both):
    both.each("create", "scratch", name="metadata", one="1", Two="2", min_disk=3, tags=["t"])
    get, post, put, item, delete = changes(send)
    get("get")
    post("post", {"three": "3", "one": "changed"})
    put("put", {"four": "4"})
    send("image-after-put", "GET", "/v2.1/images/<scratch>")
    send("glance-after-put", "GET", "/v2/images/<scratch>", service="glance")
    put("put-empty", {})
    post("post-empty", {})
    post("post-many", {"a": "1", "B": "2", "c_d": "3"})
    get("item", "/a")
    get("item-missing", "/missing")
    item("item-new", "new", "value")
    item("item-change", "new", "changed")
    get("after-items")
    item("item-mismatch", "else", "x", "new")
    for name, body in {
        "two-keys": {"meta": {"new": "x", "second": "y"}}, "empty-meta": {"meta": {}},
        "wrong-wrapper": {"metadata": {"new": "x"}}, "extra-key": {"meta": {"new": "x"}, "extra": 1},
        "meta-list": {"meta": []}, "bad-second-key": {"meta": {"new": "x", "a/b": "y"}},
        "number-and-key": {"meta": {"new": 1, "a/b": "y"}},
    }.items():
        send(f"item-{name}", "PUT", "/v2.1/images/<scratch>/metadata/new", body=body)
    delete("item-delete", "new")
    delete("item-delete-again", "new")
    get("after-item-delete")
    get("item-lower", "/b")
    get("item-upper", "/B")
    item("item-other-case", "A", "upper")
    get("after-other-case")
    delete("delete-other-case", "A")
    get("after-delete-other-case")
    send("item-post", "POST", "/v2.1/images/<scratch>/metadata/a", body={"meta": {"a": "x"}})
    send("delete-all", "DELETE", "/v2.1/images/<scratch>/metadata")
    get("trailing-slash", "/")
    get("query", "?a=b")
    get("empty-query", "?")
    get("bad-query", "?a=%ff")
    get("item-query", "/a?x")
    get("newline", "%0A")
    get("item-newline", "/a%0A")
    get("item-newlines", "/a%0A%0A")
    delete("item-query-delete", "c_d?x=1")
    send("put-query", "PUT", "/v2.1/images/<scratch>/metadata?x=1", body={"metadata": {"kept": "k"}})
    # A value that moves to another name.
    put("two", {"a": "1", "b": "2"})
    put("move", {"c": "1"})
    put("move-both", {"z": "2", "y": "1"})
    put("same-value-twice", {"a": "1", "b": "1"})
    put("move-one", {"a": "1", "z": "1"})
    put("other-values", {"a": "1", "z": "2"})
    put("trimmed", {" a": "new"})
    put("trimmed-move", {"a ": "new"})
    post("trimmed-twice", {" q": "x", "q": "y"})
    post("trimmed-twice-more", {"q": "y", "q ": "x"})
    # The visibility and the time of an image after a change.
    for visibility in ("shared", "community", "private"):
        both.each("create", "scratch", data=None, name=f"{visibility} first", visibility=visibility, a="1")
        get, post, put, item, delete = changes(send)
        for user in ("other", "demo"):
            send(f"{visibility}-as-{user}", "GET", "/v2.1/images/<scratch>", user=user, dates=True)
        time.sleep(1.1)
        post(f"{visibility}-nothing", {})
        send(f"{visibility}-after-nothing", "GET", "/v2.1/images/<scratch>", dates=True)
        item(f"{visibility}-item", "a", "2")
        for user in ("other", "demo"):
            send(f"{visibility}-after-as-{user}", "GET", "/v2.1/images/<scratch>", user=user, dates=True)
        send(f"{visibility}-at-glance", "GET", "/v2/images/<scratch>", service="glance", dates=True)
    both.each("create", "scratch", name="metadata", one="1", Two="2", min_disk=3, tags=["t"])
    get, post, put, item, delete = changes(send)
    # The order of the metadata in a response.
    put("order-empty", {})
    post("order", {"z": "1", "y": "2", "x": "3"})
    delete("order-delete", "y")
    post("order-more", {"w": "4"})
    post("order-back", {"y": "5"})
    put("order-put", {"x": "7", "n": "8", "z": "9"})
    for user in ("demo-reader", "other", "admin"):
        send(f"post-as-{user}", "POST", "/v2.1/images/<scratch>/metadata", user=user, body={"metadata": {"by": user}})
        send(f"post-nothing-as-{user}", "POST", "/v2.1/images/<scratch>/metadata", user=user, body={"metadata": {}})
        send(f"delete-as-{user}", "DELETE", "/v2.1/images/<scratch>/metadata/x", user=user)
        send(f"delete-missing-as-{user}", "DELETE", "/v2.1/images/<scratch>/metadata/missing", user=user)
        get(f"get-as-{user}", user=user)


@group("keys")
def keys(send, both):
    both.each("create", "scratch", name="keys", a="1")
    get, post, put, item, delete = changes(send)
    for label, key in {
        "255": "k" * 255, "256": "k" * 256, "empty": "", "unicode": "ключ", "slash": "a/b", "percent": "50%",
        "space": "a b", "dot": "a.b", "colon": "a:b", "dash-underscore": "a-b_c", "plus": "a+b", "question": "a?b",
        "leading-space": " a", "only-space": " ", "one-dot": ".", "dot-dot": "..", "dot-json": "a.json",
        "newline": "a\nb", "trailing-newline": "a\n", "255-newline": "k" * 255 + "\n", "control": "a\x07b",
        "at": "a@b", "emoji": "🗝", "quote": "it's", "both-quotes": "'\"", "backslash": "a\\b", "nbsp": "a\u00a0b",
    }.items():
        post(f"post-{label}", {key: "v"})
        item(f"put-{label}", key, "v", None if key else "%20")
        get(f"get-{label}", "/" + quote(key))
        delete(f"delete-{label}", quote(key))
    post("two-bad", {"b/b": "1", "B/B": "2"})
    post("bad-and-number", {"a/b": "1", "x": 1})


@group("values")
def values(send, both):
    both.each("create", "scratch", name="values", kept="k")
    get, post, put, item, delete = changes(send)
    for label, value in {
        "255": "v" * 255, "256": "v" * 256, "empty": "", "unicode": "значение", "emoji": "🗝", "number": 1,
        "float": 1.5, "true": True, "null": None, "list": ["a"], "object": {"a": "b"}, "newline": "a\nb",
        "nul": "a\0b", "255-unicode": "я" * 255, "256-unicode": "я" * 256, "spaces": "  v  ",
        "nested": {"b": [1, "é", True, None, {"c": "it's"}]}, "big": 10 ** 30, "small": 1e-7, "large": 1e22,
        "html": "<b>&\"'", "delete": "\x7f",
    }.items():
        post(f"post-{label}", {"value": value})
        item(f"put-{label}", "value", value)
        get(f"get-{label}", "/value")
    post("first-of-two", {"y": None, "x": "v" * 256})
    post("first-of-two-more", {"x": "v" * 256, "y": 1})


@group("bodies")
def bodies(send, both):
    both.each("create", "scratch", name="bodies", kept="k")
    path = "/v2.1/images/<scratch>/metadata"
    for label, body in {
        "empty": "", "not-json": "{", "array": "[]", "null": "null", "text": '"x"', "number": "1.50",
        "no-wrapper": {"a": "b"}, "meta": {"meta": {"a": "b"}}, "metadata-null": {"metadata": None},
        "metadata-list": {"metadata": []}, "metadata-text": {"metadata": "it's"},
        "extra": {"metadata": {"a": "b"}, "extra": 1}, "two-extra": {"metadata": {}, "b": 1, "B": 1},
        "extra-and-number": {"metadata": {"a": 1}, "extra": 1},
        "duplicate-key": '{"metadata": {"a": "1", "a": "2"}}', "duplicate-order": '{"metadata": {"b": "1", "a": "1", "b": "2"}}',
        "bad-utf8": b'{"metadata": {"a": "\xff"}}', "bom": b'\xef\xbb\xbf{"metadata": {"a": "1"}}',
        "escaped": '{"metadata": {"a": "\\u0437"}}', "surrogates": '{"metadata": {"a": "\\ud83d\\udddd"}}',
        "trailing-comma": '{"metadata": {"a": "1",}}', "space": ' \n{"metadata": {"a": "1"}}\t', "two-values": "{} {}",
        "control": '{"metadata": {"a": "\n"}}', "nan": '{"metadata": {"a": NaN}}', "single": "{'metadata': {}}",
    }.items():
        send(f"post-{label}", "POST", path, body=body)
        send(f"put-{label}", "PUT", path, body=body)
        send(f"{label}-then", "GET", path)
    item = '{"meta": {"a": "1"}}'
    for label, body in {"empty": "", "not-json": "{", "null": "null", "list": "[]"}.items():
        send(f"item-{label}", "PUT", f"{path}/a", body=body)
    for label, kind in {"none": None, "text": "text/plain", "charset": "application/json; charset=utf-8",
                        "xml": "application/xml", "own": "application/vnd.openstack.compute+json", "empty": "",
                        "capitals": "APPLICATION/JSON", "form": "application/x-www-form-urlencoded"}.items():
        send(f"type-{label}", "PUT", f"{path}/a", body=item, headers={"Content-Type": kind})
    send("get-type-xml", "GET", path, headers={"Content-Type": "application/xml"})
    send("get-bad-body", "GET", path, body=b"\xff")
    send("get-body", "GET", path, body=b"{")
    send("nothing-at-all", "POST", path)
    send("chunked", "POST", path, body=item, headers={"Transfer-Encoding": "chunked"})
    send("then", "GET", path)
    large = {"metadata": {f"k{n}": "v" * 255 for n in range(600)}}
    send("too-large", "POST", path, body=large)
    send("too-large-json", "POST", path, body=large, headers={"Accept": "application/json"})
    send("too-large-plain", "POST", path, body=large, headers={"Accept": None})
    send("too-large-no-token", "POST", path, user=None, body=large)
    send("too-large-unknown-path", "POST", "/v2.1/nonsense", body=large)
    send("just-not-too-large", "POST", path, body=b"x" * 114688)
    send("just-too-large", "POST", path, body=b"x" * 114689)


@group("quota")
def quota(send, both):
    both.each("create", "scratch", name="quota")
    get, post, put, item, delete = changes(send)
    put("put-128", {f"k{n}": "v" for n in range(128)})
    post("post-129th", {"k128": "v"})
    item("item-129th", "k128", "v")
    put("put-129", {f"k{n}": "v" for n in range(129)})
    post("post-existing", {"k1": "changed"})
    item("item-existing", "k2", "changed")
    put("put-empty", {})


@group("reserved")
def reserved(send, both):
    names = """name id status min_disk min_ram size owner visibility protected tags checksum created_at updated_at
        deleted_at disk_format container_format os_hidden os_hash_algo os_hash_value locations location self schema
        file stores deleted is_public properties kernel_id ramdisk_id os_glance_x os_glance_ owner_specified.x
        virtual_size direct_url image_id remove_props context method data member image_type auto_disk_config
        instance_uuid hw_disk_bus mappings block_device_mapping architecture os_version""".split()
    for key in names:
        both.each("create", "scratch", name=f"reserved {key}", kept="k")
        get, post, put, item, delete = changes(send)
        post(f"{key}-post", {key: "v"})
        item(f"{key}-item", key, "w")
        delete(f"{key}-delete", key)
        put(f"{key}-put", {key: "v", "more": "m"})
        send(f"{key}-image", "GET", "/v2.1/images/<scratch>")
        send(f"{key}-delete-image", "DELETE", "/v2.1/images/<scratch>")
    for label, key, value in (
        ("name", "name", "renamed"), ("visibility", "visibility", "shared"), ("min_disk", "min_disk", "7"),
        ("os_hidden", "os_hidden", "True"), ("public", "visibility", "public"), ("protected", "protected", "True"),
        ("disk_format", "disk_format", "qcow2"), ("owner", "owner", "<project:other>"), ("status", "status", "active"),
        ("other-status", "status", "queued"), ("kernel", "kernel_id", UNKNOWN), ("no-kernel", "kernel_id", ""),
        ("none-kernel", "ramdisk_id", " None "), ("spaced-name", " name", "renamed"), ("spaced-disk", "min_disk ", "7"),
        ("spaced-visibility", " visibility", "public"), ("spaced-status", " status", "active"),
        ("spaced-protected", " protected", "True"), ("spaced-created", "created_at ", "v"),
        ("spaced-glance", " os_glance_x", "v"), ("spaced-kernel", " kernel_id", ""), ("spaced-tags", " tags", "v"),
        ("spaced-location", " location", "v"), ("spaced-self", " self", "v"), ("spaced-mappings", " mappings", "[]"),
    ):
        both.each("create", "scratch", name="reserved, with a valid value", kept="k")
        get, post, put, item, delete = changes(send)
        post(f"suits-{label}", {key: value})
        send(f"suits-{label}-image", "GET", "/v2.1/images/<scratch>")
        send(f"suits-{label}-glance", "GET", "/v2/images/<scratch>", service="glance")


@group("poison")
def poison(send, both):
    for label, value in {
        "text": "v", "empty": "", "bom": "\ufeff[]", "json": '[{"virtual": "ami", "device": "vda"}]', "object": "{}",
        "null": "null", "string": '"abc"', "numbers": '[1,2.0,1e5,1e16,-0.0,1e-7,"\\u00e9",  true]',
        "nan": "[NaN,1e999,-Infinity]", "surrogate": '["\\ud800"]', "nested": "[" * 50 + "]" * 50,
    }.items():
        for key in ("mappings", " mappings", "mappings\n", "block_device_mapping"):
            both.each("create", "scratch", name="mappings")
            get, post, put, item, delete = changes(send)
            name = f"{label}-{key.strip()}{'-spaced' if key != key.strip() else ''}{'-newline' if key[-1:] == chr(10) else ''}"
            post(name, {key: value})
            send(f"{name}-image", "GET", "/v2.1/images/<scratch>")
            send(f"{name}-list", "GET", "/v2.1/images?limit=3")
            send(f"{name}-list-without", "GET", "/v2.1/images?limit=2&marker=<scratch>")
            send(f"{name}-detail", "GET", "/v2.1/images/detail?limit=1")
            get(f"{name}-get-item", f"/{key.strip()}")
            post(f"{name}-more", {"z": "1"})
            item(f"{name}-item", key, value)
            put(f"{name}-put-same", {key: value})
            put(f"{name}-put", {})
            delete(f"{name}-delete-item", key.strip())
            send(f"{name}-delete", "DELETE", "/v2.1/images/<scratch>")


@group("whose")
def whose(send, both):
    for label in ("unknown", "abc", "other-private", "other-shared", "other-community", "public-small", "protected",
                  "queued", "deactivated", "long-property", "odd-properties", "many-properties", "snapshot",
                  "encoded-slash", "volume-snapshot", "null-properties", "hidden"):
        image = {"unknown": UNKNOWN, "abc": "abc", "encoded-slash": "a%2Fb"}.get(label, f"<{label}>")
        get, post, put, item, delete = changes(send, image)
        get(f"{label}-get")
        get(f"{label}-item", "/missing")
        post(f"{label}-post", {"added": "v"})
        item(f"{label}-put-item", "added", "w")
        delete(f"{label}-delete-item", "added")
        get(f"{label}-after")
        if label in ("unknown", "abc", "encoded-slash") or label.startswith(("other", "public")):
            put(f"{label}-put", {"added": "v"})
            post(f"{label}-post-nothing", {})
            post(f"{label}-post-status", {"status": "v"})
            post(f"{label}-post-emoji", {"z": "🗝"})
            post(f"{label}-post-mappings", {"mappings": "v"})
    for label in ("volume-snapshot", "null-properties"):
        get, *_ = changes(send, f"<{label}>")
        for key in ("block_device_mapping", "kernel_id"):
            get(f"{label}-{key}", f"/{key}")
    path = "/v2.1/images/<{}>/metadata"
    mapping = json.dumps([{"boot_index": 0, "volume_type": None, "delete_on_termination": False}])
    send("put-back-list", "PUT", path.format("volume-snapshot"), body='{"metadata": {"block_device_mapping": %s}}' % mapping)
    send("put-back-null", "PUT", path.format("null-properties"), body={"metadata": {"kernel_id": None}})
    send("put-back-long", "PUT", path.format("long-property"), body={"metadata": {"long": "v" * 3000}})
    get, *_ = changes(send, "<odd-properties>")
    get("odd-slash-raw", "/a/b")
    for key in ("a/b", "50%", "with space", "a:b", "Mixed.Case-Key", "mixed.case-key", "true", "q?x=1&y#z", "empty"):
        get(f"odd-{key}", "/" + quote(key))
    get("odd-plus", "/with+space")
    get, *_ = changes(send, "<unicode>")
    get("odd-unicode", "/" + quote("описание"))
    both.each("create", "scratch", name="nulls", kernel_id=None, q="1")
    get, post, put, item, delete = changes(send)
    post("nulls-post", {"x": "2"})
    put("nulls-put", {"x": "3"})


@group("version")
def versions(send, both):
    calls = (("list", "GET", "/images?limit=1", None), ("detail", "GET", "/images/detail?limit=1", None),
             ("image", "GET", "/images/<plain>", None), ("metadata", "GET", "/images/<plain>/metadata", None),
             ("item", "GET", "/images/<snapshot>/metadata/image_type", None),
             ("post", "POST", "/images/<plain>/metadata", {"metadata": {}}),
             ("bad-post", "POST", "/images/<plain>/metadata", "{"), ("bad-list", "GET", "/images?limit=abc", None),
             ("delete", "DELETE", f"/images/{UNKNOWN}", None), ("unknown", "GET", "/nonsense", None),
             ("project", "GET", "/<project:other>/images", None), ("servers", "GET", "/servers", None),
             ("document", "GET", "/", None))
    for value in ("2.1", "2.35", "2.36", "2.38", "2.39", "latest", "9.9", "abc"):
        for name, method, path, body in calls:
            send(f"{value}-{name}", method, f"/v2.1{path}", body=body, headers={"OpenStack-API-Version": f"compute {value}"})
    path = "/v2.1/images?limit=1"
    for value in ("2.35", "2.36", "latest", "", "LATEST", "2.1,2.36", " 2.35 ", "2.104", "2.105"):
        send(f"old-{value}", "GET", path, headers={"X-OpenStack-Nova-API-Version": value})
    send("both", "GET", path, headers={"X-OpenStack-Nova-API-Version": "2.36", "OpenStack-API-Version": "compute 2.35"})
    send("other-then-old", "GET", path, headers={"X-OpenStack-Nova-API-Version": "2.36", "OpenStack-API-Version": "volume 3.1"})
    for value in ("compute 2.999", "2.35", "volume 3.50", "volume 3.50, compute 2.36", "compute 2.0", "compute 2.1.1",
                  "COMPUTE 2.35", "", "image 2.36", "nova 2.36", "compute LATEST", "compute 2.01", "compute 2.35 ",
                  "compute  2.35", "compute 2.1, compute 2.36", "compute 3.1", "compute", "compute 2", "compute 2.",
                  "compute -2.1", "compute 2.35 x", "compute 02.1"):
        send(f"new-{value}", "GET", path, headers={"OpenStack-API-Version": value})


@group("token")
def tokens(send, both):
    path = "/v2.1/images?limit=1"
    send("none", "GET", path, user=None)
    for name, value in {"bad": "nonsense", "empty": "", "damaged": "gAAAAABYnonsense", "unicode": "токен"}.items():
        send(name, "GET", path, user=None, headers={"X-Auth-Token": value})
    both.each("authenticate", "demo", "gone")
    both.each("revoke", "gone")
    send("revoked", "GET", path, token="gone")
    send("bad-delete", "DELETE", f"/v2.1/images/{UNKNOWN}", user=None, headers={"X-Auth-Token": "nonsense"})
    send("bad-post", "POST", f"/v2.1/images/{UNKNOWN}/metadata", user=None, body="{")
    send("bad-unknown-path", "GET", "/v2.1/nonsense", user=None, headers={"X-Auth-Token": "nonsense"})
    send("bad-version", "GET", path, user=None, headers={"OpenStack-API-Version": "compute 9.9"})
    send("bearer", "GET", path, user=None, headers={"Authorization": "Bearer nonsense"})
    send("legacy", "GET", "/v2/images", user=None)
    send("reader", "GET", path, user="demo-reader")
    send("glance", "GET", "/v2/images/abc", service="glance", user=None, headers={"X-Auth-Token": "nonsense"})
    send("glance-plain", "GET", "/v2/images/abc", service="glance", user=None, headers={"Accept": None})
    both.each("authenticate", "demo", "in-use")
    send("in-use", "GET", path, token="in-use")
    both.each("revoke", "in-use")
    send("in-use-then-revoked", "GET", path, token="in-use")


@group("wire")
def wire(send, both):
    path = "/v2.1/images?limit=1"
    send("plain", "GET", path)
    send("gzip", "GET", "/v2.1/images", headers={"Accept-Encoding": "gzip, deflate, br"})
    send("request-id", "GET", path, headers={"X-OpenStack-Request-ID": "req-11111111-2222-3333-4444-555555555555"})
    send("http10", "GET", path, version="1.0")
    send("keep-alive", "GET", path, headers={"Connection": "keep-alive"})
    both.each("create", "scratch")
    send("expect", "PUT", "/v2.1/images/<scratch>/metadata/a", body={"meta": {"a": "b"}}, headers={"Expect": "100-continue"})
    for accept in ("*/*", "application/json", "text/html", "application/xml", "application/json, text/plain", "text/*",
                   "application/*;q=0.5, text/html;q=0.1", "text/html;q=0", "garbage", "text/plain, */*", None):
        send(f"unknown-path-{accept}", "GET", "/v2.1/nonsense", headers={"Accept": accept})
    send("https", "GET", path, headers={"X-Forwarded-Proto": "https", "X-Forwarded-Host": "cloud.example"})
    send("host", "GET", path, headers={"Host": "cloud.example:8774"})
    send("host-document", "GET", "/v2.1/", headers={"Host": "cloud.example:8774"})
    send("host-detail", "GET", "/v2.1/images/<snapshot>", headers={"Host": "cloud.example:8774"})
    send("host-keystone", "GET", "/v3", service="keystone", user=None, headers={"Host": "cloud.example:5000"})
    send("accept-text", "GET", path, headers={"Accept": "text/html"})
    send("trace", "TRACE", path)
    send("huge-header", "GET", path, headers={"X-Big": "x" * 70000})
    send("huge-query", "GET", path + "&name=" + "x" * 20000)
    send("if-none-match", "GET", path, headers={"If-None-Match": "*"})
    send("language", "GET", "/v2.1/images/abc", headers={"Accept-Language": "de"})


@group("document")
def documents(send, both):
    for name, path in {
        "root": "/", "v2.1": "/v2.1", "v2.1-slash": "/v2.1/", "v2": "/v2", "v2-slash": "/v2/",
        "v3": "/v3/", "nonsense": "/nonsense", "v2.1-json": "/v2.1.json", "v2.10": "/v2.10/", "v2.1x": "/v2.1x",
        "deep": "/a/b/", "query": "/?a=b", "v2.1-query": "/v2.1/?a=b",
    }.items():
        send(name, "GET", path, user=None)
    for method in ("OPTIONS", "HEAD", "POST", "TRACE"):
        send(f"root-{method}", method, "/", user=None)
        send(f"v2.1-{method}", method, "/v2.1/", user=None)
        send(f"v3-{method}", method, "/v3/", user=None)
    send("options-nonsense", "OPTIONS", "/v2.1/nonsense", user=None)
    send("with-token", "GET", "/v2.1/")
    send("bad-version", "GET", "/", user=None, headers={"OpenStack-API-Version": "compute abc"})
    send("accept", "GET", "/", user=None, headers={"Accept": "application/json;version=2.1"})
    send("glance", "GET", "/", service="glance", user=None)
    for base in ("/v2", "/v2.1", "/v2/<project:demo>", "/v2.1/<project:demo>"):
        for name, path in {
            "list": "/images?limit=1", "detail": "/images/detail?limit=1", "image": "/images/<plain>",
            "snapshot": "/images/<snapshot>", "metadata": "/images/<snapshot>/metadata", "unknown": f"/images/{UNKNOWN}",
            "item": "/images/<snapshot>/metadata/image_type", "slash": "/", "none": "", "limits": "/limits",
            "servers": "/servers", "bad-limit": "/images?limit=0", "nonsense": "/nonsense", "query": "/images/<plain>/metadata?a=b",
            "limit-all": "/images?limit=2&bogus=1&name=twin", "slashes": "//images?limit=1", "detail-slash": "/images/detail/",
        }.items():
            send(f"{base}-{name}", "GET", base + path)
    send("microversion-at-v2", "GET", "/v2/images?limit=1", headers={"OpenStack-API-Version": "compute 2.36"})
    send("bad-microversion-at-v2", "GET", "/v2/images?limit=1", headers={"OpenStack-API-Version": "compute abc"})
    for path in ("/<project:other>/images?limit=1", f"/{UNKNOWN}/images?limit=1", "/nonsense/images?limit=1",
                 "/<project:other>/images?limit=abc", "/abc", "/abc/", "/<project:demo>//", "/os-quota-sets/<project:demo>"):
        send(f"path-{path}", "GET", f"/v2.1{path}")
    send("other-project-at-v2", "GET", "/v2/<project:other>/images")
    send("other-project-bad-body", "POST", "/v2.1/<project:other>/images/abc/metadata", body="{")
    send("no-token-project", "GET", "/v2.1/<project:demo>/", user=None)
    both.each("create", "scratch")
    path = "/v2/images/<scratch>/metadata"
    for name, method, part, body in (
        ("extra", "POST", "", {"metadata": {"a": "b"}, "extra": 1}), ("bad-key", "POST", "", {"metadata": {"a/b": "b"}}),
        ("mixed", "POST", "", {"metadata": {"a/b": "1", "n": "2"}}), ("number", "POST", "", {"metadata": {"ok": 1}}),
        ("odd-value", "PUT", "", {"metadata": {"q?": {"a": True}}}), ("two", "PUT", "/x", {"meta": {"x": "1", "y/": "2"}}),
        ("item-extra", "PUT", "/x", {"meta": {"x": "1"}, "q": 1}), ("long", "POST", "", {"metadata": {"long/": "v" * 300}}),
        ("emoji", "POST", "", {"metadata": {"🗝": "v"}}), ("empty-key", "POST", "", {"metadata": {"": "v"}}),
        ("none", "POST", "", {"metadata": {"n": None}}), ("no-wrapper", "PUT", "", {"meta": {}}),
    ):
        send(f"legacy-{name}", method, path + part, body=body)
        send(f"legacy-{name}-then", "GET", path)


@group("glance")
def glance(send, both):
    def do(name, method, path, **more):
        send(name, method, f"/v2/images{path}", service="glance", **more)

    for label in ("plain", "public-large", "unicode", "queued", "deactivated", "snapshot", "null-properties", "hidden",
                  "protected", "other-shared", "other-private"):
        do(label, "GET", f"/<{label}>")
    do("create-public", "POST", "", body={"visibility": "public"})
    do("create-as-reader", "POST", "", user="demo-reader", body={"name": "x"})
    do("create-bad", "POST", "", body="{")
    both.each("create", "scratch", data=None, name="s", b="2", a="1", tags=["z"], min_ram=5, visibility="shared")
    do("queued-made", "GET", "/<scratch>")
    octets = {"Content-Type": "application/octet-stream"}
    do("upload-as-other", "PUT", "/<scratch>/file", user="other", body=b"hello", headers=octets)
    do("upload", "PUT", "/<scratch>/file", body=b"hello", headers=octets)
    do("upload-again", "PUT", "/<scratch>/file", body=b"hello", headers=octets)
    do("uploaded", "GET", "/<scratch>")
    do("share", "POST", "/<scratch>/members", body={"member": "<project:other>"})
    do("share-again", "POST", "/<scratch>/members", body={"member": "<project:other>"})
    send("pending-image", "GET", "/v2.1/images/<scratch>", user="other")
    send("pending-list", "GET", "/v2.1/images?name=s", user="other")
    do("accept", "PUT", "/<scratch>/members/<project:other>", user="other", body={"status": "accepted"})
    send("accepted-list", "GET", "/v2.1/images?name=s", user="other")
    send("accepted-delete", "DELETE", "/v2.1/images/<scratch>", user="other")
    do("deactivate", "POST", "/<scratch>/actions/deactivate")
    send("deactivated", "GET", "/v2.1/images/<scratch>")
    do("reactivate", "POST", "/<scratch>/actions/reactivate")
    send("reactivated", "GET", "/v2.1/images/<scratch>")
    do("delete-protected", "DELETE", "/<protected>")
    do("delete-as-reader", "DELETE", "/<scratch>", user="demo-reader")
    do("delete", "DELETE", "/<scratch>")
    do("delete-again", "DELETE", "/<scratch>")
    do("get-deleted", "GET", "/<scratch>")


PATCH = "application/openstack-images-v2.1-json-patch"


@group("glance-versions")
def image_versions(send, both):
    def get(name, path, **more):
        send(name, "GET", path, service="glance", **more)

    for path in ("/", "/versions", "/versions/x", "/v1", "/v3/", "/images", "/v2.14/images", "/v2.18/images", "/nonsense"):
        get(f"no-version-{path}", path, user=None)
    for path in ("/v2", "/v2/", "/v2/images", "/v2.1/images", "/v2/nonsense"):
        get(f"no-token-{path}", path, user=None)
    for path in ("/v2", "/v2/", "/v2.1", "/v2.0/images?limit=1", "/v2.1/images?limit=1", "/v2.17/images?limit=1",
                 "/v2/v2/images", "//v2//images?limit=1", "/v2/images/", "/v2/images.json", "/v2/nonsense",
                 "/v2.1/images/<plain>", "/v2/images/<plain>/nonsense", "/v2/images/<plain>/metadata"):
        get(f"path-{path}", path)
    accept = {"Accept": "application/vnd.openstack.images-v2.7"}
    get("by-accept", "/images?limit=1", headers=accept)
    get("by-accept-twice", "/v2/images", headers=accept)
    get("by-unknown-accept", "/v2/images", headers={"Accept": "application/vnd.openstack.images-v9"})
    get("host", "/", user=None, headers={"Host": "cloud.example:9292", "X-Forwarded-Proto": "https"})
    for path, methods in {
        "": ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"), "/<plain>": ("HEAD", "PUT", "POST", "OPTIONS"),
        "/<plain>/members": ("PUT",), "/<plain>/members/x": ("POST",), "/<plain>/tags/t": ("GET",), "/<plain>/tags/t/u": ("PUT",),
        "/<plain>/actions/deactivate": ("GET",), "/<plain>/file": ("POST",), "/<plain>/nonsense": ("PUT", "OPTIONS"),
    }.items():
        for method in methods:
            send(f"{method}-{path}", method, f"/v2/images{path}", service="glance")
    for accept in ("*/*", "application/json", "text/html", "application/xml", "text/plain", "application/octet-stream", None):
        get(f"not-found-{accept}", f"/v2/images/{UNKNOWN}", headers={"Accept": accept})
        send(f"not-allowed-{accept}", "PUT", "/v2/images", service="glance", headers={"Accept": accept})
        send(f"not-permitted-{accept}", "POST", "/v2/images", service="glance", body={"owner": "<b>é"}, headers={"Accept": accept})
        send(f"type-{accept}", "PATCH", "/v2/images/<plain>", service="glance", body=[], headers={"Accept": accept})
    get("request-id", "/v2/images?limit=0", headers={"X-OpenStack-Request-ID": "req-11111111-2222-3333-4444-555555555555"})
    both.each("authenticate", "demo", "gone")
    both.each("revoke", "gone")
    get("revoked", "/v2/images", token="gone")


@group("glance-list")
def image_list(send, both):
    def get(name, query, **more):
        send(name, "GET", f"/v2/images{query}", service="glance", **more)

    cafe = quote("образ データ café")
    plain = (b"plain\n" * 512)[:512]
    both.each("create", "tagged", name="tagged", data=None, tags=["red", "round"], note="a:b", min_disk=7)
    both.each("create", "red", name="red, \"round\"", data=None, tags=["red"], note="a,b")
    both.each("create", "colon", name="with:colon", visibility="shared", tags=["red", "round"])
    for user in ("demo", "demo-reader", "other", "admin"):
        get(f"all-{user}", "?limit=100", user=user)
        get(f"default-{user}", "", user=user)
    for value in ("0", "1", "-1", "abc", "", "1.5", "%201", "+1", "1_0", "_1", "1000", "1001", "99999999999999999999", "1&limit=2"):
        get(f"limit={value}", f"?limit={value}")
    for query in (
        f"marker={UNKNOWN}", "marker=abc", "marker=", "marker=<other-private>", "marker=<other-community>&limit=1",
        "marker=<hidden>&limit=1", "marker=<plain>&limit=1", "marker=<plain>&marker=<unicode>", f"marker={'a' * 37}",
        "marker=<public-small>", "name=twin&limit=1&marker=<twin-2>", "tag=red&tag=round&limit=1", "limit",
        "tag=round&tag=red&limit=1&marker=<colon>", "limit=2&name=twin&bogus=", f"limit=1&name={cafe}", "limit=1;name=twin",
        "a=1&b=2&a=3&limit=1", "=x", "&&limit=1", "limit=1&a+b=c%2B%26", "name=%ff", "%ff=x", "name=a%00b",
    ):
        get(query, f"?{query}")
    get("marker-of-other-as-admin", "?marker=<other-private>&limit=1", user="admin")
    for key in ("name", "id", "status", "container_format", "disk_format"):
        for value in ("", "in:", "eq:", "x:y", "neq:active", "in:active,raw,twin,bare,<plain>", 'in:"twin","plain"', 'in:"a',
                      'in:"a"b', 'in:a"b"', "in:twin,", "eq:twin", "twin", "TWIN", "active", "raw", "bare", "<plain>", "null"):
            get(f"{key}={value}", f"?limit=3&{key}={value}")
    for value in ("with:colon", "eq:with:colon", "in:with:colon", 'in:"red,%20\\"round\\""', "red,%20%22round%22", cafe, "2020-01-01T00:00:00Z",
                  "twin&name=plain", "plain&name=x:y", "%20twin"):
        get(f"name={value}", f"?name={value}")
    for value in ("public", "private", "shared", "community", "all", "", "bogus", "in:public", "PUBLIC", "public&visibility=private",
                  "bogus&visibility=public", "public&visibility=bogus"):
        get(f"visibility={value}", f"?limit=100&visibility={value}")
        get(f"visibility={value}-as-other", f"?limit=100&visibility={value}", user="other")
    get("visibility-all-as-admin", "?limit=100&visibility=all", user="admin")
    for value in ("pending", "accepted", "rejected", "all", "", "bogus", "all&member_status=all"):
        get(f"member_status={value}", f"?limit=100&member_status={value}")
    for key in ("size_min", "size_max", "virtual_size_min", "min_disk_min", "min_ram_max", "size", "min_disk", "min_ram", "virtual_size"):
        for value in ("100", "0", "-1", "abc", "", "1.0", "%20100", "1_00", "99999999999999999999", "5&size_min=0"):
            get(f"{key}={value}", f"?limit=2&{key}={value}")
    for query in ("created_at_min=1", "name_min=1", "name_max=9", "owner_min=0", "status_max=0", "foo_min=1",
                  "foo_max=x", "_min=1", "properties=", "properties=x", "locations=x", "members=x", "tags=x", "tags=", "metadata=x",
                  "deleted=true", "is_public=true", "page_size=1", "self=x", "registry=x", "save=x", "__class__=x", "changes-since=",
                  "changes-since=x", "sort=name&sort=size", "owner=<project:other>", "owner=", "owner=<project:other>&visibility=all"):
        get(query, f"?limit=2&{query}")
    for key in ("created_at", "updated_at"):
        for value in ("gt:2020-01-01T00:00:00Z", "lt:2020-01-01T00:00:00Z", "gte:2020-01-01", "lte:2100-01-01T00:00:00%2B01:00",
                      "neq:2020-01-01T00:00:00.123456Z", "eq:2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z", "in:2020-01-01T00:00:00Z",
                      "gt:2020-01-01T00:00:00+01:00", "gt:yesterday", "", "gt:", "x", "lt:2020-01-01T00:00:00Z&{}=gt:2020-01-01"):
            get(f"{key}={value}", f"?limit=1&{key}={value.format(key)}")
    for query in ("os_hidden=true", "os_hidden=True", "os_hidden=false&limit=1", "os_hidden=1", "os_hidden=", "os_hidden=x&os_hidden=true",
                  "protected=true", "protected=false&limit=1", "protected=True", "protected=", "tag=red", "tag=red&tag=round",
                  "tag=red&tag=x", "tag=in:red,round", "tag=", "tag=%20red", "tag=two%20words", "tag=red&tags=x", "note=a:b", "note=a%3Ab",
                  "note=in:a,b", "note=a,b", "note=", "no_such=x", "os_distro=cirros", "os_distro=ubuntu&os_version=24.04", "kernel_id=",
                  "empty=", "a/b=slash", "with+space=v", "hw_rng_model=virtio&hw_rng_model=x", "image_type=snapshot", "checksum=x",
                  "os_hash_value=x", "checksum=" + hashlib.md5(plain).hexdigest(), "checksum_min=0&limit=1", "checksum_max=0",
                  "os_hash_value=" + hashlib.sha512(plain).hexdigest(), "os_hash_algo=sha512&limit=2", "os_hash_algo=md5"):
        get(query, f"?{query}")
    for query in ("name", "name:asc", "name:desc", "size:asc", "size", "size:desc,name:asc", "status:asc,name", "created_at:asc",
                  "updated_at:asc&name=in:twin,plain", "disk_format:asc", "%20name%20:%20asc%20", "name:", "min_disk", "name:up", "", ",", "name,size,", "NAME"):
        get(f"sort={query}", f"?limit=4&sort={query}")
    for query in ("sort_key=name&sort_dir=asc", "sort_key=name", "sort_dir=asc", "sort_key=size&sort_key=name&sort_dir=asc",
                  "sort_key=size&sort_key=name&sort_dir=asc&sort_dir=desc", "sort_key=size&sort_key=name&sort_key=id&sort_dir=asc&sort_dir=desc",
                  "sort_dir=asc&sort_dir=desc", "sort_key=os_distro", "sort_dir=up", "sort_key=", "sort_key=%20name%20",
                  "sort=name&sort_key=size", "sort=name&sort_dir=asc"):
        get(query, f"?limit=4&{query}")
    for query in ("sort=name:asc&marker=<nameless>", "sort=name:asc&marker=<empty-name>", "sort=name:asc&marker=<plain>",
                  "sort=size:asc&marker=<queued>", "sort=size:desc&marker=<queued>", "sort=size:asc&marker=<no-bytes>",
                  "sort=size:desc,name:asc&marker=<twin-1>", "sort=name&marker=<twin-1>", "sort=status:asc&marker=<plain>"):
        get(query, f"?limit=3&{query}")
    get("body", "?limit=1", body={})
    send("unscoped-token", "POST", "/v3/auth/tokens", service="keystone", user=None, body={"auth": {"identity": PASSWORD}}, remember="unscoped")
    for name, method, path in (("list", "GET", "?limit=1"), ("bad-list", "GET", "?os_hidden=x"), ("bad-filter", "GET", "?name=x:y"),
                               ("show", "GET", "/<plain>"), ("show-public", "GET", "/<public-small>"), ("create", "POST", "")):
        send(f"unscoped-{name}", method, f"/v2/images{path}", service="glance", token="unscoped", body={} if method == "POST" else None)


@group("glance-show")
def image_show(send, both):
    def get(name, path, **more):
        send(name, "GET", f"/v2/images/{path}", service="glance", **more)

    for label in ("public-small", "public-large", "plain", "unicode", "odd-name", "long-name", "nameless", "empty-name", "queued",
                  "no-bytes", "protected", "hidden", "deactivated", "snapshot", "volume-snapshot", "null-properties",
                  "many-properties", "long-property", "odd-properties", "other-private", "other-community", "other-shared"):
        for user in ("demo", "other", "admin"):
            get(f"{label}-as-{user}", f"<{label}>", user=user)
    for one in both.clouds:
        one.names["<PLAIN>"] = one.names["<plain>"].upper()
    for path in (UNKNOWN, "abc", "<PLAIN>", "<plain>/", "<plain>.json", "..", "%2e%2e", "a%20b", quote("ключ"), "a%00b", "a%0Ab",
                 "a" * 300, "<plain>?a=b", "<plain>;a=b", "%3Cb%3E", "detail", "file", "a'b"):
        get(f"path-{path[:30]}", path)
        get(f"path-{path[:30]}-json", path, headers={"Accept": "application/json"})
    get("body", "<plain>", body={})


@group("glance-create")
def image_create(send, both):
    def create(name, body, **more):
        send(name, "POST", "/v2/images", service="glance", body=body, image=True, **more)

    both.each("create", "made", data=None)
    both.each("create", "deleted", data=None)
    send("delete", "DELETE", "/v2/images/<deleted>", service="glance")
    create("nothing", {})
    create("everything", {"name": "all", "visibility": "private", "min_disk": 1, "min_ram": 2, "protected": False, "os_hidden": True,
                          "tags": ["b", "a", "b"], "disk_format": "qcow2", "container_format": "bare", "z": "1", "a": "2"})
    for label in ("made", "deleted", "other-private"):
        create(f"id-of-{label}", {"id": f"<{label}>"})
    for key, values in {
        "id": ("abc", "a" * 32, None, 5), "name": (None, "", "n" * 255, "n" * 256, "a🗝", 5, True, "a\0b", "a\nb", "  a  ", "a b " * 80, {"a": "b" * 80}),
        "visibility": ("private", "community", "public", "bogus", None, 5), "owner": ("<project:demo>", "<project:other>", None, "", 5),
        "min_disk": (-1, 1.5, "1", 2147483647, 2147483648, None, 10 ** 20, True), "min_ram": (-1, 2147483648, [1]),
        "protected": ("true", True, None, 1), "os_hidden": (True, "x", None), "tags": ("a", [1], None, [""], ["t" * 255], ["a", "t" * 256],
        [str(n) for n in range(128)], [str(n) for n in range(129)], ["a b", "a/b", "A", "a"], {}, [None, 1]),
        "container_format": (None, "zip", "docker", 5), "disk_format": (None, "floppy", "ploop", "RAW", []),
        "k": ("v", "", 1, None, True, ["a"], {"a": 1}, 1.5, "v" * 3000, "a🗝", "a\0b", ["a" * 80, "b"]), "🗝": ("v",), "": ("v",), " k ": ("v",),
        "k" * 255: ("v",), "k" * 256: ("v",), "a/b~c d%?": ("v",), "a\nb": ("v",), "os_Distro x": ("🗝",),
        "kernel_id": (None, "x", UNKNOWN, UNKNOWN + "\n", 5), "ramdisk_id": (None,), "architecture": (None, "x"), "description": (5,),
        "cinder_encryption_key_deletion_policy": ("x", "do_not_delete"),
    }.items():
        for n, value in enumerate(values):
            create(f"{key[:20]}-{n}", {key: value})
    for key in """status size virtual_size checksum created_at updated_at self file schema direct_url stores location deleted
            deleted_at os_glance os_glance_x OS_GLANCE_X os_hash_algo os_hash_value is_public properties store base context delete
            member image_id extra_properties owner_id limit marker""".split():
        create(f"reserved-{key}", {key: "queued"})
        create(f"reserved-{key}-number", {key: 5})
    create("locations", {"locations": []})
    create("two-wrong", {"a": 1, "b": 2, "name": 3})
    create("wrong-and-read-only", {"self": "x", "name": 3})
    create("wrong-and-tag", {"zz": 1, "tags": [1]})
    create("tags-twice-wrong", {"tags": [1, "t" * 256, 2]})
    create("128", {f"k{n}": "v" for n in range(128)})
    create("129", {f"k{n}": "v" for n in range(129)})
    for name, body in {"empty": "", "not-json": "{", "list": "[]", "null": "null", "text": '"x"', "number": "1", "bom": "\ufeff{}",
                       "bad-utf8": b'{"name": "\xff"}', "twice": '{"name": "a", "name": "b"}', "nan": '{"min_disk": NaN}',
                       "surrogate": '{"name": "a\\ud800b"}', "escaped": '{"name": "\\u0437"}', "infinity": '{"min_disk": Infinity}'}.items():
        create(f"body-{name}", body)
    create("chunked", {"name": "x"}, headers={"Transfer-Encoding": "chunked"})
    create("no-body", None)
    create("no-content-type", {"name": "x"}, headers={"Content-Type": None})
    create("as-reader", {}, user="demo-reader")
    create("as-reader-owner", {"owner": "<project:other>"}, user="demo-reader")
    create("as-admin-public", {"visibility": "public", "name": "public"}, user="admin")
    create("as-admin-owner", {"owner": "<project:demo>"}, user="admin")
    create("as-admin-no-owner", {"owner": None}, user="admin")
    create("no-token", {}, user=None)
    create("forwarded", {}, headers={"X-Forwarded-Proto": "https", "Host": "cloud.example:9292"})
    for accept in ("application/json", None):
        create(f"accept-{accept}", {"visibility": "bogus"}, headers={"Accept": accept})


@group("glance-patch")
def image_patch(send, both):
    def patch(name, changes, image="<scratch>", **more):
        headers = {"Content-Type": PATCH, **more.pop("headers", {})}
        send(name, "PATCH", f"/v2/images/{image}", service="glance", body=changes, headers=headers, **more)

    def show(name, image="<scratch>", **more):
        send(name, "GET", f"/v2/images/{image}", service="glance", **more)

    def op(operation, path, *value):
        return {"op": operation, "path": path, **({"value": value[0]} if value else {})}

    def new(data=None, **fields):
        both.each("create", "scratch", data=data, **{"name": "patched", "tags": ["a", "b"], "k": "v", **fields})

    new()
    for name, changes in {
        "replace-name": [op("replace", "/name", "second")], "add-name": [op("add", "/name", "third")], "name-null": [op("add", "/name", None)],
        "remove-name": [op("remove", "/name")], "add": [op("add", "/x", "1")], "add-again": [op("add", "/x", "2")],
        "replace": [op("replace", "/x", "3")], "replace-missing": [op("replace", "/no_such", "x")], "remove": [op("remove", "/x")],
        "remove-missing": [op("remove", "/x")], "nothing": [], "same": [op("replace", "/k", "v")],
        "three": [op("add", "/a", "1"), op("replace", "/k", "w"), op("remove", "/a")],
        "second-fails": [op("add", "/atom", "1"), op("remove", "/no_such")], "object": op("add", "/k", "v"), "text-in-list": ["x"],
        "test": [op("test", "/k", "v")], "no-op": [{"path": "/k"}], "op-null": [{"op": None, "path": "/k"}], "op-number": [{"op": 5, "path": "/k"}],
        "no-path": [{"op": "add", "value": "v"}], "no-value": [op("add", "/k")], "no-value-replace": [op("replace", "/k")],
        "remove-value": [op("remove", "/no_such", "v")], "extra-member": [{**op("add", "/k", "v"), "x": 1}],
        "path-number": [{"op": "add", "path": 5, "value": "v"}], "op-case": [op("Add", "/k", "v")],
    }.items():
        patch(name, changes)
    show("after")
    # The order of the properties in a response and in the database.
    patch("order", [op("add", "/z", "1"), op("add", "/y", "2"), op("remove", "/k"), op("add", "/k", "3"), op("remove", "/z")])
    show("order-then")
    patch("order-again", [op("add", "/n", "1"), op("add", "/z", "2")])
    show("order-again-then")
    new()
    for path in ("k", "", "/", "//", "/k/", "/k/l", "//k", "///k", "/a//b", "/a/ /b", "// ", "/a~1b", "/a~0b", "/a~01b", "/a~b", "/a~2b",
                 "/a~", "/~1", "/ k ", "/ ", "/ключ", "/🗝", "/a\nb", "/a%2Fb", "/" + "k" * 256, "/tail\n", "/\u00a0nb", "/a\x1f", "/a\0b"):
        for operation in ("add", "remove"):
            patch(f"path-{path[:10]!r}-{operation}", [op(operation, path, "v")])
    new(**{" lead": "1", "lead": "2"})
    patch("spaces", [op("replace", "/ lead", "3")])
    patch("spaces-remove", [op("remove", "/ lead")])
    patch("spaces-remove-again", [op("remove", "/ lead")])
    new()
    for n, value in enumerate(("", None, 1, True, ["x"], {"x": 1}, "a🗝", "a\0b", " a ", "v" * 3000)):
        patch(f"value-{n}", [op("add", "/k", value)])
    patch("value-surrogate", '[{"op": "add", "path": "/k", "value": "\\ud800"}]')
    for n, (key, value) in enumerate((
        ("kernel_id", None), ("kernel_id", "x"), ("os_distro", None), ("tags", ["b", "c", "b"]), ("tags", []), ("tags", None), ("tags", "x"),
        ("tags", [1]), ("tags", [str(n) for n in range(129)]), ("tags", ["x" * 256]), ("visibility", "community"), ("visibility", "public"),
        ("visibility", "x"), ("visibility", None), ("visibility", "private"), ("min_disk", 3), ("min_disk", -1), ("min_disk", "3"),
        ("min_disk", 2147483648), ("min_ram", 4), ("protected", True), ("name", "protected"), ("protected", False), ("protected", "x"),
        ("os_hidden", True), ("disk_format", "qcow2"), ("disk_format", "x"), ("disk_format", None), ("container_format", "ova"),
        ("name", "n" * 256), ("name", "🗝"), ("name", 5), ("owner", "<project:demo>"), ("owner", 5), ("tags", ["🗝"]),
    )):
        for operation in ("replace", "add"):
            patch(f"field-{n}-{key}-{operation}", [op(operation, f"/{key}", value)])
    for key in ("visibility", "owner", "min_disk", "tags", "protected", "disk_format", "image_id"):
        patch(f"remove-{key}", [op("remove", f"/{key}")])
    for path in ("/tags/-", "/tags/0", "/locations", "/locations/-", "/locations/0", "/name/0"):
        for operation in ("add", "replace", "remove"):
            if (operation, path) not in (("add", "/locations/-"), ("add", "/locations/0")):
                patch(f"deep-{path}-{operation}", [op(operation, path, "x")])
    location = {"url": "file:///x", "metadata": {}}
    patch("locations-empty", [op("replace", "/locations", [])])
    patch("locations-set", [op("replace", "/locations", [location])])
    patch("locations-add", [op("add", "/locations/-", location)])
    patch("locations-remove-as-admin", [op("remove", "/locations/0")], user="admin")
    new()
    for key in """status size virtual_size checksum created_at updated_at self file schema direct_url id os_hash_algo os_hash_value
            location deleted deleted_at os_glance os_glance_x stores store member helper context repo notifier delete deactivate
            reactivate get_data set_data send_notification get_payload base extra_properties image_id __class__ __dict__ image
            db_api policy locations_ Name is_public""".split():
        for operation in ("add", "replace", "remove"):
            patch(f"name-{key}-{operation}", [op(operation, f"/{key}", "x")])
    show("names-then")
    both.each("create", "scratch", data=None, base="x", context="x", delete="x", image="x")
    for operation, path in (("replace", "/base"), ("add", "/context"), ("remove", "/delete"), ("remove", "/image"), ("remove", "/base")):
        patch(f"kept-{path}", [op(operation, path, "y")])
    show("kept-then")
    new(data=b"stored")
    for key, value in (("disk_format", "qcow2"), ("disk_format", "raw"), ("container_format", "ova"), ("stores", "x"), ("name", "stored")):
        patch(f"active-{key}-{value}", [op("replace", f"/{key}", value)])
    patch("active-add-stores", [op("add", "/stores", "x")])
    for name, kind in {"json": "application/json", "json-patch": "application/json-patch+json", "none": None, "empty": "",
                       "charset": PATCH + "; charset=utf-8", "upper": PATCH.upper()}.items():
        patch(f"type-{name}", [], headers={"Content-Type": kind})
    for name, body in {"empty": "", "not-json": "[", "bad-utf8": b'["\xff"]', "text": '"x"', "nothing": None}.items():
        patch(f"body-{name}", body)
    patch("chunked", [], headers={"Transfer-Encoding": "chunked"})
    patch("if-match", [], headers={"If-Match": '"x"'})
    for name, changes in {"nothing": [], "add": [op("add", "/by", "x")], "owner": [op("replace", "/owner", "x")], "bad": "["}.items():
        for user in ("demo-reader", "other", "admin"):
            patch(f"{name}-as-{user}", changes, user=user)
        for image in ("other-private", "other-community", "other-shared", "public-small", "abc"):
            patch(f"{name}-of-{image}", changes, image=f"<{image}>")
    patch("no-token", [], user=None)
    patch("deactivated", [op("add", "/k", "v"), op("remove", "/k")], image="<deactivated>")
    new(visibility="shared")
    patch("give-away", [op("add", "/owner", "<project:other>"), op("add", "/name", "given")])
    patch("give-away-alone", [op("add", "/name", "given"), op("add", "/kept", "no"), op("add", "/owner", "<project:other>")])
    for user in ("demo", "other", "admin"):
        show(f"given-as-{user}", user=user)
    new()
    patch("admin-owner", [op("replace", "/owner", "<project:other>")], user="admin")
    patch("admin-owner-null", [op("replace", "/owner", None)], user="admin")
    show("no-owner")
    show("no-owner-as-other", user="other")
    send("no-owner-list", "GET", "/v2/images?limit=1", service="glance")
    both.each("create", "scratch", data=None, **{f"k{n}": "v" for n in range(128)})
    patch("129th", [op("add", "/more", "v")])
    patch("swap", [op("remove", "/k0"), op("add", "/more", "v")])
    patch("over-and-back", [op("add", "/again", "v"), op("remove", "/k1")])
    patch("replace-at-128", [op("add", "/again", "w")])
    patch("129th-as-json", [op("add", "/one", "v")], headers={"Accept": "application/json"})
    new()
    patch("first", [op("add", "/k", "1")], dates=True)
    time.sleep(1.1)
    patch("no-changes", [], dates=True)
    patch("a-change", [op("add", "/k", "1")], dates=True)


@group("glance-members")
def image_members(send, both):
    def do(name, method, path, **more):
        send(name, method, f"/v2/images/{path}", service="glance", **more)

    both.each("create", "shared", visibility="shared", tags=["a"])
    both.each("create", "private", data=None)
    other = "<shared>/members/<project:other>"
    for name, body in {"other": {"member": "<project:other>"}, "again": {"member": "<project:other>"}, "unknown": {"member": "nobody"},
                       "empty": {"member": ""}, "null": {"member": None}, "nothing": {}, "list": [], "emoji": {"member": "🗝"},
                       "old": {"member_id": "x"}, "not-json": "{", "unicode": {"member": "проект"}}.items():
        do(f"add-{name}", "POST", "<shared>/members", body=body)
    do("add-private", "POST", "<private>/members", body={"member": "x"})
    do("add-unknown-image", "POST", f"{UNKNOWN}/members", body={"member": "x"})
    for user in ("demo", "demo-reader", "other", "admin"):
        do(f"list-as-{user}", "GET", "<shared>/members", user=user)
        do(f"get-as-{user}", "GET", other, user=user)
        do(f"get-another-as-{user}", "GET", "<shared>/members/nobody", user=user)
        do(f"show-as-{user}", "GET", "<shared>", user=user)
    for image in ("private", "public-small", "other-community", "other-private", "other-shared"):
        do(f"list-of-{image}", "GET", f"<{image}>/members")
        do(f"get-of-{image}", "GET", f"<{image}>/members/<project:demo>")
        do(f"set-of-{image}", "PUT", f"<{image}>/members/<project:demo>", body={"status": "accepted"})
        do(f"remove-of-{image}", "DELETE", f"<{image}>/members/<project:demo>")
    do("set-by-owner", "PUT", other, body={"status": "accepted"})
    for name, body in {"bogus": {"status": "maybe"}, "nothing": {}, "list": [], "null": {"status": None}, "not-json": "{"}.items():
        do(f"set-{name}", "PUT", other, user="other", body=body)
    for status in ("pending", "accepted", "rejected"):
        do(f"set-{status}", "PUT", other, user="other", body={"status": status})
        for filter_status in ("pending", "accepted", "rejected", "all"):
            send(f"{status}-in-{filter_status}", "GET", f"/v2/images?limit=1&member_status={filter_status}&tag=a", service="glance", user="other")
    do("add-as-member", "POST", "<shared>/members", user="other", body={"member": "x"})
    do("remove-as-member", "DELETE", other, user="other")
    do("add-as-reader", "POST", "<shared>/members", user="demo-reader", body={"member": "x"})
    do("list-body", "GET", "<shared>/members", body={})
    do("remove-body", "DELETE", other, body={})
    do("remove", "DELETE", other)
    do("remove-again", "DELETE", other)
    do("not-shared", "GET", "<shared>", user="other")
    for tag in ("t", "t", "two%20words", "a+b", quote("тег"), "t" * 255, "t" * 256, "a%2Fb", "", ".", "..", "a.json", "%20", "A", "a%0Ab"):
        do(f"tag-{tag[:20]}", "PUT", f"<shared>/tags/{tag}")
        do(f"untag-{tag[:20]}", "DELETE", f"<shared>/tags/{tag}")
        do(f"untag-{tag[:20]}-again", "DELETE", f"<shared>/tags/{tag}")
    do("tags-then", "GET", "<shared>")
    do("tag-body", "PUT", "<shared>/tags/t", body={})
    do("untag-body", "DELETE", "<shared>/tags/a", body={})
    do("tag-as-reader", "PUT", "<shared>/tags/t", user="demo-reader")
    for image in ("<other-private>", "<other-community>", UNKNOWN):
        do(f"tag-of-{image}", "PUT", f"{image}/tags/t")
        do(f"untag-of-{image}", "DELETE", f"{image}/tags/t")
    both.each("create", "full", data=None, tags=[f"t{n}" for n in range(128)])
    do("tag-129", "PUT", "<full>/tags/x")
    do("tag-existing", "PUT", "<full>/tags/t0")
    for action in ("deactivate", "reactivate"):
        for image in ("<private>", "<other-private>", "<other-community>", UNKNOWN, "<shared>"):
            do(f"{action}-{image}", "POST", f"{image}/actions/{action}")
        do(f"{action}-again", "POST", f"<shared>/actions/{action}")
        do(f"{action}-then", "GET", "<shared>")
        do(f"{action}-then-as-admin", "GET", "<shared>", user="admin")
        do(f"{action}-as-reader", "POST", f"<shared>/actions/{action}", user="demo-reader")
        do(f"{action}-body", "POST", f"<shared>/actions/{action}", body={})
    do("action-bogus", "POST", "<shared>/actions/bogus")
    for image in ("<other-private>", "<other-community>", "<other-shared>", "<public-small>", UNKNOWN, "abc", "<protected>"):
        do(f"delete-{image}", "DELETE", image)
        do(f"delete-{image}-json", "DELETE", image, headers={"Accept": "application/json"})
    do("delete-body", "DELETE", "<shared>", body={})
    do("delete-as-reader", "DELETE", "<shared>", user="demo-reader")
    do("delete-slash", "DELETE", "<shared>/")
    do("delete-query", "DELETE", "<shared>?a=b")
    do("delete-again", "DELETE", "<shared>")
    do("delete-then", "GET", "<shared>", user="admin")
