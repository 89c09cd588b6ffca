"""Index pages as nobody honest writes them, with honest ones between: JSON and HTML of the Simple API, the older JSON API, and lists
of projects. For pages_test.py."""
import html
import json
import random
from typing import NamedTuple

PAGES = ["https://index.test/simple/demo/", "https://index.test/simple/demo", "https://index.test:8443/a/b/", "http://127.0.0.1:8080/simple/demo/?q",
         "https://index.test/", "https://[::1]/simple/demo/"]
NAMES = ["demo-1.0.tar.gz", "demo-1.0-py3-none-any.whl", "demo-2.0-py2.py3-none-any.whl", "demo-1.0.zip", "Demo-1.0.post1.tar.gz", "demo-1!2.0.tar.gz",
         "demo-1.0+local.1-py3-none-any.whl", "demo-1.0~x.tar.gz", "demo-1-1.tar.gz", "demo_1-1.tar.gz", "demo-3.0-1x-cp311-cp311-linux_x86_64.whl"]
ODD_NAMES = ["other-1.0.tar.gz", "demo-99999999999999999999-1.tar.gz", "demo-1.0.tgz", "demo-1.0.tar", "demo-1.0.egg", "demo-1.0.exe", "demo-1.0.tar.gz.asc",
             "..", ".", "", "demo", "demo-1.0", "demo-1.0.TAR.GZ", "demo-1.0.Zip", "demo 1.0.tar.gz", "d\u0435mo-1.0.tar.gz", "demo-1.0\u202egz.rat.zip", "demo-1.0@2.0.tar.gz",
             "demo-1.0.tar.gz@x.whl", "demo-1.0%2e1.tar.gz", "demo%2d1.0.tar.gz", "demo-1.0;x.tar.gz", "demo-1.0/x.tar.gz", "x\\demo-1.0.tar.gz", "demo-1.0.tar.gz?x", "demo-1.0.tar.gz#egg=x",
             "\"demo-1.0.tar.gz", "demo-1.0&amp;.tar.gz", "demo-1.0\x00.tar.gz", "demo-1.0\n.tar.gz", "demo-1.0-py3-none-any.WHL", "demo-1.0-macosx10.9.zip",
             "demo-" + "9" * 300 + ".tar.gz", "demo-1.0.tar.gz ", " demo-1.0.tar.gz", "demo-1.0-py3.11.tar.gz", "demo-2!1.0.zip"]
PLACES = ["../../files/", "/files/", "", "https://index.test/files/", "https://files.test/a/b/", "/files/ab/cdef/"]
ODD_PLACES = ["//files.test/x/", "http://plain.test/", "HTTPS://INDEX.TEST/", "https://user:pw@index.test/", "https://index.test:0443/", "https:/files/", "https:files/", "\\files\\",
              "https:\\\\index.test\\f\\", "/a/./b/", "/a/../", "/a/%2e%2e/b/", "/a/%2E./", "/a/%2f/", "/a%2Fb/", "/a%5Cb/", "/a//b/", "//", "///", "/a@b/", "/a%40b/", "/a;b/", "/a%3Bb/", "/a=b/", "/sha256=aa/",
              "/a&egg=x/", "/a&sha256=00/", "/a+b/", "/a%20b/", "/a b/", "/a%2Bb/", "/%61/", "/%C3%A9/", "/é/", "/%e9/", "/%FF%fe/", "/%00/", "/%0a/", "/%7f/", "/%25/", "/%2525/", "/%/", "/%zz/", "/a'b/", "/a\"b/", "/a<b>/",
              "/a|b/", "/a^b/", "/a`b/", "/a{b}/", "/[a]/", "/!$&'()*+,=:~/", "/\u202e/", "/\U0001f600/", "/\t/", "/x.whl/", "/demo-9.0.tar.gz/", "/demo-9.0.tar.gz@1/", "/demo-9.0.tar.gz@", "/macosx10/", "/c:/", "ftp://index.test/", "file:///",
              "git+https://index.test/", "data:,", "javascript:", "https://", "https://index.test.:443/", "https://127.1/", "https://[::1]:8443/", "https://xn--e1afmkfd/", "https://é.test/", "?x/", "#x/", "&#47;", "/~u/", "/%7Eu/", "/%7e/", "/..%2f/",
              "/a/..%2F../", "/" + "a/" * 40, "/" + "a" * 9000 + "/", "/&amp;/", "/&#64;/", "/%26/", "/%3D/", "/%3F/", "/%23/", "/a%0D%0Ab/"]
