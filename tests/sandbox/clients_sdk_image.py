"""Prints the results of openstacksdk's image service on a cloud: python3 clients_sdk_image.py STATE."""

import io
import os
import pathlib
import sys
import tempfile
import warnings

from clients_cloud import UNKNOWN, Cloud

warnings.simplefilter("ignore")
for name in [name for name in os.environ if name.startswith("OS_") or name.lower().endswith("_proxy")]:
    del os.environ[name]

import openstack  # noqa: E402, it reads the environment
from openstack.exceptions import SDKException  # noqa: E402

cloud = Cloud(sys.argv[1])
os.environ["OS_CLIENT_CONFIG_FILE"] = str(cloud.state / "clouds.yaml")
demo, other = openstack.connect("demo"), openstack.connect("other")
glance = demo.image
DATA = b"0123456789" * 10_000


def step(name, work, show=lambda outcome: outcome):
    """Runs an operation and prints the result or the exception."""
    try:
        outcome = show(work())
    except (SDKException, ValueError, TypeError) as error:
        outcome = f"{type(error).__module__}.{type(error).__name__}: {error} {getattr(error, 'details', None)}"
    cloud.report(name, outcome)


def image(it):
    if it is None:
        return None
    shown = it.to_dict(original_names=True, computed=False)
    shown["tags"] = sorted(shown["tags"])
    return {key: value for key, value in shown.items() if value is not None}


def images(found):
    return [image(it) for it in found if cloud.has(it.id)]


def body(response):
    return {"status": response.status_code, "data": response.content.decode()}


step("versions", glance.get_all_version_data)
for query in (
    {}, {"limit": 1}, {"limit": 5}, {"limit": 1000}, {"limit": 7, "paginated": False}, {"name": "twin"}, {"name": "in:twin,plain"},
    {"status": "active"}, {"status": "queued"}, {"visibility": "public"}, {"visibility": "community"}, {"visibility": "all"},
    {"visibility": "nonsense"}, {"member_status": "all"}, {"size_min": 1000}, {"size_max": 99}, {"sort": "name:asc"},
    {"sort_key": "size", "sort_dir": "desc"}, {"tag": "тег"}, {"is_hidden": True}, {"owner": demo.current_project_id},
    {"marker": UNKNOWN}, {"limit": -1}, {"os_distro": "ubuntu"}, {"protected": True}, {"created_at": "gt:2020-01-01T00:00:00Z"},
):
    # The order of images with the same name or size differs between clouds.
    by = (lambda found: sorted(images(found), key=lambda it: cloud.names[it["id"]])) if "sort" in str(query) else images
    step(f"list {cloud.masked(str(query))}", lambda: glance.images(**query), by if query.get("paginated", True) else lambda it: len(list(it)))
step("list as another", lambda: other.image.images(), images)
for label, id in cloud.images.items():
    step(f"get {label}", lambda: glance.get_image(id), image)
    step(f"get {label} as another", lambda: other.image.get_image(id), image)
step("get an unknown id", lambda: glance.get_image(UNKNOWN), image)
for name in ("plain", "twin", "no such", "hidden", "community", cloud.images["plain"], "образ データ café"):
    step(f"find {cloud.masked(name)}", lambda: glance.find_image(name), image)
step("find an unknown name", lambda: glance.find_image("no such", ignore_missing=False), image)
for label in ("plain", "queued", "no-bytes", "deactivated", "other-community", "other-shared", "other-private"):
    step(f"download {label}", lambda: glance.download_image(cloud.images[label]), body)

created = []


def create(label, **more):
    """Creates an image, which later output calls by its label."""
    made = glance.create_image(label, **more)
    created.append(made.id)
    cloud.names[made.id] = f"<{label}>"
    return made


