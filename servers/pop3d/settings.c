#include "settings.h"

const struct config_key settings_keys[] = {
    SITE_KEYS,
    {"pop3d", "listen", CONFIG_LIST, "127.0.0.2:110",
     "POP3, TLS by STLS; addresses and ports, port 0: any free one"},
    {"pop3d", "pop3s", CONFIG_LIST, "", "the same with TLS from the first byte; usually port 995"},
    {"pop3d", "line", CONFIG_NUMBER, "255", "octets of a command line, with its CR LF"},
    {"pop3d", "utf8-required", CONFIG_YES_NO, "no",
     "whether a message whose header is in UTF-8 is refused to clients that have not said UTF8; "
     "no: it is sent to all as it is"},
    BOUNDS_KEYS("pop3d", "10m", "1000000"), /* 10 minutes at least: RFC 1939 §3 */
    {NULL, NULL, CONFIG_TEXT, NULL, NULL},
};

static const struct bounds_range ranges[] = {
    {"line", 255, 1 << 20}, /* RFC 2449 §4 */
    {NULL, 0, 0},
};

static bool is_set(const struct config *config, const char *key) {
    return config_word(config, "pop3d", key, 0) != NULL;
}

int settings_load(struct settings *settings, const struct config *config, struct failure *why) {
    *settings = (struct settings){
        .config = config,
        .line = (size_t)config_number(config, "pop3d", "line"),
        .utf8_required = config_number(config, "pop3d", "utf8-required") != 0,
    };
    if (bounds_check(config, "pop3d", ranges, why) < 0 ||
        bounds_load(&settings->bounds, config, "pop3d", why) < 0)
        return -1;
    if (!is_set(config, "listen") && !is_set(config, "pop3s"))
        return failure_set(why, "pop3d.listen and pop3d.pop3s are empty: nobody could connect");
    if (site_load(&settings->site, config, why) < 0)
        return -1;
    if (site_load_certificate(&settings->site, "pop3d", "pop3s", why) == 0)
        return 0;
    settings_free(settings);
    return -1;
}

void settings_free(struct settings *settings) {
    site_free(&settings->site);
}
