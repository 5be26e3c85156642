/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON: the only face of jansson. Reading is strict (duplicate members refused, nothing behind the
 * document); writing is by hand into a buffer, which keeps order and wipes.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/bytes.h"

/* A parsed value: opaque, owned by its document. */
typedef struct json_t json_node;

/* A whole document. The caller owns *out: json_free. Fails with JSON. */
MUST enum srow_rc json_parse(json_node **out, struct srow_bytes text, struct srow_error *e);
/* The same for who reads numbers from the text itself: integers may have any number of digits. */
MUST enum srow_rc json_parse_wide(json_node **out, struct srow_bytes text, struct srow_error *e);
void json_free(json_node **document);

/* Member of an object; NULL if it is absent, or `node` is no object (or NULL). */
const json_node *json_get(const json_node *node, const char *name);

/* Elements of an array; 0 and NULL for anything else. */
size_t json_count(const json_node *node);
const json_node *json_at(const json_node *node, size_t index);

bool json_as_object(const json_node *node);
bool json_as_array(const json_node *node);
bool json_as_null(const json_node *node);

/* True and a view into the document if the node is a string; may contain NUL bytes. */
bool json_as_string(struct srow_bytes *out, const json_node *node);
bool json_as_integer(int64_t *out, const json_node *node);
bool json_as_real(double *out, const json_node *node); /* a number with a point or an exponent */
bool json_as_bool(bool *out, const json_node *node);

/* Members of an object, in the document's order; ends when the function returns other than OK. */
MUST enum srow_rc json_each(const json_node *object,
                            enum srow_rc (*visit)(void *state, struct srow_bytes name,
                                                  const json_node *value, struct srow_error *e),
                            void *state, struct srow_error *e);

/* For who reads a text that is known to be JSON: past a string, whose first quote has been passed;
 * more than `len` in a text that is none. */
size_t json_behind_string(const char *at, size_t i, size_t len);

/* Appends text as a JSON string with its quotes; text must be UTF-8, else bytes become '?'. */
void json_put_string(struct srow_buf *out, struct srow_bytes text);

#endif
