"""`kanal`: the command line."""

from __future__ import annotations

import argparse
import getpass
import os
import secrets
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from kanal import __version__
from kanal.config import processes
from kanal.registration.proof import cli as proof

START_SECONDS = 60


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line asks; give the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kanal.config.settings")
    try:
        if words[:1] == ["manage"]:
            return manage(words[1:])
        if words[:1] == ["import"]:
            from kanal.importing import cli as importing

            return importing.run(words[1:])
        wanted = _parser().parse_args(words)
        code: int = wanted.run(wanted)
    except ImproperlyConfigured as error:
        sys.stderr.write(f"kanal: {error}\n")
        return 1
    except processes.StopRequest:
        return 0
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kanal", description="Partner relationship management.")
    parser.add_argument("--version", action="version", version=f"kanal {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _command(commands, "demo", demo, "show Kanal with a company made up for it", _where, _data)
    _command(commands, "serve", serve, "answer browsers", _where, _workers)
    _command(
        commands, "worker", worker, "send mail, let offers expire, and all else that waits", _concurrency
    )
    _command(commands, "migrate", migrate, "bring the database and the static files up to this release")
    _command(commands, "check", check, "name what is unsafe or missing for real use, with the mend")
    _command(commands, "administrator", administrator, "make the first administrator", _identity)
    _command(
        commands,
        "verify",
        proof.run,
        "check the proof of deal registrations: the whole chain, or one file",
        proof.options,
    )
    commands.add_parser("import", help="import files of another system", add_help=False)
    commands.add_parser("manage", help="pass a command to Django", add_help=False)
    return parser


def _command(
    commands: Any,
    name: str,
    run: Callable[[argparse.Namespace], int],
    help_text: str,
    *options: Callable[[argparse.ArgumentParser], None],
) -> None:
    parser = commands.add_parser(name, help=help_text, description=f"{name}: {help_text}.")
    for add in options:
        add(parser)
    parser.set_defaults(run=run)


def _where(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=_port, default=8000, help="the port to listen on (default: %(default)s)"
    )


def _data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        default=Path(os.environ.get("KANAL_DATA", ".kanal/demo")),
        help="the folder for everything that the demo keeps (default: %(default)s)",
    )


def _workers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--workers", type=int, default=1, metavar="N", help="processes (default: %(default)s)"
    )
    parser.add_argument(
        "--threads", type=int, default=4, metavar="N", help="threads in each (default: %(default)s)"
    )


def _concurrency(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--concurrency", type=int, default=2, metavar="N", help="jobs at a time (default: %(default)s)"
    )


