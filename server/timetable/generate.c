/*
 * generate.c - the job timetable.generate: reads a draft, has the engine run,
 * tells once a second how far it is, and puts the result into the draft in one
 * transaction. The engine is first asked for a good week (no gaps for pupils, few
 * for teachers, what people would rather not), and then for less. With "stay",
 * lessons that have a place keep it as far as they can: the engine is first asked
 * whether the fewest moves (repair.c) will do, and then with ever weaker weights.
 */
#include <event2/event.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/log.h"
#include "lib/xmalloc.h"
#include "server/job/job.h"
#include "server/push.h"
#include "server/tenant.h"
#include "server/timetable/engine.h"
#include "server/timetable/fet.h"
#include "server/timetable/timetable.h"
#include "server/timetable/words.h"
#include "server/worker.h"

#define WARNINGS_MAX	50
#define HARD_MAX	10
#define WRONG_MAX	5
#define ERROR_MAX	900
#define LOOK_US		100000	/* whether the engine has ended */
#define LIMIT_MIN	5
#define LOOKS_TOLD	7	/* so many to tell how far it is */

struct gen {
	struct job	*job;
	struct event	*ev;
	struct engine	*engine;
	json_t		*args, *world;
	const char	*plan;
	unsigned	 limit;
	const struct rung *rung;	/* of the ladder */
	unsigned	 looks;
	bool		 stay, telling, told_end, english;
	/* between the loop and a thread, one at a time */
	const char	*text;		/* of the world */
	bool		 bad;		/* cannot be: error says why */
	struct buf	 input;		/* for the engine */
	enum engine_end	 end;
	json_t		*places;
	char		 error[ERROR_MAX];
	const char	*params[3];
};

static struct event_base	*base;

/* What the engine is asked for, one after the other, until it can. With a weight
 * a lesson stays where it is; at 100 all are where the fewest moves have put
 * them. Each gets its part of the time, in eighths. */
struct rung {
	int		 stay;
	enum fet_week	 week;
	unsigned	 eighths;
};

static const struct rung	staying[] = {
	{ 100, FET_WEEK_ANY, 1 },	/* is soon seen */
	{ 99, FET_WEEK_ANY, 4 },	/* moves least */
	{ 95, FET_WEEK_ANY, 1 },
	{ 90, FET_WEEK_ANY, 1 },
	{ 0, FET_WEEK_ANY, 1 }
};
static const struct rung	anew[] = {
	{ 0, FET_WEEK_ALL, 2 },
	{ 0, FET_WEEK_PUPILS, 2 },
	{ 0, FET_WEEK_ANY, 4 }
};
static const struct rung	a_file[] = { { 0, FET_WEEK_ANY, 8 } };

static const struct db_stmt	stmt_world = { "timetable_world_job",
    "select konak.tt_world(jsonb_strip_nulls($1::jsonb))" };
static const struct db_stmt	stmt_generated = { "timetable_generated",
    "select konak.tt_generated($1, $2::jsonb, $3::jsonb)" };

void
timetable_start(struct event_base *b)
{
	base = b;
	engine_sweep();
}

static void
gen_free(struct gen *g)
{
	engine_free(g->engine);
	if (g->ev != NULL)
		event_free(g->ev);
	buf_free(&g->input);
	json_decref(g->args);
	json_decref(g->world);
	json_decref(g->places);
}

static void
gen_fail(struct gen *g, const char *why)
{
	struct job	*j = g->job;

	gen_free(g);
	job_fail(j, why, false);
}

/* What may take a second is done in a thread; the job waits. */
static void
gen_work(struct gen *g, void (*fn)(void *), void (*done)(void *))
{
	struct job	*j = g->job;

	if (worker_run(WORK_SLOW, fn, done, g) != NULL)
		return;
	gen_free(g);
	job_fail(j, "busy", true);
}

/* --- the result ----------------------------------------------------------- */

static void
applied(struct db_tx *tx, const struct db_error *e, void *arg)
{
	struct gen	*g = arg;
	struct job	*j = g->job;
	struct change	 all = { .type = "timetable_entries", .op = "edit" };
	struct change	 plan = { .type = "timetables", .op = "edit",
			    .id = g->plan, .version = 1 };

	if (e != NULL) {
		snprintf(g->error, sizeof g->error, "%s", e->message);
		gen_fail(g, g->error);
		return;
	}
	push_change(j->tenant, j->company, &all, j->id);
	push_change(j->tenant, j->company, &plan, j->id);
	gen_free(g);
	job_end(j);
}

