"""The test types (tests/types) on a server of their own, and what tests of
them share."""

import atexit
import os
import shutil
import subprocess

from konak import Refused
from tap import BUILD, SRC, is_, konakctl

work = os.environ['KONAK_WORK']


def refused(name, code, call, **want):
    """The error of a call that must be refused."""
    try:
        got = call()
    except Refused as e:
        is_(e.code, code, name)
        for key, value in want.items():
            is_(getattr(e, key), value, '%s: %s' % (name, key))
        return e
    is_('done: %r' % (got,), code, name)
    return None


def start():
    """A server with the test types besides the usual ones."""
    sql = work + '/sql'
    shutil.copytree(SRC + '/sql', sql)
    shutil.copy(SRC + '/tests/types/9001-specimens.sql', sql)
    for name in ('konakd.yaml', 'konakctl.yaml'):
        with open('%s/%s' % (work, name)) as f:
            text = f.read()
        text = text.replace('%s/server/mod' % SRC,
                            '%s/server/mod:%s/tests/types' % (SRC, SRC))
        text = text.replace('sql: "%s/sql"' % SRC, 'sql: "%s"' % sql)
        with open('%s/%s' % (work, name), 'w') as f:
            f.write(text)
    r = konakctl('tenant', 'migrate')
    is_(r.status, 0, 'the migration of the test types runs')
    if r.status:
        print(r.err)
    r = konakctl('defs', 'check')
    is_((r.status, r.err), (0, ''), 'definitions and database agree')
    log = open(work + '/konakd.log', 'wb')
    server = subprocess.Popen([BUILD + '/konakd', '-c',
                               work + '/konakd.yaml'], stdout=log, stderr=log)
    atexit.register(server.terminate)
    is_(konakctl('ping', '--timeout', '30').status, 0, 'the server is up')
