// SPDX-License-Identifier: Apache-2.0
// Calls every member of struct lxc_container and every exported function, and prints one line for each. Compiled against Debian's
// lxc-dev, so that the same program runs on C LXC's library and on ours and the lines can be compared.
//
// usage: every_member LXCPATH (an empty folder) NAME; containers are made there whose names begin with NAME, and removed.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <lxc/lxccontainer.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../Sources/CLiblxc/include/layout_checks.h"

static const char *lxcpath;
static const char *name;

// The container's name with something behind it; kept until the program ends.
static const char *named(const char *ending) {
    static char names[8][300];
    static int next;
    char *text = names[next++ % 8];
    snprintf(text, sizeof names[0], "%s%s", name, ending);
    return text;
}

// One line: the member, what was tried, and what came out.
#define SHOW(member, format, ...) (printf("%-26s " format "\n", member, __VA_ARGS__), fflush(stdout))
static const char *yes(bool value) { return value ? "true" : "false"; }

static void show_list(const char *what, char **list) {
    if (!list) {
        SHOW(what, "%s", "NULL");
        return;
    }
    char text[512] = "";
    for (int i = 0; list[i]; i++) {
        if (i) strcat(text, " ");
        strncat(text, list[i], sizeof text - strlen(text) - 2);
        free(list[i]);
    }
    free(list);
    SHOW(what, "%s", text);
}

// A value with its newlines shown as bars.
static void show_item(struct lxc_container *c, const char *key) {
    char text[4096] = "";
    const int needed = c->get_config_item(c, key, NULL, 0);
    const int length = c->get_config_item(c, key, text, sizeof text);
    if (length < 0) {
        SHOW("get_config_item", "%s: %s", key, "negative");
        return;
    }
    for (char *at = text; *at; at++) if (*at == '\n') *at = '|';
    SHOW("get_config_item", "%s: \"%s\" needs %s", key, text, needed == length ? "the same" : "another length");
}

// --- functions ----------------------------------------------------------------------------------------------------------------

static void functions(void) {
    const char *states[16] = {0};
    const int count = lxc_get_wait_states(states);
    SHOW("lxc_get_wait_states", "%d, and with NULL %d", count, lxc_get_wait_states(NULL));
    for (int i = 0; i < count; i++) SHOW("lxc_get_wait_states", "%d is %s", i, states[i]);
    SHOW("lxc_get_version", "%d.%d", atoi(lxc_get_version()), atoi(strchr(lxc_get_version(), '.') + 1));
    static const char *items[] = {"lxc.lxcpath", "lxc.default_config", "lxc.bdev.lvm.vg", "lxc.bdev.zfs.root", "lxc.cgroup.pattern"};
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        SHOW("lxc_get_global_config_item", "%s %s", items[i], lxc_get_global_config_item(items[i]) ? "has a value" : "is NULL");
    }
    SHOW("lxc_get_global_config_item", "unknown %s", lxc_get_global_config_item("lxc.nothing") ? "has a value" : "is NULL");
    static const char *keys[] = {"lxc.rootfs.path", "lxc.net.0.type", "lxc.nothing", "lxc.net.0.nothing", "lxc.sysctl.net.x", ""};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        SHOW("lxc_config_item_is_supported", "\"%s\": %s", keys[i], yes(lxc_config_item_is_supported(keys[i])));
    }
    static const char *extensions[] = {
        "lxc_log", "lxc_config_item_is_supported", "console_log", "reboot2", "mount_injection", "cgroup_relative",
        "mount_injection_file", "seccomp_allow_nesting", "seccomp_notify", "network_veth_routes", "network_ipvlan", "network_l2proxy",
        "network_gateway_device_route", "network_phys_macvlan_mtu", "network_veth_router", "cgroup2_devices", "cgroup2", "pidfd",
        "cgroup_advanced_isolation", "network_bridge_vlan", "time_namespace", "seccomp_allow_deny_syntax", "devpts_fd",
        "seccomp_notify_fd_active", "seccomp_proxy_send_notify_fd", "idmapped_mounts", "idmapped_mounts_v2", "core_scheduling",
        "cgroup2_auto_mounting", "nothing",
    };
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
        SHOW("lxc_has_api_extension", "%s: %s", extensions[i], yes(lxc_has_api_extension(extensions[i])));
    }
    char *log = NULL;
    if (asprintf(&log, "%s/log", lxcpath) < 0) exit(1);
    struct lxc_log options = {.name = name, .lxcpath = lxcpath, .file = log, .level = "ERROR", .prefix = "every_member", .quiet = true};
    SHOW("lxc_log_init", "%d", lxc_log_init(&options));
    free(log);
}

