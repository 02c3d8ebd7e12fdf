"""The cases: files and variables, and the expected settings or error.

A case without `settings` and `error` must have the result of openstacksdk. If
openstacksdk fails, `error` is the whole message of this crate. A case with a
different result has the reason in `differs`. The reasons are listed below, and
in the documentation of `opencloud::config`.

File names are relative to $ROOT: `work` is the working directory, `home` the
home directory, `etc` the directory of the system.
"""

from textwrap import dedent

CASES = []

# The reasons for differences.
NULL = "null and empty text count as unset"
AS_TYPED = "a value without quotes is the text in the file"
BROKEN = "an invalid or empty file is an error, it is not skipped"
BOOL = "true, yes, on and 1 are true, in files and variables"
INFER = "the default of auth_type depends on the secret that is set"
CREDENTIALS = "only a credential makes the environment a cloud"
HYPHEN = "- is the same as _ in every key"
ALIAS = "every alias of a key is accepted"
BRACES = "braces in auth_url are replaced everywhere, but not by a secret"
DIRECTORIES = "every directory of XDG_CONFIG_DIRS is searched"
AT_ONCE = "an invalid combination is an error before anything is sent"
KIND = "a value of the wrong type is an error with its location"
VENDORS = "profiles come from clouds-public.yaml only"
PROFILE = "the environment has no defaults that hide its profile"
WAYS = "only passwords, tokens and application credentials are supported"
USERID = "OS_USERID is an alias, as in gophercloud"
LAYERS = "a layer with a higher priority overrides the others, even with an alias"


def case(
    name, files=None, env=None, cloud=None, region=None, overlay=False, differs=None, **expected
):
    files = {path: dedent(text).lstrip("\n") for path, text in (files or {}).items()}
    CASES.append(
        {
            "name": name,
            "files": files,
            "env": env or {},
            "cloud": cloud,
            "region": region,
            "overlay": overlay,
            "differs": differs,
        }
        | expected
    )


def clouds(text):
    """The clouds file in the working directory."""
    text = dedent(text).strip("\n")
    text = "\n".join("  " + line if line else "" for line in text.split("\n"))
    return {"work/clouds.yaml": f"clouds:\n{text}\n"}


def one(host="one", extra=""):
    """A whole cloud in one line."""
    return (
        f"{{auth: {{auth_url: https://{host}.example/v3, username: demo, password: pw, "
        f"project_name: demo, user_domain_name: Default, project_domain_name: Default}}{extra}}}"
    )


ENV = {
    "OS_AUTH_URL": "https://env.example/v3",
    "OS_USERNAME": "eve",
    "OS_PASSWORD": "epw",
    "OS_PROJECT_NAME": "eproject",
    "OS_USER_DOMAIN_NAME": "Default",
    "OS_PROJECT_DOMAIN_NAME": "Default",
}
# The settings of one() and ENV.
ONE = {
    "cloud": "a",
    "auth_type": "password",
    "auth_url": "https://one.example/v3",
    "username": "demo",
    "user_domain_name": "Default",
    "password": "***",
    "project_name": "demo",
    "project_domain_name": "Default",
    "interface": "public",
    "verify": True,
}
EVE = ONE | {
    "cloud": "envvars",
    "auth_url": "https://env.example/v3",
    "username": "eve",
    "project_name": "eproject",
}
QUOTES = "; check the indentation and the quotes"
SEARCHED = (
    "no file clouds.yaml, .yml or .json was found in $ROOT/work, $ROOT/home/.config/openstack, "
    "$ROOT/etc/xdg/openstack, $ROOT/etc/openstack"
)
SELECT = "; set OS_CLOUD, or OS_AUTH_URL and a credential"
BRACES_ERROR = (
    "invalid auth_url: {…} must contain the name of a key that is set and not secret; write {{ for "
    "a literal brace"
)
TWO = clouds(f"a: {one()}\nb: {one('two')}")
ONLY = clouds(f"a: {one()}")


def without(settings, *keys):
    return {key: value for key, value in settings.items() if key not in keys}


# Which cloud

case("the cloud that the caller names", TWO, cloud="b")
case("the cloud that OS_CLOUD names", TWO, {"OS_CLOUD": "b"})
case("the name of the caller overrides OS_CLOUD", TWO, {"OS_CLOUD": "a"}, cloud="b")
case("OS_CLOUD overrides credentials of the environment", TWO, ENV | {"OS_CLOUD": "b"})
case("the name of the caller overrides credentials of the environment", TWO, ENV, cloud="a")
case("credentials of the environment override the only cloud", ONLY, ENV)
case("credentials of the environment without a file", {}, ENV)
case("the only cloud of the file", ONLY)
case("an empty OS_CLOUD is unset", ONLY, {"OS_CLOUD": ""})
case(
    "two clouds and none selected",
    TWO,
    error='no cloud is selected: $ROOT/work/clouds.yaml has "a", "b"' + SELECT,
)
case("no variables and no files", error="no cloud to connect to: " + SEARCHED + SELECT)
case(
    "a file without clouds",
    {"work/clouds.yaml": "clouds: {}\n"},
    error="no cloud to connect to: $ROOT/work/clouds.yaml has no cloud" + SELECT,
)
case(
    "a file without the key clouds",
    {"work/clouds.yaml": "cache: {auth: true}\n"},
    error="no cloud to connect to: $ROOT/work/clouds.yaml has no cloud; $ROOT/work/clouds.yaml: "
    'expected the key "clouds", found "cache"' + SELECT,
)
case(
    "clouds is null",
    {"work/clouds.yaml": "clouds:\n"},
    error="no cloud to connect to: $ROOT/work/clouds.yaml has no cloud" + SELECT,
)
case(
    "the caller names a cloud that does not exist",
    TWO,
    cloud="c",
    error='the cloud "c" was not found: $ROOT/work/clouds.yaml has "a", "b"',
)
case(
    "OS_CLOUD names a cloud that does not exist",
    TWO,
    ENV | {"OS_CLOUD": "c"},
    error='OS_CLOUD: the cloud "c" was not found: $ROOT/work/clouds.yaml has "a", "b"',
)
case(
    "a cloud is named and there is no file",
    env={"OS_CLOUD": "c"},
    error=f'OS_CLOUD: the cloud "c" was not found: {SEARCHED}',
)
case("names of clouds are case-sensitive", clouds(f"A: {one()}"), cloud="a",
     error='the cloud "a" was not found: $ROOT/work/clouds.yaml has "A"')
case("a cloud's name keeps its hyphen", clouds(f"my-cloud: {one()}"), cloud="my-cloud")
case("a cloud of the name 12", clouds(f"12: {one()}"), cloud="12", differs=AS_TYPED,
     settings=ONE | {"cloud": "12"}, secrets={"password": "pw"})
case("a cloud of the name yes", clouds(f"yes: {one()}\nno: {one('two')}"), cloud="yes",
     differs=AS_TYPED, settings=ONE | {"cloud": "yes"}, secrets={"password": "pw"})
case("the environment has a name", {}, ENV | {"OS_CLOUD_NAME": "mine"})
case("the environment by its name", TWO, ENV | {"OS_CLOUD": "envvars"})
case("the environment by the name that OS_CLOUD_NAME sets", TWO,
     ENV | {"OS_CLOUD": "mine", "OS_CLOUD_NAME": "mine"})