/* The sentences in the language of whoever asked. */
static json_t *
spoken(const struct gen *g, const json_t *words)
{
	json_t		*out = json_array();
	const json_t	*w;
	size_t		 i;

	json_array_foreach(words, i, w)
		json_array_append(out, json_object_get(w, g->english ? "en" :
		    "tr"));
	return out;
}

/* What was wanted of the week and could not be, before what the engine says. */
static void
less_than_wanted(const struct gen *g, json_t *words)
{
	if (g->stay || g->rung == a_file || g->rung->week == FET_WEEK_ALL)
		return;
	if (g->rung->week == FET_WEEK_PUPILS)
		json_array_insert_new(words, 0, json_pack("{s:s, s:s}", "tr",
		    "Öğretmenlerin günde en çok iki boş saati olan bir program "
		    "bulunamadı: bazılarının daha çok",
		    "en", "No timetable was found in which teachers have at most "
		    "two gaps a day: some have more"));
	else
		json_array_insert_new(words, 0, json_pack("{s:s, s:s}", "tr",
		    "Öğrencilerin boş saati olmayan bir program bulunamadı: "
		    "bazı sınıfların boş saati var",
		    "en", "No timetable was found in which pupils have no gaps: "
		    "some classes have them"));
}

/* The engine's answer as the database takes it: places, warnings, result. */
static void
result_run(void *arg)
{
	struct gen	*g = arg;
	bool		 solved = g->end == ENGINE_SOLVED;
	json_t		*soft, *hard, *result;
	const char	*text;
	char		*dump;
	size_t		 len;

	text = engine_result(g->engine, &len);
	g->places = fet_result(g->world, text, len);
	if (g->places == NULL)
		return;
	soft = words_soft(g->world, engine_soft(g->engine), WARNINGS_MAX);
	if (solved)
		less_than_wanted(g, soft);
	hard = words_hard(g->world, engine_hard(g->engine), HARD_MAX);
	result = json_pack("{s:b, s:I, s:I, s:o, s:o, s:i}", "solved", solved,
	    "placed", (json_int_t)json_array_size(g->places), "total",
	    (json_int_t)json_array_size(json_object_get(g->world, "lessons")),
	    "hard", spoken(g, hard), "warnings", spoken(g, soft), "stay",
	    g->rung->stay);
	dump = json_dumps(g->places, JSON_COMPACT);
	g->params[1] = arena_strdup(g->job->arena, dump);
	free(dump);
	dump = json_dumps(soft, JSON_COMPACT);
	g->params[2] = arena_strdup(g->job->arena, dump);
	free(dump);
	dump = json_dumps(result, JSON_COMPACT);
	g->text = arena_strdup(g->job->arena, dump);
	free(dump);
	json_decref(soft);
	json_decref(hard);
	json_decref(result);
}

/* Why an engine left nothing, and who can do what. The draft is always as it
 * was, which stands behind each. */
