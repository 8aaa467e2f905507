from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import signal
import sys
from pathlib import Path
from typing import Any, Mapping, Optional

from aiflow_flink._run.failure import NodeFailure, in_node, root_of
from aiflow_flink._run.java import end_java
from aiflow_flink._run.values import as_field, as_result
from aiflow_flink.context import FlinkContext, write_atomically

JOB_ID = "$internal.pipeline.job-id"


def main(request_file: str) -> int:
    """Runs the job that a request describes, writes its result, and gives the exit code."""
    request = json.loads(Path(request_file).read_text(encoding="utf-8"))
    # Secrets come through the environment, into no file, and go no further.
    secrets = json.loads(os.environ.pop("AIFLOW_FLINK_SECRETS", "{}"))
    job = Job(request, secrets)
    signal.signal(signal.SIGTERM, stop)
    # A child that user code forks ends at once: raised in the wrong place there, the exception would be lost.
    os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
    try:
        job.run()
        result = {"status": "FINISHED", "error": None}
    except NodeFailure as failure:
        print(failure, file=sys.stderr)
        print(failure.context.get("traceback", ""), file=sys.stderr)
        result = {"status": "FAILED", "error": failure.as_json()}
    result.update(values=job.values, jobs=job.submitted, accumulators=job.accumulators)
    write_atomically(Path(request["result_file"]), json.dumps(result, ensure_ascii=False))
    if request["is_local"]:
        end_java()
    sys.stdout.flush()
    return 0 if result["status"] == "FINISHED" else 1


class Stopped(BaseException):
    """The job was told to end: what was opened is closed, and there is no result."""