with tempfile.TemporaryDirectory() as directory:
    path = pathlib.Path(directory) / "data"
    path.write_bytes(DATA)
    try:
        step("create from a file", lambda: create("scratch-file", filename=str(path), disk_format="raw"), image)
        step("then", lambda: glance.get_image(created[-1]), image)
        step("create again from the same file", lambda: glance.create_image("scratch-file", filename=str(path)), image)
        step("create from bytes", lambda: create("scratch-bytes", data=DATA, disk_format="raw", container_format="bare"), image)
        step("create from a stream", lambda: create(
            "scratch-stream", data=io.BytesIO(DATA), disk_format="raw", container_format="bare", visibility="private",
            min_disk=1, min_ram=2, tags=["b", "a"], first="1"), image)
        step("create without data", lambda: create(
            "scratch-queued", allow_duplicates=True, disk_format="raw", container_format="bare"), image)
        queued = glance.get_image(created[-1])
        step("download without data", lambda: glance.download_image(queued.id), body)

        def upload(it, data):
            it.data = data
            return it.upload(glance)

        step("upload", lambda: upload(queued, DATA), lambda it: it.status_code)
        step("upload again", lambda: upload(queued, DATA), lambda it: (it.status_code, it.text))
        step("then", lambda: glance.get_image(queued.id), image)
        step("create with the wrong format", lambda: create(
            "scratch-wrong", data=DATA, disk_format="qcow2", container_format="bare"), image)
        step("find it", lambda: glance.find_image("scratch-wrong"), lambda it: it and created.append(it.id) or image(it))
        step("create for everybody", lambda: create("scratch-public", visibility="public"), image)
        step("create with an invalid format", lambda: create("scratch-bad", disk_format="nonsense"), image)

        made = glance.get_image(created[0])
        output = pathlib.Path(directory) / "output"
        step("download", lambda: glance.download_image(made), lambda it: it.content == DATA)
        step("download to a file", lambda: glance.download_image(made, output=str(output)),
             lambda it: output.read_bytes() == DATA)
        step("download a stream", lambda: glance.download_image(made, stream=True),
             lambda it: b"".join(it.iter_content(1000)) == DATA)
        for changes in (
            {"name": "renamed"}, {"min_ram": 64, "min_disk": 2}, {"visibility": "private"}, {"is_protected": True},
            {"is_hidden": True}, {"is_hidden": False}, {"second": "2", "third": "ünï"}, {"second": "3"}, {"tags": ["x", "y"]},
            {"visibility": "nonsense"}, {"visibility": "public"}, {"number": 1}, {"disk_format": "qcow2"}, {"name": "n" * 256},
            {"status": "queued"}, {},
        ):
            step(f"update {changes}", lambda: glance.update_image(made.id, **changes), image)
        step("delete a protected image", lambda: glance.delete_image(made.id))
        step("unprotect", lambda: glance.update_image(made.id, is_protected=False), image)
        step("add a tag", lambda: glance.add_tag(made.id, "z"))
        step("add it again", lambda: glance.add_tag(made.id, "z"))
        step("remove a tag", lambda: glance.remove_tag(made.id, "x"))
        step("remove it again", lambda: glance.remove_tag(made.id, "x"))
        step("deactivate", lambda: glance.deactivate_image(made.id))
        step("then", lambda: glance.get_image(made.id), image)
        step("download", lambda: glance.download_image(made.id), body)
        step("reactivate", lambda: glance.reactivate_image(made.id))
        step("deactivate a queued image", lambda: glance.deactivate_image(cloud.images["queued"]))

        member = other.current_project_id

        def membership(it):
            return it and (it.status, it.member_id == member)

        step("add a member to a private image", lambda: glance.add_member(made.id, member_id=member), membership)
        step("share", lambda: glance.update_image(made.id, visibility="shared"), image)
        step("add a member", lambda: glance.add_member(made.id, member_id=member), membership)
        step("add the member again", lambda: glance.add_member(made.id, member_id=member), membership)
        step("members", lambda: glance.members(made.id), lambda it: [membership(one) for one in it])
        step("accept as the owner", lambda: glance.update_member(member, made.id, status="accepted"), membership)
        step("find as the member", lambda: other.image.find_image("renamed"), image)
        step("accept as the member", lambda: other.image.update_member(member, made.id, status="accepted"), membership)
        step("find as the member", lambda: other.image.find_image("renamed"), image)
        step("download as the member", lambda: other.image.download_image(made.id), lambda it: it.content == DATA)
        step("update as the member", lambda: other.image.update_image(made.id, name="x"), image)
        step("get the member", lambda: glance.get_member(member, made.id), membership)
        step("remove the member", lambda: glance.remove_member(member, made.id, ignore_missing=False))
        step("remove the member again", lambda: glance.remove_member(member, made.id, ignore_missing=False))
        step("get as the former member", lambda: other.image.get_image(made.id), image)
        for label in ("protected", "public-small", "other-private", "other-community"):
            step(f"delete {label}", lambda: glance.delete_image(cloud.images[label], ignore_missing=False))
        step("delete", lambda: glance.delete_image(made.id, ignore_missing=False))
        step("delete again", lambda: glance.delete_image(made.id, ignore_missing=False))
        step("delete a missing image", lambda: glance.delete_image(made.id))
    finally:
        for id in created:
            glance.delete_image(id)
