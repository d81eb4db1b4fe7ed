"""Arrays as bytes, the same bytes for the same arrays: no dates, no pickle."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]
_LEVEL = 3  # of zlib: a third of the size for a tenth of the time of the best


def pack(facts: Mapping[str, Any], arrays: Arrays) -> bytes:
    """Give plain facts and arrays as bytes."""
    shapes = [(name, array.dtype.str, list(array.shape)) for name, array in sorted(arrays.items())]
    head = json.dumps({"facts": facts, "arrays": shapes}, sort_keys=True).encode()
    body = b"".join(np.ascontiguousarray(array).tobytes() for _name, array in sorted(arrays.items()))
    return zlib.compress(len(head).to_bytes(8, "big") + head + body, _LEVEL)


def unpack(data: bytes | memoryview) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Give the facts and arrays that `pack` was given."""
    raw = zlib.decompress(data)
    begin = 8 + int.from_bytes(raw[:8], "big")
    head = json.loads(raw[8:begin])
    arrays = {}
    for name, kind, shape in head["arrays"]:
        count = int(np.prod(shape))
        arrays[name] = np.frombuffer(raw, np.dtype(kind), count, begin).reshape(shape)
        begin += arrays[name].nbytes
    return head["facts"], arrays