typedef int list_function(const char *, char ***, struct lxc_container ***);

static void show_listing(const char *what, list_function *list) {
    char **names = NULL;
    struct lxc_container **containers = NULL;
    const int count = list(lxcpath, &names, &containers);
    SHOW(what, "%d", count);
    for (int i = 0; i < count; i++) {
        SHOW(what, "%s is %s", names[i], containers[i]->name);
        free(names[i]);
        lxc_container_put(containers[i]);
    }
    free(names);
    free(containers);
    SHOW(what, "without results %d", list(lxcpath, NULL, NULL));
}

static void listings(void) {
    show_listing("list_defined_containers", list_defined_containers);
    show_listing("list_active_containers", list_active_containers);
    show_listing("list_all_containers", list_all_containers);
}

// --- a container that does not exist yet -------------------------------------------------------------------------------------

static void undefined(void) {
    struct lxc_container *c = lxc_container_new(name, lxcpath);
    SHOW("lxc_container_new", "%s", c ? "an object" : "NULL");
    SHOW("lxc_container_new", "without a name %s", lxc_container_new(NULL, lxcpath) ? "an object" : "NULL");
    if (!c) exit(1);
    SHOW("name", "%s", c->name);
    SHOW("configfile", "%s", c->configfile + strlen(lxcpath));
    SHOW("config_path", "%s", yes(strcmp(c->config_path, lxcpath) == 0));
    SHOW("pidfile", "%s", c->pidfile ? "set" : "NULL");
    SHOW("numthreads", "%d", c->numthreads);
    SHOW("lxc_conf", "%s", c->lxc_conf ? "set" : "NULL");
    SHOW("error_string", "%s", c->error_string ? "set" : "NULL");
    SHOW("error_num", "%d", c->error_num);
    SHOW("daemonize", "%s", yes(c->daemonize));
    SHOW("lxc_container_get", "%d", lxc_container_get(c));
    SHOW("numthreads", "then %d", c->numthreads);
    SHOW("lxc_container_put", "%d", lxc_container_put(c));
    SHOW("lxc_container_put", "of NULL %d", lxc_container_put(NULL));
    SHOW("is_defined", "%s", yes(c->is_defined(c)));
    SHOW("state", "%s", c->state(c));
    SHOW("is_running", "%s", yes(c->is_running(c)));
    SHOW("init_pid", "%d", c->init_pid(c));
    SHOW("may_control", "%s", yes(c->may_control(c)));
    const bool started = c->start(c, 0, NULL);
    SHOW("start", "undefined: %s, error_num %s", yes(started), c->error_num ? "set" : "0");
    SHOW("stop", "undefined: %s", yes(c->stop(c)));
    SHOW("shutdown", "undefined: %s", yes(c->shutdown(c, 0)));
    SHOW("freeze", "undefined: %s", yes(c->freeze(c)));
    SHOW("destroy", "undefined: %s", yes(c->destroy(c)));
    SHOW("load_config", "undefined: %s", yes(c->load_config(c, NULL)));
    SHOW("wait", "STOPPED: %s", yes(c->wait(c, "STOPPED", 0)));
    SHOW("wait", "RUNNING|STOPPED: %s", yes(c->wait(c, "RUNNING|STOPPED", 0)));
    SHOW("wait", "NOTHING: %s", yes(c->wait(c, "NOTHING", 0)));
    SHOW("get_interfaces", "stopped: %s", c->get_interfaces(c) ? "a list" : "NULL");
    SHOW("get_ips", "stopped: %s", c->get_ips(c, NULL, NULL, 0) ? "a list" : "NULL");
    SHOW("get_running_config_item", "stopped: %s", c->get_running_config_item(c, "lxc.uts.name") ? "a value" : "NULL");
    SHOW("get_cgroup_item", "stopped: %d", c->get_cgroup_item(c, "memory.max", NULL, 0));
    SHOW("set_cgroup_item", "stopped: %s", yes(c->set_cgroup_item(c, "memory.max", "1")));
    SHOW("init_pidfd", "stopped: %s", c->init_pidfd(c) < 0 ? "negative" : "a descriptor");
    SHOW("devpts_fd", "stopped: %s", c->devpts_fd(c) < 0 ? "negative" : "a descriptor");
    SHOW("seccomp_notify_fd", "stopped: %s", c->seccomp_notify_fd(c) < 0 ? "negative" : "a descriptor");
    SHOW("seccomp_notify_fd_active", "stopped: %s", c->seccomp_notify_fd_active(c) < 0 ? "negative" : "a descriptor");
    char *file = c->config_file_name(c);
    SHOW("config_file_name", "%s", file + strlen(lxcpath));
    free(file);
    SHOW("get_config_path", "%s", yes(strcmp(c->get_config_path(c), lxcpath) == 0));
    SHOW("lxc_container_put", "last user %d", lxc_container_put(c));
}

