#include "report.h"
#include "date.h"
#include "deliver.h"
#include "mailbox.h"
#include <string.h>

#define REPORT_LIMIT ((size_t)1 << 20)

static bool is_wanted(const struct envelope *envelope) {
    for (size_t i = 0; i < envelope->count; i++)
        if ((envelope->wishes[i].notify & NOTIFY_SUCCESS) != 0)
            return true;
    return false;
}

/* Addresses beyond ASCII make it another kind of report (RFC 6533 §4). */
static bool is_ascii(const char *text) {
    while (*text != '\0')
        if ((unsigned char)*text++ > 127)
            return false;
    return true;
}

static bool is_international(const struct envelope *envelope) {
    bool plain = true;
    for (size_t i = 0; i < envelope->count && plain; i++)
        plain = is_ascii(envelope->recipients[i]->address) &&
                (envelope->wishes[i].original == NULL || is_ascii(envelope->wishes[i].original));
    return !plain;
}

static int write_header(const struct session *session, const char *sender, const char *id,
                        struct buf *into) {
    int status = buf_printf(into,
                            "Return-Path: <>\n"
                            "From: Mailwire <postmaster@%s>\n"
                            "To: <%s>\n"
                            "Subject: Delivered: your message %s\n"
                            "Date: ",
                            site_domain(&session->settings->site, 0), sender, id);
    if (status < 0 || date_append(into, time(NULL), false) < 0)
        return -1;
    return buf_printf(into,
                      "\n"
                      "Message-ID: <%s.delivered@%s>\n"
                      "Auto-Submitted: auto-replied\n" /* RFC 3834 §5: nobody answers this */
                      "MIME-Version: 1.0\n"
                      "Content-Type: multipart/report; report-type=delivery-status;\n"
                      "    boundary=\"=_%s\"\n",
                      id, session->settings->site.hostname, id);
}

/* For people. */
static int write_words(const struct envelope *envelope, const char *id, struct buf *into) {
    int status = buf_printf(into,
                            "\n--=_%s\n"
                            "Content-Type: text/plain; charset=utf-8\n"
                            "Content-Transfer-Encoding: 8bit\n\n"
                            "Your message is in the mailbox of\n\n",
                            id);
    for (size_t i = 0; i < envelope->count; i++)
        if ((envelope->wishes[i].notify & NOTIFY_SUCCESS) != 0)
            status |= buf_printf(into, "    <%s>\n", envelope->recipients[i]->address);
    return status;
}

/* For programs (RFC 3464 §2). */
static int write_fields(const struct session *session, const char *id, struct buf *into) {
    const struct envelope *envelope = &session->envelope;
    bool international = is_international(envelope);
    int status = buf_printf(into, "\n--=_%s\nContent-Type: message/%sdelivery-status\n%s\n", id,
                            international ? "global-" : "",
                            international ? "Content-Transfer-Encoding: 8bit\n" : "");
    if (*envelope->id != '\0')
        status |= buf_printf(into, "Original-Envelope-Id: %s\n", envelope->id);
    status |= buf_printf(into, "Reporting-MTA: dns; %s\n", session->settings->site.hostname);
    for (size_t i = 0; i < envelope->count; i++) {
        const struct envelope_wish *wish = &envelope->wishes[i];
        const char *address = envelope->recipients[i]->address;
        if ((wish->notify & NOTIFY_SUCCESS) == 0)
            continue;
        status |= buf_printf(into, "\n");
        if (wish->original != NULL)
            status |= buf_printf(into, "Original-Recipient: %s\n", wish->original);
        status |= buf_printf(into,
                             "Final-Recipient: %s; %s\n"
                             "Action: delivered\n"
                             "Status: 2.0.0\n",
                             is_ascii(address) ? "rfc822" : "utf-8", address);
    }
    return status | buf_printf(into, "\n--=_%s--\n", id);
}

static int write_report(const struct session *session, const char *sender, const char *id,
                        struct buf *into, struct failure *why) {
    if (write_header(session, sender, id, into) < 0 ||
        write_words(&session->envelope, id, into) < 0 || write_fields(session, id, into) < 0)
        return failure_set(why, "it is too long, or there is no memory");
    return 0;
}

static int store(const struct session *session, const struct account *account,
                 const struct buf *text, struct failure *why) {
    struct deliver *deliver = deliver_begin(session->settings, &account, 1, why);
    int status = deliver == NULL ? -1 : 0;
    if (status == 0)
        status = deliver_write(deliver, text->bytes, text->length, why);
    if (status == 0)
        status = deliver_finish(deliver, why);
    deliver_end(deliver);
    return status;
}

void report_success(struct session *session, const char *id) {
    const struct address *address = &session->envelope.sender;
    if (!is_wanted(&session->envelope) || *address->domain == '\0')
        return; /* nobody to tell: <> never gets a report (RFC 3461 §6.1) */
    char sender[ADDRESS_TEXT_SIZE];
    address_format(address, sender);
    struct failure why;
    struct buf text;
    buf_init(&text, REPORT_LIMIT);
    const struct account *account =
        mailbox_find(session->settings, address->local, address->domain);
    int status = account == NULL ? failure_set(&why, "no mailbox here, and nothing is relayed")
                                 : write_report(session, sender, id, &text, &why);
    if (status == 0)
        status = store(session, account, &text, &why);
    if (status == 0)
        visit_log(&session->visit, LOG_INFO, "message id=%s report to=<%s>", id, sender);
    else
        visit_log(&session->visit, LOG_WARN, "message id=%s no report to=<%s>: %s", id, sender,
                  why.text);
    buf_free(&text);
}
