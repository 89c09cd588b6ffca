"""Makes src/core/sigstore/builtin_roots.cc: the public keys and certificates of the public-good Sigstore
instance and of its staging twin, from the trusted roots inside PyPI's `sigstore` package; and the roots of their
TUF repositories, from which `tomme trust` goes on to newer ones.

    python3 -m venv v && v/bin/pip install sigstore && v/bin/python tools/builtin_roots.py

Of a trusted root only what the verifier reads is kept, one log or authority a line, so that a change shows in a
diff. The root of a TUF repository is signed: it stays as it is.
"""
import datetime
import importlib.metadata
import importlib.resources
import json
import pathlib
import urllib.parse

INSTANCES = {
    "kPublicGood": "https://tuf-repo-cdn.sigstore.dev",
    "kStaging": "https://tuf-repo-cdn.sigstage.dev",
}
HEADER = """// Made by tools/builtin_roots.py on {date} from the roots inside sigstore {version}. Do not edit.

#include "core/sigstore/builtin_roots.h"

namespace tomme {{

std::string_view builtin_roots_date() {{ return "{date}"; }}
"""
FUNCTION = {"kPublicGood": "public_good_root_text", "kStaging": "staging_root_text"}
TUF_FUNCTION = {"kPublicGood": "public_good_tuf_root", "kStaging": "staging_tuf_root"}


def log(entry: dict) -> dict:
    kept = {"baseUrl": entry["baseUrl"], "publicKey": entry["publicKey"], "logId": entry["logId"]}
    for extra in ("checkpointKeyId", "operator"):
        if extra in entry:
            kept[extra] = entry[extra]
    return kept


def authority(entry: dict) -> dict:
    kept = {"uri": entry["uri"], "certChain": entry["certChain"], "validFor": entry["validFor"]}
    if "operator" in entry:
        kept["operator"] = entry["operator"]
    return kept


def rows(root: dict) -> str:
    parts = {
        "tlogs": [log(e) for e in root["tlogs"]],
        "ctlogs": [log(e) for e in root["ctlogs"]],
        "certificateAuthorities": [authority(e) for e in root["certificateAuthorities"]],
        "timestampAuthorities": [authority(e) for e in root.get("timestampAuthorities", [])],
    }
    lines = ['{"mediaType":' + json.dumps(root["mediaType"])]
    for name, entries in parts.items():
        lines.append(f',"{name}":[')
        lines.append(",\n".join(json.dumps(e, separators=(",", ":"), sort_keys=True) for e in entries))
        lines.append("]")
    return "\n".join(lines) + "}\n"


def main() -> None:
    store = importlib.resources.files("sigstore") / "_store"
    out = HEADER.format(date=datetime.date.today().isoformat(), version=importlib.metadata.version("sigstore"))
    for constant, url in INSTANCES.items():
        kept = store / urllib.parse.quote(url, safe="")
        root = json.loads((kept / "trusted_root.json").read_text())
        out += f'\nstd::string_view {FUNCTION[constant]}() {{\n  return R"root({rows(root)})root";\n}}\n'
        tuf_root = (kept / "root.json").read_text()
        signed = json.loads(tuf_root)["signed"]
        out += (f'\n// Version {signed["version"]}, expires {signed["expires"]}: an expired one still leads to its '
                f'successors.\n'
                f'std::string_view {TUF_FUNCTION[constant]}() {{\n  return R"root({tuf_root})root";\n}}\n')
    out += "\n}  // namespace tomme\n"
    target = pathlib.Path(__file__).resolve().parent.parent / "src/core/sigstore/builtin_roots.cc"
    target.write_text(out)
    print(f"wrote {target.name}, {len(out)} bytes")


if __name__ == "__main__":
    main()
