"""A picture of how a time grows, as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

WIDTH, HEIGHT, EDGE = 640, 380, 60


def growth(points: Sequence[tuple[float, float]], path: Path) -> None:
    """Draw seconds over a number of opportunities, both on a scale of powers of ten.

    Args:
        points: (how many, seconds), ascending.
        path: where the picture goes.
    """
    wide = (0.0, math.ceil(math.log10(max(count for count, _seconds in points))))
    high = (-3.0, math.ceil(math.log10(max(seconds for _count, seconds in points))))
    placed = [
        (_along(math.log10(count), wide), _up(math.log10(max(seconds, 1e-3)), high))
        for count, seconds in points
    ]
    lines = [_grid(wide, high), _line(placed)]
    lines += [
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="4" fill="#0f5c66"/>'
        f'<text x="{x:.0f}" y="{y - 10:.0f}" text-anchor="middle">{seconds:.3g} s</text>'
        for (x, y), (_count, seconds) in zip(placed, points, strict=True)
    ]
    box = f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {box}>'
    path.write_text("\n".join([head, *lines, "</svg>\n"]), encoding="utf-8")


def _along(value: float, span: tuple[float, float]) -> float:
    return EDGE + (value - span[0]) / (span[1] - span[0]) * (WIDTH - 2 * EDGE)


def _up(value: float, span: tuple[float, float]) -> float:
    return HEIGHT - EDGE - (value - span[0]) / (span[1] - span[0]) * (HEIGHT - 2 * EDGE)


def _line(placed: Sequence[tuple[float, float]]) -> str:
    path = " ".join(f"{x:.0f},{y:.0f}" for x, y in placed)
    return f'<polyline points="{path}" fill="none" stroke="#0f5c66" stroke-width="2"/>'


def _grid(wide: tuple[float, float], high: tuple[float, float]) -> str:
    found = []
    for power in range(int(wide[0]), int(wide[1]) + 1):
        x = _along(power, wide)
        found.append(f'<line x1="{x:.0f}" x2="{x:.0f}" y1="{EDGE}" y2="{HEIGHT - EDGE}" stroke="#e0e4e4"/>')
        found.append(f'<text x="{x:.0f}" y="{HEIGHT - EDGE + 20}" text-anchor="middle">{10**power:,}</text>')
    for power in range(int(high[0]), int(high[1]) + 1):
        y = _up(power, high)
        found.append(f'<line x1="{EDGE}" x2="{WIDTH - EDGE}" y1="{y:.0f}" y2="{y:.0f}" stroke="#e0e4e4"/>')
        found.append(f'<text x="{EDGE - 8}" y="{y + 4:.0f}" text-anchor="end">{10.0**power:g} s</text>')
    middle = (
        f'<text x="{WIDTH / 2:.0f}" y="{HEIGHT - 12}" text-anchor="middle">opportunities in one run</text>'
    )
    return "\n".join([*found, middle])
