/*-------------------------------------------------------------------------
 *
 * draw_queue.h
 *		Draws of the finished work of queues.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_POSTCHECK_DRAW_QUEUE_H
#define ASSURE_POSTCHECK_DRAW_QUEUE_H

#include "postgres.h"

#include "core/call.h"

/*
 * Draws a period, a daterange that is over, of the queue, or with NULL of each that
 * has a plan; returns the keys of the draws, those that were made before too.
 */
extern int64 *draws_make(Call *call, const char *queue, Datum period, const char *seed, int *count);

#endif							/* ASSURE_POSTCHECK_DRAW_QUEUE_H */
