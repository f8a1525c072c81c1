# server/db/: asynchronous PostgreSQL.
libkonakd_a_SOURCES +=
