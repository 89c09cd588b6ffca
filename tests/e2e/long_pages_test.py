"""A long page goes out while it is read. What is wrong with its end is told as well: the connection is cut, and who asks again gets
the reason."""
import json
import time

import pytest

from asked import assert_taken, both
from loopback_index import JSON

PAGE = "/simple/tomme-demo/"


@pytest.fixture
def long_page(index) -> bytes:
    """Four megabytes: the wheel, and older ones that nobody asks for."""
    page = json.loads(index.usual_answer(PAGE).body)
    for number in range(20_000):
        name = f"tomme_demo-0.{number}-py3-none-any.whl"
        page["files"].append({"filename": name, "url": f"../../files/{name}", "hashes": {"sha256": f"{number:064x}"}, "size": number})
    return json.dumps(page).encode()


def twice(stage, index):
    return stage.run("sh", "-c", f"for i in 1 2; do curl -sS -o page$i -D head$i {index.base}{PAGE}; echo $?; done")


@both
def test_is_read_as_a_whole_by_installers(local, index, long_page, command):
    index.answer(PAGE, body=long_page, Content_Type=JSON)
    assert_taken(local, local.run(*command, options=["--require", "attested"]))
    assert len(index.asked(PAGE)) == 1


def test_goes_out_while_it_comes_in(curl, index, long_page):
    came = curl.work / "page1"

    def until_some_came(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", JSON)
        handler.send_header("Content-Length", str(len(long_page)))
        handler.end_headers()
        half = len(long_page) // 2
        handler.wfile.write(long_page[:half])
        end = time.monotonic() + 60
        while time.monotonic() < end and not (came.exists() and came.stat().st_size > 64 * 1024):
            time.sleep(0.01)
        assert time.monotonic() < end
        handler.wfile.write(long_page[half:])

    index.answers[PAGE] = until_some_came
    result = twice(curl, index)
    assert result.out.split() == ["0", "0"], result.said
    written = json.loads(came.read_text())
    assert [file["filename"] for file in written["files"]] == [file["filename"] for file in json.loads(long_page)["files"]]
    assert "content-length" not in (curl.work / "head1").read_text().lower()


ENDS = {"cut": (lambda page: page[:-5], "json/invalid"),
        "behind": (lambda page: page + b"}", "json/invalid"),
        "version": (lambda page: page.replace(b'"api-version": "1.3"', b'"api-version": "2.0"'), "page/invalid"),
        "twice": (lambda page: page[:-1] + b', "files": []}', "json/invalid")}


@pytest.mark.parametrize("end,code", ENDS.values(), ids=ENDS)
def test_that_ends_badly_is_cut_and_then_refused(curl, index, long_page, end, code):
    page = json.loads(long_page)
    page["meta"] = page.pop("meta")  # the last, as an index may have it
    index.answer(PAGE, body=end(json.dumps(page).encode()), Content_Type=JSON)
    result = twice(curl, index)
    assert result.out.split()[0] != "0", result.said
    first, second = ((curl.work / name).read_text() for name in ("head1", "head2"))
    assert " 403 " not in first and " 403 " in second and f"[{code}]" in second
    assert code in json.dumps(result.report)


@both
def test_that_ends_badly_installs_nothing(local, index, long_page, command):
    index.answer(PAGE, body=long_page[:-5], Content_Type=JSON)
    result = local.run(*command, options=["--require", "attested"])
    assert result.code != 0 and not list(local.work.glob("out/tomme_demo*"))
    assert "json/invalid" in json.dumps(result.report), result.said


@both
def test_of_files_elsewhere_leaves_them_out(local, index, long_page, command):
    page = json.loads(long_page)
    for file in page["files"][1:]:
        file["url"] = "http://elsewhere.test/" + file["filename"]
    index.answer(PAGE, body=json.dumps(page).encode(), Content_Type=JSON)
    assert_taken(local, local.run(*command, options=["--require", "attested"]))


def test_a_client_that_goes_is_no_fault_of_the_index(curl, index, long_page):
    index.answer(PAGE, body=long_page, Content_Type=JSON)
    result = curl.run("sh", "-c", f"curl -sS {index.base}{PAGE} | head -c 1000 | wc -c; "
                                  f"curl -sS -o whole {index.base}{PAGE}; echo $?")
    assert result.out.split() == ["1000", "0"], result.said
    assert result.report["refused"] == [] and result.report["unknown"] == []
    assert len(json.loads((curl.work / "whole").read_text())["files"]) == len(json.loads(long_page)["files"])
