"""Fails on an #include that leaves a room by another door than CMakeLists.txt names.

Also: core/ opens no file and asks no clock, and each foreign header stays in its room.
"""
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
# Foreign headers and the only places that may see them.
OWNERS = {
    "openssl/ssl.h": ["io/net"],
    "openssl/": ["core/crypto", "io/net"],
    "boost/json": ["core/encoding"],
    "boost/asio": ["io/net"],
    "boost/beast": ["io/net"],
    "curl/": ["io/net"],
    "toml++/": ["core/encoding"],
    "yaml.h": ["core/encoding"],
    "CLI/": ["cli"],
    "zlib.h": ["core/packaging", "io/net"],
    "sqlite3.h": ["io/store"],
    "libpq-fe.h": ["io/store"],
    "expat.h": ["io/store"],
    "p11-kit/": ["io/pkcs11"],
}
NOT_IN_CORE = ["fstream", "filesystem", "sys/socket.h", "unistd.h", "fcntl.h", "iostream", "cstdlib"]


def rooms(cmake: str) -> dict[str, set[str]]:
    direct = {}
    for call in re.findall(r"^tomme_room\(([^)]*)\)", cmake, re.M):
        words = call.split()
        links = []
        if "LINKS" in words:
            for word in words[words.index("LINKS") + 1:]:
                if word.isupper():
                    break
                links.append(word)
        direct[words[0]] = set(links)

    def reach(room: str) -> set[str]:
        found = set()
        for below in direct[room]:
            found |= {below} | reach(below)
        return found

    return {room: reach(room) | {room} for room in direct}


def main(root: pathlib.Path) -> int:
    allowed = rooms((root / "CMakeLists.txt").read_text())
    wrong = []
    for path in sorted((root / "src").rglob("*")):
        if path.suffix not in (".h", ".cc"):
            continue
        room = path.relative_to(root / "src").parent.as_posix()
        is_test = path.stem.endswith(("_test", "_bench", "_test_support"))
        if room not in allowed:
            wrong.append(f"{path}: no tomme_room({room}) in CMakeLists.txt")
            continue
        for kind, header in INCLUDE.findall(path.read_text()):
            where = f"{path.relative_to(root)}: includes {header}"
            if kind == '"':
                target = header.rpartition("/")[0]
                if target == "" or target == "testing" and is_test:
                    continue
                if target not in allowed[room]:
                    wrong.append(f"{where}, but {room} does not link {target}")
                continue
            for prefix, owners in OWNERS.items():
                if header.startswith(prefix):
                    if room not in owners and not is_test:
                        wrong.append(f"{where}, which belongs to {' and '.join(owners)}")
                    break
            if path.suffix == ".h" and not is_test and any(header.startswith(p) for p in OWNERS) \
                    and not header.startswith("zlib") and not path.name.endswith("_internal.h"):
                wrong.append(f"{where}: a library's type must not cross a room's header")
            if room.startswith("core/") and header in NOT_IN_CORE and not is_test:
                wrong.append(f"{where}: core/ does no I/O")
    print("\n".join(wrong) or f"{len(allowed)} rooms, every arrow is drawn")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
