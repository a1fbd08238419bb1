// Reads a job from stdin, has each case judged, writes the verdicts to stdout.
//
// job: {sites, files, judges: [module], cases: {name: {credential: text, or
//       address: where to read it; files: what is served for this case alone}}}
// verdicts: {strayed: [address], cases: {name: {module: {accepted, …, why}}}}

import {readFileSync} from 'node:fs';

import {World} from './world.js';

const job = JSON.parse(readFileSync(0, 'utf8'));
const world = new World(job);
// before the verifiers are imported: some keep the fetch that they find
globalThis.fetch = world.fetch.bind(world);
globalThis.console = new console.Console(process.stderr);

const judges = [];
for (const name of job.judges) {
  judges.push([name, (await import(`./${name}.js`)).judge]);
}

const cases = {};
for (const [name, {credential, address, files = {}}] of Object.entries(job.cases)) {
  world.replace(files);
  const text = credential ?? await (await fetch(address)).text();
  cases[name] = {};
  for (const [judge, ask] of judges) {
    cases[name][judge] = await ask(JSON.parse(text));
  }
}
process.stdout.write(JSON.stringify({strayed: world.strayed, cases}));
