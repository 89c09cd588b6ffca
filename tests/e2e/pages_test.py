"""Do installers see on a page that Tomme wrote what Tomme saw on the index's? Thousands of pages, hostile ones most of all, are read and
written anew by the functions of `tomme run`. What comes out goes to the installers' own code: each must find the files that Tomme lists,
no other, with the same names, versions, hashes, Python versions and yanks, and must ask for addresses by which Tomme finds them again.
What was written, read once more, is written the same. TOMME_PAGES (3,000) says how many pages, TOMME_PAGES_SEED which.
"""
import base64
import collections
import html
import itertools
import json
import os
import pathlib
from typing import Iterator

from packaging.version import Version

from hostile_pages import Maker, Page
from written_pages import SEED, TYPES, ask, question

PAGES = int(os.environ.get("TOMME_PAGES", "3000"))
AT_A_TIME = 2000
# What each compares with a file; other algorithms stand in JSON and are nothing to it.
IN_FRAGMENT = ("sha256", "sha512", "sha384", "md5")
INSTALLERS = ("pip", "unearth", "poetry")


class Comparison:
    def __init__(self, program: pathlib.Path, python: pathlib.Path):
        self.program, self.peer = [program], [python, pathlib.Path(__file__).with_name("pages_peer.py")]
        self.wrong: list[str] = []
        self.counts: collections.Counter[str] = collections.Counter()
        self.keys: dict[str, str] = {}

    def run(self, pages: list[Page]) -> None:
        answers = ask(self.program, [question(page.url, page.project, page.kind, page.to, page.body) for page in pages])
        written = [(page, answer) for page, answer in zip(pages, answers) if "written" in answer]
        self.counts["pages"] += len(pages)
        self.counts["written"] += len(written)
        self.counts["listed"] += sum(len(answer["files"]) for _, answer in written)
        self.counts["left out"] += sum(len(answer["left_out"]) for _, answer in written)
        for page, answer in zip(pages, answers):
            if page.honest and (answer.get("error") or answer["left_out"]):
                self.wrong.append(f"{page}: an honest page: {answer.get('error') or answer['left_out']}")
        self.round_trip(written)
        self.compare([(page, answer) for page, answer in written if page.kind != "legacy"])
        self.legacy([(page, answer) for page, answer in written if page.kind == "legacy"])

    def expect(self, holds: bool, page: Page, answer: dict, what: str) -> None:
        if not holds:
            self.wrong.append(f"{what}\n  {page.kind} to {page.to} of {page.project} at {page.url}: {page.body[:1500]!r}\n"
                              f"  written as {base64.b64decode(answer['written'])[:1500]!r}")

    def round_trip(self, written: list[tuple[Page, dict]]) -> None:
        """At another address, since nothing that was written depends on where the page is."""
        def again(page: Page, answer: dict) -> dict:
            kind = page.kind if page.kind == "legacy" else page.kind.replace("json", page.to).replace("html", page.to)
            return question("https://elsewhere.test/x/", page.project, kind, page.to, base64.b64decode(answer["written"]))

        # A list in HTML has the names as the addresses have them.
        written = [(page, answer) for page, answer in written if not (page.kind.startswith("list") and page.to == "html")]
        for (page, answer), second in zip(written, ask(self.program, [again(*pair) for pair in written])):
            self.expect(second.get("written") == answer["written"] and second.get("left_out") == [], page, answer, f"read again it is another page: {second.get('error')} "
                        f"{second.get('left_out')} {base64.b64decode(second.get('written', ''))[:1500]!r}")
            if page.to == "json" and page.kind == "json":
                self.expect([said(file) for file in second.get("files", [])] == [said(file) for file in answer["files"]], page, answer, "read again it has other files")

    def compare(self, written: list[tuple[Page, dict]]) -> None:
        seen = ask(self.peer, [{"page": page.url, "project": page.project, "type": TYPES[page.to], "body": answer["written"], "list": page.kind.startswith("list"),
                                "names": [file["name"] for file in answer["files"]]} for page, answer in written])
        self.learn_keys({file[what] for answer in seen for who in INSTALLERS if isinstance(answer.get(who), list) for file in answer[who]
                         for what in ("asked", "metadata") if file[what]})
        for (page, answer), theirs in zip(written, seen):
            for who, found in theirs.items():
                if who in INSTALLERS:
                    self.compare_one(page, answer, who, found, theirs["poetrys"])
                elif who == "projects":
                    self.expect(not isinstance(found, str), page, answer, f"Poetry does not read the list: {found}")

    def learn_keys(self, asked: set[str]) -> None:
        new = sorted(asked - self.keys.keys())
        self.keys |= {address: answer.get("key", "") for address, answer in zip(new, ask(self.program, [{"asked": address} for address in new]))}

    def compare_one(self, page: Page, answer: dict, who: str, found: list[dict] | str, poetrys: list[bool]) -> None:
        if isinstance(found, str):
            return self.expect(False, page, answer, f"{who} cannot read it: {found}")
        listed = [file for file, is_poetrys in zip(answer["files"], poetrys) if who != "poetry" or is_poetrys]
        if who == "unearth":  # to it this is another name, and here never a distribution's
            listed = [file for file in listed if "@" not in file["address"].partition("?")[0]]
        ours = sorted((view(file, page.to, who) for file in listed), key=in_order)
        theirs = sorted((self.view_of_theirs(file) for file in found), key=in_order)
        self.counts[who] += len(theirs)
        differing = [pair for pair in itertools.zip_longest(ours, theirs) if pair[0] != pair[1]]
        self.expect(not differing, page, answer, f"{who} sees other files: {differing[:3]}")
        versions: dict[str, Version] = {file["name"]: Version(file["version"]) for file in listed if file["version"]}
        for file in found:
            if file["version"] and file["name"] in versions:
                self.counts[f"versions by {who}"] += 1
                self.expect(versions[file["name"]] == Version(file["version"]), page, answer, f"{who} takes {file['name']} for {file['version']}")

    def view_of_theirs(self, file: dict) -> dict:
        key = self.keys[file["asked"]]
        metadata = file["metadata"] and self.keys[file["metadata"]]
        return {"name": file["name"], "key": key, "hashes": file["hashes"], "requires_python": file["requires_python"], "yanked": file["yanked"], "reason": file["reason"],
                "metadata": metadata or None, "metadata_hashes": file["metadata_hashes"]}

    def legacy(self, written: list[tuple[Page, dict]]) -> None:
        """PDM and Poetry take JSON as it stands: what is said must be what is listed, and nothing of dependencies."""
        for page, answer in written:
            said = json.loads(base64.b64decode(answer["written"]))
            entries = said.get("urls", []) + [entry for _, entries in sorted(said.get("releases", {}).items()) for entry in entries]
            ours = sorted((file["name"], file["address"], sorted(file["hashes"].items()), file["yanked"] is not None) for file in answer["files"])
            theirs = sorted((entry["filename"], entry["url"], sorted(entry["digests"].items()), entry["yanked"]) for entry in entries)
            self.expect(ours == theirs and said["info"]["requires_dist"] is None, page, answer, "the older JSON says something else than is listed")

    def expect_none_wrong(self) -> None:
        print(f"seed {SEED}: {dict(self.counts)}")
        kinds = {wrong[:40]: wrong for wrong in reversed(self.wrong)}
        assert not self.wrong, f"{len(self.wrong)} differ:\n" + "\n".join(itertools.islice(kinds.values(), 12))


