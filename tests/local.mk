# tests/unit/NAME.c is the program tests/unit/NAME; the name is all it costs.
# They link libkonakd.a or libtui.a by a line NAME_LDADD.

unit_tests =

# lib
unit_tests += \
	tests/unit/arena tests/unit/buf tests/unit/cbor tests/unit/conf \
	tests/unit/csv tests/unit/date tests/unit/frame tests/unit/hex tests/unit/ics tests/unit/ids \
	tests/unit/json tests/unit/log tests/unit/money tests/unit/msg \
	tests/unit/net \
	tests/unit/period \
	tests/unit/proto tests/unit/seal tests/unit/secret tests/unit/totp \
	tests/unit/tr tests/unit/tz tests/unit/uuid tests/unit/value \
	tests/unit/when tests/unit/yaml
tests_unit_seal_LDADD = $(unit_server_ldadd)
tests_unit_totp_LDADD = $(unit_server_ldadd)

# server
unit_tests += tests/unit/password tests/unit/server tests/unit/client \
	tests/unit/words
tests_unit_server_LDADD = $(unit_server_ldadd)
tests_unit_client_LDADD = $(unit_server_ldadd)
tests_unit_words_LDADD = $(unit_server_ldadd)
tests_unit_password_LDADD = $(unit_server_ldadd)

# tui
unit_tests += tests/unit/input tests/unit/keys tests/unit/draw \
	tests/unit/signin tests/unit/val tests/unit/filter tests/unit/marks \
	tests/unit/chart tests/unit/grid
tests_unit_grid_LDADD = $(unit_tui_ldadd)
tests_unit_val_LDADD = $(unit_tui_ldadd)
tests_unit_filter_LDADD = $(unit_tui_ldadd)
tests_unit_chart_LDADD = $(unit_tui_ldadd)
tests_unit_marks_LDADD = $(unit_tui_ldadd)
tests_unit_signin_LDADD = $(unit_tui_ldadd)
tests_unit_input_LDADD = $(unit_tui_ldadd)
tests_unit_keys_LDADD = $(unit_tui_ldadd)
tests_unit_draw_LDADD = $(unit_tui_ldadd)

AM_DEFAULT_SOURCE_EXT = .c
LDADD = libkonak.a $(CMOCKA_LIBS) $(LIB_LIBS) -lm
unit_server_ldadd = libkonakd.a libkonak.a $(CMOCKA_LIBS) $(SERVER_LIBS) \
	$(LIB_LIBS) -lpthread -lm
unit_tui_ldadd = libtui.a libkonak.a $(CMOCKA_LIBS) $(TUI_LIBS) $(LIB_LIBS) -lm

# tests/fuzz/NAME.c is a target for libFuzzer (tests/fuzz/run), and with
# replay.c a program that ./check gives the kept corpus.
fuzz_tests = tests/fuzz/cbor tests/fuzz/client tests/fuzz/csv \
	tests/fuzz/definitions tests/fuzz/frames tests/fuzz/terminal \
	tests/fuzz/verbs tests/fuzz/yaml
fuzz_common = tests/fuzz/fuzz.c tests/fuzz/fuzz.h tests/fuzz/replay.c
fuzz_server = tests/fuzz/server.c tests/fuzz/server.h
tests_fuzz_cbor_SOURCES = tests/fuzz/cbor.c $(fuzz_common)
tests_fuzz_cbor_LDADD = $(unit_tui_ldadd)
tests_fuzz_client_SOURCES = tests/fuzz/client.c $(fuzz_common)
tests_fuzz_client_LDADD = $(unit_tui_ldadd)
tests_fuzz_csv_SOURCES = tests/fuzz/csv.c $(fuzz_common)
tests_fuzz_definitions_SOURCES = tests/fuzz/definitions.c $(fuzz_common)
tests_fuzz_definitions_LDADD = $(unit_server_ldadd)
tests_fuzz_frames_SOURCES = tests/fuzz/frames.c $(fuzz_server) $(fuzz_common)
tests_fuzz_frames_LDADD = $(unit_server_ldadd)
tests_fuzz_terminal_SOURCES = tests/fuzz/terminal.c $(fuzz_common)
tests_fuzz_terminal_LDADD = $(unit_tui_ldadd)
tests_fuzz_verbs_SOURCES = tests/fuzz/verbs.c $(fuzz_server) $(fuzz_common)
tests_fuzz_verbs_LDADD = $(unit_server_ldadd)
tests_fuzz_yaml_SOURCES = tests/fuzz/yaml.c $(fuzz_common)

# The terminal layer alone, for tests/tui.
tests_tui_termtry_LDADD = libtui.a libkonak.a $(TUI_LIBS) $(LIB_LIBS) -lm

# The client of tests/bench.
tests_bench_load_LDADD = libkonak.a $(LIB_LIBS) -lm
EXTRA_PROGRAMS = tests/bench/load

if HAVE_CMOCKA
check_PROGRAMS = $(unit_tests) $(fuzz_tests) tests/tui/termtry
else
check_PROGRAMS = $(fuzz_tests) tests/tui/termtry
endif

# T=pattern takes some of them.
check-local:
	$(srcdir)/tests/run $(T)

# What the tests of ./check need built.
.PHONY: check_PROGRAMS
check_PROGRAMS: $(check_PROGRAMS)
