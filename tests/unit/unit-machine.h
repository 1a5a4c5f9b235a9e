/* SPDX-License-Identifier: GPL-2.0-only */
/* unit.h for the tests of machine.h: both have a tag "source". */
#ifndef UNIT_MACHINE_H
#define UNIT_MACHINE_H

#define source marked_source
#include "unit.h"
#undef source

#include "machine.h"

#endif
