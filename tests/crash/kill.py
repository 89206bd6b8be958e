"""Kills `afterdose run` at chosen system calls and at random times, and fills its disk; after each,
the store must open, `current` must be whole, and the next run must finish the job.

    python tests/crash/kill.py PROGRAM [--kills N] [--full-disks N] [--seed N]

The witness is a run that nothing disturbed: the same rows (read by deltalake), the same facts,
tables and charts, byte for byte, and nothing else left behind. Run by tests/crash/run.sh.
"""

import argparse
import hashlib
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deltalake import DeltaTable

# Every call by which the program changes what is on the disk, and openat, between those.
CALLS = """openat write pwrite64 fsync fdatasync rename renameat renameat2 link linkat unlink
unlinkat mkdir mkdirat symlink symlinkat chmod fchmodat ftruncate rmdir copy_file_range""".split()
# Those that a full disk refuses. Writes are refused otherwise, by a limit to the size of files:
# the program also writes to what is no file.
FILLING = "openat fsync fdatasync rename renameat2 link linkat mkdir symlink".split()
# Such limits, in bytes.
LIMITS = [0, 100, 1_000, 4_000, 10_000, 20_000, 40_000, 70_000, 100_000, 200_000]
# Exit codes of a run that published.
DONE = (0, 3, 5)
# Seconds after which a run hangs; it takes about one.
HANGS = 120
PASSING = re.compile(r"^\.(part|run|list|tmp|waiting|writing|current)|#")
PIPELINE = """
name = "crash"
[store]
path = "store"
[[sources]]
path = "feed/*.ndjson"
time_basis = "actual"
on_identifier = "reject-record"
[analysis]
instruments = ["phq-9"]
[disclosure]
min_cell = 0
[output]
path = "out"
"""


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Case:
    """A store with one day in it, and a second day to be read."""

    def __init__(self, program: str, work: Path):
        self.program, self.before = program, work / "before"
        (self.before / "feed").mkdir(parents=True)
        (self.before / "pipeline.toml").write_text(PIPELINE)
        self.simulate(self.before / "feed" / "day-1.ndjson", 1)
        self.run(self.before, check=True)
        self.simulate(self.before / "feed" / "day-2.ndjson", 2)
        self.work = work
        self.undisturbed = work / "undisturbed"
        shutil.copytree(self.before, self.undisturbed, symlinks=True)
        began = time.monotonic()
        self.run(self.undisturbed, check=True)
        self.seconds = time.monotonic() - began
        self.expected = self.state(self.undisturbed)
        if not self.expected["findings"].startswith("exit 0"):
            sys.exit(f"a store that nothing disturbed has findings: {self.expected['findings']}")

    def simulate(self, out: Path, seed: int) -> None:
        # Records are refused as well, so that there are rejections to lose.
        command = [self.program, "--quiet", "simulate", "--subjects", "40", "--seed", str(seed)]
        command += ["--defects", "0.02", "--out", str(out)]
        subprocess.run(command, check=True)

    def run(self, place: Path, before: list[str] = (), check: bool = False, limit: int = -1) -> int:
        command = [*before, self.program, "--quiet", "run", "pipeline.toml"]
        limits = (limit, limit) if limit >= 0 else resource.getrlimit(resource.RLIMIT_FSIZE)
        ran = subprocess.run(
            command,
            cwd=place,
            capture_output=True,
            text=True,
            timeout=HANGS,
            # Past the limit a write fails; the signal, which Python ignores, stays ignored.
            restore_signals=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limits),
        )
        # Broken records may hold what looks like an identifier; the rest is published (exit 5).
        if check and ran.returncode not in DONE:
            sys.exit(f"a run that nothing disturbed failed: {ran.stderr}")
        return ran.returncode

    def calls(self) -> Counter:
        """Of each call, how many the busiest thread makes."""
        place = self.copy("counted")
        log = place / "calls"
        self.run(place, ["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={self.known()}"])
        by_thread: dict[str, Counter] = defaultdict(Counter)
        for line in log.read_text().splitlines():
            found = re.match(r"(\d+)\s+(\w+)\(", line)
            if found:
                by_thread[found[2]][found[1]] += 1
        shutil.rmtree(place)
        return Counter({call: max(threads.values()) for call, threads in by_thread.items()})

    def known(self) -> str:
        """The calls of CALLS that this machine has, with a question mark before each."""
        return ",".join(f"?{call}" for call in CALLS)

    def copy(self, name: str) -> Path:
        place = self.work / name
        shutil.copytree(self.before, place, symlinks=True)
        return place

    def state(self, place: Path) -> dict[str, str]:
        """Everything that must be as if nothing had happened."""
        state = {}
        table = DeltaTable(str(place / "store" / "events"))
        columns = ["source", "id", "content", "file_digest", "line"]
        rows = table.to_pyarrow_table(columns=columns).to_pylist()
        rows = sorted(repr(sorted(row.items())) for row in rows)
        state["rows"] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
        current = place / "out" / "current"
        manifest = json.loads((current / "manifest.json").read_text())
        state["identity"] = manifest["identity"]
        for folder in ["tables", "charts"]:
            for path in sorted((current / folder).iterdir()):
                state[f"{folder}/{path.name}"] = digest(path)
        for path in sorted((place / "store" / "facts").rglob("*.parquet")):
            state[str(path.relative_to(place))] = digest(path)
        for path in sorted((place / "store" / "rejections").iterdir()):
            # An account says when it was made.
            text = re.sub(r'"at_us":\d+', '"at_us":0', path.read_text())
            state[str(path.relative_to(place))] = hashlib.sha256(text.encode()).hexdigest()
        live = {Path(uri).name for uri in table.file_uris()}
        on_disk = {path.name for path in (place / "store" / "events").glob("*.parquet")}
        state["data files beside the log"] = repr(sorted(on_disk - live))
        ran = subprocess.run(
            [self.program, "verify", "--store", "store"], cwd=place, capture_output=True, text=True
        )
        state["findings"] = f"exit {ran.returncode}: {ran.stdout}"
        state["left behind"] = repr(
            sorted(
                str(path.relative_to(place))
                for path in place.rglob("*")
                if PASSING.search(path.name)
            )
        )
        return state

    def stands(self, place: Path) -> list[str]:
        """What is wrong right after a kill, before anything is put right."""
        wrong = []
        history = [self.program, "history", "--store", "store", "--json"]
        ran = subprocess.run(history, cwd=place, capture_output=True, text=True)
        if ran.returncode != 0 or len(json.loads(ran.stdout)) not in (2, 3):
            wrong.append(f"the store does not open: {ran.stderr}")
        current = place / "out" / "current"
        for output in json.loads((current / "manifest.json").read_text())["outputs"]:
            path = current / output["path"]
            if not path.is_file() or path.stat().st_size != output["bytes"]:
                wrong.append(f"{output['path']} of the current run is not whole")
        return wrong

    def settled(self, place: Path) -> list[str]:
        """What is wrong after the next run."""
        code = self.run(place)
        if code not in DONE:
            return [f"the next run ends with {code}"]
        found = self.state(place)
        names = sorted(found.keys() | self.expected.keys())
        return [
            f"{name}: {found.get(name, 'missing')}"
            for name in names
            if found.get(name) != self.expected.get(name)
        ]


