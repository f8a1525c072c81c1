/*
 * Signing in and the company picker, drawn without a terminal against a
 * server that is this file; and every screen of the layer at every size.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>

#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/frame.h"
#include "tui/help.h"
#include "tui/input.h"
#include "tui/lang.h"
#include "tui/link.h"
#include "tui/palette.h"
#include "tui/picker.h"
#include "tui/signin.h"
#include "tui/ui.h"
#include "tui/view.h"

/* --- the server ------------------------------------------------------------ */

static char asked[64];
static struct val *asked_args;
static link_cb ask_cb;
static void *ask_arg;

uint64_t
link_call_full(struct link *l, const char *verb, struct val *args,
    unsigned flags, const char *request, link_cb cb, link_progress_cb pcb,
    void *arg)
{
	snprintf(asked, sizeof(asked), "%s", verb);
	val_free(asked_args);
	asked_args = args;
	ask_cb = cb;
	ask_arg = arg;
	return 1;
}

uint64_t
link_call(struct link *l, const char *verb, struct val *args, unsigned flags,
    link_cb cb, void *arg)
{
	return link_call_full(l, verb, args, flags, NULL, cb, NULL, arg);
}

void
link_cancel(struct link *l, uint64_t h)
{
	ask_cb = NULL;
}

static void
answer(bool ok, const char *code, const char *text, const char *json)
{
	char err[128];
	struct val *body = val_parse_json(json, strlen(json), err,
	    sizeof(err));
	struct link_reply r = { .ok = ok, .body = body, .code = code,
	    .text = text, .field = "", .request = "" };
	link_cb cb = ask_cb;

	assert_non_null(body);
	assert_non_null(cb);
	asked[0] = '\0';
	ask_cb = NULL;
	cb(&r, ask_arg);
	val_free(body);
}

/* --- the person --------------------------------------------------------------- */

static struct event_base *base;

static void
press(uint32_t code, unsigned mods)
{
	struct input in = { .kind = INPUT_KEY, .code = code, .mods = mods };

	ui_input(&in);
	ui_frame();
}

static void
type(const char *ascii)
{
	for (; *ascii != '\0'; ascii++)
		press((unsigned char)*ascii, 0);
}

static bool
shows(const char *text)
{
	char *all;
	bool found;

	ui_frame();
	all = screen_dump(ui_screen());
	found = strstr(all, text) != NULL;
	if (!found)
		print_message("no \"%s\" in:\n%s", text, all);
	free(all);
	return found;
}

static int
setup(void **state)
{
	char why[128];

	base = event_base_new();
	ui_set_lang(LANG_TR);
	term_start_headless(24, 80, NULL);
	memset(frame_info(), 0, sizeof(*frame_info()));
	return ui_start(base, NULL, NULL, why, sizeof(why)) ? 0 : -1;
}

static int
teardown(void **state)
{
	ui_stop();
	event_base_free(base);
	val_free(asked_args);
	asked_args = NULL;
	return 0;
}

static char done_name[64];
static unsigned char done_token[32];
static int done_count;

static void
done_cb(const struct signin_done *d, void *arg)
{
	snprintf(done_name, sizeof(done_name), "%s %s", d->first_name,
	    d->last_name);
	memcpy(done_token, d->token, sizeof(done_token));
	done_count++;
}

static const char session[] = "{\"token\":\"x\",\"user\":{\"id\":\"1\","
    "\"first_name\":\"Ahmet\",\"last_name\":\"Kaya\",\"email\":\"a@b.c\","
    "\"language\":\"tr\",\"timezone\":\"Europe/Istanbul\"}";

static void
begin(void)
{
	done_count = 0;
	signin_open(NULL, NULL, NULL, done_cb, NULL);
	type("a@b.c");
	press(K_TAB, 0);
	type("gizli-parola");
}

static void
test_password(void **state)
{
	begin();
	assert_true(shows("Giriş Yap"));
	assert_true(shows("[a@b.c"));
	assert_true(shows("[************"));
	assert_false(asked[0] != '\0');
	press(K_ENTER, 0);
	assert_string_equal(asked, "auth.sign_in");
	assert_string_equal(val_get_str(asked_args, "password"),
	    "gizli-parola");
	assert_true(shows("Kontrol ediliyor"));
	/* A second Enter while the answer is under way does nothing. */
	asked[0] = '\0';
	press(K_ENTER, 0);
	assert_string_equal(asked, "");
	answer(false, "auth_failed", "E-posta ya da parola yanlış.",
	    "{\"wait\":3}");
	assert_true(shows("! E-posta ya da parola yanlış. 3 sn sonra"));
	press(K_ENTER, 0);
	assert_string_equal(asked, "");
}

