"""The cases of uploads and downloads."""

from cases import group
from cloud import UNKNOWN

OCTETS = {"Content-Type": "application/octet-stream"}
JSON = {"Accept": "application/json"}
PLAIN = {"Accept": None}


def qcow2(virtual_size, backing_file=0):
    """The start of a qcow2 file."""
    header = b"QFI\xfb" + (3).to_bytes(4, "big") + backing_file.to_bytes(8, "big")
    header += (0).to_bytes(4, "big") + (16).to_bytes(4, "big") + virtual_size.to_bytes(8, "big")
    return header.ljust(1024, b"\0")


def iso(blocks):
    """The start of an ISO file with blocks of 2048 bytes."""
    descriptor = bytearray(b"\x01CD001\x01".ljust(2048, b"\0"))
    descriptor[80:84] = blocks.to_bytes(4, "little")
    descriptor[128:130] = (2048).to_bytes(2, "little")
    return bytes(32 << 10) + bytes(descriptor)


@group("upload")
def upload(send, both):
    def do(name, method, path, **more):
        send(name, method, f"/v2/images{path}", service="glance", **more)

    def put(name, label="<made>", body=b"hello", headers=None, **more):
        do(name, "PUT", f"/{label}/file", body=body, headers={**OCTETS, **(headers or {})}, **more)

    def fresh(name, body=b"hello", fields=None, **more):
        """Uploads to a new image, and gets the image afterwards."""
        both.each("create", "made", data=None, **(fields or {}))
        put(name, body=body, **more)
        do(f"{name}-then", "GET", "/<made>")

    fresh("length")
    put("again")
    put("again-json", headers=JSON)
    put("again-plain", headers=PLAIN)
    do("again-expect", "PUT", "/<made>/file", headers={**OCTETS, "Expect": "100-continue", "Content-Length": "5"})
    put("again-chunked", headers={"Transfer-Encoding": "chunked"})
    fresh("chunked", headers={"Transfer-Encoding": "chunked"})
    fresh("empty", b"")
    fresh("empty-chunked", None, headers={"Transfer-Encoding": "chunked"}, tail=b"0\r\n\r\n")
    fresh("no-body", None)
    fresh("bad-chunk", None, headers={"Transfer-Encoding": "chunked"}, tail=b"zz\r\nxx\r\n")
    fresh("more-than-announced", tail=b" world")
    fresh("length-and-chunked", None, headers={"Transfer-Encoding": "chunked", "Content-Length": "3"},
          tail=b"5\r\nhello\r\n0\r\n\r\n")
    fresh("silence", None, headers={"Content-Length": "9"}, tail=b"hello")
    put("after-silence")
    fresh("silence-chunked", None, headers={"Transfer-Encoding": "chunked"}, tail=b"5\r\nhello\r\n")
    fresh("expect-silence", None, headers={"Expect": "100-continue", "Content-Length": "5"})
    fresh("expect", headers={"Expect": "100-continue"})
    both.each("create", "made", data=None)
    for name, headers in {
        "none": {"Content-Type": None}, "empty": {"Content-Type": ""}, "json": {"Content-Type": "application/json"},
        "upper": {"Content-Type": "Application/Octet-Stream"}, "text-parameter": {"Content-Type": "text/x;a=b"},
        "none-json": {"Content-Type": None, **JSON}, "none-plain": {"Content-Type": None, **PLAIN},
    }.items():
        put(f"type-{name}", headers=headers)
    fresh("type-parameter", headers={"Content-Type": "application/octet-stream; a=b"})
    for name, fields in {
        "disk": {"disk_format": None}, "container": {"container_format": None},
        "both": {"disk_format": None, "container_format": None},
    }.items():
        fresh(f"no-{name}-format", fields=fields)
    for size in ("5", "4", "6", "0", "-1", "", "x", "1.5", " 5", "+5"):
        fresh(f"size-{size}", headers={"X-OpenStack-Image-Size": size})
    fresh("size-6-chunked", headers={"X-OpenStack-Image-Size": "6", "Transfer-Encoding": "chunked"})
    put("after-wrong-size")
    for name, store in {"local": "local", "unknown": "bogus", "empty": ""}.items():
        fresh(f"store-{name}", headers={"X-Image-Meta-Store": store})
    for name, headers in {
        "encoding": {"Content-Encoding": "gzip"}, "range": {"Content-Range": "bytes 5-9/10"},
        "md5": {"Content-MD5": "x"},
    }.items():
        fresh(f"ignored-{name}", headers=headers)
    for name, label, user in (
        ("reader", "<made>", "demo-reader"), ("no-token", "<made>", None), ("other", "<made>", "other"),
        ("community", "<other-community>", "demo"), ("unknown", UNKNOWN, "demo"), ("malformed", "abc", "demo"),
        ("deactivated", "<deactivated>", "demo"), ("public", "<public-small>", "demo"), ("seed", "<plain>", "admin"),
    ):
        put(f"as-{name}", label, user=user)
    put("bad-token", headers={"X-Auth-Token": "nonsense"})
    put("no-token-expect", None, user=None, headers={"Expect": "100-continue", "Content-Length": "5"})
    fresh("protected", fields={"protected": True})
    send("unprotect", "PATCH", "/v2/images/<made>", service="glance",
         headers={"Content-Type": "application/openstack-images-v2.1-json-patch"},
         body=[{"op": "replace", "path": "/protected", "value": False}])
    for format, container, body in (
        ("qcow2", "bare", qcow2(1 << 30)), ("qcow2", "bare", b"no qcow2"), ("qcow2", "bare", qcow2(1 << 30)[:511]),
        ("qcow2", "bare", qcow2(1 << 30, backing_file=9)), ("qcow2", "ovf", b"no qcow2"), ("raw", "bare", qcow2(1 << 30)),
        ("raw", "ova", b"x"), ("iso", "bare", iso(7)), ("iso", "bare", b"x"), ("raw", "bare", iso(7)),
        ("vmdk", "bare", b"x"), ("vmdk", "ova", b"x"), ("vhd", "bare", b"conectix"),
        ("vhd", "bare", b"conectix".ljust(40, b"\0") + (5 << 20).to_bytes(8, "big") + bytes(464)),
        ("vdi", "bare", bytes(0x40) + b"\x7f\x10\xda\xbe" + bytes(0x170 - 0x44) + (6 << 20).to_bytes(8, "little") + bytes(512)),
        ("vhdx", "bare", b"x"), ("ami", "ami", b"x"), ("ami", "bare", b"x"), ("aki", "bare", qcow2(5)),
        ("ploop", "bare", b"x"),
    ):
        fields = {"disk_format": format, "container_format": container}
        fresh(f"format-{format}-{container}-{body[:8]}-{len(body)}", body, fields)
    fresh("wrong", b"no qcow2", {"disk_format": "qcow2"}, headers=JSON)
    put("after-wrong", body=qcow2(5))
    do("after-wrong-then", "GET", "/<made>")
    do("after-wrong-download", "GET", "/<made>/file")
    do("after-wrong-range", "GET", "/<made>/file", headers={"Range": "bytes=0-1"})
    do("after-wrong-delete", "DELETE", "/<made>")
    put("deleted")
    for method in ("POST", "PATCH", "HEAD", "OPTIONS", "DELETE"):
        do(f"method-{method}", method, "/<plain>/file")