QUERIES = ["?", "?a=b", "?a=b&c=d", "?X-Amz-Signature=00ff&X-Amz-Date=20260101T000000Z", "?sig=a%2Bb%3D", "?a=%2525", "?a=%zz", "?a='b", "?a=\"b", "?a=(b)!*~", "?a=%28b%29%21%2A%7E", "?a b", "?a+b", "?é", "?%C3%A9", "?%FF",
           "?a=/b/demo-9.0.tar.gz", "?/demo-9.0.zip", "?demo-9.0-py3-none-any.whl", "?x&egg=demo-9.0", "?egg=demo", "?x&EGG=demo-9", "?x&%65gg=demo-9", "?x&egg%3Ddemo-9", "?x&egg=!", "?x&subdirectory=sub", "?x&sha256=00", "?x&md5=" + "0" * 32, "?md5=0", "?x;egg=demo",
           "?a&b;c:d@e,f$g", "?a?b", "?a&&b", "?&", "?=", "?a=b=c", "?a|b", "?a\\b", "?a^b`{}[]", "?<>", "?a%0Ab", "?%00", "?#", "?a=%26egg=demo", "?a%26egg=demo-9", "?a=~&b=%7e", "?a=%41", "?a=%2f", "?a=:", "?a=@", "?a=,", "?" + "a" * 9000, "?.metadata"]
FRAGMENTS = ["#", "#sha256=" + "ab" * 32, "#SHA256=" + "AB" * 32, "#sha512=" + "cd" * 64, "#md5=" + "0" * 32, "#sha1=" + "1" * 40, "#sha224=" + "2" * 56, "#blake2b_256=" + "ef" * 32, "#blake2b=" + "1" * 128, "#sha384=" + "3" * 96, "#sha256=00", "#sha256=None", "#sha256=",
             "#egg=demo-9.0", "#egg=!", "#subdirectory=x", "#sha256=" + "ab" * 32 + "&egg=demo-9.0", "#egg=demo-9.0&sha256=" + "ab" * 32, "#%65gg=demo", "#sha256%3D" + "ab" * 32,
             "#sha256=" + "ab" * 32 + "&sha256=" + "cd" * 32, "#md5=" + "0" * 32 + "&sha256=" + "ab" * 32, "#x", "##", "#a b", "#\"", "#é"]
PYTHONS = [">=3.8", ">=3.8,<4", ">=2.7, !=3.0.*", "==3.*", "~=3.7", ">3", "", "*", "3", ">=3.8;", "&gt;=3", "&amp;gt;3", ">=3 or <2", "é", "\u202e>=3", "\"", "'", "<script>", "<a href=x>", ">=3\n", "\x00", ">=" + "9" * 5000, "&#1;", "&#0;", "]]>", "-->", " >=3 ", ">=3.8 ", "\u00a0", "&nbsp;"]
REASONS = ["broken", "", "a \"quoted\" <b>reason</b>", "&amp;", "&amp;amp;", "&#1;", "&#0;", "é\u202e", "\U0001f600", "a\nb", "\x00", "x" * 5000, "'", "-->", "<!--", "true", "false", " ", "\u2028", "&lt;a href=x&gt;"]
TIMES = ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.123456Z", "2026-01-02T03:04:05.1Z", "2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05+01:00", "2026-13-45T99:99:99Z", "2026-02-30T00:00:00Z", "2026-01-02T03:04:60Z", "0000-01-01T00:00:00Z",
         "2026-01-02T03:04:05", "2026-01-02 03:04:05Z", "2026-01-02T03:04:05z", "2026-01-02T03:04:05+99:99", "2026-01-02T03:04:05-00:00", "2026-01-02", "", "x", "9999-12-31T23:59:59.999999-23:59", "0001-01-01T00:00:00+23:59", "2026-01-02T24:00:00Z", "2026-01-02T03:04:05+24:00"]