case("the caller names the environment", TWO, ENV, cloud="envvars")
case(
    "a cloud has the environment's name",
    clouds(f"envvars: {one()}"),
    ENV,
    error='$ROOT/work/clouds.yaml:2:12: the cloud "envvars" has the same name as the cloud of the environment; '
    "rename it, or set OS_CLOUD_NAME",
)
case(
    "a cloud has the name that OS_CLOUD_NAME sets",
    TWO,
    {"OS_CLOUD": "b", "OS_CLOUD_NAME": "a"},
    error='$ROOT/work/clouds.yaml:2:6: the cloud "a" has the same name as the cloud of the environment; '
    "rename it, or set OS_CLOUD_NAME",
)
case("OS_REGION_NAME alone does not make the environment a cloud", ONLY, {"OS_REGION_NAME": "R1"})
case("variables of test runners are ignored", ONLY, {"OS_TEST_PATH": "x", "OS_STDOUT_CAPTURE": "1"})
case("a stray variable does not hide the only cloud", ONLY, {"OS_FOO": "bar"},
     differs=CREDENTIALS, settings=ONE, secrets={"password": "pw"})
case("a known variable without credentials does not hide the only cloud", ONLY,
     {"OS_INTERFACE": "internal", "OS_PROJECT_NAME": "other"},
     differs=CREDENTIALS, settings=ONE, secrets={"password": "pw"})
case("an empty variable is unset", ONLY, {"OS_AUTH_URL": "", "OS_USERNAME": ""},
     differs=CREDENTIALS, settings=ONE, secrets={"password": "pw"})
for variable, way in {
    "OS_USERNAME": "password", "OS_USER_ID": "password", "OS_PASSWORD": "password", "OS_TOKEN": "token",
    "OS_APPLICATION_CREDENTIAL_ID": "password", "OS_APPLICATION_CREDENTIAL_NAME": "password",
    "OS_APPLICATION_CREDENTIAL_SECRET": "v3applicationcredential",
}.items():
    case(f"{variable} alone makes the environment a cloud", ONLY, {variable: "x"},
         error=f"the environment has no OS_AUTH_URL, which auth_type {way} requires")
case("an auth_url alone makes the environment a cloud", ONLY, {"OS_AUTH_URL": "https://env.example/v3"})
case(
    "the environment by its name, without credentials",
    TWO,
    {"OS_CLOUD": "envvars", "OS_FOO": "bar"},
    error='OS_CLOUD: the cloud "envvars" was not found: $ROOT/work/clouds.yaml has "a", "b"',
)

# Which file

DIRECTORIES_IN_ORDER = {
    "work": "work",
    "config home": "home/.config/openstack",
    "etc xdg": "etc/xdg/openstack",
    "etc": "etc/openstack",
}
for place, directory in DIRECTORIES_IN_ORDER.items():
    case(f"a file in {place}", {f"{directory}/clouds.yaml": f"clouds: {{a: {one()}}}\n"})
for first, second in (("work", "config home"), ("config home", "etc xdg"), ("etc xdg", "etc")):
    case(
        f"{first} overrides {second}",
        {
            f"{DIRECTORIES_IN_ORDER[first]}/clouds.yaml": f"clouds: {{a: {one('first')}}}\n",
            f"{DIRECTORIES_IN_ORDER[second]}/clouds.yaml": f"clouds: {{a: {one('second')}}}\n",
        },
    )
case("XDG_CONFIG_HOME overrides the config home",
     {"xdg/openstack/clouds.yaml": f"clouds: {{a: {one('xdg')}}}\n",
      "home/.config/openstack/clouds.yaml": f"clouds: {{a: {one('home')}}}\n"},
     {"XDG_CONFIG_HOME": "$ROOT/xdg"})
case("the config home is searched besides XDG_CONFIG_HOME",
     {"home/.config/openstack/clouds.yaml": f"clouds: {{a: {one('home')}}}\n"},
     {"XDG_CONFIG_HOME": "$ROOT/xdg"})
case("SNAP_REAL_HOME replaces the home",
     {"snap/.config/openstack/clouds.yaml": f"clouds: {{a: {one('snap')}}}\n"},
     {"SNAP_REAL_HOME": "$ROOT/snap"})
case("XDG_CONFIG_DIRS with one directory",
     {"site/openstack/clouds.yaml": f"clouds: {{a: {one('site')}}}\n"},
     {"XDG_CONFIG_DIRS": "$ROOT/site"})
case("XDG_CONFIG_DIRS with two folders",
     {"site/openstack/clouds.yaml": f"clouds: {{a: {one()}}}\n"},
     {"XDG_CONFIG_DIRS": "$ROOT/none:$ROOT/site"},
     differs=DIRECTORIES, settings=ONE, secrets={"password": "pw"})
case(".yaml overrides .yml",
     {"work/clouds.yml": f"clouds: {{a: {one('yml')}}}\n", "work/clouds.yaml": f"clouds: {{a: {one('yaml')}}}\n"})
case(".yml overrides .json",
     {"work/clouds.yml": f"clouds: {{a: {one('yml')}}}\n", "work/clouds.json": '{"clouds": {}}'})
case("a .json overrides a .yaml in the next directory .yaml",
     {"work/clouds.json": '{"clouds": {"a": {"auth": {"auth_url": "https://json.example/v3"}}}}\n',
      "etc/openstack/clouds.yaml": f"clouds: {{a: {one('etc')}}}\n"})
case("a file of JSON with tabs and escapes",
     {"work/clouds.json": '{\n\t"clouds": {\n\t\t"a": {\n\t\t\t"auth": {"auth_url": "https:\\/\\/json.example\\/v3",\n'
      '\t\t\t\t"username": "d\\u00e9mo", "password": "\\ud83d\\ude00", "project_id": 12},\n\t\t\t"verify": false\n\t\t}\n\t}\n}\n'})
case("OS_CLIENT_CONFIG_FILE overrides all",
     ONLY | {"elsewhere/my.yaml": f"clouds: {{a: {one('elsewhere')}}}\n"},
     {"OS_CLIENT_CONFIG_FILE": "$ROOT/elsewhere/my.yaml"})
case("OS_CLIENT_CONFIG_FILE that does not exist is skipped", ONLY,
     {"OS_CLIENT_CONFIG_FILE": "$ROOT/elsewhere/my.yaml"})
case("OS_CLIENT_CONFIG_FILE is relative to the working directory",
     ONLY | {"work/sub/my.yaml": f"clouds: {{a: {one('sub')}}}\n"},
     {"OS_CLIENT_CONFIG_FILE": "sub/my.yaml"})
case("OS_CLIENT_CONFIG_FILE with any extension is YAML",
     {"work/cloud.conf": f"clouds: {{a: {one('conf')}}}\n"}, {"OS_CLIENT_CONFIG_FILE": "cloud.conf"})
case("OS_CLIENT_CONFIG_FILE that does not exist, and no other",
     env={"OS_CLIENT_CONFIG_FILE": "$ROOT/my.yaml"},
     error=f"no cloud to connect to: {SEARCHED}; $ROOT/my.yaml was skipped: No such file or directory "
     "(os error 2)" + SELECT)
