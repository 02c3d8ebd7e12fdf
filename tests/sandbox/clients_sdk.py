"""Prints the results of openstacksdk on a cloud: python3 clients_sdk.py STATE."""

import os
import sys
import warnings

from clients_cloud import ITEMS, UNKNOWN, Cloud

warnings.simplefilter("ignore")
for name in [name for name in os.environ if name.startswith("OS_") or name.lower().endswith("_proxy")]:
    del os.environ[name]

import openstack  # noqa: E402, it reads the environment
from keystoneauth1.exceptions import ClientException  # noqa: E402
from openstack.exceptions import SDKException  # noqa: E402

cloud = Cloud(sys.argv[1])
os.environ["OS_CLIENT_CONFIG_FILE"] = str(cloud.state / "clouds.yaml")


def describe(error):
    """The class, message and details of an exception."""
    details = {key: getattr(error, key, None) for key in ("status_code", "http_status", "details", "request_id")}
    return f"{type(error).__module__}.{type(error).__name__}: {error} {details}"


def step(name, work, show=lambda outcome: outcome):
    """Runs an operation and prints the result or the exception."""
    try:
        outcome = show(work())
    except (SDKException, ClientException) as error:
        outcome = describe(error)
    cloud.report(name, outcome)


def image(it):
    shown = it.to_dict(original_names=True, computed=False)
    return {key: value for key, value in shown.items() if value is not None}


def images(found):
    return [image(it) for it in found if cloud.has(it.id)]


def metadata(it):
    return it.metadata


def authenticate(name, **auth):
    connection = openstack.connect(name, auth=auth)
    connection.authorize()
    return f"{connection.auth['auth_url']}, for project {connection.current_project_id}"


for name in (*cloud.settings["users"], "demo-app"):
    step(f"authenticate as {name}", lambda: authenticate(name))
step("authenticate with a wrong password", lambda: authenticate("demo", password="wrong"))
step("authenticate for an unknown project", lambda: authenticate("demo", project_name="nowhere"))

demo, other = openstack.connect("demo"), openstack.connect("other")
nova, glance = demo.compute, demo.image

step("versions", nova.get_all_version_data)
for details in (False, True):
    kind = "with details" if details else "without details"
    step(f"list {kind}", lambda: nova.images(details), images)
    for limit in (1, 5, 1000):
        step(f"list {kind}, {limit} a page", lambda: nova.images(details, limit=limit), images)
    step(f"list {kind}, one page", lambda: nova.images(details, limit=2, paginated=False), lambda it: len(list(it)))
for query in (
    {"name": "twin"}, {"status": "ACTIVE"}, {"status": "SAVING"}, {"type": "snapshot"}, {"min_disk": 10},
    {"min_ram": 512}, {"changes_since": "2020-01-01T00:00:00Z"}, {"changes_since": "2100-01-01T00:00:00Z"},
    {"server": "11111111-2222-3333-4444-555555555555"}, {"marker": UNKNOWN}, {"limit": -1}, {"min_disk": "abc"},
    {"changes_since": "yesterday"}, {"name": "twin", "limit": 1},
):
    step(f"list {query}", lambda: nova.images(True, **query), images)
step("list as another", lambda: other.compute.images(True), images)

for label, id in cloud.images.items():
    step(f"retrieve {label}", lambda: nova.get_image(id), image)
    step(f"retrieve {label} as another", lambda: other.compute.get_image(id), image)
for id in (UNKNOWN, "abc", "образ"):
    step(f"retrieve {id}", lambda: nova.get_image(id), image)
step("find by name", lambda: nova.find_image("plain"), image)
step("find by an ambiguous name", lambda: nova.find_image("twin"), image)
step("find an unknown name", lambda: nova.find_image("no such", ignore_missing=True))

created = glance.post("/images", json={
    "disk_format": "raw", "container_format": "bare", "visibility": "private", "name": "scratch", "first": "1"}).json()["id"]
cloud.names[created] = "<scratch>"
glance.put(f"/images/{created}/file", data=b"scratch", headers={"Content-Type": "application/octet-stream"})
try:
    step("metadata", lambda: nova.fetch_image_metadata(created), metadata)
    step("merge", lambda: nova.set_image_metadata(created, **ITEMS), metadata)
    step("then", lambda: nova.fetch_image_metadata(created), metadata)
    one = nova.get_image(created)
    for key in (*ITEMS, "no such", "a/b", "ключ"):
        step(f"item {key}", lambda: one.get_metadata_item(nova, key), lambda it: it.metadata[key])
    for key, value in {"os_distro": "fedora", "new": "x", "ключ": "v", "long": "v" * 256, "number": 1, "key": "🗝"}.items():
        step(f"set item {key}", lambda: one.set_metadata_item(nova, key, value), lambda it: it.metadata[key])
    step("then", lambda: nova.fetch_image_metadata(created), metadata)
    step("delete items", lambda: nova.delete_image_metadata(created, ["new"]))
    step("delete them again", lambda: nova.delete_image_metadata(created, ["new"]))
    for bad in ({"k": 1}, {"k": None}, {"k" * 256: "v"}, {"": "v"}, {"k": ["v"]}, {"size": "1"}, {"name": "renamed"}):
        step(f"merge {bad}", lambda: nova.set_image_metadata(created, **bad), metadata)
    many = {f"k{number}": "v" for number in range(129)}
    step("merge too many", lambda: nova.set_image_metadata(created, **many), metadata)
    step("reset", lambda: one.replace_metadata(nova, {"only": "this"}), metadata)
    step("then", lambda: nova.get_image(created), image)
    step("reset to nothing", lambda: nova.delete_image_metadata(created))
    step("then", lambda: nova.fetch_image_metadata(created), metadata)
    for label in ("protected", "public-small", "other-private", "other-shared"):
        id = cloud.images[label]
        step(f"metadata of {label}", lambda: nova.fetch_image_metadata(id), metadata)
        if label != "protected":
            step(f"merge into {label}", lambda: nova.set_image_metadata(id, k="v"), metadata)
            step(f"reset {label}", lambda: one.new(id=id).replace_metadata(nova, {"k": "v"}), metadata)
            step(f"delete an item of {label}", lambda: nova.delete_image_metadata(id, ["k"]))
        step(f"delete {label}", lambda: nova.delete_image(id, ignore_missing=False))
    step("delete as another", lambda: other.compute.delete_image(created, ignore_missing=False))
    step("delete", lambda: nova.delete_image(created, ignore_missing=False))
    step("delete again", lambda: nova.delete_image(created, ignore_missing=False))
    step("delete and ignore missing", lambda: nova.delete_image(created))
    step("retrieve a deleted image", lambda: nova.get_image(created), image)
finally:
    glance.delete(f"/images/{created}")
