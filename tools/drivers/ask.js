// Asks a Postgres who it is talking to, by the driver of Node: a pool of one URL, as an application has it.
const { Pool } = require('pg');

const pool = new Pool({ connectionString: process.env.DATABASE_URL });
pool
  .query("SELECT current_user || ' ' || ssl AS answer FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
  .then(
    ({ rows }) => console.log('node-postgres', rows[0].answer),
    (error) => console.log('node-postgres failed:', error.code, error.message),
  )
  .finally(() => pool.end());
