CREATE FUNCTION assure.put_provider(provider jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_put_provider';
REVOKE ALL ON FUNCTION assure.put_provider(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.put_provider(jsonb, text) IS 'Adds a provider to the directory or changes it: {code, name, region, grade, ownership, in_network}. Returns its key.';

CREATE FUNCTION assure.put_contract(contract jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_put_contract';
REVOKE ALL ON FUNCTION assure.put_contract(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.put_contract(jsonb, text) IS 'Enters a contract with a provider: {ref, provider, valid_from, valid_to, in_network}; under a known ref only valid_to may be another. Returns its key.';

CREATE FUNCTION assure.put_contract_prices(contract text, prices jsonb, request_id text DEFAULT NULL)
    RETURNS TABLE (row_no int, code text, accepted boolean, error_code text, reason text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1000 AS 'MODULE_PATHNAME', 'assure_put_contract_prices';
REVOKE ALL ON FUNCTION assure.put_contract_prices(text, jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.put_contract_prices(text, jsonb, text) IS 'Sets allowed prices under a contract by rows {code, price}, at most 100,000: each accepted, or refused with its reason. A price of null withdraws it.';
