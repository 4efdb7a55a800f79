"""Arrays of numbers to and from PostgreSQL in binary: a million keys take milliseconds, not seconds."""

from __future__ import annotations

import struct
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from psycopg import adapters
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Dumper, Loader
from psycopg.pq import Format

_INT4, _INT8, _BOOL = 23, 20, 16
_INT4_ARRAY, _INT8_ARRAY, _BOOL_ARRAY = 1007, 1016, 1000


class _Array:
    """A column of values to be sent as one parameter."""

    element: ClassVar[int]
    dtype: ClassVar[str]

    def __init__(self, values: NDArray[Any]) -> None:
        self.values = values

    def encoded(self) -> bytes:
        """The binary form: a head, then each value behind its length."""
        count = len(self.values)
        if count == 0:
            return struct.pack(">iii", 0, 0, self.element)
        size = np.dtype(self.dtype).itemsize
        cells = np.empty(count, dtype=[("length", ">i4"), ("value", self.dtype)])
        cells["length"] = size
        cells["value"] = self.values
        return struct.pack(">iiiii", 1, 0, self.element, count, 1) + cells.tobytes()


class Int4Array(_Array):
    element, dtype = _INT4, ">i4"


class Int8Array(_Array):
    element, dtype = _INT8, ">i8"


class BoolArray(_Array):
    element, dtype = _BOOL, "u1"


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: _Array) -> Buffer | None:
        return obj.encoded()


class _Int4Dumper(_ArrayDumper):
    oid = _INT4_ARRAY


class _Int8Dumper(_ArrayDumper):
    oid = _INT8_ARRAY


class _BoolDumper(_ArrayDumper):
    oid = _BOOL_ARRAY


adapters.register_dumper(Int4Array, _Int4Dumper)
adapters.register_dumper(Int8Array, _Int8Dumper)
adapters.register_dumper(BoolArray, _BoolDumper)


class _Int4ArrayLoader(Loader):
    """Arrays of integer without nulls, as numpy arrays."""

    format = Format.BINARY

    def load(self, data: Buffer) -> NDArray[np.int32]:
        content = bytes(data)
        if len(content) <= 12:
            return np.empty(0, dtype=np.int32)
        cells = np.frombuffer(content, dtype=[("length", ">i4"), ("value", ">i4")], offset=20)
        values: NDArray[np.int32] = cells["value"].astype(np.int32)
        return values


def load_integers_as_numpy(context: AdaptContext) -> None:
    """Let this connection or cursor read arrays of integer as numpy arrays."""
    context.adapters.register_loader(_INT4_ARRAY, _Int4ArrayLoader)