static void
test_empty(void **state)
{
	signin_open(NULL, NULL, "Oturumunuz sona erdi.", done_cb, NULL);
	assert_true(shows("! Oturumunuz sona erdi."));
	press(K_ENTER, 0);
	assert_true(shows("! E-posta adresinizi yazın."));
	type("ali");
	press(K_ENTER, 0);
	assert_true(shows("@ yok"));
	type("@b.c");
	press(K_ENTER, 0);
	press(K_ENTER, 0);
	assert_true(shows("! Parolanızı yazın."));
	assert_string_equal(asked, "");
}

static void
test_code(void **state)
{
	char json[600];

	begin();
	press(K_ENTER, 0);
	answer(true, "", "", "{\"state\":\"code\"}");
	assert_true(shows("Google Authenticator kodunuzu girin"));
	assert_true(shows("[ ] [ ] [ ] [ ] [ ] [ ]"));
	type("12x3");
	assert_true(shows("[1] [2] [3] [ ] [ ] [ ]"));
	press(K_ENTER, 0);
	assert_true(shows("! Kod altı rakamdır."));
	type("4567");
	assert_true(shows("[1] [2] [3] [4] [5] [6]"));
	press(K_ENTER, 0);
	assert_string_equal(asked, "auth.code");
	answer(false, "code_wrong", "Kod yanlış.", "{}");
	assert_true(shows("! Kod yanlış."));
	assert_true(shows("[ ] [ ] [ ] [ ] [ ] [ ]"));
	type("654321");
	press(K_ENTER, 0);
	assert_string_equal(val_get_str(asked_args, "code"), "654321");
	snprintf(json, sizeof(json), "%s}", session);
	answer(true, "", "", json);
	assert_int_equal(done_count, 1);
	assert_string_equal(done_name, "Ahmet Kaya");
}

static void
test_lost(void **state)
{
	begin();
	press(K_ENTER, 0);
	answer(true, "", "", "{\"state\":\"code\"}");
	type("123456");
	press(K_ENTER, 0);
	answer(false, "lost", "", "{}");
	/* Back at the password, with everything still typed. */
	assert_true(shows("[a@b.c"));
	assert_true(shows("[************"));
	assert_true(shows("Bağlantı koptu"));
	press(K_ENTER, 0);
	assert_string_equal(asked, "auth.sign_in");
	assert_string_equal(val_get_str(asked_args, "password"),
	    "gizli-parola");
}

static void
test_recovery_and_change(void **state)
{
	char json[600];

	begin();
	press(K_ENTER, 0);
	answer(true, "", "", "{\"state\":\"code\"}");
	press('e', MOD_CTRL);
	assert_true(shows("Kurtarma Kodu"));
	type("ABCD-EFGH");
	press(K_ENTER, 0);
	assert_string_equal(asked, "auth.recovery");
	snprintf(json, sizeof(json), "%s,\"must_change_password\":true}",
	    session);
	answer(true, "", "", json);
	assert_int_equal(done_count, 0);
	assert_true(shows("Parola Değiştir"));
	type("kisa");
	press(K_ENTER, 0);
	assert_true(shows("en az 10 karakter"));
	type("-uzun-parola");
	press(K_TAB, 0);
	type("baska");
	press(K_ENTER, 0);
	assert_true(shows("İki parola aynı değil"));
	press('u', MOD_CTRL);
	type("kisa-uzun-parola");
	press(K_ENTER, 0);
	assert_string_equal(asked, "session.password");
	assert_string_equal(val_get_str(asked_args, "old"), "gizli-parola");
	answer(true, "", "", "{}");
	assert_int_equal(done_count, 1);
}

static void
test_setup(void **state)
{
	char json[1200];

	begin();
	press(K_ENTER, 0);
	answer(true, "", "", "{\"state\":\"setup\"}");
	assert_string_equal(asked, "auth.setup");
	answer(true, "", "",
	    "{\"secret\":\"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP\",\"uri\":"
	    "\"otpauth://totp/Konak:ahmet@xyz.example?secret="
	    "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Konak\"}");
	assert_true(shows("JBSW Y3DP EHPK 3PXP"));
	assert_true(shows("▄"));
	term_set_size(24, 70);	/* too narrow for the code: text only */
	assert_true(shows("gösteremiyor: anahtarı elle yazın"));
	term_set_size(24, 80);
	type("123456");
	press(K_ENTER, 0);
	assert_string_equal(asked, "auth.setup_confirm");
	snprintf(json, sizeof(json), "%s,\"recovery\":[\"AAAA-1\",\"AAAA-2\","
	    "\"AAAA-3\",\"AAAA-4\",\"AAAA-5\",\"AAAA-6\",\"AAAA-7\","
	    "\"AAAA-8\",\"AAAA-9\",\"AAAA-0\"]}", session);
	answer(true, "", "", json);
	assert_true(shows(" 1  AAAA-1"));
	assert_true(shows("10  AAAA-0"));
	press(K_ENTER, 0);
	assert_true(shows("Bir daha gösterilmez."));
	/* The harmless button is the one that is chosen. */
	press(K_ENTER, 0);
	assert_int_equal(done_count, 0);
	press(K_ENTER, 0);
	press(K_RIGHT, 0);
	press(K_ENTER, 0);
	assert_int_equal(done_count, 1);
}

