// SPDX-License-Identifier: GPL-2.0-only
#include "cxl/ports.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/sysfs.h"

char *cxl_link(const char *root, const char *device, const char *name)
{
	_cleanup_free_ char *link = NULL;

	if (asprintf(&link, "%s/%s", device, name) < 0) {
		link = NULL;
		return NULL;
	}
	return sysfs_real(root, link);
}

char *cxl_region(const char *root, const char *name)
{
	return cxl_link(root, CXL_DEVICES, name);
}

char *cxl_target(const char *root, const char *region, int place, bool *more)
{
	_cleanup_free_ char *name = NULL;

	*more = place < CXL_MAX_TARGETS && !sysfs_text(&name, root, "%s/target%d", region, place);
	if (!*more || strncmp(name, "decoder", 7) || strchr(name, '/'))
		return NULL;
	return cxl_link(root, CXL_DEVICES, name);
}

char *cxl_parent(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash > path ? strndup(path, (size_t)(slash - path)) : NULL;
}

bool cxl_serial(const char *root, const char *endpoint, uint64_t *serial)
{
	_cleanup_free_ char *card = cxl_link(root, endpoint, "uport");

	return card && sysfs_number(serial, 0, root, "%s/serial", card);
}

static bool is_called(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	size_t length = strlen(name);

	return slash && !strncmp(slash + 1, name, length) &&
	       isdigit((unsigned char)slash[1 + length]);
}

bool cxl_is_root(const char *port)
{
	return is_called(port, "root");
}

bool cxl_is_endpoint(const char *port)
{
	return is_called(port, "endpoint");
}