// --- configuration ----------------------------------------------------------------------------------------------------------

static void set_item(struct lxc_container *c, const char *key, const char *value) {
    SHOW("set_config_item", "%s=%s: %s", key, value ? value : "NULL", yes(c->set_config_item(c, key, value)));
}

static void show_keys(struct lxc_container *c, const char *key) {
    char text[8192];
    const int length = c->get_keys(c, key, text, sizeof text);
    if (length < 0) {
        SHOW("get_keys", "%s: negative", key);
        return;
    }
    for (char *at = text; *at; at++) if (*at == '\n') *at = ' ';
    SHOW("get_keys", "%s: %s", key ? key : "NULL", key ? text : strstr(text, "lxc.rootfs.path ") ? "has lxc.rootfs.path" : "nothing");
}

static void configuration(void) {
    struct lxc_container *c = lxc_container_new(name, lxcpath);
    set_item(c, "lxc.uts.name", "abi-host");
    set_item(c, "lxc.net.0.type", "empty");
    set_item(c, "lxc.net.1.type", "veth");
    set_item(c, "lxc.net.1.name", "eth7");
    set_item(c, "lxc.net.1.flags", "up");
    set_item(c, "lxc.net.1.ipv4.address", "10.9.8.7/24");
    set_item(c, "lxc.cap.drop", "sys_time");
    set_item(c, "lxc.cap.drop", "sys_module mknod");
    set_item(c, "lxc.mount.entry", "tmpfs mnt tmpfs create=dir 0 0");
    set_item(c, "lxc.sysctl.net.ipv4.ip_forward", "1");
    set_item(c, "lxc.environment", "A=b");
    set_item(c, "lxc.group", "one");
    set_item(c, "lxc.start.auto", "1");
    set_item(c, "lxc.tty.max", "4");
    set_item(c, "lxc.nothing", "1");
    set_item(c, "lxc.start.delay", "many");
    SHOW("lxc_conf", "after set_config_item %s", c->lxc_conf ? "set" : "NULL");
    static const char *keys[] = {
        "lxc.uts.name", "lxc.net", "lxc.net.0.type", "lxc.net.1.type", "lxc.net.1.name", "lxc.net.1.flags", "lxc.net.1.ipv4.address", "lxc.net.1.mtu",
        "lxc.net.5.type", "lxc.cap.drop", "lxc.mount.entry", "lxc.sysctl.net.ipv4.ip_forward", "lxc.environment", "lxc.group", "lxc.start.auto",
        "lxc.start.delay", "lxc.tty.max", "lxc.nothing", "lxc.rootfs.path", "lxc.init.cmd", "lxc.log.level",
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) show_item(c, keys[i]);
    char small[4] = "";
    const int whole = c->get_config_item(c, "lxc.uts.name", small, sizeof small);
    SHOW("get_config_item", "in 4 bytes: %d \"%s\"", whole, small);
    show_keys(c, NULL);
    show_keys(c, "lxc.net.0");
    show_keys(c, "lxc.net.1");
    show_keys(c, "lxc.nothing");
    SHOW("clear_config_item", "lxc.cap.drop: %s", yes(c->clear_config_item(c, "lxc.cap.drop")));
    SHOW("clear_config_item", "lxc.net.1: %s", yes(c->clear_config_item(c, "lxc.net.1")));
    SHOW("clear_config_item", "lxc.nothing: %s", yes(c->clear_config_item(c, "lxc.nothing")));
    show_item(c, "lxc.cap.drop");
    show_item(c, "lxc.net.1.type");
    set_item(c, "lxc.group", "");
    show_item(c, "lxc.group");
    set_item(c, "lxc.uts.name", NULL);
    show_item(c, "lxc.uts.name");
    char *other = NULL;
    if (asprintf(&other, "%s/saved", lxcpath) < 0) exit(1);
    SHOW("save_config", "elsewhere: %s", yes(c->save_config(c, other)));
    SHOW("is_defined", "after saving elsewhere: %s", yes(c->is_defined(c)));
    c->clear_config(c);
    SHOW("clear_config", "lxc_conf is %s", c->lxc_conf ? "set" : "NULL");
    SHOW("load_config", "the saved one: %s", yes(c->load_config(c, other)));
    show_item(c, "lxc.net.0.type");
    show_item(c, "lxc.sysctl.net.ipv4.ip_forward");
    SHOW("load_config", "a missing one: %s", yes(c->load_config(c, "/nowhere/config")));
    SHOW("set_config_path", "%s", yes(c->set_config_path(c, "/tmp")));
    SHOW("get_config_path", "%s", c->get_config_path(c));
    SHOW("configfile", "%s", c->configfile);
    unlink(other);
    free(other);
    lxc_container_put(c);
}

