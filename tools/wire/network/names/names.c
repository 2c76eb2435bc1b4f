/*
 * wire-names.so: the lab's names where no hosts file can be bound over /etc/hosts.
 *
 * Loaded (LD_PRELOAD) into the programs that wire starts when there is no private network. Answers
 * getaddrinfo(3) from the file that WIRE_NAMES names, which is written like /etc/hosts, in the
 * order of its lines. Addresses go to the system; another name nobody knows, as in the private
 * network, where there is no name server: a result must not depend on whether there is one here.
 * gethostname(2) says what the lab's client is called.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Where the next name of a line of the file begins, and how long it is; NULL behind the last. */
static const char *next_word(const char **rest, size_t *length) {
    static const char blanks[] = " \t\r\n";
    const char *word = *rest + strspn(*rest, blanks);
    *length = strcspn(word, blanks);
    *rest = word + *length;
    return *length == 0 || *word == '#' ? NULL : word;
}

/* If the line gives `name` an address, copies that into `address`. */
static int line_names(const char *line, const char *name, char address[64]) {
    size_t length;
    const char *word = next_word(&line, &length);
    if (word == NULL || length >= 64)
        return 0;
    memcpy(address, word, length);
    address[length] = '\0';
    while ((word = next_word(&line, &length)) != NULL)
        if (strlen(name) == length && strncasecmp(word, name, length) == 0)
            return 1;
    return 0;
}

typedef int resolver(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *restrict node, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict result) {
    resolver *system_resolver = (resolver *)dlsym(RTLD_NEXT, "getaddrinfo");
    const char *path = getenv("WIRE_NAMES");
    FILE *file = node != NULL && path != NULL ? fopen(path, "re") : NULL;
    if (file == NULL)
        return system_resolver(node, service, hints, result);

    struct addrinfo *list = NULL, **end = &list;
    int known = 0, problem = 0;
    char line[512], address[64];
    while (problem == 0 && fgets(line, sizeof line, file) != NULL) {
        if (!line_names(line, node, address))
            continue;
        known = 1;
        int family = strchr(address, ':') != NULL ? AF_INET6 : AF_INET;
        if (hints != NULL && hints->ai_family != AF_UNSPEC && hints->ai_family != family)
            continue;
        problem = system_resolver(address, service, hints, end);
        while (problem == 0 && *end != NULL)
            end = &(*end)->ai_next; /* freeaddrinfo(3) of the GNU C library frees link by link */
    }
    fclose(file);
    if (!known) {
        struct addrinfo address_only = hints != NULL ? *hints : (struct addrinfo){0};
        address_only.ai_flags |= AI_NUMERICHOST;
        return system_resolver(node, service, &address_only, result);
    }
    if (list == NULL)
        return problem != 0 ? problem : EAI_NONAME;
    *result = list;
    return 0;
}

int gethostname(char *name, size_t size) {
    static const char host[] = "client.example.org";
    if (size < sizeof host)
        return -1;
    memcpy(name, host, sizeof host);
    return 0;
}
