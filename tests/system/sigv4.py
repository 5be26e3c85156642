# SPDX-License-Identifier: Apache-2.0
"""Signature Version 4 and a KMS client in the standard library: tests can bend every part."""
import base64
import datetime
import hashlib
import hmac
import http.client
import json


def now(offset=0):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=offset)
    return at.strftime("%Y%m%dT%H%M%SZ")


def sign(headers, body, access, secret, region, service="kms", signed=None, scope_day=None):
    """The Authorization header of a POST to /; `signed` limits what is signed."""
    fields = {k.lower(): " ".join(v.split()) for k, v in headers.items()}
    names = sorted(fields if signed is None else signed)
    digest = hashlib.sha256(body).hexdigest()
    lines = [f"{n}:{fields[n]}" for n in names]
    canonical = "\n".join(["POST", "/", "", *lines, "", ";".join(names), digest])
    when = fields["x-amz-date"]
    scope = f"{scope_day or when[:8]}/{region}/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", when, scope,
                      hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return (f"AWS4-HMAC-SHA256 Credential={access}/{scope}, "
            f"SignedHeaders={';'.join(names)}, Signature={signature}")


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.raw = response.read()
        self.json = json.loads(self.raw) if self.raw else None

    @property
    def code(self):
        return None if self.status == 200 else self.json["__type"]

    @property
    def text(self):
        return self.json.get("message", self.json.get("Message"))


class Client:
    """One Region of a server, as one principal."""

    tls = None  # an ssl.SSLContext: https

    def __init__(self, region, address, access, secret):
        self.region, self.address, self.access, self.secret = region, address, access, secret

    def request(self, op, body):
        """Headers and body of a request, not yet signed."""
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        return {"Host": self.address, "X-Amz-Date": now(),
                "Content-Type": "application/x-amz-json-1.1",
                "X-Amz-Target": f"TrentService.{op}"}, body

    def authorize(self, headers, body, **how):
        how = {"access": self.access, "secret": self.secret, "region": self.region, **how}
        headers["Authorization"] = sign(headers, body, **how)
        return headers

    def send(self, headers, body, method="POST", path="/", on_sent=lambda: None):
        connection = (http.client.HTTPSConnection(self.address, timeout=10, context=self.tls)
                      if self.tls else http.client.HTTPConnection(self.address, timeout=10))
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders()
            connection.send(body)
            on_sent()
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def call(self, op, body=None, **members):
        headers, raw = self.request(op, members if body is None else body)
        return self.send(self.authorize(headers, raw), raw)

    def ok(self, op, **members):
        answer = self.call(op, **members)
        assert answer.status == 200, (op, answer.status, answer.raw)
        return answer.json

    def create(self, **members):
        return self.ok("CreateKey", **members)["KeyMetadata"]["Arn"]


def b64(data):
    return base64.b64encode(data).decode()


def unb64(text):
    return base64.b64decode(text)