// --- a stopped container -----------------------------------------------------------------------------------------------------

static void creation(void) {
    struct lxc_container *c = lxc_container_new(name, lxcpath);
    struct bdev_specs specs = {0};
    set_item(c, "lxc.net.0.type", "empty");
    SHOW("create", "bad template: %s", yes(c->create(c, "no-such-template", "dir", &specs, LXC_CREATE_QUIET, NULL)));
    SHOW("is_defined", "after it: %s", yes(c->is_defined(c)));
    lxc_container_put(c);
    c = lxc_container_new(name, lxcpath);
    set_item(c, "lxc.net.0.type", "empty");
    SHOW("createl", "busybox: %s", yes(c->createl(c, "busybox", "dir", NULL, LXC_CREATE_QUIET, NULL)));
    SHOW("is_defined", "%s", yes(c->is_defined(c)));
    SHOW("create", "again: %s", yes(c->create(c, "busybox", "dir", NULL, LXC_CREATE_QUIET, NULL)));
    show_item(c, "lxc.net.0.type");
    set_item(c, "lxc.console.buffer.size", "64kB");
    set_item(c, "lxc.tty.max", "2");
    set_item(c, "lxc.signal.halt", "SIGUSR1");
    SHOW("save_config", "%s", yes(c->save_config(c, NULL)));
    lxc_container_put(c);
    c = lxc_container_new(name, lxcpath);
    show_item(c, "lxc.tty.max");
    show_item(c, "lxc.console.buffer.size");
    lxc_container_put(c);
    listings();
}

static void copies(void) {
    struct lxc_container *c = lxc_container_new(name, lxcpath);
    struct lxc_container *copy = c->clone(c, named("copy"), NULL, LXC_CLONE_KEEPMACADDR, NULL, NULL, 0, NULL);
    SHOW("clone", "%s", copy ? copy->name : "NULL");
    if (copy) {
        SHOW("clone", "is defined: %s", yes(copy->is_defined(copy)));
        show_item(copy, "lxc.uts.name");
        SHOW("rename", "%s", yes(copy->rename(copy, named("renamed"))));
        lxc_container_put(copy);
    }
    copy = lxc_container_new(named("renamed"), lxcpath);
    SHOW("rename", "is defined: %s", yes(copy->is_defined(copy)));
    SHOW("destroy", "the renamed: %s", yes(copy->destroy(copy)));
    SHOW("is_defined", "after destroy: %s", yes(copy->is_defined(copy)));
    lxc_container_put(copy);
    copy = c->clone(c, named("shared"), NULL, LXC_CLONE_SNAPSHOT, "overlay", NULL, 0, NULL);
    SHOW("clone", "overlay: %s", copy ? copy->name : "NULL");
    SHOW("destroy", "with a clone: %s", yes(c->destroy(c)));
    if (copy) {
        SHOW("destroy", "the clone: %s", yes(copy->destroy(copy)));
        lxc_container_put(copy);
    }
    SHOW("clone", "over itself: %s", c->clone(c, name, NULL, 0, NULL, NULL, 0, NULL) ? "an object" : "NULL");
    lxc_container_put(c);
}

