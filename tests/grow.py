"""A house that grows by a record type: copies of the definitions and of the
migrations, to which a test adds two files, and a konakd that serves them."""

import atexit
import os
import re
import shutil
import subprocess

from tap import BUILD, SRC, is_, konakctl

WORK = os.environ['KONAK_WORK']
CONF = WORK + '/konakd.yaml'
NUMBER = '9999'                         # the migration comes last


def copy():
    """The house's own files where the test may add to them."""
    shutil.copytree(SRC + '/server/mod', WORK + '/mod')
    shutil.copytree(SRC + '/sql', WORK + '/sql')
    for name in ('konakd.yaml', 'konakctl.yaml'):
        path = '%s/%s' % (WORK, name)
        with open(path, encoding='utf-8') as f:
            text = f.read()
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text.replace(SRC + '/server/mod', WORK + '/mod')
                    .replace('sql: "%s/sql"' % SRC, 'sql: "%s/sql"' % WORK))


def add(name, definition, migration):
    """Adds the type. The migration has a line that begins with `select
    konak.protect(`; what konakctl prints takes its place."""
    with open('%s/mod/%s.yaml' % (WORK, name), 'w', encoding='utf-8') as f:
        f.write(definition)
    line = konakctl('defs', 'sql', name)
    is_((line.status, line.err), (0, ''), 'konakctl prints the line to put in')
    migration, n = re.subn(r'^select konak\.protect\(.*\n',
                           lambda m: line.out, migration, flags=re.M)
    is_(n, 1, 'the migration has its place')
    with open('%s/sql/%s-%s.sql' % (WORK, NUMBER, name), 'w',
              encoding='utf-8') as f:
        f.write(migration)
    r = konakctl('tenant', 'migrate')
    is_((r.status, r.err), (0, ''), 'the migration runs')
    r = konakctl('defs', 'check')
    is_((r.status, r.err), (0, ''), 'definition and table agree')
    return line.out


def serve():
    """A konakd over them; it ends with the test."""
    with open(WORK + '/konakd.log', 'wb') as log:
        server = subprocess.Popen([BUILD + '/konakd', '-c', CONF], stdout=log,
                                  stderr=log)
    atexit.register(server.terminate)
    is_(konakctl('ping', '--timeout', '30').status, 0, 'the server starts')
    return server
