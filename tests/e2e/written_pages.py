"""The program that reads pages of an index and writes them anew as `tomme run` does, asked many at a time."""
import base64
import json
import os
import subprocess

SEED = int(os.environ.get("TOMME_PAGES_SEED", "1"))
TYPES = {"json": "application/vnd.pypi.simple.v1+json", "html": "text/html; charset=utf-8"}


def ask(command: list, questions: list[dict]) -> list[dict]:
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    done = subprocess.run(command, input=lines.encode(), capture_output=True, timeout=1800)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(questions)
    return answers


def question(url: str, project: str | None, kind: str, to: str, body: bytes) -> dict:
    return {"page": url, "project": project, "from": kind, "to": to, "body": base64.b64encode(body).decode()}
