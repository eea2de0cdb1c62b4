// Talos prod by cdk8s' own synthesis, to files.
import { join } from 'node:path';
import { App } from 'cdk8s';
import { OutputResolver } from '../constructs';
import { talosIn } from '../test/support/systems';
import { asCdk8s } from './as-cdk8s';

const app = new App({ outdir: join(process.argv.at(-1) ?? '', 'synthesized'), resolvers: [new OutputResolver()] });
talosIn(app, 'prod');
asCdk8s(app).synth();
process.stdout.write('done');
