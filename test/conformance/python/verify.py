#!/usr/bin/env python3
"""An independent verifier of BeSure's formats, written from specs/ and vectors/ alone.

verify.py VECTORS                                          checks all test vectors (a folder)
verify.py EVIDENCE... --trust TRUST [--document FILE]      verifies evidence files
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import NoReturn

sys.dont_write_bytecode = True  # leaves nothing behind beside the sources

import acceptance  # noqa: E402
import vectors  # noqa: E402
from acceptance import BAD, PROVEN, UNACCEPTABLE  # noqa: E402

EXIT_CODES = {PROVEN: 0, BAD: 1, UNACCEPTABLE: 2}
# Neither of the three: nothing was verified.
NOT_RUN = 3
# Worst last: what is bad proves nothing, whatever else is unacceptable.
SEVERITY = [PROVEN, UNACCEPTABLE, BAD]


class _Parser(argparse.ArgumentParser):
    """Its own exit code of 2 would say "unacceptable"."""

    def error(self, message: str) -> NoReturn:
        self.exit(NOT_RUN, f"{self.format_usage()}{message}\n")


def _arguments() -> argparse.Namespace:
    parser = _Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    parser.add_argument("--trust", type=Path, help="trust file")
    parser.add_argument("--document", type=Path, help="the document of which the evidence speaks")
    parser.add_argument("--json", action="store_true", help="one JSON object for each evidence file")
    parser.add_argument("--codes", action="store_true", help="with vectors: show refusals under another code")
    arguments = parser.parse_args()
    if arguments.trust is None and not (len(arguments.paths) == 1 and arguments.paths[0].is_dir()):
        parser.error("either one folder of vectors, or evidence files and --trust")
    return arguments


def _verify_evidence(arguments: argparse.Namespace) -> int:
    trust = arguments.trust.read_bytes()
    document = None if arguments.document is None else arguments.document.read_bytes()
    results = []
    for path in arguments.paths:
        verdict = acceptance.judge(path.read_bytes(), trust, document)
        results.append(verdict.result)
        if arguments.json:
            answer = {"file": str(path), "result": verdict.result, "code": verdict.code, **verdict.facts}
            print(json.dumps(answer, ensure_ascii=False))
        else:
            print(f"{path}: {verdict.result} {verdict.code}")
    return EXIT_CODES[max(results, key=SEVERITY.index)]


def main() -> int:
    arguments = _arguments()
    try:
        if arguments.trust is None:
            return 0 if vectors.walk(arguments.paths[0], arguments.codes) else 1
        return _verify_evidence(arguments)
    except OSError as error:
        print(error, file=sys.stderr)
        return NOT_RUN


if __name__ == "__main__":
    sys.exit(main())
