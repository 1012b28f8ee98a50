/* Asks a node from inside whether it is ready, in any image: no shell, no library, no other program.
 *
 *   probe until SECONDS QUESTION   asks again until it holds
 *   probe once  SECONDS QUESTION   asks once, and gives up after so long
 *
 *   QUESTION: tcp PORT | http PORT PATH | command WORD...
 *
 * Status: 0 it holds; 1 it does not; 124 the time was over; 126, 127 the command cannot be run, or is not there.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { HOLDS = 0, NOT = 1, USAGE = 2, TIMED_OUT = 124, NOT_RUNNABLE = 126, NOT_THERE = 127 };
static const double PAUSE = 0.05; /* seconds between two questions */
static const double PATIENCE = 2; /* seconds in which a port or a path answers if it answers at all */

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void pause_for(double seconds) {
    struct timespec t = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&t, NULL);
}

/* Waits until the socket can be read or written; 0 when the time is over. */
static int ready(int fd, short what, double end) {
    double left = end - now();
    struct pollfd wanted = {.fd = fd, .events = what};
    return left > 0 && poll(&wanted, 1, (int)(left * 1000) + 1) > 0;
}

/* A connection to the node's own port, at its IPv4 loopback address or its IPv6 one; -1 for none. */
static int connected(int family, int port, double end) {
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((unsigned short)port)};
    struct sockaddr *to = family == AF_INET ? (struct sockaddr *)&four : (struct sockaddr *)&six;
    socklen_t size = family == AF_INET ? sizeof four : sizeof six;
    int error = 0, fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    socklen_t length = sizeof error;
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    six.sin6_addr = in6addr_loopback;
    if (fd < 0)
        return -1;
    if (connect(fd, to, size) == 0)
        return fd;
    if (errno == EINPROGRESS && ready(fd, POLLOUT, end) &&
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0)
        return fd;
    close(fd);
    return -1;
}

static int opened(int port, double end) {
    int fd = connected(AF_INET, port, end);
    return fd >= 0 ? fd : connected(AF_INET6, port, end);
}

static int ask_tcp(int port, double end) {
    int fd = opened(port, end);
    if (fd < 0)
        return NOT;
    close(fd);
    return HOLDS;
}

/* The first line of the answer to GET path; whether its status is 200. */
static int ask_http(int port, const char *path, double end) {
    char line[64] = "";
    size_t got = 0;
    ssize_t n = 1;
    int fd = opened(port, end), status = 0;
    if (fd < 0)
        return NOT;
    if (dprintf(fd, "GET %s HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n", path) > 0)
        while (n > 0 && got < sizeof line - 1 && !memchr(line, '\n', got) && ready(fd, POLLIN, end)) {
            n = read(fd, line + got, sizeof line - 1 - got);
            got += n > 0 ? (size_t)n : 0;
        }
    close(fd);
    line[got] = '\0';
    return sscanf(line, "HTTP/%*s %d", &status) == 1 && status == 200 ? HOLDS : NOT;
}

/* The command's own status, 0 or 1; it ends, with all that it began, when the time is over. */
static int ask_command(char **words, double end, int silent) {
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        int nothing = open("/dev/null", O_RDWR);
        setpgid(0, 0);
        if (silent && nothing >= 0) {
            dup2(nothing, 1);
            dup2(nothing, 2);
        }
        execvp(words[0], words);
        _exit(errno == ENOENT ? NOT_THERE : NOT_RUNNABLE);
    }
    if (child < 0)
        return NOT;
    while (waitpid(child, &status, WNOHANG) == 0) {
        if (now() > end) {
            kill(-child, SIGKILL);
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            return TIMED_OUT;
        }
        pause_for(0.01);
    }
    if (WIFEXITED(status) && (WEXITSTATUS(status) == NOT_THERE || WEXITSTATUS(status) == NOT_RUNNABLE))
        return WEXITSTATUS(status);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? HOLDS : NOT;
}

static int ask(char **question, double end, int silent) {
    double soon = now() + PATIENCE < end ? now() + PATIENCE : end;
    if (strcmp(question[0], "tcp") == 0)
        return ask_tcp(atoi(question[1]), soon);
    if (strcmp(question[0], "http") == 0)
        return ask_http(atoi(question[1]), question[2], soon);
    return ask_command(question + 1, end, silent);
}

static int understood(int count, char **words) {
    if (count < 5 || (strcmp(words[1], "until") != 0 && strcmp(words[1], "once") != 0))
        return 0;
    return (strcmp(words[3], "tcp") == 0 && count == 5) || (strcmp(words[3], "http") == 0 && count == 6) ||
           strcmp(words[3], "command") == 0;
}

int main(int count, char **words) {
    double end;
    int answer, until;
    if (!understood(count, words)) {
        fputs("usage: probe until|once SECONDS tcp PORT | http PORT PATH | command WORD...\n", stderr);
        return USAGE;
    }
    signal(SIGPIPE, SIG_IGN);
    until = strcmp(words[1], "until") == 0;
    end = now() + atof(words[2]);
    answer = ask(words + 3, end, until);
    while (until && answer == NOT) {
        if (now() > end)
            return TIMED_OUT;
        pause_for(PAUSE);
        answer = ask(words + 3, end, until);
    }
    return answer;
}
