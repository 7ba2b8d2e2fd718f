// SPDX-License-Identifier: Apache-2.0
// Layouts that programs were compiled for, on 64-bit machines. Tests/LiblxcTests compiles this file against Debian's headers too.
#ifndef CLIBLXC_LAYOUT_CHECKS_H
#define CLIBLXC_LAYOUT_CHECKS_H

#include <lxc/lxccontainer.h>
#include <stddef.h>

#define CLIBLXC_AT(type, member, offset) _Static_assert(offsetof(type, member) == (offset), #member " has moved")

#if __SIZEOF_POINTER__ == 8
CLIBLXC_AT(struct lxc_container, name, 0);
CLIBLXC_AT(struct lxc_container, configfile, 8);
CLIBLXC_AT(struct lxc_container, pidfile, 16);
CLIBLXC_AT(struct lxc_container, slock, 24);
CLIBLXC_AT(struct lxc_container, privlock, 32);
CLIBLXC_AT(struct lxc_container, numthreads, 40);
CLIBLXC_AT(struct lxc_container, lxc_conf, 48);
CLIBLXC_AT(struct lxc_container, error_string, 56);
CLIBLXC_AT(struct lxc_container, error_num, 64);
CLIBLXC_AT(struct lxc_container, daemonize, 68);
CLIBLXC_AT(struct lxc_container, config_path, 72);
CLIBLXC_AT(struct lxc_container, is_defined, 80);
CLIBLXC_AT(struct lxc_container, state, 88);
CLIBLXC_AT(struct lxc_container, is_running, 96);
CLIBLXC_AT(struct lxc_container, freeze, 104);
CLIBLXC_AT(struct lxc_container, unfreeze, 112);
CLIBLXC_AT(struct lxc_container, init_pid, 120);
CLIBLXC_AT(struct lxc_container, load_config, 128);
CLIBLXC_AT(struct lxc_container, start, 136);
CLIBLXC_AT(struct lxc_container, startl, 144);
CLIBLXC_AT(struct lxc_container, stop, 152);
CLIBLXC_AT(struct lxc_container, want_daemonize, 160);
CLIBLXC_AT(struct lxc_container, want_close_all_fds, 168);
CLIBLXC_AT(struct lxc_container, config_file_name, 176);
CLIBLXC_AT(struct lxc_container, wait, 184);
CLIBLXC_AT(struct lxc_container, set_config_item, 192);
CLIBLXC_AT(struct lxc_container, destroy, 200);
CLIBLXC_AT(struct lxc_container, save_config, 208);
CLIBLXC_AT(struct lxc_container, create, 216);
CLIBLXC_AT(struct lxc_container, createl, 224);
CLIBLXC_AT(struct lxc_container, rename, 232);
CLIBLXC_AT(struct lxc_container, reboot, 240);
CLIBLXC_AT(struct lxc_container, shutdown, 248);
CLIBLXC_AT(struct lxc_container, clear_config, 256);
CLIBLXC_AT(struct lxc_container, clear_config_item, 264);
CLIBLXC_AT(struct lxc_container, get_config_item, 272);
CLIBLXC_AT(struct lxc_container, get_running_config_item, 280);
CLIBLXC_AT(struct lxc_container, get_keys, 288);
CLIBLXC_AT(struct lxc_container, get_interfaces, 296);
CLIBLXC_AT(struct lxc_container, get_ips, 304);
CLIBLXC_AT(struct lxc_container, get_cgroup_item, 312);
CLIBLXC_AT(struct lxc_container, set_cgroup_item, 320);
CLIBLXC_AT(struct lxc_container, get_config_path, 328);
CLIBLXC_AT(struct lxc_container, set_config_path, 336);
CLIBLXC_AT(struct lxc_container, clone, 344);
CLIBLXC_AT(struct lxc_container, console_getfd, 352);
CLIBLXC_AT(struct lxc_container, console, 360);
CLIBLXC_AT(struct lxc_container, attach, 368);
CLIBLXC_AT(struct lxc_container, attach_run_wait, 376);
CLIBLXC_AT(struct lxc_container, attach_run_waitl, 384);
CLIBLXC_AT(struct lxc_container, snapshot, 392);
CLIBLXC_AT(struct lxc_container, snapshot_list, 400);
CLIBLXC_AT(struct lxc_container, snapshot_restore, 408);
CLIBLXC_AT(struct lxc_container, snapshot_destroy, 416);
CLIBLXC_AT(struct lxc_container, may_control, 424);
CLIBLXC_AT(struct lxc_container, add_device_node, 432);
CLIBLXC_AT(struct lxc_container, remove_device_node, 440);
CLIBLXC_AT(struct lxc_container, attach_interface, 448);
CLIBLXC_AT(struct lxc_container, detach_interface, 456);
CLIBLXC_AT(struct lxc_container, checkpoint, 464);
CLIBLXC_AT(struct lxc_container, restore, 472);
CLIBLXC_AT(struct lxc_container, destroy_with_snapshots, 480);
CLIBLXC_AT(struct lxc_container, snapshot_destroy_all, 488);
CLIBLXC_AT(struct lxc_container, migrate, 496);
CLIBLXC_AT(struct lxc_container, console_log, 504);
CLIBLXC_AT(struct lxc_container, reboot2, 512);
CLIBLXC_AT(struct lxc_container, mount, 520);
CLIBLXC_AT(struct lxc_container, umount, 528);
CLIBLXC_AT(struct lxc_container, seccomp_notify_fd, 536);
CLIBLXC_AT(struct lxc_container, seccomp_notify_fd_active, 544);
CLIBLXC_AT(struct lxc_container, init_pidfd, 552);
CLIBLXC_AT(struct lxc_container, devpts_fd, 560);
CLIBLXC_AT(struct lxc_snapshot, name, 0);
CLIBLXC_AT(struct lxc_snapshot, comment_pathname, 8);
CLIBLXC_AT(struct lxc_snapshot, timestamp, 16);
CLIBLXC_AT(struct lxc_snapshot, lxcpath, 24);
CLIBLXC_AT(struct lxc_snapshot, free, 32);
CLIBLXC_AT(struct bdev_specs, fstype, 0);
CLIBLXC_AT(struct bdev_specs, fssize, 8);
CLIBLXC_AT(struct bdev_specs, zfs.zfsroot, 16);
CLIBLXC_AT(struct bdev_specs, lvm.vg, 24);
CLIBLXC_AT(struct bdev_specs, lvm.lv, 32);
CLIBLXC_AT(struct bdev_specs, lvm.thinpool, 40);
CLIBLXC_AT(struct bdev_specs, dir, 48);
CLIBLXC_AT(struct bdev_specs, rbd.rbdname, 56);
CLIBLXC_AT(struct bdev_specs, rbd.rbdpool, 64);
CLIBLXC_AT(struct migrate_opts, directory, 0);
CLIBLXC_AT(struct migrate_opts, verbose, 8);
CLIBLXC_AT(struct migrate_opts, stop, 9);
CLIBLXC_AT(struct migrate_opts, predump_dir, 16);
CLIBLXC_AT(struct migrate_opts, pageserver_address, 24);
CLIBLXC_AT(struct migrate_opts, pageserver_port, 32);
CLIBLXC_AT(struct migrate_opts, preserves_inodes, 40);
CLIBLXC_AT(struct migrate_opts, action_script, 48);
CLIBLXC_AT(struct migrate_opts, disable_skip_in_flight, 56);
CLIBLXC_AT(struct migrate_opts, ghost_limit, 64);
CLIBLXC_AT(struct migrate_opts, features_to_check, 72);
CLIBLXC_AT(struct lxc_console_log, clear, 0);
CLIBLXC_AT(struct lxc_console_log, read, 1);
CLIBLXC_AT(struct lxc_console_log, read_max, 8);
CLIBLXC_AT(struct lxc_console_log, data, 16);
CLIBLXC_AT(struct lxc_log, name, 0);
CLIBLXC_AT(struct lxc_log, lxcpath, 8);
CLIBLXC_AT(struct lxc_log, file, 16);
CLIBLXC_AT(struct lxc_log, level, 24);
CLIBLXC_AT(struct lxc_log, prefix, 32);
CLIBLXC_AT(struct lxc_log, quiet, 40);
CLIBLXC_AT(lxc_attach_options_t, attach_flags, 0);
CLIBLXC_AT(lxc_attach_options_t, namespaces, 4);
CLIBLXC_AT(lxc_attach_options_t, personality, 8);
CLIBLXC_AT(lxc_attach_options_t, initial_cwd, 16);
CLIBLXC_AT(lxc_attach_options_t, uid, 24);
CLIBLXC_AT(lxc_attach_options_t, gid, 28);
CLIBLXC_AT(lxc_attach_options_t, env_policy, 32);
CLIBLXC_AT(lxc_attach_options_t, extra_env_vars, 40);
CLIBLXC_AT(lxc_attach_options_t, extra_keep_env, 48);
CLIBLXC_AT(lxc_attach_options_t, stdin_fd, 56);
CLIBLXC_AT(lxc_attach_options_t, stdout_fd, 60);
CLIBLXC_AT(lxc_attach_options_t, stderr_fd, 64);
CLIBLXC_AT(lxc_attach_options_t, log_fd, 68);
CLIBLXC_AT(lxc_attach_options_t, lsm_label, 72);
CLIBLXC_AT(lxc_attach_options_t, groups, 80);
_Static_assert(sizeof(struct lxc_snapshot) == 40, "struct lxc_snapshot has another size");
_Static_assert(sizeof(struct bdev_specs) == 72, "struct bdev_specs has another size");
_Static_assert(sizeof(struct lxc_mount) == 4, "struct lxc_mount has another size");
_Static_assert(sizeof(struct lxc_console_log) == 24, "struct lxc_console_log has another size");
_Static_assert(sizeof(struct migrate_opts) == 80, "struct migrate_opts has another size");
_Static_assert(sizeof(lxc_attach_command_t) == 16, "lxc_attach_command_t has another size");
_Static_assert(sizeof(struct lxc_log) == 48, "struct lxc_log has another size");
_Static_assert(sizeof(lxc_attach_options_t) == 96, "lxc_attach_options_t has another size");
#endif

#endif