static void snapshots(void) {
    struct lxc_container *c = lxc_container_new(name, lxcpath);
    struct lxc_snapshot *list = NULL;
    SHOW("snapshot_list", "none: %d", c->snapshot_list(c, &list));
    SHOW("snapshot", "%d", c->snapshot(c, NULL));
    char *comment = NULL;
    if (asprintf(&comment, "%s/comment", lxcpath) < 0) exit(1);
    const int file = open(comment, O_CREAT | O_WRONLY, 0600);
    if (write(file, "because\n", 8) != 8) exit(1);
    close(file);
    SHOW("snapshot", "with a comment %d", c->snapshot(c, comment));
    unlink(comment);
    free(comment);
    const int count = c->snapshot_list(c, &list);
    SHOW("snapshot_list", "%d", count);
    for (int i = 0; i < count; i++) {
        SHOW(
            "snapshot_list", "%s comment %s in %s, time has %d bytes", list[i].name,
            list[i].comment_pathname && access(list[i].comment_pathname, R_OK) == 0 ? "is readable" : "is not there",
            list[i].lxcpath + strlen(lxcpath), list[i].timestamp ? (int)strlen(list[i].timestamp) : -1);
        list[i].free(&list[i]);
    }
    free(list);
    SHOW("snapshot_restore", "as another: %s", yes(c->snapshot_restore(c, "snap0", named("restored"))));
    struct lxc_container *restored = lxc_container_new(named("restored"), lxcpath);
    SHOW("snapshot_restore", "is defined: %s", yes(restored->is_defined(restored)));
    SHOW("destroy", "the restored: %s", yes(restored->destroy(restored)));
    lxc_container_put(restored);
    SHOW("snapshot_restore", "missing: %s", yes(c->snapshot_restore(c, "snap9", named("none"))));
    SHOW("snapshot_destroy", "missing: %s", yes(c->snapshot_destroy(c, "snap9")));
    SHOW("destroy", "with snapshots: %s", yes(c->destroy(c)));
    SHOW("snapshot_destroy", "%s", yes(c->snapshot_destroy(c, "snap0")));
    SHOW("snapshot_destroy_all", "%s", yes(c->snapshot_destroy_all(c)));
    SHOW("snapshot_list", "then: %d", c->snapshot_list(c, &list));
    lxc_container_put(c);
}

// --- a running container -----------------------------------------------------------------------------------------------------

static int report_host(void *payload) {
    char host[65] = "";
    gethostname(host, sizeof host);
    printf("%-26s hostname %s, payload %s, pid 1 is %s, container=%s\n", "attach", host, (const char *)payload,
           access("/proc/1", F_OK) == 0 ? "visible" : "not visible", getenv("container") ? getenv("container") : "unset");
    fflush(stdout);
    return 42;
}

static int report_options(void *payload) {
    char directory[256] = "";
    printf("%-26s uid %u gid %u cwd %s EXTRA=%s HOME=%s KEEP=%s\n", "attach", getuid(), getgid(), getcwd(directory, sizeof directory),
           getenv("EXTRA") ? getenv("EXTRA") : "unset", getenv("HOME") ? "set" : "unset", getenv("KEEP") ? getenv("KEEP") : "unset");
    (void)payload;
    fflush(stdout);
    return 0;
}

static int write_error(void *payload) {
    (void)payload;
    fprintf(stderr, "to the pipe\n");
    return 0;
}

