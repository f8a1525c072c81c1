"""Test Anything Protocol for the Python tests: ok(), is_(), done()."""

import os
import subprocess
import sys

SRC = os.environ['KONAK_SRC']
BUILD = os.environ['KONAK_BUILD']
_count = 0
_failed = 0


def ok(good, name):
    global _count, _failed
    _count += 1
    _failed += not good
    print('%s %d - %s' % ('ok' if good else 'not ok', _count,
                          name.replace('#', '')), flush=True)
    return bool(good)


def is_(got, want, name):
    if not ok(got == want, name):
        for word, value in (('got', got), ('want', want)):
            for line in str(value).splitlines() or ['']:
                print('# %s: %s' % (word, line), flush=True)
    return got == want


def has(text, part, name):
    if not ok(part in text, name):
        print('# no "%s" in:' % part)
        for line in text.splitlines():
            print('#   ' + line, flush=True)


def done():
    print('1..%d' % _count)
    sys.exit(_failed > 0)


class Run:
    """A finished program: .status, .out, .err"""

    def __init__(self, *args, stdin='', env=None):
        e = dict(os.environ)
        e.update(env or {})
        p = subprocess.run(args, input=stdin, env=e, text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.status, self.out, self.err = p.returncode, p.stdout, p.stderr


def konakctl(*args, **more):
    return Run(BUILD + '/konakctl', *args, **more)


def psql(sql, dbname=None):
    args = ['psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', sql]
    if dbname:
        args += ['-d', dbname]
    r = Run(*args)
    if r.status != 0:
        raise RuntimeError(r.err)
    return r.out.strip()


def accounts():
    """email → (password, base32 secret or '-')"""
    with open(os.environ['KONAK_ACCOUNTS']) as f:
        rows = [line.rstrip('\n').split('\t') for line in f]
    return {r[0]: (r[1], r[2]) for r in rows}


def code(email):
    """A code that will be accepted: the steps used so far are forgotten."""
    psql("update auth.totp set last_step = null from konak.users u "
         "where u.id = user_id and u.email = '%s'" % email)
    return Run('oathtool', '--totp', '-b', accounts()[email][1]).out.strip()
