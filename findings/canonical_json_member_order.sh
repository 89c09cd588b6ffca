#!/usr/bin/env bash
# TUF's canonical JSON sorts the members of an object, and the implementations sort by different units: the one of
# python-tuf (securesystemslib 1.6.0) by code points, the one of tuf-js (@tufjs/canonical-json 2.0.0) by UTF-16 code
# units. Where two names differ first in a letter above U+FFFF and one of U+E000..U+FFFF the order is another, so that
# a signature over targets with two such paths, made by one of them, is not one for the other. For all other names
# the two agree byte for byte.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check securesystemslib==1.6.0
npm install --silent --no-fund --no-audit --prefix "$folder" @tufjs/canonical-json@2.0.0 >/dev/null

by_python() {
  "$folder/v/bin/python" -c 'import json, sys
from securesystemslib.formats import encode_canonical
print(encode_canonical(json.loads(sys.argv[1])).encode().hex())' "$1"
}
by_js() {
  (cd "$folder" && node -e '
const { canonicalize } = require("@tufjs/canonical-json");
console.log(Buffer.from(canonicalize(JSON.parse(process.argv[1]))).toString("hex"));' "$1")
}

wrong=0
expect() { # what, seen, as it was
  echo "$1: $2"
  [ "$2" = "$3" ] || { echo "  was: $3"; wrong=1; }
}
plain='{"b":1,"a":2,"\u00e9":3}'
two='{"\ud83d\ude00":1,"\uff46":2}'
expect "usual names, python-tuf" "$(by_python "$plain")" 7b2261223a322c2262223a312c22c3a9223a337d
expect "usual names, tuf-js" "$(by_js "$plain")" 7b2261223a322c2262223a312c22c3a9223a337d
expect "U+1F600 and U+FF46, python-tuf" "$(by_python "$two")" 7b22efbd86223a322c22f09f9880223a317d
expect "U+1F600 and U+FF46, tuf-js" "$(by_js "$two")" 7b22f09f9880223a312c22efbd86223a327d
exit $wrong
