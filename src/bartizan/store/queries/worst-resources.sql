-- The resources with the most failures, the most severe first.
SELECT account, region, resource_type, name, max(weight) AS worst, count(*) AS failures
FROM findings
WHERE status = 'fail'
GROUP BY ALL
ORDER BY worst DESC, failures DESC, name
LIMIT 50
