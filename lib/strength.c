/*
 * strength.c - see strength.h. The estimate is of somebody who knows how people
 * choose: runs, repeats and what everybody uses count for little.
 */
#include "lib/strength.h"

#include <ctype.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define WORDS		256	/* 8 bits each */
#define BITS_FAIR	40
#define BITS_GOOD	60
#define BITS_STRONG	80

static const char *const words_tr[WORDS] = {
	"akasya", "ardic", "armut", "ayna", "badem", "bahar", "balik",
	"balkon", "barda", "basak", "bavul", "beyaz", "bilek", "bilgi",
	"bozkir", "bulut", "burun", "cadde", "cagri", "calgi", "canta",
	"carsi", "cati", "cayir", "cetin", "ceviz", "ceylan", "cicek",
	"cinar", "coban", "cocuk", "corap", "corba", "dalga", "damla",
	"davet", "davul", "defne", "demir", "deniz", "dergi", "deste",
	"dilek", "direk", "dogan", "dolap", "domates", "dost", "duman",
	"durak", "duvar", "ekmek", "elma", "emek", "erik", "esik", "evren",
	"fener", "fidan", "fincan", "firin", "fistik", "gazete", "gece",
	"gemi", "genis", "geyik", "gezgin", "gitar", "golge", "gonul",
	"gunes", "guvercin", "haber", "hala", "hamak", "hamsi", "harf",
	"harita", "hasat", "hasir", "havlu", "havuc", "hayal", "hedef",
	"hikaye", "horoz", "huzur", "ilik", "inci", "incir", "ipek", "irmak",
	"isik", "iskele", "ispanak", "izgara", "kabak", "kagit", "kahve",
	"kalem", "kalkan", "kamera", "kanat", "kandil", "kapak", "karanfil",
	"karga", "karpuz", "kartal", "kasik", "kavak", "kavun", "kaya",
	"kayik", "kazak", "keman", "kenar", "keten", "kilim", "kilit",
	"kiraz", "kirpi", "kitap", "kofte", "koltuk", "komur", "kova",
	"koyun", "kubbe", "kulak", "kumas", "kunduz", "kural", "kuzey",
	"lacivert", "lamba", "lavanta", "leylak", "leylek", "liman", "limon",
	"lokum", "makas", "manav", "mandal", "mantar", "masa", "masal",
	"mavi", "maya", "mektup", "melek", "mercan", "merdiven", "mermer",
	"mevsim", "meyve", "misir", "moda", "motor", "mutfak", "nane",
	"nehir", "nergis", "nisan", "nokta", "odun", "okul", "omuz", "orman",
	"ortak", "oyun", "ozan", "pamuk", "pancar", "papatya", "pasta",
	"patika", "pazar", "pelin", "pencere", "perde", "peynir", "pilav",
	"pinar", "pirinc", "poyraz", "radyo", "rafta", "renk", "resim",
	"ruzgar", "saat", "sabah", "sabun", "sahil", "salkim", "saman",
	"sandal", "sardunya", "sarki", "satir", "sedir", "selam", "sepet",
	"serce", "sergi", "servi", "simit", "sofra", "sogan", "soru", "susam",
	"tabak", "tahta", "tarak", "tarla", "tavan", "taze", "tekne", "tepsi",
	"terzi", "tohum", "topaz", "toprak", "tuzla", "ufuk", "umut", "uydu",
	"uyku", "uzum", "vadi", "vagon", "vapur", "varil", "vazo", "yaban",
	"yagmur", "yalin", "yama", "yaprak", "yarin", "yelken", "yemis",
	"yesil", "yildiz", "yokus", "yonca", "yorgan", "yunus", "yuva",
	"zambak", "zeytin", "zirve", "zurna"
};

