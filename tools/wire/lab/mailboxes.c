#include "mailboxes.h"
#include "files.h"
#include "maildir.h"
#include "placeholders.h"
#include "text.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    LETTER_LIMIT = 128 << 20
};

static int no_memory(struct failure *why) {
    return failure_set(why, "not enough memory");
}

/* "bob@example.org" of "bob"; NULL: it cannot be a mailbox. */
static char *name_mailbox(const char *word, struct failure *why) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789.@_-";
    char *name = NULL;
    if (*word == '\0' || word[strspn(word, letters)] != '\0' || strstr(word, "..") != NULL)
        failure_set(why, "\"%s\" is no mailbox: bob, or dave@example.com", word);
    else if (asprintf(&name, "%s%s", word, strchr(word, '@') != NULL ? "" : "@example.org") < 0)
        no_memory(why);
    return name;
}

static struct mailbox *add_mailbox(struct mailboxes *mailboxes, const char *word,
                                   struct failure *why) {
    char *name = name_mailbox(word, why);
    struct mailbox *list =
        name == NULL ? NULL : realloc(mailboxes->list, (mailboxes->count + 1) * sizeof *list);
    if (list == NULL) {
        if (name != NULL)
            no_memory(why);
        free(name);
        return NULL;
    }
    mailboxes->list = list;
    list[mailboxes->count] = (struct mailbox){.name = name};
    return &list[mailboxes->count++];
}

/* "letter.eml", or "500*letter.eml". */
static int add_letter(struct mailbox *mailbox, const char *word, const char *directory,
                      struct failure *why) {
    struct mailbox_letter letter = {.copies = 1};
    const char *star = strchr(word, '*'), *file = star == NULL ? word : star + 1;
    char number[24], path[PATH_MAX];
    snprintf(number, sizeof number, "%.*s", star == NULL ? 0 : (int)(star - word), word);
    if (star != NULL && text_number(number, MAILBOX_LETTERS_LIMIT, &letter.copies, why) < 0)
        return -1;
    if (*file == '\0' || strchr(file, '/') != NULL)
        return failure_set(why, "\"%s\" is no letter: FILE of the lab, or 500*FILE", word);
    if (files_path(path, why, "%s/%s", directory, file) < 0)
        return -1;
    if (access(path, R_OK) < 0)
        return failure_system(why, errno, "%s", path);
    struct mailbox_letter *letters =
        realloc(mailbox->letters, (mailbox->count + 1) * sizeof *letters);
    letter.file = letters == NULL ? NULL : strdup(file);
    if (letters != NULL)
        mailbox->letters = letters;
    if (letter.file == NULL)
        return no_memory(why);
    letters[mailbox->count++] = letter;
    return 0;
}

int mailboxes_parse(struct mailboxes *mailboxes, const char *value, const char *directory,
                    struct failure *why) {
    struct arguments words = {0};
    struct mailbox *mailbox = NULL;
    int result = text_words(value, &words, why);
    for (size_t i = 0; result == 0 && i < words.count; i++) {
        char *word = words.words[i];
        size_t length = strlen(word);
        bool last = length > 0 && word[length - 1] == ',';
        if (last)
            word[length - 1] = '\0';
        if (mailbox == NULL)
            result = (mailbox = add_mailbox(mailboxes, word, why)) == NULL ? -1 : 0;
        else
            result = add_letter(mailbox, word, directory, why);
        if (last)
            mailbox = NULL;
    }
    if (result == 0 && words.count == 0)
        result = failure_set(why, "mailbox = NAME LETTER …, NAME …");
    arguments_free(&words);
    return result;
}

int mailboxes_parse_broken(struct mailboxes *mailboxes, const char *value, struct failure *why) {
    struct arguments words = {0};
    int result = text_words(value, &words, why);
    for (size_t i = 0; result == 0 && i < words.count; i++) {
        char *name = name_mailbox(words.words[i], why);
        if (name == NULL)
            result = -1;
        else
            arguments_add(&mailboxes->broken, name);
        free(name);
    }
    if (result == 0 && mailboxes->broken.failed)
        result = no_memory(why);
    arguments_free(&words);
    return result;
}

/* STORE/example.org/bob. */
static int find(const char *store, const char *name, char path[PATH_MAX], struct failure *why) {
    const char *at = strchr(name, '@');
    return files_path(path, why, "%s/%s/%.*s", store, at + 1, (int)(at - name), name);
}

