"""Sends requests to a cloud, and replaces the values in responses that differ between clouds."""

import json
import pathlib
import re
import socket
import urllib.parse

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
UNKNOWN = "00000000-1111-4222-8333-444444444444"
# Ids that the cases set, which are the same in each cloud.
FIXED = {UNKNOWN, "11111111-2222-3333-4444-555555555555", "99999999-8888-7777-6666-555555555555",
         "22222222-3333-4444-5555-666666666666"}


def complete(method, raw):
    """Whether a response on a connection that stays open is complete."""
    head, end, body = raw.partition(b"\r\n\r\n")
    head = head.lower()
    if not end or b"\r\nconnection: close" in head:
        return False
    length = re.search(rb"\r\ncontent-length: (\d+)", head)
    return method == "HEAD" or bool(length) and len(body) >= int(length[1])


class Cloud:
    def __init__(self, state):
        state = pathlib.Path(state)
        self.settings = json.loads((state / "cloud.json").read_text())
        self.roots = {
            "keystone": self.settings["identity"].removesuffix("/v3"),
            "nova": self.settings["compute"].removesuffix("/v2.1"),
            "glance": self.settings["image"],
        }
        # The placeholders in cases, and the values for this cloud.
        self.names = {f"<{label}>": id for label, id in json.loads((state / "images.json").read_text()).items()}
        for name, id in self.settings["projects"].items():
            self.names[f"<project:{name}>"] = id
        self.names["<credential>"] = self.settings["application_credential"]["id"]
        self.names["<secret>"] = self.settings["application_credential"]["secret"]
        self.tokens = set()
        self.created = []
        for user in self.settings["users"]:
            self.authenticate(user, user)
        body = json.loads(self.send("GET", "keystone", "/v3/auth/tokens",
                                    {"X-Auth-Token": self.names["<token:demo>"],
                                     "X-Subject-Token": self.names["<token:demo>"]})[2])
        self.names["<user:demo>"] = body["token"]["user"]["id"]

    # Requests.

    def fill(self, text):
        for name, value in self.names.items():
            if name in text:
                text = text.replace(name, value)
        return text

    def send(self, method, service, path, headers=None, body=None, version="1.1", tail=b""):
        """Returns the status line, header lines and body. The tail is sent after the body."""
        root = urllib.parse.urlsplit(self.roots[service])
        lines = [f"{method} {root.path}{path} HTTP/{version}"]
        given = {key.lower() for key in headers or {}}
        if "host" not in given:
            lines.append(f"Host: {root.netloc}")
        if "accept" not in given:
            lines.append("Accept: */*")
        lines += [f"{key}: {value}" for key, value in (headers or {}).items() if value is not None]
        if body is not None and "transfer-encoding" not in given:
            lines.append(f"Content-Length: {len(body)}")
        elif body is not None:
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        head = "\r\n".join(lines) + "\r\n\r\n"
        with socket.create_connection((root.hostname, root.port or 80), timeout=120) as connection:
            raw = b""
            try:
                connection.sendall(head.encode() + (body or b"") + tail)
            except ConnectionError:
                pass  # rejected before the whole body was read; there can be a response
            try:
                while not complete(method, raw) and (piece := connection.recv(1 << 16)):
                    raw += piece
            except ConnectionError as error:
                if not raw:
                    return type(error).__name__, [], b""
        head, _, content = raw.partition(b"\r\n\r\n")
        first, *rest = head.decode(errors="replace").split("\r\n")
        return first, rest, content

    def response(self, method, path, *, service="nova", user="demo", token=None, headers=None, body=None,
            version="1.1", tail=b"", remember=None, loose=False, dates=False, image=False):
        """Sends a request and returns the response as text that is comparable between clouds."""
        headers = {key: value if value is None else self.fill(value) for key, value in (headers or {}).items()}
        token = self.names.get(f"<token:{token or user}>") if user else token
        if token is not None and "X-Auth-Token" not in headers:
            headers["X-Auth-Token"] = token
        if body is not None:
            body = body if isinstance(body, (bytes, str)) else json.dumps(body, ensure_ascii=False)
            body = body if isinstance(body, bytes) else self.fill(body).encode()
            headers.setdefault("Content-Type", "application/json")
        path = self.fill(path)
        first, rest, content = self.send(method, service, path, headers, body, version, tail)
        if remember:
            self.remember(remember, rest, content)
        if image and " 201 " in first:
            self.created.append(json.loads(content)["id"])
        return self.mask(method, service, first, rest, content, headers.get("Host"), loose, dates)

    def remember(self, name, headers, content):
        """Stores the token or the next link of a response under a name for later cases."""
        for line in headers:
            if line.lower().startswith("x-subject-token: "):
                self.tokens.add(line.split(": ", 1)[1])
                self.names[f"<token:{name}>"] = line.split(": ", 1)[1]
        if b"images_links" in content:
            link = json.loads(content)["images_links"][0]["href"]
            self.names[f"<next:{name}>"] = link.removeprefix(self.roots["nova"])

    # Responses.

    def mask(self, method, requested, first, headers, content, other, loose, dates):
        length = [it.split(": ")[1] for it in headers if it.lower().startswith("content-length: ")]
        wrong = method != "HEAD" and length and length[0] != str(len(content))
        text = content.decode(errors="backslashreplace")
        if loose:
            text = re.sub(r"\\n.*?(?=\",\"title)", "", text)
        text = "\n".join([first, *headers, f"# the length is {length}, not {len(content)}" if wrong else "", text])
        text = re.sub(r"(?i)(content-length: )\d+", r"\1N", text)
        for service, root in self.roots.items():
            parts = urllib.parse.urlsplit(root)
            for host in (other if service == requested else None, parts.netloc):
                for scheme in ("https", "http"):
                    for end in "/\"":
                        text = text.replace(f"{scheme}://{host}{parts.path}{end}", f"{scheme}://{{{service}}}{end}")
        for token in self.tokens:
            text = text.replace(token, "TOKEN")
        text = re.sub(r"gAAAAA[\w=-]{20,}", "TOKEN", text)
        for name, value in sorted(self.names.items(), key=lambda it: -len(it[1])):
            if not name.startswith(("<token", "<next")):
                text = text.replace(value, name).replace(value.upper(), name.upper())
        text = re.sub(rf"req-{UUID}", "req-ID", text)
        text = re.sub(UUID, lambda it: it[0] if it[0] in FIXED else "UUID", text)
        text = re.sub(r"\b[0-9a-f]{32}\b", "HEX", text)
        seen = []

        def date(found):
            """Replaces a date, with a number if the case compares dates."""
            if found[0] < "2026-01":
                return found[0]
            seen.extend([found[0]] if found[0] not in seen else [])
            return f"DATE {seen.index(found[0]) if dates else ''}"

        text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", date, text)
        text = re.sub(r'("audit_ids": )\[([^]]*)\]', lambda it: f"{it[1]}{it[2].count(',') + 1}", text)
        text = re.sub(r'"roles": \[(.*?)\]',
                      lambda it: '"roles": ' + str(sorted(re.findall(r'"name": "(\w+)"', it[1]))), text)
        # The order of sets changes when a service is restarted.
        return re.sub(r'(?m)(?<=^Allow: ).*$|(?<="methods": \[)[^]]*|(?<="tags": \[)[^]]*',
                      lambda it: ", ".join(sorted(it[0].split(", "))), text)

    # Tokens and images.

    def authenticate(self, user, name):
        settings = self.settings["users"][user]
        domain = {"id": "default"}
        identity = {"methods": ["password"], "password": {"user": {
            "name": user, "domain": domain, "password": settings["password"]}}}
        scope = {"project": {"name": settings["project"], "domain": domain}}
        body = json.dumps({"auth": {"identity": identity, "scope": scope}}).encode()
        _, headers, content = self.send("POST", "keystone", "/v3/auth/tokens",
                                        {"Content-Type": "application/json"}, body)
        self.remember(name, headers, b"")
        if user == "admin":
            self.names["<project:admin>"] = json.loads(content)["token"]["project"]["id"]

    def revoke(self, name):
        token = self.names[f"<token:{name}>"]
        self.send("DELETE", "keystone", "/v3/auth/tokens", {"X-Auth-Token": token, "X-Subject-Token": token})

    def create(self, label, /, user="demo", data=b"scratch", **fields):
        """Creates an image with Glance. Cases refer to it as <label>."""
        body = {"disk_format": "raw", "container_format": "bare", "visibility": "private", "name": "scratch"}
        token = {"X-Auth-Token": self.names[f"<token:{user}>"]}
        _, _, content = self.send("POST", "glance", "/v2/images", {**token, "Content-Type": "application/json"},
                                  json.dumps({**body, **fields}).encode())
        id = json.loads(content)["id"]
        if data is not None:
            self.send("PUT", "glance", f"/v2/images/{id}/file",
                      {**token, "Content-Type": "application/octet-stream"}, data)
        self.names[f"<{label}>"] = id
        self.created.append(id)

    def clean_up(self):
        # The administrator can also delete the images whose owner was changed.
        token = {"X-Auth-Token": self.names["<token:admin>"]}
        unprotect = {**token, "Content-Type": "application/openstack-images-v2.1-json-patch"}
        for id in self.created:
            if " 403 " in self.send("DELETE", "glance", f"/v2/images/{id}", token)[0]:
                self.send("PATCH", "glance", f"/v2/images/{id}", unprotect,
                          b'[{"op": "replace", "path": "/protected", "value": false}]')
                self.send("DELETE", "glance", f"/v2/images/{id}", token)
        self.created.clear()
