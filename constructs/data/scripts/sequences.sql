SELECT translate(format('%I.%I', schemaname, sequencename), chr(10) || chr(13), '??') || ' ' || increment_by || ' ' || last_value
FROM pg_sequences WHERE last_value IS NOT NULL AND NOT cycle ORDER BY format('%I.%I', schemaname, sequencename) COLLATE "C";
