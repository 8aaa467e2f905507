"""The nodes of the job ``train``: a model of the days that came, and whether it is better than what is deployed."""

import json
from datetime import date, timedelta

import night
from aiflow import ExecutionContext, PythonProcessor


class ReadDays(PythonProcessor):
    """All days of the months that are over."""

    def process(self, context: ExecutionContext, inputs):
        days = [night.read_day(row) for row in context.read_dataset(context.dataset)]
        while days and (days[-1]["date"] + timedelta(1)).day != 1:
            days.pop()
        if not days:
            raise ValueError(f"no whole month has come yet: {context.dataset.path}")
        print(f"{len(days)} days, the last one {days[-1]['date']}")
        return days


class Split(PythonProcessor):
    """The nights to learn from, and those of the newest months, to be judged by: no deployed model has seen them either."""

    def process(self, context: ExecutionContext, inputs):
        (days,) = inputs
        last = days[-1]["date"]
        months = last.year * 12 + last.month - context.config["unseen_months"]
        first_unseen = date(months // 12, months % 12 + 1, 1)
        pairs = night.nights(days)
        # The night belongs to the day after it.
        seen = [pair for pair in pairs if pair[0]["date"] + timedelta(1) < first_unseen]
        unseen = pairs[len(seen):]
        print(f"{len(seen)} nights to learn from, {len(unseen)} to be judged by")
        return seen, unseen


class Train(PythonProcessor):
    def process(self, context: ExecutionContext, inputs):
        (seen,) = inputs
        return night.fit(seen)


class Evaluate(PythonProcessor):
    """By how much the new model, the deployed one and the simplest guess, as cold as last night, are off on average."""

    def process(self, context: ExecutionContext, inputs):
        weights, unseen = inputs
        deployed = night.PLACE / "deployed.json"
        old = json.loads(deployed.read_text(encoding="utf-8")) if deployed.exists() else None
        return {
            "version": (unseen[-1][0]["date"] + timedelta(1)).isoformat(),
            "nights": len(unseen),
            "error": night.mean_error(lambda day: night.predict(weights, day), unseen),
            "persistence": night.mean_error(lambda day: day["temp_min"], unseen),
            "deployed": old and night.mean_error(lambda day: night.predict(old["weights"], day), unseen),
        }


class Publish(PythonProcessor):
    """Leaves the model where it can be deployed from, and says that it is there, and whether it is better than all else."""

    def process(self, context: ExecutionContext, inputs):
        weights, judged = inputs
        version = judged["version"]
        context.write_dataset(night.PLACE / "models" / f"{version}.json", {**judged, "weights": weights})
        context.publish_model_version(context.model, version, namespace="weather")
        rivals = [judged["persistence"]] + ([] if judged["deployed"] is None else [judged["deployed"]])
        if judged["error"] < min(rivals):
            context.publish_model_version(context.model, version, "MODEL_VALIDATED", namespace="weather")
