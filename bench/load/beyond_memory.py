"""Loading and training from a jet store that is larger than the memory, in a control group that limits it.

Writes a store of --gigabytes of shifted and rescaled jets of the sample, and one of --part, which fits. Then measures, with as
many threads for each:
  memory   batches of the part, whose images are in memory
  disk     batches of the large store, whose images stay on disk, in a control group of --limit gigabytes; all shards are dropped
           from the kernel's cache once they have been checked
  reads    the disk itself, cold: reads of a jet's bytes at random places of the large store, also with 32 threads
  order    the weights after some steps on the part from memory and from disk, which must be equal, and with another seed, which
           must not be
  steps    --steps of resnet_15 on the large store in the control group, cold, and the peak of its memory
  hosts    the memory of trainings on the part by 1, 2 and 4 processes, from disk and from memory

  sudo .deps/python/bin/python bench/load/beyond_memory.py build/release/bin/jetvit [--folder /tmp] [--out result.json]

Needs root for the control group, and space for both stores, which are removed at the end. Status 1 where the batches from disk come
at less than 0.8 of the smaller one of the rates in memory and of the disk, or where weights differ.
"""
import argparse
import contextlib
import hashlib
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import side_by_side

GIGABYTE = 1e9
RECIPE = pathlib.Path(__file__).resolve().parents[2] / "recipes/quark_gluon/resnet_15.toml"
GOAL = 0.8


def say(words):
    print(words, file=sys.stderr, flush=True)


def run(*words):
    subprocess.run([str(word) for word in words], check=True, stdout=sys.stderr)


class ControlGroup:
    """A group below this process's own one, of version 1 or 2, with a limit of memory."""

    def __init__(self, limit):
        lines = pathlib.Path("/proc/self/cgroup").read_text().splitlines()
        of = {line.split(":")[1]: line.split(":")[2].lstrip("/") for line in lines}
        if "memory" in of:
            above, most, peak = pathlib.Path("/sys/fs/cgroup/memory") / of["memory"], "memory.limit_in_bytes", "memory.max_usage_in_bytes"
        else:
            above, most, peak = pathlib.Path("/sys/fs/cgroup") / of[""], "memory.max", "memory.peak"
        self.folder = above / f"jetvit-bench-{os.getpid()}"
        self.folder.mkdir()
        if not (self.folder / most).exists():
            self.folder.rmdir()
            sys.exit(f"{above}: its groups cannot limit memory (version 2: write +memory to cgroup.subtree_control)")
        (self.folder / most).write_text(str(int(limit * GIGABYTE)))
        self.peak_file = self.folder / peak

    def enter(self):
        (self.folder / "cgroup.procs").write_text("0")

    def remove(self):
        for _ in range(100):  # the kernel takes a moment to let go of a process that has ended
            try:
                return self.folder.rmdir()
            except OSError:
                time.sleep(0.1)
        self.folder.rmdir()


@contextlib.contextmanager
def limited(limit):
    group = ControlGroup(limit)
    try:
        yield group
    finally:
        group.remove()


def shards(store, split=None):
    listed = json.loads((store / "manifest.json").read_text())["shards"]
    return [store / shard["file"] for shard in listed if split in (None, shard["split"])]


def drop_from_cache(store):
    for path in shards(store):
        descriptor = os.open(path, os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def drop_once_opened(process, store, splits):
    """Drops the shards from the cache when the process has checked them all: it then holds them open."""
    expected = {str(path.resolve()) for split in splits for path in shards(store, split)}
    while process.poll() is None:
        opened = set()
        with contextlib.suppress(OSError):
            for entry in os.scandir(f"/proc/{process.pid}/fd"):
                with contextlib.suppress(OSError):
                    opened.add(os.readlink(entry.path))
        if expected <= opened:
            return drop_from_cache(store)
        time.sleep(0.02)


def load(arguments, store, images, group=None):
    """jets/s of batches, as `jetvit bench load` reports."""
    command = [arguments.jetvit, "bench", "load", "--data", store, "--images", images, "--threads", arguments.threads, "--seconds",
               arguments.seconds, "--rounds", arguments.rounds, "--json", "--quiet"]
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True, preexec_fn=group and group.enter)
    if group:
        drop_once_opened(process, store, ("train",))
    output = process.communicate()[0]
    if process.returncode != 0:
        sys.exit(f"{command} ended with {process.returncode}")
    result = json.loads(output)
    return {key: result[key] for key in ("jets_per_second", "slowest", "fastest", "wait_seconds")} | {"opened": result["source"]["jets_per_second"]}


