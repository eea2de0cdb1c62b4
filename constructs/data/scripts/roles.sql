SELECT DISTINCT r.rolname FROM pg_policy p, unnest(p.polroles) AS named JOIN pg_roles r ON r.oid = named
WHERE r.rolname NOT LIKE 'pg\_%' AND r.rolname NOT IN ('drill', 'restore') AND r.rolname !~ '[[:cntrl:]]';
