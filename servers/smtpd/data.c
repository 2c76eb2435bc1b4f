#include "data.h"
#include <string.h>

void data_begin(struct data *data) {
    *data = (struct data){.state = DATA_LINE};
}

void data_begin_chunks(struct data *data) {
    *data = (struct data){.state = DATA_LINE, .chunked = true};
}

bool data_end_chunks(struct data *data) {
    if (data->state == DATA_CR)
        data->bare = true;
    bool open = data->state == DATA_TEXT;
    data->state = DATA_END;
    return open && !data->bare;
}

/* How many bytes at the front of these are neither CR nor LF. */
static size_t plain_bytes(const char *bytes, size_t count) {
    const char *lf = memchr(bytes, '\n', count);
    if (lf != NULL)
        count = (size_t)(lf - bytes);
    const char *cr = memchr(bytes, '\r', count);
    return cr == NULL ? count : (size_t)(cr - bytes);
}

/* The state behind `byte`, which comes next. */
static enum data_state next_state(struct data *data, char byte) {
    bool after_cr = data->state == DATA_CR || data->state == DATA_DOT_CR;
    if (byte == '\n' && after_cr)
        return data->state == DATA_CR ? DATA_LINE : DATA_END;
    if (byte == '\n' || after_cr)
        data->bare = true;
    if (byte == '\r')
        return data->state == DATA_DOT ? DATA_DOT_CR : DATA_CR;
    if (byte == '.' && data->state == DATA_LINE && !data->chunked)
        return DATA_DOT;
    return DATA_TEXT;
}

size_t data_take(struct data *data, const char *bytes, size_t count, char *text, size_t *length) {
    size_t taken = 0;
    size_t written = 0;
    while (taken < count && data->state != DATA_END) {
        if (data->state == DATA_TEXT) {
            size_t plain = plain_bytes(bytes + taken, count - taken);
            if (!data->bare) {
                memcpy(text + written, bytes + taken, plain);
                written += plain;
            }
            data->size += plain;
            taken += plain;
            if (taken == count)
                break;
        }
        char byte = bytes[taken++];
        data->state = next_state(data, byte);
        if (data->bare)
            continue;
        if (data->state == DATA_LINE) {
            text[written++] = '\n';
            data->size += 2;
        } else if (data->state == DATA_TEXT) {
            text[written++] = byte;
            data->size++;
        }
    }
    *length = written;
    return taken;
}
