"""Softmax regression with the standard library alone: small data, no magic."""

import math


def train(rows, labels, classes, steps, rate):
    """A model that tells ``classes`` apart: plain gradient descent on the cross entropy, from weights of zero."""
    means = [sum(column) / len(rows) for column in zip(*rows)]
    scales = [
        math.sqrt(sum((value - mean) ** 2 for value in column) / len(rows)) or 1.0
        for column, mean in zip(zip(*rows), means)
    ]
    model = {"means": means, "scales": scales, "weights": [[0.0] * (len(means) + 1) for _ in range(classes)]}
    inputs = [standardise(model, row) for row in rows]
    for _ in range(steps):
        slopes = [[0.0] * (len(means) + 1) for _ in range(classes)]
        for values, label in zip(inputs, labels):
            for kind, chance in enumerate(softmax(model["weights"], values)):
                error = chance - (kind == label)
                for index, value in enumerate(values):
                    slopes[kind][index] += error * value
        for weights, slope in zip(model["weights"], slopes):
            for index, value in enumerate(slope):
                weights[index] -= rate * value / len(rows)
    return model


def chances(model, row):
    """How likely each class is; they add up to 1."""
    return softmax(model["weights"], standardise(model, row))


def standardise(model, row):
    """The row in units of its spread around the mean, with a 1 in front for the constant."""
    return [1.0] + [(value - mean) / scale for value, mean, scale in zip(row, model["means"], model["scales"])]


def softmax(weights, values):
    scores = [sum(weight * value for weight, value in zip(row, values)) for row in weights]
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]