static const char *const words_en[WORDS] = {
	"acorn", "album", "amber", "anchor", "apple", "apron", "arrow",
	"aspen", "atlas", "autumn", "badge", "bagel", "baker", "bamboo",
	"banjo", "barley", "basil", "basket", "beach", "beacon", "berry",
	"birch", "biscuit", "blanket", "blossom", "boat", "bonfire", "bottle",
	"bramble", "brass", "bread", "breeze", "brick", "bridge", "bronze",
	"brook", "bucket", "butter", "button", "cabin", "cactus", "camel",
	"candle", "canoe", "canvas", "canyon", "carpet", "carrot", "castle",
	"cedar", "cello", "chalk", "cherry", "chess", "chimney", "cider",
	"circle", "citrus", "cloud", "clover", "coast", "cobalt", "cocoa",
	"comet", "compass", "copper", "coral", "corner", "cotton", "cousin",
	"crane", "crayon", "cream", "creek", "cricket", "crown", "crystal",
	"daisy", "dancer", "dawn", "desert", "diamond", "dolphin", "donkey",
	"dragon", "drawer", "drum", "eagle", "earth", "echo", "elbow",
	"ember", "engine", "fabric", "falcon", "farmer", "feather", "fern",
	"fiddle", "field", "finch", "flame", "flute", "forest", "fossil",
	"fountain", "garden", "garlic", "ginger", "glacier", "glove", "goat",
	"gold", "grain", "granite", "grape", "gravel", "guitar", "hammer",
	"harbor", "harvest", "hazel", "heron", "hill", "honey", "horizon",
	"horse", "island", "ivory", "jacket", "jasmine", "jelly", "jewel",
	"jungle", "kayak", "kettle", "kitten", "ladder", "lagoon", "lake",
	"lamp", "lantern", "lavender", "leaf", "lemon", "letter", "lily",
	"linen", "lion", "lizard", "lotus", "magnet", "mango", "maple",
	"marble", "market", "meadow", "melon", "mint", "mirror", "mitten",
	"monkey", "moon", "moss", "mountain", "mustard", "nectar", "needle",
	"nest", "noodle", "north", "novel", "nutmeg", "oasis", "ocean",
	"olive", "onion", "opal", "orange", "orbit", "orchard", "otter",
	"oven", "oyster", "paddle", "paint", "palm", "panda", "paper",
	"parrot", "pasta", "path", "peach", "peanut", "pearl", "pebble",
	"pencil", "penguin", "pepper", "piano", "picnic", "pillow", "pine",
	"planet", "plaza", "plum", "pocket", "pond", "poppy", "potato",
	"prairie", "pumpkin", "puzzle", "quartz", "quilt", "rabbit", "radio",
	"rain", "raven", "reef", "ribbon", "river", "robin", "rocket", "rose",
	"saddle", "saffron", "sail", "salmon", "sand", "satin", "scarf",
	"school", "season", "shadow", "shell", "silk", "silver", "snow",
	"sparrow", "spice", "spring", "spruce", "squirrel", "star", "stone",
	"stream", "sugar", "summer", "sunset", "swan", "table", "temple",
	"thread", "tiger", "timber"
};

/* What stands in many lists of leaked passwords, as part of others too. */
static const char *const common[] = {
	"password", "parola", "sifre", "qwerty", "asdf", "admin", "welcome",
	"letmein", "iloveyou", "dragon", "monkey", "abc123", "galatasaray",
	"fenerbahce", "besiktas", "trabzonspor", "istanbul", "turkiye",
	"ataturk", "deneme", "test", "user", "root", "master", "hosgeldin"
};

static const char *const names[] = { "weak", "fair", "good", "strong" };

const char *
strength_name(enum strength s)
{
	return names[s];
}

/* Letters that do not go on as those before them did (aaa, abc, 321). */
static size_t
surprises(const unsigned char *s, size_t len)
{
	size_t	i, n = 0;
	int	step, last = 9;

	for (i = 0; i < len; i++) {
		step = i == 0 ? 9 : s[i] - s[i - 1];
		if (step < -1 || step > 1 || step != last)
			n++;
		last = step;
	}
	return n;
}