/* Puts the letter there so many times; *number counts the files of this mailbox. */
static int deliver(const struct mailbox_letter *letter, const char *letters, const char *nonce,
                   const char *mailbox, unsigned long *number, struct failure *why) {
    char path[PATH_MAX];
    struct buf raw, text;
    buf_init(&raw, LETTER_LIMIT);
    buf_init(&text, LETTER_LIMIT);
    int result = files_path(path, why, "%s/%s", letters, letter->file);
    if (result == 0)
        result = files_read(path, &raw, why);
    if (result == 0)
        result = placeholders_fill(raw.bytes, raw.length, nonce, &text, why);
    for (unsigned long i = 0; result == 0 && i < letter->copies; i++) {
        result = files_path(path, why, "%s/new/%lu.lab", mailbox, ++*number);
        if (result == 0)
            result = files_write(path, text.bytes, text.length, why);
    }
    buf_free(&raw);
    buf_free(&text);
    return result;
}

static int break_mailbox(const char *store, const char *name, struct failure *why) {
    char path[PATH_MAX], domain[PATH_MAX];
    if (find(store, name, path, why) < 0 ||
        files_path(domain, why, "%s/%s", store, strchr(name, '@') + 1) < 0 ||
        files_make_directory(domain, why) < 0)
        return -1;
    return files_write(path, "", 0, why);
}

int mailboxes_make(const struct mailboxes *mailboxes, const char *letters, const char *nonce,
                   const char *store, struct failure *why) {
    char path[PATH_MAX];
    for (size_t i = 0; i < mailboxes->broken.count; i++)
        if (break_mailbox(store, mailboxes->broken.words[i], why) < 0)
            return -1;
    for (size_t i = 0; i < mailboxes->count; i++) {
        const struct mailbox *mailbox = &mailboxes->list[i];
        unsigned long number = 0;
        if (find(store, mailbox->name, path, why) < 0 || maildir_create(path, why) < 0)
            return -1;
        for (size_t j = 0; j < mailbox->count; j++)
            if (deliver(&mailbox->letters[j], letters, nonce, path, &number, why) < 0)
                return -1;
    }
    return 0;
}

/* For maildir_each: the highest number so far. */
static int note_number(const char *path, void *context) {
    unsigned long number = strtoul(strrchr(path, '/') + 1, NULL, 10), *highest = context;
    if (number > *highest)
        *highest = number;
    return 0;
}

static int remove_letter(const char *mailbox, const char *name, struct failure *why) {
    char once[PATH_MAX], now[PATH_MAX];
    if (files_path(once, why, "%s/new/%s", mailbox, name) < 0 || maildir_find(once, now, why) != 0)
        return -1;
    return unlink(now) < 0 ? failure_system(why, errno, "%s", now) : 0;
}

static int deliver_one(const char *file, const char *letters, const char *nonce,
                       const char *mailbox, char path[PATH_MAX], struct failure *why) {
    const struct mailbox_letter letter = {.file = (char *)file, .copies = 1};
    unsigned long number = 0;
    if (maildir_each(mailbox, note_number, &number, why) < 0 ||
        deliver(&letter, letters, nonce, mailbox, &number, why) < 0)
        return -1;
    return files_path(path, why, "%s/new/%lu.lab", mailbox, number);
}

int mailboxes_change(const char *change, const char *letters, const char *nonce, const char *store,
                     char path[PATH_MAX], struct failure *why) {
    struct arguments words = {0};
    char mailbox[PATH_MAX], *name = NULL;
    int result = text_words(change, &words, why);
    *path = '\0';
    if (result == 0 && words.count != 3)
        result = failure_set(why, "deliver MAILBOX FILE, or remove MAILBOX NAME");
    if (result == 0)
        result = (name = name_mailbox(words.words[1], why)) == NULL ? -1 : 0;
    if (result == 0)
        result = find(store, name, mailbox, why);
    if (result == 0 && strcmp(words.words[0], "deliver") == 0)
        result = deliver_one(words.words[2], letters, nonce, mailbox, path, why);
    else if (result == 0)
        result = remove_letter(mailbox, words.words[2], why);
    free(name);
    arguments_free(&words);
    return result;
}

void mailboxes_free(struct mailboxes *mailboxes) {
    for (size_t i = 0; i < mailboxes->count; i++) {
        struct mailbox *mailbox = &mailboxes->list[i];
        for (size_t j = 0; j < mailbox->count; j++)
            free(mailbox->letters[j].file);
        free(mailbox->letters);
        free(mailbox->name);
    }
    free(mailboxes->list);
    arguments_free(&mailboxes->broken);
    *mailboxes = (struct mailboxes){0};
}
