#include "settings.h"
#include <limits.h>

const struct config_key settings_keys[] = {
    SITE_KEYS,
    {"smtpd", "listen", CONFIG_LIST, "127.0.0.2:25",
     "receives mail from anywhere; addresses and ports, port 0: any free one"},
    {"smtpd", "submission", CONFIG_LIST, "",
     "the same for mail of people who have a mailbox here, TLS by STARTTLS; usually port 587"},
    {"smtpd", "submissions", CONFIG_LIST, "",
     "the same with TLS from the first byte; usually port 465"},
    {"smtpd", "message-size", CONFIG_BYTES, "25M", "the largest message that is taken"},
    {"smtpd", "recipients", CONFIG_NUMBER, "100", "recipients of one message"},
    {"smtpd", "line", CONFIG_NUMBER, "2000", "octets of a command line, with its CR LF"},
    {"smtpd", "vrfy", CONFIG_YES_NO, "yes", "whether VRFY says who has a mailbox; no: always 252"},
    BOUNDS_KEYS("smtpd", "5m", "100000"),
    {NULL, NULL, CONFIG_TEXT, NULL, NULL},
};

/* Below the least, real mail would not get through. */
static const struct bounds_range ranges[] = {
    {"message-size", 1, LLONG_MAX},
    {"recipients", 1, 100000},
    {"line", 512, 1 << 20}, /* RFC 5321 §4.5.3.1.4 */
    {NULL, 0, 0},
};

static bool is_set(const struct config *config, const char *key) {
    return config_word(config, "smtpd", key, 0) != NULL;
}

static int check_listeners(const struct config *config, struct failure *why) {
    if (!is_set(config, "listen") && !is_set(config, "submission") &&
        !is_set(config, "submissions"))
        return failure_set(why, "smtpd.listen, smtpd.submission and smtpd.submissions are empty: "
                                "nobody could connect");
    return 0;
}

int settings_load(struct settings *settings, const struct config *config, struct failure *why) {
    *settings = (struct settings){
        .config = config,
        .message_size = (unsigned long long)config_number(config, "smtpd", "message-size"),
        .recipients = (size_t)config_number(config, "smtpd", "recipients"),
        .line = (size_t)config_number(config, "smtpd", "line"),
        .vrfy = config_number(config, "smtpd", "vrfy") != 0,
        .receiving = {settings, false},
        .submission = {settings, true},
    };
    if (bounds_check(config, "smtpd", ranges, why) < 0 ||
        bounds_load(&settings->bounds, config, "smtpd", why) < 0 ||
        check_listeners(config, why) < 0 || site_load(&settings->site, config, why) < 0)
        return -1;
    if (site_load_certificate(&settings->site, "smtpd", "submissions", why) == 0)
        return 0;
    settings_free(settings);
    return -1;
}

void settings_free(struct settings *settings) {
    site_free(&settings->site);
}
