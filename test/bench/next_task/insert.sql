\set v random(1, 1000000)
INSERT INTO public.one_row (v) VALUES (:v);
