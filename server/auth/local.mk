# server/auth/: signing in, sessions, companies, roles.
libkonakd_a_SOURCES +=
