#include "store.h"
#include "maildir.h"
#include "mbox.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct store {
    char *place;
    struct uids *uids;
    struct mbox *mbox;                 /* NULL: it is a Maildir */
    struct maildir_delivery *delivery; /* the message that is written into the Maildir */
    char uid[POP3_UID_LIMIT + 1];      /* its unique-id, or "" */
    bool after_cr;                     /* a CR has come, and nobody knows yet what follows */
};

static bool is_mbox(const char *place) {
    struct stat status;
    if (stat(place, &status) == 0)
        return !S_ISDIR(status.st_mode);
    size_t length = strlen(place);
    return length > 5 && strcmp(place + length - 5, ".mbox") == 0;
}

/* Whether the directory holds something, and is no Maildir: a wrong name. */
static bool is_other_directory(const char *place) {
    bool maildir = false, other = false;
    DIR *directory = opendir(place);
    if (directory == NULL)
        return false;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        maildir |= strcmp(entry->d_name, "new") == 0 || strcmp(entry->d_name, "tmp") == 0;
        other |= strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    closedir(directory);
    return other && !maildir;
}

/* Whether the Maildir's file of this name is in new/ or, perhaps with flags behind it, in cur/.
   -1: nobody knows. */
static int find_message(const char *place, const char *name, struct failure *why) {
    static const char *const parts[] = {"new", "cur"};
    bool found = false;
    size_t length = strlen(name);
    for (size_t i = 0; i < 2 && !found; i++) {
        char *path;
        if (asprintf(&path, "%s/%s", place, parts[i]) < 0)
            return failure_set(why, "not enough memory");
        DIR *directory = opendir(path);
        free(path);
        if (directory == NULL)
            return failure_system(why, errno, "%s/%s", place, parts[i]);
        for (struct dirent *entry; !found && (entry = readdir(directory)) != NULL;)
            found = strncmp(entry->d_name, name, length) == 0 &&
                    (entry->d_name[length] == '\0' || entry->d_name[length] == ':');
        closedir(directory);
    }
    return found;
}

/* What was begun before a crash is ended, or known not to be. 0 or -1. */
static int recover(struct store *store, struct failure *why) {
    const char *doubt = uids_doubt(store->uids);
    int here = 1;
    if (doubt == NULL)
        return 0;
    if (store->mbox == NULL)
        here = find_message(store->place, doubt, why);
    else if (mbox_recover(store->mbox, doubt, why) < 0)
        here = -1;
    if (here < 0)
        return -1;
    return uids_settle(store->uids, here == 1, why);
}

static int open_place(struct store *store, const char *user, const char *host,
                      struct failure *why) {
    char *notes;
    bool mbox = is_mbox(store->place);
    if (mbox && (store->mbox = mbox_open(store->place, why)) == NULL)
        return -1;
    if (!mbox && is_other_directory(store->place))
        return failure_set(why, "%s: a directory with something in it, and no Maildir",
                           store->place);
    if (!mbox && (maildir_create(store->place, why) < 0 || maildir_sweep(store->place, why) < 0))
        return -1;
    if (asprintf(&notes, mbox ? "%s.pop3-uids" : "%s/pop3-uids", store->place) < 0)
        return failure_set(why, "not enough memory");
    store->uids = uids_open(notes, user, host, why);
    free(notes);
    return store->uids != NULL ? recover(store, why) : -1;
}

struct store *store_open(const char *place, const char *user, const char *host,
                         struct failure *why) {
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL || (store->place = strdup(place)) == NULL) {
        failure_set(why, "not enough memory");
        free(store);
        return NULL;
    }
    if (open_place(store, user, host, why) == 0)
        return store;
    store_close(store, UIDS_ALL, NULL);
    return NULL;
}

const char *store_kind(const struct store *store) {
    return store->mbox != NULL ? "mbox" : "Maildir";
}

bool store_has(struct store *store, const char *uid) {
    return uids_has(store->uids, uid);
}

int store_begin(struct store *store, const struct pop3_message *message, struct failure *why) {
    memcpy(store->uid, message->uid, sizeof store->uid);
    store->after_cr = false;
    if (store->mbox != NULL)
        return mbox_begin(store->mbox, why);
    store->delivery = maildir_begin(store->place, why);
    return store->delivery != NULL ? 0 : -1;
}

static int put(struct store *store, const char *bytes, size_t count, struct failure *why) {
    if (store->mbox != NULL)
        return mbox_write(store->mbox, bytes, count, why);
    return maildir_write(store->delivery, bytes, count, why);
}

/* On the disk a line ends in LF; a CR that no LF follows stays. */
int store_add(struct store *store, const char *bytes, size_t count, struct failure *why) {
    size_t start = 0;
    for (size_t i = 0; i < count; i++) {
        if (store->after_cr && i == 0 && bytes[0] != '\n' && put(store, "\r", 1, why) < 0)
            return -1;
        store->after_cr = false;
        if (bytes[i] != '\r' || (i + 1 < count && bytes[i + 1] != '\n'))
            continue;
        if (put(store, bytes + start, i - start, why) < 0)
            return -1;
        start = i + 1;
        store->after_cr = start == count;
    }
    return put(store, bytes + start, count - start, why);
}

static int commit_maildir(struct store *store, struct failure *why) {
    struct maildir_delivery *delivery = store->delivery;
    const char *name = strrchr(maildir_name(delivery), '/');
    name = name != NULL ? name + 1 : maildir_name(delivery);
    if (maildir_sync(delivery, why) < 0 ||
        (store->uid[0] != '\0' && uids_intend(store->uids, store->uid, name, why) < 0) ||
        maildir_publish(delivery, why) < 0)
        return -1;
    maildir_end(delivery);
    store->delivery = NULL;
    return 0;
}

static int commit_mbox(struct store *store, struct failure *why) {
    char place[MBOX_PLACE_SIZE] = "";
    bool noted = store->uid[0] != '\0';
    if (mbox_prepare(store->mbox, noted ? place : NULL, why) < 0 ||
        (noted && uids_intend(store->uids, store->uid, place, why) < 0))
        return -1;
    return mbox_append(store->mbox, why);
}

int store_commit(struct store *store, struct failure *why) {
    if (store->after_cr && put(store, "\r", 1, why) < 0)
        return -1;
    int result = store->mbox != NULL ? commit_mbox(store, why) : commit_maildir(store, why);
    if (result == 0 && store->uid[0] != '\0')
        uids_confirm(store->uids);
    return result;
}

void store_drop(struct store *store) {
    if (store->mbox != NULL)
        mbox_drop(store->mbox);
    maildir_end(store->delivery);
    store->delivery = NULL;
}

int store_close(struct store *store, enum uids_keep keep, struct failure *why) {
    if (store == NULL)
        return 0;
    maildir_end(store->delivery);
    mbox_close(store->mbox);
    int result = uids_close(store->uids, keep, why);
    free(store->place);
    free(store);
    return result;
}
