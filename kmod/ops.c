// SPDX-License-Identifier: GPL-2.0-only
/* What BPF sees: the struct_ops type tierbpf_ops, the hook for fmod_ret, the kfuncs. */
#include <linux/bpf.h>
#include <linux/bpf_verifier.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>

#include "kmod.h"

/* The registrations succeed without doing anything where the module has no BTF. */
static bool btf_seen;

static int ops_init(struct btf *btf)
{
	btf_seen = true;
	return 0;
}

/* A policy is asked under RCU, perhaps with memory_tier_lock held: it must not sleep. */
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
 * Attach, replace and detach: when the system call returns, the nodes are where the
 * new policy wants them, but for those that a shortage of memory delays.
 *
 * BPF holds its mutex of struct_ops (of all types) meanwhile, so the time is bounded
 * (retier.c): each hotplug operation that is under way is waited for HOTPLUG_PATIENCE,
 * nodes leave their tiers for MOVE_PATIENCE at most and take about as long to come back,
 * once for who moves nodes already and once for the policy; the worker moves what is left.
 * What is not bounded is how long a policy takes for its answers.
 *
 * Only links: without one, nothing could be replaced in one step, and a policy would
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

/*
 * Asks again where @node belongs and moves it there before it returns; all nodes
 * if @node is negative. Returns how many nodes were moved, or -errno: -EINVAL no
 * such node, -EAGAIN its last memory is just leaving, or it was moved too often
 * (TIERBPF_MOVES): it is looked at again shortly; -EDEADLK called from a decision or an
 * event.
 */
__bpf_kfunc int tierbpf_retier(int node)
{
	if (retier_is_mover())
		return -EDEADLK;
	return node < 0 ? retier_all(false) : retier_node(node);
}

/* The same, soon: for programs that cannot sleep. 0, -EINVAL or -EDEADLK. */
__bpf_kfunc int tierbpf_retier_async(int node)
{
	/* An interrupt on top of the mover is not a decision. */
	if (in_task() && retier_is_mover())
		return -EDEADLK;
	return retier_queue(node);
}

/* What the hook says of @node at this moment; moves nothing. 0, -EINVAL or -ENOENT (no memory). */
__bpf_kfunc int tierbpf_ask(int node, struct tierbpf_answer *answer)
{
	if (!answer) /* before 6.13 the verifier lets NULL pass */
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

/* What is registered goes with the module's BTF; there is nothing to undo. */
int ops_register(void)
{
	int err;

	err = register_bpf_struct_ops(&bpf_tierbpf_ops, tierbpf_ops);
	if (!err && !btf_seen) {
		pr_err("the module has no BTF, BPF could not reach it: build it where pahole and the kernel's vmlinux (BTF) are present\n");
		return -ENOEXEC;
	}
	err = err ?: register_btf_fmodret_id_set(&fmodret_set);
	err = err ?: register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &tracing_set);
	err = err ?: register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL, &syscall_set);
	return err;
}
