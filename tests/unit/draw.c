/* Cells: clipping, width, hostile text, and the edit fields drawn in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/draw.h"
#include "tui/edit.h"
#include "tui/input.h"
#include "tui/pick.h"
#include "tui/theme.h"

static char text[4096];

static const char *
row(const struct screen *sc, int r)
{
	screen_row(sc, r, text, sizeof(text));
	return text;
}

static void
test_clip(void **state)
{
	struct screen *sc = screen_new(3, 10);
	struct surface s = screen_surface(sc), sub;

	assert_int_equal(draw_text(&s, 0, 0, -1, 0, "kısa"), 4);
	assert_string_equal(row(sc, 0), "kısa");
	assert_int_equal(draw_text(&s, 1, 0, 6, 0, "Müşteriler"), 6);
	assert_string_equal(row(sc, 1), "Müşte…");
	assert_int_equal(draw_text(&s, 2, 8, -1, 0, "abc"), 2);
	assert_string_equal(row(sc, 2), "        a…");
	assert_int_equal(draw_text(&s, 3, 0, -1, 0, "out"), 0);
	assert_int_equal(draw_text(&s, -1, 0, -1, 0, "out"), 0);
	assert_int_equal(draw_text(&s, 0, 12, -1, 0, "out"), 0);
	sub = draw_sub(&s, 1, 2, 5, 4);
	assert_int_equal(sub.rows, 2);
	assert_int_equal(sub.cols, 4);
	draw_field(&sub, 0, 0, -1, 0, "a");
	assert_string_equal(row(sc, 1), "Müa");
	draw_set_ascii(true, false);
	draw_text(&s, 0, 0, 4, 0, "uzun metin");
	assert_string_equal(row(sc, 0), "uzu~");
	draw_set_ascii(false, false);
	screen_free(sc);
}

static void
test_wide(void **state)
{
	struct screen *sc = screen_new(2, 6);
	struct surface s = screen_surface(sc);

	assert_int_equal(draw_text(&s, 0, 0, -1, 0, "日本語"), 6);
	assert_string_equal(row(sc, 0), "日本語");
	/* A wide letter is never cut in two. */
	assert_int_equal(draw_text(&s, 1, 0, 4, 0, "日本語"), 3);
	assert_string_equal(row(sc, 1), "日…");
	draw_text(&s, 0, 1, 1, 0, "x");
	assert_string_equal(row(sc, 0), " x本語");
	draw_text(&s, 0, 4, 1, 0, "y");
	assert_string_equal(row(sc, 0), " x本y");
	screen_free(sc);
}

static void
test_hostile(void **state)
{
	struct screen *sc = screen_new(2, 60);
	struct surface s = screen_surface(sc);
	int i, k;

	draw_text(&s, 0, 0, -1, 0, "a\033[2Jb\007c\xe2\x80\xae" "d\x9b" "e");
	draw_text(&s, 1, 0, -1, 0, "line\nnext\ttab");
	assert_string_equal(row(sc, 1), "line next tab");
	for (i = 0; i < sc->rows * sc->cols; i++) {
		for (k = 0; k < CELL_CHARS; k++) {
			uint32_t c = sc->cells[i].ch[k];

			if (k > 0 && c == 0)
				break;
			assert_true(c == 0 || c >= 0x20);
			assert_true(c < 0x7f || c > 0x9f);
			assert_true(c != 0x202e);
		}
	}
	assert_non_null(strstr(row(sc, 0), "^["));
	assert_non_null(strstr(row(sc, 0), "202E"));
	screen_free(sc);
}

static void
test_ascii_text(void **state)
{
	struct screen *sc = screen_new(1, 30);
	struct surface s = screen_surface(sc);

	draw_set_ascii(true, true);
	draw_text(&s, 0, 0, -1, 0, "ŞEKER Işık İnci çöğü 日");
	assert_string_equal(row(sc, 0), "SEKER Isik Inci cogu ??");
	draw_set_ascii(false, false);
	screen_free(sc);
}

