CREATE FUNCTION assure.region_name(r assure.region, as_of date DEFAULT NULL) RETURNS text
    LANGUAGE c STABLE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'assure_region_name';
REVOKE ALL ON FUNCTION assure.region_name(assure.region, date) FROM PUBLIC;
COMMENT ON FUNCTION assure.region_name(assure.region, date) IS 'The name of a region on a day; without a day its name now, or the last one that it had. NULL: there is none.';

CREATE FUNCTION assure.region_known(r assure.region, as_of date DEFAULT NULL) RETURNS assure.region
    LANGUAGE c STABLE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'assure_region_known';
REVOKE ALL ON FUNCTION assure.region_known(assure.region, date) FROM PUBLIC;
COMMENT ON FUNCTION assure.region_known(assure.region, date) IS 'The region itself if its code existed on the day, or ever where no day is given; else an error that names the nearest known region around it.';

CREATE FUNCTION assure.region_successor(r assure.region, as_of date DEFAULT NULL)
    RETURNS TABLE (successor assure.region, name text, "precision" text)
    LANGUAGE c STABLE PARALLEL UNSAFE ROWS 1 COST 2000 AS 'MODULE_PATHNAME', 'assure_region_successor';
REVOKE ALL ON FUNCTION assure.region_successor(assure.region, date) FROM PUBLIC;
COMMENT ON FUNCTION assure.region_successor(assure.region, date) IS 'The regions of today that one of as_of went to, and how far that is known: exact, county, prefecture, province, country, unresolved, unknown.';

CREATE FUNCTION assure.prefectures(universe int DEFAULT 342) RETURNS TABLE (region assure.region, name text)
    LANGUAGE c STABLE STRICT PARALLEL UNSAFE ROWS 342 COST 10000 AS 'MODULE_PATHNAME', 'assure_prefectures';
REVOKE ALL ON FUNCTION assure.prefectures(int) FROM PUBLIC;
COMMENT ON FUNCTION assure.prefectures(int) IS 'The prefectures of a universe: 293 cities, 297 with the municipalities, 333 prefectures, 337 with the municipalities, 342 with the groups of counties that are directly under one.';

CREATE FUNCTION assure.load_regions(csv text, source text, replace boolean DEFAULT false, request_id text DEFAULT NULL) RETURNS int
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_load_regions';
REVOKE ALL ON FUNCTION assure.load_regions(text, text, boolean, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.load_regions(text, text, boolean, text) IS 'Loads divisions from a CSV with the columns of assure.region_builtin: what it says of a code stands for all that was known of that code. With replace it stands for all that was loaded before. All of it or nothing; returns the number of rows.';
