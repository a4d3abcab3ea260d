# SPDX-License-Identifier: MIT
"""The chat call that all workloads are about: the same data as Sources/Benchmarks/CallData.swift."""
import contextlib
import json

REQUEST = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.request.max_tokens": 1024,
    "gen_ai.request.temperature": 0.7,
    "gen_ai.request.top_p": 0.95,
}
RESPONSE = {
    "gen_ai.response.id": "chatcmpl-AbCdEfGhIjKlMnOpQrStUvWxYz012",
    "gen_ai.response.model": "gpt-4o-2024-08-06",
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.usage.input_tokens": 1234,
    "gen_ai.usage.output_tokens": 567,
    "server.address": "api.openai.com",
}
ATTRIBUTES = list((REQUEST | RESPONSE).items())
RESOURCE = {
    "service.name": "bench-service",
    "service.version": "1.2.3",
    "deployment.environment.name": "production",
    "telemetry.sdk.language": "python",
    "telemetry.sdk.name": "opentelemetry",
}
USAGE = {"input_tokens": 1234, "output_tokens": 567}


def message(role, sentence, size):
    """A list with one message, as JSON text of so many bytes."""
    room = size - len(json.dumps([{"role": role, "content": ""}]))
    return json.dumps([{"role": role, "content": (sentence * (room // len(sentence) + 1))[:room]}])


PROMPT = message("user", "Tell me about the weather in Paris. ", 1000)
COMPLETION = message("assistant", "It is sunny with a light breeze. ", 500)


@contextlib.contextmanager
def scopes():
    """The three scopes that add the other seven attributes."""
    from last9_genai import agent_context, conversation_context, workflow_context

    with (
        conversation_context(
            conversation_id="conv-8f14e45fceea167a5a36dedd4bea2543", user_id="user-1029384756", turn_number=3
        ),
        workflow_context(workflow_id="wf-c9f0f895fb98ab9159f51fd0297e236d", workflow_type="customer_support"),
        agent_context(agent_name="Support Bot", agent_id="agent-45c48cce2e2d7fbdea1afc51c7c6ad26"),
    ):
        yield