static double
bits_of_class(const unsigned char *s, size_t len)
{
	bool	lower = false, upper = false, digit = false, sign = false;
	size_t	i;

	for (i = 0; i < len; i++) {
		lower = lower || islower(s[i]);
		upper = upper || isupper(s[i]);
		digit = digit || isdigit(s[i]);
		sign = sign || !isalnum(s[i]);
	}
	return log2(26.0 * lower + 26.0 * upper + 10.0 * digit + 33.0 * sign +
	    1);
}

static size_t
different(const unsigned char *s, size_t len)
{
	bool	seen[256] = { false };
	size_t	i, n = 0;

	for (i = 0; i < len; i++) {
		n += !seen[s[i]];
		seen[s[i]] = true;
	}
	return n;
}

/* How many letters belong to a word that everybody tries first. */
static size_t
worn_out(const char *s, size_t len)
{
	char	low[64];
	size_t	i, n, most = 0;

	n = len < sizeof low - 1 ? len : sizeof low - 1;
	for (i = 0; i < n; i++)
		low[i] = (char)tolower((unsigned char)s[i]);
	low[n] = '\0';
	for (i = 0; i < sizeof common / sizeof common[0]; i++)
		if (strstr(low, common[i]) != NULL && strlen(common[i]) > most)
			most = strlen(common[i]);
	sodium_memzero(low, sizeof low);
	return most;
}

enum strength
strength_of(const char *text, size_t len)
{
	const unsigned char	*s = (const unsigned char *)text;
	size_t			 worth, worn;
	double			 bits;

	worth = surprises(s, len);
	if (worth > different(s, len) * 2)
		worth = different(s, len) * 2;
	worn = worn_out(text, len);
	worth = worth > worn ? worth - worn : 0;
	bits = (double)worth * bits_of_class(s, len) + (worn > 0 ? 8 : 0);
	return bits < BITS_FAIR ? STRENGTH_WEAK : bits < BITS_GOOD ?
	    STRENGTH_FAIR : bits < BITS_STRONG ? STRENGTH_GOOD :
	    STRENGTH_STRONG;
}

/* --- Good ones ----------------------------------------------------------- */

static bool
generate_words(const struct generate *g, char out[GENERATE_TEXT])
{
	const char *const	*list = g->lang == LANG_TR ? words_tr :
				    words_en;
	size_t			 n = 0;
	int			 i;

	if (g->words < 4 || g->words > GENERATE_WORDS)
		return false;
	for (i = 0; i < g->words; i++)
		n += (size_t)snprintf(out + n, GENERATE_TEXT - n, "%s%s",
		    i > 0 ? "-" : "", list[randombytes_uniform(WORDS)]);
	return true;
}

bool
password_generate(const struct generate *g, char out[GENERATE_TEXT])
{
	static const char *const	classes[4] = {
		"abcdefghijkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ",
		"23456789", "!#$%&*+-=?@_.:;"
	};
	const bool	asked[4] = { g->lower, g->upper, g->digits, g->signs };
	char		all[128], one;
	size_t		n = 0, m = 0, i, k, len = (size_t)g->length;

	if (g->words != 0)
		return generate_words(g, out);
	if (g->length < GENERATE_MIN || g->length > GENERATE_MAX)
		return false;
	for (i = 0; i < 4; i++)
		if (asked[i]) {
			out[n++] = classes[i][randombytes_uniform(
			    (uint32_t)strlen(classes[i]))];
			m += (size_t)snprintf(all + m, sizeof all - m, "%s",
			    classes[i]);
		}
	if (n == 0)
		return false;
	while (n < len)
		out[n++] = all[randombytes_uniform((uint32_t)m)];
	out[n] = '\0';
	for (i = n - 1; i > 0; i--) {
		k = randombytes_uniform((uint32_t)i + 1);
		one = out[i];
		out[i] = out[k];
		out[k] = one;
	}
	return true;
}
