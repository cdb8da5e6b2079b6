/*-------------------------------------------------------------------------
 *
 * reason_text.c
 *		Says a reason in a sentence.
 *
 * The code and its parameters are the interface; the sentence is for whoever
 * reads a result without a table of codes at hand.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/result_parts.h"
#include "core/fixed.h"

/* A sentence, and for a limit what follows the amount of the limit. */
typedef struct Sentence
{
	const char *text;
	const char *after_limit;	/* NULL: the limit is not named */
} Sentence;

static const Sentence sentences[] = {
	{"", NULL},
	{"the benefit does not cover this cause", NULL},
	{"the benefit does not cover this kind of care", NULL},
	{"the provider is not one that the benefit asks for", NULL},
	{"a diagnosis is excluded", NULL},
	{"no diagnosis is one that the benefit covers", NULL},
	{"the age is outside the benefit's range", NULL},
	{"the benefit is for the other sex", NULL},
	{"the relationship to the insured is not covered", NULL},
	{"the bill falls into the waiting period", NULL},
	{"the condition of the benefit does not hold", NULL},
	{"no line of the bill is covered", NULL},
	{"no diagnosis is one of a level that the benefit pays for", NULL},
	{"no disability grade is one that the benefit pays for", NULL},
	{"above the contract price", NULL},
	{"not eligible", NULL},
	{"paid by others", NULL},
	{"deductible", NULL},
	{"copay", NULL},
	{"the member's share", NULL},
	{"above the cap of ", ""},
	{"above the limit of ", " a visit"},
	{"above what is left of the limit of ", " a claim"},
	{"above what is left of the limit of ", " for the day"},
	{"above what is left of the limit of ", " a year"},
	{"above what is left of the limit of ", " for life"},
	{"after the last visit that pays", NULL},
	{"after the last day that pays", NULL},
	{"too soon after the last payment at this level", NULL},
	{"not paid again: it is paid once", NULL},
	{"not paid again for the same group of diagnoses", NULL},
	{"above what is open on the lines", NULL}
};

StaticAssertDecl(lengthof(sentences) == REASON_INDEMNITY + 1, "reasons");

/*
 * reason_text says a reason: the amount first where one was booked, and the
 * limit that was in force where the sentence names it.
 */
char *
reason_text(const Reason *reason)
{
	const Sentence *sentence = &sentences[reason->code];
	char		amount[FIXED_PRINT_BYTES];
	char		limit[FIXED_PRINT_BYTES];

	if (!reason->has_amount)
		return pstrdup(sentence->text);
	if (reason->code == REASON_LIMIT_COUNT && reason->bill_no == NULL)
		return psprintf("%s not paid again: the level has paid as often as it does",
						fixed_print_fen(reason->amount_fen, amount));
	if (sentence->after_limit == NULL)
		return psprintf("%s %s", fixed_print_fen(reason->amount_fen, amount),
						sentence->text);
	return psprintf("%s %s%s%s", fixed_print_fen(reason->amount_fen, amount),
					sentence->text, fixed_print_fen(reason->limit, limit),
					sentence->after_limit);
}
