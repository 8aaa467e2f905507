/* When a process began, as the 22nd field of /proc/self/stat says it: in ticks of the clock since the boot. */
#define _GNU_SOURCE
#include "launcher.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t tick_ns; /* 0 until it is known that the clock tells the same as /proc */

/* Since the boot, in nanoseconds. */
uint64_t boot_time(void)
{
    struct timespec now;
    if (syscall(SYS_clock_gettime, CLOCK_BOOTTIME, &now) < 0) return 0; /* for a keeper cheaper than the vDSO */
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t ticks_of(uint64_t time) { return time / tick_ns; }

/* 0 when /proc does not tell. */
uint64_t read_start_ticks(void)
{
    char line[1024];
    int file = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t length = read(file, line, sizeof line - 1);
    close(file);
    if (length <= 0) return 0;
    line[length] = '\0';
    char *field = strrchr(line, ')');
    for (int at = 2; field != NULL && at < 22; at += 1) field = strchr(field + 1, ' ');
    return field == NULL ? 0 : strtoull(field + 1, NULL, 10);
}

/* Compares both once, with a process that begins now: not all that passes for Linux counts from the same moment. */
void try_clock(void)
{
    long per_second = sysconf(_SC_CLK_TCK);
    if (per_second <= 0) return;
    uint64_t tick = 1000000000 / (uint64_t)per_second, before = boot_time();
    pid_t child = fork();
    if (child == 0) {
        uint64_t start = read_start_ticks();
        _exit(start != 0 && before / tick <= start && start <= boot_time() / tick ? 0 : 1);
    }
    int status;
    if (child > 0 && waitpid(child, &status, 0) == child && status == 0) tick_ns = tick;
}

/* The time for a process that is about to be forked; 0 when its start has to be read. */
uint64_t fork_time(void) { return tick_ns == 0 ? 0 : boot_time(); }