static void show_status(const char *what, int result, pid_t pid) {
    int status = 0;
    if (result == 0 && waitpid(pid, &status, 0) != pid) {
        SHOW("attach", "%s: no child", what);
        return;
    }
    SHOW("attach", "%s: returned %d, status %d", what, result, WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
}

static void attaching(struct lxc_container *c) {
    lxc_attach_options_t options = LXC_ATTACH_OPTIONS_DEFAULT;
    pid_t pid = -1;
    int result = c->attach(c, report_host, "here", &options, &pid);
    show_status("function", result, pid);

    char *added[] = {"EXTRA=1", NULL}, *kept[] = {"KEEP", NULL};
    setenv("KEEP", "2", 1);
    options.env_policy = LXC_ATTACH_CLEAR_ENV;
    options.extra_env_vars = added;
    options.extra_keep_env = kept;
    options.initial_cwd = "/etc";
    options.uid = 7;
    options.gid = 8;
    result = c->attach(c, report_options, NULL, &options, &pid);
    show_status("options", result, pid);

    lxc_attach_options_t piped = LXC_ATTACH_OPTIONS_DEFAULT;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) exit(1);
    piped.stderr_fd = ends[1];
    result = c->attach(c, write_error, NULL, &piped, &pid);
    close(ends[1]);
    char text[64] = "";
    if (read(ends[0], text, sizeof text - 1) < 0) exit(1);
    close(ends[0]);
    show_status("piped", result, pid);
    SHOW("attach", "piped: %s", strcmp(text, "to the pipe\n") == 0 ? "to the pipe" : text);

    lxc_attach_options_t plain = LXC_ATTACH_OPTIONS_DEFAULT;
    char *words[] = {"sh", "-c", "exit 5", NULL};
    lxc_attach_command_t command = {"sh", words};
    result = c->attach(c, lxc_attach_run_command, &command, &plain, &pid);
    show_status("lxc_attach_run_command", result, pid);
    char *missing_words[] = {"no-such-program", NULL};
    lxc_attach_command_t missing = {"no-such-program", missing_words};
    result = c->attach(c, lxc_attach_run_command, &missing, &plain, &pid);
    show_status("a missing command", result, pid);
    const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    plain.stdin_fd = nothing;
    result = c->attach(c, lxc_attach_run_shell, NULL, &plain, &pid);
    show_status("lxc_attach_run_shell", result, pid);
    close(nothing);

    plain.stdin_fd = 0;
    const char *const list[] = {"sh", "-c", "exit 6", NULL};
    SHOW("attach_run_wait", "%d", c->attach_run_wait(c, &plain, "sh", list));
    SHOW("attach_run_waitl", "%d", c->attach_run_waitl(c, &plain, "sh", "sh", "-c", "exit 7", NULL));
    SHOW("attach_run_waitl", "missing program: %d", c->attach_run_waitl(c, &plain, "nope", "nope", NULL));
    const char *const killed[] = {"sh", "-c", "kill -9 $$", NULL};
    SHOW("attach_run_wait", "killed: %d", c->attach_run_wait(c, &plain, "sh", killed));
    const char *const clean[] = {"sh", "-c", "echo \"attach_run_wait            no new privileges: $(grep NoNewPrivs /proc/self/status | tail -c 2)\"", NULL};
    plain.attach_flags |= LXC_ATTACH_NO_NEW_PRIVS;
    c->attach_run_wait(c, &plain, "sh", clean);
}

static void devices(struct lxc_container *c) {
    lxc_attach_options_t options = LXC_ATTACH_OPTIONS_DEFAULT;
    SHOW("add_device_node", "%s", yes(c->add_device_node(c, "/dev/full", NULL)));
    SHOW("add_device_node", "is there: %d", c->attach_run_waitl(c, &options, "test", "test", "-c", "/dev/full", NULL));
    SHOW("add_device_node", "elsewhere: %s", yes(c->add_device_node(c, "/dev/full", "/tmp/brimful")));
    SHOW("add_device_node", "is there: %d", c->attach_run_waitl(c, &options, "test", "test", "-c", "/tmp/brimful", NULL));
    SHOW("add_device_node", "missing: %s", yes(c->add_device_node(c, "/dev/no-such-device", NULL)));
    SHOW("remove_device_node", "%s", yes(c->remove_device_node(c, "/dev/full", NULL)));
    SHOW("remove_device_node", "is gone: %d", WEXITSTATUS(c->attach_run_waitl(c, &options, "test", "test", "-c", "/dev/full", NULL)));
    // Several of these programs may run at the same time.
    char device[16], command[100];
    snprintf(device, sizeof device, "abi%d", getpid());
    snprintf(command, sizeof command, "ip link add %s type dummy", device);
    if (system(command) != 0) SHOW("attach_interface", "%s", "no dummy device");
    SHOW("attach_interface", "%s", yes(c->attach_interface(c, device, "abi-in")));
    show_list("get_interfaces", c->get_interfaces(c));
    SHOW("detach_interface", "%s", yes(c->detach_interface(c, "abi-in", device)));
    snprintf(command, sizeof command, "ip link show %s > /dev/null 2>&1", device);
    SHOW("detach_interface", "is back: %d", system(command));
    SHOW("attach_interface", "missing: %s", yes(c->attach_interface(c, "no-such-if", NULL)));
    snprintf(command, sizeof command, "ip link del %s > /dev/null 2>&1", device);
    if (system(command) != 0) SHOW("detach_interface", "%s", "the device is lost");
}

