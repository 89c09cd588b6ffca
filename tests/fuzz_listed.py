"""Fails on a fuzz target that nothing builds, or that has no seeds to replay."""
import pathlib
import re
import sys


def main(root: pathlib.Path) -> int:
    listed = set(re.findall(r"^tomme_fuzz\((\w+)", (root / "fuzz/CMakeLists.txt").read_text(), re.M))
    wrong = []
    targets = [path.name.removesuffix("_fuzz.cc") for path in sorted((root / "fuzz").glob("*_fuzz.cc"))]
    for name in targets:
        corpus = root / "fuzz/corpus" / name
        if name not in listed:
            wrong.append(f"fuzz/{name}_fuzz.cc: no tomme_fuzz({name} …) in fuzz/CMakeLists.txt")
        if not any(path.is_file() for path in corpus.rglob("*")):
            wrong.append(f"fuzz/corpus/{name}: no seeds")
    print("\n".join(wrong) or f"{len(targets)} fuzz targets, each built and with seeds")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
