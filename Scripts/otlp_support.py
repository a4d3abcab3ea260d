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
REQUIREMENTS = ["opentelemetry-proto==1.45.2", "protobuf==7.36.2"]

ID_FIELDS = {"traceId": 16, "spanId": 8, "parentSpanId": 8}
TEXT_INTEGERS = {
    "startTimeUnixNano", "endTimeUnixNano", "timeUnixNano", "observedTimeUnixNano", "intValue", "asInt", "count",
    "zeroCount", "bucketCounts",
}
ENUMS = {"kind", "code", "severityNumber", "aggregationTemporality"}


def require_classes():
    """Goes on in a virtual environment in .venv, made on first use, unless the classes are here already."""
    try:
        importlib.import_module("opentelemetry.proto.trace.v1.trace_pb2")
        return
    except ImportError:
        pass
    environment = ROOT / ".venv"
    python = environment / "bin/python"
    if not python.exists():
        print(f"making {environment} with {' '.join(REQUIREMENTS)}", file=sys.stderr)
        venv.create(environment, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *REQUIREMENTS], check=True)
    if pathlib.Path(sys.prefix) == environment:
        sys.exit(f"{environment} lacks {' '.join(REQUIREMENTS)}: remove it and try again")
    os.execv(python, [python, *sys.argv])


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
