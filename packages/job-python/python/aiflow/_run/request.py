from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Mapping, NamedTuple, Optional

from aiflow.resources import Column, Dataset, Model

#: JSON, by node: where those datasets are whose URI holds a secret. No file may say it, and no child process gets it.
SECRET_LOCATIONS = "AIFLOW_DATASET_LOCATIONS"


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
    #: The operator and what it was given, as arguments of ``ExecutionContext``.
    operator: dict[str, Any]


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
    locations = {**content["dataset_locations"], **json.loads(os.environ.pop(SECRET_LOCATIONS, "{}"))}
    nodes = [
        Node(
            id=node["id"],
            module=node.get("module"),
            file=node.get("file"),
            class_name=node["class"],
            config=node["config"],
            outputs=node["outputs"],
            inputs=[(source["node"], source["port"]) for source in node["inputs"]],
            operator=operator_of(node["operation"], node["works_on"], locations.get(node["id"])),
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


def operator_of(operation: str, works_on: Mapping[str, Any], location: Optional[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "operation": operation,
        "dataset": dataset_of(works_on.get("dataset"), location),
        "model": model_of(works_on.get("model")),
        "model_version": works_on.get("modelVersion"),
        "base_model": model_of(works_on.get("baseModel")),
        "base_model_version": works_on.get("baseModelVersion"),
    }


def dataset_of(said: Optional[Mapping[str, Any]], location: Optional[Mapping[str, Any]]) -> Optional[Dataset]:
    if said is None or location is None:
        return None
    columns = said["schema"]
    return Dataset(
        name=said["name"],
        uri=location["uri"],
        format=said["format"],
        schema=None if columns is None else [Column(column["name"], column["type"]) for column in columns],
        properties=said["properties"],
        paths=tuple(Path(path) for path in location["paths"]),
    )


def model_of(said: Optional[Mapping[str, Any]]) -> Optional[Model]:
    return None if said is None else Model(said["name"], said["type"], said["properties"])
