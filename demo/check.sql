-- What does not balance, and what is not as it was written: there should be nothing.

SELECT check_name, account_id, subject, finding FROM assure.check_books();
SELECT 'audit', audit_id, subject, finding FROM assure.audit_verify();
