/*
 * The sealed 2FA secret of a person: where it is bound to. group is the id of
 * the group's own company row (konak.group_company()), which never changes.
 */
#ifndef KONAK_AUTH_TOTPBOX_H
#define KONAK_AUTH_TOTPBOX_H

#include "lib/seal.h"

static inline struct seal_aad
totpbox_aad(const char *group, const char *user)
{
	return (struct seal_aad) {
		.tenant = group,
		.company = group,
		.table = "auth.totp",
		.record = user,
		.field = "secret"
	};
}

#endif
