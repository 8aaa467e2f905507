"""How cold the coming night will be, from the day before it: least squares with the standard library alone."""

import math
import os
from datetime import date, timedelta
from pathlib import Path

#: Where the station and the jobs leave things for each other.
PLACE = Path(os.environ.get("WEATHER_DIR", "."))

TERMS = ("constant", "temp_min", "temp_max", "wind", "precipitation", "sine", "cosine")


def read_day(row):
    """A row of days.csv with its numbers and its date."""
    numbers = {name: float(row[name]) for name in ("precipitation", "temp_max", "temp_min", "wind")}
    return {**row, **numbers, "date": date.fromisoformat(row["date"])}


def terms(day):
    """What is known at the end of a day, one number for each of ``TERMS``; the season is a place on a circle."""
    angle = 2 * math.pi * day["date"].timetuple().tm_yday / 365.25
    rain = math.log1p(day["precipitation"])
    return [1.0, day["temp_min"], day["temp_max"], day["wind"], rain, math.sin(angle), math.cos(angle)]


def nights(days):
    """Pairs of a day and the lowest temperature of the day after it."""
    return [(day, after["temp_min"]) for day, after in zip(days, days[1:]) if day["date"] + timedelta(1) == after["date"]]


def fit(pairs):
    """Weights that make the sum of the squared errors least."""
    rows = [terms(day) for day, _ in pairs]
    products = [[sum(row[i] * row[j] for row in rows) for j in range(len(TERMS))] for i in range(len(TERMS))]
    targets = [sum(row[i] * low for row, (_, low) in zip(rows, pairs)) for i in range(len(TERMS))]
    return dict(zip(TERMS, solve(products, targets)))


def predict(weights, day):
    return sum(weights[name] * value for name, value in zip(TERMS, terms(day)))


def mean_error(guess, pairs):
    """By how many °C a guess is off on average."""
    return sum(abs(guess(day) - low) for day, low in pairs) / len(pairs)


def solve(matrix, right):
    """Gaussian elimination with partial pivoting."""
    size = len(right)
    rows = [[*row, value] for row, value in zip(matrix, right)]
    for column in range(size):
        pivot = max(range(column, size), key=lambda index: abs(rows[index][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for index in range(size):
            if index != column:
                factor = rows[index][column] / rows[column][column]
                rows[index] = [value - factor * top for value, top in zip(rows[index], rows[column])]
    return [rows[index][size] / rows[index][index] for index in range(size)]
