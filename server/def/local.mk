# server/def/: record definitions.
libkonakd_a_SOURCES +=