static void consoles(struct lxc_container *c) {
    int number = -1, controller = -1;
    int lease = c->console_getfd(c, &number, &controller);
    SHOW("console_getfd", "%s, terminal %d, %s", lease >= 0 ? "a descriptor" : "negative", number, isatty(controller) ? "a terminal" : "no terminal");
    int again = 1, other = -1;
    const int second = c->console_getfd(c, &again, &other);
    SHOW("console_getfd", "the same again: %s", second >= 0 ? "a descriptor" : "negative");
    if (lease >= 0) close(lease);
    if (controller >= 0) close(controller);
    const int nothing = open("/dev/null", O_RDWR);
    SHOW("console", "on no terminal: %s", c->console(c, 1, nothing, nothing, nothing, 1) == 0 ? "0" : "not 0");
    close(nothing);
    uint64_t most = 0;
    struct lxc_console_log log = {.clear = false, .read = true, .read_max = &most, .data = NULL};
    const int result = c->console_log(c, &log);
    SHOW("console_log", "%s", result == 0 || result == -ENODATA ? "works" : "fails");
    if (result == 0) free(log.data);
}

static void descriptors(struct lxc_container *c) {
    int fd = c->init_pidfd(c);
    SHOW("init_pidfd", "%s", fd >= 0 ? "a descriptor" : "negative");
    if (fd >= 0) close(fd);
    fd = c->devpts_fd(c);
    SHOW("devpts_fd", "%s", fd >= 0 ? "a descriptor" : "negative");
    if (fd >= 0) close(fd);
    fd = c->seccomp_notify_fd(c);
    SHOW("seccomp_notify_fd", "%s", fd >= 0 ? "a descriptor" : "negative");
    fd = c->seccomp_notify_fd_active(c);
    SHOW("seccomp_notify_fd_active", "%s", fd >= 0 ? "a descriptor" : "negative");
}

static void groups(struct lxc_container *c) {
    char text[256] = "";
    SHOW("set_cgroup_item", "pids.max: %s", yes(c->set_cgroup_item(c, "pids.max", "777")));
    const int length = c->get_cgroup_item(c, "pids.max", text, sizeof text);
    SHOW("get_cgroup_item", "pids.max: %d %s", length, strtok(text, "\n"));
    SHOW("get_cgroup_item", "with NULL: %d", c->get_cgroup_item(c, "pids.max", NULL, 0));
    SHOW("get_cgroup_item", "unknown: %s", c->get_cgroup_item(c, "pids.nothing", text, sizeof text) < 0 ? "negative" : "a length");
    SHOW("set_cgroup_item", "unknown: %s", yes(c->set_cgroup_item(c, "pids.nothing", "1")));
}

static void mounts(struct lxc_container *c) {
    lxc_attach_options_t options = LXC_ATTACH_OPTIONS_DEFAULT;
    struct lxc_mount api = {.version = LXC_MOUNT_API_V1}, wrong = {.version = 99};
    SHOW("mount", "wrong version: %s", c->mount(c, "/etc", "/mnt", NULL, MS_BIND, NULL, &wrong) < 0 ? "negative" : "0");
    c->attach_run_waitl(c, &options, "mkdir", "mkdir", "-p", "/mnt", NULL);
    SHOW("mount", "%s", c->mount(c, "/etc", "/mnt", NULL, MS_BIND, NULL, &api) < 0 ? "negative" : "0");
    SHOW("mount", "is there: %d", c->attach_run_waitl(c, &options, "grep", "grep", "-q", " /mnt ", "/proc/mounts", NULL));
    SHOW("umount", "%s", c->umount(c, "/mnt", MNT_DETACH, &api) < 0 ? "negative" : "0");
    SHOW("umount", "is gone: %d", WEXITSTATUS(c->attach_run_waitl(c, &options, "grep", "grep", "-q", " /mnt ", "/proc/mounts", NULL)));
}

static void checkpoints(struct lxc_container *c) {
    struct migrate_opts options = {.directory = (char *)"/nowhere", .features_to_check = FEATURE_MEM_TRACK};
    SHOW("migrate", "unknown command: %s", c->migrate(c, 99, &options, sizeof options) == 0 ? "0" : "not 0");
    SHOW("migrate", "without criu: %s", c->migrate(c, MIGRATE_DUMP, &options, sizeof options) == 0 ? "0" : "not 0");
    SHOW("checkpoint", "without criu: %s", yes(c->checkpoint(c, (char *)"/nowhere", false, false)));
    SHOW("restore", "of a running one: %s", yes(c->restore(c, (char *)"/nowhere", false)));
}

