"""Runs a Flink job's Python and SQL nodes: ``flink run -py run.py <request.json>``, or ``python run.py …`` locally."""

import sys

from aiflow_flink._run.job import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
