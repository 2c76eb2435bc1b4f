#include "deliver.h"
#include "log.h"
#include "maildir.h"
#include <stdlib.h>
#include <sys/statvfs.h>

struct deliver {
    const struct settings *settings;
    const struct account *const *recipients;
    size_t count;
    struct maildir_delivery *copies[]; /* one a recipient; NULL where not begun */
};

static struct maildir_delivery *begin_copy(const struct deliver *deliver, size_t index,
                                           struct failure *why) {
    char path[PATH_MAX];
    if (site_mailbox(&deliver->settings->site, deliver->recipients[index], path, why) < 0)
        return NULL;
    return maildir_begin(path, why);
}

struct deliver *deliver_begin(const struct settings *settings,
                              const struct account *const *recipients, size_t count,
                              struct failure *why) {
    struct deliver *deliver =
        calloc(1, sizeof *deliver + count * sizeof(struct maildir_delivery *));
    if (deliver == NULL) {
        failure_set(why, "no memory for a message");
        return NULL;
    }
    deliver->settings = settings;
    deliver->recipients = recipients;
    deliver->count = count;
    deliver->copies[0] = begin_copy(deliver, 0, why);
    if (deliver->copies[0] == NULL) {
        deliver_end(deliver);
        return NULL;
    }
    return deliver;
}

int deliver_write(struct deliver *deliver, const void *bytes, size_t count, struct failure *why) {
    return maildir_write(deliver->copies[0], bytes, count, why);
}

static int copy_to_others(struct deliver *deliver, struct failure *why) {
    for (size_t i = 1; i < deliver->count; i++) {
        deliver->copies[i] = begin_copy(deliver, i, why);
        if (deliver->copies[i] == NULL ||
            maildir_copy(deliver->copies[i], deliver->copies[0], 0, why) < 0)
            return -1;
    }
    return 0;
}

static void retract(struct deliver *deliver, size_t published) {
    for (size_t i = 0; i < published; i++) {
        struct failure why;
        if (maildir_retract(deliver->copies[i], &why) < 0)
            log_event(LOG_ERROR, "a message that was refused stays delivered: %s", why.text);
    }
}

int deliver_finish(struct deliver *deliver, struct failure *why) {
    if (copy_to_others(deliver, why) < 0)
        return -1;
    for (size_t i = 0; i < deliver->count; i++)
        if (maildir_sync(deliver->copies[i], why) < 0)
            return -1;
    for (size_t i = 0; i < deliver->count; i++) {
        if (maildir_publish(deliver->copies[i], why) < 0) {
            retract(deliver, i);
            return -1;
        }
    }
    return 0;
}

bool deliver_store_is_full(const struct settings *settings) {
    struct statvfs status;
    if (statvfs(settings->site.store, &status) < 0)
        return false;
    return status.f_bavail == 0 || (status.f_files > 0 && status.f_favail == 0);
}

void deliver_end(struct deliver *deliver) {
    if (deliver == NULL)
        return;
    for (size_t i = 0; i < deliver->count; i++)
        maildir_end(deliver->copies[i]);
    free(deliver);
}
