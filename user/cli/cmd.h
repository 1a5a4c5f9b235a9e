/* SPDX-License-Identifier: GPL-2.0-only */
/* The verbs: each parses its options, does its work, prints, and returns an exit status. */
#ifndef CMD_H
#define CMD_H

int cmd_check(int argc, char **argv);
int cmd_topology(int argc, char **argv);
int cmd_measure(int argc, char **argv);
int cmd_init(int argc, char **argv);
int cmd_plan(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_load(int argc, char **argv);
int cmd_confirm(int argc, char **argv);
int cmd_unload(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_watch(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_set(int argc, char **argv);
int cmd_unset(int argc, char **argv);

#endif
