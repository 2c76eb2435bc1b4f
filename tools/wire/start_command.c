/* wire start: the lab network with a lab's servers running and a recording on, for one's hands. */
#include "commands.h"
#include "files.h"
#include "keeper.h"
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
    const char *programs;  /* where a student's server is */
    char **command;        /* NULL: a shell */
};

/* The files of a start. */
struct place {
    char stage[PATH_MAX]; /* the directory that holds the store and the logs */
    char capture[PATH_MAX];
    char keys[PATH_MAX];
    char log[PATH_MAX]; /* of a student's server */
};

static int read_options(int argc, char **argv, struct options *options) {
    static const struct option known[] = {{"peer", required_argument, NULL, 'p'},
                                          {"run", required_argument, NULL, 'r'},
                                          {"run-directory", required_argument, NULL, 'd'},
                                          {"programs", required_argument, NULL, 'P'},
                                          {NULL, 0, NULL, 0}};
    *options = (struct options){.run = "main", .programs = KIT_BUILD_DIR "/labs"};
    for (int letter; (letter = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (letter == '?')
            return COMMAND_MISUSE; /* getopt has said why */
        *(letter == 'p'   ? &options->peer
          : letter == 'r' ? &options->run
          : letter == 'd' ? &options->directory
                          : &options->programs) = optarg;
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

/* Runs the command, or a shell, at this terminal. Its exit status. `keys`: where clients that know
   SSLKEYLOGFILE add the keys of their TLS sessions; NULL: nowhere. */
static int run_command(char **command, const char *keys) {
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
        if (keys != NULL)
            setenv("SSLKEYLOGFILE", keys, 1);
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

/* A student's server keeps its address, and a peer has one of his own (peer.h). */
static void print_own_server(const struct lab_run *run, const char *peer, const char *log) {
    printf("What it says is in %s.\n", files_short_path(log));
    if (peer != NULL)
        printf("In front of it is %s, at %s %s: speak to him.\n", peer, PEER_BACK,
               strrchr(run->listen.words[0], ':') + 1);
}

static void print_banner(const struct lab *lab, const struct lab_run *run, const char *peer,
                         const char *log) {
    char server[200];
    bool behind = peer != NULL && !run->serves;
    describe_server(run, server, sizeof server);
    printf("Lab %02d: %s. %s: %s%s%s.%sRecording until you exit.\n", lab_number(lab), lab->title,
           run->serves ? "Your server" : "Server", server, behind ? ", behind " : "",
           behind ? peer : "", behind ? "\n" : " ");
    if (run->serves)
        print_own_server(run, peer, log);
    for (size_t i = 0; i < lab->tries.count; i++)
        printf("%s\n", lab->tries.text[i]);
    if (lab->tries.count == 0 && run->serves)
        printf("Be its client: telnet, or curl, with its name and port.\n");
    else if (lab->tries.count == 0)
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

/* The student's server, where the lab is one. 0 or -1. */
static int start_own_server(struct keeper *keeper, const struct lab *lab, const struct lab_run *run,
                            const struct options *options, const struct place *place,
                            struct failure *why) {
    char programs[PATH_MAX], program[PATH_MAX];
    *keeper = (struct keeper){.channel = -1};
    if (!run->serves)
        return 0;
    if (realpath(options->programs, programs) == NULL)
        return failure_system(why, errno, "%s", options->programs);
    if (files_path(program, why, "%s/%s", programs, lab->name) < 0)
        return -1;
    if (access(program, X_OK) < 0)
        return failure_set(why, "%s: not built: ./kit build", program);
    const struct keeper_setup setup = {
        .lab = lab, .run = run, .program = program, .directory = place->stage, .log = place->log};
    return keeper_start(keeper, &setup, why);
}

static int find_place(struct place *place, const char *directory, struct failure *why) {
    if (files_path(place->stage, why, "%s/start", directory) < 0 ||
        files_path(place->capture, why, "%s/start.pcapng", directory) < 0 ||
        files_path(place->keys, why, "%s/" SCENE_KEYS, place->stage) < 0)
        return -1;
    return files_path(place->log, why, "%s/server.log", place->stage);
}

/* Everything is in place: records while the command runs. Its status, or -1. */
static int record(const struct lab *lab, const struct lab_run *run, const struct place *place,
                  const struct options *options, struct scene *scene, struct failure *why) {
    struct record *record = record_start(place->capture, "lo", why);
    if (record == NULL)
        return -1;
    if (options->command == NULL)
        print_banner(lab, run, options->peer, place->log);
    int status = run_command(options->command, run->serves ? place->keys : NULL);
    char words[300];
    scene_end_script(scene, words, sizeof words);
    struct record_result recorded;
    struct record_end end = {.streams_until = deadline_in(CLOSING_MS), .keys = place->keys};
    if (record_stop(record, &end, &recorded, why) < 0)
        return -1;
    if (words[0] != '\0')
        fprintf(stderr, "wire start: the server, %s/%s, %s\n", lab->name, run->text[RUN_SCRIPT],
                words);
    if (options->command == NULL)
        print_end(lab, recorded.frames, place->capture);
    return status;
}

static int start(const struct lab *lab, const struct lab_run *run, const char *directory,
                 const struct options *options, struct failure *why) {
    struct place place;
    struct scene scene;
    struct keeper keeper;
    if (find_place(&place, directory, why) < 0 || files_make_directory(directory, why) < 0 ||
        lock(directory, why) < 0 || files_remove(place.stage, why) < 0 ||
        files_make_directory(place.stage, why) < 0)
        return -1;
    const struct scene_setup setup = {
        .run = run, .letters = lab->directory, .directory = place.stage, .limit_ms = LIMIT_MS};
    if (scene_start(&scene, &setup, why) < 0)
        return -1;
    int status = start_own_server(&keeper, lab, run, options, &place, why);
    if (status == 0)
        status = record(lab, run, &place, options, &scene, why);
    keeper_end(&keeper);
    scene_end(&scene, NULL);
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
    run->peers.own_server = run->serves;
    if (run->serves && peer_check_own_server(&run->peers, &why) < 0)
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
    .details =
        "With COMMAND that is run instead of a shell. The recording is kept in\n"
        "build/run/NN-name/start.pcapng, mailboxes and logs in build/run/NN-name/start.\n"
        "  --peer NAME  who sits between you and the server: see below\n"
        "  --run NAME   the servers of this [run NAME] of lab.ini, not of its main run\n"
        "  --run-directory DIR  instead of build/run/NN-name; below build/run\n"
        "  --programs DIR  where your server is, in a lab that is one; without it build/labs\n"
        "In such a lab your server runs as ./kit build has made it, and what it says is in\n"
        "build/run/NN-name/start/server.log. A peer then listens at 127.0.0.102: speak to him.\n"
        "The exit status is COMMAND's own, or 2 when nothing could be started.\n"
        "\n"
        "The peers. Several can stand in a row, \"multi-line | one-byte\": the server's "
        "bytes come\n"
        "through them from left to right. In brackets: N, where =N is left out.\n",
    .print_more = peer_print_all,
};
