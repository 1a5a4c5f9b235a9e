// SPDX-License-Identifier: GPL-2.0-only
/* Nobody answers. */
#include <stddef.h>

#include "bad.h"

BAD_POLICY(mute, NULL);
