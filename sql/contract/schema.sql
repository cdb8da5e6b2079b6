-- Contracts with providers, and the prices that they allow.
--
-- In force for a bill: of the provider's contracts whose days hold the bill's
-- from-date, the one that starts last, and of two from the same day the one that
-- was entered last. So a special contract of a month gives way by itself to the
-- one around it, and a contract is withdrawn by ending it on the day before it
-- starts. The price of a code is the latest revision of it under that contract.
-- Set-wise, for arrays of provider, code and day:
--
--   SELECT k.n, c.contract_id, c.in_network, p.price_fen
--   FROM unnest($1, $2, $3) WITH ORDINALITY AS k (provider_code, code, on_date, n)
--   CROSS JOIN LATERAL (SELECT contract_id, in_network FROM assure.provider_contract c
--     WHERE c.provider_code = k.provider_code AND c.valid_from <= k.on_date AND c.valid_to >= k.on_date
--     ORDER BY c.valid_from DESC, c.contract_id DESC LIMIT 1) c
--   LEFT JOIN LATERAL (SELECT price_fen FROM assure.contract_price p
--     WHERE p.contract_id = c.contract_id AND p.code = k.code ORDER BY p.revision DESC LIMIT 1) p ON true

CREATE SEQUENCE assure.contract_id_seq;
CREATE TABLE assure.provider_contract (
    contract_id bigint PRIMARY KEY DEFAULT nextval('assure.contract_id_seq'),
    ref text NOT NULL UNIQUE CHECK (ref <> ''),
    provider_code text NOT NULL REFERENCES assure.provider (code),
    valid_from date NOT NULL CHECK (isfinite(valid_from)),
    valid_to date NOT NULL DEFAULT 'infinity' CHECK (valid_to >= valid_from - 1),
    in_network boolean NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX provider_contract_in_force ON assure.provider_contract (provider_code, valid_from DESC, contract_id DESC);
COMMENT ON TABLE assure.provider_contract IS 'A contract with a provider. In force on a day: of those whose days hold it the one that starts last, then the one entered last.';
COMMENT ON COLUMN assure.provider_contract.contract_id IS 'key';
COMMENT ON COLUMN assure.provider_contract.ref IS 'the company''s own number of the contract';
COMMENT ON COLUMN assure.provider_contract.provider_code IS 'the provider, as claim documents name it';
COMMENT ON COLUMN assure.provider_contract.valid_from IS 'first day of treatment that it holds for';
COMMENT ON COLUMN assure.provider_contract.valid_to IS 'last such day; infinity: open; the day before valid_from: withdrawn';
COMMENT ON COLUMN assure.provider_contract.in_network IS 'whether the provider counts as in the network under it';
COMMENT ON COLUMN assure.provider_contract.created_by IS 'session user who entered it';
COMMENT ON COLUMN assure.provider_contract.created_at IS 'when it was entered';

CREATE TABLE assure.contract_price (
    contract_id bigint NOT NULL REFERENCES assure.provider_contract,
    code text NOT NULL CHECK (code <> ''),
    revision int NOT NULL CHECK (revision >= 1),
    price_fen bigint CHECK (price_fen >= 0),
    audit_id bigint NOT NULL,
    PRIMARY KEY (contract_id, code, revision)
);
COMMENT ON TABLE assure.contract_price IS 'Allowed price of a unit by code under a contract, append-only; of a code the highest revision counts.';
COMMENT ON COLUMN assure.contract_price.contract_id IS 'the contract';
COMMENT ON COLUMN assure.contract_price.code IS 'code of the line, as bills name it';
COMMENT ON COLUMN assure.contract_price.revision IS '1 for the first price of a code';
COMMENT ON COLUMN assure.contract_price.price_fen IS 'allowed for a unit, fen; NULL: no price agreed any more';
COMMENT ON COLUMN assure.contract_price.audit_id IS 'the audit row of the load: who and when';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.contract_price
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