static void
test_wrap(void **state)
{
	struct screen *sc = screen_new(4, 12);
	struct surface s = screen_surface(sc);
	const char *t = "Şeker Ltd ve 14 kaydı\nçöpe atılsın mı";

	assert_int_equal(draw_wrap(NULL, 0, 0, 12, 0, 0, t, 0), 4);
	assert_int_equal(draw_wrap(&s, 0, 0, 12, 4, 0, t, 0), 4);
	assert_string_equal(row(sc, 0), "Şeker Ltd ve");
	assert_string_equal(row(sc, 1), "14 kaydı");
	assert_string_equal(row(sc, 2), "çöpe atılsın");
	assert_string_equal(row(sc, 3), "mı");
	screen_clear(sc);
	draw_wrap(&s, 0, 0, 12, 4, 0, t, 2);
	assert_string_equal(row(sc, 0), "çöpe atılsın");
	assert_int_equal(draw_wrap(NULL, 0, 0, 5, 0, 0, "abcdefghijkl", 0), 3);
	screen_free(sc);
}

static void
test_tints(void **state)
{
	assert_int_equal(theme_rgb("#ff0000", 8), 1);
	assert_int_equal(theme_rgb("#2563eb", 8), 4);
	assert_int_equal(theme_rgb("#1e3a8a", 16), 4);	/* dark, still blue */
	assert_int_equal(theme_rgb("#808080", 8), -1);
	assert_int_equal(theme_rgb("#2563eb", 0), -1);
	assert_int_equal(theme_rgb("blue", 256), -1);
	assert_int_equal(theme_rgb("#ff0000", 256), 196);
	assert_int_equal(theme_rgb("#ffffff", 256), 231);
}

static void
test_selection(void **state)
{
	struct theme_attr a;

	theme_set_selection("#ffffff", "#2563eb");
	a = theme_attr(STYLE_SELECTED, 256, false);
	assert_true(a.reverse && a.fg > 15);
	assert_int_equal(theme_attr(STYLE_SELECTED, 8, false).fg, -1);
	assert_int_equal(theme_attr(STYLE_SELECTED, 0, false).fg, -1);
	/* Too light or too dark to be read on every background. */
	theme_set_selection("#ffff00", "");
	assert_int_equal(theme_attr(STYLE_SELECTED, 256, false).fg, -1);
	theme_set_selection("#000040", NULL);
	assert_int_equal(theme_attr(STYLE_SELECTED, 256, false).fg, -1);
	theme_set_selection(NULL, NULL);
}

/* --- edit ------------------------------------------------------------------ */

static void
key(struct edit *e, uint32_t code, unsigned mods)
{
	struct input in = { .kind = INPUT_KEY, .code = code, .mods = mods };

	edit_key(e, &in);
}

static void
type(struct edit *e, const char *ascii)
{
	for (; *ascii != '\0'; ascii++)
		key(e, (unsigned char)*ascii, 0);
}

static void
test_edit(void **state)
{
	struct edit e;

	edit_init(&e, 0, 10);
	type(&e, "kara");
	key(&e, K_HOME, 0);
	key(&e, 0x15f, 0);
	assert_string_equal(e.text, "şkara");
	key(&e, K_DELETE, 0);
	assert_string_equal(e.text, "şara");
	key(&e, K_BACKSPACE, 0);
	key(&e, K_BACKSPACE, 0);
	assert_string_equal(e.text, "ara");
	key(&e, K_END, 0);
	type(&e, "123456789");
	assert_string_equal(e.text, "ara1234567");	/* at most 10 */
	key(&e, 'u', MOD_CTRL);
	assert_int_equal(e.len, 0);
	/* s and a cedilla become one letter, and one Backspace takes it. */
	type(&e, "as");
	key(&e, 0x327, 0);
	assert_string_equal(e.text, "aş");
	key(&e, K_BACKSPACE, 0);
	assert_string_equal(e.text, "a");
	edit_free(&e);
}

static void
test_edit_cluster(void **state)
{
	struct edit e;

	edit_init(&e, 0, 0);
	edit_set(&e, "a👩‍👩‍👧b");
	assert_int_equal(edit_length(&e), 3);
	key(&e, K_LEFT, 0);
	key(&e, K_BACKSPACE, 0);
	assert_string_equal(e.text, "ab");
	edit_free(&e);
}

static void
test_edit_paste(void **state)
{
	struct input in = { .kind = INPUT_PASTE,
	    .text = "bir\r\niki\n\nüç\x1b[A", .len = 17 };
	struct edit e;

	in.len = strlen(in.text);
	edit_init(&e, 0, 0);
	assert_true(edit_key(&e, &in));
	assert_string_equal(e.text, "bir iki üç[A");
	edit_free(&e);
	edit_init(&e, EDIT_DIGITS, 6);
	in.text = "12 34-5678";
	in.len = strlen(in.text);
	edit_key(&e, &in);
	assert_string_equal(e.text, "123456");
	edit_free(&e);
	edit_init(&e, EDIT_LINES, 0);
	in.text = "a\r\nb\nc";
	in.len = strlen(in.text);
	edit_key(&e, &in);
	assert_string_equal(e.text, "a\nb\nc");
	edit_free(&e);
}

