"""The settings of a cloud, and output without the values that differ between clouds."""

import json
import pathlib
import re

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
UNKNOWN = "00000000-1111-4222-8333-444444444444"
# Common metadata, and metadata that must be escaped.
ITEMS = {"os_distro": "debian", "Mixed Case": "a b", "dots.and:colons": "ünï \"q\" \\ /", "empty": ""}


class Cloud:
    def __init__(self, state):
        self.state = pathlib.Path(state).resolve()
        self.settings = json.loads((self.state / "cloud.json").read_text())
        self.images = json.loads((self.state / "images.json").read_text())
        self.names = {id: f"<{label}>" for label, id in self.images.items()}
        self.names[UNKNOWN] = UNKNOWN
        self.roots = {
            self.settings["compute"].removesuffix("/v2.1"): "{nova}",
            self.settings["identity"].removesuffix("/v3"): "{keystone}",
            self.settings["image"]: "{glance}",
        }

    def has(self, id):
        """Whether this script knows an image. Other programs may create images at the same time."""
        return id in self.names

    def report(self, step, outcome):
        text = outcome if isinstance(outcome, str) else json.dumps(outcome, ensure_ascii=False, indent=1)
        print(f"== {step}\n{self.masked(text)}")

    def masked(self, text):
        for root, name in self.roots.items():
            text = text.replace(root, name)
        text = re.sub(rf"req-{UUID}", "<request>", text)
        text = re.sub(UUID, lambda it: self.names.get(it[0], "<uuid>"), text)
        text = re.sub(r"\b[0-9a-f]{32}\b", "<hex>", text)
        text = re.sub(r"gAAAAA[\w=-]{20,}", "<token>", text)
        text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", "<date>", text)
        return text