PROVENANCES = ["https://index.test/integrity/demo/1.0/demo-1.0.tar.gz/provenance", "../p", "/p?a=b", "", "ftp://x/", "javascript:x", "é", "\"><a href='x'>", "https://u:p@h/p#f", "//h/p", "&quot;", "\x00"]
WRONG = ["null", "true", "false", "0", "-1", "1.5", "1e400", "18446744073709551616", '""', '"x"', "[]", "{}", '["a"]', '{"a":{}}', '{"sha256":null}', '{"sha256":5}', '{"sha256":"00"}', '"\\ud800"', '"\\u0000"']
AROUND = ["<!--{}-->", "<!-- > {} -->", "<!-->{}", "<!--->{}-->", "<!--{}--!>", "<!--{}", "<script>{}</script>", "<script>'</ script>{}'</script >", "<style>{}</style>", "<title>{}</title>", "<textarea>{}</textarea>", "<noscript>{}</noscript>", "<template>{}</template>",
          "<svg>{}</svg>", "<math>{}</math>", "<iframe>{}</iframe>", "<select>{}</select>", "<table>{}", "<plaintext>{}", "<![CDATA[{}]]>", "<!DOCTYPE {}>", "<?php {} ?>", "<!x {}>", "</ {}>", "<x y='{}'>", "<x y=\"{}\">", "<xmp>{}</xmp>", "<noembed>{}</noembed>", "<pre>{}</pre>", "<button>{}"]
STRAYS = ["<base href='https://evil.test/'>", "<base href=/b/>", "<BASE HREF='https://index.test/other/'>", "<base>", "<base href=''>", "<base target=x href=//h/>", "<meta name='pypi:repository-version' content='1.4'>", "<meta name='pypi:repository-version' content='1.99'>",
          "<meta name='pypi:repository-version' content='2.0'>", "<meta name='pypi:project-status' content='archived'>", "<meta name='pypi:project-status' content='\"><a href=x>'>", "<meta name=pypi:project-status-reason content='&lt;a href=x'>", "<meta charset=utf-16>",
          "<a>", "<a href>", "<a href=''>", "<a href='#'>", "<a name=x>", "</a>", "<a href='../'>..</a>", "<area href='/files/demo-9.0.tar.gz'>", "<link href='/files/demo-9.0.tar.gz'>", "<form action='x'>", "&lt;a href='x'&gt;", "<", ">", "<a", "\x00", "\ufeff", "é", "<a href='x", "\xff"]
STATUSES = ['{"status":"archived"}', '{"status":"quarantined","reason":"a \\"b\\" <c>"}', '{"status":"evil\\"x"}', '{"status":"active","reason":"\\ud83d\\ude00"}', '"archived"', "{}", "null", '{"status":5}']


class Page(NamedTuple):
    url: str
    project: str | None
    kind: str  # as tests/tools/write_page.cc has it
    to: str
    body: bytes
    honest: bool


