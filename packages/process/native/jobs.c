/* The jobs that were launched and are not gone, by their keepers, and who is to be told of their ends. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct watcher {
    struct watcher *next;
    struct client *client;
    uint32_t number;
};

struct job {
    struct job *next;
    struct watcher *watchers;
    pid_t keeper;
    uint32_t serial;
    int is_started; /* or has failed: it was answered */
    int exit_code;  /* of its main process; -1 while that runs */
};

enum { ROWS = 4096 };

static struct job *rows[ROWS];
static size_t count;
static uint32_t serials;
static int reports; /* our end */

/* To be called before any other descriptor is opened: the keepers' end is at the same place in all processes. */
void open_reports(void)
{
    int ends[2];
    /* Only our end must not block: a keeper has nothing better to do than to wait for us. */
    if (pipe2(ends, O_CLOEXEC) < 0 || ends[1] != REPORTS || fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0) exit(1);
    reports = ends[0];
}

int reports_fd(void) { return reports; }

size_t job_count(void) { return count; }

static struct job **place_of(pid_t keeper)
{
    struct job **place = &rows[(size_t)keeper % ROWS];
    while (*place != NULL && (*place)->keeper != keeper) place = &(*place)->next;
    return place;
}

static int is_keeper(pid_t pid) { return *place_of(pid) != NULL; }

static void tell(const struct job *job, uint32_t kind, int32_t value)
{
    for (struct watcher *one = job->watchers; one != NULL; one = one->next)
        answer(one->client, kind, one->number, value, 0);
}

static void add_watcher(struct job *job, struct client *client, uint32_t number)
{
    struct watcher *watcher = malloc(sizeof *watcher);
    if (watcher == NULL) exit(1); /* a crash like any other: keepers go on without us */
    *watcher = (struct watcher){job->watchers, client, number};
    job->watchers = watcher;
    await_job(client, 1);
}

static void remove_watchers(struct job *job, const struct client *client)
{
    for (struct watcher **place = &job->watchers; *place != NULL;) {
        struct watcher *watcher = *place;
        if (client == NULL || watcher->client == client) {
            *place = watcher->next;
            await_job(watcher->client, -1);
            free(watcher);
        } else {
            place = &watcher->next;
        }
    }
}

void forget_watcher(const struct client *client)
{
    for (size_t row = 0; row < ROWS; row += 1)
        for (struct job *job = rows[row]; job != NULL; job = job->next) remove_watchers(job, client);
}

void launch_job(struct client *client, uint32_t number, const struct launch *launch)
{
    /* Of a client that is gone nobody would learn that it was launched; whoever comes next may launch it again. */
    if (has_hung_up(client)) return;
    /* Opened by us: should this directory give way to a new one meanwhile, the keeper begins nothing in that. */
    int records = open(launch->record_directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (records < 0) {
        answer(client, ANSWER_FAILED, number, errno, STEP_RECORDS);
        return;
    }
    uint32_t serial = ++serials;
    uint64_t forked = fork_time();
    pid_t keeper = fork();
    int trouble = errno;
    if (keeper == 0) keep(launch, serial, forked, records);
    close(records);
    if (keeper < 0) {
        answer(client, ANSWER_FAILED, number, trouble, STEP_FORK);
        return;
    }
    struct job *job = malloc(sizeof *job);
    if (job == NULL) exit(1);
    struct job **place = place_of(keeper);
    *job = (struct job){.next = NULL, .keeper = keeper, .serial = serial, .exit_code = -1};
    *place = job;
    count += 1;
    add_watcher(job, client, number);
}

void watch_job(struct client *client, uint32_t number, pid_t keeper)
{
    struct job *job = *place_of(keeper);
    int is_here = job != NULL && job->is_started;
    answer(client, ANSWER_WATCHING, number, is_here, 0);
    if (!is_here) return;
    add_watcher(job, client, number);
    if (job->exit_code >= 0) answer(client, ANSWER_ENDED, number, job->exit_code, 0);
}

static void take(const struct report *report)
{
    struct job *job = *place_of(report->pid);
    /* The report of one that is gone already, whose number may be another's by now. */
    if (job == NULL || job->serial != report->serial) return;
    if (report->kind == ANSWER_ENDED) {
        job->exit_code = report->value;
        tell(job, ANSWER_ENDED, report->value);
        return;
    }
    job->is_started = 1;
    for (struct watcher *one = job->watchers; one != NULL; one = one->next)
        answer(one->client, (uint32_t)report->kind, one->number, report->value, report->detail);
    if (report->kind == ANSWER_FAILED) remove_watchers(job, NULL);
}

void read_reports(void)
{
    struct report read_now[128];
    for (;;) {
        /* Each was written in one piece (PIPE_BUF), so that whole ones are read. */
        ssize_t length = read(reports, read_now, sizeof read_now);
        if (length <= 0) return;
        for (size_t at = 0; at < (size_t)length / sizeof *read_now; at += 1) take(&read_now[at]);
        if ((size_t)length < sizeof read_now) return; /* that was all */
    }
}

/* Forgets a keeper that has ended; its exit code says how the program did. False when it was killed. */
static int settle(pid_t keeper, int status)
{
    /* What it reported is in the pipe, and its client must hear first that it has started. */
    if (!(*place_of(keeper))->is_started) read_reports();
    struct job **place = place_of(keeper);
    struct job *job = *place;
    int ended = WIFEXITED(status);
    if (job->is_started) tell(job, ANSWER_GONE, ended ? WEXITSTATUS(status) : -1);
    else
        for (struct watcher *one = job->watchers; one != NULL; one = one->next)
            answer(one->client, ANSWER_FAILED, one->number, ECHILD, STEP_FORK);
    remove_watchers(job, NULL);
    *place = job->next;
    free(job);
    count -= 1;
    return ended;
}

/*
 * Collects who has ended. Who is our child and no keeper lost its keeper to a KILL: it belongs to a job that is lost,
 * and nobody could tell any more to which. It is killed, and what it leaves as well, for these become our children too.
 */
void collect_children(void)
{
    int strays = 0, status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0)
        if (!is_keeper(pid) || !settle(pid, status)) strays = 1;
    if (strays) kill_children(is_keeper);
}
