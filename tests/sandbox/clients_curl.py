"""Prints the responses that curl gets from a cloud: python3 clients_curl.py STATE."""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

from clients_cloud import ITEMS, UNKNOWN, Cloud

cloud = Cloud(sys.argv[1])
COMPUTE = cloud.settings["compute"]
JSON = ["-H", "Content-Type: application/json"]


def curl(*arguments, body=None):
    """Returns the head and body that curl prints."""
    command = ["curl", "-sS", "-i", "--noproxy", "*", "--max-time", "60", *arguments]
    if body is not None:
        command += [*JSON, "--data-binary", json.dumps(body, ensure_ascii=False)]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout.replace("\r\n", "\n") + done.stderr


def step(name, *arguments, body=None):
    response = curl(*arguments, body=body)
    # The length depends on ids and URLs. curl checks that it is correct.
    cloud.report(name, re.sub(r"(?i)(content-length: )\d+", r"\1N", known_images(response)))
    return response


def known_images(response):
    """Removes images of other programs from a list."""
    head, end, body = response.partition("\n\n")
    if not body.startswith('{"images": ['):
        return response
    listed = json.loads(body)
    listed["images"] = [image for image in listed["images"] if cloud.has(image["id"])]
    return head + end + json.dumps(listed, indent=1)


def auth_body(user, password, project):
    domain = {"id": "default"}
    credentials = {"name": user, "domain": domain, "password": password}
    return {"auth": {
        "identity": {"methods": ["password"], "password": {"user": credentials}},
        "scope": {"project": {"name": project, "domain": domain}},
    }}


tokens = {}
url = cloud.settings["identity"] + "/auth/tokens"
for user, person in cloud.settings["users"].items():
    response = curl(url, body=auth_body(user, person["password"], person["project"]))
    status, _, rest = response.partition("\n")
    tokens[user] = re.search("(?im)^x-subject-token: (.*)$", rest)[1]
    endpoints = re.findall(r'"interface": "public".*?"url": "(.*?)"', cloud.masked(rest))
    cloud.report(f"authenticate as {user}", f"{status} {sorted(endpoints)}")
step("authenticate with a wrong password", url, body=auth_body("demo", "wrong", "demo"))
step("authenticate for an unknown project", url, body=auth_body("demo", "demo-password", "nowhere"))
credential = {"methods": ["application_credential"], "application_credential": cloud.settings["application_credential"]}
cloud.report("authenticate with an application credential",
          curl(url, body={"auth": {"identity": credential}}).partition("\n")[0])

DEMO, OTHER = (["-H", f"X-Auth-Token: {tokens[user]}"] for user in ("demo", "other"))


def nova(name, path, *arguments, body=None, token=None):
    return step(name, *(token or DEMO), *arguments, COMPUTE + path, body=body)


step("the versions", COMPUTE.removesuffix("/v2.1") + "/")
step("no token", f"{COMPUTE}/images")
step("a bad token", "-H", "X-Auth-Token: nonsense", f"{COMPUTE}/images")
for path in ("/images", "/images/detail"):
    nova(f"list {path}", path)
    # Follow the links to the next page.
    following, pages = f"{path}?limit=7", 0
    while following and pages < 20:
        response = nova(f"page {pages} of {path}", following)
        links = json.loads(response.partition("\n\n")[2]).get("images_links", [])
        following = links[0]["href"].removeprefix(COMPUTE) if links else None
        pages += 1
    cloud.report(f"the pages of {path}", str(pages))
nova("list as another", "/images", token=OTHER)
for query in ("name=twin", "status=SAVING", "limit=-1", "limit=abc", f"marker={UNKNOWN}", "changes-since=x"):
    nova(f"list {query}", f"/images?{query}")
nova("compressed", "/images?limit=1&name=plain", "--compressed")
nova("two at once", f"/images/{cloud.images['plain']}", f"{COMPUTE}/images/{cloud.images['unicode']}")
for label in ("plain", "unicode", "snapshot", "volume-snapshot", "null-properties", "queued", "other-private"):
    nova(f"retrieve {label}", f"/images/{cloud.images[label]}")
for path in (UNKNOWN, "abc", "a%2Fb", f"{cloud.images['plain']}/"):
    nova(f"retrieve {cloud.masked(path)}", f"/images/{path}")
nova("the head of one", f"/images/{cloud.images['plain']}", "--head")

