/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of drivers as values of fact DRIVER. Facts are numbers, so the value is a hash of the
 * name: FNV-1a with 64 bits, which is the same for every policy, machine and program.
 */
#ifndef DRIVER_NAME_H
#define DRIVER_NAME_H

#include <stdbool.h>
#include <stdint.h>

#define DRIVER_NAME_MAX 55 /* MODULE_NAME_LEN - 1, include/linux/moduleparam.h */

/* True for 1 to DRIVER_NAME_MAX letters, digits, '_', '-' and '.'. */
bool driver_name_is_valid(const char *name);

/* The value for @name, which must be valid. It is remembered, so that its name can be printed. */
int64_t driver_name_value(const char *name);

/* The name of a value that driver_name_value() returned before; NULL: any other value. */
const char *driver_name(int64_t value);

#endif
