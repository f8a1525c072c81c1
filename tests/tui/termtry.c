/*
 * termtry - the terminal layer without a server: a list, its popups and an
 * edit area, for tests of bytes, terminals, sizes and modes. Not installed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/edit.h"
#include "tui/frame.h"
#include "tui/input.h"
#include "tui/lang.h"
#include "tui/palette.h"
#include "tui/pick.h"
#include "tui/theme.h"
#include "tui/ui.h"
#include "tui/view.h"

#define ROWS 187

static struct event_base *base;

struct list {
	struct pick	pick;
};

static const char *const firms[] = { "Şeker Ltd", "Işık Gıda", "İnci A.Ş.",
	"Çağlar Tekstil", "Öz Nakliyat", "Ümit Yapı",
	"Kötü \033[2J\007 Ad \xe2\x80\xae ters" };

static bool
list_open(struct view *v, void *arg)
{
	struct list *l = v->state;

	pick_count(&l->pick, ROWS);
	return true;
}

static void
list_title(struct view *v, char *buf, size_t len)
{
	snprintf(buf, len, "%s", ui_pick("Müşteriler", "Customers"));
}

static void
list_draw(struct view *v, struct surface *s)
{
	struct list *l = v->state;
	int i;

	draw_text(s, 0, 2, -1, STYLE_TITLE, "Firma");
	draw_text(s, 0, 30, -1, STYLE_TITLE, "Durum");
	pick_fit(&l->pick, s->rows - 1);
	for (i = 0; i < l->pick.rows && l->pick.top + i < ROWS; i++) {
		int at = l->pick.top + i;
		bool here = at == l->pick.at;
		uint32_t style = here ? STYLE_SELECTED : STYLE_TEXT;

		draw_text(s, 1 + i, 0, 1, STYLE_TEXT,
		    here ? glyph(GLYPH_MARK) : " ");
		draw_field(s, 1 + i, 2, 26, style, firms[at % 7]);
		draw_fmt(s, 1 + i, 30, 10, STYLE_TEXT, "%s",
		    at % 3 ? "Aktif" : "Pasif");
		draw_fmt(s, 1 + i, 42, 12, STYLE_TEXT, "%d,00", at * 125);
		draw_text(s, 1 + i, 56, -1, theme_tint(STYLE_TEXT, "#2563eb"),
		    glyph(GLYPH_DOT));
		if (here)
			draw_cursor(s, 1 + i, 0);
	}
}

static void
list_status(struct view *v, char *buf, size_t len)
{
	struct list *l = v->state;

	snprintf(buf, len, "%d-%d/%d", l->pick.top + 1,
	    l->pick.top + l->pick.rows, ROWS);
}

static void
answered(bool yes, void *arg)
{
	toast(yes ? TOAST_GOOD : TOAST_NOTICE, NULL, "%s",
	    yes ? "silindi, u ile geri alınır" : "vazgeçildi");
}

static void
chosen(int i, void *arg)
{
	toast(TOAST_ERROR, "0192-test", "seçim %d", i);
}

static void
line_given(const char *text, void *arg)
{
	toast(TOAST_NOTICE, NULL, "yazılan: %s", text == NULL ? "-" : text);
}

static void
sheet_done(const bool *mine, void *arg)
{
	toast(TOAST_NOTICE, NULL, "%s", mine == NULL ? "esc" :
	    mine[0] ? "benimki" : "onunki");
}

/* --- a form of one area --------------------------------------------------- */

static bool
form_open(struct view *v, void *arg)
{
	edit_init(v->state, EDIT_LINES, 0);
	return true;
}

static void
form_close(struct view *v)
{
	edit_free(v->state);
}

static void
form_draw(struct view *v, struct surface *s)
{
	edit_draw_area(v->state, s, 1, 2, s->rows - 2, s->cols - 4, true);
}

static bool
form_key(struct view *v, const struct input *in)
{
	return edit_key(v->state, in);
}

static bool
form_action(struct view *v, enum action a, const struct input *in)
{
	struct edit *e = v->state;
	char why[256], *text;

	if (a != ACT_EDITOR)
		return false;
	text = term_editor(e->text, ".txt", why, sizeof(why));
	if (text == NULL)
		toast(TOAST_ERROR, NULL, "%s", why);
	else
		edit_set(e, text);
	free(text);
	return true;
}

