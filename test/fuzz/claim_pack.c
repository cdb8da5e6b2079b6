/*-------------------------------------------------------------------------
 *
 * claim_pack.c
 *		Feeds mutated bytes to claim_unpack(), under the address and undefined
 *		behaviour sanitizers, without a server.
 *
 * Random claims are packed and unpacked, and have to be the same.  Then bytes
 * are changed: they lie in memory of exactly their size, so that a read beyond
 * them is seen.  Bytes that are taken must be what packing the claim gives.
 * test/fuzz/pure builds and runs it.
 *
 *		claim_pack SEED MUTANTS
 *		claim_pack SEED 0			times it instead: built without sanitizers
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "benefit/claim_engine.h"
#include "benefit/claim_pack.h"
#include "miscadmin.h"

#undef printf
#undef fprintf

#define CLAIMS		400
#define ROUNDS		400000

/* What the server would give. */
volatile sig_atomic_t InterruptPending = 0;
static jmp_buf refusal;

void
ProcessInterrupts(void)
{
}

bool
errstart(int elevel, const char *domain)
{
	return true;
}

bool
errstart_cold(int elevel, const char *domain)
{
	return true;
}

int
errcode(int sqlerrcode)
{
	return 0;
}

int
errmsg(const char *fmt,...)
{
	return 0;
}

int
errhint(const char *fmt,...)
{
	return 0;
}

void
errfinish(const char *filename, int lineno, const char *funcname)
{
	longjmp(refusal, 1);
}

static uint64 state;

/*
 * random_below gives a number below a bound.
 */
static uint32
random_below(uint32 bound)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32) ((state >> 11) % bound);
}

/*
 * chance is true once in so many times.
 */
static bool
chance(uint32 times)
{
	return random_below(times) == 0;
}

/*
 * give_up ends the run where something is not as it must be.
 */
static void
give_up(const char *what)
{
	fprintf(stderr, "wrong: %s\n", what);
	abort();
}

/*
 * random_text makes a text out of so many.
 */
static char *
random_text(const char *prefix, uint32 many)
{
	char	   *text = palloc(40);

	sprintf(text, "%s%u", prefix, random_below(many));
	return text;
}

/*
 * random_line fills a line.
 */
static void
random_line(ClaimLine *line, int number, bool is_plain)
{
	static char *const categories[] = {"drug", "exam", "bed", "药品"};

	memset(line, 0, sizeof(*line));
	line->no = !is_plain && chance(9) ? (int32) random_below(PG_INT32_MAX) : number;
	line->category = categories[random_below(is_plain ? 3 : 4)];
	line->code = is_plain || chance(2) ? random_text("D", 300) : NULL;
	line->item_class = (ItemClass) random_below(4);
	line->quantity_micro = chance(2) ? 1000000 : (int64) (1 + random_below(9)) * (chance(3) ? 1000000 : 123457);
	line->amount_fen = 100 + random_below(chance(50) ? 2000000000 : 60000);
	line->allowed_fen = chance(4) ? line->amount_fen * random_below(100) / 100 : line->amount_fen;
	line->self_first_fen = chance(4) ? line->allowed_fen * random_below(100) / 100 : 0;
	if (!is_plain && chance(6))
		line->social_paid_fen = line->amount_fen * random_below(100) / 100;
}

/*
 * random_bill fills a bill; some have a refund in the last line.
 */
