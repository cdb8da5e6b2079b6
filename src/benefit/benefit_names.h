/*-------------------------------------------------------------------------
 *
 * benefit_names.h
 *		The codes of the documents, as tables for the JSON readers.
 *
 * Each table is indexed by its enum, has an empty place for 0 and ends with
 * NULL, which is what doc_code() expects.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_BENEFIT_BENEFIT_NAMES_H
#define ASSURE_BENEFIT_BENEFIT_NAMES_H

extern const char *const cause_names[];
extern const char *const care_names[];
extern const char *const relationship_names[];
extern const char *const sex_names[];
extern const char *const ownership_names[];
extern const char *const ward_names[];
extern const char *const item_class_names[];
extern const char *const period_names[];
extern const char *const measure_names[];
extern const char *const payment_names[];
extern const char *const cap_per_names[];
extern const char *const kind_names[];
extern const char *const band_on_names[];

#endif							/* ASSURE_BENEFIT_BENEFIT_NAMES_H */
