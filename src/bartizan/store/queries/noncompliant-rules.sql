-- The rules with the most failures, with how many resources pass.
SELECT rule, any_value(severity) AS severity, sum(fail_count) AS fails, sum(pass_count) AS passes,
  sum(unknown_count) + sum(error_count) AS unknown
FROM rules
GROUP BY rule
HAVING fails > 0
ORDER BY fails DESC, rule
