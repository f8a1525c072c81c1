/* loader.h - what the files that read definitions share. */
#ifndef KONAK_DEF_LOADER_H
#define KONAK_DEF_LOADER_H

#include "lib/arena.h"
#include "lib/yaml.h"
#include "server/def/def.h"

struct loader {
	struct arena		*arena;
	struct arena		*nodes;		/* until all is linked */
	struct def_errors	*errors;
	struct def		**defs;
	size_t			 ndefs;
	struct def_board	**boards;
	size_t			 nboards;
};

/* Each of these names what is wrong and goes on, so that one run tells all. */
#define fault(l, at, ...) def_errors_add((l)->errors, (at), __VA_ARGS__)

/* Names every key that is not in words. false when node is no map. */
bool	 load_keys(struct loader *, const struct ynode *,
	    const char *const *words);
/* NULL when missing; what is no plain text is a fault. */
const char *load_text(struct loader *, const struct ynode *, const char *key,
	    bool required);
/* Lower case letters, digits and _; NULL otherwise. */
const char *load_name(struct loader *, const struct ynode *, const char *key,
	    bool required);
const char *load_code(struct loader *, const struct ynode *);
bool	 load_bool(struct loader *, const struct ynode *, const char *key);
bool	 load_int(struct loader *, const struct ynode *, const char *key,
	    int64_t *);
bool	 load_label(struct loader *, const struct ynode *, const char *key,
	    bool required, struct label *);
/* A label whose map is the node itself; more may name further allowed keys. */
bool	 load_label_map(struct loader *, const struct ynode *,
	    const char *const *more, struct label *);
const char **load_names(struct loader *, const struct ynode *,
	    const char *key, size_t *n);
/* The field that the scalar names. */
struct field *load_field_ref(struct loader *, const struct def *,
	    const struct ynode *);
struct field **load_fields_ref(struct loader *, const struct def *,
	    const struct ynode *, const char *key, size_t *n);

/* fields.c */
void	 load_fields(struct loader *, struct def *);
bool	 load_rules(struct loader *, const struct ynode *,
	    struct value_rules *, struct def_choice **);
void	 link_fields(struct loader *, struct def *);
void	 link_fields_more(struct loader *, struct def *);

/* A map from fields to values that they must have: { kind: [a, b] }. */
struct def_when *load_whens(struct loader *, const struct def *,
	    const struct ynode *, size_t *n);

/* perm.c */
void	 load_perm(struct loader *, const struct def *, struct def_perm *,
	    const struct ynode *);
void	 load_perms(struct loader *, struct def *);
void	 link_perms(struct loader *, struct def *);

/* views.c: after every definition was read */
void	 link_views(struct loader *, struct def *);
void	 link_actions(struct loader *, struct def *);

/* kanban.c */
void	 link_kanban(struct loader *, struct def *, const struct ynode *);

/* boards.c */
void	 link_charts(struct loader *, struct def *, const struct ynode *);
void	 load_board_file(struct loader *, const char *name,
	    const struct ynode *);
struct def_board *load_board(const struct loader *, const char *name);
void	 link_boards(struct loader *);

/* link.c */
void	 link_all(struct loader *);
struct def *load_def(const struct loader *, const char *name);

#endif
