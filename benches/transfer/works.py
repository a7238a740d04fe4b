"""What is measured: the files, the works on them, and how it is checked that all of it arrived."""

import hashlib
import os
import shutil
from dataclasses import dataclass
from xml.etree import ElementTree

import pages
from measure import Failed

MIB = 1 << 20
PART = 8 * MIB
NS = "{http://s3.amazonaws.com/doc/2006-03-01/}"


@dataclass
class Work:
    name: str
    title: str
    server: str  # canned, slow or garage
    verb: str  # put, get, put_tree, get_tree or delete_tree
    source: str  # a name in Files
    clients: tuple = ("windlass", "s5cmd", "rclone")
    wall: float = None  # the target against s5cmd; None: only looked at
    cpu: float = None
    peak: float = None  # MiB
    once: bool = False  # one run without a warm-up: for what takes minutes


CURL = ("windlass", "s5cmd", "rclone", "curl")
TWO = ("windlass", "s5cmd")
WORKS = [
    Work("up-big", "{big} up", "canned", "put", "big", CURL, 0.55, 0.50, 100),
    Work("down-big", "{big} down", "canned", "get", "big", CURL, 0.90, 0.75, 40),
    Work("up-small", "{small} up", "canned", "put_tree", "small", wall=0.55, cpu=0.55, peak=64),
    Work("down-small", "{small} down", "canned", "get_tree", "small", wall=0.55, cpu=0.55, peak=64),
    Work("delete", "{small}, deleted", "canned", "delete_tree", "small", wall=0.55),
    Work("garage-up-big", "{big} up", "garage", "put", "big", wall=0.90),
    Work("garage-down-big", "{big} down", "garage", "get", "big", wall=1.05),
    Work("garage-up-small", "{fewer} up", "garage", "put_tree", "fewer", wall=0.90),
    Work("garage-down-small", "{fewer} down", "garage", "get_tree", "fewer", wall=1.05),
    Work("garage-delete", "{fewer}, deleted", "garage", "delete_tree", "fewer"),
    Work("slow-up-small", "{fewer} up", "slow", "put_tree", "fewer", TWO, 0.70),
    Work("slow-up-medium", "{medium} up", "slow", "put", "medium", TWO, 0.90),
]
MEMORY = [
    Work("memory-sparse", "{sparse} up", "canned", "put", "sparse", ("windlass",), peak=100, once=True),
    Work("memory-many", "{many} up", "canned", "put_tree", "many", TWO, peak=64, once=True),
]


