/*
 * aiflow-launcher SOCKET: launches jobs for whoever connects to the socket, whose directory is its user's alone.
 *
 * Only one launcher has a socket: who holds the lock SOCKET.lock. Another one ends at once, with 0. It ends when it has
 * neither a job nor a client; nobody who might come later needs it, for all that is known of a job is in its records.
 */
#define _GNU_SOURCE
#include "launcher.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

const char *socket_path;
char boot_id[64];

static char name[108];
static char lock_name[128];

/* How long a launcher waits for its first client, and for descriptors when it has none left. */
enum { FIRST_CLIENT_MS = 10000, RETRY_MS = 100, MOST_CLIENTS = 1024 };

_Noreturn static void fail(const char *what)
{
    fprintf(stderr, "aiflow-launcher: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* The lock, which is the kernel's to release when its holder ends; -1 when somebody else has it. */
static int take_lock(const char *path)
{
    for (;;) {
        int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (lock < 0) fail(path);
        struct stat held, found;
        if (flock(lock, LOCK_EX | LOCK_NB) < 0) {
            close(lock);
            return -1;
        }
        /* Its last holder may have removed the file after we opened it: then it locks nobody out. */
        if (fstat(lock, &held) == 0 && stat(path, &found) == 0 && held.st_ino == found.st_ino) return lock;
        close(lock);
    }
}

/* Removes what launchers that were killed have left in the directory. */
static void remove_remains(void)
{
    DIR *directory = opendir(".");
    if (directory == NULL) return;
    struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        size_t length = strlen(entry->d_name);
        if (length <= 5 || length > 100 || strcmp(entry->d_name + length - 5, ".lock") != 0) continue;
        if (strcmp(entry->d_name, lock_name) == 0) continue;
        int lock = take_lock(entry->d_name);
        if (lock < 0) continue;
        char other[108];
        snprintf(other, sizeof other, "%.*s", (int)length - 5, entry->d_name);
        unlink(other);
        unlink(entry->d_name);
        close(lock);
    }
    closedir(directory);
}

static int listen_here(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", name); /* by its name only: paths may be too long */
    unlink(name); /* of one that was killed: we hold the lock */
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 128) < 0) fail(name);
    return fd;
}

static int take_signals(void)
{
    /* What we were started with ignored would be ignored by every program. */
    for (int number = 1; number < NSIG; number += 1) signal(number, SIG_DFL);
    sigset_t all, awaited;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    sigaddset(&awaited, SIGTERM);
    sigaddset(&awaited, SIGINT);
    int fd = signalfd(-1, &awaited, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0) fail("signalfd");
    return fd;
}

/* Lets go of the socket before the lock, so that whoever comes next finds neither. */
_Noreturn static void leave(void)
{
    unlink(name);
    unlink(lock_name);
    exit(0);
}

static void take_signal(int signals)
{
    /* Each of the three that we wait for is there once, or not. */
    struct signalfd_siginfo found[4];
    ssize_t length = read(signals, found, sizeof found);
    for (ssize_t at = 0; at < length / (ssize_t)sizeof *found; at += 1)
        if (found[at].ssi_signo != SIGCHLD) leave(); /* jobs go on, as when we are killed */
    if (length > 0) collect_children();
}

/* False when there is no descriptor for whoever is next, and none to be had. */
static int accept_clients(int listener)
{
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            if (client_count() < MOST_CLIENTS || dismiss_idle_client()) add_client(fd);
            else close(fd); /* at once, so that it need not wait for an answer */
        } else if (errno == EMFILE || errno == ENFILE) {
            if (!dismiss_idle_client()) return 0;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            return 1;
        }
    }
}

_Noreturn static void serve(int listener, int signals)
{
    static struct pollfd fds[MOST_CLIENTS + 3];
    int had_client = 0, is_open = 1;
    for (;;) {
        size_t clients = client_fds(fds + 3, MOST_CLIENTS);
        fds[0] = (struct pollfd){signals, POLLIN, 0};
        fds[1] = (struct pollfd){reports_fd(), POLLIN, 0};
        fds[2] = (struct pollfd){listener, is_open ? POLLIN : 0, 0};
        int ready = poll(fds, clients + 3, !had_client ? FIRST_CLIENT_MS : is_open ? -1 : RETRY_MS);
        if (ready < 0 && errno != EINTR) fail("poll");
        if (ready == 0 && !had_client) leave();
        is_open = 1;
        if (fds[1].revents != 0) read_reports();
        if (fds[0].revents != 0) take_signal(signals);
        for (size_t at = 3; at < clients + 3; at += 1)
            if (fds[at].revents != 0) serve_client(fds[at].fd, fds[at].revents);
        if (fds[2].revents != 0) is_open = accept_clients(listener);
        had_client |= client_count() > 0;
        send_all_answers();
        if (had_client && client_count() == 0 && job_count() == 0) leave();
    }
}

static void read_boot_id(void)
{
    int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? -1 : read(file, boot_id, sizeof boot_id - 1);
    if (length <= 0) fail("the boot's id");
    boot_id[strcspn(boot_id, "\n")] = '\0';
    close(file);
}

int main(int count, char **arguments)
{
    if (count != 2 || arguments[1][0] != '/') {
        fprintf(stderr, "usage: aiflow-launcher SOCKET, an absolute path (protocol %d)\n", PROTOCOL_VERSION);
        return 2;
    }
    close_from(3); /* whatever whoever started us forgot */
    open_reports();
    socket_path = arguments[1];
    char *directory = strdup(socket_path), *base = strdup(socket_path);
    if (directory == NULL || base == NULL) fail("memory");
    if (strlen(socket_path) > 255 || strlen(basename(base)) >= sizeof name - 8) {
        errno = ENAMETOOLONG;
        fail(socket_path);
    }
    snprintf(name, sizeof name, "%s", basename(base));
    snprintf(lock_name, sizeof lock_name, "%s.lock", name);
    if (chdir(dirname(directory)) < 0) fail(directory);
    if (take_lock(lock_name) < 0) return 0;
    remove_remains();
    read_boot_id();
    int signals = take_signals();
    try_clock();
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) fail("PR_SET_CHILD_SUBREAPER");
    serve(listen_here(), signals);
}
