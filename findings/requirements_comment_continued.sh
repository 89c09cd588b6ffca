#!/usr/bin/env bash
# A backslash at the end of a comment: pip 26.3 takes the next line for a part of the comment, uv 0.13.9 for a line of
# its own. The format has no standard that says which is right; one file asks for one project with pip and for two with
# uv. (A comment that has the line for itself ends with it for both.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install --quiet --disable-pip-version-check pip==26.3 uv==0.13.9
"$folder/v/bin/pip" --version | cut -d' ' -f1,2
"$folder/v/bin/uv" --version | cut -d' ' -f1,2

printf 'six==1.17.0  # why \\\ncertifi==2025.8.3\n' >"$folder/behind.txt"
printf 'six==1.17.0\n# why \\\ncertifi==2025.8.3\n' >"$folder/alone.txt"

by_pip() {
  "$folder/v/bin/pip" install --quiet --disable-pip-version-check --dry-run --ignore-installed --no-deps \
    --report - -r "$1" | python3 -c 'import json, sys
print(*sorted(each["metadata"]["name"] for each in json.load(sys.stdin)["install"]))'
}
by_uv() {
  "$folder/v/bin/uv" pip compile --quiet --no-deps --no-header --no-annotate "$1" | sed 's/==.*//' | sort | xargs
}

wrong=0
expect() { # what, seen, as it was
  echo "$1: $2"
  [ "$2" = "$3" ] || { echo "  was: $3"; wrong=1; }
}
expect "behind a requirement, pip" "$(by_pip "$folder/behind.txt")" "six"
expect "behind a requirement, uv" "$(by_uv "$folder/behind.txt")" "certifi six"
expect "alone on its line, pip" "$(by_pip "$folder/alone.txt")" "certifi six"
expect "alone on its line, uv" "$(by_uv "$folder/alone.txt")" "certifi six"
exit $wrong
