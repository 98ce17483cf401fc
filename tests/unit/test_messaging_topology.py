"""What is imported into the broker."""

import re

from shared.kernel.ids import SERVICES
from shared.messaging.envelope import SHARDS, routing_key, shard_of
from shared.messaging.topology import Binding, definitions, event_bindings, group_of, group_queues, stale_bindings

PASSWORDS = dict.fromkeys(SERVICES, "secret")
HEARD = {service: ("intake.referral-received.v1",) if service == "matching" else () for service in SERVICES}
WANTED = definitions("stopso", PASSWORDS, HEARD)


def test_every_shard_of_a_type_leads_to_exactly_one_group_queue() -> None:
    bindings = event_bindings("matching", ["intake.referral-received.v1", "intake.referral-received.v2"])

    assert len(bindings) == SHARDS
    assert {binding.queue for binding in bindings} == set(group_queues("matching"))
    for shard in range(SHARDS):
        key = routing_key("intake.referral-received.v2", shard)
        matching = [
            one for one in bindings if re.fullmatch(one.routing_key.replace(".", "[.]").replace("*", "[^.]+"), key)
        ]
        assert [one.queue for one in matching] == [f"matching.in.{group_of(shard)}"]


def test_a_key_always_has_the_same_shard() -> None:
    assert shard_of("0198c7c1-0000-7000-8000-000000000000") == 3
    assert {shard_of(str(number)) for number in range(1000)} == set(range(SHARDS))


def test_no_service_may_configure_anything_or_speak_for_another() -> None:
    for rights in WANTED["permissions"]:
        assert rights["configure"] == "^$"
        others = [queue["name"] for queue in WANTED["queues"] if not queue["name"].startswith(f"{rights['user']}.")]
        assert not any(re.search(rights["read"], name) for name in others)
        assert not any(re.search(rights["write"], name) for name in (*others, "matching.in.0"))
    for rights in WANTED["topic_permissions"]:
        speaks = [service for service in SERVICES if re.search(rights["write"], f"{service}.anything.v1.p00")]
        assert speaks == [rights["user"]]
        assert not re.search(rights["read"], "intake.anything.v1.p00")


def test_group_queues_keep_order_and_hand_what_they_give_up_to_the_dead_letter_queue_at_least_once() -> None:
    groups = [queue for queue in WANTED["queues"] if ".in." in queue["name"]]

    assert len(groups) == 4 * len(SERVICES)
    for queue in groups:
        arguments = queue["arguments"]
        assert arguments["x-queue-type"] == "quorum"
        assert arguments["x-single-active-consumer"] is True
        assert arguments["x-delivery-limit"] >= 50
        assert arguments["x-dead-letter-strategy"] == "at-least-once"
        assert arguments["x-overflow"] == "reject-publish"
        assert arguments["x-dead-letter-routing-key"] in {each["name"] for each in WANTED["queues"]}


def test_passwords_are_hashed_and_the_same_input_gives_the_same_definitions() -> None:
    assert "secret" not in str(WANTED)
    assert definitions("stopso", PASSWORDS, HEARD) == WANTED


def test_bindings_of_an_older_deployment_are_found_and_those_of_others_left_alone() -> None:
    current = [
        Binding(each["destination"], each["routing_key"]) for each in WANTED["bindings"] if each["source"] == "events"
    ]
    old = Binding("matching.in.0", "intake.referral-forgotten.*.p00")
    foreign = Binding("audit", "intake.#")

    assert stale_bindings(WANTED, [*current, old, foreign]) == [old]
