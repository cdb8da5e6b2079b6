CREATE PROCEDURE assure.sla_sweep(max_clocks int DEFAULT 10000, INOUT alerts bigint DEFAULT NULL)
    LANGUAGE c AS 'MODULE_PATHNAME', 'assure_sla_sweep';
REVOKE ALL ON PROCEDURE assure.sla_sweep(int, bigint) FROM PUBLIC;
COMMENT ON PROCEDURE assure.sla_sweep(int, bigint) IS 'Raises alerts for the clocks that are due, 1,000 a transaction, and sends one NOTIFY assure_alert with the highest key.';

CREATE FUNCTION assure.acknowledge_alert(alert_id bigint, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_acknowledge_alert';
REVOKE ALL ON FUNCTION assure.acknowledge_alert(bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.acknowledge_alert(bigint, text) IS 'Notes who took notice of an alert; the first one stays.';