static void
test_edit_draw(void **state)
{
	struct screen *sc = screen_new(1, 12);
	struct surface s = screen_surface(sc);
	struct edit e;

	edit_init(&e, 0, 0);
	edit_set(&e, "abcdefghijklmnop");
	edit_draw(&e, &s, 0, 1, 6, true);
	assert_string_equal(row(sc, 0), " lmnop");
	assert_int_equal(sc->cur_col, 6);
	key(&e, K_HOME, 0);
	screen_clear(sc);
	edit_draw(&e, &s, 0, 1, 6, true);
	assert_string_equal(row(sc, 0), " abcde…");
	assert_int_equal(sc->cur_col, 1);
	edit_free(&e);
	edit_init(&e, EDIT_MASKED, 0);
	edit_set(&e, "gizli");
	screen_clear(sc);
	edit_draw(&e, &s, 0, 0, 10, true);
	assert_string_equal(row(sc, 0), "*****");
	edit_free(&e);
	screen_free(sc);
}

static void
test_area(void **state)
{
	struct screen *sc = screen_new(4, 11);
	struct surface s = screen_surface(sc);
	struct edit e;

	edit_init(&e, EDIT_LINES, 0);
	edit_set(&e, "bir iki uzun satir\nikinci");
	assert_int_equal(edit_draw_area(&e, &s, 0, 0, 4, 11, true), 3);
	assert_string_equal(row(sc, 0), "bir iki");
	assert_string_equal(row(sc, 1), "uzun satir");
	assert_string_equal(row(sc, 2), "ikinci");
	assert_int_equal(sc->cur_row, 0);
	key(&e, K_DOWN, 0);
	key(&e, K_DOWN, 0);
	type(&e, "X");
	screen_clear(sc);
	edit_draw_area(&e, &s, 0, 0, 4, 11, true);
	assert_string_equal(row(sc, 2), "Xikinci");
	key(&e, K_END, 0);
	key(&e, K_ENTER, 0);
	type(&e, "son");
	assert_string_equal(e.text, "bir iki uzun satir\nXikinci\nson");
	edit_free(&e);
	screen_free(sc);
}

/* What is shown as a secret is in no saved screen; all else is. */
static void
test_secret(void **state)
{
	struct screen *sc = screen_new(3, 30);
	struct surface s = screen_surface(sc);
	char *out;

	(void)state;
	draw_text(&s, 0, 0, 30, STYLE_TEXT, "Parola:");
	draw_text(&s, 0, 8, 20, STYLE_SECRET, "Qm7 vR2p");
	draw_text(&s, 1, 0, 30, STYLE_QR, "QRQR");
	out = screen_dump(sc);
	assert_non_null(strstr(out, "Parola: Qm7 vR2p"));
	free(out);
	out = screen_dump_safe(sc);
	assert_non_null(strstr(out, "Parola:"));
	assert_null(strstr(out, "Qm7"));
	assert_null(strstr(out, "vR2p"));
	assert_null(strstr(out, "QR"));
	free(out);
	screen_free(sc);
}

/* A window that was larger for a while shows the lines that it showed. */
static void
test_pick(void **state)
{
	struct pick p = { 0 };

	(void)state;
	pick_count(&p, 40);
	pick_fit(&p, 10);
	p.at = 25;
	pick_fit(&p, 10);
	assert_int_equal(p.top, 16);
	pick_action(&p, ACT_UP);
	pick_fit(&p, 10);
	assert_int_equal(p.top, 16);
	pick_fit(&p, 50);
	assert_int_equal(p.top, 0);
	pick_fit(&p, 5);
	assert_int_equal(p.top, 20);
	pick_fit(&p, 10);
	assert_int_equal(p.top, 16);
	pick_count(&p, 12);
	pick_fit(&p, 10);
	assert_int_equal(p.top, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clip),
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_ascii_text),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_tints),
		cmocka_unit_test(test_selection),
		cmocka_unit_test(test_edit),
		cmocka_unit_test(test_edit_cluster),
		cmocka_unit_test(test_edit_paste),
		cmocka_unit_test(test_edit_draw),
		cmocka_unit_test(test_area),
		cmocka_unit_test(test_secret),
		cmocka_unit_test(test_pick)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
