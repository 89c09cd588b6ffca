#!/usr/bin/env bash
# The expiry of TUF metadata, made by go-tuf 2.4.2 as its examples do (time.Now plus a year): it is written with a
# fraction of a second, nine digits. The specification's form is YYYY-MM-DDTHH:MM:SSZ. python-tuf 7.0.1 and @tufjs/models 5.0.2
# disagree: python-tuf cannot read the file at all, tuf-js can. A maker of metadata with go-tuf has to truncate the time
# himself, or clients on python-tuf are lost with the first root.
set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder" && rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check tuf==7.0.1
npm install --silent --no-fund --no-audit --prefix "$folder" @tufjs/models@5.0.2 >/dev/null
mkdir "$folder/go"
cat >"$folder/go/go.mod" <<'MOD'
module finding

go 1.25.5

require github.com/theupdateframework/go-tuf/v2 v2.4.2
MOD
cat >"$folder/go/main.go" <<'GO'
package main

import (
	"os"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

func main() {
	expires := time.Now().UTC().AddDate(1, 0, 0)
	if len(os.Args) > 1 {
		expires = expires.Truncate(time.Second)
	}
	text, err := metadata.Root(expires).ToBytes(true)
	if err != nil {
		panic(err)
	}
	os.Stdout.Write(text)
}
GO
export GOFLAGS=-mod=mod GOPATH=$folder/gopath
(cd "$folder/go" && go mod tidy >/dev/null 2>&1 && go build -o "$folder/root" .)
"$folder/root" >"$folder/fraction.json"
"$folder/root" whole >"$folder/whole.json"

by_python() {
  "$folder/v/bin/python" -c 'import sys
from tuf.api.metadata import Metadata
try:
    Metadata.from_file(sys.argv[1])
    print("read")
except Exception as error:
    print(type(error).__name__)' "$1"
}
by_js() {
  (cd "$folder" && node -e '
const { Metadata, MetadataKind } = require("@tufjs/models");
try {
  Metadata.fromJSON(MetadataKind.Root, JSON.parse(require("fs").readFileSync(process.argv[1])));
  console.log("read");
} catch (error) { console.log(error.message); }' "$1")
}

wrong=0
expect() { # what, seen, as it was
  echo "$1: $2"
  [ "$2" = "$3" ] || { echo "  was: $3"; wrong=1; }
}
form=$(sed -nE 's/.*"expires": "([^"]*)".*/\1/p' "$folder/fraction.json" | sed 's/[0-9]/9/g; s/\.9*Z/.9Z/')
expect "what go-tuf writes" "$form" "9999-99-99T99:99:99.9Z"
expect "with a fraction, python-tuf" "$(by_python "$folder/fraction.json")" DeserializationError
expect "with a fraction, tuf-js" "$(by_js "$folder/fraction.json")" read
expect "whole seconds, python-tuf" "$(by_python "$folder/whole.json")" read
expect "whole seconds, tuf-js" "$(by_js "$folder/whole.json")" read
exit $wrong
