// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything that BPF programs can reach: the struct_ops type tierbpf_ops, the hook for
 * fmod_ret programs, and the kfuncs.
 */
#include <linux/bpf.h>
#include <linux/bpf_verifier.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>

#include "kmod.h"

/* If the module has no BTF, registering succeeds without doing anything; this tells. */
static bool btf_seen;

static int ops_init(struct btf *btf)
{
	btf_seen = true;
	return 0;
}

/* A policy must not sleep: it is asked under RCU, perhaps with memory_tier_lock held. */
static int ops_check_member(const struct btf_type *t, const struct btf_member *member,
			    const struct bpf_prog *prog)
{
	return prog->sleepable ? -EINVAL : 0;
}

static int ops_init_member(const struct btf_type *t, const struct btf_member *member, void *kdata,
			   const void *udata)
{
	const struct tierbpf_ops *from = udata;
	struct tierbpf_ops *to = kdata;

	switch (__btf_member_bit_offset(t, member)) {
	case offsetof(struct tierbpf_ops, abi) * 8:
		to->abi = from->abi;
		return 1;
	case offsetof(struct tierbpf_ops, name) * 8:
		return strscpy(to->name, from->name, sizeof(to->name)) < 0 ? -EINVAL : 1;
	case offsetof(struct tierbpf_ops, generation) * 8:
		to->generation = from->generation;
		return 1;
	}
	return 0;
}

static int ops_validate(void *kdata)
{
	struct tierbpf_ops *ops = kdata;

	if (ops->abi != TIERBPF_ABI) {
		pr_warn("policy %s was built for ABI %u, this module has %u\n", ops->name, ops->abi,
			TIERBPF_ABI);
		return -EPROTO;
	}
	return ops->adistance ? 0 : -EINVAL;
}

static int generation_of(const struct tierbpf_ops *ops)
{
	return ops ? ops->generation ?: -1 : 0;
}

static int switch_policy(struct tierbpf_ops *to, struct tierbpf_ops *from)
{
	int err = hook_set_policy(to, from);

	if (err)
		return err;
	hook_report(TIERBPF_EVENT_POLICY, -1, generation_of(from), generation_of(to), 0);
	retier_all(true);
	return 0;
}

/*
 * Attach, replace and detach a policy. When the system call returns, the nodes are where
 * the new policy wants them, except for those that a shortage of memory delays.
 *
 * BPF holds its mutex of struct_ops (of all types) meanwhile, so the time is bounded
 * (retier.c). This waits HOTPLUG_PATIENCE at most for a hotplug operation that is under
 * way, and for no further one after HOTPLUGS_PATIENCE. Then nodes leave their tiers for
 * MOVE_PATIENCE at most and take about as long to join the new ones; a caller that is
 * moving nodes already may take the same time first. The worker moves the rest. The time
 * that a policy takes for its answers is not bounded.
 *
 * A policy needs a link: without one, it could not be replaced in one step, and would
 * outlive its owner.
 */
static int ops_reg(void *kdata, struct bpf_link *link)
{
	return link ? switch_policy(kdata, NULL) : -EOPNOTSUPP;
}

static int ops_update(void *kdata, void *old_kdata, struct bpf_link *link)
{
	return switch_policy(kdata, old_kdata);
}

static void ops_unreg(void *kdata, struct bpf_link *link)
{
	switch_policy(NULL, kdata);
}

static bool ops_is_valid_access(int off, int size, enum bpf_access_type type,
				const struct bpf_prog *prog, struct bpf_insn_access_aux *info)
{
	return bpf_tracing_btf_ctx_access(off, size, type, prog, info);
}

static const struct bpf_verifier_ops ops_verifier = {
	.get_func_proto = bpf_base_func_proto,
	.is_valid_access = ops_is_valid_access,
};

static int adistance_stub(const struct tierbpf_node *node)
{
	return 0;
}

static struct tierbpf_ops ops_stubs = {
	.adistance = adistance_stub,
};

