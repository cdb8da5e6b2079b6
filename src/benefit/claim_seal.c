/*-------------------------------------------------------------------------
 *
 * claim_seal.c
 *		Derives from a claim what the calculation looks up again and again.
 *
 * A benefit asks each line for its category, each bill for its diagnoses: they
 * are brought into the form that is compared once a claim, and not once a
 * benefit.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/claim_engine.h"
#include "benefit/terms.h"
#include "storage/shmem.h"

/*
 * icd_codes_make brings diagnoses into the form that is compared; what is no
 * code lies in no range.
 */
void
icd_codes_make(IcdCode *codes, char **diagnoses, int count)
{
	int			i;

	for (i = 0; i < count; i++)
		if (!icd_normalize(diagnoses[i], codes[i].text, ICD_BYTES_MAX))
			codes[i].text[0] = '\0';
}

/*
 * compare_bills orders bills by from-date, then number by byte, then as they
 * stand in the document.
 */
static int
compare_bills(const void *left, const void *right)
{
	const ClaimBill *a = *(const ClaimBill *const *) left;
	const ClaimBill *b = *(const ClaimBill *const *) right;
	int			order;

	if (a->from_date != b->from_date)
		return a->from_date < b->from_date ? -1 : 1;
	order = strcmp(a->no, b->no);
	return order != 0 ? order : a->position - b->position;
}

/*
 * seal_lines brings the texts of lines into the form that is compared.
 */
static void
seal_lines(ClaimBill *bill)
{
	int			i;

	for (i = 0; i < bill->n_lines; i++)
	{
		ClaimLine  *line = &bill->lines[i];

		line->category_key = text_key(line->category);
		if (line->code)
			line->code_key = text_key(line->code);
		else
			memset(&line->code_key, 0, sizeof(TextKey));
	}
}

/*
 * bills_order puts the bills into the order of calculation, and finds the
 * longest.
 */
void
bills_order(Claim *claim)
{
	int			i;

	claim->n_lines_max = 1;
	for (i = 0; i < claim->n_bills; i++)
	{
		claim->order[i] = &claim->bills[i];
		claim->n_lines_max = Max(claim->n_lines_max, claim->bills[i].n_lines);
	}
	qsort(claim->order, claim->n_bills, sizeof(ClaimBill *), compare_bills);
}

/*
 * new_icd_codes makes a list of codes.
 */
static IcdCode *
new_icd_codes(char **diagnoses, int count)
{
	IcdCode    *codes = palloc(mul_size(sizeof(IcdCode), Max(count, 1)));

	icd_codes_make(codes, diagnoses, count);
	return codes;
}

/*
 * claim_seal derives what the calculation looks up.
 */
void
claim_seal(Claim *claim)
{
	int			i;

	claim->icd_codes = new_icd_codes(claim->diagnoses, claim->n_diagnoses);
	for (i = 0; i < claim->n_bills; i++)
	{
		ClaimBill  *bill = &claim->bills[i];

		bill->icd_codes = new_icd_codes(bill->diagnoses, bill->n_diagnoses);
		seal_lines(bill);
	}
	claim->order = palloc(mul_size(sizeof(ClaimBill *),
								   Max(claim->n_bills, 1)));
	bills_order(claim);
}
