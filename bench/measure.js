// Preloaded into a program that is measured: writes its CPU seconds and peak memory when it ends.
const { writeFileSync } = require('node:fs');

process.once('exit', () => {
  const { user, system } = process.cpuUsage();
  const megabytes = process.resourceUsage().maxRSS / 1024;
  writeFileSync(process.env.SEAWORTHY_MEASURE, JSON.stringify({ cpu: (user + system) / 1e6, megabytes }));
});
