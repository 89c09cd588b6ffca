// client.mjs METADATA-URL TARGETS-URL FOLDER ROOT PATH: refreshes, looks for a target and writes it to standard
// output, with the memory of FOLDER, which begins with ROOT.
import fs from 'node:fs';
import path from 'node:path';
import { Updater } from 'tuf-js';

const [metadataBaseUrl, targetBaseUrl, folder, root, target] = process.argv.slice(2);
const metadataDir = path.join(folder, 'metadata');
const targetDir = path.join(folder, 'targets');
for (const made of [metadataDir, targetDir]) fs.mkdirSync(made, { recursive: true });
const first = path.join(metadataDir, 'root.json');
if (!fs.existsSync(first)) fs.copyFileSync(root, first);
try {
  const updater = new Updater({ metadataBaseUrl, targetBaseUrl, metadataDir, targetDir });
  await updater.refresh();
  const found = await updater.getTargetInfo(target);
  if (found === undefined) throw new Error(`not found: ${target}`);
  process.stdout.write(fs.readFileSync(await updater.downloadTarget(found)));
} catch (error) {
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
}