static const struct {
	enum engine_end	 end;
	const char	*tr, *en;
} nothing[] = {
	{ ENGINE_FULL,
	  "Motor izin verilenden fazla yazdı ve durduruldu. Dosya bir okuldan "
	  "fazlasını mı istiyor?",
	  "The engine wrote more than it may and was ended. Does the file ask "
	  "for more than a school has?" },
	{ ENGINE_ABSENT,
	  "Program motoru sunucuda kurulu değil. Sistem yöneticiniz “fet” "
	  "paketini kurmalı ya da konakd.yaml'daki engine satırını "
	  "düzeltmeli; konakctl doctor da bunu söyler.",
	  "The timetable engine is not installed on the server. Your system "
	  "administrator has to install the package “fet”, or to correct "
	  "engine in konakd.yaml; konakctl doctor says so as well." },
	{ ENGINE_FORBIDDEN,
	  "Sunucu program motorunu çalıştıramıyor: dosyanın çalıştırma izni "
	  "yok. Sistem yöneticiniz izni vermeli (chmod 755); konakctl doctor "
	  "dosyayı söyler.",
	  "The server may not run the timetable engine: its file is not "
	  "executable. Your system administrator has to allow it (chmod 755); "
	  "konakctl doctor names the file." },
	{ ENGINE_OPEN,
	  "Sunucunun çekirdeği motoru ağdan ayıramıyor, bu yüzden motor "
	  "başlatılmadı. Sistem yöneticiniz seccomp süzgeçlerine izin "
	  "vermeli (CONFIG_SECCOMP_FILTER); konakctl doctor da bunu söyler.",
	  "The server's kernel cannot keep the engine from the network, so it "
	  "was not started. Your system administrator has to allow seccomp "
	  "filters (CONFIG_SECCOMP_FILTER); konakctl doctor says so as well." },
	{ ENGINE_NO_ROOM,
	  "Sunucuda motoru başlatacak yer yok (disk ya da bellek). Sistem "
	  "yöneticiniz yer açmalı; nedeni konakd'nin günlüğünde.",
	  "The server has no room to start the engine (disk or memory). Your "
	  "system administrator has to make some; konakd's log says what is "
	  "short." },
	{ ENGINE_MEMORY,
	  "Motor kendisine verilen 1,5 GB bellekten fazlasını istedi ve "
	  "bitti. Dosya bir okuldan fazlasını mı istiyor?",
	  "The engine wanted more than the 1.5 GB of memory that it may have, "
	  "and ended. Does the file ask for more than a school has?" },
	{ ENGINE_KILLED,
	  "Motor dışarıdan, çoğu kez sunucunun belleği yetmediği için, "
	  "sonlandırıldı. Yeniden deneyin; yine olursa sistem yöneticiniz "
	  "çekirdeğin günlüğüne bakmalı (journalctl -k).",
	  "The engine was ended from outside, most often because the server "
	  "has too little memory. Try again; should it happen again, your "
	  "system administrator has to look at the kernel's log (journalctl "
	  "-k)." },
	{ ENGINE_BROKEN,
	  "Motor sonuç vermeden bitti. Yeniden ya da daha uzun süreyle "
	  "deneyin; yine olursa konakd'nin günlüğü nasıl bittiğini söyler.",
	  "The engine ended without a result. Try again, or with a longer "
	  "limit; should it happen again, konakd's log says how it ended." },
};

static void
no_result(struct gen *g)
{
	size_t	i = 0, last = sizeof nothing / sizeof nothing[0] - 1;

	while (i < last && nothing[i].end != g->end)
		i++;
	snprintf(g->error, sizeof g->error, "%s %s", g->english ?
	    nothing[i].en : nothing[i].tr, g->english ?
	    "The draft is as it was." : "Taslak olduğu gibi duruyor.");
	gen_fail(g, g->error);
}

static void
result_done(void *arg)
{
	struct gen	*g = arg;
	struct db_tx	*tx;

	if (g->places == NULL) {
		no_result(g);
		return;
	}
	g->params[0] = g->plan;
	tx = job_begin(g->job, applied, g);
	db_tx_query(tx, &stmt_generated, 3, g->params, NULL, NULL);
	job_done(g->job, tx, g->text);
	db_tx_send(tx);
}

/* What the engine says of wrong data. */
static void
wrong_data(struct gen *g)
{
	struct buf	 b = BUF_INIT;
	json_t		*words, *list;
	const json_t	*v;
	size_t		 i;

	words = words_wrong(g->world, engine_messages(g->engine), WRONG_MAX);
	list = spoken(g, words);
	buf_addz(&b, g->english ? "The engine refuses the data: " :
	    "Motor verileri kabul etmedi: ");
	json_array_foreach(list, i, v)
		buf_printf(&b, "%s%s", i > 0 ? " | " : "",
		    json_string_value(v));
	json_decref(list);
	json_decref(words);
	snprintf(g->error, sizeof g->error, "%s", buf_text(&b));
	buf_free(&b);
	gen_fail(g, g->error);
}

static void	input_run(void *);
static void	input_done(void *);

static bool
last_rung(const struct gen *g)
{
	return g->rung->stay == 0 && g->rung->week == FET_WEEK_ANY;
}

static void
ended(struct gen *g, enum engine_end end)
{
	event_del(g->ev);
	if ((end == ENGINE_TIME && !last_rung(g)) || (end == ENGINE_WRONG &&
	    (g->rung->week != FET_WEEK_ANY || g->rung->stay == 100))) {
		g->rung++;
		engine_free(g->engine);
		g->engine = NULL;
		gen_work(g, input_run, input_done);
		return;
	}
	g->end = end;
	if (end == ENGINE_WRONG)
		wrong_data(g);
	else if (end == ENGINE_SOLVED || end == ENGINE_TIME)
		gen_work(g, result_run, result_done);
	else
		no_result(g);
}

/* --- while it runs -------------------------------------------------------- */

/* A job that was cancelled has lost its lease. */
static void
told(struct db_tx *tx, const struct db_error *e, void *arg)
{
	struct gen	*g = arg;

	g->telling = false;
	if (e != NULL && !e->lost)
		engine_stop(g->engine);
}

