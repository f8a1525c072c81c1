/* What the database's errors mean to the one who asked. */
#ifndef KONAK_SQLSTATE_H
#define KONAK_SQLSTATE_H

#include "lib/proto.h"
#include "server/db/db.h"

/* Sets the key of the general sentence. */
enum err	sqlstate_map(const struct db_error *, const char **key);

#endif
