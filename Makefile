# pg_assure: build, install, test. docs/internals-build.md explains the targets.
#
# Everything that needs PostgreSQL stands behind a guard: on a machine without
# it `make deps`, `make test` and `make demo` still parse, install what is
# missing, and run make again.

EXTENSION  = pg_assure
MODULE_big = pg_assure
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" pg_assure.control)

PG_CONFIG ?= pg_config
# Sub-makes and tools must see the same server, also when it was named on the command line.
export PG_CONFIG

# The first target is what a bare `make` does.
all:

# ---------------------------------------------------------------------------
# C
# ---------------------------------------------------------------------------

OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*/*.c)))

# ICU behind names, collations and FEEL's regular expressions; Intel's decimal
# library behind FEEL's numbers (34 digits); libxml2 behind DMN models.
# The decimal library is static: its names stay inside, too.
SHLIB_LINK = -ldl -licuuc -licui18n -lbidgcc000 -lxml2 -Wl,--exclude-libs,ALL

# CRoaring behind assure.memberset is not linked but opened when needed, by the
# name that linking would have noted: src/type/memberset_roaring.c says why.
ROARING_SONAME := $(shell readelf -d "$$($(or $(CC),cc) -print-file-name=libroaring.so 2>/dev/null)" 2>/dev/null | \
	sed -n 's/.*(SONAME).*\[\(.*\)\].*/\1/p')
PG_CPPFLAGS += $(if $(ROARING_SONAME),-DROARING_SONAME='"$(ROARING_SONAME)"')
PG_CPPFLAGS += $(shell xml2-config --cflags 2>/dev/null)

# The server's headers count as system headers: they are not ours to keep free
# of warnings. Only exported functions are visible, so that no name of ours
# meets one of the server's or of another extension's; 15 leaves PGDLLEXPORT
# empty, so it is given its later meaning here.
PG_CPPFLAGS += -I$(srcdir)/src \
	-isystem $(shell $(PG_CONFIG) --includedir-server 2>/dev/null) \
	-DPG_ASSURE_VERSION='"$(EXTVERSION)"' \
	-DPGDLLEXPORT='__attribute__((visibility("default")))'

# For an unknown compiler's new warnings: make WERROR=
WERROR ?= -Werror

# -Wno-unused-parameter: every function that SQL calls has fcinfo, used or not.
# -Wno-missing-field-initializers: what a table in C leaves out is zero, as the
#   server's own tables have it.
WARNINGS = -Wall -Wextra $(WERROR) -Wno-unused-parameter -Wno-missing-field-initializers

# -Wno-clobbered: gcc takes PG_TRY's sigsetjmp for a danger to every local
#   variable. clang does not know the name.
PG_CFLAGS += -fvisibility=hidden $(WARNINGS) $(if $(findstring clang,$(CC)),,-Wno-clobbered)

# ---------------------------------------------------------------------------
# SQL: the parts in the order in which they are installed
# ---------------------------------------------------------------------------

SQL_PARTS = \
	sql/header.sql \
	sql/core/tables.sql \
	sql/core/functions.sql \
	sql/type/amount.sql \
	sql/type/region.sql \
	sql/type/resident_id.sql \
	sql/type/credit_code.sql \
	sql/type/icd.sql \
	sql/type/icd_range.sql \
	sql/type/memberset.sql \
	sql/text/functions.sql \
	sql/reference/tables.sql \
	sql/reference/functions.sql \
	sql/feel/functions.sql \
	sql/dmn/functions.sql \
	sql/measure/tables.sql \
	sql/match/functions.sql \
	sql/calendar/functions.sql \
	sql/audit/functions.sql \
	sql/audit/seals.sql \
	sql/privacy/functions.sql \
	sql/benefit/types.sql \
	sql/benefit/functions.sql \
	sql/benefit/pack.sql \
	sql/benefit/trace.sql \
	sql/plan/functions.sql \
	sql/customer/functions.sql \
	sql/customer/flag_functions.sql \
	sql/enroll/functions.sql \
	sql/premium/functions.sql \
	sql/contract/functions.sql \
	sql/authorization/functions.sql \
	sql/adjudicate/functions.sql \
	sql/adjudicate/books.sql \
	sql/bi/functions.sql \
	sql/simulate/functions.sql \
	sql/work/functions.sql \
	sql/work/tasks.sql \
	sql/sla/functions.sql \
	sql/sla/clocks.sql \
	sql/coverage/functions.sql \
	sql/coverage/cells_functions.sql \
	sql/service/functions.sql \
	sql/payment/functions.sql \
	sql/document/functions.sql \
	sql/appeal/functions.sql \
	sql/postcheck/functions.sql \
	sql/settlement/functions.sql \
	sql/measure/functions.sql \
	sql/feedback/functions.sql \
	sql/worker/functions.sql \
	sql/match/dispatch.sql \
	sql/access/rights.sql

