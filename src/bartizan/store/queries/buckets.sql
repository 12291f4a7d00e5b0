-- Buckets with what protects them; what could not be read is told apart from no.
SELECT account, region, name, versioning, sse_algorithm, mfa_delete, object_lock, map_keys(unknown) AS unknown
FROM s3_bucket
ORDER BY account, name
