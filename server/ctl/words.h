/*
 * The words that the sample holding is made of: names, places, trades and
 * sentences of Turkish business life. Data only; sample.c puts them together.
 */
#ifndef KONAK_WORDS_H
#define KONAK_WORDS_H

#include <stddef.h>

struct word_person {
	const char	*first;
	const char	*polite;	/* Bey or Hanım */
};

struct word_city {
	const char	*name;
	const char	*code;		/* of its telephone net */
	const char	*offices[3];	/* tax offices */
	const char	*districts[4];
};

struct word_sector {
	const char	*name;
	const char	*nouns[4];	/* what firms of it are called */
	const char	*note;
};

/* A company of the holding and the talk of its trade. */
struct word_trade {
	const char	*first[4];	/* the first contact */
	const char	*meeting[4];
	const char	*offer[4];
	const char	*work[8];
	const char	*later[4];	/* what is to be reminded of */
};

/* All arrays end with NULL or with a row whose first member is NULL. */
extern const struct word_person	 word_people[];
extern const char *const	 word_surnames[];
extern const struct word_city	 word_cities[];
extern const struct word_sector	 word_sectors[];
extern const char *const	 word_prefixes[];
extern const char *const	 word_forms[];
extern const char *const	 word_titles[];
extern const char *const	 word_streets[];
extern const struct word_trade	 word_trades[];
extern const char *const	 word_talk[];

enum { TRADE_DIGITAL, TRADE_SEO, TRADE_DESIGN, TRADE_SOFTWARE, TRADE_MOBILE,
	TRADE_MEDIA, TRADES };

#endif
