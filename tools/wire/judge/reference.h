/*
 * reference: the recording of a lab's main run that students compare theirs with.
 *
 * captures/NN-name.pcapng is what the finished program left on the wire; captures/NN-name.txt is
 * its dialogue in canonical form (canon.h), readable where no Wireshark is. Another run that a
 * question is about has captures/NN-name-RUN.pcapng and .txt.
 */
#ifndef WIRE_REFERENCE_H
#define WIRE_REFERENCE_H

#include "buf.h"
#include "failure.h"
#include "lab.h"

struct reference_setup {
    const struct lab *lab;
    const char *programs;  /* where the finished program is: build/solutions */
    const char *directory; /* what the run leaves; made when missing */
    const char *captures;  /* captures/ */
};

/* Records them anew: writes both files of each. This process must be in the lab network. 0 or -1.
 */
int reference_make(const struct reference_setup *setup, struct failure *why);

/*
 * Records, and compares: the new recording, the committed one and the committed text must have the
 * same canonical form. 0, or -1 with the first line that differs, or why nothing can be compared.
 */
int reference_verify(const struct reference_setup *setup, struct failure *why);

#endif
