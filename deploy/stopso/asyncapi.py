"""The AsyncAPI 3.0 document of the events, with AMQP bindings, generated from the classes and who hears them."""

from typing import Any

from shared.events import EVENTS, Event
from shared.kernel.ids import SERVICES, ServiceName
from shared.messaging.envelope import CONTENT_TYPE, PREFIX, SHARDS
from shared.messaging.topology import GROUPS, group_queues

BINDING = "0.3.0"
VHOST = "stopso"
REQUIRED = ("specversion", "id", "source", "type", "time", "partitionkey", "sequence")
BROKER = {
    "host": "localhost:5672",
    "protocol": "amqp",
    "pathname": "/stopso",
    "description": "RabbitMQ 3.10 or later",
}


def asyncapi(heard: dict[str, list[ServiceName]]) -> dict[str, Any]:
    """Describe everything; `heard` maps each event type to the services that listen to it."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "StopSO referral platform",
            "version": "1",
            "description": "What the services tell each other; what is private travels only in `sealed`.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {"broker": BROKER},
        "channels": {**{kind: _event_channel(event) for kind, event in EVENTS.items()}, **_queue_channels(heard)},
        "operations": {**{f"tell.{kind}": _telling(event) for kind, event in EVENTS.items()}, **_hearings()},
        "components": {
            "messages": {event.type: _message(event) for event in EVENTS.values()},
            "messageTraits": {"cloudevent": {"headers": _headers(), "contentType": CONTENT_TYPE}},
        },
    }


def _event_channel(event: type[Event]) -> dict[str, Any]:
    return {
        "address": f"{event.type}.{{shard}}",
        "title": event.__name__,
        "description": (event.__doc__ or "").strip(),
        "parameters": {
            "shard": {
                "description": "From the key, so that one key keeps its order.",
                "enum": [f"p{n:02d}" for n in range(SHARDS)],
            }
        },
        "messages": {event.__name__: {"$ref": f"#/components/messages/{event.type}"}},
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {
                    "name": "events",
                    "type": "topic",
                    "durable": True,
                    "autoDelete": False,
                    "vhost": "stopso",
                },
                "bindingVersion": BINDING,
            }
        },
    }


def _queue_channels(heard: dict[str, list[ServiceName]]) -> dict[str, Any]:
    return {
        queue: {
            "address": queue,
            "description": f"What {service} hears of shards {', '.join(str(n) for n in range(group, SHARDS, GROUPS))}.",
            "messages": {
                EVENTS[kind].__name__: {"$ref": f"#/components/messages/{kind}"} for kind in _heard_by(service, heard)
            },
            "bindings": {
                "amqp": {
                    "is": "queue",
                    "queue": {
                        "name": f"{service}.in.{group}",
                        "durable": True,
                        "exclusive": False,
                        "autoDelete": False,
                        "vhost": "stopso",
                    },
                    "bindingVersion": BINDING,
                }
            },
        }
        for service in SERVICES
        for group, queue in enumerate(group_queues(service))
    }


def _heard_by(service: ServiceName, heard: dict[str, list[ServiceName]]) -> list[str]:
    return [kind for kind in EVENTS if service in heard[kind]]


def _telling(event: type[Event]) -> dict[str, Any]:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{event.type}"},
        "summary": f"{event.speaker().capitalize()} tells: {event.__name__}",
        "tags": [{"name": event.speaker()}],
        "bindings": {
            "amqp": {
                "userId": event.speaker(),
                "deliveryMode": 2,
                "mandatory": True,
                "timestamp": True,
                "bindingVersion": BINDING,
            }
        },
    }


def _hearings() -> dict[str, Any]:
    return {
        f"hear.{queue}": {
            "action": "receive",
            "channel": {"$ref": f"#/channels/{queue}"},
            "summary": f"{service.capitalize()} hears its share of events, in batches, once each",
            "tags": [{"name": service}],
            "bindings": {"amqp": {"ack": True, "bindingVersion": BINDING}},
        }
        for service in SERVICES
        for queue in group_queues(service)
    }


def _message(event: type[Event]) -> dict[str, Any]:
    return {
        "name": event.type,
        "title": event.__name__,
        "summary": (event.__doc__ or "").strip(),
        "traits": [{"$ref": "#/components/messageTraits/cloudevent"}],
        "payload": {"schemaFormat": "application/schema+json;version=draft-07", "schema": event.model_json_schema()},
        "bindings": {"amqp": {"messageType": event.type, "bindingVersion": BINDING}},
    }


def _headers() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "required": [
            f"{PREFIX}{name}" for name in ("specversion", "id", "source", "type", "time", "partitionkey", "sequence")
        ],
        "properties": {
            f"{PREFIX}specversion": {"type": "string", "const": "1.0"},
            f"{PREFIX}id": {
                "type": "string",
                "format": "uuid",
                "description": "UUIDv7; every effect happens once per id",
            },
            f"{PREFIX}source": text,
            f"{PREFIX}type": text,
            f"{PREFIX}time": {"type": "string", "format": "date-time"},
            f"{PREFIX}partitionkey": {
                "type": "string",
                "description": "The aggregate's id; events of one key stay in order",
            },
            f"{PREFIX}sequence": {"type": "string", "pattern": "^[0-9]{20}$"},
            f"{PREFIX}traceparent": {"type": "string", "description": "W3C trace context"},
        },
    }
