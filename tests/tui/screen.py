"""Drives konak in a tmux of its own, for tests/tui. Keys are waited for by
the client's own idle signal (KONAK_TEST_IDLE), never by sleeping."""
import atexit
import base64
import collections
import hashlib
import hmac
import os
import re
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from konak import admin_sql

BUILD = os.environ.get("KONAK_BUILD", "build")
SRC = os.environ.get("KONAK_SRC", ".")
NOW = "2025-12-19T15:00:00.000000Z"     # the client's clock in pictures
LIMIT = 30.0        # seconds until what is awaited counts as not coming
count = 0
failed = 0
said = threading.Lock()     # several clients may be driven at once
pressed = collections.deque(maxlen=12)


def ok(cond, what, more=""):
    global count, failed
    with said:
        count += 1
        print("".join(["ok " if cond else "not ok ", "%d - %s\n" % (
            count, what)] + ([] if cond else [
                "# last keys: %s\n" % " ".join(pressed)] + [
                "# %s\n" % line for line in str(more).splitlines()])),
              end="", flush=True)
        failed += not cond
    return cond


def done():
    print("1..%d" % count)
    return 1 if failed else 0


def p95(values):
    return sorted(values)[int(len(values) * 0.95)]


def frame_goal(k, what, took, goal):
    """What the client does for a key is judged by its processor time, which
    other programs do not lengthen; with KONAK_QUIET, on a machine where
    nothing else runs, by the clock."""
    wall, cpu = (p95([t[i] for t in took]) for i in (0, 1))
    print("# %s: %.1f ms by the clock, p95 of %d" % (what, wall, len(took)))
    if os.environ.get("KONAK_QUIET"):
        ok(wall <= goal, "%s: %.1f ms, p95 (goal %d)" % (what, wall, goal))
    elif not k.sanitized():
        ok(cpu <= goal, "%s: %.1f ms of the processor, p95 (goal %d)" %
           (what, cpu, goal))


def frozen():
    with open(os.path.join(BUILD, "Makefile")) as f:
        return "KONAK_TEST_BUILD=1" in f.read()


def freeze_server():
    """The server's clock stands where the client's does: what is due, and
    what a chart shows, does not hang on the day of the test."""
    with open(os.path.join(SRC, "tests/clock.sql")) as f:
        admin_sql("set role konak_owner; " + f.read())
    admin_sql("alter database %s set konak.test_now = '%s'" %
              (os.environ["PGDATABASE"], NOW))
    admin_sql("select pg_terminate_backend(pid) from pg_stat_activity where "
              "datname = current_database() and pid <> pg_backend_pid()")


def mask(text):
    """Dates and times of today, as the server's clock gave them."""
    week = 7 * 86400        # when a session of today ends
    for t in (time.time(), time.time() - 120, time.time() + week,
              time.time() + week - 120):
        day = time.strftime("%d.%m.%Y", time.localtime(t))
        text = re.sub(re.escape(day) + r" \d\d:\d\d", "##.##.#### ##:##",
                      text)
        text = text.replace(day, "##.##.####")
        short = time.strftime("%d.%m", time.localtime(t))
        text = re.sub(r"\b" + re.escape(short) + r" \d\d:\d\d",
                      "##.## ##:##", text)
    # Ids that the server or the client made just now.
    return re.sub(r"\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-"
                  r"[0-9a-f]{4,12}", "########-####-####", text)


def account(email):
    """(password, secret) of an account of the sample."""
    with open(os.environ["KONAK_ACCOUNTS"]) as f:
        for line in f:
            word = line.rstrip("\n").split("\t")
            if word[0] == email:
                return word[1], word[2]
    raise KeyError(email)


used = {}


def totp(secret, fresh=True):
    """A code; a step counts once, so the next one is waited for."""
    if fresh:
        while int(time.time()) // 30 <= used.get(secret, 0):
            time.sleep(0.2)
    step = int(time.time()) // 30
    used[secret] = step
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    at = mac[-1] & 15
    return "%06d" % ((struct.unpack(">I", mac[at:at + 4])[0] & 0x7fffffff)
                     % 1000000)


