/*
 * The keeper of one job: a small process between the launcher and the program, that is told of every process that the
 * job leaves an orphan (a subreaper, prctl(2)). So all of a job are its descendants, whatever they do to their session,
 * their group or their environment, and when it has no child any more nothing of the job is left.
 *
 * It outlives the launcher and its clients, writes the records as they are described in ../src/records.ts, and ends
 * with the job's exit code when nothing of the job is left. It blocks all signals but KILL; USR1 tells it to kill all
 * that is below it.
 */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The file `begun`, open until the exit code is appended to it. */
static int record = -1;

/* Keeps the standard ones, the record directory and the pipe, which is where it has to be (REPORTS) already. */
static void keep_descriptors(int records)
{
    if (dup3(records, RECORDS, O_CLOEXEC) < 0) _exit(255);
    close_from(REPORTS + 1);
}

static void report(uint32_t serial, int kind, int value, int detail)
{
    struct report line = {
        .serial = serial, .pid = getpid(), .kind = kind, .value = value, .detail = detail};
    while (write(REPORTS, &line, sizeof line) < 0 && errno == EINTR) continue;
}

/* Appends to the record in one go; false, with errno, when it could not be written whole. */
static int append(const char *lines, const char *end)
{
    ssize_t written = write(record, lines, (size_t)(end - lines));
    if (written >= 0) errno = ENOSPC;
    return written == end - lines;
}

/*
 * When this process began, in clock ticks. Reading that takes a tenth of what a launch costs, so it is read only when the
 * clock of our fork leaves open which tick it was.
 */
static uint64_t start_ticks(uint64_t forked)
{
    return forked != 0 && ticks_of(forked) == ticks_of(boot_time()) ? ticks_of(forked) : read_start_ticks();
}

/* Who makes `begun` decides whether the job begins; `find` may have made it. One file, for a new one is dear. */
static int write_beginning(uint64_t forked)
{
    uint64_t pid = (uint64_t)getpid(), start = start_ticks(forked);
    if (start == 0) {
        errno = ENOSYS; /* no /proc */
        return 0;
    }
    record = openat(RECORDS, "begun", O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
    if (record < 0) return 0;
    /* snprintf(3) would cost a dozen page faults in each keeper. */
    char lines[512], *end = put(put_number(lines, pid), "\n{\"pid\":");
    end = put(put_number(end, pid), ",\"start_ticks\":\"");
    end = put(put_number(end, start), "\",\"boot_id\":\"");
    end = put(put(put(put(end, boot_id), "\",\"launcher\":\""), socket_path), "\"}\n");
    if (append(lines, end)) return 1;
    int trouble = errno;
    unlinkat(RECORDS, "begun", 0);
    errno = trouble;
    return 0;
}

static int open_output(const char *path)
{
    return open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY | O_CLOEXEC, 0666);
}

static void close_output(int file, const char *path, int undo)
{
    struct stat found;
    if (undo && fstat(file, &found) == 0 && S_ISREG(found.st_mode) && found.st_size == 0) unlink(path);
    close(file);
}

struct failure {
    int error;
    int step;
};

/*
 * What a shell says, and ends with, when a program is there and yet cannot be run: its interpreter is missing, or the
 * file system forbids it. 0 when that is for the launch to report.
 */
static int code_of_a_shell(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return 127;
    case EACCES:
    case EPERM:
    case ETXTBSY:
    case ELIBBAD:
        return 126;
    default:
        return 0;
    }
}

static void say_why(const char *program, int error)
{
    struct iovec parts[] = {{(void *)"aiflow: cannot run ", 19}, {(void *)program, strlen(program)}, {(void *)": ", 2},
                            {strerror(error), strlen(strerror(error))}, {(void *)" (or its interpreter)\n", 22}};
    if (writev(STDERR_FILENO, parts, sizeof parts / sizeof *parts) < 0) return; /* the code tells it, too */
}

/* Runs in the keeper's memory, which waits for it: only system calls, and nothing of the keeper's is changed. */
static void become_program(const struct launch *launch, int output, int error, struct failure *failure)
{
    sigset_t none;
    sigemptyset(&none);
    failure->step = STEP_DIRECTORY;
    if (setsid() < 0 || chdir(launch->working_directory) < 0) goto failed;
    failure->step = STEP_PROGRAM;
    if (dup2(output, STDOUT_FILENO) < 0 || dup2(error, STDERR_FILENO) < 0) goto failed;
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(launch->arguments[0], launch->arguments, launch->environment);
    int code = code_of_a_shell(errno);
    if (code != 0) {
        say_why(launch->arguments[0], errno);
        _exit(code);
    }
failed:
    failure->error = errno;
    _exit(127);
}

