/*
 * konakctl, the operator's command line: its grammar is a table of commands
 * (ctl.c), from which parsing and help come. It talks to PostgreSQL with
 * plain synchronous libpq and ends on the first failure, so that each command
 * is written to be run again.
 */
#ifndef KONAK_CTL_H
#define KONAK_CTL_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CTL_OPTS	10

struct arena;
struct ctl;
struct def_errors;
struct tenant_file;

struct ctl_opt {
	const char	*name;		/* without the dashes */
	const char	*value;		/* what it takes; NULL: a switch */
	const char	*help;
};

struct ctl_cmd {
	const char	*words;		/* "tenant create" */
	const char	*operands;	/* "NAME", "[NAME]" or "" */
	const char	*help;
	int		 min, max;	/* operands */
	int		(*run)(struct ctl *);	/* exit status */
	struct ctl_opt	 opts[CTL_OPTS];
};

/* konakctl.yaml and what konakctl needs of konakd.yaml; see konakctl(8). */
struct ctl_conf {
	const char	*superuser;	/* conninfo of the cluster's superuser */
	const char	*superuser_as;	/* system user who connects; NULL: we */
	const char	*db_host;	/* what tenants' files say */
	int64_t		 db_port;
	const char	*operator;	/* folders */
	const char	*keys;
	const char	*heads;		/* of audit chains, signed */
	const char	*server_heads;	/* the same, as konakd has it, or NULL */
	const char	*sql;
	const char	*domain;
	const char	*server;	/* konakd.yaml */
	const char	*server_user;	/* who runs konakd; NULL: we do */
	/* from konakd.yaml */
	const char	*tenants;
	const char	*definitions;
	const char	*pid_file;
	const char	*socket;
	const char	*certificate;
	const char	*engine;
	const char	*listen;	/* the first address */
};

struct ctl {
	const struct ctl_cmd	*cmd;
	const char		*values[CTL_OPTS];	/* "" for a switch */
	char			**argv;			/* operands */
	int			 argc;
	const char		*conf_path;		/* --config, or NULL */
	struct ctl_conf		*conf;			/* ctl_conf() */
	struct arena		*arena;			/* the whole run */
};

extern const struct ctl_cmd ctl_cmds[];

/* -1: run the command; else the exit status after help or a complaint. */
int		 ctl_parse(struct ctl *, int argc, char **argv);

/* The option's value, NULL when it was not given. Asking for an option that
 * the command's row lacks is a bug. */
const char	*ctl_opt(const struct ctl *, const char *name);
/* The same as a number within limits; ends the program when it is none. */
long		 ctl_number(const struct ctl *, const char *name, long dflt,
		    long min, long max);
/* Both files, read once. */
struct ctl_conf	*ctl_conf(struct ctl *);
void		 ctl_die(const char *, ...)
		    __attribute__((noreturn, format(printf, 1, 2)));

/* files.c. file_read gives NULL for a file that does not exist; file_write
 * replaces a file at once, with mode 0600. Owner NULL: we. Other failures end
 * the program. */
char		*file_read(struct ctl *, const char *path, size_t *len);
void		 file_write(struct ctl *, const char *path, const char *text,
		    const char *owner);
void		 file_mkdir(const char *path, const char *owner);
void		 file_chown(const char *path, const char *owner);

/* pg.c: synchronous PostgreSQL; every failure ends the program, but for
 * _try, which give NULL and a line that says why. */
PGconn		*pg_superuser_try(struct ctl *, const char *dbname,
		    const char **error);
PGconn		*pg_connect_try(struct ctl *, const struct tenant_file *,
		    const char *user, const char *password,
		    const char **error);
PGconn		*pg_superuser(struct ctl *, const char *dbname);
PGconn		*pg_connect(struct ctl *, const struct tenant_file *,
		    const char *user, const char *password);
PGresult	*pg_query(PGconn *, const char *sql, int n,
		    const char *const *params);
/* First column of the first row, in the arena; NULL for no row or null. */
char		*pg_value(struct ctl *, PGconn *, const char *sql, int n,
		    const char *const *params);