case("a directory with the name clouds.yaml is skipped",
     {"work/clouds.yaml/x": "", "etc/openstack/clouds.yaml": f"clouds: {{a: {one('etc')}}}\n"})

EMPTY = "$ROOT/work/clouds.yaml:1:1: expected a mapping with the key `clouds`"
REAL = {"home/.config/openstack/clouds.yaml": f"clouds: {{a: {one()}}}\n"}
case("an empty file", REAL | {"work/clouds.yaml": ""}, error=EMPTY)
case("a file with a comment only", REAL | {"work/clouds.yaml": "# later\n"}, error=EMPTY.replace(":1:1", ":2:1"))
case("an empty file and a cloud of the environment", {"work/clouds.yaml": ""}, ENV)
case("a broken file", REAL | {"work/clouds.yaml": "clouds:\n  a: [1\n"}, differs=BROKEN,
     error="$ROOT/work/clouds.yaml:2:6: not valid YAML: unclosed bracket '['" + QUOTES)
case("a broken file and a cloud of the environment", {"work/clouds.yaml": "clouds: [\n"}, ENV)
case("a password with an unclosed quote",
     REAL | {"work/clouds.yaml": 'clouds:\n  a:\n    auth:\n      password: "hunter2\n'}, differs=BROKEN,
     error="$ROOT/work/clouds.yaml:4:17: not valid YAML: unclosed quote" + QUOTES)
case("a password that begins with a star",
     REAL | {"work/clouds.yaml": "clouds:\n  a:\n    auth:\n      password: *hunter2\n"}, differs=BROKEN,
     error="$ROOT/work/clouds.yaml:4:17: not valid YAML: while parsing node, found unknown anchor"
     + QUOTES)
case("a password that begins with an exclamation mark",
     REAL | {"work/clouds.yaml": "clouds:\n  a:\n    auth:\n      password: !hunter2\n"}, differs=BROKEN,
     error="$ROOT/work/clouds.yaml:4:17: a value that starts with `!` must be quoted")
case("a password that begins with a percent sign or an at",
     REAL | {"work/clouds.yaml": "clouds:\n  a:\n    auth:\n      password: @hunter2\n"}, differs=BROKEN,
     error="$ROOT/work/clouds.yaml:4:17: not valid YAML: unexpected character: `@'" + QUOTES)
case("a line indented by a tab",
     REAL | {"work/clouds.yaml": "clouds:\n\ta: {}\n"}, differs=BROKEN,
     error="$ROOT/work/clouds.yaml:2:2: not valid YAML: tabs disallowed within this context (block "
     "indentation)" + QUOTES)
case("a line with the wrong indentation",
     REAL | {"work/clouds.yaml": "clouds:\n  a:\n    auth:\n      username: x\n     password: hunter2\n"},
     differs=BROKEN,
     error="$ROOT/work/clouds.yaml:5:6: not valid YAML: while parsing a block mapping, did not find "
     "expected key" + QUOTES)
case("two documents", REAL | {"work/clouds.yaml": "clouds: {}\n---\nclouds: {}\n"}, differs=BROKEN,
     error="$ROOT/work/clouds.yaml:2:1: expected one document, found a second one")
case("JSON that is cut off", REAL | {"work/clouds.json": '{"clouds": {"a": {'}, differs=BROKEN,
     error="$ROOT/work/clouds.json:1:18: not valid YAML: unclosed bracket '{'" + QUOTES)
case("a file that is a list", REAL | {"work/clouds.yaml": "- a\n"},
     error="$ROOT/work/clouds.yaml:1:1: expected a mapping with the key `clouds`")
case("clouds is a list", {"work/clouds.yaml": "clouds: [a]\n"},
     error="$ROOT/work/clouds.yaml:1:9: `clouds` must be a mapping")
case("a cloud is text", clouds("a: https://one.example"),
     error="$ROOT/work/clouds.yaml:2:6: `clouds.a` must be a mapping")
case("auth is text", clouds("a: {auth: demo}"),
     error="$ROOT/work/clouds.yaml:2:13: `auth` must be a mapping")
case("a byte order mark", {"work/clouds.yaml": f"\ufeffclouds: {{a: {one()}}}\n"})
case("CRLF line endings",
     {"work/clouds.yaml": "clouds:\r\n  a:\r\n    auth:\r\n      auth_url: https://one.example\r\n      password: pw\r\n"})

# Secure

OPEN = clouds("a: {auth: {auth_url: https://one.example/v3, username: demo}, region_name: R}")
case("secure.yaml beside clouds.yaml",
     OPEN | {"work/secure.yaml": "clouds: {a: {auth: {password: secret}}}\n"})
case("secure.yaml in another directory",
     OPEN | {"etc/openstack/secure.yaml": "clouds: {a: {auth: {password: secret}}}\n"})
case("secure.yaml overrides clouds.yaml",
     ONLY | {"work/secure.yaml": "clouds: {a: {auth: {password: secret}, region_name: S}}\n"})
case("secure.yaml has a cloud of its own", {"work/secure.yaml": f"clouds: {{a: {one()}}}\n"})
case("secure.yaml adds a cloud, and none is selected",
     ONLY | {"work/secure.yaml": f"clouds: {{b: {one()}}}\n"},
     error='no cloud is selected: $ROOT/work/clouds.yaml has "a", "b"' + SELECT)
case("OS_CLIENT_SECURE_FILE",
     OPEN | {"s.yaml": "clouds: {a: {auth: {password: there}}}\n",
             "work/secure.yaml": "clouds: {a: {auth: {password: here}}}\n"},
     {"OS_CLIENT_SECURE_FILE": "$ROOT/s.yaml"})
case("secure.json", OPEN | {"work/secure.json": '{"clouds": {"a": {"auth": {"password": "secret"}}}}'})
case("an empty secure.yaml", ONLY | {"work/secure.yaml": ""}, differs=BROKEN,
     error="$ROOT/work/secure.yaml:1:1: expected a mapping with the key `clouds`")
case("a broken secure.yaml", ONLY | {"work/secure.yaml": "clouds: {\n"}, differs=BROKEN,
     error="$ROOT/work/secure.yaml:1:9: not valid YAML: unclosed bracket '{'" + QUOTES)
case("secure.yaml merges deep into values of a region",
     clouds("a: {auth: {auth_url: https://one.example}, regions: [R]}")
     | {"work/secure.yaml": "clouds: {a: {auth: {username: u, password: p}}}\n"})

# Profiles

PUBLIC = {
    "etc/openstack/clouds-public.yaml": """
    public-clouds:
      vendor:
        auth: {auth_url: https://vendor.example/v3, user_domain_name: VD}
        regions: [V1, V2]
        interface: internal
        compute_api_version: 2
      plain:
        auth: {auth_url: "https://{region_name}.vendor.example/v3"}
        region_name: P1
      typed:
        auth_type: v3applicationcredential
        auth: {auth_url: https://typed.example/v3}
    """
}
USER = "username: u, password: p"
case("a profile", PUBLIC | clouds(f"a: {{profile: vendor, auth: {{{USER}}}}}"))
case("a profile by its alias", PUBLIC | clouds(f"a: {{cloud: vendor, auth: {{{USER}}}}}"))
case("the cloud overrides its profile",
     PUBLIC | clouds(f"a: {{profile: vendor, interface: admin, auth: {{{USER}, auth_url: https://mine.example}}}}"))
