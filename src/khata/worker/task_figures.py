"""What is told of a task: its circumstances, its piece of the trace, and how long it ran.

For Celery's signals. The children of a worker hand what they count to it: `before_children` is
called before they are forked, and `in_child` in each of them.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any, Final
from uuid import UUID

from khata.watch import figures
from khata.watch.circumstances import inside, work_of
from khata.watch.traces import piece, traceparent

_begun: Final[dict[str, ExitStack]] = {}
_pipe: int | None = None


def before_children(**_: object) -> None:
    """Open the way on which children tell their figures."""
    global _pipe
    if _pipe is None:
        _pipe = figures.open_to_children()


def in_child(**_: object) -> None:
    """Tell what is counted here to the parent, which is the one that is asked."""
    if _pipe is not None:
        figures.tell_parent(_pipe)


def traced_headers() -> dict[str, str]:
    """Return what a message carries so that its task goes on in the trace we are in."""
    here = traceparent()
    return {} if here is None else {"traceparent": here}


def begun(*, task_id: str, task: Any, kwargs: Mapping[str, Any] | None = None, **_: object) -> None:
    """Begin to watch a task (signal `task_prerun`)."""
    ended(task_id=task_id)  # it may have been broken off and be run again
    request = task.request
    queue = str((request.delivery_info or {}).get("routing_key") or "none")
    watching = _begun[task_id] = ExitStack()
    tenant = (kwargs or {}).get("tenant")
    watching.enter_context(inside(task=task.name, task_id=task_id, queue=queue))
    if tenant is not None:
        watching.enter_context(work_of(UUID(str(tenant))))
    came = (getattr(request, "headers", None) or {}).get("traceparent") or getattr(
        request, "traceparent", None
    )
    watching.enter_context(
        piece(f"task {task.name}", kind="consumer", after=came, messaging__destination=queue)
    )
    watching.enter_context(figures.task_runtimes.timing(queue))


def ended(*, task_id: str, **_: object) -> None:
    """End to watch a task, however it went (signal `task_postrun`)."""
    watching = _begun.pop(task_id, None)
    if watching is not None:
        watching.close()
