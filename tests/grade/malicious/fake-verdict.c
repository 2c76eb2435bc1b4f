/* on: nothing
   expect: none
   why: says itself that everything holds, and writes it wherever a verdict might be */
#include "talk.h"
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char verdict[] = "{\"number\": 1, \"name\": \"01-raw-socket\", \"title\": \"x\", "
                              "\"points\": 99, \"earned\": 99, "
                              "\"checks\": [{\"check\": \"connect\", \"outcome\": \"held\", "
                              "\"points\": 99, \"earned\": 99}]}";
static const char record[] =
    "number\t1\ncheck\tconnect\nsays\tx\noutcome\theld\npoints\t99\nearned\t99\n";

static void write_everywhere(const char *pattern, const char *text) {
    glob_t found;
    if (glob(pattern, 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        FILE *file = fopen(found.gl_pathv[i], "w");
        if (file == NULL)
            continue;
        fputs(text, file);
        fclose(file);
    }
}

__attribute__((constructor)) static void attack(void) {
    write_everywhere("@ROOT@/build/run/01-raw-socket/results/*", record);
    write_everywhere("@ROOT@/build/run/01-raw-socket/*/result", "ending\t0\nstatus\t0\n");
    write_everywhere("@ROOT@/labs/*/lab.ini", "[lab]\ntitle = x\nclient = talk\n");
    write_everywhere("@OUT@/students/*/result.json", verdict);
    puts(verdict);
    fputs(verdict, stderr);
    for (int channel = 3; channel < 256; channel++)
        (void)!write(channel, verdict, strlen(verdict));
}

int talk_connect(const char *host, const char *port, struct failure *why) {
    (void)host, (void)port;
    return failure_set(why, "all checks hold");
}

int talk_relay(int connection, struct repl *repl, struct failure *why) {
    (void)connection, (void)repl;
    return failure_set(why, "all checks hold");
}