case("a region of the profile", PUBLIC | clouds(f"a: {{profile: vendor, auth: {{{USER}}}}}"), region="V2")
case("a region that the profile does not have", PUBLIC | clouds(f"a: {{profile: vendor, auth: {{{USER}}}}}"), region="V3",
     error='$ROOT/etc/openstack/clouds-public.yaml:4:14: the cloud has no region "V3"; its regions are "V1", "V2"')
case("the cloud's region overrides the region of its profile",
     PUBLIC | clouds(f"a: {{profile: vendor, region_name: Mine, auth: {{{USER}}}}}"))
case("a profile with one region, in its address", PUBLIC | clouds(f"a: {{profile: plain, auth: {{{USER}}}}}"))
case("a profile with an auth_type",
     PUBLIC | clouds("a: {profile: typed, auth: {application_credential_id: i, application_credential_secret: s}}"))
case("a profile that does not exist", PUBLIC | clouds(f"a: {{profile: nobody, auth: {{auth_url: https://one.example, {USER}}}}}"))
case("a profile for the environment", PUBLIC,
     {"OS_PROFILE": "vendor", "OS_USERNAME": "u", "OS_PASSWORD": "p"}, differs=PROFILE,
     settings={"cloud": "envvars", "auth_type": "password", "auth_url": "https://vendor.example/v3", "username": "u",
               "user_domain_name": "VD", "password": "***", "region_name": "V1", "interface": "internal",
               "verify": True, "compute_api_version": "2"},
     secrets={"password": "p"})
case("a profile that is part of openstacksdk", clouds(f"a: {{profile: auro, auth: {{{USER}}}}}"),
     differs=VENDORS, settings={"cloud": "a", "auth_type": "password", "username": "u", "password": "***",
                                "interface": "public", "verify": True},
     secrets={"password": "p"})
case("a null in the cloud does not undo its profile",
     PUBLIC | clouds(f"a: {{profile: vendor, interface: null, regions: ~, auth: {{{USER}}}}}"), differs=NULL,
     settings={"cloud": "a", "auth_type": "password", "auth_url": "https://vendor.example/v3", "username": "u",
               "user_domain_name": "VD", "password": "***", "region_name": "V1", "interface": "internal",
               "verify": True, "compute_api_version": "2"},
     secrets={"password": "p"})

# Regions

case("region_name", clouds(f"a: {one(extra=', region_name: R1')}"))
case("the first of regions", clouds(f"a: {one(extra=', regions: [R1, R2]')}"))
case("one of regions", clouds(f"a: {one(extra=', regions: [R1, R2]')}"), region="R2")
case("a region that is not in regions", clouds(f"a: {one(extra=', regions: [R1, R2]')}"), region="R3",
     error='$ROOT/work/clouds.yaml:2:165: the cloud has no region "R3"; its regions are "R1", "R2"')
case("regions are case-sensitive", clouds(f"a: {one(extra=', regions: [R1, R2]')}"), region="r1",
     error='$ROOT/work/clouds.yaml:2:165: the cloud has no region "r1"; its regions are "R1", "R2"')
case("a region that is not the region_name", clouds(f"a: {one(extra=', region_name: R1')}"), region="R2",
     error='$ROOT/work/clouds.yaml:2:169: the cloud has no region "R2"; its regions are "R1"')
case("any region if none is set", ONLY, region="R9")
case("regions override region_name", clouds(f"a: {one(extra=', region_name: R0, regions: [R1, R2]')}"))
case("region_name with commas", clouds(f"a: {one(extra=', region_name: &quot;R1,R2&quot;'.replace('&quot;', chr(34)))}"))
case("the second of a region_name with commas",
     clouds(f"a: {one(extra=', region_name: &quot;R1,R2&quot;'.replace('&quot;', chr(34)))}"), region="R2")
case("region_name is a list", clouds(f"a: {one(extra=', region_name: [R1, R2]')}"), region="R2")
case("an empty region_name", clouds(f"a: {one(extra=', region_name: &quot;&quot;'.replace('&quot;', chr(34)))}"))
REGIONS = clouds("""
    a:
      auth: {auth_url: https://one.example/v3, username: demo, password: pw}
      interface: public
      regions:
      - name: R1
        values:
          auth: {auth_url: https://r1.example/v3}
          interface: internal
          compute-endpoint-override: https://nova.r1.example
      - R2
      - name: R3
      - {name: R4, values: {verify: false, region_name: other}}
    """)
for region in (None, "R2", "R3", "R4"):
    case(f"values of the region {region}", REGIONS, region=region)
case("a region with another key", clouds(f"a: {one(extra=', regions: [{{name: R1, interface: admin}}]'.replace('{{', '{').replace('}}', '}'))}"),
     error="$ROOT/work/clouds.yaml:2:166: a region must be a name, or a mapping with `name` and `values`")
case("a region without a name", clouds("a:\n  regions:\n  - values: {}"),
     error="$ROOT/work/clouds.yaml:4:7: a region must be a name, or a mapping with `name` and `values`")
case("the region of the environment", {}, ENV | {"OS_REGION_NAME": "R1"})
case("a region that is not the region of the environment", {}, ENV | {"OS_REGION_NAME": "R1"}, region="R2",
     error='OS_REGION_NAME: the cloud has no region "R2"; its regions are "R1"')
case("OS_REGION_NAME is ignored for a file", REGIONS, {"OS_REGION_NAME": "R2"})

# auth

for kind, value in {
    "a user by id": "user_id: u1, password: pw",
    "a user by name and domain id": "username: u, user_domain_id: d1, password: pw",
    "a user by name and domain name": "username: u, user_domain_name: D, password: pw",
    "user_name": "user_name: u, password: pw",
    "a project by id": "username: u, password: pw, project_id: p1",
    "a project by name": "username: u, password: pw, project_name: p, project_domain_id: d1",
    "a tenant by id": "username: u, password: pw, tenant_id: t1",
    "a tenant by name": "username: u, password: pw, tenant_name: t",
    "project overrides tenant": "username: u, password: pw, project_name: p, tenant_name: t",
    "a domain by id": "username: u, password: pw, domain_id: d1",
    "a domain by name": "username: u, password: pw, domain_name: D",
    "a domain is the user's and the project's": "username: u, password: pw, project_name: p, domain_id: d1",
    "a domain yields to the user's":
        "username: u, password: pw, project_name: p, domain_name: D, user_domain_name: U",
    "a domain by name beside a user's by id":
        "username: u, password: pw, project_name: p, domain_name: D, user_domain_id: u1",
    "the system": "username: u, password: pw, system_scope: all",
    "a trust": "username: u, password: pw, trust_id: t1",
    "a default domain": "username: u, password: pw, project_name: p, default_domain_id: d9",
    "keys with hyphens": "user-id: u1, password: pw, project-id: p1, user-domain-id: d",
    "an id of digits": "user_id: 12345, password: pw, project_id: 678",
    "an empty project": "username: u, password: pw, project_name: ''",
    "a password that is text with braces": "username: u, password: 'p{w}d', project_id: p",
    "a password of many signs": "username: u, password: \"p'w: #{}[]&*!|>%@`\\u00e9\", project_id: p",
}.items():
    case(f"auth: {kind}", clouds(f"a: {{auth: {{auth_url: https://one.example/v3, {value}}}}}"))