create = {"disk_format": "raw", "container_format": "bare", "visibility": "private", "name": "scratch", "first": "1"}
glance = cloud.settings["image"] + "/v2/images"
created = json.loads(curl(*DEMO, glance, body=create).partition("\n\n")[2])["id"]
cloud.names[created] = "<scratch>"
curl(*DEMO, "-X", "PUT", "-H", "Content-Type: application/octet-stream", "--data-binary", "scratch", f"{glance}/{created}/file")
try:
    path = f"/images/{created}/metadata"
    nova("metadata", path)
    nova("merge", path, body={"metadata": ITEMS})
    nova("reset", path, "-X", "PUT", body={"metadata": {"only": "this", "second": "2"}})
    nova("set an item", f"{path}/new%20one", "-X", "PUT", body={"meta": {"new one": "x"}})
    nova("set another key than in the URL", f"{path}/new%20one", "-X", "PUT", body={"meta": {"else": "x"}})
    for key in ("only", "new%20one", "missing", "a%2Fb", "%D0%BA", ""):
        nova(f"item {key}", f"{path}/{key}")
    nova("delete an item", f"{path}/second", "-X", "DELETE")
    nova("delete it again", f"{path}/second", "-X", "DELETE")
    nova("metadata then", path)
    for bad in ({"metadata": {"k": 1}}, {"meta": {"k": "v"}}, {"metadata": {"k": "v" * 256}}, {"metadata": {"é": "v"}}, {}, []):
        nova(f"merge {bad}", path, body=bad)
    nova("merge invalid JSON", path, *JSON, "--data-binary", "{")
    nova("merge in chunks", path, "-H", "Transfer-Encoding: chunked", body={"metadata": {"k": "v"}})
    nova("merge with Expect", path, "-H", "Expect: 100-continue", body={"metadata": {"k": "v"}})
    nova("reset to nothing", path, "-X", "PUT", body={"metadata": {}})
    nova("the image then", f"/images/{created}")
    nova("merge as another", path, body={"metadata": {"k": "v"}}, token=OTHER)
    for label in ("protected", "public-small", "other-private"):
        nova(f"delete {label}", f"/images/{cloud.images[label]}", "-X", "DELETE")
    nova("delete", f"/images/{created}", "-X", "DELETE")
    nova("delete again", f"/images/{created}", "-X", "DELETE")
finally:
    curl(*DEMO, "-X", "DELETE", f"{glance}/{created}")

# The data of an image.
OCTETS = ["-H", "Content-Type: application/octet-stream"]
created = json.loads(curl(*DEMO, glance, body=create).partition("\n\n")[2])["id"]
cloud.names[created] = "<scratch>"
with tempfile.TemporaryDirectory() as directory:
    path = pathlib.Path(directory) / "data"
    # Above 1 MiB, curl sends `Expect: 100-continue` and waits a second.
    path.write_bytes(b"0123456789abcdef" * 100_000)
    begun = pathlib.Path(directory) / "begun"
    file = f"{glance}/{created}/file"
    try:
        step("download without data", *DEMO, file)
        step("a range without data", *DEMO, "-r", "0-4", file)
        step("upload without a type", *DEMO, "-T", str(path), file)
        step("upload to a missing image", *DEMO, *OCTETS, "-T", str(path), f"{glance}/{UNKNOWN}/file")
        step("upload as another", *OTHER, *OCTETS, "-T", str(path), file)
        step("upload with a bad token", "-H", "X-Auth-Token: nonsense", *OCTETS, "-T", str(path), file)
        step("upload", *DEMO, *OCTETS, "-T", str(path), file)
        step("upload again", *DEMO, *OCTETS, "-T", str(path), file)
        step("the image then", *DEMO, f"{glance}/{created}")
        step("a range", *DEMO, "-r", "10-19", file)
        step("the last bytes", *DEMO, "-r", "-6", file)
        step("beyond the end", *DEMO, "-r", "1600000-", file)
        begun.write_bytes(path.read_bytes()[:1_000_000])
        resumed = subprocess.run(["curl", "-sS", "--noproxy", "*", *DEMO, "-C", "-", "-o", str(begun), file],
                                 capture_output=True, text=True)
        same = begun.read_bytes() == path.read_bytes()
        cloud.report("resume a download", f"{resumed.returncode} {same} {resumed.stderr}")
        step("delete", *DEMO, "-X", "DELETE", f"{glance}/{created}")
        step("download a deleted image", *DEMO, file)
    finally:
        curl(*DEMO, "-X", "DELETE", f"{glance}/{created}")
