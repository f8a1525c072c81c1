"""The place where it is measured: a PostgreSQL cluster that does wait for its
disk, tenants, konakd, and sessions without signing in."""

import hashlib
import json
import os
import resource
import secrets
import shutil
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.path.dirname(os.path.dirname(HERE))


sys.dont_write_bytecode = True
sys.path.insert(0, SRC + '/tests')
import cluster                                          # noqa: E402
from cluster import Failure                             # noqa: E402
BIG, SMALL, TINY = 'bench', 'few', 'tiny'
LIMITS = '''limits:
  requests_per_second: 1000000
  requests_burst: 1000000
  address_requests_per_second: 1000000
  address_requests_burst: 1000000
  anonymous_per_second: 1000000
  anonymous_burst: 1000000
  connections_per_address: 20000
  connections: 20000
  silence: 1h
'''
TICK = 1e6 / os.sysconf('SC_CLK_TCK')


def ticks(pid, children=False):
    """Processor time of a process in jiffies."""
    with open('/proc/%d/stat' % pid) as f:
        v = f.read().rsplit(')', 1)[1].split()
    return sum(int(x) for x in v[11:15 if children else 13])


def rss_kib(pid):
    with open('/proc/%d/status' % pid) as f:
        for line in f:
            if line.startswith('VmRSS'):
                return int(line.split()[1])
    raise Failure('no VmRSS')


