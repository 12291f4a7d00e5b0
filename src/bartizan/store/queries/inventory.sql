-- How many resources of each type there are, by account and region.
SELECT account, region, resource_table, count(*) AS resources
FROM resources
GROUP BY ALL
ORDER BY account, region, resource_table