static void
random_bill(ClaimBill *bill, int position, int n_lines, bool is_plain)
{
	int64		amount_fen = 0;
	int64		stated_fen = 0;

	memset(bill, 0, sizeof(*bill));
	bill->position = position;
	bill->no = random_text("0310-55", 90000);
	bill->care = (CareKind) (1 + random_below(7));
	bill->from_date = 8800 + random_below(400);
	bill->to_date = bill->from_date + (chance(3) ? random_below(40) : 0);
	bill->stay = !is_plain && chance(4) ? random_text("S", 9) : NULL;
	bill->n_diagnoses = is_plain ? 0 : random_below(3);
	bill->diagnoses = palloc(sizeof(char *) * 3);
	for (int i = 0; i < bill->n_diagnoses; i++)
		bill->diagnoses[i] = random_text("J2", 10);
	bill->provider.code = is_plain || chance(2) ? random_text("H-", 50) : NULL;
	bill->provider.region = is_plain || chance(2) ? "310104" : NULL;
	bill->provider.grade = (int) random_below(5) - 1;
	bill->provider.ownership = (Ownership) random_below(3);
	bill->provider.ward = (Ward) random_below(4);
	bill->provider.network = (int) random_below(3) - 1;
	bill->social_settled = chance(2);
	bill->n_lines = n_lines;
	bill->lines = palloc(sizeof(ClaimLine) * n_lines);
	for (int i = 0; i < n_lines; i++)
	{
		random_line(&bill->lines[i], i + 1, is_plain);
		amount_fen += bill->lines[i].amount_fen;
		stated_fen += bill->lines[i].social_paid_fen;
	}
	if (!is_plain && n_lines > 1 && chance(3))
	{
		ClaimLine  *last = &bill->lines[n_lines - 1];

		amount_fen -= 2 * last->amount_fen;
		stated_fen -= last->social_paid_fen;
		last->is_refund = true;
		last->amount_fen = -last->amount_fen;
		last->allowed_fen = -last->allowed_fen;
		last->self_first_fen = -last->self_first_fen;
		last->social_paid_fen = 0;
	}
	bill->has_social_paid = bill->has_other_paid = true;
	bill->social_paid_fen = stated_fen;
	if (amount_fen > stated_fen && chance(2))
		bill->social_paid_fen += (amount_fen - stated_fen) / 3;
	if (amount_fen > stated_fen && chance(5))
		bill->other_paid_fen = (amount_fen - stated_fen) / 7;
}

/*
 * random_claim makes a claim as the calculation takes it: a plain one as most
 * are, or one with every oddity.
 */
static Claim *
random_claim(bool is_plain)
{
	Claim	   *claim = palloc0(sizeof(Claim));
	ClaimProblem problem;

	claim->ref = random_text("A-2024-", 90000);
	claim->policy = random_text("P-", 900);
	claim->member_ref = is_plain || chance(2) ? random_text("M-", 90000) : NULL;
	claim->cause = (ClaimCause) (1 + random_below(3));
	claim->has_event_date = is_plain || chance(2);
	claim->event_date = claim->has_event_date ? 8800 + random_below(400) : 0;
	claim->has_submitted_at = is_plain || chance(2);
	if (claim->has_submitted_at)
		claim->submitted_at = (claim->event_date + 9) * USECS_PER_DAY + random_below(86400) * USECS_PER_SEC;
	claim->n_diagnoses = is_plain ? 1 : random_below(4);
	claim->diagnoses = palloc(sizeof(char *) * 4);
	for (int i = 0; i < claim->n_diagnoses; i++)
		claim->diagnoses[i] = random_text("S8", 90);
	claim->n_disability_grades = is_plain ? 0 : random_below(3);
	claim->disability_grades = palloc(sizeof(int) * 3);
	for (int i = 0; i < claim->n_disability_grades; i++)
		claim->disability_grades[i] = 1 + (int) random_below(10);
	claim->has_member = is_plain || !chance(9);
	if (claim->has_member)
		claim->member = (ClaimMember)
	{
		.birth_date = -3000 + (int) random_below(9000), .sex = (Sex) (1 + random_below(2)),
			.relationship = (Relationship) (1 + random_below(4)), .enrolled_on = 8766, .continuous_since = 8766 - (chance(2) ? 366 : 0),
			.policy_start = 8766, .has_policy_start = is_plain || chance(2)
	};
	claim->n_bills = is_plain ? 2 : (int) random_below(5);
	claim->bills = palloc(sizeof(ClaimBill) * 5);
	for (int i = 0; i < claim->n_bills; i++)
		random_bill(&claim->bills[i], i, is_plain ? 4 + i : 1 + (int) random_below(9), is_plain);
	claim_normalize(claim, &problem);
	claim_seal(claim);
	return problem.message ? random_claim(is_plain) : claim;
}

/*
 * same_text compares texts that may be absent.
 */
static bool
same_text(const char *a, const char *b)
{
	return (a == NULL) == (b == NULL) && (a == NULL || strcmp(a, b) == 0);
}