static struct bpf_struct_ops bpf_tierbpf_ops = {
	.verifier_ops = &ops_verifier,
	.init = ops_init,
	.check_member = ops_check_member,
	.init_member = ops_init_member,
	.reg = ops_reg,
	.update = ops_update,
	.unreg = ops_unreg,
	.validate = ops_validate,
	.cfi_stubs = &ops_stubs,
	.name = "tierbpf_ops",
	.owner = THIS_MODULE,
};

__bpf_kfunc_start_defs();

/**
 * tierbpf_retier() - Asks where a node belongs, and moves it there before it returns
 * @node: the node; all nodes if negative
 *
 * Return: how many nodes were moved, or -errno of the first node that could not be moved;
 * the others are moved all the same.
 * -EINVAL: there is no such node. -EAGAIN: its last memory is just being removed, or it
 * was moved too often (TIERBPF_MOVES), or other moves or hotplug operations took too long.
 * -ENOMEM: memory is short. After these two, the module tries again by itself, within a
 * second.
 * -EDEADLK: called from a program that runs in a decision or an event.
 */
__bpf_kfunc int tierbpf_retier(int node)
{
	if (retier_is_mover())
		return -EDEADLK;
	return node < 0 ? retier_all(false) : retier_node(node);
}

/**
 * tierbpf_retier_async() - Asks for a retier soon; for programs that cannot sleep
 * @node: the node; all nodes if negative
 *
 * Return: 0, or -EINVAL or -EDEADLK as tierbpf_retier().
 */
__bpf_kfunc int tierbpf_retier_async(int node)
{
	/* An interrupt that interrupts the task which moves nodes may ask. */
	if (in_task() && retier_is_mover())
		return -EDEADLK;
	return retier_queue(node);
}

/**
 * tierbpf_ask() - Asks the hook where a node belongs now; moves nothing
 * @node: the node
 * @answer: filled on success
 *
 * Return: 0, or -errno. -EINVAL: there is no such node, or @answer is NULL. -ENOENT: the
 * node has no memory, or is in no tier. -EAGAIN: hotplug operations followed each other for
 * too long; ask again. -EDEADLK as tierbpf_retier().
 */
__bpf_kfunc int tierbpf_ask(int node, struct tierbpf_answer *answer)
{
	if (!answer) /* the verifier does not reject NULL before Linux 6.13 */
		return -EINVAL;
	if (retier_is_mover())
		return -EDEADLK;
	return retier_ask(node, answer);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(tracing_ids)
BTF_ID_FLAGS(func, tierbpf_retier_async)
BTF_KFUNCS_END(tracing_ids)

BTF_KFUNCS_START(syscall_ids)
BTF_ID_FLAGS(func, tierbpf_retier, KF_SLEEPABLE)
BTF_ID_FLAGS(func, tierbpf_retier_async)
BTF_ID_FLAGS(func, tierbpf_ask, KF_SLEEPABLE)
BTF_KFUNCS_END(syscall_ids)

BTF_KFUNCS_START(fmodret_ids)
BTF_ID_FLAGS(func, tierbpf_adistance)
BTF_KFUNCS_END(fmodret_ids)

static const struct btf_kfunc_id_set tracing_set = { .owner = THIS_MODULE, .set = &tracing_ids };
static const struct btf_kfunc_id_set syscall_set = { .owner = THIS_MODULE, .set = &syscall_ids };
static const struct btf_kfunc_id_set fmodret_set = { .owner = THIS_MODULE, .set = &fmodret_ids };

/* The kernel drops these registrations with the module's BTF, so nothing undoes them here. */
int ops_register(void)
{
	int err;

	err = register_bpf_struct_ops(&bpf_tierbpf_ops, tierbpf_ops);
	if (!err && !btf_seen) {
		pr_err("the module has no BTF, so BPF programs cannot use it: build it where pahole and the kernel's vmlinux (with BTF) are present\n");
		return -ENOEXEC;
	}
	err = err ?: register_btf_fmodret_id_set(&fmodret_set);
	err = err ?: register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &tracing_set);
	err = err ?: register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL, &syscall_set);
	return err;
}
