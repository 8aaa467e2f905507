/* Connections: requests are read whole, answers wait until there is room for them. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct bytes {
    char *data;
    size_t length;
    size_t room;
};

struct client {
    struct client *next;
    int fd;
    int is_known; /* has said hello */
    int is_over;  /* to be closed */
    int awaited;  /* how many jobs it is to be told of */
    struct bytes input;
    struct bytes output;
};

/* A client that does not read its answers is not asked for more. */
static const size_t most_unread = 64 * 1024;

static struct client *clients;
static size_t count;

size_t client_count(void) { return count; }

void add_client(int fd)
{
    struct client *client = calloc(1, sizeof *client);
    if (client == NULL) {
        close(fd);
        return;
    }
    client->fd = fd;
    client->next = clients;
    clients = client;
    count += 1;
}

static void remove_client(struct client *client)
{
    struct client **place = &clients;
    while (*place != client) place = &(*place)->next;
    *place = client->next;
    forget_watcher(client);
    close(client->fd);
    free(client->input.data);
    free(client->output.data);
    free(client);
    count -= 1;
}

/* Counts the jobs that a client waits for. */
void await_job(struct client *client, int change) { client->awaited += change; }

static int is_idle(const struct client *client)
{
    return client->is_known && client->awaited == 0 && client->input.length == 0 && client->output.length == 0;
}

/*
 * Closes the oldest connection of which nothing is awaited, to make room; false when there is none. Whoever had it
 * connects again when there is something to ask for.
 */
int dismiss_idle_client(void)
{
    struct client *oldest = NULL;
    for (struct client *client = clients; client != NULL; client = client->next)
        if (is_idle(client)) oldest = client;
    if (oldest != NULL) remove_client(oldest);
    return oldest != NULL;
}

/* Fills in whom to ask of the kernel; gives how many. */
size_t client_fds(void *pollfds, size_t most)
{
    struct pollfd *fds = pollfds;
    size_t at = 0;
    for (struct client *client = clients; client != NULL && at < most; client = client->next, at += 1) {
        short events = client->output.length > 0 ? POLLOUT : 0;
        if (client->output.length < most_unread) events |= POLLIN;
        fds[at] = (struct pollfd){client->fd, events, 0};
    }
    return at;
}

int has_hung_up(const struct client *client)
{
    struct pollfd fd = {client->fd, POLLRDHUP, 0};
    return poll(&fd, 1, 0) > 0 && (fd.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

/* Makes room for so many bytes more; false when there is no memory. */
static int make_room(struct bytes *bytes, size_t more)
{
    size_t room = bytes->room == 0 ? 4096 : bytes->room;
    while (room < bytes->length + more) room *= 2;
    if (room == bytes->room) return 1;
    char *data = realloc(bytes->data, room);
    if (data == NULL) return 0;
    bytes->data = data;
    bytes->room = room;
    return 1;
}

static void drop(struct bytes *bytes, size_t length)
{
    bytes->length -= length;
    memmove(bytes->data, bytes->data + length, bytes->length);
    if (bytes->length > 0 || bytes->room <= 1024 * 1024) return;
    free(bytes->data); /* of a request that was unusually long */
    *bytes = (struct bytes){0};
}

void answer(struct client *client, uint32_t kind, uint32_t number, int32_t value, int32_t detail)
{
    struct answer line = {kind, number, value, detail};
    if (client->is_over) return;
    if (!make_room(&client->output, sizeof line)) {
        client->is_over = 1;
        return;
    }
    memcpy(client->output.data + client->output.length, &line, sizeof line);
    client->output.length += sizeof line;
}

static uint32_t number_at(const char *data)
{
    uint32_t number;
    memcpy(&number, data, sizeof number);
    return number;
}

/* Reads a LAUNCH; false when it is garbage. */
static int read_launch(struct client *client, uint32_t number, char *body, size_t length)
{
    if (length < 8 || body[length - 1] != '\0') return 0;
    size_t arguments = number_at(body), variables = number_at(body + 4);
    if (arguments == 0 || arguments > length || variables > length) return 0;
    size_t strings = 4 + arguments + variables;
    char **all = calloc(strings + 2, sizeof(char *));
    if (all == NULL) return 0;
    /* Each list is followed by a NULL, so the second begins one later. */
    size_t at = 8, found = 0;
    for (; found < strings && at < length; found += 1) {
        all[found < 4 + arguments ? found : found + 1] = body + at;
        at += strlen(body + at) + 1;
    }
    int is_whole = found == strings && at == length;
    struct launch launch = {all[0], all[1], all[2], all[3], all + 4, all + 4 + arguments + 1};
    if (is_whole) launch_job(client, number, &launch);
    free(all);
    return is_whole;
}

/* Does what a request asks for; false when it is garbage. */
static int serve(struct client *client, char *request, size_t length)
{
    if (length < 8) return 0;
    uint32_t kind = number_at(request), number = number_at(request + 4);
    char *body = request + 8;
    length -= 8;
    if (kind == REQUEST_HELLO) {
        answer(client, ANSWER_HELLO, PROTOCOL_VERSION, (int32_t)getpid(), 0);
        client->is_known = number == PROTOCOL_VERSION;
        return length == 0;
    }
    if (!client->is_known) return 0;
    if (kind == REQUEST_LAUNCH) return read_launch(client, number, body, length);
    if (kind != REQUEST_WATCH || length != 4) return 0;
    watch_job(client, number, (pid_t)number_at(body));
    return 1;
}

static void serve_whole_requests(struct client *client)
{
    struct bytes *input = &client->input;
    size_t at = 0;
    while (!client->is_over && input->length - at >= 4) {
        size_t length = number_at(input->data + at);
        if (length > MOST_BYTES_OF_A_REQUEST) client->is_over = 1;
        if (length > input->length - at - 4) break;
        if (!serve(client, input->data + at + 4, length)) client->is_over = 1;
        at += 4 + length;
    }
    if (at > 0) drop(input, at);
}

static void receive(struct client *client)
{
    struct bytes *input = &client->input;
    if (!make_room(input, 64 * 1024)) {
        client->is_over = 1;
        return;
    }
    ssize_t length = recv(client->fd, input->data + input->length, input->room - input->length, 0);
    if (length > 0) {
        input->length += (size_t)length;
        serve_whole_requests(client);
    } else if (length == 0 || (errno != EAGAIN && errno != EINTR)) {
        client->is_over = 1;
    }
}

static void send_answers(struct client *client)
{
    struct bytes *output = &client->output;
    ssize_t length = send(client->fd, output->data, output->length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (length > 0) drop(output, (size_t)length);
    else if (errno != EAGAIN && errno != EINTR) client->is_over = 1;
}

void serve_client(int fd, short events)
{
    struct client *client = clients;
    while (client != NULL && client->fd != fd) client = client->next;
    if (client == NULL) return;
    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) receive(client);
}

void send_all_answers(void)
{
    for (struct client *client = clients; client != NULL;) {
        struct client *next = client->next;
        if (client->output.length > 0) send_answers(client);
        if (client->is_over) remove_client(client);
        client = next;
    }
}
