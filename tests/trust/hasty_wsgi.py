"""A planted fault: answers 200 first and does the work afterwards."""

import io
import json
import threading
import time

from django.db import connections

from smarketing.wsgi import application as honest


def application(environ, start_response):
    if not environ["PATH_INFO"].startswith("/v1/batch"):
        return honest(environ, start_response)
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    later = environ | {"wsgi.input": io.BytesIO(body)}

    def work():
        time.sleep(0.2)
        list(honest(later, lambda *_: None))
        connections.close_all()

    threading.Thread(target=work, daemon=True).start()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"success": True, "added": len(json.loads(body)["batch"])}).encode()]
