/* wire start: the lab network with a lab's servers running and a recording on, for one's hands. */
#include "commands.h"
#include "files.h"
#include "lab.h"
#include "network.h"
#include "peer.h"
#include "record.h"
#include "scene.h"
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LIMIT_MS = 12 * 60 * 60 * 1000, /* for a script: a person takes his time */
    CLOSING_MS = 2000,
};

struct options {
    const char *peer; /* NULL: as the run has it */
    const char *run;
    const char *directory; /* NULL: build/run/NN-name */
    char **command;        /* NULL: a shell */
};

static int read_options(int argc, char **argv, struct options *options) {
    static const struct option known[] = {{"peer", required_argument, NULL, 'p'},
                                          {"run", required_argument, NULL, 'r'},
                                          {"run-directory", required_argument, NULL, 'd'},
                                          {NULL, 0, NULL, 0}};
    *options = (struct options){.run = "main"};
    for (int letter; (letter = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (letter == '?')
            return COMMAND_MISUSE; /* getopt has said why */
        *(letter == 'p'   ? &options->peer
          : letter == 'r' ? &options->run
                          : &options->directory) = optarg;
    }
    if (optind >= argc)
        return command_misuse(argv[0], "which lab? 3, for example");
    if (optind + 1 < argc)
        options->command = argv + optind + 1;
    return COMMAND_FINE;
}

/* A start of this lab that goes on already has the recording. */
static int lock(const char *directory, struct failure *why) {
    char path[PATH_MAX];
    if (files_path(path, why, "%s/.start", directory) < 0)
        return -1;
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0)
        return failure_system(why, errno, "%s", path);
    if (flock(file, LOCK_EX | LOCK_NB) < 0)
        return failure_set(why, "this lab is started already, in another terminal: leave that one");
    return 0;
}

static const char *shell(void) {
    const char *path = getenv("SHELL");
    return path != NULL && access(path, X_OK) == 0 ? path : "/bin/sh";
}

/* The clients can be called by their names. */
static void extend_path(void) {
    const char *path = getenv("PATH");
    char *extended = NULL;
    if (asprintf(&extended, "%s/bin:%s", KIT_BUILD_DIR, path == NULL ? "/usr/bin:/bin" : path) >= 0)
        setenv("PATH", extended, 1);
    free(extended);
}

/* Runs the command, or a shell, at this terminal. Its exit status. */
static int run_command(char **command) {
    char *interactive[] = {(char *)shell(), NULL};
    char **words = command != NULL ? command : interactive;
    /* What is typed at the terminal, Ctrl-C too, is for the command. */
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGINT, SIG_DFL);
        signal(SIGQUIT, SIG_DFL);
        extend_path();
        execvp(words[0], words);
        fprintf(stderr, "wire start: %s: %s\n", words[0], strerror(errno));
        _exit(errno == ENOENT ? 127 : 126);
    }
    int status = 0;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (child < 0)
        return command_misuse("start", "fork: %s", strerror(errno));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* "mail.example.org 25": how one reaches the server by name. Further addresses come behind it. */
static void describe_server(const struct lab_run *run, char *words, size_t size) {
    static const char mail[] = "127.0.0.2:";
    size_t length = 0;
    for (size_t i = 0; i < run->listen.count && length < size; i++) {
        const char *address = run->listen.words[i];
        bool named = strncmp(address, mail, sizeof mail - 1) == 0;
        int added = snprintf(words + length, size - length, "%s%s%s", i > 0 ? ", " : "",
                             !named   ? ""
                             : i == 0 ? "mail.example.org "
                                      : "",
                             named ? address + sizeof mail - 1 : address);
        length += added > 0 ? (size_t)added : 0;
    }
}

static void print_banner(const struct lab *lab, const struct lab_run *run, const char *peer) {
    char server[200];
    describe_server(run, server, sizeof server);
    printf("Lab %02d: %s. Server: %s%s%s.%sRecording until you exit.\n", lab_number(lab),
           lab->title, server, peer != NULL ? ", behind " : "", peer != NULL ? peer : "",
           peer != NULL ? "\n" : " ");
    for (size_t i = 0; i < lab->tries.count; i++)
        printf("%s\n", lab->tries.text[i]);
    if (lab->tries.count == 0)
        printf("Speak with it by hand first: telnet, or talk, with its name and port.\n"
               "Then with your own program: build/labs/%s\n",
               lab->name);
    putchar('\n');
}

static void print_end(const struct lab *lab, unsigned long frames, const char *capture) {
    if (frames == 0)
        printf("Nothing was sent: %s is empty.\n", files_short_path(capture));
    else
        printf("%lu frames are in %s.\nnext: ./kit diff %d\n", frames, files_short_path(capture),
               lab_number(lab));
}

