-- One person: seen in the clear for a reason, and erased.

CREATE FUNCTION assure.unmask(kind text, ref text, reason text) RETURNS jsonb
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_unmask';
REVOKE ALL ON FUNCTION assure.unmask(text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.unmask(text, text, text) IS 'One person in the clear: kind member by member_id, claim by ref, payment by payment_id. Who saw whom and why is noted.';

CREATE FUNCTION assure.erase_person(policy text, member_ref text, reason text, request_id text DEFAULT NULL) RETURNS jsonb
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_erase_person';
REVOKE ALL ON FUNCTION assure.erase_person(text, text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.erase_person(text, text, text, text) IS 'Erases the personal data of a member whose cover has ended and to whom nothing is open; claims as figures, decisions and the books stay, and so does the audit chain.';