static void running(void) {
    struct lxc_container *c = lxc_container_new(name, lxcpath);
    SHOW("want_daemonize", "%s", yes(c->want_daemonize(c, true)));
    SHOW("want_close_all_fds", "%s", yes(c->want_close_all_fds(c, true)));
    SHOW("start", "%s", yes(c->start(c, 0, NULL)));
    SHOW("start", "again: %s", yes(c->start(c, 0, NULL)));
    SHOW("state", "%s", c->state(c));
    SHOW("is_running", "%s", yes(c->is_running(c)));
    SHOW("wait", "RUNNING: %s", yes(c->wait(c, "RUNNING", 5)));
    SHOW("wait", "STOPPED in 1 s: %s", yes(c->wait(c, "STOPPED", 1)));
    SHOW("init_pid", "%s", c->init_pid(c) > 1 ? "a number" : "none");
    SHOW("may_control", "%s", yes(c->may_control(c)));
    char *value = c->get_running_config_item(c, "lxc.uts.name");
    SHOW("get_running_config_item", "lxc.uts.name: %s", value ? value : "NULL");
    free(value);
    value = c->get_running_config_item(c, "lxc.nothing");
    SHOW("get_running_config_item", "lxc.nothing: %s", value ? value : "NULL");
    free(value);
    show_list("get_interfaces", c->get_interfaces(c));
    show_list("get_ips", c->get_ips(c, NULL, NULL, 0));
    lxc_attach_options_t options = LXC_ATTACH_OPTIONS_DEFAULT;
    c->attach_run_waitl(c, &options, "ip", "ip", "addr", "add", "10.7.6.5/24", "dev", "lo", NULL);
    show_list("get_ips", c->get_ips(c, "lo", "inet", 0));
    show_list("get_ips", c->get_ips(c, "lo", "inet6", 0));
    listings();
    attaching(c);
    devices(c);
    consoles(c);
    descriptors(c);
    groups(c);
    mounts(c);
    checkpoints(c);
    SHOW("snapshot", "of a running one: %d", c->snapshot(c, NULL));
    SHOW("destroy", "of a running one: %s", yes(c->destroy(c)));
    SHOW("freeze", "%s", yes(c->freeze(c)));
    SHOW("state", "%s", c->state(c));
    SHOW("unfreeze", "%s", yes(c->unfreeze(c)));
    SHOW("state", "%s", c->state(c));
    SHOW("shutdown", "1 s, init ignores the signal: %s", yes(c->shutdown(c, 1)));
    SHOW("stop", "%s", yes(c->stop(c)));
    SHOW("state", "%s", c->state(c));
    SHOW("stop", "when stopped: %s", yes(c->stop(c)));
    SHOW("shutdown", "when stopped: %s", yes(c->shutdown(c, 1)));
    SHOW("reboot", "when stopped: %s", yes(c->reboot(c)));
    SHOW("reboot2", "when stopped: %s", yes(c->reboot2(c, 1)));
    SHOW("freeze", "when stopped: %s", yes(c->freeze(c)));
    SHOW("unfreeze", "when stopped: %s", yes(c->unfreeze(c)));
    lxc_container_put(c);
}

// A second run: a command in the place of init, then the other ways to end one.
static void endings(void) {
    struct lxc_container *c = lxc_container_new(name, lxcpath);
    SHOW("startl", "%s", yes(c->startl(c, 0, "/bin/sleep", "1000", NULL)));
    SHOW("is_running", "%s", yes(c->is_running(c)));
    SHOW("stop", "%s", yes(c->stop(c)));
    char *const words[] = {(char *)"/bin/sh", (char *)"-c", (char *)"exit 9", NULL};
    c->want_daemonize(c, false);
    const bool ran = c->start(c, 0, words);
    SHOW("start", "in the foreground: %s, error_num %d", yes(ran), c->error_num);
    c->want_daemonize(c, true);
    SHOW("wait", "STOPPED: %s", yes(c->wait(c, "STOPPED", 10)));
    SHOW("start", "%s", yes(c->start(c, 0, NULL)));
    SHOW("reboot", "%s", yes(c->reboot(c)));
    SHOW("wait", "RUNNING: %s", yes(c->wait(c, "RUNNING", 10)));
    SHOW("stop", "%s", yes(c->stop(c)));
    SHOW("destroy_with_snapshots", "%s", yes(c->destroy_with_snapshots(c)));
    SHOW("is_defined", "%s", yes(c->is_defined(c)));
    lxc_container_put(c);
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    lxcpath = argv[1];
    name = argv[2];
    functions();
    listings();
    undefined();
    configuration();
    creation();
    copies();
    snapshots();
    running();
    endings();
    listings();
    lxc_log_close();
    SHOW("lxc_log_close", "%s", "done");
    return 0;
}
