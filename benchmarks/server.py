"""The server of the benchmark: nginx on a loopback port, or our own where it is not installed.

Files lie in FOLDER/HOST/ as `pages.py` wrote them. Articles carry no validators, as on the real
platform, and nothing is compressed on the way. Decides nothing about what is measured.
"""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # its stubs are a package of their own
from aiohttp import web

OWN_PROCESSES = 2
READY_S = 10.0
_NGINX_PLACES = "/usr/sbin:/usr/local/sbin:/opt/homebrew/bin"

_CONF = """daemon off;
{user}worker_processes 1;
pid {work}/nginx.pid;
error_log {work}/error.log warn;
events {{ worker_connections 512; }}
http {{
  types {{ }}
  default_type text/html;
  charset UTF-8;
  access_log off;
  gzip off;
  etag off;
  if_modified_since off;
  add_header Last-Modified "";
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  open_file_cache max=20000 inactive=600s;
  open_file_cache_valid 600s;
  client_body_temp_path {work}/t1;
  proxy_temp_path {work}/t2;
  fastcgi_temp_path {work}/t3;
  uwsgi_temp_path {work}/t4;
  scgi_temp_path {work}/t5;
  server {{
    listen 127.0.0.1:{port};
    root {folder}/$host;
    location = / {{ try_files /front.html =404; }}
    location = /robots.txt {{ default_type text/plain; }}
    location ~ ^/[a-z-]+$ {{ try_files $uri/page-$arg__101_cur.html =404; }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it listens and what it is."""

    port: int
    name: str
    is_nginx: bool
    processes: "tuple[subprocess.Popen[bytes], ...]"

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    def cpu_s(self) -> float:
        """CPU seconds it has used so far, children included."""
        used_s = 0.0
        for started in self.processes:
            root = psutil.Process(started.pid)
            for process in (root, *root.children(recursive=True)):
                times = process.cpu_times()
                used_s += times.user + times.system
        return used_s


@contextmanager
def serving(folder: Path, work: Path) -> Iterator[Server]:
    """Serve `folder` until the context ends; `work` takes the server's own files."""
    folder, work, port = folder.resolve(), work.resolve(), _free_port()
    nginx = shutil.which("nginx") or shutil.which("nginx", path=_NGINX_PLACES)
    if nginx is not None:
        said = subprocess.run([nginx, "-v"], capture_output=True, text=True, check=True).stderr
        name = said.strip().rpartition(" ")[2]
        command = [nginx, "-p", str(work), "-c", str(_write_conf(folder, work, port))]
        count = 1
    else:
        name = f"our own aiohttp server, {OWN_PROCESSES} processes"
        command = [sys.executable, "-m", "benchmarks.server", str(folder), str(port)]
        count = OWN_PROCESSES
    processes = tuple(subprocess.Popen(command, stderr=subprocess.DEVNULL) for _ in range(count))
    try:
        _wait_for(port, processes)
        yield Server(port, name, nginx is not None, processes)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=READY_S)


def _write_conf(folder: Path, work: Path, port: int) -> Path:
    user = f"user {pwd.getpwuid(0).pw_name};\n" if os.geteuid() == 0 else ""
    conf = work / "nginx.conf"
    text = _CONF.format(user=user, work=work, folder=folder, port=port)
    conf.write_text(text, encoding="utf-8")
    return conf


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int, processes: "tuple[subprocess.Popen[bytes], ...]") -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        if any(process.poll() is not None for process in processes):
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the benchmark's server does not answer")


# --- our own, where nginx is not installed -------------------------------------------------------


def _file_for(folder: Path, host: str, path: str, page_no: str) -> Path:
    if path == "/":
        return folder / host / "front.html"
    if "/-/" in path or path == "/robots.txt":
        return folder / host / path.lstrip("/")
    return folder / host / path.strip("/") / f"page-{page_no}.html"


async def _serve(folder: Path, port: int) -> None:
    async def answer(request: web.Request) -> web.Response:
        page_no = request.query.get("_101_cur", "")
        host = request.host.partition(":")[0]
        file = _file_for(folder, host, request.path, page_no)
        try:
            body = file.read_bytes()
        except OSError:
            return web.Response(status=404)
        kind = "text/plain" if request.path == "/robots.txt" else "text/html"
        return web.Response(body=body, content_type=kind, charset="UTF-8")

    app = web.Application()
    app.router.add_get("/{anything:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, reuse_port=True).start()
    await asyncio.Event().wait()


def main() -> None:
    """Serve FOLDER at PORT; started by `serving`, ended by SIGTERM."""
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2])))


if __name__ == "__main__":
    main()
