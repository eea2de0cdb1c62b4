SELECT translate(name, chr(10) || chr(13), '??') || ' ' || n FROM (
  SELECT format('%I.%I', t.table_schema, t.table_name) AS name,
    (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I.%I', t.table_schema, t.table_name), false, true, '')))[1]::text AS n
  FROM information_schema.tables t
  WHERE t.table_type = 'BASE TABLE' AND t.table_schema NOT IN ('pg_catalog', 'information_schema')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.deptype = 'e' AND d.classid = 'pg_class'::regclass
      AND d.objid = format('%I.%I', t.table_schema, t.table_name)::regclass)
  UNION ALL SELECT '(large objects)', count(*)::text FROM pg_largeobject_metadata HAVING count(*) > 0
) counted ORDER BY name COLLATE "C";
