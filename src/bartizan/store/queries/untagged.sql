-- Resources of types that can be tagged and have no tag at all.
SELECT account, region, resource_type, name, arn
FROM resources
WHERE tags IS NOT NULL AND cardinality(tags) = 0
ORDER BY account, resource_type, name
