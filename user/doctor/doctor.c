// SPDX-License-Identifier: GPL-2.0-only
#include "doctor/doctor.h"

#include "util/msg.h"

int doctor_look(struct doctor *d)
{
	doctor_look_at_kernel(d);
	doctor_look_at_machine(d);
	return d->full ? no_memory() : 0;
}
