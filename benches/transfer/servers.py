"""The servers to measure against: the canned endpoint (nginx) and garage, both on loopback, both in memory."""

import glob
import hashlib
import hmac
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass

import clients
from measure import Failed

HERE = os.path.dirname(os.path.abspath(__file__))
EMPTY = hashlib.sha256(b"").hexdigest()

CONF = """
{modules}
{user}
daemon off;
worker_processes 2;
worker_rlimit_nofile 8192;
pid {dir}/nginx.pid;
error_log {dir}/nginx.log warn;
events {{ worker_connections 4000; }}
http {{
  access_log off;
  log_format plain '$request_method $uri "$args" $status $request_length $body_bytes_sent';
  default_type application/octet-stream;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000000;
  keepalive_timeout 75;
  client_max_body_size 0;
  client_body_buffer_size 256k;
  client_body_temp_path {dir}/body;
  proxy_temp_path {dir}/proxy; fastcgi_temp_path {dir}/fcgi; uwsgi_temp_path {dir}/uwsgi; scgi_temp_path {dir}/scgi;
  lua_package_path "{here}/?.lua;;";
  lua_socket_buffer_size 120k;
  lua_shared_dict written 96m;
  init_by_lua_block {{ canned = require "canned"; canned.load("{dir}") }}
  {servers}
}}
"""
SERVER = """
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    set $delay_ms {delay};
    set $checksums {checksums};
    access_log {log};
    location / {{ content_by_lua_block {{ canned.answer() }} }}
    location /-/ {{ access_log off; content_by_lua_block {{ canned.control() }} }}
    location @object {{ root {dir}; etag off; rewrite_by_lua_block {{ canned.etag() }} }}
  }}
"""


@dataclass
class Place:
    """An endpoint with its keys, and the processes behind it."""
    name: str
    url: str
    region: str = "us-east-1"
    access: str = "AKIABENCHBENCHBENCH0"
    secret: str = "not-a-secret-not-a-secret-not-a-secret00"
    bucket: str = "bench"
    pids: tuple = ()

    def cpu(self):
        """CPU seconds that the server has used so far; 0 for one that this script did not start."""
        total = 0
        for pid in self.pids:
            for task in glob.glob(f"/proc/{pid}/task/*/schedstat"):
                try:
                    with open(task) as f:
                        total += int(f.read().split()[0])
                except OSError:
                    pass
        return total / 1e9

    def fetch(self, key="", query=()):
        """A signed GET, by this script's own hand: (headers, body)."""
        path = "/" + self.bucket + ("/" + urllib.parse.quote(key) if key else "")
        text = "&".join(f"{urllib.parse.quote(k, safe='')}={urllib.parse.quote(v, safe='')}" for k, v in sorted(query))
        host = urllib.parse.urlsplit(self.url).netloc
        now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        names = "host;x-amz-content-sha256;x-amz-date"
        canonical = f"GET\n{path}\n{text}\nhost:{host}\nx-amz-content-sha256:{EMPTY}\nx-amz-date:{now}\n\n{names}\n{EMPTY}"
        scope = f"{now[:8]}/{self.region}/s3/aws4_request"
        to_sign = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        key_ = ("AWS4" + self.secret).encode()
        for step in (now[:8], self.region, "s3", "aws4_request"):
            key_ = hmac.new(key_, step.encode(), "sha256").digest()
        signature = hmac.new(key_, to_sign.encode(), "sha256").hexdigest()
        return urllib.request.urlopen(urllib.request.Request(
            self.url + path + ("?" + text if text else ""),
            headers={"x-amz-date": now, "x-amz-content-sha256": EMPTY, "Authorization":
                     f"AWS4-HMAC-SHA256 Credential={self.access}/{scope}, SignedHeaders={names}, Signature={signature}"}),
            timeout=60)


def free_ports(count):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