# What assure.create_schema() makes as ordinary objects: scripts that the
# extension carries as rows, in this order. A change to a released part needs
# SCHEMA_VERSION raised and a step sql/updates/schema/<from>--<to>.sql.
SCHEMA_VERSION = 2
SCHEMA_PARTS = \
	sql/core/schema.sql \
	sql/reference/schema.sql \
	sql/dmn/schema.sql \
	sql/calendar/schema.sql \
	sql/provider/schema.sql \
	sql/plan/schema.sql \
	sql/customer/schema.sql \
	sql/customer/flag_schema.sql \
	sql/claim/schema.sql \
	sql/enroll/schema.sql \
	sql/adjudicate/schema.sql \
	sql/authorization/schema.sql \
	sql/contract/schema.sql \
	sql/sla/schema.sql \
	sql/work/schema.sql \
	sql/coverage/schema.sql \
	sql/service/schema.sql \
	sql/coverage/cells.sql \
	sql/worker/schema.sql \
	sql/bi/schema.sql \
	sql/premium/schema.sql \
	sql/payment/schema.sql \
	sql/document/schema.sql \
	sql/appeal/schema.sql \
	sql/audit/schema.sql \
	sql/coverage/views.sql \
	sql/sla/alerting.sql \
	sql/bi/health.sql \
	sql/work/pool.sql \
	sql/postcheck/schema.sql \
	sql/settlement/schema.sql \
	sql/feedback/schema.sql \
	sql/measure/schema.sql \
	sql/match/schema.sql \
	sql/service/views.sql \
	sql/bi/management.sql \
	sql/access/schema.sql
