"""Indexes that speak HTTP/2 to us: one connection for all that is under way, and no reason phrases."""
import socketserver
import ssl

import h2.config
import h2.connection
import h2.errors
import h2.events
import pytest

from asked import PIP, UV, WHEEL, assert_refused, assert_taken
from conftest import at_home
from loopback_index import Index, Seen

PIECE = 16 * 1024


class Http2Handler(socketserver.BaseRequestHandler):
    """One connection. A path in `index.resets` gets half of its body and then an end of the stream."""

    def handle(self):
        self.index = self.server.index
        self.index.connections += 1
        self.http2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        self.bodies: dict[int, tuple[str, bytes]] = {}
        try:
            self.request.do_handshake()
            self.http2.initiate_connection()
            self.flush()
            while data := self.request.recv(65536):
                for event in self.http2.receive_data(data):
                    self.take(event)
                self.pump()
        except (OSError, ssl.SSLError):
            pass  # the client went away

    def flush(self):
        self.request.sendall(self.http2.data_to_send())

    def take(self, event):
        if isinstance(event, h2.events.RequestReceived):
            self.answer(event.stream_id, dict(event.headers))
        elif isinstance(event, h2.events.StreamReset):
            self.bodies.pop(event.stream_id, None)

    def answer(self, stream: int, headers: dict[str, str]):
        path, method = headers[":path"], headers[":method"]
        self.index.seen.append(Seen(method, path, headers))
        answer = self.index.usual(path, headers)
        fields = [(":status", str(answer.status)), ("content-length", str(len(answer.body)))]
        fields += [(name.lower(), value) for name, value in answer.headers.items()]
        self.http2.send_headers(stream, fields, end_stream=method == "HEAD")
        if method != "HEAD":
            self.bodies[stream] = path, answer.body

    def pump(self):
        """What the windows allow of each body."""
        for stream in list(self.bodies):
            path, rest = self.bodies.pop(stream)
            if path in self.index.resets:
                self.http2.send_data(stream, rest[:min(len(rest) // 2, PIECE)])
                self.http2.reset_stream(stream, h2.errors.ErrorCodes.INTERNAL_ERROR)
                continue
            while (room := min(self.http2.local_flow_control_window(stream), PIECE)) and rest:
                self.http2.send_data(stream, rest[:room], end_stream=len(rest) <= room)
                rest = rest[room:]
            if rest:
                self.bodies[stream] = path, rest
        self.flush()


@pytest.fixture
def modern(certificates, made):
    """An index that speaks nothing but HTTP/2."""
    with Index(certificates, made, Http2Handler, "h2") as server:
        server.connections, server.resets = 0, set()
        yield server


@pytest.fixture
def local2(stage, modern, certificates, made):
    return at_home(stage, modern, certificates, made)


@pytest.mark.parametrize("command", [PIP, UV], ids=["pip", "uv"])
def test_all_goes_over_one_connection(local2, modern, command):
    deep = [word for word in command if word != "--no-deps"]
    result = local2.run(*deep, options=("--require", "attested"))
    assert_taken(local2, result)
    assert len(result.report["files"]) == 3
    assert modern.connections == 1


def test_a_status_keeps_its_reason(local2, modern):
    """HTTP/2 has no phrases; what installers print comes from us."""
    modern.projects.clear()
    result = local2.run(*PIP)
    assert result.code != 0 and "No matching distribution" in result.said


@pytest.mark.parametrize("command", [PIP, UV], ids=["pip", "uv"])
def test_half_a_file_is_none(local2, modern, command):
    modern.resets.add(f"/files/{WHEEL}")
    result = local2.run(*command)
    assert result.code == 3, result.said
    assert WHEEL not in result.verdicts() or result.file(WHEEL)["verdict"] != "attested"
    assert "the connection to localhost" in result.said, result.said


def test_half_a_proof_is_none(local2, modern):
    modern.resets.add(f"/provenance/{WHEEL}")
    assert_refused(local2, local2.run(*PIP), "provenance/unavailable")


def test_a_changed_file_is_refused(local2, modern):
    modern.content[f"/files/{WHEEL}"] = modern.content[f"/files/{WHEEL}"][:-1] + b"x"
    assert_refused(local2, local2.run(*PIP), "guard/hash")
