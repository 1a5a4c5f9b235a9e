// SPDX-License-Identifier: GPL-2.0-only
#include "engine/in-force.h"

#include <bpf/bpf.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "engine/pinned-map.h"
#include "engine/pins.h"
#include "util/cleanup.h"
#include "util/fault.h"
#include "util/msg.h"

static bool is_printable(const char *text, size_t size)
{
	const char *end = memchr(text, 0, size), *c;

	for (c = text; end && c < end; c++)
		if (!isprint((unsigned char)*c))
			return false;
	return end;
}

/* With another ABI the other fields may hold anything; callers check the ABI first. */
static bool is_sane(const struct tierbpf_meta *meta)
{
	return meta->abi != TIERBPF_ABI ||
	       (is_printable(meta->object, sizeof(meta->object)) &&
		meta->nr_rules <= TIERBPF_MAX_RULES && meta->nr_groups <= TIERBPF_MAX_NODES &&
		meta->source_bytes <= TIERBPF_MAX_POLICY_BYTES);
}

int engine_read_meta(struct tierbpf_meta *meta)
{
	int err = pinned_map_read(POLICY_PATH("meta"), meta, sizeof(*meta));

	return err || is_sane(meta) ? err : -EPROTO;
}

/* The kernel begins again after a key that has just been removed, but the list has an end. */
void engine_list_overrides(int fd, struct tierbpf_overrides *list)
{
	__u32 node, *before = NULL;

	list->count = 0;
	while (list->count < TIERBPF_MAX_NODES && !bpf_map_get_next_key(fd, before, &node)) {
		list->of[list->count].node = node;
		before = &list->of[list->count].node;
		list->count += !bpf_map_lookup_elem(fd, &node, &list->of[list->count].adistance);
	}
}

int engine_unload(void)
{
	_cleanup_close_ int link = bpf_obj_get(PIN_PATH(TIERBPF_PIN_LINK));

	/* The module moves the nodes back before this returns. */
	if (link >= 0 && bpf_link_detach(link) && errno != ENOLINK)
		return fail(-errno, "the policy cannot be detached: %s", strerror(errno));
	fault_point("the policy is detached");
	if (!pins_remove_all())
		return 0;
	return fail(-ENOTEMPTY,
		    "the policy is detached, but what is named above stays attached: remove what keeps it "
		    "from being removed, and run tierbpf unload again; or reboot");
}
