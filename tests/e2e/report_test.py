"""What a run leaves: the table, the report, the exit code, and nothing else."""
import json
import os
import re
import signal
import socket
import stat
import subprocess
import time

import pytest

from loopback_index import Index
from stage import REFUSED

WHEEL = "tomme_demo-1.0-py3-none-any.whl"
UV = ["uv", "pip", "install", "-q", "--target", "out", "tomme-demo==1.0"]


def test_table_on_stderr_and_nothing_on_stdout(local):
    result = local.run(*UV, options=["--expect", "tomme-demo=example/tomme-demo"])
    assert result.code == 0 and result.out == ""
    rows = [row.removeprefix("tomme: ") for row in result.err.splitlines()]
    assert all(row.startswith("tomme: ") for row in result.err.splitlines()), result.err
    assert rows[0] == "3 files: 1 verified, 2 attested", rows
    assert re.fullmatch(r"verified +tomme-demo 1\.0 +github:example/tomme-demo .*, \d{4}-\d\d-\d\d", rows[1]), rows
    assert re.fullmatch(r"attested +tomme-demo-dep1 1\.0 +github:\S+ .*", rows[2]), rows
    assert rows[4].startswith("note: no expected signer was given: if the signers above") and len(rows) == 5


def test_report_for_machines(local, index):
    index.entry("tomme_demo_dep1-1.0-py3-none-any.whl").provenance = None
    index.entry("tomme_demo_dep2-1.0-py3-none-any.whl").sha256 = "0" * 64
    # One after the other: uv gives up at the first refusal, whatever else is on its way.
    first = " ".join([*UV[:-1], "tomme-demo-dep1"])
    result = local.run("sh", "-c", f"{first} && {' '.join(UV)}")
    report = result.report
    assert result.code == report["exit"] == REFUSED
    assert report["version"] == 1 and report["notJudged"] == [] and report["unknown"] == []
    demo = result.file(WHEEL)
    assert demo["url"] == index.file_url(WHEEL)
    assert demo["sha256"] == index.entry(WHEEL).sha256
    assert demo["trail"]
    assert "example/tomme-demo" in json.dumps(demo["signers"])
    assert result.file("tomme_demo_dep1-1.0-py3-none-any.whl")["verdict"] == "unattested"
    refused = result.file("tomme_demo_dep2-1.0-py3-none-any.whl")
    assert refused["verdict"] == "refused" and refused["refusal"]["code"] == "guard/hash" and refused["refusal"]["hint"]


# --- where a report goes, and when


def report_to(stage, place, *command, options=(), **more):
    return stage.plain(stage.program, "run", *stage.options, "--report", place, *options, "--", *command, **more)


@pytest.mark.parametrize("place,why", [("/nowhere/report.json", "No such file or directory"), (".", "it is a folder"),
                                       ("/dev/fd/77", "Bad file descriptor")])
def test_report_to_a_place_that_cannot_be_written(bare, place, why):
    result = report_to(bare, place, "touch", "ran")
    assert result.code == 3 and f"{place}: {why} [store/write]" in result.said, result.said
    assert not (bare.work / "ran").exists()


def test_report_keeps_what_a_name_is(bare):
    real, link, fifo = (bare.work / name for name in ("real.json", "link", "fifo"))
    real.write_text("{}")
    link.symlink_to("real.json")
    os.mkfifo(fifo)
    assert report_to(bare, link, "true").code == 0
    assert link.is_symlink() and json.loads(real.read_text())["exit"] == 0
    reader = subprocess.Popen(["cat", fifo], stdout=subprocess.PIPE)
    assert report_to(bare, fifo, "true").code == 0
    assert json.loads(reader.communicate(timeout=10)[0])["exit"] == 0 and fifo.is_fifo()
    assert report_to(bare, "/dev/null", "true").code == 0
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    assert sorted(path.name for path in bare.work.iterdir()) == ["fifo", "link", "real.json"]


def test_report_to_standard_output(bare):
    result = report_to(bare, "-", "true")
    assert result.code == 0 and json.loads(result.out)["exit"] == 0
    assert not list(bare.work.iterdir())


def test_report_into_a_process_substitution(bare):
    script = f"{bare.program} run --report >(cat >got) -- sh -c 'ls /proc/self/fd >fds'; wait $!"
    result = bare.plain("bash", "-c", script)
    assert result.code == 0, result.said
    wait_for(lambda: (bare.work / "got").read_text().endswith("}\n"))
    assert json.loads((bare.work / "got").read_text())["exit"] == 0
    assert "63" not in (bare.work / "fds").read_text().split(), "the command could write a report of its own"


