"""The nodes of the job ``warn``."""

import json

import night
from aiflow import ExecutionContext, PythonProcessor


class ReadDay(PythonProcessor):
    """The day that the execution is about."""

    def process(self, context: ExecutionContext, inputs):
        for row in context.read_dataset(context.dataset):
            if row["date"] == context.execution_context:
                return night.read_day(row)
        raise ValueError(f"{context.execution_context} is not in {context.dataset.path}")


class Warn(PythonProcessor):
    """What the deployed model expects of the night. Frost that lies within its usual error is worth a warning."""

    def process(self, context: ExecutionContext, inputs):
        (day,) = inputs
        deployed = night.PLACE / "deployed.json"
        if not deployed.exists():
            print("no model is deployed yet")
            return {"version": None, "expected": None, "warning": False}
        model = json.loads(deployed.read_text(encoding="utf-8"))
        expected = night.predict(model["weights"], day)
        outlook = {"version": model["version"], "expected": expected, "warning": expected - model["error"] <= 0}
        if outlook["warning"]:
            context.publish_event("frost_warning", context.execution_context, namespace="weather")
        return outlook