class Konak:
    def __init__(self, rows=24, cols=80, term="tmux-256color", args=(),
                 env=None, prog="konak"):
        self.dir = tempfile.mkdtemp(prefix="konak-tui-")
        atexit.register(self.close)     # also when the test ends early
        self.idle_file = self.dir + "/idle"
        self.screen_file = self.dir + "/screen"
        self.sock = self.dir + "/tmux"
        e = dict(TERM=term, LANG="C.UTF-8", LC_ALL="", LC_CTYPE="",
                 KONAK_TEST="1", KONAK_TEST_IDLE=self.idle_file,
                 KONAK_TEST_SCREEN=self.screen_file, TZ="Europe/Istanbul",
                 XDG_STATE_HOME=self.dir, XDG_CONFIG_HOME=self.dir,
                 XDG_CACHE_HOME=self.dir)
        for name in ("KONAK_SOCKET", "KONAK_TENANT", "KONAK_HOST",
                     "KONAK_ADDR", "KONAK_PORT", "KONAK_CA", "ASAN_OPTIONS",
                     "UBSAN_OPTIONS", "EDITOR", "VISUAL"):
            if name in os.environ:
                e[name] = os.environ[name]
        e.update(env or {})
        if "KONAK_SOCKET" in e:
            for name in ("KONAK_HOST", "KONAK_ADDR", "KONAK_PORT"):
                e.pop(name, None)
        cmd = ["env", "-u", "TMUX", "-u", "KONAK_NOTICE"]
        cmd += ["%s=%s" % kv for kv in e.items()]
        cmd += [os.path.join(BUILD, prog), *args]
        line = " ".join("'%s'" % c.replace("'", "'\\''") for c in cmd)
        line += " 2>'%s/err'; echo $? >'%s/status'; cat" % (self.dir,
                                                            self.dir)
        self.tmux("new-session", "-d", "-x", str(cols), "-y", str(rows), line)
        self.tmux("set", "-g", "status", "off")
        self.tmux("set", "-g", "escape-time", "0")
        self.tmux("resize-window", "-x", str(cols), "-y", str(rows))
        self.size = (rows, cols)
        self.see(lambda now: now.strip() or self.ended())

    def tmux(self, *args):
        out = subprocess.run(["tmux", "-S", self.sock, "-f", "/dev/null",
                              *args], capture_output=True, text=True)
        return out.stdout

    def said(self):
        """What the client says of itself, as numbers; [] before it does."""
        try:
            with open(self.idle_file) as f:
                text = f.read()
        except FileNotFoundError:
            return []
        # Without an end it was made this moment.
        return [int(w) for w in text.split()] if text.endswith("\n") else []

    def idle(self):
        """How often it was idle, and by then: how many keys it had heard, how
        large its window was."""
        count, heard, rows, cols = (self.said() or [0, 0, 0, 0, 0])[:4]
        return count, heard, (rows, cols)

    def rests(self):
        """False while the server is asked something."""
        return self.said()[4:] == [1]

    def wait(self, since, keys=0, size=None, limit=LIMIT):
        """Until the client is idle again after what was done at `since`, and
        has heard so many keys, and of its new size: it may have been idle in
        between for another reason, a clock's or a colleague's."""
        end = time.time() + limit
        while time.time() < end:
            count, heard, now = self.idle()
            if count > since[0] and heard >= since[1] + keys and \
                    size in (None, now):
                break
            if self.ended():
                return
            time.sleep(0.005)
        else:
            print("# waited in vain: %s, %d keys, now %s" % (
                since, keys, self.idle()), flush=True)
        last, quiet = self.idle(), time.time()
        while time.time() - quiet < 0.04 and time.time() < end:
            time.sleep(0.005)
            if self.idle() != last:
                last, quiet = self.idle(), time.time()

    def keys(self, *names):
        """tmux's key names, one after the other."""
        for name in names:
            n = self.idle()
            pressed.append(name)
            self.tmux("send-keys", name)
            self.wait(n, 1)

    def text(self, s, shown=None):
        n = self.idle()
        pressed.append("=" + (shown or s[:20]))
        self.tmux("send-keys", "-l", "--", s)
        self.wait(n, len(s))

    def cpu(self):
        """Milliseconds of processor time that the client has had."""
        with open("/proc/%d/schedstat" % self.client) as f:
            return int(f.read().split()[0]) / 1e6

    def sanitized(self):
        with open("/proc/%d/maps" % self.pid()) as f:
            return "libasan" in f.read()

    def timed(self, *names):
        """[(milliseconds, those of the client's processor)] from a key until
        the terminal has its frame, and until the client rests again: by one
        tmux that stays, since another for each takes longer than the client
        does."""
        self.client = self.pid()
        hand = subprocess.Popen(
            ["tmux", "-S", self.sock, "-C", "attach", "-f", "ignore-size"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        os.set_blocking(hand.stdout.fileno(), False)
        took = []
        for name in ("", *names):
            was, cpu = self.idle(), self.cpu()
            begun = time.perf_counter()
            hand.stdin.write(("send-keys %s\n" % (name or "F9")).encode())
            hand.stdin.flush()
            drawn = None
            while time.perf_counter() - begun < LIMIT:
                select.select([hand.stdout], [], [], 0.005)
                if b"%output" in (hand.stdout.read() or b"") and not drawn:
                    drawn = time.perf_counter() - begun
                now = self.idle()
                if drawn and now[0] > was[0] and now[1] > was[1]:
                    break
            took.append(((drawn or LIMIT) * 1000, self.cpu() - cpu))
        hand.stdin.close()
        hand.stdout.close()
        hand.wait(LIMIT)
        return took[1:]

    def raw(self, data, events=1):
        """Bytes as a terminal sends them: so many keys, or of the mouse."""
        n = self.idle()
        self.tmux("send-keys", "-H", *["%02x" % b for b in data])
        self.wait(n, events)

    def pipe(self):
        """From now on what goes to the terminal is counted."""
        self.screen()
        open(self.dir + "/pipe", "w").close()
        self.tmux("pipe-pane", "-o", "cat >>'%s/pipe'" % self.dir)
        self.piped = self.idle()[0]

    def sent(self, limit=LIMIT):
        """What went to the terminal since pipe(), the test's own signal left
        out; all that the client had drawn when it was idle last."""
        drawn, end = self.idle()[0], time.time() + limit
        while True:
            with open(self.dir + "/pipe", "rb") as f:
                data = f.read()
            said = re.findall(rb"\033\]2;konak-idle;(\d+)\007", data)
            if drawn <= (int(said[-1]) if said else self.piped) or \
                    time.time() > end:
                return re.sub(rb"\033\]2;konak-idle;\d+\007", b"", data)
            time.sleep(0.01)

    def sent_to_end(self, limit=LIMIT):
        """What went to the terminal since pipe() by a client that ended: what
        is typed then is echoed after it."""
        end = time.time() + limit
        self.tmux("send-keys", "-l", "--", "<over>")
        while time.time() < end:
            with open(self.dir + "/pipe", "rb") as f:
                data, over, _ = f.read().partition(b"<over>")
            if over:
                break
            time.sleep(0.01)
        return re.sub(rb"\033\]2;konak-idle;\d+\007", b"", data)

    def resize(self, rows, cols):
        if (rows, cols) == self.size:
            return
        n = self.idle()
        self.size = (rows, cols)
        self.tmux("resize-window", "-x", str(cols), "-y", str(rows))
        self.wait(n, size=self.size)

    def screen(self):
        """What tmux shows, blanks at line ends cut, once it has read all that
        the client had drawn when it was idle last: tmux may be behind."""
        drawn, end = self.idle()[0], time.time() + LIMIT
        while True:
            title, *out = self.tmux("display-message", "-p", "#{pane_title}",
                                    ";", "capture-pane", "-p").split("\n")
            shown = re.fullmatch(r"konak-idle;(\d+)", title)
            if drawn <= (int(shown.group(1)) if shown else 0) or \
                    self.ended() or time.time() > end:
                break
            time.sleep(0.005)
        out = [line.rstrip() for line in out[:self.size[0]]]
        return "\n".join(out) + "\n"

    def model(self):
        """What the client thinks it shows, with {roles}."""
        try:
            os.unlink(self.screen_file)
        except OSError:
            pass
        pid = self.pid()
        os.kill(pid, 10)
        end = time.time() + LIMIT
        while time.time() < end:
            try:
                with open(self.screen_file) as f:
                    text = f.read()
                if text.count("\n") >= self.size[0]:
                    return text
            except OSError:
                pass
            time.sleep(0.01)
        return ""

    def pid(self):
        shell = self.tmux("list-panes", "-F", "#{pane_pid}").strip()
        kids = subprocess.run(["pgrep", "-P", shell], capture_output=True,
                              text=True).stdout.split()
        return int(kids[0])

    def has(self, *texts, limit=LIMIT):
        """True as soon as one of them shows."""
        if len(texts) > 1 and not isinstance(texts[-1], str):
            limit = texts[-1]
            texts = texts[:-1]
        end = time.time() + limit
        while True:
            now = self.screen()
            if any(t in now for t in texts):
                return True
            if time.time() > end:
                return False
            time.sleep(0.02)

    def see(self, cond, limit=LIMIT):
        """True as soon as cond holds of what the screen shows."""
        end = time.time() + limit
        while not cond(self.screen()):
            if time.time() > end:
                return False
            time.sleep(0.02)
        return True

    def gone(self, *texts):
        """True as soon as none of them shows any more."""
        return self.see(lambda now: not any(t in now for t in texts))

    def on(self, text):
        """True as soon as the cursor's line has the text."""
        return self.see(lambda now: any(
            line.startswith(">") and text in line
            for line in now.split("\n")))

    def settled(self, limit=LIMIT):
        """The screen, once nothing on it is loading and it stays so."""
        end = time.time() + limit
        last, since = self.screen(), time.time()
        while time.time() < end:
            time.sleep(0.03)
            now = self.screen()
            if now != last or not self.rests() or "yükleniyor" in now or \
                    "loading" in now:
                last, since = now, time.time()
            elif time.time() - since > 0.2:
                break
        return last

    def drawn(self, limit=LIMIT):
        """The screen, once the client has said that nothing is under way, and
        has not begun anything while it was looked at."""
        end = time.time() + limit
        while True:
            count = self.idle()
            now = self.screen()
            if self.rests() and "yükleniyor" not in now and \
                    "loading" not in now:
                time.sleep(0.04)
                if self.idle() == count and self.screen() == now and \
                        self.rests():
                    return now
            if time.time() > end:
                return now
            time.sleep(0.01)

    def ended(self):
        return os.path.exists(self.dir + "/status")

    def status(self, limit=LIMIT):
        end = time.time() + limit
        while time.time() < end:
            try:
                with open(self.dir + "/status") as f:
                    text = f.read()
                if text:
                    return int(text)
            except OSError:
                pass
            time.sleep(0.01)
        return None

    def errors(self):
        try:
            with open(self.dir + "/err") as f:
                return f.read()
        except OSError:
            return ""

    def sign_in(self, email, company=None):
        """To the dashboard of `company`, or of the one that is chosen."""
        password, secret = account(email)
        self.text(email)
        self.keys("Tab")
        self.text(password, "\u2026")
        self.keys("Enter")
        if not self.has("[ ] [ ] [ ]"):
            return False
        admin_sql("update auth.totp set last_step = null where user_id = "
                  "(select id from konak.users where email = '%s')" % email)
        self.text(totp(secret, False))
        self.keys("Enter")
        if not self.has("Esc"):
            return False
        if company is not None:
            self.enter(company)
        return True

    def enter(self, company):
        self.text(company)
        self.keys("Enter")

    def close(self):
        self.tmux("kill-server")
        shutil.rmtree(self.dir, ignore_errors=True)
