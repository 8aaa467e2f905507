"""What the plugin starts, as `python <this directory> <request file>`.

This file alone is written so that Python 2.7 can read it: a Python that is too old must be able to say so.
"""

import json
import os
import sys

OLDEST = (3, 9)


def refuse(request_file):
    with open(request_file) as file:
        result_file = json.load(file)["result_file"]
    found = ".".join(str(part) for part in sys.version_info[:3])
    message = (
        "expected Python %d.%d or later, found %s (%s): set python_executable_path of the job to a newer one"
        % (OLDEST + (found, sys.executable))
    )
    error = {
        "code": "python.executable_not_found",
        "message": message,
        "context": {"executable": sys.executable, "version": found},
    }
    with open(result_file + ".tmp", "w") as file:
        json.dump({"status": "FAILED", "values": {}, "error": error}, file)
    os.rename(result_file + ".tmp", result_file)
    sys.stderr.write(message + "\n")
    return 1


def main():
    if sys.version_info < OLDEST:
        return refuse(sys.argv[1])
    from aiflow._run.job import run_job

    return run_job(sys.argv[1])


if __name__ == "__main__":
    sys.exit(main())
