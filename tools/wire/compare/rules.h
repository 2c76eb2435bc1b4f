/*
 * rules: what a difference means. Part of compare.
 *
 * A rule is a row of a table: its name, its class, the clause behind it, and a function that looks
 * at one row of the two dialogues, says whether this is its difference and puts it into words. The
 * first rule of a table that applies is the row's.
 */
#ifndef WIRE_RULES_H
#define WIRE_RULES_H

#include "comparing.h"

struct look {
    struct comparing *comparing;
    const struct party *party;      /* two */
    const struct align_row *beside; /* for each exchange: which stretch of each party */
    size_t exchanges;
    const size_t *moved[2]; /* for each exchange: where the other side has the same command */
    size_t pair;
    struct comparison_row *rows; /* of the pair */
    size_t row_count;
    size_t first; /* the rows of this exchange: first … end - 1 */
    size_t end;
    size_t row; /* the one in question */
    const struct dialogue_step *mine;
    const struct dialogue_step *reference;
    bool client_wrong;  /* the client's part of this exchange is wrong: so the reply may be */
    size_t recorded[2]; /* by enum comparison_side: the rows before this one; behind them nothing
                           was recorded, if the tail was lost. Else SIZE_MAX */
    /* What a rule answers: */
    struct buf words;
    const char *clause; /* where the table cannot know it */
    bool has_byte;
    size_t at;
};

struct rule {
    const char *name;
    const char *clause; /* NULL: none, or the function knows it */
    bool (*applies)(struct look *look);
    enum comparison_class class;
    bool merges; /* the same again is counted, not told again */
};

/* Each ends with a row without a name. */
extern const struct rule command_rules[]; /* a line of both, not the same */
extern const struct rule reply_rules[];
extern const struct rule message_rules[]; /* a line of message text, also one opposite a ghost */
extern const struct rule value_rules[];   /* the same but for what varies by nature */
extern const struct rule end_rules[];     /* how it begins and ends: connect, FIN, RST */
extern const struct rule tls_rules[];
extern const struct rule tail_rules[];     /* behind the end of a recording */
extern const struct rule exchange_rules[]; /* about an exchange as a whole, both there */
extern const struct rule order_rules[];    /* … whose commands are not the same */
extern const struct rule missing_rules[];  /* an exchange of the reference alone */
extern const struct rule extra_rules[];    /* an exchange of mine alone */

/* Adds words to the sentence, and a step in quotes. */
void look_say(struct look *look, const char *format, ...) __attribute__((format(printf, 2, 3)));
void look_quote(struct look *look, const struct dialogue_step *step);

/* Pins the difference to a byte of mine. Returns true, for `return look_at(…)`. */
bool look_at(struct look *look, size_t at);

/* The verb of the exchange, of a side; "" when it is not there. */
const char *look_verb(const struct look *look, enum comparison_side side);

/* Whether the server of a side has announced a word behind EHLO: "PIPELINING". */
bool look_announced(const struct look *look, enum comparison_side side, const char *word,
                    size_t length);

/* The first byte in which both lines differ. */
size_t rule_difference_at(const struct look *look);

bool look_is_pop3(const struct look *look);

/* Whether the client of mine began this exchange before the answer to the one before was there, and
   the reference's did not. */
bool look_hurries(const struct look *look);

/* The client's command before this exchange, in mine; NULL behind the greeting. */
const struct dialogue_step *look_command_before(const struct look *look);

/* Of rules_pop3.c, rules_pop3_size.c and rules_pop3_uidl.c; they apply to POP3 alone. */
bool rule_lacks_quit_pop3(struct look *look);
bool rule_asks_capabilities(struct look *look);
bool rule_names_mailbox_otherwise(struct look *look);
bool rule_deletes_early(struct look *look);
bool rule_pipelines_into_tls(struct look *look);
bool rule_has_other_response_code(struct look *look);
bool rule_has_no_response_code(struct look *look);
bool rule_has_other_capability(struct look *look);
bool rule_has_long_uidl(struct look *look);
bool rule_has_wrong_uidl(struct look *look);
bool rule_has_false_octets(struct look *look);
bool rule_has_other_octets(struct look *look);
bool rule_has_other_maildrop(struct look *look);
const char *rule_clause_pop3(const char *rule);

/* Of rules_parameter.c, for command_rules. */
bool rule_has_false_size(struct look *look);
bool rule_has_other_size(struct look *look);
bool rule_has_fine_parameters(struct look *look);
bool rule_has_other_parameters(struct look *look);

/* Asks a table about the row in question, and adds the difference. Returns the rule that applied,
   NULL: none did. */
const struct rule *look_ask(struct look *look, const struct rule *rules);

/* Adds a difference, as `look` has it now. */
void look_add(struct look *look, const struct rule *rule);

/* The first step of one end in this exchange, on a side; NULL: none. */
const struct dialogue_step *look_step(const struct look *look, enum comparison_side side,
                                      enum dialogue_side who);

#endif
