"""Who is measured, in the order of the table."""

from deploy.bench import ours, plain
from deploy.bench.contestant import Contestant

CEILING = Contestant(
    name="ceiling",
    title="raw batched ceiling",
    schema=plain.schema,
    topology=plain.topology,
    program=plain.program("deploy.bench.contestants.ceiling"),
    wrap=plain.wrap,
    unwrap=plain.unwrap,
    heard=plain.heard,
)
OURS = Contestant(
    name="ours",
    title="ours, batched handlers",
    schema=ours.schema,
    topology=ours.topology,
    program=ours.program("batched"),
    wrap=ours.wrap,
    unwrap=ours.unwrap,
    heard=ours.heard,
    own_users=True,
)
OURS_SINGLE = Contestant(
    name="ours-single",
    title="ours, a handler call per event",
    schema=ours.schema,
    topology=ours.topology,
    program=ours.program("single"),
    wrap=ours.wrap,
    unwrap=ours.unwrap,
    heard=ours.heard,
    own_users=True,
)
FASTSTREAM = Contestant(
    name="faststream",
    title="FastStream, a transaction per message",
    schema=plain.schema,
    topology=plain.topology,
    program=plain.program("deploy.bench.contestants.faststream_per_message"),
    wrap=plain.wrap,
    unwrap=plain.unwrap,
    heard=plain.heard,
)
FASTSTREAM_OUTBOX = Contestant(
    name="faststream-outbox",
    title="FastStream with faststream-outbox",
    schema=plain.schema_of_library,
    topology=plain.topology,
    program=plain.program("deploy.bench.contestants.faststream_outbox_library"),
    wrap=plain.wrap,
    unwrap=plain.unwrap,
    heard=plain.heard,
    needs=("faststream_outbox", "sqlalchemy"),
)
TASKIQ = Contestant(
    name="taskiq",
    title="taskiq with taskiq-aio-pika",
    schema=plain.schema,
    topology=plain.topology_of_tasks,
    program=plain.program("deploy.bench.contestants.taskiq_per_message"),
    wrap=plain.wrap_task,
    unwrap=plain.unwrap_task,
    heard=plain.heard,
    needs=("taskiq", "taskiq_aio_pika"),
)

LINEUP = (CEILING, OURS, OURS_SINGLE, FASTSTREAM, FASTSTREAM_OUTBOX, TASKIQ)
