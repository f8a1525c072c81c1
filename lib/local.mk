# lib/: one line per file, sorted; headers too.
libkonak_a_SOURCES +=