def jet_bytes(store):
    manifest = json.loads((store / "manifest.json").read_text())
    return sum(shard["bytes"] for shard in manifest["shards"]) // sum(shard["jets"] for shard in manifest["shards"])


def random_reads(store, size, threads, seconds):
    """Reads a second of `size` bytes at random places of the shards, none of which is in the cache."""
    drop_from_cache(store)
    files = [os.open(path, os.O_RDONLY) for path in shards(store, "train")]
    for descriptor in files:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_RANDOM)
    lengths = [os.fstat(descriptor).st_size for descriptor in files]
    done = [0] * threads
    end = time.monotonic() + seconds

    def work(thread):
        choice, buffer = random.Random(thread), [bytearray(size)]
        while time.monotonic() < end:
            file = choice.randrange(len(files))
            os.preadv(files[file], buffer, choice.randrange(lengths[file] - size))
            done[thread] += 1

    workers = [threading.Thread(target=work, args=(thread,)) for thread in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for descriptor in files:
        os.close(descriptor)
    return sum(done) / seconds


def train_command(arguments, store, out, images, steps, *more):
    settings = [f"train.batch_size={arguments.batch_size}", f"train.save_every_steps={steps}", "image.size=125"]
    words = [arguments.jetvit, "train", RECIPE, "--data", store, "--out", out, "--images", images, "--quiet", *more]
    for setting in settings:
        words += ["--set", setting]
    return [str(word) for word in words]


def stop(process):
    process.send_signal(signal.SIGTERM)
    process.communicate()


@contextlib.contextmanager
def training(command, group=None):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=group and group.enter)
    try:
        yield process
    finally:
        if process.poll() is None:
            stop(process)


def wait_for_checkpoint(process, out, meanwhile=lambda: None):
    """Returns the content of the first checkpoint."""
    while not (out / "last.safetensors").exists():
        if process.poll() is not None:
            sys.exit(f"{process.args} ended with {process.returncode}:\n{process.stderr.read()}")
        meanwhile()
        time.sleep(0.05)
    return (out / "last.safetensors").read_bytes()


def weights_after(arguments, store, out, images, *more):
    with training(train_command(arguments, store, out, images, 100, "--threads", arguments.threads, *more)) as process:
        return hashlib.sha256(wait_for_checkpoint(process, out)).hexdigest()


def status_of(process, entry):
    """Bytes of a line of /proc/PID/status."""
    line = next(line for line in pathlib.Path(f"/proc/{process}/status").read_text().splitlines() if line.startswith(entry))
    return int(line.split()[1]) * 1024


def steps_on_disk(arguments, store, out, group):
    command = train_command(arguments, store, out, "disk", arguments.steps, "--threads", arguments.threads)
    with training(command, group) as process:
        drop_once_opened(process, store, ("train", "validation"))
        start = time.monotonic()
        wait_for_checkpoint(process, out)
        seconds = time.monotonic() - start
        peak = status_of(process.pid, "VmHWM")
        stop(process)
    steps = json.loads((out / "run.json").read_text())["result"]["steps"]
    return {"steps": steps, "seconds": seconds, "jets_per_second": arguments.steps * arguments.batch_size / seconds, "peak_resident": peak,
            "peak_of_group_with_file_cache": int(group.peak_file.read_text())}