static const struct view_ops form_ops = {
	.name = "form", .when = WHEN_FORM, .size = sizeof(struct edit),
	.open = form_open, .close = form_close, .draw = form_draw,
	.key = form_key, .action = form_action,
	.hints = { ACT_SAVE, ACT_EDITOR, ACT_BACK }
};

static bool
list_action(struct view *v, enum action a, const struct input *in)
{
	static const struct dialog_item items[] = {
		{ .label = "Düzenle", .detail = "e" },
		{ .label = "Dışa aktar", .off = true, .detail = "yetki yok" },
		{ .label = "Etiketle", .ticked = true }
	};
	static const struct dialog_clash clash[] = {
		{ "Telefon", "0532 1", "0532 2", "0533 3" },
		{ "Şehir", "", "Ankara", "İzmir" }
	};
	struct list *l = v->state;

	if (pick_action(&l->pick, a))
		return true;
	switch (a) {
	case ACT_DELETE:
		dialog_confirm(&(struct dialog_confirm){ .title = "Sil",
		    .text = "Şeker Ltd ve 14 kaydı çöpe atılsın mı? "
		    "u ile geri alınır", .yes_key = 'e', .done = answered });
		return true;
	case ACT_ACTIONS:
		dialog_choose("İşlem", items, 3, 0, chosen, NULL);
		return true;
	case ACT_VIEWS:
		dialog_tick("Sütunlar", items, 3, false, NULL, NULL);
		return true;
	case ACT_NEW:
		dialog_line(&(struct dialog_line){ .title = "Yeni",
		    .label = "Ad", .max = 40, .done = line_given });
		return true;
	case ACT_FILTERS:
		dialog_conflict("Ayşe Yılmaz", "14:32", clash, 2, sheet_done,
		    NULL);
		return true;
	case ACT_EDIT:
		view_push(&form_ops, NULL);
		return true;
	case ACT_COPY:
		toast(TOAST_NOTICE, NULL, "%s",
		    term_copy("konak-kopya", 11) ? T("term.copied") :
		    T("term.no_copy"));
		return true;
	case ACT_CLONE:
		abort();
	default:
		return false;
	}
}

static const struct view_ops list_ops = {
	.name = "list", .when = WHEN_LIST, .size = sizeof(struct list),
	.open = list_open, .title = list_title, .draw = list_draw,
	.status = list_status, .action = list_action,
	.hints = { ACT_OPEN, ACT_NEW, ACT_EDIT, ACT_DELETE, ACT_ACTIONS,
	    ACT_FILTER, ACT_VIEWS, ACT_COPY }
};

static void
screen_run(void *arg)
{
	toast(TOAST_NOTICE, NULL, "ekran: %s", (const char *)arg);
}

static void
quit(void)
{
	event_base_loopbreak(base);
}

static void
ending(int sig)
{
	ui_stop();
	exit(128 + sig);
}

int
main(int argc, char **argv)
{
	struct term_options opt = { 0 };
	struct ui_hooks hooks = { .quit = quit, .ending = ending };
	char why[256];
	int i;

	for (i = 1; i < argc; i++) {
		opt.ascii = opt.ascii || strcmp(argv[i], "--ascii") == 0;
		opt.no_colour = opt.no_colour ||
		    strcmp(argv[i], "--renksiz") == 0;
		opt.plain = opt.plain || strcmp(argv[i], "--sade") == 0;
		opt.slow = opt.slow || strcmp(argv[i], "--slow") == 0;
	}
	base = event_base_new();
	snprintf(frame_info()->company, sizeof(frame_info()->company), "%s",
	    "DİJİTAL AŞ");
	strcpy(frame_info()->tint, "#2563eb");
	strcpy(frame_info()->user, "Ahmet");
	frame_info()->unread = 3;
	if (!ui_start(base, &opt, &hooks, why, sizeof(why))) {
		fprintf(stderr, "%s\n", why);
		return 1;
	}
	palette_add(&(struct palette_entry){ .source = "try",
	    .kind = PALETTE_SCREEN, .tr = "Müşteriler", .en = "Customers",
	    .go = 'm', .run = screen_run, .arg = (void *)"m" });
	palette_add(&(struct palette_entry){ .source = "try",
	    .kind = PALETTE_SCREEN, .tr = "Görevler", .en = "Tasks",
	    .run = screen_run, .arg = (void *)"t" });
	view_push(&list_ops, NULL);
	event_base_dispatch(base);
	ui_stop();
	event_base_free(base);
	return 0;
}