/* A file without a first line that names its interpreter is the shell's, as execvp(3) has it. */
static struct launch by_shell(const struct launch *launch)
{
    size_t count = 0;
    while (launch->arguments[count] != NULL) count += 1;
    struct launch shell = *launch;
    shell.arguments = calloc(count + 2, sizeof(char *));
    if (shell.arguments == NULL) _exit(255);
    shell.arguments[0] = (char *)"/bin/sh";
    memcpy(shell.arguments + 1, launch->arguments, (count + 1) * sizeof(char *));
    return shell;
}

static __attribute__((noinline)) pid_t start(const struct launch *launch, int output, int error,
                                             struct failure *failure)
{
    pid_t program = vfork();
    if (program == 0) become_program(launch, output, error, failure);
    if (program < 0) *failure = (struct failure){errno, STEP_FORK};
    if (program > 0 && failure->error != 0) waitpid(program, NULL, 0);
    return failure->error == 0 ? program : -1;
}

/* Starts the program; ends this process, with nothing left behind, when that fails. */
static pid_t begin(const struct launch *launch, uint32_t serial, uint64_t forked)
{
    /* vfork(2) lets the child write here; volatile would only be needed for what this function itself caches. */
    static struct failure failure;
    pid_t program = -1;
    failure.step = STEP_OUTPUT;
    int output = open_output(launch->standard_output);
    failure.error = output < 0 ? errno : 0;
    int error = output < 0 ? -1 : open_output(launch->standard_error);
    if (output >= 0 && error < 0) failure.error = errno;
    if (error >= 0) {
        if (write_beginning(forked)) {
            program = start(launch, output, error, &failure);
            if (failure.error == ENOEXEC) {
                struct launch shell = by_shell(launch);
                failure.error = 0;
                program = start(&shell, output, error, &failure);
            }
            if (program < 0) unlinkat(RECORDS, "begun", 0);
        } else {
            failure = (struct failure){errno, STEP_RECORDS};
        }
    }
    if (error >= 0) close_output(error, launch->standard_error, program < 0);
    if (output >= 0) close_output(output, launch->standard_output, program < 0);
    if (program > 0) return program;
    report(serial, ANSWER_FAILED, failure.error, failure.step);
    _exit(255);
}

static int shell_code(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int is_nobody(pid_t pid)
{
    (void)pid;
    return 0;
}

/* Collects all children until there are none; gives the program's exit code. */
static int keep_until_gone(pid_t program, uint32_t serial)
{
    sigset_t awaited;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    sigaddset(&awaited, SIGUSR1);
    struct timespec round = {0, 0};
    int code = -1, is_told = 0, is_killing = 0;
    for (;;) {
        int status;
        pid_t pid = waitpid(-1, &status, WNOHANG | __WALL);
        if (pid == program && code < 0) { /* its number can be an orphan's later */
            char line[16];
            code = shell_code(status);
            append(line, put(put_number(line, (uint64_t)code), "\n")); /* on a full disk only the launcher tells it */
        }
        if (pid > 0) continue;
        if (pid < 0) return code; /* ECHILD: nothing is left */
        if (code >= 0 && !is_told) {
            is_told = 1;
            report(serial, ANSWER_ENDED, code, 0);
        }
        if (is_killing) kill_children(is_nobody);
        int signal = is_killing ? sigtimedwait(&awaited, NULL, &round) : sigwaitinfo(&awaited, NULL);
        if (signal == SIGUSR1) is_killing = 1;
        /* What does not die at once (another user's, or one that hangs in the kernel) is tried more and more seldom. */
        if (signal != SIGCHLD && round.tv_nsec < 50000000) round.tv_nsec += 100000;
    }
}

void keep(const struct launch *launch, uint32_t serial, uint64_t forked, int records)
{
    keep_descriptors(records);
    setpgid(0, 0); /* no session: nobody can signal one, and it costs ten times as much */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_NAME, "aiflow-keeper");
    pid_t program = begin(launch, serial, forked);
    report(serial, ANSWER_STARTED, getpid(), 0);
    _exit(keep_until_gone(program, serial));
}
