const POLICY = 'seaworthy-logs';
const AUTHORITY = '/authority';

/** Rolled over each day, so that what is deleted is a day. https://www.elastic.co/docs/manage-data/lifecycle/index-lifecycle-management */
export function lifecycle(days: number): object {
  const rollover = { max_age: '1d', max_primary_shard_size: '25gb' };
  return {
    policy: { phases: { hot: { actions: { rollover } }, delete: { min_age: `${days}d`, actions: { delete: {} } } } },
  };
}

/**
 * Elasticsearch keeps logs for ever by its own policy. Before Logstash writes its first line, its pod sets ours, names it in the template that is
 * for that (`logs@custom`), and gives it to the logs that are there. StackConfigPolicy would do it too, with a licence of the Enterprise.
 * https://www.elastic.co/docs/solutions/observability/logs/logs-index-template-defaults
 */
export function retentionPod(elasticsearch: string, namespace: string, days: number): object {
  const user = `${namespace}-${elasticsearch}-${namespace}-${elasticsearch}-logstash-user`;
  const secretKeyRef = { name: `${elasticsearch}-${namespace}-${elasticsearch}-logstash-user`, key: user };
  return {
    spec: {
      initContainers: [
        {
          name: 'retention',
          command: ['bash', '-euc', SCRIPT],
          env: [
            { name: 'ES', value: `https://${elasticsearch}-es-http.${namespace}.svc:9200` },
            { name: 'ES_USER', value: user },
            { name: 'ES_PASSWORD', valueFrom: { secretKeyRef } },
            { name: 'LIFECYCLE', value: JSON.stringify(lifecycle(days)) },
          ],
          volumeMounts: [{ name: 'authority', mountPath: AUTHORITY, readOnly: true }],
        },
      ],
      volumes: [{ name: 'authority', secret: { secretName: `${elasticsearch}-es-http-certs-public` } }],
    },
  };
}

/** The password is read from a pipe: arguments of a process are seen by its neighbours. */
const SCRIPT = `put() {
  curl --config <(printf 'user = "%s:%s"\\n' "$ES_USER" "$ES_PASSWORD") --cacert ${AUTHORITY}/ca.crt \\
    --fail-with-body --silent --show-error --retry 30 --retry-delay 10 --retry-all-errors \\
    --header 'Content-Type: application/json' --request PUT "$ES/$1" --data "$2"
  echo
}
put _ilm/policy/${POLICY} "$LIFECYCLE"
put _component_template/logs@custom '{"template":{"settings":{"index.lifecycle.name":"${POLICY}"}}}'
put 'logs-*/_settings?allow_no_indices=true' '{"index.lifecycle.name":"${POLICY}"}'
`;
