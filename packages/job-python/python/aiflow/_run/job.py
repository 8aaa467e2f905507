from __future__ import annotations

import faulthandler
import json
from typing import Any, NamedTuple, Optional

from aiflow._run.call import call
from aiflow._run.failure import JobError, describe, print_failure
from aiflow._run.load import load_processor
from aiflow._run.progress import Progress
from aiflow._run.request import Node, Request, read_request
from aiflow._run.stop import Stopped, StopSignal
from aiflow._run.values import LARGEST, LARGEST_FLOWING, json_text
from aiflow.atomic_file import write_atomically
from aiflow.context import ExecutionContext


class Opened(NamedTuple):
    node: Node
    processor: Any
    context: ExecutionContext


def run_job(request_file: str) -> int:
    """Runs the nodes and leaves a result file; returns the exit code of the process."""
    faulthandler.enable()  # a crash in native code then says in stderr where Python was
    request = read_request(request_file)
    run = JobRun(request)
    failure = run.work_and_close()
    run.stop.release()  # before it is asked for: a stop either counts below or ends the process here
    stopped = run.stop.requested
    status = "KILLED" if stopped else "FINISHED" if failure is None else "FAILED"
    values = ",".join(f"{json.dumps(node)}:{text}" for node, text in run.values.items())
    error = json.dumps(None if stopped else failure)
    write_atomically(request.result_file, f'{{"status":"{status}","values":{{{values}}},"error":{error}}}')
    if stopped:
        run.stop.die()
    return 0 if status == "FINISHED" else 1


class JobRun:
    def __init__(self, request: Request) -> None:
        self.request = request
        self.stop = StopSignal()
        self.progress = Progress(request.progress_file)
        self.opened: list[Opened] = []
        #: The nodes' results, as JSON text.
        self.values: dict[str, str] = {}

    def work_and_close(self) -> Optional[dict[str, Any]]:
        """What went wrong first, or None."""
        failure: Optional[dict[str, Any]] = None
        try:
            try:
                self.work()
            except BaseException as error:  # also SystemExit and a stop: what was opened is closed after each of them
                failure = self.failure_of(error)
            finally:
                self.stop.raises = False
        except Stopped:
            pass  # it came in the middle of the lines above
        for node, processor, context in reversed(self.opened):
            try:
                self.progress.enter("close()", node.id)
                call_if_defined(processor, "close", node, context)
            except BaseException as error:
                later = self.failure_of(error)
                if failure is None:
                    failure = later
                else:
                    failure["context"].setdefault("close_errors", []).append(later["message"])
        return failure

    def failure_of(self, error: BaseException) -> dict[str, Any]:
        failure = describe(error, self.progress.phase, self.progress.node, str(self.request.project_dir))
        if not isinstance(error, Stopped):
            print_failure(failure)
        return failure

    def work(self) -> None:
        loaded = []
        for node in self.request.nodes:
            self.progress.enter("loading", node.id)
            context = ExecutionContext(node_name=node.id, config=node.config, **node.operator, **self.request.facts)
            loaded.append(Opened(node, load_processor(node, self.request), context))
        for each in loaded:
            self.progress.enter("open()", each.node.id)
            call_if_defined(each.processor, "open", each.node, each.context)
            self.opened.append(each)
        self.process()

    def process(self) -> None:
        # An output is let go once its last reader has it: data can be large.
        readers: dict[tuple[str, int], int] = {}
        for node, _, _ in self.opened:
            for source in node.inputs:
                readers[source] = readers.get(source, 0) + 1
        feeding = {source for source, _ in readers}
        outputs: dict[tuple[str, int], Any] = {}
        for node, processor, context in self.opened:
            self.progress.enter("process()", node.id)
            inputs = [outputs[source] for source in node.inputs]
            for source in node.inputs:
                readers[source] -= 1
                if readers[source] == 0:
                    del outputs[source]
            returned = call(processor.process, "process", node.id, context, inputs)
            del inputs
            for port, value in enumerate(split(node, returned)):
                if (node.id, port) in readers:
                    outputs[node.id, port] = value
            text = json_text(returned, LARGEST_FLOWING if node.id in feeding else LARGEST)
            if text is not None and text != "null":
                self.values[node.id] = text
            del returned


def split(node: Node, returned: Any) -> list[Any]:
    """The value of each output of the node."""
    if node.outputs == 0:
        return []
    if node.outputs == 1:
        return [returned]
    found = f"{len(returned)}" if isinstance(returned, (list, tuple)) else f"one {type(returned).__name__}"
    if not isinstance(returned, (list, tuple)) or len(returned) != node.outputs:
        raise JobError(
            "python.invalid_output",
            f'node "{node.id}" has {node.outputs} outputs, and its process() returned {found}: '
            f"return a list or tuple of exactly {node.outputs} values",
            outputs=node.outputs,
        )
    return list(returned)


def call_if_defined(processor: Any, method: str, node: Node, context: ExecutionContext) -> None:
    found = getattr(processor, method, None)
    if found is not None:
        call(found, method, node.id, context)
