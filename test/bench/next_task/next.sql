\set w 1 + :client_id + 32 * random(0, 154)
SELECT assure.next_task('W' || :w);