class Tenant:
    """One tenant's database: a company, its owner, and session tokens."""

    def __init__(self, place, name):
        self.place = place
        self.name = name
        self.company = self.sql(
            'select company_id from konak.customers group by 1 '
            'order by count(*) desc, 1 limit 1')[0][0]
        self.owner = self.sql(
            'select m.user_id from konak.memberships m join konak.roles r '
            'on (r.company_id, r.id) = (m.company_id, m.role_id) '
            "where m.company_id = '%s' and m.is_owner limit 1"
            % self.company)[0][0]
        self.ids = [r[0] for r in self.sql(
            "select id from konak.customers where company_id = '%s' and "
            'deleted_at is null order by id limit 256' % self.company)]

    def sql(self, text):
        done = subprocess.run(
            ['psql', '-XAtq', '-F', '\t', '-v', 'ON_ERROR_STOP=1', '-d',
             'konak_' + self.name, '-c', text], env=self.place.env(),
            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode:
            raise Failure(done.stderr)
        return [line.split('\t') for line in done.stdout.splitlines()]

    def tokens(self, n, path=None, mode='w'):
        """A file with n sessions of the owner in the company, without
        signing in: Argon2id is measured apart."""
        path = path or '%s/tokens.%s.%d' % (self.place.dir, self.name, n)
        rows = []
        with open(path, mode) as f:
            for _ in range(n):
                token = secrets.token_bytes(32)
                f.write('%s %s\n' % (token.hex(), self.name))
                rows.append("('\\x%s', '%s', '%s', now() + '1 day', "
                            "now() + '1 day', 'totp')" % (
                                hashlib.sha256(token).hexdigest(),
                                self.owner, self.company))
        for i in range(0, n, 500):
            self.sql('insert into auth.sessions (token_hash, user_id, '
                     'company_id, expires_at, idle_until, two_fa_method) '
                     'values ' + ', '.join(rows[i:i + 500]))
        return path


class Place(cluster.Cluster):
    def __init__(self, build, keep=None):
        self.build = build
        self.build_it()
        super().__init__(build)
        self.keep = keep
        self.server = None
        if keep:                # the cluster of an earlier run serves again
            shutil.rmtree(self.dir)
            self.dir = keep
            os.makedirs(keep, exist_ok=True)
            os.chmod(keep, 0o711)
        self.path = self.dir + '/template'
        self.ctl = self.path + '/konakctl.yaml'

    def build_it(self):
        """A build with optimisation, and the client that measures, which is
        no part of a plain one."""
        if not os.path.exists(self.build + '/Makefile'):
            if not os.path.exists(SRC + '/configure'):
                cluster.call(['./autogen.sh'], cwd=SRC)
            os.makedirs(self.build, exist_ok=True)
            cluster.call([SRC + '/configure', '-q', '--enable-test-build',
                          'CFLAGS=-O2 -g'], cwd=self.build)
        cluster.call(['make', '-s', '-C', self.build, 'all',
                      'tests/bench/load'], env=os.environ)

    def set_up(self, customers):
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        fresh = not os.path.isdir(self.dir + '/db')
        if fresh:
            self.cluster_make()
        self.begin()
        with open(self.dir + '/db/c/postmaster.pid') as f:
            self.postmaster = int(f.readline())
        if fresh:
            self.certificate()
        shutil.rmtree(self.path + '.old', ignore_errors=True)
        self.port = cluster.free_port()
        self.configure()
        if fresh:
            self.fill(BIG, customers, 50)
            self.fill(SMALL, 2000, 8)
        else:
            self.konakctl(self.ctl, 'tenant', 'migrate')
        self.big = Tenant(self, BIG)
        self.small = Tenant(self, SMALL)
        with open('%s/tenants/%s.yaml' % (self.path, BIG)) as f:
            self.app = flat_yaml(f.read())

    def cluster_make(self):
        run, data = self.dir + '/run', self.dir + '/db'
        for path in (run, data):
            os.mkdir(path)
            if self.user:
                shutil.chown(path, self.user)
        args = [self.build + '/konakctl', 'cluster', 'init', data + '/c',
                '--socket', run, '--map', 'root']
        if self.user:
            args += ['--user', self.user]
        cluster.call(args)

    def configure(self):
        os.makedirs(self.path, exist_ok=True)
        text = self.dir + '/config'
        shutil.rmtree(text, ignore_errors=True)
        self.config(text, self.port)
        for name in os.listdir(text):
            with open(text + '/' + name) as f:
                content = f.read().replace(text, self.path)
            if name == 'konakd.yaml':
                content = content.partition('limits:')[0] + LIMITS
            with open(self.path + '/' + name, 'w') as f:
                f.write(content)
        shutil.rmtree(text)

    def fill(self, name, customers, companies):
        print('bench: %d customers in %d companies' % (
            customers, companies), file=sys.stderr)
        self.konakctl(self.ctl, 'tenant', 'create', name, '--group', 'Bench')
        self.konakctl(self.ctl, 'sample', '--tenant', name, '--seed', '1',
                      '--customers', str(customers), '--companies',
                      str(companies), '--accounts',
                      '%s/accounts.%s' % (self.dir, name))
        cluster.call(['psql', '-Xq', '-d', 'konak_' + name, '-c',
                     'vacuum (freeze, analyze)', '-c', 'checkpoint'],
                    env=self.env())

    def env(self):
        env = {k: v for k, v in os.environ.items()
               if not k.startswith(('PG', 'KONAK_'))}
        env.update(PGHOST=self.dir + '/run', PGPORT='5432',
                   PGUSER='postgres', PGDATABASE='konak_' + BIG,
                   PGOPTIONS='-c statement_timeout=0',
                   KONAK_CONFIG=self.ctl, KONAK_BUILD=self.build,
                   KONAK_SOCKET=self.path + '/konakd.sock',
                   KONAK_TENANT=BIG, KONAK_ADDR='127.0.0.1',
                   KONAK_PORT=str(self.port),
                   KONAK_HOST='%s.%s' % (BIG, cluster.DOMAIN),
                   KONAK_CA=self.dir + '/tls/ca.pem',
                   KONAK_ACCOUNTS='%s/accounts.%s' % (self.dir, BIG))
        return env

    def app_env(self):
        """As the tenant's serving login, planned as konakd's are."""
        db = self.app
        return dict(self.env(), PGUSER=db['user'], PGPASSWORD=db['password'],
                    PGOPTIONS='-c plan_cache_mode=force_generic_plan '
                    '-c jit=off '
                    '-c TimeZone=UTC')

    def serve(self):
        with open(self.dir + '/konakd.log', 'ab') as log:
            self.server = subprocess.Popen(
                [self.build + '/konakd', '-c', self.path + '/konakd.yaml'],
                env=self.env(), stdout=log, stderr=log,
                stdin=subprocess.DEVNULL)
        cluster.call([self.build + '/konakctl', 'ping', BIG, '--timeout', '30'],
                    env=self.env())

    def unserve(self):
        if self.server:
            self.server.send_signal(signal.SIGTERM)
            self.server.wait(20)
        self.server = None

    def again(self):
        """A konakd that has seen nothing yet."""
        self.unserve()
        self.serve()

    def tear_down(self):
        self.unserve()
        if not self.keep:
            self.stop()
        elif self.started:
            self.end('fast')

    def where(self, tls):
        if tls:
            return ['-h', 'bench.' + cluster.DOMAIN, '-p', str(self.port)]
        return ['-s', self.path + '/konakd.sock', '-t', BIG]

    def load(self, verb, args, inflight, seconds, tokens, tls=False,
             connections=None, watchers=0):
        """The load client's figures, and what it cost the server."""
        path = '%s/args.%s' % (self.dir, verb)
        with open(path, 'w') as f:
            for a in args:
                f.write(json.dumps(a) + '\n')
        command = [self.build + '/tests/bench/load', '-T', tokens, '-v',
                   verb, '-A', path, '-f', str(inflight), '-c',
                   str(connections or inflight), '-d', str(seconds)]
        command += self.where(tls)
        if verb.endswith(('.edit', '.reveal')):
            command.append('-w')
        if watchers:
            command += ['-l', str(watchers)]
        before = ticks(self.server.pid)
        done = subprocess.run(command, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise Failure('load: ' + done.stderr)
        out = json.loads(done.stdout)
        out['server_us'] = (ticks(self.server.pid) - before) * TICK / \
            max(out['requests'], 1)
        if out['errors']:
            raise Failure('%s: %d of %d: %s' % (
                verb, out['errors'], out['requests'], done.stderr))
        return out

    def hold(self, n, tokens, tls=False):
        """n signed-in sessions that do nothing, until close()d."""
        p = subprocess.Popen(
            [self.build + '/tests/bench/load', '-H', '-T', tokens, '-c',
             str(n)] + self.where(tls), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        if p.stdout.readline() != 'ready\n':
            raise Failure('%d sessions do not come up' % n)
        return p


def release(holder):
    holder.stdin.close()
    holder.wait()
    time.sleep(0.5)             # the server notices


def flat_yaml(text):
    """The database's part of a tenant's file, which konakctl writes."""
    out = {}
    for line in text.splitlines():
        key, _, value = line.strip().partition(':')
        out[key] = value.strip().strip('"')
    return out
