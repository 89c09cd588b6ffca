"""Run by file_names_test.py with the installers' own Python: reads a JSON list of [project, file name] and writes, for each
installer, which of them its code takes for the project's."""
import json
import os
import sys
import urllib.parse

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, canonicalize_name, parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion
from pip._internal.index.package_finder import LinkEvaluator, LinkType
from pip._internal.models import link as pip_link
from pip._internal.models.target_python import TargetPython as PipPython
from pip._internal.models.wheel import Wheel
from pip._internal.utils.filetypes import ARCHIVE_EXTENSIONS
from poetry.repositories.link_sources.base import LinkSource
from unearth.evaluator import Evaluator
from unearth.link import Link

Wheel.supported = lambda self, tags: True  # whose it is, not where it runs


def address(filename: str) -> str:
    return "https://index.test/files/" + urllib.parse.quote(filename)


def pip(project: str, filename: str) -> bool:
    evaluator = LinkEvaluator(project, canonicalize_name(project), frozenset(["source", "binary"]), PipPython(), False)
    return evaluator.evaluate_link(pip_link.Link(address(filename)))[0] == LinkType.candidate


def unearth(project: str, filename: str) -> bool:
    return Evaluator(project, ignore_compatibility=True).evaluate_link(Link(address(filename))) is not None


def unearth_loose(project: str, filename: str) -> bool:
    os.environ["UNEARTH_LOOSE_FILENAME"] = "1"
    try:
        return unearth(project, filename)
    finally:
        del os.environ["UNEARTH_LOOSE_FILENAME"]


def poetry(project: str, filename: str) -> bool:
    named = LinkSource._link_package_name_and_version(filename)
    return named is not None and named[0] == canonicalize_name(project)


def packaging(project: str, filename: str) -> bool:
    for parse in (parse_wheel_filename, parse_sdist_filename):
        try:
            return parse(filename)[0] == canonicalize_name(project)
        except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
            pass
    return False


pairs = json.load(sys.stdin)
taken = {rule.__name__: [rule(project, filename) for project, filename in pairs]
         for rule in (pip, unearth, unearth_loose, poetry, packaging)}
json.dump({"taken": taken, "endings": sorted({*ARCHIVE_EXTENSIONS, *LinkSource.SUPPORTED_FORMATS})}, sys.stdout)
