"""Prints the results of the command `openstack image` on a cloud: python3 clients_command.py STATE."""

import contextlib
import io
import json
import logging
import os
import pathlib
import sys
import tempfile
import warnings

from clients_cloud import UNKNOWN, Cloud

warnings.simplefilter("ignore")
for name in [name for name in os.environ if name.startswith("OS_") or name.lower().endswith("_proxy")]:
    del os.environ[name]
os.environ["COLUMNS"] = "200"

from openstackclient import shell  # noqa: E402, it reads the environment

cloud = Cloud(sys.argv[1])
os.environ["OS_CLIENT_CONFIG_FILE"] = str(cloud.state / "clouds.yaml")


def run(*arguments, user="demo"):
    """Runs a command in this process, to save time. Returns the status, output and errors."""
    output, errors = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    logging.getLogger().handlers.clear()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        try:
            status = shell.main(["--os-cloud", user, "image", *arguments])
        except SystemExit as end:
            status = end.code
    output.flush()
    return status, output.buffer.getvalue().decode(), errors.getvalue()


def step(*arguments, user="demo"):
    """Runs a command, and prints its status and its output without images of other programs."""
    status, raw, errors = run(*arguments, user=user)
    output = raw
    if output.startswith("{"):
        shown = json.loads(output)
        shown.get("tags", []).sort()
        output = json.dumps(shown, indent=1, ensure_ascii=False)
    elif output.startswith("["):
        # The order of images with the same name differs between clouds.
        listed = [it for it in json.loads(output) if cloud.has(it["ID"])]
        for it in listed:
            it.get("Tags", []).sort()
        output = "".join(sorted(f"{cloud.masked(str(it))}\n" for it in listed))
    cloud.report(cloud.masked(f"{' '.join(arguments)} as {user}"), f"status {status}\n{output}{errors}")
    return raw


def show(name):
    step("show", "-f", "json", name)


with tempfile.TemporaryDirectory() as directory:
    os.chdir(directory)
    data = pathlib.Path("data")
    data.write_bytes(b"0123456789" * 10_000)
    LIST = ("list", "-f", "json")
    for options in ((), ("--long",), ("--limit", "1", "--name", "plain"), ("--public",), ("--private",), ("--shared",), ("--community",), ("--all",),
                    ("--name", "twin"), ("--status", "queued"), ("--property", "os_distro=ubuntu"), ("--tag", "тег"),
                    ("--hidden",), ("--sort", "name:asc,id:asc"), ("--marker", cloud.images["plain"]), ("--limit", "0"),
                    ("--page-size", "4")):
        step(*LIST, *options)
    step(*LIST, user="other")
    for name in ("plain", cloud.images["plain"], "twin", "no such", UNKNOWN, "снимок", "образ データ café",
                 "private to another project", cloud.images["volume-snapshot"]):
        show(name)
    step("show", "plain")
    created = []
    try:
        FORMATS = ("--disk-format", "raw", "--container-format", "bare")
        for name, options in {
            "scratch-1": ("--file", "data", *FORMATS, "--property", "first=1", "--tag", "a", "--min-disk", "1", "--min-ram", "2"),
            "scratch-2": (*FORMATS, "--private"),
            "scratch-3": ("--file", "data", "--disk-format", "qcow2"),
            "scratch-4": ("--file", "missing"),
            "scratch-5": ("--public",),
            "scratch-6": ("--file", "data", *FORMATS, "--community", "--protected", "--hidden"),
        }.items():
            made = json.loads(step("create", "-f", "json", *options, name) or "{}")
            if "id" in made:
                created.append(made["id"])
                cloud.names[made["id"]] = f"<{name}>"
                show(name)
        for options in (
            ("--name", "scratch-1b"), ("--property", "second=2", "--property", "first=one"), ("--tag", "b"), ("--min-ram", "3"),
            ("--private",), ("--shared",), ("--community",), ("--public",), ("--protected",), ("--unprotected",), ("--hidden",),
            ("--unhidden",), ("--architecture", "x86_64", "--os-distro", "debian"), ("--deactivate",), ("--activate",),
            ("--disk-format", "qcow2"), ("--property", "name=x"),
        ):
            step("set", *options, created[0])
            show(created[0])
        step("set", "--name", "x", "no such")
        step("set", "--name", "x", "twin")
        for options in (("--property", "second"), ("--property", "second"), ("--tag", "b"), ("--tag", "b"), ("--property", "name")):
            step("unset", *options, created[0])
            show(created[0])
        step("save", "--file", "saved", created[0])
        saved = pathlib.Path("saved")
        cloud.report("the saved data", str(saved.exists() and saved.read_bytes() == data.read_bytes()))
        step("save", "plain")
        step("save", "--file", "nothing", cloud.images["queued"])
        nothing = pathlib.Path("nothing")
        cloud.report("the data of a queued image", str(nothing.exists() and nothing.stat().st_size))
        step("save", "--file", "nothing", cloud.images["deactivated"])
        step("save", "--file", "nothing", "no such")
        step("set", "--shared", created[0])
        step("member", "list", "-f", "value", created[0])
        step("show", "-f", "json", created[0], user="other")
        for name in ("protected", "no such", "cirros-0.6.2-x86_64-disk", "twin", created[-1]):
            step("delete", name)
        step("set", "--unprotected", created[-1])
        step("delete", created[-1], created[0])
        step("delete", created[0])
    finally:
        for id in created:
            run("delete", id)
