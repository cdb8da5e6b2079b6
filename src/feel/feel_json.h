/*-------------------------------------------------------------------------
 *
 * feel_json.h
 *		One entry of a jsonb object as a value, without a context around it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_FEEL_FEEL_JSON_H
#define ASSURE_FEEL_FEEL_JSON_H

#include "postgres.h"

#include "feel/feel_sql.h"

extern bool feel_json_entry(FeelState *state, JsonbContainer *object, FeelString key, FeelValue *value);

#endif							/* ASSURE_FEEL_FEEL_JSON_H */
