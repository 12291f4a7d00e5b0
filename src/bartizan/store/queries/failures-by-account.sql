-- How many failures of each severity each account has.
SELECT
  account,
  count(*) FILTER (severity = 'critical') AS critical,
  count(*) FILTER (severity = 'high') AS high,
  count(*) FILTER (severity = 'medium') AS medium,
  count(*) FILTER (severity = 'low') AS low
FROM findings
WHERE status = 'fail'
GROUP BY account
ORDER BY critical DESC, high DESC, account
