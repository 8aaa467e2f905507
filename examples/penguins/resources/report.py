"""Prints accuracy and confusion table, and draws penguins.svg: python3 report.py <directory with the results>"""

import csv
import json
import sys
from pathlib import Path
from xml.sax.saxutils import escape

X, Y = "beak_length_mm", "flipper_length_mm"
TITLES = {X: "beak length (mm)", Y: "flipper length (mm)"}
# Told apart by shape as well as by colour.
COLOURS = {"Adelie": "#f08a24", "Chinstrap": "#9b4fc8", "Gentoo": "#12807f"}
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 860, 560, 76, 190, 84, 64


def main(directory):
    metrics = json.loads((directory / "metrics.json").read_text(encoding="utf-8"))
    with open(directory / "penguins.csv", encoding="utf-8") as all_of_them:
        penguins = list(csv.DictReader(all_of_them))
    with open(directory / "predictions.csv", encoding="utf-8") as held_out:
        predictions = list(csv.DictReader(held_out))
    picture = directory / "penguins.svg"
    picture.write_text(draw(penguins, predictions, metrics), encoding="utf-8")
    print_table(metrics)
    print(f"picture: {picture}")
    print(f"accuracy on {metrics['judged_by']} penguins that the model had not seen:")
    print(f"{metrics['accuracy']:.4f}")


def print_table(metrics):
    species = list(metrics["confusion"])
    print(f"{'is / called':<12}" + "".join(f"{name:>12}" for name in species))
    for name in species:
        print(f"{name:<12}" + "".join(f"{metrics['confusion'][name][other]:>12}" for other in species))
    print()


class Scale:
    """From a measure to a place in the picture, with round numbers at both ends."""

    def __init__(self, values, start, end, step):
        self.low, self.high = step * (min(values) // step), step * -(-max(values) // step)
        self.start, self.end, self.step = start, end, step

    def at(self, value):
        return round(self.start + (self.end - self.start) * (value - self.low) / (self.high - self.low), 1)

    def ticks(self):
        return range(int(self.low), int(self.high) + 1, self.step)


def draw(penguins, predictions, metrics):
    across = Scale([float(row[X]) for row in penguins], LEFT, WIDTH - RIGHT, 5)
    up = Scale([float(row[Y]) for row in penguins], HEIGHT - BOTTOM, TOP, 10)
    wrong = [row for row in predictions if row["predicted"] != row["species"]]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'role="img" aria-labelledby="title" font-family="system-ui, sans-serif" font-size="13">',
        "<style>.ground{fill:#fff}.ink{fill:#1d2733}.soft{fill:#5b6875}.line{stroke:#e3e8ed}.ring{stroke:#d1242f}"
        "@media(prefers-color-scheme:dark){.ground{fill:#11161c}.ink{fill:#e8edf2}.soft{fill:#9aa7b4}"
        ".line{stroke:#2a333d}.ring{stroke:#ff6b6b}}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>',
        text(LEFT, 36, "Which penguin is it?", "ink", 'id="title" font-size="21" font-weight="600"'),
        text(LEFT, 58, summary(metrics, wrong), "soft"),
        *axes(across, up),
        "<!-- all penguins, pale -->",
        *(mark(across, up, row, row["species"], 'fill-opacity="0.22"', 4) for row in penguins),
        "<!-- the ones held out, as the model called them -->",
        *(mark(across, up, row, row["predicted"], 'stroke="#fff" stroke-width="0.8"', 5, told(row)) for row in predictions),
        *(ring(across.at(float(row[X])), up.at(float(row[Y]))) for row in wrong),
        *legend(metrics, wrong),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def summary(metrics, wrong):
    right = metrics["judged_by"] - len(wrong)
    return f"{right} of {metrics['judged_by']} penguins held out were called by their name: accuracy {metrics['accuracy']:.1%}"


def told(row):
    what = "rightly" if row["predicted"] == row["species"] else f"but it is {row['species']}"
    return f"called {row['predicted']} ({float(row['chance']):.0%} sure), {what}"


def text(x, y, words, kind, more=""):
    return f'<text x="{x}" y="{y}" class="{kind}" {more}>{escape(words)}</text>'


def axes(across, up):
    for value in across.ticks():
        x = across.at(value)
        yield f'<line class="line" x1="{x}" y1="{TOP}" x2="{x}" y2="{HEIGHT - BOTTOM}"/>'
        yield text(x, HEIGHT - BOTTOM + 20, str(value), "soft", 'text-anchor="middle"')
    for value in up.ticks():
        y = up.at(value)
        yield f'<line class="line" x1="{LEFT}" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}"/>'
        yield text(LEFT - 10, y + 4, str(value), "soft", 'text-anchor="end"')
    middle = (TOP + HEIGHT - BOTTOM) // 2
    yield text((LEFT + WIDTH - RIGHT) // 2, HEIGHT - 16, TITLES[X], "ink", 'text-anchor="middle"')
    yield text(0, 0, TITLES[Y], "ink", f'text-anchor="middle" transform="translate(24 {middle}) rotate(-90)"')


def mark(across, up, row, species, style, size, title=None):
    return shape(species, across.at(float(row[X])), up.at(float(row[Y])), size, style, title)


def shape(species, x, y, size, style, title=None):
    paint = f'fill="{COLOURS[species]}" {style}'
    inside = "" if title is None else f"<title>{escape(title)}</title>"
    if species == "Adelie":
        return f'<circle cx="{x}" cy="{y}" r="{size}" {paint}>{inside}</circle>'
    if species == "Gentoo":
        side = 1.8 * size
        return f'<rect x="{x - side / 2:.1f}" y="{y - side / 2:.1f}" width="{side:.1f}" height="{side:.1f}" {paint}>{inside}</rect>'
    tip, base, half = y - 1.2 * size, y + 0.9 * size, 1.15 * size
    return f'<path d="M{x} {tip:.1f}L{x + half:.1f} {base:.1f}H{x - half:.1f}Z" {paint}>{inside}</path>'


def ring(x, y):
    return f'<circle class="ring" cx="{x}" cy="{y}" r="10" fill="none" stroke-width="2"/>'


def legend(metrics, wrong):
    x, y = WIDTH - RIGHT + 28, TOP + 14
    yield text(x - 8, y, "called by the model", "soft")
    for species, row in metrics["confusion"].items():
        y += 26
        yield shape(species, x, y - 4, 6, "")
        yield text(x + 16, y, f"{species} ({sum(called[species] for called in metrics['confusion'].values())})", "ink")
    if wrong:
        y += 30
        yield ring(x, y - 4)
        yield text(x + 16, y, f"wrongly ({len(wrong)})", "ink")
    yield text(x - 8, y + 34, "pale: all penguins", "soft")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
