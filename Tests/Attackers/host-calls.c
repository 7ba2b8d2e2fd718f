// SPDX-License-Identifier: Apache-2.0
// Asks the kernel for things that change or show the host, each in a form that would do no harm, and prints "NAME ERRNO"; 0 is a success.
//
// usage: host-calls DEVICE    a block device file of the host's disk, made inside
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/reboot.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

static void tell(const char *name, long result) { printf("%s %d\n", name, result < 0 ? errno : 0); }

// The handle of a folder that everybody may look at is made by hand into one of the root of its file system, as "shocker" did.
static long openByHandle(void) {
    union {
        struct file_handle head;
        char bytes[sizeof(struct file_handle) + MAX_HANDLE_SZ];
    } handle = {.head.handle_bytes = MAX_HANDLE_SZ};
    int mount;
    if (name_to_handle_at(AT_FDCWD, "/", &handle.head, &mount, 0) < 0) return -1;
    int folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const unsigned int root[2] = {2, 0};
    if (handle.head.handle_bytes >= sizeof root) memcpy(handle.head.f_handle, root, sizeof root);
    return syscall(SYS_open_by_handle_at, folder, &handle, O_RDONLY | O_CLOEXEC);
}

#ifdef __x86_64__
static long oldCall(long number, long first, long second) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first), "c"(second) : "memory", "r8", "r9", "r10", "r11");
    if (result >= 0) return 0;
    errno = (int)-result;
    return -1;
}

static void forceByEveryWay(void) {
    char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (low == MAP_FAILED) exit(1);
    strcpy(low, "/nothing-here");
    tell("umount-force-x86", oldCall(52, (long)low, MNT_FORCE));
    tell("umount-force-x32", syscall(SYS_umount2 | 0x40000000, "/nothing-here", MNT_FORCE));
}
#endif

int main(int count, char **words) {
    if (count != 2) return 2;
    struct timeval now;
    gettimeofday(&now, NULL);
    tell("open_by_handle_at", openByHandle());
    tell("kexec_load", syscall(SYS_kexec_load, 0, 0, NULL, 0));
#ifdef SYS_kexec_file_load
    tell("kexec_file_load", syscall(SYS_kexec_file_load, -1, -1, 0, "", 0));
#endif
    tell("init_module", syscall(SYS_init_module, "", 0, ""));
    tell("finit_module", syscall(SYS_finit_module, -1, "", 0));
    tell("delete_module", syscall(SYS_delete_module, "no_such_module", O_NONBLOCK));
    tell("settimeofday", settimeofday(&now, NULL));
    struct timex nothing = {.modes = ADJ_OFFSET_SINGLESHOT};
    tell("adjtimex", adjtimex(&nothing));
    tell("swapoff", swapoff(words[1]));
    tell("swapon", swapon(words[1], 0));
    tell("reboot-ctrl-alt-del", syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_CAD_ON, NULL));
#ifdef __x86_64__
    tell("iopl", iopl(3));
    tell("ioperm", ioperm(0x80, 1, 1));
    forceByEveryWay();
#endif
    tell("umount-force", umount2("/nothing-here", MNT_FORCE));
    return 0;
}
