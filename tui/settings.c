/*
 * settings.c - what a person may choose for this machine, as lines of the
 * palette: each takes effect at once and is kept (prefs.c).
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "tui/frame.h"
#include "tui/lang.h"
#include "tui/palette.h"
#include "tui/prefs.h"
#include "tui/term.h"
#include "tui/ui-int.h"
#include "tui/ui.h"

static const struct {
	enum pref	 pref;
	const char	*tr, *en;
} switches[] = {
	{ PREF_PLAIN, "Sade kip (ekran okuyucu)", "Plain mode (screen reader)" },
	{ PREF_COLOUR, "Renkler", "Colours" },
	{ PREF_MOUSE, "Fare", "Mouse" },
	{ PREF_BELL, "Acil bildirimde zil", "Bell for urgent notices" },
	{ PREF_DESKTOP, "Masaüstü bildirimi (OSC 9)",
	    "Desktop notices (OSC 9)" },
	{ PREF_CLEAR, "Kopyalanan şifreyi 30 sn sonra panodan sil",
	    "Clear a copied secret from the clipboard after 30 s" },
};

static const struct {
	const char	*name, *tr, *en;
} themes[] = {
	{ "default", "Tema: uçbirimin renkleri", "Theme: the terminal's own" },
	{ "light", "Tema: açık zemin", "Theme: light background" },
	{ "dark", "Tema: koyu zemin", "Theme: dark background" },
};

static void
told(bool good, const char *key, const char *what, bool on)
{
	if (good)
		toast(TOAST_GOOD, NULL, "%s", TF(key, "what", what, "state",
		    T(on ? "prefs.on" : "prefs.off"), NULL));
	else
		toast(TOAST_ERROR, NULL, "%s", TF("prefs.not_saved", "why",
		    strerror(errno), NULL));
}

static void
flip(void *arg)
{
	size_t	i = (size_t)(uintptr_t)arg;
	bool	on = !pref(switches[i].pref), good;

	good = pref_set(switches[i].pref, on);
	if (switches[i].pref == PREF_COLOUR)
		term_set_colour(on);
	if (switches[i].pref == PREF_MOUSE)
		term_mouse(on);
	told(good, switches[i].pref == PREF_PLAIN ? "prefs.next" :
	    "prefs.saved", ui_pick(switches[i].tr, switches[i].en), on);
	term_redraw();
}

static void
theme(void *arg)
{
	size_t	i = (size_t)(uintptr_t)arg;

	told(pref_set_theme(themes[i].name), "prefs.saved",
	    ui_pick(themes[i].tr, themes[i].en), true);
	term_redraw();
}

void
settings_add(void)
{
	struct palette_entry	 e = { .source = "settings",
	    .kind = PALETTE_SETTING };
	size_t			 i;

	for (i = 0; i < sizeof switches / sizeof switches[0]; i++) {
		e.tr = switches[i].tr;
		e.en = switches[i].en;
		e.run = flip;
		e.arg = (void *)(uintptr_t)i;
		palette_add(&e);
	}
	for (i = 0; i < sizeof themes / sizeof themes[0]; i++) {
		e.tr = themes[i].tr;
		e.en = themes[i].en;
		e.run = theme;
		e.arg = (void *)(uintptr_t)i;
		palette_add(&e);
	}
}
