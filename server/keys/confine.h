/* confine.h - what the key process may ask of the system from now on: its
 * files, its descriptor, memory. false: this machine has no filter. */
#ifndef KONAK_KEYS_CONFINE_H
#define KONAK_KEYS_CONFINE_H

#include <stdbool.h>

bool	confine(void);

#endif
