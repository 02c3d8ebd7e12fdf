#!/usr/bin/env python3
"""Runs openstacksdk on every case of cases.py and writes table.json.

    python3 -m venv .venv && .venv/bin/pip install -r tests/config/requirements.txt
    .venv/bin/python tests/config/reference.py            # write the table
    .venv/bin/python tests/config/reference.py --check    # fail if it differs

If a case has no reason for a difference, the result of this crate must be that
of openstacksdk.
"""

import argparse
import collections
import importlib
import json
import logging
import os
import pathlib
import sys
import tempfile
import warnings

import keystoneauth1.loading  # noqa: F401, loaded once for all child processes
from openstack.config import loader

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

AUTH = (
    "auth_url username user_id user_domain_id user_domain_name project_id project_name "
    "project_domain_id project_domain_name domain_id domain_name system_scope trust_id "
    "application_credential_id application_credential_name"
).split()
SECRETS = ("password", "token", "application_credential_secret")
MORE_AUTH = ("default_domain_id", "default_domain_name", "endpoint")
COMPUTE = (
    "endpoint_override",
    "interface",
    "region_name",
    "service_name",
    "api_version",
    "default_microversion",
)
IMAGE = COMPUTE[:4]
ORDER = (
    "cloud auth_type auth_url username user_id user_domain_id user_domain_name password token "
    "project_id project_name project_domain_id project_domain_name domain_id domain_name "
    "system_scope trust_id application_credential_id application_credential_name "
    "application_credential_secret region_name interface verify cacert cert key api_timeout "
    "compute_endpoint_override compute_api_version"
).split()

WRONG = []


def lay_out(case, root):
    for directory in ("work", "home"):
        (root / directory).mkdir()
    for name, text in case["files"].items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("$ROOT", str(root)))


def normalized(interface):
    """keystoneauth accepts publicURL for public, and a list in order of preference."""
    if isinstance(interface, list):
        interface = interface[0]
    return interface.removesuffix("URL")


def settings(region):
    """The settings of a CloudRegion, as this crate shows them."""
    config = region.config
    auth = config.get("auth") or {}
    out = {"cloud": region.name, "auth_type": config["auth_type"]}
    for key in (*AUTH, *SECRETS):
        value = auth.get(key) or config.get(key)
        if value:
            out[key] = value
    if region.get_region_name():
        out["region_name"] = region.get_region_name()
    if region.get_interface():
        out["interface"] = normalized(region.get_interface())
    verify, cert = region.get_requests_verify_args()
    out["verify"] = bool(verify)
    if isinstance(verify, str):
        out["cacert"] = verify
    if cert:
        cert = (cert,) if isinstance(cert, str) else cert
        out |= zip(("cert", "key"), cert)
    if config.get("api_timeout") is not None:
        seconds = float(config["api_timeout"])
        out["api_timeout"] = int(seconds) if seconds.is_integer() else seconds
    more = {key: value for key in MORE_AUTH if (value := auth.get(key) or config.get(key))}
    for service, key in [*(("compute", key) for key in COMPUTE), *(("image", key) for key in IMAGE)]:
        name = f"{service}_{key}"
        value = config.get(name)
        if key == "endpoint_override":
            value = value or config.get(f"{service}_endpoint")
        if value:
            target = out if name in ORDER else more
            target[name] = normalized(value) if key == "interface" else value
    secrets = {key: out[key] for key in SECRETS if key in out}
    shown = {key: "***" if key in secrets else out[key] for key in ORDER if key in out}
    return {"settings": shown, "secrets": secrets, "more": more}


def run(case, root):
    """The result of openstacksdk. It runs in a child process."""
    os.environ.clear()
    os.environ |= {"HOME": str(root / "home"), "PATH": os.defpath}
    os.environ |= {k: v.replace("$ROOT", str(root)) for k, v in case["env"].items()}
    os.chdir(root / "work")
    importlib.reload(loader)
    # Move the system directories below the root of the case.
    for files in (loader.CONFIG_FILES, loader.SECURE_FILES, loader.VENDOR_FILES):
        files[:] = [f"{root}{f}" if f.startswith("/etc/") else f for f in files]
    try:
        config = loader.OpenStackConfig()
        region = {"region_name": case["region"]} if case["region"] else {}
        if case["overlay"]:
            skipped = ("OS_CLOUD", "OS_CLOUD_NAME", "OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE")
            options = {
                k.lower(): v
                for k, v in os.environ.items()
                if k.startswith("OS_") and k not in skipped
            }
            # The command has only the option --os-region-name for a region.
            options |= {f"os_{key}": value for key, value in region.items()}
            found = config.get_one_cloud_osc(case["cloud"], argparse=argparse.Namespace(**options))
        else:
            found = config.get_one(case["cloud"], **region)
        return settings(found)
    except Exception as error:
        # The message differs between releases.
        return {"error": type(error).__name__}


def in_child(case):
    with tempfile.TemporaryDirectory() as directory:
        root = pathlib.Path(directory).resolve()
        lay_out(case, root)
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            text = json.dumps(run(case, root), default=str)
            os.write(write, text.replace(str(root), "$ROOT").encode())
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as pipe:
            result = json.loads(pipe.read())
        os.waitpid(child, 0)
        return result


def row(case):
    reference = in_child(case)
    expected = {key: case.pop(key) for key in ("settings", "error") if key in case}
    more = case.pop("more", {})
    name = case["name"]
    if case["differs"] is None:
        if "settings" in expected:
            WRONG.append(f"{name}: settings without a reason for a difference")
        if ("error" in reference) != ("error" in expected):
            WRONG.append(f"{name}: openstacksdk returns {reference}, the case expects {expected}")
        if "settings" in reference:
            expected, more = {"settings": reference["settings"]}, reference["more"]
    elif (expected.get("settings"), case.get("secrets")) == (
        reference.get("settings"),
        reference.get("secrets"),
    ):
        WRONG.append(f"{name}: does not differ: {case['differs']}")
    if "secrets" in reference and case["differs"] is None:
        expected["secrets"] = reference["secrets"]
    elif "secrets" in case:
        expected["secrets"] = case["secrets"]
    case.pop("secrets", None)
    if "settings" in expected:
        expected["more"] = more
    return case | {"reference": reference, "expected": expected}


def main():
    warnings.simplefilter("ignore")
    logging.disable()
    from cases import CASES

    names = [case["name"] for case in CASES]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        sys.exit(f"duplicate names: {twice}")
    table = [row(case) for case in CASES]
    if WRONG:
        sys.exit("\n".join(WRONG))
    text = json.dumps(table, indent=1, ensure_ascii=False) + "\n"
    path = HERE / "table.json"
    reasons = collections.Counter(case["differs"] for case in table if case["differs"])
    print(f"{len(table)} cases; {reasons.total()} differ from openstacksdk, for {len(reasons)} reasons")
    for reason, count in reasons.most_common():
        print(f"{count:4} {reason}")
    if "--check" not in sys.argv:
        path.write_text(text)
    elif path.read_text() != text:
        sys.exit(f"{path} is out of date: run this script without --check")


if __name__ == "__main__":
    main()
