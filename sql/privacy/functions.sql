-- One person: seen in the clear for a reason, and erased.

CREATE FUNCTION assure.unmask(kind text, ref text, reason text) RETURNS jsonb
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_unmask';
REVOKE ALL ON FUNCTION assure.unmask(text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.unmask(text, text, text) IS 'One person in the clear: kind member by member_id, claim by ref, payment by payment_id. Who saw whom and why is noted.';

CREATE FUNCTION assure.erase_person(policy text, member_ref text, reason text, request_id text DEFAULT NULL) RETURNS jsonb
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_erase_person';
REVOKE ALL ON FUNCTION assure.erase_person(text, text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.erase_person(text, text, text, text) IS 'Erases the personal data of a member whose cover has ended and to whom nothing is open; claims as figures, decisions and the books stay, and so does the audit chain.';

CREATE FUNCTION assure.small_cell() RETURNS int
    LANGUAGE c STABLE PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'assure_small_cell';
COMMENT ON FUNCTION assure.small_cell() IS 'The setting assure.small_cell: how many people a group must have to be told apart in masked views.';

CREATE FUNCTION assure.count_small_cells() RETURNS bigint
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE COST 100000 AS 'MODULE_PATHNAME', 'assure_count_small_cells';
REVOKE ALL ON FUNCTION assure.count_small_cells() FROM PUBLIC;
COMMENT ON FUNCTION assure.count_small_cells() IS 'Daily work: counts which groups of members are too few to be told apart in assure_bi.member; returns how many are hidden.';