void		 pg_exec(PGconn *, const char *sql);
/* Statements that take no parameters (create role …): format() of the
 * database itself puts the n words in, %I and %L as usual. */
void		 pg_format(struct ctl *, PGconn *, const char *format, int n,
		    const char *const *words);
void		 pg_file(struct ctl *, PGconn *, const char *path);
/* Any number of statements; false and the message when one fails. */
bool		 pg_try(struct ctl *, PGconn *, const char *sql,
		    char **error);

/* tenant.c: tenants/NAME.yaml and operator/NAME.yaml together. */
struct tenant_file {
	const char	*name;
	const char	*host;
	const char	*db_host;
	int64_t		 db_port;
	const char	*db_name;
	const char	*app_user;
	const char	*app_password;
	const char	*sslmode;	/* NULL: by the host */
	const char	*key_file;
	const char	*keys;		/* file, credential or unseal */
	const char	*state;
	const char	*migrate_user;
	const char	*migrate_password;
	const char	*backup_user;
	const char	*backup_password;
};

/* NULL when there is no such tenant. */
struct tenant_file *tenant_load(struct ctl *, const char *name);
/* Names of all tenants, sorted, ended by NULL. */
char		**tenant_names(struct ctl *);
/* --tenant, or the only one there is. */
struct tenant_file *tenant_chosen(struct ctl *);

/* migrate.c: false when one failed; says which. */
bool		 migrate_tenant(struct ctl *, const struct tenant_file *,
		    bool dry_run, bool fake_initial);
/* waiting.c: seals what a migration has left for it, on a connection of the
 * migrating role; false: there is no key file. */
bool		 waiting_seal(struct ctl *, const struct tenant_file *,
		    PGconn *, const char *key_file);
/* True when one is missing or is not the one that was applied. */
bool		 migrate_pending(struct ctl *, const struct tenant_file *);

/* cluster.c: settings that cluster init writes and doctor checks. */
struct cluster_setting {
	const char	*name;
	const char	*value;		/* as current_setting() gives it */
	const char	*why;
};
extern const struct cluster_setting cluster_settings[];

/* ping.c: NULL when the server answers, else what is wrong. */
const char	*ping_unix(struct ctl *, const char *tenant);
const char	*ping_tls(struct ctl *, const char *host);

/* reload.c: false when no server runs. */
bool	server_reload(struct ctl *);

/* defs.c: the definitions of these folders (dir:dir). */
bool	defs_read(struct ctl *, const char *dirs, struct def_errors *);

/* user.c: a transaction as the owner of the chosen tenant's tables. */
PGconn	*operator_begin(struct ctl *);
void	 operator_commit(PGconn *);

/* The commands. */
int	cluster_init_run(struct ctl *);
int	tenant_create_run(struct ctl *);
int	tenant_list_run(struct ctl *);
int	tenant_migrate_run(struct ctl *);
int	user_add_run(struct ctl *);
int	owner_create_run(struct ctl *);
int	user_reset_run(struct ctl *);
int	user_reset_2fa_run(struct ctl *);
int	plan_set_run(struct ctl *);
int	plan_list_run(struct ctl *);
int	plan_give_run(struct ctl *);
int	credit_give_run(struct ctl *);
int	sample_run(struct ctl *);
int	doctor_run(struct ctl *);
int	ping_run(struct ctl *);
int	unseal_run(struct ctl *);
int	keys_status_run(struct ctl *);
int	keys_rotate_run(struct ctl *);
int	keys_seal_run(struct ctl *);
/* What the running server's key process answers to a line and the bytes after
 * it, in the arena; NULL when no server listens. */
char	*keys_control(struct ctl *, const char *line, const void *, size_t len);
int	reload_run(struct ctl *);
int	defs_sql_run(struct ctl *);
int	defs_check_run(struct ctl *);
int	audit_verify_run(struct ctl *);
int	audit_export_run(struct ctl *);
int	audit_heads_run(struct ctl *);

#endif
