"""Asks two clouds the same things and shows where their answers differ.

    python3 tests/sandbox/compare [--quiet] REFERENCE SUBJECT [PREFIX...]

REFERENCE and SUBJECT are state directories: each with cloud.json and
images.json, as the sandbox writes them with --state. REFERENCE is usually a
real cloud that holds the same images. Only cases whose name begins with a
PREFIX are run, if any is given. What the cases make they take away again.

Status, headers (names, order, values) and body are compared; ids, tokens,
dates, addresses and lengths are replaced first, and each length is checked
against its own body. Exit 1 if anything differs.
"""

import difflib
import sys
import time

import cases
import cloud


class Both:
    """The two clouds as one: each case is asked of both."""

    def __init__(self, clouds, prefixes, quiet):
        self.clouds, self.prefixes, self.quiet = clouds, prefixes, quiet
        self.count, self.different = 0, []

    def wanted(self, group):
        return not self.prefixes or any(
            group.startswith(it) or it.startswith(group) for it in self.prefixes
        )

    def ask(self, name, method, path, **request):
        """One case. What only looks is asked up to three times: somebody else
        may have had images in a list for a moment. When much differs that is
        not why."""
        if self.prefixes and not any(name.startswith(it) for it in self.prefixes):
            for one in self.clouds:
                one.ask(method, path, **request)
            return
        self.count += 1
        for attempt in range(3 if method == "GET" and len(self.different) < 50 else 1):
            time.sleep(attempt)
            answers = [one.ask(method, path, **request) for one in self.clouds]
            if answers[0] == answers[1]:
                return
        self.different.append(name)
        if self.quiet:
            return
        print(f"=== {name}: {method} {path} {request.get('headers', '')}")
        lines = [it.split("\n") for it in answers]
        for line in difflib.unified_diff(*lines, "reference", "subject", lineterm="", n=1):
            print(line if len(line) < 1500 else line[:1500] + " ...")

    def each(self, what, /, *args, **more):
        """Does something on both that is no case."""
        for one in self.clouds:
            getattr(one, what)(*args, **more)


def main(words):
    quiet = "--quiet" in words
    words = [word for word in words if word != "--quiet"]
    if len(words) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    both = Both([cloud.Cloud(state) for state in words[:2]], words[2:], quiet)
    try:
        for group, run in cases.GROUPS.items():
            if both.wanted(group):
                run(lambda name, *args, **more: both.ask(f"{group}-{name}", *args, **more), both)
    finally:
        both.each("clean_up")
    print(f"{both.count} cases, {len(both.different)} differ" + "".join(f"\n  {it}" for it in both.different))
    return 1 if both.different else 0


sys.exit(main(sys.argv[1:]))
