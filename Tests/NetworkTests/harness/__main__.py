"""python3 -m harness fit | line KIND… | gone KIND… | upload"""

import argparse
import json
import signal
import sys

from . import gone, scenario, upload
from .netns import Unfit, reason_unfit
from .office import Failed


def main():
    parser = argparse.ArgumentParser(prog="harness", description="Three nodes over bad lines.")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("fit", help="why this machine cannot do it, as JSON")
    command.add_argument("--filter", action="store_true", help="packets are to be dropped too")
    command = commands.add_parser("line", help="exchange over lines of a kind; figures as JSON")
    command.add_argument("--docket", required=True, help="the executable")
    command.add_argument("--cases", type=int, default=300)
    command.add_argument("--live", type=int, default=20, help="cases opened while the line is bad, at each office")
    command.add_argument("--patience", type=float, default=900, help="seconds until it has failed")
    command.add_argument("--logs", help="folder to keep the nodes' logs in")
    command.add_argument("kinds", nargs="+", choices=list(scenario.LINES))
    command = commands.add_parser("gone", help="peers that go without a word; figures as JSON")
    command.add_argument("--docket", required=True, help="the executable")
    command.add_argument("--patience", type=float, default=200, help="seconds until it has failed")
    command.add_argument("kinds", nargs="+", choices=list(gone.KINDS))
    command = commands.add_parser("upload", help="live acts while an attachment goes up; figures as JSON")
    command.add_argument("--docket", required=True, help="the executable")
    command.add_argument("--megabytes", type=int, default=200)
    command.add_argument("--acts", type=int, default=100)
    command.add_argument("--patience", type=float, default=900, help="seconds until it has failed")
    arguments = parser.parse_args()
    # Told to stop, it still takes its namespaces and nodes away.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        if arguments.command == "fit":
            print(json.dumps({"unfit": reason_unfit(arguments.filter)}))
            return 0
        if arguments.command == "upload":
            print(json.dumps(upload.measure(
                arguments.docket, arguments.megabytes, arguments.acts, arguments.patience)))
            return 0
        for kind in arguments.kinds:
            if arguments.command == "gone":
                print(json.dumps(gone.measure(arguments.docket, kind, arguments.patience)), flush=True)
                continue
            print(json.dumps(scenario.measure(
                arguments.docket, kind, arguments.cases, arguments.patience, arguments.live, arguments.logs)), flush=True)
        return 0
    except (Failed, Unfit) as failure:
        print(json.dumps({"failed": str(failure)}, ensure_ascii=False))
        return 1


if __name__ == "__main__":
    sys.exit(main())
