#!/usr/bin/env python3
"""Makes an event of a document, sends it, and asks how far it is. Standard library only.

usage: BESURE_URL=http://localhost:8080 BESURE_TOKEN_FILE=token send.py DOCUMENT MEDIA-TYPE ID
"""

import base64
import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timezone

URL = os.environ["BESURE_URL"] + "/v1/events"
with open(os.environ["BESURE_TOKEN_FILE"], encoding="ascii") as file:
    TOKEN = file.read().strip()
SOURCE = "/examples/back-office"


def base64url(digest):
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def event_of(document, media_type, event_id):
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": SOURCE,
        "type": "be.besure.document.sent.v1",
        "time": datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": {
            "message": event_id,
            "sender": {"scheme": "enterprise", "id": "0123.456.789", "organisation": "alpha"},
            "recipient": {"scheme": "person", "id": "90.01.01-123.45", "organisation": "beta"},
            "document": {
                "mediaType": media_type,
                "size": len(document),
                "sha256": base64url(hashlib.sha256(document).digest()),
                "sha3_512": base64url(hashlib.sha3_512(document).digest()),
            },
        },
    }


def ask(request):
    """The answer; waits and repeats where the service says that it is busy or away. A repeat adds nothing."""
    request.add_header("Authorization", "Bearer " + TOKEN)
    for _ in range(5):
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            if error.code not in (429, 503):
                problem = json.load(error)
                sys.exit("%s %s %s" % (problem["type"], problem.get("field", ""), problem.get("rule", "")))
            time.sleep(int(error.headers.get("Retry-After", "2")))
    sys.exit("the service is busy")


with open(sys.argv[1], "rb") as file:
    event = event_of(file.read(), sys.argv[2], sys.argv[3])
body = json.dumps(event).encode("utf-8")
headers = {"Content-Type": "application/cloudevents+json"}
print(json.dumps(ask(urllib.request.Request(URL, data=body, headers=headers))))
query = urllib.parse.urlencode({"source": SOURCE, "id": event["id"]})
print(json.dumps(ask(urllib.request.Request(URL + "?" + query))))