def spread(n: int, most: int) -> list[int]:
    """At most n numbers from 1 to most, the first and the last among them."""
    if most <= n:
        return list(range(1, most + 1))
    return sorted({1 + round(at * (most - 1) / (n - 1)) for at in range(n)})


def points(calls: Counter, n: int, among: list[str]) -> list[tuple[str, int]]:
    """About n calls to stop at, shared evenly among the kinds, few calls or many."""
    kinds = sorted((call for call in calls if call in among), key=lambda call: calls[call])
    chosen = []
    for at, call in enumerate(kinds):
        room = max(2, (n - len(chosen)) // (len(kinds) - at))
        chosen += [(call, number) for number in spread(room, calls[call])]
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--full-disks", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        case = Case(os.path.abspath(args.program), Path(work))
        calls = case.calls()
        at_calls = points(calls, args.kills * 3 // 4, CALLS)
        print("calls of the busiest thread:", dict(sorted(calls.items())))

        def at_call(call: str, number: int, what: str) -> None:
            def disturb(place: Path) -> bool:
                inject = f"inject={call}:{what}:when={number}"
                strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}"]
                return case.run(place, [*strace, "-e", inject]) not in DONE

            return disturb

        def at_time(seconds: float):
            def disturb(place: Path) -> bool:
                command = [case.program, "--quiet", "run", "pipeline.toml"]
                child = subprocess.Popen(
                    command, cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
                time.sleep(seconds)
                child.send_signal(signal.SIGKILL)
                return child.wait() == -signal.SIGKILL

            return disturb

        trials = [
            (f"killed at {call} {number}", at_call(call, number, "signal=KILL"))
            for call, number in at_calls
        ]
        chance = random.Random(args.seed)
        n_random = max(args.kills - len(trials), 0)
        moments = [chance.uniform(0, case.seconds) for _ in range(n_random)]
        trials += [(f"killed after {moment:.3f} s", at_time(moment)) for moment in moments]
        n_kills = len(trials)
        for call, number in points(calls, args.full_disks, FILLING):
            disturb = at_call(call, f"{number}+", "error=ENOSPC")
            trials.append((f"disk full from {call} {number}", disturb))
        for limit in LIMITS:
            disturb = lambda place, limit=limit: case.run(place, limit=limit) not in DONE
            trials.append((f"disk full after {limit} bytes of a file", disturb))

        def trial(at: int) -> tuple[str, bool, list[str]]:
            name, disturb = trials[at]
            place = case.copy(f"trial-{at}")
            hit = disturb(place)
            wrong = case.stands(place)
            wrong += case.settled(place)
            shutil.rmtree(place)
            return name, hit, wrong

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(trial, range(len(trials))))
        failed = [(name, wrong) for name, _, wrong in results if wrong]
        for name, wrong in failed[:20]:
            print(f"{name}:", *wrong[:8], sep="\n    ")
        for kind, part in [("killed", results[:n_kills]), ("disk full", results[n_kills:])]:
            equal = sum(not wrong for _, _, wrong in part)
            hit = sum(hit for _, hit, _ in part)
            print(f"{kind}: {equal} of {len(part)} equal; {hit} were still at work")
        enough = sum(hit for _, hit, _ in results[:n_kills]) >= args.kills * 3 // 4
        if not enough:
            print("too few were hit before they were done")
        sys.exit(1 if failed or not enough else 0)


if __name__ == "__main__":
    main()
