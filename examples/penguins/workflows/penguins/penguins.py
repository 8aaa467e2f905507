"""The nodes of the job ``train``: from the rows that ``clean`` kept to a model and what it is worth."""

import random

import softmax
from aiflow import ExecutionContext, PythonProcessor

SPECIES = ("Adelie", "Chinstrap", "Gentoo")
MEASURES = ("beak_length_mm", "beak_depth_mm", "flipper_length_mm", "body_mass_g")


#: How a value of a CSV file is read, by the type of its column.
TYPES = {"STRING": str, "FLOAT64": float}


class ReadRows(PythonProcessor):
    """The cleaned rows as dicts, with values of the types that the dataset's schema says."""

    def process(self, context: ExecutionContext, inputs):
        rows = []
        for line, row in enumerate(context.read_dataset(context.dataset), start=2):
            if row["species"] not in SPECIES:
                place = f"{context.dataset.path.name}:{line}"
                raise ValueError(f"{place}: {row['species']!r} is not one of {', '.join(SPECIES)}")
            rows.append({column.name: TYPES[column.type](row[column.name]) for column in context.dataset.schema})
        print(f"{len(rows)} penguins")
        return rows


class Split(PythonProcessor):
    """Two lists: rows to learn from, and rows held out to be judged by; of each species the same share."""

    def process(self, context: ExecutionContext, inputs):
        (rows,) = inputs
        dice = random.Random(context.config["seed"])
        seen, unseen = [], []
        for species in SPECIES:
            own = [row for row in rows if row["species"] == species]
            dice.shuffle(own)
            held_out = round(len(own) * context.config["held_out"])
            unseen += own[:held_out]
            seen += own[held_out:]
        print(f"{len(seen)} to learn from, {len(unseen)} held out")
        return seen, unseen


class Train(PythonProcessor):
    """The model, also as a file, and an event for whoever waits for a new version of it."""

    def process(self, context: ExecutionContext, inputs):
        (rows,) = inputs
        model = softmax.train(
            [[row[measure] for measure in MEASURES] for row in rows],
            [SPECIES.index(row["species"]) for row in rows],
            classes=len(SPECIES),
            steps=context.config["steps"],
            rate=context.config["rate"],
        )
        path = context.write_dataset("model.json", {"species": SPECIES, "measures": MEASURES, **model})
        context.publish_model_version(context.model, version_of(context))
        print(f"model: {path}")
        return model


class Predict(PythonProcessor):
    """The held-out rows, each with the species that the model says and how sure it is."""

    def process(self, context: ExecutionContext, inputs):
        model, rows = inputs
        predicted = []
        for row in rows:
            chances = softmax.chances(model, [row[measure] for measure in MEASURES])
            best = max(range(len(SPECIES)), key=chances.__getitem__)
            predicted.append({**row, "predicted": SPECIES[best], "chance": round(chances[best], 4)})
        return predicted


class Evaluate(PythonProcessor):
    """Accuracy, and the confusion table: for each species what the model said of it."""

    def process(self, context: ExecutionContext, inputs):
        (predictions,) = inputs
        confusion = {species: dict.fromkeys(SPECIES, 0) for species in SPECIES}
        for row in predictions:
            confusion[row["species"]][row["predicted"]] += 1
        right = sum(confusion[species][species] for species in SPECIES)
        return {"accuracy": right / len(predictions), "judged_by": len(predictions), "confusion": confusion}


class Validate(PythonProcessor):
    """A model that is good enough is said to be so; with another the job fails."""

    def process(self, context: ExecutionContext, inputs):
        (metrics,) = inputs
        least = context.config["least_accuracy"]
        if metrics["accuracy"] < least:
            raise ValueError(f"expected an accuracy of {least} or more, found {metrics['accuracy']}")
        context.publish_model_version(context.model, version_of(context), "MODEL_VALIDATED")


class Write(PythonProcessor):
    """What flows in becomes the node's dataset."""

    def process(self, context: ExecutionContext, inputs):
        context.write_dataset(context.dataset, inputs[0])


def version_of(context: ExecutionContext) -> str:
    """One execution trains one version of the model."""
    return context.workflow_execution_id
