"""What goes to the browser: known files, nothing from elsewhere, nothing inline."""

import hashlib
import re
from pathlib import Path

import pytest

import kanal
from kanal.web.ui.marks import STATUSES

SOURCE = Path(kanal.__file__).resolve().parent
STATIC = SOURCE / "web" / "static"
VENDOR = STATIC / "vendor"
ROW = re.compile(r"^\| (\S+) \| (\S+) \| (\S+) \| `([^`]+)` \| `([0-9a-f]{64})` \|$", re.MULTILINE)
ROWS = ROW.findall((VENDOR / "VENDORED.md").read_text(encoding="utf-8"))
PAGES = sorted(path for path in SOURCE.rglob("templates/**/*.html") if "mail" not in path.parts)
OURS = sorted(
    path for path in SOURCE.glob("*/static/*/**/*") if path.is_file() and "vendor" not in path.parts
)
INLINE = re.compile(
    r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|<script(?![^>]*\bsrc=)(?![^>]*application/json)",
    re.I,
)
ELSEWHERE = re.compile(
    r"(?:src|href|action|url\(|@import|from|import)\s*[=(]?\s*[\"']?\s*(?:https?:)?//", re.I
)


@pytest.mark.parametrize(("name", "digest"), [(row[3], row[4]) for row in ROWS])
def test_a_vendored_file_is_the_one_that_was_taken(name, digest):
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest


def test_every_vendored_file_is_listed_and_has_its_licence_beside_it():
    found = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()} - {"VENDORED.md"}
    assert found == {row[3] for row in ROWS}
    for folder in VENDOR.iterdir():
        assert folder.is_file() or (folder / "LICENSE").is_file()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_page_has_an_inline_script_or_style_or_fetches_from_elsewhere(path):
    text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"))
    assert not INLINE.search(text), INLINE.search(text)
    assert not ELSEWHERE.search(text), ELSEWHERE.search(text)


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_asset_of_ours_fetches_from_elsewhere(path):
    if path.suffix in {".css", ".js", ".svg"}:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text
        assert "https://" not in text
        assert "sourceMappingURL" not in text


def test_no_module_of_ours_imports_another_since_file_names_carry_hashes():
    for path in (STATIC / "kanal" / "js").glob("*.js"):
        assert not re.search(r"^\s*(?:import|export)\b", path.read_text(encoding="utf-8"), re.MULTILINE), path


def test_every_icon_that_a_page_names_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="i-([a-z0-9-]+)"', (STATIC / "kanal" / "icons.svg").read_text()))
    named = re.compile(
        r"""\{% icon ["']([a-z0-9-]+)["']|icon_name=["']([a-z0-9-]+)["']|\{% empty ["']([a-z0-9-]+)["']"""
    )
    for path in PAGES:
        for match in named.finditer(path.read_text(encoding="utf-8")):
            assert next(filter(None, match.groups())) in sprite, f"{path}: {match[0]}"


def test_every_status_has_its_glyph_in_the_sprite():
    sprite = (STATIC / "kanal" / "icons.svg").read_text()
    for _hue, shape, _word in STATUSES.values():
        assert f'id="s-{shape}"' in sprite


def test_colors_are_written_once_as_tokens():
    text = (STATIC / "kanal" / "controls.css").read_text()
    for line in text.splitlines():
        bare = re.sub(r"light-dark\([^)]*\)", "", line)
        assert not re.search(r"#[0-9a-f]{6}\b", bare), line
