# SPDX-License-Identifier: MIT
"""What the OTLP scripts share: a Python with the official protobuf classes, and the rules of OTLP/JSON."""
import base64
import importlib
import os
import pathlib
import subprocess
import sys
import venv

ROOT = pathlib.Path(__file__).resolve().parent.parent
REQUIREMENTS = {
    "google.protobuf": "protobuf==7.36.2",
    "opentelemetry.proto.trace.v1.trace_pb2": "opentelemetry-proto==1.45.2",
}
GRPC = {"grpc": "grpcio"}
SIGNALS = ("trace", "logs", "metrics")

ID_FIELDS = {"traceId": 16, "spanId": 8, "parentSpanId": 8}
TEXT_INTEGERS = {
    "startTimeUnixNano", "endTimeUnixNano", "timeUnixNano", "observedTimeUnixNano", "intValue", "asInt", "count",
    "zeroCount", "bucketCounts",
}
ENUMS = {"kind", "code", "severityNumber", "aggregationTemporality"}


def require_classes(further={}):
    """Goes on in a virtual environment in .venv, made on first use, unless the classes are here already.

    `further` are modules beside them, with the packages that have them.
    """
    wanted = REQUIREMENTS | further
    missing = [package for module, package in wanted.items() if not _is_here(module)]
    if not missing:
        return
    environment = ROOT / ".venv"
    python = environment / "bin/python"
    if pathlib.Path(sys.prefix) != environment and not python.exists():
        print(f"making {environment}", file=sys.stderr)
        venv.create(environment, with_pip=True)
    elif pathlib.Path(sys.prefix) == environment:
        print(f"adding {' '.join(missing)} to {environment}", file=sys.stderr)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *missing], check=True)
    os.execv(python, [python, *sys.argv])


def _is_here(module):
    try:
        importlib.import_module(module)
        return True
    except ImportError:
        return False


class GRPCServer:
    """Takes OTLP over gRPC, with the official implementation, and can be stopped and started on the same port."""

    def __init__(self, take, port=0, identity=None):
        """`take` gets the signal and the request of each call, and returns a response or None.

        `identity` are the PEM files of a certificate and its key, for TLS.
        """
        self.take, self.port, self.identity, self.server = take, port, identity, None

    def start(self):
        import grpc
        from concurrent import futures

        self.server = grpc.server(futures.ThreadPoolExecutor(8), options=[("grpc.max_receive_message_length", 64 << 20)])
        for signal in SIGNALS:
            self.server.add_generic_rpc_handlers((self._service(signal),))
        address = f"127.0.0.1:{self.port}"
        if self.identity:
            certificate, key = (pathlib.Path(path).read_bytes() for path in self.identity)
            self.port = self.server.add_secure_port(address, grpc.ssl_server_credentials([(key, certificate)]))
        else:
            self.port = self.server.add_insecure_port(address)
        self.server.start()
        return self

    def stop(self):
        """Takes no more calls; one that has been taken is answered."""
        self.server.stop(2).wait()

    def _service(self, signal):
        import grpc

        request, response = grpc_classes(signal)

        def export(message, context):
            return self.take(signal, message) or response()

        handler = grpc.unary_unary_rpc_method_handler(
            export, request_deserializer=request.FromString, response_serializer=response.SerializeToString)
        return grpc.method_handlers_generic_handler(grpc_service(signal), {"Export": handler})


def grpc_service(signal):
    """The name of a signal's service."""
    return f"opentelemetry.proto.collector.{signal}.v1.{'Trace' if signal == 'trace' else signal.capitalize()}Service"


def grpc_classes(signal):
    """The request and the response of a signal's service."""
    name = "Trace" if signal == "trace" else signal.capitalize()
    module = importlib.import_module(f"opentelemetry.proto.collector.{signal}.v1.{signal}_service_pb2")
    return getattr(module, f"Export{name}ServiceRequest"), getattr(module, f"Export{name}ServiceResponse")


def to_otlp_json(message):
    """A message as OTLP/JSON has it, defaults left out."""
    from google.protobuf import json_format

    return _spell(json_format.MessageToDict(message, use_integers_for_enums=True))


def _spell(node):
    if isinstance(node, list):
        return [_spell(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: base64.b64decode(value).hex() if key in ID_FIELDS else _spell(value) for key, value in node.items()}


def from_otlp_json(document, message):
    """Reads OTLP/JSON into a message, and stops at what breaks a rule of OTLP/JSON."""
    from google.protobuf import json_format

    return json_format.ParseDict(_unspell(document, "$"), message)


def _unspell(node, path):
    if isinstance(node, list):
        return [_unspell(item, f"{path}[{index}]") for index, item in enumerate(node)]
    if not isinstance(node, dict):
        return node
    result = {}
    for key, value in node.items():
        here = f"{path}.{key}"
        assert "_" not in key, f"{here}: names are in lowerCamelCase"
        if key in ID_FIELDS:
            assert value == value.lower() and len(value) == 2 * ID_FIELDS[key], f"{here}: {value!r} is no id"
            value = base64.b64encode(bytes.fromhex(value)).decode()
        elif key in TEXT_INTEGERS:
            numbers = value if isinstance(value, list) else [value]
            assert all(isinstance(number, str) for number in numbers), f"{here}: 64 bits are decimal text"
        elif key in ENUMS:
            assert isinstance(value, int) and not isinstance(value, bool), f"{here}: enums are numbers"
        else:
            value = _unspell(value, here)
        result[key] = value
    return result
