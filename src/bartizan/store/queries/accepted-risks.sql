-- Failures that somebody has accepted, with reason, owner and last day.
SELECT
  severity, rule, account, name,
  suppression->>'$.reason' AS reason, suppression->>'$.owner' AS owner, suppression->>'$.expires' AS expires
FROM findings
WHERE status = 'suppressed'
ORDER BY weight DESC, rule, name
