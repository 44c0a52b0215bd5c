"""python3 -m reader vectors FOLDER | read --root FINGERPRINT FILE…"""

import argparse
import json
import pathlib
import sys

from . import bundle, vectors
from .cbor import Refused


def main():
    parser = argparse.ArgumentParser(prog="reader", description="Reads Docket's formats by the pages in Protocol/.")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("vectors", help="check every vector of a folder")
    command.add_argument("folder")
    command = commands.add_parser("read", help="verify bundles, in order, and print what the log says as JSON")
    command.add_argument("--root", required=True, help="fingerprint of the root office's key, hexadecimal")
    command.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    if arguments.command == "vectors":
        checked, wrong = vectors.check(arguments.folder)
        for line in wrong:
            print(line, file=sys.stderr)
        print(json.dumps({"checked": checked, "wrong": len(wrong)}))
        return 0 if checked and not wrong else 1
    log = bundle.Log(bytes.fromhex(arguments.root))
    try:
        for name in arguments.files:
            log.take(bundle.Part(pathlib.Path(name).read_bytes()))
    except Refused as refusal:
        problem = {"refused": refusal.code}
        if refusal.at is not None:
            problem["at"] = refusal.at
        if refusal.stream is not None:
            problem["stream"] = refusal.stream.name
        print(json.dumps(problem))
        return 1
    print(json.dumps(log.settled().shown(), ensure_ascii=False))
    return 0


sys.exit(main())
