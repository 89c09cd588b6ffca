"""Wheels and source distributions that tests make: changed, large, odd."""
import base64
import hashlib
import io
import os
import tarfile
import zipfile

from loopback_index import Package

SETUP = "import pathlib; pathlib.Path({mark!r}).write_text('built')\nfrom setuptools import setup; setup(name='tomme-demo', version='{version}')\n"


def changed(wheel: bytes) -> bytes:
    """The same wheel with one more module: what an attacker wants on the disk."""
    out = io.BytesIO(wheel)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("evil.py", "print('gotcha')\n")
    return out.getvalue()


def big_wheel(demo, size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target, zipfile.ZipFile(io.BytesIO(demo.content)) as source:
        record = next(name for name in source.namelist() if name.endswith("/RECORD"))
        target.writestr("ballast.bin", os.urandom(size))
        for name in source.namelist():
            rows = source.read(name)
            target.writestr(name, rows + b"ballast.bin,,\n" if name == record else rows)
    return out.getvalue()


def sdist(folder: str, version: str, mark, mode: str, form=tarfile.USTAR_FORMAT) -> bytes:
    """A source distribution that leaves a mark when it is built."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=form) as archive:
        for name, text in (("setup.py", SETUP.format(mark=str(mark), version=version)),
                           ("PKG-INFO", f"Metadata-Version: 2.1\nName: tomme-demo\nVersion: {version}\n")):
            info = tarfile.TarInfo(f"{folder}/{name}")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    return out.getvalue()


def wheel(name: str, *, says: str = "", extra: list[tuple[str, str]] = [], comment: bytes = b"", requires: str = "") -> bytes:
    """`NAME-1.0-py3-none-any.whl`, whose METADATA names `says`."""
    out = io.BytesIO()
    info = f"{name}-1.0.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {says or name}\nVersion: 1.0\n" + (f"Requires-Dist: {requires}\n" if requires else "")
    with zipfile.ZipFile(out, "w") as archive:
        for path, text in [(f"{name}.py", "x = 1\n"), *extra, (f"{info}/METADATA", metadata),
                           (f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
                           (f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")]:
            archive.writestr(path, text)
        archive.comment = comment
    return out.getvalue()


def wheel_of(name: str, version: str, extra: dict[str, str] = {}) -> bytes:
    """With a script, data and a file that RECORD does not have: what installers move, rewrite or add."""
    module, out = name.replace("-", "_"), io.BytesIO()
    info = f"{module}-{version}.dist-info"
    files = {f"{module}/__init__.py": f"version = '{version}'\n", f"{module}/a, \"b\".txt": "quoted",
             f"{module}-{version}.data/scripts/{name}-script": "#!python\nprint(1)\n",
             f"{module}-{version}.data/purelib/{module}_pure.py": "y = 1\n",
             f"{module}-{version}.data/data/share/{name}.txt": "data",
             f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
             f"{info}/entry_points.txt": f"[console_scripts]\n{name}-entry = {module}:main\n",
             f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n", **extra}
    rows = "".join(f'"{path.replace(chr(34), chr(34) * 2)}",sha256='
                   f"{base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},{len(text)}\r\n"
                   for path, text in files.items())
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
        wheel.writestr(f"{module}/unlisted.txt", "not in RECORD")
        wheel.writestr(f"{info}/RECORD", rows + f"{info}/RECORD,,\r\n")
    return out.getvalue()


def add(index, name: str, content: bytes) -> str:
    filename = f"{name}-1.0-py3-none-any.whl"
    index.add(Package(filename, content, None, None))
    return filename
