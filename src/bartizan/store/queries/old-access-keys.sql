-- Access keys of IAM users, the longest unchanged first.
SELECT account, name, key->>'$.number' AS key, key->>'$.active' AS active,
  key->>'$.last_rotated' AS last_rotated, key->>'$.last_used' AS last_used
FROM (SELECT account, name, unnest(from_json(access_keys, '["json"]')) AS key FROM iam_user)
ORDER BY last_rotated, account, name
