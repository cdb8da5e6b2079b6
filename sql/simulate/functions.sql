-- What-if over stored claims.

CREATE FUNCTION assure.simulate(plan text, draft assure.terms, period daterange, sample numeric DEFAULT 1)
    RETURNS TABLE (section text, item text, claims bigint, members bigint, decided numeric, before numeric, after numeric, difference numeric, detail jsonb)
    LANGUAGE c STABLE PARALLEL UNSAFE ROWS 60 COST 1000000 AS 'MODULE_PATHNAME', 'assure_simulate';
REVOKE ALL ON FUNCTION assure.simulate(text, assure.terms, daterange, numeric) FROM PUBLIC;
COMMENT ON FUNCTION assure.simulate(text, assure.terms, daterange, numeric) IS 'What if: the stored claims of a plan with events in a period, replayed in order under draft terms, with counters, by parallel workers; nothing is written. Paid before and after in all, by member, benefit and month, and the largest changes. A sample below 1 takes that share of the accounts.';
