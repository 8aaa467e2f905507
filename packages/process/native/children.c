/* Kills the children of this process: https://man7.org/linux/man-pages/man5/proc_tid_children.5.html */
#define _GNU_SOURCE
#include "launcher.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * Sends KILL to each child of this process (which has one thread) that is not spared, once; gives how many there were.
 * The kernel may leave some out while others end, so this is called until there are none. Where the kernel tells
 * nothing of children (CONFIG_PROC_CHILDREN) nobody is killed: a client's search for the job's processes does it.
 */
int kill_children(int (*is_spared)(pid_t))
{
    int file = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    char text[4096];
    int killed = 0;
    long pid = 0;
    for (;;) {
        ssize_t length = read(file, text, sizeof text);
        if (length <= 0) break;
        for (ssize_t at = 0; at < length; at += 1) {
            if (text[at] >= '0' && text[at] <= '9') {
                pid = pid * 10 + (text[at] - '0'); /* may go on in the next block */
                continue;
            }
            /* A child's number is its own until we collect it, so this cannot reach a stranger. */
            if (pid > 0 && !is_spared((pid_t)pid) && kill((pid_t)pid, SIGKILL) == 0) killed += 1;
            pid = 0;
        }
    }
    close(file);
    return killed;
}
