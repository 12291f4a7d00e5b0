-- Failures of at least high severity, the longest open first, with their age in days.
SELECT date_diff('day', first_seen, seen_at) AS days, severity, rule, account, region, name
FROM findings
WHERE status = 'fail' AND weight >= 3
ORDER BY days DESC, weight DESC, rule, name
LIMIT 100
