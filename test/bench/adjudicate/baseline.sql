-- What a company would write without an extension: the same rules, row by row, in
-- PL/pgSQL, reading the terms and documents as JSON, into the tables of schema
-- slow. It does what the plans of this bench need and no more; what it pays is
-- held against what pg_assure paid.

\set ON_ERROR_STOP 1

-- A total over parts in proportion to weights, largest remainder first, the
-- earlier part on ties; no part beyond its bound: the rest is split again.
CREATE FUNCTION slow.spread(total bigint, weights bigint[], bounds bigint[]) RETURNS bigint[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    n int := cardinality(weights);
    shares bigint[] := array_fill(0::bigint, ARRAY[n]);
    rests bigint[];
    free bool[] := array_fill(true, ARRAY[n]);
    tried bigint[];
    left_over bigint;
    sum_weights bigint;
    best int;
    bound bool;
BEGIN
    LOOP
        sum_weights := 0;
        FOR i IN 1..n LOOP
            IF free[i] THEN sum_weights := sum_weights + weights[i]; END IF;
        END LOOP;
        IF total = 0 OR sum_weights = 0 THEN RETURN shares; END IF;
        tried := shares;
        rests := array_fill(-1::bigint, ARRAY[n]);
        left_over := total;
        FOR i IN 1..n LOOP
            IF free[i] THEN
                tried[i] := div(total::numeric * weights[i], sum_weights);
                rests[i] := mod(total::numeric * weights[i], sum_weights);
                left_over := left_over - tried[i];
            END IF;
        END LOOP;
        FOR k IN 1..left_over LOOP
            best := NULL;
            FOR i IN 1..n LOOP
                IF free[i] AND (best IS NULL OR rests[i] > rests[best]) THEN best := i; END IF;
            END LOOP;
            tried[best] := tried[best] + 1;
            rests[best] := -1;
        END LOOP;
        bound := false;
        FOR i IN 1..n LOOP
            IF free[i] AND tried[i] > bounds[i] THEN
                shares[i] := bounds[i];
                total := total - bounds[i];
                free[i] := false;
                bound := true;
            END IF;
        END LOOP;
        IF NOT bound THEN RETURN tried; END IF;
    END LOOP;
END $$;

CREATE FUNCTION slow.used(account bigint, member bigint, counter_ text, period_ text, measure_ text) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE v bigint;
BEGIN
    SELECT value INTO v FROM slow.balance b WHERE b.account_id = account AND b.member_id = member AND b.counter = counter_ AND b.period = period_ AND b.measure = measure_;
    RETURN coalesce(v, 0);
END $$;

CREATE PROCEDURE slow.book(account bigint, claim bigint, member bigint, counter_ text, period_ text, measure_ text, delta_ bigint, limit_ bigint) LANGUAGE plpgsql AS $$
DECLARE id bigint;
BEGIN
    IF delta_ = 0 THEN RETURN; END IF;
    id := nextval('assure.ledger_entry_id_seq');
    INSERT INTO slow.ledger_entry (account_id, entry_id, claim_id, decision_no, member_id, counter, period, measure, delta, row_hash)
    VALUES (account, id, claim, 1, member, counter_, period_, measure_, delta_, sha256(convert_to(concat_ws('|', account, id, claim, 1, member, counter_, period_, measure_, delta_), 'UTF8')));
    INSERT INTO slow.balance AS b (account_id, member_id, counter, period, measure, value, limit_value) VALUES (account, member, counter_, period_, measure_, delta_, limit_)
    ON CONFLICT (account_id, member_id, counter, period, measure) DO UPDATE SET value = b.value + excluded.value, limit_value = excluded.limit_value;
END $$;

CREATE FUNCTION slow.fen(amount jsonb) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT round((amount #>> '{}')::numeric * 100)::bigint $$;

-- One benefit on one bill. prior is what earlier benefits paid, line by line.
CREATE PROCEDURE slow.benefit(account bigint, claim bigint, member bigint, terms jsonb, b jsonb, bill jsonb, year text,
    amounts bigint[], social bigint[], INOUT prior bigint[], INOUT paid bigint) LANGUAGE plpgsql AS $$
DECLARE
    n int := cardinality(amounts);
    item jsonb;
    step jsonb;
    spec jsonb;
    c jsonb;
    let_through bool[];
    eligible bigint[] := array_fill(0::bigint, ARRAY[n]);
    bounds bigint[] := array_fill(0::bigint, ARRAY[n]);
    share numeric;
    amount bigint := 0;
    bound bigint := 0;
    taken bigint;
    counter_ text;
    pay numeric;
    days int := (bill ->> 'to')::date - (bill ->> 'from')::date + 1;
    any_line bool := false;
    deductible_counter text;
    deductible_taken bigint;
    deductible_limit bigint;
    deductible_left bigint;
    limits jsonb := '[]';
    limit_fen bigint;
    period_ text;
    who bigint;
    shares bigint[];
BEGIN
    paid := 0;
    IF b ? 'care' AND NOT b -> 'care' ? (bill ->> 'care') THEN RETURN; END IF;
    FOR i IN 1..n LOOP
        item := bill -> 'items' -> (i - 1);
        let_through[i] := NOT b #> '{item,categories}' IS NOT NULL OR b #> '{item,categories}' ? (item ->> 'category');
        IF let_through[i] THEN
            any_line := true;
            share := CASE WHEN b ? 'eligible' THEN coalesce(b -> 'eligible' ->> (item ->> 'class'), b -> 'eligible' ->> 'default')::numeric ELSE 1 END;
            eligible[i] := round(amounts[i] * share);
            amount := amount + eligible[i];
        END IF;
    END LOOP;
    IF NOT any_line THEN RETURN; END IF;
    FOR step IN SELECT * FROM jsonb_array_elements(b -> 'steps') LOOP
        counter_ := b ->> 'code';
        IF step ? 'use' THEN
            counter_ := step ->> 'use';
            step := terms -> 'shared' -> counter_;
        END IF;
        IF step ? 'offset' THEN
            FOR i IN 1..n LOOP
                IF let_through[i] THEN
                    amount := amount - social[i] - CASE WHEN step -> 'offset' ? 'prior' THEN prior[i] ELSE 0 END;
                END IF;
            END LOOP;
            amount := greatest(amount, 0);
        ELSIF step ? 'deductible' THEN
            deductible_limit := slow.fen(step #> '{deductible,amount}');
            deductible_left := deductible_limit - slow.used(account, member, counter_, year, 'deductible');
            deductible_taken := least(amount, greatest(deductible_left, 0));
            deductible_counter := counter_;
            amount := amount - deductible_taken;
        ELSIF step ? 'copay' THEN
            amount := amount - least(amount, slow.fen(step #> '{copay,amount}'));
        ELSIF step ? 'coinsurance' THEN
            pay := 1;
            FOR c IN SELECT * FROM jsonb_array_elements(step -> 'coinsurance') LOOP
                IF NOT c ? 'when' OR (c ->> 'when' = 'bill.social_settled' AND (bill ->> 'social_settled')::bool) THEN
                    pay := (c ->> 'pay')::numeric;
                    EXIT;
                END IF;
            END LOOP;
            amount := round(amount * pay);
        ELSIF step ? 'limit' THEN
            spec := step -> 'limit';
            limit_fen := slow.fen(spec -> 'amount');
            who := CASE WHEN spec ->> 'scope' = 'family' THEN 0 ELSE member END;
            IF spec ->> 'per' = 'visit' THEN
                amount := least(amount, limit_fen);
            ELSE
                period_ := CASE spec ->> 'per' WHEN 'year' THEN year ELSE 'day:' || (bill ->> 'from') END;
                IF spec ->> 'per' = 'day' THEN limit_fen := limit_fen * days; END IF;
                amount := least(amount, greatest(limit_fen - slow.used(account, who, counter_, period_, 'amount'), 0));
                limits := limits || jsonb_build_object('who', who, 'counter', counter_, 'period', period_, 'limit', limit_fen);
            END IF;
        END IF;
    END LOOP;
    FOR i IN 1..n LOOP
        IF eligible[i] > 0 THEN
            bounds[i] := amounts[i] - social[i] - prior[i];
            bound := bound + bounds[i];
        END IF;
    END LOOP;
    amount := least(amount, bound);
    shares := slow.spread(amount, eligible, bounds);
    FOR i IN 1..n LOOP
        prior[i] := prior[i] + shares[i];
    END LOOP;
    paid := amount;
    IF deductible_taken > 0 THEN
        CALL slow.book(account, claim, member, deductible_counter, year, 'deductible', deductible_taken, deductible_limit);
    END IF;
    IF NOT limits @> jsonb_build_array(jsonb_build_object('counter', b ->> 'code', 'period', year)) THEN
        CALL slow.book(account, claim, member, b ->> 'code', year, 'amount', paid, NULL);
    END IF;
    FOR spec IN SELECT * FROM jsonb_array_elements(limits) LOOP
        CALL slow.book(account, claim, (spec ->> 'who')::bigint, spec ->> 'counter', spec ->> 'period', 'amount', paid, (spec ->> 'limit')::bigint);
    END LOOP;
    CALL slow.book(account, claim, member, b ->> 'code', 'lifetime', 'paid', paid, NULL);
END $$;

-- One claim: read, checked, calculated, written.
CREATE PROCEDURE slow.adjudicate(account bigint, claim bigint) LANGUAGE plpgsql AS $$
DECLARE
    k assure.claim;
    v assure.plan_version;
    m record;
    terms jsonb;
    b jsonb;
    bill jsonb;
    item jsonb;
    bills jsonb := '[]';
    splits jsonb;
    year text;
    from_date date;
    anniversary date;
    amounts bigint[];
    ab bigint[];
    social bigint[];
    more bigint[];
    left_open bigint[];
    prior bigint[];
    n int;
    social_fen bigint;
    ab_sum bigint;
    paid bigint;
    total bigint := 0;
    submitted bigint := 0;
BEGIN
    UPDATE slow.account_book SET revision = revision + 1 WHERE account_id = account;
    SELECT * INTO k FROM assure.claim c WHERE c.account_id = account AND c.claim_id = claim;
    SELECT mm.birth_date, p.starts_on, e.plan_id INTO m
    FROM assure.member mm JOIN assure.enrollment e USING (account_id, member_id) JOIN assure.policy p ON p.policy_id = k.policy_id
    WHERE mm.account_id = account AND mm.member_id = k.member_id AND e.enrolled_on <= k.event_date AND k.event_date BETWEEN p.starts_on AND coalesce(p.ends_on, 'infinity')
    ORDER BY e.enrolled_on DESC LIMIT 1;
    IF EXISTS (SELECT 1 FROM assure.bill o JOIN assure.invoice_key i ON i.provider_code = o.provider_code AND i.invoice_no = o.bill_no
        WHERE o.account_id = account AND o.claim_id = claim AND i.claim_id <> claim) THEN
        RAISE EXCEPTION 'claim % has a duplicate invoice', claim;
    END IF;
    IF m.plan_id IS NOT NULL THEN
        SELECT * INTO v FROM assure.plan_version WHERE plan_id = m.plan_id AND valid_from <= k.event_date ORDER BY valid_from DESC LIMIT 1;
        terms := v.terms::jsonb;
        FOR bill IN SELECT x FROM jsonb_array_elements(k.document -> 'bills') x ORDER BY x ->> 'from', (x ->> 'no') COLLATE "C" LOOP
            from_date := (bill ->> 'from')::date;
            IF terms ->> 'period' = 'calendar_year' THEN
                year := 'year:' || to_char(from_date, 'YYYY-01-01');
            ELSE
                anniversary := m.starts_on + (extract(year FROM from_date) - extract(year FROM m.starts_on)) * interval '1 year';
                IF anniversary > from_date THEN
                    anniversary := m.starts_on + (extract(year FROM from_date) - extract(year FROM m.starts_on) - 1) * interval '1 year';
                END IF;
                year := 'year:' || anniversary;
            END IF;
            n := jsonb_array_length(bill -> 'items');
            amounts := NULL;
            ab := NULL;
            ab_sum := 0;
            FOR i IN 1..n LOOP
                item := bill -> 'items' -> (i - 1);
                amounts[i] := slow.fen(item -> 'amount');
                ab[i] := CASE WHEN item ->> 'class' IN ('A', 'B') THEN amounts[i] ELSE 0 END;
                ab_sum := ab_sum + ab[i];
                submitted := submitted + amounts[i];
            END LOOP;
            social_fen := slow.fen(bill -> 'social_paid');
            social := slow.spread(least(social_fen, ab_sum), ab, ab);
            left_open := NULL;
            FOR i IN 1..n LOOP
                left_open[i] := amounts[i] - social[i];
            END LOOP;
            more := slow.spread(social_fen - least(social_fen, ab_sum), left_open, left_open);
            FOR i IN 1..n LOOP
                social[i] := social[i] + more[i];
            END LOOP;
            prior := array_fill(0::bigint, ARRAY[n]);
            splits := '[]';
            FOR b IN SELECT * FROM jsonb_array_elements(terms -> 'benefits') LOOP
                IF b ? 'cause' AND NOT b -> 'cause' ? k.cause THEN CONTINUE; END IF;
                CALL slow.benefit(account, claim, k.member_id, terms, b, bill, year, amounts, social, prior, paid);
                total := total + paid;
                splits := splits || jsonb_build_object('code', b ->> 'code', 'paid', paid);
            END LOOP;
            bills := bills || jsonb_build_object('no', bill ->> 'no', 'benefits', splits, 'items', to_jsonb(prior));
        END LOOP;
    END IF;
    INSERT INTO slow.decision (account_id, claim_id, decision_no, verdict, submitted_fen, paid_fen, plan_version_id, reasons, result, engine, decided_at, decided_by, audit_id, row_hash)
    VALUES (account, claim, 1, CASE WHEN total > 0 THEN 'approve' ELSE 'deny' END, k.submitted_fen, total, v.plan_version_id, '[]', bills, 'baseline', now(), current_user, 0,
        sha256(convert_to(concat_ws('|', account, claim, 1, total, v.plan_version_id, bills), 'UTF8')));
    DELETE FROM slow.claim_queue q WHERE q.account_id = account AND q.claim_id = claim;
    INSERT INTO slow.audit_log (action, session_role, subject) VALUES ('adjudicate', session_user, 'claim ' || claim);
END $$;

CREATE PROCEDURE slow.batch(claims int) LANGUAGE plpgsql AS $$
DECLARE
    q record;
    done int := 0;
BEGIN
    FOR q IN SELECT account_id, claim_id FROM slow.claim_queue ORDER BY claim_id LIMIT claims LOOP
        CALL slow.adjudicate(q.account_id, q.claim_id);
        done := done + 1;
        IF done % 500 = 0 THEN COMMIT; END IF;
    END LOOP;
END $$;
