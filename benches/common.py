"""Shared by the benchmark scripts: the build, the server, one run."""

import contextlib
import json
import os
import pathlib
import subprocess
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROFILE = "measured"
# The id of the image with data.
DATA_ID = "b6f2a1d0-7c3e-4f58-9a41-5d2e8c0b9f17"


def target():
    """The target directory of cargo."""
    metadata = ["cargo", "metadata", "--no-deps", "--format-version", "1"]
    out = subprocess.run(metadata, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return pathlib.Path(json.loads(out)["target_directory"])


def build(*packages):
    """Builds each package separately, so that none has the features of another."""
    for package in packages:
        command = ["cargo", "build", "--locked", "--quiet", "--profile", PROFILE, "-p", package]
        subprocess.run(command, cwd=ROOT, check=True)
    return target() / PROFILE


def programs(binaries, job):
    """The commands of the floor and of the crate for a job."""
    if job == "glance":
        return [binaries / "bench-floor-glance"], [binaries / "bench-glance", "list"]
    floor_job = job.removesuffix("-from-env")
    return [binaries / "bench-floor", floor_job], [binaries / "bench-list", job]


@contextlib.contextmanager
def server(binaries, images, *data):
    """Runs a server with this number of images, and returns its address.

    `data` is a file and its SHA-512, for the image DATA_ID.
    """
    command = [binaries / "bench-server", str(images), *data]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, close_fds=True
    )
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait()


def environment(base):
    """The environment of a run: always the same, because `from_env` reads all of it."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "OS_AUTH_URL": base + "/v3",
        "OS_USER_ID": "8c9f1b7e2f5d4a1bb0a3c5d7e9f10213",
        "OS_PASSWORD": "secret",
        "OS_PROJECT_ID": "6f70656e737461636b20342065766572",
    }


def run(command, base):
    """Runs a command, and returns its stdout and stderr."""
    done = subprocess.run(
        command, cwd=ROOT, env=environment(base), check=True, capture_output=True, text=True
    )
    return done.stdout.strip(), done.stderr


def stats(base):
    """The requests and connections since the last call."""
    with urllib.request.urlopen(base + "/stats") as response:
        return json.load(response)