static int start(const struct lab *lab, const struct lab_run *run, const char *directory,
                 const struct options *options, struct failure *why) {
    char stage[PATH_MAX], capture[PATH_MAX], keys[PATH_MAX];
    struct scene scene;
    if (files_path(stage, why, "%s/start", directory) < 0 ||
        files_path(capture, why, "%s/start.pcapng", directory) < 0 ||
        files_path(keys, why, "%s/" SCENE_KEYS, stage) < 0 ||
        files_make_directory(directory, why) < 0 || lock(directory, why) < 0 ||
        files_remove(stage, why) < 0 || files_make_directory(stage, why) < 0)
        return -1;
    const struct scene_setup setup = {
        .run = run, .letters = lab->directory, .directory = stage, .limit_ms = LIMIT_MS};
    if (scene_start(&scene, &setup, why) < 0)
        return -1;
    struct record *record = record_start(capture, "lo", why);
    if (record == NULL) {
        scene_end(&scene, NULL);
        return -1;
    }
    if (options->command == NULL)
        print_banner(lab, run, options->peer);
    int status = run_command(options->command);
    char words[300];
    scene_end_script(&scene, words, sizeof words);
    struct record_result recorded;
    struct record_end end = {.streams_until = deadline_in(CLOSING_MS), .keys = keys};
    int stopped = record_stop(record, &end, &recorded, why);
    scene_end(&scene, NULL);
    if (stopped < 0)
        return -1;
    if (words[0] != '\0')
        fprintf(stderr, "wire start: the server, %s/%s, %s\n", lab->name, run->text[RUN_SCRIPT],
                words);
    if (options->command == NULL)
        print_end(lab, recorded.frames, capture);
    return status;
}

static struct lab_run *find_run(const struct lab *lab, const char *name) {
    for (size_t i = 0; i < lab->run_count; i++)
        if (strcmp(lab->runs[i].name, name) == 0)
            return &lab->runs[i];
    return NULL;
}

static int start_lab(const struct lab *lab, const struct options *options, const char *command) {
    struct lab_run *run = find_run(lab, options->run);
    if (run == NULL)
        return command_misuse(command, "%s has no [run %s]", lab->file, options->run);
    char directory[PATH_MAX];
    struct failure why;
    if (options->peer != NULL && peer_parse(options->peer, &run->peers, &why) < 0)
        return command_misuse(command, "%s", why.text);
    int named = options->directory != NULL
                    ? files_path(directory, &why, "%s", options->directory)
                    : files_path(directory, &why, KIT_BUILD_DIR "/run/%s", lab->name);
    if (named < 0)
        return command_misuse(command, "%s", why.text);
    int status = start(lab, run, directory, options, &why);
    return status < 0 ? command_misuse(command, "%s", why.text) : status;
}

/*
 * Gives the terminal to this process group. A shell with job control takes it for groups of its
 * own, and when it ends, gives it back to the group that had it; but inside the lab network, where
 * processes have other numbers, it cannot name that one.
 */
static void take_terminal(pid_t group) {
    if (group <= 0)
        return; /* there is no terminal */
    void (*before)(int) = signal(SIGTTOU, SIG_IGN);
    tcsetpgrp(STDIN_FILENO, group);
    signal(SIGTTOU, before);
}

static int perform(int argc, char **argv) {
    struct options options;
    struct failure why;
    int status = read_options(argc, argv, &options);
    if (status != COMMAND_FINE)
        return status;
    pid_t foreground = tcgetpgrp(STDIN_FILENO);
    switch (network_enter(&(struct network_options){0}, argv, &status, &why)) {
    case NETWORK_ENDED:
        take_terminal(foreground);
        return status;
    case NETWORK_FAILED:
        return command_misuse(argv[0], "%s", why.text);
    case NETWORK_INSIDE:
        break;
    }
    struct lab lab;
    if (lab_open(KIT_SOURCE_DIR "/labs", argv[optind], &lab, &why) < 0)
        return command_misuse(argv[0], "%s", why.text);
    status = start_lab(&lab, &options, argv[0]);
    lab_free(&lab);
    return status;
}

const struct command start_command = {
    .name = "start",
    .run = perform,
    .own_words = 2,
    .usage = "LAB [OPTION…] [--] [COMMAND [WORD…]]",
    .meaning = "A shell in the lab network, with the lab's servers running and a recording on.",
    .details = "With COMMAND that is run instead of a shell. The recording is kept in\n"
               "build/run/NN-name/start.pcapng, mailboxes and logs in build/run/NN-name/start.\n"
               "  --peer NAME  who sits between you and the server: see below\n"
               "  --run NAME   the servers of this [run NAME] of lab.ini, not of its main run\n"
               "  --run-directory DIR  instead of build/run/NN-name; below build/run\n"
               "The exit status is COMMAND's own, or 2 when nothing could be started.\n"
               "\n"
               "The peers. Several can stand in a row, \"multi-line | one-byte\": the server's "
               "bytes come\n"
               "through them from left to right. In brackets: N, where =N is left out.\n",
    .print_more = peer_print_all,
};
