-- A payee for each certificate that is owed something: its policyholder. The
-- accounts department reads what is open, and enters whom to pay.

SELECT count(assure.put_payee(jsonb_build_object('policy', policy, 'certificate', certificate, 'kind', 'policyholder', 'name', holder,
    'bank', '中国银行', 'bank_account', '6222' || lpad(account_id::text, 12, '0'))))
FROM (SELECT a.account_id, p.ref AS policy, a.ref AS certificate, p.holder
      FROM assure.account a JOIN assure.policy p USING (policy_id)
      WHERE a.account_id IN (SELECT account_id FROM assure_bi.payment_open) ORDER BY a.account_id OFFSET 0) x;