def stop(_number: int, _frame: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough, and closing takes its time
    raise Stopped


class Job:
    def __init__(self, request: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
        self.request = request
        self.secrets = secrets
        #: The results by node, and how many jobs were submitted.
        self.values: dict[str, Any] = {}
        self.submitted = 0
        #: What the jobs counted that were waited for.
        self.accumulators: dict[str, str] = {}
        #: The ids of the queries that were ended before all of their rows had come.
        self._cut: list[str] = []
        self._flowing: dict[str, list[Any]] = {}
        self._opened: list[tuple[str, Any, FlinkContext]] = []

    def run(self) -> None:
        nodes = self.request["nodes"]
        self.table_env = self._table_environment()
        self.statement_set = self.table_env.create_statement_set()
        self._inserts = False
        try:
            instances = {node["id"]: self._open(node) for node in nodes if node["kind"] == "python"}
            for node in nodes:
                if node["kind"] == "python":
                    self._process(node, *instances[node["id"]])
                else:
                    self._execute_script(node)
            self._execute_set()
        except BaseException:
            self._close(hides_errors=True)
            raise
        self._close(hides_errors=False)

    def _table_environment(self) -> Any:
        try:
            return self._make_table_environment()
        except Exception as error:
            advice = f"set python_executable_path to a Python with apache-flink, and see that it finds a Java ({sys.executable})"
            raise NodeFailure("flink.no_pyflink", f"PyFlink does not start: {root_of(error)}: {advice}") from error

    def _make_table_environment(self) -> Any:
        from pyflink.common import Configuration
        from pyflink.table import EnvironmentSettings, TableEnvironment

        configuration = Configuration()
        for key, value in {**self.request["configuration"], **self.secrets.get("configuration", {})}.items():
            configuration.set_string(key, value)
        settings = EnvironmentSettings.new_instance().with_configuration(configuration)
        is_stream = self.request["facts"]["exec_mode"] == "STREAM"
        settings = settings.in_streaming_mode() if is_stream else settings.in_batch_mode()
        table_env = TableEnvironment.create(settings.build())
        resources = self._resources()
        if resources is not None:
            table_env.add_python_archive(resources, "resources")
        return table_env

    def _resources(self) -> Optional[str]:
        """The project's resources in an archive, for Python functions: where those run there is no project."""
        folder = Path(self.request["facts"]["project_dir"], "resources")
        has_python = any(node["kind"] == "python" for node in self.request["nodes"])
        if not has_python or not folder.is_dir() or not any(folder.iterdir()):
            return None
        return shutil.make_archive(str(Path(self.request["result_file"]).with_name("flink-resources")), "zip", folder)

    def _open(self, node: Mapping[str, Any]) -> tuple[Any, FlinkContext]:
        context = FlinkContext(
            self.table_env, self.statement_set, node["id"], node["config"], self.request["facts"]
        )
        try:
            module = importlib.import_module(node["module"])
            instance = module
            for name in node["class"].split("."):
                instance = getattr(instance, name)
            instance = instance()
            if not callable(getattr(instance, "process", None)):
                raise TypeError(f"{node['module']}:{node['class']} has no method process(self, context, inputs)")
            if callable(getattr(instance, "open", None)):
                instance.open(context)
        except Exception as error:
            raise in_node(node["id"], "open()", error) from error
        self._opened.append((node["id"], instance, context))
        return instance, context

    def _process(self, node: Mapping[str, Any], instance: Any, context: FlinkContext) -> None:
        inputs = [self._flowing[each["node"]][each["port"]] for each in node["inputs"]]
        try:
            value = instance.process(context, inputs)
        except Exception as error:
            raise in_node(node["id"], "process()", error) from error
        self._give(node, value)

    def _give(self, node: Mapping[str, Any], value: Any) -> None:
        outputs = node["outputs"]
        if outputs == 1:
            self._flowing[node["id"]] = [value]
        elif isinstance(value, (list, tuple)) and len(value) == outputs:
            self._flowing[node["id"]] = list(value)
        elif outputs > 1:
            raise NodeFailure(
                "flink.invalid_output",
                f'node "{node["id"]}" has {outputs} outputs: process must return a list or tuple of as many values',
                node_id=node["id"],
            )
        result = as_result(value)
        if result is not None:
            self.values[node["id"]] = result

    def _execute_script(self, node: Mapping[str, Any]) -> None:
        statements = self.secrets.get("statements", {}).get(node["id"], node["statements"])
        rows: Any = None
        for statement in statements:
            sql, line = statement["sql"], statement["line"]
            try:
                if statement["kind"] == "insert":
                    self.statement_set.add_insert_sql(sql)
                    self._inserts = True
                elif statement["kind"] == "query":
                    rows = self._query(sql)
                else:
                    self._execute(sql)
            except Exception as error:
                message = f'node "{node["id"]}", line {line} ({" ".join(statement["shown"].split())[:80]}): {root_of(error)}'
                raise NodeFailure("flink.sql_failed", message, node_id=node["id"], line=line) from error
        self._give(node, rows)

    def _execute(self, sql: str) -> None:
        setting = re.fullmatch(r"SET\s+'([^']*)'\s*=\s*'((?:[^']|'')*)'", sql, re.IGNORECASE | re.DOTALL)
        if setting is not None:  # known to Flink's clients only
            self.table_env.get_config().set(setting[1], setting[2].replace("''", "'"))
            return
        result = self.table_env.execute_sql(sql)
        if result.get_job_client() is not None:
            self._count_job()
            result.wait()

    def _query(self, sql: str) -> list[dict[str, Any]]:
        result = self.table_env.execute_sql(sql)
        self._count_job()
        names = result.get_table_schema().get_field_names()
        limit, rows = self.request["result_rows"], []
        with result.collect() as found:  # leaving it ends the query
            for row in found:
                if len(rows) == limit:
                    self._say_cut(result.get_job_client())
                    break
                kind = row.get_row_kind().name
                fields = dict(zip(names, map(as_field, row)))
                rows.append(fields if kind == "INSERT" else {"$kind": kind, **fields})
        return rows

    def _say_cut(self, job_client: Any) -> None:
        """Says, before it is so, that a query is ended because enough of its rows are there: nobody stopped the job."""
        self._cut.append(str(job_client.get_job_id()))
        write_atomically(Path(self.request["cut_file"]), json.dumps(self._cut))

    def _execute_set(self) -> None:
        # Python nodes may have added to it, too: an empty set is refused, and only Flink knows whether it is.
        if not self._inserts and self._is_set_empty():
            return
        try:
            result = self.statement_set.execute()
            self._count_job()
            if self.request["waits"]:
                result.wait()
                self._take_accumulators(result.get_job_client())
        except Exception as error:
            raise NodeFailure("flink.job_failed", root_of(error)) from error

    def _take_accumulators(self, job_client: Any) -> None:
        try:
            found = job_client.get_job_execution_result().result().get_all_accumulator_results()
            self.accumulators.update({name: str(value) for name, value in found.items()})
        except Exception as error:  # one of a class that is not here; the job has ended well all the same
            print(f"no accumulators: {root_of(error)}", file=sys.stderr)

    def _is_set_empty(self) -> bool:
        try:
            return self.statement_set._j_statement_set.getOperations().isEmpty()
        except Exception:
            return False

    def _count_job(self) -> None:
        """A job has begun: the next one of this program needs an id of its own."""
        self.submitted += 1
        ids = self.request["job_ids"]
        if self.submitted < len(ids):
            self.table_env.get_config().set(JOB_ID, ids[self.submitted])

    def _close(self, hides_errors: bool) -> None:
        """Closes what was opened; an error in that never hides an earlier one."""
        first = None
        for node_id, instance, context in reversed(self._opened):
            close = getattr(instance, "close", None)
            try:
                if callable(close):
                    close(context)
            except Exception as error:
                failure = in_node(node_id, "close()", error)
                print(failure, file=sys.stderr)
                first = first or failure
        if first is not None and not hides_errors:
            raise first