case("a password with several lines",
     clouds("a:\n  auth:\n    auth_url: https://one.example\n    username: u\n    password: |-\n      first\n      second"))
case("auth: a null project is unset",
     clouds("a: {auth: {auth_url: https://one.example/v3, username: u, password: pw, project_name: null}}"),
     differs=NULL, settings={"cloud": "a", "auth_type": "password", "auth_url": "https://one.example/v3",
                             "username": "u", "password": "***", "interface": "public", "verify": True},
     secrets={"password": "pw"})
case("an empty project does not hide the tenant",
     clouds("a: {auth: {auth_url: https://one.example/v3, username: u, password: pw}}"),
     {"OS_CLOUD": "a", "OS_PROJECT_NAME": "", "OS_TENANT_NAME": "t"})
case("an empty variable does not hide its alias", {},
     {"OS_AUTH_URL": "https://one.example/v3", "OS_USERNAME": "u", "OS_PASSWORD": "pw", "OS_PROJECT_NAME": "",
      "OS_TENANT_NAME": "t"},
     differs=NULL, settings={"cloud": "envvars", "auth_type": "password", "auth_url": "https://one.example/v3",
                             "username": "u", "password": "***", "project_name": "t", "interface": "public",
                             "verify": True},
     secrets={"password": "pw"})
case("auth is null", clouds("a: {auth: null, auth_url: https://one.example/v3, username: u, password: pw}"),
     differs=NULL, settings={"cloud": "a", "auth_type": "password", "auth_url": "https://one.example/v3",
                             "username": "u", "password": "***", "interface": "public", "verify": True},
     secrets={"password": "pw"})
case("a cloud is null", clouds("a:"), cloud="a",
     error='the cloud "a" of $ROOT/work/clouds.yaml has no auth_url, which auth_type password requires')
case("a username that is a list", clouds("a: {auth: {auth_url: https://one.example, username: [u, v]}}"),
     differs=KIND, error="$ROOT/work/clouds.yaml:2:55: `username` must be UTF-8 text")
case("a password that is a mapping", clouds("a: {auth: {auth_url: https://one.example, password: {hunter2: x}}}"),
     differs=KIND, error="$ROOT/work/clouds.yaml:2:55: `password` must be UTF-8 text")

# Beside auth

TOP = "auth_url: https://top.example, username: top, password: tpw, project_name: tproject, user_domain_name: TD"
case("every key of auth beside auth", clouds(f"a: {{{TOP}}}"))
case("keys in auth and beside auth, each with its rule",
     clouds(f"a: {{{TOP}, auth: {{auth_url: https://in.example, username: in, password: ipw, project_name: iproject, user_domain_name: ID}}}}"))
case("a project in auth overrides a tenant beside auth",
     clouds("a: {tenant_name: t, auth: {auth_url: https://one.example, project_name: p}}"))
case("a domain beside auth that is not the scope",
     clouds("a: {domain_name: D, auth: {auth_url: https://one.example, username: u, password: p, project_name: p}}"))
case("a domain beside auth that is the scope",
     clouds("a: {domain_name: D, auth: {auth_url: https://one.example, username: u, password: p}}"))
case("an empty username in auth does not hide the username beside auth",
     clouds("a: {username: top, auth: {auth_url: https://one.example, username: '', password: p}}"))
case("a hyphen in auth-url", clouds("a: {auth: {auth-url: https://one.example/v3, username: u, password: pw}}"))
case("a hyphen in auth-type", clouds("a: {auth-type: v3token, auth: {auth_url: https://one.example/v3, token: t}}"),
     differs=HYPHEN, settings={"cloud": "a", "auth_type": "v3token", "auth_url": "https://one.example/v3",
                               "token": "***", "interface": "public", "verify": True},
     secrets={"token": "t"})

# Authentication

URL = "auth_url: https://one.example/v3"
for kind, text in {
    "password": f"auth_type: password, auth: {{{URL}, username: u, password: pw}}",
    "v3password": f"auth_type: v3password, auth: {{{URL}, username: u, user_domain_id: d, password: pw}}",
    "token": f"auth_type: token, auth: {{{URL}, token: t}}",
    "v3token": f"auth_type: v3token, auth: {{{URL}, token: t, project_id: p}}",
    "auth_token": f"auth_type: token, auth: {{{URL}, auth_token: t}}",
    "a token beside auth": f"auth_type: token, token: t, auth: {{{URL}, token: inner}}",
    "an application credential by id":
        f"auth_type: v3applicationcredential, auth: {{{URL}, application_credential_id: i, application_credential_secret: s}}",
    "an application credential by name":
        f"auth_type: v3applicationcredential, auth: {{{URL}, application_credential_name: n, application_credential_secret: s, username: u, user_domain_id: d}}",
    "an application credential beside auth":
        f"auth_type: v3applicationcredential, application_credential_id: i, application_credential_secret: s, {URL}",
    "none": "auth_type: none, auth: {endpoint: https://nova.example}",
    "none, with an override": "auth_type: none, compute_endpoint_override: https://nova.example",
    "an administrator's token": "auth_type: admin_token, auth: {endpoint: https://nova.example, token: t}",
    "an administrator's token by its alias": "auth_type: token_endpoint, auth: {url: https://nova.example, token: t}",
    "None": "auth_type: None, auth: {endpoint: https://nova.example}",
}.items():
    case(f"auth_type: {kind}", clouds(f"a: {{{text}}}"))
AUTH_TYPES = "password, v3password, token, v3token, v3applicationcredential, none, admin_token"
case("an auth_type that does not exist", clouds(f"a: {one(extra=', auth_type: magic')}"),
     error=f'$ROOT/work/clouds.yaml:2:167: invalid auth_type "magic": expected {AUTH_TYPES}')
case("an auth_type that is not supported", {}, ENV | {"OS_AUTH_TYPE": "v3totp", "OS_PASSCODE": "123456"},
     differs=WAYS,
     error=f'OS_AUTH_TYPE: invalid auth_type "v3totp": expected {AUTH_TYPES}')
case("auth_plugin", clouds(f"a: {{auth_plugin: v3token, auth: {{{URL}, token: t}}}}"), differs=ALIAS,
     settings={"cloud": "a", "auth_type": "v3token", "auth_url": "https://one.example/v3", "token": "***",
               "interface": "public", "verify": True}, secrets={"token": "t"})
case("a null auth_type is unset", clouds(f"a: {one(extra=', auth_type: null')}"), differs=NULL, settings=ONE,
     secrets={"password": "pw"})
case("OS_TOKEN alone", {}, {"OS_AUTH_URL": "https://one.example/v3", "OS_TOKEN": "t", "OS_PROJECT_ID": "p"},
     differs=INFER, settings={"cloud": "envvars", "auth_type": "token", "auth_url": "https://one.example/v3",
                              "token": "***", "project_id": "p", "interface": "public", "verify": True},
     secrets={"token": "t"})
case("an application credential alone", {},
     {"OS_AUTH_URL": "https://one.example/v3", "OS_APPLICATION_CREDENTIAL_ID": "i",
      "OS_APPLICATION_CREDENTIAL_SECRET": "s"},
     differs=INFER, settings={"cloud": "envvars", "auth_type": "v3applicationcredential",
                              "auth_url": "https://one.example/v3", "application_credential_id": "i",
                              "application_credential_secret": "***", "interface": "public", "verify": True},
     secrets={"application_credential_secret": "s"})
