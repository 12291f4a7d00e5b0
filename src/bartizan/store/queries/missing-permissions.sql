-- The permissions that the scan lacked, and how much stays unknown without each.
SELECT missing_permission, count(*) AS unknown
FROM (
  SELECT missing_permission FROM findings
  UNION ALL
  SELECT missing_permission FROM coverage WHERE reason <> 'unsupported'
)
WHERE missing_permission IS NOT NULL
GROUP BY missing_permission
ORDER BY unknown DESC, missing_permission