class Maker:
    def __init__(self, seed: int):
        self.chance = random.Random(seed)
        self.odd = 0.0  # how likely each part of a page is a hostile one

    def pick(self, good: list[str], odd: list[str]) -> str:
        return self.chance.choice(odd if self.chance.random() < self.odd else good)

    def page(self) -> Page:
        self.odd = self.chance.choice([0.0, 0.05, 0.2, 0.5])
        kind = self.chance.choices(["json", "html", "legacy", "list-json", "list-html"], [45, 45, 6, 2, 2])[0]
        body = {"json": self.json_page, "html": self.html_page, "legacy": self.legacy_page, "list-json": self.json_list, "list-html": self.html_list}[kind]()
        data = body.encode("utf-8", "surrogatepass")
        honest = self.odd == 0
        if not honest and self.chance.random() < 0.05:
            data = self.damaged(data)
        project = "demo" if kind == "legacy" or self.chance.random() < 0.9 else None
        return Page(self.chance.choice(PAGES[:1] if honest else PAGES), project, kind, "html" if kind.endswith("html") else self.chance.choice(["json", "json", "html"]), data, honest)

    def count(self) -> int:
        return self.chance.choice([0, 1, 1, 2, 3, 5, 8, 8, 20])

    # --- what both forms have

    def name(self) -> str:
        return self.pick(NAMES, ODD_NAMES)

    def address(self, name: str) -> str:
        """Mostly of a file that is called so."""
        if self.chance.random() < self.odd / 3:
            name = self.name()
        if self.chance.random() < self.odd / 2:
            name = "".join(self.chance.choice([f"%{ord(c):02x}", f"%{ord(c):02X}", f"%25{ord(c):02x}"]) if c < "\x80" and self.chance.random() < 0.1 else c for c in name)
        address = self.pick(PLACES, ODD_PLACES) + name
        if self.chance.random() < self.odd / 2:
            address += self.chance.choice(QUERIES)
        return address + (self.chance.choice(FRAGMENTS) if self.chance.random() < 0.3 + self.odd / 4 else "") if self.odd else address

    def digits(self, count: int) -> str:
        return f"{self.chance.getrandbits(4 * count):0{count}x}"

    # --- JSON

    def text(self, text: str) -> str:
        return json.dumps(text, ensure_ascii=self.chance.random() < 0.5)

    def json_page(self) -> str:
        files = ",".join(self.json_file() for _ in range(self.count()))
        members = [('"meta"', self.pick(['{"api-version":"1.0"}', '{"api-version":"1.4"}'], ['{"api-version":"1.99"}', '{"api-version":"2.0"}', "{}", '{"api-version":1}', '{"api-version":"1.1","project-status":{"status":"archived"}}'])),
                   ('"name"', self.pick(['"demo"'], ['"Demo"', '"other"', '""', "5", '"\\"><a href=x>"'])), ('"files"', self.pick([f"[{files}]"], [f"[{files}]"] * 6 + WRONG))]
        if self.chance.random() < 0.5:
            members.append(('"versions"', self.pick(['["1.0","2.0"]'], ['["1.0","\\"x","</script>",5]', '["99999999999999999999"]', '["1.0 ","","v1"]', *WRONG])))
        if self.chance.random() < self.odd:
            members.append(('"project-status"', self.chance.choice(STATUSES)))
        return self.object(members)

    def object(self, members: list[tuple[str, str]]) -> str:
        if self.chance.random() < self.odd / 8:
            members.append((self.chance.choice(members)[0], self.chance.choice([self.chance.choice(members)[1], self.chance.choice(WRONG)])))
        if self.chance.random() < self.odd / 2:
            self.chance.shuffle(members)
        if self.chance.random() < self.odd / 2:
            members.append(('"_x"', self.chance.choice(WRONG[:8])))
        return "{" + ",".join(f"{name}:{value}" for name, value in members) + "}"

    def json_file(self) -> str:
        name = self.name()
        members = [('"filename"', self.text(name)), ('"url"', self.text(self.address(name))), ('"hashes"', self.hashes())]
        for key, make in (('"requires-python"', lambda: self.text(self.pick(PYTHONS[:6], PYTHONS))),
                          ('"yanked"', lambda: self.chance.choice(["false", "true", self.text(self.pick(REASONS[:1], REASONS))])),
                          ('"size"', lambda: str(self.chance.randrange(10**9))), ('"upload-time"', lambda: self.text(self.pick(TIMES[:2], TIMES))),
                          ('"core-metadata"', lambda: self.chance.choice(["true", "false", f'{{"sha256":"{self.digits(64)}"}}'])),
                          ('"dist-info-metadata"', lambda: self.chance.choice(["true", "false", f'{{"sha256":"{self.digits(64)}"}}'])),
                          ('"provenance"', lambda: self.text(self.pick(PROVENANCES[:1], PROVENANCES))), ('"gpg-sig"', lambda: "true")):
            if self.chance.random() < 0.3:
                members.append((key, self.pick([make()], [make(), make(), self.chance.choice(WRONG)])))
        if self.chance.random() < self.odd / 10:
            members.pop(self.chance.randrange(len(members)))
        return self.object(members) if self.chance.random() > self.odd / 20 else self.chance.choice(WRONG)

    def hashes(self) -> str:
        good = {'"sha256"': f'"{self.digits(64)}"'}
        if self.chance.random() < 0.3:
            good = {self.chance.choice(['"md5"', '"MD5"']): f'"{self.digits(32)}"', '"blake2b_256"': f'"{self.digits(64)}"', '"sha512"': f'"{self.digits(128)}"'}
        odd = {self.chance.choice(['"sha256"', '"SHA256"', '"sha-256"', '"sha256 "', '"x\\"y"', '"sha1"', '"sha3_256"', '"shake_128"', '""']): self.chance.choice([f'"{self.digits(64).upper()}"', f'"{self.digits(40)}"', '"00"', "5", "null"])}
        chosen = self.pick(["{}"] + ["good"] * 5, ["odd", "both", *WRONG])
        members = {"good": good, "odd": odd, "both": odd | good}.get(chosen)
        return chosen if members is None else "{" + ",".join(f"{name}:{value}" for name, value in members.items()) + "}"

    def legacy_page(self) -> str:
        def entry() -> str:
            name = self.name()
            return self.object([('"filename"', self.text(name)), ('"url"', self.text(self.address(name))), ('"digests"', self.hashes()), ('"yanked"', self.pick(["false", "true"], WRONG)),
                                ('"yanked_reason"', self.pick(["null"], [self.text(self.chance.choice(REASONS)), *WRONG])), ('"requires_python"', self.pick(["null", '">=3.8"'], [self.text(self.chance.choice(PYTHONS)), *WRONG])),
                                ('"packagetype"', self.pick(['"sdist"', '"bdist_wheel"'], WRONG)), ('"size"', self.pick(["5"], WRONG)), ('"upload_time_iso_8601"', self.pick([self.text(TIMES[0])], [self.text(self.chance.choice(TIMES))]))])

        def entries() -> str:
            return "[" + ",".join(entry() for _ in range(self.count())) + "]"

        info = self.object([('"name"', self.pick(['"demo"', '"Demo"'], ['"other"', *WRONG])), ('"version"', self.pick(['"1.0"'], ['"x"', *WRONG])), ('"requires_dist"', '["evil @ https://evil.test/evil-1.0.tar.gz"]'),
                            ('"summary"', self.pick(["null", '"A demo"'], [self.text(self.chance.choice(REASONS)), *WRONG])), ('"requires_python"', self.pick(['">=3.8"'], WRONG)), ('"yanked"', "false")])
        return self.object([('"info"', info), ('"urls"', self.pick([entries()], [entries(), *WRONG])),
                            ('"releases"', self.pick([f'{{"1.0":{entries()}}}'], [f'{{"x":{entries()},"2.0":{self.chance.choice(WRONG)}}}', *WRONG]))])

    def json_list(self) -> str:
        names = ['"demo"', '"Other.Name"', '"a"']
        items = ",".join(f'{{"name":{self.pick(names, [self.text(name) for name in ODD_NAMES] + WRONG)}}}' for _ in range(self.count()))
        return f'{{"meta":{{"api-version":"1.0"}},"projects":[{items}]}}'

    # --- HTML

    def html_page(self) -> str:
        parts = [] if self.chance.random() < self.odd else ["<!DOCTYPE html><html><head><title>Links for demo</title></head><body><h1>Links</h1>\n"]
        for _ in range(self.count()):
            link = self.link()
            if self.chance.random() < self.odd / 3:
                link = self.chance.choice(AROUND).replace("{}", link)
            if self.chance.random() < self.odd / 2:
                parts.append(self.chance.choice(STRAYS))
            parts.append(link + self.chance.choice(["<br>\n", "<br/>", "\n", ""]))
        return "".join([*parts, "</body></html>\n"])

    def attribute(self, value: str) -> str:
        """As an attribute's value, with its quotes."""
        text = self.pick([html.escape(value)], [value, html.escape(value, quote=False), html.escape(html.escape(value)), "".join(f"&#{ord(c)};" for c in value), "".join(f"&#x{ord(c):x}" for c in value),
                                                value.replace("/", "&sol;").replace(".", "&period;"), value.replace("a", "&#97"), value.replace("&", "&amp"), value.replace("-", "&hyphen;")])
        return self.pick(['"{}"'], ['"{}"', "'{}'", "{}", " \"{}\"", "\n'{}'", '"{}', '"{}"x', "\"{}\"'"]).replace("{}", text)

    def link(self) -> str:
        name = self.name()
        address = self.address(name)
        if not self.odd and self.chance.random() < 0.7:
            address += f"#sha256={self.digits(64)}"
        attributes = [("href", address)]
        for key, make in (("data-requires-python", lambda: self.pick(PYTHONS[:6], PYTHONS)), ("data-yanked", lambda: self.pick(REASONS[:2], REASONS)), ("data-core-metadata", lambda: self.pick(["true", f"sha256={self.digits(64)}"], ["false", "", "x", "sha256=0", "md5=0", "TRUE"])),
                          ("data-dist-info-metadata", lambda: self.pick(["true", f"sha256={self.digits(64)}"], ["false", "", "x", "sha256=0"])), ("data-provenance", lambda: self.pick(PROVENANCES[:1], PROVENANCES)), ("data-gpg-sig", lambda: "true"), ("rel", lambda: "internal")):
            if self.chance.random() < 0.25:
                attributes.append((key, make()))
        if self.chance.random() < self.odd / 4:
            attributes.append(("href", self.address(self.name())))
        if self.chance.random() < self.odd / 3:
            self.chance.shuffle(attributes)
        spelled = [self.pick([f" {key}="], [f" {key}=", f"\n{key.upper()} = ", f"/{key}=", f" {key}\t=\n", f" ={key}=", f"{key}=", f" x{key}=", f" {key}\x0c="]) + self.attribute(value) for key, value in attributes]
        if self.chance.random() < self.odd / 4:
            spelled.append(self.chance.choice([" data-yanked", " href", " /", " x", " \"", " '", " <", " =", " data-requires-python"]))
        return self.pick(["<a"], ["<a", "<A", "<a/", "< a", "<a\x00", "<abbr", "<a\n", "<<a"]) + "".join(spelled) + self.pick([">"], [">", "/>", " >", ">>", ""]) + html.escape(self.name()) + self.pick(["</a>"], ["</a>", "</A >", "", "</a", "</b>"])

    def html_list(self) -> str:
        return "".join(f"<a href={self.attribute(self.pick(['demo/', '/simple/other/', 'a/'], [*ODD_NAMES, *ODD_PLACES]))}>{html.escape(self.name())}</a>\n" for _ in range(self.count()))

    def damaged(self, data: bytes) -> bytes:
        changed = bytearray(data)
        for _ in range(self.chance.choice([1, 1, 2, 5])):
            at = self.chance.randint(0, len(changed))
            to = min(len(changed), at + self.chance.choice([1, 2, 5, 20]))
            kind = self.chance.randrange(4)
            if kind == 0 and at < len(changed):
                changed[at] ^= 1 << self.chance.randrange(8)
            elif kind == 1:
                del changed[at:to]
            elif kind == 2:
                changed[at:at] = changed[at:to]
            else:
                changed[at:at] = self.chance.choice([b"\0", b"<", b">", b'"', b"'", b"&", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"-->", b"<!--", b"</a>", b"\\", b"\r", b"{", b"]", b","])
        return bytes(changed)