/*
 * compare_lines holds the lines of a bill against each other.
 */
static void
compare_lines(const ClaimBill *a, const ClaimBill *b)
{
	for (int i = 0; i < a->n_lines; i++)
	{
		const ClaimLine *x = &a->lines[i];
		const ClaimLine *y = &b->lines[i];

		if (x->no != y->no || !same_text(x->category, y->category) || !same_text(x->code, y->code) || x->item_class != y->item_class ||
			x->quantity_micro != y->quantity_micro || x->amount_fen != y->amount_fen || x->allowed_fen != y->allowed_fen ||
			x->self_first_fen != y->self_first_fen || x->social_paid_fen != y->social_paid_fen || x->other_paid_fen != y->other_paid_fen ||
			x->is_refund != y->is_refund || x->net_amount_fen != y->net_amount_fen || x->net_allowed_fen != y->net_allowed_fen ||
			x->net_self_first_fen != y->net_self_first_fen || x->net_social_fen != y->net_social_fen || x->net_other_fen != y->net_other_fen)
			give_up("a line is another one");
	}
}

/*
 * compare_claims holds a claim against what came of packing it.
 */
static void
compare_claims(const Claim *a, const Claim *b)
{
	if (!same_text(a->ref, b->ref) || !same_text(a->policy, b->policy) || !same_text(a->member_ref, b->member_ref) || a->cause != b->cause ||
		a->has_event_date != b->has_event_date || a->event_date != b->event_date || a->has_submitted_at != b->has_submitted_at ||
		a->submitted_at != b->submitted_at || a->n_diagnoses != b->n_diagnoses || a->n_disability_grades != b->n_disability_grades ||
		a->has_member != b->has_member || a->n_bills != b->n_bills || a->submitted_fen != b->submitted_fen ||
		memcmp(a->disability_grades, b->disability_grades, sizeof(int) * a->n_disability_grades) != 0 ||
		a->member.birth_date != b->member.birth_date || a->member.sex != b->member.sex || a->member.relationship != b->member.relationship ||
		a->member.enrolled_on != b->member.enrolled_on || a->member.continuous_since != b->member.continuous_since ||
		a->member.policy_start != b->member.policy_start || a->member.has_policy_start != b->member.has_policy_start)
		give_up("a claim is another one");
	for (int i = 0; i < a->n_bills; i++)
	{
		const ClaimBill *x = &a->bills[i];
		const ClaimBill *y = &b->bills[i];

		if (x->position != y->position || !same_text(x->no, y->no) || x->care != y->care || x->from_date != y->from_date || x->to_date != y->to_date ||
			!same_text(x->stay, y->stay) || x->n_diagnoses != y->n_diagnoses || !same_text(x->provider.code, y->provider.code) ||
			!same_text(x->provider.region, y->provider.region) || x->provider.grade != y->provider.grade || x->provider.ownership != y->provider.ownership ||
			x->provider.ward != y->provider.ward || x->provider.network != y->provider.network || x->social_settled != y->social_settled ||
			x->social_paid_fen != y->social_paid_fen || x->other_paid_fen != y->other_paid_fen || x->n_lines != y->n_lines || x->submitted_fen != y->submitted_fen)
			give_up("a bill is another one");
		for (int d = 0; d < x->n_diagnoses; d++)
			if (!same_text(x->diagnoses[d], y->diagnoses[d]))
				give_up("a diagnosis is another one");
		compare_lines(x, y);
	}
}

/*
 * mutate makes changed bytes of exactly their size out of packed ones: a byte is
 * set or shifted, the end cut off, a piece doubled or taken out.
 */
