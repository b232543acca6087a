"""The laws of durable output, checked from the system calls that strace recorded of a program that ended well:
  1. A file takes a name only when its bytes are on the disk: an fsync of it (or a syncfs) follows its last write.
  2. A name is on the disk when the program ends: an fsync of its folder follows each rename, link and new folder.
  3. What describes other files comes last: when it takes its name, all earlier names are on the disk.
  4. What stood under a name stays until the new file takes the name: nothing unlinks it in between.
  5. Nothing is written under the name at which users find it."""
import pathlib
import re
import subprocess

from strace_log import calls_in

WRITES = ("write", "pwrite64", "writev", "pwritev", "ftruncate")
CALLS = ("openat", "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "mkdir", "mkdirat", "fsync",
         "fdatasync", "syncfs", *WRITES)


def traced(command, log, **more):
    """The lines of the trace; paths stand next to their descriptors."""
    done = subprocess.run(["strace", "-f", "-y", "-s", "0", "-qq", "-e", "trace=" + ",".join(CALLS), "-o", str(log), *map(str, command)],
                          capture_output=True, text=True, timeout=300, **more)
    assert done.returncode == 0, (command, done.returncode, done.stdout, done.stderr)
    return log.read_text().splitlines()


def whole_calls(lines):
    """(call, its arguments and result) of each call that succeeded, in the order in which they ended."""
    ended = sorted((call for call in calls_in(lines) if call.ended is not None), key=lambda call: call.ended)
    return [(call.name, call.rest) for call in ended if not re.search(r"= -1 [A-Z]", call.rest)]


def path_of_descriptor(rest):
    found = re.match(r"\d+<(.*?)(?: \(deleted\))?>", rest)
    return pathlib.Path(found[1]) if found else None


def named_paths(rest, base):
    """The paths of the arguments. One may be relative to the working folder or to that of a descriptor before it."""
    return [pathlib.Path(folder) / name if folder else base / name
            for folder, name in re.findall(r'(?:(?:AT_FDCWD|\d+)<(.*?)>, )?"(.*?)"(?!\.\.\.)', rest)]


class Laws:
    """Follows the calls below `folder`; last: names of files that describe others."""

    def __init__(self, folder, last=()):
        self.folder, self.last = pathlib.Path(folder), set(last)
        self.unsynced = set()   # files with bytes that may not be on the disk
        self.open_names = {}    # path -> what happened, where the name may not be on the disk
        self.made = {}          # files and folders that the program created: path -> number of the call
        self.removed = {}       # path -> number of the call that unlinked it
        self.committed = set()  # paths that took their name whole, by a rename or a link
        self.renames = 0
        self.broken = []

    def inside(self, path):
        return path is not None and (path == self.folder or self.folder in path.parents)

    def follow(self, lines):
        for number, (call, rest) in enumerate(whole_calls(lines)):
            getattr(self, self.HANDLERS.get(call, "ignore"))(number, rest)
        self.finish()
        return self

    HANDLERS = {**dict.fromkeys(WRITES, "wrote"), "fsync": "synced", "fdatasync": "synced", "syncfs": "synced_all", "openat": "opened",
                **dict.fromkeys(("rename", "renameat", "renameat2"), "renamed"), **dict.fromkeys(("link", "linkat"), "linked"),
                **dict.fromkeys(("unlink", "unlinkat"), "unlinked"), **dict.fromkeys(("mkdir", "mkdirat"), "made_folder")}

    def wrote(self, _, rest):
        path = path_of_descriptor(rest)
        if self.inside(path):
            self.unsynced.add(path)

    def synced(self, _, rest):
        path = path_of_descriptor(rest)
        self.unsynced.discard(path)
        self.open_names = {name: what for name, what in self.open_names.items() if name.parent != path}

    def synced_all(self, *_):
        self.unsynced.clear()
        self.open_names.clear()

    def opened(self, number, rest):
        path = named_paths(rest, self.folder)[0]
        if self.inside(path) and "O_CREAT" in rest:
            self.made[path] = number
            self.removed.pop(path, None)

    def made_folder(self, number, rest):
        path = named_paths(rest, self.folder)[0]
        if self.inside(path):
            self.made[path] = number
            self.open_names[path] = "the folder was made"

    def unlinked(self, number, rest):
        path = named_paths(rest, self.folder)[0]
        if self.inside(path):
            self.removed[path] = number
            for known in (self.made, self.open_names):
                known.pop(path, None)
            self.unsynced.discard(path)

    def linked(self, number, rest):
        old, new = named_paths(rest, self.folder)[:2]
        if self.inside(new):
            self.require_synced(old, new)
            self.made[new] = number
            self.committed.add(new)
            self.open_names[new] = "the link was made"

    def renamed(self, _, rest):
        old, new = named_paths(rest, self.folder)[:2]
        if not self.inside(new):
            return
        self.renames += 1
        self.require_synced(old, new)
        if old in self.made and self.removed.get(new, -1) > self.made[old]:
            self.broken.append(f"law 4: {new} was removed before {old.name} took its name")
        if new.name in self.last and self.open_names:
            self.broken.append(f"law 3: {new} took its name before these were on the disk: {self.open_names}")
        if "RENAME_EXCHANGE" in rest:  # what stood there before lies under the other name now
            aside = new.with_name(new.name + ".exchanged")
            for one, other in ((new, aside), (old, new), (aside, old)):
                self.move(one, other)
        else:
            self.move(old, new)
        self.committed.add(new)
        self.open_names[new] = "it was renamed"

    def move(self, old, new):
        def moved(path):
            return new / path.relative_to(old) if path == old or old in path.parents else path

        self.made = {moved(path): number for path, number in self.made.items()}
        self.open_names = {moved(path): what for path, what in self.open_names.items() if path != old}

    def ignore(self, *_):
        pass

    def require_synced(self, old, new):
        late = [path for path in self.unsynced if path == old or old in path.parents]
        if late:
            self.broken.append(f"law 1: {new} took its name before its bytes were on the disk ({sorted(map(str, late))})")

    def finish(self):
        for path, what in self.open_names.items():
            if path in self.made or what == "it was renamed":
                self.broken.append(f"law 2: {path.parent} was not brought to the disk after {what}: {path}")
        for path in self.made:
            if path.is_file() and self.committed.isdisjoint((path, *path.parents)):
                self.broken.append(f"law 5: {path} was written under its own name")


def check(command, folder, log, last=(), **more):
    """Runs the command and returns the number of its renames below the folder; none of them breaks a law."""
    laws = Laws(folder, last).follow(traced(command, log, **more))
    assert laws.renames > 0, f"nothing took a name: {command}"
    assert not laws.broken, "\n".join([" ".join(map(str, command)), *laws.broken])
    return laws.renames
