-- Row-level security, and the audit of configuration.
--
-- An operator role sees what belongs to the branches that are open to it, and the
-- work that the person behind it has in hand, wherever that comes from.
--
-- Who computes works as the owner and sees everything; these policies filter
-- only what is shown to roles that read the tables themselves.

ALTER TABLE assure.claim ENABLE ROW LEVEL SECURITY;
CREATE POLICY branch ON assure.claim FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR branch_id = ANY ((SELECT assure.visible_branches())::bigint[])
        OR (account_id, claim_id) IN (SELECT t.account_id, t.subject_id FROM assure.task t
            WHERE t.worker_id = (SELECT assure.acting_worker()) AND t.state IN ('reserved', 'accepted') AND t.subject_kind = 'claim'));
ALTER TABLE assure.task ENABLE ROW LEVEL SECURITY;
CREATE POLICY branch ON assure.task FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR branch_id = ANY ((SELECT assure.visible_branches())::bigint[])
        OR worker_id = (SELECT assure.acting_worker()));
ALTER TABLE assure.alert ENABLE ROW LEVEL SECURITY;
CREATE POLICY branch ON assure.alert FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR branch_id = ANY ((SELECT assure.visible_branches())::bigint[]));
ALTER TABLE assure.clock ENABLE ROW LEVEL SECURITY;
CREATE POLICY branch ON assure.clock FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR branch_id = ANY ((SELECT assure.visible_branches())::bigint[]));
ALTER TABLE assure.service_order ENABLE ROW LEVEL SECURITY;
CREATE POLICY branch ON assure.service_order FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR branch_id = ANY ((SELECT assure.visible_branches())::bigint[]));
ALTER TABLE assure.policy ENABLE ROW LEVEL SECURITY;
CREATE POLICY branch ON assure.policy FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR branch_id = ANY ((SELECT assure.visible_branches())::bigint[]));

-- What hangs on a claim, an order or a policy is seen with it.
ALTER TABLE assure.bill ENABLE ROW LEVEL SECURITY;
CREATE POLICY claim ON assure.bill FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.claim c
        WHERE c.account_id = bill.account_id AND c.claim_id = bill.claim_id));
ALTER TABLE assure.decision ENABLE ROW LEVEL SECURITY;
CREATE POLICY claim ON assure.decision FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.claim c
        WHERE c.account_id = decision.account_id AND c.claim_id = decision.claim_id));
ALTER TABLE assure.failed_claim ENABLE ROW LEVEL SECURITY;
CREATE POLICY claim ON assure.failed_claim FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.claim c
        WHERE c.account_id = failed_claim.account_id AND c.claim_id = failed_claim.claim_id));
ALTER TABLE assure.ledger_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY claim ON assure.ledger_entry FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.claim c
        WHERE c.account_id = ledger_entry.account_id AND c.claim_id = ledger_entry.claim_id));
ALTER TABLE assure.task_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.task_event FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.task t WHERE t.task_id = task_event.task_id));
ALTER TABLE assure.service_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.service_event FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.service_order o WHERE o.account_id = service_event.account_id AND o.order_id = service_event.order_id));
ALTER TABLE assure.account ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.account FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.policy p WHERE p.policy_id = account.policy_id));
ALTER TABLE assure.member ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.member FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.account a WHERE a.account_id = member.account_id));
ALTER TABLE assure.enrollment ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.enrollment FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.account a WHERE a.account_id = enrollment.account_id));
ALTER TABLE assure.balance ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.balance FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.account a WHERE a.account_id = balance.account_id));

-- Configuration that an administrator writes by plain SQL is noted.
CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON assure.branch
    FOR EACH ROW EXECUTE FUNCTION assure.audit_change();
CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON assure.provider
    FOR EACH ROW EXECUTE FUNCTION assure.audit_change();
CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON assure.service
    FOR EACH ROW EXECUTE FUNCTION assure.audit_change();
CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON assure.worker
    FOR EACH ROW EXECUTE FUNCTION assure.audit_change();
CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON assure.worker_skill
    FOR EACH ROW EXECUTE FUNCTION assure.audit_change();
CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON assure.queue
    FOR EACH ROW EXECUTE FUNCTION assure.audit_change();
CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON assure.sla_policy
    FOR EACH ROW EXECUTE FUNCTION assure.audit_change();
