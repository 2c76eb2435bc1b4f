#include "lab_captures.h"
#include "files.h"
#include "lab.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char root[] = KIT_SOURCE_DIR "/labs";

bool lab_captures_is_lab(const char *word) {
    if (word[0] != '\0' && word[strspn(word, "0123456789")] == '\0')
        return true;
    if (strchr(word, '/') != NULL)
        return false;
    char *name = lab_find(root, word, NULL);
    free(name);
    return name != NULL;
}

static bool is_newer(const struct stat *left, const struct stat *right) {
    if (left->st_mtim.tv_sec != right->st_mtim.tv_sec)
        return left->st_mtim.tv_sec > right->st_mtim.tv_sec;
    return left->st_mtim.tv_nsec > right->st_mtim.tv_nsec;
}

static int find_newest(const char *name, char path[PATH_MAX], struct failure *why) {
    char captured[PATH_MAX], started[PATH_MAX], checked[PATH_MAX];
    struct stat of_captured, of_started;
    if (files_path(captured, why, "%s/%s/capture.pcapng", root, name) < 0 ||
        files_path(started, why, KIT_BUILD_DIR "/run/%s/start.pcapng", name) < 0 ||
        files_path(checked, why, KIT_BUILD_DIR "/run/%s/main/capture.pcapng", name) < 0)
        return -1;
    bool has_captured = stat(captured, &of_captured) == 0;
    bool has_started = stat(started, &of_started) == 0;
    const char *newest = checked;
    if (has_captured && (!has_started || !is_newer(&of_started, &of_captured)))
        newest = captured;
    else if (has_started)
        newest = started;
    else if (access(checked, F_OK) < 0)
        return failure_set(why, "nothing was recorded of lab %ld yet: ./kit capture %ld does it",
                           strtol(name, NULL, 10), strtol(name, NULL, 10));
    return files_path(path, why, "%s", newest);
}

int lab_captures_mine(const char *word, char path[PATH_MAX], struct failure *why) {
    if (!lab_captures_is_lab(word))
        return files_path(path, why, "%s", word);
    char *name = lab_find(root, word, why);
    int result = name == NULL ? -1 : find_newest(name, path, why);
    free(name);
    return result;
}

int lab_captures_reference(const char *word, char path[PATH_MAX], struct failure *why) {
    char *name = lab_find(root, word, why);
    int result =
        name == NULL ? -1 : files_path(path, why, KIT_SOURCE_DIR "/captures/%s.pcapng", name);
    free(name);
    if (result == 0 && access(path, F_OK) < 0)
        return failure_set(why, "%s is not there: this copy of the kit has no reference for lab %s",
                           files_short_path(path), word);
    return result;
}

int lab_captures_choose(const char *command, const char *word, char path[PATH_MAX],
                        struct failure *why) {
    if (lab_captures_mine(word, path, why) < 0)
        return -1;
    if (lab_captures_is_lab(word))
        fprintf(stderr, "wire %s: %s\n", command, files_short_path(path));
    return 0;
}

int lab_captures_choose_two(const char *command, char *const *words, int count,
                            char path[2][PATH_MAX], struct failure *why) {
    const char *reference = words[count - 1];
    bool of_lab = lab_captures_is_lab(reference);
    if (count == 1 && !of_lab)
        return failure_set(why,
                           "with what? Name the number of its lab, or another capture, behind it");
    if (lab_captures_choose(command, words[0], path[0], why) < 0)
        return -1;
    if (!of_lab)
        return files_path(path[1], why, "%s", reference);
    if (lab_captures_reference(reference, path[1], why) < 0)
        return -1;
    fprintf(stderr, "wire %s: the reference is %s\n", command, files_short_path(path[1]));
    return 0;
}
