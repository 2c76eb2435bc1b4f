#include "settings.h"
#include <limits.h>
#include <string.h>
#include <strings.h>

const struct config_key settings_keys[] = {
    {"mail", "hostname", CONFIG_TEXT, "mail.example.org", "the name this server greets with"},
    {"mail", "domains", CONFIG_LIST, "example.org", "mail for these domains is delivered here"},
    {"mail", "accounts", CONFIG_PATH, "build/lab/accounts", "the file that says who has a mailbox"},
    {"mail", "store", CONFIG_PATH, "build/lab/mail", "the Maildirs are below it: DOMAIN/USER"},
    {"mail", "certificate", CONFIG_PATH, "", "PEM, the whole chain; without it there is no TLS"},
    {"mail", "key", CONFIG_PATH, "", "PEM, the certificate's private key"},
    {"smtpd", "listen", CONFIG_LIST, "127.0.0.2:25",
     "receives mail from anywhere; addresses and ports, port 0: any free one"},
    {"smtpd", "submission", CONFIG_LIST, "",
     "the same for mail of people who have a mailbox here, TLS by STARTTLS; usually port 587"},
    {"smtpd", "submissions", CONFIG_LIST, "",
     "the same with TLS from the first byte; usually port 465"},
    {"smtpd", "message-size", CONFIG_BYTES, "25M", "the largest message that is taken"},
    {"smtpd", "recipients", CONFIG_NUMBER, "100", "recipients of one message"},
    {"smtpd", "line", CONFIG_NUMBER, "2000", "octets of a command line, with its CR LF"},
    {"smtpd", "commands", CONFIG_NUMBER, "100000", "commands in one session, then 421"},
    {"smtpd", "errors", CONFIG_NUMBER, "100", "refused commands in one session, then 421"},
    {"smtpd", "idle", CONFIG_SECONDS, "5m", "a session that is silent for so long is closed"},
    {"smtpd", "session", CONFIG_SECONDS, "1h", "no session lasts longer"},
    {"smtpd", "handshake", CONFIG_SECONDS, "30s", "a TLS handshake that takes longer is given up"},
    {"smtpd", "connections", CONFIG_NUMBER, "1200", "connections at once, a further one hears 421"},
    {"smtpd", "per-address", CONFIG_NUMBER, "1000", "connections at once from one address"},
    {"smtpd", "stop", CONFIG_SECONDS, "5s", "how long a stop waits for messages under way"},
    {"smtpd", "vrfy", CONFIG_YES_NO, "yes", "whether VRFY says who has a mailbox; no: always 252"},
    {"smtpd", "clear-auth", CONFIG_YES_NO, "no",
     "whether AUTH is offered without TLS, to clients on this machine; never to others"},
    {"smtpd", "auth-failures", CONFIG_NUMBER, "3", "wrong passwords in one session, then 421"},
    {"smtpd", "auth-delay", CONFIG_SECONDS, "1s",
     "how long the reply to a wrong password takes, each further one twice as long"},
    {"smtpd", "log", CONFIG_TEXT, "info", "error, warn, info or debug (every command)"},
    {NULL, NULL, CONFIG_TEXT, NULL, NULL},
};

/* Limits that make sense: below the least, real mail would not get through. */
static const struct range {
    const char *key;
    long long least;
    long long most;
} ranges[] = {
    {"message-size", 1, LLONG_MAX}, {"recipients", 1, 100000},
    {"line", 512, 1 << 20}, /* RFC 5321 §4.5.3.1.4 */
    {"commands", 1, LONG_MAX},      {"errors", 1, LONG_MAX},
    {"idle", 1, INT_MAX / 1000},    {"session", 1, INT_MAX / 1000},
    {"connections", 1, 1 << 20},    {"per-address", 1, 1 << 20},
    {"stop", 0, INT_MAX / 1000},    {"handshake", 1, INT_MAX / 1000},
    {"auth-failures", 1, 20},       {"auth-delay", 0, 60},
};

