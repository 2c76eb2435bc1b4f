#include "meaning.h"
#include <string.h>
#include <strings.h>

const struct meaning *meaning_find(const struct meaning *table, const char *name, size_t length) {
    for (; table->name != NULL; table++) {
        if (strlen(table->name) == length && strncasecmp(table->name, name, length) == 0)
            return table;
    }
    return NULL;
}

void meaning_add(struct buf *lines, const char *name, size_t length, size_t column,
                 const struct meaning *meaning) {
    if (meaning != NULL)
        buf_printf(lines, "%-*.*s ← %s · %s\n", (int)column, (int)length, name, meaning->words,
                   meaning->source);
}
