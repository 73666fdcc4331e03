"""Lambda's runtime API for one invocation: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html."""

import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final, Self

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

SECONDS: Final = 60
_HEADERS: Final = {
    "Lambda-Runtime-Aws-Request-Id": "request-1",
    "Lambda-Runtime-Deadline-Ms": "9999999999999",
    "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-central-1:111122223333:function:waymark-function",
}


class RuntimeApi:
    """Hands out one event and takes what the function answers, or why it cannot start."""

    def __init__(self, event: object) -> None:
        self._events: SimpleQueue[str | None] = SimpleQueue()
        self._events.put(json.dumps(event))
        self._answers: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self._server = make_server("127.0.0.1", 0, self._application, threaded=True)

    def __enter__(self) -> Self:
        self._thread = Thread(target=self._server.serve_forever)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._events.put(None)  # for a function that asks for more
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer_of(self, bundle: Path, handler: str, environment: Mapping[str, str]) -> dict[str, Any]:
        """Starts the bootstrap of an unzipped bundle as Lambda does, and ends it when it has answered."""
        told = {"LAMBDA_TASK_ROOT": str(bundle), "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._server.port}"}
        process = subprocess.Popen(
            (bundle / "bootstrap",),
            env={**environment, **told, "_HANDLER": handler},
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            return self._answers.get(timeout=SECONDS)
        finally:
            process.kill()
            process.wait()

    def _application(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        if request.method == "GET":
            given = Response(self._events.get(), headers=_HEADERS, content_type="application/json")
        else:
            self._answers.put(json.loads(request.get_data()))
            given = Response(status=202)
        return given(environ, start_response)
