/* What the parts of the launcher share. How it works: ../README.md, "The native launcher". */
#ifndef AIFLOW_LAUNCHER_H
#define AIFLOW_LAUNCHER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Raised with every change of a message. A client of another version is told ours and sent away. */
#define PROTOCOL_VERSION 1

/* Longer messages are garbage: execve(2) takes 6 MiB of arguments and environment at most. */
#define MOST_BYTES_OF_A_REQUEST (8u * 1024 * 1024)

/*
 * A request: its length in bytes without these four, its kind, a number that the answers bear, and then
 *   HELLO   nothing; the number is the version
 *   LAUNCH  u32 arguments, u32 variables, then strings that end with NUL: the record directory, the working directory,
 *           the files of standard output and standard error, the arguments (first the program's path), the variables
 *   WATCH   u32 keeper: tell of the end of a job that another client launched
 * All numbers are in the machine's own order: both ends run on it.
 */
enum request_kind { REQUEST_HELLO = 1, REQUEST_LAUNCH = 2, REQUEST_WATCH = 3 };

/* All answers have this form. */
struct answer {
    uint32_t kind;
    uint32_t number;
    int32_t value;
    int32_t detail;
};

enum answer_kind {
    ANSWER_HELLO = 1,    /* the number is our version */
    ANSWER_STARTED = 2,  /* value: the keeper's process number */
    ANSWER_FAILED = 3,   /* value: errno; detail: the step. Nothing is left of the launch */
    ANSWER_WATCHING = 4, /* value: 1 when we launched it and it is not gone, else 0 */
    ANSWER_ENDED = 5,    /* value: the exit code; something of its tree is left */
    ANSWER_GONE = 6      /* value: the exit code, and nothing of its tree is left; -1 when the keeper was killed */
};

/* Where a launch failed. */
enum step { STEP_RECORDS = 1, STEP_OUTPUT = 2, STEP_DIRECTORY = 3, STEP_PROGRAM = 4, STEP_FORK = 5 };

/* What a keeper says, in one write to a pipe that all of them share. */
struct report {
    uint32_t serial;
    int32_t pid;
    int32_t kind; /* ANSWER_STARTED, ANSWER_FAILED or ANSWER_ENDED */
    int32_t value;
    int32_t detail;
};

struct launch {
    const char *record_directory;
    const char *working_directory;
    const char *standard_output;
    const char *standard_error;
    char **arguments;
    char **environment;
};

struct client;

/* main.c */
extern const char *socket_path; /* as it was given, for the records */
extern char boot_id[64];

/*
 * The descriptors of a keeper: the record directory, where the launcher has its end of the pipe, and the keepers' end. The
 * rest of the launcher's must go: its lock, its socket and its clients are not theirs.
 */
enum { RECORDS = 3, REPORTS = 4 };

/* keeper.c: what a process does that was forked at `forked` (see fork_time); never returns. */
_Noreturn void keep(const struct launch *launch, uint32_t serial, uint64_t forked, int records);

/* clock.c */
void try_clock(void);
uint64_t fork_time(void);
uint64_t boot_time(void);
uint64_t ticks_of(uint64_t time);
uint64_t read_start_ticks(void);

/* text.c */
char *put(char *at, const char *text);
char *put_number(char *at, uint64_t number);

/* descriptors.c */
void close_from(int first);

/* children.c */
int kill_children(int (*is_spared)(pid_t));

/* jobs.c */
void open_reports(void);
int reports_fd(void);
size_t job_count(void);
void launch_job(struct client *client, uint32_t number, const struct launch *launch);
void watch_job(struct client *client, uint32_t number, pid_t keeper);
void forget_watcher(const struct client *client);
void read_reports(void);
void collect_children(void);

/* clients.c */
void add_client(int fd);
int dismiss_idle_client(void);
void await_job(struct client *client, int change);
size_t client_count(void);
size_t client_fds(void *pollfds, size_t most);
void serve_client(int fd, short events);
void send_all_answers(void);
void answer(struct client *client, uint32_t kind, uint32_t number, int32_t value, int32_t detail);
int has_hung_up(const struct client *client);

#endif