@pytest.mark.parametrize("options,command,code,error", [
    (["--require", "everything"], ["true"], 2, "usage/command-line"),
    (["--no-such-option"], ["true"], 2, "usage/command-line"),
    ([], [], 2, "usage/command-line"),
    (["--expect", "nonsense"], ["true"], 2, "policy/expectation"),
    (["--allow", "demo"], ["true"], 2, "usage/command-line"),
    (["--require", "expected"], ["true"], 2, "usage/command-line"),
    (["--require", "attested", "--allow", "Demo", "--expect", "demo=a/b"], ["true"], 2, "policy/allowance"),
    ([], ["pip", "install", "--proxy", "http://a.test", "x"], 2, "guard/flag"),
    (["--expect", "demo=a/b"], ["pip", "install", "git+https://x.example/y"], 2, "guard/unproven"),
    ([], ["no-such-command"], 2, "guard/command"),
    (["--trusted-root", "/nowhere.json"], ["true"], 2, "usage/no-file"),
])
def test_no_old_report_stands(bare, options, command, code, error):
    bare.report.write_text('{"exit": 0}')
    result = report_to(bare, bare.report, *command, options=options)
    report = json.loads(bare.report.read_text())
    assert result.code == report["exit"] == code, result.said
    assert report["error"]["code"] == error and report["error"]["hint"] and report["files"] == []
    assert f"[{error}]" in result.err


def test_a_run_that_is_killed_leaves_no_old_report(bare):
    bare.report.write_text('{"exit": 0}')
    process = subprocess.Popen([bare.program, "run", "--report", bare.report, "--", "sleep", "30"], env=bare.environment,
                               start_new_session=True)
    wait_for(lambda: "unfinished" in bare.report.read_text())
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
    report = json.loads(bare.report.read_text())
    assert report["exit"] is None and report["error"]["code"] == "guard/unfinished"


def test_a_signal_that_ends_the_run_is_reported(bare):
    process = bare.start("sleep", "30")
    wait_for(lambda: bare.report.exists() and bare.run_folders())
    time.sleep(0.5)
    bare.interrupt(process)
    process.communicate(timeout=10)
    assert process.returncode == json.loads(bare.report.read_text())["exit"] == 130


# --- the exit status


@pytest.mark.parametrize("script,code", [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137), ("kill -SEGV $$", 139), ("exit 255", 255)])
def test_exit_code_is_the_childs(bare, script, code):
    result = bare.run("sh", "-c", f"ulimit -c 0; {script}")
    assert result.code == code
    assert "nothing was judged" in result.err
    assert not bare.run_folders()


def test_child_that_cannot_be_started(bare):
    assert bare.run("no-such-command").code == 2
    assert not bare.run_folders()


def test_refusal_beats_the_childs_success(curl, index):
    index.entry(WHEEL).sha256 = "0" * 64
    result = curl.run("sh", "-c", f"curl -sS {index.simple}tomme-demo/ -o page; curl -sS -o got {index.file_url(WHEEL)}; exit 0")
    assert result.code == REFUSED, result.said


def test_what_cannot_be_told_is_3(curl, index):
    result = curl.run("sh", "-c", "curl -sS https://localhost:9/simple/x/; exit 0", options=["--index", "https://localhost:9/simple/"])
    assert result.code == 3, result.said
    assert "UNKNOWN" in result.err


def test_streams_are_the_childs_own(bare):
    data = "".join(chr(code) for code in range(1, 128) if code != 13) * 1000  # text mode would turn CR into LF
    result = bare.run("sh", "-c", "cat; echo word >&2", input=data)
    same = result.out == data
    assert result.code == 0 and same
    assert result.err.startswith("word\n")


def test_stdin_is_a_pipe_for_pip(local):
    result = local.run("pip", "download", "-q", "--no-deps", "-d", "out", "-r", "/dev/stdin", input="tomme-demo==1.0\n")
    assert result.code == 0, result.said
    assert result.verdicts() == {WHEEL: "attested"}


# --- the proxy


def test_password_is_needed(curl, index):
    script = f"""
        bare=http://${{HTTPS_PROXY#*@}}
        curl -sS -o got -w '%{{http_connect}} ' -x "$bare" {index.simple}tomme-demo/
        curl -sS -o got -w '%{{http_connect}} ' -x "http://tomme:wrong@${{HTTPS_PROXY#*@}}" {index.simple}tomme-demo/
        curl -sS -o got -w '%{{http_code}} ' -x "$bare" http://{index.host}/simple/tomme-demo/
        curl -sS -o got -w '%{{http_connect}}' {index.simple}tomme-demo/"""
    result = curl.run("sh", "-c", script)
    assert result.out == "407 407 407 200", result.said