case("an application credential alone in a file",
     clouds(f"a: {{auth: {{{URL}, application_credential_id: i, application_credential_secret: s}}}}"),
     differs=INFER, settings={"cloud": "a", "auth_type": "v3applicationcredential",
                              "auth_url": "https://one.example/v3", "application_credential_id": "i",
                              "application_credential_secret": "***", "interface": "public", "verify": True},
     secrets={"application_credential_secret": "s"})
case("a password overrides a token", {}, ENV | {"OS_TOKEN": "t"}, differs=INFER,
     settings=EVE | {"token": "***"}, secrets={"password": "epw", "token": "t"})
case("OS_AUTH_TYPE with a token", {},
     {"OS_AUTH_TYPE": "v3token", "OS_AUTH_URL": "https://one.example/v3", "OS_TOKEN": "t", "OS_PROJECT_ID": "p"})

# Missing keys

case("no auth_url", clouds("a: {auth: {username: u, password: pw}}"),
     error='the cloud "a" of $ROOT/work/clouds.yaml has no auth_url, which auth_type password requires')
case("no OS_AUTH_URL", {}, {"OS_USERNAME": "u", "OS_PASSWORD": "pw"},
     error='the environment has no OS_AUTH_URL, which auth_type password requires')
case("no auth_url with a profile that does not exist", clouds(f"a: {{profile: nobody, auth: {{{USER}}}}}"),
     error='the cloud "a" of $ROOT/work/clouds.yaml has no auth_url, which auth_type password requires; '
     '$ROOT/work/clouds.yaml:2: the profile "nobody" was not found in a file clouds-public.yaml')
case("no secret of the application credential",
     clouds(f"a: {{auth_type: v3applicationcredential, auth: {{{URL}, application_credential_id: i}}}}"),
     error='the cloud "a" of $ROOT/work/clouds.yaml has no application_credential_secret, which auth_type '
     "v3applicationcredential requires")
case("no endpoint for none", clouds("a: {auth_type: none}"), differs=AT_ONCE,
     error='the cloud "a" of $ROOT/work/clouds.yaml has no compute_endpoint_override or image_endpoint_override, which auth_type none requires')

# TLS and timeouts

for text in (
    "verify: false", "verify: true", "verify: no", "insecure: true", "insecure: false", "insecure: 'True'",
    "insecure: true, verify: true", "insecure: false, verify: false", "cacert: /ca.pem",
    "cacert: ~/ca.pem", "cacert: ca.pem", "cacert: /ca.pem, verify: false", "cacert: /ca.pem, insecure: true",
    "verify: /ca.pem", "cert: /c.pem", "cert: ~/c.pem, key: ~/k.pem", "key: /k.pem", "cacert: ''",
    "cacert: '/ca-{region_name}.pem', region_name: R1",
    "api_timeout: 30", "api_timeout: 2.5", "api_timeout: '7'", "compute_timeout: 9", "api_timeout: 30, http_timeout: 9",
    "timeout: 5",
    "interface: internal", "interface: adminURL", "endpoint_type: internalURL", "endpoint_type: internal, interface: admin",
    "interface: [internal, public]",
    "compute_endpoint_override: https://nova.example/v2.1", "compute_endpoint: https://nova.example",
    "compute-endpoint-override: https://nova.example", "compute_endpoint_override: 'https://{region_name}.example', region_name: R1",
    "compute_endpoint_override: 'https://nova.example/v2.1/%(project_id)s'",
    "compute_endpoint_override: 'https://nova.example/{{x}}'",
    "compute_interface: internal", "compute_endpoint_type: adminURL", "compute_region_name: R7, region_name: R1",
    "compute_api_version: 2", "compute_api_version: '2.35'", "compute_api_version: 2.35", "compute_default_microversion: '2.10'",
    "compute_service_name: nova",
    "image_endpoint_override: https://glance.example, image_interface: internal, image_api_version: 2",
    "identity_api_version: 3, identity_interface: admin, identity_region_name: R2",
    "volume_api_version: 3, image_format: raw, floating_ip_source: None",
):
    case(text, clouds(f"a: {one(extra=', ' + text)}"))
case("verify: \"false\"", clouds(f"a: {one(extra=', verify: %sfalse%s' % (chr(34), chr(34)))}"), differs=BOOL,
     settings=ONE | {"verify": False}, secrets={"password": "pw"})
case("insecure: 1", clouds(f"a: {one(extra=', insecure: 1')}"), differs=BOOL,
     settings=ONE | {"verify": False}, secrets={"password": "pw"})
case("insecure: \"yes\"", clouds(f"a: {one(extra=', insecure: %syes%s' % (chr(34), chr(34)))}"), differs=BOOL,
     settings=ONE | {"verify": False}, secrets={"password": "pw"})
case("OS_INSECURE=1", {}, ENV | {"OS_INSECURE": "1"}, differs=BOOL, settings=EVE | {"verify": False},
     secrets={"password": "epw"})
case("OS_INSECURE=true", {}, ENV | {"OS_INSECURE": "true"})
case("OS_VERIFY=False", {}, ENV | {"OS_VERIFY": "False"}, differs=BOOL, settings=EVE | {"verify": False},
     secrets={"password": "epw"})
case("verify: perhaps", clouds(f"a: {one(extra=', verify: perhaps')}"), differs=BOOL,
     error="$ROOT/work/clouds.yaml:2:164: invalid verify \"perhaps\": expected true or false")
case("verify: null", clouds(f"a: {one(extra=', verify: null')}"), differs=NULL, settings=ONE,
     secrets={"password": "pw"})
case("api_timeout: soon", clouds(f"a: {one(extra=', api_timeout: soon')}"),
     error="$ROOT/work/clouds.yaml:2:169: invalid api_timeout \"soon\": expected a number of seconds from 0.001 to 1e9")
case("interface: magic", clouds(f"a: {one(extra=', interface: magic')}"), differs=AT_ONCE,
     error='$ROOT/work/clouds.yaml:2:167: invalid interface "magic": expected public, internal or admin')

# Values

case("auth_url with the region", clouds("a: {auth: {auth_url: 'https://{region_name}.example/v3', username: u, password: p}, regions: [R1, R2]}"),
     region="R2")
case("auth_url with an unknown key", clouds("a: {auth: {auth_url: 'https://{nobody}.example/v3'}}"),
     error="$ROOT/work/clouds.yaml:2:24: " + BRACES_ERROR)
case("auth_url with an unmatched brace", clouds("a: {auth: {auth_url: 'https://{region.example/v3'}}"),
     error="$ROOT/work/clouds.yaml:2:24: " + BRACES_ERROR)
case("auth_url with the password", clouds("a: {password: hunter2, auth: {auth_url: 'https://{password}.example/v3'}}"),
     differs=BRACES, error="$ROOT/work/clouds.yaml:2:43: " + BRACES_ERROR)
case("auth_url with the region if none is set",
     clouds("a: {auth: {auth_url: 'https://{region_name}.example/v3', username: u, password: p}}"), differs=BRACES,
     error="$ROOT/work/clouds.yaml:2:24: " + BRACES_ERROR)
