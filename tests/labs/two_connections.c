/* HOST PORT: two connections to one server, both open at once; shows each line that comes. */
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A connection as a stream of lines, or NULL. */
static FILE *connect_to(const char *host, const char *port) {
    struct addrinfo wanted = {.ai_socktype = SOCK_STREAM}, *found;
    if (getaddrinfo(host, port, &wanted, &found) != 0)
        return NULL;
    int connection = socket(found->ai_family, SOCK_STREAM, 0);
    bool connected = connection >= 0 && connect(connection, found->ai_addr, found->ai_addrlen) == 0;
    freeaddrinfo(found);
    return connected ? fdopen(connection, "r+") : NULL;
}

/* Sends a command, if there is one, and shows the line that answers. */
static bool speak(FILE *connection, const char *command) {
    char line[200];
    if (command != NULL && dprintf(fileno(connection), "%s\r\n", command) < 0)
        return false;
    if (fgets(line, sizeof line, connection) == NULL)
        return false;
    printf("%.*s\n", (int)strcspn(line, "\r\n"), line);
    return true;
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    FILE *first = connect_to(argv[1], argv[2]);
    bool fine = first != NULL && speak(first, NULL);
    FILE *second = fine ? connect_to(argv[1], argv[2]) : NULL;
    fine = second != NULL && speak(second, NULL) && dprintf(fileno(second), "NOOP\r\n") > 0 &&
           speak(first, "NOOP") && speak(second, NULL) && speak(first, "QUIT") &&
           speak(second, "QUIT");
    if (first != NULL)
        fclose(first);
    if (second != NULL)
        fclose(second);
    return fine ? 0 : 1;
}