def test_proxy_listens_on_loopback_with_a_long_password(bare):
    result = bare.run("sh", "-c", "echo $HTTPS_PROXY; ls -ld \"$(dirname $SSL_CERT_FILE)\"; ls -A \"$(dirname $SSL_CERT_FILE)\"")
    lines = result.out.splitlines()
    assert re.fullmatch(r"http://tomme:[0-9A-Za-z]{32}@127\.0\.0\.1:\d+", lines[0])
    assert lines[1].startswith("drwx------")
    again = bare.run("sh", "-c", "echo $HTTPS_PROXY")
    assert again.out.split("@")[0] != lines[0].split("@")[0]
    assert lines[0].split(":")[2].split("@")[0] not in result.err


def test_authority_is_constrained_and_its_key_is_nowhere(bare):
    script = "cat $(dirname $SSL_CERT_FILE)/* 2>/dev/null | grep -a -c 'PRIVATE KEY'; " \
             "tac $SSL_CERT_FILE | sed '/BEGIN CERT/q' | tac | openssl x509 -noout -text"
    result = bare.run("bash", "-c", script)
    assert result.out.startswith("0\n")
    for part in ("Name Constraints: critical", "DNS:pypi.org", "DNS:files.pythonhosted.org", "Excluded:", "IP:0.0.0.0/0.0.0.0",
                 "CA:TRUE, pathlen:0", "Certificate Sign"):
        assert part in result.out, result.out


def test_user_authorities_stay_trusted(curl, certificates):
    result = curl.run("sh", "-c", "cat $SSL_CERT_FILE")
    assert certificates.authority.read_text().strip() in result.out


# --- what a person is told


def test_an_expectation_that_is_never_used(local):
    misspelt = ["--expect", "tomme-dem0=example/tomme-demo"]
    result = local.run(*UV, options=misspelt)
    assert result.code == 0, result.said
    assert "note: the expectation for tomme-dem0 was never used: no file of that project came; did you mean tomme-demo?" in result.err
    result = local.run(*UV, options=[*misspelt, "--require", "expected"])
    assert result.code == REFUSED and "[guard/unused]" in result.err, result.said
    assert [entry["what"] for entry in result.report["refused"]] == ["tomme-dem0"]
    result = local.run(*UV, options=["--expect", "tomme-demo=example/tomme-demo", "--require", "expected,attested"])
    assert result.code == REFUSED and "was installed already" in result.err, result.said
    result = local.run(*UV, "--reinstall", options=["--expect", "tomme-demo=example/tomme-demo", "--require", "expected,attested"])
    assert result.code == 0, result.said


def test_nothing_judged_is_no_success_where_proof_is_required(bare):
    assert bare.run("true").code == 0
    for options in (["--require", "attested"], ["--expect", "demo=a/b"]):
        result = bare.run("true", options=options)
        assert result.code == 3 and "[guard/nothing-judged]" in result.err, result.said
        assert result.report["unknown"][0]["why"]["code"] == "guard/nothing-judged"


@pytest.mark.parametrize("option", ["--allow", "--allow-index"])
def test_a_private_file_beside_required_proof(local, index, option):
    index.entry("tomme_demo_dep1-1.0-py3-none-any.whl").provenance = None
    strict = ["--require", "attested"]
    result = local.run(*UV, options=strict)
    assert result.code == REFUSED and "--allow-index URL" in result.err, result.said
    value = {"--allow": "tomme-demo-dep1==1.0", "--allow-index": index.simple}[option]
    result = local.run(*UV, options=[*strict, option, value])
    assert result.code == 0, result.said
    file = result.file("tomme_demo_dep1-1.0-py3-none-any.whl")
    assert file["verdict"] == "allowed" and file["allowedBy"] == f"{option} {value}" and file["noProof"] == "not-listed"
    assert file["indexes"] == [index.simple]
    assert result.file(WHEEL)["verdict"] == "attested"
    assert re.search(rf"^tomme: allowed +tomme-demo-dep1 1\.0 +by {re.escape(option)} ", result.err, re.M), result.err
    other = {"--allow": "tomme-demo-dep1==1.1", "--allow-index": "https://other.test/simple/"}[option]
    assert local.run(*UV, "--reinstall", options=[*strict, option, other]).code == REFUSED


def test_an_allowance_hides_no_bad_proof(local, index):
    index.entry(WHEEL).provenance = index.entry("tomme_demo_dep1-1.0-py3-none-any.whl").provenance
    result = local.run(*UV, options=["--require", "attested", "--allow", "tomme-demo", "--allow-index", index.simple])
    assert result.code == REFUSED, result.said
    assert result.file(WHEEL)["verdict"] == "refused"


