"""The same figures in plain Python: ``figures.py flights-200k.json`` prints them as JSON."""

import json
import sys
from collections import defaultdict

hours = defaultdict(lambda: [0, 0, 0])
for flight in json.load(open(sys.argv[1])):
    of_the_hour = hours[int(flight["time"])]
    of_the_hour[0] += 1
    of_the_hour[1] += flight["delay"]
    of_the_hour[2] += flight["delay"] >= 15

parts = {"night": [0, 0], "morning": [0, 0], "afternoon": [0, 0], "evening": [0, 0]}
for hour, (flights, _, late) in hours.items():
    part = list(parts)[hour // 6]
    parts[part][0] += late
    parts[part][1] += flights

worst = sorted(hours, key=lambda hour: (-hours[hour][1] / hours[hour][0], hour))[:3]
lines = [f"{hour:02d}:00  {hours[hour][1] / hours[hour][0]:6.2f} minutes late, {hours[hour][0]} flights" for hour in worst]
print(json.dumps({"hours": len(hours), "worst": lines, "parts": parts}))
