-- All of a schema, a line for each thing: what a restored copy must have too. Names are qualified and constants written in one way, whatever
-- the database's own settings; what belongs to an extension is the extension's. Casts and parentheses are left out of expressions: Postgres
-- writes them in another way once they were read back (varchar IN (…)), and they are in the dump itself, whose digest is compared.
SET search_path TO ''; SET datestyle TO ISO, YMD; SET intervalstyle TO postgres; SET timezone TO 'UTC'; SET extra_float_digits TO 1; SET bytea_output TO hex;
WITH space AS (
  SELECT oid, quote_ident(nspname) AS name FROM pg_namespace
  WHERE nspname NOT IN ('pg_catalog', 'information_schema') AND nspname NOT LIKE 'pg\_%'
), extended AS (
  SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
), relation AS (
  SELECT c.*, s.name || '.' || quote_ident(c.relname) AS name FROM pg_class c JOIN space s ON s.oid = c.relnamespace
  WHERE (1259, c.oid) NOT IN (SELECT classid::int, objid FROM extended)
), routine AS (
  SELECT p.*, s.name || '.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS name
  FROM pg_proc p JOIN space s ON s.oid = p.pronamespace
  WHERE (1255, p.oid) NOT IN (SELECT classid::int, objid FROM extended)
), kind AS (
  SELECT t.*, s.name || '.' || quote_ident(t.typname) AS name FROM pg_type t JOIN space s ON s.oid = t.typnamespace
  WHERE (1247, t.oid) NOT IN (SELECT classid::int, objid FROM extended)
), line (what, name, says) AS (
  SELECT 'schema', name, '' FROM space WHERE name <> 'public' AND (2615, oid) NOT IN (SELECT classid::int, objid FROM extended)
  UNION ALL SELECT 'extension', extname::text, n.nspname::text FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
  UNION ALL SELECT 'relation', name, concat_ws(' ', relkind, relpersistence, relrowsecurity, relforcerowsecurity, reloptions,
      pg_get_expr(relpartbound, oid), CASE relkind WHEN 'p' THEN pg_get_partkeydef(oid) END,
      (SELECT string_agg(i.inhparent::regclass::text, ',' ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = relation.oid))
    FROM relation WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
  UNION ALL SELECT 'column', r.name || '.' || quote_ident(a.attname), concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull,
      a.attidentity, a.attgenerated, NULLIF(a.attcollation, t.typcollation)::regcollation, pg_get_expr(d.adbin, d.adrelid))
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE r.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL SELECT 'constraint', coalesce(r.name, k.name) || '.' || quote_ident(c.conname), concat_ws(' ', c.convalidated, pg_get_constraintdef(c.oid))
    FROM pg_constraint c LEFT JOIN relation r ON r.oid = c.conrelid LEFT JOIN kind k ON k.oid = c.contypid
    WHERE c.contype <> 'n' AND coalesce(r.name, k.name) IS NOT NULL
  UNION ALL SELECT 'index', r.name, pg_get_indexdef(i.indexrelid)
    FROM pg_index i JOIN relation r ON r.oid = i.indexrelid WHERE i.indisvalid OR r.relkind = 'I'
  UNION ALL SELECT 'sequence', r.name, concat_ws(' ', q.seqtypid::regtype, q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache, q.seqcycle)
    FROM pg_sequence q JOIN relation r ON r.oid = q.seqrelid
  UNION ALL SELECT 'routine', name, pg_get_functiondef(oid) FROM routine WHERE prokind <> 'a'
  UNION ALL SELECT 'aggregate', r.name, concat_ws(' ', a.aggtransfn, a.aggfinalfn, a.aggtranstype::regtype, a.agginitval)
    FROM routine r JOIN pg_aggregate a ON a.aggfnoid = r.oid
  UNION ALL SELECT 'trigger', r.name || '.' || quote_ident(t.tgname), concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid))
    FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
  UNION ALL SELECT 'view', name, pg_get_viewdef(oid) FROM relation WHERE relkind IN ('v', 'm')
  UNION ALL SELECT 'rule', r.name || '.' || quote_ident(w.rulename), pg_get_ruledef(w.oid)
    FROM pg_rewrite w JOIN relation r ON r.oid = w.ev_class WHERE w.rulename <> '_RETURN'
  UNION ALL SELECT 'policy', r.name || '.' || quote_ident(p.polname), concat_ws(' ', p.polcmd, p.polpermissive,
      pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
    FROM pg_policy p JOIN relation r ON r.oid = p.polrelid
  UNION ALL SELECT 'statistics', s.name || '.' || quote_ident(x.stxname), pg_get_statisticsobjdef(x.oid)
    FROM pg_statistic_ext x JOIN space s ON s.oid = x.stxnamespace
  UNION ALL SELECT 'type', name, concat_ws(' ', typtype, CASE typtype WHEN 'd' THEN format_type(typbasetype, typtypmod) END, typnotnull, typdefault,
      (SELECT string_agg(quote_literal(e.enumlabel), ',' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = kind.oid))
    FROM kind WHERE typtype IN ('d', 'e', 'r')
)
SELECT what || ' ' || name || ' ' || regexp_replace(says,
  '::("[^"]*"|[a-z_0-9.])+( varying| precision| with time zone| without time zone)?(\([0-9,]+\))?(\[\])*|[()]', '', 'g')
FROM line ORDER BY (what || ' ' || name || ' ' || says) COLLATE "C";