case("OS_AUTH_URL with the region", {}, ENV | {"OS_AUTH_URL": "https://{region_name}.example/v3", "OS_REGION_NAME": "R1"},
     differs=BRACES, settings=EVE | {"auth_url": "https://R1.example/v3", "region_name": "R1"}, secrets={"password": "epw"})
for text, value in {
    "0123": "0123", "0x1F": "0x1F", "1_000": "1_000", "1.50": "1.50", "12:30:45": "12:30:45",
    "yes": "yes", "2020-01-01": None, "1e3": None, "12345": None, "true": "true",
}.items():
    differing = {} if value is None else {
        "differs": AS_TYPED, "settings": without(ONE, "project_name", "project_domain_name", "user_domain_name"),
        "secrets": {"password": value}}
    case(f"the password {text} without quotes",
         clouds(f"a: {{auth: {{auth_url: https://one.example/v3, username: demo, password: {text}}}}}"), **differing)
case("the microversion 2.10 without quotes", clouds(f"a: {one(extra=', compute_api_version: 2.10')}"), differs=AS_TYPED,
     settings=ONE | {"compute_api_version": "2.10"}, secrets={"password": "pw"})
case("anchors and merge keys", {"work/clouds.yaml": """
    base: &base
      auth: &auth {auth_url: https://one.example/v3, username: demo, password: pw}
      region_name: R1
    clouds:
      a:
        <<: *base
        interface: internal
      b:
        <<: [{region_name: R2}, *base]
        auth: {<<: *auth, username: other}
    """}, cloud="b")
case("a key of the cloud overrides a merge key", {"work/clouds.yaml": """
    base: &base {auth: {auth_url: https://base.example/v3}, region_name: R1}
    clouds: {a: {region_name: R2, <<: *base}}
    """})
case("tags of YAML itself", clouds("a: {auth: {auth_url: !!str https://one.example/v3, username: !!str 12, password: !!str null}}"))
case("the last of duplicate keys is used", clouds("a:\n  auth: {auth_url: https://one.example/v3}\n  region_name: R1\n  region_name: R2"))

# Variables

for name, value in {
    "OS_USER_ID": "u1", "OS_USER_NAME": "un", "OS_USER_DOMAIN_ID": "ud", "OS_PROJECT_ID": "p1", "OS_TENANT_ID": "t1",
    "OS_TENANT_NAME": "tn", "OS_PROJECT_DOMAIN_ID": "pd", "OS_DOMAIN_ID": "d1", "OS_DOMAIN_NAME": "dn",
    "OS_SYSTEM_SCOPE": "all", "OS_TRUST_ID": "tr", "OS_DEFAULT_DOMAIN_ID": "dd", "OS_DEFAULT_DOMAIN_NAME": "ddn",
    "OS_INTERFACE": "internal", "OS_ENDPOINT_TYPE": "adminURL", "OS_CACERT": "~/ca.pem",
    "OS_CERT": "/c.pem", "OS_KEY": "/k.pem", "OS_API_TIMEOUT": "12", "OS_COMPUTE_API_VERSION": "2.35",
    "OS_IDENTITY_API_VERSION": "3", "OS_IMAGE_API_VERSION": "2", "OS_COMPUTE_ENDPOINT_OVERRIDE": "https://nova.example",
    "OS_COMPUTE_INTERFACE": "admin", "OS_COMPUTE_REGION_NAME": "R5", "OS_COMPUTE_DEFAULT_MICROVERSION": "2.30",
}.items():
    case(f"{name}={value}", {}, ENV | {name: value})
case("a current openrc file", {},
     {"OS_AUTH_URL": "https://cloud.example:5000", "OS_PROJECT_ID": "0123abcd", "OS_PROJECT_NAME": "demo",
      "OS_USER_DOMAIN_NAME": "Default", "OS_PROJECT_DOMAIN_ID": "default", "OS_USERNAME": "demo", "OS_PASSWORD": "p w",
      "OS_REGION_NAME": "RegionOne", "OS_INTERFACE": "public", "OS_IDENTITY_API_VERSION": "3"})
case("an old openrc file", {},
     {"OS_AUTH_URL": "https://cloud.example:5000/v2.0", "OS_TENANT_NAME": "demo", "OS_TENANT_ID": "t",
      "OS_USERNAME": "demo", "OS_PASSWORD": "pw", "OS_REGION_NAME": "RegionOne", "OS_ENDPOINT_TYPE": "publicURL"})
case("an openrc file of an application credential", {},
     {"OS_AUTH_TYPE": "v3applicationcredential", "OS_AUTH_URL": "https://cloud.example:5000",
      "OS_IDENTITY_API_VERSION": "3", "OS_REGION_NAME": "RegionOne", "OS_INTERFACE": "public",
      "OS_APPLICATION_CREDENTIAL_ID": "i", "OS_APPLICATION_CREDENTIAL_SECRET": "s"})
case("OS_USERID", {}, without(ENV, "OS_USERNAME") | {"OS_USERID": "u1"}, differs=USERID,
     settings=without(EVE, "username") | {"user_id": "u1"}, secrets={"password": "epw"})
case("OS_AUTH_TOKEN", {}, {"OS_AUTH_TYPE": "token", "OS_AUTH_URL": "https://one.example/v3", "OS_AUTH_TOKEN": "t"})
case("OS_ENDPOINT", {}, {"OS_AUTH_TYPE": "admin_token", "OS_ENDPOINT": "https://nova.example", "OS_TOKEN": "t"})
case("OS_AUTH_TYPE=none with an override", {},
     {"OS_AUTH_TYPE": "none", "OS_COMPUTE_ENDPOINT_OVERRIDE": "https://nova.example"})
case("an endpoint alone does not make the environment a cloud", ONLY,
     {"OS_COMPUTE_ENDPOINT_OVERRIDE": "https://nova.example", "OS_URL": "https://nova.example"},
     differs=CREDENTIALS, settings=ONE, secrets={"password": "pw"})
case("OS_COMPUTE_TIMEOUT", {}, ENV | {"OS_COMPUTE_TIMEOUT": "3"})

# Overlay

FILE = clouds(f"a: {one(extra=', region_name: R1, interface: public')}")
case("variables are not combined with a file", FILE, ENV | {"OS_CLOUD": "a", "OS_INTERFACE": "admin", "OS_CACERT": "/ca.pem"})
case("overlay: every variable", FILE, ENV | {"OS_CLOUD": "a", "OS_INTERFACE": "admin", "OS_CACERT": "/ca.pem"}, overlay=True)
case("overlay: one variable", FILE, {"OS_CLOUD": "a", "OS_PROJECT_NAME": "other"}, overlay=True)
case("overlay: a region that the cloud has", REGIONS, {"OS_CLOUD": "a", "OS_REGION_NAME": "R2"}, overlay=True)
case("overlay: a region that the cloud does not have", FILE, {"OS_CLOUD": "a", "OS_REGION_NAME": "R2"}, overlay=True,
     error='$ROOT/work/clouds.yaml:2:169: the cloud has no region "R2"; its regions are "R1"')
case("overlay: the region of the caller overrides the variable", REGIONS, {"OS_CLOUD": "a", "OS_REGION_NAME": "R2"},
     overlay=True, region="R3")
