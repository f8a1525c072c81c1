"""What users would pick instead: the same list from Node and from Django,
with two processes each, asked over HTTP by wrk."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import time

from place import Failure, HERE, TICK, cluster, ticks

COLUMNS = ('id,version,company_name,contact_person,status,sector,phone,email,'
           'website,address,city,tax_office,tax_number,notes,created_at,'
           'created_by,updated_at')
PACKAGES = 'wrk gunicorn python3-djangorestframework python3-psycopg2'


def wait_port(port, process):
    for _ in range(300):
        with contextlib.closing(socket.socket()) as s:
            if s.connect_ex(('127.0.0.1', port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise Failure('a peer does not come up')


class Peer:
    def __init__(self, place, args, cwd):
        self.port = cluster.free_port()
        env = dict(place.env(), BENCH_COLUMNS=COLUMNS,
                   BENCH_PORT=str(self.port), NODE_ENV='production')
        args = [a.replace('PORT', str(self.port)) for a in args]
        with open(place.dir + '/peers.log', 'ab') as log:
            self.process = subprocess.Popen(args, cwd=cwd, env=env,
                                            stdout=log, stderr=log)
        wait_port(self.port, self.process)
        self.url = 'http://127.0.0.1:%d/customers/%s' % (
            self.port, place.big.company)
        self.check(place)

    def check(self, place):
        """It must give the page that konakd gives."""
        got = subprocess.run(['curl', '-sf', self.url],
                             stdout=subprocess.PIPE, check=True).stdout
        if got.count(b'"company_name"') != 50:
            raise Failure('not 50 rows: %s' % got[:200])
        self.bytes = len(got)

    def pids(self):
        kids = subprocess.run(['pgrep', '-P', str(self.process.pid)],
                              stdout=subprocess.PIPE, text=True).stdout
        return [self.process.pid] + [int(x) for x in kids.split()]

    def load(self, clients, seconds):
        before = sum(ticks(p) for p in self.pids())
        out = subprocess.run(
            ['wrk', '--latency', '-t1', '-c%d' % clients, '-d%ds' %
             max(1, round(seconds)), self.url], stdout=subprocess.PIPE,
            text=True, check=True).stdout
        spent = sum(ticks(p) for p in self.pids()) - before
        rate = float(re.search(r'Requests/sec:\s+([\d.]+)', out).group(1))
        number, unit = re.search(r'99%\s+([\d.]+)(us|ms|s)', out).groups()
        total = int(re.search(r'(\d+) requests in', out).group(1))
        if 'Non-2xx' in out:
            raise Failure(out)
        return {'rate': rate, 'p99_ms': float(number) * {
            'us': 0.001, 'ms': 1, 's': 1000}[unit],
            'server_us': spent * TICK / max(total, 1)}

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


def node(place):
    folder = place.build + '/tests/bench/node'
    shutil.copytree(HERE + '/peers/node', folder, dirs_exist_ok=True)
    if not os.path.isdir(folder + '/node_modules'):
        cluster.call(['npm', 'install', '--no-audit', '--no-fund',
                     '--ignore-scripts'], cwd=folder)
    return Peer(place, ['node', 'server.js'], folder)


def django(place):
    return Peer(place, ['gunicorn', '-w', '2', '-b', '127.0.0.1:PORT',
                        'bench:application'], HERE + '/peers/django')


def install():
    for name in ('wrk', 'gunicorn', 'npm', 'node', 'curl'):
        if shutil.which(name) is None:
            raise Failure('peers need %s: apt-get install %s, and Node 18 or '
                          'newer' % (name, PACKAGES))