def test_each_refusal_has_its_code_and_its_hint_at_the_end(local, index):
    index.entry(WHEEL).sha256 = "0" * 64
    result = local.run(*UV)
    last = result.err.splitlines()[-2:]
    assert last[0].startswith("tomme: REFUSED     tomme-demo 1.0: ") and last[0].endswith(" [guard/hash]"), last
    assert last[1].startswith("tomme:             hint: "), last


@pytest.fixture
def other(certificates, made):
    with Index(certificates, made) as server:
        yield server


def test_other_hosts_are_reported_refused_or_let_through(curl, index, other):
    command = ("curl", "-sS", "-o", "got", "-w", "%{http_code}", f"{other.simple}tomme-demo/")
    result = curl.run(*command)
    assert result.code == 0 and result.out == "200", result.said
    assert result.report["notJudged"] == [other.host]
    assert "not judged" in result.err and "nothing was judged" in result.err
    before = len(other.seen)
    result = curl.run(*command, options=["--require", "attested"])
    assert result.code == REFUSED, result.said
    assert "[guard/host]" in result.err or "guard/host" in json.dumps(result.report)
    assert len(other.seen) == before
    for host in (other.host, "localhost"):
        result = curl.run(*command, options=["--require", "attested", "--allow-host", host])
        assert result.code == 0 and result.out == "200", result.said


def test_other_methods_do_not_pass(curl, index):
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        result = curl.run("curl", "-sS", "-o", "got", "-w", "%{http_code}", "-X", method, "-d", "x", f"{index.simple}tomme-demo/")
        assert result.out == "405", result.said
    assert not index.seen


# --- ends


def wait_for(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def port_of(text: str) -> int:
    return int(re.search(r"@127\.0\.0\.1:(\d+)", text)[1])


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def stalled(index) -> list[float]:
    """The wheel never comes."""
    asked: list[float] = []

    def answer(handler):
        asked.append(time.monotonic())
        handler.send_slowly(index.content[f"/files/{WHEEL}"], 60, pieces=60)
    index.answers[f"/files/{WHEEL}"] = answer
    return asked


@pytest.mark.parametrize("number,code", [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_signal_during_a_download_leaves_nothing(local, index, number, code):
    asked = stalled(index)
    process = local.start("sh", "-c", f"echo $HTTPS_PROXY >&2; exec {' '.join(UV)}")
    wait_for(lambda: asked)
    started = time.monotonic()
    local.interrupt(process, number)
    out, err = process.communicate(timeout=20)
    assert time.monotonic() - started < 10, "it took its time to end"
    assert process.returncode == code, err
    assert not local.run_folders()
    assert not is_listening(port_of(err))
    assert "Traceback" not in out


def test_a_client_that_gives_up_is_no_failure(curl, index):
    stalled(index)
    result = curl.run("sh", "-c", f"curl -sS -m 1 -o got {index.file_url(WHEEL)}; exit 0")
    assert result.code == 0, result.said


def test_a_slow_child_of_the_child_does_not_hold_the_end(bare):
    started = time.monotonic()
    process = bare.start("sh", "-c", "sleep 30 & echo ready >&2; wait")
    time.sleep(1)
    bare.interrupt(process)
    process.communicate(timeout=20)
    assert time.monotonic() - started < 15
    assert process.returncode == 130


def test_sigkill_leaves_nothing_behind_the_next_start(local, index):
    asked = stalled(index)
    process = local.start("sh", "-c", f"echo $HTTPS_PROXY $$ >&2; exec {' '.join(UV)}")
    wait_for(lambda: asked)
    process.kill()
    line = process.stderr.readline()
    wait_for(lambda: not is_listening(port_of(line)))
    assert len(local.run_folders()) == 1
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=20)
    assert local.run("true").code == 0
    assert not local.run_folders()


def test_runs_side_by_side_leave_each_other_alone(bare):
    first = bare.start("sh", "-c", "ls -d $(dirname $SSL_CERT_FILE) && sleep 2 && test -f $SSL_CERT_FILE")
    time.sleep(0.5)
    assert bare.run("true").code == 0
    first.communicate(timeout=20)
    assert first.returncode == 0
    assert not bare.run_folders()


def test_files_are_kept_for_this_user_alone(local):
    assert local.run(*UV).code == 0
    for path in (local.cache / "files").rglob("*"):
        assert not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO), path


def test_a_relative_cache_folder(bare):
    result = bare.run("sh", "-c", "cd / && test -f $SSL_CERT_FILE", env={"TOMME_CACHE_DIR": "cache"})
    assert result.code == 0, result.said