def descendants(process):
    """The process and those that it started."""
    found = [process]
    for parent in found:
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{parent}/task"):
                found += map(int, pathlib.Path(f"/proc/{parent}/task/{task}/children").read_text().split())
    return found


def host_memory(arguments, store, out, images, processes):
    """The largest sums over the processes of a training, and of one of them, until its 50th step."""
    largest = {"rss": 0, "pss": 0, "rss_of_one": 0}

    def measure():
        sums = {"rss": 0, "pss": 0}
        for process in descendants(launcher.pid):
            with contextlib.suppress(OSError):
                lines = dict(line.split(":") for line in pathlib.Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:])
                own = {name: int(lines[name.capitalize()].split()[0]) * 1024 for name in sums}
                largest["rss_of_one"] = max(largest["rss_of_one"], own["rss"])
                sums = {name: sums[name] + own[name] for name in sums}
        for name, value in sums.items():
            largest[name] = max(largest[name], value)

    command = train_command(arguments, store, out, images, 50, "--threads", 1, "--processes", processes)
    with training(command) as launcher:
        wait_for_checkpoint(launcher, out, measure)
    return largest


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jetvit")
    parser.add_argument("--gigabytes", type=float, default=12, help="of the large store")
    parser.add_argument("--part", type=float, default=1, help="gigabytes of the store that fits")
    parser.add_argument("--limit", type=float, default=4, help="gigabytes of memory of the control group")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=10, help="of a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", default=tempfile.gettempdir(), help="on the disk that is measured")
    parser.add_argument("--out", help="file for the result as JSON")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder, prefix="beyond-memory-") as name:
        folder = pathlib.Path(name)
        sample, large, part = folder / "sample", folder / "large", folder / "part"
        run(arguments.jetvit, "prepare", "--train", side_by_side.SAMPLE / "quark_gluon_train.parquet", "--validation",
            side_by_side.SAMPLE / "quark_gluon_validation.parquet", "--out", sample)
        written = {}
        for store, size in ((part, arguments.part), (large, arguments.gigabytes)):
            start = time.monotonic()
            run(arguments.jetvit, "bench", "store", "--data", sample, "--out", store, "--gigabytes", size)
            written[store.name] = size * GIGABYTE / (time.monotonic() - start)
        size = jet_bytes(large)
        result = {"bytes_of_a_jet": size, "written_bytes_per_second": written, "threads": arguments.threads}
        say("memory: batches of the part")
        result["memory"] = load(arguments, part, "memory")
        say(f"disk: batches of the large store within {arguments.limit:g} GB")
        with limited(arguments.limit) as group:
            result["disk"] = load(arguments, large, "disk", group)
        say("reads: random places of the disk")
        result["reads_per_second"] = {threads: random_reads(large, size, threads, arguments.seconds) for threads in (arguments.threads, 32)}
        say("order: weights of trainings from memory and from disk")
        weights = [weights_after(arguments, part, folder / f"run-{number}", images, *more)
                   for number, (images, more) in enumerate((("memory", ()), ("disk", ()), ("disk", ("--set", "train.seed=2"))))]
        result["order_is_the_same"] = weights[0] == weights[1] != weights[2]
        say(f"steps: {arguments.steps} of resnet_15 on the large store within {arguments.limit:g} GB")
        with limited(arguments.limit) as group:
            result["training"] = steps_on_disk(arguments, large, folder / "run", group)
        result["hosts"] = []
        for images in ("disk", "memory"):
            for processes in (1, 2, 4):
                say(f"hosts: {processes} processes, images in {images}")
                memory = host_memory(arguments, part, folder / f"run-{images}-{processes}", images, processes)
                result["hosts"].append({"processes": processes, "images": images, **memory})
        bound = min(result["memory"]["jets_per_second"], result["reads_per_second"][arguments.threads])
        result["ratio"] = result["disk"]["jets_per_second"] / bound
        side_by_side.report(result, arguments.out)
    failed = result["ratio"] < GOAL or not result["order_is_the_same"]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