case("overlay: beside auth overrides auth",
     clouds(f"a: {{{TOP}, auth: {{auth_url: https://in.example, username: in, password: ipw, project_name: iproject}}}}"),
     overlay=True, cloud="a")
case("overlay: a user by id beside one by name", FILE, {"OS_CLOUD": "a", "OS_USER_ID": "u1"}, overlay=True)
case("overlay: a variable overrides values of a region", REGIONS, {"OS_CLOUD": "a", "OS_INTERFACE": "admin"}, overlay=True)
case("overlay: an empty variable is unset", FILE, {"OS_CLOUD": "a", "OS_PROJECT_NAME": "", "OS_INTERFACE": ""}, overlay=True)
case("overlay: the environment alone", {}, ENV, overlay=True)
case("overlay: the timeout", FILE, {"OS_CLOUD": "a", "OS_API_TIMEOUT": "4"}, overlay=True)

# Layers and aliases

AGED = clouds(f"a: {one(extra=', endpoint_type: internal, compute_endpoint_type: internal, insecure: true, compute_timeout: 9')}")
case("overlay: OS_INTERFACE overrides the file's endpoint_type", AGED, {"OS_CLOUD": "a", "OS_INTERFACE": "admin"},
     overlay=True, differs=LAYERS, secrets={"password": "pw"},
     settings=ONE | {"interface": "admin", "verify": False, "api_timeout": 9}, more={"compute_interface": "internal"})
case("overlay: OS_COMPUTE_INTERFACE overrides the file's compute_endpoint_type", AGED,
     {"OS_CLOUD": "a", "OS_COMPUTE_INTERFACE": "admin"}, overlay=True)
case("overlay: OS_VERIFY overrides the file's insecure", AGED, {"OS_CLOUD": "a", "OS_VERIFY": "true"},
     overlay=True, differs=LAYERS, secrets={"password": "pw"},
     settings=ONE | {"interface": "internal", "api_timeout": 9}, more={"compute_interface": "internal"})
case("overlay: OS_API_TIMEOUT overrides the file's compute_timeout", AGED, {"OS_CLOUD": "a", "OS_API_TIMEOUT": "4"},
     overlay=True, differs=LAYERS, secrets={"password": "pw"},
     settings=ONE | {"interface": "internal", "verify": False, "api_timeout": 4}, more={"compute_interface": "internal"})
case("overlay: OS_INSECURE=false overrides the file's verify", clouds(f"a: {one(extra=', verify: false')}"),
     {"OS_CLOUD": "a", "OS_INSECURE": "false"}, overlay=True, differs=LAYERS, settings=ONE, secrets={"password": "pw"})
case("overlay: OS_TENANT_NAME overrides the file's project_name", FILE, {"OS_CLOUD": "a", "OS_TENANT_NAME": "other"},
     overlay=True, differs=LAYERS, settings=ONE | {"project_name": "other", "region_name": "R1"}, secrets={"password": "pw"})
case("overlay: OS_COMPUTE_ENDPOINT overrides the file's compute_endpoint_override",
     clouds(f"a: {one(extra=', compute_endpoint_override: https://nova.example')}"),
     {"OS_CLOUD": "a", "OS_COMPUTE_ENDPOINT": "https://mine.example"}, overlay=True, differs=LAYERS,
     settings=ONE | {"compute_endpoint_override": "https://mine.example"}, secrets={"password": "pw"})
case("overlay: OS_CACERT overrides the file's verify with a file in it", clouds(f"a: {one(extra=', verify: /ca.pem')}"),
     {"OS_CLOUD": "a", "OS_CACERT": "/mine.pem"}, overlay=True)
case("overlay: OS_ENDPOINT_TYPE overrides the file's interface", FILE, {"OS_CLOUD": "a", "OS_ENDPOINT_TYPE": "admin"},
     overlay=True)
case("the cloud's interface overrides its profile's endpoint_type",
     {"etc/openstack/clouds-public.yaml": "public-clouds: {aged: {endpoint_type: internal, insecure: true, http_timeout: 9}}\n"}
     | clouds(f"a: {one(extra=', profile: aged, interface: admin, verify: true, api_timeout: 4')}"),
     differs=LAYERS, settings=ONE | {"interface": "admin", "api_timeout": 4}, secrets={"password": "pw"})
case("the last timeout of a service", clouds(f"a: {one(extra=', volume_timeout: 5, compute_timeout: 9')}"))
case("an empty text does not undo the profile", PUBLIC | clouds(f"a: {{profile: vendor, interface: '', auth: {{{USER}}}}}"),
     differs=NULL, settings={"cloud": "a", "auth_type": "password", "auth_url": "https://vendor.example/v3", "username": "u",
                             "user_domain_name": "VD", "password": "***", "region_name": "V1", "interface": "internal",
                             "verify": True, "compute_api_version": "2"},
     secrets={"password": "p"})

# Versions

for text in ("latest", "2.x", "3"):
    case(f"compute_api_version: {text}", clouds(f"a: {one(extra=f', compute_api_version: {text}')}"), differs=AT_ONCE,
         error=f'$ROOT/work/clouds.yaml:2:177: invalid compute_api_version "{text}": expected "2", or '
         'a microversion such as "2.35"')
case("auth_url with the user beside auth",
     clouds("a: {username: u, auth: {auth_url: 'https://{username}.example', password: p}}"))

# Errors in a file

case("no user", clouds("a: {auth: {auth_url: https://one.example, password: p}}"), differs=AT_ONCE,
     error='the cloud "a" of $ROOT/work/clouds.yaml has no username or user_id, which auth_type password requires')
case("a project and a trust", clouds(f"a: {one(extra=', trust_id: t')}"), differs=AT_ONCE,
     error='the cloud "a" of $ROOT/work/clouds.yaml has more than one scope (project, trust): a token is valid for one')
case("regions is a mapping", clouds(f"a: {one(extra=', regions: {R1: x}')}"), differs=KIND,
     error="$ROOT/work/clouds.yaml:2:165: `regions` must be a list")
case("a region's name is a list", clouds(f"a: {one(extra=', regions: [{name: [R1]}]')}"), differs=KIND,
     error="$ROOT/work/clouds.yaml:2:173: `name` must be UTF-8 text")
case("a region's values are text", clouds(f"a: {one(extra=', regions: [{name: R1, values: x}]')}"),
     error="$ROOT/work/clouds.yaml:2:185: `values` must be a mapping")

# Aliases

AGED_SERVICES = (
    ", image_endpoint: https://g.example, identity_endpoint: https://k.example"
    ", image_endpoint_type: internalURL, identity_endpoint_type: admin"
)
case("aliases of the service keys", clouds(f"a: {one(extra=AGED_SERVICES)}"))
case("userid in a file", clouds("a: {auth: {auth_url: https://one.example/v3, userid: u1, password: pw}}"), differs=USERID,
     settings=without(ONE, "username", "user_domain_name", "project_name", "project_domain_name") | {"user_id": "u1"},
     secrets={"password": "pw"})
case("auth_token beside auth", clouds("a: {auth_type: token, auth_token: t, auth: {auth_url: https://one.example/v3}}"))
case("url in auth", clouds("a: {auth_type: admin_token, auth: {url: https://nova.example, token: t}}"))
