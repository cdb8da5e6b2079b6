/*-------------------------------------------------------------------------
 *
 * service_document.h
 *		What the documents of the directories of services have in common.
 *
 * What is not as it should be fails the reader, as in core/json.h; keys that
 * nothing has are errors at once.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_SERVICE_SERVICE_DOCUMENT_H
#define ASSURE_SERVICE_SERVICE_DOCUMENT_H

#include "utils/date.h"

#include "core/json.h"
#include "core/plan.h"
#include "type/region.h"

#define CODE_BYTES_MAX	200
#define WORDS_BYTES_MAX	2000

/* Members that must be there, and such that need not. */
extern char *member_text(const DocNode *node, const char *key);
extern char *member_text_or_null(const DocNode *node, const char *key, int bytes_max);
extern DateADT member_date(const DocNode *node, const char *key);
extern DateADT member_date_or_open(const DocNode *node, const char *key, DateADT from);
extern Region member_region(const DocNode *node, const char *key);

/* A parameter that may be NULL. */
extern Datum text_or_null(const char *value, char *null);

/* The key that a plan with one text parameter finds; none is an error. */
extern int64 find_key(SqlPlan *plan, const char *what, const char *code, const char *hint);

/* Services of a list of codes, as an array of keys. */
extern Datum service_keys(const Column *codes);

/* Refuses a code that is no division in force. */
extern void require_region(Region region);

#endif							/* ASSURE_SERVICE_SERVICE_DOCUMENT_H */
