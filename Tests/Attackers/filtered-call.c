// SPDX-License-Identifier: Apache-2.0
// Makes a directory by each way into the kernel that this processor has, and prints what each answers.
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <string.h>

#ifdef __x86_64__
static long old_call(long number, long first, long second) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first), "c"(second) : "memory", "r8", "r9", "r10", "r11");
    return result;
}
#endif

int main(void) {
    int status = syscall(SYS_mkdir, "/made", 0755);
    printf("x86_64 %d\n", status < 0 ? errno : 0);
    rmdir("/made");
#ifdef __x86_64__
    // The 32-bit call takes 32-bit addresses.
    char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (low == MAP_FAILED) return 1;
    strcpy(low, "/made");
    printf("x86 %ld\n", -old_call(39, (long)low, 0755));
    rmdir("/made");
    status = syscall(SYS_mkdir | 0x40000000, "/made", 0755);
    printf("x32 %d\n", status < 0 ? errno : 0);
    rmdir("/made");
#endif
    return 0;
}
