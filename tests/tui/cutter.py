"""A line between client and server that can be cut."""
import socket
import threading


class Proxy:
    """Passes bytes on; cut() closes every line, and after cut_next(n) the
    line goes when n more bytes have come from the server."""

    def __init__(self, path, to):
        self.path, self.to = path, to
        self.left = None
        self.lines = []
        self.closed = False
        self.lock = threading.Lock()
        self.s = socket.socket(socket.AF_UNIX)
        self.s.bind(path)
        self.s.listen(8)
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            a, _ = self.s.accept()
            if self.closed:
                a.close()
                continue
            b = socket.socket(socket.AF_UNIX)
            try:
                b.connect(self.to)
            except OSError:
                a.close()
                continue
            with self.lock:
                self.lines += [a, b]
            for x, y, back in ((a, b, False), (b, a, True)):
                threading.Thread(target=self.copy, args=(x, y, back),
                                 daemon=True).start()

    def copy(self, x, y, back):
        while True:
            try:
                data = x.recv(65536)
                if back and data and self.left is not None:
                    self.left -= len(data)
                    if self.left <= 0:
                        self.cut()
                        return
                if not data:
                    raise OSError
                y.sendall(data)
            except OSError:
                for z in (x, y):
                    z.close()
                return

    def shut(self, closed):
        """Nobody passes until it is opened again."""
        self.closed = closed
        if closed:
            self.cut()

    def cut_next(self, n):
        self.left = n

    def cut(self):
        self.left = None
        with self.lock:
            lines, self.lines = self.lines, []
        for z in lines:
            try:
                z.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            z.close()
