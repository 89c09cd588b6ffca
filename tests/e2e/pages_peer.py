"""Run by pages_test.py with the installers' own Python: reads lines of JSON {"page", "project", "type", "body", "names"}, each a page as
Tomme wrote it, and writes for each what pip, unearth (PDM) and Poetry find on it and would ask for."""
import base64
import functools
import json
import sys
import urllib.parse

import httpx
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version
from pip._internal.index.collector import IndexContent, parse_links
from pip._internal.index.package_finder import LinkEvaluator, LinkType
from pip._internal.models.target_python import TargetPython
from pip._internal.models.wheel import Wheel
from pip._vendor import requests as pip_requests
from pip._vendor.urllib3.util import url as pip_url
from poetry.core.packages.utils.utils import splitext
from poetry.repositories.link_sources.base import LinkSource
from poetry.repositories.link_sources.html import HTMLPage, SimpleRepositoryHTMLRootPage
from poetry.repositories.link_sources.json import SimpleJsonPage, SimpleRepositoryJsonRootPage
import requests
from unearth.collector import IndexPage, parse_html_page, parse_json_response
from unearth.evaluator import Evaluator
from unearth.link import Link
from unearth.utils import is_archive_file
from urllib3.util import url as poetry_url

Wheel.supported = lambda self, tags: True  # what it is, not where it runs


def asked_by_requests(library, urls, address: str) -> str:
    prepared = library.models.PreparedRequest()
    prepared.method = "GET"
    prepared.prepare_url(address, None)
    parts = urllib.parse.urlsplit(prepared.url)
    target = library.adapters.HTTPAdapter.request_url(None, prepared, {})
    return f"{parts.scheme}://{parts.netloc}{urls._encode_target(target)}"


def asked_by_pip(address: str) -> str:
    return asked_by_requests(pip_requests, pip_url, address.split("#", 1)[0])


def asked_by_poetry(address: str) -> str:
    """Poetry escapes the brackets of an IPv6 address, and then can ask nobody there."""
    return asked_by_requests(requests, poetry_url, address.replace("%5b", "[", 1).replace("%5d", "]", 1))


def asked_by_httpx(address: str) -> str:
    url = httpx.URL(address)
    return f"{url.scheme}://{url.netloc.decode()}{url.raw_path.decode()}"


def found(name, asked, hashes, python, yanked, reason, metadata, metadata_hashes, version) -> dict:
    return {"name": name, "asked": asked, "hashes": dict(hashes or {}), "requires_python": python or None, "yanked": yanked, "reason": reason if isinstance(reason, str) else "",
            "metadata": metadata, "metadata_hashes": dict(metadata_hashes or {}), "version": version}


def version_text(text: str | None) -> str | None:
    try:
        return None if text is None else str(Version(text))
    except InvalidVersion:
        return None


@functools.cache
def pips_evaluator(project: str) -> LinkEvaluator:
    return LinkEvaluator(project, canonicalize_name(project), frozenset(["source", "binary"]), TargetPython(), True, ignore_requires_python=True)


@functools.cache
def unearths_evaluator(project: str) -> Evaluator:
    return Evaluator(project, ignore_compatibility=True, allow_yanked=True)


def pip(page: dict) -> list[dict]:
    evaluator = page["project"] and pips_evaluator(page["project"])

    def one(link) -> dict:
        kind, version = evaluator.evaluate_link(link) if evaluator else (None, None)
        metadata = link.metadata_link()
        return found(link.filename, asked_by_pip(link.url), link._hashes, link.requires_python, link.is_yanked, link.yanked_reason,
                     metadata and asked_by_pip(metadata.url), metadata and metadata._hashes, version_text(version) if kind == LinkType.candidate else None)

    return [one(link) for link in parse_links(IndexContent(page["content"], page["type"], "utf-8", page["page"], cache_link_parsing=False))]


def unearth(page: dict) -> list[dict]:
    evaluator = page["project"] and unearths_evaluator(page["project"])

    def one(link) -> dict:
        package = evaluator.evaluate_link(link) if evaluator else None
        hashes = {name: values[0] for name, values in (link.hash_option or {}).items()}
        metadata = link.dist_info_link
        return found(link.filename, asked_by_httpx(link.normalized), hashes, link.requires_python, link.is_yanked, link.yank_reason,
                     metadata and asked_by_httpx(metadata.normalized), link.dist_info_metadata if isinstance(link.dist_info_metadata, dict) else {},
                     version_text(package.version) if package else None)

    def may_be_taken(link) -> bool:
        """What stands in front of an @ is the name to it, and often no distribution's."""
        return "@" not in link.parsed.path or link.is_wheel or is_archive_file(link.filename)

    read = parse_json_response if page["type"].endswith("json") else parse_html_page
    return [one(link) for link in filter(may_be_taken, read(IndexPage(Link(page["page"]), page["content"], "utf-8", page["type"])))]


def poetry(page: dict) -> list[dict]:
    source = SimpleJsonPage(page["page"], json.loads(page["content"])) if page["type"].endswith("json") else HTMLPage(page["page"], page["content"].decode())

    def one(link) -> dict:
        name, version = source._link_package_name_and_version(link.filename)
        mine = page["project"] and name == canonicalize_name(page["project"])
        return found(link.filename, asked_by_poetry(link.url), link.hashes, link.requires_python, link.yanked, link.yanked_reason,
                     link.metadata_url and asked_by_poetry(link.metadata_url), link.metadata_hashes, version_text(str(version)) if mine else None)

    return [one(link) for link in source.links]


def is_poetrys(name: str) -> bool:
    """Whether Poetry looks at a file of this name at all."""
    return splitext(name, is_filename=True)[1] in LinkSource.SUPPORTED_FORMATS and LinkSource._link_package_name_and_version(name) is not None


def projects(page: dict) -> list[str]:
    """A list of projects, by Poetry, the one installer that reads it."""
    if page["type"].endswith("json"):
        return SimpleRepositoryJsonRootPage(json.loads(page["content"])).package_names
    return SimpleRepositoryHTMLRootPage(page["content"].decode()).package_names


def answer(page: dict, read):
    try:
        return read(page)
    except Exception as error:  # whatever they stumble on is a page that Tomme should not have written
        return f"{type(error).__name__}: {error}"


for line in sys.stdin:
    page = json.loads(line)
    page["content"] = base64.b64decode(page["body"])
    readers = (projects,) if page["list"] else (pip, unearth, poetry)
    print(json.dumps({read.__name__: answer(page, read) for read in readers} | {"poetrys": [is_poetrys(name) for name in page["names"]]}))
