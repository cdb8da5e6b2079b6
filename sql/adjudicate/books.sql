-- Decided claims: decided by people with adjustments, reversed, calculated
-- again, re-run; replayed, explained; and what a claim would come to.

CREATE FUNCTION assure.adjust_claim(claim jsonb, adjustments jsonb) RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 500 AS 'MODULE_PATHNAME', 'assure_adjust_claim';
COMMENT ON FUNCTION assure.adjust_claim(jsonb, jsonb) IS 'A claim document as it is calculated with these adjustments, its defaults filled in.';

CREATE FUNCTION assure.decide_claim(ref text, verdict text, adjustments jsonb, note text DEFAULT NULL, request_id text DEFAULT NULL) RETURNS int
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_decide_claim_adjusted';
REVOKE ALL ON FUNCTION assure.decide_claim(text, text, jsonb, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.decide_claim(text, text, jsonb, text, text) IS 'The same with what the person changes of the claim before it is calculated: a list, by bill and line, each with its reason. NULL: nothing, or what the first person approved.';

CREATE FUNCTION assure.reverse_claim(ref text, reason text, request_id text DEFAULT NULL) RETURNS int
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_reverse_claim';
REVOKE ALL ON FUNCTION assure.reverse_claim(text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.reverse_claim(text, text, text) IS 'Undoes what a claim has booked: payment and counters. Returns the number of the decision.';

CREATE FUNCTION assure.readjudicate(ref text, reason text, anew boolean DEFAULT false, request_id text DEFAULT NULL) RETURNS text
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_readjudicate';
REVOKE ALL ON FUNCTION assure.readjudicate(text, text, boolean, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.readjudicate(text, text, boolean, text) IS 'Calculates a decided claim again as if it came now, and books the difference. A person''s approval and adjustments stay, unless anew. Returns the verdict.';

CREATE FUNCTION assure.rerun(policy text, member_ref text, from_date date, dry_run boolean DEFAULT true, request_id text DEFAULT NULL)
    RETURNS TABLE (claim_ref text, member text, event_date date, old_verdict text, new_verdict text, old_paid numeric, new_paid numeric,
        difference numeric, is_changed boolean, decision_no int)
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_rerun';
REVOKE ALL ON FUNCTION assure.rerun(text, text, date, boolean, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.rerun(text, text, date, boolean, text) IS 'Calculates a member''s claims from a day on again, in order of event, and those of the family that share with them; books the differences unless it is a dry run. A row a claim.';

CREATE PROCEDURE assure.rerun_plan(plan text, from_date date, dry_run boolean DEFAULT true,
        INOUT accounts bigint DEFAULT NULL, INOUT claims bigint DEFAULT NULL, INOUT changed bigint DEFAULT NULL,
        INOUT old_paid numeric DEFAULT NULL, INOUT new_paid numeric DEFAULT NULL, INOUT failed bigint DEFAULT NULL)
    LANGUAGE c AS 'MODULE_PATHNAME', 'assure_rerun_plan';
REVOKE ALL ON PROCEDURE assure.rerun_plan(text, date, boolean, bigint, bigint, bigint, numeric, numeric, bigint) FROM PUBLIC;
COMMENT ON PROCEDURE assure.rerun_plan(text, date, boolean, bigint, bigint, bigint, numeric, numeric, bigint) IS 'Re-runs everybody who is or was on a plan, 50 certificates a transaction.';

CREATE FUNCTION assure.rerun_needed()
    RETURNS TABLE (policy text, member_ref text, from_date date, cause text, claims bigint, first_ref text)
    LANGUAGE c STABLE STRICT PARALLEL UNSAFE COST 100000 AS 'MODULE_PATHNAME', 'assure_rerun_needed';
REVOKE ALL ON FUNCTION assure.rerun_needed() FROM PUBLIC;
COMMENT ON FUNCTION assure.rerun_needed() IS 'Members whose claims should be re-run, and from when: a claim was decided again after later ones, an enrollment or the terms changed for the past.';

CREATE FUNCTION assure.replay(ref text, decision int DEFAULT NULL)
    RETURNS TABLE (decision_no int, verdict text, is_identical boolean, finding text, differences jsonb, engine text, engine_now text)
    LANGUAGE c STABLE PARALLEL UNSAFE ROWS 2 COST 1000 AS 'MODULE_PATHNAME', 'assure_replay';
REVOKE ALL ON FUNCTION assure.replay(text, int) FROM PUBLIC;
COMMENT ON FUNCTION assure.replay(text, int) IS 'Calculates past decisions of a claim again from what they knew, and compares to the byte: one decision, or all.';

CREATE FUNCTION assure.quote(policy text, member_ref text, claim jsonb) RETURNS jsonb
    LANGUAGE c STABLE STRICT PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'assure_quote';
REVOKE ALL ON FUNCTION assure.quote(text, text, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION assure.quote(text, text, jsonb) IS 'What a claim would come to now, if it were handed in: verdict, findings and calculation. Nothing is written.';

CREATE FUNCTION assure.explain_claim(ref text, decision int DEFAULT NULL)
    RETURNS TABLE (decision_no int, bill text, benefit text, step_no int, step text, amount_in numeric, amount_out numeric, category text,
        amount numeric, reason text, rule text, counter text, period text, measure text, counter_before text, counter_after text, counter_limit text)
    LANGUAGE c STABLE PARALLEL UNSAFE ROWS 20 COST 1000 AS 'MODULE_PATHNAME', 'assure_explain_claim';
REVOKE ALL ON FUNCTION assure.explain_claim(text, int) FROM PUBLIC;
COMMENT ON FUNCTION assure.explain_claim(text, int) IS 'How a decision came about: a row for each step of each benefit on each bill, in order; without decision, the last that was calculated.';

CREATE FUNCTION assure.is_packed_claim(packed bytea) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'assure_is_packed_claim';
COMMENT ON FUNCTION assure.is_packed_claim(bytea) IS 'Whether bytes are a packed claim, such as the input of a decision.';