def wait_for(port, process, log, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    with open(log, errors="replace") as f:
        raise Failed(f"the server does not start:\n{f.read()[-1500:]}")


class Canned:
    """nginx with canned.lua. Three ports: as fast as it can, with a delay before each answer, and with an access log."""

    def __init__(self, dir, delay, checksums=True):
        self.dir, self.delay, self.checksums, self.process, self.log = dir, delay, checksums, None, os.path.join(dir, "access.log")

    def start(self):
        nginx = clients.find("nginx")
        modules = []
        for name in ("ndk_http_module.so", "ngx_http_lua_module.so"):
            at = next(iter(glob.glob("/usr/lib/nginx/modules/" + name) + glob.glob("/usr/lib*/nginx/modules/" + name)), None)
            if not nginx or not at:
                raise Failed(f"nginx with its Lua module is not here: {clients.HOW['nginx']}")
            modules.append(f"load_module {at};")
        ports = free_ports(3)
        kinds = ((0, "off"), (self.delay, "off"), (0, self.log + " plain"))
        servers = "".join(SERVER.format(port=p, delay=d, log=l, dir=self.dir, checksums=int(self.checksums)) for p, (d, l) in zip(ports, kinds))
        conf = os.path.join(self.dir, "nginx.conf")
        with open(conf, "w") as f:
            f.write(CONF.format(modules="\n".join(modules), user="user root;" if os.getuid() == 0 else "",
                                dir=self.dir, here=HERE, servers=servers))
        said = os.path.join(self.dir, "nginx.log")
        with open(said, "ab") as log:
            self.process = subprocess.Popen([nginx, "-p", self.dir, "-c", conf], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, start_new_session=True)
        wait_for(ports[0], self.process, said)
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as f:
            pids = tuple(int(p) for p in f.read().split())
        names = ("canned", f"canned, {self.delay} ms", "counted")
        self.fast, self.slow, self.counted = (
            Place(n, f"http://127.0.0.1:{p}", pids=pids) for n, p in zip(names, ports))
        return self

    def written(self, forget=False):
        """(objects, bytes, deleted keys) that came in since the last forget."""
        url = self.fast.url + ("/-/forget" if forget else "/-/written")
        return tuple(int(n) for n in urllib.request.urlopen(url, timeout=20).read().split())

    def stop(self):
        stop(self.process, signal.SIGTERM)


class Garage:
    """One node of garage with its files below dir. Blocks are kept as they come: compression would hide the client."""

    def __init__(self, dir, exe):
        self.dir, self.exe, self.process = os.path.join(dir, "garage"), exe, None

    def start(self):
        os.makedirs(self.dir)
        s3, rpc, admin = free_ports(3)
        access, secret = "GK" + "0123456789abcdef01234567", "0123456789abcdef" * 4
        conf, log = os.path.join(self.dir, "garage.toml"), os.path.join(self.dir, "garage.log")
        with open(conf, "w") as f:
            f.write(f'metadata_dir = "{self.dir}/meta"\ndata_dir = "{self.dir}/blocks"\ndb_engine = "sqlite"\n'
                    f'metadata_fsync = false\ndata_fsync = false\nreplication_factor = 1\ncompression_level = "none"\n'
                    f'rpc_bind_addr = "127.0.0.1:{rpc}"\nrpc_public_addr = "127.0.0.1:{rpc}"\n'
                    f'rpc_secret = "{hashlib.sha256(os.urandom(32)).hexdigest()}"\n'
                    f'[s3_api]\ns3_region = "garage"\napi_bind_addr = "127.0.0.1:{s3}"\nroot_domain = ".s3.garage.localhost"\n'
                    f'[admin]\napi_bind_addr = "127.0.0.1:{admin}"\nadmin_token = "{os.urandom(16).hex()}"\n')
        with open(log, "ab") as out:
            self.process = subprocess.Popen([self.exe, "-c", conf, "server"], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            env=os.environ | {"RUST_LOG": "garage=warn"}, start_new_session=True)
        wait_for(admin, self.process, log)
        node = self._say(conf, "node", "id", "-q").split()[-1].split("@")[0]
        for words in (("layout", "assign", "-z", "one", "-c", "20G", node), ("layout", "apply", "--version", "1"),
                      ("key", "import", "--yes", "-n", "bench", access, secret), ("bucket", "create", "bench"),
                      ("bucket", "allow", "--read", "--write", "--owner", "bench", "--key", access)):
            self._say(conf, *words)
        wait_for(s3, self.process, log)
        self.place = Place("garage", f"http://127.0.0.1:{s3}", "garage", access, secret, pids=(self.process.pid,))
        return self

    def _say(self, conf, *words):
        said = subprocess.run([self.exe, "-c", conf, *words], capture_output=True, text=True, timeout=60)
        if said.returncode != 0:
            raise Failed(f"garage {' '.join(words)}: {said.stderr[-800:]}")
        return said.stdout

    def stop(self):
        stop(self.process, signal.SIGTERM)


def stop(process, how):
    """Ends a server that this script started, and waits for it."""
    if process and process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
