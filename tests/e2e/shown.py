"""Console blocks of a document: what somebody types, and what is shown for it."""
import pathlib
import re
from typing import NamedTuple


class Step(NamedTuple):
    machine: str
    command: str
    shown: str


def steps(document: pathlib.Path, machines: str = "") -> list[Step]:
    """`$ COMMAND`, or `NAME$ COMMAND` where machines is a pattern of names. After a backslash the command goes on."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", document.read_text(), re.M | re.S):
        parts = re.split(rf"^({machines})\$ ", block, flags=re.M)
        assert not parts[0], f"{document.name}: a block that begins without a prompt: {parts[0]}"
        for machine, text in zip(parts[1::2], parts[2::2]):
            lines = text.splitlines(keepends=True)
            end = next(at for at, line in enumerate(lines) if not line.endswith("\\\n")) + 1
            found.append(Step(machine, "".join(lines[:end]).rstrip("\n"), "".join(lines[end:])))
    return found
