"""The command line, as people use it: real processes, real signals."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

SRC = Path(__file__).resolve().parent.parent.parent / "src"
SECONDS = 120


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KANAL_", "DJANGO_"))}
    kept.pop("DATABASE_URL", None)
    return kept | {"PYTHONPATH": str(SRC), **more}


def kanal(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kanal.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, env=environment(**env))


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_help_names_every_command():
    shown = kanal("--help").stdout
    for command in ("demo", "serve", "worker", "migrate", "check", "import", "manage"):
        assert re.search(rf"^\s+{command}\s", shown, re.MULTILINE), command


def test_a_port_in_use_is_named_with_the_mend(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = kanal("demo", "--port", str(port), "--data", str(tmp_path / "demo"))
    assert done.returncode == 1
    assert f"port {port} is in use by another program" in done.stderr
    assert re.search(r"add --port \d+", done.stderr)
    assert not (tmp_path / "demo").exists()


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_what_is_no_port_is_refused(port):
    done = kanal("serve", "--port", port)
    assert done.returncode == 2
    assert f"'{port}' is no port: a number from 1 to 65535" in done.stderr


def test_a_wrong_setting_is_said_in_one_line(tmp_path):
    done = kanal("serve", KANAL_DATA=str(tmp_path), KANAL_UPLOAD_MAX_MB="lots")
    assert done.returncode == 1
    assert done.stderr == "kanal: KANAL_UPLOAD_MAX_MB='lots' is not a whole number from 1 to 500.\n"


def test_a_data_folder_that_can_not_be_made_is_named(tmp_path, port):
    (tmp_path / "file").write_text("")
    done = kanal("demo", "--port", str(port), "--data", str(tmp_path / "file" / "demo"))
    assert done.returncode == 1
    assert "kanal demo --data DIR" in done.stderr


def test_a_check_of_a_fresh_installation_names_what_to_mend(tmp_path):
    done = kanal("check", KANAL_DATA=str(tmp_path))
    assert done.returncode == 1
    assert "KANAL_SECRET_KEY" in done.stdout
    assert "Run: kanal migrate" in done.stdout
    assert re.search(r"^\d+ to mend before real use\.$", done.stdout, re.MULTILINE)


@pytest.fixture
def demo(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "kanal.cli", "demo", "--port", str(port), "--data", str(tmp_path / "demo")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(),
    )
    # A demo that hangs is ended, so that reading what it prints ends too.
    watchdog = threading.Timer(SECONDS, process.kill)
    watchdog.start()
    yield process
    watchdog.cancel()
    if process.poll() is None:
        process.kill()
    process.communicate()


def using(folder: Path) -> list[str]:
    """Name the processes that have to do with a folder."""
    found = psutil.process_iter(["cmdline", "environ"])
    return [
        " ".join(p.info["cmdline"] or [])
        for p in found
        if p.pid != os.getpid()
        and (
            str(folder) in " ".join(p.info["cmdline"] or [])
            or (p.info["environ"] or {}).get("KANAL_DATA") == str(folder)
        )
    ]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_starts_answers_and_stops_without_a_trace(demo, tmp_path, port, how):
    lines = []
    for line in demo.stdout:
        lines.append(line)
        if "Stop with Ctrl+C" in line:
            break
    shown = "".join(lines)
    assert f"http://127.0.0.1:{port}/" in shown, shown
    assert "chris@havn.example" in shown
    assert "kanal-demo" in shown
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
        assert answer.status == 200
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=10) as answer:
        assert b"/static/" in answer.read()
    assert (tmp_path / "demo" / "secret-key").stat().st_mode & 0o077 == 0

    demo.send_signal(how)
    rest, _ = demo.communicate(timeout=30)
    assert demo.returncode == 0, rest
    assert "Stopped." in rest
    deadline = time.monotonic() + 20
    while using(tmp_path / "demo") and time.monotonic() < deadline:
        time.sleep(0.1)
    assert using(tmp_path / "demo") == []
