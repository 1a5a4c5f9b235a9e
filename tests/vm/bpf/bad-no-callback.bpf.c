// SPDX-License-Identifier: GPL-2.0-only
/* The policy has no program that answers. */
#include <stddef.h>

#include "bad.h"

BAD_POLICY(mute, NULL);
