"""Sends the same requests to two clouds and shows differences between the responses.

    python3 tests/sandbox/compare [--quiet] REFERENCE SUBJECT [PREFIX...]

REFERENCE and SUBJECT are state directories: each with cloud.json and
images.json, as the sandbox writes them with --state. REFERENCE is usually a
real cloud with the same images. With a PREFIX, only cases whose name begins
with it are run. The cases delete the images that they create.

Compares status, headers (names, order, values) and body. Ids, tokens, dates,
URLs and lengths are replaced first, and each length is checked against its
body. Exits 1 if there is a difference.
"""

import difflib
import sys
import time

import cases
import cloud
import data_cases  # noqa: F401, adds a group


class Both:
    """Sends the request of each case to both clouds."""

    def __init__(self, clouds, prefixes, quiet):
        self.clouds, self.prefixes, self.quiet = clouds, prefixes, quiet
        self.count, self.different = 0, []

    def is_selected(self, group):
        return not self.prefixes or any(
            group.startswith(it) or it.startswith(group) for it in self.prefixes
        )

    def send(self, name, method, path, **request):
        """Runs a case. A GET is repeated up to twice if the responses differ, because
        other programs may create images at the same time, unless many cases differ."""
        if self.prefixes and not any(name.startswith(it) for it in self.prefixes):
            for one in self.clouds:
                one.response(method, path, **request)
            return
        self.count += 1
        for attempt in range(3 if method == "GET" and len(self.different) < 50 else 1):
            time.sleep(attempt)
            responses = [one.response(method, path, **request) for one in self.clouds]
            if responses[0] == responses[1]:
                return
        self.different.append(name)
        if self.quiet:
            return
        print(f"=== {name}: {method} {path} {request.get('headers', '')}")
        lines = [it.split("\n") for it in responses]
        for line in difflib.unified_diff(*lines, "reference", "subject", lineterm="", n=1):
            print(line if len(line) < 1500 else line[:1500] + " ...")

    def each(self, method, /, *args, **more):
        """Calls a method of both clouds."""
        for one in self.clouds:
            getattr(one, method)(*args, **more)


def main(arguments):
    quiet = "--quiet" in arguments
    arguments = [it for it in arguments if it != "--quiet"]
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    both = Both([cloud.Cloud(state) for state in arguments[:2]], arguments[2:], quiet)
    try:
        for group, run in cases.GROUPS.items():
            if both.is_selected(group):
                run(lambda name, *args, **more: both.send(f"{group}-{name}", *args, **more), both)
    finally:
        both.each("clean_up")
    print(f"{both.count} cases, {len(both.different)} differ" + "".join(f"\n  {it}" for it in both.different))
    return 1 if both.different else 0


sys.exit(main(sys.argv[1:]))