static void
test_reset(void **state)
{
	begin();
	press('e', MOD_CTRL);
	assert_true(shows("Parola Sıfırlama"));
	/* Past the address, which is there. */
	type("WXYZ");
	press(K_TAB, 0);
	type("yeni-parolam");
	press(K_TAB, 0);
	type("yeni-parolam");
	press(K_ENTER, 0);
	assert_string_equal(asked, "auth.reset");
	assert_string_equal(val_get_str(asked_args, "email"), "a@b.c");
	answer(true, "", "", "{}");
	assert_true(shows("Giriş Yap"));
}

static void
test_language(void **state)
{
	begin();
	press(K_F2, 0);
	assert_true(shows("E-mail"));
	assert_true(shows("Password"));
	assert_true(shows("[a@b.c"));
	press(K_F2, 0);
	assert_true(shows("E-posta"));
}

/* A click on a word of the hint row is its key. */
static void
test_click(void **state)
{
	struct input in = { .kind = INPUT_MOUSE, .button = MOUSE_PRESS,
	    .row = 23, .col = 3 };

	begin();
	ui_input(&in);
	assert_string_equal(asked, "auth.sign_in");
	ui_frame();
	in.row = 8;	/* the password's field */
	ui_input(&in);
	in.row = 22;
	ui_input(&in);
}

/* --- picker --------------------------------------------------------------------- */

static const char companies[] =
    "{\"group\":{\"id\":\"g\",\"name\":\"XYZ Holding\",\"consolidated\":true},"
    "\"companies\":["
    "{\"id\":\"1\",\"parent_id\":null,\"name\":\"DİJİTAL AŞ\","
    "\"description\":\"Dijital pazarlama\",\"company_type\":\"main\","
    "\"kind\":\"agency\",\"color_primary\":\"#2563eb\",\"member\":true,"
    "\"role\":\"Patron\",\"last_at\":null},"
    "{\"id\":\"2\",\"parent_id\":\"1\",\"name\":\"SEO Birimi\","
    "\"description\":\"SEO ve içerik\",\"company_type\":\"subsidiary\","
    "\"kind\":\"agency\",\"member\":true,\"role\":\"Patron\"},"
    "{\"id\":\"3\",\"parent_id\":\"1\",\"name\":\"Tasarım Stüdyo\","
    "\"description\":\"\",\"company_type\":\"subsidiary\","
    "\"kind\":\"agency\",\"member\":true},"
    "{\"id\":\"4\",\"parent_id\":null,\"name\":\"Mavi Koleji\","
    "\"description\":\"\",\"company_type\":\"main\",\"kind\":\"school\","
    "\"member\":false}],\"last\":\"2\"}";

static char picked[64];

static void
picked_cb(const char *id, const char *name, bool group, void *arg)
{
	snprintf(picked, sizeof(picked), "%s %s%s", id, name,
	    group ? " (group)" : "");
}

static void
test_picker(void **state)
{
	picked[0] = '\0';
	picker_open(NULL, "Ahmet", picked_cb, NULL);
	assert_string_equal(asked, "session.companies");
	assert_true(shows("Şirketler yükleniyor"));
	answer(true, "", "", companies);
	assert_true(shows("Hoş geldin, Ahmet! Hangi şirkete giriş yapmak"));
	assert_true(shows("XYZ Holding"));
	assert_true(shows("[GRUP]"));
	assert_true(shows("[ANA ŞİRKET]"));
	assert_true(shows("├─"));
	assert_true(shows("└─"));
	assert_true(shows("üye değilsin"));
	/* The last one used is chosen. */
	press(K_ENTER, 0);
	assert_string_equal(picked, "2 SEO Birimi");
	/* ş, ı and case do not matter; what matches is under the cursor. */
	type("tasarim s");
	assert_true(shows("1/5 eşleşti"));
	assert_true(shows("DİJİTAL AŞ"));	/* its parent */
	press(K_ENTER, 0);
	assert_string_equal(picked, "3 Tasarım Stüdyo");
	press(K_ESC, 0);
	type("mavi");
	picked[0] = '\0';
	press(K_ENTER, 0);
	assert_string_equal(picked, "");
	assert_true(shows("Mavi Koleji şirketinin üyesi değilsin"));
	press(K_ESC, 0);
	type("yok boyle");
	assert_true(shows("eşleşen şirket yok"));
	press(K_ESC, 0);
	press(K_HOME, 0);
	press(K_ENTER, 0);
	assert_string_equal(picked, "g XYZ Holding (group)");
	picker_close();
}

