"""What large and hostile pages cost: memory while several come at once, and time where a page repeats itself."""
import json
import time

import pytest

from loopback_index import JSON, sha256

PROJECTS = 6
PAGE_BYTES, FILES = 16_000_000, 20_000
MOST_KIB = 100 * 1024  # 64 were measured
ENTRIES = 40_000  # a search among all for each took ten seconds
SECONDS = 5


def sanitized(program) -> bool:
    return b"__asan_init" in program.read_bytes() or b"__tsan_init" in program.read_bytes()


def large_page(project: str) -> bytes:
    """Long addresses, which have to be known until they are asked for."""
    def entry(number: int, folder: str) -> str:
        name = f"{project}-0.{number:05}-py3-none-any.whl"
        return json.dumps({"filename": name, "hashes": {"sha256": f"{number:064x}"}, "requires-python": ">=3.8",
                           "url": f"../../files/{folder}/{name}"})
    folder = "x" * (PAGE_BYTES // FILES - len(entry(0, "")) - 2)
    return json.dumps({"meta": {"api-version": "1.1"}, "name": project, "files": [0]}).encode().replace(
        b"[0]", b"[" + ", ".join(entry(number, folder) for number in range(FILES)).encode() + b"]")


@pytest.mark.parametrize("way", ["quickly", "slowly"])
def test_memory_of_six_large_pages_at_once(curl, index, way):
    """Slowly: all six are on their way at the same time, whatever the machine."""
    names = [f"large{number}" for number in range(PROJECTS)]
    for name in names:
        page = large_page(name)
        if way == "quickly":
            index.answer(f"/simple/{name}/", body=page, Content_Type=JSON)
        else:
            index.answers[f"/simple/{name}/"] = lambda handler, page=page: handler.send_slowly(page, 4, kind=JSON)
    asked = " ".join(f"curl -sS -o {name} {index.simple}{name}/ &" for name in names)
    result = curl.run("sh", "-c", f"{asked} wait; grep -e Name -e VmHWM /proc/$PPID/status")
    assert result.code == 0, result.said
    for name in names:
        assert (curl.work / name).read_bytes().count(b"py3-none-any.whl") == 2 * FILES, result.said
    assert result.out.split()[1] == "tomme", result.said
    peak = int(result.out.split()[3])
    print(f"{way}: {peak / 1024:.0f} MiB at most")
    assert peak < MOST_KIB or sanitized(curl.program), f"{peak / 1024:.0f} MiB"


@pytest.mark.parametrize("what", ["digests", "proofs"])
def test_one_address_with_very_many_of(curl, index, demo, what):
    wheel = {"filename": demo.filename, "url": f"../../files/{demo.filename}"}
    entry = {"digests": lambda number: wheel | {"hashes": {"sha256": f"{number:064x}"}},
             "proofs": lambda number: wheel | {"hashes": {"sha256": sha256(demo.content)},
                                               "provenance": f"{index.base}/proof/{number}"}}[what]
    page = {"meta": {"api-version": "1.3"}, "name": "tomme-demo", "files": [entry(number) for number in range(ENTRIES)]}
    index.answer("/simple/tomme-demo/", body=json.dumps(page).encode(), Content_Type=JSON)
    start = time.monotonic()
    result = curl.run("curl", "-sS", "-o", "page", f"{index.simple}tomme-demo/", "--next", "-sS", "-o", "file",
                      "-w", "%{http_code}", index.file_url(demo.filename))
    took = time.monotonic() - start
    print(f"{what}: {took:.1f} s")
    assert took < SECONDS * (10 if sanitized(curl.program) else 1), f"{took:.1f} s"
    assert result.out.endswith("403"), result.said
    assert len([seen for seen in index.seen if seen.path.startswith("/proof/")]) <= 16, "each proof was fetched"
