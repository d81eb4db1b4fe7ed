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
from contextlib import contextmanager, suppress
from itertools import takewhile
from pathlib import Path

import psutil
import pytest

SRC = Path(__file__).resolve().parent.parent.parent / "src"
SECONDS = 240


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KANAL_", "DJANGO_"))}
    kept.pop("DATABASE_URL", None)
    return kept | {"PYTHONPATH": str(SRC), **more}


def kanal(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kanal.cli", *words]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=SECONDS, env=environment(**env)
    )


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


@contextmanager
def demo(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """Start the demo, which is ready when the block begins."""
    process = subprocess.Popen(
        [sys.executable, "-m", "kanal.cli", "demo", "--port", str(port), "--data", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(),
    )
    # A demo that hangs is ended, so that reading what it prints ends too.
    watchdog = threading.Timer(SECONDS, process.kill)
    watchdog.start()
    try:
        lines = list(takewhile(lambda line: "Stop with Ctrl+C" not in line, process.stdout))
        shown = "".join(lines)
        assert f"Kanal is ready: http://127.0.0.1:{port}/" in shown, shown
        assert "chris@havn.example" in shown
        assert "kanal-demo" in shown
        yield process
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate()


def get(port: int, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        assert answer.status == 200
        return bytes(answer.read())


def stop(process: subprocess.Popen[str], how: signal.Signals) -> None:
    process.send_signal(how)
    rest, _ = process.communicate(timeout=30)
    assert process.returncode == 0, rest
    assert "Stopped." in rest


def left(folder: Path) -> list[str]:
    """Name the processes of a demo that are still there, when they have had time to end."""
    deadline = time.monotonic() + 20
    while (found := using(folder)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def using(folder: Path) -> list[str]:
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            words = " ".join(process.cmdline())
            if str(folder) in words or process.environ().get("KANAL_DATA") == str(folder):
                found.append(words)
    return found


def test_the_demo_starts_answers_and_stops_without_a_trace(tmp_path, port):
    folder = tmp_path / "demo"
    with demo(folder, port) as process:
        assert b"ok" in get(port, "/healthz")
        assert b"/static/" in get(port, "/accounts/login/")
        assert (folder / "secret-key").stat().st_mode & 0o077 == 0
        assert using(folder) != []
        stop(process, signal.SIGINT)
    assert left(folder) == []

    with demo(folder, port) as process:
        stop(process, signal.SIGTERM)
    assert left(folder) == []

    with demo(folder, port) as process:
        process.kill()
        process.wait()
        assert left(folder) == [], "what it started ends with it, even if it is killed"


def test_the_first_administrator_is_made_once_and_can_sign_in(tmp_path):
    def administrator(password: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "kanal.cli", "administrator", "Ada@example.com", "--name", "Ada Holm"],
            input=f"{password}\n",
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
            env=environment(KANAL_DATA=str(tmp_path)),
        )

    assert kanal("migrate", KANAL_DATA=str(tmp_path)).returncode == 0
    weak = administrator("password")
    assert weak.returncode == 1
    assert "too common" in weak.stderr
    assert "can sign in" in administrator("correct horse battery").stdout
    again = administrator("correct horse battery")
    assert again.returncode == 1
    assert "There is an administrator" in again.stderr
