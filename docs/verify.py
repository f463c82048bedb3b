#!/usr/bin/env python3
"""Check the bundle of an availability statement without any program of whoever issued it.

    python3 verify.py BUNDLE [PUBLIC-KEY.pem] [CHECKPOINT...]

Needs the standard library and the `openssl` command. PUBLIC-KEY is the provider's key as you have it from elsewhere;
without it nothing shows whose key signed. Each CHECKPOINT is a file you kept, such as a daily mail's. Checked is that
(1) the file is written in the one canonical way; (2) the key is yours; (3) the heads of the ledger are signed, each
only adds to the one before, yours too; (4) every fact is in the ledger, and what is said beside it is what it holds;
(5) the seal is of this record, signed, and in the ledger; (6) no fact is left out or back-dated; (7) the seconds of
every component add up. It does not compose the statement again; `upheld verify` does.
"""

import base64
import hashlib
import json
import subprocess
import sys
import tempfile
from datetime import datetime
from fractions import Fraction
from pathlib import Path

bad = []


def check(good, text):
    if not good:
        bad.append(text)
        print(f"  NO  {text}")


def canonical(value):  # RFC 8785, for values without floats
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha(data):
    return hashlib.sha256(data).digest()


def signed(data, signature, key):
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("data", "signature", "key")]
        for path, content in zip(paths, (data, signature, key.encode()), strict=True):
            path.write_bytes(content)
        words = "openssl pkeyutl -verify -rawin -in data -sigfile signature -pubin -inkey key"
        return subprocess.run(words.split(), cwd=folder, capture_output=True).returncode == 0


def head(note, key):  # a signed note of C2SP: origin, size, root, time; an empty line; signatures
    text, _, lines = note.rpartition("\n\n")
    signatures = [base64.b64decode(line.split(" ")[2])[4:] for line in lines.splitlines()]
    check(any(signed((text + "\n").encode(), one, key) for one in signatures), f"signature under head {text[:60]!r}")
    size, root, *more = text.split("\n")[1:]
    at = datetime.fromisoformat(more[0].replace("Z", "+00:00")).timestamp() * 1000 if more else None
    return int(size), base64.b64decode(root), at if at is None else round(at)


def climb(place, last, found, proof):  # RFC 9162, 2.1.3.2 and 2.1.4.2: up the tree
    old = new = found
    for other in proof:
        if place & 1 or place == last:
            old, new = sha(b"\x01" + other + old), sha(b"\x01" + other + new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new = sha(b"\x01" + new + other)
        place, last = place >> 1, last >> 1
    return (old, new) if last == 0 else (None, None)


def grown(first, first_root, second, second_root, proof):
    if first in (0, second):
        return not proof and (first == 0 or first_root == second_root)
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    return climb(place, last, path[0], path[1:]) == (first_root, second_root)


def seconds(component, window):  # every second in one class, and the sums those of the record
    at, sums = window[0], {}
    for piece in component["ledger"]:
        start, end = Fraction(piece["start"]), Fraction(piece["end"])
        check(start == at and end > start, f"{component['component']}: the seconds from {at} are in no class or in two")
        at, sums[piece["class"]] = end, sums.get(piece["class"], 0) + end - start
    check(at == window[1], f"{component['component']}: its seconds end at {at}")
    for name in ("excluded", "unobserved"):
        check(sums.get(name, 0) == Fraction(component[f"{name}_s"]), f"{component['component']}: {name} seconds")
    check(sum(sums.values()) - sums.get("inactive", 0) == Fraction(component["service_time_s"]), "service time")


def main(file, *others):
    data = Path(file).read_bytes()
    bundle = json.loads(data)
    check(canonical(bundle) == data, "the file is written in the one canonical way")
    key, record, seal, leaves = bundle["key"], bundle["record"], dict(bundle["seal"]), bundle["leaves"]
    keys = [other for other in others if "PUBLIC KEY" in Path(other).read_text()]
    for other in keys:
        check(Path(other).read_text().strip() == key.strip(), "the key is the one you hold")
    size, root, at = head(bundle["checkpoint"], key)
    heads = {size: (root, at)}
    for earlier in bundle["history"]:
        first, first_root, first_at = head(earlier["checkpoint"], key)
        proof = [base64.b64decode(one) for one in earlier["proof"]]
        check(grown(first, first_root, size, root, proof), f"the ledger of {first} leaves only grew since")
        heads[first] = first_root, first_at
    for other in others:
        if other not in keys:
            kept, kept_root, _ = head(Path(other).read_text(), key)
            check(heads.get(kept, (None,))[0] == kept_root, f"{other}: the ledger you saw is the beginning of this one")
    for one in leaves:
        proof = [base64.b64decode(other) for other in one["proof"]]
        _, found = climb(one["index"], size - 1, sha(b"\x00" + canonical(one["leaf"])), proof)
        check(found == root, f"leaf {one['index']} is in the ledger")
        if "opening" in one:
            words = base64.b64decode(one["opening"]["salt"]) + canonical(one["opening"]["private"])
            check(sha(words).hex() == one["leaf"].get("private"), f"the words beside leaf {one['index']}")
        for known, (_, when) in heads.items():
            at = one["leaf"]["recorded_at"]
            good = when is None or (at <= when if one["index"] < known else at >= when)
            check(good, f"leaf {one['index']} is not back-dated")
    check(sha(canonical(record)).hex() == seal["record_sha256"], "the seal is of this record")
    signature = base64.b64decode(seal.pop("signature"))
    check(signed(b"upheld statement seal v1\n" + canonical(seal), signature, key), "the seal is signed")
    stamps = [one["leaf"]["body"] for one in leaves if one["leaf"]["kind"] == "statement.sealed"]
    stamps = [one for one in stamps if one["seal"]["record_sha256"] == seal["record_sha256"]]
    check(bool(stamps), "the sealing stands in the ledger")
    for stream, (first, end) in stamps[0]["streams"].items() if stamps else ():
        numbers = [one["leaf"]["n"] for one in leaves if one["leaf"]["stream"] == stream]
        check(numbers[: end - first] == list(range(first, end)), f"all facts of {stream}")
    for component in record["components"]:
        seconds(component, (Fraction(record["start"]), Fraction(record["end"])))
    print(
        f"{seal['number']}, revision {seal['revision']}: {len(leaves)} facts of {size}, record {seal['record_sha256']}"
    )
    print(
        "does not hold" if bad else "holds" if keys else "holds, but you gave no key: whose key signed it is not shown"
    )
    return 1 if bad else 0 if keys else 3


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
