"""A private PostgreSQL cluster with one tenant in it, which tests/run makes
for its tests, and tests/ctl/outage and tests/bench for themselves."""

import glob
import hashlib
import os
import pwd
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

SRC = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TENANT = 'test'
DOMAIN = 'konak.localhost'
TODAY = '2025-12-19'            # the sample's histories end here


class Failure(Exception):
    pass


def call(args, env=None, **more):
    done = subprocess.run(args, env=env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, **more)
    if done.returncode != 0:
        raise Failure('%s:\n%s' % (' '.join(args), done.stdout))
    return done.stdout


def free_port():
    """Below those that the system gives to connections: one of these would be
    somebody else's before konakd comes to it."""
    while True:
        port = random.randrange(12000, 32000)
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(('127.0.0.1', port))
                return port
            except OSError:
                continue


def scratch(user):
    """A folder whose sockets' names are short enough, and to which the
    database's user can come: under TMPDIR or, where that is neither, /tmp."""
    place = tempfile.gettempdir()
    if len(place) > 60 or user and subprocess.run(
            ['runuser', '-u', user, '--', 'test', '-x', place]).returncode:
        place = '/tmp'
    return tempfile.mkdtemp(prefix='konak-t-', dir=place)


def plenty(place):
    """Whether a cluster has room there, and memory to spare for it."""
    try:
        room = os.statvfs(place)
        with open('/proc/meminfo') as f:
            memory = re.search(r'MemAvailable: +(\d+)', f.read())
    except OSError:
        return False
    return room.f_bavail * room.f_frsize > 3 << 30 and memory and \
        int(memory.group(1)) > 4 << 20 and os.access(place, os.W_OK)


def leaks(path, accounts, secrets):
    """Which kinds of secret stand in a log: those of the sample's people, and
    whatever a test's client has said or been told (see konak.py)."""
    known = {}
    with open(accounts, encoding='utf-8') as f:
        for line in f:
            _, password, totp = line.split()
            known.update({password: 'a password', totp: 'a TOTP secret'})
    if os.path.exists(secrets):
        with open(secrets, encoding='utf-8') as f:
            for line in f:
                kind, *values = line.rstrip('\n').split('\t')
                known.update((v, kind) for v in values)
    with open(path, encoding='utf-8', errors='replace') as f:
        text = f.read()
    # Six digits may stand anywhere: only between quotes they are a code.
    quoted = set(re.findall(r'[\'"(=]([^\s\'"()=]{4,7})(?=[\'")])', text))
    return sorted({kind for v, kind in known.items()
                   if len(v) > 7 and v in text or v in quoted})


def made_from():
    """A name for all that a cluster is made from."""
    told = hashlib.sha256()
    for place in ('sql', 'server/mod', 'server/ctl', 'server/def', 'tests'):
        for path in sorted(glob.glob('%s/%s/**' % (SRC, place),
                                     recursive=place != 'tests')):
            if os.path.isfile(path):
                told.update(path[len(SRC):].encode())
                with open(path, 'rb') as f:
                    told.update(f.read())
    return told.hexdigest()[:16]


