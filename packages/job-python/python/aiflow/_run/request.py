from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple, Optional


class Node(NamedTuple):
    """One node of the plan that the plugin's generator made."""

    id: str
    module: Optional[str]
    #: Relative to the project; either this or ``module``.
    file: Optional[str]
    class_name: str
    config: dict[str, Any]
    outputs: int
    #: The source of each input, by port: a node's id and the port of its output.
    inputs: list[tuple[str, int]]


class Request(NamedTuple):
    """What the plugin asks for, as it wrote it into the attempt's state directory."""

    #: In topological order.
    nodes: list[Node]
    #: Arguments of ``ExecutionContext`` that are the same for all nodes.
    facts: dict[str, Any]
    project_dir: Path
    #: Where modules are looked for before Python's own places; for messages only.
    module_path: list[str]
    result_file: Path
    progress_file: Path


def read_request(path: str) -> Request:
    with open(path, encoding="utf-8") as file:
        content = json.load(file)
    nodes = [
        Node(
            id=node["id"],
            module=node.get("module"),
            file=node.get("file"),
            class_name=node["class"],
            config=node["config"],
            outputs=node["outputs"],
            inputs=[(source["node"], source["port"]) for source in node["inputs"]],
        )
        for node in content["nodes"]
    ]
    return Request(
        nodes=nodes,
        facts=content["facts"],
        project_dir=Path(content["facts"]["project_dir"]),
        module_path=content["module_path"],
        result_file=Path(content["result_file"]),
        progress_file=Path(content["progress_file"]),
    )
