/*-------------------------------------------------------------------------
 *
 * queue_lookup.h
 *		Queues as documents name them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_WORK_QUEUE_LOOKUP_H
#define ASSURE_WORK_QUEUE_LOOKUP_H

#include "core/json.h"

/*
 * The key of the queue that a member of the document names; if_absent is the code
 * for a document without the member, NULL: it must be there.  A queue that does
 * not exist fails the reader.
 */
extern int64 queue_of_document(const DocNode *root, const char *key, const char *if_absent);

#endif							/* ASSURE_WORK_QUEUE_LOOKUP_H */