class Cluster:
    """A private PostgreSQL, the template's tenant and the certificate.

    With KONAK_CLUSTERS=DIR one is kept there for later runs, until anything
    changes that it is made from: a developer's seconds, not ./check's."""

    def __init__(self, build):
        self.build = build
        self.user = 'postgres' if os.geteuid() == 0 else None
        self.dir = scratch(self.user)
        os.chmod(self.dir, 0o711)
        # What a test leaves lying goes with the rest.
        self.scratch = self.dir + '/tmp'
        os.mkdir(self.scratch)
        os.chmod(self.scratch, 0o1777)
        self.lock = threading.Lock()
        with open(build + '/Makefile') as f:
            self.test_build = 'KONAK_TEST_BUILD' in f.read()
        self.bin = sorted(glob.glob('/usr/lib/postgresql/*/bin'))[-1]
        self.started = False
        self.memory = None
        self.secrets = self.dir + '/secrets'

    def as_user(self, args):
        if self.user:
            return ['runuser', '-u', self.user, '--'] + args
        return args

    def konakctl(self, config, *args):
        return call([self.build + '/konakctl', '--config', config,
                     *args])

    def start(self, durable=False):
        kept = os.environ.get('KONAK_CLUSTERS')
        kept = kept and not durable and '%s/%s' % (kept, made_from())
        if kept and os.path.exists(kept + '/accounts'):
            self.restore(kept)
            return
        self.make(durable)
        if kept:
            self.keep(kept)

    def place(self, durable):
        """The folder db: in memory, where there is plenty. A database is 1,800
        files, and ext4 passes over all that were deleted in the last minutes
        for each new one: 2 s of a processor for each test's database, and 0.2
        there."""
        data = self.dir + '/db'
        if not durable and plenty('/dev/shm'):
            self.memory = tempfile.mkdtemp(prefix='konak-t-', dir='/dev/shm')
            os.chmod(self.memory, 0o711)
            os.symlink(self.memory, data)
        else:
            os.mkdir(data)
        return data

    def restore(self, kept):
        """A copy of a kept cluster, with this one's paths in its files."""
        self.place(durable=False)
        for name in os.listdir(kept):
            call(['cp', '-a', '--reflink=auto', '-T', kept + '/' + name,
                  self.dir + '/' + name + ('/.' if name == 'db' else '')])
        with open(self.dir + '/was') as f:
            was = f.read()
        for path in call(['grep', '-rlIF', was, self.dir + '/template',
                          self.dir + '/db/c/konak.conf']).split():
            call(['sed', '-i', 's|%s|%s|g' % (was, self.dir), path])
        self.begin()

    def keep(self, kept):
        self.end('fast')
        with open(self.dir + '/was', 'w') as f:
            f.write(self.dir)
        call(['mkdir', '-p', os.path.dirname(kept)])
        making = '%s.%d' % (kept, os.getpid())
        call(['cp', '-a', '--reflink=auto', self.dir, making])
        if self.memory:
            os.unlink(making + '/db')
            call(['cp', '-a', self.memory, making + '/db'])
        try:
            os.rename(making, kept)
        except OSError:             # another run was there first
            shutil.rmtree(making)
        self.begin()

    def begin(self):
        call(self.as_user([self.bin + '/pg_ctl', 'start', '-w', '-s', '-D',
                           self.dir + '/db/c', '-l', self.dir + '/db/log']),
             cwd='/')
        self.started = True

    def end(self, how):
        subprocess.run(self.as_user(
            [self.bin + '/pg_ctl', 'stop', '-s', '-m', how, '-D',
             self.dir + '/db/c']), cwd='/', stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)

    def make(self, durable):
        run = self.dir + '/run'
        data = self.place(durable)
        os.mkdir(run)
        if self.user:
            owner = pwd.getpwnam(self.user)
            for path in (run, data):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        args = [self.build + '/konakctl', 'cluster', 'init', data + '/c',
                '--socket', run, '--map', pwd.getpwuid(os.geteuid()).pw_name]
        if not durable:
            args += ['--throwaway']
        if self.user:
            args += ['--user', self.user]
        call(args)
        self.begin()
        self.certificate()
        self.config(self.dir + '/template', free_port())
        config = self.dir + '/template/konakctl.yaml'
        self.konakctl(config, 'tenant', 'create', TENANT, '--group',
                      'XYZ HOLDİNG')
        self.konakctl(config, 'sample', '--seed', '1', '--today', TODAY,
                      '--accounts', self.dir + '/accounts')
        # What everybody is told at five past eight would come into tests that
        # run after it, and not into others; proto/domains calls it itself.
        self.sql("update konak.job_kinds set daily = null where kind = "
                 "'due.daily'", 'konak_' + TENANT)

    def certificate(self):
        tls = self.dir + '/tls'
        os.mkdir(tls)
        with open(tls + '/ext', 'w') as f:
            f.write('subjectAltName=DNS:*.%s\n' % DOMAIN)
        key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
               '-nodes']
        call(['openssl', 'req', '-x509', *key, '-days', '3650', '-subj',
              '/CN=Konak test CA', '-keyout', 'ca.key', '-out', 'ca.pem'],
             cwd=tls)
        call(['openssl', 'req', *key, '-subj', '/CN=*.' + DOMAIN, '-keyout',
              'key.pem', '-out', 'cert.csr'], cwd=tls)
        call(['openssl', 'x509', '-req', '-in', 'cert.csr', '-CA', 'ca.pem',
              '-CAkey', 'ca.key', '-CAcreateserial', '-days', '3650',
              '-extfile', 'ext', '-out', 'cert.pem'], cwd=tls)

    def config(self, path, port):
        os.makedirs(path)
        with open(path + '/konakd.yaml', 'w') as f:
            f.write('socket: "%s/konakd.sock"\n'
                    'listen: [ "127.0.0.1:%d" ]\n'
                    'certificate: "%s/tls/cert.pem"\n'
                    'key: "%s/tls/key.pem"\n'
                    'tenants: "%s/tenants"\n'
                    'definitions: "%s/server/mod"\n'
                    'pid_file: "%s/konakd.pid"\n'
                    'mail_networks: [ "127.0.0.0/8", "::1" ]\n'
                    # A test's client waits for others, and does not answer.
                    'limits:\n  silence: 10m\n'
                    % (path, port, self.dir, self.dir, path, SRC, path))
        with open(path + '/konakctl.yaml', 'w') as f:
            f.write('superuser: "host=%s/run port=5432 user=postgres"\n'
                    'database: { host: "%s/run", port: 5432 }\n'
                    'operator: "%s/template/operator"\n'
                    'keys: "%s/template/keys"\n'
                    'sql: "%s/sql"\n'
                    'domain: "%s"\n'
                    % (self.dir, self.dir, self.dir, self.dir, SRC, DOMAIN))

    def sql(self, statement, database='postgres'):
        # A copy of the template may take longer than a request should.
        call(['psql', '-XAtq', '-h', self.dir + '/run', '-U', 'postgres',
              '-d', database, '-c', statement],
             env=dict(os.environ, PGOPTIONS='-c statement_timeout=0'))

    def clone(self, name):
        """A database of that name like the template's; with its tenant's
        file in a folder of its own."""
        path = '%s/%s' % (self.dir, name)
        port = free_port()
        self.config(path, port)
        os.mkdir(path + '/tenants', 0o700)
        with open('%s/template/tenants/%s.yaml' % (self.dir, TENANT)) as f:
            text = f.read()
        text = text.replace('konak_%s"' % TENANT, name + '"', 1)
        target = '%s/tenants/%s.yaml' % (path, TENANT)
        with open(os.open(target, os.O_WRONLY | os.O_CREAT, 0o600),
                  'w') as f:
            f.write(text)
        with self.lock:
            self.sql('create database %s template konak_%s strategy file_copy'
                     % (name, TENANT))
            for kind in ('app', 'migrate', 'backup'):
                self.sql('grant connect on database %s to konak_%s_%s'
                         % (name, TENANT, kind))
            self.sql('revoke all on database %s from public' % name)
        return path, port

    def drop(self, name):
        try:
            with self.lock:
                self.sql('drop database if exists %s with (force)' % name)
        except Failure as e:
            print(e, file=sys.stderr)
        if not os.environ.get('KONAK_KEEP'):
            shutil.rmtree('%s/%s' % (self.dir, name), ignore_errors=True)

    def stop(self):
        if self.started:
            self.end('immediate')
        if not os.environ.get('KONAK_KEEP'):
            shutil.rmtree(self.dir, ignore_errors=True)
            if self.memory:
                shutil.rmtree(self.memory, ignore_errors=True)