@group("download")
def download(send, both):
    def get(name, label="<made>", headers=None, query="", **more):
        send(name, "GET", f"/v2/images/{label}/file{query}", service="glance", headers=headers, **more)

    both.each("create", "made", data=b"0123456789abcdefghij")
    for name, accept in {"any": "*/*", "none": None, "json": "application/json", "octets": "application/octet-stream"}.items():
        get(f"accept-{name}", headers={"Accept": accept})
    get("gzip", headers={"Accept-Encoding": "gzip"})
    get("slash", "<made>", query="/")
    for value in (
        "bytes=0-4", "bytes=5-", "bytes=19-", "bytes=19-19", "bytes=0-19", "bytes=0-20", "bytes=5-100", "bytes=-5", "bytes=-20",
        "bytes=-21", "bytes=-0", "bytes=20-", "bytes=21-30", "bytes=0-", "bytes=1-0", "bytes=0-1,3-4", "bytes=", "bytes=-",
        "bytes=x", "items=0-4", "bytes0-4", "", "BYTES = 1 - 3", "bytes=1-3x", "bytes=99999999999999999999-", "bytes=0-99999999999999999999",
    ):
        get(f"range-{value}", headers={"Range": value})
    for value in ("bytes 0-4/20", "bytes 0-4/*", "bytes 5-20/*", "bytes 0-4/3", "bytes 4-0/20", "bytes 30-31/40", "x",
                  "bytes 5-9/50"):
        get(f"content-range-{value}", headers={"Content-Range": value})
    for name, headers in {
        "json": {"Range": "bytes=20-", **JSON}, "plain": {"Range": "bytes=20-", **PLAIN},
        "two-json": {"Range": "bytes=0-1,3-4", **JSON}, "if-range": {"Range": "bytes=5-", "If-Range": '"x"'},
        "both": {"Range": "bytes=5-", "Content-Range": "bytes 0-4/20"},
    }.items():
        get(f"range-{name}", headers=headers)
    get("if-none-match", headers={"If-None-Match": "*"})
    for name, label, user in (
        ("queued", "<queued>", "demo"), ("empty", "<no-bytes>", "demo"), ("unknown", UNKNOWN, "demo"), ("malformed", "abc", "demo"),
        ("others-private", "<other-private>", "demo"), ("others-community", "<other-community>", "demo"),
        ("others-shared", "<other-shared>", "demo"), ("public", "<public-small>", "demo"), ("reader", "<plain>", "demo-reader"),
        ("reader-public", "<public-small>", "demo-reader"), ("reader-deactivated", "<deactivated>", "demo-reader"),
        ("no-token", "<plain>", None), ("deactivated", "<deactivated>", "demo"), ("deactivated-admin", "<deactivated>", "admin"),
        ("admin", "<other-private>", "admin"), ("reader-queued", "<queued>", "demo-reader"),
    ):
        get(f"of-{name}", label, user=user)
        get(f"of-{name}-range", label, user=user, headers={"Range": "bytes=0-4"})
    for query in ("?prefer=local", "?prefer=bogus", "?prefer=", "?prefer=local,bogus", "?a=b"):
        get(f"query-{query}", query=query)
    get("body", body=b"x", headers={"Content-Type": None})
    both.each("create", "off", data=b"off")
    for action in ("deactivate", "reactivate"):
        send(action, "POST", f"/v2/images/<off>/actions/{action}", service="glance")
        get(f"after-{action}", "<off>")
        send(f"upload-after-{action}", "PUT", "/v2/images/<off>/file", service="glance", body=b"x", headers=OCTETS)
        send(f"show-after-{action}", "GET", "/v2/images/<off>", service="glance")
    send("delete", "DELETE", "/v2/images/<off>", service="glance")
    get("deleted", "<off>")
