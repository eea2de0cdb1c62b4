import { createHash } from 'node:crypto';
import { isMarker, valueBehind } from '../../constructs/core/marker';
import type { GraphNode } from '../../graph/graph';
import { withoutMarkers } from '../../graph/graph-json';
import { at, isRecord } from '../../graph/json-value';

/** The digests on a workload's pod template, by annotation: of what they are made where no key is needed, else what they stand for. */
export function digestsOf({ inputs }: GraphNode): Record<string, string> {
  const annotations = at(inputs, 'spec', 'template', 'metadata', 'annotations');
  return Object.fromEntries(
    Object.entries(isRecord(annotations) ? annotations : {}).map(([name, held]) => {
      const value = typeof held === 'string' && isMarker(held) ? valueBehind(held) : undefined;
      if (value?.kind !== 'digest') return [name, String(held)];
      const content = JSON.stringify(withoutMarkers(value.of));
      return [
        name,
        createHash('sha256')
          .update(`${value.key === undefined ? '' : 'keyed '}${content}`)
          .digest('hex'),
      ];
    }),
  );
}
