#include "attach.h"

const struct option_row attach_options[] = {
    {NULL, NULL, NULL, NULL},
};

bool attach_wanted(const struct attach *attach) {
    return attach->subject != NULL;
}

FILE *attach_compose(const struct attach *attach, const char *sender, const char *const *recipients,
                     size_t recipient_count, FILE *text, struct failure *why) {
    (void)attach, (void)sender, (void)recipients, (void)recipient_count, (void)text;
    failure_set(why, "--subject is not written yet");
    return NULL;
}
