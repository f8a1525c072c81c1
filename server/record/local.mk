# server/record/: the verbs every definition gets.
libkonakd_a_SOURCES +=