class Files:
    """The source files, below <dir>/bench, which is what the canned endpoint serves too."""

    def __init__(self, dir, quick):
        self.dir = dir
        self.bytes = {"big": 1024, "medium": 256, "sparse": 100 * 1024} if not quick else {"big": 128, "medium": 64, "sparse": 4096}
        self.counts = {"small": 10_000, "fewer": 2_000, "many": 200_000} if not quick else {"small": 1000, "fewer": 200, "many": 5000}
        self.kept = {}
        os.makedirs(self.path(""))

    def path(self, source):
        return os.path.join(self.dir, "bench", source)

    def is_tree(self, source):
        return source in self.counts

    def size(self, source):
        return self.counts[source] * 4096 if self.is_tree(source) else self.bytes[source] * MIB

    def count(self, source):
        return self.counts.get(source, 1)

    def words(self):
        """What a title calls each source."""
        said = {n: f"{m // 1024} GiB" if m % 1024 == 0 else f"{m} MiB" for n, m in self.bytes.items()}
        said["sparse"] += " of holes"
        return said | {n: f"{c:,} × 4 KiB" for n, c in self.counts.items()}

    def make(self, source):
        """Writes a source if it is not there yet."""
        path = self.path(source)
        if os.path.exists(path):
            return
        if source == "sparse":
            with open(path, "wb") as f:
                f.truncate(self.size(source))
        elif not self.is_tree(source):
            with open(path, "wb") as f:
                for at in range(0, self.size(source), 8 * MIB):
                    f.write(pages.pages(at // pages.PAGE, 8 * MIB // pages.PAGE))
        else:
            for i in range(self.counts[source]):
                if i % 1000 == 0:
                    os.makedirs(f"{path}/d{i // 1000:03}")
                with open(f"{path}/d{i // 1000:03}/f{i:06}", "wb") as f:
                    f.write(pages.pages(i, 1))

    def write_keys(self):
        """The list that the canned endpoint reads: each key with its size, and the ETag and checksum that S3 would give it."""
        self.make("big")
        self.make("small")
        with open(os.path.join(self.dir, "keys"), "w") as f:
            parts = []
            with open(self.path("big"), "rb") as big:
                while part := big.read(PART):
                    parts.append(hashlib.md5(part).digest())
            whole = hashlib.md5(b"".join(parts)).hexdigest()
            f.write(f"big {self.size('big')} {whole}-{len(parts)} {pages.crc64(0, self.size('big') // pages.PAGE)}\n")
            for i, (name, file) in enumerate(self.tree("small")):
                with open(file, "rb") as small:
                    f.write(f"small/{name} {pages.PAGE} {hashlib.md5(small.read()).hexdigest()} {pages.crc64(i, 1)}\n")

    def tree(self, source):
        """(name, path) of every file of a tree, in the order of bytes."""
        return list(tree(self.path(source)))

    def sums(self, source):
        """SHA-256 of every file of a source, by name; made once."""
        if source not in self.kept:
            self.kept[source] = sums(self.path(source))
        return self.kept[source]


def tree(path):
    for folder, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            at = os.path.join(folder, name)
            yield os.path.relpath(at, path), at


def sums(path):
    files = tree(path) if os.path.isdir(path) else [("", path)]
    return {name: sum_of(open(at, "rb")) for name, at in files}


def sum_of(stream):
    hash = hashlib.sha256()
    with stream:
        while block := stream.read(MIB):
            hash.update(block)
    return hash.hexdigest()


class Bench:
    """One work done by one client, once: prepared, run, checked, cleaned up."""

    def __init__(self, files, canned, garage, scratch):
        self.files, self.canned, self.garage, self.scratch = files, canned, garage, scratch
        self.turn = 0
        self.seeded = set()

    def place(self, work, counted=False):
        if counted:
            return self.canned.counted
        return {"canned": self.canned.fast, "slow": self.canned.slow, "garage": self.garage}[work.server]

    def argv(self, work, client, at):
        """The whole command of a client for a work."""
        source, out, verb = self.files.path(work.source), self.out(), work.verb
        key = f"out/{client.name}-{self.turn}"
        what = {"put": lambda: client.put(at, source, key), "get": lambda: client.get(at, work.source, out),
                "put_tree": lambda: client.put_tree(at, source, key),
                "get_tree": lambda: client.get_tree(at, work.source, out),
                "delete_tree": lambda: client.delete_tree(at, work.source)}[verb]()
        return [client.path, *what], key

    def out(self):
        return os.path.join(self.scratch, "arrived")

    def clear(self):
        shutil.rmtree(self.out(), ignore_errors=True)
        if os.path.exists(self.out()):
            os.remove(self.out())

    def prepare(self, work, seeder, run):
        """Makes the source, forgets what came before, and puts on a real server what is to be read there."""
        self.turn += 1
        self.files.make(work.source)
        self.clear()
        if work.server != "garage":
            self.canned.written(forget=True)
            return
        if work.verb in ("get", "get_tree", "delete_tree") and work.source not in self.seeded:
            put = seeder.put_tree if self.files.is_tree(work.source) else seeder.put
            run([seeder.path, *put(self.garage, self.files.path(work.source), work.source)],
                seeder.env(self.garage, self.scratch))
            self.seeded.add(work.source)
        if work.verb == "delete_tree":
            self.seeded.discard(work.source)

    def check(self, work, key, every_byte):
        """Fails if not all of it arrived. Every byte is compared where that is possible and asked for."""
        files, count, size = self.files, self.files.count(work.source), self.files.size(work.source)
        if work.verb in ("get", "get_tree"):
            if not os.path.exists(self.out()):
                same = False
            elif every_byte:
                same = sums(self.out()) == files.sums(work.source)
            else:
                there = [p for _, p in tree(self.out())] if files.is_tree(work.source) else [self.out()]
                same = len(there) == count and sum(os.path.getsize(p) for p in there) == size
        elif work.server == "garage":
            same = not every_byte or self.on_garage(work, key)
        else:
            got = self.canned.written()
            same = got[2] == count if work.verb == "delete_tree" else got[:2] == (count, size)
            if not same:
                raise Failed(f"{work.name}: the endpoint got {got} (objects, bytes, deleted), not {count}, {size}")
        if not same:
            raise Failed(f"{work.name}: what arrived is not what was sent")

    def on_garage(self, work, key):
        if work.verb == "put":
            return sum_of(self.garage.fetch(key)) == self.files.sums(work.source)[""]
        prefix = work.source if work.verb == "delete_tree" else key
        found = dict(self.listed(prefix + "/"))
        if work.verb == "delete_tree":
            return not found
        return found == {f"{key}/{n}": hashlib.md5(open(p, "rb").read()).hexdigest() for n, p in self.files.tree(work.source)}

    def listed(self, prefix):
        """(key, ETag) of everything below a prefix on garage."""
        query = [("list-type", "2"), ("prefix", prefix)]
        more = []
        while True:
            page = ElementTree.parse(self.garage.fetch(query=query + more)).getroot()
            for item in page.iter(NS + "Contents"):
                yield item.findtext(NS + "Key"), item.findtext(NS + "ETag").strip('"')
            token = page.findtext(NS + "NextContinuationToken")
            if not token:
                return
            more = [("continuation-token", token)]