static void
test_switcher(void **state)
{
	picked[0] = '\0';
	picker_switch(NULL, "1", picked_cb, NULL);
	answer(true, "", "", companies);
	assert_true(shows("Şirket Değiştir"));
	assert_true(shows(">✓ ● DİJİTAL AŞ"));
	assert_true(shows("Holding Görünümü"));
	press(K_DOWN, 0);
	assert_true(shows(" ✓ ● DİJİTAL AŞ"));
	press(K_ENTER, 0);
	assert_string_equal(picked, "2 SEO Birimi");
	press(K_ESC, 0);
	ui_frame();
	assert_null(view_top());
}

static void
test_picker_fails(void **state)
{
	picker_open(NULL, "Ahmet", picked_cb, NULL);
	answer(false, "unavailable", "Veritabanına ulaşılamıyor.", "{}");
	assert_true(shows("Veritabanına ulaşılamıyor."));
	press(K_ENTER, 0);
	assert_string_equal(asked, "session.companies");
	answer(true, "", "", "{\"group\":{},\"companies\":[],\"last\":null}");
	assert_true(shows("Hiçbir şirketin üyesi değilsin"));
	picker_close();
}

/* --- every size -------------------------------------------------------------------- */

static void
random_key(void)
{
	static const uint32_t codes[] = { K_UP, K_DOWN, K_LEFT, K_RIGHT,
	    K_PGUP, K_PGDN, K_TAB, K_BACKSPACE, K_DELETE, K_HOME, K_END,
	    'a', '5', 'q', 0x15f, 0x1f600, K_SPACE };
	struct input in = { .kind = INPUT_MOUSE, .row = rand() % 110 - 5,
	    .col = rand() % 310 - 5, .button = MOUSE_WHEEL_UP +
	    (enum mouse_button)(rand() % 2) };

	if (rand() % 5 == 0)
		ui_input(&in);
	else
		press(codes[(size_t)rand() % (sizeof(codes) /
		    sizeof(codes[0]))], rand() % 8 == 0 ? MOD_CTRL : 0);
}

static void
open_one(int which)
{
	static const struct dialog_item items[] = {
		{ .label = "Düzenle" }, { .label = "Sil", .detail = "çok" }
	};
	static const struct dialog_clash clash[] = {
		{ "Telefon", "1", "2", "3" }, { "Şehir", "", "a", "b" }
	};

	switch (which) {
	case 0:
		dialog_message("Başlık", "Uzun bir metin, birkaç satır.",
		    NULL, NULL);
		break;
	case 1:
		dialog_choose("Seç", items, 2, 0, NULL, NULL);
		break;
	case 2:
		dialog_tick("Seç", items, 2, false, NULL, NULL);
		break;
	case 3:
		palette_open(NULL);
		break;
	case 4:
		help_open();
		break;
	case 5:
		help_errors();
		break;
	case 6:
		dialog_line(&(struct dialog_line){ .label = "Ad" });
		break;
	default:
		dialog_conflict("Ayşe", "14:32", clash, 2,
		    (void (*)(const bool *, void *))abort, NULL);
	}
}

static void
test_sizes(void **state)
{
	int i;

	srand(20260821);
	signin_open(NULL, NULL, NULL, done_cb, NULL);
	picker_open(NULL, "Ahmet", picked_cb, NULL);
	answer(true, "", "", companies);
	for (i = 0; i < 10000; i++) {
		if (i % 100 == 0) {
			view_pop_above(view_base());
			open_one(i / 100 % 7);
		}
		term_set_size(1 + rand() % 100, 1 + rand() % 300);
		ui_frame();
		random_key();
		ui_frame();
	}
	view_pop_above(NULL);
}

static char chosen;

static void
chosen_cb(bool yes, void *arg)
{
	chosen = yes ? 'y' : 'n';
}

/* What cannot be seen must not be done. */
static void
test_small(void **state)
{
	chosen = 0;
	dialog_confirm(&(struct dialog_confirm){ .text = "Silinsin mi?",
	    .yes_key = 'e', .done = chosen_cb });
	term_set_size(15, 80);
	assert_true(shows("Pencere küçük (en az 60x16)"));
	press('e', 0);
	press(K_ESC, 0);
	assert_int_equal(chosen, 0);
	term_set_size(16, 60);
	assert_true(shows("Silinsin mi?"));
	press('e', 0);
	assert_int_equal(chosen, 'y');
}

int
main(void)
{
#define T_(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T_(test_password), T_(test_empty), T_(test_code),
		T_(test_lost), T_(test_recovery_and_change), T_(test_setup),
		T_(test_reset), T_(test_language), T_(test_click), T_(test_picker),
		T_(test_switcher), T_(test_picker_fails), T_(test_sizes),
		T_(test_small)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
