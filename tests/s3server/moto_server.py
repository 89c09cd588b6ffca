"""moto, from PyPI, as the S3-compatible server of tests where no Go builds versitygw: moto_server.py PORT REGION.

It has the bucket bkt, in memory, and checks signatures with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
"""
import io
import json
import os
import signal
import sys
import threading

import moto.backends
from moto import settings
from moto.core import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server
from werkzeug.test import run_wsgi_app

ALL_OF_S3 = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


class Handler(MotoRequestHandler):
    """Keeps connections open, as S3 does and Werkzeug's own does not: where each ends after one answer, libcurl sends one
    request at a time, and no two writers meet.

    moto looks whether an object is there and then writes it, and two at once could both find none: it is asked by one at
    a time, when the whole request is here, so that one that never comes keeps no other waiting.
    """
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer goes out in one piece
    moto = DomainDispatcherApplication(create_backend_app)
    lock = threading.Lock()

    def run_wsgi(self) -> None:
        environ = self.make_environ()
        environ["wsgi.input"] = io.BytesIO(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        with self.lock:
            pieces, status, headers = run_wsgi_app(self.moto, environ, buffered=True)
        body = b"".join(pieces)
        self.send_response(int(status.split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers and self.command != "HEAD" and not status.startswith("204"):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def main(port: int, region: str) -> None:
    moto.backends.get_backend("s3")[DEFAULT_ACCOUNT_ID]["aws"].create_bucket("bkt", region)
    iam = moto.backends.get_backend("iam")[DEFAULT_ACCOUNT_ID]["aws"]
    iam.create_user(region, "tests")
    iam.put_user_policy("tests", "all", json.dumps(ALL_OF_S3))
    key = iam.create_access_key("tests")
    key.access_key_id, key.secret_access_key = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0  # from here on signatures are checked
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    make_server("127.0.0.1", port, Handler.moto, threaded=True, request_handler=Handler).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
