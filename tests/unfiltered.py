"""Runs a program as on a kernel that takes no system call filters:
    /usr/bin/python3 tests/unfiltered.py PROGRAM ARGUMENT..."""

import ctypes
import errno
import os
import platform
import struct
import sys

PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, FILTER = 22, 38, 2
PRCTL, SECCOMP = {'x86_64': (157, 317), 'aarch64': (167, 277)}[
    platform.machine()]
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06          # of a word; a constant
NUMBER, FIRST = 0, 16                           # where they stand
ALLOW, REFUSE = 0x7fff0000, 0x00050000 | errno.EINVAL


def main():
    # Once, and by a filter of its own: nobody below sets another.
    rows = [(LOAD, 0, 0, NUMBER), (EQUAL, 4, 0, SECCOMP),
            (EQUAL, 0, 2, PRCTL), (LOAD, 0, 0, FIRST),
            (EQUAL, 1, 0, PR_SET_SECCOMP), (RETURN, 0, 0, ALLOW),
            (RETURN, 0, 0, REFUSE)]
    code = ctypes.create_string_buffer(b''.join(
        struct.pack('=HBBI', *row) for row in rows))
    program = ctypes.create_string_buffer(struct.pack(
        '=H6xQ', len(rows), ctypes.addressof(code)))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
    if prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or prctl(
            PR_SET_SECCOMP, FILTER, ctypes.addressof(program), 0, 0):
        raise OSError(ctypes.get_errno(), 'prctl')
    os.execv(sys.argv[1], sys.argv[1:])


main()
