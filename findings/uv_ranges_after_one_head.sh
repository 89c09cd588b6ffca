#!/usr/bin/env bash
# Where an index lists no METADATA, uv 0.13.9 reads it by ranges of the wheel. It asks by HEAD whether the server has ranges,
# and remembers the answer for the whole index: after one wheel whose HEAD came without `Accept-Ranges` it asks for no range
# of any other wheel of that index, and takes each of them whole for its METADATA. A server that knows of a file only later
# whether it can serve ranges (a cache that is still filling, say) is asked for all files whole from then on.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check uv==0.13.9

cat >"$folder/index.py" <<'PYTHON'
import hashlib, http.server, io, json, os, re, subprocess, sys, threading, zipfile

def wheel(name, needs):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        info = f"{name}-1.0.dist-info/"
        target.writestr(f"{name}.bin", os.urandom(200_000))
        target.writestr(info + "METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n" +
                        (f"Requires-Dist: {needs}\n" if needs else ""))
        target.writestr(info + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        target.writestr(info + "RECORD", "")
    return out.getvalue()

files = {f"{name}-1.0-py3-none-any.whl": wheel(name, needs) for name, needs in (("first", "second"), ("second", ""))}
asked = []

class Index(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *_): pass
    def do_HEAD(self): self.answer()
    def do_GET(self): self.answer()
    def answer(self):
        name = self.path.rsplit("/", 1)[-1]
        if name not in files:
            project = self.path.strip("/").split("/")[-1]
            listed = [{"filename": f, "url": f"/files/{f}", "hashes": {"sha256": hashlib.sha256(b).hexdigest()}}
                      for f, b in files.items() if f.startswith(project + "-")]
            body = json.dumps({"meta": {"api-version": "1.0"}, "name": project, "files": listed}).encode()
            return self.send(200, {"Content-Type": "application/vnd.pypi.simple.v1+json"}, body)
        body, wanted = files[name], self.headers.get("Range")
        asked.append(f"{self.command}{' range' if wanted else ''} {name.split('-')[0]}")
        ranges = {} if name.startswith("first") and without else {"Accept-Ranges": "bytes"}
        if wanted is None:
            return self.send(200, ranges, body)
        first, last = re.fullmatch(r"bytes=(\d*)-(\d*)", wanted).groups()
        start = int(first) if first else max(0, len(body) - int(last))
        end = min(int(last), len(body) - 1) if first and last else len(body) - 1
        self.send(206, ranges | {"Content-Range": f"bytes {start}-{end}/{len(body)}"}, body[start:end + 1])
    def send(self, status, headers, body):
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(body))}.items(): self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD": self.wfile.write(body)

without = sys.argv[1] == "without"
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index)
threading.Thread(target=server.serve_forever, daemon=True).start()
subprocess.run([sys.argv[2], "pip", "compile", "-q", "--no-cache", "--no-config", "--python", sys.executable, "--index-url",
                f"http://127.0.0.1:{server.server_port}/simple/", "-"], input=b"first\n", check=True,
               stdout=subprocess.DEVNULL, env={k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")})
print("; ".join(dict.fromkeys(asked)))
PYTHON

wrong=0
expect() { # what, seen, as it was
  echo "$1: $2"
  [ "$2" = "$3" ] || { echo "  was: $3"; wrong=1; }
}
asked() { "$folder/v/bin/python" "$folder/index.py" "$1" "$folder/v/bin/uv"; }
expect "all with ranges" "$(asked with)" "HEAD first; GET range first; HEAD second; GET range second"
expect "the first without" "$(asked without)" "HEAD first; GET first; GET second"
exit $wrong