def said(file: dict) -> dict:
    """All that a page says of a file; the upstream address may be spelled in another way."""
    return {name: value for name, value in file.items() if name != "upstream"}


def in_order(file: dict) -> str:
    return json.dumps(file, sort_keys=True)


def view(file: dict, form: str, who: str) -> dict:
    hashes = file["hashes"]
    if form == "html":
        best = next((name for name in IN_FRAGMENT if name in hashes), None)
        hashes = {best: hashes[best]} if best else {}
    # Poetry decodes references once more: a text for people, where it matters to nobody.
    reason = html.unescape(file["yanked"] or "") if form == "html" and who == "poetry" else file["yanked"] or ""
    metadata_hashes = {"sha256": file["metadata_sha256"]} if file["metadata_sha256"] else {}
    return {"name": file["name"], "key": file["key"], "hashes": hashes, "requires_python": file["requires_python"] or None, "yanked": file["yanked"] is not None, "reason": reason,
            "metadata": file["key"] + ".metadata" if file["metadata"] else None, "metadata_hashes": metadata_hashes}


def test_installers_see_what_is_listed(page_writer, installers):
    maker, comparison = Maker(SEED), Comparison(page_writer, installers / "bin/python")
    made: Iterator[Page] = (maker.page() for _ in range(PAGES))
    while batch := list(itertools.islice(made, AT_A_TIME)):
        comparison.run(batch)
    comparison.expect_none_wrong()
    counts = comparison.counts
    assert counts["written"] > PAGES / 3 and counts["listed"] > PAGES and counts["left out"] > PAGES / 2, f"a poor test: {counts}"