def _identity(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("email", metavar="EMAIL", help="the address to sign in with")
    parser.add_argument("--name", required=True, help="the name that others see")


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: a number from 1 to 65535")
    return int(text)


def demo(wanted: argparse.Namespace) -> int:
    """Run the demo until somebody stops it."""
    if not _may_listen(wanted):
        return 1
    processes.stop_on_signals()
    _make_demo_environment(wanted)
    try:
        _prepare()
        _load_company()
        with processes.Processes() as running:
            return _run_demo(wanted, running)
    except processes.StopRequest:
        _say("Stopped.")
        return 0
    except processes.ProcessEnded as error:
        sys.stderr.write(f"kanal: {error}\n")
        return 1


def _run_demo(wanted: argparse.Namespace, running: processes.Processes) -> int:
    url = processes.address(wanted.host, wanted.port)
    _say("Starting the web server and the worker …")
    running.start(
        "web server", processes.web_command(host=wanted.host, port=wanted.port, workers=1, threads=4)
    )
    running.start("worker", processes.worker_command())
    running.wait_for(f"{url}/healthz", seconds=START_SECONDS)
    _welcome(url)
    try:
        running.wait()
    except processes.StopRequest:
        _say("Stopping …")
        raise
    return 0


def _make_demo_environment(wanted: argparse.Namespace) -> None:
    data = wanted.data.resolve()
    try:
        data.mkdir(parents=True, exist_ok=True)
        key = data / "secret-key"
        if not key.exists():
            key.touch(mode=0o600)
            key.write_text(secrets.token_urlsafe(50), encoding="ascii")
    except OSError as error:
        raise ImproperlyConfigured(
            f"{error.filename}: {error.strerror}. Name a folder to write to: kanal demo --data DIR."
        ) from error
    everywhere = wanted.host in {"0.0.0.0", "::"}  # noqa: S104 - the person asked for it
    os.environ.update(
        KANAL_DEMO="yes",
        KANAL_DATA=str(data),
        KANAL_BASE_URL=processes.address(wanted.host, wanted.port),
        KANAL_ALLOWED_HOSTS="*" if everywhere else f"{wanted.host},[{wanted.host}],localhost,127.0.0.1",
        KANAL_SECRET_KEY_FILE=str(key),
    )
    if everywhere:
        _say("Everybody who reaches this machine can sign in: the demo's password is public.")


def _load_company() -> None:
    from django.db import connections

    from kanal.demo.load import load_company

    load_company(_say)
    connections.close_all()


def _welcome(url: str) -> None:
    from kanal.web.templatetags.demo_people import demo_password, demo_people

    lines = [
        "",
        f"Kanal is ready: {url}/",
        "",
        f"Sign in as one of these; the password of each is {demo_password()}",
        "",
        *(f"  {company:<18}{email:<26}{role}" for company, people in demo_people() for email, role in people),
        "",
        f"Mail is not sent but shown: {url}/demo/mail/",
        f"The clock can be moved:     {url}/demo/clock/",
        "Stop with Ctrl+C.",
    ]
    _say("\n".join(lines))


def serve(wanted: argparse.Namespace) -> int:  # noqa: RET503 - execv does not return
    """Become the web server."""
    if not _may_listen(wanted):
        return 1
    _ask_settings()
    command = processes.web_command(
        host=wanted.host, port=wanted.port, workers=wanted.workers, threads=wanted.threads
    )
    os.execv(command[0], command)  # noqa: S606 - our own words


def _may_listen(wanted: argparse.Namespace) -> bool:
    host, port = wanted.host, wanted.port
    try:
        if processes.is_free(host, port):
            return True
        free = next((other for other in range(port + 1, port + 100) if processes.is_free(host, other)), 0)
    except OSError as error:
        sys.stderr.write(f"kanal: can't listen on {host} port {port}: {error.strerror or error}.\n")
        return False
    advice = f"add --port {free}" if free else "choose another with --port"
    sys.stderr.write(f"kanal: port {port} is in use by another program. Stop that, or {advice}.\n")
    return False


def _ask_settings() -> None:
    """Read the settings now: what is wrong with them is said once, not by every process."""
    from django.conf import settings

    settings._setup()  # type: ignore[misc]


def worker(wanted: argparse.Namespace) -> int:
    """Work until somebody asks to stop; then finish the jobs at hand."""
    import django

    django.setup()
    from kanal.config import runtime
    from kanal.config.jobs import run_worker

    runtime.settle()
    run_worker(concurrency=wanted.concurrency, grace=processes.GRACE - 5)
    return 0


def migrate(_wanted: argparse.Namespace) -> int:
    """Bring everything up to this release."""
    _prepare()
    _say("Kanal is up to date.")
    return 0


def _prepare() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    _say("Preparing the database …")
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    _say("Collecting static files …")
    call_command("collectstatic", interactive=False, verbosity=0)


def check(_wanted: argparse.Namespace) -> int:
    """Name what is unsafe or missing for real use."""
    import django

    django.setup()
    from kanal.config import checks

    complaints = checks.complaints()
    for complaint in complaints:
        _say(f"✗ {complaint.msg}")
        _say(f"  → {complaint.hint}\n" if complaint.hint else "")
    _say(f"{len(complaints)} to mend before real use." if complaints else "✓ Ready for real use.")
    return 1 if complaints else 0


def administrator(wanted: argparse.Namespace) -> int:
    """Make the first administrator; the password is asked for, or read from the standard input."""
    import django

    django.setup()
    from kanal.directory.actions import begin
    from kanal.directory.refusal import Refusal

    try:
        begin(email=wanted.email, name=wanted.name, password=_new_password())
    except Refusal as refusal:
        sys.stderr.write(f"kanal: {refusal}\n")
        return 1
    _say(f"{wanted.email} can sign in, and invite others under Settings > People.")
    return 0


def _new_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("New password: ")
    if getpass.getpass("Once more: ") != password:
        raise ImproperlyConfigured("The two passwords differ.")
    return password


def manage(words: Sequence[str]) -> int:
    """Pass a command to Django."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["kanal manage", *words])
    return 0


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
