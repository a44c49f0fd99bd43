"""A process that had large blocks has given them back."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

# Holes between small blocks are what a pool cannot give back.
HELD = """
import os
from modelwatch.serve.memory import return_what_is_freed
if {set_up}:
    return_what_is_freed()
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20
def freed(size):
    blocks = [bytearray(size) for _ in range(24)]
    small = blocks[1::2]
    del blocks
    return small
first = bytearray(30 << 20)
del first  # glibc takes blocks of this size for usual from now on
before = resident()
left = freed(8 << 20)
del left[:-1]
print(resident() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the setting is glibc's")
def test_what_is_freed_goes_back_to_the_machine() -> None:
    def held(*, set_up: bool) -> int:
        command = [sys.executable, "-c", HELD.format(set_up=set_up)]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    assert held(set_up=True) < 20
    assert held(set_up=False) > 60