static bytea *
mutate(const bytea *packed)
{
	Size		bytes = VARSIZE(packed) - VARHDRSZ;
	Size		at = random_below((uint32) bytes);
	Size		piece = 1 + random_below(4);
	bytea	   *changed;
	uint8	   *data = malloc(bytes + VARHDRSZ + 16);
	uint8	   *body = data + VARHDRSZ;

	memcpy(body, VARDATA(packed), bytes);
	piece = Min(piece, bytes - at);
	switch (random_below(5))
	{
		case 0:
			body[at] = (uint8) random_below(256);
			break;
		case 1:
			body[at] ^= (uint8) (1 << random_below(8));
			break;
		case 2:
			bytes = at;
			break;
		case 3:
			memmove(body + at + piece, body + at, bytes - at);
			bytes += piece;
			break;
		case 4:
			memmove(body + at, body + at + piece, bytes - at - piece);
			bytes -= piece;
			break;
	}
	changed = malloc(bytes + VARHDRSZ);
	memcpy(changed, data, bytes + VARHDRSZ);
	SET_VARSIZE(changed, bytes + VARHDRSZ);
	free(data);
	return changed;
}

/*
 * try_bytes unpacks bytes that may be anything: false where they are refused.
 */
static bool
try_bytes(const bytea *bytes)
{
	Claim	   *claim;
	bytea	   *again;

	if (setjmp(refusal) != 0)
		return false;
	claim = claim_unpack_argument(bytes);
	if (setjmp(refusal) != 0)
		give_up("a claim that was taken cannot be packed");
	again = claim_pack(claim);
	if (VARSIZE(again) != VARSIZE(bytes) || memcmp(again, bytes, VARSIZE(bytes)) != 0)
		give_up("a form was taken that is not the one form");
	pfree(again);
	pfree(claim);
	return true;
}

#ifdef LIBFUZZER

/*
 * LLVMFuzzerTestOneInput tries bytes that libFuzzer made.
 */
int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	bytea	   *bytes = malloc(VARHDRSZ + size);

	SET_VARSIZE(bytes, VARHDRSZ + size);
	memcpy(VARDATA(bytes), data, size);
	(void) try_bytes(bytes);
	free(bytes);
	return 0;
}

#else

/*
 * seconds tells the time that the process has worked.
 */
static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double) now.tv_sec + now.tv_nsec / 1e9;
}

/*
 * measure times packing and unpacking of plain claims: 2 bills, 9 lines.
 */
static void
measure(void)
{
	bytea	   *packed[CLAIMS];
	Claim	   *claims[CLAIMS];
	Size		bytes = 0;
	double		started;

	for (int i = 0; i < CLAIMS; i++)
	{
		claims[i] = random_claim(true);
		packed[i] = claim_pack(claims[i]);
		bytes += VARSIZE(packed[i]) - VARHDRSZ;
	}
	printf("%.1f bytes a claim\n", (double) bytes / CLAIMS);
	started = seconds();
	for (int i = 0; i < ROUNDS; i++)
		pfree(claim_unpack(packed[i % CLAIMS]));
	printf("%.0f ns to unpack\n", (seconds() - started) * 1e9 / ROUNDS);
	started = seconds();
	for (int i = 0; i < ROUNDS; i++)
		pfree(claim_pack(claims[i % CLAIMS]));
	printf("%.0f ns to pack\n", (seconds() - started) * 1e9 / ROUNDS);
	started = seconds();
	for (int i = 0; i < ROUNDS; i++)
	{
		ClaimProblem problem;

		claim_normalize(claims[i % CLAIMS], &problem);
	}
	printf("%.0f ns to normalize\n", (seconds() - started) * 1e9 / ROUNDS);
}

int
main(int argc, char **argv)
{
	uint64		mutants = strtoull(argv[2], NULL, 10);
	uint64		taken = 0;
	bytea	   *packed[CLAIMS];

	state = strtoull(argv[1], NULL, 10) * UINT64CONST(0x9e3779b97f4a7c15) + 1;
	if (mutants == 0)
	{
		measure();
		return 0;
	}
	for (int i = 0; i < CLAIMS; i++)
	{
		Claim	   *claim = random_claim(i % 4 == 0);

		packed[i] = claim_pack(claim);
		if (!try_bytes(packed[i]))
			give_up("a packed claim is refused");
		compare_claims(claim, claim_unpack(packed[i]));
	}
	for (uint64 i = 0; i < mutants; i++)
	{
		bytea	   *changed = mutate(packed[random_below(CLAIMS)]);

		if (try_bytes(changed))
			taken++;
		free(changed);
	}
	printf("%llu mutants, %llu of them claims\n", (unsigned long long) mutants, (unsigned long long) taken);
	return 0;
}

#endif