static int check_ranges(const struct config *config, struct failure *why) {
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        long long value = config_number(config, "smtpd", ranges[i].key);
        if (value < ranges[i].least || value > ranges[i].most)
            return failure_set(why, "smtpd.%s = %lld is out of range: %lld to %lld", ranges[i].key,
                               value, ranges[i].least, ranges[i].most);
    }
    return 0;
}

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

/* The certificate, where there is one. */
static int load_certificate(struct settings *settings, const struct config *config,
                            struct failure *why) {
    const char *certificate = config_path(config, "mail", "certificate");
    const char *key = config_path(config, "mail", "key");
    if (*certificate == '\0' && *key == '\0') {
        if (is_set(config, "submissions"))
            return failure_set(why, "smtpd.submissions is TLS from the first byte, and there is no "
                                    "certificate: set mail.certificate and mail.key, or leave it "
                                    "empty");
        return 0;
    }
    if (*certificate == '\0' || *key == '\0')
        return failure_set(why, "mail.certificate and mail.key belong together: one of them is "
                                "empty");
    settings->tls = tls_server(certificate, key, why);
    return settings->tls == NULL ? -1 : 0;
}

int settings_load(struct settings *settings, const struct config *config, struct failure *why) {
    if (check_ranges(config, why) < 0)
        return -1;
    *settings = (struct settings){
        .config = config,
        .hostname = config_text(config, "mail", "hostname"),
        .store = config_path(config, "mail", "store"),
        .message_size = (unsigned long long)config_number(config, "smtpd", "message-size"),
        .recipients = (size_t)config_number(config, "smtpd", "recipients"),
        .line = (size_t)config_number(config, "smtpd", "line"),
        .commands = (unsigned long)config_number(config, "smtpd", "commands"),
        .errors = (unsigned long)config_number(config, "smtpd", "errors"),
        .idle_ms = (int)config_number(config, "smtpd", "idle") * 1000,
        .session_ms = (int)config_number(config, "smtpd", "session") * 1000,
        .handshake_seconds = (int)config_number(config, "smtpd", "handshake"),
        .connections = (int)config_number(config, "smtpd", "connections"),
        .per_address = (int)config_number(config, "smtpd", "per-address"),
        .stop_seconds = (int)config_number(config, "smtpd", "stop"),
        .vrfy = config_number(config, "smtpd", "vrfy") != 0,
        .auth_failures = (unsigned)config_number(config, "smtpd", "auth-failures"),
        .auth_delay_ms = (int)config_number(config, "smtpd", "auth-delay") * 1000,
        .clear_auth = config_number(config, "smtpd", "clear-auth") != 0,
        .receiving = {settings, false},
        .submission = {settings, true},
    };
    const char *level = config_text(config, "smtpd", "log");
    if (log_level_parse(level, &settings->log_level) < 0)
        return failure_set(why, "smtpd.log = %s is none of error, warn, info, debug", level);
    if (*settings->hostname == '\0' || strpbrk(settings->hostname, " \t") != NULL ||
        strlen(settings->hostname) > 255)
        return failure_set(why, "mail.hostname = %s is not a host name", settings->hostname);
    if (config_word(config, "mail", "domains", 0) == NULL)
        return failure_set(why, "mail.domains is empty: no mail could be delivered");
    if (check_listeners(config, why) < 0)
        return -1;
    settings->accounts = accounts_load(config_path(config, "mail", "accounts"), why);
    if (settings->accounts == NULL)
        return -1;
    if (load_certificate(settings, config, why) == 0)
        return 0;
    settings_free(settings);
    return -1;
}

const char *settings_domain(const struct settings *settings, size_t index) {
    return config_word(settings->config, "mail", "domains", index);
}

bool settings_is_local(const struct settings *settings, const char *domain) {
    const char *local;
    for (size_t i = 0; (local = settings_domain(settings, i)) != NULL; i++)
        if (strcasecmp(local, domain) == 0)
            return true;
    return false;
}

void settings_free(struct settings *settings) {
    accounts_free(settings->accounts);
    tls_free(settings->tls);
    settings->accounts = NULL;
    settings->tls = NULL;
}