static void
look_cb(evutil_socket_t fd, short what, void *arg)
{
	struct gen	*g = arg;
	struct db_tx	*tx;
	enum engine_end	 end;
	long		 placed, total;

	end = engine_look(g->engine, &placed, &total);
	if (g->telling)
		return;
	/* Its result takes a while to store: how far it came is told first. */
	if (end != ENGINE_RUNS && g->told_end) {
		ended(g, end);
		return;
	}
	if (end == ENGINE_RUNS && g->looks++ % LOOKS_TOLD != 0)
		return;
	g->told_end = end != ENGINE_RUNS;
	g->telling = true;
	tx = job_begin(g->job, told, g);
	job_progress(g->job, tx, placed, total);
	db_tx_send(tx);
}

static void
input_run(void *arg)
{
	struct gen	*g = arg;

	json_t		*moved;

	buf_clear(&g->input);
	if (g->rung->stay == 100) {
		moved = json_deep_copy(g->world);
		if (fet_repair(moved))
			fet_write(&g->input, moved, 100, false, FET_WEEK_ANY);
		else
			g->rung++;
		json_decref(moved);
	}
	if (buf_len(&g->input) == 0)
		fet_write(&g->input, g->world, g->rung->stay, false,
		    g->rung->week);
}

static void
input_done(void *arg)
{
	static const struct timeval	 often = { 0, LOOK_US };
	struct gen			*g = arg;
	struct job			*j = g->job;
	unsigned			 limit;
	size_t				 len = buf_len(&g->input);
	char				*input = xmalloc(len + 1);

	limit = g->limit * g->rung->eighths / 8;
	if (limit < LIMIT_MIN)
		limit = LIMIT_MIN;
	memcpy(input, buf_data(&g->input), len);
	g->engine = engine_start(input, len, limit);
	if (g->engine == NULL) {
		/* All engines are busy: the job comes again. */
		free(input);
		gen_free(g);
		job_fail(j, "busy", true);
		return;
	}
	if (g->ev == NULL)
		g->ev = event_new(base, -1, EV_PERSIST, look_cb, g);
	g->looks = 0;
	g->told_end = false;
	event_add(g->ev, &often);
}

/* --- beginning ------------------------------------------------------------ */

static void
world_rows(struct db_tx *tx, PGresult *res, void *arg)
{
	struct gen	*g = arg;

	g->text = arena_strdup(g->job->arena, PQgetvalue(res, 0, 0));
}

static void
begin(struct gen *g)
{
	g->rung = g->stay ? staying : json_is_string(json_object_get(g->world,
	    "body")) ? a_file : anew;
	input_run(g);
}

/* The plan, and whether it can be at all. */
static void
world_run(void *arg)
{
	struct gen	*g = arg;
	struct buf	 tr = BUF_INIT, en = BUF_INIT;

	g->world = json_loads(g->text, 0, NULL);
	g->bad = fet_impossible(g->world, &tr, &en);
	if (g->bad)
		snprintf(g->error, sizeof g->error, "%s", g->english ?
		    buf_text(&en) : buf_text(&tr));
	else
		begin(g);
	buf_free(&tr);
	buf_free(&en);
}

static void
world_read(void *arg)
{
	struct gen	*g = arg;

	if (g->bad)
		gen_fail(g, g->error);
	else
		input_done(g);
}

static void
world_done(struct db_tx *tx, const struct db_error *e, void *arg)
{
	struct gen	*g = arg;

	if (e == NULL && g->text != NULL) {
		gen_work(g, world_run, world_read);
		return;
	}
	snprintf(g->error, sizeof g->error, "%s", e != NULL ? e->message :
	    "no plan");
	gen_fail(g, g->error);
}

void
timetable_generate(struct job *j)
{
	struct gen	*g = arena_alloc(j->arena, sizeof *g);
	struct db_tx	*tx;
	const char	*lang;

	g->job = j;
	g->args = json_loads(j->args, 0, NULL);
	lang = json_string_value(json_object_get(g->args, "_lang"));
	g->english = lang != NULL && strcmp(lang, "en") == 0;
	g->plan = arena_strdup(j->arena, json_string_value(json_object_get(
	    g->args, "timetable")));
	g->limit = (unsigned)json_integer_value(json_object_get(g->args,
	    "limit"));
	g->stay = json_is_true(json_object_get(g->args, "stay"));
	tx = job_begin(j, world_done, g);
	g->params[0] = j->args;
	db_tx_query(tx, &stmt_world, 1, g->params, world_rows, g);
	db_tx_send(tx);
}
