-- What more a queue asks of people than its first skill.

CREATE TABLE assure.queue_skill (
    queue_id bigint NOT NULL REFERENCES assure.queue,
    skill text NOT NULL CHECK (skill <> ''),
    level smallint NOT NULL DEFAULT 1 CHECK (level BETWEEN 1 AND 5),
    PRIMARY KEY (queue_id, skill)
);
COMMENT ON TABLE assure.queue_skill IS 'Skills that a queue needs beside its first one; assure.put_queue() writes them.';
COMMENT ON COLUMN assure.queue_skill.queue_id IS 'the queue';
COMMENT ON COLUMN assure.queue_skill.skill IS 'the skill, as workers have it';
COMMENT ON COLUMN assure.queue_skill.level IS 'least level of it';
CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON assure.queue_skill
    FOR EACH ROW EXECUTE FUNCTION assure.audit_change();