SCHEMA_STEPS = $(sort $(wildcard sql/updates/schema/*--*.sql))

# Until this version is released, its step from the last one starts with parts
# that are new as a whole: the same files, so that the two cannot drift apart.
# At the release they are frozen into the step (docs/internals.md, "Releases").
STEP_FROM = 1
STEP_PARTS = \
	sql/reference/schema.sql \
	sql/dmn/schema.sql \
	sql/calendar/schema.sql \
	sql/customer/flag_schema.sql \
	sql/enroll/schema.sql \
	sql/adjudicate/schema.sql \
	sql/authorization/schema.sql \
	sql/contract/schema.sql \
	sql/service/schema.sql \
	sql/premium/schema.sql \
	sql/payment/schema.sql \
	sql/document/schema.sql \
	sql/appeal/schema.sql \
	sql/coverage/cells.sql \
	sql/audit/schema.sql \
	sql/coverage/views.sql \
	sql/sla/alerting.sql \
	sql/bi/health.sql \
	sql/work/pool.sql \
	sql/postcheck/schema.sql \
	sql/settlement/schema.sql \
	sql/feedback/schema.sql \
	sql/measure/schema.sql \
	sql/match/schema.sql \
	sql/service/views.sql \
	sql/bi/management.sql

# Built-in reference rows: table:file, the columns are the file's header line.
DATA_ROWS = $(foreach d,\
	assure.region_builtin:data/region.csv \
	assure.icd_chapter:data/icd_chapter.csv \
	assure.icd_block:data/icd_block.csv \
	assure.holiday_builtin:data/holiday.csv \
	assure.population_builtin:data/population.csv,\
	$(if $(wildcard $(lastword $(subst :, ,$d))),$d))

SCRIPT = sql/$(EXTENSION)--$(EXTVERSION).sql

# The way here from the last release. While this version is not released, it is
# built: what went or changed, written by hand, then the parts that are new as a
# whole, then all shipped rows anew. A released one stands in sql/updates.
UPDATE_FROM = 0.1
UPDATE_PARTS = \
	sql/updates/before.sql \
	sql/type/amount.sql \
	sql/type/region.sql \
	sql/type/resident_id.sql \
	sql/type/credit_code.sql \
	sql/type/icd.sql \
	sql/type/icd_range.sql \
	sql/type/memberset.sql \
	sql/text/functions.sql \
	sql/reference/tables.sql \
	sql/reference/functions.sql \
	sql/feel/functions.sql \
	sql/dmn/functions.sql \
	sql/measure/tables.sql \
	sql/match/functions.sql \
	sql/calendar/functions.sql \
	sql/audit/seals.sql \
	sql/privacy/functions.sql \
	sql/benefit/pack.sql \
	sql/benefit/trace.sql \
	sql/plan/functions.sql \
	sql/customer/flag_functions.sql \
	sql/enroll/functions.sql \
	sql/premium/functions.sql \
	sql/contract/functions.sql \
	sql/authorization/functions.sql \
	sql/adjudicate/books.sql \
	sql/bi/functions.sql \
	sql/simulate/functions.sql \
	sql/payment/functions.sql \
	sql/document/functions.sql \
	sql/appeal/functions.sql \
	sql/sla/clocks.sql \
	sql/work/tasks.sql \
	sql/postcheck/functions.sql \
	sql/settlement/functions.sql \
	sql/measure/functions.sql \
	sql/feedback/functions.sql \
	sql/match/dispatch.sql \
	sql/coverage/cells_functions.sql \
	sql/service/functions.sql \
	sql/access/rights.sql
UPDATE_BUILT = sql/$(EXTENSION)--$(UPDATE_FROM)--$(EXTVERSION).sql

# The full scripts of past releases stay installable, for CREATE EXTENSION ...
# VERSION and for the upgrade tests. The one of the current version is built.
DATA = $(filter-out sql/updates/$(notdir $(UPDATE_BUILT)), $(wildcard sql/updates/$(EXTENSION)--*.sql)) \
	$(filter-out sql/released/$(EXTENSION)--$(EXTVERSION).sql, \
		$(wildcard sql/released/$(EXTENSION)--*.sql))
DATA_built = $(SCRIPT) $(UPDATE_BUILT)

EXTRA_CLEAN = sql/$(EXTENSION)--*

# ---------------------------------------------------------------------------
# PostgreSQL's own rules
# ---------------------------------------------------------------------------

PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
have_pgxs := $(wildcard $(PGXS))

ifneq ($(have_pgxs),)
include $(PGXS)
# clang makes the bitcode with flags of its own, and warns on its own.
override BITCODE_CFLAGS += $(WARNINGS)
# The loop over all pairs becomes vectors; and costs are the same bits wherever
# they are computed, on processors that multiply and add in one step too.
src/match/score.o src/match/candidates.o: override CFLAGS += -O3 -ffp-contract=off
src/match/score.bc src/match/candidates.bc: override BITCODE_CFLAGS += -ffp-contract=off
# The last word on the preprocessor; tools/run_asan has one.
override CPPFLAGS += $(EXTRA_CPPFLAGS)
else
srcdir = .
all install uninstall installcheck:
	@echo "$(PG_CONFIG) leads to no PostgreSQL server headers: run \`make deps\`, or name another with PG_CONFIG=" >&2; exit 1
clean:
	rm -f src/*/*.o src/*/*.bc $(MODULE_big).so $(EXTRA_CLEAN)
endif

# PGXS knows no dependencies on headers; a stale object with an old struct
# layout costs more than building all of it.
$(OBJS) $(OBJS:.o=.bc): $(wildcard src/*/*.h) Makefile pg_assure.control

DATA_FILES = $(foreach d,$(DATA_ROWS),$(lastword $(subst :, ,$d)))

# What ships as rows: the scripts of the data schema, then reference data.
define write_rows
tools/schema_rows $(SCHEMA_VERSION) $(SCHEMA_PARTS) $(SCHEMA_STEPS) --step $(STEP_FROM) $(STEP_PARTS) && \
	tools/csv_rows $(DATA_ROWS)
endef

# Under another name first: whoever builds beside us never sees half a script.
$(SCRIPT): $(SQL_PARTS) $(SCHEMA_PARTS) $(SCHEMA_STEPS) $(DATA_FILES) \
		tools/schema_rows tools/csv_rows Makefile pg_assure.control
	@rm -f sql/$(EXTENSION)--*.sql
	{ cat /dev/null $(SQL_PARTS) && $(write_rows); } > $@.tmp
	@mv $@.tmp $@

$(UPDATE_BUILT): $(SCRIPT) $(UPDATE_PARTS)
	{ cat /dev/null $(UPDATE_PARTS) && $(write_rows); } > $@.tmp
	@mv $@.tmp $@

# ---------------------------------------------------------------------------
# Tests and tools
# ---------------------------------------------------------------------------

.PHONY: deps test identity crash soak fuzz hostile sqlsmith lint asan demo demo-stop check-release check-upgrade

# What is missing of the system's packages; nothing, and no network, if all is there.
deps:
	@tools/deps

# TESTS="name ..." runs only those; ACCEPT=1 with it takes their output as expected.
test:
	@tools/deps
	@tools/run_tests $(TESTS)

# A million results of random terms and claims: several minutes.
identity:
	@tools/deps
	@BENEFIT_RESULTS=$(or $(RESULTS),1000000) tools/run_tests 012_benefit_identity

# The mixed load of a company for so many minutes: how fast, and whether anything grows.
soak:
	@tools/deps
	@+flock . $(MAKE) --no-print-directory all
	@test/soak/run $(or $(MINUTES),60) $(RATE)

# Killed under a mixed load at random moments, ROUNDS times: some 20 seconds each; then so often a standby promoted.
crash:
	@tools/deps
	@CRASH_ROUNDS=$(or $(ROUNDS),100) PROMOTE_ROUNDS=$(or $(ROUNDS),100) TAP_TIMEOUT=86400 tools/run_tests 090_crash_mix 091_promote_mix

# The parsers under the sanitizers, SECONDS for each; TARGETS="a b" only these. Then the pure ones by themselves.
fuzz:
	@tools/deps
	@FUZZ_SECONDS=$(SECONDS) FUZZ_NUMBER=$(NUMBER) test/fuzz/run $(TARGETS)
	@$(if $(TARGETS),:,for part in claim_pack feel memberset; do echo $$part; test/fuzz/pure $$part $(or $(NUMBER),1) && LIBFUZZER=$(or $(SECONDS),20) test/fuzz/pure $$part $(or $(NUMBER),1) || exit 1; done)

# Every routine with hostile arguments, and in every state of a transaction with likely ones, as everybody, ROUNDS times;
# then with values near a gigabyte.
hostile:
	@tools/deps
	@HOSTILE_ROUNDS=$(or $(ROUNDS),50) STATES_ROUNDS=$(or $(ROUNDS),50) HOSTILE_SEED=$(or $(NUMBER),1) HUGE_BYTES=$(or $(BYTES),1073741000) TAP_TIMEOUT=86400 \
		tools/run_tests 097_hostile 098_states 099_huge

# Random SQL; STATEMENTS=n. It needs Debian's sqlsmith.
sqlsmith:
	@tools/deps
	@SMITH_STATEMENTS=$(or $(STATEMENTS),100000) SMITH_SEED=$(or $(NUMBER),1) test/fuzz/smith

lint:
	@tools/deps lint
	@+flock . $(MAKE) --no-print-directory all
	@tools/lint

asan:
	@tools/deps
	@tools/run_asan $(TESTS)

demo:
	@tools/deps
	@+flock . $(MAKE) --no-print-directory all
	@demo/run

demo-stop:
	@demo/stop

# What is installed under a released version's number must be what was released.
check-release: $(SCRIPT)
	@tools/check_release $(SCRIPT) sql/released/$(EXTENSION)--$(EXTVERSION).sql

check-upgrade:
	@tools/deps
	@tools/run_tests --if-any $(notdir $(basename $(wildcard test/t/*upgrade*.pl)))

# For the tools: make -s print-SCRIPT
print-%:
	@echo '$($*)'
