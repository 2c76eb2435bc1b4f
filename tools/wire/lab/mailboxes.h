/*
 * mailboxes: what is in the mailboxes before a run begins, and which of them are broken.
 *
 *     mailbox = bob letter.eml dots.eml, carol 500*note.eml, dave@example.com
 *     broken  = erin
 *
 * Bob has two letters, carol has one five hundred times, dave an empty mailbox. A mailbox without a
 * domain is one of example.org. A letter is a file of the lab's directory, as it stands but for
 * {nonce} and the like (placeholders.h). In the store, a Maildir (maildir.h), they are called
 * new/1.lab, new/2.lab …, in this order: so whatever a server makes of its names is the same in
 * each run. A broken mailbox cannot be opened, and nothing can be put into it: a file is where its
 * directory should be.
 */
#ifndef WIRE_MAILBOXES_H
#define WIRE_MAILBOXES_H

#include "arguments.h"
#include "failure.h"
#include <limits.h>
#include <stddef.h>

/* The most letters that one mailbox holds at the beginning. */
#define MAILBOX_LETTERS_LIMIT 100000

struct mailbox_letter {
    char *file;
    unsigned long copies;
};

struct mailbox {
    char *name; /* "bob@example.org" */
    struct mailbox_letter *letters;
    size_t count;
};

struct mailboxes {
    struct mailbox *list;
    size_t count;
    struct arguments broken; /* names with their domains */
};

/* Read the values of `mailbox` and `broken`. `directory` is the lab's. 0 or -1. */
int mailboxes_parse(struct mailboxes *mailboxes, const char *value, const char *directory,
                    struct failure *why);
int mailboxes_parse_broken(struct mailboxes *mailboxes, const char *value, struct failure *why);

/* Fills the store in the directory `store`; letters come from `letters`. 0 or -1. */
int mailboxes_make(const struct mailboxes *mailboxes, const char *letters, const char *nonce,
                   const char *store, struct failure *why);

/*
 * One change to a mailbox, in words: "deliver bob note.eml" puts one letter more there, called like
 * the others by the next number; "remove bob 2.lab" takes that one away, wherever it is by now and
 * whatever its flags. `path` gets the file that was made, or "". 0 or -1.
 */
int mailboxes_change(const char *change, const char *letters, const char *nonce, const char *store,
                     char path[PATH_MAX], struct failure *why);

void mailboxes_free(struct mailboxes *mailboxes);

#endif
